// What a hub signs: checkpoints of the logs it writes itself, and countersignatures of every log it holds (docs/LOG_FORMAT.md).
#include <algorithm>
#include <charconv>

#include "core/anchor.h"
#include "core/number.h"
#include "sync/server_impl.h"

namespace yizhan::sync {
namespace {
constexpr Span countersign_patience{60'000};
constexpr std::size_t read_at_once = 500;         // some milliseconds between two requests
constexpr std::uint64_t tail_entries = 2000;      // looked at when the hub begins to serve
constexpr std::int64_t note_every = 50'000;
}

bool Hub::Impl::lost(const Error& error) {
  if (error.code == Code::Io || error.code == Code::Corrupt) broken = error;
  return broken.has_value();
}

Status Hub::begin(Time wall, Tick now) {
  auto& me = *impl_;
  me.serving = true;
  me.written_seen = me.written;
  me.own_facts_seen = me.own_facts;
  // house.md §6: verify, then continue. What came last is where a power cut or a failed disk leaves its marks; the rest is read at night.
  const auto count = me.log.count();
  if (!count) return count.error();
  const auto tail = me.log.scrub({false, static_cast<std::int64_t>(*count - std::min(*count, tail_entries))}, tail_entries);
  if (!tail) return tail.error();
  if (!tail->found.empty()) {
    // One text that went bad must not close a hall: it is an alarm (hub health), and everything else is served (trust.md R7).
    std::string lines;
    for (const Damage& damage : tail->found) lines += damage.origin + "/" + std::to_string(damage.seq) + ": " + damage.what + "\n";
    if (const auto noted = me.log.put_note("scrub.found", lines); !noted && noted.error().code != Code::Unavailable) return noted;
  }
  const auto anchors = me.log.anchors();
  if (!anchors) return anchors.error();
  for (const Anchor& anchor : *anchors)
    if (anchor.by == me.config.self) me.countersigned[anchor.head.origin] = anchor.head.seq;
  // Streams of a county are written by `hub decide` too, one process after the other: they have checkpoints and no opening.
  if (me.config.county) {
    const auto heads = me.log.heads();
    if (!heads) return heads.error();
    for (const Head& head : *heads)
      if (head.origin.size() > 8 && head.origin.starts_with(me.config.self + ".") && epoch_of(head.origin) == me.epoch) {
        auto& steps = me.own_logs.emplace(head.origin, Checkpoints(head.origin, me.config.key)).first->second;
        if (const auto looked = steps.look(me.log, wall, now); !looked) return looked;
      }
    return Done{};
  }
  auto& steps = me.own_logs.emplace(me.own_log(), Checkpoints(me.own_log(), me.config.key)).first->second;
  const auto stated = steps.open(me.log, wall, now);
  // A hub whose disk is full still answers what it has; what it could not say, it says with the next checkpoint.
  if (!stated && stated.error().code != Code::Unavailable) return stated;
  ++me.written;
  me.written_seen = me.written;
  return Done{};
}

void Hub::tend(Time wall, Tick now) {
  auto& me = *impl_;
  if (!me.serving || me.broken) return;
  if (me.own_facts != me.own_facts_seen || me.written != me.written_seen) {
    if (!me.countersign_at) me.countersign_at = now + countersign_patience;
    if (me.own_facts != me.own_facts_seen) {
      const auto heads = me.log.heads();
      if (!heads) return static_cast<void>(me.lost(heads.error()));
      for (const Head& head : *heads) {
        const bool own = me.config.county ? head.origin.starts_with(me.config.self + ".") && epoch_of(head.origin) == me.epoch : head.origin == me.own_log();
        if (!own) continue;
        auto found = me.own_logs.find(head.origin);
        if (found == me.own_logs.end()) {
          found = me.own_logs.emplace(head.origin, Checkpoints(head.origin, me.config.key)).first;
          if (const auto looked = found->second.look(me.log, wall, now); !looked) return static_cast<void>(me.lost(looked.error()));
        }
        found->second.wrote(head.seq, now);
      }
    }
    me.own_facts_seen = me.own_facts;
    me.written_seen = me.written;
  }
  for (auto& [origin, steps] : me.own_logs) {
    if (now < steps.again_at()) continue;
    const auto done = steps.step(me.log, wall, now);
    if (!done) {
      if (me.lost(done.error())) return;
    } else if (*done) {
      ++me.written;  // the line upwards takes it along
      if (me.config.county) ++me.version;
    }
  }
  me.read_some(wall);
  if (me.broken) return;
  if (me.countersign_at && now >= *me.countersign_at) {
    me.countersign_at.reset();
    me.written_seen = me.written;
    if (const auto kept = me.countersign(wall); !kept) static_cast<void>(me.lost(kept.error()));  // a full disk: with the next ones
  }
}

/// The nightly reading, a piece at a time between one and five o'clock; what it found is in the note that `hub health` shows.
void Hub::Impl::read_some(Time wall) {
  const int hour = static_cast<int>(((wall + std::chrono::hours(8)).time_since_epoch() % std::chrono::hours(24)) / std::chrono::hours(1));
  if (hour < 1 || hour >= 5) return;
  const std::string day = iso(hall_day(wall));
  if (!reading) {
    if (read_day.empty()) read_day = log.note("scrub.day").value_or("-");
    if (read_day == day) return;
    reading.emplace();
    reading_found.clear();
    if (const auto note = log.note("scrub.at"); note && note->size() > 2) {
      reading->blobs = note->starts_with('b');
      std::from_chars(note->data() + 2, note->data() + note->size(), reading->after);
    }
  }
  const auto some = log.scrub(*reading, read_at_once);
  if (!some) {
    lost(some.error());
    return;
  }
  for (const Damage& damage : some->found) reading_found += damage.origin + "/" + std::to_string(damage.seq) + ": " + damage.what + "\n";
  reading = some->next;
  read_since_note += static_cast<std::int64_t>(some->looked);
  Status noted = Done{};
  if (some->looked > 0) {
    if (read_since_note < note_every) return;
    noted = log.put_note("scrub.at", (reading->blobs ? "b " : "e ") + std::to_string(reading->after));
  } else {
    reading.reset();
    read_day = day;
    noted = log.put_note("scrub.found", reading_found);
    if (noted) noted = log.put_note("scrub.at", "e 0");
    if (noted) noted = log.put_note("scrub.day", day);
  }
  read_since_note = 0;
  if (!noted) lost(noted.error());
}

Status Hub::Impl::countersign(Time wall) {
  const auto heads = log.heads();
  if (!heads) return heads.error();
  std::vector<Anchor> fresh;
  for (const Head& head : *heads)
    if (head.seq > countersigned[head.origin]) fresh.push_back(make_anchor(config.self, config.key, head, wall));
  if (const auto kept = log.keep_anchors(fresh); !kept) return kept;
  for (const Anchor& anchor : fresh) countersigned[anchor.head.origin] = anchor.head.seq;
  return Done{};
}

void Hub::end(Time wall) {
  auto& me = *impl_;
  if (!me.serving || me.broken) return;
  me.serving = false;
  // The next start sees what could not be said.
  if (!me.config.county)
    for (auto& [origin, steps] : me.own_logs) static_cast<void>(steps.close(me.log, wall));
  static_cast<void>(me.countersign(wall));
}

Result<std::vector<Anchor>> Hub::anchors(Time wall) {
  auto& me = *impl_;
  if (const auto kept = me.countersign(wall); !kept) return kept.error();
  return me.log.anchors();
}

}  // namespace yizhan::sync
