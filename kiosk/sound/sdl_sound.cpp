#include "kiosk/sound/sdl_sound.h"

#include <SDL.h>
#include <alsa/error.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/clock.h"
#include "core/mailbox.h"
#include "kiosk/sound/clip.h"
#include "kiosk/sound/teller.h"

namespace yizhan::kiosk::sound {
namespace {

/// ALSA tells the terminal about every device that is not there; a kiosk without sound is no error.
void no_words(const char*, int, const char*, int, const char*, ...) {}

constexpr std::size_t orders_max = 512;
constexpr std::size_t block_frames = rate_hz / 50;                   // 20 ms
constexpr Uint16 device_frames = 1024;                               // 21 ms in the device itself
constexpr std::size_t ahead_bytes = 3 * block_frames * 2;            // 60 ms waiting for it: a stop drops them
constexpr Span busy_poll{12}, forever{3'600'000};
constexpr Span news_every{100};

struct Order {
  enum class Kind : std::uint8_t { Say, Tone, Stop, Record, EndRecord };
  Kind kind = Kind::Stop;
  Utterance utterance{};
  Tuning tuning{};
  Tone tone{};
  bool keep = false;
};

/// One open device; 0 is none.
class Output {
 public:
  ~Output() { close(); }
  bool open(const std::string& name) {
    SDL_AudioSpec want{}, got{};
    want.freq = rate_hz;
    want.format = AUDIO_S16SYS;
    want.channels = 1;
    want.samples = device_frames;
    id_ = ::SDL_OpenAudioDevice(name.empty() ? nullptr : name.c_str(), 0, &want, &got, 0);
    if (id_ != 0) ::SDL_PauseAudioDevice(id_, 0);
    return id_ != 0;
  }
  void close() {
    if (id_ != 0) ::SDL_CloseAudioDevice(id_);
    id_ = 0;
  }
  explicit operator bool() const { return id_ != 0; }
  bool lost() const { return id_ != 0 && ::SDL_GetAudioDeviceStatus(id_) == SDL_AUDIO_STOPPED; }
  std::size_t waiting() const { return id_ == 0 ? 0 : ::SDL_GetQueuedAudioSize(id_); }
  void clear() {
    if (id_ != 0) ::SDL_ClearQueuedAudio(id_);
  }
  void put(std::span<const std::int16_t> samples) {
    if (id_ != 0) ::SDL_QueueAudio(id_, samples.data(), static_cast<Uint32>(samples.size_bytes()));
  }

 private:
  SDL_AudioDeviceID id_ = 0;
};

class SdlSound final : public Sound {
 public:
  SdlSound(const SoundOptions& options, Library library) : options_(options), teller_(std::move(library)) {
    for (const Voice& voice : teller_.library().voices)
      if (!voice.trouble().empty()) voice_trouble_ = voice.trouble();
    speaker_state_.trouble = voice_trouble_;
    thread_ = std::thread([this] { run(); });
  }
  ~SdlSound() override {
    on_news({});
    orders_.close();
    thread_.join();
  }
  Speaker& speaker() override { return mouth_; }
  Recorder& recorder() override { return ear_; }

  // -- any thread
  void say(Utterance utterance, Tuning tuning) {
    if (utterance.empty() || tuning.volume <= 0) return;
    // Without a handset personal words never leave the caller.
    if (options_.handset.empty()) std::erase_if(utterance.phrases, [](const Phrase& p) { return p.personal; });
    if (!utterance.empty()) order({Order::Kind::Say, std::move(utterance), tuning});
  }
  void order(Order order) { orders_.post(std::move(order)); }
  SpeakerState speaker_state() const {
    const std::lock_guard lock(mutex_);
    return speaker_state_;
  }
  void start_recording() {
    {
      const std::lock_guard lock(mutex_);
      wipe(kept_);
      recorder_state_ = {};
      recorder_state_.recording = true;  // the screen shows it at once; the thread takes it back when there is no microphone
    }
    order({Order::Kind::Record});
  }
  void stop_recording(bool keep) {
    {
      const std::lock_guard lock(mutex_);
      if (!keep) wipe(kept_);
    }
    order({.kind = Order::Kind::EndRecord, .keep = keep});
  }
  Recording take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(kept_, {});
  }
  RecorderState recorder_state() const {
    const std::lock_guard lock(mutex_);
    return recorder_state_;
  }

