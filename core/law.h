/// Terms and deadlines, pure. Every number is dated data per jurisdiction with its article beside it.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

namespace yizhan {

/// A law and the place in it: {信访工作条例, 22(1)}. "22.2" is a paragraph (款), "22(1)" an item (项), "22.1(1)" both. A
/// number in other form (司发通〔2016〕127号) is kept as it is; a promise of a county has no law and its words as number.
struct Article {
  std::string law;
  std::string number;
  bool operator==(const Article&) const = default;
};
/// "《信访工作条例》第二十二条第二款" from {信访工作条例, 22.2}; used on screens and paper.
std::string chinese(const Article& article);

/// True for "22", "22.1", "31(2)", "22.1(3)".
bool places_article(std::string_view number);

/// Official holidays and make-up working days (调休), by year.
struct WorkCalendar {
  std::set<Date> off;      ///< days off that would otherwise be working days (and the holidays themselves)
  std::set<Date> makeup;   ///< weekend days worked
  std::set<int> years;     ///< years the table covers; outside them weekends alone decide and `known` says so
  bool working(Date day) const;
  bool known(Date day) const;
};
/// Reads one year of the county's holiday file (JSON: {"year":2024,"days":[{"date","isOffDay","name"}…]}).
/// Errors: Invalid "<file>:<line>: …" (also: a year given twice, a make-up day that is no weekend); nothing was added then.
Status add_holidays(WorkCalendar& calendar, std::string_view json, std::string_view file);

enum class Unit { CalendarDays, WorkingDays, Months };  ///< a month ends on the same day of the month, or on its last (民法典 202)
enum class Whose { OurDuty, CitizensRight };  ///< ours never rolls forward; the citizen's rolls over rest days (law.md §3.7)

/// One time limit of a jurisdiction.
struct Term {
  std::string id;  ///< "dispose", "notify", "object", "handle", "extension", "review_request", "review", "recheck_request",
                   ///< "recheck", "confirmation", "promise_dispose", "promise_handle", "arbitration", "administrative_review", …
  int amount = 0;
  Unit unit = Unit::CalendarDays;
  Whose whose = Whose::OurDuty;
  bool promised = false;  ///< the county's own promise beside the statutory clock
  Article basis;
  std::string label;      ///< short Chinese name on screens ("转送、告知")
  std::string from;       ///< what starts it, for the explanation ("受理")
};

struct Deadline {
  std::string term;
  Date start{};
  Date due{};
  bool promised = false;
  Article basis;
  std::string why;  ///< "条例第三十四条：2024-02-01 受理，60日，到期 2024-04-01"
  bool calendar_known = true;  ///< false when the date depends on a year the holiday table does not cover
};

/// due = start + amount (+ extra days such as an extension or hearing days), start day not counted.
/// Citizens' rights roll forward to the next working day; our own duties never do.
Deadline due(const Term& term, Date start, const WorkCalendar& calendar, int extra_days = 0);

}  // namespace yizhan
