// Paint that carries no words: rectangles, rounded corners, shadows, icons, QR codes; sizes and colours on this screen.
#include "kiosk/ui/kit_impl.h"

#include <imgui.h>
#include <imgui_internal.h>
#include <qrencode.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string.h>

#include "kiosk/ui/icons.h"

namespace yizhan::ui {

namespace {
constexpr Rgb shadow_brown{0x3A, 0x30, 0x1C, 255};
}  // namespace

// ---- sizes and colours --------------------------------------------------------------------------------------------------

Kit::Px Kit::px(Box box) const {
  // Both edges are rounded, so that neighbours stay neighbours.
  return {std::round(len(box.x)), std::round(len(box.y)), std::round(len(box.right())), std::round(len(box.bottom()))};
}
Box Kit::page() const { return {0, 0, static_cast<float>(width_px_) / ppm_, static_cast<float>(height_px_) / ppm_}; }

std::uint32_t Kit::packed(Rgb c) const {
  return static_cast<std::uint32_t>(c.a) << 24 | static_cast<std::uint32_t>(c.b) << 16 | static_cast<std::uint32_t>(c.g) << 8 | c.r;
}

float Kit::edge_px(float kiosk_px, float desk_px) const {
  return std::max(theme_.contrast ? 3.f : 1.f, std::round(dp(kiosk_px, desk_px)));
}

float Kit::type_scale() const {
  if (!theme_.citizen || width_px_ <= height_px_) return 1;
  return std::clamp(static_cast<float>(height_px_) / ppm_ / 270, .78f, 1.f);
}

Kit::Type Kit::type(Step step, Weight weight) const {
  const StepSize size = step_size(step);
  float em = len(size.em_mm) * (1 + (text_factor(theme_.size) - 1) * size.growth);
  if (theme_.citizen) em = std::max(em * type_scale(), smallest_em());
  return {em, em * size.line, weight};
}

Kit::Type Kit::widget_type(float kiosk_em, float desk_em, Weight weight) const {
  float em = dp(kiosk_em, desk_em) * text_factor(theme_.size);
  if (theme_.citizen) em = std::max(em * type_scale(), smallest_em());
  return {em, em * 1.3f, weight};
}

// ---- shapes -------------------------------------------------------------------------------------------------------------

void Kit::rect(Px b, std::uint32_t colour, float radius) {
  if (b.x1 <= b.x0 || b.y1 <= b.y0 || (colour >> 24) == 0) return;
  const float r = std::floor(std::min(radius, std::min(b.w(), b.h()) / 2));
  if (r < 1) {
    list_->AddRectFilled({b.x0, b.y0}, {b.x1, b.y1}, colour);
    return;
  }
  // Three plain bands and four corners: ImGui's own rounded rectangle is a fan of slivers as tall as the box, which costs the
  // rasteriser ten times as much.
  if (b.h() > 2 * r) list_->AddRectFilled({b.x0, b.y0 + r}, {b.x1, b.y1 - r}, colour);
  if (b.w() > 2 * r) {
    list_->AddRectFilled({b.x0 + r, b.y0}, {b.x1 - r, b.y0 + r}, colour);
    list_->AddRectFilled({b.x0 + r, b.y1 - r}, {b.x1 - r, b.y1}, colour);
  }
  corners(b, colour, r);
}

void Kit::corners(Px b, std::uint32_t colour, float r) {
  const int steps = std::clamp(static_cast<int>(std::sqrt(r) * 1.3f), 3, 14);  // a fifth of a pixel off the true arc at most
  const ImVec2 white = list_->_Data->TexUvWhitePixel;
  const ImVec2 centre[4] = {{b.x1 - r, b.y1 - r}, {b.x0 + r, b.y1 - r}, {b.x0 + r, b.y0 + r}, {b.x1 - r, b.y0 + r}};
  for (int q = 0; q < 4; ++q) {
    list_->PrimReserve(steps * 9, 1 + (steps + 1) * 2);
    const unsigned base = list_->_VtxCurrentIdx;
    list_->PrimWriteVtx(centre[q], white, colour);
    for (int i = 0; i <= steps; ++i) {
      const float a = (static_cast<float>(q) + static_cast<float>(i) / static_cast<float>(steps)) * IM_PI / 2;
      const float c = std::cos(a), s = std::sin(a);
      list_->PrimWriteVtx({centre[q].x + (r - .5f) * c, centre[q].y + (r - .5f) * s}, white, colour);
      list_->PrimWriteVtx({centre[q].x + (r + .5f) * c, centre[q].y + (r + .5f) * s}, white, colour & 0xffffffu);
    }
    for (int i = 0; i < steps; ++i) {
      const unsigned in = base + 1 + static_cast<unsigned>(2 * i);
      for (const unsigned k : {base, in, in + 2, in, in + 1, in + 3, in, in + 3, in + 2}) list_->PrimWriteIdx(static_cast<ImDrawIdx>(k));
    }
  }
}

void Kit::framed(Px b, std::uint32_t rim, std::uint32_t face, float thick, float radius) {
  // The rim is painted where it shows only: filling the box twice would be half the cost of a page of tiles.
  const float r = std::floor(std::min(radius, std::min(b.w(), b.h()) / 2));
  const float corner = std::max(r, thick);
  for (const Px& band : {Px{b.x0 + corner, b.y0, b.x1 - corner, b.y0 + thick}, Px{b.x0 + corner, b.y1 - thick, b.x1 - corner, b.y1},
                         Px{b.x0, b.y0 + corner, b.x0 + thick, b.y1 - corner}, Px{b.x1 - thick, b.y0 + corner, b.x1, b.y1 - corner}})
    rect(band, rim, 0);
  corners(b, rim, corner);
  rect({b.x0 + thick, b.y0 + thick, b.x1 - thick, b.y1 - thick}, face, std::max(0.f, r - thick));
}

void Kit::outline(Px b, std::uint32_t colour, float thick, float radius) {
  if (b.x1 <= b.x0 || b.y1 <= b.y0) return;
  const float in = thick / 2 - .5f;  // the whole stroke lies inside the box
  list_->AddRect({b.x0 + in, b.y0 + in}, {b.x1 - in, b.y1 - in}, colour, std::max(0.f, radius - thick / 2), 0, thick);
}

void Kit::fill(Box box, Ink which, float radius_mm) { rect(px(box), ink(which), len(radius_mm)); }

void Kit::gradient(Box box, Ink top, Ink bottom, float radius_mm) {
  const Px b = px(box);
  if (radius_mm <= 0) {
    list_->AddRectFilledMultiColor({b.x0, b.y0}, {b.x1, b.y1}, ink(top), ink(top), ink(bottom), ink(bottom));
    return;
  }
  const int first = list_->VtxBuffer.Size;
  rect(b, ink(top), len(radius_mm));
  ImGui::ShadeVertsLinearColorGradientKeepAlpha(list_, first, list_->VtxBuffer.Size, {b.x0, b.y0}, {b.x0, b.y1}, ink(top), ink(bottom));
}

void Kit::edge(Box box, Ink which, float thick_mm, float radius_mm) {
  float thick = std::max(1.f, std::round(len(thick_mm)));
  if (theme_.contrast) thick = std::max(thick, 3.f);
  outline(px(box), ink(which), thick, len(radius_mm));
}

void Kit::line(float x0, float y0, float x1, float y1, Ink which, float thick_mm) {
  const float thick = std::max(1.f, std::round(len(thick_mm)));
  if (x0 == x1 || y0 == y1) {  // straight ones stay crisp
    const float ax = std::round(len(std::min(x0, x1))), ay = std::round(len(std::min(y0, y1)));
    const float bx = std::round(len(std::max(x0, x1))), by = std::round(len(std::max(y0, y1)));
    rect({ax, ay, x0 == x1 ? ax + thick : bx, y0 == y1 ? ay + thick : by}, ink(which), 0);
  } else {
    list_->AddLine({len(x0), len(y0)}, {len(x1), len(y1)}, ink(which), thick);
  }
}

void Kit::circle(float cx, float cy, float r_mm, Ink which) { list_->AddCircleFilled({len(cx), len(cy)}, len(r_mm), ink(which)); }

void Kit::shadow(Px b, float radius) {
  if (theme_.contrast) return;
  // Rings of one outline grown step by step, fading out; under the card they reach only as far as the drop uncovers.
  const float drop = len(1.f);
  struct Ring { float grow, alpha; };
  const std::array<Ring, 3> rings{{{-len(1.25f), .09f}, {len(.8f), .04f}, {len(3.2f), 0}}};
  constexpr int per_corner = 5, n = per_corner * 4;
  const auto ring_points = [&](const Ring& ring, std::array<ImVec2, n>& out) {
    const float r = std::max(1.f, radius + ring.grow);
    const float x0 = b.x0 - ring.grow + r, x1 = b.x1 + ring.grow - r, y0 = b.y0 - ring.grow + r + drop, y1 = b.y1 + ring.grow - r + drop;
    const ImVec2 centre[4] = {{x1, y1}, {x0, y1}, {x0, y0}, {x1, y0}};
    for (int i = 0; i < n; ++i) {
      const float a = (static_cast<float>(i / per_corner) + static_cast<float>(i % per_corner) / (per_corner - 1)) * IM_PI / 2;
      const ImVec2& c = centre[i / per_corner];
      out[static_cast<std::size_t>(i)] = {c.x + r * std::cos(a), c.y + r * std::sin(a)};
    }
  };
  std::array<ImVec2, n> inner{}, outer{};
  const ImVec2 white = list_->_Data->TexUvWhitePixel;
  const auto tone = [&](float alpha) {
    Rgb c = shadow_brown;
    c.a = static_cast<std::uint8_t>(std::lround(alpha * 255));
    return packed(c);
  };
  const auto quad = [&](ImVec2 p, ImVec2 q, ImVec2 r, ImVec2 s, std::uint32_t in, std::uint32_t out) {
    list_->PrimReserve(6, 4);
    const unsigned base = list_->_VtxCurrentIdx;
    list_->PrimWriteVtx(p, white, in);
    list_->PrimWriteVtx(q, white, in);
    list_->PrimWriteVtx(r, white, out);
    list_->PrimWriteVtx(s, white, out);
    for (const unsigned k : {0u, 1u, 2u, 0u, 2u, 3u}) list_->PrimWriteIdx(static_cast<ImDrawIdx>(base + k));
  };
  ring_points(rings[0], inner);
  for (std::size_t ring = 1; ring < rings.size(); ++ring) {
    ring_points(rings[ring], outer);
    const std::uint32_t in = tone(rings[ring - 1].alpha), out = tone(rings[ring].alpha);
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t j = (i + 1) % n;
      if ((i + 1) % per_corner != 0) {
        quad(inner[i], inner[j], outer[j], outer[i], in, out);
        continue;
      }
      // The straight sides as exact rectangles, which the rasteriser shades without looking for edges.
      ImVec2 a = inner[i], b2 = inner[j];
      const ImVec2 c = outer[j], d = outer[i];
      if (i / per_corner % 2 == 0) {  // bottom and top
        a = {d.x, a.y};
        b2 = {c.x, a.y};
        quad(a, b2, {c.x, d.y}, d, in, out);
      } else {
        a = {a.x, d.y};
        b2 = {a.x, c.y};
        quad(a, b2, {d.x, c.y}, d, in, out);
      }
    }
    inner = outer;
  }
}