  Result<Rendered> render(const Utterance& utterance, const Tuning& tuning, bool handset, Span longest) override {
    auto library = open_library(options_.assets, options_.voice);
    if (!library) return library.error();
    Teller teller(std::move(*library));
    teller.handset(handset);
    teller.say(utterance, tuning);
    Rendered out;
    out.rate = rate_hz;
    const auto most = static_cast<std::size_t>(longest.count()) * (rate_hz / 1000);
    std::array<std::int16_t, block_frames> block{};
    for (auto got = teller.read(block); got.frames > 0 && out.samples.size() < most; got = teller.read(block)) {
      out.samples.insert(out.samples.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(got.frames));
      if (got.personal) out.personal += got.frames;
    }
    return out;
  }

  std::vector<std::string> devices(bool capture) override {
    std::vector<std::string> names;
    ::SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    if (::SDL_InitSubSystem(SDL_INIT_AUDIO) != 0) return names;
    for (int i = 0; i < ::SDL_GetNumAudioDevices(capture ? 1 : 0); ++i)
      if (const char* name = ::SDL_GetAudioDeviceName(i, capture ? 1 : 0)) names.emplace_back(name);
    ::SDL_QuitSubSystem(SDL_INIT_AUDIO);
    return names;
  }
  void on_news(std::function<void()> news) override {
    const std::lock_guard lock(news_mutex_);
    news_ = std::move(news);
  }

 private:
  static void wipe(Recording& recording) {
    if (!recording.bytes.empty()) ::explicit_bzero(recording.bytes.data(), recording.bytes.size());
    recording = {};
  }

  void run() {
    while (turn()) {
      if (options_.after_each != nullptr) options_.after_each();
    }
    teller_.stop();
    end_recording(false);
    shut();
  }

  /// One order or one look at the devices. Apart from its loop so that no frame that stays ever holds a visitor's words.
  [[gnu::noinline]] bool turn() {
    const bool awake = hall_ || handset_;
    const Span patience = encoder_ || teller_.busy() || waiting() > 0 ? busy_poll : awake ? std::max(rest_at_ - clock_.tick(), Span{1}) : forever;
    auto order = orders_.take(patience);
    if (!order && orders_.closed()) return false;
    while (order) {
      switch (order->kind) {
        case Order::Kind::Say:
          open();  // first: whether there is a handset decides what may be said
          teller_.say(order->utterance, order->tuning);
          break;
        case Order::Kind::Tone: teller_.tone(order->tone, order->tuning.volume); break;
        case Order::Kind::Stop: hush(); break;
        case Order::Kind::Record: begin_recording(); break;
        case Order::Kind::EndRecord: end_recording(order->keep); break;
      }
      order = orders_.take(Span{0});
    }
    feed();
    listen();
    tell();
    return true;
  }

  // ---- speaking -------------------------------------------------------------------------------------------------------------

  std::size_t waiting() const { return std::max(hall_.waiting(), handset_.waiting()); }

  void hush() {
    teller_.stop();
    hall_.clear();
    handset_.clear();
  }

  void feed() {
    if (hall_.lost()) {
      hall_.close();
      hall_tried_ = clock_.tick();
    }
    if (handset_.lost()) {
      handset_.close();
      handset_tried_ = clock_.tick();
    }
    if (teller_.busy()) open();
    if (!hall_ && !handset_) {
      if (teller_.busy()) hush();  // nobody hears it: it is not kept for later
      return shut();
    }
    std::array<std::int16_t, block_frames> block{};
    while (teller_.busy() && waiting() < ahead_bytes) {
      const auto got = teller_.read(block);
      if (got.frames == 0) break;
      const auto samples = std::span(block).first(got.frames);
      handset_.put(samples);
      if (got.personal) std::fill(samples.begin(), samples.end(), std::int16_t{0});  // in the hall: silence of the same length
      hall_.put(samples);
    }
    ::explicit_bzero(block.data(), sizeof block);
    const Tick now = clock_.tick();
    if (teller_.busy() || waiting() > 0) rest_at_ = now + options_.rest;
    else if (now >= rest_at_ && !encoder_) shut();
  }

