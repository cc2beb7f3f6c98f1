#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "kit.h"
#include "sync/curl_transport.h"
#include "sync/http_server.h"
#include "sync/hub_process.h"
#include "sync/hub_store.h"
#include "tls.h"

using namespace yizhan;
using namespace yizhan::sync;
using namespace yizhan::sync::kit;

namespace {

const SystemClock real_clock;

/// A hub with its threads in this process.
struct LiveHub {
  TempDir dir;
  std::unique_ptr<HubProcess> process;
  explicit LiveHub(HubOptions options) {
    options.data_dir = dir.path;
    options.assets_dir = YIZHAN_ASSETS_DIR;
    options.listen = "127.0.0.1:0";
    process = must(HubProcess::open(options));
  }
  void serve() {
    must(process->serve([](const Error&) {}));
  }
  std::string url(const char* scheme = "http") const { return std::string(scheme) + "://127.0.0.1:" + std::to_string(process->port()); }
};

HubOptions hall_options() {
  HubOptions options;
  options.origin = "440583-H01";
  return options;
}

Pinned pinned(const Machine& machine, const LiveHub& hub) {
  return {machine.origin, machine.key, hub.process->config().self, hub.process->config().key.public_hex};
}

void enrol_live(Machine& machine, LiveHub& hub, std::string_view role, const std::string& code, const std::string& url, const std::string& ca = "") {
  auto transport = must(CurlTransport::make({url, ca, {}, Span{2000}}));
  must(enrol(*transport, {code, machine.origin, std::string(role), machine.key.public_hex, "", {}}, machine.key, real_clock.wall()));
  static_cast<void>(hub);
}

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  return fd;
}

std::string read_all(int fd) {
  std::string all;
  char part[4096];
  for (ssize_t got; (got = ::recv(fd, part, sizeof part, 0)) > 0;) all.append(part, static_cast<std::size_t>(got));
  return all;
}

/// Closed by the peer within the time.
bool closed_within(int fd, int ms) {
  timeval limit{ms / 1000, (ms % 1000) * 1000};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  char byte = 0;
  return ::recv(fd, &byte, 1, 0) == 0;
}

}  // namespace

TEST_CASE("a log travels over real sockets in the clear and over TLS 1.3 with a private CA", "[socket]") {
  for (const bool secure : {false, true}) {
    CAPTURE(secure);
    const Tls tls;
    auto options = hall_options();
    if (secure) options.tls_cert = tls.cert, options.tls_key = tls.key;
    LiveHub hub(options);
    const auto code = must(hub.process->hub().invite("440583-K01", "kiosk", real_clock.wall()));
    hub.serve();
    const std::string url = hub.url(secure ? "https" : "http");
    Machine kiosk("440583-K01");
    enrol_live(kiosk, hub, "kiosk", code, url, tls.ca);
    HandClock clock;
    clock.now = real_clock.wall();
    Filing filing;
    for (int i = 0; i < 700; ++i) filing.file(kiosk, clock);
    ClientConfig config;
    config.self = kiosk.origin;
    config.key = kiosk.key;
    config.hub_origin = hub.process->config().self;
    config.hub_public_hex = hub.process->config().key.public_hex;
    config.long_poll = Span{0};
    Client client(config, kiosk.with_log());
    auto transport = must(CurlTransport::make({url, secure ? tls.ca : "", {}, Span{2000}}));
    while (auto request = client.step(real_clock.tick(), real_clock.wall())) client.received(transport->exchange(*request, client.patience()), real_clock.tick(), real_clock.wall());
    CHECK(client.state().trouble.empty());
    CHECK(client.state().done);
    CHECK(client.state().marks.at("440583-K01").hub == 2100);
    const auto reader = must(EventLog::open(hub.dir / "hub.db", EventLog::Mode::ReadOnly));
    CHECK(must(reader->head("440583-K01")).hash == must(kiosk.log->head("440583-K01")).hash);
    CHECK(must(reader->verify()).empty());
  }
}

