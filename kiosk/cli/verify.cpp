#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/log_check.h"
#include "core/read_file.h"
#include "kiosk/cli/cli.h"

namespace yizhan::kiosk::cli {

int verify(const Common& common, const Verify& options) {
  const auto config = settings(common);
  if (!config) return fail("verify", config.error());
  auto log = EventLog::open(config->data_dir + "/log.db", EventLog::Mode::ReadOnly);
  if (!log) return fail("verify", log.error());
  std::vector<Anchor> outside;
  for (const auto& path : options.anchors) {
    const auto bytes = read_file(path);
    if (!bytes) return fail("verify", {Code::NotFound, bytes.error().what});
    auto some = anchors_from_lines(*bytes);
    if (!some) return fail("verify", {Code::Invalid, path + ": " + some.error().what});
    outside.insert(outside.end(), some->begin(), some->end());
  }
  Bar bar("verify", 0, common.json);
  const auto proved = prove(**log, std::move(outside), config->origin, [&](std::uint64_t at, std::uint64_t total) {
    bar.total(total);
    bar.at(at, fmt::format("{} of {} events", at, total));
  });
  if (!proved) return fail("verify", proved.error());
  const auto blobs = (*log)->blob_totals();
  if (!blobs) return fail("verify", blobs.error());
  const auto& damage = proved->damage;
  if (common.json) {
    nlohmann::json logs = nlohmann::json::array(), found = nlohmann::json::array();
    for (const auto& one : proved->logs)
      logs.push_back({{"origin", one.head.origin}, {"seq", one.head.seq}, {"hash", hex(one.head.hash)}, {"checkpoints", one.checkpoints}, {"day_keys", one.day_keys},
                      {"countersigned", one.anchored}, {"erased", one.erased}, {"unclean", one.unclean}});
    for (const auto& one : damage) found.push_back({{"origin", one.origin}, {"seq", one.seq}, {"what", one.what}});
    print_json(nlohmann::json{{"sound", damage.empty()}, {"logs", logs}, {"attachments", {{"named", blobs->named}, {"whole", blobs->whole}, {"bytes", blobs->bytes}}},
                              {"anchors", {{"inside", proved->anchors_inside}, {"outside", proved->anchors_outside}}}, {"damage", found}}
                   .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    bar.finish(damage.empty() ? "sound" : fmt::format("{} findings", damage.size()));
    for (const auto& one : proved->logs) {
      fmt::print("{}  {:>8} events  {}  {} checkpoints, countersigned up to {}", one.head.origin, one.head.seq, hex(one.head.hash).substr(0, 16), one.checkpoints, one.anchored);
      if (one.erased > 0) fmt::print(", {} texts not here", one.erased);
      for (const auto seq : one.unclean) fmt::print("; ended without closing before {}", seq);
      fmt::print("\n");
    }
    if (blobs->named > 0) fmt::print("{} attachments named, {} whole here, {} bytes\n", blobs->named, blobs->whole, blobs->bytes);
    for (const auto& one : damage) fmt::print("damaged: {} {}: {}\n", one.origin, one.seq, one.what);
  }
  if (!damage.empty()) return fail("verify", {Code::Corrupt, fmt::format("{} event {}: {}", damage.front().origin, damage.front().seq, damage.front().what)});
  return exit_done;
}

}  // namespace yizhan::kiosk::cli
