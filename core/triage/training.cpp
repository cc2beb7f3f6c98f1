#include "core/triage/training.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/text.h"
#include "core/triage/arithmetic.h"
#include "core/triage/grams.h"

namespace yizhan::triage {
namespace {

struct Counted {
  std::uint32_t gram = 0;  ///< number in State::grams
  std::uint32_t count = 0;
};
using Bag = std::vector<Counted>;  ///< ascending gram

struct Gram {
  std::uint32_t key = 0;
  std::uint32_t length = 0;
};

/// Every gram of one statement with its count, by key; counted as suggest_topic counts.
struct Keyed {
  std::uint32_t key = 0, length = 0, count = 0;
};

std::vector<Keyed> count_grams(std::string_view title, std::string_view text) {
  std::vector<Keyed> seen;
  std::u32string characters;
  const auto see = [&](std::uint32_t weight) {
    return [&seen, weight](std::uint32_t key, int length) { seen.push_back({key, static_cast<std::uint32_t>(length), weight}); };
  };
  normalise(text, characters);
  each_gram(characters, Part::Anywhere, see(1));
  characters.clear();
  normalise(title, characters);
  each_gram(characters, Part::Anywhere, see(2));
  each_gram(characters, Part::Title, see(1));
  std::sort(seen.begin(), seen.end(), [](const Keyed& a, const Keyed& b) { return std::pair(a.key, a.length) < std::pair(b.key, b.length); });
  std::size_t to = 0;
  for (const Keyed& one : seen) {
    if (to > 0 && seen[to - 1].key == one.key) seen[to - 1].count += one.count;
    else seen[to++] = one;
  }
  seen.resize(to);
  return seen;
}

/// A fixed shuffle: learning in the file's order would follow the file's order.
class Dice {
 public:
  std::size_t below(std::size_t n) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<std::size_t>(state_ % n);
  }

 private:
  std::uint64_t state_ = 0x9e3779b97f4a7c15ULL;
};

struct Value {
  std::uint32_t feature = 0;
  float value = 0;
};
struct Example {
  std::vector<Value> values;  ///< length 1
  int label = 0;
  double weight = 1;
};

/// Linear support vector machines, one class against the rest, squared hinge loss, by dual coordinate descent.
template <std::size_t K>
std::vector<std::array<float, K>> learn(const std::vector<Example>& examples, std::size_t features, double cost, int passes) {
  std::vector<std::array<float, K>> weights(features);
  std::vector<std::array<double, K>> alpha(examples.size());
  std::vector<std::size_t> order(examples.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Dice dice;
  for (int pass = 0; pass < passes; ++pass) {
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[dice.below(i)]);
    for (const std::size_t i : order) {
      const Example& one = examples[i];
      if (one.values.empty()) continue;
      std::array<float, K> score{};
      for (const Value& v : one.values)
        for (std::size_t k = 0; k < K; ++k) score[k] += weights[v.feature][k] * v.value;
      std::array<float, K> step{};
      const double slack = 0.5 / (cost * one.weight);
      bool moves = false;
      for (std::size_t k = 0; k < K; ++k) {
        const double sign = static_cast<int>(k) == one.label ? 1 : -1;
        double& a = alpha[i][k];
        const double slope = sign * static_cast<double>(score[k]) - 1 + slack * a;
        const double next = std::max(0.0, a - slope / (1 + slack));
        step[k] = static_cast<float>((next - a) * sign);
        moves = moves || next != a;
        a = next;
      }
      if (!moves) continue;
      for (const Value& v : one.values)
        for (std::size_t k = 0; k < K; ++k) weights[v.feature][k] += step[k] * v.value;
    }
  }
  return weights;
}

/// How far the labels of the rows with a gram are from the labels of all rows (Kullback-Leibler), smoothed by three rows.
template <std::size_t K>
double telling(const std::array<float, K>& rows, const std::array<double, K>& share) {
  double n = 0, sum = 0;
  for (const float r : rows) n += static_cast<double>(r);
  if (n == 0) return 0;
  for (std::size_t k = 0; k < K; ++k) {
    if (share[k] <= 0) continue;
    const double p = (static_cast<double>(rows[k]) + 3 * share[k]) / (n + 3);
    sum += p * same_log(p / share[k]);
  }
  return std::max(sum, 0.0);
}

template <std::size_t K>
std::array<float, K> scales(const std::vector<std::array<float, K>>& weights) {
  std::array<float, K> scale{};
  for (std::size_t k = 0; k < K; ++k) {
    double square = 0, top = 0;
    for (const auto& w : weights) {
      square += static_cast<double>(w[k]) * static_cast<double>(w[k]);
      top = std::max(top, std::abs(static_cast<double>(w[k])));
    }
    const double spread = std::sqrt(square / static_cast<double>(std::max<std::size_t>(weights.size(), 1)));
    const double reach = std::min(top, 12 * spread);
    scale[k] = static_cast<float>(reach > 0 ? reach / 127 : 1);
  }
  return scale;
}

std::int8_t quantised(float weight, float scale) {
  return static_cast<std::int8_t>(std::clamp(std::floor(static_cast<double>(weight) / static_cast<double>(scale) + 0.5), -127.0, 127.0));
}

/// The window a topic usually belongs to; building matters belong to three.
constexpr std::array<int, topic_count> usual_window{-1, 6, 5, 7, 3, 8, 4};

}  // namespace

