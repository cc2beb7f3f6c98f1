// What a hand does: strokes on the pad, drawings that are kept, letters of pinyin.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/text.h"
#include "kiosk/ink/reader.h"
#include "kiosk/ink/strokes_text.h"
#include "kiosk/session/drawing.h"
#include "kiosk/ui/kit.h"
#include "kiosk/ui/window.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/samples.h"

namespace yizhan::fuzz {
namespace {

using namespace kiosk;

// ---- handwriting ----------------------------------------------------------------------------------------------------------------

const std::vector<std::byte>& ink_model() {
  static const std::vector<std::byte> bytes = [] {
    ink::ModelParts parts;
    parts.dimensions = 4;
    parts.scale = 0.01f;
    parts.usual = 50;
    parts.far = 500;
    for (std::size_t i = 0; i < ink::feature_count * parts.dimensions; ++i) parts.projection.push_back(static_cast<float>(static_cast<int>(i * 37 % 11) - 5) / 50);
    for (std::uint32_t i = 0; i < 12; ++i) {
      auto& part = i < 8 ? parts.standard : parts.rare;
      part.codes.push_back(i < 8 ? 0x4E00 + i : 0x20000 + i);
      part.owner.push_back(static_cast<std::uint32_t>(part.owner.size()));
      for (std::size_t j = 0; j < parts.dimensions; ++j) part.centres.push_back(static_cast<float>(static_cast<int>(i * 7 + j * 3) % 9 - 4));
    }
    return ink::model_bytes(parts);
  }();
  return bytes;
}
std::string ink_words() {
  std::string out("YZINKWRD");
  const auto put = [&](auto n) { out.append(reinterpret_cast<const char*>(&n), sizeof n); };
  // version, known, pairs, words, text; codes, pairs, offsets, text, costs
  for (const std::uint32_t n : {ink::words_version, 4U, 1U, 2U, 5U}) put(n);
  for (const std::uint32_t n : {0x4E00U, 0x4E01U, 0x4E03U, 0x5DE5U}) put(n);
  put(std::uint32_t{0x00010002});
  for (const std::uint32_t n : {0U, 2U, 5U}) put(n);
  for (const int n : {0, 1, 0, 1, 2}) put(static_cast<std::uint16_t>(n));
  for (const int n : {30, 40, 50, 60, 8, 10, 20}) put(static_cast<std::uint8_t>(n));
  return out;
}

void ink_file_target(std::string_view input) {
  Feed feed(input);
  if (feed.flag()) {
    if (const auto drawn = ink::ink_of_line(feed.rest())) {
      MUST(drawn->strokes() >= 1 && drawn->strokes() <= ink::strokes_max && drawn->points.size() <= ink::points_max, "ink keeps its limits");
      for (const auto& point : drawn->points) MUST(std::isfinite(point.x) && std::isfinite(point.y), "a pen is somewhere");
    }
    return;
  }
  // Files, aligned as a mapping is.
  const bool model = feed.flag();
  const auto bytes = feed.rest();
  static std::vector<std::uint64_t> room;
  room.assign(bytes.size() / 8 + 1, 0);
  std::memcpy(room.data(), bytes.data(), bytes.size());
  const std::span<const std::byte> span(reinterpret_cast<const std::byte*>(room.data()), bytes.size());
  if (model) {
    static_cast<void>(ink::Model::of(span, "ink.model"));
  } else if (const auto words = ink::Words::of(span, "ink.words")) {
    static_cast<void>(words->next("一丁", 10));
    static_cast<void>(words->likely_after(U'一', U'丁'));
  }
}

void ink_target(std::string_view input) {
  Feed feed(input);
  const bool rare_too = feed.flag();
  static ink::Reader reader(have(ink::Model::of(ink_model(), "ink.model")), [] {
    static const std::string text = ink_words();
    static std::vector<std::uint32_t> room(text.size() / 4 + 1);
    std::memcpy(room.data(), text.data(), text.size());
    return have(ink::Words::of({reinterpret_cast<const std::byte*>(room.data()), text.size()}, "ink.words"));
  }());
  ink::Ink drawn;
  std::vector<ink::Point> path;
  const bool wild = feed.flag();
  while (!feed.empty() && drawn.strokes() < 40) {
    path.clear();
    for (std::size_t n = 1 + feed.below(12); n > 0; --n)
      path.push_back(wild ? ink::Point{feed.real(), feed.real()} : ink::Point{static_cast<float>(feed.byte()) / 2, static_cast<float>(feed.byte()) / 4});
    drawn.add(path);
  }
  const auto sees = [&](bool rare) {
    const ink::ReadOptions options{"一", rare, wild ? 0.f : 40.f, 20};
    for (const auto& reading : {reader.one(drawn, options), reader.line(drawn, options)}) {
      MUST(reading.choices.size() <= options.choices_max, "no more choices than were asked for");
      for (const auto& choice : reading.choices) {
        MUST(valid_utf8(choice.text) && !choice.text.empty() && !std::isnan(choice.score), "a choice is a character");
        for (const auto i : choice.left) MUST(i < drawn.strokes(), "what is left are strokes that were drawn");
      }
      if (reading.scribble) MUST(reading.choices.empty(), "a scribble is no character");
    }
  };
  sees(false);
  sees(rare_too);
  reader.forget();
}

void drawing_target(std::string_view input) {
  Feed feed(input);
  Drawing drawing;
  std::size_t dots = 0;
  while (!feed.empty()) {
    PenDots pen;
    const bool wild = feed.below(8) == 0;
    pen.width_mm = wild ? feed.real() : static_cast<float>(feed.byte());
    pen.height_mm = wild ? feed.real() : static_cast<float>(feed.byte());
    for (std::size_t n = feed.below(20); n > 0; --n, ++dots)
      pen.dots.push_back({static_cast<PenDot::What>(feed.below(4)), wild ? feed.real() : static_cast<float>(feed.number<std::int16_t>()) / 64, wild ? feed.real() : static_cast<float>(feed.number<std::int16_t>()) / 64});
    draw_on(drawing, pen);
    if (!drawing.empty()) {
      MUST(check_strokes(drawing.strokes), "what was drawn is a drawing");
      MUST(decode_strokes(have(encode_strokes(drawing.strokes))).has_value(), "and can be kept");
    }
  }
  wipe(drawing);
  MUST(drawing == Drawing{}, "a wiped drawing is blank");
}

// ---- pinyin -------------------------------------------------------------------------------------------------------------------------

void pinyin_target(std::string_view input) {
  static const std::unique_ptr<ui::PinyinEngine> engine = have(ui::open_pinyin(YIZHAN_PINYIN_DIR));
  static constexpr std::string_view keys = "abcdefghijklmnopqrstuvwxyz'";
  Feed feed(input);
  std::string letters;
  int page = 0;
  for (int n = 0; n < 60 && !feed.empty(); ++n) {
    const auto what = feed.byte();
    if (what < 200) letters += keys[what % keys.size()];
    else if (what < 220 && !letters.empty()) letters.pop_back();
    else if (what < 230) page = static_cast<int>(feed.below(40));
    else if (what < 236) engine->fuzzy(feed.flag());
    else if (what < 240) engine->forget(), letters.clear();
    else {
      const auto found = engine->candidates(letters, page);
      if (!found.words.empty()) {
        const int taken = engine->consumed(letters, page, feed.below(found.words.size()));
        MUST(taken >= 0 && taken <= static_cast<int>(letters.size()), "a word stands for some of the letters");
        letters.erase(0, static_cast<std::size_t>(taken));
        page = 0;
      }
    }
    if (letters.size() > 60) letters.resize(60);
    const auto found = engine->candidates(letters, page);
    MUST(found.words.size() <= 6, "a page is a page");
    if (letters.empty()) MUST(found.words.empty() && !found.more, "without letters there is nothing to choose");
    for (const auto& word : found.words) MUST(!word.empty() && valid_utf8(word), "a candidate is text");
  }
  engine->forget();
  engine->fuzzy(false);
  MUST(engine->candidates("", 0).preedit.empty(), "what was forgotten is gone");
}

// ---- seeds ------------------------------------------------------------------------------------------------------------------------------------

std::vector<Seed> ink_file_seeds() {
  const std::string model(reinterpret_cast<const char*>(ink_model().data()), std::min<std::size_t>(ink_model().size(), 9'500));
  return {{"line", "\1一 2 3 0 0 10 0 20 1 2 5 5 5 30"}, {"nan", "\1x 1 2 nan 0 1e30 0"}, {"model", raw("\0\1") + model}, {"words", raw("\0\0") + ink_words()}};
}
std::vector<Seed> ink_seeds() {
  return {{"strokes", raw("\0\0\3\x0a\x0a\x50\x0a\x90\x0b\xb0\x0c\2\x40\x05\x41\x90\x42\xf0")}, {"wild", raw("\1\1\1\0\0\xc0\x7f\0\0\x80\x7f\0\0\0\x40\0\0\0\x41")}, {"rare", raw("\1\0\5\1\1\2\2\3\3\x40\x40\x80\x80\xc0\xc0")}};
}
std::vector<Seed> drawing_seeds() { return {{"stroke", raw("\1\xC8\x5A\5\0\0\1\0\1\1\0\2\0\2\1\0\3\0\4\1\0\4\0\5\2\0\5\0\6")}, {"wild", raw("\0\0\0\xc0\x7f\0\0\x80\x7f\2\0\0\0\xc0\x7f\0\0\0\0\1\0\0\x80\x7f\0\0\0\0")}, {"resized", raw("\1\xC8\x5A\2\0\0\1\0\1\2\0\2\0\2\1\x40\x30\2\0\0\1\0\1\2\0\2\0\2")}}; }
std::vector<Seed> pinyin_seeds() { return {{"gongzi", raw("\6\x0e\x0d\6\x19\x08\xF0\0\xF0\1")}, {"long", std::string(50, '\7')}, {"fuzzy", raw("\xE7\1\2\7\0\xF0\2\xEC\3\4")}, {"pages", raw("\x12\7\x08\xDE\3\xDE\x20\xCA\xCA")}}; }

const Join joined[] = {
    Join({"ink", "any strokes give characters or none", 1024, ink_target, ink_seeds}),
    Join({"ink_file", "ink as text keeps its limits; broken files of models and words lead nowhere", 10'000, ink_file_target, ink_file_seeds}),
    Join({"drawing", "whatever a finger does is a drawing that can be kept, and is gone when wiped", 512, drawing_target, drawing_seeds}),
    Join({"pinyin", "any keys give pages of text; what was forgotten is gone", 128, pinyin_target, pinyin_seeds}),
};

}  // namespace
}  // namespace yizhan::fuzz
