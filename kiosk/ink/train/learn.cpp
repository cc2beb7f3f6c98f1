#include "kiosk/ink/train/learn.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numeric>
#include <thread>

#include "kiosk/ink/train/vary.h"

namespace yizhan::ink {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Index = Eigen::Index;

Index ix(std::size_t n) { return static_cast<Index>(n); }

/// Shares [0, n) among threads in fixed pieces, so that sums are the same every time.
void in_parallel(std::size_t n, std::size_t threads, const std::function<void(std::size_t thread, std::size_t begin, std::size_t end)>& work) {
  std::vector<std::thread> all;
  for (std::size_t t = 1; t < threads; ++t) all.emplace_back([&, t] { work(t, n * t / threads, n * (t + 1) / threads); });
  work(0, 0, n / threads);
  for (auto& thread : all) thread.join();
}

/// Sums over classes of samples: enough for within-class and between-class scatter.
struct Moments {
  Matrix products = Matrix::Zero(ix(feature_count), ix(feature_count));
  std::vector<double> weights;
};

struct Means {
  Matrix of;                  ///< a row a class
  std::vector<float> count;   ///< samples a class, weighted
  Matrix within;
  double samples = 0;
};

/// Means of all classes (and the scatter about them when asked).
Means means_of(const Glyphs& glyphs, std::size_t rounds, std::size_t threads, bool scatter) {
  Means means;
  means.of = Matrix::Zero(ix(glyphs.classes), ix(feature_count));
  means.count.assign(glyphs.classes, 0);
  std::vector<Matrix> scatters(threads, scatter ? Matrix::Zero(ix(feature_count), ix(feature_count)) : Matrix());
  std::vector<double> totals(threads, 0);
  in_parallel(glyphs.classes, threads, [&](std::size_t thread, std::size_t begin, std::size_t end) {
    FeatureScratch scratch;
    Features features;
    constexpr std::size_t block_rows = 1024;
    Matrix block(ix(block_rows), ix(feature_count));
    std::vector<float> weight;
    std::size_t filled = 0;
    const auto flush = [&] {
      if (filled == 0) return;
      scatters[thread].noalias() += block.topRows(ix(filled)).transpose() * block.topRows(ix(filled));
      filled = 0;
    };
    std::vector<Features> of_class;
    std::vector<float> of_weight;
    for (std::size_t k = begin; k < end; ++k) {
      Random random(k * 977 + 5);
      of_class.clear();
      of_weight.clear();
      for (std::size_t f = 0; f < glyphs.fonts.size(); ++f) {
        const Ink& base = glyphs.fonts[f][k];
        if (base.empty()) continue;
        for (std::size_t a = 0; a <= rounds; ++a) {
          const bool clean = a == 0;
          if (!features_of(clean ? base : vary(base, some_hand(random), random), {}, scratch, features)) continue;
          of_class.push_back(features);
          of_weight.push_back(glyphs.font_weight[f]);
        }
      }
      float sum = 0;
      for (std::size_t i = 0; i < of_class.size(); ++i) {
        sum += of_weight[i];
        for (std::size_t j = 0; j < feature_count; ++j) means.of(ix(k), ix(j)) += of_class[i][j] * of_weight[i];
      }
      if (sum <= 0) continue;
      means.of.row(ix(k)) /= sum;
      means.count[k] = sum;
      if (!scatter) continue;
      totals[thread] += static_cast<double>(sum);
      for (std::size_t i = 0; i < of_class.size(); ++i) {
        const float root = std::sqrt(of_weight[i]);
        for (std::size_t j = 0; j < feature_count; ++j) block(ix(filled), ix(j)) = (of_class[i][j] - means.of(ix(k), ix(j))) * root;
        if (++filled == block_rows) flush();
      }
    }
    if (scatter) flush();
  });
  if (scatter) {
    means.within = scatters[0];
    means.samples = totals[0];
    for (std::size_t t = 1; t < threads; ++t) means.within += scatters[t], means.samples += totals[t];
    means.within /= static_cast<float>(means.samples);
  }
  return means;
}

Eigen::MatrixXf steadied(const Means& means) {
  const Index d = ix(feature_count);
  Eigen::MatrixXf within = means.within;
  return within + Eigen::MatrixXf::Identity(d, d) * (within.trace() / static_cast<float>(d) * .05f);
}

/// The projection under which samples of a class scatter like a unit ball and classes lie far apart.
Matrix discriminant(const Means& means, const Eigen::MatrixXf& within, std::size_t dimensions) {
  const Index d = ix(feature_count);
  Eigen::VectorXf middle = Eigen::VectorXf::Zero(d);
  float seen = 0;
  for (std::size_t k = 0; k < means.count.size(); ++k)
    if (means.count[k] > 0) middle += means.of.row(ix(k)).transpose(), seen += 1;
  middle /= seen;
  Matrix centred = Matrix::Zero(means.of.rows(), d);
  for (std::size_t k = 0; k < means.count.size(); ++k)
    if (means.count[k] > 0) centred.row(ix(k)) = means.of.row(ix(k)) - middle.transpose();
  const Eigen::MatrixXf between = centred.transpose() * centred / seen;
  const Eigen::GeneralizedSelfAdjointEigenSolver<Eigen::MatrixXf> solver(between, within);
  return solver.eigenvectors().rightCols(ix(dimensions)).rowwise().reverse();
}

/// For each class the centres of other classes that its own lie nearest to.
std::vector<std::uint16_t> rivals_of(const Matrix& centres, const std::vector<std::uint32_t>& owner, const std::vector<float>& prior, float scale, std::size_t n, std::size_t threads) {
  const auto rows = static_cast<std::size_t>(centres.rows()), classes = static_cast<std::size_t>(owner.back()) + 1;
  std::vector<std::uint16_t> rivals(classes * n);
  const Eigen::VectorXf norms = centres.rowwise().squaredNorm();
  in_parallel(classes, threads, [&](std::size_t, std::size_t begin, std::size_t end) {
    std::vector<std::uint16_t> order(rows);
    std::vector<float> near(rows);
    std::size_t row = static_cast<std::size_t>(std::lower_bound(owner.begin(), owner.end(), begin) - owner.begin());
    for (std::size_t c = begin; c < end; ++c) {
      std::fill(near.begin(), near.end(), 1e30f);
      for (; row < rows && owner[row] == c; ++row) {
        const Eigen::VectorXf dots = centres * centres.row(ix(row)).transpose();
        for (std::size_t k = 0; k < rows; ++k)
          near[k] = owner[k] == c ? 1e30f : std::min(near[k], norms(ix(row)) + norms(ix(k)) - 2 * dots(ix(k)) - prior[owner[k]] / scale);
      }
      std::iota(order.begin(), order.end(), std::uint16_t{0});
      std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n), order.end(), [&](std::uint16_t x, std::uint16_t y) { return near[x] < near[y]; });
      std::copy_n(order.begin(), n, rivals.begin() + static_cast<std::ptrdiff_t>(c * n));
    }
  });
  return rivals;
}

