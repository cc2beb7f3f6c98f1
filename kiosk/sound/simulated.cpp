#include "kiosk/sound/simulated.h"

#include <algorithm>

namespace yizhan::kiosk::sound {

void SimulatedSpeaker::say(Utterance utterance, Tuning tuning) {
  const std::lock_guard lock(mutex_);
  if (tuning.volume <= 0 || !there_) return;
  for (Phrase& phrase : utterance.phrases) {
    if (phrase.personal && !handset_) continue;
    log_.push_back({phrase.recording ? "▶" : std::move(phrase.text), phrase.personal});
    speaking_ = true;
  }
}
void SimulatedSpeaker::tone(Tone tone, int volume) {
  const std::lock_guard lock(mutex_);
  if (volume <= 0 || !there_) return;
  log_.push_back({tone == Tone::Key ? "♪key" : tone == Tone::Chime ? "♪chime" : tone == Tone::Begin ? "♪begin" : "♪end", false});
  speaking_ = true;
}
void SimulatedSpeaker::stop() {
  const std::lock_guard lock(mutex_);
  if (speaking_) log_.push_back({"■", false});
  speaking_ = false;
}
SpeakerState SimulatedSpeaker::state() const {
  const std::lock_guard lock(mutex_);
  SpeakerState state;
  state.hall = there_ ? Device::Ready : Device::Absent;
  state.handset = handset_ ? Device::Ready : Device::Absent;
  state.speaking = speaking_;
  if (!there_) state.trouble = "no loudspeaker";
  return state;
}
void SimulatedSpeaker::device(bool there) {
  const std::lock_guard lock(mutex_);
  there_ = there;
  if (!there) speaking_ = false;
}
void SimulatedSpeaker::handset(bool there) {
  const std::lock_guard lock(mutex_);
  handset_ = there;
}
void SimulatedSpeaker::ended() {
  const std::lock_guard lock(mutex_);
  speaking_ = false;
}
std::vector<SimulatedSpeaker::Heard> SimulatedSpeaker::heard() const {
  const std::lock_guard lock(mutex_);
  return log_;
}
void SimulatedSpeaker::forget() {
  const std::lock_guard lock(mutex_);
  log_.clear();
}

void SimulatedRecorder::start() {
  kept_ = {};
  state_ = {};
  if (!there_) {
    state_.microphone = Device::Absent;
    state_.trouble = "no microphone";
    return;
  }
  state_.microphone = Device::Ready;
  state_.recording = true;
}
void SimulatedRecorder::pass(Span time) {
  if (!state_.recording) return;
  state_.length = std::min(state_.length + time, recording_max);
  state_.level = 0.5f;
  if (state_.length < recording_max) return;
  stop(true);
  state_.full = true;
}
void SimulatedRecorder::stop(bool keep) {
  if (keep && state_.recording)
    kept_ = {std::vector<std::byte>(static_cast<std::size_t>(state_.length.count() * recording_bits_per_second / 8'000), std::byte{0x4F}), state_.length};
  if (!keep) kept_ = {};
  state_.recording = false;
  state_.level = 0;
}
Recording SimulatedRecorder::take() { return std::exchange(kept_, {}); }
RecorderState SimulatedRecorder::state() const { return state_; }

}  // namespace yizhan::kiosk::sound
