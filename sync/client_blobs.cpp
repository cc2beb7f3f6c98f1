// Attachments on their way: which piece goes next, and how far the hub says they have come.
#include "sync/client_impl.h"

namespace yizhan::sync {
namespace {

constexpr std::size_t blobs_at_once = 64;  // attachments asked about before they are sent

}  // namespace

std::optional<Request> Client::Impl::ask_blobs(std::vector<Digest> hashes, Tick now) {
  blobs_asked = std::move(hashes);
  auto made = begin(Asked::Blobs, "POST", "/v1/blobs", now, Span{15'000});
  set_body(made, blobs_ask_to_json(blobs_asked), "application/json");
  return made;
}

std::optional<Request> Client::Impl::blobs_next(EventLog& event_log, Tick now) {
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

void Client::Impl::count_blobs(EventLog& event_log) {
  if (const auto here = event_log.blobs_count(Reach::Here)) state.blobs_unsent = *here;
  if (const auto hub_has = event_log.blobs_count(Reach::Hub)) state.blobs_uncounted = *hub_has;
}

bool Client::Impl::mark_blobs(const std::vector<Digest>& at_hub, const std::vector<Digest>& at_county, Tick now) {
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

void Client::Impl::take_blobs(const std::string& body, Tick now) {
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

void Client::Impl::take_piece_ack(const std::string& body, Tick now) {
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

bool Client::Impl::piece_refused(const Refusal& refusal, int status, Tick now) {
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

}  // namespace yizhan::sync
