/// Port: the identity card reader. Device thread only, and only while a screen asks for a card: nobody is read in passing.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "core/petition.h"
#include "core/result.h"
#include "kiosk/messages.h"

namespace yizhan::kiosk {

struct IdReader {
  virtual ~IdReader() = default;
  /// Ready, Absent or Fault. At most 300 ms.
  virtual DeviceState state() = 0;
  /// A card that was laid on since the last call, or nothing. The same card is reported once until it is taken away.
  /// Errors: Unavailable (the reader is gone), Invalid (taken away too early, or unreadable: lay it on again). At most 300 ms.
  virtual Result<std::optional<Identity>> poll() = 0;
};

/// A card as a file: <dir>/card.txt with lines "name=…", "number=…", "address=…" and a last line "end". A file without "end"
/// is a card that was pulled while it was read. <dir>/reader.state holds "reader=ok|absent" (no file: ok).
std::unique_ptr<IdReader> simulated_reader(const std::string& dir);
/// A machine without a reader: Absent, never a card.
std::unique_ptr<IdReader> no_reader();
/// By the word of the configuration: "simulated", "none".
std::unique_ptr<IdReader> make_reader(const std::string& word, const std::string& devices_dir);

}  // namespace yizhan::kiosk
