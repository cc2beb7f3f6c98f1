/// Touchables: "step.1" … "step.5" Alt+1…5; per step: "field.applicant" "field.respondent" "field.dispute" "field.claim"
/// "state.application" · "rights.free_will" "rights.choose" "rights.stop" "rights.private" "field.remark"
/// "state.consent.applicant" "state.refuse.applicant" "state.consent.respondent" "state.refuse.respondent" · "field.mediators"
/// "chosen_by.parties" "chosen_by.committee" "state.mediators" · "field.held_at" "held_now" "field.notes" "state.session" ·
/// "ending.agreed" "ending.failed" "ending.withdrawn" "field.terms" "field.amount" "no_amount" "field.perform_by"
/// "field.perform_way" "oral" "field.effective" "state.outcome", "apply_again" (after a failure or a withdrawal). Ctrl+Enter states the step that is shown.
#include <fmt/format.h>

#include <array>

#include "core/tr.h"
#include "kiosk/desk/panes.h"
#include "kiosk/desk/words.h"

namespace yizhan::kiosk::desk {
namespace {

const Mediation& mediation_of(const View& view) {
  static const Mediation none{};
  return view.session.served ? view.session.served->mediation : none;
}
bool busy(const View& view) { return view.session.waiting && view.session.waiting->trouble.empty(); }

Asked draw_steps(Ui& ui, Box row, int reached, int at) {
  Asked asked;
  const std::array<std::string_view, 5> names{tr("申请"), tr("同意"), tr("调解员"), tr("调解"), tr("结果")};
  for (int i = 1; i <= 5; ++i) {
    const Box cell = row.column(i - 1, 5, px(6));
    const std::string words = (i < reached ? "✓ " : std::to_string(i) + " ") + std::string(names[static_cast<std::size_t>(i - 1)]);
    ask(asked, chip(ui, "step." + std::to_string(i), cell, words, i == at, i <= reached || (i == 5 && reached >= 3), "Alt+" + std::to_string(i)), ShowStep{i});
  }
  return asked;
}

Asked state_button(Ui& ui, const View& view, Box box, const std::string& part, std::string_view words) {
  Asked asked;
  const bool under_way = busy(view) && view.session.waiting->press == part;
  ask(asked, press(ui, "state." + part, box, under_way ? tr("正在保存…") : words, "Ctrl+Enter", Look::Filled, Icon::None, !busy(view)), StatePart{part});
  return asked;
}

/// What was stated already, read only.
void fact_row(Ui& ui, Box& in, std::string_view name, const std::string& value, int lines = 1) {
  Box row = in.cut_top(px(27 * static_cast<float>(lines)), px(4));
  ui.text(row.cut_left(px(82), px(8)), name, style(Type::DeskSmall, Ink::Muted, Weight::Medium));
  TextStyle s = style(Type::DeskSmall);
  if (lines == 1) s = one_line(Type::DeskSmall), s.middle = false;
  ui.text(row, value.empty() ? "—" : value, s);
}

Asked application(Ui& ui, const View& view, Box in, const Mediation& m, const MediatorDraft& d) {
  Asked asked;
  if (m.application && !may_apply_again(m)) {
    fact_row(ui, in, tr("申请人"), m.application->applicant);
    fact_row(ui, in, tr("对方"), m.application->respondent);
    ui.text(in.cut_top(px(27)), tr("为什么事"), style(Type::DeskSmall, Ink::Muted, Weight::Medium));
    const auto piece = [&](const std::string& text, int lines) {
      // A long claim is shown from its beginning; all of it stands in the statement.
      const auto cut = text_lines(text, in.w / px(17));
      const std::string_view first(text.data(), static_cast<std::size_t>(cut[std::min(cut.size(), static_cast<std::size_t>(lines)) - 1].data() + cut[std::min(cut.size(), static_cast<std::size_t>(lines)) - 1].size() - text.data()));
      ui.text(in.cut_top(px(24 * static_cast<float>(lines)), px(6)), first, style(Type::DeskSmall));
    };
    piece(m.application->dispute, 6);
    ui.text(in.cut_top(px(27)), tr("要什么结果"), style(Type::DeskSmall, Ink::Muted, Weight::Medium));
    piece(m.application->claim, 4);
    return asked;
  }
  const auto& problems = view.session.problems;
  if (const Problem* p = problem_at(problems, "application")) strip(ui, in.cut_top(px(38), px(8)), Icon::Info, p->what, Tone::Attention);
  Box button = in.cut_bottom(px(56), px(10));
  const float room = in.h / desk_px - 4 * 28 - 2 * 46 - 4 * 8;
  field(ui, asked, in, 46, "applicant", tr("申请人"), d.applicant, tr("姓名或单位"), false, problems);
  field(ui, asked, in, 46, "respondent", tr("对方"), d.respondent, tr("和谁有纠纷"), false, problems);
  field(ui, asked, in, room * 0.56f, "dispute", tr("为什么事"), d.dispute, tr("纠纷的主要经过"), true, problems);
  field(ui, asked, in, room * 0.44f, "claim", tr("想要什么结果"), d.claim, tr("具体要求"), true, problems);
  if (auto pressed = state_button(ui, view, button, "application", tr("记下申请")); pressed && !asked) asked = pressed;
  return asked;
}

Asked consent(Ui& ui, const View& view, Box in, const Mediation& m, const MediatorDraft& d) {
  Asked asked;
  if (!m.application) {
    ui.text(in.cut_top(px(30)), tr("先记下调解申请"), one_line(Type::Desk, Ink::Muted));
    return asked;
  }
  const auto& problems = view.session.problems;
  label(ui, in, tr("念给双方听（人民调解法23条）"), problem_at(problems, "rights"), 2);
  const Box rights = in.cut_top(px(72), px(10));
  std::size_t i = 0;
  for (const Choice& c : rights_points()) {
    const Box cell = rights.column(static_cast<int>(i % 2), 2, px(8)).row(static_cast<int>(i / 2), 2, 0);
    ask(asked, tick(ui, "rights." + std::string(c.name), cell, c.words, d.rights.contains(std::string(c.name)), "Ctrl+Alt+" + std::to_string(i + 1)), Toggled{"rights", std::string(c.name)});
    ++i;
  }
  struct Party { std::string name; const char* key; const char* role; };
  for (const Party& party : {Party{m.application->applicant, "applicant", tr("申请人")}, Party{m.application->respondent, "respondent", tr("对方")}}) {
    const auto given = m.consents.find(party.name);
    Box box = in.cut_top(px(122), px(12));
    panel(ui, box);
    Box body = box.inset(px(16), px(12));
    ui.text(body.cut_top(px(30), px(10)), std::string(party.role) + "　" + party.name, one_line(Type::Desk, Ink::Ink, Weight::Bold));
    if (given != m.consents.end()) {
      strip(ui, body.cut_top(px(44)), given->second ? Icon::Check : Icon::Cross, given->second ? tr("已同意调解") : tr("明确不同意"), given->second ? Tone::Law : Tone::Attention);
      continue;
    }
    const bool sure = d.refusing == party.key;
    const Box row = body.cut_top(px(54));
    const std::string consent_part = std::string("consent.") + party.key, refuse_part = std::string("refuse.") + party.key;
    ask(asked, press(ui, "state." + consent_part, row.column(0, 2, px(10)), tr("同意调解"), "", Look::Edged, Icon::None, !busy(view)), StatePart{consent_part});
    ask(asked, press(ui, "state." + refuse_part, row.column(1, 2, px(10)), sure ? tr("再按一次，就此结束") : tr("明确不同意"), "", sure ? Look::Help : Look::Edged, Icon::None, !busy(view)), StatePart{refuse_part});
  }
  field(ui, asked, in, 46, "remark", tr("备注（可不填）"), d.remark, "", false, problems);
  ui.text(in.cut_top(px(56)), tr("任何一方明确不同意，这里就不能再调解。不用说理由，也不影响去别的地方解决。"), style(Type::DeskSmall, Ink::Muted));
  return asked;
}

Asked mediators(Ui& ui, const View& view, Box in, const Mediation& m, const MediatorDraft& d) {
  Asked asked;
  if (!m.mediators.empty()) {
    std::string names;
    for (const std::string& name : m.mediators) names += (names.empty() ? "" : "、") + name;
    fact_row(ui, in, tr("调解员"), names);
    return asked;
  }
  const auto& problems = view.session.problems;
  ui.text(in.cut_top(px(28), px(8)), tr("双方可以自己选；不选的，由委员会指定。"), one_line(Type::DeskSmall, Ink::Muted));
  field(ui, asked, in, 46, "mediators", tr("调解员姓名"), d.mediators, tr("几个人用顿号分开"), false, problems);
  label(ui, in, tr("由谁选定"), problem_at(problems, "chosen_by"));
  const Box row = in.cut_top(px(48), px(16));
  ask(asked, option(ui, "chosen_by.parties", row.column(0, 2, px(10)), tr("双方选定"), "", d.chosen_by == "parties"), Picked{"chosen_by", 0});
  ask(asked, option(ui, "chosen_by.committee", row.column(1, 2, px(10)), tr("委员会指定"), "", d.chosen_by == "committee"), Picked{"chosen_by", 1});
  if (auto pressed = state_button(ui, view, in.cut_top(px(56)), "mediators", tr("记下调解员")); pressed && !asked) asked = pressed;
  return asked;
}

Asked sessions(Ui& ui, const View& view, Box in, const Mediation& m, const MediatorDraft& d) {
  Asked asked;
  const auto& problems = view.session.problems;
  const std::size_t shown = std::min<std::size_t>(m.sessions.size(), 4);
  if (m.sessions.size() > shown) ui.text(in.cut_top(px(26), px(4)), trf("前面还有{}次", m.sessions.size() - shown), one_line(Type::DeskSmall, Ink::Muted));
  for (std::size_t i = m.sessions.size() - shown; i < m.sessions.size(); ++i) {
    Box row = in.cut_top(px(30), px(4));
    const std::string head = trf("第{}次 {}", i + 1, m.sessions[i].held_at);
    const TextStyle bold = one_line(Type::DeskSmall, Ink::Ink, Weight::Medium);
    ui.text(row.cut_left(std::min(row.w * 0.55f, ui.text_width(head, bold) + px(2)), px(10)), head, bold);
    // The first words only: the whole note is in the file.
    ui.text(row, text_lines(m.sessions[i].notes, row.w / px(17))[0], one_line(Type::DeskSmall, Ink::Muted));
  }
  Box button = in.cut_bottom(px(56), px(10));
  Box now{in.right() - px(76), in.y + px(28), px(76), px(46)};
  label(ui, in, tr("调解日期"), problem_at(problems, "held_at"));
  Box date = in.cut_top(px(46), px(8));
  date.w -= px(84);
  if (auto typed = edit(ui, "field.held_at", date, d.held_at, "2026-11-20 09:30", false, problem_at(problems, "held_at")); typed && !asked) asked = Typed{"held_at", std::move(*typed)};
  ask(asked, press(ui, "held_now", now, tr("现在")), Toggled{"held_now", ""});
  field(ui, asked, in, std::max(90.0f, in.h / desk_px - 40), "notes", trf("第{}次调解情况", m.sessions.size() + 1), d.notes, tr("双方说了什么，谈到哪一步"), true, problems);
  if (auto pressed = state_button(ui, view, button, "session", tr("记下这次调解")); pressed && !asked) asked = pressed;
  return asked;
}

Asked outcome(Ui& ui, const View& view, Box in, const Mediation&, const MediatorDraft& d) {
  Asked asked;
  const auto& problems = view.session.problems;
  label(ui, in, tr("调解结果"), problem_at(problems, "ending"));
  const Box row = in.cut_top(px(48), px(10));
  int i = 0;
  for (const Choice& c : endings()) {
    ask(asked, chip(ui, "ending." + std::string(c.name), row.column(i, 3, px(8)), c.words, d.outcome && static_cast<int>(*d.outcome) == c.value), Picked{"ending", c.value});
    ++i;
  }
  Box button = in.cut_bottom(px(56), px(10));
  if (d.outcome == MediationOutcome::Agreed) {
    const float room = in.h / desk_px;
    field(ui, asked, in, std::clamp(room - 520, 90.0f, 220.0f), "terms", tr("协议内容"), d.terms, tr("谁，做什么，责任怎么分"), true, problems);
    label(ui, in, tr("金额（元）"), problem_at(problems, "amount"));
    Box amount = in.cut_top(px(44), px(8));
    ask(asked, tick(ui, "no_amount", amount.cut_right(px(130), px(12)), tr("无金额"), d.no_amount), Toggled{"no_amount", ""});
    if (auto typed = edit(ui, "field.amount", amount, d.amount, tr("18600 或 18600.50"), false, problem_at(problems, "amount")); typed && !asked) asked = Typed{"amount", std::move(*typed)};
    field(ui, asked, in, 44, "perform_by", tr("履行期限"), d.perform_by, "2027-01-31", false, problems);
    field(ui, asked, in, 44, "perform_way", tr("怎么履行"), d.perform_way, tr("转账、现金、交付……"), false, problems);
    label(ui, in, d.oral ? tr("达成日期") : tr("双方签完字的日期"), problem_at(problems, "effective"));
    Box effective = in.cut_top(px(44), px(8));
    ask(asked, tick(ui, "oral", effective.cut_right(px(130), px(12)), tr("口头协议"), d.oral), Toggled{"oral", ""});
    if (auto typed = edit(ui, "field.effective", effective, d.effective, "2026-11-20", false, problem_at(problems, "effective")); typed && !asked) asked = Typed{"effective", std::move(*typed)};
    const Term* term = view.law.rules.term("confirmation");
    const auto start = parse_day(d.effective);
    std::string line = tr("生效起30日内，双方可共同申请司法确认");
    if (term && start && *start <= view.today) {
      const Deadline due_on = due(*term, *start, view.law.calendar);
      line = trf("司法确认：{}前，{}，双方共同申请", iso(due_on.due), days_left(due_on.due, view.today));
    }
    strip(ui, in.cut_top(px(42), px(6)), Icon::Clock, line, Tone::Law);
    const bool excluded = view.session.served && view.session.served->petition && view.session.served->petition->answers.status_or_title == Answer::Yes;
    strip(ui, in.cut_top(px(42)), excluded ? Icon::Warning : Icon::Info, excluded ? tr("涉及身份或确权，法院不受理司法确认") : tr("婚姻效力、亲子、确权的，不能司法确认"), excluded ? Tone::Attention : Tone::Calm);
  } else if (d.outcome) {
    field(ui, asked, in, 160, "terms", d.outcome == MediationOutcome::Failed ? tr("分歧在哪里（可不填）") : tr("撤回原因（可不填）"), d.terms, "", true, problems);
    ui.text(in.cut_top(px(84)), tr("结束后请当面告知：可以仲裁、起诉，或找主管机关。调解没成不影响这些权利。"), style(Type::DeskSmall, Ink::Muted));
  } else {
    ui.text(in.cut_top(px(56)), tr("谈成、没谈成、撤回，都在这里记。没谈成也要告诉双方别的办法。"), style(Type::DeskSmall, Ink::Muted));
  }
  if (d.outcome)
    if (auto pressed = state_button(ui, view, button, "outcome", tr("记下结果")); pressed && !asked) asked = pressed;
  return asked;
}

/// 人民调解法 17, 26: it is over here, and these are the other ways.
Asked over(Ui& ui, const View& view, Box in, const Mediation& m) {
  Asked asked;
  const bool agreed = m.state == MediationState::Agreed;
  const char* title = agreed ? tr("已达成协议") : m.state == MediationState::Refused ? tr("一方明确不同意，调解结束") : m.state == MediationState::Withdrawn ? tr("申请人已撤回，调解结束") : tr("没有谈成，调解结束");
  strip(ui, in.cut_top(px(48), px(14)), agreed ? Icon::Check : Icon::Info, title, agreed ? Tone::Law : Tone::Attention);
  if (agreed && m.ended) {
    const MediationEnded& e = *m.ended;
    fact_row(ui, in, tr("金额"), yuan(e.amount_fen));
    fact_row(ui, in, tr("期限"), e.perform_by);
    fact_row(ui, in, tr("方式"), e.perform_way);
    fact_row(ui, in, tr("生效"), e.effective + (e.oral ? tr("（口头协议）") : ""));
    const Term* term = view.law.rules.term("confirmation");
    const auto start = parse_date(e.effective);
    in.cut_top(px(8));
    const bool excluded = view.session.served && view.session.served->petition && view.session.served->petition->answers.status_or_title == Answer::Yes;
    if (excluded) {
      strip(ui, in.cut_top(px(44), px(8)), Icon::Warning, tr("涉及身份或确权，不能司法确认"), Tone::Attention);
    } else if (term && start) {
      const Deadline d = due(*term, *start, view.law.calendar);
      const Box box = in.cut_top(px(150), px(10));
      panel(ui, box);
      Box body = box.inset(px(18), px(12));
      Box head = body.cut_top(px(28), px(4));
      head.w -= badge(ui, head.right(), head.y, tr("双方共同申请"), Tone::Law, px(140), true) + px(8);
      ui.text(head, tr("司法确认"), one_line(Type::Desk, Ink::Ink, Weight::Bold));
      ui.text(body.cut_top(px(42), px(2)), days_left(d.due, view.today), one_line(Type::DeskTitle, d.due < view.today ? Ink::Brick : Ink::Primary, Weight::Bold));
      ui.text(body.cut_top(px(26)), trf("{} 前，{}", iso(d.due), chinese(d.basis)), one_line(Type::DeskSmall, Ink::Muted));
      ui.text(body.cut_top(px(26)), tr("法院确认后，可以申请强制执行，不收费"), one_line(Type::DeskSmall, Ink::Muted));
    }
    label(ui, in, tr("协议内容"), nullptr);
    const auto lines = text_lines(e.terms, in.w / px(17));
    const auto n = std::min(lines.size(), static_cast<std::size_t>(std::max(1.0f, in.h / px(24))));
    ui.text(in, std::string_view(e.terms.data(), static_cast<std::size_t>(lines[n - 1].data() + lines[n - 1].size() - e.terms.data())), style(Type::DeskSmall));
    return asked;
  }
  ui.text(in.cut_top(px(30), px(6)), tr("还可以这样办，请当面告知："), one_line(Type::Desk, Ink::Ink, Weight::Bold));
  struct Way { Icon icon; const char* name; const char* line; };
  for (const Way& way : {Way{Icon::Scales, tr("向法院起诉"), tr("民事纠纷，一般三年内")}, Way{Icon::Document, tr("申请仲裁"), tr("劳动争议，一年内")},
                         Way{Icon::Building, tr("申请行政复议、裁决"), tr("对行政行为不服，60日内")}, Way{Icon::Desk, tr("回综合接待"), tr("按 F9 转过去，位次保留")}}) {
    const Box box = in.cut_top(px(64), px(8));
    panel(ui, box);
    Box body = box.inset(px(16), px(6));
    ui.icon(body.cut_left(px(36), px(14)).inset(0, px(8)), way.icon, Ink::Primary);
    ui.text({body.x, body.y + px(1), body.w, px(27)}, way.name, one_line(Type::Desk, Ink::Ink, Weight::Medium));
    ui.text({body.x, body.y + px(27), body.w, px(24)}, way.line, one_line(Type::DeskSmall, Ink::Muted));
  }
  in.cut_top(px(6));
  ui.text(in.cut_top(px(56)), m.state == MediationState::Refused ? tr("在这里不能重新开始调解（人民调解法第十七条）。") : tr("调解没成，不影响上面这些权利（人民调解法第二十六条）。"), style(Type::DeskSmall, Ink::Muted));
  if (may_apply_again(m)) ask(asked, press(ui, "apply_again", in.cut_top(px(48)), tr("双方又愿意谈，重新申请")), ShowStep{1});
  return asked;
}

}  // namespace

Asked draw_mediator_record(Ui& ui, const View& view, Box in) {
  const Mediation& m = mediation_of(view);
  const MediatorDraft& d = draft_of(view.session).mediator;
  const bool again = may_apply_again(m) && d.step == 1;
  if (mediation_over(m) && !again) return over(ui, view, in, m);
  const int reached = again ? 1 : mediation_step(m);
  const int at = d.step ? d.step : reached;
  Asked asked = draw_steps(ui, in.cut_top(px(44), px(14)), reached, at);
  Asked inner;
  switch (at) {
    case 1: inner = application(ui, view, in, m, d); break;
    case 2: inner = consent(ui, view, in, m, d); break;
    case 3: inner = mediators(ui, view, in, m, d); break;
    case 4: inner = sessions(ui, view, in, m, d); break;
    default: inner = outcome(ui, view, in, m, d); break;
  }
  return asked ? asked : inner;
}

}  // namespace yizhan::kiosk::desk
