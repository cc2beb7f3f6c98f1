#include "tests/reach/gate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "core/text.h"
#include "kiosk/ui/tokens.h"

namespace reach {

using ui::Box;
using ui::HitBox;

namespace {

constexpr float rounding = 0.13f;  // half a pixel at 4 px/mm: boxes are rounded to whole pixels

std::string mm(float v) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", static_cast<double>(v));
  return text.data();
}

double linear(std::uint32_t v) {
  static const std::array<double, 256> table = [] {
    std::array<double, 256> t{};
    for (std::size_t i = 0; i < t.size(); ++i) {
      const double s = static_cast<double>(i) / 255;
      t[i] = s <= 0.03928 ? s / 12.92 : std::pow((s + 0.055) / 1.055, 2.4);
    }
    return t;
  }();
  return table[v & 0xff];
}
double luminance(std::uint32_t rgb) { return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8) + 0.0722 * linear(rgb); }
double ratio(double a, double b) { return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05); }
std::uint32_t from_packed(std::uint32_t abgr) { return (abgr & 0xff) << 16 | (abgr & 0xff00) | ((abgr >> 16) & 0xff); }

/// The worst contrast of `colour` against any pixel in a rectangle.
double worst(const Frame& f, const ui::Drawn::Rect& r, std::uint32_t packed) {
  const double mine = luminance(from_packed(packed));
  double least = 100;
  std::uint32_t last = 0xff000000u;
  const int x0 = std::clamp(static_cast<int>(r.x0), 0, f.width), x1 = std::clamp(static_cast<int>(r.x1), 0, f.width);
  const int y0 = std::clamp(static_cast<int>(r.y0), 0, f.height), y1 = std::clamp(static_cast<int>(r.y1), 0, f.height);
  for (int y = y0; y < y1; ++y)
    for (int x = x0; x < x1; ++x) {
      const std::uint32_t p = f.bare[static_cast<std::size_t>(y) * static_cast<std::size_t>(f.width) + static_cast<std::size_t>(x)];
      if (p == last) continue;
      last = p;
      least = std::min(least, ratio(mine, luminance(p)));
    }
  return least;
}

bool is_key(const std::string& name) { return ui::typing_key(name); }

}  // namespace

double contrast_of(std::uint32_t a, std::uint32_t b) { return ratio(luminance(a), luminance(b)); }

std::string words_of(const Faults& faults) {
  std::string out;
  for (const Fault& fault : faults) out += fault.rule + ": " + fault.what + "\n";
  return out;
}

// ---- drawing ------------------------------------------------------------------------------------------------------------------

Easel::Easel(const Glass& glass) : glass_(glass), memory_(static_cast<std::size_t>(glass.width) * static_cast<std::size_t>(glass.height)) {
  if (glass.office) {
    px_per_mm_ = glass.page_px_per_mm;
  } else {
    const ui::PageScale scale = ui::page_scale(glass.width, glass.height, glass.real_px_per_mm);
    px_per_mm_ = scale.px_per_mm;
    zoom_ = scale.zoom;
  }
  auto opened = ui::Stage::open(px_per_mm_, {}, zoom_);
  if (!opened) {
    std::fprintf(stderr, "reach: %s\n", opened.error().what.c_str());
    std::abort();
  }
  stage_ = std::move(*opened);
}

ui::Pixels Easel::pixels() { return {memory_.data(), glass_.width, glass_.height, glass_.width}; }

const Frame& Easel::draw(const ui::Theme& theme, const std::function<void(ui::Ui&)>& page) {
  stage_->set_theme(theme);
  frame_.drawn = {};
  stage_->kit().watch(&frame_.drawn, ui::Kit::Leave::WordsAndIcons);
  tick();
  float top = 0;
  stage_->frame(pixels(), now_, [&](ui::Ui& kit) {
    page(kit);
    top = kit.reach_top();
  }, true);
  stage_->kit().watch(nullptr, ui::Kit::Leave::Nothing);
  frame_.hits = stage_->kit().hits();
  frame_.shown = stage_->kit().shown();
  frame_.clipped = stage_->kit().clipped();
  frame_.missing = stage_->kit().missing();
  frame_.bare = memory_;
  frame_.width = glass_.width;
  frame_.height = glass_.height;
  frame_.px_per_mm = px_per_mm_;
  frame_.zoom = zoom_;
  frame_.reach_top_mm = top;
  frame_.theme = theme;
  frame_.office = glass_.office;
  return frame_;
}

bool Easel::picture(const std::string& png, const std::function<void(ui::Ui&)>& page) {
  tick();
  stage_->frame(pixels(), now_, page, true);
  return ui::write_png(png, pixels());
}

