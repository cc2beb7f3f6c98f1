#include <catch2/catch_test_macros.hpp>

#include "core/tr.h"

using namespace yizhan;

// In this order: a process opens one catalogue, once.
TEST_CASE("words are their own sentence without a catalogue, and come from it afterwards", "[locale]") {
  CHECK(std::string(tr("下一步")) == "下一步");
  CHECK(tr(std::string("没有这一句")) == "没有这一句");
  CHECK(trf("前面{}人", 3) == "前面3人");
  CHECK(std::string(tr("")).empty());

  open_catalogue(YIZHAN_LOCALE, "en");
  CHECK(std::string(tr("下一步")) == "Next");
  CHECK(tr(std::string("下一步")) == "Next");
  CHECK(tr(std::string("没有这一句")) == "没有这一句");
  CHECK(trf("前面{}人", 3).find('3') != std::string::npos);
  CHECK(trf("前面{}人", 3).find("人") == std::string::npos);
  // The empty sentence is a catalogue's header: nobody may see it.
  CHECK(std::string(tr("")).empty());
  CHECK(tr(std::string()).empty());
  // A word lives as long as the process.
  const char* const next = tr("下一步");
  for (int i = 0; i < 1000; ++i) static_cast<void>(trf("前面{}人", i));
  CHECK(next == tr("下一步"));
}
