// Hands as they are: two, ten, a palm, a sleeve, a finger that never lifts, a controller that floods; and what moves on a page.
#include <algorithm>
#include <cmath>

#include "kiosk/ui/kit_impl.h"
#include "kiosk/ui/stage.h"
#include "kiosk/ui/touches.h"
#include "tests/ui/help.h"

using namespace yizhan::ui;
using What = Touches::What;

namespace {

struct Glass {
  Touches touches;
  double now = 100;
  int downs = 0, ups = 0, moves = 0, cancels = 0;
  void put(std::int64_t id, What what, float x = 50, float y = 50, float wide_mm = 0) {
    const Touches::Pointer p = touches.take({id, what, x, y, now += .01, wide_mm});
    cancels += p.cancel;
    if (!p.what) return;
    (*p.what == What::Down ? downs : *p.what == What::Up ? ups : moves)++;
  }
};

}  // namespace

TEST_CASE("one finger goes through as it is", "[ui][fingers]") {
  Glass g;
  g.put(1, What::Down), g.put(1, What::Move), g.put(1, What::Up);
  CHECK((g.downs == 1 && g.moves == 1 && g.ups == 1 && g.cancels == 0));
}

TEST_CASE("a second finger does not disturb the first, and does not take over when it lifts", "[ui][fingers]") {
  Glass g;
  g.put(1, What::Down), g.put(2, What::Down), g.put(2, What::Move), g.put(1, What::Up), g.put(2, What::Move), g.put(2, What::Up);
  CHECK((g.downs == 1 && g.moves == 0 && g.ups == 1 && g.cancels == 0));
  g.put(3, What::Down), g.put(3, What::Up);
  CHECK((g.downs == 2 && g.ups == 2));
}

TEST_CASE("three contacts at once are a palm: the press is taken back and nothing counts until all are gone", "[ui][fingers]") {
  Glass g;
  g.put(1, What::Down), g.put(2, What::Down), g.put(3, What::Down);
  CHECK(g.cancels == 1);
  g.put(2, What::Up), g.put(1, What::Up);
  g.put(4, What::Down), g.put(4, What::Up);  // while the sleeve still lies there
  CHECK((g.downs == 1 && g.ups == 0));
  g.put(3, What::Up);
  g.put(5, What::Down), g.put(5, What::Up);
  CHECK((g.downs == 2 && g.ups == 1));
}

TEST_CASE("ten fingers press nothing", "[ui][fingers]") {
  Glass g;
  for (int i = 0; i < 10; ++i) g.put(i, What::Down, 100.f * static_cast<float>(i), 50);
  for (int i = 0; i < 10; ++i) g.put(i, What::Move, 100.f * static_cast<float>(i), 60);
  for (int i = 0; i < 10; ++i) g.put(i, What::Up);
  CHECK((g.ups == 0 && g.cancels == 1));
  CHECK_FALSE(g.touches.touching());
}

TEST_CASE("a contact wider than 40 mm never presses, and a finger beside it does", "[ui][fingers]") {
  Glass g;
  g.put(1, What::Down, 50, 50, 41), g.put(1, What::Move, 50, 50, 55);
  g.put(2, What::Down, 400, 50, 12), g.put(2, What::Up, 400, 50, 12);
  g.put(1, What::Up, 50, 50, 41);
  CHECK((g.downs == 1 && g.ups == 1 && g.moves == 0));
  g.put(3, What::Down, 50, 50, 12), g.put(3, What::Move, 50, 50, 60), g.put(3, What::Up, 50, 50, 60);  // a finger that became a hand
  CHECK((g.downs == 2 && g.ups == 1 && g.cancels == 1));
}

TEST_CASE("a finger whose lifting was never reported does not block the glass for ever", "[ui][fingers]") {
  Glass g;
  g.put(1, What::Down);
  g.now += 2;
  g.put(2, What::Down), g.put(2, What::Up);  // two seconds: it may still be there
  CHECK((g.downs == 1 && g.ups == 0));
  g.now += Touches::lost_s;
  g.put(3, What::Down), g.put(3, What::Up);
  CHECK((g.downs == 2 && g.ups == 1 && g.cancels == 1));
  g.put(1, What::Up);  // it comes after all: nothing
  CHECK(g.ups == 1);
  // The same number comes down twice: the lifting between was lost.
  g.put(7, What::Down), g.put(7, What::Down), g.put(7, What::Up);
  CHECK((g.downs == 4 && g.ups == 2 && g.cancels == 2));
}

