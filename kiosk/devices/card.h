/// Port: the smart card of a person, which opens a small secret after its own PIN and counts wrong ones itself.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

namespace yizhan::kiosk {

struct Card {
  virtual ~Card() = default;
  /// Closes `plain` (at most 64 bytes) for the key on the card. Base64. May take a second.
  /// Errors: Unavailable (no card, no module), NotFound (no RSA key on it), Invalid (wrong PIN, or the card is locked: says which).
  virtual Result<std::string> close(std::string_view plain, std::string_view pin) = 0;
  virtual Result<std::string> open(std::string_view closed, std::string_view pin) = 0;
};

/// Through a PKCS#11 module, such as /usr/lib/…/opensc-pkcs11.so; loaded with each use, so that a card may be put in later.
std::unique_ptr<Card> make_card(const std::string& module);
inline constexpr std::string_view card_wrong_pin = "card: wrong PIN", card_locked = "card: locked", card_absent = "card: none is in the reader";

}  // namespace yizhan::kiosk
