/// Logarithm and exponential from +, −, ×, ÷ alone: the C library's differ in the last bit between machines, and a county must be able
/// to retrain the very bytes we publish. Build without contraction (-ffp-contract=off).
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace yizhan::triage {

/// Natural logarithm, x > 0, error below 1e-14.
inline double same_log(double x) {
  int exponent = 0;
  double m = std::frexp(x, &exponent);  // exact
  if (m < 0.70710678118654752) {
    m *= 2;
    --exponent;
  }
  const double z = (m - 1) / (m + 1), zz = z * z;
  double sum = 0;
  for (int n = 21; n >= 1; n -= 2) sum = sum * zz + 1.0 / n;
  return 2 * z * sum + exponent * 0.69314718055994531;
}

/// e^x; below −700 it is 0, above 700 it stays at e^700.
inline double same_exp(double x) {
  if (x < -700) return 0;
  if (x > 700) x = 700;
  const double k = std::floor(x / 0.69314718055994531 + 0.5), r = x - k * 0.69314718055994531;
  double sum = 1;
  for (int n = 14; n >= 1; --n) sum = 1 + sum * r / n;
  return std::ldexp(sum, static_cast<int>(k));  // exact
}

/// Turns scores into probabilities in place.
inline void softmax(std::span<double> scores) {
  double top = scores[0], sum = 0;
  for (const double s : scores) top = s > top ? s : top;
  for (double& s : scores) sum += s = same_exp(s - top);
  for (double& s : scores) s /= sum;
}

/// FNV-1a, 64 bits: finds a damaged file, proves nothing about its author.
inline std::uint64_t checksum(std::string_view bytes) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : bytes) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return h;
}

}  // namespace yizhan::triage
