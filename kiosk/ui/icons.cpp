#include "kiosk/ui/icons.h"

#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "kiosk/ui/raster.h"

namespace yizhan::ui {

namespace {

// A drawing is a list of layers "<kind> <path>;". Kinds: f soft fill · g ground fill (hides what is behind) · d solid in the
// line colour · s stroke 2.7 · t stroke 2.4 · b stroke 4.2. Paths are SVG's (M L H V C S A Z) plus O cx cy r for a circle and
// R x y w h r for a rounded rectangle.
constexpr std::string_view drawing(Icon icon) {
  switch (icon) {
    case Icon::None: return "";
    case Icon::Back: return "b M20 10L7 24l13 14M8 24h33;";
    case Icon::Next: return "b M28 10l13 14-13 14M40 24H7;";
    case Icon::Helper: return "f O17 15 7;f M5 41c0-9 5-14 12-14s12 5 12 14z;s O17 15 7;s M5 41c0-9 5-14 12-14s12 5 12 14z;s O34 17 5.5;s M32 28c7-1.5 12 4 12 13H34;";
    case Icon::Leave: return "f M8 6h20v36H8z;s M28 15V6H8v36h20v-9M19 24h25M37 16l8 8-8 8;";
    case Icon::Speaker: return "f M6 18h8l10-9v30l-10-9H6z;s M6 18h8l10-9v30l-10-9H6zM31 17c3.5 4 3.5 10 0 14M37 11c7 7.5 7 18.5 0 26;";
    case Icon::Screen: return "f R7 5 30 24 3;s R7 5 30 24 3;s M17 35h7M20 29v6;g M28 44l-5-7c-1-2 1-4 3-2l3 3V23c0-3 4-3 4 0v8l6 1.5c2.5.6 3.5 2 3 4.5L41 44z;s M28 44l-5-7c-1-2 1-4 3-2l3 3V23c0-3 4-3 4 0v8l6 1.5c2.5.6 3.5 2 3 4.5L41 44z;";
    case Icon::Ticket: return "f M5 14h38v7a4 4 0 0 0 0 8v7H5v-7a4 4 0 0 0 0-8z;s M5 14h38v7a4 4 0 0 0 0 8v7H5v-7a4 4 0 0 0 0-8z;s M31 19v2M31 24v2M31 29v2M12 21h12M12 29h8;";
    case Icon::Search: return "f M9 8h24v16H20v18H9z;s M33 18V8H9v34h12M15 17h12M15 25h5;s O31 30 8.5;s M37.5 36.5L44 43;";
    case Icon::Star: return "f M24 5l5.7 12 13.3 1.7-9.8 9 2.6 13.1L24 34.3 12.2 40.8l2.6-13.1-9.8-9L18.3 17z;s M24 5l5.7 12 13.3 1.7-9.8 9 2.6 13.1L24 34.3 12.2 40.8l2.6-13.1-9.8-9L18.3 17z;";
    case Icon::Signpost: return "f M9 7h24l6 5.5L33 18H9z;f M39 22H17l-6 5.5L17 33h22z;s M9 7h24l6 5.5L33 18H9zM39 22H17l-6 5.5L17 33h22zM24 18v4M24 33v11M17 44h14M24 3v4;";
    case Icon::Wages: return "f R4 12 34 22 3;s R4 12 34 22 3;s M16 17l5 6 5-6M21 23v7M16.5 24h9M16.5 27h9;g O37 34 8;s O37 34 8;s M37 30v4.5l3 2;";
    case Icon::Neighbours: return "f M3 24l10-9 10 9v17H3z;f M25 24l10-9 10 9v17H25z;t M3 24l10-9 10 9M25 24l10-9 10 9M6 23v18h14V23M28 23v18h14V23M24 28v17;t M11 41v-8h4v8M33 41v-8h4v8M20 4l4 6 4-6M24 4v3;";
    case Icon::Land: return "f M4 38L16 20h28L36 42z;t M4 40L14 22h30l-8 18zM9 31h31M26 22l-6 18;g M13 14l8-7 8 7v10H13z;t M13 14l8-7 8 7v10H13z;t M19 24v-6h4v6;";
    case Icon::House: return "f M8 43V8h20v35z;f M28 20h13v23H28z;t M8 43V8h20v35M28 20h13v23M4 43h40M14 15h3M20 15h3M14 22h3M20 22h3M14 29h3M20 29h3M34 27h2M34 34h2M16 43v-7h5v7;";
    case Icon::Scales: return "f M4 28h14c0 5-3 7-7 7s-7-2-7-7z;f M30 28h14c0 5-3 7-7 7s-7-2-7-7z;t M24 5v37M14 43h20M9 12h30M11 12L4 28h14zM37 12l-7 16h14zM4 28c0 5 3 7 7 7s7-2 7-7M30 28c0 5 3 7 7 7s7-2 7-7;";
    case Icon::Official: return "f R4 9 36 26 3;t M26 35H7a3 3 0 0 1-3-3V12a3 3 0 0 1 3-3h30a3 3 0 0 1 3 3v9M5 11l17 14 17-14;g R29 31 15 12 2;t R29 31 15 12 2;t M32.5 31v-3c0-5 8-5 8 0v3M36.5 36v2.5;";
    case Icon::Leaf: return "f M24 4c8 8 12 13 12 20a12 12 0 0 1-24 0C12 17 16 12 24 4z;t M24 4c8 8 12 13 12 20a12 12 0 0 1-24 0C12 17 16 12 24 4zM24 18v26M24 28l6-5M24 33l-6-5M12 44h24;";
    case Icon::School: return "f M4 10c7-2 12-1 16 2v28c-4-3-9-4-16-2z;t M20 12c-4-3-9-4-16-2v28c7-2 12-1 16 2zM20 12c3-2.5 6-3.3 10-3M20 40c2-1.5 4-2.2 6-2.5;g M31 17h8v7h7v8h-7v7h-8v-7h-7v-8h7z;t M31 17h8v7h7v8h-7v7h-8v-7h-7v-8h7z;";
    case Icon::Lightbulb: return "f M24 5a13 13 0 0 0-7 24v5h14v-5a13 13 0 0 0-7-24z;t M24 5a13 13 0 0 0-7 24v5h14v-5a13 13 0 0 0-7-24zM18 39h12M20.5 44h7M24 34V23M19.5 19l4.5 4 4.5-4;";
    case Icon::Question: return "f O24 24 19;s O24 24 19;s M18 19c0-8 12-8 12 0 0 5-6 5-6 10M24 34.5v.2;";
    case Icon::Card: return "f R4 10 40 28 4;s R4 10 40 28 4;s O16 20 4.5;s M9 32c0-5 3-7 7-7s7 2 7 7M29 19h9M29 25.5h9M29 32h5;";
    case Icon::Document: return "f M11 5h18l8 8v30H11z;s M11 5h18l8 8v30H11zM29 5v8h8M17 22h14M17 29h14M17 36h8;";
    case Icon::NoDocument: return "f M11 5h18l8 8v30H11z;s M11 5h18l8 8v30H11zM29 5v8h8M18 22l12 12M30 22L18 34;";
    case Icon::Person: return "f O24 15 7;s O24 15 7;f M10 42c0-10 6-15 14-15s14 5 14 15z;s M10 42c0-10 6-15 14-15s14 5 14 15z;";
    case Icon::Persons: return "s O8.5 19 4.5;s O39.5 19 4.5;s M3 38c0-6 2-9 6-9.5M45 38c0-6-2-9-6-9.5;f O24 15 6.5;s O24 15 6.5;f M12 42c0-9 5-14 12-14s12 5 12 14z;s M12 42c0-9 5-14 12-14s12 5 12 14z;";
    case Icon::Family: return "f O15 12 6;s O15 12 6;f M5 42V32c0-6 4-10 10-10s10 4 10 10v10z;s M5 42V32c0-6 4-10 10-10s10 4 10 10v10z;s O36 22 4.5;s M31 42h12v-5c0-5-3-7-7-7-2 0-4 .6-5 2;";
    case Icon::Undo: return "s M17 8L8 17l9 9M9 17h20c8 0 12 5 12 11s-4 11-12 11H16;";
    case Icon::Check: return "b M8 25l11 11 21-24;";
    case Icon::Cross: return "b M11 11l26 26M37 11L11 37;";
    case Icon::Clock: return "f O24 24 19;s O24 24 19;s M24 12v13l8 5;";
    case Icon::Lock: return "f R8 21 32 22 3;s R8 21 32 22 3;s M15 21v-6c0-12 18-12 18 0v6M24 29v6;";
    case Icon::Cloud: return "f M14 38a10 10 0 0 1-1-20 13 13 0 0 1 24-1 10 10 0 0 1-1 21z;s M14 38a10 10 0 0 1-1-20 13 13 0 0 1 24-1 10 10 0 0 1-1 21z;";
    case Icon::CloudOff: return "f M14 38a10 10 0 0 1-1-20 13 13 0 0 1 24-1 10 10 0 0 1-1 21z;s M14 38a10 10 0 0 1-1-20 13 13 0 0 1 24-1 10 10 0 0 1-1 21z;s M9 6l32 38;";
    case Icon::Printer: return "f M5 18h38v18H5z;s M13 18V6h22v12M13 36H8a3 3 0 0 1-3-3V21a3 3 0 0 1 3-3h32a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3h-5;g R13 29 22 14 0;s R13 29 22 14 0;";
    case Icon::PaperOut: return "f M5 18h38v18H5z;s M13 18V6h22v12M22 36H8a3 3 0 0 1-3-3V21a3 3 0 0 1 3-3h32a3 3 0 0 1 3 3v4;g M34 25l11 19H23z;s M34 25l11 19H23zM34 32v5M34 40.3v.2;";
    case Icon::Bell: return "f M9 36c4-4 4-9 4-15 0-14 22-14 22 0 0 6 0 11 4 15z;s M9 36c4-4 4-9 4-15 0-14 22-14 22 0 0 6 0 11 4 15zM20 41c1.5 4 6.5 4 8 0M24 10V5;";
    case Icon::Pause: return "f O24 24 19;s O24 24 19;s M19 17v14M29 17v14;";
    case Icon::Play: return "f O24 24 19;s O24 24 19;s M20 16l12 8-12 8z;";
    case Icon::Transfer: return "s M7 16h31M31 8l8 8-8 8M41 33H10M17 25l-8 8 8 8;";
    case Icon::Pencil: return "f M8 40l2-10L34 6l8 8-24 24z;s M8 40l2-10L34 6l8 8-24 24zM28 12l8 8;";
    case Icon::Keyboard: return "f R3 11 42 26 4;s R3 11 42 26 4;s M11 19h1M19 19h1M28 19h1M36 19h1M11 25h1M19 25h1M28 25h1M36 25h1M15 31h18;";
    case Icon::Digits: return "s M6 18l5-4v20M18 18.5c0-6 10-6 10 0 0 5-7 9-10 15.500h10.5M35 14h8.500l-5 7.500c4 .2 6 2.500 6 6 0 4-2.500 6.500-5.500 6.500-2 0-3.500-.7-4.500-2;";
    case Icon::Phrases: return "s M17 12h26M17 24h26M17 36h26;d O8 12 2.8;d O8 24 2.8;d O8 36 2.8;";
    case Icon::Backspace: return "f M16 10h28v28H16L4 24z;s M16 10h28v28H16L4 24zM24 18l12 12M36 18L24 30;";
    case Icon::ArrowUp: return "b M24 41V8M10 21L24 7l14 14;";
    case Icon::ArrowDown: return "b M24 7v33M10 27l14 14 14-14;";
    case Icon::TextSize: return "s M3 40L15 9h2l12 31M7.5 29h17M28 40l8-20h1l8 20M31 33h11.5;";
    case Icon::Contrast: return "s O24 24 19;d M24 5a19 19 0 0 1 0 38z;";
    case Icon::Low: return "s M24 5v25M14 21l10 10 10-10M6 41h36;";
    case Icon::Desk: return "f O24 12 6.5;s O24 12 6.5;s M13 28c0-6 4-8 11-8s11 2 11 8M4 28h40M8 28v15h32V28;";
    case Icon::Mediation: return "f O10 14 5.5;f O38 14 5.5;s O10 14 5.5;s O38 14 5.5;s M3 31c0-6 3-9 7-9s7 3 7 9M31 31c0-6 3-9 7-9s7 3 7 9M3 31h42M10 31v12M38 31v12;";
    case Icon::Building: return "f M5 19L24 6l19 13z;s M5 19L24 6l19 13zM10 19v20M19 19v20M29 19v20M38 19v20M5 42.500h38;";
    case Icon::Phone: return "f M10 6h8l4 11-6 4c2 5 5 9 11 11l4-6 11 4v8c0 3-2 4-5 4C20 41 7 27 6 11c0-3 1-5 4-5z;s M10 6h8l4 11-6 4c2 5 5 9 11 11l4-6 11 4v8c0 3-2 4-5 4C20 41 7 27 6 11c0-3 1-5 4-5z;";
    case Icon::Warning: return "f M24 5l21 37H3z;s M24 5l21 37H3zM24 18v11M24 35.500v.2;";
    case Icon::Home: return "f M9 22L24 8l15 14v20H9z;s M4 25L24 7l20 18M9 21v21h30V21M19 42V29h10v13;";
    case Icon::Info: return "f O24 24 19;s O24 24 19;s M24 22v12M24 14.500v.2;";
    case Icon::Plus: return "b M24 8v32M8 24h32;";
    case Icon::Minus: return "b M8 24h32;";
    case Icon::Calendar: return "f R6 9 36 33 4;s R6 9 36 33 4;s M6 19h36M15 5v8M33 5v8M14 27h3M23 27h3M32 27h3M14 34h3M23 34h3;";
    case Icon::Place: return "f M24 44C15 33 9 26 9 19a15 15 0 0 1 30 0c0 7-6 14-15 25z;s M24 44C15 33 9 26 9 19a15 15 0 0 1 30 0c0 7-6 14-15 25z;g O24 19 5.5;s O24 19 5.5;";
    case Icon::Chevron: return "b M18 9l14 15-14 15;";
    case Icon::ChevronLeft: return "b M30 9l-14 15 14 15;";
    case Icon::Camera: return "f M4 14h9l4-6h14l4 6h9v27H4z;s M4 14h9l4-6h14l4 6h9v27H4z;s O24 27 8;";
    case Icon::Book: return "f M6 7h15a4 4 0 0 1 4 4v32a5 5 0 0 0-4-2H6z;s M24 11a4 4 0 0 0-4-4H6v33h14a4 4 0 0 1 4 4 4 4 0 0 1 4-4h14V7H28a4 4 0 0 0-4 4zM24 11v32M11 16h7M11 23h7M30 16h7M30 23h7;";
    case Icon::Globe: return "f O24 24 19;s O24 24 19;s M5 24h38M24 5c-11 11-11 27 0 38M24 5c11 11 11 27 0 38;";
  }
  return "";
}

struct Subpath {
  std::vector<ImVec2> points;  // grid units
  bool closed = false;
};

/// Reads SVG numbers ("5.7 12-9.8.6" is four of them) and commands.
class PathReader {
 public:
  explicit PathReader(std::string_view text) : text_(text) {}
  bool command(char& c) {
    skip();
    if (at_ >= text_.size()) return false;
    const char here = text_[at_];
    if ((here >= 'A' && here <= 'Z') || (here >= 'a' && here <= 'z')) {
      c = here;
      ++at_;
    } else if (c == 'M' || c == 'm') {
      c = c == 'M' ? 'L' : 'l';  // further pairs after a move are lines
    }
    return true;
  }
  float number() {
    skip();
    const std::size_t begin = at_;
    bool dot = false;
    while (at_ < text_.size()) {
      const char here = text_[at_];
      if (here == '-' && at_ > begin) break;
      if (here == '.') {
        if (dot) break;
        dot = true;
      } else if (here != '-' && (here < '0' || here > '9')) {
        break;
      }
      ++at_;
    }
    float sign = 1, value = 0, place = 1;
    for (std::size_t i = begin; i < at_; ++i) {
      const char here = text_[i];
      if (here == '-') sign = -1;
      else if (here == '.') place = .1f;
      else if (place == 1) value = value * 10 + static_cast<float>(here - '0');
      else { value += static_cast<float>(here - '0') * place; place *= .1f; }
    }
    return sign * value;
  }

