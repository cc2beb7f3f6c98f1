#include "hand.h"
#include "kiosk/ink/strokes_text.h"

using namespace ink_tests;

TEST_CASE("a line of strokes becomes ink", "[ink][text]") {
  const auto ink = ink_of_line("十 2 2 10 50 90 48.5 3 50 5\t50 50 51 95\r");
  REQUIRE(ink);
  REQUIRE(ink->strokes() == 2);
  CHECK(ink->stroke(0)[1] == Point{90, 48.5f});
  CHECK(ink->stroke(1).size() == 3);
  CHECK(ink_of_line("? 1 1 0 0"));  // a dot; the label is not looked at
}

TEST_CASE("a bad line of strokes names its field and never repeats what it said", "[ink][text][bad]") {
  struct Row { const char* line; const char* says; };
  const std::vector<Row> rows{
      {"", "label: "},
      {"   ", "label: "},
      {"十", "strokes: the line ends here"},
      {"十 x", "strokes: must be a whole number"},
      {"十 2.5 1 0 0", "strokes: must be a whole number"},
      {"十 -1", "strokes: must be a whole number"},
      {"十 0", "strokes: there are none"},
      {"十 99999999999999999999", "strokes: more than 400"},
      {"十 401 1 0 0", "strokes: more than 400"},
      {"十 2 1 0 0", "stroke 2 points: the line ends here"},
      {"十 1 0", "stroke 1 points: there are none"},
      {"十 1 20001 0 0", "stroke 1 points: more than 20000"},
      {"十 1 2 0 0 5", "stroke 1 point 2 y: the line ends here"},
      {"十 1 2 0 0 5 secret", "stroke 1 point 2 y: must be a number"},
      {"十 1 1 nan 0", "stroke 1 point 1 x: must lie"},
      {"十 1 1 0 -inf", "stroke 1 point 1 y: must lie"},
      {"十 1 1 1e39 0", "stroke 1 point 1 x: must lie"},
      {"十 1 1 5e6 0", "stroke 1 point 1 x: must lie"},
      {"十 1 1 0x10 0", "stroke 1 point 1 x: must be a number"},
      {"十 1 1 0 0 7", "stroke 1: more numbers follow"},
  };
  for (const Row& row : rows) {
    INFO(row.line);
    const auto ink = ink_of_line(row.line);
    REQUIRE_FALSE(ink);
    CHECK(ink.error().code == Code::Invalid);
    CHECK(ink.error().what.starts_with(row.says));
    CHECK(ink.error().what.find("secret") == std::string::npos);
  }
}

TEST_CASE("a line of a million points is refused by its count, before they are read", "[ink][text][bad]") {
  std::string line = "十 1 1000000";
  for (int i = 0; i < 1'000'000; ++i) line += " 1 2";
  const auto ink = ink_of_line(line);
  REQUIRE_FALSE(ink);
  CHECK(ink.error().what == "stroke 1 points: more than 20000");
}
