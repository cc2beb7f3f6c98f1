/// Oral registration (XFTL 19.1) and a citizen's session taken over: the same form, recorded by staff (代录), filed by F10.
/// Touchables: "form.page.1" Alt+1, "form.page.2" Alt+2, "form.leave", "form.next" Ctrl+Enter, "form.file" F10.
/// Page 1: "form.kind.appeal" …, "form.topic.wages" …, "form.counterparty.employer" …, "form.answer.in_danger.yes" …,
/// "form.filing_as.self" …, "form.document.resident" …, "form.priority.normal" …, "field.form.petitioner.name" "….phone" "….number"
/// "….address", "field.form.filer.name" "field.form.authority" "field.form.head_count" "field.form.representatives".
/// Page 2: "field.form.request" "field.form.facts" "field.form.reasons" "field.form.place" "field.form.party_complained_of",
/// "form.window.LAW" … (the proposal and the others), "form.read_back" Ctrl+R.
/// Filed: "form.print" F8, "form.done" F10.
#include <fmt/format.h>

#include <algorithm>

#include "core/number.h"
#include "core/text.h"
#include "core/tr.h"
#include "kiosk/desk/panes.h"
#include "kiosk/desk/words.h"

namespace yizhan::kiosk::desk {
namespace {

const Form& form_of(const View& view) { return *view.session.form; }
bool busy(const View& view) { return view.session.waiting && view.session.waiting->trouble.empty(); }

/// A row of small choices under a label; one of them is filled.
void chips(Ui& ui, Asked& asked, Box& in, std::string_view words, const std::string& name, std::span<const Choice> list, int chosen, int per_row,
           const Problem* problem = nullptr) {
  label(ui, in, words, problem);
  const int rows = (static_cast<int>(list.size()) + per_row - 1) / per_row;
  const Box grid = in.cut_top(px(static_cast<float>(rows * 42 + (rows - 1) * 6)), px(12));
  int i = 0;
  for (const Choice& c : list) {
    const Box cell = grid.row(i / per_row, rows, px(6)).column(i % per_row, per_row, px(6));
    ask(asked, chip(ui, name + "." + std::string(c.name), cell, c.words, c.value == chosen), Picked{name, c.value});
    ++i;
  }
}

void form_field(Ui& ui, Asked& asked, Box box, const View& view, const std::string& name, std::string_view words, const std::string& text,
                std::string_view placeholder, bool several_lines = false) {
  Box in = box;
  field(ui, asked, in, in.h / desk_px - 28, name, words, text, placeholder, several_lines, form_of(view).problems, 0);
}

void page_who(Ui& ui, Asked& asked, const View& view, Box in) {
  const Form& f = form_of(view);
  const Petition& p = f.petition;
  Box left = in.cut_left(in.w * 0.54f, px(36));
  chips(ui, asked, left, tr("属于哪一类"), "form.kind", kinds(), static_cast<int>(p.kind), 4);
  label(ui, left, tr("什么事"), problem_at(f.problems, "form.topic"));
  const auto& topics = view.law.rules.topics;
  constexpr int across = 5;
  const int rows = std::max(1, (static_cast<int>(topics.size()) + across - 1) / across);
  const Box grid = left.cut_top(px(static_cast<float>(rows * 42 + (rows - 1) * 6)), px(12));
  for (int i = 0; i < static_cast<int>(topics.size()); ++i) {
    const TopicInfo& t = topics[static_cast<std::size_t>(i)];
    const Box cell = grid.row(i / across, rows, px(6)).column(i % across, across, px(6));
    ask(asked, chip(ui, "form.topic." + t.code, cell, t.name, p.topic == t.code), Picked{"form.topic", i});
  }
  chips(ui, asked, left, tr("对方是谁"), "form.counterparty", counterparties(), static_cast<int>(p.answers.counterparty), 5);
  for (const Question& q : questions()) {
    if (left.h < px(42)) break;
    Box row = left.cut_top(px(42), px(6));
    const Box three = row.cut_right(px(282), px(10));
    ui.text(row, q.words, one_line(Type::Desk));
    int i = 0;
    for (const Choice& c : answers()) {
      ask(asked, chip(ui, fmt::format("form.answer.{}.{}", q.name, c.name), three.column(i, 3, px(6)), c.words, static_cast<int>(p.answers.*q.member) == c.value), Picked{fmt::format("form.answer.{}", q.name), c.value});
      ++i;
    }
  }

  chips(ui, asked, in, tr("谁来办"), "form.filing_as", filing_ways(), static_cast<int>(p.filing_as), 5);
  Box row = in.cut_top(px(74), px(10));
  form_field(ui, asked, row.column(0, 2, px(12)), view, "form.petitioner.name", p.filing_as == FilingAs::Self ? tr("来访人姓名") : tr("当事人姓名"), p.petitioner.name, tr("不愿留可以空着"));
  form_field(ui, asked, row.column(1, 2, px(12)), view, "form.petitioner.phone", tr("电话"), p.petitioner.phone, tr("没有可以空着"));
  chips(ui, asked, in, tr("证件"), "form.document", documents(), static_cast<int>(p.petitioner.document), 6);
  row = in.cut_top(px(74), px(10));
  form_field(ui, asked, row.column(0, 2, px(12)), view, "form.petitioner.number", tr("证件号码"), p.petitioner.number, tr("没有证件也能登记"));
  form_field(ui, asked, row.column(1, 2, px(12)), view, "form.petitioner.address", tr("住址"), p.petitioner.address, tr("到村、社区就行"));
  if (p.filing_as != FilingAs::Self) {
    row = in.cut_top(px(74), px(10));
    form_field(ui, asked, row.column(0, 2, px(12)), view, "form.filer.name", tr("代办人姓名"), p.filer.name, "");
    form_field(ui, asked, row.column(1, 2, px(12)), view, "form.authority", tr("凭什么代办"), p.authority, tr("委托书、户口本……"));
  }
  row = in.cut_top(px(74), px(10));
  form_field(ui, asked, row.cut_left(px(180), px(12)), view, "form.head_count", tr("一共几个人"), f.head_count, "1");
  // XFTL 20.3 and the jurisdiction's own table.
  const int heads = std::max(1, petition_of(f, "").head_count);
  form_field(ui, asked, row, view, "form.representatives", trf("代表（最多{}人）", view.law.rules.rep_limit(heads)), f.representatives, tr("几个人用顿号分开"));
  chips(ui, asked, in, tr("优先"), "form.priority", priorities(), static_cast<int>(f.priority), 5);
}

void page_statement(Ui& ui, Asked& asked, const View& view, Box in) {
  const Form& f = form_of(view);
  const Petition& p = f.petition;
  Box left = in.cut_left(in.w * 0.54f, px(36));
  const Box place = left.cut_bottom(px(74), px(12));
  const float room = left.h - px(16);
  form_field(ui, asked, left.cut_top(room * 0.27f, px(8)), view, "form.request", tr("要求"), p.statement.request, tr("来访人想要什么结果"), true);
  form_field(ui, asked, left.cut_top(room * 0.46f, px(8)), view, "form.facts", tr("事实"), p.statement.facts, tr("时间、地点、经过，照原话记"), true);
  form_field(ui, asked, left.cut_top(room * 0.27f), view, "form.reasons", tr("理由"), p.statement.reasons, tr("为什么这样要求"), true);
  form_field(ui, asked, place.column(0, 2, px(12)), view, "form.place", tr("事情发生在哪里"), p.statement.place, tr("到村、小区、工地"));
  form_field(ui, asked, place.column(1, 2, px(12)), view, "form.party_complained_of", tr("反映的人或单位"), p.statement.party_complained_of, tr("没有可以空着"));

  // A suggestion made again with every word (PIPL 24): staff and the visitor choose.
  const Ruling ruling = route(petition_of(f, view.session.seat.staff), view.law.rules);
  label(ui, in, tr("去哪个窗口"), problem_at(f.problems, "form.chosen"));
  std::vector<WindowCode> windows{ruling.window};
  for (const WindowCode& w : ruling.alternatives)
    if (windows.size() < 4) windows.push_back(w);
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const bool chosen = f.chosen.empty() ? i == 0 : f.chosen == windows[i];
    const WindowInfo* info = view.law.rules.window(windows[i]);
    ask(asked, option(ui, "form.window." + windows[i], in.cut_top(px(52), px(8)), info ? info->name : windows[i], i == 0 ? tr("建议") : info ? info->place : "", chosen), PickedWindow{"form", windows[i]});
  }
  in.cut_top(px(8));
  label(ui, in, tr("为什么这样建议"));
  std::size_t shown = 0;
  for (const Reason& r : ruling.reasons) {
    if (shown++ == 3) break;
    const Box box = in.cut_top(px(62), px(8));
    panel(ui, box);
    const Box body = box.inset(px(14), px(6));
    ui.text({body.x, body.y, body.w, px(26)}, r.because, one_line(Type::Desk, Ink::Ink, Weight::Medium));
    ui.text({body.x, body.y + px(26), body.w, px(24)}, r.consequence.empty() ? chinese(r.basis) : r.consequence + "　" + chinese(r.basis), one_line(Type::DeskSmall, Ink::Muted));
  }
  if (ruling.sealed) strip(ui, in.cut_top(px(42), px(8)), Icon::Lock, tr("登记后加密，大厅里谁也打不开"), Tone::Attention);
  if (ruling.urgent) strip(ui, in.cut_top(px(42), px(8)), Icon::Warning, tr("紧急事项：马上报告带班领导"), Tone::Attention);

