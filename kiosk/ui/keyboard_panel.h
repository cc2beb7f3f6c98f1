/// The panel being drawn: what its parts share. Inside this room only.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/tr.h"
#include "kiosk/ui/keyboard.h"

namespace yizhan::ui {

/// The engine reads no more at once; longer input is chosen piece by piece.
inline constexpr std::size_t letters_max = 60;
inline constexpr float key_gap_mm = 2.5f, row_gap_mm = 3.f, cell_mm_min = 20.f;

struct Panel {
  Ui* ui = nullptr;  ///< null while a stroke is judged
  const KeyboardState& given;
  const Hand& hand;
  KeyboardResult result;

  Panel(Ui* u, const KeyboardState& state, const Hand& h) : ui(u), given(state), hand(h) { result.state = state; }
  KeyboardState& state() { return result.state; }

  // -- what happens (keyboard.cpp, keyboard_pinyin.cpp)
  void insert(std::string_view words);
  void backspace();
  void turn(int page);                       ///< a page of anything
  void change_way(Way way);                  ///< settles what is being composed
  void compose(std::string letters);
  void add_letter(char c);                   ///< composes; chooses by itself when the engine's bound is reached
  void choose(std::size_t i);                ///< candidate i of the page that is shown
  void choose_first_or_letters();
  void letters_as_typed();
  void enter();
  /// 换行 where there are lines; elsewhere an arrow down: the next field.
  const char* enter_words() const { return hand.several_lines ? tr("换行") : tr("下一格"); }
  Icon enter_icon() const { return hand.several_lines ? Icon::None : Icon::ArrowDown; }
  void tap_phrase(std::string_view phrase);  ///< writes up to the first {slot} and opens its picker
  void fill_slot(std::string_view words);    ///< the picker's answer; goes on with the rest of the phrase
  bool filling() const { return !result.state.rest.empty(); }
  PinyinEngine::Candidates found() const;

  // -- what is drawn
  bool key(std::string_view name, Box box, std::string_view words, Look look = Look::Key, Icon icon = Icon::None, bool enabled = true) {
    return ui->button("key." + std::string(name), box, words, look, icon, enabled);
  }
  void tabs(Box row, Way shown);
  void sheet_tabs(Box row);
  void pinyin(Box bar, Box keys);
  void candidate_bar(Box bar, const PinyinEngine::Candidates& found);
  /// Three rows of letters in `keys`; reports each with tap(c). The sides of the third row are given back.
  struct Sides { Box left, right; };
  template <class Tap>
  Sides letter_rows(const Box& keys, int rows, bool upper, Tap tap);
  void digits(Box area, bool alone);
  void letter_sheet(Box area);
  void marks(Box area);
  void rare(Box area);
  void phrase_list(Box area);
  void date_picker(Box area);
  void amount_picker(Box area);
  void place_picker(Box area);
  void unit_picker(Box area);
  /// The line above a picker that fills a slot: the sentence so far, and 不填. True: leave it unsaid.
  bool slot_line(Box& area, std::string_view skip);
  /// A grid of words, rows at least `row_mm` high, with 上一页/下一页 when they need pages. Returns the index touched or −1.
  int grid(std::string_view name, Box area, const std::vector<std::string>& words, int columns, float row_mm, bool large = false);
  /// A strip of fingers' height at the top of a picker: as high as drawn, lower where a low position leaves less.
  static Box head_of(Box& area, float share) { return area.cut_top(std::clamp(area.h * share, 15.5f, 22.f), row_gap_mm); }
  /// Words side by side, as many as fit, in pages; returns the index touched or −1.
  int word_bar(Box bar, const std::vector<std::string>& words);
  /// The way back of a picker, at the left of its head.
  bool up(Box& head, std::string_view words);
  /// What is asked, in the first of several wordings (longest first) that stands in one line; none where none does.
  void prompt(const Box& head, std::initializer_list<std::string> ways);
};

template <class Tap>
Panel::Sides Panel::letter_rows(const Box& keys, int rows, bool upper, Tap tap) {
  const float unit = (keys.w - 9 * key_gap_mm) / 10;
  const auto letter = [&](char c, Box box) {
    const char shown = upper ? static_cast<char>(c - 'a' + 'A') : c;
    const std::string_view name(&c, 1);
    if (key(name, box, std::string_view(&shown, 1))) tap(shown);
  };
  for (int row = 0; row < 2; ++row) {
    const Box line = keys.row(row, rows, row_gap_mm);
    float x = line.x + (row == 0 ? 0 : (unit + key_gap_mm) / 2);
    for (const char c : std::string_view(row == 0 ? "qwertyuiop" : "asdfghjkl")) {
      letter(c, {x, line.y, unit, line.h});
      x += unit + key_gap_mm;
    }
  }
  Box line = keys.row(2, rows, row_gap_mm);
  // The two outer keys are never narrower than their words; the letters between them share what is left.
  const float side = std::max((line.w - 7 * unit - 8 * key_gap_mm) / 2, ui->text_width(tr("分词"), {.step = Step::Caption, .weight = Weight::Medium}) + 3);
  const float middle = std::min(unit, (line.w - 2 * side - 8 * key_gap_mm) / 7);
  const Box left = line.cut_left(side, key_gap_mm);
  for (const char c : std::string_view("zxcvbnm")) letter(c, line.cut_left(middle, key_gap_mm));
  return {left, line};
}

}  // namespace yizhan::ui
