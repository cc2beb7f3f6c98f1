/// Filing: validate → route → seal → append, in one transaction with its attachments, signature and drawn names. The one way a matter comes into being, used by the citizen's
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
#include "core/sealer.h"
#include "kiosk/messages.h"

namespace yizhan::kiosk {

struct FilingConfig {
  Origin origin;
  /// Under a key-set every matter is sealed and looks the same; an early sealer seals accusations only; null: an accusation cannot be sealed (Unavailable).
  std::shared_ptr<const Sealer> sealer = {};
  int ticket_first = 1, ticket_last = 299;
  std::string notice_version;
  std::string assets_dir;  ///< where the text model is, read before the first filing; empty: the law alone suggests
};

/// What may be prepared before the citizen presses the button (Argon2 takes 15 ms, twice; keys for the envelopes two).
struct QuerySecret { std::string code; std::string tag; MatterId matter; std::string status_public = {}; };

class Filing {
 public:
  Filing(EventLog& log, FilingConfig config, const RuleBooks& rules, const WorkCalendar& calendar);
  /// Checks the origin and that the log can be read; today's serial and ticket numbers are read from the log with the first
  /// filing of each day. Errors: Invalid, Io, Corrupt.
  Status start();
  /// The number the next matter of that day will get, with a fresh query code for it. Cheap to throw away.
  QuerySecret prepare(Time now);
  /// Files. `secret` must be for the next number, else a fresh one is made. Outcome.receipt is set only after the facts are
  /// on disk and read back. Idempotent by `command.request`, on any day and across restarts (the log remembers it); the query
  /// code itself is only known again until forget() or a restart.
  Outcome file(const FileMatter& command, const std::optional<QuerySecret>& secret, Time now, int ahead, int minutes);
  /// 只取号: registered all the same (XFTL 22), with number and code, as a matter of kind QueueOnly.
  Outcome take_number(const TakeNumber& command, const std::optional<QuerySecret>& secret, Time now, int ahead, int minutes);
  /// Batch intake: many petitions in one transaction (one fsync). Per petition an outcome, in order.
  /// Letters and messages get no ticket (nobody waits) and no query code (nobody stands here).
  std::vector<Outcome> file_many(const std::vector<FileMatter>& commands, Time now);
  /// The visit has ended: the latest receipt with its query code leaves the memory.
  void forget();
  /// The same log, opened again.
  void use(EventLog& log);
  /// A newer key-set came.
  void use(std::shared_ptr<const Sealer> sealer);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace yizhan::kiosk
