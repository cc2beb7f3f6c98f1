/// What a visitor said must not outlive the visit in this process's memory (trust.md 10, T2; proven by tests/e2e/wipe_scan.py).
/// Linking this file replaces the C allocator's free and realloc, for every library in the process, by forms that overwrite what
/// they let go; kiosk/ui/memory.h does the same for C++ alone. What is never freed is left to the two functions below.
#pragma once
#include <string.h>

#include <memory>
#include <utility>

namespace yizhan::kiosk {

/// Overwrites this thread's stack below the caller, where calls that have returned left their copies. Call it from a frame that
/// never held any. 20 microseconds.
void wipe_stack();

/// Gives a value that stays new bytes: short strings, optionals and variants keep what they held behind their ends.
template <class T>
void renew(T& value) {
  T kept = std::move(value);  // its own leftovers lie on the stack
  std::destroy_at(&value);
  explicit_bzero(static_cast<void*>(&value), sizeof value);
  std::construct_at(&value, std::move(kept));
}

}  // namespace yizhan::kiosk
