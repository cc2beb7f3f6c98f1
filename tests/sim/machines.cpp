// A machine of the simulated town, the hub on one, and the line between two of them.
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "tests/sim/markers.h"
#include "tests/sim/nodes.h"
#include "tests/sim/planted.h"
#include "tests/sim/world.h"

namespace yizhan::sim {
namespace fs = std::filesystem;

// ---- a machine -------------------------------------------------------------------------------------------------------------

Node::Node(World& w, Origin o) : world(w), origin(std::move(o)), key(make_sign_keys()), disk(w.root + "/" + origin) {
  fs::create_directories(disk.directory());  // the lock beside the database is a real file
}

Time Node::wall() const { return world.wall() + skew; }

std::unique_ptr<EventLog> Node::open_log() {
  const std::uint64_t before = disk.failures();
  auto opened = EventLog::open(log_path());
  if (opened) return std::move(*opened);
  not_opened(opened.error(), before);
  return nullptr;
}

void Node::not_opened(const Error& error, std::uint64_t failures_before) {
  world.heard("in an error of opening", error.what);
  if (disk.dead()) {  // the power went again while it started
    up = true;
    ++world.happened["crashes in a start"];
    return fall(world.dice.between(Span{2'000}, std::chrono::minutes(20)), static_cast<Luck>(world.dice.below(4)));
  }
  if (disk.failures() == failures_before && disk.room() == MemoryDisk::endless) {
    world.seen.broken.push_back(origin + " does not open again: " + error.what);
    return;
  }
  // A disk that failed just now: the supervisor tries again.
  world.note(origin + " could not start: its disk failed");
  const int alive = life;
  world.after(std::chrono::seconds(30), [this, alive] {
    if (!up && !off && alive == life) {
      ++life;
      start();
    }
  });
}

void Node::crash(Span down) { crash(down, static_cast<Luck>(world.dice.below(4))); }

void Node::crash(Span down, Luck luck) {
  if (!up) return;
  disk.cut();
  fall(down, luck);
}

void Node::fall(Span down, Luck luck) {
  world.note(origin + " dies");
  ++world.happened[luck == Luck::Killed ? "processes killed" : "power cuts"];
  up = false;
  ++life;
  stop();
  disk.boot(luck, [this] { return world.dice.chance(0.5); });
  world.look_at_disk(*this);
  if (off) return;
  const int alive = life;
  world.after(down, [this, alive] {
    if (up || off || alive != life) return;
    world.note(origin + " is back");
    ++life;
    start();
  });
}

bool Node::gone() {
  if (!up) return true;
  if (!disk.dead()) return false;
  if (reaping_) return true;
  reaping_ = true;
  ++world.happened["crashes in a write"];
  // Not here: the call in which the power went is still on the stack.
  world.after(Span{0}, [this] {
    reaping_ = false;
    if (up && disk.dead()) fall(world.dice.between(Span{2'000}, std::chrono::minutes(20)), static_cast<Luck>(world.dice.below(4)));
  });
  return true;
}

void Node::give_up() {
  if (gone()) return;
  ++world.happened["processes ended by a failed disk"];
  const int alive = life;
  world.after(std::chrono::seconds(2), [this, alive] {
    if (up && alive == life) crash(std::chrono::seconds(2), Luck::Killed);
  });
}

void Node::switch_off() {
  if (off) return;
  off = true;
  if (!up) return;
  if (world.dice.chance(0.5)) return crash(Span{0});  // the plug
  world.note(origin + " is switched off");
  ends();
  stop();
  if (disk.dead()) return fall(Span{0}, Luck::Random);
  up = false;
  ++life;
  disk.boot(Luck::Killed, [] { return true; });
}

void Node::switch_on() {
  if (!off) return;
  off = false;
  world.note(origin + " is switched on");
  ++life;
  start();
}

// ---- a hub -----------------------------------------------------------------------------------------------------------------

HubNode::HubNode(World& w, Origin o, bool is_county, HubNode* up_to) : Node(w, std::move(o)), upstream(up_to), county(is_county), box_key(make_box_keys()) {}

void HubNode::start() {
  log_ = open_log();
  if (!log_) return;
  sync::HubConfig config;
  config.self = origin;
  config.county = county;
  config.key = key;
  if (upstream != nullptr) config.upstream_origin = upstream->origin;
  config.discipline_keys = {world.discipline.public_hex};
  hub = std::make_unique<sync::Hub>(*log_, config, world.rules, world.calendar);
  const std::uint64_t before = disk.failures();
  auto started = hub->start();
  if (started && !disk.dead()) started = hub->begin(wall(), world.now);
  if (!started) {
    hub.reset();
    log_.reset();
    return not_opened(started.error(), before);
  }
  up = true;
  if (gone()) return;
  tend();
  written_ = hub->written();
  version_ = hub->version();
  pulled_ = 0;
  if (upstream == nullptr) return;
  for (std::size_t h = 0; h < world.halls.size(); ++h) {
    if (world.halls[h].get() != this || h >= world.hall_lines.size()) continue;
    Uplink& line = *world.hall_lines[h];
    sync::ClientConfig client;
    client.self = origin;
    client.key = key;
    client.hub_origin = upstream->origin;
    client.hub_public_hex = upstream->key.public_hex;
    client.relay = true;
    // The county's word about this hall's matters, and the same sealed to the citizens for the kiosks (docs/PROTOCOL.md, Streams).
    client.pull = {upstream->origin + "." + origin.substr(origin.find('-') + 1), upstream->origin + ".S" + origin.substr(origin.find('-') + 2)};
    client.long_poll = std::chrono::minutes(30);
    client.jitter_seed = world.dice.next();
    line.start(client, [this, &line](bool) {
      const auto& state = line.client->state();
      std::map<Origin, std::uint64_t> marks;
      for (const auto& [log_origin, mark] : state.marks) {
        if (mark.hub > 0) marks[log_origin] = mark.hub;
        if (world.plan.plant == Plant::LyingMark) marks[log_origin] = mark.total;
        if (world.seen_put_back.contains(world.county->origin) || world.county->gone()) continue;
        if (const auto head = world.county->log()->head(log_origin)) world.seen.marks.push_back({origin, world.county->origin, mark.hub, head->seq});
      }
      if (state.pulled != pulled_) hub->refresh();
      pulled_ = state.pulled;
      hub->upstream(state.online, state.complete_at, marks, state.anchors);
      poke();
    });
  }
}

/// Checkpoints and countersignatures, as the store's thread makes them between requests (hub_store.cpp).
void HubNode::tend() {
  hub->tend(wall(), world.now);
  if (gone()) return;
  world.after(std::chrono::minutes(15), [this, alive = life] {
    if (alive != life || gone()) return;
    tend();
    if (!gone()) poke();
  });
}

void HubNode::stop() {
  held_.clear();
  for (std::size_t h = 0; h < world.halls.size(); ++h)
    if (world.halls[h].get() == this && h < world.hall_lines.size()) world.hall_lines[h]->stop();
  hub.reset();
  log_.reset();
}

void HubNode::serve(const sync::Request& sent, std::function<void(sync::Reply)> reply) {
  sync::Request request = sent;
  if (world.plan.plant != Plant::None && planted_answer(*this, request, reply)) return;
  sync::Parsed parsed = sync::parse(request);
  auto answer = hub->answer(parsed, wall(), world.now);
  if (gone()) return;
  if (hub->broken()) {
    world.heard("in a failure of a hub", hub->broken()->what);
    give_up();
  }
  if (const auto* wait = std::get_if<sync::Wait>(&answer)) {
    // The edge may hold a poll as long as the client asked for; a minute at a time would only cost processor time here.
    Tick until = wait->until;
    if (const auto asked = parsed.target.number("wait", 0); asked > 60) until = std::max(until, world.now + Span{static_cast<std::int64_t>(std::min<std::uint64_t>(asked, 7'200)) * 1000});
    held_.push_back({std::move(parsed), until, std::move(reply)});
    wake_at(until);
  } else {
    finish(std::get<sync::Reply>(std::move(answer)), parsed, reply);
  }
  if (gone()) return;
  hub->tend(wall(), world.now);
  if (!gone()) poke();
}

void HubNode::wake_at(Tick when) {
  const int alive = life;
  world.at(when, [this, alive] {
    if (alive == life && !gone()) poke();
  });
}

void HubNode::poke() {
  if (upstream != nullptr && hub->written() != written_)
    for (std::size_t h = 0; h < world.halls.size(); ++h)
      if (world.halls[h].get() == this) world.hall_lines[h]->nudge();
  written_ = hub->written();
  if (hub->version() == version_ && std::none_of(held_.begin(), held_.end(), [&](const Held& one) { return one.until <= world.now; })) return;
  version_ = hub->version();
  std::vector<Held> waiting;
  waiting.swap(held_);
  for (Held& one : waiting) {
    auto answer = hub->answer(one.request, wall(), world.now, world.now < one.until);
    if (gone()) return;
    if (std::holds_alternative<sync::Wait>(answer)) held_.push_back(std::move(one));
    else finish(std::get<sync::Reply>(std::move(answer)), one.request, one.reply);
  }
}

void HubNode::finish(sync::Reply answer, const sync::Parsed& request, const std::function<void(sync::Reply)>& reply) {
  if (answer.status >= 400) world.heard("in a refusal", answer.body);
  sync::Hub::finish(answer, request.request, origin, key);
  reply(std::move(answer));
}

// ---- a line ----------------------------------------------------------------------------------------------------------------

void Uplink::start(sync::ClientConfig config, std::function<void(bool)> after) {
  after_ = std::move(after);
  waiting_ = false;
  wanted_ = Tick::max();
  client = std::make_unique<sync::Client>(std::move(config), [this](const std::function<void(EventLog&)>& use) { use(*node_.log()); });
  pump();
}

void Uplink::stop() { client.reset(); }

void Uplink::nudge() {
  if (!client) return;
  client->nudge();
  if (waiting_ && client->waiting()) {
    // The edge ends a long poll when there is something to say.
    waiting_ = false;
    ++epoch_;
    client->received(Error{Code::Unavailable, std::string(sync::interrupted_words)}, node_.world.now, node_.wall());
    after_(true);
  }
  pump();
}

void Uplink::pump() {
  World& world = node_.world;
  while (client && !waiting_) {
    const auto request = client->step(world.now, node_.wall());
    if (node_.gone()) return;
    if (!request) {
      // A client that has stopped for good names no later moment; engine.cpp waits as long before it looks again.
      const Tick again = std::max(client->again_at(), world.now + (client->state().stopped ? Span{60'000} : Span{50}));
      if (client->state().stopped && client->state().stopped->code == Code::Io) node_.give_up();
      if (again < wanted_) {
        wanted_ = again;
        const int alive = node_.life;
        world.at(again, [this, alive, again] {
          if (alive != node_.life || wanted_ != again) return;
          wanted_ = Tick::max();
          pump();
        });
      }
      return;
    }
    waiting_ = true;
    const bool idle = client->waiting();
    const int alive = node_.life;
    const std::uint64_t epoch = ++epoch_;
    exchange(*request, client->patience(), [this, alive, epoch, idle](const Result<sync::Reply>& reply) {
      if (alive != node_.life || epoch != epoch_ || !client) return;
      waiting_ = false;
      const std::uint64_t changes = node_.disk.changes();
      client->received(reply, node_.world.now, node_.wall());
      if (node_.gone()) return;
      if (!client->state().trouble.empty()) node_.world.heard("in what a line says", client->state().trouble);
      after_(idle && changes == node_.disk.changes());
      pump();
    });
  }
}

namespace {

std::string call_of(const sync::Request& request) {
  const auto target = sync::parse_target(request.target);
  return request.method + " " + (target && target->path.size() > 1 ? target->path[1] : std::string("?"));
}

/// Everything that goes over a line is looked at as the other end will read it.
void tap(World& world, const Origin& from, const Origin& to, const std::string& call, const Result<std::string>& body) {
  if (!body) return;
  for (const std::string& marker : find_markers(*body)) world.seen.wire[marker].insert({from, to, call});
}

}  // namespace

void Uplink::exchange(const sync::Request& sent, Span patience, std::function<void(const Result<sync::Reply>&)> done) {
  World& world = node_.world;
  Dice& dice = world.dice;
  const int alive = node_.life;
  const auto over = std::make_shared<bool>(false);
  const auto finish = [this, alive, over, done = std::move(done)](const Result<sync::Reply>& reply) {
    if (*over || alive != node_.life) return;
    *over = true;
    done(reply);
  };
  world.after(patience + Span{1}, [finish] { finish(Error{Code::Unavailable, "no answer"}); });
  if (cut) {
    if (dice.chance(0.5)) world.after(Span{30}, [finish] { finish(Error{Code::Unavailable, "refused"}); });
    return;
  }
  const std::string call = call_of(sent);
  ++world.happened["exchanges: " + call];
  if (std::getenv("YIZHAN_LINES") != nullptr) std::fprintf(stderr, "%lld %s %s %s\n", static_cast<long long>(world.now.time_since_epoch().count()), node_.origin.c_str(), sent.method.c_str(), sent.target.c_str());
  tap(world, node_.origin, hub_.origin, call, sync::body_of(sent));
  const Weather weather = world.weather();
  sync::Request request = sent;
  const auto strike = [&world, &dice](const char* what, double p) {
    if (!dice.chance(p)) return false;
    ++world.happened[what];
    return true;
  };
  if (strike("messages cut short", weather.truncated / 2) && !request.body.empty()) request.body.resize(request.body.size() / 2);
  if (weather.io_crash > 0 && dice.chance(weather.io_crash / 4)) (dice.chance(0.5) ? static_cast<Node&>(hub_) : node_).disk.die_at(1 + dice.below(8));

  const auto deliver = [this, request, finish, weather, call](Span wait) {
    node_.world.after(wait, [this, request, finish, weather, call] {
      World& w = node_.world;
      const auto hit = [&w](const char* what, double p) {
        if (!w.dice.chance(p)) return false;
        ++w.happened[what];
        return true;
      };
      if (cut || hit("messages lost", weather.lost)) return;
      if (hub_.gone()) {
        w.after(Span{20}, [finish] { finish(Error{Code::Unavailable, "refused"}); });
        return;
      }
      if (w.dice.chance(weather.crash)) {  // before anything was done
        hub_.crash(w.dice.between(Span{2'000}, std::chrono::minutes(20)));
        return;
      }
      const int hub_life = hub_.life;
      hub_.serve(request, [this, finish, weather, hub_life, call](sync::Reply reply) {
        World& inner = node_.world;
        if (inner.dice.chance(weather.crash)) {  // committed, and the answer never leaves
          inner.after(Span{0}, [this, &inner, hub_life] {
            if (hub_.life == hub_life) hub_.crash(inner.dice.between(Span{2'000}, std::chrono::minutes(20)));
          });
          return;
        }
        tap(inner, hub_.origin, node_.origin, call, sync::body_of(reply));
        const auto struck = [&inner](const char* what, double p) {
          if (!inner.dice.chance(p)) return false;
          ++inner.happened[what];
          return true;
        };
        if (half_open) {
          ++inner.happened["replies never heard"];
          return;
        }
        if (struck("messages lost", weather.lost)) return;
        Span pause = inner.dice.between(Span{1}, Span{120});
        if (struck("messages late", weather.late)) pause += std::chrono::minutes(40);
        if (struck("messages cut short", weather.truncated) && !reply.body.empty()) reply.body.resize(static_cast<std::size_t>(inner.dice.below(reply.body.size())));
        if (struck("messages forged", weather.lied)) {
          switch (inner.dice.below(5)) {
            case 0: reply = sync::Reply{200, {{"Content-Type", "text/html"}}, "<html><body>请先登录无线网络</body></html>"}; break;
            case 1: reply = sync::Reply{302, {{"Location", "http://portal.invalid/"}}, ""}; break;
            case 2: reply.body = R"({"county":999999,"durable":true,"hash":")" + std::string(64, 'a') + R"(","origin":"440583-K01","seq":999999})"; break;
            case 3:
              if (old_reply_) reply = *old_reply_;
              break;
            default:
              if (!reply.body.empty()) reply.body[static_cast<std::size_t>(inner.dice.below(reply.body.size()))] ^= 0x20;
              break;
          }
        } else {
          old_reply_ = reply;
        }
        inner.after(pause, [finish, reply = std::move(reply)] { finish(reply); });
      });
    });
  };
  if (strike("messages lost", weather.lost)) {
  } else if (strike("messages out of order", weather.reordered)) {
    deliver(patience + dice.between(Span{10}, std::chrono::minutes(10)));
  } else {
    deliver(dice.between(Span{1}, Span{120}));
  }
  if (strike("messages repeated", weather.repeated)) deliver(dice.between(Span{200}, std::chrono::hours(2)));
  if (dice.chance(weather.crash)) {
    const int sender_life = node_.life;
    world.after(dice.between(Span{1}, Span{300}), [this, sender_life] {
      if (node_.life == sender_life) node_.crash(node_.world.dice.between(Span{2'000}, std::chrono::minutes(20)));
    });
  }
}

}  // namespace yizhan::sim
