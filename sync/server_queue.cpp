// The queue of the hall, its news, and 请人帮我. All calls of one hall go through here one after the other, so that two
// windows never call the same person.
#include <algorithm>
#include <cmath>

#include "core/number.h"
#include "sync/server_impl.h"

namespace yizhan::sync {
namespace {

constexpr Span fresh_call{120'000};          // how long a board shows a call as new
constexpr Span desk_active{2 * 3600 * 1000}; // a desk that called within this counts as open
constexpr Span talk_usual{10 * 60 * 1000};   // before today has an average of its own
constexpr Span talk_longest{3 * 3600 * 1000};// a forgotten "end" must not spoil the average
constexpr std::size_t calls_shown = 12;
constexpr std::size_t help_calls_max = 64;
constexpr std::size_t draft_bytes_max = 256u << 10;
constexpr Span help_life{30 * 60 * 1000};    // after the last touch; a kiosk in use touches every few seconds

bool before(const Ticket& a, const Ticket& b) {
  const bool first_a = a.priority != Priority::Normal, first_b = b.priority != Priority::Normal;
  if (first_a != first_b) return first_a;
  if (a.issued != b.issued) return a.issued < b.issued;
  return a.number < b.number;
}

Date day_of(const MatterId& matter, Date otherwise) {
  const auto parts = parse_matter_id(matter);
  return parts ? parts->day : otherwise;
}

}  // namespace

// ---- the fold ------------------------------------------------------------------------------------------------------

Access Hub::Impl::compute(const MatterId& matter) {
  Access entry;
  const auto events = log.of_matter(matter);
  if (!events) {
    broken = events.error();
    entry.sealed = true;  // what cannot be read is shown to nobody
    return entry;
  }
  const Matter folded = fold(matter, *events);
  entry.window = folded.window();
  entry.sealed = folded.sealed;
  entry.ticket = folded.ticket;
  for (const auto& event : *events) {
    if (event.type == "assigned" || event.type == "recused") {
      // Only the hub lets somebody in; whoever says so, somebody is kept out.
      if (const auto fact = fact_of(event)) {
        if (const auto* in = std::get_if<Assigned>(&*fact); in != nullptr && device_of(event.id.origin) == config.self) entry.assigned.insert(in->staff);
        if (const auto* out = std::get_if<Recused>(&*fact)) entry.recused.insert(out->staff);
      }
      continue;
    }
    if (event.type == "filed" || (entry.filed_by.empty() && event.type == "ticket_issued")) entry.filed_by = event.id.origin;
    if (event.type != "queued") continue;
    const auto fact = fact_of(event);
    if (!fact) continue;
    // The hub says who called, and a desk of itself while the hub was away.
    const auto* queued = std::get_if<Queued>(&*fact);
    const Origin said_by = device_of(event.id.origin);
    if (queued != nullptr && queued->op == QueueOp::Call && (said_by == config.self || said_by == queued->desk)) entry.desks.insert(queued->desk);
  }
  return entry;
}

const Access& Hub::Impl::access_of(const MatterId& matter) {
  const auto found = access.find(matter);
  if (found != access.end()) return found->second;
  return access[matter] = compute(matter);
}

void Hub::Impl::refold(const MatterId& matter) {
  const Access& entry = access[matter] = compute(matter);
  if (!entry.ticket) return;
  auto& same = tickets[hall_day(entry.ticket->issued)][entry.ticket->number];
  if (std::find(same.begin(), same.end(), matter) == same.end()) same.push_back(matter);
}

void Hub::Impl::index(std::span<const Event> events) {
  std::set<MatterId> touched;
  for (const auto& event : events) {
    if (event.type == "queued" && device_of(event.id.origin) == config.self) {
      const auto fact = fact_of(event);
      if (const auto* queued = fact ? std::get_if<Queued>(&*fact) : nullptr; queued != nullptr && !queued->request.empty() && !answered.contains(queued->request)) {
        // The words of the first answer went with that answer; number and matter are what a desk acts on.
        const bool sealed = access_of(event.matter).sealed;
        answered[queued->request] = {event.at, {queued->ticket, sealed ? MatterId{} : event.matter, ""}};
      }
    }
    if (event.matter.empty()) continue;
    if (event.type != "filed" && event.type != "routed" && event.type != "ticket_issued" && event.type != "queued" && event.type != "route_overridden" &&
        event.type != "assigned" && event.type != "recused")
      continue;
    touched.insert(event.matter);
  }
  for (const auto& matter : touched) {
    const Date day = day_of(matter, today);
    by_day[day].insert(matter);
    // A backlog of years is folded only when somebody asks for it.
    if (day + std::chrono::days(1) >= today && today != Date{}) refold(matter);
    else access.erase(matter);
  }
}

void Hub::Impl::new_day(Date day) {
  today = day;
  tickets.clear();
  access.clear();
  pace.clear();
  desks_at.clear();
  // Yesterday's too: a talk can run over midnight, and a clock can be off.
  for (auto it = by_day.lower_bound(day - std::chrono::days(1)); it != by_day.end(); ++it)
    for (const auto& matter : it->second) refold(matter);
  std::erase_if(answered, [&](const auto& row) { return hall_day(row.second.first) + std::chrono::days(2) < day; });
  ++version;
}

Status Hub::Impl::state(const MatterId& matter, const Fact& fact, Time wall, const std::string& request) {
  EventLog::Statement statement;
  statement.matter = matter;
  statement.facts.push_back(fact);
  statement.request = request;
  const auto stated = log.append_many(own_log(), {&statement, 1}, wall);
  if (!stated) {
    if (stated.error().code == Code::Io) broken = stated.error();
    return stated.error();
  }
  index(*stated);
  ++version;
  ++written;
  ++own_facts;
  return Done{};
}

// ---- the queue -----------------------------------------------------------------------------------------------------

Result<QueueAnswer> Hub::Impl::queue(const Device& device, const QueueAsk& question, Time wall) {
  QueueAsk ask = question;
  ask.desk = device.origin;  // a desk speaks for itself only
  if (ask.request.empty() || ask.request.size() > 64) return Error{Code::Invalid, "request: 1 to 64 characters"};
  // Words, or the envelope of as many.
  if (ask.place.size() > 120 || ask.reason.size() > (ask.reason.starts_with(envelope_begins) ? 2'400u : 600u)) return Error{Code::Invalid, "place or reason: too long"};
  if (const auto old = answered.find(ask.request); old != answered.end()) return old->second.second;
  const auto* person = person_at(device.origin);
  const auto withdrawn = [&](const MatterId& matter) { return person != nullptr && access_of(matter).recused.contains(*person); };

  Result<QueueAnswer> answer = Error{Code::NotFound, "ticket: no such number today"};
  if (ask.op == QueueOp::Call && ask.ticket.empty()) {
    if (ask.windows.empty()) ask.windows = device.windows;
    if (device.role != "desk-reception")
      for (const auto& window : ask.windows)
        if (std::find(device.windows.begin(), device.windows.end(), window) == device.windows.end())
          return Error{Code::Invalid, "windows: this desk does not serve " + window};
    answer = next_call(ask, withdrawn, wall);
  } else {
    // The same number twice in a day is a misconfiguration; the one that is still open is meant.
    const auto day = tickets.find(today);
    if (day == tickets.end()) return answer;
    const auto same = day->second.find(ask.ticket);
    if (same == day->second.end()) return answer;
    MatterId matter = same->second.front();
    for (const auto& other : same->second)
      if (access_of(other).ticket && access_of(other).ticket->state != TicketState::Ended) matter = other;
    // Whoever waits for another window is not called away from it; who missed a call or was put on hold comes where somebody sees them.
    const auto& entry = access_of(matter);
    const bool others = entry.ticket && entry.ticket->state == TicketState::Waiting && std::find(device.windows.begin(), device.windows.end(), entry.ticket->window) == device.windows.end();
    if (ask.op == QueueOp::Call && others && device.role != "desk-reception") return Error{Code::Conflict, "ticket: " + ask.ticket + " 在等别的窗口"};
    if (ask.op == QueueOp::Call && withdrawn(matter)) return Error{Code::Conflict, "ticket: 您已回避这件事，请别的人员叫号"};
    answer = operate(ask, matter, Access(access_of(matter)), wall);
  }
  // Who called it works on it; stated before the texts are handed out.
  if (answer && ask.op == QueueOp::Call && !answer->matter.empty())
    if (const auto stated = called_by_person(device, answer->matter, wall); !stated) return stated.error();
  if (answer) answered[ask.request] = {wall, *answer};
  return answer;
}

Result<QueueAnswer> Hub::Impl::next_call(const QueueAsk& ask, const std::function<bool(const MatterId&)>& withdrawn, Time wall) {
  const Ticket* best = nullptr;
  const auto day = tickets.find(today);
  if (day != tickets.end())
    for (const auto& [number, matters] : day->second)
      for (const auto& matter : matters) {
        const auto& entry = access_of(matter);
        if (!entry.ticket || entry.ticket->state != TicketState::Waiting) continue;
        if (std::find(ask.windows.begin(), ask.windows.end(), entry.ticket->window) == ask.windows.end()) continue;
        if (withdrawn(matter)) continue;  // another window takes it
        if (best == nullptr || before(*entry.ticket, *best)) best = &*entry.ticket;
      }
  if (best == nullptr) return QueueAnswer{"", "", "现在没有人在等"};
  const MatterId matter = best->matter;
  QueueAsk named = ask;
  named.ticket = best->number;
  return operate(named, matter, Access(access_of(matter)), wall);
}

Result<QueueAnswer> Hub::Impl::operate(const QueueAsk& ask, const MatterId& matter, const Access& was, Time wall) {
  if (!was.ticket) return Error{Code::NotFound, "ticket: no such number today"};
  const Ticket& ticket = *was.ticket;
  const bool here = ticket.desk == ask.desk;
  const auto elsewhere = [&] { return Error{Code::Conflict, "ticket: " + ticket.number + " 已由" + (ticket.place.empty() ? ticket.desk : ticket.place) + "叫号"}; };
  if (ticket.state == TicketState::Ended) return Error{Code::Conflict, "ticket: " + ticket.number + " 已办结"};
  std::string words;
  switch (ask.op) {
    case QueueOp::Call:
      if (ticket.state == TicketState::Called) return elsewhere();
      words = "请" + ticket.number + "号到" + ask.place;
      break;
    case QueueOp::Recall:
      if (ticket.state != TicketState::Called) return Error{Code::Conflict, "ticket: " + ticket.number + " 还没有叫号"};
      if (!here) return elsewhere();
      words = "再请" + ticket.number + "号到" + ask.place;
      break;
    case QueueOp::Missed:
      if (ticket.state != TicketState::Called) return Error{Code::Conflict, "ticket: " + ticket.number + " 还没有叫号"};
      if (!here) return elsewhere();
      words = ticket.number + "号没有到，已记下";
      break;
    case QueueOp::Hold:
      if (ticket.state == TicketState::Called && !here) return elsewhere();
      if (ticket.state == TicketState::OnHold) return Error{Code::Conflict, "ticket: " + ticket.number + " 已在暂缓"};
      words = ticket.number + "号先等一等";
      break;
    case QueueOp::Resume:
      if (ticket.state != TicketState::OnHold && ticket.state != TicketState::Missed) return Error{Code::Conflict, "ticket: " + ticket.number + " 没有暂缓"};
      words = ticket.number + "号回到队里";
      break;
    case QueueOp::Move: {
      if (ticket.state == TicketState::Called && !here) return elsewhere();
      if (ask.to_window.empty()) return Error{Code::Invalid, "to_window: which window?"};
      if (ask.to_window == ticket.window) return Error{Code::Invalid, "to_window: it is there already"};
      const auto* window = rules.books.empty() ? nullptr : rules.in_force(hall_day(wall)).window(ask.to_window);
      if (!rules.books.empty() && window == nullptr) return Error{Code::Invalid, "to_window: no such window"};
      if (ask.reason.empty()) return Error{Code::Invalid, "reason: why is it moved?"};
      words = ticket.number + "号已转到" + (window != nullptr ? window->name : ask.to_window);
      break;
    }
    case QueueOp::End:
      if (ticket.state == TicketState::Called && !here) return elsewhere();
      words = ticket.number + "号办完了";
      break;
  }
  const Queued fact{ask.op, ticket.number, ask.desk, ask.place, ask.to_window, ask.reason, ask.request, false};
  // Answers are kept for two days; a request that somebody recorded and plays again later changes nothing either (T15).
  if (const auto stated = state(matter, fact, wall, "queue/" + ask.request); !stated) return stated.error();
  if (ask.op == QueueOp::Call) desks_at[ticket.window][ask.desk] = wall;
  if (ask.op == QueueOp::End && ticket.state == TicketState::Called && wall > ticket.called && wall - ticket.called < talk_longest) {
    auto& talk = pace[ticket.window];
    talk.total_ms += (wall - ticket.called).count();
    ++talk.count;
  }
  return QueueAnswer{ticket.number, was.sealed ? MatterId{} : matter, words};
}

HallNews Hub::Impl::news(Time wall) {
  HallNews out;
  out.as_of = wall;
  out.upstream_online = upstream_online;
  out.county_as_of = county_as_of;
  std::map<WindowCode, WindowQueue> queues;
  if (!rules.books.empty())
    for (const auto& window : rules.in_force(hall_day(wall)).windows)
      if (window.on_site) queues[window.code].window = window.code;
  std::vector<const Ticket*> called;
  const auto day = tickets.find(hall_day(wall));
  if (day != tickets.end())
    for (const auto& [number, matters] : day->second)
      for (const auto& matter : matters) {
        const auto& entry = access_of(matter);
        if (!entry.ticket) continue;
        auto& row = queues[entry.ticket->window];
        row.window = entry.ticket->window;
        if (entry.ticket->state == TicketState::Waiting) ++row.waiting;
        if (entry.ticket->state == TicketState::Called) ++row.serving;
        if (entry.ticket->calls > 0) called.push_back(&*entry.ticket);
      }
  for (auto& [code, row] : queues) {
    const auto talk = pace.find(code);
    const std::int64_t usual = talk != pace.end() && talk->second.count >= 3 ? talk->second.total_ms / talk->second.count : talk_usual.count();
    std::int64_t open = 0;
    if (const auto desks = desks_at.find(code); desks != desks_at.end())
      open = std::count_if(desks->second.begin(), desks->second.end(), [&](const auto& desk) { return desk.second + desk_active > wall; });
    const std::int64_t wait = usual * row.waiting / std::max<std::int64_t>(open, 1);
    row.minutes = static_cast<int>((wait + 59'999) / 60'000);
    out.queues.push_back(row);
  }
  const auto shown = std::min(calls_shown, called.size());
  std::partial_sort(called.begin(), called.begin() + static_cast<std::ptrdiff_t>(shown), called.end(), [](const Ticket* a, const Ticket* b) {
    return a->called != b->called ? a->called > b->called : a->number < b->number;
  });
  called.resize(shown);
  for (const auto* ticket : called) {
    std::string word = "ended";
    if (ticket->state == TicketState::Called) word = ticket->called + fresh_call > wall ? "called" : "serving";
    if (ticket->state == TicketState::Missed) word = "missed";
    out.calls.push_back({ticket->number, ticket->place, ticket->called, word, ticket->calls});
  }
  return out;
}

// ---- 请人帮我 --------------------------------------------------------------------------------------------------------

bool Hub::Impl::may_see_draft(const Device& device) const {
  if (!people_needed()) return true;
  const auto* person = person_at(device.origin);
  return person != nullptr && (accounts.at(*person).role == "reception" || accounts.at(*person).role == "manager");
}

Hub::Impl::Answer Hub::Impl::help_call(const Device& device, const Parsed& request, Time wall, Tick now, bool may_wait) {
  const auto& path = request.target.path;
  const auto forget = [&](const std::string& id) {
    if (const auto found = help.find(id); found != help.end()) {
      std::fill(found->second.draft.begin(), found->second.draft.end(), '\0');  // what was typed does not linger in freed memory
      help.erase(found);
    }
    help_seen.erase(id);
    help_gone.insert(id);
    if (help_gone.size() > 4096) help_gone.clear();
    ++version;
  };
  std::vector<std::string> old;
  for (const auto& [id, seen] : help_seen)
    if (seen + help_life < wall) old.push_back(id);
  for (const auto& id : old) forget(id);

  const bool kiosk = device.role == "kiosk", reception = device.role == "desk-reception";
  if (!kiosk && !reception) return refuse(403, "unauthorised", "help calls are between kiosks and reception");

  if (request.request.method == "GET" && path.size() == 2) {
    const auto wait = std::min<std::uint64_t>(request.target.number("wait", 0), 60);
    if (may_wait && wait > 0 && request.target.number("known", 0) == version) return Wait{now + Span{static_cast<std::int64_t>(wait * 1000)}};
    HelpList list{version, {}};
    for (const auto& [id, call] : help) {
      if (kiosk && call.kiosk != device.origin) continue;
      list.calls.push_back(call);
      const bool anothers = !call.taken_by.empty() && call.taken_by != device.origin;
      if (kiosk || anothers || !may_see_draft(device)) list.calls.back().draft.clear();  // it has its own; nobody is there to read it
    }
    std::sort(list.calls.begin(), list.calls.end(), [](const HelpCall& a, const HelpCall& b) { return a.at < b.at; });
    return plain_reply(200, to_json(list));
  }
  if (request.request.method != "POST") return refuse(404, "not_found", "no such call");
  const auto given = help_call_from_json(request.body);
  if (!given) return failure(given.error());
  if (given->id.empty() || given->id.size() > 64) return refuse(400, "invalid", "id: 1 to 64 characters");
  if (given->draft.size() > draft_bytes_max) return refuse(413, "invalid", "draft: too large");

  if (kiosk && path.size() == 2) {  // begin, bring up to date, or give up
    if (help_gone.contains(given->id)) return refuse(409, "conflict", "this help call has ended");
    auto found = help.find(given->id);
    if (found != help.end() && found->second.kiosk != device.origin) return refuse(403, "unauthorised", "another kiosk's help call");
    if (given->done) {
      forget(given->id);
      return plain_reply(200, to_json(HelpCall{given->id, device.origin, "", wall, "", "", "", true, ""}));
    }
    if (found == help.end()) {
      if (help.size() >= help_calls_max) return refuse(503, "unavailable", "too many help calls at once");
      found = help.emplace(given->id, HelpCall{given->id, device.origin, given->place, wall, "", "", "", false, ""}).first;
    }
    found->second.page = given->page;
    found->second.draft = given->draft;
    help_seen[given->id] = wall;
    ++version;
    HelpCall shown = found->second;
    shown.draft.clear();
    return plain_reply(200, to_json(shown));
  }
  if (path.size() != 3) return refuse(404, "not_found", "no such call");
  const auto found = help.find(path[2]);
  if (found == help.end()) return refuse(404, "not_found", "no such help call (any more)");
  HelpCall& call = found->second;
  if (kiosk) {  // the citizen has seen the outcome: forget the session
    if (call.kiosk != device.origin) return refuse(403, "unauthorised", "another kiosk's help call");
    if (given->done) forget(path[2]);
    return plain_reply(200, "{}");
  }
  if (!call.taken_by.empty() && call.taken_by != device.origin) return refuse(409, "conflict", "taken by another desk");
  const bool ends = given->done && call.taken_by == device.origin;
  if (!ends && !may_see_draft(device)) return refuse(403, "unauthorised", "nobody who may read this is signed in at this desk");
  call.taken_by = device.origin;
  help_seen[path[2]] = wall;
  if (given->done) {
    call.done = true;
    call.outcome = given->outcome;
    std::fill(call.draft.begin(), call.draft.end(), '\0');
    call.draft.clear();
  }
  ++version;
  return plain_reply(200, to_json(call));
}

}  // namespace yizhan::sync
