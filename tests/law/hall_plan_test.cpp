// The hall as a picture: what a clerk may draw, and the line that a mistake is refused with.
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <sstream>

#include "core/hall_plan.h"

using namespace yizhan;

namespace {

std::string file(const std::string& path) {
  std::ifstream in(std::string(YIZHAN_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}
const RuleBook& rules() {
  static const RuleBook book = load_rulebook(file("assets/rulebooks/national.toml"), "national.toml").value();
  return book;
}
std::string wrong(const std::string& text) {
  const auto plan = load_hall_plan(text, "hall.toml", rules());
  return plan ? "" : plan.error().what;
}
const std::string hall = "width = 20\nheight = 10\ndoor = [8, 4]\n[here]\ndefault = [10, 9]\nK02 = [12, 9]\n";
const std::string lawyer = "[[room]]\nname = \"律师\"\nwindow = \"LAW\"\nx = 1\ny = 1\nw = 5\nh = 3\n";

}  // namespace

TEST_CASE("the shipped plan leads to every window that people are sent to", "[plan]") {
  const auto plan = load_hall_plan(file("assets/halls/hall.toml"), "hall.toml", rules());
  REQUIRE(plan);
  for (const WindowInfo& window : rules().windows) {
    if (!window.on_site) continue;
    INFO(window.code);
    CHECK(plan->room_of(window.code) != nullptr);
    CHECK(plan->ways.contains(window.code));
  }
  // A way ends before its room, not inside another one.
  for (const auto& [code, corners] : plan->ways) {
    const PlanPoint end = corners.back();
    for (const PlanRoom& room : plan->rooms) {
      INFO(code << " ends in " << room.name);
      CHECK_FALSE((end.x > room.x && end.x < room.x + room.w && end.y > room.y && end.y < room.y + room.h));
    }
  }
}

TEST_CASE("each machine stands at its own place", "[plan]") {
  const auto plan = load_hall_plan(hall + lawyer, "hall.toml", rules());
  REQUIRE(plan);
  CHECK(plan->here_of("440583-K02").x == 12);
  CHECK(plan->here_of("440583-K07").x == 10);
  CHECK(plan->room_of("LAW")->name == "律师");
  CHECK(plan->room_of("MED") == nullptr);
  CHECK(plan->room_of("") == nullptr);
}

TEST_CASE("a mistake in a plan is refused with its line", "[plan]") {
  struct Case { const char *name; std::string text, says; };
  const Case cases[] = {
      {"no rooms", hall, "at least one [[room]]"},
      {"outside", hall + "[[room]]\nname = \"远\"\nx = 18\ny = 1\nw = 5\nh = 3\n", "hall.toml:7: \"远\" lies outside"},
      {"unknown window", hall + "[[room]]\nname = \"甲\"\nwindow = \"XYZ\"\nx = 1\ny = 1\nw = 5\nh = 3\n", "\"XYZ\" is not in the rulebook"},
      {"unknown key", "colour = 1\n" + hall + lawyer, "hall.toml:1: unknown key \"colour\""},
      {"way to nobody", hall + lawyer + "[[way]]\nto = \"MED\"\ncorners = [[1, 1]]\n", "a way to \"MED\""},
      {"two ways", hall + lawyer + "[[way]]\nto = \"LAW\"\ncorners = [[1, 1]]\n[[way]]\nto = \"LAW\"\ncorners = [[1, 1]]\n", "two ways to \"LAW\""},
      {"corner outside", hall + lawyer + "[[way]]\nto = \"LAW\"\ncorners = [[1, 99]]\n", "\"corners\" must be a number from 0 to 10"},
      {"no place", "width = 20\nheight = 10\n" + lawyer, "[here]"},
      {"long name", hall + "[[room]]\nname = \"一二三四五六七八九\"\nx = 1\ny = 1\nw = 5\nh = 3\n", "more than 8 characters"},
      {"not a number", "width = \"x\"\nheight = 10\n", "hall.toml:1: \"width\" must be a number"},
      {"not TOML", "width = = 3\n", "hall.toml:1:"},
      {"NaN", "width = nan\nheight = 10\n", "\"width\" must be a number"},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    const std::string said = wrong(c.text);
    INFO(said);
    CHECK(said.find(c.says) != std::string::npos);
  }
}
