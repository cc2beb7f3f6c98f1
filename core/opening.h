/// Opening what was sealed under a key-set, for somebody who holds a key: copies of events with their texts in place. Nothing of it is ever
/// stored; who opens says so in the log first (trust.md I7). Floor 4 inside core.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/seal.h"

namespace yizhan {

struct Opening {
  std::vector<Event> events;         ///< the same events; those that opened carry the fact's own body
  bool opened = false;               ///< the matter itself is readable now
  bool refused = false;              ///< its envelope is not for this key: an accusation to everybody in the hall and at the county (XFTL 30)
  std::vector<std::string> doubts;   ///< words for a person: an envelope that another device signed than the one that filed
};
/// `device_keys` gives the Ed25519 public keys of a device, hex, the present one and earlier ones; empty when it is not known (then nothing is said
/// about the signature).
/// Events of other matters are passed through. What cannot be opened stays as it is.
Opening open_matter(const MatterId& matter, std::span<const Event> events, const KeyPair& reader, const std::function<std::vector<std::string>(const Origin&)>& device_keys = {});

}  // namespace yizhan
