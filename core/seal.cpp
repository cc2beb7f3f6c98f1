#include "core/seal.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "core/seal_wraps.h"
#include "core/text.h"

namespace yizhan {

using namespace sealing;

namespace {

constexpr std::size_t pad_block = 4096;  // sizes show in steps of 4 KiB only
constexpr std::string_view magic = "YZ1\n";
constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
// magic ‖ nonce ‖ three wraps ‖ commitment ‖ ciphertext
constexpr std::size_t nonce_at = magic.size();
constexpr std::size_t wraps_at = nonce_at + nonce_bytes;
constexpr std::size_t commitment_at = wraps_at + wraps_bytes;
constexpr std::size_t cipher_at = commitment_at + digest_bytes;

/// What the cipher is bound to: everything before it, and the matter it belongs to.
std::string bound(std::string_view envelope, std::string_view associated) {
  std::string out(envelope.substr(0, cipher_at));
  out += associated;
  return out;
}

}  // namespace

// ---- wraps -------------------------------------------------------------------------------------------------------------

namespace sealing {

static_assert(key_bytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES && key_bytes == crypto_secretstream_xchacha20poly1305_KEYBYTES);
static_assert(wrap_bytes == wrapped_bytes + crypto_box_SEALBYTES);

Secret::~Secret() { sodium_memzero(data.data(), data.size()); }

void ready() {
  static const int done = sodium_init();
  YIZHAN_CHECK(done >= 0, "libsodium starts");
}

std::string to_hex(const unsigned char* data, std::size_t n) {
  std::string out(2 * n + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), data, n);
  out.pop_back();
  return out;
}

bool hex_into(unsigned char* out, std::size_t n, std::string_view hex) {
  // One form only: a key that is pinned as text is compared as text, and libsodium reads capitals too.
  if (hex.find_first_of("ABCDEF") != std::string_view::npos) return false;
  std::size_t got = 0;
  const char* end = nullptr;
  return hex.size() == 2 * n && sodium_hex2bin(out, n, hex.data(), hex.size(), nullptr, &got, &end) == 0 && got == n;
}

Hash header_hash(std::string_view what, std::string_view nonce, std::string_view associated) {
  Hash out;
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, out.size());
  crypto_generichash_update(&state, bytes(what), what.size());
  crypto_generichash_update(&state, bytes(nonce), nonce.size());
  crypto_generichash_update(&state, bytes(associated), associated.size());
  crypto_generichash_final(&state, out.data(), out.size());
  return out;
}

Hash commitment(const Secret& secret) {
  Hash out;
  std::string message = "yizhan-commit";
  message.append(reinterpret_cast<const char*>(secret.key()) + key_bytes, digest_bytes);
  crypto_generichash(out.data(), out.size(), bytes(message), message.size(), secret.key(), key_bytes);
  return out;
}

void make_secret(Secret& secret, const Hash& header) {
  randombytes_buf(secret.data.data(), key_bytes);
  std::memcpy(secret.data.data() + key_bytes, header.data(), header.size());
}

void WrapKeys::Wiped::operator()(std::array<One, wraps>* all) const {
  sodium_memzero(all, sizeof *all);
  delete all;
}

Result<WrapKeys> WrapKeys::make(const std::vector<std::string>& recipient_public_hex) {
  static_assert(sizeof(One::fresh_public) == crypto_box_PUBLICKEYBYTES && sizeof(One::shared) == crypto_box_BEFORENMBYTES && sizeof(One::nonce) == crypto_box_NONCEBYTES);
  ready();
  if (recipient_public_hex.empty()) return Error{Code::Invalid, "seal: no recipient key"};
  if (recipient_public_hex.size() > wraps) return Error{Code::Invalid, "seal: at most three recipient keys"};
  WrapKeys keys{std::unique_ptr<std::array<One, wraps>, Wiped>(new std::array<One, wraps>{})};
  for (std::size_t i = 0; i < wraps; ++i) {
    One& one = (*keys.all_)[i];
    std::array<unsigned char, crypto_box_PUBLICKEYBYTES> to;
    unsigned char secret[crypto_box_SECRETKEYBYTES];
    one.nobody = i >= recipient_public_hex.size();
    if (one.nobody) {
      crypto_box_keypair(to.data(), secret);
    } else {
      const auto key = from_hex<crypto_box_PUBLICKEYBYTES>(recipient_public_hex[i]);
      if (!key) return Error{Code::Invalid, "seal: recipient key: expected 64 hex digits"};
      to = *key;
    }
    crypto_box_keypair(one.fresh_public.data(), secret);
    const int agreed = crypto_box_beforenm(one.shared.data(), to.data(), secret);
    sodium_memzero(secret, sizeof secret);
    if (agreed != 0) return Error{Code::Invalid, "seal: recipient key is weak"};
    // As crypto_box_seal makes it, so that crypto_box_seal_open opens it: from both public keys, never twice under one shared key.
    crypto_generichash_state state;
    crypto_generichash_init(&state, nullptr, 0, one.nonce.size());
    crypto_generichash_update(&state, one.fresh_public.data(), one.fresh_public.size());
    crypto_generichash_update(&state, to.data(), to.size());
    crypto_generichash_final(&state, one.nonce.data(), one.nonce.size());
  }
  return keys;
}