  bool begin_sdl() {
    if (sdl_) return true;
    ::snd_lib_error_set_handler(no_words);
    ::SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    ::SDL_SetHint(SDL_HINT_AUDIO_DEVICE_APP_NAME, "Yizhan");
    sdl_ = ::SDL_InitSubSystem(SDL_INIT_AUDIO) == 0;
    if (!sdl_) return false;
    // They would wake the window for nothing.
    ::SDL_EventState(SDL_AUDIODEVICEADDED, SDL_IGNORE);
    ::SDL_EventState(SDL_AUDIODEVICEREMOVED, SDL_IGNORE);
    return true;
  }

  void open() {
    const Tick now = clock_.tick();
    const auto due = [&](const std::optional<Tick>& tried) { return !tried || now - *tried >= options_.retry; };
    if (!hall_ && due(hall_tried_)) {
      hall_tried_ = now;
      if (begin_sdl() && hall_.open(options_.speaker)) hall_tried_.reset();
    }
    if (!options_.handset.empty() && !handset_ && due(handset_tried_)) {
      handset_tried_ = now;
      if (begin_sdl() && handset_.open(options_.handset)) handset_tried_.reset();
    }
    teller_.handset(static_cast<bool>(handset_));
    rest_at_ = now + options_.rest;
  }

  void shut() {
    hall_.close();
    handset_.close();
    if (sdl_ && !encoder_) {
      ::SDL_QuitSubSystem(SDL_INIT_AUDIO);
      sdl_ = false;
    }
  }

  // ---- recording ------------------------------------------------------------------------------------------------------------

  void begin_recording() {
    end_recording(false);
    hush();  // the machine's own voice does not belong into what a person says
    SDL_AudioSpec want{}, got{};
    want.freq = rate_hz;
    want.format = AUDIO_S16SYS;
    want.channels = 1;
    want.samples = device_frames;
    auto encoder = OpusWriter::make(recording_bits_per_second);
    if (begin_sdl()) microphone_ = ::SDL_OpenAudioDevice(options_.microphone.empty() ? nullptr : options_.microphone.c_str(), 1, &want, &got, 0);
    const std::lock_guard lock(mutex_);
    recorder_state_ = {};
    if (microphone_ == 0 || !encoder) {
      recorder_state_.microphone = Device::Absent;
      recorder_state_.trouble = microphone_ == 0 ? "no microphone" : encoder.error().what;
      news_wanted_ = true;
      return;
    }
    encoder_ = std::make_unique<OpusWriter>(std::move(*encoder));
    recorded_ = 0;
    recorder_state_.microphone = Device::Ready;
    recorder_state_.recording = true;
    news_wanted_ = true;
    ::SDL_PauseAudioDevice(microphone_, 0);
  }

  void listen() {
    if (!encoder_) return;
    const bool lost = ::SDL_GetAudioDeviceStatus(microphone_) == SDL_AUDIO_STOPPED;
    const bool full = drain_microphone();
    if (full || lost) end_recording(true, full, lost);
  }

  /// What the microphone has heard since; true when the recording is as long as it may be.
  bool drain_microphone() {
    const auto most = static_cast<std::size_t>(std::min(options_.longest, recording_max).count()) * (rate_hz / 1000);
    std::array<std::int16_t, block_frames> block{};
    double energy = 0;
    std::size_t heard = 0;
    while (recorded_ < most) {
      const auto bytes = ::SDL_DequeueAudio(microphone_, block.data(), static_cast<Uint32>(std::min(block.size(), most - recorded_) * 2));
      if (bytes < 2) break;
      const auto samples = std::span(block).first(bytes / 2);
      if (!encoder_->write(samples)) break;
      recorded_ += samples.size();
      heard += samples.size();
      for (const std::int16_t s : samples) energy += static_cast<double>(s) * s;
    }
    ::explicit_bzero(block.data(), sizeof block);
    if (heard > 0) {
      // −50 dB is the left end of the meter, −10 dB its right end.
      const double db = 10 * std::log10(energy / static_cast<double>(heard) / (32768.0 * 32768.0) + 1e-12);
      const std::lock_guard lock(mutex_);
      recorder_state_.level = static_cast<float>(std::clamp((db + 50) / 40, 0.0, 1.0));
      recorder_state_.length = Span(static_cast<Span::rep>(recorded_ / (rate_hz / 1000)));
      news_wanted_ = true;
    }
    return recorded_ >= most;
  }

