// `hub decide`: a fact of the county about one matter.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/event_log.h"
#include "core/matter.h"
#include "core/number.h"
#include "core/opening.h"
#include "sync/hub_commands.h"

namespace yizhan::sync::commands {

using Json = nlohmann::json;

namespace {

Result<Fact> fact_of_decision(const Decision& d) {
  const std::string today = iso(hall_day(SystemClock{}.wall()));
  const std::string day = d.day.empty() ? today : d.day;
  if (d.what == "transferred") return Fact{Transferred{d.unit, d.report_by}};
  if (d.what == "accepted") return Fact{Accepted{d.unit, day}};
  if (d.what == "not-accepted") return Fact{NotAccepted{d.unit, d.reason}};
  if (d.what == "extended") return Fact{Extended{d.days, d.approver, d.reason}};
  if (d.what == "served") return Fact{Served{day, d.way}};
  const Opinion opinion = d.opinion == "support" ? Opinion::Support : d.opinion == "explain" ? Opinion::Explain : Opinion::NotSupport;
  if (d.opinion.empty()) return Error{Code::Invalid, "opinion: support, explain or not-support (XFTL 32)"};
  return Fact{Answered{d.unit, opinion, d.letter_no, d.summary}};
}

/// The same step of the procedure, and nothing that names anybody.
Fact without_names(Fact fact) {
  if (auto* f = std::get_if<Transferred>(&fact)) f->to_unit.clear();
  if (auto* f = std::get_if<Accepted>(&fact)) f->unit.clear();
  if (auto* f = std::get_if<NotAccepted>(&fact)) f->unit.clear(), f->reason.clear();
  if (auto* f = std::get_if<Extended>(&fact)) f->approver.clear(), f->reason.clear();
  if (auto* f = std::get_if<Answered>(&fact)) f->unit.clear(), f->letter_no.clear(), f->summary.clear();
  if (auto* f = std::get_if<Served>(&fact)) f->way.clear();
  return fact;
}

/// Whether the matter is in clear, or opens with the county's key. A matter that is not here is not judged here.
Result<bool> county_may_read(const HubOptions& options, const MatterId& number) {
  const auto log = EventLog::open(options.data_dir + "/" + hub_log_name, EventLog::Mode::ReadOnly);
  if (!log) return log.error();
  const auto events = (*log)->of_matter(number);
  if (!events) return events.error();
  const Matter matter = fold(number, *events);
  if (matter.sealed) return false;
  if (!matter.closed) return true;
  if (options.county_key.empty()) return false;
  const auto key = secret_key(options.county_key);
  if (!key) return key.error();
  // A second filing under the number, which opens, makes no accusation readable.
  const Opening opening = open_matter(number, *events, *key);
  return opening.opened && !opening.refused;
}

}  // namespace

int decide(const HubOptions& options, const Decision& decision, bool json) {
  const auto number = canonical_matter_id(decision.number);
  if (!number) return failed(number.error());
  auto fact = fact_of_decision(decision);
  if (!fact) return failed(fact.error());
  const auto readable = county_may_read(options, *number);
  if (!readable) return failed(readable.error());
  if (!*readable) {
    // XFTL 30: the hall gets this fact. Of what is, or may be, an accusation no unit and no word goes down with it.
    *fact = without_names(std::move(*fact));
    fmt::print(stderr, "decide: {} does not open with the county's key{}: stated without unit, number and words\n", *number, options.county_key.empty() ? " (none was given: --county-key)" : "");
  }
  const auto answer = command(options, Json{{"do", "decide"}, {"matter", *number}, {"type", type_of(*fact)}, {"body", encode_fact(*fact)}, {"unnamed", !*readable}});
  if (!answer) return failed(answer.error());
  if (json) print(dump(*answer));
  else print(fmt::format("{} {}: stated as {}/{}", *number, decision.what, answer->at("origin").get<std::string>(), answer->at("seq").get<std::uint64_t>()));
  return exit_done;
}

}  // namespace yizhan::sync::commands
