// Every ideograph of Extensions A to F is drawn: not the frame of a missing one, and not an empty space.
#include <cstdio>
#include <vector>

#include "kiosk/ui/fonts.h"
#include "kiosk/ui/layout.h"
#include "kiosk/ui/stage.h"
#include "tests/ui/help.h"

using namespace yizhan::ui;

namespace {
struct Block { char32_t first, last; };
// As their blocks were filled when the fonts of Debian 12 and 13 were made (Unicode 10); what came later is a frame and can be filed.
constexpr Block extensions[] = {{0x3400, 0x4DB5}, {0x20000, 0x2A6D6}, {0x2A700, 0x2B734}, {0x2B740, 0x2B81D}, {0x2B820, 0x2CEA1}, {0x2CEB0, 0x2EBE0}};
constexpr Block later[] = {{0x4DB6, 0x4DBF}, {0x9FEB, 0x9FFF}, {0x2A6D7, 0x2A6DF}, {0x2B735, 0x2B739}};
}  // namespace

TEST_CASE("every character of Extensions A to F is drawn with ink", "[ui][rare]") {
  constexpr int width = 1080, height = 1920;
  constexpr float cell = 9, step = 9.5f;
  constexpr int across = 28, down = 50;
  std::vector<std::uint32_t> memory(static_cast<std::size_t>(width) * height);
  auto stage = Stage::open(4, {});
  REQUIRE(stage);
  std::vector<char32_t> all;
  for (const Block& block : extensions)
    for (char32_t c = block.first; c <= block.last; ++c) all.push_back(c);
  CHECK(all.size() == 6582 + 42711 + 4149 + 222 + 5762 + 7473);
  double now = 0;
  std::size_t missing = 0, blank = 0;
  std::string first_bad;
  for (std::size_t begin = 0; begin < all.size(); begin += across * down) {
    const std::size_t end = std::min(all.size(), begin + across * down);
    (*stage)->frame({memory.data(), width, height, width}, now += .1, [&](Ui& ui) {
      ui.fill(ui.page(), Ink::Card);
      for (std::size_t i = begin; i < end; ++i) {
        std::string one;
        encode(all[i], one);
        const int k = static_cast<int>(i - begin);
        ui.text({2 + static_cast<float>(k % across) * step, 1 + static_cast<float>(k / across) * step, cell, cell}, one, {.step = Step::Caption});
      }
    }, true);
    missing += (*stage)->kit().missing().size();
    for (std::size_t i = begin; i < end; ++i) {
      const int k = static_cast<int>(i - begin);
      const int x0 = static_cast<int>((2 + static_cast<float>(k % across) * step) * 4), y0 = static_cast<int>((1 + static_cast<float>(k / across) * step) * 4);
      int dark = 0;
      for (int y = y0; y < y0 + 40 && y < height; ++y)
        for (int x = x0; x < x0 + 30 && x < width; ++x) dark += (memory[static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x)] & 0xFF) < 0x80 ? 1 : 0;
      if (dark < 4) {
        ++blank;
        if (first_bad.empty()) encode(all[i], first_bad);
      }
    }
    (*stage)->wipe();  // the atlas would hold them all
  }
  INFO(first_bad);
  CHECK(missing == 0);
  CHECK(blank == 0);
}

TEST_CASE("a character that no font here has is a frame, and is named", "[ui][rare]") {
  auto stage = kiosk_stage();
  std::size_t shown = 0;
  for (const Block& block : later)
    for (char32_t c = block.first; c <= block.last; ++c) {
      std::string one;
      encode(c, one);
      stage->frame([&](Ui& ui) { ui.text({2, 2, 20, 20}, one, {.step = Step::Input}); });
      shown += stage->missing_glyphs().empty() ? 1 : 0;
    }
  UNSCOPED_INFO("of the later additions the fonts here have " << shown);
  stage->frame([&](Ui& ui) { ui.text({2, 2, 20, 20}, "\U0002EBF0", {.step = Step::Input}); });  // Extension I: in no Debian font
  CHECK(stage->missing_glyphs().size() == 1);
}

TEST_CASE("a font file that is missing names its package", "[ui][fonts]") {
  for (const char* path : font_files()) {
    INFO(path);
    const std::string words = font_trouble(path);
    CHECK(words.find(path) != std::string::npos);
    CHECK(words.find(": install fonts-") != std::string::npos);
  }
  auto stage = kiosk_stage();  // fonts are opened with the first glass
  CHECK(missing_fonts().empty());
}
