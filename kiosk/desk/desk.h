/// The desk session machine: what a lawyer, a mediator or reception is doing, as a value; what they press, as a value; what
/// follows, as commands. Pure: no I/O, no clock, no randomness. Floor 3.
///
/// One command is under way at a time. A press while it is under way does nothing; the same press after it failed sends the
/// same command with the same request id again, so that a lost answer never calls or files twice.
/// What is typed stays in `drafts`, per matter, until it is stated and on disk; no error, transfer or lock takes it away.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/law.h"
#include "core/matter.h"
#include "core/router.h"
#include "kiosk/messages.h"

namespace yizhan::kiosk::desk {

enum class Role { Lawyer, Mediator, Reception };

/// What this desk is; the same from start to end of the program.
struct Seat {
  Role role = Role::Lawyer;
  Origin origin;                    ///< "440583-D01"
  std::string staff;                ///< "陈明远 律师"
  std::string place;                ///< "1号律师窗口"
  std::vector<WindowCode> windows;  ///< what it calls
  std::string run;                  ///< random per program start: request ids of two runs never meet
  std::string notice_version;       ///< of the privacy notice read out at oral registration (PIPL 17)
};

/// The law in force, handed to every step.
struct Law {
  const RuleBook& rules;
  const WorkCalendar& calendar;
};

// ---- drafts: what is being written, per matter --------------------------------------------------------------------------

struct LawyerDraft {
  bool identity_checked = false;
  std::string facts, law, advice;
  std::optional<LegalPath> path;
  std::map<std::string, std::string> starts;  ///< limitation card (term id) → start date as typed
  std::set<std::string> told;                 ///< names of told_points()
  std::optional<ConsultOutcome> outcome;
};
struct MediatorDraft {
  std::string applicant, respondent, dispute, claim;
  std::set<std::string> rights;   ///< names of rights_points() read out
  std::string refusing;           ///< "applicant" / "respondent": a refusal waits for its second press
  std::string mediators;          ///< names, separated as people do
  std::string chosen_by;          ///< "parties" | "committee"
  std::string held_at, notes;
  std::optional<MediationOutcome> outcome;
  std::string terms, amount, perform_by, perform_way, effective, remark;
  bool no_amount = false, oral = false;
  int step = 0;                   ///< 0: the step the matter has reached; 1…5: looked at by hand
};
struct ReceptionDraft {
  bool overriding = false;        ///< the "改派" tab
  bool recoding = false;          ///< the "查询码" tab: a lost code (docs/RECEIPTS.md)
  bool id_seen = false;           ///< the card was compared with what is in the file
  std::optional<int> code_reason; ///< of code_reasons()
  std::optional<Disposition> disposition;
  bool later = false;             ///< registered now, disposed within the 15 days
  std::string to_unit, reason, report_by;
  WindowCode window;              ///< override: where to
  std::optional<LegalPath> path;  ///< override: the path, when staff correct it too
  std::string override_reason;
};
/// What is being written down of a recording.
struct TranscriptDraft {
  std::string text;
  bool read_back = false;
};
struct Draft {
  bool filled = false;            ///< what the citizen already said was copied in once
  LawyerDraft lawyer;
  MediatorDraft mediator;
  ReceptionDraft reception;
  std::map<std::string, TranscriptDraft> transcripts;  ///< by Attached::hash
};

/// Oral registration (XFTL 19.1) from scratch, or the running session of a citizen who asked for help.
struct Form {
  std::string help_id;            ///< "" for a walk-in
  std::string from;               ///< "一号自助机"
  Petition petition;
  std::string head_count = "1";   ///< as typed
  Priority priority = Priority::Normal;
  WindowCode chosen;              ///< "" takes the proposal
  bool read_back = false;         ///< read to the person, who agrees
  std::string representatives;    ///< names as typed (XFTL 20.3)
  std::string request;            ///< one id for all tries of this filing, until the store refuses the content
  bool leaving = false;           ///< giving up what was typed waits for its second press
  int page = 0;                   ///< 0 who and what kind, 1 statement and window
  std::vector<Problem> problems;
  std::string warning;            ///< the citizen left, another window took it
  std::optional<Receipt> receipt; ///< once filed
};

/// Whom the desk is serving: a called ticket, or a matter opened by its number (a mediation goes on for weeks).
struct Serving {
  Ticket ticket;                  ///< number "" when opened by matter number
  MatterId matter;
  Time since{};
  bool confirmed = false;         ///< the snapshot has shown it as called here
};

/// A command on its way to the store or the hub.
struct Waiting {
  std::string press;              ///< what was pressed, "call_next": the same press repeats the same command
  std::string request;
  Command command;
  std::vector<Command> after;     ///< fact first, queue second
  Tick since{};
  bool stale = false;             ///< pressed again: the error still in the snapshot belongs to the try before
  std::string trouble;            ///< "" while under way; otherwise why not, and that it may be pressed again
};

inline constexpr Span idle_lock_ms{300'000};

/// The page where a person proves who it is; on the glass whenever the hall has accounts and nobody is signed in.
struct SignInPage {
  std::string id;                   ///< chosen
  std::string pin;                  ///< digits as far as they are typed; gone with the press of 登录
  std::string request;              ///< of the last try
  std::string seen;                 ///< request whose outcome was taken notice of
  std::optional<Tick> not_before;   ///< the hub does not look at another try before
  int page = 0;
};
/// What one person wrote and did not state, while somebody else sits here.
struct SetAside {
  std::map<std::string, Draft> drafts;
  std::optional<Form> form;
};
inline constexpr Span answer_ms_max{10'000};  ///< then the press may be repeated with the same request id

struct DeskSession {
  Seat seat;
  std::optional<Serving> serving;
  std::optional<Matter> served;          ///< what the snapshot showed last of the matter being served
  std::vector<Matter> served_earlier;
  std::string looking;                   ///< ticket read before calling; "" none
  MatterId opening;                      ///< the matter last asked for
  Tick opening_since{};
  std::map<std::string, Draft> drafts;   ///< by draft_key()
  std::map<std::string, Tick> released;  ///< tickets given up here whose news is still on the way
  std::optional<Waiting> waiting;
  std::optional<Form> form;
  std::vector<Problem> problems;         ///< of the last F10, by field
  std::string notice;                    ///< one calm line: "没有人等候", "已再叫一遍"
  bool transferring = false;
  WindowCode transfer_to;
  std::string transfer_reason;
  std::string number;                    ///< matter number typed to open
  bool show_id = false, show_viewers = false;
  std::string playing;                   ///< Attached::hash of the recording that is to be heard; the loop follows it
  std::string transcribing;              ///< of the recording that is being written down
  std::map<std::string, int> pages;      ///< "statement", "expanded" (0, 1), "queue"
  std::string saved_at;                  ///< "9:47" of the last fact on disk
  bool locked = false;
  SignInPage sign_in;
  std::string owner;                     ///< id of the person whose drafts these are; "" of nobody in particular
  std::map<std::string, SetAside> aside; ///< the others'
  bool withdrawing = false;              ///< 回避: the panel is open
  std::string withdraw_reason;
  std::optional<Tick> last_input;
  std::uint64_t serial = 0;              ///< of requests
};

/// Whether the sign-in page is on the glass: the hall has accounts and nobody is signed in (any more).
bool signing_in(const DeskSession& session, const Snapshot& world);

/// Draft of the matter being served, or an empty one.
const Draft& draft_of(const DeskSession& session);
/// Whose draft it is: the matter's number, or ticket and day for a number without a matter (numbers repeat daily).
std::string draft_key(const Serving& serving);
/// Waiting tickets in queue order, without those just given up here.
std::vector<Ticket> waiting_tickets(const DeskSession& session, const Snapshot& world);
const Problem* problem_at(const std::vector<Problem>& problems, std::string_view field);
/// The matter in the middle of the screen: the one being read, else the one served; absent while it is on its way.
struct Shown {
  const Ticket* ticket = nullptr;   ///< null when nothing is chosen
  const Matter* matter = nullptr;   ///< null: sealed, a bare number, or not here yet
  const std::vector<Matter>* earlier = nullptr;
  bool served = false;              ///< called: identity may be shown
  bool sealed = false;
};
Shown shown(const DeskSession& session, const Snapshot& world);

// ---- limitation cards ------------------------------------------------------------------------------------------------------

/// Terms of the rulebook that a lawyer's clock cards use, in order, as far as the rulebook has them.
std::vector<const Term*> limitation_terms(const RuleBook& rules);
/// The due date of a card. Errors: Invalid (no date yet, unreadable, in the future).
Result<Deadline> limitation(const Term& term, std::string_view typed_start, const Law& law, Date today);

// ---- mediation -------------------------------------------------------------------------------------------------------------

/// 1 application, 2 consent, 3 mediators, 4 sessions, 5 outcome, 6 over.
int mediation_step(const Mediation& mediation);
/// A refusal, an agreement, a failure: nothing more can be stated (人民调解法 17, 26).
bool mediation_over(const Mediation& mediation);
/// After a failure or a withdrawal both may come back; after a refusal never (人民调解法 17).
bool may_apply_again(const Mediation& mediation);

// ---- what can be pressed ---------------------------------------------------------------------------------------------------

struct News {};                                      ///< the snapshot changed, or time passed
struct CallNext {};
struct CallTicket { std::string ticket; };           ///< a missed one or one on hold
struct ReadTicket { std::string ticket; };               ///< read before calling; "" back to the one served
struct Recall {};
struct Missed {};
struct Hold {};
struct OpenTransfer {};                              ///< opens the panel; again closes it
struct TransferTo { WindowCode window; };
struct TransferGo {};
struct Finish {};                                    ///< F10: state the record, then end or move the ticket
struct Typed { std::string field, text; };
struct Picked { std::string field; int value = 0; };  ///< "path", "outcome", "disposition", "form.kind", …
struct PickedWindow { std::string field; WindowCode window; };  ///< "override", "form"
struct Toggled { std::string field, name; };         ///< "identity", "told"/"path", "rights"/"stop", "no_amount", …
struct Insert { std::string field, text; };          ///< a phrase at the end of a field
struct StatePart { std::string part; };              ///< mediator: "application", "consent.applicant", "refuse.respondent", "mediators", "session", "outcome"
struct ShowStep { int step = 0; };                   ///< mediator
struct TurnPage { std::string list; int by = 0; };
struct OpenNumber {};                                ///< the typed matter number
struct TakeCall { std::string id; };                 ///< reception takes a 请人帮我
struct WalkIn {};                                    ///< oral registration from scratch
struct FormPage { int page = 0; };
struct FileForm {};
struct LeaveForm {};                                 ///< after filing, or giving up an empty form
struct PrintSlip {};
struct GiveCode {};                                  ///< a new query code for the matter served, once the card was looked at
struct CodeGiven {};                                 ///< the person has it: off the screen
struct ShowId {};
struct ShowViewers {};
struct Play { std::string attachment; };             ///< of the matter served; again stops
struct PlayEnded { bool heard = true; };             ///< from the loop: it came to its end, or there is no loudspeaker
struct Transcribe { std::string attachment; };       ///< opens what is written of it; again closes
struct StateTranscript {};
struct Lock {};
struct Unlock {};                                    ///< a desk of a hall without accounts
struct PickPerson { std::string id; };
struct PinDigits { std::string digits; };
struct PinBack {};
struct EnterPin {};
struct LeaveDesk {};                                 ///< signs out
struct OpenWithdraw {};                              ///< 回避: opens the panel; again closes it
struct WithdrawGo {};

using DeskAction = std::variant<News, CallNext, CallTicket, ReadTicket, Recall, Missed, Hold, OpenTransfer, TransferTo, TransferGo, Finish,
                                Typed, Picked, PickedWindow, Toggled, Insert, StatePart, ShowStep, TurnPage, OpenNumber, TakeCall,
                                WalkIn, FormPage, FileForm, LeaveForm, PrintSlip, GiveCode, CodeGiven, ShowId, ShowViewers, Play, PlayEnded,
                                Transcribe, StateTranscript, Lock, Unlock, PickPerson, PinDigits, PinBack, EnterPin, LeaveDesk,
                                OpenWithdraw, WithdrawGo>;

struct DeskStep {
  DeskSession session;
  std::vector<Command> commands;
};
/// Pure. While locked only News, Unlock and the sign-in page's own presses do anything.
DeskStep update(DeskSession session, const DeskAction& action, const Snapshot& world, const Law& law, Tick now);

/// What would be stated now. Errors are Problems by field; the fact only when there are none.
struct Checked {
  std::optional<Fact> fact;
  std::vector<Problem> problems;
};
Checked check_lawyer(const LawyerDraft& draft, const std::string& staff, const Law& law, Date today);
Checked check_mediation(const MediatorDraft& draft, const std::string& part, const Mediation& state, const std::string& staff, Date today);
Checked check_reception(const ReceptionDraft& draft, const std::string& staff, const RuleBook& rules, Date today);
Checked check_transcript(const TranscriptDraft& draft, const std::string& attachment, const std::string& staff);
/// The petition of a form, checked; `problems` empty means it may be filed.
Petition petition_of(const Form& form, const std::string& staff);
std::vector<Problem> check_form(const Form& form, const std::string& staff, const RuleBook& rules);
/// The draft a citizen's kiosk sent with its call for help; nothing when there is none or it cannot be read.
std::optional<Petition> read_draft(std::string_view draft);

}  // namespace yizhan::kiosk::desk
