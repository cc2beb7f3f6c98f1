/// Recorded sound: Ogg Opus and WAV in, Ogg Opus out. Everything inside is 48 kHz, one channel, 16 bit.
/// The room's outside libraries: opusfile, libopusenc, SDL (WAV and its conversion). Nothing here throws.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"

namespace yizhan::kiosk::sound {

inline constexpr int rate_hz = 48'000;
inline constexpr std::size_t clip_bytes_max = 8u << 20;  ///< a sentence is never longer; what is, is refused unread

/// A sound being read from its beginning.
struct Clip {
  virtual ~Clip() = default;
  /// The next samples, at most as many as `out` holds; 0 at the end. Errors: Corrupt (the rest is not sound).
  virtual Result<std::size_t> read(std::span<std::int16_t> out) = 0;
};

/// `path` ends in .opus (streamed from disk) or .wav (any PCM; read whole). Errors: Unavailable (not there, not a file, too big),
/// Corrupt, Invalid (another ending).
Result<std::unique_ptr<Clip>> open_clip(const std::string& path);
/// Ogg Opus in memory, which the clip keeps alive. Errors: Corrupt.
Result<std::unique_ptr<Clip>> open_clip(std::shared_ptr<const std::vector<std::byte>> bytes);

/// Ogg Opus being made in memory. 24 kbit/s by default: 180 KB a minute.
class OpusWriter {
 public:
  /// `effort` 0…10: what the encoder spends on a better sound. Errors: Unavailable (no memory).
  static Result<OpusWriter> make(int bits_per_second = 24'000, int effort = 5);
  OpusWriter(OpusWriter&&) noexcept;
  OpusWriter& operator=(OpusWriter&&) noexcept;
  ~OpusWriter();
  Status write(std::span<const std::int16_t> samples);
  std::size_t bytes() const;
  /// Ends the stream and gives it away. Nothing can be written after.
  std::vector<std::byte> finish();

 private:
  struct Inner;
  explicit OpusWriter(std::unique_ptr<Inner> inner);
  std::unique_ptr<Inner> inner_;
};

/// Length of a recording in milliseconds; 0 when it cannot be read.
std::int64_t length_ms(std::span<const std::byte> ogg_opus);

}  // namespace yizhan::kiosk::sound