/// Splits each class's samples in `per_class` groups around centres of their own: printed forms and handwritten ones of a
/// character, or whole and hasty ones, lie apart.
Matrix split_centres(const Glyphs& glyphs, const Matrix& projection, std::size_t per_class, std::size_t rounds, std::size_t threads, std::vector<std::uint32_t>& owner) {
  const Index d = projection.cols();
  Matrix all = Matrix::Zero(ix(glyphs.classes * per_class), d);
  for (std::size_t k = 0; k < glyphs.classes; ++k)
    for (std::size_t c = 0; c < per_class; ++c) owner.push_back(static_cast<std::uint32_t>(k));
  in_parallel(glyphs.classes, threads, [&](std::size_t, std::size_t begin, std::size_t end) {
    FeatureScratch scratch;
    Features features;
    Matrix samples(ix(glyphs.fonts.size() * (rounds + 1)), ix(feature_count));
    for (std::size_t k = begin; k < end; ++k) {
      Random random(k * 977 + 5);
      std::size_t n = 0;
      for (std::size_t f = 0; f < glyphs.fonts.size(); ++f) {
        const Ink& base = glyphs.fonts[f][k];
        if (base.empty()) continue;
        for (std::size_t a = 0; a <= rounds; ++a) {
          if (!features_of(a == 0 ? base : vary(base, some_hand(random), random), {}, scratch, features)) continue;
          for (std::size_t j = 0; j < feature_count; ++j) samples(ix(n), ix(j)) = features[j];
          ++n;
        }
      }
      if (n == 0) continue;
      const Matrix z = samples.topRows(ix(n)) * projection;
      // Two means begin at the middle's farthest sample and its opposite; further ones at what is farthest from all so far.
      std::vector<std::size_t> group(n, 0);
      Matrix centre = Matrix::Zero(ix(per_class), d);
      centre.row(0) = z.colwise().mean();
      std::vector<float> gap(n);
      for (std::size_t c = 1; c < per_class; ++c) {
        for (std::size_t i = 0; i < n; ++i) {
          gap[i] = 1e30f;
          for (std::size_t e = 0; e < c; ++e) gap[i] = std::min(gap[i], (z.row(ix(i)) - centre.row(ix(e))).squaredNorm());
        }
        centre.row(ix(c)) = z.row(std::max_element(gap.begin(), gap.end()) - gap.begin());
      }
      for (int turns = 0; turns < 6 && per_class > 1; ++turns) {
        Matrix sum = Matrix::Zero(ix(per_class), d);
        std::vector<float> count(per_class, 0);
        for (std::size_t i = 0; i < n; ++i) {
          float best = 1e30f;
          for (std::size_t c = 0; c < per_class; ++c)
            if (const float at = (z.row(ix(i)) - centre.row(ix(c))).squaredNorm(); at < best) best = at, group[i] = c;
          sum.row(ix(group[i])) += z.row(ix(i));
          count[group[i]] += 1;
        }
        for (std::size_t c = 0; c < per_class; ++c)
          if (count[c] > 0) centre.row(ix(c)) = sum.row(ix(c)) / count[c];
      }
      // A group of one or two samples is chance: it is drawn towards the middle of all.
      const Eigen::RowVectorXf middle = z.colwise().mean();
      std::vector<float> count(per_class, 0);
      for (const std::size_t g : group) count[g] += 1;
      for (std::size_t c = 0; c < per_class; ++c) {
        const float trust = count[c] / (count[c] + 2);
        all.row(ix(k * per_class + c)) = trust * centre.row(ix(c)) + (1 - trust) * middle;
      }
    }
  });
  return all;
}

}  // namespace

