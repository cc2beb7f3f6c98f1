/// What a finger drew, as a value: a signature, or a name with a character that no font here has. Pure. No times and no pressure:
/// how somebody writes is a biometric (PIPL 28), and a signature needs its shape only.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace yizhan {

inline constexpr std::size_t stroke_points_max = 4'000, strokes_max = 64;
inline constexpr std::size_t stroke_bytes_max = 64u << 10;   ///< of the text that encode_strokes() makes
inline constexpr std::int32_t stroke_box_max = 30'000;       ///< 30 cm

struct StrokePoint {
  std::int32_t x = 0, y = 0;
  bool operator==(const StrokePoint&) const = default;
};

/// Strokes in the order they were drawn, in hundredths of a millimetre from the box's upper left corner; y grows downward.
struct Strokes {
  std::int32_t width = 0, height = 0;  ///< the box they were drawn in: 1 … stroke_box_max
  std::vector<StrokePoint> points;     ///< every one inside the box
  std::vector<std::uint32_t> ends;     ///< one past the last point of each stroke, ascending; no stroke is empty

  bool empty() const { return ends.empty(); }
  std::span<const StrokePoint> stroke(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends[i - 1];
    return std::span(points).subspan(begin, ends[i] - begin);
  }
  bool operator==(const Strokes&) const = default;
};

/// Errors: Invalid "strokes: …" (outside the box, an empty stroke, more than the limits, nothing drawn).
Status check_strokes(const Strokes& strokes);
/// base64 of: 1, width, height, number of strokes, and per stroke its number of points, the first point and then steps.
/// All numbers are LEB128, steps zigzag; a signature of 600 points is about 2 KB. Errors: as check_strokes.
Result<std::string> encode_strokes(const Strokes& strokes);
/// Total: any text is either exactly what encode_strokes() makes, or Invalid.
Result<Strokes> decode_strokes(std::string_view text);

}  // namespace yizhan