TEST_CASE("TLS refuses an unknown CA, a wrong host and anything older than 1.3, before a byte of payload", "[socket][R15]") {
  const Tls tls, stranger, elsewhere("hall.example");
  auto options = hall_options();
  options.tls_cert = tls.cert, options.tls_key = tls.key;
  LiveHub hub(options);
  hub.serve();
  const Request request{"GET", "/v1/heads", {}, {}};
  auto wrong_ca = must(CurlTransport::make({hub.url("https"), stranger.ca, {}, Span{2000}}));
  auto refused = wrong_ca->exchange(request, Span{5000});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::Unavailable);
  CHECK(refused.error().what.starts_with("TLS"));

  options.tls_cert = elsewhere.cert, options.tls_key = elsewhere.key;
  LiveHub other(options);
  other.serve();
  auto wrong_host = must(CurlTransport::make({other.url("https"), elsewhere.ca, {}, Span{2000}}));
  CHECK_FALSE(wrong_host->exchange(request, Span{5000}));

  auto plain_to_tls = must(CurlTransport::make({hub.url("http"), "", {}, Span{2000}}));
  CHECK_FALSE(plain_to_tls->exchange(request, Span{5000}));
  const std::string old = "openssl s_client -connect 127.0.0.1:" + std::to_string(hub.process->port()) + " -tls1_2 </dev/null >/dev/null 2>&1";
  CHECK(std::system(old.c_str()) != 0);
  const std::string current = "openssl s_client -connect 127.0.0.1:" + std::to_string(hub.process->port()) + " -tls1_3 -CAfile " + tls.ca + " </dev/null >/dev/null 2>&1";
  CHECK(std::system(current.c_str()) == 0);

  CHECK(CurlTransport::make({"https://127.0.0.1:1", "", {}, Span{1}}).error().code == Code::Invalid);
  CHECK(CurlTransport::make({"https://127.0.0.1:1", "/no/such/ca.pem", {}, Span{1}}).error().code == Code::Invalid);
  CHECK(CurlTransport::make({"ftp://127.0.0.1", "", {}, Span{1}}).error().code == Code::Invalid);
  CHECK(CurlTransport::make({"http://", "", {}, Span{1}}).error().code == Code::Invalid);
}

