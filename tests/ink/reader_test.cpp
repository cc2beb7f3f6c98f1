#include <cmath>
#include <limits>
#include <random>

#include "hand.h"
#include "kiosk/ink/train/glyphs.h"
#include "kiosk/ink/train/vary.h"

using namespace ink_tests;

namespace {

/// Characters of a Song face that taught nothing (the trainer learns from others), as strokes.
struct Stranger {
  std::vector<char32_t> codes;
  std::vector<Ink> inks;
  Stranger() {
    const Words all = words();
    const Model known = model();
    for (const std::uint32_t c : known.standard.codes)
      if (all.likely(static_cast<char32_t>(c)) > -8.6f) codes.push_back(static_cast<char32_t>(c));
    auto strokes = glyph_strokes({"/usr/share/fonts/opentype/noto/NotoSerifCJK-ExtraLight.ttc", 2, "fonts-noto-cjk-extra"}, codes);
    REQUIRE(strokes);
    inks = std::move(*strokes);
  }
};
struct Score {
  std::size_t n = 0, first = 0, ten = 0;
  double share(std::size_t hits) const { return static_cast<double>(hits) / static_cast<double>(n); }
};
template <class Change>
Score score(const Stranger& font, Change change) {
  Reader reads = reader();
  Score s;
  for (std::size_t i = 0; i < font.codes.size(); ++i) {
    ReadOptions how;
    how.choices_max = 10;
    const std::size_t at = place(reads.one(change(font.inks[i]), how), utf8(font.codes[i]));
    ++s.n;
    s.first += at == 1;
    s.ten += at > 0;
  }
  return s;
}

}  // namespace

TEST_CASE("a face that taught nothing is read, in any order of strokes", "[ink][reader]") {
  const Stranger font;
  REQUIRE(font.codes.size() > 700);
  const Score plain = score(font, [](const Ink& ink) { return ink; });
  CHECK(plain.share(plain.first) > .97);
  CHECK(plain.share(plain.ten) > .995);
  const Score turned = score(font, backwards);
  CHECK(turned.share(turned.first) > .97);
}

TEST_CASE("a hasty hand that joins strokes and leaves one out is read mostly", "[ink][reader]") {
  const Stranger font;
  Random lot(11);
  const Score joined = score(font, [&](const Ink& ink) { return vary(ink, {.joined = .25f, .rounded = .3f}, lot); });
  CHECK(joined.share(joined.ten) > .95);
  const Score missing = score(font, [&](const Ink& ink) { return vary(ink, {.missing = 1}, lot); });
  CHECK(missing.share(missing.ten) > .8);
}

TEST_CASE("strokes written here by hand are read, also backwards and in one stroke", "[ink][reader]") {
  Reader reads = reader();
  struct Row { const char* text; Ink ink; bool cursive; };
  const std::vector<Row> rows{{"十", ten(), true}, {"口", mouth(), true}, {"日", sun(), true}, {"工", work(), true}, {"人", person(), true}, {"大", big(), true},
                              {"中", middle(), true}, {"月", moon(), true}, {"王", king(), true}, {"一", one(), false}};
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(place(reads.one(row.ink, {}), row.text) == 1);
    CHECK(place(reads.one(backwards(row.ink), {}), row.text) == 1);
    if (row.cursive) {
      const std::size_t at = place(reads.one(in_one_stroke(row.ink), {}), row.text);
      CHECK((at > 0 && at <= 20));
    }
  }
}

TEST_CASE("the text before decides between look-alikes", "[ink][reader]") {
  Reader reads = reader();
  // 土 and 士 differ by the length of one line: drawn alike, the word settles it.
  const Ink even = drawn({{{22, 40}, {78, 40}}, {{50, 8}, {50, 88}}, {{22, 88}, {78, 88}}});
  const auto earth = reads.one(even, {.before = "国"});
  const auto soldier = reads.one(even, {.before = "护"});
  const auto lead = [](const Reading& reading) {
    float soil = 0, guard = 0;
    for (const auto& choice : reading.choices) {
      if (choice.text == "土") soil = choice.score;
      if (choice.text == "士") guard = choice.score;
    }
    return soil - guard;
  };
  CHECK(lead(earth) > lead(soldier) + .5f);
  CHECK(place(soldier, "士") == 1);
}

