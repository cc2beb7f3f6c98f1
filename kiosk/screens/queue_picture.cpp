#include "kiosk/screens/queue_picture.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/tr.h"
#include "kiosk/screens/parts.h"

namespace yizhan::kiosk {

void draw_dial(Ui& ui, float cx, float cy, float r, int minutes) {
  ui.circle(cx, cy, r, Ink::Edge);
  ui.circle(cx, cy, r - 0.6f, Ink::Card);
  const float share = std::clamp(static_cast<float>(minutes) / 60.f, 0.f, 1.f);
  const float inner = r - 1.4f;
  if (share >= 1) {
    ui.circle(cx, cy, inner, Ink::Primary);
  } else if (share > 0) {
    // Spokes close enough to cover the slice: the kit has no sector.
    const int spokes = std::max(2, static_cast<int>(share * inner * 40));
    for (int i = 0; i <= spokes; ++i) {
      const float a = (share * static_cast<float>(i) / static_cast<float>(spokes) * 2 - 0.5f) * std::numbers::pi_v<float>;
      ui.line(cx, cy, cx + std::cos(a) * inner, cy + std::sin(a) * inner, Ink::Primary, 0.4f);
    }
  }
}

void draw_queue_picture(Ui& ui, Box box, int ahead, int minutes) {
  const float dial = std::min(box.h, 22.f);
  if (minutes > 0 && ahead > 0) {
    const Box right = box.cut_right(dial, 5);
    draw_dial(ui, right.x + dial / 2, box.y + box.h / 2, dial / 2, minutes);
  }
  const float size = std::min(box.h, 16.f), step = size * 0.86f;
  const int shown = std::min(ahead, queue_figures_max);
  const std::string more = ahead > shown ? "+" + std::to_string(ahead - shown) : std::string();
  const float more_w = more.empty() ? 0 : ui.text_width(more, {Type::Body, Ink::Ink, Weight::Bold}) + 4;
  // The window is on the left, as the queue stands in front of it; the person is the last.
  const int fit = std::max(1, static_cast<int>((box.w - more_w - size - 4) / step));
  const int figures = std::min(shown, fit);
  float x = box.x;
  const float y = box.y + (box.h - size) / 2;
  for (int i = 0; i < figures; ++i, x += step) ui.icon({x, y, size, size}, Icon::Person, Ink::Muted);
  if (ahead > figures) {
    const std::string rest = "+" + std::to_string(ahead - figures);
    const float w = ui.text_width(rest, {Type::Body, Ink::Ink, Weight::Bold}) + 3;
    line_in(ui, {x + 1, y, w, size}, rest, {Type::Body, Ink::Ink, Weight::Bold, Align::Left, 1, true, true});
    x += w + 1;
  }
  ui.circle(x + 2 + size / 2, y + size / 2, size / 2, Ink::Primary);
  ui.icon({x + 2 + size * 0.14f, y + size * 0.14f, size * 0.72f, size * 0.72f}, Icon::Person, Ink::OnPrimary);
  const TextStyle you{Type::Body, Ink::Primary, Weight::Bold, Align::Left, 1, true, true};
  if (x + size + 6 + ui.text_width(tr("您"), you) <= box.right()) line_in(ui, {x + size + 5, y, box.right() - x - size - 5, size}, tr("您"), you);
}

}  // namespace yizhan::kiosk