  Box foot = in.cut_bottom(px(70));
  const Problem* problem = problem_at(f.problems, "form.read_back");
  ui.text(foot.cut_bottom(px(26)), problem ? problem->what : tr("如实记录，念一遍，本人认可（条例19条）"), one_line(Type::DeskSmall, problem ? Ink::Brick : Ink::Muted, problem ? Weight::Medium : Weight::Regular));
  ask(asked, tick(ui, "form.read_back", foot, tr("已念给本人听，本人认可　Ctrl+R"), f.read_back, "Ctrl+R"), Toggled{"read_back", ""});
}

void page_done(Ui& ui, Asked& asked, const View& view, Box in) {
  const Receipt& r = *form_of(view).receipt;
  const Box box{in.x + (in.w - px(760)) / 2, in.y + px(30), px(760), px(516)};
  panel(ui, box);
  Box body = box.inset(px(48), px(36));
  ui.text(body.cut_top(px(34)), tr("已登记"), one_line(Type::DeskTitle, Ink::Primary, Weight::Bold, Align::Centre));
  ui.text(body.cut_top(px(84), px(4)), r.ticket, one_line(Type::DeskNumber, Ink::Primary, Weight::Bold, Align::Centre));
  ui.text(body.cut_top(px(44), px(6)), r.place.empty() ? r.window_name : r.place, one_line(Type::DeskTitle, Ink::Ink, Weight::Bold, Align::Centre));
  ui.text(body.cut_top(px(32), px(22)), r.ahead > 0 ? trf("前面还有{}人，大约{}分钟", r.ahead, r.minutes) : std::string(tr("前面没有人，请直接过去")), one_line(Type::Desk, Ink::Muted, Weight::Regular, Align::Centre));
  ui.line(body.x, body.y, body.right(), body.y, Ink::Line, px(1.5f));
  body.cut_top(px(20));
  const auto row = [&](std::string_view name, const std::string& value, Weight weight) {
    if (value.empty()) return;
    Box line = body.cut_top(px(40), px(4));
    ui.text(line.cut_left(px(130)), name, one_line(Type::Desk, Ink::Muted));
    ui.text(line, value, one_line(weight == Weight::Bold ? Type::DeskTitle : Type::Desk, Ink::Ink, weight));
  };
  row(tr("事项编号"), r.matter, Weight::Medium);
  row(tr("查询码"), r.query_code.empty() ? "" : grouped(r.query_code), Weight::Bold);
  ui.text(body.cut_top(px(30), px(16)), tr("查询码只告诉来访人本人，查进度要用"), one_line(Type::DeskSmall, Ink::Muted));
  Box buttons = body.cut_top(px(60));
  const bool printer = view.world.printer == DeviceState::Ready || view.world.printer == DeviceState::Busy;
  ask(asked, press(ui, "form.print", buttons.column(0, 2, px(14)), printer ? tr("打印小票") : tr("打印机不能用，请抄写"), "F8", Look::Edged, Icon::Printer, printer), PrintSlip{});
  ask(asked, press(ui, "form.done", buttons.column(1, 2, px(14)), tr("交给来访人了"), "F10", Look::Filled), LeaveForm{});
}

}  // namespace

