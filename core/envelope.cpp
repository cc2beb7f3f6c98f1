#include "core/envelope.h"

#include <sodium.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <utility>

#include "core/seal_wraps.h"

// The dictionaries of every release: envelopes name theirs, and must open for ever. A new one gets the next number.
asm(R"(
  .section .rodata
  .balign 16
  yizhan_dictionary_1:
  .incbin ")" YIZHAN_SEALING_DIR R"(/dictionary_1.zdict"
  yizhan_dictionary_1_end:
  .byte 0
  .previous
)");
extern "C" {
extern const char yizhan_dictionary_1[];
extern const char yizhan_dictionary_1_end[];
}

namespace yizhan {

using namespace sealing;

namespace {

constexpr std::string_view magic = "YZ2";
constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t signature_bytes = crypto_sign_BYTES;
constexpr std::size_t plain_bytes_max = 16u << 20;  // what a reader is willing to hold
constexpr int dictionary_now = 1;
constexpr int pack_level = 6;

std::string_view dictionary(int number) {
  if (number == 1) return {yizhan_dictionary_1, static_cast<std::size_t>(yizhan_dictionary_1_end - yizhan_dictionary_1)};
  return {};
}

// Digested once per process: a filing must not pay for reading 32 KiB of dictionary.
const ZSTD_CDict* packer() {
  static const std::unique_ptr<ZSTD_CDict, decltype(&ZSTD_freeCDict)> made(
      ZSTD_createCDict(dictionary(dictionary_now).data(), dictionary(dictionary_now).size(), pack_level), ZSTD_freeCDict);
  return made.get();
}

using Packing = std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)>;
/// Made ahead by prepare_packing(), with its memory touched; for one text of this thread.
Packing& spare() {
  thread_local Packing one(nullptr, ZSTD_freeCCtx);
  return one;
}

std::string pack_with(ZSTD_CCtx* context, std::string_view plain) {
  std::string packed(ZSTD_compressBound(plain.size()), '\0');
  const std::size_t n = ZSTD_compress_usingCDict(context, packed.data(), packed.size(), plain.data(), plain.size(), packer());
  YIZHAN_CHECK(ZSTD_isError(n) == 0, "what fits the bound is packed");
  packed.resize(n);
  return packed;
}

std::string pack(std::string_view plain) {
  // A context of its own each time: one that is kept keeps what was said.
  Packing context = std::exchange(spare(), Packing(nullptr, ZSTD_freeCCtx));
  if (context == nullptr) context.reset(ZSTD_createCCtx());
  YIZHAN_CHECK(context != nullptr && packer() != nullptr, "zstd has the memory it needs");
  return pack_with(context.get(), plain);
}

std::optional<std::string> unpack(std::string_view packed, int number) {
  const auto words = dictionary(number);
  if (words.empty()) return std::nullopt;
  const auto size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > plain_bytes_max) return std::nullopt;
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  if (context == nullptr) return std::nullopt;
  std::string plain(static_cast<std::size_t>(size), '\0');
  const std::size_t n = ZSTD_decompress_usingDict(context.get(), plain.data(), plain.size(), packed.data(), packed.size(), words.data(), words.size());
  if (ZSTD_isError(n) != 0 || n != plain.size()) return std::nullopt;
  return plain;
}

void put(std::string& out, std::uint64_t value, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}
std::uint64_t number_at(std::string_view text, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(text[at + i]);
  return value;
}

/// The readable part and where everything behind it begins.
struct Taken {
  EnvelopeHead head;
  int words = 0;
  std::size_t nonce_at = 0, wraps_at = 0, commitment_at = 0, cipher_at = 0, signature_at = 0;
};

