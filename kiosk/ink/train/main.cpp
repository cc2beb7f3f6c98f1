// ink_train: teaches the recogniser from the characters of Debian's own fonts. Run by the build (target handwriting_data); the
// result is kept in the user's cache under a hash of everything it depends on, so that a second clean build does not pay again.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "core/text.h"
#include "kiosk/ink/model.h"
#include "kiosk/ink/train/glyphs.h"
#include "kiosk/ink/train/learn.h"
#include "kiosk/ink/words.h"

namespace {

namespace fs = std::filesystem;
using namespace yizhan;
using namespace yizhan::ink;

struct Teacher {
  FontFace face;
  float weight = 1;
  bool rare = false;   ///< asked for the rare characters too
};

/// Light faces thin to clean lines. Song and Hei forms teach structure, Kai forms how people learn to write, the last two are hands.
std::vector<Teacher> teachers() {
  const std::string noto = "/usr/share/fonts/opentype/noto/", ttf = "/usr/share/fonts/truetype/";
  return {{{noto + "NotoSansCJK-Thin.ttc", 2, "fonts-noto-cjk-extra"}, 1, true},
          {{ttf + "lxgw-wenkai/LXGWWenKai-Light.ttf", 0, "fonts-lxgw-wenkai"}, 1.2f},
          {{ttf + "arphic/ukai.ttc", 0, "fonts-arphic-ukai"}, 1},
          {{ttf + "arphic-gkai00mp/gkai00mp.ttf", 0, "fonts-arphic-gkai00mp"}, 1},
          {{ttf + "cns11643/TW-Kai-98_1.ttf", 0, "fonts-cns11643-kai"}, 1, true},
          {{ttf + "hanazono/HanaMinA.ttf", 0, "fonts-hanazono"}, .8f, true},
          {{ttf + "hanazono/HanaMinB.ttf", 0, "fonts-hanazono"}, .8f, true},
          {{ttf + "cns11643/TW-Kai-Ext-B-98_1.ttf", 0, "fonts-cns11643-kai"}, 1, true},
          {{ttf + "seto/setofont.ttf", 0, "fonts-seto"}, .8f},
          {{ttf + "kiloji/kiloji.ttf", 0, "fonts-kiloji"}, .8f}};
}

/// Faces that hold nothing of the standard are not asked for it.
bool standard_too(const Teacher& t) { return t.face.path.find("HanaMinB") == std::string::npos && t.face.path.find("Ext-B") == std::string::npos; }

constexpr std::size_t threads = 2;  // fixed: sums depend on how work is split, and the model shall not depend on the machine

int fail(const std::string& what) {
  fmt::print(stderr, "ink_train: {}\n", what);
  return 1;
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{Code::Unavailable, path + ": cannot be read"};
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

/// A file's content in a running hash, eight bytes at a time: fonts are 200 MB together.
void add_to(std::uint64_t& h, const std::string& bytes) {
  const auto mix = [&h](std::uint64_t v) { h = (h ^ v) * 0x9E3779B97F4A7C15ull; h ^= h >> 29; };
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t v = 0;
    std::memcpy(&v, bytes.data() + i, 8);
    mix(v);
  }
  for (; i < bytes.size(); ++i) mix(static_cast<unsigned char>(bytes[i]));
  mix(bytes.size());
}

std::string cache_dir() {
  if (const char* given = std::getenv("YIZHAN_INK_CACHE"); given != nullptr) return given;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg != nullptr && *xdg != '\0') return std::string(xdg) + "/yizhan/handwriting";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') return std::string(home) + "/.cache/yizhan/handwriting";
  return {};
}

/// Appears whole or not at all.
bool put(const std::string& path, const std::string& bytes) {
  std::error_code none;
  fs::create_directories(fs::path(path).parent_path(), none);
  {
    std::ofstream out(path + ".part", std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) return false;
  }
  fs::rename(path + ".part", path, none);
  return !none;
}

