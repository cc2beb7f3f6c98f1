/// What the four threads of a kiosk or a desk say to each other: commands in, one immutable snapshot out.
/// Values only. The ui thread never touches a log, a socket or a device.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/event.h"
#include "core/matter.h"
#include "core/petition.h"
#include "core/router.h"
#include "core/strokes.h"
#include "sync/wire.h"

namespace yizhan::kiosk {

// ---- commands: ui → store/devices ------------------------------------------------------------------------------------

/// Bytes that belong to the matter. Shared, because a session is copied with every touch; freed memory is overwritten.
struct NewAttachment {
  std::string kind;        ///< attached_statement, attached_photo, …
  std::string media_type;  ///< "audio/ogg; codecs=opus"
  std::int64_t duration_ms = 0;
  std::shared_ptr<const std::vector<std::byte>> bytes;  ///< 1 … attachment_bytes_max
};
struct DrawnSignature {
  std::string who = "petitioner";
  Strokes strokes;
  std::string text_hash;   ///< text_hash() of the petition as it stood when it was signed
};
struct DrawnName {
  std::string place;       ///< "petitioner.name"
  Strokes strokes;
};

/// Validate → route → seal → append. The same `request` again gives the same outcome: a double tap files once.
struct FileMatter {
  std::string request;
  Petition petition;
  WindowCode chosen;            ///< what the citizen chose on the ruling screen; "" takes the proposal
  ChosenBy by = ChosenBy::Citizen;
  Priority priority = Priority::Normal;
  std::string notice_version;
  std::string help_id;          ///< desk filing for a citizen: the help call it answers
  std::vector<NewAttachment> attachments = {};  ///< at most attachments_max
  std::optional<DrawnSignature> signature = {};
  std::vector<DrawnName> names = {};            ///< drawn because a character of them cannot be shown
  MatterId supplements = {};                    ///< number of the matter this adds to; "" none
  std::string text_mark = {};                   ///< batch: what tells two letters under one id apart when their texts are sealed; kept as a note "text/<request>"
};
struct TakeNumber { std::string request; WindowCode window; Priority priority = Priority::Normal; };  ///< 只取号
struct PrintReceipt { std::string request; };       ///< of the last filing of this session; again = reprint
struct ReceiptShown { std::string request; };       ///< number and code were on the screen: after a power cut nobody is sent to the window for them
struct AskProgress { std::string request; std::string number, code; };
struct Rate { std::string request; std::string number, code; int service = 0, outcome = 0; std::string comment; };
struct CallHelper { std::string id; std::string page; std::optional<Petition> draft; };  ///< also updates the draft of a running call
struct StopHelper { std::string id; };
struct ReadCard { bool wanted = false; };           ///< the reader is only listened to while a screen asks for a card
struct EndVisit {};                                 ///< wipe: cancel print jobs, forget receipt, card, progress
// desk only
struct QueueCommand { sync::QueueAsk ask; };
struct OpenMatter { MatterId matter; std::string staff; };     ///< fetches bodies, states Viewed
struct StateFact { MatterId matter; Fact fact; std::string request; };  ///< Consulted, Mediation…, Disposed, RouteOverridden
struct TakeHelp { std::string id; };
/// A person and the PIN; the outcome is in Snapshot::staff under the same request.
struct SignIn { std::string request, id, pin; };
struct SignOut { std::string what; };               ///< "out" or "locked": the keyring is gone, so is what it opened
/// The code was lost: a new one for the matter that is open here, the old one opens nothing any more. Reception only, after a look at the card.
struct ReplaceCode { std::string request; MatterId matter; std::string staff, reason; };
struct ForgetCode {};                               ///< it was handed over: off the screen and out of the memory

using Command = std::variant<FileMatter, TakeNumber, PrintReceipt, AskProgress, Rate, CallHelper, StopHelper, ReadCard, EndVisit,
                             QueueCommand, OpenMatter, StateFact, TakeHelp, SignIn, SignOut, ReceiptShown, ReplaceCode, ForgetCode>;

// ---- snapshot: everything → ui -----------------------------------------------------------------------------------------

enum class DeviceState { Ready, Absent, OutOfPaper, Fault, Busy };

struct Receipt {
  std::string request;
  MatterId matter;              ///< "" for 只取号
  std::string query_code;       ///< "" when none
  std::string ticket;           ///< "A012"
  WindowCode window;
  std::string window_name, place;
  int ahead = 0;
  int minutes = 0;
  bool sealed = false;
  bool is_signed = false;       ///< never of a sealed matter: what is attached to it is told to nobody here
  Time at{};
  std::vector<Deadline> deadlines;
  std::string chain8;           ///< first 8 hex digits of the log's head: an anchor on paper
  std::string filed_hash, head_hash;  ///< hex: body hash of the `filed` event, and the log's head: what the proof signs
  bool twice = false;           ///< on paper: another machine has acknowledged it when the slip is printed (trust.md R19)
  std::string proof;            ///< core/receipt_proof.h, for the QR code; "" without a key to sign with
};
/// Outcome of a command, by its request id. Either a receipt or the problems, never both.
struct Outcome {
  std::string request;
  std::optional<Receipt> receipt;
  std::vector<Problem> problems;
  std::optional<Error> error;
};
struct Progress {
  std::string request;
  MatterId matter;
  std::vector<Line> lines;
  std::string state_words;      ///< 已登记 / 县里已收到 / 单位已受理 …
  std::vector<Deadline> deadlines;
  Time as_of{};                 ///< county facts were complete here at this time
  bool as_of_known = false;
  bool may_rate = false;
  std::vector<Problem> problems;///< wrong code, unknown number, "elsewhere and the line is down"
};
/// A new code, shown at the window until it is handed over.
struct Replaced { std::string request; MatterId matter; std::string code; };
struct CardRead { std::uint64_t serial = 0; Identity identity; std::string trouble; };  ///< serial grows with each card
struct HelpState { std::string id; bool reached = false; std::string taken_by; bool done = false; std::string outcome; };

/// One attachment at the desk that opened its matter.
struct OpenedBytes {
  std::shared_ptr<const std::vector<std::byte>> bytes;  ///< null while it is on its way, or when it cannot be had
  std::string trouble;                                  ///< "" on its way, "away" no hub, "later" not at the hub yet, "damaged"
};

struct StaffWho { std::string id, name, role; };
/// Who may sit at this desk, who does, and what became of the last PIN.
struct StaffNews {
  bool needed = false;                       ///< the hall has accounts: without a PIN nothing is shown
  std::vector<sync::StaffChoice> people;
  std::optional<StaffWho> signed_in;
  std::string request;                       ///< of the last SignIn
  bool asking = false;                       ///< and it is under way
  /// "" none; wrong, wait, locked, unknown, role, elsewhere (hub) · away, old_hub, damaged, memory, disk (here) · card_wrong,
  /// card_locked, card_absent.
  std::string trouble;
  int left = 0, wait_s = 0;                  ///< tries until it is locked; seconds until the next one counts
};

struct Snapshot {
  std::string center;           ///< "云栖县信访超市": brand is configuration
  std::string place;            ///< this machine: "一号自助机", "1号律师窗口"
  Time now{};                   ///< wall time for the clock on screen; refreshed at least every minute
  sync::HallNews hall;
  bool hub_online = false, county_online = false;
  std::uint64_t unsent = 0;     ///< events and attachments the hub does not have yet
  std::uint64_t uncounted = 0;  ///< events and attachments the county has not acknowledged
  DeviceState printer = DeviceState::Ready, reader = DeviceState::Ready;
  std::optional<Error> failed;  ///< store trouble: disk full (Unavailable), Io, Corrupt
  bool disk_low = false;        ///< under 256 MB: no new visit is begun with a text, a number and help always
  bool disk_alarm = false;      ///< under a tenth: somebody should make room
  std::vector<std::string> alarms;  ///< for operators: disk, findings of the nightly reading; one line each
  bool unshown = false;               ///< a matter was filed just before the power went, and its code was never on the screen
  std::vector<WindowCode> closed;     ///< windows nobody sits at now, by the rulebook's hours
  std::optional<Outcome> outcome;     ///< of the last command that has one
  std::optional<Progress> progress;
  std::optional<CardRead> card;
  std::optional<HelpState> help;
  std::string print_request;          ///< request id of the last print job
  std::optional<ReceiptPrinted> print;///< its outcome once known
  int keys = 0;                       ///< 0 the key-set is in force (or there is none), 1 expired, 2 long expired: staff see it
  int keys_version = 0;
  // desk only
  StaffNews staff;
  std::vector<Ticket> tickets;        ///< of the desk's windows today: waiting, called here, missed, on hold
  std::vector<sync::HelpCall> help_calls;   ///< reception
  std::optional<Matter> open;         ///< the matter opened at this desk
  std::vector<Matter> earlier;        ///< earlier visits of the same person or matter, newest first
  std::optional<sync::QueueAnswer> answer;  ///< of the last queue command
  std::string answer_request;
  std::optional<Error> answer_error;
  std::string stated_request;         ///< last StateFact that is on disk
  std::optional<Replaced> replaced;   ///< by the last ReplaceCode
  int served_today = 0;
  int minutes_average = 0;
  /// Attachments of the opened matter: Attached::hash → its bytes, as far as they are here. In memory only, and gone when the matter is put away.
  std::map<std::string, OpenedBytes> attachments;
};

}  // namespace yizhan::kiosk
