/// What the tests of handwriting share: characters written by hand in code, and by installed fonts that taught nothing.
#pragma once
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "kiosk/ink/reader.h"

namespace ink_tests {

using namespace yizhan;
using namespace yizhan::ink;

/// Strokes by their corners, as a finger draws them: {{x, y}, {x, y}} …, any unit.
inline Ink drawn(std::initializer_list<std::vector<Point>> strokes) {
  Ink ink;
  for (const auto& corners : strokes) {
    std::vector<Point> path{corners.front()};
    for (std::size_t i = 1; i < corners.size(); ++i)
      for (int k = 1; k <= 12; ++k) {
        const float t = static_cast<float>(k) / 12;
        path.push_back({corners[i - 1].x + (corners[i].x - corners[i - 1].x) * t, corners[i - 1].y + (corners[i].y - corners[i - 1].y) * t});
      }
    ink.add(path);
  }
  return ink;
}

inline Ink moved(const Ink& from, float scale, float dx, float dy = 0) {
  Ink ink = from;
  for (Point& p : ink.points) p = {p.x * scale + dx, p.y * scale + dy};
  return ink;
}
inline Ink together(std::initializer_list<Ink> parts) {
  Ink ink;
  for (const Ink& part : parts)
    for (std::size_t i = 0; i < part.strokes(); ++i) ink.add(part.stroke(i));
  return ink;
}
/// Strokes from last to first, each from its end to its beginning.
inline Ink backwards(const Ink& from) {
  Ink ink;
  for (std::size_t i = from.strokes(); i-- > 0;) {
    const auto stroke = from.stroke(i);
    ink.add(std::vector<Point>(stroke.rbegin(), stroke.rend()));
  }
  return ink;
}
/// The whole character without lifting the pen.
inline Ink in_one_stroke(const Ink& from) {
  Ink ink;
  ink.add(from.points);
  return ink;
}

inline Ink ten() { return drawn({{{10, 50}, {90, 48}}, {{50, 5}, {51, 95}}}); }
inline Ink mouth() { return drawn({{{15, 20}, {18, 85}}, {{15, 20}, {85, 18}, {82, 86}}, {{18, 82}, {82, 80}}}); }
inline Ink sun() { return drawn({{{28, 8}, {28, 92}}, {{28, 8}, {74, 8}, {74, 92}}, {{28, 50}, {74, 49}}, {{28, 88}, {74, 88}}}); }
inline Ink work() { return drawn({{{18, 15}, {82, 14}}, {{50, 15}, {50, 82}}, {{8, 84}, {93, 82}}}); }
inline Ink person() { return drawn({{{52, 8}, {46, 45}, {10, 92}}, {{48, 42}, {64, 70}, {92, 92}}}); }
inline Ink big() { return drawn({{{12, 36}, {88, 33}}, {{50, 6}, {46, 46}, {10, 94}}, {{50, 38}, {66, 70}, {92, 93}}}); }
inline Ink middle() { return drawn({{{20, 28}, {24, 62}}, {{20, 28}, {80, 26}, {76, 62}}, {{24, 60}, {76, 58}}, {{50, 4}, {50, 97}}}); }
inline Ink moon() { return drawn({{{30, 8}, {30, 55}, {14, 94}}, {{30, 8}, {74, 8}, {74, 90}, {62, 84}}, {{30, 34}, {74, 33}}, {{30, 60}, {74, 58}}}); }
inline Ink king() { return drawn({{{16, 14}, {84, 13}}, {{22, 48}, {78, 47}}, {{50, 14}, {50, 86}}, {{8, 87}, {92, 86}}}); }
inline Ink one() { return drawn({{{8, 52}, {92, 48}}}); }

inline Model model() {
  auto opened = Model::open(HANDWRITING_DATA "/ink.model");
  REQUIRE(opened);
  return std::move(*opened);
}
inline Words words() {
  auto opened = Words::open(HANDWRITING_DATA "/ink.words");
  REQUIRE(opened);
  return std::move(*opened);
}
inline Reader reader() { return Reader(model(), words()); }
/// Place of a text among the choices, from 1; 0: it is not there.
inline std::size_t place(const Reading& reading, std::string_view text) {
  const auto at = std::find_if(reading.choices.begin(), reading.choices.end(), [&](const Choice& c) { return c.text == text; });
  return at == reading.choices.end() ? 0 : static_cast<std::size_t>(at - reading.choices.begin()) + 1;
}

}  // namespace ink_tests
