/// Which logs a machine follows at its hub.
#pragma once
#include <string>
#include <vector>

#include "kiosk/config.h"

namespace yizhan::kiosk {

/// A desk follows everything its role may read; a kiosk and a board only the county's facts about this hall (bodies of its own
/// matters), so that "how far is it" can be answered with the line cut.
inline std::vector<Origin> pulls_of(const Config& config) {
  if (config.role.starts_with("desk-")) return {"*"};
  if (config.role != "kiosk" || config.hub_origin.size() != 10) return {};
  return {config.hub_origin.substr(0, 7) + "C." + config.hub_origin.substr(7)};
}

}  // namespace yizhan::kiosk
