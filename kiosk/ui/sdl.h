/// SDL2, loaded beside the start of everything else instead of linked: it brings forty libraries (sound, Wayland, …) that the
/// loader would read before main() begins. Cold, that is a third of the wait for the first picture.
#pragma once
#include <SDL.h>

#include <string>

namespace yizhan::ui {

#define YIZHAN_SDL_CALLS(call)                                                                                                  \
  call(CreateWindow) call(DestroyWindow) call(FlushEvents) call(free) call(GetClipboardText) call(GetDesktopDisplayMode)        \
  call(GetError) call(GetWindowSurface) call(HasClipboardText) call(InitSubSystem) call(PollEvent) call(PushEvent)              \
  call(QuitSubSystem) call(RegisterEvents) call(SetClipboardText) call(SetHint) call(SetTextInputRect) call(ShowCursor)         \
  call(StartTextInput) call(StopTextInput) call(UpdateWindowSurfaceRects) call(WaitEvent) call(WaitEventTimeout)

/// The calls of SDL that the window makes, by their names without "SDL_".
struct Sdl {
#define YIZHAN_SDL_MEMBER(name) decltype(&::SDL_##name) name = nullptr;
  YIZHAN_SDL_CALLS(YIZHAN_SDL_MEMBER)
#undef YIZHAN_SDL_MEMBER
};

/// Starts loading on a thread of its own; returns at once. May be left out. ui thread only.
void begin_loading_sdl();
/// The loaded library; waits for it. Null: it is not there, and `why` says what the loader said. ui thread only.
const Sdl* load_sdl(std::string& why);

}  // namespace yizhan::ui
