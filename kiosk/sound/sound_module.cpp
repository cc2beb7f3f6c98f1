// kiosk-sound.so: the one part of the kiosk that links SDL's sound, Opus and libsonic.
#include "kiosk/sound/sdl_sound.h"

namespace {
using namespace yizhan;
using namespace yizhan::kiosk::sound;
}  // namespace

extern "C" Sound* yizhan_open_sound(const SoundOptions* options, Error* trouble);
extern "C" Sound* yizhan_open_sound(const SoundOptions* options, Error* trouble) {
  auto sound = open_sdl_sound(*options);
  if (sound) return sound->release();
  *trouble = sound.error();
  return nullptr;
}
