/// Signed checkpoints of the log that this machine writes (trust.md §8.7): a day key signs where the log is; each day it makes the next
/// one, vouches for it and is erased, so that whoever comes in later cannot sign for yesterday. A step: it is told that something
/// was written and says when it wants to be called. What nobody writes to costs nothing.
///
/// The day key's secret lives in the database's notes and not in a file beside it: it changes in the same transaction as the entry
/// that names its successor, so no crash can leave a log whose key is gone or a key that its log does not know (trust.md 4.2);
/// secure_delete and the truncating checkpoint that follows take the old one out of the file. Copies made by backup_to() lack it.
#pragma once
#include <optional>
#include <string>

#include "core/event_log.h"
#include "core/seal.h"

namespace yizhan {

inline constexpr std::uint64_t checkpoint_rows = 64;
inline constexpr Span checkpoint_patience{60'000};

class Checkpoints {
 public:
  /// `log_name`: the log that is written; `device`: the key that is enrolled.
  Checkpoints(Origin log_name, KeyPair device);

  /// The process begins to write: says so, with a fresh day key when the day is another one. `clean`: the process before it had
  /// closed its log (or there was none). Errors: as EventLog::append.
  Status open(EventLog& log, Time wall, Tick now);
  bool clean() const { return clean_; }
  /// Without an opening entry: a log that several short-lived programs write (the county's streams).
  Status look(EventLog& log, Time wall, Tick now);
  /// Something may have been written, up to entry `seq`. Cheap.
  void wrote(std::uint64_t seq, Tick now);
  /// States a checkpoint when one is due: 64 entries, 60 s after the first unsigned one, or another day. True: it did.
  Result<bool> step(EventLog& log, Time wall, Tick now);
  /// When step() is due; Tick::max() while nothing waits to be signed and the day key needs no successor.
  Tick again_at() const { return again_at_; }
  /// The process ends in order. Errors are nobody's to mend: the next start sees that nothing was said.
  Status close(EventLog& log, Time wall);

  const Origin& log_name() const { return log_name_; }

 private:
  Status state(EventLog& log, std::string_view reason, Time wall, bool ratchet);
  Status read(EventLog& log);
  std::string note_name() const { return "daykey." + log_name_; }

  Origin log_name_;
  KeyPair device_;
  std::string key_hex_;            // public half of the day key; "" before the first
  std::optional<Date> key_day_;
  bool key_used_ = false;          // something was signed with it besides its own beginning
  bool known_ = false, clean_ = true;
  std::uint64_t signed_seq_ = 0;   // the last checkpoint's own entry
  std::uint64_t seq_ = 0;          // the last entry we know of
  std::optional<Tick> since_;      // the first entry that no checkpoint covers was seen then
  Tick again_at_ = Tick::max();
};

}  // namespace yizhan
