// What a citizen says into the microphone is in the recording, in memory and nowhere else.
#include <catch2/catch_test_macros.hpp>

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <thread>

#include "hear.h"
#include "kiosk/sound/clip.h"
#include "kiosk/sound/sdl_sound.h"
#include "kiosk/sound/simulated.h"

namespace fs = std::filesystem;
using namespace yizhan;
using namespace yizhan::kiosk::sound;
using hear::soon;

namespace {

std::vector<std::int16_t> played(const std::vector<std::byte>& bytes) {
  auto clip = open_clip(std::make_shared<const std::vector<std::byte>>(bytes));
  REQUIRE(clip);
  std::vector<std::int16_t> out, block(4800);
  for (auto got = (*clip)->read(block); got && *got > 0; got = (*clip)->read(block)) out.insert(out.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(*got));
  return out;
}
std::string microphone(double hertz, double seconds) {
  // One for each process: tests run side by side.
  static const struct File {
    std::string path = std::string(YIZHAN_TEST_DIR) + "/microphone." + std::to_string(::getpid()) + ".raw";
    ~File() { std::error_code none; std::filesystem::remove(path, none); }
  } file;
  const std::string& path = file.path;
  hear::write_raw(path, hear::sine(hertz, seconds));
  ::setenv("SDL_AUDIODRIVER", "disk", 1);
  return path;
}
SoundOptions options(const std::string& from) {
  SoundOptions all;
  all.assets = YIZHAN_VOICE;
  all.microphone = from;
  return all;
}

/// A microphone that is there: start, time goes by, stop keeps; the bytes are given once; starting again forgets.
void recorder_contract(Recorder& recorder, const std::function<void()>& time_goes_by) {
  CHECK(recorder.take().empty());
  CHECK_FALSE(recorder.state().recording);
  recorder.start();
  CHECK(recorder.state().recording);
  time_goes_by();
  CHECK(recorder.state().length >= Span{200});
  CHECK(recorder.state().level > 0);
  CHECK(recorder.take().empty());  // not while it runs
  recorder.stop(true);
  CHECK(soon([&] { return !recorder.state().recording; }));
  const Recording kept = recorder.take();
  CHECK_FALSE(kept.empty());
  CHECK(kept.length >= Span{200});
  CHECK(recorder.take().empty());
  recorder.start();
  time_goes_by();
  recorder.stop(false);
  CHECK(soon([&] { return !recorder.state().recording; }));
  CHECK(recorder.take().empty());
}

}  // namespace

TEST_CASE("the simulated recorder keeps the recorder contract", "[sound][contract]") {
  SimulatedRecorder recorder;
  recorder_contract(recorder, [&] { recorder.pass(Span{400}); });
}

TEST_CASE("the real recorder keeps the recorder contract", "[sound][contract]") {
  auto sound = open_sdl_sound(options(microphone(440, 30)));
  REQUIRE(sound);
  Recorder& recorder = (*sound)->recorder();
  recorder_contract(recorder, [&] { CHECK(soon([&] { return recorder.state().length >= Span{200}; })); });
}

