// A visit by ear: what is said when, what a touch silences, and a statement that is spoken instead of written.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <thread>

#include "kiosk/app_sound.h"
#include "kiosk/screens/screens.h"
#include "kiosk/ui/window.h"
#include "tests/sound/pages.h"
#include "tests/sound/simulated_sound.h"

using namespace yizhan;
using namespace yizhan::kiosk;
using namespace yizhan::kiosk::test;
using namespace std::chrono_literals;

namespace {

/// The loop of `kiosk run`, without its window and its engine.
struct Visitor {
  Lobby lobby;
  std::unique_ptr<ui::Headless> window;
  Simulated* world = nullptr;
  std::unique_ptr<AppSound> ears;

  explicit Visitor(const std::string& mode = "page", bool handset = false) {
    auto opened = ui::Headless::open(1080, 1920, 4.0f);
    REQUIRE(opened);
    window = std::move(*opened);
    auto simulated = std::make_unique<Simulated>();
    simulated->mouth.handset(handset);
    world = simulated.get();
    ears = std::make_unique<AppSound>(mode, handset, [held = std::make_shared<std::unique_ptr<sound::Sound>>(std::move(simulated))] { return Result<std::unique_ptr<sound::Sound>>(std::move(*held)); }, [] {});
  }
  void frame() {
    while (const auto heard = ears->heard(lobby.s, lobby.now)) lobby.act(*heard);
    const World world_now = lobby.world();
    window->frame([&](ui::Ui& ui) {
      draw(ui, View{lobby.s, world_now, lobby.now, nullptr, nullptr, nullptr, nullptr, nullptr, ears->recorder()});
      ears->drawn(ui, lobby.s, lobby.seen());
    });
  }
  void settle() {
    for (int i = 0; i < 3; ++i) {
      frame();
      std::this_thread::sleep_for(Span{3});  // the simulated sound is opened on a thread too
    }
  }
  void touch(const Action& action) {
    ears->touched();
    if (lobby.s.visit.empty()) lobby.s.visit = "v1";
    ears->pressed(action, lobby.s.settings);
    const bool somebody = !lobby.s.visit.empty();
    lobby.act(action);
    if (somebody && lobby.s.visit.empty()) ears->ended();
    settle();
  }
  std::vector<std::string> heard() {
    std::vector<std::string> words;
    for (const auto& one : world->mouth.heard()) words.push_back((one.handset ? "(" : "") + one.words + (one.handset ? ")" : ""));
    world->mouth.forget();
    return words;
  }
  bool said(const std::vector<std::string>& all, const std::string& words) { return std::find(all.begin(), all.end(), words) != all.end(); }
};

}  // namespace

TEST_CASE("a page says its question when it opens, and a touch silences it", "[sound][visit]") {
  Visitor v;
  v.settle();
  CHECK(v.heard().empty());  // nobody is there
  v.touch(Begin{Screen::Notice, {}});
  auto heard = v.heard();
  CHECK(v.said(heard, "先跟您说几句"));
  CHECK(v.said(heard, "看完点「知道了」就开始。"));
  CHECK_FALSE(v.said(heard, "请说真实情况"));  // the rest is for who asks
  v.settle();
  CHECK(v.heard().empty());  // once
  v.touch(Next{});
  heard = v.heard();
  CHECK(heard.front() == "■");
  CHECK(v.said(heard, "♪key"));
  CHECK(v.said(heard, "请放身份证"));
}

TEST_CASE("再听一遍 says the whole page, and wakes a silenced machine", "[sound][visit]") {
  Visitor v("asked");
  v.touch(Begin{Screen::Notice, {}});
  CHECK(v.heard().size() <= 2);  // a key tone at most
  v.touch(Again{});
  auto heard = v.heard();
  CHECK(v.said(heard, "先跟您说几句"));
  CHECK(v.said(heard, "请说真实情况"));
  CHECK(v.said(heard, "请人帮我"));
  CHECK(v.lobby.s.listening);
  // Who asked once works by ear: from now on pages speak.
  v.touch(Next{});
  CHECK(v.said(v.heard(), "请放身份证"));
  Settings silent = v.lobby.s.settings;
  silent.volume = 0;
  v.touch(Set{silent});
  v.heard();
  v.touch(ChooseDocument{DocumentKind::None});
  for (const auto& words : v.heard()) CHECK(words == "■");
  v.touch(Again{});
  CHECK(v.said(v.heard(), "请问您是谁？"));
}