 private:
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == ',')) ++at_;
  }
  std::string_view text_;
  std::size_t at_ = 0;
};

constexpr float pi = 3.14159265f;

void add_arc(std::vector<ImVec2>& out, ImVec2 from, float r, bool large, bool sweep, ImVec2 to) {
  // SVG appendix F.6.5 for circles (rx = ry).
  const ImVec2 half{(from.x - to.x) / 2, (from.y - to.y) / 2};
  const float d2 = half.x * half.x + half.y * half.y;
  if (d2 == 0) return;
  r = std::max(r, std::sqrt(d2));
  const float k = (large == sweep ? -1.f : 1.f) * std::sqrt(std::max(0.f, (r * r - d2) / d2));
  const ImVec2 c{k * half.y + (from.x + to.x) / 2, -k * half.x + (from.y + to.y) / 2};
  const float a0 = std::atan2(from.y - c.y, from.x - c.x);
  float turn = std::atan2(to.y - c.y, to.x - c.x) - a0;
  if (sweep && turn < 0) turn += 2 * pi;
  if (!sweep && turn > 0) turn -= 2 * pi;
  const int steps = std::max(2, static_cast<int>(std::fabs(turn) / (pi / 16)));
  for (int i = 1; i <= steps; ++i) {
    const float a = a0 + turn * static_cast<float>(i) / static_cast<float>(steps);
    out.push_back({c.x + r * std::cos(a), c.y + r * std::sin(a)});
  }
}

