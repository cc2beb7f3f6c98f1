#include "core/number.h"

#include "tests/law/books.h"

namespace yizhan {

TEST_CASE("a matter number is made once and read back however it is typed", "[number]") {
  const MatterId id = make_matter_id("440583-K03", day("2026-11-20"), 1);
  CHECK(id.starts_with("440583-K03-20261120-0001-"));
  const std::string check(1, id.back());
  for (const std::string& typed : {id, "440583K0320261120" + ("0001" + check), "４４０５８３ Ｋ０３ ２０２６１１２０ ０００１ " + check, "440583k03 2026-1120-0001" + check, " 44O583-KO3-20261120-0OO1-" + check}) {
    INFO(typed);
    const auto canonical = canonical_matter_id(typed);
    INFO((canonical ? "" : canonical.error().what));
    REQUIRE(canonical);
    CHECK(*canonical == id);
  }
  const auto parts = parse_matter_id(id);
  CHECK(parts->county == "440583");
  CHECK(parts->device == "K03");
  CHECK(parts->day == day("2026-11-20"));
  CHECK(parts->serial == 1);
}

TEST_CASE("serials grow to six digits", "[number]") {
  for (const std::uint32_t serial : {1U, 9999U, 10000U, 99999U, 100000U, 999999U}) {
    const MatterId id = make_matter_id("440583-H01", day("2026-02-28"), serial);
    REQUIRE(parse_matter_id(id));
    CHECK(parse_matter_id(id)->serial == serial);
    CHECK(*canonical_matter_id(id) == id);
  }
}

TEST_CASE("every single wrong digit of a matter number is caught", "[number]") {
  const MatterId id = make_matter_id("440583-K03", day("2026-11-20"), 127);
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (id[i] < '0' || id[i] > '9') continue;
    for (char c = '0'; c <= '9'; ++c) {
      std::string wrong = id;
      wrong[i] = c;
      CHECK(parse_matter_id(wrong).has_value() == (wrong == id));
    }
  }
}

TEST_CASE("a number that cannot be one says what is off", "[number]") {
  const MatterId id = make_matter_id("440583-K03", day("2026-11-20"), 1);
  std::string wrong = id;
  wrong.back() = wrong.back() == '0' ? '1' : '0';
  CHECK(parse_matter_id(wrong).error().what == "number: 最后一位不符，请核对");
  CHECK(parse_matter_id("440583").error().what == "number: 编号应为22到24位，现在6位");
  CHECK(parse_matter_id("").error().what == "number: 编号应为22到24位，现在0位");
  CHECK(parse_matter_id("你好").error().what == "number: 编号只有数字和一个字母，请核对");
  CHECK(parse_matter_id("\x1b[2J##%n").error().code == Code::Invalid);
  CHECK(parse_matter_id("440583103202611200001" "23").error().what == "number: 第7位是字母，其余是数字，请核对");
}

TEST_CASE("origins have one form", "[number]") {
  for (const char* good : {"440583-K01", "440583-D12", "440583-H01", "440583-C.H01", "440583-K01.2", "440583-K01.99", "440583-C.H01.3"}) CHECK(check_origin(good));
  for (const char* bad : {"", "440583", "440583-", "440583-K1", "440583-k01", "44058-K01", "440583_K01", "440583-C.", "440583-C.H1", "440583-K01 ", "440583-K01\n", "440583-K01.1", "440583-K01.0", "440583-K01.02", "440583-K01.100", "440583-K01.2.2", "440583-K01.", "440583.2", "４４０５８３-K01"})
    CHECK_FALSE(check_origin(bad));
}

TEST_CASE("an epoch is part of a log's name and not of a number, and gives its own serials", "[number][epoch]") {
  CHECK(device_of("440583-K01.2") == "440583-K01");
  CHECK(device_of("440583-C.H01") == "440583-C.H01");
  CHECK(device_of("440583-C.H01.3") == "440583-C.H01");
  CHECK(epoch_of("440583-K01") == 1);
  CHECK(epoch_of("440583-C.H01.12") == 12);
  for (int epoch = 1; epoch <= epoch_max; ++epoch) {
    CHECK(epoch_of(in_epoch("440583-K01", epoch)) == epoch);
    CHECK(check_origin(in_epoch("440583-C.H01", epoch)));
    CHECK(serials_before(epoch) + serials_of_epoch <= 999'999);
    if (epoch > 1) CHECK(serials_before(epoch) != serials_before(epoch - 1));
  }
  const Date day = *parse_date("2026-11-20");
  CHECK(make_matter_id("440583-K01.2", day, 100'001) == make_matter_id("440583-K01", day, 100'001));
  CHECK(parse_matter_id(make_matter_id("440583-K01.2", day, 100'001))->device == "K01");
}

TEST_CASE("a query code is read with its usual slips and one wrong digit is told", "[number]") {
  const unsigned char entropy[15] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 250};
  const std::string code = make_query_code(entropy);
  REQUIRE(code.size() == 16);
  CHECK(code.find_first_not_of("0123456789") == std::string::npos);
  CHECK(*canonical_query_code(grouped(code)) == code);
  std::string slipped = grouped(code);
  for (char& c : slipped) c = c == '0' ? 'O' : c == '1' ? 'l' : c;
  CHECK(*canonical_query_code(slipped) == code);
  for (std::size_t i = 0; i < code.size(); ++i) {
    std::string wrong = code;
    wrong[i] = wrong[i] == '9' ? '8' : '9';
    CHECK(canonical_query_code(wrong).error().what == "query_code: 输错了一位，请核对");
  }
  CHECK(canonical_query_code("4837 2916").error().what == "query_code: 查询码应为16位，现在8位");
  CHECK(canonical_query_code("查询码").error().what == "query_code: 查询码只有数字，请核对");
  CHECK(grouped("4837291600215532") == "4837 2916 0021 5532");
}

TEST_CASE("query codes use all of their randomness", "[number]") {
  const unsigned char none[15] = {};
  unsigned char last[15] = {};
  last[14] = 1;
  unsigned char first[15] = {};
  first[0] = 1;
  CHECK(make_query_code(none) != make_query_code(last));
  CHECK(make_query_code(none) != make_query_code(first));
  CHECK(make_query_code(none).starts_with("000000000000000"));
}

}  // namespace yizhan
