/// Many contacts on the glass, one pointer in the program. Pure; time comes with the contact.
///
/// The first finger leads and a second one does not disturb it (a helping hand). More than two at once are a palm or a sleeve:
/// nothing was meant, and nothing counts until all are gone. A contact wider than 40 mm never counts. A finger whose lifting was
/// never reported is given up when the next one comes after `lost_s` of silence (EN 301 549 5.5, trust.md 6: tremor and palm).
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

namespace yizhan::ui {

class Touches {
 public:
  static constexpr float palm_mm = 40;
  static constexpr std::size_t fingers_max = 2;
  static constexpr double lost_s = 5;

  enum class What : std::uint8_t { Down, Move, Up };
  struct Contact {
    std::int64_t id = 0;
    What what{};
    float x = 0, y = 0;        ///< px
    double at = 0;             ///< seconds, any origin
    float wide_mm = 0;         ///< 0: the driver does not say (SDL2 never does)
  };
  /// What the pointer does: first `cancel`, then the rest.
  struct Pointer {
    bool cancel = false;       ///< the pressed one is let go without a press
    std::optional<What> what;
    float x = 0, y = 0;
  };
  Pointer take(const Contact& contact);
  bool touching() const { return lead_.has_value(); }

 private:
  std::vector<std::int64_t> live_;
  std::optional<std::int64_t> lead_;
  bool palm_ = false;          ///< too many: waits until the glass is clear
  double heard_at_ = 0;
};

}  // namespace yizhan::ui
