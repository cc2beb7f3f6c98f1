/// The simulated speaker and recorder: they keep a log of what a real one would have let be heard, and where.
#pragma once
#include <mutex>

#include "kiosk/sound/sound.h"

namespace yizhan::kiosk::sound {

class SimulatedSpeaker final : public Speaker {
 public:
  struct Heard {
    std::string words;      ///< the text; "♪key", "♪chime"; "■" for a stop; "▶" for a recording
    bool handset = false;   ///< by the handset alone
  };
  void say(Utterance utterance, Tuning tuning) override;
  void tone(Tone tone, int volume) override;
  void stop() override;
  SpeakerState state() const override;
  /// What the world does: a device that goes, a handset that is plugged in, speech that has ended.
  void device(bool there);
  void handset(bool there);
  void ended();
  std::vector<Heard> heard() const;
  void forget();

 private:
  mutable std::mutex mutex_;
  std::vector<Heard> log_;
  bool there_ = true, handset_ = false, speaking_ = false;
};

/// Records nothing but the time the test says has gone by: its bytes are as many as a real recording would have.
class SimulatedRecorder final : public Recorder {
 public:
  void start() override;
  void stop(bool keep) override;
  Recording take() override;
  RecorderState state() const override;
  void microphone(bool there) { there_ = there; }
  void pass(Span time);

 private:
  bool there_ = true;
  RecorderState state_;
  Recording kept_;
};

}  // namespace yizhan::kiosk::sound
