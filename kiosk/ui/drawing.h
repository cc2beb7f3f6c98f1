/// Draws what a finger drew: a signature or a name, scaled to fit a box and kept in its proportions. ui thread only.
#pragma once
#include <span>

#include "core/strokes.h"
#include "kiosk/ui/kit.h"

namespace yizhan::ui {

inline constexpr float pen_mm = 0.9f;  ///< of the line, at the drawing's own size

/// Nothing outside `box`. The line shrinks with the drawing, but never below a hair.
void draw_strokes(Ui& ui, Box box, const Strokes& strokes, Ink colour = Ink::Ink, float thick_mm = pen_mm);
/// One more stroke of the same drawing, the one under the finger.
void draw_stroke(Ui& ui, Box box, const Strokes& drawing, std::span<const StrokePoint> stroke, Ink colour = Ink::Ink, float thick_mm = pen_mm);

}  // namespace yizhan::ui
