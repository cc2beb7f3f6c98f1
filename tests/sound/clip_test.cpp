// Recordings as bytes: what is written is heard again, what is no sound is refused in words. No device is needed for it.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

#include "hear.h"
#include "kiosk/sound/clip.h"
#include "tests/folder.h"

namespace fs = std::filesystem;
using namespace yizhan;
using namespace yizhan::kiosk::sound;

namespace {

std::vector<std::byte> ogg(std::span<const std::int16_t> samples) {
  auto writer = OpusWriter::make();
  REQUIRE(writer);
  REQUIRE(writer->write(samples));
  return writer->finish();
}
std::shared_ptr<const std::vector<std::byte>> shared(std::vector<std::byte> bytes) { return std::make_shared<const std::vector<std::byte>>(std::move(bytes)); }
void put(const std::string& path, std::span<const std::byte> bytes) {
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}
struct Heard {
  std::vector<std::int16_t> samples;
  std::optional<Error> end;
};
Heard hear_all(Clip& clip) {
  Heard heard;
  std::vector<std::int16_t> block(4'096);
  for (int n = 0; n < 10'000; ++n) {
    const auto got = clip.read(block);
    if (!got) heard.end = got.error();
    if (!got || *got == 0) return heard;
    heard.samples.insert(heard.samples.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(*got));
  }
  FAIL("a recording has an end");
  return heard;
}

/// Where the pages of an Ogg stream begin.
std::vector<std::size_t> pages(std::span<const std::byte> bytes) {
  std::vector<std::size_t> all;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (std::size_t at = text.find("OggS"); at != std::string_view::npos; at = text.find("OggS", at + 4)) all.push_back(at);
  return all;
}
/// The page's own sum, so that a changed one passes for whole (RFC 3533).
void sum_page(std::span<std::byte> page) {
  std::fill_n(page.begin() + 22, 4, std::byte{0});
  std::uint32_t sum = 0;
  for (const std::byte b : page) {
    sum ^= static_cast<std::uint32_t>(b) << 24;
    for (int bit = 0; bit < 8; ++bit) sum = (sum & 0x80000000u) != 0 ? sum << 1 ^ 0x04C11DB7u : sum << 1;
  }
  for (std::size_t i = 0; i < 4; ++i) page[22 + i] = static_cast<std::byte>(sum >> (8 * i));
}

}  // namespace

TEST_CASE("what was recorded is heard again, from memory and from a file", "[sound][clip]") {
  const auto bytes = ogg(hear::sine(440, 1.5));
  CHECK(std::abs(length_ms(bytes) - 1'500) <= 20);
  const test::Folder folder;
  const std::string path = folder / "said.opus";
  put(path, bytes);
  for (const bool file : {false, true}) {
    auto clip = file ? open_clip(path) : open_clip(shared(bytes));
    REQUIRE(clip);
    const Heard heard = hear_all(**clip);
    CHECK_FALSE(heard.end);
    CHECK(std::abs(static_cast<double>(heard.samples.size()) / rate_hz - 1.5) < 0.02);
    CHECK(hear::share(std::span(heard.samples).subspan(4'800, 48'000), 440) > 0.8);
  }
}

TEST_CASE("a WAV file is heard at our rate, whatever its own", "[sound][clip]") {
  const test::Folder kept;
  const std::string& folder = kept.path;
  hear::write_wav(folder + "/slow.wav", hear::sine(440 * 48'000 / 22'050.0, 0.25), 22'050, 1);
  auto clip = open_clip(folder + "/slow.wav");
  REQUIRE(clip);
  const Heard heard = hear_all(**clip);
  CHECK(std::abs(static_cast<double>(heard.samples.size()) - 12'000.0 * 48'000 / 22'050) < 2'400);
  CHECK(hear::share(std::span(heard.samples).first(20'000), 440) > 0.8);
}

TEST_CASE("a file that is no recording is refused, and the words name it", "[sound][clip][bad_input]") {
  const test::Folder kept;
  const std::string& folder = kept.path;
  fs::create_directories(folder + "/folder.wav");
  std::ofstream(folder + "/song.mp3") << "ID3";
  std::ofstream(folder + "/tiny.wav") << "RIFF";
  std::ofstream(folder + "/words.wav") << "RIFFthis is no sound at all";
  std::ofstream(folder + "/words.opus") << "OggS and then something else";
  std::ofstream(folder + "/huge.opus").close();
  fs::resize_file(folder + "/huge.opus", clip_bytes_max + 1);  // sparse
  hear::write_wav(folder + "/silent.wav", {});
  struct Row { const char* name; Code code; const char* says; };
  // A head that says one frame a second: seventy bytes would become sixteen seconds, eight megabytes half a year.
  hear::write_wav(folder + "/one_hertz.wav", hear::sine(440, 0.01), 1, 1);
  hear::write_wav(folder + "/long.wav", std::vector<std::int16_t>(4'000 * 601), 4'000, 1);
  for (const Row& row : std::vector<Row>{{"one_hertz.wav", Code::Corrupt, "a WAV file of a kind that cannot be played"},
                                         {"long.wav", Code::Unavailable, "too long for a sentence"},
                                         {"nothing.wav", Code::Unavailable, "no such file"},
                                         {"folder.wav", Code::Unavailable, "no such file"},
                                         {"huge.opus", Code::Unavailable, "over 8 MB, too long for a sentence"},
                                         {"song.mp3", Code::Invalid, "must end in .wav or .opus"},
                                         {"tiny.wav", Code::Corrupt, "not a WAV file"},
                                         {"words.wav", Code::Corrupt, "not a WAV file"},
                                         {"silent.wav", Code::Corrupt, "nothing is in it"},
                                         {"words.opus", Code::Corrupt, "not an Opus file"}}) {
    INFO(row.name);
    const auto clip = open_clip(folder + "/" + row.name);
    REQUIRE_FALSE(clip);
    CHECK(clip.error().code == row.code);
    CHECK(clip.error().what == folder + "/" + row.name + ": " + row.says);
  }
  for (const auto& bytes : {std::shared_ptr<const std::vector<std::byte>>{}, shared({}), shared(std::vector<std::byte>(100, std::byte{1}))}) {
    const auto clip = open_clip(bytes);
    REQUIRE_FALSE(clip);
    CHECK(clip.error().code == Code::Corrupt);
    if (bytes) CHECK(length_ms(*bytes) == 0);
  }
}

TEST_CASE("a damaged page is stepped over, a packet that is none breaks the sound off", "[sound][clip][bad_input]") {
  const auto whole = ogg(hear::sine(440, 5));
  const auto at = pages(whole);
  REQUIRE(at.size() >= 6);  // head, tags, a page a second
  auto damaged = whole;
  damaged[at[3] + 300] ^= std::byte{1};
  auto clip = open_clip(shared(damaged));
  REQUIRE(clip);
  const Heard stepped = hear_all(**clip);
  CHECK_FALSE(stepped.end);
  CHECK(stepped.samples.size() > 3u * rate_hz);
  CHECK(stepped.samples.size() < 5u * rate_hz);

  // Two frames, of which the first is said to be longer than the packet.
  auto broken = whole;
  const std::size_t first_packet = at[3] + 27 + static_cast<std::size_t>(broken[at[3] + 26]);
  REQUIRE(static_cast<std::size_t>(broken[at[3] + 27]) < 252);
  broken[first_packet] = (broken[first_packet] & std::byte{0xFC}) | std::byte{2};
  broken[first_packet + 1] = std::byte{251};
  sum_page(std::span(broken).subspan(at[3], at[4] - at[3]));
  clip = open_clip(shared(broken));
  REQUIRE(clip);
  const Heard cut = hear_all(**clip);
  REQUIRE(cut.end);
  CHECK(cut.end->code == Code::Corrupt);
  CHECK(cut.samples.size() > static_cast<std::size_t>(rate_hz) / 2);
  std::vector<std::int16_t> more(100);
  CHECK_FALSE((*clip)->read(more));  // and stays so
}

TEST_CASE("a recording that ended takes nothing more, and one without a word is empty", "[sound][clip]") {
  auto writer = OpusWriter::make(24'000, 0);
  REQUIRE(writer);
  CHECK(writer->write({}));
  CHECK(writer->finish().empty());
  CHECK(writer->write(hear::sine(440, 0.1)).error().code == Code::Invalid);
  CHECK(writer->finish().empty());

  auto other = OpusWriter::make();
  REQUIRE(other);
  REQUIRE(other->write(hear::sine(440, 3)));
  CHECK(other->bytes() > 0);
  *writer = std::move(*other);
  CHECK(std::abs(length_ms(writer->finish()) - 3'000) <= 20);
}
