// What keeps a hub's log: reading everything, countersignatures, copies, a copy in the place of a lost log, and a watch's question.
#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/epoch.h"
#include "core/log_check.h"
#include "core/log_replace.h"
#include "core/read_file.h"
#include "sync/hub_commands.h"
#include "sync/hub_process.h"

namespace yizhan::sync::commands {

using Json = nlohmann::json;

int verify(const HubOptions& options, const std::vector<std::string>& anchor_files, bool json) {
  if (!std::filesystem::exists(options.data_dir + "/" + hub_log_name)) return failed({Code::NotFound, "data: no hub has run in " + options.data_dir});
  const auto log = EventLog::open(options.data_dir + "/" + hub_log_name, EventLog::Mode::ReadOnly);
  if (!log) return failed(log.error());
  std::vector<Anchor> outside;
  for (const auto& path : anchor_files) {
    const auto bytes = read_file(path);  // a year of a county is some megabytes
    if (!bytes) return failed({Code::NotFound, bytes.error().what});
    auto some = anchors_from_lines(*bytes);
    if (!some) return failed({Code::Invalid, path + ": " + some.error().what});
    outside.insert(outside.end(), some->begin(), some->end());
  }
  const bool tty = isatty(STDERR_FILENO) == 1;
  const auto proved = prove(**log, std::move(outside), {}, [&](std::uint64_t done, std::uint64_t total) {
    if (tty) fmt::print(stderr, "\r{} / {} events", done, total);
  });
  if (tty) fmt::print(stderr, "\n");
  if (!proved) return failed(proved.error());
  const auto blobs = (*log)->blob_totals();
  if (!blobs) return failed(blobs.error());
  const auto& damages = proved->damage;
  std::uint64_t events = 0;
  for (const auto& one : proved->logs) events += one.head.seq;
  if (json) {
    Json rows = Json::array(), logs = Json::array();
    for (const auto& damage : damages) rows.push_back({{"origin", damage.origin}, {"seq", damage.seq}, {"what", damage.what}});
    for (const auto& one : proved->logs)
      logs.push_back({{"origin", one.head.origin}, {"seq", one.head.seq}, {"hash", hex(one.head.hash)}, {"checkpoints", one.checkpoints}, {"day_keys", one.day_keys},
                      {"countersigned", one.anchored}, {"unclean", one.unclean}});
    const Json attachments{{"named", blobs->named}, {"whole", blobs->whole}, {"bytes", blobs->bytes}};
    print(dump(Json{{"sound", damages.empty()}, {"events", events}, {"logs", logs}, {"attachments", attachments},
                {"anchors", {{"inside", proved->anchors_inside}, {"outside", proved->anchors_outside}}}, {"damage", rows}}));
  } else {
    for (const auto& damage : damages) print(fmt::format("{}/{}: {}", damage.origin, damage.seq, damage.what));
    if (blobs->named > 0) print(fmt::format("{} attachments named, {} whole here, {} bytes", blobs->named, blobs->whole, blobs->bytes));
    std::uint64_t checkpoints = 0, countersigned = 0;
    for (const auto& one : proved->logs) checkpoints += one.checkpoints, countersigned += one.anchored;
    print(fmt::format("{} events in {} logs, {} checkpoints, {} events countersigned: {}", events, proved->logs.size(), checkpoints, countersigned, damages.empty() ? "sound" : "DAMAGED"));
  }
  if (damages.empty()) return exit_done;
  return failed({Code::Corrupt, fmt::format("verify: {} findings", damages.size())});
}

int anchors(const HubOptions& options) {
  const auto answer = command(options, Json{{"do", "anchors"}});
  if (!answer) return failed(answer.error());
  for (const auto& line : answer->at("lines")) print(line.get<std::string>());
  return exit_done;
}

int backup(const HubOptions& options, const std::string& to, bool json) {
  if (!std::filesystem::exists(options.data_dir + "/" + hub_log_name)) return failed({Code::NotFound, "data: no hub has run in " + options.data_dir});
  const auto log = EventLog::open(options.data_dir + "/" + hub_log_name, EventLog::Mode::ReadOnly);
  if (!log) return failed(log.error());
  if (const auto made = (*log)->backup_to(to); !made) return failed(made.error());
  const auto count = (*log)->count();
  if (json) print(dump(Json{{"ok", true}, {"file", to}, {"events", count.value_or(0)}}));
  else print(fmt::format("{}: {} events, verified; without hub.key, which is kept apart", to, count.value_or(0)));
  return exit_done;
}

int restore(const HubOptions& options, const std::string& from, int epoch, bool json) {
  const std::string path = options.data_dir + "/" + hub_log_name;
  Origin self;
  int highest = 1;
  const auto look = [&](const EventLog& log) {
    const auto note = log.note("hub.self");
    if (note) self = note->substr(0, note->find(' '));
    const auto heads = log.heads();
    if (!heads) return;
    for (const auto& head : *heads) {
      const Origin device = device_of(head.origin);
      if (device == self || (self.ends_with("-C") && device.starts_with(self + "."))) highest = std::max(highest, epoch_of(head.origin));
    }
    if (const auto own = own_log_of(log, self)) highest = std::max(highest, epoch_of(*own));
  };
  {
    const auto copy = EventLog::open(from, EventLog::Mode::ReadOnly);
    if (!copy) return failed(copy.error());
    const auto damage = (*copy)->verify();
    if (!damage) return failed(damage.error());
    if (!damage->empty()) return failed({Code::Corrupt, fmt::format("{}: {}/{}: {}", from, damage->front().origin, damage->front().seq, damage->front().what)});
    look(**copy);
    if (self.empty()) return failed({Code::Invalid, from + ": not a copy of a hub's log"});
  }
  std::error_code failure;
  std::filesystem::create_directories(options.data_dir, failure);
  if (failure) return failed({Code::Io, options.data_dir + ": " + failure.message()});
  bool looked = false;
  if (std::filesystem::exists(path, failure)) {
    auto here = EventLog::open(path);
    if (!here && here.error().code == Code::Conflict) return failed({Code::Unavailable, here.error().what + ": stop it first"});
    if (here) {
      look(**here);
      looked = true;
      static_cast<void>((*here)->checkpoint());
    }
  }
  // Two restores from one copy must not take one name: what was stated under it would look known to everybody else and never travel.
  if (epoch == 0 && !looked)
    return failed({Code::Invalid, fmt::format("epoch: the log that was here cannot be asked which epochs {} had; give --epoch N, higher than ever before (at least {}; `{}` lists them)", self,
                                              highest + 1, self.ends_with("-C") ? "hub verify at a hall" : "hub verify at the county")});
  if (epoch == 0) epoch = highest + 1;
  if (epoch <= highest || epoch > epoch_max) return failed({Code::Invalid, fmt::format("epoch: must be {} to {}", highest + 1, epoch_max)});
  const auto replaced = replace_log(from, path, SystemClock{}.wall(), [&](EventLog& log) -> Status {
    if (self.ends_with("-C")) return log.put_note("epoch", std::to_string(epoch));
    return open_epoch(log, self, epoch, "restored", SystemClock{}.wall());
  });
  if (!replaced) return failed(replaced.error());
  const std::string& aside = *replaced;
  // The projection is made anew from the log.
  std::filesystem::remove(options.data_dir + "/" + hub_projection_name, failure);
  if (json) print(dump(Json{{"ok", true}, {"log", in_epoch(self, epoch)}, {"aside", aside}}));
  else print(fmt::format("restored; this hub states its own facts as {} from now on{}\nput hub.key beside it before it is started, or enrol every device anew", in_epoch(self, epoch),
                         aside.empty() ? "" : "; the log that was here is " + aside));
  return exit_done;
}

int health(const HubOptions& options, bool json) {
  const auto log = EventLog::open(options.data_dir + "/" + hub_log_name, EventLog::Mode::ReadOnly);
  if (!log) return failed(log.error());
  const auto room = std::filesystem::space(options.data_dir);
  const bool low = room.available < (256u << 20), alarm = low || room.available < room.capacity / 10;
  const auto found = (*log)->note("scrub.found"), day = (*log)->note("scrub.day");
  const bool damaged = found && !found->empty();
  const auto count = (*log)->count();
  if (!count) return failed(count.error());
  if (json) {
    print(dump(Json{{"ok", !alarm && !damaged}, {"disk_free_mb", room.available >> 20}, {"disk_mb", room.capacity >> 20}, {"disk_alarm", alarm}, {"disk_low", low},
                {"events", *count}, {"scrub_day", day.value_or("")}, {"scrub_found", found.value_or("")}}));
  } else {
    print(fmt::format("disk   {} MB free of {}{}", room.available >> 20, room.capacity >> 20, low ? "  LOW" : alarm ? "  under a tenth: make room" : ""));
    print(fmt::format("log    {} events", *count));
    print(fmt::format("scrub  {}", damaged ? cell(*found) : day ? "sound on " + *day : "no night has passed yet"));
  }
  return alarm || damaged ? exit_failed : exit_done;
}

}  // namespace yizhan::sync::commands
