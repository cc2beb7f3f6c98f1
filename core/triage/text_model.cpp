#include "core/triage/text_model.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "core/triage/arithmetic.h"
#include "core/triage/grams.h"

namespace yizhan {
namespace {

using triage::same_log;
using triage::softmax;

constexpr std::string_view magic = "YZTRIAGE";
constexpr std::size_t feature_bytes = 4 + 2 + topic_count + window_count;
constexpr std::size_t head_floats = topic_count + window_count + 2 + window_count + window_count * topic_count;
constexpr std::size_t head_bytes = magic.size() + 4 + 4 + head_floats * 4;

std::uint32_t slot_of(std::uint32_t key) { return (key * 2654435769U) >> 15; }  // 2^17 slots
constexpr std::uint32_t slot_count = 1U << 17;
static_assert(model_features_max * 2 <= slot_count, "half of the slots stay free");
static_assert(head_bytes + model_features_max * feature_bytes + 8 <= model_bytes_max);

void put32(std::string& out, std::uint32_t v) {
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(v >> (8 * i) & 0xff));
}
std::uint64_t take(std::string_view bytes, std::size_t at, int n) {
  std::uint64_t v = 0;
  for (int i = n; i-- > 0;) v = v << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  return v;
}

Error damaged(std::string_view why) { return {Code::Corrupt, "model: " + std::string(why)}; }

}  // namespace

float factor_of(std::uint8_t byte) {
  static const auto table = [] {
    std::array<float, 256> t{};
    for (int i = 0; i < 256; ++i) t[static_cast<std::size_t>(i)] = static_cast<float>(triage::same_exp((i - 128) / 32.0 * 0.69314718055994531));
    return t;
  }();
  return table[byte];
}

std::uint8_t factor_byte(double factor) {
  const double step = std::floor(128.5 + 32 * same_log(factor) / 0.69314718055994531);
  return static_cast<std::uint8_t>(std::clamp(step, 0.0, 255.0));
}

void TextModel::prepare() {
  slots.assign(slot_count, 0);
  for (std::uint32_t i = 0; i < features.size(); ++i) {
    std::uint32_t at = slot_of(features[i].key);
    while (slots[at] != 0) at = (at + 1) % slot_count;
    slots[at] = i + 1;
  }
  for (std::size_t n = 1; n < tf.size(); ++n) tf[n] = static_cast<float>(1 + same_log(static_cast<double>(n)));
}

std::int32_t TextModel::find(std::uint32_t key) const {
  for (std::uint32_t at = slot_of(key); slots[at] != 0; at = (at + 1) % slot_count)
    if (features[slots[at] - 1].key == key) return static_cast<std::int32_t>(slots[at] - 1);
  return -1;
}

std::size_t TopicGuess::best_topic() const { return static_cast<std::size_t>(std::max_element(topic.begin(), topic.end()) - topic.begin()); }
std::size_t TopicGuess::best_window() const { return static_cast<std::size_t>(std::max_element(window.begin(), window.end()) - window.begin()); }

std::string encode_text_model(const TextModel& model) {
  std::string out(magic);
  put32(out, model_version);
  put32(out, static_cast<std::uint32_t>(model.features.size()));
  const auto put = [&](float v) { put32(out, std::bit_cast<std::uint32_t>(v)); };
  for (const float v : model.topic_scale) put(v);
  for (const float v : model.window_scale) put(v);
  put(model.topic_heat);
  put(model.window_heat);
  for (const float v : model.window_bias) put(v);
  for (const auto& row : model.window_from_topic)
    for (const float v : row) put(v);
  for (const auto& f : model.features) {
    put32(out, f.key);
    out.push_back(static_cast<char>(f.topic_factor));
    out.push_back(static_cast<char>(f.window_factor));
    for (const std::int8_t w : f.topic) out.push_back(static_cast<char>(w));
    for (const std::int8_t w : f.window) out.push_back(static_cast<char>(w));
  }
  const std::uint64_t sum = triage::checksum(out);
  put32(out, static_cast<std::uint32_t>(sum));
  put32(out, static_cast<std::uint32_t>(sum >> 32));
  return out;
}

Result<TextModel> load_text_model(std::string_view bytes) {
  if (bytes.empty()) return damaged("the file is empty");
  if (bytes.substr(0, magic.size()) != magic.substr(0, bytes.size())) return damaged("this is not a triage model");
  if (bytes.size() < head_bytes) return damaged("the file is cut short");
  const auto version = take(bytes, magic.size(), 4), count = take(bytes, magic.size() + 4, 4);
  if (version != model_version)
    return damaged("version " + std::to_string(version) + ", this program reads version " + std::to_string(model_version) + ": train it again");
  if (count == 0 || count > model_features_max) return damaged("an impossible number of features");
  const std::size_t expected = head_bytes + count * feature_bytes + 8;
  if (bytes.size() < expected) return damaged("the file is cut short");
  if (bytes.size() > expected) return damaged("the file has bytes after its end");
  if (triage::checksum(bytes.substr(0, expected - 8)) != take(bytes, expected - 8, 8)) return damaged("the checksum does not fit: the file is damaged");

  TextModel model;
  std::size_t at = magic.size() + 8;
  bool finite = true;
  const auto next = [&] {
    const float v = std::bit_cast<float>(static_cast<std::uint32_t>(take(bytes, at, 4)));
    at += 4;
    finite = finite && std::isfinite(v);
    return v;
  };
  for (float& v : model.topic_scale) v = next();
  for (float& v : model.window_scale) v = next();
  model.topic_heat = next();
  model.window_heat = next();
  for (float& v : model.window_bias) v = next();
  for (auto& row : model.window_from_topic)
    for (float& v : row) v = next();
  if (!finite) return damaged("a weight is not a number");
  model.features.resize(count);
  for (auto& f : model.features) {
    f.key = static_cast<std::uint32_t>(take(bytes, at, 4));
    f.topic_factor = static_cast<std::uint8_t>(bytes[at + 4]);
    f.window_factor = static_cast<std::uint8_t>(bytes[at + 5]);
    at += 6;
    for (std::int8_t& w : f.topic) w = static_cast<std::int8_t>(bytes[at++]);
    for (std::int8_t& w : f.window) w = static_cast<std::int8_t>(bytes[at++]);
  }
  for (std::size_t i = 1; i < count; ++i)
    if (model.features[i - 1].key >= model.features[i].key) return damaged("features are out of order");
  model.prepare();
  return model;
}

