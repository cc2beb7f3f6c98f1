/// Kiosks and desks of the simulated hall, with the people in front of them.
#pragma once
#include "kiosk/filing.h"
#include "tests/sim/world.h"

namespace yizhan::sim {

class KioskNode : public Node {
 public:
  KioskNode(World& world, Origin origin, HubNode& hall, int ticket_first);
  void start() override;
  void stop() override;
  void citizen();       ///< somebody comes, files or takes a number, and sometimes taps twice
  Uplink line;
  std::unique_ptr<kiosk::Filing> filing;

 private:
  void remember(const kiosk::Outcome& outcome, const std::string& marker, bool sealed, const kiosk::FileMatter* command = nullptr);
  int ticket_first_;
  int citizens_ = 0;
};

class DeskNode : public Node {
 public:
  DeskNode(World& world, Origin origin, HubNode& hall, std::string role, std::vector<WindowCode> windows);
  void start() override;
  void stop() override;
  void work();          ///< one step of the day: call, serve, record, end
  Uplink line;
  std::string role;
  std::vector<WindowCode> windows;
  bool nobody_waits = false;  ///< what the hub said last
  Span pace{std::chrono::minutes(4)};

 private:
  void ask(sync::QueueAsk ask);
  void answered(const sync::QueueAnswer& answer);
  std::optional<sync::QueueAsk> asking_;  ///< repeated with the same request id until answered
  std::string ticket_;
  MatterId matter_;
  bool recorded_ = false;
  bool busy_ = false;
  int asked_ = 0;
};

}  // namespace yizhan::sim
