/// What is said, as a value: phrases in order and who may hear each. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace yizhan::kiosk::sound {

/// One stretch of words. Any text may stand here: numbers, tickets, dates and units are read as a person would read them
/// (reading.h), what nobody can read (emoji, ●) is passed over.
struct Phrase {
  std::string text;
  bool personal = false;  ///< what a visitor said or was told: the handset only; without a handset it is not spoken (trust.md T4)
  bool spelled = false;   ///< every digit by itself: codes and numbers of papers
};
struct Utterance {
  std::vector<Phrase> phrases;
  bool empty() const { return phrases.empty(); }
};

/// How a visitor wants it; goes back to the default with every visit (VVSG 7.1-A).
enum class Pace : std::uint8_t { Slow, Normal, Fast };
struct Tuning {
  int volume = 3;               ///< 0 silent, 1…5
  Pace pace = Pace::Normal;
  bool operator==(const Tuning&) const = default;
};
inline constexpr int volume_max = 5;

}  // namespace yizhan::kiosk::sound
