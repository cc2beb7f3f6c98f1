/// The HTTP edge of a hub: Boost.Beast on one io_context thread, optional TLS 1.3. Knows nothing of the protocol.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "sync/wire.h"

namespace yizhan::sync {

struct HttpConfig {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                  ///< 0: any free one, see port()
  std::string cert_file, key_file;         ///< both or none; PEM
  std::uint32_t header_bytes_max = 64u << 10;
  std::size_t body_bytes_max = request_bytes_max;
  std::size_t bodies_bytes_max = 64u << 20;///< of all requests being read at once, as they have arrived; beyond it 503
  std::size_t bodies_per_peer_max = 16u << 20;  ///< of those, one address's
  Span body_patience{30'000};              ///< a body may be that late; then it must have come at 500 bytes a second on the whole
  Span header_patience{10'000};            ///< handshake and header together (T16)
  Span idle_patience{75'000};
  int connections_per_peer = 32;
  int connections_max = 4096;
};

class HttpServer {
 public:
  /// Finishes a request; any thread, once. `make` runs on the server's own thread (packing and signing belong there).
  using Done = std::function<void(std::function<Reply()> make)>;
  /// Called on the server's thread with each whole request. `gone` becomes true when the peer hung up while it waited.
  using Serve = std::function<void(Request request, Done done, std::shared_ptr<const std::atomic<bool>> gone)>;

  /// Binds, listens and starts the thread. Errors: Invalid (address, certificate), Conflict (port in use).
  static Result<std::unique_ptr<HttpServer>> start(HttpConfig config, Serve serve);
  ~HttpServer();  ///< closes every connection and joins the thread
  std::uint16_t port() const;
  int connections() const;

 private:
  struct Impl;
  explicit HttpServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace yizhan::sync
