#include "core/law.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace yizhan {

using std::chrono::days;
using std::chrono::weekday;
using std::chrono::year_month_day;

namespace {

int year_of(Date day) { return static_cast<int>(year_month_day{day}.year()); }
bool weekend(Date day) {
  const weekday w{day};
  return w == std::chrono::Saturday || w == std::chrono::Sunday;
}

/// 1…9999 as Chinese numerals: 22 → 二十二, 105 → 一百零五, 10 → 十.
std::string chinese_number(int value) {
  static constexpr const char* digits[] = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
  static constexpr const char* units[] = {"千", "百", "十", ""};
  std::string out;
  bool zero = false;
  for (int place = 0, power = 1000; place < 4; ++place, power /= 10) {
    const int digit = value / power % 10;
    if (digit == 0) {
      zero = !out.empty();
      continue;
    }
    if (zero) out += digits[0];
    zero = false;
    if (!(place == 2 && digit == 1 && out.empty())) out += digits[digit];
    out += units[place];
  }
  return out;
}

/// The parts of "22.1(1)": article, paragraph, item; false for any other form.
bool split_number(std::string_view text, int (&part)[3]) {
  const auto read = [&](int& into) {
    if (text.empty() || text[0] < '1' || text[0] > '9') return false;
    for (into = 0; !text.empty() && text[0] >= '0' && text[0] <= '9' && into < 1000; text.remove_prefix(1)) into = into * 10 + (text[0] - '0');
    return true;
  };
  if (!read(part[0])) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!read(part[1])) return false;
  }
  if (text.starts_with('(')) {
    text.remove_prefix(1);
    if (!read(part[2]) || !text.starts_with(')')) return false;
    text.remove_prefix(1);
  }
  return text.empty();
}

/// "22.1(1)" → "第二十二条第一款第一项"; "" for any other form.
std::string chinese_place(std::string_view number) {
  int part[3] = {0, 0, 0};
  if (!split_number(number, part)) return {};
  std::string out = "第" + chinese_number(part[0]) + "条";
  if (part[1] != 0) out += "第" + chinese_number(part[1]) + "款";
  if (part[2] != 0) out += "第" + chinese_number(part[2]) + "项";
  return out;
}

/// Counts lines while a parser reads, so that an error can name its line.
struct LineCounter {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;
  const char* at = nullptr;
  int* line = nullptr;
  reference operator*() const { return *at; }
  LineCounter& operator++() {
    if (*at == '\n') ++*line;
    ++at;
    return *this;
  }
  bool operator==(const LineCounter& other) const { return at == other.at; }
  bool operator!=(const LineCounter& other) const { return at != other.at; }
};

struct HolidayRow {
  std::string date;
  int off = -1;  ///< −1: not said
  int line = 0;
};

/// Reads {"year":…,"days":[{"date":…,"isOffDay":…,"name":…}…]} as it streams by; other keys on top are passed over,
/// so that the official file can be used as it is.
class HolidayReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit HolidayReader(const int& line) : line_(line) {}
  int year = 0;
  bool has_days = false;
  std::vector<HolidayRow> rows;
  std::string trouble;
  int trouble_line = 0;

  bool null() override { return scalar("null"); }
  bool boolean(bool value) override {
    if (in_row() && key_ == "isOffDay") {
      rows.back().off = value ? 1 : 0;
      return true;
    }
    return scalar("a truth value");
  }
  bool number_integer(number_integer_t value) override { return integer(value); }
  bool number_unsigned(number_unsigned_t value) override { return integer(value > 9999 ? 0 : static_cast<number_integer_t>(value)); }
  bool number_float(number_float_t, const string_t&) override { return scalar("a number"); }
  bool string(string_t& value) override {
    if (in_row() && key_ == "date") {
      rows.back().date = value;
      return true;
    }
    if (in_row() && key_ == "name") return true;
    return scalar("a string");
  }
  bool binary(binary_t&) override { return scalar("binary"); }
  bool start_object(std::size_t) override {
    ++depth_;
    if (depth_ == 1 || skip()) return true;
    if (!in_days_ || depth_ != 3) return fail("an object is not expected here");
    rows.push_back({"", -1, line_});
    return true;
  }
  bool end_object() override {
    if (in_row() && rows.back().date.empty()) return fail("a day without \"date\"");
    if (in_row() && rows.back().off < 0) return fail("a day without \"isOffDay\"");
    --depth_;
    return true;
  }
  bool start_array(std::size_t) override {
    ++depth_;
    if (depth_ == 2 && key_ == "days") {
      in_days_ = has_days = true;
      return true;
    }
    return depth_ >= 2 && skip() ? true : fail("a list is not expected here");
  }
  bool end_array() override {
    if (--depth_ == 1) in_days_ = false;
    return true;
  }
  bool key(string_t& value) override {
    if (in_row() && value != "date" && value != "isOffDay" && value != "name") return fail("unknown key \"" + value + "\" of a day");
    if (depth_ == 1) top_ = value;
    key_ = value;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return fail("not JSON"); }

 private:
  bool skip() const { return top_ != "days" && top_ != "year"; }
  bool in_row() const { return in_days_ && depth_ == 3; }
  bool fail(std::string what) {
    if (trouble.empty()) {
      trouble = std::move(what);
      trouble_line = line_;
    }
    return false;
  }
  bool scalar(const char* what) {
    if (depth_ >= 1 && !in_days_ && skip()) return true;
    return fail(std::string(what) + " is not expected here");
  }
  bool integer(number_integer_t value) {
    if (depth_ != 1 || key_ != "year") return scalar("a number");
    if (value < 1900 || value > 2200) return fail("\"year\" must be a year");
    year = static_cast<int>(value);
    return true;
  }
  const int& line_;
  int depth_ = 0;
  bool in_days_ = false;
  std::string key_, top_;
};

}  // namespace

