#include <catch2/catch_test_macros.hpp>
#include <algorithm>
#include <string>
#include <vector>

#include "kiosk/writing/phrases.h"

using namespace yizhan;
using namespace yizhan::writing;

static const std::vector<std::string> topics{"wages", "neighbour", "land", "housing", "judgment", "official", "environment", "education", "suggestion", "other"};

TEST_CASE("the phrase bank has something to tap for every kind of matter and every field", "[writing][phrases]") {
  const auto bank = PhraseBank::open(std::string(YIZHAN_ASSETS) + "/phrases/phrases.tsv", topics);
  if (!bank) FAIL(bank.error().what);
  CHECK(bank->date().size() == 10);
  for (const std::string& topic : topics)
    for (const PhraseField field : {PhraseField::Request, PhraseField::Facts, PhraseField::Reasons, PhraseField::Place, PhraseField::Party}) {
      INFO(topic << " " << word(field));
      CHECK(bank->of(topic, field).size() >= 3);
    }
  // The kind's own come before those for all.
  CHECK(bank->of("wages", PhraseField::Request).front() == "请帮我要回拖欠的工资。");
  CHECK(bank->of("nothing", PhraseField::Request).size() == 3);
}

TEST_CASE("a slip in the phrase file is told with file and line", "[writing][phrases]") {
  struct Row { const char *text, *says; };
  for (const Row& row : std::vector<Row>{
           {"date\t2026-11-20\nwages\trequest\n", "p.tsv:2: expected TOPIC"},
           {"date\t2026-11-20\nwage\trequest\t请付钱。\n", "p.tsv:2: no topic \"wage\""},
           {"date\t2026-11-20\nwages\task\t请付钱。\n", "p.tsv:2: the field must be"},
           {"date\t2026-11-20\nwages\trequest\t请付{sum}。\n", "p.tsv:2: only {amount}"},
           {"date\t2026-11-20\nwages\trequest\t请付{amount。\n", "p.tsv:2: only {amount}"},
           {"date\t2026-11-20\nwages\trequest\t\n", "p.tsv:2: the phrase is empty"},
           {"date\t2026-11-20\nwages\trequest\t请\x1b[2J\n", "p.tsv:2: a control character"},
           {"date\t2026-11-20\nwages\trequest\t\xC3\n", "p.tsv:2: not UTF-8"},
           {"date\t2026-11-20\n# x\n\nwages\trequest\ta\nwages\trequest\ta\n", "p.tsv:5: the same phrase"},
           {"date\t20261120\n", "p.tsv:1: expected date"},
           {"wages\trequest\t请付钱。\n", "p.tsv:1: no date"},
       }) {
    INFO(row.text);
    const auto bank = PhraseBank::parse(row.text, "p.tsv", topics);
    REQUIRE_FALSE(bank);
    CHECK(bank.error().code == Code::Invalid);
    CHECK(bank.error().what.starts_with(row.says));
  }
  std::string tall = "date\t2026-11-20\nwages\trequest\t";
  for (int i = 0; i < 61; ++i) tall += "长";
  CHECK(PhraseBank::parse(tall, "p.tsv", topics).error().what.starts_with("p.tsv:2: longer than 60"));
  CHECK(PhraseBank::open("/nonexistent/p.tsv", topics).error().code == Code::Io);
  CHECK(PhraseBank::parse("\xEF\xBB\xBF" "date\t2026-11-20\r\nwages\trequest\t请付钱。\r\n", "p.tsv", topics));
}

TEST_CASE("a slot cuts a phrase, and one nobody fills still makes a sentence", "[writing][phrases]") {
  const Cut cut = cut_at_slot("老板欠我{amount}，从{date}开始。");
  CHECK(cut.before == "老板欠我");
  CHECK(cut.slot == Slot::Amount);
  CHECK(cut.after == "，从{date}开始。");
  CHECK_FALSE(cut_at_slot("没有空。").slot);
  CHECK(shown_phrase("在{place}。") == "在＿＿。");
  CHECK(finished_phrase("老板欠我{amount}，从{date}开始。") == "老板欠我一笔钱，从前一段时间开始。");
  CHECK(finished_phrase("{unit}在{place}") == "有关单位在这里");
}
