/// The simulated world: one thread, a virtual clock, a lossy network, machines that crash at any touch of their disks, clocks that
/// jump, paper that runs out; all from one seed. The machines run the production code: sync::Hub, sync::Client, kiosk::Store and
/// the citizen's visit (kiosk::update).
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
#include "kiosk/config.h"
#include "sync/client.h"
#include "sync/server.h"
#include "tests/sim/checks.h"
#include "tests/sim/memory_disk.h"
#include "tests/sim/plant.h"

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
  double reordered = 0;  ///< the request arrives only after the client has given up and sent the next one
  double io_crash = 0;   ///< per exchange and per visit: the power goes at one of the next calls that change this machine's disk
  double io_error = 0;   ///< per quarter of an hour and machine: one of the next such calls fails
};

struct Plan {
  int halls = 1, kiosks = 2, desks = 3;  ///< kiosks and desks per hall
  Weather weather;
  bool clocks_jump = false;
  bool lines_fail = false;               ///< hall ↔ county cut for hours to days
  bool lan_fails = false;                ///< kiosk ↔ hall cut for up to hours
  bool half_open = false;                ///< a line that carries requests and no reply, for up to hours
  bool disks_fill = false;
  bool devices_fail = false;             ///< paper out, jams, a silent or stuttering card reader
  bool revokes = false;                  ///< a device's key is refused for hours, then it gets a new one
  bool restores = false;                 ///< a machine is put back to an older copy of its disk
  bool hall_burns = false;               ///< a hall hub's disk is gone, and an empty one is in its place
  bool sealed = false;                   ///< the county has a key-set: every matter is sealed; else accusations only
  bool visits = false;                   ///< people stand at the screen, touch by touch; else they file in one moment
  bool nights = false;                   ///< kiosks and desks are switched off when the hall closes
  bool everybody_called = false;         ///< the day goes on until nobody waits: then nobody may have been skipped
  Plant plant = Plant::None;             ///< a bug on purpose (tests of the checkers)
  Span days{std::chrono::hours(24)};
  Span between_citizens{std::chrono::minutes(60)};
};
/// The town of a seed: everything above drawn by lot, `days` long.
Plan town_plan(std::uint64_t seed, int days);

class World;

/// A machine: a disk that survives and memory that does not.
class Node {
 public:
  Node(World& world, Origin origin);
  virtual ~Node() = default;
  virtual void start() = 0;  ///< opens what is on disk
  virtual void stop() = 0;   ///< forgets memory
  virtual void ends() {}     ///< says so in its log: somebody pressed the switch
  virtual EventLog* log() = 0;  ///< null while it is down
  void crash(Span down, Luck luck);  ///< the disk is taken as it is found
  void crash(Span down);     ///< with a luck of the dice's
  void switch_off();         ///< as staff do when they go home; switch_on() wakes it
  void switch_on();
  /// True when nothing that this machine says counts any more: it is down, or its power went in the middle of a call.
  bool gone();
  /// A process that met a failed disk ends and is started again (house.md §6).
  void give_up();
  Time wall() const;
  std::string log_path() const { return disk.directory() + "/log.db"; }

  World& world;
  Origin origin;
  KeyPair key;
  MemoryDisk disk;
  bool up = false;
  bool off = false;       ///< switched off: no crash, no start
  bool revoked = false;   ///< its hub refuses its key
  int life = 0;           ///< grows with each start: answers to an earlier life are nobody's
  Span skew{};            ///< this machine's clock against the world's
  std::uint64_t disk_generation = 0;  ///< grows when its disk is put back: what it shows may begin anew

 protected:
  /// Nothing when it does not open; then it is tried again, or the run is broken.
  std::unique_ptr<EventLog> open_log();
  void not_opened(const Error& error, std::uint64_t failures_before);

 private:
  void fall(Span down, Luck luck);
  bool reaping_ = false;
};

class HubNode : public Node {
 public:
  HubNode(World& world, Origin origin, bool county, HubNode* upstream);
  void start() override;
  void stop() override;
  EventLog* log() override { return log_.get(); }
  void serve(const sync::Request& request, std::function<void(sync::Reply)> reply);
  void poke();  ///< after any change: waiting polls and the line upwards
  std::unique_ptr<sync::Hub> hub;
  HubNode* upstream;
  bool county;
  KeyPair box_key;  ///< of the hall's duty desk: what a sealed matter that is no accusation may be opened with

