#include "kiosk/engine/sealing.h"

namespace yizhan::kiosk {

std::shared_ptr<const Sealer> sealer_of(const Config& config, const Origin& own_log) {
  if (config.key_set) return make_sealer(*config.key_set, own_log, config.hub_origin, config.key);
  if (!config.discipline_keys.empty()) return make_early_sealer(config.discipline_keys);
  return nullptr;
}

FilingConfig filing_config(const Config& config, const Origin& own_log) {
  return {own_log, sealer_of(config, own_log), config.ticket_first, config.ticket_last, config.notice_version, config.assets_dir};
}

}  // namespace yizhan::kiosk
