// ticket_bench [N]: a kiosk, a hall hub with its real HTTP edge and a lawyer's desk on this machine. Files N complaints, one at a
// time, and measures from the kiosk's commit to the desk's snapshot that shows the ticket. Bound: p99 ≤ 1 s.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <mutex>

#include "kiosk/engine.h"
#include "sync/client.h"
#include "sync/curl_transport.h"
#include "sync/hub_process.h"

using namespace yizhan;
using namespace yizhan::kiosk;
using Moment = std::chrono::steady_clock::time_point;

namespace {

struct Seen {
  std::mutex mutex;
  std::condition_variable news;
  std::function<void()> hook() {
    return [this] {
      const std::lock_guard lock(mutex);
      news.notify_all();
    };
  }
  template <class Until>
  Moment wait(Engine& engine, Until until) {
    std::unique_lock lock(mutex);
    const bool came = news.wait_for(lock, std::chrono::seconds(30), [&] { return until(*engine.latest()); });
    YIZHAN_CHECK(came, "the news came within 30 s");
    return std::chrono::steady_clock::now();
  }
};

template <class T>
T need(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "ticket_bench: {}\n", result.error().what);
    std::exit(1);
  }
  return std::move(*result);
}

Config enrolled(const std::string& dir, const std::string& role, const std::string& url, const std::string& code) {
  Config config = need(load_config(dir, role));
  config.hub_url = url;
  const auto transport = need(sync::CurlTransport::make({url, {}, {}, Span{3'000}}));
  const auto pins = need(sync::enrol(*transport, {code, config.origin, role, config.key.public_hex, config.place, config.windows}, config.key, SystemClock{}.wall()));
  config.hub_origin = pins.hub_origin;
  config.hub_public_hex = pins.hub_public_hex;
  return config;
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 200;
  std::string form = (std::filesystem::temp_directory_path() / "yizhan-ticket-XXXXXX").string();
  const std::string folder = ::mkdtemp(form.data());
  {
    sync::HubOptions options;
    options.data_dir = folder + "/hub";
    options.origin = "440583-H01";
    options.listen = "127.0.0.1:0";
    options.assets_dir = YIZHAN_ASSETS;
    const auto hub = need(sync::HubProcess::open(options));
    const SystemClock clock;
    const auto kiosk_code = need(hub->hub().invite("440583-K01", "kiosk", clock.wall())), desk_code = need(hub->hub().invite("440583-D01", "desk-lawyer", clock.wall()));
    need(hub->serve([](const Error&) { std::abort(); }));
    const std::string url = "http://127.0.0.1:" + std::to_string(hub->port());
    Seen at_kiosk, at_desk;
    auto kiosk = need(Engine::start(enrolled(folder + "/kiosk", "kiosk", url, kiosk_code), need(load_books(YIZHAN_ASSETS, "national")), at_kiosk.hook()));
    auto desk = need(Engine::start(enrolled(folder + "/desk", "desk-lawyer", url, desk_code), need(load_books(YIZHAN_ASSETS, "national")), at_desk.hook()));
    at_kiosk.wait(*kiosk, [](const Snapshot& s) { return s.hub_online; });
    at_desk.wait(*desk, [](const Snapshot& s) { return s.hub_online; });
    std::vector<double> ms;
    for (int i = 0; i < count; ++i) {
      FileMatter command;
      command.request = "bench-" + std::to_string(i);
      command.petition.statement.request = "请帮我看判决书";
      command.petition.statement.facts = "判决下来两个月了，我看不懂，想问问下一步。";
      command.chosen = window_lawyer;
      YIZHAN_CHECK(kiosk->post(command), "the mailbox is not full");
      const Moment committed = at_kiosk.wait(*kiosk, [&](const Snapshot& s) { return s.outcome && s.outcome->request == command.request && s.outcome->receipt; });
      const std::string ticket = kiosk->latest()->outcome->receipt->ticket;
      const Moment shown = at_desk.wait(*desk, [&](const Snapshot& s) {
        return std::any_of(s.tickets.begin(), s.tickets.end(), [&](const Ticket& t) { return t.number == ticket; });
      });
      ms.push_back(std::chrono::duration<double, std::milli>(shown - committed).count());
    }
    std::sort(ms.begin(), ms.end());
    const auto at = [&](double share) { return ms[std::min(ms.size() - 1, static_cast<std::size_t>(share * static_cast<double>(ms.size())))]; };
    fmt::print("ticket at the desk after the commit: p50 {:.1f} ms, p99 {:.1f} ms, worst {:.1f} ms ({} tickets)\n", at(0.5), at(0.99), ms.back(), ms.size());
    if (at(0.99) > 1000) return 1;
  }
  std::filesystem::remove_all(folder);
  return 0;
}
