#include "kiosk/writing/rare.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "core/read_file.h"
#include "core/text.h"

namespace yizhan::writing {

namespace {

template <class Int>
bool number(std::string_view text, Int& into, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into, base);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}
std::optional<std::uint32_t> hex(std::string_view text) {
  std::uint32_t value = 0;
  if (text.size() > 8 || !number(text, value, 16)) return std::nullopt;
  return value;
}

}  // namespace

bool ideograph(char32_t c) {
  return (c >= 0x2E80 && c <= 0x2FDF) || (c >= 0x3005 && c <= 0x3007) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
         (c >= 0xE000 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x323AF);
}

std::optional<char32_t> from_unicode_code(std::string_view typed) {
  if (typed.starts_with("U+") || typed.starts_with("u+")) typed.remove_prefix(2);
  else if (typed.starts_with('U') || typed.starts_with('u')) typed.remove_prefix(1);
  if (typed.size() < 4 || typed.size() > 6) return std::nullopt;
  const auto value = hex(typed);
  if (!value || !ideograph(*value)) return std::nullopt;
  return *value;
}

Result<RareIndex> RareIndex::open(const std::string& path) {
  auto text = read_file(path);
  if (!text) return text.error();
  return parse(std::move(*text), path);
}

Result<RareIndex> RareIndex::parse(std::string text, std::string_view file) {
  RareIndex made;
  made.text_ = std::move(text);
  const std::string_view all = made.text_;
  std::size_t line_number = 0;
  for (std::size_t begin = 0; begin < all.size();) {
    const std::size_t end = std::min(all.find('\n', begin), all.size());
    const std::string_view line = all.substr(begin, end - begin);
    ++line_number;
    const auto wrong = [&] { return Error{Code::Invalid, std::string(file) + ":" + std::to_string(line_number) + ": not a line of make_rare.py"}; };
    std::array<std::string_view, 4> part{};
    std::size_t count = 0;
    for (std::size_t at = 0; count < part.size() && at <= line.size(); ++count) {
      const std::size_t tab = count + 1 < part.size() ? std::min(line.find('\t', at), line.size()) : line.size();
      part[count] = line.substr(at, tab - at);
      at = tab + 1;
    }
    // Words of the file are found again by place, so that half a megabyte stands in memory once.
    const auto place = [&](std::string_view words) { return words.empty() ? 0 : static_cast<std::size_t>(words.data() - all.data()); };
    if (part[0] == "radical") {
      Radical radical;
      if (!number(part[1], radical.strokes) || part[2].empty() || part[3].empty()) return wrong();
      radical.key = part[2];
      radical.form = part[3];
      made.radicals_.push_back(std::move(radical));
    } else if (part[0] == "chars") {
      Row row;
      if (part[1].empty() || part[3].empty() || !number(part[2], row.residual) || !valid_utf8(part[3])) return wrong();
      row.key = part[1];
      row.begin = place(part[3]);
      row.size = part[3].size();
      made.rows_.push_back(std::move(row));
    } else if (part[0] == "two") {
      const auto lead = hex(part[1]);
      if (!lead || *lead > 0xFE || !valid_utf8(part[2])) return wrong();
      made.two_[*lead] = {place(part[2]), part[2].size()};
    } else if (part[0] == "four") {
      const auto first = hex(part[1]);
      Four four;
      if (!first || !number(part[2], four.linear) || !number(part[3], four.count)) return wrong();
      four.first = *first;
      made.four_.push_back(four);
    } else if (!line.empty()) {
      return wrong();
    }
    begin = end + 1;
  }
  if (made.radicals_.empty() || made.rows_.empty()) return Error{Code::Invalid, std::string(file) + ":1: cut short"};
  return made;
}

std::vector<Radical> RareIndex::radicals(int strokes) const {
  std::vector<Radical> found;
  std::copy_if(radicals_.begin(), radicals_.end(), std::back_inserter(found), [strokes](const Radical& r) { return r.strokes == strokes; });
  return found;
}
int RareIndex::strokes_max() const {
  int most = 0;
  for (const Radical& radical : radicals_) most = std::max(most, radical.strokes);
  return most;
}

std::vector<int> RareIndex::residuals(std::string_view key) const {
  std::vector<int> found;
  for (const Row& row : rows_)
    if (row.key == key) found.push_back(row.residual);
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<char32_t> RareIndex::characters(std::string_view key, int residual) const {
  for (const Row& row : rows_)
    if (row.key == key && row.residual == residual) return code_points(std::string_view(text_).substr(row.begin, row.size));
  return {};
}

std::optional<char32_t> RareIndex::from_gb18030(std::string_view typed) const {
  const auto value = hex(typed);
  if (!value) return std::nullopt;
  char32_t c = 0;
  if (typed.size() == 4) {
    const std::uint32_t lead = *value >> 8, trail = *value & 0xFF;
    if (trail < 0x40 || trail == 0x7F || trail > 0xFE) return std::nullopt;
    const auto row = code_points(std::string_view(text_).substr(two_[lead].begin, two_[lead].size));
    const std::size_t at = trail - (trail > 0x7F ? 0x41u : 0x40u);
    if (at >= row.size()) return std::nullopt;
    c = row[at];
  } else if (typed.size() == 8) {
    const std::uint32_t b1 = *value >> 24, b2 = *value >> 16 & 0xFF, b3 = *value >> 8 & 0xFF, b4 = *value & 0xFF;
    if (b1 < 0x81 || b1 > 0xFE || b2 < 0x30 || b2 > 0x39 || b3 < 0x81 || b3 > 0xFE || b4 < 0x30 || b4 > 0x39) return std::nullopt;
    const std::uint32_t tail = ((b2 - 0x30) * 126 + (b3 - 0x81)) * 10 + (b4 - 0x30);
    if (b1 >= 0x90) {
      c = 0x10000 + (b1 - 0x90) * 12'600 + tail;  // the supplementary planes stand in one piece
    } else {
      const std::uint32_t linear = (b1 - 0x81) * 12'600 + tail;
      for (const Four& four : four_)
        if (linear >= four.linear && linear < four.linear + four.count) c = four.first + (linear - four.linear);
    }
  }
  if (!ideograph(c)) return std::nullopt;
  return c;
}

}  // namespace yizhan::writing
