#include "kiosk/writing/phrases.h"

#include <algorithm>
#include <array>

#include "core/read_file.h"
#include "core/text.h"

namespace yizhan::writing {

namespace {

constexpr std::array<std::string_view, 5> field_words{"request", "facts", "reasons", "place", "party"};
struct SlotWord { std::string_view word; Slot slot; std::string_view unsaid; };
constexpr std::array<SlotWord, 4> slots{{{"{amount}", Slot::Amount, "一笔钱"}, {"{date}", Slot::Date, "前一段时间"}, {"{place}", Slot::Place, "这里"}, {"{unit}", Slot::Unit, "有关单位"}}};

bool a_day(std::string_view s) {
  if (s.size() != 10 || s[4] != '-' || s[7] != '-') return false;
  for (const std::size_t i : {0u, 1u, 2u, 3u, 5u, 6u, 8u, 9u})
    if (s[i] < '0' || s[i] > '9') return false;
  return s.substr(5, 2) >= "01" && s.substr(5, 2) <= "12" && s.substr(8) >= "01" && s.substr(8) <= "31";
}
/// What is wrong with the words of a phrase; "" when nothing.
std::string trouble(std::string_view words) {
  if (words.empty()) return "the phrase is empty";
  if (!valid_utf8(words)) return "not UTF-8";
  if (has_control(words) || words.find('\n') != std::string_view::npos) return "a control character in the phrase";
  if (characters(words) > phrase_characters_max) return "longer than " + std::to_string(phrase_characters_max) + " characters";
  for (std::size_t open = words.find_first_of("{}"); open != std::string_view::npos;) {
    const auto known = std::find_if(slots.begin(), slots.end(), [&](const SlotWord& s) { return words.substr(open).starts_with(s.word); });
    if (known == slots.end()) return "only {amount}, {date}, {place} and {unit} may stand in braces";
    open = words.find_first_of("{}", open + known->word.size());
  }
  return {};
}

}  // namespace

std::string_view word(PhraseField field) { return field_words[static_cast<std::size_t>(field)]; }

std::string_view unsaid(Slot slot) {
  return std::find_if(slots.begin(), slots.end(), [slot](const SlotWord& s) { return s.slot == slot; })->unsaid;
}

Cut cut_at_slot(std::string_view phrase) {
  for (std::size_t open = phrase.find('{'); open != std::string_view::npos; open = phrase.find('{', open + 1))
    for (const SlotWord& slot : slots)
      if (phrase.substr(open).starts_with(slot.word))
        return {std::string(phrase.substr(0, open)), std::string(phrase.substr(open + slot.word.size())), slot.slot};
  return {std::string(phrase), {}, std::nullopt};
}

static std::string with_slots(std::string_view phrase, std::string_view (*words)(Slot)) {
  std::string out;
  for (std::string rest(phrase);;) {
    Cut cut = cut_at_slot(rest);
    out += cut.before;
    if (!cut.slot) return out;
    out += words(*cut.slot);
    rest = std::move(cut.after);
  }
}
std::string shown_phrase(std::string_view phrase) {
  return with_slots(phrase, [](Slot) { return std::string_view("＿＿"); });
}
std::string finished_phrase(std::string_view phrase) { return with_slots(phrase, unsaid); }

Result<PhraseBank> PhraseBank::parse(std::string_view text, std::string_view file, std::span<const std::string> topics) {
  PhraseBank bank;
  std::size_t number = 0;
  const auto wrong = [&](std::string_view what) { return Error{Code::Invalid, std::string(file) + ":" + std::to_string(number) + ": " + std::string(what)}; };
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // spreadsheets put it there
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t a = line.find('\t'), b = a == std::string_view::npos ? a : line.find('\t', a + 1);
    if (line.substr(0, a) == "date") {
      const std::string_view day = a == std::string_view::npos ? std::string_view{} : line.substr(a + 1);
      if (!a_day(day)) return wrong("expected date<tab>YYYY-MM-DD");
      bank.date_ = day;
      continue;
    }
    if (b == std::string_view::npos) return wrong("expected TOPIC<tab>FIELD<tab>PHRASE");
    Phrase phrase{std::string(line.substr(0, a)), {}, std::string(line.substr(b + 1))};
    const std::string_view field = line.substr(a + 1, b - a - 1);
    if (phrase.topic != "*" && std::find(topics.begin(), topics.end(), phrase.topic) == topics.end())
      return wrong("no topic \"" + printable(phrase.topic) + "\" in the rulebook; \"*\" means all");
    const auto known = std::find(field_words.begin(), field_words.end(), field);
    if (known == field_words.end()) return wrong("the field must be request, facts, reasons, place or party");
    phrase.field = static_cast<PhraseField>(known - field_words.begin());
    if (const std::string what = trouble(phrase.words); !what.empty()) return wrong(what);
    const bool twice = std::any_of(bank.phrases_.begin(), bank.phrases_.end(), [&](const Phrase& p) { return p.topic == phrase.topic && p.field == phrase.field && p.words == phrase.words; });
    if (twice) return wrong("the same phrase stands there twice");
    bank.phrases_.push_back(std::move(phrase));
  }
  if (bank.date_.empty()) {
    number = 1;
    return wrong("no date: write date<tab>YYYY-MM-DD, the day it was looked through");
  }
  return bank;
}

Result<PhraseBank> PhraseBank::open(const std::string& path, std::span<const std::string> topics) {
  const auto text = read_file(path);
  if (!text) return text.error();
  return parse(*text, path, topics);
}

std::vector<std::string> PhraseBank::of(std::string_view topic, PhraseField field) const {
  std::vector<std::string> found;
  for (const bool own : {true, false})
    for (const Phrase& phrase : phrases_)
      if (phrase.field == field && (own ? phrase.topic == topic : phrase.topic == "*")) found.push_back(phrase.words);
  return found;
}

}  // namespace yizhan::writing
