// What a citizen sees when something they typed, or something behind the machine, is wrong: the words, the field, and that nothing
// typed is gone. docs/BAD_INPUT.md lists which case stands here.
#include <algorithm>
#include <functional>
#include <memory>
#include <set>

#include "core/event.h"
#include "core/text.h"
#include "kiosk/screens/parts.h"
#include "kiosk/ui/window.h"
#include "tests/citizen/lobby.h"
#include "tests/tables/bad_input.h"
#include "tests/ui/heard.h"

using namespace yizhan;
using namespace yizhan::kiosk;
using namespace yizhan::kiosk::test;
using namespace std::chrono_literals;

namespace {

/// A lobby with a screen: what is drawn is heard, what is tapped by name is done.
struct Seen {
  Lobby lobby;
  std::unique_ptr<ui::Headless> window;
  std::vector<std::string> words;

  Seen() {
    auto opened = ui::Headless::open(1080, 1920, 4.0f);
    if (!opened) FAIL(opened.error().what);
    window = std::move(*opened);
  }
  /// Draws, and does what was touched. Every word drawn must be whole UTF-8.
  void frame() {
    std::optional<Action> asked;
    const World world = lobby.world();
    window->frame([&](ui::Ui& real) {
      ui::Heard ui(real);
      asked = draw(ui, View{lobby.s, world, lobby.now, nullptr});
      words = std::move(ui.words);
    });
    for (const std::string& drawn : words) REQUIRE(valid_utf8(drawn));
    if (asked) lobby.act(*asked);
  }
  void look() {
    for (int i = 0; i < 3; ++i) frame();
  }
  void tap(std::string_view name) {
    look();
    INFO("tap " << name << " on " << word(lobby.seen()));
    if (name == "key.a" && !has("key.a")) tap("key.mode.pinyin");
    REQUIRE(window->tap(name));
    for (int i = 0; i < 4; ++i) frame();
  }
  bool said(std::string_view sentence) const { return std::find(words.begin(), words.end(), sentence) != words.end(); }
  bool has(std::string_view name) const {
    return std::any_of(window->hits().begin(), window->hits().end(), [&](const ui::HitBox& hit) { return hit.name == name && hit.enabled; });
  }
  /// No two touchables of one name, none without words that stood for it.
  void names_are_one() const {
    std::set<std::string> names;
    for (const auto& hit : window->hits()) {
      INFO(hit.name);
      CHECK(names.insert(hit.name).second);
    }
  }
};

struct Place {
  Field field;
  Screen screen;
  std::string name;  ///< of the touchable
  std::function<void(Lobby&)> reach;
};

void identify(Lobby& l, DocumentKind kind) {
  l.act(Begin{Screen::Notice, {}}), l.act(Next{});
  l.act(ChooseDocument{kind});
  if (l.s.document != kind) l.act(ChooseDocument{kind});
}
/// How a person comes to each field; the fields before it are sound.
Place place_of(const std::string& field) {
  const auto number = [&](DocumentKind kind) {
    return Place{Field::Number, Screen::Identify, "number", [kind](Lobby& l) { identify(l, kind), l.type("李有田"), l.act(Focus{Field::Number, 0}); }};
  };
  const auto statement = [&](Field f, int part, const std::string&) {
    return Place{f, Screen::Statement, "text", [part](Lobby& l) {
                   l.to_statement();
                   if (part > 0) l.type("付清工资。"), l.act(Part{part});
                 }};
  };
  if (field == "number.resident") return number(DocumentKind::ResidentId);
  if (field == "number.permit") return number(DocumentKind::ResidencePermit);
  if (field == "number.foreign") return number(DocumentKind::ForeignPermanentResident);
  if (field == "number.passport") return number(DocumentKind::Passport);
  if (field == "number.none") return number(DocumentKind::None);
  if (field == "name") return {Field::Name, Screen::Identify, "name", [](Lobby& l) { identify(l, DocumentKind::None); }};
  if (field == "phone") return {Field::Phone, Screen::Identify, "phone", [](Lobby& l) { identify(l, DocumentKind::None), l.type("李有田"), l.act(Focus{Field::Phone, 0}); }};
  if (field == "other_name") return {Field::OtherName, Screen::Other, "other_name", [](Lobby& l) { l.to_whom(), l.act(ChooseWhom{Whom::Relative}); }};
  if (field == "representative")
    return {Field::Representative, Screen::Representatives, "representative.1", [](Lobby& l) { l.to_whom(), l.act(ChooseWhom{Whom::Group}), l.act(AddHeads{18}), l.act(Next{}); }};
  if (field == "request") return statement(Field::Request, 0, field);
  if (field == "facts") return statement(Field::Facts, 1, field);
  if (field == "reasons") return statement(Field::Reasons, 2, field);
  const auto where = [](Lobby& l) { l.to_statement(), l.type("付清工资。"), l.act(Next{}), l.act(Next{}), l.act(Next{}); };
  if (field == "place") return {Field::Place, Screen::Place, "place", where};
  if (field == "party") return {Field::Party, Screen::Place, "party", [where](Lobby& l) { where(l), l.act(Focus{Field::Party, 0}); }};
  const auto ask = [](Lobby& l) { l.to_ask(); };
  if (field == "matter_number")
    return {Field::MatterNumber, Screen::Ask, "number", [ask](Lobby& l) { ask(l), l.act(Focus{Field::MatterNumber, 0}), l.act(Typed{"", 40, l.s.keys}); }};
  if (field == "query_code") return {Field::QueryCode, Screen::Ask, "code", [ask](Lobby& l) { ask(l), l.act(Focus{Field::QueryCode, 0}), l.act(Typed{"", 40, l.s.keys}); }};
  FAIL("no way to the field " << field);
  return {};
}

/// Goes on as a person without further trouble does, until the ruling is shown or something is wrong at the field.
void go_on(Lobby& l, Field field) {
  for (int guard = 0; guard < 60 && problem_at(l.s, field).empty() && l.s.screen != Screen::Ruling && l.s.screen != Screen::Progress; ++guard) {
    switch (l.s.screen) {
      case Screen::Whom: l.act(ChooseWhom{Whom::Self}); break;
      case Screen::Kind: l.act(ChooseTopic{"wages"}), l.act(Next{}); break;
      case Screen::Question: l.answer_all(); break;
      case Screen::Statement: (!l.s.statement.request.empty() || field == Field::Request) ? l.act(Next{}) : l.act(SkipWriting{}); break;
      default: l.act(Next{});
    }
  }
}

const std::vector<std::string> every_field{"number.passport", "name", "phone", "other_name", "representative", "request", "facts", "reasons", "place", "party"};

}  // namespace

