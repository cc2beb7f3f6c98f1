#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/checkpoints.h"
#include "core/epoch.h"
#include "core/text.h"
#include "kiosk/cli/cli.h"
#include "kiosk/cli/epochs.h"
#include "kiosk/cli/rows.h"
#include "kiosk/engine/sealing.h"
#include "kiosk/filing.h"

namespace yizhan::kiosk::cli {
namespace {

struct Tally {
  std::uint64_t rows = 0, registered = 0, already = 0, rejected = 0, waiting = 0, sealed = 0;
  std::map<WindowCode, std::uint64_t> windows;
};

class Intaker {
 public:
  Intaker(const Common& common, const Intake& options, const Config& config, const Books& books, EventLog& log, Filing& filing)
      : common_(common), options_(options), config_(config), books_(books), log_(log), filing_(filing) {}

  /// Errors: Io, Corrupt, Unavailable (disk full): what was registered so far stays registered, and a second run goes on from there.
  Status run(Rows& rows) {
    if (!options_.rejects.empty()) {
      rejects_.open(options_.rejects, std::ios::binary | std::ios::trunc);
      if (!rejects_) return Error{Code::Io, options_.rejects + ": cannot be written"};
    }
    Bar bar("intake", rows.bytes_total(), common_.json);
    for (;;) {
      auto row = rows.next();
      if (!row) return row.error();
      if (!*row) break;
      ++tally_.rows;
      if (const auto taken = take(std::move(**row)); !taken) return taken;
      bar.at(rows.bytes_read(), fmt::format("{} rows, {} registered, {} rejected", tally_.rows, tally_.registered, tally_.rejected));
    }
    if (const auto last = flush(); !last) return last;
    if (const auto kept = log_.checkpoint(); !kept) return kept;
    bar.finish(fmt::format("{} rows: {} registered, {} already there, {} rejected", tally_.rows, tally_.registered, tally_.already, tally_.rejected));
    return Done{};
  }
  const Tally& tally() const { return tally_; }
  const std::vector<std::string>& first_rejects() const { return first_rejects_; }

 private:
  Status take(Row row) {
    if (row.problem) {
      reject(row, {*row.problem});
      return Done{};
    }
    const std::string request = "intake:" + row.source + ":" + row.id;
    // The second row of an id must meet the first one on disk, not beside it in the same batch.
    if (!in_batch_.insert(request).second) {
      if (const auto flushed = flush(); !flushed) return flushed;
      in_batch_.insert(request);
    }
    const auto known = log_.stated(request);
    if (known) {
      in_batch_.erase(request);
      return again(row, *known);
    }
    if (known.error().code != Code::NotFound) return known.error();
    FileMatter command;
    command.request = request;
    command.petition = row.petition;
    command.by = ChosenBy::Machine;
    command.notice_version = config_.notice_version;
    command.text_mark = mark_of(row, hall_day(clock_.wall()));
    commands_.push_back(std::move(command));
    rows_.push_back(std::move(row));
    return commands_.size() >= options_.batch ? flush() : Status(Done{});
  }

  /// A row whose id is registered: the same letter is fine, another letter under the same id must not vanish.
  Status again(const Row& row, const MatterId& matter) {
    const auto events = log_.of_matter(matter);
    if (!events) return events.error();
    const Matter known = fold(matter, *events);
    if (known.petition) {
      Petition clean = row.petition;
      const auto problems = validate(clean, books_.rules.in_force(hall_day(known.filed_at)));
      const bool same = problems.empty() && clean.title == known.petition->title && clean.statement.facts == known.petition->statement.facts &&
                        clean.statement.request == known.petition->statement.request;
      if (!same) {
        return another(row, matter);
      }
    } else {
      // Sealed or erased: what was kept of it says only whether it is the same. Without that nothing is guessed.
      const auto kept = log_.note("text/intake:" + row.source + ":" + row.id);
      if (!kept) {
        if (kept.error().code != Code::NotFound) return kept.error();
        reject(row, {{"id", fmt::format("编号已登记（{}），原文已密封，无法核对是不是同一封信", matter)}});
        return Done{};
      }
      if (*kept != mark_of(row, hall_day(known.filed_at))) return another(row, matter);
    }
    ++tally_.already;
    number(row, matter, "already");
    return Done{};
  }

