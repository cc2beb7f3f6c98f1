// From the commit at the kiosk until the lawyer's desk has the ticket on its own disk: kiosk and desk are clients with long
// polls over TLS, each in its own thread with its own durable log, as in the real programs.
#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "bench_hub.h"

using namespace yizhan;
using namespace yizhan::bench;
using Moment = std::chrono::steady_clock::time_point;

namespace {

/// A machine's sync thread and the lock that stands for its store thread.
struct Live {
  std::unique_ptr<EventLog> log;
  std::mutex mutex;
  std::unique_ptr<sync::CurlTransport> transport;
  std::unique_ptr<sync::Client> client;
  std::atomic<bool> stop{false};
  std::thread thread;
  Live(const Server& hub, const sync::Pinned& pinned, const std::string& path, std::vector<std::string> pull, std::function<void(EventLog&)> after) {
    log = must(EventLog::open(path));
    transport = hub.transport();
    auto config = client_config(pinned);
    config.long_poll = Span{20'000};
    config.pull = std::move(pull);
    client = std::make_unique<sync::Client>(config, [this](const std::function<void(EventLog&)>& work) {
      const std::lock_guard lock(mutex);
      work(*log);
    });
    thread = std::thread([this, after = std::move(after)] {
      std::uint64_t pulled = 0;
      while (!stop) {
        const auto request = client->step(real_clock.tick(), real_clock.wall());
        if (!request) {
          ::usleep(500);
          continue;
        }
        client->received(transport->exchange(*request, client->patience()), real_clock.tick(), real_clock.wall());
        if (client->state().pulled != pulled) {
          pulled = client->state().pulled;
          const std::lock_guard lock(mutex);
          after(*log);
        }
      }
    });
  }
  ~Live() {
    stop = true;
    transport->stop();
    thread.join();
  }
};

}  // namespace

int main(int argc, char** argv) {
  int tickets = 300, pause_ms = 20;
  std::string where = std::filesystem::temp_directory_path().string();
  CLI::App app("kiosk commit to desk");
  app.add_option("--tickets", tickets);
  app.add_option("--pause", pause_ms, "milliseconds between two citizens");
  app.add_option("--dir", where);
  CLI11_PARSE(app, argc, argv);
  const Folder folder(where);
  Server hub(folder, "440583-H01", false);
  std::mutex mutex;
  std::map<std::string, Moment> committed;
  std::vector<double> times;
  std::int64_t cursor = 0;
  {
    Live desk(hub, hub.enrol("440583-D01", "desk-lawyer"), folder.path + "/desk.db", {"*"}, [&](EventLog& log) {
      const auto now = std::chrono::steady_clock::now();
      const auto fresh = must(log.arrived_after(cursor, 10'000));
      const std::lock_guard lock(mutex);
      for (const auto& event : fresh)
        if (event.type == "ticket_issued" && event.body)
          times.push_back(std::chrono::duration<double, std::milli>(now - committed[event.matter]).count());
    });
    Live kiosk(hub, hub.enrol("440583-K01", "kiosk"), folder.path + "/kiosk.db", {}, [](EventLog&) {});
    ::usleep(500'000);
    std::mt19937 dice(9);
    for (int i = 1; i <= tickets; ++i) {
      Filed filed;
      filed.petition = synthetic(dice);
      const auto matter = make_matter_id("440583-K01", hall_day(real_clock.wall()), static_cast<std::uint32_t>(i));
      const Fact facts[] = {filed, TicketIssued{fmt::format("A{:03}", i), "LAW", Priority::Normal, "wages"}};
      {
        const std::lock_guard lock(kiosk.mutex);
        must(kiosk.log->append("440583-K01", matter, facts, real_clock.wall()));
        const std::lock_guard also(mutex);
        committed[matter] = std::chrono::steady_clock::now();
      }
      kiosk.client->nudge();
      kiosk.transport->interrupt();
      ::usleep(static_cast<unsigned>(pause_ms) * 1000);
    }
    for (int i = 0; i < 500; ++i) {
      {
        const std::lock_guard lock(mutex);
        if (times.size() == static_cast<std::size_t>(tickets)) break;
      }
      ::usleep(20'000);
    }
  }
  if (times.size() != static_cast<std::size_t>(tickets)) die(fmt::format("only {} of {} tickets arrived", times.size(), tickets));
  print_quantiles("kiosk commit to desk's disk", times);
}
