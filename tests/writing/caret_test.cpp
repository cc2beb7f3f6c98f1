#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "kiosk/writing/caret.h"

using namespace yizhan::writing;

TEST_CASE("the caret never stands inside one character, and deletes it whole", "[writing][caret]") {
  std::string text = "一𠮷葛\U000E0100é。";  // a pair beyond the basic plane, a variation selector, a combining accent
  std::size_t caret = at_end;
  erase_before(text, caret, 1);
  CHECK(text == "一𠮷葛\U000E0100é");
  erase_before(text, caret, 1);
  CHECK(text == "一𠮷葛\U000E0100");
  erase_before(text, caret, 1);
  CHECK(text == "一𠮷");
  text = "一𠮷葛\U000E0100二";
  CHECK(stepped(text, at_end, -1) == 4);
  CHECK(stepped(text, 4, -1) == 2);
  CHECK(placed(text, 3) == 4);
  caret = 2;
  erase_after(text, caret, 1);
  CHECK(text == "一𠮷二");
  insert_at(text, caret, "三四");
  CHECK(text == "一𠮷三四二");
  CHECK(caret == 4);
  erase_before(text, caret, 99);
  CHECK(text == "二");
  CHECK(caret == 0);
}

TEST_CASE("a caret moves by what people see as one and ends behind the last of it", "[writing][caret]") {
  // An accent in each block of combining marks, a Tibetan vowel, a mark at the very beginning that has nothing to cling to.
  struct Row { const char* text; std::size_t caret; int by; std::size_t lands; };
  for (const Row& row : std::vector<Row>{{"一二三", 0, 1, 1},
                                         {"一二三", 0, 2, 2},
                                         {"一二三", 0, 3, at_end},
                                         {"一二三", 0, 9, at_end},
                                         {"一二三", 2, -9, 0},
                                         {"一二三", 1, 0, 1},
                                         {"", at_end, -1, at_end},
                                         {"", 0, 1, at_end},
                                         {"e\u0301一", 0, 1, 2},
                                         {"e\u1AB0一", 0, 1, 2},
                                         {"e\u20D0一", 0, 1, 2},
                                         {"\u8FBB\uFE00一", 0, 1, 2},
                                         {"\u0F40\u0F72一", 0, 1, 2},
                                         {"e\u0301\u0302一", 3, -1, 0},
                                         {"\u0301一", 1, -1, 0}}) {
    INFO(row.text << " " << row.caret << " " << row.by);
    CHECK(stepped(row.text, row.caret, row.by) == row.lands);
  }
  CHECK(placed("一二三", 1) == 1);
  CHECK(placed("一二三", 3) == at_end);
  CHECK(placed("一二三", 700) == at_end);
  CHECK(placed("\u0301一", 0) == 0);
}

TEST_CASE("at the end there is nothing behind the caret to delete, and what is written stays behind it", "[writing][caret]") {
  std::string text = "一二";
  std::size_t caret = at_end;
  erase_after(text, caret, 3);
  CHECK(text == "一二");
  CHECK(caret == at_end);
  insert_at(text, caret, "三");
  CHECK(text == "一二三");
  CHECK(caret == at_end);
  erase_before(text, caret, 1);
  CHECK(text == "一二");
  CHECK(caret == at_end);
  caret = 1;
  erase_after(text, caret, 9);
  CHECK(text == "一");
  CHECK(caret == at_end);
}

TEST_CASE("before the caret stand whole characters, as many as were asked for", "[writing][caret]") {
  CHECK(before_caret("一𠮷三", at_end, 2) == "𠮷三");
  CHECK(before_caret("一𠮷三", 2, 1) == "𠮷");
  CHECK(before_caret("一𠮷三", 2, 9) == "一𠮷");
  CHECK(before_caret("一𠮷三", 0, 9).empty());
  CHECK(before_caret("一𠮷三", at_end, 0).empty());
}

TEST_CASE("whoever leaves a field keeps what was seen in it", "[writing][caret]") {
  Keys keys;
  CHECK(settled(keys).empty());
  keys.composing = "qian'zhe";
  CHECK(settled(keys) == "qianzhe");
  keys.pad.preview = "工";
  CHECK(settled(keys) == "工qianzhe");
  keys = {};
  keys.typed = "1.86万";
  CHECK(settled(keys).empty());  // digits of another sheet are no amount
  keys.way = Way::Digits;
  keys.sheet = Sheet::Amount;
  CHECK(settled(keys) == "1.86万元");
  keys.typed.clear();
  keys.rest = "{amount}，从{date}开始。";
  CHECK(settled(keys) == "一笔钱，从前一段时间开始。");
}
