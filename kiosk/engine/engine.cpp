// The threads of a machine: store, sync, calls, devices. They talk through mailboxes; what one of them decides is in store.cpp and
// sync/client.cpp, here is only who waits for what.
#include "kiosk/engine.h"

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

#include "core/mailbox.h"
#include "kiosk/devices/id_reader.h"
#include "kiosk/devices/printer.h"
#include "kiosk/engine/line.h"
#include "kiosk/engine/pulls.h"
#include "kiosk/engine/store.h"
#include "kiosk/engine/wipe.h"

namespace yizhan::kiosk {
namespace {

constexpr std::size_t commands_max = 64;      // from the ui; more than a person can press
constexpr std::size_t mailbox_max = 4096;
constexpr Span card_poll{150};                // only while a screen asks for a card
constexpr Span device_poll{2'000};            // paper and cables change without telling anybody
constexpr Span forever{3'600'000};
constexpr Span before_forgetting{200};

struct Answered { std::uint64_t call = 0; Result<std::string> body; };
struct Heard { sync::ClientState state; };
struct PrinterIs { DeviceState state{}; };
struct ReaderIs { DeviceState state{}; };
struct CardIs { Result<std::optional<Identity>> read; };
struct Printed { PrintJob job; Status outcome; };
struct NewKeys { KeySet set; };
/// The sync client's use of the log, run by its owner; the sync thread waits for it.
struct UseLog { const std::function<void(EventLog&)>* use = nullptr; std::promise<void>* done = nullptr; };
using Mail = std::variant<Command, Answered, Heard, PrinterIs, ReaderIs, CardIs, Printed, NewKeys, UseLog>;

struct Listen { bool wanted = false; };
struct CancelPrints {};
using DeviceMail = std::variant<PrintJob, Listen, CancelPrints>;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

/// What changed in a client's state that a store wants to hear of.
bool worth_telling(const sync::ClientState& a, const sync::ClientState& b) {
  const auto marks = std::equal(a.marks.begin(), a.marks.end(), b.marks.begin(), b.marks.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.hub == y.second.hub && x.second.county == y.second.county;
  });
  const bool hall = a.hall.has_value() == b.hall.has_value() && (!a.hall || a.hall->as_of == b.hall->as_of);
  return a.online != b.online || a.pulled != b.pulled || a.pushed != b.pushed || a.blobs_unsent != b.blobs_unsent ||
         a.blobs_uncounted != b.blobs_uncounted || !marks || !hall || a.trouble != b.trouble;
}

class RealEngine final : public Engine {
 public:
  RealEngine(Config config, Books books) : config_(std::move(config)), books_(std::move(books)) {}

  Status open() {
    auto store = Store::open(config_, books_, clock_, make_disk(config_.data_dir, static_cast<std::uint64_t>(config_.reserve_mb) << 20));
    if (!store) return store.error();
    store_ = std::move(*store);
    if (const auto begun = store_->begin_log(); !begun) return begun.error();
    own_log_ = store_->own_log();
    snapshot_.publish(store_->snapshot());
    static_cast<void>(store_->take_wanted());
    if (config_.hub_url.empty() || config_.hub_public_hex.empty()) return Done{};
    if (const auto sound = check_line(config_.hub_url, config_.ca_file); !sound) return sound.error();
    client_ = std::make_unique<sync::Client>(client_config(), [this](const std::function<void(EventLog&)>& use) { with_log(use); });
    return Done{};
  }

  ~RealEngine() override {
    on_news({});
    stopping_ = true;
    // Inside out: whoever waits for the store ends before the store does.
    for (auto* line : {&stream_, &direct_})
      if (auto* open = line->load(); open != nullptr) open->stop();
    wake_sync();
    calls_.close();
    devices_.close();
    for (auto* thread : {&sync_thread_, &calls_thread_, &devices_thread_})
      if (thread->joinable()) thread->join();
    mail_.close();
    if (store_thread_.joinable()) store_thread_.join();
    if (store_) store_->end_log();  // nothing when its thread said it
  }

