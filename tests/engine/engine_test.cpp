// The engine as it runs: threads, sockets, files, and a real hub on the other end of the line.
#include <catch2/catch_test_macros.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "kiosk/engine.h"
#include "sync/curl_transport.h"
#include "sync/hub_process.h"
#include "world.h"

using namespace engine_tests;

namespace {

/// Waits for news of an engine, never for a length of time.
struct Listener {
  std::mutex mutex;
  std::condition_variable news;
  std::uint64_t count = 0;
  std::function<void()> hook() {
    return [this] {
      const std::lock_guard lock(mutex);
      ++count;
      news.notify_all();
    };
  }
  template <class Until>
  bool wait(Engine& engine, Until until, std::chrono::seconds patience = std::chrono::seconds(10)) {
    std::unique_lock lock(mutex);
    return news.wait_for(lock, patience, [&] { return until(*engine.latest()); });
  }
};

/// A hall hub with its real HTTP edge, on a free port.
struct ServedHub {
  ServedHub() {
    sync::HubOptions options;
    options.data_dir = folder / "hub";
    options.origin = "440583-H01";
    options.listen = "127.0.0.1:0";
    options.assets_dir = YIZHAN_ASSETS;
    auto opened = sync::HubProcess::open(options);
    REQUIRE(opened);
    process = std::move(*opened);
    for (const auto& [origin, role] : {std::pair{"440583-K01", "kiosk"}, std::pair{"440583-D01", "desk-lawyer"}, std::pair{"440583-D03", "desk-reception"}}) {
      const auto code = process->hub().invite(origin, role, SystemClock{}.wall());
      REQUIRE(code);
      codes[origin] = *code;
    }
    REQUIRE(process->serve([](const Error&) {}));
    url = "http://127.0.0.1:" + std::to_string(process->port());
  }
  Config enrol(const std::string& dir, const std::string& role) {
    auto config = load_config(dir, role);
    REQUIRE(config);
    config->hub_url = url;
    auto transport = sync::CurlTransport::make({url, {}, {}, Span{3'000}});
    REQUIRE(transport);
    const auto enrolment = sync::enrol(**transport, {codes[config->origin], config->origin, role, config->key.public_hex, config->place, config->windows}, config->key,
                                       SystemClock{}.wall());
    REQUIRE(enrolment);
    config->hub_origin = enrolment->hub_origin;
    config->hub_public_hex = enrolment->hub_public_hex;
    return *config;
  }
  Folder folder;
  std::unique_ptr<sync::HubProcess> process;
  std::map<std::string, std::string> codes;
  std::string url;
};

Config alone(const std::string& dir) {
  auto config = load_config(dir, "kiosk");
  REQUIRE(config);
  return *config;
}

}  // namespace

TEST_CASE("a citizen files, the lawyer sees it within a second, calls, records; the kiosk knows", "[engine]") {
  ServedHub hub;
  Folder k, d;
  Listener kiosk_news, desk_news;
  auto kiosk = Engine::start(hub.enrol(k.path, "kiosk"), books(), kiosk_news.hook());
  REQUIRE(kiosk);
  auto desk = Engine::start(hub.enrol(d.path, "desk-lawyer"), books(), desk_news.hook());
  REQUIRE(desk);
  REQUIRE(kiosk_news.wait(**kiosk, [](const Snapshot& s) { return s.hub_online; }));
  REQUIRE(desk_news.wait(**desk, [](const Snapshot& s) { return s.hub_online; }));

  REQUIRE((*kiosk)->post(filing("v1-f1", wages(), "LAW")));
  REQUIRE(kiosk_news.wait(**kiosk, [](const Snapshot& s) { return s.outcome && s.outcome->receipt; }));
  const Receipt receipt = *(*kiosk)->latest()->outcome->receipt;
  const auto committed = std::chrono::steady_clock::now();
  REQUIRE(desk_news.wait(**desk, [&](const Snapshot& s) { return !s.tickets.empty() && s.tickets.front().number == receipt.ticket; }));
  CHECK(std::chrono::steady_clock::now() - committed < std::chrono::seconds(2));  // 1 s is the aim; a loaded machine gets another

  sync::QueueAsk call;
  call.op = QueueOp::Call;
  call.request = "D-1";
  REQUIRE((*desk)->post(QueueCommand{call}));
  REQUIRE(desk_news.wait(**desk, [](const Snapshot& s) { return s.answer && s.answer->ticket.size() > 1; }));
  REQUIRE(kiosk_news.wait(**kiosk, [&](const Snapshot& s) { return !s.hall.calls.empty() && s.hall.calls.front().ticket == receipt.ticket; }));

  REQUIRE((*desk)->post(OpenMatter{receipt.matter, "陈明远"}));
  REQUIRE(desk_news.wait(**desk, [](const Snapshot& s) { return s.open && s.open->petition; }));
  Consulted consulted;
  consulted.staff = "陈明远";
  consulted.outcome = ConsultOutcome::GuidedToArbitration;
  REQUIRE((*desk)->post(StateFact{receipt.matter, consulted, "D-2"}));
  REQUIRE(desk_news.wait(**desk, [](const Snapshot& s) { return s.stated_request == "D-2" && s.unsent == 0; }));

  REQUIRE((*kiosk)->post(AskProgress{"v2-q1", receipt.matter, receipt.query_code}));
  REQUIRE(kiosk_news.wait(**kiosk, [](const Snapshot& s) { return s.progress.has_value(); }));
  const auto progress = (*kiosk)->latest()->progress;
  CHECK(progress->problems.empty());
  CHECK(std::any_of(progress->lines.begin(), progress->lines.end(), [](const Line& line) { return line.type == "consulted"; }));
  CHECK(progress->may_rate);
}

TEST_CASE("the hub goes and comes back: filing never waits for it", "[engine]") {
  Folder k;
  Listener news;
  std::optional<ServedHub> hub;
  hub.emplace();
  auto engine = Engine::start(hub->enrol(k.path, "kiosk"), books(), news.hook());
  REQUIRE(engine);
  REQUIRE(news.wait(**engine, [](const Snapshot& s) { return s.hub_online; }));
  hub.reset();
  REQUIRE((*engine)->post(filing("v1-f1")));
  REQUIRE(news.wait(**engine, [](const Snapshot& s) { return s.outcome && s.outcome->receipt && s.unsent > 0; }));
  REQUIRE(news.wait(**engine, [](const Snapshot& s) { return !s.hub_online; }));
}

TEST_CASE("an engine whose hub swallows everything still closes at once", "[engine]") {
  // A listener that never answers: the worst hub there is.
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(listener, 8) == 0);
  REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  Folder k;
  Config config = alone(k.path);
  config.hub_url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  config.hub_origin = "440583-H01";
  config.hub_public_hex = config.key.public_hex;
  Listener news;
  auto engine = Engine::start(config, books(), news.hook());
  REQUIRE(engine);
  REQUIRE((*engine)->post(filing("v1-f1")));
  REQUIRE(news.wait(**engine, [](const Snapshot& s) { return s.outcome && s.outcome->receipt; }));
  const auto before = std::chrono::steady_clock::now();
  engine->reset();
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(3));
  ::close(listener);
}

TEST_CASE("the printer's trouble reaches the screen and a receipt without paper is no receipt on paper", "[engine]") {
  Folder k;
  Listener news;
  Config config = alone(k.path);
  write(config.devices_dir + "/printer.state", "paper=out\n");
  auto engine = Engine::start(config, books(), news.hook());
  REQUIRE(engine);
  REQUIRE(news.wait(**engine, [](const Snapshot& s) { return s.printer == DeviceState::OutOfPaper; }));
  REQUIRE((*engine)->post(filing("v1-f1")));
  REQUIRE((*engine)->post(PrintReceipt{"v1-p1"}));
  REQUIRE(news.wait(**engine, [](const Snapshot& s) { return s.print_request == "v1-p1" && s.print; }));
  CHECK_FALSE((*engine)->latest()->print->printed);
  CHECK((*engine)->latest()->outcome->receipt);  // registered all the same
  CHECK_FALSE(fs::exists(config.devices_dir + "/receipts/0001.png"));
  write(config.devices_dir + "/printer.state", "paper=absent\n");
  REQUIRE(news.wait(**engine, [](const Snapshot& s) { return s.printer == DeviceState::Absent; }));
}

TEST_CASE("a card is read only while a screen asks, and a reader unplugged mid-read is told", "[engine]") {
  Folder k;
  Listener news;
  Config config = alone(k.path);
  auto engine = Engine::start(config, books(), news.hook());
  REQUIRE(engine);
  write(config.devices_dir + "/card.txt", "name=赵德福\nnumber=440599195103120413\naddress=\nend\n");
  REQUIRE((*engine)->post(ReadCard{true}));
  REQUIRE(news.wait(**engine, [](const Snapshot& s) { return s.card && s.card->identity.name == "赵德福"; }));
  fs::remove(config.devices_dir + "/card.txt");
  write(config.devices_dir + "/reader.state", "reader=absent\n");
  REQUIRE(news.wait(**engine, [](const Snapshot& s) { return s.card && s.card->trouble == "absent" && s.reader == DeviceState::Absent; }));
  REQUIRE((*engine)->post(EndVisit{}));
  REQUIRE(news.wait(**engine, [](const Snapshot& s) { return !s.card; }));
}

TEST_CASE("the same database opened twice is refused", "[engine]") {
  Folder k;
  auto first = Engine::start(alone(k.path), books(), {});
  REQUIRE(first);
  const auto second = Engine::start(alone(k.path), books(), {});
  REQUIRE_FALSE(second);
  CHECK(second.error().code == Code::Conflict);
  first->reset();
  CHECK(Engine::start(alone(k.path), books(), {}));
}

TEST_CASE("with an empty hook the threads wait for the window", "[engine]") {
  Folder k;
  Listener news;
  auto engine = Engine::start(alone(k.path), books(), {});
  REQUIRE(engine);
  REQUIRE((*engine)->post(filing("v1-f1")));
  CHECK_FALSE((*engine)->latest()->outcome);
  CHECK((*engine)->latest()->center == "云栖县信访超市");
  (*engine)->on_news(news.hook());
  REQUIRE(news.wait(**engine, [](const Snapshot& s) { return s.outcome && s.outcome->receipt; }));
  (*engine)->on_news({});
  const auto heard = news.count;
  REQUIRE((*engine)->post(EndVisit{}));
  engine->reset();
  CHECK(news.count == heard);
}

TEST_CASE("a full mailbox gives the command back", "[engine]") {
  Folder k;
  auto engine = Engine::start(alone(k.path), books(), {});  // nobody empties it
  REQUIRE(engine);
  int taken = 0;
  while (taken < 1000 && (*engine)->post(ReadCard{false})) ++taken;
  CHECK(taken == 64);
}
