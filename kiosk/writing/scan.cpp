#include "kiosk/writing/scan.h"

#include <algorithm>

#include "core/number.h"

namespace yizhan::writing {

namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
bool begins(std::string_view text, std::string_view with) {
  const std::size_t n = std::min(text.size(), with.size());
  return std::equal(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(n), with.begin(), [](char a, char b) { return upper(a) == b; });
}
/// "440583-K01-…", digits of a code: what is on our paper.
bool number_like(std::string_view text) {
  std::size_t letters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = upper(text[i]);
    if (digit(c) || c == '-' || c == ' ') continue;
    const bool device = (c == 'K' || c == 'D' || c == 'H') && i >= 6 && i <= 7 && letters++ == 0;
    if (!device) return false;
  }
  return true;
}
/// Whether text may still become a scan; everything else is somebody typing and is not held back.
bool may_be_scan(std::string_view text) {
  return begins(text, "XF1:") || begins(text, "XF2:") || begins(text, "HTTP://") || begins(text, "HTTPS://") || (digit(text[0]) && number_like(text));
}
std::size_t digits_in(std::string_view text) { return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), digit)); }

}  // namespace

std::optional<Scan> parse_scan(std::string_view text) {
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  if (text.empty() || text.size() > scan_bytes_max) return std::nullopt;
  Scan scan;
  if (begins(text, "XF1:") && text.size() > 4) {
    text.remove_prefix(4);
    const std::size_t a = text.find(':'), b = a == std::string_view::npos ? a : text.find(':', a + 1);
    if (b == std::string_view::npos) return std::nullopt;
    const std::string_view chain = text.substr(b + 1);
    const bool hex = chain.size() == 8 && std::all_of(chain.begin(), chain.end(), [](char c) { return digit(c) || (upper(c) >= 'A' && upper(c) <= 'F'); });
    const auto matter = canonical_matter_id(text.substr(0, a));
    const auto code = canonical_query_code(text.substr(a + 1, b - a - 1));
    if (!hex || !matter || !code) return std::nullopt;
    return Scan{*matter, *code};
  }
  // With the device's signature behind it, which the county checks (core/receipt_proof.h); here number and code are what counts.
  if (begins(text, "XF2:") && text.size() > 4) {
    text.remove_prefix(4);
    const std::size_t a = text.find(':'), b = a == std::string_view::npos ? a : text.find(':', a + 1);
    if (b == std::string_view::npos || std::count(text.begin(), text.end(), ':') != 5) return std::nullopt;
    const auto matter = canonical_matter_id(text.substr(0, a));
    const std::string_view digits = text.substr(a + 1, b - a - 1);
    const auto code = digits.empty() ? Result<std::string>(std::string()) : canonical_query_code(digits);
    if (!matter || !code) return std::nullopt;
    return Scan{*matter, *code};
  }
  if (!number_like(text)) return std::nullopt;
  if (const auto matter = canonical_matter_id(text)) return Scan{*matter, {}};
  if (digits_in(text) == 16)
    if (const auto code = canonical_query_code(text)) return Scan{{}, *code};
  return std::nullopt;
}

void ScanGate::forget() {
  volatile char* byte = held_.data();
  for (std::size_t i = 0; i < held_.capacity(); ++i) byte[i] = '\0';
  held_.clear();
  flood_ = false;
}

void ScanGate::release(Passed& to) {
  for (const char c : held_) to.strokes.push_back({{}, std::string(1, c)});
  forget();
}

/// The burst is over (`ended`: by the Enter scanners send).
void ScanGate::judge(Passed& to, bool ended) {
  if (flood_) {
    to.refused = true;
    return forget();
  }
  if (held_.empty()) return;
  if (auto scan = parse_scan(held_)) {
    to.scan = std::move(scan);
    return forget();
  }
  // A whole foreign code: nobody types thirteen digits or a web address without a pause, and no field wants them.
  const bool address = held_.size() > 8 && (begins(held_, "HTTP://") || begins(held_, "HTTPS://"));
  const bool foreign = address || ((begins(held_, "XF1:") || begins(held_, "XF2:")) && held_.size() >= 8) || (ended && held_.size() >= 20 && number_like(held_));
  if (foreign) {
    to.refused = true;
    return forget();
  }
  release(to);
}

ScanGate::Passed ScanGate::pass(std::vector<Stroke> strokes, Tick now) {
  Passed to;
  if (now - last_ > scan_gap_max) judge(to, false);
  for (Stroke& stroke : strokes) {
    last_ = now;
    if (!stroke.name.empty()) {
      const bool something = !held_.empty() || flood_;
      const std::size_t before = to.strokes.size();
      judge(to, stroke.name == "Enter" || stroke.name == "Tab");
      // The Enter after a scan belongs to it; after typing it means what it means.
      const bool taken = something && before == to.strokes.size() && (to.scan || to.refused) && (stroke.name == "Enter" || stroke.name == "Tab");
      if (!taken) to.strokes.push_back(std::move(stroke));
      continue;
    }
    if (flood_) continue;
    for (std::size_t i = 0; i < stroke.text.size(); ++i) {
      const char c = stroke.text[i];
      held_ += c;
      if (held_.size() > scan_bytes_max) {
        forget();
        flood_ = true;
        break;
      }
      if (may_be_scan(held_)) continue;
      // Typing: the keys so far one by one, and a text that came in one piece as it came.
      held_.resize(held_.size() - (i + 1));
      release(to);
      to.strokes.push_back(std::move(stroke));
      break;
    }
  }
  if (!held_.empty() || flood_) to.again_in = scan_gap_max + Span{5};
  return to;
}

}  // namespace yizhan::writing
