/// A real window (SDL2 surface + our CPU rasteriser) and a headless one with a robot's hand: the same Ui, the same pixels.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "core/result.h"
#include "kiosk/ui/kit.h"
#include "kiosk/writing/rare.h"

namespace yizhan::ui {

struct WindowOptions {
  std::string title;
  int width = 1080, height = 1920;
  float px_per_mm = 4.0f;      ///< 21.5-inch portrait 4.0; desk 24-inch 3.6; board 43-inch 2.0
  float page_width_mm = 0, page_height_mm = 0;  ///< when set, px_per_mm is chosen so that a page of this size just fits the window or screen
  bool fullscreen = false;     ///< FULLSCREEN_DESKTOP | BORDERLESS on the real kiosk
  Theme theme{};               ///< to begin with. `citizen`: px_per_mm is the screen's real one (0: guessed from its pixels), the page follows it (tokens.h page_scale())
  float inches = 0;            ///< `citizen`: the screen's diagonal, where px_per_mm is not given
  FiveKeys keys{};
  int x = -1, y = -1;          ///< window place; −1: leave to the server
  std::string hits_file;       ///< robots: after every drawn frame the hit boxes are written here (atomic rename), as JSON; `settled` counts the releases whose outcome they show
  std::string picture_file;    ///< robots: SIGUSR1 writes the frame here as PNG (may be empty)
};

/// Begins, on a thread of its own, what Window::open() would wait for. May be left out.
void begin_loading_window();

class Window {
 public:
  /// Errors: Unavailable (no display), Invalid (a font file is missing: names it).
  static Result<std::unique_ptr<Window>> open(const WindowOptions& options);
  virtual ~Window() = default;
  /// Draws when there is a reason (input, wake(), again_in()); an idle window uses no CPU. Ends when `frame` returns false
  /// or the window is closed.
  virtual void run(const std::function<bool(Ui&)>& frame) = 0;
  virtual void wake() = 0;                 ///< any thread: there is news, draw a frame
  virtual void set_theme(const Theme& theme) = 0;
  /// The visit ended: destroys the ImGui context (its buffers hold what was typed) and zeroes the freed memory (trust.md 10).
  virtual void wipe() = 0;
  virtual double seconds_since_input() const = 0;
  virtual const Focus& focus() const = 0;  ///< of the five keys, after the last frame
};

/// The same Ui without a display, for tests, golden pictures and the in-process robot. Time is the test's.
class Headless {
 public:
  /// `px_per_mm` and `zoom` as page_scale() gives them.
  static Result<std::unique_ptr<Headless>> open(int width, int height, float px_per_mm, const Theme& theme = {}, float zoom = 1);
  virtual ~Headless() = default;
  virtual void frame(const std::function<void(Ui&)>& draw) = 0;   ///< one frame; advances time by 1/60 s unless at() was used
  virtual void at(double seconds) = 0;
  /// Queues a touch on the widget of that name as seen in the last frame (press, then release in the next frame). False:
  /// there is no such enabled widget. Callers run frame() at least three times for a tap to be reported.
  virtual bool tap(std::string_view name) = 0;
  virtual void tap_at(float x_mm, float y_mm) = 0;
  /// A finger's whole stroke, page millimetres: down at the first point, up at the last. It is seen in the next frame.
  virtual void write(std::span<const ink::Point> path_mm) = 0;
  virtual void type(std::string_view utf8) = 0;                   ///< as a real keyboard would, into the focused edit()
  virtual void key(std::string_view key) = 0;                     ///< "F2", "Tab", "Ctrl+P"
  virtual const Focus& focus() const = 0;                         ///< of the five keys, after the last frame
  virtual const std::vector<HitBox>& hits() const = 0;            ///< of the last frame
  virtual const std::vector<std::string>& clipped() const = 0;
  virtual const std::vector<std::string>& missing_glyphs() const = 0;  ///< characters no font could draw
  virtual bool picture(const std::string& png_path) = 0;
  virtual void set_theme(const Theme& theme) = 0;
  virtual void wipe() = 0;
};

/// The pinyin engine on librime with the project's own prebuilt data; nothing is learned, nothing written.
/// `data_dir` holds the built data (<build>/share/pinyin), or the sources: then the built data beside the program is taken.
/// librime is loaded here, not linked: call it after the first frame (5 ms warm). One engine at a time. ui thread only.
/// Errors: Unavailable (data or library missing: the keyboard says so and offers the other ways).
Result<std::unique_ptr<PinyinEngine>> open_pinyin(const std::string& data_dir);

/// The index of rare characters: `data_dir`/rare.tsv, or the one built beside the program. Errors: Unavailable.
Result<writing::RareIndex> open_rare(const std::string& data_dir);

}  // namespace yizhan::ui
