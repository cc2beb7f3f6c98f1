// kiosk-receipt: lines in on standard input, dots out on standard output. Its own program so that Pango's and fontconfig's memory
// goes away with it, and so that a broken font never takes a visit down.
#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>

#include "kiosk/devices/receipt.h"

#if defined(__SANITIZE_THREAD__)
// This program has one thread; fontconfig and Pango start their own, which the sanitizer cannot see into.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:libfontconfig\nrace:libpango\nrace:libglib\nrace:libcairo\nrace:draw_paper\n";
}
#endif

int main() {
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  const auto paper = yizhan::kiosk::decode_paper(text);
  const auto raster = paper ? yizhan::kiosk::draw_paper(*paper) : yizhan::Result<yizhan::kiosk::Raster>(paper.error());
  if (!raster) {
    std::fprintf(stderr, "kiosk-receipt: %s\n", raster.error().what.c_str());
    return 1;
  }
  const std::string bytes = yizhan::kiosk::pbm(*raster);
  return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() && std::fflush(stdout) == 0 ? 0 : 1;
}
