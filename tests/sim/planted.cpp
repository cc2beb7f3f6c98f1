#include "tests/sim/planted.h"

#include <sqlite3.h>

#include <algorithm>

#include "core/matter.h"
#include "tests/sim/nodes.h"

namespace yizhan::sim {
namespace {

void signed_answer(HubNode& hub, const sync::Request& request, std::string body, const std::function<void(sync::Reply)>& reply) {
  sync::Reply answer{200, {{"Content-Type", "application/json"}}, std::move(body)};
  sync::Hub::finish(answer, request, hub.origin, hub.key);
  reply(std::move(answer));
}

/// Behind the log's back, with its triggers out of the way for a moment: what a bug or an enemy with the file could do.
void change(Node& node, const std::string& sql) {
  node.stop();
  sqlite3* db = nullptr;
  YIZHAN_CHECK(sqlite3_open(node.log_path().c_str(), &db) == SQLITE_OK, "the database opens");
  struct Triggers { std::string drop, create; } triggers;
  const auto collect = [](void* into, int, char** values, char**) {
    static_cast<Triggers*>(into)->drop += std::string("DROP TRIGGER ") + values[0] + ";";
    static_cast<Triggers*>(into)->create += std::string(values[1]) + ";";
    return 0;
  };
  sqlite3_exec(db, "SELECT name, sql FROM sqlite_master WHERE type='trigger'", collect, &triggers, nullptr);
  for (const std::string& one : {triggers.drop, sql, triggers.create}) YIZHAN_CHECK(sqlite3_exec(db, one.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, "the bug is planted");
  sqlite3_close(db);
  node.start();
}

/// The last of everybody who waits for this desk, instead of the first.
std::string last_in_line(HubNode& hub, const std::vector<WindowCode>& windows) {
  Hall hall;
  std::int64_t cursor = 0;
  for (;;) {
    const auto some = hub.log()->arrived_after(cursor, 500);
    if (!some || some->empty()) break;
    for (const Event& event : *some) hall.add(event);
  }
  std::string last;
  for (const Ticket& ticket : hall.tickets(hall_day(hub.wall())))
    if (ticket.state == TicketState::Waiting && std::find(windows.begin(), windows.end(), ticket.window) != windows.end()) last = ticket.number;
  return last;
}

}  // namespace

bool planted_answer(HubNode& hub, sync::Request& request, const std::function<void(sync::Reply)>& reply) {
  World& world = hub.world;
  const auto target = sync::parse_target(request.target);
  if (!target || target->path.size() < 2) return false;
  const auto& path = target->path;
  if (world.plan.plant == Plant::DropOnRelay && hub.county && request.method == "POST" && path[1] == "log" && path.size() == 3 && path[2] == world.kiosks.front()->origin) {
    const auto body = sync::body_of(request);
    const auto events = body ? sync::events_from_lines(*body) : Result<std::vector<Event>>(Error{});
    if (!events || events->empty()) return false;
    const Event& last = events->back();
    signed_answer(hub, request, sync::to_json(sync::Ack{{last.id.origin, last.id.seq, last.hash}, last.id.seq}), reply);
    return true;
  }
  if (world.plan.plant == Plant::LoseRecording && hub.county && request.method == "PUT" && path[1] == "blob" && path.size() == 3) {
    const auto hash = digest_from_hex(path[2]);
    const auto bytes = target->number("bytes", 0);
    if (!hash) return false;
    signed_answer(hub, request, sync::to_json(std::vector{sync::BlobHave{*hash, static_cast<std::int64_t>(bytes), bytes, true}}), reply);
    return true;
  }
  if (!hub.county && request.method == "POST" && path[1] == "queue") {
    const auto body = sync::body_of(request);
    auto ask = body ? sync::queue_ask_from_json(*body) : Result<sync::QueueAsk>(Error{});
    if (!ask || ask->op != QueueOp::Call || !ask->ticket.empty()) return false;
    const auto desk = std::find_if(world.desks.begin(), world.desks.end(), [&](const auto& one) { return one->origin == sync::header(request.headers, "Yizhan-Device"); });
    if (desk == world.desks.end()) return false;
    if (world.plan.plant == Plant::CallOutOfOrder) {
      ask->ticket = last_in_line(hub, ask->windows);
      if (ask->ticket.empty()) return false;
      // The hub's own decision: as if the desk had asked for that one. The answer is bound to what the desk really asked.
      sync::Request other = request;
      other.headers.clear();
      sync::set_body(other, sync::to_json(*ask), "application/json");
      sync::sign_request(other, (*desk)->origin, (*desk)->key, hub.wall());
      auto answer = hub.hub->handle(other, hub.wall(), world.now, false);
      sync::Reply plain = std::get<sync::Reply>(std::move(answer));
      std::string said = sync::body_of(plain).value_or("");
      sync::Reply again{plain.status, {{"Content-Type", "application/json"}}, std::move(said)};
      sync::Hub::finish(again, request, hub.origin, hub.key);
      reply(std::move(again));
      return true;
    }
    if (world.plan.plant == Plant::CallTwice && !world.seen.calls.empty() && world.dice.chance(0.2)) {
      // The number that another desk just called is given away once more.
      std::int64_t cursor = 0;
      std::optional<std::pair<MatterId, Queued>> called;
      for (;;) {
        const auto some = hub.log()->arrived_after(cursor, 500);
        if (!some || some->empty()) break;
        for (const Event& event : *some)
          if (const auto fact = event.type == "queued" ? fact_of(event) : Result<Fact>(Error{}); fact && std::get<Queued>(*fact).op == QueueOp::Call) called = {event.matter, std::get<Queued>(*fact)};
      }
      if (!called) return false;
      called->second.desk = (*desk)->origin;
      called->second.request = ask->request;
      const Fact facts[] = {called->second};
      if (!hub.log()->append(hub.origin, called->first, facts, hub.wall())) return false;
      hub.hub->refresh();
      signed_answer(hub, request, sync::to_json(sync::QueueAnswer{called->second.ticket, called->first, ""}), reply);
      return true;
    }
  }
  return false;
}

void planted_end(World& world) {
  if (world.plan.plant == Plant::BreakChain)
    change(*world.county, "UPDATE event SET at = at + 1 WHERE arrival = (SELECT max(arrival) / 2 FROM event)");
  if (world.plan.plant == Plant::UnequalEnds) {
    HubNode& hall = *world.halls.front();
    const Origin author = world.kiosks.front()->origin;
    change(hall, "DELETE FROM event WHERE log = (SELECT id FROM log WHERE origin = '" + author + "') AND seq = (SELECT seq FROM log WHERE origin = '" + author +
                     "');UPDATE log SET seq = seq - 1, hash = (SELECT e.hash FROM event e WHERE e.log = log.id AND e.seq = log.seq - 1) WHERE origin = '" + author + "'");
  }
}

}  // namespace yizhan::sim
