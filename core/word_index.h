/// The word lists of a rulebook, prepared so that one pass over a text finds which lists have a word in it.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace yizhan {

class WordIndex {
 public:
  using Hits = std::uint64_t;  ///< bit i: list i has a word in the text
  static constexpr std::size_t lists_max = 64;
  /// Lists named "negation" and "reported" are not looked for; they undo hits of the lists named like an answer.
  explicit WordIndex(const std::map<std::string, std::vector<std::string>>& lists);

  /// Adds what is in `text` (any bytes) to `hits`.
  void scan(std::string_view text, Hits& hits) const;
  /// The bit of a list; 0 when there is no such list.
  Hits bit(std::string_view list) const;

 private:
  struct Word {
    char32_t first = 0;
    std::string text;
    Hits bit = 0;
  };
  bool undone(std::string_view text, std::size_t at, Hits bit) const;
  std::vector<std::string> names_;
  std::vector<Word> words_;  ///< by first character
  std::array<std::uint64_t, 1024> first_{};  ///< which low 16 bits of a character begin a word
  std::vector<std::string> negation_, reported_;
  Hits undoable_ = 0, in_danger_ = 0;
};

/// The answers that a word in the text may stand in for while they are open.
inline constexpr std::array<std::string_view, 6> signal_fields{"in_proceedings", "decided",         "about_official",
                                                               "both_willing",   "status_or_title", "in_danger"};

}  // namespace yizhan
