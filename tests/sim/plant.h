/// Bugs on purpose, one for each checker: what a checker never barked at is decor (style.md 17). They live in the harness only.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace yizhan::sim {

enum class Plant : std::uint8_t {
  None,
  AcknowledgeBeforeCommit,  ///< a kiosk's disk says "synced" and is not; the power goes                → receipts
  DropOnRelay,              ///< the county acknowledges a log and drops what a hall relays             → receipts, marks
  FileTwice,                ///< a double tap files twice                                               → receipts
  LoseRecording,            ///< the county loses what was said                                        → attachments
  BreakChain,               ///< a byte of an event is changed on a disk                                → chains
  CallOutOfOrder,           ///< the hub calls who came last                                            → order
  CallTwice,                ///< two desks are given the same number                                    → calls
  UnequalEnds,              ///< the hall forgets the end of a log after it was acknowledged            → equal
  StatusBack,               ///< a screen shows an earlier state again                                  → statuses
  LyingMark,                ///< "the county has it" before it does                                     → marks
  NeverDrains,              ///< a kiosk stops sending                                                  → quiet
  LeakToFile,               ///< words of an accusation in a file beside the log                        → secrets
  LeakOnWire,               ///< words of an accusation in a message                                    → secrets
  LeakInLog,                ///< words of a citizen in an operator's line                               → secrets
  LeakInCrashImage,         ///< a draft is written down and a crash finds it                           → secrets
  LeakOnPaper,              ///< words of a citizen on the receipt                                      → secrets
  DeskWritesOpen,           ///< a desk states in clear what it writes about a matter                   → secrets
  AccusationTold,           ///< a desk's step says which matter was an accusation                      → secrets
  HallKeyOpens,             ///< an accusation is sealed to a key of the hall too                       → keys
  TakesRevoked,             ///< a hub takes what a revoked device says                                 → revoked
  Last = TakesRevoked,
};

struct PlantName { Plant plant; std::string_view name, checker; };
inline constexpr std::array plant_names{
    PlantName{Plant::AcknowledgeBeforeCommit, "acknowledge-before-commit", "receipts"},
    PlantName{Plant::DropOnRelay, "drop-on-relay", "receipts"},
    PlantName{Plant::FileTwice, "file-twice", "receipts"},
    PlantName{Plant::LoseRecording, "lose-recording", "attachments"},
    PlantName{Plant::BreakChain, "break-chain", "chains"},
    PlantName{Plant::CallOutOfOrder, "call-out-of-order", "order"},
    PlantName{Plant::CallTwice, "call-twice", "calls"},
    PlantName{Plant::UnequalEnds, "unequal-ends", "equal"},
    PlantName{Plant::StatusBack, "status-back", "statuses"},
    PlantName{Plant::LyingMark, "lying-mark", "marks"},
    PlantName{Plant::NeverDrains, "never-drains", "quiet"},
    PlantName{Plant::LeakToFile, "leak-to-file", "secrets"},
    PlantName{Plant::LeakOnWire, "leak-on-wire", "secrets"},
    PlantName{Plant::LeakInLog, "leak-in-log", "secrets"},
    PlantName{Plant::LeakInCrashImage, "leak-in-crash-image", "secrets"},
    PlantName{Plant::LeakOnPaper, "leak-on-paper", "secrets"},
    PlantName{Plant::DeskWritesOpen, "desk-writes-open", "secrets"},
    PlantName{Plant::AccusationTold, "accusation-told", "secrets"},
    PlantName{Plant::HallKeyOpens, "hall-key-opens", "keys"},
    PlantName{Plant::TakesRevoked, "takes-revoked", "revoked"},
};

}  // namespace yizhan::sim
