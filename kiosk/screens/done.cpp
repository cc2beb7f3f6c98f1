// Done: the number, the window, the code; large without paper. Touchables: reprint, help, leave.
#include <array>

#include "core/tr.h"
#include "kiosk/screens/parts.h"
#include "kiosk/screens/plan.h"
#include "kiosk/screens/queue_picture.h"

namespace yizhan::kiosk {
namespace {

enum class Paper { Printing, Printed, None };

Paper paper_of(const View& view) {
  const Snapshot& now = view.world.now;
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
  const TextStyle style{step, Ink::Ink, Weight::Bold, Align::Left, 1, true, true};
  const float w = std::min(box.w - 20, ui.text_width(words, style));
  const float x = box.x + (box.w - w - 16) / 2;
  ui.icon({x, box.y + box.h / 2 - 6, 12, 12}, Icon::Next);
  line_in(ui, {x + 16, box.y, w + 1, box.h}, words, style);
}

void safe_line(Ui& ui, const View& view, const Box& box) {
  const bool counted = view.world.now.county_online && view.world.now.uncounted == 0;
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
  line_in(ui, two ? in.row(0, 2, 0) : in, tr("已登记 · 已安全保存在本机"), bold);
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
    if (i < 2) ui.line(cell.right() - 15, cy, cell.right() - 3, cy, Ink::Edge, 0.6f);
    ui.circle(cell.x + r, cy, r, stop.done ? Ink::Primary : Ink::Card);
    if (stop.done) ui.icon({cell.x + r - 4, cy - 4, 8, 8}, Icon::Check, Ink::OnPrimary);
    else ui.edge({cell.x, cy - r, 2 * r, 2 * r}, Ink::Edge, 0.5f, r);
    const Box in{cell.x + 2 * r + 3, box.y, cell.w - 2 * r - 19, box.h};
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

}  // namespace

Asked draw_done(Ui& ui, const View& view) {
  Asked asked;
  const Box page = ui.page();
  ui.fill(page, Ink::Paper);
  if (!view.s.receipt) return asked;
  const Receipt& receipt = *view.s.receipt;
  const Paper paper = paper_of(view);
  ui.fill({0, 0, page.w, step_bar_mm}, Ink::Card);
  ui.line(0, step_bar_mm, page.w, step_bar_mm, Ink::Line, 0.5f);
  ui.circle(margin_mm + 9, step_bar_mm / 2, 9, Ink::Primary);
  ui.icon({margin_mm + 3, step_bar_mm / 2 - 6, 12, 12}, Icon::Check, Ink::OnPrimary);
  line_in(ui, {margin_mm + 25, 0, page.w - 2 * margin_mm - 25, step_bar_mm}, receipt.matter.empty() ? tr("号取好了") : tr("登记好了"),
          {Type::Title, Ink::Ink, Weight::Bold, Align::Left, 1, true, true});

  ui.headline(screen_id(view), {margin_mm + 22, step_bar_mm / 2 - 11, page.w - 2 * margin_mm - 22, 22}, receipt.matter.empty() ? tr("号取好了") : tr("登记好了"));
  Box body{margin_mm, step_bar_mm + 7, page.w - 2 * margin_mm, page.h - step_bar_mm - 7 - bottom_bar_mm - gutter_mm};
  const bool coded = !receipt.query_code.empty();
  const TextStyle soft{Type::Body, Ink::Muted, Weight::Regular, Align::Centre, 1, true, true};
  const TextStyle bold{Type::Title, Ink::Ink, Weight::Bold, Align::Left, 1, true, true};
  const std::string wait = receipt.ahead <= 0 ? std::string(tr("前面没有人，请听叫号")) : trf("前面还有{}人，大约等{}分钟", receipt.ahead, std::max(1, receipt.minutes));
  if (paper == Paper::None) {
    const bool empty = (view.world.now.print && view.world.now.print->trouble == "no_paper") || view.world.now.printer == DeviceState::OutOfPaper;
    body.cut_top(message(ui, body, Icon::PaperOut, empty ? tr("打印纸用完了，号码一样有效") : tr("小票没印出来，号码一样有效"), tr("请抄写或拍照，窗口可补打。"), true), gutter_mm);
    if (!receipt.matter.empty()) safe_line(ui, view, body.cut_bottom(26, gutter_mm));
    Box card = body;
    if (!coded) card.h = std::min(card.h, 200.f);
    const float upper = coded ? card.h * 0.45f : card.h;
    if (coded) ticket(ui, card, card.y + upper);
    else ui.card(card);
    Box in{card.x + 8, card.y + 4, card.w - 16, upper - 8};
    line_in(ui, in.cut_top(12), tr("您的号码"), soft);
    const Box wait_box = in.cut_bottom(15);
    const Box where = in.cut_bottom(18);
    line_in(ui, in, receipt.ticket, {Type::NumberLarge, Ink::Primary, Weight::Bold, Align::Centre, 1, true, true});
    place_line(ui, where, receipt, Type::Choice);
    line_in(ui, wait_box, wait, {Type::Body, Ink::Ink, Weight::Medium, Align::Centre, 1, true, true});
    if (coded) {
      Box code{card.x + 8, card.y + upper + 4, card.w - 16, card.h - upper - 8};
      line_in(ui, code.cut_top(11), tr("查询码（16位，请记牢）"), soft);
      line_in(ui, code.cut_top(12), receipt.matter, {Type::Body, Ink::Ink, Weight::Medium, Align::Centre, 1, true, true});
      Box tips = code.cut_bottom(std::max(40.f, std::min(60.f, code.h - 88)), 3);
      // Two lines of two groups: 16 digits stay large enough to be copied from a metre away.
      const std::string spaced = grouped(receipt.query_code);
      const TextStyle big{Type::Code, Ink::Ink, Weight::Bold, Align::Centre, 1, true, true};
      const float line = ui.text_height(code.w, spaced, big);
      const auto group = [&](int i, std::string_view digits) {
        const Box row = code.row(i, 2, 0);
        // Digits fill two thirds of their line: lines may come this close.
        if (line <= row.h * 1.2f) ui.text({row.x, row.y + (row.h - line) / 2, row.w, line}, digits, big);
        else line_in(ui, row, digits, big);
      };
      group(0, std::string_view(spaced).substr(0, 9));
      if (spaced.size() > 10) group(1, std::string_view(spaced).substr(10));
      const float side = std::min(tips.h, 52.f);
      const Box qr = tips.cut_left(side + 10, 8);
      const Box qr_box{qr.x + 5, tips.y + (tips.h - side) / 2, side, side};
      ui.fill(qr_box, Ink::OnPrimary, 2);
      ui.edge(qr_box, Ink::Edge, 0.5f, 2);
      ui.qr(qr_box.inset(2.5f), "XF1:" + receipt.matter + ":" + receipt.query_code + ":" + receipt.chain8);  // as on paper
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
    Box card = body.cut_top(card_h, gutter_mm);
    ticket(ui, card, card.y + upper);
    Box in{card.x + 8, card.y + 6, card.w - 16, upper - 10};
    line_in(ui, in.cut_top(13), tr("您的号码"), soft);
    const Box where = in.cut_bottom(22);
    line_in(ui, in, receipt.ticket, {Type::Number, Ink::Primary, Weight::Bold, Align::Centre, 1, true, true});
    place_line(ui, where, receipt, Type::Choice);
    Box lower{card.x + 10, card.y + upper + 5, card.w - 20, card_h - upper - 9};
    const TextStyle label{Type::Caption, Ink::Muted, Weight::Regular, Align::Left, 1, true, true};
    Box counts = coded ? lower.cut_top(34, 4) : lower;
    const Box left = counts.column(0, 2, 10), right = counts.column(1, 2, 10);
    ui.line(right.x - 5, right.y + 3, right.x - 5, right.bottom() - 3, Ink::Line, 0.5f);
    line_in(ui, {left.x, left.y, left.w, 12}, tr("前面还有"), label);
    const TextStyle big{Type::Choice, Ink::Ink, Weight::Bold, Align::Left, 1, true, true};
    const std::string people = receipt.ahead <= 0 ? std::string(tr("没有人")) : trf("{} 人", receipt.ahead);
    line_in(ui, {left.x, left.y + 12, left.w, 20}, people, big);
    // The same as a picture, for those who look instead of reading.
    const float people_w = ui.text_width(people, big) + 5;
    if (receipt.ahead > 0 && left.w - people_w > 40) draw_queue_picture(ui, {left.x + people_w, left.y + 14, left.w - people_w, 16}, receipt.ahead, 0);
    line_in(ui, {right.x, right.y, right.w, 12}, tr("大约要等"), label);
    const std::string minutes = receipt.ahead <= 0 ? std::string(tr("不用等")) : trf("{} 分钟", std::max(1, receipt.minutes));
    line_in(ui, {right.x, right.y + 12, right.w, 20}, minutes, big);
    if (receipt.ahead > 0 && right.w - ui.text_width(minutes, big) > 24) draw_dial(ui, right.right() - 10, right.y + 22, 9, receipt.minutes);
    if (coded) {
      ui.line(lower.x, lower.y - 1, lower.right(), lower.y - 1, Ink::Line, 0.5f);
      Box number = lower.cut_top(lower.h * 0.4f);
      line_in(ui, number, trf("编号 {}", receipt.matter), {Type::Body, Ink::Ink, Weight::Medium, Align::Left, 1, true, true});
      const float w = ui.text_width(tr("查询码"), label) + 5;
      line_in(ui, {lower.x, lower.y, w, lower.h}, tr("查询码"), label);
      line_in(ui, {lower.x + w, lower.y, lower.w - w, lower.h}, grouped(receipt.query_code), bold);
    }
    if (!receipt.matter.empty()) {
      const Box print = body.cut_bottom(16, 0);
      const Box way = body.cut_bottom(26, 4);
      const Box safe = body.cut_bottom(26, 5);
      safe_line(ui, view, safe);
      way_line(ui, view, way);
      ui.icon({print.x + 2, print.y + 3, 10, 10}, Icon::Printer);
      const std::string_view printed = receipt.sealed ? tr("小票印好了，上面只有编号。") : tr("小票印好了，请在右下方取走。");
      line_in(ui, {print.x + 17, print.y, print.w - 17, print.h}, paper == Paper::Printing ? tr("正在印小票，请稍等。") : printed,
              {Type::Body, Ink::Ink, Weight::Medium, Align::Left, 1, true, true});
      if (receipt.sealed) {
        body.h = std::min(body.h, 60.f);
        // XFTL 30: neutral words; what it is about is on no screen and no paper of the hall.
        message(ui, body, Icon::Lock, tr("已密封"), tr("只有有权处理的机关能打开。"), false);
      } else {
        if (plan) body.cut_top(draw_plan(ui, {body.x, body.y, body.w, std::min(body.h, ui.theme().size == ui::TextSize::Normal ? 70.f : 110.f)}, *view.world.plan, receipt.window, view.world.origin).h, 4);
        deadline_rows(ui, view, body);
      }
    } else {
      Box print = body.cut_top(18, 4);
      if (plan) draw_plan(ui, {body.x, body.y, body.w, std::min(body.h, 100.f)}, *view.world.plan, receipt.window, view.world.origin);
      ui.icon({print.x + 2, print.y + 4, 10, 10}, Icon::Printer);
      line_in(ui, {print.x + 17, print.y, print.w - 17, print.h}, paper == Paper::Printing ? tr("正在印小票，请稍等。") : tr("小票印好了，叫号时会念号码。"),
              {Type::Body, Ink::Ink, Weight::Medium, Align::Left, 1, true, true});
    }
  }
  const Box bar{0, page.h - bottom_bar_mm, page.w, bottom_bar_mm};
  ui.fill(bar, Ink::Card);
  ui.line(0, bar.y, page.w, bar.y, Ink::Line, 0.5f);
  Box row{margin_mm, bar.y + 7, page.w - 2 * margin_mm, bar_button_mm};
  ui.walk(ui::Walk::Bar);
  if (ui.button("reprint", row.cut_left(70, gutter_mm), tr("再印一张"), Look::Edged, Icon::Printer, paper != Paper::Printing)) asked = Reprint{};
  if (ui.button("help", row.cut_left(82, gutter_mm), tr("请人帮我"), Look::Help, Icon::Helper)) asked = CallHelp{};
  if (ui.button("leave", row, tr("办好了，离开"), Look::Filled)) asked = LeaveAsk{};
  ui.walk(ui::Walk::Body);
  return asked;
}

}  // namespace yizhan::kiosk
