#include "core/word_index.h"

#include <algorithm>

#include "core/text.h"

namespace yizhan {

namespace {

/// The character that begins at `at`; bytes that are no UTF-8 stand for themselves, one at a time.
char32_t character(std::string_view text, std::size_t at, std::size_t& size) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[at + i])); };
  const unsigned b = byte(0);
  const std::size_t wanted = b < 0xC0 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
  size = wanted <= text.size() - at ? wanted : 1;
  switch (size) {
    case 2: return (b & 0x1FU) << 6 | (byte(1) & 0x3FU);
    case 3: return (b & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
    case 4: return (b & 0x07U) << 18 | (byte(1) & 0x3FU) << 12 | (byte(2) & 0x3FU) << 6 | (byte(3) & 0x3FU);
    default: return b;
  }
}

/// Between a negation and the word it negates: "没有要去跳楼" is no threat, "没有人管我就跳楼" is one.
constexpr std::size_t negation_reach_characters = 2;
constexpr std::size_t clause_bytes_max = 90;

}  // namespace

WordIndex::WordIndex(const std::map<std::string, std::vector<std::string>>& lists) {
  for (const auto& [name, words] : lists) {
    if (name == "negation") {
      negation_ = words;
    } else if (name == "reported") {
      reported_ = words;
    } else if (names_.size() < lists_max) {
      const Hits bit = Hits{1} << names_.size();
      names_.push_back(name);
      if (std::find(signal_fields.begin(), signal_fields.end(), name) != signal_fields.end()) undoable_ |= bit;
      if (name == "in_danger") in_danger_ = bit;
      for (const std::string& word : words) {
        if (word.empty()) continue;
        std::size_t size = 0;
        const char32_t first = character(word, 0, size);
        words_.push_back({first, word, bit});
        first_[(first & 0xFFFF) >> 6] |= std::uint64_t{1} << (first & 63);
      }
    }
  }
  std::sort(words_.begin(), words_.end(), [](const Word& a, const Word& b) { return a.first < b.first; });
}

WordIndex::Hits WordIndex::bit(std::string_view list) const {
  const auto at = std::lower_bound(names_.begin(), names_.end(), list);  // names of a map: sorted
  return at != names_.end() && *at == list ? Hits{1} << (at - names_.begin()) : 0;
}

void WordIndex::scan(std::string_view text, Hits& hits) const {
  for (std::size_t at = 0, size = 0; at < text.size(); at += size) {
    const char32_t first = character(text, at, size);
    if ((first_[(first & 0xFFFF) >> 6] >> (first & 63) & 1U) == 0) continue;
    const auto begin = std::lower_bound(words_.begin(), words_.end(), first, [](const Word& w, char32_t c) { return w.first < c; });
    for (auto w = begin; w != words_.end() && w->first == first; ++w) {
      if ((hits & w->bit) != 0 || !text.substr(at).starts_with(w->text)) continue;
      if ((w->bit & undoable_) == 0 || !undone(text, at, w->bit)) hits |= w->bit;
    }
  }
}

bool WordIndex::undone(std::string_view text, std::size_t at, Hits bit) const {
  std::string_view clause = text.substr(at > clause_bytes_max ? at - clause_bytes_max : 0, std::min(at, clause_bytes_max));
  for (const std::string_view stop : {"，", "。", "！", "？", "；", "：", "、", ",", ".", "!", "?", ";", "\n"})
    if (const std::size_t found = clause.rfind(stop); found != std::string_view::npos) clause.remove_prefix(found + stop.size());
  for (const std::string& word : negation_)
    if (const std::size_t found = clause.rfind(word);
        found != std::string_view::npos && characters(clause.substr(found + word.size())) <= negation_reach_characters)
      return true;
  if (bit != in_danger_) return false;
  return std::any_of(reported_.begin(), reported_.end(), [&](const std::string& word) { return clause.find(word) != std::string_view::npos; });
}

}  // namespace yizhan
