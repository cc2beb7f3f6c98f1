// People at a desk: the page that asks who is there, the PIN, the lock that really locks, and 回避.
#include <catch2/catch_test_macros.hpp>

#include "kiosk/desk/words.h"
#include "tests/stations/robot.h"

using namespace stations;

namespace {

void people(Snapshot& world) {
  world.staff.needed = true;
  world.staff.people = {{"L01", "陈明远 律师", "lawyer", true, false}, {"L02", "何秀兰 律师", "lawyer", true, false}, {"L03", "周小满 律师", "lawyer", false, false},
                        {"L04", "林一舟 律师", "lawyer", true, true}};
}

/// What the store and the hub answer: 270415 is right for everybody.
void answer(Station& s) {
  const auto tries = s.sent<SignIn>();
  if (!tries.empty() && s.world.staff.request != tries.back().request) {
    s.world.staff.request = tries.back().request;
    s.world.staff.asking = false;
    if (tries.back().pin == "270415") {
      s.world.staff.trouble.clear();
      for (const auto& one : s.world.staff.people)
        if (one.id == tries.back().id) s.world.staff.signed_in = StaffWho{one.id, one.name, one.role};
    } else {
      s.world.staff.trouble = "wrong";
      s.world.staff.left = 5;
      s.world.staff.wait_s = 15;
    }
  }
  s.news();
}
void sign_in(Station& s, const std::string& id, const std::string& pin = "270415") {
  s.press(dk::PickPerson{id});
  s.press(dk::PinDigits{pin});
  s.press(dk::EnterPin{});
  answer(s);
}
/// The store let the key go.
void follow_sign_out(Station& s) {
  if (s.sent<SignOut>().empty()) return;
  s.world.staff.signed_in.reset();
  s.world.staff.request.clear();
  s.world.open.reset();
  s.news();
}

}  // namespace

