#include "kiosk/ui/kit_impl.h"

#include <imgui.h>
#include <imgui_internal.h>
#include <qrencode.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string.h>

#include "kiosk/ui/icons.h"

namespace yizhan::ui {

namespace {

std::uint64_t name_id(std::string_view name) {
  std::uint64_t h = 1469598103934665603ull;
  for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return h | 1;  // 0 means nobody
}
bool typing_key(std::string_view name) { return name.starts_with("key.") || name.starts_with("candidate."); }

constexpr Rgb shadow_brown{0x3A, 0x30, 0x1C, 255}, key_lip{0xB5, 0xAD, 0x9B, 255}, chip_line{0xCF, 0xC9, 0xBB, 255};
constexpr float never = std::numeric_limits<float>::infinity();

}  // namespace

Kit::Kit(float px_per_mm, const Theme& theme) : ppm_(px_per_mm), theme_(theme), again_at_(never) { hits_.reserve(128); }
Kit::~Kit() = default;

// ---- input --------------------------------------------------------------------------------------------------------------

void Kit::pointer(float x, float y, bool down) { pointers_.push_back({x, y, down, false}); }
void Kit::pointer_gone() { pointers_.push_back({-1e9f, -1e9f, false, true}); }
void Kit::key(std::string_view name) { keys_next_.push_back({std::string(name), {}}); }
void Kit::typed(std::string_view utf8) {
  std::vector<char32_t> text;
  decode(utf8, text);
  keys_next_.push_back({{}, std::u32string(text.begin(), text.end())});
}

// ---- frame --------------------------------------------------------------------------------------------------------------

void Kit::begin(ImDrawList& list, int width, int height, double now) {
  list_ = &list;
  width_px_ = width;
  height_px_ = height;
  now_ = now;
  again_at_ = never;
  fonts_.new_frame();
  pressed_now_ = released_now_ = false;
  // One button change a frame, so that a press and a release that came together are both seen.
  while (!pointers_.empty()) {
    const PointerEvent event = pointers_.front();
    pointers_.pop_front();
    if (event.gone) {
      at_x_ = at_y_ = -1e9f;
      if (down_) {  // left without a release: nothing was meant
        down_ = false;
        active_ = 0;
        break;
      }
      continue;
    }
    at_x_ = event.x;
    at_y_ = event.y;
    if (event.down == down_) continue;
    down_ = event.down;
    (down_ ? pressed_now_ : released_now_) = true;
    break;
  }
  if (pressed_now_) {
    // People press what they saw, and that is the frame before this one; of overlapping widgets the upper.
    active_ = 0;
    const auto hit = std::find_if(hits_.rbegin(), hits_.rend(), [&](const HitBox& h) {
      const Px p = px(h.box);
      return at_x_ >= p.x0 && at_x_ < p.x1 && at_y_ >= p.y0 && at_y_ < p.y1;
    });
    if (hit != hits_.rend() && hit->enabled) {
      const std::uint64_t id = name_id(hit->name);
      const double since = now_ - last_fired_at_;
      const bool same_place = std::hypot(at_x_ - fired_x_, at_y_ - fired_y_) < len(4);
      const bool again = typing_key(hit->name) ? id == last_fired_ && since < key_again_s_min
                                               : (id == last_fired_ || same_place) && since < again_s_min;
      if (!again) active_ = id;
    }
    if (active_ == 0 || active_ != editing_) editing_ = 0;
    focus_ = 0;
  }
  active_seen_ = false;
  editing_seen_ = false;
  for (HitBox& hit : hits_)
    for (std::string* words : {&hit.words, &hit.line}) explicit_bzero(words->data(), words->size());
  hits_.clear();
  for (Shown& text : shown_) explicit_bzero(text.words.data(), text.words.size());
  shown_.clear();
  clipped_.clear();
  missing_.clear();
  focusable_.clear();
  editable_.clear();
  keys_.clear();
  std::swap(keys_, keys_next_);
  caret_.reset();
}

void Kit::end() {
  if (released_now_ || !active_seen_) active_ = 0;
  if (editing_ && !editing_seen_) editing_ = 0;
  // Tab walks through everything that can be touched, in drawing order: desks work without a mouse too.
  const bool forth = pressed_key("Tab"), back = pressed_key("Shift+Tab");
  if ((forth || back) && !focusable_.empty()) {
    const auto at = std::find(focusable_.begin(), focusable_.end(), focus_ ? focus_ : editing_);
    const auto n = static_cast<std::ptrdiff_t>(focusable_.size());
    std::ptrdiff_t i = at == focusable_.end() ? (forth ? -1 : n) : at - focusable_.begin();
    i = (i + (forth ? 1 : -1) + n) % n;
    focus_ = focusable_[static_cast<std::size_t>(i)];
    const bool is_edit = std::find(editable_.begin(), editable_.end(), focus_) != editable_.end();
    editing_ = is_edit ? focus_ : 0;
    if (is_edit) {
      caret_at_ = anchor_ = std::numeric_limits<std::size_t>::max();
      caret_since_ = now_;
      undo_.clear();
    }
    again_in(0);
  }
  keys_.clear();
  list_ = nullptr;
  if (!pointers_.empty() || !keys_next_.empty()) again_at_ = now_;
}

void Kit::again_in(double seconds) { again_at_ = std::min(again_at_, now_ + std::max(0.0, seconds)); }

bool Kit::pressed_key(std::string_view key) {
  const auto at = std::find_if(keys_.begin(), keys_.end(), [key](const KeyEvent& k) { return !key.empty() && k.name == key; });
  if (at == keys_.end()) return false;
  keys_.erase(at);
  return true;
}

Kit::Pressing Kit::press(std::string_view name, Box box, std::string_view words, bool enabled, std::string_view shortcut) {
  hits_.push_back({std::string(name), box, std::string(words), enabled});
  if (!enabled) return {};
  const std::uint64_t id = name_id(name);
  focusable_.push_back(id);
  Pressing result;
  if (active_ == id) {
    active_seen_ = true;
    const Px p = px(box);
    const bool inside = at_x_ >= p.x0 && at_x_ < p.x1 && at_y_ >= p.y0 && at_y_ < p.y1;
    result.held = down_ && inside;
    result.fired = released_now_ && inside;
  }
  if (focus_ == id && (pressed_key("Enter") || pressed_key("Space"))) result.fired = true;
  if (!shortcut.empty() && pressed_key(shortcut)) result.fired = true;
  if (result.fired) {
    last_fired_ = id;
    last_fired_at_ = now_;
    fired_x_ = at_x_;
    fired_y_ = at_y_;
    again_in(0);  // what it changed is drawn at once
  }
  return result;
}

void Kit::describe(std::string_view line, Control kind, bool selected) {
  HitBox& hit = hits_.back();
  hit.line = line;
  hit.kind = kind;
  hit.selected = selected;
}

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

Kit::Type Kit::type(Step step, Weight weight) const {
  const StepSize size = step_size(step);
  const float em = len(size.em_mm) * (1 + (text_factor(theme_.size) - 1) * size.growth);
  return {em, em * size.line, weight};
}

Kit::Type Kit::widget_type(float kiosk_em, float desk_em, Weight weight) const {
  const float em = dp(kiosk_em, desk_em) * text_factor(theme_.size);
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

// ---- words --------------------------------------------------------------------------------------------------------------

std::vector<char32_t>& Kit::decoded(std::string_view words) {
  decode(words, scratch_);
  return scratch_;
}

float Kit::advance(char32_t c, const Type& type) {
  if (invisible(c)) return 0;
  return fonts_.glyph(c == U'\t' ? U' ' : c, type.weight, type.em).advance;
}

float Kit::width_px(std::span<const char32_t> text, const Type& type) {
  float w = 0;
  for (const char32_t c : text) w += advance(c, type);
  return w;
}

const TextLayout& Kit::layout(std::span<const char32_t> text, float width, std::size_t lines_max, const Type& type) {
  // Kept by hash: the cache holds where lines break, never what they say.
  std::uint64_t h = 1469598103934665603ull;
  const auto add = [&h](std::uint64_t v) { h = (h ^ v) * 0x9E3779B97F4A7C15ull; h ^= h >> 29; };
  for (const char32_t c : text) add(c);
  add(text.size());
  add(static_cast<std::uint64_t>(width * 4));
  add(static_cast<std::uint64_t>(type.em * 64));
  add(lines_max * 4 + static_cast<std::uint64_t>(type.weight));
  if (layouts_.size() > 600) layouts_.clear();
  const auto [at, fresh] = layouts_.try_emplace(h);
  if (fresh) at->second = break_lines(text, width, lines_max, advance(U'…', type), [&](char32_t c) { return advance(c, type); });
  return at->second;
}

float Kit::draw_run(float x, float baseline, std::span<const char32_t> text, const Type& type, std::uint32_t colour) {
  const ImVec4& clip = list_->_CmdHeader.ClipRect;
  for (const char32_t raw : text) {
    if (invisible(raw)) continue;
    const char32_t c = raw == U'\t' ? U' ' : raw;
    const Glyph g = fonts_.glyph(c, type.weight, type.em);
    if (!g.shape) {
      // A character no font has keeps its place as a frame, and is reported: the person can go on (trust.md, names).
      const float inset = std::round(type.em * .12f);
      list_->AddRect({std::round(x) + inset, std::round(baseline - type.em * .8f)}, {std::round(x + g.advance) - inset, std::round(baseline + type.em * .05f)},
                     colour, 0, 0, std::max(1.f, std::round(type.em / 20)));
      std::string shown;
      encode(c, shown);
      missing_.push_back(std::move(shown));
    } else if (g.shape->Visible) {
      const float left = std::round(x + g.shape->X0), top = std::round(baseline - g.baseline + g.shape->Y0);
      const float right = left + std::round(g.shape->X1 - g.shape->X0), bottom = top + std::round(g.shape->Y1 - g.shape->Y0);
      if (right > clip.x && left < clip.z && bottom > clip.y && top < clip.w) {
        list_->PrimReserve(6, 4);
        list_->PrimRectUV({left, top}, {right, bottom}, {g.shape->U0, g.shape->V0}, {g.shape->U1, g.shape->V1}, colour);
      }
    }
    x += g.advance;
  }
  return x;
}

void Kit::report_clipped(std::string_view words) { clipped_.emplace_back(words); }

float Kit::draw_text(Px b, std::string_view words, Type type, std::uint32_t colour, Align align, int lines_max, bool middle, bool shrink) {
  if (words.empty()) return 0;
  const std::vector<char32_t>& text = decoded(words);
  if (b.w() <= 0) {
    report_clipped(words);
    return 0;
  }
  if (shrink) {
    const float full = width_px(text, type);
    if (full > b.w()) {
      const float ratio = type.line / type.em;
      type.em = std::max(std::min(type.em, smallest_em()), std::floor(type.em * b.w() / full));
      while (type.em > smallest_em() && width_px(text, type) > b.w()) type.em -= 1;
      type.line = type.em * ratio;
    }
    lines_max = 1;
  }
  const auto fit = static_cast<std::size_t>(std::max(1.f, std::floor((b.h() + type.line * .15f) / type.line)));
  const std::size_t limit = lines_max > 0 ? std::min(fit, static_cast<std::size_t>(lines_max)) : fit;
  const TextLayout& lines = layout(text, b.w(), limit, type);
  if (lines.cut) report_clipped(words);
  const float height = type.line * static_cast<float>(lines.lines.size());
  float y = b.y0 + (middle ? std::max(0.f, (b.h() - height) / 2) : 0);
  const std::array<char32_t, 1> dots{U'…'};
  for (std::size_t i = 0; i < lines.lines.size(); ++i) {
    const TextLine& line = lines.lines[i];
    const bool cut = lines.cut && i + 1 == lines.lines.size();
    const float width = line.width + (cut ? advance(U'…', type) : 0);
    float x = b.x0;
    if (align == Align::Centre) x += (b.w() - width) / 2;
    if (align == Align::Right) x += b.w() - width;
    const float baseline = std::round(y + (type.line - Fonts::height_em * type.em) / 2 + Fonts::ascent_em * type.em);
    x = draw_run(std::round(x), baseline, std::span(text).subspan(line.begin, line.end - line.begin), type, colour);
    if (cut) draw_run(x, baseline, dots, type, colour);
    y += type.line;
  }
  return height;
}

float Kit::text(Box box, std::string_view words, const TextStyle& style) {
  if (!words.empty()) shown_.push_back({std::string(words), box, style.step, style.say, style.personal});
  return draw_text(px(box), words, type(style.step, style.weight), ink(style.ink), style.align, style.lines_max, style.middle, style.shrink) / ppm_;
}

float Kit::text_height(float width_mm, std::string_view words, const TextStyle& style) {
  if (words.empty()) return 0;
  const Type t = type(style.step, style.weight);
  if (style.shrink) return t.line / ppm_;
  const TextLayout& lines = layout(decoded(words), std::round(len(width_mm)), static_cast<std::size_t>(style.lines_max), t);
  return t.line * static_cast<float>(lines.lines.size()) / ppm_;
}

float Kit::text_width(std::string_view words, const TextStyle& style) {
  return (width_px(decoded(words), type(style.step, style.weight)) + 1) / ppm_;  // + 1: whole pixels after rounding
}

// ---- widgets ------------------------------------------------------------------------------------------------------------

void Kit::focus_ring(Px b, float radius) {
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
    surface(b, selected, p.held, radius);
    if (selected) tick(b.x1 - dp(48, 24), b.y0 + dp(48, 24), dp(28, 12));
  }
  if (focus_ == name_id(name)) focus_ring(b, radius);
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
  const float factor = text_factor(theme_.size);
  const auto c = [contrast](Ink ink) { return colour(ink, contrast); };
  ButtonStyle s;
  s.face = c(Ink::Card);
  s.radius = dp(14, 10);
  s.gap = dp(big ? 16 : 12, big ? 14 : 8);
  s.icon = big ? dp(icon == Icon::Helper ? 56 : 46, 36) : dp(40, 24);
  s.em = (big ? dp(40, 28) : dp(30, 19)) * factor;
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
      if (contrast) edged(Ink::Edge, 3, 3);
      break;
    case Look::OnDark:
      s.words = Ink::OnPrimary;
      s.face = {0, 0, 0, 0};
      edged(Ink::OnPrimary, big ? 3 : 2, 1);
      s.rim = mix(c(Ink::Primary), c(Ink::OnPrimary), contrast ? 1.f : .55f);
      break;
    case Look::Tab: case Look::TabActive:
      s.em = dp(34, 19) * factor;
      s.icon = dp(44, 24);
      s.weight = Weight::Bold;
      s.gap = dp(12, 8);
      if (look == Look::TabActive) filled();
      else edged(Ink::Edge, 2, 1);
      break;
    case Look::Key: case Look::KeySide:
      s.em = dp(look == Look::Key && one_letter ? 46 : 34, 20) * factor;
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
      s.em = dp(50, 22) * factor;
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
  ButtonStyle s = button_style(look, box, icon, words.size() <= 1);
  const Rgb page = colour(Ink::Card, contrast);
  const auto pale = [&](Rgb c) { return enabled || c.a == 0 ? c : mix(page, c, .42f); };
  if (p.held) s.face = s.face.a ? pressed(s.face, contrast) : mix(colour(Ink::Primary, contrast), colour(Ink::OnPrimary, contrast), .18f);

  // Pressed: two pixels down, the lip shows less (look/tokens.md, Motion).
  const float sink = p.held ? std::round(dp(2, 1)) : 0;
  const bool key = look == Look::Key || look == Look::KeySide;
  Px face{b.x0, b.y0 + sink, b.x1, b.y1};
  if (s.lip_px > 0) {
    rect(key ? Px{face.x0, face.y0 + s.lip_px, face.x1, face.y1 + s.lip_px - sink} : face, packed(pale(s.lip)), s.radius);
    if (!key) face.y1 -= s.lip_px - sink;
  }
  if (s.rim.a && s.face.a) {
    framed(face, packed(pale(s.rim)), packed(s.face), s.thick, s.radius);
  } else if (s.rim.a) {
    outline(face, packed(pale(s.rim)), s.thick, s.radius);
  } else {
    rect(face, packed(pale(s.face)), s.radius);
  }

  const bool words_shown = !words.empty() && !(s.icon_alone && icon != Icon::None);
  Type type{s.em, s.em * 1.3f, s.weight};
  const Type badge_type = widget_type(24, 15, Weight::Medium);
  const float badge = shortcut.empty() ? 0 : width_px(decoded(shortcut), badge_type) + dp(16, 16);
  const float room = b.w() - 2 * dp(16, 8);
  float icon_size = icon == Icon::None ? 0 : std::min(s.icon, b.h() - dp(8, 4));
  float extra = (icon_size > 0 && words_shown ? icon_size + s.gap : icon_size) + (badge > 0 ? badge + s.gap : 0);
  const std::vector<char32_t>& shown = decoded(words_shown ? words : std::string_view{});
  float width = width_px(shown, type);
  while (width + extra > room && type.em > s.em_min) {
    type.em -= 1;
    width = width_px(shown, type);
  }
  type.line = type.em * 1.3f;
  if (width + extra > room && icon_size > 0 && words_shown) {  // words before picture on something this narrow
    extra -= icon_size + s.gap;
    icon_size = 0;
  }
  width = std::min(std::ceil(width), room - extra);
  const Rgb words_colour = pale(colour(s.words, contrast));
  const float y0 = face.y0, y1 = face.y1;
  float x = b.x0 + (b.w() - width - extra) / 2;
  const Rgb soft = s.words == Ink::OnPrimary ? Rgb{0x2C, 0x71, 0x6B, 255} : s.words == Ink::Amber ? Rgb{0xF6, 0xDD, 0xA2, 255} : Rgb{0xEC, 0xE8, 0xDE, 255};
  const auto put_icon = [&] {
    draw_icon_px(x, (y0 + y1 - icon_size) / 2, icon_size, icon, packed(words_colour), packed(pale(soft)), packed(s.face));
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
    rect(chip, packed(dark ? mix(s.face.a ? s.face : colour(Ink::Primary, contrast), colour(Ink::OnPrimary, contrast), contrast ? 0 : .18f) : colour(Ink::Sand, contrast)), dp(5, 5));
    draw_text(chip, shortcut, badge_type, packed(pale(colour(dark ? Ink::OnPrimary : Ink::Muted, contrast))), Align::Centre, 1, true, false);
    x += badge + s.gap;
  }
  if (icon_size > 0 && icon == Icon::Next) put_icon();
  if (focus_ == name_id(name)) focus_ring(b, s.radius);
  return p.fired;
}

bool Kit::tile(std::string_view name, Box box, Icon icon, std::string_view words, std::string_view line, bool selected) {
  const Pressing p = press(name, box, words, true);
  describe(line, Control::Choice, selected);
  const Px b = px(box);
  const float radius = dp(16, 10);
  surface(b, selected, p.held, radius);
  const Type title = widget_type(48, 20, Weight::Bold), small = widget_type(28, 17, Weight::Regular);
  const float inset = std::min(dp(24, 14), b.h() * .12f), plate = std::min({dp(136, 56), b.h() - 2 * inset, b.w() * .34f});
  const float top = b.y0 + (b.h() - plate) / 2;
  const Rgb plate_colour = theme_.contrast ? colour(Ink::Card, true) : selected ? Rgb{255, 255, 255, 255} : Rgb{0xEE, 0xF4, 0xF2, 255};
  rect({b.x0 + inset, top, b.x0 + inset + plate, top + plate}, packed(plate_colour), plate * .2f);
  const float icon_size = plate * .7f;
  draw_icon_px(b.x0 + inset + (plate - icon_size) / 2, top + (plate - icon_size) / 2, icon_size, icon, ink(Ink::Primary), ink(Ink::IconFill), packed(plate_colour));
  const Px words_box{b.x0 + inset + plate + dp(24, 14), b.y0 + inset / 2, b.x1 - dp(20, 12), b.y1 - inset / 2};
  // Larger type first takes the room of the second line, never of the picture (look/tokens.md, Do).
  Type shown = title;
  const float words_width = width_px(decoded(words), title);
  if (words_width > words_box.w()) {
    shown.em = std::max(smallest_em(), std::floor(title.em * std::max(.75f, words_box.w() / words_width)));
    shown.line = shown.em * 1.25f;
  }
  const float title_height = shown.line * static_cast<float>(layout(decoded(words), words_box.w(), 0, shown).lines.size());
  const float line_height = line.empty() ? 0 : small.line * static_cast<float>(layout(decoded(line), words_box.w(), 0, small).lines.size());
  const bool both = line_height > 0 && title_height + line_height <= words_box.h();
  float y = words_box.y0 + std::max(0.f, (words_box.h() - title_height - (both ? line_height + dp(6, 2) : 0)) / 2);
  y += draw_text({words_box.x0, y, words_box.x1, both ? y + title_height : words_box.y1}, words, shown, ink(selected ? Ink::Primary : Ink::Ink), Align::Left, 0, false, false);
  if (both) draw_text({words_box.x0, y + dp(6, 2), words_box.x1, words_box.y1}, line, small, ink(Ink::Muted), Align::Left, 0, false, false);
  // Large words need the corner: then the tick sits on the picture.
  if (selected && theme_.size == TextSize::Normal) tick(b.x1 - dp(50, 24), b.y0 + dp(50, 24), dp(28, 12));
  else if (selected) tick(b.x0 + inset + plate - dp(8, 4), top + dp(8, 4), dp(26, 12));
  if (focus_ == name_id(name)) focus_ring(b, radius);
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
  if (focus_ == name_id(name)) focus_ring(b, radius);
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
  if (focus_ == name_id(name)) focus_ring(b, dp(14, 6));
  return p.fired;
}

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

