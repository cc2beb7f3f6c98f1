#include "core/router.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <span>
#include <toml++/toml.h>

#include "core/text.h"
#include "core/word_index.h"

namespace yizhan {

namespace {

constexpr std::size_t because_characters_max = 20;
constexpr std::size_t consequence_characters_max = 24;

using Words = std::span<const std::string_view>;
constexpr std::array<std::string_view, 5> kind_words{"appeal", "suggestion", "accusation", "information_request", "queue_only"};
constexpr std::array<std::string_view, 6> channel_words{"visit", "letter", "online", "phone", "fax", "hotline12345"};
constexpr std::array<std::string_view, 10> counterparty_words{"unknown", "neighbour", "relative", "employer", "company", "property_manager", "government", "village_committee", "court", "official"};
constexpr std::array<std::string_view, 5> answer_words{"yes", "no", "unsure", "unasked", "likely"};
constexpr std::array<std::string_view, 3> place_words{"here", "elsewhere", "unknown"};
constexpr std::array<std::string_view, 10> path_words{"judicial", "arbitration", "party_appeal", "administrative", "duty", "petition", "suggestion", "accusation", "information_request", "unknown"};
/// What the screens can ask.
constexpr std::array<std::string_view, 8> asked_fields{"in_proceedings", "decided", "about_official", "both_willing", "status_or_title", "in_danger", "filed_before", "concluded"};
constexpr std::array<std::string_view, 2> yes_no_words{"yes", "no"};
constexpr std::array<std::string_view, 5> note_flags{"urgent", "sealed", "mediatable", "conflict", "closed"};

bool among(Words words, std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); }
std::size_t place(Words words, std::string_view word) { return static_cast<std::size_t>(std::find(words.begin(), words.end(), word) - words.begin()); }
std::string listed(Words words) { return fmt::format("{}", fmt::join(words, ", ")); }

/// Reads the tables of one rulebook. The first thing wrong is kept with its line and everything after it is moot, so the
/// reading code stays a plain list of what a rulebook holds.
class Loader {
 public:
  Loader(std::string_view file, const RuleBook* base) : file_(file), base_(base) {}

  Result<RuleBook> load(const toml::table& root);

 private:
  void fail(int line, std::string_view what) {
    if (!error_) error_ = Error{Code::Invalid, fmt::format("{}:{}: {}", file_, line, what)};
  }
  static int line_of(const toml::node& node) { return static_cast<int>(node.source().begin.line); }

