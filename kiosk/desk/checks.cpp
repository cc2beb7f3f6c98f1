// Records as staff wrote them, turned into facts or into what is wrong with them. Pure; nothing of the desk's state is changed here.
#include "kiosk/desk/checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/petition_json.h"
#include "core/text.h"
#include "core/tr.h"
#include "kiosk/desk/words.h"

namespace yizhan::kiosk::desk {
namespace {

/// Names as people list them: separated by 、 ， , ; or spaces of any width.
std::vector<std::string> names_in(std::string_view typed) {
  std::vector<std::string> names(1);
  for (const char32_t c : code_points(typed)) {
    if (c == U'、' || c == U'，' || c == U',' || c == U';' || c == U'；' || c == U' ' || c == U'\u3000' || c == U'\n')
      names.emplace_back();
    else
      names.back() += utf8(c);
  }
  std::erase_if(names, [](const std::string& name) { return name.empty(); });
  return names;
}

}  // namespace

std::string trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return std::string(text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1));
}

void Checks::add(std::string field, std::string what) { problems.push_back({std::move(field), std::move(what)}); }

std::string Checks::text(const std::string& field, const std::string& typed, std::string_view missing, std::size_t most) {
  const std::string kept = trimmed(typed);
  if (kept.empty()) {
    if (!missing.empty()) add(field, std::string(missing));
    return {};
  }
  auto clean = clean_text(field, kept, most);
  if (!clean) {
    const bool long_one = characters(kept) > most;
    add(field, !long_one ? std::string(tr("有不能保存的符号，请删去")) : most == statement_characters_max ? std::string(tr("太长了，最多两万字")) : trf("太长了，最多{}字", most));
    return {};
  }
  return *clean;
}

std::string Checks::day(const std::string& field, const std::string& typed, std::string_view missing) {
  if (trimmed(typed).empty()) {
    if (!missing.empty()) add(field, std::string(missing));
    return {};
  }
  const auto day = parse_day(typed);
  if (!day) {
    add(field, tr("日期写成 2026-11-20"));
    return {};
  }
  return iso(*day);
}

std::vector<const Term*> limitation_terms(const RuleBook& rules) {
  std::vector<const Term*> out;
  for (const std::string_view id : {"arbitration", "administrative_review", "administrative_suit", "limitation"})
    if (const Term* term = rules.term(id)) out.push_back(term);
  return out;
}

Result<Deadline> limitation(const Term& term, std::string_view typed_start, const Law& law, Date today) {
  const auto start = parse_day(typed_start);
  if (!start) return start.error();
  if (*start > today) return Error{Code::Invalid, tr("date: 起算日还没到")};
  return due(term, *start, law.calendar);
}

// ---- mediation -------------------------------------------------------------------------------------------------------------

int mediation_step(const Mediation& m) {
  switch (m.state) {
    case MediationState::None: return 1;
    case MediationState::Applied: return 2;
    case MediationState::Consented: return m.mediators.empty() ? 3 : 4;
    case MediationState::InSession: return m.mediators.empty() ? 3 : m.sessions.empty() ? 4 : 5;
    case MediationState::Refused:
    case MediationState::Agreed:
    case MediationState::Failed:
    case MediationState::Withdrawn: return 6;
  }
  return 6;
}

bool mediation_over(const Mediation& mediation) { return mediation_step(mediation) == 6; }
bool may_apply_again(const Mediation& m) { return m.state == MediationState::Failed || m.state == MediationState::Withdrawn; }

// ---- what would be stated --------------------------------------------------------------------------------------------------

Checked check_lawyer(const LawyerDraft& d, const std::string& staff, const Law& law, Date today) {
  Checks checks;
  Consulted c;
  c.staff = staff;
  c.identity_checked = d.identity_checked;
  // Sent on to another window, the lawyer need not have given advice; guided away, the person leaves with law and advice.
  const bool sent_on = d.outcome == ConsultOutcome::ToMediation || d.outcome == ConsultOutcome::BackToReception;
  c.facts = checks.text("facts", d.facts, tr("请写明问到的事实"));
  c.law = checks.text("law", d.law, sent_on ? "" : tr("请写适用的法律"));
  if (!d.path) checks.add("path", tr("请选法定途径"));
  c.path = d.path.value_or(LegalPath::Unknown);
  c.advice = checks.text("advice", d.advice, sent_on ? "" : tr("请写律师意见"));
  if (!d.outcome) checks.add("outcome", tr("请选办理结果"));
  c.outcome = d.outcome.value_or(ConsultOutcome::AdviceOnly);
  if (d.told.empty() && !sent_on) checks.add("told", tr("请勾选当面告知的内容"));
  for (const Choice& point : told_points())
    if (d.told.contains(std::string(point.name))) c.told.emplace_back(point.words);
  for (const Term* term : limitation_terms(law.rules)) {
    const auto typed = d.starts.find(term->id);
    if (typed == d.starts.end() || trimmed(typed->second).empty()) continue;
    const auto deadline = limitation(*term, typed->second, law, today);
    if (!deadline) {
      checks.add("limit." + term->id, parse_day(typed->second) ? tr("起算日还没到，请核对") : tr("日期写成 2026-11-20"));
      continue;
    }
    c.time_limits.push_back(trf("{}：{}起算，{}前（{}）", term->label, iso(deadline->start), iso(deadline->due), chinese(term->basis)));
  }
  if (!checks.problems.empty()) return {std::nullopt, std::move(checks.problems)};
  return {Fact{std::move(c)}, {}};
}

