#include <algorithm>
#include <string.h>
#include <vector>

#include "kiosk/ui/stage.h"
#include "kiosk/ui/window.h"

namespace yizhan::ui {

namespace {

class HeadlessStage final : public Headless {
 public:
  HeadlessStage(std::unique_ptr<Stage> stage, int width, int height)
      : stage_(std::move(stage)), width_(width), height_(height),
        memory_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {}

  void frame(const std::function<void(Ui&)>& draw) override {
    if (!set_) now_ += 1.0 / 60;
    set_ = false;
    stage_->frame(pixels(), now_, draw, false);
  }
  void at(double seconds) override {
    now_ = seconds;
    set_ = own_time_ = true;
  }
  bool tap(std::string_view name) override {
    const std::vector<HitBox>& all = hits();
    const auto hit = std::find_if(all.begin(), all.end(), [name](const HitBox& h) { return h.name == name && h.enabled; });
    if (hit == all.end()) return false;
    tap_at(hit->box.x + hit->box.w / 2, hit->box.y + hit->box.h / 2);
    return true;
  }
  void tap_at(float x_mm, float y_mm) override {
    // A robot taps as a person does, not twice within the double-tap guard, unless the test sets the time itself.
    if (!own_time_) now_ += again_s_min + .1;
    const float ppm = stage_->kit().px_per_mm();
    stage_->kit().pointer(x_mm * ppm, y_mm * ppm, true);
    stage_->kit().pointer(x_mm * ppm, y_mm * ppm, false);
    stage_->kit().pointer_gone();
  }
  void write(std::span<const ink::Point> path_mm) override {
    if (path_mm.empty()) return;
    if (!own_time_) now_ += .2;
    Kit& kit = stage_->kit();
    const float ppm = kit.px_per_mm();
    for (const ink::Point& p : path_mm) kit.pointer(p.x * ppm, p.y * ppm, true);
    kit.pointer(path_mm.back().x * ppm, path_mm.back().y * ppm, false);
    kit.pointer_gone();
  }
  void type(std::string_view utf8) override { stage_->kit().typed(utf8); }
  void key(std::string_view key) override { stage_->kit().key(key); }
  const Focus& focus() const override { return stage_->kit().focus(); }
  const std::vector<HitBox>& hits() const override { return stage_->kit().hits(); }
  const std::vector<std::string>& clipped() const override { return stage_->kit().clipped(); }
  const std::vector<std::string>& missing_glyphs() const override { return stage_->kit().missing(); }
  bool picture(const std::string& png_path) override { return write_png(png_path, pixels()); }
  void set_theme(const Theme& theme) override { stage_->set_theme(theme); }
  void wipe() override {
    stage_->wipe();
    explicit_bzero(memory_.data(), memory_.size() * sizeof memory_[0]);
  }

 private:
  Pixels pixels() { return {memory_.data(), width_, height_, width_}; }
  std::unique_ptr<Stage> stage_;
  int width_, height_;
  std::vector<std::uint32_t> memory_;
  double now_ = 1;
  bool set_ = false, own_time_ = false;
};

}  // namespace

Result<std::unique_ptr<Headless>> Headless::open(int width, int height, float px_per_mm, const Theme& theme, float zoom) {
  auto stage = Stage::open(px_per_mm, theme, zoom);
  if (!stage) return stage.error();
  return std::unique_ptr<Headless>(std::make_unique<HeadlessStage>(std::move(*stage), width, height));
}

}  // namespace yizhan::ui
