// A voice of a few made-up recordings, so that every way of putting a sentence together can be told from the others.
#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>

#include "kiosk/sound/numbers.h"
#include "kiosk/sound/voice.h"

namespace fs = std::filesystem;
using namespace yizhan;
using namespace yizhan::kiosk::sound;

namespace {

/// A folder whose recordings are a byte each: nobody listens.
std::string folder_of(const std::string& name, const std::vector<std::pair<std::string, std::string>>& rows, const std::string& readings = "") {
  const std::string path = std::string(YIZHAN_TEST_DIR) + "/small_" + name;
  fs::remove_all(path);
  fs::create_directories(path);
  std::ofstream manifest(path + "/manifest.tsv");
  for (const auto& [words, file] : rows) {
    manifest << words << '\t' << file << '\n';
    std::ofstream(path + "/" + file) << 'x';
  }
  if (!readings.empty()) std::ofstream(path + "/readings.tsv") << readings;
  return path;
}
const std::string& shipped() {
  static const std::string path = folder_of("shipped", {{"请稍等", "wait.opus"}, {"窗口", "window.opus"}, {"一", "one.wav"}, {"二", "two.wav"}, {"水", "water.wav"}, {"ni2", "ni2.opus"}, {"hao3", "hao3.opus"}, {"A", "a.opus"}},
                                            "你\tni3\n好\thao3\n水\tshui3\n行\txing2\n");
  return path;
}
/// "name name* 180": files by their names, * for one that joins the sound before it, pauses by their length.
std::string put_together(const Library& library, std::string_view text) {
  const std::u32string written = spoken(text);
  std::string all;
  for (std::size_t at = 0; at < written.size();)
    for (const Piece& piece : next_pieces(library, written, at)) {
      if (!all.empty()) all += ' ';
      all += piece.path.empty() ? std::to_string(piece.pause_ms) : fs::path(piece.path).stem().string() + (piece.join ? "*" : "");
    }
  return all;
}

}  // namespace

TEST_CASE("a sentence is one recording, or its clauses, its longest words, its syllables", "[sound][voice]") {
  const auto library = open_library(shipped(), "");
  REQUIRE(library);
  CHECK(library->voices[0].trouble().empty());
  struct Row { const char *text, *pieces; };
  for (const Row& row : std::vector<Row>{{"请稍等。", "wait"},
                                         {"请稍等，窗口", "wait 180 window"},
                                         {"窗口。请稍等", "window 360 wait"},
                                         {"1行窗口2", "one 180 window two"},  // no voice has 行
                                         {"你好", "ni2* hao3*"},
                                         {"好你", "hao3* ni2*"},               // this voice has no third tone of 你
                                         {"A好窗口", "a* hao3* window"},
                                         {"水", "water"},
                                         {"好水", "hao3* 180"},               // a single character is a recording where it is the whole clause
                                         {"行", "180"},
                                         {"你呀好", "ni2* 180 hao3*"},         // 呀: nobody can read it
                                         {"", ""}}) {
    INFO(row.text);
    CHECK(put_together(*library, row.text) == row.pieces);
  }
  std::string tall;
  for (int i = 0; i < 81; ++i) tall += "窗口";
  CHECK(put_together(*library, tall).size() == 81 * 7 - 1);
}

TEST_CASE("the county's recordings come first, and one that cannot be played is not asked again", "[sound][voice]") {
  const std::string own = folder_of("county", {{"窗口", "ours.wav"}, {"请稍等", "later.wav"}});
  std::ofstream(own + "/words.tsv") << "好\thao4\n这行不对\n";
  auto library = open_library(shipped(), own);
  REQUIRE(library);
  REQUIRE(library->voices.size() == 2);
  CHECK(put_together(*library, "窗口") == "ours");
  CHECK(library->readings.of("好") == "hao4");  // the line before the bad one holds
  Voice& county = library->voices[0];
  CHECK(county.folder() == own);
  CHECK(county.size() == 2);
  county.refuse(own + "/nobody's.wav");
  CHECK(county.missing() == 0);
  CHECK(county.trouble().empty());
  county.refuse(own + "/ours.wav");
  CHECK(county.missing() == 1);
  CHECK(county.trouble() == own + "/ours.wav: cannot be played");
  CHECK(put_together(*library, "窗口") == "window");
  county.refuse(own + "/later.wav");
  CHECK(county.trouble() == own + "/ours.wav: cannot be played");  // the first trouble is told
}

TEST_CASE("a row of a manifest that is none costs that row only", "[sound][voice][bad_input]") {
  struct Row { const char *line, *says; };
  for (const Row& row : std::vector<Row>{{"没有制表符", "manifest.tsv:1: must be words"},
                                         {"返回\t../up.wav", "manifest.tsv:1: must be words"},
                                         {"返回\t/etc/abs.wav", "manifest.tsv:1: must be words"},
                                         {"返回\tsong.mp3", "manifest.tsv:1: must be words"},
                                         {"\xFF\tgood.wav", "manifest.tsv:1: must be words"},
                                         {"。。\tgood.wav", "manifest.tsv:1: no words"},
                                         {"返回\tgone.wav\t更多", "manifest.tsv:1: gone.wav is not there"},
                                         {"返回\tempty.wav", "manifest.tsv:1: empty.wav is empty, too big or no file"},
                                         {"返回\tdir.wav", "manifest.tsv:1: dir.wav is empty, too big or no file"}}) {
    INFO(row.line);
    const std::string path = folder_of("rows", {{"x", "good.wav"}});
    fs::create_directories(path + "/dir.wav");
    std::ofstream(path + "/empty.wav").close();
    std::ofstream(path + "/manifest.tsv") << "\xEF\xBB\xBF" << row.line << "\r\n\r\n# 说明\n窗口\tgood.wav\tx\n";
    const Voice voice = Voice::open(path);
    CHECK(voice.trouble().starts_with(path + "/" + row.says));
    REQUIRE(voice.file("窗口") != nullptr);
    CHECK(*voice.file("窗口") == path + "/good.wav");
    CHECK(voice.file("返回") == nullptr);
    CHECK(voice.size() == 1);
  }
}

TEST_CASE("a folder that is no voice says so, and a library without readings is refused", "[sound][voice][bad_input]") {
  const std::string path = folder_of("none", {});
  CHECK(Voice::open(path + "/nowhere").trouble() == path + "/nowhere: not a folder");
  fs::remove(path + "/manifest.tsv");
  CHECK(Voice::open(path).trouble() == path + "/manifest.tsv: cannot be read");
  std::ofstream(path + "/manifest.tsv").close();
  fs::resize_file(path + "/manifest.tsv", (4u << 20) + 1);  // sparse
  CHECK(Voice::open(path).trouble() == path + "/manifest.tsv: over 4 MB");
  CHECK(open_library(path, "").error().code == Code::Unavailable);
  const auto library = open_library(shipped(), path + "/nowhere");
  REQUIRE(library);
  CHECK(put_together(*library, "窗口") == "window");
}
