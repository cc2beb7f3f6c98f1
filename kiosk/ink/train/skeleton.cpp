#include "kiosk/ink/train/skeleton.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace yizhan::ink {
namespace {

/// The eight neighbours, clockwise from above.
constexpr std::array<int, 8> step_x{0, 1, 1, 1, 0, -1, -1, -1}, step_y{-1, -1, 0, 1, 1, 1, 0, -1};

/// What Zhang and Suen's two passes remove, by the byte of neighbours.
struct ThinTable {
  std::array<std::array<bool, 256>, 2> remove{};
  std::array<std::uint8_t, 256> changes{};
  constexpr ThinTable() {
    for (std::size_t n = 0; n < 256; ++n) {
      const auto p = [n](std::size_t i) { return (n >> (i % 8) & 1) != 0; };
      int count = 0, turns = 0;
      for (std::size_t i = 0; i < 8; ++i) {
        count += p(i);
        turns += !p(i) && p(i + 1);
      }
      changes[n] = static_cast<std::uint8_t>(turns);
      if (count < 2 || count > 6 || turns != 1) continue;
      remove[0][n] = !(p(0) && p(2) && p(4)) && !(p(2) && p(4) && p(6));
      remove[1][n] = !(p(0) && p(2) && p(6)) && !(p(0) && p(4) && p(6));
    }
  }
};
constexpr ThinTable table;

std::uint8_t neighbours(const Bitmap& b, std::size_t at) {
  const std::uint8_t* p = b.pixels.data() + at;
  const auto w = static_cast<std::ptrdiff_t>(b.width);
  return static_cast<std::uint8_t>(p[-w] | p[-w + 1] << 1 | p[1] << 2 | p[w + 1] << 3 | p[w] << 4 | p[w - 1] << 5 | p[-1] << 6 | p[-w - 1] << 7);
}

struct Edge {
  std::vector<Point> path;
  int from = -1, to = -1;  ///< nodes, −1: a free end
  bool gone = false;
};
struct Node { Point at; };

float length_of(const std::vector<Point>& path) {
  float total = 0;
  for (std::size_t i = 1; i < path.size(); ++i) total += std::hypot(path[i].x - path[i - 1].x, path[i].y - path[i - 1].y);
  return total;
}

struct Graph {
  std::vector<Edge> edges;
  std::vector<Node> nodes;
};

Graph graph_of(const Bitmap& b) {
  Graph graph;
  const auto size = b.pixels.size();
  // 0 nothing, 1 line, 2 crossing
  std::vector<std::uint8_t> kind(size, 0);
  std::vector<int> node(size, -1);
  const auto w = b.width;
  for (std::size_t i = 0; i < size; ++i)
    if (b.pixels[i]) kind[i] = table.changes[neighbours(b, i)] >= 3 ? 2 : 1;
  const auto around = [w](std::size_t at, std::size_t k) { return at + static_cast<std::size_t>(static_cast<std::ptrdiff_t>(step_y[k] * w + step_x[k])); };
  const auto point = [w](std::size_t at) { return Point{static_cast<float>(at % static_cast<std::size_t>(w)), static_cast<float>(at / static_cast<std::size_t>(w))}; };
  std::vector<std::size_t> todo;
  for (std::size_t i = 0; i < size; ++i) {
    if (kind[i] != 2 || node[i] >= 0) continue;
    const int id = static_cast<int>(graph.nodes.size());
    float x = 0, y = 0, n = 0;
    todo.assign(1, i);
    node[i] = id;
    while (!todo.empty()) {
      const std::size_t at = todo.back();
      todo.pop_back();
      const Point p = point(at);
      x += p.x, y += p.y, n += 1;
      for (std::size_t k = 0; k < 8; ++k)
        if (const std::size_t next = around(at, k); kind[next] == 2 && node[next] < 0) {
          node[next] = id;
          todo.push_back(next);
        }
    }
    graph.nodes.push_back({{x / n, y / n}});
  }
  std::vector<bool> used(size, false);
  const auto line_next = [&](std::size_t at) {
    for (const std::size_t k : {0u, 2u, 4u, 6u, 1u, 3u, 5u, 7u})
      if (const std::size_t next = around(at, k); kind[next] == 1 && !used[next]) return next;
    return size;
  };
  const auto node_beside = [&](std::size_t at, int not_this) {
    int other = -1;
    for (const std::size_t k : {0u, 2u, 4u, 6u, 1u, 3u, 5u, 7u})
      if (const int n = node[around(at, k)]; n >= 0) {
        if (n != not_this) return n;
        other = n;
      }
    return other;
  };
  const auto touches = [&](std::size_t at) {
    for (const std::size_t k : {0u, 2u, 4u, 6u})
      if (const int n = node[around(at, k)]; n >= 0) return n;
    return -1;
  };
  const auto trace = [&](std::size_t start) {
    Edge edge;
    edge.from = node_beside(start, -1);
    std::size_t at = start, last = start;
    while (at != size) {
      used[at] = true;
      edge.path.push_back(point(at));
      last = at;
      // A line ends at its crossing; the other arms of an even cross touch it diagonally.
      if (const int n = touches(at); edge.path.size() > 1 && n >= 0 && (n != edge.from || edge.path.size() > 2)) break;
      at = line_next(at);
    }
    edge.to = edge.path.size() > 1 || edge.from < 0 ? node_beside(last, edge.path.size() > 2 ? -1 : edge.from) : node_beside(last, edge.from);
    if (edge.path.size() == 1 && edge.to == edge.from) edge.to = -1;
    if (edge.from >= 0) edge.path.insert(edge.path.begin(), graph.nodes[static_cast<std::size_t>(edge.from)].at);
    if (edge.to >= 0) edge.path.push_back(graph.nodes[static_cast<std::size_t>(edge.to)].at);
    graph.edges.push_back(std::move(edge));
  };
  // Ends of lines first (one line pixel beside them, or beside a crossing), closed rings last.
  for (const bool rings : {false, true})
    for (std::size_t i = 0; i < size; ++i) {
      if (kind[i] != 1 || used[i]) continue;
      int lines = 0;
      for (std::size_t k = 0; k < 8; ++k) lines += kind[around(i, k)] == 1;
      if (rings || lines <= 1) {
        trace(i);
        auto& path = graph.edges.back().path;
        if (const Point a = path.front(), z = path.back(); rings && path.size() > 8 && std::hypot(a.x - z.x, a.y - z.y) < 2.5f) path.push_back(a);
      }
    }
  return graph;
}

/// Two crossings closer than a stroke is thick are one: thinning splits every 十 in two 丁.
void merge_near(Graph& graph, float near) {
  for (std::size_t i = 0; i < graph.edges.size(); ++i) {
    Edge& e = graph.edges[i];
    if (e.gone || e.from < 0 || e.to < 0 || e.from == e.to || length_of(e.path) > near) continue;
    const int kept = e.from, lost = e.to;
    e.gone = true;
    const Point a = graph.nodes[static_cast<std::size_t>(kept)].at, b = graph.nodes[static_cast<std::size_t>(lost)].at;
    const Point middle{(a.x + b.x) / 2, (a.y + b.y) / 2};
    graph.nodes[static_cast<std::size_t>(kept)].at = middle;
    for (Edge& other : graph.edges) {
      if (other.from == lost) other.from = kept;
      if (other.to == lost) other.to = kept;
      if (other.from == kept) other.path.front() = middle;
      if (other.to == kept) other.path.back() = middle;
    }
  }
}

void prune(Graph& graph, float spur) {
  for (Edge& e : graph.edges)
    if (!e.gone && (e.from < 0) != (e.to < 0) && length_of(e.path) < spur) e.gone = true;
}

/// Direction in which an edge leaves one of its ends, looked at beyond the blur of the crossing.
Point leaving(const Edge& e, bool at_from, float skip, float reach) {
  std::vector<Point> path = e.path;
  if (!at_from) std::reverse(path.begin(), path.end());
  float gone = 0;
  Point a = path.front(), b = path.back();
  bool started = false;
  for (std::size_t i = 1; i < path.size(); ++i) {
    gone += std::hypot(path[i].x - path[i - 1].x, path[i].y - path[i - 1].y);
    if (!started && gone >= skip) a = path[i], started = true;
    if (gone >= skip + reach) {
      b = path[i];
      break;
    }
  }
  if (a == b) a = path.front();
  const float dx = b.x - a.x, dy = b.y - a.y, l = std::max(1e-6f, std::hypot(dx, dy));
  return {dx / l, dy / l};
}

/// Edges that run straight on through a crossing become one stroke.
std::vector<std::vector<Point>> chain(Graph& graph, float thick) {
  struct End { std::size_t edge; bool from; };
  const std::size_t n = graph.edges.size();
  std::vector<std::array<int, 2>> partner(n, {-1, -1});  // [edge][0 from, 1 to] → edge · 2 + end
  for (std::size_t v = 0; v < graph.nodes.size(); ++v) {
    std::vector<End> ends;
    std::vector<Point> out;
    for (std::size_t i = 0; i < n; ++i) {
      if (graph.edges[i].gone) continue;
      for (const bool from : {true, false})
        if ((from ? graph.edges[i].from : graph.edges[i].to) == static_cast<int>(v)) {
          ends.push_back({i, from});
          out.push_back(leaving(graph.edges[i], from, thick * .8f, thick * 1.5f + 3));
        }
    }
    struct Pair { float cosine; std::size_t a, b; };
    std::vector<Pair> pairs;
    for (std::size_t a = 0; a < ends.size(); ++a)
      for (std::size_t b = a + 1; b < ends.size(); ++b)
        if (const float c = out[a].x * out[b].x + out[a].y * out[b].y; c < (ends.size() == 2 ? .3f : -.72f)) pairs.push_back({c, a, b});
    std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& p, const Pair& q) { return p.cosine < q.cosine; });
    std::vector<bool> taken(ends.size(), false);
    for (const Pair& p : pairs) {
      if (taken[p.a] || taken[p.b]) continue;
      taken[p.a] = taken[p.b] = true;
      partner[ends[p.a].edge][ends[p.a].from ? 0 : 1] = static_cast<int>(ends[p.b].edge * 2 + (ends[p.b].from ? 0 : 1));
      partner[ends[p.b].edge][ends[p.b].from ? 0 : 1] = static_cast<int>(ends[p.a].edge * 2 + (ends[p.a].from ? 0 : 1));
    }
  }
  std::vector<std::vector<Point>> all;
  std::vector<bool> used(n, false);
  const auto follow = [&](std::size_t start, int end) {
    std::vector<Point> path;
    std::size_t at = start;
    int leave = end == 0 ? 1 : 0;  // we came in at `end`
    for (;;) {
      used[at] = true;
      std::vector<Point> part = graph.edges[at].path;
      if (leave == 0) std::reverse(part.begin(), part.end());
      // Inside a crossing the thinned line bends towards the other stroke: leave that piece out and run straight.
      const auto trim = [thick](std::vector<Point>& p) {
        float gone = 0;
        std::size_t k = 1;
        while (k + 1 < p.size() && gone < thick * .8f) gone += std::hypot(p[k].x - p[k - 1].x, p[k].y - p[k - 1].y), ++k;
        if (k > 2) p.erase(p.begin() + 1, p.begin() + static_cast<std::ptrdiff_t>(k - 1));
      };
      if (graph.edges[at].from >= 0 || graph.edges[at].to >= 0) {
        const bool starts = leave == 1 ? graph.edges[at].from >= 0 : graph.edges[at].to >= 0;
        const bool stops = leave == 1 ? graph.edges[at].to >= 0 : graph.edges[at].from >= 0;
        if (starts) trim(part);
        if (stops) {
          std::reverse(part.begin(), part.end());
          trim(part);
          std::reverse(part.begin(), part.end());
        }
      }
      if (!path.empty()) {
        path.pop_back();              // the node: straight through it
        if (part.size() > 1) part.erase(part.begin());
      }
      path.insert(path.end(), part.begin(), part.end());
      const int next = partner[at][static_cast<std::size_t>(leave)];
      if (next < 0 || used[static_cast<std::size_t>(next / 2)]) break;
      at = static_cast<std::size_t>(next / 2);
      leave = next % 2 == 0 ? 1 : 0;
    }
    all.push_back(std::move(path));
  };
  for (const bool rings : {false, true})
    for (std::size_t i = 0; i < n; ++i) {
      if (graph.edges[i].gone || used[i]) continue;
      if (rings || partner[i][0] < 0) follow(i, 0);
      else if (partner[i][1] < 0) follow(i, 1);
    }
  return all;
}

