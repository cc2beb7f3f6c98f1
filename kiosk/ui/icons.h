/// The icons: vector drawings on a 48 grid, one line colour, a soft fill behind. No pictures, no fonts.
#pragma once
#include <cstdint>
#include <unordered_map>

#include "kiosk/ui/kit.h"

struct ImDrawList;

namespace yizhan::ui {

inline constexpr int icon_count = static_cast<int>(Icon::Undo) + 1;
/// Colours as ImGui packs them; `fill` behind the lines, `ground` where a part hides what is behind it.
struct IconColours {
  std::uint32_t line = 0, fill = 0, ground = 0;
};
/// Draws into a square of `size_px`, its top left at (x, y), as triangles.
void draw_icon(ImDrawList& list, Icon icon, float x, float y, float size_px, const IconColours& colours);

/// Icons drawn once per size and kept as coverage in the font atlas: from the second frame on an icon costs three glyphs
/// instead of hundreds of triangles. Belongs to one ImGui context.
class IconCache {
 public:
  void draw(ImDrawList& list, Icon icon, float x, float y, int size_px, const IconColours& colours);

 private:
  struct Masks {
    int fill = -1, ground = -1, line = -1;  ///< atlas rectangles; −1: the icon has no such layer
  };
  Masks make(Icon icon, int size_px);
  std::unordered_map<int, Masks> made_;
};
/// False for an enumerator without a drawing (a test asks for all of them).
bool icon_exists(Icon icon);

}  // namespace yizhan::ui