void Kit::card(Box box, float radius_mm) {
  const Px b = px(box);
  shadow(b, len(radius_mm));
  rect(b, ink(Ink::Card), len(radius_mm));
  // Without shadows a black card on black paper would vanish: one thin line, thinner than anything that can be touched.
  if (theme_.contrast) outline(b, ink(Ink::Line), 1, len(radius_mm));
}

void Kit::draw_icon_px(float x, float y, float size, Icon which, std::uint32_t line, std::uint32_t fill, std::uint32_t ground) {
  if (drawn_ && which != Icon::None) drawn_->pictures.push_back({{x, y, x + size, y + size}, which, line});
  if (leave_ == Leave::WordsAndIcons) return;
  icons_.draw(*list_, which, x, y, static_cast<int>(std::lround(size)), {line, theme_.contrast ? 0 : fill, ground});
}

void Kit::icon(Box box, Icon which, Ink line) {
  const Px b = px(box);
  const float size = std::min(b.w(), b.h());
  const auto hex = [this](unsigned v) {
    return packed({static_cast<std::uint8_t>(v >> 16), static_cast<std::uint8_t>(v >> 8), static_cast<std::uint8_t>(v), 255});
  };
  std::uint32_t fill = ink(Ink::IconFill), ground = ink(Ink::Card);
  switch (line) {
    case Ink::OnPrimary: case Ink::OnPrimary2: fill = hex(0x2C716B); ground = ink(Ink::Primary); break;
    case Ink::Amber: case Ink::AmberEdge: fill = hex(0xF6DDA2); ground = ink(Ink::AmberTint); break;
    case Ink::Ink: case Ink::Muted: case Ink::Edge: fill = hex(0xE2DDD0); break;
    case Ink::Brick: case Ink::Seal: fill = hex(0xF3D0CB); break;
    case Ink::BoardCalled: case Ink::BoardText: case Ink::BoardSecond: fill = hex(0x3E3E22); ground = ink(Ink::Board); break;
    default: break;
  }
  draw_icon_px(b.x0 + (b.w() - size) / 2, b.y0 + (b.h() - size) / 2, size, which, ink(line), fill, ground);
}

