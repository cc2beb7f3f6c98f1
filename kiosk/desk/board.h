/// The board: numbers called, windows, the last five calls, how many wait. Numbers only: no names, no matters.
/// Nothing can be touched. A just-called line pulses twice (600 ms, 900 ms apart), then rests; nothing else moves.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/router.h"
#include "kiosk/messages.h"
#include "kiosk/ui/kit.h"

namespace yizhan::kiosk::desk {

inline constexpr double pulse_seconds = 0.6, pulse_apart_seconds = 0.9;
inline constexpr int pulses = 2;
inline constexpr Span just_called_ms{20'000};  ///< an older call is not news when the board starts

/// Which call is being pulsed; everything else on the board is the snapshot.
struct BoardSession {
  std::string seen;        ///< ticket, time and count of the newest call
  double since = -1e9;     ///< ui seconds when it was first seen
};
/// Which calls a board has said. A call that is new here is said once, a call again is said again; what was called before the
/// board looked (a restart, a long time without a hub) is no news after `spoken_ms`.
struct BoardVoice {
  std::vector<std::string> said;  ///< keys of the calls seen, newest last; bounded
};
inline constexpr Span spoken_ms{60'000};
/// "请A012号到1号律师窗口" for each call to say now, oldest first; none is lost of those the hub tells (12 at a time). Pure.
std::vector<std::string> calls_to_say(BoardVoice& voice, const Snapshot& world);

/// Pure. `seconds` is Ui::seconds().
BoardSession update(BoardSession board, const Snapshot& world, double seconds);
/// 0 at rest … 1 at the height of a pulse.
float pulse(const BoardSession& board, double seconds);

/// The call in the large frame and the four beside it, newest first. Missed and ended ones are never in the frame.
struct BoardCalls {
  std::optional<sync::CallLine> now;
  std::vector<sync::CallLine> last;  ///< at most four
};
BoardCalls board_calls(const sync::HallNews& hall);

void draw_board(ui::Ui& ui, const BoardSession& board, const Snapshot& world, const RuleBook& rules);

}  // namespace yizhan::kiosk::desk
