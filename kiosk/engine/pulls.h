/// Which logs a machine follows at its hub.
#pragma once
#include <string>
#include <vector>

#include "kiosk/config.h"

namespace yizhan::kiosk {

/// A desk follows everything its role may read; a kiosk only how far this hall's matters are, each sealed to its citizen: "how far is it" is
/// answered with the line cut, and a stolen disk says nothing (docs/RECEIPTS.md).
inline std::vector<Origin> pulls_of(const Config& config) {
  if (config.role.starts_with("desk-")) return {"*"};
  if (config.role != "kiosk" || config.hub_origin.size() != 10) return {};
  return {config.hub_origin.substr(0, 7) + "C.S" + config.hub_origin.substr(8)};
}

}  // namespace yizhan::kiosk
