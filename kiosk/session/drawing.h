/// What a finger draws on a page, as a value of the visit: a signature, or a name no font can show. Pure.
#pragma once
#include <cstdint>
#include <vector>

#include "core/strokes.h"

namespace yizhan::kiosk {

/// One thing a finger did on the pad: millimetres from its upper left corner.
struct PenDot {
  enum class What : std::uint8_t { Down, Move, Up, Gone } what{};  ///< Gone: the stroke was not meant
  float x = 0, y = 0;
};
/// Dots of one frame, in order, and the pad they belong to.
struct PenDots {
  std::vector<PenDot> dots;
  float width_mm = 0, height_mm = 0;
};

struct Drawing {
  Strokes strokes;                ///< finished ones; empty: nothing is drawn
  std::vector<StrokePoint> pen;   ///< the stroke under the finger
  bool full = false;              ///< no more room: the page says so, what is drawn stays

  bool empty() const { return strokes.empty(); }
  bool operator==(const Drawing&) const = default;
};

/// Points closer together than this are one: a signature keeps its shape and 4,000 points last for minutes.
inline constexpr std::int32_t pen_step = 25;  ///< hundredths of a millimetre

/// Takes what the finger did. A pad of another size than the first stroke's (the visitor changed the size of the words) is
/// mapped onto the first one's box, as draw_strokes() shows it.
void draw_on(Drawing& drawing, const PenDots& pen);
/// Overwrites the points and lets them go.
void wipe(Drawing& drawing);

}  // namespace yizhan::kiosk
