// A lost code: a new one at the window, and the old one opens nothing any more.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "tests/status/county.h"

using namespace status_tests;

namespace {

struct Office {
  HallHub hall;
  Machine kiosk{"kiosk", &hall}, desk{"desk-reception", &hall};
  County county{hall};
  Receipt receipt;
  /// Filed at the kiosk, at the county, opened at reception.
  void file(Petition petition = wages()) {
    kiosk.post(filing("v1-f1", std::move(petition), "PET"));
    receipt = kiosk.receipt();
    kiosk.post(EndVisit{});
    kiosk.sync();
    county.meet();
    kiosk.sync();
    desk.sync();
    desk.post(OpenMatter{receipt.matter, "陈明远"});
  }
  std::string replaced() { return desk.now().replaced ? desk.now().replaced->code : ""; }
  std::string refused() {
    const auto& outcome = desk.now().outcome;
    return outcome && !outcome->problems.empty() ? outcome->problems.front().what : "";
  }
  /// Everybody hears of it.
  void talk() {
    desk.sync();
    county.meet();
    kiosk.sync();
  }
  std::string asked(const std::string& code) {
    kiosk.post(EndVisit{});
    hall.clock.pass(std::chrono::hours(2));
    kiosk.post(AskProgress{"q-" + code, receipt.matter, code});
    return kiosk.now().progress && kiosk.now().progress->problems.empty() ? kiosk.now().progress->state_words : "closed";
  }
};

}  // namespace

TEST_CASE("a new code given at the window opens, the old one opens nothing, with the line and without", "[lost_code]") {
  Office office;
  office.file();
  REQUIRE(office.asked(office.receipt.query_code) == "县里已收到");
  office.desk.post(ReplaceCode{"r1", office.receipt.matter, "陈明远", "小票丢了"});
  const std::string code = office.replaced();
  REQUIRE(code.size() == 16);
  CHECK(code != office.receipt.query_code);
  // Pressed twice: the same code, one fact.
  office.desk.post(ReplaceCode{"r1", office.receipt.matter, "陈明远", "小票丢了"});
  CHECK(office.replaced() == code);
  std::size_t facts = 0;
  for (const Event& event : events_of(office.desk.store->log(), office.receipt.matter)) {
    facts += event.type == "code_replaced";
    if (event.type == "code_replaced") CHECK(event.body->find(code) == std::string::npos);
  }
  CHECK(facts == 1);

  office.talk();
  for (const bool away : {false, true}) {
    INFO(away);
    office.hall.away = away;
    if (away) office.kiosk.sync();
    CHECK(office.asked(code) == "县里已收到");
    CHECK(office.asked(office.receipt.query_code) == "closed");
  }
  // The county seals to the newest key from now on.
  office.county.decide(office.receipt.matter, Accepted{"云栖县碧螺滩水务站", "2026-11-20"});
  const auto all = office.county.sealed_of(office.receipt.matter);
  CHECK(opened(all.back(), code, office.receipt.matter).state == MatterState::Accepted);
  CHECK_FALSE(open_status(all.back().sealed, status_key(office.receipt.query_code, office.receipt.matter)));
  // It is logged, and the citizen sees that it happened.
  const auto lines = opened(all.back(), code, office.receipt.matter).lines;
  CHECK(std::any_of(lines.begin(), lines.end(), [](const Line& l) { return l.words == "查询码已在窗口换新，旧码作废"; }));
}

TEST_CASE("the hub refuses the old code before the county has heard of the new one", "[lost_code]") {
  Office office;
  office.file();
  office.desk.post(ReplaceCode{"r1", office.receipt.matter, "陈明远", "小票丢了"});
  office.desk.sync();
  CHECK(office.asked(office.replaced()) == "县里已收到");
  CHECK(office.asked(office.receipt.query_code) == "closed");
}

TEST_CASE("a new code is given to nobody the card cannot name, and at reception only", "[lost_code]") {
  {
    Office office;
    Petition nameless = wages();
    nameless.petitioner = {};
    office.file(nameless);
    office.desk.post(ReplaceCode{"r1", office.receipt.matter, "陈明远", "小票丢了"});
    CHECK(office.replaced().empty());
    CHECK(office.refused() == "没留姓名的事项，查询码丢了不能补");
  }
  {
    Office office;
    office.file();
    office.desk.post(OpenMatter{});
    office.desk.post(ReplaceCode{"r1", office.receipt.matter, "陈明远", "小票丢了"});
    CHECK(office.replaced().empty());
    CHECK(office.refused() == "请先打开这件事项");
    office.kiosk.post(ReplaceCode{"r2", office.receipt.matter, "陈明远", "小票丢了"});
    CHECK_FALSE(office.kiosk.now().replaced);
    CHECK(office.kiosk.now().outcome->problems.front().what == "只有接待窗口能换查询码");
  }
}

TEST_CASE("a code that was handed over is gone from the desk", "[lost_code]") {
  for (const bool put_away : {false, true}) {
    Office office;
    office.file();
    office.desk.post(ReplaceCode{"r1", office.receipt.matter, "陈明远", "小票丢了"});
    office.desk.post(PrintReceipt{"r1"});
    REQUIRE_FALSE(office.desk.prints.empty());
    const std::string slip = plain_words(office.desk.prints.back().paper);
    CHECK(slip.find(grouped(office.replaced())) != std::string::npos);
    for (const char* word : {"林小满", "工资", "信访"}) CHECK(slip.find(word) == std::string::npos);
    if (put_away) office.desk.post(OpenMatter{});
    else office.desk.post(ForgetCode{});
    CHECK_FALSE(office.desk.now().replaced);
    const auto before = office.desk.prints.size();
    office.desk.post(PrintReceipt{"r2"});
    CHECK(office.desk.prints.size() == before);
  }
}

TEST_CASE("a kiosk that says a code was replaced is not believed", "[lost_code]") {
  const MatterId id = make_matter_id("440583-K01", *parse_date("2026-11-20"), 1);
  Filed filed;
  filed.petition = wages();
  filed.query_tag = "old";
  filed.status_public = "old key";
  for (const auto& [origin, believed] : std::vector<std::pair<Origin, bool>>{{"440583-K02", false}, {"440583-H01", false}, {"440583-C.H01", false}, {"440583-D03", true}, {"440583-D03.2", true}, {"440583-K02.2", false}}) {
    INFO(origin);
    std::vector<Event> events{make_event("440583-K01", 1, Time{*parse_date("2026-11-20")}, id, filed, {}),
                              make_event(origin, 1, Time{*parse_date("2026-11-21")}, id, CodeReplaced{"甲", "new", "new key", "丢了"}, {})};
    CHECK(fold(id, events).query_tag == (believed ? "new" : "old"));
    CHECK(fold(id, events).status_public == (believed ? "new key" : "old key"));
  }
}
