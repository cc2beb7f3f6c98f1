/// Commands to a running hub from the same machine, over a Unix socket in its data directory; and the commands themselves,
/// which `hub` runs directly when no hub is running. One JSON line in, one JSON line out.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "sync/server.h"

namespace yizhan::sync {

/// {"do":"decide","matter","type","body","unnamed"} · {"do":"invite","origin","role","windows","name"} · {"do":"revoke","origin"} ·
/// {"do":"devices"} · {"do":"anchors"} · {"do":"discipline","keys":[…]} · {"do":"install_keys","set"} · {"do":"staff_…"} (hub_staff.cpp). Answers {"ok":true,…} or {"ok":false,"code","what"}. On the thread that owns the hub.
std::string run_command(Hub& hub, std::string_view command, Time wall);

class ControlSocket {
 public:
  /// Only the owner of the data directory may connect (0600). Errors: Io.
  static Result<std::unique_ptr<ControlSocket>> listen(const std::string& data_dir, std::function<std::string(std::string)> answer);
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

 private:
  ControlSocket() = default;
  void loop();
  int directory_ = -1, listener_ = -1, stop_ = -1;
  std::function<std::string(std::string)> answer_;
  std::thread thread_;
};

/// One command to the hub that runs on this data directory; nothing when none runs there. Errors: Unavailable (no answer).
std::optional<Result<std::string>> command_running_hub(const std::string& data_dir, const std::string& command);

}  // namespace yizhan::sync