struct Trainer::State {
  std::vector<Row> rows;
  Options options;
  std::vector<Gram> grams;
  std::vector<Bag> full, cut, titles;
  std::vector<int> weak_window;      ///< −1: the words do not say
  std::vector<double> weak_weight;
  std::vector<std::uint32_t> near;   ///< title-only rows: folds with a complaint of that title
  std::vector<bool> kept;

  bool used(std::size_t i, std::uint32_t without) const {
    const Row& row = rows[i];
    return kept[i] && !(row.fold >= 0 && (without >> row.fold & 1) != 0) && (near[i] & without) == 0;
  }
  void index();
  void label_weakly(const WindowWords& words);
  void find_near_titles();
};

Trainer::Trainer(std::vector<Row> rows, const WindowWords& words, const Options& options) : state_(std::make_unique<State>()) {
  state_->rows = std::move(rows);
  state_->options = options;
  state_->kept.assign(state_->rows.size(), true);
  Dice dice;
  for (std::size_t i = 0; i < state_->rows.size(); ++i)
    if (state_->rows[i].topic >= 0) state_->kept[i] = static_cast<int>(dice.below(100)) < options.keep_percent;
  state_->index();
  state_->label_weakly(words);
  state_->find_near_titles();
}
Trainer::~Trainer() = default;
const std::vector<Row>& Trainer::rows() const { return state_->rows; }

void Trainer::State::index() {
  // Three passes over the text instead of one great table: keys first, then those in enough rows, then the bags.
  std::vector<std::uint64_t> all;
  for (const Row& row : rows)
    for (const Keyed& one : count_grams(row.title, row.text)) all.push_back(static_cast<std::uint64_t>(one.key) << 8 | one.length);
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < all.size();) {
    std::size_t j = i;
    while (j < all.size() && all[j] >> 8 == all[i] >> 8) ++j;
    if (j - i >= options.rows_min) grams.push_back({static_cast<std::uint32_t>(all[i] >> 8), static_cast<std::uint32_t>(all[i] & 0xff)});
    i = j;
  }
  std::vector<std::uint64_t>().swap(all);
  const auto bag = [&](std::string_view title, std::string_view text) {
    Bag out;
    auto at = grams.begin();
    for (const Keyed& one : count_grams(title, text)) {
      at = std::lower_bound(at, grams.end(), one.key, [](const Gram& g, std::uint32_t key) { return g.key < key; });
      if (at != grams.end() && at->key == one.key) out.push_back({static_cast<std::uint32_t>(at - grams.begin()), one.count});
    }
    return out;
  };
  full.resize(rows.size());
  cut.resize(rows.size());
  titles.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    full[i] = bag(rows[i].title, rows[i].text);
    if (rows[i].source != Source::Complaint) continue;
    if (characters(rows[i].title) > 3) titles[i] = bag(rows[i].title, "");
    if (characters(rows[i].text) > 100) cut[i] = bag("", first_characters(rows[i].text, cut_characters));
  }
}

