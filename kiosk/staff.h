/// Who sits at a desk, and the key that person unlocked. Values only; floor 3.
#pragma once
#include <string>
#include <utility>

#include "core/seal.h"

namespace yizhan::kiosk {

/// The hall's duty key and whose hands it is in. Made on the store thread when somebody signs in, and gone with the lock: what it
/// held is overwritten. Never copied, never in a snapshot, a log or a file.
struct Keyring {
  KeyPair hall;       ///< X25519: opens what is sealed to the hall (core/key_set.h)
  std::string staff;  ///< id, "L01": what Viewed::staff says
  std::string role;   ///< lawyer, mediator, reception, manager, auditor
  Keyring(KeyPair key, std::string id, std::string as) : hall(std::move(key)), staff(std::move(id)), role(std::move(as)) {}
  ~Keyring() { wipe(hall.secret_hex); }
  Keyring(const Keyring&) = delete;
  Keyring& operator=(const Keyring&) = delete;
};

}  // namespace yizhan::kiosk
