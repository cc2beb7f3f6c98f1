// The machine that speaks, sample by sample and without a device.
#include <catch2/catch_test_macros.hpp>

#include <malloc.h>

#include <filesystem>
#include <fstream>

#include "hear.h"
#include "kiosk/sound/clip.h"
#include "kiosk/sound/teller.h"

namespace fs = std::filesystem;
using namespace yizhan;
using namespace yizhan::kiosk::sound;

namespace {

Library library(const std::string& own = "") {
  auto opened = open_library(YIZHAN_VOICE, own);
  REQUIRE(opened);
  return std::move(*opened);
}
struct Heard {
  std::vector<std::int16_t> all, personal;
};
Heard hear_all(Teller& teller, std::size_t most = 48'000 * 120) {
  Heard heard;
  std::vector<std::int16_t> block(960);
  for (auto got = teller.read(block); got.frames > 0 && heard.all.size() < most; got = teller.read(block)) {
    const auto end = block.begin() + static_cast<std::ptrdiff_t>(got.frames);
    heard.all.insert(heard.all.end(), block.begin(), end);
    if (got.personal) heard.personal.insert(heard.personal.end(), block.begin(), end);
  }
  return heard;
}
Utterance words(std::string text) { return {{Phrase{std::move(text), false, false, {}}}}; }
std::shared_ptr<const std::vector<std::byte>> ogg(std::span<const std::int16_t> samples) {
  auto writer = OpusWriter::make();
  REQUIRE(writer);
  REQUIRE(writer->write(samples));
  return std::make_shared<const std::vector<std::byte>>(writer->finish());
}

}  // namespace

