// Writing on the citizen's pages: caret, ways, pickers, a real keyboard, the scanner, rare characters, very long statements; each state
// drawn in portrait, in the low position and in three text sizes. YIZHAN_PICTURES=<folder> keeps a picture of each.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <set>

#include "core/text.h"
#include "kiosk/screens/screens.h"
#include "kiosk/ui/window.h"
#include "tests/citizen/writing_bench.h"

using namespace yizhan;
using namespace yizhan::kiosk;
using namespace yizhan::kiosk::test;

namespace {

std::string matter() { return make_matter_id("440583-K01", hall_day(Lobby{}.snapshot.now), 12); }
std::string code() { return Lobby{}.receipt_for("", "LAW").query_code; }
std::string qr() { return "XF1:" + matter() + ":" + code() + ":0a1b2c3d"; }

}  // namespace

// ---- ways -----------------------------------------------------------------------------------------------------------------

TEST_CASE("a statement begins with phrases, a name with handwriting, a place with the county's townships", "[citizen][writing]") {
  Bench hall;
  hall.lobby.to_statement();
  hall.frames();
  CHECK(hall.has("key.phrase.0"));
  hall.tap("key.phrase.0");
  CHECK(hall.request() == "请帮我要回拖欠的工资。");
  hall.taps({"next", "next", "next"});
  REQUIRE(hall.lobby.seen() == Screen::Place);
  hall.frames();
  CHECK(hall.has("key.place.0"));

  Bench name;
  name.lobby.act(Begin{Screen::Notice, {}});
  name.lobby.act(Next{});
  name.lobby.act(ChooseDocument{DocumentKind::None});
  name.frames();
  CHECK(name.has("pad"));
}

TEST_CASE("without engines and data the other ways stay, letters are taken as typed", "[citizen][writing]") {
  Bench hall;
  hall.engines = hall.tools = false;
  hall.lobby.to_statement();
  hall.frames();
  CHECK(hall.has("key.phrase.0"));            // the rulebook's own few
  CHECK_FALSE(hall.has("key.mode.handwriting"));
  hall.taps({"key.mode.pinyin", "key.a", "key.b"});
  CHECK(hall.request() == "ab");
  CHECK(hall.window->clipped().empty());
  hall.taps({"key.mode.digits", "key.sheet.rare", "key.2", "key.0", "key.B", "key.B", "key.7", "candidate.0"});
  CHECK(hall.request() == "ab𠮷");            // by code needs no data
  hall.taps({"next", "next", "next"});
  hall.frames();
  CHECK_FALSE(hall.has("key.mode.places"));
  CHECK(hall.has("key.q"));
}

TEST_CASE("how a person likes to write is kept from field to field and forgotten with the visit", "[citizen][writing]") {
  Bench hall;
  hall.lobby.to_statement();
  hall.taps({"key.mode.pinyin", "key.q"});
  hall.tap("tab.facts");
  CHECK(hall.has("key.q"));
  CHECK(hall.request() == "q");  // the letter that was composing stayed
  hall.lobby.act(LeaveNow{});
  CHECK(hall.lobby.s.way == Way::Auto);
  CHECK(hall.lobby.s.keys == writing::Keys{});
}

TEST_CASE("leaving a field in the middle of composing keeps what was seen, by every way out", "[citizen][writing]") {
  const auto composing = [](Bench& hall) {
    hall.lobby.to_statement();
    hall.taps({"key.mode.pinyin", "key.q", "key.i", "key.a", "key.n"});
    CHECK(hall.request().empty());
  };
  for (const char* out : {"next", "back", "tab.reasons", "skip", "help", "key.mode.digits"}) {
    INFO(out);
    Bench hall;
    composing(hall);
    hall.tap(out);
    CHECK(hall.request() == "qian");
    CHECK(hall.lobby.s.keys.composing.empty());
  }
  // Handwriting: the character seen on the pad.
  Lobby lobby;
  lobby.to_statement();
  Keys keys;
  keys.way = Way::Handwriting;
  keys.pad.preview = "欠";
  lobby.act(Typed{"", 0, keys});
  lobby.act(Next{});
  CHECK(lobby.s.statement.request == "欠");
  CHECK(lobby.s.keys.pad == ink::Pad{});
}

// ---- caret ----------------------------------------------------------------------------------------------------------------

