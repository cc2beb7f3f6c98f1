// The input panel under the fields, and what a real keyboard does.
#include <set>

#include "core/text.h"
#include "core/tr.h"
#include "kiosk/screens/parts.h"

namespace yizhan::kiosk {

namespace {

using ui::Sheet;
using ui::Way;

/// What the panel needs for the focused field, and the words that it points into.
struct Panel {
  std::vector<Way> ways;
  std::vector<Sheet> sheets;
  std::vector<std::string> phrases, units;
  std::string before;
  ui::Hand hand;
};

std::optional<writing::PhraseField> phrase_field(Field field) {
  switch (field) {
    case Field::Request: return writing::PhraseField::Request;
    case Field::Facts: return writing::PhraseField::Facts;
    case Field::Reasons: return writing::PhraseField::Reasons;
    case Field::Place: return writing::PhraseField::Place;
    case Field::Party: return writing::PhraseField::Party;
    default: return std::nullopt;
  }
}

/// The units of the hall's rulebook: departments by their names, then the other names people have for them.
std::vector<std::string> units_to_pick(const RuleBook& rules) {
  std::vector<std::string> units;
  std::set<std::string, std::less<>> seen;
  const auto add = [&](const std::string& name) {
    if (!name.empty() && seen.insert(name).second) units.push_back(name);
  };
  for (const WindowInfo& window : rules.windows)
    if (!window.on_site && !window.units.empty()) add(window.name == window.units.front() ? window.name : window.units.front());
  for (const WindowInfo& window : rules.windows)
    if (!window.on_site)
      for (const std::string& unit : window.units) add(unit);
  for (const WindowInfo& window : rules.windows)
    if (window.on_site)
      for (const std::string& unit : window.units)
        if (unit.ends_with("局") || unit.ends_with("办") || unit.ends_with("会") || unit.ends_with("中心")) add(unit);
  return units;
}

void prepare(Panel& panel, const View& view) {
  const Field field = view.s.field;
  ui::Hand& hand = panel.hand;
  switch (field) {
    case Field::Number:
      panel.ways = {Way::Digits};
      // Passports have letters and never characters.
      if (view.s.document == DocumentKind::ResidentId || view.s.document == DocumentKind::ResidencePermit) panel.sheets = {Sheet::Digits};
      else panel.sheets = {Sheet::Digits, Sheet::Letters};
      break;
    case Field::Phone:
    case Field::MatterNumber:
    case Field::QueryCode:
      panel.ways = {Way::Digits};
      panel.sheets = {Sheet::Digits};
      break;
    case Field::Name:
    case Field::OtherName:
    case Field::Representative:
      panel.ways = {Way::Handwriting, Way::Pinyin, Way::Digits};
      panel.sheets = {Sheet::Rare, Sheet::Letters};
      hand.names = true;
      break;
    case Field::Place: panel.ways = {Way::Places, Way::Phrases, Way::Handwriting, Way::Pinyin, Way::Digits}; break;
    case Field::Party: panel.ways = {Way::Phrases, Way::Units, Way::Handwriting, Way::Pinyin, Way::Digits}; break;
    default:
      panel.ways = {Way::Handwriting, Way::Pinyin, Way::Digits, Way::Phrases, Way::Speak};
      hand.several_lines = true;
      hand.caret_keys = false;  // the page has them above the field
      break;
  }
  if (panel.sheets.empty()) panel.sheets = {Sheet::Digits, Sheet::Letters, Sheet::Marks, Sheet::Date, Sheet::Amount, Sheet::Rare};
  if (const auto which = phrase_field(field)) {
    if (view.phrases != nullptr) panel.phrases = view.phrases->of(view.s.topic, *which);
    else if (const TopicInfo* topic = view.world.rules.topic(view.s.topic); topic != nullptr && hand.several_lines) panel.phrases = topic->phrases;
    panel.units = units_to_pick(view.world.rules);
  }
  panel.before = writing::before_caret(text_of(view.s, field, view.s.field_index), view.s.caret, 12);
  hand.ways = panel.ways;
  hand.sheets = panel.sheets;
  hand.pinyin = view.pinyin;
  hand.handwriting = view.handwriting;
  hand.phrases = panel.phrases;
  hand.places = view.places;
  hand.here = view.world.origin.substr(0, std::min<std::size_t>(6, view.world.origin.size()));
  hand.units = panel.units;
  hand.rare = view.rare;
  hand.today = hall_day(view.world.now.now);
  hand.before = panel.before;
}

Asked action_of(const ui::KeyboardResult& result) {
  if (!result.changed) return {};
  if (result.step != 0 && result.insert.empty() && result.backspaces == 0) return StepCaret{result.step, result.state};
  return Typed{result.insert, result.backspaces, result.state, result.deletes, result.division};
}

}  // namespace

Asked keyboard_panel(Ui& ui, const View& view, const Box& box) {
  if (view.s.field == Field::None) return {};
  Panel panel;
  prepare(panel, view);
  return action_of(ui::keyboard(ui, box, view.s.keys, panel.hand));
}

Asked on_key(Ui& ui, const View& view, const writing::Stroke& stroke) {
  if (view.s.field == Field::None || pick_screen(view.s, view.world.now) != view.s.screen) return {};
  Panel panel;
  prepare(panel, view);
  const bool composing = !view.s.keys.composing.empty();
  if (!composing && has_caret(view.s.field)) {
    const Ui::CaretMoves& moves = ui.caret_moves();
    if (stroke.name == "Up") return Caret{moves.up};
    if (stroke.name == "Down") return Caret{moves.down};
    if (stroke.name == "Home") return Caret{moves.line_begin};
    if (stroke.name == "End") return Caret{moves.line_end};
    if (stroke.name == "PageUp") return Caret{moves.page_up};
    if (stroke.name == "PageDown") return Caret{moves.page_down};
  }
  if (stroke.name == "Enter" && view.s.screen == Screen::Ask && !view.s.number.empty() && !view.s.code.empty()) return Next{};
  return action_of(ui::strike(view.s.keys, panel.hand, stroke));
}

Asked caret_buttons(Ui& ui, const View& view, Box row) {
  Asked asked;
  // Of the frame before: a page more or less shows up with the next touch.
  const Ui::CaretMoves moves = ui.caret_moves();
  const bool several = moves.pages > 1;
  const int n = several ? 4 : 2;
  const auto button = [&](int i, std::string_view name, std::string_view words, Icon icon, bool enabled) {
    return ui.button(name, row.column(i, n, touch_gap_mm), words, Look::KeySide, icon, enabled);
  };
  const auto step = [&](int by) { asked = StepCaret{by, view.s.keys}; };
  if (button(0, "key.caret.left", tr("往左"), Icon::ChevronLeft, true)) step(-1);
  if (button(1, "key.caret.right", tr("往右"), Icon::Chevron, true)) step(1);
  if (several && button(2, "key.caret.up", tr("上一页"), Icon::None, moves.page > 0)) asked = Caret{moves.page_up};
  if (several && button(3, "key.caret.down", tr("下一页"), Icon::None, moves.page + 1 < moves.pages)) asked = Caret{moves.page_down};
  return asked;
}

}  // namespace yizhan::kiosk
