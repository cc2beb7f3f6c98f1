/// Characters → syllables. The dictionary is readings.tsv, built from the keyboard's own dictionary and unicode-data
/// (assets/voice/make_readings.py): one sorted line a word, "银行<tab>yin2 hang2". It is mapped, not loaded: a lookup touches a
/// page or two. Words are matched longest first, so that 银行, 行为 and 行人 each get their 行. Pure but for reading that file.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace yizhan::kiosk::sound {

/// One thing a voice can say: a syllable with its tone ("hang2", 5 is the neutral one), a letter ("A"), or a pause.
struct Syllable {
  std::string text;  ///< "" for a pause
  int pause_ms = 0;
  bool operator==(const Syllable&) const = default;
};
inline constexpr int pause_short_ms = 180, pause_long_ms = 360;

class Readings {
 public:
  /// Errors: Unavailable (no such file), Corrupt (not a dictionary).
  static Result<Readings> open(const std::string& path);
  /// A county's own words over ours (its place names); lines as above. Errors: Unavailable, Invalid "<file>:<line>: …".
  Status add(const std::string& path);
  /// "yin2 hang2"; empty when the word is not there.
  std::string_view of(std::string_view word) const;
  /// Syllables of spoken() text with the tone changes of speech (nǐ hǎo → ní hǎo, 一个 → yí gè, 不对 → bú duì). A character that
  /// nobody can read is a short pause. Time: a few microseconds a character.
  std::vector<Syllable> syllables(std::u32string_view spoken_text) const;
  /// Every syllable of the dictionary, sorted: what a whole voice can say. Reads the file once.
  std::vector<std::string> all_syllables() const;

 private:
  std::shared_ptr<const char> bytes_;
  std::size_t size_ = 0;
  std::map<std::string, std::string, std::less<>> own_;
};

std::string utf8_of(std::u32string_view text);

}  // namespace yizhan::kiosk::sound
