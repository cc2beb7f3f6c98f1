/// What handwriting knows about the language: how often a character is written, which follows which, what a begun word may become.
/// From Debian's pinyin dictionary and the hall's own words (assets/handwriting/make_words.py); mapped, never changed, nothing learned.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace yizhan::ink {

inline constexpr std::uint32_t words_version = 1;

class Words {
 public:
  Words() = default;  ///< knows nothing: every character is as likely as any other
  /// Errors: Unavailable (no file), Corrupt (cut short, another version); the words say what to do.
  static Result<Words> open(const std::string& path);
  static Result<Words> of(std::span<const std::byte> bytes, const std::string& name);

  /// Natural logarithm of how likely a character is, of everything written; about −4 for 的, −25 for what nobody writes.
  float likely(char32_t c) const;
  /// The same after the character `before` (0: at a beginning).
  float likely_after(char32_t before, char32_t c) const;
  /// What may follow the text, best first: ends of words whose beginning is the text's last characters, longer beginnings first.
  std::vector<std::string> next(std::string_view text, std::size_t n) const;

 private:
  int index_of(char32_t c) const;  ///< −1: unknown
  std::span<const std::uint16_t> word(std::size_t i) const { return text_.subspan(offsets_[i], offsets_[i + 1] - offsets_[i]); }
  std::span<const std::uint32_t> codes_, pairs_, offsets_;
  std::span<const std::uint16_t> text_;
  std::span<const std::uint8_t> cost_, pair_cost_, word_cost_;
  std::shared_ptr<const void> mapping_;
};

}  // namespace yizhan::ink
