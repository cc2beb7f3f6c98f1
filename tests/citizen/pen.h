#pragma once
#include "kiosk/session/drawing.h"

namespace yizhan::kiosk::test {

/// A straight stroke on a pad of 200 by 80 mm.
inline PenDots stroke(float x0, float y0, float x1, float y1, int n = 20) {
  PenDots pen{{}, 200, 80};
  for (int i = 0; i <= n; ++i) {
    const float t = static_cast<float>(i) / static_cast<float>(n);
    pen.dots.push_back({i == 0 ? PenDot::What::Down : PenDot::What::Move, x0 + (x1 - x0) * t, y0 + (y1 - y0) * t});
  }
  pen.dots.push_back({PenDot::What::Up, x1, y1});
  return pen;
}

}  // namespace yizhan::kiosk::test
