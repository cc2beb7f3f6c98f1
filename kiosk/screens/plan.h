/// The hall as a picture: rooms flat, the person's room filled, "您在这里", and the way as round dots that end in an arrow.
#pragma once
#include <string_view>

#include "core/hall_plan.h"
#include "kiosk/ui/kit.h"

namespace yizhan::kiosk {

/// Draws the plan as large as it fits into `box` and returns the box it used (height 0: it would be too small to read, nothing was
/// drawn). `window` is where the person goes, "" for nobody: then no room is filled. Names that do not fit their room are left out, never cut;
/// the filled one always stands.
ui::Box draw_plan(ui::Ui& ui, ui::Box box, const HallPlan& plan, std::string_view window, std::string_view origin);

}  // namespace yizhan::kiosk
