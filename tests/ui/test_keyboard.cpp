#include <array>
#include <map>

#include "tests/ui/help.h"

using namespace yizhan::ui;

namespace {

/// Two syllables are enough: qian → 欠 钱, zhe → 着, qianzhe → 欠着.
struct SmallEngine final : PinyinEngine {
  bool fuzzy_on = false;
  int forgotten = 0;
  Candidates candidates(std::string_view letters, int page) override {
    if (letters == "qianzhe") return page == 0 ? Candidates{{"欠着", "欠"}, "qian zhe", {7, 4}, true} : Candidates{{"钱"}, "qian zhe", {4}, false};
    if (letters == "zhe") return {{"着"}, "zhe", {3}, false};
    if (letters == "xx") return {{}, "xx", {}, false};
    return {{"一"}, std::string(letters), {static_cast<int>(letters.size())}, false};
  }
  void fuzzy(bool on) override { fuzzy_on = on; }
  void forget() override { ++forgotten; }
};

/// A text field with the panel under it, as a screen has them.
struct Writing {
  std::unique_ptr<Headless> stage = kiosk_stage();
  SmallEngine engine;
  PinyinEngine* used = &engine;
  KeyboardState state;
  std::string text;
  std::vector<KeyboardMode> modes{KeyboardMode::Pinyin, KeyboardMode::Digits, KeyboardMode::Phrases};
  std::vector<std::string> phrases{"请尽快答复。", "我有材料。", "第三句", "第四句", "第五句", "第六句"};
  void page(Ui& ui) {
    const KeyboardResult result = keyboard(ui, {0, 258, 270, 178}, state, used, modes, phrases);
    for (int i = 0; i < result.backspaces && !text.empty(); ++i) {
      while ((static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
      text.pop_back();
    }
    text += result.insert;
    state = result.state;
  }
  void tap(std::string_view name) {
    INFO(name);
    REQUIRE(stage->tap(name));
    settle(*stage, [this](Ui& ui) { page(ui); });
  }
  void tap(std::initializer_list<const char*> names) {
    for (const char* name : names) tap(std::string_view(name));
  }
  void start() { settle(*stage, [this](Ui& ui) { page(ui); }, 2); }
  void letters(std::string_view all) {
    for (const char c : all) tap(std::string("key.") + c);
  }
};

}  // namespace

TEST_CASE("letters compose and the first candidate takes them all", "[ui][keyboard]") {
  Writing w;
  w.start();
  w.letters("qianzhe");
  CHECK(w.text.empty());
  CHECK(w.state.composing == "qianzhe");
  CHECK(w.state.preedit == "qian zhe");
  w.tap("candidate.0");
  CHECK(w.text == "欠着");
  CHECK(w.state.composing.empty());
  CHECK(w.state.preedit.empty());
  CHECK(w.engine.forgotten > 0);
}

TEST_CASE("a candidate for the first syllable leaves the rest composing", "[ui][keyboard]") {
  Writing w;
  w.start();
  w.letters("qianzhe");
  w.tap("candidate.1");
  CHECK(w.text == "欠");
  CHECK(w.state.composing == "zhe");
  w.tap("key.space");
  CHECK(w.text == "欠着");
}

TEST_CASE("candidates turn their page and come round again", "[ui][keyboard]") {
  Writing w;
  w.start();
  w.letters("qianzhe");
  w.tap("candidate.next");
  CHECK(w.state.page == 1);
  w.tap("candidate.0");
  CHECK(w.text == "钱");
  w.state = {};
  w.text.clear();
  w.start();
  w.letters("qianzhe");
  w.tap({"candidate.next", "candidate.next"});
  CHECK(w.state.page == 0);
}

TEST_CASE("deleting takes a letter while composing and a character afterwards", "[ui][keyboard]") {
  Writing w;
  w.text = "王师傅";
  w.start();
  w.letters("zh");
  w.tap("key.backspace");
  CHECK(w.state.composing == "z");
  CHECK(w.text == "王师傅");
  w.tap({"key.backspace", "key.backspace"});
  CHECK(w.text == "王师");
}

TEST_CASE("a full stop ends what is being composed with its first candidate", "[ui][keyboard]") {
  Writing w;
  w.start();
  w.letters("zhe");
  w.tap("key.stop");
  CHECK(w.text == "着。");
}

TEST_CASE("syllables can be told apart, line feeds made, letters kept as typed", "[ui][keyboard]") {
  Writing w;
  w.start();
  w.tap("key.split");
  CHECK(w.state.composing.empty());
  w.letters("xi");
  w.tap({"key.split", "key.split"});
  w.letters("an");
  CHECK(w.state.composing == "xi'an");
  w.tap("key.enter");
  CHECK(w.text == "xian");
  w.tap("key.enter");
  CHECK(w.text == "xian\n");
}

TEST_CASE("punctuation waits in the candidate bar while nothing is composed", "[ui][keyboard]") {
  Writing w;
  w.start();
  w.tap({"candidate.1", "candidate.next", "candidate.2"});
  CHECK(w.text == "？《");
}

TEST_CASE("letters without any candidate are not lost", "[ui][keyboard]") {
  Writing w;
  w.start();
  w.letters("xx");
  w.tap("key.space");
  CHECK(w.state.composing == "xx");
  w.tap("key.mode.digits");
  CHECK(w.text == "xx");
  CHECK(w.state.mode == KeyboardMode::Digits);
  CHECK(w.state.composing.empty());
}

TEST_CASE("the digit panel alone has what identity and telephone numbers need, and nothing more", "[ui][keyboard]") {
  Writing w;
  w.modes = {KeyboardMode::Digits};
  w.start();
  w.tap({"key.1", "key.1", "key.0", "key.X", "key.-", "key.."});
  CHECK(w.text == "110X-.");
  CHECK_FALSE(w.stage->tap("key.年"));
  CHECK_FALSE(w.stage->tap("key.mode.pinyin"));
}

TEST_CASE("among the others the digit panel writes dates and money", "[ui][keyboard]") {
  Writing w;
  w.start();
  w.tap({"key.mode.digits", "key.2", "key.0", "key.2", "key.5", "key.年", "key.6", "key.月", "key.5", "key.元"});
  CHECK(w.text == "2025年6月5元");
}

TEST_CASE("phrases turn pages forth and back", "[ui][keyboard]") {
  Writing w;
  w.start();
  w.tap("key.mode.phrases");
  CHECK_FALSE(w.stage->tap("key.page.previous"));
  w.tap({"key.phrase.1", "key.page.next", "key.phrase.5"});
  CHECK(w.text == "我有材料。第六句");
  CHECK_FALSE(w.stage->tap("key.page.next"));
  w.tap("key.page.previous");
  CHECK(w.state.page == 0);
}

TEST_CASE("fuzzy sounds are off until the person wants them", "[ui][keyboard]") {
  Writing w;
  w.start();
  CHECK_FALSE(w.engine.fuzzy_on);
  w.tap("key.fuzzy");
  CHECK(w.state.fuzzy);
  CHECK(w.engine.fuzzy_on);
  w.tap("key.fuzzy");
  CHECK_FALSE(w.engine.fuzzy_on);
}

TEST_CASE("without an engine the letters are inserted as typed and the panel says so", "[ui][keyboard]") {
  Writing w;
  w.used = nullptr;
  w.start();
  w.letters("ab");
  CHECK(w.text == "ab");
  CHECK(w.state.composing.empty());
}

TEST_CASE("composing stops at a bound", "[ui][keyboard]") {
  Writing w;
  w.state.composing = std::string(60, 'a');
  w.start();
  w.letters("b");
  CHECK(w.state.composing.size() == 60);
}
