/// What the tests of this room share.
#pragma once
#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <memory>
#include <string>

#include "kiosk/ui/window.h"

namespace yizhan::ui {

inline std::unique_ptr<Headless> kiosk_stage(const Theme& theme = {}) {
  auto stage = Headless::open(1080, 1920, 4, theme);
  REQUIRE(stage);
  return std::move(*stage);
}
inline std::unique_ptr<Headless> desk_stage() {
  auto stage = Headless::open(1920, 1080, 3.6f);
  REQUIRE(stage);
  return std::move(*stage);
}
/// Draws until a queued tap has been pressed, released and answered.
inline void settle(Headless& stage, const std::function<void(Ui&)>& page, int frames = 4) {
  for (int i = 0; i < frames; ++i) stage.frame(page);
}

}  // namespace yizhan::ui
