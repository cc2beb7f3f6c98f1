/// The stations: the desk of a lawyer, a mediator or reception, and the hall's board. Same rules as kiosk/app_run.h.
#pragma once
#include <string>

#include "kiosk/desk/player.h"
#include "kiosk/engine.h"
#include "kiosk/ui/window.h"

namespace yizhan::kiosk {

/// `role`: "desk-lawyer", "desk-mediator" or "desk-reception" (the words of Config::role). Exit codes as run_citizen.
/// `player` lets recordings be heard; null: this desk has no loudspeaker, and says so.
int run_desk(Engine& engine, const ui::WindowOptions& options, const std::string& role, desk::AttachmentPlayer* player = nullptr);
int run_board(Engine& engine, const ui::WindowOptions& options);

}  // namespace yizhan::kiosk
