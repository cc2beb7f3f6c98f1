#include "kiosk/ui/window.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "kiosk/ui/sdl.h"
#include "kiosk/ui/stage.h"
#include "kiosk/ui/touches.h"

namespace yizhan::ui {

namespace {

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The name of a key as screens write it: "F2", "Ctrl+P", "Shift+Tab". Empty: a key that only makes text.
std::string key_name(const SDL_Keysym& sym) {
  const bool ctrl = (sym.mod & KMOD_CTRL) != 0, shift = (sym.mod & KMOD_SHIFT) != 0, alt = (sym.mod & KMOD_ALT) != 0;
  std::string name;
  const SDL_Keycode k = sym.sym;
  if (k >= SDLK_F1 && k <= SDLK_F12) name = "F" + std::to_string(k - SDLK_F1 + 1);
  else if (k == SDLK_RETURN || k == SDLK_KP_ENTER) name = "Enter";
  else if (k == SDLK_ESCAPE) name = "Escape";
  else if (k == SDLK_TAB) name = "Tab";
  else if (k == SDLK_BACKSPACE) name = "Backspace";
  else if (k == SDLK_DELETE) name = "Delete";
  else if (k == SDLK_SPACE) name = "Space";
  else if (k == SDLK_LEFT) name = "Left";
  else if (k == SDLK_RIGHT) name = "Right";
  else if (k == SDLK_UP) name = "Up";
  else if (k == SDLK_DOWN) name = "Down";
  else if (k == SDLK_HOME) name = "Home";
  else if (k == SDLK_END) name = "End";
  else if (k == SDLK_PAGEUP) name = "PageUp";
  else if (k == SDLK_PAGEDOWN) name = "PageDown";
  else if ((ctrl || alt) && k >= SDLK_a && k <= SDLK_z) name = std::string(1, static_cast<char>('A' + (k - SDLK_a)));
  else if ((ctrl || alt) && k >= SDLK_0 && k <= SDLK_9) name = std::string(1, static_cast<char>('0' + (k - SDLK_0)));
  if (name.empty()) return name;
  return (ctrl ? "Ctrl+" : "") + std::string(alt ? "Alt+" : "") + (shift ? "Shift+" : "") + name;
}

// A signal handler may only write to a pipe; a thread turns that into a wake-up. Only robots ask for pictures.
std::atomic<int> picture_pipe{-1};
void picture_signal(int) {
  const int saved = errno;
  if (const int fd = picture_pipe.load(); fd >= 0) {
    const char byte = 1;
    [[maybe_unused]] const ssize_t written = ::write(fd, &byte, 1);  // a full pipe already holds a wish
  }
  errno = saved;
}

class SdlWindow final : public Window {
 public:
  SdlWindow(const WindowOptions& options, const Sdl& sdl, SDL_Window* window, std::unique_ptr<Stage> stage, Uint32 wake_event)
      : options_(options), sdl_(sdl), window_(window), stage_(std::move(stage)), wake_event_(wake_event), started_(now_s()), last_input_(now_s()) {
    if (!options_.picture_file.empty()) listen_for_picture();
  }

  ~SdlWindow() override {
    if (picture_thread_.joinable()) {
      ::signal(SIGUSR1, SIG_IGN);
      picture_pipe = -1;
      ::close(pipe_[1]);
      picture_thread_.join();
      ::close(pipe_[0]);
    }
    stage_.reset();
    sdl_.DestroyWindow(window_);
    sdl_.QuitSubSystem(SDL_INIT_VIDEO);
  }

  void run(const std::function<bool(Ui&)>& frame) override {
    bool go_on = true;
    // One frame to begin with; afterwards only reasons draw.
    int due = 1;
    while (go_on) {
      const double again = stage_->kit().again_at() + started_ - now_s();
      SDL_Event event;
      int got = 0;
      if (due > 0) got = sdl_.PollEvent(&event);
      else if (std::isinf(again)) got = sdl_.WaitEvent(&event);
      else got = sdl_.WaitEventTimeout(&event, static_cast<int>(std::ceil(std::clamp(again, 0.0, 3600.0) * 1000)));
      while (got) {
        if (event.type == SDL_QUIT) return;
        due = std::max(due, take(event));
        got = sdl_.PollEvent(&event);
      }
      if (due == 0 && stage_->kit().again_at() + started_ <= now_s() + .0005) due = 1;
      if (due == 0) continue;
      --due;
      go_on = draw(frame);
      if (stage_->kit().input_waiting()) due = std::max(due, 1);
    }
  }

