/// Facts and events: what somebody stated, never changed. Encoding is canonical: same event, same bytes, everywhere.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "core/number.h"
#include "core/petition.h"
#include "core/result.h"
#include "core/router.h"

namespace yizhan {

using Digest = std::array<std::uint8_t, 32>;  ///< BLAKE2b-256

struct EventId {
  Origin origin;
  std::uint64_t seq = 0;  ///< from 1, no gaps
  auto operator<=>(const EventId&) const = default;
};

// ---- facts stated by the hall -------------------------------------------------------------------------------------

/// A matter is registered (XFTL 22). Exactly one of `petition` and `sealed` is set.
struct Filed {
  std::optional<Petition> petition;
  /// Base64 envelope. With `key_set` 0 it is an accusation of an earlier build, sealed to the discipline key; otherwise every matter
  /// looks like this, whatever it is about, and who can open it depends on its class (core/key_set.h, XFTL 30).
  std::string sealed;
  std::string query_tag;       ///< hex verifier of the query code (see core/seal.h); "" when none was given
  std::string notice_version;  ///< of the privacy notice shown (PIPL 17)
  std::string rulebook;
  std::string source_ref;      ///< batch intake: the line's own id; otherwise ""
  int key_set = 0;             ///< version of the key-set it was sealed under; 0: before there was one
  std::string status_public = {};  ///< X25519 public key, hex, derived from the query code: the county seals how far it is to it; "" none
  MatterId supplements = {};       ///< the matter this one adds to; what was filed is never changed
};
enum class ChosenBy { Citizen, Staff, Machine };
/// What the machine made of the statement, among the sixteen windows of the county (core/triage/suggest.h); shares in thousandths.
struct Suggested {
  std::string model;   ///< version of the text model; "" when there was none
  std::string topic;   ///< one of topic_labels
  int topic_permille = 0;
  WindowCode window;
  int window_permille = 0;
};
/// Three facts, so that accuracy can be counted: what was suggested (`ruling` among the hall's windows, `suggested` among all), what was
/// chosen, and what staff decide later (RouteOverridden, Consulted, Disposed …).
struct Routed {
  Ruling ruling;
  WindowCode chosen;
  ChosenBy by = ChosenBy::Citizen;
  std::optional<Suggested> suggested;  ///< none: sealed (XFTL 30), a number only, or an older program
};
enum class Priority { Normal, Elder, Disabled, Pregnant, WithInfant };
struct TicketIssued {
  std::string ticket;  ///< "A012": unique per hall and day ("A012" of kiosk K03 is issued from K03's own number range)
  WindowCode window;
  Priority priority = Priority::Normal;
  std::string topic;   ///< tile code for the queue list; "" when sealed or QueueOnly
};
struct ReceiptPrinted { bool printed = false; std::string trouble; };  ///< trouble: "no_paper", "absent", …

/// How the base64 of a second envelope begins: "YZ2" is exactly four of its characters.
inline constexpr std::string_view envelope_begins = "WVoy";

enum class QueueOp { Call, Recall, Missed, Hold, Resume, Move, End };
/// A queue operation, serialised by the hall hub in its own log. A desk states it itself only when the hub is away.
struct Queued {
  QueueOp op{};
  std::string ticket;
  std::string desk;         ///< origin of the desk
  std::string place;        ///< "1号律师窗口"
  WindowCode to_window;     ///< Move only; the place in the queue (time of issue) is kept
  std::string reason;       ///< Move: why; under a key-set sealed by the desk, and then it begins like every envelope (envelope_begins)
  std::string request;      ///< request id: the same request again gets the same answer
  bool offline = false;     ///< stated by a desk without the hub
};
struct Viewed { std::string staff; std::string role; };  ///< who looked at the file (need.md 4.10)

/// `words`: under a key-set the whole fact sealed, and `reason` empty beside it (core/sealer.h); "" when it is opened or was never sealed.
struct RouteOverridden { WindowCode window; LegalPath path = LegalPath::Unknown; std::string reason; std::string staff; std::string words = {}; };

enum class ConsultOutcome { GuidedToCourt, GuidedToArbitration, GuidedToReconsideration, GuidedToLegalAid, BackToReception, ToMediation, AdviceOnly };
/// The lawyer's structured record (need.md §2 G).
struct Consulted {
  std::string staff;
  bool identity_checked = false;
  std::string facts, law;
  LegalPath path = LegalPath::Unknown;
  std::vector<std::string> time_limits;
  std::string advice;
  ConsultOutcome outcome = ConsultOutcome::AdviceOnly;
  std::vector<std::string> told;  ///< what was explained face to face
};

struct MediationApplied { std::string staff, applicant, respondent, dispute, claim; };
/// A party agrees or clearly refuses; a refusal ends mediation for good (人民调解法 17).
struct MediationConsent { std::string staff, party; bool agrees = false; std::string remark; };
struct MediatorsChosen { std::string staff; std::vector<std::string> mediators; std::string chosen_by; };  ///< "parties" | "committee"
struct MediationSession { std::string staff; std::string held_at; std::string notes; };
enum class MediationOutcome { Agreed, Failed, Withdrawn, Refused };
struct MediationEnded {
  std::string staff;
  MediationOutcome outcome{};
  std::string terms;                ///< content of the agreement
  std::int64_t amount_fen = -1;     ///< −1: none
  std::string perform_by;           ///< YYYY-MM-DD, required when Agreed
  std::string perform_way;          ///< bank transfer, cash, …; required when Agreed
  bool oral = false;                ///< oral agreement (art. 28)
  std::string effective;            ///< YYYY-MM-DD when all signed; starts the 30 days for confirmation
};

/// Reception's disposition under XFTL 22, proposed by the hall.
enum class Disposition { TransferredSameLevel, TransferredDown, Assigned, GuidedToJudicial, SentToDiscipline, NotAccepted, DuplicateInProcess, NoLongerAccepted };
struct Disposed {
  std::string staff;
  Disposition disposition{};  ///< beside `words` SentToDiscipline reads TransferredSameLevel: the hall is not told what was an accusation (XFTL 30)
  std::string to_unit;        ///< beside `words` empty
  std::string reason;         ///< likewise
  std::string report_by;      ///< YYYY-MM-DD when assigned: a clock, so it stays readable
  std::string words = {};     ///< under a key-set the whole fact, sealed (core/sealer.h); "" when it is opened or was never sealed
};
/// Only the citizen rates; window service and outcome apart (need.md 4.3). 1…5, 0 = not rated.
struct Rated { int service = 0; int outcome = 0; std::string comment; };

// ---- what belongs to a matter besides its text ----------------------------------------------------------------------

inline constexpr std::size_t attachment_bytes_max = 4u << 20;  ///< as spoken or photographed
inline constexpr std::size_t attachments_max = 8;              ///< of one matter when it is filed
inline constexpr std::size_t blob_bytes_max = 5u << 20;        ///< as stored: sealed and padded

/// Something too large for an event: an oral statement, a photo. Its bytes lie beside the log under their hash (core/event_log.h).
/// Of a sealed matter everything but `bytes`, `hash` and `sealed` is empty here and stands inside the ciphertext; whatever was
/// attached to it, its signature and its drawn names too, looks like this (XFTL 30).
struct Attached {
  std::string kind;              ///< open word: attached_statement, attached_photo, …
  std::string media_type;        ///< "audio/ogg; codecs=opus"
  std::int64_t bytes = 0;        ///< of what is stored, 1 … blob_bytes_max
  std::string hash;              ///< hex BLAKE2b-256 of what is stored: of the ciphertext when sealed
  std::int64_t duration_ms = 0;  ///< 0: none
  bool sealed = false;
  std::string text_hash;         ///< the petition it was filed with: hex of text_hash(); "" when it came later
};
inline constexpr std::string_view attached_statement = "oral_statement", attached_photo = "photo";
/// Signed by hand on the screen (XFTL 19): the strokes, and which text they stand under.
struct Signed {
  std::string who;        ///< "petitioner", "filer", "representatives[0]"
  std::string text_hash;  ///< hex of text_hash() of the petition that was shown and filed
  std::string strokes;    ///< encode_strokes(), with the size of the box
};
/// A name as its bearer writes it, because a character of it cannot be typed or shown here (生僻字).
struct NameDrawn {
  std::string place;    ///< the name it belongs to: "petitioner.name", "representatives[1].name"
  std::string strokes;  ///< encode_strokes()
};
/// What staff wrote down of an oral statement; it stands beside the recording and never in its place (XFTL 19.1).
struct Transcribed {
  std::string staff;
  std::string attachment;  ///< Attached::hash of the recording
  std::string text;
  bool read_back = false;  ///< read to the person, who agreed
};

// ---- facts stated by the county ------------------------------------------------------------------------------------

struct Transferred { std::string to_unit; std::string report_by; };            // 转送 / 交办 when report_by is set
struct Accepted { std::string unit; std::string accepted_on; };                // 受理, YYYY-MM-DD
struct NotAccepted { std::string unit; std::string reason; };                  // 不予受理
struct Extended { int days = 0; std::string approver; std::string reason; };   // 延期 XFTL 34
enum class Opinion { Support, Explain, NotSupport };                           // XFTL 32
struct Answered { std::string unit; Opinion opinion{}; std::string letter_no; std::string summary; };
struct Served { std::string served_on; std::string way; };                     // 送达: starts the 30 days of XFTL 35

// ---- facts about the log, the keys and the people --------------------------------------------------------------------

/// The author's signature over how far its own log has come, by the key of the day (trust.md 8.7). Matter: "".
struct Checkpointed {
  std::uint64_t through = 0;     ///< seq of the last event that is covered: the one before this
  std::string hash;              ///< its chain hash, hex
  std::string key;               ///< the day's Ed25519 public key, hex
  std::string signature;         ///< by the day's key (docs/LOG_FORMAT.md)
  std::string day;               ///< hall day the key is for, YYYY-MM-DD
  std::string before;            ///< the previous day's public key when this is the first of a new one; else ""
  std::string endorsed_before;   ///< signature over the new key by the previous one; "" with the first key
  std::string endorsed_device;   ///< and by the device's own key; "" when the key is not new
  std::string reason;            ///< rows, time, day, opened, closed
};
/// After a restore from a backup the author goes on under another epoch of its name, so that no number is ever used twice.
struct EpochOpened {
  Origin before;                 ///< the log it follows
  std::uint64_t seq = 0;         ///< how far that log was known when the epoch was opened
  std::string hash;              ///< its chain hash there, hex
  std::string reason;            ///< restored, forked
};
/// How far the matter is, sealed to the citizen's own key (Filed::status_public): readable with the query code only.
struct StatusSealed {
  int n = 0;                     ///< grows with every status of this matter
  std::string sealed;            ///< base64
};
/// The query code was lost and a new one given at the window, with the ID card: the old one opens nothing any more.
struct CodeReplaced { std::string staff, query_tag, status_public, reason; };
/// Staff withdraws, or is withdrawn, from a matter (conflict of interest): its texts are not given to that person.
struct Recused { std::string staff, by, reason; };
/// Need to know: this person works on this matter.
struct Assigned { std::string staff, by, reason; };
/// A person at a desk: "in", "out", "locked", "refused"; by the hub, before it lets somebody in or when it does not: "released 440583-D01",
/// "denied 440583-D01". Matter: "".
struct StaffSession { std::string staff, role, what; };
/// A fact whose text only its recipients may read. It keeps the type of what is inside.
struct SealedFact {
  std::string type;              ///< of the fact inside; not part of the body
  std::string sealed;            ///< base64 envelope of the canonical JSON
  int key_set = 0;
};

using Fact = std::variant<Filed, Routed, TicketIssued, ReceiptPrinted, Queued, Viewed, RouteOverridden, Consulted, MediationApplied,
                          MediationConsent, MediatorsChosen, MediationSession, MediationEnded, Disposed, Rated, Transferred,
                          Accepted, NotAccepted, Extended, Answered, Served, Attached, Signed, NameDrawn, Transcribed, Checkpointed,
                          EpochOpened, StatusSealed, CodeReplaced, Recused, Assigned, StaffSession, SealedFact>;

/// An event as it is stored and sent. `body` is the canonical JSON of the fact, kept verbatim; it may be absent (a
/// header-only copy, or erased): the chain still verifies because it runs over the header with `body_hash`.
/// The header carries no personal data.
struct Event {
  EventId id;
  Time at{};
  MatterId matter;       ///< "" for facts about no matter
  std::string type;      ///< "filed", "routed", …
  int v = 1;             ///< version of the type
  Digest body_hash{};    ///< BLAKE2b-256 of the body bytes
  std::optional<std::string> body;
  Digest hash{};         ///< BLAKE2b-256(previous hash ‖ header bytes)
};

/// The type word of a fact and the facts a type word may hold.
std::string_view type_of(const Fact& fact);
/// Canonical JSON: keys sorted, no spaces, UTF-8, no newline; enums as words. encode_fact(decode_fact(b)) == b for
/// every b this function made.
std::string encode_fact(const Fact& fact);
/// A body {"key_set":N,"sealed":"…"} of any type but `filed` and `attached` reads as SealedFact.
/// Errors: NotFound (a type this version does not know: keep the event, skip the fact); Invalid (the body cannot be
/// read: quarantine it, never drop it).
Result<Fact> decode_fact(std::string_view type, int v, std::string_view body);
/// The fact of an event; NotFound also when the body is absent.
Result<Fact> fact_of(const Event& event);

/// The header bytes that are hashed: {"at":…,"body_hash":"…","matter":"…","origin":"…","seq":…,"type":"…","v":…}
std::string header_bytes(const Event& event);
Digest hash_bytes(std::string_view bytes);
/// The same, piece by piece: an attachment never has to be in memory as a whole.
class Hasher {
 public:
  Hasher();
  Hasher& add(std::string_view bytes);
  Digest done();  ///< once

