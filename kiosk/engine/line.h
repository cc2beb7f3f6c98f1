/// The line to the hub, loaded when it is first needed: libcurl brings forty libraries, and a screen that sends nothing yet
/// should not wait for them (cold start: 40 ms of 130).
#pragma once
#include <memory>
#include <string>

#include "sync/wire.h"

namespace yizhan::kiosk {

/// A transport whose exchange another thread can end. Rules of sync::CurlTransport, which is behind it.
struct Line : sync::Transport {
  virtual void interrupt() = 0;
  virtual void stop() = 0;
};

/// Whether a line could be made of these at all; cheap. Errors: Invalid (not http or https, https without a readable CA file).
Status check_line(const std::string& url, const std::string& ca_file);
/// Loads kiosk-line.so, beside this program or in ../lib/yizhan, at the first call. Any thread.
/// Errors: as check_line; Unavailable (the module is missing or does not fit).
Result<std::unique_ptr<Line>> open_line(const std::string& url, const std::string& ca_file, Span connect_patience = Span{3'000});

}  // namespace yizhan::kiosk