  void wake() override {
    if (woken_.exchange(true)) return;
    SDL_Event event{};
    event.type = wake_event_;
    sdl_.PushEvent(&event);
  }

  void set_theme(const Theme& theme) override {
    stage_->set_theme(theme);
    full_ = true;
    wake();
  }

  void wipe() override {
    // Called between or during frames: done when the frame is over, before anything else is drawn.
    wipe_wanted_ = true;
    wake();
  }

  double seconds_since_input() const override { return now_s() - last_input_; }
  const Focus& focus() const override { return stage_->kit().focus(); }

 private:
  /// Returns how many frames the event asks for.
  int take(const SDL_Event& event) {
    Kit& kit = stage_->kit();
    const auto input = [this] { last_input_ = now_s(); };
    switch (event.type) {
      case SDL_FINGERDOWN:
        input();
        return finger(event, Touches::What::Down);
      case SDL_FINGERMOTION: return finger(event, Touches::What::Move);
      case SDL_FINGERUP:
        input();
        return finger(event, Touches::What::Up);
      case SDL_MOUSEMOTION:
        if (event.motion.which == SDL_TOUCH_MOUSEID) return 0;
        // Nothing hovers, so nothing is drawn; with the button down only entering and leaving show.
        return kit.pointer(static_cast<float>(event.motion.x), static_cast<float>(event.motion.y), (event.motion.state & SDL_BUTTON_LMASK) != 0) ? 1 : 0;
      case SDL_MOUSEBUTTONDOWN: case SDL_MOUSEBUTTONUP:
        if (event.button.which == SDL_TOUCH_MOUSEID || event.button.button != SDL_BUTTON_LEFT) return 0;
        input();
        kit.pointer(static_cast<float>(event.button.x), static_cast<float>(event.button.y), event.type == SDL_MOUSEBUTTONDOWN);
        return 2;
      case SDL_KEYDOWN: {
        input();
        const std::string name = key_name(event.key.keysym);
        if (name.empty()) return 0;
        if (name == "Space" && kit.wants_text()) return 0;  // arrives as text
        // A key that is held down walks on, but confirms, leaves and calls once.
        if (options_.theme.citizen && event.key.repeat != 0 && (name == options_.keys.confirm || name == options_.keys.back || name == options_.keys.help)) return 0;
        if (name == "Ctrl+V") paste();
        kit.key(name);
        return 2;
      }
      case SDL_TEXTINPUT:
        input();
        kit.typed(event.text.text);
        return 2;
      case SDL_WINDOWEVENT:
        switch (event.window.event) {
          case SDL_WINDOWEVENT_EXPOSED: case SDL_WINDOWEVENT_SIZE_CHANGED: case SDL_WINDOWEVENT_RESTORED:
            full_ = true;
            return 1;
          case SDL_WINDOWEVENT_LEAVE:
            if (!touches_.touching()) kit.pointer_gone();
            return 1;
          default: return 0;
        }
      default:
        if (event.type != wake_event_) return 0;
        woken_ = false;
        return 1;
    }
  }

  /// One contact; returns how many frames it asks for.
  int finger(const SDL_Event& event, Touches::What what) {
    Kit& kit = stage_->kit();
    const Touches::Pointer pointer = touches_.take({event.tfinger.fingerId, what, event.tfinger.x * static_cast<float>(width_), event.tfinger.y * static_cast<float>(height_), now_s()});
    if (pointer.cancel) kit.pointer_gone();
    if (!pointer.what) return pointer.cancel ? 2 : 0;
    const bool matters = kit.pointer(pointer.x, pointer.y, *pointer.what != Touches::What::Up);
    if (*pointer.what == Touches::What::Up) kit.pointer_gone();
    return *pointer.what != Touches::What::Move ? 2 : matters ? 1 : 0;
  }

