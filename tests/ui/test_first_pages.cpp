// The list of what the first frame reads: written when it is missing or of other files, left alone otherwise.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "kiosk/ui/first_pages.h"
#include "tests/ui/help.h"

using namespace yizhan::ui;
namespace fs = std::filesystem;

namespace {

std::string words_of(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

/// One program start as far as the list is concerned.
void start(const fs::path& list) {
  ask_for_first_pages(list);
  const auto window = Headless::open(540, 960, 2);
  REQUIRE(window);
  (*window)->frame([](Ui& ui) { ui.button("here", {10, 10, 100, 30}, "我要反映问题"); });
}

struct Folder {
  fs::path path = fs::temp_directory_path() / ("yizhan-pages-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

}  // namespace

TEST_CASE("the first start writes down which pages it needed, the next one leaves the list alone", "[ui][start]") {
  const Folder folder;
  const fs::path list = folder.path / "first-pages";
  start(list);
  const std::string learnt = words_of(list);
  INFO(learnt);
  REQUIRE(learnt.starts_with("file "));
  CHECK(learnt.find("NotoSansCJK-Regular.ttc\n") != std::string::npos);
  CHECK(learnt.find(folder.path.string()) == std::string::npos);  // nothing that a visit writes
  fs::last_write_time(list, fs::file_time_type{} + std::chrono::hours(1));
  const auto before = fs::last_write_time(list);
  start(list);
  CHECK(fs::last_write_time(list) == before);
}

TEST_CASE("a list of other files or a broken one is learnt anew, and a place that cannot be written stops nothing", "[ui][start]") {
  const Folder folder;
  const fs::path list = folder.path / "first-pages";
  for (const std::string broken : {"", "rubbish\n", "1 2\n", "file 1 2 /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc\n0 4\n",
                                   "file 1 2 /no/such/file\n0 4\n", "file 1 2 /etc/hostname\n0 99999999\n"}) {
    INFO(broken);
    std::ofstream(list, std::ios::trunc) << broken;
    start(list);
    CHECK(words_of(list) != broken);
    CHECK(words_of(list).starts_with("file "));
  }
  start(folder.path / "none" / "first-pages");
  CHECK_FALSE(fs::exists(folder.path / "none"));
}
