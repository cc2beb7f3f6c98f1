/// Draws what a finger drew: a signature or a name, scaled to fit a box and kept in its proportions. ui thread only.
#pragma once
#include "core/strokes.h"
#include "kiosk/ui/kit.h"

namespace yizhan::ui {

/// Nothing outside `box`; a line of `thick_mm` on paper of the drawing's own size, never thinner than a hair.
void draw_strokes(Ui& ui, Box box, const Strokes& strokes, Ink ink = Ink::Ink, float thick_mm = 0.7f);

}  // namespace yizhan::ui
