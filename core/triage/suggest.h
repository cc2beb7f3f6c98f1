/// One suggestion out of the law tree, the words of a statement and the text model. Pure and total: always suggests, always says why.
/// The law comes first: what a person answered decides; a word or the model only adds to what is likely. Staff decide (PIPL 24).
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/petition.h"
#include "core/result.h"
#include "core/router.h"
#include "core/triage/text_model.h"
#include "core/word_index.h"

namespace yizhan {

/// What one window's organisation is there for, and how firmly its words say so: 1 hint, 2 duty, 3 the organisation's own name.
struct Duty {
  std::size_t window = 0;  ///< in window_labels
  int weight = 0;
  std::string name;        ///< as a citizen reads it: 物业管理
};
struct Duties {
  std::vector<Duty> rows;
  std::vector<WordIndex::Hits> bits;       ///< per row
  std::shared_ptr<const WordIndex> index;  ///< none: no duty is known
};
/// Reads `window_duties.tsv`. Errors: Invalid "<file>:<line>: what is wrong".
Result<Duties> load_duties(std::string_view tsv, std::string_view file);

/// Everything that is added to the tree; an empty one is lawful: then tree and reception are left.
struct Triage {
  std::optional<TextModel> model;
  std::string version;   ///< "1-" and eight digits of the file's checksum; "" without a model
  Duties duties;
  std::vector<std::string> troubles;  ///< what could not be read, for staff: "model: …"
};
/// Takes the bytes of the two files. Never fails: what cannot be read is told in `troubles` and left out.
Triage make_triage(std::string_view model_bytes, std::string_view duties_tsv);

// ---- evidence: what is added to the model's log probabilities --------------------------------------------------------------
// Rounded from what `kiosk train --evaluate` fits over all five folds (docs/TRIAGE.md); the tile's weight is fixed by reasoning.
struct EvidenceWeights {
  double model = 0.8;   ///< what a unit of log probability counts
  double title = 0.5;   ///< two points of duty in the title
  double lead = 0.5;    ///< … in the first 120 characters
  double text = 0.65;   ///< … anywhere
  double tree = 0.25;   ///< the tree's department, found by words: the duties say most of it already
};
inline constexpr EvidenceWeights evidence_weights{};
/// From the share p of the best window to how often it is right or accepted: 1 / (1 + e^−(base + slope × ln(p / (1 − p)))).
inline constexpr double confidence_base = 0.5, confidence_slope = 0.6;
inline constexpr double tile_evidence = 2;         ///< somebody touched the tile: seven times as likely; no data has tiles
inline constexpr int duty_points_max = 4;          ///< of one window and one place; more words say no more
inline constexpr double reception_below = 0.45;    ///< a guess less sure than this is offered second, after reception
inline constexpr double decided_confidence = 0.95; ///< the person answered and the law decides; not measured
inline constexpr std::size_t lead_characters = 120;
inline constexpr std::size_t alternatives_max = 2;

/// What speaks for each window apart from the model; for training and for tests.
struct Evidence {
  std::array<double, window_count> title{}, lead{}, text{};  ///< in units of two duty points
  int tree = -1;                                             ///< window number, −1: the tree names no department
  int tile = -1;
  WordIndex::Hits duties = 0;                                ///< rows that spoke anywhere
};

struct Alternative {
  WindowCode window;
  double confidence = 0;
};

struct Suggestion {
  Ruling ruling;  ///< the tree's: path, urgent, sealed, mediatable, and the window of this hall
  std::string_view topic = topic_labels[0];
  double topic_confidence = 1.0 / topic_count;
  WindowCode window;              ///< one of window_labels: who would handle it
  double window_confidence = 0;
  std::vector<Alternative> alternatives;  ///< at most two, best first; never a unit complained of
  bool decided = false;           ///< by the law from what the person said; the model was not asked for the window
  std::vector<Reason> reasons;    ///< never empty; why this window, then the tree's
};

/// `closed` as for route(): it moves the hall's window and never the one of sixteen.
Suggestion suggest(const Petition& petition, const RuleBook& rules, const Triage& triage, TextScratch& scratch, std::span<const WindowCode> closed = {});
/// With room of its own: nothing of the text stays behind.
Suggestion suggest(const Petition& petition, const RuleBook& rules, const Triage& triage, std::span<const WindowCode> closed = {});

/// The parts of suggest(), for measuring.
Evidence evidence_of(const Petition& petition, const std::string& text, const Ruling& ruling, const RuleBook& rules, const Duties& duties);
std::array<double, window_count> weighed(const std::array<float, window_count>& model, const Evidence& evidence, const EvidenceWeights& weights, const Ruling& ruling);
double shown_confidence(double share);

}  // namespace yizhan