// ---- rules --------------------------------------------------------------------------------------------------------------------

void sizes(const Frame& f, Faults& out) {
  if (f.office) return;
  for (const HitBox& hit : f.hits) {
    const bool key = is_key(hit.name);
    const float w_min = key ? 12.7f : 20, h_min = key ? 15.f : 20, w = hit.box.w * f.zoom, h = hit.box.h * f.zoom;
    if (w < w_min - rounding || h < h_min - rounding) out.push_back({"size", hit.name + " is " + mm(w) + " × " + mm(h) + " mm"});
  }
}

void gaps(const Frame& f, Faults& out) {
  const auto gap = [&](const Box& a, const Box& b) {
    const float dx = std::max(a.x - b.right(), b.x - a.right()), dy = std::max(a.y - b.bottom(), b.y - a.bottom());
    if (dx > 0 && dy > 0) return std::hypot(dx, dy) * f.zoom;
    return std::max(dx, dy) * f.zoom;
  };
  for (std::size_t i = 0; i < f.hits.size(); ++i)
    for (std::size_t j = i + 1; j < f.hits.size(); ++j) {
      const HitBox &a = f.hits[i], &b = f.hits[j];
      const float between = gap(a.box, b.box);
      if (f.office) {
        if (between < -0.2f) out.push_back({"gap", a.name + " and " + b.name + " lie over each other"});
        continue;
      }
      // The active tab joins its field (look/tokens.md): who lands on one of the two by mistake changes nothing.
      if (a.name.starts_with("tab.") && b.name == "text") continue;
      if (between < 2.5f - rounding) out.push_back({"gap", a.name + " and " + b.name + " are " + mm(between) + " mm apart"});
    }
  if (f.office) return;
  for (const auto& confirm : f.drawn.buttons) {
    if (confirm.look != ui::Look::Filled) continue;
    const auto yes = std::find_if(f.hits.begin(), f.hits.end(), [&](const HitBox& h) { return h.name == confirm.name; });
    for (const HitBox& no : f.hits) {
      if ((no.name != "leave" && no.name != "leave.now") || no.name == confirm.name) continue;
      if (const float between = gap(yes->box, no.box); between < 20 - rounding)
        out.push_back({"apart", no.name + " is only " + mm(between) + " mm from " + confirm.name});
    }
  }
}

void type_sizes(const Frame& f, Faults& out) {
  const float least = f.office ? 2.5f : f.theme.size == ui::TextSize::Largest ? 7.3f : 4.8f;
  for (const auto& text : f.drawn.texts) {
    if (text.first == text.last || text.cap <= 0) continue;
    const float cap = text.cap / f.px_per_mm * f.zoom;
    if (cap < least) out.push_back({"type", "capitals of " + mm(cap) + " mm in 「" + text.words + "」"});
  }
}

void contrast(const Frame& f, Faults& out) {
  const double least = f.theme.contrast && !f.office ? 15 : 7;
  for (const auto& text : f.drawn.texts) {
    double of_text = 100;
    for (std::size_t i = text.first; i < text.last; ++i) of_text = std::min(of_text, worst(f, f.drawn.glyphs[i].at, f.drawn.glyphs[i].colour));
    if (of_text < least - 0.005) out.push_back({"contrast", mm(static_cast<float>(of_text)) + ":1 in 「" + text.words + "」"});
  }
  for (const auto& picture : f.drawn.pictures) {
    const float w = picture.at.x1 - picture.at.x0, in = w * .15f;
    const double of_picture = worst(f, {picture.at.x0 + in, picture.at.y0 + in, picture.at.x1 - in, picture.at.y1 - in}, picture.line);
    if (of_picture < 3) out.push_back({"contrast", mm(static_cast<float>(of_picture)) + ":1 in icon " + std::to_string(static_cast<int>(picture.icon))});
  }
}

