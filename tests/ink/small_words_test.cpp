// Words of handwriting made by hand: four characters, one pair, three words. No built data is needed for it.
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "kiosk/ink/words.h"
#include "tests/folder.h"

using namespace yizhan;
using namespace yizhan::ink;

namespace {

struct Parts {
  std::uint32_t version = words_version, known = 4;
  std::vector<std::uint32_t> codes{U'一', U'丁', U'七', U'工'}, pairs{0x0001'0002}, offsets{0, 2, 5, 7};  // a pair: 丁七
  std::vector<std::uint16_t> text{0, 1, /**/ 0, 1, 2, /**/ 1, 3};                                        // 一丁, 一丁七, 丁工
  std::vector<std::uint8_t> costs{30, 40, 50, 60, /**/ 8, /**/ 10, 20, 15};
};
std::vector<std::byte> bytes_of(const Parts& parts) {
  std::string out("YZINKWRD");
  const auto put = [&](const auto& numbers) {
    for (const auto n : numbers) out.append(reinterpret_cast<const char*>(&n), sizeof n);
  };
  put(std::vector<std::uint32_t>{parts.version, parts.known, static_cast<std::uint32_t>(parts.pairs.size()), static_cast<std::uint32_t>(parts.offsets.size() - 1), static_cast<std::uint32_t>(parts.text.size())});
  put(parts.codes);
  put(parts.pairs);
  put(parts.offsets);
  put(parts.text);
  put(parts.costs);
  std::vector<std::byte> bytes(out.size());
  std::memcpy(bytes.data(), out.data(), out.size());
  return bytes;
}
std::string trouble(const Parts& parts) {
  const auto bytes = bytes_of(parts);
  const auto words = Words::of(bytes, "x");
  if (words) return {};
  CHECK(words.error().code == Code::Corrupt);
  CHECK(words.error().what.find("handwriting_data") != std::string::npos);  // says what to do
  return words.error().what;
}

}  // namespace

TEST_CASE("how likely a character is comes from its cost, and a pair lifts it", "[ink][words]") {
  const auto bytes = bytes_of({});
  const auto words = Words::of(bytes, "x");
  REQUIRE(words);
  CHECK(words->likely(U'一') == -30.f / 8);
  CHECK(words->likely(U'工') == -60.f / 8);
  CHECK(words->likely(U'A') == -32);
  CHECK(words->likely_after(0, U'七') == words->likely(U'七'));
  CHECK(words->likely_after(U'A', U'七') == words->likely(U'七'));
  CHECK(words->likely_after(U'一', U'A') == -32);
  CHECK(words->likely_after(U'丁', U'七') > words->likely(U'七') + 3);
  // No word has 工丁: what may stand across words is left of it.
  CHECK(std::abs(words->likely_after(U'工', U'丁') - (words->likely(U'丁') + std::log(.5f))) < .001f);
  const Words none;
  CHECK(none.likely_after(U'丁', U'七') == none.likely_after(0, U'A'));
}

TEST_CASE("a begun word offers what may follow, the longer beginning first, each end once", "[ink][words]") {
  const auto bytes = bytes_of({});
  const auto words = Words::of(bytes, "x");
  REQUIRE(words);
  CHECK(words->next("一", 9) == std::vector<std::string>{"丁", "丁七"});
  CHECK(words->next("一", 1) == std::vector<std::string>{"丁"});
  CHECK(words->next("一丁", 9) == std::vector<std::string>{"七", "工"});  // 一丁七, then 丁工
  CHECK(words->next("七七七七一丁", 9) == std::vector<std::string>{"七", "工"});
  CHECK(words->next("一，", 9).empty());
  CHECK(words->next("工", 9).empty());
  CHECK(words->next("一", 0).empty());
  CHECK(words->next("\xE4\xB8", 9).empty());
}

TEST_CASE("words that lead out of their file are refused", "[ink][words][bad]") {
  Parts parts;
  REQUIRE(trouble(parts).empty());
  parts.version = 7;
  CHECK(trouble(parts).find("version 7") != std::string::npos);
  parts = {};
  parts.known = 65'536;
  CHECK(trouble(parts).find("make no sense") != std::string::npos);
  parts = {};
  parts.known = 9;
  CHECK(trouble(parts).find("cut short") != std::string::npos);
  parts = {};
  parts.offsets = {0, 2, 5, 8};
  CHECK(trouble(parts).find("damaged") != std::string::npos);
  parts.offsets = {0, 5, 2, 7};
  CHECK(trouble(parts).find("damaged") != std::string::npos);
  parts = {};
  parts.text[3] = 4;
  CHECK(trouble(parts).find("damaged") != std::string::npos);
  auto bytes = bytes_of({});
  bytes[0] = std::byte{'P'};
  CHECK(Words::of(bytes, "x").error().what.starts_with("x: not the words of handwriting"));
}

TEST_CASE("a file of words is mapped whole, or refused by what it is", "[ink][words][bad]") {
  namespace fs = std::filesystem;
  const yizhan::test::Folder folder;
  const std::string path = folder / "ink.words";
  CHECK(Words::open(path).error().code == Code::Unavailable);
  const auto bytes = bytes_of({});
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  {
    const auto words = Words::open(path);
    REQUIRE(words);
    const Words copy = *words;  // copies share the mapping
    CHECK(copy.next("一", 1) == std::vector<std::string>{"丁"});
  }
  fs::resize_file(path, 27);
  CHECK(Words::open(path).error().what.starts_with(path + ": the words of handwriting are cut short"));
  fs::resize_file(path, 4'000'001);  // sparse
  CHECK(Words::open(path).error().what.starts_with(path + ": the words of handwriting are too large"));
  fs::remove(path);
  fs::create_directories(path + "/room");
  CHECK_FALSE(Words::open(path));
}
