// The real window's loop without a display: SDL's offscreen driver, fingers pushed into SDL's own queue.
#include <SDL.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/ui/help.h"

using namespace yizhan::ui;

namespace {

std::unique_ptr<Window> offscreen(const std::string& hits_file = {}) {
  ::setenv("SDL_VIDEODRIVER", "offscreen", 1);
  auto window = Window::open({.title = "test", .width = 540, .height = 960, .px_per_mm = 2, .hits_file = hits_file, .picture_file = {}});
  REQUIRE(window);
  return std::move(*window);
}

void finger(Uint32 type, int id, float x_mm, float y_mm) {
  SDL_Event event{};
  event.type = type;
  event.tfinger.touchId = 1;
  event.tfinger.fingerId = id;
  event.tfinger.x = x_mm * 2 / 540;
  event.tfinger.y = y_mm * 2 / 960;
  SDL_PushEvent(&event);
}

}  // namespace

TEST_CASE("a finger presses, a second finger does not disturb it", "[ui][window]") {
  const auto window = offscreen();
  int first = 0, second = 0, frames = 0;
  window->run([&](Ui& ui) {
    first += ui.button("first", {10, 10, 60, 30}, "第一");
    second += ui.button("second", {10, 60, 60, 30}, "第二");
    switch (++frames) {
      case 1:
        finger(SDL_FINGERDOWN, 7, 30, 20);
        finger(SDL_FINGERMOTION, 7, 32, 22);
        finger(SDL_FINGERDOWN, 8, 30, 70);
        finger(SDL_FINGERMOTION, 8, 30, 72);
        finger(SDL_FINGERUP, 8, 30, 72);
        break;
      case 3:  // the first finger still lies where it was
        finger(SDL_FINGERUP, 7, 32, 22);
        break;
      default: ui.again_in(.01);
    }
    return frames < 8;
  });
  CHECK(first == 1);
  CHECK(second == 0);
}

TEST_CASE("a palm on the window presses nothing, and the next finger does", "[ui][window]") {
  const auto window = offscreen();
  int pressed = 0, frames = 0;
  window->run([&](Ui& ui) {
    pressed += ui.button("first", {10, 10, 60, 30}, "第一");
    switch (++frames) {
      case 1:
        for (int id = 1; id <= 5; ++id) finger(SDL_FINGERDOWN, id, 30, 20);
        for (int id = 1; id <= 5; ++id) finger(SDL_FINGERUP, id, 30, 20);
        break;
      case 4:
        CHECK(pressed == 0);
        finger(SDL_FINGERDOWN, 9, 30, 20);
        finger(SDL_FINGERUP, 9, 30, 20);
        break;
      default: ui.again_in(.01);
    }
    if (frames == 1 || frames == 4) ui.again_in(.01);
    return frames < 10;
  });
  CHECK(pressed == 1);
}

TEST_CASE("an idle window draws nothing until it is woken or the time asked for has come", "[ui][window]") {
  const auto window = offscreen();
  int frames = 0;
  double asked_at = 0, came_at = 0;
  std::jthread waker([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    window->wake();
  });
  window->run([&](Ui& ui) {
    ++frames;
    if (frames == 2) {  // the wake-up
      asked_at = ui.seconds();
      ui.again_in(.2);
    }
    if (frames == 3) came_at = ui.seconds();
    return frames < 3;
  });
  CHECK(frames == 3);
  CHECK(came_at - asked_at >= .19);
  CHECK(came_at - asked_at < 2);
}

TEST_CASE("many wake-ups from many threads are one piece of news", "[ui][window]") {
  const auto window = offscreen();
  int frames = 0;
  std::atomic<int> left{4};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 500; ++k) window->wake();
      if (--left == 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        window->wake();
      }
    });
  }
  window->run([&](Ui& ui) {
    ++frames;
    ui.again_in(1);  // a lost wake-up would end the test late, not never
    return left > 0;
  });
  CHECK(left == 0);
  CHECK(frames < 2000);
}

TEST_CASE("the robot's file names every touchable in window pixels", "[ui][window]") {
  const std::string file = (std::filesystem::temp_directory_path() / ("yizhan_hits_" + std::to_string(::getpid()))).string();
  {
    const auto window = offscreen(file);
    window->run([&](Ui& ui) {
      ui.button("go", {10, 20, 60, 30}, "下一步", Look::Filled, Icon::Next, false);
      ui.touch("row\"1", {10, 60, 60, 30}, "一\n二\xFF");
      return false;
    });
  }
  std::ifstream in(file);
  const auto page = nlohmann::json::parse(in);
  CHECK(page["frame"] == 1);
  REQUIRE(page["hits"].size() == 2);
  CHECK(page["hits"][0]["name"] == "go");
  CHECK(page["hits"][0]["x"] == 20);
  CHECK(page["hits"][0]["y"] == 40);
  CHECK(page["hits"][0]["w"] == 120);
  CHECK(page["hits"][0]["h"] == 60);
  CHECK(page["hits"][0]["enabled"] == false);
  CHECK(page["hits"][1]["name"] == "row\"1");
  std::filesystem::remove(file);
}

TEST_CASE("the robot's file counts a release when the frame shows what it did", "[ui][window]") {
  const std::string file = (std::filesystem::temp_directory_path() / ("yizhan_hits_" + std::to_string(::getpid()))).string();
  const auto window = offscreen(file);
  int frames = 0, fired = 0;
  std::vector<int> settled;  // what the file says when a frame begins: it is of the frame before
  const int wiped = 7;
  window->run([&](Ui& ui) {
    if (frames > 0) settled.push_back(nlohmann::json::parse(std::ifstream(file))["settled"].get<int>());
    if (ui.button("go", {10, 10, 60, 30}, "下一步")) fired = frames;
    if (frames == 2) {
      finger(SDL_FINGERDOWN, 1, 30, 20);
      finger(SDL_FINGERUP, 1, 30, 20);
    }
    if (frames == wiped) window->wipe();
    ui.again_in(.01);
    return ++frames < 12;
  });
  REQUIRE(fired > 2);
  REQUIRE(fired + 2 < wiped);
  REQUIRE(static_cast<int>(settled.size()) > fired + 1);
  CHECK(settled[static_cast<std::size_t>(fired)] == 0);      // the frame that took it
  CHECK(settled[static_cast<std::size_t>(fired) + 1] == 1);  // and the one after
  CHECK(settled.back() == 1);                                // and a wipe takes nothing back
  std::filesystem::remove(file);
}

TEST_CASE("a wipe during a frame is done when the frame is over, and the window goes on", "[ui][window]") {
  const auto window = offscreen();
  int frames = 0, pressed = 0;
  window->run([&](Ui& ui) {
    pressed += ui.button("go", {10, 10, 60, 30}, "下一步");
    if (++frames == 2) window->wipe();
    if (frames == 4) {
      finger(SDL_FINGERDOWN, 1, 30, 20);
      finger(SDL_FINGERUP, 1, 30, 20);
    }
    ui.again_in(.01);
    return frames < 10;
  });
  CHECK(pressed == 1);
}

TEST_CASE("where there is no display the window says so", "[ui][window]") {
  ::setenv("SDL_VIDEODRIVER", "x11", 1);
  ::setenv("DISPLAY", ":9876", 1);
  const auto window = Window::open({.title = "test", .hits_file = {}, .picture_file = {}});
  REQUIRE_FALSE(window);
  CHECK(window.error().code == yizhan::Code::Unavailable);
}
