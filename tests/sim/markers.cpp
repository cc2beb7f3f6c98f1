#include "tests/sim/markers.h"

#include <cstring>

#include "core/seal.h"

namespace yizhan::sim {
namespace {

constexpr std::string_view beginning = "MARKER";
constexpr std::size_t letters = 12, length = beginning.size() + letters;

bool letter(char c) { return c >= 'A' && c <= 'Z'; }

template <class F>
void each(std::string_view bytes, std::string_view needle, F&& found) {
  const char* at = bytes.data();
  const char* const end = bytes.data() + bytes.size();
  while ((at = static_cast<const char*>(memmem(at, static_cast<std::size_t>(end - at), needle.data(), needle.size()))) != nullptr) {
    found(static_cast<std::size_t>(at - bytes.data()));
    ++at;
  }
}

void take(std::set<std::string>& all, std::string_view text) {
  if (text.size() < length || text.substr(0, beginning.size()) != beginning) return;
  for (std::size_t i = beginning.size(); i < length; ++i)
    if (!letter(text[i])) return;
  all.insert(std::string(text.substr(0, length)));
}

void plain(std::set<std::string>& all, std::string_view bytes) {
  each(bytes, beginning, [&](std::size_t at) { take(all, bytes.substr(at, length)); });
}

}  // namespace

std::string make_marker(std::uint64_t random) {
  std::string marker(beginning);
  for (std::size_t i = 0; i < letters; ++i, random /= 26) marker += static_cast<char>('A' + random % 26);
  return marker;
}

std::set<std::string> find_markers(std::string_view bytes, bool thorough) {
  std::set<std::string> all;
  plain(all, bytes);
  if (!thorough) return all;
  // UTF-16, little end first: a search for the letters between zeroes.
  std::string wide;
  for (const char c : beginning) wide += {c, '\0'};
  each(bytes, wide, [&](std::size_t at) {
    std::string narrow;
    for (std::size_t i = at; i + 1 < bytes.size() && narrow.size() < length && bytes[i + 1] == '\0'; i += 2) narrow += bytes[i];
    take(all, narrow);
  });
  // Hexadecimal, small and large letters.
  for (const std::string_view digits : {"0123456789abcdef", "0123456789ABCDEF"}) {
    std::string needle;
    for (const char c : beginning) needle += {digits[static_cast<unsigned char>(c) >> 4], digits[static_cast<unsigned char>(c) & 15]};
    each(bytes, needle, [&](std::size_t at) {
      std::string text;
      for (std::size_t i = at; i + 1 < bytes.size() && text.size() < length; i += 2) {
        const auto high = digits.find(bytes[i]), low = digits.find(bytes[i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) break;
        text += static_cast<char>(high * 16 + low);
      }
      take(all, text);
    });
  }
  // Base64: where the first byte falls decides the letters; those that depend on no neighbour are searched for.
  for (std::size_t shift = 0; shift < 3; ++shift) {
    const std::string encoded = base64(std::string(shift, 'x') + std::string(beginning));
    const std::size_t from = (shift * 8 + 5) / 6, to = (shift + beginning.size()) * 8 / 6;
    const std::string needle = encoded.substr(from, to - from);
    each(bytes, needle, [&](std::size_t at) {
      if (at < from) return;
      std::string_view text = bytes.substr(at - from, 4 * ((shift + length + 2) / 3));
      text = text.substr(0, text.size() / 4 * 4);
      if (const auto decoded = from_base64(text)) plain(all, *decoded);
    });
  }
  return all;
}

}  // namespace yizhan::sim
