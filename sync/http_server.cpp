// The one translation unit that sees Beast (it takes a while to compile).
#include "sync/http_server.h"

#include <pthread.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

namespace yizhan::sync {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using namespace asio::experimental::awaitable_operators;
using Plain = beast::tcp_stream;
using Tls = beast::ssl_stream<beast::tcp_stream>;

constexpr std::size_t slow_bytes_per_second = 500;  // a body that is slower than this over what has come of it is cut off
constexpr Span transfer_patience{30'000};
constexpr std::size_t body_part = 64u << 10;  // room that has to be there before more is read

Span slow_time(std::size_t bytes) { return Span{static_cast<std::int64_t>(bytes * 1000 / slow_bytes_per_second)}; }
Span transfer_time(std::size_t bytes) { return transfer_patience + slow_time(bytes); }

}  // namespace

struct HttpServer::Impl {
  HttpConfig config;
  Serve serve;
  /// Whoever finishes a request may come after the server has gone: the gate knows.
  struct Gate {
    std::mutex mutex;
    asio::io_context* io = nullptr;
  };
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  std::unique_ptr<asio::io_context> context = std::make_unique<asio::io_context>(1);
  asio::io_context& io = *context;
  asio::ssl::context tls{asio::ssl::context::tls_server};
  bool secure = false;
  std::optional<tcp::acceptor> acceptor{io};
  std::uint16_t port = 0;
  std::thread thread;
  std::atomic<int> open{0};
  struct Peer {
    int connections = 0;
    std::size_t reading_bytes = 0;
  };
  std::map<asio::ip::address, Peer> peers;  // io thread only
  std::size_t reading_bytes = 0;           // io thread only

  /// Counts a connection while it lives.
  struct Seat {
    Impl& server;
    asio::ip::address address;
    Peer& peer;  // a map's element stays where it is
    Seat(Impl& s, asio::ip::address a) : server(s), address(std::move(a)), peer(server.peers[address]) {
      ++server.open;
      ++peer.connections;
    }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
    ~Seat() {
      --server.open;
      if (--peer.connections == 0) server.peers.erase(address);
    }
  };
  /// Counts a body while it is held. What was announced costs nothing, only what came: else a few who announce and do not send would keep
  /// everybody else out.
  struct Bytes {
    Impl& server;
    Peer& peer;
    std::size_t bytes = 0;
    Bytes(Impl& s, Peer& p) : server(s), peer(p) {}
    Bytes(const Bytes&) = delete;
    Bytes& operator=(const Bytes&) = delete;
    ~Bytes() { become(0); }
    void become(std::size_t now) {
      server.reading_bytes += now - bytes;
      peer.reading_bytes += now - bytes;
      bytes = now;
    }
    bool room_for(std::size_t more) const {
      return server.reading_bytes + more <= server.config.bodies_bytes_max && peer.reading_bytes + more <= server.config.bodies_per_peer_max;
    }
  };
  /// A request on its way through the store: the coroutine sleeps on the timer until done() rings it.
  struct Pending {
    explicit Pending(asio::io_context& io) : bell(io, std::chrono::steady_clock::time_point::max()) {}
    asio::steady_timer bell;
    std::optional<Reply> reply;
    std::shared_ptr<std::atomic<bool>> gone = std::make_shared<std::atomic<bool>>(false);
  };

  asio::awaitable<void> listen() {
    for (;;) {
      error_code error;
      auto socket = co_await acceptor->async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (error == asio::error::operation_aborted || !acceptor->is_open()) co_return;
      if (error) {  // out of descriptors: let some go
        asio::steady_timer pause(io, std::chrono::milliseconds(100));
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
        continue;
      }
      const auto peer = socket.remote_endpoint(error).address();
      if (error) continue;
      const auto known = peers.find(peer);
      if (open >= config.connections_max || (known != peers.end() && known->second.connections >= config.connections_per_peer)) continue;  // closes it
      socket.set_option(tcp::no_delay(true), error);
      asio::co_spawn(io, connection(std::move(socket), peer), asio::detached);
    }
  }

