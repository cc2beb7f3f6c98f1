#include <cmath>

#include "hand.h"
#include "kiosk/ink/train/glyphs.h"
#include "kiosk/ink/train/skeleton.h"
#include "kiosk/ink/train/vary.h"

using namespace ink_tests;

namespace {
Bitmap blank() {
  Bitmap b{80, 80, {}};
  b.pixels.assign(80 * 80, 0);
  return b;
}
void bar(Bitmap& b, int x0, int y0, int x1, int y1) {
  for (int y = y0; y < y1; ++y)
    for (int x = x0; x < x1; ++x) b.pixels[static_cast<std::size_t>(y * b.width + x)] = 1;
}
}  // namespace

TEST_CASE("a printed cross becomes its two strokes", "[ink][skeleton]") {
  Bitmap b = blank();
  bar(b, 10, 37, 70, 43);
  bar(b, 37, 10, 43, 70);
  const Ink ink = strokes_of(b);
  REQUIRE(ink.strokes() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto s = ink.stroke(i);
    CHECK(std::hypot(s.back().x - s.front().x, s.back().y - s.front().y) > 50);
    // From left to right or from top to bottom, as people write.
    CHECK((s.back().x > s.front().x + 40 || s.back().y > s.front().y + 40));
  }
}

TEST_CASE("a printed frame closes, and an empty picture has no strokes", "[ink][skeleton]") {
  Bitmap b = blank();
  bar(b, 15, 15, 65, 19);
  bar(b, 15, 61, 65, 65);
  bar(b, 15, 15, 19, 65);
  bar(b, 61, 15, 65, 65);
  const Ink ink = strokes_of(b);
  REQUIRE(ink.strokes() >= 1);
  float length = 0;
  for (std::size_t i = 0; i < ink.strokes(); ++i)
    for (std::size_t k = 1; k < ink.stroke(i).size(); ++k) length += std::hypot(ink.stroke(i)[k].x - ink.stroke(i)[k - 1].x, ink.stroke(i)[k].y - ink.stroke(i)[k - 1].y);
  CHECK(length > 165);   // four sides of 46, and no diagonal
  CHECK(length < 195);
  CHECK(strokes_of(blank()).empty());
}

TEST_CASE("the same seed writes the same hand", "[ink][skeleton]") {
  Random a(5), b(5), c(6);
  const Ink base = moved(big(), .01f, 0);
  CHECK(vary(base, some_hand(a), a) == vary(base, some_hand(b), b));
  CHECK_FALSE(vary(base, some_hand(a), a) == vary(base, some_hand(c), c));
}

TEST_CASE("a font that is not installed is named with its package", "[ink][skeleton][bad]") {
  const std::vector<char32_t> one_character{U'一'};
  const auto strokes = glyph_strokes({"/usr/share/fonts/nowhere/kai.ttf", 0, "fonts-of-nobody"}, one_character);
  REQUIRE_FALSE(strokes);
  CHECK(strokes.error().code == Code::Unavailable);
  CHECK(strokes.error().what.find("kai.ttf") != std::string::npos);
  CHECK(strokes.error().what.find("fonts-of-nobody") != std::string::npos);
}