Learned learn(const Glyphs& glyphs, const LearnOptions& o) {
  const Means means = means_of(glyphs, o.lda_rounds, o.threads, true);
  const Eigen::MatrixXf within = steadied(means);
  Matrix projection = discriminant(means, within, o.dimensions);
  // Steps are taken on axes along which samples scatter alike: the square root of the inverse scatter leads there and back.
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXf> axes(within);
  const Matrix whiten = axes.operatorInverseSqrt();
  Matrix turned = axes.operatorSqrt() * projection;
  Learned out;
  Matrix centres = split_centres(glyphs, projection, o.centres, o.lda_rounds, o.threads, out.owner);
  const std::vector<std::uint32_t>& owner = out.owner;
  const std::size_t own_n = o.centres;
  out.dimensions = o.dimensions;
  float scale = .12f;
  if (!o.quiet) std::fprintf(stderr, "ink_train: discriminants of %.0f samples\n", means.samples);

  // Which (font, class) pairs exist, drawn in proportion to how often they are wanted.
  struct Pair { std::uint16_t font, of_class; };
  std::vector<Pair> pairs;
  std::vector<float> until;
  float total = 0;
  for (std::size_t k = 0; k < glyphs.classes; ++k) {
    float fonts = 0;
    for (std::size_t f = 0; f < glyphs.fonts.size(); ++f)
      if (!glyphs.fonts[f][k].empty()) fonts += glyphs.font_weight[f];
    for (std::size_t f = 0; f < glyphs.fonts.size(); ++f)
      if (!glyphs.fonts[f][k].empty()) {
        pairs.push_back({static_cast<std::uint16_t>(f), static_cast<std::uint16_t>(k)});
        total += o.often[k] * glyphs.font_weight[f] / fonts;
        until.push_back(total);
      }
  }

  constexpr std::size_t batch = 512, rivals_n = 60;
  const std::size_t rounds = o.samples / batch;
  const std::size_t tried = rivals_n + own_n;   // own centres first
  std::vector<std::uint16_t> rivals;
  const Index d = ix(o.dimensions);
  struct Part {
    Matrix features, z, gradient, dw;
    std::vector<std::uint16_t> of_class, who;
    std::vector<float> share;
    double loss = 0, scale_slope = 0;
    std::size_t right = 0;
    std::vector<float> own;   ///< distances of the last rounds, for `usual` and `far`
  };
  std::vector<Part> parts(o.threads);
  // Adam (Kingma and Ba 2015) for the projection; the centres, of which a batch touches few, take plain steps.
  Matrix speed = Matrix::Zero(ix(feature_count), d), power = Matrix::Zero(ix(feature_count), d);
  double loss = 0, right = 0;
  std::size_t since = 0;
  for (std::size_t round = 0; round < rounds; ++round) {
    const float done = static_cast<float>(round) / static_cast<float>(rounds);
    if (round % std::max<std::size_t>(1, rounds / 4) == 0) rivals = rivals_of(centres, owner, o.prior, scale, rivals_n, o.threads);
    in_parallel(batch, o.threads, [&](std::size_t t, std::size_t begin, std::size_t end) {
      Part& p = parts[t];
      const std::size_t n = end - begin;
      p.features.resize(ix(n), ix(feature_count));
      p.of_class.resize(n);
      p.who.resize(n * tried);
      p.share.resize(n * tried);
      p.loss = p.scale_slope = 0;
      p.right = 0;
      FeatureScratch scratch;
      Features features;
      std::vector<float> distance(tried);
      for (std::size_t i = 0; i < n; ++i) {
        Random random((round * batch + begin + i) * 7919 + 3);
        for (;;) {
          const float at = random.uniform() * total;
          const auto found = std::min(pairs.size() - 1, static_cast<std::size_t>(std::upper_bound(until.begin(), until.end(), at) - until.begin()));
          const Pair pair = pairs[found];
          p.of_class[i] = pair.of_class;
          if (features_of(vary(glyphs.fonts[pair.font][pair.of_class], some_hand(random), random), {}, scratch, features)) break;
        }
        for (std::size_t j = 0; j < feature_count; ++j) p.features(ix(i), ix(j)) = features[j];
      }
      p.z.noalias() = p.features * projection;
      p.gradient.resize(ix(n), d);
      for (std::size_t i = 0; i < n; ++i) {
        std::uint16_t* who = p.who.data() + i * tried;
        float* share = p.share.data() + i * tried;
        const std::size_t mine = p.of_class[i];
        for (std::size_t r = 0; r < own_n; ++r) who[r] = static_cast<std::uint16_t>(mine * own_n + r);
        std::copy_n(rivals.begin() + static_cast<std::ptrdiff_t>(mine * rivals_n), rivals_n, who + own_n);
        std::fill(distance.begin(), distance.end(), 0.f);
        float best = -1e30f, best_mine = -1e30f;
        for (std::size_t r = 0; r < tried; ++r) {
          distance[r] = (p.z.row(ix(i)) - centres.row(who[r])).squaredNorm();
          share[r] = -scale * distance[r] + o.prior[owner[who[r]]];
          best = std::max(best, share[r]);
          if (r + 1 == own_n) best_mine = best;
        }
        p.right += best_mine >= best;
        if (done > .9f) p.own.push_back(*std::min_element(distance.begin(), distance.begin() + static_cast<std::ptrdiff_t>(own_n)));
        float sum = 0, sum_mine = 0;
        for (std::size_t r = 0; r < tried; ++r) {
          sum += share[r] = std::exp(share[r] - best);
          if (r < own_n) sum_mine += share[r];
        }
        p.loss -= std::log(std::max(1e-12f, sum_mine / sum));
        // Slope of −log(own / all): the own centres share what is wanted of them as they share the sample.
        for (std::size_t r = 0; r < tried; ++r) share[r] = share[r] / sum - (r < own_n ? share[r] / std::max(1e-20f, sum_mine) : 0);
        auto g = p.gradient.row(ix(i));
        g.setZero();
        for (std::size_t r = 0; r < tried; ++r) {
          p.scale_slope -= share[r] * distance[r];
          if (std::fabs(share[r]) > 1e-4f) g += (2 * scale * share[r]) * (centres.row(who[r]) - p.z.row(ix(i)));
        }
      }
      p.dw.noalias() = p.features.transpose() * p.gradient;
    });
    Matrix slope = parts[0].dw;
    for (std::size_t t = 1; t < o.threads; ++t) slope += parts[t].dw;
    const float cool = .5f * (1 + std::cos(3.14159265f * done));
    const float rate_w = o.rate_projection * cool, rate_c = o.rate_centres * cool;
    slope = whiten * slope / static_cast<float>(batch);
    constexpr float keep = .9f, keep_power = .99f;
    speed = keep * speed + (1 - keep) * slope;
    power = keep_power * power + (1 - keep_power) * slope.cwiseAbs2();
    const auto turns = static_cast<float>(round + 1);
    const float lift = 1 / (1 - std::pow(keep, turns)), lift_power = 1 / (1 - std::pow(keep_power, turns));
    turned.array() -= rate_w * (lift * speed.array()) / ((lift_power * power.array()).sqrt() + 1e-8f);
    projection.noalias() = whiten * turned;
    double scale_slope = 0;
    for (Part& p : parts) {
      for (std::size_t i = 0; i < p.of_class.size(); ++i)
        for (std::size_t r = 0; r < tried; ++r) {
          const float share = p.share[i * tried + r];
          if (std::fabs(share) < 1e-4f) continue;
          const auto k = static_cast<Index>(p.who[i * tried + r]);
          centres.row(k) -= rate_c * 2 * scale * share * (p.z.row(ix(i)) - centres.row(k));
        }
      loss += p.loss;
      right += static_cast<double>(p.right);
      scale_slope += p.scale_slope;
    }
    scale = std::clamp(scale - .002f * (cool + .05f) * scale * static_cast<float>(scale_slope) / static_cast<float>(batch) * .5f, .02f, 2.f);
    since += batch;
    if (!o.quiet && (round % std::max<std::size_t>(1, rounds / 10) == rounds / 10 - 1 || round + 1 == rounds)) {
      std::fprintf(stderr, "ink_train: %3.0f %% loss %.4f right %.2f %% scale %.3f\n", 100 * (done + 1.f / static_cast<float>(rounds)), loss / static_cast<double>(since), 100 * right / static_cast<double>(since), static_cast<double>(scale));
      out.loss = loss / static_cast<double>(since);
      loss = right = 0;
      since = 0;
    }
  }
  std::vector<float> own;
  for (const Part& p : parts) own.insert(own.end(), p.own.begin(), p.own.end());
  if (!own.empty()) {
    out.usual = static_cast<float>(std::accumulate(own.begin(), own.end(), 0.0) / static_cast<double>(own.size()));
    const auto cut = own.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(own.size() - 1) * .9995);
    std::nth_element(own.begin(), cut, own.end());
    out.far = *cut;
  }
  out.scale = scale;
  out.projection.assign(projection.data(), projection.data() + projection.size());
  out.centres.assign(centres.data(), centres.data() + centres.size());
  return out;
}

std::vector<float> centres_of(const Learned& learned, const Glyphs& glyphs, std::size_t rounds, std::size_t threads) {
  const Means means = means_of(glyphs, rounds, threads, false);
  const Eigen::Map<const Matrix> projection(learned.projection.data(), ix(feature_count), ix(learned.dimensions));
  const Matrix centres = means.of * projection;
  return {centres.data(), centres.data() + centres.size()};
}

}  // namespace yizhan::ink