  bool draw(const std::function<bool(Ui&)>& frame) {
    if (wipe_wanted_.exchange(false)) wipe_now();
    // Asked for each time: it becomes another one when the size changes.
    SDL_Surface* surface = sdl_.GetWindowSurface(window_);
    if (!surface) return true;  // the server is busy with us (resizing): the next event draws again
    if (surface->w != width_ || surface->h != height_) full_ = true;
    width_ = surface->w;
    height_ = surface->h;
    const Pixels target{static_cast<std::uint32_t*>(surface->pixels), surface->w, surface->h, surface->pitch / 4};
    bool go_on = true;
    const auto dirty = stage_->frame(target, now_s() - started_, [&](Ui& ui) { go_on = frame(ui); }, full_);
    full_ = false;
    if (!dirty.empty()) {
      rects_.clear();
      for (const PixelRect& r : dirty) rects_.push_back({r.x0, r.y0, r.x1 - r.x0, r.y1 - r.y0});
      sdl_.UpdateWindowSurfaceRects(window_, rects_.data(), static_cast<int>(rects_.size()));
    }
    ++frames_;
    follow_text_input();
    if (!options_.hits_file.empty()) write_hits();
    // A page that is still coming in is nobody's picture.
    if (!stage_->kit().moving() && picture_wanted_.exchange(false)) write_png(options_.picture_file, target);
    if (wipe_wanted_.exchange(false)) {
      wipe_now();
      wake();
    }
    return go_on;
  }

  void wipe_now() {
    forgotten_ += stage_->kit().releases();
    stage_->wipe();
    sdl_.SetClipboardText("");
    // Key events carried what was typed; a dozen empty ones take their places in SDL's queue.
    sdl_.FlushEvents(SDL_KEYDOWN, SDL_TEXTINPUT);
    full_ = true;
  }

  void paste() {
    if (!sdl_.HasClipboardText()) return;
    char* text = sdl_.GetClipboardText();
    stage_->kit().clipboard = text;
    sdl_.free(text);
  }

  void follow_text_input() {
    Kit& kit = stage_->kit();
    if (kit.wants_text() != text_input_) {
      text_input_ = kit.wants_text();
      if (text_input_) sdl_.StartTextInput();
      else sdl_.StopTextInput();
    }
    if (const std::optional<Box> caret = kit.caret_px()) {
      const SDL_Rect at{static_cast<int>(caret->x), static_cast<int>(caret->y), static_cast<int>(caret->w), static_cast<int>(caret->h)};
      sdl_.SetTextInputRect(&at);
    }
    if (!kit.clipboard.empty() && kit.clipboard != clipboard_) {
      clipboard_ = kit.clipboard;
      sdl_.SetClipboardText(clipboard_.c_str());
    }
  }

  void write_hits() {
    const float ppm = stage_->kit().px_per_mm();
    nlohmann::json all = nlohmann::json::array();
    for (const HitBox& hit : stage_->kit().hits())
      all.push_back({{"name", hit.name}, {"x", std::lround(hit.box.x * ppm)}, {"y", std::lround(hit.box.y * ppm)}, {"w", std::lround(hit.box.w * ppm)},
                     {"h", std::lround(hit.box.h * ppm)}, {"words", hit.words}, {"enabled", hit.enabled}});
    // What a release did shows in the frame after the one that took it: the next touch of a robot waits for that.
    const nlohmann::json page{{"frame", frames_}, {"settled", settled_}, {"width", width_}, {"height", height_}, {"hits", all}};
    settled_ = forgotten_ + stage_->kit().releases();
    const std::string beside = options_.hits_file + ".part";
    {
      std::ofstream out(beside, std::ios::trunc);
      out << page.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    }
    std::rename(beside.c_str(), options_.hits_file.c_str());  // a missed frame is followed by the next
  }

  void listen_for_picture() {
    if (::pipe2(pipe_, O_CLOEXEC) != 0) return;  // no pictures, then
    ::fcntl(pipe_[1], F_SETFL, O_NONBLOCK);
    picture_pipe = pipe_[1];
    struct sigaction action {};
    action.sa_handler = picture_signal;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGUSR1, &action, nullptr);
    picture_thread_ = std::thread([this] {
      char byte = 0;
      while (::read(pipe_[0], &byte, 1) == 1) {
        picture_wanted_ = true;
        wake();
      }
    });
  }

  WindowOptions options_;
  const Sdl& sdl_;
  SDL_Window* window_;
  std::unique_ptr<Stage> stage_;
  Uint32 wake_event_;
  double started_, last_input_;
  int width_ = 0, height_ = 0;
  bool full_ = true, text_input_ = false;
  Touches touches_;
  std::vector<SDL_Rect> rects_;
  std::uint64_t frames_ = 0, settled_ = 0;  ///< settled_: releases whose outcome the frame shows
  std::uint64_t forgotten_ = 0;              ///< releases that were before the last wipe
  std::atomic<bool> woken_{false}, wipe_wanted_{false}, picture_wanted_{false};
  std::string clipboard_;
  int pipe_[2] = {-1, -1};
  std::thread picture_thread_;
};

}  // namespace

