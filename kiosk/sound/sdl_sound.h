/// The real sound: SDL's loudspeaker, handset and microphone behind one thread.
#pragma once
#include <memory>

#include "kiosk/sound/sound.h"

namespace yizhan::kiosk::sound {

/// As open_sound(), without the module: for the module itself, tests and tools. Errors: Unavailable.
Result<std::unique_ptr<Sound>> open_sdl_sound(const SoundOptions& options);

}  // namespace yizhan::kiosk::sound
