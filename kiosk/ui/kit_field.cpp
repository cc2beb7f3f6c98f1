// The kiosk's text field: shows what the input panel writes; composing text at the caret, foot, lines in sight.
#include "kiosk/ui/kit_impl.h"

#include <imgui.h>

#include <algorithm>
#include <cmath>

namespace yizhan::ui {

void Kit::dashes(float x0, float x1, float y, float thick, std::uint32_t colour) {
  const float dash = std::round(thick * 2.5f), gap = std::round(thick * 1.5f);
  for (float x = x0; x < x1; x += dash + gap) rect({x, y, std::min(x + dash, x1), y + thick}, colour, 0);
}

std::vector<writing::Stroke> Kit::take_strokes() {
  takes_strokes_ = true;
  std::vector<writing::Stroke> taken;
  std::erase_if(keys_, [&](const KeyEvent& key) {
    if (!key.text.empty()) {
      std::string text;
      for (const char32_t c : key.text) encode(c, text);
      taken.push_back({{}, std::move(text)});
      return true;
    }
    static constexpr std::string_view keys[] = {"Backspace", "Delete", "Left", "Right", "Up", "Down", "Home", "End", "PageUp", "PageDown"};
    const bool ours = std::find(std::begin(keys), std::end(keys), key.name) != std::end(keys) || (key.name == "Enter" && focus_ == 0);
    if (ours) taken.push_back({key.name, {}});
    return ours;
  });
  return taken;
}

Kit::Written Kit::written(const FieldView& view) {
  Written text;
  decode(view.text, text.shown);
  if (view.secret) std::fill(text.shown.begin(), text.shown.end(), U'●');
  text.begin = std::min(view.caret, text.shown.size());
  std::vector<char32_t> composing;
  decode(view.composing, composing);
  text.shown.insert(text.shown.begin() + static_cast<std::ptrdiff_t>(text.begin), composing.begin(), composing.end());
  text.end = text.begin + composing.size();
  return text;
}

std::size_t Kit::place_in(const Written& text, const TextLine& line, float x, const Type& type) {
  std::size_t at = line.begin;
  for (float w = 0; at < line.end; ++at) {
    const float a = advance(text.shown[at], type);
    if (w + a / 2 > x) break;
    w += a;
  }
  return at <= text.begin ? at : at < text.end ? text.begin : at - (text.end - text.begin);
}

void Kit::note_moves(const Written& text, const TextLayout& layout, const Type& type, std::size_t fit) {
  const std::vector<TextLine>& lines = layout.lines;
  std::size_t here = 0;
  while (here + 1 < lines.size() && text.end >= lines[here].next) ++here;
  const TextLine& line = lines[here];
  const float x = width_px(std::span(text.shown).subspan(line.begin, std::min(text.end, line.end) - line.begin), type);
  const auto at = [&](std::size_t i) { return place_in(text, lines[i], x, type); };
  const std::size_t last = lines.size() - 1;
  moves_.up = here == 0 ? 0 : at(here - 1);
  moves_.down = here == last ? place_in(text, line, 1e9f, type) : at(here + 1);
  moves_.line_begin = place_in(text, line, -1, type);
  moves_.line_end = place_in(text, line, 1e9f, type);
  moves_.page_up = at(here - std::min(here, fit));
  moves_.page_down = at(std::min(last, here + fit));
  moves_.page = static_cast<int>(here / fit);
  moves_.pages = static_cast<int>(last / fit) + 1;
}

bool Kit::field(std::string_view name, Box box, const FieldView& view) {
  const Pressing p = view.only_shown ? Pressing{} : press(name, box, view.secret ? std::string_view{} : view.text, true);
  if (!view.only_shown) describe(view.label.empty() ? view.placeholder : view.label, Control::Field, view.active);
  else if (!view.secret && !view.text.empty()) shown_.push_back({std::string(view.text), box, Step::Input, Say::Asked, true});
  if (!view.problem.empty()) shown_.push_back({std::string(view.problem), box, Step::Caption, Say::Aloud, false});
  const Px b = px(box);
  const float radius = dp(16, 8);
  const bool wrong = !view.problem.empty();
  const float thick = view.active || wrong ? edge_px(3, 2) : edge_px(2, 1);
  const Rgb ground = colour(Ink::Card, theme_.contrast);
  // What cannot be touched has no edge that says so (look/tokens.md, rule 1).
  const Ink rim = wrong ? Ink::Brick : view.active ? Ink::Primary : view.only_shown ? Ink::Line : Ink::Edge;
  framed(b, ink(rim), packed(p.held && !view.active ? pressed(ground, theme_.contrast) : ground), thick, radius);

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

  const Written text = written(view);
  const std::vector<char32_t>& shown = text.shown;
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
  // Draws one line in three runs and notes where the caret falls.
  const auto draw_line = [&](const TextLine& l, float x, float y, bool has_caret) {
    const std::size_t from = std::clamp(text.begin, l.begin, l.end), to = std::clamp(text.end, l.begin, l.end);
    x = draw_run(x, baseline_of(y), std::span(shown).subspan(l.begin, from - l.begin), main, ink(Ink::Ink));
    const float begin = x;
    x = draw_run(x, baseline_of(y), std::span(shown).subspan(from, to - from), main, ink(Ink::Primary));
    if (x > begin && leave_ == Leave::Nothing) dashes(begin, x, std::round(y + main.line * .86f), edge_px(4, 2), ink(Ink::Primary));
    if (has_caret) {
      caret_x = x;
      caret_y = y;
      // Spaces hang over a line's end and are not drawn, but written.
      for (std::size_t k = l.end; k < std::min(text.end, l.next) && shown[k] == U' '; ++k) caret_x += advance(U' ', main);
    }
    draw_run(x, baseline_of(y), std::span(shown).subspan(to, l.end - to), main, ink(Ink::Ink));
  };
  if (shown.empty() && !view.placeholder.empty()) {
    const float x = room.x0 + (view.active ? caret_thick * 2 : 0);
    draw_text({x, caret_y, room.x1, view.several_lines ? room.y1 : caret_y + main.line}, view.placeholder, main, ink(Ink::Muted), Align::Left, view.several_lines ? 0 : 1, false, !view.several_lines);
    if (p.fired) moves_.touched = 0;
  } else if (!view.several_lines) {
    // A long line moves left, the caret never out of sight; without one the end is what is being written.
    const float before = width_px(std::span(shown).first(text.end), main), all = width_px(shown, main);
    const float width = room.w() - 2 * caret_thick;
    const float over = std::clamp(before - width * (text.end == shown.size() ? 1.f : .7f), 0.f, std::max(0.f, all - width));
    const TextLine line{0, shown.size(), shown.size(), all};
    const float x = std::round(room.x0 - over);
    draw_line(line, x, caret_y, true);
    if (p.fired) moves_.touched = place_in(text, line, at_x_ - x, main);
    if (view.active) note_moves(text, TextLayout{{line}, false}, main, 1);
  } else {
    const TextLayout& lines = layout(shown, room.w() - caret_thick, 0, main);
    const auto fit = static_cast<std::size_t>(std::max(1.f, std::floor((room.h() + 1) / main.line)));
    const std::size_t count = lines.lines.size();
    const auto after = std::upper_bound(lines.lines.begin(), lines.lines.end(), text.end, [](std::size_t at, const TextLine& l) { return at < l.next; });
    const std::size_t caret_line = after == lines.lines.end() ? count - 1 : static_cast<std::size_t>(after - lines.lines.begin());
    std::size_t first = count > fit ? count - fit : 0;
    if (view.active) {
      if (field_id_ == name_id(name)) first = std::min(first, field_first_);
      if (caret_line < first) first = caret_line;
      if (caret_line >= first + fit) first = caret_line - fit + 1;
      field_first_ = first;
    }
    float y = room.y0;
    for (std::size_t i = first; i < std::min(count, first + fit); ++i, y += main.line) draw_line(lines.lines[i], room.x0, y, i == caret_line);
    if (p.fired) {
      const float row = std::clamp(std::floor((at_y_ - room.y0) / main.line), 0.f, static_cast<float>(std::min(fit, count - first) - 1));
      moves_.touched = place_in(text, lines.lines[first + static_cast<std::size_t>(row)], at_x_ - room.x0, main);
    }
    if (view.active) note_moves(text, lines, main, fit);
    caret_x = std::min(caret_x, room.x1 - caret_thick);
  }
  if (view.active) {
    field_id_ = name_id(name);
    field_active_ = true;
    // It does not blink: nothing moves on an idle kiosk.
    const float h = main.em * 1.2f, x = std::round(caret_x + (text.begin == text.end ? 1 : caret_thick));
    if (leave_ == Leave::Nothing) rect({x, std::round(caret_y + (main.line - h) / 2), x + caret_thick, std::round(caret_y + (main.line + h) / 2)}, ink(Ink::Primary), 0);
  }
  list_->PopClipRect();
  if (!view.only_shown && ringed(name)) focus_ring(b, radius);
  return p.fired;
}

}  // namespace yizhan::ui
