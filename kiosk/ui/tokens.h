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
/// How a citizen's page stands on a screen of so many pixels and so many pixels in a real millimetre. Screens up to 21.5 inches
/// are drawn true to scale; on larger ones the same page is drawn larger, so that it is read from further away.
struct PageScale {
  float px_per_mm = 4;   ///< pixels in a millimetre of the page
  float zoom = 1;        ///< real millimetres in one of the page's: 1 or more
};
/// When nobody says how large a screen of so many pixels is: its smallest usual size, so that nothing comes out too small.
float usual_px_per_mm(int width_px, int height_px);
PageScale page_scale(int width_px, int height_px, float real_px_per_mm);
/// What the visitor's choice multiplies text with: 1, 1.25, 1.5.
float text_factor(TextSize size);

}  // namespace yizhan::ui
