// Copies of the log, and going on from one. A restored log opens the next epoch of the machine's name (docs/PROTOCOL.md, "Epochs").
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/checkpoints.h"
#include "core/epoch.h"
#include "core/log_replace.h"
#include "core/number.h"
#include "kiosk/cli/cli.h"
#include "kiosk/cli/epochs.h"

namespace yizhan::kiosk::cli {
namespace fs = std::filesystem;

int backup(const Common& common, const Backup& options) {
  const auto config = settings(common);
  if (!config) return fail("backup", config.error());
  auto log = EventLog::open(config->data_dir + "/log.db", EventLog::Mode::ReadOnly);
  if (!log) return fail("backup", log.error());
  if (const auto made = (*log)->backup_to(options.to); !made) return fail("backup", made.error());
  auto copy = EventLog::open(options.to, EventLog::Mode::ReadOnly);
  const auto count = copy ? (*copy)->count() : Result<std::uint64_t>(copy.error());
  if (!count) return fail("backup", count.error());
  std::error_code none;
  const auto bytes = fs::file_size(options.to, none);
  if (common.json) print_json(nlohmann::json{{"ok", true}, {"file", options.to}, {"events", *count}, {"bytes", bytes}}.dump());
  else fmt::print("{}: {} events, {} bytes, verified; without this machine's keys\n", options.to, *count, bytes);
  return exit_done;
}

int restore(const Common& common, const Restore& options) {
  const auto config = settings(common);
  if (!config) return fail("restore", config.error());
  const std::string path = config->data_dir + "/log.db";
  std::vector<Head> known;
  {
    auto copy = EventLog::open(options.from, EventLog::Mode::ReadOnly);
    if (!copy) return fail("restore", copy.error());
    const auto damage = (*copy)->verify();
    if (!damage) return fail("restore", damage.error());
    if (!damage->empty()) return fail("restore", {Code::Corrupt, fmt::format("{}: {} entry {}: {}", options.from, damage->front().origin, damage->front().seq, damage->front().what)});
    const auto heads = (*copy)->heads();
    if (!heads) return fail("restore", heads.error());
    known = *heads;
    if (const auto own = own_log_of(**copy, config->origin); own) known.push_back({*own, 0, {}});
    const bool ours = std::any_of(heads->begin(), heads->end(), [&](const Head& head) { return device_of(head.origin) == config->origin; });
    if (!ours && !heads->empty()) return fail("restore", {Code::Invalid, options.from + ": this copy has no log of " + config->origin});
  }
  std::error_code none;
  if (fs::exists(path, none)) {
    // A running kiosk refuses here. A log that cannot be opened any more is moved all the same.
    auto here = EventLog::open(path);
    if (!here && here.error().code == Code::Conflict) return fail("restore", here.error());
    if (here) {
      if (const auto heads = (*here)->heads()) known.insert(known.end(), heads->begin(), heads->end());
      static_cast<void>((*here)->checkpoint());
    }
  }
  int epoch = options.epoch;
  const auto hub = heads_at_the_hub(*config);
  if (hub) known.insert(known.end(), hub->begin(), hub->end());
  if (epoch == 0) {
    // Two restores from one copy must not take one name: only the hub knows what was opened since.
    if (!hub && !config->hub_url.empty())
      return fail("restore", {Code::Unavailable, fmt::format("the hub does not answer and only it knows the epochs of {}: try again, or give --epoch N, higher than ever before (at least {})",
                                                             config->origin, highest_epoch(known, config->origin) + 1)});
    epoch = highest_epoch(known, config->origin) + 1;
  }
  if (epoch <= highest_epoch(known, config->origin) || epoch > epoch_max)
    return fail("restore", {Code::Invalid, fmt::format("epoch: must be {} to {}", highest_epoch(known, config->origin) + 1, epoch_max)});

  const auto replaced = replace_log(options.from, path, SystemClock{}.wall(), [&](EventLog& log) -> Status {
    if (!config->hub_url.empty())
      if (const auto owed = log.put_note(std::string(epoch_owed), "1"); !owed) return owed;
    return open_epoch(log, config->origin, epoch, "restored", SystemClock{}.wall());
  });
  if (!replaced) return fail("restore", replaced.error());
  const std::string& aside = *replaced;
  const Origin own = in_epoch(config->origin, epoch);
  // The hub's marks of before speak of the lost disk; they are asked for anew.
  if (common.json) print_json(nlohmann::json{{"ok", true}, {"log", own}, {"aside", aside}}.dump());
  else fmt::print("restored; this machine goes on as {}{}\nwhat it had said since comes back with the next synchronisation; letters are registered after it\n", own, aside.empty() ? "" : "; the log that was here is " + aside);
  return exit_done;
}

}  // namespace yizhan::kiosk::cli