std::optional<Taken> take_apart(std::string_view e) {
  if (!e.starts_with(magic)) return std::nullopt;
  Taken t;
  std::size_t at = magic.size();
  const auto room = [&](std::size_t n) { return at <= e.size() && e.size() - at >= n; };
  const auto text = [&](std::string& out) {
    if (!room(1)) return false;
    const std::size_t n = static_cast<unsigned char>(e[at++]);
    if (!room(n)) return false;
    out = e.substr(at, n);
    at += n;
    return true;
  };
  if (!room(1)) return std::nullopt;
  t.head.suite = static_cast<unsigned char>(e[at++]);
  if (t.head.suite != 1 || !text(t.head.matter) || !text(t.head.device) || !room(13)) return std::nullopt;
  t.head.at = Time{Span{static_cast<std::int64_t>(number_at(e, at, 8))}};
  const std::uint64_t key_set = number_at(e, at + 8, 4);
  if (key_set > 0x7FFFFFFF) return std::nullopt;
  t.head.key_set = static_cast<int>(key_set);
  t.words = static_cast<unsigned char>(e[at + 12]);
  at += 13;
  if (!room(nonce_bytes + wraps_bytes + digest_bytes + tag_bytes + signature_bytes)) return std::nullopt;
  t.nonce_at = at;
  t.wraps_at = t.nonce_at + nonce_bytes;
  t.commitment_at = t.wraps_at + wraps_bytes;
  t.cipher_at = t.commitment_at + digest_bytes;
  t.signature_at = e.size() - signature_bytes;
  return t;
}

/// One wrap each, and chance says where: the place of a wrap must not tell whose it is.
std::string shuffled(std::string_view three) {
  std::string out;
  std::size_t order[wraps] = {0, 1, 2};
  static_assert(wraps == 3);
  for (std::size_t i = wraps - 1; i > 0; --i) std::swap(order[i], order[randombytes_uniform(static_cast<std::uint32_t>(i + 1))]);
  for (const std::size_t i : order) out += three.substr(i * wrap_bytes, wrap_bytes);
  return out;
}

std::array<unsigned char, crypto_generichash_BYTES_MAX> signed_hash(std::string_view text) {
  std::array<unsigned char, crypto_generichash_BYTES_MAX> out;  // BLAKE2b-512
  crypto_generichash(out.data(), out.size(), bytes(text), text.size(), nullptr, 0);
  return out;
}

}  // namespace

std::size_t padded_bytes(std::size_t packed, bool small) {
  for (std::size_t step = small ? 256 : 2048; step <= 2048; step *= 2)
    if (packed <= step) return step;
  return (packed + 4095) / 4096 * 4096;
}

void prepare_packing() {
  if (spare() != nullptr || packer() == nullptr) return;
  spare().reset(ZSTD_createCCtx());
  if (spare() != nullptr) static_cast<void>(pack_with(spare().get(), std::string(2048, ' ')));
}

Result<std::string> seal_envelope(std::string_view plain, const EnvelopeHead& head, const std::vector<std::string>& recipient_public_hex,
                                  std::string_view signing_secret_hex) {
  auto keys = WrapKeys::make(recipient_public_hex);
  if (!keys) return keys.error();
  return seal_envelope(plain, head, std::move(*keys), signing_secret_hex);
}

