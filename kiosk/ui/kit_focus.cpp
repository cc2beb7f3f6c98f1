// The five keys (trust.md 6): up, down, confirm, back and help reach everything without the glass. The walk begins at the headline,
// goes through the page, its bar and what ends the visit, and round again. A keyboard is walked row by row: confirm goes into a
// row, back out of it. Also the page's motion, because both turn on whether the screen is another one.
#include "kiosk/ui/kit_impl.h"

#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace yizhan::ui {

namespace {
constexpr double come_s = 0.16;      // look/tokens.md, Motion: 160 ms ease-out, fade and 8 px
constexpr float come_px = 8;
constexpr std::string_view headline_name = "headline";
}  // namespace

float Kit::reach_top() const {
  if (!theme_.low) return 0;
  // Portrait: the lower 45 % (trust.md 6). On a tall portrait screen that is the lowest 216 mm; a landscape screen is as low as
  // that by itself, so its zone is what lies no higher.
  const float height = static_cast<float>(height_px_) / ppm_;
  const float share = height * 0.55f;
  return width_px_ > height_px_ ? std::max(0.f, std::min(share, height - 216 / zoom_)) : share;
}

void Kit::headline(std::string_view screen, Box box, std::string_view words) {
  headline_seen_ = true;
  headline_box_ = box;
  headline_words_ = words;
  came_from_ = list_->VtxBuffer.Size;
  if (screen_ == screen) return;
  screen_changed_ = true;
  // The first page after the start simply stands there.
  if (!screen_.empty() && motion_on_) came_at_ = now_;
  screen_ = screen;
}

void Kit::note_typing() {
  // A keyboard's Enter and arrows belong to the text that is typed on it, until Escape, Tab or a touch; those of the five keys, which
  // never make text, do not. A scanner's Enter comes within a moment after its last character.
  for (const KeyEvent& key : keys_) {
    if (!key.text.empty()) {
      typing_ = true;
      typed_at_ = now_;
    } else if (key.name == five_.back || key.name == "Tab" || key.name == "Shift+Tab") {
      typing_ = false;
    }
  }
}

void Kit::take_five_keys() {
  steps_ = 0;
  confirmed_ = false;
  fire_ = 0;
  if (!theme_.citizen) return;
  const auto fire = [&](std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
      for (const HitBox& hit : hits_)
        if (hit.name == name && hit.enabled) {
          fire_ = name_id(name);
          return;
        }
  };
  std::erase_if(keys_, [&](const KeyEvent& key) {
    if (key.name.empty()) return false;
    const bool for_text = (typing_ && field_active_) || now_ - typed_at_ < 0.1;
    if (for_text && key.name != five_.back && key.name != five_.help) return false;
    if (key.name == five_.down) {
      ++steps_;
    } else if (key.name == five_.up) {
      --steps_;
    } else if (key.name == five_.confirm) {
      confirmed_ = true;
    } else if (key.name == five_.back) {
      if (in_row_) {
        in_row_ = false;
        focus_ = 0;   // back to the row itself, below
        stop_at_ = std::max<std::size_t>(stop_at_, 1);
        ++focus_note_.moved;
      } else {
        fire({"back", "stay", "leave", "leave.now"});
      }
    } else if (key.name == five_.help) {
      fire({"help"});
    } else {
      return false;
    }
    by_keys_ = true;
    return true;
  });
}

std::vector<Kit::Stop> Kit::stops() const {
  std::vector<Stop> walk;
  if (headline_seen_) walk.push_back({name_id(headline_name), FocusAt::Headline, 0, 0});
  for (const Walk part : {Walk::Body, Walk::Bar, Walk::Last}) {
    bool row_open = false;
    for (std::size_t i = 0; i < hits_.size(); ++i) {
      const HitBox& hit = hits_[i];
      if (parts_[i] != part || !hit.enabled) continue;
      if (typing_key(hit.name)) {
        // Keys side by side are one stop: forty keys would be forty presses.
        Stop* row = row_open ? &walk.back() : nullptr;
        const float y = hit.box.y + hit.box.h / 2;
        if (row && std::fabs(hits_[row->first].box.y + hits_[row->first].box.h / 2 - y) < hit.box.h / 3) {
          row->last = i;
          row->at = FocusAt::Row;
          row->id = name_id("row " + hits_[row->first].name);
          continue;
        }
        walk.push_back({name_id(hit.name), FocusAt::Control, i, i});
        row_open = true;
        continue;
      }
      row_open = false;
      walk.push_back({name_id(hit.name), FocusAt::Control, i, i});
    }
  }
  return walk;
}

void Kit::note_focus(FocusAt at, std::string_view name, std::string_view words) {
  focus_note_.at = at;
  focus_note_.name = name;
  focus_note_.words = words;
}

