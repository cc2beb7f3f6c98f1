/// The accessibility gate: what is wrong with one drawn frame, judged by what the kit really drew (Drawn, hit boxes, pixels), never
/// by what a screen intended. Figures: trust.md §6, look/tokens.md.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kiosk/ui/kit_impl.h"
#include "kiosk/ui/stage.h"

namespace reach {

namespace ui = yizhan::ui;

/// One fault: which rule, and words for whoever mends it.
struct Fault {
  std::string rule, what;
};
using Faults = std::vector<Fault>;

/// Where a page is shown. `real_px_per_mm` is the screen's own; the page may be drawn larger (page_scale()).
struct Glass {
  std::string name;
  int width = 1080, height = 1920;
  float real_px_per_mm = 4;
  bool office = false;      ///< desks and boards: office software, their own sizes
  float page_px_per_mm = 0; ///< office only
};

/// One frame as it was drawn: pixels without words and icons, and everything that was put on them.
struct Frame {
  ui::Drawn drawn;
  std::vector<ui::HitBox> hits;
  std::vector<ui::Shown> shown;
  std::vector<std::string> clipped, missing;
  std::vector<std::uint32_t> bare;   ///< 0x00RRGGBB
  int width = 0, height = 0;
  float px_per_mm = 4, zoom = 1, reach_top_mm = 0;
  ui::Theme theme;
  bool office = false;
};

/// A glass with a page on it; keeps one stage, so that many pages are drawn quickly.
class Easel {
 public:
  explicit Easel(const Glass& glass);
  const Frame& draw(const ui::Theme& theme, const std::function<void(ui::Ui&)>& page);
  /// The same page with its words, for eyes.
  bool picture(const std::string& png, const std::function<void(ui::Ui&)>& page);
  ui::Stage& stage() { return *stage_; }
  ui::Pixels pixels();
  void tick() { now_ += 1.0 / 60; }
  double now() const { return now_; }
  const std::vector<std::uint32_t>& memory() const { return memory_; }

 private:
  Glass glass_;
  float px_per_mm_ = 4, zoom_ = 1;
  std::unique_ptr<ui::Stage> stage_;
  std::vector<std::uint32_t> memory_;
  Frame frame_;
  double now_ = 1;
};

// The rules. Each takes a frame and adds what it finds; each barks in gate_test.cpp.
void sizes(const Frame&, Faults&);        ///< touch targets ≥ 20 × 20 mm, keys ≥ 12.7 × 15
void gaps(const Frame&, Faults&);         ///< ≥ 2.5 mm between touchables; destroying ≥ 20 mm from confirming
void type_sizes(const Frame&, Faults&);   ///< capitals ≥ 4.8 mm, ≥ 7.3 at the largest size; office: ≥ 2.5 mm
void contrast(const Frame&, Faults&);     ///< words ≥ 7, in high contrast ≥ 15; icons ≥ 3
void edges(const Frame&, Faults&);        ///< what can be touched shows its edge or fill with ≥ 3:1
void whole(const Frame&, Faults&);        ///< nothing cut, no missing glyph, nothing outside the page
void overlaps(const Frame&, Faults&);     ///< no word over another word, an icon or an edge of its button
void filled(const Frame&, Faults&);       ///< one filled button at most
void wording(const Frame&, Faults&);      ///< ≤ 20 characters on buttons and errors, headline ≤ 12; nothing unspoken, no name twice
void low(const Frame&, Faults&);          ///< low theme: everything touchable in reach
Faults judge(const Frame& frame);         ///< all of them

/// Pixels along the focus frame's band whose contrast against what lies inside or outside of it is ≥ 3.
double ring_share(const std::vector<std::uint32_t>& with, const std::vector<std::uint32_t>& without, int width, int height);

double contrast_of(std::uint32_t rgb_a, std::uint32_t rgb_b);   ///< 0x00RRGGBB
std::string words_of(const Faults& faults);

}  // namespace reach
