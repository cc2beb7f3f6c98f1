// How ambiguous characters are read. The table is tests/tables/reading.tsv.
#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <fstream>
#include <sstream>

#include "core/text.h"
#include "kiosk/sound/numbers.h"
#include "kiosk/sound/reading.h"

using namespace yizhan;
using namespace yizhan::kiosk::sound;

namespace {

const Readings& readings() {
  static const Readings all = [] {
    auto opened = Readings::open(YIZHAN_VOICE "/readings.tsv");
    REQUIRE(opened);
    return std::move(*opened);
  }();
  return all;
}
std::string sounds(const Readings& from, std::string_view text) {
  std::string out;
  for (const Syllable& s : from.syllables(spoken(text))) out += (out.empty() ? "" : " ") + (s.text.empty() ? "-" : s.text);
  return out;
}

}  // namespace

TEST_CASE("texts are read as a person would read them", "[sound][reading]") {
  std::ifstream table(YIZHAN_SOURCE_DIR "/tests/tables/reading.tsv");
  REQUIRE(table);
  int rows = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream in(line);
    std::string text, written, syllables;
    std::getline(in, text, '\t');
    std::getline(in, written, '\t');
    std::getline(in, syllables, '\t');
    INFO(text);
    if (syllables != "-") CHECK(sounds(readings(), text) == syllables);
    ++rows;
  }
  CHECK(rows >= 40);
}

TEST_CASE("text that is no text is passed over, and a character nobody can read is a pause", "[sound][bad_input]") {
  CHECK(spoken("").empty());
  CHECK(spoken("\xFF\xFE\x80").empty());
  CHECK(utf8_of(spoken("\xE4\xBD好")) == "好");       // a character cut in two
  CHECK(spoken("😀🚧●●●").empty());
  CHECK(sounds(readings(), "好\xF3\xBF\xBF\xBF好") == "hao2 hao3");  // beyond every plane of characters
  // U+9FF0 and later have no reading in unicode-data for some: whatever it is, speech goes on after it.
  const std::string text = "前" + utf8(0x2A6D6) + "后";
  CHECK(sounds(readings(), text).starts_with("qian2"));
  CHECK(sounds(readings(), text).ends_with("hou4"));
}

TEST_CASE("twenty thousand characters are read in bounded time and memory", "[sound][bad_input]") {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "银行欠我工资没还，";
  const std::u32string written = spoken(text);
  CHECK(written.size() < 20'000);
  const auto all = readings().syllables(written);
  CHECK(all.size() == 2000 * 9 - 1);
}

TEST_CASE("a county's own words go over ours, and a bad line is named", "[sound][voice]") {
  Readings own = readings();
  const std::string path = YIZHAN_TEST_DIR "/words.tsv";
  std::ofstream(path) << "# 地名\n浪头镇\tlang4 tou2 zhen4\n行\thang2\n";
  REQUIRE(own.add(path));
  CHECK(sounds(own, "行") == "hang2");
  CHECK(sounds(readings(), "行") == "xing2");
  std::ofstream(path) << "浪头镇\tlang4 tou2\n";
  const auto bad = own.add(path);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().what.find("words.tsv:1:") != std::string::npos);
}

TEST_CASE("a dictionary that is no dictionary is refused", "[sound][bad_input]") {
  CHECK(Readings::open(YIZHAN_TEST_DIR "/nothing.tsv").error().code == Code::Unavailable);
  CHECK(Readings::open(YIZHAN_TEST_DIR).error().code == Code::Corrupt);
  std::ofstream(YIZHAN_TEST_DIR "/empty.tsv");
  CHECK(Readings::open(YIZHAN_TEST_DIR "/empty.tsv").error().code == Code::Corrupt);
  std::ofstream(YIZHAN_TEST_DIR "/other.tsv") << "hello\nworld\n";
  CHECK(Readings::open(YIZHAN_TEST_DIR "/other.tsv").error().code == Code::Corrupt);
}
