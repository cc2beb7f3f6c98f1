/// Writing at a caret. A caret counts characters before it; `at_end` stays at the end whatever is added. A character that people
/// see as one (with combining marks, variation selectors) is stepped over and deleted as one. Pure; text is valid UTF-8.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "kiosk/writing/keys.h"

namespace yizhan::writing {

inline constexpr std::size_t at_end = std::string_view::npos;

void insert_at(std::string& text, std::size_t& caret, std::string_view words);
void erase_before(std::string& text, std::size_t& caret, int count);
void erase_after(std::string& text, std::size_t& caret, int count);
/// One to the left or right; at_end when it reaches the end.
std::size_t stepped(std::string_view text, std::size_t caret, int by);
/// A caret that somebody touched: inside the text, never inside what is seen as one; at_end when behind the last character.
std::size_t placed(std::string_view text, std::size_t caret);
/// At most `most` characters before the caret.
std::string_view before_caret(std::string_view text, std::size_t caret, std::size_t most);

/// What was being composed, as it is written when somebody leaves without choosing: the letters as typed, the character seen on the
/// pad, an amount not yet confirmed, the rest of a phrase with its slots left unsaid. Nothing anybody saw in the field is lost.
std::string settled(const Keys& keys);

}  // namespace yizhan::writing
