#include "sync/client.h"

#include "core/anchor.h"
#include "core/number.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <random>

namespace yizhan::sync {
namespace {

constexpr Span try_again_min{1'000};      // a nudge while the hub is away does not become a storm
constexpr std::uint64_t lines_max = 1000;  // events asked for in one pull
constexpr std::size_t blobs_at_once = 64;  // attachments asked about before they are sent
constexpr int rewinds_max = 3;             // a hub that asks for the same part again and again
constexpr Span older_hub{3'600'000};       // before a hub that knew nothing of attachments is asked again

std::string seconds_text(Span span) { return std::to_string(std::max<std::int64_t>(span.count() / 1000, 1)); }

/// "17 9": two numbers of a note; zeroes when unreadable (losing a mark costs one repeated message).
std::pair<std::uint64_t, std::uint64_t> two_numbers(std::string_view text) {
  std::uint64_t a = 0, b = 0;
  const auto first = std::from_chars(text.data(), text.data() + text.size(), a);
  if (first.ec == std::errc{} && first.ptr != text.data() + text.size()) std::from_chars(first.ptr + 1, text.data() + text.size(), b);
  return {a, b};
}

}  // namespace

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
  std::map<Origin, Mark> noted;       // marks as they are in the notes
  std::map<std::pair<Origin, Origin>, std::uint64_t> anchors_kept;  // witness, log → entry, as it is in the log
  Time noted_at{};                    // complete_at as it is in the notes
  std::set<Origin> blocked;           // logs a person must look at first
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

  bool pushes(const Origin& origin) const {
    if (blocked.contains(origin)) return false;
    if (!config.relay) return device_of(origin) == config.self;
    return std::find(config.pull.begin(), config.pull.end(), device_of(origin)) == config.pull.end();
  }
  bool pulls(const Origin& origin) const {
    if (blocked.contains(origin)) return false;
    // What we said in an earlier epoch and lost with a disk comes back from whoever kept it.
    if (device_of(origin) == config.self) return origin != own_log();
    return std::any_of(config.pull.begin(), config.pull.end(), [&](const auto& name) { return name == "*" || name == device_of(origin); });
  }
  const Origin& own_log() const { return config.own_log.empty() ? config.self : config.own_log; }

  /// A countersignature counts when it fits its key, the key is the one we know the witness by, and the entry is in our own chain.
  bool sound(EventLog& event_log, const Anchor& anchor, std::string_view key_hex) {
    if (anchor.key_hex != key_hex || !check_anchor(anchor)) return false;
    if (anchor.head.seq == 0) return false;
    const auto own = event_log.after(anchor.head.origin, anchor.head.seq - 1, 1);
    return own && own->size() == 1 && own->front().id.seq == anchor.head.seq && own->front().hash == anchor.head.hash;
  }
  /// The county's key, as first heard of at this hub; another one later is not believed (enrol anew, docs/PROTOCOL.md).
  std::string county_key(EventLog& event_log, const Anchor& anchor) {
    const std::string name = note_name("county_key");
    if (const auto note = event_log.note(name)) return *note;
    if (!check_anchor(anchor) || !event_log.put_note(name, anchor.key_hex)) return {};
    return anchor.key_hex;
  }

  // ---- notes: marks and the moment of completeness survive a restart -----------------------------------------------

  std::string note_name(std::string_view what) const { return "sync." + config.hub_origin + "." + std::string(what); }

  void load(EventLog& event_log) {
    loaded = true;
    if (const auto heads = event_log.heads()) {
      for (const auto& head : *heads) {
        auto& mark = state.marks[head.origin];
        mark.total = head.seq;
        if (const auto note = event_log.note(note_name(head.origin))) {
          std::tie(mark.hub, mark.county) = two_numbers(*note);
          mark.hub = std::min(mark.hub, mark.total);
          mark.county = std::min(mark.county, mark.total);
          mark.sent = mark.hub;
        }
      }
    }
    noted = state.marks;
    // Attachments carry one mark each, for one hub: at another one they begin anew.
    if (const auto hub_of = event_log.note("sync.blobs.hub"); !hub_of || *hub_of != config.hub_origin) {
      if (hub_of) static_cast<void>(event_log.blobs_nowhere());  // a mark that stays costs what verify at the county would show
      static_cast<void>(event_log.put_note("sync.blobs.hub", config.hub_origin));
    }
    if (const auto note = event_log.note(note_name("complete"))) {
      noted_at = Time{Span{static_cast<std::int64_t>(two_numbers(*note).first)}};
      state.complete_at = noted_at;
    }
  }

