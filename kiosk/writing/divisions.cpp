#include "kiosk/writing/divisions.h"

#include <algorithm>

#include "core/read_file.h"
#include "core/text.h"

namespace yizhan::writing {

namespace {

bool digits(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}
/// A level that exists in the codes only: the parts of a municipality, counties directly under a province.
bool no_place(std::string_view name) {
  return name == "市辖区" || name == "县" || name.find("直辖县级") != std::string_view::npos;
}
std::size_t above_length(std::size_t length) { return length == 12 ? 9 : length == 9 ? 6 : length == 6 ? 4 : length == 4 ? 2 : 0; }

Error at(std::string_view file, std::size_t line, std::string_view what) {
  return {Code::Invalid, std::string(file) + ":" + std::to_string(line) + ": " + std::string(what)};
}
/// Calls `use(line, number)` for every line that is neither empty nor a comment; stops at the first error.
template <class Use>
Status each_line(std::string_view text, std::string_view file, Use use) {
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    if (!valid_utf8(line)) return at(file, number, "not UTF-8");
    if (auto wrong = use(line, number); !wrong.empty()) return at(file, number, wrong);
  }
  return Done{};
}
/// The parts of a line: three digits and a name each, separated by commas.
template <class Use>
void each_part(std::string_view parts, Use use) {
  while (!parts.empty()) {
    const std::size_t end = parts.find(',');
    const std::string_view one = parts.substr(0, end);
    use(one.substr(0, 3), one.substr(std::min<std::size_t>(3, one.size())));
    parts.remove_prefix(end == std::string_view::npos ? parts.size() : end + 1);
  }
}

}  // namespace

Status Divisions::take(std::string_view text, std::string_view file, std::vector<Line>& lines) {
  return each_line(text, file, [&](std::string_view line, std::size_t) -> std::string {
    const std::size_t first = line.find('\t');
    if (first == std::string_view::npos) return "expected CODE<tab>NAME[<tab>PARTS]";
    const std::size_t second = line.find('\t', first + 1);
    Line made{std::string(line.substr(0, first)), std::string(line.substr(first + 1, second == std::string_view::npos ? second : second - first - 1)),
              second == std::string_view::npos ? std::string{} : std::string(line.substr(second + 1))};
    const std::size_t n = made.code.size();
    if (!digits(made.code) || (n != 2 && n != 4 && n != 6 && n != 9)) return "a code has 2, 4, 6 or 9 digits: " + made.code;
    if (made.name.empty()) return "the name is missing";
    if (!made.parts.empty() && n < 6) return "only counties and townships have parts on their line";
    std::string wrong;
    each_part(made.parts, [&](std::string_view code, std::string_view name) {
      if (wrong.empty() && (code.size() != 3 || !digits(code) || name.empty())) wrong = "a part is three digits and a name: " + std::string(code) + std::string(name);
    });
    if (!wrong.empty()) return wrong;
    lines.push_back(std::move(made));
    return {};
  });
}

Result<Divisions> Divisions::parse(std::string_view divisions, std::string_view initials, std::string_view villages) {
  Divisions made;
  if (auto good = take(divisions, "divisions.tsv", made.lines_); !good) return good.error();
  if (auto good = take(villages, "villages.tsv", made.lines_); !good) return good.error();
  std::stable_sort(made.lines_.begin(), made.lines_.end(), [](const Line& a, const Line& b) { return a.code < b.code; });
  const auto twice = std::adjacent_find(made.lines_.begin(), made.lines_.end(), [](const Line& a, const Line& b) { return a.code == b.code; });
  if (twice != made.lines_.end()) return Error{Code::Invalid, "divisions.tsv: " + twice->code + " stands there twice"};
  auto good = each_line(initials, "initials.tsv", [&](std::string_view line, std::size_t) -> std::string {
    if (line.size() < 3 || line[0] < 'a' || line[0] > 'z' || line[1] != '\t') return "expected LETTER<tab>CHARACTERS";
    for (const char32_t c : code_points(line.substr(2))) made.initials_[c] |= 1u << (line[0] - 'a');
    return {};
  });
  if (!good) return good.error();
  return made;
}