/// `scale` (pixels a grid unit) decides how finely curves are divided.
std::vector<Subpath> read_path(std::string_view text, float scale) {
  std::vector<Subpath> paths;
  PathReader in(text);
  ImVec2 at{}, start{}, control{};
  char c = 0;
  const auto here = [&]() -> std::vector<ImVec2>& { return paths.back().points; };
  while (in.command(c)) {
    const bool relative = c >= 'a';
    const auto point = [&] {
      const float x = in.number(), y = in.number();
      return relative ? ImVec2{at.x + x, at.y + y} : ImVec2{x, y};
    };
    switch (c) {
      case 'M': case 'm':
        at = start = point();
        paths.push_back({{at}, false});
        break;
      case 'L': case 'l': at = point(); here().push_back(at); break;
      case 'H': case 'h': at.x = in.number() + (relative ? at.x : 0); here().push_back(at); break;
      case 'V': case 'v': at.y = in.number() + (relative ? at.y : 0); here().push_back(at); break;
      case 'C': case 'c': case 'S': case 's': {
        const ImVec2 p1 = c == 'C' || c == 'c' ? point() : ImVec2{2 * at.x - control.x, 2 * at.y - control.y};
        const ImVec2 p2 = point(), p3 = point();
        const float length = std::hypot(p1.x - at.x, p1.y - at.y) + std::hypot(p2.x - p1.x, p2.y - p1.y) + std::hypot(p3.x - p2.x, p3.y - p2.y);
        const int steps = std::clamp(static_cast<int>(length * scale / 4), 4, 16);
        for (int i = 1; i <= steps; ++i) here().push_back(ImBezierCubicCalc(at, p1, p2, p3, static_cast<float>(i) / static_cast<float>(steps)));
        control = p2;
        at = p3;
        continue;  // keeps `control` for a following S
      }
      case 'A': case 'a': {
        const float r = in.number();
        in.number();
        in.number();
        const bool large = in.number() != 0, sweep = in.number() != 0;
        const ImVec2 to = point();
        add_arc(here(), at, r, large, sweep, to);
        at = to;
        break;
      }
      case 'Z': case 'z': paths.back().closed = true; at = start; break;
      case 'O': {
        const float x = in.number(), y = in.number(), r = in.number();
        paths.push_back({{}, true});
        const int steps = std::clamp(static_cast<int>(std::sqrt(r * scale) * 5), 12, 40);
        for (int i = 0; i < steps; ++i) {
          const float a = 2 * pi * static_cast<float>(i) / static_cast<float>(steps);
          here().push_back({x + r * std::cos(a), y + r * std::sin(a)});
        }
        break;
      }
      case 'R': {
        const float x = in.number(), y = in.number(), w = in.number(), h = in.number(), r = in.number();
        paths.push_back({{}, true});
        const ImVec2 centre[4] = {{x + w - r, y + h - r}, {x + r, y + h - r}, {x + r, y + r}, {x + w - r, y + r}};
        for (int q = 0; q < 4; ++q)
          for (int i = 0; i <= (r > 0 ? 4 : 0); ++i) {
            const float a = (static_cast<float>(q) + static_cast<float>(i) / 4) * pi / 2;
            here().push_back({centre[q].x + r * std::cos(a), centre[q].y + r * std::sin(a)});
          }
        break;
      }
      default: return paths;
    }
    control = at;
  }
  return paths;
}

