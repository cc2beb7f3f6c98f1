/// What the input panel keeps between two touches: a value of the session, so that the end of a visit takes it along. Pure.
#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "kiosk/ink/ink.h"

namespace yizhan::writing {

/// The ways to write, each one touch away. `Auto`: nobody has chosen yet, the panel takes the first way it has in the order of
/// need.md 4.8 (phrases and pickers, handwriting, pinyin).
enum class Way : std::uint8_t { Pinyin, Digits, Phrases, Handwriting, Speak, Places, Units, Auto };
/// The sheets of the way 数字.
enum class Sheet : std::uint8_t { Digits, Letters, Marks, Date, Amount, Rare };

struct Keys {
  Way way = Way::Auto;
  std::string composing;   ///< raw letters typed so far (pinyin)
  int page = 0;            ///< of candidates, phrases, marks, places
  bool fuzzy = false;      ///< 模糊音: z=zh, n=l, an=ang …; off until the person wants it
  std::string preedit;     ///< what a field shows of them: "qian zhe", or the character on the pad
  Sheet sheet = Sheet::Digits;
  bool upper = false;      ///< capital letters
  bool letters = false;    ///< a list is searched by first letters
  std::string typed;       ///< in a picker: digits of an amount, a code, first letters
  std::array<int, 3> at{}; ///< in a picker: year and month; radical and strokes
  std::string code;        ///< 地名: the division whose parts are shown
  std::string rest;        ///< what is left of a phrase while its {slot} is being filled
  ink::Pad pad;            ///< handwriting
  bool operator==(const Keys&) const = default;
};

}  // namespace yizhan::writing
