#include "kiosk/sound/teller.h"

#include <sonic.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "kiosk/sound/numbers.h"

namespace yizhan::kiosk::sound {
namespace {

constexpr std::size_t join_frames = rate_hz / 50;  ///< 20 ms over which one syllable runs into the next
constexpr std::size_t step_frames = rate_hz / 50;
constexpr float louder = 32767.f;

void wipe(std::vector<std::int16_t>& samples) {
  if (!samples.empty()) ::explicit_bzero(samples.data(), samples.size() * sizeof samples[0]);
  samples.clear();
}

}  // namespace

float gain_of(int volume) {
  constexpr std::array<float, 6> steps{0.f, 0.1f, 0.2f, 0.4f, 0.7f, 1.f};
  return steps[static_cast<std::size_t>(std::clamp(volume, 0, volume_max))];
}
float speed_of(Pace pace) { return pace == Pace::Slow ? 0.75f : pace == Pace::Fast ? 1.4f : 1.f; }

std::vector<std::int16_t> tone_samples(Tone tone) {
  struct Strike { float hertz, seconds, decay, height; };
  std::vector<Strike> strikes;
  switch (tone) {
    case Tone::Key: strikes = {{1400, .03f, .012f, .3f}}; break;
    case Tone::Chime: strikes = {{784, .45f, .25f, .55f}, {587, .75f, .3f, .55f}}; break;  // two bars of a hall's gong, a fourth apart
    case Tone::Begin: strikes = {{880, .2f, .2f, .4f}}; break;
    case Tone::End: strikes = {{660, .12f, .2f, .4f}, {440, .2f, .2f, .4f}}; break;
  }
  std::vector<std::int16_t> out;
  for (const Strike& s : strikes) {
    const auto n = static_cast<std::size_t>(s.seconds * rate_hz);
    for (std::size_t i = 0; i < n; ++i) {
      const float t = static_cast<float>(i) / rate_hz, left = static_cast<float>(n - i) / (.005f * rate_hz);
      const float rise = std::min(1.f, t / .003f) * std::min(1.f, left);
      const float wave = std::sin(2 * std::numbers::pi_v<float> * s.hertz * t) + .25f * std::sin(4 * std::numbers::pi_v<float> * s.hertz * t);
      out.push_back(static_cast<std::int16_t>(louder * .8f * s.height * rise * std::exp(-t / s.decay) * wave));
    }
  }
  return out;
}

Teller::Teller(Library library) : library_(std::move(library)) {}
Teller::~Teller() { stop(); }

bool Teller::say(const Utterance& utterance, const Tuning& tuning) {
  if (tuning.volume <= 0) return true;
  if (items_.size() + utterance.phrases.size() > waiting_max) return false;
  for (const Phrase& phrase : utterance.phrases)
    if (!phrase.personal || handset_) items_.push_back({phrase, tuning, {}});
  return true;
}

bool Teller::tone(Tone tone, int volume) {
  if (volume <= 0) return true;
  if (items_.size() >= waiting_max) return false;
  items_.push_back({{}, {volume, Pace::Normal}, tone_samples(tone)});
  return true;
}

void Teller::stop() {
  for (Item& item : items_) ::explicit_bzero(item.phrase.text.data(), item.phrase.text.size());
  items_.clear();
  pieces_.clear();
  clip_.reset();
  ::explicit_bzero(text_.data(), text_.size() * sizeof(char32_t));
  text_.clear();
  text_at_ = 0;
  wipe(held_);
  wipe(pcm_);
  at_ = 0;
  running_ = joining_ = false;
  if (stretch_ != nullptr) ::sonicDestroyStream(stretch_);
  stretch_ = nullptr;
}

Teller::Block Teller::read(std::span<std::int16_t> out) {
  Block block;
  while (block.frames < out.size()) {
    if (at_ < pcm_.size()) {
      const std::size_t n = std::min(out.size() - block.frames, pcm_.size() - at_);
      std::copy_n(pcm_.begin() + static_cast<std::ptrdiff_t>(at_), n, out.begin() + static_cast<std::ptrdiff_t>(block.frames));
      block.frames += n;
      block.personal = personal_;
      at_ += n;
      if (at_ == pcm_.size()) {
        wipe(pcm_);
        at_ = 0;
      }
      continue;
    }
    if (!running_) {
      if (items_.empty()) break;
      if (block.frames > 0 && items_.front().phrase.personal != block.personal) break;
      begin(std::move(items_.front()));
      items_.pop_front();
    } else if (!produce()) {
      running_ = false;
      if (stretch_ != nullptr) ::sonicDestroyStream(stretch_);
      stretch_ = nullptr;
    }
  }
  return block;
}

void Teller::begin(Item item) {
  running_ = true;
  personal_ = item.phrase.personal;
  gain_ = gain_of(item.tuning.volume);
  text_.clear();
  text_at_ = 0;
  pieces_.clear();
  joining_ = false;
  if (!item.tone.empty()) {
    emit(item.tone);
    return;
  }
  if (const float speed = speed_of(item.tuning.pace); speed != 1.f) {
    stretch_ = ::sonicCreateStream(rate_hz, 1);
    if (stretch_ != nullptr) ::sonicSetSpeed(stretch_, speed);
  }
  if (item.phrase.recording) {
    if (auto clip = open_clip(item.phrase.recording)) clip_ = std::move(*clip);
    clip_path_.clear();
    clip_heard_ = true;
    return;
  }
  text_ = spoken(item.phrase.text, item.phrase.spelled);
  ::explicit_bzero(item.phrase.text.data(), item.phrase.text.size());
}

/// One step further; false when the item is said.
bool Teller::produce() {
  if (clip_) {
    std::array<std::int16_t, step_frames> samples{};
    const auto got = clip_->read(samples);
    if (got && *got > 0) {
      clip_heard_ = true;
      push(std::span(samples).first(*got));
      ::explicit_bzero(samples.data(), sizeof samples);
      return true;
    }
    clip_.reset();
    if (!got) refuse(clip_path_);
    return true;
  }
  if (!pieces_.empty()) {
    const Piece piece = std::move(pieces_.front());
    pieces_.pop_front();
    if (piece.path.empty()) {
      let_go();
      const std::vector<std::int16_t> silence(static_cast<std::size_t>(piece.pause_ms) * rate_hz / 1000);
      emit(silence);
      return true;
    }
    joining_ = piece.join && !held_.empty();
    if (!joining_) let_go();
    auto clip = open_clip(piece.path);
    clip_path_ = piece.path;
    clip_heard_ = false;
    if (clip) clip_ = std::move(*clip);
    else refuse(piece.path);
    return true;
  }
  if (text_at_ < text_.size()) {
    planned_from_ = text_at_;
    for (Piece& piece : next_pieces(library_, text_, text_at_)) pieces_.push_back(std::move(piece));
    return true;
  }
  // Between two phrases people breathe.
  if (!held_.empty()) {
    let_go();
    const std::vector<std::int16_t> silence(static_cast<std::size_t>(pause_long_ms) * rate_hz / 1000);
    if (!text_.empty()) emit(silence);
    drain(true);
    return true;
  }
  return false;
}

/// The shipped voice takes over for a recording that is not sound: the same words are looked up again without it.
void Teller::refuse(const std::string& path) {
  if (path.empty()) return;
  for (Voice& voice : library_.voices) voice.refuse(path);
  if (clip_heard_ || text_.empty()) return;
  // What was planned with it is planned anew: pieces that are said already are said again, which nobody minds once.
  pieces_.clear();
  text_at_ = planned_from_;
}

void Teller::push(std::span<std::int16_t> samples) {
  if (joining_) {
    // Both voices for 20 ms, one fading into the other.
    joining_ = false;
    const std::size_t n = std::min(held_.size(), samples.size());
    for (std::size_t i = 0; i < n; ++i) {
      const float w = static_cast<float>(i + 1) / static_cast<float>(n + 1);
      held_[i] = static_cast<std::int16_t>(static_cast<float>(held_[i]) * (1 - w) + static_cast<float>(samples[i]) * w);
    }
    held_.resize(n);
    samples = samples.subspan(n);
  }
  held_.insert(held_.end(), samples.begin(), samples.end());
  if (held_.size() > join_frames) {
    const std::size_t n = held_.size() - join_frames;
    emit(std::span(held_).first(n));
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(n));
  }
}

