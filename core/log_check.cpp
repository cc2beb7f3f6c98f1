#include "core/log_check.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "core/number.h"

namespace yizhan {

std::string checkpoint_text(const Origin& origin, const Checkpointed& c) {
  return "yizhan checkpoint 1\n" + origin + "\n" + std::to_string(c.through) + "\n" + c.hash + "\n" + c.day + "\n" + c.reason;
}
std::string day_key_text(const Origin& origin, const Checkpointed& c) {
  return "yizhan day key 1\n" + origin + "\n" + std::to_string(c.through) + "\n" + c.hash + "\n" + c.day + "\n" + c.before + "\n" + c.key;
}

std::shared_ptr<const LogCheck::Known> LogCheck::known(std::vector<Anchor> anchors, std::vector<std::string> device_keys) {
  auto made = std::make_shared<Known>();
  made->anchors = std::move(anchors);
  made->device_keys = std::move(device_keys);
  std::stable_sort(made->anchors.begin(), made->anchors.end(), [](const Anchor& a, const Anchor& b) { return a.head.seq < b.head.seq; });
  return made;
}

LogCheck::LogCheck(Origin origin, std::shared_ptr<const Known> known) : origin_(std::move(origin)), known_(std::move(known)) {
  for (const Anchor& anchor : known_->anchors)
    if (anchor.head.origin == origin_ && !check_anchor(anchor))
      finding(anchor.head.seq, "anchor: the countersignature of " + anchor.by + " does not fit its own key");
}

void LogCheck::begin_after(std::uint64_t seq, const Digest& hash) {
  seq_ = seq;
  previous_ = hash;
  partial_ = true;
  while (anchor_ < known_->anchors.size() && known_->anchors[anchor_].head.seq <= seq) ++anchor_;
}

void LogCheck::take(const Event& event) {
  const std::uint64_t seq = event.id.seq;
  if (event.id.origin != origin_) return finding(seq, "edited: an entry of another log, " + event.id.origin);
  if (seq <= seq_) {
    finding(seq, "out of order: entry " + std::to_string(seq) + " stands after " + std::to_string(seq_));
    return;
  }
  if (seq > seq_ + 1) {
    finding(seq_ + 1, seq == seq_ + 2 ? "missing: entry " + std::to_string(seq_ + 1)
                                      : "missing: entries " + std::to_string(seq_ + 1) + " to " + std::to_string(seq - 1));
    sure_ = false;  // what it follows is not here
  }
  if (event.body && hash_bytes(*event.body) != event.body_hash) finding(seq, "edited: the text is not the one that was stated");
  if (!event.body) ++erased_;
  const Digest before = previous_;
  const bool was_sure = sure_;
  if (sure_ && chain_hash(previous_, event) != event.hash) {
    bool swapped = false;
    for (const Odd& odd : odd_) {
      Event there = event;
      there.id.seq = odd.seq;
      if (chain_hash(odd.before, there) != event.hash) continue;
      finding(seq, "swapped: this is entry " + std::to_string(odd.seq) + ", they have changed places");
      swapped = true;
      break;
    }
    if (!swapped) finding(seq, "edited: it does not follow from the entries before it");
    odd_.push_back({seq, previous_});
  }
  seq_ = seq;
  previous_ = event.hash;
  sure_ = true;
  for (; anchor_ < known_->anchors.size() && known_->anchors[anchor_].head.seq <= seq; ++anchor_) {
    const Anchor& anchor = known_->anchors[anchor_];
    if (anchor.head.origin != origin_ || anchor.head.seq != seq || !check_anchor(anchor)) continue;
    if (anchor.head.hash == event.hash) anchored_ = seq;
    else finding(seq, "rewritten: " + anchor.by + " countersigned another entry " + std::to_string(seq) + " on " + iso_minute(anchor.at));
  }
  if (event.type == "checkpointed" && event.v == 1 && event.body && was_sure) checkpoint(event, before);
}

void LogCheck::checkpoint(const Event& event, const Digest& before) {
  const std::uint64_t seq = event.id.seq;
  const auto fact = fact_of(event);
  const auto* c = fact ? std::get_if<Checkpointed>(&*fact) : nullptr;
  if (c == nullptr) return finding(seq, "checkpoint: it cannot be read");
  if (c->through + 1 != seq || c->hash != hex(before))
    return finding(seq, "checkpoint: it was signed over another history than the one before it");
  if (!c->endorsed_device.empty() || !c->endorsed_before.empty() || !c->before.empty()) {
    // A new day key: the old one and the device answer for it.
    const std::string text = day_key_text(origin_, *c);
    if (key_ ? c->before != *key_ : !c->before.empty() && !partial_)
      finding(seq, key_ && c->before.empty() ? "checkpoint: a day key that the one before it does not vouch for"
                                             : "checkpoint: a day key that names another one before it");
    else if (!c->before.empty() && !verify_signature(text, c->endorsed_before, c->before))
      finding(seq, "checkpoint: the day key before this one did not endorse it");
    const auto& keys = known_->device_keys;
    if (!keys.empty() && std::none_of(keys.begin(), keys.end(), [&](const auto& key) { return verify_signature(text, c->endorsed_device, key); }))
      finding(seq, "checkpoint: the device did not endorse this day key");
    key_ = c->key;
    ++day_keys_;
  } else if (key_ ? c->key != *key_ : !partial_) {
    finding(seq, "checkpoint: signed with a key that nobody endorsed");
  } else {
    key_ = c->key;
  }
  if (!verify_signature(checkpoint_text(origin_, *c), c->signature, c->key))
    return finding(seq, "checkpoint: the signature does not fit: what stands before it was rewritten, or it was forged");
  if (c->reason == "opened" && !last_reason_.empty() && last_reason_ != "closed") unclean_.push_back(seq);
  last_reason_ = c->reason;
  last_checkpoint_ = seq;
  ++checkpoints_;
}

void LogCheck::end(const Head& head) {
  if (head.seq > seq_) finding(seq_, "truncated: the log says that it has " + std::to_string(head.seq) + " entries, " + std::to_string(seq_) + " are here");
  else if (head.seq < seq_) finding(seq_, "edited: the log says that it has " + std::to_string(head.seq) + " entries, " + std::to_string(seq_) + " are here");
  else if (head.hash != previous_) finding(seq_, "edited: the log says that its last entry is another one");
  for (std::size_t i = known_->anchors.size(); i > anchor_; --i) {
    const Anchor& anchor = known_->anchors[i - 1];
    if (anchor.head.origin != origin_ || anchor.head.seq <= seq_ || !check_anchor(anchor)) continue;
    finding(seq_, "rolled back or truncated: " + anchor.by + " countersigned entry " + std::to_string(anchor.head.seq) + " on " + iso_minute(anchor.at) +
                      ", here the log ends at " + std::to_string(seq_));
    break;
  }
}

Result<Proved> prove(const EventLog& log, std::vector<Anchor> outside, const Origin& device, const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  Proved out;
  auto anchors = log.anchors();
  if (!anchors) return anchors.error();
  const auto heads = log.heads();
  if (!heads) return heads.error();
  out.anchors_inside = anchors->size();
  out.anchors_outside = outside.size();
  anchors->insert(anchors->end(), std::make_move_iterator(outside.begin()), std::make_move_iterator(outside.end()));
  std::map<Origin, std::vector<Anchor>> of;
  for (Anchor& anchor : *anchors) of[anchor.head.origin].push_back(std::move(anchor));
  std::map<Origin, LogCheck> checks;
  for (const Head& head : *heads) checks.emplace(head.origin, LogCheck(head.origin, LogCheck::known(of.contains(head.origin) ? std::move(of.at(head.origin)) : std::vector<Anchor>{})));
  for (const auto& [origin, some] : of)
    if (!checks.contains(origin) && (device.empty() || device_of(origin) == device)) out.damage.push_back({origin, 0, "rolled back or truncated: this log was countersigned and is not here"});

  const auto plain = log.verify(progress, [&](const Event& event) {
    if (const auto check = checks.find(event.id.origin); check != checks.end()) check->second.take(event);
  });
  if (!plain) return plain.error();
  std::set<std::pair<Origin, std::uint64_t>> named;
  for (const Head& head : *heads) {
    LogCheck& check = checks.at(head.origin);
    check.end(head);
    for (const Damage& damage : check.findings()) {
      out.damage.push_back(damage);
      named.emplace(damage.origin, damage.seq);
    }
    out.logs.push_back({head, check.checkpoints(), check.day_keys(), check.anchored(), check.erased(), check.unclean()});
  }
  // Said once, in the words that say more.
  for (const Damage& damage : *plain)
    if (!named.contains({damage.origin, damage.seq})) out.damage.push_back(damage);
  return out;
}

}  // namespace yizhan