  const Type main = type(desk_page() ? Step::Desk : Step::Input, Weight::Regular), small = type(desk_page() ? Step::DeskSmall : Step::Caption, Weight::Regular);
  const float pad = view.several_lines ? dp(34, 14) : dp(28, 14);
  Px room{b.x0 + pad, b.y0 + dp(view.several_lines ? 24 : 6, 8), b.x1 - pad, b.y1 - dp(view.several_lines ? 16 : 6, 8)};
  // The foot: what is wrong goes before what is good to know.
  const std::string_view left = wrong ? view.problem : view.foot_left;
  if (!left.empty() || !view.foot_right.empty()) {
    const float right_width = view.foot_right.empty() ? 0 : width_px(decoded(view.foot_right), small) + dp(16, 8);
    float x = room.x0;
    if (wrong) {
      draw_icon_px(x, room.y1 - small.line + (small.line - small.em) / 2, small.em, Icon::Warning, ink(Ink::Brick), packed({0xF3, 0xD0, 0xCB, 255}), packed(ground));
      x += small.em * 1.3f;
    }
    const float left_width = room.x1 - right_width - x;
    const float lines = std::min(2.f, static_cast<float>(layout(decoded(left), left_width, 0, small).lines.size()));
    const float foot = small.line * (left.empty() ? 1 : lines);
    draw_text({x, room.y1 - foot, x + left_width, room.y1}, left, small, ink(wrong ? Ink::Brick : Ink::Muted), Align::Left, 0, false, false);
    draw_text({room.x0, room.y1 - small.line, room.x1, room.y1}, view.foot_right, small, ink(Ink::Muted), Align::Right, 1, false, false);
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
  if (focus_ == name_id(name)) focus_ring(b, radius);
  return p.fired;
}

// ---- desk text field ------------------------------------------------------------------------------------------------------

bool Kit::edit_keys(std::u32string& text, const TextLayout& lines, const Type& type, bool several_lines) {
  bool changed = false;
  const auto remember = [&] {
    if (undo_.empty() || undo_.back() != text) undo_.push_back(text);
    if (undo_.size() > 100) undo_.erase(undo_.begin());
  };
  const auto erase_selection = [&] {
    const auto [a, z] = std::minmax(caret_at_, anchor_);
    if (a == z) return false;
    text.erase(a, z - a);
    caret_at_ = anchor_ = a;
    return true;
  };
  const auto insert = [&](std::u32string_view what) {
    remember();
    erase_selection();
    std::u32string kept;
    for (const char32_t c : what)
      if (c == U'\n' ? several_lines : !invisible(c)) kept.push_back(c);
    text.insert(caret_at_, kept);
    caret_at_ = anchor_ = caret_at_ + kept.size();
    changed = true;
  };
  const auto line_of = [&](std::size_t at) {
    std::size_t i = 0;
    while (i + 1 < lines.lines.size() && at >= lines.lines[i].next) ++i;
    return i;
  };
  const auto vertical = [&](int step) {
    if (changed) return;  // lines are stale after a change in the same frame
    const std::size_t from = line_of(caret_at_);
    if ((step < 0 && from == 0) || (step > 0 && from + 1 >= lines.lines.size())) {
      caret_at_ = step < 0 ? 0 : text.size();
      return;
    }
    const TextLine& here = lines.lines[from];
    const float x = width_px(std::span(text).subspan(here.begin, caret_at_ - here.begin), type);
    const TextLine& there = lines.lines[step < 0 ? from - 1 : from + 1];
    std::size_t at = there.begin;
    for (float w = 0; at < there.end; ++at) {
      const float a = advance(text[at], type);
      if (w + a / 2 > x) break;
      w += a;
    }
    caret_at_ = at;
  };

  for (std::size_t i = 0; i < keys_.size();) {
    const KeyEvent event = keys_[i];
    if (!event.text.empty()) {
      insert(event.text);
      keys_.erase(keys_.begin() + static_cast<std::ptrdiff_t>(i));
      caret_since_ = now_;
      continue;
    }
    std::string_view name = event.name;
    const bool shift = name.starts_with("Shift+");
    if (shift) name.remove_prefix(6);
    bool used = true, moved = true;
    const auto selection = [&] { return std::minmax(caret_at_, anchor_); };
    if (name == "Left") {
      if (!shift && caret_at_ != anchor_) caret_at_ = selection().first;
      else if (caret_at_ > 0) --caret_at_;
    } else if (name == "Right") {
      if (!shift && caret_at_ != anchor_) caret_at_ = selection().second;
      else if (caret_at_ < text.size()) ++caret_at_;
    } else if (name == "Up" && several_lines) {
      vertical(-1);
    } else if (name == "Down" && several_lines) {
      vertical(1);
    } else if (name == "Home") {
      caret_at_ = changed ? 0 : lines.lines[line_of(caret_at_)].begin;
    } else if (name == "End") {
      caret_at_ = changed ? text.size() : std::min(text.size(), lines.lines[line_of(caret_at_)].end);
    } else if (name == "Ctrl+A") {
      anchor_ = 0;
      caret_at_ = text.size();
      moved = false;
    } else if (name == "Ctrl+C" || name == "Ctrl+X") {
      const auto [a, z] = selection();
      clipboard.clear();
      for (std::size_t k = a; k < z; ++k) encode(text[k], clipboard);
      if (name == "Ctrl+X" && a != z) {
        remember();
        changed = erase_selection();
      }
      moved = false;
    } else if (name == "Ctrl+V") {
      std::vector<char32_t> paste;
      decode(clipboard, paste);
      insert(std::u32string(paste.begin(), paste.end()));
    } else if (name == "Ctrl+Z") {
      while (!undo_.empty() && undo_.back() == text) undo_.pop_back();
      if (!undo_.empty()) {
        text = undo_.back();
        undo_.pop_back();
        caret_at_ = anchor_ = text.size();
        changed = true;
      }
    } else if (name == "Backspace" || name == "Delete") {
      remember();
      if (!erase_selection()) {
        if (name == "Backspace" && caret_at_ > 0) text.erase(--caret_at_, 1);
        else if (name == "Delete" && caret_at_ < text.size()) text.erase(caret_at_, 1);
        anchor_ = caret_at_;
      }
      changed = true;
    } else if (name == "Enter" && several_lines) {
      insert(U"\n");
    } else {
      used = false;
    }
    if (!used) {
      ++i;
      continue;
    }
    if (moved && !shift) anchor_ = caret_at_;
    keys_.erase(keys_.begin() + static_cast<std::ptrdiff_t>(i));
    caret_since_ = now_;
  }
  return changed;
}

std::optional<std::string> Kit::edit(std::string_view name, Box box, std::string_view given, std::string_view placeholder, bool several_lines,
                                     std::string_view problem) {
  const std::uint64_t id = name_id(name);
  const bool tabbed_in = focus_ == id && editing_ == id;
  if (tabbed_in) focus_ = 0;  // Enter and Space are text here, not presses
  press(name, box, given.empty() ? placeholder : given, true);  // the words of a hit box are what people see
  editable_.push_back(id);
  const Px b = px(box);
  const bool wrong = !problem.empty();
  const Type main = type(desk_page() ? Step::Desk : Step::Input, Weight::Regular), small = type(desk_page() ? Step::DeskSmall : Step::Caption, Weight::Regular);
  const float pad = dp(24, 12), thick_focus = edge_px(3, 2);
  Px room{b.x0 + pad, b.y0 + (several_lines ? dp(16, 10) : 0), b.x1 - pad, b.y1 - (several_lines ? dp(10, 8) : 0)};
  if (wrong && several_lines) room.y1 -= small.line;

  std::vector<char32_t> points;
  decode(given, points);
  std::u32string text(points.begin(), points.end());
  const auto break_now = [&] { return layout(text, several_lines ? room.w() - 2 : 1e7f, 0, main); };
  TextLayout lines = break_now();
  const float first_y = several_lines ? room.y0 : (room.y0 + room.y1 - main.line) / 2;
  const auto place_at = [&](float x, float y) {
    const float row = std::floor((y - first_y + (several_lines ? edit_scroll_ : 0)) / main.line);
    const auto i = static_cast<std::size_t>(std::clamp(row, 0.f, static_cast<float>(lines.lines.size() - 1)));
    const TextLine& l = lines.lines[i];
    float w = room.x0 - (several_lines ? 0 : edit_scroll_);
    std::size_t at = l.begin;
    for (; at < l.end; ++at) {
      const float a = advance(text[at], main);
      if (w + a / 2 > x) break;
      w += a;
    }
    return at;
  };
  if (active_ == id && down_) {
    if (pressed_now_) {
      if (editing_ != id) {
        undo_.clear();
        edit_scroll_ = 0;
      }
      editing_ = id;
      anchor_ = place_at(at_x_, at_y_);
    }
    caret_at_ = place_at(at_x_, at_y_);
    caret_since_ = now_;
  }
  const bool mine = editing_ == id;
  bool changed = false;
  if (mine) {
    editing_seen_ = true;
    caret_at_ = std::min(caret_at_, text.size());
    anchor_ = std::min(anchor_, text.size());
    changed = edit_keys(text, lines, main, several_lines);
    if (changed) lines = break_now();
  }

  framed(b, ink(wrong ? Ink::Brick : mine ? Ink::Primary : Ink::Edge), ink(Ink::Card), mine || wrong ? thick_focus : edge_px(2, 1), dp(12, 8));
  std::size_t caret_line = 0;
  while (caret_line + 1 < lines.lines.size() && caret_at_ >= lines.lines[caret_line].next) ++caret_line;
  float caret_x = 0;
  if (mine) {
    const TextLine& l = lines.lines[caret_line];
    caret_x = width_px(std::span(text).subspan(l.begin, std::min(caret_at_, text.size()) - l.begin), main);
    // Keep the caret in sight.
    const float low = several_lines ? main.line * static_cast<float>(caret_line) : caret_x;
    const float high = several_lines ? low + main.line : low + 2, view = several_lines ? room.h() : room.w();
    edit_scroll_ = std::clamp(edit_scroll_, std::max(0.f, high - view), low);
  }
  const float scroll = mine ? edit_scroll_ : 0;
  list_->PushClipRect({room.x0 - 1, b.y0 + thick_focus}, {room.x1 + 2, several_lines ? room.y1 : b.y1 - thick_focus}, true);
  if (text.empty() && !mine) {
    draw_text({room.x0, first_y, room.x1, std::max(first_y + main.line, several_lines ? room.y1 : 0)}, placeholder, main, ink(Ink::Muted), Align::Left, several_lines ? 0 : 1, false, false);
  }
  const auto [from, to] = std::minmax(caret_at_, anchor_);
  for (std::size_t i = 0; i < lines.lines.size(); ++i) {
    const float y = first_y + main.line * static_cast<float>(i) - (several_lines ? scroll : 0), x = room.x0 - (several_lines ? 0 : scroll);
    if (y + main.line < b.y0 || y > b.y1) continue;
    const TextLine& l = lines.lines[i];
    if (mine && from < to && from < l.next && to > l.begin) {
      const std::size_t a = std::clamp(from, l.begin, l.end), z = std::clamp(to, l.begin, l.end);
      const float ax = x + width_px(std::span(text).subspan(l.begin, a - l.begin), main);
      rect({ax, std::round(y), ax + width_px(std::span(text).subspan(a, z - a), main), std::round(y + main.line)}, theme_.contrast ? packed({90, 90, 0, 255}) : ink(Ink::IconFill), 0);
    }
    const float baseline = std::round(y + (main.line - Fonts::height_em * main.em) / 2 + Fonts::ascent_em * main.em);
    draw_run(std::round(x), baseline, std::span(text).subspan(l.begin, l.end - l.begin), main, ink(Ink::Ink));
  }
  if (mine) {
    constexpr double blink_s = 0.5;
    const double phase = std::fmod(now_ - caret_since_, 2 * blink_s);
    const float y = first_y + main.line * static_cast<float>(caret_line) - (several_lines ? scroll : 0), x = std::round(room.x0 + caret_x - (several_lines ? 0 : scroll));
    const float h = main.em * 1.2f, top = std::round(y + (main.line - h) / 2);
    if (phase < blink_s) rect({x, top, x + std::max(2.f, dp(4, 2)), top + std::round(h)}, ink(Ink::Primary), 0);
    again_in(blink_s - std::fmod(phase, blink_s) + .005);
    caret_ = Box{x, top, 2, h};
  }
  list_->PopClipRect();
  if (wrong) {
    const float y = several_lines ? b.y1 - small.line - dp(6, 4) : b.y1 + dp(4, 2);
    draw_text({room.x0, y, room.x1, y + small.line * 1.1f}, problem, small, ink(Ink::Brick), Align::Left, 1, false, true);
  }
  if (!changed) return std::nullopt;
  again_in(0);
  std::string out;
  for (const char32_t c : text) encode(c, out);
  return out;
}

}  // namespace yizhan::ui
