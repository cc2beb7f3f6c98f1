/// Draws ImGui draw lists into memory, tile by tile: only tiles whose content changed are painted and presented.
/// No GPU, no threads, the same pixels on every machine, so golden pictures are stable.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

struct ImDrawData;

namespace yizhan::ui {

struct PixelRect {
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  bool operator==(const PixelRect&) const = default;
};

/// A picture in memory, 0x00RRGGBB per pixel.
struct Pixels {
  std::uint32_t* data = nullptr;
  int width = 0, height = 0;
  int pitch = 0;  ///< pixels from one row to the next
};

class Raster {
 public:
  static constexpr int tile_px = 64;
  /// Paints what changed since the last call and returns the painted rectangles (empty: nothing to present). `full` paints
  /// everything, for a new or lost target. Handles glyphs at their own size, solid and shaded triangles; nothing else occurs.
  std::span<const PixelRect> paint(ImDrawData& data, const Pixels& target, std::uint32_t ground, bool full);
  /// The next paint() is a full one.
  void forget() { before_.clear(); }

 private:
  std::vector<std::uint64_t> before_, now_;
  std::vector<PixelRect> dirty_;
};

}  // namespace yizhan::ui
