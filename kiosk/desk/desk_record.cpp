// Presses: the record of the matter being served, field by field, and its recordings.
#include <algorithm>
#include <set>

#include "core/text.h"
#include "core/tr.h"
#include "kiosk/desk/checks.h"
#include "kiosk/desk/desk_impl.h"
#include "kiosk/desk/words.h"

namespace yizhan::kiosk::desk {
namespace {

template <class E>
bool toggle(std::set<E>& set, const E& value) {
  if (set.erase(value)) return false;
  set.insert(value);
  return true;
}

bool untouched(const LawyerDraft& d) { return d.facts.empty() && d.law.empty() && d.advice.empty() && !d.path && !d.outcome && d.told.empty(); }
bool untouched(const ReceptionDraft& d) {
  return !d.disposition && !d.later && d.to_unit.empty() && d.reason.empty() && d.report_by.empty() && d.window.empty() && d.override_reason.empty();
}

}  // namespace

// -- presses: the record ----------------------------------------------------------------------------------------------------

void Stepper::on(const Finish&) {
  if (!s_.serving || busy()) return;
  if (s_.waiting && std::holds_alternative<QueueCommand>(s_.waiting->command) && repeated("finish")) return;
  Draft& d = *draft();
  const bool bare = s_.serving->matter.empty();
  const bool sealed = s_.serving->ticket.sealed || (s_.served && s_.served->sealed);
  const std::string& staff = s_.seat.staff;
  Checked checked;
  std::vector<Command> after;
  WindowCode move_to;
  std::string move_reason;
  if (s_.seat.role == Role::Lawyer && !bare && !sealed) {
    if (!(untouched(d.lawyer) && s_.served && s_.served->consulted)) {
      checked = check_lawyer(d.lawyer, staff, law_, today_);
      if (d.lawyer.outcome == ConsultOutcome::ToMediation) move_to = window_mediation, move_reason = tr("律师建议先调解");
      if (d.lawyer.outcome == ConsultOutcome::BackToReception) move_to = window_reception, move_reason = tr("律师转回接待");
    }
  } else if (s_.seat.role == Role::Mediator && !bare && !sealed) {
    checked = finish_mediation(d.mediator);
  } else if (s_.seat.role == Role::Reception && !bare) {
    if (!(untouched(d.reception) && s_.served && s_.served->disposed)) {
      checked = check_reception(d.reception, staff, law_.rules, today_);
      if (d.reception.overriding) move_to = d.reception.window, move_reason = trimmed(d.reception.override_reason);
    }
  }
  if (!move_to.empty() && !law_.rules.window(move_to)) checked.problems.push_back({"outcome", tr("本厅没有这个窗口")});
  s_.problems = checked.problems;
  if (!s_.problems.empty()) return;
  const std::string number = s_.serving->ticket.number;
  if (!number.empty()) after.push_back(move_to.empty() ? Command{ask(QueueOp::End, number)} : Command{moved(move_to, move_reason)});
  if (checked.fact) return state("finish", std::move(*checked.fact), std::move(after));
  if (after.empty()) {
    s_.drafts.erase(draft_key(*s_.serving));
    return leave_serving();
  }
  Command first = std::move(after.front());
  send("finish", std::move(first));
}

Checked Stepper::finish_mediation(const MediatorDraft& d) {
  const Mediation state = s_.served ? s_.served->mediation : Mediation{};
  Checked checked;
  if (mediation_over(state)) return checked;
  const int step = mediation_step(state);
  if (d.outcome && step >= 3) return check_mediation(d, "outcome", state, s_.seat.staff, today_);
  if (step == 1) checked.problems.push_back({"application", tr("申请还没记下；不调解请转窗")});
  if (step == 2 && !d.refusing.empty()) checked.problems.push_back({"refuse." + d.refusing, tr("再按一次才算记下")});
  if (step == 3 && !trimmed(d.mediators).empty()) checked.problems.push_back({"mediators", tr("这一步还没记下")});
  if (step >= 4 && !trimmed(d.notes).empty()) checked.problems.push_back({"notes", tr("这一步还没记下")});
  return checked;
}

void Stepper::state(const std::string& press, Fact fact, std::vector<Command> after) {
  StateFact command{s_.serving->matter, std::move(fact), ""};
  if (s_.waiting)
    if (const auto* before = std::get_if<StateFact>(&s_.waiting->command);
        before && before->matter == command.matter && encode_fact(before->fact) == encode_fact(command.fact))
      command.request = before->request;
  const bool again = !command.request.empty();
  if (!again) command.request = next_request();
  send(press, std::move(command), std::move(after));
  s_.waiting->stale = again;
}

void Stepper::on(const StatePart& a) {
  if (!s_.serving || s_.serving->matter.empty() || busy()) return;
  MediatorDraft& d = draft()->mediator;
  const Mediation now = s_.served ? s_.served->mediation : Mediation{};
  if (mediation_over(now) && !(a.part == "application" && may_apply_again(now))) return;  // 人民调解法 17: nothing is reopened here
  if (a.part.starts_with("refuse.")) {
    const std::string party = a.part.substr(7);
    if (d.refusing != party) {
      d.refusing = party;
      return;
    }
  }
  Checked checked = check_mediation(d, a.part, now, s_.seat.staff, today_);
  s_.problems = checked.problems;
  if (!s_.problems.empty() || !checked.fact) return;
  state(a.part, std::move(*checked.fact), {});
}

void Stepper::on(const ShowStep& a) {
  if (Draft* d = draft()) d->mediator.step = a.step;
}

std::string* Stepper::text_at(const std::string& field) {
  if (field == "number") return &s_.number;
  if (field == "transfer_reason") return &s_.transfer_reason;
  if (field == "withdraw_reason") return &s_.withdraw_reason;
  if (field.starts_with("form.")) return form_text(field.substr(5));
  Draft* d = draft();
  if (!d) return nullptr;
  LawyerDraft& l = d->lawyer;
  MediatorDraft& m = d->mediator;
  ReceptionDraft& r = d->reception;
  if (field == "transcript") return s_.transcribing.empty() ? nullptr : &d->transcripts[s_.transcribing].text;
  if (field.starts_with("limit.")) return &l.starts[field.substr(6)];
  const std::pair<std::string_view, std::string*> table[] = {
      {"facts", &l.facts},          {"law", &l.law},           {"advice", &l.advice},       {"applicant", &m.applicant},
      {"respondent", &m.respondent},{"dispute", &m.dispute},   {"claim", &m.claim},         {"mediators", &m.mediators},
      {"held_at", &m.held_at},      {"notes", &m.notes},       {"terms", &m.terms},         {"amount", &m.amount},
      {"perform_by", &m.perform_by},{"perform_way", &m.perform_way}, {"effective", &m.effective}, {"remark", &m.remark},
      {"to_unit", &r.to_unit},      {"reason", &r.reason},     {"report_by", &r.report_by}, {"override_reason", &r.override_reason}};
  for (const auto& [name, at] : table)
    if (name == field) return at;
  return nullptr;
}

std::string* Stepper::form_text(const std::string& field) {
  if (!s_.form || s_.form->receipt) return nullptr;
  Form& f = *s_.form;
  Petition& p = f.petition;
  const std::pair<std::string_view, std::string*> table[] = {
      {"petitioner.name", &p.petitioner.name},     {"petitioner.number", &p.petitioner.number},
      {"petitioner.phone", &p.petitioner.phone},   {"petitioner.address", &p.petitioner.address},
      {"filer.name", &p.filer.name},               {"filer.number", &p.filer.number},
      {"authority", &p.authority},                 {"head_count", &f.head_count},
      {"representatives", &f.representatives},     {"request", &p.statement.request},
      {"facts", &p.statement.facts},               {"reasons", &p.statement.reasons},
      {"place", &p.statement.place},               {"party_complained_of", &p.statement.party_complained_of}};
  for (const auto& [name, at] : table)
    if (name == field) return at;
  return nullptr;
}

void Stepper::written(const std::string& field) {
  std::erase_if(s_.problems, [&](const Problem& p) { return p.field == field; });
  if (!s_.form || !field.starts_with("form.")) return;
  std::erase_if(s_.form->problems, [&](const Problem& p) { return p.field == field; });
  s_.form->leaving = false;
  // XFTL 19.1: what staff write from speech is an oral statement, recorded as said and read back.
  if (field == "form.request" || field == "form.facts" || field == "form.reasons") {
    s_.form->petition.statement.oral = true;
    s_.form->read_back = false;
  }
}

void Stepper::on(const Typed& a) {
  std::string* at = text_at(a.field);
  if (!at || *at == a.text) return;
  *at = a.text;
  if (a.field == "transcript") draft()->transcripts[s_.transcribing].read_back = false;  // other words were read to them
  written(a.field);
}

void Stepper::on(const Insert& a) {
  std::string* at = text_at(a.field);
  if (!at || at->find(a.text) != std::string::npos) return;
  const bool one = a.field == "transfer_reason" || a.field == "withdraw_reason";
  if (!at->empty() && !at->ends_with('\n') && !one) *at += '\n';
  if (one) at->clear();
  *at += a.text;
  written(a.field);
}

void Stepper::on(const Picked& a) {
  if (a.field.starts_with("form.")) return form_picked(a.field.substr(5), a.value);
  Draft* d = draft();
  if (!d) return;
  if (a.field == "path") d->lawyer.path = static_cast<LegalPath>(a.value);
  if (a.field == "outcome") d->lawyer.outcome = static_cast<ConsultOutcome>(a.value);
  if (a.field == "ending") d->mediator.outcome = static_cast<MediationOutcome>(a.value);
  if (a.field == "chosen_by") d->mediator.chosen_by = a.value == 0 ? "parties" : "committee";
  if (a.field == "tab") d->reception.overriding = a.value == 1, d->reception.recoding = a.value == 2;
  if (a.field == "code_reason") d->reception.code_reason = a.value;
  if (a.field == "disposition") d->reception.disposition = static_cast<Disposition>(a.value), d->reception.later = false;
  if (a.field == "override_path") d->reception.path = static_cast<LegalPath>(a.value);
  if (a.field == "tab" || a.field == "disposition" || a.field == "ending") s_.problems.clear();
  written(a.field);
}

void Stepper::form_picked(const std::string& field, int value) {
  if (!s_.form || s_.form->receipt) return;
  Form& f = *s_.form;
  Petition& p = f.petition;
  if (field == "kind") p.kind = static_cast<MatterKind>(value);
  if (field == "document") p.petitioner.document = static_cast<DocumentKind>(value);
  if (field == "filing_as") p.filing_as = static_cast<FilingAs>(value);
  if (field == "priority") f.priority = static_cast<Priority>(value);
  if (field == "counterparty") {
    const auto picked = static_cast<Counterparty>(value);
    p.answers.counterparty = p.answers.counterparty == picked ? Counterparty::Unknown : picked;
  }
  if (field == "topic" && value >= 0 && static_cast<std::size_t>(value) < law_.rules.topics.size()) {
    const TopicInfo& topic = law_.rules.topics[static_cast<std::size_t>(value)];
    p.topic = p.topic == topic.code ? "" : topic.code;
    if (!p.topic.empty()) p.kind = topic.kind;
  }
  if (field.starts_with("answer."))
    for (const Question& q : questions())
      if (field.substr(7) == q.name) {
        Answer& at = p.answers.*q.member;
        at = at == static_cast<Answer>(value) ? Answer::Unasked : static_cast<Answer>(value);
      }
  f.chosen.clear();  // the proposal may be another one now
  written("form." + field);
}

void Stepper::on(const PickedWindow& a) {
  if (a.field == "form" && s_.form) s_.form->chosen = a.window;
  if (Draft* d = draft(); d && a.field == "override") {
    d->reception.window = a.window;
    written("override");
  }
}

void Stepper::on(const Toggled& a) {
  if (a.field == "read_back" && s_.form) {
    s_.form->read_back = !s_.form->read_back;
    written("form.read_back");
    return;
  }
  Draft* d = draft();
  if (!d) return;
  if (a.field == "transcript" && !s_.transcribing.empty()) {
    bool& back = d->transcripts[s_.transcribing].read_back;
    back = !back;
  }
  if (a.field == "identity") d->lawyer.identity_checked = !d->lawyer.identity_checked;
  if (a.field == "id_seen") d->reception.id_seen = !d->reception.id_seen;
  if (a.field == "told") toggle(d->lawyer.told, a.name);
  if (a.field == "rights") toggle(d->mediator.rights, a.name);
  if (a.field == "no_amount") d->mediator.no_amount = !d->mediator.no_amount;
  if (a.field == "oral") d->mediator.oral = !d->mediator.oral;
  if (a.field == "held_now") d->mediator.held_at = iso_minute(world_.now), written("held_at");
  if (a.field == "later") {
    d->reception.later = !d->reception.later;
    d->reception.disposition.reset();
    s_.problems.clear();
  }
  written(a.field == "no_amount" ? "amount" : a.field);
}

// -- presses: recordings ------------------------------------------------------------------------------------------------------

const Attached* Stepper::recording(const std::string& hash) const {
  if (!s_.serving || !s_.served || !s_.looking.empty()) return nullptr;
  for (const Attachment& a : s_.served->attachments)
    if (a.what.hash == hash && !a.what.sealed && a.what.kind == attached_statement) return &a.what;
  return nullptr;
}

void Stepper::on(const Play& a) {
  if (s_.playing == a.attachment) return s_.playing.clear();
  const auto here = world_.attachments.find(a.attachment);
  if (recording(a.attachment) == nullptr || here == world_.attachments.end() || !here->second.bytes) return;
  s_.playing = a.attachment;
}

void Stepper::on(const PlayEnded& a) {
  s_.playing.clear();
  if (!a.heard) s_.notice = tr("没有声音设备，请找管理员");
}

void Stepper::on(const Transcribe& a) {
  std::erase_if(s_.problems, [](const Problem& p) { return p.field == "transcript"; });
  if (s_.transcribing == a.attachment || recording(a.attachment) == nullptr) return s_.transcribing.clear();
  s_.transcribing = a.attachment;
}

void Stepper::on(const StateTranscript&) {
  if (s_.transcribing.empty() || recording(s_.transcribing) == nullptr || busy()) return;
  Checked checked = check_transcript(draft()->transcripts[s_.transcribing], s_.transcribing, s_.seat.staff);
  s_.problems = checked.problems;
  if (checked.fact) state("transcript", std::move(*checked.fact), {});
}

}  // namespace yizhan::kiosk::desk