/// ImGui's soft edge lies outside only when the outline runs clockwise.
void clockwise(std::vector<ImVec2>& p) {
  float area = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const ImVec2 &a = p[i], &b = p[(i + 1) % p.size()];
    area += a.x * b.y - b.x * a.y;
  }
  if (area < 0) std::reverse(p.begin(), p.end());
}

/// ImGui mitres its corners; icons want round joins and caps. So each smooth run is stroked alone and every corner and end
/// gets a dot.
void stroke(ImDrawList& list, const Subpath& path, float thick, ImU32 colour) {
  std::vector<ImVec2> p;
  for (const ImVec2& q : path.points)
    if (p.empty() || std::hypot(q.x - p.back().x, q.y - p.back().y) > .05f) p.push_back(q);
  if (path.closed && p.size() > 2 && std::hypot(p.front().x - p.back().x, p.front().y - p.back().y) < .05f) p.pop_back();
  const auto dot = [&](ImVec2 at) { list.AddCircleFilled(at, thick / 2, colour, thick < 7 ? 8 : 12); };
  if (p.size() < 2) {
    if (!p.empty()) dot(p.front());
    return;
  }
  const std::size_t n = p.size();
  const auto corner = [&](std::size_t i) {
    const ImVec2 &a = p[(i + n - 1) % n], &b = p[i % n], &c = p[(i + 1) % n];
    const float ux = b.x - a.x, uy = b.y - a.y, vx = c.x - b.x, vy = c.y - b.y;
    return (ux * vx + uy * vy) < .7f * std::hypot(ux, uy) * std::hypot(vx, vy);
  };
  std::size_t first = 0;
  if (path.closed) {
    while (first < n && !corner(first)) ++first;
    if (first == n) {
      list.AddPolyline(p.data(), static_cast<int>(n), colour, ImDrawFlags_Closed, thick);
      return;
    }
  }
  const std::size_t total = path.closed ? n : n - 1;  // segments
  std::vector<ImVec2> run{p[first]};
  dot(p[first]);
  for (std::size_t k = 1; k <= total; ++k) {
    const std::size_t i = (first + k) % n;
    run.push_back(p[i]);
    const bool end = k == total;
    if (end || corner(i)) {
      list.AddPolyline(run.data(), static_cast<int>(run.size()), colour, 0, thick);
      dot(p[i]);
      run.assign(1, p[i]);
    }
  }
}

}  // namespace