  bool post(Command command) override {
    if (waiting_commands_.fetch_add(1) >= commands_max || !mail_.post(Mail{std::move(command)})) {
      --waiting_commands_;
      return false;
    }
    return true;
  }
  std::shared_ptr<const Snapshot> latest() const override { return snapshot_.latest(); }
  const Books& books() const override { return books_; }
  const Config& config() const override { return config_; }

  void on_news(std::function<void()> news) override {
    const bool begin = static_cast<bool>(news);
    {
      const std::lock_guard lock(news_mutex_);
      news_ = std::move(news);
    }
    if (begin && !store_thread_.joinable() && !stopping_) begin_threads();
  }

 private:
  void begin_threads() {
    store_thread_ = std::thread([this] { run_store(); });
    devices_thread_ = std::thread([this] { run_devices(); });
    if (!client_) return;
    sync_thread_ = std::thread([this] { run_sync(); });
    calls_thread_ = std::thread([this] { run_calls(); });
  }

  void publish() {
    snapshot_.publish(store_->snapshot());
    // Held while it is called so that a window can go: the hook only wakes it.
    const std::lock_guard lock(news_mutex_);
    if (news_) news_();
  }

  void perform() {
    Wanted wanted = store_->take_wanted();
    if (wanted.changed) publish();  // the person first, the world second
    if (wanted.cancel_prints) devices_.post(CancelPrints{});
    if (wanted.listen) devices_.post(Listen{*wanted.listen});
    for (auto& job : wanted.prints) {
      PrintJob copy = job;
      if (!devices_.post(DeviceMail{std::move(job)})) store_->printed(copy, Error{Code::Unavailable, "busy"});
    }
    for (auto& call : wanted.calls) {
      const auto id = call.id;
      if (!client_ || !calls_.post(std::move(call))) store_->answered(id, Error{Code::Unavailable, "hub: too many calls at once"});
    }
    if (wanted.nudge) wake_sync();
    if (Wanted more = store_->take_wanted(); more.changed) publish();
  }

  void run_store() {
    publish();
    while (turn_store())
      // From here, and not from within: a turn's own frame holds the place where mail lay, and the next turn has the same place.
      if (std::exchange(forgot_, false)) wipe_stack();
    store_->end_log();
  }

  /// One piece of mail, of idle work or of forgetting. Apart from its loop so that no frame that stays ever holds a visitor's words.
  [[gnu::noinline]] bool turn_store() {
    auto mail = mail_.take(Span{0});
    if (!mail && !mail_.closed() && store_->idle()) {
      perform();
      return true;
    }
    if (!mail && !mail_.closed() && store_->may_forget()) {
      // The line asks two or three times in a row.
      mail = mail_.take(before_forgetting);
      if (!mail && !mail_.closed()) {
        forget();
        return true;
      }
    }
    if (!mail) mail = mail_.take(std::max(store_->again_at() - clock_.tick(), Span{1}));
    if (!mail && mail_.closed()) return false;
    if (!mail) {
      if (clock_.tick() >= store_->again_at()) store_->tick();
    } else {
      std::visit(Overloaded{
                     [this](const Command& command) {
                       --waiting_commands_;
                       store_->command(command);
                     },
                     [this](const Answered& news) { store_->answered(news.call, news.body); },
                     [this](const Heard& news) { store_->heard(news.state); },
                     [this](const PrinterIs& news) { store_->printer(news.state); },
                     [this](const ReaderIs& news) { store_->reader(news.state); },
                     [this](const CardIs& news) { store_->card(news.read); },
                     [this](const Printed& news) { store_->printed(news.job, news.outcome); },
                     [this](NewKeys& news) {
                       config_.key_set = std::move(news.set);  // read by the store's thread only
                       store_->keys_changed();
                     },
                     [this](const UseLog& use) {
                       (*use.use)(store_->log());
                       use.done->set_value();
                     },
                 },
                 *mail);
    }
    perform();
    return true;
  }

  void forget() {
    if (const auto again = store_->forget(); !again) {
      // Nobody is here, nothing is unwritten, and without a log this process is of no use: the supervisor starts another one,
      // which says what is wrong (house.md §6).
      std::fprintf(stderr, "kiosk: %s\n", again.error().what.c_str());
      std::_Exit(75);
    }
    forgot_ = true;
  }

