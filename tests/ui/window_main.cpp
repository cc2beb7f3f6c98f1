// ui_window HITS PICTURE [seconds]: a real window with a button, a desk field and the sample page. The robot reads HITS.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "kiosk/ui/window.h"
#include "tests/ui/gallery.h"

using namespace yizhan::ui;

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: ui_window HITS PICTURE [SECONDS]\n", stderr);
    return 2;
  }
  auto window = Window::open({.title = "ui_window", .width = 1080, .height = 1920, .px_per_mm = 4, .fullscreen = false, .x = 0, .y = 0, .hits_file = argv[1], .picture_file = argv[2]});
  if (!window) {
    std::fprintf(stderr, "ui_window: %s\n", window.error().what.c_str());
    return 1;
  }
  const double seconds = argc > 3 ? std::atof(argv[3]) : 0;
  std::jthread clock;
  bool over = false;
  if (seconds > 0) {
    clock = std::jthread([&](const std::stop_token& stop) {
      for (double t = 0; t < seconds && !stop.stop_requested(); t += .05) std::this_thread::sleep_for(std::chrono::milliseconds(50));
      over = true;
      (*window)->wake();
    });
  }
  int pressed = 0;
  std::string text;
  bool goes_on = true;
  (*window)->run([&](Ui& ui) {
    gallery_kiosk(ui);
    ui.fill({12, 390, 246, 44}, Ink::Card);
    if (ui.button("count", {12, 392, 80, 20}, "按了" + std::to_string(pressed) + "次")) ++pressed;
    if (auto next = ui.edit("name", {100, 392, 100, 20}, text, "姓名")) text = *next;
    ui.button("typed", {12, 414, 180, 20}, text.empty() ? "空" : text, Look::Edged);
    if (ui.button("wipe", {205, 392, 53, 20}, "清除")) {
      text.clear();
      pressed = 0;
      (*window)->wipe();
    }
    if (ui.pressed_key("F10")) goes_on = false;
    return goes_on && !over;
  });
  std::printf("pressed %d text %s\n", pressed, text.c_str());
  return 0;
}
