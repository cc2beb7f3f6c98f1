#include "core/petition_json.h"
#include "core/petition.h"

#include "tests/law/books.h"

namespace yizhan {

namespace {

Petition visit() {
  Petition p;
  p.topic = "wages";
  p.petitioner.name = "罗大顺";
  p.statement.request = "请付清工资。";
  return p;
}

std::string problems(Petition p, const std::string& jurisdiction = "national") {
  std::string all;
  for (const Problem& problem : validate(p, book(jurisdiction))) {
    CHECK(characters(problem.what) <= 30);
    all += problem.field + ": " + problem.what + "\n";
  }
  return all;
}

std::string repeated(std::string_view one, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += one;
  return all;
}

}  // namespace

TEST_CASE("what is lacking refuses nobody", "[petition]") {
  CHECK(problems(visit()).empty());
  Petition nameless = visit();
  nameless.petitioner = {};
  CHECK(problems(nameless).empty());
  Petition card_without_number = visit();
  card_without_number.petitioner.document = DocumentKind::ResidentId;
  CHECK(problems(card_without_number).empty());
  Petition group = visit();
  group.head_count = 40;
  CHECK(problems(group).empty());
  Petition queue;
  queue.kind = MatterKind::QueueOnly;
  CHECK(problems(queue).empty());
  Petition unknown_tile = visit();
  unknown_tile.topic = "from-another-rulebook";
  CHECK(problems(unknown_tile).empty());
}

TEST_CASE("a good petition becomes canonical", "[petition]") {
  Petition p = visit();
  p.petitioner = {" 阿依古丽•买买提 ", DocumentKind::ResidentId, "１１０１０５ １９４９１２３１００２ｘ", "+86 138-0000-0000", "云栖县青石镇"};
  p.filing_as = FilingAs::Relative;
  p.filer = {"罗小顺", DocumentKind::Passport, "e 123-45678", "0663-8123456", ""};
  p.head_count = 2;
  p.representatives = {{"周小青", DocumentKind::ResidentId, "110105491231002", "", ""}};
  REQUIRE(validate(p, book("national")).empty());
  CHECK(p.petitioner.name == "阿依古丽·买买提");
  CHECK(p.petitioner.number == "11010519491231002X");
  CHECK(p.petitioner.phone == "13800000000");
  CHECK(p.filer.number == "E123-45678");
  CHECK(p.filer.phone == "06638123456");
  CHECK(p.representatives[0].number == "11010519491231002X");
}

TEST_CASE("the number decides which card it is", "[petition]") {
  Petition p = visit();
  p.petitioner.document = DocumentKind::ResidentId;
  p.petitioner.number = "810000199408230021";
  REQUIRE(validate(p, book("national")).empty());
  CHECK(p.petitioner.document == DocumentKind::ResidencePermit);
  p.petitioner = {"Anna Muster", DocumentKind::None, "ABC110101900101", "", ""};
  REQUIRE(validate(p, book("national")).empty());
  CHECK(p.petitioner.document == DocumentKind::ForeignPermanentResident);
}

TEST_CASE("all problems come at once, named, and nothing typed is changed", "[petition]") {
  Petition p = visit();
  p.petitioner = {" 罗\u202e顺", DocumentKind::ResidentId, "110105194912310021", "13800abc000", ""};
  p.statement.request = "　";
  p.filing_as = FilingAs::Agent;
  p.filer = {"", DocumentKind::Other, "A\x1b[2J", "", repeated("路", 201)};
  p.head_count = 0;
  p.representatives.push_back({" 周•小青 ", DocumentKind::ResidentId, "1", "1380000000", ""});
  p.filer.phone = "0663-8123456";  // would be folded, were all the rest in order
  const Petition before = p;
  const auto found = validate(p, book("national"));
  std::string all;
  for (const Problem& problem : found) all += problem.field + ": " + problem.what + "\n";
  CHECK(all ==
        "request: 请写一句想要什么，或点「请人帮我」\n"
        "petitioner.name: 姓名含无效字符，请删去重写\n"
        "petitioner.number: 号码第18位不符，请核对；证件特殊请点「请人帮我」\n"
        "petitioner.phone: 请只输入数字，没有可以不填\n"
        "filer.name: 请填写代办人的姓名\n"
        "filer.number: 证件号码认不出，请核对或点「请人帮我」\n"
        "filer.address: 最多200字，现在201字，请删短\n"
        "head_count: 人数至少1人，请核对\n"
        "representatives[0].number: 号码应为18位，现在1位；证件特殊请点「请人帮我」\n"
        "representatives[0].phone: 手机号应为11位，现在10位\n");
  CHECK(p.petitioner.name == before.petitioner.name);
  CHECK(p.petitioner.number == before.petitioner.number);
  CHECK(p.filer.address == before.filer.address);
  CHECK(p.filer.phone == before.filer.phone);
  CHECK(p.representatives[0].name == before.representatives[0].name);
}

TEST_CASE("a statement has 1 to 20,000 characters and is kept as written", "[petition][XFTL19]") {
  Petition p = visit();
  p.statement.request = "";
  CHECK(problems(p) == "request: 请写一句想要什么，或点「请人帮我」\n");
  p.statement.facts = "只写了事实。";
  CHECK(problems(p) == "request: 请写一句想要什么，或点「请人帮我」\n");
  p.statement = {};
  p.statement.request = "。";
  CHECK(problems(p).empty());
  p.statement.request = repeated("冤", 20'000);
  CHECK(problems(p).empty());
  p.statement.request = repeated("冤", 20'001);
  CHECK(problems(p) == "request: 已到2万字，请分次写或到窗口交\n");
  p.statement.request = repeated("冤", 7'000);
  p.statement.facts = repeated("𠮷", 7'001);
  p.statement.reasons = repeated("a", 6'000);
  CHECK(problems(p) == "facts: 已到2万字，请分次写或到窗口交\n");

  Petition hostile = visit();
  hostile.statement.request = "##submit %n \x1b[2J\x1d\x56\x01 '; DROP TABLE matter;-- \u202e\u202c <b>";
  hostile.statement.place = "##青石镇 %s";
  hostile.statement.party_complained_of = "\x1b]0;x\x07某公司";
  hostile.title = "###id";
  const Petition typed = hostile;
  REQUIRE(validate(hostile, book("national")).empty());
  CHECK(hostile.statement.request == typed.statement.request);
  CHECK(hostile.statement.place == typed.statement.place);
  CHECK(hostile.statement.party_complained_of == typed.statement.party_complained_of);
  CHECK(hostile.title == typed.title);
  hostile.statement.facts = "\xff";
  CHECK(problems(hostile) == "facts: 有无法识别的字，请删去重写\n");
}

TEST_CASE("a letter may have only its text, an accusation only its facts", "[petition]") {
  Petition letter;
  letter.channel = Channel::Letter;
  CHECK(problems(letter) == "facts: 没有内容，请补上来信的文字\n");
  letter.title = "路灯不亮";
  CHECK(problems(letter).empty());
  letter.title = "";
  letter.statement.facts = "路灯不亮。";
  CHECK(problems(letter).empty());
  Petition accusation;
  accusation.kind = MatterKind::Accusation;
  CHECK(problems(accusation) == "request: 请写一句是什么事，或点「请人帮我」\n");
  accusation.statement.facts = "他收了礼。";
  CHECK(problems(accusation).empty());
}

TEST_CASE("representatives are limited by the jurisdiction", "[petition][XFTL20]") {
  Petition group = visit();
  group.head_count = 12;
  for (const char* name : {"周一", "周二", "周三", "周四", "周五"}) group.representatives.push_back({name, DocumentKind::None, "", "", ""});
  CHECK(problems(group).empty());
  CHECK(problems(group, "zhejiang").empty());
  group.head_count = 10;
  CHECK(problems(group).empty());
  CHECK(problems(group, "zhejiang") == "representatives: 代表最多3人，请减少2人\n");
  group.head_count = 4;
  CHECK(problems(group) == "representatives: 代表比总人数多，请核对人数\n");
  group.head_count = 12;
  group.representatives.push_back({"周六", DocumentKind::None, "", "", ""});
  CHECK(problems(group) == "representatives: 代表最多5人，请减少1人\n");
  group.head_count = 200'000;
  CHECK(problems(group).starts_with("head_count: "));
}

TEST_CASE("a picked division is a code", "[petition]") {
  Petition p = visit();
  p.statement.division = "440583001";
  CHECK(problems(p).empty());
  p.statement.division = "44058x";
  CHECK(problems(p) == "division: 地区代码认不出，请重新选择\n");
}

TEST_CASE("answers that came later leave old petitions byte for byte as they were", "[petition]") {
  Petition p;
  p.statement.request = "修路";
  const std::string old = encode_petition(p);
  CHECK(old.find("concluded") == std::string::npos);
  CHECK(old.find("filed_before") == std::string::npos);
  const auto read = decode_petition(old);
  REQUIRE(read);
  CHECK(read->answers.concluded == Answer::Unasked);
  CHECK(encode_petition(*read) == old);
  p.answers.concluded = Answer::Yes;
  p.answers.filed_before = Answer::Unsure;
  const auto again = decode_petition(encode_petition(p));
  REQUIRE(again);
  CHECK(again->answers.concluded == Answer::Yes);
  CHECK(again->answers.filed_before == Answer::Unsure);
  CHECK_FALSE(decode_petition(R"({"answers":{"concluded":"Maybe"}})"));
}

}  // namespace yizhan
