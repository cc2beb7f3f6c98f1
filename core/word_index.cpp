#include "core/word_index.h"

#include <string.h>

#include <algorithm>

namespace yizhan {

namespace {

constexpr std::size_t close_characters = 2, reach_characters = 24;
constexpr char16_t clause_stop = u',', sentence_stop = u'.', line_stop = u'\n', other = u'\xFFFD';
constexpr std::size_t tag_bytes_max = 200;
constexpr std::size_t accusing_reach_characters = 6;

bool test(const std::array<std::uint64_t, 1024>& set, std::size_t i) { return (set[(i & 0xFFFF) >> 6] >> (i & 63) & 1U) != 0; }
void mark(std::array<std::uint64_t, 1024>& set, std::size_t i) { set[(i & 0xFFFF) >> 6] |= std::uint64_t{1} << (i & 63); }
std::size_t pair_of(char16_t a, char16_t b) { return (std::size_t{a} * 40503U) ^ (std::size_t{b} * 30011U) ^ (std::size_t{b} >> 3); }
bool ascii_word(char16_t c) { return c < 128 && (c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z')); }
/// Calls `see` with the number of each bit that is set.
template <class See>
void each(const ListBits& bits, See see) {
  for (std::size_t i = 0; i < bits.part.size(); ++i)
    for (std::uint64_t part = bits.part[i]; part != 0; part &= part - 1) see(i * 64 + static_cast<std::size_t>(__builtin_ctzll(part)));
}
bool stop(char16_t c) { return c == clause_stop || c == sentence_stop || c == line_stop; }

/// The text as words are looked for in it: simplified, half width, every stop one of three signs, HTML tags, zero-width
/// characters and the spaces of "我 不 想 活" gone. What is no UTF-8 or lies outside the first plane becomes U+FFFD.
std::u16string plain(std::string_view text) {
  const auto& fold = folded_characters();
  std::u16string out;
  out.reserve(text.size() / 3 + 16 + (static_cast<unsigned char>(text.empty() ? 0 : text[0]) < 0x80 ? text.size() : text.size() / 6));
  std::size_t token = 0;  // characters since the last space or stop
  const auto push = [&](char16_t c) {
    out.push_back(c);
    token = stop(c) ? 0 : token + 1;
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[at + i])); };
    const unsigned b = byte(0);
    std::size_t size = b < 0xC0 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
    if (size > text.size() - at) size = 1;
    unsigned code = b;
    if (size == 2) code = (b & 0x1FU) << 6 | (byte(1) & 0x3FU);
    if (size == 3) code = (b & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
    if (size == 4 || (size == 1 && b >= 0x80)) code = other;
    const char16_t c = fold[code & 0xFFFFU];
    switch (c) {
      case u'。': case u'！': case u'？': case u'!': case u'?': case u';': case u'；': case u'…':
        push(sentence_stop);
        break;
      case u'.':  // "3.5" is a number
        if (at + 1 < text.size() && text[at + 1] >= '0' && text[at + 1] <= '9') push(u'·');
        else push(sentence_stop);
        break;
      case u'\n': case u'\r':
        push(line_stop);
        break;
      case u'，': case u'、': case u',': case u':': case u'：': case u'~': case u'—': case u'(': case u')': case u'|':
        push(clause_stop);
        break;
      case u' ': case u'\t': case u'\xA0': {
        // "老板不给钱 我不想活了" stops there; "我 不 想 活 了" is written with air.
        std::size_t next = at + size;
        while (next < text.size() && text[next] == ' ') ++next;
        const bool single_after = next + 3 >= text.size() || text[next + 3] == ' ' || static_cast<unsigned char>(text[next + 3]) < 0x80;
        if (!(token == 1 && single_after) && !out.empty() && !stop(out.back())) {
          if (ascii_word(out.back())) push(u' ');
          else push(clause_stop);
        }
        token = 0;
        at = next;
        continue;
      }
      case u'<': {  // a tag, not "5<6"
        const bool tag = at + 1 < text.size() && (ascii_word(static_cast<char16_t>(static_cast<unsigned char>(text[at + 1]) & 0x7F)) || text[at + 1] == '/') &&
                         static_cast<unsigned char>(text[at + 1]) < 0x80;
        const std::size_t end = tag ? text.substr(at, tag_bytes_max).find('>') : std::string_view::npos;
        if (end == std::string_view::npos) {
          push(c);
          break;
        }
        const std::string_view name = text.substr(at + 1, end - 1);
        if (name.starts_with("br") || name.starts_with("p") || name.starts_with("/p") || name.starts_with("div") || name.starts_with("/div") || name.starts_with("li")) push(line_stop);
        at += end + 1;
        continue;
      }
      case u'&':
        if (text.substr(at).starts_with("&nbsp;")) {
          at += 6;
          continue;
        }
        push(c);
        break;
      case u'\x200B': case u'\x200C': case u'\x200D': case u'\x2060': case u'\xFEFF': case u'"': case u'\'': case u'“': case u'”': case u'‘': case u'’':
      case u'「': case u'」': case u'『': case u'』': case u'*': case u'_':
        break;  // people put quotes around words, and signs into them
      default:
        if (code < 0x20) break;
        push(c);
    }
    at += size;
  }
  return out;
}

std::u16string as_word(std::string_view word) {
  std::u16string out;
  for (std::size_t at = 0; at < word.size();) {
    const auto b = static_cast<unsigned char>(word[at]);
    const std::size_t size = b < 0xC0 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
    out += plain(word.substr(at, size));
    at += size;
  }
  return out;
}

}  // namespace

WordIndex::WordIndex(const std::map<std::string, std::vector<std::string>>& lists, const std::vector<Signal>& signals,
                     const std::vector<std::vector<std::string>>& units) {
  for (const auto& [name, words] : lists) names_.push_back(name);
  for (const Signal& s : signals) names_.push_back(s.sets);
  std::sort(names_.begin(), names_.end());
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
  if (names_.size() > lists_max) names_.resize(lists_max);  // the loader refuses such a file; a hand-made book loses the last
  for (const auto& [name, words] : lists)
    if (const auto at = std::lower_bound(names_.begin(), names_.end(), name); at != names_.end() && *at == name) put(words, static_cast<std::size_t>(at - names_.begin()));
  for (std::size_t i = 0; i < units.size() && i < units_max; ++i) put(units[i], lists_max + i);
  std::sort(words_.begin(), words_.end(), [](const Word& a, const Word& b) { return a.text < b.text; });

  harmless_ = bit("harmless");
  blamed_ = bit("blamed");
  accusing_ = bit("accusing");
  staff_ = bit("staff");
  negation_ = bit("negation");
  for (const Signal& s : signals) {
    signals_.push_back({bit(s.sets), bits(s.words), bits(s.with), bits(s.with_also), bits(s.with_clause), bits(s.with_before), bits(s.not_close), bits(s.not_before), bits(s.not_clause), bits(s.not_sentence), bits(s.not_text), bits(s.since), bits(s.despite)});
    judged_ |= bit(s.sets);
  }
  for (const std::string_view field : signal_fields)
    if (const Hits own = bit(field); own != 0 && lists.contains(std::string(field))) {
      Compiled plain_list;
      plain_list.sets = plain_list.words = own;
      plain_list.not_close = negation_;
      signals_.push_back(plain_list);
      judged_ |= own;
    }
  if (signals_.size() > 64) signals_.resize(64);  // the loader refuses such a file; a hand-made book loses the last
  for (std::size_t i = 0; i < signals_.size(); ++i) each(signals_[i].words, [&](std::size_t list) { set_off_by_[list] |= std::uint64_t{1} << i; });
}

void WordIndex::put(const std::vector<std::string>& words, std::size_t list) {
  constexpr std::string_view gap = "…";
  for (const std::string& word : words) {
    const std::size_t at = word.find(gap);
    Word w{as_word(std::string_view(word).substr(0, at)), at == std::string::npos ? std::u16string() : as_word(std::string_view(word).substr(at + gap.size())), static_cast<std::uint8_t>(list)};
    if (w.text.empty()) continue;
    mark(first_, w.text[0]);
    if (w.text.size() == 1) mark(single_, w.text[0]);
    else mark(pairs_, pair_of(w.text[0], w.text[1]));
    words_.push_back(std::move(w));
  }
}

WordIndex::Hits WordIndex::bit(std::string_view list) const {
  const auto at = std::lower_bound(names_.begin(), names_.end(), list);
  return at != names_.end() && *at == list ? Hits::one(static_cast<std::size_t>(at - names_.begin())) : 0;
}

WordIndex::Hits WordIndex::bits(const std::vector<std::string>& lists) const {
  Hits all = 0;
  for (const std::string& list : lists) all |= bit(list);
  return all;
}

void WordIndex::find(std::u16string_view text, std::size_t at, std::vector<Event>& events) const {
  if (!test(first_, text[at])) return;
  const bool pair = at + 1 < text.size() && test(pairs_, pair_of(text[at], text[at + 1]));
  if (!pair && !test(single_, text[at])) return;
  const std::u16string_view here = text.substr(at);
  const auto add = [&](const Word& w) {
    std::size_t end = at + w.text.size();
    if (!w.rest.empty()) {
      std::size_t skipped = 0;
      for (;; ++skipped, ++end) {
        if (text.substr(end).starts_with(w.rest)) break;
        if (skipped == gap_characters_max || end >= text.size() || stop(text[end])) return;
      }
      end += w.rest.size();
    }
    events.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end), w.list, false});
  };
  // Words that may stand here share their first one or two characters and lie together.
  const auto range = [&](std::u16string_view head, bool whole) {
    for (auto w = std::lower_bound(words_.begin(), words_.end(), head, [](const Word& a, std::u16string_view b) { return a.text < b; });
         w != words_.end() && (whole ? w->text == head : w->text.starts_with(head)); ++w)
      if (here.starts_with(w->text)) add(*w);
  };
  if (test(single_, text[at])) range(here.substr(0, 1), true);
  if (pair) range(here.substr(0, 2), false);
}

