/// Chinese lines: breaks by UAX 14 ("zh"), so that no 。 starts a line and no （ ends one. Pure but for the measuring function.
#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yizhan::ui {

/// Code points one to one with what was typed; ill-formed bytes become U+FFFD. Unlike core's code_points() it takes any bytes.
void decode(std::string_view bytes, std::vector<char32_t>& out);
void encode(char32_t c, std::string& out);

/// Characters that are never drawn and take no room: controls, ESC, bidi and zero-width marks, variation selectors.
bool invisible(char32_t c);

struct TextLine {
  std::size_t begin = 0, end = 0;  ///< code points; trailing spaces and the line feed are outside
  std::size_t next = 0;            ///< where the next line begins
  float width = 0;
  bool operator==(const TextLine&) const = default;
};
struct TextLayout {
  std::vector<TextLine> lines;
  bool cut = false;                ///< the last line must be followed by "…": there was more
};

/// Breaks `text` to `width`. `lines_max` 0: no limit. A cut last line leaves room for an ellipsis of width `ellipsis`.
TextLayout break_lines(std::span<const char32_t> text, float width, std::size_t lines_max, float ellipsis,
                       const std::function<float(char32_t)>& advance);

}  // namespace yizhan::ui
