/// Touchables of the record: "transfer" F9 (opens and closes the panel), in it "transfer.<window>" (for example "transfer.MED"),
/// "field.transfer_reason", "reason.willing" …, "transfer.go" Ctrl+Enter; "finish" F10.
#include <fmt/format.h>

#include <algorithm>

#include "core/tr.h"
#include "kiosk/desk/panes.h"
#include "kiosk/desk/words.h"

namespace yizhan::kiosk::desk {
namespace {

Asked draw_transfer(Ui& ui, const View& view, Box in) {
  Asked asked;
  const DeskSession& s = view.session;
  ui.text(in.cut_top(px(36), px(4)), tr("转到哪个窗口"), one_line(Type::DeskTitle, Ink::Ink, Weight::Bold));
  ui.text(in.cut_top(px(26), px(12)), tr("位次和材料都跟着走，不用重排、不用重说"), one_line(Type::DeskSmall, Ink::Muted));
  const Problem* problem = problem_at(s.problems, "transfer_to");
  if (problem) ui.text(in.cut_top(px(24), px(4)), problem->what, one_line(Type::DeskSmall, Ink::Brick, Weight::Medium));
  int i = 0;
  for (const WindowInfo& window : view.law.rules.windows) {
    const bool own = std::find(s.seat.windows.begin(), s.seat.windows.end(), window.code) != s.seat.windows.end();
    if (own || !window.on_site) continue;
    if (in.h < px(420)) break;  // more windows than a hall has; reception passes on the rest
    ++i;
    const std::string key = i <= 9 ? "Alt+" + std::to_string(i) : "";
    ask(asked, option(ui, "transfer." + window.code, in.cut_top(px(54), px(8)), window.name, window.place, s.transfer_to == window.code, key), TransferTo{window.code});
  }
  in.cut_top(px(8));
  field(ui, asked, in, 96, "transfer_reason", tr("为什么转"), s.transfer_reason, tr("对方窗口看得到"), true, s.problems);
  Box row = in.cut_top(px(38), px(16));
  for (const Phrase& p : transfer_reasons()) ask(asked, phrase(ui, "reason." + std::string(p.name), row.cut_left(px(106), px(8)), p.words), Insert{"transfer_reason", std::string(p.text)});
  const bool busy = s.waiting && s.waiting->trouble.empty();
  ask(asked, press(ui, "transfer.go", in.cut_top(px(60)), busy ? tr("正在转…") : tr("转过去"), "Ctrl+Enter", Look::Filled, Icon::None, !busy), TransferGo{});
  return asked;
}

void nobody(Ui& ui, const View& view, Box in) {
  const char* what = view.session.seat.role == Role::Lawyer ? tr("叫号后，在这里写接访记录") : view.session.seat.role == Role::Mediator ? tr("叫号后，在这里记调解") : tr("叫号后，在这里处置");
  ui.icon({in.x + in.w / 2 - px(32), in.y + in.h * 0.36f - px(80), px(64), px(64)}, Icon::Pencil, Ink::Muted);
  ui.text({in.x, in.y + in.h * 0.36f, in.w, px(32)}, what, one_line(Type::Desk, Ink::Muted, Weight::Regular, Align::Centre));
}

std::string finish_words(const DeskSession& s) {
  const std::string number = s.serving->ticket.number;
  if (s.waiting && s.waiting->trouble.empty() && s.waiting->press == "finish") return std::holds_alternative<StateFact>(s.waiting->command) ? tr("正在保存…") : tr("正在结束…");
  if (number.empty()) return tr("记下");
  const Draft& d = draft_of(s);
  if (s.seat.role == Role::Lawyer && d.lawyer.outcome == ConsultOutcome::ToMediation) return trf("记下，{} 转调解", number);
  if (s.seat.role == Role::Lawyer && d.lawyer.outcome == ConsultOutcome::BackToReception) return trf("记下，{} 回接待", number);
  if (s.seat.role == Role::Reception && d.reception.overriding) return trf("改派 {}", number);
  return trf("办完，结束 {}", number);
}

}  // namespace

Asked draw_record(Ui& ui, const View& view, Box column) {
  Asked asked;
  const DeskSession& s = view.session;
  ui.fill(column, Ink::Card);
  ui.line(column.x, column.y, column.x, column.bottom(), Ink::Line, px(2));
  Box in = column.inset(px(24), px(14));
  if (!s.serving) {
    nobody(ui, view, in);
    return asked;
  }
  const auto take = [&](Asked pressed) {
    if (pressed && !asked) asked = std::move(pressed);
  };
  const bool busy = s.waiting && s.waiting->trouble.empty();
  const bool ticket = !s.serving->ticket.number.empty();

  Box title = in.cut_top(px(28), px(8));
  const char* name = s.seat.role == Role::Lawyer ? tr("接访记录") : s.seat.role == Role::Mediator ? tr("调解记录") : tr("处置");
  if (!s.problems.empty() && !s.transferring) {
    const std::string open = trf("还有{}处要补，已标出", s.problems.size());
    const TextStyle small = one_line(Type::DeskSmall, Ink::Brick, Weight::Medium, Align::Right);
    ui.text(title.cut_right(ui.text_width(open, small) + px(2), px(6)), open, small);
  } else if (!s.saved_at.empty()) {
    const std::string saved = trf("{} 已存本机", s.saved_at);
    const TextStyle small = one_line(Type::DeskSmall, Ink::Primary, Weight::Regular, Align::Right);
    const float w = ui.text_width(saved, small) + px(2);
    ui.text(title.cut_right(w, px(6)), saved, small);
    ui.icon(title.cut_right(px(20)).inset(0, px(4)), Icon::Check, Ink::Primary);
  }
  ui.text(title, std::string(name) + (ticket ? " " + s.serving->ticket.number : ""), one_line(Type::DeskSmall, Ink::Muted, Weight::Bold));

  Box foot = in.cut_bottom(px(ticket ? 128 : 72), px(10));
  ui.line(foot.x, foot.y, foot.right(), foot.y, Ink::Line, px(1));
  foot.cut_top(px(10));
  // Why the last press did not go through; what is written stays, and the same press tries again.
  const bool trouble = s.waiting && !busy && !std::holds_alternative<QueueCommand>(s.waiting->command);
  if (trouble) {
    if (!ticket) in.cut_bottom(px(50));
    strip(ui, ticket ? foot.cut_top(px(46), px(10)) : Box{foot.x, foot.y - px(60), foot.w, px(42)}, Icon::Warning, s.waiting->trouble, Tone::Attention);
  } else if (ticket) {
    ask(asked, press(ui, "transfer", foot.cut_top(px(46), px(10)), s.transferring ? tr("不转了") : tr("转窗口"), "F9", Look::Edged, Icon::Transfer, !busy), OpenTransfer{});
  }
  // One filled button: while a mediation goes on, that is its next step, not the end of the visit.
  const bool one_more_step = s.seat.role == Role::Mediator && s.served && !mediation_over(s.served->mediation) && mediation_step(s.served->mediation) != 2;
  if (!s.transferring)
    ask(asked, press(ui, "finish", foot.cut_top(px(60)), finish_words(s), "F10", one_more_step ? Look::Edged : Look::Filled, Icon::None, !busy), Finish{});

  if (s.transferring) {
    take(draw_transfer(ui, view, in));
    return asked;
  }
  const bool sealed = s.serving->ticket.sealed || (s.served && s.served->sealed);
  if (s.serving->matter.empty() || (sealed && s.seat.role != Role::Reception)) {
    const char* line = sealed ? tr("密封事项不在这里记录") : tr("只取了号，没有可记的事项");
    const char* more = sealed ? tr("按 F9 转接待，或按 F10 结束") : tr("要登记：按 F9 转接待");
    Box box = in.cut_top(px(90));
    strip(ui, box.cut_top(px(44), px(8)), sealed ? Icon::Lock : Icon::Info, line, Tone::Calm);
    ui.text(box, more, one_line(Type::Desk, Ink::Muted));
    return asked;
  }
  switch (s.seat.role) {
    case Role::Lawyer: take(draw_lawyer_record(ui, view, in)); break;
    case Role::Mediator: take(draw_mediator_record(ui, view, in)); break;
    case Role::Reception: take(draw_reception_record(ui, view, in)); break;
  }
  return asked;
}

}  // namespace yizhan::kiosk::desk
