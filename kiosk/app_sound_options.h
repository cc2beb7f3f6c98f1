/// A machine's sound as its settings want it: for the citizen's program and the board.
#pragma once
#include "kiosk/config.h"
#include "kiosk/sound/sound.h"

namespace yizhan::kiosk {

sound::SoundOptions sound_options(const Config& config);

}  // namespace yizhan::kiosk