void Trainer::State::label_weakly(const WindowWords& words) {
  std::array<std::vector<std::u32string>, window_count> readable;
  for (std::size_t k = 0; k < window_count; ++k)
    for (const std::string& word : words[k]) {
      std::u32string characters;
      normalise(word, characters);
      if (!characters.empty()) readable[k].push_back(characters);
    }
  weak_window.assign(rows.size(), -1);
  weak_weight.assign(rows.size(), 0);
  std::u32string title, text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    if (row.source == Source::Legal || row.source == Source::Private) {
      weak_window[i] = row.source == Source::Legal ? 12 : 13;
      weak_weight[i] = row.source == Source::Legal ? options.legal : options.private_dispute;
      continue;
    }
    title.clear();
    text.clear();
    normalise(row.title, title);
    normalise(first_characters(row.text, 200), text);
    std::array<int, window_count> votes{};
    for (std::size_t k = 0; k < window_count; ++k)
      for (const std::u32string& word : readable[k]) {
        if (title.find(word) != std::u32string::npos) votes[k] += 3;
        if (text.find(word) != std::u32string::npos) votes[k] += 1;
      }
    if (row.topic >= 0 && usual_window[static_cast<std::size_t>(row.topic)] >= 0) votes[static_cast<std::size_t>(usual_window[static_cast<std::size_t>(row.topic)])] += 2;
    const auto best = static_cast<std::size_t>(std::max_element(votes.begin(), votes.end()) - votes.begin());
    int second = 0;
    for (std::size_t k = 0; k < window_count; ++k)
      if (k != best) second = std::max(second, votes[k]);
    if (votes[best] < 2 || votes[best] == second) continue;
    weak_window[i] = static_cast<int>(best);
    weak_weight[i] = options.weak * std::min(1.0, (votes[best] - second) / 3.0);
  }
}

void Trainer::State::find_near_titles() {
  near.assign(rows.size(), 0);
  const auto pairs = [](std::string_view title) {
    std::u32string c;
    normalise(title, c);
    std::vector<std::uint64_t> out;
    for (std::size_t i = 0; i + 1 < c.size(); ++i) out.push_back(static_cast<std::uint64_t>(c[i]) << 32 | c[i + 1]);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  };
  std::vector<std::pair<std::uint64_t, std::uint32_t>> where;
  std::vector<std::size_t> size(rows.size(), 0);
  for (std::uint32_t i = 0; i < rows.size(); ++i)
    if (rows[i].fold >= 0 && rows[i].source == Source::Complaint) {
      const auto own = pairs(rows[i].title);
      size[i] = own.size();
      for (const std::uint64_t p : own) where.emplace_back(p, i);
    }
  std::sort(where.begin(), where.end());
  std::vector<std::uint32_t> shared(rows.size(), 0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].source != Source::TitleOnly) continue;
    const auto own = pairs(rows[i].title);
    std::vector<std::uint32_t> met;
    for (const std::uint64_t p : own)
      for (auto at = std::lower_bound(where.begin(), where.end(), std::pair(p, std::uint32_t{0})); at != where.end() && at->first == p; ++at)
        if (shared[at->second]++ == 0) met.push_back(at->second);
    for (const std::uint32_t j : met) {
      // Four tenths of all pairs of characters shared: the same news in other words.
      if (shared[j] * 10 > (own.size() + size[j] - shared[j]) * 4) near[i] |= 1U << rows[j].fold;
      shared[j] = 0;
    }
  }
}

