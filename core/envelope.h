/// The second envelope, "YZ2": what trust.md §8.3 asks for, with the payload packed before it is sealed.
///
///   "YZ2" ‖ suite (1) ‖ length (1) matter ‖ length (1) device ‖ wall time ms (8, big endian) ‖ key-set version (4) ‖ dictionary (1)
///   ‖ nonce (24) ‖ three wraps of 112 in random order ‖ commitment (32) ‖ ciphertext ‖ Ed25519 signature (64)
///
/// Nothing in it tells the class: three wraps always, no recipient named, the plaintext zstd-packed with a shipped dictionary and padded to
/// steps (padded_bytes). The signature is over BLAKE2b-512 of everything before it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/seal.h"

namespace yizhan {

namespace sealing { class WrapKeys; }

struct EnvelopeHead {
  int suite = 1;          ///< 1: libsodium (X25519, XChaCha20-Poly1305, Ed25519)
  MatterId matter;
  Origin device;
  Time at{};
  int key_set = 0;
  bool small = false;     ///< not written: padded to fact steps, not to matter steps (padded_bytes)
};

/// Base64. At most three recipients. Errors: Invalid (a key that is none; no recipient).
Result<std::string> seal_envelope(std::string_view plain, const EnvelopeHead& head, const std::vector<std::string>& recipient_public_hex,
                                  std::string_view signing_secret_hex);
/// The same with wraps whose keys were made before (core/seal_wraps.h): four fifths of what a seal costs. Errors: Invalid (the signing key).
Result<std::string> seal_envelope(std::string_view plain, const EnvelopeHead& head, sealing::WrapKeys&& wraps, std::string_view signing_secret_hex);
/// Makes ahead what the next packing on this thread needs (half a megabyte, for one text).
void prepare_packing();
/// The readable part. Errors: Invalid.
Result<EnvelopeHead> envelope_head(std::string_view envelope);
/// Whether this device signed exactly these bytes.
bool envelope_signed_by(std::string_view envelope, std::string_view device_public_hex);
/// Opens for one recipient; `matter` must be the one it was sealed for. The signature is checked apart (envelope_signed_by): who opens
/// may know the device or not. Errors: Invalid, one word for whatever keeps it closed.
Result<std::string> open_envelope(std::string_view envelope, const MatterId& matter, const KeyPair& recipient);
/// Opens whatever any released version sealed: YZ1 or YZ2.
Result<std::string> open_any(std::string_view envelope, const MatterId& matter, const KeyPair& recipient);

/// Sizes show only in these steps, after packing. A matter: 2 KiB, then multiples of 4 KiB; nearly every accusation and nearly every ordinary matter is in
/// the first (tests/bench/blind_bench). A small fact about one: 256 bytes, doubled up to 4 KiB, then multiples of that.
std::size_t padded_bytes(std::size_t packed, bool small = false);

}  // namespace yizhan
