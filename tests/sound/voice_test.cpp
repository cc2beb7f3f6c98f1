// The voice as a folder: the shipped one is whole, a county's goes over it, and whatever is wrong with a folder costs only that.
#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>

#include "core/text.h"
#include "hear.h"
#include "kiosk/sound/clip.h"
#include "kiosk/sound/numbers.h"
#include "kiosk/sound/voice.h"
#include "tests/folder.h"

namespace fs = std::filesystem;
using namespace yizhan;
using namespace yizhan::kiosk::sound;

namespace {

std::vector<Piece> pieces(const Library& library, std::string_view text) {
  const std::u32string written = spoken(text);
  std::vector<Piece> all;
  for (std::size_t at = 0; at < written.size();)
    for (Piece& piece : next_pieces(library, written, at)) all.push_back(std::move(piece));
  return all;
}
Library library(const std::string& own = "") {
  auto opened = open_library(YIZHAN_VOICE, own);
  REQUIRE(opened);
  return std::move(*opened);
}

}  // namespace

TEST_CASE("the shipped voice is whole and small", "[sound][voice]") {
  const Library all = library();
  REQUIRE(all.voices.size() == 1);
  CHECK(all.voices[0].trouble().empty());
  CHECK(all.voices[0].missing() == 0);
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(YIZHAN_VOICE))
    if (entry.is_regular_file()) bytes += entry.file_size();
  CHECK(bytes < 10u << 20);
  for (const std::string& syllable : all.readings.all_syllables()) {
    INFO(syllable);
    REQUIRE(all.voices[0].file(syllable) != nullptr);
  }
  for (char c = 'A'; c <= 'Z'; ++c) CHECK(all.voices[0].file(std::string(1, c)) != nullptr);
}

TEST_CASE("every recording of the shipped voice can be played and holds a voice", "[sound][voice]") {
  const Library all = library();
  int played = 0;
  std::vector<std::int16_t> samples(rate_hz * 20);
  for (const auto& entry : fs::recursive_directory_iterator(YIZHAN_VOICE)) {
    if (entry.path().extension() != ".opus") continue;
    auto clip = open_clip(entry.path().string());
    INFO(entry.path().string());
    REQUIRE(clip);
    const auto got = (*clip)->read(samples);
    REQUIRE(got);
    REQUIRE(*got > static_cast<std::size_t>(rate_hz / 25));
    REQUIRE(hear::rms(std::span(samples).first(*got)) > 300);
    ++played;
  }
  CHECK(played > 1800);
}

TEST_CASE("a fixed sentence is one recording, a ticket is put together", "[sound][voice]") {
  const Library all = library();
  CHECK(pieces(all, "请人帮我").size() == 1);
  CHECK(pieces(all, "您遇到了什么事？").size() == 1);
  const auto call = pieces(all, "请A012号到1号律师窗口");
  REQUIRE(call.size() >= 5);
  for (const Piece& piece : call) CHECK((!piece.path.empty() || piece.pause_ms > 0));
  CHECK(call.back().path.find("1-hao-lv-shi-chuang-kou") != std::string::npos);
}

TEST_CASE("any Chinese text is spoken from its characters", "[sound][voice]") {
  const Library all = library();
  const auto said = pieces(all, "村东头老槐树下的水渠塌了三回，没人管。");
  std::size_t syllables = 0;
  for (const Piece& piece : said) syllables += piece.join ? 1 : 0;
  CHECK(syllables >= 12);
  CHECK(pieces(all, "😀●●").empty());
}

TEST_CASE("a county's voice goes over the shipped one, sentence by sentence", "[sound][voice]") {
  const test::Folder kept;
  const std::string& own = kept.path;
  hear::write_wav(own + "/help.wav", hear::sine(500, 0.5), 44'100, 1);
  std::ofstream(own + "/manifest.tsv") << "\xEF\xBB\xBF# 本县的声音\r\n请人帮我\thelp.wav\r\n您遇到了什么事？\tkind.wav\r\n";
  const Library all = library(own);
  CHECK(pieces(all, "请人帮我").front().path == own + "/help.wav");
  CHECK(pieces(all, "您遇到了什么事").front().path.find(YIZHAN_VOICE) == 0);  // its file is not there
  CHECK(all.voices[0].missing() == 1);
  CHECK(all.voices[0].trouble().find("manifest.tsv:3: kind.wav is not there") != std::string::npos);
}

TEST_CASE("a voice folder that is none, empty or full of strange rows costs nothing", "[sound][bad_input]") {
  const test::Folder kept;
  const std::string& own = kept.path;
  CHECK(Voice::open(own + "/nowhere").trouble().find("not a folder") != std::string::npos);
  CHECK(Voice::open(YIZHAN_VOICE "/readings.tsv").trouble().find("not a folder") != std::string::npos);
  CHECK(Voice::open(own).trouble().find("cannot be read") != std::string::npos);
  fs::create_directories(own + "/dir.wav");
  std::ofstream(own + "/empty.wav");
  std::ofstream(own + "/huge.wav").close();
  fs::resize_file(own + "/huge.wav", 100u << 20);  // sparse: a hundred megabytes of nothing
  std::ofstream(own + "/manifest.tsv") << "请人帮我\t../../etc/passwd.wav\n请人帮我\t/etc/passwd\n没有制表符\n\xFF\xFE\tx.wav\n返回\tempty.wav\n下一步\thuge.wav\n查进度\tdir.wav\n。。\tx.wav\n";
  const Voice voice = Voice::open(own);
  CHECK(voice.size() == 0);
  CHECK(voice.missing() == 3);
  CHECK(voice.trouble().find("manifest.tsv:1:") != std::string::npos);
  fs::resize_file(own + "/manifest.tsv", 64u << 20);
  CHECK(Voice::open(own).trouble().find("over 4 MB") != std::string::npos);
  const Library all = library(own);
  CHECK(pieces(all, "请人帮我").size() == 1);
}
