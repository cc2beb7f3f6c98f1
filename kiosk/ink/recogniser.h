/// One character: from ink to the classes it looks like. Order, direction and number of strokes do not matter.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "kiosk/ink/features.h"
#include "kiosk/ink/ink.h"
#include "kiosk/ink/model.h"

namespace yizhan::ink {

struct Guess {
  char32_t code = 0;
  float score = 0;        ///< log-likelihood but for a constant of this ink; the larger the better
  bool rare = false;
  std::uint32_t place = 0;  ///< class number in its table
};

struct Look {
  std::vector<Guess> guesses;  ///< best first
  float distance = 0;          ///< squared, of the best: compare with Model::usual and Model::far
};

/// Holds working memory and nothing else once forget() was called. One per thread.
class Recogniser {
 public:
  explicit Recogniser(Model model) : model_(std::move(model)) {}
  /// The `n` best classes for the named strokes (all when `which` is empty). Empty: there is no ink. 0.2 ms, with rare ones 0.5 ms.
  Look look(const Ink& ink, std::span<const std::uint32_t> which, std::size_t n, bool rare);
  const Model& model() const { return model_; }
  /// Overwrites what the last ink left behind.
  void forget();

 private:
  void search(const Table& table, bool rare);
  Model model_;
  FeatureScratch scratch_;
  Features features_{};
  std::vector<float> z_;
  std::vector<std::int16_t> query_;
  float unit_ = 1, length_ = 0;
  std::vector<float> best_;    ///< per class of the table being searched
  std::vector<Guess> found_;
};

}  // namespace yizhan::ink
