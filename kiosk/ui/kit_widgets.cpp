// What a finger or a key can press: areas, buttons, tiles, choices, ticks.
#include "kiosk/ui/kit_impl.h"

#include <imgui.h>

#include <algorithm>
#include <cmath>

namespace yizhan::ui {

namespace {
constexpr Rgb key_lip{0xB5, 0xAD, 0x9B, 255}, chip_line{0xCF, 0xC9, 0xBB, 255};
}  // namespace

bool Kit::ringed(std::string_view name) const { return !theme_.citizen && focus_ == name_id(name); }

void Kit::focus_ring(Px b, float radius) {
  if (theme_.citizen) {
    // Half a millimetre of the ground's colour, then a dark frame of a quarter more than one: seen on paper, green and amber alike.
    const float halo = std::round(len(.5f)), thick = std::ceil(len(1.25f));
    outline({b.x0 - halo, b.y0 - halo, b.x1 + halo, b.y1 + halo}, ink(Ink::Card), halo, radius + halo);
    const float out = halo + thick;
    outline({b.x0 - out, b.y0 - out, b.x1 + out, b.y1 + out}, ink(theme_.contrast ? Ink::Primary : Ink::Ink), thick, radius + out);
    return;
  }
  const float out = edge_px(5, 4), thick = edge_px(4, 3);
  outline({b.x0 - out, b.y0 - out, b.x1 + out, b.y1 + out}, ink(Ink::AmberEdge), thick, radius + out);
}

void Kit::tick(float cx, float cy, float radius) {
  list_->AddCircleFilled({cx, cy}, radius, ink(Ink::Primary));
  const float size = radius * 1.25f;
  draw_icon_px(cx - size / 2, cy - size / 2, size, Icon::Check, ink(Ink::OnPrimary), 0, 0);
}

void Kit::surface(Px b, bool selected, bool held, float radius) {
  const Rgb ground = colour(selected ? Ink::Tint : Ink::Card, theme_.contrast);
  const Rgb face = held ? pressed(ground, theme_.contrast) : ground;
  const float thick = selected ? edge_px(6, 2) : edge_px(2, 1);
  if (!desk_page() && !held) shadow(b, radius);
  framed(b, ink(selected ? Ink::Primary : Ink::Edge), packed(face), thick, radius);
}

bool Kit::touch(std::string_view name, Box box, std::string_view words, bool selected, bool enabled) {
  const Pressing p = press(name, box, words, enabled);
  hits_.back().selected = selected;
  const Px b = px(box);
  const float radius = dp(16, 10);
  if (desk_page()) {
    // A row of a desk's list: fill and bar, no card.
    const Rgb ground = colour(selected ? Ink::Tint : Ink::Card, theme_.contrast);
    rect(b, packed(p.held ? pressed(ground, theme_.contrast) : ground), 0);
    if (selected) rect({b.x0, b.y0, b.x0 + edge_px(6, 5), b.y1}, ink(Ink::Primary), 0);
    rect({b.x0, b.y1 - 1, b.x1, b.y1}, ink(Ink::Line), 0);
  } else {
    if (enabled) surface(b, selected, p.held, radius);
    else rect(b, ink(Ink::Sand), radius);
    if (selected) tick(b.x1 - dp(48, 24), b.y0 + dp(48, 24), dp(28, 12));
  }
  if (ringed(name)) focus_ring(b, radius);
  return p.fired;
}

/// Everything that differs between the looks of a button, in one table.
struct Kit::ButtonStyle {
  Ink words = Ink::Ink;
  Rgb face, rim{0, 0, 0, 0}, lip{0, 0, 0, 0};
  float thick = 0, radius = 0, lip_px = 0, em = 0, em_min = 0, icon = 0, gap = 0;
  Weight weight = Weight::Bold;
  bool icon_alone = false;
};

Kit::ButtonStyle Kit::button_style(Look look, Box box, Icon icon, bool one_letter) const {
  const bool contrast = theme_.contrast, desk = desk_page(), big = box.h >= (desk ? 20.f : 26.f);
  const float factor = text_factor(theme_.size) * type_scale();
  const auto at_least = [this](float em) { return theme_.citizen ? std::max(em, smallest_em()) : em; };
  const auto c = [contrast](Ink ink) { return colour(ink, contrast); };
  ButtonStyle s;
  s.face = c(Ink::Card);
  s.radius = dp(14, 10);
  s.gap = dp(big ? 16 : 12, big ? 14 : 8);
  s.icon = big ? dp(icon == Icon::Helper ? 56 : 46, 36) : dp(40, 24);
  s.em = at_least((big ? dp(40, 28) : dp(30, 19)) * factor);
  s.em_min = std::min(smallest_em(), s.em);
  s.weight = big || desk ? Weight::Bold : Weight::Medium;
  const auto edged = [&](Ink rim, float kiosk_px, float desk_px) {
    s.rim = c(rim);
    s.thick = edge_px(kiosk_px, desk_px);
  };
  const auto filled = [&] {
    s.words = Ink::OnPrimary;
    s.face = c(Ink::Primary);
  };
  switch (look) {
    case Look::Filled:
      filled();
      s.lip = c(Ink::Deep);
      s.lip_px = std::round(dp(5, 4));
      break;
    case Look::Edged: edged(Ink::Edge, big ? 3 : 2, 2); break;
    case Look::Help:
      s.words = Ink::Amber;
      s.face = c(Ink::AmberTint);
      edged(Ink::AmberEdge, big ? 3 : 2, 2);
      break;
    case Look::Quiet:
      s.face = c(Ink::Sand);
      if (!big) s.weight = Weight::Medium;
      edged(Ink::Edge, 2, 1);
      break;
    case Look::OnDark:
      s.words = Ink::OnPrimary;
      s.face = {0, 0, 0, 0};
      edged(Ink::OnPrimary, big ? 3 : 2, 1);
      s.rim = mix(c(Ink::Primary), c(Ink::OnPrimary), contrast ? 1.f : .55f);
      break;
    case Look::Tab: case Look::TabActive: case Look::Stack: case Look::StackActive:
      s.em = at_least(dp(34, 19) * factor);
      s.icon = dp(44, 24);
      s.weight = Weight::Bold;
      s.gap = dp(12, 8);
      if (look == Look::TabActive || look == Look::StackActive) filled();
      else edged(Ink::Edge, 2, 1);
      break;
    case Look::Key: case Look::KeySide:
      s.em = at_least(dp(look == Look::Key && one_letter ? 46 : 34, 20) * factor);
      s.icon = dp(58, 26);
      s.icon_alone = true;
      s.weight = Weight::Medium;
      s.radius = dp(12, 8);
      if (look == Look::KeySide && !contrast) s.face = {0xF5, 0xF1, 0xE7, 255};
      edged(Ink::Edge, 2, 1);
      s.lip = contrast ? c(Ink::Edge) : key_lip;
      s.lip_px = std::round(dp(3, 2));
      break;
    case Look::Word: case Look::WordFirst:
      // In the low position the largest letters are taller than the bar: the cell decides.
      s.em = at_least(std::min(dp(50, 22) * factor, len(box.h) * 0.74f));
      s.icon = dp(40, 22);
      s.icon_alone = true;
      s.radius = dp(12, 8);
      s.weight = look == Look::Word ? Weight::Medium : Weight::Bold;
      if (look == Look::WordFirst) filled();
      else edged(Ink::Edge, 2, 1);
      break;
  }
  s.radius = std::min(s.radius, len(box.h) / 2);
  return s;
}

bool Kit::button(std::string_view name, Box box, std::string_view words, Look look, Icon icon, bool enabled, std::string_view shortcut) {
  const Pressing p = press(name, box, words, enabled, shortcut);
  const Px b = px(box);
  const bool contrast = theme_.contrast;
  if (drawn_) drawn_->buttons.push_back({std::string(name), look, enabled});
  ButtonStyle s = button_style(look, box, icon, words.size() <= 1);
  if (!enabled) {
    // What cannot be touched has no edge, no lip and no colour of its own, but words as readable as any (look/tokens.md, rule 1).
    s.words = Ink::Muted;
    s.face = colour(Ink::Sand, contrast);
    s.rim = s.lip = {0, 0, 0, 0};
    s.lip_px = 0;
  }
  if (p.held) s.face = s.face.a ? pressed(s.face, contrast) : mix(colour(Ink::Primary, contrast), colour(Ink::OnPrimary, contrast), .18f);

  // Pressed: two pixels down, the lip shows less (look/tokens.md, Motion).
  const float sink = p.held ? std::round(dp(2, 1)) : 0;
  const bool key = look == Look::Key || look == Look::KeySide;
  Px face{b.x0, b.y0 + sink, b.x1, b.y1};
  if (s.lip_px > 0) {
    rect(key ? Px{face.x0, face.y0 + s.lip_px, face.x1, face.y1 + s.lip_px - sink} : face, packed(s.lip), s.radius);
    if (!key) face.y1 -= s.lip_px - sink;
  }
  if (s.rim.a && s.face.a) {
    framed(face, packed(s.rim), packed(s.face), s.thick, s.radius);
  } else if (s.rim.a) {
    outline(face, packed(s.rim), s.thick, s.radius);
  } else {
    rect(face, packed(s.face), s.radius);
  }

  if (look == Look::Stack || look == Look::StackActive) {
    Type stacked{s.em, s.em * 1.3f, s.weight};
    while (stacked.em > s.em_min && width_px(decoded(words), stacked) > b.w() - 2 * dp(8, 4)) stacked.em -= 1;
    stacked.line = stacked.em * 1.3f;
    const float size = std::min(s.icon, b.h() - stacked.line - dp(22, 10)), gap = size >= dp(26, 14) ? dp(6, 4) : 0;
    const Rgb words_ink = colour(s.words, contrast), soft = s.words == Ink::OnPrimary ? Rgb{0x2C, 0x71, 0x6B, 255} : Rgb{0xEC, 0xE8, 0xDE, 255};
    float y = std::round(face.y0 + (b.h() - stacked.line - (gap > 0 ? size + gap : 0)) / 2);
    if (gap > 0) {  // on something this low the word stands alone
      draw_icon_px(std::round((b.x0 + b.x1 - size) / 2), y, size, icon, packed(words_ink), packed(soft), packed(s.face));
      y += size + gap;
    }
    draw_text({b.x0, y, b.x1, y + stacked.line}, words, stacked, packed(words_ink), Align::Centre, 1, false, false);
    if (ringed(name)) focus_ring(b, s.radius);
    return p.fired;
  }
  const bool words_shown = !words.empty() && !(s.icon_alone && icon != Icon::None);
  // A letter with its tail stays on its key however low the row is.
  if (key && theme_.citizen) s.em = std::max(std::min(s.em, b.h() * .62f), std::min(s.em, smallest_em()));
  Type type{s.em, s.em * 1.3f, s.weight};
  const Type badge_type = widget_type(24, 15, Weight::Medium);
  const float badge = shortcut.empty() ? 0 : width_px(decoded(shortcut), badge_type) + dp(16, 16);
  float room = b.w() - 2 * (key ? dp(3, 8) : dp(16, 8));
  float icon_size = icon == Icon::None ? 0 : std::min(s.icon, b.h() - dp(8, 4));
  float extra = (icon_size > 0 && words_shown ? icon_size + s.gap : icon_size) + (badge > 0 ? badge + s.gap : 0);
  const std::vector<char32_t>& shown = decoded(words_shown ? words : std::string_view{});
  float width = width_px(shown, type);
  while (width + extra > room && type.em > s.em_min) {
    type.em -= 1;
    width = width_px(shown, type);
  }
  type.line = type.em * 1.3f;
  if (width + extra > room && theme_.citizen && icon_size <= 0) room = b.w() - 2 * dp(5, 8);  // the margin gives way before the words
  if (width + extra > room && icon_size > 0 && words_shown) {  // words before picture on something this narrow
    extra -= icon_size + s.gap;
    icon_size = 0;
    if (width + extra > room && theme_.citizen) room = b.w() - 2 * dp(5, 8);
  }
  width = std::min(std::ceil(width), room - extra);
  const Rgb words_colour = colour(s.words, contrast);
  const float y0 = face.y0, y1 = face.y1;
  float x = b.x0 + (b.w() - width - extra) / 2;
  const Rgb soft = s.words == Ink::OnPrimary ? Rgb{0x2C, 0x71, 0x6B, 255} : s.words == Ink::Amber ? Rgb{0xF6, 0xDD, 0xA2, 255} : Rgb{0xEC, 0xE8, 0xDE, 255};
  const auto put_icon = [&] {
    draw_icon_px(x, (y0 + y1 - icon_size) / 2, icon_size, icon, packed(words_colour), packed(soft), packed(s.face));
    x += icon_size + s.gap;
  };
  if (icon_size > 0 && icon != Icon::Next) put_icon();
  if (words_shown) {
    draw_text({x, y0, x + width + 1, y1}, words, type, packed(words_colour), Align::Left, 1, true, false);
    x += width + s.gap;
  }
  if (badge > 0) {
    const float h = std::round(badge_type.em * 1.5f), top = std::round((y0 + y1 - h) / 2);
    const bool dark = s.words == Ink::OnPrimary;
    const Px chip{std::round(x), top, std::round(x + badge), top + h};
    if (!dark) rect({chip.x0 - 1, chip.y0 - 1, chip.x1 + 1, chip.y1 + 1}, packed(contrast ? colour(Ink::Edge, true) : chip_line), dp(6, 6));
    rect(chip, packed(dark ? colour(contrast ? Ink::Primary : Ink::Deep, contrast) : colour(Ink::Sand, contrast)), dp(5, 5));
    draw_text(chip, shortcut, badge_type, packed(colour(dark ? Ink::OnPrimary : Ink::Muted, contrast)), Align::Centre, 1, true, false);
    x += badge + s.gap;
  }
  if (icon_size > 0 && icon == Icon::Next) put_icon();
  if (ringed(name)) focus_ring(b, s.radius);
  return p.fired;
}

bool Kit::tile(std::string_view name, Box box, Icon icon, std::string_view words, std::string_view line, bool selected) {
  const Pressing p = press(name, box, words, true);
  describe(line, Control::Choice, selected);
  const Px b = px(box);
  const float radius = dp(16, 10);
  surface(b, selected, p.held, radius);
  const Type title = widget_type(48, 20, Weight::Bold), small = widget_type(28, 17, Weight::Regular);
  const float inset = std::min(dp(24, 14), b.h() * .12f);
  float plate = std::min({dp(136, 56), b.h() - 2 * inset, b.w() * .34f});
  if (theme_.citizen) {
    // Where even the smallest words do not stand beside the picture, in one line or two, the words stay.
    Type least = title;
    least.em = smallest_em();
    least.line = least.em * 1.25f;
    const float beside = b.w() - inset - plate - dp(44, 26);
    const TextLayout& lines = layout(decoded(words), beside, 0, least);
    if (lines.lines.size() > 2 || static_cast<float>(lines.lines.size()) * least.line > b.h() - inset) plate = 0;
  }
  const float top = b.y0 + (b.h() - plate) / 2;
  const Rgb plate_colour = theme_.contrast ? colour(Ink::Card, true) : selected ? Rgb{255, 255, 255, 255} : Rgb{0xEE, 0xF4, 0xF2, 255};
  if (plate > 0) rect({b.x0 + inset, top, b.x0 + inset + plate, top + plate}, packed(plate_colour), plate * .2f);
  const float icon_size = plate * .7f;
  if (plate > 0) draw_icon_px(b.x0 + inset + (plate - icon_size) / 2, top + (plate - icon_size) / 2, icon_size, icon, ink(Ink::Primary), ink(Ink::IconFill), packed(plate_colour));
  const Px words_box{b.x0 + inset + plate + (plate > 0 ? dp(24, 14) : dp(8, 4)), b.y0 + inset / 2, b.x1 - dp(20, 12), b.y1 - inset / 2};
  // Larger type first takes the room of the second line, never of the picture (look/tokens.md, Do).
  Type shown = title;
  const float words_width = width_px(decoded(words), title);
  if (words_width > words_box.w()) {
    shown.em = std::max(smallest_em(), std::floor(title.em * std::max(.75f, words_box.w() / words_width)));
    shown.line = shown.em * 1.25f;
    // Two lines that are too tall: one line, as small as it may be.
    if (shown.line * static_cast<float>(layout(decoded(words), words_box.w(), 0, shown).lines.size()) > words_box.h() && theme_.citizen) {
      shown.em = std::max(smallest_em(), std::floor(title.em * words_box.w() / words_width));
      while (shown.em > smallest_em() && width_px(decoded(words), shown) > words_box.w()) shown.em -= 1;  // advances are whole pixels
      shown.line = shown.em * 1.25f;
    }
  }
  const float title_height = shown.line * static_cast<float>(layout(decoded(words), words_box.w(), 0, shown).lines.size());
  const float line_height = line.empty() ? 0 : small.line * static_cast<float>(layout(decoded(line), words_box.w(), 0, small).lines.size());
  const bool both = line_height > 0 && title_height + line_height <= words_box.h();
  float y = words_box.y0 + std::max(0.f, (words_box.h() - title_height - (both ? line_height + dp(6, 2) : 0)) / 2);
  y += draw_text({words_box.x0, y, words_box.x1, both ? y + title_height : words_box.y1}, words, shown, ink(selected ? Ink::Primary : Ink::Ink), Align::Left, 0, false, false);
  if (both) draw_text({words_box.x0, y + dp(6, 2), words_box.x1, words_box.y1}, line, small, ink(Ink::Muted), Align::Left, 0, false, false);
  // Large words need the corner: then the tick sits on the picture.
  if (selected && theme_.size == TextSize::Normal) tick(b.x1 - dp(50, 24), b.y0 + dp(50, 24), dp(28, 12));
  else if (selected && plate > 0) tick(b.x0 + inset + plate * .88f, top + dp(1, 1), std::min(dp(26, 12), plate * .2f));
  else if (selected) tick(b.x1 - dp(36, 20), (b.y0 + b.y1) / 2, dp(24, 12));
  if (ringed(name)) focus_ring(b, radius);
  return p.fired;
}

bool Kit::choice(std::string_view name, Box box, std::string_view words, std::string_view line, bool selected, Icon icon) {
  const Pressing p = press(name, box, words, true);
  describe(line, Control::Choice, selected);
  const Px b = px(box);
  const float radius = dp(14, 10);
  surface(b, selected, p.held, radius);
  const float inset = dp(28, 14), mark = dp(23, 11), cy = (b.y0 + b.y1) / 2;
  float x = b.x0 + inset;
  list_->AddCircleFilled({x + mark, cy}, mark, ink(selected ? Ink::Primary : Ink::Edge));
  if (selected) {
    list_->AddCircleFilled({x + mark, cy}, mark * .36f, ink(Ink::OnPrimary));
  } else {
    list_->AddCircleFilled({x + mark, cy}, mark - edge_px(3, 2), ink(Ink::Card));
  }
  x += 2 * mark + dp(22, 12);
  if (icon != Icon::None) {
    const float size = std::min(dp(72, 32), b.h() - 2 * dp(10, 6));
    draw_icon_px(x, cy - size / 2, size, icon, ink(Ink::Primary), ink(Ink::IconFill), packed(colour(selected ? Ink::Tint : Ink::Card, theme_.contrast)));
    x += size + dp(22, 12);
  }
  const Weight weight = selected || !desk_page() ? Weight::Bold : Weight::Medium;
  if (desk_page()) {
    const Type main = widget_type(40, 19, weight), small = widget_type(28, 16, Weight::Regular);
    const float right = b.x1 - dp(20, 14), line_width = line.empty() ? 0 : std::min(width_px(decoded(line), small) + 1, (right - x) * .55f);
    draw_text({x, b.y0, right - line_width - dp(12, 12), b.y1}, words, main, ink(Ink::Ink), Align::Left, 1, true, true);
    if (line_width > 0) draw_text({right - line_width, b.y0, right, b.y1}, line, small, ink(Ink::Muted), Align::Right, 1, true, true);
  } else {
    const Type main = widget_type(42, 19, weight), small = widget_type(30, 16, Weight::Regular);
    const Px room{x, b.y0 + dp(8, 4), b.x1 - dp(24, 14), b.y1 - dp(8, 4)};
    const float main_height = main.line * static_cast<float>(layout(decoded(words), room.w(), 0, main).lines.size());
    const float small_height = line.empty() ? 0 : small.line * static_cast<float>(layout(decoded(line), room.w(), 0, small).lines.size());
    const bool both = small_height > 0 && main_height + small_height <= room.h();
    float y = room.y0 + std::max(0.f, (room.h() - main_height - (both ? small_height : 0)) / 2);
    y += draw_text({room.x0, y, room.x1, both ? y + main_height : room.y1}, words, main, ink(Ink::Ink), Align::Left, 0, false, false);
    if (both) draw_text({room.x0, y, room.x1, room.y1}, line, small, ink(Ink::Muted), Align::Left, 0, false, false);
  }
  if (ringed(name)) focus_ring(b, radius);
  return p.fired;
}

bool Kit::check(std::string_view name, Box box, std::string_view words, bool on) {
  const Pressing p = press(name, box, words, true);
  describe({}, Control::Check, on);
  const Px b = px(box);
  float x = b.x0;
  if (!desk_page()) {  // a whole row to touch on a kiosk
    surface(b, false, p.held, dp(14, 10));
    x += dp(24, 8);
  }
  const float size = std::min(std::round(dp(52, 26)), b.h()), top = std::round((b.y0 + b.y1 - size) / 2), thick = edge_px(3, 2);
  x = std::round(x);
  const Px mark{x, top, x + size, top + size};
  rect(mark, ink(on ? Ink::Primary : Ink::Edge), dp(8, 5));
  if (on) {
    draw_icon_px(x + size * .16f, top + size * .16f, size * .68f, Icon::Check, ink(Ink::OnPrimary), 0, 0);
  } else {
    rect({mark.x0 + thick, mark.y0 + thick, mark.x1 - thick, mark.y1 - thick}, packed(p.held ? pressed(colour(Ink::Card, theme_.contrast), theme_.contrast) : colour(Ink::Card, theme_.contrast)), dp(6, 3));
  }
  draw_text({x + size + dp(22, 10), b.y0, b.x1 - (desk_page() ? 0 : dp(20, 0)), b.y1}, words, widget_type(34, 18, Weight::Regular), ink(Ink::Ink), Align::Left, 0, true, false);
  if (ringed(name)) focus_ring(b, dp(14, 6));
  return p.fired;
}

}  // namespace yizhan::ui
