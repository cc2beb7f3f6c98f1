/// One suggestion out of tree, words and model: what the law decides stays decided, and nothing ever fails.
#include <algorithm>
#include <set>

#include "core/triage/suggest.h"
#include "tests/law/books.h"

namespace yizhan {
namespace {

const Triage& shipped() {
  static const Triage triage = make_triage(file_text("assets/models/triage.model"), file_text("assets/models/window_duties.tsv"));
  REQUIRE(triage.troubles.empty());
  return triage;
}

Petition stated(const std::string& title, const std::string& text, const std::string& answers = "-") {
  Petition p;
  p.title = title;
  p.statement.facts = text;
  if (answers == "-") return p;
  for (const std::string& one : split(answers, ',')) {
    const auto parts = split(one, '=');
    REQUIRE(parts.size() == 2);
    const Answer answer = parts[1] == "yes" ? Answer::Yes : parts[1] == "no" ? Answer::No : Answer::Unsure;
    if (parts[0] == "topic") p.topic = parts[1];
    else if (parts[0] == "kind") p.kind = parts[1] == "accusation" ? MatterKind::Accusation : MatterKind::QueueOnly;
    else if (parts[0] == "channel") p.channel = Channel::Letter;
    else if (parts[0] == "in_proceedings") p.answers.in_proceedings = answer;
    else if (parts[0] == "decided") p.answers.decided = answer;
    else if (parts[0] == "both_willing") p.answers.both_willing = answer;
    else FAIL("unknown answer " << parts[0]);
  }
  return p;
}

/// What every suggestion owes, whatever came in.
void sound(const Suggestion& s) {
  const auto known = [](std::string_view code) { return std::find(window_labels.begin(), window_labels.end(), code) != window_labels.end(); };
  CHECK(known(s.window));
  CHECK(std::find(topic_labels.begin(), topic_labels.end(), s.topic) != topic_labels.end());
  CHECK((s.window_confidence >= 0 && s.window_confidence <= 1));
  CHECK((s.topic_confidence > 0 && s.topic_confidence <= 1));
  CHECK(s.alternatives.size() <= alternatives_max);
  std::set<std::string> seen{s.window};
  double sum = s.window_confidence;
  for (const Alternative& other : s.alternatives) {
    CHECK(known(other.window));
    CHECK(seen.insert(other.window).second);
    CHECK((other.confidence >= 0 && other.confidence <= 1));
    sum += other.confidence;
  }
  CHECK(sum <= 1.0001);
  CHECK_FALSE(s.reasons.empty());
  for (const Reason& reason : s.reasons) {
    CHECK_FALSE(reason.basis.law.empty());
    CHECK(characters(reason.because) <= 20);
    CHECK(characters(reason.consequence) <= 24);
  }
  for (const WindowCode& out : s.ruling.recused) CHECK_FALSE(seen.contains(out));
}

}  // namespace

TEST_CASE("a statement is suggested a window by law, duty and model", "[triage][XFTL22]") {
  int rows = 0;
  for (const Row& row : table("tests/tables/suggestions.tsv")) {
    INFO("suggestions.tsv:" << row.line << " " << row[0] << " " << row[1]);
    const Suggestion s = suggest(stated(row[0], row[1], row[2]), book("national"), shipped());
    sound(s);
    CHECK(s.window == row[3]);
    CHECK(s.decided == (row[4] == "law"));
    if (!s.decided) CHECK(s.alternatives.size() == alternatives_max);
    if (row[5] != "-") CHECK(s.ruling.window == row[5]);
    if (row[6] != "-") CHECK(s.ruling.mediatable == (row[6] == "yes"));
    ++rows;
  }
  CHECK(rows >= 35);
}

TEST_CASE("the ruling is the tree's, with the model and without", "[triage][PIPL24]") {
  for (const Row& row : table("tests/tables/suggestions.tsv")) {
    INFO("suggestions.tsv:" << row.line);
    const Petition p = stated(row[0], row[1], row[2]);
    const Ruling tree = route(p, book("national"));
    for (const Triage* triage : {&shipped(), static_cast<const Triage*>(nullptr)}) {
      const Suggestion s = suggest(p, book("national"), triage != nullptr ? *triage : Triage{});
      sound(s);
      CHECK(s.ruling.window == tree.window);
      CHECK(s.ruling.path == tree.path);
      CHECK(s.ruling.urgent == tree.urgent);
      CHECK(s.ruling.sealed == tree.sealed);
      CHECK(s.ruling.mediatable == tree.mediatable);
      CHECK(s.ruling.alternatives == tree.alternatives);
      if (row[4] == "law") CHECK(s.window == row[3]);
    }
  }
}

TEST_CASE("a closed window moves the hall's window and not the suggestion", "[triage]") {
  const Petition p = stated("", "楼上漏水，我们两家愿意谈。", "topic=neighbour,both_willing=yes");
  const std::vector<WindowCode> closed{"MED"};
  const Suggestion open = suggest(p, book("national"), shipped()), shut = suggest(p, book("national"), shipped(), closed);
  CHECK(open.ruling.window == "MED");
  CHECK(shut.ruling.window != "MED");
  CHECK(shut.window == "MED");
  CHECK(shut.window_confidence == open.window_confidence);
}

TEST_CASE("danger alerts and moves nothing", "[triage][XFTL25]") {
  const Suggestion calm = suggest(stated("", "物业公司不修电梯。"), book("national"), shipped());
  Petition p = stated("", "物业公司不修电梯。");
  p.answers.in_danger = Answer::Yes;
  const Suggestion loud = suggest(p, book("national"), shipped());
  CHECK(loud.ruling.urgent);
  CHECK(loud.window == calm.window);
}

TEST_CASE("nothing is guessed about what is sealed", "[triage][XFTL30]") {
  const Suggestion s = suggest(stated("", "教育局局长受贿，学校老师都知道。", "kind=accusation"), book("national"), shipped());
  CHECK(s.ruling.sealed);
  CHECK(s.decided);
  CHECK(s.alternatives.empty());
}

TEST_CASE("who is complained of is not in the route", "[triage][XFTL30]") {
  for (const char* text : {"信访局的工作人员骂人，不给登记。", "综合接待的人态度很差，把我的材料丢了。"}) {
    INFO(text);
    const Suggestion s = suggest(stated("", text), book("national"), shipped());
    sound(s);
    CHECK(std::find(s.ruling.recused.begin(), s.ruling.recused.end(), "PET") != s.ruling.recused.end());
    CHECK(s.window != "PET");
  }
  Petition p = stated("", "学校乱收费，教育局不处理。");
  p.statement.party_complained_of = "县教育局";
  const Suggestion s = suggest(p, book("national"), shipped());
  sound(s);
  CHECK(s.window != "JY");
}

TEST_CASE("a statement that says nothing goes to reception", "[triage]") {
  for (const char* text : {"", " ", "。", "？？？", "🙂", "123456789"}) {
    INFO("'" << text << "'");
    const Suggestion s = suggest(stated("", text), book("national"), shipped());
    sound(s);
    CHECK(s.window == "PET");
  }
}

TEST_CASE("any bytes get a suggestion", "[triage]") {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  std::string longest;
  while (longest.size() < 120'000) longest += "小区物业不作为，请求处理。";
  for (const std::string& text : {all, longest, std::string(50'000, 'a'), std::string("<b>物业</b>"), std::string("My landlord does not return the deposit."), std::string("小區物業亂收費，業主委員會不管。"), std::string("一")})
    sound(suggest(stated(text.substr(0, 300), text), book("national"), shipped()));
}

TEST_CASE("two matters in one statement are both proposed", "[triage]") {
  const Suggestion s = suggest(stated("", "小区物业乱收物业费。另外，孩子上小学没有学位，教育局不给安排。"), book("national"), shipped());
  std::set<std::string> all{s.window};
  for (const auto& other : s.alternatives) all.insert(other.window);
  CHECK(all.contains("ZJ"));
  CHECK(all.contains("JY"));
}

TEST_CASE("a model that cannot be read leaves tree and reception, and says so", "[triage]") {
  const std::string bytes = file_text("assets/models/triage.model"), duties = file_text("assets/models/window_duties.tsv");
  std::string other_version = bytes;
  other_version[8] = 99;
  for (const std::string& model : {std::string(), bytes.substr(0, 1000), bytes.substr(0, bytes.size() - 1), other_version, std::string("not a model")}) {
    const Triage triage = make_triage(model, duties);
    REQUIRE(triage.troubles.size() == 1);
    CHECK(triage.troubles[0].starts_with("model: "));
    CHECK(triage.version.empty());
    const Suggestion unclear = suggest(stated("", "我有一件事想说。"), book("national"), triage);
    sound(unclear);
    CHECK(unclear.window == "PET");
    CHECK(unclear.window_confidence <= 0.5);
    const Suggestion police = suggest(stated("", "报警没人管，楼下天天赌博。"), book("national"), triage);
    CHECK(police.window == police.ruling.desk);
  }
  const Triage nothing = make_triage("", "");
  CHECK(nothing.troubles.size() == 2);
  sound(suggest(stated("", "物业"), book("national"), nothing));
}

TEST_CASE("a table of duties with a mistake is refused with its line", "[triage]") {
  const auto why = [](const std::string& text) {
    const auto duties = load_duties(text, "d.tsv");
    return duties ? std::string() : duties.error().what;
  };
  CHECK(why("ZJ\t2\t物业\t物业\n").empty());
  CHECK(why("# x\nXX\t2\t物业\t物业\n") == "d.tsv:2: an unknown window code");
  CHECK(why("ZJ\t9\t物业\t物业\n") == "d.tsv:1: a weight is 1, 2 or 3");
  CHECK(why("ZJ\t2\t物业\n") == "d.tsv:1: expected window code, weight, duty, words");
  CHECK(why("ZJ\t2\t物业\t \n") == "d.tsv:1: no words");
  CHECK(why("ZJ\t2\t\t物业\n") == "d.tsv:1: a duty's name has one to eight characters");
  CHECK(why("ZJ\t2\t物业\t\xff\n") == "d.tsv:1: not UTF-8");
  CHECK(why("") == "d.tsv: no duty");
}

TEST_CASE("an unsure guess is offered second, after reception", "[triage]") {
  // A share this small is shown as less than the threshold, a large one as more.
  CHECK(shown_confidence(0.10) < reception_below);
  CHECK(shown_confidence(0.30) > reception_below);
  CHECK(shown_confidence(0.99) > 0.9);
  Evidence none;
  std::array<float, window_count> flat{};
  flat.fill(1.0F / window_count);
  const auto p = weighed(flat, none, evidence_weights, Ruling{});
  for (const double share : p) CHECK(share == p[0]);
  Evidence said = none;
  said.title[3] = 2;
  const auto q = weighed(flat, said, evidence_weights, Ruling{});
  CHECK(std::max_element(q.begin(), q.end()) - q.begin() == 3);
}

}  // namespace yizhan
