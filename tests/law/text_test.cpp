#include "core/text.h"

#include <nlohmann/json.hpp>

#include "tests/law/books.h"

namespace yizhan {

namespace {

struct Typed {
  std::string_view typed;
  std::string_view expected;  ///< the canonical form, or the words of the problem after "!"
};

template <class Clean>
void check_all(std::initializer_list<Typed> rows, Clean clean, std::string_view field) {
  for (const Typed& row : rows) {
    INFO("typed: " << printable(row.typed));
    const Result<std::string> got = clean(row.typed);
    if (row.expected.starts_with('!')) {
      REQUIRE_FALSE(got);
      CHECK(got.error().code == Code::Invalid);
      CHECK(got.error().what.starts_with(std::string(field) + ": "));
      CHECK(without_field(got.error().what) == row.expected.substr(1));
      CHECK(characters(without_field(got.error().what)) <= 30);
    } else {
      INFO((got ? "" : got.error().what));
      REQUIRE(got);
      CHECK(*got == row.expected);
    }
  }
}

Result<std::string> id_number(std::string_view typed) {
  const auto id = parse_id_number(typed);
  if (!id) return id.error();
  return id->canonical;
}

}  // namespace

TEST_CASE("an identity number is folded, and a wrong one names its place and the way out", "[text]") {
  check_all(
      {
          {"11010519491231002X", "11010519491231002X"},
          {"11010519491231002x", "11010519491231002X"},
          {"１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"},
          {"１１０１０５１９４９１２３１００２ｘ", "11010519491231002X"},
          {"110105 1949-1231 002X", "11010519491231002X"},
          {" 110105　19491231　002X ", "11010519491231002X"},
          {"110105—19491231－002X", "11010519491231002X"},
          {"110105491231002", "11010519491231002X"},
          {"440000199001011239", "!号码第18位不符，请核对；证件特殊请点「请人帮我」"},
          {"110105194912310021", "!号码第18位不符，请核对；证件特殊请点「请人帮我」"},
          {"11010519490230002X", "!号码第7到14位不是日期，请核对；证件特殊请点「请人帮我」"},
          {"110105490230002", "!号码第7到12位不是日期，请核对；证件特殊请点「请人帮我」"},
          {"11010530001231002X", "!号码第7到14位不是日期，请核对；证件特殊请点「请人帮我」"},
          {"111111111111111111", "!号码第7到14位不是日期，请核对；证件特殊请点「请人帮我」"},
          {"1101O519491231002X", "!号码第5位不是数字，请核对；证件特殊请点「请人帮我」"},
          {"11010519491231002Y", "!号码第18位不符，请核对；证件特殊请点「请人帮我」"},
          {"1101051949123100", "!号码应为18位，现在16位；证件特殊请点「请人帮我」"},
          {"11010519491231002XX", "!号码应为18位，现在19位；证件特殊请点「请人帮我」"},
          {"1101051949123100222", "!号码应为18位，现在19位；证件特殊请点「请人帮我」"},
          {"", "!请填写证件号码；证件特殊请点「请人帮我」"},
          {"##submit", "!号码第1位不是数字，请核对；证件特殊请点「请人帮我」"},
          {"%n%n%n", "!号码第1位不是数字，请核对；证件特殊请点「请人帮我」"},
          {"\x1b[2J", "!号码第1位不是数字，请核对；证件特殊请点「请人帮我」"},
          {"\xff\xfe", "!号码有无法识别的字；证件特殊请点「请人帮我」"},
          {"ABC110101900101", "ABC110101900101"},
          {"abc110101900101", "ABC110101900101"},
          {"A1C110101900101", "!号码第2位应是字母，请核对；证件特殊请点「请人帮我」"},
          {"ABC11010190010X", "!号码第15位不是数字，请核对；证件特殊请点「请人帮我」"},
      },
      id_number, "number");
}

TEST_CASE("the number tells which card it is, and abolished areas live on", "[text]") {
  const auto with_check = [](std::string seventeen) { return seventeen + id_check_digit(seventeen); };
  CHECK(parse_id_number(with_check("81000019940823002"))->kind == IdKind::ResidencePermit);
  CHECK(parse_id_number(with_check("82000019940823002"))->kind == IdKind::ResidencePermit);
  CHECK(parse_id_number(with_check("83000019940823002"))->kind == IdKind::ResidencePermit);
  CHECK(parse_id_number(with_check("91144019900101001"))->kind == IdKind::ForeignPermanentResident);
  CHECK(parse_id_number("ABC110101900101")->kind == IdKind::ForeignPermanentResident);
  CHECK(parse_id_number(with_check("51020219540823002"))->kind == IdKind::Resident);  // Chongqing under Sichuan, gone since 1997
  CHECK(parse_id_number("110105491231002")->converted_from_15);
  CHECK_FALSE(parse_id_number("11010519491231002X")->converted_from_15);
}

TEST_CASE("every single wrong digit of an identity number is caught", "[text]") {
  const std::string good = "11010519491231002X";
  for (std::size_t i = 0; i < 17; ++i)
    for (char c = '0'; c <= '9'; ++c) {
      std::string wrong = good;
      wrong[i] = c;
      CHECK(parse_id_number(wrong).has_value() == (wrong == good));
    }
}

TEST_CASE("a name keeps its characters, whatever plane they are from", "[text]") {
  check_all(
      {
          {"罗大顺", "罗大顺"},
          {" 罗大顺　", "罗大顺"},
          {"𠮷田𪚥", "𠮷田𪚥"},                                  // CJK Extension B
          {"\uF900\uFA0E", "\uF900\uFA0E"},                        // compatibility ideographs: NFC would change the first
          {"\uE815", "\uE815"},                                    // private use, from an old card
          {"葛\U000E0100", "葛\U000E0100"},                        // a variation selector chooses the shape
          {"阿依古丽·买买提", "阿依古丽·买买提"},
          {"阿依古丽•买买提", "阿依古丽·买买提"},
          {"阿依古丽・买买提", "阿依古丽·买买提"},
          {"阿依古丽．买买提", "阿依古丽·买买提"},
          {"阿依古丽.买买提", "阿依古丽·买买提"},
          {"阿依古丽‧买买提", "阿依古丽·买买提"},
          {"阿依古丽∙买买提", "阿依古丽·买买提"},
          {"John F. Smith", "John F. Smith"},
          {"བསོད་ནམས", "བསོད་ནམས"},
          {"ئايگۈل", "ئايگۈل"},
          {"云栖县青石建材有限公司（二分厂）", "云栖县青石建材有限公司（二分厂）"},
          {"罗##大%n", "罗##大%n"},                                // stored as written; no screen takes it for a label
          {"罗\x1b[31m顺", "!姓名含无效字符，请删去重写"},
          {"罗\u202e顺", "!姓名含无效字符，请删去重写"},
          {"罗\u2066顺", "!姓名含无效字符，请删去重写"},
          {"罗\u200b顺", "!姓名含无效字符，请删去重写"},
          {"\uFEFF罗顺", "!姓名含无效字符，请删去重写"},
          {"罗\u0085顺", "!姓名含无效字符，请删去重写"},
          {"罗\n顺", "!姓名含无效字符，请删去重写"},
          {std::string_view("罗\0顺", 7), "!姓名含无效字符，请删去重写"},
          {"罗\xc0\xaf", "!姓名含无效字符，请删去重写"},
          {"罗顺😀", "!姓名含无效字符，请删去重写"},
          {"", "!请填写姓名"},
          {"　 ", "!请填写姓名"},
          {"12345", "!姓名里没有字，请重写"},
          {"##", "!姓名里没有字，请重写"},
          {"……", "!姓名里没有字，请重写"},
      },
      clean_name, "name");
  std::string fifty, fifty_one;
  for (int i = 0; i < 50; ++i) fifty += "罗";
  fifty_one = fifty + "罗";
  CHECK(clean_name(fifty));
  CHECK(clean_name(fifty_one).error().what == "name: 姓名最多50字，请删短");
}

TEST_CASE("a telephone number is digits, and says so", "[text]") {
  check_all(
      {
          {"13800000000", "13800000000"},
          {"138 0000 0000", "13800000000"},
          {"+86-138-0000-0000", "13800000000"},
          {"008613800000000", "13800000000"},
          {"8613800000000", "13800000000"},
          {"１３８００００００００", "13800000000"},
          {"0663-8123456", "06638123456"},
          {"（0663）8123456转12", "06638123456#12"},
          {"0663-8123456#12", "06638123456#12"},
          {"+86 663 8123456", "06638123456"},
          {"8123456", "8123456"},
          {"12345", "12345"},
          {"+1 415 555 0100", "+14155550100"},
          {"", ""},
          {"  ", ""},
          {"1380000000", "!手机号应为11位，现在10位"},
          {"138000000000", "!手机号应为11位，现在12位"},
          {"13800abc000", "!请只输入数字，没有可以不填"},
          {"没有", "!请只输入数字，没有可以不填"},
          {"110", "!电话太短，请核对"},
          {"066381234560663812345606638123", "!电话太长，请核对"},
          {"0663-8123456转", "!分机号请核对"},
          {"+", "!请只输入数字，没有可以不填"},
          {"##1", "!请只输入数字，没有可以不填"},
      },
      clean_phone, "phone");
}

TEST_CASE("a clean telephone number is clean, also when its prefix was said twice", "[text][fuzz]") {
  for (const char* typed : {"+8600862 62 555 0100", "+8600868613800000000", "008600861380000", "+86 138 0000 0000", "0086 86 13800000000", "0663-8123456转12", "27600000#00"}) {
    INFO(typed);
    const auto clean = clean_phone(typed);
    if (!clean) continue;
    const auto again = clean_phone(*clean);
    REQUIRE(again);
    CHECK(*again == *clean);
  }
  CHECK(clean_phone("+86 0086 138 0000 0000").value() == "13800000000");
}

TEST_CASE("an old number of fifteen digits is of the kind that its eighteen say", "[text][fuzz]") {
  for (const char* typed : {"911155110505555", "110101500101002", "810000900101001"}) {
    const auto old = parse_id_number(typed);
    REQUIRE(old);
    CHECK(parse_id_number(old->canonical).value().kind == old->kind);
  }
}

TEST_CASE("bytes above ASCII are no letters of base64", "[text][fuzz]") {
  CHECK(base64_letters("WVoyARo0+/=="));
  CHECK_FALSE(base64_letters("WVoy\xEB"));
  CHECK_FALSE(base64_letters("WVoy "));
}

TEST_CASE("a statement is kept as it was written, up to its length", "[text]") {
  const std::string hostile = "##id %n %s {0} <b>x</b> '; DROP TABLE; \x1b[2J\x1d\x56\x01  \u202e\u202c 𠮷 \r\n\t";
  const auto kept = clean_text("request", hostile, statement_characters_max);
  REQUIRE(kept);
  CHECK(*kept == hostile);
  std::string long_text;
  for (std::size_t i = 0; i < statement_characters_max; ++i) long_text += "冤";
  CHECK(clean_text("facts", long_text, statement_characters_max));
  CHECK(clean_text("facts", long_text + "枉", statement_characters_max).error().what == "facts: 已到2万字，请分次写或到窗口交");
  CHECK(clean_text("place", "青石镇青石村", 3).error().what == "place: 最多3字，现在6字，请删短");
  CHECK(clean_text("facts", std::string_view("a\0b", 3), 10).error().what == "facts: 有无法识别的字，请删去重写");
  CHECK(clean_text("facts", "\xed\xa0\x80", 10).error().code == Code::Invalid);
}

TEST_CASE("only well-formed UTF-8 is text", "[text]") {
  for (const std::string_view good : {"", "a", "é", "冤", "𠮷", "\xf4\x8f\xbf\xbf", "\xef\xbf\xbf"}) CHECK(valid_utf8(good));
  for (const std::string_view bad : {"\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
                                     "\xff", "\xe5\x86", "\xf0\xa0\xae", "冤\xe5", "\xe5冤"})
    CHECK_FALSE(valid_utf8(bad));
  CHECK(characters("a冤𠮷") == 3);
  CHECK(first_characters("a冤𠮷b", 3) == "a冤𠮷");
  CHECK(first_characters("a冤", 9) == "a冤");
  CHECK(code_points("a冤𠮷") == std::vector<char32_t>{U'a', U'冤', U'𠮷'});
  CHECK(utf8(U'𠮷') == "𠮷");
  CHECK(half_width("Ａ１＃　ｘ冤") == "A1# x冤");
}

TEST_CASE("a line of JSON steers no terminal and reads back the same", "[text]") {
  const std::string words = "冤\x1b[31m\u009b2J\x7f\u202e末\u2066𠮷\n##%n\"\\";
  const std::string line = printable_json(nlohmann::json{{"words", words}, {words, 1}}.dump());
  CHECK(printable(line) == line);
  CHECK(line.find("\\u009b2J") != std::string::npos);
  CHECK(line.find("𠮷") != std::string::npos);
  CHECK(nlohmann::json::parse(line) == nlohmann::json{{"words", words}, {words, 1}});
  CHECK(printable_json("{\n  \"a\": 1\n}") == "{\n  \"a\": 1\n}");
  CHECK(printable_json("\"\xff\"") == "\"\\ufffd\"");
}

TEST_CASE("controls are seen and paper gets none of them", "[text]") {
  for (const std::string_view bad : {"\x1b[0m", "\x01", "\x7f", "\u0085", "\u061c", "\u200e", "\u202a\u202c", "\u202e", "\u2066\u2069", "\u2069", "\u200b", "\uFEFF", "\u00AD", "\xff", "\r"}) {
    INFO(printable(bad));
    CHECK(has_control(bad));
  }
  CHECK_FALSE(has_control("冤\n\t𠮷 ##"));
  CHECK_FALSE(has_control("葛\U000E0100"));
  CHECK(printable("冤\x1b[31m\x1d\x56\x1c\x7f\u009b2J枉") == "冤[31mV2J枉");
  CHECK(printable(std::string_view("a\0b\x1b\x9b"
                                   "c",
                                   6)) == "ab\uFFFDc");
  CHECK(printable("一\n二\t三\u202e\r") == "一\n二\t三");
  CHECK(blank(" 　\n\t\u200b"));
  CHECK_FALSE(blank("。"));
}

TEST_CASE("masks show a little and never the length of a name", "[text]") {
  CHECK(mask_id("11010519491231002X") == "11**************2X");
  CHECK(mask_id("123") == "***");
  CHECK(mask_phone("13800000000") == "138******00");
  CHECK(mask_phone("12345") == "*****");
  CHECK(mask_id("１１０１０５１９４９１２３１００２Ｘ") == "１１**************２Ｘ");  // as typed, before it is folded
  CHECK(mask_phone("１３８００００００００") == "１３８******００");
  CHECK(valid_utf8(mask_id("号码不知道")));
  CHECK(mask_name("罗大顺") == "罗**");
  CHECK(mask_name("欧阳大顺") == "欧阳**");
  CHECK(mask_name("欧阳") == "欧**");
  CHECK(mask_name("𠮷") == "𠮷**");
  CHECK(mask_name("").empty());
}

}  // namespace yizhan