Result<Divisions> Divisions::open(const std::string& dir) {
  auto divisions = read_file(dir + "/divisions.tsv");
  if (!divisions) return divisions.error();
  auto initials = read_file(dir + "/initials.tsv");
  if (!initials) return initials.error();
  const auto villages = read_file(dir + "/villages.tsv");  // a county may leave it out
  auto made = parse(*divisions, *initials, villages ? std::string_view(*villages) : std::string_view{});
  if (!made) return Error{made.error().code, dir + "/" + made.error().what};
  return made;
}

const Divisions::Line* Divisions::line(std::string_view code) const {
  const auto found = std::lower_bound(lines_.begin(), lines_.end(), code, [](const Line& a, std::string_view b) { return a.code < b; });
  return found != lines_.end() && found->code == code ? &*found : nullptr;
}

std::vector<Division> Divisions::parts(std::string_view code) const {
  std::vector<Division> all;
  const Line* own = line(code);
  if (own != nullptr && !own->parts.empty()) {
    each_part(own->parts, [&](std::string_view part, std::string_view name) { all.push_back({own->code + std::string(part), std::string(name)}); });
    return all;
  }
  const std::size_t next = code.empty() ? 2 : code.size() == 2 ? 4 : code.size() == 4 ? 6 : 0;
  if (next == 0) return all;
  auto at = std::lower_bound(lines_.begin(), lines_.end(), code, [](const Line& a, std::string_view b) { return a.code < b; });
  for (; at != lines_.end() && std::string_view(at->code).starts_with(code); ++at) {
    if (at->code.size() != next) continue;
    if (!no_place(at->name)) {
      all.push_back({at->code, at->name});
      continue;
    }
    for (Division& below : parts(at->code)) all.push_back(std::move(below));
  }
  return all;
}

std::string_view Divisions::name(std::string_view code) const {
  if (const Line* own = line(code)) return own->name;
  const std::size_t up = above_length(code.size());
  if (code.size() < 9 || up == 0) return {};
  const Line* parent = line(code.substr(0, up));
  std::string_view found;
  if (parent != nullptr)
    each_part(parent->parts, [&](std::string_view part, std::string_view name) {
      if (part == code.substr(up)) found = name;
    });
  return found;
}

std::string Divisions::known(std::string_view code) const {
  for (std::size_t n = code.size(); n > 0; n = above_length(n))
    if (!name(code.substr(0, n)).empty()) return std::string(code.substr(0, n));
  return {};
}

std::string Divisions::above(std::string_view code) const {
  std::size_t n = above_length(code.size());
  while (n > 0 && no_place(name(code.substr(0, n)))) n = above_length(n);
  return std::string(code.substr(0, n));
}

std::string Divisions::spoken(std::string_view code, std::string_view here) const {
  std::string words;
  // From the first level that differs; a township of one's own county stands alone, a village brings its township.
  bool differs = false;
  for (const std::size_t n : {2u, 4u, 6u, 9u, 12u}) {
    if (n > code.size()) break;
    const std::string_view level = code.substr(0, n);
    differs = differs || n > 6 || here.size() < n || here.substr(0, n) != level;
    if (differs && !no_place(name(level))) words += name(level);
  }
  return words;
}

bool Divisions::begins(std::string_view name, std::string_view letters) const {
  const auto points = code_points(name);
  if (letters.size() > points.size()) return false;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const auto found = initials_.find(points[i]);
    if (letters[i] < 'a' || letters[i] > 'z' || found == initials_.end() || (found->second >> (letters[i] - 'a') & 1u) == 0) return false;
  }
  return true;
}

std::vector<Division> Divisions::search(std::string_view code, std::string_view letters, std::size_t most) const {
  std::vector<Division> found;
  std::vector<Division> level = parts(code);
  while (!level.empty() && found.size() < most) {
    std::vector<Division> next;
    for (const Division& one : level) {
      if (begins(one.name, letters) && found.size() < most) found.push_back(one);
      // Below a county everything is near; the whole country's townships would bury what is meant.
      if (one.code.size() < 6 || code.size() >= 6)
        for (Division& below : parts(one.code)) next.push_back(std::move(below));
    }
    level = std::move(next);
  }
  return found;
}

}  // namespace yizhan::writing
