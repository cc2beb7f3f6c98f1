#include "core/windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/router.h"

namespace yizhan {

namespace {

constexpr int minutes_a_day = 24 * 60;
constexpr std::array<std::string_view, 7> weekday_words{"周一", "周二", "周三", "周四", "周五", "周六", "周日"};

/// "09:30" → 570; "24:00" is the end of the day. −1 when it is no time.
int minutes_of(std::string_view text) {
  int hour = 0, minute = 0;
  if (text.size() != 5 || text[2] != ':') return -1;
  const auto number = [](std::string_view two, int& into) {
    const auto read = std::from_chars(two.data(), two.data() + two.size(), into);
    return read.ec == std::errc{} && read.ptr == two.data() + two.size() && into >= 0;
  };
  if (!number(text.substr(0, 2), hour) || !number(text.substr(3), minute) || minute > 59) return -1;
  const int all = hour * 60 + minute;
  return all > minutes_a_day ? -1 : all;
}

}  // namespace

Result<OpenHours> parse_hours(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return Error{Code::Invalid, fmt::format("\"{}\": {}; write \"09:00-12:00\", \"周二 周四 09:00-12:00\" or \"每天 08:30-17:30\"", text, why)};
  };
  OpenHours hours;
  std::string_view rest = text;
  bool some = false;
  for (std::size_t space = rest.find(' '); space != std::string_view::npos; space = rest.find(' ')) {
    const std::string_view word = rest.substr(0, space);
    rest.remove_prefix(space + 1);
    const auto day = std::find(weekday_words.begin(), weekday_words.end(), word);
    if (word == "每天") hours.every_day = true;
    else if (day != weekday_words.end()) hours.weekdays[static_cast<std::size_t>(day - weekday_words.begin())] = some = true;
    else return wrong(fmt::format("\"{}\" is no day", word));
  }
  if (hours.every_day && some) return wrong("every day and certain days at once");
  const std::size_t dash = rest.find('-');
  if (dash == std::string_view::npos) return wrong("no span of hours");
  hours.from = minutes_of(rest.substr(0, dash));
  hours.until = minutes_of(rest.substr(dash + 1));
  if (hours.from < 0 || hours.until < 0) return wrong("no time of day");
  if (hours.from >= hours.until) return wrong("ends before it begins");
  return hours;
}

bool open_at(const std::vector<OpenHours>& hours, const WorkCalendar& calendar, Time at) {
  if (hours.empty()) return true;
  const Date day = hall_day(at);
  const auto weekday = static_cast<std::size_t>(std::chrono::weekday(day).iso_encoding() - 1);
  const std::string now = hall_hhmm(at);
  const int minute = minutes_of(now);
  return std::any_of(hours.begin(), hours.end(), [&](const OpenHours& h) {
    if (minute < h.from || minute >= h.until) return false;
    if (h.every_day) return true;
    const bool certain = std::find(h.weekdays.begin(), h.weekdays.end(), true) != h.weekdays.end();
    return calendar.working(day) && (!certain || h.weekdays[weekday]);
  });
}

std::vector<std::string> closed_windows(const RuleBook& rules, const WorkCalendar& calendar, Time at) {
  std::vector<std::string> closed;
  bool open = false;
  for (const WindowInfo& window : rules.windows) {
    if (!window.on_site) continue;
    if (open_at(window.hours, calendar, at)) open = true;
    else closed.push_back(window.code);
  }
  if (!open) closed.clear();
  return closed;
}

}  // namespace yizhan
