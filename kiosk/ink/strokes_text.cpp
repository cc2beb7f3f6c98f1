#include "kiosk/ink/strokes_text.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <string>

namespace yizhan::ink {
namespace {

struct Fields {
  std::string_view rest;
  std::optional<std::string_view> next() {
    const std::size_t begin = rest.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return std::nullopt;
    const std::size_t end = std::min(rest.find_first_of(" \t\r", begin), rest.size());
    const std::string_view field = rest.substr(begin, end - begin);
    rest.remove_prefix(end);
    return field;
  }
};

Error invalid(const std::string& what) { return {Code::Invalid, what}; }

Result<std::size_t> count(Fields& fields, const std::string& name, std::size_t most) {
  const auto field = fields.next();
  if (!field) return invalid(name + ": the line ends here");
  std::size_t n = 0;
  const auto [end, wrong] = std::from_chars(field->data(), field->data() + field->size(), n);
  if (wrong == std::errc::result_out_of_range) return invalid(name + ": more than " + std::to_string(most));
  if (wrong != std::errc{} || end != field->data() + field->size()) return invalid(name + ": must be a whole number");
  if (n == 0) return invalid(name + ": there are none");
  if (n > most) return invalid(name + ": more than " + std::to_string(most));
  return n;
}

Result<float> coordinate(Fields& fields, std::size_t stroke, std::size_t point, char axis) {
  const auto name = [&] { return "stroke " + std::to_string(stroke) + " point " + std::to_string(point) + " " + axis; };
  const auto field = fields.next();
  if (!field) return invalid(name() + ": the line ends here");
  float v = 0;
  const auto [end, wrong] = std::from_chars(field->data(), field->data() + field->size(), v);
  if (end != field->data() + field->size() || (wrong != std::errc{} && wrong != std::errc::result_out_of_range)) return invalid(name() + ": must be a number");
  // A pen is somewhere: "nan", "inf" and 1e30 are faults of whoever wrote the line.
  constexpr float far = 1e6f;
  if (wrong != std::errc{} || !std::isfinite(v) || std::fabs(v) > far) return invalid(name() + ": must lie between -1000000 and 1000000");
  return v;
}

}  // namespace

Result<Ink> ink_of_line(std::string_view line) {
  Fields fields{line};
  if (!fields.next()) return invalid("label: the line is empty");
  const auto strokes = count(fields, "strokes", strokes_max);
  if (!strokes) return strokes.error();
  Ink ink;
  std::vector<Point> path;
  for (std::size_t s = 1; s <= *strokes; ++s) {
    const auto points = count(fields, "stroke " + std::to_string(s) + " points", points_max - ink.points.size());
    if (!points) return points.error();
    path.clear();
    for (std::size_t p = 1; p <= *points; ++p) {
      const auto x = coordinate(fields, s, p, 'x');
      if (!x) return x.error();
      const auto y = coordinate(fields, s, p, 'y');
      if (!y) return y.error();
      path.push_back({*x, *y});
    }
    ink.add(path);
  }
  if (fields.next()) return invalid("stroke " + std::to_string(*strokes) + ": more numbers follow than its points");
  return ink;
}

}  // namespace yizhan::ink
