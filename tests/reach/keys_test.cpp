// Five keys and nothing else: every screen's walk reaches everything that can be touched, there is always a way back, and a whole
// visit goes from home to the receipt without the glass, saying what it stands on at every step.
#include <catch2/catch_test_macros.hpp>

#include <deque>
#include <map>
#include <set>

#include "kiosk/screens/screens.h"
#include "kiosk/ui/window.h"
#include "tests/citizen/scenes.h"
#include "tests/reach/matrix.h"

using namespace yizhan;
using namespace yizhan::kiosk;
using namespace yizhan::kiosk::test;

namespace {

/// Hands that have five keys and ears, no eyes.
struct Blind {
  Lobby lobby;
  std::unique_ptr<ui::Headless> window;
  std::vector<std::string> heard;   ///< what the focus said, in order
  std::uint64_t moved = 0;
  int presses = 0;
  double now = 1;

  explicit Blind(int width = 1080, int height = 1920, float ppm = 4) {
    const ui::PageScale scale = ui::page_scale(width, height, ppm);
    auto opened = ui::Headless::open(width, height, scale.px_per_mm, theme_of({}), scale.zoom);
    if (!opened) FAIL(opened.error().what);
    window = std::move(*opened);
  }
  void frame() {
    std::optional<Action> asked;
    lobby.news();
    const World world = lobby.world();
    window->at(now += 1.0 / 60);
    window->frame([&](ui::Ui& kit) { asked = draw(kit, View{lobby.s, world, lobby.now, nullptr}); });
    const ui::Focus& focus = window->focus();
    if (focus.moved != moved && focus.at != ui::FocusAt::Nothing) {
      moved = focus.moved;
      CHECK_FALSE(focus.words.empty());
      heard.push_back(focus.words);
    }
    if (!asked) return;
    const Settings before = lobby.s.settings;
    lobby.act(*asked);
    if (!(lobby.s.settings == before)) window->set_theme(theme_of(lobby.s.settings));
  }
  void press(std::string_view key) {
    now += 0.6;  // not a trembling hand
    ++presses;
    window->key(key);
    for (int i = 0; i < 4; ++i) frame();
  }
  ui::FocusAt at() const { return window->focus().at; }
  std::string name() const { return window->focus().name; }
  /// Walks down until the touchable of that name has the focus; into rows of keys where it is one of them.
  void go(std::string_view wanted) {
    INFO("to " << wanted << " on " << word(lobby.seen()));
    std::string names;
    for (int i = 0; i < 80; ++i) {
      if (at() == ui::FocusAt::Control && name() == wanted) return;
      if (at() == ui::FocusAt::Control && ui::typing_key(name())) press("Escape");  // out of the row the last key was in
      if (at() == ui::FocusAt::Row && (wanted.starts_with("key.") || wanted.starts_with("candidate."))) {
        press("Enter");
        std::set<std::string> seen;
        while (seen.insert(name()).second) {
          if (name() == wanted) return;
          press("Down");
        }
        press("Escape");
        REQUIRE(at() == ui::FocusAt::Row);
      }
      names += name() + " ";
      press("Down");
    }
    FAIL("the walk never came to " << wanted << ": " << names);
  }
  void confirm(std::string_view wanted) {
    go(wanted);
    press("Enter");
  }
};

std::string enabled_names(const ui::Headless& window) {
  std::string all;
  for (const auto& hit : window.hits())
    if (hit.enabled) all += hit.name + " ";
  return all;
}

}  // namespace

