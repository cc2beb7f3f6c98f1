// Desks and the board: office software at its own sizes. Contrast, clipping, glyphs, overlap, edges and names of every state at every
// resolution; the board also dark and from far away.
#include <catch2/catch_test_macros.hpp>

#include <cstdio>
#include <map>

#include "kiosk/desk/board.h"
#include "kiosk/desk/screen.h"
#include "tests/reach/matrix.h"
#include "tests/stations/world.h"

using namespace stations;

namespace {

/// A desk whose frames are judged.
struct Desk {
  reach::Easel easel;
  const reach::Glass& glass;
  Station station;
  int pages = 0, faulty = 0;
  std::map<std::string, int> by_rule;
  std::string told;
  std::uint32_t seen = 0;

  Desk(const reach::Glass& on, dk::Role role) : easel(on), glass(on), station(role) {}
  const reach::Frame& frame() {
    std::optional<dk::DeskAction> asked;
    const reach::Frame& drawn = easel.draw({}, [&](ui::Ui& kit) { asked = dk::draw(kit, station.session, station.world, dk::Law{station.book, station.days}); });
    station.press(asked ? *asked : dk::DeskAction{dk::News{}});
    return drawn;
  }
  void key(std::string_view name) {
    easel.stage().kit().key(name);
    for (int i = 0; i < 3; ++i) frame();
  }
  void judge(const std::string& name) {
    frame();
    const reach::Frame& drawn = frame();
    const reach::Faults faults = reach::judge(drawn);
    ++pages;
    if (faults.empty()) return;
    ++faulty;
    for (const auto& fault : faults) ++by_rule[fault.rule];
    told += glass.name + " " + name + "\n" + reach::words_of(faults);
    if (const std::string folder = reach::pictures(); !folder.empty())
      easel.picture(folder + "desk_" + std::to_string(glass.width) + "_" + name + ".png", [&](ui::Ui& kit) { dk::draw(kit, station.session, station.world, dk::Law{station.book, station.days}); });
  }
  void report(const char* who) {
    std::string rules;
    for (const auto& [rule, count] : by_rule) rules += " " + rule + "=" + std::to_string(count);
    std::printf("reach: %-20s %-9s %5d pages, %4d with a fault%s\n", glass.name.c_str(), who, pages, faulty, rules.c_str());
    INFO(told);
    CHECK(faulty == 0);
  }
};

sync::CallLine call(std::string number, std::string place, Time when, std::string state, int calls = 1) {
  sync::CallLine c;
  c.ticket = std::move(number), c.place = std::move(place), c.at = when, c.state = std::move(state), c.calls = calls;
  return c;
}

}  // namespace

TEST_CASE("every state of the lawyer's desk is legible, whole and named on every screen", "[reach][office]") {
  for (const auto& glass : reach::office_glasses()) {
    Desk d(glass, dk::Role::Lawyer);
    d.judge("lawyer_idle");
    d.key("F2");
    d.judge("lawyer_called");
    d.key("F10");
    d.judge("lawyer_missing");
    d.key("Ctrl+2");
    d.key("F6");
    d.key("F7");
    d.judge("lawyer_viewers");
    d.key("F9");
    d.judge("lawyer_transfer");
    d.key("Escape");
    d.station.world.hub_online = d.station.world.county_online = false;
    d.station.world.unsent = 12;
    d.judge("lawyer_offline");
    d.key("F12");
    d.judge("curtain");
    d.key("F12");
    d.station.world.tickets.clear();
    d.judge("lawyer_empty");
    d.report("lawyer");
  }
}

TEST_CASE("the page where people sign in and the panel of withdrawing are legible, whole and named on every screen", "[reach][office][people]") {
  for (const auto& glass : reach::office_glasses()) {
    Desk d(glass, dk::Role::Lawyer);
    StaffNews& staff = d.station.world.staff;
    staff.needed = true;
    staff.people = {{"L01", "陈明远 律师", "lawyer", true, false}, {"L02", "何秀兰 律师", "lawyer", false, false}, {"L03", "林一舟 律师", "lawyer", true, true}};
    d.judge("sign_in");
    d.station.press(dk::PickPerson{"L01"});
    d.station.press(dk::PinDigits{"270415"});
    d.judge("sign_in_typed");
    d.station.press(dk::EnterPin{});
    staff.request = d.station.sent<SignIn>().back().request;
    for (const char* trouble : {"wrong", "locked", "elsewhere", "away", "card_absent"}) {
      staff.trouble = trouble, staff.left = 4, staff.wait_s = 240;
      d.judge(std::string("sign_in_") + trouble);
    }
    d.station.session.sign_in = {};
    d.station.press(dk::PickPerson{"L01"});
    d.station.press(dk::PinDigits{"270415"});
    d.station.press(dk::EnterPin{});
    staff.request = d.station.sent<SignIn>().back().request;
    staff.signed_in = StaffWho{"L01", "陈明远 律师", "lawyer"};
    d.judge("signed_in");
    d.key("F2");
    d.station.press(dk::OpenWithdraw{});
    d.judge("withdraw");
    d.station.press(dk::WithdrawGo{});
    d.judge("withdraw_missing");
    d.station.world.keys = 1;
    d.judge("keys_expired");
    d.report("people");
  }
}

