#include "kiosk/ui/raster.h"

#include <imgui.h>

#include <random>

#include "kiosk/ui/memory.h"
#include "kiosk/ui/stage.h"
#include "tests/ui/gallery.h"
#include "tests/ui/help.h"

using namespace yizhan::ui;

namespace {

std::uint64_t hash_of(const std::vector<std::uint32_t>& pixels) {
  std::uint64_t h = 1469598103934665603ull;
  for (const std::uint32_t p : pixels) h = (h ^ p) * 1099511628211ull;
  return h;
}

struct Canvas {
  explicit Canvas(int w = 320, int h = 240) : width(w), height(h), memory(static_cast<std::size_t>(w * h)) {
    auto opened = Stage::open(4, {});
    REQUIRE(opened);
    stage = std::move(*opened);
  }
  std::span<const PixelRect> frame(const std::function<void(Ui&)>& page, bool full = false) {
    return stage->frame({memory.data(), width, height, width}, now += 1.0 / 60, page, full);
  }
  std::uint32_t at(int x, int y) const { return memory[static_cast<std::size_t>(y * width + x)]; }
  int width, height;
  std::vector<std::uint32_t> memory;
  std::unique_ptr<Stage> stage;
  double now = 1;
};

void small_scene(Ui& ui) {
  ui.gradient({0, 0, 80, 15}, Ink::Primary, Ink::Hill3);
  ui.card({5, 10, 40, 25});
  ui.edge({50, 10, 20, 20}, Ink::Edge, .5f, 4);
  ui.circle(60, 45, 8, Ink::Amber);
  ui.line(5, 40, 40, 58, Ink::Brick, 1);
  ui.icon({10, 14, 15, 15}, Icon::Scales, Ink::Primary);
  ui.fill({30, 38, 12, 12}, Ink::Seal, 3);
}

}  // namespace

TEST_CASE("a small scene of every shape comes out with the same pixels everywhere", "[ui][raster]") {
  Canvas canvas;
  canvas.frame(small_scene);
  // Shapes only: glyphs belong to the installed fonts. After a wanted change look at the picture, then write the new value.
  CHECK(hash_of(canvas.memory) == 0x85b12d0d19a53f5full);
}

TEST_CASE("rectangles are exact to the pixel and colours to the bit", "[ui][raster]") {
  Canvas canvas;
  canvas.frame([](Ui& ui) { ui.fill({10, 10, 20, 10}, Ink::Primary); });
  CHECK(canvas.at(40, 40) == 0x0A4F4A);
  CHECK(canvas.at(119, 79) == 0x0A4F4A);
  CHECK(canvas.at(39, 40) == 0xF7F5F0);
  CHECK(canvas.at(120, 79) == 0xF7F5F0);
  CHECK(canvas.at(40, 39) == 0xF7F5F0);
  CHECK(canvas.at(40, 80) == 0xF7F5F0);
}

TEST_CASE("a gradient runs from its first colour to its last, row by row", "[ui][raster]") {
  Canvas canvas;
  canvas.frame([](Ui& ui) { ui.gradient({0, 0, 80, 60}, Ink::Primary, Ink::Card); });
  std::uint32_t before = 0;
  for (int y = 0; y < canvas.height; ++y) {
    const std::uint32_t red = canvas.at(100, y) >> 16;
    CHECK(red >= before);
    CHECK(canvas.at(0, y) == canvas.at(canvas.width - 1, y));
    before = red;
  }
  CHECK((canvas.at(0, 0) >> 16) <= 0x0C);
  CHECK((canvas.at(0, canvas.height - 1) >> 16) >= 0xFD);
}