void WordIndex::judge(std::vector<Event>& events, const std::vector<std::uint32_t>& clauses, Found& found) const {
  const auto list_bit = [](const Event& e) { return e.list < lists_max ? Hits::one(e.list) : Hits{}; };
  // A harmless phrase hides what is shorter inside it. Events come by start; those of one place lie together.
  std::uint32_t hidden_to = 0, hidden_from = 0;
  for (std::size_t i = 0; i < events.size();) {
    std::size_t j = i;
    for (; j < events.size() && events[j].start == events[i].start; ++j)
      if ((list_bit(events[j]) & harmless_) != 0 && events[j].end > hidden_to) hidden_to = events[j].end, hidden_from = events[j].start;
    for (; i < j; ++i)
      events[i].hidden = events[i].end <= hidden_to && (events[i].start > hidden_from || events[i].end < hidden_to) && (list_bit(events[i]) & harmless_) == 0;
  }
  std::erase_if(events, [](const Event& e) { return e.hidden; });

  Hits sentence = 0;
  for (const Event& e : events) sentence |= list_bit(e);
  found.lists |= sentence & ~judged_;
  const bool to_judge = std::any_of(signals_.begin(), signals_.end(), [&](const Compiled& s) { return (s.words & sentence) != 0; });
  const bool units = std::any_of(events.begin(), events.end(), [](const Event& e) { return e.list >= lists_max; });
  if (!to_judge && !units) return;

  int unit = -1;          // the last one named in the sentence
  std::size_t unit_clause = 0;
  std::size_t i = 0;
  for (std::size_t clause = 0; i < events.size(); ++clause) {
    const std::uint32_t end = clause < clauses.size() ? clauses[clause] : UINT32_MAX;
    const std::size_t from = i;
    Hits all = 0;
    for (; i < events.size() && events[i].start < end; ++i) all |= list_bit(events[i]);
    std::array<std::uint32_t, lists_max> last_start{};  // + 1; 0: not yet in this clause
    Hits before = 0;
    std::uint32_t accused_to = 0;
    for (std::size_t k = from; k < i; ++k) {
      const Event& e = events[k];
      // Right before this word: what began earlier and ended at most two characters before it ("没说不想活": 没说 counts, 不想 is part of the word).
      const auto close = [&](Hits lists) {
        if ((lists & before) == 0) return false;
        for (std::size_t j = k; j-- > from;) {
          const Event& earlier = events[j];
          if (e.start - earlier.start > reach_characters) break;  // no word is that long
          if ((list_bit(earlier) & lists) != 0 && earlier.end <= e.start && e.start - earlier.end <= close_characters) return true;
        }
        return false;
      };
      const auto latest = [&](Hits lists) {
        std::uint32_t at = 0;
        each(lists & before, [&](std::size_t l) { at = std::max(at, last_start[l]); });
        return at;
      };
      if (e.list >= lists_max) {
        unit = e.list - static_cast<int>(lists_max);
        unit_clause = clause;
        if (accused_to != 0 && e.start >= accused_to - 1 && e.start - (accused_to - 1) <= accusing_reach_characters) found.against |= std::uint64_t{1} << unit;
        continue;
      }
      const Hits bit = list_bit(e);
      for (std::uint64_t left = set_off_by_[e.list] & ~found.waiting; left != 0; left &= left - 1) {
        const auto i_signal = static_cast<std::size_t>(__builtin_ctzll(left));
        const Compiled& s = signals_[i_signal];
        if ((found.lists & s.sets) == s.sets) continue;
        if ((s.with != 0 && (s.with & sentence) == 0) || (s.with_also != 0 && (s.with_also & sentence) == 0) || (s.with_clause != 0 && (s.with_clause & all) == 0) || (s.with_before != 0 && (s.with_before & before) == 0)) continue;
        if (close(s.not_close)) continue;
        if ((s.despite & sentence) == 0) {
          if ((s.not_clause & all) != 0 || (s.not_sentence & sentence) != 0) continue;
          if (const std::uint32_t undone = latest(s.not_before); undone != 0 && latest(s.since) <= undone) continue;
        }
        const std::uint64_t own = std::uint64_t{1} << i_signal;
        if (s.not_text != 0) {
          found.waiting |= own;
          continue;
        }
        found.lists |= s.sets;
        found.signals |= own;
      }
      if ((bit & blamed_) != 0 && unit >= 0 && (unit_clause == clause || ((before | bit) & staff_) != 0 ) && !close(negation_)) found.against |= std::uint64_t{1} << unit;
      if ((bit & accusing_) != 0) accused_to = e.end + 1;
      before |= bit;
      last_start[e.list] = e.start + 1;
    }
  }
}

