#include "kiosk/ui/touches.h"

#include <algorithm>

namespace yizhan::ui {

Touches::Pointer Touches::take(const Contact& contact) {
  Pointer out{false, {}, contact.x, contact.y};
  const bool silent = contact.at - heard_at_ >= lost_s;
  heard_at_ = contact.at;
  const auto known = std::find(live_.begin(), live_.end(), contact.id);
  if (contact.what == What::Down) {
    // A number that comes down twice, or anything after a long silence: the lifting in between was lost on the way.
    if (known != live_.end() || silent) {
      out.cancel = lead_.has_value();
      live_.clear();
      lead_.reset();
      palm_ = false;
    }
    if (contact.wide_mm > palm_mm) return out;
    live_.push_back(contact.id);
    if (live_.size() > fingers_max) {
      out.cancel = out.cancel || lead_.has_value();
      lead_.reset();
      palm_ = true;
    } else if (live_.size() == 1 && !palm_) {
      lead_ = contact.id;
      out.what = What::Down;
    }
    return out;
  }
  if (known == live_.end()) return out;  // a palm's, or one that began before the program
  const bool leads = lead_ == contact.id;
  if (contact.wide_mm > palm_mm && leads) {  // the finger became a hand
    lead_.reset();
    out.cancel = true;
  } else if (leads) {
    out.what = contact.what;
  }
  if (contact.what == What::Up) {
    live_.erase(std::find(live_.begin(), live_.end(), contact.id));
    if (leads) lead_.reset();
    if (live_.empty()) palm_ = false;
  }
  return out;
}

}  // namespace yizhan::ui
