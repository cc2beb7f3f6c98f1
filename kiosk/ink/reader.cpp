#include "kiosk/ink/reader.h"

#include <string.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/text.h"

namespace yizhan::ink {
namespace {

/// Guesses kept of one look: far more than are ever shown, so that language can lift one.
constexpr std::size_t guesses_kept = 60;
/// How much the language counts against the shape. At a beginning all common characters are equally likely: whoever writes 拆 should
/// not have to beat 的. After other text the pair speaks, and is believed less: it knows words, not sentences.
constexpr float weight_alone = .45f, common = -9, weight_after = .7f;
/// Who asks for rare characters does not want common ones first: beyond this nothing gets less likely.
constexpr float unlikely_max = -13;
/// A line is cut into at most this many pieces, a character made of at most so many; more is a scribble or a picture.
constexpr std::size_t pieces_max = 40, pieces_of_character_max = 7, looks_max = 240, seen_max = 1500;

char32_t last_character(std::string_view text) {
  std::size_t at = text.size();
  while (at > 0 && (static_cast<unsigned char>(text[at - 1]) & 0xC0) == 0x80) --at;
  if (at == 0) return 0;
  const std::string_view tail = text.substr(at - 1);
  return valid_utf8(tail) ? code_points(tail).front() : 0;
}

std::uint64_t hash_of(std::span<const Point> stroke) {
  std::uint64_t h = 1469598103934665603ull;
  const auto* bytes = reinterpret_cast<const unsigned char*>(stroke.data());
  for (std::size_t i = 0; i < stroke.size_bytes(); ++i) h = (h ^ bytes[i]) * 1099511628211ull;
  return h;
}

/// One way to read the line up to some piece.
struct Path {
  float score = 0;
  char32_t last = 0;
  std::string text;
  std::vector<std::uint32_t> first;   ///< strokes of the first character
  std::size_t characters = 0;
};

}  // namespace

const Look& Reader::look(const Ink& ink, std::span<const std::uint32_t> which, bool rare) {
  std::uint64_t key = rare ? 7 : 3;
  for (const std::uint32_t i : which) key = (key ^ stroke_hash_[i]) * 0x9E3779B97F4A7C15ull + i;
  const auto [at, fresh] = seen_.try_emplace(key);
  if (fresh) at->second = recogniser_.look(ink, which, guesses_kept, rare);
  return at->second;
}

float Reader::language(char32_t before, const Guess& guess, bool rare) const {
  const float likely = words_.likely_after(before, guess.code);
  if (before == 0) return weight_alone * std::min(common, rare ? std::max(likely, unlikely_max) : likely);
  return weight_after * (rare ? std::max(likely, unlikely_max) : likely);
}

bool Reader::scribbled(const Ink& ink, std::span<const std::uint32_t> which, const Look& look) const {
  if (look.guesses.empty()) return true;
  if (look.distance > recogniser_.model().far) return true;
  // More pen than any character needs: the longest has some forty times its own side.
  float length = 0;
  Point low{1e30f, 1e30f}, high{-1e30f, -1e30f};
  for (const std::uint32_t i : which) {
    const auto stroke = ink.stroke(i);
    for (std::size_t k = 0; k < stroke.size(); ++k) {
      low = {std::min(low.x, stroke[k].x), std::min(low.y, stroke[k].y)};
      high = {std::max(high.x, stroke[k].x), std::max(high.y, stroke[k].y)};
      if (k > 0) length += std::hypot(stroke[k].x - stroke[k - 1].x, stroke[k].y - stroke[k - 1].y);
    }
  }
  return length > 45 * std::max({high.x - low.x, high.y - low.y, 1e-3f});
}

Reading Reader::one(const Ink& ink, const ReadOptions& o) {
  Reading out;
  if (ink.empty()) return out;
  std::vector<std::uint32_t> all(ink.strokes());
  std::iota(all.begin(), all.end(), 0u);
  const Look seen = recogniser_.look(ink, all, std::max(guesses_kept, o.choices_max), o.rare);
  if (scribbled(ink, all, seen)) {
    out.scribble = true;
    return out;
  }
  const char32_t before = last_character(o.before);
  for (const Guess& g : seen.guesses) out.choices.push_back({utf8(g.code), {}, g.score + language(before, g, o.rare)});
  std::stable_sort(out.choices.begin(), out.choices.end(), [](const Choice& a, const Choice& b) { return a.score > b.score; });
  if (out.choices.size() > o.choices_max) out.choices.resize(o.choices_max);
  out.characters = 1;
  return out;
}

std::vector<Reader::Piece> Reader::pieces_of(const Ink& ink) const {
  std::vector<Piece> strokes;
  for (std::uint32_t i = 0; i < ink.strokes(); ++i) {
    Piece p{{i}, 1e30f, -1e30f, 1e30f, -1e30f};
    for (const Point& q : ink.stroke(i))
      if (std::isfinite(q.x) && std::isfinite(q.y)) p = {std::move(p.strokes), std::min(p.left, q.x), std::max(p.right, q.x), std::min(p.top, q.y), std::max(p.bottom, q.y)};
    if (p.right >= p.left) strokes.push_back(std::move(p));
  }
  std::stable_sort(strokes.begin(), strokes.end(), [](const Piece& a, const Piece& b) { return a.left + a.right < b.left + b.right; });
  std::vector<Piece> pieces;
  for (Piece& s : strokes) {
    // Strokes above one another belong together; pieces may still be halves of one character, never two characters.
    while (!pieces.empty()) {
      const Piece& last = pieces.back();
      const float overlap = std::min(last.right, s.right) - std::max(last.left, s.left);
      const float narrower = std::min(last.right - last.left, s.right - s.left);
      const bool inside = (s.left + s.right) / 2 <= last.right || (last.left + last.right) / 2 >= s.left;
      if (!(inside || overlap > .4f * std::max(narrower, 1e-3f))) break;
      s.left = std::min(s.left, last.left), s.right = std::max(s.right, last.right);
      s.top = std::min(s.top, last.top), s.bottom = std::max(s.bottom, last.bottom);
      s.strokes.insert(s.strokes.end(), last.strokes.begin(), last.strokes.end());
      pieces.pop_back();
    }
    pieces.push_back(std::move(s));
  }
  for (Piece& p : pieces) std::sort(p.strokes.begin(), p.strokes.end());
  return pieces;
}

Reading Reader::line(const Ink& ink, const ReadOptions& o) {
  Reading out;
  if (ink.empty()) return out;
  if (seen_.size() > seen_max) seen_.clear();
  stroke_hash_.clear();
  for (std::size_t i = 0; i < ink.strokes(); ++i) stroke_hash_.push_back(hash_of(ink.stroke(i)));
  const std::vector<Piece> pieces = pieces_of(ink);
  if (pieces.empty() || pieces.size() > pieces_max) {
    out.scribble = !pieces.empty();
    return out;
  }
  float top = 1e30f, bottom = -1e30f;
  for (const Piece& p : pieces) top = std::min(top, p.top), bottom = std::max(bottom, p.bottom);
  // The height of the writing; a lone 一 has none, so a cell's width (or the ink's own) stands in.
  const float height = std::max({bottom - top, o.cell_mm * .35f, pieces.size() == 1 ? pieces[0].right - pieces[0].left : 0.f, 1e-3f});

  const auto shape_cost = [&](std::size_t begin, std::size_t end) {
    const float left = pieces[begin].left;
    float right = pieces[begin].right, gap = 0, cost = 0;
    for (std::size_t i = begin + 1; i < end; ++i) gap = std::max(gap, pieces[i].left - right), right = std::max(right, pieces[i].right);
    const float width = (right - left) / height;
    if (width > 1.15f) cost += 30 * (width - 1.15f) * (width - 1.15f) + 6 * (width - 1.15f);
    if (gap > .12f * height) cost += 22 * (gap / height - .12f);
    if (o.cell_mm > 0) {
      // Whoever writes into the cells means them: ink on both sides of a line between two pieces is two characters.
      for (std::size_t i = begin + 1; i < end; ++i)
        for (float edge = o.cell_mm; edge < right; edge += o.cell_mm)
          if (pieces[i - 1].right <= edge + .02f * o.cell_mm && pieces[i].left >= edge - .02f * o.cell_mm) cost += 7;
    }
    return cost;
  };
  /// Of cutting between two pieces: characters keep a distance, halves of one do not.
  const auto cut_cost = [&](std::size_t at) {
    if (at == 0 || at == pieces.size()) return 0.f;
    const float gap = (pieces[at].left - pieces[at - 1].right) / height;
    return std::clamp(5.f - 30 * gap, -3.f, 8.f);
  };

  const std::size_t n = pieces.size();
  std::vector<std::vector<Path>> paths(n + 1);
  paths[0].push_back({0, last_character(o.before), {}, {}, 0});
  std::size_t looks = 0;
  constexpr std::size_t paths_kept = 12, guesses_tried = 10;
  const float usual = recogniser_.model().scale * recogniser_.model().usual;
  std::vector<std::uint32_t> strokes;
  const Look* whole = nullptr;
  for (std::size_t end = 1; end <= n; ++end) {
    for (std::size_t begin = end; begin-- > 0 && end - begin <= pieces_of_character_max;) {
      if (paths[begin].empty()) continue;
      if (begin + 1 < end && (pieces[end - 1].right - pieces[begin].left) > 2.2f * height && !(begin == 0 && end == n)) break;
      if (++looks > looks_max) break;
      strokes.clear();
      for (std::size_t i = begin; i < end; ++i) strokes.insert(strokes.end(), pieces[i].strokes.begin(), pieces[i].strokes.end());
      std::sort(strokes.begin(), strokes.end());
      const Look& seen = look(ink, strokes, o.rare);
      if (begin == 0 && end == n) whole = &seen;
      if (scribbled(ink, strokes, seen)) continue;
      const float cost = shape_cost(begin, end) + cut_cost(begin);
      for (const Path& before : paths[begin])
        for (std::size_t g = 0; g < std::min(guesses_tried, seen.guesses.size()); ++g) {
          const Guess& guess = seen.guesses[g];
          Path next = before;
          next.score += guess.score + usual + language(before.last, guess, o.rare) + 3.2f - cost;
          next.last = guess.code;
          next.text += utf8(guess.code);
          next.characters += 1;
          if (begin == 0) next.first = strokes;
          paths[end].push_back(std::move(next));
        }
    }
    auto& here = paths[end];
    std::stable_sort(here.begin(), here.end(), [](const Path& a, const Path& b) { return a.score > b.score; });
    if (here.size() > paths_kept) here.resize(paths_kept);
  }
  const auto& best = paths[n];
  if (best.empty()) {
    out.scribble = true;
    return out;
  }
  out.characters = best[0].characters;
  const auto add = [&](Choice choice) {
    if (out.choices.size() < o.choices_max && std::none_of(out.choices.begin(), out.choices.end(), [&](const Choice& c) { return c.text == choice.text; })) out.choices.push_back(std::move(choice));
  };
  std::vector<std::uint32_t> everything(ink.strokes());
  std::iota(everything.begin(), everything.end(), 0u);
  const auto as_one = [&](std::size_t count) {
    if (whole == nullptr || scribbled(ink, everything, *whole)) return;
    std::vector<Choice> found;
    for (const Guess& g : whole->guesses) found.push_back({utf8(g.code), {}, g.score + language(last_character(o.before), g, o.rare)});
    std::stable_sort(found.begin(), found.end(), [](const Choice& a, const Choice& b) { return a.score > b.score; });
    for (std::size_t i = 0; i < std::min(count, found.size()); ++i) add(std::move(found[i]));
  };
  if (out.characters == 1) {
    as_one(4);
    for (const Path& p : best)
      if (p.characters > 1 && p.score > best[0].score - 6) add({p.text, {}, p.score});
    as_one(guesses_kept);
    return out;
  }
  // Several: whole readings first, then the first character alone, so that one wrong among five costs one touch and not five.
  std::size_t whole_readings = 0;
  for (const Path& p : best)
    if (p.characters > 1 && whole_readings < 5) add({p.text, {}, p.score}), ++whole_readings;
  as_one(best[0].score - best.back().score > 12 ? 0 : 2);
  const std::vector<std::uint32_t>& first = best[0].first;
  std::vector<std::uint32_t> left;
  for (std::uint32_t i = 0; i < ink.strokes(); ++i)
    if (!std::binary_search(first.begin(), first.end(), i)) left.push_back(i);
  const Look& seen = look(ink, first, o.rare);
  std::vector<Choice> found;
  for (const Guess& g : seen.guesses) found.push_back({utf8(g.code), left, g.score + language(last_character(o.before), g, o.rare)});
  std::stable_sort(found.begin(), found.end(), [](const Choice& a, const Choice& b) { return a.score > b.score; });
  for (Choice& c : found) add(std::move(c));
  return out;
}

void Reader::forget() {
  // An empty vector may have no place at all, and none may be overwritten.
  for (auto& [key, seen] : seen_)
    if (!seen.guesses.empty()) explicit_bzero(seen.guesses.data(), seen.guesses.size() * sizeof(Guess));
  seen_.clear();
  if (!stroke_hash_.empty()) explicit_bzero(stroke_hash_.data(), stroke_hash_.size() * sizeof(std::uint64_t));
  stroke_hash_.clear();
  recogniser_.forget();
}

}  // namespace yizhan::ink