void edges(const Frame& f, Faults& out) {
  const auto pixel = [&](float x, float y) {
    const int px = std::clamp(static_cast<int>(x), 0, f.width - 1), py = std::clamp(static_cast<int>(y), 0, f.height - 1);
    return luminance(f.bare[static_cast<std::size_t>(py) * static_cast<std::size_t>(f.width) + static_cast<std::size_t>(px)]);
  };
  for (const HitBox& hit : f.hits) {
    if (!hit.enabled) continue;
    if (f.office) {
      // A desk's list rows are divided by thin lines; its buttons show themselves like everybody's.
      const auto button = std::find_if(f.drawn.buttons.begin(), f.drawn.buttons.end(), [&](const auto& b) { return b.name == hit.name; });
      if (button == f.drawn.buttons.end()) continue;
    }
    const float x0 = hit.box.x * f.px_per_mm, y0 = hit.box.y * f.px_per_mm, x1 = hit.box.right() * f.px_per_mm, y1 = hit.box.bottom() * f.px_per_mm;
    const float corner = std::min({5 * f.px_per_mm, (x1 - x0) / 3, (y1 - y0) / 3}), out_px = f.px_per_mm * 1.2f  /* past the lip of a key, within half a gap */, in_px = 2 * f.px_per_mm;
    constexpr int along = 12;
    int good = 0, all = 0;
    const auto look = [&](float x, float y, float dx, float dy) {  // from outside inwards
      ++all;
      const double ground = pixel(x - dx * out_px, y - dy * out_px);
      double best = 1;
      for (float d = -2; d <= in_px; d += 1) best = std::max(best, ratio(ground, pixel(x + dx * d, y + dy * d)));
      good += best >= 3;
    };
    for (int i = 0; i < along; ++i) {
      const float t = (static_cast<float>(i) + .5f) / along;
      const float x = x0 + corner + (x1 - x0 - 2 * corner) * t, y = y0 + corner + (y1 - y0 - 2 * corner) * t;
      look(x, y0, 0, 1), look(x, y1 - 1, 0, -1), look(x0, y, 1, 0), look(x1 - 1, y, -1, 0);
    }
    if (good < all * 9 / 10) out.push_back({"edge", hit.name + " shows " + std::to_string(good * 100 / all) + " % of its edge"});
  }
}

void whole(const Frame& f, Faults& out) {
  for (const auto& words : f.clipped) out.push_back({"cut", "「" + words + "」"});
  for (const auto& c : f.missing) out.push_back({"glyph", "no font draws " + c});
  const float page_w = static_cast<float>(f.width) / f.px_per_mm, page_h = static_cast<float>(f.height) / f.px_per_mm;
  for (const HitBox& hit : f.hits)
    if (hit.box.x < -.05f || hit.box.y < -.05f || hit.box.right() > page_w + .05f || hit.box.bottom() > page_h + .05f) out.push_back({"outside", hit.name + " leaves the page"});
  for (const auto& text : f.drawn.texts)
    for (std::size_t i = text.first; i < text.last; ++i) {
      const auto& at = f.drawn.glyphs[i].at;
      if (at.x0 >= 0 && at.y0 >= 0 && at.x1 <= static_cast<float>(f.width) && at.y1 <= static_cast<float>(f.height)) continue;
      out.push_back({"outside", "「" + text.words + "」 leaves the page"});
      break;
    }
  for (const auto& picture : f.drawn.pictures)
    if (picture.at.x0 < 0 || picture.at.y0 < 0 || picture.at.x1 > static_cast<float>(f.width) || picture.at.y1 > static_cast<float>(f.height) || picture.at.x1 - picture.at.x0 < 4)
      out.push_back({"outside", "icon " + std::to_string(static_cast<int>(picture.icon)) + " leaves the page"});
}

void overlaps(const Frame& f, Faults& out) {
  using Rect = ui::Drawn::Rect;
  const auto meet = [](const Rect& a, const Rect& b, float more) {
    return std::min(a.x1, b.x1) - std::max(a.x0, b.x0) > more && std::min(a.y1, b.y1) - std::max(a.y0, b.y0) > more;
  };
  std::vector<Rect> bounds;
  for (const auto& text : f.drawn.texts) {
    Rect r{1e9f, 1e9f, -1e9f, -1e9f};
    for (std::size_t i = text.first; i < text.last; ++i) {
      const Rect& g = f.drawn.glyphs[i].at;
      r = {std::min(r.x0, g.x0), std::min(r.y0, g.y0), std::max(r.x1, g.x1), std::max(r.y1, g.y1)};
    }
    bounds.push_back(r);
  }
  const auto any_glyph = [&](const ui::Drawn::Text& text, const Rect& r, float more) {
    for (std::size_t i = text.first; i < text.last; ++i)
      if (meet(f.drawn.glyphs[i].at, r, more)) return true;
    return false;
  };
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const auto& a = f.drawn.texts[i];
    for (std::size_t j = i + 1; j < bounds.size(); ++j) {
      if (!meet(bounds[i], bounds[j], 1.5f)) continue;
      const auto& b = f.drawn.texts[j];
      bool over = false;
      for (std::size_t k = a.first; k < a.last && !over; ++k) over = any_glyph(b, f.drawn.glyphs[k].at, 1.5f);
      if (over) out.push_back({"overlap", "「" + a.words + "」 and 「" + b.words + "」"});
    }
    for (const auto& picture : f.drawn.pictures) {
      const float in = (picture.at.x1 - picture.at.x0) * .12f;
      const Rect r{picture.at.x0 + in, picture.at.y0 + in, picture.at.x1 - in, picture.at.y1 - in};
      if (meet(bounds[i], r, 1.5f) && any_glyph(a, r, 1.5f)) out.push_back({"overlap", "「" + a.words + "」 and icon " + std::to_string(static_cast<int>(picture.icon))});
    }
    // Words begin and end inside what they stand in.
    for (const HitBox& hit : f.hits) {
      const Rect box{hit.box.x * f.px_per_mm, hit.box.y * f.px_per_mm, hit.box.right() * f.px_per_mm, hit.box.bottom() * f.px_per_mm};
      if (!meet(bounds[i], box, 1)) continue;
      const Rect& r = bounds[i];
      if (r.x0 < box.x0 - 1 || r.x1 > box.x1 + 1 || r.y0 < box.y0 - 1 || r.y1 > box.y1 + 1) out.push_back({"overlap", "「" + a.words + "」 sticks out of " + hit.name});
    }
  }
}

