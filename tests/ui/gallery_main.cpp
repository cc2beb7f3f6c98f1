#include <cstdio>
#include <string>

#include "kiosk/ui/window.h"
#include "tests/ui/gallery.h"

using namespace yizhan::ui;

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: ui_gallery FOLDER\n", stderr);
    return 2;
  }
  const auto draw = [&](const char* name, int w, int h, float ppm, const Theme& theme, void (*page)(Ui&)) {
    auto stage = Headless::open(w, h, ppm, theme);
    if (!stage) {
      std::fprintf(stderr, "%s\n", stage.error().what.c_str());
      return false;
    }
    (*stage)->frame(page);
    for (const std::string& words : (*stage)->clipped()) std::printf("%s: cut off: %s\n", name, words.c_str());
    for (const std::string& c : (*stage)->missing_glyphs()) std::printf("%s: no glyph: %s\n", name, c.c_str());
    return (*stage)->picture(std::string(argv[1]) + "/" + name + ".png");
  };
  const bool all = draw("kiosk", 1080, 1920, 4, {}, gallery_kiosk) && draw("kiosk_largest", 1080, 1920, 4, {TextSize::Largest}, gallery_kiosk) &&
                   draw("kiosk_contrast", 1080, 1920, 4, {TextSize::Normal, true}, gallery_kiosk) && draw("icons", 1080, 1920, 4, {}, gallery_icons) &&
                   draw("fields", 1080, 1920, 4, {}, gallery_fields) && draw("keyboard", 1080, 1920, 4, {}, gallery_keyboard) && draw("desk", 1920, 1080, 3.6f, {}, gallery_desk) &&
                   draw("board", 1920, 1080, 2, {}, gallery_board) && draw("dense", 1080, 1920, 4, {}, dense_page) &&
                   draw("shapes", 1080, 1920, 4, {}, shapes_page);
  return all ? 0 : 1;
}
