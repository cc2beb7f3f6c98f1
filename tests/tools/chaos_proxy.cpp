/// A TCP proxy that fails on command: the demo's network switch and the tests' bad peer.
///
///   yizhan_chaos_proxy --listen 127.0.0.1:7400 --to 127.0.0.1:7300 --control FILE
///
/// FILE holds one line, read again whenever it changes (no file: up):
///   up               bytes pass
///   down             connections are refused and open ones cut
///   slow BYTES       at most BYTES a second towards the client
///   html             answers every request with 200 text/html (a captive portal)
///   redirect         answers every request with a redirect
///   truncate BYTES   passes BYTES of every answer, then closes
///   garble           passes everything but flips one bit in every answer's body
///   stall            takes the request and never answers
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>

namespace {

struct Mode {
  std::string word = "up";
  long number = 0;
  unsigned generation = 0;  ///< grows with every change: open connections end when it does
};

class Control {
 public:
  explicit Control(std::string file) : file_(std::move(file)) { refresh(); }
  Mode mode() const {
    const std::lock_guard lock(mutex_);
    return mode_;
  }
  void refresh() {
    std::ifstream in(file_);
    std::string line;
    if (!in || !std::getline(in, line)) line = "up";
    if (line == line_) return;
    Mode next;
    std::istringstream words(line);
    words >> next.word >> next.number;
    const std::lock_guard lock(mutex_);
    next.generation = mode_.generation + 1;
    mode_ = next;
    line_ = line;
  }

 private:
  std::string file_, line_ = "up";
  mutable std::mutex mutex_;
  Mode mode_;
};

bool parse_address(const std::string& text, sockaddr_in& out) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return false;
  out = {};
  out.sin_family = AF_INET;
  const int port = std::atoi(text.c_str() + colon + 1);
  if (port < 1 || port > 65535) return false;
  out.sin_port = htons(static_cast<std::uint16_t>(port));
  return inet_pton(AF_INET, text.substr(0, colon).c_str(), &out.sin_addr) == 1;
}

const sockaddr* generic(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// Answers instead of the real server: reads one request's header, sends the canned reply.
void impostor(int client, std::string_view reply) {
  std::string seen;
  char buffer[4096];
  while (seen.find("\r\n\r\n") == std::string::npos) {
    const ssize_t n = ::recv(client, buffer, sizeof buffer, 0);
    if (n <= 0) return;
    seen.append(buffer, static_cast<std::size_t>(n));
  }
  send_all(client, reply);
  ::shutdown(client, SHUT_WR);
  while (::recv(client, buffer, sizeof buffer, 0) > 0) {
  }
}

void pump(int client, int server, const Mode& mode, const Control& control) {
  pollfd fds[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
  char buffer[65536];
  long answered = 0;
  for (;;) {
    if (control.mode().generation != mode.generation) return;
    if (::poll(fds, 2, 50) < 0) return;
    if ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
      const ssize_t n = ::recv(client, buffer, sizeof buffer, 0);
      if (n <= 0) return;
      if (!send_all(server, {buffer, static_cast<std::size_t>(n)})) return;
    }
    if ((fds[1].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
    std::size_t most = sizeof buffer;
    if (mode.word == "slow") most = static_cast<std::size_t>(std::max(1L, mode.number / 20));
    const ssize_t n = ::recv(server, buffer, most, 0);
    if (n <= 0) return;
    auto count = static_cast<std::size_t>(n);
    if (mode.word == "stall") continue;
    if (mode.word == "truncate") {
      const long left = mode.number - answered;
      if (left <= 0) return;
      count = std::min(count, static_cast<std::size_t>(left));
    }
    if (mode.word == "garble") {
      const std::string_view view(buffer, count);
      const auto body = view.find("\r\n\r\n");
      const std::size_t at = body == std::string_view::npos ? count / 2 : body + 4 + (count - body - 4) / 2;
      if (at < count) buffer[at] = static_cast<char>(buffer[at] ^ 1);
    }
    if (!send_all(client, {buffer, count})) return;
    answered += static_cast<long>(count);
    if (mode.word == "truncate" && answered >= mode.number) return;
    if (mode.word == "slow") std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

void serve(int client, sockaddr_in to, const Control& control) {
  const Mode mode = control.mode();
  if (mode.word == "html") {
    impostor(client,
             "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 60\r\n\r\n"
             "<html><body>Please log in to the guest network</body></html>");
  } else if (mode.word == "redirect") {
    impostor(client, "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/login\r\nContent-Length: 0\r\n\r\n");
  } else if (mode.word != "down") {
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int one = 1;
    ::setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (::connect(server, generic(to), sizeof to) == 0) pump(client, server, mode, control);
    ::close(server);
  }
  ::close(client);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A TCP proxy that fails on command"};
  std::string listen = "127.0.0.1:7400", to = "127.0.0.1:7300", file;
  app.add_option("--listen", listen, "ADDR:PORT to take connections on");
  app.add_option("--to", to, "ADDR:PORT to pass them to");
  app.add_option("--control", file, "file whose one line says how to fail")->required();
  CLI11_PARSE(app, argc, argv);
  sockaddr_in from{}, there{};
  if (!parse_address(listen, from) || !parse_address(to, there)) {
    std::fprintf(stderr, "yizhan_chaos_proxy: an address is ADDR:PORT\n");
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  Control control(file);
  int listener = -1;
  for (;;) {
    control.refresh();
    const bool down = control.mode().word == "down";
    if (down && listener >= 0) {
      ::close(listener);  // a cut line refuses, it does not accept and think about it
      listener = -1;
    }
    if (!down && listener < 0) {
      listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const int one = 1;
      ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
      if (::bind(listener, generic(from), sizeof from) != 0 || ::listen(listener, 64) != 0) {
        std::perror("yizhan_chaos_proxy: listen");
        return 1;
      }
    }
    if (listener < 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      continue;
    }
    pollfd fd{listener, POLLIN, 0};
    if (::poll(&fd, 1, 50) <= 0) continue;
    const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0) std::thread(serve, client, there, std::cref(control)).detach();
  }
}
