// Every screen of the citizen in every state × text size × theme × low position × machine: reach, legibility, contrast, wording.
//   build/release/bin/test_reach "[citizen]"                    what ./check runs
//   YIZHAN_REACH=full build/release/bin/test_reach "[citizen]"  every combination
//   YIZHAN_PICTURES=DIR …                                       keeps a picture of each page with a fault
#include <catch2/catch_test_macros.hpp>

#include <cstdio>
#include <map>

#include "kiosk/screens/screens.h"
#include "tests/citizen/scenes.h"
#include "tests/reach/matrix.h"

using namespace yizhan;
using namespace yizhan::kiosk;
using namespace yizhan::kiosk::test;

namespace {

struct Tally {
  int pages = 0, faulty = 0;
  std::map<std::string, int> by_rule;
};

/// What no page may lack, whatever it shows: a person one touch away, and a way on or out.
void ways(const reach::Frame& frame, Screen screen, reach::Faults& out) {
  const auto has = [&](std::string_view name) {
    return std::any_of(frame.hits.begin(), frame.hits.end(), [&](const ui::HitBox& hit) { return hit.name == name && hit.enabled; });
  };
  if (!has("help")) out.push_back({"way", "nobody can be called"});
  if (screen != Screen::Home && !has("back") && !has("leave") && !has("leave.now") && !has("stay")) out.push_back({"way", "a dead end"});
}

void walk(const reach::Glass& glass, bool sampled) {
  static const std::vector<Scene> all = scenes();
  const std::string folder = reach::pictures();
  reach::Easel easel(glass);
  Tally tally;
  std::string words;
  int told = 0;
  const char* only = std::getenv("YIZHAN_SCENE");
  for (const bool low : {false, true})
    for (const bool high_contrast : {false, true})
      for (const int size : {0, 1, 2}) {
        // More pixels of a page that is judged elsewhere: its extremes are enough.
        if (sampled && (size == 1 || (high_contrast && size == 0) || (low && !high_contrast))) continue;
        for (const Scene& scene : all) {
          if (only != nullptr && scene.name != only) continue;
          Lobby lobby;
          lobby.act(Set{{size, high_contrast, low}});
          scene.reach(lobby);
          REQUIRE(lobby.seen() == scene.screen);
          const World world = lobby.world();
          const auto page = [&](ui::Ui& kit) { draw(kit, View{lobby.s, world, lobby.now, nullptr}); };
          const reach::Frame& frame = easel.draw(theme_of(lobby.s.settings), page);
          reach::Faults faults = reach::judge(frame);
          ways(frame, scene.screen, faults);
          ++tally.pages;
          if (faults.empty()) continue;
          ++tally.faulty;
          for (const auto& fault : faults) ++tally.by_rule[fault.rule];
          const std::string name = scene.name + (size == 1 ? "_large" : size == 2 ? "_largest" : "") + (high_contrast ? "_contrast" : "") + (low ? "_low" : "");
          if (++told <= 400) words += glass.name + " " + name + "\n" + reach::words_of(faults);
          if (!folder.empty()) easel.picture(folder + std::to_string(glass.width) + "_" + std::to_string(static_cast<int>(glass.real_px_per_mm * 100)) + "_" + name + ".png", page);
        }
      }
  std::string rules;
  for (const auto& [rule, count] : tally.by_rule) rules += " " + rule + "=" + std::to_string(count);
  std::printf("reach: %-30s %5d pages, %4d with a fault%s\n", glass.name.c_str(), tally.pages, tally.faulty, rules.c_str());
  INFO(words);
  CHECK(tally.faulty == 0);
}

}  // namespace

TEST_CASE("every citizen's page can be reached, read and heard on a portrait machine", "[reach][citizen][portrait]") {
  for (const auto& glass : reach::citizen_glasses())
    if (glass.height > glass.width) walk(glass, glass.width > 1500 && !reach::everything());
}
TEST_CASE("every citizen's page can be reached, read and heard on a landscape machine", "[reach][citizen][landscape]") {
  for (const auto& glass : reach::citizen_glasses())
    if (glass.height < glass.width && glass.width < 3000) walk(glass, false);
}
TEST_CASE("every citizen's page can be reached, read and heard on a large landscape panel", "[reach][citizen][panel]") {
  for (const auto& glass : reach::citizen_glasses())
    if (glass.height < glass.width && glass.width > 3000) walk(glass, !reach::everything());
}
