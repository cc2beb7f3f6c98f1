/// 常用语: sentences to tap, by kind of matter and field, written down in one dated file that a clerk may edit
/// (assets/phrases/phrases.tsv). Pure but for open().
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace yizhan::writing {

enum class PhraseField : std::uint8_t { Request, Facts, Reasons, Place, Party };
std::string_view word(PhraseField field);  ///< "request", …: the words of the file

/// A {slot} opens a picker when the phrase is tapped.
enum class Slot : std::uint8_t { Amount, Date, Place, Unit };
/// What stands in the sentence when somebody cannot or will not say: "一笔钱", "前一段时间", "这里", "有关单位".
std::string_view unsaid(Slot slot);

struct Phrase {
  std::string topic;  ///< tile code of the rulebook; "*" for all
  PhraseField field{};
  std::string words;  ///< may hold {amount} {date} {place} {unit}
};

inline constexpr std::size_t phrase_characters_max = 60;

class PhraseBank {
 public:
  /// Reads the file. `topics`: the tile codes of the rulebook in force. Errors: Invalid "<file>:<line>: …" (unknown topic, field
  /// or slot, too long, twice, a control character, no date); Io.
  static Result<PhraseBank> open(const std::string& path, std::span<const std::string> topics);
  static Result<PhraseBank> parse(std::string_view text, std::string_view file, std::span<const std::string> topics);
  /// The topic's own first, then those for all; in the order of the file.
  std::vector<std::string> of(std::string_view topic, PhraseField field) const;
  const std::string& date() const { return date_; }  ///< "2026-11-20": when the file was last looked through
  std::size_t size() const { return phrases_.size(); }

 private:
  std::string date_;
  std::vector<Phrase> phrases_;
};

/// The words before the first {slot}, the slot, and what follows it.
struct Cut {
  std::string before, after;
  std::optional<Slot> slot;
};
Cut cut_at_slot(std::string_view phrase);
/// The phrase as a button shows it: slots as "＿＿".
std::string shown_phrase(std::string_view phrase);
/// The phrase with every slot left unsaid.
std::string finished_phrase(std::string_view phrase);

}  // namespace yizhan::writing