  Status another(const Row& row, const MatterId& matter) {
    reject(row, {{"id", fmt::format("编号已用于另一封信（{}）", matter)}});
    return Done{};
  }
  /// Keyed with this device's secret: who only has the log cannot try letters against it.
  std::string mark_of(const Row& row, Date day) const {
    Petition clean = row.petition;
    static_cast<void>(validate(clean, books_.rules.in_force(day)));
    std::string text = config_.key.secret_hex;
    for (const std::string* part : {&clean.title, &clean.statement.facts, &clean.statement.request}) text += '\n' + std::to_string(part->size()) + '\n' + *part;
    const std::string mark = hex(hash_bytes(text));
    explicit_bzero(text.data(), text.size());
    return mark;
  }

  /// Said after the commit and flushed at once: whoever reads it may stamp the letter.
  void number(const Row& row, const MatterId& matter, const char* how) const {
    if (!options_.numbers) return;
    fmt::print("{}\t{}\t{}\n", printable(row.id), matter, how);
    std::fflush(stdout);
  }

  Status flush() {
    if (commands_.empty()) {
      in_batch_.clear();
      return Done{};
    }
    const auto outcomes = filing_.file_many(commands_, clock_.wall());
    std::optional<Error> trouble;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const Outcome& outcome = outcomes[i];
      if (outcome.receipt) {
        ++tally_.registered;
        number(rows_[i], outcome.receipt->matter, "registered");
        // XFTL 30: not even a count says which window an accusation would have gone to.
        if (outcome.receipt->sealed) ++tally_.sealed;
        else ++tally_.windows[outcome.receipt->window];
      } else if (!outcome.problems.empty()) {
        reject(rows_[i], outcome.problems);
      } else if (outcome.error) {
        // Trouble of one row (it cannot be sealed without a key) leaves the others; trouble of the disk ends the run.
        const bool disk = outcome.error->code == Code::Io || outcome.error->code == Code::Corrupt || all_failed(outcomes);
        if (disk) trouble = outcome.error;
        else reject(rows_[i], {{"seal", outcome.error->what}});
      }
    }
    commands_.clear();
    rows_.clear();
    in_batch_.clear();
    if (trouble) return *trouble;
    return Done{};
  }

  static bool all_failed(const std::vector<Outcome>& outcomes) {
    // One transaction: a disk that refuses it fails every row that was to be written with the same words.
    std::set<std::string> words;
    for (const auto& outcome : outcomes) {
      if (outcome.receipt) return false;
      if (outcome.error) words.insert(outcome.error->what);
    }
    return words.size() == 1 && words.begin()->find("disk") != std::string::npos;
  }

  void reject(const Row& row, const std::vector<Problem>& problems) {
    ++tally_.rejected;
    std::string why;
    for (const auto& problem : problems) why += fmt::format("{}{}：{}", why.empty() ? "" : "；", problem.field, problem.what);
    if (rejects_.is_open()) fmt::print(rejects_, "{}\t{}\t{}\t{}\n", row.line, row.id, why, row.raw);
    // The screen gets line and reason; the letter itself stays in the file.
    if (first_rejects_.size() < 20) first_rejects_.push_back(fmt::format("line {} (id {}): {}", row.line, printable(row.id), printable(why)));
  }

  const Common& common_;
  const Intake& options_;
  const Config& config_;
  const Books& books_;
  EventLog& log_;
  Filing& filing_;
  SystemClock clock_;
  std::vector<FileMatter> commands_;
  std::vector<Row> rows_;
  std::set<std::string> in_batch_;
  std::ofstream rejects_;
  std::vector<std::string> first_rejects_;
  Tally tally_;
};

}  // namespace