TEST_CASE("what damage tracking paints equals a full redraw, for random changes", "[ui][raster]") {
  Canvas part(640, 480), whole(640, 480);
  std::mt19937 random(11);
  struct Thing { Box box; int kind; Ink ink; };
  std::vector<Thing> things;
  const auto page = [&](Ui& ui) {
    for (const Thing& t : things) {
      switch (t.kind) {
        case 0: ui.fill(t.box, t.ink, 2); break;
        case 1: ui.card(t.box, 3); break;
        case 2: ui.text(t.box, "镜湖工地", {.ink = t.ink}); break;
        case 3: ui.icon(t.box, Icon::Family, t.ink); break;
        case 4: ui.circle(t.box.x, t.box.y, t.box.w / 4, t.ink); break;
        default: ui.line(t.box.x, t.box.y, t.box.right(), t.box.bottom(), t.ink, 1); break;
      }
    }
  };
  const auto coordinate = [&](unsigned most) { return static_cast<float>(random() % (most * 8)) / 8; };
  for (int step = 0; step < 250; ++step) {
    const auto what = random() % 5;
    if (what < 2 || things.empty()) {
      things.push_back({{coordinate(150), coordinate(110), 4 + coordinate(50), 4 + coordinate(40)}, static_cast<int>(random() % 6), static_cast<Ink>(random() % 20)});
    } else if (what == 2) {
      things.erase(things.begin() + static_cast<std::ptrdiff_t>(random() % things.size()));
    } else if (what == 3) {
      things[random() % things.size()].box.x += 1;
    } else {
      things[random() % things.size()].ink = static_cast<Ink>(random() % 20);
    }
    part.frame(page);
    whole.frame(page, true);
    REQUIRE(part.memory == whole.memory);
  }
}

TEST_CASE("an unchanged frame paints nothing, a small change paints a small part", "[ui][raster]") {
  Canvas canvas(1080, 1920);
  canvas.frame(gallery_kiosk);
  canvas.frame(gallery_kiosk);  // glyphs loaded by the first frame may have moved the atlas
  CHECK(canvas.frame(gallery_kiosk).empty());
  const auto dirty = canvas.frame([](Ui& ui) {
    gallery_kiosk(ui);
    ui.fill({100, 60, 5, 5}, Ink::Seal);
  });
  long area = 0;
  for (const PixelRect& r : dirty) area += static_cast<long>(r.x1 - r.x0) * (r.y1 - r.y0);
  CHECK(area > 0);
  CHECK(area <= 4 * Raster::tile_px * Raster::tile_px);
}

TEST_CASE("a lost or resized target is painted whole", "[ui][raster]") {
  Canvas canvas;
  canvas.frame(small_scene);
  const std::vector<std::uint32_t> first = canvas.memory;
  std::fill(canvas.memory.begin(), canvas.memory.end(), 0u);
  CHECK(canvas.frame(small_scene, true).size() == 1);
  CHECK(canvas.memory == first);
  canvas.height = 200;
  CHECK(canvas.frame(small_scene).size() == 1);
}

TEST_CASE("shapes that reach far outside the target harm nothing", "[ui][raster]") {
  Canvas canvas;
  canvas.frame([](Ui& ui) {
    ui.fill({-100, -100, 500, 500}, Ink::Tint, 50);
    ui.card({-30, 40, 50, 500});
    ui.circle(-5, -5, 300, Ink::Amber);
    ui.line(-500, -300, 500, 400, Ink::Brick, 3);
    ui.icon({70, 50, 60, 60}, Icon::Leaf);
    ui.text({75, 55, 100, 40}, "出去了");
    ui.fill({10, 10, -5, 3}, Ink::Seal, 2);
    ui.text({10, 10, -5, 3}, "没有宽度");
  });
  CHECK(canvas.at(0, 0) != 0xF7F5F0);
}

TEST_CASE("glyphs keep their pixels when the atlas grows in the middle of a frame", "[ui][raster]") {
  Canvas growing(1080, 1920), settled(1080, 1920);
  // Hundreds of first-seen characters in one frame: the atlas must grow more than once while the frame is being built.
  const auto page = [](Ui& ui) {
    float y = 2;
    for (char32_t block = 0x4E00; block < 0x4E00 + 900; block += 60) {
      std::string line;
      for (char32_t c = block; c < block + 60; ++c) {
        line += static_cast<char>(0xE0 | (c >> 12));
        line += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
        line += static_cast<char>(0x80 | (c & 0x3F));
      }
      y += ui.text({2, y, 266, 40}, line, {.step = Step::Body});
    }
  };
  growing.frame(page);
  for (int i = 0; i < 3; ++i) settled.frame(page, true);
  CHECK(growing.memory == settled.memory);
}
