#include "sync/hub_receipt.h"

#include <algorithm>

namespace yizhan::sync {

Result<ReceiptCheck> check_receipt(const EventLog& log, const std::vector<Device>& devices, std::string_view text, std::string_view key_hex) {
  auto proof = decode_receipt_proof(text);
  if (!proof) return proof.error();
  ReceiptCheck out;
  out.proof = std::move(*proof);
  out.device = out.proof.matter.substr(0, 10);
  std::string key(key_hex);
  const auto enrolled = std::find_if(devices.begin(), devices.end(), [&](const Device& d) { return d.origin == out.device; });
  if (key.empty() && enrolled != devices.end()) key = enrolled->public_hex;
  if (!key.empty()) out.signed_by_device = receipt_signed_by(out.proof, key) ? ReceiptCheck::Signed::Yes : ReceiptCheck::Signed::No;
  const auto events = log.of_matter(out.proof.matter);
  if (!events) return events.error();
  for (const Event& event : *events) {
    if (device_of(event.id.origin) != out.device) continue;
    if (event.type == "filed")
      out.known = event.at == out.proof.at && hex(event.body_hash).starts_with(out.proof.envelope32) ? ReceiptCheck::Known::Same : ReceiptCheck::Known::Other;
    // The head it names is the last event of that very filing.
    out.head_found = out.head_found || hex(event.hash).starts_with(out.proof.head32);
  }
  if (out.known == ReceiptCheck::Known::Same && !out.head_found) out.known = ReceiptCheck::Known::Other;
  return out;
}

}  // namespace yizhan::sync
