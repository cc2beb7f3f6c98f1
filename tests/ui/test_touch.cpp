#include "kiosk/ui/kit_impl.h"
#include "kiosk/ui/stage.h"
#include "tests/ui/help.h"

using namespace yizhan::ui;

namespace {

/// A stage whose finger the test moves itself.
struct Hand {
  Hand() : memory(1080 * 1920) {
    auto opened = Stage::open(4, {});
    REQUIRE(opened);
    stage = std::move(*opened);
  }
  void frame(const std::function<void(Ui&)>& page) { stage->frame({memory.data(), 1080, 1920, 1080}, now += 1.0 / 60, page, false); }
  std::vector<std::uint32_t> memory;
  std::unique_ptr<Stage> stage;
  double now = 10;
};

}  // namespace

TEST_CASE("a button reports on release inside, once", "[ui][touch]") {
  Hand hand;
  int pressed = 0;
  const auto page = [&](Ui& ui) { pressed += ui.button("go", {10, 10, 60, 30}, "下一步", Look::Filled); };
  hand.frame(page);
  hand.stage->kit().pointer(100, 100, true);
  hand.frame(page);
  hand.frame(page);
  CHECK(pressed == 0);
  hand.stage->kit().pointer(120, 110, true);  // the finger rolls a little
  hand.stage->kit().pointer(120, 110, false);
  hand.frame(page);
  hand.frame(page);
  hand.frame(page);
  CHECK(pressed == 1);
}

TEST_CASE("a release outside cancels, and coming from outside presses nothing", "[ui][touch]") {
  Hand hand;
  int pressed = 0;
  const auto page = [&](Ui& ui) { pressed += ui.button("go", {10, 10, 60, 30}, "下一步"); };
  hand.frame(page);
  hand.stage->kit().pointer(100, 100, true);
  hand.frame(page);
  hand.stage->kit().pointer(600, 900, true);
  hand.stage->kit().pointer(600, 900, false);
  for (int i = 0; i < 3; ++i) hand.frame(page);
  CHECK(pressed == 0);
  hand.stage->kit().pointer(600, 900, true);
  hand.frame(page);
  hand.stage->kit().pointer(100, 100, true);
  hand.stage->kit().pointer(100, 100, false);
  for (int i = 0; i < 3; ++i) hand.frame(page);
  CHECK(pressed == 0);
}

TEST_CASE("a press and a release that arrive together are both seen", "[ui][touch]") {
  Hand hand;
  int pressed = 0;
  const auto page = [&](Ui& ui) { pressed += ui.button("go", {10, 10, 60, 30}, "下一步"); };
  hand.frame(page);
  hand.stage->kit().pointer(100, 100, true);
  hand.stage->kit().pointer(100, 100, false);
  hand.stage->kit().pointer_gone();
  for (int i = 0; i < 4; ++i) hand.frame(page);
  CHECK(pressed == 1);
}

TEST_CASE("a double tap within half a second counts once, a later one again", "[ui][touch][EN301549]") {
  auto stage = kiosk_stage();
  int pressed = 0;
  const auto page = [&](Ui& ui) { pressed += ui.button("submit", {10, 10, 60, 30}, "提交", Look::Filled); };
  stage->at(1);
  stage->frame(page);
  for (const double at : {1.1, 1.3, 1.5}) {
    stage->at(at);
    REQUIRE(stage->tap("submit"));
    settle(*stage, page);
  }
  CHECK(pressed == 1);
  stage->at(2.2);
  stage->tap("submit");
  settle(*stage, page);
  CHECK(pressed == 2);
}

TEST_CASE("the second tap of a double tap does not press what the next page shows there", "[ui][touch]") {
  auto stage = kiosk_stage();
  bool second = false;
  int wrong = 0;
  const auto page = [&](Ui& ui) {
    if (!second) second = ui.button("home.self", {10, 10, 100, 50}, "我自己来");
    else wrong += ui.button("who.agent", {10, 10, 100, 50}, "替别人办");
  };
  stage->at(1);
  stage->frame(page);
  stage->tap("home.self");
  settle(*stage, page);
  REQUIRE(second);
  stage->at(1.3);
  stage->tap("who.agent");
  settle(*stage, page);
  CHECK(wrong == 0);
  stage->at(2.5);
  stage->tap("who.agent");
  settle(*stage, page);
  CHECK(wrong == 1);
}

TEST_CASE("typing keys take the same letter twice in quick succession", "[ui][touch]") {
  auto stage = kiosk_stage();
  int zeros = 0;
  const auto page = [&](Ui& ui) { zeros += ui.button("key.0", {10, 10, 24, 26}, "0", Look::Key); };
  stage->at(1);
  stage->frame(page);
  for (const double at : {1.1, 1.3, 1.5}) {
    stage->at(at);
    stage->tap("key.0");
    settle(*stage, page, 3);
  }
  CHECK(zeros == 3);
}

TEST_CASE("a disabled button cannot be pressed and says so to the robot", "[ui][touch]") {
  auto stage = kiosk_stage();
  int pressed = 0;
  const auto page = [&](Ui& ui) { pressed += ui.button("go", {10, 10, 60, 30}, "下一步", Look::Filled, Icon::Next, false); };
  stage->frame(page);
  REQUIRE(stage->hits().size() == 1);
  CHECK_FALSE(stage->hits()[0].enabled);
  CHECK_FALSE(stage->tap("go"));
  stage->tap_at(30, 20);
  settle(*stage, page);
  CHECK(pressed == 0);
  CHECK_FALSE(stage->tap("nobody"));
}

TEST_CASE("of two overlapping areas the upper one is pressed", "[ui][touch]") {
  auto stage = kiosk_stage();
  std::string which;
  const auto page = [&](Ui& ui) {
    if (ui.touch("under", {10, 10, 100, 60}, "")) which += "under";
    if (ui.touch("over", {30, 20, 40, 30}, "")) which += "over";
  };
  stage->frame(page);
  stage->tap_at(40, 30);
  settle(*stage, page);
  CHECK(which == "over");
}

TEST_CASE("shortcuts press their button once, and Tab with Enter reaches every one", "[ui][touch]") {
  auto stage = desk_stage();
  std::string log;
  const auto page = [&](Ui& ui) {
    if (ui.button("call", {10, 10, 60, 14}, "叫下一个", Look::Filled, Icon::Bell, true, "F2")) log += "call ";
    if (ui.button("print", {10, 40, 60, 14}, "打印", Look::Edged, Icon::None, true, "Ctrl+P")) log += "print ";
    if (ui.pressed_key("F2")) log += "twice ";
  };
  stage->frame(page);
  stage->key("F2");
  settle(*stage, page);
  stage->key("Ctrl+P");
  settle(*stage, page);
  CHECK(log == "call print ");
  log.clear();
  for (const char* key : {"Tab", "Tab", "Enter", "Shift+Tab", "Space"}) {
    stage->key(key);
    settle(*stage, page, 2);
  }
  CHECK(log == "print call ");
}

TEST_CASE("keys nobody asked for are forgotten with the frame", "[ui][touch]") {
  auto stage = desk_stage();
  stage->key("F9");
  stage->frame([](Ui&) {});
  bool seen = false;
  stage->frame([&](Ui& ui) { seen = ui.pressed_key("F9"); });
  CHECK_FALSE(seen);
}