void WrapKeys::append_to(std::string& out, const Secret& secret) && {
  YIZHAN_CHECK(all_ != nullptr, "keys of wraps are used once");
  for (const One& one : *all_) {
    unsigned char box[wrapped_bytes + crypto_box_MACBYTES];
    Secret filler;
    if (one.nobody) randombytes_buf(filler.data.data(), filler.data.size());
    const auto& content = one.nobody ? filler.data : secret.data;
    crypto_box_easy_afternm(box, content.data(), content.size(), one.nonce.data(), one.shared.data());
    out.append(reinterpret_cast<const char*>(one.fresh_public.data()), one.fresh_public.size());
    out.append(reinterpret_cast<const char*>(box), sizeof box);
  }
  all_.reset();
}

Status append_wraps(std::string& out, const Secret& secret, const std::vector<std::string>& recipient_public_hex) {
  auto keys = WrapKeys::make(recipient_public_hex);
  if (!keys) return keys.error();
  std::move(*keys).append_to(out, secret);
  return Done{};
}

Status open_wraps(Secret& secret, std::string_view three_wraps, const Hash& header, std::string_view committed, const KeyPair& recipient) {
  const auto pk = from_hex<crypto_box_PUBLICKEYBYTES>(recipient.public_hex);
  auto sk = from_hex<crypto_box_SECRETKEYBYTES>(recipient.secret_hex);
  if (!pk || !sk) return Error{Code::Invalid, "envelope: the key is malformed"};
  bool opened = false;
  for (std::size_t i = 0; i < wraps && !opened; ++i)
    opened = crypto_box_seal_open(secret.data.data(), bytes(three_wraps) + i * wrap_bytes, wrap_bytes, pk->data(), sk->data()) == 0;
  sodium_memzero(sk->data(), sk->size());
  if (!opened) return closed();
  if (sodium_memcmp(header.data(), secret.key() + key_bytes, header.size()) != 0) return closed();
  const auto own = commitment(secret);
  if (sodium_memcmp(own.data(), committed.data(), own.size()) != 0) return closed();
  return Done{};
}

}  // namespace sealing

void wipe(std::string& secret) {
  sodium_memzero(secret.data(), secret.capacity());
  secret.clear();
}

namespace sealing {

void stretch(unsigned char* out, std::size_t n, std::string_view code, const std::string& context) {
  ready();
  unsigned char salt[crypto_pwhash_SALTBYTES];
  crypto_generichash(salt, sizeof salt, bytes(std::string_view(context)), context.size(), nullptr, 0);
  const int done = crypto_pwhash(out, n, code.data(), code.size(), salt, 2, 8u << 20, crypto_pwhash_ALG_ARGON2ID13);
  YIZHAN_CHECK(done == 0, "8 MiB of memory for a query code");
}

}  // namespace sealing

KeyPair make_box_keys() {
  ready();
  unsigned char pk[crypto_box_PUBLICKEYBYTES], sk[crypto_box_SECRETKEYBYTES];
  crypto_box_keypair(pk, sk);
  KeyPair pair{to_hex(pk, sizeof pk), to_hex(sk, sizeof sk)};
  sodium_memzero(sk, sizeof sk);
  return pair;
}

KeyPair make_sign_keys() {
  ready();
  unsigned char pk[crypto_sign_PUBLICKEYBYTES], sk[crypto_sign_SECRETKEYBYTES];
  crypto_sign_keypair(pk, sk);
  KeyPair pair{to_hex(pk, sizeof pk), to_hex(sk, sizeof sk)};
  sodium_memzero(sk, sizeof sk);
  return pair;
}

Result<std::string> seal(std::string_view plain, std::string_view associated,
                         const std::vector<std::string>& recipient_public_hex) {
  ready();
  std::string envelope(magic);
  envelope.resize(nonce_at + nonce_bytes);
  randombytes_buf(bytes(envelope) + nonce_at, nonce_bytes);
  Secret secret;
  make_secret(secret, header_hash(magic, std::string_view(envelope).substr(nonce_at, nonce_bytes), associated));
  if (const auto wrapped = append_wraps(envelope, secret, recipient_public_hex); !wrapped) return wrapped.error();
  const auto committed = commitment(secret);
  envelope.append(reinterpret_cast<const char*>(committed.data()), committed.size());

  std::string padded(plain);
  std::size_t padded_size = 0;
  padded.resize(plain.size() + pad_block);
  YIZHAN_CHECK(sodium_pad(&padded_size, bytes(padded), plain.size(), pad_block, padded.size()) == 0, "the padding fits");
  const std::string ad = bound(envelope, associated);
  envelope.resize(cipher_at + padded_size + tag_bytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(envelope) + cipher_at, nullptr, bytes(padded), padded_size, bytes(ad),
                                             ad.size(), nullptr, bytes(envelope) + nonce_at, secret.key());
  sodium_memzero(padded.data(), padded.size());
  return base64(envelope);
}