void WordIndex::settle(Found& found) const {
  for (std::size_t i = 0; i < signals_.size(); ++i) {
    const Compiled& s = signals_[i];
    if ((found.waiting >> i & 1U) == 0 || (s.not_text & found.lists) != 0 || (found.lists & s.sets) == s.sets) continue;
    found.lists |= s.sets;
    found.signals |= std::uint64_t{1} << i;
  }
  found.waiting = 0;
}

void WordIndex::scan(std::string_view text, Found& found) const {
  if (words_.empty() || text.empty()) return;
  std::u16string all = plain(text);
  std::vector<Event> events;
  std::vector<std::uint32_t> clauses;
  std::size_t clause_from = 0, sentence_from = 0;
  for (std::size_t at = 0; at <= all.size(); ++at) {
    const bool end = at == all.size() || all[at] == sentence_stop || all[at] == line_stop || at - sentence_from >= sentence_characters_max;
    if (end || all[at] == clause_stop || at - clause_from >= clause_characters_max) {
      clauses.push_back(static_cast<std::uint32_t>(at));
      clause_from = at + 1;
    }
    if (end) {
      if (!events.empty()) judge(events, clauses, found);
      events.clear();
      clauses.clear();
      sentence_from = at + 1;
    }
    if (at < all.size() && !stop(all[at])) find(all, at, events);
  }
  explicit_bzero(all.data(), all.size() * sizeof(char16_t));  // somebody's words; the next visitor's program must not hold them
}

}  // namespace yizhan
