#include "kiosk/ui/raster.h"

#include <imgui.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace yizhan::ui {

namespace {

using u32 = std::uint32_t;
using u64 = std::uint64_t;

/// ImGui packs ABGR; the screen wants 0x00RRGGBB.
constexpr u32 screen_colour(ImU32 c) { return ((c & 0xffu) << 16) | (c & 0xff00u) | ((c >> 16) & 0xffu); }

/// `alpha` 0…256. Red and blue share one multiplication.
inline u32 blend(u32 under, u32 colour, u32 alpha) {
  const u32 red_blue = under & 0xff00ffu, green = under & 0x00ff00u;
  return ((red_blue + ((((colour & 0xff00ffu) - red_blue) * alpha) >> 8)) & 0xff00ffu) |
         ((green + ((((colour & 0x00ff00u) - green) * alpha) >> 8)) & 0x00ff00u);
}
constexpr u32 widen(u32 alpha255) { return alpha255 + (alpha255 >> 7); }

struct Target {
  Pixels pixels;
  PixelRect clip;
  const std::uint8_t* atlas = nullptr;
  int atlas_w = 0, atlas_h = 0;
  u32* row(int y) const { return pixels.data + static_cast<std::ptrdiff_t>(y) * pixels.pitch; }
};

// Most runs are the two or three pixels of a soft edge: a vector loop's entry costs more than such a run.
constexpr int short_run = 12;
inline void keep_scalar() { asm volatile(""); }

inline void span(u32* p, int n, u32 colour, u32 alpha256) {
  if (n < short_run) {
    for (int i = 0; i < n; ++i) {
      keep_scalar();
      p[i] = alpha256 >= 256 ? colour : blend(p[i], colour, alpha256);
    }
  } else if (alpha256 >= 256) {
    std::fill(p, p + n, colour);
  } else if (alpha256 > 0) {
    for (int i = 0; i < n; ++i) p[i] = blend(p[i], colour, alpha256);
  }
}

/// Coordinates here are never far below zero, so adding first makes truncation a floor.
inline int to_px(float v) { return static_cast<int>(v + 65536.5f) - 65536; }

/// An axis-parallel rectangle: a solid one, or a glyph copied from the atlas at its own size.
inline void paint_rect(const Target& t, const ImDrawVert& a, const ImDrawVert& c) {
  const int left = to_px(a.pos.x), top = to_px(a.pos.y);
  const int x0 = std::max(left, t.clip.x0), y0 = std::max(top, t.clip.y0);
  const int x1 = std::min(to_px(c.pos.x), t.clip.x1), y1 = std::min(to_px(c.pos.y), t.clip.y1);
  if (x0 >= x1 || y0 >= y1) return;
  const u32 colour = screen_colour(a.col), alpha = widen(a.col >> 24);
  if (a.uv.x == c.uv.x || a.uv.y == c.uv.y) {
    for (int y = y0; y < y1; ++y) span(t.row(y) + x0, x1 - x0, colour, alpha);
    return;
  }
  const int u = to_px(a.uv.x * static_cast<float>(t.atlas_w)) + (x0 - left);
  const int v = to_px(a.uv.y * static_cast<float>(t.atlas_h)) + (y0 - top);
  const int n = std::min(x1 - x0, t.atlas_w - u), rows = std::min(y1 - y0, t.atlas_h - v);
  if (u < 0 || v < 0) return;
  for (int i = 0; i < rows; ++i) {
    u32* __restrict p = t.row(y0 + i) + x0;
    const std::uint8_t* __restrict s = t.atlas + static_cast<std::ptrdiff_t>(v + i) * t.atlas_w + u;
    int x = 0;
    // Eight at a time: more than half of a glyph's box is empty, and what is not is cheaper blended whole than asked pixel
    // by pixel. Blending with 0 and with 256 is exact.
    for (u64 covers = 0; x + 8 <= n; x += 8) {
      std::memcpy(&covers, s + x, sizeof covers);
      if (covers == 0) continue;
      if (covers == ~u64{0} && alpha >= 256) {
        std::fill(p + x, p + x + 8, colour);
        continue;
      }
      for (int k = 0; k < 8; ++k) p[x + k] = blend(p[x + k], colour, (widen(s[x + k]) * alpha) >> 8);
    }
    for (; x < n; ++x) {
      keep_scalar();
      if (s[x]) p[x] = blend(p[x], colour, (widen(s[x]) * alpha) >> 8);
    }
  }
}

/// The first pixel whose centre is not left of (above) `v`: ceil(v − ½), without a call.
inline int first_pixel(float v) {
  const float t = v - .5f;
  const int i = static_cast<int>(t);
  return i + (t > static_cast<float>(i) ? 1 : 0);
}

/// A triangle sampled at pixel centres. Edge softness comes from ImGui's own fringe triangles, whose colour is constant and
/// whose alpha fades: that case interpolates one channel, shaded ones interpolate all four.
inline void paint_triangle(const Target& t, const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c) {
  const ImDrawVert *top = &a, *mid = &b, *low = &c;
  if (mid->pos.y < top->pos.y) std::swap(top, mid);
  if (low->pos.y < mid->pos.y) std::swap(mid, low);
  if (mid->pos.y < top->pos.y) std::swap(top, mid);
  const int y0 = std::max(t.clip.y0, first_pixel(top->pos.y)), y1 = std::min(t.clip.y1, first_pixel(low->pos.y));
  if (y0 >= y1) return;
  const float min_x = std::min({a.pos.x, b.pos.x, c.pos.x}), max_x = std::max({a.pos.x, b.pos.x, c.pos.x});
  if (max_x <= static_cast<float>(t.clip.x0) || min_x >= static_cast<float>(t.clip.x1)) return;
  const float abx = b.pos.x - a.pos.x, aby = b.pos.y - a.pos.y, acx = c.pos.x - a.pos.x, acy = c.pos.y - a.pos.y;
  const float area = abx * acy - acx * aby;
  if (std::fabs(area) < 1e-6f) return;

  const bool flat = a.col == b.col && a.col == c.col;
  const bool one_colour = ((a.col ^ b.col) & 0xffffffu) == 0 && ((a.col ^ c.col) & 0xffffffu) == 0;
  struct Channel {
    float at = 0, dx = 0, dy = 0;
  };
  Channel channels[4];
  bool rows = !flat;  // less than one step from left to right: every row is one colour, as in top-to-bottom gradients
  if (!flat) {
    for (int k = one_colour ? 3 : 0; k < 4; ++k) {
      const auto value = [k](ImU32 col) { return static_cast<float>((col >> (8 * k)) & 0xffu); };
      const float va = value(a.col), vb = value(b.col) - va, vc = value(c.col) - va;
      channels[k] = {va, (vb * acy - vc * aby) / area, (vc * abx - vb * acx) / area};
      rows = rows && std::fabs(channels[k].dx) * (max_x - min_x) < 1.f;
    }
  }
  const u32 colour = screen_colour(a.col), alpha256 = widen(a.col >> 24);
  const auto slope = [](const ImVec2& p, const ImVec2& q) { return q.y > p.y ? (q.x - p.x) / (q.y - p.y) : 0.f; };
  const float long_slope = slope(top->pos, low->pos), upper = slope(top->pos, mid->pos), lower = slope(mid->pos, low->pos);
  const auto value = [](int fixed) { return static_cast<u32>(std::clamp(fixed >> 16, 0, 255)); };
  for (int y = y0; y < y1; ++y) {
    const float py = static_cast<float>(y) + .5f;
    const float xa = top->pos.x + (py - top->pos.y) * long_slope;
    const float xb = py < mid->pos.y ? top->pos.x + (py - top->pos.y) * upper : mid->pos.x + (py - mid->pos.y) * lower;
    const int x0 = std::max(t.clip.x0, first_pixel(std::min(xa, xb))), x1 = std::min(t.clip.x1, first_pixel(std::max(xa, xb)));
    if (x0 >= x1) continue;
    u32* p = t.row(y) + x0;
    const int n = x1 - x0;
    if (flat) {
      span(p, n, colour, alpha256);
      continue;
    }
    const float dx = static_cast<float>(x0) + .5f - a.pos.x, dy = py - a.pos.y;
    // 16.16 fixed point: floats per pixel cost four times as much here.
    int at[4] = {}, step[4] = {};
    for (int k = one_colour ? 3 : 0; k < 4; ++k) {
      at[k] = static_cast<int>((channels[k].at + channels[k].dx * dx + channels[k].dy * dy + .5f) * 65536.f);
      step[k] = static_cast<int>(channels[k].dx * 65536.f);
    }
    if (rows) {
      span(p, n, one_colour ? colour : (value(at[0]) << 16) | (value(at[1]) << 8) | value(at[2]), widen(value(at[3])));
    } else if (one_colour && n < short_run) {
      for (int x = 0, a3 = at[3]; x < n; ++x, a3 += step[3]) {
        keep_scalar();
        p[x] = blend(p[x], colour, widen(value(a3)));
      }
    } else if (one_colour) {
      for (int x = 0; x < n; ++x) p[x] = blend(p[x], colour, widen(value(at[3] + x * step[3])));
    } else {
      for (int x = 0; x < n; ++x)
        p[x] = blend(p[x], (value(at[0] + x * step[0]) << 16) | (value(at[1] + x * step[1]) << 8) | value(at[2] + x * step[2]), widen(value(at[3] + x * step[3])));
    }
  }
}

/// An axis-parallel rectangle whose colour changes from one side (`from`) to the opposite one (`to`): gradients and the
/// straight parts of shadows.
inline void paint_shaded_rect(const Target& t, const ImDrawVert& from, const ImDrawVert& to, bool across) {
  const int x0 = std::max(t.clip.x0, first_pixel(std::min(from.pos.x, to.pos.x))), x1 = std::min(t.clip.x1, first_pixel(std::max(from.pos.x, to.pos.x)));
  const int y0 = std::max(t.clip.y0, first_pixel(std::min(from.pos.y, to.pos.y))), y1 = std::min(t.clip.y1, first_pixel(std::max(from.pos.y, to.pos.y)));
  if (x0 >= x1 || y0 >= y1) return;
  const float begin = across ? from.pos.x : from.pos.y, length = (across ? to.pos.x : to.pos.y) - begin;
  const auto shade = [&](int pixel, int k) {
    const float share = (static_cast<float>(pixel) + .5f - begin) / length;
    const auto a = static_cast<float>((from.col >> (8 * k)) & 0xffu), b = static_cast<float>((to.col >> (8 * k)) & 0xffu);
    return static_cast<u32>(a + (b - a) * share + .5f);
  };
  const auto colour_at = [&](int pixel) { return (shade(pixel, 0) << 16) | (shade(pixel, 1) << 8) | shade(pixel, 2); };
  if (!across) {
    for (int y = y0; y < y1; ++y) span(t.row(y) + x0, x1 - x0, colour_at(y), widen(shade(y, 3)));
    return;
  }
  constexpr int strip = 64;
  for (int left = x0; left < x1; left += strip) {
    u32 colours[strip], alphas[strip];
    const int n = std::min(strip, x1 - left);
    for (int x = 0; x < n; ++x) {
      colours[x] = colour_at(left + x);
      alphas[x] = widen(shade(left + x, 3));
    }
    for (int y = y0; y < y1; ++y) {
      u32* p = t.row(y) + left;
      for (int x = 0; x < n; ++x) p[x] = blend(p[x], colours[x], alphas[x]);
    }
  }
}

constexpr u64 mix(u64 h, u64 v) {
  h = (h ^ v) * 0x9E3779B97F4A7C15ull;
  return h ^ (h >> 32);
}
u64 bits(float a, float b) { return static_cast<u64>(std::bit_cast<u32>(a)) << 32 | std::bit_cast<u32>(b); }
u64 mix(u64 h, const ImDrawVert& v) { return mix(mix(mix(h, bits(v.pos.x, v.pos.y)), bits(v.uv.x, v.uv.y)), v.col); }

/// Two triangles that ImGui emitted for one axis-parallel rectangle.
bool is_rect(const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c, const ImDrawVert& d) {
  return a.pos.y == b.pos.y && b.pos.x == c.pos.x && c.pos.y == d.pos.y && d.pos.x == a.pos.x && a.pos.x <= c.pos.x &&
         a.pos.y <= c.pos.y && a.col == b.col && a.col == c.col && a.col == d.col && a.uv.y == b.uv.y && a.uv.x == d.uv.x &&
         c.uv.x == b.uv.x && c.uv.y == d.uv.y;
}

/// Corners a, b share one colour and c, d another, and the four make an axis-parallel rectangle.
bool is_shaded_rect(const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c, const ImDrawVert& d) {
  if (a.col != b.col || c.col != d.col || a.uv.x != c.uv.x || a.uv.y != c.uv.y) return false;
  return (a.pos.x == b.pos.x && c.pos.x == d.pos.x && a.pos.y == d.pos.y && b.pos.y == c.pos.y) ||
         (a.pos.y == b.pos.y && c.pos.y == d.pos.y && a.pos.x == d.pos.x && b.pos.x == c.pos.x);
}

template <class OnRect, class OnShaded, class OnTriangle>
void walk(ImDrawData& data, OnRect on_rect, OnShaded on_shaded, OnTriangle on_triangle) {
  for (ImDrawList* list : data.CmdLists) {
    for (const ImDrawCmd& command : list->CmdBuffer) {
      if (command.UserCallback) continue;
      const ImDrawVert* v = list->VtxBuffer.Data + command.VtxOffset;
      const ImDrawIdx* i = list->IdxBuffer.Data + command.IdxOffset;
      for (unsigned k = 0; k < command.ElemCount;) {
        const ImDrawVert &a = v[i[k]], &b = v[i[k + 1]], &c = v[i[k + 2]];
        if (k + 6 <= command.ElemCount && i[k] == i[k + 3] && i[k + 2] == i[k + 4]) {
          const ImDrawVert& d = v[i[k + 5]];
          const bool plain = is_rect(a, b, c, d);
          if (plain || is_shaded_rect(a, b, c, d)) {
            if (plain) on_rect(command, a, c);
            else on_shaded(command, a, c, a.pos.x == b.pos.x);
            k += 6;
            continue;
          }
        }
        on_triangle(command, a, b, c);
        k += 3;
      }
    }
  }
}

// The inner loops are compiled twice and chosen at start: the wide form is twice as fast where it exists. Integers only, so
// both draw the same pixels.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
[[gnu::target_clones("avx2", "default"), gnu::flatten]]
#endif
void paint_area(ImDrawData& data, const Pixels& pixels, const PixelRect& area, u32 ground) {
  Target t{pixels, area};
  for (int y = area.y0; y < area.y1; ++y) std::fill(t.row(y) + area.x0, t.row(y) + area.x1, ground);
  const ImDrawCmd* last = nullptr;
  const auto choose = [&](const ImDrawCmd& command) {
    if (&command == last) return;
    last = &command;
    if (const ImTextureData* texture = command.TexRef._TexData) {
      t.atlas = texture->Pixels;
      t.atlas_w = texture->Width;
      t.atlas_h = texture->Height;
    }
    t.clip = {std::max(area.x0, static_cast<int>(command.ClipRect.x)), std::max(area.y0, static_cast<int>(command.ClipRect.y)),
              std::min(area.x1, static_cast<int>(command.ClipRect.z)), std::min(area.y1, static_cast<int>(command.ClipRect.w))};
  };
  walk(
      data,
      [&](const ImDrawCmd& command, const ImDrawVert& a, const ImDrawVert& c) {
        choose(command);
        paint_rect(t, a, c);
      },
      [&](const ImDrawCmd& command, const ImDrawVert& from, const ImDrawVert& to, bool across) {
        choose(command);
        paint_shaded_rect(t, from, to, across);
      },
      [&](const ImDrawCmd& command, const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c) {
        choose(command);
        paint_triangle(t, a, b, c);
      });
}

void serve_textures(ImDrawData& data) {
  if (!data.Textures) return;
  for (ImTextureData* texture : *data.Textures) {
    // The atlas is read where it lies; there is nothing to upload.
    if (texture->Status == ImTextureStatus_WantCreate || texture->Status == ImTextureStatus_WantUpdates) {
      texture->SetTexID(static_cast<ImTextureID>(texture->UniqueID) + 1);
      texture->SetStatus(ImTextureStatus_OK);
    } else if (texture->Status == ImTextureStatus_WantDestroy && texture->UnusedFrames > 0) {
      texture->SetTexID(ImTextureID_Invalid);
      texture->SetStatus(ImTextureStatus_Destroyed);
    }
  }
}

}  // namespace

