#include "kiosk/sound/clip.h"

#include <SDL.h>
#include <opusenc.h>
#include <opusfile.h>
#include <string.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/read_file.h"

namespace yizhan::kiosk::sound {
namespace {

constexpr int wav_hz_min = 4'000, wav_hz_max = 384'000;
constexpr Uint32 wav_seconds_max = 600;
constexpr int holes_max = 50;  ///< damaged pages that are stepped over before a file is given up

class OpusClip final : public Clip {
 public:
  explicit OpusClip(OggOpusFile* file, std::shared_ptr<const std::vector<std::byte>> bytes = {}) : bytes_(std::move(bytes)), file_(file) {}
  ~OpusClip() override {
    ::op_free(file_);
    ::explicit_bzero(pcm_.data(), sizeof pcm_);
  }
  Result<std::size_t> read(std::span<std::int16_t> out) override {
    std::size_t done = 0;
    while (done < out.size()) {
      if (at_ == have_ && !fill()) break;
      const std::size_t n = std::min(out.size() - done, have_ - at_);
      std::copy_n(pcm_.begin() + static_cast<std::ptrdiff_t>(at_), n, out.begin() + static_cast<std::ptrdiff_t>(done));
      at_ += n;
      done += n;
    }
    if (done == 0 && broken_) return Error{Code::Corrupt, "the sound breaks off"};
    return done;
  }

 private:
  bool fill() {
    for (int holes = 0; holes < holes_max && !broken_;) {
      int link = 0;
      const int n = ::op_read(file_, raw_.data(), static_cast<int>(raw_.size()), &link);
      if (n == 0) return false;
      if (n == OP_HOLE) {
        ++holes;
        continue;
      }
      if (n < 0) break;
      const int channels = std::max(::op_channel_count(file_, link), 1);
      have_ = static_cast<std::size_t>(n);
      at_ = 0;
      for (std::size_t i = 0; i < have_; ++i) {
        int sum = 0;
        for (int c = 0; c < channels; ++c) sum += raw_[i * static_cast<std::size_t>(channels) + static_cast<std::size_t>(c)];
        pcm_[i] = static_cast<std::int16_t>(sum / channels);
      }
      return true;
    }
    broken_ = true;
    return false;
  }
  std::shared_ptr<const std::vector<std::byte>> bytes_;
  OggOpusFile* file_;
  std::array<opus_int16, 5760 * 2> raw_{};
  std::array<std::int16_t, 5760 * 2> pcm_{};
  std::size_t at_ = 0, have_ = 0;
  bool broken_ = false;
};

class MemoryClip final : public Clip {
 public:
  explicit MemoryClip(std::vector<std::int16_t> samples) : samples_(std::move(samples)) {}
  Result<std::size_t> read(std::span<std::int16_t> out) override {
    const std::size_t n = std::min(out.size(), samples_.size() - at_);
    std::copy_n(samples_.begin() + static_cast<std::ptrdiff_t>(at_), n, out.begin());
    at_ += n;
    return n;
  }

 private:
  std::vector<std::int16_t> samples_;
  std::size_t at_ = 0;
};

/// SDL makes room for whatever length a chunk claims: four gigabytes for a damaged file of a hundred bytes.
bool chunks_fit(std::string_view file) {
  constexpr std::size_t head = 12, chunk_head = 8;
  if (file.size() < head) return false;
  for (std::size_t at = head; at + chunk_head <= file.size();) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length |= static_cast<std::size_t>(static_cast<unsigned char>(file[at + 4 + i])) << (8 * i);
    if (length > file.size() - at - chunk_head) return false;
    at += chunk_head + length + length % 2;
  }
  return true;
}

Result<std::unique_ptr<Clip>> open_wav(const std::string& path) {
  SDL_AudioSpec spec{};
  Uint8* bytes = nullptr;
  Uint32 size = 0;
  const auto file = read_file(path);
  if (!file || !chunks_fit(*file) || ::SDL_LoadWAV_RW(::SDL_RWFromConstMem(file->data(), static_cast<int>(file->size())), 1, &spec, &bytes, &size) == nullptr)
    return Error{Code::Corrupt, path + ": not a WAV file"};
  const std::unique_ptr<Uint8, decltype(&::SDL_FreeWAV)> wav(bytes, &::SDL_FreeWAV);
  // Brought to our rate a damaged head's "1 Hz" would make days of sound out of seventy bytes.
  if (spec.freq < wav_hz_min || spec.freq > wav_hz_max || spec.channels < 1) return Error{Code::Corrupt, path + ": a WAV file of a kind that cannot be played"};
  const auto frames = size / (static_cast<Uint32>(SDL_AUDIO_BITSIZE(spec.format)) / 8 * spec.channels);
  if (frames / static_cast<Uint32>(spec.freq) > wav_seconds_max) return Error{Code::Unavailable, path + ": too long for a sentence"};
  const std::unique_ptr<SDL_AudioStream, decltype(&::SDL_FreeAudioStream)> stream(
      ::SDL_NewAudioStream(spec.format, spec.channels, spec.freq, AUDIO_S16SYS, 1, rate_hz), &::SDL_FreeAudioStream);
  if (size > 0 && (!stream || ::SDL_AudioStreamPut(stream.get(), bytes, static_cast<int>(size)) != 0 || ::SDL_AudioStreamFlush(stream.get()) != 0))
    return Error{Code::Corrupt, path + ": a WAV file of a kind that cannot be played"};
  std::vector<std::int16_t> samples(static_cast<std::size_t>(std::max(::SDL_AudioStreamAvailable(stream.get()), 0)) / 2);
  const int got = ::SDL_AudioStreamGet(stream.get(), samples.data(), static_cast<int>(samples.size() * 2));
  samples.resize(static_cast<std::size_t>(std::max(got, 0)) / 2);
  if (samples.empty()) return Error{Code::Corrupt, path + ": nothing is in it"};
  return std::unique_ptr<Clip>(new MemoryClip(std::move(samples)));
}

}  // namespace