  void end_recording(bool keep, bool full = false, bool lost = false) {
    if (!encoder_) {
      if (microphone_ != 0) ::SDL_CloseAudioDevice(std::exchange(microphone_, 0));
      return;
    }
    if (keep && !full) drain_microphone();
    ::SDL_CloseAudioDevice(std::exchange(microphone_, 0));
    Recording made{encoder_->finish(), Span(static_cast<Span::rep>(recorded_ / (rate_hz / 1000)))};
    encoder_.reset();
    if (!keep) wipe(made);
    const std::lock_guard lock(mutex_);
    kept_ = std::move(made);
    recorder_state_.recording = false;
    recorder_state_.level = 0;
    recorder_state_.full = full;
    if (lost) {
      recorder_state_.microphone = Device::Absent;
      recorder_state_.trouble = "the microphone went away";
    }
    if (!keep) recorder_state_.length = {};
    news_wanted_ = true;
    news_at_ = {};
    rest_at_ = clock_.tick() + options_.rest;
  }

  // ---- what others see ------------------------------------------------------------------------------------------------------

  void tell() {
    {
      const std::lock_guard lock(mutex_);
      speaker_state_.hall = hall_ ? Device::Ready : hall_tried_ ? Device::Absent : Device::Closed;
      speaker_state_.handset = handset_ ? Device::Ready : options_.handset.empty() || handset_tried_ ? Device::Absent : Device::Closed;
      speaker_state_.speaking = teller_.busy() || waiting() > 0;
      speaker_state_.trouble = speaker_state_.hall == Device::Absent ? "no loudspeaker" : voice_trouble_;
    }
    const Tick now = clock_.tick();
    if (!news_wanted_ || now < news_at_) return;
    news_wanted_ = false;
    news_at_ = now + news_every;
    const std::lock_guard lock(news_mutex_);
    if (news_) news_();
  }

  struct Mouth final : Speaker {
    explicit Mouth(SdlSound& owner) : sound(owner) {}
    void say(Utterance utterance, Tuning tuning) override { sound.say(std::move(utterance), tuning); }
    void tone(Tone tone, int volume) override {
      if (volume > 0) sound.order({Order::Kind::Tone, {}, {volume, Pace::Normal}, tone});
    }
    void stop() override { sound.order({Order::Kind::Stop}); }
    SpeakerState state() const override { return sound.speaker_state(); }
    SdlSound& sound;
  };
  struct Ear final : Recorder {
    explicit Ear(SdlSound& owner) : sound(owner) {}
    void start() override { sound.start_recording(); }
    void stop(bool keep) override { sound.stop_recording(keep); }
    Recording take() override { return sound.take(); }
    RecorderState state() const override { return sound.recorder_state(); }
    SdlSound& sound;
  };

  const SoundOptions options_;
  Mouth mouth_{*this};
  Ear ear_{*this};
  SystemClock clock_;
  Mailbox<Order> orders_{orders_max};
  mutable std::mutex mutex_;
  SpeakerState speaker_state_;
  RecorderState recorder_state_;
  Recording kept_;
  std::mutex news_mutex_;
  std::function<void()> news_;
  // sound thread
  Teller teller_;
  std::string voice_trouble_;
  Output hall_, handset_;
  std::optional<Tick> hall_tried_, handset_tried_;
  SDL_AudioDeviceID microphone_ = 0;
  std::unique_ptr<OpusWriter> encoder_;
  std::size_t recorded_ = 0;
  Tick rest_at_{}, news_at_{};
  bool sdl_ = false, news_wanted_ = false;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Sound>> open_sdl_sound(const SoundOptions& options) {
  auto library = open_library(options.assets, options.voice);
  if (!library) return library.error();
  return std::unique_ptr<Sound>(new SdlSound(options, std::move(*library)));
}

}  // namespace yizhan::kiosk::sound
