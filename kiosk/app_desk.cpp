#include "kiosk/app_desk.h"

#include <cstdio>
#include <deque>
#include <thread>

#include "core/seal.h"
#include "kiosk/app_sound_options.h"
#include "kiosk/desk/board.h"
#include "kiosk/desk/player.h"
#include "kiosk/desk/screen.h"
#include "kiosk/engine/stop.h"

namespace yizhan::kiosk {
namespace {

constexpr int exit_closed = 0, exit_no_window = 1, exit_store_failed = 75;
/// Patience (idle lock, an answer that never came) is noticed within this time, clock and waiting minutes too.
constexpr double look_again_seconds = 5;

bool store_failed(const Snapshot& world) {
  return world.failed && (world.failed->code == Code::Io || world.failed->code == Code::Corrupt);
}

desk::Seat seat_of(const Config& config, const std::string& role) {
  desk::Seat seat;
  seat.role = role == "desk-mediator" ? desk::Role::Mediator : role == "desk-reception" ? desk::Role::Reception : desk::Role::Lawyer;
  seat.origin = config.origin;
  seat.staff = config.staff;
  seat.place = config.place;
  seat.windows = config.windows;
  if (seat.windows.empty())
    seat.windows = {seat.role == desk::Role::Lawyer ? window_lawyer : seat.role == desk::Role::Mediator ? window_mediation : window_reception};
  seat.run = random_id().substr(0, 12);
  seat.notice_version = config.notice_version;
  return seat;
}

Result<std::unique_ptr<ui::Window>> open_window(const ui::WindowOptions& options) {
  auto window = ui::Window::open(options);
  if (!window) std::fprintf(stderr, "%s\n", window.error().what.c_str());
  return window;
}

/// Says who still holds the window before it goes.
class News {
 public:
  News(Engine& engine, ui::Window& window) : engine_(engine), stop_([&window] { window.wake(); }) {
    engine_.on_news([&window] { window.wake(); });
  }
  ~News() { engine_.on_news({}); }
  News(const News&) = delete;
  News& operator=(const News&) = delete;

 private:
  Engine& engine_;
  StopWatch stop_;
};

/// The drawn pages are 1920×1080 at this many pixels per millimetre; another screen scales them as a whole, so that nothing
/// is cut on a small one.
ui::WindowOptions fitting(ui::WindowOptions options, float drawn_px_per_mm) {
  options.px_per_mm = drawn_px_per_mm;
  options.page_width_mm = 1920 / drawn_px_per_mm;
  options.page_height_mm = 1080 / drawn_px_per_mm;
  return options;
}

}  // namespace

int run_desk(Engine& engine, const ui::WindowOptions& options, const std::string& role, desk::AttachmentPlayer* player) {
  auto opened = open_window(fitting(options, 3.6f));
  if (!opened) return exit_no_window;
  ui::Window& window = **opened;
  const SystemClock clock;
  desk::DeskSession session;
  session.seat = seat_of(engine.config(), role);
  std::deque<Command> unsent;  // the mailbox was full: nothing pressed is lost
  desk::Following heard(player);
  bool failed = false;
  {
    const News news(engine, window);
    window.run([&](ui::Ui& ui) {
      if (stop_asked()) return false;
      const std::shared_ptr<const Snapshot> world = engine.latest();
      const desk::Law law{engine.books().rules.in_force(hall_day(world->now)), engine.books().calendar};
      const auto step = [&](const desk::DeskAction& action) {
        const bool served = session.serving || session.form, open = !session.locked;
        desk::DeskStep next = desk::update(std::move(session), action, *world, law, clock.tick());
        session = std::move(next.session);
        for (Command& command : next.commands) unsent.push_back(std::move(command));
        // A visitor left, or nobody should look: the text fields forget what they held (trust.md 10).
        if ((served && !session.serving && !session.form) || open != !session.locked) window.wipe();
      };
      step(desk::News{});
      if (auto asked = desk::draw(ui, session, *world, law)) {
        step(*asked);
        ui.again_in(0);
      }
      if (const auto ended = heard.follow(session, *world)) {
        step(*ended);
        ui.again_in(0);
      }
      while (!unsent.empty()) {
        Command command = unsent.front();
        if (!engine.post(std::move(command))) break;
        unsent.pop_front();
      }
      ui.again_in(unsent.empty() && !heard.hearing() ? look_again_seconds : 0.2);
      failed = store_failed(*world);
      return !failed;
    });
    for (int i = 0; i < 100 && !unsent.empty(); ++i) {
      Command command = unsent.front();
      if (engine.post(std::move(command))) unsent.pop_front();
      else std::this_thread::sleep_for(Span{10});
    }
  }
  return failed ? exit_store_failed : exit_closed;
}

int run_board(Engine& engine, const ui::WindowOptions& options) {
  auto opened = open_window(fitting(options, 2.0f));
  if (!opened) return exit_no_window;
  ui::Window& window = **opened;
  desk::BoardSession board;
  desk::BoardVoice voice;
  std::unique_ptr<sound::Sound> sound;
  int frames = 0;
  bool failed = false;
  {
    const News news(engine, window);
    window.run([&](ui::Ui& ui) {
      if (stop_asked()) return false;
      const std::shared_ptr<const Snapshot> world = engine.latest();
      board = desk::update(std::move(board), *world, ui.seconds());
      desk::draw_board(ui, board, *world, engine.books().rules.in_force(hall_day(world->now)));
      // Loaded when the first picture is on the glass; a hall without a loudspeaker has the board to look at.
      if (++frames == 1) ui.again_in(0.1);
      if (frames == 2 && engine.config().sound == "page") {
        auto loaded = sound::open_sound(sound_options(engine.config()));
        if (loaded) sound = std::move(*loaded);
        else std::fprintf(stderr, "%s\n", loaded.error().what.c_str());
      }
      for (const std::string& call : desk::calls_to_say(voice, *world)) {
        if (!sound) continue;
        // Twice, with a gong before it: who was talking hears the second one whole.
        constexpr int hall_volume = sound::volume_max;
        sound->speaker().tone(sound::Tone::Chime, hall_volume);
        for (int i = 0; i < 2; ++i) sound->speaker().say({{sound::Phrase{call, false, false, {}}}}, {hall_volume, sound::Pace::Normal});
      }
      failed = store_failed(*world);
      return !failed;
    });
  }
  return failed ? exit_store_failed : exit_closed;
}

}  // namespace yizhan::kiosk