TEST_CASE("a tone that goes into the microphone is found in the recording", "[sound][XFTL19]") {
  auto sound = open_sdl_sound(options(microphone(700, 30)));
  REQUIRE(sound);
  Recorder& recorder = (*sound)->recorder();
  recorder.start();
  REQUIRE(soon([&] { return recorder.state().length >= Span{1000}; }, 20'000));
  recorder.stop(true);
  REQUIRE(soon([&] { return !recorder.state().recording; }));
  const Recording kept = recorder.take();
  REQUIRE_FALSE(kept.empty());
  const auto samples = played(kept.bytes);
  CHECK(std::abs(static_cast<double>(samples.size()) / 48'000 - static_cast<double>(kept.length.count()) / 1000) < 0.05);
  CHECK(std::abs(length_ms(kept.bytes) - kept.length.count()) < 50);
  CHECK(hear::share(samples, 700) > 0.8);
  CHECK(hear::share(samples, 440) < 0.05);
  CHECK(static_cast<double>(kept.bytes.size()) < static_cast<double>(kept.length.count()) * recording_bits_per_second / 8'000 * 1.6 + 4096);
}

TEST_CASE("a recording stops by itself at its longest and keeps what it has", "[sound][bad_input]") {
  SoundOptions with = options(microphone(440, 30));
  with.longest = Span{600};
  auto sound = open_sdl_sound(with);
  REQUIRE(sound);
  Recorder& recorder = (*sound)->recorder();
  recorder.start();
  REQUIRE(soon([&] { return recorder.state().full; }, 20'000));
  CHECK_FALSE(recorder.state().recording);
  const Recording kept = recorder.take();
  CHECK(kept.length == Span{600});
  CHECK(played(kept.bytes).size() == 28'800);
}

TEST_CASE("five minutes of the noisiest sound stay under a megabyte and a half", "[sound][bad_input]") {
  auto writer = OpusWriter::make(recording_bits_per_second);
  REQUIRE(writer);
  std::mt19937 dice(7);
  std::vector<std::int16_t> second(48'000);
  for (auto& s : second) s = static_cast<std::int16_t>(dice() & 0xFFFF);
  for (int i = 0; i < 300; ++i) {
    REQUIRE(writer->write(second));
    REQUIRE(writer->bytes() < 1'500'000);
  }
  const auto bytes = writer->finish();
  CHECK(bytes.size() < 1'500'000);
  CHECK(std::abs(length_ms(bytes) - 300'000) < 50);
  CHECK_FALSE(writer->write(second));  // ended is ended
}

TEST_CASE("recording uses no disk, so a full one does not matter", "[sound][bad_input]") {
  const std::string from = microphone(440, 30);
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit none{0, 0};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);  // from here on no file of this process can grow by a byte
  auto sound = open_sdl_sound(options(from));
  REQUIRE(sound);
  Recorder& recorder = (*sound)->recorder();
  recorder.start();
  REQUIRE(soon([&] { return recorder.state().length >= Span{400}; }, 20'000));
  recorder.stop(true);
  REQUIRE(soon([&] { return !recorder.state().recording; }));
  const Recording kept = recorder.take();
  CHECK(hear::share(played(kept.bytes), 440) > 0.8);
}

TEST_CASE("a machine without a microphone says so and records nothing", "[sound][bad_input]") {
  ::setenv("SDL_AUDIODRIVER", "disk", 1);
  auto sound = open_sdl_sound(options(std::string(YIZHAN_TEST_DIR) + "/no such folder/microphone.raw"));
  REQUIRE(sound);
  Recorder& recorder = (*sound)->recorder();
  recorder.start();
  REQUIRE(soon([&] { return recorder.state().microphone == Device::Absent; }));
  CHECK_FALSE(recorder.state().recording);
  CHECK(recorder.state().trouble == "no microphone");
  recorder.stop(true);
  CHECK(recorder.take().empty());
  SimulatedRecorder simulated;
  simulated.microphone(false);
  simulated.start();
  CHECK(simulated.state().trouble == "no microphone");
}

TEST_CASE("a recording that is ended before a word was said is empty, not trouble", "[sound][bad_input]") {
  auto writer = OpusWriter::make();
  REQUIRE(writer);
  CHECK(writer->write({}));
  CHECK(writer->finish().empty());
}

TEST_CASE("the machine's own voice stops when a recording begins", "[sound]") {
  const std::string from = microphone(440, 30);
  ::setenv("SDL_DISKAUDIOFILE", (std::string(YIZHAN_TEST_DIR) + "/own.raw").c_str(), 1);
  auto sound = open_sdl_sound(options(from));
  REQUIRE(sound);
  for (int i = 0; i < 5; ++i) (*sound)->speaker().say({{Phrase{"您遇到了什么事？", false, false, {}}}}, {});
  REQUIRE(soon([&] { return (*sound)->speaker().state().speaking; }));
  (*sound)->recorder().start();
  CHECK(soon([&] { return !(*sound)->speaker().state().speaking; }, 500));
  (*sound)->recorder().stop(false);
}
