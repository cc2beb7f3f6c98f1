// Every screen, drawn without a display and touched by name: sizes, gaps, words, characters, and the whole way of a citizen.
// YIZHAN_PICTURES=<folder> keeps a picture of each.
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <memory>
#include <set>

#include "kiosk/screens/screens.h"
#include "kiosk/ui/window.h"
#include "tests/citizen/scenes.h"

using namespace yizhan;
using namespace yizhan::kiosk;
using namespace yizhan::kiosk::test;
using namespace std::chrono_literals;

namespace {

std::string pictures() {
  const char* folder = std::getenv("YIZHAN_PICTURES");
  return folder == nullptr ? "" : std::string(folder) + "/";
}

struct Robot {
  Lobby lobby;
  std::unique_ptr<ui::Headless> window;
  sound::RecorderState recorder{sound::Device::Ready, true, Span{72'000}, 0.6f, false, ""};
  int taps = 0;

  explicit Robot(const ui::Theme& theme = {}) {
    auto opened = ui::Headless::open(1080, 1920, 4.0f, theme);
    if (!opened) FAIL(opened.error().what);
    window = std::move(*opened);
  }
  void frame() {
    std::optional<Action> asked;
    const World world = lobby.world();
    window->frame([&](ui::Ui& ui) { asked = draw(ui, View{lobby.s, world, lobby.now, nullptr, nullptr, nullptr, nullptr, nullptr, recorder}); });
    if (asked) {
      const Settings before = lobby.s.settings;
      lobby.act(*asked);
      if (!(lobby.s.settings == before)) window->set_theme(theme_of(lobby.s.settings));
    }
  }
  void frames(int n = 3) {
    for (int i = 0; i < n; ++i) frame();
  }
  void tap(std::string_view name) {
    frame();
    INFO("tap " << name << " on " << word(lobby.seen()));
    if (!window->tap(name)) {
      std::string names;
      for (const auto& hit : window->hits()) names += hit.name + (hit.enabled ? " " : "(off) ");
      FAIL("nothing to tap named " << name << " on " << word(lobby.seen()) << ": " << names);
    }
    ++taps;
    frames(4);
    lobby.news();
    frame();
  }
  bool has(std::string_view name) const {
    return std::any_of(window->hits().begin(), window->hits().end(), [&](const ui::HitBox& hit) { return hit.name == name; });
  }
};

bool is_key(const std::string& name) { return name.starts_with("key.") || name.starts_with("candidate."); }

/// What is wrong with the frame just drawn; "" when nothing.
std::string faults(const ui::Headless& window, bool low) {
  std::string out;
  const auto say = [&](const std::string& words) { out += words + "\n"; };
  const auto& hits = window.hits();
  std::set<std::string> names;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const auto& hit = hits[i];
    if (!names.insert(hit.name).second) say("two are named " + hit.name);
    const bool key = is_key(hit.name);
    const float w_min = key ? 12.7f : 20.f, h_min = key ? (low ? 12.7f : 15.f) : 20.f;
    if (hit.box.w < w_min - 0.13f || hit.box.h < h_min - 0.13f) say(hit.name + " is small: " + std::to_string(hit.box.w) + " × " + std::to_string(hit.box.h));
    if (hit.box.x < 0 || hit.box.y < 0 || hit.box.right() > 270.1f || hit.box.bottom() > 480.1f) say(hit.name + " leaves the page");
    if (low && hit.box.y < 480 * 0.55f - 0.1f) say(hit.name + " is out of reach at " + std::to_string(hit.box.y) + " mm");
    for (std::size_t j = i + 1; j < hits.size(); ++j) {
      const auto& other = hits[j];
      const float dx = std::max(other.box.x - hit.box.right(), hit.box.x - other.box.right());
      const float dy = std::max(other.box.y - hit.box.bottom(), hit.box.y - other.box.bottom());
      const float gap = std::max(dx, dy);
      const float gap_min = key && is_key(other.name) ? 2.0f : 2.5f;
      // The active tab joins the one field of its page (look/tokens.md); a finger that lands there by mistake changes nothing.
      if (hit.name.starts_with("tab.") && other.name == "text") continue;
      if (gap < gap_min - 0.13f) say(hit.name + " and " + other.name + " are " + std::to_string(gap) + " mm apart");
    }
  }
  for (const auto& words : window.clipped()) say("cut: " + words);
  for (const auto& c : window.missing_glyphs()) say("no glyph: " + c);
  return out;
}

void walk_scenes(const Settings& settings, const std::string& suffix) {
  const std::string folder = pictures();
  Robot robot(theme_of(settings));
  std::set<Screen> drawn;
  for (const Scene& scene : scenes()) {
    Lobby lobby;
    lobby.act(Set{settings});
    scene.reach(lobby);
    INFO(scene.name << suffix);
    CHECK(lobby.seen() == scene.screen);
    drawn.insert(lobby.seen());
    robot.lobby = lobby;
    robot.window->set_theme(theme_of(settings));
    robot.frames(3);
    if (!folder.empty()) robot.window->picture(folder + scene.name + suffix + ".png");
    const std::string wrong = faults(*robot.window, settings.low);
    if (!wrong.empty()) FAIL_CHECK(scene.name << suffix << ":\n" << wrong);
    // A person is always one touch away, and so is forgetting everything.
    const Screen at = lobby.seen();
    if (at != Screen::Idle && at != Screen::Leave) CHECK(robot.has("help"));
    if (at != Screen::Home) CHECK((robot.has("leave") || robot.has("leave.now")));
  }
  CHECK(drawn.size() == 31);  // every screen there is
}

}  // namespace

TEST_CASE("every screen is touchable, whole and legible at normal size", "[citizen][screens]") { walk_scenes({}, ""); }
TEST_CASE("every screen is touchable, whole and legible at large size", "[citizen][screens]") { walk_scenes({1, false, false}, "_large"); }
TEST_CASE("every screen is touchable, whole and legible at the largest size", "[citizen][screens]") { walk_scenes({2, false, false}, "_largest"); }
TEST_CASE("every screen is touchable, whole and legible in high contrast", "[citizen][screens]") { walk_scenes({0, true, false}, "_contrast"); }
TEST_CASE("every screen is touchable, whole and legible in high contrast and the largest size", "[citizen][screens]") { walk_scenes({2, true, false}, "_contrast_largest"); }
TEST_CASE("in the low position every touch lies in the lower 45 %", "[citizen][screens]") { walk_scenes({0, false, true}, "_low"); }

TEST_CASE("an old person with a card and no typing gets a lawyer number in at most ten taps", "[citizen][screens]") {
  Robot robot;
  robot.tap("self");
  robot.tap("next");        // 知道了
  robot.lobby.lay_card();   // a card is no tap
  robot.tap("whom.self");
  robot.tap("topic.wages");
  robot.tap("next");
  while (robot.lobby.seen() == Screen::Question) robot.tap("answer.no");
  robot.tap("skip");
  robot.tap("next");        // 都对
  robot.tap("next");        // 就去这里
  CHECK(robot.lobby.seen() == Screen::Done);
  REQUIRE(robot.lobby.s.receipt);
  CHECK(robot.lobby.s.receipt->window == window_lawyer);
  CHECK(robot.taps <= 10);
  WARN("taps from home to a lawyer number: " << robot.taps);
}

TEST_CASE("a robot writes a statement with the keyboard, in three parts, with place and party", "[citizen][screens]") {
  Robot robot;
  robot.tap("self");
  robot.tap("next");
  robot.tap("no_document");
  for (const char* letter : {"key.l", "key.i"}) robot.tap(letter);
  robot.tap("next");
  robot.tap("whom.self");
  robot.tap("topic.other");
  robot.tap("next");
  while (robot.lobby.seen() == Screen::Question) robot.tap("answer.unsure");
  REQUIRE(robot.lobby.seen() == Screen::Statement);
  robot.tap("key.mode.phrases");
  robot.tap("key.phrase.0");
  CHECK_FALSE(robot.lobby.s.statement.request.empty());
  robot.tap("tab.facts");
  robot.tap("key.mode.pinyin");
  robot.tap("key.a");
  CHECK(robot.lobby.s.statement.facts == "a");
  robot.tap("key.backspace");
  CHECK(robot.lobby.s.statement.facts.empty());
  robot.tap("next");
  robot.tap("next");
  REQUIRE(robot.lobby.seen() == Screen::Place);
  robot.tap("key.b");
  robot.tap("party");
  robot.tap("key.c");
  robot.tap("next");
  REQUIRE(robot.lobby.seen() == Screen::Review);
  CHECK(robot.lobby.s.statement.place == "b");
  CHECK(robot.lobby.s.statement.party_complained_of == "c");
  robot.tap("edit.facts");
  CHECK(robot.lobby.seen() == Screen::Statement);
  robot.tap("next");
  CHECK(robot.lobby.seen() == Screen::Review);
  robot.tap("next");
  CHECK(robot.lobby.seen() == Screen::Sign);
  robot.tap("next");  // 不签
  robot.tap("help");
  CHECK(robot.lobby.seen() == Screen::Helper);
  robot.tap("next");
  CHECK(robot.lobby.seen() == Screen::Ruling);
  robot.tap("next");
  CHECK(robot.lobby.seen() == Screen::Done);
  robot.tap("leave");
  CHECK(robot.lobby.seen() == Screen::Leave);  // not before it is settled whether there is a slip
  robot.tap("stay");
  robot.tap("no_paper");
  CHECK(robot.lobby.count<PrintReceipt>() == 0);
  robot.tap("leave");
  CHECK(robot.lobby.seen() == Screen::Home);
  CHECK(blank(robot.lobby.s));
}

TEST_CASE("a closed window says who stands in before it is touched, and gives that window's number", "[citizen][screens]") {
  Lobby lobby;
  lobby.snapshot.closed = {"LAW"};
  lobby.act(Begin{Screen::TakeNumber, {}});
  Robot robot(theme_of(Settings{}));
  robot.lobby = lobby;
  robot.frames(3);
  REQUIRE(robot.has("window.LAW"));
  robot.tap("window.LAW");
  REQUIRE(robot.lobby.last<TakeNumber>());
  CHECK(robot.lobby.last<TakeNumber>()->window == "PET");
}

TEST_CASE("a robot asks for the progress and rates", "[citizen][screens]") {
  Robot robot;
  robot.tap("progress");
  const std::string id = make_matter_id("440583-K01", hall_day(robot.lobby.snapshot.now), 12);
  for (const char c : id.substr(8))
    if (c != '-') robot.tap(std::string("key.") + c);
  robot.tap("code");
  for (const char c : robot.lobby.receipt_for("", "LAW").query_code) robot.tap(std::string("key.") + c);
  robot.tap("next");
  REQUIRE(robot.lobby.seen() == Screen::Progress);
  robot.tap("rate");
  robot.tap("service.5");
  robot.tap("outcome.3");
  robot.tap("next");
  CHECK(robot.lobby.seen() == Screen::Thanks);
  robot.tap("next");
  CHECK(robot.lobby.seen() == Screen::Home);
}

TEST_CASE("taps next to every button change nothing", "[citizen][screens]") {
  Robot robot;
  robot.tap("self");
  robot.frame();
  robot.window->tap_at(1, 1);
  robot.frames(4);
  CHECK(robot.lobby.seen() == Screen::Notice);
}

TEST_CASE("no number of a person is readable on the review or after two seconds", "[citizen][screens][T4]") {
  Robot robot;
  robot.lobby.to_review();
  robot.frames(3);
  for (const auto& hit : robot.window->hits()) CHECK(hit.words.find(sample_id()) == std::string::npos);
  robot.lobby = Lobby();
  robot.lobby.act(Begin{Screen::Notice, {}});
  robot.lobby.act(Next{});
  robot.lobby.act(ChooseDocument{DocumentKind::ResidentId});
  robot.lobby.act(Focus{Field::Number, 0});
  robot.lobby.type(sample_id());
  const auto shows = [&] {
    robot.frames(2);
    return std::any_of(robot.window->hits().begin(), robot.window->hits().end(), [](const ui::HitBox& hit) { return hit.words.find(sample_id()) != std::string::npos; });
  };
  CHECK(shows());
  robot.lobby.now += 2s;
  CHECK_FALSE(shows());
  robot.tap("reveal");
  CHECK(shows());
}

TEST_CASE("the checker barks at a button that is too small, too near, or nameless twice", "[citizen][screens]") {
  auto window = ui::Headless::open(1080, 1920, 4.0f);
  REQUIRE(window);
  (*window)->frame([](ui::Ui& ui) {
    ui.button("a", {10, 10, 15, 30}, "小");
    ui.button("b", {26, 10, 30, 30}, "近");
    ui.button("b", {100, 10, 30, 30}, "同名");
    ui.text({10, 100, 20, 10}, "这一句话太长放不下要被切掉", {});
  });
  const std::string wrong = faults(**window, false);
  CHECK(wrong.find("a is small") != std::string::npos);
  CHECK(wrong.find("a and b are") != std::string::npos);
  CHECK(wrong.find("two are named b") != std::string::npos);
  CHECK(wrong.find("cut: ") != std::string::npos);
}
