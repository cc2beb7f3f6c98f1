/// What was typed must not outlive the visit (trust.md T1, T10): freed memory is zeroed before it goes back to the heap.
/// Linking this room replaces global operator new/delete by forms that zero on free; ImGui gets the same allocator.
#pragma once
#include <cstddef>

namespace yizhan::ui {

/// malloc that counts nothing and throws nothing; nullptr when out of memory.
void* clean_alloc(std::size_t bytes, void* unused = nullptr);
/// Zeroes the whole block, then frees it. Addresses inside a registered font mapping are left alone: fonts are files.
void clean_free(void* block, void* unused = nullptr);
/// Registers a read-only file mapping that ImGui believes it owns.
void keep_mapping(const void* begin, std::size_t bytes);
/// Overwrites free heap blocks that other libraries left behind (they call free() themselves). About a millisecond.
void scrub_heap();

}  // namespace yizhan::ui