Checked check_mediation(const MediatorDraft& d, const std::string& part, const Mediation& state, const std::string& staff, Date today) {
  Checks checks;
  std::optional<Fact> fact;
  if (mediation_over(state) && !(part == "application" && may_apply_again(state))) {
    checks.add(part, tr("调解已经结束，不能再记"));
  } else if (part == "application") {
    MediationApplied a;
    a.staff = staff;
    a.applicant = checks.text("applicant", d.applicant, tr("请写申请人"));
    a.respondent = checks.text("respondent", d.respondent, tr("请写对方是谁"));
    a.dispute = checks.text("dispute", d.dispute, tr("请写为什么事"));
    a.claim = checks.text("claim", d.claim, tr("请写想要什么结果"));
    if (!a.applicant.empty() && a.applicant == a.respondent) checks.add("respondent", tr("双方同名，请加上区分"));
    fact = std::move(a);
  } else if (part.starts_with("consent.") || part.starts_with("refuse.")) {
    MediationConsent c;
    c.staff = staff;
    c.agrees = part.starts_with("consent.");
    const std::string who = part.substr(part.find('.') + 1);
    if (!state.application) checks.add(part, tr("先记下调解申请"));
    else c.party = who == "applicant" ? state.application->applicant : state.application->respondent;
    // 人民调解法 23: nobody agrees to what was not read out. A refusal needs nothing, not even a reason (17).
    if (c.agrees && d.rights.size() < rights_points().size()) checks.add("rights", tr("先把四项权利念给双方听"));
    c.remark = checks.text("remark", d.remark, "");
    if (c.agrees)
      for (const Choice& right : rights_points()) c.remark += (c.remark.empty() ? "已告知：" : "；") + std::string(right.words);
    fact = std::move(c);
  } else if (part == "mediators") {
    MediatorsChosen m;
    m.staff = staff;
    m.mediators = names_in(d.mediators);
    m.chosen_by = d.chosen_by;
    if (mediation_step(state) < 3) checks.add("mediators", tr("先记下双方同意"));
    if (m.mediators.empty()) checks.add("mediators", tr("请写调解员姓名"));
    for (std::string& name : m.mediators) {
      auto clean = clean_name(name);
      if (clean) name = *clean;
      else checks.add("mediators", tr("姓名里有不能用的符号"));
    }
    if (m.chosen_by.empty()) checks.add("chosen_by", tr("请选由谁选定"));
    fact = std::move(m);
  } else if (part == "session") {
    MediationSession s;
    s.staff = staff;
    if (mediation_step(state) < 4) checks.add("notes", tr("先选定调解员"));
    s.held_at = trimmed(d.held_at);
    if (s.held_at.empty()) checks.add("held_at", tr("请写调解的日期"));
    else if (const auto day = parse_day(std::string_view(s.held_at).substr(0, s.held_at.find(' '))); !day || *day > today)
      checks.add("held_at", day ? tr("这一天还没到") : tr("日期写成 2026-11-20"));
    s.notes = checks.text("notes", d.notes, tr("请写调解情况"));
    fact = std::move(s);
  } else if (part == "outcome") {
    MediationEnded e;
    e.staff = staff;
    if (!d.outcome) checks.add("ending", tr("请选调解结果"));
    e.outcome = d.outcome.value_or(MediationOutcome::Failed);
    const bool agreed = d.outcome == MediationOutcome::Agreed;
    if (agreed && mediation_step(state) < 4) checks.add("ending", tr("先选定调解员再达成协议"));
    e.terms = checks.text("terms", d.terms, agreed ? tr("请写协议内容") : "");
    if (agreed) {
      // 民诉法解释 358: an agreement whose content is unclear is not confirmed: amount, date and way are forced.
      if (!d.no_amount) {
        const auto fen = parse_yuan(trimmed(d.amount));
        if (trimmed(d.amount).empty()) checks.add("amount", tr("请写金额，没有就勾无金额"));
        else if (!fen) checks.add("amount", tr("金额写数字，如 18600.50"));
        else e.amount_fen = *fen;
      } else if (!trimmed(d.amount).empty()) {
        checks.add("amount", tr("写了金额又勾了无金额"));
      }
      e.perform_by = checks.day("perform_by", d.perform_by, tr("请写履行的期限"));
      e.perform_way = checks.text("perform_way", d.perform_way, tr("请写怎么履行"));
      e.oral = d.oral;
      // 人民调解法 29, 30: effective when all have signed, an oral one when it is reached; the 30 days run from here.
      e.effective = checks.day("effective", d.effective, d.oral ? tr("请写达成的日期") : tr("请写双方签完字的日期"));
      if (!e.effective.empty() && *parse_date(e.effective) > today) checks.add("effective", tr("这一天还没到"));
      if (!e.effective.empty() && !e.perform_by.empty() && e.perform_by < e.effective) checks.add("perform_by", tr("履行期限早于生效日期"));
    }
    fact = std::move(e);
  }
  if (!checks.problems.empty()) return {std::nullopt, std::move(checks.problems)};
  return {std::move(fact), {}};
}

