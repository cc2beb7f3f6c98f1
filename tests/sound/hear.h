/// What tests need to listen: WAV and raw files, how loud, which pitch.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <numbers>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.h"

namespace hear {

inline constexpr int rate = 48'000;

/// Whether it comes true within `ms`; sound happens on a thread behind.
template <class Condition>
bool soon(Condition condition, int ms = 4000) {
  for (int i = 0; i < ms / 5; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(yizhan::Span{5});
  }
  return condition();
}

inline std::vector<std::int16_t> sine(double hertz, double seconds, double height = 0.5) {
  std::vector<std::int16_t> out(static_cast<std::size_t>(seconds * rate));
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::int16_t>(32'000 * height * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / rate));
  return out;
}
inline void write_raw(const std::string& path, std::span<const std::int16_t> samples) {
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(samples.data()), static_cast<std::streamsize>(samples.size_bytes()));
}
inline void write_wav(const std::string& path, std::span<const std::int16_t> samples, std::uint32_t hertz = rate, std::uint16_t channels = 1) {
  std::ofstream out(path, std::ios::binary);
  const auto put = [&](auto v) { out.write(reinterpret_cast<const char*>(&v), sizeof v); };
  const auto bytes = static_cast<std::uint32_t>(samples.size_bytes());
  out << "RIFF";
  put(static_cast<std::uint32_t>(36 + bytes));
  out << "WAVEfmt ";
  put(std::uint32_t{16});
  put(std::uint16_t{1});
  put(channels);
  put(hertz);
  put(static_cast<std::uint32_t>(hertz * channels * 2));
  put(static_cast<std::uint16_t>(channels * 2));
  put(std::uint16_t{16});
  out << "data";
  put(bytes);
  out.write(reinterpret_cast<const char*>(samples.data()), static_cast<std::streamsize>(bytes));
}
inline std::vector<std::int16_t> read_raw(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::vector<std::int16_t> out(bytes.size() / 2);
  std::memcpy(out.data(), bytes.data(), out.size() * 2);
  return out;
}
inline double rms(std::span<const std::int16_t> samples) {
  double sum = 0;
  for (const auto s : samples) sum += static_cast<double>(s) * s;
  return samples.empty() ? 0 : std::sqrt(sum / static_cast<double>(samples.size()));
}
/// How much of the energy lies at this pitch, 0…1 (Goertzel, over windows of 50 ms).
inline double share(std::span<const std::int16_t> samples, double hertz) {
  constexpr std::size_t window = rate / 20;
  double at = 0, all = 0;
  for (std::size_t from = 0; from + window <= samples.size(); from += window) {
    const double w = 2 * std::cos(2 * std::numbers::pi * hertz / rate);
    double a = 0, b = 0;
    for (std::size_t i = 0; i < window; ++i) {
      const double x = samples[from + i];
      const double c = x + w * a - b;
      b = a;
      a = c;
      all += x * x;
    }
    at += (a * a + b * b - w * a * b) / (window / 2.0);
  }
  return all > 0 ? at / all : 0;
}
/// Frames after `from` until nothing louder than a whisper follows.
inline std::size_t silent_after(std::span<const std::int16_t> samples, std::size_t from) {
  std::size_t last = from;
  for (std::size_t i = from; i < samples.size(); ++i)
    if (std::abs(samples[i]) > 8) last = i + 1;
  return last - from;
}

}  // namespace hear
