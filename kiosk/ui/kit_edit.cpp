// The desk's text field: a real keyboard, a caret, a selection, undo.
#include "kiosk/ui/kit_impl.h"

#include <imgui.h>

#include <algorithm>
#include <cmath>

namespace yizhan::ui {

bool Kit::edit_keys(std::u32string& text, const TextLayout& lines, const Type& type, bool several_lines) {
  bool changed = false;
  const auto remember = [&] {
    if (undo_.empty() || undo_.back() != text) undo_.push_back(text);
    if (undo_.size() > 100) undo_.erase(undo_.begin());
  };
  const auto erase_selection = [&] {
    const auto [a, z] = std::minmax(caret_at_, anchor_);
    if (a == z) return false;
    text.erase(a, z - a);
    caret_at_ = anchor_ = a;
    return true;
  };
  const auto insert = [&](std::u32string_view what) {
    remember();
    erase_selection();
    std::u32string kept;
    for (const char32_t c : what)
      if (c == U'\n' ? several_lines : !invisible(c)) kept.push_back(c);
    text.insert(caret_at_, kept);
    caret_at_ = anchor_ = caret_at_ + kept.size();
    changed = true;
  };
  const auto line_of = [&](std::size_t at) {
    std::size_t i = 0;
    while (i + 1 < lines.lines.size() && at >= lines.lines[i].next) ++i;
    return i;
  };
  const auto vertical = [&](int step) {
    if (changed) return;  // lines are stale after a change in the same frame
    const std::size_t from = line_of(caret_at_);
    if ((step < 0 && from == 0) || (step > 0 && from + 1 >= lines.lines.size())) {
      caret_at_ = step < 0 ? 0 : text.size();
      return;
    }
    const TextLine& here = lines.lines[from];
    const float x = width_px(std::span(text).subspan(here.begin, caret_at_ - here.begin), type);
    const TextLine& there = lines.lines[step < 0 ? from - 1 : from + 1];
    std::size_t at = there.begin;
    for (float w = 0; at < there.end; ++at) {
      const float a = advance(text[at], type);
      if (w + a / 2 > x) break;
      w += a;
    }
    caret_at_ = at;
  };

  for (std::size_t i = 0; i < keys_.size();) {
    const KeyEvent event = keys_[i];
    if (!event.text.empty()) {
      insert(event.text);
      keys_.erase(keys_.begin() + static_cast<std::ptrdiff_t>(i));
      caret_since_ = now_;
      continue;
    }
    std::string_view name = event.name;
    const bool shift = name.starts_with("Shift+");
    if (shift) name.remove_prefix(6);
    bool used = true, moved = true;
    const auto selection = [&] { return std::minmax(caret_at_, anchor_); };
    if (name == "Left") {
      if (!shift && caret_at_ != anchor_) caret_at_ = selection().first;
      else if (caret_at_ > 0) --caret_at_;
    } else if (name == "Right") {
      if (!shift && caret_at_ != anchor_) caret_at_ = selection().second;
      else if (caret_at_ < text.size()) ++caret_at_;
    } else if (name == "Up" && several_lines) {
      vertical(-1);
    } else if (name == "Down" && several_lines) {
      vertical(1);
    } else if (name == "Home") {
      caret_at_ = changed ? 0 : lines.lines[line_of(caret_at_)].begin;
    } else if (name == "End") {
      caret_at_ = changed ? text.size() : std::min(text.size(), lines.lines[line_of(caret_at_)].end);
    } else if (name == "Ctrl+A") {
      anchor_ = 0;
      caret_at_ = text.size();
      moved = false;
    } else if (name == "Ctrl+C" || name == "Ctrl+X") {
      const auto [a, z] = selection();
      clipboard.clear();
      for (std::size_t k = a; k < z; ++k) encode(text[k], clipboard);
      if (name == "Ctrl+X" && a != z) {
        remember();
        changed = erase_selection();
      }
      moved = false;
    } else if (name == "Ctrl+V") {
      std::vector<char32_t> paste;
      decode(clipboard, paste);
      insert(std::u32string(paste.begin(), paste.end()));
    } else if (name == "Ctrl+Z") {
      while (!undo_.empty() && undo_.back() == text) undo_.pop_back();
      if (!undo_.empty()) {
        text = undo_.back();
        undo_.pop_back();
        caret_at_ = anchor_ = text.size();
        changed = true;
      }
    } else if (name == "Backspace" || name == "Delete") {
      remember();
      if (!erase_selection()) {
        if (name == "Backspace" && caret_at_ > 0) text.erase(--caret_at_, 1);
        else if (name == "Delete" && caret_at_ < text.size()) text.erase(caret_at_, 1);
        anchor_ = caret_at_;
      }
      changed = true;
    } else if (name == "Enter" && several_lines) {
      insert(U"\n");
    } else {
      used = false;
    }
    if (!used) {
      ++i;
      continue;
    }
    if (moved && !shift) anchor_ = caret_at_;
    keys_.erase(keys_.begin() + static_cast<std::ptrdiff_t>(i));
    caret_since_ = now_;
  }
  return changed;
}

std::optional<std::string> Kit::edit(std::string_view name, Box box, std::string_view given, std::string_view placeholder, bool several_lines,
                                     std::string_view problem) {
  const std::uint64_t id = name_id(name);
  const bool tabbed_in = focus_ == id && editing_ == id;
  if (tabbed_in) focus_ = 0;  // Enter and Space are text here, not presses
  press(name, box, given.empty() ? placeholder : given, true);  // the words of a hit box are what people see
  editable_.push_back(id);
  const Px b = px(box);
  const bool wrong = !problem.empty();
  const Type main = type(desk_page() ? Step::Desk : Step::Input, Weight::Regular), small = type(desk_page() ? Step::DeskSmall : Step::Caption, Weight::Regular);
  const float pad = dp(24, 12), thick_focus = edge_px(3, 2);
  Px room{b.x0 + pad, b.y0 + (several_lines ? dp(16, 10) : 0), b.x1 - pad, b.y1 - (several_lines ? dp(10, 8) : 0)};
  if (wrong && several_lines) room.y1 -= small.line;

  std::vector<char32_t> points;
  decode(given, points);
  std::u32string text(points.begin(), points.end());
  const auto break_now = [&] { return layout(text, several_lines ? room.w() - 2 : 1e7f, 0, main); };
  TextLayout lines = break_now();
  const float first_y = several_lines ? room.y0 : (room.y0 + room.y1 - main.line) / 2;
  const auto place_at = [&](float x, float y) {
    const float row = std::floor((y - first_y + (several_lines ? edit_scroll_ : 0)) / main.line);
    const auto i = static_cast<std::size_t>(std::clamp(row, 0.f, static_cast<float>(lines.lines.size() - 1)));
    const TextLine& l = lines.lines[i];
    float w = room.x0 - (several_lines ? 0 : edit_scroll_);
    std::size_t at = l.begin;
    for (; at < l.end; ++at) {
      const float a = advance(text[at], main);
      if (w + a / 2 > x) break;
      w += a;
    }
    return at;
  };
  if (active_ == id && down_) {
    if (pressed_now_) {
      if (editing_ != id) {
        undo_.clear();
        edit_scroll_ = 0;
      }
      editing_ = id;
      anchor_ = place_at(at_x_, at_y_);
    }
    caret_at_ = place_at(at_x_, at_y_);
    caret_since_ = now_;
  }
  const bool mine = editing_ == id;
  bool changed = false;
  if (mine) {
    editing_seen_ = true;
    caret_at_ = std::min(caret_at_, text.size());
    anchor_ = std::min(anchor_, text.size());
    changed = edit_keys(text, lines, main, several_lines);
    if (changed) lines = break_now();
  }

  framed(b, ink(wrong ? Ink::Brick : mine ? Ink::Primary : Ink::Edge), ink(Ink::Card), mine || wrong ? thick_focus : edge_px(2, 1), dp(12, 8));
  std::size_t caret_line = 0;
  while (caret_line + 1 < lines.lines.size() && caret_at_ >= lines.lines[caret_line].next) ++caret_line;
  float caret_x = 0;
  if (mine) {
    const TextLine& l = lines.lines[caret_line];
    caret_x = width_px(std::span(text).subspan(l.begin, std::min(caret_at_, text.size()) - l.begin), main);
    // Keep the caret in sight.
    const float low = several_lines ? main.line * static_cast<float>(caret_line) : caret_x;
    const float high = several_lines ? low + main.line : low + 2, view = several_lines ? room.h() : room.w();
    edit_scroll_ = std::clamp(edit_scroll_, std::max(0.f, high - view), low);
  }
  const float scroll = mine ? edit_scroll_ : 0;
  list_->PushClipRect({room.x0 - 1, b.y0 + thick_focus}, {room.x1 + 2, several_lines ? room.y1 : b.y1 - thick_focus}, true);
  if (text.empty() && !mine) {
    draw_text({room.x0, first_y, room.x1, std::max(first_y + main.line, several_lines ? room.y1 : 0)}, placeholder, main, ink(Ink::Muted), Align::Left, several_lines ? 0 : 1, false, false);
  }
  const auto [from, to] = std::minmax(caret_at_, anchor_);
  for (std::size_t i = 0; i < lines.lines.size(); ++i) {
    const float y = first_y + main.line * static_cast<float>(i) - (several_lines ? scroll : 0), x = room.x0 - (several_lines ? 0 : scroll);
    if (y + main.line < b.y0 || y > b.y1) continue;
    const TextLine& l = lines.lines[i];
    if (mine && from < to && from < l.next && to > l.begin) {
      const std::size_t a = std::clamp(from, l.begin, l.end), z = std::clamp(to, l.begin, l.end);
      const float ax = x + width_px(std::span(text).subspan(l.begin, a - l.begin), main);
      rect({ax, std::round(y), ax + width_px(std::span(text).subspan(a, z - a), main), std::round(y + main.line)}, theme_.contrast ? packed({90, 90, 0, 255}) : ink(Ink::IconFill), 0);
    }
    const float baseline = std::round(y + (main.line - Fonts::height_em * main.em) / 2 + Fonts::ascent_em * main.em);
    draw_run(std::round(x), baseline, std::span(text).subspan(l.begin, l.end - l.begin), main, ink(Ink::Ink));
  }
  if (mine) {
    constexpr double blink_s = 0.5;
    const double phase = std::fmod(now_ - caret_since_, 2 * blink_s);
    const float y = first_y + main.line * static_cast<float>(caret_line) - (several_lines ? scroll : 0), x = std::round(room.x0 + caret_x - (several_lines ? 0 : scroll));
    const float h = main.em * 1.2f, top = std::round(y + (main.line - h) / 2);
    if (phase < blink_s) rect({x, top, x + std::max(2.f, dp(4, 2)), top + std::round(h)}, ink(Ink::Primary), 0);
    again_in(blink_s - std::fmod(phase, blink_s) + .005);
    caret_ = Box{x, top, 2, h};
  }
  list_->PopClipRect();
  if (wrong) {
    const float y = several_lines ? b.y1 - small.line - dp(6, 4) : b.y1 + dp(4, 2);
    draw_text({room.x0, y, room.x1, y + small.line * 1.1f}, problem, small, ink(Ink::Brick), Align::Left, 1, false, true);
  }
  if (!changed) return std::nullopt;
  again_in(0);
  std::string out;
  for (const char32_t c : text) encode(c, out);
  return out;
}

}  // namespace yizhan::ui