  asio::awaitable<void> connection(tcp::socket socket, asio::ip::address peer) {
    Seat seat(*this, std::move(peer));
    try {
      if (secure) {
        Tls stream(std::move(socket), tls);
        beast::get_lowest_layer(stream).expires_after(config.header_patience);
        co_await stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
        co_await requests(stream, seat.peer);
        beast::get_lowest_layer(stream).expires_after(std::chrono::seconds(2));
        error_code ignored;  // the peer may have gone already
        co_await stream.async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
      } else {
        Plain stream(std::move(socket));
        stream.expires_after(config.header_patience);
        co_await requests(stream, seat.peer);
        error_code ignored;
        stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
      }
    } catch (const std::exception&) {
      // A connection that broke, timed out or spoke nonsense is over; the peer will come again and resend.
    }
  }

  template <class Stream>
  asio::awaitable<void> answer(Stream& stream, Reply reply, unsigned version, bool keep_alive) {
    http::response<http::string_body> out;
    out.version(version);
    out.result(static_cast<unsigned>(reply.status));
    for (const auto& [name, value] : reply.headers) out.set(name, value);
    out.body() = std::move(reply.body);
    out.keep_alive(keep_alive);
    out.prepare_payload();
    beast::get_lowest_layer(stream).expires_after(transfer_time(out.body().size()));
    co_await http::async_write(stream, out, asio::use_awaitable);
  }

