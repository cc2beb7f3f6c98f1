#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/books.h"
#include "core/text.h"
#include "core/triage/suggest.h"
#include "kiosk/cli/cli.h"
#include "kiosk/cli/rows.h"

namespace yizhan::kiosk::cli {
namespace {

/// Shares are shown with three places: more would claim more than a few hundred rows can say.
double rounded(double share) { return static_cast<double>(static_cast<int>(share * 1000 + 0.5)) / 1000; }

nlohmann::json json_of(const Suggestion& s, const Triage& triage) {
  const Ruling& ruling = s.ruling;
  nlohmann::json reasons = nlohmann::json::array(), alternatives = nlohmann::json::array();
  for (const auto& reason : s.reasons)
    reasons.push_back({{"rule", reason.rule}, {"law", reason.basis.law}, {"article", reason.basis.number}, {"because", reason.because}, {"consequence", reason.consequence}});
  nlohmann::json confidences = nlohmann::json::array();
  for (const auto& other : s.alternatives) alternatives.push_back(other.window), confidences.push_back(rounded(other.confidence));
  return {{"topic", s.topic}, {"topic_confidence", rounded(s.topic_confidence)}, {"window", s.window}, {"window_confidence", rounded(s.window_confidence)},
          {"alternatives", alternatives}, {"alternative_confidences", confidences}, {"path", word(ruling.path)}, {"urgent", ruling.urgent}, {"sealed", ruling.sealed}, {"mediatable", ruling.mediatable},
          {"decided_by_law", s.decided}, {"hall_window", ruling.window}, {"hall_alternatives", ruling.alternatives}, {"reasons", reasons},
          {"rulebook", ruling.rulebook}, {"model", triage.version}};
}

std::string yes(bool value) { return value ? "是" : "否"; }

void explain(const Suggestion& s, const RuleBook& book, const Triage& triage) {
  const Ruling& ruling = s.ruling;
  const auto name = [&](const WindowCode& code) {
    const WindowInfo* window = book.window(code);
    return window != nullptr ? fmt::format("{} {}", code, window->name) : code;
  };
  const auto percent = [](double share) { return fmt::format("{:.0f} %", 100 * share); };
  fmt::print("类别    {}（{}）\n归口    {}（{}）\n", s.topic, percent(s.topic_confidence), name(s.window), s.decided ? "依法确定" : percent(s.window_confidence));
  for (const auto& other : s.alternatives) fmt::print("也可能  {}（{}）\n", name(other.window), percent(other.confidence));
  fmt::print("窗口    {}\n路径    {}\n紧急    {}\n密封    {}\n可调解  {}\n", name(ruling.window), chinese(ruling.path), yes(ruling.urgent), yes(ruling.sealed), yes(ruling.mediatable));
  for (const auto& code : ruling.alternatives) fmt::print("也可以  {}\n", name(code));
  for (const auto& reason : s.reasons) {
    fmt::print("理由    {}（{}，规则 {}）\n", reason.because, chinese(reason.basis), reason.rule);
    if (!reason.consequence.empty()) fmt::print("        {}\n", reason.consequence);
  }
  fmt::print("依据    {}，模型 {}\n", ruling.rulebook, triage.version.empty() ? "无" : triage.version);
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
  const auto triage = load_triage(config->assets_dir);
  for (const std::string& trouble : triage->troubles) fmt::print(stderr, "kiosk route: {}; the law tree and reception go on without it\n", printable(trouble));
  TextScratch scratch;
  if (!options.explain.empty()) {
    Petition petition;
    petition.channel = *channel;
    petition.statement.facts = options.explain;
    // What cannot be filed can still be asked about: the router rules on anything.
    static_cast<void>(validate(petition, book));
    const Suggestion s = suggest(petition, book, *triage, scratch);
    if (common.json) print_json(json_of(s, *triage).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    else explain(s, book, *triage);
    return exit_done;
  }
  auto rows = Rows::open(options.file, *channel, true);
  if (!rows) return fail("route", rows.error());
  std::uint64_t unreadable = 0;
  for (;;) {
    auto row = (*rows)->next();
    if (!row) return fail("route", row.error());
    if (!*row) break;
    Petition& petition = (*row)->petition;
    static_cast<void>(validate(petition, book));
    nlohmann::json line = json_of(suggest(petition, book, *triage, scratch), *triage);
    line["id"] = (*row)->id;
    if ((*row)->problem) {
      // A line nobody can read is answered too: a person must look at it.
      ++unreadable;
      line["problem"] = fmt::format("{}: {}", (*row)->problem->field, (*row)->problem->what);
      fmt::print(stderr, "kiosk route: line {}: {}: {}\n", (*row)->line, (*row)->problem->field, (*row)->problem->what);
    }
    print_json(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  if (unreadable > 0) return fail("route", {Code::Invalid, fmt::format("{} lines cannot be read", unreadable)});
  return exit_done;
}

}  // namespace yizhan::kiosk::cli
