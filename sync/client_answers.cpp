// What the hub said, and what follows: heads, acknowledgements, events, refusals.
#include <charconv>

#include "core/anchor.h"
#include "sync/client_impl.h"

namespace yizhan::sync {
namespace {

constexpr Span older_hub{3'600'000};       // before a hub that knew nothing of attachments is asked again

}  // namespace

void Client::Impl::take_heads(const std::string& body, Tick now) {
  auto heads = heads_from_json(body);
  if (!heads) return failed("not our hub: " + heads.error().what, now);
  hub.clear();
  county_said.clear();
  for (const auto& row : heads->heads) {
    hub[row.head.origin] = row.head;
    if (!pushes(row.head.origin)) continue;
    county_said[row.head.origin] = row.county;
    if (!row.county_anchor || row.county_anchor->head.seq <= state.county_anchors[row.head.origin].head.seq) continue;
    const Anchor& anchor = *row.county_anchor;
    bool holds = false;
    with_log([&](EventLog& event_log) { holds = by_county(anchor) && sound(event_log, anchor, county_key(event_log, anchor)); });
    if (holds) state.county_anchors[row.head.origin] = anchor;
    else state.trouble = "a countersignature of the county does not hold: " + row.head.origin;
  }
  checked.clear();
  if (!blocked.empty() && now - blocked_at >= blocked_for) {
    blocked.clear();
    state.stopped.reset();
  }
  met = true;
  version = heads->version;
  if (heads->hall) state.hall = std::move(heads->hall);
  blobs_said = heads->blobs;
  keys_said = heads->keys;
  blob_have.clear();  // it may have learned of them, or forgotten them
  again = now;
}

void Client::Impl::measure(Tick now) {
  const auto elapsed = std::max<std::int64_t>((now - tried).count(), 1);
  const double rate = static_cast<double>(sent_wire_bytes) / static_cast<double>(elapsed);
  link_bytes_per_ms = link_bytes_per_ms > 0 ? 0.5 * link_bytes_per_ms + 0.5 * rate : rate;
}

void Client::Impl::take_ack(const std::string& body, Tick now) {
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

Status Client::Impl::note_requests(EventLog& event_log, const Origin& origin) {
  // The place is written down after the notes: whatever cuts this off, the next start goes on from there.
  const std::string place = note_name("requests." + origin);
  std::uint64_t seq = 0;
  if (const auto note = event_log.note(place)) std::from_chars(note->data(), note->data() + note->size(), seq);
  const std::uint64_t before = seq;
  for (;;) {
    const auto events = event_log.after(origin, seq, 500);
    if (!events) return events.error();
    if (events->empty()) break;
    for (const Event& event : *events) {
      const auto fact = event.type == "filed" ? fact_of(event) : Result<Fact>(Error{});
      const auto* filed = fact ? std::get_if<Filed>(&*fact) : nullptr;
      if (filed == nullptr || filed->source_ref.empty() || event_log.stated(filed->source_ref)) continue;
      if (const auto written = event_log.put_note("request/" + filed->source_ref, event.matter); !written) return written;
    }
    seq = events->back().id.seq;
  }
  return seq == before ? Status(Done{}) : event_log.put_note(place, std::to_string(seq));
}

void Client::Impl::take_lines(const std::string& body, Tick now) {
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
      if (const auto done = note_requests(event_log, log); !done) trouble = done.error();
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

void Client::Impl::take_keys(const std::string& body, Tick now) {
  const auto taken = config.take_keys(body);
  state.keys_trouble = taken ? "" : taken.error().what;
  // Whatever came of it, this version was dealt with: a set that is refused is not fetched at every turn.
  config.keys = keys_said;
  again = now;
}

void Client::Impl::take_refusal(const Reply& reply, Tick now) {
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
  if (asked == Asked::Push && reply.status == 403) {
    // This one log is not taken (its device moved here from another hall): what others said and what comes down must not wait behind it. A hub that
    // knows nothing of us refuses the heads already.
    stop(log, {Code::Invalid, "log " + log + ": " + refusal.code + ", " + refusal.what});
    state.trouble = state.stopped->what;
    again = now;
    return;
  }
  if (asked == Asked::Push && reply.status == 413) config.batch_bytes_max = std::max(config.batch_bytes_max / 2, config.batch_bytes_min);
  failed(refusal.code + ": " + refusal.what, now);
}

Span Client::Impl::retry_after(const Reply& reply) const {
  const auto text = header(reply.headers, "Retry-After");
  std::uint64_t seconds = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || read.ec == std::errc::invalid_argument) return Span{0};
  if (read.ec == std::errc::result_out_of_range) return config.retry_max;
  // Whatever a server asks for, we come back within retry_max (R11).
  return Span{static_cast<std::int64_t>(std::min<std::uint64_t>(seconds, 86'400) * 1000)};
}

void Client::Impl::take(const Result<Reply>& reply, Tick now, Time wall) {
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

}  // namespace yizhan::sync
