/// The machine that speaks: utterances and tones in, samples out, as many as are asked for and no more. It knows no device and no
/// thread; it holds a few hundred milliseconds of sound at most, so that a stop is a stop. One thread.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kiosk/sound/clip.h"
#include "kiosk/sound/utterance.h"
#include "kiosk/sound/voice.h"

struct sonicStreamStruct;

namespace yizhan::kiosk::sound {

inline constexpr std::size_t waiting_max = 256;  ///< utterances and tones that wait for their turn

class Teller {
 public:
  explicit Teller(Library library);
  ~Teller();
  Teller(const Teller&) = delete;
  Teller& operator=(const Teller&) = delete;

  /// Whether anybody can be told something personal. Without a handset personal phrases are dropped here, unread.
  void handset(bool there) { handset_ = there; }
  /// After what waits already. Volume 0 says nothing. False: too many wait.
  bool say(const Utterance& utterance, const Tuning& tuning);
  bool tone(Tone tone, int volume);
  /// Silence from the next sample on; what waited and what was half said is overwritten.
  void stop();
  bool busy() const { return !items_.empty() || at_ < pcm_.size() || clip_ != nullptr || !pieces_.empty(); }

  struct Block {
    std::size_t frames = 0;  ///< 0: nothing left to say
    bool personal = false;   ///< of all of them: this block belongs to the handset alone
  };
  /// The next samples; a block is shorter than asked for where personal words begin or end.
  Block read(std::span<std::int16_t> out);
  const Library& library() const { return library_; }

 private:
  struct Item {
    Phrase phrase;
    Tuning tuning;
    std::vector<std::int16_t> tone;
  };
  bool produce();
  void begin(Item item);
  void push(std::span<std::int16_t> samples);
  void let_go();
  void emit(std::span<const std::int16_t> samples);
  void drain(bool flush);
  void refuse(const std::string& path);

  Library library_;
  bool handset_ = false;
  std::deque<Item> items_;
  // what is being said
  bool personal_ = false, running_ = false;
  float gain_ = 1;
  sonicStreamStruct* stretch_ = nullptr;
  std::u32string text_;
  std::size_t text_at_ = 0, planned_from_ = 0;
  std::deque<Piece> pieces_;
  std::unique_ptr<Clip> clip_;
  std::string clip_path_;
  bool clip_heard_ = false;
  std::vector<std::int16_t> held_;   ///< the end of the last clip, until it is known what follows
  bool joining_ = false;
  std::vector<std::int16_t> pcm_;    ///< ready, from at_ on
  std::size_t at_ = 0;
};

/// The samples of a tone at full volume.
std::vector<std::int16_t> tone_samples(Tone tone);
/// What a volume step makes of a sample: 0 silent, then −20, −14, −8, −3 and 0 dB.
float gain_of(int volume);
/// Slow 0.75, fast 1.4 times the recorded pace, without another pitch (libsonic).
float speed_of(Pace pace);

}  // namespace yizhan::kiosk::sound
