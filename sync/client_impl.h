/// What the files of the sync client share: client.cpp (what to ask next, and the notes), client_answers.cpp (what the hub said) and
/// client_blobs.cpp (attachments, both ways). Private to the client.
#pragma once
#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/number.h"
#include "sync/client.h"

namespace yizhan::sync {

inline constexpr int rewinds_max = 3;  // a hub that asks for the same part again and again

inline constexpr Span blocked_for = std::chrono::hours(1);

struct Client::Impl {
  enum class Asked { Nothing, Heads, Wait, Push, Pull, Blobs, Piece, Keys };

  ClientConfig config;
  WithLog with_log;
  ClientState state;
  std::atomic<bool> nudged{false};

  Tick again{};
  Tick tried{};                       // when the last exchange began
  bool out_of_turn = false;           // it began before `again`, for a nudge
  bool loaded = false;                // marks read from the notes
  bool met = false;                   // heads of this connection are known
  std::uint64_t version = 0;          // the hub's, for the long poll
  std::map<Origin, Head> hub;         // what the hub has
  std::map<Origin, std::uint64_t> county_said;  // what it says the county has: believed when the hub's log was found to be ours
  std::map<Origin, Mark> noted;       // marks as they are in the notes
  std::map<std::pair<Origin, Origin>, std::uint64_t> anchors_kept;  // witness, log → entry, as it is in the log
  Time noted_at{};                    // complete_at as it is in the notes
  std::set<Origin> blocked;           // logs a person must look at first; tried again after blocked_for: the hub may have been mended, or the log moved to it
  Tick blocked_at{};
  std::set<Origin> checked;           // logs whose head at the hub was found in our chain
  std::mt19937_64 dice;

  Asked asked = Asked::Nothing;
  Request request;                    // under way, without its body: what a citizen wrote is not kept beside the log
  std::size_t sent_wire_bytes = 0;    // of that body, as it went out
  Origin log;                         // of a push or pull under way
  Head last_sent;                     // last event of the push under way
  std::size_t sent_plain_bytes = 0;
  Span patience{15'000};

  // Attachments. What the hub has of them is asked anew after every meeting; only what is whole there is written down.
  std::map<Digest, std::int64_t> blob_have;  // of what is to be sent
  std::map<Digest, int> blob_rewinds;
  std::set<Digest> blob_refused;             // until the next start: the hub will not have them, or ours are damaged
  std::vector<Digest> blobs_asked;
  Blob piece_of;                             // of the piece under way
  std::uint64_t piece_end = 0;
  std::uint64_t blobs_said = 0;              // the heads' word on the county
  std::optional<std::uint64_t> blobs_counted = 0;  // the one that was followed up; none: that question got no answer
  Tick blobs_again{};                        // an older hub
  int keys_said = 0;                         // version of the hub's key-set

  double link_bytes_per_ms = 0;       // measured, as sent
  double packed_share = 0.5;          // bytes as sent / bytes of the lines
  std::map<Origin, std::pair<std::uint64_t, int>> rewinds;  // where a gap sent us back to, and how often

  Impl(ClientConfig c, WithLog w) : config(std::move(c)), with_log(std::move(w)), dice(config.jitter_seed) {}

  bool one_pass() const { return config.long_poll.count() == 0; }

  bool pushes(const Origin& origin) const;
  bool pulls(const Origin& origin) const;
  const Origin& own_log() const { return config.own_log.empty() ? config.self : config.own_log; }

  /// Requests that a log of an earlier epoch answered are known here too, and are not stated a second time. Errors: those of the log.
  Status note_requests(EventLog& event_log, const Origin& origin);
  /// A countersignature counts when it fits its key, the key is the one we know the witness by, and the entry is in our own chain.
  bool sound(EventLog& event_log, const Anchor& anchor, std::string_view key_hex);
  /// The county's key, as first heard of at this hub; another one later is not believed (enrol anew, docs/PROTOCOL.md).
  std::string county_key(EventLog& event_log, const Anchor& anchor);

  // ---- notes: marks and the moment of completeness survive a restart -----------------------------------------------

  std::string note_name(std::string_view what) const { return "sync." + config.hub_origin + "." + std::string(what); }

  void load(EventLog& event_log);
  void save(EventLog& event_log);

  // ---- trouble -----------------------------------------------------------------------------------------------------

  void stop(const Origin& origin, Error error);
  void failed(std::string words, Tick now, Span at_least = Span{0});
  void succeeded(Time wall);

  // ---- what to ask next --------------------------------------------------------------------------------------------

  Request begin(Asked what, std::string_view method, std::string target, Tick now, Span wait_ms);
  std::size_t plain_bytes_now() const;
  /// Is the hub's head part of our chain? Errors: Conflict (fork, or the hub knows more of our own log than we do).
  Status check_head(EventLog& event_log, const Origin& origin, const Head& theirs, std::uint64_t ours);
  std::optional<Request> push_next(EventLog& event_log, const std::vector<Head>& heads, Tick now);
  std::optional<Request> pull_next(EventLog& event_log, Tick now);
  std::optional<Request> next(Tick now, Time wall);

  // ---- attachments -------------------------------------------------------------------------------------------------

  std::optional<Request> ask_blobs(std::vector<Digest> hashes, Tick now);
  std::optional<Request> blobs_next(EventLog& event_log, Tick now);
  void count_blobs(EventLog& event_log);

  // ---- what the hub answered ---------------------------------------------------------------------------------------

  void take_heads(const std::string& body, Tick now);
  void measure(Tick now);
  void take_ack(const std::string& body, Tick now);
  /// Writes down what is whole there. False: our own disk would not have it.
  bool mark_blobs(const std::vector<Digest>& at_hub, const std::vector<Digest>& at_county, Tick now);
  void take_blobs(const std::string& body, Tick now);
  void take_piece_ack(const std::string& body, Tick now);
  /// False: not a refusal about this attachment alone.
  bool piece_refused(const Refusal& refusal, int status, Tick now);
  void take_lines(const std::string& body, Tick now);
  void take_keys(const std::string& body, Tick now);
  void take_refusal(const Reply& reply, Tick now);
  Span retry_after(const Reply& reply) const;
  void take(const Result<Reply>& reply, Tick now, Time wall);
};

}  // namespace yizhan::sync
