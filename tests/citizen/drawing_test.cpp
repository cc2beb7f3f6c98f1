// What a finger draws, as a value: no screen is needed for it.
#include <catch2/catch_test_macros.hpp>
#include <limits>

#include "tests/citizen/pen.h"

using namespace yizhan;
using namespace yizhan::kiosk;
using yizhan::kiosk::test::stroke;

TEST_CASE("the pad takes strokes as they come: palms, lost fingers, floods, another size of the page", "[citizen][drawing]") {
  Drawing d;
  PenDots pen{{{PenDot::What::Move, 5, 5}, {PenDot::What::Up, 5, 5}}, 100, 40};
  draw_on(d, pen);  // a movement that never began
  CHECK(d.empty());
  pen.dots = {{PenDot::What::Down, 10, 10}, {PenDot::What::Move, 30, 30}, {PenDot::What::Gone, 0, 0}};
  draw_on(d, pen);
  CHECK(d.empty());
  CHECK(d.pen.empty());
  pen.dots = {{PenDot::What::Down, 10, 10}};
  draw_on(d, pen);
  CHECK(d.pen.size() == 1);  // under the finger, between two frames
  pen.dots = {{PenDot::What::Move, 10.1f, 10.1f}, {PenDot::What::Move, 10.5f, 10}, {PenDot::What::Up, 10.5f, 10}};
  draw_on(d, pen);
  REQUIRE(d.strokes.ends.size() == 1);
  CHECK(d.strokes.points.size() == 2);  // closer than a quarter of a millimetre is one point
  pen.dots = {{PenDot::What::Down, -5, 500}, {PenDot::What::Down, 20, 20}, {PenDot::What::Up, 20, 20}};
  draw_on(d, pen);
  REQUIRE(check_strokes(d.strokes));
  CHECK(d.strokes.points[2] == StrokePoint{0, 4000});
  CHECK(d.strokes.ends.size() == 3);

  // A page twice as large: what is drawn in its middle lands in the middle.
  pen = {{{PenDot::What::Down, 100, 40}, {PenDot::What::Up, 100, 40}}, 200, 80};
  draw_on(d, pen);
  CHECK(d.strokes.points.back() == StrokePoint{5000, 2000});
  CHECK(d.strokes.width == 10'000);

  for (int i = 0; i < 100 && !d.full; ++i) draw_on(d, stroke(0, 0, static_cast<float>(i), 40, 200));
  CHECK(d.full);
  CHECK(check_strokes(d.strokes));
  const std::size_t kept = d.strokes.points.size();
  draw_on(d, stroke(0, 0, 50, 50));
  CHECK(d.strokes.points.size() == kept);
  wipe(d);
  CHECK(d == Drawing{});
}

TEST_CASE("a pad without a size takes nothing", "[citizen][drawing]") {
  for (const auto& [width, height] : {std::pair{0.f, 80.f}, std::pair{200.f, 0.f}, std::pair{-200.f, 80.f}}) {
    Drawing d;
    PenDots pen = stroke(10, 10, 40, 40);
    pen.width_mm = width;
    pen.height_mm = height;
    draw_on(d, pen);
    CHECK(d == Drawing{});
  }
}

TEST_CASE("a stroke that fills the pad under the finger keeps its beginning", "[citizen][drawing]") {
  Drawing d;
  PenDots pen{{{PenDot::What::Down, 0, 0}}, 200, 80};
  for (std::size_t i = 0; i < stroke_points_max + 50; ++i)
    pen.dots.push_back({PenDot::What::Move, i % 2 == 0 ? 50.f : 100.f, 40});
  draw_on(d, pen);
  CHECK(d.full);
  CHECK(d.pen.size() == stroke_points_max);
  draw_on(d, {{{PenDot::What::Up, 50, 40}}, 200, 80});
  CHECK(check_strokes(d.strokes));
  CHECK(d.strokes.ends == std::vector<std::uint32_t>{stroke_points_max});

  Drawing many;
  for (std::size_t i = 0; i < strokes_max + 3; ++i) draw_on(many, stroke(1, 1, 30, 30, 2));
  CHECK(many.full);
  CHECK(many.strokes.ends.size() == strokes_max);
  CHECK(many.pen.empty());
}
