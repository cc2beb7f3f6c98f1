#include "kiosk/screens/parts.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"
#include "core/tr.h"

namespace yizhan::kiosk {
bool paragraph(Ui& ui, Box& area, std::string_view words, const TextStyle& style, float gap_mm) {
  const float h = ui.text_height(area.w, words, style);
  if (h > area.h || words.empty()) return false;
  line_in(ui, area.cut_top(h + 0.1f, gap_mm), words, style);
  return true;
}

void line_in(Ui& ui, Box box, std::string_view words, TextStyle style) {
  static constexpr std::array steps{Type::NumberLarge, Type::Number, Type::Code, Type::Window, Type::Headline, Type::Choice, Type::Title, Type::Button, Type::Body, Type::Caption};
  if (words.empty()) return;
  auto at = std::find(steps.begin(), steps.end(), style.step);
  float h = ui.text_height(box.w, words, style);
  for (; at != steps.end() && h > box.h + 0.6f; ++at) {
    style.step = *at;
    h = ui.text_height(box.w, words, style);
  }
  if (h > box.h) {  // the line's own leading may stick out; the characters do not
    box.y -= (h - box.h) / 2;
    box.h = h;
  }
  ui.text(box, words, style);
}

void first_that_fits(Ui& ui, const Box& box, std::initializer_list<std::string> ways, const TextStyle& style) {
  TextStyle one = style;
  one.lines_max = 1;
  for (const std::string& words : ways)
    if (ui.text_width(words, one) <= box.w) return line_in(ui, box, words, one);
}

void text_if_room(Ui& ui, const Box& box, std::string_view words, const TextStyle& style) {
  if (words.empty() || box.w <= 0) return;
  if (style.lines_max == 1 && ui.text_width(words, style) > box.w) return;
  if (ui.text_height(box.w, words, style) > box.h + 0.1f) return;
  line_in(ui, box, words, style);
}

float message(Ui& ui, Box box, Icon icon, std::string_view bold, std::string_view line, bool attention, bool personal) {
  const TextStyle strong{Type::Body, attention ? Ink::Amber : Ink::Ink, Weight::Bold, Align::Left, 0, false, false, ui::Say::Aloud, personal};
  const TextStyle soft{Type::Caption, attention ? Ink::Ink : Ink::Muted, Weight::Regular, Align::Left, 0, false, false, ui::Say::Aloud, personal};
  const float icon_mm = box.w < 150 ? 12.f : 16.f, text_w = box.w - icon_mm - 16;
  const float h1 = ui.text_height(text_w, bold, strong);
  float h2 = line.empty() ? 0 : ui.text_height(text_w, line, soft);
  if (h1 + h2 + 10 > box.h) h2 = 0;
  const float h = std::max(24.f, h1 + h2 + 10);
  box.h = h;
  ui.fill(box, attention ? Ink::AmberTint : Ink::Tint, 4);
  if (attention || ui.theme().contrast) ui.edge(box, attention ? Ink::AmberEdge : Ink::Edge, 0.6f, 4);
  ui.icon({box.x + 5, box.y + (h - icon_mm) / 2, icon_mm, icon_mm}, icon, attention ? Ink::Amber : Ink::Primary);
  const float top = box.y + (h - h1 - h2) / 2;
  ui.text({box.x + icon_mm + 11, top, text_w, h1 + 0.5f}, bold, strong);
  if (h2 > 0) ui.text({box.x + icon_mm + 11, top + h1, text_w, h2 + 0.5f}, line, soft);
  return h;
}

void plate(Ui& ui, const Box& box, Icon icon, int kind) {
  ui.fill(box, kind == 0 ? Ink::Primary : kind == 1 ? Ink::AmberTint : Ink::Tint, 7.5f);
  if (ui.theme().contrast) ui.edge(box, Ink::Edge, 0.75f, 7.5f);
  ui.icon(box.inset(box.w * 0.15f), icon, kind == 0 ? Ink::OnPrimary : kind == 1 ? Ink::Amber : Ink::Primary);
}

bool choice_card(Ui& ui, std::string_view name, const Box& box, Icon icon, std::string_view words, std::string_view line, int kind, bool selected, bool enabled) {
  const bool pressed = ui.touch(name, box, words, selected, enabled);
  Box in = box.inset(box.h > 44 ? 10.f : 6.f, 0);
  const float plate_mm = std::min({35.5f, box.h - (box.h > 44 ? 12.f : 8.f), box.w * .3f});
  const Box picture = in.cut_left(plate_mm, box.h > 44 ? 9.f : 6.f);
  plate(ui, {picture.x, box.y + (box.h - plate_mm) / 2, plate_mm, plate_mm}, icon, kind);
  const TextStyle big{box.h > 44 ? Type::Choice : Type::Title, enabled ? Ink::Ink : Ink::Muted, Weight::Bold, Align::Left, 1, false, true};
  // Large words take the arrow's room before they shrink; the tick of a choice stays.
  const float words_mm = ui.text_width(words, big);
  const bool round = !selected && enabled && words_mm <= in.w - 22;
  const Box arrow = round ? in.cut_right(18, 4) : selected ? in.cut_right(16, 2) : Box{};
  if (round) {
    const float cx = arrow.x + 9, cy = box.y + box.h / 2;
    ui.circle(cx, cy, 9, kind == 0 ? Ink::Primary : kind == 1 ? Ink::AmberTint : Ink::Tint);
    ui.icon({cx - 5, cy - 5, 10, 10}, Icon::Chevron, kind == 0 ? Ink::OnPrimary : kind == 1 ? Ink::Amber : Ink::Primary);
  }
  const TextStyle small{Type::Body, Ink::Muted, Weight::Regular, Align::Left, 1};
  const float h1 = ui.text_height(in.w, words, big);
  float h2 = line.empty() || ui.text_width(line, small) > in.w ? 0 : ui.text_height(in.w, line, small);
  if (h1 + h2 > box.h - 2) h2 = 0;
  const float top = box.y + (box.h - h1 - h2) / 2;
  if (h2 == 0) line_in(ui, {in.x, box.y + 1, in.w, box.h - 2}, words, {big.step, big.ink, Weight::Bold, Align::Left, 1, true, true});
  else ui.text({in.x, top, in.w, h1 + 0.5f}, words, big);
  if (h2 > 0) ui.text({in.x, top + h1, in.w, h2 + 0.5f}, line, small);
  return pressed;
}

int rows_that_fit(const Box& box, float row_mm, float gap_mm) {
  return std::max(1, static_cast<int>((box.h + gap_mm + 0.01f) / (row_mm + gap_mm)));
}

Pages pages_of(int count, int per_page, int page) {
  Pages p;
  per_page = std::max(1, per_page);
  p.pages = std::max(1, (count + per_page - 1) / per_page);
  p.page = std::clamp(page, 0, p.pages - 1);
  p.first = p.page * per_page;
  p.last = std::min(count, p.first + per_page);
  return p;
}

Grid grid_of(Ui& ui, const Page& page, Box body, int count, int at_page, float words_mm) {
  const Measure m = measure(ui);
  Grid grid;
  grid.gap = m.low ? touch_gap_mm : m.across ? std::min(m.gutter, 4.f) : m.gutter;
  // A tile gives its picture a third; three columns where the words still stand beside it.
  if (m.across && (body.w - 2 * grid.gap) / 3 * 0.64f - 13 >= words_mm) grid.columns = 3;
  const float row_min = m.low ? 40.f : m.across ? 22.f : 44.f;
  const auto rows_of = [&](int items) { return (items + grid.columns - 1) / grid.columns; };
  int rows = rows_that_fit(body, row_min, grid.gap);
  grid.pages = pages_of(count, rows * grid.columns, at_page);
  if (grid.pages.pages > 1) {
    const Box buttons = m.low ? page.strip : body.cut_bottom(22, grid.gap);
    rows = rows_that_fit(body, row_min, grid.gap);
    grid.pages = pages_of(count, rows * grid.columns, at_page);
    grid.asked = page_buttons(ui, buttons, grid.pages);
  }
  const auto used = static_cast<float>(std::max(1, grid.pages.pages > 1 ? rows : rows_of(count)));
  grid.row = std::min(56.f, (body.h - grid.gap * (used - 1)) / used);
  grid.body = body;
  return grid;
}
Box Grid::cell(int at) const {
  const Box line{body.x, body.y + static_cast<float>(at / columns) * (row + gap), body.w, row};
  return line.column(at % columns, columns, gap);
}

Asked page_buttons(Ui& ui, const Box& row, const Pages& pages) {
  if (pages.pages < 2) return {};
  Asked asked;
  Box in = row;
  const std::string words = std::to_string(pages.page + 1) + " / " + std::to_string(pages.pages);
  const TextStyle count{Type::Body, Ink::Ink, Weight::Medium, Align::Centre, 1, true, true};
  // Where the row is narrow the two buttons share it and the count goes.
  const float count_w = ui.text_width(words, count) + 6, least = ui.text_width(tr("上一页"), {Type::Caption, Ink::Ink, Weight::Bold}) + 10;
  const bool counted = row.w >= 2 * least + count_w + 6;
  const float w = std::min(72.f, (row.w - (counted ? count_w : 0) - 6) / 2), gutter_mm = 3;
  if (ui.button("page.back", in.cut_left(w, gutter_mm), tr("上一页"), Look::Edged, Icon::Back, pages.page > 0)) asked = Turn{pages.page - 1};
  if (ui.button("page.next", in.cut_right(w, gutter_mm), tr("下一页"), Look::Edged, Icon::Next, pages.page + 1 < pages.pages)) asked = Turn{pages.page + 1};
  if (counted) line_in(ui, in, words, count);
  return asked;
}

std::string wait_words(int waiting, int minutes) {
  if (waiting <= 0) return tr("不用等");
  return trf("约{}分钟", std::max(1, minutes));
}
std::string people_words(int waiting) { return waiting <= 0 ? std::string(tr("现在没人排队")) : trf("前面{}人", waiting); }

bool window_closed(const Snapshot& now, std::string_view window) {
  return std::find(now.closed.begin(), now.closed.end(), window) != now.closed.end();
}
const sync::WindowQueue* queue_of(const Snapshot& now, std::string_view window) {
  for (const auto& queue : now.hall.queues)
    if (queue.window == window) return &queue;
  return nullptr;
}
std::string window_name(const RuleBook& rules, std::string_view window) {
  const WindowInfo* info = rules.window(window);
  return info == nullptr ? tr("接待窗口") : info->name;
}
std::string window_place(const RuleBook& rules, std::string_view window) {
  const WindowInfo* info = rules.window(window);
  return info == nullptr ? tr("接待窗口") : info->place.empty() ? info->name : info->place;
}
Icon window_icon(std::string_view window) {
  if (window == window_lawyer) return Icon::Scales;
  if (window == window_mediation) return Icon::Mediation;
  if (window == window_reception) return Icon::Desk;
  return Icon::Building;
}
Icon icon_named(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Icon>, 18> names{{{"wages", Icon::Wages},
                                                                         {"neighbours", Icon::Neighbours},
                                                                         {"land", Icon::Land},
                                                                         {"house", Icon::House},
                                                                         {"scales", Icon::Scales},
                                                                         {"official", Icon::Official},
                                                                         {"leaf", Icon::Leaf},
                                                                         {"school", Icon::School},
                                                                         {"lightbulb", Icon::Lightbulb},
                                                                         {"question", Icon::Question},
                                                                         {"family", Icon::Family},
                                                                         {"building", Icon::Building},
                                                                         {"info", Icon::Info},
                                                                         {"document", Icon::Document},
                                                                         {"persons", Icon::Persons},
                                                                         {"person", Icon::Person},
                                                                         {"warning", Icon::Warning},
                                                                         {"mediation", Icon::Mediation}}};
  for (const auto& [key, icon] : names)
    if (key == name) return icon;
  return Icon::Question;
}

std::string in_short(std::string_view problem) {
  for (const std::string_view stop : {"；", "。", "，"}) {
    if (characters(problem) <= 20) break;
    problem = problem.substr(0, problem.find(stop));
  }
  return std::string(problem);
}

std::string shortened(std::string_view text, std::size_t characters_max) {
  if (characters(text) <= characters_max) return std::string(text);
  return std::string(first_characters(text, characters_max)) + "……";
}

std::string fitted(Ui& ui, float width_mm, int lines, std::string_view text, const TextStyle& style) {
  TextStyle plain = style;
  plain.lines_max = 0;
  plain.shrink = false;
  const float room = ui.text_height(width_mm, "字", plain) * static_cast<float>(lines) + 0.2f;
  // A long statement is never measured whole: no page shows more than this.
  std::string best = shortened(text, 400);
  if (ui.text_height(width_mm, best, plain) <= room) return best;
  std::size_t low = 0, high = std::min<std::size_t>(characters(text), 400);
  while (low + 1 < high) {
    const std::size_t mid = (low + high) / 2;
    (ui.text_height(width_mm, shortened(text, mid), plain) <= room ? low : high) = mid;
  }
  return shortened(text, low);
}

ui::Theme theme_of(const Settings& settings) {
  return {static_cast<ui::TextSize>(std::clamp(settings.size, 0, 2)), settings.contrast, settings.low, true};
}

Asked draw(Ui& ui, const View& view) {
  switch (pick_screen(view.s, view.world.now)) {
    case Screen::Home: return draw_home(ui, view);
    case Screen::Notice: return draw_notice(ui, view);
    case Screen::Card: return draw_card(ui, view);
    case Screen::Identify: return draw_identify(ui, view);
    case Screen::Whom: return draw_whom(ui, view);
    case Screen::Other: return draw_other(ui, view);
    case Screen::Heads: return draw_heads(ui, view);
    case Screen::Representatives: return draw_representatives(ui, view);
    case Screen::Kind: return draw_kind(ui, view);
    case Screen::Question: return draw_question(ui, view);
    case Screen::Urgent: return draw_urgent(ui, view);
    case Screen::Statement: return draw_statement(ui, view);
    case Screen::Place: return draw_place(ui, view);
    case Screen::Review: return draw_review(ui, view);
    case Screen::Read: return draw_read(ui, view);
    case Screen::DrawName:
    case Screen::Sign: return draw_sign(ui, view);
    case Screen::Ruling: return draw_ruling(ui, view);
    case Screen::Done: return draw_done(ui, view);
    case Screen::TakeNumber: return draw_take_number(ui, view);
    case Screen::Ask: return draw_ask(ui, view);
    case Screen::Progress: return draw_progress(ui, view);
    case Screen::Rate: return draw_rate(ui, view);
    case Screen::Thanks: return draw_thanks(ui, view);
    case Screen::Helper: return draw_helper(ui, view);
    case Screen::Guide: return draw_guide(ui, view);
    case Screen::Sound: return draw_sound(ui, view);
    case Screen::Speak: return draw_speak(ui, view);
    case Screen::Leave: return draw_leave(ui, view);
    case Screen::Idle: return draw_idle(ui, view);
    case Screen::Trouble: return draw_trouble(ui, view);
  }
  return {};
}

}  // namespace yizhan::kiosk
