#include <catch2/catch_test_macros.hpp>

#include "kiosk/desk/board.h"
#include "tests/stations/robot.h"

using namespace stations;

namespace {

sync::CallLine call(std::string ticket, std::string place, Time when, std::string state, int calls = 1) {
  sync::CallLine c;
  c.ticket = std::move(ticket), c.place = std::move(place), c.at = when, c.state = std::move(state), c.calls = calls;
  return c;
}

Snapshot busy_hall() {
  Snapshot w = hall();
  w.tickets.clear();
  w.now = at("2026-11-20", 9, 44);
  w.hall.as_of = w.now;
  w.hall.calls = {call("A012", "1号律师窗口", w.now, "called"), call("B004", "调解室", at("2026-11-20", 9, 31), "serving"),
                  call("C021", "综合接待", at("2026-11-20", 9, 40), "serving"), call("A011", "2号律师窗口", at("2026-11-20", 9, 38), "ended"),
                  call("A009", "1号律师窗口", at("2026-11-20", 9, 20), "missed", 2), call("C020", "综合接待", at("2026-11-20", 9, 10), "ended")};
  w.hall.queues = {{"LAW", 4, 25, 1}, {"MED", 1, 10, 1}, {"PET", 0, 0, 1}};
  return w;
}

struct Board {
  Snapshot world = busy_hall();
  RuleBook book = rules();
  dk::BoardSession session;
  std::unique_ptr<ui::Headless> screen;
  double now = 100;
  Board() {
    auto opened = ui::Headless::open(1920, 1080, 2.0f);
    REQUIRE(opened);
    screen = std::move(*opened);
  }
  void frame(double seconds) {
    now = seconds;
    screen->at(now);
    session = dk::update(std::move(session), world, now);
    screen->frame([&](ui::Ui& ui) { dk::draw_board(ui, session, world, book); });
  }
  void check(const std::string& name) {
    frame(now + 10);
    INFO(name);
    for (const std::string& words : screen->clipped()) {
      INFO("clipped: " << words);
      CHECK(false);
    }
    CHECK(screen->missing_glyphs().empty());
    CHECK(screen->hits().empty());  // nothing on the board can be touched
    if (const char* folder = std::getenv("YIZHAN_PICTURES")) CHECK(screen->picture(std::string(folder) + "/board_" + name + ".png"));
  }
};

}  // namespace

TEST_CASE("a call pulses twice, 900 ms apart, then rests; a recall pulses again", "[board]") {
  Snapshot w = busy_hall();
  dk::BoardSession board = dk::update({}, w, 10.0);
  CHECK(dk::pulse(board, 10.0) == 0);
  CHECK(dk::pulse(board, 10.3) > 0.9f);
  CHECK(dk::pulse(board, 10.75) == 0);
  CHECK(dk::pulse(board, 11.2) > 0.9f);
  for (double t = 11.5; t < 60; t += 0.05) REQUIRE(dk::pulse(board, t) == 0);
  board = dk::update(std::move(board), w, 30.0);
  CHECK(dk::pulse(board, 30.3) == 0);  // the same call is not news
  w.hall.calls[0].calls = 2;
  board = dk::update(std::move(board), w, 40.0);
  CHECK(dk::pulse(board, 40.3) > 0.9f);
}

TEST_CASE("a board that is switched on does not pulse for an old call", "[board]") {
  Snapshot w = busy_hall();
  w.now += std::chrono::minutes{10};
  const dk::BoardSession board = dk::update({}, w, 1.0);
  CHECK(dk::pulse(board, 1.3) == 0);
}

TEST_CASE("the frame never holds a missed or an ended ticket", "[board]") {
  Snapshot w = busy_hall();
  w.hall.calls[0].state = "missed";
  const dk::BoardCalls calls = dk::board_calls(w.hall);
  REQUIRE(calls.now);
  CHECK(calls.now->ticket == "B004");
  REQUIRE(calls.last.size() == 4);
  CHECK(calls.last[0].ticket == "A012");
}

