/// A matter (信访事项) is what its events say: fold(events). Order of arrival does not matter.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/law.h"

namespace yizhan {

/// law.md §3.8. A sideline (mediation, consultation) never blocks it.
enum class MatterState { Draft, Registered, Disposed, NotAccepted, Accepted, InHandling, OpinionIssued, Served, Closed };

enum class TicketState { Waiting, Called, OnHold, Missed, Ended };
struct Ticket {
  std::string number;        ///< "A012"
  MatterId matter;
  WindowCode window;
  Priority priority = Priority::Normal;
  Time issued{};             ///< the place in the queue; kept on Move
  Origin issued_by;
  TicketState state = TicketState::Waiting;
  std::string desk, place;   ///< who called, where
  Time called{};             ///< last call or recall
  int calls = 0;
  std::string topic;
  bool sealed = false;
  std::string moved_from;    ///< window it came from, for the "转来" badge
};

enum class MediationState { None, Applied, Consented, Refused, InSession, Agreed, Failed, Withdrawn };
struct Mediation {
  MediationState state = MediationState::None;
  std::optional<MediationApplied> application;
  std::map<std::string, bool> consents;  ///< party → agrees
  std::vector<std::string> mediators;
  std::vector<MediationSession> sessions;
  std::optional<MediationEnded> ended;
};

struct Attachment { Attached what; EventId stated; Time at{}; };
struct Signature {
  Signed what;
  Time at{};
  std::optional<bool> fits;  ///< it stands under the very text that was filed; unknown where that text may not be read
};
struct Transcript { Transcribed what; Time at{}; };

struct Line {  ///< one line of the dated list of what happened
  Time at{};
  Origin by;
  std::string type;
  std::string words;  ///< Chinese, no personal data: "县里已转送县住建局"
};

struct Matter {
  MatterId id;
  MatterState state = MatterState::Draft;
  Time filed_at{};
  Origin filed_by;
  std::optional<Petition> petition;  ///< absent when sealed, not opened, or header-only
  bool sealed = false;               ///< an accusation as far as is known here: it does not open for the hall (XFTL 30)
  bool closed = false;               ///< sealed as every matter under a key-set, and not opened here (core/opening.h)
  int key_set = 0;                   ///< version of the key-set it was filed under; 0: none
  std::set<std::string> closed_types;///< types of facts that were stated and are not opened here
  MatterId supplements;              ///< the matter this one adds to
  std::string query_tag;             ///< of the newest code: the one filed with it, or the one a window gave later (CodeReplaced)
  std::string status_public;         ///< likewise; "" when the county cannot seal to the citizen
  std::optional<Routed> routed;
  std::optional<RouteOverridden> overridden;
  std::string moved_why;             ///< what the desk wrote that sent it to this window last; "" when nobody moved it, or not opened here
  std::optional<Ticket> ticket;
  std::optional<Consulted> consulted;
  Mediation mediation;
  std::optional<Disposed> disposed;
  std::optional<Transferred> transferred;
  std::optional<Accepted> accepted;
  std::optional<NotAccepted> not_accepted;
  std::optional<Extended> extended;
  std::optional<Answered> answered;
  std::optional<Served> served;
  std::optional<Rated> rated;
  std::vector<Attachment> attachments;        ///< each once, in the order they were stated
  std::vector<Signature> signatures;
  std::map<std::string, NameDrawn> names;     ///< place → the latest drawing
  std::vector<Transcript> transcripts;        ///< all that were written, in order; a later one does not undo an earlier
  std::vector<Line> lines;           ///< in the order of law, then time
  std::vector<std::string> conflicts;///< facts that contradict: shown to a person, both kept
  std::vector<Line> viewed;          ///< who looked at the file, in order of time; `words` name the staff
  WindowCode window() const;         ///< where it is now: override, else move, else chosen
};

/// Total; unknown and unreadable events are skipped. Shuffling or repeating events changes nothing.
Matter fold(const MatterId& id, std::span<const Event> events);
/// The running fold of a whole hall: feed events as they arrive, in any order across origins.
class Hall {
 public:
  void add(const Event& event);
  const std::map<MatterId, std::vector<Event>>& events() const { return events_; }
  Matter matter(const MatterId& id) const;
  /// Tickets issued on a day (hall time), in queue order: priority first, then time of issue, then number.
  std::vector<Ticket> tickets(Date day) const;
  std::optional<Ticket> ticket(std::string_view number, Date day) const;

 private:
  std::map<MatterId, std::vector<Event>> events_;   ///< each list sorted by (origin, seq), nothing twice
  std::map<MatterId, std::vector<Ticket>> tickets_;  ///< of matters that have any, as of their latest event
  std::map<Date, std::set<MatterId>> issued_on_;
};

/// Both clocks, side by side, as far as the facts allow (XFTL 22, 23, 34, 35 and the promises).
std::vector<Deadline> deadlines(const Matter& matter, const RuleBook& rules, const WorkCalendar& calendar);

std::string_view word(MatterState state);
std::optional<MatterState> matter_state(std::string_view word);
std::string_view chinese(MatterState state);

}  // namespace yizhan
