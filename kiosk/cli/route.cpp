#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/router.h"
#include "kiosk/cli/cli.h"
#include "kiosk/cli/rows.h"

namespace yizhan::kiosk::cli {
namespace {

nlohmann::json json_of(const Ruling& ruling) {
  nlohmann::json reasons = nlohmann::json::array();
  for (const auto& reason : ruling.reasons)
    reasons.push_back({{"rule", reason.rule}, {"law", reason.basis.law}, {"article", reason.basis.number}, {"because", reason.because}, {"consequence", reason.consequence}});
  return {{"window", ruling.window}, {"path", word(ruling.path)}, {"urgent", ruling.urgent}, {"sealed", ruling.sealed},
          {"mediatable", ruling.mediatable}, {"alternatives", ruling.alternatives}, {"reasons", reasons}, {"rulebook", ruling.rulebook}};
}

std::string yes(bool value) { return value ? "是" : "否"; }

void explain(const Ruling& ruling, const RuleBook& book) {
  const auto name = [&](const WindowCode& code) {
    const WindowInfo* window = book.window(code);
    return window != nullptr ? fmt::format("{} {}", code, window->name) : code;
  };
  fmt::print("窗口    {}\n路径    {}\n紧急    {}\n密封    {}\n可调解  {}\n", name(ruling.window), chinese(ruling.path), yes(ruling.urgent),
             yes(ruling.sealed), yes(ruling.mediatable));
  for (const auto& code : ruling.alternatives) fmt::print("也可以  {}\n", name(code));
  for (const auto& reason : ruling.reasons) {
    fmt::print("理由    {}（{}，规则 {}）\n", reason.because, chinese(reason.basis), reason.rule);
    if (!reason.consequence.empty()) fmt::print("        {}\n", reason.consequence);
  }
  fmt::print("依据    {}\n", ruling.rulebook);
}

}  // namespace

int route(const Common& common, const Route& options) {
  const auto config = settings(common);
  if (!config) return fail("route", config.error());
  const auto books = load_books(config->assets_dir, config->jurisdiction);
  if (!books) return fail("route", books.error());
  Date day = hall_day(SystemClock{}.wall());
  if (!options.day.empty()) {
    const auto given = parse_date(options.day);
    if (!given) return fail("route", {Code::Invalid, "--day: " + given.error().what});
    day = *given;
  }
  const RuleBook& book = books->rules.in_force(day);
  const auto channel = channel_of(options.channel);
  if (!channel) return fail("route", channel.error());
  if (!options.explain.empty()) {
    Petition petition;
    petition.channel = *channel;
    petition.statement.facts = options.explain;
    // What cannot be filed can still be asked about: the router rules on anything.
    static_cast<void>(validate(petition, book));
    const Ruling ruling = yizhan::route(petition, book);
    if (common.json) print_json(json_of(ruling).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    else explain(ruling, book);
    return exit_done;
  }
  auto rows = Rows::open(options.file, *channel);
  if (!rows) return fail("route", rows.error());
  std::uint64_t unreadable = 0;
  for (;;) {
    auto row = (*rows)->next();
    if (!row) return fail("route", row.error());
    if (!*row) break;
    if ((*row)->problem) {
      ++unreadable;
      fmt::print(stderr, "kiosk route: line {}: {}: {}\n", (*row)->line, (*row)->problem->field, (*row)->problem->what);
      continue;
    }
    static_cast<void>(validate((*row)->petition, book));
    nlohmann::json line = json_of(yizhan::route((*row)->petition, book));
    line["id"] = (*row)->id;
    print_json(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  if (unreadable > 0) return fail("route", {Code::Invalid, fmt::format("{} lines cannot be read", unreadable)});
  return exit_done;
}

}  // namespace yizhan::kiosk::cli