TEST_CASE("还在吗 is spoken also where pages do not speak, and who listens has more time", "[sound][visit]") {
  Visitor v("asked");
  v.touch(Begin{Screen::Notice, {}});
  v.heard();
  v.lobby.wait(95s);
  v.settle();
  CHECK(v.lobby.seen() == Screen::Idle);
  CHECK(v.said(v.heard(), "您还在吗？"));
  v.settle();
  CHECK(v.heard().empty());  // not with every second that goes by
  v.touch(Stay{});
  v.touch(Again{});
  v.lobby.wait(150s);
  v.settle();
  CHECK(v.lobby.seen() == Screen::Notice);
  v.lobby.wait(35s);
  v.settle();
  CHECK(v.lobby.seen() == Screen::Idle);
}

TEST_CASE("an error is said when it appears", "[sound][visit]") {
  Visitor v;
  v.touch(Begin{Screen::Notice, {}}), v.touch(Next{}), v.touch(ChooseDocument{DocumentKind::ResidentId});
  v.heard();
  v.touch(Next{});
  CHECK(v.said(v.heard(), std::string(problem_at(v.lobby.s, Field::Name))));
}

TEST_CASE("the code is heard twice in the handset, and nowhere without one", "[sound][visit][privacy]") {
  Visitor with("page", true), without("page", false);
  for (Visitor* v : {&with, &without}) {
    v->lobby.to_ruling();
    v->settle();
    v->heard();
    v->touch(Submit{});
    CHECK(v->lobby.seen() == Screen::Done);
  }
  const auto private_words = [](const std::vector<std::string>& all) { return std::count_if(all.begin(), all.end(), [](const std::string& w) { return w.front() == '('; }); };
  const auto loud = with.heard(), quiet = without.heard();
  CHECK(private_words(loud) >= 4);
  CHECK(private_words(quiet) == 0);
  const std::string group = without.lobby.s.receipt->query_code.substr(0, 4);
  for (const auto& words : quiet) CHECK(words.find(group) == std::string::npos);
  CHECK(without.said(quiet, "A012"));
}

TEST_CASE("settings of the voice go back to the default with the visit", "[sound][visit]") {
  Visitor v;
  v.touch(Begin{Screen::Sound, {}});
  Settings loud = v.lobby.s.settings;
  loud.volume = 5;
  loud.pace = 0;
  v.heard();
  v.touch(Set{loud});
  CHECK(v.said(v.heard(), "声音合适吗？"));  // heard as it will be
  v.touch(Next{});
  CHECK(v.lobby.seen() == Screen::Home);
  CHECK(v.lobby.s.settings.volume == 5);
  v.touch(Begin{Screen::Notice, {}});
  v.touch(LeaveNow{});
  CHECK(v.lobby.s.settings == Settings{});
  CHECK(blank(v.lobby.s));
}