bool icon_exists(Icon icon) { return !drawing(icon).empty(); }

void draw_icon(ImDrawList& list, Icon icon, float x, float y, float size_px, const IconColours& colours) {
  const float scale = size_px / 48;
  std::string_view rest = drawing(icon);
  while (!rest.empty()) {
    const std::size_t end = rest.find(';');
    const std::string_view layer = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    std::vector<Subpath> paths = read_path(layer.substr(2), scale);
    for (Subpath& path : paths)
      for (ImVec2& p : path.points) p = {x + p.x * scale, y + p.y * scale};
    switch (layer.front()) {
      case 'f': case 'g': case 'd': {
        const ImU32 colour = layer.front() == 'f' ? colours.fill : layer.front() == 'g' ? colours.ground : colours.line;
        if ((colour >> 24) == 0) break;
        for (Subpath& path : paths) {
          clockwise(path.points);
          list.AddConcavePolyFilled(path.points.data(), static_cast<int>(path.points.size()), colour);
        }
        break;
      }
      default: {
        const float thick = (layer.front() == 'b' ? 4.2f : layer.front() == 't' ? 2.4f : 2.7f) * scale;
        for (const Subpath& path : paths) stroke(list, path, std::max(thick, 1.2f), colours.line);
      }
    }
  }
}

