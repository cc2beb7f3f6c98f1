/// When the windows of a hall are staffed. Hours are data of the rulebook; a window without any is staffed whenever the hall is.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/law.h"
#include "core/result.h"

namespace yizhan {

struct RuleBook;

/// One span of the day on some days of the week. "周二 周四 09:00-12:00": on these when they are working days. "09:00-12:00": every
/// working day, make-up days too. "每天 09:00-12:00": holidays as well.
struct OpenHours {
  std::array<bool, 7> weekdays{};  ///< Monday first; none set: every working day
  bool every_day = false;
  int from = 0, until = 0;         ///< minutes of the hall's day; `until` is past the last open minute
};
/// Errors: Invalid, saying what does not fit and the form that does.
Result<OpenHours> parse_hours(std::string_view text);
/// True without hours.
bool open_at(const std::vector<OpenHours>& hours, const WorkCalendar& calendar, Time at);
/// Codes of the hall's windows that nobody sits at in that moment; for route(). Empty when that would be all of them: a closed hall
/// still registers, and whoever comes first next morning has a number.
std::vector<std::string> closed_windows(const RuleBook& rules, const WorkCalendar& calendar, Time at);

}  // namespace yizhan
