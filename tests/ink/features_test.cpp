#include <cmath>
#include <limits>

#include "hand.h"

using namespace ink_tests;

namespace {

Features seen(const Ink& ink) {
  FeatureScratch scratch;
  Features out{};
  REQUIRE(features_of(ink, {}, scratch, out));
  return out;
}
float apart(const Features& a, const Features& b) {
  float sum = 0;
  for (std::size_t i = 0; i < feature_count; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

}  // namespace

TEST_CASE("size and place of the writing do not matter", "[ink][features]") {
  CHECK(apart(seen(big()), seen(moved(big(), .03f, 700, -20))) < .02f);
  CHECK(apart(seen(big()), seen(moved(big(), 40, 3, 9000))) < .02f);
}

TEST_CASE("order and direction of strokes do not matter", "[ink][features]") {
  CHECK(apart(seen(middle()), seen(backwards(middle()))) < .08f);
  // The checker can bark: another character is far away.
  CHECK(apart(seen(middle()), seen(king())) > .5f);
}

TEST_CASE("a glass that reports a thousand points a second shows the same as a slow one", "[ink][features]") {
  Ink fast;
  for (std::size_t i = 0; i < king().strokes(); ++i) {
    std::vector<Point> path;
    const Ink slow = king();
    const auto stroke = slow.stroke(i);
    for (std::size_t k = 1; k < stroke.size(); ++k)
      for (int j = 0; j < 40; ++j) {
        const float t = static_cast<float>(j) / 40;
        path.push_back({stroke[k - 1].x + (stroke[k].x - stroke[k - 1].x) * t, stroke[k - 1].y + (stroke[k].y - stroke[k - 1].y) * t});
      }
    path.push_back(stroke.back());
    fast.add(path);
  }
  CHECK(apart(seen(king()), seen(fast)) < .03f);
}

TEST_CASE("nothing written has no features, a dot and a lone stroke have", "[ink][features]") {
  FeatureScratch scratch;
  Features out{};
  CHECK_FALSE(features_of({}, {}, scratch, out));
  Ink dot;
  dot.add(std::vector<Point>{{5, 5}});
  CHECK(features_of(dot, {}, scratch, out));
  CHECK(features_of(one(), {}, scratch, out));
}

TEST_CASE("points that are nowhere are passed over", "[ink][features]") {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  Ink ink = ten();
  ink.points[3] = {nan, 4};
  ink.points[5] = {inf, -inf};
  const Features out = seen(ink);
  for (const float v : out) REQUIRE(std::isfinite(v));
  CHECK(apart(out, seen(ten())) < .1f);
  Ink lost;
  lost.add(std::vector<Point>{{nan, nan}, {inf, 0}});
  FeatureScratch scratch;
  Features none{};
  CHECK_FALSE(features_of(lost, {}, scratch, none));
}
