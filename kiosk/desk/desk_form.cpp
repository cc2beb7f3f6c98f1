// Presses: pages, other matters, the oral registration, codes.
#include <algorithm>

#include "core/petition_json.h"
#include "core/text.h"
#include "core/tr.h"
#include "kiosk/desk/checks.h"
#include "kiosk/desk/desk_impl.h"
#include "kiosk/desk/words.h"

namespace yizhan::kiosk::desk {

void Stepper::on(const TurnPage& a) {
  int& page = s_.pages[a.list];
  page = std::max(0, page + a.by);
  if (a.list == "expanded") s_.pages.erase("statement");  // other pages, other cuts
}

void Stepper::on(const OpenNumber&) {
  std::erase_if(s_.problems, [](const Problem& p) { return p.field == "number"; });
  if (s_.serving) {
    s_.notice = tr("先办完手上的事项");
    return;
  }
  const auto number = canonical_matter_id(s_.number);
  if (!number) {
    s_.problems.push_back({"number", tr("编号不对，请对着小票再输")});
    return;
  }
  s_.number.clear();
  s_.opening.clear();
  serve({}, *number, true);
}

void Stepper::on(const TakeCall& a) {
  if (s_.form && !s_.form->receipt) return;
  const auto& calls = world_.help_calls;
  const auto at = std::find_if(calls.begin(), calls.end(), [&](const sync::HelpCall& c) { return c.id == a.id; });
  if (at == calls.end() || at->done || (!at->taken_by.empty() && at->taken_by != s_.seat.origin)) return;
  Form form;
  form.help_id = at->id;
  form.from = at->place;
  if (auto petition = read_draft(at->draft)) form.petition = std::move(*petition);
  form.petition.helper = s_.seat.staff;
  form.head_count = std::to_string(std::max(1, form.petition.head_count));
  for (const Identity& r : form.petition.representatives) form.representatives += (form.representatives.empty() ? "" : "、") + r.name;
  s_.form = std::move(form);
  commands_.push_back(TakeHelp{a.id});
}

void Stepper::on(const WalkIn&) {
  if (s_.form && !s_.form->receipt) return;
  Form form;
  form.from = s_.seat.place;
  form.petition.input = InputWay::Desk;
  form.petition.helper = s_.seat.staff;
  form.petition.statement.oral = true;
  s_.form = std::move(form);
}

void Stepper::on(const FormPage& a) {
  if (s_.form) s_.form->page = std::clamp(a.page, 0, 1);
}

void Stepper::on(const FileForm&) {
  if (!s_.form || s_.form->receipt || busy()) return;
  Form& form = *s_.form;
  form.problems = check_form(form, s_.seat.staff, law_.rules);
  if (!form.problems.empty()) return show_problem_page();
  const bool again = !form.request.empty();
  if (!again) form.request = next_request();
  FileMatter file;
  file.request = form.request;
  file.petition = petition_of(form, s_.seat.staff);
  file.chosen = form.chosen;
  file.by = ChosenBy::Staff;
  file.priority = form.priority;
  file.notice_version = s_.seat.notice_version;
  file.help_id = form.help_id;
  send("form.file", std::move(file));
  s_.waiting->stale = again;
}

void Stepper::show_problem_page() {
  const auto page_of = [](const Problem& p) {
    for (const std::string_view field : {"form.request", "form.facts", "form.reasons", "form.place", "form.party_complained_of", "form.read_back", "form.chosen"})
      if (p.field == field) return 1;
    return 0;
  };
  Form& form = *s_.form;
  if (std::none_of(form.problems.begin(), form.problems.end(), [&](const Problem& p) { return page_of(p) == form.page; }))
    form.page = page_of(form.problems.front());
}

void Stepper::on(const LeaveForm&) {
  if (!s_.form || (busy() && s_.waiting->press == "form.file")) return;
  const Statement& words = s_.form->petition.statement;
  const bool empty = words.request.empty() && words.facts.empty() && words.reasons.empty() && s_.form->petition.petitioner.name.empty();
  if (!s_.form->receipt && !empty && !s_.form->leaving) {
    s_.form->leaving = true;
    return;
  }
  s_.form.reset();
  if (s_.waiting && s_.waiting->press == "form.file") s_.waiting.reset();
}

void Stepper::on(const PrintSlip&) {
  if (s_.form && s_.form->receipt) commands_.push_back(PrintReceipt{s_.form->receipt->request});
  else if (world_.replaced) commands_.push_back(PrintReceipt{world_.replaced->request});
}

void Stepper::on(const GiveCode&) {
  if (!s_.serving || s_.serving->matter.empty() || s_.seat.role != Role::Reception || busy()) return;
  const ReceptionDraft& d = draft()->reception;
  s_.problems.clear();
  if (!d.id_seen) s_.problems.push_back({"id_seen", tr("请先核对身份证")});
  if (!d.code_reason) s_.problems.push_back({"code_reason", tr("请选为什么换")});
  if (!s_.problems.empty()) return;
  if (repeated("code")) return;
  send("code", ReplaceCode{next_request(), s_.serving->matter, s_.seat.staff, std::string(words_of(code_reasons(), *d.code_reason))});
}

void Stepper::on(const CodeGiven&) {
  if (!world_.replaced) return;
  commands_.push_back(ForgetCode{});
  if (Draft* d = draft()) d->reception.recoding = d->reception.id_seen = false, d->reception.code_reason.reset();
}

}  // namespace yizhan::kiosk::desk