  // -- single values -----------------------------------------------------------------------------------------------------
  void keys(const toml::table& table, std::initializer_list<std::string_view> allowed) {
    for (const auto& [key, value] : table)
      if (std::find(allowed.begin(), allowed.end(), key.str()) == allowed.end())
        fail(static_cast<int>(key.source().begin.line), fmt::format("unknown key \"{}\"", key.str()));
  }
  std::string text(const toml::table& table, std::string_view key, bool required, std::string fallback = {}) {
    const toml::node* node = table.get(key);
    if (node == nullptr) {
      if (required) fail(line_of(table), fmt::format("\"{}\" is missing", key));
      return fallback;
    }
    const auto value = node->value_exact<std::string>();
    if (!value) {
      fail(line_of(*node), fmt::format("\"{}\" must be text in quotes", key));
      return fallback;
    }
    if (required && blank(*value)) fail(line_of(*node), fmt::format("\"{}\" is empty", key));
    if (has_control(*value)) fail(line_of(*node), fmt::format("\"{}\" holds control characters", key));
    return *value;
  }
  int number(const toml::table& table, std::string_view key, int least, int most) {
    const toml::node* node = table.get(key);
    if (node == nullptr) {
      fail(line_of(table), fmt::format("\"{}\" is missing", key));
      return least;
    }
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < least || *value > most) {
      fail(line_of(*node), fmt::format("\"{}\" must be a whole number {}…{}", key, least, most));
      return least;
    }
    return static_cast<int>(*value);
  }
  bool flag(const toml::table& table, std::string_view key, bool fallback) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return fallback;
    const auto value = node->value_exact<bool>();
    if (!value) fail(line_of(*node), fmt::format("\"{}\" must be true or false", key));
    return value.value_or(fallback);
  }
  std::string word(const toml::table& table, std::string_view key, Words allowed, std::string_view fallback, bool required) {
    const std::string value = text(table, key, required, std::string(fallback));
    if (!error_ && !among(allowed, value)) fail(line_of(*table.get(key)), fmt::format("\"{}\" is none of {}", value, listed(allowed)));
    return value;
  }
  std::vector<std::string> texts(const toml::node& node, std::string_view key) {
    std::vector<std::string> out;
    const toml::array* array = node.as_array();
    if (array == nullptr) {
      fail(line_of(node), fmt::format("\"{}\" must be a list", key));
      return out;
    }
    for (const toml::node& entry : *array) {
      const auto value = entry.value_exact<std::string>();
      if (!value || value->empty()) {
        fail(line_of(entry), fmt::format("\"{}\" must hold text in quotes", key));
        return out;
      }
      out.push_back(*value);
    }
    return out;
  }
  std::vector<std::string> texts(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    return node == nullptr ? std::vector<std::string>{} : texts(*node, key);
  }

  /// "信访工作条例 22.1": the law, a space, the place. Every number and every reason of a rulebook stands on one.
  Article article(const toml::table& table, bool promise = false) {
    const std::string value = text(table, "article", true);
    if (error_) return {};
    if (promise) return {"", value};
    const std::size_t space = value.rfind(' ');
    Article a = space == std::string::npos ? Article{value, ""} : Article{value.substr(0, space), value.substr(space + 1)};
    if (a.law.empty() || !(places_article(a.number) || a.number.find("号") != std::string::npos))
      fail(line_of(*table.get("article")), fmt::format("article \"{}\" is not \"<law> <number>\", such as \"信访工作条例 22.1\"", value));
    return a;
  }

  // -- rows ----------------------------------------------------------------------------------------------------------------
  /// Calls `read` for each [[name]] row.
  template <class Read>
  void rows(const toml::table& root, std::string_view name, Read read) {
    const toml::node* node = root.get(name);
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    if (array == nullptr) return fail(line_of(*node), fmt::format("\"{}\" must be rows: [[{}]]", name, name));
    for (const toml::node& entry : *array) {
      const toml::table* row = entry.as_table();
      if (row == nullptr) return fail(line_of(entry), fmt::format("\"{}\" must be rows: [[{}]]", name, name));
      if (!error_) read(*row);
    }
  }
  /// Puts a row in: one of the base with the same key gives way, one of this file with the same key is an error.
  template <class Row, class Key>
  void put(std::vector<Row>& all, Row row, Key key, std::set<std::string>& seen, int line) {
    if (!seen.insert(key(row)).second) return fail(line, fmt::format("\"{}\" is given twice", key(row)));
    const auto old = std::find_if(all.begin(), all.end(), [&](const Row& r) { return key(r) == key(row); });
    if (old == all.end()) {
      all.push_back(std::move(row));
    } else {
      *old = std::move(row);
    }
  }

  void terms(const toml::table& root);
  void rep_limits(const toml::table& root);
  void windows(const toml::table& root);
  void topics(const toml::table& root);
  void word_lists(const toml::table& root);
  void signals(const toml::table& root);
  void rules(const toml::table& root, std::string_view name, bool note);
  void condition(Rule& rule, std::string_view field, const toml::node& node);
  void check_whole(int last_line);
  void check_windows(int last_line);
  /// A list, or what a signal sets.
  bool spoken(std::string_view name) const {
    return book_.words.contains(std::string(name)) || std::any_of(book_.signals.begin(), book_.signals.end(), [&](const Signal& s) { return s.sets == name; });
  }
  void check_rule(const Rule& rule);

  std::string_view file_;
  const RuleBook* base_;
  RuleBook book_;
  std::optional<Error> error_;
  std::set<std::string> own_rules_;  ///< ids of this file: only these have lines of this file
};

