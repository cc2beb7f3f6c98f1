#include "kiosk/ui/drawing.h"

#include <algorithm>
#include <vector>

namespace yizhan::ui {

void draw_stroke(Ui& ui, Box box, const Strokes& drawing, std::span<const StrokePoint> stroke, Ink colour, float thick_mm) {
  if (drawing.width < 1 || drawing.height < 1) return;
  const float w = static_cast<float>(drawing.width) / 100, h = static_cast<float>(drawing.height) / 100;
  const float scale = std::min(box.w / w, box.h / h);
  const float left = (box.w - w * scale) / 2, top = (box.h - h * scale) / 2;
  std::vector<ink::Point> path;
  path.reserve(stroke.size());
  for (const StrokePoint& p : stroke) path.push_back({left + static_cast<float>(p.x) / 100 * scale, top + static_cast<float>(p.y) / 100 * scale});
  ui.pen_line(box, path, colour, std::max(0.35f, thick_mm * std::min(scale, 1.f)));
}

void draw_strokes(Ui& ui, Box box, const Strokes& strokes, Ink colour, float thick_mm) {
  for (std::size_t s = 0; s < strokes.ends.size(); ++s) draw_stroke(ui, box, strokes, strokes.stroke(s), colour, thick_mm);
}

}  // namespace yizhan::ui
