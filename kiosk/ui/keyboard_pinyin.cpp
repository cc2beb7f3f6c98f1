// 拼音: candidates and letters.
#include <array>

#include "core/tr.h"
#include "kiosk/ui/keyboard_panel.h"

namespace yizhan::ui {

namespace {
/// Punctuation waits where candidates appear while nothing is being composed.
constexpr std::array<std::array<std::string_view, 6>, 2> waiting{{{"、", "？", "！", "：", "（", "）"}, {"“", "”", "《", "》", "；", "—"}}};
}  // namespace

PinyinEngine::Candidates Panel::found() const {
  if (!hand.pinyin || result.state.composing.empty()) return {};
  hand.pinyin->fuzzy(result.state.fuzzy);
  return hand.pinyin->candidates(result.state.composing, result.state.page);
}

void Panel::compose(std::string letters) {
  state().composing = std::move(letters);
  state().page = 0;
  state().preedit.clear();
  if (state().composing.empty()) {
    if (hand.pinyin) hand.pinyin->forget();
  } else {
    state().preedit = hand.pinyin ? found().preedit : state().composing;
  }
  result.changed = true;
}

void Panel::add_letter(char c) {
  if (c == '\'' && (state().composing.empty() || state().composing.back() == '\'')) return;
  // More letters than the engine reads at once: what is there is settled, nothing is dropped.
  if (state().composing.size() >= letters_max) choose_first_or_letters();
  compose(state().composing + c);
}

void Panel::choose(std::size_t i) {
  const PinyinEngine::Candidates all = found();
  if (i >= all.words.size()) return;
  const std::string letters = state().composing;
  const int used = std::max(1, hand.pinyin->consumed(letters, state().page, i));
  insert(all.words[i]);
  std::string rest = letters.substr(std::min(letters.size(), static_cast<std::size_t>(used)));
  rest.erase(0, rest.find_first_not_of('\''));
  compose(std::move(rest));
}

void Panel::letters_as_typed() {
  std::string letters = state().composing;
  std::erase(letters, '\'');
  insert(letters);
  compose({});
}

void Panel::choose_first_or_letters() {
  if (found().words.empty()) letters_as_typed();
  else choose(0);
}

void Panel::candidate_bar(Box bar, const PinyinEngine::Candidates& found) {
  if (!hand.pinyin) {
    ui->text(bar, tr("拼音暂时不能用，字母会照原样写下。"), {.step = Step::Caption, .ink = Ink::Muted, .lines_max = 1, .middle = true, .shrink = true});
    return;
  }
  const float turn_mm = std::max(cell_mm_min, 22.f);
  if (state().composing.empty()) {
    if (hand.names) {  // · joins the parts of names, and nothing else belongs there
      ui->text(bar, tr("点字母，再点上面的字。"), {.step = Step::Body, .ink = Ink::Muted, .lines_max = 1, .middle = true, .shrink = true});
      return;
    }
    const Box next = bar.cut_right(turn_mm, key_gap_mm);
    const auto& row = waiting[static_cast<std::size_t>(state().page) % waiting.size()];
    for (std::size_t i = 0; i < row.size(); ++i)
      if (ui->button("candidate." + std::to_string(i), bar.column(static_cast<int>(i), static_cast<int>(row.size()), key_gap_mm), row[i], Look::Word)) insert(row[i]);
    if (ui->button("candidate.next", next, tr("更多"), Look::Word, Icon::Chevron)) turn((state().page + 1) % static_cast<int>(waiting.size()));
    return;
  }
  if (found.words.empty()) {
    ui->text(bar, tr("没有这个音，请看看拼写。"), {.step = Step::Caption, .ink = Ink::Muted, .lines_max = 1, .middle = true, .shrink = true});
    return;
  }
  // Forth at the right, back at the left once there is something to go back to.
  const Box next = bar.cut_right(turn_mm, key_gap_mm);
  const int page = state().page;
  if (page > 0 && ui->button("candidate.back", bar.cut_left(turn_mm, key_gap_mm), tr("上一页"), Look::Word, Icon::ChevronLeft)) turn(page - 1);
  // A cell is as wide as its word; what is left over is shared.
  constexpr float padding = 10;
  std::vector<float> widths;
  float total = key_gap_mm * static_cast<float>(found.words.size() - 1);
  for (const std::string& word : found.words) {
    widths.push_back(std::max(22.f, ui->text_width(word, {.step = Step::Title, .weight = Weight::Medium}) + padding));
    total += widths.back();
  }
  const float share = (bar.w - total) / static_cast<float>(widths.size());
  std::size_t chosen = found.words.size();
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const Look look = i == 0 && page == 0 ? Look::WordFirst : Look::Word;
    const float w = i + 1 == widths.size() ? bar.w : std::max(cell_mm_min, widths[i] + share);
    if (ui->button("candidate." + std::to_string(i), bar.cut_left(std::min(w, bar.w), key_gap_mm), found.words[i], look)) chosen = i;
  }
  if (ui->button("candidate.next", next, tr("更多"), Look::Word, Icon::Chevron, found.more)) turn(page + 1);
  if (chosen < found.words.size()) choose(chosen);
}