TEST_CASE("on every screen the walk begins at the headline, reaches every touchable and has no trap", "[reach][keys]") {
  struct Machine { int w, h; float ppm; };
  for (const Machine& machine : {Machine{1080, 1920, 4}, Machine{1366, 768, 3.96f}}) {
    Blind blind(machine.w, machine.h, machine.ppm);
    int screens = 0, stops = 0;
    for (const Scene& scene : scenes()) {
      Lobby lobby;
      scene.reach(lobby);
      blind.lobby = lobby;
      INFO(scene.name << " on " << machine.w << "x" << machine.h);
      blind.window->tap_at(0.5f, 0.5f);  // whatever had the focus before
      for (int i = 0; i < 4; ++i) blind.frame();
      CHECK(blind.at() == ui::FocusAt::Nothing);
      blind.heard.clear();
      blind.press("Down");
      CHECK(blind.at() == ui::FocusAt::Headline);
      REQUIRE(blind.heard.size() == 1);
      std::set<std::string> reached;
      std::set<std::string> seen;
      // Once round; every stop is another one, so the walk is a circle and not a trap.
      for (int guard = 0; guard < 120; ++guard) {
        blind.press("Down");
        if (blind.at() == ui::FocusAt::Headline) break;
        const std::string stop = std::to_string(static_cast<int>(blind.at())) + blind.name();
        CHECK(seen.insert(stop).second);
        ++stops;
        if (blind.at() == ui::FocusAt::Control) {
          reached.insert(blind.name());
          continue;
        }
        const std::string row = blind.name();
        blind.press("Enter");
        CHECK(blind.at() == ui::FocusAt::Control);
        for (int keys = 0; keys < 30 && reached.insert(blind.name()).second; ++keys) blind.press("Down");
        blind.press("Up");
        CHECK(blind.at() == ui::FocusAt::Control);
        blind.press("Escape");
        CHECK(blind.at() == ui::FocusAt::Row);
        CHECK(blind.name() == row);
      }
      CHECK(blind.at() == ui::FocusAt::Headline);
      blind.press("Up");
      CHECK(blind.at() != ui::FocusAt::Headline);
      for (const auto& hit : blind.window->hits())
        if (hit.enabled && !reached.contains(hit.name)) FAIL_CHECK("the keys never reach " << hit.name << " of " << enabled_names(*blind.window));
      CHECK(blind.lobby.seen() == scene.screen);  // walking presses nothing
      // Back and help answer at once, wherever the focus is.
      if (scene.screen == Screen::Home) continue;
      const Session before = blind.lobby.s;
      blind.press("Escape");
      const bool busy = !before.filing.empty() || !before.asking.empty();
      if (!busy) CHECK((blind.lobby.seen() != scene.screen || blind.lobby.s.index != before.index || blind.lobby.s.trail.size() != before.trail.size()));
      ++screens;
    }
    std::printf("five keys: %d x %d, %d screens, %d stops\n", machine.w, machine.h, screens, stops);
  }
}

TEST_CASE("the help key calls a person from every screen", "[reach][keys]") {
  Blind blind;
  for (const Scene& scene : scenes()) {
    Lobby lobby;
    scene.reach(lobby);
    blind.lobby = lobby;
    INFO(scene.name);
    for (int i = 0; i < 2; ++i) blind.frame();
    const int calls = blind.lobby.count<CallHelper>();
    blind.press("F1");
    CHECK(blind.lobby.count<CallHelper>() > calls);
    CHECK(blind.lobby.seen() == Screen::Helper);
  }
}

TEST_CASE("a whole visit goes by five keys from home to the receipt, and is heard", "[reach][keys]") {
  Blind blind;
  blind.press("Down");
  blind.confirm("self");
  CHECK(blind.lobby.seen() == Screen::Notice);
  blind.confirm("next");
  blind.confirm("no_document");
  REQUIRE(blind.lobby.seen() == Screen::Identify);
  blind.confirm("key.l");
  blind.confirm("key.i");
  CHECK(blind.lobby.s.me.name + blind.lobby.s.keys.composing == "li");
  blind.press("Escape");  // out of the row of keys
  CHECK(blind.lobby.seen() == Screen::Identify);
  blind.confirm("next");
  REQUIRE(blind.lobby.seen() == Screen::Whom);
  blind.confirm("whom.self");
  REQUIRE(blind.lobby.seen() == Screen::Kind);
  blind.confirm("topic.wages");
  blind.confirm("next");
  for (int guard = 0; blind.lobby.seen() == Screen::Question && guard < 12; ++guard) blind.confirm("answer.no");
  REQUIRE(blind.lobby.seen() == Screen::Statement);
  blind.confirm("skip");
  REQUIRE(blind.lobby.seen() == Screen::Review);
  blind.confirm("next");
  REQUIRE(blind.lobby.seen() == Screen::Ruling);
  blind.confirm("next");
  REQUIRE(blind.lobby.seen() == Screen::Done);
  REQUIRE(blind.lobby.s.receipt);
  blind.confirm("print");
  blind.confirm("leave");
  CHECK(blind.lobby.seen() == Screen::Home);
  CHECK(blank(blind.lobby.s));
  // Every screen said its question first; every stop said something.
  const auto heard = [&](std::string_view words) {
    return std::any_of(blind.heard.begin(), blind.heard.end(), [&](const std::string& said) { return said.find(words) != std::string::npos; });
  };
  for (const char* words : {"您好，今天怎么办事？", "先跟您说几句", "请问您是谁？", "这是谁的事？", "您遇到了什么事？", "您想要什么结果？", "请您看一看，对吗？", "建议您去", "登记好了", "我自己来", "下一步"}) {
    INFO(words);
    CHECK(heard(words));
  }
  for (const std::string& said : blind.heard) CHECK_FALSE(said.empty());
  std::printf("five keys: a visit from home to the receipt took %d presses, %zu were spoken\n", blind.presses, blind.heard.size());
}

