#include "kiosk/ui/memory.h"

#include <malloc.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace yizhan::ui {

namespace {
struct Mapping {
  const std::byte* begin = nullptr;
  const std::byte* end = nullptr;
};
// Filled once at start by the ui thread; a plain array because operator delete below must not allocate.
std::array<Mapping, 8> mappings;
std::size_t mapping_count = 0;
}  // namespace

void* clean_alloc(std::size_t bytes, void*) { return std::malloc(bytes); }

void clean_free(void* block, void*) {
  if (!block) return;
  const auto* at = static_cast<const std::byte*>(block);
  for (std::size_t i = 0; i < mapping_count; ++i)
    if (at >= mappings[i].begin && at < mappings[i].end) return;
  explicit_bzero(block, malloc_usable_size(block));
  std::free(block);
}

void keep_mapping(const void* begin, std::size_t bytes) {
  if (mapping_count == mappings.size()) std::abort();
  const auto* at = static_cast<const std::byte*>(begin);
  mappings[mapping_count++] = {at, at + bytes};
}

void scrub_heap() {
  // Small free blocks sit in the allocator's bins by size: taking several of each size takes the ones just given back.
  constexpr std::size_t largest = 4096, step = 16, of_each = 16;
  std::array<void*, of_each> taken{};
  for (std::size_t bytes = step; bytes <= largest; bytes += step) {
    for (void*& block : taken) {
      block = std::malloc(bytes);
      if (block) explicit_bzero(block, malloc_usable_size(block));
    }
    for (void* block : taken) std::free(block);
  }
  malloc_trim(0);  // whole free pages go back to the system, which zeroes them
}

}  // namespace yizhan::ui

// std::string, std::vector and C++ libraries in this process all come through here. The aligned forms stay the library's own.
void* operator new(std::size_t bytes) {
  if (void* block = std::malloc(std::max<std::size_t>(bytes, 1))) return block;
  throw std::bad_alloc();
}
void* operator new[](std::size_t bytes) { return operator new(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return std::malloc(std::max<std::size_t>(bytes, 1)); }
void* operator new[](std::size_t bytes, const std::nothrow_t& no) noexcept { return operator new(bytes, no); }
void operator delete(void* block) noexcept {
  if (!block) return;
  explicit_bzero(block, malloc_usable_size(block));
  std::free(block);
}
void operator delete[](void* block) noexcept { operator delete(block); }
void operator delete(void* block, std::size_t) noexcept { operator delete(block); }
void operator delete[](void* block, std::size_t) noexcept { operator delete(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { operator delete(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { operator delete(block); }
