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

inline void span(u32* p, int n, u32 colour, u32 alpha256) {
  if (alpha256 >= 256) {
    std::fill(p, p + n, colour);
  } else if (alpha256 > 0) {
    for (int i = 0; i < n; ++i) p[i] = blend(p[i], colour, alpha256);
  }
}

int to_px(float v) { return static_cast<int>(std::lround(v)); }

/// An axis-parallel rectangle: a solid one, or a glyph copied from the atlas at its own size.
void paint_rect(const Target& t, const ImDrawVert& a, const ImDrawVert& c) {
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
    u32* p = t.row(y0 + i) + x0;
    const std::uint8_t* s = t.atlas + static_cast<std::ptrdiff_t>(v + i) * t.atlas_w + u;
    for (int x = 0; x < n; ++x) {
      if (const u32 cover = s[x]) {
        const u32 a256 = (widen(cover) * alpha) >> 8;
        p[x] = a256 >= 256 ? colour : blend(p[x], colour, a256);
      }
    }
  }
}

/// A triangle sampled at pixel centres. Edge softness comes from ImGui's own fringe triangles, whose colour is constant and
/// whose alpha fades: that case interpolates one channel, shaded ones interpolate all four.
void paint_triangle(const Target& t, const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c) {
  const float min_y = std::min({a.pos.y, b.pos.y, c.pos.y}), max_y = std::max({a.pos.y, b.pos.y, c.pos.y});
  const int y0 = std::max(t.clip.y0, static_cast<int>(std::ceil(min_y - .5f)));
  const int y1 = std::min(t.clip.y1, static_cast<int>(std::ceil(max_y - .5f)));
  if (y0 >= y1) return;
  if (std::max({a.pos.x, b.pos.x, c.pos.x}) <= static_cast<float>(t.clip.x0)) return;
  if (std::min({a.pos.x, b.pos.x, c.pos.x}) >= static_cast<float>(t.clip.x1)) return;
  const float abx = b.pos.x - a.pos.x, aby = b.pos.y - a.pos.y, acx = c.pos.x - a.pos.x, acy = c.pos.y - a.pos.y;
  const float area = abx * acy - acx * aby;
  if (std::fabs(area) < 1e-6f) return;

  const bool flat = a.col == b.col && a.col == c.col;
  const bool one_colour = ((a.col ^ b.col) & 0xffffffu) == 0 && ((a.col ^ c.col) & 0xffffffu) == 0;
  struct Channel {
    float at = 0, dx = 0, dy = 0;
  };
  Channel channels[4];
  if (!flat) {
    for (int k = one_colour ? 3 : 0; k < 4; ++k) {
      const auto value = [k](ImU32 col) { return static_cast<float>((col >> (8 * k)) & 0xffu); };
      const float va = value(a.col), vb = value(b.col) - va, vc = value(c.col) - va;
      channels[k] = {va, (vb * acy - vc * aby) / area, (vc * abx - vb * acx) / area};
    }
  }
  const ImDrawVert* corner[3] = {&a, &b, &c};
  const u32 colour = screen_colour(a.col);
  for (int y = y0; y < y1; ++y) {
    const float py = static_cast<float>(y) + .5f;
    float left = 1e9f, right = -1e9f;
    for (int e = 0; e < 3; ++e) {
      const ImVec2 &p = corner[e]->pos, &q = corner[(e + 1) % 3]->pos;
      if ((p.y <= py) == (q.y <= py)) continue;
      const float x = p.x + (py - p.y) * (q.x - p.x) / (q.y - p.y);
      left = std::min(left, x);
      right = std::max(right, x);
    }
    const int x0 = std::max(t.clip.x0, static_cast<int>(std::ceil(left - .5f)));
    const int x1 = std::min(t.clip.x1, static_cast<int>(std::ceil(right - .5f)));
    if (x0 >= x1) continue;
    u32* p = t.row(y);
    if (flat) {
      span(p + x0, x1 - x0, colour, widen(a.col >> 24));
      continue;
    }
    const float dx = static_cast<float>(x0) + .5f - a.pos.x, dy = py - a.pos.y;
    // 16.16 fixed point: floats per pixel cost four times as much here.
    int at[4] = {}, step[4] = {};
    for (int k = one_colour ? 3 : 0; k < 4; ++k) {
      at[k] = static_cast<int>((channels[k].at + channels[k].dx * dx + channels[k].dy * dy + .5f) * 65536.f);
      step[k] = static_cast<int>(channels[k].dx * 65536.f);
    }
    const auto value = [](int fixed) { return static_cast<u32>(std::clamp(fixed >> 16, 0, 255)); };
    for (int x = x0; x < x1; ++x) {
      const u32 alpha = value(at[3]);
      const u32 here = one_colour ? colour : (value(at[0]) << 16) | (value(at[1]) << 8) | value(at[2]);
      p[x] = blend(p[x], here, widen(alpha));
      for (int k = one_colour ? 3 : 0; k < 4; ++k) at[k] += step[k];
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

template <class OnRect, class OnTriangle>
void walk(ImDrawData& data, OnRect on_rect, OnTriangle on_triangle) {
  for (ImDrawList* list : data.CmdLists) {
    for (const ImDrawCmd& command : list->CmdBuffer) {
      if (command.UserCallback) continue;
      const ImDrawVert* v = list->VtxBuffer.Data + command.VtxOffset;
      const ImDrawIdx* i = list->IdxBuffer.Data + command.IdxOffset;
      for (unsigned k = 0; k < command.ElemCount;) {
        if (k + 6 <= command.ElemCount && i[k] == i[k + 3] && i[k + 2] == i[k + 4] &&
            is_rect(v[i[k]], v[i[k + 1]], v[i[k + 2]], v[i[k + 5]])) {
          on_rect(command, v[i[k]], v[i[k + 2]]);
          k += 6;
        } else {
          on_triangle(command, v[i[k]], v[i[k + 1]], v[i[k + 2]]);
          k += 3;
        }
      }
    }
  }
}

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