TEST_CASE("a citizen says the matter instead of writing it", "[sound][visit][XFTL19]") {
  Visitor v;
  v.lobby.to_statement();
  v.settle();
  v.touch(SpeakInstead{});
  REQUIRE(v.lobby.seen() == Screen::Speak);
  v.heard();
  v.touch(Record{});
  CHECK(v.world->ear.state().recording);
  for (const auto& words : v.heard()) CHECK(words == "■");  // the machine does not talk into it
  for (int i = 0; i < 200; ++i) {  // longer than anybody may be idle
    v.world->ear.pass(1s);
    v.lobby.wait(1s);
    v.frame();
  }
  CHECK(v.lobby.seen() == Screen::Speak);
  v.touch(Next{});  // 停
  REQUIRE_FALSE(v.lobby.s.oral.empty());
  CHECK(v.lobby.s.oral.length == 200s);
  v.touch(PlayOral{true});
  CHECK(v.said(v.heard(), "▶"));
  v.world->mouth.ended();
  v.lobby.now += 1s;
  v.settle();
  CHECK_FALSE(v.lobby.s.playing);
  v.touch(Next{});  // 就用这段
  CHECK(v.lobby.seen() == Screen::Review);
  CHECK(petition_of(v.lobby.s, rules()).statement.request.find("3分20秒") != std::string::npos);
  const auto said = v.lobby.s.oral.bytes;
  v.lobby.after_review();
  v.touch(Submit{});
  const auto* file = v.lobby.last<FileMatter>();
  REQUIRE(file);
  REQUIRE(file->attachments.size() == 1);  // what was said goes with the matter, byte for byte
  CHECK(file->attachments[0].kind == attached_statement);
  CHECK(file->attachments[0].media_type == sound::recording_media_type);
  CHECK(file->attachments[0].duration_ms == 200'000);
  CHECK(file->attachments[0].bytes == said);
  CHECK(v.lobby.seen() == Screen::Done);
  v.touch(LeaveNow{});
  CHECK(blank(v.lobby.s));
  CHECK(v.lobby.s.oral.empty());
}

TEST_CASE("a recording stops by itself after five minutes and is kept", "[sound][visit][bad_input]") {
  Visitor v;
  v.lobby.to_statement();
  v.touch(SpeakInstead{});
  v.touch(Record{});
  v.world->ear.pass(301s);
  v.settle();
  CHECK(v.lobby.s.microphone == Microphone::Off);
  CHECK(v.lobby.s.oral.length == sound::recording_max);
  CHECK(v.said(v.heard(), "♪end"));
}

TEST_CASE("without a microphone the page says so and offers the window", "[sound][visit][bad_input]") {
  Visitor v;
  v.settle();
  v.world->ear.microphone(false);
  v.lobby.to_statement();
  v.touch(SpeakInstead{});
  v.touch(Record{});
  CHECK(v.lobby.s.microphone == Microphone::Absent);
  CHECK(v.said(v.heard(), "话筒用不了，不要紧。"));
  v.touch(SkipWriting{});
  CHECK(v.lobby.seen() == Screen::Review);
}

TEST_CASE("calling a helper in mid-sentence keeps what was said; leaving keeps nothing", "[sound][visit][privacy]") {
  Visitor v;
  v.lobby.to_statement();
  v.touch(SpeakInstead{});
  v.touch(Record{});
  v.world->ear.pass(5s);
  v.touch(CallHelp{});
  CHECK(v.lobby.seen() == Screen::Helper);
  CHECK(v.lobby.s.oral.length == 5s);
  const auto* call = v.lobby.last<CallHelper>();
  REQUIRE(call);
  CHECK(call->page.ends_with("，已录音5秒"));  // the helper knows that there is something to hear
  REQUIRE(call->draft);
  CHECK(call->draft->statement.request.empty());  // and reads of no attachment that does not come along
  v.touch(Next{});
  v.touch(Record{});
  v.world->ear.pass(5s);
  v.touch(LeaveNow{});
  CHECK(blank(v.lobby.s));
  v.settle();
  CHECK(v.lobby.s.oral.empty());
  CHECK(v.world->ear.take().empty());
  CHECK_FALSE(v.world->ear.state().recording);
}

TEST_CASE("a machine without any sound loads none and its visit goes on", "[sound][visit][bad_input]") {
  Visitor v("none");
  v.touch(Begin{Screen::Notice, {}});
  v.touch(Again{});
  v.lobby.to_statement();
  v.touch(SpeakInstead{});
  v.touch(Record{});
  CHECK(v.lobby.s.microphone == Microphone::Absent);
  AppSound broken("page", false, [] { return Result<std::unique_ptr<sound::Sound>>(Error{Code::Unavailable, "sound: no such module"}); }, [] {});
  broken.touched();
  std::this_thread::sleep_for(Span{20});
  broken.touched();
  Session session;
  session.visit = "v1";
  session.microphone = Microphone::Recording;
  const auto answer = broken.heard(session, Tick{});
  REQUIRE(answer);
  CHECK(std::holds_alternative<NoMicrophone>(*answer));
}
