/// The hub as a step: a request in, a reply or a wait out. No socket, no thread; the log is SQLite's.
#pragma once
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/event_log.h"
#include "core/router.h"
#include "core/seal.h"
#include "sync/wire.h"

namespace yizhan::sync {

struct HubConfig {
  Origin self;                  ///< "440583-H01" or "440583-C"
  bool county = false;          ///< has no upstream
  KeyPair key;                  ///< Ed25519, signs replies
  std::string upstream_origin;  ///< hall hub: the county
};

/// A long poll: call handle() again when version() has changed, or at `until` (then it answers whatever there is).
struct Wait { Tick until; };

class Hub {
 public:
  Hub(EventLog& log, HubConfig config, RuleBooks rules, WorkCalendar calendar);
  ~Hub();
  /// Loads devices and folds the hall from the log. Errors: Io, Corrupt.
  Status start();
  std::variant<Reply, Wait> handle(const Request& request, Time wall, Tick now, bool may_wait = true);
  std::uint64_t version() const;  ///< grows with every change a poller could want to see
  /// The upstream client's latest acknowledgements and state, shown to devices.
  void upstream(bool online, Time county_as_of, const std::map<Origin, std::uint64_t>& county_marks);
  /// New events that did not come through handle() (pulled from upstream): refreshes the fold.
  void refresh();
  HallNews news(Time wall) const;
  /// County: states a fact about a matter in the stream of its hall. Errors: NotFound (no such matter), Invalid.
  Result<Event> decide(const MatterId& matter, const Fact& fact, Time wall);
  /// Makes a one-time enrolment code (8 digits) for a device. Valid one hour, once.
  Result<std::string> invite(const Origin& origin, std::string_view role, Time wall);
  std::vector<Device> devices() const;
  Status revoke(const Origin& origin);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yizhan::sync
