/// One ImGui context with its kit and rasteriser: what the real window and the headless one have in common.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "core/result.h"
#include "kiosk/ui/kit_impl.h"
#include "kiosk/ui/raster.h"

struct ImGuiContext;

namespace yizhan::ui {

class Stage {
 public:
  /// Errors: Invalid (a font file is missing).
  static Result<std::unique_ptr<Stage>> open(float px_per_mm, const Theme& theme, float zoom = 1);
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  Kit& kit() { return *kit_; }
  const Kit& kit() const { return *kit_; }
  /// Draws one frame into `target` and returns what changed there.
  std::span<const PixelRect> frame(const Pixels& target, double now, const std::function<void(Ui&)>& draw, bool full);
  void set_theme(const Theme& theme);
  void set_keys(const FiveKeys& keys);
  void set_motion(bool on);
  /// Everything that could hold words is destroyed, zeroed and made anew.
  void wipe();

 private:
  Stage(float px_per_mm, const Theme& theme, float zoom) : ppm_(px_per_mm), zoom_(zoom), theme_(theme) {}
  void build();
  void tear_down();
  float ppm_, zoom_;
  Theme theme_;
  ImGuiContext* context_ = nullptr;
  std::unique_ptr<Kit> kit_;
  Raster raster_;
  double before_ = 0;
  FiveKeys keys_;
  bool motion_ = false;
};

/// Writes a picture as PNG. False: the file cannot be written.
bool write_png(const std::string& path, const Pixels& picture);

}  // namespace yizhan::ui
