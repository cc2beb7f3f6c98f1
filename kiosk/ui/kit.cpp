// Input and the frame: who is pressed, who has the focus, what is drawn again when.
#include "kiosk/ui/kit_impl.h"

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <string.h>

namespace yizhan::ui {

namespace {

constexpr float never = std::numeric_limits<float>::infinity();

}  // namespace

std::uint64_t name_id(std::string_view name) {
  std::uint64_t h = 1469598103934665603ull;
  for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return h | 1;  // 0 means nobody
}
bool typing_key(std::string_view name) { return name.starts_with("key.") || name.starts_with("candidate."); }

Kit::Kit(float px_per_mm, const Theme& theme, float zoom) : ppm_(px_per_mm), zoom_(zoom), drawn_ppm_(px_per_mm), drawn_zoom_(zoom), again_at_(never) {
  set_theme(theme);
  hits_.reserve(128);
}
Kit::~Kit() = default;

// ---- input --------------------------------------------------------------------------------------------------------------

bool Kit::pointer(float x, float y, bool down) {
  const bool was_down = pointers_.empty() ? down_ : pointers_.back().down;
  note_trace(x, y, down, was_down);
  // A thousand movements a second are one: the last.
  if (!pointers_.empty() && !pointers_.back().gone && pointers_.back().down == down && was_down == down && pointers_.back().moved) pointers_.back() = {x, y, down, false, true};
  else pointers_.push_back({x, y, down, false, was_down == down});
  if (was_down != down || !pointers_.back().moved) return true;
  if (tracing_) return false;  // the writing area asks for its frames itself: a glass may report a thousand points a second
  if (!down || active_ == 0) return false;
  if (editing_ != 0) return true;  // a selection follows the pointer
  const auto hit = std::find_if(hits_.begin(), hits_.end(), [&](const HitBox& h) { return name_id(h.name) == active_; });
  if (hit == hits_.end()) return true;
  const Px p = px(hit->box);
  const auto inside = [&](float px_x, float px_y) { return px_x >= p.x0 && px_x < p.x1 && px_y >= p.y0 && px_y < p.y1; };
  return inside(x, y) != inside(at_x_, at_y_);
}
void Kit::pointer_gone() {
  pointers_.push_back({-1e9f, -1e9f, false, true, false});
  if (std::exchange(tracing_, false)) traced_.push_back({Trace::What::Gone, {}});
}
void Kit::key(std::string_view name) { keys_next_.push_back({std::string(name), {}}); }
void Kit::typed(std::string_view utf8) {
  std::vector<char32_t> text;
  decode(utf8, text);
  keys_next_.push_back({{}, std::u32string(text.begin(), text.end())});
}

void Kit::set_theme(const Theme& theme) {
  theme_ = theme;
  // In the low position a large panel is drawn true to scale: what must lie in reach has no room to be enlarged.
  const bool true_scale = theme.low && drawn_zoom_ > 1;
  zoom_ = true_scale ? 1 : drawn_zoom_;
  ppm_ = true_scale ? drawn_ppm_ / drawn_zoom_ : drawn_ppm_;
  layouts_.clear();
}

// ---- frame --------------------------------------------------------------------------------------------------------------

void Kit::begin(ImDrawList& list, int width, int height, double now) {
  list_ = &list;
  width_px_ = width;
  height_px_ = height;
  now_ = now;
  again_at_ = never;
  fonts_.new_frame();
  pressed_now_ = released_now_ = false;
  // One button change a frame, so that a press and a release that came together are both seen.
  while (!pointers_.empty()) {
    const PointerEvent event = pointers_.front();
    pointers_.pop_front();
    if (event.gone) {
      at_x_ = at_y_ = -1e9f;
      if (down_) {  // left without a release: nothing was meant
        down_ = false;
        active_ = 0;
        break;
      }
      continue;
    }
    at_x_ = event.x;
    at_y_ = event.y;
    if (event.down == down_) continue;
    down_ = event.down;
    (down_ ? pressed_now_ : released_now_) = true;
    if (released_now_) ++releases_;
    break;
  }
  if (pressed_now_) {
    // People press what they saw, and that is the frame before this one; of overlapping widgets the upper.
    active_ = 0;
    const auto hit = std::find_if(hits_.rbegin(), hits_.rend(), [&](const HitBox& h) {
      const Px p = px(h.box);
      return at_x_ >= p.x0 && at_x_ < p.x1 && at_y_ >= p.y0 && at_y_ < p.y1;
    });
    if (hit != hits_.rend() && hit->enabled) {
      const std::uint64_t id = name_id(hit->name);
      const double since = now_ - last_fired_at_;
      const bool same_place = std::hypot(at_x_ - fired_x_, at_y_ - fired_y_) < len(4);
      const bool again = typing_key(hit->name) ? id == last_fired_ && since < key_again_s_min
                                               : (id == last_fired_ || same_place) && since < again_s_min;
      if (!again) active_ = id;
    }
    if (active_ == 0 || active_ != editing_) editing_ = 0;
    focus_ = 0;
    by_keys_ = in_row_ = typing_ = false;
    focus_note_.at = FocusAt::Nothing;
  }
  keys_.clear();
  std::swap(keys_, keys_next_);
  note_typing();
  take_five_keys();
  part_ = Walk::Body;
  parts_.clear();
  headline_seen_ = screen_changed_ = false;
  came_from_ = list.VtxBuffer.Size;
  active_seen_ = trace_seen_ = false;
  editing_seen_ = false;
  for (HitBox& hit : hits_)
    for (std::string* words : {&hit.words, &hit.line}) explicit_bzero(words->data(), words->size());
  hits_.clear();
  takes_strokes_ = false;
  for (Shown& text : shown_) explicit_bzero(text.words.data(), text.words.size());
  shown_.clear();
  clipped_.clear();
  missing_.clear();
  focusable_.clear();
  editable_.clear();
  caret_.reset();
  moves_ = {};
  field_active_ = false;
}

void Kit::end() {
  end_trace();
  if (released_now_ || !active_seen_) active_ = 0;
  if (editing_ && !editing_seen_) editing_ = 0;
  fire_ = 0;
  walk_on();
  come_in();
  if (drawn_ && !drawn_->texts.empty()) drawn_->texts.back().last = drawn_->glyphs.size();
  // Tab walks through everything that can be touched, in drawing order: desks work without a mouse too.
  const bool forth = pressed_key("Tab"), back = pressed_key("Shift+Tab");
  if ((forth || back) && !focusable_.empty()) {
    const auto at = std::find(focusable_.begin(), focusable_.end(), focus_ ? focus_ : editing_);
    const auto n = static_cast<std::ptrdiff_t>(focusable_.size());
    std::ptrdiff_t i = at == focusable_.end() ? (forth ? -1 : n) : at - focusable_.begin();
    i = (i + (forth ? 1 : -1) + n) % n;
    focus_ = focusable_[static_cast<std::size_t>(i)];
    const bool is_edit = std::find(editable_.begin(), editable_.end(), focus_) != editable_.end();
    editing_ = is_edit ? focus_ : 0;
    if (is_edit) {
      caret_at_ = anchor_ = std::numeric_limits<std::size_t>::max();
      caret_since_ = now_;
      undo_.clear();
    }
    again_in(0);
  }
  keys_.clear();
  list_ = nullptr;
  if (!pointers_.empty() || !keys_next_.empty()) again_at_ = now_;
}

void Kit::again_in(double seconds) { again_at_ = std::min(again_at_, now_ + std::max(0.0, seconds)); }

bool Kit::pressed_key(std::string_view key) {
  const auto at = std::find_if(keys_.begin(), keys_.end(), [key](const KeyEvent& k) { return !key.empty() && k.name == key; });
  if (at == keys_.end()) return false;
  keys_.erase(at);
  return true;
}

Kit::Pressing Kit::press(std::string_view name, Box box, std::string_view words, bool enabled, std::string_view shortcut) {
  hits_.push_back({std::string(name), box, std::string(words), enabled});
  parts_.push_back(part_);
  if (!enabled) return {};
  const std::uint64_t id = name_id(name);
  focusable_.push_back(id);
  Pressing result;
  if (active_ == id) {
    active_seen_ = true;
    const Px p = px(box);
    const bool inside = at_x_ >= p.x0 && at_x_ < p.x1 && at_y_ >= p.y0 && at_y_ < p.y1;
    result.held = down_ && inside;
    result.fired = released_now_ && inside;
  }
  if (focus_ == id && (pressed_key("Enter") || pressed_key("Space"))) result.fired = true;
  // A key is pressed twice by a trembling hand as a finger is.
  const bool again = !typing_key(name) && id == last_fired_ && now_ - last_fired_at_ < again_s_min;
  if (((focus_ == id && confirmed_) || fire_ == id) && !again) result.fired = true;
  if (!shortcut.empty() && pressed_key(shortcut)) result.fired = true;
  if (result.fired) {
    last_fired_ = id;
    last_fired_at_ = now_;
    fired_x_ = at_x_;
    fired_y_ = at_y_;
    again_in(0);  // what it changed is drawn at once
  }
  return result;
}

void Kit::describe(std::string_view line, Control kind, bool selected) {
  HitBox& hit = hits_.back();
  hit.line = line;
  hit.kind = kind;
  hit.selected = selected;
}

}  // namespace yizhan::ui
