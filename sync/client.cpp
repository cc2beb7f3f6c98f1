// The client's turn: whose logs go where, what is asked next, and what it notes for the next start.
#include <charconv>
#include <tuple>

#include "core/anchor.h"
#include "sync/client_impl.h"

namespace yizhan::sync {
namespace {

constexpr Span try_again_min{1'000};      // a nudge while the hub is away does not become a storm

constexpr std::uint64_t lines_max = 1000;  // events asked for in one pull

std::string seconds_text(Span span) { return std::to_string(std::max<std::int64_t>(span.count() / 1000, 1)); }

/// "17 9": two numbers of a note; zeroes when unreadable (losing a mark costs one repeated message).
std::pair<std::uint64_t, std::uint64_t> two_numbers(std::string_view text) {
  std::uint64_t a = 0, b = 0;
  const auto first = std::from_chars(text.data(), text.data() + text.size(), a);
  if (first.ec == std::errc{} && first.ptr != text.data() + text.size()) std::from_chars(first.ptr + 1, text.data() + text.size(), b);
  return {a, b};
}

}  // namespace

bool Client::Impl::pushes(const Origin& origin) const {
  if (blocked.contains(origin)) return false;
  if (!config.relay) return device_of(origin) == config.self;
  return std::find(config.pull.begin(), config.pull.end(), device_of(origin)) == config.pull.end();
}

bool Client::Impl::pulls(const Origin& origin) const {
  if (blocked.contains(origin)) return false;
  // What we said in an earlier epoch and lost with a disk comes back from whoever kept it.
  if (device_of(origin) == config.self) return origin != own_log();
  return std::any_of(config.pull.begin(), config.pull.end(), [&](const auto& name) { return name == "*" || name == device_of(origin); });
}

bool Client::Impl::sound(EventLog& event_log, const Anchor& anchor, std::string_view key_hex) {
  if (anchor.key_hex != key_hex || !check_anchor(anchor)) return false;
  if (anchor.head.seq == 0) return false;
  const auto own = event_log.after(anchor.head.origin, anchor.head.seq - 1, 1);
  return own && own->size() == 1 && own->front().id.seq == anchor.head.seq && own->front().hash == anchor.head.hash;
}

std::string Client::Impl::county_key(EventLog& event_log, const Anchor& anchor) {
  const std::string name = note_name("county_key");
  if (const auto note = event_log.note(name)) return *note;
  if (!check_anchor(anchor) || !event_log.put_note(name, anchor.key_hex)) return {};
  return anchor.key_hex;
}

// ---- notes: marks and the moment of completeness survive a restart -----------------------------------------------

void Client::Impl::load(EventLog& event_log) {
  loaded = true;
  if (const auto heads = event_log.heads()) {
    for (const auto& head : *heads) {
      if (device_of(head.origin) == config.self && head.origin != own_log()) static_cast<void>(note_requests(event_log, head.origin));  // again with the next batch
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

void Client::Impl::save(EventLog& event_log) {
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

void Client::Impl::stop(const Origin& origin, Error error) {
  if (blocked.empty()) blocked_at = tried;
  blocked.insert(origin);
  if (!state.stopped) state.stopped = std::move(error);
}

void Client::Impl::failed(std::string words, Tick now, Span at_least) {
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

void Client::Impl::succeeded(Time wall) {
  state.online = true;
  state.last_contact = wall;
  state.trouble.clear();
  state.failures = 0;
}

// ---- what to ask next --------------------------------------------------------------------------------------------

Request Client::Impl::begin(Asked what, std::string_view method, std::string target, Tick now, Span wait_ms) {
  asked = what;
  request = Request{std::string(method), std::move(target), {}, {}};
  patience = wait_ms;
  tried = now;
  return request;
}

std::size_t Client::Impl::plain_bytes_now() const {
  double wire = static_cast<double>(config.batch_bytes_min);
  if (link_bytes_per_ms > 0) wire = link_bytes_per_ms * static_cast<double>(config.batch_time.count());
  wire = std::clamp(wire, static_cast<double>(config.batch_bytes_min), static_cast<double>(config.batch_bytes_max));
  return static_cast<std::size_t>(wire / packed_share);
}

Status Client::Impl::check_head(EventLog& event_log, const Origin& origin, const Head& theirs, std::uint64_t ours) {
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

std::optional<Request> Client::Impl::push_next(EventLog& event_log, const std::vector<Head>& heads, Tick now) {
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
      // A log that is longer there was not compared: what is known of it stays, and its author sends it again.
      if (theirs.seq <= head.seq) {
        mark.hub = mark.sent = theirs.seq;
        if (const auto said = county_said.find(head.origin); said != county_said.end()) mark.county = std::max(mark.county, std::min(said->second, theirs.seq));
      }
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

std::optional<Request> Client::Impl::pull_next(EventLog& event_log, Tick now) {
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

std::optional<Request> Client::Impl::next(Tick now, Time wall) {
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
    // What we had said in earlier epochs is here again (kiosk/cli/epochs.h).
    if (const auto owed = event_log.note("epoch.owed"); owed && !owed->empty()) static_cast<void>(event_log.put_note("epoch.owed", ""));
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

}  // namespace yizhan::sync
