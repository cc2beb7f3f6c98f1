/// Where the planted bugs of plant.h act on hubs and disks.
#pragma once
#include <functional>

#include "tests/sim/world.h"

namespace yizhan::sim {

/// A hub with a bug: true when it has answered this request in its wrong way.
bool planted_answer(HubNode& hub, sync::Request& request, const std::function<void(sync::Reply)>& reply);
/// What a bug did to a disk unseen, just before everything is looked at.
void planted_end(World& world);

}  // namespace yizhan::sim
