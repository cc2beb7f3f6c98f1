#include "kiosk/app_run.h"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <optional>
#include <thread>
#include <utility>

#include "core/seal.h"
#include "kiosk/engine/stop.h"
#include "kiosk/engine/wipe.h"
#include "kiosk/screens/screens.h"

namespace yizhan::kiosk {
namespace {

class Citizen {
 public:
  Citizen(Engine& engine, ui::Window& window) : engine_(engine), window_(window) {
    session_.touched = session_.arrived = clock_.tick();
    const Config& config = engine.config();
    patience_.idle_warn = std::chrono::seconds(config.idle_warn_s);
    patience_.idle_wipe = std::chrono::seconds(config.idle_wipe_s);
  }

  /// One frame; after a visit, what it left on this thread's stack and in the session's short strings goes too.
  bool frame(ui::Ui& ui) {
    const bool go_on = turn(ui);
    if (std::exchange(wipe_wanted_, false)) {
      renew(session_);
      wipe_stack();
    }
    return go_on;
  }
  bool failed() const { return failed_; }
  /// The program ends: what was pressed before still goes to the store. At most a second.
  void send_all() {
    for (int i = 0; i < 100 && !unsent_.empty(); ++i) {
      send();
      if (!unsent_.empty()) std::this_thread::sleep_for(Span{10});
    }
  }

 private:
  /// News, warnings, drawing, one touch. False ends the program.
  [[gnu::noinline]] bool turn(ui::Ui& ui) {
    if (stop_asked()) return false;
    const auto snapshot = engine_.latest();
    const Time wall = snapshot->now == Time{} ? clock_.wall() : snapshot->now;
    const RuleBook& rules = engine_.books().rules.in_force(hall_day(wall));
    const World world{*snapshot, rules, patience_, engine_.config().origin, engine_.config().notice_version, &engine_.books().plan};
    const Tick now = clock_.tick();
    failed_ = snapshot->failed && snapshot->failed->code != Code::Unavailable;
    // A log that failed is not trusted again: the supervisor starts us anew, but never in the middle of a person's visit.
    if (failed_ && blank(session_)) return false;

    // Any touch anywhere says that somebody is there, also one beside every button.
    const Tick input = now - Span(static_cast<Span::rep>(window_.seconds_since_input() * 1000));
    if (!session_.visit.empty() && input > session_.touched + Span{100}) apply(Touched{}, world, now);
    apply(News{}, world, now);
    send();

    if (!pinyin_ && session_.field != Field::None && !pinyin_tried_) open_pinyin();
    const auto asked = draw(ui, View{session_, world, now, pinyin_.get()});
    if (asked) {
      if (session_.visit.empty()) session_.visit = random_id();
      apply(*asked, world, now);
      send();
      ui.again_in(0);
    }
    if (!unsent_.empty()) ui.again_in(0.05);  // the mailbox was full: nothing is lost, it goes with the next frame
    if (wipe_again_at_ && now >= *wipe_again_at_) {
      wipe_again_at_.reset();
      if (blank(session_)) {
        window_.wipe();
        wipe_wanted_ = true;
      }
    }
    if (wipe_again_at_) ui.again_in(0.55);
    if (!blank(session_)) {
      Span warn = patience_.idle_warn;
      if (session_.screen == Screen::Done) warn = std::max(warn, patience_.receipt);
      const Tick due = session_.touched + (session_.warned || session_.screen == Screen::Home ? warn + patience_.idle_wipe : warn);
      ui.again_in(std::max(0.02, static_cast<double>((due - clock_.tick()).count()) / 1000.0 + 0.02));
    }
    return true;
  }

  void apply(const Action& action, const World& world, Tick now) {
    const bool somebody = !session_.visit.empty();
    const Settings before = session_.settings;
    Step step = update(std::move(session_), action, world, now);
    session_ = std::move(step.session);
    for (Command& command : step.commands) unsent_.push_back(std::move(command));
    if (!(session_.settings == before)) window_.set_theme(theme_of(session_.settings));
    if (somebody && session_.visit.empty()) {
      // Who goes back to the first page by hand leaves as well.
      if (unsent_.empty() || !std::holds_alternative<EndVisit>(unsent_.back())) unsent_.emplace_back(EndVisit{});
      wipe_wanted_ = true;
      pinyin_.reset();
      pinyin_tried_ = false;
      window_.wipe();
      wipe_again_at_ = now + Span{500};  // once more when the threads behind have forgotten too
    }
  }
  void send() {
    while (!unsent_.empty()) {
      Command copy = unsent_.front();
      if (!engine_.post(std::move(copy))) return;
      unsent_.pop_front();
    }
  }
  void open_pinyin() {
    pinyin_tried_ = true;
    auto opened = ui::open_pinyin(engine_.config().assets_dir + "/pinyin");
    // Without it letters are typed as they are, and there are phrases, digits and people.
    if (opened) pinyin_ = std::move(*opened);
    else std::fprintf(stderr, "pinyin: %s\n", opened.error().what.c_str());
  }

  Engine& engine_;
  ui::Window& window_;
  SystemClock clock_;
  Session session_;
  Patience patience_;
  std::deque<Command> unsent_;
  std::optional<Tick> wipe_again_at_;
  std::unique_ptr<ui::PinyinEngine> pinyin_;
  bool pinyin_tried_ = false, failed_ = false, wipe_wanted_ = false;
};

}  // namespace

int run_citizen(Engine& engine, const ui::WindowOptions& options) {
  auto window = ui::Window::open(options);
  if (!window) {
    std::fprintf(stderr, "kiosk run: %s\n", window.error().what.c_str());
    return 1;
  }
  Citizen citizen(engine, **window);
  std::optional<StopWatch> stop;
  // The threads behind start only after the first frame: nothing delays what the person sees.
  bool first = true;
  (*window)->run([&](ui::Ui& ui) {
    const bool go_on = citizen.frame(ui);
    if (first) {
      first = false;
      engine.on_news([&] { (*window)->wake(); });
      stop.emplace([&] { (*window)->wake(); });
    }
    return go_on;
  });
  citizen.send_all();
  stop.reset();
  engine.on_news({});
  return citizen.failed() ? 75 : 0;
}

}  // namespace yizhan::kiosk
