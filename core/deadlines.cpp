#include <fmt/format.h>

#include <algorithm>

#include "core/matter.h"

namespace yizhan {

namespace {

/// What a person decided outweighs what the kiosk suggested; the last word is reception's, then the lawyer's.
LegalPath path_of(const Matter& matter) {
  if (matter.overridden && matter.overridden->path != LegalPath::Unknown) return matter.overridden->path;
  if (matter.consulted && matter.consulted->path != LegalPath::Unknown) return matter.consulted->path;
  return matter.routed ? matter.routed->ruling.path : LegalPath::Unknown;
}

std::optional<Date> day_of(std::string_view text) {
  const auto day = parse_date(text);
  return day ? std::optional<Date>(*day) : std::nullopt;
}

}  // namespace

std::vector<Deadline> deadlines(const Matter& matter, const RuleBook& rules, const WorkCalendar& calendar) {
  std::vector<Deadline> all;
  const auto run = [&](std::string_view id, Date start, int extra_days = 0) {
    if (const Term* term = rules.term(id)) all.push_back(due(*term, start, calendar, extra_days));
  };
  if (matter.state == MatterState::Draft) return all;
  // 只取号 is a place in a queue; what is said at the window is registered there.
  if (matter.petition && matter.petition->kind == MatterKind::QueueOnly) return all;

  const bool answered = matter.answered.has_value();
  const bool decided = matter.accepted || matter.not_accepted || answered;
  if (!matter.disposed && !matter.transferred && !decided) {
    run("dispose", hall_day(matter.filed_at));          // XFTL 22.1
    run("promise_dispose", hall_day(matter.filed_at));  // the county's own promise beside it
  }

  const auto line = std::find_if(matter.lines.begin(), matter.lines.end(), [](const Line& l) { return l.type == "transferred"; });
  const Date passed_on = line != matter.lines.end() ? hall_day(line->at) : hall_day(matter.filed_at);
  if (matter.transferred && !decided) {
    run("object", passed_on);  // XFTL 23.3: not ours to handle, said within working days
    run("notify", passed_on);  // XFTL 23.3: tell the petitioner
  }
  const std::string report_by = matter.transferred ? matter.transferred->report_by : matter.disposed ? matter.disposed->report_by : "";
  if (const auto day = day_of(report_by); day && !answered) {
    // XFTL 22.1(3): 交办, to be reported back by the day the sender named; no rulebook knows this one.
    Deadline report;
    report.term = "report";
    report.start = passed_on;
    report.due = *day;
    report.basis = {"信访工作条例", "22.1(3)"};
    report.why = fmt::format("条例第二十二条第一款第三项：{} 交办，限 {} 报结果", iso(passed_on), iso(*day));
    all.push_back(std::move(report));
  }

  // XFTL 34: only path (6) has the 60 days. A path nobody has named is (6) once a unit has accepted the matter, because (6) is
  // what remains when none of the other five fits.
  const LegalPath path = path_of(matter);
  const bool sixth = path == LegalPath::Petition || path == LegalPath::Unknown;
  if (matter.accepted && !answered && sixth)
    if (const auto day = day_of(matter.accepted->accepted_on)) {
      const Term* extension = rules.term("extension");
      const int granted = matter.extended ? std::max(0, matter.extended->days) : 0;
      // No head of a unit can approve more than the law lets him.
      run("handle", *day, extension == nullptr ? 0 : std::min(granted, extension->amount));
      run("promise_handle", *day);
    }

  if (answered && matter.served && sixth)
    if (const auto day = day_of(matter.served->served_on)) run("review_request", *day);  // XFTL 35: from service, not from issue

  const std::optional<MediationEnded>& ended = matter.mediation.ended;
  if (ended && ended->outcome == MediationOutcome::Agreed) {
    // 民诉法解释 355: a court does not confirm what decides status or title.
    const bool excluded = matter.petition && matter.petition->answers.status_or_title == Answer::Yes;
    if (const auto day = day_of(ended->effective); day && !excluded) run("confirmation", *day);
  }
  return all;
}

}  // namespace yizhan
