/// The desk's loudspeaker behind desk::AttachmentPlayer: what a person said into the kiosk's microphone, heard by the staff member who serves them
/// (XFTL 19.1). Sound is loaded with the first recording, never before.
#pragma once
#include <functional>
#include <memory>

#include "core/clock.h"
#include "kiosk/desk/player.h"
#include "kiosk/sound/sound.h"

namespace yizhan::kiosk {

class SpeakerPlayer final : public desk::AttachmentPlayer {
 public:
  using Open = std::function<Result<std::unique_ptr<sound::Sound>>()>;
  /// `open` makes the sound (open_sound, or a simulated one in tests). With a handset the recording goes there: the hall need not hear it.
  SpeakerPlayer(Open open, bool has_handset, const Clock& clock) : open_(std::move(open)), has_handset_(has_handset), clock_(clock) {}
  Status play(std::shared_ptr<const std::vector<std::byte>> ogg_opus) override;
  void stop() override;
  bool playing() const override;
  bool silent() const override;

 private:
  Open open_;
  bool has_handset_;
  const Clock& clock_;
  std::unique_ptr<sound::Sound> sound_;
  Tick since_{};
};

}  // namespace yizhan::kiosk
