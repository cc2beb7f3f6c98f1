/// The threads behind the screens of one machine: store (the one writer of the log), sync (libcurl), devices.
/// Commands in by mailbox, one immutable Snapshot out. The ui thread calls post() and latest() only.
#pragma once
#include <functional>
#include <memory>

#include "core/clock.h"
#include "kiosk/config.h"
#include "kiosk/messages.h"

namespace yizhan::kiosk {

class Engine {
 public:
  /// Opens the log and starts the threads; `news` is called from any of them after each new snapshot (it only wakes the ui).
  /// With an empty `news` the threads wait for on_news(): a window opens first and nothing delays its first frame.
  /// Errors: Conflict (database open elsewhere), Io, Corrupt, Invalid (config, rulebook or holiday file: says file and line).
  static Result<std::unique_ptr<Engine>> start(Config config, Books books, std::function<void()> news);
  virtual ~Engine() = default;  ///< stops and joins the threads
  virtual bool post(Command command) = 0;  ///< false: the mailbox is full (nothing lost: the caller keeps its command)
  virtual std::shared_ptr<const Snapshot> latest() const = 0;
  virtual const Books& books() const = 0;
  virtual const Config& config() const = 0;  ///< as started: origin, centre, staff, folders, patience
  /// Sets the hook of start(), because a window opens after the engine: `engine.on_news([&] { window->wake(); })`. It is called
  /// from any engine thread and must return at once. An empty one ends it: when this returns, no call is under way, so do it
  /// before the window goes. The first one that is set starts the threads.
  virtual void on_news(std::function<void()> news) = 0;
};

}  // namespace yizhan::kiosk