TextModel Trainer::fit(std::uint32_t without) const {
  const State& s = *state_;
  const std::size_t n = s.grams.size();
  std::vector<float> in_rows(n);
  std::vector<std::array<float, topic_count>> by_topic(n);
  std::vector<std::array<float, window_count>> by_window(n);
  std::array<double, topic_count> topic_share{};
  std::array<double, window_count> window_share{};
  double rows = 0, topic_rows = 0, window_rows = 0;
  const auto window_of = [&](std::size_t i) { return s.rows[i].window >= 0 ? s.rows[i].window : s.weak_window[i]; };
  for (std::size_t i = 0; i < s.rows.size(); ++i) {
    const Row& row = s.rows[i];
    if (!s.used(i, without)) continue;
    const bool complaint = row.source != Source::Legal && row.source != Source::Private;
    if (complaint) ++rows;
    const int topic = row.topic, window = complaint ? window_of(i) : -1;
    if (topic >= 0) ++topic_rows, ++topic_share[static_cast<std::size_t>(topic)];
    if (window >= 0) ++window_rows, ++window_share[static_cast<std::size_t>(window)];
    for (const Counted& one : s.full[i]) {
      if (complaint) ++in_rows[one.gram];
      if (topic >= 0) ++by_topic[one.gram][static_cast<std::size_t>(topic)];
      if (window >= 0) ++by_window[one.gram][static_cast<std::size_t>(window)];
    }
  }
  for (double& v : topic_share) v /= std::max(topic_rows, 1.0);
  for (double& v : window_share) v /= std::max(window_rows, 1.0);

  // The most telling grams, each kind by its own measure; a gram's weight is idf × √telling.
  std::vector<double> topic_telling(n), window_telling(n);
  std::vector<std::pair<double, std::uint32_t>> topic_rank, window_rank;
  for (std::uint32_t g = 0; g < n; ++g) {
    if (in_rows[g] < static_cast<float>(s.options.rows_min)) continue;
    topic_telling[g] = std::sqrt(telling(by_topic[g], topic_share) + 0.05);
    window_telling[g] = std::sqrt(telling(by_window[g], window_share) + 0.05);
    const double often = std::sqrt(static_cast<double>(in_rows[g]));
    topic_rank.emplace_back(-topic_telling[g] * often, g);
    window_rank.emplace_back(-window_telling[g] * often, g);
  }
  std::sort(topic_rank.begin(), topic_rank.end());
  std::sort(window_rank.begin(), window_rank.end());
  std::vector<bool> chosen(n, false);
  for (std::size_t i = 0; i < std::min(s.options.topic_features, topic_rank.size()); ++i) chosen[topic_rank[i].second] = true;
  for (std::size_t i = 0, taken = 0; i < window_rank.size() && taken < s.options.window_features; ++i)
    if (!chosen[window_rank[i].second]) chosen[window_rank[i].second] = true, ++taken;

  TextModel model;
  std::vector<std::int32_t> number(n, -1);
  for (std::uint32_t g = 0; g < n; ++g) {
    if (!chosen[g]) continue;
    number[g] = static_cast<std::int32_t>(model.features.size());
    TextModel::Feature& f = model.features.emplace_back();
    f.key = s.grams[g].key;
    const double weight = (same_log((1 + rows) / (1 + static_cast<double>(in_rows[g]))) + 1) * (s.grams[g].length == 3 ? s.options.three_characters : 1);
    f.topic_factor = factor_byte(weight * topic_telling[g]);
    f.window_factor = factor_byte(weight * window_telling[g]);
  }
  model.prepare();

  const auto example = [&](const Bag& bag, int label, double weight, bool for_window) {
    Example one{{}, label, weight};
    double square = 0;
    for (const Counted& c : bag) {
      if (number[c.gram] < 0) continue;
      const auto feature = static_cast<std::uint32_t>(number[c.gram]);
      const auto& f = model.features[feature];
      const float tf = c.count < model.tf.size() ? model.tf[c.count] : static_cast<float>(1 + same_log(static_cast<double>(c.count)));
      const float value = tf * factor_of(for_window ? f.window_factor : f.topic_factor);
      square += static_cast<double>(value) * static_cast<double>(value);
      one.values.push_back({feature, value});
    }
    const auto length = static_cast<float>(std::sqrt(square));
    for (Value& v : one.values) v.value /= length;
    return one;
  };
  {
    std::vector<Example> examples;
    for (std::size_t i = 0; i < s.rows.size(); ++i) {
      const Row& row = s.rows[i];
      if (row.topic < 0 || !s.used(i, without)) continue;
      examples.push_back(example(s.full[i], row.topic, row.source == Source::TitleOnly ? s.options.title_only : 1, false));
      if (!s.cut[i].empty()) examples.push_back(example(s.cut[i], row.topic, s.options.cut, false));
      if (!s.titles[i].empty()) examples.push_back(example(s.titles[i], row.topic, s.options.title_copy, false));
    }
    const auto weights = learn<topic_count>(examples, model.features.size(), s.options.cost, s.options.passes);
    model.topic_scale = scales(weights);
    for (std::size_t f = 0; f < weights.size(); ++f)
      for (std::size_t k = 0; k < topic_count; ++k) model.features[f].topic[k] = quantised(weights[f][k], model.topic_scale[k]);
  }
  {
    std::vector<Example> examples;
    for (std::size_t i = 0; i < s.rows.size(); ++i)
      if (s.used(i, without) && window_of(i) >= 0)
        examples.push_back(example(s.full[i], window_of(i), s.rows[i].window >= 0 ? s.options.known : s.weak_weight[i], true));
    const auto weights = learn<window_count>(examples, model.features.size(), s.options.window_cost, s.options.passes);
    model.window_scale = scales(weights);
    for (std::size_t f = 0; f < weights.size(); ++f)
      for (std::size_t k = 0; k < window_count; ++k) model.features[f].window[k] = quantised(weights[f][k], model.window_scale[k]);
  }
  return model;
}

