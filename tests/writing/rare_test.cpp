#include <catch2/catch_test_macros.hpp>
#include <algorithm>
#include <cstdio>
#include <string>

#include "core/text.h"
#include "kiosk/writing/rare.h"

using namespace yizhan;
using namespace yizhan::writing;

static const RareIndex& rare() {
  static const RareIndex index = [] {
    auto opened = RareIndex::open(RARE_DATA);
    if (!opened) FAIL(opened.error().what);
    return std::move(*opened);
  }();
  return index;
}

/// Extensions A to F as their blocks are filled in Unicode 15.
struct Block { char32_t first, last; };
static constexpr Block extensions[] = {{0x3400, 0x4DBF}, {0x20000, 0x2A6DF}, {0x2A700, 0x2B739}, {0x2B740, 0x2B81D}, {0x2B820, 0x2CEA1}, {0x2CEB0, 0x2EBE0}};

/// What of them Debian's fonts draw (tests/ui/test_rare.cpp): the picker offers nothing that would be a frame.
static constexpr Block drawn[] = {{0x3400, 0x4DB5}, {0x20000, 0x2A6D6}, {0x2A700, 0x2B734}, {0x2B740, 0x2B81D}, {0x2B820, 0x2CEA1}, {0x2CEB0, 0x2EBE0}};

TEST_CASE("every character of Extensions A to F enters by its Unicode code, in each way of writing it", "[writing][rare]") {
  std::size_t all = 0, bad = 0;
  for (const Block& block : extensions)
    for (char32_t c = block.first; c <= block.last; ++c) {
      char code[16];
      std::snprintf(code, sizeof code, "U+%04X", static_cast<unsigned>(c));
      std::string small(code + 2);
      std::transform(small.begin(), small.end(), small.begin(), [](char d) { return d >= 'A' && d <= 'F' ? static_cast<char>(d - 'A' + 'a') : d; });
      ++all;
      if (from_unicode_code(code) != c || from_unicode_code(code + 2) != c || from_unicode_code(small) != c || from_unicode_code("u" + small) != c) ++bad;
    }
  CHECK(all == 6592 + 42720 + 4154 + 222 + 5762 + 7473);
  CHECK(bad == 0);
}

TEST_CASE("every character of Extensions A to F enters by its GB 18030 code", "[writing][rare]") {
  // Beyond U+FFFF the standard counts straight on from 90308130.
  std::size_t bad = 0;
  for (const Block& block : extensions)
    for (char32_t c = block.first; c <= block.last && c >= 0x10000; ++c) {
      std::uint32_t n = c - 0x10000;
      const unsigned b4 = 0x30 + n % 10, b3 = 0x81 + n / 10 % 126, b2 = 0x30 + n / 1260 % 10, b1 = 0x90 + n / 12600;
      char code[16];
      std::snprintf(code, sizeof code, "%02X%02X%02X%02X", b1, b2, b3, b4);
      if (rare().from_gb18030(code) != c) ++bad;
    }
  CHECK(bad == 0);
  CHECK(rare().from_gb18030("9534B235") == U'\U00020BB7');   // 𠮷
  CHECK(rare().from_gb18030("8139EE39") == U'\u3400');
  CHECK(rare().from_gb18030("8139EF30") == U'\u3401');
  CHECK(rare().from_gb18030("BCAA") == U'吉');
  CHECK(rare().from_gb18030("bcaa") == U'吉');
  CHECK(rare().from_gb18030("FE59") == U'\u9FB4');           // GB 18030-2022; private before
  // All of Extension A, in two bytes or four.
  std::size_t reached = 0;
  for (unsigned b1 = 0x81; b1 <= 0x84; ++b1)
    for (unsigned b2 = 0x30; b2 <= 0x39; ++b2)
      for (unsigned b3 = 0x81; b3 <= 0xFE; ++b3)
        for (unsigned b4 = 0x30; b4 <= 0x39; ++b4) {
          char code[16];
          std::snprintf(code, sizeof code, "%02X%02X%02X%02X", b1, b2, b3, b4);
          const auto c = rare().from_gb18030(code);
          reached += c && *c >= 0x3400 && *c <= 0x4DBF ? 1 : 0;
        }
  for (unsigned lead = 0x81; lead <= 0xFE; ++lead)
    for (unsigned trail = 0x40; trail <= 0xFE; ++trail) {
      char code[16];
      std::snprintf(code, sizeof code, "%02X%02X", lead, trail);
      const auto c = rare().from_gb18030(code);
      reached += c && *c >= 0x3400 && *c <= 0x4DBF ? 1 : 0;
    }
  CHECK(reached == 6592);
}

