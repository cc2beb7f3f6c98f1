#include "core/strokes.h"

#include <sodium.h>

#include <optional>

#include "core/text.h"

namespace yizhan {

namespace {

constexpr std::uint8_t version = 1;

void put(std::string& out, std::uint32_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(0x80 | (value & 0x7f));
    value >>= 7;
  }
  out += static_cast<char>(value);
}

std::uint32_t zigzag(std::int32_t value) { return (static_cast<std::uint32_t>(value) << 1) ^ static_cast<std::uint32_t>(value >> 31); }
std::int32_t unzigzag(std::uint32_t value) { return static_cast<std::int32_t>(value >> 1) ^ -static_cast<std::int32_t>(value & 1); }

struct Cursor {
  std::string_view left;

  /// Shortest form only, so that one drawing has one encoding.
  std::optional<std::uint32_t> number() {
    std::uint32_t value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      if (left.empty()) return std::nullopt;
      const auto byte = static_cast<std::uint8_t>(left.front());
      left.remove_prefix(1);
      if (shift == 28 && byte > 0x0f) return std::nullopt;
      value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return byte == 0 && shift > 0 ? std::nullopt : std::optional(value);
    }
    return std::nullopt;
  }
};

Error invalid(std::string what) { return {Code::Invalid, "strokes: " + std::move(what)}; }

}  // namespace

Status check_strokes(const Strokes& strokes) {
  if (strokes.width < 1 || strokes.height < 1 || strokes.width > stroke_box_max || strokes.height > stroke_box_max) return invalid("no such box");
  if (strokes.empty()) return invalid("nothing drawn");
  if (strokes.ends.size() > strokes_max) return invalid("too many strokes");
  if (strokes.points.size() > stroke_points_max) return invalid("too many points");
  std::uint32_t before = 0;
  for (const std::uint32_t end : strokes.ends) {
    if (end <= before || end > strokes.points.size()) return invalid("an empty stroke");
    before = end;
  }
  if (before != strokes.points.size()) return invalid("points of no stroke");
  for (const StrokePoint& point : strokes.points)
    if (point.x < 0 || point.y < 0 || point.x > strokes.width || point.y > strokes.height) return invalid("outside the box");
  return Done{};
}

Result<std::string> encode_strokes(const Strokes& strokes) {
  if (const auto sound = check_strokes(strokes); !sound) return sound.error();
  std::string raw(1, static_cast<char>(version));
  raw.reserve(16 + strokes.points.size() * 3);
  put(raw, static_cast<std::uint32_t>(strokes.width));
  put(raw, static_cast<std::uint32_t>(strokes.height));
  put(raw, static_cast<std::uint32_t>(strokes.ends.size()));
  for (std::size_t i = 0; i < strokes.ends.size(); ++i) {
    const auto stroke = strokes.stroke(i);
    put(raw, static_cast<std::uint32_t>(stroke.size()));
    put(raw, static_cast<std::uint32_t>(stroke[0].x));
    put(raw, static_cast<std::uint32_t>(stroke[0].y));
    for (std::size_t p = 1; p < stroke.size(); ++p) {
      put(raw, zigzag(stroke[p].x - stroke[p - 1].x));
      put(raw, zigzag(stroke[p].y - stroke[p - 1].y));
    }
  }
  // 4,000 points are at most six bytes each, a third more as text: always below the limit.
  std::string out(sodium_base64_encoded_len(raw.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(raw.data()), raw.size(), sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();
  YIZHAN_CHECK(out.size() <= stroke_bytes_max, "the limits of a drawing bound its text");
  return out;
}

Result<Strokes> decode_strokes(std::string_view text) {
  if (text.size() > stroke_bytes_max) return invalid("too large");
  std::string raw(text.size() / 4 * 3 + 3, '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  if (!base64_letters(text) ||
      sodium_base642bin(reinterpret_cast<unsigned char*>(raw.data()), raw.size(), text.data(), text.size(), nullptr, &size, &end,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      end != text.data() + text.size())
    return invalid("not base64");
  raw.resize(size);
  if (raw.empty() || static_cast<std::uint8_t>(raw[0]) != version) return invalid("a version that is not known");

  Cursor in{std::string_view(raw).substr(1)};
  const Error cut = invalid("cut short or malformed");
  const auto width = in.number(), height = in.number(), count = in.number();
  if (!width || !height || !count) return cut;
  if (*width > static_cast<std::uint32_t>(stroke_box_max) || *height > static_cast<std::uint32_t>(stroke_box_max)) return invalid("no such box");
  if (*count > strokes_max) return invalid("too many strokes");
  Strokes out;
  out.width = static_cast<std::int32_t>(*width);
  out.height = static_cast<std::int32_t>(*height);
  for (std::uint32_t s = 0; s < *count; ++s) {
    const auto points = in.number();
    if (!points) return cut;
    if (*points > stroke_points_max - out.points.size()) return invalid("too many points");
    std::int64_t x = 0, y = 0;
    for (std::uint32_t p = 0; p < *points; ++p) {
      const auto a = in.number(), b = in.number();
      if (!a || !b) return cut;
      x = p == 0 ? static_cast<std::int64_t>(*a) : x + unzigzag(*a);
      y = p == 0 ? static_cast<std::int64_t>(*b) : y + unzigzag(*b);
      if (x < 0 || y < 0 || x > out.width || y > out.height) return invalid("outside the box");
      out.points.push_back({static_cast<std::int32_t>(x), static_cast<std::int32_t>(y)});
    }
    out.ends.push_back(static_cast<std::uint32_t>(out.points.size()));
  }
  if (!in.left.empty()) return invalid("something follows the drawing");
  if (const auto sound = check_strokes(out); !sound) return sound.error();
  return out;
}

}  // namespace yizhan
