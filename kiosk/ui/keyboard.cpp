// The panel's frame: ways, sheets, and what keys do whether they are touched or struck. The sheets and pickers are drawn in
// keyboard_pinyin.cpp, keyboard_sheets.cpp and keyboard_pickers.cpp.
#include "kiosk/ui/keyboard.h"

#include <array>

#include "core/text.h"
#include "core/tr.h"
#include "kiosk/ui/keyboard_panel.h"
#include "kiosk/writing/amount.h"
#include "kiosk/writing/caret.h"
#include "kiosk/writing/phrases.h"

namespace yizhan::ui {

namespace {

struct WayInfo { Way way; std::string_view name; const char* words; Icon icon; };
constexpr std::array<WayInfo, 7> ways{{{Way::Handwriting, "key.mode.handwriting", mark("手写"), Icon::Pencil},
                                       {Way::Pinyin, "key.mode.pinyin", mark("拼音"), Icon::Keyboard},
                                       {Way::Digits, "key.mode.digits", mark("数字"), Icon::Digits},
                                       {Way::Phrases, "key.mode.phrases", mark("常用语"), Icon::Phrases},
                                       {Way::Speak, "key.mode.speak", mark("说话"), Icon::Speaker},
                                       {Way::Places, "key.mode.places", mark("选地名"), Icon::Place},
                                       {Way::Units, "key.mode.units", mark("选单位"), Icon::Building}}};
struct SheetInfo { Sheet sheet; std::string_view name; const char* words; };
constexpr std::array<SheetInfo, 6> sheets{{{Sheet::Digits, "key.sheet.digits", mark("数字")}, {Sheet::Letters, "key.sheet.letters", mark("字母")}, {Sheet::Marks, "key.sheet.marks", mark("符号")},
                                           {Sheet::Date, "key.sheet.date", mark("日期")}, {Sheet::Amount, "key.sheet.amount", mark("金额")}, {Sheet::Rare, "key.sheet.rare", mark("生僻字")}}};

bool has(const Hand& hand, Way way) {
  if (std::find(hand.ways.begin(), hand.ways.end(), way) == hand.ways.end()) return false;
  switch (way) {
    case Way::Handwriting: return hand.handwriting != nullptr;
    case Way::Phrases: return !hand.phrases.empty();
    case Way::Places: return hand.places != nullptr && !hand.places->empty();
    case Way::Units: return !hand.units.empty();
    case Way::Speak: return static_cast<bool>(hand.speak);
    default: return true;
  }
}
Sheet shown_sheet(const KeyboardState& state, const Hand& hand) {
  if (hand.sheets.empty()) return Sheet::Digits;
  return std::find(hand.sheets.begin(), hand.sheets.end(), state.sheet) != hand.sheets.end() ? state.sheet : hand.sheets.front();
}
bool letter(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z'); }
char small(char32_t c) { return static_cast<char>(c >= U'A' && c <= U'Z' ? c - U'A' + U'a' : c); }

/// A keyboard has no 。: what its keys mean among characters. A point after a digit stays one (3.5元).
std::string_view chinese(char32_t c, std::string_view before) {
  const bool after_digit = !before.empty() && before.back() >= '0' && before.back() <= '9';
  switch (c) {
    case U',': return after_digit ? "" : "，";
    case U'.': return after_digit ? "" : "。";
    case U'?': return "？";
    case U'!': return "！";
    case U':': return after_digit ? "" : "：";
    case U';': return "；";
    case U'(': return "（";
    case U')': return "）";
    case U'\\': return "、";
    default: return "";
  }
}

}  // namespace

Way shown_way(const KeyboardState& state, const Hand& hand) {
  if (state.way != Way::Auto && has(hand, state.way)) return state.way;
  for (const Way way : {Way::Places, Way::Phrases, Way::Units, Way::Handwriting, Way::Pinyin})
    if (has(hand, way)) return way;
  return hand.ways.empty() ? Way::Pinyin : hand.ways.front();
}

// ---- what happens -------------------------------------------------------------------------------------------------------

void Panel::insert(std::string_view words) {
  result.insert += words;
  result.changed = true;
}

void Panel::backspace() {
  if (!state().composing.empty()) return compose(state().composing.substr(0, state().composing.size() - 1));
  // Several strokes may come with one frame: what was just written goes first.
  if (!result.insert.empty()) {
    std::size_t caret = writing::at_end;
    writing::erase_before(result.insert, caret, 1);
  } else {
    ++result.backspaces;
  }
  result.changed = true;
}

void Panel::turn(int page) {
  state().page = std::max(0, page);
  result.changed = true;
}

void Panel::change_way(Way way) {
  // The box of an open {slot} is left unsaid, letters stay as they were typed: nothing anybody saw is lost.
  insert(writing::settled(state()));
  if (hand.pinyin) hand.pinyin->forget();
  KeyboardState next;
  next.way = way;
  next.fuzzy = state().fuzzy;
  if (way == Way::Digits) next.sheet = shown_sheet(next, hand);
  state() = std::move(next);
  result.changed = true;
}

void Panel::tap_phrase(std::string_view phrase) {
  state().way = Way::Phrases;
  const writing::Cut cut = writing::cut_at_slot(phrase);
  insert(cut.before);
  // What a slot needs to go on: from the slot to the end of the phrase.
  state().rest = cut.slot ? std::string(phrase.substr(cut.before.size())) : std::string();
  state().typed.clear();
  state().at = {};
  state().code.clear();
  state().letters = false;
  if (filling()) state().page = 0;
}

void Panel::fill_slot(std::string_view words) {
  insert(words);
  const std::string after = writing::cut_at_slot(state().rest).after;
  state().rest.clear();
  tap_phrase(after);
}

void Panel::enter() {
  if (!state().composing.empty()) letters_as_typed();
  else insert("\n");
}

// ---- what is drawn ------------------------------------------------------------------------------------------------------

void Panel::tabs(Box row, Way shown) {
  std::vector<const WayInfo*> there;
  for (const Way way : hand.ways)
    if (has(hand, way)) there.push_back(&*std::find_if(ways.begin(), ways.end(), [way](const WayInfo& info) { return info.way == way; }));
  const int n = static_cast<int>(there.size());
  for (int i = 0; i < n; ++i) {
    const WayInfo& info = *there[static_cast<std::size_t>(i)];
    const bool active = info.way == shown;
    // In a field for names the digits are of no use, the rare characters are.
    const char* words = info.way == Way::Digits && hand.names ? mark("生僻字") : info.words;
    if (ui->button(info.name, row.column(i, n, 3), tr(words), active ? Look::TabActive : Look::Tab, n > 5 ? Icon::None : info.icon) && !active) change_way(info.way);
  }
}

void Panel::sheet_tabs(Box row) {
  const Sheet shown = shown_sheet(given, hand);
  const int n = static_cast<int>(hand.sheets.size());
  for (int i = 0; i < n; ++i) {
    const auto& info = *std::find_if(sheets.begin(), sheets.end(), [&](const SheetInfo& s) { return s.sheet == hand.sheets[static_cast<std::size_t>(i)]; });
    const bool active = info.sheet == shown;
    if (!ui->button(info.name, row.column(i, n, key_gap_mm), tr(info.words), active ? Look::WordFirst : Look::Quiet) || active) continue;
    change_way(Way::Digits);
    state().sheet = info.sheet;
  }
}

KeyboardResult keyboard(Ui& ui, Box box, const KeyboardState& state, const Hand& hand) {
  Panel panel(&ui, state, hand);
  ui.fill(box, Ink::Tray);
  ui.fill({box.x, box.y, box.w, .5f}, Ink::Line);
  Box area{box.x + 12, box.y + 4.5f, box.w - 24, box.h - 10};
  // Heights of the drawn panel (24, 24, 4 × 26 mm), stretched or squeezed to the room there is: it keeps its height.
  constexpr float gap = 3.5f, bar_mm = 24, keys_mm = 4 * 26 + 3 * 3;
  const float scale = (area.h - 2 * gap) / (2 * bar_mm + keys_mm);
  const Way way = shown_way(state, hand);
  if (std::count_if(hand.ways.begin(), hand.ways.end(), [&](Way w) { return has(hand, w); }) > 1) {
    panel.tabs(area.cut_top(bar_mm * scale, gap), way);
    if (panel.result.changed) {
      ui.again_in(0);
      return panel.result;
    }
  }
  if (panel.filling()) {
    switch (*writing::cut_at_slot(state.rest).slot) {
      case writing::Slot::Amount: panel.amount_picker(area); break;
      case writing::Slot::Date: panel.date_picker(area); break;
      case writing::Slot::Place: panel.place_picker(area); break;
      case writing::Slot::Unit: panel.unit_picker(area); break;
    }
    return panel.result;
  }
  switch (way) {
    case Way::Pinyin: {
      const Box bar = area.cut_top(bar_mm * scale, gap);
      panel.pinyin(bar, area);
      break;
    }
    case Way::Digits:
      if (hand.sheets.size() > 1) panel.sheet_tabs(area.cut_top(bar_mm * scale, gap));
      if (panel.result.changed) break;
      switch (shown_sheet(state, hand)) {
        case Sheet::Digits: panel.digits(area, hand.ways.size() == 1 && hand.sheets.size() < 2); break;
        case Sheet::Letters: panel.letter_sheet(area); break;
        case Sheet::Marks: panel.marks(area); break;
        case Sheet::Date: panel.date_picker(area); break;
        case Sheet::Amount: panel.amount_picker(area); break;
        case Sheet::Rare: panel.rare(area); break;
      }
      break;
    case Way::Phrases: panel.phrase_list(area); break;
    case Way::Places: panel.place_picker(area); break;
    case Way::Units: panel.unit_picker(area); break;
    case Way::Handwriting: {
      const PadResult pad = ui::pad(ui, area, state.pad, hand.handwriting, hand.before, hand.names);
      if (pad.changed) {
        panel.state().pad = pad.state;
        panel.state().preedit = pad.state.preview;
        panel.state().way = Way::Handwriting;
        panel.result.insert = pad.insert;
        panel.result.backspaces = pad.backspaces;
        panel.result.changed = true;
      }
      break;
    }
    case Way::Speak: return hand.speak(ui, area, state);
    case Way::Auto: break;
  }
  return panel.result;
}

// ---- a real keyboard ------------------------------------------------------------------------------------------------------

KeyboardResult strike(const KeyboardState& given, const Hand& hand, const writing::Stroke& stroke) {
  Panel panel(nullptr, given, hand);
  KeyboardState& state = panel.state();
  const Way way = shown_way(given, hand);
  const bool amount = way == Way::Digits && shown_sheet(given, hand) == Sheet::Amount, code = way == Way::Digits && shown_sheet(given, hand) == Sheet::Rare;
  if (!stroke.name.empty()) {
    if (stroke.name == "Backspace") {
      if ((amount || code || state.letters) && !state.typed.empty() && state.composing.empty()) {
        std::size_t caret = writing::at_end;
        writing::erase_before(state.typed, caret, 1);
        panel.result.changed = true;
      } else {
        panel.backspace();
      }
    } else if (stroke.name == "Delete") {
      panel.result.deletes = 1;
      panel.result.changed = true;
    } else if (stroke.name == "Enter") {
      if (amount && !state.typed.empty()) {
        panel.insert(writing::settled(state));
        state.typed.clear();
      } else {
        panel.enter();
      }
    } else if (!state.composing.empty() && (stroke.name == "PageDown" || stroke.name == "Down")) {
      if (panel.found().more) panel.turn(state.page + 1);
    } else if (!state.composing.empty() && (stroke.name == "PageUp" || stroke.name == "Up")) {
      panel.turn(state.page - 1);
    } else if (stroke.name == "Left" || stroke.name == "Right") {
      if (!state.composing.empty()) panel.choose_first_or_letters();
      panel.result.step = stroke.name == "Left" ? -1 : 1;
      panel.result.changed = true;
    }
    return panel.result;
  }
  // Letters lead to pinyin from every way that has none of its own.
  const bool has_pinyin = hand.pinyin != nullptr && std::find(hand.ways.begin(), hand.ways.end(), Way::Pinyin) != hand.ways.end();
  const bool to_pinyin = has_pinyin && way != Way::Pinyin && way != Way::Digits && !panel.filling();
  for (const char32_t c : code_points(stroke.text)) {
    const Way now = panel.state().way == Way::Pinyin ? Way::Pinyin : way;
    if (amount && ((c >= U'0' && c <= U'9') || c == U'.')) {
      state.typed = writing::amount_with(state.typed, utf8(c));
      panel.result.changed = true;
    } else if (code && state.typed.size() < 8 && ((c >= U'0' && c <= U'9') || (letter(c) && small(c) <= 'f'))) {
      state.typed += static_cast<char>(c >= U'a' ? c - U'a' + U'A' : c);
      state.letters = true;
      panel.result.changed = true;
    } else if (letter(c) && to_pinyin && now != Way::Pinyin) {
      panel.change_way(Way::Pinyin);
      panel.add_letter(small(c));
    } else if (now == Way::Pinyin && hand.pinyin != nullptr && ((c >= U'a' && c <= U'z') || (c == U'\'' && !state.composing.empty()) || (letter(c) && !state.composing.empty()))) {
      panel.add_letter(c == U'\'' ? '\'' : small(c));
    } else if (!state.composing.empty() && c >= U'1' && c <= U'9') {
      if (c - U'1' < panel.found().words.size()) panel.choose(c - U'1');
    } else if (!state.composing.empty() && c == U' ') {
      panel.choose_first_or_letters();
    } else {
      if (!state.composing.empty()) panel.choose_first_or_letters();
      const std::string_view mark = now == Way::Pinyin && hand.several_lines ? chinese(c, panel.result.insert.empty() ? hand.before : std::string_view(panel.result.insert)) : std::string_view{};
      panel.insert(mark.empty() ? std::string_view(utf8(c)) : mark);
    }
  }
  return panel.result;
}

}  // namespace yizhan::ui
