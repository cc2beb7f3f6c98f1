/// Kiosks and desks of the simulated hall, with the people in front of them.
#pragma once
#include "core/sealer.h"
#include "kiosk/engine/store.h"
#include "kiosk/session/session.h"
#include "tests/sim/citizen.h"
#include "tests/sim/world.h"

namespace yizhan::sim {

/// The kiosk's store and the visit at its screen, stepped as kiosk/engine/engine.cpp and the window do it; printer and reader pretend.
class KioskNode : public Node {
 public:
  KioskNode(World& world, Origin origin, HubNode& hall, int ticket_first);
  void start() override;
  void stop() override;
  void ends() override {
    if (store_) store_->end_log();
  }
  EventLog* log() override { return store_ ? &store_->log() : nullptr; }
  void citizen();          ///< somebody files or takes a number in one moment, and sometimes taps twice
  void somebody_comes();   ///< a whole visit at the screen, touch by touch
  void break_printer(Span how_long);
  void break_reader(Span how_long);
  Uplink line;
  /// Planted bugs write here what a real one would have on a disk.
  kiosk::Store* store() { return store_.get(); }

 private:
  struct Said { std::string marker; bool sealed = false; std::vector<Digest> spoken; bool is_signed = false, written = false; };

  void act(const kiosk::Action& action);
  void person_acts(int visit);
  void frame();
  void perform();
  void keep_watch();
  void pass_time();
  void print(kiosk::PrintJob job);
  void call(kiosk::HubCall call);
  void acknowledge(const kiosk::Receipt& receipt, const std::string& request);
  void end_of_visit();
  Said said_in(const kiosk::FileMatter& command) const;

  kiosk::Config config_;
  struct NodeClock final : Clock {
    explicit NodeClock(Node& n) : node(n) {}
    Time wall() const override { return node.wall(); }
    Tick tick() const override { return node.world.now; }
    Node& node;
  } clock_{*this};
  std::unique_ptr<kiosk::Store> store_;
  kiosk::Session session_;
  std::optional<Person> person_;
  int visit_ = 0;                         ///< answers and touches of an earlier visit are nobody's
  std::map<std::string, Said> filing_;    ///< request → what was handed in with it
  std::string shown_;                     ///< request of the receipt on the screen
  bool frame_due_ = false, watched_ = false, listening_ = false;
  std::vector<kiosk::PrintJob> jobs_;
  bool printer_broken_ = false, reader_broken_ = false;
  kiosk::DeviceState printer_state_ = kiosk::DeviceState::Ready;
  int citizens_ = 0;
};

class DeskNode : public Node {
 public:
  DeskNode(World& world, Origin origin, HubNode& hall, std::string role, std::vector<WindowCode> windows);
  void start() override;
  void stop() override;
  EventLog* log() override { return log_.get(); }
  void work();          ///< one step of the day: call, serve, record, end
  Uplink line;
  std::string role;
  std::vector<WindowCode> windows;
  bool nobody_waits = false;  ///< what the hub said last
  Span pace{std::chrono::minutes(5)};

 private:
  void ask(sync::QueueAsk ask);
  void answered(const sync::QueueAnswer& answer);
  void look_for_help();
  /// What staff write about the matter they serve: the visitor's own word is among it where every matter is sealed.
  Fact record() const;
  std::string word() const;
  const ReceiptSeen* served() const;
  std::unique_ptr<EventLog> log_;
  std::shared_ptr<const Sealer> sealer_;  ///< null where only accusations are sealed
  std::optional<sync::QueueAsk> asking_;  ///< repeated with the same request id until answered
  std::string ticket_;
  MatterId matter_;
  bool recorded_ = false;
  bool busy_ = false;
  int asked_ = 0;
};

}  // namespace yizhan::sim
