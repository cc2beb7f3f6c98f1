#include "kiosk/ink/features.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace yizhan::ink {
namespace {

constexpr float pi = std::numbers::pi_v<float>;
/// Resampling step and the reach of the tangent, as shares of the larger side: a trembling hand is shorter than that.
constexpr float step_share = 1.f / 52;
constexpr int tangent_reach = 2;
constexpr std::size_t bins = 48;

/// A mark is a soft spot two thirds of a cell wide: its weight on the four cells around it, by its place between two of them.
struct Spot {
  static constexpr std::size_t places = 128;
  std::array<std::array<float, 4>, places> weight{};
  Spot() {
    for (std::size_t i = 0; i < places; ++i)
      for (std::size_t k = 0; k < 4; ++k) {
        const float d = static_cast<float>(k) - 1 - (static_cast<float>(i) + .5f) / static_cast<float>(places);
        weight[i][k] = std::exp(-d * d / (2 * .65f * .65f));
      }
  }
};
const Spot spot;

struct Bounds { float x0 = 1e30f, x1 = -1e30f, y0 = 1e30f, y1 = -1e30f; };

bool finite(const Point& p) { return std::isfinite(p.x) && std::isfinite(p.y) && std::fabs(p.x) < 1e7f && std::fabs(p.y) < 1e7f; }

/// Places at equal distances along a stroke, with their direction.
void add_stroke(std::span<const Point> stroke, float step, FeatureScratch& scratch) {
  auto& path = scratch.path;
  path.clear();
  float since = 0;
  const Point* before = nullptr;
  for (const Point& p : stroke) {
    if (!finite(p)) continue;
    if (!before) {
      path.push_back(p);
      before = &p;
      continue;
    }
    const float dx = p.x - before->x, dy = p.y - before->y, length = std::hypot(dx, dy);
    if (length <= 0) continue;
    float at = step - since;
    for (; at <= length; at += step) path.push_back({before->x + dx * at / length, before->y + dy * at / length});
    since = length - (at - step);
    before = &p;
  }
  if (path.empty()) return;
  const int n = static_cast<int>(path.size());
  if (n == 1) {
    scratch.marks.push_back({path[0].x, path[0].y, 0, 0});
    return;
  }
  for (int i = 0; i < n; ++i) {
    const Point& a = path[static_cast<std::size_t>(std::max(0, i - tangent_reach))];
    const Point& b = path[static_cast<std::size_t>(std::min(n - 1, i + tangent_reach))];
    const float dx = b.x - a.x, dy = b.y - a.y, length = std::hypot(dx, dy);
    if (length < 1e-6f * step) continue;
    const float c = dx / length, s = dy / length;
    scratch.marks.push_back({path[static_cast<std::size_t>(i)].x, path[static_cast<std::size_t>(i)].y, c * c - s * s, 2 * c * s});
  }
}

/// The angle of a direction in 0…π, off by at most a thousandth: a third of what one pixel of a screen makes.
float half_angle(float x, float y) {
  if (y < 0) x = -x, y = -y;
  const float ax = std::fabs(x), small = std::min(ax, y), large = std::max(ax, y), t = large > 0 ? small / large : 0;
  float angle = t * (pi / 4 + (1 - t) * (.2447f + .0663f * t));
  if (y > ax) angle = pi / 2 - angle;
  return x < 0 ? pi - angle : angle;
}

/// A monotone map of one axis to 0…1 under which ink is spread more evenly.
struct Axis {
  std::array<float, bins> share{};
  std::array<float, bins + 1> sum{};

  void settle() {
    std::array<float, bins> next{};
    for (int round = 0; round < 3; ++round) {
      for (std::size_t i = 0; i < bins; ++i) next[i] = (share[i == 0 ? 0 : i - 1] + 2 * share[i] + share[std::min(bins - 1, i + 1)]) / 4;
      share = next;
    }
    float total = 0;
    for (const float v : share) total += v;
    // Half uniform, half by ink: all by ink would blow up an empty side and break 一 and 丨.
    const float floor = total / static_cast<float>(bins) * .9f + 1e-6f;
    total = 0;
    for (float& v : share) total += v += floor;
    for (float& v : share) v /= total;
    for (std::size_t i = 0; i < bins; ++i) sum[i + 1] = sum[i] + share[i];
  }
};

}  // namespace