/// Points every `step` pixels, smoothed a little: pixels are a staircase.
std::vector<Point> smooth(const std::vector<Point>& path, float step) {
  std::vector<Point> out{path.front()};
  float since = 0;
  for (std::size_t i = 1; i < path.size(); ++i) {
    const float dx = path[i].x - path[i - 1].x, dy = path[i].y - path[i - 1].y, l = std::hypot(dx, dy);
    if (l <= 0) continue;
    float at = step - since;
    for (; at <= l; at += step) out.push_back({path[i - 1].x + dx * at / l, path[i - 1].y + dy * at / l});
    since = l - (at - step);
  }
  out.push_back(path.back());
  for (int round = 0; round < 2; ++round) {
    std::vector<Point> next = out;
    for (std::size_t i = 1; i + 1 < out.size(); ++i) next[i] = {(out[i - 1].x + 2 * out[i].x + out[i + 1].x) / 4, (out[i - 1].y + 2 * out[i].y + out[i + 1].y) / 4};
    out = next;
  }
  return out;
}

/// Cuts at sharp corners, but not where a brush turns without lifting: right, then down (横折), and down, then right (竖折).
void split_corners(const std::vector<Point>& path, float reach_px, std::vector<std::vector<Point>>& out) {
  const int n = static_cast<int>(path.size()), reach = std::max(2, static_cast<int>(reach_px));
  std::vector<Point> part;
  int last = 0;
  for (int i = 0; i < n; ++i) {
    part.push_back(path[static_cast<std::size_t>(i)]);
    if (i - last < reach || n - 1 - i < reach) continue;
    const auto turn = [&](int k) {
      const Point &a = path[static_cast<std::size_t>(std::max(0, k - reach))], &m = path[static_cast<std::size_t>(k)], &b = path[static_cast<std::size_t>(std::min(n - 1, k + reach))];
      const float ux = m.x - a.x, uy = m.y - a.y, vx = b.x - m.x, vy = b.y - m.y;
      return (ux * vx + uy * vy) / std::max(1e-6f, std::hypot(ux, uy) * std::hypot(vx, vy));
    };
    const float here = turn(i);
    if (here > .55f) continue;
    bool sharpest = true;
    for (int k = std::max(1, i - reach); k <= std::min(n - 2, i + reach); ++k) sharpest = sharpest && (turn(k) > here || (turn(k) == here && k >= i));
    if (!sharpest) continue;
    const Point &a = path[static_cast<std::size_t>(i - reach)], &m = path[static_cast<std::size_t>(i)], &b = path[static_cast<std::size_t>(i + reach)];
    const auto turns_down = [](Point from, Point at, Point to) { return from.x < at.x - std::fabs(from.y - at.y) && to.y > at.y + std::fabs(to.x - at.x) * .5f; };
    if (turns_down(a, m, b) || turns_down(b, m, a)) continue;
    out.push_back(part);
    part.assign(1, path[static_cast<std::size_t>(i)]);
    last = i;
  }
  if (part.size() > 1) out.push_back(std::move(part));
}

}  // namespace

