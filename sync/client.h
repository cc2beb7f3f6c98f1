/// The sync client as a step machine: no thread, no sleep, no socket. Pushes this node's logs, pulls what it follows, and then
/// brings attachments, smallest first, in pieces: whatever is said meanwhile goes before the next piece.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/event_log.h"
#include "core/seal.h"
#include "sync/wire.h"

namespace yizhan::sync {

struct ClientConfig {
  Origin self;                        ///< the device; logs of all its epochs are its own
  KeyPair key;                        ///< Ed25519 of this device
  std::string hub_origin;             ///< pinned at enrolment
  std::string hub_public_hex;
  bool relay = false;                 ///< hall hub: push every log of this node except those pulled from upstream
  std::vector<std::string> pull;      ///< origins to follow, in every epoch; "*" = every log the hub has except our own
  Origin own_log;                     ///< the one that is written now; "" is `self`. Logs of our earlier epochs are completed from the hub
  std::size_t batch_bytes_min = 16u << 10, batch_bytes_max = 512u << 10;
  std::size_t batch_events_max = 1000;
  Span batch_time{5'000};             ///< a batch aims at this much measured link time
  Span retry_min{1'000}, retry_max{900'000};
  Span long_poll{20'000};             ///< 0: one pass and stop (nightly run)
  std::uint64_t jitter_seed = 1;
  int keys = 0;                       ///< version of the key-set this node has
  /// Takes a newer one (core/key_set.h), verbatim. On an error the one we have stays, and the same version is asked for again after
  /// the next start. Empty: key-sets are not fetched.
  std::function<Status(std::string_view)> take_keys = {};
};

struct Mark { std::uint64_t sent = 0, hub = 0, county = 0, total = 0; };  ///< per log: acknowledged by hub, by county

struct ClientState {
  bool online = false;          ///< the hub answered with a valid signature lately (never "there is Internet")
  bool done = false;            ///< one-pass mode: everything is pushed and pulled
  Time last_contact{};
  std::string trouble;          ///< why not online, for operators: "no answer", "not our hub: unsigned reply", …
  std::map<Origin, Mark> marks;
  std::map<Origin, Anchor> anchors;         ///< the hub's newest signature over each log that is pushed, checked
  std::map<Origin, Anchor> county_anchors;  ///< the county's, as the hub passed it on, checked; both are in the log when complete_at moved
  std::uint64_t pushed = 0, pulled = 0;
  std::uint64_t blobs_unsent = 0, blobs_uncounted = 0;  ///< attachments the hub does not have; it has and the county may not
  std::uint64_t blob_bytes = 0;                         ///< of attachments, acknowledged since this client began
  Time complete_at{};           ///< when everything the hub had for us was last here; kept over a restart
  std::optional<HallNews> hall; ///< the hall hub's news, as fresh as the last answer
  int failures = 0;             ///< exchanges that failed in a row
  std::string keys_trouble;     ///< why the hub's newer key-set was not taken; "" it was
  std::optional<Error> stopped; ///< a log that does not travel (fork, corrupt, refused): a person must look; tried again after an hour
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
  /// Something was written: push soon, whatever the back-off (but at most one try a second while the hub is away).
  /// The one call that any thread may make. A long poll under way is ended by the edge (CurlTransport::interrupt).
  void nudge();
  bool waiting() const;    ///< the exchange under way is a long poll: interrupting it costs nothing
  const ClientState& state() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Signs a request of any kind as a device; checks a hub's signed reply. Used by the client and by desks' direct calls.
void sign_request(Request& request, const Origin& self, const KeyPair& key, Time wall);
/// Errors: Unavailable ("not our hub: …": unsigned, wrong key, HTML, redirect), Invalid/Conflict/… as the hub said.
Status check_reply(const Reply& reply, const Request& request, std::string_view hub_public_hex);

/// Who we are and whom we trust: what enrolment leaves behind.
struct Pinned {
  Origin self;
  KeyPair key;
  std::string hub_origin, hub_public_hex;
};
/// One signed call outside the step machine (a desk's queue operation, a progress query): signs, exchanges, checks,
/// unpacks. Blocks as long as the transport does. Errors: as check_reply; Invalid also for a reply that is not readable.
Result<std::string> ask(Transport& transport, const Pinned& pinned, std::string_view method, std::string_view target, std::string body,
                        Time wall, Span patience = Span{15'000});

/// Enrols this device at a hub with a one-time code. On success the hub's key in the answer is the one to pin; show its
/// fingerprint() so that two people can compare it. Errors: Unavailable, Invalid (wrong or used code).
Result<Enrolment> enrol(Transport& transport, const EnrolAsk& ask, const KeyPair& key, Time wall);

}  // namespace yizhan::sync
