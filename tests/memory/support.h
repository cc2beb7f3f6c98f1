/// What every memory test needs: a scratch directory, random facts with a seed, and short names.
#pragma once
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "core/event_log.h"
#include "core/strokes.h"

namespace yizhan::test {

/// A directory that goes away with the test.
class Scratch {
 public:
  explicit Scratch(const std::filesystem::path& under = std::filesystem::temp_directory_path());
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The bytes of all files there, one after another.
std::string files_of(const Scratch& scratch);

/// Random facts with everything people type in them: Chinese, rare characters, quotes, controls, emptiness.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : rng_(seed) {}
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(rng_() % n); }
  bool yes() { return below(2) == 0; }
  template <class E>
  E pick(int last) {
    return static_cast<E>(below(static_cast<std::size_t>(last) + 1));
  }
  std::string text();
  std::vector<std::string> texts();
  Identity identity();
  Petition petition();
  Ruling ruling();
  Strokes strokes();
  Fact fact();
  std::mt19937_64& rng() { return rng_; }

 private:
  std::mt19937_64 rng_;
};

inline const Origin kiosk = "440583-K03", desk1 = "440583-D01", desk2 = "440583-D02", hall_hub = "440583-H01",
                    county = "440583-C.H01";
inline const MatterId a_matter = "440583-K03-20261120-0001-7";
/// 2026-11-20 10:00 in the hall, and minutes after it.
inline Time ten(int minutes = 0) { return Time{Span{1'795'140'000'000}} + std::chrono::minutes{minutes}; }

/// Events of one log, chained, as its author would state them.
class Author {
 public:
  explicit Author(Origin origin) : origin_(std::move(origin)) {}
  Event say(const MatterId& matter, const Fact& fact, Time at);
  std::uint64_t seq() const { return seq_; }

 private:
  Origin origin_;
  std::uint64_t seq_ = 0;
  Digest last_{};
};

/// `n` bytes that nothing compresses, the same for the same seed; and the fact that names them.
std::string noise(std::size_t n, std::uint64_t seed = 1);
Attached attached(std::string_view bytes, std::string_view kind = attached_statement);

Petition sample_petition();
std::unique_ptr<EventLog> open_log(const std::string& path, const std::string& vfs = "");
bool same(const Event& a, const Event& b);

}  // namespace yizhan::test
