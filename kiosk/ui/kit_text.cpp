// Words: measured, broken by Chinese rules, drawn glyph by glyph. Nothing here keeps what they say.
#include "kiosk/ui/kit_impl.h"

#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace yizhan::ui {

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
  // A long statement changes with every stroke: its layouts take each other's places, or a visit would leave 20 MB of them.
  if (text.size() > long_text) {
    LongLayout& slot = long_layouts_[long_layouts_[0].hash == h ? 0 : long_layouts_[1].hash == h ? 1 : (long_turn_ ^= 1)];
    if (slot.hash != h) {
      slot.hash = h;
      // Noto's everyday ideographs are one em wide, all of them.
      const float full = advance(U'一', type);
      slot.lines = break_lines(text, width, lines_max, advance(U'…', type), [&](char32_t c) { return c >= 0x4E00 && c <= 0x9FA5 ? full : advance(c, type); });
    }
    return slot.lines;
  }
  if (layouts_.size() > 600) layouts_.clear();
  const auto [at, fresh] = layouts_.try_emplace(h);
  if (fresh) at->second = break_lines(text, width, lines_max, advance(U'…', type), [&](char32_t c) { return advance(c, type); });
  return at->second;
}

float Kit::draw_run(float x, float baseline, std::span<const char32_t> text, const Type& type, std::uint32_t colour) {
  const ImVec4& clip = list_->_CmdHeader.ClipRect;
  if (drawn_ && !text.empty()) watch_run(text, type);
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
        if (drawn_) {
          // A field shows the part of a long line that is being written; what leaves the page itself is a fault and stays whole here.
          const bool field = clip.z - clip.x < static_cast<float>(width_px_);
          const Drawn::Rect seen = field ? Drawn::Rect{std::max(left, clip.x), std::max(top, clip.y), std::min(right, clip.z), std::min(bottom, clip.w)} : Drawn::Rect{left, top, right, bottom};
          drawn_->glyphs.push_back({seen, c, colour, static_cast<int>(drawn_->texts.size()) - 1});
        }
        if (leave_ == Leave::Nothing) list_->PrimReserve(6, 4);
        if (leave_ == Leave::Nothing) list_->PrimRectUV({left, top}, {right, bottom}, {g.shape->U0, g.shape->V0}, {g.shape->U1, g.shape->V1}, colour);
      }
    }
    x += g.advance;
  }
  return x;
}

void Kit::watch_run(std::span<const char32_t> text, const Type& type) {
  if (!drawn_->texts.empty()) drawn_->texts.back().last = drawn_->glyphs.size();
  Drawn::Text run{{}, type.em, 0, type.weight, drawn_->glyphs.size(), drawn_->glyphs.size()};
  for (const char32_t c : text) encode(c, run.words);
  // Measured on the glyph, never trusted from the nominal size.
  if (const Glyph h = fonts_.glyph(U'H', type.weight, type.em); h.shape) run.cap = std::round(h.shape->Y1 - h.shape->Y0);
  drawn_->texts.push_back(std::move(run));
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

bool Kit::can_show(std::string_view words) {
  const Type body = type(Step::Body, Weight::Regular);
  for (const char32_t c : decoded(words))
    if (!invisible(c) && c != U'\t' && !fonts_.glyph(c, body.weight, body.em).shape) return false;
  return true;
}

float Kit::text_width(std::string_view words, const TextStyle& style) {
  return (width_px(decoded(words), type(style.step, style.weight)) + 1) / ppm_;  // + 1: whole pixels after rounding
}

}  // namespace yizhan::ui
