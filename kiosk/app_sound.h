/// The ears of the citizen's program: what pages say, what a touch silences, what the microphone records. ui thread only; sound
/// itself is on a thread of its own behind kiosk/sound/sound.h and is loaded beside the first touch, never before it.
#pragma once
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "kiosk/app_sound_options.h"
#include "kiosk/session/session.h"
#include "kiosk/sound/sound.h"
#include "kiosk/ui/kit.h"

namespace yizhan::kiosk {

/// What a visitor said or was told, as it stands in the visit. Empty and one-character texts are left out.
std::vector<std::string> personal_texts(const Session& session);
/// A second lock behind TextStyle::personal: a phrase that holds anything of personal_texts() becomes personal.
sound::Utterance guarded(sound::Utterance utterance, const Session& session);
/// How the settings of a visit sound.
sound::Tuning tuning_of(const Settings& settings);

class AppSound {
 public:
  /// `open` makes the sound on a thread beside (open_sound, or a simulated one in tests); `wake` draws a frame.
  using Open = std::function<Result<std::unique_ptr<sound::Sound>>()>;
  AppSound(std::string mode, bool has_handset, Open open, std::function<void()> wake);
  ~AppSound();

  /// Somebody touched the glass or a key: what is being said stops (100 ms), and sound is loaded if it is not yet.
  void touched();
  /// A touch meant something.
  void pressed(const Action& action, const Settings& settings);
  /// After the screen drew into `ui`, before the frame ends. Says what is new.
  void drawn(ui::Ui& ui, const Session& session, Screen screen);
  /// What microphone and loudspeaker have to tell the visit; call it before drawing.
  std::optional<Action> heard(const Session& session, Tick now);
  sound::RecorderState recorder() const;
  /// Frames that recording and listening need.
  bool busy() const { return recording_ || awaiting_ || playing_; }
  /// The visit is over: silence, and nothing of it stays.
  void ended();

 private:
  void load();
  sound::Sound* ready();
  void say(sound::Utterance utterance, const Session& session);

  std::string mode_;
  bool has_handset_ = false;
  Open open_;
  std::function<void()> wake_;
  std::future<Result<std::unique_ptr<sound::Sound>>> opening_;
  std::unique_ptr<sound::Sound> sound_;
  bool failed_ = false;
  std::string page_;               ///< the page that was said
  sound::Utterance said_;
  std::optional<std::pair<sound::Utterance, sound::Tuning>> waiting_;  ///< for sound to be loaded
  bool again_ = false, tuned_ = false, by_keys_ = false;
  std::uint64_t focus_moved_ = 0;  ///< of Ui::focus(): what was said of it
  // microphone and own recording
  bool recording_ = false, awaiting_ = false, playing_ = false;
  Tick playing_since_{};
};

}  // namespace yizhan::kiosk
