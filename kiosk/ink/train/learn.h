/// Learns to tell characters apart: linear discriminant analysis for a start, then the projection and the classes' centres are
/// moved together so that each character is nearer to its own centre than to those it is mistaken for.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "kiosk/ink/features.h"
#include "kiosk/ink/ink.h"

namespace yizhan::ink {

/// The strokes of every class in every font: `glyphs[font][class]`, empty where a font has no such character.
struct Glyphs {
  std::vector<std::vector<Ink>> fonts;
  std::vector<float> font_weight;   ///< how often a font is shown
  std::size_t classes = 0;
};

struct LearnOptions {
  std::size_t dimensions = 208;
  std::size_t lda_rounds = 1;        ///< varied samples a class and font, beside the clean one
  std::size_t centres = 1;           ///< of a class
  std::size_t samples = 1'500'000;     ///< of the second part
  std::size_t threads = 2;
  std::vector<float> often;          ///< how often a class is shown in the second part
  std::vector<float> prior;          ///< log-probability of a class, added to its score while learning
  float rate_projection = 6e-4f, rate_centres = .2f;
  bool quiet = false;
};

/// score(class) = −scale · |projection · features − nearest centre|² + prior
struct Learned {
  std::size_t dimensions = 0;
  std::vector<float> projection;     ///< feature_count rows of `dimensions`
  std::vector<float> centres;        ///< rows of `dimensions`; a class has one or more
  std::vector<std::uint32_t> owner;  ///< class of each centre, ascending
  float scale = 1;
  double loss = 0;
  float usual = 0, far = 0;          ///< squared distance from the own centre: of the average sample, and what one in two thousand exceeds
};

/// The same input gives the same output, whatever the machine's load.
Learned learn(const Glyphs& glyphs, const LearnOptions& options);
/// Centres for further classes in the space already learned.
std::vector<float> centres_of(const Learned& learned, const Glyphs& glyphs, std::size_t rounds, std::size_t threads);

}  // namespace yizhan::ink