void Kit::walk_on() {
  if (!theme_.citizen) return;
  if (!by_keys_) return;
  const std::vector<Stop> walk = stops();
  if (walk.empty()) return;
  const std::uint64_t before = focus_;
  const bool was_in_row = in_row_;
  const auto members = [&](const Stop& row) {
    std::vector<std::size_t> all;
    for (std::size_t i = row.first; i <= row.last; ++i)
      if (hits_[i].enabled && typing_key(hits_[i].name)) all.push_back(i);
    return all;
  };
  bool again = false;
  if (screen_changed_ || (focus_ == 0 && !in_row_ && focus_note_.at == FocusAt::Nothing)) {
    // Whatever key woke them: first the question is read, then people answer.
    stop_at_ = 0;
    in_row_ = false;
    steps_ = 0;
    confirmed_ = false;
    ++focus_note_.moved;
  }
  if (in_row_) {
    const auto row = std::find_if(walk.begin(), walk.end(), [&](const Stop& s) {
      const auto all = s.at == FocusAt::Row ? members(s) : std::vector<std::size_t>{s.first};
      return s.at != FocusAt::Headline && std::any_of(all.begin(), all.end(), [&](std::size_t i) { return name_id(hits_[i].name) == focus_; });
    });
    if (row == walk.end()) {
      in_row_ = false;  // the row is gone (another keyboard): beside it goes on
    } else {
      stop_at_ = static_cast<std::size_t>(row - walk.begin());
      const auto all = row->at == FocusAt::Row ? members(*row) : std::vector<std::size_t>{row->first};
      const auto n = static_cast<std::ptrdiff_t>(all.size());
      const auto here = std::find_if(all.begin(), all.end(), [&](std::size_t i) { return name_id(hits_[i].name) == focus_; }) - all.begin();
      focus_ = name_id(hits_[all[static_cast<std::size_t>(((here + steps_) % n + n) % n)]].name);
    }
  }
  if (!in_row_) {
    if (focus_ != 0 && !screen_changed_ && !was_in_row) {
      const auto here = std::find_if(walk.begin(), walk.end(), [&](const Stop& s) { return s.id == focus_; });
      if (here != walk.end()) stop_at_ = static_cast<std::size_t>(here - walk.begin());
    }
    // What had the focus may be gone or cannot be pressed any more: its place in the walk is kept.
    stop_at_ = std::min(stop_at_, walk.size() - 1);
    const auto n = static_cast<std::ptrdiff_t>(walk.size());
    stop_at_ = static_cast<std::size_t>(((static_cast<std::ptrdiff_t>(stop_at_) + steps_) % n + n) % n);
    const Stop& stop = walk[stop_at_];
    if (confirmed_ && steps_ == 0 && focus_ == stop.id) {
      if (stop.at == FocusAt::Headline) again = true;
      if (stop.at == FocusAt::Row) in_row_ = true;
    }
    focus_ = in_row_ ? name_id(hits_[members(stop).front()].name) : stop.id;
  }
  if (focus_ != before || again) ++focus_note_.moved;

  // The frame is drawn last, over everything: dark on a pale halo, seen on every ground.
  Box at;
  const Stop& stop = walk[stop_at_];
  if (in_row_ || stop.at == FocusAt::Control) {
    const auto hit = std::find_if(hits_.begin(), hits_.end(), [&](const HitBox& h) { return name_id(h.name) == focus_; });
    at = hit->box;
    note_focus(FocusAt::Control, hit->name, hit->words.empty() ? hit->line : hit->words);
  } else if (stop.at == FocusAt::Headline) {
    at = headline_box_;
    note_focus(FocusAt::Headline, screen_, headline_words_);
  } else {
    const auto all = members(stop);
    std::string words;
    at = hits_[all.front()].box;
    for (const std::size_t i : all) {
      const Box& b = hits_[i].box;
      at = {std::min(at.x, b.x), std::min(at.y, b.y), std::max(at.right(), b.right()) - std::min(at.x, b.x), std::max(at.bottom(), b.bottom()) - std::min(at.y, b.y)};
      words += (words.empty() ? "" : " ") + hits_[i].words;
    }
    note_focus(FocusAt::Row, hits_[all.front()].name, words);
  }
  focus_ring(px(at), dp(14, 10));
  if (focus_ != before) again_in(0);
}

void Kit::come_in() {
  moving_ = false;
  const double t = (now_ - came_at_ + 1.0 / 60) / come_s;  // the first frame is already on its way
  if (t < 0 || t >= 1) return;
  moving_ = true;
  const double left = 1 - t;
  const auto eased = static_cast<float>(1 - left * left * left);
  const float down = std::round(come_px * ppm_ / 4 * (1 - eased));
  const auto share = static_cast<std::uint32_t>(std::lround(256 * eased));
  for (int i = came_from_; i < list_->VtxBuffer.Size; ++i) {
    ImDrawVert& v = list_->VtxBuffer[i];
    v.pos.y += down;
    v.col = (v.col & 0xffffffu) | ((((v.col >> 24) * share) >> 8) << 24);
  }
  again_in(1.0 / 60);
}

}  // namespace yizhan::ui
