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
        if (key(name, box, space ? tr("空格") : enter_words(), Look::KeySide, space ? Icon::None : enter_icon())) insert(space ? " " : "\n");
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
  const float share = std::min(1.f, area.w / 246);
  for (const std::string_view sign : {"-", ".", "'", "·"})
    if (key(sign, line.cut_left(23 * share, key_gap_mm), sign, Look::KeySide)) insert(sign);
  if (key("enter", line.cut_right(37 * share, key_gap_mm), enter_words(), Look::KeySide, enter_icon())) insert("\n");
  if (hand.caret_keys) {
    const Box right = line.cut_right(23 * share, key_gap_mm), left = line.cut_right(23 * share, key_gap_mm);
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
  const float turn_w = std::min(50.f, line.w * 0.24f);
  if (ui->button("key.page.previous", line.cut_left(turn_w, key_gap_mm), tr("上一页"), Look::Tab, Icon::None, page > 0)) turn(page - 1);
  if (key("backspace", line.cut_right(std::min(40.f, line.w * 0.2f), key_gap_mm), tr("删除"), Look::KeySide, Icon::Backspace)) backspace();
  if (ui->button("key.page.next", line.cut_right(turn_w, key_gap_mm), tr("下一页"), Look::Tab, Icon::None, page + 1 < pages)) turn(page + 1);
  if (key("space", line, tr("空格"))) insert(" ");
}

/// Rare characters: strokes of the radical, the radical, strokes beside it, the character; or the code itself.
void Panel::rare(Box area) {
  Box head = head_of(area, 0.18f);
  const bool by_code = state().letters || !hand.rare;
  if (hand.rare && key("rare.way", head.cut_right(std::min(60.f, area.w * 0.3f), key_gap_mm), by_code ? tr("按部首找") : tr("按编码写"), Look::Tab)) {
    const KeyboardState before = state();
    state() = {};
    state().way = Way::Digits;
    state().sheet = Sheet::Rare;
    state().fuzzy = before.fuzzy;
    state().letters = !by_code;
    result.changed = true;
    return;
  }
  if (by_code) {
    state().typed.empty() ? prompt(head, {tr("按编码，例如 20BB7"), tr("按编码写")}) : prompt(head, {trf("编码 {}", state().typed), state().typed});
    Box bar = area.cut_top(std::clamp(area.h * 0.22f, 15.5f, 27.f), row_gap_mm);
    struct Offer { char32_t c; std::string_view words; };
    std::vector<Offer> offers;
    if (const auto c = writing::from_unicode_code(state().typed)) offers.push_back({*c, "Unicode"});
    if (const auto c = hand.rare ? hand.rare->from_gb18030(state().typed) : std::nullopt) offers.push_back({*c, "GB 18030"});
    if (offers.empty() && state().typed.size() >= 4) ui->text(bar, tr("这个编码没有字，请再看看。"), {.step = Step::Caption, .ink = Ink::Muted, .lines_max = 1, .middle = true, .shrink = true});
    for (std::size_t i = 0; i < offers.size(); ++i) {
      const Box cell = bar.column(static_cast<int>(i), 3, key_gap_mm);
      const std::string full = utf8(offers[i].c) + " " + std::string(offers[i].words);
      const bool roomy = ui->text_width(full, {.step = Step::Caption, .weight = Weight::Bold}) + 6 <= cell.w;
      if (ui->button("candidate." + std::to_string(i), cell, roomy ? full : utf8(offers[i].c), i == 0 ? Look::WordFirst : Look::Word)) {
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
    if (key("clear", line.cut_left(std::min(60.f, line.w * 0.3f), key_gap_mm), tr("清空"), Look::KeySide, Icon::None, some)) {
      state().typed.clear();
      result.changed = true;
    }
    if (key("backspace", line.cut_right(std::min(60.f, line.w * 0.3f), key_gap_mm), tr("删除"), Look::KeySide, Icon::Backspace)) {
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
    prompt(head, {tr("部首几画？"), tr("几画？")});
    for (int n = 1; n <= hand.rare->strokes_max(); ++n) words.push_back(trf("{}画", n));
    const int i = grid("strokes", area, words, std::min(across, 9), 22);
    if (i >= 0) strokes = i + 1, turn(0);
  } else if (!known) {
    if (up(head, tr("换画数"))) return strokes = 0, turn(0);
    prompt(head, {trf("{}画的部首，是哪个？", strokes), tr("哪个部首？"), tr("哪个？")});
    for (const auto& one : radicals) words.push_back(one.form);
    const int i = grid("radical", area, words, across, 21, true);
    if (i >= 0) radical = i + 1, turn(0);
  } else if (residual == 0) {
    if (up(head, tr("换部首"))) return radical = 0, turn(0);
    prompt(head, {trf("「{}」以外还有几画？", form), tr("还有几画？"), tr("几画？")});
    const auto counts = hand.rare->residuals(key_of);
    for (const int n : counts) words.push_back(trf("{}画", n));
    const int i = grid("residual", area, words, std::min(across, 9), 21);
    if (i >= 0) residual = counts[static_cast<std::size_t>(i)] + 1, turn(0);
  } else {
    if (up(head, tr("换画数"))) return residual = 0, turn(0);
    prompt(head, {trf("「{}」加{}画", form, residual - 1), std::string(form)});
    const auto chars = hand.rare->characters(key_of, residual - 1);
    for (const char32_t c : chars) words.push_back(utf8(c));
    const int i = grid("char", area, words, across, 21, true);
    if (i >= 0) insert(words[static_cast<std::size_t>(i)]);
  }
}

}  // namespace yizhan::ui