Result<std::unique_ptr<Clip>> open_clip(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return Error{Code::Unavailable, path + ": no such file"};
  if (static_cast<std::uintmax_t>(info.st_size) > clip_bytes_max) return Error{Code::Unavailable, path + ": over 8 MB, too long for a sentence"};
  if (path.ends_with(".wav")) return open_wav(path);
  if (!path.ends_with(".opus")) return Error{Code::Invalid, path + ": must end in .wav or .opus"};
  int why = 0;
  OggOpusFile* file = ::op_open_file(path.c_str(), &why);
  if (file == nullptr) return Error{Code::Corrupt, path + ": not an Opus file"};
  return std::unique_ptr<Clip>(new OpusClip(file));
}

Result<std::unique_ptr<Clip>> open_clip(std::shared_ptr<const std::vector<std::byte>> bytes) {
  int why = 0;
  OggOpusFile* file = bytes && !bytes->empty() ? ::op_open_memory(reinterpret_cast<const unsigned char*>(bytes->data()), bytes->size(), &why) : nullptr;
  if (file == nullptr) return Error{Code::Corrupt, "the recording cannot be played"};
  return std::unique_ptr<Clip>(new OpusClip(file, std::move(bytes)));
}

std::int64_t length_ms(std::span<const std::byte> ogg_opus) {
  int why = 0;
  OggOpusFile* file = ogg_opus.empty() ? nullptr : ::op_open_memory(reinterpret_cast<const unsigned char*>(ogg_opus.data()), ogg_opus.size(), &why);
  if (file == nullptr) return 0;
  const auto samples = ::op_pcm_total(file, -1);
  ::op_free(file);
  return samples > 0 ? samples / (rate_hz / 1000) : 0;
}

struct OpusWriter::Inner {
  OggOpusComments* comments = nullptr;
  OggOpusEnc* encoder = nullptr;
  std::vector<std::byte> out;
  bool begun = false;
  ~Inner() {
    if (encoder != nullptr) ::ope_encoder_destroy(encoder);
    if (comments != nullptr) ::ope_comments_destroy(comments);
  }
};

OpusWriter::OpusWriter(std::unique_ptr<Inner> inner) : inner_(std::move(inner)) {}
OpusWriter::OpusWriter(OpusWriter&&) noexcept = default;
OpusWriter& OpusWriter::operator=(OpusWriter&&) noexcept = default;
OpusWriter::~OpusWriter() = default;

Result<OpusWriter> OpusWriter::make(int bits_per_second, int effort) {
  auto inner = std::make_unique<Inner>();
  static constexpr OpusEncCallbacks callbacks{[](void* to, const unsigned char* bytes, opus_int32 n) {
                                                auto& out = *static_cast<std::vector<std::byte>*>(to);
                                                const auto* from = reinterpret_cast<const std::byte*>(bytes);
                                                out.insert(out.end(), from, from + n);
                                                return 0;
                                              },
                                              [](void*) { return 0; }};
  inner->comments = ::ope_comments_create();
  int why = 0;
  if (inner->comments != nullptr) inner->encoder = ::ope_encoder_create_callbacks(&callbacks, &inner->out, inner->comments, rate_hz, 1, 0, &why);
  if (inner->encoder == nullptr) return Error{Code::Unavailable, "recording: no encoder"};
  ::ope_encoder_ctl(inner->encoder, OPUS_SET_BITRATE(bits_per_second));
  ::ope_encoder_ctl(inner->encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
  ::ope_encoder_ctl(inner->encoder, OPUS_SET_COMPLEXITY(effort));
  // Nothing that names a machine or a day goes into the file.
  return OpusWriter(std::move(inner));
}

Status OpusWriter::write(std::span<const std::int16_t> samples) {
  if (inner_->encoder == nullptr) return Error{Code::Invalid, "recording: already ended"};
  if (samples.empty()) return Done{};
  inner_->begun = true;
  if (::ope_encoder_write(inner_->encoder, samples.data(), static_cast<int>(samples.size())) != OPE_OK) return Error{Code::Unavailable, "recording: cannot be encoded"};
  return Done{};
}
std::size_t OpusWriter::bytes() const { return inner_->out.size(); }
std::vector<std::byte> OpusWriter::finish() {
  if (inner_->encoder != nullptr) {
    if (inner_->begun) ::ope_encoder_drain(inner_->encoder);  // libopusenc ends the program over a stream without a beginning
    ::ope_encoder_destroy(inner_->encoder);
    inner_->encoder = nullptr;
  }
  return std::move(inner_->out);
}

}  // namespace yizhan::kiosk::sound
