/// A whole hub: data directory, log, Hub, and when it serves its threads (network, store, upstream, control).
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "sync/http_server.h"
#include "sync/server.h"

namespace yizhan::sync {

struct HubOptions {
  std::string data_dir;
  Origin origin;                    ///< needed at the first start; kept in the data directory
  bool county = false;              ///< at the first start; kept as well
  std::string listen = "127.0.0.1:7300";
  std::string tls_cert, tls_key;
  std::string upstream_url, upstream_code, ca_file;
  std::string assets_dir, jurisdiction = "national";
  int connections_per_peer = 32;
  std::string county_key;           ///< questions and decisions only: file of the county's secret key; "" none
};

/// "127.0.0.1:7300" or "[::1]:7300" → address and port. Errors: Invalid.
Result<std::pair<std::string, std::uint16_t>> parse_listen(std::string_view text);

class HubProcess {
 public:
  /// Opens the data directory (making it at the first start), its key, books and log. No thread yet.
  /// Errors: Invalid (options, books: says file and line), Conflict (another hub runs on it), Io, Corrupt.
  static Result<std::unique_ptr<HubProcess>> open(HubOptions options);
  ~HubProcess();
  Hub& hub();                       ///< only before serve()
  EventLog& log();                  ///< only before serve()
  const HubConfig& config() const;
  /// Starts the threads. `broken` is called from one of them when the disk failed: end the process.
  Status serve(std::function<void(const Error&)> broken);
  std::uint16_t port() const;       ///< the port it listens on

 private:
  struct Impl;
  explicit HubProcess(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

inline constexpr const char* hub_log_name = "hub.db";
inline constexpr const char* hub_projection_name = "projection.db";

/// A file only its owner may read, written whole or not at all. Errors: Io, Conflict (it exists and must not be replaced).
Status write_private_file(const std::string& path, std::string_view bytes, bool replace);
Result<std::string> read_small_file(const std::string& path);

}  // namespace yizhan::sync
