// The writing area: every point of the finger on it, and the pen's line.
#include "kiosk/ui/kit_impl.h"

#include <imgui.h>
#include <string.h>

#include <algorithm>
#include <cmath>

namespace yizhan::ui {

namespace {
/// Points kept from one frame to the next: eight seconds of the fastest glass. More is a flood, and its points are no writing.
constexpr std::size_t waiting_max = 8192;
/// While a pen is down the page is drawn this often: a hand is not faster.
constexpr double pen_frame_s = 1.0 / 120;
}  // namespace

void Kit::note_trace(float x, float y, bool down, bool was_down) {
  if (down && !was_down) {
    tracing_ = false;
    if (trace_id_ == 0) return;
    const auto hit = std::find_if(hits_.rbegin(), hits_.rend(), [&](const HitBox& h) {
      const Px p = px(h.box);
      return x >= p.x0 && x < p.x1 && y >= p.y0 && y < p.y1;
    });
    if (hit == hits_.rend() || name_id(hit->name) != trace_id_) return;
    tracing_ = true;
    traced_.push_back({Trace::What::Down, {x, y}});
    return;
  }
  if (!tracing_) return;
  if (!down) {
    tracing_ = false;
    traced_.push_back({Trace::What::Up, {x, y}});
  } else if (traced_.size() < waiting_max) {
    traced_.push_back({Trace::What::Move, {x, y}});
  }
}

std::span<const Trace> Kit::trace(std::string_view name, Box area, std::string_view words) {
  press(name, area, words, true);
  trace_seen_ = true;
  const std::uint64_t id = name_id(name);
  if (trace_id_ != id) {
    // Another area than in the frame before: what is waiting was written on that one.
    trace_id_ = id;
    tracing_ = false;
    traced_.clear();
  }
  trace_now_.clear();
  for (const Trace& t : traced_)
    trace_now_.push_back({t.what, {std::clamp(t.at.x / ppm_ - area.x, 0.f, area.w), std::clamp(t.at.y / ppm_ - area.y, 0.f, area.h)}});
  if (!traced_.empty()) explicit_bzero(traced_.data(), traced_.size() * sizeof(Trace));
  traced_.clear();
  if (tracing_) again_in(pen_frame_s);
  return trace_now_;
}

void Kit::end_trace() {
  if (!trace_now_.empty()) explicit_bzero(trace_now_.data(), trace_now_.size() * sizeof(Trace));
  trace_now_.clear();
  if (trace_seen_) return;
  trace_id_ = 0;
  tracing_ = false;
  if (!traced_.empty()) explicit_bzero(traced_.data(), traced_.size() * sizeof(Trace));
  traced_.clear();
}

void Kit::pen_line(Box area, std::span<const ink::Point> path, Ink which, float thick_mm) {
  if (path.empty()) return;
  const Px b = px(area);
  const float thick = std::max(2.f, len(thick_mm)), radius = thick / 2;
  const std::uint32_t colour = ink(which);
  const auto at = [&](const ink::Point& p) { return ImVec2{b.x0 + len(p.x), b.y0 + len(p.y)}; };
  list_->PushClipRect({b.x0, b.y0}, {b.x1, b.y1}, true);
  // A third of the line's width between corners shows no difference, and a thousand points a second stay cheap to draw.
  const float apart = radius * .6f;
  ImVec2 last = at(path[0]);
  list_->AddCircleFilled(last, radius, colour);
  for (std::size_t i = 1; i < path.size(); ++i) {
    const ImVec2 here = at(path[i]);
    if (std::hypot(here.x - last.x, here.y - last.y) < apart && i + 1 < path.size()) continue;
    list_->AddLine(last, here, colour, thick);
    list_->AddCircleFilled(here, radius, colour);
    last = here;
  }
  list_->PopClipRect();
}

}  // namespace yizhan::ui
