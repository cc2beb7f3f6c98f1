/// What a fuzz target is, and what its drivers share: libFuzzer (fuzz_main.cpp, clang) and the replay of the corpora (replay_main.cpp,
/// any compiler). docs/FUZZING.md says how to add one.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace yizhan::fuzz {

/// A seed of a corpus: the name of its file and its bytes.
using Seed = std::pair<std::string, std::string>;

struct Target {
  const char* name;                    ///< "event_line": the word on the command line and the folder of its corpus
  const char* what;                    ///< what must hold, in one line
  std::size_t bytes_max;               ///< longest input worth trying
  void (*run)(std::string_view input); ///< ends the process through must() when something does not hold
  std::vector<Seed> (*seeds)();        ///< makes the corpus anew; obviously fictional
};
/// Every target linked into this program, by name.
std::vector<Target>& targets();
/// Prints name, longest input and what must hold of every target, a line each, apart by tabs.
void list_targets();
/// Writes the seeds of every target into DIR/<target>.
void make_seeds(const std::string& dir);
struct Join {
  explicit Join(Target target);
};

/// A property that does not hold: prints it and aborts, which is what fuzzers look for. In release too.
[[noreturn]] void broken(const char* file, int line, const char* what);
#define MUST(condition, what)                                                      \
  do {                                                                             \
    if (!(condition)) ::yizhan::fuzz::broken(__FILE__, __LINE__, what);            \
  } while (false)

/// The value of something that is part of the scenery and cannot fail.
template <class T>
T have(Result<T> result, const char* what = "the scenery stands") {
  if (!result) {
    std::fprintf(stderr, "fuzz: %s\n", result.error().what.c_str());
    broken(__FILE__, __LINE__, what);
  }
  return *std::move(result);
}

/// Takes an input apart. Total: at the end everything is zero or empty.
class Feed {
 public:
  explicit Feed(std::string_view bytes) : rest_(bytes) {}
  bool empty() const { return rest_.empty(); }
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto b = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return b;
  }
  std::size_t below(std::size_t n) { return n == 0 ? 0 : byte() % n; }
  bool flag() { return (byte() & 1U) != 0; }
  template <class Number>
  Number number() {
    Number n{};
    for (std::size_t i = 0; i < sizeof n; ++i) n = static_cast<Number>(n | static_cast<Number>(static_cast<Number>(byte()) << (8 * i)));
    return n;
  }
  float real() {
    const auto bits = number<std::uint32_t>();
    float f = 0;
    std::memcpy(&f, &bits, sizeof f);
    return f;
  }
  /// Up to the next zero byte, which is taken too.
  std::string_view word() {
    const auto end = rest_.find('\0');
    const auto found = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return found;
  }
  std::string_view rest() { return std::exchange(rest_, {}); }

 private:
  std::string_view rest_;
};

/// A literal with all its bytes, zeroes too.
template <std::size_t n>
std::string raw(const char (&literal)[n]) {
  return {literal, n - 1};
}
/// A folder of this process in memory (/dev/shm), gone at its end.
const std::string& scratch();
/// Writes a file as it is; for inputs that are read from a path.
void put_file(const std::string& path, std::string_view bytes);
std::string file_bytes(const std::string& path);
/// Where the tree is: assets, golden envelopes.
std::string source_dir();

}  // namespace yizhan::fuzz
