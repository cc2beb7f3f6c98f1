/// Is this the log that was stated? One log as a stream of entries, from the first to the last: chain, bodies, signed checkpoints and
/// countersignatures. Written down for a second implementer in docs/LOG_FORMAT.md; packaging/verify/verify_log.py is one.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/anchor.h"

namespace yizhan {

/// What a checkpoint signs, and what two older keys sign when a day key begins (docs/LOG_FORMAT.md §5).
std::string checkpoint_text(const Origin& origin, const Checkpointed& fact);
std::string day_key_text(const Origin& origin, const Checkpointed& fact);

/// A value: what was read so far. Copy it to go on from there a second time. Findings begin with their kind: "edited", "missing",
/// "swapped", "out of order", "truncated", "rolled back", "rewritten", "checkpoint", "anchor".
class LogCheck {
 public:
  /// `anchors` of this log (others are passed over) and `device_keys` (Ed25519 public keys of its author; empty: not asked) are
  /// shared by all copies.
  struct Known {
    std::vector<Anchor> anchors;
    std::vector<std::string> device_keys;
  };
  LogCheck(Origin origin, std::shared_ptr<const Known> known);
  /// Sorts the anchors and checks their signatures once; the bad ones are findings of every log they name.
  static std::shared_ptr<const Known> known(std::vector<Anchor> anchors, std::vector<std::string> device_keys = {});

  void take(const Event& event);
  /// After the last entry; `head` is what the log itself says.
  void end(const Head& head);
  /// Begins in the middle: the hash of entry `seq` is believed (a start after a power cut reads the end only).
  void begin_after(std::uint64_t seq, const Digest& hash);

  const std::vector<Damage>& findings() const { return findings_; }
  std::uint64_t seq() const { return seq_; }
  std::uint64_t checkpoints() const { return checkpoints_; }
  std::uint64_t day_keys() const { return day_keys_; }
  std::uint64_t anchored() const { return anchored_; }       ///< highest entry that somebody countersigned and that is here as he said
  std::uint64_t last_checkpoint() const { return last_checkpoint_; }
  std::uint64_t erased() const { return erased_; }           ///< entries whose body is not here
  /// Entries at which a process began although the one before it had not closed its log.
  const std::vector<std::uint64_t>& unclean() const { return unclean_; }

 private:
  struct Odd { std::uint64_t seq; Digest before; };
  void finding(std::uint64_t seq, std::string what) { findings_.push_back({origin_, seq, std::move(what)}); }
  void checkpoint(const Event& event, const Digest& before);

  Origin origin_;
  std::shared_ptr<const Known> known_;
  std::size_t anchor_ = 0;             // the next one that may matter
  std::uint64_t seq_ = 0;
  Digest previous_{};
  bool sure_ = true;                   // previous_ is the hash of entry seq_
  bool partial_ = false;
  std::optional<std::string> key_;     // the day key in force
  std::vector<Odd> odd_;               // entries that do not follow from the one before: two of them may have changed places
  std::vector<Damage> findings_;
  std::vector<std::uint64_t> unclean_;
  std::string last_reason_;
  std::uint64_t checkpoints_ = 0, day_keys_ = 0, anchored_ = 0, last_checkpoint_ = 0, erased_ = 0;
};

/// A whole file: EventLog::verify, and every log of it through a LogCheck with the countersignatures in the file and those from outside.
struct Proved {
  struct Log {
    Head head;
    std::uint64_t checkpoints = 0, day_keys = 0, anchored = 0, erased = 0;
    std::vector<std::uint64_t> unclean;
  };
  std::vector<Damage> damage;
  std::vector<Log> logs;
  std::size_t anchors_inside = 0, anchors_outside = 0;
};
/// `of`: whose logs must be here, all of which somebody signed for; a machine has not every log of its hall. "" is every log.
Result<Proved> prove(const EventLog& log, std::vector<Anchor> outside = {}, const Origin& of = {}, const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

}  // namespace yizhan