bool features_of(const Ink& ink, std::span<const std::uint32_t> which, FeatureScratch& scratch, Features& out) {
  out.fill(0);
  scratch.marks.clear();
  const std::size_t count = which.empty() ? ink.strokes() : which.size();
  const auto stroke = [&](std::size_t i) { return ink.stroke(which.empty() ? i : which[i]); };
  Bounds raw;
  for (std::size_t i = 0; i < count; ++i)
    for (const Point& p : stroke(i))
      if (finite(p)) raw = {std::min(raw.x0, p.x), std::max(raw.x1, p.x), std::min(raw.y0, p.y), std::max(raw.y1, p.y)};
  if (raw.x1 < raw.x0) return false;
  const float side = std::max({raw.x1 - raw.x0, raw.y1 - raw.y0, 1e-6f});
  for (std::size_t i = 0; i < count; ++i) add_stroke(stroke(i), side * step_share, scratch);
  const auto& marks = scratch.marks;
  if (marks.empty()) return false;

  Bounds box;
  for (const auto& m : marks) box = {std::min(box.x0, m.x), std::max(box.x1, m.x), std::min(box.y0, m.y), std::max(box.y1, m.y)};
  const float w = std::max(box.x1 - box.x0, side * 1e-3f), h = std::max(box.y1 - box.y0, side * 1e-3f), larger = std::max(w, h);
  // Adaptive proportions: a square stays one, a flat character is made less flat, a single line stays a line.
  const float ratio = std::min(w, h) / larger;
  float narrow = std::sqrt(std::sin(pi / 2 * std::max(ratio, .02f)));
  if (ratio < .12f) narrow = std::max(.02f, ratio);
  const float tw = w >= h ? 1 : narrow, th = h >= w ? 1 : narrow;

  constexpr float fbins = static_cast<float>(bins);
  const auto bin_of = [](float place) { return std::min(bins - 1, static_cast<std::size_t>(place)); };
  Axis across, down;
  for (const auto& m : marks) {
    const float horizontal = (1 + m.c2) / 2;
    across.share[bin_of((m.x - box.x0) / w * fbins)] += (1 - horizontal) + .15f;
    down.share[bin_of((m.y - box.y0) / h * fbins)] += horizontal + .15f;
  }
  across.settle();
  down.settle();

  constexpr int cells = static_cast<int>(feature_cells);
  constexpr float fcells = static_cast<float>(cells), orientations = static_cast<float>(feature_orientations);
  for (const auto& m : marks) {
    const float ux = (m.x - box.x0) / w * fbins, uy = (m.y - box.y0) / h * fbins;
    const std::size_t bx = bin_of(ux), by = bin_of(uy);
    const float nx = .5f + (across.sum[bx] + across.share[bx] * (ux - static_cast<float>(bx)) - .5f) * tw;
    const float ny = .5f + (down.sum[by] + down.share[by] * (uy - static_cast<float>(by)) - .5f) * th;
    float weight = 1, orientation = 0;
    const bool dot = m.c2 == 0 && m.s2 == 0;
    if (!dot) {
      // The stretched axes turn the stroke and lengthen it.
      const float gx = across.share[bx] * fbins / w * tw * larger, gy = down.share[by] * fbins / h * th * larger;
      const float cosine = std::sqrt(std::max(0.f, (1 + m.c2) / 2)), sine = std::copysign(std::sqrt(std::max(0.f, (1 - m.c2) / 2)), m.s2);
      const float c = cosine * gx, s = sine * gy;
      weight = std::sqrt(c * c + s * s);
      orientation = half_angle(c, s) / pi * orientations;
    }
    const int whole = static_cast<int>(orientation);
    const float part = orientation - static_cast<float>(whole);
    const std::size_t o0 = static_cast<std::size_t>(whole) % feature_orientations, o1 = (o0 + 1) % feature_orientations;
    const float gx = nx * fcells - .5f, gy = ny * fcells - .5f;
    const float floor_x = std::floor(gx), floor_y = std::floor(gy);
    const int ix = static_cast<int>(floor_x) - 1, iy = static_cast<int>(floor_y) - 1;
    const auto place = [](float share) { return std::min(Spot::places - 1, static_cast<std::size_t>(share * static_cast<float>(Spot::places))); };
    const auto &ex = spot.weight[place(gx - floor_x)], &ey = spot.weight[place(gy - floor_y)];
    for (int r = 0; r < 4; ++r) {
      const int y = iy + r;
      if (y < 0 || y >= cells) continue;
      for (int q = 0; q < 4; ++q) {
        const int x = ix + q;
        if (x < 0 || x >= cells) continue;
        const float g = ex[static_cast<std::size_t>(q)] * ey[static_cast<std::size_t>(r)] * weight;
        float* cell = out.data() + static_cast<std::size_t>(y * cells + x) * feature_orientations;
        if (dot) {
          for (std::size_t k = 0; k < feature_orientations; ++k) cell[k] += g / orientations;
        } else {
          cell[o0] += g * (1 - part);
          cell[o1] += g * part;
        }
      }
    }
  }
  float norm = 0;
  for (float& v : out) {
    norm += v;  // = the square of the root
    v = std::sqrt(v);
  }
  if (!(norm > 0)) return false;
  norm = 1 / std::sqrt(norm);
  for (float& v : out) v *= norm;
  return true;
}

}  // namespace yizhan::ink