 private:
  struct Held { sync::Parsed request; Tick until; std::function<void(sync::Reply)> reply; };
  void finish(sync::Reply answer, const sync::Parsed& request, const std::function<void(sync::Reply)>& reply);
  void wake_at(Tick when);
  void tend();
  std::unique_ptr<EventLog> log_;
  std::vector<Held> held_;
  std::uint64_t written_ = 0, version_ = 0, pulled_ = 0;  ///< what was already passed on
  friend class World;
};

/// One machine's line to a hub, and the sync client that uses it.
class Uplink {
 public:
  Uplink(Node& node, HubNode& hub) : node_(node), hub_(hub) {}
  void start(sync::ClientConfig config, std::function<void(bool idle)> after);
  void stop();
  void nudge();
  bool cut = false;
  bool half_open = false;  ///< requests arrive, replies never
  std::unique_ptr<sync::Client> client;
  HubNode& hub() { return hub_; }
  /// One exchange in this weather; `done` is called exactly once, unless the machine dies first.
  void exchange(const sync::Request& request, Span patience, std::function<void(const Result<sync::Reply>&)> done);

 private:
  void pump();
  Node& node_;
  HubNode& hub_;
  std::function<void(bool)> after_;
  std::optional<sync::Reply> old_reply_;
  bool waiting_ = false;
  std::uint64_t epoch_ = 0;  ///< of the exchange under way: answers to an earlier one are nobody's
  Tick wanted_ = Tick::max();
};

class KioskNode;
class DeskNode;

/// What a citizen carries home.
struct Paper { Origin kiosk, hall; MatterId matter; std::string code; };

class World {
 public:
  World(std::uint64_t seed, Plan plan);
  ~World();
  void at(Tick when, std::function<void()> what);
  void after(Span wait, std::function<void()> what) { at(now + wait, std::move(what)); }
  void run_for(Span span);
  /// The faulty days of the plan, then everything mended, then until all is quiet (at most six hours).
  void live();
  void heal();
  bool drained() { return stuck().empty(); }
  std::string stuck();        ///< what has not arrived yet, the first of it; "" when all has
  Copy copy_of(Node& node);   ///< what its log holds, read back from disk
  History history();          ///< everything a checker wants to see
  void note(const std::string& line);  ///< one line of the trace
  std::string trace_digest() const;
  std::string weather_words() const;
  /// The hall's own time of day.
  bool open_hours() const;
  /// Puts an older copy of its disk back, or an empty one; it starts with that.
  void put_back(Node& node, MemoryDisk::Image files);
  /// A device gets a key of its own once more: an invitation, and the enrolment over a good line.
  [[nodiscard]] bool enrol(HubNode& hub, Node& node, const std::string& role, const std::vector<WindowCode>& windows);
  void revoke_one();          ///< a device of the hall loses its right to speak, and hours later gets a new key
  void look_at_disk(Node& node, bool thorough = false);  ///< for words that may not lie there
  /// What an operator may read: no word of a citizen may be in it.
  void heard(const std::string& where, std::string_view words);
  Time wall() const;

  std::uint64_t seed;
  Plan plan;
  Dice dice;
  Tick now{};
  bool stormy = true;
  kiosk::Books books;
  RuleBooks& rules;
  WorkCalendar& calendar;
  KeyPair discipline, county_key, escrow;
  std::optional<KeySet> key_set;
  std::string root;
  Seen seen;
  std::map<std::string, std::uint64_t> happened;  ///< counts, for the person who reads the run
  std::unique_ptr<HubNode> county;
  std::vector<std::unique_ptr<HubNode>> halls;
  std::vector<std::unique_ptr<Uplink>> hall_lines;
  std::vector<std::unique_ptr<KioskNode>> kiosks;
  std::vector<std::unique_ptr<DeskNode>> desks;
  std::vector<Paper> papers;
  std::set<Origin> seen_put_back;  ///< machines that run on an older copy of their disk
  std::map<Origin, std::vector<std::string>> missed;  ///< hall → tickets whose people did not come when they were called
  const Weather& weather() const { return stormy ? plan.weather : fine_; }
  std::vector<Node*> nodes();
  bool drained_in_time = false;
  Span drained_after{};

 private:
  struct Due {
    Tick when;
    std::uint64_t order;
    std::shared_ptr<std::function<void()>> what;
    bool operator>(const Due& other) const { return std::tie(when, order) > std::tie(other.when, other.order); }
  };
  void bad_luck();
  void bad_disks();
  void bad_devices();
  void bad_backups();

  void county_decides();
  void citizens_look();
  void day_and_night();
  void citizens_come(std::size_t kiosk);
  Weather fine_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::uint64_t order_ = 0;
  Digest trace_{};
  std::map<Origin, MemoryDisk::Image> backups_;
};

}  // namespace yizhan::sim
