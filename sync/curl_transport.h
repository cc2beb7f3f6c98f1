/// The transport port over libcurl: HTTP/1.1 keep-alive, optional TLS 1.3 with a private CA. Blocks its thread while it waits.
#pragma once
#include <memory>
#include <string>

#include "sync/wire.h"

namespace yizhan::sync {

struct CurlOptions {
  std::string base_url;              ///< "http://127.0.0.1:7301" or "https://…", without a path
  std::string ca_file;               ///< PEM of the private CA for https; empty: the system's store is NOT used, https then fails
  Span connect_patience{3'000};
};

/// One keep-alive connection; one exchange at a time; exchange() from one thread. Limits and refusals of sync.md 9 and 11: no
/// redirect, no proxy, http/https only, reply capped in the write callback, `patience` with less than 200 bytes a second ends
/// the exchange.
class CurlTransport final : public Transport {
 public:
  /// Errors: Invalid (base_url is not http or https), Unavailable (libcurl cannot start).
  static Result<std::unique_ptr<CurlTransport>> open(const CurlOptions& options);
  ~CurlTransport() override;
  Result<Reply> exchange(const Request& request, Span patience) override;
  /// Any thread: ends the exchange under way at once (it returns Unavailable "interrupted"), or the next one when none is
  /// under way: a caller that writes, nudges the client and interrupts can never fall into a long poll that misses the news.
  void interrupt();
  /// Any thread: like interrupt(), and every later exchange fails too. For shutting down.
  void stop();

 private:
  struct Impl;
  explicit CurlTransport(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yizhan::sync