Result<std::string> seal_envelope(std::string_view plain, const EnvelopeHead& head, WrapKeys&& keys, std::string_view signing_secret_hex) {
  ready();
  YIZHAN_CHECK(plain.size() < plain_bytes_max && head.matter.size() < 256 && head.device.size() < 256, "what is sealed was checked before");
  const auto signing = from_hex<crypto_sign_SECRETKEYBYTES>(signing_secret_hex);
  if (!signing) return Error{Code::Invalid, "seal: signing key: expected 128 hex digits"};
  std::string e(magic);
  e += static_cast<char>(1);
  for (const std::string& text : {head.matter, head.device}) {
    e += static_cast<char>(text.size());
    e += text;
  }
  put(e, static_cast<std::uint64_t>(head.at.time_since_epoch().count()), 8);
  put(e, static_cast<std::uint64_t>(head.key_set), 4);
  e += static_cast<char>(dictionary_now);
  const std::size_t nonce_at = e.size();
  e.resize(nonce_at + nonce_bytes);
  randombytes_buf(bytes(e) + nonce_at, nonce_bytes);

  Secret secret;
  make_secret(secret, header_hash(std::string_view(e).substr(0, nonce_at), std::string_view(e).substr(nonce_at, nonce_bytes), {}));
  std::string three;
  std::move(keys).append_to(three, secret);
  e += shuffled(three);
  const auto committed = commitment(secret);
  e.append(reinterpret_cast<const char*>(committed.data()), committed.size());

  // Packed, its length before it, and zeroes up to the step: the length itself is sealed.
  std::string inner;
  std::string packed = pack(plain);
  inner.reserve(padded_bytes(packed.size() + 4, head.small));
  put(inner, packed.size(), 4);
  inner += packed;
  inner.resize(padded_bytes(inner.size(), head.small), '\0');
  const std::size_t cipher_at = e.size();
  const std::string bound = e;
  e.resize(cipher_at + inner.size() + tag_bytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(e) + cipher_at, nullptr, bytes(inner), inner.size(), bytes(bound), bound.size(), nullptr,
                                             bytes(bound) + nonce_at, secret.key());
  sodium_memzero(inner.data(), inner.size());
  sodium_memzero(packed.data(), packed.size());

  const auto hash = signed_hash(e);
  unsigned char signature[signature_bytes];
  auto sk = *signing;
  crypto_sign_detached(signature, nullptr, hash.data(), hash.size(), sk.data());
  sodium_memzero(sk.data(), sk.size());
  e.append(reinterpret_cast<const char*>(signature), sizeof signature);
  return base64(e);
}

Result<EnvelopeHead> envelope_head(std::string_view envelope64) {
  const auto e = from_base64(envelope64);
  if (!e) return closed();
  const auto taken = take_apart(*e);
  if (!taken) return closed();
  return taken->head;
}

bool envelope_signed_by(std::string_view envelope64, std::string_view device_public_hex) {
  ready();
  const auto e = from_base64(envelope64);
  const auto key = from_hex<crypto_sign_PUBLICKEYBYTES>(device_public_hex);
  if (!e || !key || !take_apart(*e)) return false;
  const std::string_view all(*e);
  const auto hash = signed_hash(all.substr(0, all.size() - signature_bytes));
  return crypto_sign_verify_detached(bytes(all) + all.size() - signature_bytes, hash.data(), hash.size(), key->data()) == 0;
}

Result<std::string> open_envelope(std::string_view envelope64, const MatterId& matter, const KeyPair& recipient) {
  ready();
  const auto e = from_base64(envelope64);
  if (!e) return closed();
  const std::string_view all(*e);
  const auto t = take_apart(all);
  if (!t || t->head.matter != matter) return closed();
  Secret secret;
  const auto header = header_hash(all.substr(0, t->nonce_at), all.substr(t->nonce_at, nonce_bytes), {});
  if (const auto opened = open_wraps(secret, all.substr(t->wraps_at, wraps_bytes), header, all.substr(t->commitment_at, digest_bytes), recipient); !opened)
    return opened.error();
  std::string inner(t->signature_at - t->cipher_at - tag_bytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes(inner), nullptr, nullptr, bytes(all) + t->cipher_at, t->signature_at - t->cipher_at, bytes(all),
                                                 t->cipher_at, bytes(all) + t->nonce_at, secret.key()) != 0)
    return closed();
  std::optional<std::string> plain;
  if (inner.size() >= 4)
    if (const std::uint64_t n = number_at(inner, 0, 4); n <= inner.size() - 4) plain = unpack(std::string_view(inner).substr(4, static_cast<std::size_t>(n)), t->words);
  sodium_memzero(inner.data(), inner.size());
  if (!plain) return closed();
  return std::move(*plain);
}

Result<std::string> open_any(std::string_view envelope, const MatterId& matter, const KeyPair& recipient) {
  // Base64 of "YZ2" is exactly its first four characters.
  if (envelope.starts_with("WVoy")) return open_envelope(envelope, matter, recipient);
  return unseal(envelope, matter, recipient);
}

}  // namespace yizhan
