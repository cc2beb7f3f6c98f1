#include <fstream>
#include <iterator>

#include "hand.h"

using namespace ink_tests;

TEST_CASE("common characters are likelier than uncommon ones, and pairs lift what follows", "[ink][words]") {
  const Words all = words();
  CHECK(all.likely(U'的') > all.likely(U'访'));
  CHECK(all.likely(U'访') > all.likely(U'龘'));
  CHECK(all.likely_after(U'信', U'访') > all.likely(U'访') + 2);
  CHECK(all.likely_after(0, U'访') == all.likely(U'访'));
  CHECK(all.likely(U'A') < -30);
}

TEST_CASE("a begun word offers its ends, the hall's own words among the first", "[ink][words]") {
  const Words all = words();
  const auto after = all.next("我要信", 12);
  CHECK(std::find(after.begin(), after.begin() + std::min<std::ptrdiff_t>(4, std::ssize(after)), "访") != after.begin() + std::min<std::ptrdiff_t>(4, std::ssize(after)));
  const auto longer = all.next("劳动仲", 12);
  REQUIRE_FALSE(longer.empty());
  CHECK(longer[0] == "裁");
  CHECK(all.next("", 12).empty());
  CHECK(all.next("工资，", 12).empty());  // nothing runs across a mark
  CHECK(all.next("\xff\xfe", 12).empty());
}

TEST_CASE("words cut short or of another version are refused", "[ink][words][bad]") {
  std::ifstream file(HANDWRITING_DATA "/ink.words", std::ios::binary);
  const std::string read{std::istreambuf_iterator<char>(file), {}};
  std::vector<std::byte> bytes(read.size());
  std::transform(read.begin(), read.end(), bytes.begin(), [](char c) { return static_cast<std::byte>(c); });
  REQUIRE(Words::of(bytes, "x"));
  for (const std::size_t keep : {std::size_t{0}, std::size_t{27}, std::size_t{28}, bytes.size() / 2, bytes.size() - 1}) {
    INFO(keep);
    const auto words = Words::of(std::span(bytes).first(keep), "x");
    REQUIRE_FALSE(words);
    CHECK(words.error().code == Code::Corrupt);
  }
  bytes[8] = std::byte{7};
  const auto other = Words::of(bytes, "x");
  REQUIRE_FALSE(other);
  CHECK(other.error().what.find("version 7") != std::string::npos);
  CHECK(Words::open("/nowhere/ink.words").error().code == Code::Unavailable);
}

TEST_CASE("without words every character is as likely as any other", "[ink][words]") {
  const Words none;
  CHECK(none.likely(U'的') == none.likely(U'龘'));
  CHECK(none.next("信", 5).empty());
}