  void save(EventLog& event_log) {
    for (const auto& [origin, mark] : state.marks) {
      auto& old = noted[origin];
      if (old.hub == mark.hub && old.county == mark.county) continue;
      // Losing a mark costs one repeated message.
      if (event_log.put_note(note_name(origin), std::to_string(mark.hub) + " " + std::to_string(mark.county))) old = mark;
    }
    std::vector<Anchor> fresh;
    for (const auto* all : {&state.anchors, &state.county_anchors})
      for (const auto& [origin, anchor] : *all) {
        auto& kept = anchors_kept[{anchor.by, origin}];
        if (anchor.head.seq <= kept) continue;
        kept = anchor.head.seq;
        fresh.push_back(anchor);
      }
    // Losing one costs nothing while a later one comes.
    static_cast<void>(event_log.keep_anchors(fresh));
    // Not at every answer: an idle kiosk should leave its disk alone.
    if (state.complete_at > noted_at + std::chrono::minutes(5) || noted_at == Time{}) {
      if (state.complete_at != Time{} &&
          event_log.put_note(note_name("complete"), std::to_string(state.complete_at.time_since_epoch().count()) + " 0"))
        noted_at = state.complete_at;
    }
  }

  // ---- trouble -----------------------------------------------------------------------------------------------------

  void stop(const Origin& origin, Error error) {
    blocked.insert(origin);
    if (!state.stopped) state.stopped = std::move(error);
  }

  void failed(std::string words, Tick now, Span at_least = Span{0}) {
    state.online = false;
    state.trouble = std::move(words);
    met = false;
    blobs_counted.reset();  // it may have been the question under way, and nothing else would bring it up again
    // A try out of turn, for news, says nothing about how long the line will be away: a busy hall must not talk itself into
    // the longest wait within a minute.
    if (out_of_turn && state.failures > 0 && again > now) return;
    ++state.failures;
    const int doublings = std::min(state.failures - 1, 20);
    const auto full = std::min<std::int64_t>(config.retry_max.count(), config.retry_min.count() << doublings);
    // Between half and all of it: a county's halls must not come back in step after a power cut.
    const auto wait = full / 2 + static_cast<std::int64_t>(dice() % static_cast<std::uint64_t>(full / 2 + 1));
    again = now + std::max(Span{wait}, std::min(at_least, config.retry_max));
  }

  void succeeded(Time wall) {
    state.online = true;
    state.last_contact = wall;
    state.trouble.clear();
    state.failures = 0;
  }

  // ---- what to ask next --------------------------------------------------------------------------------------------

  Request begin(Asked what, std::string_view method, std::string target, Tick now, Span wait_ms) {
    asked = what;
    request = Request{std::string(method), std::move(target), {}, {}};
    patience = wait_ms;
    tried = now;
    return request;
  }

  std::size_t plain_bytes_now() const {
    double wire = static_cast<double>(config.batch_bytes_min);
    if (link_bytes_per_ms > 0) wire = link_bytes_per_ms * static_cast<double>(config.batch_time.count());
    wire = std::clamp(wire, static_cast<double>(config.batch_bytes_min), static_cast<double>(config.batch_bytes_max));
    return static_cast<std::size_t>(wire / packed_share);
  }

  /// Is the hub's head part of our chain? Errors: Conflict (fork, or the hub knows more of our own log than we do).
  Status check_head(EventLog& event_log, const Origin& origin, const Head& theirs, std::uint64_t ours) {
    if (theirs.seq > ours) {
      if (origin != own_log()) return Done{};  // our copy of somebody's log is behind: its author will send it again
      return Error{Code::Conflict, "log " + origin + ": the hub has more of it than this disk (an old copy was restored?)"};
    }
    if (theirs.seq == 0) return Done{};
    const auto own = event_log.after(origin, theirs.seq - 1, 1);
    if (!own) return own.error();
    if (own->size() != 1 || own->front().hash != theirs.hash)
      return Error{Code::Conflict, "log " + origin + ": fork at " + std::to_string(theirs.seq)};
    return Done{};
  }

