/// A machine's sound with both simulated devices, for programs that want a whole one.
#pragma once
#include "kiosk/sound/simulated.h"

namespace yizhan::kiosk::test {

struct Simulated final : sound::Sound {
  sound::SimulatedSpeaker mouth;
  sound::SimulatedRecorder ear;
  sound::Speaker& speaker() override { return mouth; }
  sound::Recorder& recorder() override { return ear; }
  Result<sound::Rendered> render(const sound::Utterance&, const sound::Tuning&, bool, Span) override { return sound::Rendered{}; }
  std::vector<std::string> devices(bool) override { return {}; }
  void on_news(std::function<void()>) override {}
};

}  // namespace yizhan::kiosk::test
