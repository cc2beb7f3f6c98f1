/// Touchables: "tab.dispose" "tab.override"; "disposition.same_level" "disposition.down" "disposition.assigned" "disposition.judicial"
/// "disposition.discipline" "disposition.not_accepted" "disposition.duplicate" "disposition.no_longer" Alt+1…8, "disposition.later"
/// Alt+9, "field.to_unit" "field.reason" "field.report_by"; "override.<window>" (for example "override.LAW") Alt+1…, "override_path.1"
/// … "override_path.6" Ctrl+1…6, "field.override_reason"; "tab.code": "code.id_seen" Ctrl+I, "code_reason.lost" … Alt+1…4, "code.give"
/// Ctrl+Enter, then "code.print" Ctrl+P and "code.given" Ctrl+G.
#include "core/number.h"
#include "core/tr.h"
#include "kiosk/desk/panes.h"
#include "kiosk/desk/words.h"

namespace yizhan::kiosk::desk {
namespace {

bool sealed(const DeskSession& s) { return s.serving->ticket.sealed || (s.served && s.served->sealed); }

Asked dispose(Ui& ui, const View& view, Box in) {
  Asked asked;
  const DeskSession& s = view.session;
  const ReceptionDraft& d = draft_of(s).reception;
  label(ui, in, tr("处置　条例第二十二条"), problem_at(s.problems, "disposition"));
  int i = 0;
  for (const Choice& c : dispositions()) {
    ++i;
    // XFTL 30: a sealed accusation goes to the discipline body and nowhere else.
    if (sealed(s) && static_cast<Disposition>(c.value) != Disposition::SentToDiscipline) continue;
    ask(asked, option(ui, "disposition." + std::string(c.name), in.cut_top(px(44), px(5)), c.words, c.line, d.disposition && static_cast<int>(*d.disposition) == c.value, "Alt+" + std::to_string(i)), Picked{"disposition", c.value});
  }
  ask(asked, option(ui, "disposition.later", in.cut_top(px(44), px(10)), tr("先登记，期限内再处置"), tr("15日内"), d.later, "Alt+9"), Toggled{"later", ""});
  if (!d.disposition) {
    ui.text(in.cut_top(px(54)), tr("不管怎么处置，登记、编号、小票都有效。"), style(Type::DeskSmall, Ink::Muted));
    return asked;
  }
  const bool assigned = *d.disposition == Disposition::Assigned;
  const bool unit = assigned || *d.disposition == Disposition::TransferredSameLevel || *d.disposition == Disposition::TransferredDown || *d.disposition == Disposition::GuidedToJudicial;
  if (unit) field(ui, asked, in, 44, "to_unit", *d.disposition == Disposition::GuidedToJudicial ? tr("引导去哪个机关") : tr("转到哪个单位"), d.to_unit, *d.disposition == Disposition::GuidedToJudicial ? tr("法院、检察院、公安、司法局") : tr("县住建局、青石镇……"), false, s.problems);
  if (assigned) field(ui, asked, in, 44, "report_by", tr("报结日期"), d.report_by, "2026-12-20", false, s.problems);
  const bool must = !unit && *d.disposition != Disposition::SentToDiscipline;
  const float rest = in.h / desk_px - 40;
  if (rest > 44) field(ui, asked, in, std::min(rest, 140.0f), "reason", must ? tr("理由和依据") : tr("说明（可不填）"), d.reason, *d.disposition == Disposition::DuplicateInProcess ? tr("在哪个单位、到几号") : "", true, s.problems);
  return asked;
}

Asked override_route(Ui& ui, const View& view, Box in) {
  Asked asked;
  const DeskSession& s = view.session;
  const ReceptionDraft& d = draft_of(s).reception;
  ui.text(in.cut_top(px(50), px(6)), tr("自助机的建议保留，您的决定另记一条，写明理由。"), style(Type::DeskSmall, Ink::Muted));
  label(ui, in, tr("改到哪个窗口"), problem_at(s.problems, "override"));
  int i = 0;
  for (const WindowInfo& window : view.law.rules.windows) {
    const bool own = std::find(s.seat.windows.begin(), s.seat.windows.end(), window.code) != s.seat.windows.end();
    if (own || !window.on_site || in.h < px(420)) continue;
    ++i;
    ask(asked, option(ui, "override." + window.code, in.cut_top(px(48), px(6)), window.name, window.place, d.window == window.code, "Alt+" + std::to_string(i)), PickedWindow{"override", window.code});
  }
  in.cut_top(px(6));
  label(ui, in, tr("法定途径（可不改）"));
  const Box grid = in.cut_top(px(3 * 44 + 12), px(10));
  i = 0;
  for (const Choice& c : paths()) {
    const Box cell = grid.row(i / 2, 3, px(6)).column(i % 2, 2, px(8));
    ask(asked, chip(ui, "override_path." + std::string(c.name), cell, c.words, d.path && static_cast<int>(*d.path) == c.value, true, "Ctrl+" + std::string(c.name)), Picked{"override_path", c.value});
    ++i;
  }
  field(ui, asked, in, std::clamp(in.h / desk_px - 40, 60.0f, 140.0f), "override_reason", tr("为什么改"), d.override_reason, tr("对方窗口看得到"), true, s.problems);
  return asked;
}

/// A lost code: the card is compared with the file, the old code dies, the new one is shown once.
Asked new_code(Ui& ui, const View& view, Box in) {
  Asked asked;
  const DeskSession& s = view.session;
  const ReceptionDraft& d = draft_of(s).reception;
  if (view.world.replaced && view.world.replaced->matter == s.serving->matter) {
    strip(ui, in.cut_top(px(46), px(10)), Icon::Check, tr("新查询码已生效，旧码作废"), Tone::Law);
    ui.text(in.cut_top(px(32)), tr("查询码"), one_line(Type::DeskSmall, Ink::Muted));
    const std::string code = grouped(view.world.replaced->code);
    for (const std::string_view half : {std::string_view(code).substr(0, 9), std::string_view(code).substr(10)})
      ui.text(in.cut_top(px(60), px(4)), half, one_line(Type::DeskNumber, Ink::Ink, Weight::Bold, Align::Centre));
    ui.text(in.cut_top(px(54), px(10)), tr("只给本人看。抄好或印好后按「交给本人了」，屏幕上就没有了。"), style(Type::DeskSmall, Ink::Muted));
    const bool printer = view.world.printer == DeviceState::Ready || view.world.printer == DeviceState::Busy;
    const Box buttons = in.cut_top(px(60));
    ask(asked, press(ui, "code.print", buttons.column(0, 2, px(12)), printer ? tr("打印凭条") : tr("打印机不能用，请抄写"), "Ctrl+P", Look::Edged, Icon::Printer, printer), PrintSlip{});
    ask(asked, press(ui, "code.given", buttons.column(1, 2, px(12)), tr("交给本人了"), "Ctrl+G", Look::Filled), CodeGiven{});
    return asked;
  }
  const bool busy = s.waiting && s.waiting->trouble.empty();
  ui.text(in.cut_top(px(78), px(8)), tr("查询码丢了，核对身份证后换一个新的。旧码马上作废，换码记录在案。没留姓名的不能换。"), style(Type::DeskSmall, Ink::Muted));
  label(ui, in, tr("是不是本人"), problem_at(s.problems, "id_seen"));
  ask(asked, tick(ui, "code.id_seen", in.cut_top(px(48), px(12)), tr("已核对身份证，是本人　Ctrl+I"), d.id_seen, "Ctrl+I"), Toggled{"id_seen", ""});
  label(ui, in, tr("为什么换"), problem_at(s.problems, "code_reason"));
  int i = 0;
  for (const Choice& c : code_reasons()) {
    ++i;
    ask(asked, option(ui, "code_reason." + std::string(c.name), in.cut_top(px(44), px(6)), c.words, c.line, d.code_reason == c.value, "Alt+" + std::to_string(i)), Picked{"code_reason", c.value});
  }
  if (const Problem* problem = problem_at(s.problems, "code")) strip(ui, in.cut_top(px(42), px(6)), Icon::Warning, problem->what, Tone::Attention);
  ask(asked, press(ui, "code.give", in.cut_top(px(60)), busy ? tr("正在保存…") : tr("换新查询码"), "Ctrl+Enter", Look::Edged, Icon::None, !busy), GiveCode{});
  return asked;
}

}  // namespace

Asked draw_reception_record(Ui& ui, const View& view, Box in) {
  Asked asked;
  const DeskSession& s = view.session;
  const ReceptionDraft& d = draft_of(s).reception;
  const Box tabs = in.cut_top(px(46), px(12));
  ask(asked, chip(ui, "tab.dispose", tabs.column(0, 3, px(8)), tr("处置"), !d.overriding && !d.recoding), Picked{"tab", 0});
  ask(asked, chip(ui, "tab.override", tabs.column(1, 3, px(8)), tr("改派"), d.overriding, !sealed(s)), Picked{"tab", 1});
  ask(asked, chip(ui, "tab.code", tabs.column(2, 3, px(8)), tr("查询码"), d.recoding, !sealed(s)), Picked{"tab", 2});
  if (s.served && s.served->disposed && !d.disposition) {
    // What is sealed shows another step than the one that was taken (core/sealer.h): of it only that it was.
    const Disposed& done = *s.served->disposed;
    const std::string before = done.words.empty() ? trf("已处置：{} {}", words_of(dispositions(), static_cast<int>(done.disposition)), done.to_unit) : std::string(tr("已处置，内容密封"));
    strip(ui, in.cut_top(px(38), px(6)), Icon::Check, before, Tone::Law);
  }
  Asked inner = d.recoding && !sealed(s) ? new_code(ui, view, in) : d.overriding ? override_route(ui, view, in) : dispose(ui, view, in);
  return asked ? asked : inner;
}

}  // namespace yizhan::kiosk::desk
