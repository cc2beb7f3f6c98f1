#include "kiosk/ui/layout.h"

#include <linebreak.h>

#include <algorithm>
#include <cstdint>

namespace yizhan::ui {

void decode(std::string_view bytes, std::vector<char32_t>& out) {
  out.clear();
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const auto byte = [&](std::size_t k) { return k < bytes.size() ? static_cast<std::uint8_t>(bytes[k]) : std::uint8_t{0}; };
    const std::uint8_t lead = byte(i);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
    char32_t c = length == 1 ? lead : length == 2 ? lead & 0x1Fu : length == 3 ? lead & 0x0Fu : lead & 0x07u;
    bool good = length > 0;
    for (std::size_t k = 1; k < length; ++k) {
      good = good && (byte(i + k) & 0xC0) == 0x80;
      c = (c << 6) | (byte(i + k) & 0x3Fu);
    }
    good = good && !(length == 3 && (c < 0x800 || (c >= 0xD800 && c < 0xE000))) && !(length == 4 && (c < 0x10000 || c > 0x10FFFF));
    out.push_back(good ? c : U'\uFFFD');
    i += good ? length : 1;
  }
}

void encode(char32_t c, std::string& out) {
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

bool invisible(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0000 && c <= 0xE0FFF);
}

TextLayout break_lines(std::span<const char32_t> text, float width, std::size_t lines_max, float ellipsis,
                       const std::function<float(char32_t)>& advance) {
  static const bool ready = (init_linebreak(), true);  // the library wants it once per process
  (void)ready;
  TextLayout result;
  const std::size_t n = text.size();
  std::vector<char> breaks(n);
  static_assert(sizeof(utf32_t) == sizeof(char32_t));
  if (n > 0) set_linebreaks_utf32(reinterpret_cast<const utf32_t*>(text.data()), n, "zh", breaks.data());

  // Asked once a character: a long statement is measured anew with every stroke.
  std::vector<float> widths(n);
  for (std::size_t i = 0; i < n; ++i) widths[i] = invisible(text[i]) ? 0.f : advance(text[i]);
  const auto width_of = [&](std::size_t i) { return widths[i]; };
  const auto add = [&](std::size_t begin, std::size_t end, std::size_t next) {
    std::size_t visible_end = end;
    while (visible_end > begin && (text[visible_end - 1] == U' ' || text[visible_end - 1] == U'\n' || text[visible_end - 1] == U'\u3000')) --visible_end;
    float w = 0;
    for (std::size_t i = begin; i < visible_end; ++i) w += width_of(i);
    result.lines.push_back({begin, visible_end, next, w});
  };

  std::size_t begin = 0, last_break = 0;
  float x = 0;
  for (std::size_t i = 0; i < n;) {
    if (text[i] == U'\n') {
      add(begin, i, i + 1);
      begin = last_break = ++i;
      x = 0;
      continue;
    }
    const float w = width_of(i);
    const bool space = text[i] == U' ' || text[i] == U'\u3000';  // spaces may hang over the edge
    if (x + w > width + .5f && i > begin && !space) {
      const std::size_t at = last_break > begin ? last_break : i;
      add(begin, at, at);
      begin = last_break = i = at;
      x = 0;
      continue;
    }
    x += w;
    ++i;
    if (breaks[i - 1] == LINEBREAK_ALLOWBREAK || breaks[i - 1] == LINEBREAK_MUSTBREAK) last_break = i;
  }
  if (begin < n || result.lines.empty() || (n > 0 && text[n - 1] == U'\n')) add(begin, n, n);

  if (lines_max > 0 && result.lines.size() > lines_max) {
    result.lines.resize(lines_max);
    result.cut = true;
    TextLine& last = result.lines.back();
    while (last.end > last.begin && last.width + ellipsis > width) last.width -= width_of(--last.end);
  } else if (lines_max == 1 && result.lines.back().width > width + .5f) {
    result.cut = true;
  }
  return result;
}

}  // namespace yizhan::ui
