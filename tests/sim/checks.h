/// The checkers: what must be true whatever happened. They see plain values and know nothing of scenarios.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/event_log.h"
#include "core/matter.h"
#include "core/seal.h"

namespace yizhan::sim {

/// A receipt a citizen was shown: the promise everything is measured against.
struct ReceiptSeen {
  Origin kiosk, hall;
  std::string request;
  MatterId matter;
  std::string ticket;
  std::string marker;   ///< a word that stands only in this citizen's text; "" when there is no text
  bool sealed = false;
  WindowCode window;
  std::vector<Digest> spoken;   ///< of what was recorded, as it was said
  bool is_signed = false;
};
struct CallSeen {       ///< a desk was told: this ticket is yours
  Origin desk, hall;
  std::string request, ticket;
};
struct StatusSeen { std::string where; MatterId matter; MatterState state; };
struct MarkSeen { Origin by; std::string at; std::uint64_t claimed = 0, stored = 0; };  ///< "the county has it" against what it has
struct Seen {
  std::vector<ReceiptSeen> receipts;
  std::vector<CallSeen> calls;
  std::vector<StatusSeen> statuses;
  std::vector<MarkSeen> marks;
  std::vector<std::string> broken;   ///< what no run may show at all (a log that will not open again, a refused decision)
};
/// One machine's log at the end, read back from disk.
struct Copy {
  Origin where;
  Origin hall;                ///< "" for the county
  std::string role;           ///< kiosk, desk-…, hall, county
  std::vector<WindowCode> windows;
  std::vector<Event> events;  ///< by origin, then seq
  std::vector<Damage> damage;
  std::string bytes;          ///< the files as they lie on disk
  std::map<Digest, std::string> blobs;  ///< attachments that are whole here; of kiosks, halls and the county
};
struct History {
  Seen seen;
  std::vector<Copy> copies;
  bool quiet = false;         ///< drained after the faults stopped
  bool all_called = false;    ///< the scenario promises that every ticket was called
  KeyPair discipline;
};

using Findings = std::vector<std::string>;
Findings check_receipts(const History& history);   ///< acknowledged ⇒ at the kiosk and at the county, exactly once, readable
Findings check_attachments(const History& history);///< acknowledged ⇒ what was said and signed is at the county, whole, and nothing else
Findings check_chains(const History& history);     ///< no gap, no damage, every copy agrees with its author
Findings check_calls(const History& history);      ///< no ticket called twice; none skipped; a desk was told what the hub stated
Findings check_statuses(const History& history);   ///< a status never goes backwards
Findings check_marks(const History& history);      ///< nobody says "stored" of what is not
Findings check_secrets(const History& history);    ///< sealed words nowhere; other words only where the role may read them
Findings check_quiet(const History& history);      ///< everything drains once the faults stop
Findings check_all(const History& history);

}  // namespace yizhan::sim
