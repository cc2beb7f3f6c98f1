/// Money as people tap it, and as a bank writes it, so that a slipped digit is seen. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace yizhan::writing {

/// Whole digits before the point and after it that an amount may have: up to 9,999 亿.
inline constexpr std::size_t amount_digits_max = 12, amount_decimals_max = 2;

/// Adds one key to an amount being tapped: a digit, "00", ".", or "万" (which ends it; at most four decimals before it). A key
/// that would make no amount changes nothing.
std::string amount_with(std::string_view typed, std::string_view key);
/// "18600" → "壹万捌仟陆佰元整", "0.5" → "伍角整", "1.86万" → "壹万捌仟陆佰元整"; "" when it is no amount.
std::string capital_amount(std::string_view typed);
/// "18600" → "18600元", "1.86万" → "1.86万元"; "" when it is no amount.
std::string amount_words(std::string_view typed);

}  // namespace yizhan::writing
