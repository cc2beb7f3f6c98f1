#include "kiosk/screens/parts.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"
#include "core/tr.h"

namespace yizhan::kiosk {
namespace {

constexpr std::array<const char*, 7> step_names{"", mark("说明"), mark("您是谁"), mark("什么事"), mark("说事情"), mark("核对"), mark("去哪里")};

std::string_view section_name(const Session& s) {
  switch (s.screen) {
    case Screen::TakeNumber: return tr("只取号");
    case Screen::Ask:
    case Screen::Progress: return s.purpose == Purpose::Rating ? tr("评价") : tr("查进度");
    case Screen::Rate:
    case Screen::Thanks: return tr("评价");
    case Screen::Helper: return tr("请人帮我");
    case Screen::Guide: return tr("看懂信访");
    default: return tr("信访登记");
  }
}

void leave_button(Ui& ui, const Box& box, Asked& asked) {
  ui.walk(ui::Walk::Last);
  if (ui.button("leave", box, tr("离开并清除"), Look::Edged, Icon::Leave)) asked = LeaveAsk{};
  ui.walk(ui::Walk::Body);
}

void step_bar(Ui& ui, const View& view, Asked& asked) {
  const Box page = ui.page();
  const Box bar{0, 0, page.w, step_bar_mm};
  ui.fill(bar, Ink::Card);
  ui.line(0, bar.bottom(), page.w, bar.bottom(), Ink::Line, 0.5f);
  const bool low = ui.theme().low;
  const float right = low ? margin_mm : margin_mm + 66;
  const Box left{margin_mm, 0, page.w - margin_mm - right - gutter_mm, step_bar_mm};
  const int step = step_number(view.s.screen);
  if (step > 0) {
    const TextStyle bold{Type::Button, Ink::Ink, Weight::Bold, Align::Left, 1, true};
    const std::string nth = trf("第{}步", step);
    const Box row{left.x, 1.5f, left.w, 21};
    const float used = ui.text_width(nth, bold);
    ui.text(row, nth, bold);
    const TextStyle soft{Type::Caption, Ink::Muted, Weight::Regular, Align::Left, 1, true};
    const std::string rest = trf("共6步 · {}", tr(step_names[static_cast<std::size_t>(step)]));
    const Box rest_box{row.x + used + 4, row.y, row.w - used - 4, row.h};
    text_if_room(ui, rest_box, rest, soft);
    // Six segments; the current one is wider: place by shape, not by colour alone.
    const float gap = 2.5f, wide = 1.8f;
    const float unit = (left.w - 5 * gap) / (5 + wide);
    float x = left.x;
    for (int i = 1; i <= 6; ++i) {
      const float w = i == step ? unit * wide : unit;
      ui.fill({x, step_bar_mm - 9, w, 3}, i <= step ? Ink::Primary : Ink::Line, 1.5f);
      x += w + gap;
    }
  } else {
    line_in(ui, left, section_name(view.s), {Type::Title, Ink::Ink, Weight::Bold, Align::Left, 1, true, true});
  }
  if (!low) leave_button(ui, {page.w - margin_mm - 66, 6, 66, 22}, asked);
}

/// A running call for help is seen on every page.
float help_banner(Ui& ui, const View& view, float y) {
  if (view.s.help.empty() || view.s.screen == Screen::Helper || view.s.screen == Screen::Urgent) return 0;
  const auto& help = view.world.now.help;
  const bool mine = help && help->id == view.s.help;
  const bool taken = mine && !help->taken_by.empty();
  const bool lost = mine && !help->reached && !view.world.now.hub_online;
  const std::string_view words = taken ? tr("工作人员已接手，马上就到。") : lost ? tr("没联系上前台，请直接到接待窗口。") : tr("工作人员马上过来，您可以接着办。");
  const TextStyle style{Type::Body, lost ? Ink::Amber : Ink::Primary, Weight::Medium, Align::Left, 1, true, true};
  const Box box{0, y, ui.page().w, 18};
  ui.fill(box, lost ? Ink::AmberTint : Ink::Tint);
  ui.icon({margin_mm, y + 3, 12, 12}, Icon::Helper, lost ? Ink::Amber : Ink::Primary);
  line_in(ui, {margin_mm + 16, y, box.w - 2 * margin_mm - 16, 18}, words, style);
  return 18;
}

float remark_banner(Ui& ui, const View& view, float y) {
  if (view.s.remark.empty()) return 0;
  const Box box{0, y, ui.page().w, 16};
  ui.fill(box, Ink::Tint);
  ui.icon({margin_mm, y + 3, 10, 10}, Icon::Info);
  line_in(ui, {margin_mm + 14, y, box.w - 2 * margin_mm - 14, 16}, view.s.remark, {Type::Body, Ink::Ink, Weight::Medium, Align::Left, 1, true, true});
  return 16;
}

}  // namespace

std::string screen_id(const View& view) { return std::string(word(pick_screen(view.s, view.world.now))) + " " + std::to_string(view.s.index); }

static void bottom_bar(Ui& ui, const View& view, const PageWords& words, Asked& asked) {
  const Box page = ui.page();
  const Box bar{0, page.h - bottom_bar_mm, page.w, bottom_bar_mm};
  ui.fill(bar, Ink::Card);
  ui.line(0, bar.y, page.w, bar.y, Ink::Line, 0.5f);
  Box row{margin_mm, bar.y + 7, page.w - 2 * margin_mm, bar_button_mm};
  // 请人帮我 never moves: the room of a missing 返回 stays empty.
  const Box back = row.cut_left(58, gutter_mm);
  const Box help = row.cut_left(82, gutter_mm);
  const bool busy = !view.s.filing.empty() || !view.s.asking.empty();
  ui.walk(ui::Walk::Bar);
  if (words.next_shown && ui.button("next", row, words.next, Look::Filled, words.next_icon, words.next_on && !busy)) asked = Next{};
  if (ui.button("help", help, tr("请人帮我"), Look::Help, Icon::Helper)) asked = CallHelp{};
  if (words.back && ui.button("back", back, tr("返回"), Look::Edged, Icon::Back, !busy)) asked = Back{};
  ui.walk(ui::Walk::Body);
}

Page begin_page(Ui& ui, const View& view, const PageWords& words) {
  Page page;
  const Box all = ui.page();
  ui.fill(all, Ink::Paper);
  step_bar(ui, view, page.asked);
  float y = step_bar_mm;
  bottom_bar(ui, view, words, page.asked);
  y += help_banner(ui, view, y);
  y += remark_banner(ui, view, y);
  y += 9;
  const Box head{margin_mm, y, all.w - 2 * margin_mm, 200};
  const std::string spoken = std::string(words.title) + (words.title.empty() || words.hint.empty() ? "" : "。") + std::string(words.hint);
  if (!words.title.empty()) {
    const TextStyle title{Type::Headline, Ink::Ink, Weight::Bold, Align::Left, 1, false, true};
    const float h = ui.text_height(head.w, words.title, title);
    ui.headline(screen_id(view), {head.x, y, head.w, h}, spoken);
    ui.text({head.x, y, head.w, h}, words.title, title);
    y += h + 1;
  }
  if (!words.hint.empty()) {
    // The second line goes first when the text grows past what a page can hold.
    const TextStyle hint{Type::Body, Ink::Muted, Weight::Regular, Align::Left, 2};
    const float h = ui.text_height(head.w, words.hint, hint);
    if (h <= 26) {
      ui.text({head.x, y, head.w, h + 0.5f}, words.hint, hint);
      y += h;
    }
  }
  y += 5;
  const bool low = ui.theme().low;
  const float floor = all.h - bottom_bar_mm - gutter_mm;
  if (low) {
    const float top = all.h * 0.55f;
    page.show = {margin_mm, y, all.w - 2 * margin_mm, top - y - gutter_mm};
    page.strip = {margin_mm, top, all.w - 2 * margin_mm - 66 - gutter_mm, 22};
    leave_button(ui, {all.w - margin_mm - 66, top, 66, 22}, page.asked);
    page.body = {margin_mm, top + 22 + touch_gap_mm, all.w - 2 * margin_mm, floor - top - 22 - touch_gap_mm};
  } else {
    page.body = {margin_mm, y, all.w - 2 * margin_mm, floor - y};
    if (words.strip_mm > 0) page.strip = page.body.cut_top(words.strip_mm, gutter_mm);
  }
  return page;
}

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

void text_if_room(Ui& ui, const Box& box, std::string_view words, const TextStyle& style) {
  if (words.empty() || box.w <= 0) return;
  if (style.lines_max == 1 && ui.text_width(words, style) > box.w) return;
  if (ui.text_height(box.w, words, style) > box.h + 0.1f) return;
  line_in(ui, box, words, style);
}

float message(Ui& ui, Box box, Icon icon, std::string_view bold, std::string_view line, bool attention) {
  const TextStyle strong{Type::Body, attention ? Ink::Amber : Ink::Ink, Weight::Bold};
  const TextStyle soft{Type::Caption, attention ? Ink::Ink : Ink::Muted};
  const float text_w = box.w - 32;
  const float h1 = ui.text_height(text_w, bold, strong);
  float h2 = line.empty() ? 0 : ui.text_height(text_w, line, soft);
  if (h1 + h2 + 10 > box.h) h2 = 0;
  const float h = std::max(24.f, h1 + h2 + 10);
  box.h = h;
  ui.fill(box, attention ? Ink::AmberTint : Ink::Tint, 4);
  if (attention || ui.theme().contrast) ui.edge(box, attention ? Ink::AmberEdge : Ink::Edge, 0.6f, 4);
  ui.icon({box.x + 8, box.y + h / 2 - 8, 16, 16}, icon, attention ? Ink::Amber : Ink::Primary);
  const float top = box.y + (h - h1 - h2) / 2;
  ui.text({box.x + 28, top, text_w, h1 + 0.5f}, bold, strong);
  if (h2 > 0) ui.text({box.x + 28, top + h1, text_w, h2 + 0.5f}, line, soft);
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
  const float plate_mm = std::min(35.5f, box.h - 12);
  const Box picture = in.cut_left(plate_mm, box.h > 44 ? 9.f : 6.f);
  plate(ui, {picture.x, box.y + (box.h - plate_mm) / 2, plate_mm, plate_mm}, icon, kind);
  const Box arrow = in.cut_right(18, 4);
  if (!selected) {
    const float cx = arrow.x + 9, cy = box.y + box.h / 2;
    ui.circle(cx, cy, 9, kind == 0 ? Ink::Primary : kind == 1 ? Ink::AmberTint : Ink::Tint);
    ui.icon({cx - 5, cy - 5, 10, 10}, Icon::Chevron, kind == 0 ? Ink::OnPrimary : kind == 1 ? Ink::Amber : Ink::Primary);
  }
  const TextStyle big{box.h > 44 ? Type::Choice : Type::Title, enabled ? Ink::Ink : Ink::Muted, Weight::Bold, Align::Left, 1, false, true};
  const TextStyle small{Type::Body, Ink::Muted, Weight::Regular, Align::Left, 1};
  const float h1 = ui.text_height(in.w, words, big);
  float h2 = line.empty() || ui.text_width(line, small) > in.w ? 0 : ui.text_height(in.w, line, small);
  if (h1 + h2 > box.h - 4) h2 = 0;
  const float top = box.y + (box.h - h1 - h2) / 2;
  ui.text({in.x, top, in.w, h1 + 0.5f}, words, big);
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

Asked page_buttons(Ui& ui, const Box& row, const Pages& pages) {
  if (pages.pages < 2) return {};
  Asked asked;
  Box in = row;
  const float w = std::min(72.f, (row.w - 40) / 2);
  if (ui.button("page.back", in.cut_left(w, gutter_mm), tr("上一页"), Look::Edged, Icon::Back, pages.page > 0)) asked = Turn{pages.page - 1};
  if (ui.button("page.next", in.cut_right(w, gutter_mm), tr("下一页"), Look::Edged, Icon::Next, pages.page + 1 < pages.pages)) asked = Turn{pages.page + 1};
  const std::string words = std::to_string(pages.page + 1) + " / " + std::to_string(pages.pages);
  line_in(ui, in, words, {Type::Body, Ink::Ink, Weight::Medium, Align::Centre, 1, true, true});
  return asked;
}

Asked fields(Ui& ui, const View& view, const Box& box, std::span<const FieldSpec> specs) {
  Asked asked;
  const bool low = ui.theme().low;
  const int n = static_cast<int>(specs.size());
  for (int i = 0; i < n; ++i) {
    const FieldSpec& spec = specs[static_cast<std::size_t>(i)];
    Box cell = box.row(i, n, touch_gap_mm);
    const bool active = view.s.field == spec.field && view.s.field_index == spec.index;
    const std::string_view problem = problem_at(view.s, spec.field, spec.index);
    // What is wrong takes the label's place: the field keeps its height and the words stay beside it.
    const bool wrong = !problem.empty();
    const TextStyle label{Type::Caption, wrong ? Ink::Brick : Ink::Muted, wrong ? Weight::Bold : Weight::Medium, Align::Left, 1, true, true};
    const std::string_view above = wrong ? problem : std::string_view(spec.label);
    bool labelled = false;
    if (!above.empty()) {
      const float h = ui.text_height(cell.w, above, label);
      labelled = cell.h - h >= (low ? 12.f : 20.f);
      if (labelled) line_in(ui, cell.cut_top(h, 1), above, label);
    }
    const std::string& text = text_of(view.s, spec.field, spec.index);
    ui::Ui::FieldView field;
    std::string shown = text;
    if (spec.field == Field::MatterNumber) shown = spaced_number(text);
    if (spec.field == Field::QueryCode) shown = spaced_code(text);
    if (spec.secret && masked(view.s, view.world.patience, view.now)) shown = spec.field == Field::Phone ? mask_phone(text) : mask_id(text);
    if (spec.secret && active && !view.s.shown && !text.empty()) ui.again_in(2.05);
    field.text = shown;
    field.composing = active ? std::string_view(view.s.keys.preedit) : std::string_view{};
    field.placeholder = spec.placeholder;
    field.problem = labelled ? std::string_view{} : problem;
    field.active = active;
    field.several_lines = spec.several_lines;
    field.label = spec.label;
    if (active && has_caret(spec.field)) field.caret = view.s.caret;
    if (low) {
      // Shown high, written low: the field itself lies out of reach.
      field.only_shown = true;
      ui.field(spec.name, cell, field);
      continue;
    }
    if (ui.field(spec.name, cell, field)) asked = Focus{spec.field, spec.index, has_caret(spec.field) ? ui.caret_moves().touched : writing::at_end};
    if (wrong && labelled) ui.edge(cell, Ink::Brick, 0.75f, 4);
  }
  return asked;
}

Box cut_keyboard(Ui& ui, Page& page) {
  const float bottom = ui.page().h - bottom_bar_mm;
  const float top = ui.theme().low ? page.body.y : bottom - keyboard_mm;
  page.body.h = std::max(0.f, top - gutter_mm - page.body.y);
  return {0, top, ui.page().w, bottom - top};
}

std::string wait_words(int waiting, int minutes) {
  if (waiting <= 0) return tr("不用等");
  return trf("约{}分钟", std::max(1, minutes));
}
std::string people_words(int waiting) { return waiting <= 0 ? std::string(tr("现在没人排队")) : trf("前面{}人", waiting); }

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
    case Screen::Leave: return draw_leave(ui, view);
    case Screen::Idle: return draw_idle(ui, view);
    case Screen::Trouble: return draw_trouble(ui, view);
  }
  return {};
}

}  // namespace yizhan::kiosk
