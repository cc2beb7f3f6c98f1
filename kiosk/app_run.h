/// The citizen's program: one window, one visit after another. Floor 4: the ui edge; everything else comes through the engine.
#pragma once
#include "kiosk/engine.h"
#include "kiosk/ui/window.h"

namespace yizhan::kiosk {

/// Opens the window and runs until it is closed or the engine's store has failed for good.
/// Sets engine.on_news() after the window is open and clears it before the window goes. ui thread only.
/// Returns the exit code: 0 closed, 1 the window cannot be opened (one line on standard error says why), 75 the store failed
/// (Io or Corrupt): a supervisor starts the process again.
int run_citizen(Engine& engine, const ui::WindowOptions& options);

}  // namespace yizhan::kiosk