  // ---- sync ---------------------------------------------------------------------------------------------------------------

  void wake_sync() {
    {
      const std::lock_guard lock(sync_mutex_);
      sync_nudged_ = true;
    }
    if (!client_) return;
    client_->nudge();
    if (auto* line = stream_.load(); line != nullptr) line->interrupt();
    sync_wake_.notify_one();
  }

  void with_log(const std::function<void(EventLog&)>& use) {
    std::promise<void> done;
    auto ended = done.get_future();
    Mail mail = UseLog{&use, &done};
    // The store ends after this thread, so the mailbox is open; when it is full its owner is busy emptying it.
    while (!mail_.post(std::move(mail))) std::this_thread::sleep_for(Span{1});
    ended.wait();
  }

  sync::ClientConfig client_config() {
    sync::ClientConfig config;
    config.self = config_.origin;
    config.own_log = own_log_;
    config.key = config_.key;
    config.hub_origin = config_.hub_origin;
    config.hub_public_hex = config_.hub_public_hex;
    config.pull = pulls_of(config_);
    config.long_poll = Span{50'000};
    config.keys = config_.key_set ? config_.key_set->version : 0;
    config.take_keys = [this](std::string_view json) -> Status {
      auto kept = keep_key_set(config_.data_dir, json);
      if (!kept) return kept.error();
      mail_.post(Mail{NewKeys{std::move(*kept)}});
      return Done{};
    };
    config.retry_max = Span{60'000};  // a hall's own network: a minute is long
    config.jitter_seed = std::hash<std::string>{}(config_.origin) ^ static_cast<std::uint64_t>(clock_.wall().time_since_epoch().count());
    return config;
  }

  /// Opens a line and shows it to those who may interrupt it. Null: nothing can be sent, which the screens show as a hub that is
  /// away and doctor names.
  Line* open_shown(std::unique_ptr<Line>& owner, std::atomic<Line*>& shown) {
    auto line = open_line(config_.hub_url, config_.ca_file);
    if (!line) return nullptr;
    owner = std::move(*line);
    shown = owner.get();
    if (stopping_) owner->stop();  // the closing thread may have looked before there was a line
    return owner.get();
  }

  void run_sync() {
    Line* const line = open_shown(stream_line_, stream_);
    if (line == nullptr) return;
    sync::Client& client = *client_;
    sync::ClientState told;
    bool first = true;
    while (!stopping_) {
      if (auto request = client.step(clock_.tick(), clock_.wall())) {
        const auto reply = line->exchange(*request, client.patience());
        if (stopping_) break;
        client.received(reply, clock_.tick(), clock_.wall());
        wipe_stack();
        const auto& state = client.state();
        if (first || worth_telling(told, state)) {
          first = false;
          told = state;
          mail_.post(Mail{Heard{state}});
        }
        continue;
      }
      std::unique_lock lock(sync_mutex_);
      // A client that has stopped for good names no later moment; it must not make this a busy loop.
      const auto patience = std::clamp(client.again_at() - clock_.tick(), Span{50}, forever);
      sync_wake_.wait_for(lock, patience, [&] { return sync_nudged_ || stopping_; });
      sync_nudged_ = false;
    }
  }

  // ---- direct calls -------------------------------------------------------------------------------------------------------

  void run_calls() {
    const sync::Pinned pinned{config_.origin, config_.key, config_.hub_origin, config_.hub_public_hex};
    // A second line: a queue operation must not stand behind an upload on a slow one.
    Line* const line = open_shown(direct_line_, direct_);
    while (!stopping_) {
      auto call = calls_.take(forever);
      if (!call) {
        if (calls_.closed()) return;
        continue;
      }
      Result<std::string> body = Error{Code::Unavailable, "hub: no line"};
      if (line != nullptr) body = sync::ask(*line, pinned, call->method, call->target, std::move(call->body), clock_.wall(), call->patience);
      mail_.post(Mail{Answered{call->id, std::move(body)}});
      wipe_stack();
    }
  }

  // ---- devices ------------------------------------------------------------------------------------------------------------

  void run_devices() {
    const auto printer = make_printer(config_.printer, config_.devices_dir);
    auto reader = make_reader(config_.reader, config_.devices_dir);
    const bool simulated = config_.printer == "simulated" || config_.reader == "simulated";
    std::error_code none;
    if (simulated) std::filesystem::create_directories(config_.devices_dir, none);
    DeviceState printer_was = DeviceState::Busy, reader_was = DeviceState::Busy;
    bool listening = false;
    const auto look = [&] {
      if (const auto now = printer->state(); now != printer_was) {
        printer_was = now;
        mail_.post(Mail{PrinterIs{now}});
      }
      if (const auto now = reader->state(); now != reader_was) {
        reader_was = now;
        mail_.post(Mail{ReaderIs{now}});
      }
    };
    look();
    std::deque<PrintJob> jobs;
    while (!stopping_) {
      if (jobs.empty()) {
        auto mail = devices_.take(listening ? card_poll : device_poll);
        if (!mail && devices_.closed()) return;
        while (mail) {
          std::visit(Overloaded{[&](PrintJob& job) { jobs.push_back(std::move(job)); },
                                [&](const Listen& listen) {
                                  // Asked anew: a card that still lies there counts as laid on now. Not asked any more: the reader
                                  // forgets whose card it was.
                                  if (listen.wanted != listening) {
                                    reader = make_reader(config_.reader, config_.devices_dir);
                                    wipe_stack();
                                  }
                                  listening = listen.wanted;
                                },
                                [&](const CancelPrints&) { jobs.clear(); }},
                     *mail);
          mail = devices_.take(Span{0});
        }
      }
      if (!jobs.empty()) {
        print(*printer, std::move(jobs.front()));
        jobs.pop_front();
        wipe_stack();
      }
      look();
      if (!listening) continue;
      read_card(*reader);
    }
  }
  // Apart from the loop for the same reason as turn_store().
  [[gnu::noinline]] void print(Printer& printer, PrintJob job) {
    Status outcome = Done{};
    const auto raster = draw_paper_elsewhere(job.paper);
    if (!raster) outcome = raster.error();
    else outcome = printer.print(*raster);
    mail_.post(Mail{Printed{std::move(job), std::move(outcome)}});
  }
  [[gnu::noinline]] void read_card(IdReader& reader) {
    auto read = reader.poll();
    if (!read || *read) mail_.post(Mail{CardIs{std::move(read)}});
  }

  Config config_;
  Books books_;
  SystemClock clock_;
  std::unique_ptr<Store> store_;                       // store thread, once it runs
  Origin own_log_;
  std::unique_ptr<Line> stream_line_, direct_line_;
  std::atomic<Line*> stream_{nullptr}, direct_{nullptr};  // the same, once they are there; any thread
  Published<Snapshot> snapshot_{Snapshot{}};
  Mailbox<Mail> mail_{mailbox_max};
  Mailbox<HubCall> calls_{256};
  Mailbox<DeviceMail> devices_{16};
  std::atomic<std::size_t> waiting_commands_{0};
  bool forgot_ = false;  // store thread only: its stack is to be overwritten from the outermost frame
  std::atomic<bool> stopping_{false};
  std::mutex news_mutex_;
  std::function<void()> news_;
  std::mutex sync_mutex_;
  std::condition_variable sync_wake_;
  bool sync_nudged_ = false;
  std::unique_ptr<sync::Client> client_;               // sync thread; nudge() from any
  std::thread store_thread_, sync_thread_, calls_thread_, devices_thread_;
};

}  // namespace

Result<std::unique_ptr<Engine>> Engine::start(Config config, Books books, std::function<void()> news) {
  auto engine = std::make_unique<RealEngine>(std::move(config), std::move(books));
  if (const auto opened = engine->open(); !opened) return opened.error();
  if (news) engine->on_news(std::move(news));
  return std::unique_ptr<Engine>(std::move(engine));
}

}  // namespace yizhan::kiosk
