// A recording at the desk: played, stopped, ended, and told when nothing can be heard.
#include <catch2/catch_test_macros.hpp>

#include "kiosk/app_sound_player.h"
#include "tests/sound/simulated_sound.h"

using namespace yizhan;
using namespace yizhan::kiosk;
using namespace std::chrono_literals;

namespace {

struct Hands final : Clock {
  Tick now{};
  Time wall() const override { return {}; }
  Tick tick() const override { return now; }
};
struct Place {
  Hands clock;
  test::Simulated* desk = nullptr;
  int opened = 0;
  std::unique_ptr<SpeakerPlayer> player;
  explicit Place(bool handset = false) {
    player = std::make_unique<SpeakerPlayer>(
        [this, handset]() -> Result<std::unique_ptr<sound::Sound>> {
          ++opened;
          auto made = std::make_unique<test::Simulated>();
          made->mouth.handset(handset);
          desk = made.get();
          return Result<std::unique_ptr<sound::Sound>>(std::move(made));
        },
        handset, clock);
  }
};
std::shared_ptr<const std::vector<std::byte>> voice() { return std::make_shared<const std::vector<std::byte>>(64, std::byte{1}); }

}  // namespace

TEST_CASE("a recording is heard at the desk, stops when it is asked to and ends by itself", "[sound][desk]") {
  Place place;
  CHECK(place.opened == 0);  // a desk nobody speaks to loads nothing
  CHECK_FALSE(place.player->playing());
  REQUIRE(place.player->play(voice()));
  REQUIRE(place.player->play(voice()));
  CHECK(place.opened == 1);
  CHECK(place.player->playing());
  CHECK_FALSE(place.player->silent());
  CHECK(place.desk->mouth.heard().back().words == "▶");
  CHECK_FALSE(place.desk->mouth.heard().back().handset);
  place.desk->mouth.ended();
  place.clock.now += 2s;
  CHECK_FALSE(place.player->playing());
  REQUIRE(place.player->play(voice()));
  place.player->stop();
  CHECK(place.desk->mouth.heard().back().words == "■");
}

TEST_CASE("with a handset the hall does not hear what a person said", "[sound][desk]") {
  Place place(true);
  REQUIRE(place.player->play(voice()));
  CHECK(place.desk->mouth.heard().back().handset);
}

TEST_CASE("a desk without a loudspeaker says that nothing can be heard", "[sound][desk]") {
  Place place;
  REQUIRE(place.player->play(voice()));
  place.desk->mouth.device(false);
  place.clock.now += 2s;
  CHECK(place.player->silent());
  CHECK_FALSE(place.player->playing());

  Hands clock;
  SpeakerPlayer broken([]() -> Result<std::unique_ptr<sound::Sound>> { return Error{Code::Unavailable, "no module"}; }, false, clock);
  CHECK_FALSE(broken.play(voice()));
  CHECK_FALSE(broken.playing());
}
