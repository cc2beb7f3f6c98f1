/// A barcode scanner is a keyboard that types very fast. This gate stands before the fields: what can only be a scan goes to the
/// progress query or is refused in words, everything else passes on as typing. Pure; the caller brings the time.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "kiosk/writing/stroke.h"

namespace yizhan::writing {

/// What was on the paper. Either may be empty, not both.
struct Scan {
  std::string matter;  ///< canonical matter number
  std::string code;    ///< canonical query code
  bool operator==(const Scan&) const = default;
};
/// "XF2:<matter>:<code>:…" as receipts have it, "XF1:<matter>:<code>:<chain8>" as older ones have it (kiosk/devices/receipt.h), a whole matter number, or a 16-digit query code.
/// Nothing else: at most 300 bytes, check digits must hold.
std::optional<Scan> parse_scan(std::string_view text);

/// Characters of one scan follow each other faster than fingers.
inline constexpr Span scan_gap_max{50};
inline constexpr std::size_t scan_bytes_max = 300;

class ScanGate {
 public:
  struct Passed {
    std::vector<Stroke> strokes;   ///< typing, in order
    std::optional<Scan> scan;
    bool refused = false;          ///< a code that is none of ours was scanned: nothing of it went anywhere
    std::optional<Span> again_in;  ///< something is held back: ask again by then
  };
  /// Takes what the keyboard did since the last call (may be nothing) and says what of it is what.
  Passed pass(std::vector<Stroke> strokes, Tick now);
  /// The visit ended.
  void forget();

 private:
  void release(Passed& to);
  void judge(Passed& to, bool ended);
  std::string held_;
  Tick last_{};
  bool flood_ = false;  ///< far too long to be ours: swallowed until it pauses
};

}  // namespace yizhan::writing
