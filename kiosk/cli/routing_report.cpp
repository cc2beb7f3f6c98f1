#include "kiosk/cli/routing_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "core/text.h"

namespace yizhan::kiosk::cli {
namespace {

struct Agreed {
  std::uint64_t agreed = 0, decided = 0;
  void add(bool same) { ++decided, agreed += same ? 1 : 0; }
};

struct Table {
  std::uint64_t filed = 0, sealed = 0, undecided = 0, unnamed = 0;  ///< unnamed: decided for a unit that no window names
  Agreed hall, county, chosen;                                      ///< chosen: citizens who took the suggested window, of those who chose
  std::map<WindowCode, Agreed> hall_windows, county_windows;        ///< by what was suggested
  std::map<std::string, Agreed> models;
  std::map<std::tuple<WindowCode, WindowCode, WindowCode>, std::uint64_t> ways;  ///< suggested, chosen, decided among the hall's windows
};

bool names(const WindowInfo& window, const std::string& unit) {
  if (!window.name.empty() && unit.find(window.name) != std::string::npos) return true;
  return std::any_of(window.units.begin(), window.units.end(), [&](const std::string& name) { return !name.empty() && unit.find(name) != std::string::npos; });
}

/// A department may be written in the words of the county; only a name the rulebook knows counts.
WindowCode window_of_unit(const std::string& unit, const RuleBook& rules) {
  if (unit.empty()) return {};
  for (const WindowInfo& window : rules.windows)
    if (unit == window.code || names(window, unit)) return window.code;
  return {};
}

void add(Table& table, const Matter& matter, const RuleBook& rules) {
  ++table.filed;
  if (matter.sealed) {
    ++table.sealed;  // XFTL 30: of a sealed matter nothing is broken down
    return;
  }
  if (!matter.routed || (matter.petition && matter.petition->kind == MatterKind::QueueOnly)) return;
  const Routed& routed = *matter.routed;
  if (routed.by == ChosenBy::Citizen) table.chosen.add(routed.chosen == routed.ruling.window);
  const Decided decided = decided_by_staff(matter, rules);
  if (decided.hall.empty() && decided.county.empty()) {
    ++table.undecided;
    return;
  }
  if (!decided.hall.empty()) {
    table.hall.add(routed.ruling.window == decided.hall);
    table.hall_windows[routed.ruling.window].add(routed.ruling.window == decided.hall);
    ++table.ways[{routed.ruling.window, routed.chosen, decided.hall}];
  }
  if (!routed.suggested) return;
  if (decided.county.empty()) {
    ++table.unnamed;
    return;
  }
  const bool same = routed.suggested->window == decided.county;
  table.county.add(same);
  table.county_windows[routed.suggested->window].add(same);
  table.models[routed.suggested->model.empty() ? "none" : routed.suggested->model].add(same);
}

nlohmann::json json_of(const Agreed& a) {
  const Interval interval = wilson(a.agreed, a.decided);
  const auto rounded = [](double v) { return static_cast<double>(static_cast<int>(v * 1000 + 0.5)) / 1000; };
  return {{"agreed", a.agreed}, {"decided", a.decided}, {"low", rounded(interval.low)}, {"high", rounded(interval.high)}};
}
nlohmann::json json_of(const std::map<std::string, Agreed>& all) {
  nlohmann::json out = nlohmann::json::object();
  for (const auto& [name, a] : all) out[name] = json_of(a);
  return out;
}

std::string words(const Agreed& a) {
  if (a.decided == 0) return "0/0";
  const Interval interval = wilson(a.agreed, a.decided);
  return fmt::format("{}/{} = {:.1f} %（95 % 区间 {:.1f}–{:.1f}）", a.agreed, a.decided, 100.0 * static_cast<double>(a.agreed) / static_cast<double>(a.decided), 100 * interval.low, 100 * interval.high);
}

}  // namespace

Decided decided_by_staff(const Matter& matter, const RuleBook& rules) {
  Decided out;
  const auto on_site = [&](const WindowCode& code) {
    const WindowInfo* window = rules.hall_window(code);
    return window == nullptr ? code : window->code;
  };
  // The law's order: what was done last says most. Mediation and the lawyer's record are made at that window.
  if (matter.mediation.ended) out = {window_mediation, window_mediation};
  if (matter.consulted) {
    const bool passed_on = matter.consulted->outcome == ConsultOutcome::BackToReception;
    const bool to_mediation = matter.consulted->outcome == ConsultOutcome::ToMediation;
    out.hall = passed_on ? window_reception : to_mediation ? window_mediation : window_lawyer;
    out.county = passed_on ? WindowCode() : out.hall;
  }
  if (matter.disposed) {
    const Disposed& d = *matter.disposed;
    if (out.hall.empty()) out.hall = d.disposition == Disposition::GuidedToJudicial ? window_lawyer : window_reception;
    if (d.disposition == Disposition::GuidedToJudicial) out.county = window_lawyer;
    else if (const WindowCode unit = window_of_unit(d.to_unit, rules); !unit.empty()) out.county = unit;
    else if (d.to_unit.empty() && d.words.empty() && out.county.empty()) out.county = window_reception;
  }
  if (matter.overridden) {
    // Who overrides says outright where it belongs.
    out.hall = on_site(matter.overridden->window);
    if (out.county.empty() || out.county == window_reception || !matter.disposed) out.county = matter.overridden->window;
  }
  return out;
}

int report_routing(const Common& common, const Config& config, const EventLog& log, const std::set<MatterId>& matters) {
  const auto books = load_books(config.assets_dir, config.jurisdiction);
  if (!books) return fail("report", books.error());
  Table table;
  for (const auto& id : matters) {
    const auto events = log.of_matter(id);
    if (!events) return fail("report", events.error());
    const Matter matter = fold(id, *events);
    add(table, matter, books->rules.in_force(hall_day(matter.filed_at)));
  }
  if (common.json) {
    nlohmann::json ways = nlohmann::json::array();
    for (const auto& [way, count] : table.ways)
      ways.push_back({{"suggested", std::get<0>(way)}, {"chosen", std::get<1>(way)}, {"decided", std::get<2>(way)}, {"count", count}});
    const nlohmann::json answer{{"filed", table.filed}, {"sealed", table.sealed}, {"undecided", table.undecided}, {"unit_unknown", table.unnamed},
                                {"chosen", json_of(table.chosen)}, {"hall", json_of(table.hall)}, {"hall_windows", json_of(table.hall_windows)},
                                {"county", json_of(table.county)}, {"county_windows", json_of(table.county_windows)}, {"models", json_of(table.models)}, {"ways", ways}};
    print_json(answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    return exit_done;
  }
  fmt::print("登记 {} 事项，密封 {}，工作人员还没有决定 {}\n", table.filed, table.sealed, table.undecided);
  fmt::print("群众照建议选窗口　{}\n", words(table.chosen));
  fmt::print("本厅窗口：建议与工作人员决定一致　{}\n", words(table.hall));
  for (const auto& [code, a] : table.hall_windows) fmt::print("  {:<6}{}\n", printable(code), words(a));
  fmt::print("十六个归口：建议与工作人员决定一致　{}（另有 {} 件的单位名称对不上）\n", words(table.county), table.unnamed);
  for (const auto& [code, a] : table.county_windows) fmt::print("  {:<6}{}\n", printable(code), words(a));
  for (const auto& [version, a] : table.models) fmt::print("  模型 {}　{}\n", printable(version), words(a));
  fmt::print("建议 → 选择 → 决定\n");
  for (const auto& [way, count] : table.ways) fmt::print("  {} → {} → {}　{}\n", printable(std::get<0>(way)), printable(std::get<1>(way)), printable(std::get<2>(way)), count);
  return exit_done;
}

}  // namespace yizhan::kiosk::cli