TextModel Trainer::fit_calibrated(std::uint32_t without) const {
  const State& s = *state_;
  struct Left {
    RawScores raw;
    int label = 0;
    std::uint32_t accepted = 0;
    double weight = 1;
    const std::array<float, window_count>* evidence = nullptr;
  };
  std::vector<Left> topics, windows;
  TextScratch scratch;
  for (int f = 0; f < fold_count; ++f) {
    if ((without >> f & 1) != 0) continue;
    const TextModel inner = fit(without | 1U << f);
    scratch.counts.clear();
    for (std::size_t i = 0; i < s.rows.size(); ++i) {
      const Row& row = s.rows[i];
      if (row.fold != f || !s.kept[i]) continue;
      if (row.topic >= 0) {
        topics.push_back({raw_scores(inner, scratch, row.title, row.text), row.topic});
        topics.push_back({raw_scores(inner, scratch, "", first_characters(row.text, cut_characters)), row.topic});
      }
      if (row.window >= 0) windows.push_back({raw_scores(inner, scratch, row.title, row.text), row.window, row.accepted, row.read ? s.options.read : 1, &row.evidence});
    }
  }
  TextModel model = fit(without);

  // One number for the topics: the heat under which the left-out rows were least surprising.
  double least = 0;
  for (int step = 0; step <= 120; ++step) {
    const double heat = same_exp((step - 20) * 0.03);
    double surprise = 0;
    for (const Left& one : topics) {
      auto p = one.raw.topic;
      for (double& v : p) v *= heat;
      softmax(p);
      surprise -= same_log(std::max(p[static_cast<std::size_t>(one.label)], 1e-9));
    }
    if (step == 0 || surprise < least) {
      least = surprise;
      model.topic_heat = static_cast<float>(heat);
    }
  }

  // For the windows a small logistic regression over sixteen scores and seven log probabilities, held close to "scores alone" because
  // a few hundred rows is all there is.
  std::array<double, window_count> bias{};
  std::array<std::array<double, topic_count>, window_count> from_topic{};
  double heat = 2;
  std::vector<std::array<double, topic_count>> logs;
  for (const Left& one : windows) {
    auto p = one.raw.topic;
    for (double& v : p) v *= static_cast<double>(model.topic_heat);
    softmax(p);
    for (double& v : p) v = same_log(std::max(v, topic_least));
    logs.push_back(p);
  }
  if (!windows.empty()) {
    double all = 0;
    for (const Left& one : windows) all += one.weight;
    for (int round = 0; round < 600; ++round) {
      std::array<double, window_count> d_bias{};
      std::array<std::array<double, topic_count>, window_count> d_from{};
      double d_heat = 0;
      for (std::size_t i = 0; i < windows.size(); ++i) {
        const Left& one = windows[i];
        std::array<double, window_count> p{};
        for (std::size_t k = 0; k < window_count; ++k) {
          p[k] = one.raw.window[k] * heat + bias[k] + static_cast<double>((*one.evidence)[k]);
          for (std::size_t j = 0; j < topic_count; ++j) p[k] += from_topic[k][j] * logs[i][j];
        }
        softmax(p);
        const double share = one.weight / all;
        int others = 0;
        for (std::size_t k = 0; k < window_count; ++k) others += static_cast<int>(one.accepted >> k & 1);
        for (std::size_t k = 0; k < window_count; ++k) {
          double truth = static_cast<int>(k) == one.label ? (others > 0 ? 0.75 : 1) : 0;
          if ((one.accepted >> k & 1) != 0) truth += 0.25 / others;
          const double d = (p[k] - truth) * share;
          d_heat += d * one.raw.window[k];
          d_bias[k] += d;
          for (std::size_t j = 0; j < topic_count; ++j) d_from[k][j] += d * logs[i][j];
        }
      }
      heat -= 2 * d_heat;
      for (std::size_t k = 0; k < window_count; ++k) {
        bias[k] -= 0.5 * (d_bias[k] + s.options.calm * bias[k]);
        for (std::size_t j = 0; j < topic_count; ++j) from_topic[k][j] -= 0.1 * (d_from[k][j] + s.options.calm * from_topic[k][j]);
      }
    }
  }
  model.window_heat = static_cast<float>(heat);
  for (std::size_t k = 0; k < window_count; ++k) {
    model.window_bias[k] = static_cast<float>(bias[k]);
    for (std::size_t j = 0; j < topic_count; ++j) model.window_from_topic[k][j] = static_cast<float>(from_topic[k][j]);
  }
  return model;
}

}  // namespace yizhan::triage
