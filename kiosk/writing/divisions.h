/// Administrative divisions for picking a place by touch: province, city, county, township, and villages where a county adds
/// them. Read-only after open(). File format and provenance: assets/divisions/README.md.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.h"

namespace yizhan::writing {

struct Division {
  std::string code;  ///< 2 province, 4 city, 6 county, 9 township, 12 village
  std::string name;
  bool operator==(const Division&) const = default;
};

class Divisions {
 public:
  /// Reads `<dir>/divisions.tsv`, `<dir>/initials.tsv` and, when the county made one, `<dir>/villages.tsv`. Some 10 ms, 1.5 MB.
  /// Errors: Invalid "<file>:<line>: …"; Io.
  static Result<Divisions> open(const std::string& dir);
  /// The same from texts, for tests. `villages` may be empty.
  static Result<Divisions> parse(std::string_view divisions, std::string_view initials, std::string_view villages);

  /// What lies directly below; "" gives the provinces. Names that are no places ("市辖区", "省直辖县级行政区划") are passed over:
  /// their parts come instead. By code.
  std::vector<Division> parts(std::string_view code) const;
  /// "" when unknown.
  std::string_view name(std::string_view code) const;
  /// The code itself or the nearest above it that is known; "" at last: abolished codes live on.
  std::string known(std::string_view code) const;
  /// One level up, over names that are no places; "" above a province.
  std::string above(std::string_view code) const;
  /// How a person standing in `here` calls it: "河婆街道" at home, "普宁市流沙东街道" in the next county, "湖南省…" elsewhere.
  std::string spoken(std::string_view code, std::string_view here) const;
  /// Every division at or below `code` whose first letters begin with `letters` ("hp" → 河婆街道); at most `most`, nearest level
  /// first. A character with several readings answers to each.
  std::vector<Division> search(std::string_view code, std::string_view letters, std::size_t most) const;
  /// Whether a name's first letters begin with `letters`.
  bool begins(std::string_view name, std::string_view letters) const;
  bool empty() const { return lines_.empty(); }

 private:
  struct Line { std::string code, name, parts; };
  const Line* line(std::string_view code) const;
  static Status take(std::string_view text, std::string_view file, std::vector<Line>& lines);
  std::vector<Line> lines_;                                ///< sorted by code
  std::unordered_map<char32_t, std::uint32_t> initials_;   ///< a bit for each letter
};

}  // namespace yizhan::writing
