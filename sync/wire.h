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

/// Who a device is and what a hub lets it do. `role` words: kiosk, desk-lawyer, desk-mediator, desk-reception, board, hall.
struct Device {
  Origin origin;
  std::string role;
  std::string public_hex;  ///< Ed25519
  std::string name;
  std::vector<std::string> windows;  ///< window codes a desk serves
  bool revoked = false;
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

}  // namespace yizhan::sync
