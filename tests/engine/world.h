/// Halls made up for the tests of the engine: people, texts and units are invented; the area code 440599 is not in use.
#pragma once
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "core/event_log.h"
#include "kiosk/config.h"
#include "kiosk/engine/pulls.h"
#include "kiosk/engine/store.h"
#include "sync/client.h"
#include "sync/server.h"
#include "tests/folder.h"

namespace engine_tests {

using namespace yizhan;
using namespace yizhan::kiosk;
namespace fs = std::filesystem;

using yizhan::test::Folder;

inline void write(const std::string& path, const std::string& text) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}
inline std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Time that only the test moves: 2026-11-20 09:12 in the hall.
struct TestClock final : Clock {
  Time at = Time{*parse_date("2026-11-20")} + std::chrono::minutes(72);
  Tick ticks{};
  Time wall() const override { return at; }
  Tick tick() const override { return ticks; }
  void pass(Span span) {
    at += span;
    ticks += span;
  }
};

struct TestDisk final : Disk {
  std::uint64_t free = 10ull << 30;
  bool kept = true;
  std::function<void()> give_up;
  std::uint64_t free_bytes() const override { return free; }
  bool reserve(bool keep) override {
    if (!keep && kept) {
      if (give_up) give_up();
      free += reserve_bytes;
    }
    kept = keep;
    return keep;
  }
};

inline Books books() {
  auto loaded = load_books(YIZHAN_ASSETS, "national");
  YIZHAN_CHECK(loaded.has_value(), "the project's own books load");
  return std::move(*loaded);
}

inline Petition wages(std::string request = "请帮我要回工资") {
  Petition p;
  p.kind = MatterKind::Appeal;
  p.topic = "wages";
  p.petitioner = {"林小满", DocumentKind::ResidentId, "440599198807071027", "13800000000", "云栖县纺织路七号"};
  p.statement.request = std::move(request);
  p.statement.facts = "在云栖服装厂做了四个月，老板一直不给工资。";
  p.answers.counterparty = Counterparty::Employer;
  return p;
}

inline FileMatter filing(std::string request, Petition petition = wages(), WindowCode chosen = {}) {
  FileMatter command;
  command.request = std::move(request);
  command.petition = std::move(petition);
  command.chosen = std::move(chosen);
  return command;
}

/// A hall hub in memory, asked without sockets; `away` is a cut cable.
class HallHub {
 public:
  HallHub() : key_(make_sign_keys()), books_(books()) {
    log_ = std::move(*EventLog::open(folder_ / "hub.db"));
    sync::HubConfig config;
    config.self = "440583-H01";
    config.key = key_;
    hub_ = std::make_unique<sync::Hub>(*log_, config, books_.rules, books_.calendar);
    YIZHAN_CHECK(hub_->start().has_value(), "a new hub starts");
  }
  /// Makes the device known and gives it the pins.
  void enrol(Config& config) {
    const auto code = hub_->invite(config.origin, config.role, clock.wall(), config.windows);
    YIZHAN_CHECK(code.has_value(), "a code is made");
    sync::Request request{"POST", "/v1/enrol", {}, {}};
    sync::set_body(request, sync::to_json(sync::EnrolAsk{*code, config.origin, config.role, config.key.public_hex, config.place, config.windows}), "application/json");
    sync::sign_request(request, config.origin, config.key, clock.wall());
    const auto answer = hub_->handle(request, clock.wall(), clock.tick());
    YIZHAN_CHECK(std::get<sync::Reply>(answer).status == 200, "the device is enrolled");
    config.hub_url = "http://in.memory";
    config.hub_origin = "440583-H01";
    config.hub_public_hex = key_.public_hex;
  }
  Result<sync::Reply> exchange(const sync::Request& request) {
    if (away) return Error{Code::Unavailable, "cannot connect"};
    ++exchanges;
    targets.push_back(request.target);
    auto answer = hub_->handle(request, clock.wall(), clock.tick(), false);
    return std::get<sync::Reply>(answer);
  }
  EventLog& log() { return *log_; }
  sync::Hub& hub() { return *hub_; }

