/// SIGTERM and SIGINT ask a program with a window to stop: it ends its frame, its threads finish what was accepted, and it
/// exits with 0. Nothing polls: a thread sleeps on an eventfd that the handler writes to.
#pragma once
#include <functional>
#include <thread>

namespace yizhan::kiosk {

/// From now on the two signals are a wish. main calls it once, before anything is opened.
void listen_for_stop();
/// Any thread.
bool stop_asked();

/// While it lives, calls `wake` from a thread of its own when a stop is asked, or was. listen_for_stop() comes first.
class StopWatch {
 public:
  explicit StopWatch(std::function<void()> wake);
  ~StopWatch();
  StopWatch(const StopWatch&) = delete;
  StopWatch& operator=(const StopWatch&) = delete;

 private:
  std::thread thread_;
};

}  // namespace yizhan::kiosk
