#include "core/receipt_proof.h"

#include <array>
#include <charconv>
#include <vector>

namespace yizhan {
namespace {

constexpr std::size_t half_digest_hex = 32;  // 128 bits of each hash: a second text with the same ones is out of reach, and the code stays coarse
constexpr std::size_t signature_hex_digits = 128;

std::string signed_text(const ReceiptProof& proof) {
  return "yizhan receipt 2\n" + proof.matter + "\n" + std::to_string(proof.at.time_since_epoch().count()) + "\n" + proof.envelope32 + "\n" + proof.head32;
}

int nibble(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

/// Hex to base64url without padding: no '+', '/' or '=', which keyboards behind a scanner confuse.
std::string url64(std::string_view hex_text) {
  std::string raw;
  for (std::size_t i = 0; i + 1 < hex_text.size(); i += 2) raw.push_back(static_cast<char>(nibble(hex_text[i]) << 4 | nibble(hex_text[i + 1])));
  std::string out = base64(raw);
  while (!out.empty() && out.back() == '=') out.pop_back();
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

Result<std::string> from_url64(std::string_view text, std::size_t hex_digits) {
  std::string plain(text);
  for (char& c : plain) c = c == '-' ? '+' : c == '_' ? '/' : c;
  plain.append((4 - plain.size() % 4) % 4, '=');
  const auto raw = from_base64(plain);
  if (!raw || raw->size() * 2 != hex_digits) return Error{Code::Invalid, "receipt: a part is missing or damaged"};
  std::string out;
  for (const char c : *raw) {
    constexpr std::string_view digits = "0123456789abcdef";
    out.push_back(digits[static_cast<unsigned char>(c) >> 4]);
    out.push_back(digits[static_cast<unsigned char>(c) & 15]);
  }
  return out;
}

}  // namespace

ReceiptProof prove_receipt(const MatterId& matter, std::string_view query_code, Time at, std::string_view filed_hash, std::string_view head_hash,
                           std::string_view device_secret_hex) {
  ReceiptProof proof{matter, std::string(query_code), at, std::string(filed_hash.substr(0, half_digest_hex)), std::string(head_hash.substr(0, half_digest_hex)), {}};
  proof.signature_hex = sign(signed_text(proof), device_secret_hex);
  return proof;
}

std::string encode_receipt_proof(const ReceiptProof& proof) {
  return "XF2:" + proof.matter + ":" + proof.query_code + ":" + std::to_string(proof.at.time_since_epoch().count()) + ":" + url64(proof.envelope32) + ":" +
         url64(proof.head32) + ":" + url64(proof.signature_hex);
}

Result<ReceiptProof> decode_receipt_proof(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  if (text.size() > 300) return Error{Code::Invalid, "receipt: too long"};
  std::vector<std::string_view> parts;
  for (;;) {
    const auto colon = text.find(':');
    parts.push_back(text.substr(0, colon));
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
  }
  if (parts.size() != 7 || parts[0] != "XF2") return Error{Code::Invalid, "receipt: expected the text of a receipt's QR code, XF2:…"};
  ReceiptProof proof;
  const auto number = canonical_matter_id(parts[1]);
  if (!number || *number != parts[1]) return Error{Code::Invalid, "receipt: the number is damaged"};
  proof.matter = *number;
  if (!parts[2].empty()) {
    const auto code = canonical_query_code(parts[2]);
    if (!code) return Error{Code::Invalid, "receipt: the query code is damaged"};
    proof.query_code = *code;
  }
  std::int64_t ms = 0;
  const auto [end, trouble] = std::from_chars(parts[3].data(), parts[3].data() + parts[3].size(), ms);
  if (trouble != std::errc{} || end != parts[3].data() + parts[3].size() || ms < 0) return Error{Code::Invalid, "receipt: the moment is damaged"};
  proof.at = Time{Span{ms}};
  auto envelope = from_url64(parts[4], half_digest_hex), head = from_url64(parts[5], half_digest_hex), signature = from_url64(parts[6], signature_hex_digits);
  for (const auto* part : {&envelope, &head, &signature})
    if (!*part) return part->error();
  proof.envelope32 = std::move(*envelope);
  proof.head32 = std::move(*head);
  proof.signature_hex = std::move(*signature);
  return proof;
}

bool receipt_signed_by(const ReceiptProof& proof, std::string_view device_public_hex) {
  return verify_signature(signed_text(proof), proof.signature_hex, device_public_hex);
}

}  // namespace yizhan
