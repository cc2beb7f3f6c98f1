/// The county's key-set: to whom a matter is sealed, by its class (trust.md §8.2). Public keys only, signed by the root key, whose
/// secret half is offline with two custodians. A device pins the root with its first key-set and takes only newer versions.
/// Floor 4 inside core (libsodium); the values themselves are plain.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/event.h"
#include "core/result.h"
#include "core/seal.h"

namespace yizhan {

/// What decides who may read: everything but an accusation is ordinary (XFTL 30).
enum class SealClass { Ordinary, Accusation };

/// Purposes: "hall" (duty key of one hall), "county", "discipline", "escrow".
struct Recipient {
  std::string id;          ///< "H01-2026Q4": unique in the set, printable ASCII, at most 40 bytes
  std::string purpose;
  Origin hall;             ///< of a hall's duty key: the hall hub's origin; else ""
  std::string public_hex;  ///< X25519
  bool operator==(const Recipient&) const = default;
};

struct KeySet {
  int version = 0;              ///< from 1, only ever grows
  Time issued{}, not_before{}, not_after{};
  std::string root_public_hex;  ///< Ed25519, who signed
  std::vector<Recipient> recipients;
  std::vector<std::string> revoked;  ///< ids and origins of devices that are trusted no more, from at once
  std::vector<std::string> escrow;   ///< the escrow secret, boxed twice, once per pair of custodians (2 of 3), base64; public
  bool operator==(const KeySet&) const = default;
};
inline constexpr std::size_t key_set_bytes_max = 256u << 10;
inline constexpr Span key_set_grace{std::chrono::hours(24 * 90)};  ///< trust.md 8.2: losing complaints is worse than an old key

/// Canonical JSON with the root's signature: {"signature":"…","set":{…}}, keys sorted.
std::string encode_key_set(const KeySet& set, std::string_view root_secret_hex);
/// Errors: Invalid (not that shape, an unknown field, two recipients of one id, a key that is none, no county or discipline
/// recipient, too large, a signature that is not the named root's, or a root other than `pinned_root_hex` when that is not empty).
Result<KeySet> decode_key_set(std::string_view json, std::string_view pinned_root_hex = {});
/// Whether `next` may replace `now`: same root, higher version. Errors: Conflict (rollback, another root).
Status may_follow(const KeySet& now, const KeySet& next);

/// The public keys a matter of this class is sealed to in this hall, at most three (seal()'s wraps). Ordinary: the hall's duty key, the county,
/// escrow. Accusation: discipline and escrow, no one else. Revoked recipients are left out at once; an expired set goes on
/// for `key_set_grace` and after it too: refusing a complaint is worse (`expired()` raises the alarm).
/// Errors: Unavailable (no recipient but escrow is left).
Result<std::vector<std::string>> recipients_of(const KeySet& set, SealClass of, const Origin& hall);
enum class Freshness { Fresh, Expired, Overdue };  ///< Expired: within the grace; Overdue: beyond it
Freshness freshness(const KeySet& set, Time now);

// ---- escrow: two of three custodians -----------------------------------------------------------------------------------

/// Boxes a secret for every pair of the three, one inside the other: A in B, B in C, A in C. No arithmetic of our own.
/// `custodians`: three X25519 public keys, hex. Errors: Invalid.
Result<std::vector<std::string>> escrow_secret(std::string_view secret_hex, const std::vector<std::string>& custodians);
/// One custodian's turn: opens the outer box of every share this key can open, gives what is inside, base64. The second
/// custodian's turn with that gives the secret's hex. Errors: Invalid (nothing here opens with this key).
Result<std::vector<std::string>> open_escrow(const std::vector<std::string>& shares, const KeyPair& custodian);

}  // namespace yizhan
