// The frame of a page: step bar, headline, bottom bar, what is told about a call for help. Portrait: one below the other.
// Landscape: the question left, the answers right; the bars keep their places.
#include <algorithm>
#include <array>

#include "core/tr.h"
#include "kiosk/screens/parts.h"

namespace yizhan::kiosk {

Measure measure(const Ui& ui) {
  Measure m;
  const Box page = ui.page();
  m.across = page.w > page.h;
  m.low = ui.theme().low && !m.across;
  if (!m.across) return m;
  // 270 mm of height are a 21.5-inch screen, 194 mm a 15.6-inch one: what cannot be touched gives way, what can stays 20 mm.
  const float k = std::clamp(page.h / 270, 0.7f, 1.f);
  m.margin = 12 * k;
  m.gutter = std::max(4.f, 6 * k);
  m.step_bar = std::max(23.f, 28 * k);
  m.bottom_bar = std::max(28.f, 36 * k);
  m.bar_button = std::max(24.f, 28 * k);
  return m;
}

namespace {

constexpr std::array<std::string_view, 7> step_names{"", mark("说明"), mark("您是谁"), mark("什么事"), mark("说事情"), mark("核对"), mark("去哪里")};

std::string section_name(const Session& s) {
  switch (s.screen) {
    case Screen::TakeNumber: return tr("只取号");
    case Screen::Ask:
    case Screen::Progress: return s.purpose == Purpose::Rating ? tr("评价") : tr("查进度");
    case Screen::Rate:
    case Screen::Thanks: return tr("评价");
    case Screen::Helper: return tr("请人帮我");
    case Screen::Guide: return tr("看懂信访");
    case Screen::Sound: return tr("声音");
    default: return tr("信访登记");
  }
}

constexpr float leave_mm = 68, again_mm = 56, again_low_mm = 22;

void leave_button(Ui& ui, const Box& box, Asked& asked) {
  ui.walk(ui::Walk::Last);
  if (ui.button("leave", box, tr("离开并清除"), Look::Edged, Icon::Leave)) asked = LeaveAsk{};
  ui.walk(ui::Walk::Body);
}

/// Six segments; the current one is wider: place by shape, not by colour alone.
void segments(Ui& ui, const Box& box, int step) {
  const float gap = 2.5f, wide = 1.8f;
  const float unit = (box.w - 5 * gap) / (5 + wide);
  float x = box.x;
  for (int i = 1; i <= 6; ++i) {
    const float w = i == step ? unit * wide : unit;
    ui.fill({x, box.y, w, 3}, i <= step ? Ink::Primary : Ink::Line, 1.5f);
    if (ui.theme().contrast && i > step) ui.fill({x + .75f, box.y + .75f, w - 1.5f, 1.5f}, Ink::Card, .75f);
    x += w + gap;
  }
}

void step_bar(Ui& ui, const View& view, const Measure& m, bool leave_here, Asked& asked) {
  const Box page = ui.page();
  const Box bar{0, 0, page.w, m.step_bar};
  ui.fill(bar, Ink::Card);
  ui.line(0, bar.bottom(), page.w, bar.bottom(), Ink::Line, 0.5f);
  const float right = leave_here ? m.margin + leave_mm + m.gutter + again_mm : m.margin;
  const Box left{m.margin, 0, page.w - m.margin - right - m.gutter, m.step_bar};
  const int step = step_number(view.s.screen);
  if (step > 0) {
    const TextStyle bold{Type::Button, Ink::Ink, Weight::Bold, Align::Left, 1, true};
    const TextStyle soft{Type::Caption, Ink::Muted, Weight::Regular, Align::Left, 1, true};
    const std::string nth = trf("第{}步", step);
    const std::string rest = trf("共6步 · {}", tr(std::string(step_names[static_cast<std::size_t>(step)])));
    const float used = ui.text_width(nth, bold);
    if (m.across) {
      const float more = ui.text_width(rest, soft);
      const bool both = used + 4 + more + 100 <= left.w;
      line_in(ui, {left.x, 0, used + 0.5f, m.step_bar}, nth, bold);
      if (both) line_in(ui, {left.x + used + 4, 0, more + 0.5f, m.step_bar}, rest, soft);
      const float from = left.x + used + (both ? 4 + more : 0) + 10;
      segments(ui, {from, m.step_bar / 2 - 1.5f, left.right() - from - 4, 3}, step);
    } else {
      const Box row{left.x, 1.5f, left.w, 21};
      ui.text(row, nth, bold);
      text_if_room(ui, {row.x + used + 4, row.y, row.w - used - 4, row.h}, rest, soft);
      segments(ui, {left.x, m.step_bar - 9, left.w, 3}, step);
    }
  } else {
    line_in(ui, left, section_name(view.s), {Type::Title, Ink::Ink, Weight::Bold, Align::Left, 1, true, true});
  }
  if (!leave_here) return;
  const Box leave{page.w - m.margin - leave_mm, m.step_bar / 2 - (m.across ? 10.25f : 11), leave_mm, m.across ? 20.5f : 22};
  leave_button(ui, leave, asked);
  again_button(ui, {leave.x - m.gutter - again_mm, leave.y, again_mm, leave.h}, asked);
}

/// What is told above the question: a running call for help, and one thing the machine put right by itself. Both stay until they
/// are over or read: they lie in the page's flow, never over anything.
struct Note {
  std::string words;
  Icon icon;
  bool attention = false;
};
std::vector<Note> notes_of(const View& view) {
  std::vector<Note> notes;
  if (!view.s.help.empty() && view.s.screen != Screen::Helper && view.s.screen != Screen::Urgent) {
    const auto& help = view.world.now.help;
    const bool mine = help && help->id == view.s.help;
    const bool taken = mine && !help->taken_by.empty();
    const bool lost = mine && !help->reached && !view.world.now.hub_online;
    notes.push_back({taken ? tr("工作人员已接手，马上就到。") : lost ? tr("没联系上前台，请直接到接待窗口。") : tr("工作人员马上过来，您可以接着办。"), Icon::Helper, lost});
  }
  if (!view.s.remark.empty()) notes.push_back({view.s.remark, Icon::Info, false});
  return notes;
}

/// Draws a note as wide as `box` and as high as its words; returns that height. `bleed`: it runs from edge to edge of the window.
float note(Ui& ui, const Note& what, Box box, bool bleed) {
  const Ink ink = what.attention ? Ink::Amber : Ink::Primary;
  const TextStyle style{Type::Body, ink, Weight::Medium, Align::Left, bleed ? 1 : 3, true, bleed, ui::Say::Aloud};
  const float icon = 11, pad = bleed ? 0.f : 4.f;
  const Box words{box.x + pad + icon + 4, box.y, box.w - 2 * pad - icon - 4, 0};
  const float h = std::max(16.f, ui.text_height(words.w, what.words, style) + 4);
  const Box ground = bleed ? Box{0, box.y, ui.page().w, h} : Box{box.x, box.y, box.w, h};
  ui.fill(ground, what.attention ? Ink::AmberTint : Ink::Tint, bleed ? 0 : 3);
  if (ui.theme().contrast) ui.edge(ground, Ink::Edge, 0.5f, bleed ? 0 : 3);
  ui.icon({box.x + pad, box.y + (h - icon) / 2, icon, icon}, what.icon, ink);
  line_in(ui, {words.x, box.y, words.w, h}, what.words, style);
  return h;
}

void bottom_bar(Ui& ui, const View& view, const Measure& m, const PageWords& words, Asked& asked) {
  Box row = bar_row(ui, m);
  // 请人帮我 never moves: the room of a missing 返回 stays empty.
  const Box back = row.cut_left(58, m.gutter);
  const Box help = row.cut_left(82, m.gutter);
  if (m.across) row = {std::max(row.x, row.right() - 130), row.y, std::min(row.w, 130.f), row.h};
  const bool busy = !view.s.filing.empty() || !view.s.asking.empty();
  ui.walk(ui::Walk::Bar);
  if (words.next_shown && ui.button("next", row, words.next, Look::Filled, words.next_icon, words.next_on && !busy)) asked = Next{};
  if (ui.button("help", help, tr("请人帮我"), Look::Help, Icon::Helper)) asked = CallHelp{};
  if (words.back && ui.button("back", back, tr("返回"), Look::Edged, Icon::Back, !busy)) asked = Back{};
  ui.walk(ui::Walk::Body);
}

/// The question and the line under it, from `y` down in `column`; returns where they end.
float question(Ui& ui, const View& view, const PageWords& words, const Box& column, float y, bool across) {
  bool wraps = across;
  if (!words.title.empty()) {
    // A last line of one or two characters looks lost: a little smaller, and it is one line.
    const float full = ui.text_width(words.title, {Type::Headline, Ink::Ink, Weight::Bold});
    wraps = wraps && full * 0.8f > column.w;
    const TextStyle title{Type::Headline, Ink::Ink, Weight::Bold, Align::Left, wraps ? 3 : 1, false, !wraps, ui::Say::Aloud};
    const float h = ui.text_height(column.w, words.title, title);
    const std::string spoken = words.hint.empty() ? words.title : words.title + "。" + words.hint;
    ui.headline(screen_id(view), {column.x, y, column.w, h}, spoken);
    ui.text({column.x, y, column.w, h + 0.2f}, words.title, title);
    y += h + 1;
  }
  if (!words.hint.empty()) {
    // The second line goes first when the text grows past what a page can hold.
    const TextStyle hint{Type::Body, Ink::Muted, Weight::Regular, Align::Left, across ? 4 : 2, false, false, ui::Say::Aloud};
    const TextStyle all{Type::Body, Ink::Muted};
    const float h = ui.text_height(column.w, words.hint, all);
    if (h <= (across ? words.hint_mm : 26)) {
      ui.text({column.x, y, column.w, h + 0.5f}, words.hint, hint);
      y += h;
    }
  }
  return y;
}

}  // namespace

void again_button(Ui& ui, const Box& box, Asked& asked) {
  ui.walk(ui::Walk::Bar);
  if (box.w < 30) {  // in the low position the answers need the room
    if (ui.touch("again", box, tr("再听一遍"))) asked = Again{};
    const float side = std::min(box.w, box.h) * 0.5f;
    ui.icon({box.x + (box.w - side) / 2, box.y + (box.h - side) / 2, side, side}, Icon::Speaker);
  } else if (ui.button("again", box, tr("再听一遍"), Look::Edged, Icon::Speaker)) {
    asked = Again{};
  }
  ui.walk(ui::Walk::Body);
}

std::string screen_id(const View& view) { return std::string(word(pick_screen(view.s, view.world.now))) + " " + std::to_string(view.s.index); }

Box bar_row(Ui& ui, const Measure& m) {
  const Box page = ui.page();
  const Box bar{0, page.h - m.bottom_bar, page.w, m.bottom_bar};
  ui.fill(bar, Ink::Card);
  ui.line(0, bar.y, page.w, bar.y, Ink::Line, 0.5f);
  return {m.margin, bar.y + (bar.h - m.bar_button) / 2, page.w - 2 * m.margin, m.bar_button};
}

Page begin_page(Ui& ui, const View& view, const PageWords& words) {
  Page page;
  const Measure m = measure(ui);
  const Box all = ui.page();
  const float reach = ui.reach_top();
  const bool leave_here = reach < m.step_bar / 2 - 10;  // in the low position it comes down beside the answers
  ui.fill(all, Ink::Paper);
  step_bar(ui, view, m, leave_here, page.asked);
  bottom_bar(ui, view, m, words, page.asked);
  const float floor = all.h - m.bottom_bar - m.gutter;
  const std::vector<Note> notes = notes_of(view);

  if (m.across) {
    const float wide = all.w - 2 * m.margin - m.gutter;
    const float left_w = std::max(wide * words.left_share, 96.f);
    Box left{m.margin, m.step_bar + m.gutter, left_w, floor - m.step_bar - m.gutter};
    for (auto at = notes.rbegin(); at != notes.rend(); ++at) {
      const TextStyle style{Type::Body, Ink::Primary, Weight::Medium, Align::Left, 3};
      const float h = std::max(16.f, ui.text_height(left.w - 23, at->words, style) + 4);
      note(ui, *at, left.cut_bottom(h, m.gutter), false);
    }
    float y = question(ui, view, words, left, left.y, true) + 4;
    y = std::max(y, reach);
    page.show = {left.x, y, left.w, left.bottom() - y};
    page.body = {left.right() + m.gutter * 1.5f, m.step_bar + m.gutter, all.w - m.margin - left.right() - m.gutter * 1.5f, floor - m.step_bar - m.gutter};
    if (!leave_here) {
      const float top = std::max(page.body.y, reach);
      page.body.h -= top - page.body.y;
      page.body.y = top;
      page.strip = page.body.cut_top(21, touch_gap_mm);
      leave_button(ui, page.strip.cut_right(leave_mm, touch_gap_mm), page.asked);
      again_button(ui, page.strip.cut_right(again_low_mm, touch_gap_mm), page.asked);
    } else if (words.strip_mm > 0) {
      page.strip = page.body.cut_top(words.strip_mm, m.gutter);
    }
    return page;
  }

  float y = m.step_bar;
  for (const Note& what : notes) y += note(ui, what, {m.margin, y, all.w - 2 * m.margin, 0}, true);
  y += 9;
  const Box column{m.margin, y, all.w - 2 * m.margin, 0};
  y = question(ui, view, words, column, y, false) + 5;
  if (m.low) {
    const float top = reach;
    page.show = {m.margin, y, column.w, top - y - m.gutter};
    page.strip = {m.margin, top, column.w - leave_mm - m.gutter, 22};
    leave_button(ui, {all.w - m.margin - leave_mm, top, leave_mm, 22}, page.asked);
    again_button(ui, page.strip.cut_right(again_low_mm, touch_gap_mm), page.asked);
    page.body = {m.margin, top + 22 + touch_gap_mm, column.w, floor - top - 22 - touch_gap_mm};
  } else {
    page.body = {m.margin, y, column.w, floor - y};
    if (words.strip_mm > 0) page.strip = page.body.cut_top(words.strip_mm, m.gutter);
  }
  return page;
}

Box looking_area(const Ui& ui, const Page& page) {
  const Measure m = measure(ui);
  return m.low || m.across ? page.show : page.body;
}

}  // namespace yizhan::kiosk