/// Strokes of every teacher, two fonts at a time.
Result<std::vector<std::vector<Ink>>> strokes(const std::vector<Teacher>& fonts, const std::vector<char32_t>& characters) {
  std::vector<std::vector<Ink>> all(fonts.size());
  std::vector<std::string> wrong(fonts.size());
  // Each font is cut in pieces, so that the last one does not keep one thread alone.
  struct Job { std::size_t font, begin, end; };
  std::vector<Job> jobs;
  constexpr std::size_t piece = 2048;
  for (std::size_t f = 0; f < fonts.size(); ++f) {
    all[f].resize(characters.size());
    for (std::size_t b = 0; b < characters.size(); b += piece) jobs.push_back({f, b, std::min(b + piece, characters.size())});
  }
  std::vector<std::string> trouble(jobs.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t j; (j = next++) < jobs.size();) {
      auto got = glyph_strokes(fonts[jobs[j].font].face, std::span(characters).subspan(jobs[j].begin, jobs[j].end - jobs[j].begin));
      if (!got) {
        trouble[j] = got.error().what;
        continue;
      }
      std::move(got->begin(), got->end(), all[jobs[j].font].begin() + static_cast<std::ptrdiff_t>(jobs[j].begin));
    }
  };
  std::thread other(work);
  work();
  other.join();
  for (const std::string& t : trouble)
    if (!t.empty()) return Error{Code::Unavailable, t};
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr, "usage: ink_train CLASSES WORDS OUT [PROGRAM FILES that the cached result depends on…]\n");
    return 2;
  }
  const std::string out = argv[3];
  std::vector<char32_t> standard, rare;
  const auto classes = read_file(argv[1]);
  if (!classes) return fail(classes.error().what);
  for (std::size_t at = 0; at < classes->size();) {
    const std::size_t end = std::min(classes->find('\n', at), classes->size());
    const std::string_view line(classes->data() + at, end - at);
    at = end + 1;
    if (line.size() < 3 || !valid_utf8(line)) return fail(fmt::format("{}: not a list of characters", argv[1]));
    (line[0] == 's' ? standard : rare).push_back(code_points(line.substr(2)).front());
  }
  auto words = Words::open(argv[2]);
  if (!words) return fail(words.error().what);

  const std::vector<Teacher> all = teachers();
  std::uint64_t key = model_version;
  add_to(key, *classes);
  for (const Teacher& t : all) {
    const auto bytes = read_file(t.face.path);
    if (!bytes) return fail(t.face.path + " is missing: install the package " + t.face.package);
    add_to(key, *bytes);
  }
  for (int i = 2; i < argc; ++i) {
    if (i == 3) continue;
    const auto bytes = read_file(argv[i]);
    if (!bytes) return fail(bytes.error().what);
    add_to(key, *bytes);
  }
  const std::string cache = cache_dir(), kept = cache + fmt::format("/{:016x}.model", key);
  if (!cache.empty()) {
    if (const auto model = Model::open(kept)) {
      const auto bytes = read_file(kept);
      if (bytes && put(out, *bytes)) return 0;
    }
  }

  fmt::print(stderr, "ink_train: learning {} characters and {} rare ones from {} fonts\n", standard.size(), rare.size(), all.size());
  LearnOptions options;
  Glyphs glyphs;
  glyphs.classes = standard.size();
  std::vector<Teacher> asked;
  for (const Teacher& t : all)
    if (standard_too(t)) asked.push_back(t), glyphs.font_weight.push_back(t.weight);
  auto drawn = strokes(asked, standard);
  if (!drawn) return fail(drawn.error().what);
  glyphs.fonts = std::move(*drawn);
  // What people write often is practised more, and a little of the language's own expectation is there from the start.
  std::vector<float> likely;
  for (const char32_t c : standard) likely.push_back(words->likely(c));
  std::vector<float> ranked = likely;
  std::nth_element(ranked.begin(), ranked.begin() + 3500, ranked.end(), std::greater<>());
  for (const float l : likely) {
    options.often.push_back(l > ranked[3500] ? 1.6f : 1);
    options.prior.push_back(.15f * l);
  }
  const Learned learned = learn(glyphs, options);

  ModelParts parts;
  parts.dimensions = learned.dimensions;
  parts.scale = learned.scale;
  parts.usual = learned.usual;
  parts.far = learned.far;
  parts.projection = learned.projection;
  for (std::size_t k = 0; k < standard.size(); ++k) {
    const bool seen = std::any_of(glyphs.fonts.begin(), glyphs.fonts.end(), [k](const auto& font) { return !font[k].empty(); });
    if (!seen) return fail("no font has " + utf8(standard[k]));
    parts.standard.codes.push_back(static_cast<std::uint32_t>(standard[k]));
  }
  parts.standard.owner = learned.owner;
  parts.standard.centres = learned.centres;

  asked.clear();
  glyphs = {};
  for (const Teacher& t : all)
    if (t.rare) asked.push_back(t), glyphs.font_weight.push_back(1);
  auto rarely = strokes(asked, rare);
  if (!rarely) return fail(rarely.error().what);
  glyphs.fonts = std::move(*rarely);
  glyphs.classes = rare.size();
  const std::vector<float> centres = centres_of(learned, glyphs, 2, threads);
  for (std::size_t k = 0; k < rare.size(); ++k) {
    // Only what the kiosk can also show: a candidate nobody can see helps nobody.
    const bool seen = std::any_of(glyphs.fonts.begin(), glyphs.fonts.end(), [k](const auto& font) { return !font[k].empty(); });
    if (!seen) continue;
    parts.rare.owner.push_back(static_cast<std::uint32_t>(parts.rare.codes.size()));
    parts.rare.codes.push_back(static_cast<std::uint32_t>(rare[k]));
    parts.rare.centres.insert(parts.rare.centres.end(), centres.begin() + static_cast<std::ptrdiff_t>(k * learned.dimensions), centres.begin() + static_cast<std::ptrdiff_t>((k + 1) * learned.dimensions));
  }
  const std::vector<std::byte> made = model_bytes(parts);
  const std::string bytes(reinterpret_cast<const char*>(made.data()), made.size());
  if (bytes.size() > model_bytes_max) return fail(fmt::format("the model has {} bytes, more than {}", bytes.size(), model_bytes_max));
  if (!put(out, bytes)) return fail(out + ": cannot be written");
  if (!cache.empty() && put(kept, bytes)) {
    // A few results are enough; old ones go.
    std::vector<fs::directory_entry> files;
    std::error_code none;
    for (const auto& file : fs::directory_iterator(cache, none))
      if (file.path().extension() == ".model") files.push_back(file);
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.last_write_time() > b.last_write_time(); });
    for (std::size_t i = 6; i < files.size(); ++i) fs::remove(files[i], none);
  }
  fmt::print(stderr, "ink_train: {} + {} characters, {} bytes\n", parts.standard.codes.size(), parts.rare.codes.size(), bytes.size());
  return 0;
}