TEST_CASE("the board shows the last five calls and every state of a hall", "[board]") {
  Board board;
  SECTION("busy") { board.check("busy"); }
  SECTION("high in the pulse") {
    board.frame(200);
    board.world.hall.calls[0].calls = 2;
    board.frame(201);
    board.frame(201.3);
    CHECK(board.screen->clipped().empty());
    if (const char* folder = std::getenv("YIZHAN_PICTURES")) CHECK(board.screen->picture(std::string(folder) + "/board_pulse.png"));
  }
  SECTION("nobody called, nobody waits") {
    board.world.hall.calls.clear();
    board.world.hall.queues.clear();
    board.check("empty");
  }
  SECTION("the hub is away") {
    board.world.hub_online = false;
    board.world.now += std::chrono::minutes{13};
    board.check("away");
  }
  SECTION("the hub was never there") {
    board.world = Snapshot{};
    board.world.center = "云栖县信访超市";
    board.world.now = at("2026-11-20", 0, 0);
    board.check("never");
  }
  SECTION("long names, many windows, many people, midnight") {
    board.world.center = "云栖县群众信访诉求综合服务中心暨社会治安综合治理中心";
    board.world.now = at("2026-12-31", 23, 59);
    board.book.windows.push_back({"LDR", "县级领导接访室（二楼东侧）", "D", "", "", true, {}, {}, {}, {}});
    board.book.windows.push_back({"JDG", "法院诉前调解工作室", "E", "", "", true, {}, {}, {}, {}});
    board.world.hall.queues = {{"LAW", 128, 25, 1}, {"MED", 0, 10, 1}, {"PET", 64, 0, 1}, {"LDR", 12, 0, 1}, {"JDG", 3, 0, 0}};
    board.world.hall.calls[0].place = "县级领导接访室（二楼东侧）";
    board.world.hall.calls[1].place = "法院诉前调解工作室第二窗口";
    board.world.hall.calls[0].ticket = "A1299";
    board.check("long");
  }
}

TEST_CASE("a board says each new call once, a recall again, in the order they were made", "[board][sound]") {
  Snapshot w = busy_hall();
  w.hall.calls.clear();
  dk::BoardVoice voice;
  CHECK(dk::calls_to_say(voice, w).empty());  // nothing was called
  w.hall.calls = {call("A012", "1号律师窗口", w.now, "called")};
  CHECK(dk::calls_to_say(voice, w) == std::vector<std::string>{"请A012号到1号律师窗口"});
  CHECK(dk::calls_to_say(voice, w).empty());
  // Three at once, newest first as the hub tells them: said oldest first, none lost.
  w.now += std::chrono::seconds(30);
  w.hall.calls = {call("C003", "综合接待", w.now, "called"), call("B001", "调解室", w.now - std::chrono::seconds(2), "called"),
                  call("A013", "2号律师窗口", w.now - std::chrono::seconds(4), "called"), call("A012", "1号律师窗口", w.now - std::chrono::seconds(30), "serving")};
  CHECK(dk::calls_to_say(voice, w) == std::vector<std::string>{"请A013号到2号律师窗口", "请B001号到调解室", "请C003号到综合接待"});
  w.hall.calls[1].calls = 2;
  CHECK(dk::calls_to_say(voice, w) == std::vector<std::string>{"请B001号到调解室"});
  w.hall.calls[1].state = "missed";
  CHECK(dk::calls_to_say(voice, w).empty());
}

TEST_CASE("a board that starts again or was cut off does not say old calls", "[board][sound]") {
  Snapshot w = busy_hall();
  w.hall.calls = {call("A012", "1号律师窗口", w.now - std::chrono::minutes(3), "called"), call("A011", "2号律师窗口", w.now - std::chrono::minutes(9), "called", 2)};
  dk::BoardVoice voice;
  CHECK(dk::calls_to_say(voice, w).empty());
  w.hall.calls.insert(w.hall.calls.begin(), call("A014", "1号律师窗口", w.now, "called"));
  CHECK(dk::calls_to_say(voice, w) == std::vector<std::string>{"请A014号到1号律师窗口"});
  for (int i = 0; i < 300; ++i) {  // a long day does not grow
    w.hall.calls = {call("A" + std::to_string(100 + i), "调解室", w.now, "called")};
    CHECK(dk::calls_to_say(voice, w).size() == 1);
  }
  CHECK(voice.said.size() <= 64);
}