TEST_CASE("what is no ideograph does not enter by code", "[writing][rare]") {
  for (const char* code : {"", "41", "0041", "U+202E", "FEFF", "D800", "110000", "1F600", "zzzz", "U+", "00020BB7", "20BB7x", "-20BB7"}) {
    INFO(code);
    CHECK_FALSE(from_unicode_code(code));
  }
  for (const char* code : {"", "BC", "BCAAB", "7F41", "817F", "FFFF", "80308130", "8130812F", "FE39FE39", "E3329A35", "zzzz", "A2A1"}) {
    INFO(code);
    CHECK_FALSE(rare().from_gb18030(code));
  }
}

TEST_CASE("every character of Extensions A to F that can be drawn is found by radical and strokes", "[writing][rare]") {
  std::vector<char32_t> found;
  for (int strokes = 1; strokes <= rare().strokes_max(); ++strokes)
    for (const Radical& radical : rare().radicals(strokes))
      for (const int residual : rare().residuals(radical.key)) {
        const auto chars = rare().characters(radical.key, residual);
        CHECK_FALSE(chars.empty());
        found.insert(found.end(), chars.begin(), chars.end());
      }
  std::sort(found.begin(), found.end());
  std::size_t missing = 0;
  for (const Block& block : drawn)
    for (char32_t c = block.first; c <= block.last; ++c) missing += std::binary_search(found.begin(), found.end(), c) ? 0 : 1;
  CHECK(missing == 0);
}

TEST_CASE("forms that people see lead to the same characters", "[writing][rare]") {
  const auto key_of = [](int strokes, const std::string& form) {
    for (const Radical& r : rare().radicals(strokes))
      if (r.form == form) return r.key;
    return std::string();
  };
  CHECK(key_of(2, "亻") == key_of(2, "人"));
  CHECK(key_of(3, "氵") == key_of(4, "水"));
  CHECK(key_of(3, "扌") == key_of(4, "手"));
  CHECK(key_of(2, "讠") != key_of(7, "言"));
  const auto mouth = rare().characters(key_of(3, "口"), 3);
  CHECK(std::find(mouth.begin(), mouth.end(), U'\U00020BB7') != mouth.end());
}

TEST_CASE("a damaged index is refused with file and line", "[writing][rare]") {
  for (const char* text : {"", "radical\t1\t1\t一\n", "radical\tx\t1\t一\n", "chars\t1\t0\t\xFF\n", "what\t1\n", "four\tzz\t0\t1\n"}) {
    INFO(text);
    const auto index = RareIndex::parse(text, "rare.tsv");
    REQUIRE_FALSE(index);
    CHECK(index.error().what.starts_with("rare.tsv:1: "));
  }
  // Cut off in the middle of a row, as a full disk leaves a file: no place is looked up that is not there.
  CHECK_FALSE(RareIndex::parse("radical\t1\t1\t一\nchars\t1\t0\t丁\nchars\t1\t1", "rare.tsv"));
  CHECK_FALSE(RareIndex::parse("radical\t1\t1\t一\nchars\t1\t0", "rare.tsv"));
  const auto empty = RareIndex::parse("radical\t1\t1\t一\nchars\t1\t0\t丁\ntwo\tBC", "rare.tsv");
  REQUIRE(empty);
  CHECK_FALSE(empty->from_gb18030("BC40"));
}
