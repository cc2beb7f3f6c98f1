#include <sodium.h>

#include <array>

#include "core/seal_wraps.h"

// A status is sealed to a key that only the citizen's code makes: whoever mirrors it (a kiosk in a hall anybody can carry away) holds noise.
// Nothing binds it to its sender: the log it lies in is the county's, chained and signed for on the way.

namespace yizhan {

using namespace sealing;

namespace {

constexpr std::string_view magic = "YS1";
constexpr std::size_t pad_block = 1024;  // "accepted" and "answered" look alike

}  // namespace

KeyPair status_key(std::string_view canonical_code, const MatterId& matter) {
  static_assert(crypto_box_SEEDBYTES == 32);
  std::array<unsigned char, crypto_box_SEEDBYTES> seed;
  stretch(seed.data(), seed.size(), canonical_code, "yizhan-status-salt:" + matter);
  std::array<unsigned char, crypto_box_PUBLICKEYBYTES> pk;
  std::array<unsigned char, crypto_box_SECRETKEYBYTES> sk;
  crypto_box_seed_keypair(pk.data(), sk.data(), seed.data());
  KeyPair pair{to_hex(pk.data(), pk.size()), to_hex(sk.data(), sk.size())};
  sodium_memzero(seed.data(), seed.size());
  sodium_memzero(sk.data(), sk.size());
  return pair;
}

Result<std::string> seal_status(std::string_view text, std::string_view status_public_hex) {
  ready();
  const auto to = from_hex<crypto_box_PUBLICKEYBYTES>(status_public_hex);
  if (!to) return Error{Code::Invalid, "status key: expected 64 hex digits"};
  if (text.size() > status_bytes_max) return Error{Code::Invalid, "status: too long"};
  std::string padded(text);
  padded.resize(text.size() + pad_block);
  std::size_t size = 0;
  YIZHAN_CHECK(sodium_pad(&size, bytes(padded), text.size(), pad_block, padded.size()) == 0, "the padding fits");
  std::string out(magic);
  out.resize(magic.size() + size + crypto_box_SEALBYTES);
  const int sealed = crypto_box_seal(bytes(out) + magic.size(), bytes(padded), size, to->data());
  sodium_memzero(padded.data(), padded.size());
  if (sealed != 0) return Error{Code::Invalid, "status key: it is weak"};
  return base64(out);
}

Result<std::string> open_status(std::string_view sealed, const KeyPair& key) {
  ready();
  const auto bytes_of = from_base64(sealed);
  const auto pk = from_hex<crypto_box_PUBLICKEYBYTES>(key.public_hex);
  auto sk = from_hex<crypto_box_SECRETKEYBYTES>(key.secret_hex);
  if (!bytes_of || !pk || !sk || !bytes_of->starts_with(magic) || bytes_of->size() < magic.size() + crypto_box_SEALBYTES + pad_block) return closed();
  std::string plain(bytes_of->size() - magic.size() - crypto_box_SEALBYTES, '\0');
  const int opened = crypto_box_seal_open(bytes(plain), bytes(std::string_view(*bytes_of)) + magic.size(), bytes_of->size() - magic.size(), pk->data(), sk->data());
  sodium_memzero(sk->data(), sk->size());
  std::size_t size = 0;
  if (opened != 0 || sodium_unpad(&size, bytes(plain), plain.size(), pad_block) != 0) return closed();
  plain.resize(size);
  return plain;
}

}  // namespace yizhan
