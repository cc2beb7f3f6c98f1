/// Filing: validate → route → seal → append, in one transaction. The one way a matter comes into being, used by the citizen's
/// kiosk, the desks, batch intake and the simulation. No thread, no clock, no network.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/event_log.h"
#include "core/matter.h"
#include "core/seal.h"
#include "kiosk/messages.h"

namespace yizhan::kiosk {

struct FilingConfig {
  Origin origin;
  std::vector<std::string> discipline_keys;  ///< X25519 public hex; empty: an accusation cannot be sealed (Unavailable)
  int ticket_first = 1, ticket_last = 299;
  std::string notice_version;
};

/// What may be prepared before the citizen presses the button (Argon2 takes 15 ms).
struct QuerySecret { std::string code; std::string tag; MatterId matter; };

class Filing {
 public:
  Filing(EventLog& log, FilingConfig config, const RuleBooks& rules, const WorkCalendar& calendar);
  /// Reads today's serial and ticket numbers from the log. Errors: Io, Corrupt.
  Status start();
  /// The number the next matter of that day will get, with a fresh query code for it. Cheap to throw away.
  QuerySecret prepare(Time now);
  /// Files. `secret` must be for the next number, else a fresh one is made. Outcome.receipt is set only after the facts are
  /// on disk and read back. Idempotent by `command.request` (also across a restart: the id is stored as source_ref).
  Outcome file(const FileMatter& command, const std::optional<QuerySecret>& secret, Time now, int ahead, int minutes);
  Outcome take_number(const TakeNumber& command, const std::optional<QuerySecret>& secret, Time now, int ahead, int minutes);
  /// Batch intake: many petitions in one transaction (one fsync). Per petition an outcome, in order.
  std::vector<Outcome> file_many(const std::vector<FileMatter>& commands, Time now);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace yizhan::kiosk
