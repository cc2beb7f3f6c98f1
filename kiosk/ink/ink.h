/// Handwriting as values: points, strokes, and what the writing pad keeps between two touches. Pure; millimetres, y grows downward.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace yizhan::ink {

/// More ink than this is a sleeve on the glass, not writing (trust.md 5.1): it is refused in words and nothing is lost.
inline constexpr std::size_t points_max = 20'000, strokes_max = 400;

struct Point {
  float x = 0, y = 0;
  bool operator==(const Point&) const = default;
};

/// Strokes in the order they were written. Flat, so that a copy is two blocks and an erasure leaves no islands.
struct Ink {
  std::vector<Point> points;
  std::vector<std::uint32_t> ends;  ///< one past the last point of each stroke, ascending

  std::size_t strokes() const { return ends.size(); }
  bool empty() const { return ends.empty(); }
  std::span<const Point> stroke(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends[i - 1];
    return std::span(points).subspan(begin, ends[i] - begin);
  }
  void add(std::span<const Point> stroke) {
    points.insert(points.end(), stroke.begin(), stroke.end());
    ends.push_back(static_cast<std::uint32_t>(points.size()));
  }
  void drop_last() {
    if (ends.empty()) return;
    ends.pop_back();
    points.resize(ends.empty() ? 0 : ends.back());
  }
  /// Only the strokes named, in their order.
  Ink only(std::span<const std::uint32_t> strokes) const {
    Ink kept;
    for (const std::uint32_t i : strokes)
      if (i < ends.size()) kept.add(stroke(i));
    return kept;
  }
  bool operator==(const Ink&) const = default;
};

/// The writing pad between two frames: a value of the session, so that the end of a visit takes it along.
struct Pad {
  Ink ink;                 ///< finished strokes, millimetres from the pad's upper left corner
  std::vector<Point> pen;  ///< the stroke under the finger
  int page = 0;            ///< of the candidates
  bool rare = false;       ///< 生僻字: characters outside the national standard too
  bool full = false;       ///< too much ink: the bar says so until something is erased
  /// The first candidate, for the field's composing text. A pause commits nothing; who leaves the field (next page, another
  /// field) inserts this and renews the pad, so that what people saw in the field is not lost.
  std::string preview;
  bool operator==(const Pad&) const = default;
};

}  // namespace yizhan::ink
