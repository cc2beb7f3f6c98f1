/// Numbers, tickets, dates, times and signs as a person reads them, written out in characters: "A012" → "A零一二",
/// "25分钟" → "二十五分钟", "9:05" → "九点零五分". What comes out has Chinese characters, Latin capitals and the pause marks
/// ，(short) and 。(long) only: every reader after this one has nothing else to know. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace yizhan::kiosk::sound {

/// `spelled`: every digit by itself, groups apart by a short pause. Broken UTF-8 is passed over byte by byte; at most as long as
/// thirty times the text.
std::u32string spoken(std::string_view text, bool spelled = false);
/// 0 … 9,999,999,999,999,999 as a cardinal: 十二, 二百零五, 两千, 三万零五十.
std::u32string cardinal(std::uint64_t value);
/// The key under which a recording is looked up: spoken() without its pause marks.
std::u32string key_of(std::u32string_view spoken_text);

constexpr bool is_han(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x323AF) || (c >= 0xF900 && c <= 0xFAFF) || c == U'〇';
}
constexpr bool is_pause(char32_t c) { return c == U'，' || c == U'。'; }

}  // namespace yizhan::kiosk::sound
