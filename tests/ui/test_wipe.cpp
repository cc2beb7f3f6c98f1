#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "kiosk/ui/layout.h"
#include "kiosk/ui/memory.h"
#include "tests/ui/help.h"

using namespace yizhan::ui;

namespace {

constexpr unsigned char mask = 0x5A;

/// A secret that exists nowhere until it is typed: kept masked, one encoding a pattern.
struct Marker {
  std::vector<char32_t> points;                       // masked too
  /// The second half in UTF-8, UTF-16 and UTF-32, each byte masked. Half, because a freed block's first bytes are
  /// overwritten by the allocator's own links, and that must not pass for having been wiped.
  std::vector<std::vector<unsigned char>> patterns;
  Marker() {
    unsigned seed = 48271;
    for (int i = 0; i < 18; ++i) {
      seed = seed * 1103515245u + 12345u;
      points.push_back((0x4E00 + (seed >> 16) % 3000) ^ mask);
    }
    std::vector<unsigned char> u8, u16, u32;
    for (std::size_t i = points.size() / 2; i < points.size(); ++i) {
      const char32_t c = points[i] ^ mask;
      const auto put = [](std::vector<unsigned char>& to, char32_t v) { to.push_back(static_cast<unsigned char>(v) ^ mask); };
      put(u8, 0xE0 | (c >> 12));
      put(u8, 0x80 | ((c >> 6) & 0x3F));
      put(u8, 0x80 | (c & 0x3F));
      for (const int shift : {0, 8}) put(u16, (c >> shift) & 0xFF);
      for (const int shift : {0, 8, 16, 24}) put(u32, (c >> shift) & 0xFF);
    }
    patterns = {u8, u16, u32};
  }
};

/// A sanitizer guards the memory that would be read, and keeps what was freed: only plain builds look.
void plain_build_only() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  SKIP("needs a build without sanitizers");
#endif
}

/// How many readable places of this process hold the marker, in any encoding. Compares in place: a copy would be a find.
int copies(const Marker& marker) {
  struct Region { const unsigned char *begin, *end; };
  std::vector<Region> regions;
  {
    std::ifstream maps("/proc/self/maps");
    std::string line;
    while (std::getline(maps, line)) {
      unsigned long begin = 0, end = 0;
      char rights[5] = {};
      char path[512] = {};
      if (std::sscanf(line.c_str(), "%lx-%lx %4s %*s %*s %*s %511s", &begin, &end, rights, path) < 3) continue;
      const std::string where = path;
      // Only what this process writes to can hold what was typed. Sanitizers' shadows are terabytes.
      if (rights[0] != 'r' || rights[1] != 'w' || where.starts_with("[vv") || where.starts_with("/dev/") || end - begin > (1ul << 32)) continue;
      regions.push_back({reinterpret_cast<const unsigned char*>(begin), reinterpret_cast<const unsigned char*>(end)});
    }
  }
  int found = 0;
  for (const Region& region : regions) {
    for (const auto& pattern : marker.patterns) {
      const unsigned char lead = pattern[0] ^ mask;
      const unsigned char* last = region.end - pattern.size();
      for (const unsigned char* at = region.begin; at <= last; ++at) {
        if (*at != lead) continue;
        std::size_t k = 1;
        while (k < pattern.size() && at[k] == static_cast<unsigned char>(pattern[k] ^ mask)) ++k;
        found += k == pattern.size();
      }
    }
  }
  return found;
}

void type_marker(Headless& stage, const Marker& marker, const std::function<void(Ui&)>& page) {
  for (const char32_t masked : marker.points) {
    std::string one;
    encode(masked ^ mask, one);
    stage.type(one);
    stage.frame(page);
  }
}

}  // namespace

TEST_CASE("after a wipe no copy of what was typed is left in the process", "[ui][wipe][trust10]") {
  plain_build_only();
  const Marker marker;
  REQUIRE(copies(marker) == 0);
  auto stage = desk_stage();
  {
    std::string text, field;
    const auto page = [&](Ui& ui) {
      if (auto next = ui.edit("opinion", {10, 10, 200, 60}, text, "写在这里", true)) text = *next;
      ui.field("shown", {10, 80, 200, 40}, {.text = text, .composing = text, .placeholder = "", .problem = text, .active = true, .several_lines = true, .foot_left = text, .foot_right = ""});
      ui.text({10, 130, 60, 10}, text, {.shrink = true});  // cut off: reported to clipped()
      ui.text({10, 150, 200, 100}, text);
      ui.button("named", {10, 200, 200, 20}, text);
    };
    stage->frame(page);
    stage->tap("opinion");
    settle(*stage, page);
    type_marker(*stage, marker, page);
    for (const char* key : {"Ctrl+A", "Ctrl+C", "End", "Ctrl+V", "Ctrl+Z", "Home", "Delete", "Ctrl+Z"}) {
      stage->key(key);
      stage->frame(page);
    }
    CHECK(copies(marker) > 2);  // the scanner sees it while it is there
  }
  stage->wipe();
  CHECK(copies(marker) == 0);
  // And the stage goes on as new.
  int pressed = 0;
  const auto page = [&](Ui& ui) { pressed += ui.button("next", {10, 10, 60, 30}, "下一步", Look::Filled); };
  stage->frame(page);
  REQUIRE(stage->tap("next"));
  settle(*stage, page);
  CHECK(pressed == 1);
}

TEST_CASE("a string that is let go is zeroed before its memory is used again", "[ui][wipe][trust10]") {
  plain_build_only();
  const Marker marker;
  {
    std::string gone;
    gone.reserve(1500);  // a size the scan itself does not ask for, or it would overwrite what it looks for
    for (const char32_t masked : marker.points) encode(masked ^ mask, gone);
    CHECK(copies(marker) == 1);
    gone.append(4096, ' ');  // grows: the old block is let go
    CHECK(copies(marker) == 1);
  }
  CHECK(copies(marker) == 0);
}

TEST_CASE("what C libraries freed is overwritten by scrubbing the heap", "[ui][wipe][trust10]") {
  plain_build_only();
  const Marker marker;
  {
    std::string text;
    for (const char32_t masked : marker.points) encode(masked ^ mask, text);
    std::vector<void*> blocks;
    for (int i = 0; i < 4; ++i) {
      auto* block = static_cast<char*>(std::malloc(200));
      std::copy(text.begin(), text.end(), block + 40);
      blocks.push_back(block);
    }
    for (void* block : blocks) std::free(block);
  }
  scrub_heap();
  CHECK(copies(marker) == 0);
}

TEST_CASE("wiping many times neither leaks nor slows down", "[ui][wipe]") {
  plain_build_only();
  auto stage = kiosk_stage();
  const auto page = [](Ui& ui) { ui.text({10, 10, 200, 40}, "您好，今天怎么办事？", {.step = Step::Headline, .weight = Weight::Bold}); };
  const auto resident_kb = [] {
    std::ifstream in("/proc/self/statm");
    long size = 0, resident = 0;
    in >> size >> resident;
    return resident * 4;
  };
  for (int i = 0; i < 5; ++i) {
    stage->frame(page);
    stage->wipe();
  }
  const long before = resident_kb();
  for (int i = 0; i < 60; ++i) {
    stage->frame(page);
    stage->wipe();
  }
  CHECK(resident_kb() - before < 2000);
}
