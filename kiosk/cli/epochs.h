/// Which epochs of this machine's name anybody knows: before a log is put back, and before a machine with a new disk says anything.
#pragma once
#include <optional>
#include <vector>

#include "core/event_log.h"
#include "kiosk/config.h"

namespace yizhan::kiosk::cli {

/// What the hub has. Nothing: it did not answer, or this device is not enrolled. Up to 13 s.
std::optional<std::vector<Head>> heads_at_the_hub(const Config& config);
/// The highest epoch of this device among them; 1 when there is none.
int highest_epoch(const std::vector<Head>& heads, const Origin& device);
/// Letters must not be taken in again before what this machine said in earlier epochs came back: the note stands until a client was complete.
inline constexpr std::string_view epoch_owed = "epoch.owed";

}  // namespace yizhan::kiosk::cli
