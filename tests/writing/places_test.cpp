#include <catch2/catch_test_macros.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "kiosk/writing/divisions.h"
#include "tests/folder.h"

using namespace yizhan;
using namespace yizhan::writing;

static const Divisions& country() {
  static const Divisions all = [] {
    auto opened = Divisions::open(std::string(YIZHAN_ASSETS) + "/divisions");
    if (!opened) FAIL(opened.error().what);
    return *opened;
  }();
  return all;
}
static bool has(const std::vector<Division>& all, const char* name) {
  return std::any_of(all.begin(), all.end(), [name](const Division& d) { return d.name == name; });
}

TEST_CASE("a county's own townships are one step away, the whole country four", "[writing][places]") {
  const Divisions& d = country();
  CHECK(d.parts("").size() == 31);
  CHECK(has(d.parts("44"), "揭阳市"));
  CHECK(has(d.parts("4452"), "揭西县"));
  const auto own = d.parts("445222");
  CHECK(own.size() > 10);
  CHECK(has(own, "河婆街道"));
  CHECK(d.parts(own.front().code).empty());
  CHECK(d.name("445222001") == "河婆街道");
}

TEST_CASE("levels that are no places are passed over", "[writing][places]") {
  const Divisions& d = country();
  CHECK(has(d.parts("11"), "东城区"));       // no 市辖区 between
  CHECK(d.above("110101") == "11");
  CHECK(has(d.parts("42"), "仙桃市"));       // 省直辖县级行政区划
  CHECK(has(d.parts("42"), "武汉市"));
  CHECK(d.spoken("110101001", "445222") == "北京市东城区东华门街道");
}

TEST_CASE("a place is called as people there call it", "[writing][places]") {
  const Divisions& d = country();
  CHECK(d.spoken("445222001", "445222") == "河婆街道");
  CHECK(d.spoken("445224100", "445222") == "惠来县惠城镇");
  CHECK(d.spoken("440515100", "445222") == "汕头市澄海区上华镇");
}

TEST_CASE("a county code that is no more leads to what is left above it", "[writing][places]") {
  const Divisions& d = country();
  CHECK(d.known("440583") == "4405");
  CHECK(d.known("440515") == "440515");
  CHECK(d.known("999999").empty());
  CHECK(d.known("").empty());
}

TEST_CASE("first letters find a place, each reading of a character counts", "[writing][places]") {
  const Divisions& d = country();
  const auto found = d.search("445222", "hp", 50);
  CHECK(has(found, "河婆街道"));
  for (const Division& one : found) CHECK(d.begins(one.name, "hp"));
  CHECK(d.begins("重庆市", "cq"));
  CHECK(d.begins("重庆市", "zq"));
  CHECK_FALSE(d.begins("重庆市", "cx"));
  CHECK_FALSE(d.begins("市", "sss"));
  // Every township of every county can be found by its letters: no character is without one.
  std::size_t without = 0, all = 0;
  for (const Division& province : d.parts(""))
    for (const Division& city : d.parts(province.code))
      for (const Division& county : city.code.size() == 6 ? std::vector<Division>{city} : d.parts(city.code))
        for (const Division& town : d.parts(county.code)) {
          ++all;
          bool lettered = false;
          for (char c = 'a'; c <= 'z' && !lettered; ++c) lettered = d.begins(town.name, std::string(1, c));
          without += lettered ? 0 : 1;
        }
  CHECK(all > 40'000);
  CHECK(without < all / 10'000);
}

TEST_CASE("a county's villages stand below its townships", "[writing][places]") {
  const auto d = Divisions::parse("44\t某省\n4452\t某市\n445299\t某县\t001东镇,002西镇\n", "d\t东\nx\t西\n", "445299001\t东镇\t001大树村,002小桥村\n");
  REQUIRE(d);
  CHECK(d->parts("445299001").size() == 2);
  CHECK(d->name("445299001002") == "小桥村");
  CHECK(d->spoken("445299001002", "445299") == "东镇小桥村");
  CHECK(d->above("445299001") == "445299");
}

TEST_CASE("a damaged file of places is refused with file and line", "[writing][places]") {
  const auto what = [](const char* text) {
    const auto d = Divisions::parse(text, "", "");
    REQUIRE_FALSE(d);
    CHECK(d.error().code == Code::Invalid);
    return d.error().what;
  };
  CHECK(what("# a\n44 某省\n").starts_with("divisions.tsv:2: "));
  CHECK(what("44\t某省\n4x\t某市\n").starts_with("divisions.tsv:2: "));
  CHECK(what("445299\t某县\t01东镇\n").starts_with("divisions.tsv:1: "));
  CHECK(what("44\t某省\t001东镇\n").starts_with("divisions.tsv:1: "));
  CHECK(what("44\t某省\n44\t某省\n").find("twice") != std::string::npos);
  CHECK(what("44\t\xFF\n").starts_with("divisions.tsv:1: "));
  CHECK(what("44\t\n") == "divisions.tsv:1: the name is missing");
  CHECK(what("4\t某省\n") == "divisions.tsv:1: a code has 2, 4, 6 or 9 digits: 4");
  CHECK(what("445299\t某县\t001东镇,02x西镇\n") == "divisions.tsv:1: a part is three digits and a name: 02x西镇");
  CHECK(what("445299\t某县\t001\n") == "divisions.tsv:1: a part is three digits and a name: 001");
  CHECK(Divisions::parse("44\t某省\r\n", "d\t东\n\nx西\n", "").error().what == "initials.tsv:3: expected LETTER<tab>CHARACTERS");
  CHECK(Divisions::parse("44\t某省\n", "", "445299001 东镇\n").error().what == "villages.tsv:1: expected CODE<tab>NAME[<tab>PARTS]");
}

TEST_CASE("a folder of places without its files is refused, and its villages may be missing", "[writing][places]") {
  const yizhan::test::Folder folder;
  CHECK(Divisions::open(folder.path).error().what.starts_with(folder / "divisions.tsv: cannot be read"));
  std::ofstream(folder / "divisions.tsv") << "44\t某省\n4452\t某市\n445299\t某县\t001东镇\n";
  CHECK(Divisions::open(folder.path).error().what.starts_with(folder / "initials.tsv: cannot be read"));
  std::ofstream(folder / "initials.tsv") << "d\t东\n";
  const auto whole = Divisions::open(folder.path);
  REQUIRE(whole);
  CHECK(whole->parts("445299") == std::vector<Division>{{"445299001", "东镇"}});
  std::ofstream(folder / "villages.tsv") << "445299001\t东镇\t001大树村\nwhat\n";
  CHECK(Divisions::open(folder.path).error().what == folder / "villages.tsv:2: expected CODE<tab>NAME[<tab>PARTS]");
}

TEST_CASE("what is no place has no name, nothing above it and no parts", "[writing][places]") {
  const Divisions& d = country();
  for (const char* code : {"9", "99999", "440583", "999999001", "445222999", "445222001001", "445222001001001"}) {
    INFO(code);
    CHECK(d.name(code).empty());
    CHECK(d.parts(code).empty());
  }
  CHECK(d.above("44").empty());
  CHECK(d.above("").empty());
  CHECK(d.above("445222001001") == "445222001");
  CHECK(d.known("445222001001") == "445222001");
  CHECK(d.spoken("445222", "445222").empty());
  CHECK(d.spoken("4452220", "") == "广东省揭阳市揭西县");
  CHECK(d.search("445222", "hp", 0).empty());
  CHECK(d.search("445222", "h", 1).size() == 1);
}
