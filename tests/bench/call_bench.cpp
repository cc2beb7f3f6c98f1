// Two desks press "call next" as fast as they can over TLS: how long one call takes, and that no number is called twice.
#include <chrono>
#include <set>
#include <thread>

#include "bench_hub.h"

using namespace yizhan;
using namespace yizhan::bench;

int main(int argc, char** argv) {
  int tickets = 1000;
  const Folder folder(where_asked(argc, argv, "two desks calling at once", "--tickets", tickets));
  Server hub(folder, "440583-H01", false);
  const auto kiosk = hub.enrol("440583-K01", "kiosk");
  auto log = must(EventLog::open(folder.path + "/kiosk.db"));
  std::mt19937 dice(5);
  for (int i = 1; i <= tickets; ++i) {
    Filed filed;
    filed.petition = synthetic(dice);
    const Fact facts[] = {filed, TicketIssued{fmt::format("A{:03}", i), "LAW", Priority::Normal, "wages"}};
    must(log->append("440583-K01", make_matter_id("440583-K01", hall_day(real_clock.wall()), static_cast<std::uint32_t>(i)), facts, real_clock.wall()));
  }
  sync::Client client(client_config(kiosk), [&](const std::function<void(EventLog&)>& work) { work(*log); });
  auto line = hub.transport();
  while (auto request = client.step(real_clock.tick(), real_clock.wall())) client.received(line->exchange(*request, client.patience()), real_clock.tick(), real_clock.wall());
  if (!client.state().done) die(client.state().trouble);

  const sync::Pinned desks[] = {hub.enrol("440583-D01", "desk-lawyer"), hub.enrol("440583-D02", "desk-lawyer")};
  std::vector<std::string> called[2];
  std::vector<double> times[2];
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (int desk = 0; desk < 2; ++desk)
    threads.emplace_back([&, desk] {
      auto own = hub.transport();
      for (int press = 0; press < tickets; ++press) {
        const sync::QueueAsk call{QueueOp::Call, fmt::format("{}-{}", desk, press), "", fmt::format("{}号律师窗口", desk + 1), {"LAW"}, "", "", ""};
        const auto start = std::chrono::steady_clock::now();
        const auto answer = must(sync::queue_answer_from_json(must(sync::ask(*own, desks[desk], "POST", "/v1/queue", to_json(call), real_clock.wall()))));
        if (answer.ticket.empty()) return;
        times[desk].push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
        called[desk].push_back(answer.ticket);
      }
    });
  for (auto& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::set<std::string> all;
  std::size_t twice = 0;
  for (const auto& mine : called)
    for (const auto& ticket : mine) twice += !all.insert(ticket).second;
  times[0].insert(times[0].end(), times[1].begin(), times[1].end());
  print_quantiles("one call, two desks at once", times[0]);
  fmt::print("{} calls ({} + {}) in {:.2f} s: {:.0f} a second, {} twice, {} skipped\n", all.size() + twice, called[0].size(), called[1].size(), seconds,
             static_cast<double>(all.size()) / seconds, twice, static_cast<std::size_t>(tickets) - all.size());
  return twice == 0 && all.size() == static_cast<std::size_t>(tickets) ? 0 : 1;
}
