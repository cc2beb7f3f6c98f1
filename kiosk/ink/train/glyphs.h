/// Characters of installed fonts as strokes. The only file that knows FreeType.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "kiosk/ink/ink.h"

namespace yizhan::ink {

struct FontFace {
  std::string path;
  int index = 0;        ///< inside a collection
  std::string package;  ///< Debian package that installs it, for the message when it is missing
};

/// Strokes of each character (empty: the font has none), in a square of side 1 that the em fills. Two threads' worth of work is
/// split by the caller: one call serves one font. Errors: Unavailable, naming the file and its package.
Result<std::vector<Ink>> glyph_strokes(const FontFace& font, std::span<const char32_t> characters);

}  // namespace yizhan::ink
