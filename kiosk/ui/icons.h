/// The icons: vector drawings on a 48 grid, one line colour, a soft fill behind. No pictures, no fonts.
#pragma once
#include <cstdint>

#include "kiosk/ui/kit.h"

struct ImDrawList;

namespace yizhan::ui {

inline constexpr int icon_count = static_cast<int>(Icon::Globe) + 1;
/// Colours as ImGui packs them; `fill` behind the lines, `ground` where a part hides what is behind it.
struct IconColours {
  std::uint32_t line = 0, fill = 0, ground = 0;
};
/// Draws into a square of `size_px`, its top left at (x, y).
void draw_icon(ImDrawList& list, Icon icon, float x, float y, float size_px, const IconColours& colours);
/// False for an enumerator without a drawing (a test asks for all of them).
bool icon_exists(Icon icon);

}  // namespace yizhan::ui
