/// How this machine seals what it files, from its settings.
#pragma once
#include <memory>

#include "core/sealer.h"
#include "kiosk/config.h"
#include "kiosk/filing.h"

namespace yizhan::kiosk {

/// Under the county's key-set where there is one; else for accusations only, to the discipline keys of the enrolment; null without either.
/// `own_log`: the origin this machine states as (core/epoch.h).
std::shared_ptr<const Sealer> sealer_of(const Config& config, const Origin& own_log);
FilingConfig filing_config(const Config& config, const Origin& own_log);

}  // namespace yizhan::kiosk
