#include "kiosk/ui/layout.h"

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <string>

#include "tests/ui/help.h"

using namespace yizhan::ui;

namespace {

std::vector<std::u32string> lines_of(std::u32string_view text, float width, std::size_t lines_max = 0) {
  // A full-width character is 2 wide, an ASCII one 1: enough to think with.
  const TextLayout layout = break_lines(text, width, lines_max, 2, [](char32_t c) { return c < 0x80 ? 1.f : 2.f; });
  std::vector<std::u32string> lines;
  for (const TextLine& l : layout.lines) lines.emplace_back(text.substr(l.begin, l.end - l.begin));
  return lines;
}

}  // namespace

TEST_CASE("no line starts with closing punctuation and none ends with an opening one", "[ui][text]") {
  const std::u32string text =
      U"工头说等开春，大家都等着这笔钱过年（一共五个人）。请问能不能先调解？“谈不成”，再去申请仲裁；要带《劳动合同》、考勤本！";
  for (float width = 8; width < 60; width += 1) {
    for (const std::u32string& line : lines_of(text, width)) {
      REQUIRE_FALSE(line.empty());
      CHECK(std::u32string_view(U"，。、；：？！）》”").find(line.front()) == std::u32string_view::npos);
      CHECK(std::u32string_view(U"（《“").find(line.back()) == std::u32string_view::npos);
    }
  }
}

TEST_CASE("words and numbers stay whole until they are wider than the line", "[ui][text]") {
  CHECK(lines_of(U"工资 18600 元", 9) == std::vector<std::u32string>{U"工资", U"18600 元"});
  CHECK(lines_of(U"abcdefghij", 4) == std::vector<std::u32string>{U"abcd", U"efgh", U"ij"});
}

TEST_CASE("line feeds break, and a last one opens an empty line for the caret", "[ui][text]") {
  CHECK(lines_of(U"一\n二\n", 20) == std::vector<std::u32string>{U"一", U"二", U""});
  CHECK(lines_of(U"", 20) == std::vector<std::u32string>{U""});
}

TEST_CASE("a cut text keeps its width with the ellipsis", "[ui][text]") {
  const std::u32string text = U"特别长的单位名称特别长的单位名称";
  const TextLayout layout = break_lines(text, 10, 1, 2, [](char32_t) { return 2.f; });
  CHECK(layout.cut);
  CHECK(layout.lines.size() == 1);
  CHECK(layout.lines[0].width + 2 <= 10);
}

TEST_CASE("every character of any text is in exactly one line", "[ui][text]") {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::u32string text;
    const auto length = random() % 60;
    for (unsigned i = 0; i < length; ++i) {
      constexpr char32_t pool[] = {U'我', U'，', U'。', U'a', U' ', U'\n', U'（', U'9', U'𠮷', 0x1B, 0x202E, U'%', U'#'};
      text.push_back(pool[random() % std::size(pool)]);
    }
    const TextLayout layout = break_lines(text, static_cast<float>(2 + random() % 30), 0, 2, [](char32_t) { return 2.f; });
    std::size_t at = 0;
    for (const TextLine& line : layout.lines) {
      REQUIRE(line.begin == at);
      REQUIRE(line.end <= line.next);
      at = line.next;
    }
    REQUIRE(at == text.size());
  }
}

TEST_CASE("ill-formed bytes become replacement characters and never more", "[ui][text]") {
  std::vector<char32_t> out;
  decode("a\xFF\xC0\xAF\xED\xA0\x80\xF4\x90\x80\x80z", out);
  CHECK(out.front() == U'a');
  CHECK(out.back() == U'z');
  for (std::size_t i = 1; i + 1 < out.size(); ++i) CHECK(out[i] == U'\uFFFD');
  decode("𠮷䶮", out);
  CHECK(out == std::vector<char32_t>{U'𠮷', U'䶮'});
}

