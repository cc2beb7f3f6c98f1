/// The real transport: libcurl on one keep-alive connection. One thread uses exchange(); any thread may call interrupt().
#pragma once
#include <memory>
#include <string>

#include "sync/wire.h"

namespace yizhan::sync {

struct CurlConfig {
  std::string url;             ///< "https://hall:7301"; a path in it is ignored
  std::string ca_file;         ///< the private CA; needed for https, no other CA is trusted
  std::string pinned_key;      ///< optional, curl's form "sha256//…="
  Span connect_patience{5'000};
  Span exchange_max{600'000};  ///< the whole of one exchange: a batch or a piece at 1,000 bytes a second fits, an endless trickle does not
};

/// Never follows a redirect, never asks a proxy, speaks TLS 1.3 only on https, caps headers and body, gives up on a
/// transfer that makes no progress (200 bytes a second over `patience`), and on one of any length after `exchange_max` (sync.md 9, 11).
class CurlTransport final : public Transport {
 public:
  /// Errors: Invalid (not an http or https URL, https without a readable CA file).
  static Result<std::unique_ptr<CurlTransport>> make(CurlConfig config);
  ~CurlTransport() override;
  Result<Reply> exchange(const Request& request, Span patience) override;
  /// Ends a long poll under way, or the next one, with `interrupted_words`; other requests run to their end.
  void interrupt();
  /// Ends whatever is under way with `interrupted_words`; every later exchange fails too. For shutting down. Any thread.
  void stop();

 private:
  struct Impl;
  explicit CurlTransport(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yizhan::sync
