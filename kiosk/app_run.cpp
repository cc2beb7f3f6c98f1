#include "kiosk/app_run.h"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <optional>
#include <thread>
#include <utility>

#include "core/seal.h"
#include "kiosk/app_sound.h"
#include "kiosk/engine/stop.h"
#include "kiosk/engine/wipe.h"
#include "kiosk/screens/screens.h"
#include "kiosk/ui/fonts.h"

namespace yizhan::kiosk {
namespace {

class Citizen {
 public:
  Citizen(Engine& engine, ui::Window& window)
      : engine_(engine),
        window_(window),
        sound_(engine.config().sound, !engine.config().handset.empty(), [options = sound_options(engine.config())] { return sound::open_sound(options); }, [&window] { window.wake(); }) {
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
    // And silences the machine, whatever it means (EN 301 549 5.1.3.4). Times of one touch differ by a rounding.
    if (input > input_ + Span{20}) {
      if (input_ != Tick{}) sound_.touched();
      input_ = input;
    }
    while (const auto heard = sound_.heard(session_, now)) apply(*heard, world, now);
    apply(News{}, world, now);
    send();

    open_what_is_needed(rules);
    const View view{session_, world, now, pinyin_.get(), handwriting_.get(), phrases_ ? &*phrases_ : nullptr, places_ ? &*places_ : nullptr, rare_ ? &*rare_ : nullptr, sound_.recorder()};
    const auto act = [&](const Action& action) {
      if (session_.visit.empty()) session_.visit = random_id();
      sound_.pressed(action, session_.settings);
      apply(action, world, now);
      send();
      ui.again_in(0);
    };
    const auto asked = draw(ui, view);
    sound_.drawn(ui, session_, pick_screen(session_, *snapshot));
    if (sound_.busy()) ui.again_in(0.1);
    if (asked) act(*asked);
    // A real keyboard; a scanner is one that types too fast for fingers.
    auto passed = gate_.pass(ui.take_strokes(), now);
    for (const writing::Stroke& stroke : passed.strokes)
      if (const auto typed = on_key(ui, view, stroke)) act(*typed);
    if (passed.scan) act(Scanned{passed.scan->matter, passed.scan->code});
    if (passed.refused && !session_.visit.empty()) act(ScanRefused{});
    if (passed.again_in) ui.again_in(static_cast<double>(passed.again_in->count()) / 1000);
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
      const Span warn = warn_after(session_, patience_);
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
      sound_.ended();
      pinyin_.reset();
      handwriting_.reset();
      pinyin_tried_ = false;
      gate_.forget();
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
  /// The ways of writing are opened when somebody first writes: nothing delays the first page. What cannot be opened is said once
  /// for the technician; the other ways stay.
  void open_what_is_needed(const RuleBook& rules) {
    if (session_.field == Field::None) return;
    const std::string& assets = engine_.config().assets_dir;
    if (!pinyin_tried_) {
      pinyin_tried_ = true;
      take("pinyin", ui::open_pinyin(assets + "/pinyin"), pinyin_);
      take("handwriting", ui::open_handwriting(assets + "/handwriting"), handwriting_);
    }
    if (!phrases_tried_) {
      phrases_tried_ = true;
      std::vector<std::string> topics;
      for (const TopicInfo& topic : rules.topics) topics.push_back(topic.code);
      take("phrases", writing::PhraseBank::open(assets + "/phrases/phrases.tsv", topics), phrases_);
    }
    const bool places = session_.field == Field::Place || session_.keys.rest.starts_with("{place}");
    if (places && !places_tried_) {
      places_tried_ = true;
      take("places", writing::Divisions::open(assets + "/divisions"), places_);
    }
    const bool names = session_.field == Field::Name || session_.field == Field::OtherName || session_.field == Field::Representative;
    if ((names || session_.keys.way == writing::Way::Digits) && !rare_tried_ && has_caret(session_.field)) {
      rare_tried_ = true;
      take("rare characters", ui::open_rare(assets + "/rare"), rare_);
    }
  }
  template <class From, class To>
  static void take(const char* what, Result<From> opened, To& into) {
    if (opened) into = std::move(*opened);
    else std::fprintf(stderr, "%s: %s\n", what, opened.error().what.c_str());
  }

  Engine& engine_;
  ui::Window& window_;
  SystemClock clock_;
  Session session_;
  Patience patience_;
  AppSound sound_;
  Tick input_{};
  std::deque<Command> unsent_;
  std::optional<Tick> wipe_again_at_;
  writing::ScanGate gate_;
  std::unique_ptr<ui::PinyinEngine> pinyin_;
  std::unique_ptr<ui::HandwritingEngine> handwriting_;
  // Nobody's words: they stay from visit to visit.
  std::optional<writing::PhraseBank> phrases_;
  std::optional<writing::Divisions> places_;
  std::optional<writing::RareIndex> rare_;
  bool pinyin_tried_ = false, phrases_tried_ = false, places_tried_ = false, rare_tried_ = false, failed_ = false, wipe_wanted_ = false;
};

}  // namespace

int run_citizen(Engine& engine, const ui::WindowOptions& options) {
  auto window = ui::Window::open(options);
  if (!window) {
    std::fprintf(stderr, "kiosk run: %s\n", window.error().what.c_str());
    return 1;
  }
  for (const std::string& words : ui::missing_fonts()) std::fprintf(stderr, "kiosk run: %s\n", words.c_str());
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
