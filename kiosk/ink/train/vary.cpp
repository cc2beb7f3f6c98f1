#include "kiosk/ink/train/vary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

namespace yizhan::ink {
namespace {

constexpr float degree = std::numbers::pi_v<float> / 180, turn = 2 * std::numbers::pi_v<float>;

/// Slow waves through the plane, then an affine map: how a whole character leans and swells.
struct Bend {
  float a, b, c, d, ax, ay, fx, fy, px, py, bx, by, qx, qy;
  Bend(Random& r, float k) {
    const float angle = r.normal() * 4.5f * k * degree, sx = std::exp(r.normal() * .09f * k), sy = std::exp(r.normal() * .09f * k);
    const float lean = r.normal() * .09f * k, rise = r.normal() * .06f * k, cosine = std::cos(angle), sine = std::sin(angle);
    a = cosine * sx, b = -sine * sy + lean, c = sine * sx + rise, d = cosine * sy;
    ax = r.normal() * .024f * k, ay = r.normal() * .024f * k, fx = 4 + 2 * r.normal(), fy = 4 + 2 * r.normal(), px = r.uniform() * turn, py = r.uniform() * turn;
    bx = r.normal() * .018f * k, by = r.normal() * .018f * k, qx = r.uniform() * turn, qy = r.uniform() * turn;
  }
  Point operator()(Point p) const {
    const float x = p.x - .5f, y = p.y - .5f;
    const float u = x + ax * std::sin(fx * y + px) + bx * std::sin(5 * x + 3 * y + qx), v = y + ay * std::sin(fy * x + py) + by * std::sin(5 * y - 3 * x + qy);
    return {a * u + b * v + .5f, c * u + d * v + .5f};
  }
};

using Strokes = std::vector<std::vector<Point>>;

void move_part(std::vector<Point>& stroke, const Hand& hand, Random& r) {
  const float tx = r.normal() * .022f * hand.parts, ty = r.normal() * .022f * hand.parts, size = std::exp(r.normal() * .08f * hand.parts), angle = r.normal() * 5 * degree * hand.parts;
  const float c = std::cos(angle) * size, s = std::sin(angle) * size;
  Point middle;
  for (const Point& p : stroke) middle.x += p.x, middle.y += p.y;
  const auto n = static_cast<float>(stroke.size());
  middle = {middle.x / n, middle.y / n};
  float wx = 0, wy = 0;
  for (Point& p : stroke) {
    const float dx = p.x - middle.x, dy = p.y - middle.y;
    wx = .8f * wx + r.normal() * .003f * hand.tremor;
    wy = .8f * wy + r.normal() * .003f * hand.tremor;
    p = {middle.x + dx * c - dy * s + tx + wx, middle.y + dx * s + dy * c + ty + wy};
  }
}

/// Corners are cut short by a hand in a hurry: a moving average along the stroke, its ends kept.
void round_corners(std::vector<Point>& stroke, float amount) {
  const int reach = static_cast<int>(amount * 6);
  if (reach < 1 || stroke.size() < 4) return;
  const std::vector<Point> from = stroke;
  const int n = static_cast<int>(from.size());
  for (int i = 1; i + 1 < n; ++i) {
    const int k = std::min({reach, i, n - 1 - i});
    Point sum;
    for (int j = i - k; j <= i + k; ++j) sum.x += from[static_cast<std::size_t>(j)].x, sum.y += from[static_cast<std::size_t>(j)].y;
    const auto m = static_cast<float>(2 * k + 1);
    stroke[static_cast<std::size_t>(i)] = {sum.x / m, sum.y / m};
  }
}

/// The pen stays down from the end of one stroke to the beginning of the next: usually the one written next, near by.
void join(Strokes& strokes, std::size_t count, Random& r) {
  for (std::size_t k = 0; k < count && strokes.size() > 1; ++k) {
    const std::size_t a = r.below(strokes.size());
    std::size_t best = strokes.size();
    float best_cost = 1e9f;
    for (std::size_t b = 0; b < strokes.size(); ++b) {
      if (b == a) continue;
      const Point &end = strokes[a].back(), &start = strokes[b].front();
      // Order in the list is roughly that of writing; a little chance lets every neighbour be the next.
      const float after = b > a ? .03f * static_cast<float>(b - a - 1) : .25f;
      const float cost = std::hypot(end.x - start.x, end.y - start.y) + after + .35f * r.uniform();
      if (cost < best_cost) best_cost = cost, best = b;
    }
    std::vector<Point>& first = strokes[a];
    std::vector<Point>& second = strokes[best];
    const Point from = first.back(), to = second.front();
    const int steps = std::max(2, static_cast<int>(std::hypot(to.x - from.x, to.y - from.y) / .02f));
    for (int i = 1; i < steps; ++i) {
      const float t = static_cast<float>(i) / static_cast<float>(steps);
      first.push_back({from.x + (to.x - from.x) * t, from.y + (to.y - from.y) * t});
    }
    first.insert(first.end(), second.begin(), second.end());
    strokes.erase(strokes.begin() + static_cast<std::ptrdiff_t>(best));
  }
}

float length_of(const std::vector<Point>& stroke) {
  float l = 0;
  for (std::size_t i = 1; i < stroke.size(); ++i) l += std::hypot(stroke[i].x - stroke[i - 1].x, stroke[i].y - stroke[i - 1].y);
  return l;
}

}  // namespace

Hand some_hand(Random& r) {
  Hand hand;
  const float haste = r.uniform();
  hand.shape = r.uniform(.5f, 1.6f);
  hand.parts = r.uniform(.4f, 1.4f);
  hand.tremor = r.uniform(0, 2);
  if (r.uniform() < .5f) hand.joined = r.uniform(0, haste > .8f ? .8f : .4f);
  if (r.uniform() < .36f) hand.missing = 1;
  if (r.uniform() < .5f) hand.rounded = r.uniform(0, haste);
  return hand;
}

Ink vary(const Ink& from, const Hand& hand, Random& r) {
  Strokes strokes;
  const Bend bend(r, hand.shape);
  for (std::size_t i = 0; i < from.strokes(); ++i) {
    const auto s = from.stroke(i);
    strokes.emplace_back(s.begin(), s.end());
  }
  // Of few strokes every one counts: 王 without one is 工 or 土, and whoever writes 工 means 工.
  if (strokes.size() > 4 && r.uniform() < hand.missing) {
    // Spurs and hooks of a printed character are no strokes: leaving them out would teach nothing.
    for (int tries = 0; tries < 6; ++tries) {
      const std::size_t i = r.below(strokes.size());
      if (length_of(strokes[i]) < .1f && tries < 5) continue;
      strokes.erase(strokes.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
  }
  for (auto& stroke : strokes) {
    move_part(stroke, hand, r);
    for (Point& p : stroke) p = bend(p);
  }
  if (hand.joined > 0) {
    const float wish = hand.joined * static_cast<float>(strokes.size());
    join(strokes, static_cast<std::size_t>(wish + r.uniform()), r);
  }
  if (hand.rounded > 0)
    for (auto& stroke : strokes) round_corners(stroke, hand.rounded);
  Ink out;
  out.points.reserve(from.points.size() * 2);
  for (const auto& stroke : strokes) out.add(stroke);
  return out;
}

}  // namespace yizhan::ink