void Kit::qr(Box box, std::string_view payload) {
  const Px b = px(box);
  rect(b, packed({255, 255, 255, 255}), 0);
  QRcode* code = QRcode_encodeData(static_cast<int>(payload.size()), reinterpret_cast<const unsigned char*>(payload.data()), 0, QR_ECLEVEL_M);
  if (!code) {
    report_clipped("qr");
    return;
  }
  constexpr int quiet = 4;  // ISO 18004: four modules of white all round
  const int n = code->width;
  const float module = std::max(1.f, std::floor(std::min(b.w(), b.h()) / static_cast<float>(n + 2 * quiet)));
  const float x0 = std::round(b.x0 + (b.w() - module * static_cast<float>(n)) / 2), y0 = std::round(b.y0 + (b.h() - module * static_cast<float>(n)) / 2);
  const auto dark = [&](int x, int y) { return (code->data[y * n + x] & 1) != 0; };
  for (int y = 0; y < n; ++y)
    for (int x = 0; x < n; ++x) {
      if (!dark(x, y)) continue;
      int end = x;
      while (end < n && dark(end, y)) ++end;
      const float top = y0 + module * static_cast<float>(y);
      rect({x0 + module * static_cast<float>(x), top, x0 + module * static_cast<float>(end), top + module}, packed({0, 0, 0, 255}), 0);
      x = end;
    }
  explicit_bzero(code->data, static_cast<std::size_t>(n) * static_cast<std::size_t>(n));
  QRcode_free(code);
}

}  // namespace yizhan::ui
