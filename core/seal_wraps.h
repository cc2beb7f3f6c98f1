/// What envelopes and sealed attachments share: a fresh key, three wraps of it, and the commitment to it (trust.md §8.3).
/// Private to core/seal*.cpp.
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/seal.h"

namespace yizhan::sealing {

inline constexpr std::size_t wraps = 3;
inline constexpr std::size_t key_bytes = 32, digest_bytes = 32;
inline constexpr std::size_t wrapped_bytes = key_bytes + digest_bytes;
inline constexpr std::size_t wrap_bytes = wrapped_bytes + 48;  ///< a sealed box is that much longer than what is in it
inline constexpr std::size_t wraps_bytes = wraps * wrap_bytes;

void ready();
inline const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
inline unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string to_hex(const unsigned char* data, std::size_t n);
/// Exactly `n` bytes from 2n hex digits, lower case.
bool hex_into(unsigned char* out, std::size_t n, std::string_view hex);
template <std::size_t N>
std::optional<std::array<unsigned char, N>> from_hex(std::string_view hex) {
  std::array<unsigned char, N> out;
  if (!hex_into(out.data(), N, hex)) return std::nullopt;
  return out;
}

/// A query code made expensive to guess: Argon2id, 2 passes over 8 MiB, salted by `context`.
void stretch(unsigned char* out, std::size_t n, std::string_view code, const std::string& context);

/// Wiped when it goes out of scope: the machine that sealed cannot read what it sealed.
struct Secret {
  std::array<unsigned char, wrapped_bytes> data{};  // key ‖ hash of the header
  Secret() = default;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();
  const unsigned char* key() const { return data.data(); }
};

using Hash = std::array<unsigned char, digest_bytes>;
Hash header_hash(std::string_view magic, std::string_view nonce, std::string_view associated);
/// XChaCha20-Poly1305 does not commit to its key: without this, one ciphertext could open to two texts under two keys.
Hash commitment(const Secret& secret);
/// A fresh key, bound to that header.
void make_secret(Secret& secret, const Hash& header);
/// All the curve arithmetic of three wraps, done before there is anything to wrap: a fresh key pair for each and what it shares with its recipient. For one
/// seal only; wiped when it goes.
class WrapKeys {
 public:
  /// Errors: Invalid (a key that is none, no recipient or more than three).
  static Result<WrapKeys> make(const std::vector<std::string>& recipient_public_hex);
  WrapKeys(WrapKeys&&) noexcept = default;
  WrapKeys& operator=(WrapKeys&&) noexcept = default;
  /// Appends the three wraps, each a sealed box (crypto_box_seal) of the secret; a slot without a recipient holds nothing anyone needs.
  void append_to(std::string& out, const Secret& secret) &&;

 private:
  struct One {
    std::array<unsigned char, 32> fresh_public, shared;
    std::array<unsigned char, 24> nonce;
    bool nobody = false;
  };
  struct Wiped { void operator()(std::array<One, wraps>* all) const; };
  explicit WrapKeys(std::unique_ptr<std::array<One, wraps>, Wiped> all) : all_(std::move(all)) {}
  std::unique_ptr<std::array<One, wraps>, Wiped> all_;
};
/// Appends the three wraps. Errors: those of WrapKeys::make.
Status append_wraps(std::string& out, const Secret& secret, const std::vector<std::string>& recipient_public_hex);
/// Finds the wrap of this recipient, and checks header and commitment. Errors: Invalid.
Status open_wraps(Secret& secret, std::string_view three_wraps, const Hash& header, std::string_view committed, const KeyPair& recipient);
/// One word for whatever keeps something closed: which part was wrong is nobody's business.
inline Error closed() { return {Code::Invalid, "envelope: it does not open with this key, or it was changed"}; }

}  // namespace yizhan::sealing
