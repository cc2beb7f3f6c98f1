// Handwriting's acceptance table. Pens are not in the repository: the medians are given, or a font that taught nothing stands in.
//   ink_bench --medians FILE --characters FILE   accuracy on the first 3,500 characters listed, against all classes
//   ink_bench --font FILE [--index N]            the same from the skeletons of a font
//   ink_bench                                    speed and memory alone
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <numbers>
#include <random>
#include <sstream>

#include "core/text.h"
#include "kiosk/ink/reader.h"
#include "kiosk/ink/strokes_text.h"
#include "kiosk/ink/train/glyphs.h"

namespace {

using namespace yizhan;
using namespace yizhan::ink;

using Stroke = std::vector<Point>;
using Strokes = std::vector<Stroke>;
struct Sample { std::string text; Strokes strokes; };

std::mt19937 lot(42);
double spread(double s) { return std::normal_distribution<double>(0, s)(lot); }

/// Points every 25 units of 1,000, as a glass would report them.
Strokes dense(const Strokes& from) {
  Strokes out;
  for (const Stroke& s : from) {
    if (s.empty()) continue;
    Stroke o{s[0]};
    double since = 0;
    constexpr double step = 25;
    for (std::size_t i = 1; i < s.size(); ++i) {
      const double dx = s[i].x - s[i - 1].x, dy = s[i].y - s[i - 1].y, d = std::hypot(dx, dy);
      double t = step - since;
      for (; t <= d; t += step) o.push_back({static_cast<float>(s[i - 1].x + dx * t / d), static_cast<float>(s[i - 1].y + dy * t / d)});
      since = d - (t - step);
    }
    o.push_back(s.back());
    out.push_back(std::move(o));
  }
  return out;
}

/// Turn, proportions and slant of the whole; place, size, turn and tremor of each stroke. k = 1 is the table's "jitter ×1".
Strokes jitter(const Strokes& from, double k) {
  constexpr double degree = std::numbers::pi / 180;
  Strokes out = from;
  const double turn = spread(4 * k) * degree, sx = std::exp(spread(.08 * k)), sy = std::exp(spread(.08 * k)), slant = spread(.06 * k);
  for (Stroke& s : out) {
    const double tx = spread(22 * k), ty = spread(22 * k), size = std::exp(spread(.07 * k)), own = spread(5 * k) * degree;
    double mx = 0, my = 0, wx = 0, wy = 0;
    for (const Point& p : s) mx += p.x, my += p.y;
    mx /= static_cast<double>(s.size()), my /= static_cast<double>(s.size());
    for (Point& p : s) {
      const double dx = (p.x - mx) * size, dy = (p.y - my) * size;
      wx = .7 * wx + spread(4 * k);
      wy = .7 * wy + spread(4 * k);
      const double x = mx + dx * std::cos(own) - dy * std::sin(own) + tx + wx, y = my + dx * std::sin(own) + dy * std::cos(own) + ty + wy;
      const double ax = (x - 500) * sx + (y - 450) * slant, ay = (y - 450) * sy;
      p = {static_cast<float>(500 + ax * std::cos(turn) - ay * std::sin(turn)), static_cast<float>(450 + ax * std::sin(turn) + ay * std::cos(turn))};
    }
  }
  return out;
}
Strokes shuffled(Strokes s) {
  std::shuffle(s.begin(), s.end(), lot);
  return s;
}
Strokes joined(Strokes s, std::size_t n) {
  for (std::size_t i = 0; i < n && s.size() > 1; ++i) {
    const std::size_t a = lot() % (s.size() - 1);
    s[a].insert(s[a].end(), s[a + 1].begin(), s[a + 1].end());
    s.erase(s.begin() + static_cast<std::ptrdiff_t>(a) + 1);
  }
  return s;
}
Strokes missing(Strokes s) {
  if (s.size() > 1) s.erase(s.begin() + static_cast<std::ptrdiff_t>(lot() % s.size()));
  return s;
}
Ink ink_of(const Strokes& strokes) {
  Ink ink;
  for (const Stroke& s : strokes) ink.add(s);
  return ink;
}

double now_us() { return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
std::size_t resident_kb() {
  std::ifstream in("/proc/self/statm");
  std::size_t size = 0, resident = 0;
  in >> size >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

std::vector<double> times;

void row(Reader& reader, const char* name, const std::vector<Sample>& samples, const std::function<Strokes(const Strokes&)>& hand, const char* reach) {
  std::size_t first = 0, five = 0, ten = 0, none = 0;
  for (const Sample& sample : samples) {
    const Ink ink = ink_of(hand(sample.strokes));
    ReadOptions how;
    how.choices_max = 10;
    const double start = now_us();
    const Reading reading = reader.one(ink, how);
    times.push_back(now_us() - start);
    none += reading.scribble;
    const auto at = std::find_if(reading.choices.begin(), reading.choices.end(), [&](const Choice& c) { return c.text == sample.text; }) - reading.choices.begin();
    const bool found = static_cast<std::size_t>(at) < reading.choices.size();
    first += found && at == 0;
    five += found && at < 5;
    ten += found;
  }
  const auto percent = [&](std::size_t hits) { return 100.0 * static_cast<double>(hits) / static_cast<double>(samples.size()); };
  fmt::print("{:<24} n={:5}  top-1 {:6.2f}  top-5 {:6.2f}  top-10 {:6.2f}  taken for scribble {:5.2f}   {}\n", name, samples.size(), percent(first), percent(five), percent(ten), percent(none), reach);
  std::fflush(stdout);
}

/// Words of two to four characters written in one go: how often the whole is the first choice, or among those shown.
void rows_of_words(Reader& reader, const std::vector<Sample>& samples) {
  std::map<std::string, const Sample*> by_text;
  for (const Sample& s : samples) by_text[s.text] = &s;
  for (const std::size_t length : {std::size_t{2}, std::size_t{3}, std::size_t{4}}) {
    std::size_t n = 0, first = 0, shown = 0, cut = 0;
    double worst = 0;
    for (std::size_t tries = 0; tries < 20'000 && n < 300; ++tries) {
      const Sample& start = samples[lot() % samples.size()];
      std::string word = start.text;
      for (const std::string& rest : reader.words().next(start.text, 8))
        if (characters(rest) + 1 == length) {
          word += rest;
          break;
        }
      if (characters(word) != length) continue;
      Strokes all;
      float x = 0;
      bool known = true;
      for (const char32_t c : code_points(word)) {
        const auto found = by_text.find(utf8(c));
        if (found == by_text.end()) {
          known = false;
          break;
        }
        Strokes one = jitter(found->second->strokes, 1);
        float low = 1e9f, high = -1e9f;
        for (const Stroke& s : one)
          for (const Point& p : s) low = std::min(low, p.x), high = std::max(high, p.x);
        const float dy = static_cast<float>(spread(25));
        for (Stroke& s : one)
          for (Point& p : s) p = {p.x - low + x, p.y + dy};
        x += high - low + static_cast<float>(std::max(60.0, 190 + spread(70)));
        all.insert(all.end(), one.begin(), one.end());
      }
      if (!known) continue;
      ++n;
      const double begin = now_us();
      const Reading reading = reader.line(ink_of(all), {});
      worst = std::max(worst, now_us() - begin);
      reader.forget();
      cut += reading.characters == length;
      const auto at = std::find_if(reading.choices.begin(), reading.choices.end(), [&](const Choice& c) { return c.text == word; }) - reading.choices.begin();
      first += at == 0 && !reading.choices.empty();
      shown += at < 8 && static_cast<std::size_t>(at) < reading.choices.size();
    }
    if (n == 0) continue;
    const auto percent = [n](std::size_t hits) { return 100.0 * static_cast<double>(hits) / static_cast<double>(n); };
    fmt::print("words of {} in a row      n={:5}  cut right {:5.1f}  whole word first {:5.1f}  among the first eight {:5.1f}  worst {:.1f} ms\n", length, n, percent(cut), percent(first), percent(shown), worst / 1000);
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("handwriting: accuracy, speed, memory");
  std::string medians, characters_file, font, data = INK_DATA;
  int index = 0;
  std::size_t common = 3500;
  app.add_option("--medians", medians);
  app.add_option("--characters", characters_file, "one character a line, the common ones first");
  app.add_option("--font", font);
  app.add_option("--index", index);
  app.add_option("--count", common, "how many of the characters");
  app.add_option("--data", data, "folder of ink.model and ink.words");
  CLI11_PARSE(app, argc, argv);

  const std::size_t before_kb = resident_kb();
  const double start = now_us();
  auto model = Model::open(data + "/ink.model");
  auto words = Words::open(data + "/ink.words");
  if (!model || !words) {
    fmt::print(stderr, "ink_bench: {}\n", !model ? model.error().what : words.error().what);
    return 1;
  }
  const std::size_t classes = model->standard.codes.size(), rare = model->rare.codes.size(), dimensions = model->dimensions;
  std::vector<char32_t> standard;
  for (const std::uint32_t c : model->standard.codes) standard.push_back(static_cast<char32_t>(c));
  Reader reader(std::move(*model), std::move(*words));
  const double opened = now_us() - start;
  std::ifstream size(data + "/ink.model", std::ios::binary | std::ios::ate);
  fmt::print("model: {} classes + {} rare, {} dimensions, {} bytes; opened in {:.1f} ms\n", classes, rare, dimensions, static_cast<std::size_t>(size.tellg()), opened / 1000);

  std::vector<Sample> samples;
  if (!medians.empty()) {
    std::map<std::string, Strokes> all;
    std::ifstream in(medians);
    for (std::string line; std::getline(in, line);) {
      const auto ink = ink_of_line(line);
      if (!ink) continue;
      Strokes strokes;
      for (std::size_t i = 0; i < ink->strokes(); ++i) strokes.emplace_back(ink->stroke(i).begin(), ink->stroke(i).end());
      all[line.substr(0, line.find(' '))] = dense(strokes);
    }
    std::ifstream list(characters_file);
    std::string c;
    for (std::size_t k = 0; k < common && list >> c; ++k)
      if (all.contains(c)) samples.push_back({c, all[c]});
  } else if (!font.empty()) {
    std::vector<char32_t> asked = standard;
    std::stable_sort(asked.begin(), asked.end(), [&](char32_t a, char32_t b) { return reader.words().likely(a) > reader.words().likely(b); });
    asked.resize(std::min(common, asked.size()));
    const auto strokes = glyph_strokes({font, index, "?"}, asked);
    if (!strokes) {
      fmt::print(stderr, "ink_bench: {}\n", strokes.error().what);
      return 1;
    }
    for (std::size_t k = 0; k < asked.size(); ++k) {
      if ((*strokes)[k].empty()) continue;
      Strokes s;
      for (std::size_t i = 0; i < (*strokes)[k].strokes(); ++i) {
        s.emplace_back();
        for (const Point& p : (*strokes)[k].stroke(i)) s.back().push_back({p.x * 1000, p.y * 900});
      }
      samples.push_back({utf8(asked[k]), dense(s)});
    }
  }
  if (!samples.empty()) {
    const auto quarter = [](const Strokes& s) { return s.size() / 4; };
    row(reader, "as drawn", samples, [](const Strokes& s) { return s; }, "");
    row(reader, "jitter x1", samples, [](const Strokes& s) { return jitter(s, 1); }, "reach 97 / 99.9");
    row(reader, "strokes shuffled", samples, [](const Strokes& s) { return shuffled(jitter(s, 1)); }, "reach 97 / 99.9");
    row(reader, "25 % joined", samples, [&](const Strokes& s) { return joined(jitter(s, 1), quarter(s)); }, "reach 94 / 99.7");
    row(reader, "one stroke missing", samples, [](const Strokes& s) { return missing(jitter(s, 1)); }, "reach 78 / 93");
    row(reader, "half joined", samples, [](const Strokes& s) { return joined(jitter(s, 1), s.size() / 2); }, "");
    row(reader, "all in one stroke", samples, [](const Strokes& s) { return joined(jitter(s, 1), 1000); }, "");
    row(reader, "jitter x1.5", samples, [](const Strokes& s) { return jitter(s, 1.5); }, "");
    rows_of_words(reader, samples);
  } else {
    for (int i = 0; i < 3000; ++i) {
      Ink ink;
      for (int s = 0; s < 9; ++s) {
        Stroke path;
        for (int k = 0; k < 25; ++k) path.push_back({static_cast<float>(spread(300)), static_cast<float>(s * 100 + k)});
        ink.add(path);
      }
      const double begin = now_us();
      static_cast<void>(reader.one(ink, {}));
      times.push_back(now_us() - begin);
    }
  }
  std::sort(times.begin(), times.end());
  fmt::print("a character: median {:.2f} ms, p99 {:.2f} ms (reach 2), worst {:.2f} ms; memory +{:.1f} MB with what this program holds\n", times[times.size() / 2] / 1000,
             times[times.size() * 99 / 100] / 1000, times.back() / 1000, static_cast<double>(resident_kb() - before_kb) / 1024);
  return 0;
}
