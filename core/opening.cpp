#include "core/opening.h"

#include <algorithm>

#include "core/envelope.h"
#include "core/text.h"
#include "core/tr.h"

namespace yizhan {
namespace {

/// The envelope that holds the whole of a fact, its own type's.
const std::string* envelope_in(const Fact& fact) {
  if (const auto* sealed = std::get_if<SealedFact>(&fact)) return &sealed->sealed;
  const std::string* words = nullptr;
  if (const auto* disposed = std::get_if<Disposed>(&fact)) words = &disposed->words;
  if (const auto* overridden = std::get_if<RouteOverridden>(&fact)) words = &overridden->words;
  return words != nullptr && !words->empty() ? words : nullptr;
}

}  // namespace

Opening open_matter(const MatterId& matter, std::span<const Event> events, const KeyPair& reader, const std::function<std::vector<std::string>(const Origin&)>& device_keys) {
  Opening out;
  out.events.assign(events.begin(), events.end());
  std::optional<FiledContent> content;
  const auto check = [&](const Event& event, const std::string& envelope) {
    if (!device_keys) return;
    const auto keys = device_keys(event.id.origin);
    if (keys.empty() || std::any_of(keys.begin(), keys.end(), [&](const std::string& key) { return envelope_signed_by(envelope, key); })) return;
    std::string words = mark("封装的签名与登记的设备不符");
    if (std::find(out.doubts.begin(), out.doubts.end(), words) == out.doubts.end()) out.doubts.push_back(std::move(words));
  };
  for (Event& event : out.events) {
    if (event.matter != matter || !event.body) continue;
    auto fact = fact_of(event);
    if (!fact) continue;
    if (const auto* filed = std::get_if<Filed>(&*fact); filed != nullptr && filed->key_set > 0 && !filed->sealed.empty()) {
      const auto plain = open_envelope(filed->sealed, matter, reader);
      auto inside = plain ? decode_content(*plain) : Result<FiledContent>(plain.error());
      if (!inside) {
        out.refused = true;
        continue;
      }
      check(event, filed->sealed);
      content = std::move(*inside);
      Filed open = *filed;
      open.petition = content->petition;
      event.body = encode_fact(open);
      out.opened = true;
    } else if (const std::string* sealed = envelope_in(*fact); sealed != nullptr) {
      const auto plain = open_envelope(*sealed, matter, reader);
      if (!plain || !decode_fact(event.type, event.v, *plain)) continue;
      check(event, *sealed);
      event.body = *plain;
    } else if (auto* queued = std::get_if<Queued>(&*fact); queued != nullptr && queued->reason.starts_with(envelope_begins)) {
      auto plain = open_envelope(queued->reason, matter, reader);
      if (!plain || !valid_utf8(*plain)) continue;  // the hub stated it: who signed the words shows when the desk's own facts are opened
      queued->reason = std::move(*plain);
      event.body = encode_fact(*queued);
    }
  }
  if (!content) return out;
  // What the machine thought stands inside, what was done outside: together they are the fact that was meant.
  for (Event& event : out.events) {
    if (event.matter != matter || event.type != "routed" || !event.body) continue;
    auto fact = fact_of(event);
    auto* routed = fact ? std::get_if<Routed>(&*fact) : nullptr;
    if (routed == nullptr) continue;
    routed->ruling = content->ruling;
    routed->suggested = content->suggested;
    routed->by = content->by;
    event.body = encode_fact(*routed);
  }
  return out;
}

}  // namespace yizhan