TEST_CASE("two characters in a row are read as a whole, and the first alone keeps the rest", "[ink][reader][row]") {
  Reader reads = reader();
  const Ink ink = together({work(), moved(person(), 1, 115)});
  const Reading reading = reads.line(ink, {.cell_mm = 110});
  REQUIRE_FALSE(reading.choices.empty());
  CHECK(reading.characters == 2);
  CHECK(place(reading, "工人") == 1);
  const std::size_t first = place(reading, "工");
  REQUIRE(first > 0);
  CHECK(reading.choices[first - 1].left == std::vector<std::uint32_t>{3, 4});
}

TEST_CASE("three characters written small in one go are read without cells", "[ink][reader][row]") {
  Reader reads = reader();
  const Ink ink = together({middle(), moved(mouth(), 1, 118), moved(big(), 1, 236)});
  const Reading reading = reads.line(ink, {});
  CHECK(reading.characters == 3);
  CHECK(place(reading, "中口大") == 1);
}

TEST_CASE("sun and moon close together are bright, apart they are two", "[ink][reader][row]") {
  Reader reads = reader();
  const Ink sun_left = moved(sun(), .9f, -12), close = together({sun_left, moved(moon(), 1, 48)});
  CHECK(place(reads.line(close, {.cell_mm = 110}), "明") == 1);
  const Ink apart = together({sun(), moved(moon(), 1, 112)});
  const Reading two = reads.line(apart, {.cell_mm = 101});
  CHECK(place(two, "日月") > 0);
  CHECK(place(two, "日月") <= 2);
}

TEST_CASE("rare characters come only when they are asked for", "[ink][reader][rare]") {
  Reader reads = reader();
  const std::vector<char32_t> codes{U'㛃', U'喆', U'堃', U'媖'};
  const auto strokes = glyph_strokes({"/usr/share/fonts/opentype/noto/NotoSansCJK-Light.ttc", 2, "fonts-noto-cjk-extra"}, codes);
  REQUIRE(strokes);
  const Model known = model();
  for (std::size_t i = 0; i < codes.size(); ++i) {
    INFO(utf8(codes[i]));
    const bool standard = std::binary_search(known.standard.codes.begin(), known.standard.codes.end(), static_cast<std::uint32_t>(codes[i]));
    const std::size_t plain = place(reads.one((*strokes)[i], {}), utf8(codes[i])), asked = place(reads.one((*strokes)[i], {.rare = true}), utf8(codes[i]));
    if (!standard) CHECK(plain == 0);
    CHECK((asked > 0 && asked <= 10));
  }
}

TEST_CASE("a scribble is no character, and says so", "[ink][reader][bad]") {
  Reader reads = reader();
  std::mt19937 lot(3);
  std::uniform_real_distribution<float> anywhere(0, 100);
  std::vector<Point> mess;
  for (int i = 0; i < 400; ++i) mess.push_back({anywhere(lot), anywhere(lot)});
  Ink ink;
  ink.add(mess);
  for (const Reading& reading : {reads.one(ink, {}), reads.line(ink, {})}) {
    CHECK(reading.scribble);
    CHECK(reading.choices.empty());
  }
  // What is a character is none.
  CHECK_FALSE(reads.line(king(), {}).scribble);
}

TEST_CASE("no ink, one point and points that are nowhere are answered", "[ink][reader][bad]") {
  Reader reads = reader();
  CHECK(reads.one({}, {}).choices.empty());
  CHECK(reads.line({}, {}).choices.empty());
  CHECK_FALSE(reads.line({}, {}).scribble);
  Ink dot;
  dot.add(std::vector<Point>{{5, 5}});
  static_cast<void>(reads.line(dot, {.cell_mm = 100}));
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  Ink lost;
  lost.add(std::vector<Point>{{nan, nan}});
  CHECK(reads.line(lost, {}).choices.empty());
  CHECK(reads.one(lost, {}).choices.empty());
}

TEST_CASE("a pad full of ink is answered within bounds", "[ink][reader][bad]") {
  Reader reads = reader();
  std::mt19937 lot(4);
  std::uniform_real_distribution<float> wide(0, 200), high(0, 100);
  Ink ink;
  for (std::size_t s = 0; s < strokes_max; ++s) {
    std::vector<Point> path;
    for (std::size_t i = 0; i < points_max / strokes_max; ++i) path.push_back({wide(lot), high(lot)});
    ink.add(path);
  }
  REQUIRE(ink.points.size() == points_max);
  const Reading reading = reads.line(ink, {.rare = true, .cell_mm = 100});
  CHECK(reading.choices.size() <= ReadOptions{}.choices_max);
}
