/// How often a person may be wrong about number and code (trust.md T24): five times in a visit cost nothing, every further one closes the
/// query on this machine for 15 s, doubling. A new visit does not shorten it; an hour without a wrong try halves it. Memory only:
/// the hub counts too.
#pragma once
#include <algorithm>

#include "core/clock.h"

namespace yizhan::kiosk {

class QueryGuard {
 public:
  static constexpr int free_a_visit = 5;
  static constexpr Span first_wait{15'000}, longest_wait{3'600'000}, calms_after{3'600'000};

  /// How long the query is still closed; 0: it may be asked.
  Span closed_for(Tick now) const { return std::max(until_ - now, Span{0}); }
  void wrong(Tick now) {
    if (last_ != Tick{} && now - last_ >= calms_after) level_ = std::max(0, level_ - static_cast<int>((now - last_) / calms_after));
    last_ = now;
    if (++wrong_ < free_a_visit) return;
    until_ = now + std::min(longest_wait, first_wait * (1 << level_));
    level_ = std::min(level_ + 1, 8);  // 15 s × 2⁸ is an hour
  }
  void right() { wrong_ = 0; }
  void visit_ended() { wrong_ = 0; }

 private:
  int wrong_ = 0, level_ = 0;
  Tick until_{}, last_{};
};

}  // namespace yizhan::kiosk