void thin(Bitmap& b) {
  std::vector<std::size_t> set, gone;
  for (std::size_t i = 0; i < b.pixels.size(); ++i)
    if (b.pixels[i]) set.push_back(i);
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& remove : table.remove) {
      gone.clear();
      for (const std::size_t i : set)
        if (remove[neighbours(b, i)]) gone.push_back(i);
      if (gone.empty()) continue;
      changed = true;
      for (const std::size_t i : gone) b.pixels[i] = 0;
      std::erase_if(set, [&](std::size_t i) { return b.pixels[i] == 0; });
    }
  }
  // A staircase's inner corner touches both its neighbours by a side: without it the line still holds together diagonally.
  for (const std::size_t i : set) {
    const std::uint8_t n = neighbours(b, i);
    const auto p = [n](unsigned k) { return (n >> (k % 8) & 1) != 0; };
    for (unsigned k = 0; k < 8; k += 2)
      if (p(k) && p(k + 2) && !p(k + 4) && !p(k + 5) && !p(k + 6) && !p(k + 3) && !p(k + 7)) {
        b.pixels[i] = 0;
        break;
      }
  }
}

Ink strokes_of(Bitmap picture) {
  const auto black = static_cast<float>(std::count(picture.pixels.begin(), picture.pixels.end(), 1));
  thin(picture);
  const auto line = static_cast<float>(std::count(picture.pixels.begin(), picture.pixels.end(), 1));
  Ink out;
  if (line == 0) return out;
  const float thick = std::clamp(black / line, 1.5f, 14.f);
  Graph graph = graph_of(picture);
  merge_near(graph, std::max(2.5f, thick * 1.1f));
  prune(graph, std::max(3.f, thick * .9f));
  std::vector<std::vector<Point>> strokes;
  for (const auto& path : chain(graph, thick))
    if (path.size() >= 2) split_corners(smooth(path, 3), 3, strokes);
  // A dot that thinned to one pixel.
  for (const Edge& e : graph.edges)
    if (!e.gone && e.path.size() == 1) strokes.push_back({e.path[0], {e.path[0].x + 1, e.path[0].y + 1}});
  struct Placed { float key; std::vector<Point> path; };
  std::vector<Placed> placed;
  for (auto& path : strokes) {
    const float dx = path.back().x - path.front().x, dy = path.back().y - path.front().y;
    if (std::fabs(dx) > 2 * std::fabs(dy) ? dx < 0 : dy < 0) std::reverse(path.begin(), path.end());
    float x = 0, y = 0;
    for (const Point& p : path) x += p.x, y += p.y;
    const auto n = static_cast<float>(path.size());
    placed.push_back({y / n + .6f * x / n, std::move(path)});
  }
  std::stable_sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) { return a.key < b.key; });
  for (const Placed& p : placed) out.add(p.path);
  return out;
}

}  // namespace yizhan::ink
