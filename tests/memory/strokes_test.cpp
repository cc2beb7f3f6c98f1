#include "core/strokes.h"

#include "core/matter.h"
#include "core/seal.h"
#include "support.h"

using namespace yizhan;
using namespace yizhan::test;

TEST_CASE("a drawing survives being written and read, point for point", "[strokes]") {
  Dice dice(20261120);
  for (int i = 0; i < 3000; ++i) {
    const Strokes strokes = dice.strokes();
    const auto text = encode_strokes(strokes);
    REQUIRE(text);
    REQUIRE(text->size() <= stroke_bytes_max);
    const auto read = decode_strokes(*text);
    REQUIRE(read);
    REQUIRE(*read == strokes);
    REQUIRE(encode_strokes(*read).value() == *text);
  }
}

TEST_CASE("any bytes are either a drawing in its one encoding or refused", "[strokes]") {
  Dice dice(4);
  std::size_t drawings = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string raw;
    if (i % 3 == 0) {
      for (std::size_t n = dice.below(40); n > 0; --n) raw += static_cast<char>(dice.below(i % 2 ? 256 : 12));
      if (!raw.empty()) raw[0] = 1;
    } else {
      raw = from_base64(encode_strokes(dice.strokes()).value()).value();
      const std::size_t at = dice.below(raw.size());
      if (i % 3 == 1) raw[at] = static_cast<char>(raw[at] ^ (1 << dice.below(8)));
      else raw.resize(at);
    }
    const std::string text = base64(raw);
    const auto read = decode_strokes(text);
    if (!read) {
      REQUIRE(read.error().code == Code::Invalid);
      continue;
    }
    ++drawings;
    REQUIRE(check_strokes(*read));
    REQUIRE(encode_strokes(*read).value() == text);
  }
  CHECK(drawings > 100);
  for (const char* text : {"", "=", "AQ==", "no base64!", "AgoKAQEBAQ=="}) CHECK_FALSE(decode_strokes(text));
  CHECK_FALSE(decode_strokes(std::string(stroke_bytes_max + 4, 'A')));
}

TEST_CASE("a drawing whose base64 holds another byte is refused", "[strokes][fuzz]") {
  Dice dice(7);
  std::string text = encode_strokes(dice.strokes()).value();
  REQUIRE(decode_strokes(text));
  // libsodium takes some bytes above 0x7F for letters: one drawing would have many encodings.
  for (int byte = 0x80; byte <= 0xFF; ++byte)
    for (const std::size_t at : {std::size_t{5}, text.size() / 2}) {
      std::string other = text;
      other[at] = static_cast<char>(byte);
      CHECK_FALSE(decode_strokes(other));
    }
}

TEST_CASE("a drawing keeps to its limits", "[strokes]") {
  const auto refused = [](const Strokes& s) { return encode_strokes(s).error().code == Code::Invalid; };
  const Strokes good{8000, 3000, {{0, 0}, {8000, 3000}}, {2}};
  CHECK(encode_strokes(good));
  for (const Strokes& bad : {Strokes{8000, 3000, {}, {}}, Strokes{0, 3000, {{0, 0}}, {1}}, Strokes{8000, stroke_box_max + 1, {{0, 0}}, {1}}, Strokes{8000, 3000, {{8001, 0}}, {1}},
                             Strokes{8000, 3000, {{0, -1}}, {1}}, Strokes{8000, 3000, {{0, 0}}, {1, 1}}, Strokes{8000, 3000, {{0, 0}}, {2}}, Strokes{8000, 3000, {{0, 0}, {1, 1}}, {1}},
                             Strokes{8000, 3000, {{0, 0}, {1, 1}}, {0, 2}}})
    CHECK(refused(bad));
  Strokes many{30'000, 30'000, {}, {}};
  // The most there can be, in the steps that take the most bytes.
  for (std::uint32_t s = 0; s < strokes_max; ++s) {
    const std::size_t upto = stroke_points_max * (s + 1) / strokes_max;
    while (many.points.size() < upto) many.points.push_back(many.points.size() % 2 ? StrokePoint{30'000, 30'000} : StrokePoint{0, 0});
    many.ends.push_back(static_cast<std::uint32_t>(many.points.size()));
  }
  const auto most = encode_strokes(many);
  REQUIRE(most);
  CHECK(most->size() <= stroke_bytes_max);
  CHECK(decode_strokes(*most).value() == many);
  Strokes more = many;
  more.points.push_back({1, 1});
  more.ends.back() += 1;
  CHECK(refused(more));
  more = many;
  more.points.insert(more.points.begin(), {1, 1});
  for (auto& end : more.ends) ++end;
  more.points.erase(more.points.begin() + 2);
  more.ends.insert(more.ends.begin(), 1);
  for (std::size_t i = 1; i < more.ends.size(); ++i) --more.ends[i];
  CHECK(more.ends.size() == strokes_max + 1);
  CHECK(refused(more));
}

TEST_CASE("a signature of ordinary size is small", "[strokes]") {
  Strokes name{9000, 3500, {}, {}};
  for (int stroke = 0; stroke < 12; ++stroke) {
    for (int p = 0; p < 50; ++p) name.points.push_back({1000 + stroke * 500 + p * 10, 500 + p * 50 - (stroke % 3) * 100});
    name.ends.push_back(static_cast<std::uint32_t>(name.points.size()));
    for (auto& point : name.points) point.y = std::clamp(point.y, 0, name.height);
  }
  CHECK(encode_strokes(name).value().size() < 2'500);
}

TEST_CASE("a signature stands under one text: any other word and it does not fit", "[strokes][fold][XFTL19]") {
  const Petition petition = sample_petition();
  Author author(kiosk);
  const Fact filed = Filed{petition, "", "", "", "", ""};
  const Strokes strokes{100, 50, {{1, 1}, {90, 40}}, {2}};
  const Event first = author.say(a_matter, filed, ten());
  const Event second = author.say(a_matter, Signed{"petitioner", text_hash(petition), encode_strokes(strokes).value()}, ten());
  const Event events[] = {first, second};
  Matter m = fold(a_matter, events);
  REQUIRE(m.signatures.size() == 1);
  CHECK(m.signatures[0].fits == true);
  CHECK(m.conflicts.empty());
  CHECK(decode_strokes(m.signatures[0].what.strokes).value() == strokes);

  Petition other = petition;
  other.statement.facts += "，还有奖金";
  Author forger(kiosk);
  const Event changed[] = {forger.say(a_matter, Filed{other, "", "", "", "", ""}, ten()), forger.say(a_matter, Signed{"petitioner", text_hash(petition), ""}, ten())};
  m = fold(a_matter, changed);
  CHECK(m.signatures[0].fits == false);
  CHECK(m.conflicts.size() == 1);
  // Where the text may not be read nobody claims anything.
  Event bare = first;
  bare.body.reset();
  const Event blind[] = {bare, second};
  CHECK_FALSE(fold(a_matter, blind).signatures[0].fits);
}