TEST_CASE("a long poll wakes with the news, and interrupt ends one at once", "[socket]") {
  LiveHub hub(hall_options());
  const auto kiosk_code = must(hub.process->hub().invite("440583-K01", "kiosk", real_clock.wall()));
  const auto desk_code = must(hub.process->hub().invite("440583-D01", "desk-lawyer", real_clock.wall()));
  hub.serve();
  Machine kiosk("440583-K01"), desk("440583-D01");
  enrol_live(kiosk, hub, "kiosk", kiosk_code, hub.url());
  enrol_live(desk, hub, "desk-lawyer", desk_code, hub.url());
  auto one = must(CurlTransport::make({hub.url(), "", {}, Span{2000}})), two = must(CurlTransport::make({hub.url(), "", {}, Span{2000}}));
  auto heads = must(heads_from_json(must(ask(*one, pinned(desk, hub), "GET", "/v1/heads", "", real_clock.wall()))));
  const auto poll = [&](std::uint64_t known) { return ask(*one, pinned(desk, hub), "GET", "/v1/heads?wait=30&known=" + std::to_string(known), "", real_clock.wall(), Span{40'000}); };

  std::thread news([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    HelpCall call;
    call.id = "x";
    must(ask(*two, pinned(kiosk, hub), "POST", "/v1/help", to_json(call), real_clock.wall()));
  });
  auto began = real_clock.tick();
  auto woken = poll(heads.version);
  news.join();
  CHECK(woken);
  CHECK(real_clock.tick() - began >= Span{150});
  CHECK(real_clock.tick() - began < Span{3'000});
  heads = must(heads_from_json(*woken));

  std::thread nudge([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    one->interrupt();
  });
  began = real_clock.tick();
  woken = poll(heads.version);
  nudge.join();
  REQUIRE_FALSE(woken);
  CHECK(woken.error().what == interrupted_words);
  CHECK(real_clock.tick() - began < Span{3'000});
  one->interrupt();  // between two exchanges: the next long poll must not miss it, other requests do not care
  CHECK(ask(*one, pinned(desk, hub), "GET", "/v1/hall", "", real_clock.wall()));
  began = real_clock.tick();
  CHECK_FALSE(poll(heads.version));
  CHECK(real_clock.tick() - began < Span{3'000});
  // A short wait simply ends with what there is.
  const auto quiet = must(heads_from_json(must(ask(*one, pinned(desk, hub), "GET", "/v1/heads?wait=1&known=" + std::to_string(heads.version), "", real_clock.wall()))));
  CHECK(quiet.version == heads.version);
}

TEST_CASE("the network edge bounds headers, bodies, patience and connections per peer", "[socket][T16]") {
  HttpConfig config;
  config.header_patience = Span{300};
  config.connections_per_peer = 4;
  config.body_bytes_max = 10'000;
  std::atomic<int> served{0};
  auto server = must(HttpServer::start(config, [&](Request request, HttpServer::Done done, std::shared_ptr<const std::atomic<bool>>) {
    ++served;
    done([size = request.body.size()] { return Reply{200, {}, std::to_string(size)}; });
  }));
  const auto exchange = [&](const std::string& text) {
    const int fd = connect_to(server->port());
    REQUIRE(::send(fd, text.data(), text.size(), MSG_NOSIGNAL) >= 0);
    const auto all = read_all(fd);
    ::close(fd);
    return all.substr(0, all.find('\r'));
  };
  const std::string close = "Connection: close\r\n\r\n";
  CHECK(exchange("GET / HTTP/1.1\r\n" + close) == "HTTP/1.1 200 OK");
  CHECK(exchange("POST / HTTP/1.1\r\nContent-Length: 3\r\n" + close + "abc") == "HTTP/1.1 200 OK");
  CHECK(exchange("GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n").starts_with("HTTP/1.1 431"));
  CHECK(exchange("POST / HTTP/1.1\r\nContent-Length: 10001\r\n\r\n").starts_with("HTTP/1.1 413"));
  CHECK(exchange("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n").starts_with("HTTP/1.1 411"));
  CHECK(exchange("complete nonsense\r\n\r\n").empty());
  CHECK(served == 2);

  // One byte every now and then: the header's deadline does not move.
  const int slow = connect_to(server->port());
  REQUIRE(::send(slow, "GET", 3, MSG_NOSIGNAL) == 3);
  CHECK(closed_within(slow, 3000));
  ::close(slow);

  std::vector<int> many;
  for (int i = 0; i < 4; ++i) many.push_back(connect_to(server->port()));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const int fifth = connect_to(server->port());
  CHECK(closed_within(fifth, 200));
  ::close(fifth);
  for (const int fd : many) ::close(fd);
  for (int i = 0; i < 100 && server->connections() > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(server->connections() == 0);
  CHECK(exchange("GET / HTTP/1.1\r\n" + close) == "HTTP/1.1 200 OK");
}

TEST_CASE("bodies that are announced and do not come keep nobody out, and are cut off", "[socket][T16]") {
  HttpConfig config;
  config.body_bytes_max = 10'000;
  config.bodies_bytes_max = 100'000;
  config.body_patience = Span{400};
  auto server = must(HttpServer::start(config, [&](Request request, HttpServer::Done done, std::shared_ptr<const std::atomic<bool>>) {
    done([size = request.body.size()] { return Reply{200, {}, std::to_string(size)}; });
  }));
  const std::string head = "POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 9000\r\n\r\n";
  std::vector<int> slow;
  for (int i = 0; i < 30; ++i) {
    slow.push_back(connect_to(server->port()));
    REQUIRE(::send(slow.back(), head.data(), head.size(), MSG_NOSIGNAL) > 0);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const auto began = real_clock.tick();
  const int honest = connect_to(server->port());
  const std::string whole = head + std::string(9000, 'x');
  REQUIRE(::send(honest, whole.data(), whole.size(), MSG_NOSIGNAL) > 0);
  CHECK(read_all(honest).starts_with("HTTP/1.1 200"));
  ::close(honest);
  // One byte now and then does not move the deadline.
  for (int i = 0; i < 8; ++i) {
    for (const int fd : slow) static_cast<void>(::send(fd, "x", 1, MSG_NOSIGNAL));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  for (const int fd : slow) CHECK(closed_within(fd, 5000));
  CHECK(real_clock.tick() - began < Span{8'000});
  for (const int fd : slow) ::close(fd);
}

TEST_CASE("one address holds a part of the room for bodies, not all of it", "[socket][T16]") {
  HttpConfig config;
  config.bodies_bytes_max = 400'000;
  config.bodies_per_peer_max = 100'000;
  config.body_bytes_max = 200'000;
  auto server = must(HttpServer::start(config, [&](Request, HttpServer::Done done, std::shared_ptr<const std::atomic<bool>>) { done([] { return Reply{200, {}, "yes"}; }); }));
  const std::string head = "POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 190000\r\n\r\n" + std::string(90'000, 'x');
  const int first = connect_to(server->port());
  REQUIRE(::send(first, head.data(), head.size(), MSG_NOSIGNAL) > 0);
  CHECK(read_all(first).starts_with("HTTP/1.1 503"));
  ::close(first);
}

TEST_CASE("a peer that hangs up during a long poll frees its place at once", "[socket]") {
  LiveHub hub(hall_options());
  const auto code = must(hub.process->hub().invite("440583-K01", "kiosk", real_clock.wall()));
  hub.serve();
  Machine kiosk("440583-K01");
  enrol_live(kiosk, hub, "kiosk", code, hub.url());
  auto transport = must(CurlTransport::make({hub.url(), "", {}, Span{2000}}));
  // Far more than the 32 places of one peer: each interrupted poll must give its place back.
  for (int i = 0; i < 100; ++i) {
    auto heads = heads_from_json(must(ask(*transport, pinned(kiosk, hub), "GET", "/v1/heads", "", real_clock.wall())));
    std::thread nudge([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
      transport->interrupt();
    });
    const auto reply = ask(*transport, pinned(kiosk, hub), "GET", "/v1/heads?wait=30&known=" + std::to_string(heads->version), "", real_clock.wall(), Span{40'000});
    nudge.join();
    CHECK_FALSE(reply);
  }
}

TEST_CASE("the server can go while requests are still being answered", "[socket]") {
  std::vector<HttpServer::Done> waiting;
  std::mutex mutex;
  auto server = must(HttpServer::start({}, [&](Request, HttpServer::Done done, std::shared_ptr<const std::atomic<bool>>) {
    const std::lock_guard lock(mutex);
    waiting.push_back(std::move(done));
  }));
  std::vector<int> fds;
  for (int i = 0; i < 8; ++i) {
    fds.push_back(connect_to(server->port()));
    const std::string text = i % 2 == 0 ? "GET /?wait=9 HTTP/1.1\r\n\r\n" : "GET / HTTP/1.1\r\n\r\n";
    REQUIRE(::send(fds.back(), text.data(), text.size(), MSG_NOSIGNAL) > 0);
  }
  const auto arrived = [&] {
    const std::lock_guard lock(mutex);
    return waiting.size();
  };
  for (int i = 0; i < 1000 && arrived() < 8; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  server.reset();
  REQUIRE(waiting.size() == 8);
  for (auto& done : waiting) done([] { return Reply{200, {}, "late"}; });
  for (const int fd : fds) ::close(fd);
}
