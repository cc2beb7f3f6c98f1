#include "kiosk/ui/drawing.h"

#include <algorithm>

namespace yizhan::ui {

void draw_strokes(Ui& ui, Box box, const Strokes& strokes, Ink ink, float thick_mm) {
  if (strokes.width < 1 || strokes.height < 1) return;
  const float w = static_cast<float>(strokes.width) / 100, h = static_cast<float>(strokes.height) / 100;
  const float scale = std::min(box.w / w, box.h / h);
  const float thick = std::max(0.3f, thick_mm * std::min(scale, 1.0f));
  const float left = box.x + (box.w - w * scale) / 2, top = box.y + (box.h - h * scale) / 2;
  // Half a line's width stays inside on every side.
  const auto x = [&](const StrokePoint& p) { return std::clamp(left + static_cast<float>(p.x) / 100 * scale, box.x + thick / 2, box.right() - thick / 2); };
  const auto y = [&](const StrokePoint& p) { return std::clamp(top + static_cast<float>(p.y) / 100 * scale, box.y + thick / 2, box.bottom() - thick / 2); };
  for (std::size_t s = 0; s < strokes.ends.size(); ++s) {
    const auto stroke = strokes.stroke(s);
    ui.circle(x(stroke[0]), y(stroke[0]), thick / 2, ink);
    for (std::size_t i = 1; i < stroke.size(); ++i) {
      ui.line(x(stroke[i - 1]), y(stroke[i - 1]), x(stroke[i]), y(stroke[i]), ink, thick);
      if (thick >= 0.5f) ui.circle(x(stroke[i]), y(stroke[i]), thick / 2, ink);  // round joints, where they can be seen
    }
  }
}

}  // namespace yizhan::ui