Checked check_reception(const ReceptionDraft& d, const std::string& staff, const RuleBook& rules, Date today) {
  Checks checks;
  if (d.overriding) {
    RouteOverridden o;
    o.staff = staff;
    o.window = d.window;
    o.path = d.path.value_or(LegalPath::Unknown);
    if (d.window.empty() || !rules.window(d.window)) checks.add("override", tr("请选改到哪个窗口"));
    o.reason = checks.text("override_reason", d.override_reason, tr("请写明为什么改"), move_reason_max);
    if (!checks.problems.empty()) return {std::nullopt, std::move(checks.problems)};
    return {Fact{std::move(o)}, {}};
  }
  if (d.later) return {};
  if (!d.disposition) {
    checks.add("disposition", tr("请选一项处置，或先登记"));
    return {std::nullopt, std::move(checks.problems)};
  }
  Disposed f;
  f.staff = staff;
  f.disposition = *d.disposition;
  const bool unit = f.disposition == Disposition::TransferredSameLevel || f.disposition == Disposition::TransferredDown ||
                    f.disposition == Disposition::Assigned || f.disposition == Disposition::GuidedToJudicial;
  const bool reason = f.disposition == Disposition::NotAccepted || f.disposition == Disposition::DuplicateInProcess ||
                      f.disposition == Disposition::NoLongerAccepted;
  f.to_unit = checks.text("to_unit", d.to_unit, unit ? tr("请写转到哪个单位") : "");
  f.reason = checks.text("reason", d.reason, reason ? tr("请写明理由和依据") : "");
  // XFTL 22(3): an assigned matter is reported back by a date.
  f.report_by = checks.day("report_by", d.report_by, f.disposition == Disposition::Assigned ? tr("请写报结日期") : "");
  if (!f.report_by.empty() && *parse_date(f.report_by) < today) checks.add("report_by", tr("报结日期已经过了"));
  if (!checks.problems.empty()) return {std::nullopt, std::move(checks.problems)};
  return {Fact{std::move(f)}, {}};
}

Checked check_transcript(const TranscriptDraft& draft, const std::string& attachment, const std::string& staff) {
  Checks checks;
  Transcribed fact;
  fact.staff = staff;
  fact.attachment = attachment;
  fact.text = checks.text("transcript", draft.text, tr("还没有写，请照原话写"));
  fact.read_back = draft.read_back;
  Checked checked;
  checked.problems = std::move(checks.problems);
  if (checked.problems.empty()) checked.fact = std::move(fact);
  return checked;
}

Petition petition_of(const Form& form, const std::string& staff) {
  Petition p = form.petition;
  p.helper = staff;
  const std::string heads = half_width(trimmed(form.head_count));
  // Out of range or unreadable becomes 0, which validate() and check_form() name.
  p.head_count = !heads.empty() && heads.size() <= 5 && std::all_of(heads.begin(), heads.end(), [](char c) { return c >= '0' && c <= '9'; }) ? std::stoi(heads) : 0;
  std::vector<Identity> people;
  for (const std::string& name : names_in(form.representatives)) {
    Identity one;
    for (const Identity& known : form.petition.representatives)
      if (known.name == name) one = known;
    one.name = name;
    people.push_back(std::move(one));
  }
  p.representatives = std::move(people);
  if (p.filing_as == FilingAs::Self) p.filer = {}, p.authority.clear();
  return p;
}

std::vector<Problem> check_form(const Form& form, const std::string& staff, const RuleBook& rules) {
  Petition p = petition_of(form, staff);
  Checks checks;
  if (p.head_count < 1) checks.add("form.head_count", tr("人数写数字，一个人写 1"));
  const std::string words = trimmed(p.statement.request) + trimmed(p.statement.facts);
  if (words.empty()) checks.add("form.request", tr("请写来访人要求什么"));
  // XFTL 19.1: an oral statement is recorded faithfully; the person hears it before it counts.
  if (!form.read_back) checks.add("form.read_back", tr("念给本人听，认可后再勾"));
  for (const Problem& problem : validate(p, rules)) {
    // "representatives[1].name": the form has one field for all of them.
    const std::string field = "form." + (problem.field.starts_with("representatives") ? "representatives" : problem.field);
    if (!problem_at(checks.problems, field)) checks.add(field, problem.what);
  }
  return std::move(checks.problems);
}

std::optional<Petition> read_draft(std::string_view draft) {
  if (draft.empty()) return std::nullopt;
  auto petition = decode_petition(draft);
  if (!petition) return std::nullopt;
  return std::move(*petition);
}

}  // namespace yizhan::kiosk::desk