std::span<const PixelRect> Raster::paint(ImDrawData& data, const Pixels& target, std::uint32_t ground, bool full) {
  serve_textures(data);
  const int across = (target.width + tile_px - 1) / tile_px, down = (target.height + tile_px - 1) / tile_px;
  const auto tiles = static_cast<std::size_t>(across) * static_cast<std::size_t>(down);
  if (before_.size() != tiles) {
    before_.assign(tiles, 0);
    full = true;
  }
  now_.assign(tiles, mix(ground, static_cast<u64>(across)));
  const auto tile = [across](int x, int y) { return static_cast<std::size_t>(y) * static_cast<std::size_t>(across) + static_cast<std::size_t>(x); };

  // Every tile's hash is the ordered hash of all that touches it.
  const auto touch = [&](const ImDrawCmd& command, float x0, float y0, float x1, float y1, u64 what) {
    const ImVec4& clip = command.ClipRect;
    x0 = std::max(x0, clip.x);
    y0 = std::max(y0, clip.y);
    x1 = std::min(x1, clip.z);
    y1 = std::min(y1, clip.w);
    if (x0 >= x1 || y0 >= y1) return;
    what = mix(mix(what, bits(clip.x, clip.y)), bits(clip.z, clip.w));
    const int left = std::max(0, static_cast<int>(x0) / tile_px), right = std::min(across - 1, static_cast<int>(x1) / tile_px);
    const int top = std::max(0, static_cast<int>(y0) / tile_px), bottom = std::min(down - 1, static_cast<int>(y1) / tile_px);
    for (int y = top; y <= bottom; ++y)
      for (int x = left; x <= right; ++x) now_[tile(x, y)] = mix(now_[tile(x, y)], what);
  };
  walk(
      data,
      [&](const ImDrawCmd& command, const ImDrawVert& a, const ImDrawVert& c) {
        const u64 atlas = command.TexRef._TexData ? static_cast<u64>(command.TexRef._TexData->UniqueID) : 0;
        touch(command, a.pos.x - 1, a.pos.y - 1, c.pos.x + 1, c.pos.y + 1, mix(mix(atlas + 1, a), c));
      },
      [&](const ImDrawCmd& command, const ImDrawVert& a, const ImDrawVert& c, bool sideways) {
        touch(command, std::min(a.pos.x, c.pos.x) - 1, std::min(a.pos.y, c.pos.y) - 1, std::max(a.pos.x, c.pos.x) + 1, std::max(a.pos.y, c.pos.y) + 1,
              mix(mix(sideways ? 11 : 13, a), c));
      },
      [&](const ImDrawCmd& command, const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c) {
        touch(command, std::min({a.pos.x, b.pos.x, c.pos.x}) - 1, std::min({a.pos.y, b.pos.y, c.pos.y}) - 1,
              std::max({a.pos.x, b.pos.x, c.pos.x}) + 1, std::max({a.pos.y, b.pos.y, c.pos.y}) + 1, mix(mix(mix(7, a), b), c));
      });

  dirty_.clear();
  std::size_t changed = 0;
  for (std::size_t i = 0; i < tiles; ++i) changed += full || now_[i] != before_[i];
  if (changed * 2 > tiles) {
    dirty_.push_back({0, 0, target.width, target.height});
  } else if (changed > 0) {
    for (int y = 0; y < down; ++y) {
      for (int x = 0; x < across; ++x) {
        if (now_[tile(x, y)] == before_[tile(x, y)]) continue;
        int end = x;
        while (end < across && now_[tile(end, y)] != before_[tile(end, y)]) ++end;
        const PixelRect run{x * tile_px, y * tile_px, std::min(target.width, end * tile_px), std::min(target.height, (y + 1) * tile_px)};
        const auto above = std::find_if(dirty_.begin(), dirty_.end(),
                                        [&](const PixelRect& r) { return r.x0 == run.x0 && r.x1 == run.x1 && r.y1 == run.y0; });
        if (above != dirty_.end()) above->y1 = run.y1;
        else dirty_.push_back(run);
        x = end;
      }
    }
  }
  for (const PixelRect& area : dirty_) paint_area(data, target, area, ground);
  std::swap(before_, now_);
  return dirty_;
}

}  // namespace yizhan::ui
