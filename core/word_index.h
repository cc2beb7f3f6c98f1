/// The word lists and signals of a rulebook, prepared so that one pass over a text finds which lists speak in it.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yizhan {

/// When a word counts and what undoes it. A clause ends at any stop or at a space in running text, a sentence at 。！？； or a
/// line end. "close" is within two characters before the word: "没有要去跳楼" is no threat, "没有人管我就跳楼" is one.
struct Signal {
  std::string id;
  std::string sets;                   ///< the list (or answer) it speaks for
  std::vector<std::string> words;     ///< lists: one of their words must stand there, and …
  std::vector<std::string> with;      ///< … one of these in the same sentence, and …
  std::vector<std::string> with_also; ///< … one of these in the same sentence too
  std::vector<std::string> with_clause;   ///< … one of these in the same clause
  std::vector<std::string> with_before;   ///< … one of these earlier in the same clause
  std::vector<std::string> not_close;     ///< undone by one of these right before it
  std::vector<std::string> not_before;    ///< … earlier in the same clause, unless a word of `since` stands between
  std::vector<std::string> not_clause, not_sentence;
  std::vector<std::string> not_text;  ///< … anywhere in the statement; `despite` does not lift it
  std::vector<std::string> since;
  std::vector<std::string> despite;   ///< one of these in the same sentence: only not_close undoes
  int line = 0;
};

/// One bit for each list.
struct ListBits {
  std::array<std::uint64_t, 3> part{};
  constexpr ListBits(std::uint64_t low = 0) : part{low, 0, 0} {}
  static constexpr ListBits one(std::size_t i) {
    ListBits bits;
    bits.part[i / 64] = std::uint64_t{1} << (i % 64);
    return bits;
  }
  constexpr ListBits& operator|=(const ListBits& other) {
    for (std::size_t i = 0; i < part.size(); ++i) part[i] |= other.part[i];
    return *this;
  }
  friend constexpr ListBits operator|(ListBits a, const ListBits& b) { return a |= b; }
  friend constexpr ListBits operator&(ListBits a, const ListBits& b) {
    for (std::size_t i = 0; i < a.part.size(); ++i) a.part[i] &= b.part[i];
    return a;
  }
  friend constexpr ListBits operator~(ListBits a) {
    for (std::uint64_t& p : a.part) p = ~p;
    return a;
  }
  friend constexpr bool operator==(const ListBits& a, const ListBits& b) = default;
};

/// What a text says, bit i for list i; `against`: bit i for the i-th unit that it complains of; `signals`: bit i for the i-th
/// signal that was the first to speak for its list.
struct Found {
  ListBits lists = 0;
  std::uint64_t against = 0, signals = 0;
  std::uint64_t waiting = 0;  ///< signals that spoke but have a `not_text`: settle() decides when the whole statement was read
};

class WordIndex {
 public:
  using Hits = ListBits;
  static constexpr std::size_t lists_max = 192;
  static constexpr std::size_t units_max = 64;
  static constexpr std::size_t signals_max = 56;  ///< of a rulebook; the answers' own lists need the other eight bits
  static constexpr std::size_t gap_characters_max = 6;  ///< what "…" in a word stands for, at most
  static constexpr std::size_t clause_characters_max = 60, sentence_characters_max = 240;  ///< where nobody wrote a stop

  /// Lists with a special meaning: "harmless" phrases hide every shorter word inside them (跳楼价); "negation" right before a
  /// word of a list named like an answer undoes it; "blamed" after a unit's name, "accusing" right before it, and "blamed"
  /// with "staff" in a later clause of that sentence make it the one complained of.
  WordIndex(const std::map<std::string, std::vector<std::string>>& lists, const std::vector<Signal>& signals,
            const std::vector<std::vector<std::string>>& units);

  /// Adds what is in `text` (any bytes) to `found`. Time grows with the length alone.
  void scan(std::string_view text, Found& found) const;
  /// After the last scan of a statement: signals with a `not_text` speak, or are undone by a word anywhere in it.
  void settle(Found& found) const;
  /// The bit of a list; 0 when there is no such list.
  Hits bit(std::string_view list) const;

 private:
  struct Word {
    std::u16string text;  ///< what stands before "…"
    std::u16string rest;  ///< what follows it
    std::uint8_t list = 0;  ///< from `lists_max` on: a unit
  };
  struct Compiled {
    Hits sets = 0, words = 0, with = 0, with_also = 0, with_clause = 0, with_before = 0, not_close = 0, not_before = 0, not_clause = 0, not_sentence = 0, not_text = 0, since = 0, despite = 0;
  };
  struct Event {
    std::uint32_t start = 0, end = 0;
    std::uint8_t list = 0;
    bool hidden = false;
  };
  Hits bits(const std::vector<std::string>& lists) const;
  void put(const std::vector<std::string>& words, std::size_t list);
  void find(std::u16string_view text, std::size_t at, std::vector<Event>& events) const;
  void judge(std::vector<Event>& events, const std::vector<std::uint32_t>& clauses, Found& found) const;

  std::vector<std::string> names_;
  std::vector<Word> words_;  ///< sorted by their text
  std::array<std::uint64_t, 1024> first_{};  ///< which characters begin a word
  std::array<std::uint64_t, 1024> pairs_{};  ///< which pairs of characters may begin one
  std::array<std::uint64_t, 1024> single_{};  ///< which characters are one
  std::vector<Compiled> signals_;  ///< at most 64
  std::array<std::uint64_t, lists_max> set_off_by_{};  ///< per list: the signals that its words set off
  Hits judged_ = 0;  ///< lists that speak only through a signal
  Hits harmless_ = 0, blamed_ = 0, accusing_ = 0, staff_ = 0, negation_ = 0;
};

/// Traditional to simplified, full width to half width: for finding words, never for what is kept.
const std::array<char16_t, 0x10000>& folded_characters();

/// The answers that a word in the text may stand in for while they are open.
inline constexpr std::array<std::string_view, 8> signal_fields{"in_proceedings", "decided",   "about_official", "both_willing",
                                                               "status_or_title", "in_danger", "filed_before",   "concluded"};

}  // namespace yizhan
