/// What every test of the law needs: the shipped rulebooks and holidays, and a table a lawyer can edit.
#pragma once
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "core/law.h"
#include "core/router.h"

namespace yizhan {

inline std::string file_text(const std::string& path) {
  std::ifstream in(std::string(YIZHAN_SOURCE_DIR "/") + path, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline const RuleBook& book(const std::string& jurisdiction) {
  static const RuleBook national = [] {
    auto loaded = load_rulebook(file_text("assets/rulebooks/national.toml"), "national.toml");
    INFO((loaded ? "" : loaded.error().what));
    REQUIRE(loaded);
    return *loaded;
  }();
  if (jurisdiction == "national") return national;
  static std::map<std::string, RuleBook> others;
  const auto known = others.find(jurisdiction);
  if (known != others.end()) return known->second;
  auto loaded = load_rulebook(file_text("assets/rulebooks/" + jurisdiction + ".toml"), jurisdiction + ".toml", &national);
  INFO((loaded ? "" : loaded.error().what));
  REQUIRE(loaded);
  return others.emplace(jurisdiction, *loaded).first->second;
}

inline const WorkCalendar& holidays() {
  static const WorkCalendar calendar = [] {
    WorkCalendar all;
    for (const std::string year : {"2024", "2025", "2026"}) {
      const std::string path = "assets/holidays/holiday-" + year + ".json";
      const Status added = add_holidays(all, file_text(path), path);
      INFO((added ? "" : added.error().what));
      REQUIRE(added);
    }
    return all;
  }();
  return calendar;
}

/// One row of a table: its cells and its line, so that a failing row can be found.
struct Row {
  int line = 0;
  std::vector<std::string> cells;
  std::string operator[](std::size_t i) const { return i < cells.size() ? cells[i] : ""; }
};

inline std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

inline std::vector<Row> table(const std::string& path) {
  std::vector<Row> rows;
  int number = 0;
  for (const std::string& line : split(file_text(path), '\n')) {
    ++number;
    if (!line.empty() && line[0] != '#') rows.push_back({number, split(line, '\t')});
  }
  return rows;
}

inline Date day(std::string_view iso_text) {
  const auto parsed = parse_date(iso_text);
  INFO(iso_text);
  REQUIRE(parsed);
  return *parsed;
}

}  // namespace yizhan
