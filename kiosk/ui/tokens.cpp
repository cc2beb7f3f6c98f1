#include "kiosk/ui/tokens.h"

#include <algorithm>
#include <cmath>

namespace yizhan::ui {

namespace {
constexpr Rgb rgb(unsigned hex) {
  return {static_cast<std::uint8_t>(hex >> 16), static_cast<std::uint8_t>(hex >> 8), static_cast<std::uint8_t>(hex), 255};
}
constexpr Rgb black = rgb(0x000000), white = rgb(0xFFFFFF), yellow = rgb(0xFFE600);

Rgb contrast_colour(Ink ink) {
  switch (ink) {
    // Surfaces are black; what acts is yellow with black words on it.
    case Ink::Paper: case Ink::Card: case Ink::Sand: case Ink::Tray: case Ink::Tint: case Ink::IconFill: case Ink::AmberTint:
    case Ink::BrickTint: case Ink::Hill1: case Ink::Hill2: case Ink::Hill3: case Ink::Board: case Ink::BoardPanel: case Ink::BoardBar:
    case Ink::OnPrimary: case Ink::OnPrimary2:
      return black;
    case Ink::Primary: case Ink::Primary2: case Ink::Deep: case Ink::Amber: case Ink::AmberEdge: case Ink::Promise: case Ink::Brick:
    case Ink::Seal: case Ink::BoardCalled:
      return yellow;
    case Ink::Ink: case Ink::Muted: case Ink::Edge: case Ink::Line: case Ink::PadLine: case Ink::BoardText: case Ink::BoardSecond:
      return white;
    case Ink::Clear: return {0, 0, 0, 0};
  }
  return white;
}
}  // namespace

Rgb colour(Ink ink, bool contrast) {
  if (contrast) return contrast_colour(ink);
  switch (ink) {
    case Ink::Paper: return rgb(0xF7F5F0);
    case Ink::Card: return rgb(0xFFFFFF);
    case Ink::Sand: return rgb(0xEFEBE1);
    case Ink::Tray: return rgb(0xE9E4D8);
    case Ink::Ink: return rgb(0x1A1F24);
    case Ink::Muted: return rgb(0x3F4953);
    case Ink::Primary: return rgb(0x0A4F4A);
    case Ink::Primary2: return rgb(0x0D5750);
    case Ink::Deep: return rgb(0x073B37);
    case Ink::OnPrimary: return rgb(0xFFFFFF);
    case Ink::OnPrimary2: return rgb(0xE8F3F0);
    case Ink::Tint: return rgb(0xE3EFED);
    case Ink::IconFill: return rgb(0xBFDAD5);
    case Ink::Hill1: return rgb(0x146259);
    case Ink::Hill2: return rgb(0x1B6D63);
    case Ink::Hill3: return rgb(0x257A6F);
    case Ink::Amber: return rgb(0x6B4000);
    case Ink::AmberTint: return rgb(0xFFF3D6);
    case Ink::AmberEdge: return rgb(0xA8741A);
    case Ink::Promise: return rgb(0x9A6812);
    case Ink::Brick: return rgb(0x8C1D18);
    case Ink::BrickTint: return rgb(0xFDECEA);
    case Ink::Seal: return rgb(0x9A2B1A);
    case Ink::Edge: return rgb(0x776F62);
    case Ink::Line: return rgb(0xDDD8CC);
    case Ink::PadLine: return rgb(0xCFAFA5);  // the red of copy books, paler: a guide, no meaning
    case Ink::Board: return rgb(0x0B1418);
    case Ink::BoardPanel: return rgb(0x12262B);
    case Ink::BoardBar: return rgb(0x0F1E24);
    case Ink::BoardText: return rgb(0xFFFFFF);
    case Ink::BoardCalled: return rgb(0xFFD54A);
    case Ink::BoardSecond: return rgb(0xB9C7CC);
    case Ink::Clear: return {0, 0, 0, 0};
  }
  return rgb(0x1A1F24);
}

Rgb mix(Rgb under, Rgb over, float share) {
  const auto channel = [share](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(std::lround(static_cast<float>(a) + (static_cast<float>(b) - static_cast<float>(a)) * share));
  };
  return {channel(under.r, over.r), channel(under.g, over.g), channel(under.b, over.b), channel(under.a, over.a)};
}

Rgb pressed(Rgb c, bool contrast) { return contrast ? mix(c, c.r > 127 ? black : white, .3f) : mix(c, rgb(0x3A301C), .12f); }

double contrast_ratio(Rgb a, Rgb b) {
  const auto luminance = [](Rgb c) {
    const auto linear = [](std::uint8_t v) {
      const double s = v / 255.0;
      return s <= 0.03928 ? s / 12.92 : std::pow((s + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
  };
  const double la = luminance(a), lb = luminance(b);
  return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

StepSize step_size(Step step) {
  // Pixels of the drawn pages over their pixels per millimetre: kiosk 4.0, desk 3.6, board 2.0.
  constexpr float kiosk = 4.0f, desk = 3.6f, board = 2.0f;
  switch (step) {
    case Step::Caption: return {28 / kiosk, 1.4f};
    case Step::Body: return {34 / kiosk, 1.45f};
    case Step::Input: return {42 / kiosk, 1.5f};
    case Step::Button: return {40 / kiosk, 1.3f};
    case Step::Title: return {48 / kiosk, 1.25f};
    case Step::Choice: return {60 / kiosk, 1.2f, .5f};
    case Step::Headline: return {66 / kiosk, 1.2f, .5f};
    case Step::Window: return {96 / kiosk, 1.15f, 0};
    case Step::Code: return {154 / kiosk, 1.15f, 0};
    case Step::Number: return {272 / kiosk, 1.0f, 0};
    case Step::NumberLarge: return {312 / kiosk, 1.0f, 0};
    case Step::DeskSmall: return {17 / desk, 1.4f};
    case Step::Desk: return {19 / desk, 1.5f};
    case Step::DeskTitle: return {28 / desk, 1.3f};
    case Step::DeskNumber: return {54 / desk, 1.1f};
    case Step::BoardWords: return {46 / board, 1.25f, 0};
    case Step::BoardNumber: return {168 / board, 1.0f, 0};
    case Step::BoardCalled: return {326 / board, 1.0f, 0};
    case Step::BoardTitle: return {60 / board, 1.2f, 0};
    case Step::BoardWindow: return {104 / board, 1.15f, 0};
  }
  return {34 / kiosk, 1.45f};
}

float usual_px_per_mm(int width_px, int height_px) {
  const int shorter = std::min(width_px, height_px);
  if (shorter < 1000) return 3.96f;                       // 1366×768 on 15.6 inches
  return static_cast<float>(shorter) / 270;               // 1080 and 2160 lines on 21.5 inches, and the same page on anything larger
}

PageScale page_scale(int width_px, int height_px, float real_px_per_mm) {
  constexpr float short_mm = 270, long_mm = 480;  // the drawn pages: a 21.5-inch screen
  const float w = static_cast<float>(width_px) / real_px_per_mm, h = static_cast<float>(height_px) / real_px_per_mm;
  float zoom = std::min(std::min(w, h) / short_mm, std::max(w, h) / long_mm);
  // Landscape pages fold down to a 15.6-inch screen. A portrait page does not: a smaller one is drawn smaller than life.
  constexpr float least_w = 340, least_h = 190;
  if (w > h) zoom = std::max(zoom, std::min({1.f, w / least_w, h / least_h}));
  return {real_px_per_mm * zoom, zoom};
}

float text_factor(TextSize size) {
  switch (size) {
    case TextSize::Normal: return 1;
    case TextSize::Large: return 1.25f;
    case TextSize::Largest: return 1.5f;
  }
  return 1;
}

}  // namespace yizhan::ui
