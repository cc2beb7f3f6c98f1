/// The text model: from a statement to how likely each topic and each window is. It suggests; rules and people decide (PIPL 24).
/// Pure: same bytes and same text, same answer on every machine.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace yizhan {

inline constexpr std::size_t topic_count = 7, window_count = 16;
/// The labels of the training data, in the order of TopicGuess::topic.
inline constexpr std::array<std::string_view, topic_count> topic_labels{"城乡建设", "劳动和社会保障", "教育文体", "商贸旅游", "环境保护", "卫生计生", "交通运输"};
/// Window codes, in the order of TopicGuess::window.
inline constexpr std::array<std::string_view, window_count> window_labels{"ZJ", "ZR", "CG", "HB", "JT", "JY", "RS", "SJ", "WJ", "GA", "MZ", "NY", "LAW", "MED", "PET", "OT"};

inline constexpr std::uint32_t model_version = 1;
inline constexpr std::size_t model_bytes_max = 2'000'000;
inline constexpr std::size_t model_features_max = 64'000;

/// A topic below this is as unlikely as can be, for the windows.
inline constexpr double topic_least = 0.01;

/// Room for one call, reused by the next; grows once. One per thread.
struct TextScratch {
  std::u32string characters;
  std::vector<std::uint16_t> counts;   ///< per feature; all zero between calls
  std::vector<std::uint32_t> touched;  ///< features of this statement, in order of first sight
};

/// What a model file says, unpacked. Made by load_text_model or by training; fields are public for those two.
struct TextModel {
  struct Feature {
    std::uint32_t key = 0;
    std::uint8_t topic_factor = 0, window_factor = 0;  ///< see factor_of
    std::array<std::int8_t, topic_count> topic{};
    std::array<std::int8_t, window_count> window{};
  };
  std::vector<Feature> features;  ///< ascending keys
  std::array<float, topic_count> topic_scale{};
  std::array<float, window_count> window_scale{};
  float topic_heat = 1;   ///< what the topic's scores are multiplied by before they are probabilities
  float window_heat = 1;
  std::array<float, window_count> window_bias{};
  std::array<std::array<float, topic_count>, window_count> window_from_topic{};  ///< weights of the topics' log probabilities
  std::vector<std::uint32_t> slots;  ///< open addressing: 0 or feature number + 1
  std::array<float, 256> tf{};       ///< 1 + log(count)

  /// Builds `slots` and `tf` from `features`.
  void prepare();
  /// Number of the feature with this key, or −1.
  std::int32_t find(std::uint32_t key) const;
};

/// The weight a factor byte stands for: 2^((byte − 128) / 32).
float factor_of(std::uint8_t byte);
/// The nearest byte to a factor > 0.
std::uint8_t factor_byte(double factor);

struct TopicGuess {
  std::array<float, topic_count> topic{};    ///< probabilities, sum 1
  std::array<float, window_count> window{};  ///< probabilities, sum 1
  std::uint32_t known = 0;  ///< different grams the model knows; with 0 everything is equally likely, and nothing should be suggested
  std::size_t best_topic() const;
  std::size_t best_window() const;
};

/// Reads a model file. Errors: Corrupt, "model: …" says whether it is no model, cut short, of another version or damaged; the caller goes on
/// without a model. About 2 ms and 3 MB.
Result<TextModel> load_text_model(std::string_view bytes);
/// The bytes load_text_model reads.
std::string encode_text_model(const TextModel& model);

/// What the weights say before it is made a probability; for training and for tests.
struct RawScores {
  std::array<double, topic_count> topic{};
  std::array<double, window_count> window{};
  std::uint32_t known = 0;
};
RawScores raw_scores(const TextModel& model, TextScratch& scratch, std::string_view title, std::string_view text);
/// Raw scores to probabilities, by the model's calibration.
TopicGuess calibrated(const TextModel& model, const RawScores& raw);

/// One statement, any bytes: the title ("" when there is none) and the text. Never fails. Reads the first 20,000 characters.
TopicGuess suggest_topic(const TextModel& model, TextScratch& scratch, std::string_view title, std::string_view text);
/// The same with room of its own, for a caller that asks once.
TopicGuess suggest_topic(const TextModel& model, std::string_view title, std::string_view text);

}  // namespace yizhan
