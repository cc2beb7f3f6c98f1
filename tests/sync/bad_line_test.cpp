// A bad line between real sockets, twice: kiosk → hall hub, and hall hub → county. While it is bad the reason is said, the log stays
// whole and grows; afterwards everything arrives once and in order. docs/BAD_INPUT.md lists which case stands here.
#include <arpa/inet.h>
#include <sys/socket.h>

#include <fstream>
#include <thread>

#include "program.h"
#include "sync/curl_transport.h"

using namespace yizhan;
using namespace yizhan::sync;
using namespace yizhan::sync::kit;

namespace {

const SystemClock real_clock;

/// A hub behind its real network edge and, before that, a line that fails on command (tests/tools/chaos_proxy.cpp).
class BadLine {
 public:
  BadLine(const std::string& folder, int to) : control_(folder + "/line") {
    set("up");
    const std::string there = "127.0.0.1:" + std::to_string(to);
    // A free port: the proxy takes the one this socket had.
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0);
    ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    ::close(probe);
    const std::string here = "127.0.0.1:" + std::to_string(port_);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::execl(PROXY_PROGRAM, PROXY_PROGRAM, "--listen", here.c_str(), "--to", there.c_str(), "--control", control_.c_str(), nullptr);
      ::_exit(127);
    }
    for (int i = 0; i < 200 && !open(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    REQUIRE(open());
  }
  ~BadLine() {
    ::kill(pid_, SIGTERM);
    int status = 0;
    ::waitpid(pid_, &status, 0);
  }
  void set(const std::string& mode) {
    {
      std::ofstream out(control_ + ".new");
      out << mode << '\n';
    }
    std::filesystem::rename(control_ + ".new", control_);
    std::this_thread::sleep_for(std::chrono::milliseconds(130));  // the proxy looks every 50 ms
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  bool open() const {
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    const bool there = ::connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(probe);
    return there;
  }
  std::string control_;
  int port_ = 0;
  pid_t pid_ = -1;
};

std::string code_of(const std::string& data, const std::string& origin, const std::string& role) {
  const auto ran = run_hub({"keys", "enrol", origin, "--role", role, "--data", data});
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  return ran.out.substr(0, 8);
}

/// Exchanges until nothing is left, trouble shows or ten exchanges went; never waits for a retry.
const ClientState& go(Client& client, Transport& transport, Span patience) {
  for (int i = 0; i < 400 && !client.state().done && client.state().failures == 0; ++i) {
    const auto request = client.step(real_clock.tick(), real_clock.wall());
    if (!request) break;
    const auto reply = transport.exchange(*request, std::min(patience, client.patience()));
    client.received(reply, real_clock.tick(), real_clock.wall());
  }
  return client.state();
}

struct Row {
  const char* mode;
  const char* words;  ///< how the trouble begins
};
const std::vector<Row> rows{
    {"down", "no answer: cannot connect"},
    {"stall", "no answer: too slow or silent"},
    {"slow 40", "no answer: too slow or silent"},
    {"html", "not our hub: a web page"},
    {"redirect", "not our hub: redirect"},
    {"truncate 300", "no answer: the reply is cut off"},
    {"truncate 20", "not our hub: unsigned reply"},
    {"garble", "not our hub: wrong signature"},
};

/// `sender` sends `log` (its own, or a kiosk's that it relays) to the hub of `data` through every kind of bad line.
void through_bad_lines(Machine& author, Machine& sender, ClientConfig config, HubProgram& hub, const std::string& data, const std::string& folder) {
  const int port = std::stoi(hub.url().substr(hub.url().rfind(':') + 1));
  BadLine line(folder, port);
  HandClock clock;
  clock.now = real_clock.wall();
  Filing filing;
  std::uint64_t events = 0;
  const auto at_hub = [&] {
    const auto reader = must(EventLog::open(data + "/hub.db", EventLog::Mode::ReadOnly));
    return must(reader->head(author.origin));
  };
  for (const Row& row : rows) {
    CAPTURE(row.mode);
    const std::uint64_t before = at_hub().seq;
    for (int i = 0; i < 4; ++i) filing.file(author, clock), events += 3;
    if (&author != &sender) {  // the hall has them from its kiosk
      const auto fresh = must(author.log->after(author.origin, must(sender.log->head(author.origin)).seq, 1000));
      must(sender.log->merge(fresh));
    }
    line.set(row.mode);
    {
      Client client(config, sender.with_log());
      auto transport = must(CurlTransport::make({line.url(), "", {}, Span{300}}));
      const auto& state = go(client, *transport, Span{400});
      INFO(state.trouble);
      CHECK(state.trouble.starts_with(row.words));
      CHECK_FALSE(state.online);
      CHECK_FALSE(state.done);
      CHECK_FALSE(state.stopped);
      // Nothing was believed: no mark moved, and the log here is whole.
      CHECK(state.pushed == 0);
      CHECK(client.again_at() > real_clock.tick());
      CHECK(must(sender.log->verify()).empty());
      CHECK(must(sender.log->head(author.origin)).seq == events);
    }
    CHECK(at_hub().seq >= before);
    line.set("up");
    Client client(config, sender.with_log());
    auto transport = must(CurlTransport::make({line.url(), "", {}, Span{2000}}));
    const auto& state = go(client, *transport, Span{5000});
    CHECK(state.trouble.empty());
    CHECK(state.done);
    CHECK(state.marks.at(author.origin).hub == events);
    CHECK(at_hub().seq == events);
  }
  hub.end(SIGTERM);
  CHECK(run_hub({"verify", "--data", data}).code == 0);
  const auto reader = must(EventLog::open(data + "/hub.db", EventLog::Mode::ReadOnly));
  CHECK(must(reader->head(author.origin)).seq == events);  // none lost, none twice
  CHECK(must(reader->head(author.origin)).hash == must(author.log->head(author.origin)).hash);
}

}  // namespace

TEST_CASE("kiosk to hall hub: down, silent, slow, a web page, a redirect, cut off, garbled; then everything arrives once", "[line][badinput]") {
  TempDir dir;
  const std::string data = dir / "hall";
  HubProgram hall({"--data", data, "--origin", "440583-H01"});
  Machine kiosk("440583-K01");
  auto transport = must(CurlTransport::make({hall.url(), "", {}, Span{2000}}));
  const auto got = must(enrol(*transport, {code_of(data, kiosk.origin, "kiosk"), kiosk.origin, "kiosk", kiosk.key.public_hex, "", {}}, kiosk.key, real_clock.wall()));
  ClientConfig config;
  config.self = kiosk.origin;
  config.key = kiosk.key;
  config.hub_origin = got.hub_origin;
  config.hub_public_hex = got.hub_public_hex;
  config.long_poll = Span{0};
  through_bad_lines(kiosk, kiosk, config, hall, data, dir.path);
}

TEST_CASE("hall hub to county: down, silent, slow, a web page, a redirect, cut off, garbled; then everything arrives once", "[line][badinput]") {
  TempDir dir;
  const std::string data = dir / "county";
  HubProgram county({"--data", data, "--county", "--origin", "440583-C"});
  Machine kiosk("440583-K01"), hall("440583-H01");
  auto transport = must(CurlTransport::make({county.url(), "", {}, Span{2000}}));
  const auto got = must(enrol(*transport, {code_of(data, hall.origin, "hall"), hall.origin, "hall", hall.key.public_hex, "", {}}, hall.key, real_clock.wall()));
  ClientConfig config;
  config.self = hall.origin;
  config.key = hall.key;
  config.hub_origin = got.hub_origin;
  config.hub_public_hex = got.hub_public_hex;
  config.long_poll = Span{0};
  config.relay = true;
  through_bad_lines(kiosk, hall, config, county, data, dir.path);
}

TEST_CASE("hall hub to county: a wrong acknowledgement marks nothing, and the true one comes later", "[line][badinput]") {
  HandClock clock;
  HubNode county("440583-C", true), hall_hub("440583-H01");
  Machine hall("440583-H01", hall_hub), kiosk("440583-K01");
  hall.enrol_at(county, "hall", clock);
  kiosk.enrol_at(hall_hub, "kiosk", clock);
  Filing filing;
  for (int i = 0; i < 5; ++i) filing.file(kiosk, clock);
  REQUIRE(sync_once(kiosk, hall_hub, clock).done);
  const auto head = must(hall_hub.log->head("440583-K01"));
  const auto ack = [&](Head h) { return to_json(Ack{std::move(h), 0}); };
  struct Lie {
    const char* name;
    std::string body;
    bool stranger;
    const char* words;
  };
  const std::vector<Lie> lies{{"another log", ack({"440583-K02", head.seq, head.hash}), false, "wrong acknowledgement: another log or too little"},
                              {"too little", ack({head.origin, head.seq - 1, head.hash}), false, "wrong acknowledgement: another log or too little"},
                              {"another hash", ack({head.origin, head.seq, hash_bytes("other")}), false, "wrong acknowledgement: hash"},
                              {"more than there is", ack({head.origin, head.seq + 5, head.hash}), false, "wrong acknowledgement: hash"},
                              {"nonsense", "hello", false, "not our hub: acknowledgement: not in the expected form"},
                              {"a stranger's", ack(head), true, "not our hub: wrong signature"}};
  struct Liar : Transport {
    DirectTransport honest;
    std::function<Reply(const Request&, Reply)> lie;
    Liar(HubNode& hub, const HandClock& clock) : honest(hub, clock) {}
    Result<Reply> exchange(const Request& request, Span patience) override {
      auto reply = honest.exchange(request, patience);
      return lie(request, std::move(*reply));
    }
  };
  const KeyPair stranger = make_sign_keys();
  for (const Lie& lie : lies) {
    CAPTURE(lie.name);
    Liar transport(county, clock);
    transport.lie = [&](const Request& request, Reply reply) {
      const bool push = request.method == "POST" && request.target.starts_with("/v1/log/");
      std::string body = lie.body;
      if (!push) {
        // The heads say that nothing is there, so that every lie meets a push.
        if (!request.target.starts_with("/v1/heads")) return reply;
        auto heads = must(heads_from_json(must(body_of(reply))));
        heads.heads.clear();
        body = to_json(heads);
      }
      Reply told{200, {{"Content-Type", "application/json"}}, body};
      Hub::finish(told, request, county.config.self, push && lie.stranger ? stranger : county.config.key);
      return told;
    };
    auto config = hall.client_config(county);
    config.relay = true;
    Client client(config, hall.with_log());
    pump(client, transport, clock, 50);
    CHECK(client.state().trouble == lie.words);
    CHECK_FALSE(client.state().online);
    CHECK_FALSE(client.state().done);
    CHECK(client.state().pushed == 0);
    CHECK(must(hall_hub.log->verify()).empty());
    clock.go(std::chrono::hours(1));
  }
  const auto state = sync_once(hall, county, clock, {}, true);
  CHECK(state.done);
  CHECK(state.marks.at("440583-K01").hub == head.seq);
  CHECK(must(county.log->head("440583-K01")).hash == head.hash);
  std::uint64_t filed = 0;
  for (const auto& event : must(county.log->after("440583-K01", 0, 1000))) filed += event.type == "filed" ? 1 : 0;
  CHECK(filed == 5);
}