TEST_CASE("where people sign in, nothing works and nothing is shown before the PIN", "[people]") {
  Station s(dk::Role::Lawyer);
  people(s.world);
  s.press(dk::CallNext{});
  CHECK(s.sent<QueueCommand>().empty());
  CHECK(dk::signing_in(s.session, s.world));
  s.press(dk::Unlock{});  // F12 opens a curtain, not this
  CHECK(dk::signing_in(s.session, s.world));
  sign_in(s, "L01", "111222");
  CHECK(dk::signing_in(s.session, s.world));
  CHECK(s.session.sign_in.pin.empty());
  // For fifteen seconds a press asks nothing.
  s.press(dk::PinDigits{"270415"});
  s.press(dk::EnterPin{});
  CHECK(s.sent<SignIn>().size() == 1);
  s.now += Span{15'000};
  s.press(dk::EnterPin{});
  answer(s);
  CHECK_FALSE(dk::signing_in(s.session, s.world));
  CHECK(s.session.seat.staff == "陈明远 律师");
  CHECK(s.session.sign_in.pin.empty());
  s.press(dk::CallNext{});
  CHECK(s.sent<QueueCommand>().size() == 1);
}

TEST_CASE("a hall without accounts keeps its curtain", "[people]") {
  Station s(dk::Role::Lawyer);
  s.press(dk::Lock{});
  CHECK(s.session.locked);
  CHECK_FALSE(dk::signing_in(s.session, s.world));
  CHECK(s.sent<SignOut>().empty());
  s.press(dk::Unlock{});
  CHECK_FALSE(s.session.locked);
}

TEST_CASE("five minutes without a hand let the key go; what was written comes back to the same person", "[people]") {
  Station s(dk::Role::Lawyer);
  people(s.world);
  sign_in(s, "L01");
  s.press(dk::CallNext{});
  REQUIRE(s.session.serving);
  s.press(dk::Typed{"facts", "欠薪八个月"});
  s.now += dk::idle_lock_ms - Span{1};
  s.news();
  CHECK(s.sent<SignOut>().empty());
  s.now += Span{1};
  s.news();
  REQUIRE(s.sent<SignOut>().size() == 1);
  CHECK(s.sent<SignOut>()[0].what == "locked");
  CHECK_FALSE(s.session.served);  // the text that the key opened is put away
  follow_sign_out(s);
  const auto opened = s.sent<OpenMatter>().size();
  for (int i = 0; i < 3; ++i) s.news();
  CHECK(s.sent<SignOut>().size() == 1);
  CHECK(s.sent<OpenMatter>().size() == opened);  // and not asked for while nobody is here
  sign_in(s, "L01");
  REQUIRE(s.session.serving);
  CHECK(dk::draft_of(s.session).lawyer.facts == "欠薪八个月");
  CHECK(s.session.served);
}

TEST_CASE("another person finds neither the draft nor the matter, and the first one both again", "[people]") {
  Station s(dk::Role::Lawyer);
  people(s.world);
  sign_in(s, "L01");
  s.press(dk::CallNext{});
  s.press(dk::Typed{"facts", "只给本人看"});
  s.press(dk::Lock{});
  follow_sign_out(s);
  s.find("A012")->desk = "440583-D01";
  sign_in(s, "L02");
  CHECK(s.session.seat.staff == "何秀兰 律师");
  CHECK(s.session.drafts.empty());
  s.press(dk::LeaveDesk{});
  CHECK(s.sent<SignOut>().back().what == "out");
  follow_sign_out(s);
  sign_in(s, "L01");
  bool found = false;
  for (const auto& [key, draft] : s.session.drafts) found = found || draft.lawyer.facts == "只给本人看";
  CHECK(found);
}

TEST_CASE("a store that lost its key locks the screen by itself", "[people]") {
  Station s(dk::Role::Lawyer);
  people(s.world);
  sign_in(s, "L01");
  CHECK_FALSE(s.session.locked);
  s.world.staff.signed_in.reset();
  s.world.staff.request.clear();
  s.news();
  CHECK(dk::signing_in(s.session, s.world));
}

TEST_CASE("withdrawing needs a reason, states it, and gives the number back", "[people]") {
  Station s(dk::Role::Lawyer);
  people(s.world);
  sign_in(s, "L01");
  s.press(dk::OpenWithdraw{});
  CHECK_FALSE(s.session.withdrawing);  // from nothing
  s.press(dk::CallNext{});
  s.press(dk::OpenWithdraw{});
  CHECK(s.session.withdrawing);
  s.press(dk::WithdrawGo{});
  CHECK(dk::problem_at(s.session.problems, "withdraw_reason"));
  CHECK(s.stated<Recused>() == nullptr);
  s.press(dk::Typed{"withdraw_reason", "与当事人是近亲属"});
  s.press(dk::WithdrawGo{});
  REQUIRE(s.stated<Recused>());
  CHECK(s.stated<Recused>()->staff == "L01");
  CHECK(s.stated<Recused>()->by == "L01");
  CHECK(s.sent<QueueCommand>().back().ask.op == QueueOp::Hold);
  CHECK_FALSE(s.session.serving);
  CHECK(s.session.drafts.empty());
}

TEST_CASE("the sign-in page by finger: names, a pad, dots, and words for whatever went wrong", "[screen][people]") {
  for (const auto& [width, height] : {std::pair{1920, 1080}, {1366, 768}}) {
    Robot d(dk::Role::Lawyer, width, height);
    people(d.station.world);
    d.rest();
    d.check("sign_in");
    CHECK_FALSE(d.has("call_next"));
    d.tap("person.L01");
    for (const char* key : {"key.1", "key.1", "key.1", "key.2", "key.2", "key.3", "key.back", "key.2"}) d.tap(key);
    CHECK(d.station.session.sign_in.pin == "111222");
    d.check("sign_in_typed");
    d.tap("pin.enter");
    REQUIRE(d.station.sent<SignIn>().size() == 1);
    CHECK(d.station.sent<SignIn>()[0].pin == "111222");
    for (const char* trouble : {"wrong", "wait", "locked", "elsewhere", "role", "unknown", "away", "old_hub", "damaged", "memory", "card_wrong", "card_locked", "card_absent"}) {
      d.station.world.staff.request = d.station.sent<SignIn>().back().request;
      d.station.world.staff.trouble = trouble;
      d.station.world.staff.left = 5;
      d.station.world.staff.wait_s = 240;
      d.rest();
      d.check(std::string("sign_in_") + trouble);
    }
    d.station.world.staff.request.clear();
    d.station.world.hub_online = false;
    d.rest();
    d.check("sign_in_away_before");
    d.station.world.staff.people.clear();
    d.rest();
    d.check("sign_in_nobody");
    for (int i = 0; i < 14; ++i) d.station.world.staff.people.push_back({"L" + std::to_string(i), "阿卜杜热合曼·麦麦提吐尔逊 律师", "lawyer", true, false});
    d.rest();
    d.check("sign_in_many");
    d.tap("people.next");
    CHECK(d.has("person.L6"));
  }
}

TEST_CASE("the desk of somebody who is signed in, and the panel of 回避", "[screen][people]") {
  for (const auto& [width, height] : {std::pair{1920, 1080}, {1366, 768}}) {
    Robot d(dk::Role::Lawyer, width, height);
    people(d.station.world);
    sign_in(d.station, "L01");
    d.rest();
    d.check("signed_in");
    d.tap("call_next");
    d.tap("withdraw");
    d.check("withdraw");
    d.tap("withdraw.go");
    d.check("withdraw_missing");
    d.tap("withdraw.reason.1");
    d.check("withdraw_reason");
    d.station.world.keys = 1;
    d.rest();
    d.check("keys_expired");
    d.tap("sign_out");
    follow_sign_out(d.station);
    d.rest();
    d.check("signed_out");
    CHECK(d.has("person.L01"));
  }
}
