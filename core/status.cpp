#include "core/status.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/tr.h"

namespace yizhan {
namespace {

using Json = nlohmann::json;

/// Facts a citizen is told of by the county. What happened in the queue of that day is the hall's and says nothing later.
constexpr std::string_view told[] = {"filed",        "routed",   "consulted", "mediation_ended", "disposed", "transferred",   "accepted",
                                     "not_accepted", "extended", "answered",  "served",          "rated",    "code_replaced"};
constexpr std::size_t lines_max = 40, deadlines_max = 12, words_bytes_max = 200;

}  // namespace

CitizenStatus status_of(const Matter& matter, std::vector<Deadline> deadlines, Time received, Time at, int n) {
  CitizenStatus status{matter.id, n, at, matter.state, false, {}, std::move(deadlines)};
  status.may_rate = !matter.rated && (matter.consulted || matter.disposed || matter.answered || matter.not_accepted || matter.mediation.ended);
  bool said = false;
  const auto receipt = [&] {
    status.lines.push_back({received, {}, std::string(type_received), mark("县里已收到")});
    said = true;
  };
  for (const Line& line : matter.lines) {
    if (std::find(std::begin(told), std::end(told), line.type) == std::end(told)) continue;
    // After what the hall did that day, before what the county did with it.
    if (!said && line.at > received) receipt();
    status.lines.push_back({line.at, {}, line.type, line.words});
  }
  if (!said) receipt();
  fit(status);
  return status;
}

void fit(CitizenStatus& status) {
  // The newest matter most; a matter with more than forty entries is told whole at the window.
  if (status.lines.size() > lines_max) status.lines.erase(status.lines.begin(), status.lines.end() - static_cast<std::ptrdiff_t>(lines_max));
  if (status.deadlines.size() > deadlines_max) status.deadlines.resize(deadlines_max);
}

std::string encode_status(const CitizenStatus& status) {
  Json lines = Json::array(), terms = Json::array();
  for (const Line& line : status.lines) lines.push_back({line.at.time_since_epoch().count(), line.type, line.words});
  for (const Deadline& d : status.deadlines) terms.push_back({d.term, iso(d.start), iso(d.due), d.promised ? 1 : 0, d.basis.law, d.basis.number, d.calendar_known ? 1 : 0});
  return Json{{"at", status.at.time_since_epoch().count()}, {"due", terms}, {"lines", lines}, {"matter", status.matter}, {"n", status.n},
              {"rate", status.may_rate}, {"state", word(status.state)}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<CitizenStatus> decode_status(std::string_view json) {
  const Error bad{Code::Invalid, "status: it cannot be read"};
  try {
    const Json in = Json::parse(json);
    CitizenStatus status;
    status.matter = in.at("matter");
    status.n = in.at("n");
    status.at = Time{Span{in.at("at").get<std::int64_t>()}};
    status.may_rate = in.at("rate");
    const auto state = matter_state(in.at("state").get<std::string>());
    if (!state) return bad;
    status.state = *state;
    if (in.at("lines").size() > lines_max || in.at("due").size() > deadlines_max) return bad;
    for (const Json& row : in.at("lines")) {
      status.lines.push_back({Time{Span{row.at(0).get<std::int64_t>()}}, {}, row.at(1), row.at(2)});
      if (status.lines.back().words.size() > words_bytes_max) return bad;
    }
    for (const Json& row : in.at("due")) {
      const auto start = parse_date(row.at(1).get<std::string>()), due = parse_date(row.at(2).get<std::string>());
      if (!start || !due) return bad;
      status.deadlines.push_back({row.at(0), *start, *due, row.at(3).get<int>() != 0, Article{row.at(4), row.at(5)}, {}, row.at(6).get<int>() != 0});
    }
    return status;
  } catch (const std::exception&) {  // a newer county's, or not one at all
    return bad;
  }
}

std::string_view words_at_county(MatterState state) { return state == MatterState::Registered ? mark("县里已收到") : chinese(state); }

}  // namespace yizhan
