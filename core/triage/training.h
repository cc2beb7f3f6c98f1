/// Learns a text model from rows. Pure and deterministic: same rows, same options, same bytes, on every machine.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/triage/text_model.h"

namespace yizhan::triage {

inline constexpr int fold_count = 5;

/// Where a row comes from, and so what may be believed about it.
enum class Source : std::uint8_t {
  Complaint,  ///< topic known
  TitleOnly,  ///< topic known, no text
  Unlabelled,
  Judged,   ///< window read by a person
  Replied,  ///< window = the department that answered
  Legal,    ///< a lay person's legal question
  Private,  ///< a dispute between private persons
};

struct Row {
  std::string id, title, text;
  Source source{};
  int topic = -1;
  int window = -1;             ///< known, not guessed from words
  std::uint32_t accepted = 0;  ///< bit k: window k would be right as well
  int fold = -1;               ///< rows without a fold are never tested on
  std::uint32_t number = 0;    ///< of a window row in its file, from 0
  bool read = false;           ///< the window was read for training: never tested on
  std::array<float, window_count> evidence{};  ///< what words of duty add to each window's score; the windows are calibrated on top of it
};

/// Everyday words that speak for a window; they label rows weakly, and are not read when suggesting.
using WindowWords = std::array<std::vector<std::string>, window_count>;

/// Chosen by cross-validation on the topics (docs/TRIAGE.md).
struct Options {
  std::size_t topic_features = 60'000, window_features = 4'000;  ///< the most telling grams for each; together at most model_features_max
  std::uint32_t rows_min = 3;           ///< a gram in fewer rows is not learnt: nothing personal stays
  double three_characters = 0.7;        ///< weight of a gram of three characters
  double cost = 2, window_cost = 1;     ///< how much an error weighs against large weights
  double title_only = 0.5;  ///< weight of a row that is only a title
  double cut = 0.3, title_copy = 0.15;  ///< weights of a complaint's first 120 characters, and of its title, as rows of their own
  double read = 0.3;        ///< what a row read for training counts in the windows' calibration; a row of the window files counts 1
  double weak = 0.3, known = 2, legal = 0.03, private_dispute = 0.03;  ///< weights of rows for the windows
  double calm = 0.005;                 ///< how strongly the windows' calibration is held to nothing
  int passes = 8;
  int keep_percent = 100;               ///< of the labelled rows: for the learning curve
};

inline constexpr std::size_t cut_characters = 120;

class Trainer {
 public:
  /// Counts grams once for all fits. Title-only rows that resemble a complaint's title are kept out of fits that leave that fold out.
  Trainer(std::vector<Row> rows, const WindowWords& words, const Options& options);
  ~Trainer();
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  /// Learns from all rows outside the folds in `without` (bit f = fold f); uncalibrated. Seconds.
  TextModel fit(std::uint32_t without) const;
  /// The same, calibrated on rows each of which was left out of an inner fit; no row of `without` is ever looked at. Half a minute.
  TextModel fit_calibrated(std::uint32_t without) const;
  const std::vector<Row>& rows() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace yizhan::triage
