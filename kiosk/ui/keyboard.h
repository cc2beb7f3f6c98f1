/// The input panel of the kiosk: handwriting, pinyin, digits with letters and signs, phrases with their pickers, speech. Ways are one
/// touch apart, the panel keeps its height, a change of way loses nothing. Its state is a value of the session.
/// Touchables: "key.mode.<way>", "key.sheet.<sheet>", "candidate.<n>", "candidate.back", "candidate.next", "key.<…>".
#pragma once
#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "kiosk/ui/handwriting.h"
#include "kiosk/ui/kit.h"
#include "kiosk/writing/divisions.h"
#include "kiosk/writing/keys.h"
#include "kiosk/writing/rare.h"

namespace yizhan::ui {

using writing::Sheet;
using writing::Way;
using KeyboardState = writing::Keys;

struct KeyboardResult {
  KeyboardState state;    ///< new state
  int backspaces = 0;     ///< characters to delete before the caret, before inserting
  std::string insert;     ///< text to insert at the caret; "\n" in a field of one line means: go on to the next
  int deletes = 0;        ///< characters to delete after the caret
  int step = 0;           ///< caret: −1 left, +1 right
  std::string division;   ///< code of the place that `insert` names
  bool changed = false;
};

/// What the panel writes with. Everything may be missing; the ways that need it then say so or are left out.
struct Hand {
  std::span<const Way> ways{};              ///< tabs, in order; one alone has no tabs
  std::span<const Sheet> sheets{};          ///< of 数字; one alone has no tabs
  PinyinEngine* pinyin = nullptr;           ///< null: letters are inserted as typed
  HandwritingEngine* handwriting = nullptr; ///< null: 手写 is left out
  std::span<const std::string> phrases{};   ///< may hold {slots}; empty: 常用语 is left out
  const writing::Divisions* places = nullptr;
  std::string_view here{};                  ///< code of the kiosk's county
  std::span<const std::string> units{};
  const writing::RareIndex* rare = nullptr;
  Date today{};
  std::string_view before{};                ///< the last characters before the caret
  bool names = false;                       ///< a field for names: · instead of punctuation, rare characters first
  bool several_lines = false;
  bool caret_keys = true;                   ///< ← and → in the last row
};

/// The way that is shown for a state: the chosen one, or the first that `hand` has in the order of need.md 4.8: phrases and
/// pickers, handwriting, pinyin.
Way shown_way(const KeyboardState& state, const Hand& hand);
/// Draws the panel in `box`, at least 200 × 120 mm for everything to be 20 mm large.
KeyboardResult keyboard(Ui& ui, Box box, const KeyboardState& state, const Hand& hand);
/// What a stroke of a real keyboard means for the panel; nothing is drawn. Letters compose in 拼音 (and lead there from ways without
/// letters), digits choose candidates, Enter takes letters as typed, Backspace deletes. `changed` false: the stroke is not the panel's.
KeyboardResult strike(const KeyboardState& state, const Hand& hand, const writing::Stroke& stroke);

}  // namespace yizhan::ui
