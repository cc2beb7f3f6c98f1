/// The citizen's screens: functions of the visit and the snapshot that draw one page and report what was touched.
/// They own nothing. Every touchable has a stable name (listed at the top of each file), unique on its screen.
#pragma once
#include <optional>

#include "kiosk/session/session.h"
#include "kiosk/ui/keyboard.h"
#include "kiosk/writing/phrases.h"
#include "kiosk/writing/scan.h"

namespace yizhan::kiosk {

/// What a screen may look at.
struct View {
  const Session& s;
  const World& world;
  Tick now{};
  ui::PinyinEngine* pinyin = nullptr;  ///< null: letters are typed as they are
  ui::HandwritingEngine* handwriting = nullptr;  ///< null: 手写 is left out
  const writing::PhraseBank* phrases = nullptr;  ///< null: the rulebook's own few
  const writing::Divisions* places = nullptr;
  const writing::RareIndex* rare = nullptr;
};

/// Draws pick_screen() and returns what the person asked for. ui thread, once a frame.
std::optional<Action> draw(ui::Ui& ui, const View& view);
/// What a stroke of a real keyboard asks for on the page just drawn: writing in the focused field, moving its caret, going on.
/// Called after draw(), for one stroke after the other, each with the session as the one before left it.
std::optional<Action> on_key(ui::Ui& ui, const View& view, const writing::Stroke& stroke);
ui::Theme theme_of(const Settings& settings);

}  // namespace yizhan::kiosk
