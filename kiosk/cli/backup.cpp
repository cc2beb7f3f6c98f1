// Copies of the log, and going on from one. A restored log opens the next epoch of the machine's name (docs/PROTOCOL.md, "Epochs").
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/checkpoints.h"
#include "core/epoch.h"
#include "core/number.h"
#include "kiosk/cli/cli.h"
#include "kiosk/engine/line.h"
#include "sync/client.h"

namespace yizhan::kiosk::cli {
namespace {

namespace fs = std::filesystem;

/// The highest epoch of this device that a log here or at the hub has.
int highest(const std::vector<Head>& heads, const Origin& device) {
  int epoch = 1;
  for (const Head& head : heads)
    if (device_of(head.origin) == device) epoch = std::max(epoch, epoch_of(head.origin));
  return epoch;
}

/// What the hub knows of us. Nothing: it did not answer, or this device is not enrolled.
std::optional<std::vector<Head>> at_the_hub(const Config& config) {
  if (config.hub_url.empty() || config.hub_public_hex.empty()) return std::nullopt;
  auto line = open_line(config.hub_url, config.ca_file, Span{3'000});
  if (!line) return std::nullopt;
  const auto body = sync::ask(**line, {config.origin, config.key, config.hub_origin, config.hub_public_hex}, "GET", "/v1/heads", {}, SystemClock{}.wall(), Span{10'000});
  const auto heads = body ? sync::heads_from_json(*body) : Result<sync::Heads>(body.error());
  if (!heads) return std::nullopt;
  std::vector<Head> all;
  for (const auto& row : heads->heads) all.push_back(row.head);
  return all;
}

Status copy_whole(const std::string& from, const std::string& to) {
  std::error_code failed;
  const std::string part = to + ".part";
  fs::remove(part, failed);
  if (!fs::copy_file(from, part, failed)) return Error{Code::Io, to + ": " + failed.message()};
  fs::permissions(part, fs::perms::owner_read | fs::perms::owner_write, failed);
  const int fd = ::open(part.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  const int why = errno;
  if (fd >= 0) ::close(fd);
  if (!synced || ::rename(part.c_str(), to.c_str()) != 0) {
    const Error error{Code::Io, to + ": " + std::strerror(synced ? errno : why)};
    fs::remove(part, failed);
    return error;
  }
  return Done{};
}

}  // namespace

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
  std::string aside;
  if (fs::exists(path, none)) {
    // A running kiosk refuses here. A log that cannot be opened any more is moved all the same.
    auto here = EventLog::open(path);
    if (!here && here.error().code == Code::Conflict) return fail("restore", here.error());
    if (here) {
      if (const auto heads = (*here)->heads()) known.insert(known.end(), heads->begin(), heads->end());
      static_cast<void>((*here)->checkpoint());
    }
    here = Error{};
    aside = path + ".before-" + std::to_string(SystemClock{}.wall().time_since_epoch().count());
  }
  int epoch = options.epoch;
  const auto hub = at_the_hub(*config);
  if (hub) known.insert(known.end(), hub->begin(), hub->end());
  if (epoch == 0) {
    // Two restores from one copy must not take one name: only the hub knows what was opened since.
    if (!hub && !config->hub_url.empty())
      return fail("restore", {Code::Unavailable, fmt::format("the hub does not answer and only it knows the epochs of {}: try again, or give --epoch N, higher than ever before (at least {})",
                                                             config->origin, highest(known, config->origin) + 1)});
    epoch = highest(known, config->origin) + 1;
  }
  if (epoch <= highest(known, config->origin) || epoch > epoch_max)
    return fail("restore", {Code::Invalid, fmt::format("epoch: must be {} to {}", highest(known, config->origin) + 1, epoch_max)});

  if (!aside.empty())
    for (const char* rest : {"", "-wal", "-shm"})
      if (fs::exists(path + rest, none) && ::rename((path + rest).c_str(), (aside + rest).c_str()) != 0)
        return fail("restore", {Code::Io, path + rest + ": " + std::strerror(errno)});
  if (const auto copied = copy_whole(options.from, path); !copied) return fail("restore", copied.error());
  auto log = EventLog::open(path);
  if (!log) return fail("restore", log.error());
  if (const auto opened = open_epoch(**log, config->origin, epoch, "restored", SystemClock{}.wall()); !opened) return fail("restore", opened.error());
  const Origin own = in_epoch(config->origin, epoch);
  // The hub's marks of before speak of the lost disk; they are asked for anew.
  if (common.json) print_json(nlohmann::json{{"ok", true}, {"log", own}, {"aside", aside}}.dump());
  else fmt::print("restored; this machine goes on as {}{}\n", own, aside.empty() ? "" : "; the log that was here is " + aside);
  return exit_done;
}

}  // namespace yizhan::kiosk::cli
