/// `hub receipt`: does a receipt hold? Whoever signed it, and what this log knows of it (docs/RECEIPTS.md).
#pragma once
#include <string>
#include <vector>

#include "core/event_log.h"
#include "core/receipt_proof.h"
#include "sync/wire.h"

namespace yizhan::sync {

struct ReceiptCheck {
  ReceiptProof proof;
  Origin device;                  ///< "440583-K03", out of the number
  enum class Signed { Yes, No, Unknown } signed_by_device = Signed::Unknown;  ///< Unknown: its key is not here and none was given
  enum class Known { Same, Other, NotHere } known = Known::NotHere;  ///< Same: this log holds the matter with this moment and this envelope
  bool head_found = false;        ///< the chain hash it names stands in the device's log here
  /// The receipt holds: signed, and nothing here contradicts it.
  bool holds() const { return signed_by_device == Signed::Yes && known != Known::Other; }
};
/// `key_hex` beats the enrolled device's key; "" takes that one. Errors: Invalid (not a receipt's text), Io, Corrupt.
Result<ReceiptCheck> check_receipt(const EventLog& log, const std::vector<Device>& devices, std::string_view text, std::string_view key_hex);

}  // namespace yizhan::sync
