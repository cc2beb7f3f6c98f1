#include "kiosk/engine/stop.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

namespace yizhan::kiosk {
namespace {

std::atomic<bool> asked{false};
std::atomic<int> news{-1};  // eventfd: somebody asked, or a watch ends

void ring() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(news.load(), &one, sizeof one);  // full: it rings already
}

void on_signal(int) {
  const int saved = errno;
  asked = true;
  ring();
  errno = saved;
}

}  // namespace

void listen_for_stop() {
  if (news.load() >= 0) return;
  const int fd = ::eventfd(0, EFD_CLOEXEC);
  if (fd < 0) return;  // then the signals end us as they always did
  news = fd;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
}

bool stop_asked() { return asked; }

StopWatch::StopWatch(std::function<void()> wake) {
  if (news.load() < 0) return;
  thread_ = std::thread([wake = std::move(wake)] {
    // A signal before this moment has rung already.
    std::uint64_t rings = 0;
    while (::read(news.load(), &rings, sizeof rings) < 0 && errno == EINTR) {
    }
    if (asked) wake();
  });
}

StopWatch::~StopWatch() {
  if (!thread_.joinable()) return;
  ring();
  thread_.join();
}

}  // namespace yizhan::kiosk
