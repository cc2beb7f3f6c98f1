#include <dlfcn.h>

#include <filesystem>
#include <mutex>

#include "kiosk/sound/sound.h"

namespace yizhan::kiosk::sound {
namespace {

std::filesystem::path program_folder() {
  std::error_code none;
  return std::filesystem::read_symlink("/proc/self/exe", none).parent_path();
}

}  // namespace

Result<std::unique_ptr<Sound>> open_sound(const SoundOptions& options) {
  using Open = Sound* (*)(const SoundOptions*, Error*);
  static std::mutex mutex;
  static Open open = nullptr;
  {
    const std::lock_guard lock(mutex);
    if (open == nullptr) {
      std::error_code none;
      auto file = program_folder() / "kiosk-sound.so";
      if (!std::filesystem::exists(file, none)) file = program_folder() / "../lib/yizhan/kiosk-sound.so";
      void* module = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
      void* symbol = module != nullptr ? ::dlsym(module, "yizhan_open_sound") : nullptr;
      if (symbol == nullptr) {
        const char* why = ::dlerror();
        return Error{Code::Unavailable, std::string("sound: ") + (why != nullptr ? why : "no such module")};
      }
      open = reinterpret_cast<Open>(symbol);
    }
  }
  Error trouble{Code::Unavailable, "sound: no memory"};
  std::unique_ptr<Sound> sound(open(&options, &trouble));
  if (!sound) return trouble;
  return sound;
}

}  // namespace yizhan::kiosk::sound
