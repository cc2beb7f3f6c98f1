#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/event_log.h"
#include "kiosk/cli/cli.h"

namespace yizhan::kiosk::cli {

int verify(const Common& common) {
  const auto config = settings(common);
  if (!config) return fail("verify", config.error());
  auto log = EventLog::open(config->data_dir + "/log.db", EventLog::Mode::ReadOnly);
  if (!log) return fail("verify", log.error());
  Bar bar("verify", 0, common.json);
  const auto damage = (*log)->verify([&](std::uint64_t at, std::uint64_t total) {
    bar.total(total);
    bar.at(at, fmt::format("{} of {} events", at, total));
  });
  if (!damage) return fail("verify", damage.error());
  const auto heads = (*log)->heads();
  if (!heads) return fail("verify", heads.error());
  const auto blobs = (*log)->blob_totals();
  if (!blobs) return fail("verify", blobs.error());
  if (common.json) {
    nlohmann::json logs = nlohmann::json::array(), found = nlohmann::json::array();
    for (const auto& head : *heads) logs.push_back({{"origin", head.origin}, {"seq", head.seq}, {"hash", hex(head.hash)}});
    for (const auto& one : *damage) found.push_back({{"origin", one.origin}, {"seq", one.seq}, {"what", one.what}});
    print_json(nlohmann::json{{"sound", damage->empty()}, {"logs", logs}, {"attachments", {{"named", blobs->named}, {"whole", blobs->whole}, {"bytes", blobs->bytes}}}, {"damage", found}}.dump());
  } else {
    bar.finish(damage->empty() ? "sound" : fmt::format("{} findings", damage->size()));
    for (const auto& head : *heads) fmt::print("{}  {:>8} events  {}\n", head.origin, head.seq, hex(head.hash).substr(0, 16));
    if (blobs->named > 0) fmt::print("{} attachments named, {} whole here, {} bytes\n", blobs->named, blobs->whole, blobs->bytes);
    for (const auto& one : *damage) fmt::print("damaged: {} {}: {}\n", one.origin, one.seq, one.what);
  }
  if (!damage->empty())
    return fail("verify", {Code::Corrupt, fmt::format("{} event {}: {}", damage->front().origin, damage->front().seq, damage->front().what)});
  return exit_done;
}

}  // namespace yizhan::kiosk::cli
