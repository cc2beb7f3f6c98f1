#include "sync/hub_store.h"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace yizhan::sync {
namespace {
constexpr int jobs_at_once = 64;  // before the resting are looked at again
}

HubStore::HubStore(Hub& hub, const Clock& clock, Notices notices) : hub_(hub), clock_(clock), notices_(std::move(notices)), version_(hub.version()) {
  thread_ = std::thread([this] { loop(); });
}

HubStore::~HubStore() {
  jobs_.close();
  thread_.join();
}

bool HubStore::submit(Parsed request, Finish finish, std::shared_ptr<const std::atomic<bool>> gone) {
  return jobs_.post(Job{std::move(request), std::move(finish), std::move(gone), {}, {}});
}

bool HubStore::run(const std::function<void()>& work) {
  struct Bell {
    std::mutex mutex;
    std::condition_variable rung;
    bool done = false;
  };
  const auto bell = std::make_shared<Bell>();
  Job job;
  job.work = [&work, bell] {
    work();
    const std::lock_guard lock(bell->mutex);
    bell->done = true;
    bell->rung.notify_all();
  };
  while (!jobs_.post(std::move(job))) {
    if (jobs_.closed()) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // full: our turn will come
  }
  std::unique_lock lock(bell->mutex);
  bell->rung.wait(lock, [&] { return bell->done; });
  return true;
}

void HubStore::take(Job job) {
  if (job.work) return job.work();
  if (job.gone && *job.gone) return;
  const Tick now = clock_.tick();
  const bool resting = job.until != Tick{};
  auto answer = hub_.answer(job.request, clock_.wall(), now, !resting || now < job.until);
  if (auto* reply = std::get_if<Reply>(&answer)) return job.finish(std::move(*reply), std::move(job.request.request));
  if (!resting) job.until = std::get<Wait>(answer).until;
  resting_.push_back(std::move(job));
}

void HubStore::wake(bool changed) {
  if (resting_.empty()) return;
  const Tick now = clock_.tick();
  auto due = std::partition(resting_.begin(), resting_.end(), [&](const Job& job) { return !changed && now < job.until && !(job.gone && *job.gone); });
  std::vector<Job> woken(std::make_move_iterator(due), std::make_move_iterator(resting_.end()));
  resting_.erase(due, resting_.end());
  for (auto& job : woken) take(std::move(job));
}

void HubStore::loop() {
  pthread_setname_np(pthread_self(), "hub-store");
  for (;;) {
    Span patience{1000};
    for (const auto& job : resting_) patience = std::min(patience, std::max(Span{1}, job.until - clock_.tick()));
    auto job = jobs_.take(patience);
    if (!job && jobs_.closed()) return;
    for (int done = 0; job; ++done) {
      take(std::move(*job));
      if (const auto broken = hub_.broken()) {
        notices_.broken(*broken);
        jobs_.close();
        // Nothing may be acknowledged any more; the hub refuses whatever is still here, and nobody is left waiting.
        while (auto left = jobs_.take(Span{0})) take(std::move(*left));
        return;
      }
      job = done < jobs_at_once ? jobs_.take(Span{0}) : std::nullopt;
    }
    hub_.tend(clock_.wall(), clock_.tick());
    if (const auto broken = hub_.broken()) {
      notices_.broken(*broken);
      jobs_.close();
      while (auto left = jobs_.take(Span{0})) take(std::move(*left));
      return;
    }
    const bool changed = hub_.version() != version_;
    version_ = hub_.version();
    if (changed) notices_.changed();
    wake(changed);
  }
}

}  // namespace yizhan::sync
