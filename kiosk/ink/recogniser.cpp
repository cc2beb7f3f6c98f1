#include "kiosk/ink/recogniser.h"

#include <string.h>

#include <algorithm>
#include <cmath>

namespace yizhan::ink {
namespace {

/// Sum of products of a query in 16 bits and a centre in 8: this is where all the time goes, and it vectorises as it stands.
std::int32_t dot(const std::int16_t* a, const std::int8_t* b, std::size_t n) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += static_cast<std::int32_t>(a[i]) * static_cast<std::int32_t>(b[i]);
  return sum;
}

template <class T>
void overwrite(std::vector<T>& values) {
  if (values.capacity() != 0) explicit_bzero(values.data(), values.capacity() * sizeof(T));
  values.clear();
}

}  // namespace

void Recogniser::search(const Table& table, bool rare) {
  const std::size_t d = model_.dimensions;
  best_.assign(table.codes.size(), 1e30f);
  for (std::size_t k = 0; k < table.owner.size(); ++k) {
    const float product = static_cast<float>(dot(query_.data(), table.centres.data() + k * d, d)) * unit_;
    float& best = best_[table.owner[k]];
    best = std::min(best, length_ - 2 * product + table.norm[k]);
  }
  for (std::size_t k = 0; k < best_.size(); ++k)
    found_.push_back({static_cast<char32_t>(table.codes[k]), -model_.scale * best_[k], rare, static_cast<std::uint32_t>(k)});
}

Look Recogniser::look(const Ink& ink, std::span<const std::uint32_t> which, std::size_t n, bool rare) {
  Look out;
  if (!features_of(ink, which, scratch_, features_)) return out;
  const std::size_t d = model_.dimensions;
  z_.assign(d, 0);
  for (std::size_t i = 0; i < feature_count; ++i) {
    const float v = features_[i];
    if (v == 0) continue;
    const float* row = model_.projection.data() + i * d;
    for (std::size_t j = 0; j < d; ++j) z_[j] += v * row[j];
  }
  length_ = 0;
  float largest = 1e-9f;
  for (std::size_t j = 0; j < d; ++j) {
    length_ += z_[j] * z_[j];
    z_[j] *= model_.step[j];
    largest = std::max(largest, std::fabs(z_[j]));
  }
  // A query of 15 bits against centres of 7, dimensions_max of them: the sum stays below 2^31.
  unit_ = largest / 32'000;
  query_.resize(d);
  for (std::size_t j = 0; j < d; ++j) query_[j] = static_cast<std::int16_t>(std::lround(z_[j] / unit_));
  found_.clear();
  search(model_.standard, false);
  if (rare) search(model_.rare, true);
  n = std::min(n, found_.size());
  std::partial_sort(found_.begin(), found_.begin() + static_cast<std::ptrdiff_t>(n), found_.end(), [](const Guess& a, const Guess& b) { return a.score > b.score; });
  out.guesses.assign(found_.begin(), found_.begin() + static_cast<std::ptrdiff_t>(n));
  if (n > 0) out.distance = -out.guesses[0].score / model_.scale;
  return out;
}

void Recogniser::forget() {
  overwrite(scratch_.marks);
  overwrite(scratch_.path);
  overwrite(z_);
  overwrite(query_);
  overwrite(best_);
  overwrite(found_);
  explicit_bzero(features_.data(), sizeof features_);
}

}  // namespace yizhan::ink