void begin_loading_window() { begin_loading_sdl(); }

Result<std::unique_ptr<Window>> Window::open(const WindowOptions& options) {
  std::string missing;
  const Sdl* sdl = load_sdl(missing);
  if (!sdl) return Error{Code::Unavailable, "no display: " + missing};
  // ui.md §8. Our own signal handling, our own touch, no screen saver, no input method windows of SDL's making.
  sdl->SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "0");
  sdl->SetHint(SDL_HINT_MOUSE_TOUCH_EVENTS, "0");
  sdl->SetHint(SDL_HINT_MOUSE_AUTO_CAPTURE, "0");
  sdl->SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
  sdl->SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
  sdl->SetHint(SDL_HINT_IME_SHOW_UI, "0");
  sdl->SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
  sdl->SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
  sdl->SetHint(SDL_HINT_VIDEO_MINIMIZE_ON_FOCUS_LOSS, "0");
  // Xlib reads a 600 KB table of accent keys at every start; a kiosk has no keyboard that could need it.
  if (options.height > options.width) ::setenv("XCOMPOSEFILE", "/dev/null", 0);
  if (sdl->InitSubSystem(SDL_INIT_VIDEO) != 0) return Error{Code::Unavailable, std::string("no display: ") + sdl->GetError()};
  sdl->StopTextInput();
  float px_per_mm = options.px_per_mm;
  if (options.page_width_mm > 0 && options.page_height_mm > 0) {
    // Desks and boards stand on whatever screen the hall has: the drawn page scales as a whole.
    int width = options.width, height = options.height;
    SDL_DisplayMode desktop{};
    if (options.fullscreen && sdl->GetDesktopDisplayMode(0, &desktop) == 0 && desktop.w > 0 && desktop.h > 0) width = desktop.w, height = desktop.h;
    px_per_mm = std::min(static_cast<float>(width) / options.page_width_mm, static_cast<float>(height) / options.page_height_mm);
  }
  float zoom = 1;
  if (options.theme.citizen) {
    int width = options.width, height = options.height;
    SDL_DisplayMode desktop{};
    if (options.fullscreen && sdl->GetDesktopDisplayMode(0, &desktop) == 0 && desktop.w > 0 && desktop.h > 0) width = desktop.w, height = desktop.h;
    if (px_per_mm <= 0 && options.inches > 0) px_per_mm = std::hypot(static_cast<float>(width), static_cast<float>(height)) / (options.inches * 25.4f);
    const PageScale scale = page_scale(width, height, px_per_mm > 0 ? px_per_mm : usual_px_per_mm(width, height));
    px_per_mm = scale.px_per_mm;
    zoom = scale.zoom;
  }
  auto stage = Stage::open(px_per_mm, options.theme, zoom);
  if (!stage) {
    sdl->QuitSubSystem(SDL_INIT_VIDEO);
    return stage.error();
  }
  (*stage)->set_keys(options.keys);
  (*stage)->set_motion(options.theme.citizen);
  const Uint32 flags = options.fullscreen ? static_cast<Uint32>(SDL_WINDOW_FULLSCREEN_DESKTOP) | SDL_WINDOW_BORDERLESS : 0u;
  SDL_Window* window = sdl->CreateWindow(options.title.c_str(), options.x < 0 ? static_cast<int>(SDL_WINDOWPOS_UNDEFINED) : options.x,
                                        options.y < 0 ? static_cast<int>(SDL_WINDOWPOS_UNDEFINED) : options.y, options.width, options.height, flags);
  if (!window) {
    const std::string why = sdl->GetError();
    sdl->QuitSubSystem(SDL_INIT_VIDEO);
    return Error{Code::Unavailable, "no window: " + why};
  }
  if (options.fullscreen) sdl->ShowCursor(SDL_DISABLE);  // a finger needs none
  const Uint32 wake_event = sdl->RegisterEvents(1);
  return std::unique_ptr<Window>(std::make_unique<SdlWindow>(options, *sdl, window, std::move(*stage), wake_event));
}

}  // namespace yizhan::ui