 private:
  alignas(64) std::array<std::uint8_t, 384> state_;
};
/// What a signature is bound to: hash_bytes(encode_petition(petition)) of the petition as it was filed, in hex.
std::string text_hash(const Petition& petition);
/// What a sealed matter holds inside: what was said, what the machine made of it, and who chose the window.
struct FiledContent {
  Petition petition;
  Ruling ruling;
  std::optional<Suggested> suggested = {};
  ChosenBy by = ChosenBy::Citizen;
};
std::string encode_content(const FiledContent& content);
Result<FiledContent> decode_content(std::string_view json);  ///< Errors: Invalid
/// A fact with its type, for places outside the log (inside an envelope): "signed 1\n{…}". Errors of the reader: as decode_fact.
std::string encode_stated(const Fact& fact);
Result<Fact> decode_stated(std::string_view text);
Digest chain_hash(const Digest& previous, const Event& event);
/// Makes the event that follows `previous` (all zeroes before seq 1).
Event make_event(const Origin& origin, std::uint64_t seq, Time at, const MatterId& matter, const Fact& fact, const Digest& previous);

/// One line of NDJSON without the newline: the header's fields, "hash", and "body" LAST and verbatim (absent when
/// header-only). Written and read without a JSON tree: ingest runs at disk speed.
void append_line(std::string& out, const Event& event);
/// The same event without the hashes that whoever has the one before can compute: inside a batch they are 64 bytes each that nothing
/// packs. The first of a batch keeps its hash, and the last one too, so that the batch still says where it ends (check_batch()).
Event to_terse(Event event);
/// Reads a line that append_line could have written; of a terse one the hashes are zeroes. A body that is not JSON is not an error (it is kept verbatim).
/// Errors: Invalid (the header is malformed, a length limit is exceeded). Does not verify hashes.
Result<Event> parse_line(std::string_view line);
inline constexpr std::size_t event_body_bytes_max = 1 << 20;

std::string hex(const Digest& digest);
Result<Digest> digest_from_hex(std::string_view hex);

}  // namespace yizhan
