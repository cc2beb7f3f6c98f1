/// What a real keyboard did.
#pragma once
#include <string>

namespace yizhan::writing {

/// One thing: a named key ("Enter", "Backspace", "Left") or text, never both.
struct Stroke {
  std::string name, text;
  bool operator==(const Stroke&) const = default;
};

}  // namespace yizhan::writing