void Loader::terms(const toml::table& root) {
  std::set<std::string> seen;
  rows(root, "term", [&](const toml::table& row) {
    keys(row, {"id", "amount", "unit", "whose", "promised", "article", "label", "from"});
    Term t;
    t.id = text(row, "id", true);
    t.amount = number(row, "amount", 1, 3660);
    constexpr std::array<std::string_view, 3> units{"days", "working_days", "months"};
    t.unit = static_cast<Unit>(place(units, word(row, "unit", units, "", true)));
    constexpr std::array<std::string_view, 2> whose{"duty", "right"};
    t.whose = static_cast<Whose>(place(whose, word(row, "whose", whose, "", true)));
    t.promised = flag(row, "promised", false);
    t.basis = article(row, t.promised);
    t.label = text(row, "label", true);
    t.from = text(row, "from", true);
    put(book_.terms, std::move(t), [](const Term& r) { return r.id; }, seen, line_of(row));
  });
}

void Loader::rep_limits(const toml::table& root) {
  if (!root.contains("rep_limit")) return;
  book_.rep_limits.clear();  // the table of a jurisdiction replaces the one below it as a whole
  rows(root, "rep_limit", [&](const toml::table& row) {
    keys(row, {"heads_max", "reps_max", "article"});
    const RepLimit limit{number(row, "heads_max", 0, 100'000), number(row, "reps_max", 1, 100)};
    const Article basis = article(row);
    if (!book_.rep_limits.empty() && (book_.rep_limits.back().heads_max == 0 || (limit.heads_max != 0 && limit.heads_max <= book_.rep_limits.back().heads_max)))
      fail(line_of(row), "rep_limit rows must grow by heads_max, with 0 (any size) last");
    if (book_.rep_limits.empty()) book_.rep_basis = basis;
    book_.rep_limits.push_back(limit);
  });
  if (!error_ && (book_.rep_limits.empty() || book_.rep_limits.back().heads_max != 0))
    fail(line_of(*root.get("rep_limit")), "the last rep_limit must be for any size (heads_max = 0)");
}

void Loader::windows(const toml::table& root) {
  std::set<std::string> seen;
  rows(root, "window", [&](const toml::table& row) {
    keys(row, {"code", "name", "prefix", "place", "blurb", "on_site", "units", "serves", "hours", "fallback"});
    WindowInfo w;
    w.code = text(row, "code", true);
    w.name = text(row, "name", true);
    w.on_site = flag(row, "on_site", true);
    w.prefix = text(row, "prefix", w.on_site);
    w.place = text(row, "place", w.on_site);
    w.blurb = text(row, "blurb", w.on_site);
    w.units = texts(row, "units");
    w.serves = texts(row, "serves");
    w.fallback = text(row, "fallback", false);
    for (const std::string& span : texts(row, "hours")) {
      auto hours = parse_hours(span);
      if (!hours) fail(line_of(*row.get("hours")), fmt::format("\"hours\": {}", hours.error().what));
      else w.hours.push_back(*hours);
    }
    if (!w.on_site && (!w.serves.empty() || !w.hours.empty() || !w.fallback.empty()))
      fail(line_of(row), "\"serves\", \"hours\" and \"fallback\" are for windows in the hall");
    if (w.units.empty()) fail(line_of(row), "\"units\" is missing: the names under which the unit may be complained of");
    if (w.code.size() > 4 || w.code.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos) fail(line_of(row), "\"code\" must be 1…4 capital letters");
    if (w.on_site && (w.prefix.size() != 1 || w.prefix[0] < 'A' || w.prefix[0] > 'Z')) fail(line_of(row), "\"prefix\" must be one capital letter");
    for (const WindowInfo& other : book_.windows)
      if (w.on_site && other.on_site && other.code != w.code && other.prefix == w.prefix) fail(line_of(row), fmt::format("prefix {} is taken by window {}", w.prefix, other.code));
    put(book_.windows, std::move(w), [](const WindowInfo& r) { return r.code; }, seen, line_of(row));
  });
}

void Loader::topics(const toml::table& root) {
  std::set<std::string> seen;
  rows(root, "topic", [&](const toml::table& row) {
    keys(row, {"code", "name", "example", "icon", "kind", "desk", "questions", "phrases"});
    TopicInfo t;
    t.code = text(row, "code", true);
    t.name = text(row, "name", true);
    t.example = text(row, "example", true);
    t.icon = text(row, "icon", true);
    t.kind = static_cast<MatterKind>(place(kind_words, word(row, "kind", kind_words, "appeal", false)));
    t.desk = text(row, "desk", true);
    t.questions = texts(row, "questions");
    t.phrases = texts(row, "phrases");
    if (t.code == "none") fail(line_of(row), "\"none\" is the word for no topic and cannot be a code");
    if (t.icon.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos) fail(line_of(row), "\"icon\" must be a name such as wages or arrow_up");
    if (!error_ && book_.window(t.desk) == nullptr) fail(line_of(*row.get("desk")), fmt::format("desk \"{}\" is no window", t.desk));
    for (const std::string& q : t.questions)
      if (q != "counterparty" && !among(asked_fields, q)) fail(line_of(*row.get("questions")), fmt::format("unknown question \"{}\"", q));
    // Everybody answers three at most; who filed before is asked one more, or two.
    const auto filed = std::find(t.questions.begin(), t.questions.end(), "filed_before"), concluded = std::find(t.questions.begin(), t.questions.end(), "concluded");
    const std::size_t more = (filed != t.questions.end() ? 1U : 0U) + (concluded != t.questions.end() ? 1U : 0U);
    if (t.questions.size() - more > 3) fail(line_of(*row.get("questions")), "at most 3 questions a topic, and filed_before and concluded");
    if (concluded != t.questions.end() && filed >= concluded) fail(line_of(*row.get("questions")), "\"concluded\" is asked after \"filed_before\"");
    put(book_.topics, std::move(t), [](const TopicInfo& r) { return r.code; }, seen, line_of(row));
  });
}

void Loader::word_lists(const toml::table& root) {
  const toml::node* node = root.get("words");
  if (node == nullptr) return;
  const toml::table* table = node->as_table();
  if (table == nullptr) return fail(line_of(*node), "\"words\" must be a table: [words]");
  for (const auto& [key, value] : *table) book_.words[std::string(key.str())] = texts(value, key.str());
  if (error_) return;
  for (const auto& [key, value] : *table)
    for (const toml::node& entry : *value.as_array())
      if (const std::string word = entry.value_or(std::string()); !valid_utf8(word) || blank(word) || word.starts_with("…") || word.ends_with("…") || word.find("…") != word.rfind("…"))
        fail(line_of(entry), fmt::format("\"{}\" in {}: a word has at most one \"…\", and something on both sides of it", word, key.str()));
}

void Loader::signals(const toml::table& root) {
  std::set<std::string> seen;
  rows(root, "signal", [&](const toml::table& row) {
    keys(row, {"id", "sets", "words", "with", "with_also", "with_clause", "with_before", "not_close", "not_before", "not_clause", "not_sentence", "not_text", "since", "despite"});
    Signal s;
    s.line = line_of(row);
    s.id = text(row, "id", true);
    s.sets = text(row, "sets", true);
    const auto lists = [&](std::string_view key) {
      std::vector<std::string> names = texts(row, key);
      for (const std::string& name : names)
        if (!book_.words.contains(name)) fail(line_of(*row.get(key)), fmt::format("unknown word list \"{}\"", name));
      return names;
    };
    s.words = lists("words");
    s.with = lists("with");
    s.with_also = lists("with_also");
    s.with_clause = lists("with_clause");
    s.with_before = lists("with_before");
    s.not_close = lists("not_close");
    s.not_before = lists("not_before");
    s.not_clause = lists("not_clause");
    s.not_sentence = lists("not_sentence");
    s.not_text = lists("not_text");
    s.since = lists("since");
    s.despite = lists("despite");
    if (s.words.empty()) fail(s.line, fmt::format("signal {} has no \"words\": nothing could set it off", s.id));
    if (!s.since.empty() && s.not_before.empty()) fail(line_of(*row.get("since")), "\"since\" lifts \"not_before\", which is missing");
    put(book_.signals, std::move(s), [](const Signal& r) { return r.id; }, seen, line_of(row));
  });
  if (book_.signals.size() > WordIndex::signals_max) fail(1, fmt::format("{} signals, at most {}", book_.signals.size(), WordIndex::signals_max));
  std::set<std::string> names;
  for (const auto& [name, words] : book_.words) names.insert(name);
  for (const Signal& s : book_.signals) names.insert(s.sets);
  if (names.size() > WordIndex::lists_max) fail(1, fmt::format("{} word lists and signals, at most {}", names.size(), WordIndex::lists_max));
  // Two ways to say the same would leave one of them unread.
  for (const Signal& s : book_.signals)
    if (book_.words.contains(s.sets) && !among(signal_fields, s.sets)) fail(s.line == 0 ? 1 : s.line, fmt::format("signal {} sets \"{}\", which is a word list itself", s.id, s.sets));
}

void Loader::condition(Rule& rule, std::string_view field, const toml::node& node) {
  const int line = line_of(node);
  std::vector<std::string> words = node.is_string() ? std::vector<std::string>{node.as_string()->get()} : texts(node, field);
  if (error_) return;
  if (words.empty()) return fail(line, fmt::format("condition \"{}\" is empty; leave it out to match anything", field));
  const auto all_among = [&](Words allowed) {
    for (const std::string& w : words)
      if (!among(allowed, w)) return fail(line, fmt::format("\"{}\" is no word of {}: {}", w, field, listed(allowed)));
  };
  if (field == "kind") {
    all_among(kind_words);
  } else if (field == "channel") {
    all_among(channel_words);
  } else if (field == "counterparty") {
    all_among(counterparty_words);
  } else if (among(signal_fields, field)) {
    all_among(answer_words);
    if (std::find(words.begin(), words.end(), "likely") != words.end() && !spoken(field))
      fail(line, fmt::format("\"likely\" needs a word list named {}", field));
  } else if (field == "topic") {
    for (const std::string& w : words)
      if (w != "none" && book_.topic(w) == nullptr) fail(line, fmt::format("unknown topic \"{}\"", w));
  } else if (field == "place") {
    all_among(place_words);
  } else if (field == "text" || field == "also_text" || field == "no_text") {
    for (const std::string& w : words)
      if (!spoken(w)) fail(line, fmt::format("unknown word list \"{}\"", w));
  } else if (rule.note && field == "window") {
    for (const std::string& w : words)
      if (book_.window(w) == nullptr) fail(line, fmt::format("unknown window \"{}\"", w));
  } else if (rule.note && field == "path") {
    all_among(path_words);
  } else if (rule.note && among(note_flags, field)) {
    all_among(yes_no_words);
  } else {
    return fail(line, fmt::format("unknown field \"{}\" in a condition", field));
  }
  rule.when[std::string(field)] = std::move(words);
}

void Loader::check_rule(const Rule& rule) {
  const auto sentence = [&](const std::string& pattern, std::string_view key, std::size_t characters_max) {
    std::string spoken = pattern;  // at its longest: the longest department, the real amount
    for (std::size_t open = spoken.find('{'); open != std::string::npos; open = spoken.find('{')) {
      const std::size_t close = spoken.find('}', open);
      const std::string name = close == std::string::npos ? spoken.substr(open) : spoken.substr(open + 1, close - open - 1);
      std::string value;
      if (name == "unit" || name == "closed" || name == "here" || name == "other") {
        if ((name == "here" || name == "other") && (!rule.note || rule.alternatives.empty())) return fail(rule.line, fmt::format("\"{}\": {{{}}} needs a note with alternatives", key, name));
        const bool on_site = name == "here" || name == "other";
        if (name == "other") value = "同一窗口";
        for (const WindowInfo& w : book_.windows)
          if ((w.on_site || !on_site) && characters(w.name) > characters(value)) value = w.name;
      } else if (const Term* term = book_.term(name)) {
        value = std::to_string(term->amount);
      } else {
        return fail(rule.line, fmt::format("\"{}\": {{{}}} is neither {{unit}}, {{closed}}, {{here}}, {{other}} nor a term", key, name));
      }
      spoken.replace(open, close - open + 1, value);
    }
    if (const std::size_t n = characters(spoken); n > characters_max) fail(rule.line, fmt::format("\"{}\" has {} characters, at most {} can be read in one line", key, n, characters_max));
  };
  sentence(rule.because, "because", because_characters_max);
  sentence(rule.consequence, "consequence", consequence_characters_max);
  if (rule.note) {
    for (const WindowCode& code : rule.alternatives)
      if (book_.window(code) == nullptr) fail(rule.line, fmt::format("unknown window \"{}\" among the alternatives", code));
    return;
  }
  if (rule.window.empty()) {
    if (rule.stop) fail(rule.line, fmt::format("rule {} decides but names no window", rule.id));
  } else if (rule.window != "topic" && book_.window(rule.window) == nullptr) {
    fail(rule.line, fmt::format("unknown window \"{}\"", rule.window));
  }
  for (const WindowCode& code : rule.alternatives) {
    if (book_.window(code) == nullptr) fail(rule.line, fmt::format("unknown window \"{}\" among the alternatives", code));
    if (code == rule.window) fail(rule.line, fmt::format("window {} is its own alternative", code));
  }
}

void Loader::rules(const toml::table& root, std::string_view name, bool note) {
  rows(root, name, [&](const toml::table& row) {
    Rule r;
    r.note = note;
    r.line = line_of(row);
    if (note) {
      keys(row, {"id", "when", "alternatives", "article", "because", "consequence"});
    } else {
      keys(row, {"id", "when", "path", "window", "alternatives", "urgent", "sealed", "mediatable", "stop", "article", "because", "consequence", "before"});
    }
    r.id = text(row, "id", true);
    if (const toml::node* when = row.get("when")) {
      const toml::table* table = when->as_table();
      if (table == nullptr) return fail(line_of(*when), "\"when\" must be a table: { field = [\"word\"] }");
      for (const auto& [key, value] : *table) condition(r, key.str(), value);
    }
    r.stop = note ? false : flag(row, "stop", true);
    r.path = static_cast<LegalPath>(place(path_words, word(row, "path", path_words, "unknown", !note && r.stop)));
    r.window = text(row, "window", false);
    r.alternatives = texts(row, "alternatives");
    r.urgent = flag(row, "urgent", false);
    r.sealed = flag(row, "sealed", false);
    r.mediatable = flag(row, "mediatable", false);
    r.basis = article(row);
    r.because = text(row, "because", true);
    r.consequence = text(row, "consequence", false);
    const std::string before = text(row, "before", false);
    if (error_) return;
    check_rule(r);
    if (!own_rules_.insert(r.id).second) return fail(r.line, fmt::format("\"{}\" is given twice", r.id));

    auto& all = book_.rules;
    const auto id_is = [](std::string_view id) { return [id](const Rule& other) { return other.id == id; }; };
    if (const auto old = std::find_if(all.begin(), all.end(), id_is(r.id)); old != all.end()) {
      if (!before.empty()) return fail(r.line, fmt::format("rule {} replaces one of the base and keeps its place; leave out \"before\"", r.id));
      *old = std::move(r);
      return;
    }
    auto at = all.end();
    if (!before.empty()) {
      at = std::find_if(all.begin(), all.end(), id_is(before));
      if (at == all.end()) return fail(r.line, fmt::format("\"before\" names no rule: {}", before));
    } else if (base_ != nullptr) {
      // The special law goes before the general one, but after what only adds flags: urgent stays urgent everywhere.
      at = note ? std::find_if(all.begin(), all.end(), [](const Rule& other) { return other.note; })
                : std::find_if(all.begin(), all.end(), [&](const Rule& other) { return other.stop && !own_rules_.contains(other.id); });
    }
    all.insert(at, std::move(r));
  });
}

void Loader::check_whole(int last_line) {
  const auto line = [&](const Rule& rule) { return own_rules_.contains(rule.id) ? rule.line : last_line; };
  for (const std::string_view id : {"dispose", "notify", "object", "handle", "extension", "review_request", "review", "recheck_request", "recheck", "confirmation"})
    if (book_.term(id) == nullptr) fail(last_line, fmt::format("term \"{}\" is missing", id));
  if (book_.rep_limits.empty()) fail(last_line, "no [[rep_limit]]");
  for (const std::string_view code : {std::string_view(window_lawyer), std::string_view(window_mediation), std::string_view(window_reception)}) {
    const WindowInfo* w = book_.window(code);
    if (w == nullptr || !w->on_site) fail(last_line, fmt::format("window {} must be in the hall", code));
  }
  check_windows(last_line);
  if (book_.topics.empty()) fail(last_line, "no [[topic]]");
  if (book_.windows.size() > WordIndex::units_max) fail(last_line, fmt::format("at most {} windows", WordIndex::units_max));
  bool ends = false, conflict_told = false;
  for (const Rule& rule : book_.rules) {
    if (rule.note) {
      conflict_told = conflict_told || rule.when.contains("conflict");
      continue;
    }
    if (ends) fail(line(rule), fmt::format("rule {} can never be reached: an earlier one matches everything", rule.id));
    ends = ends || (rule.stop && rule.when.empty());
  }
  if (!ends) fail(last_line, "the last rule must match everything: a petition could be left without a window");
  if (!conflict_told) fail(last_line, "no [[note]] for conflict: a window left out must be explained (XFTL 30.3)");
  if (error_ || base_ == nullptr) return;
  // What the base says was checked with the base's windows, topics and terms; this file may have changed them.
  for (const Rule& rule : book_.rules)
    if (!own_rules_.contains(rule.id)) {
      Rule here = rule;
      here.line = last_line;
      check_rule(here);
    }
}

/// Who serves whom and who stands in for whom, seen together.
void Loader::check_windows(int last_line) {
  std::map<std::string, std::string> served;
  for (const WindowInfo& w : book_.windows) {
    for (const WindowCode& code : w.serves) {
      const WindowInfo* department = book_.window(code);
      if (department == nullptr) fail(last_line, fmt::format("window {} serves {}, which is no window", w.code, code));
      else if (department->on_site) fail(last_line, fmt::format("window {} serves {}, which has a window of its own", w.code, code));
      else if (!served.emplace(code, w.code).second) fail(last_line, fmt::format("windows {} and {} both serve {}", served[code], w.code, code));
    }
    // Whoever stands in must be there in the end: a chain that comes back leads nowhere.
    const WindowInfo* at = &w;
    for (std::size_t steps = 0; at != nullptr && !at->fallback.empty(); ++steps) {
      const WindowInfo* next = book_.window(at->fallback);
      if (next == nullptr || !next->on_site) return fail(last_line, fmt::format("fallback {} of window {} is no window in the hall", at->fallback, at->code));
      if (steps >= book_.windows.size()) return fail(last_line, fmt::format("fallbacks of window {} go round in a circle", w.code));
      at = next;
    }
  }
}

Result<RuleBook> Loader::load(const toml::table& root) {
  keys(root, {"jurisdiction", "name", "division", "valid_from", "base", "term", "rep_limit", "window", "topic", "words", "signal", "rule", "note"});
  const std::string base = text(root, "base", false);
  if (!base.empty()) {
    if (base_ == nullptr || base_->jurisdiction != base)
      fail(line_of(*root.get("base")), fmt::format("base \"{}\" is not loaded", base));
    else
      book_ = *base_;
  } else {
    base_ = nullptr;
  }
  book_.jurisdiction = text(root, "jurisdiction", true);
  book_.name = text(root, "name", true);
  if (const toml::node* node = root.get("valid_from"); node == nullptr) {
    fail(1, "\"valid_from\" is missing");
  } else if (const auto date = node->value_exact<toml::date>(); !date) {
    fail(line_of(*node), "\"valid_from\" must be a date without quotes, such as 2022-05-01");
  } else if (const auto day = parse_date(fmt::format("{:04}-{:02}-{:02}", date->year, date->month, date->day)); !day) {
    fail(line_of(*node), "\"valid_from\" is no calendar day");
  } else {
    book_.valid_from = *day;
  }
  book_.division = text(root, "division", false, book_.division);
  if (book_.division.size() > 12 || book_.division.size() == 1 || book_.division.find_first_not_of("0123456789") != std::string::npos)
    fail(line_of(*root.get("division")), "\"division\" must be a code of 2…12 digits, such as 330802");
  terms(root);
  rep_limits(root);
  windows(root);
  topics(root);
  word_lists(root);
  if (!error_) signals(root);
  rules(root, "rule", false);
  rules(root, "note", true);
  if (!error_) check_whole(std::max(1, static_cast<int>(root.source().end.line)));
  if (error_) return *error_;
  book_.index = std::make_shared<const WordIndex>(book_.words, book_.signals, units_of(book_));
  return std::move(book_);
}

}  // namespace

std::string RuleBook::id() const { return jurisdiction + " " + iso(valid_from); }

const Term* RuleBook::term(std::string_view wanted) const {
  const auto at = std::find_if(terms.begin(), terms.end(), [&](const Term& t) { return t.id == wanted; });
  return at == terms.end() ? nullptr : &*at;
}

const WindowInfo* RuleBook::window(std::string_view code) const {
  const auto at = std::find_if(windows.begin(), windows.end(), [&](const WindowInfo& w) { return w.code == code; });
  return at == windows.end() ? nullptr : &*at;
}

const WindowInfo* RuleBook::hall_window(std::string_view code) const {
  const WindowInfo* found = window(code);
  if (found != nullptr && found->on_site) return found;
  for (const WindowInfo& w : windows)
    if (std::find(w.serves.begin(), w.serves.end(), code) != w.serves.end()) return &w;
  return window(window_reception);
}

const TopicInfo* RuleBook::topic(std::string_view code) const {
  const auto at = std::find_if(topics.begin(), topics.end(), [&](const TopicInfo& t) { return t.code == code; });
  return at == topics.end() ? nullptr : &*at;
}

int RuleBook::rep_limit(int head_count) const {
  for (const RepLimit& limit : rep_limits)
    if (limit.heads_max == 0 || head_count <= limit.heads_max) return limit.reps_max;
  return RepLimit{}.reps_max;
}

Result<RuleBook> load_rulebook(std::string_view toml, std::string_view file, const RuleBook* base) {
  try {
    return Loader(file, base).load(toml::parse(toml));
  } catch (const toml::parse_error& e) {
    return Error{Code::Invalid, fmt::format("{}:{}: {}", file, e.source().begin.line, e.description())};
  } catch (const std::exception& e) {
    return Error{Code::Invalid, fmt::format("{}:1: {}", file, e.what())};
  }
}

const RuleBook& RuleBooks::in_force(Date day) const {
  YIZHAN_CHECK(!books.empty(), "a hall without a rulebook must not open");
  const auto after = std::find_if(books.begin(), books.end(), [&](const RuleBook& b) { return b.valid_from > day; });
  return after == books.begin() ? books.front() : *std::prev(after);
}

Status add(RuleBooks& all, RuleBook book) {
  const auto at = std::find_if(all.books.begin(), all.books.end(), [&](const RuleBook& b) { return b.valid_from >= book.valid_from; });
  if (at != all.books.end() && at->valid_from == book.valid_from)
    return Error{Code::Conflict, fmt::format("two rulebooks from the same day: {} and {}", at->id(), book.id())};
  all.books.insert(at, std::move(book));
  return Done{};
}

}  // namespace yizhan
