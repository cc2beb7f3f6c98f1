// The speaker's contract, on the simulated form and on the real one (SDL's "disk" driver writes what a loudspeaker would get).
#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <thread>

#include "hear.h"
#include "kiosk/sound/sdl_sound.h"
#include "kiosk/sound/simulated.h"

namespace fs = std::filesystem;
using namespace yizhan;
using namespace yizhan::kiosk::sound;
using hear::soon;

namespace {

Utterance words(std::string text, bool personal = false) { return {{Phrase{std::move(text), personal, false, {}}}}; }

/// Returns at once, speaks, is silent after a stop, says nothing personal without a handset and nothing at volume 0.
void speaker_contract(Speaker& speaker) {
  CHECK_FALSE(speaker.state().speaking);
  speaker.say(words("测试乙的名字", true), {});
  std::this_thread::sleep_for(Span{60});
  CHECK_FALSE(speaker.state().speaking);
  speaker.say(words("请人帮我"), {0, Pace::Normal});
  speaker.tone(Tone::Key, 0);
  std::this_thread::sleep_for(Span{60});
  CHECK_FALSE(speaker.state().speaking);
  speaker.stop();  // nothing is said: nothing happens
  speaker.say({}, {});
  CHECK_FALSE(speaker.state().speaking);
  speaker.say(words("您遇到了什么事？"), {});
  CHECK(soon([&] { return speaker.state().speaking; }));
  CHECK(speaker.state().hall == Device::Ready);
  CHECK(speaker.state().handset == Device::Absent);
  speaker.stop();
  CHECK(soon([&] { return !speaker.state().speaking; }, 300));
  speaker.tone(Tone::Chime, 3);
  CHECK(soon([&] { return speaker.state().speaking; }));
  speaker.stop();
  CHECK(soon([&] { return !speaker.state().speaking; }, 300));
}

std::string file(const std::string& name) {
  const std::string path = std::string(YIZHAN_TEST_DIR) + "/" + name;
  fs::remove(path);
  return path;
}
SoundOptions options() {
  SoundOptions all;
  all.assets = YIZHAN_VOICE;
  all.retry = Span{150};
  return all;
}
void disk(const std::string& hall) {
  ::setenv("SDL_AUDIODRIVER", "disk", 1);
  ::setenv("SDL_DISKAUDIOFILE", hall.c_str(), 1);
}

}  // namespace

TEST_CASE("the simulated speaker keeps the speaker contract", "[sound][contract]") {
  SimulatedSpeaker speaker;
  speaker_contract(speaker);
  const auto heard = speaker.heard();
  REQUIRE(heard.size() == 4);
  CHECK(heard[0].words == "您遇到了什么事？");
  CHECK(heard[1].words == "■");
}