int intake(const Common& common, const Intake& options) {
  const auto config = settings(common);
  if (!config) return fail("intake", config.error());
  const auto books = load_books(config->assets_dir, config->jurisdiction);
  if (!books) return fail("intake", books.error());
  const auto channel = channel_of(options.channel);
  if (!channel) return fail("intake", channel.error());
  auto rows = Rows::open(options.file, *channel);
  if (!rows) return fail("intake", rows.error());
  auto log = EventLog::open(config->data_dir + "/log.db");
  if (!log) return fail("intake", log.error());
  const auto own_log = own_log_of(**log, config->origin);
  if (!own_log) return fail("intake", own_log.error());
  if (const auto owed = (*log)->note(epoch_owed); owed && !owed->empty())
    return fail("intake", {Code::Unavailable, "what this machine registered before its log was put back is not here again yet, and letters would be registered twice: kiosk sync --once first"});
  Checkpoints steps(*own_log, config->key);
  if (const auto seen = steps.look(**log, SystemClock{}.wall(), Tick{}); !seen) return fail("intake", seen.error());
  Filing filing(**log, filing_config(*config, *own_log), books->rules, books->calendar);
  if (const auto started = filing.start(); !started) return fail("intake", started.error());

  const Tick begun = SystemClock{}.tick();
  Intaker intaker(common, options, *config, *books, **log, filing);
  const auto outcome = intaker.run(**rows);
  const double seconds = static_cast<double>((SystemClock{}.tick() - begun).count()) / 1000.0;
  const Tally& tally = intaker.tally();
  // One signature for the batch. Where a kiosk had ended without a word this is no closing: its next start must still look.
  if (tally.registered > 0)
    if (const auto head = (*log)->head(*own_log)) {
      steps.wrote(head->seq, Tick{});
      Status signed_now = Done{};
      if (steps.clean()) signed_now = steps.close(**log, SystemClock{}.wall());
      else if (const auto stated = steps.step(**log, SystemClock{}.wall(), Tick{} + checkpoint_patience); !stated) signed_now = stated.error();
      if (!signed_now) fmt::print(stderr, "kiosk intake: no checkpoint: {}\n", signed_now.error().what);
    }
  const RuleBook& book = books->rules.in_force(hall_day(SystemClock{}.wall()));
  if (common.json) {
    const nlohmann::json windows(tally.windows);
    const nlohmann::json answer{{"rows", tally.rows}, {"registered", tally.registered}, {"already", tally.already}, {"rejected", tally.rejected},
                                {"sealed", tally.sealed}, {"windows", windows}, {"seconds", seconds},
                                {"rejects", intaker.first_rejects()}, {"done", outcome.has_value()}};
    print_json(answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    fmt::print("registered {} of {} rows in {:.1f} s ({} already there, {} rejected)\n", tally.registered, tally.rows, seconds, tally.already, tally.rejected);
    for (const auto& [code, count] : tally.windows) {
      const WindowInfo* window = book.window(code);
      fmt::print("  {:<4} {:>6} 件  {}\n", code, count, window != nullptr ? window->name : "");
    }
    if (tally.sealed > 0) fmt::print("  密封 {:>6} 件\n", tally.sealed);
    if (options.rejects.empty())
      for (const auto& line : intaker.first_rejects()) fmt::print("  rejected: {}\n", line);
  }
  if (!outcome) return fail("intake", outcome.error());
  // Every number above is on disk. What the disk did not take afterwards (a signature, the journal's end) is told all the same: closing the log would not say it.
  if (const auto ended = (*log)->checkpoint(); !ended) return fail("intake", ended.error());
  if (tally.rejected > 0)
    return fail("intake", {Code::Invalid, fmt::format("{} of {} rows were rejected{}", tally.rejected, tally.rows,
                                                      options.rejects.empty() ? "" : ", see " + options.rejects)});
  return exit_done;
}

}  // namespace yizhan::kiosk::cli
