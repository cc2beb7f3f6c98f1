#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/epoch.h"
#include "core/number.h"
#include "core/seal.h"
#include "kiosk/cli/cli.h"
#include "kiosk/cli/epochs.h"
#include "kiosk/engine/line.h"
#include "sync/client.h"

namespace yizhan::kiosk::cli {
namespace {

/// A new disk under an old name must not begin the old log a second time: the hub would take nothing of it, and numbers would be given out twice.
/// The log this machine goes on in; "" when nothing had to be done, or the hub does not answer (then `kiosk doctor` and the line say so).
Result<std::string> begin_anew(const Config& config) {
  const auto known = heads_at_the_hub(config);
  if (!known) return std::string{};
  const std::string path = config.data_dir + "/log.db";
  const bool ours_said_more = std::any_of(known->begin(), known->end(), [&](const Head& head) { return device_of(head.origin) == config.origin && head.seq > 0; });
  if (!ours_said_more) return std::string{};
  auto log = EventLog::open(path);
  if (!log) return log.error().code == Code::Conflict ? Result<std::string>(std::string{}) : Result<std::string>(log.error());
  const auto own = own_log_of(**log, config.origin);
  if (!own) return own.error();
  bool lost = false;
  for (const Head& head : *known) {
    if (device_of(head.origin) != config.origin) continue;
    const auto here = (*log)->head(head.origin);
    if (!here) return here.error();
    // Logs of earlier epochs come back by themselves; the one that is written now, and any later one, must not be behind.
    if (here->seq < head.seq && epoch_of(head.origin) >= epoch_of(*own)) lost = true;
  }
  if (!lost) return std::string{};
  if (const auto owed = (*log)->put_note(std::string(epoch_owed), "1"); !owed) return owed.error();
  const int epoch = std::max(highest_epoch(*known, config.origin), epoch_of(*own)) + 1;
  if (const auto opened = open_epoch(**log, config.origin, epoch, "enrolled", SystemClock{}.wall()); !opened) return opened.error();
  return std::string(in_epoch(config.origin, epoch));
}

}  // namespace

int enrol(const Common& common, const Enrol& options) {
  auto config = settings(common);
  if (!config) return fail("enrol", config.error());
  if (!options.origin.empty()) config->origin = options.origin;
  if (const auto sound = check_origin(config->origin); !sound) return fail("enrol", sound.error());
  if (!options.place.empty()) config->place = options.place;
  auto transport = open_line(config->hub_url, config->ca_file, Span{5'000});
  if (!transport) return fail("enrol", transport.error());
  const sync::EnrolAsk ask{options.code, config->origin, config->role, config->key.public_hex, config->place, config->windows};
  const auto enrolment = sync::enrol(**transport, ask, config->key, SystemClock{}.wall());
  if (!enrolment) return fail("enrol", enrolment.error());
  config->role = enrolment->role;
  config->windows = enrolment->windows;
  config->hub_origin = enrolment->hub_origin;
  config->hub_public_hex = enrolment->hub_public_hex;
  config->discipline_keys = enrolment->discipline_keys;
  std::optional<KeySet> keys;
  if (!enrolment->key_set.empty()) {
    auto kept = keep_key_set(config->data_dir, enrolment->key_set);
    if (!kept) return fail("enrol", kept.error());
    keys = std::move(*kept);
  }
  if (const auto saved = save_enrolment(*config); !saved) return fail("enrol", saved.error());
  const auto begun = begin_anew(*config);
  if (!begun) return fail("enrol", begun.error());
  if (!begun->empty() && !common.json) fmt::print("The hub knows more of {} than this disk: a new disk under an old name. This machine goes on as {}.\n", config->origin, *begun);
  const std::string hub = fingerprint(config->hub_public_hex), own = fingerprint(config->key.public_hex);
  if (common.json) {
    const nlohmann::json answer{{"origin", config->origin}, {"role", config->role}, {"hub", config->hub_origin}, {"hub_fingerprint", hub}, {"fingerprint", own}};
    print_json(answer.dump());
  } else {
    fmt::print("{} is enrolled at {} as {}\nhub key    {}\nthis key   {}\nCompare both with what the hub shows.\n", config->origin, config->hub_origin,
               config->role, hub, own);
    if (keys) fmt::print("key-set version {}, root {}: compare it with the county's.\n", keys->version, fingerprint(keys->root_public_hex));
    else if (config->discipline_keys.empty()) fmt::print("The hub gave no discipline key: accusations cannot be sealed here (XFTL 30).\n");
  }
  return exit_done;
}

}  // namespace yizhan::kiosk::cli