Result<std::string> unseal(std::string_view envelope64, std::string_view associated, const KeyPair& recipient) {
  ready();
  const auto decoded = from_base64(envelope64);
  if (!decoded || decoded->size() < cipher_at + tag_bytes || !decoded->starts_with(magic)) return closed();
  const std::string& envelope = *decoded;
  const std::string_view view(envelope);
  Secret secret;
  const auto header = header_hash(magic, view.substr(nonce_at, nonce_bytes), associated);
  if (const auto opened = open_wraps(secret, view.substr(wraps_at, wraps_bytes), header, view.substr(commitment_at, digest_bytes), recipient); !opened)
    return opened.error();

  const std::string ad = bound(envelope, associated);
  std::string plain(envelope.size() - cipher_at - tag_bytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes(plain), nullptr, nullptr, bytes(std::string_view(envelope)) + cipher_at,
                                                 envelope.size() - cipher_at, bytes(ad), ad.size(),
                                                 bytes(view) + nonce_at, secret.key()) != 0)
    return closed();
  std::size_t size = 0;
  if (sodium_unpad(&size, bytes(plain), plain.size(), pad_block) != 0) return closed();
  plain.resize(size);
  return plain;
}

std::string sign(std::string_view message, std::string_view secret_hex) {
  ready();
  auto sk = from_hex<crypto_sign_SECRETKEYBYTES>(secret_hex);
  YIZHAN_CHECK(sk.has_value(), "a signing key was loaded and checked before it is used");
  unsigned char signature[crypto_sign_BYTES];
  crypto_sign_detached(signature, nullptr, bytes(message), message.size(), sk->data());
  sodium_memzero(sk->data(), sk->size());
  return to_hex(signature, sizeof signature);
}

bool verify_signature(std::string_view message, std::string_view signature_hex, std::string_view public_hex) {
  ready();
  const auto signature = from_hex<crypto_sign_BYTES>(signature_hex);
  const auto pk = from_hex<crypto_sign_PUBLICKEYBYTES>(public_hex);
  return signature && pk && crypto_sign_verify_detached(signature->data(), bytes(message), message.size(), pk->data()) == 0;
}

std::string fingerprint(std::string_view public_hex) {
  const Digest digest = hash_bytes(public_hex);
  const std::string text = hex(digest);
  std::string out;
  for (std::size_t i = 0; i < 20; ++i) {  // 80 bits: read aloud in a quarter of a minute
    if (i > 0 && i % 4 == 0) out += ' ';
    const char c = text[i];
    out += c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

std::string query_tag(std::string_view canonical_code, const MatterId& matter) {
  unsigned char tag[32];
  stretch(tag, sizeof tag, canonical_code, "yizhan-query-salt:" + matter);
  return to_hex(tag, sizeof tag);
}

bool same_tag(std::string_view a, std::string_view b) {
  return !a.empty() && a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

void random_bytes(unsigned char* out, std::size_t n) {
  ready();
  randombytes_buf(out, n);
}

std::string new_query_code() {
  unsigned char entropy[15];
  random_bytes(entropy, sizeof entropy);
  return make_query_code(entropy);
}

std::string random_id() {
  unsigned char id[16];
  random_bytes(id, sizeof id);
  return to_hex(id, sizeof id);
}

// libsodium's own takes the same time for every byte, as it must for keys; what is written here is sealed or public, and a filing waits for it.
std::string base64(std::string_view data) {
  static constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out((data.size() + 2) / 3 * 4, '=');
  char* to = out.data();
  const unsigned char* from = bytes(data);
  std::size_t left = data.size();
  for (; left > 0; left -= std::min<std::size_t>(left, 3), from += 3, to += 4) {
    const std::uint32_t group = static_cast<std::uint32_t>(from[0] << 16 | (left > 1 ? from[1] << 8 : 0) | (left > 2 ? from[2] : 0));
    to[0] = letters[group >> 18];
    to[1] = letters[group >> 12 & 63];
    if (left > 1) to[2] = letters[group >> 6 & 63];
    if (left > 2) to[3] = letters[group & 63];
  }
  return out;
}

Result<std::string> from_base64(std::string_view text) {
  std::string out(text.size() / 4 * 3 + 3, '\0');
  std::size_t n = 0;
  const char* end = nullptr;
  if (!base64_letters(text) || sodium_base642bin(bytes(out), out.size(), text.data(), text.size(), nullptr, &n, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
      end != text.data() + text.size())
    return Error{Code::Invalid, "base64: malformed"};
  out.resize(n);
  return out;
}

}  // namespace yizhan
