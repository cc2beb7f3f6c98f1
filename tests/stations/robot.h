/// A robot at a desk: draws headless, presses by name, and checks every frame for what a person would stumble over.
#pragma once
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <set>

#include "kiosk/desk/screen.h"
#include "kiosk/ui/window.h"
#include "tests/stations/world.h"

namespace stations {

inline std::string problems_of(const std::vector<ui::HitBox>& hits, ui::Box page) {
  std::string out;
  std::set<std::string> names;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const ui::HitBox& a = hits[i];
    if (!names.insert(a.name).second) out += "twice: " + a.name + "\n";
    if (a.box.x < -0.1f || a.box.y < -0.1f || a.box.right() > page.right() + 0.1f || a.box.bottom() > page.bottom() + 0.1f) out += "outside the page: " + a.name + "\n";
    if (a.box.h < 7.5f || a.box.w < 15.0f) out += "too small to press: " + a.name + "\n";
    for (std::size_t j = i + 1; j < hits.size(); ++j) {
      const ui::HitBox& b = hits[j];
      const float w = std::min(a.box.right(), b.box.right()) - std::max(a.box.x, b.box.x), h = std::min(a.box.bottom(), b.box.bottom()) - std::max(a.box.y, b.box.y);
      if (w > 0.2f && h > 0.2f) out += "overlap: " + a.name + " and " + b.name + "\n";
    }
  }
  return out;
}

struct Robot {
  Station station;
  std::unique_ptr<ui::Headless> screen;
  std::vector<std::string> shown;  ///< words of the last frame, in drawing order
  ui::Box page{0, 0, 1920 / 3.6f, 1080 / 3.6f};

  explicit Robot(dk::Role role, int width = 1920, int height = 1080) : station(role) {
    const float ppm = 3.6f * std::min(static_cast<float>(width) / 1920, static_cast<float>(height) / 1080);
    auto opened = ui::Headless::open(width, height, ppm);
    REQUIRE(opened);
    screen = std::move(*opened);
    page = {0, 0, static_cast<float>(width) / ppm, static_cast<float>(height) / ppm};
  }
  /// One frame; what was asked for goes to the machine as in the real loop.
  void frame() {
    std::optional<dk::DeskAction> asked;
    screen->frame([&](ui::Ui& ui) {
      asked = dk::draw(ui, station.session, station.world, dk::Law{station.book, station.days});
      shown.clear();
      for (const ui::Shown& one : ui.shown()) shown.push_back(one.words);
    });
    station.press(asked ? *asked : dk::DeskAction{dk::News{}});
  }
  void rest() {
    for (int i = 0; i < 3; ++i) frame();
  }
  void tap(std::string_view name) {
    INFO("tap " << name);
    REQUIRE(screen->tap(name));
    for (int i = 0; i < 4; ++i) frame();
  }
  void key(std::string_view name) {
    screen->key(name);
    rest();
  }
  void write(std::string_view field, std::string_view text) {
    tap("field." + std::string(field));
    screen->key("Ctrl+A");
    frame();
    screen->key("Backspace");
    frame();
    screen->type(text);
    rest();
  }
  bool has(std::string_view name) const {
    for (const ui::HitBox& h : screen->hits())
      if (h.name == name) return true;
    return false;
  }
  bool enabled(std::string_view name) const {
    for (const ui::HitBox& h : screen->hits())
      if (h.name == name) return h.enabled;
    return false;
  }
  /// Everything a frame may get wrong, and a picture when pictures are wanted.
  void check(const std::string& name) {
    rest();
    INFO(name);
    for (const std::string& words : screen->clipped()) {
      INFO("clipped: " << words);
      CHECK(false);
    }
    for (const std::string& glyph : screen->missing_glyphs()) {
      INFO("missing glyph: " << glyph);
      CHECK(false);
    }
    const std::string wrong = problems_of(screen->hits(), page);
    INFO(wrong);
    CHECK(wrong.empty());
    picture(name);
  }
  void picture(const std::string& name) {
    if (const char* folder = std::getenv("YIZHAN_PICTURES")) CHECK(screen->picture(std::string(folder) + "/" + name + ".png"));
  }
};

}  // namespace stations
