// What a visitor said leaves the memory (trust.md 10): the parts; the whole is tests/e2e/wipe_scan.py.
#include "kiosk/engine/wipe.h"

#include <alloca.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "world.h"

using namespace engine_tests;

namespace {

void plain_build_only() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  SKIP("needs a build without sanitizers");
#endif
}

constexpr unsigned char mark = 0xA7;

/// How many bytes of the mark lie at an address that nobody owns any more.
[[gnu::noinline]] std::size_t marks_at(std::uintptr_t address, std::size_t bytes) {
  const auto* at = reinterpret_cast<const volatile unsigned char*>(address);
  std::size_t found = 0;
  for (std::size_t i = 0; i < bytes; ++i) found += at[i] == mark;
  return found;
}

/// Leaves marks on the stack below its caller, and says where.
[[gnu::noinline]] std::uintptr_t leave_marks(std::size_t depth) {
  auto* room = static_cast<unsigned char*>(alloca(depth));
  std::memset(room, mark, 64);
  asm volatile("" : : "r"(room) : "memory");
  return reinterpret_cast<std::uintptr_t>(room);
}

}  // namespace

TEST_CASE("a freed block holds nothing, whoever frees it", "[wipe][trust10]") {
  plain_build_only();
  for (const std::size_t bytes : {40, 200, 4000, 60'000}) {
    auto* block = static_cast<unsigned char*>(std::malloc(bytes));
    std::memset(block, mark, bytes);
    const auto at = reinterpret_cast<std::uintptr_t>(block);
    CHECK(marks_at(at, bytes) == bytes);
    std::free(block);
    // The allocator's own links lie in the first bytes, and one of theirs may by chance be a mark's.
    CHECK(marks_at(at, bytes) < 4);
  }
}

TEST_CASE("a block that grows leaves nothing where it was, and keeps what it holds", "[wipe][trust10]") {
  plain_build_only();
  for (const std::size_t bytes : {24, 1000, 50'000}) {
    auto* block = static_cast<unsigned char*>(std::malloc(bytes));
    std::memset(block, mark, bytes);
    const auto at = reinterpret_cast<std::uintptr_t>(block);
    void* fence = std::malloc(24);  // nothing can grow where it stands
    auto* moved = static_cast<unsigned char*>(std::realloc(block, bytes * 4));
    REQUIRE(moved != nullptr);
    CHECK(marks_at(reinterpret_cast<std::uintptr_t>(moved), bytes) == bytes);
    if (reinterpret_cast<std::uintptr_t>(moved) != at) CHECK(marks_at(at, bytes) < 4);
    std::free(moved);
    std::free(fence);
  }
  // The corners of realloc.
  void* fresh = std::realloc(nullptr, 100);
  REQUIRE(fresh != nullptr);
  void* large = std::realloc(fresh, 4u << 20);
  REQUIRE(large != nullptr);
  void* small = std::realloc(large, 10);
  REQUIRE(small != nullptr);
  std::free(small);
}

TEST_CASE("what returned calls left on the stack goes, near and deep", "[wipe][trust10]") {
  plain_build_only();
  for (const std::size_t depth : {2'000, 20'000, 200'000}) {
    const auto at = leave_marks(depth);
    const auto left = marks_at(at, 64);
    CHECK(left == 64);
    const auto again = leave_marks(depth);
    wipe_stack();
    const auto after = marks_at(again, 64);
    CHECK(after == 0);
  }
}

TEST_CASE("a renewed value is the same value with new bytes", "[wipe][trust10]") {
  struct Value {
    std::string name;
    std::optional<std::string> card;
    int n = 0;
  };
  alignas(Value) unsigned char bytes[sizeof(Value)];
  Value& value = *new (bytes) Value{"\xA7\xA7\xA7\xA7\xA7\xA7\xA7\xA7", "\xA7\xA7\xA7\xA7", 7};
  value.name = "x";
  value.card.reset();
  CHECK(marks_at(reinterpret_cast<std::uintptr_t>(bytes), sizeof bytes) > 4);
  renew(value);
  CHECK(marks_at(reinterpret_cast<std::uintptr_t>(bytes), sizeof bytes) == 0);
  CHECK(value.name == "x");
  CHECK_FALSE(value.card);
  CHECK(value.n == 7);
  std::destroy_at(&value);
}

TEST_CASE("a kiosk forgets between visits and goes on filing", "[store][wipe]") {
  Machine machine;
  machine.post(filing("v1-f1"));
  const MatterId first = machine.receipt().matter;
  CHECK_FALSE(machine.store->may_forget());  // somebody is here
  machine.post(EndVisit{});
  REQUIRE(machine.store->may_forget());
  REQUIRE(machine.store->forget());
  CHECK_FALSE(machine.store->may_forget());
  CHECK_FALSE(machine.now().outcome);
  machine.post(filing("v2-f1"));
  CHECK(machine.receipt().matter != first);
  CHECK(machine.receipt().ahead == 1);  // who waits is still counted, without what they said
  // The first request is still known by the log.
  machine.post(filing("v1-f1"));
  CHECK(machine.receipt().matter == first);
  CHECK(machine.store->log().verify()->empty());
}

TEST_CASE("what the line reads after a visit is forgotten as well", "[store][wipe]") {
  HallHub hall;
  Machine machine("kiosk", &hall);
  hall.away = true;
  machine.post(filing("v1-f1"));
  machine.post(EndVisit{});
  REQUIRE(machine.store->forget());
  hall.away = false;
  machine.sync();
  CHECK(machine.store->may_forget());
  REQUIRE(machine.store->forget());
  CHECK_FALSE(machine.store->may_forget());
}

TEST_CASE("stopping to listen is no visit", "[store][wipe]") {
  Machine machine;
  machine.post(ReadCard{true});
  CHECK_FALSE(machine.store->may_forget());
  machine.post(EndVisit{});
  machine.post(ReadCard{false});
  machine.post(StopHelper{"h1"});
  CHECK(machine.store->may_forget());
}

TEST_CASE("a log that cannot be opened again is an error", "[store][wipe]") {
  Machine machine;
  machine.post(filing("v1-f1"));
  machine.post(EndVisit{});
  fs::rename(machine.config.data_dir + "/log.db", machine.config.data_dir + "/log.kept");
  fs::create_directory(machine.config.data_dir + "/log.db");
  CHECK_FALSE(machine.store->forget());
}

TEST_CASE("a desk keeps what it works with", "[store][wipe]") {
  HallHub hall;
  Machine desk("desk-lawyer", &hall, "440583-D01");
  desk.sync();
  CHECK_FALSE(desk.store->may_forget());
}
