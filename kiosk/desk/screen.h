/// The desk's screen: queue left, matter in the middle, record right; or the registration form; or the curtain.
/// Draws, and reports what was pressed; owns nothing. Floor 4, ui thread.
#pragma once
#include <optional>

#include "kiosk/desk/desk.h"
#include "kiosk/ui/kit.h"

namespace yizhan::kiosk::desk {

std::optional<DeskAction> draw(ui::Ui& ui, const DeskSession& session, const Snapshot& world, const Law& law);

}  // namespace yizhan::kiosk::desk