TEST_CASE("the real speaker keeps the speaker contract", "[sound][contract]") {
  const std::string hall = file("contract.raw");
  disk(hall);
  {
    auto sound = open_sdl_sound(options());
    REQUIRE(sound);
    speaker_contract((*sound)->speaker());
    (*sound)->speaker().say(words("请人帮我"), {});
    CHECK(soon([&] { return (*sound)->speaker().state().speaking; }));
    CHECK(soon([&] { return !(*sound)->speaker().state().speaking; }, 10'000));
  }
  CHECK(hear::rms(hear::read_raw(hall)) > 20);
}

TEST_CASE("a stop is silence within a tenth of a second", "[sound]") {
  const std::string hall = file("stop.raw");
  disk(hall);
  auto sound = open_sdl_sound(options());
  REQUIRE(sound);
  for (int i = 0; i < 6; ++i) (*sound)->speaker().say(words("点一个最像的。选错了也不要紧，后面能改。"), {5, Pace::Normal});
  REQUIRE(soon([&] { return fs::exists(hall) && fs::file_size(hall) > 48'000; }));
  (*sound)->speaker().stop();
  const auto at = hear::read_raw(hall).size();
  std::this_thread::sleep_for(Span{500});
  const auto all = hear::read_raw(hall);
  REQUIRE(hear::rms(std::span(all).first(at)) > 100);
  CHECK(hear::silent_after(all, at) <= 4800);
}

TEST_CASE("personal words are heard in the handset and never in the hall", "[sound][privacy]") {
  const std::string hall = file("hall.raw"), handset = file("handset.raw");
  disk(hall);
  SoundOptions with = options();
  with.handset = handset;
  {
    auto sound = open_sdl_sound(with);
    REQUIRE(sound);
    Speaker& speaker = (*sound)->speaker();
    speaker.say({{Phrase{"1234 5678", true, true, {}}}}, {5, Pace::Normal});
    CHECK(soon([&] { return speaker.state().speaking; }));
    CHECK(soon([&] { return !speaker.state().speaking; }, 10'000));
    CHECK(speaker.state().handset == Device::Ready);
  }
  CHECK(hear::rms(hear::read_raw(handset)) > 100);
  for (const auto s : hear::read_raw(hall)) REQUIRE(s == 0);
}

TEST_CASE("a handset that is not there keeps personal words unspoken", "[sound][privacy][bad_input]") {
  const std::string hall = file("no_handset.raw");
  disk(hall);
  SoundOptions with = options();
  with.handset = std::string(YIZHAN_TEST_DIR) + "/no such folder/handset.raw";
  auto sound = open_sdl_sound(with);
  REQUIRE(sound);
  Speaker& speaker = (*sound)->speaker();
  speaker.say({{Phrase{"测试丙的编号", true, false, {}}, Phrase{"返回", false, false, {}}}}, {});
  CHECK(soon([&] { return speaker.state().handset == Device::Absent && speaker.state().hall == Device::Ready; }));
  CHECK(soon([&] { return !speaker.state().speaking; }, 10'000));
  auto rendered = (*sound)->render(words("返回"), {}, false, Span{60'000});
  REQUIRE(rendered);
  // No more was said than the one public word.
  const auto all = hear::read_raw(hall);
  CHECK(hear::silent_after(all, 0) < rendered->samples.size() + 4800);
}

TEST_CASE("a loudspeaker that vanishes in mid-speech is silence, and is tried again calmly", "[sound][bad_input]") {
  disk("/dev/full");  // SDL finds out at the first write that fails, as it does when a cable is pulled
  auto sound = open_sdl_sound(options());
  REQUIRE(sound);
  Speaker& speaker = (*sound)->speaker();
  for (int i = 0; i < 5; ++i) speaker.say(words("您遇到了什么事？"), {});
  CHECK(soon([&] { return speaker.state().hall == Device::Absent; }));
  CHECK_FALSE(speaker.state().speaking);
  CHECK(speaker.state().trouble == "no loudspeaker");
  const std::string hall = file("again.raw");
  disk(hall);
  std::this_thread::sleep_for(Span{200});
  speaker.say(words("请人帮我"), {});
  CHECK(soon([&] { return speaker.state().hall == Device::Ready; }));
  CHECK(soon([&] { return !speaker.state().speaking; }, 10'000));
  CHECK(hear::rms(hear::read_raw(hall)) > 50);
}

TEST_CASE("a machine without any sound says nothing and says so to the operator", "[sound][bad_input]") {
  ::setenv("SDL_AUDIODRIVER", "no such driver", 1);
  auto sound = open_sdl_sound(options());
  REQUIRE(sound);
  Speaker& speaker = (*sound)->speaker();
  speaker.say(words("请人帮我"), {});
  CHECK(soon([&] { return speaker.state().hall == Device::Absent; }));
  CHECK_FALSE(speaker.state().speaking);
  CHECK(speaker.state().trouble == "no loudspeaker");
}

TEST_CASE("an open device with nothing to say is closed, and opened again for the next word", "[sound]") {
  const std::string hall = file("rest.raw");
  disk(hall);
  SoundOptions with = options();
  with.rest = Span{100};
  auto sound = open_sdl_sound(with);
  REQUIRE(sound);
  Speaker& speaker = (*sound)->speaker();
  CHECK(speaker.state().hall == Device::Closed);
  speaker.tone(Tone::Key, 3);
  CHECK(soon([&] { return speaker.state().hall == Device::Ready; }));
  CHECK(soon([&] { return speaker.state().hall == Device::Closed; }));
  speaker.tone(Tone::Key, 3);
  CHECK(soon([&] { return speaker.state().hall == Device::Ready; }));
}

TEST_CASE("sound without its readings is refused with words", "[sound][bad_input]") {
  SoundOptions with = options();
  with.assets = std::string(YIZHAN_TEST_DIR) + "/nowhere";
  const auto sound = open_sdl_sound(with);
  REQUIRE_FALSE(sound);
  CHECK(sound.error().code == Code::Unavailable);
}