TEST_CASE("a press that was taken back presses nothing in the kit", "[ui][fingers]") {
  auto stage = Stage::open(4, {});
  REQUIRE(stage);
  std::vector<std::uint32_t> memory(1080 * 1920);
  double now = 10;
  int pressed = 0;
  const auto frame = [&] { (*stage)->frame({memory.data(), 1080, 1920, 1080}, now += 1.0 / 60, [&](Ui& ui) { pressed += ui.button("go", {10, 10, 60, 30}, "下一步"); }, false); };
  frame();
  (*stage)->kit().pointer(100, 100, true);
  frame();
  (*stage)->kit().pointer_gone();
  for (int i = 0; i < 3; ++i) frame();
  CHECK(pressed == 0);
  (*stage)->kit().pointer(100, 100, true);
  (*stage)->kit().pointer(100, 100, false);
  for (int i = 0; i < 3; ++i) frame();
  CHECK(pressed == 1);
}

TEST_CASE("a thousand movements a second ask for a frame only where something changes", "[ui][fingers]") {
  auto stage = Stage::open(4, {});
  REQUIRE(stage);
  std::vector<std::uint32_t> memory(1080 * 1920);
  double now = 10;
  int pressed = 0;
  const auto frame = [&] { (*stage)->frame({memory.data(), 1080, 1920, 1080}, now += 1.0 / 60, [&](Ui& ui) { pressed += ui.button("go", {10, 10, 60, 30}, "下一步"); }, false); };
  frame();
  Kit& kit = (*stage)->kit();
  CHECK(kit.pointer(100, 100, true));
  frame();
  int wanted = 0;
  for (int i = 0; i < 1000; ++i) {  // trembling on the button
    wanted += kit.pointer(100 + static_cast<float>(i % 7), 100 + static_cast<float>(i % 5), true);
    if (i % 16 == 0) frame();
  }
  CHECK(wanted == 0);
  frame();
  CHECK(kit.pointer(900, 900, true));  // it left: the button is drawn at rest
  frame();
  wanted = 0;
  for (int i = 0; i < 1000; ++i) wanted += kit.pointer(900 + static_cast<float>(i % 7), 900, true);
  CHECK(wanted == 0);
  frame();
  kit.pointer(900, 900, false);
  for (int i = 0; i < 3; ++i) frame();
  CHECK(pressed == 0);  // slid off: cancelled
}

TEST_CASE("a press shows within one frame, a rest asks for none", "[ui][fingers][motion]") {
  auto stage = Stage::open(4, {TextSize::Normal, false, false, true});
  REQUIRE(stage);
  std::vector<std::uint32_t> memory(1080 * 1920);
  double now = 10;
  const auto frame = [&] {
    return (*stage)->frame({memory.data(), 1080, 1920, 1080}, now += 1.0 / 60, [&](Ui& ui) { ui.button("go", {10, 10, 60, 30}, "下一步", Look::Filled); }, false).size();
  };
  frame();
  CHECK(frame() == 0);
  CHECK(std::isinf((*stage)->kit().again_at()));
  (*stage)->kit().pointer(100, 100, true);
  CHECK(frame() > 0);  // the very next frame is darker
  CHECK(frame() == 0);
  CHECK(std::isinf((*stage)->kit().again_at()));
}

TEST_CASE("another page comes in within 160 ms and then nothing moves", "[ui][motion]") {
  auto stage = Stage::open(4, {TextSize::Normal, false, false, true});
  REQUIRE(stage);
  (*stage)->set_motion(true);
  std::vector<std::uint32_t> memory(1080 * 1920);
  double now = 10;
  std::string screen = "home 0";
  const auto frame = [&](double dt = 1.0 / 60) {
    return (*stage)->frame({memory.data(), 1080, 1920, 1080}, now += dt, [&](Ui& ui) {
      ui.fill(ui.page(), Ink::Paper);
      ui.fill({0, 0, 270, 34}, Ink::Card);
      ui.headline(screen, {12, 50, 200, 20}, "问题");
      ui.fill({12, 100, 100, 100}, Ink::Primary);
    }, false).size();
  };
  const auto at = [&](int x, int y) { return memory[static_cast<std::size_t>(y) * 1080 + static_cast<std::size_t>(x)]; };
  frame();
  CHECK(at(200, 420) == 0x0A4F4A);  // the first page stands there at once
  CHECK_FALSE((*stage)->kit().moving());
  screen = "notice 0";
  frame();
  CHECK((*stage)->kit().moving());
  CHECK(at(200, 600) != 0x0A4F4A);   // on its way
  CHECK(at(200, 600) != 0xF7F5F0);   // and already seen
  CHECK(at(200, 20) == 0xFFFFFF);    // the bars stand still
  int frames = 0;
  for (; (*stage)->kit().moving() && frames < 60; ++frames) frame();
  CHECK(frames <= 10);               // 160 ms
  CHECK(at(200, 401) == 0x0A4F4A);
  CHECK(std::isinf((*stage)->kit().again_at()));
  CHECK(frame() == 0);
}