TEST_CASE("every state of the mediator's and reception's desks is legible, whole and named on every screen", "[reach][office]") {
  for (const auto& glass : reach::office_glasses()) {
    Desk m(glass, dk::Role::Mediator);
    m.station.world.tickets = {ticket("B004", "MED", at("2026-11-20", 9, 30), wages_id, "neighbour")};
    m.judge("mediator_idle");
    m.key("F2");
    m.judge("mediator_called");
    m.report("mediator");
    Desk r(glass, dk::Role::Reception);
    r.station.world.tickets = {ticket("C021", "PET", at("2026-11-20", 9, 30), wages_id, "land")};
    r.judge("reception_idle");
    r.key("F2");
    r.judge("reception_called");
    r.key("F10");
    r.judge("reception_missing");
    r.tap("tab.code");
    r.judge("reception_code");
    r.key("F8");
    r.judge("form");
    r.report("reception");
  }
}

TEST_CASE("the board is legible and whole on every screen, and nothing on it is said by colour alone", "[reach][office][board]") {
  for (const auto& glass : reach::board_glasses()) {
    reach::Easel easel(glass);
    int faulty = 0;
    std::string told;
    for (const char* state : {"busy", "pulse", "empty", "away", "long"}) {
      Snapshot w = hall();
      w.tickets.clear();
      w.now = at("2026-11-20", 9, 44);
      w.hall.as_of = w.now;
      w.hall.calls = {call("A012", "1号律师窗口", w.now, "called"), call("B004", "调解室", at("2026-11-20", 9, 31), "serving"), call("C021", "综合接待", at("2026-11-20", 9, 40), "serving"),
                      call("A011", "2号律师窗口", at("2026-11-20", 9, 38), "ended"), call("A009", "1号律师窗口", at("2026-11-20", 9, 20), "missed", 2)};
      w.hall.queues = {{"LAW", 4, 25, 1}, {"MED", 1, 10, 1}, {"PET", 0, 0, 1}};
      const std::string name = state;
      if (name == "empty") w.hall.calls.clear(), w.hall.queues.clear();
      if (name == "away") w.hub_online = false, w.now += std::chrono::minutes{13};
      if (name == "long") {
        w.center = "云栖县群众信访诉求综合服务中心暨社会治安综合治理中心";
        w.hall.calls[0].ticket = "A1299";
        w.hall.calls[0].place = "县级领导接访室（二楼东侧）";
        w.hall.calls[1].place = "法院诉前调解工作室第二窗口";
        w.hall.queues = {{"LAW", 128, 25, 1}, {"MED", 0, 10, 1}, {"PET", 64, 0, 1}};
      }
      dk::BoardSession board = dk::update({}, w, easel.now());
      if (name == "pulse") board.since = easel.now() - .25;
      const reach::Faults faults = reach::judge(easel.draw({}, [&](ui::Ui& kit) { dk::draw_board(kit, board, w, rules()); }));
      faulty += !faults.empty();
      told += name + "\n" + reach::words_of(faults);
      // From eight metres: nothing under 40 px of a 43-inch board's 1080 lines, 15 mm.
      for (const auto& text : easel.draw({}, [&](ui::Ui& kit) { dk::draw_board(kit, board, w, rules()); }).drawn.texts)
        if (text.first != text.last && text.words != "信" /* the seal is a picture */ && text.em * 1080 / static_cast<float>(glass.height) < 40) {
          told += "small: " + text.words + "\n";
          ++faulty;
        }
    }
    std::printf("reach: %-20s board         5 pages, %4d with a fault\n", glass.name.c_str(), faulty);
    INFO(told);
    CHECK(faulty == 0);
  }
}
