/// The sync client as a step machine: no thread, no sleep, no socket. Pushes this node's logs, pulls what it follows.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/event_log.h"
#include "core/seal.h"
#include "sync/wire.h"

namespace yizhan::sync {

struct ClientConfig {
  Origin self;
  KeyPair key;                        ///< Ed25519 of this device
  std::string hub_origin;             ///< pinned at enrolment
  std::string hub_public_hex;
  bool relay = false;                 ///< hall hub: push every log of this node except those pulled from upstream
  std::vector<std::string> pull;      ///< origins to follow; "*" = every log the hub has except our own
  std::size_t batch_bytes_min = 16u << 10, batch_bytes_max = 512u << 10;
  std::size_t batch_events_max = 1000;
  Span batch_time{5'000};             ///< a batch aims at this much measured link time
  Span retry_min{1'000}, retry_max{900'000};
  Span long_poll{20'000};             ///< 0: one pass and stop (nightly run)
  std::uint64_t jitter_seed = 1;
};

struct Mark { std::uint64_t sent = 0, hub = 0, county = 0, total = 0; };  ///< per log: acknowledged by hub, by county

struct ClientState {
  bool online = false;          ///< the hub answered with a valid signature lately (never "there is Internet")
  bool done = false;            ///< one-pass mode: everything is pushed and pulled
  Time last_contact{};
  std::string trouble;          ///< why not online, for operators: "no answer", "not our hub: unsigned reply", …
  std::map<Origin, Mark> marks;
  std::uint64_t pushed = 0, pulled = 0;
  std::optional<Error> stopped; ///< fork or corrupt: a person must look
};

/// Use: `while (auto request = client.step(now)) client.received(transport.exchange(*request, client.patience()), now);`
/// The log access happens inside step/received through `with_log`, so that the log's owner thread can run it.
class Client {
 public:
  using WithLog = std::function<void(const std::function<void(EventLog&)>&)>;
  Client(ClientConfig config, WithLog with_log);
  ~Client();
  /// The next exchange to make, or nothing until again_at(). `wall` stamps the request.
  std::optional<Request> step(Tick now, Time wall);
  void received(const Result<Reply>& reply, Tick now, Time wall);
  Tick again_at() const;   ///< when step() may have something; never sleeps itself
  Span patience() const;   ///< how long the last request may go without progress
  void nudge();            ///< something was written: push soon, whatever the back-off of an idle client
  const ClientState& state() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Signs a request of any kind as a device; checks a hub's signed reply. Used by the client and by desks' direct calls.
void sign_request(Request& request, const Origin& self, const KeyPair& key, Time wall);
/// Errors: Unavailable ("not our hub: …": unsigned, wrong key, HTML, redirect), Invalid/Conflict/… as the hub said.
Status check_reply(const Reply& reply, const Request& request, std::string_view hub_public_hex);

}  // namespace yizhan::sync