  TestClock clock;
  bool away = false;
  int exchanges = 0;
  std::vector<std::string> targets;

 private:
  Folder folder_;
  KeyPair key_;
  Books books_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<sync::Hub> hub_;
};

/// One machine without threads: a store, its devices' news and its calls done by hand.
struct Machine {
  explicit Machine(std::string role = "kiosk", HallHub* at = nullptr, Origin origin = {}) : hall(at), shelf(books()) {
    auto loaded = load_config(folder.path, role);
    YIZHAN_CHECK(loaded.has_value(), "a new machine has a configuration");
    config = std::move(*loaded);
    if (!origin.empty()) config.origin = std::move(origin);
    config.staff = "陈明远";
    if (hall != nullptr) hall->enrol(config);
    open();
  }
  void open() {
    store.reset();
    auto own = std::make_unique<TestDisk>();
    disk = own.get();
    auto opened = Store::open(config, shelf, hall != nullptr ? hall->clock : clock, std::move(own));
    YIZHAN_CHECK(opened.has_value(), "the store opens");
    store = std::move(*opened);
    while (store->idle()) {
    }
    settle();
  }
  void post(const Command& command) {
    store->command(command);
    settle();
  }
  /// Does what the store wants from the world until it wants nothing more.
  void settle() {
    for (;;) {
      auto wanted = store->take_wanted();
      for (auto& job : wanted.prints) prints.push_back(std::move(job));
      if (wanted.listen) listening = *wanted.listen;
      if (wanted.calls.empty()) return;
      for (auto& call : wanted.calls) {
        sync::Request request{call.method, call.target, {}, {}};
        if (!call.body.empty()) sync::set_body(request, call.body, "application/json");
        sync::sign_request(request, config.origin, config.key, hall->clock.wall());
        const auto reply = hall->exchange(request);
        Result<std::string> body = reply ? sync::body_of(*reply) : Result<std::string>(reply.error());
        if (reply)
          if (const auto sound = sync::check_reply(*reply, request, config.hub_public_hex); !sound) body = sound.error();
        store->answered(call.id, body);
      }
    }
  }
  /// One pass of the sync client over this machine's log.
  void sync() {
    sync::ClientConfig c;
    c.self = config.origin;
    c.own_log = store->own_log();
    c.key = config.key;
    c.hub_origin = config.hub_origin;
    c.hub_public_hex = config.hub_public_hex;
    c.pull = pulls_of(config);
    c.long_poll = Span{0};
    sync::Client client(c, [&](const std::function<void(EventLog&)>& use) { use(store->log()); });
    for (int i = 0; i < 200 && !client.state().done && client.state().failures == 0; ++i)
      if (auto request = client.step(hall->clock.tick(), hall->clock.wall())) client.received(hall->exchange(*request), hall->clock.tick(), hall->clock.wall());
    store->heard(client.state());
    settle();
  }
  const Snapshot& now() const { return store->snapshot(); }
  const Receipt& receipt() const {
    YIZHAN_CHECK(now().outcome && now().outcome->receipt, "there is a receipt");
    return *now().outcome->receipt;
  }
  std::vector<Event> events(const MatterId& matter) const { return *store->log().of_matter(matter); }
  std::size_t count(const MatterId& matter, std::string_view type) const {
    std::size_t n = 0;
    for (const auto& event : events(matter)) n += event.type == type ? 1 : 0;
    return n;
  }

  Folder folder;
  HallHub* hall;
  TestClock clock;
  Config config;
  Books shelf;
  std::unique_ptr<Store> store;
  TestDisk* disk = nullptr;
  std::vector<PrintJob> prints;
  bool listening = false;
};

}  // namespace engine_tests
