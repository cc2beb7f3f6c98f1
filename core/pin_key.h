/// A person's PIN before the hall's duty key (trust.md 8.5). A PIN of six digits cannot protect a key on a disk: 10^6 of them are
/// tried in two hours. So the key lies on the station under a key that needs something of the hub too, the pepper, and the hub counts.
///
///   master   = Argon2id(PIN, salt)                     or what a smart card opened
///   verifier = BLAKE2b(key: master, "yizhan-pin-verifier")   shown to the hub, which keeps only its hash
///   KEK      = BLAKE2b(key: BLAKE2b(key: master, "yizhan-pin-half"), pepper)
///
/// Station alone: nothing tells a right PIN from a wrong one. Hub alone: it has neither the salt nor the box.
/// libsodium stays behind this header.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/seal.h"

namespace yizhan {

struct PinCost { int ops = 4; std::size_t bytes = std::size_t{256} << 20; };  ///< 0.4 s; kept beside the box, so that it may grow
struct PinHalves {
  std::string verifier;  ///< hex, 32 bytes
  std::string half;      ///< hex, 32 bytes: never leaves the station
  ~PinHalves() { wipe(half); }
};

inline constexpr std::size_t pin_digits_min = 6, pin_digits_max = 12;
/// Errors: Invalid, in the words of a form: too short, not digits, or one that everybody tries first.
Status check_pin(std::string_view pin);

std::string new_salt();    ///< 16 bytes, hex
std::string new_secret();  ///< 32 bytes, hex: a pepper, a card's master
/// Errors: Invalid (salt, cost), Unavailable (no memory for the cost).
Result<PinHalves> pin_halves(std::string_view pin, std::string_view salt_hex, const PinCost& cost);
/// The same from what a card opened.
Result<PinHalves> card_halves(std::string_view master_hex);

/// The hall's secret under the KEK; base64. Errors: Invalid (a key that is none).
Result<std::string> lock_secret(std::string_view secret, const PinHalves& pin, std::string_view pepper_hex);
/// Errors: Invalid (another PIN, another pepper, changed).
Result<std::string> unlock_secret(std::string_view locked, const PinHalves& pin, std::string_view pepper_hex);

/// A box for one X25519 key, base64, and its opening. Errors: Invalid.
Result<std::string> box_to(std::string_view plain, std::string_view public_hex);
Result<std::string> open_box(std::string_view boxed, const KeyPair& key);
/// The pair that belongs to an X25519 secret. Errors: Invalid (not 64 hex digits).
Result<KeyPair> box_keys_of(std::string_view secret_hex);

}  // namespace yizhan