  template <class Stream>
  asio::awaitable<void> requests(Stream& stream, Peer& peer) {
    beast::flat_buffer buffer;
    bool first = true;
    for (;;) {
      if (!first && buffer.size() == 0) {
        // Between requests a connection may rest; the clock of the header starts with its first byte.
        beast::get_lowest_layer(stream).expires_never();
        asio::steady_timer idle(io, config.idle_patience);
        error_code a, b;
        const auto which = co_await (beast::get_lowest_layer(stream).socket().async_wait(tcp::socket::wait_read, asio::redirect_error(asio::use_awaitable, a)) ||
                                     idle.async_wait(asio::redirect_error(asio::use_awaitable, b)));
        if (which.index() == 1 || a) co_return;
      }
      if (!first) beast::get_lowest_layer(stream).expires_after(config.header_patience);
      first = false;

      http::request_parser<http::string_body> parser;
      parser.header_limit(config.header_bytes_max);
      parser.body_limit(config.body_bytes_max);
      error_code error;
      co_await http::async_read_header(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
      if (error == http::error::header_limit) {
        co_await answer(stream, edge_refusal(431, "header too large"), 11, false);
        co_return;
      }
      if (error == http::error::body_limit) {
        co_await answer(stream, edge_refusal(413, "body too large"), 11, false);
        co_return;
      }
      if (error) co_return;
      const auto& head = parser.get();
      const unsigned version = head.version();
      const bool keep_alive = head.keep_alive();
      std::size_t length = 0;
      if (parser.chunked()) {
        co_await answer(stream, edge_refusal(411, "a length is needed"), version, false);
        co_return;
      }
      if (const auto said = parser.content_length()) length = static_cast<std::size_t>(*said);
      if (length > config.body_bytes_max) {
        co_await answer(stream, edge_refusal(413, "body too large"), version, false);
        co_return;
      }
      Bytes held(*this, peer);
      const auto began = std::chrono::steady_clock::now();
      bool busy = !held.room_for(std::min(length, body_part));
      while (!busy && !parser.is_done()) {
        // The clock runs with what has come: who sends a byte now and then is cut off after the patience, not after hours.
        beast::get_lowest_layer(stream).expires_at(began + config.body_patience + slow_time(parser.get().body().size()));
        co_await http::async_read_some(stream, buffer, parser, asio::use_awaitable);
        held.become(parser.get().body().size());
        busy = !parser.is_done() && !held.room_for(body_part);
      }
      if (busy) {
        auto refusal = edge_refusal(503, "busy");
        refusal.headers.push_back({"Retry-After", "2"});
        co_await answer(stream, std::move(refusal), version, false);
        co_return;
      }

      auto message = parser.release();
      Request request;
      request.method = std::string(message.method_string());
      request.target = std::string(message.target());
      for (const auto& field : message) request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
      request.body = std::move(message.body());
      const bool long_poll = request.target.find("wait=") != std::string::npos;

      auto pending = std::make_shared<Pending>(io);
      serve(std::move(request),
            [door = gate, waiting = std::weak_ptr<Pending>(pending)](std::function<Reply()> make) {
              const std::lock_guard lock(door->mutex);
              if (door->io == nullptr) return;
              asio::post(*door->io, [waiting, make = std::move(make)] {
                const auto still = waiting.lock();
                if (!still) return;
                still->reply = make();
                // Not cancel(): whoever begins to wait only now must be woken, too.
                still->bell.expires_at(std::chrono::steady_clock::time_point::min());
              });
            },
            pending->gone);
      beast::get_lowest_layer(stream).expires_never();
      if (!pending->reply) {
        error_code rung, hung_up;
        if (long_poll) {
          // Our clients never send ahead: something to read during a long poll means the peer hung up.
          const auto which = co_await (pending->bell.async_wait(asio::redirect_error(asio::use_awaitable, rung)) ||
                                       beast::get_lowest_layer(stream).socket().async_wait(tcp::socket::wait_read, asio::redirect_error(asio::use_awaitable, hung_up)));
          if (which.index() == 1) {
            *pending->gone = true;
            co_return;
          }
        } else {
          co_await pending->bell.async_wait(asio::redirect_error(asio::use_awaitable, rung));
        }
      }
      if (!pending->reply) co_return;  // the server is stopping
      co_await answer(stream, std::move(*pending->reply), version, keep_alive);
      if (!keep_alive) co_return;
    }
  }

  static Reply edge_refusal(int status, std::string what) {
    return Reply{status, {{"Content-Type", "application/json"}}, to_json(Refusal{status == 503 ? "unavailable" : "invalid", std::move(what), 0})};
  }
};

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpConfig config, Serve serve) {
  auto impl = std::make_shared<Impl>();
  impl->config = std::move(config);
  impl->serve = std::move(serve);
  error_code error;
  const auto& settings = impl->config;
  if (settings.cert_file.empty() != settings.key_file.empty()) return Error{Code::Invalid, "tls: certificate and key come together"};
  if (!settings.cert_file.empty()) {
    impl->secure = true;
    SSL_CTX_set_min_proto_version(impl->tls.native_handle(), TLS1_3_VERSION);
    impl->tls.use_certificate_chain_file(settings.cert_file, error);
    if (error) return Error{Code::Invalid, "tls-cert: cannot be read: " + settings.cert_file};
    impl->tls.use_private_key_file(settings.key_file, asio::ssl::context::pem, error);
    if (error) return Error{Code::Invalid, "tls-key: cannot be read or does not fit: " + settings.key_file};
  }
  const auto address = asio::ip::make_address(settings.address, error);
  if (error) return Error{Code::Invalid, "listen: not an address: " + settings.address};
  const tcp::endpoint endpoint(address, settings.port);
  auto& acceptor = *impl->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(1024, error);
  if (error)
    return Error{error == asio::error::address_in_use ? Code::Conflict : Code::Invalid,
                 "listen: " + settings.address + ":" + std::to_string(settings.port) + ": " + error.message()};
  impl->port = acceptor.local_endpoint().port();
  impl->gate->io = &impl->io;
  asio::co_spawn(impl->io, impl->listen(), asio::detached);
  impl->thread = std::thread([running = impl.get()] {
    pthread_setname_np(pthread_self(), "hub-net");
    running->io.run();
  });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::~HttpServer() {
  {
    const std::lock_guard lock(impl_->gate->mutex);
    impl_->gate->io = nullptr;
  }
  impl_->io.stop();
  impl_->thread.join();
  impl_->acceptor.reset();
  impl_->context.reset();  // destroys the coroutines, which refer to us
}

std::uint16_t HttpServer::port() const { return impl_->port; }
int HttpServer::connections() const { return impl_->open; }

}  // namespace yizhan::sync