  std::optional<Request> push_next(EventLog& event_log, const std::vector<Head>& heads, Tick now) {
    for (const auto& head : heads) {
      auto& mark = state.marks[head.origin];
      mark.total = head.seq;
      if (!pushes(head.origin)) continue;
      const auto found = hub.find(head.origin);
      const Head theirs = found == hub.end() ? Head{head.origin, 0, {}} : found->second;
      if (!checked.contains(head.origin)) {
        const auto sound = check_head(event_log, head.origin, theirs, head.seq);
        if (!sound) {
          stop(head.origin, sound.error());
          continue;
        }
        checked.insert(head.origin);
        // The hub knew more once: its disk was replaced, and the attachments went with it.
        if (theirs.seq < mark.hub)
          if (const auto begun = event_log.blobs_nowhere(); !begun) stop(head.origin, begun.error());
        mark.hub = mark.sent = std::min(theirs.seq, head.seq);
      }
      if (theirs.seq >= head.seq) continue;
      const auto bytes = plain_bytes_now();
      const auto events = event_log.after(head.origin, theirs.seq, config.batch_events_max, bytes);
      if (!events) {
        stop(head.origin, events.error());
        continue;
      }
      if (events->empty()) continue;
      std::string lines;
      lines.reserve(bytes + bytes / 4);
      std::size_t last = 0;  // where the last line begins: it and the first one say their hashes
      for (const auto& event : *events) {
        last = lines.size();
        append_line(lines, last == 0 ? event : to_terse(event));
        lines += '\n';
        last_sent = {head.origin, event.id.seq, event.hash};
        if (lines.size() >= bytes) break;
      }
      lines.resize(last);
      append_line(lines, (*events)[last_sent.seq - theirs.seq - 1]);
      lines += '\n';
      log = head.origin;
      sent_plain_bytes = lines.size();
      auto made = begin(Asked::Push, "POST", "/v1/log/" + head.origin + "?after=" + std::to_string(theirs.seq), now, Span{15'000});
      set_body(made, std::move(lines), "application/x-ndjson");
      // What the kernel took at once still has to pass the line before the hub can answer.
      const double crossing = static_cast<double>(made.body.size()) / (link_bytes_per_ms > 0 ? link_bytes_per_ms / 4 : 2.0);
      patience += Span{static_cast<std::int64_t>(std::min(crossing, 120'000.0))};
      mark.sent = last_sent.seq;
      return made;
    }
    return {};
  }

  std::optional<Request> pull_next(EventLog& event_log, Tick now) {
    for (const auto& [origin, theirs] : hub) {
      if (!pulls(origin)) continue;
      const auto ours = event_log.head(origin);
      if (!ours) {
        stop(origin, ours.error());
        continue;
      }
      if (ours->seq >= theirs.seq) continue;
      log = origin;
      std::uint64_t limit = lines_max;
      if (link_bytes_per_ms > 0) {  // about 300 bytes an event as sent
        const double fit = link_bytes_per_ms * static_cast<double>(config.batch_time.count()) / 300.0;
        limit = static_cast<std::uint64_t>(std::clamp(fit, 16.0, static_cast<double>(lines_max)));
      }
      return begin(Asked::Pull, "GET", "/v1/log/" + origin + "?after=" + std::to_string(ours->seq) + "&limit=" + std::to_string(limit),
                   now, Span{15'000});
    }
    return {};
  }

  // ---- attachments -------------------------------------------------------------------------------------------------

  std::optional<Request> ask_blobs(std::vector<Digest> hashes, Tick now) {
    blobs_asked = std::move(hashes);
    auto made = begin(Asked::Blobs, "POST", "/v1/blobs", now, Span{15'000});
    set_body(made, blobs_ask_to_json(blobs_asked), "application/json");
    return made;
  }

  std::optional<Request> blobs_next(EventLog& event_log, Tick now) {
    if (now < blobs_again) return {};
    const auto going = event_log.blobs_going(Reach::Here, blobs_at_once + blob_refused.size());
    if (!going) return {};
    std::vector<Digest> unknown;
    for (const Blob& blob : *going) {
      if (blob_refused.contains(blob.hash) || (!config.relay && !blob.own)) continue;
      if (!blob_have.contains(blob.hash)) unknown.push_back(blob.hash);
    }
    if (!unknown.empty()) return ask_blobs(std::move(unknown), now);
    for (const Blob& blob : *going) {
      const auto known = blob_have.find(blob.hash);
      if (known == blob_have.end() || known->second < 0 || blob_refused.contains(blob.hash)) continue;
      const auto off = static_cast<std::uint64_t>(known->second);
      // As long as a batch of events takes: what is said meanwhile waits no longer than that.
      const double fit = link_bytes_per_ms > 0 ? link_bytes_per_ms * static_cast<double>(config.batch_time.count()) : static_cast<double>(config.batch_bytes_min);
      const auto most = static_cast<std::size_t>(std::clamp(fit, static_cast<double>(16u << 10), static_cast<double>(blob_piece_bytes_max)));
      auto piece = event_log.blob_bytes(blob.hash, off, most);
      if (!piece || piece->empty()) {
        blob_refused.insert(blob.hash);  // ours is damaged: verify names it
        continue;
      }
      piece_of = blob;
      piece_end = off + piece->size();
      sent_plain_bytes = piece->size();
      auto made = begin(Asked::Piece, "PUT", "/v1/blob/" + hex(blob.hash) + "?off=" + std::to_string(off) + "&bytes=" + std::to_string(blob.bytes), now, Span{15'000});
      set_body(made, std::move(*piece), raw_content);
      const double crossing = static_cast<double>(made.body.size()) / (link_bytes_per_ms > 0 ? link_bytes_per_ms / 4 : 2.0);
      patience += Span{static_cast<std::int64_t>(std::min(crossing, 120'000.0))};
      return made;
    }
    if (blobs_said == blobs_counted) return {};
    // The county has taken some: are they ours?
    blobs_counted = blobs_said;
    const auto uncounted = event_log.blobs_going(Reach::Hub, blobs_asked_max);
    if (!uncounted || uncounted->empty()) return {};
    std::vector<Digest> hashes;
    for (const Blob& blob : *uncounted) hashes.push_back(blob.hash);
    return ask_blobs(std::move(hashes), now);
  }

  void count_blobs(EventLog& event_log) {
    if (const auto here = event_log.blobs_count(Reach::Here)) state.blobs_unsent = *here;
    if (const auto hub_has = event_log.blobs_count(Reach::Hub)) state.blobs_uncounted = *hub_has;
  }

  std::optional<Request> next(Tick now, Time wall) {
    std::optional<Request> made;
    with_log([&](EventLog& event_log) {
      if (!loaded) load(event_log);
      const auto heads = event_log.heads();
      if (!heads) {
        state.stopped = heads.error();
        return;
      }
      for (const auto& head : *heads) state.marks[head.origin].total = head.seq;
      count_blobs(event_log);
      if (!met) return;
      made = push_next(event_log, *heads, now);
      if (!made) made = pull_next(event_log, now);
      if (!made) made = blobs_next(event_log, now);
      if (made) return;
      state.complete_at = wall;
      save(event_log);
    });
    if (made) return made;
    // After what people said: the next envelope is sealed to it.
    if (met && config.take_keys && keys_said > config.keys) return begin(Asked::Keys, "GET", "/v1/keys", now, Span{15'000});
    if (state.stopped && blocked.empty()) return {};  // the log itself cannot be read
    if (!met) return begin(Asked::Heads, "GET", "/v1/heads", now, Span{15'000});
    if (one_pass()) {
      state.done = true;
      return {};
    }
    return begin(Asked::Wait, "GET", "/v1/heads?wait=" + seconds_text(config.long_poll) + "&known=" + std::to_string(version), now,
                 config.long_poll + Span{10'000});
  }

  // ---- what the hub answered ---------------------------------------------------------------------------------------

  void take_heads(const std::string& body, Tick now) {
    auto heads = heads_from_json(body);
    if (!heads) return failed("not our hub: " + heads.error().what, now);
    hub.clear();
    for (const auto& row : heads->heads) {
      hub[row.head.origin] = row.head;
      if (!pushes(row.head.origin)) continue;
      auto& mark = state.marks[row.head.origin];
      mark.county = std::max(mark.county, std::min(row.county, mark.total));
      if (!row.county_anchor || row.county_anchor->head.seq <= state.county_anchors[row.head.origin].head.seq) continue;
      const Anchor& anchor = *row.county_anchor;
      bool holds = false;
      with_log([&](EventLog& event_log) { holds = by_county(anchor) && sound(event_log, anchor, county_key(event_log, anchor)); });
      if (holds) state.county_anchors[row.head.origin] = anchor;
      else state.trouble = "a countersignature of the county does not hold: " + row.head.origin;
    }
    checked.clear();
    met = true;
    version = heads->version;
    if (heads->hall) state.hall = std::move(heads->hall);
    blobs_said = heads->blobs;
    keys_said = heads->keys;
    blob_have.clear();  // it may have learned of them, or forgotten them
    again = now;
  }

  void measure(Tick now) {
    const auto elapsed = std::max<std::int64_t>((now - tried).count(), 1);
    const double rate = static_cast<double>(sent_wire_bytes) / static_cast<double>(elapsed);
    link_bytes_per_ms = link_bytes_per_ms > 0 ? 0.5 * link_bytes_per_ms + 0.5 * rate : rate;
  }

  void take_ack(const std::string& body, Tick now) {
    const auto ack = ack_from_json(body);
    if (!ack) return failed("not our hub: " + ack.error().what, now);
    // Only an acknowledgement that names our own log, seq and hash counts (T17).
    if (ack->head.origin != log || ack->head.seq < last_sent.seq) return failed("wrong acknowledgement: another log or too little", now);
    bool ours = ack->head.seq == last_sent.seq && ack->head.hash == last_sent.hash;
    if (ack->head.seq > last_sent.seq)
      with_log([&](EventLog& event_log) {
        const auto own = event_log.after(log, ack->head.seq - 1, 1);
        ours = own && own->size() == 1 && own->front().hash == ack->head.hash;
      });
    if (!ours) return failed("wrong acknowledgement: hash", now);
    hub[log] = ack->head;
    if (ack->anchor && ack->anchor->by == config.hub_origin && ack->anchor->head.hash == ack->head.hash && ack->anchor->head.seq == ack->head.seq &&
        ack->anchor->key_hex == config.hub_public_hex && check_anchor(*ack->anchor))
      state.anchors[log] = *ack->anchor;
    auto& mark = state.marks[log];
    state.pushed += ack->head.seq - std::min(mark.hub, ack->head.seq);
    mark.hub = mark.sent = ack->head.seq;
    mark.county = std::max(mark.county, std::min(ack->county, ack->head.seq));
    rewinds.erase(log);
    if (sent_plain_bytes > 4096) {
      measure(now);
      packed_share = std::clamp(0.5 * packed_share + 0.5 * static_cast<double>(sent_wire_bytes) / static_cast<double>(sent_plain_bytes), 0.05, 1.0);
    }
    again = now;
  }

  /// Writes down what is whole there. False: our own disk would not have it.
  bool mark_blobs(const std::vector<Digest>& at_hub, const std::vector<Digest>& at_county, Tick now) {
    if (at_hub.empty() && at_county.empty()) return true;
    Status marked = Done{};
    with_log([&](EventLog& event_log) {
      marked = event_log.blobs_reached(at_hub, Reach::Hub);
      if (marked) marked = event_log.blobs_reached(at_county, Reach::County);
      count_blobs(event_log);
    });
    if (!marked) failed("disk: " + marked.error().what, now);
    return marked.has_value();
  }

  void take_blobs(const std::string& body, Tick now) {
    const auto blobs = blobs_from_json(body);
    if (!blobs) return failed("not our hub: " + blobs.error().what, now);
    std::map<Digest, Blob> ours;
    with_log([&](EventLog& event_log) {
      for (const Digest& hash : blobs_asked)
        if (const auto blob = event_log.blob(hash)) ours[hash] = *blob;
    });
    std::vector<Digest> at_hub, at_county;
    std::map<Digest, std::int64_t> have;
    for (const Digest& hash : blobs_asked) have[hash] = -1;  // whatever is passed over
    for (const BlobHave& theirs : *blobs) {
      const auto own = ours.find(theirs.hash);
      if (own == ours.end()) continue;
      if (theirs.have < 0) continue;
      if (theirs.bytes != own->second.bytes || static_cast<std::uint64_t>(theirs.have) > own->second.bytes)
        return failed("wrong acknowledgement: size of an attachment", now);
      have[theirs.hash] = theirs.have;
      if (static_cast<std::uint64_t>(theirs.have) < own->second.bytes) continue;
      (theirs.county ? at_county : at_hub).push_back(theirs.hash);
    }
    // What was whole there once and is not any more: its disk was put back to an earlier day.
    const bool lost = std::any_of(ours.begin(), ours.end(), [&](const auto& own) {
      return own.second.reached == Reach::Hub && have[own.first] < static_cast<std::int64_t>(own.second.bytes);
    });
    Status begun = Done{};
    if (lost) with_log([&](EventLog& event_log) { begun = event_log.blobs_nowhere(); });
    if (!begun) return failed("disk: " + begun.error().what, now);
    if (!mark_blobs(at_hub, at_county, now)) return;
    for (const auto& [hash, bytes] : have) blob_have[hash] = bytes;
    again = now;
  }

  void take_piece_ack(const std::string& body, Tick now) {
    const auto blobs = blobs_from_json(body);
    if (!blobs) return failed("not our hub: " + blobs.error().what, now);
    // Only what names this very attachment, its size, and at least what was just sent.
    if (blobs->size() != 1 || blobs->front().hash != piece_of.hash || blobs->front().bytes != piece_of.bytes)
      return failed("wrong acknowledgement: another attachment", now);
    const BlobHave& theirs = blobs->front();
    if (theirs.have < static_cast<std::int64_t>(piece_end) || theirs.have > static_cast<std::int64_t>(piece_of.bytes))
      return failed("wrong acknowledgement: part of an attachment", now);
    measure(now);
    state.blob_bytes += sent_plain_bytes;
    if (theirs.have == static_cast<std::int64_t>(piece_of.bytes)) {
      if (!mark_blobs(theirs.county ? std::vector<Digest>{} : std::vector{piece_of.hash}, theirs.county ? std::vector{piece_of.hash} : std::vector<Digest>{}, now)) return;
      blob_have.erase(piece_of.hash);
    } else {
      blob_have[piece_of.hash] = theirs.have;
    }
    blob_rewinds.erase(piece_of.hash);
    again = now;
  }

  /// False: not a refusal about this attachment alone.
  bool piece_refused(const Refusal& refusal, int status, Tick now) {
    const Digest& hash = piece_of.hash;
    if (refusal.code == "gap" || refusal.code == "corrupt") {
      bool sound = true;
      if (refusal.code == "corrupt")
        with_log([&](EventLog& event_log) { sound = event_log.check_blob(hash).has_value(); });
      blob_have[hash] = refusal.code == "gap" && refusal.seq <= piece_of.bytes ? static_cast<std::int64_t>(refusal.seq) : 0;
      if (!sound || ++blob_rewinds[hash] > rewinds_max) blob_refused.insert(hash);
    } else if (refusal.code == "not_found") {
      blob_have[hash] = -1;  // its event has not arrived there: with the next heads
    } else if (refusal.code == "invalid" || status == 403) {
      blob_refused.insert(hash);  // a signature that does not fit (401) is the line's doing and tried again
    } else {
      return false;
    }
    if (blob_refused.contains(hash)) state.trouble = "an attachment is not taken: " + refusal.code;
    again = now;
    return true;
  }

  void take_lines(const std::string& body, Tick now) {
    const auto events = events_from_lines(body);
    if (!events) return failed("not our hub: " + events.error().what, now);
    if (events->empty()) {  // the head promised more: ask again from the heads
      met = false;
      again = now + config.retry_min;
      return;
    }
    for (const auto& event : *events)
      if (event.id.origin != log) return failed("not our hub: another log", now);
    Error trouble{Code::Invalid, ""};
    with_log([&](EventLog& event_log) {
      const auto merged = event_log.merge(*events);
      if (merged) state.pulled += merged->fresh.size();
      else trouble = merged.error();
      // What a lost disk of ours had stated: the same request must not be stated a second time.
      if (merged && device_of(log) == config.self)
        for (const Event& event : merged->fresh) {
          const auto fact = event.type == "filed" ? fact_of(event) : Result<Fact>(Error{});
          const auto* filed = fact ? std::get_if<Filed>(&*fact) : nullptr;
          if (filed == nullptr || filed->source_ref.empty() || event_log.stated(filed->source_ref)) continue;
          if (const auto written = event_log.put_note("request/" + filed->source_ref, event.matter); !written) trouble = written.error();
        }
    });
    if (!trouble.what.empty()) {
      if (trouble.code == Code::Unavailable) return failed("disk: " + trouble.what, now);
      if (trouble.code == Code::NotFound) {
        met = false;
        return failed("not our hub: gap in " + log, now);
      }
      stop(log, {trouble.code, "log " + log + ": " + trouble.what});
      state.trouble = state.stopped->what;
    }
    again = now;
  }

  void take_keys(const std::string& body, Tick now) {
    const auto taken = config.take_keys(body);
    state.keys_trouble = taken ? "" : taken.error().what;
    // Whatever came of it, this version was dealt with: a set that is refused is not fetched at every turn.
    config.keys = keys_said;
    again = now;
  }

  void take_refusal(const Reply& reply, Tick now) {
    Refusal refusal{"unavailable", "status " + std::to_string(reply.status), 0};
    if (const auto body = body_of(reply))
      if (auto read = refusal_from_json(*body)) refusal = std::move(*read);
    if (asked == Asked::Blobs && refusal.code == "not_found") {
      blobs_again = now + older_hub;  // it speaks an older protocol; the events that name them are there all the same
      again = now;
      return;
    }
    if (asked == Asked::Keys && refusal.code == "not_found") {
      config.keys = keys_said;
      again = now;
      return;
    }
    if (asked == Asked::Piece && piece_refused(refusal, reply.status, now)) return;
    if (asked == Asked::Push && refusal.code == "gap") {
      // The hub has less than we thought (its disk was replaced): resume where it says.
      auto& [seq, times] = rewinds[log];
      times = seq == refusal.seq ? times + 1 : 1;
      seq = refusal.seq;
      if (times > rewinds_max) return failed("the hub asks for the same part again and again: " + log, now);
      met = false;
      again = now;
      return;
    }
    if (asked == Asked::Push && refusal.code == "fork") {
      stop(log, {Code::Conflict, "log " + log + ": fork, " + refusal.what});
      state.trouble = state.stopped->what;
      again = now;
      return;
    }
    if (asked == Asked::Push && refusal.code == "corrupt") {
      stop(log, {Code::Corrupt, "log " + log + ": " + refusal.what});
      state.trouble = state.stopped->what;
      again = now;
      return;
    }
    if (asked == Asked::Push && reply.status == 413) config.batch_bytes_max = std::max(config.batch_bytes_max / 2, config.batch_bytes_min);
    failed(refusal.code + ": " + refusal.what, now);
  }

  Span retry_after(const Reply& reply) const {
    const auto text = header(reply.headers, "Retry-After");
    std::uint64_t seconds = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (text.empty() || read.ec == std::errc::invalid_argument) return Span{0};
    if (read.ec == std::errc::result_out_of_range) return config.retry_max;
    // Whatever a server asks for, we come back within retry_max (R11).
    return Span{static_cast<std::int64_t>(std::min<std::uint64_t>(seconds, 86'400) * 1000)};
  }

  void take(const Result<Reply>& reply, Tick now, Time wall) {
    if (asked == Asked::Nothing) return;
    const Asked question = asked;
    if (!reply) {
      asked = Asked::Nothing;
      if (question == Asked::Wait && reply.error().what == interrupted_words) {
        again = now;
        return;
      }
      if (question == Asked::Push || question == Asked::Piece) link_bytes_per_ms /= 4;  // the line may have become slow: try with less
      return failed("no answer: " + reply.error().what, now);
    }
    const auto checked_reply = check_reply(*reply, request, config.hub_public_hex);
    if (!checked_reply) {
      const bool hub_said_so = checked_reply.error().code != Code::Unavailable;
      if (hub_said_so) {
        // The line is good, but what is refused again and again is asked ever more seldom: a revoked device must not ask every second for ever.
        const int failures = state.failures;
        succeeded(wall);
        state.failures = failures;
        take_refusal(*reply, now);
      } else {
        failed(checked_reply.error().what, now, retry_after(*reply));
      }
      asked = Asked::Nothing;
      return;
    }
    const auto body = body_of(*reply);
    if (!body) {
      failed("not our hub: " + body.error().what, now);
    } else {
      succeeded(wall);
      if (question == Asked::Push) take_ack(*body, now);
      else if (question == Asked::Pull) take_lines(*body, now);
      else if (question == Asked::Blobs) take_blobs(*body, now);
      else if (question == Asked::Piece) take_piece_ack(*body, now);
      else if (question == Asked::Keys) take_keys(*body, now);
      else take_heads(*body, now);
    }
    asked = Asked::Nothing;
  }
};

Client::Client(ClientConfig config, WithLog with_log) : impl_(std::make_unique<Impl>(std::move(config), std::move(with_log))) {}
Client::~Client() = default;

std::optional<Request> Client::step(Tick now, Time wall) {
  auto& me = *impl_;
  if (me.asked != Impl::Asked::Nothing || (me.one_pass() && me.state.done)) return {};
  const bool nudged = me.nudged.exchange(false);
  if (now < me.again) {
    if (!nudged) return {};
    if (now < me.tried + try_again_min) {
      me.nudged = true;  // again_at() says when
      return {};
    }
  }
  me.out_of_turn = now < me.again;
  auto request = me.next(now, wall);
  if (!request) return {};
  sign_request(*request, me.config.self, me.config.key, wall);
  me.request = {request->method, request->target, request->headers, {}};
  me.sent_wire_bytes = request->body.size();
  return request;
}

void Client::received(const Result<Reply>& reply, Tick now, Time wall) { impl_->take(reply, now, wall); }
Tick Client::again_at() const { return impl_->nudged ? std::min(impl_->again, impl_->tried + try_again_min) : impl_->again; }
Span Client::patience() const { return impl_->patience; }
void Client::nudge() { impl_->nudged = true; }
bool Client::waiting() const { return impl_->asked == Impl::Asked::Wait; }
const ClientState& Client::state() const { return impl_->state; }

// ---- signatures ----------------------------------------------------------------------------------------------------

void sign_request(Request& request, const Origin& self, const KeyPair& key, Time wall) {
  const auto time = std::to_string(wall.time_since_epoch().count());
  request.headers.push_back({"Yizhan-Device", self});
  request.headers.push_back({"Yizhan-Time", time});
  request.headers.push_back({"Yizhan-Signature", sign(request_text(request, time), key.secret_hex)});
}

Status check_reply(const Reply& reply, const Request& request, std::string_view hub_public_hex) {
  if (reply.status >= 300 && reply.status < 400) return Error{Code::Unavailable, "not our hub: redirect"};
  const auto signature = header(reply.headers, "Yizhan-Signature");
  if (signature.empty()) {
    // What stands in front of a hub (its own HTTP edge, a proxy) may be too busy; that is trouble, never success.
    if (reply.status >= 400) return Error{Code::Unavailable, "no hub behind it: status " + std::to_string(reply.status)};
    const auto type = header(reply.headers, "Content-Type");
    return Error{Code::Unavailable, type.starts_with("text/html") ? "not our hub: a web page" : "not our hub: unsigned reply"};
  }
  if (!verify_signature(reply_text(reply, request), signature, hub_public_hex)) return Error{Code::Unavailable, "not our hub: wrong signature"};
  if (reply.status >= 200 && reply.status < 300) return Done{};
  Refusal refusal{"unavailable", "status " + std::to_string(reply.status), 0};
  if (const auto body = body_of(reply))
    if (auto read = refusal_from_json(*body)) refusal = std::move(*read);
  Code code = Code::Invalid;
  if (refusal.code == "gap" || refusal.code == "not_found") code = Code::NotFound;
  else if (refusal.code == "fork" || refusal.code == "conflict") code = Code::Conflict;
  else if (refusal.code == "corrupt") code = Code::Corrupt;
  else if (refusal.code == "unavailable") code = Code::Unavailable;
  return Error{code, refusal.code + ": " + refusal.what};
}

Result<std::string> ask(Transport& transport, const Pinned& pinned, std::string_view method, std::string_view target, std::string body,
                        Time wall, Span patience) {
  Request request{std::string(method), std::string(target), {}, {}};
  if (!body.empty()) set_body(request, std::move(body), "application/json");
  sign_request(request, pinned.self, pinned.key, wall);
  const auto reply = transport.exchange(request, patience);
  if (!reply) return reply.error();
  if (const auto sound = check_reply(*reply, request, pinned.hub_public_hex); !sound) return sound.error();
  return body_of(*reply);
}

Result<Enrolment> enrol(Transport& transport, const EnrolAsk& ask, const KeyPair& key, Time wall) {
  Request request{"POST", "/v1/enrol", {}, {}};
  set_body(request, to_json(ask), "application/json");
  sign_request(request, ask.origin, key, wall);
  const auto reply = transport.exchange(request, Span{15'000});
  if (!reply) return reply.error();
  const auto body = body_of(*reply);
  if (!body) return body.error();
  if (reply->status != 200) {
    if (const auto refusal = refusal_from_json(*body); refusal && reply->status < 500)
      return Error{Code::Invalid, refusal->code + ": " + refusal->what};
    return Error{Code::Unavailable, "no hub behind it: status " + std::to_string(reply->status)};
  }
  auto enrolment = enrolment_from_json(*body);
  if (!enrolment) return Error{Code::Unavailable, "not a hub: " + enrolment.error().what};
  // The reply must at least be signed by the very key it asks us to pin.
  if (const auto sound = check_reply(*reply, request, enrolment->hub_public_hex); !sound) return sound.error();
  if (enrolment->origin != ask.origin) return Error{Code::Unavailable, "not a hub: enrolled somebody else"};
  return enrolment;
}

}  // namespace yizhan::sync
