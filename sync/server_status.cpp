// How far it is, for the citizen alone: whenever the county has or says something new about a matter, it seals the whole status to the
// key of the citizen's newest code, in a stream of its own that kiosks may mirror (docs/RECEIPTS.md).
#include <algorithm>
#include <charconv>
#include <map>

#include "core/status.h"
#include "sync/server_impl.h"

namespace yizhan::sync {
namespace {

/// What changes how far a matter is, or to whom it is told.
constexpr std::string_view telling[] = {"filed",        "code_replaced", "consulted", "mediation_ended", "disposed", "transferred", "accepted",
                                        "not_accepted", "extended",      "answered",  "served",          "rated"};
constexpr std::size_t sealed_at_once = 500;

bool tells(const Event& event) {
  if (event.matter.empty() || std::find(std::begin(telling), std::end(telling), event.type) == std::end(telling)) return false;
  // A letter or an older kiosk's matter has no key to seal to: a backlog of them must not be folded one by one.
  return event.type != "filed" || (event.body && event.body->find(R"("status_public":)") != std::string::npos);
}

}  // namespace

Origin status_stream_of(const Origin& hall) {
  Origin stream = stream_of_hall(hall);
  if (stream.size() == 12) stream[9] = 'S';
  return stream;
}

bool is_status_stream(std::string_view origin) { return origin.size() == 12 && origin.substr(7, 3) == "C.S"; }

void Hub::Impl::owe_statuses(std::span<const Event> events) {
  for (const Event& event : events)
    if (tells(event)) status_owed.insert(event.matter);
}

Status Hub::Impl::seal_owed(Time wall) {
  std::map<Origin, std::vector<EventLog::Statement>> by_stream;
  std::size_t taken = 0;
  auto one = status_owed.begin();
  for (; one != status_owed.end() && taken < sealed_at_once; ++one, ++taken) {
    const MatterId& matter = *one;
    const auto events = log.of_matter(matter);
    if (!events) return events.error();
    const Matter folded = fold(matter, *events);
    if (folded.status_public.empty() || folded.filed_by.empty()) continue;  // an older kiosk, or nobody was given a code: only the hub tells
    const auto relay = relays.find(folded.filed_by);
    if (relay == relays.end()) continue;
    const Origin stream = statuses_for(relay->second);
    int n = 0;
    Time received = wall;
    for (const Event& event : *events) {
      if (device_of(event.id.origin) != device_of(stream) || event.type != "status_sealed") continue;
      const auto fact = fact_of(event);
      if (const auto* before = fact ? std::get_if<StatusSealed>(&*fact) : nullptr) n = std::max(n, before->n);
      received = std::min(received, event.at);
    }
    std::vector<Deadline> terms;
    if (!rules.books.empty()) terms = deadlines(folded, rules.in_force(hall_day(folded.filed_at)), calendar);
    const auto sealed = seal_status(encode_status(status_of(folded, std::move(terms), received, wall, n + 1)), folded.status_public);
    // A key that is none is a kiosk's mistake and nobody else's trouble: that citizen is told at the window.
    if (!sealed) continue;
    by_stream[stream].push_back({matter, {Fact{StatusSealed{n + 1, *sealed}}}});
  }
  for (const auto& [stream, statements] : by_stream) {
    const auto stated = log.append_many(stream, statements, wall);
    if (!stated) {
      if (stated.error().code == Code::Io) broken = stated.error();
      return stated.error();
    }
  }
  if (!by_stream.empty()) ++version;  // halls wait for the county's word
  status_owed.erase(status_owed.begin(), one);
  if (!status_owed.empty() || status_noted == status_cursor) return Done{};
  const auto noted = log.put_note("hub.statuses", std::to_string(status_cursor));
  if (noted) status_noted = status_cursor;
  return noted;
}

Status Hub::Impl::catch_up_statuses() {
  if (const auto note = log.note("hub.statuses")) std::from_chars(note->data(), note->data() + note->size(), status_cursor);
  status_noted = status_cursor;
  // What arrived and was not sealed before a crash or by an older program. Looking at some of it again costs a status that says the
  // same once more.
  for (;;) {
    const auto events = log.arrived_after(status_cursor, 2000);
    if (!events) return events.error();
    if (events->empty()) return Done{};
    for (const Event& event : *events) {
      if (event.type == "status_sealed") status_owed.erase(event.matter);
      else if (tells(event)) status_owed.insert(event.matter);
    }
  }
}

}  // namespace yizhan::sync