TEST_CASE("a touch takes the focus frame away, a key brings it back to the question", "[reach][keys]") {
  Blind blind;
  blind.press("Down");
  blind.press("Down");
  CHECK(blind.name() == "self");
  blind.window->tap_at(0.5f, 0.5f);
  for (int i = 0; i < 4; ++i) blind.frame();
  CHECK(blind.at() == ui::FocusAt::Nothing);
  blind.press("Enter");
  CHECK(blind.at() == ui::FocusAt::Headline);  // confirm without a focus presses nothing
  CHECK(blind.lobby.seen() == Screen::Home);
}

TEST_CASE("a key that trembles presses once", "[reach][keys]") {
  Blind blind;
  blind.press("Down");
  blind.go("size");
  const int size = blind.lobby.s.settings.size;
  blind.now += .6;
  for (int i = 0; i < 3; ++i) {
    blind.window->key("Enter");
    blind.frame();
  }
  CHECK(blind.lobby.s.settings.size == (size + 1) % 3);
}

TEST_CASE("the five keys are what the machine's keypad sends", "[reach][keys]") {
  auto stage = ui::Stage::open(4, theme_of({}));
  REQUIRE(stage);
  (*stage)->set_keys({"PageUp", "PageDown", "F5", "F6", "F7"});
  std::vector<std::uint32_t> memory(1080 * 1920);
  double now = 1;
  int pressed = 0, helped = 0;
  const auto frame = [&] {
    (*stage)->frame({memory.data(), 1080, 1920, 1080}, now += 1, [&](ui::Ui& kit) {
      kit.headline("page", {10, 10, 100, 20}, "问题");
      pressed += kit.button("a", {10, 50, 60, 30}, "好");
      helped += kit.button("help", {10, 100, 60, 30}, "请人帮我", ui::Look::Help);
    }, false);
  };
  frame();
  for (const char* key : {"PageDown", "PageDown", "F5", "Enter", "F7", "F1"}) {
    (*stage)->kit().key(key);
    frame();
    frame();
  }
  CHECK(pressed == 2);  // Enter stays a confirm of keyboards
  CHECK(helped == 1);
  (*stage)->wipe();  // the next visit has the same keys
  (*stage)->kit().key("F7");
  frame();
  frame();
  (*stage)->kit().key("F7");
  frame();
  CHECK(helped == 2);
}

TEST_CASE("the focus frame is a millimetre wide at least and seen on every ground, in both themes", "[reach][keys]") {
  for (const bool high : {false, true})
    for (const char* on : {"filled", "edged", "help", "tray", "headline"}) {
      reach::Easel easel({"portrait", 1080, 1920, 4});
      ui::Theme theme{ui::TextSize::Normal, high, false, true};
      const std::string which = on;
      const auto page = [&](ui::Ui& kit) {
        kit.fill(kit.page(), which == "tray" ? ui::Ink::Tray : ui::Ink::Paper);
        kit.headline("page", {20, 20, 100, 20}, "问题");
        kit.button("a", {20, 60, 80, 30}, "好", which == "filled" ? ui::Look::Filled : which == "help" ? ui::Look::Help : ui::Look::Edged);
      };
      easel.draw(theme, page);
      const auto without = easel.memory();
      for (int i = 0; i < (which == "headline" ? 1 : 2); ++i) {
        easel.stage().kit().key("Down");
        easel.draw(theme, page);
      }
      INFO(on << (high ? " high contrast" : ""));
      // Halo and frame changed; the frame, five of seven pixels across, stands out from what was there.
      CHECK(reach::ring_share(easel.memory(), without, 1080, 1920) > .6);
      // Straight below the top of the frame at its middle: how thick is what stands out?
      const float cx = which == "headline" ? 70 : 60, top = which == "headline" ? 20 : 60;
      int thick = 0;
      for (int y = static_cast<int>((top - 3) * 4); y < static_cast<int>((top + 3) * 4); ++y) {
        const auto i = static_cast<std::size_t>(y) * 1080 + static_cast<std::size_t>(cx * 4);
        thick += reach::contrast_of(easel.memory()[i], without[i]) >= 3;
      }
      CHECK(thick >= 4);
    }
}