bool places_article(std::string_view number) {
  int part[3] = {0, 0, 0};
  return split_number(number, part);
}

std::string chinese(const Article& article) {
  if (article.law.empty()) return article.number;
  const std::string place = chinese_place(article.number);
  if (place.empty() && !article.number.empty()) return fmt::format("《{}》（{}）", article.law, article.number);
  return fmt::format("《{}》{}", article.law, place);
}

bool WorkCalendar::working(Date day) const { return makeup.contains(day) || (!off.contains(day) && !weekend(day)); }
bool WorkCalendar::known(Date day) const { return years.contains(year_of(day)); }

Status add_holidays(WorkCalendar& calendar, std::string_view json, std::string_view file) {
  const auto bad = [&](int line, std::string_view what) { return Error{Code::Invalid, fmt::format("{}:{}: {}", file, line, what)}; };
  int line = 1;
  HolidayReader reader(line);
  try {
    const LineCounter begin{json.data(), &line}, end{json.data() + json.size(), &line};
    if (!nlohmann::json::sax_parse(begin, end, &reader)) return bad(reader.trouble_line == 0 ? line : reader.trouble_line, reader.trouble);
  } catch (const std::exception& e) {
    return bad(line, e.what());
  }
  if (reader.year == 0) return bad(1, "\"year\" is missing");
  if (!reader.has_days || reader.rows.empty()) return bad(1, "\"days\" is missing or empty");
  if (calendar.years.contains(reader.year)) return bad(1, fmt::format("year {} is given twice", reader.year));

  std::map<Date, bool> seen;
  for (const HolidayRow& row : reader.rows) {
    const auto day = parse_date(row.date);
    if (!day) return bad(row.line, fmt::format("\"{}\" is no calendar day", row.date));
    if (year_of(*day) != reader.year) return bad(row.line, fmt::format("{} is not in {}", row.date, reader.year));
    if (row.off == 0 && !weekend(*day)) return bad(row.line, fmt::format("{} is no weekend and cannot be a make-up day", row.date));
    if (!seen.emplace(*day, row.off == 1).second) return bad(row.line, fmt::format("{} is given twice", row.date));
  }
  for (const auto& [day, off] : seen) (off ? calendar.off : calendar.makeup).insert(day);
  calendar.years.insert(reader.year);
  return Done{};
}

Deadline due(const Term& term, Date start, const WorkCalendar& calendar, int extra_days) {
  // Ten years of extension are a fault of whoever stated them, and nobody waits while they are counted.
  constexpr int extra_days_max = 3650;
  extra_days = std::clamp(extra_days, -extra_days_max, extra_days_max);
  const int total = term.amount + (term.unit == Unit::Months ? 0 : extra_days);
  Deadline d;
  d.term = term.id;
  d.start = start;
  d.promised = term.promised;
  d.basis = term.basis;

  Date day = start;
  const auto consult = [&](Date on) { d.calendar_known = d.calendar_known && calendar.known(on); };
  if (term.unit == Unit::WorkingDays) {
    // XFTL 23: a make-up Saturday counts and a bridged Friday does not.
    for (int left = total; left > 0;) {
      day += days{1};
      consult(day);
      if (calendar.working(day)) --left;
    }
  } else if (term.unit == Unit::Months) {
    const year_month_day from{start};
    year_month_day to = from + std::chrono::months{term.amount};
    if (!to.ok()) to = year_month_day{to.year() / to.month() / std::chrono::last};
    day = Date{to} + days{extra_days};
  } else {
    day += days{total};
  }

  const Date counted = day;
  // A right ends on a day when somebody is there to receive it (民法典 203); our own duties never move, so we are never late.
  if (term.whose == Whose::CitizensRight) {
    consult(day);
    while (!calendar.working(day)) {
      day += days{1};
      consult(day);
    }
  }
  d.due = day;

  // On a narrow screen the regulation everybody here works with is just 条例.
  const std::string basis = term.basis.law == "信访工作条例" ? "条例" + chinese_place(term.basis.number) : chinese(term.basis);
  const char* unit = term.unit == Unit::WorkingDays ? "个工作日" : term.unit == Unit::Months ? "个月" : "日";
  const char* more_unit = term.unit == Unit::WorkingDays ? "个工作日" : "日";
  d.why = fmt::format("{}：{} {}，{}{}", basis, iso(start), term.from.empty() ? "起" : term.from, term.amount, unit);
  if (extra_days != 0) d.why += fmt::format("，另加{}{}", extra_days, more_unit);
  if (day != counted) d.why += fmt::format("，{} 休息，顺延", iso(counted));
  d.why += "，到期 " + iso(day);
  return d;
}

}  // namespace yizhan
