/// From everything on the pad to what it says: one character, or several written in a row. Shape and language together.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kiosk/ink/recogniser.h"
#include "kiosk/ink/words.h"

namespace yizhan::ink {

struct Choice {
  std::string text;
  std::vector<std::uint32_t> left;  ///< strokes that are not part of it
  float score = 0;                  ///< comparable within one reading
};
struct Reading {
  std::vector<Choice> choices;      ///< best first
  bool scribble = false;            ///< ink, but no character: `choices` is empty
  std::size_t characters = 0;       ///< of the best choice's segmentation
};

struct ReadOptions {
  std::string_view before;   ///< text before the caret
  bool rare = false;         ///< characters outside the national standard too
  float cell_mm = 0;         ///< width of a drawn cell; 0: no cells are drawn
  std::size_t choices_max = 60;
};

/// One per thread; keeps what it has seen of the current ink so that a further stroke costs little. forget() overwrites it.
class Reader {
 public:
  Reader(Model model, Words words) : recogniser_(std::move(model)), words_(std::move(words)) {}
  /// Everything as one character.
  Reading one(const Ink& ink, const ReadOptions& options);
  /// As one or several characters from left to right, whatever fits best.
  Reading line(const Ink& ink, const ReadOptions& options);
  const Words& words() const { return words_; }
  void forget();

 private:
  struct Piece { std::vector<std::uint32_t> strokes; float left = 0, right = 0, top = 0, bottom = 0; };
  const Look& look(const Ink& ink, std::span<const std::uint32_t> which, bool rare);
  std::vector<Piece> pieces_of(const Ink& ink) const;
  float language(char32_t before, const Guess& guess, bool rare) const;
  bool scribbled(const Ink& ink, std::span<const std::uint32_t> which, const Look& look) const;
  Recogniser recogniser_;
  Words words_;
  std::unordered_map<std::uint64_t, Look> seen_;
  std::vector<std::uint64_t> stroke_hash_;
};

}  // namespace yizhan::ink