TEST_CASE("a sentence is heard from its first sample on and comes to an end", "[sound][teller]") {
  Teller teller(library());
  CHECK_FALSE(teller.busy());
  REQUIRE(teller.say(words("请人帮我"), {}));
  CHECK(teller.busy());
  const Heard heard = hear_all(teller);
  CHECK_FALSE(teller.busy());
  CHECK(heard.all.size() > 24'000);
  CHECK(heard.all.size() < 48'000 * 3);
  CHECK(hear::rms(heard.all) > 200);
  CHECK(hear::rms(std::span(heard.all).first(48'000 / 10)) > 50);  // no silence before it: speech starts when it is asked for
}

TEST_CASE("personal words are dropped where there is no handset", "[sound][teller][privacy]") {
  Teller teller(library());
  Utterance utterance{{Phrase{"下一步", false, false, {}}, Phrase{"测试甲的查询码", true, false, {}}, Phrase{"返回", false, false, {}}}};
  REQUIRE(teller.say(utterance, {}));
  const Heard without = hear_all(teller);
  CHECK(without.personal.empty());
  teller.handset(true);
  REQUIRE(teller.say(utterance, {}));
  const Heard with = hear_all(teller);
  CHECK(with.personal.size() > 24'000);
  CHECK(with.all.size() == without.all.size() + with.personal.size());
}

TEST_CASE("after a stop the next sample is silence and nothing waits", "[sound][teller]") {
  Teller teller(library());
  for (int i = 0; i < 20; ++i) REQUIRE(teller.say(words("您遇到了什么事？"), {}));
  std::vector<std::int16_t> block(4800);
  CHECK(teller.read(block).frames == block.size());
  teller.stop();
  CHECK_FALSE(teller.busy());
  CHECK(teller.read(block).frames == 0);
  REQUIRE(teller.say(words("返回"), {}));
  CHECK(hear_all(teller).all.size() < 48'000 * 2);
}

TEST_CASE("three paces keep the pitch and change the length", "[sound][teller]") {
  Teller teller(library());
  const auto tone = ogg(hear::sine(440, 2));
  const auto length = [&](Pace pace) {
    REQUIRE(teller.say({{Phrase{"", false, false, tone}}}, {5, pace}));
    const Heard heard = hear_all(teller);
    CHECK(hear::share(heard.all, 440) > 0.8);
    return static_cast<double>(heard.all.size()) / 96'000;
  };
  CHECK(std::abs(length(Pace::Normal) - 1) < 0.03);
  CHECK(std::abs(length(Pace::Slow) - 1 / 0.75) < 0.06);
  CHECK(std::abs(length(Pace::Fast) - 1 / 1.4) < 0.06);
}

TEST_CASE("five steps of volume are five, and nought is silent", "[sound][teller]") {
  Teller teller(library());
  double before = 0;
  for (int volume = 1; volume <= volume_max; ++volume) {
    REQUIRE(teller.say(words("返回"), {volume, Pace::Normal}));
    const double now = hear::rms(hear_all(teller).all);
    CHECK(now > before * 1.2);
    before = now;
  }
  REQUIRE(teller.say(words("返回"), {0, Pace::Normal}));
  CHECK_FALSE(teller.busy());
  REQUIRE(teller.tone(Tone::Chime, 3));
  const Heard chime = hear_all(teller);
  CHECK(hear::share(std::span(chime.all).first(20'000), 784) > 0.5);
  CHECK(chime.all.size() == 48'000 * 12 / 10);
}

TEST_CASE("a sound file whose chunk claims more than the file holds is refused before room is made for it", "[sound][fuzz]") {
  const std::string folder = std::string(YIZHAN_TEST_DIR) + "/claims";
  fs::create_directories(folder);
  const std::string path = folder + "/long.wav";
  hear::write_wav(path, hear::sine(500, 0.1), 44'100, 1);
  REQUIRE(open_clip(path));
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(40);  // the length of the data chunk
  file.write("\xFF\xFF\xFF\xFF", 4);
  file.close();
  const auto before = ::mallinfo2().hblkhd;
  const auto clip = open_clip(path);
  REQUIRE_FALSE(clip);
  CHECK(clip.error().code == Code::Corrupt);
  CHECK(::mallinfo2().hblkhd < before + (16u << 20));
}

TEST_CASE("a county's broken recording is said by the shipped voice instead", "[sound][bad_input]") {
  const std::string own = std::string(YIZHAN_TEST_DIR) + "/broken";
  fs::remove_all(own);
  fs::create_directories(own);
  std::ofstream(own + "/noise.wav") << "RIFFthis is no sound at all";
  std::ofstream(own + "/noise.opus") << "OggS and then something else";
  std::ofstream(own + "/manifest.tsv") << "请人帮我\tnoise.wav\n下一步\tnoise.opus\n";
  Teller plain(library()), teller(library(own));
  for (const char* text : {"请人帮我", "下一步"}) {
    REQUIRE(plain.say(words(text), {}));
    REQUIRE(teller.say(words(text), {}));
    CHECK(hear_all(teller).all == hear_all(plain).all);
  }
  CHECK(teller.library().voices[0].size() == 0);
  CHECK(teller.library().voices[0].trouble().find("cannot be played") != std::string::npos);
}

TEST_CASE("a county's recording of another rate and two channels is played", "[sound][voice]") {
  const std::string own = std::string(YIZHAN_TEST_DIR) + "/stereo";
  fs::remove_all(own);
  fs::create_directories(own);
  std::vector<std::int16_t> both;
  for (const std::int16_t s : hear::sine(440 * 48'000 / 22'050.0, 1)) both.insert(both.end(), {s, s});
  hear::write_wav(own + "/help.wav", std::span(both).first(22'050 * 2), 22'050, 2);
  std::ofstream(own + "/manifest.tsv") << "请人帮我\thelp.wav\n";
  Teller teller(library(own));
  REQUIRE(teller.say(words("请人帮我"), {5, Pace::Normal}));
  const Heard heard = hear_all(teller);
  CHECK(std::abs(static_cast<double>(heard.all.size()) / 48'000 - 1.36) < 0.05);
  CHECK(hear::share(std::span(heard.all).first(40'000), 440) > 0.8);
}

TEST_CASE("a recording that breaks off or is none is silence, not trouble", "[sound][bad_input]") {
  Teller teller(library());
  auto bytes = *ogg(hear::sine(440, 3));
  bytes.resize(bytes.size() / 2);
  REQUIRE(teller.say({{Phrase{"", false, false, std::make_shared<const std::vector<std::byte>>(bytes)}}}, {}));
  const Heard half = hear_all(teller);
  CHECK(half.all.size() > 24'000);
  CHECK(half.all.size() < 48'000 * 3);
  for (std::size_t i = 100; i < bytes.size(); i += 3) bytes[i] ^= std::byte{0x5A};
  REQUIRE(teller.say({{Phrase{"", false, false, std::make_shared<const std::vector<std::byte>>(bytes)}}}, {}));
  CHECK(hear_all(teller).all.size() < 48'000 * 10);
  REQUIRE(teller.say({{Phrase{"", false, false, std::make_shared<const std::vector<std::byte>>(100, std::byte{1})}}}, {}));
  CHECK(hear_all(teller).all.empty());
  CHECK(length_ms(std::vector<std::byte>(100, std::byte{1})) == 0);
}

TEST_CASE("twenty thousand characters are read aloud in bounded memory and can be stopped", "[sound][bad_input]") {
  Teller teller(library());
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "我的工资三年没发，";
  REQUIRE(teller.say(words("返回"), {}));  // whatever is loaded once
  hear_all(teller);
  const auto before = ::mallinfo2().uordblks;
  REQUIRE(teller.say(words(text), {}));
  std::vector<std::int16_t> block(48'000);
  for (int second = 0; second < 30; ++second) {
    REQUIRE(teller.read(block).frames == block.size());
    REQUIRE(::mallinfo2().uordblks < before + (2u << 20));
  }
  teller.stop();
  CHECK(teller.read(block).frames == 0);
}

TEST_CASE("what waits is bounded", "[sound][bad_input]") {
  Teller teller(library());
  std::size_t taken = 0;
  while (taken < 10'000 && teller.say(words("返回"), {})) ++taken;
  CHECK(taken == waiting_max);
  CHECK_FALSE(teller.tone(Tone::Key, 3));
}
