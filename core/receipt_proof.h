/// What a receipt proves: the device's signature over number, moment, envelope and where its log stood (trust.md §8.6). The text stands in
/// the receipt's QR code; anybody who has the device's public key can check it, also when that device was destroyed before
/// anything of it had arrived.
#pragma once
#include <string>
#include <string_view>

#include "core/seal.h"

namespace yizhan {

struct ReceiptProof {
  MatterId matter;
  std::string query_code;    ///< sixteen digits, "" when none; not signed: it is the citizen's secret, not the device's word
  Time at{};                 ///< when it was filed
  std::string envelope32;    ///< first 32 hex digits of the `filed` event's body hash
  std::string head32;        ///< first 32 hex digits of the log's chain hash after the filing
  std::string signature_hex; ///< Ed25519 by the device
};
/// Signs; `filed_hash` and `head_hash` are whole hex digests.
ReceiptProof prove_receipt(const MatterId& matter, std::string_view query_code, Time at, std::string_view filed_hash, std::string_view head_hash,
                           std::string_view device_secret_hex);
/// "XF2:<number>:<query code>:<ms since 1970>:<22>:<22>:<86>", the last three base64url; at most 220 bytes, for a QR code.
std::string encode_receipt_proof(const ReceiptProof& proof);
/// Errors: Invalid (not such a text, a part that is none).
Result<ReceiptProof> decode_receipt_proof(std::string_view text);
bool receipt_signed_by(const ReceiptProof& proof, std::string_view device_public_hex);

}  // namespace yizhan
