#include "kiosk/ui/sdl.h"

#include <dlfcn.h>

#include <future>

namespace yizhan::ui {

namespace {

struct Loaded {
  Sdl calls;
  bool whole = false;
  std::string why;
};

Loaded load() {
  Loaded loaded;
  // Never closed: SDL's threads and atexit handlers outlive any window.
  void* library = ::dlopen("libSDL2-2.0.so.0", RTLD_NOW | RTLD_LOCAL);
  loaded.whole = library != nullptr;
  const auto find = [&](auto& call, const char* name) {
    if (!loaded.whole) return;
    call = reinterpret_cast<std::remove_reference_t<decltype(call)>>(::dlsym(library, name));
    loaded.whole = call != nullptr;
  };
#define YIZHAN_SDL_FIND(name) find(loaded.calls.name, "SDL_" #name);
  YIZHAN_SDL_CALLS(YIZHAN_SDL_FIND)
#undef YIZHAN_SDL_FIND
  if (!loaded.whole) {
    const char* words = ::dlerror();
    loaded.why = words != nullptr ? words : "libSDL2 is not whole";
  }
  return loaded;
}

std::shared_future<Loaded>& loading() {
  static std::shared_future<Loaded> future;
  return future;
}

}  // namespace

void begin_loading_sdl() {
  if (!loading().valid()) loading() = std::async(std::launch::async, load).share();
}

const Sdl* load_sdl(std::string& why) {
  begin_loading_sdl();
  const Loaded& loaded = loading().get();
  if (!loaded.whole) why = loaded.why;
  return loaded.whole ? &loaded.calls : nullptr;
}

}  // namespace yizhan::ui
