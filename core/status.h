/// How far a matter is, as the county tells the citizen: dated lines in fixed words, no free text, no name; of an accusation not
/// even the unit (XFTL 30). Sealed to the citizen's own key (core/seal.h, docs/RECEIPTS.md).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/matter.h"

namespace yizhan {

struct CitizenStatus {
  MatterId matter;
  int n = 0;                 ///< as in StatusSealed: one that was taken from elsewhere shows
  Time at{};                 ///< when the county said so
  MatterState state = MatterState::Registered;
  bool may_rate = false;
  std::vector<Line> lines;   ///< `by` is not told
  std::vector<Deadline> deadlines;
};
inline constexpr std::string_view type_received = "received";  ///< of the line 县里已收到: no fact says it but the status itself

/// From what the county holds about it. `received`: when the county first had it.
CitizenStatus status_of(const Matter& matter, std::vector<Deadline> deadlines, Time received, Time at, int n);
/// Cut to what a status may hold: the newest forty lines, twelve deadlines.
void fit(CitizenStatus& status);
/// One line of JSON, keys sorted.
std::string encode_status(const CitizenStatus& status);
Result<CitizenStatus> decode_status(std::string_view json);  ///< Errors: Invalid
/// What a citizen reads of a state: 县里已收到 instead of 已登记 once the county has it (need.md 4.2).
std::string_view words_at_county(MatterState state);

}  // namespace yizhan
