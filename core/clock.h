/// The two clocks. Facts and paper use wall(); patience uses tick(). Nothing but SystemClock asks the system.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "core/result.h"

namespace yizhan {

using Span = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Span>;  ///< wall, UTC; may jump
struct Monotonic {                         ///< tag: a clock that never goes back
  using duration = Span;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<Monotonic, Span>;
  static constexpr bool is_steady = true;
};
using Tick = Monotonic::time_point;
using Date = std::chrono::sys_days;  ///< a calendar day in the hall's own zone (China: UTC+8, no summer time)

/// Port: the time. Both calls return at once.
struct Clock {
  virtual ~Clock() = default;
  virtual Time wall() const = 0;
  virtual Tick tick() const = 0;
};

/// The machine's own clocks (CLOCK_REALTIME, CLOCK_BOOTTIME).
struct SystemClock final : Clock {
  Time wall() const override;
  Tick tick() const override;
};

/// The hall's calendar day at a moment. The zone is fixed: China Standard Time, UTC+8, for every county.
Date hall_day(Time at);
/// Hours and minutes of the hall's day, "09:12".
std::string hall_hhmm(Time at);
/// "2026-11-20" → day. Errors: Invalid (not a real calendar day in exactly that form).
Result<Date> parse_date(std::string_view iso);
std::string iso(Date day);              ///< "2026-11-20"
std::string iso_minute(Time at);        ///< "2026-11-20 09:12", hall time
std::string chinese_day(Date day);      ///< "11月20日"
std::string chinese_weekday(Date day);  ///< "星期五"

}  // namespace yizhan
