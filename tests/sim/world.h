/// The simulated world: one thread, a virtual clock, a lossy network, machines that crash, clocks that jump; all from one seed.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "core/event_log.h"
#include "core/router.h"
#include "core/seal.h"
#include "sync/client.h"
#include "sync/server.h"
#include "tests/sim/checks.h"

namespace yizhan::sim {

/// All chance of a run comes from here; the same seed is the same history on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  bool chance(double p) { return static_cast<double>(next() >> 11) * 0x1.0p-53 < p; }
  Span between(Span a, Span b) { return Span{a.count() + static_cast<std::int64_t>(below(static_cast<std::uint64_t>((b - a).count()) + 1))}; }

 private:
  std::uint64_t state_;
};

/// What the world does to messages and machines; all zero is a fine day.
struct Weather {
  double lost = 0;       ///< per direction
  double late = 0;       ///< a reply so late that nobody waits for it any more
  double repeated = 0;   ///< the request arrives once more, up to hours later
  double truncated = 0;  ///< either body is cut; the status survives
  double lied = 0;       ///< a captive portal, a redirect, an old reply, a wrong acknowledgement
  double crash = 0;      ///< per exchange, at the machine it touches, before or after the commit
};

struct Plan {
  int halls = 1, kiosks = 2, desks = 3;  ///< kiosks and desks per hall
  Weather weather;
  bool clocks_jump = false;
  bool lines_fail = false;               ///< hall ↔ county cut for hours to days
  bool lan_fails = false;                ///< kiosk ↔ hall cut for up to hours
  bool everybody_called = false;         ///< the day goes on until nobody waits: then nobody may have been skipped
  Span days{std::chrono::hours(24)};
  Span between_citizens{std::chrono::minutes(60)};
};

class World;

/// A machine: a directory that survives and memory that does not.
class Node {
 public:
  Node(World& world, Origin origin);
  virtual ~Node() = default;
  virtual void start() = 0;  ///< opens what is on disk
  virtual void stop() = 0;   ///< forgets memory
  void crash(Span down);     ///< kill -9: the disk is taken as it is in this moment
  Time wall() const;
  std::string log_path() const;

  World& world;
  Origin origin;
  KeyPair key;
  bool up = false;
  int life = 0;       ///< grows with each crash: answers to an earlier life are nobody's
  Span skew{};        ///< this machine's clock against the world's
  std::unique_ptr<EventLog> log;

 protected:
  void open_log();

 private:
  int generation_ = 0;
};

class HubNode : public Node {
 public:
  HubNode(World& world, Origin origin, bool county, HubNode* upstream);
  void start() override;
  void stop() override;
  void serve(const sync::Request& request, std::function<void(sync::Reply)> reply);
  void poke();  ///< after any change: waiting polls and the line upwards
  std::unique_ptr<sync::Hub> hub;
  HubNode* upstream;
  bool county;

 private:
  struct Held { sync::Parsed request; Tick until; std::function<void(sync::Reply)> reply; };
  void finish(sync::Reply answer, const sync::Parsed& request, const std::function<void(sync::Reply)>& reply);
  std::vector<Held> held_;
  std::uint64_t written_ = 0, version_ = 0, pulled_ = 0;  ///< what was already passed on
  friend class World;
};

/// One machine's line to a hub, and the sync client that uses it.
class Uplink {
 public:
  Uplink(Node& node, HubNode& hub) : node_(node), hub_(hub) {}
  void start(sync::ClientConfig config, std::function<void()> after);
  void stop();
  void nudge();
  bool cut = false;
  std::unique_ptr<sync::Client> client;
  HubNode& hub() { return hub_; }
  /// One exchange in this weather; `done` is called exactly once, unless the machine dies first.
  void exchange(const sync::Request& request, Span patience, std::function<void(const Result<sync::Reply>&)> done);

 private:
  void pump();
  Node& node_;
  HubNode& hub_;
  std::function<void()> after_;
  std::optional<sync::Reply> old_reply_;
  bool waiting_ = false;
  std::uint64_t epoch_ = 0;  ///< of the exchange under way: answers to an earlier one are nobody's
  Tick wanted_ = Tick::max();
};

class KioskNode;
class DeskNode;

class World {
 public:
  World(std::uint64_t seed, Plan plan);
  ~World();
  void at(Tick when, std::function<void()> what);
  void after(Span wait, std::function<void()> what) { at(now + wait, std::move(what)); }
  void run_for(Span span);
  /// The faulty days of the plan, then everything mended, then until all is quiet (at most `patience`).
  void live();
  void heal();
  bool drained();
  Copy copy_of(Node& node);   ///< what its log holds, read back from disk
  History history();          ///< everything a checker wants to see
  void note(const std::string& line);  ///< one line of the trace
  std::string trace_digest() const;

  std::uint64_t seed;
  Plan plan;
  Dice dice;
  Tick now{};
  bool stormy = true;
  RuleBooks rules;
  WorkCalendar calendar;
  KeyPair discipline;
  std::string root;
  Seen seen;
  std::unique_ptr<HubNode> county;
  std::vector<std::unique_ptr<HubNode>> halls;
  std::vector<std::unique_ptr<Uplink>> hall_lines;
  std::vector<std::unique_ptr<KioskNode>> kiosks;
  std::vector<std::unique_ptr<DeskNode>> desks;
  const Weather& weather() const { return stormy ? plan.weather : fine_; }
  std::vector<Node*> nodes();
  bool drained_in_time = false;

 private:
  struct Due {
    Tick when;
    std::uint64_t order;
    std::shared_ptr<std::function<void()>> what;
    bool operator>(const Due& other) const { return std::tie(when, order) > std::tie(other.when, other.order); }
  };
  void bad_luck();
  void county_decides();
  void citizens_look();
  Weather fine_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::uint64_t order_ = 0;
  Digest trace_{};
};

}  // namespace yizhan::sim
