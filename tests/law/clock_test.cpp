#include "core/clock.h"

#include <catch2/catch_test_macros.hpp>
#include <ctime>

namespace yizhan {

TEST_CASE("a day is ten characters and one that a calendar has", "[clock]") {
  for (const char* good : {"2026-11-20", "2024-02-29", "0001-01-01", "9999-12-31"}) {
    INFO(good);
    const auto day = parse_date(good);
    REQUIRE(day);
    CHECK(iso(*day) == good);
  }
  for (const char* bad : {"", "2026-11-2", "2026-11-200", "2026/11-20", "2026-11/20", "2026-1a-20", "2026-11-2x", "20 6-11-20",
                          "2026-13-01", "2026-00-10", "2026-02-29", "2026-11-00", "２０２６"}) {
    INFO(bad);
    const auto day = parse_date(bad);
    REQUIRE_FALSE(day);
    CHECK(day.error().code == Code::Invalid);
    CHECK(day.error().what == "date: expected YYYY-MM-DD, a real calendar day");
  }
}

TEST_CASE("a moment is shown as the hall's wall shows it", "[clock]") {
  const Time nearly_midnight{Date{std::chrono::year{2026} / 11 / 20} + std::chrono::hours{15} + std::chrono::minutes{59}};
  CHECK(hall_hhmm(nearly_midnight) == "23:59");
  CHECK(iso_minute(nearly_midnight) == "2026-11-20 23:59");
  CHECK(iso_minute(nearly_midnight + std::chrono::minutes{1}) == "2026-11-21 00:00");
  CHECK(chinese_day(hall_day(nearly_midnight)) == "11月20日");
  // The whole week, from a Sunday on.
  std::string week;
  for (int i = 0; i < 7; ++i) week += chinese_weekday(Date{std::chrono::year{2026} / 11 / 15} + std::chrono::days{i});
  CHECK(week == "星期日星期一星期二星期三星期四星期五星期六");
}

TEST_CASE("a moment no calendar has is shown as the nearest one it has", "[clock]") {
  CHECK(iso_minute(Time::max()) == "9999-12-31 08:00");
  CHECK(iso_minute(Time::min()) == "0001-01-01 08:00");
}

TEST_CASE("the system's clock tells the time of day, and patience only grows", "[clock]") {
  const SystemClock clock;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch()).count();
  CHECK(std::abs(seconds - static_cast<std::int64_t>(std::time(nullptr))) <= 1);
  const Tick before = clock.tick();
  CHECK(before.time_since_epoch() > Span{0});
  CHECK(clock.tick() >= before);
}

}  // namespace yizhan
