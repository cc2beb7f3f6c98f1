#include "core/pin_key.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "core/seal_wraps.h"

namespace yizhan {

using namespace sealing;

namespace {

Error bad(std::string_view what) { return {Code::Invalid, "pin: " + std::string(what)}; }

using Key = std::array<unsigned char, 32>;

std::string keyed(const Key& key, std::string_view label) {
  Key out;
  crypto_generichash(out.data(), out.size(), bytes(label), label.size(), key.data(), key.size());
  std::string hex = to_hex(out.data(), out.size());
  sodium_memzero(out.data(), out.size());
  return hex;
}

PinHalves halves(const Key& master) { return {keyed(master, "yizhan-pin-verifier"), keyed(master, "yizhan-pin-half")}; }

/// BLAKE2b over the pepper, keyed with the station's half. False: one of them is no key.
bool kek(Key& out, const PinHalves& pin, std::string_view pepper_hex) {
  auto half = from_hex<32>(pin.half);
  auto pepper = from_hex<32>(pepper_hex);
  if (!half || !pepper) return false;
  crypto_generichash(out.data(), out.size(), pepper->data(), pepper->size(), half->data(), half->size());
  sodium_memzero(half->data(), half->size());
  sodium_memzero(pepper->data(), pepper->size());
  return true;
}

}  // namespace

Status check_pin(std::string_view pin) {
  if (pin.size() < pin_digits_min || pin.size() > pin_digits_max) return bad("6 to 12 digits");
  if (!std::all_of(pin.begin(), pin.end(), [](char c) { return c >= '0' && c <= '9'; })) return bad("digits only");
  const auto steps = [&](int by) { return std::adjacent_find(pin.begin(), pin.end(), [&](char a, char b) { return b - a != by; }) == pin.end(); };
  if (steps(0) || steps(1) || steps(-1)) return bad("this one is tried first by everybody; take another");
  return Done{};
}

std::string new_salt() {
  unsigned char salt[crypto_pwhash_SALTBYTES];
  random_bytes(salt, sizeof salt);
  return to_hex(salt, sizeof salt);
}

std::string new_secret() {
  unsigned char secret[32];
  random_bytes(secret, sizeof secret);
  std::string hex = to_hex(secret, sizeof secret);
  sodium_memzero(secret, sizeof secret);
  return hex;
}

Result<PinHalves> pin_halves(std::string_view pin, std::string_view salt_hex, const PinCost& cost) {
  ready();
  const auto salt = from_hex<crypto_pwhash_SALTBYTES>(salt_hex);
  // A changed file must not make a desk ask the kernel for a terabyte.
  if (!salt || cost.ops < 1 || cost.ops > 16 || cost.bytes < (8u << 20) || cost.bytes > (std::size_t{1} << 30)) return bad("salt or cost of the station's file");
  Key master;
  if (crypto_pwhash(master.data(), master.size(), pin.data(), pin.size(), salt->data(), static_cast<unsigned long long>(cost.ops), cost.bytes,
                    crypto_pwhash_ALG_ARGON2ID13) != 0)
    return Error{Code::Unavailable, "pin: not enough memory"};
  auto out = halves(master);
  sodium_memzero(master.data(), master.size());
  return out;
}

Result<PinHalves> card_halves(std::string_view master_hex) {
  ready();
  auto master = from_hex<32>(master_hex);
  if (!master) return bad("the card opened something else");
  auto out = halves(*master);
  sodium_memzero(master->data(), master->size());
  return out;
}

Result<std::string> lock_secret(std::string_view secret, const PinHalves& pin, std::string_view pepper_hex) {
  ready();
  Key key;
  if (!kek(key, pin, pepper_hex)) return bad("a key is malformed");
  std::string out(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + secret.size(), '\0');
  random_bytes(bytes(out), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(bytes(out) + crypto_secretbox_NONCEBYTES, bytes(secret), secret.size(), bytes(out), key.data());
  sodium_memzero(key.data(), key.size());
  return base64(out);
}

Result<std::string> unlock_secret(std::string_view locked, const PinHalves& pin, std::string_view pepper_hex) {
  ready();
  const auto box = from_base64(locked);
  Key key;
  if (!box || box->size() < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES || !kek(key, pin, pepper_hex)) return bad("the station's file is damaged");
  std::string plain(box->size() - crypto_secretbox_NONCEBYTES - crypto_secretbox_MACBYTES, '\0');
  const auto* nonce = reinterpret_cast<const unsigned char*>(box->data());
  const bool opened = crypto_secretbox_open_easy(bytes(plain), nonce + crypto_secretbox_NONCEBYTES, box->size() - crypto_secretbox_NONCEBYTES, nonce, key.data()) == 0;
  sodium_memzero(key.data(), key.size());
  if (!opened) return bad("it does not open");
  return plain;
}

Result<std::string> box_to(std::string_view plain, std::string_view public_hex) {
  ready();
  const auto key = from_hex<crypto_box_PUBLICKEYBYTES>(public_hex);
  if (!key) return bad("reply_to: 64 hex digits");
  std::string out(plain.size() + crypto_box_SEALBYTES, '\0');
  if (crypto_box_seal(bytes(out), bytes(plain), plain.size(), key->data()) != 0) return bad("reply_to: a weak key");
  return base64(out);
}

Result<std::string> open_box(std::string_view boxed, const KeyPair& key) {
  ready();
  const auto box = from_base64(boxed);
  const auto pk = from_hex<crypto_box_PUBLICKEYBYTES>(key.public_hex);
  auto sk = from_hex<crypto_box_SECRETKEYBYTES>(key.secret_hex);
  if (!box || box->size() < crypto_box_SEALBYTES || !pk || !sk) return bad("the answer cannot be opened");
  std::string plain(box->size() - crypto_box_SEALBYTES, '\0');
  const bool opened = crypto_box_seal_open(bytes(plain), bytes(*box), box->size(), pk->data(), sk->data()) == 0;
  sodium_memzero(sk->data(), sk->size());
  if (!opened) return bad("the answer cannot be opened");
  return plain;
}

Result<KeyPair> box_keys_of(std::string_view secret_hex) {
  ready();
  auto sk = from_hex<crypto_box_SECRETKEYBYTES>(secret_hex);
  if (!sk) return bad("key: 64 hex digits");
  unsigned char pk[crypto_box_PUBLICKEYBYTES];
  crypto_scalarmult_base(pk, sk->data());
  sodium_memzero(sk->data(), sk->size());
  return KeyPair{to_hex(pk, sizeof pk), std::string(secret_hex)};
}

}  // namespace yizhan
