// Done: the number, the window, the code; large without paper. Touchables: "print" and "no_paper" until one is chosen, then "reprint"
// and "leave"; help.
#include <array>

#include "core/tr.h"
#include "kiosk/screens/parts.h"
#include "kiosk/screens/plan.h"
#include "kiosk/screens/queue_picture.h"

namespace yizhan::kiosk {
namespace {

enum class Paper { Asked, Declined, Printing, Printed, None };
/// Number and code are all the person takes along: as large as they go.
bool copied(Paper paper) { return paper == Paper::None || paper == Paper::Declined; }

Paper paper_of(const View& view) {
  const Snapshot& now = view.world.now;
  if (view.s.paper == PaperWish::Asked) return Paper::Asked;
  if (view.s.paper == PaperWish::Declined) return Paper::Declined;
  if (now.print && now.print_request == view.s.printing) return now.print->printed ? Paper::Printed : Paper::None;
  if (now.printer == DeviceState::Absent || now.printer == DeviceState::OutOfPaper || now.printer == DeviceState::Fault) return Paper::None;
  return Paper::Printing;
}

/// White card with two half-circle notches and a dashed line at `notch_y`.
void ticket(Ui& ui, const Box& box, float notch_y) {
  ui.card(box);
  ui.circle(box.x, notch_y, 5, Ink::Paper);
  ui.circle(box.right(), notch_y, 5, Ink::Paper);
  for (float x = box.x + 9; x + 2 < box.right() - 9; x += 3.2f) ui.line(x, notch_y, x + 2, notch_y, Ink::Line, 0.5f);
  if (ui.theme().contrast) ui.edge(box, Ink::Edge, 0.75f, 4);
}

void place_line(Ui& ui, const Box& box, const Receipt& receipt, Type step) {
  const std::string words = receipt.place.empty() ? receipt.window_name : receipt.place;
  const TextStyle style{step, Ink::Ink, Weight::Bold, Align::Left, 1, true, true, ui::Say::Aloud, receipt.sealed};
  const float w = std::min(box.w - 20, ui.text_width(words, style));
  const float x = box.x + (box.w - w - 16) / 2;
  ui.icon({x, box.y + box.h / 2 - 6, 12, 12}, Icon::Next);
  line_in(ui, {x + 16, box.y, w + 1, box.h}, words, style);
}

void safe_line(Ui& ui, const View& view, const Box& box) {
  const bool counted = view.world.now.county_online && view.world.now.uncounted == 0;
  const bool twice = view.world.now.unsent == 0;  // the hall's hub has acknowledged it: trust.md R19
  ui.fill(box, Ink::Tint, 4);
  if (ui.theme().contrast) ui.edge(box, Ink::Edge, 0.5f, 4);
  ui.icon({box.x + 7, box.y + box.h / 2 - 6, 12, 12}, Icon::Lock);
  Box in{box.x + 26, box.y + 1, box.w - 32, box.h - 2};
  const TextStyle bold{Type::Body, Ink::Ink, Weight::Bold, Align::Left, 1, true, true};
  const std::string_view line = counted                              ? tr("县里也已经收到，您不用再来。")
                                : view.world.now.county_online ? tr("正在报给县里，您不用再来。")
                                                               : tr("现在没联网，联网后自动上报，您不用再来。");
  const TextStyle soft{Type::Caption, Ink::Ink, Weight::Regular, Align::Left, 1, true};
  const bool two = in.h >= 22 && ui.text_width(line, soft) <= in.w && ui.theme().size != ui::TextSize::Largest;
  line_in(ui, two ? in.row(0, 2, 0) : in, twice ? tr("已登记 · 已双份保存") : tr("已登记 · 已存本机"), bold);
  if (two) line_in(ui, in.row(1, 2, 0), line, soft);
}

/// 已登记 → 县里收到 → 单位受理: three facts, never one word for all (need.md 4.2).
void way_line(Ui& ui, const View& view, const Box& box) {
  const Receipt& receipt = *view.s.receipt;
  const bool counted = view.world.now.county_online && view.world.now.uncounted == 0;
  struct Stop { std::string words, line; bool done; };
  const std::array<Stop, 3> stops{{{tr("已登记"), hall_hhmm(receipt.at), true},
                                   {tr("县里收到"), counted ? tr("已收到") : view.world.now.county_online ? tr("正在报") : tr("等联网"), counted},
                                   {tr("单位受理"), tr("待转办"), false}}};
  for (int i = 0; i < 3; ++i) {
    const Stop& stop = stops[static_cast<std::size_t>(i)];
    const Box cell = box.column(i, 3, 0);
    const float cy = box.y + box.h / 2, r = 6.5f;
    // The connecting line is the first to go where words are large or the column is narrow.
    const float words_w = std::max(ui.text_width(stop.words, {Type::Body, Ink::Ink, Weight::Bold}), ui.text_width(stop.line, {Type::Caption}));
    const bool joined = i < 2 && words_w + 2 * r + 3 + 18 <= cell.w;
    if (joined) ui.line(cell.right() - 15, cy, cell.right() - 3, cy, Ink::Edge, 0.6f);
    ui.circle(cell.x + r, cy, r, stop.done ? Ink::Primary : Ink::Card);
    if (stop.done) ui.icon({cell.x + r - 4, cy - 4, 8, 8}, Icon::Check, Ink::OnPrimary);
    else ui.edge({cell.x, cy - r, 2 * r, 2 * r}, Ink::Edge, 0.5f, r);
    const Box in{cell.x + 2 * r + 3, box.y, cell.w - 2 * r - (joined ? 19.f : 5.f), box.h};
    line_in(ui, in.row(0, 2, 0), stop.words, {Type::Body, stop.done ? Ink::Ink : Ink::Muted, Weight::Bold, Align::Left, 1, true, true});
    line_in(ui, in.row(1, 2, 0), stop.line, {Type::Caption, Ink::Muted, Weight::Regular, Align::Left, 1, true, true});
  }
}

void deadline_rows(Ui& ui, const View& view, Box area) {
  const Receipt& receipt = *view.s.receipt;
  // Statutory and promised side by side: the law binds, the county promises (need.md 0.2).
  const float row_h = std::max(12.f, ui.text_height(area.w, "月", {Type::Body}));
  const float head_h = ui.text_height(area.w, "月", {Type::Body, Ink::Ink, Weight::Bold});
  if (receipt.deadlines.empty() || area.h < 8 + head_h + 1 + row_h) return;
  area.h = std::min(area.h, 9 + head_h + static_cast<float>(receipt.deadlines.size()) * (row_h + 2));
  ui.card(area);
  Box in = area.inset(8, 4);
  const TextStyle head{Type::Body, Ink::Ink, Weight::Bold, Align::Left, 1, false, true};
  paragraph(ui, in, tr("什么时候有回音"), head, 1);
  for (const Deadline& deadline : receipt.deadlines) {
    const TextStyle style{Type::Body, Ink::Ink, Weight::Medium, Align::Left, 1, true, true};
    if (in.h < row_h) break;
    Box row = in.cut_top(row_h, 2);
    const Box badge = row.cut_left(30, 5);
    ui.fill({badge.x, badge.y + 1, badge.w, badge.h - 2}, deadline.promised ? Ink::AmberTint : Ink::Tint, 3);
    line_in(ui, badge, deadline.promised ? tr("本县承诺") : tr("法定"), {Type::Caption, deadline.promised ? Ink::Amber : Ink::Primary, Weight::Bold, Align::Centre, 1, true, true});
    const Term* term = view.world.rules.term(deadline.term);
    ui.text(row, trf("{}前 · {}", chinese_day(deadline.due), term == nullptr || term->label.empty() ? std::string(tr("告诉您去向")) : term->label), style);
  }
}

/// What the page shows in its body, portrait or landscape.
struct Told {
  const View& view;
  const Receipt& receipt;
  Paper paper;
  bool coded;
  std::string wait, printed;
};

void qr_code(Ui& ui, const Box& at, const Receipt& receipt) {
  ui.fill(at, Ink::OnPrimary, 2);
  if (ui.theme().contrast) ui.fill(at, Ink::Ink, 2);  // white whatever the theme: a telephone reads it
  ui.edge(at, Ink::Edge, 0.5f, 2);
  ui.qr(at.inset(2.5f), receipt.proof.empty() ? "XF1:" + receipt.matter + ":" + receipt.query_code + ":" + receipt.chain8 : receipt.proof);  // as on paper
}

/// Sixteen digits in two lines of two groups: large enough to be copied from a metre away.
void code_digits(Ui& ui, const Box& at, const Receipt& receipt) {
  const std::string spaced = grouped(receipt.query_code);
  const TextStyle big{Type::Code, Ink::Ink, Weight::Bold, Align::Centre, 1, true, true, ui::Say::Code, true};
  const float line = ui.text_height(at.w, spaced, big);
  const auto group = [&](int i, std::string_view digits) {
    const Box row = at.row(i, 2, 0);
    // Digits fill two thirds of their line: lines may come this close.
    if (line <= row.h * 1.2f) ui.text({row.x, row.y + (row.h - line) / 2, row.w, line}, digits, big);
    else line_in(ui, row, digits, big);
  };
  group(0, std::string_view(spaced).substr(0, 9));
  if (spaced.size() > 10) group(1, std::string_view(spaced).substr(10));
}

std::string no_paper_words(const View& view) {
  if (view.s.paper == PaperWish::Declined) return tr("没有印小票，号码一样有效");
  const bool empty = (view.world.now.print && view.world.now.print->trouble == "no_paper") || view.world.now.printer == DeviceState::OutOfPaper;
  return empty ? tr("打印纸用完了，号码一样有效") : tr("小票没印出来，号码一样有效");
}

void print_line(Ui& ui, const Box& at, const std::string& words) {
  ui.icon({at.x + 2, at.y + at.h / 2 - 5, 10, 10}, Icon::Printer);
  line_in(ui, {at.x + 17, at.y, at.w - 17, at.h}, words, {Type::Body, Ink::Ink, Weight::Medium, Align::Left, 1, true, true});
}

/// Whether there is to be paper, until the person says so; then what became of it. Nothing is printed before one of the two is touched.
void paper_row(Ui& ui, const Box& at, Paper paper, const std::string& words, Asked& asked) {
  if (paper != Paper::Asked) return print_line(ui, at, words);
  Box row = at;
  const float line_w = ui.text_width(words, {Type::Body, Ink::Ink, Weight::Medium}) + 19;
  if (row.w - line_w >= 110 + touch_gap_mm) print_line(ui, row.cut_left(line_w, 2), words);
  if (ui.button("no_paper", row.column(0, 2, touch_gap_mm), tr("不打印"), Look::Edged)) asked = ChoosePaper{false};
  if (ui.button("print", row.column(1, 2, touch_gap_mm), tr("印小票"), Look::Filled, Icon::Printer)) asked = ChoosePaper{true};
}
float paper_h(Paper paper, float line) { return paper == Paper::Asked ? std::max(line, 22.f) : line; }

/// Landscape: the number left, as large as it goes; what belongs to it right.
void across(Ui& ui, const Told& t, const Measure& m, const Box& body, Asked& asked) {
  const TextStyle soft{Type::Body, Ink::Muted, Weight::Regular, Align::Centre, 1, true, true, ui::Say::Aloud};
  Box right = body;
  const Box card = right.cut_left(body.w * 0.45f, m.gutter * 1.5f);
  ui.card(card);
  Box in = card.inset(7, 5);
  const float line_h = ui.text_height(in.w, t.wait, {Type::Body, Ink::Ink, Weight::Medium, Align::Centre});
  line_in(ui, in.cut_top(ui.text_height(in.w, tr("您的号码"), {Type::Body, Ink::Muted})), tr("您的号码"), soft);
  const Box wait = in.cut_bottom(line_h + 0.5f, 1);
  const std::string place = t.receipt.place.empty() ? t.receipt.window_name : t.receipt.place;
  const TextStyle plain{Type::Body, Ink::Ink, Weight::Bold, Align::Centre, 0, false, false, ui::Say::Aloud, t.receipt.sealed};
  const bool one_line = ui.text_width(place, {Type::Caption, Ink::Ink, Weight::Bold}) + 22 <= in.w;
  const Box where = in.cut_bottom(one_line ? std::min(20.f, in.h * 0.3f) : ui.text_height(in.w, place, plain) + 0.5f, 1);
  line_in(ui, in, t.receipt.ticket, {Type::NumberLarge, Ink::Primary, Weight::Bold, Align::Centre, 1, true, true, ui::Say::Aloud});
  if (one_line) place_line(ui, where, t.receipt, Type::Choice);
  else ui.text(where, place, plain);
  ui.text(wait, t.wait, {Type::Body, Ink::Ink, Weight::Medium, Align::Centre, 0, false, false, ui::Say::Aloud});

  const float gap = touch_gap_mm + 1;
  const bool plan = t.view.world.plan != nullptr && !t.view.world.plan->empty();
  if (copied(t.paper)) {
    right.cut_top(message(ui, right, t.paper == Paper::Declined ? Icon::Pencil : Icon::PaperOut, no_paper_words(t.view), tr("请抄写或拍照，窗口可补打。"), true), gap);
    if (!t.coded) return;
    safe_line(ui, t.view, right.cut_bottom(20, gap));
    ui.card(right);
    Box code = right.inset(6, 3);
    const float row = std::min(12.f, code.h * 0.25f);
    line_in(ui, code.cut_top(row, 1), tr("查询码（16位，请记牢）"), {Type::Body, Ink::Muted, Weight::Regular, Align::Centre, 1, true, true, ui::Say::Code, true});
    line_in(ui, code.cut_bottom(row, 1), t.receipt.matter, {Type::Body, Ink::Ink, Weight::Medium, Align::Centre, 1, true, true, ui::Say::Asked, true});
    const float side = std::min({code.h, 56.f, code.w * 0.36f});
    if (side >= 26) {  // smaller ones no telephone reads
      qr_code(ui, {code.x, code.y + (code.h - side) / 2, side, side}, t.receipt);
      code.cut_left(side, 6);
    }
    code_digits(ui, code, t.receipt);
    return;
  }
  if (t.coded) {
    const TextStyle label{Type::Caption, Ink::Muted, Weight::Regular, Align::Left, 1, true, true};
    Box code = right.cut_top(std::clamp(right.h * 0.28f, 36.f, 50.f), gap);
    ui.card(code);
    code = code.inset(6, 3);
    const float w = std::max(ui.text_width(tr("查询码"), label), ui.text_width(tr("编号"), label)) + 5;
    const Box first = code.row(0, 2, 0), second = code.row(1, 2, 0);
    // The number is the longest word there is: its label goes where both do not fit.
    const bool labelled = ui.text_width(t.receipt.matter, {Type::Caption, Ink::Ink, Weight::Medium}) + w <= first.w;
    if (labelled) line_in(ui, {first.x, first.y, w, first.h}, tr("编号"), label);
    const float from = labelled ? w : 0;
    line_in(ui, {first.x + from, first.y, first.w - from, first.h}, t.receipt.matter, {Type::Body, Ink::Ink, Weight::Medium, Align::Left, 1, true, true, ui::Say::Asked, true});
    line_in(ui, {second.x, second.y, w, second.h}, tr("查询码"), {Type::Caption, Ink::Muted, Weight::Regular, Align::Left, 1, true, true, ui::Say::Code, true});
    line_in(ui, {second.x + w, second.y, second.w - w, second.h}, grouped(t.receipt.query_code), {Type::Title, Ink::Ink, Weight::Bold, Align::Left, 1, true, true, ui::Say::Code, true});
    const float line = std::max(14.f, ui.text_height(right.w, t.printed, {Type::Body, Ink::Ink}));
    paper_row(ui, right.cut_bottom(paper_h(t.paper, line), t.paper == Paper::Asked ? touch_gap_mm : 2.f), t.paper, t.printed, asked);
    safe_line(ui, t.view, right.cut_top(std::min(24.f, std::max(16.f, right.h * 0.3f)), gap));
    const float stop_w = std::max(ui.text_width(tr("县里收到"), {Type::Caption, Ink::Ink, Weight::Bold}), ui.text_width(tr("单位受理"), {Type::Caption, Ink::Ink, Weight::Bold})) + 21.5f;
    if (right.h >= 24 && stop_w <= right.w / 3) way_line(ui, t.view, right.cut_top(std::min(26.f, right.h), gap));
    if (t.receipt.sealed) {
      if (right.h >= 24) message(ui, right, Icon::Lock, tr("已密封"), tr("只有有权处理的机关能打开。"), false);
    } else if (plan && right.h >= 62 && ui.theme().size == ui::TextSize::Normal) {
      draw_plan(ui, right, *t.view.world.plan, t.receipt.window, t.view.world.origin);
    } else {
      deadline_rows(ui, t.view, right);
    }
    return;
  }
  paper_row(ui, right.cut_top(paper_h(t.paper, 18), gap), t.paper, t.printed, asked);
  if (plan && right.h >= (ui.theme().size == ui::TextSize::Normal ? 62.f : 175.f)) draw_plan(ui, right, *t.view.world.plan, t.receipt.window, t.view.world.origin);
}

}  // namespace

Asked draw_done(Ui& ui, const View& view) {
  Asked asked;
  const Box page = ui.page();
  const Measure m = measure(ui);
  ui.fill(page, Ink::Paper);
  if (!view.s.receipt) return asked;
  const Receipt& receipt = *view.s.receipt;
  const Paper paper = paper_of(view);
  ui.fill({0, 0, page.w, m.step_bar}, Ink::Card);
  ui.line(0, m.step_bar, page.w, m.step_bar, Ink::Line, 0.5f);
  ui.circle(m.margin + 9, m.step_bar / 2, 9, Ink::Primary);
  ui.icon({m.margin + 3, m.step_bar / 2 - 6, 12, 12}, Icon::Check, Ink::OnPrimary);
  const std::string title = receipt.matter.empty() ? tr("号取好了") : tr("登记好了");
  line_in(ui, {m.margin + 25, 0, page.w - 2 * m.margin - 25 - 62, m.step_bar}, title, {Type::Title, Ink::Ink, Weight::Bold, Align::Left, 1, true, true, ui::Say::Aloud});
  if (const float h = m.across ? 20.5f : 22; ui.reach_top() <= m.step_bar / 2 - h / 2) again_button(ui, {page.w - m.margin - 56, m.step_bar / 2 - h / 2, 56, h}, asked);
  Box buttons = bar_row(ui, m);
  const float leave_w = m.across ? 130.f : buttons.w - 70 - 82 - 2 * m.gutter;
  ui.walk(ui::Walk::Bar);
  // While the choice is open the filled button is the one that prints.
  if (ui.button("leave", {buttons.right() - leave_w, buttons.y, leave_w, buttons.h}, tr("办好了，离开"), paper == Paper::Asked ? Look::Edged : Look::Filled)) asked = LeaveAsk{};
  if (paper != Paper::Asked && ui.button("reprint", buttons.cut_left(70, m.gutter), paper == Paper::Declined ? tr("还是印一张") : tr("再印一张"), Look::Edged, Icon::Printer, paper != Paper::Printing)) asked = Reprint{};
  if (ui.button("help", buttons.cut_left(82, m.gutter), tr("请人帮我"), Look::Help, Icon::Helper)) asked = CallHelp{};
  ui.walk(ui::Walk::Body);

  const std::string place = receipt.place.empty() ? receipt.window_name : receipt.place;
  ui.headline(screen_id(view), {m.margin + 22, m.step_bar / 2 - 11, ui.text_width(title, {Type::Title, Ink::Ink, Weight::Bold}) + 8, 22}, title + "。" + receipt.ticket + "，" + place);
  Box body{m.margin, m.step_bar + (m.across ? m.gutter : 7), page.w - 2 * m.margin, 0};
  body.h = page.h - body.y - m.bottom_bar - m.gutter;
  const bool coded = !receipt.query_code.empty();
  const TextStyle soft{Type::Body, Ink::Muted, Weight::Regular, Align::Centre, 1, true, true, ui::Say::Aloud};
  const TextStyle bold{Type::Title, Ink::Ink, Weight::Bold, Align::Left, 1, true, true, ui::Say::Code, true};
  const std::string wait = receipt.ahead <= 0 ? std::string(tr("前面没有人，请听叫号")) : trf("前面还有{}人，大约等{}分钟", receipt.ahead, std::max(1, receipt.minutes));
  const std::string printed = paper == Paper::Asked    ? tr("要印小票吗？不印也一样有效。")
                              : paper == Paper::Printing ? tr("正在印小票，请稍等。")
                              : receipt.matter.empty() ? tr("小票印好了，叫号时会念号码。")
                              : receipt.sealed         ? tr("小票印好了，上面只有编号。")
                                                       : tr("小票印好了，请在右下方取走。");
  if (m.across) {
    across(ui, {view, receipt, paper, coded, wait, printed}, m, body, asked);
    return asked;
  }
  if (copied(paper)) {
    body.cut_top(message(ui, body, paper == Paper::Declined ? Icon::Pencil : Icon::PaperOut, no_paper_words(view), tr("请抄写或拍照，窗口可补打。"), true), m.gutter);
    if (!receipt.matter.empty()) safe_line(ui, view, body.cut_bottom(26, m.gutter));
    Box card = body;
    if (!coded) card.h = std::min(card.h, 200.f);
    const float upper = coded ? card.h * 0.45f : card.h;
    if (coded) ticket(ui, card, card.y + upper);
    else ui.card(card);
    Box in{card.x + 8, card.y + 4, card.w - 16, upper - 8};
    line_in(ui, in.cut_top(12), tr("您的号码"), soft);
    const Box wait_box = in.cut_bottom(15);
    const Box where = in.cut_bottom(18);
    line_in(ui, in, receipt.ticket, {Type::NumberLarge, Ink::Primary, Weight::Bold, Align::Centre, 1, true, true, ui::Say::Aloud});
    place_line(ui, where, receipt, Type::Choice);
    line_in(ui, wait_box, wait, {Type::Body, Ink::Ink, Weight::Medium, Align::Centre, 1, true, true, ui::Say::Aloud});
    if (coded) {
      Box code{card.x + 8, card.y + upper + 4, card.w - 16, card.h - upper - 8};
      line_in(ui, code.cut_top(11), tr("查询码（16位，请记牢）"), {Type::Body, Ink::Muted, Weight::Regular, Align::Centre, 1, true, true, ui::Say::Code, true});
      line_in(ui, code.cut_top(12), receipt.matter, {Type::Body, Ink::Ink, Weight::Medium, Align::Centre, 1, true, true, ui::Say::Asked, true});
      Box tips = code.cut_bottom(std::max(40.f, std::min(60.f, code.h - 88)), 3);
      code_digits(ui, code, receipt);
      const float side = std::min(tips.h, 52.f);
      const Box qr = tips.cut_left(side + 10, 8);
      qr_code(ui, {qr.x + 5, tips.y + (tips.h - side) / 2, side, side}, receipt);
      struct Tip { Icon icon; std::string_view words; };
      const std::array<Tip, 3> ways{{{Icon::Phone, tr("用手机拍下这一屏")}, {Icon::Pencil, tr("或用台上的纸笔抄下来")}, {Icon::Desk, tr("也可到窗口补打小票")}}};
      for (int i = 0; i < 3; ++i) {
        const Box row = tips.row(i, 3, 1);
        const float size = std::min(12.f, row.h);
        ui.icon({row.x, row.y + (row.h - size) / 2, size, size}, ways[static_cast<std::size_t>(i)].icon);
        line_in(ui, {row.x + 17, row.y, row.w - 17, row.h}, ways[static_cast<std::size_t>(i)].words, {Type::Body, Ink::Ink, Weight::Regular, Align::Left, 1, true, true});
      }
    }
  } else {
    const bool plan = view.world.plan != nullptr && !view.world.plan->empty();
    const float upper = plan ? 116 : 124;
    const float card_h = upper + (coded ? 80.f : 52.f);
    Box card = body.cut_top(card_h, m.gutter);
    ticket(ui, card, card.y + upper);
    Box in{card.x + 8, card.y + 6, card.w - 16, upper - 10};
    line_in(ui, in.cut_top(13), tr("您的号码"), soft);
    const Box where = in.cut_bottom(22);
    line_in(ui, in, receipt.ticket, {Type::Number, Ink::Primary, Weight::Bold, Align::Centre, 1, true, true, ui::Say::Aloud});
    place_line(ui, where, receipt, Type::Choice);
    Box lower{card.x + 10, card.y + upper + 5, card.w - 20, card_h - upper - 9};
    const TextStyle label{Type::Caption, Ink::Muted, Weight::Regular, Align::Left, 1, true, true, ui::Say::Aloud};
    Box counts = coded ? lower.cut_top(34, 4) : lower;
    const Box left = counts.column(0, 2, 10), right = counts.column(1, 2, 10);
    ui.line(right.x - 5, right.y + 3, right.x - 5, right.bottom() - 3, Ink::Line, 0.5f);
    line_in(ui, {left.x, left.y, left.w, 12}, tr("前面还有"), label);
    const TextStyle big{Type::Choice, Ink::Ink, Weight::Bold, Align::Left, 1, true, true, ui::Say::Aloud};
    const std::string people = receipt.ahead <= 0 ? std::string(tr("没有人")) : trf("{} 人", receipt.ahead);
    line_in(ui, {left.x, left.y + 12, left.w, 20}, people, big);
    // The same as a picture, for those who look instead of reading.
    const float people_w = ui.text_width(people, big) + 5;
    if (receipt.ahead > 0 && left.w - people_w > 76) draw_queue_picture(ui, {left.x + people_w, left.y + 14, left.w - people_w, 16}, receipt.ahead, 0);
    line_in(ui, {right.x, right.y, right.w, 12}, tr("大约要等"), label);
    const std::string minutes = receipt.ahead <= 0 ? std::string(tr("不用等")) : trf("{} 分钟", std::max(1, receipt.minutes));
    line_in(ui, {right.x, right.y + 12, right.w, 20}, minutes, big);
    if (receipt.ahead > 0 && right.w - ui.text_width(minutes, big) > 24) draw_dial(ui, right.right() - 10, right.y + 22, 9, receipt.minutes);
    if (coded) {
      ui.line(lower.x, lower.y - 1, lower.right(), lower.y - 1, Ink::Line, 0.5f);
      Box number = lower.cut_top(lower.h * 0.4f);
      line_in(ui, number, trf("编号 {}", receipt.matter), {Type::Body, Ink::Ink, Weight::Medium, Align::Left, 1, true, true, ui::Say::Asked, true});
      const float w = ui.text_width(tr("查询码"), label) + 5;
      line_in(ui, {lower.x, lower.y, w, lower.h}, tr("查询码"), {Type::Caption, Ink::Muted, Weight::Regular, Align::Left, 1, true, true, ui::Say::Code, true});
      line_in(ui, {lower.x + w, lower.y, lower.w - w, lower.h}, grouped(receipt.query_code), bold);
    }
    if (!receipt.matter.empty()) {
      const Box print = body.cut_bottom(paper == Paper::Asked ? 26.f : 16.f, paper == Paper::Asked ? touch_gap_mm : 0.f);
      const Box way = body.cut_bottom(26, 4);
      const Box safe = body.cut_bottom(26, 5);
      safe_line(ui, view, safe);
      way_line(ui, view, way);
      paper_row(ui, print, paper, printed, asked);
      if (receipt.sealed) {
        body.h = std::min(body.h, 60.f);
        // XFTL 30: neutral words; what it is about is on no screen and no paper of the hall.
        message(ui, body, Icon::Lock, tr("已密封"), tr("只有有权处理的机关能打开。"), false);
      } else {
        if (plan) body.cut_top(draw_plan(ui, {body.x, body.y, body.w, std::min(body.h, ui.theme().size == ui::TextSize::Normal ? 70.f : 110.f)}, *view.world.plan, receipt.window, view.world.origin).h, 4);
        deadline_rows(ui, view, body);
      }
    } else {
      paper_row(ui, body.cut_top(paper == Paper::Asked ? 26.f : 18.f, 4), paper, printed, asked);
      if (plan) draw_plan(ui, {body.x, body.y, body.w, std::min(body.h, 100.f)}, *view.world.plan, receipt.window, view.world.origin);
    }
  }
  return asked;
}

}  // namespace yizhan::kiosk
