// Sealed attachments: magic ‖ stream header ‖ three wraps ‖ commitment ‖ pieces, each a piece of
//   length of `about` (4, little endian) ‖ about ‖ length of `content` (4) ‖ content ‖ zeroes up to the padding
// and the last one with the final tag. Every piece is bound to everything before the stream and to the matter.
#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "core/seal_wraps.h"

namespace yizhan {

using namespace sealing;

namespace {

constexpr std::string_view magic = "YZA1";
constexpr std::size_t piece_bytes = 16u << 10;
constexpr std::size_t stream_header_bytes = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
constexpr std::size_t tag_bytes = crypto_secretstream_xchacha20poly1305_ABYTES;
constexpr std::size_t header_at = magic.size();
constexpr std::size_t wraps_at = header_at + stream_header_bytes;
constexpr std::size_t commitment_at = wraps_at + wraps_bytes;
constexpr std::size_t stream_at = commitment_at + digest_bytes;
constexpr std::size_t plain_bytes_max = 64u << 20;  // what a reader is willing to hold

using State = crypto_secretstream_xchacha20poly1305_state;

/// Gives the state's key back to nobody.
struct Stream {
  State state;
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { sodium_memzero(&state, sizeof state); }
};

Hash bound(std::string_view head, std::string_view associated) { return header_hash(magic, head, associated); }

void put_length(std::string& out, std::size_t n) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(n >> shift);
}

std::size_t length_at(std::string_view plain, std::size_t at) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < 4; ++i) n |= static_cast<std::size_t>(static_cast<unsigned char>(plain[at + i])) << (8 * i);
  return n;
}

}  // namespace

Result<std::string> seal_attachment(std::string_view about, std::string_view content, std::string_view associated,
                                    const std::vector<std::string>& recipient_public_hex, std::size_t pad) {
  ready();
  YIZHAN_CHECK(pad > 0 && about.size() + content.size() < plain_bytes_max / 2, "an attachment has a limit before it is sealed");
  std::string head;
  put_length(head, about.size());
  head += about;
  put_length(head, content.size());
  const std::size_t size = head.size() + content.size();
  const std::size_t padded = (size + pad - 1) / pad * pad;

  std::string sealed(magic);
  sealed.resize(wraps_at);
  sealed.reserve(stream_at + padded + (padded / piece_bytes + 1) * tag_bytes);
  Secret secret;
  Stream stream;
  // libsodium draws the stream's header when the key is first used; the wraps come after and are bound to it.
  randombytes_buf(secret.data.data(), key_bytes);
  crypto_secretstream_xchacha20poly1305_init_push(&stream.state, bytes(sealed) + header_at, secret.key());
  const auto header = header_hash(magic, std::string_view(sealed).substr(header_at, stream_header_bytes), associated);
  std::memcpy(secret.data.data() + key_bytes, header.data(), header.size());
  if (const auto wrapped = append_wraps(sealed, secret, recipient_public_hex); !wrapped) return wrapped.error();
  const auto committed = commitment(secret);
  sealed.append(reinterpret_cast<const char*>(committed.data()), committed.size());
  const auto ad = bound(sealed, associated);

  std::string piece(piece_bytes, '\0');
  for (std::size_t at = 0; at < padded; at += piece_bytes) {
    const std::size_t n = std::min(piece_bytes, padded - at);
    std::memset(piece.data(), 0, n);
    // Head, content and padding, as far as they fall into this piece.
    if (at < head.size()) std::memcpy(piece.data(), head.data() + at, std::min(n, head.size() - at));
    if (at + n > head.size() && at < size) {
      const std::size_t from = std::max(at, head.size()), to = std::min(at + n, size);
      if (to > from) std::memcpy(piece.data() + (from - at), content.data() + (from - head.size()), to - from);
    }
    const std::size_t begin = sealed.size();
    sealed.resize(begin + n + tag_bytes);
    crypto_secretstream_xchacha20poly1305_push(&stream.state, bytes(sealed) + begin, nullptr, bytes(piece), n, ad.data(), ad.size(),
                                               at + n == padded ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
  }
  sodium_memzero(piece.data(), piece.size());
  sodium_memzero(head.data(), head.size());
  return sealed;
}

Result<OpenedAttachment> open_attachment(std::string_view sealed, std::string_view associated, const KeyPair& recipient) {
  ready();
  if (sealed.size() < stream_at + tag_bytes || sealed.size() > plain_bytes_max || !sealed.starts_with(magic)) return closed();
  Secret secret;
  const auto header = header_hash(magic, sealed.substr(header_at, stream_header_bytes), associated);
  if (const auto opened = open_wraps(secret, sealed.substr(wraps_at, wraps_bytes), header, sealed.substr(commitment_at, digest_bytes), recipient); !opened)
    return opened.error();
  Stream stream;
  if (crypto_secretstream_xchacha20poly1305_init_pull(&stream.state, bytes(sealed) + header_at, secret.key()) != 0) return closed();
  const auto ad = bound(sealed.substr(0, stream_at), associated);

  std::string plain;
  plain.reserve(sealed.size() - stream_at);
  bool last = false;
  for (std::size_t at = stream_at; at < sealed.size();) {
    if (last) return closed();  // something follows the end
    const std::size_t n = std::min(piece_bytes + tag_bytes, sealed.size() - at);
    if (n < tag_bytes) return closed();
    const std::size_t begin = plain.size();
    plain.resize(begin + n - tag_bytes);
    unsigned char tag = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&stream.state, bytes(plain) + begin, nullptr, &tag, bytes(sealed) + at, n, ad.data(), ad.size()) != 0)
      return closed();
    last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    at += n;
  }
  if (!last) return closed();  // cut short at the edge of a piece

  if (plain.size() < 8) return closed();
  const std::size_t about = length_at(plain, 0);
  if (about > plain.size() - 8) return closed();
  const std::size_t content = length_at(plain, 4 + about);
  if (content > plain.size() - 8 - about) return closed();
  OpenedAttachment out;
  out.about = plain.substr(4, about);
  out.content = plain.substr(8 + about, content);
  sodium_memzero(plain.data(), plain.size());
  return out;
}

}  // namespace yizhan