RawScores raw_scores(const TextModel& model, TextScratch& scratch, std::string_view title, std::string_view text) {
  if (scratch.counts.size() != model.features.size()) scratch.counts.assign(model.features.size(), 0);
  scratch.touched.clear();
  const auto see = [&](std::uint16_t weight) {
    return [&, weight](std::uint32_t key, int) {
      const std::int32_t found = model.find(key);
      if (found < 0) return;
      std::uint16_t& count = scratch.counts[static_cast<std::size_t>(found)];
      if (count == 0) scratch.touched.push_back(static_cast<std::uint32_t>(found));
      if (count < 60'000) count = static_cast<std::uint16_t>(count + weight);
    };
  };
  scratch.characters.clear();
  triage::normalise(text, scratch.characters);
  triage::each_gram(scratch.characters, triage::Part::Anywhere, see(1));
  if (!title.empty()) {
    scratch.characters.clear();
    triage::normalise(title, scratch.characters);
    triage::each_gram(scratch.characters, triage::Part::Anywhere, see(2));
    triage::each_gram(scratch.characters, triage::Part::Title, see(1));
  }

  // The order of sums is the order of first sight: the text alone decides it.
  RawScores raw;
  double topic_square = 0, window_square = 0;
  for (const std::uint32_t i : scratch.touched) {
    const TextModel::Feature& f = model.features[i];
    const std::size_t count = std::exchange(scratch.counts[i], std::uint16_t{0});
    const float tf = count < model.tf.size() ? model.tf[count] : static_cast<float>(1 + same_log(static_cast<double>(count)));
    const float t = tf * factor_of(f.topic_factor), w = tf * factor_of(f.window_factor);
    topic_square += static_cast<double>(t) * t;
    window_square += static_cast<double>(w) * w;
    for (std::size_t k = 0; k < topic_count; ++k) raw.topic[k] += static_cast<double>(t) * f.topic[k];
    for (std::size_t k = 0; k < window_count; ++k) raw.window[k] += static_cast<double>(w) * f.window[k];
  }
  raw.known = static_cast<std::uint32_t>(scratch.touched.size());
  if (raw.known == 0) return raw;
  const double topic_length = std::sqrt(topic_square), window_length = std::sqrt(window_square);
  for (std::size_t k = 0; k < topic_count; ++k) raw.topic[k] = raw.topic[k] / topic_length * model.topic_scale[k];
  for (std::size_t k = 0; k < window_count; ++k) raw.window[k] = raw.window[k] / window_length * model.window_scale[k];
  return raw;
}

TopicGuess calibrated(const TextModel& model, const RawScores& raw) {
  TopicGuess guess;
  guess.known = raw.known;
  if (raw.known == 0) {
    guess.topic.fill(1.0F / topic_count);
    guess.window.fill(1.0F / window_count);
    return guess;
  }
  std::array<double, topic_count> topic{}, log_topic{};
  std::array<double, window_count> window{};
  for (std::size_t k = 0; k < topic_count; ++k) topic[k] = raw.topic[k] * model.topic_heat;
  softmax(topic);
  for (std::size_t k = 0; k < topic_count; ++k) log_topic[k] = same_log(std::max(topic[k], topic_least));
  for (std::size_t k = 0; k < window_count; ++k) {
    window[k] = raw.window[k] * model.window_heat + model.window_bias[k];
    for (std::size_t j = 0; j < topic_count; ++j) window[k] += static_cast<double>(model.window_from_topic[k][j]) * log_topic[j];
  }
  softmax(window);
  for (std::size_t k = 0; k < topic_count; ++k) guess.topic[k] = static_cast<float>(topic[k]);
  for (std::size_t k = 0; k < window_count; ++k) guess.window[k] = static_cast<float>(window[k]);
  return guess;
}

TopicGuess suggest_topic(const TextModel& model, TextScratch& scratch, std::string_view title, std::string_view text) {
  return calibrated(model, raw_scores(model, scratch, title, text));
}

TopicGuess suggest_topic(const TextModel& model, std::string_view title, std::string_view text) {
  TextScratch scratch;
  return suggest_topic(model, scratch, title, text);
}

}  // namespace yizhan