IconCache::Masks IconCache::make(Icon icon, int size_px) {
  // The drawing is painted in pure red, green and blue on black: what comes out is each layer's share of every pixel, with
  // all hiding and softness done. Glyphs are laid fill, ground, line, so the shares are divided by what later ones leave.
  const int side = size_px + 4;  // strokes may reach over the grid
  ImDrawList list(ImGui::GetDrawListSharedData());
  list._ResetForNewFrame();
  list.PushClipRect({0, 0}, {static_cast<float>(side), static_cast<float>(side)});
  list.PushTexture(ImGui::GetIO().Fonts->TexRef);
  draw_icon(list, icon, 2, 2, static_cast<float>(size_px), {IM_COL32(255, 0, 0, 255), IM_COL32(0, 255, 0, 255), IM_COL32(0, 0, 255, 255)});
  ImDrawData data;
  data.CmdLists.push_back(&list);
  data.DisplaySize = {static_cast<float>(side), static_cast<float>(side)};
  data.Valid = true;
  std::vector<std::uint32_t> pixels(static_cast<std::size_t>(side * side));
  Raster().paint(data, {pixels.data(), side, side, side}, 0, true);

  std::vector<unsigned char> fill(pixels.size()), ground(pixels.size()), line(pixels.size());
  bool has_fill = false, has_ground = false, has_line = false;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const auto share = [&](int shift) { return static_cast<float>((pixels[i] >> shift) & 0xff) / 255; };
    const float l = share(16), g = share(0), f = share(8);
    const auto part = [](float of, float rest) { return static_cast<unsigned char>(rest <= 0 ? 0 : std::lround(std::min(1.f, of / rest) * 255)); };
    line[i] = part(l, 1);
    ground[i] = part(g, 1 - l);
    fill[i] = part(f, 1 - l - g);
    has_line = has_line || line[i];
    has_ground = has_ground || ground[i];
    has_fill = has_fill || fill[i];
  }
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  const auto keep = [&](bool has, const std::vector<unsigned char>& mask) {
    ImFontAtlasRect at;
    if (!has) return -1;
    const ImFontAtlasRectId id = atlas.AddCustomRect(side, side, &at);
    if (id == ImFontAtlasRectId_Invalid) return -1;
    for (int y = 0; y < side; ++y) std::copy_n(mask.data() + y * side, side, static_cast<unsigned char*>(atlas.TexData->GetPixelsAt(at.x, at.y + y)));
    return static_cast<int>(id);
  };
  return {keep(has_fill, fill), keep(has_ground, ground), keep(has_line, line)};
}

void IconCache::draw(ImDrawList& list, Icon icon, float x, float y, int size_px, const IconColours& colours) {
  if (icon == Icon::None || size_px < 4) return;
  const auto [at, fresh] = made_.try_emplace(static_cast<int>(icon) * 4096 + std::min(size_px, 4095));
  if (fresh) at->second = make(icon, size_px);
  const Masks& masks = at->second;
  const float left = std::round(x) - 2, top = std::round(y) - 2;
  for (const auto& [id, colour] : {std::pair{masks.fill, colours.fill}, std::pair{masks.ground, colours.ground}, std::pair{masks.line, colours.line}}) {
    ImFontAtlasRect where;
    if (id < 0 || (colour >> 24) == 0 || !ImGui::GetIO().Fonts->GetCustomRect(id, &where)) continue;
    list.PrimReserve(6, 4);
    list.PrimRectUV({left, top}, {left + where.w, top + where.h}, where.uv0, where.uv1, colour);
  }
}

}  // namespace yizhan::ui
