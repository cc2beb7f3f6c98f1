/// `kiosk report routing`: what was suggested, what was chosen, what staff decided; from the facts alone.
#pragma once
#include <set>

#include "core/event_log.h"
#include "core/matter.h"
#include "kiosk/cli/cli.h"

namespace yizhan::kiosk::cli {

/// Where staff brought a matter, "" while nobody has: who overrode, consulted, mediated or disposed. `hall`: a window of the hall.
/// `county`: one of the sixteen codes; "" also when the unit's name is behind no window of this rulebook.
struct Decided {
  WindowCode hall, county;
};
Decided decided_by_staff(const Matter& matter, const RuleBook& rules);

int report_routing(const Common& common, const Config& config, const EventLog& log, const std::set<MatterId>& matters);

}  // namespace yizhan::kiosk::cli
