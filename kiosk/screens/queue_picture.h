/// Queue and waiting time as a picture: one figure for everybody before the person, the person filled, and the minutes as a slice of an hour.
#pragma once
#include "kiosk/ui/kit.h"

namespace yizhan::kiosk {

inline constexpr int queue_figures_max = 8;   ///< more people are "8 figures and +n"

/// Draws into `box` (any height from 12 mm on; figures are as tall as it). Not touchable.
void draw_queue_picture(ui::Ui& ui, ui::Box box, int ahead, int minutes);
/// A dial of one hour with `minutes` filled; 60 and more fill it.
void draw_dial(ui::Ui& ui, float cx, float cy, float r_mm, int minutes);

}  // namespace yizhan::kiosk
