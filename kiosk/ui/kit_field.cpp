// The kiosk's text field: shows what the soft keyboard writes; composing text, caret, foot.
#include "kiosk/ui/kit_impl.h"

#include <imgui.h>

#include <algorithm>
#include <cmath>

namespace yizhan::ui {

void Kit::dashes(float x0, float x1, float y, float thick, std::uint32_t colour) {
  const float dash = std::round(thick * 2.5f), gap = std::round(thick * 1.5f);
  for (float x = x0; x < x1; x += dash + gap) rect({x, y, std::min(x + dash, x1), y + thick}, colour, 0);
}

bool Kit::field(std::string_view name, Box box, const FieldView& view) {
  const Pressing p = press(name, box, view.secret ? std::string_view{} : view.text, true);
  describe(view.label.empty() ? view.placeholder : view.label, Control::Field, view.active);
  if (!view.problem.empty()) shown_.push_back({std::string(view.problem), box, Step::Caption, Say::Aloud, false});
  const Px b = px(box);
  const float radius = dp(16, 8);
  const bool wrong = !view.problem.empty();
  const float thick = view.active || wrong ? edge_px(3, 2) : edge_px(2, 1);
  const Rgb ground = colour(Ink::Card, theme_.contrast);
  framed(b, ink(wrong ? Ink::Brick : view.active ? Ink::Primary : Ink::Edge), packed(p.held && !view.active ? pressed(ground, theme_.contrast) : ground), thick, radius);

  Type main = type(desk_page() ? Step::Desk : Step::Input, Weight::Regular);
  const Type small = type(desk_page() ? Step::DeskSmall : Step::Caption, Weight::Regular);
  const float pad = view.several_lines ? dp(34, 14) : dp(28, 14);
  Px room{b.x0 + pad, b.y0 + dp(view.several_lines ? 24 : 6, 8), b.x1 - pad, b.y1 - dp(view.several_lines ? 16 : 6, 8)};
  // The foot: what is wrong goes before what is good to know.
  std::string_view left = wrong ? view.problem : view.foot_left;
  std::string_view right_words = view.foot_right;
  // What is written comes before what is good to know about it.
  if (!wrong && view.several_lines && room.h() - small.line < 2 * main.line) left = right_words = {};
  if (!left.empty() || !right_words.empty()) {
    const float right_width = right_words.empty() ? 0 : width_px(decoded(right_words), small) + dp(16, 8);
    float x = room.x0;
    if (wrong) {
      draw_icon_px(x, room.y1 - small.line + (small.line - small.em) / 2, small.em, Icon::Warning, ink(Ink::Brick), packed({0xF3, 0xD0, 0xCB, 255}), packed(ground));
      x += small.em * 1.3f;
    }
    const float left_width = room.x1 - right_width - x;
    const float lines = std::min(2.f, static_cast<float>(layout(decoded(left), left_width, 0, small).lines.size()));
    const float foot = small.line * (left.empty() ? 1 : lines);
    draw_text({x, room.y1 - foot, x + left_width, room.y1}, left, small, ink(wrong ? Ink::Brick : Ink::Muted), Align::Left, 0, false, false);
    draw_text({room.x0, room.y1 - small.line, room.x1, room.y1}, right_words, small, ink(Ink::Muted), Align::Right, 1, false, false);
    room.y1 -= foot + dp(8, 4);
  }

  std::vector<char32_t> shown;
  decode(view.text, shown);
  if (view.secret) std::fill(shown.begin(), shown.end(), U'●');
  const std::size_t settled = shown.size();
  std::vector<char32_t> composing;
  decode(view.composing, composing);
  shown.insert(shown.end(), composing.begin(), composing.end());
  const float caret_thick = std::round(dp(5, 2));
  const auto baseline_of = [&](float y) { return std::round(y + (main.line - Fonts::height_em * main.em) / 2 + Fonts::ascent_em * main.em); };
  if (!view.several_lines && theme_.citizen) {
    // A long number gets smaller before its beginning moves out of sight.
    const float full = width_px(shown, main) + 2 * caret_thick;
    if (full > room.w()) main.em = std::max(smallest_em(), std::floor(main.em * room.w() / full));
    main.line = main.em * 1.5f;
  }
  list_->PushClipRect({room.x0 - caret_thick, b.y0 + thick}, {room.x1 + caret_thick, room.y1}, true);
  float caret_x = room.x0, caret_y = view.several_lines ? room.y0 : (room.y0 + room.y1 - main.line) / 2;
  if (shown.empty() && !view.placeholder.empty()) {
    const float x = room.x0 + (view.active ? caret_thick * 2 : 0);
    draw_text({x, caret_y, room.x1, view.several_lines ? room.y1 : caret_y + main.line}, view.placeholder, main, ink(Ink::Muted), Align::Left, view.several_lines ? 0 : 1, false, !view.several_lines);
  } else if (!view.several_lines) {
    // The end is what is being written: a long line moves left, never the caret out of sight.
    const float over = std::max(0.f, width_px(shown, main) + 2 * caret_thick - room.w());
    float x = draw_run(std::round(room.x0 - over), baseline_of(caret_y), std::span(shown).first(settled), main, ink(Ink::Ink));
    const float begin = x;
    x = draw_run(x, baseline_of(caret_y), std::span(shown).subspan(settled), main, ink(Ink::Primary));
    if (!composing.empty()) dashes(begin, x, std::round(caret_y + main.line * .86f), edge_px(4, 2), ink(Ink::Primary));
    caret_x = x;
  } else {
    const TextLayout lines = layout(shown, room.w() - caret_thick, 0, main);
    const auto fit = static_cast<std::size_t>(std::max(1.f, std::floor((room.h() + 1) / main.line)));
    const std::size_t first = lines.lines.size() > fit ? lines.lines.size() - fit : 0;
    float y = room.y0;
    for (std::size_t i = first; i < lines.lines.size(); ++i, y += main.line) {
      const TextLine& l = lines.lines[i];
      const std::size_t middle = std::clamp(settled, l.begin, l.end);
      float x = draw_run(room.x0, baseline_of(y), std::span(shown).subspan(l.begin, middle - l.begin), main, ink(Ink::Ink));
      const float begin = x;
      x = draw_run(x, baseline_of(y), std::span(shown).subspan(middle, l.end - middle), main, ink(Ink::Primary));
      if (x > begin) dashes(begin, x, std::round(y + main.line * .86f), edge_px(4, 2), ink(Ink::Primary));
      for (std::size_t k = l.end; k < l.next && shown[k] == U' '; ++k) x += advance(U' ', main);
      caret_x = std::min(x, room.x1 - caret_thick);
      caret_y = y;
    }
  }
  if (view.active) {
    // It does not blink: nothing moves on an idle kiosk.
    const float h = main.em * 1.2f, x = std::round(caret_x + (composing.empty() ? 1 : caret_thick));
    rect({x, std::round(caret_y + (main.line - h) / 2), x + caret_thick, std::round(caret_y + (main.line + h) / 2)}, ink(Ink::Primary), 0);
  }
  list_->PopClipRect();
  if (ringed(name)) focus_ring(b, radius);
  return p.fired;
}

}  // namespace yizhan::ui
