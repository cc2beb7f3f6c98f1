/// The checkers: what must be true whatever happened. They see plain values and know nothing of scenarios.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
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
  bool sealed = false;  ///< an accusation: for the discipline recipient only (XFTL 30)
  WindowCode window;
  std::vector<Digest> spoken;   ///< of what was recorded, as it was said
  bool is_signed = false;
  bool written = true;          ///< the marker stands in the text; else only in the recording
};
struct CallSeen {       ///< a desk was told: this ticket is yours
  Origin desk, hall;
  std::string request, ticket;
};
struct StatusSeen { std::string where; MatterId matter; MatterState state; };
struct MarkSeen { Origin by; std::string at; std::uint64_t claimed = 0, stored = 0; };  ///< "the county has it" against what it has
/// A message in which a citizen's words could be read, after unpacking.
struct Passage {
  Origin from, to;
  std::string call;     ///< "POST log", "GET help", …
  auto operator<=>(const Passage&) const = default;
};
/// Words found where no machine may have them at all: a crash image, an operator's line, a slip of paper.
struct Spilt { std::string where, marker; auto operator<=>(const Spilt&) const = default; };
/// Words that somebody typed and never handed in.
struct Unsaid { std::string marker; Origin kiosk, hall; bool accusation = false; };
/// While a device's key was refused: how much of its log the hub had at the beginning and at the end.
struct RevokedSeen { Origin device, hub; std::uint64_t before = 0, after = 0; };
struct Seen {
  std::vector<ReceiptSeen> receipts;
  std::vector<CallSeen> calls;
  std::set<std::string> named_calls; ///< requests that asked for one certain number, out of turn
  std::vector<StatusSeen> statuses;
  std::vector<MarkSeen> marks;
  std::map<std::string, std::set<Passage>> wire;              ///< marker → where it went in the clear
  std::map<std::string, std::set<Origin>> crash_images;       ///< marker → disks it was found on when the power had gone
  std::set<Spilt> spilt;
  std::vector<Unsaid> unsaid;
  std::vector<RevokedSeen> revoked;
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
  std::set<std::string> markers;  ///< whose words can be read in the files as they lie on disk, in any of five encodings
  std::vector<EventId> arrivals;  ///< of halls: the order in which they came
  std::map<Digest, std::string> blobs;  ///< attachments that are whole here; of kiosks, halls and the county
};
struct History {
  Seen seen;
  std::vector<Copy> copies;
  bool quiet = false;         ///< drained after the faults stopped
  std::string stuck;          ///< what had not
  bool all_called = false;    ///< the scenario promises that every ticket was called
  KeyPair discipline, county_key;
  std::map<Origin, KeyPair> hall_keys;  ///< every key that lies in a hall: none of them opens an accusation
  bool ordinary_sealed = false;      ///< other matters are sealed too: then their words may be read nowhere on disks and lines
  /// What depends on a new epoch after an older disk was put back (docs/TOWN.md): these machines' own logs.
  std::set<Origin> put_back;
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
Findings check_order(const History& history);      ///< who came first is called first; who has priority before the others
Findings check_equal(const History& history);      ///< after healing both ends of every line hold the same
Findings check_keys(const History& history);       ///< no key of the hall opens an accusation or what is attached to it
Findings check_revoked(const History& history);    ///< nothing was taken from a device whose key was refused
Findings check_all(const History& history);

struct Checker { std::string_view name; Findings (*check)(const History&); };
const std::vector<Checker>& checkers();

}  // namespace yizhan::sim