TEST_CASE("every row of the table of bad input is said at its field in these words, and what was typed stays", "[citizen][badinput]") {
  const auto rows = bad_input::rows(YIZHAN_TABLES "/bad_input.tsv");
  REQUIRE(rows.size() > 150);
  Seen seen;
  for (const auto& row : rows) {
    if (!row.at_kiosk) continue;
    CAPTURE(row.line, row.field);
    const Place place = place_of(row.field);
    seen.lobby = Lobby();
    Lobby& l = seen.lobby;
    place.reach(l);
    REQUIRE(l.s.screen == place.screen);
    if (place.field != Field::Number || row.field != "number.none") REQUIRE(l.s.field == place.field);
    const Session before = l.s;
    if (!row.typed.empty()) l.type(row.typed);
    go_on(l, place.field);
    CHECK(problem_at(l.s, place.field) == row.kiosk);
    CHECK(text_of(l.s, place.field) == row.kept);
    if (row.kiosk.empty()) {
      CHECK(l.s.problems.empty());
      // What the machine puts right by itself it says in one calm line, on the very next page.
      const std::size_t digits = static_cast<std::size_t>(std::count_if(row.typed.begin(), row.typed.end(), [](char c) { return c >= '0' && c <= '9'; }));
      const char* said = row.field == "number.resident" && row.kept != row.typed && digits == 15            ? "15位旧号码已换成18位，请核对。"
                         : (row.field == "name" || row.field == "other_name" || row.field == "representative") && row.kept != row.typed && row.kept.find("·") != std::string::npos ? "名字里的点已统一为「·」。"
                                                                                                             : nullptr;
      if (said == nullptr) {
        CHECK(l.s.remark.empty());
        continue;
      }
      seen.lobby = Lobby();
      place.reach(l);
      l.type(row.typed);
      l.act(Next{});
      seen.look();
      CHECK(l.s.screen != place.screen);
      CHECK(seen.said(said));
      continue;
    }
    // The person is at the field, reads these very words, and everything typed elsewhere is still there.
    CHECK(l.s.screen == place.screen);
    CHECK(l.s.field == place.field);
    CHECK((l.s.me.name == before.me.name || place.field == Field::Name));
    CHECK((l.s.statement.request == before.statement.request || place.field == Field::Request));
    CHECK(characters(row.kiosk) <= 30);
    if (row.typed.size() > 3000 && !row.kept.empty()) continue;  // drawn by its own case
    seen.look();
    // The glass has room for twenty characters; what follows them in the table is what the buttons beside the field offer.
    CHECK(characters(in_short(row.kiosk)) <= 20);
    CHECK(seen.said(in_short(row.kiosk)));
    for (const auto& cut : seen.window->clipped()) CHECK(cut.find(row.kiosk.substr(0, 9)) == std::string::npos);
    CHECK(seen.has(place.name));
    CHECK(seen.has("help"));
    l.now += 3s;  // the number hides: what is left of it must still be characters
    seen.look();
  }
}