void Panel::pinyin(Box bar, Box keys) {
  if (hand.pinyin) hand.pinyin->fuzzy(state().fuzzy);
  candidate_bar(bar, found());
  if (result.changed) return;
  Sides sides = letter_rows(keys, 4, false, [&](char c) {
    if (!hand.pinyin) insert(std::string_view(&c, 1));
    else add_letter(c);
  });
  if (key("split", sides.left, tr("分词"), Look::KeySide)) {
    if (!state().composing.empty()) add_letter('\'');
  }
  if (key("backspace", sides.right, tr("删除"), Look::KeySide, Icon::Backspace)) backspace();

  Box line = keys.row(3, 4, row_gap_mm);
  const float side = hand.caret_keys ? 37.f : 45.f, unit = hand.caret_keys ? 21.f : 24.f;
  if (key("fuzzy", line.cut_left(side, key_gap_mm), state().fuzzy ? tr("模糊音开") : tr("模糊音"), state().fuzzy ? Look::TabActive : Look::KeySide)) {
    state().fuzzy = !state().fuzzy;
    if (hand.pinyin) hand.pinyin->fuzzy(state().fuzzy);
    compose(state().composing);
  }
  const auto mark = [&](std::string_view name, Box box, std::string_view words) {
    if (!key(name, box, words, Look::KeySide)) return;
    // A mark ends what is being composed: the first candidate is meant.
    if (!state().composing.empty()) choose_first_or_letters();
    insert(words);
  };
  mark(hand.names ? "dot" : "comma", line.cut_left(unit, key_gap_mm), hand.names ? "·" : "，");
  const Box enter_box = line.cut_right(side, key_gap_mm);
  if (!hand.names) mark("stop", line.cut_right(unit, key_gap_mm), "。");
  if (hand.caret_keys) {
    const auto move = [&](std::string_view name, Box box, std::string_view words, Icon icon, int by) {
      if (!key(name, box, words, Look::KeySide, icon)) return;
      if (!state().composing.empty()) choose_first_or_letters();
      result.step = by;
      result.changed = true;
    };
    move("left", line.cut_left(unit, key_gap_mm), tr("往左"), Icon::ChevronLeft, -1);
    move("right", line.cut_right(unit, key_gap_mm), tr("往右"), Icon::Chevron, 1);
  }
  if (key("space", line, tr("空格"))) {
    if (!found().words.empty()) choose(0);
    else if (state().composing.empty()) insert(" ");
  }
  if (key("enter", enter_box, !state().composing.empty() ? tr("原样") : hand.several_lines ? tr("换行") : tr("下一格"), Look::KeySide)) enter();
}

}  // namespace yizhan::ui
