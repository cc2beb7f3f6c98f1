#include "core/windows.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "tests/law/books.h"

namespace yizhan {

namespace {

Time at(const char* day, int hour, int minute) { return Time{*parse_date(day)} + std::chrono::hours{hour - 8} + std::chrono::minutes{minute}; }

WorkCalendar year_2026() {
  WorkCalendar calendar;
  calendar.years = {2026};
  calendar.off = {*parse_date("2026-10-01")};     // a Thursday
  calendar.makeup = {*parse_date("2026-10-10")};  // a Saturday
  return calendar;
}

std::string county(const std::string& rows) {
  return "base = \"national\"\njurisdiction = \"yunqi\"\nname = \"云栖县\"\nvalid_from = 2022-05-01\n" + rows;
}
const std::string lawyer = "[[window]]\ncode = \"LAW\"\nname = \"律师窗口\"\nprefix = \"A\"\nplace = \"1号律师窗口\"\nblurb = \"不收费。\"\nunits = [\"司法局\"]\n";
const std::string housing = "[[window]]\ncode = \"HS\"\nname = \"城建窗口\"\nprefix = \"D\"\nplace = \"4号城建窗口\"\nblurb = \"房子和路。\"\nunits = [\"城建窗口\"]\n";

Petition wages() {
  Petition p;
  p.topic = "wages";
  p.statement.request = "老板欠我三个月工资。";
  p.answers.in_proceedings = Answer::No;
  return p;
}

}  // namespace

TEST_CASE("hours are read as a clerk writes them, and refused with the right form", "[law][windows]") {
  struct Case {
    const char* hours;
    const char* day;
    int hour, minute;
    bool open;
  };
  for (const Case& row : {Case{"09:00-12:00", "2026-11-20", 9, 0, true}, {"09:00-12:00", "2026-11-20", 8, 59, false}, {"09:00-12:00", "2026-11-20", 11, 59, true},
                         {"09:00-12:00", "2026-11-20", 12, 0, false}, {"09:00-12:00", "2026-11-21", 10, 0, false}, {"09:00-12:00", "2026-10-10", 10, 0, true},
                         {"09:00-12:00", "2026-10-01", 10, 0, false}, {"每天 09:00-12:00", "2026-10-01", 10, 0, true}, {"周二 周四 09:00-12:00", "2026-11-19", 10, 0, true},
                         {"周二 周四 09:00-12:00", "2026-11-20", 10, 0, false}, {"周四 09:00-12:00", "2026-10-01", 10, 0, false}, {"00:00-24:00", "2026-11-20", 23, 59, true}}) {
    INFO(row.hours << " " << row.day << " " << row.hour << ":" << row.minute);
    const auto hours = parse_hours(row.hours);
    REQUIRE(hours);
    CHECK(open_at({*hours}, year_2026(), at(row.day, row.hour, row.minute)) == row.open);
  }
  CHECK(open_at({}, year_2026(), at("2026-10-01", 3, 0)));
  for (const char* bad : {"", "9-12", "09:00", "09:00-09:00", "12:00-09:00", "09:00-25:00", "09:60-10:00", "星期二 09:00-12:00", "每天 周二 09:00-12:00", "周二09:00-12:00", "0a:00-12:00", "-1:00-12:00"}) {
    INFO(bad);
    const auto hours = parse_hours(bad);
    REQUIRE_FALSE(hours);
    CHECK(hours.error().what.find("write \"09:00-12:00\"") != std::string::npos);
  }
}

TEST_CASE("a window that is closed falls back by rule, and the person is told", "[law][windows]") {
  const RuleBook& national = book("national");
  const auto loaded = load_rulebook(county(lawyer + "hours = [\"周二 周四 09:00-12:00\", \"周二 14:30-17:30\"]\n"), "yunqi.toml", &national);
  REQUIRE(loaded);
  const auto friday = closed_windows(*loaded, year_2026(), at("2026-11-20", 10, 0));
  CHECK(friday == std::vector<WindowCode>{"LAW"});
  CHECK(closed_windows(*loaded, year_2026(), at("2026-11-19", 10, 0)).empty());

  const Ruling open = route(wages(), *loaded), closed = route(wages(), *loaded, friday);
  REQUIRE(open.window == "LAW");
  CHECK(closed.window == "PET");
  CHECK(closed.path == open.path);
  CHECK(std::find(closed.alternatives.begin(), closed.alternatives.end(), "LAW") == closed.alternatives.end());
  const auto told = std::find_if(closed.reasons.begin(), closed.reasons.end(), [](const Reason& r) { return r.rule == "closed"; });
  REQUIRE(told != closed.reasons.end());
  CHECK(told->because == "律师窗口现在没有人。");
  CHECK(told->basis == Article{"信访工作条例", "22.1"});
  CHECK(std::none_of(open.reasons.begin(), open.reasons.end(), [](const Reason& r) { return r.rule == "closed"; }));

  // Recusal goes before convenience: reception is complained of, so it cannot stand in for the lawyer.
  Petition against = wages();
  against.statement.party_complained_of = "云栖县信访局";
  CHECK(route(against, *loaded, friday).window == "MED");
  // Nobody who may take it is there: the number waits for the right window.
  const Ruling none = route(against, *loaded, std::vector<WindowCode>{"LAW", "MED"});
  CHECK(none.window == "LAW");
  // A hall where nobody sits still registers, and says nothing of it.
  const auto at_night = load_rulebook(county(lawyer + "hours = [\"09:00-12:00\"]\n"), "yunqi.toml", &national);
  REQUIRE(at_night);
  RuleBook all = *at_night;
  for (WindowInfo& w : all.windows) w.hours = w.on_site ? at_night->window("LAW")->hours : std::vector<OpenHours>{};
  CHECK(closed_windows(all, year_2026(), at("2026-11-20", 22, 0)).empty());
}

TEST_CASE("a fallback of the hall's choice, and a chain of them", "[law][windows]") {
  const auto loaded = load_rulebook(county(lawyer + "fallback = \"HS\"\n" + housing + "fallback = \"MED\"\n"), "yunqi.toml", &book("national"));
  REQUIRE(loaded);
  CHECK(route(wages(), *loaded, std::vector<WindowCode>{"LAW"}).window == "HS");
  CHECK(route(wages(), *loaded, std::vector<WindowCode>{"LAW", "HS"}).window == "MED");
  CHECK(route(wages(), *loaded, std::vector<WindowCode>{"LAW", "HS", "MED"}).window == "PET");
}

TEST_CASE("a window of the hall serves departments", "[law][windows]") {
  const auto loaded = load_rulebook(county(housing + "serves = [\"ZJ\", \"CG\"]\n"), "yunqi.toml", &book("national"));
  REQUIRE(loaded);
  CHECK(loaded->hall_window("ZJ")->code == "HS");
  CHECK(loaded->hall_window("HB")->code == "PET");
  CHECK(loaded->hall_window("LAW")->code == "LAW");
  CHECK(loaded->hall_window("nothing")->code == "PET");
  Petition p;
  p.topic = "housing";
  p.statement.request = "小区电梯坏了半年没人修。";
  const Ruling at_national = route(p, book("national"));
  REQUIRE(at_national.window == "PET");
  REQUIRE(at_national.desk == "ZJ");
  CHECK(route(p, *loaded).window == "HS");
}

TEST_CASE("windows that do not fit are refused with their line", "[law][windows]") {
  struct Case {
    std::string rows, said;
  };
  const std::string off = "[[window]]\ncode = \"ZJ\"\nname = \"住建局\"\non_site = false\nunits = [\"住建局\"]\n";
  for (const Case& row : {Case{lawyer + "hours = [\"9-12\"]\n", "yunqi.toml:12: \"hours\": \"9-12\": no time of day"},
                         {off + "hours = [\"09:00-12:00\"]\n", "are for windows in the hall"},
                         {off + "fallback = \"PET\"\n", "are for windows in the hall"},
                         {lawyer + "fallback = \"ZJ\"\n", "fallback ZJ of window LAW is no window in the hall"},
                         {lawyer + "fallback = \"XX\"\n", "fallback XX of window LAW is no window in the hall"},
                         {lawyer + "fallback = \"HS\"\n" + housing + "fallback = \"LAW\"\n", "go round in a circle"},
                         {lawyer + "serves = [\"QQ\"]\n", "window LAW serves QQ, which is no window"},
                         {lawyer + "serves = [\"MED\"]\n", "which has a window of its own"},
                         {lawyer + "serves = [\"ZJ\"]\n" + housing + "serves = [\"ZJ\"]\n", "both serve ZJ"}}) {
    INFO(row.rows);
    const auto loaded = load_rulebook(county(row.rows), "yunqi.toml", &book("national"));
    REQUIRE_FALSE(loaded);
    INFO(loaded.error().what);
    CHECK(loaded.error().what.starts_with("yunqi.toml:"));
    CHECK(loaded.error().what.find(row.said) != std::string::npos);
  }
}

}  // namespace yizhan
