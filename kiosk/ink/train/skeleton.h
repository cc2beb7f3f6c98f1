/// From the picture of a printed character to strokes as a pen would draw them: thinned to lines, cut at crossings, joined again
/// where they run straight on. Not the true strokes of the character, but parts that move, vanish and run together like them.
#pragma once
#include <cstdint>
#include <vector>

#include "kiosk/ink/ink.h"

namespace yizhan::ink {

/// A black-and-white picture, one byte a pixel, 0 or 1, with an empty border of at least 3 pixels.
struct Bitmap {
  int width = 0, height = 0;
  std::vector<std::uint8_t> pixels;
  std::uint8_t at(int x, int y) const { return pixels[static_cast<std::size_t>(y * width + x)]; }
};

/// Thins in place to lines one pixel wide (Zhang and Suen, then staircases removed).
void thin(Bitmap& picture);
/// Strokes of a filled character, in pixels. Each runs from left to right or from top to bottom; they stand roughly in the order
/// people write them.
Ink strokes_of(Bitmap picture);

}  // namespace yizhan::ink
