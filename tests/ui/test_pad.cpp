// The writing pad: what a finger, ten fingers and a fast glass write, and what the person sees of it.
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <cmath>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "kiosk/ui/handwriting.h"
#include "kiosk/ui/kit_impl.h"
#include "kiosk/ui/stage.h"
#include "kiosk/ui/touches.h"
#include "tests/ui/help.h"

using namespace yizhan;
using namespace yizhan::ui;

namespace {

using Path = std::vector<ink::Point>;

/// One stroke is 一, two are 欠, more a word of two whose first takes the first two; what follows 欠 is 薪.
struct SmallEngine final : HandwritingEngine {
  int asked = 0, forgotten = 0;
  bool rare_on = false, scribble = false;
  std::string before;
  Candidates candidates(const ink::Ink& ink, std::string_view previous_text, int page) override {
    ++asked;
    before = previous_text;
    if (scribble) return {{}, false, true};
    if (rare_on) return {{{"㛃", {}}}, false, false};
    if (ink.strokes() == 1) return {{{"一", {}}, {"二", {}}}, false, false};
    if (ink.strokes() == 2) return page == 0 ? Candidates{{{"欠", {}}, {"次", {}}, {"欢", {}}}, true, false} : Candidates{{{"久", {}}}, false, false};
    return {{{"欠薪", {}}, {"欠", {2}}}, false, false};
  }
  Candidates predict(std::string_view previous_text, int) override { return previous_text.ends_with("欠") ? Candidates{{{"薪", {}}, {"款", {}}}, false, false} : Candidates{}; }
  void rare(bool on) override { rare_on = on; }
  void forget() override { ++forgotten; }
};

/// A field's text with the pad under it, as a panel has them. Page millimetres; the pad's own box is read from the hit boxes.
struct Writing {
  std::unique_ptr<Headless> stage;
  SmallEngine small;
  HandwritingEngine* engine = &small;
  PadState state;
  std::string text;
  bool names = false;
  explicit Writing(const Theme& theme = {}) : stage(kiosk_stage(theme)) { settle(*stage, [this](Ui& ui) { page(ui); }, 2); }
  void page(Ui& ui) {
    ui.fill({0, 258, 270, 178}, Ink::Tray);
    const PadResult result = pad(ui, {12, 290, 246, 140}, state, engine, text, names);
    for (int i = 0; i < result.backspaces && !text.empty(); ++i) {
      while ((static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
      text.pop_back();
    }
    text += result.insert;
    state = result.state;
  }
  Box box() const {
    for (const HitBox& hit : stage->hits())
      if (hit.name == "pad") return hit.box;
    FAIL("no pad");
    return {};
  }
  bool shown(std::string_view name, std::string_view words = {}) const {
    return std::any_of(stage->hits().begin(), stage->hits().end(), [&](const HitBox& h) { return h.name == name && (words.empty() || h.words == words); });
  }
  void write(const Path& on_pad) {
    const Box b = box();
    Path path;
    for (const ink::Point& p : on_pad) path.push_back({p.x + b.x, p.y + b.y});
    stage->write(path);
    settle(*stage, [this](Ui& ui) { page(ui); }, 3);
  }
  void tap(std::string_view name) {
    INFO(name);
    REQUIRE(stage->tap(name));
    settle(*stage, [this](Ui& ui) { page(ui); });
  }
};

/// A stage whose fingers the test moves itself, through the same gate as a real window's.
struct Glass {
  std::vector<std::uint32_t> memory = std::vector<std::uint32_t>(1080 * 1920);
  std::unique_ptr<Stage> stage;
  Touches touches;
  SmallEngine engine;
  PadState state;
  double now = 10;
  Glass() {
    auto opened = Stage::open(4, {});
    REQUIRE(opened);
    stage = std::move(*opened);
    frame();
  }
  void frame() {
    stage->frame({memory.data(), 1080, 1920, 1080}, now += 1.0 / 60, [this](Ui& ui) { state = pad(ui, {12, 290, 246, 140}, state, &engine, {}, false).state; }, false);
  }
  void finger(std::int64_t id, Touches::What what, float x_mm, float y_mm) {
    const Touches::Pointer p = touches.take({id, what, x_mm * 4, y_mm * 4, now});
    if (p.cancel) stage->kit().pointer_gone();
    if (!p.what) return;
    stage->kit().pointer(p.x, p.y, *p.what != Touches::What::Up);
    if (*p.what == Touches::What::Up) stage->kit().pointer_gone();
  }
};

}  // namespace

TEST_CASE("every point of a stroke is kept, and lifting the finger brings candidates at once", "[ui][pad]") {
  Writing w;
  w.write({{20, 30}, {25, 30}, {30, 31}, {35, 30}, {40, 30}});
  REQUIRE(w.state.ink.strokes() == 1);
  REQUIRE(w.state.ink.points.size() == 5);
  CHECK_THAT(w.state.ink.points[2].x, Catch::Matchers::WithinAbs(30, .2));
  CHECK_THAT(w.state.ink.points[2].y, Catch::Matchers::WithinAbs(31, .2));
  CHECK(w.state.pen.empty());
  CHECK(w.state.preview == "一");
  CHECK(w.shown("candidate.0", "一"));
  CHECK(w.text.empty());  // nothing is committed by itself
}

TEST_CASE("touching a candidate writes it, empties the pad, forgets the ink and offers what follows", "[ui][pad]") {
  Writing w;
  w.write({{20, 30}, {60, 30}});
  w.write({{40, 10}, {40, 60}});
  const int forgotten = w.small.forgotten;
  w.tap("candidate.0");
  CHECK(w.text == "欠");
  CHECK(w.state.ink.empty());
  CHECK(w.state.preview.empty());
  CHECK(w.small.forgotten > forgotten);
  CHECK(w.shown("candidate.0", "薪"));
  w.tap("candidate.0");
  CHECK(w.text == "欠薪");
}

TEST_CASE("a pause of minutes commits nothing", "[ui][pad]") {
  Writing w;
  w.write({{20, 30}, {60, 30}});
  for (const double at : {100.0, 200.0, 900.0}) {
    w.stage->at(at);
    w.stage->frame([&](Ui& ui) { w.page(ui); });
  }
  CHECK(w.text.empty());
  CHECK(w.state.ink.strokes() == 1);
}

TEST_CASE("a candidate for the first character leaves the other strokes on the pad", "[ui][pad]") {
  Writing w;
  for (const float x : {20.f, 40.f, 140.f}) w.write({{x, 30}, {x + 10, 30}});
  w.tap("candidate.1");
  CHECK(w.text == "欠");
  REQUIRE(w.state.ink.strokes() == 1);
  CHECK(w.state.ink.points[0].x > 130);
  CHECK(w.state.preview == "一");
}

TEST_CASE("undo takes a stroke, rewriting takes all, deleting takes a character of the text", "[ui][pad]") {
  Writing w;
  w.text = "我要";
  w.write({{20, 30}, {60, 30}});
  w.write({{40, 10}, {40, 60}});
  w.tap("key.undo");
  CHECK(w.state.ink.strokes() == 1);
  CHECK(w.state.preview == "一");
  w.write({{40, 10}, {40, 60}});
  w.tap("key.clear");
  CHECK(w.state.ink.empty());
  CHECK(w.state.preview.empty());
  CHECK(w.text == "我要");
  w.tap("key.backspace");
  CHECK(w.text == "我");
  CHECK_FALSE(w.stage->tap("key.undo"));  // nothing to take back: it cannot be touched
}

TEST_CASE("candidates turn their page and come round again", "[ui][pad]") {
  Writing w;
  w.write({{20, 30}, {60, 30}});
  w.write({{40, 10}, {40, 60}});
  w.tap("candidate.next");
  CHECK(w.state.page == 1);
  CHECK(w.shown("candidate.0", "久"));
  w.tap("candidate.next");
  CHECK(w.state.page == 0);
  w.tap("candidate.next");
  w.write({{10, 10}, {12, 12}});
  CHECK(w.state.page == 0);  // another stroke, other candidates
}

TEST_CASE("a field for names offers rare characters, other fields do not", "[ui][pad]") {
  Writing w;
  CHECK_FALSE(w.shown("key.rare"));
  w.names = true;
  w.write({{20, 30}, {60, 30}});
  w.tap("key.rare");
  CHECK(w.state.rare);
  CHECK(w.small.rare_on);
  CHECK(w.shown("candidate.0", "㛃"));
  w.names = false;
  settle(*w.stage, [&](Ui& ui) { w.page(ui); }, 2);
  CHECK_FALSE(w.small.rare_on);
}

TEST_CASE("the text before the caret reaches the engine", "[ui][pad]") {
  Writing w;
  w.text = "被拖";
  w.write({{20, 30}, {60, 30}});
  CHECK(w.small.before == "被拖");
}

TEST_CASE("a stroke that runs off the canvas is held at its edge, and one from outside writes nothing", "[ui][pad][bad]") {
  Writing w;
  const Box b = w.box();
  w.write({{20, 30}, {-90, 30}, {-90, 900}, {500, 900}, {40, 40}});
  REQUIRE(w.state.ink.strokes() == 1);
  for (const ink::Point& p : w.state.ink.points) {
    CHECK((p.x >= 0 && p.x <= b.w));
    CHECK((p.y >= 0 && p.y <= b.h));
  }
  w.write({{30, -60}, {30, 40}, {60, 40}});
  CHECK(w.state.ink.strokes() == 1);
}

TEST_CASE("ten fingers and a palm write nothing, the next finger does", "[ui][pad][bad]") {
  Glass glass;
  glass.finger(0, Touches::What::Down, 60, 370);
  glass.frame();
  for (std::int64_t id = 1; id < 10; ++id) glass.finger(id, Touches::What::Down, 60 + static_cast<float>(id) * 8, 380);
  for (int k = 0; k < 20; ++k)
    for (std::int64_t id = 0; id < 10; ++id) glass.finger(id, Touches::What::Move, 60 + static_cast<float>(k), 380 + static_cast<float>(id));
  glass.frame();
  for (std::int64_t id = 0; id < 10; ++id) glass.finger(id, Touches::What::Up, 70, 390);
  glass.frame();
  glass.frame();
  CHECK(glass.state.ink.empty());
  CHECK(glass.state.pen.empty());
  glass.finger(11, Touches::What::Down, 60, 370);
  glass.finger(11, Touches::What::Move, 90, 372);
  glass.finger(11, Touches::What::Up, 95, 372);
  glass.frame();
  CHECK(glass.state.ink.strokes() == 1);
}

TEST_CASE("a second finger does not bend the first one's stroke", "[ui][pad][bad]") {
  Glass glass;
  glass.finger(1, Touches::What::Down, 60, 370);
  glass.finger(2, Touches::What::Down, 150, 420);
  for (int k = 0; k <= 10; ++k) {
    glass.finger(1, Touches::What::Move, 60 + static_cast<float>(k) * 2, 370);
    glass.finger(2, Touches::What::Move, 150, 420 - static_cast<float>(k));
  }
  glass.finger(2, Touches::What::Up, 150, 410);
  glass.finger(1, Touches::What::Up, 82, 370);
  glass.frame();
  REQUIRE(glass.state.ink.strokes() == 1);
  for (const ink::Point& p : glass.state.ink.points) CHECK(std::fabs(p.y - glass.state.ink.points[0].y) < .5f);
}

TEST_CASE("a finger that went down and never came up leaves no stuck pen", "[ui][pad][bad]") {
  Glass glass;
  glass.finger(1, Touches::What::Down, 60, 370);
  glass.finger(1, Touches::What::Move, 80, 370);
  glass.frame();
  CHECK_FALSE(glass.state.pen.empty());
  glass.now += 30;  // the lifting got lost; somebody writes again
  glass.finger(1, Touches::What::Down, 100, 380);
  glass.finger(1, Touches::What::Move, 120, 380);
  glass.finger(1, Touches::What::Up, 121, 380);
  glass.frame();
  glass.frame();
  CHECK(glass.state.pen.empty());
  REQUIRE(glass.state.ink.strokes() == 1);
  CHECK(glass.state.ink.points.back().x > glass.state.ink.points.front().x);
}

TEST_CASE("a glass that reports a thousand points a second fills neither pad nor memory", "[ui][pad][bad]") {
  Glass glass;
  glass.finger(1, Touches::What::Down, 60, 370);
  for (int k = 0; k < 100'000; ++k) glass.finger(1, Touches::What::Move, 60 + static_cast<float>(k % 100) * .001f, 370);
  glass.finger(1, Touches::What::Up, 60, 370);
  glass.frame();
  REQUIRE(glass.state.ink.strokes() == 1);
  CHECK(glass.state.ink.points.size() < 100);  // a hand that stands still says nothing new
}

TEST_CASE("a million points stop at the limit, the bar says so, and rewriting makes room", "[ui][pad][bad]") {
  Glass glass;
  bool said = false;
  for (int stroke = 0; stroke < 200; ++stroke) {
    glass.finger(1, Touches::What::Down, 40, 350);
    for (int k = 0; k < 5'000; ++k) glass.finger(1, Touches::What::Move, 40 + static_cast<float>(k % 150), 350 + static_cast<float>(k / 150));
    glass.finger(1, Touches::What::Up, 40, 350);
    glass.frame();
    said = said || glass.state.full;
  }
  CHECK(said);
  CHECK(glass.state.ink.points.size() <= ink::points_max);
  Writing w;
  w.state = glass.state;
  settle(*w.stage, [&](Ui& ui) { w.page(ui); }, 2);
  CHECK_FALSE(w.shown("candidate.0"));
  w.tap("key.clear");
  CHECK_FALSE(w.state.full);
  w.write({{20, 30}, {60, 30}});
  CHECK(w.shown("candidate.0", "一"));
}

TEST_CASE("a scribble is answered in words and can be taken back", "[ui][pad][bad]") {
  Writing w;
  w.small.scribble = true;
  w.write({{20, 30}, {60, 30}});
  CHECK_FALSE(w.shown("candidate.0"));
  CHECK(w.state.preview.empty());
  w.tap("key.undo");
  CHECK(w.state.ink.empty());
}

TEST_CASE("a page that shows no pad for a while drops the stroke that was begun, not the finished ones", "[ui][pad][bad]") {
  Glass glass;
  glass.finger(1, Touches::What::Down, 60, 370);
  glass.finger(1, Touches::What::Move, 90, 370);
  glass.finger(1, Touches::What::Up, 90, 370);
  glass.frame();
  glass.finger(2, Touches::What::Down, 60, 380);
  glass.finger(2, Touches::What::Move, 80, 380);
  // The mode is switched in the middle of a stroke: the panel shows letters now.
  glass.stage->frame({glass.memory.data(), 1080, 1920, 1080}, glass.now += .1, [](Ui& ui) { ui.button("key.q", {20, 350, 60, 30}, "q"); }, false);
  glass.finger(2, Touches::What::Move, 90, 390);
  glass.finger(2, Touches::What::Up, 95, 390);
  glass.frame();
  glass.frame();
  CHECK(glass.state.ink.strokes() == 1);
  CHECK(glass.state.pen.empty());
}

TEST_CASE("without an engine the pad says that it cannot read, and ink can still be taken back", "[ui][pad][bad]") {
  Writing w;
  w.engine = nullptr;
  w.write({{20, 30}, {60, 30}});
  CHECK(w.state.ink.strokes() == 1);
  CHECK_FALSE(w.shown("candidate.0"));
  w.tap("key.clear");
  CHECK(w.state.ink.empty());
  CHECK(w.stage->clipped().empty());
}

TEST_CASE("nothing on the pad is cut or too small, in every text size and both themes", "[ui][pad]") {
  for (const bool contrast : {false, true})
    for (const TextSize size : {TextSize::Normal, TextSize::Large, TextSize::Largest})
      for (const bool names : {false, true}) {
        Writing w({size, contrast});
        w.names = names;
        CHECK(w.stage->clipped().empty());
        w.write({{20, 30}, {60, 30}});
        w.write({{40, 10}, {40, 60}});
        CHECK(w.stage->clipped().empty());
        for (const HitBox& hit : w.stage->hits()) {
          INFO(hit.name);
          CHECK(hit.box.w >= 20);
          CHECK(hit.box.h >= 20);
        }
      }
}

TEST_CASE("the real engine reads what a finger writes on the pad, and forgets it", "[ui][pad][engine]") {
  auto opened = open_handwriting(HANDWRITING_DATA);
  REQUIRE(opened);
  Writing w;
  w.engine = opened->get();
  w.text = "被拖";
  // 欠, as in the drawn page.
  w.write({{40, 12}, {37, 24}, {27, 41}});
  w.write({{37, 27}, {66, 23}, {60, 36}});
  w.write({{47, 37}, {46, 52}, {37, 68}, {19, 81}});
  w.write({{47, 49}, {56, 66}, {75, 80}});
  CHECK(w.state.preview == "欠");
  CHECK(w.shown("candidate.0", "欠"));
  if (const char* folder = std::getenv("YIZHAN_PICTURES")) w.stage->picture(std::string(folder) + "/pad_ink.png");
  w.tap("candidate.0");
  CHECK(w.text == "被拖欠");
  CHECK(w.shown("candidate.0"));  // what may follow
  if (const char* folder = std::getenv("YIZHAN_PICTURES")) {
    w.stage->picture(std::string(folder) + "/pad_after.png");
    for (const TextSize size : {TextSize::Normal, TextSize::Largest}) {
      Writing other({size, size == TextSize::Largest});
      other.engine = opened->get();
      other.names = true;
      other.write({{40, 12}, {37, 24}, {27, 41}});
      other.write({{37, 27}, {66, 23}, {60, 36}});
      other.stage->picture(std::string(folder) + (size == TextSize::Normal ? "/pad_names.png" : "/pad_large_contrast.png"));
    }
  }
  (*opened)->forget();
}

TEST_CASE("a model that is missing or cut short leaves the other ways of writing", "[ui][pad][bad]") {
  // Beside the tests' program lies a built model, so a folder of its own is given to be cut.
  const std::string folder = "pad_model_test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/ink.model", std::ios::binary) << std::string(200, 'x');
  const auto opened = open_handwriting(folder);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == Code::Corrupt);
  std::filesystem::remove_all(folder);
}
