/// A finger without hardware: drives Xorg's own "inputtest" driver, so that real XI2 touch events reach the program under test.
///
///   yizhan_touch SOCKET WIDTH HEIGHT     then commands on stdin, each answered with "ok" once the server has processed it:
///   tap X Y | down ID X Y | move ID X Y | up ID X Y | sleep MS
///
/// The driver takes one connection per server life, so one process serves a whole test.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xorg/xf86-input-inputtest-protocol.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>

namespace {

constexpr double axis_range = 65535;
constexpr int touch_begin = 18, touch_update = 19, touch_end = 20;  // XI_TouchBegin, XI_TouchUpdate, XI_TouchEnd

class Finger {
 public:
  Finger(int fd, double width, double height) : fd_(fd), width_(width), height_(height) {}
  void touch(int id, int type, double x, double y) {
    xf86ITEventTouch event{};
    event.header.length = sizeof event;
    event.header.type = XF86IT_EVENT_TOUCH;
    event.touchid = static_cast<std::uint32_t>(id);
    event.touch_type = static_cast<std::uint32_t>(type);
    event.valuators.mask[0] = 3;
    event.valuators.valuators[0] = x * axis_range / width_;
    event.valuators.valuators[1] = y * axis_range / height_;
    put(&event, sizeof event);
    xf86ITEventWaitForSync wait{};
    wait.header.length = sizeof wait;
    wait.header.type = XF86IT_EVENT_WAIT_FOR_SYNC;
    put(&wait, sizeof wait);
    xf86ITResponseSyncFinished finished{};
    get(&finished, sizeof finished);
  }
  void greet() {
    xf86ITEventClientVersion version{};
    version.header.length = sizeof version;
    version.header.type = XF86IT_EVENT_CLIENT_VERSION;
    version.major = XF86IT_PROTOCOL_VERSION_MAJOR;
    version.minor = XF86IT_PROTOCOL_VERSION_MINOR;
    put(&version, sizeof version);
    xf86ITResponseServerVersion server{};
    get(&server, sizeof server);
  }

 private:
  void put(const void* bytes, std::size_t n) {
    if (::write(fd_, bytes, n) != static_cast<ssize_t>(n)) fail("write");
  }
  void get(void* bytes, std::size_t n) {
    auto* p = static_cast<char*>(bytes);
    while (n > 0) {
      const ssize_t k = ::read(fd_, p, n);
      if (k <= 0) fail("read");
      p += k;
      n -= static_cast<std::size_t>(k);
    }
  }
  [[noreturn]] static void fail(const char* what) {
    std::perror(what);
    std::exit(1);
  }
  int fd_;
  double width_, height_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: yizhan_touch SOCKET WIDTH HEIGHT\n");
    return 2;
  }
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    std::perror("yizhan_touch: connect");
    return 1;
  }
  Finger finger(fd, std::atof(argv[2]), std::atof(argv[3]));
  finger.greet();
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string verb;
    int id = 0;
    double x = 0, y = 0;
    words >> verb;
    if (verb == "tap" && words >> x >> y) {
      finger.touch(0, touch_begin, x, y);
      std::this_thread::sleep_for(std::chrono::milliseconds(60));
      finger.touch(0, touch_end, x, y);
    } else if (verb == "down" && words >> id >> x >> y) {
      finger.touch(id, touch_begin, x, y);
    } else if (verb == "move" && words >> id >> x >> y) {
      finger.touch(id, touch_update, x, y);
    } else if (verb == "up" && words >> id >> x >> y) {
      finger.touch(id, touch_end, x, y);
    } else if (int ms = 0; verb == "sleep" && words >> ms) {
      std::this_thread::sleep_for(std::chrono::milliseconds(ms));
    } else {
      std::fprintf(stderr, "yizhan_touch: not a command: %s\n", verb.c_str());
      return 2;
    }
    std::puts("ok");
    std::fflush(stdout);
  }
}
