#include "core/opening.h"

#include <algorithm>

#include "core/envelope.h"
#include "core/tr.h"

namespace yizhan {

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
    const auto fact = fact_of(event);
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
    } else if (const auto* sealed = std::get_if<SealedFact>(&*fact)) {
      const auto plain = open_envelope(sealed->sealed, matter, reader);
      if (!plain || !decode_fact(event.type, event.v, *plain)) continue;
      check(event, sealed->sealed);
      event.body = *plain;
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
