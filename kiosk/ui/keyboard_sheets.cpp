// The sheets of 数字: digits, letters, signs, rare characters.
#include <array>

#include "core/text.h"
#include "core/tr.h"
#include "kiosk/ui/keyboard_panel.h"

namespace yizhan::ui {

namespace {
/// Everything that a keyboard has and everything that Chinese is pointed with, most used first.
constexpr std::string_view signs[] = {
    "，", "。", "、", "？", "！", "：", "；", "“", "”", "‘", "’", "（", "）", "《", "》", "·", "—", "…", "～", "￥", "%", "+", "-", "×", "÷", "=", "/", "@", "#", "&",
    ",", ".", "?", "!", ":", ";", "'", "\"", "(", ")", "[", "]", "{", "}", "<", ">", "*", "_", "\\", "|", "^", "~", "`", "$", "°", "℃", "№", "㎡", "‰", "±",
    "〈", "〉", "【", "】", "「", "」", "『", "』", "〔", "〕", "①", "②", "③", "④", "⑤", "⑥", "⑦", "⑧", "⑨", "⑩", "→", "←", "↑", "↓", "※", "§", "〇", "々", "＠", "－", "＋", "／"};
constexpr std::string_view hex_digits = "0123456789ABCDEF";
}  // namespace

void Panel::digits(Box area, bool alone) {
  struct Cell { std::string_view name, words; };
  constexpr std::array<std::array<Cell, 6>, 4> grid{{{{{"1", "1"}, {"2", "2"}, {"3", "3"}, {"年", "年"}, {"backspace", ""}, {"space", ""}}},
                                                     {{{"4", "4"}, {"5", "5"}, {"6", "6"}, {"月", "月"}, {"-", "-"}, {"enter", ""}}},
                                                     {{{"7", "7"}, {"8", "8"}, {"9", "9"}, {"日", "日"}, {".", "."}, {"left", ""}}},
                                                     {{{"X", "X"}, {"0", "0"}, {"colon", "："}, {"元", "元"}, {"comma", "，"}, {"right", ""}}}}};
  // Alone it serves ID and telephone numbers, where dates and money have no place.
  const int across = alone ? 4 : hand.caret_keys ? 6 : 5;
  for (std::size_t r = 0; r < grid.size(); ++r) {
    const Box line = area.row(static_cast<int>(r), 4, row_gap_mm);
    int column = 0;
    for (std::size_t c = 0; c < 6; ++c) {
      const auto& [name, words] = grid[r][c];
      if ((alone && c == 3) || (c == 5 && (alone || !hand.caret_keys))) continue;
      const Box box = line.column(column++, across, key_gap_mm);
      if (alone && (name == "colon" || name == "comma")) continue;
      if (name == "backspace") {
        if (key(name, box, tr("删除"), Look::KeySide, Icon::Backspace)) backspace();
      } else if (name == "left" || name == "right") {
        const int by = name == "left" ? -1 : 1;
        if (key(name, box, by < 0 ? tr("往左") : tr("往右"), Look::KeySide, by < 0 ? Icon::ChevronLeft : Icon::Chevron)) {
          result.step = by;
          result.changed = true;
        }
      } else if (name == "space" || name == "enter") {
        const bool space = name == "space";
        if (key(name, box, space ? tr("空格") : hand.several_lines ? tr("换行") : tr("下一格"), Look::KeySide)) insert(space ? " " : "\n");
      } else if (key(name, box, words, c < 3 && name != "colon" ? Look::Key : Look::KeySide)) {
        insert(words);
      }
    }
  }
}

void Panel::letter_sheet(Box area) {
  const Sides sides = letter_rows(area, 4, state().upper, [&](char c) { insert(std::string_view(&c, 1)); });
  if (key("upper", sides.left, state().upper ? tr("小写") : tr("大写"), state().upper ? Look::TabActive : Look::KeySide)) {
    state().upper = !state().upper;
    result.changed = true;
  }
  if (key("backspace", sides.right, tr("删除"), Look::KeySide, Icon::Backspace)) backspace();
  Box line = area.row(3, 4, row_gap_mm);
  for (const std::string_view sign : {"-", ".", "'", "·"})
    if (key(sign, line.cut_left(23, key_gap_mm), sign, Look::KeySide)) insert(sign);
  if (key("enter", line.cut_right(37, key_gap_mm), hand.several_lines ? tr("换行") : tr("下一格"), Look::KeySide)) insert("\n");
  if (hand.caret_keys) {
    const Box right = line.cut_right(23, key_gap_mm), left = line.cut_right(23, key_gap_mm);
    const bool back = key("left", left, tr("往左"), Look::KeySide, Icon::ChevronLeft), forth = key("right", right, tr("往右"), Look::KeySide, Icon::Chevron);
    if (back || forth) {
      result.step = back ? -1 : 1;
      result.changed = true;
    }
  }
  if (key("space", line, tr("空格"))) insert(" ");
}

void Panel::marks(Box area) {
  const int across = std::clamp(static_cast<int>((area.w + key_gap_mm) / (cell_mm_min + key_gap_mm)), 4, 10);
  const auto a_page = static_cast<std::size_t>(across) * 3;
  const int pages = static_cast<int>((std::size(signs) + a_page - 1) / a_page), page = std::min(state().page, pages - 1);
  for (std::size_t i = 0; i < a_page; ++i) {
    const std::size_t k = static_cast<std::size_t>(page) * a_page + i;
    if (k >= std::size(signs)) break;
    const Box line = area.row(static_cast<int>(i) / across, 4, row_gap_mm);
    if (key(signs[k], line.column(static_cast<int>(i) % across, across, key_gap_mm), signs[k], Look::Key)) insert(signs[k]);
  }
  Box line = area.row(3, 4, row_gap_mm);
  if (ui->button("key.page.previous", line.cut_left(50, key_gap_mm), tr("上一页"), Look::Tab, Icon::None, page > 0)) turn(page - 1);
  if (key("backspace", line.cut_right(40, key_gap_mm), tr("删除"), Look::KeySide, Icon::Backspace)) backspace();
  if (ui->button("key.page.next", line.cut_right(50, key_gap_mm), tr("下一页"), Look::Tab, Icon::None, page + 1 < pages)) turn(page + 1);
  if (key("space", line, tr("空格"))) insert(" ");
}

/// Rare characters: strokes of the radical, the radical, strokes beside it, the character; or the code itself.
void Panel::rare(Box area) {
  Box head = area.cut_top(std::min(22.f, area.h * 0.18f), row_gap_mm);
  const bool by_code = state().letters || !hand.rare;
  if (hand.rare && key("rare.way", head.cut_right(60, key_gap_mm), by_code ? tr("按部首找") : tr("按编码写"), Look::Tab)) {
    const KeyboardState before = state();
    state() = {};
    state().way = Way::Digits;
    state().sheet = Sheet::Rare;
    state().fuzzy = before.fuzzy;
    state().letters = !by_code;
    result.changed = true;
    return;
  }
  const TextStyle title{.step = Step::Button, .ink = Ink::Ink, .weight = Weight::Bold, .lines_max = 1, .middle = true, .shrink = true};
  if (by_code) {
    ui->text(head, state().typed.empty() ? std::string(tr("按编码，例如 20BB7")) : trf("编码 {}", state().typed), title);
    Box bar = area.cut_top(std::min(27.f, area.h * 0.26f), row_gap_mm);
    struct Offer { char32_t c; std::string_view words; };
    std::vector<Offer> offers;
    if (const auto c = writing::from_unicode_code(state().typed)) offers.push_back({*c, "Unicode"});
    if (const auto c = hand.rare ? hand.rare->from_gb18030(state().typed) : std::nullopt) offers.push_back({*c, "GB 18030"});
    if (offers.empty() && state().typed.size() >= 4) ui->text(bar, tr("这个编码没有字，请再看看。"), {.step = Step::Caption, .ink = Ink::Muted, .lines_max = 1, .middle = true, .shrink = true});
    for (std::size_t i = 0; i < offers.size(); ++i) {
      const Box cell = bar.column(static_cast<int>(i), 3, key_gap_mm);
      if (ui->button("candidate." + std::to_string(i), cell, utf8(offers[i].c) + " " + std::string(offers[i].words), i == 0 ? Look::WordFirst : Look::Word)) {
        insert(utf8(offers[i].c));
        state().typed.clear();
      }
    }
    for (std::size_t i = 0; i < hex_digits.size(); ++i) {
      const Box cell = area.row(static_cast<int>(i / 8), 3, row_gap_mm).column(static_cast<int>(i % 8), 8, key_gap_mm);
      const std::string_view one = hex_digits.substr(i, 1);
      if (key(one, cell, one) && state().typed.size() < 8) {
        state().typed += one;
        result.changed = true;
      }
    }
    Box line = area.row(2, 3, row_gap_mm);
    const bool some = !state().typed.empty();
    if (key("clear", line.cut_left(60, key_gap_mm), tr("清空"), Look::KeySide, Icon::None, some)) {
      state().typed.clear();
      result.changed = true;
    }
    if (key("backspace", line.cut_right(60, key_gap_mm), tr("删除"), Look::KeySide, Icon::Backspace)) {
      if (some) state().typed.pop_back();
      else backspace();
      result.changed = true;
    }
    return;
  }
  auto& [strokes, radical, residual] = state().at;
  const int across = std::clamp(static_cast<int>((area.w + key_gap_mm) / (cell_mm_min + key_gap_mm)), 4, 10);
  std::vector<std::string> words;
  const auto radicals = hand.rare->radicals(strokes);
  const bool known = radical > 0 && radical <= static_cast<int>(radicals.size());
  const std::string form = known ? radicals[static_cast<std::size_t>(radical - 1)].form : "", key_of = known ? radicals[static_cast<std::size_t>(radical - 1)].key : "";
  if (strokes == 0) {
    ui->text(head, tr("部首几画？"), title);
    for (int n = 1; n <= hand.rare->strokes_max(); ++n) words.push_back(trf("{}画", n));
    const int i = grid("strokes", area, words, across, 24, {}, {});
    if (i >= 0) strokes = i + 1, turn(0);
  } else if (!known) {
    ui->text(head, trf("{}画的部首，是哪个？", strokes), title);
    for (const auto& one : radicals) words.push_back(one.form);
    const int i = grid("radical", area, words, across, 24, tr("换画数"), {}, true);
    if (i == -1) strokes = 0, turn(0);
    if (i >= 0) radical = i + 1, turn(0);
  } else if (residual == 0) {
    ui->text(head, trf("「{}」以外还有几画？", form), title);
    const auto counts = hand.rare->residuals(key_of);
    for (const int n : counts) words.push_back(trf("{}画", n));
    const int i = grid("residual", area, words, across, 24, tr("换部首"), {});
    if (i == -1) radical = 0, turn(0);
    if (i >= 0) residual = counts[static_cast<std::size_t>(i)] + 1, turn(0);
  } else {
    ui->text(head, trf("「{}」加{}画", form, residual - 1), title);
    const auto chars = hand.rare->characters(key_of, residual - 1);
    for (const char32_t c : chars) words.push_back(utf8(c));
    const int i = grid("char", area, words, across, 24, tr("换画数"), {}, true);
    if (i == -1) residual = 0, turn(0);
    if (i >= 0) insert(words[static_cast<std::size_t>(i)]);
  }
}

}  // namespace yizhan::ui
