// Every screen of the citizen in every state × text size × theme × low position × machine: reach, legibility, contrast, wording.
//   build/release/bin/test_reach "[citizen]"                    what ./check runs
//   YIZHAN_REACH=full build/release/bin/test_reach "[citizen]"  every combination
//   YIZHAN_PICTURES=DIR …                                       keeps a picture of each page with a fault
#include <catch2/catch_test_macros.hpp>

#include <cstdio>
#include <functional>
#include <map>
#include <memory>

#include "kiosk/screens/screens.h"
#include "tests/citizen/scenes.h"
#include "tests/citizen/writing_bench.h"
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

/// Judges one page in one look; what is wrong goes to the tally and, where pictures are wanted, to the folder.
struct Judge {
  const reach::Glass& glass;
  Tally tally;
  std::string words, folder = reach::pictures();
  int told = 0;
  reach::Easel easel;
  explicit Judge(const reach::Glass& on) : glass(on), easel(on) {}

  void look(const std::string& scene, const Settings& settings, Screen screen, const std::function<void(ui::Ui&)>& page) {
    const reach::Frame& frame = easel.draw(theme_of(settings), page);
    reach::Faults faults = reach::judge(frame);
    ways(frame, screen, faults);
    ++tally.pages;
    if (faults.empty()) return;
    ++tally.faulty;
    for (const auto& fault : faults) ++tally.by_rule[fault.rule];
    const std::string name = scene + (settings.size == 1 ? "_large" : settings.size == 2 ? "_largest" : "") + (settings.contrast ? "_contrast" : "") + (settings.low ? "_low" : "");
    if (++told <= 400) words += glass.name + " " + name + "\n" + reach::words_of(faults);
    if (!folder.empty()) easel.picture(folder + std::to_string(glass.width) + "_" + std::to_string(static_cast<int>(glass.real_px_per_mm * 100)) + "_" + name + ".png", page);
  }
  void tell(const char* what) {
    std::string rules;
    for (const auto& [rule, count] : tally.by_rule) rules += " " + rule + "=" + std::to_string(count);
    std::printf("reach: %-30s %5d %s, %4d with a fault%s\n", glass.name.c_str(), tally.pages, what, tally.faulty, rules.c_str());
    INFO(words);
    CHECK(tally.faulty == 0);
  }
};

/// Every look of a glass. More pixels of a page that is judged elsewhere: its extremes are enough.
void each_look(bool sampled, const std::function<void(const Settings&)>& look) {
  for (const bool low : {false, true})
    for (const bool high_contrast : {false, true})
      for (const int size : {0, 1, 2}) {
        if (sampled && (size == 1 || (high_contrast && size == 0) || (low && !high_contrast))) continue;
        Settings settings;
        settings.size = size;
        settings.contrast = high_contrast;
        settings.low = low;
        look(settings);
      }
}

void walk(const reach::Glass& glass, bool sampled) {
  static const std::vector<Scene> all = scenes();
  const char* only = std::getenv("YIZHAN_SCENE");
  Judge judge(glass);
  each_look(sampled, [&](const Settings& settings) {
    for (const Scene& scene : all) {
      if (only != nullptr && scene.name != only) continue;
      Lobby lobby;
      lobby.act(Set{settings});
      scene.reach(lobby);
      REQUIRE(lobby.seen() == scene.screen);
      const World world = lobby.world();
      judge.look(scene.name, lobby.s.settings, scene.screen, [&](ui::Ui& kit) { draw(kit, View{lobby.s, world, lobby.now}); });
    }
  });
  judge.tell("pages");
}

/// The panel in each of its states: the same people write on every glass.
void walk_writing(const reach::Glass& glass, bool sampled) {
  static std::vector<std::pair<std::string, std::unique_ptr<Bench>>> written = [] {
    std::vector<std::pair<std::string, std::unique_ptr<Bench>>> made;
    for (const State& state : writing_states()) {
      made.emplace_back("writing_" + state.name, std::make_unique<Bench>());
      state.reach(*made.back().second);
    }
    return made;
  }();
  const char* only = std::getenv("YIZHAN_SCENE");
  Judge judge(glass);
  each_look(sampled, [&](const Settings& settings) {
    for (auto& [name, bench] : written) {
      if (only != nullptr && name != only) continue;
      bench->lobby.s.settings = settings;
      const World world = bench->lobby.world();
      judge.look(name, settings, bench->lobby.seen(), [&, &hall = *bench](ui::Ui& kit) { draw(kit, hall.view(world)); });
    }
  });
  judge.tell("ways of writing");
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

TEST_CASE("every way of writing can be reached, read and heard on a portrait machine", "[reach][citizen][writing][portrait]") {
  for (const auto& glass : reach::citizen_glasses())
    if (glass.height > glass.width) walk_writing(glass, glass.width > 1500 && !reach::everything());
}
TEST_CASE("every way of writing can be reached, read and heard on a landscape machine", "[reach][citizen][writing][landscape]") {
  for (const auto& glass : reach::citizen_glasses())
    if (glass.height < glass.width) walk_writing(glass, glass.width > 3000 && !reach::everything());
}

TEST_CASE("size, contrast and position are back to the usual for the next person", "[reach][citizen][settings]") {
  for (const bool by_idle : {false, true}) {
    Lobby lobby;
    lobby.act(Set{{2, true, true}});
    lobby.to_kind();
    CHECK(lobby.s.settings == Settings{2, true, true});
    if (by_idle) lobby.wait(std::chrono::seconds(91)), lobby.wait(std::chrono::seconds(31));
    else lobby.act(LeaveAsk{}), lobby.act(LeaveNow{});
    CHECK(lobby.seen() == Screen::Home);
    CHECK(lobby.s.settings == Settings{});
    const ui::Theme theme = theme_of(lobby.s.settings);
    CHECK((theme.size == ui::TextSize::Normal && !theme.contrast && !theme.low && theme.citizen));
  }
}
