/// One character as many hands would write it: parts moved, turned and bent, corners rounded, strokes run together or left out.
#pragma once
#include <cstdint>

#include "kiosk/ink/ink.h"

namespace yizhan::ink {

/// A small fast generator; the same seed gives the same model on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ull + 0x1234567ull) { next(); }
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  float uniform() { return static_cast<float>(next() >> 40) * 0x1p-24f; }
  float uniform(float low, float high) { return low + (high - low) * uniform(); }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
  /// Near enough to a normal distribution, without its rare monsters: the sum of four.
  float normal() { return (uniform() + uniform() + uniform() + uniform() - 2) * 1.7320508f; }

 private:
  std::uint64_t state_;
};

/// How far a hand strays; 1 is a person in no hurry. The figures are shares of the character's side.
struct Hand {
  float shape = 1;       ///< slant, turn, proportions, slow bends
  float parts = 1;       ///< each stroke's own place, size and turn
  float tremor = 1;
  float joined = 0;      ///< share of strokes that run into the next one
  float missing = 0;     ///< chance that one stroke is left out
  float rounded = 0;     ///< 0…1: corners cut short
};
/// A hand drawn by lot, from careful to hasty.
Hand some_hand(Random& random);

/// The character as that hand would write it. `strokes` in a square of side 1.
Ink vary(const Ink& strokes, const Hand& hand, Random& random);

}  // namespace yizhan::ink
