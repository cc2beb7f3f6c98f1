#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "kit.h"
#include "sync/curl_transport.h"

using namespace yizhan;
using namespace yizhan::sync;
using namespace yizhan::sync::kit;

namespace {

const SystemClock real_clock;

/// A peer that reads one request and then does what it is told with the connection.
class Peer {
 public:
  using Act = std::function<void(int fd, const std::string& request)>;
  explicit Peer(Act act) : act_(std::move(act)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_, 8) == 0);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { loop(); });
  }
  ~Peer() {
    stop_ = true;
    thread_.join();
    ::close(listener_);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  bool stopped() const { return stop_; }
  std::atomic<int> requests = 0;

 private:
  void loop() {
    while (!stop_) {
      pollfd wanted{listener_, POLLIN, 0};
      if (::poll(&wanted, 1, 50) != 1) continue;
      const int fd = ::accept(listener_, nullptr, nullptr);
      std::string request;
      char part[65536];
      for (;;) {
        const auto end = request.find("\r\n\r\n");
        if (end != std::string::npos) {
          const auto length = request.find("Content-Length: ");
          const std::size_t body = length != std::string::npos && length < end ? std::stoul(request.substr(length + 16)) : 0;
          if (request.size() >= end + 4 + body) break;
        }
        const auto got = ::recv(fd, part, sizeof part, 0);
        if (got <= 0) break;
        request.append(part, static_cast<std::size_t>(got));
      }
      ++requests;
      act_(fd, request);
      ::close(fd);
    }
  }
  Act act_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

bool put(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string reply_text_of(int status, const std::string& headers, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

long peak_kib() {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  return 0;
}
void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

}  // namespace

TEST_CASE("a bad peer of any kind leaves everything undelivered, memory bounded and the reason said", "[peer][R11][R12][R13][R14]") {
  HandClock clock;
  HubNode hall("440583-H01");
  Machine kiosk("440583-K01");
  kiosk.enrol_at(hall, "kiosk", clock);
  Filing filing;
  for (int i = 0; i < 10; ++i) filing.file(kiosk, clock);
  const auto head = must(kiosk.log->head("440583-K01"));

  const auto trickle = [](Peer*& peer, std::string text, std::size_t at_once) {
    return [&peer, text = std::move(text), at_once](int fd, const std::string&) {
      if (!put(fd, text.substr(0, at_once))) return;
      for (std::size_t i = at_once; i < text.size() && !peer->stopped(); ++i) {
        if (!put(fd, text.substr(i, 1))) return;
        for (int ms = 0; ms < 1000 && !peer->stopped(); ms += 20) std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
    };
  };
  const auto signed_reply = [&](const std::string& request, int status, const std::string& body, bool bomb) {
    // A hub that has our trust and lies all the same: signed by the pinned key for this very request.
    Request asked;
    asked.target = request.substr(request.find(' ') + 1);
    asked.target.erase(asked.target.find(' '));
    const auto mark = request.find("Yizhan-Signature: ");
    asked.headers.push_back({"Yizhan-Signature", request.substr(mark + 18, 128)});
    Reply reply{status, {}, body};
    if (bomb) reply.headers.push_back({"Content-Encoding", "zstd"});
    reply.headers.push_back({"Yizhan-Signature", sign(reply_text(reply, asked), hall.config.key.secret_hex)});
    std::string headers;
    for (const auto& [name, value] : reply.headers) headers += name + ": " + value + "\r\n";
    return reply_text_of(status, headers, reply.body);
  };

  Peer* self = nullptr;
  struct Row {
    std::string name;
    Peer::Act act;
    std::string words;
  };
  const std::string bomb = zstd_pack(std::string(256u << 20, '\0'));
  const std::string html = "<html><body>欢迎使用无线网络，请先登录</body></html>";
  const std::vector<Row> rows = {
      {"silent", [&](int, const std::string&) { while (!self->stopped()) std::this_thread::sleep_for(std::chrono::milliseconds(20)); }, "no answer: too slow or silent"},
      {"header at one byte a second", trickle(self, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 5), "no answer: too slow or silent"},
      {"body at one byte a second", trickle(self, reply_text_of(200, "", std::string(5000, 'x')), 60), "no answer: too slow or silent"},
      {"web page with 200", [&](int fd, const std::string&) { put(fd, reply_text_of(200, "Content-Type: text/html; charset=utf-8\r\n", html)); }, "not our hub: a web page"},
      {"JSON without a signature", [&](int fd, const std::string&) { put(fd, reply_text_of(200, "Content-Type: application/json\r\n", to_json(Ack{head, head.seq}))); }, "not our hub: unsigned reply"},
      {"redirect", [&](int fd, const std::string&) { put(fd, reply_text_of(302, "Location: http://127.0.0.1:9/\r\n", "")); }, "not our hub: redirect"},
      {"permanent redirect", [&](int fd, const std::string&) { put(fd, reply_text_of(308, "Location: https://127.0.0.1:9/\r\n", "")); }, "not our hub: redirect"},
      {"truncated body", [&](int fd, const std::string&) { put(fd, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"version\""); }, "no answer: the reply is cut off"},
      {"closed at once", [&](int, const std::string&) {}, "no answer: closed without a reply"},
      {"reset", [&](int fd, const std::string&) {
         const linger hard{1, 0};
         ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
       }, "no answer: the connection broke"},
      {"not HTTP", [&](int fd, const std::string&) { put(fd, "220 mail.example ESMTP ready\r\n"); }, "no answer: "},
      {"endless chunked body", [&](int fd, const std::string&) {
         if (!put(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")) return;
         const std::string chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
         while (!self->stopped() && put(fd, chunk)) {}
       }, "no answer: the reply is too large"},
      {"huge Content-Length", [&](int fd, const std::string&) {
         if (!put(fd, "HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n")) return;
         const std::string part(65536, 'x');
         while (!self->stopped() && put(fd, part)) {}
       }, "no answer: the reply is too large"},
      {"header flood", [&](int fd, const std::string&) {
         if (!put(fd, "HTTP/1.1 200 OK\r\n")) return;
         const std::string line = "X-Flood: " + std::string(1000, 'x') + "\r\n";
         while (!self->stopped() && put(fd, line)) {}
       }, "no answer: the reply is too large"},
      {"flood of 100 continue", [&](int fd, const std::string&) {
         while (!self->stopped() && put(fd, "HTTP/1.1 100 Continue\r\n\r\n")) {}
       }, "no answer: the reply is too large"},
      {"gzip bomb", [&](int fd, const std::string&) { put(fd, reply_text_of(200, "Content-Encoding: gzip\r\n", "\x1f\x8b" + std::string(100'000, '\0'))); }, "not our hub: unsigned reply"},
      {"zstd bomb without a signature", [&](int fd, const std::string&) { put(fd, reply_text_of(200, "Content-Encoding: zstd\r\n", bomb)); }, "not our hub: unsigned reply"},
      {"zstd bomb signed by the hub", [&](int fd, const std::string& q) { put(fd, signed_reply(q, 200, bomb, true)); }, "not our hub: body: too large"},
      {"signed nonsense", [&](int fd, const std::string& q) { put(fd, signed_reply(q, 200, "[1,2,3]", false)); }, "not our hub: heads: not in the expected form"},
      {"500", [&](int fd, const std::string&) { put(fd, reply_text_of(500, "", "stack trace")); }, "no hub behind it: status 500"},
      {"503 with a Retry-After of centuries", [&](int fd, const std::string&) { put(fd, reply_text_of(503, "Retry-After: 9999999999\r\n", "")); }, "no hub behind it: status 503"},
      {"429", [&](int fd, const std::string&) { put(fd, reply_text_of(429, "Retry-After: -1\r\n", "")); }, "no hub behind it: status 429"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Peer peer(row.act);
    self = &peer;
    auto transport = must(CurlTransport::make({peer.url(), "", {}, Span{1000}}));
    Client client(kiosk.client_config(hall), kiosk.with_log());
    const auto request = client.step(real_clock.tick(), real_clock.wall());
    REQUIRE(request);
    forget_peak();
    const long before = peak_kib();  // right after forgetting: what is in use now
    const auto reply = transport->exchange(*request, Span{1500});
    client.received(reply, real_clock.tick(), real_clock.wall());
#ifndef __SANITIZE_THREAD__  // whose shadow is a multiple of what the program touches
    CHECK(peak_kib() - before < 40 * 1024);
#else
    static_cast<void>(before);
#endif
    CHECK(client.state().trouble.starts_with(row.words));
    CHECK_FALSE(client.state().online);
    CHECK_FALSE(client.state().done);
    CHECK(client.state().pushed == 0);
    CHECK(client.state().marks.at("440583-K01").hub == 0);
    CHECK(client.again_at() > real_clock.tick());
    CHECK(client.again_at() - real_clock.tick() <= Span{900'000});
    CHECK(peer.requests == 1);
  }

  SECTION("nobody there") {
    auto transport = must(CurlTransport::make({"http://127.0.0.1:9", "", {}, Span{1000}}));
    Client client(kiosk.client_config(hall), kiosk.with_log());
    const auto request = client.step(real_clock.tick(), real_clock.wall());
    client.received(transport->exchange(*request, Span{1000}), real_clock.tick(), real_clock.wall());
    CHECK(client.state().trouble == "no answer: cannot connect");
  }
  SECTION("a name that does not exist") {
    auto transport = must(CurlTransport::make({"http://hall.invalid", "", {}, Span{1000}}));
    Client client(kiosk.client_config(hall), kiosk.with_log());
    const auto request = client.step(real_clock.tick(), real_clock.wall());
    client.received(transport->exchange(*request, Span{1000}), real_clock.tick(), real_clock.wall());
    CHECK(client.state().trouble.starts_with("no answer: "));
    CHECK(client.state().marks.at("440583-K01").hub == 0);
  }
}

TEST_CASE("a reply that is just fast enough for ever ends all the same", "[peer][R12]") {
  Peer* self = nullptr;
  Peer peer([&](int fd, const std::string&) {
    if (!put(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")) return;
    while (!self->stopped() && put(fd, "32\r\n" + std::string(50, 'x') + "\r\n")) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  });
  self = &peer;
  auto transport = must(CurlTransport::make({peer.url(), "", {}, Span{1000}, Span{2'500}}));
  const auto began = real_clock.tick();
  const auto reply = transport->exchange({"GET", "/v1/heads", {}, {}}, Span{1'000});
  REQUIRE_FALSE(reply);
  CHECK(reply.error().what == "too slow or silent");
  CHECK(real_clock.tick() - began >= Span{2'000});
  CHECK(real_clock.tick() - began < Span{8'000});
}

TEST_CASE("the proxy settings of the environment are ignored", "[peer]") {
  Peer trap([](int fd, const std::string&) { put(fd, reply_text_of(200, "", "trapped")); });
  ::setenv("http_proxy", trap.url().c_str(), 1);
  ::setenv("ALL_PROXY", trap.url().c_str(), 1);
  auto transport = must(CurlTransport::make({"http://127.0.0.1:9", "", {}, Span{500}}));
  CHECK_FALSE(transport->exchange({"GET", "/v1/heads", {}, {}}, Span{500}));
  ::unsetenv("http_proxy");
  ::unsetenv("ALL_PROXY");
  CHECK(trap.requests == 0);
}
