/// Cryptography of the core, on libsodium: sealing accusations, device signatures, query tags. Floor 4 inside core:
/// only mains, the store and the sync edges include it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/event.h"
#include "core/result.h"

namespace yizhan {

struct KeyPair { std::string public_hex, secret_hex; };
KeyPair make_box_keys();   ///< X25519: recipients
KeyPair make_sign_keys();  ///< Ed25519: devices and hubs
void wipe(std::string& secret);  ///< overwrites it, as far as it is in memory, and leaves it empty

/// The envelope of trust.md §8.3: padded to 4 KiB, XChaCha20-Poly1305 under a fresh key, the key sealed to every
/// recipient, key commitment, bound to `associated` (the matter number). Always three wraps: unused slots are dummies,
/// so the number of recipients does not show. Returns base64.
Result<std::string> seal(std::string_view plain, std::string_view associated, const std::vector<std::string>& recipient_public_hex);
/// Errors: Invalid (no wrap opens with this key; tampered).
Result<std::string> unseal(std::string_view envelope, std::string_view associated, const KeyPair& recipient);

/// Something large for the same recipients: `about` (what it is, in words) and `content` in one secretstream
/// (XChaCha20-Poly1305) under a fresh key with the same three wraps and commitment, bound to `associated`. Cut short, reordered
/// or continued it does not open: the final tag is required. Padded to `pad`, so that a signature and two minutes of speech look
/// alike. Raw bytes, not base64; at most one piece of plaintext is held beside input and output.
inline constexpr std::size_t attachment_pad_bytes = 256u << 10;
Result<std::string> seal_attachment(std::string_view about, std::string_view content, std::string_view associated,
                                    const std::vector<std::string>& recipient_public_hex, std::size_t pad = attachment_pad_bytes);
struct OpenedAttachment { std::string about, content; };
/// Opens what any released version sealed. Errors: as unseal.
Result<OpenedAttachment> open_attachment(std::string_view sealed, std::string_view associated, const KeyPair& recipient);

std::string sign(std::string_view message, std::string_view secret_hex);  ///< hex, 64 bytes
bool verify_signature(std::string_view message, std::string_view signature_hex, std::string_view public_hex);
std::string fingerprint(std::string_view public_hex);  ///< "4F2A 90C1 …", for two people to compare aloud

/// Verifier of a query code for one matter (Argon2id 8 MiB, salted by the matter number; about 15 ms). Hex.
std::string query_tag(std::string_view canonical_code, const MatterId& matter);
bool same_tag(std::string_view a, std::string_view b);  ///< constant time

// ---- how far it is, for the citizen alone (docs/RECEIPTS.md)

/// The pair a matter's statuses are sealed to, derived from the code alone (Argon2id as query_tag, another salt: about 15 ms). The kiosk
/// keeps the public half with the matter and forgets the other.
KeyPair status_key(std::string_view canonical_code, const MatterId& matter);
/// Seals to that pair. Sizes show in steps of 1 KiB only. Base64. Errors: Invalid (a key that is none; longer than status_bytes_max).
Result<std::string> seal_status(std::string_view text, std::string_view status_public_hex);
/// Errors: Invalid, one word for whatever keeps it closed.
Result<std::string> open_status(std::string_view sealed, const KeyPair& key);
inline constexpr std::size_t status_bytes_max = 16u << 10;

void random_bytes(unsigned char* out, std::size_t n);
std::string new_query_code();
std::string random_id();  ///< 16 random bytes, hex
std::string base64(std::string_view bytes);
Result<std::string> from_base64(std::string_view text);

}  // namespace yizhan
