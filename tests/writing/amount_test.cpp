#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "kiosk/writing/amount.h"

using namespace yizhan::writing;

TEST_CASE("an amount is repeated in capitals, as a bank writes it", "[writing][amount]") {
  struct Row { const char *typed, *capital, *words; };
  for (const Row& row : std::vector<Row>{{"18600", "壹万捌仟陆佰元整", "18600元"},
                                         {"1.86万", "壹万捌仟陆佰元整", "1.86万元"},
                                         {"0", "零元整", "0元"},
                                         {"1", "壹元整", "1元"},
                                         {"10", "壹拾元整", "10元"},
                                         {"105", "壹佰零伍元整", "105元"},
                                         {"1005", "壹仟零伍元整", "1005元"},
                                         {"10001", "壹万零壹元整", "10001元"},
                                         {"10010", "壹万零壹拾元整", "10010元"},
                                         {"100000", "壹拾万元整", "100000元"},
                                         {"1000000", "壹佰万元整", "1000000元"},
                                         {"100000001", "壹亿零壹元整", "100000001元"},
                                         {"20030000", "贰仟零叁万元整", "20030000元"},
                                         {"999999999999", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元整", "999999999999元"},
                                         {"3.5", "叁元伍角整", "3.5元"},
                                         {"3.05", "叁元零伍分", "3.05元"},
                                         {"3.56", "叁元伍角陆分", "3.56元"},
                                         {"0.5", "伍角整", "0.5元"},
                                         {"0.05", "伍分", "0.05元"},
                                         {"12.", "壹拾贰元整", "12元"},
                                         {"3万", "叁万元整", "3万元"},
                                         {"0.00001", "", ""},
                                         {"12.345", "", ""},
                                         {"", "", ""},
                                         {"-5", "", ""},
                                         {"1e9", "", ""},
                                         {"三万", "", ""},
                                         {"万", "", ""},
                                         {"9999999999999", "", ""}}) {
    INFO(row.typed);
    CHECK(capital_amount(row.typed) == row.capital);
    CHECK(amount_words(row.typed) == row.words);
  }
}

TEST_CASE("keys make an amount and nothing but an amount", "[writing][amount]") {
  const auto tapped = [](const std::vector<std::string>& keys) {
    std::string typed;
    for (const std::string& key : keys) typed = amount_with(typed, key);
    return typed;
  };
  CHECK(tapped({"1", "8", "6", "00"}) == "18600");
  CHECK(tapped({"0", "0", "7"}) == "7");
  CHECK(tapped({"00"}).empty());
  CHECK(tapped({".", "5"}) == "0.5");
  CHECK(tapped({"1", ".", ".", "8", "6", "万", "5", "."}) == "1.86万");
  CHECK(tapped({"万"}).empty());
  CHECK(tapped({"0", "万"}) == "0");
  CHECK(tapped({"1", ".", "万"}) == "1万");
  CHECK(tapped({"1", ".", "2", "3", "4", "5", "6"}) == "1.2345");
  CHECK(tapped(std::vector<std::string>(40, "9")).size() == amount_digits_max);
}
