#include "kiosk/session/drawing.h"

#include <algorithm>
#include <cmath>

namespace yizhan::kiosk {

namespace {

std::int32_t hundredths(float mm) { return static_cast<std::int32_t>(std::lround(std::clamp(mm, 0.f, 1000.f) * 100)); }

}  // namespace

void draw_on(Drawing& d, const PenDots& pen) {
  if (pen.width_mm <= 0 || pen.height_mm <= 0) return;
  Strokes& s = d.strokes;
  if (s.empty() && d.pen.empty()) {
    s.width = std::clamp(hundredths(pen.width_mm), 1, stroke_box_max);
    s.height = std::clamp(hundredths(pen.height_mm), 1, stroke_box_max);
  }
  const float w = static_cast<float>(s.width) / 100, h = static_cast<float>(s.height) / 100;
  const float scale = std::min(pen.width_mm / w, pen.height_mm / h);
  const float left = (pen.width_mm - w * scale) / 2, top = (pen.height_mm - h * scale) / 2;
  const auto point = [&](const PenDot& dot) {
    return StrokePoint{std::min(hundredths((dot.x - left) / scale), s.width), std::min(hundredths((dot.y - top) / scale), s.height)};
  };
  const auto room = [&] { return s.ends.size() < strokes_max && s.points.size() + d.pen.size() < stroke_points_max; };
  const auto finish = [&] {
    if (d.pen.empty()) return;
    s.points.insert(s.points.end(), d.pen.begin(), d.pen.end());
    s.ends.push_back(static_cast<std::uint32_t>(s.points.size()));
    d.pen.clear();
  };
  for (const PenDot& dot : pen.dots) {
    switch (dot.what) {
      case PenDot::What::Down:
        finish();  // a finger whose end was never told
        if (room()) d.pen.push_back(point(dot));
        else d.full = true;
        break;
      case PenDot::What::Move: {
        if (d.pen.empty()) break;
        if (!room()) {
          d.full = true;
          break;
        }
        const StrokePoint p = point(dot), last = d.pen.back();
        const std::int64_t dx = p.x - last.x, dy = p.y - last.y;
        if (dx * dx + dy * dy >= std::int64_t{pen_step} * pen_step) d.pen.push_back(p);
        break;
      }
      case PenDot::What::Up: finish(); break;
      case PenDot::What::Gone: d.pen.clear(); break;
    }
  }
}

void wipe(Drawing& drawing) {
  for (auto* points : {&drawing.strokes.points, &drawing.pen}) {
    volatile std::int32_t* number = reinterpret_cast<std::int32_t*>(points->data());
    for (std::size_t i = 0; i < points->size() * 2; ++i) number[i] = 0;
  }
  drawing = {};
}

}  // namespace yizhan::kiosk
