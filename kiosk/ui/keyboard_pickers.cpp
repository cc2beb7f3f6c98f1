// 常用语 and the pickers that fill its slots or stand alone: dates, amounts, places, units. Everything by taps, in pages.
#include <array>

#include "core/text.h"
#include "core/tr.h"
#include "kiosk/ui/keyboard_panel.h"
#include "kiosk/writing/amount.h"
#include "kiosk/writing/phrases.h"

namespace yizhan::ui {

namespace {
constexpr TextStyle title_style{.step = Step::Button, .ink = Ink::Ink, .weight = Weight::Bold, .lines_max = 1, .middle = true, .shrink = true};
/// Where the places begin that are shown first; "0" in the state is the list of provinces.
std::string place_code(const KeyboardState& state, const Hand& hand) {
  return state.code == "0" ? std::string() : state.code.empty() ? hand.places->known(hand.here) : state.code;
}
}  // namespace

int Panel::grid(std::string_view name, Box area, const std::vector<std::string>& words, int columns, float row_mm, bool large) {
  const int count = static_cast<int>(words.size());
  // Larger type has fewer columns: the widest word must fit at its smallest.
  float widest = 0;
  for (const std::string& word : words) widest = std::max(widest, ui->text_width(word, {.step = Step::Caption, .weight = Weight::Bold}));
  while (columns > 1 && area.column(0, columns, key_gap_mm).w < std::min(widest + 9, area.w / 2)) --columns;
  const auto rows_in = [&](const Box& box) { return std::max(1, static_cast<int>((box.h + row_gap_mm + .01f) / (row_mm + row_gap_mm))); };
  const bool paged = count > rows_in(area) * columns;
  Box nav;
  if (paged) nav = area.cut_bottom(std::min(24.f, area.h / 3), row_gap_mm);
  const int rows = rows_in(area), a_page = rows * columns;
  const int pages = std::max(1, (count + a_page - 1) / a_page), page = std::clamp(state().page, 0, pages - 1);
  // Few words stand in large cells, but not larger than the drawn keys.
  const int used = std::max(1, std::min(rows, (count + columns - 1) / columns));
  if (!paged) area.h = std::min(area.h, static_cast<float>(used) * 30 + static_cast<float>(used - 1) * row_gap_mm);
  int touched = -1;
  for (int i = page * a_page; i < std::min(count, (page + 1) * a_page); ++i) {
    const Box cell = area.row(i % a_page / columns, paged ? rows : used, row_gap_mm).column(i % columns, columns, key_gap_mm);
    if (ui->button("key." + std::string(name) + "." + std::to_string(i), cell, words[static_cast<std::size_t>(i)], large ? Look::Word : Look::Tab)) touched = i;
  }
  if (!paged) return touched;
  const float turn_w = std::min(64.f, nav.w * 0.3f);
  if (ui->button("key.page.previous", nav.cut_left(turn_w, key_gap_mm), tr("上一页"), Look::Tab, Icon::None, page > 0)) turn(page - 1);
  if (ui->button("key.page.next", nav.cut_right(turn_w, key_gap_mm), tr("下一页"), Look::Tab, Icon::None, page + 1 < pages)) turn(page + 1);
  ui->text(nav, std::to_string(page + 1) + " / " + std::to_string(pages), {.step = Step::Body, .ink = Ink::Muted, .align = Align::Centre, .lines_max = 1, .middle = true, .shrink = true});
  return touched;
}

int Panel::word_bar(Box bar, const std::vector<std::string>& words) {
  std::vector<std::size_t> begins{0};
  const float turns = 2 * (22 + key_gap_mm);
  float used = 0;
  std::vector<float> widths;
  for (std::size_t i = 0; i < words.size(); ++i) {
    widths.push_back(std::min(bar.w - turns, std::max(22.f, ui->text_width(words[i], {.step = Step::Caption, .weight = Weight::Bold}) + 9)));
    if (used > 0 && used + widths[i] > bar.w - turns) begins.push_back(i), used = 0;
    used += widths[i] + key_gap_mm;
  }
  const std::size_t page = std::min(static_cast<std::size_t>(state().page), begins.size() - 1);
  if (begins.size() > 1) {
    if (ui->button("candidate.back", bar.cut_left(22, key_gap_mm), tr("上一页"), Look::Word, Icon::ChevronLeft, page > 0)) turn(static_cast<int>(page) - 1);
    if (ui->button("candidate.next", bar.cut_right(22, key_gap_mm), tr("下一页"), Look::Word, Icon::Chevron, page + 1 < begins.size())) turn(static_cast<int>(page) + 1);
  }
  const std::size_t end = page + 1 < begins.size() ? begins[page + 1] : words.size();
  float total = -key_gap_mm;
  for (std::size_t i = begins[page]; i < end; ++i) total += widths[i] + key_gap_mm;
  const float share = (bar.w - total) / static_cast<float>(end - begins[page]);
  int touched = -1;
  for (std::size_t i = begins[page]; i < end; ++i)
    if (ui->button("candidate." + std::to_string(i - begins[page]), bar.cut_left(widths[i] + share, key_gap_mm), words[i], Look::Tab)) touched = static_cast<int>(i);
  return touched;
}

bool Panel::up(Box& head, std::string_view words) {
  const float w = std::max(std::min(56.f, head.w * 0.3f), std::min(ui->text_width(words, {.step = Step::Caption, .weight = Weight::Medium}) + 8, head.w * 0.5f));
  return ui->button("key.up", head.cut_left(w, 5), words, Look::Quiet);
}

void Panel::prompt(const Box& head, std::initializer_list<std::string> ways) {
  for (const std::string& words : ways)
    if (ui->text_width(words, {.step = Step::Caption, .weight = Weight::Bold}) + 1 <= head.w) {
      ui->text(head, words, title_style);
      return;
    }
}

bool Panel::slot_line(Box& area, std::string_view skip) {
  Box line = head_of(area, 0.15f);
  const bool skipped = key("skip", line.cut_right(std::min(52.f, area.w * 0.26f), key_gap_mm), skip, Look::Quiet);
  const std::string words = std::string(hand.before) + writing::shown_phrase(state().rest);
  ui->text(line, "…" + words, {.step = Step::Body, .ink = Ink::Muted, .lines_max = 1, .middle = true, .shrink = true});
  return skipped;
}

void Panel::phrase_list(Box area) {
  // Two columns while a sentence of usual length fits half the width.
  const bool two = ui->theme().size == TextSize::Normal && area.w > 200;
  const int columns = two ? 2 : 1;
  std::vector<std::string> words;
  for (const std::string& phrase : hand.phrases) words.push_back(writing::shown_phrase(phrase));
  Box list = area;
  Box nav = list.cut_bottom(std::min(24.f, area.h / 5), row_gap_mm);
  const int rows = std::max(1, static_cast<int>((list.h + row_gap_mm) / (22.f + row_gap_mm)));
  const int a_page = rows * columns, count = static_cast<int>(words.size());
  const int pages = std::max(1, (count + a_page - 1) / a_page), page = std::clamp(state().page, 0, pages - 1);
  for (int i = page * a_page; i < std::min(count, (page + 1) * a_page); ++i) {
    const auto k = static_cast<std::size_t>(i);
    const Box cell = list.row(i % a_page / columns, rows, row_gap_mm).column(i % columns, columns, row_gap_mm);
    if (ui->button("key.phrase." + std::to_string(i), cell, words[k], Look::Tab)) tap_phrase(hand.phrases[k]);
  }
  const float turn_w = std::min(56.f, nav.w * 0.27f);
  if (ui->button("key.page.previous", nav.cut_left(turn_w, key_gap_mm), tr("上一页"), Look::Tab, Icon::None, page > 0)) turn(page - 1);
  if (ui->button("key.page.next", nav.cut_right(turn_w, key_gap_mm), tr("下一页"), Look::Tab, Icon::None, page + 1 < pages)) turn(page + 1);
  if (key("backspace", nav.cut_right(std::min(40.f, nav.w * 0.2f), key_gap_mm), tr("删除"), Look::KeySide, Icon::Backspace)) backspace();
  ui->text(nav, std::to_string(page + 1) + " / " + std::to_string(pages), {.step = Step::Body, .ink = Ink::Muted, .align = Align::Centre, .lines_max = 1, .middle = true, .shrink = true});
}

void Panel::date_picker(Box area) {
  using namespace std::chrono;
  const auto put = [&](const std::string& words) {
    state().at = {};
    state().page = 0;
    if (filling()) fill_slot(words);
    else insert(words);
  };
  if (filling() && slot_line(area, tr("记不清"))) return put(std::string(writing::unsaid(writing::Slot::Date)));
  const auto day_words = [](year_month_day day) {
    return std::to_string(static_cast<int>(day.year())) + "年" + std::to_string(static_cast<unsigned>(day.month())) + "月" + std::to_string(static_cast<unsigned>(day.day())) + "日";
  };
  Box head = head_of(area, 0.2f);
  const int this_year = static_cast<int>(year_month_day(hand.today).year());
  auto& [year_at, month_at, unused] = state().at;
  std::vector<std::string> words;
  if (year_at == 0) {
    const std::array<std::pair<const char*, int>, 3> near{{{mark("今天"), 0}, {mark("昨天"), 1}, {mark("前天"), 2}}};
    for (int i = 0; i < 3; ++i) {
      const auto& [name, ago] = near[static_cast<std::size_t>(i)];
      if (ui->button("key.day.ago" + std::to_string(ago), head.column(i, 4, key_gap_mm), tr(name), Look::Tab)) return put(day_words(year_month_day(hand.today - days(ago))));
    }
    // Alone, what is not remembered is said too; in a phrase 记不清 stands above.
    if (!filling() && ui->button("key.day.unknown", head.column(3, 4, key_gap_mm), tr("不记得"), Look::Tab)) return put("日期记不清了");
    // Next year for what is hoped for, then this one and back to a person's youth.
    for (int y = this_year; y > this_year - 59; --y) words.push_back(trf("{}年", y));
    words.insert(words.begin() + 1, trf("{}年", this_year + 1));
    const int i = grid("year", area, words, area.w > 180 ? 5 : 4, 22);
    if (i >= 0) year_at = i == 0 ? this_year : i == 1 ? this_year + 1 : this_year - i + 1, turn(0);
    return;
  }
  if (month_at == 0) {
    if (up(head, tr("换一年"))) return year_at = 0, turn(0);
    if (key("only", head.cut_right(std::min(60.f, area.w * 0.3f), key_gap_mm), tr("只记得年"), Look::Quiet)) return put(std::to_string(year_at) + "年");
    prompt(head, {trf("{}年几月？", year_at), tr("几月？")});
    for (int m = 1; m <= 12; ++m) words.push_back(trf("{}月", m));
    const int i = grid("month", area, words, 4, 20);
    if (i >= 0) month_at = i + 1, turn(0);
    return;
  }
  if (up(head, tr("换一月"))) return month_at = 0, turn(0);
  if (key("only", head.cut_right(std::min(60.f, area.w * 0.3f), key_gap_mm), tr("只记得月"), Look::Quiet)) return put(std::to_string(year_at) + "年" + std::to_string(month_at) + "月");
  prompt(head, {trf("{}年{}月几号？", year_at, month_at), trf("{}月几号？", month_at), tr("几号？")});
  const auto last = static_cast<unsigned>(year_month_day_last(year(year_at) / month_at / std::chrono::last).day());
  for (unsigned d = 1; d <= last; ++d) words.push_back(std::to_string(d));
  const int across = std::clamp(static_cast<int>((area.w + key_gap_mm) / (cell_mm_min + key_gap_mm)), 6, 11);
  const int i = grid("day", area, words, across, 20);
  if (i >= 0) put(day_words(year(year_at) / month_at / (i + 1)));
}

void Panel::amount_picker(Box area) {
  if (filling() && slot_line(area, tr("说不清"))) return fill_slot(writing::unsaid(writing::Slot::Amount));
  Box head = area.cut_top(std::clamp(area.h * 0.27f, 15.5f, 34.f), row_gap_mm);
  ui->fill(head, Ink::Card, 3);
  ui->edge(head, Ink::Line, 0.4f, 3);
  const std::string words = writing::amount_words(state().typed), capital = writing::capital_amount(state().typed);
  Box in = head.inset(6, 0);
  const std::string shown = state().typed.empty() ? std::string(tr("多少钱？")) : words.empty() ? state().typed : words;
  const auto tall_of = [&](Step step) { return ui->text_height(in.w, "元", {.step = step, .weight = Weight::Bold}); };
  const bool two = head.h >= tall_of(Step::Button) + tall_of(Step::Caption) + 1;
  const TextStyle big{.step = two ? Step::Button : Step::Body, .ink = state().typed.empty() ? Ink::Muted : Ink::Ink, .weight = Weight::Bold, .lines_max = 1, .middle = true, .shrink = true};
  // The bank's capitals below, or beside where there is one line only: a digit too many is seen at once.
  const std::string below = state().typed.empty() ? "" : capital.empty() ? tr("最多写到分") : capital;
  const TextStyle small{.step = two && head.h < tall_of(Step::Button) + tall_of(Step::Body) + 1 ? Step::Caption : Step::Body, .ink = Ink::Primary, .weight = Weight::Medium, .align = two ? Align::Left : Align::Right, .lines_max = 1, .middle = true, .shrink = true};
  if (two) {
    const bool capitals = !below.empty() && ui->text_width(below, {.step = Step::Caption, .weight = Weight::Medium}) <= in.w;
    ui->text(capitals ? in.cut_top(tall_of(Step::Button) + 0.5f) : in, shown, big);
    if (capitals) ui->text(in, below, small);
  } else {
    ui->text(in.cut_left(std::min(in.w, ui->text_width(shown, big) + 2), 3), shown, big);
    if (ui->text_width(below, {.step = Step::Caption, .weight = Weight::Medium}) <= in.w) ui->text(in, below, small);
  }
  // Like a telephone where four rows have room; otherwise two rows of digits and one of the rest, so that no key is low.
  using Rows = std::vector<std::vector<std::string_view>>;
  const bool tall = area.h >= 4 * 15 + 3 * row_gap_mm;
  const Rows keys = tall ? Rows{{"1", "2", "3", "⌫"}, {"4", "5", "6", "万"}, {"7", "8", "9", "clear"}, {".", "0", "00", "put"}}
                         : Rows{{"1", "2", "3", "4", "5", "⌫"}, {"6", "7", "8", "9", "0", "万"}, {".", "00", "clear", "put"}};
  for (std::size_t r = 0; r < keys.size(); ++r)
    for (std::size_t c = 0; c < keys[r].size(); ++c) {
      const Box cell = area.row(static_cast<int>(r), static_cast<int>(keys.size()), row_gap_mm).column(static_cast<int>(c), static_cast<int>(keys[r].size()), key_gap_mm);
      const std::string_view name = keys[r][c];
      if (name == "put") {
        if (key("put", cell, tr("写进去"), Look::TabActive, Icon::None, !words.empty())) {
          state().typed.clear();
          if (filling()) fill_slot(words);
          else insert(words);
        }
      } else if (name == "clear") {
        if (key("clear", cell, tr("清空"), Look::KeySide)) state().typed.clear(), result.changed = true;
      } else if (name == "⌫") {
        if (!key("backspace", cell, tr("删除"), Look::KeySide, Icon::Backspace)) continue;
        if (state().typed.empty() && !filling()) {
          backspace();
        } else if (!state().typed.empty()) {
          const auto points = code_points(state().typed);
          state().typed = first_characters(state().typed, points.size() - 1);
        }
        result.changed = true;
      } else if (key(name, cell, name, name == "万" ? Look::KeySide : Look::Key)) {
        state().typed = writing::amount_with(state().typed, name);
        result.changed = true;
      }
    }
}

void Panel::place_picker(Box area) {
  const auto reset = [&] {
    state().code.clear();
    state().typed.clear();
    state().letters = false;
    state().page = 0;
  };
  const auto put = [&](const std::string& words, const std::string& code) {
    reset();
    result.division = code;
    if (filling()) fill_slot(words);
    else insert(words);
  };
  if (filling() && slot_line(area, tr("不说了"))) return reset(), fill_slot(writing::unsaid(writing::Slot::Place));
  if (!hand.places || hand.places->empty()) {
    ui->text(area, tr("地名暂时不能选，请自己写。"), {.step = Step::Body, .ink = Ink::Muted, .align = Align::Centre, .middle = true});
    return;
  }
  const writing::Divisions& places = *hand.places;
  const std::string here = place_code(state(), hand);
  const auto take = [&](const writing::Division& one) {
    if (places.parts(one.code).empty()) return put(places.spoken(one.code, hand.here), one.code);
    state().code = one.code;
    state().letters = false;
    state().typed.clear();
    turn(0);
  };
  if (state().letters) {
    const Box bar = head_of(area, 0.2f);
    std::vector<writing::Division> found;
    if (!state().typed.empty()) {
      const std::string own = places.known(hand.here);
      found = places.search(own, state().typed, 24);
      for (writing::Division& far : places.search("", state().typed, 48))
        if (found.size() < 48 && std::find(found.begin(), found.end(), far) == found.end()) found.push_back(std::move(far));
    }
    std::vector<std::string> words;
    for (const auto& one : found) words.push_back(places.spoken(one.code, hand.here));
    if (words.empty()) ui->text(bar, state().typed.empty() ? tr("每个字的头一个字母，石板镇是 sbz") : tr("没有这样的地名。"), {.step = Step::Body, .ink = Ink::Muted, .lines_max = 1, .middle = true, .shrink = true});
    else if (const int i = word_bar(bar, words); i >= 0) return take(found[static_cast<std::size_t>(i)]);
    const Sides sides = letter_rows(area, 3, false, [&](char c) {
      if (state().typed.size() < 12) state().typed += c;
      turn(0);
    });
    if (key("list", sides.left, ui->text_width(tr("看列表"), {.step = Step::Caption, .weight = Weight::Medium}) + 3 <= sides.left.w ? tr("看列表") : tr("列表"), Look::KeySide)) state().letters = false, state().typed.clear(), turn(0);
    if (key("backspace", sides.right, tr("删除"), Look::KeySide, Icon::Backspace)) {
      if (!state().typed.empty()) state().typed.pop_back(), turn(0);
      else backspace();
    }
    return;
  }
  Box head = head_of(area, 0.16f);
  const std::string above = places.above(here);
  if (!here.empty() && up(head, here == places.known(hand.here) ? tr("别的地方") : tr("上一级"))) {
    state().code = above.empty() ? "0" : above;
    return turn(0);
  }
  if (key("letters", head.cut_right(std::min(62.f, area.w * 0.28f), key_gap_mm), tr("按字母找"), Look::Tab, Icon::Search)) {
    state().letters = true;
    turn(0);
    return;
  }
  if (here.size() >= 6 && key("only", head.cut_right(std::min(62.f, area.w * 0.28f), key_gap_mm), tr("就写到这里"), Look::Quiet)) return put(places.spoken(here, here.size() > 6 ? hand.here : ""), here);
  here.empty() ? prompt(head, {tr("哪个省？")}) : prompt(head, {trf("{}，哪里？", places.name(here)), std::string(places.name(here))});
  const std::vector<writing::Division> parts = places.parts(here);
  std::vector<std::string> words;
  for (const auto& one : parts) words.push_back(one.name);
  const int i = grid("place", area, words, area.w > 180 ? 4 : 3, 20);
  if (i >= 0) take(parts[static_cast<std::size_t>(i)]);
}

void Panel::unit_picker(Box area) {
  if (filling() && slot_line(area, tr("不说了"))) return fill_slot(writing::unsaid(writing::Slot::Unit));
  const std::vector<std::string> all(hand.units.begin(), hand.units.end());
  const int i = grid("unit", area, all, area.w > 180 ? 3 : 2, 21);
  if (i < 0) return;
  state().page = 0;
  if (filling()) fill_slot(all[static_cast<std::size_t>(i)]);
  else insert(all[static_cast<std::size_t>(i)]);
}

}  // namespace yizhan::ui
