#include <array>
#include <map>

#include "kiosk/ui/keyboard.h"
#include "kiosk/writing/caret.h"
#include "tests/ui/help.h"

using namespace yizhan::ui;
namespace writing = yizhan::writing;

namespace {

/// Two syllables are enough: qian → 欠 钱, zhe → 着, qianzhe → 欠着.
struct SmallEngine final : PinyinEngine {
  bool fuzzy_on = false;
  int forgotten = 0;
  Candidates candidates(std::string_view letters, int page) override {
    if (letters == "qianzhe") return page == 0 ? Candidates{{"欠着", "欠"}, "qian zhe", true} : Candidates{{"钱"}, "qian zhe", false};
    if (letters == "zhe") return {{"着"}, "zhe", false};
    if (letters.starts_with("xx") || letters.starts_with("vv")) return {{}, std::string(letters), false};
    return {{"一"}, std::string(letters), false};
  }
  int consumed(std::string_view letters, int page, std::size_t i) override {
    if (letters == "qianzhe") return page == 0 && i == 0 ? 7 : 4;
    return static_cast<int>(letters.size());
  }
  void fuzzy(bool on) override { fuzzy_on = on; }
  void forget() override { ++forgotten; }
};

const writing::Divisions& two_towns() {
  static const auto all = writing::Divisions::parse("44\t某省\n4499\t某市\n449901\t甲县\t001东镇,002西镇,003大山乡\n449902\t乙县\t001东河镇\n", "d\t东大\nx\t西县乡\nz\t镇\ns\t山\nh\t河\n", "449901002\t西镇\t001小桥村\n");
  REQUIRE(all);
  return *all;
}
const writing::RareIndex& few_rare() {
  static const auto index = writing::RareIndex::parse("radical\t3\t30\t口\nradical\t4\t85\t水\nradical\t3\t85\t氵\nchars\t30\t3\t吉\U00020BB7\nchars\t85\t5\t泊\n", "rare.tsv");
  REQUIRE(index);
  return *index;
}

/// A text field with the panel under it, as a screen has them.
struct Writing {
  std::unique_ptr<Headless> stage = kiosk_stage();
  SmallEngine engine;
  KeyboardState state;
  std::string text;
  std::size_t caret = writing::at_end;
  std::string division;
  std::vector<Way> ways{Way::Pinyin, Way::Digits, Way::Phrases};
  std::vector<Sheet> sheets{Sheet::Digits, Sheet::Letters, Sheet::Marks, Sheet::Date, Sheet::Amount, Sheet::Rare};
  std::vector<std::string> phrases{"请尽快答复。", "我有材料。", "第三句", "第四句", "第五句", "第六句", "第七句", "第八句", "第九句", "欠我{amount}，从{date}开始。"};
  std::vector<std::string> units{"人社局", "住建局"};
  std::string before;
  Hand hand;
  Writing() {
    state.way = Way::Pinyin;
    hand.pinyin = &engine;
    hand.here = "449901";
    hand.places = &two_towns();
    hand.rare = &few_rare();
    hand.several_lines = true;
    hand.today = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20);
  }
  const Hand& now() {
    before = std::string(writing::before_caret(text, caret, 12));
    hand.ways = ways;
    hand.sheets = sheets;
    hand.phrases = phrases;
    hand.units = units;
    hand.before = before;
    return hand;
  }
  void take(const KeyboardResult& result) {
    writing::erase_before(text, caret, result.backspaces);
    writing::erase_after(text, caret, result.deletes);
    writing::insert_at(text, caret, result.insert);
    if (result.step != 0) caret = writing::stepped(text, caret, result.step);
    if (!result.division.empty()) division = result.division;
    state = result.state;
  }
  void page(Ui& ui) { take(keyboard(ui, {0, 258, 270, 178}, state, now())); }
  void strike(std::initializer_list<writing::Stroke> strokes) {
    for (const writing::Stroke& stroke : strokes) take(yizhan::ui::strike(state, now(), stroke));
  }
  void typed(std::string_view words) {
    for (const char c : words) strike({{{}, std::string(1, c)}});
  }
  void tap(std::string_view name) {
    INFO(name);
    REQUIRE(stage->tap(name));
    settle(*stage, [this](Ui& ui) { page(ui); });
    CHECK(stage->clipped().empty());
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

TEST_CASE("candidates turn their page forth and back", "[ui][keyboard]") {
  Writing w;
  w.start();
  w.letters("qianzhe");
  CHECK_FALSE(w.stage->tap("candidate.back"));
  w.tap("candidate.next");
  CHECK(w.state.page == 1);
  CHECK_FALSE(w.stage->tap("candidate.next"));  // the last page says so
  w.tap("candidate.back");
  CHECK(w.state.page == 0);
  w.tap({"candidate.next", "candidate.0"});
  CHECK(w.text == "钱");
  CHECK(w.state.composing == "zhe");
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
  CHECK(w.state.way == Way::Digits);
  CHECK(w.state.composing.empty());
}

TEST_CASE("the digit panel alone has what identity and telephone numbers need, and nothing more", "[ui][keyboard]") {
  Writing w;
  w.ways = {Way::Digits};
  w.sheets = {Sheet::Digits};
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
  w.tap({"key.phrase.1", "key.page.next", "key.phrase.8"});
  CHECK(w.text == "我有材料。第九句");
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
  w.hand.pinyin = nullptr;
  w.start();
  w.letters("ab");
  CHECK(w.text == "ab");
  CHECK(w.state.composing.empty());
}

TEST_CASE("two hundred letters that spell nothing are all kept", "[ui][keyboard]") {
  Writing w;
  w.start();
  w.typed(std::string(200, 'v'));
  CHECK(w.state.composing.size() <= 60);
  w.strike({{"Enter", {}}});
  CHECK(w.text == std::string(200, 'v'));
  CHECK(w.state.composing.empty());
}

TEST_CASE("more letters than the engine reads at once choose their first candidate and go on", "[ui][keyboard]") {
  Writing w;
  w.start();
  w.typed(std::string(130, 'a'));
  CHECK(w.text == "一一");
  CHECK(w.state.composing.size() == 10);
}

TEST_CASE("a change of way in the middle of composing loses nothing, whatever the way", "[ui][keyboard]") {
  for (const char* to : {"key.mode.digits", "key.mode.phrases"}) {
    INFO(to);
    Writing w;
    w.start();
    w.letters("qian");
    w.tap(to);
    CHECK(w.text == "qian");
    CHECK(w.state.composing.empty());
    CHECK(w.state.preedit.empty());
  }
  SECTION("an amount that was not confirmed") {
    Writing w;
    w.state.way = Way::Digits;
    w.state.sheet = Sheet::Amount;
    w.start();
    w.tap({"key.5", "key.00", "key.mode.pinyin"});
    CHECK(w.text == "500元");
  }
  SECTION("a phrase whose slot is open") {
    Writing w;
    w.state.way = Way::Phrases;
    w.start();
    w.tap({"key.page.next", "key.phrase.9"});
    CHECK(w.text == "欠我");
    w.tap("key.mode.pinyin");
    CHECK(w.text == "欠我一笔钱，从前一段时间开始。");
  }
}

TEST_CASE("the panel keeps its height and its tabs their place when the way changes", "[ui][keyboard]") {
  Writing w;
  w.ways = {Way::Pinyin, Way::Digits, Way::Phrases, Way::Places, Way::Units};
  const auto tabs = [&] {
    std::map<std::string, std::array<float, 4>> boxes;
    for (const HitBox& hit : w.stage->hits())
      if (hit.name.starts_with("key.mode.")) boxes[hit.name] = {hit.box.x, hit.box.y, hit.box.w, hit.box.h};
    return boxes;
  };
  w.start();
  const auto before = tabs();
  REQUIRE(before.size() == 5);
  for (const char* way : {"key.mode.digits", "key.mode.phrases", "key.mode.places", "key.mode.units", "key.mode.pinyin"}) {
    w.tap(way);
    CHECK(tabs() == before);
    for (const HitBox& hit : w.stage->hits()) {
      INFO(hit.name);
      CHECK(hit.box.y >= 258);
      CHECK(hit.box.bottom() <= 258 + 178);
      CHECK(hit.box.w >= 19.9f);
      CHECK(hit.box.h >= 19.9f);
    }
  }
}

TEST_CASE("every sheet of digits, letters and signs is one touch away and every character of a keyboard can be reached", "[ui][keyboard]") {
  Writing w;
  w.state.way = Way::Digits;
  w.start();
  std::string reached;
  const auto note = [&] {
    for (const HitBox& hit : w.stage->hits())
      if (hit.name.starts_with("key.") && hit.words.size() == 1) reached += hit.words;
  };
  note();
  w.tap("key.sheet.letters");
  note();
  w.tap("key.upper");
  note();
  w.letters("ab");
  CHECK(w.text == "AB");
  w.tap("key.sheet.marks");
  note();
  while (w.stage->tap("key.page.next")) {
    settle(*w.stage, [&](Ui& ui) { w.page(ui); });
    note();
  }
  for (char c = '!'; c <= '~'; ++c) {
    INFO(c);
    CHECK(reached.find(c) != std::string::npos);
  }
}

TEST_CASE("an amount shows the bank's capitals and is written as tapped", "[ui][keyboard]") {
  Writing w;
  w.state.way = Way::Digits;
  w.start();
  w.tap({"key.sheet.amount", "key.1", "key.8", "key.6", "key.00"});
  bool shown = false;
  settle(*w.stage, [&](Ui& ui) {
    w.page(ui);
    for (const Shown& s : ui.shown()) shown = shown || s.words == "壹万捌仟陆佰元整";
  });
  CHECK(shown);
  w.tap("key.put");
  CHECK(w.text == "18600元");
  w.tap({"key.1", "key..", "key.8", "key.6", "key.万", "key.put"});
  CHECK(w.text == "18600元1.86万元");
}

TEST_CASE("a date is three taps, today one", "[ui][keyboard]") {
  Writing w;
  w.state.way = Way::Digits;
  w.state.sheet = Sheet::Date;
  w.start();
  w.tap("key.day.ago1");
  CHECK(w.text == "2026年11月19日");
  w.text.clear();
  w.tap({"key.year.2", "key.month.1", "key.day.27"});
  CHECK(w.text == "2025年2月28日");
  w.text.clear();
  w.tap({"key.year.2", "key.month.1"});
  CHECK_FALSE(w.stage->tap("key.day.28"));  // 2025 has no 29 February
  w.tap("key.only");
  CHECK(w.text == "2025年2月");
  w.text.clear();
  w.tap({"key.year.4", "key.up", "key.year.0", "key.only"});
  CHECK(w.text == "2026年");
}

TEST_CASE("a phrase with slots opens the picker for each and goes on", "[ui][keyboard]") {
  Writing w;
  w.state.way = Way::Phrases;
  w.start();
  w.tap({"key.page.next", "key.phrase.9"});
  CHECK(w.text == "欠我");
  w.tap({"key.5", "key.0", "key.0", "key.put"});
  CHECK(w.text == "欠我500元，从");
  w.tap({"key.year.0", "key.month.2", "key.only"});
  CHECK(w.text == "欠我500元，从2026年3月开始。");
  CHECK(w.state.rest.empty());
  CHECK(w.stage->tap("key.phrase.8"));  // the phrases are back
}

TEST_CASE("what somebody cannot say is left open in a phrase", "[ui][keyboard]") {
  Writing w;
  w.state.way = Way::Phrases;
  w.start();
  w.tap({"key.page.next", "key.phrase.9", "key.skip", "key.skip"});
  CHECK(w.text == "欠我一笔钱，从前一段时间开始。");
}

TEST_CASE("a place is picked from one's own county first, with its code", "[ui][keyboard]") {
  Writing w;
  w.ways = {Way::Places, Way::Pinyin};
  w.state = {};  // nobody chose a way: the picker comes first
  w.start();
  w.tap("key.place.0");
  CHECK(w.text == "东镇");
  CHECK(w.division == "449901001");
  w.text.clear();
  w.tap({"key.place.1", "key.place.0"});  // a township with villages
  CHECK(w.text == "西镇小桥村");
  CHECK(w.division == "449901002001");
  w.text.clear();
  w.tap({"key.up", "key.place.1", "key.place.0"});
  CHECK(w.text == "乙县东河镇");
  CHECK(w.division == "449902001");
  w.text.clear();
  w.tap({"key.letters", "key.d", "key.s", "candidate.0"});
  CHECK(w.text == "大山乡");
}

TEST_CASE("units are picked as they are called", "[ui][keyboard]") {
  Writing w;
  w.ways = {Way::Units, Way::Pinyin};
  w.state = {};
  w.start();
  w.tap("key.unit.1");
  CHECK(w.text == "住建局");
}

TEST_CASE("rare characters come by radical and strokes, or by code", "[ui][keyboard]") {
  Writing w;
  w.ways = {Way::Pinyin, Way::Digits};
  w.sheets = {Sheet::Rare, Sheet::Letters};
  w.hand.names = true;
  w.start();
  w.tap({"key.mode.digits", "key.strokes.2", "key.radical.0", "key.residual.0", "key.char.1"});
  CHECK(w.text == "𠮷");
  w.tap({"key.rare.way", "key.2", "key.0", "key.B", "key.B", "key.7", "candidate.0"});
  CHECK(w.text == "𠮷𠮷");
  w.tap({"key.9", "key.5", "key.3", "key.4", "key.B", "key.2", "key.3", "key.5", "candidate.0"});
  CHECK(w.text == "𠮷𠮷𠮷");
  w.tap({"key.0", "key.0", "key.4", "key.1"});
  CHECK_FALSE(w.stage->tap("candidate.0"));  // no ideograph
}

TEST_CASE("nobody chose a way: phrases before handwriting before pinyin", "[ui][keyboard]") {
  Writing w;
  w.ways = {Way::Handwriting, Way::Pinyin, Way::Digits, Way::Phrases};
  w.state = {};
  CHECK(shown_way(w.state, w.now()) == Way::Phrases);
  w.phrases.clear();
  CHECK(shown_way(w.state, w.now()) == Way::Pinyin);  // no engine for handwriting
  w.state.way = Way::Digits;
  CHECK(shown_way(w.state, w.now()) == Way::Digits);
  w.state.way = Way::Phrases;                         // gone with its words
  CHECK(shown_way(w.state, w.now()) == Way::Pinyin);
}

TEST_CASE("a real keyboard composes, chooses by digit, deletes and goes on", "[ui][keyboard]") {
  Writing w;
  w.typed("qianzhe");
  CHECK(w.text.empty());
  CHECK(w.state.preedit == "qian zhe");
  w.typed("2");
  CHECK(w.text == "欠");
  CHECK(w.state.composing == "zhe");
  w.typed(" ");
  CHECK(w.text == "欠着");
  w.typed("3.5,");
  CHECK(w.text == "欠着3.5,");
  w.text = "欠着";
  w.typed(",");
  CHECK(w.text == "欠着，");
  w.typed("zh");
  w.strike({{"Backspace", {}}, {"Backspace", {}}, {"Backspace", {}}});
  CHECK(w.text == "欠着");
  w.typed("xi'an");
  w.strike({{"Enter", {}}});
  CHECK(w.text == "欠着xian");
  w.strike({{"Enter", {}}});
  CHECK(w.text == "欠着xian\n");
  w.typed("qianzhe9");  // no ninth candidate: nothing happens, nothing is lost
  CHECK(w.state.composing == "qianzhe");
  w.strike({{"PageDown", {}}});
  CHECK(w.state.page == 1);
  w.typed("1");
  CHECK(w.text == "欠着xian\n钱");
}

TEST_CASE("letters of a real keyboard lead to pinyin from ways without letters", "[ui][keyboard]") {
  Writing w;
  w.state.way = Way::Phrases;
  w.typed("zhe1");
  CHECK(w.state.way == Way::Pinyin);
  CHECK(w.text == "着");
  w.state = {};
  w.state.way = Way::Digits;
  w.typed("a1");
  CHECK(w.text == "着a1");
}

TEST_CASE("the caret moves, and what is written goes where it stands", "[ui][keyboard]") {
  Writing w;
  w.text = "王李";
  w.start();
  w.tap("key.left");
  w.letters("zhe");
  w.tap("candidate.0");
  CHECK(w.text == "王着李");
  w.tap("key.backspace");
  CHECK(w.text == "王李");
  w.strike({{"Left", {}}, {"Delete", {}}});
  CHECK(w.text == "李");
  w.tap("key.right");
  w.tap("key.backspace");
  CHECK(w.text.empty());
}
