// How numbers, tickets, dates and signs are written out for a voice. The table is tests/tables/reading.tsv; reading_test.cpp has its syllables.
#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "core/text.h"
#include "kiosk/sound/numbers.h"
#include "kiosk/sound/reading.h"

using namespace yizhan;
using namespace yizhan::kiosk::sound;

TEST_CASE("texts are written out as a person would say them", "[sound][numbers]") {
  std::ifstream table(YIZHAN_SOURCE_DIR "/tests/tables/reading.tsv");
  REQUIRE(table);
  int rows = 0;
  for (std::string line; std::getline(table, line); ++rows) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream in(line);
    std::string text, written;
    std::getline(in, text, '\t');
    std::getline(in, written, '\t');
    INFO(text);
    CHECK(utf8_of(spoken(text)) == written);
  }
  CHECK(rows >= 40);
}

TEST_CASE("what only looks like a time, a fraction, a day or an amount is read as what it is", "[sound][numbers]") {
  struct Row { const char *text, *written; };
  for (const Row& row : std::vector<Row>{{"2:00", "两点"},
                                         {"8:30", "八点三十分"},
                                         {"8：05", "八点零五分"},
                                         {"25:00", "二十五，零零"},
                                         {"8:300", "八，三百"},
                                         {"1/1000", "一一千"},
                                         {"第1 / 3页", "第第一，共三页"},
                                         {"0.05", "零点零五"},
                                         {"3.5%", "百分之三点五"},
                                         {"2个", "两个"},
                                         {"12层", "十二层"},
                                         {"2", "二"},
                                         {"007", "零零七"},
                                         {"2026年", "二零二六年"},
                                         {"123456元", "十二万三千四百五十六元"},
                                         {"123456789元", "一二三四五六七八九元"},
                                         {"12345678901234567", "一二三四五六七八九零一二三四五六七"},
                                         {"k-7", "K七"},
                                         {"A1-2026-11-20", "A一，二零二六，一一，二零"},
                                         {"你好！！。，", "你好"},
                                         {"，一，。二", "一。二"},
                                         {"二〇二六", "二零二六"},
                                         {"村口·东", "村口东"}}) {
    INFO(row.text);
    CHECK(utf8_of(spoken(row.text)) == row.written);
  }
}

TEST_CASE("bytes that are no character are passed over one by one", "[sound][numbers][bad_input]") {
  for (const char* broken : {"\xFF", "\xC3", "\xE4\xBD", "\xF0\x9F\x98", "\xE4(\xA0", "\x80\x80"}) {
    INFO(printable(broken));
    CHECK(utf8_of(key_of(spoken(std::string("你") + broken + "好"))) == "你好");
  }
}

TEST_CASE("a query code is spelled digit by digit in groups of four", "[sound][numbers]") {
  CHECK(utf8_of(spoken("1234 5678", true)) == "一二三四，五六七八");
  CHECK(utf8_of(spoken("20", true)) == "二零");
}

TEST_CASE("every number from one to a hundred thousand has a reading without a double zero", "[sound][numbers]") {
  CHECK(utf8_of(cardinal(0)) == "零");
  CHECK(utf8_of(cardinal(10)) == "十");
  CHECK(utf8_of(cardinal(110)) == "一百一十");
  CHECK(utf8_of(cardinal(100'000'001)) == "一亿零一");
  CHECK(utf8_of(cardinal(120'030'400)) == "一亿两千零三万零四百");
  for (std::uint64_t n = 1; n <= 100'000; ++n) {
    const std::u32string words = cardinal(n);
    REQUIRE(!words.empty());
    REQUIRE(words.back() != U'零');
    REQUIRE(words.find(U"零零") == std::u32string::npos);
  }
}

TEST_CASE("numbers up to sixteen digits have their steps and their gaps", "[sound][numbers]") {
  struct Row { std::uint64_t value; const char* words; };
  for (const Row& row : std::vector<Row>{{20'000, "两万"},
                                         {200'000'000, "两亿"},
                                         {2'000'000'000'000, "两万亿"},
                                         {1'000'000'010'000, "一万亿零一万"},
                                         {12, "十二"},
                                         {112, "一百一十二"},
                                         {2'222, "两千二百二十二"},
                                         {100'010, "十万零一十"},
                                         {9'999'999'999'999'999, "九千九百九十九万亿九千九百九十九亿九千九百九十九万九千九百九十九"}}) {
    INFO(row.value);
    CHECK(utf8_of(cardinal(row.value)) == row.words);
  }
}
