// What the store does for its log when nobody is waiting: signed checkpoints, erasing what the county holds, the nightly reading, and an
// eye on the disk. One bounded piece at a time.
#include <algorithm>
#include <charconv>
#include <cstdio>

#include "core/anchor.h"
#include "core/epoch.h"
#include "core/log_check.h"
#include "core/number.h"
#include "core/text.h"
#include "kiosk/engine/store.h"

namespace yizhan::kiosk {
namespace {

constexpr std::uint64_t tail_entries = 2000;      // looked at after a process that ended without a word
constexpr std::size_t erase_at_once = 200, read_at_once = 200;
constexpr std::int64_t note_every = 20'000;       // entries read before the place is written down
constexpr Span alone_ms{30 * 60'000};             // nobody touched anything for so long: as good as night
constexpr Span unseen_max{24 * 3'600'000};        // what a machine that was off may count of the time in between
constexpr std::size_t alarms_max = 20;

}  // namespace

// ---- the log as a thing with a beginning and an end -------------------------------------------------------------------------

Status Store::begin_log() {
  // The note "calm": "<running time> <wall clock then>".
  if (const auto note = log_->note("calm")) {
    std::int64_t ran = 0, then = 0;
    const auto first = std::from_chars(note->data(), note->data() + note->size(), ran);
    if (first.ptr != note->data() + note->size()) std::from_chars(first.ptr + 1, note->data() + note->size(), then);
    const Span away = wall() - Time{Span{then}};
    calm_ = Span{ran} + std::clamp(away, Span{0}, unseen_max);
  }
  calm_tick_ = touched_ = clock_.tick();
  calm_wall_ = wall();
  if (const auto note = log_->note("scrub.day"))
    if (const auto day = parse_date(*note)) read_day_ = *day;

  Checkpoints steps(own_log_, config_.key);
  const auto clean = steps.look(*log_, wall(), clock_.tick());
  if (!clean) return clean;
  if (!steps.clean()) {
    // house.md §6: verify, then continue. The end is where a power cut or a failed disk leaves its marks; the rest is read at night.
    const auto head = log_->head(own_log_);
    if (!head) return head.error();
    LogCheck check(own_log_, LogCheck::known({}));
    std::uint64_t from = 0;
    if (head->seq > tail_entries) {
      from = head->seq - tail_entries;
      const auto one = log_->after(own_log_, from - 1, 1);
      if (!one) return one.error();
      if (one->size() != 1) return Error{Code::Corrupt, "log " + own_log_ + ": an entry is missing"};
      check.begin_after(from, one->front().hash);
    }
    while (check.findings().empty()) {
      const auto some = log_->after(own_log_, from, 500);
      if (!some) return some.error();
      if (some->empty()) break;
      for (const Event& event : *some) check.take(event);
      from = some->back().id.seq;
    }
    check.end(*head);
    if (!check.findings().empty()) {
      const Damage& first = check.findings().front();
      return Error{Code::Corrupt, "log " + first.origin + " entry " + std::to_string(first.seq) + ": " + first.what};
    }
  }
  const auto stated = steps.open(*log_, wall(), clock_.tick());
  if (!stated && stated.error().code != Code::Unavailable) return stated;
  checkpoints_.emplace(std::move(steps));
  note_calm();
  absorb();
  news_of(*log_);
  return Done{};
}

void Store::end_log() {
  if (!checkpoints_ || dead()) return;
  note_calm();
  // The next start sees what could not be said.
  static_cast<void>(checkpoints_->close(*log_, wall()));
  checkpoints_.reset();
}

bool Store::state_checkpoint() {
  const auto stated = checkpoints_->step(*log_, wall(), clock_.tick());
  if (!stated) {
    broken(stated.error());
    return false;
  }
  if (!*stated) return false;
  note_calm();
  wanted_.nudge = true;
  absorb();
  news_of(*log_);
  return true;
}

// ---- time that no clock can fake ----------------------------------------------------------------------------------------------

void Store::pass_calm() {
  const Tick now = clock_.tick();
  const Time at = wall();
  // Both clocks must have moved: a wall clock that is set counts for nothing, neither does a machine that slept.
  calm_ += std::clamp(std::min(now - calm_tick_, at - calm_wall_), Span{0}, std::max(now - calm_tick_, Span{0}));
  calm_tick_ = now;
  calm_wall_ = at;
}

void Store::note_calm() {
  pass_calm();
  // Losing it makes erasing later, never earlier.
  static_cast<void>(log_->put_note("calm", std::to_string(calm_.count()) + " " + std::to_string(wall().time_since_epoch().count())));
}

// ---- erasing (trust.md T8) ------------------------------------------------------------------------------------------------------

bool Store::erase_some() {
  if (config_.purge_days == 0 || config_.role != "kiosk") return false;
  if (erasing_until_ == 0 && erased_day_ == today_) return false;
  if (erasing_until_ == 0) {
    erased_day_ = today_;
    const auto all = log_->anchors();
    if (!all) {
      broken(all.error());
      return false;
    }
    pass_calm();
    Time newest{};
    for (const Anchor& anchor : *all)
      if (by_county(anchor) && device_of(anchor.head.origin) == config_.origin) newest = std::max(newest, anchor.at);
    std::vector<Anchor> of_log;
    for (const Anchor& anchor : *all)
      if (anchor.head.origin == own_log_) of_log.push_back(anchor);
    erasing_until_ = may_erase(of_log, newest, calm_, std::chrono::hours(24 * config_.purge_days));
    if (erasing_until_ == 0) return false;
  }
  const auto looked = log_->purge(own_log_, erasing_until_, erase_at_once);
  if (!looked) {
    erasing_until_ = 0;
    broken(looked.error());
    return false;
  }
  if (*looked > 0) return true;
  erasing_until_ = 0;
  static_cast<void>(log_->checkpoint());  // trust.md 14; a reader in the way: the next end of a visit does it
  return true;
}

// ---- the nightly reading ----------------------------------------------------------------------------------------------------------

bool Store::read_some() {
  if (!reading_) {
    if (read_day_ == today_) return false;
    const int hour = static_cast<int>(((wall() + std::chrono::hours(8)).time_since_epoch() % std::chrono::hours(24)) / std::chrono::hours(1));
    if ((hour < 1 || hour >= 5) && clock_.tick() - touched_ < alone_ms) return false;
    reading_.emplace();
    found_.clear();
    if (const auto note = log_->note("scrub.at")) {  // "e 1234" or "b 5": where an earlier process was
      std::int64_t after = 0;
      if (note->size() > 2) std::from_chars(note->data() + 2, note->data() + note->size(), after);
      reading_->blobs = note->starts_with('b');
      reading_->after = after;
    }
  }
  held_ = held_ || !is_desk();  // what it read is still in memory
  const auto some = log_->scrub(*reading_, read_at_once);
  if (!some) {
    broken(some.error());
    reading_.reset();
    read_day_ = today_;
    return false;
  }
  for (const Damage& damage : some->found) found(damage);
  reading_ = some->next;
  read_since_note_ += static_cast<std::int64_t>(some->looked);
  if (some->looked > 0) {
    if (read_since_note_ >= note_every) {
      read_since_note_ = 0;
      static_cast<void>(log_->put_note("scrub.at", (reading_->blobs ? "b " : "e ") + std::to_string(reading_->after)));
    }
    return true;
  }
  reading_.reset();
  read_since_note_ = 0;
  read_day_ = today_;
  std::string lines;
  for (const auto& [where, what] : found_) lines += where + ": " + what + "\n";
  // Losing the notes costs one more reading.
  static_cast<void>(log_->put_note("scrub.found", lines));
  static_cast<void>(log_->put_note("scrub.at", "e 0"));
  static_cast<void>(log_->put_note("scrub.day", iso(today_)));
  return true;
}

void Store::found(const Damage& damage) {
  const std::string where = damage.origin + "/" + std::to_string(damage.seq);
  found_[where] = damage.what;
  alarm("log " + where + ": " + damage.what);
  changed();
  if (damage.what == "the body was changed" && enrolled()) mend(damage);
}

/// Whoever has the same log has the good copy: its hash says so (sync.md). The bad one stays aside.
void Store::mend(const Damage& damage) {
  call_hub("GET", "/v1/log/" + damage.origin + "?after=" + std::to_string(damage.seq - 1) + "&limit=1", {}, Span{15'000},
           [this, damage](const Result<std::string>& body) {
             if (!body || dead()) return;
             const auto events = sync::events_from_lines(*body);
             if (!events || events->size() != 1) return;
             const Event& good = events->front();
             const auto ours = log_->after(damage.origin, damage.seq - 1, 1);
             if (!ours || ours->size() != 1 || ours->front().id != good.id || !good.body || hash_bytes(*good.body) != ours->front().body_hash) return;
             if (const auto aside = log_->set_aside(good.id); !aside) return static_cast<void>(broken(aside.error()));
             const auto filled = log_->fill({&good, 1});
             if (!filled) return static_cast<void>(broken(filled.error()));
             const std::string where = damage.origin + "/" + std::to_string(damage.seq);
             found_[where] = damage.what + "; the hub's copy was taken";
             std::string lines;
             for (const auto& [at, what] : found_) lines += at + ": " + what + "\n";
             static_cast<void>(log_->put_note("scrub.found", lines));
             alarm("log " + where + ": the hub's copy was taken, the bad one is kept aside");
             changed();
           });
}

bool Store::keep_some() {
  if (!checkpoints_ || dead()) return false;
  if (checkpoint_due() && state_checkpoint()) return true;
  if (visited_) return false;  // the rest can wait until nobody is here
  return erase_some() || read_some();
}

void Store::alarm(std::string line) {
  if (std::find(now_.alarms.begin(), now_.alarms.end(), line) != now_.alarms.end()) return;
  std::fprintf(stderr, "kiosk: alarm: %s\n", printable(line).c_str());
  if (now_.alarms.size() < alarms_max) now_.alarms.push_back(std::move(line));
}

// ---- room -------------------------------------------------------------------------------------------------------------------------

void Store::look_at_disk() {
  const auto room = disk_->free_bytes(), all = disk_->total_bytes();
  now_.disk_low = room < disk_low_bytes;
  const bool tight = now_.disk_low || (all > 0 && room < all / 10);
  if (tight && !now_.disk_alarm)
    alarm("disk: " + std::to_string(room >> 20) + " MB free" + (all > 0 ? " of " + std::to_string(all >> 20) : ""));
  if (!tight) std::erase_if(now_.alarms, [](const std::string& line) { return line.starts_with("disk: "); });
  now_.disk_alarm = tight;
  if (now_.failed && now_.failed->code == Code::Unavailable && room >= disk_recovered_bytes) now_.failed.reset();
  if (!now_.disk_low) wants_reserve_ = true;
}

}  // namespace yizhan::kiosk