TEST_CASE("a touch in the field places the caret, keys move it, writing and deleting happen there", "[citizen][writing][caret]") {
  Bench hall;
  hall.lobby.to_statement();
  hall.lobby.type("包工头欠钱不给");
  hall.frames();
  const ui::HitBox field = hall.hit("text");
  hall.window->tap_at(field.box.x + 8.5f + 3 * 10.f + 1, field.box.y + 6 + 6);  // between 头 and 欠
  hall.frames(4);
  REQUIRE(hall.lobby.s.caret == 3);
  hall.lobby.type("一直");
  CHECK(hall.request() == "包工头一直欠钱不给");
  CHECK(hall.lobby.s.caret == 5);
  hall.lobby.act(Typed{"", 1, hall.lobby.s.keys});
  CHECK(hall.request() == "包工头一欠钱不给");
  hall.taps({"key.caret.left", "key.caret.left"});
  CHECK(hall.lobby.s.caret == 2);
  hall.lobby.act(Typed{"", 0, hall.lobby.s.keys, 1});
  CHECK(hall.request() == "包工一欠钱不给");
  hall.window->tap_at(field.box.right() - 10, field.box.bottom() - 30);  // below all words: the end
  hall.frames(4);
  hall.lobby.type("。");
  CHECK(hall.request() == "包工一欠钱不给。");
}

TEST_CASE("touching the field in the middle of composing keeps the letters where they were", "[citizen][writing][caret]") {
  Bench hall;
  hall.lobby.to_statement();
  hall.lobby.type("包工头");
  hall.taps({"key.mode.pinyin", "key.q"});
  const ui::HitBox field = hall.hit("text");
  hall.window->tap_at(field.box.x + 9, field.box.y + 12);
  hall.frames(4);
  CHECK(hall.request() == "包工头q");
  CHECK(hall.lobby.s.caret == 0);
}

