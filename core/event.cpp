#include "core/event.h"

#include <sodium.h>

#include <charconv>
#include <cstring>
#include <limits>

#include "core/event_text.h"
#include "core/petition_json.h"

namespace yizhan {

namespace {

constexpr std::size_t origin_bytes_max = 32, matter_bytes_max = 64, type_bytes_max = 64;

void ready() {
  // sodium_init chooses the fastest BLAKE2b for this processor; without it hashing costs twice as much.
  static const int done = sodium_init();
  YIZHAN_CHECK(done >= 0, "libsodium starts");
}

constexpr char digits[] = "0123456789abcdef";

struct HexTable {
  std::array<std::int8_t, 256> value{};
  constexpr HexTable() {
    for (auto& v : value) v = -1;
    for (int i = 0; i < 10; ++i) value[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(i);
    for (int i = 0; i < 6; ++i) value[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
  }
};
constexpr HexTable hex_table;

void append_hex(std::string& out, const Digest& digest) {
  char text[64];
  for (std::size_t i = 0; i < digest.size(); ++i) {
    text[2 * i] = digits[digest[i] >> 4];
    text[2 * i + 1] = digits[digest[i] & 15];
  }
  out.append(text, sizeof text);
}

bool read_hex(std::string_view text, Digest& digest) {
  if (text.size() != 64) return false;
  int bad = 0;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const int high = hex_table.value[static_cast<std::uint8_t>(text[2 * i])];
    const int low = hex_table.value[static_cast<std::uint8_t>(text[2 * i + 1])];
    bad |= high | low;  // negative when either is not a digit
    digest[i] = static_cast<std::uint8_t>((high << 4) | (low & 15));
  }
  return bad >= 0;
}

template <class Number>
void append_number(std::string& out, Number n) {
  char text[24];
  const auto end = std::to_chars(text, text + sizeof text, n);
  out.append(text, static_cast<std::size_t>(end.ptr - text));
}

enum class Hashes { ForTheChain, InALine };
/// In a line a hash that whoever reads it can compute is all zeroes and left out: see to_terse().
void append_header(std::string& out, const Event& event, Hashes hashes) {
  const auto add = [&](std::string_view name, const Digest& digest) {
    out += ",\"";
    out += name;
    out += "\":\"";
    append_hex(out, digest);
    out += '"';
  };
  const bool line = hashes == Hashes::InALine;
  out += "{\"at\":";
  append_number(out, event.at.time_since_epoch().count());
  if (!line || !event.body || event.body_hash != Digest{}) add("body_hash", event.body_hash);
  if (line && event.hash != Digest{}) add("hash", event.hash);
  out += ",\"matter\":\"";
  out += event.matter;
  out += "\",\"origin\":\"";
  out += event.id.origin;
  out += "\",\"seq\":";
  append_number(out, event.id.seq);
  out += ",\"type\":\"";
  out += event.type;
  out += "\",\"v\":";
  append_number(out, event.v);
}

/// Walks a line from left to right; every read says whether the line was as expected.
struct Cursor {
  const char* at;
  const char* end;
  bool literal(std::string_view text) {
    if (static_cast<std::size_t>(end - at) < text.size() || std::memcmp(at, text.data(), text.size()) != 0) return false;
    at += text.size();
    return true;
  }
  template <class Number>
  bool number(Number& n) {
    const auto got = std::from_chars(at, end, n);
    if (got.ec != std::errc{}) return false;
    at = got.ptr;
    return true;
  }
  bool digest(Digest& d) {
    if (end - at < 64 || !read_hex({at, 64}, d)) return false;
    at += 64;
    return true;
  }
  bool word(std::string& text, std::size_t bytes_max) {
    const char* start = at;
    while (at != end && *at != '"') ++at;
    const std::string_view found(start, static_cast<std::size_t>(at - start));
    if (at == end || !plain_word(found, bytes_max)) return false;
    text.assign(found);
    return true;
  }
};

}  // namespace

bool plain_word(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) return false;
  for (const char c : text)
    if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') return false;
  return true;
}

Status check_header(const Event& event) {
  if (event.id.origin.empty() || !plain_word(event.id.origin, origin_bytes_max))
    return Error{Code::Invalid, "event: origin is not a plain word"};
  if (!plain_word(event.matter, matter_bytes_max)) return Error{Code::Invalid, "event: matter is not a plain word"};
  if (event.type.empty() || !plain_word(event.type, type_bytes_max))
    return Error{Code::Invalid, "event: type is not a plain word"};
  if (event.id.seq == 0 || event.id.seq > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return Error{Code::Invalid, "event: seq out of range"};
  if (event.body && event.body->size() > event_body_bytes_max) return Error{Code::Invalid, "event: body is too large"};
  return Done{};
}

std::string header_bytes(const Event& event) {
  std::string out;
  out.reserve(256);
  append_header(out, event, Hashes::ForTheChain);
  out += '}';
  return out;
}

Digest hash_bytes(std::string_view bytes) {
  ready();
  Digest digest;
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                     0);
  return digest;
}

Hasher::Hasher() {
  static_assert(sizeof(crypto_generichash_state) <= sizeof state_ && alignof(crypto_generichash_state) <= 64);
  ready();
  crypto_generichash_init(reinterpret_cast<crypto_generichash_state*>(state_.data()), nullptr, 0, sizeof(Digest));
}
Hasher& Hasher::add(std::string_view bytes) {
  crypto_generichash_update(reinterpret_cast<crypto_generichash_state*>(state_.data()), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return *this;
}
Digest Hasher::done() {
  Digest digest;
  crypto_generichash_final(reinterpret_cast<crypto_generichash_state*>(state_.data()), digest.data(), digest.size());
  return digest;
}

std::string text_hash(const Petition& petition) { return hex(hash_bytes(encode_petition(petition))); }

Digest chain_hash(const Digest& previous, const Event& event) {
  std::string bytes;
  bytes.reserve(320);
  bytes.append(reinterpret_cast<const char*>(previous.data()), previous.size());
  append_header(bytes, event, Hashes::ForTheChain);
  bytes += '}';
  return hash_bytes(bytes);
}

Event make_event_of(const Origin& origin, std::uint64_t seq, Time at, const MatterId& matter, std::string_view type, int v,
                    std::string body, const Digest& previous) {
  Event event;
  event.id = {origin, seq};
  event.at = at;
  event.matter = matter;
  event.type = type;
  event.v = v;
  event.body_hash = hash_bytes(body);
  event.body = std::move(body);
  event.hash = chain_hash(previous, event);
  return event;
}

Event make_event(const Origin& origin, std::uint64_t seq, Time at, const MatterId& matter, const Fact& fact,
                 const Digest& previous) {
  Event event = make_event_of(origin, seq, at, matter, type_of(fact), 1, encode_fact(fact), previous);
  YIZHAN_CHECK(check_header(event).has_value(), "our own events have plain headers");
  return event;
}

void append_line(std::string& out, const Event& event) {
  out.reserve(out.size() + 400 + (event.body ? event.body->size() : 0));
  append_header(out, event, Hashes::InALine);
  if (event.body) {
    out += ",\"body\":";
    out += *event.body;
  }
  out += '}';
}

Result<Event> parse_line(std::string_view line) {
  Event event;
  Cursor in{line.data(), line.data() + line.size()};
  std::int64_t at = 0;
  const auto digest = [&](std::string_view name, Digest& to) {
    if (!in.literal(name)) return true;  // left out: check_batch() computes it
    return in.digest(to) && to != Digest{} && in.literal("\"");
  };
  const bool header = in.literal("{\"at\":") && in.number(at) && digest(",\"body_hash\":\"", event.body_hash) &&
                      digest(",\"hash\":\"", event.hash) && in.literal(",\"matter\":\"") && in.word(event.matter, matter_bytes_max) &&
                      in.literal("\",\"origin\":\"") && in.word(event.id.origin, origin_bytes_max) &&
                      in.literal("\",\"seq\":") && in.number(event.id.seq) && in.literal(",\"type\":\"") &&
                      in.word(event.type, type_bytes_max) && in.literal("\",\"v\":") && in.number(event.v);
  if (!header) return Error{Code::Invalid, "event line: malformed header"};
  event.at = Time{Span{at}};
  if (in.literal(",\"body\":")) {
    if (in.at == in.end || in.end[-1] != '}') return Error{Code::Invalid, "event line: the end is missing"};
    const std::string_view body(in.at, static_cast<std::size_t>(in.end - in.at) - 1);
    if (body.size() > event_body_bytes_max) return Error{Code::Invalid, "event line: body is too large"};
    if (std::memchr(body.data(), '\n', body.size()) != nullptr) return Error{Code::Invalid, "event line: more than one line"};
    event.body.emplace(body);
  } else if (!in.literal("}") || in.at != in.end) {
    return Error{Code::Invalid, "event line: malformed end"};
  } else if (event.body_hash == Digest{}) {
    return Error{Code::Invalid, "event line: neither a body nor its hash"};
  }
  if (auto sound = check_header(event); !sound) return sound.error();
  return event;
}

Event to_terse(Event event) {
  if (event.body) event.body_hash = {};
  event.hash = {};
  return event;
}

std::string hex(const Digest& digest) {
  std::string out;
  append_hex(out, digest);
  return out;
}

Result<Digest> digest_from_hex(std::string_view text) {
  Digest digest;
  if (!read_hex(text, digest)) return Error{Code::Invalid, "hash: expected 64 hex digits"};
  return digest;
}

Result<Fact> fact_of(const Event& event) {
  if (!event.body) return Error{Code::NotFound, "event: the body is not here"};
  return decode_fact(event.type, event.v, *event.body);
}

}  // namespace yizhan
