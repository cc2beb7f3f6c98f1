#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/event_log.h"
#include "core/matter.h"
#include "core/text.h"
#include "kiosk/cli/cli.h"
#include "kiosk/cli/routing_report.h"

namespace yizhan::kiosk::cli {
namespace {

/// 件, 批次 and 人次 are three units and are never added (need.md S2-4): letters and messages come in pieces, visits in batches
/// of so many heads.
struct Count { std::uint64_t pieces = 0, batches = 0, heads = 0; };

/// A rate is two numbers; the quotient is for reading only (need.md 0.11).
struct Rate { std::uint64_t n = 0, d = 0; };

struct Table {
  std::map<std::string, Count> days, windows, kinds;
  Count all;
  std::uint64_t numbers_only = 0, sealed = 0;
  Rate disposed, accepted, answered, on_time, rated, satisfied, resolved, mediated;
};

void add(Count& count, const Matter& matter) {
  const Channel channel = matter.petition ? matter.petition->channel : Channel::Visit;
  if (channel == Channel::Visit) {
    ++count.batches;
    count.heads += static_cast<std::uint64_t>(matter.petition ? std::max(matter.petition->head_count, 1) : 1);
  } else {
    ++count.pieces;
  }
}

void add(Table& table, const Matter& matter) {
  if (matter.petition && matter.petition->kind == MatterKind::QueueOnly) ++table.numbers_only;
  if (matter.sealed) ++table.sealed;
  add(table.all, matter);
  add(table.days[iso(hall_day(matter.filed_at))], matter);
  // XFTL 30: of a sealed matter not even window and kind are broken down.
  add(table.windows[matter.sealed ? "SEALED" : matter.window()], matter);
  add(table.kinds[matter.sealed ? "Sealed" : matter.petition ? std::string(word(matter.petition->kind)) : "Unknown"], matter);

  const auto rate = [](Rate& into, bool counts, bool reached) {
    into.d += counts ? 1 : 0;
    into.n += counts && reached ? 1 : 0;
  };
  const bool decided = matter.accepted || matter.not_accepted;
  rate(table.disposed, true, matter.disposed || matter.transferred || decided);
  rate(table.accepted, decided, matter.accepted.has_value());
  rate(table.answered, matter.accepted.has_value(), matter.answered.has_value());
  rate(table.rated, matter.answered || matter.consulted || matter.mediation.ended || matter.rated, matter.rated.has_value());
  rate(table.satisfied, matter.rated && matter.rated->service > 0, matter.rated && matter.rated->service >= 4);
  rate(table.resolved, matter.rated && matter.rated->outcome > 0, matter.rated && matter.rated->outcome >= 4);
  rate(table.mediated, matter.mediation.ended.has_value(), matter.mediation.state == MediationState::Agreed);
}

nlohmann::json json_of(const Count& count) { return {{"pieces", count.pieces}, {"batches", count.batches}, {"heads", count.heads}}; }
nlohmann::json json_of(const Rate& rate) { return {{"n", rate.n}, {"d", rate.d}}; }
nlohmann::json json_of(const std::map<std::string, Count>& counts) {
  nlohmann::json out = nlohmann::json::object();
  for (const auto& [name, count] : counts) out[name] = json_of(count);
  return out;
}

void print(const char* title, const std::map<std::string, Count>& counts) {
  fmt::print("{}\n  {:<14}{:>8}{:>8}{:>8}\n", title, "", "件", "批次", "人次");
  // A window's code comes from whoever stated the route: on a terminal it is words.
  for (const auto& [name, count] : counts) fmt::print("  {:<14}{:>9}{:>10}{:>10}\n", printable(name), count.pieces, count.batches, count.heads);
}
void print(const char* name, const Rate& rate) {
  if (rate.d == 0) fmt::print("  {}　0/0\n", name);
  else fmt::print("  {}　{}/{} = {:.2f} %\n", name, rate.n, rate.d, 100.0 * static_cast<double>(rate.n) / static_cast<double>(rate.d));
}

}  // namespace

int report(const Common& common, const Report& options) {
  const auto config = settings(common);
  if (!config) return fail("report", config.error());
  Date from{}, to = Date{std::chrono::days{1'000'000}};
  for (const auto& [text, into, flag] : {std::tuple{&options.from, &from, "--from"}, std::tuple{&options.to, &to, "--to"}}) {
    if (text->empty()) continue;
    const auto day = parse_date(*text);
    if (!day) {
      fmt::print(stderr, "kiosk report: {}: {}\n", flag, day.error().what);
      return exit_wrong_use;
    }
    *into = *day;
  }
  auto log = EventLog::open(config->data_dir + "/log.db", EventLog::Mode::ReadOnly);
  if (!log) return fail("report", log.error());

  std::set<MatterId> matters;
  for (std::int64_t cursor = 0;;) {
    const auto events = (*log)->arrived_after(cursor, 1000);
    if (!events) return fail("report", events.error());
    if (events->empty()) break;
    for (const auto& event : *events)
      if (event.type == "filed" && hall_day(event.at) >= from && hall_day(event.at) <= to) matters.insert(event.matter);
  }
  if (options.what == "routing") return report_routing(common, *config, **log, matters);
  Table table;
  for (const auto& id : matters) {
    const auto events = (*log)->of_matter(id);
    if (!events) return fail("report", events.error());
    add(table, fold(id, *events));
  }
  if (common.json) {
    const nlohmann::json answer{{"matters", matters.size()}, {"all", json_of(table.all)}, {"days", json_of(table.days)}, {"windows", json_of(table.windows)},
                                {"kinds", json_of(table.kinds)}, {"numbers_only", table.numbers_only}, {"sealed", table.sealed},
                                {"rates", {{"disposed", json_of(table.disposed)}, {"accepted", json_of(table.accepted)}, {"answered", json_of(table.answered)},
                                           {"rated", json_of(table.rated)}, {"satisfied", json_of(table.satisfied)}, {"resolved", json_of(table.resolved)},
                                           {"mediated", json_of(table.mediated)}}}};
    print_json(answer.dump());
    return exit_done;
  }
  fmt::print("登记 {} 事项：{} 件，{} 批次 {} 人次（其中只取号 {}，密封 {}）\n", matters.size(), table.all.pieces, table.all.batches, table.all.heads,
             table.numbers_only, table.sealed);
  print("按日", table.days);
  print("按窗口", table.windows);
  print("按种类", table.kinds);
  fmt::print("比率（分子/分母）\n");
  print("处理率", table.disposed);
  print("受理率", table.accepted);
  print("办结率", table.answered);
  print("参评率", table.rated);
  print("服务满意率", table.satisfied);
  print("结果满意率", table.resolved);
  print("调解成功率", table.mediated);
  return exit_done;
}

}  // namespace yizhan::kiosk::cli
