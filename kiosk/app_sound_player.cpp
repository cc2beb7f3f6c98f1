#include "kiosk/app_sound_player.h"

namespace yizhan::kiosk {
namespace {
constexpr Span started_patience{700};  ///< until a loudspeaker reports that it speaks
}

Status SpeakerPlayer::play(std::shared_ptr<const std::vector<std::byte>> ogg_opus) {
  if (!sound_) {
    auto opened = open_();
    if (!opened) return opened.error();
    sound_ = std::move(*opened);
  }
  sound_->speaker().stop();
  // Not louder than the hall's own prompts: it is one person's matter.
  sound_->speaker().say({{sound::Phrase{"", has_handset_, false, std::move(ogg_opus)}}}, {});
  since_ = clock_.tick();
  return Done{};
}

void SpeakerPlayer::stop() {
  if (sound_) sound_->speaker().stop();
}

bool SpeakerPlayer::playing() const { return sound_ && (sound_->speaker().state().speaking || (clock_.tick() - since_ < started_patience && !silent())); }

bool SpeakerPlayer::silent() const {
  if (!sound_) return true;
  const sound::SpeakerState state = sound_->speaker().state();
  return (has_handset_ ? state.handset : state.hall) == sound::Device::Absent;
}

}  // namespace yizhan::kiosk
