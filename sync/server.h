/// The hub as a step: a request in, a reply or a wait out. No socket, no thread; the log is SQLite's.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/event_log.h"
#include "core/key_set.h"
#include "core/router.h"
#include "core/seal.h"
#include "sync/wire.h"

namespace yizhan::sync {

struct HubConfig {
  Origin self;                  ///< "440583-H01" or "440583-C"
  bool county = false;          ///< has no upstream
  KeyPair key;                  ///< Ed25519, signs replies
  std::string upstream_origin;  ///< hall hub: the county
  std::vector<std::string> discipline_keys;  ///< handed to devices at enrolment (XFTL 30)
};

/// A request taken apart: unpacked, parsed, hashed. Pure work, so that the edge can do it away from the store's thread.
struct Parsed {
  Request request;               ///< without its body once that is unpacked
  Target target;
  std::string signed_text;       ///< what the device must have signed
  std::string body;              ///< unpacked; empty for a batch of events
  CheckedBatch batch;            ///< POST /v1/log; the hub takes it out
  std::optional<Error> damage;   ///< what check_batch() found instead
  std::optional<Refusal> refusal;///< it cannot be read at all
  std::string checked_with;  ///< the key its signature was found right with; only the hub writes it
};
Parsed parse(Request request);

/// A long poll: call handle() again when version() has changed, or at `until` (then it answers whatever there is).
struct Wait { Tick until; };

class Hub {
 public:
  Hub(EventLog& log, HubConfig config, RuleBooks rules, WorkCalendar calendar);
  ~Hub();
  /// Loads devices and folds the hall from the log. Errors: Io, Corrupt.
  Status start();
  std::variant<Reply, Wait> handle(const Request& request, Time wall, Tick now, bool may_wait = true);
  /// The two halves of handle(): the decision (store's thread; the reply is neither packed nor signed), and the finish
  /// (any thread, pure).
  std::variant<Reply, Wait> answer(Parsed& request, Time wall, Tick now, bool may_wait = true);
  static void finish(Reply& reply, const Request& request, const Origin& self, const KeyPair& key);
  /// This process serves from now on: its own log is opened (core/checkpoints.h). Errors: as EventLog::append.
  Status begin(Time wall, Tick now);
  /// Between requests: checkpoints of its own logs when one is due, and once a minute at most a countersignature of every log that grew.
  /// Nothing while nothing is written.
  void tend(Time wall, Tick now);
  /// It ends in order: countersignatures, and the closing entry.
  void end(Time wall);
  /// A countersignature of every log as it is now, and the county's, kept and given out for an auditor. Errors: Io, Unavailable.
  Result<std::vector<Anchor>> anchors(Time wall);
  /// The disk failed under us: nothing may be acknowledged any more, the process must end.
  std::optional<Error> broken() const;
  std::uint64_t written() const;  ///< events stored through this hub since its start: something to pass up
  std::uint64_t version() const;  ///< grows with every change a poller could want to see
  /// The upstream client's latest acknowledgements and state, shown to devices.
  void upstream(bool online, Time county_as_of, const std::map<Origin, std::uint64_t>& county_marks, const std::map<Origin, Anchor>& county_anchors = {});
  /// New events that did not come through handle() (pulled from upstream): refreshes the fold.
  void refresh();
  HallNews news(Time wall) const;
  /// County: states a fact about a matter in the stream of its hall. `unnamed`: of what is, or may be, an accusation the step and its days only, no unit
  /// and no words (XFTL 30); Invalid for a matter that anybody in the hall may read. Errors: NotFound (no such matter), Invalid.
  Result<Event> decide(const MatterId& matter, const Fact& fact, Time wall, bool unnamed = false);
  /// Makes a one-time enrolment code (8 digits) for a device. Valid one hour, once.
  /// `windows` empty: those that go with the role. Errors: Invalid (origin or role), Io.
  Result<std::string> invite(const Origin& origin, std::string_view role, Time wall, std::vector<std::string> windows = {},
                             std::string name = "");
  std::vector<Device> devices() const;
  struct Self { Origin origin; std::string public_hex; };
  Self self() const;
  /// New public keys of the discipline recipients, for the devices enrolled from now on.
  void discipline(std::vector<std::string> keys);
  /// Refuses the device from this moment. Errors: NotFound; those of the disk: then it is refused until the hub restarts, and must be revoked again.
  Status revoke(const Origin& origin);

  // ---- the key-set (server_keys.cpp) ----
  /// Takes a key-set as its root signed it, to be handed on; the first one pins the root. The one in force again changes nothing.
  /// Errors: Invalid (not a key-set, another root), Conflict (older than the one in force), Io.
  Status install_keys(std::string json);
  const std::optional<KeySet>& key_set() const;
  const std::string& key_set_json() const;  ///< verbatim; "" none

  // ---- people (server_staff.cpp) ----
  struct Person {
    std::string id, name, role;
    int wrong = 0;
    bool locked = false;
    Time not_before{};             ///< the next try is not looked at before
    std::vector<Origin> desks;     ///< where a PIN is set
    std::vector<Origin> signed_in; ///< where this person sits now
  };
  std::vector<Person> people() const;
  /// Makes an account and the one-time code with which the person sets a PIN at a desk; 24 hours, five tries.
  /// Errors: Invalid (id, name, role), Conflict (the id was used before: ids stand in the log for ever).
  Result<std::string> add_person(const std::string& id, const std::string& name, const std::string& role, Time wall);
  Result<std::string> person_code(const std::string& id, bool forget_pins, Time wall);  ///< for another desk, or a new PIN everywhere
  Status remove_person(const std::string& id);
  Status unlock_person(const std::string& id);
  Status set_person_role(const std::string& id, const std::string& role);
  /// Need to know, and conflict of interest. `by`: an id, or "hub" from its own command line. Errors: NotFound, Invalid.
  Status assign(const MatterId& matter, const std::string& id, const std::string& by, const std::string& reason, Time wall);
  Status recuse(const MatterId& matter, const std::string& id, const std::string& by, const std::string& reason, Time wall);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yizhan::sync
