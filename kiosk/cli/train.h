/// `kiosk train`: learns the text model from a folder of complaints, or measures how well that works.
#pragma once
#include <string>

namespace yizhan::kiosk::cli {

struct Train {
  std::string directory;  ///< teddy7.tsv, folds.tsv and, where they are, the other files of shared/data/complaints
  std::string words;      ///< assets/models/window_words.tsv
  std::string assets;     ///< rulebooks and duties, for the whole suggestion; with `evaluate`
  std::string out;        ///< the model file; "" with `evaluate`
  bool evaluate = false;  ///< print every figure, each row judged by a model that never saw its fold
  bool curve = false;     ///< with `evaluate`: also with a quarter and half of the labelled rows
};
/// Exit codes as in cli.h. Minutes on one core, about 1 GB.
int train(const Train& options);

}  // namespace yizhan::kiosk::cli
