/// What the sync parts say to each other, free of sockets: requests, replies, the transport port, and the names of the calls.
/// The protocol itself is docs/PROTOCOL.md.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/event.h"
#include "core/event_log.h"
#include "core/law.h"
#include "core/matter.h"
#include "core/result.h"

namespace yizhan::sync {

struct Header { std::string name, value; };  ///< names compare without case
struct Request {
  std::string method = "GET";
  std::string target;           ///< path and query, "/v1/heads?wait=20"
  std::vector<Header> headers;
  std::string body;
};
struct Reply {
  int status = 0;
  std::vector<Header> headers;
  std::string body;
};
std::string_view header(const std::vector<Header>& headers, std::string_view name);

/// Port: one HTTP exchange. Blocks at the edge (libcurl), returns at once in simulation. Never follows a redirect,
/// caps the reply at `reply_bytes_max`, measures progress, not the whole time (sync.md 9).
/// Errors: Unavailable (no route, refused, timed out, truncated, TLS), Invalid (too large).
struct Transport {
  virtual ~Transport() = default;
  virtual Result<Reply> exchange(const Request& request, Span patience) = 0;
};
inline constexpr std::size_t reply_bytes_max = 16u << 20;
/// What an exchange says when Transport::interrupt-like machinery of the edge ended a long poll on purpose (Unavailable):
/// not trouble, the client goes on at once.
inline constexpr std::string_view interrupted_words = "interrupted";

/// Who a device is and what a hub lets it do. `role` words: kiosk, desk-lawyer, desk-mediator, desk-reception, board, hall.
struct Device {
  Origin origin;
  std::string role;
  std::string public_hex;  ///< Ed25519
  std::string name;
  std::vector<std::string> windows;  ///< window codes a desk serves
  bool revoked = false;
  Time seen{};               ///< last signed request; since the hub's start
  std::int64_t skew_ms = 0;  ///< its clock against ours then; more than 10 minutes is flagged, never refused
  std::vector<std::string> former = {};  ///< keys it had before, oldest first: what it signed then stays its own
};

/// Hall news for kiosks and boards: counts, calls, no names, no matters (GET /v1/hall).
struct WindowQueue { WindowCode window; int waiting = 0; int minutes = 0; int serving = 0; };
struct CallLine { std::string ticket, place; Time at{}; std::string state; int calls = 0; };  ///< state: called, serving, missed, ended
struct HallNews {
  std::vector<WindowQueue> queues;
  std::vector<CallLine> calls;   ///< newest first, at most 12
  bool upstream_online = false;  ///< the county answered lately
  Time county_as_of{};           ///< when county facts were last complete here
  Time as_of{};
};
std::string to_json(const HallNews& news);
Result<HallNews> hall_news_from_json(std::string_view json);

/// Desk → hall hub: one queue operation (POST /v1/queue). The same `request` id again gets the same answer.
struct QueueAsk {
  QueueOp op{};
  std::string request;
  std::string desk;              ///< origin
  std::string place;
  std::vector<WindowCode> windows;  ///< Call: take the next waiting ticket of these windows
  std::string ticket;            ///< all but Call; Call with a ticket calls exactly that one (missed, on hold)
  WindowCode to_window;
  std::string reason;
};
struct QueueAnswer { std::string ticket; MatterId matter; std::string words; };  ///< ticket empty: nobody waits
std::string to_json(const QueueAsk& ask);
Result<QueueAsk> queue_ask_from_json(std::string_view json);
std::string to_json(const QueueAnswer& answer);
Result<QueueAnswer> queue_answer_from_json(std::string_view json);

/// 请人帮我: a session handed to reception. Lives in the hub's memory only; never written to disk (trust.md 13).
struct HelpCall {
  std::string id;         ///< random, per visit
  Origin kiosk;
  std::string place;      ///< "一号自助机"
  Time at{};
  std::string page;       ///< where the citizen was
  std::string draft;      ///< petition as JSON (encode of core); "" when nothing was typed
  std::string taken_by;   ///< desk origin that took it; "" while waiting
  bool done = false;      ///< the desk filed it; `outcome` names ticket and number
  std::string outcome;
};
std::string to_json(const HelpCall& call);
Result<HelpCall> help_call_from_json(std::string_view json);

/// The calls a device finds when it asks (GET /v1/help). `version` is for the next `known=`.
struct HelpList { std::uint64_t version = 0; std::vector<HelpCall> calls; };
std::string to_json(const HelpList& list);
Result<HelpList> help_list_from_json(std::string_view json);

/// Kiosk → hall hub: how far is a matter that was filed elsewhere in the hall (POST /v1/progress).
struct ProgressAsk { MatterId matter; std::string query_tag; };
/// Dated lines without personal data, and until when the county's facts are complete here.
struct ProgressAnswer {
  MatterId matter;
  std::string state;                 ///< word of MatterState
  std::string state_words;           ///< the same in Chinese
  std::vector<Line> lines;
  std::vector<Deadline> deadlines;
  Time as_of{};                      ///< 0: the county has never been reached
  bool county_has_it = false;        ///< everything filed about it is acknowledged by the county
  bool may_rate = false;
};
std::string to_json(const ProgressAsk& ask);
Result<ProgressAsk> progress_ask_from_json(std::string_view json);
std::string to_json(const ProgressAnswer& answer);
Result<ProgressAnswer> progress_answer_from_json(std::string_view json);

/// GET /v1/heads.
/// county: highest seq the county has acknowledged; county_anchor: its own signature over one entry, for the author of that log only.
struct HubHead { Head head; std::uint64_t county = 0; std::optional<Anchor> county_anchor = {}; };
struct Heads {
  std::uint64_t version = 0;
  Time now{};
  std::vector<HubHead> heads;
  std::optional<HallNews> hall;  ///< a hall hub adds its news: one long poll feeds the whole screen
  std::uint64_t blobs = 0;       ///< another number whenever the county has taken more attachments; 0: an older hub
  int keys = 0;                  ///< version of the key-set in force here (GET /v1/keys); 0: none, or an older hub
};
std::string to_json(const Heads& heads);
Result<Heads> heads_from_json(std::string_view json);

/// POST /v1/log/{origin}: what is on the hub's disk now. Only a signed one that names our own (origin, seq, hash) counts. `anchor` is the
/// same signed apart from this exchange, so that it can be kept and shown to others; an older hub gives none.
struct Ack { Head head; std::uint64_t county = 0; std::optional<Anchor> anchor = {}; };
std::string to_json(const Ack& ack);
Result<Ack> ack_from_json(std::string_view json);

/// POST /v1/blobs: how far has each of these attachments come? In the place of HEAD, whose answer has no body that could be signed.
inline constexpr std::size_t blobs_asked_max = 256;
std::string blobs_ask_to_json(const std::vector<Digest>& hashes);
Result<std::vector<Digest>> blobs_ask_from_json(std::string_view json);
/// Also the answer to a piece (PUT /v1/blob/{hash}?off=N&bytes=TOTAL): what is durable now.
struct BlobHave {
  Digest hash{};
  std::int64_t have = -1;    ///< bytes from the beginning; −1: no event there names it
  std::uint64_t bytes = 0;   ///< as its event states
  bool county = false;       ///< the county has all of it
};
std::string to_json(const std::vector<BlobHave>& blobs);
Result<std::vector<BlobHave>> blobs_from_json(std::string_view json);

/// Every error body. `seq` is set for "gap": resume after it.
struct Refusal { std::string code, what; std::uint64_t seq = 0; };
std::string to_json(const Refusal& refusal);
Result<Refusal> refusal_from_json(std::string_view json);

/// POST /v1/enrol and its reply.
struct EnrolAsk { std::string code; Origin origin; std::string role, public_hex, name; std::vector<std::string> windows; };
struct Enrolment {
  Origin origin;
  std::string role;
  std::vector<std::string> windows;
  std::string hub_origin, hub_public_hex;   ///< to be pinned by the device
  std::vector<std::string> discipline_keys; ///< X25519 public keys an accusation is sealed to (XFTL 30)
  std::string key_set = {};                 ///< the county's key-set, verbatim as its root signed it (core/key_set.h); "" there is none
};
std::string to_json(const EnrolAsk& ask);
Result<EnrolAsk> enrol_ask_from_json(std::string_view json);
std::string to_json(const Enrolment& enrolment);
Result<Enrolment> enrolment_from_json(std::string_view json);

/// Also the answer to GET /v1/devices: whose signature an envelope bears (core/envelope.h).
std::string to_json(const std::vector<Device>& devices);
Result<std::vector<Device>> devices_from_json(std::string_view json);

// ---- people at the desks (server_staff.cpp, docs/KEYS.md) ------------------------------------------------------------

/// A person of the hall as desks see it (GET /v1/staff).
struct StaffChoice {
  std::string id, name, role;  ///< role: lawyer, mediator, reception, manager, auditor
  bool here = false;           ///< has set a PIN at the desk that asks
  bool locked = false;         ///< too many wrong ones: a manager unlocks
  bool operator==(const StaffChoice&) const = default;
};
/// `challenge`: to be named in the next enter or add of this desk; used once, good for two minutes.
/// Whether that person may work at that desk: reception and managers at reception, lawyers and mediators each at their own; an
/// auditor at any, without texts.
inline bool fits_desk(std::string_view role, std::string_view desk_role) {
  if (desk_role == "desk-lawyer") return role == "lawyer" || role == "auditor";
  if (desk_role == "desk-mediator") return role == "mediator" || role == "auditor";
  return desk_role == "desk-reception" && (role == "reception" || role == "manager" || role == "auditor");
}
struct StaffList { std::vector<StaffChoice> people; std::string challenge, signed_in; };
std::string to_json(const StaffList& list);
Result<StaffList> staff_list_from_json(std::string_view json);

/// POST /v1/staff/enter: asks for the pepper. `reply_to` is a fresh X25519 key of this one request: a recorded answer opens for nobody.
struct StaffEnter { std::string id, challenge, verifier, reply_to; };
/// `sealed`: the pepper in a box for `reply_to`; "" when refused: wrong, wait, locked, unknown, role, elsewhere.
struct StaffEntered { std::string sealed, refused; int left = 0, wait_s = 0; std::string name, role; };
std::string to_json(const StaffEnter& ask);
Result<StaffEnter> staff_enter_from_json(std::string_view json);
std::string to_json(const StaffEntered& answer);
Result<StaffEntered> staff_entered_from_json(std::string_view json);

/// POST /v1/staff/add: a person sets a PIN at this desk, with a one-time code of `hub staff`. The answer is a StaffEntered with the
/// new pepper.
struct StaffAdd { std::string id, challenge, code, verifier, reply_to; };
std::string to_json(const StaffAdd& ask);
Result<StaffAdd> staff_add_from_json(std::string_view json);

/// A request's target taken apart: path segments and query, percent-decoded. Errors: Invalid.
struct Target {
  std::vector<std::string> path;
  std::vector<std::pair<std::string, std::string>> query;
  std::string_view value(std::string_view name) const;                                ///< "" when absent
  std::uint64_t number(std::string_view name, std::uint64_t otherwise) const;         ///< otherwise: absent or not a number
};
Result<Target> parse_target(std::string_view target);

/// Pieces of attachments travel as they are: sound and ciphertext do not get smaller.
inline constexpr std::string_view raw_content = "application/octet-stream";
/// Bodies larger than this travel as zstd.
inline constexpr std::size_t compress_from_bytes = 512;
inline constexpr std::size_t request_bytes_max = 4u << 20;        ///< a request body as sent
inline constexpr std::size_t plain_request_bytes_max = 16u << 20; ///< the same, unpacked
inline constexpr std::size_t plain_reply_bytes_max = 16u << 20;
std::string zstd_pack(std::string_view plain);
/// Never makes more than `bytes_max`, whatever the frame promises. Errors: Invalid (not zstd, cut off, too large).
Result<std::string> zstd_unpack(std::string_view packed, std::size_t bytes_max);
/// Sets the body, packed when that is worth it, with Content-Type and Content-Encoding.
void set_body(Request& request, std::string body, std::string_view content_type);
void set_body(Reply& reply, std::string body, std::string_view content_type);
/// The body as meant. Errors: Invalid (an encoding we do not speak, too large).
Result<std::string> body_of(const Request& request);
Result<std::string> body_of(const Reply& reply);
/// NDJSON ↔ events. Errors: Invalid "line N: …".
std::string to_lines(const std::vector<Event>& events);
Result<std::vector<Event>> events_from_lines(std::string_view lines);

/// The bytes a device signs, and the bytes a hub signs: the reply is bound to that very request, so that an old reply
/// cannot be played again.
std::string request_text(const Request& request, std::string_view time_ms);
std::string reply_text(const Reply& reply, const Request& request);

}  // namespace yizhan::sync