TEST_CASE("rare characters of names are drawn, and one no font has is reported and keeps its place", "[ui][text]") {
  auto stage = kiosk_stage();
  stage->frame([](Ui& ui) { ui.text({10, 10, 200, 20}, "𠮷䶮𬺓㛃龑镕"); });
  CHECK(stage->missing_glyphs().empty());
  float with = 0, without = 0;
  stage->frame([&](Ui& ui) {
    ui.text({10, 10, 200, 20}, "王\U0002EBF0\U0010FFFD明");
    with = ui.text_width("王\U0002EBF0明");
    without = ui.text_width("王明");
  });
  CHECK(stage->missing_glyphs() == std::vector<std::string>{"\U0002EBF0", "\U0010FFFD"});
  CHECK(with > without + 5);
}

TEST_CASE("label syntax, formats, escapes and direction marks are only words", "[ui][text]") {
  const std::string hostile = "##a###b %n%s%x %d \x1B[2J\x1B]0;x\a \xE2\x80\xAE" "abc" "\xE2\x81\xA6 \xEF\xBB\xBF \x7F \xC2\x9B" "31m \t\r \xFF\xFE";
  auto stage = kiosk_stage();
  std::string typed = hostile;
  const auto page = [&](Ui& ui) {
    ui.text({10, 10, 240, 40}, hostile);
    ui.text({10, 50, 240, 10}, hostile, {.shrink = true});
    ui.button("a##b%n", {10, 70, 240, 30}, hostile, Look::Filled, Icon::Helper, true, "F2");
    ui.touch("t", {10, 105, 240, 30}, hostile);
    ui.tile("tile", {10, 140, 240, 56}, Icon::Wages, hostile, hostile, true);
    ui.choice("choice", {10, 200, 240, 30}, hostile, hostile, false);
    ui.check("check", {10, 235, 240, 22}, hostile, true);
    ui.field("field", {10, 260, 240, 60}, {.text = hostile, .composing = hostile, .placeholder = hostile, .problem = hostile, .active = true,
        .several_lines = true, .foot_left = hostile, .foot_right = "45"});
    if (auto next = ui.edit("edit", {10, 330, 240, 40}, typed, hostile, true, hostile)) typed = *next;
    ui.qr({10, 380, 40, 40}, hostile);
  };
  stage->frame(page);
  stage->tap("edit");
  settle(*stage, page);
  stage->key("Ctrl+A");
  stage->type("##%n" "\x1B" "字");
  settle(*stage, page);
  CHECK(typed == "##%n字");
  // Only the two ill-formed bytes and nothing invisible is missing or takes room.
  stage->frame([](Ui& ui) { CHECK(ui.text_width("a\x1B\xE2\x80\xAE\x07z") == ui.text_width("az")); });
}

TEST_CASE("text that does not fit ends in an ellipsis and is reported", "[ui][text]") {
  auto stage = kiosk_stage();
  const std::string words = "这一句话比它的盒子长得多，所以会被截断，测试要能看见。";
  stage->frame([&](Ui& ui) { ui.text({10, 10, 60, 12}, words); });
  CHECK(stage->clipped() == std::vector<std::string>{words});
  stage->frame([&](Ui& ui) { ui.text({10, 10, 240, 60}, words); });
  CHECK(stage->clipped().empty());
}

TEST_CASE("shrinking never goes under the smallest size of the kiosk", "[ui][text]") {
  auto stage = kiosk_stage();
  stage->frame([&](Ui& ui) { ui.text({10, 10, 120, 20}, "云栖县青石镇矛盾纠纷调处化解中心", {.step = Step::Title, .shrink = true}); });
  CHECK(stage->clipped().empty());
  stage->frame([&](Ui& ui) { ui.text({10, 10, 30, 20}, "云栖县青石镇矛盾纠纷调处化解中心", {.step = Step::Title, .shrink = true}); });
  CHECK(stage->clipped().size() == 1);
}

TEST_CASE("a statement of 20,000 characters is laid out", "[ui][text]") {
  auto stage = kiosk_stage();
  std::string words;
  for (int i = 0; i < 2000; ++i) words += "王师傅在镜湖工地干活，";
  float height = 0;
  stage->frame([&](Ui& ui) { height = ui.text_height(240, words); });
  CHECK(height > 20'000.f / 30 * 10);
}
