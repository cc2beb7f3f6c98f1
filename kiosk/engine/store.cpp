#include "kiosk/engine/store.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "core/epoch.h"
#include "core/receipt_proof.h"
#include "core/text.h"
#include "kiosk/engine/sealing.h"
#include "kiosk/engine/wipe.h"

namespace yizhan::kiosk {
namespace {

constexpr std::size_t settled_max = 32;
constexpr Span failed_tick{5'000};
constexpr int minutes_a_person = 10;  // until the hub knows the hall's own pace

class RealDisk final : public Disk {
 public:
  RealDisk(std::string dir, std::uint64_t reserve) : dir_(std::move(dir)), path_(dir_ + "/reserve"), reserve_(reserve) {}
  std::uint64_t total_bytes() const override {
    struct statvfs room {};
    return ::statvfs(dir_.c_str(), &room) == 0 ? static_cast<std::uint64_t>(room.f_blocks) * room.f_frsize : 0;
  }
  std::uint64_t free_bytes() const override {
    struct statvfs room {};
    if (::statvfs(dir_.c_str(), &room) != 0) return 0;
    return static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize;
  }
  bool reserve(bool keep) override {
    std::error_code none;
    if (!keep) {
      std::filesystem::remove(path_, none);
      return false;
    }
    if (reserve_ == 0) return false;
    if (std::filesystem::file_size(path_, none) == reserve_ && !none) return true;
    if (free_bytes() < disk_low_bytes + reserve_) return false;
    const int fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    const bool done = ::posix_fallocate(fd, 0, static_cast<off_t>(reserve_)) == 0;
    ::close(fd);
    if (!done) std::filesystem::remove(path_, none);
    return done;
  }

 private:
  std::string dir_, path_;
  std::uint64_t reserve_;
};

/// Only what a person can see: a hub's answer that changes nothing must not cost a frame.
bool same_news(const sync::HallNews& a, const sync::HallNews& b) {
  const auto queues = std::equal(a.queues.begin(), a.queues.end(), b.queues.begin(), b.queues.end(), [](const auto& x, const auto& y) {
    return x.window == y.window && x.waiting == y.waiting && x.minutes == y.minutes && x.serving == y.serving;
  });
  const auto calls = std::equal(a.calls.begin(), a.calls.end(), b.calls.begin(), b.calls.end(), [](const auto& x, const auto& y) {
    return x.ticket == y.ticket && x.place == y.place && x.at == y.at && x.state == y.state && x.calls == y.calls;
  });
  return queues && calls && a.upstream_online == b.upstream_online;
}

}  // namespace

std::unique_ptr<Disk> make_disk(const std::string& data_dir, std::uint64_t reserve) { return std::make_unique<RealDisk>(data_dir, reserve); }

Result<std::unique_ptr<Store>> Store::open(const Config& config, const Books& books, const Clock& clock, std::unique_ptr<Disk> disk) {
  auto log = EventLog::open(config.data_dir + "/log.db");
  if (!log && log.error().code == Code::Unavailable) {
    // Full at the start: the reserve was kept for exactly this.
    disk->reserve(false);
    log = EventLog::open(config.data_dir + "/log.db");
  }
  if (!log) return log.error();
  if (const auto named = own_log_of(**log, config.origin); !named) return named.error();
  std::unique_ptr<Store> store(new Store(config, books, clock, std::move(disk), std::move(*log)));
  if (const auto started = store->start(); !started) return started.error();
  return store;
}

Store::Store(const Config& config, const Books& books, const Clock& clock, std::unique_ptr<Disk> disk, std::unique_ptr<EventLog> log)
    : config_(config), books_(books), clock_(clock), disk_(std::move(disk)), log_(std::move(log)),
      own_log_(own_log_of(*log_, config.origin).value_or(config.origin)), sealer_(sealer_of(config, own_log_)),
      filing_(*log_, filing_config(config, own_log_), books.rules, books.calendar) {
  now_.center = config_.center;
  now_.place = config_.place;
  wants_secret_ = config_.role == "kiosk" || config_.role == "desk-reception";
}

Status Store::start() {
  if (const auto started = filing_.start(); !started) return started.error();
  if (const auto note = log_->note("engine.county_as_of")) {
    std::int64_t ms = 0;
    std::from_chars(note->data(), note->data() + note->size(), ms);
    now_.hall.county_as_of = Time{Span{ms}};
  }
  load_people();
  keys_changed();
  begin_day();
  tick();
  look_for_unshown(last_ticket_, last_ticket_at_);
  return Done{};
}

// ---- the day ----------------------------------------------------------------------------------------------------------

void Store::begin_day() {
  today_ = hall_day(wall());
  hall_ = Hall{};
  of_today_.clear();
  issued_since_news_.clear();
  secret_.reset();
  // Where the day began in order of arrival, so that a start does not read the whole log: "2026-11-20 1234".
  cursor_ = 0;
  if (const auto note = log_->note("engine.day")) {
    const auto gap = note->find(' ');
    // A note of a later day was written under a wrong clock: it points past what is today's.
    if (gap != std::string::npos && note->substr(0, gap) <= iso(today_)) std::from_chars(note->data() + gap + 1, note->data() + note->size(), cursor_);
  }
  std::int64_t first = cursor_;
  bool found = false;
  for (;;) {
    const std::int64_t before = cursor_;
    const auto events = log_->arrived_after(cursor_, 500);
    if (!events) {
      broken(events.error());
      return;
    }
    if (events->empty()) break;
    if (!found) {
      found = std::any_of(events->begin(), events->end(), [&](const Event& e) { return hall_day(e.at) >= today_; });
      first = found ? before : cursor_;
    }
    for (const auto& event : *events) take(event);
  }
  held_ = held_ || (found && !is_desk());
  // Losing the note costs one slow start.
  static_cast<void>(log_->put_note("engine.day", iso(today_) + " " + std::to_string(first)));
  refresh_tickets();
}

void Store::take(const Event& event) {
  if (event.matter.empty()) return;
  if (event.type == "ticket_issued" && device_of(event.id.origin) == config_.origin) last_ticket_ = event.matter, last_ticket_at_ = event.at;
  if (hall_day(event.at) < today_ && !of_today_.contains(event.matter)) return;
  of_today_.insert(event.matter);
  if (is_desk()) return hall_.add(event);
  // Who is not a desk only counts who waits: what people said has no place in the memory of the hall's own machines.
  if (event.type == "ticket_issued" || event.type == "queued") hall_.add(event);
}

void Store::absorb() {
  bool fresh = false, open_touched = false;
  for (;;) {
    const auto events = log_->arrived_after(cursor_, 500);
    if (!events) {
      broken(events.error());
      return;
    }
    if (events->empty()) break;
    fresh = true;
    for (const auto& event : *events) {
      take(event);
      open_touched = open_touched || event.matter == open_;
    }
  }
  if (!fresh) return;
  held_ = held_ || !is_desk();
  indexed_ = false;
  refresh_tickets();
  if (open_touched) refresh_open();
  changed();
}

void Store::tick() {
  now_.now = wall();
  now_.closed = closed_windows(books_.rules.in_force(hall_day(now_.now)), books_.calendar, now_.now);
  const auto now = clock_.tick();
  const auto into_minute = Span{now_.now.time_since_epoch().count() % 60'000};
  again_at_ = now + Span{60'000} - into_minute;  // on the minute: the clock on the screen is a real clock's
  if (now_.failed) again_at_ = std::min(again_at_, now + failed_tick);
  now_.unshown = now_.unshown && now < unshown_until_;
  if (now_.unshown) again_at_ = std::min(again_at_, unshown_until_);
  if (hall_day(now_.now) != today_) begin_day();
  // The sync client passes over a mark that could not be written; the next visitor must not be the one to find out.
  if (log_ != nullptr && log_->broken()) broken(*log_->broken());
  look_at_disk();
  pass_calm();
  if (checkpoint_due()) state_checkpoint();
  if (checkpoints_) again_at_ = std::min(again_at_, std::max(checkpoints_->again_at(), now));
  keys_changed();
}

bool Store::idle() {
  if (wants_secret_ && !secret_ && !dead()) {
    secret_ = filing_.prepare(wall());
    return true;
  }
  if (wants_reserve_) {
    wants_reserve_ = false;
    disk_->reserve(true);  // says no when it does not fit
    return true;
  }
  if (keep_some()) return true;
  return is_desk() && index_some();
}

Wanted Store::take_wanted() {
  Wanted out = std::move(wanted_);
  wanted_ = {};
  return out;
}

// ---- trouble ------------------------------------------------------------------------------------------------------------

bool Store::broken(const Error& error) {
  if (error.code != Code::Io && error.code != Code::Corrupt && error.code != Code::Unavailable) return false;
  if (error.code == Code::Unavailable && disk_->free_bytes() < disk_low_bytes) {
    const auto before = disk_->free_bytes();
    disk_->reserve(false);
    if (disk_->free_bytes() > before) return true;
  }
  if (!dead()) now_.failed = error;
  again_at_ = std::min(again_at_, clock_.tick() + failed_tick);
  changed();
  return false;
}

std::optional<Error> Store::dead() const {
  if (now_.failed && now_.failed->code != Code::Unavailable) return now_.failed;
  return std::nullopt;
}

Status Store::state_facts(const MatterId& matter, const std::vector<Fact>& facts) {
  if (const auto error = dead()) return *error;
  const auto closed = close_facts(facts, sealer_.get(), SealClass::Ordinary, {matter, wall()});
  if (!closed) return closed.error();
  auto stated = log_->append(own_log_, matter, *closed, wall());
  if (!stated && broken(stated.error())) stated = log_->append(own_log_, matter, *closed, wall());
  if (!stated) {
    broken(stated.error());
    return stated.error();
  }
  if (now_.failed) now_.failed.reset();
  wanted_.nudge = true;
  absorb();
  news_of(*log_);
  return Done{};
}

void Store::settle(Outcome outcome) {
  settled_.push_back(outcome);
  if (settled_.size() > settled_max) settled_.pop_front();
  now_.outcome = std::move(outcome);
  changed();
}
const Outcome* Store::settled(const std::string& request) const {
  const auto found = std::find_if(settled_.begin(), settled_.end(), [&](const Outcome& o) { return o.request == request && !request.empty(); });
  return found == settled_.end() ? nullptr : &*found;
}

// ---- commands -------------------------------------------------------------------------------------------------------------

void Store::command(const Command& command) {
  touched_ = clock_.tick();
  // Stopping what was asked for is not a visit.
  const auto* listen = std::get_if<ReadCard>(&command);
  if (!is_desk() && !std::holds_alternative<StopHelper>(command) && (listen == nullptr || listen->wanted)) visited_ = held_ = true;
  std::visit([this](const auto& c) { on(c); }, command);
}

std::pair<int, int> Store::queue_ahead(const WindowCode& chosen) const {
  // Who chose a department that does not sit in the hall waits at reception (filing.cpp gives the ticket there).
  const WindowInfo* info = books_.rules.in_force(today_).hall_window(chosen);
  const WindowCode& window = info != nullptr ? info->code : window_reception;
  int ahead = 0, minutes = 0;
  bool known = false;
  for (const auto& queue : now_.hall.queues)
    if (queue.window == window) {
      known = true;
      ahead = queue.waiting;
      minutes = queue.minutes;
    }
  if (known) {
    const auto since = issued_since_news_.find(window);
    if (since != issued_since_news_.end()) {
      ahead += since->second;
      minutes += since->second * minutes_a_person;
    }
    return {ahead, minutes};
  }
  // Never heard of the hall: those who took a number here and were not called.
  for (const auto& ticket : hall_.tickets(today_))
    if (ticket.window == window && ticket.state == TicketState::Waiting) ++ahead;
  return {ahead, ahead * minutes_a_person};
}

void Store::on(const FileMatter& command) {
  if (const auto* before = settled(command.request)) return settle(*before);
  if (const auto error = dead()) return settle({command.request, {}, {}, error});
  WindowCode window = command.chosen;
  if (window.empty()) window = route(command.petition, books_.rules.in_force(hall_day(wall())), now_.closed).window;
  const auto [ahead, minutes] = queue_ahead(window);
  auto outcome = filing_.file(command, secret_, wall(), ahead, minutes);
  if (outcome.error && broken(*outcome.error)) outcome = filing_.file(command, secret_, wall(), ahead, minutes);
  filed(std::move(outcome), command.help_id);
}

void Store::on(const TakeNumber& command) {
  if (const auto* before = settled(command.request)) return settle(*before);
  if (const auto error = dead()) return settle({command.request, {}, {}, error});
  const auto [ahead, minutes] = queue_ahead(command.window);
  auto outcome = filing_.take_number(command, secret_, wall(), ahead, minutes);
  if (outcome.error && broken(*outcome.error)) outcome = filing_.take_number(command, secret_, wall(), ahead, minutes);
  filed(std::move(outcome), {});
}

void Store::filed(Outcome outcome, const std::string& help_id) {
  if (outcome.receipt) {
    secret_.reset();
    if (!config_.key.secret_hex.empty() && !outcome.receipt->filed_hash.empty()) {
      const Receipt& r = *outcome.receipt;
      outcome.receipt->proof = encode_receipt_proof(prove_receipt(r.matter, r.query_code, r.at, r.filed_hash, r.head_hash, config_.key.secret_hex));
    }
    receipt_ = outcome.receipt;
    now_.failed.reset();
    ++issued_since_news_[outcome.receipt->window];
    wanted_.nudge = true;
    if (!help_id.empty() && enrolled()) {
      sync::HelpCall done;
      done.id = help_id;
      done.done = true;
      done.outcome = outcome.receipt->ticket + " " + outcome.receipt->matter;
      call_hub("POST", "/v1/help/" + help_id, sync::to_json(done), Span{5'000}, [this](const Result<std::string>&) {
        // The citizen holds the slip; a kiosk that did not hear of it only keeps its line on screen.
        refresh_help();
      });
    }
  } else if (outcome.error) {
    broken(*outcome.error);
  }
  // What did not come about may be tried again with the same request; what did is remembered.
  if (outcome.receipt) settle(std::move(outcome));
  else {
    now_.outcome = std::move(outcome);
    changed();
  }
  absorb();
  news_of(*log_);
}

void Store::on(const PrintReceipt& command) {
  now_.print_request = command.request;
  now_.print.reset();
  if (!receipt_) {
    now_.print = ReceiptPrinted{false, "nothing"};
  } else {
    receipt_->twice = enrolled() && now_.unsent == 0;
    wanted_.prints.push_back({command.request, receipt_->matter,
                              receipt_paper(*receipt_, books_.rules.in_force(hall_day(receipt_->at)), config_.place)});
  }
  changed();
}

void Store::printed(const PrintJob& job, const Status& outcome) {
  const ReceiptPrinted fact{outcome.has_value(), outcome ? std::string{} : outcome.error().what};
  if (job.request == now_.print_request) {
    now_.print = fact;
    changed();
  }
  // Paper is not proof of registration: when this fact cannot be written, the receipt in the citizen's hand is still true.
  if (outcome) shown(job.matter);
  if (!job.matter.empty()) static_cast<void>(state_facts(job.matter, {Fact{fact}}));
}

void Store::on(const ReadCard& command) {
  wanted_.listen = command.wanted;
  if (!command.wanted) now_.card.reset();
  changed();
}

void Store::card(const Result<std::optional<Identity>>& read) {
  CardRead news;
  if (read) {
    if (!*read) return;
    news.identity = **read;
  } else {
    const bool gone = read.error().code == Code::Unavailable;
    if (gone && now_.card && now_.card->trouble == "absent") return;
    news.trouble = gone ? "absent" : read.error().what.ends_with("pulled") ? "pulled" : "unreadable";
  }
  news.serial = ++card_serial_;
  now_.card = std::move(news);
  changed();
}

void Store::printer(DeviceState state) {
  if (now_.printer == state) return;
  now_.printer = state;
  changed();
}
void Store::reader(DeviceState state) {
  if (now_.reader == state) return;
  now_.reader = state;
  changed();
}

void Store::on(const EndVisit&) {
  ++visit_;
  visited_ = false;
  guard_.visit_ended();
  if (receipt_) shown(receipt_->matter);  // it stood on the screen until the person left, or two minutes
  receipt_.reset();
  now_.replaced.reset();
  settled_ = {};
  now_.outcome.reset();
  now_.progress.reset();
  now_.card.reset();
  now_.help.reset();
  help_.reset();
  now_.print.reset();
  now_.print_request.clear();
  filing_.forget();
  wanted_.cancel_prints = true;
  wanted_.listen = false;
  // Deleted pages and the write-ahead file keep old bytes until this (trust.md 14). A failed one costs nothing now.
  if (!dead()) static_cast<void>(log_->checkpoint());
  changed();
}

Status Store::forget() {
  held_ = false;
  // What was reset is gone as a value, not as bytes.
  renew(now_);
  renew(wanted_);
  renew(receipt_);
  renew(secret_);
  renew(help_);
  calls_ = {};  // nobody waits for these answers any more: they were asked in the visit
  help_fetching_ = false;
  // SQLite keeps the pages it read, and what it wrote last, until others take their place.
  if (dead()) return Done{};
  auto log = EventLog::open_again(std::move(log_));
  if (!log && log.error().code == Code::Unavailable) {
    disk_->reserve(false);
    log = EventLog::open(config_.data_dir + "/log.db");
  }
  if (!log) return log.error();
  log_ = std::move(*log);
  filing_.use(*log_);
  return Done{};
}

// ---- the hub ----------------------------------------------------------------------------------------------------------------

void Store::call_hub(std::string method, std::string target, std::string body, Span patience, std::function<void(const Result<std::string>&)> then) {
  const auto id = ++last_call_;
  calls_.emplace(id, std::move(then));
  wanted_.calls.push_back({id, std::move(method), std::move(target), std::move(body), patience});
}

void Store::answered(std::uint64_t call, const Result<std::string>& body) {
  const auto found = calls_.find(call);
  if (found == calls_.end()) return;
  const auto then = std::move(found->second);
  calls_.erase(found);
  then(body);
}

void Store::news_of(const EventLog& log) {
  const auto head = log.head(own_log_);
  if (!head) return;
  if (checkpoints_) checkpoints_->wrote(head->seq, clock_.tick());
  const auto mark = sync_.marks.find(own_log_);
  const std::uint64_t hub = mark == sync_.marks.end() ? 0 : mark->second.hub, county = mark == sync_.marks.end() ? 0 : mark->second.county;
  // A recording that nobody has but this disk is as unsent as a word.
  const std::uint64_t here = log.blobs_count(Reach::Here).value_or(0), at_hub = log.blobs_count(Reach::Hub).value_or(0);
  const auto unsent = head->seq - std::min(hub, head->seq) + here, uncounted = head->seq - std::min(county, head->seq) + here + at_hub;
  if (unsent == now_.unsent && uncounted == now_.uncounted) return;
  now_.unsent = unsent;
  now_.uncounted = uncounted;
  changed();
}

void Store::heard(const sync::ClientState& state) {
  const bool was_online = now_.hub_online, county_was = now_.county_online;
  sync_ = state;
  now_.hub_online = state.online;
  if (state.hall) {
    if (!same_news(*state.hall, now_.hall)) changed();
    // Losing the note costs an "as of" that is a few minutes old.
    if (state.hall->county_as_of > now_.hall.county_as_of + std::chrono::minutes(5))
      static_cast<void>(log_->put_note("engine.county_as_of", std::to_string(state.hall->county_as_of.time_since_epoch().count())));
    const auto known = std::max(now_.hall.county_as_of, state.hall->county_as_of);
    if (state.hall->as_of != now_.hall.as_of && now_.unsent == 0) issued_since_news_.clear();
    now_.hall = *state.hall;
    now_.hall.county_as_of = known;
  }
  now_.county_online = now_.hub_online && now_.hall.upstream_online;
  // A log that does not travel is no matter of the line: what is registered here stays here until somebody looks.
  const std::string stopped = state.stopped ? "sync: " + state.stopped->what : "";
  if (std::erase_if(now_.alarms, [&](const std::string& line) { return line.starts_with("sync: ") && line != stopped; }) > 0) changed();
  if (!stopped.empty()) alarm(stopped);
  if (was_online != now_.hub_online || county_was != now_.county_online) changed();
  absorb();
  news_of(*log_);
  // The moment something was learned of is the machine's own; late is careful.
  if (checkpoints_ && !state.county_anchors.empty() && !dead()) static_cast<void>(log_->stamp_anchors(calm_));
  if (now_.unsent == 0) issued_since_news_.clear();
  if (now_.hub_online) refresh_staff();
  if (now_.hub_online) refresh_help();
  if (now_.hub_online) retry_attachments();
}

}  // namespace yizhan::kiosk
