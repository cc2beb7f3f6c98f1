/// Small pictures for documents: shrunk by averaging, few colours, palette PNG.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace reach {

struct Picture {
  int width = 0, height = 0;
  std::vector<std::uint32_t> pixels;  ///< 0x00RRGGBB
};
/// `width` pixels wide, each the mean of what it covers.
Picture shrunk(const std::uint32_t* pixels, int from_width, int from_height, int width);
/// Copies `what` into `sheet` at (x, y).
void place(Picture& sheet, const Picture& what, int x, int y);
/// Median cut to at most `colours`, without dithering: flat areas and words stay clean. False: the file cannot be written.
bool write_small_png(const std::string& path, const Picture& picture, int colours);

}  // namespace reach