TEST_CASE("label syntax and formats in any field are words: the field works on, nothing collides, and they are filed as typed", "[citizen][badinput]") {
  for (const std::string& field : every_field) {
    CAPTURE(field);
    const Place place = place_of(field);
    Seen seen;
    Lobby& l = seen.lobby;
    place.reach(l);
    const bool number = place.field == Field::Number, phone = place.field == Field::Phone;
    const std::string hostile = number || phone ? "##E1%n%s%p{0}###" : bad_input::label_syntax.substr(0, place.field == Field::OtherName || place.field == Field::Name || place.field == Field::Representative ? 46 : std::string::npos);
    const std::string words = place.field == Field::Name || place.field == Field::OtherName || place.field == Field::Representative ? "罗" + hostile : hostile;
    l.type(words);
    seen.look();
    CHECK(text_of(l.s, place.field) == words);
    seen.names_are_one();
    if (!number && !phone) CHECK(std::any_of(seen.words.begin(), seen.words.end(), [&](const std::string& drawn) { return drawn.find(words) != std::string::npos; }));
    // The widget still takes a touch and a key, and gives one character back.
    seen.tap(place.name);
    CHECK(l.s.field == place.field);
    l.act(Caret{writing::at_end});  // the finger put it among the words
    seen.tap(number || phone ? "key.1" : "key.a");
    CHECK(text_of(l.s, place.field) == words + (number || phone ? "1" : "a"));
    seen.tap("key.backspace");
    CHECK(text_of(l.s, place.field) == words);
    if (phone) continue;  // such a number is refused (the table)
    go_on(l, place.field);
    REQUIRE(l.s.screen == Screen::Ruling);
    l.act(Submit{});
    REQUIRE(l.last<FileMatter>());
    const auto value = [&](const Petition& p) {
      switch (place.field) {
        case Field::Number: return p.petitioner.number;
        case Field::Representative: return p.representatives.at(1).name;
        case Field::Request: return p.statement.request;
        case Field::Facts: return p.statement.facts;
        case Field::Reasons: return p.statement.reasons;
        case Field::Place: return p.statement.place;
        case Field::Party: return p.statement.party_complained_of;
        default: return p.petitioner.name;
      }
    };
    std::string filed = words;
    if (number) std::transform(filed.begin(), filed.end(), filed.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    CHECK(value(l.last<FileMatter>()->petition) == filed);
    Filed fact;
    fact.petition = l.last<FileMatter>()->petition;
    const auto read = decode_fact("filed", 1, encode_fact(Fact{fact}));
    REQUIRE(read);
    CHECK(value(*std::get<Filed>(*read).petition) == filed);
    seen.look();
    seen.names_are_one();
    CHECK(l.seen() == Screen::Done);
  }
}

TEST_CASE("terminal escapes in a statement are drawn without harm, reviewed, read and filed as typed", "[citizen][badinput]") {
  for (const char* field : {"request", "facts", "reasons", "place", "party"}) {
    CAPTURE(field);
    const Place place = place_of(field);
    Seen seen;
    Lobby& l = seen.lobby;
    place.reach(l);
    l.type(bad_input::escapes);
    seen.tap(place.name);
    seen.tap("key.a");
    seen.tap("key.backspace");
    CHECK(text_of(l.s, place.field) == bad_input::escapes);
    for (int guard = 0; guard < 9 && l.s.screen != Screen::Review; ++guard) l.act(Next{});
    REQUIRE(l.s.screen == Screen::Review);
    seen.look();
    seen.names_are_one();
    if (place.screen == Screen::Statement) {
      l.act(ReadText{place.field == Field::Request ? 0 : place.field == Field::Facts ? 1 : 2});
      seen.look();
      CHECK(seen.window->missing_glyphs().empty());
      l.act(Next{});
    }
    l.after_review();
    l.act(Submit{});
    REQUIRE(l.last<FileMatter>());
    const Statement& s = l.last<FileMatter>()->petition.statement;
    CHECK((s.request + s.facts + s.reasons + s.place + s.party_complained_of).find(bad_input::escapes) != std::string::npos);
  }
}

TEST_CASE("a full statement of 20,000 characters is drawn, refused one more, and reviewed whole", "[citizen][badinput]") {
  Seen seen;
  Lobby& l = seen.lobby;
  l.to_statement();
  std::string most;
  for (std::size_t i = 0; i < statement_characters_max; ++i) most += i % 40 == 39 ? "。" : "冤";
  l.type(most);
  l.type("多");
  seen.look();
  CHECK(seen.said("已到2万字，请到窗口补充。"));
  CHECK(seen.said("已写20000字"));
  CHECK(l.s.statement.request == most);
  seen.tap("key.backspace");
  CHECK(characters(l.s.statement.request) == statement_characters_max - 1);
  CHECK(problem_at(l.s, Field::Request).empty());
}

TEST_CASE("a double tap on the button itself files once and shows one receipt", "[citizen][badinput]") {
  for (const bool slow : {false, true}) {
    Seen seen;
    Lobby& l = seen.lobby;
    l.to_ruling();
    l.answers = !slow;
    seen.look();
    const ui::HitBox button = [&] {
      for (const auto& hit : seen.window->hits())
        if (hit.name == "next") return hit;
      FAIL("no button to press");
      return ui::HitBox{};
    }();
    // A finger knows no names: the same spot, twice within 0.2 s and once more after three seconds.
    for (const double at : {100.0, 100.2, 103.0}) {
      double when = at;
      seen.window->at(when);
      seen.window->tap_at(button.box.x + button.box.w / 2, button.box.y + button.box.h / 2);
      for (int i = 0; i < 4; ++i) {
        seen.frame();
        seen.window->at(when += 0.016);
      }
      if (!slow) break;
    }
    if (!slow) {
      seen.window->at(100.2);
      seen.window->tap_at(button.box.x + button.box.w / 2, button.box.y + button.box.h / 2);
      seen.look();
    } else {
      CHECK(seen.said("正在登记"));
      CHECK_FALSE(seen.has("next"));
      CHECK(l.count<FileMatter>() == 1);
      const auto file = *l.last<FileMatter>();
      l.answer(file);
    }
    CHECK(l.count<FileMatter>() == 1);
    CHECK(l.filed == 1);
    CHECK(l.seen() == Screen::Done);
  }
}

TEST_CASE("hub and county away are said calmly, and everything that works is offered", "[citizen][badinput]") {
  struct Row { const char* name; bool hub, county; std::uint64_t uncounted; const char* home; const char* done; };
  const std::vector<Row> rows{{"both there", true, true, 0, "已联网", "县里也已经收到，您不用再来。"},
                              {"the county has not answered yet", true, true, 3, "已联网", "正在报给县里，您不用再来。"},
                              {"the county is away", true, false, 3, "没联网，照常办", "现在没联网，联网后自动上报，您不用再来。"},
                              {"the hall hub is away", false, false, 3, "没联网，照常办", "现在没联网，联网后自动上报，您不用再来。"}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Seen seen;
    Lobby& l = seen.lobby;
    l.snapshot.hub_online = row.hub, l.snapshot.county_online = row.county, l.snapshot.uncounted = row.uncounted;
    l.snapshot.unsent = row.hub ? 0 : 3;
    seen.look();
    CHECK(seen.said(row.home));
    for (const char* way : {"self", "help", "number", "progress", "rate"}) CHECK(seen.has(way));
    l.to_done();
    seen.look();
    CHECK(l.seen() == Screen::Done);
    CHECK(seen.said(row.hub ? "已登记 · 已双份保存" : "已登记 · 已存本机"));
    CHECK(seen.said(row.done));
  }
  Seen seen;
  Lobby& l = seen.lobby;
  l.snapshot.hub_online = l.snapshot.county_online = false;
  l.to_statement();
  l.type("请付清工资。");
  l.act(CallHelp{});
  l.snapshot.help->reached = false;
  seen.look();
  CHECK(seen.said("请直接找工作人员"));
  CHECK(seen.said("没联系上前台，接待窗口就在大厅里。"));
  CHECK(l.s.statement.request == "请付清工资。");
  Seen asking;
  asking.lobby.to_ask();
  asking.lobby.answers = false;
  asking.lobby.act(Next{});
  Progress away;
  away.request = asking.lobby.s.asking;
  away.problems = {{"number", "现在断网，只能查本机登记的"}};
  asking.lobby.snapshot.progress = away;
  const std::string number = asking.lobby.s.number, code = asking.lobby.s.code;
  asking.lobby.news();
  asking.look();
  CHECK(asking.said("现在断网，只能查本机登记的"));
  CHECK(asking.lobby.s.number == number);
  CHECK(asking.lobby.s.code == code);
}

TEST_CASE("a full disk and a failed one are said with what still works, before and after something was typed", "[citizen][badinput]") {
  SECTION("full, before anything was typed") {
    Seen seen;
    seen.lobby.snapshot.failed = Error{Code::Unavailable, "disk full"};
    seen.look();
    CHECK(seen.said("本机暂不能登记，请到窗口。"));
    CHECK(seen.said("查进度、请人帮我照常能用。"));
    CHECK(seen.said("本机暂不能取号，请到窗口"));
    CHECK_FALSE(seen.has("self"));
    CHECK_FALSE(seen.has("number"));
    for (const char* way : {"help", "progress", "rate"}) CHECK(seen.has(way));
  }
  SECTION("nearly full: nothing long is begun, a number and a person are there") {
    Seen seen;
    seen.lobby.snapshot.disk_low = true;
    seen.look();
    CHECK(seen.said("暂停受理，请到窗口。"));
    CHECK(seen.said("只取号、查进度、请人帮我照常能用。"));
    CHECK_FALSE(seen.has("self"));
    for (const char* way : {"number", "help", "progress", "rate"}) CHECK(seen.has(way));
  }
  SECTION("full, when the person submits") {
    Seen seen;
    Lobby& l = seen.lobby;
    l.to_statement();
    l.type("请付清工资。");
    l.act(SkipWriting{}), l.after_review();
    l.disk = l.snapshot.failed = Error{Code::Unavailable, "disk full: /var/lib/yizhan"};
    l.act(Submit{});
    seen.look();
    CHECK(seen.said("还没登记上，您写的都在。"));
    CHECK(seen.said("请点「请人帮我」，或到接待窗口登记。"));
    CHECK(seen.has("help"));
    for (const std::string& words : seen.words) CHECK(words.find("disk") == std::string::npos);  // operators' words stay with operators
    CHECK(l.s.statement.request == "请付清工资。");
  }
  SECTION("full, when a number is taken") {
    Seen seen;
    Lobby& l = seen.lobby;
    l.act(Begin{Screen::TakeNumber, {}});
    l.disk = Error{Code::Unavailable, "disk full"};
    l.act(PickNumber{"LAW"});
    seen.look();
    CHECK(seen.said("没取上号，请到接待窗口。"));
    CHECK(seen.said("本机存不下了，窗口照常办。"));
  }
  SECTION("read-only or broken: no more filings, and a person comes") {
    for (const Code code : {Code::Io, Code::Corrupt}) {
      Seen seen;
      Lobby& l = seen.lobby;
      l.to_statement();
      l.type("请付清工资。");
      l.snapshot.failed = Error{code, "the disk or the file is read-only"};
      seen.look();
      CHECK(seen.said("本机暂停，请到窗口"));
      CHECK(seen.said("接待窗口照常登记。点下面，人就过来。"));
      seen.tap("help");
      REQUIRE(l.last<CallHelper>());
      REQUIRE(l.last<CallHelper>()->draft);
      CHECK(l.last<CallHelper>()->draft->statement.request == "请付清工资。");
    }
  }
}

TEST_CASE("a printer without paper, absent or jammed is said with the ways to keep the number", "[citizen][badinput]") {
  struct Row { DeviceState state; const char* trouble; const char* words; };
  for (const Row& row : {Row{DeviceState::OutOfPaper, "no_paper", "打印纸用完了，号码一样有效"}, Row{DeviceState::Absent, "absent", "小票没印出来，号码一样有效"},
                         Row{DeviceState::Fault, "jam", "小票没印出来，号码一样有效"}, Row{DeviceState::Ready, "no_paper", "打印纸用完了，号码一样有效"}}) {
    CAPTURE(row.words, row.trouble);
    Seen seen;
    Lobby& l = seen.lobby;
    l.snapshot.printer = row.state;
    l.to_done();
    l.snapshot.print.reset();  // the device thread has not answered yet: what is known of the printer is enough
    seen.look();
    if (row.state != DeviceState::Ready) CHECK(seen.said(row.words));
    l.snapshot.print = ReceiptPrinted{false, row.trouble};
    seen.look();
    CHECK(l.seen() == Screen::Done);
    CHECK(seen.said(row.words));
    CHECK(seen.said("请抄写或拍照，窗口可补打。"));
    CHECK(seen.said(l.s.receipt->ticket));
    CHECK(seen.said(l.s.receipt->matter));
    // Paper is put in: the same receipt is printed, nothing is filed again.
    l.snapshot.printer = DeviceState::Ready;
    seen.tap("reprint");
    CHECK(l.count<PrintReceipt>() == 2);
    CHECK(l.filed == 1);
  }
}

TEST_CASE("a reader that is absent or unplugged in the middle leads to the keys, and a torn card is asked for again", "[citizen][badinput]") {
  Seen seen;
  Lobby& l = seen.lobby;
  l.act(Begin{Screen::Notice, {}}), l.act(Next{});
  seen.look();
  CHECK(seen.said("放好不动，一两秒就好"));
  CardRead torn;
  torn.serial = 1;
  torn.trouble = "pulled";
  l.snapshot.card = torn;
  l.news();
  seen.look();
  CHECK(seen.said("没读到，请再放一次"));
  CHECK(l.s.me.name.empty());  // half a card is nobody
  CardRead gone;
  gone.serial = 2;
  gone.trouble = "absent";
  l.snapshot.card = gone;
  l.snapshot.reader = DeviceState::Absent;
  l.news();
  seen.look();
  CHECK(seen.said("读卡器暂时不能用，可以自己输号码。"));
  for (const char* way : {"id", "other_document", "no_document", "help"}) CHECK(seen.has(way));
  seen.tap("id");
  CHECK(l.seen() == Screen::Identify);
  // It comes back while a number is being typed: nothing of it is overwritten by a late card.
  l.type("李有田");
  l.snapshot.reader = DeviceState::Ready;
  l.lay_card("王别人");
  CHECK(l.s.me.name == "李有田");
}
