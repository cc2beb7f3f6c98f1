/// A kiosk's log as it comes about: matters, checkpoints by the rules, days that pass.
#pragma once
#include "core/anchor.h"
#include "core/checkpoints.h"
#include "core/log_check.h"
#include "support.h"

namespace yizhan::test {

/// Writes `entries` events or a few more into `log`: filings of three facts and checkpoints, in a day's rhythm; several days and day keys.
inline void write_days(EventLog& log, const Origin& origin, const KeyPair& device, std::size_t entries, int a_day = 900) {
  Checkpoints checkpoints(origin, device);
  Time wall = ten();
  Tick now{};
  Dice dice(7);
  REQUIRE(checkpoints.open(log, wall, now));
  int today = 0;
  for (std::uint64_t seq = 1; seq < entries;) {
    const Fact facts[] = {Rated{static_cast<int>(dice.below(6)), 1, dice.text()}, Accepted{"样板局", "2026-11-20"}, Accepted{dice.text(), "2026-11-21"}};
    const auto written = log.append(origin, a_matter, {facts, 1 + dice.below(3)}, wall);
    REQUIRE(written);
    seq = written->back().id.seq;
    checkpoints.wrote(seq, now);
    const Span pass{1'000 + static_cast<std::int64_t>(dice.below(2'000))};
    wall += pass, now += pass;
    today += static_cast<int>(written->size());
    if (today >= a_day) {
      wall += std::chrono::hours(14), now += std::chrono::hours(14);
      today = 0;
    }
    REQUIRE(checkpoints.step(log, wall, now));
    seq = log.head(origin)->seq;
  }
  REQUIRE(checkpoints.close(log, wall));
}

inline std::vector<Damage> check_all(std::span<const Event> events, const Head& head, const std::shared_ptr<const LogCheck::Known>& known) {
  LogCheck check(head.origin, known);
  for (const Event& event : events) check.take(event);
  check.end(head);
  return check.findings();
}

}  // namespace yizhan::test