void Teller::let_go() {
  for (std::size_t i = 0; i < held_.size(); ++i)
    held_[i] = static_cast<std::int16_t>(static_cast<float>(held_[i]) * static_cast<float>(held_.size() - i) / static_cast<float>(held_.size()));
  emit(held_);
  wipe(held_);
}

void Teller::emit(std::span<const std::int16_t> samples) {
  if (samples.empty()) return;
  if (stretch_ != nullptr) {
    ::sonicWriteShortToStream(stretch_, const_cast<short*>(samples.data()), static_cast<int>(samples.size()));
    drain(false);
    return;
  }
  for (const std::int16_t s : samples) pcm_.push_back(static_cast<std::int16_t>(static_cast<float>(s) * gain_));
}

void Teller::drain(bool flush) {
  if (stretch_ == nullptr) return;
  if (flush) ::sonicFlushStream(stretch_);
  std::array<short, 2048> some{};
  for (int n = ::sonicReadShortFromStream(stretch_, some.data(), some.size()); n > 0; n = ::sonicReadShortFromStream(stretch_, some.data(), some.size()))
    for (int i = 0; i < n; ++i) pcm_.push_back(static_cast<std::int16_t>(static_cast<float>(some[static_cast<std::size_t>(i)]) * gain_));
}

}  // namespace yizhan::kiosk::sound
