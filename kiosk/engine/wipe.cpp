#include "kiosk/engine/wipe.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>

// A sanitizer keeps what was freed on purpose, and replaces these itself.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

// glibc's own forms, which it exports for programs that replace the public ones.
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_realloc(void* block, std::size_t bytes);
void __libc_free(void* block);
}

namespace {
/// A block with a mapping of its own goes back to the system as a whole. glibc says so in the word before it.
bool mapped(const void* block) { return (static_cast<const std::size_t*>(block)[-1] & 2) != 0; }
}  // namespace

extern "C" void free(void* block) {
  if (block == nullptr) return;
  if (!mapped(block)) explicit_bzero(block, malloc_usable_size(block));
  __libc_free(block);
}

extern "C" void* realloc(void* block, std::size_t bytes) {
  // Pages are moved, not copied, so nothing stays behind.
  if (block == nullptr || mapped(block)) return __libc_realloc(block, bytes);
  if (bytes == 0) {
    free(block);
    return nullptr;
  }
  const std::size_t had = malloc_usable_size(block);
  if (bytes <= had && bytes >= had / 2) return block;
  void* moved = __libc_malloc(bytes);
  if (moved == nullptr) return nullptr;
  memcpy(moved, block, std::min(had, bytes));
  free(block);
  return moved;
}

namespace yizhan::kiosk {
namespace {

constexpr std::size_t near_bytes = 32u << 10;

[[gnu::noinline]] void wipe_near() {
  char room[near_bytes];
  explicit_bzero(room, sizeof room);
}

}  // namespace

[[gnu::noinline]] void wipe_stack() {
  // Close by it is overwritten; whole pages further down go back to the system, which hands out empty ones.
  wipe_near();
  pthread_attr_t about;
  if (pthread_getattr_np(pthread_self(), &about) != 0) return;
  void* lowest = nullptr;
  std::size_t size = 0;
  const bool known = pthread_attr_getstack(&about, &lowest, &size) == 0;
  pthread_attr_destroy(&about);
  if (!known) return;
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto from = (reinterpret_cast<std::uintptr_t>(lowest) + page - 1) / page * page;
  const auto to = (reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) - near_bytes / 2) / page * page;
  // The main thread's stack is mapped only as far as it was used: the hole below it is no error.
  if (to > from) madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
}

}  // namespace yizhan::kiosk

#else
namespace yizhan::kiosk {
void wipe_stack() {}
}  // namespace yizhan::kiosk
#endif