Asked draw_form(Ui& ui, const View& view, Box area) {
  Asked asked;
  const Form& f = form_of(view);
  Box in = area.inset(px(36), px(20));
  Box head = in.cut_top(px(48), px(10));
  const std::string title = f.help_id.empty() ? std::string(tr("当面登记")) : trf("代录 · {}", f.from);
  const TextStyle bold = one_line(Type::DeskTitle, Ink::Ink, Weight::Bold);
  ui.text(head.cut_left(std::min(ui.text_width(title, bold) + px(2), px(420)), px(20)), title, bold);
  if (f.receipt) {
    page_done(ui, asked, view, in);
    return asked;
  }
  const Box tabs = head.cut_right(px(470), px(20));
  ask(asked, chip(ui, "form.page.1", tabs.column(0, 2, px(10)), tr("1 来访人和事由"), f.page == 0, true, "Alt+1"), FormPage{0});
  ask(asked, chip(ui, "form.page.2", tabs.column(1, 2, px(10)), tr("2 诉求和去向"), f.page == 1, true, "Alt+2"), FormPage{1});
  ui.text(head, trf("代录人 {}，照来访人原话写", view.session.seat.staff), one_line(Type::DeskSmall, Ink::Muted));

  const auto trouble = [&]() -> std::string {
    if (view.session.waiting && view.session.waiting->press == "form.file" && !view.session.waiting->trouble.empty()) return view.session.waiting->trouble;
    if (f.leaving) return tr("再按一次“放弃”，就清除这份登记");
    if (!f.warning.empty()) return f.warning;
    if (!f.problems.empty()) return f.problems.size() == 1 ? f.problems[0].what : trf("还有{}处要补，已标出", f.problems.size());
    return {};
  }();
  if (!trouble.empty()) strip(ui, in.cut_top(px(42), px(10)), Icon::Info, trouble, Tone::Attention);

  Box foot = in.cut_bottom(px(64), px(16));
  ask(asked, press(ui, "form.leave", foot.cut_left(px(180), px(14)), tr("放弃"), "", f.leaving ? Look::Help : Look::Edged), LeaveForm{});
  const Box primary = foot.cut_right(px(420));
  if (f.page == 0)
    ask(asked, press(ui, "form.next", primary, tr("下一步"), "Ctrl+Enter", Look::Filled, Icon::Next), FormPage{1});
  else
    ask(asked, press(ui, "form.file", primary, busy(view) ? tr("正在登记…") : tr("登记"), "F10", Look::Filled, Icon::None, !busy(view)), FileForm{});
  if (f.page == 0)
    page_who(ui, asked, view, in);
  else
    page_statement(ui, asked, view, in);
  return asked;
}

}  // namespace yizhan::kiosk::desk
