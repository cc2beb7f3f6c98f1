#include <algorithm>

#include "core/text.h"
#include "tests/law/books.h"

namespace yizhan {

namespace {

/// The shipped national file with one piece of it replaced, and the line on which the piece stands.
struct Edited {
  std::string toml;
  int line = 0;
};
Edited edited(const std::string& from, const std::string& to) {
  Edited e{file_text("assets/rulebooks/national.toml"), 1};
  const std::size_t at = e.toml.find(from);
  INFO(from);
  REQUIRE(at != std::string::npos);
  e.line += static_cast<int>(std::count(e.toml.begin(), e.toml.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  e.toml.replace(at, from.size(), to);
  return e;
}

std::string refusal(const std::string& toml, const RuleBook* base = nullptr) {
  const auto loaded = load_rulebook(toml, "r.toml", base);
  if (loaded) return "loaded";
  CHECK(loaded.error().code == Code::Invalid);
  return loaded.error().what;
}

std::string on_base(const std::string& rows) {
  return refusal("base = \"national\"\njurisdiction = \"x\"\nname = \"x\"\nvalid_from = 2025-01-01\n" + rows, &book("national"));
}

const std::string reason = "article = \"信访工作条例 22.1\"\nbecause = \"甲\"\n";

}  // namespace

TEST_CASE("the shipped rulebooks load, each number with its article", "[rulebook]") {
  for (const std::string jurisdiction : {"national", "zhejiang", "jieyang"}) {
    const RuleBook& rules = book(jurisdiction);
    CHECK(rules.id() == jurisdiction + " 2022-05-01");
    CHECK(rules.windows.size() == 16);
    for (const Term& t : rules.terms) CHECK_FALSE(chinese(t.basis).empty());
    CHECK_FALSE(rules.rep_basis.law.empty());
  }
  CHECK(book("national").term("promise_handle") == nullptr);
  CHECK(book("jieyang").term("promise_handle")->promised);
  CHECK(book("jieyang").term("handle")->amount == 60);
  CHECK(book("zhejiang").term("dispose")->unit == Unit::WorkingDays);
  CHECK(book("zhejiang").rep_limit(10) == 3);
  CHECK(book("zhejiang").rep_limit(11) == 5);
  CHECK(book("national").rep_limit(2) == 5);
  CHECK(book("zhejiang").rules.size() == book("national").rules.size());
}

TEST_CASE("a broken rulebook is refused and the line is named", "[rulebook]") {
  struct Case {
    std::string from, to, what;
    int down = 0;  ///< lines below the edit on which the trouble shows
  };
  for (const Case& c : {
           Case{"amount = 15", "amont = 15", "unknown key \"amont\""},
           Case{"amount = 15", "amount = \"15\"", "\"amount\" must be a whole number 1…3660"},
           Case{"amount = 15", "amount = 0", "\"amount\" must be a whole number 1…3660"},
           Case{"unit = \"days\"", "unit = \"day\"", "\"day\" is none of days, working_days, months"},
           Case{"whose = \"duty\"", "whose = \"ours\"", "\"ours\" is none of duty, right"},
           Case{"valid_from = 2022-05-01", "valid_from = \"2022-05-01\"", "\"valid_from\" must be a date without quotes, such as 2022-05-01"},
           Case{"valid_from = 2022-05-01", "valid_from = 2022-02-30", ""},
           Case{"reps_max = 5", "reps_max = 5.5", "\"reps_max\" must be a whole number 1…100"},
           Case{"article = \"信访工作条例 20.3\"", "article = \"信访工作条例\"", "article \"信访工作条例\" is not \"<law> <number>\", such as \"信访工作条例 22.1\""},
           Case{"article = \"信访工作条例 20.3\"", "article = \"信访工作条例 20.x\"", "article \"信访工作条例 20.x\" is not \"<law> <number>\", such as \"信访工作条例 22.1\""},
           Case{"prefix = \"B\"", "prefix = \"A\"", "prefix A is taken by window LAW", -3},
           Case{"desk = \"RS\"", "desk = \"RX\"", "desk \"RX\" is no window"},
           Case{"questions = [\"in_proceedings\"]", "questions = [\"in_court\"]", "unknown question \"in_court\""},
           Case{"kind = \"suggestion\"", "kind = \"idea\"", "\"idea\" is none of appeal, suggestion, accusation, information_request, queue_only"},
           Case{"when = { in_danger = [\"yes\"] }", "when = { in_dangr = [\"yes\"] }", "unknown field \"in_dangr\" in a condition"},
           Case{"when = { in_danger = [\"yes\"] }", "when = { in_danger = [\"ja\"] }", "\"ja\" is no word of in_danger: yes, no, unsure, unasked, likely"},
           Case{"when = { in_danger = [\"yes\"] }", "when = { in_danger = [] }", "condition \"in_danger\" is empty; leave it out to match anything"},
           Case{"when = { topic = [\"judgment\"] }", "when = { topic = [\"court\"] }", "unknown topic \"court\""},
           Case{"when = { text = [\"party_discipline\"] }", "when = { text = [\"party\"] }", "unknown word list \"party\""},
           Case{"when = { counterparty = [\"court\"] }", "when = { counterparty = [\"judge\"] }",
                "\"judge\" is no word of counterparty: unknown, neighbour, relative, employer, company, property_manager, government, village_committee, court, official"},
           Case{"when = { kind = [\"suggestion\"] }", "when = { window = [\"LAW\"] }", "unknown field \"window\" in a condition"},
           Case{"path = \"party_appeal\"", "path = \"party\"", "\"party\" is none of judicial, arbitration, party_appeal, administrative, duty, petition, suggestion, accusation, information_request, unknown"},
           Case{"because = \"您提的是建议。\"", "", "\"because\" is missing", -6},
           Case{"because = \"您提的是建议。\"", "because = 3", "\"because\" must be text in quotes"},
           Case{"questions = [\"in_proceedings\"]", "questions = \"in_proceedings\"", "\"questions\" must be a list"},
           Case{"because = \"您提的是建议。\"", "because = \"\"", "\"because\" is empty"},
           Case{"because = \"您提的是建议。\"", "because = \"您提的是一个很长很长很长很长很长的好建议。\"", "\"because\" has 21 characters, at most 20 can be read in one line", -6},
           Case{"consequence = \"{dispose}天内", "consequence = \"{dispos}天内", "\"consequence\": {dispos} is neither {unit}, {closed}, {here}, {other} nor a term", -5},
           Case{"\nnegation = [", "\nnegation = [3, ", "\"negation\" must hold text in quotes", 1},
           Case{"[[rule]]\nid = \"danger\"", "[[rule]]\nid = \"danger\"\nid = \"twice\"", "", 2},
           Case{"jurisdiction = \"national\"", "jurisdiction = \"national", ""},
           Case{"valid_from = 2022-05-01", "division = \"3a\"\nvalid_from = 2022-05-01", "\"division\" must be a code of 2…12 digits, such as 330802"},
           Case{"when = { place = [\"elsewhere\"] }", "when = { place = [\"abroad\"] }", "\"abroad\" is no word of place: here, elsewhere, unknown"},
           Case{"also_text = [\"second\"]", "also_text = [\"secnd\"]", "unknown word list \"secnd\""},
           Case{"when = { text = [\"mass_event\"] }", "when = { text = [\"mass_acts\", \"mob\"] }", "unknown word list \"mob\""},
           Case{"\nnegation = [", "\nnegation = [\"没…有…人\", ", "\"没…有…人\" in negation: a word has at most one \"…\", and something on both sides of it", 1},
           Case{"words = [\"last_words\"]", "words = [\"last_word\"]", "unknown word list \"last_word\""},
           Case{"words = [\"last_words\"]", "word = [\"last_words\"]", "unknown key \"word\""},
           Case{"words = [\"last_words\"]", "words = []", "signal last-words has no \"words\": nothing could set it off", -3},
           Case{"id = \"last-words\"\nsets = \"in_danger\"", "id = \"last-words\"\nsets = \"labour\"", "signal last-words sets \"labour\", which is a word list itself", -1},
           Case{"id = \"about-to\"", "id = \"last-words\"", "\"last-words\" is given twice", -1},
       }) {
    const Edited e = edited(c.from, c.to);
    INFO(c.to);
    const std::string what = refusal(e.toml);
    CHECK(what.starts_with("r.toml:" + std::to_string(e.line + c.down) + ": "));
    if (!c.what.empty()) CHECK(without_field(what.substr(7)) == c.what);
  }
}

TEST_CASE("a rulebook that could leave a petition without a window is refused", "[rulebook]") {
  const Edited narrowed = edited("[[rule]]\nid = \"reception\"\n", "[[rule]]\nid = \"reception\"\nwhen = { kind = [\"appeal\"] }\n");
  CHECK(refusal(narrowed.toml).find("a petition could be left without a window") != std::string::npos);
  const Edited open = edited("[[rule]]\nid = \"suggestion\"\nwhen = { kind = [\"suggestion\"] }\n", "[[rule]]\nid = \"suggestion\"\n");
  CHECK(refusal(open.toml).find("rule information can never be reached: an earlier one matches everything") != std::string::npos);
  const Edited away = edited("blurb = \"登记、转办、问进度。\"\n", "blurb = \"登记、转办、问进度。\"\non_site = false\n");
  CHECK(refusal(away.toml).find("window PET must be in the hall") != std::string::npos);
  const Edited no_term = edited("id = \"object\"", "id = \"objection\"");
  CHECK(refusal(no_term.toml).find("term \"object\" is missing") != std::string::npos);
  const Edited silent = edited("when = { conflict = [\"yes\"] }", "when = { sealed = [\"yes\"] }");
  CHECK(refusal(silent.toml).find("no [[note]] for conflict") != std::string::npos);
  CHECK(refusal("").starts_with("r.toml:1: "));
  CHECK(refusal("\xff\xfe").starts_with("r.toml:1: "));
  CHECK(refusal("base = \"national\"\n").starts_with("r.toml:1: base \"national\" is not loaded"));
}

TEST_CASE("a county's rulebook says what differs and no more", "[rulebook]") {
  CHECK(on_base("") == "loaded");
  CHECK(on_base("[[rule]]\nid = \"local\"\n" + reason + "path = \"unknown\"\n") == "r.toml:5: rule local decides but names no window");
  CHECK(on_base("[[rule]]\nid = \"local\"\nwhen = { topic = [\"land\"] }\n" + reason + "window = \"NO\"\npath = \"unknown\"\n") == "r.toml:5: unknown window \"NO\"");
  CHECK(on_base("[[rule]]\nid = \"local\"\nwhen = { topic = [\"land\"] }\n" + reason + "window = \"LAW\"\nalternatives = [\"LAW\"]\npath = \"unknown\"\n") == "r.toml:5: window LAW is its own alternative");
  CHECK(on_base("[[rule]]\nid = \"local\"\nwhen = { topic = [\"land\"] }\n" + reason + "window = \"LAW\"\npath = \"unknown\"\nbefore = \"nowhere\"\n") == "r.toml:5: \"before\" names no rule: nowhere");
  CHECK(on_base("[[rule]]\nid = \"land\"\n" + reason + "window = \"LAW\"\npath = \"unknown\"\n").find("can never be reached") != std::string::npos);
  CHECK(on_base("[[term]]\nid = \"dispose\"\n") == "r.toml:5: \"amount\" is missing");
  CHECK(on_base("[[rep_limit]]\nheads_max = 10\nreps_max = 3\narticle = \"法 1\"\n") == "r.toml:5: the last rep_limit must be for any size (heads_max = 0)");
  const auto limit = [](int heads) { return "[[rep_limit]]\nheads_max = " + std::to_string(heads) + "\nreps_max = 3\narticle = \"法 1\"\n"; };
  CHECK(on_base(limit(10) + limit(10) + limit(0)) == "r.toml:9: rep_limit rows must grow by heads_max, with 0 (any size) last");
  CHECK(on_base(limit(0) + limit(10)) == "r.toml:9: rep_limit rows must grow by heads_max, with 0 (any size) last");
  CHECK(on_base(limit(10) + limit(20) + limit(0)) == "loaded");
  CHECK(RuleBook{}.rep_limit(5) == RepLimit{}.reps_max);
  const std::string twice = "[[term]]\nid = \"promise_handle\"\namount = 30\nunit = \"days\"\nwhose = \"duty\"\npromised = true\narticle = \"本县承诺\"\nlabel = \"办理\"\nfrom = \"受理\"\n";
  CHECK(on_base(twice + twice) == "r.toml:14: \"promise_handle\" is given twice");
}

TEST_CASE("a county's own rule goes before the national ones but never before danger", "[rulebook]") {
  const std::string local =
      "base = \"national\"\njurisdiction = \"x\"\nname = \"x\"\nvalid_from = 2025-01-01\n"
      "[[rule]]\nid = \"local-land\"\nwhen = { topic = [\"land\"] }\nwindow = \"LAW\"\npath = \"administrative\"\n" + reason;
  const auto loaded = load_rulebook(local, "x.toml", &book("national"));
  REQUIRE(loaded);
  Petition p;
  p.topic = "land";
  p.answers.in_danger = Answer::Yes;
  p.answers.decided = Answer::Yes;
  const Ruling r = route(p, *loaded);
  CHECK(r.window == "LAW");
  CHECK(r.urgent);
  REQUIRE(r.reasons.size() >= 2);
  CHECK(r.reasons[0].rule == "danger");
  CHECK(r.reasons[1].rule == "local-land");
  CHECK(r.rulebook == "x 2025-01-01");
}

TEST_CASE("the rulebook in force is the latest that has begun", "[rulebook]") {
  RuleBooks all;
  for (const char* from : {"2025-01-01", "2022-05-01", "2027-07-01"}) {
    RuleBook b;
    b.jurisdiction = "x";
    b.valid_from = day(from);
    REQUIRE(add(all, b));
  }
  CHECK(all.in_force(day("2020-01-01")).id() == "x 2022-05-01");
  CHECK(all.in_force(day("2022-05-01")).id() == "x 2022-05-01");
  CHECK(all.in_force(day("2024-12-31")).id() == "x 2022-05-01");
  CHECK(all.in_force(day("2025-01-01")).id() == "x 2025-01-01");
  CHECK(all.in_force(day("2030-01-01")).id() == "x 2027-07-01");
  RuleBook again;
  again.jurisdiction = "x";
  again.valid_from = day("2025-01-01");
  CHECK(add(all, again).error().code == Code::Conflict);
}

}  // namespace yizhan
