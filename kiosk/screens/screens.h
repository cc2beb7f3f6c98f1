/// The citizen's screens: functions of the visit and the snapshot that draw one page and report what was touched.
/// They own nothing. Every touchable has a stable name (listed at the top of each file), unique on its screen.
#pragma once
#include <optional>

#include "kiosk/session/session.h"
#include "kiosk/sound/sound.h"
#include "kiosk/ui/kit.h"

namespace yizhan::kiosk {

/// What a screen may look at.
struct View {
  const Session& s;
  const World& world;
  Tick now{};
  ui::PinyinEngine* pinyin = nullptr;  ///< null: letters are typed as they are
  sound::RecorderState recorder{};     ///< of the microphone, while it is used
};

/// Draws pick_screen() and returns what the person asked for. ui thread, once a frame.
std::optional<Action> draw(ui::Ui& ui, const View& view);
ui::Theme theme_of(const Settings& settings);

}  // namespace yizhan::kiosk
