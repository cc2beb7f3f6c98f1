#include <algorithm>
#include <array>
#include <catch2/generators/catch_generators.hpp>
#include <filesystem>
#include <random>

#include "core/text.h"
#include "tests/law/books.h"

namespace yizhan {

namespace {

template <std::size_t N>
int place(const std::array<std::string_view, N>& words, const std::string& word) {
  const auto at = std::find(words.begin(), words.end(), word);
  INFO("unknown word in the table: " << word);
  REQUIRE(at != words.end());
  return static_cast<int>(at - words.begin());
}

constexpr std::array<std::string_view, 6> channels{"visit", "letter", "online", "phone", "fax", "hotline12345"};
constexpr std::array<std::string_view, 5> kinds{"appeal", "suggestion", "accusation", "information_request", "queue_only"};
constexpr std::array<std::string_view, 10> parties{"unknown", "neighbour", "relative", "employer", "company", "property_manager", "government", "village_committee", "court", "official"};
constexpr std::array<std::string_view, 4> answers{"unasked", "no", "yes", "unsure"};
constexpr std::array<std::string_view, 10> paths{"judicial", "arbitration", "party_appeal", "administrative", "duty", "petition", "suggestion", "accusation", "information_request", "unknown"};

Answer* answer(Answers& all, const std::string& name) {
  if (name == "in_proceedings") return &all.in_proceedings;
  if (name == "decided") return &all.decided;
  if (name == "about_official") return &all.about_official;
  if (name == "both_willing") return &all.both_willing;
  if (name == "status_or_title") return &all.status_or_title;
  if (name == "filed_before") return &all.filed_before;
  if (name == "concluded") return &all.concluded;
  return name == "in_danger" ? &all.in_danger : nullptr;
}

Petition petition_of(const Row& row) {
  const auto cell = [&](std::size_t i) { return row[i] == "-" ? std::string() : row[i]; };
  Petition p;
  p.channel = static_cast<Channel>(place(channels, row[1]));
  p.kind = static_cast<MatterKind>(place(kinds, row[2]));
  p.topic = cell(3);
  if (row[4] != "-")
    for (const std::string& given : split(row[4], ';')) {
      const auto pair = split(given, '=');
      REQUIRE(pair.size() == 2);
      if (pair[0] == "counterparty") {
        p.answers.counterparty = static_cast<Counterparty>(place(parties, pair[1]));
      } else if (pair[0] == "division") {
        p.statement.division = pair[1];
      } else {
        REQUIRE(answer(p.answers, pair[0]) != nullptr);
        *answer(p.answers, pair[0]) = static_cast<Answer>(place(answers, pair[1]));
      }
    }
  p.statement.party_complained_of = cell(5);
  p.statement.request = cell(6);
  return p;
}

std::string flags(const Ruling& r) {
  std::string all;
  for (const auto& [on, name] : {std::pair{r.urgent, "urgent"}, std::pair{r.sealed, "sealed"}, std::pair{r.mediatable, "mediatable"}})
    if (on) all += (all.empty() ? "" : " ") + std::string(name);
  return all.empty() ? "-" : all;
}

bool unit_of(const WindowInfo& window, const std::string& party) {
  return std::any_of(window.units.begin(), window.units.end(), [&](const std::string& u) { return party.find(u) != std::string::npos; });
}

/// What must hold for every ruling, whatever was asked.
void sound(const Petition& p, const Ruling& r, const RuleBook& rules) {
  const WindowInfo* window = rules.window(r.window);
  REQUIRE(window != nullptr);
  CHECK(window->on_site);
  REQUIRE_FALSE(r.reasons.empty());
  CHECK(r.reasons.size() <= 5);
  for (const Reason& reason : r.reasons) {
    CHECK_FALSE(reason.rule.empty());
    CHECK_FALSE(reason.basis.law.empty());
    CHECK_FALSE(reason.basis.number.empty());
    CHECK_FALSE(reason.because.empty());
    CHECK(characters(reason.because) <= 20);
    CHECK(characters(reason.consequence) <= 24);
    CHECK(reason.because.find('{') == std::string::npos);
    CHECK(reason.consequence.find('{') == std::string::npos);
  }
  for (std::size_t i = 0; i < r.alternatives.size(); ++i) {
    CHECK(r.alternatives[i] != r.window);
    CHECK(std::count(r.alternatives.begin(), r.alternatives.end(), r.alternatives[i]) == 1);
    const WindowInfo* other = rules.window(r.alternatives[i]);
    REQUIRE(other != nullptr);
    CHECK(other->on_site);
    CHECK_FALSE(unit_of(*other, p.statement.party_complained_of));
  }
  // Complained of, a window is out; only when all of them are is the matter sealed and one gives a bare number.
  if (unit_of(*window, p.statement.party_complained_of)) {
    CHECK(r.sealed);
    CHECK(r.alternatives.empty());
  }
  CHECK(r.rulebook == rules.id());
  if (r.sealed) CHECK(r.path == LegalPath::Accusation);
  if (r.mediatable) CHECK((p.answers.both_willing != Answer::No && p.answers.status_or_title != Answer::Yes && p.answers.in_proceedings != Answer::Yes && p.answers.decided != Answer::Yes));
}

}  // namespace

TEST_CASE("every row of the routing tables goes where it says, for the reason it says", "[law][router]") {
  const std::string file = GENERATE("tests/tables/routing.tsv", "tests/tables/law_tree.tsv");
  const auto rows = table(file);
  REQUIRE(rows.size() >= (file.ends_with("law_tree.tsv") ? 150 : 60));
  for (const Row& row : rows) {
    INFO(file << ":" << row.line << " " << row[3] << " " << row[4] << " " << row[6]);
    const RuleBook& rules = book(row[0]);
    const Petition p = petition_of(row);
    const Ruling r = route(p, rules);
    sound(p, r, rules);
    CHECK(r.window == row[7]);
    CHECK(paths[static_cast<std::size_t>(r.path)] == row[8]);
    CHECK(flags(r) == row[9]);
    CHECK(r.reasons[0].rule == row[10]);
    std::string given, others;
    for (const Reason& x : r.reasons) given += x.basis.law + " " + x.basis.number + " (" + x.rule + ") ";
    for (const WindowCode& code : r.alternatives) others += (others.empty() ? "" : ",") + code;
    INFO(given);
    const bool told = std::any_of(r.reasons.begin(), r.reasons.end(), [&](const Reason& x) { return x.basis.law + " " + x.basis.number == row[11]; });
    CHECK(told);
    if (file.ends_with("law_tree.tsv") && row[12] != "-") CHECK(others == row[12]);
  }
}

TEST_CASE("every rule and every tile of the shipped rulebooks is reached by a case", "[law][router]") {
  std::map<std::string, std::set<std::string>> reached;
  std::set<std::string> anywhere, tiles;  // a rule about the place needs a jurisdiction that has one
  for (const Row& row : table("tests/tables/law_tree.tsv")) {
    for (const Reason& reason : route(petition_of(row), book(row[0])).reasons) reached[row[0]].insert(reason.rule), anywhere.insert(reason.rule);
    tiles.insert(row[3]);
    // The note about a closed window needs one; its own tests are in windows_test.cpp.
    for (const Reason& reason : route(petition_of(row), book(row[0]), std::array{window_lawyer}).reasons)
      if (reason.rule == "closed") anywhere.insert(reason.rule);
  }
  for (const Rule& rule : book("national").rules) {
    INFO("no case in law_tree.tsv reaches national rule " << rule.id);
    CHECK(anywhere.contains(rule.id));
  }
  for (const TopicInfo& topic : book("national").topics) {
    INFO("no case has the tile " << topic.code);
    CHECK(tiles.contains(topic.code));
  }
  // A jurisdiction answers for the rules it words itself.
  for (const auto& file : std::filesystem::directory_iterator(YIZHAN_SOURCE_DIR "/assets/rulebooks")) {
    const std::string jurisdiction = file.path().stem().string();
    if (file.path().extension() != ".toml" || jurisdiction == "national") continue;
    for (const Rule& rule : book(jurisdiction).rules) {
      const auto& base = book("national").rules;
      const bool inherited = std::any_of(base.begin(), base.end(), [&](const Rule& b) { return b.id == rule.id && b.because == rule.because && b.consequence == rule.consequence && b.basis == rule.basis && b.when == rule.when && b.window == rule.window; });
      INFO("no case in law_tree.tsv reaches rule " << rule.id << " of " << jurisdiction);
      CHECK((inherited || reached[jurisdiction].contains(rule.id)));
    }
  }
}

TEST_CASE("a conflict is told with its article and the unit is not named as handler", "[law][router][XFTL30]") {
  Petition p;
  p.topic = "environment";
  p.statement.request = "没人来查";
  CHECK(route(p, book("national")).reasons[0].consequence == "登记后转生态环境局去查，要答复。");
  p.statement.party_complained_of = "云栖县生态环境局";
  CHECK(route(p, book("national")).reasons[0].consequence == "登记后转有关部门去查，要答复。");
  p.topic = "other";
  p.statement.party_complained_of = "云栖县信访局";
  const Ruling r = route(p, book("national"));
  CHECK(r.window == "LAW");
  CHECK(r.alternatives == std::vector<WindowCode>{"MED"});
  CHECK(std::any_of(r.reasons.begin(), r.reasons.end(), [](const Reason& x) { return x.rule == "conflict" && x.basis == Article{"信访工作条例", "30.3"}; }));
}

TEST_CASE("no petition is left without a window and a reason", "[law][router]") {
  std::mt19937 random(20261120);
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  for (const std::string jurisdiction : {"national", "zhejiang", "jieyang"}) {
    const RuleBook& rules = book(jurisdiction);
    std::vector<std::string> words{"", "，", "没有", "听说", "冤", "\xff\xe5", "\x1b[2J", "##%n", "{unit}", "𠮷"};
    for (const auto& [name, list] : rules.words) words.insert(words.end(), list.begin(), list.end());
    std::vector<std::string> units{"", "", "", "张三", "{unit}"};
    for (const WindowInfo& w : rules.windows) units.insert(units.end(), w.units.begin(), w.units.end());
    std::vector<std::string> topics{"", "no-such-tile"};
    for (const TopicInfo& t : rules.topics) topics.push_back(t.code);
    for (int round = 0; round < 3000; ++round) {
      Petition p;
      p.channel = static_cast<Channel>(below(channels.size()));
      p.kind = static_cast<MatterKind>(below(kinds.size()));
      p.topic = topics[below(topics.size())];
      for (Answer* a : {&p.answers.in_proceedings, &p.answers.decided, &p.answers.about_official, &p.answers.both_willing, &p.answers.status_or_title, &p.answers.in_danger})
        *a = static_cast<Answer>(below(answers.size()));
      p.answers.counterparty = static_cast<Counterparty>(below(parties.size()));
      for (int i = 0; i < 3; ++i) {
        p.statement.request += words[below(words.size())];
        p.statement.facts += words[below(words.size())];
      }
      p.title = words[below(words.size())];
      p.statement.party_complained_of = units[below(units.size())] + units[below(units.size())] + units[below(units.size())];
      sound(p, route(p, rules), rules);
    }
  }
}

TEST_CASE("even an empty rulebook rules", "[law][router]") {
  const Ruling r = route(Petition{}, RuleBook{});
  CHECK(r.window == "PET");
  CHECK_FALSE(r.reasons.empty());
  CHECK(r.reasons[0].basis == Article{"信访工作条例", "22.1"});
}

TEST_CASE("the tiles have at most three questions besides earlier filing, and an old person with unpaid wages has one", "[law][router]") {
  for (const TopicInfo& t : book("national").topics)
    CHECK(std::count_if(t.questions.begin(), t.questions.end(), [](const std::string& q) { return q != "filed_before" && q != "concluded"; }) <= 3);
  CHECK(book("national").topic("wages")->questions.size() == 1);
  CHECK(book("national").topic("judgment")->questions.empty());
  CHECK(book("national").topics.size() == 10);
}

namespace {
Petition said(const std::string& tile, const std::string& given, const std::string& words) {
  return petition_of(Row{0, {"national", "visit", "appeal", tile, given, "-", words}});
}
}  // namespace

TEST_CASE("two matters in one statement are told in one line, with the window of each", "[law][router]") {
  const RuleBook& rules = book("national");
  for (const auto& row : table("tests/tables/two_matters.tsv")) {
    INFO("two_matters.tsv:" << row.line << " " << row[2]);
    const Ruling r = route(said(row[0], row[1], row[2]), rules);
    CHECK(r.window == row[3]);
    const auto told = std::find_if(r.reasons.begin(), r.reasons.end(), [](const Reason& x) { return x.rule.starts_with("also-") && x.rule != "also-official"; });
    if (row[4] == "-") {
      CHECK(told == r.reasons.end());
      continue;
    }
    REQUIRE(told != r.reasons.end());
    CHECK(told->rule == row[4]);
    CHECK(told->because.starts_with("像是两件事"));
    CHECK(told->consequence == row[5]);
    CHECK(characters(told->because) <= 20);
    CHECK(characters(told->consequence) <= 20);
    REQUIRE_FALSE(r.alternatives.empty());
    CHECK(r.alternatives[0] == row[6]);
  }
  // The second matter's window is closed, or its unit is complained of: whoever really takes it is named.
  const Petition both = said("neighbour", "-", "楼上漏水，还有工资没发");
  const auto line = [&](const Ruling& r) {
    for (const Reason& x : r.reasons)
      if (x.rule == "also-wages") return x.consequence;
    return std::string();
  };
  CHECK(line(route(both, rules, std::vector<WindowCode>{"LAW"})) == "这件去调解室，那件去综合接待。");
  Petition against = both;
  against.statement.party_complained_of = "司法局";
  CHECK(line(route(against, rules)) == "这件去调解室，那件去同一窗口。");
}

TEST_CASE("who is asked about earlier filing, and who is not, stands in a table", "[law][router]") {
  const RuleBook& rules = book("national");
  for (const auto& row : table("tests/tables/questions.tsv")) {
    INFO("questions.tsv:" << row.line << " " << row[0] << " " << row[1] << " " << row[2]);
    const TopicInfo* topic = rules.topic(row[0]);
    REQUIRE(topic != nullptr);
    CHECK(std::find(topic->questions.begin(), topic->questions.end(), row[2]) != topic->questions.end());
    CHECK(worth_asking(row[2], said(row[0], row[1], "-"), rules) == (row[3] == "yes"));
  }
  // In the common case nobody answers more than one question besides the three, and the way without typing is not longer.
  for (const TopicInfo& topic : rules.topics) {
    Petition p = said(topic.code, "-", "-");
    p.answers.filed_before = Answer::No;
    CHECK(std::count_if(topic.questions.begin(), topic.questions.end(), [&](const std::string& q) { return worth_asking(q, p, rules); }) <= 4);
  }
  CHECK(rules.topic("wages")->questions.size() == 1);
}

TEST_CASE("whoever stands in for a closed window is found, and nobody when all are closed", "[law][windows]") {
  const RuleBook& rules = book("national");
  CHECK(staffed_window(rules, "LAW", {})->code == "LAW");
  CHECK(staffed_window(rules, "LAW", std::vector<WindowCode>{"LAW"})->code == "PET");
  CHECK(staffed_window(rules, "ZJ", {})->code == "PET");
  CHECK(staffed_window(rules, "LAW", std::vector<WindowCode>{"LAW", "PET"}) == nullptr);
}

}  // namespace yizhan
