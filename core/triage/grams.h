/// What the text model sees of a statement: hashed runs of one to three characters, places and numbers made nameless.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace yizhan::triage {

inline constexpr std::size_t read_characters_max = 20'000;  ///< the rest of a longer text is not read
inline constexpr int gram_characters_max = 3;

/// Appends the characters of `text` as the model reads them: half width, lower case, traditional forms of common characters folded,
/// place pseudonyms ("A3区") and numbers as one sign each, everything else (marks, emoji, tags' brackets, broken UTF-8) as one space.
/// Stops after `read_characters_max` characters.
void normalise(std::string_view text, std::u32string& out);

/// Where a gram stood; the same words say something else in a title.
enum class Part : std::uint8_t { Anywhere = 1, Title = 2 };

inline std::uint64_t mixed(std::uint64_t h) {
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;
  h ^= h >> 33;
  h *= 0xc4ceb9fe1a85ec53ULL;
  return h ^ (h >> 33);
}

/// Calls `see(key, length)` for each gram of normalised characters, left to right, shorter first; none crosses a space.
template <class See>
void each_gram(std::u32string_view characters, Part part, See see) {
  for (std::size_t i = 0; i < characters.size(); ++i) {
    std::uint64_t h = static_cast<std::uint64_t>(part) * 0x9e3779b97f4a7c15ULL;
    for (int n = 1; n <= gram_characters_max; ++n) {
      const std::size_t at = i + static_cast<std::size_t>(n) - 1;
      if (at >= characters.size() || characters[at] == U' ') break;
      h = mixed(h ^ characters[at]) + 0x632be59bd9b4e019ULL;
      see(static_cast<std::uint32_t>(h >> 32), n);
    }
  }
}

}  // namespace yizhan::triage
