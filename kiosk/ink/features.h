/// What a recogniser sees of one character: where ink runs in which direction, whatever the order, direction or number of its
/// strokes. Pure; no allocation beyond the scratch.
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "kiosk/ink/ink.h"

namespace yizhan::ink {

/// A grid of cells, each with the ink of eight undirected orientations (0 = horizontal, then by 22.5° towards down right).
inline constexpr std::size_t feature_cells = 8, feature_orientations = 8, feature_count = feature_cells * feature_cells * feature_orientations;
using Features = std::array<float, feature_count>;

/// Working memory that is reused from character to character.
struct FeatureScratch {
  struct Mark { float x, y, c2, s2; };  ///< a place on a stroke; cosine and sine of twice its angle, 0 for a dot
  std::vector<Mark> marks;
  std::vector<Point> path;
};

/// Fills the features of the named strokes (all when `which` is empty). The size, place, width and speed of the writing do not
/// matter: the ink's own box is stretched until every row and column holds about as much of it as the others, as far as the
/// character's proportions allow. False: there is nothing to see (no finite point). 20–40 µs; time grows with the points given.
bool features_of(const Ink& ink, std::span<const std::uint32_t> which, FeatureScratch& scratch, Features& out);

}  // namespace yizhan::ink
