/// The ports to loudspeaker, handset and microphone. Each has a real form (SDL, in kiosk-sound.so, loaded when the first word is
/// to be said) and a simulated one, held to one contract test. Every call returns at once; devices are opened, lost and tried
/// again on a thread behind. No device is never an error for a visitor: it is silence, and state() says so.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "kiosk/sound/utterance.h"

namespace yizhan::kiosk::sound {

enum class Device : std::uint8_t { Closed, Ready, Absent };  ///< Closed: nobody asked yet, or nothing was said for a while
struct SpeakerState {
  Device hall = Device::Closed, handset = Device::Absent;
  bool speaking = false;
  std::string trouble;          ///< for doctor and the log: device, voice folder; never words of a visitor
};

struct Speaker {
  virtual ~Speaker() = default;
  /// After what waits already. Personal phrases go to the handset, or nowhere.
  virtual void say(Utterance utterance, Tuning tuning) = 0;
  virtual void tone(Tone tone, int volume) = 0;
  /// Nothing is heard 100 ms later (EN 301 549 5.1.3.4); what waited is forgotten and overwritten.
  virtual void stop() = 0;
  virtual SpeakerState state() const = 0;
};

inline constexpr Span recording_max{300'000};  ///< then it stops by itself and keeps what it has
inline constexpr int recording_bits_per_second = 24'000;
struct RecorderState {
  Device microphone = Device::Closed;
  bool recording = false;
  Span length{};                ///< of the running or finished recording
  float level = 0;              ///< 0…1 of the last tenth of a second
  bool full = false;            ///< stopped by itself at recording_max
  std::string trouble;
};
/// What a citizen said (XFTL 19): Ogg Opus, in memory only.
struct Recording {
  std::vector<std::byte> bytes;
  Span length{};
  bool empty() const { return bytes.empty(); }
};
inline constexpr const char* recording_media_type = "audio/ogg; codecs=opus";

struct Recorder {
  virtual ~Recorder() = default;
  /// Begins anew; what was recorded before is overwritten.
  virtual void start() = 0;
  /// Ends the recording, or gives up the one that is kept when `keep` is false.
  virtual void stop(bool keep) = 0;
  /// The finished recording, once; empty while there is none.
  virtual Recording take() = 0;
  virtual RecorderState state() const = 0;
};

struct SoundOptions {
  std::string assets;           ///< folder of the shipped voice and readings.tsv
  std::string voice;            ///< the county's voice folder, or ""
  std::string speaker;          ///< name of the loudspeaker, "" the system's own
  std::string handset;          ///< name of the handset's device; "" there is none
  std::string microphone;       ///< "" the system's own
  void (*after_each)() = nullptr;  ///< called on the sound thread after every piece of work (wipe_stack)
  Span retry{60'000};           ///< a device that is away is looked for this often at most, and only when there is something to say
  Span longest{recording_max};  ///< of a recording
  Span rest{20'000};            ///< an open device with nothing to say is closed after this: an idle kiosk uses no CPU
};
/// Samples of an utterance, one channel at `rate` hertz: for files (kiosk say --out) and tests.
struct Rendered {
  std::vector<std::int16_t> samples;
  int rate = 0;
  std::size_t personal = 0;     ///< how many of them belong to the handset alone
};

struct Sound {
  virtual ~Sound() = default;   ///< silent, and joins the thread
  virtual Speaker& speaker() = 0;
  virtual Recorder& recorder() = 0;
  /// On the caller's thread, without a device. `handset`: with personal phrases. At most `longest`.
  virtual Result<Rendered> render(const Utterance& utterance, const Tuning& tuning, bool handset, Span longest) = 0;
  /// Names of the system's devices as the configuration wants them.
  virtual std::vector<std::string> devices(bool capture) = 0;
  /// `news` is called from the sound thread when a state changed that a screen shows (recording); at most ten times a second.
  virtual void on_news(std::function<void()> news) = 0;
};

/// Loads kiosk-sound.so, beside this program or in ../lib/yizhan, at the first call, and starts the thread; 1–3 ms warm. Any thread.
/// Errors: Unavailable (module, readings or voice missing).
Result<std::unique_ptr<Sound>> open_sound(const SoundOptions& options);

}  // namespace yizhan::kiosk::sound
