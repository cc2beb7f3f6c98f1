// The signature page and names written by hand: drawn, given up, bound to the text, forgotten with the visit.
#include <algorithm>
#include <cmath>

#include "kiosk/screens/screens.h"
#include "kiosk/ui/window.h"
#include "tests/citizen/lobby.h"
#include "tests/citizen/pen.h"

using namespace yizhan;
using namespace yizhan::kiosk;
using namespace yizhan::kiosk::test;

namespace {

void to_sign(Lobby& l) {
  l.to_statement();
  l.type("付清工资。");
  l.act(SkipWriting{});
  l.act(Next{});
}
void sign(Lobby& l) {
  l.act(Pen{stroke(20, 20, 60, 50)});
  l.act(Pen{stroke(60, 20, 30, 60)});
}

}  // namespace

TEST_CASE("who wrote something may sign it; the signature is filed with the hash of exactly that text", "[citizen][sign][XFTL19]") {
  Lobby l;
  to_sign(l);
  REQUIRE(l.s.screen == Screen::Sign);
  sign(l);
  CHECK(l.s.signature.strokes.ends.size() == 2);
  l.act(Next{});
  REQUIRE(l.s.screen == Screen::Ruling);
  l.act(Submit{});
  const auto* file = l.last<FileMatter>();
  REQUIRE(file);
  REQUIRE(file->signature);
  CHECK(file->signature->who == "petitioner");
  CHECK(file->signature->text_hash == text_hash(file->petition));
  CHECK(check_strokes(file->signature->strokes));
  CHECK(file->signature->strokes.width == 20'000);
}

TEST_CASE("who does not want to sign goes on with one touch, and who writes nothing is not asked", "[citizen][sign]") {
  Lobby l;
  to_sign(l);
  l.act(Next{});
  REQUIRE(l.s.screen == Screen::Ruling);
  l.act(Submit{});
  CHECK_FALSE(l.last<FileMatter>()->signature);
  Lobby silent;
  silent.to_review();
  silent.act(Next{});
  CHECK(silent.s.screen == Screen::Ruling);
}

TEST_CASE("another word after the signature, and it is asked for again", "[citizen][sign]") {
  Lobby l;
  to_sign(l);
  sign(l);
  l.act(Next{});
  l.act(Back{});
  REQUIRE(l.s.screen == Screen::Sign);
  CHECK_FALSE(l.s.signature.empty());  // nothing changed: it stands
  l.act(Back{});
  REQUIRE(l.s.screen == Screen::Review);
  l.act(Edit{Screen::Statement, 1});
  l.type("打过电话。");
  l.act(Next{});
  REQUIRE(l.s.screen == Screen::Review);
  l.act(Next{});
  REQUIRE(l.s.screen == Screen::Sign);
  CHECK(l.s.signature.empty());
  CHECK(l.s.remark == "内容改过，请重新签名。");
  sign(l);
  l.act(PenClear{});
  CHECK(l.s.signature.empty());
  sign(l);
  l.act(Next{});
  l.act(Submit{});
  CHECK(l.last<FileMatter>()->signature->text_hash == text_hash(l.last<FileMatter>()->petition));
}

TEST_CASE("an agent signs as the agent; a name drawn by hand goes to its place", "[citizen][sign]") {
  Lobby l;
  l.to_whom();
  l.act(ChooseWhom{Whom::Relative});
  l.type("李小丫");
  l.act(Next{});
  l.act(ChooseTopic{"wages"});
  l.act(Next{});
  l.answer_all();
  l.type("付清工资。");
  l.act(SkipWriting{});
  l.act(WriteName{1});
  REQUIRE(l.s.screen == Screen::DrawName);
  l.act(Pen{stroke(10, 10, 40, 40)});
  l.act(Next{});
  REQUIRE(l.s.screen == Screen::Review);
  l.act(WriteName{0});
  l.act(Pen{stroke(10, 10, 50, 40)});
  l.act(Next{});
  l.act(Next{});
  sign(l);
  l.act(Next{});
  l.act(Submit{});
  const auto* file = l.last<FileMatter>();
  REQUIRE(file);
  CHECK(file->signature->who == "filer");
  REQUIRE(file->names.size() == 2);
  CHECK(file->names[0].place == "filer.name");
  CHECK(file->names[1].place == "petitioner.name");
}

TEST_CASE("a signature is forgotten with the visit", "[citizen][sign]") {
  Lobby l;
  to_sign(l);
  sign(l);
  l.act(LeaveAsk{});
  l.act(LeaveNow{});
  CHECK(blank(l.s));
  CHECK(l.s.signature == Drawing{});
}

TEST_CASE("what the store finds wrong with a signature leads back to the pad", "[citizen][sign]") {
  Lobby l;
  to_sign(l);
  sign(l);
  l.act(Next{});
  l.refuses = {{"signature", "签名笔画太多，请重写"}};
  l.act(Submit{});
  CHECK(l.s.screen == Screen::Sign);
  CHECK(l.s.signature.empty());
  CHECK(l.s.problems.size() == 1);
  l.refuses.clear();
  sign(l);
  l.act(Next{});
  CHECK(l.s.problems.empty());
  l.act(Submit{});
  CHECK(l.s.screen == Screen::Done);
}

TEST_CASE("a finger signs on the glass, sees its line, clears it, and signs again", "[citizen][sign][screens]") {
  Lobby l;
  to_sign(l);
  auto window = std::move(*ui::Headless::open(1080, 1920, 4.0f));
  const auto frame = [&] {
    std::optional<Action> asked;
    const World world = l.world();
    window->frame([&](ui::Ui& ui) { asked = draw(ui, View{l.s, world, l.now, nullptr}); });
    if (asked) l.act(*asked);
  };
  const auto frames = [&] {
    for (int i = 0; i < 5; ++i) frame();
  };
  const auto tap = [&](std::string_view name) {
    frame();
    REQUIRE(window->tap(name));
    frames();
  };
  const auto words = [&](std::string_view name) {
    for (const auto& hit : window->hits())
      if (hit.name == name) return hit.words;
    return std::string();
  };
  frames();
  const auto pad = *std::find_if(window->hits().begin(), window->hits().end(), [](const auto& hit) { return hit.name == "sign.pad"; });
  CHECK(words("next").find("不签") != std::string::npos);
  const auto wave = [&](float from, float to) {
    std::vector<ink::Point> path;
    for (int i = 0; i <= 40; ++i) {
      const float t = static_cast<float>(i) / 40;
      path.push_back({pad.box.x + (from + (to - from) * t) * pad.box.w, pad.box.y + pad.box.h * (0.5f + 0.3f * std::sin(t * 9))});
    }
    window->write(path);
    frames();
  };
  wave(0.1f, 0.4f);
  wave(0.45f, 0.8f);
  REQUIRE(l.s.signature.strokes.ends.size() == 2);
  CHECK(words("next").find("签好了") != std::string::npos);
  if (const char* folder = std::getenv("YIZHAN_PICTURES")) window->picture(std::string(folder) + "/sign_by_finger.png");
  tap("sign.clear");
  CHECK(l.s.signature.empty());
  wave(0.2f, 0.7f);
  tap("next");
  CHECK(l.s.screen == Screen::Ruling);
  CHECK_FALSE(l.s.signed_text.empty());
}

TEST_CASE("a name that no font can show may be written by hand from the review, others are not asked", "[citizen][sign][screens]") {
  const auto has_button = [](const std::string& name) {
    Lobby l;
    l.act(Begin{Screen::Notice, {}});
    l.act(Next{});
    l.lay_card(name);
    l.act(ChooseWhom{Whom::Self});
    l.act(ChooseTopic{"wages"});
    l.act(Next{});
    l.answer_all();
    l.act(SkipWriting{});
    auto window = std::move(*ui::Headless::open(1080, 1920, 4.0f));
    const World world = l.world();
    for (int i = 0; i < 3; ++i) window->frame([&](ui::Ui& ui) { draw(ui, View{l.s, world, l.now, nullptr}); });
    if (const char* folder = std::getenv("YIZHAN_PICTURES"); folder && name != "李有田") window->picture(std::string(folder) + "/review_unshown_name.png");
    return std::any_of(window->hits().begin(), window->hits().end(), [](const auto& hit) { return hit.name == "write.who"; });
  };
  CHECK_FALSE(has_button("李有田"));
  CHECK_FALSE(has_button("𠮷田"));
  CHECK(has_button("李\uE863"));  // a private character of an old card
}
