/// The store's thread of a hub: the one owner of log and Hub. Requests come in parsed, replies go out unfinished; long
/// polls rest here as values and are asked again when the hub's version moves.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "core/mailbox.h"
#include "sync/server.h"

namespace yizhan::sync {

class HubStore {
 public:
  using Finish = std::function<void(Reply reply, Request request)>;
  struct Notices {
    std::function<void()> changed;             ///< the version moved (store's thread)
    std::function<void(const Error&)> broken;  ///< the disk failed: the process must end (store's thread)
  };
  HubStore(Hub& hub, const Clock& clock, Notices notices);
  ~HubStore();  ///< answers what is in the queue, then joins

  /// Any thread. False: too much to do at once; nothing will be called.
  bool submit(Parsed request, Finish finish, std::shared_ptr<const std::atomic<bool>> gone);
  /// Runs work with the hub and its log to itself; returns when it is done. Any thread but the store's.
  /// False: the store has stopped, nothing ran.
  bool run(const std::function<void()>& work);

 private:
  struct Job {
    Parsed request;
    Finish finish;
    std::shared_ptr<const std::atomic<bool>> gone;
    std::function<void()> work;  ///< instead of a request
    Tick until{};                ///< of a resting long poll
  };
  void loop();
  void take(Job job);
  void wake(bool changed);

  Hub& hub_;
  const Clock& clock_;
  Notices notices_;
  Mailbox<Job> jobs_{4096};
  std::vector<Job> resting_;
  std::uint64_t version_ = 0;
  std::thread thread_;
};

}  // namespace yizhan::sync
