#include "core/clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace yizhan {

namespace {
constexpr std::chrono::hours hall_zone{8};
struct Hms {
  Date day;
  int hour, minute;
};
Hms split(Time at) {
  // A peer's event may carry any number; a calendar has years of four digits.
  constexpr Time first{Date{std::chrono::year{1} / 1 / 1}}, last{Date{std::chrono::year{9999} / 12 / 31}};
  const auto local = std::clamp(at, first, last) + hall_zone;
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(local - day).count();
  return {day, static_cast<int>(minutes / 60), static_cast<int>(minutes % 60)};
}
Span read_clock(clockid_t id) {
  timespec now{};
  ::clock_gettime(id, &now);
  return std::chrono::seconds{now.tv_sec} + std::chrono::duration_cast<Span>(std::chrono::nanoseconds{now.tv_nsec});
}
}  // namespace

Time SystemClock::wall() const { return Time{read_clock(CLOCK_REALTIME)}; }
// BOOTTIME, not MONOTONIC: a machine that slept must not give a visitor more patience than the clock on the wall.
Tick SystemClock::tick() const { return Tick{read_clock(CLOCK_BOOTTIME)}; }

Date hall_day(Time at) { return split(at).day; }

std::string hall_hhmm(Time at) {
  const Hms t = split(at);
  return fmt::format("{:02}:{:02}", t.hour, t.minute);
}

Result<Date> parse_date(std::string_view text) {
  const Error bad{Code::Invalid, "date: expected YYYY-MM-DD, a real calendar day"};
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return bad;
  int part[3] = {0, 0, 0};
  constexpr int begin[3] = {0, 5, 8}, length[3] = {4, 2, 2};
  for (int p = 0; p < 3; ++p)
    for (int i = 0; i < length[p]; ++i) {
      const char c = text[static_cast<std::size_t>(begin[p] + i)];
      if (c < '0' || c > '9') return bad;
      part[p] = part[p] * 10 + (c - '0');
    }
  const std::chrono::year_month_day day{std::chrono::year{part[0]}, std::chrono::month{static_cast<unsigned>(part[1])},
                                        std::chrono::day{static_cast<unsigned>(part[2])}};
  if (!day.ok()) return bad;
  return Date{day};
}

std::string iso(Date day) {
  const std::chrono::year_month_day d{day};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(d.year()), static_cast<unsigned>(d.month()),
                     static_cast<unsigned>(d.day()));
}

std::string iso_minute(Time at) { return iso(hall_day(at)) + " " + hall_hhmm(at); }

std::string chinese_day(Date day) {
  const std::chrono::year_month_day d{day};
  return fmt::format("{}月{}日", static_cast<unsigned>(d.month()), static_cast<unsigned>(d.day()));
}

std::string chinese_weekday(Date day) {
  static constexpr const char* names[] = {"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"};
  return names[std::chrono::weekday{day}.c_encoding()];
}

}  // namespace yizhan