void filled(const Frame& f, Faults& out) {
  if (f.office) return;
  std::string names;
  int count = 0;
  for (const auto& button : f.drawn.buttons)
    if (button.look == ui::Look::Filled) {
      ++count;
      names += " " + button.name;
    }
  if (count > 1) out.push_back({"filled", "more than one filled button:" + names});
}

void wording(const Frame& f, Faults& out) {
  std::set<std::string> names;
  for (const HitBox& hit : f.hits) {
    if (!names.insert(hit.name).second) out.push_back({"name", "two are named " + hit.name});
    if (hit.words.empty() && hit.line.empty()) out.push_back({"unspoken", hit.name + " says nothing"});
    if (!f.office && hit.kind == ui::Control::Button && !is_key(hit.name) && yizhan::characters(hit.words) > 20) out.push_back({"words", hit.name + " has more than 20 characters: " + hit.words});
  }
  if (f.office) return;
  for (const auto& shown : f.shown)
    if (shown.step == ui::Step::Headline && yizhan::characters(shown.words) > 12) out.push_back({"words", "a headline of more than 12 characters: " + shown.words});
  // What went wrong is told in brick: lines of one sentence follow each other.
  const auto packed = [&](ui::Ink ink) {
    const ui::Rgb c = ui::colour(ink, false);
    return static_cast<std::uint32_t>(c.a) << 24 | static_cast<std::uint32_t>(c.b) << 16 | static_cast<std::uint32_t>(c.g) << 8 | c.r;
  };
  if (f.theme.contrast) return;  // brick is yellow there, like other things
  std::string sentence;
  const auto finish = [&] {
    for (std::size_t from = 0; from < sentence.size();) {
      const std::size_t stop = sentence.find("。", from);
      const std::string one = sentence.substr(from, stop == std::string::npos ? stop : stop - from);
      if (yizhan::characters(one) > 20) out.push_back({"words", "an error of more than 20 characters: " + one});
      if (stop == std::string::npos) break;
      from = stop + std::string("。").size();
    }
    sentence.clear();
  };
  for (const auto& text : f.drawn.texts) {
    const bool brick = text.first < text.last && f.drawn.glyphs[text.first].colour == packed(ui::Ink::Brick);
    if (brick) sentence += text.words;
    else finish();
  }
  finish();
}

void low(const Frame& f, Faults& out) {
  if (!f.theme.low || f.office) return;
  const float top = f.width > f.height ? f.reach_top_mm : static_cast<float>(f.height) / f.px_per_mm * 0.55f;
  for (const HitBox& hit : f.hits)
    if (hit.box.y < top - rounding) out.push_back({"low", hit.name + " is out of reach, " + mm(top - hit.box.y) + " mm too high"});
}

Faults judge(const Frame& frame) {
  Faults out;
  for (const auto rule : {sizes, gaps, type_sizes, contrast, edges, whole, overlaps, filled, wording, low}) rule(frame, out);
  return out;
}

double ring_share(const std::vector<std::uint32_t>& with, const std::vector<std::uint32_t>& without, int width, int height) {
  // The dark band is what changed most; each of its pixels is compared with what stood there before.
  std::size_t changed = 0, seen = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(width) * static_cast<std::size_t>(height); ++i) {
    if (with[i] == without[i]) continue;
    ++changed;
    seen += contrast_of(with[i], without[i]) >= 3;
  }
  return changed == 0 ? 0 : static_cast<double>(seen) / static_cast<double>(changed);
}

}  // namespace reach
