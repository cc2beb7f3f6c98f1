#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/epoch.h"
#include "kiosk/cli/cli.h"
#include "kiosk/engine/line.h"
#include "kiosk/engine/pulls.h"
#include "sync/client.h"

namespace yizhan::kiosk::cli {

int sync_once(const Common& common, const Sync& options) {
  const auto config = settings(common);
  if (!config) return fail("sync", config.error());
  if (config->hub_url.empty()) return fail("sync", {Code::Invalid, "no hub: give --hub URL, or enrol this device"});
  if (config->hub_public_hex.empty()) return fail("sync", {Code::Invalid, "not enrolled: run kiosk enrol --hub URL --code CODE"});
  auto transport = open_line(config->hub_url, config->ca_file, Span{5'000});
  if (!transport) return fail("sync", transport.error());
  auto log = EventLog::open(config->data_dir + "/log.db");
  if (!log) return fail("sync", log.error());

  const SystemClock clock;
  sync::ClientConfig settings;
  const auto own_log = own_log_of(**log, config->origin);
  if (!own_log) return fail("sync", own_log.error());
  settings.self = config->origin;
  settings.own_log = *own_log;
  settings.key = config->key;
  settings.hub_origin = config->hub_origin;
  settings.hub_public_hex = config->hub_public_hex;
  settings.pull = pulls_of(*config);
  settings.long_poll = Span{0};
  settings.retry_max = Span{15'000};
  settings.keys = config->key_set ? config->key_set->version : 0;
  settings.take_keys = [&](std::string_view json) -> Status {
    const auto kept = keep_key_set(config->data_dir, json);
    return kept ? Status(Done{}) : Status(kept.error());
  };
  settings.jitter_seed = static_cast<std::uint64_t>(clock.wall().time_since_epoch().count());
  sync::Client client(settings, [&](const std::function<void(EventLog&)>& use) { use(**log); });

  const Tick begun = clock.tick();
  Tick progressed = begun;
  std::uint64_t before = 0;
  Bar bar("sync", 0, common.json);
  // Patience counts from the last progress: a slow line that moves is not given up (sync.md 9).
  while (!client.state().done && !client.state().stopped && clock.tick() - progressed < std::chrono::seconds(options.patience_s)) {
    if (auto request = client.step(clock.tick(), clock.wall())) {
      // First the exchange, then the time: arguments have no order, and a call that took a minute would have taken none.
      const auto reply = (*transport)->exchange(*request, client.patience());
      client.received(reply, clock.tick(), clock.wall());
    } else if (!client.state().done) {
      std::this_thread::sleep_for(std::clamp(client.again_at() - clock.tick(), Span{1}, Span{1'000}));
    }
    const auto& state = client.state();
    const std::uint64_t moved = state.pushed + state.pulled + state.blob_bytes;
    if (moved != before) progressed = clock.tick();
    before = moved;
    const auto own = state.marks.find(*own_log);
    if (own == state.marks.end()) continue;
    bar.total(own->second.total);
    bar.at(own->second.hub, state.blobs_unsent > 0 && own->second.hub == own->second.total
                                ? fmt::format("{} attachments to go, {} KB of them sent", state.blobs_unsent, state.blob_bytes / 1024)
                                : fmt::format("{} of {} sent, {} fetched", own->second.hub, own->second.total, state.pulled));
  }

  const auto& state = client.state();
  const auto found = state.marks.find(*own_log);
  const sync::Mark mark = found == state.marks.end() ? sync::Mark{} : found->second;
  const bool all = state.done && mark.hub >= mark.total && state.blobs_unsent == 0;
  if (common.json) {
    const nlohmann::json answer{{"done", all}, {"pushed", state.pushed}, {"pulled", state.pulled}, {"total", mark.total},
                                {"hub", mark.hub}, {"county", mark.county}, {"attachments_unsent", state.blobs_unsent}, {"trouble", state.stopped ? state.stopped->what : state.trouble}};
    print_json(answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    if (state.blobs_unsent > 0) fmt::print(stderr, "{} attachments are not at the hub yet\n", state.blobs_unsent);
    bar.finish(fmt::format("{} of {} at the hub, {} at the county; {} sent and {} fetched now", mark.hub, mark.total, mark.county, state.pushed, state.pulled));
  }
  if (state.stopped) return fail("sync", {Code::Conflict, state.stopped->what});
  if (!all) return fail("sync", {Code::Unavailable, state.trouble.empty() ? "not everything is acknowledged yet" : state.trouble});
  return exit_done;
}

}  // namespace yizhan::kiosk::cli