TEST_CASE("a long text is read in pages and changed in its middle", "[citizen][writing][caret]") {
  Bench hall;
  hall.lobby.to_statement();
  for (int i = 0; i < 30; ++i) hall.lobby.type("老板一直拖着不给钱，我们几个人都等着。");
  hall.frames();
  CHECK_FALSE(hall.has("key.caret.down"));  // at the end there is no next page
  hall.tap("key.caret.up");
  CHECK(hall.lobby.s.caret != writing::at_end);
  const std::size_t middle = hall.lobby.s.caret;
  hall.tap("key.caret.up");
  CHECK(hall.lobby.s.caret < middle);
  hall.tap("key.caret.down");
  CHECK(hall.lobby.s.caret == middle);
  hall.lobby.type("（今年）");
  CHECK(hall.request().find("（今年）") == writing::before_caret(hall.request(), middle, 100'000).size());
}

// ---- a real keyboard ------------------------------------------------------------------------------------------------------

TEST_CASE("a real keyboard writes a statement in pinyin and goes through the fields", "[citizen][writing][keyboard]") {
  Bench hall;
  hall.lobby.to_statement();
  hall.frames();
  hall.keys("qian2");
  CHECK(hall.request() == "前");
  hall.key("Enter");
  CHECK(hall.request() == "前\n");
  hall.key("Backspace");
  hall.keys("3");
  hall.key("Left");
  hall.keys("qian1");
  CHECK(hall.request() == "前欠3");
  hall.key("Home");
  CHECK(hall.lobby.s.caret == 0);
  hall.key("Delete");
  CHECK(hall.request() == "欠3");
  hall.key("End");
  CHECK(hall.lobby.s.caret == writing::at_end);
}

TEST_CASE("Tab and Enter go on to the next field of a page", "[citizen][writing][keyboard]") {
  Bench hall;
  hall.lobby.act(Begin{Screen::Notice, {}});
  hall.lobby.act(Next{});
  hall.lobby.act(ChooseDocument{DocumentKind::ResidentId});
  hall.frames();
  hall.keys("qian1");
  hall.key("Enter");
  CHECK(hall.lobby.s.me.name == "欠");
  CHECK(hall.lobby.s.field == Field::Number);
  hall.keys("1101");
  hall.key("Tab");
  CHECK(hall.lobby.s.field == Field::Phone);
  CHECK(hall.lobby.s.me.number == "1101");
}

TEST_CASE("controls and bidi marks from a real keyboard stay as they came in a statement, harmless, and are refused in a name", "[citizen][writing][keyboard]") {
  struct Row { const char* name; std::string text; };
  for (const Row& row : std::vector<Row>{{"escape", "钱\x1b[2J"}, {"bidi", "钱\u202E不给"}, {"zero width", "钱\u200B"}, {"bom", "\uFEFF钱"}, {"delete", "钱\x7F"}, {"c1", "钱\u0085"}}) {
    INFO(row.name);
    Bench hall;
    hall.lobby.to_statement();
    hall.frames();
    hall.window->type(row.text);
    hall.frames();
    hall.lobby.now += Span{200};
    hall.frames();
    CHECK(hall.request() == row.text);  // trust.md 5.1: stored verbatim
    CHECK(hall.window->clipped().empty());
    CHECK(hall.window->missing_glyphs().empty());

    Bench name;
    name.lobby.act(Begin{Screen::Notice, {}});
    name.lobby.act(Next{});
    name.lobby.act(ChooseDocument{DocumentKind::None});
    name.frames();
    name.window->type(row.text);
    name.frames();
    name.lobby.now += Span{200};
    name.frames();
    name.tap("next");
    CHECK(name.lobby.seen() == Screen::Identify);
    CHECK(problem_at(name.lobby.s, Field::Name) == "姓名含无效字符，请删去重写");
  }
}

TEST_CASE("broken bytes from a real keyboard become the sign for them, never broken words", "[citizen][writing][keyboard]") {
  Bench hall;
  hall.lobby.to_statement();
  hall.frames();
  hall.window->type("钱\xC3\x28");
  hall.frames();
  CHECK(valid_utf8(hall.request()));
  CHECK(hall.request() == "钱\uFFFD(");
}

TEST_CASE("several lines in a field of one line are refused in words", "[citizen][writing][keyboard]") {
  Lobby lobby;
  lobby.to_statement();
  lobby.type("付清。");
  for (int i = 0; i < 3; ++i) lobby.act(Next{});
  REQUIRE(lobby.s.screen == Screen::Place);
  lobby.type("一村\n二村");
  CHECK(lobby.s.statement.place.empty());
  CHECK(problem_at(lobby.s, Field::Place) == "这一格只能写一行。");
}

// ---- scanner ---------------------------------------------------------------------------------------------------------------

TEST_CASE("a receipt scanned on the first page leads straight to the progress", "[citizen][writing][scan]") {
  for (const bool enter : {true, false}) {
    Bench hall;
    hall.frames();
    hall.scan(qr(), enter);
    CHECK(hall.lobby.count<AskProgress>() == 1);
    CHECK(hall.lobby.last<AskProgress>()->number == matter());
    CHECK(hall.lobby.last<AskProgress>()->code == code());
    CHECK(hall.lobby.seen() == Screen::Progress);
  }
}

TEST_CASE("number and query code may come one after the other", "[citizen][writing][scan]") {
  Bench hall;
  hall.frames();
  hall.scan(matter());
  CHECK(hall.lobby.seen() == Screen::Ask);
  CHECK(hall.lobby.s.field == Field::QueryCode);
  CHECK(hall.lobby.s.remark == "编号读到了，请再扫查询码。");
  hall.scan(code());
  CHECK(hall.lobby.seen() == Screen::Progress);

  Bench other;
  other.frames();
  other.scan(code());
  CHECK(other.lobby.s.field == Field::MatterNumber);
  other.scan(matter());
  CHECK(other.lobby.seen() == Screen::Progress);
}

TEST_CASE("a scan leaks into no field, on no page", "[citizen][writing][scan]") {
  Bench hall;
  hall.lobby.act(Begin{Screen::Notice, {}});
  hall.lobby.act(Next{});
  hall.lobby.act(ChooseDocument{DocumentKind::ResidentId});
  hall.frames();
  hall.scan(qr());
  CHECK(hall.lobby.s.me.name.empty());
  CHECK(hall.lobby.seen() == Screen::Identify);
  CHECK(hall.lobby.s.remark == "小票的码请在「查进度」里扫。");
  hall.lobby.act(Focus{Field::Number, 0});
  hall.scan(matter());
  CHECK(hall.lobby.s.me.number.empty());

  Bench statement;
  statement.lobby.to_statement();
  statement.frames();
  statement.scan(qr());
  statement.scan("https://example.invalid/a?b=c");
  CHECK(statement.request().empty());
  CHECK(statement.lobby.s.remark == "这个码认不出，请用小票上的。");

  for (const Screen screen : {Screen::Kind, Screen::Notice}) {
    Bench page;
    if (screen == Screen::Kind) page.lobby.to_kind();
    else page.lobby.act(Begin{Screen::Notice, {}});
    page.frames();
    page.scan(qr());
    CHECK(page.lobby.seen() == screen);
    CHECK(page.lobby.s.number.empty());
    CHECK(page.lobby.s.code.empty());
  }
}

TEST_CASE("a foreign code on the first page changes nothing", "[citizen][writing][scan]") {
  Bench hall;
  hall.frames();
  hall.scan(std::string(7089, '7'));
  hall.scan("XF1:nonsense:1:2");
  hall.scan("6901234567892");
  CHECK(hall.lobby.seen() == Screen::Home);
  CHECK(blank(hall.lobby.s));
}

// ---- places, rare characters, length ---------------------------------------------------------------------------------------

TEST_CASE("a picked place brings its code, and loses it when its words are written over", "[citizen][writing]") {
  Lobby lobby;
  lobby.to_statement();
  lobby.type("付清。");
  for (int i = 0; i < 3; ++i) lobby.act(Next{});
  Typed picked{"河婆街道", 0, lobby.s.keys};
  picked.division = "445222001";
  lobby.act(picked);
  CHECK(petition_of(lobby.s, rules()).statement.division == "445222001");
  lobby.type("三组");
  CHECK(lobby.s.statement.division == "445222001");
  lobby.act(Typed{"", 4, lobby.s.keys});
  CHECK(lobby.s.statement.place == "河婆");
  CHECK(lobby.s.statement.division.empty());
}

TEST_CASE("a rare character of a name is picked, shown and filed byte for byte", "[citizen][writing][rare]") {
  Bench hall;
  hall.lobby.act(Begin{Screen::Notice, {}});
  hall.lobby.act(Next{});
  hall.lobby.act(ChooseDocument{DocumentKind::None});
  hall.taps({"key.mode.digits", "key.rare.way", "key.2", "key.0", "key.B", "key.B", "key.7", "candidate.0"});
  hall.lobby.type("·\uFA11");  // 﨑 is a compatibility ideograph: NFC would make another of its kind
  hall.frames();
  CHECK(hall.window->missing_glyphs().empty());
  CHECK(hall.lobby.s.me.name == "𠮷·\uFA11");
  hall.tap("next");
  CHECK(hall.lobby.seen() == Screen::Whom);
  CHECK(petition_of(hall.lobby.s, rules()).petitioner.name == "𠮷·\uFA11");
}

TEST_CASE("a statement of 20,000 characters takes one more stroke and says that it is full", "[citizen][writing]") {
  Bench hall;
  hall.lobby.to_statement();
  std::string text;
  for (int i = 0; i < 19'999; ++i) text += i % 17 == 16 ? "。" : "话";
  hall.lobby.type(text);
  hall.frames();
  hall.lobby.type("完");
  CHECK(characters(hall.request()) == 20'000);
  hall.lobby.type("多");
  CHECK(characters(hall.request()) == 20'000);
  CHECK(problem_at(hall.lobby.s, Field::Request) == "已到2万字，请到窗口补充。");
  hall.frames();
  CHECK(hall.window->clipped().empty());
  hall.tap("key.caret.up");
  hall.lobby.act(Typed{"", 1, hall.lobby.s.keys});
  CHECK(characters(hall.request()) == 19'999);
}

// ---- looks -----------------------------------------------------------------------------------------------------------------

namespace {

void look_at(const Settings& settings, const std::string& suffix) {
  const char* folder = std::getenv("YIZHAN_PICTURES");
  for (const State& state : writing_states()) {
    INFO(state.name << suffix);
    Bench hall(settings);
    state.reach(hall);
    hall.lobby.s.settings = settings;
    hall.frames(4);
    std::string faults;
    for (const auto& words : hall.window->clipped()) faults += "cut: " + words + "\n";
    for (const auto& c : hall.window->missing_glyphs()) faults += "no glyph: " + c + "\n";
    std::set<std::string> names;
    const auto& hits = hall.window->hits();
    for (std::size_t i = 0; i < hits.size(); ++i) {
      const auto& hit = hits[i];
      const bool key = hit.name.starts_with("key.") || hit.name.starts_with("candidate.");
      if (!names.insert(hit.name).second) faults += "two are named " + hit.name + "\n";
      if (hit.box.w < (key ? 12.7f : 20) - .13f || hit.box.h < (key ? settings.low ? 12.7f : 15 : 20) - .13f) faults += hit.name + " is small: " + std::to_string(hit.box.w) + " × " + std::to_string(hit.box.h) + "\n";
      if (settings.low && hit.box.y < 480 * .55f - .1f) faults += hit.name + " is out of reach\n";
      for (std::size_t j = i + 1; j < hits.size(); ++j) {
        const float dx = std::max(hits[j].box.x - hit.box.right(), hit.box.x - hits[j].box.right()), dy = std::max(hits[j].box.y - hit.box.bottom(), hit.box.y - hits[j].box.bottom());
        if (std::max(dx, dy) < 1.9f && !(hit.name.starts_with("tab.") && hits[j].name == "text") && !(hit.name == "text" && hits[j].name.starts_with("tab.")))
          faults += hit.name + " and " + hits[j].name + " are too near\n";
      }
    }
    if (folder != nullptr) hall.window->picture(std::string(folder) + "/writing_" + state.name + suffix + ".png");
    CHECK(faults == "");
  }
}

}  // namespace

TEST_CASE("every way of writing is touchable, whole and legible", "[citizen][writing][looks]") { look_at({}, ""); }
TEST_CASE("every way of writing is touchable, whole and legible at large size", "[citizen][writing][looks]") { look_at({1, false, false}, "_large"); }
TEST_CASE("every way of writing is touchable, whole and legible at the largest size", "[citizen][writing][looks]") { look_at({2, false, false}, "_largest"); }
TEST_CASE("every way of writing is touchable, whole and legible in the low position", "[citizen][writing][looks]") { look_at({0, false, true}, "_low"); }
