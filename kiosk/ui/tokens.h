/// The look as numbers: colours per theme and type steps. One place, checked by tests/ui (contrast of every pair in use).
#pragma once
#include <cstdint>

#include "kiosk/ui/kit.h"

namespace yizhan::ui {

struct Rgb {
  std::uint8_t r = 0, g = 0, b = 0, a = 255;
  bool operator==(const Rgb&) const = default;
};
/// The colour of a token. With `contrast`: black, white and one yellow.
Rgb colour(Ink ink, bool contrast);
/// One step darker, for a pressed surface.
Rgb pressed(Rgb colour, bool contrast);
/// `over` drawn on `under` with the share 0…1.
Rgb mix(Rgb under, Rgb over, float share);
/// Contrast ratio of WCAG 2: 1…21.
double contrast_ratio(Rgb a, Rgb b);

struct StepSize {
  float em_mm = 0;        ///< em height before the visitor's text size
  float line = 1.4f;      ///< line height in em
  float growth = 1;       ///< share of the visitor's text size that applies: big type is big enough
};
StepSize step_size(Step step);
/// What the visitor's choice multiplies text with: 1, 1.25, 1.5.
float text_factor(TextSize size);

}  // namespace yizhan::ui
