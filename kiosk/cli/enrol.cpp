#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/seal.h"
#include "kiosk/cli/cli.h"
#include "kiosk/engine/line.h"
#include "sync/client.h"

namespace yizhan::kiosk::cli {

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
