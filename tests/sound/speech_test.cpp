// What pages and controls say: the words that are drawn and no others, nothing of a visitor into the hall.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <set>

#include "kiosk/app_sound.h"
#include "kiosk/screens/screens.h"
#include "kiosk/sound/speech.h"
#include "kiosk/ui/window.h"
#include "tests/sound/pages.h"

using namespace yizhan;
using namespace yizhan::kiosk;
using namespace yizhan::kiosk::test;

namespace {

/// Said without being drawn: the state that is drawn as a tick, a pale button or an empty field (EN 301 549 5.1.5).
const std::set<std::string> of_shapes{"已经选了", "现在不能点", "还是空的", "已经写了", "键盘在下面", "再念一遍"};

/// Draws the page of a visit and looks at it before the frame ends.
void look(Lobby& lobby, const ui::Theme& theme, const std::function<void(ui::Ui&)>& at) {
  auto window = ui::Headless::open(1080, 1920, 4.0f, theme);
  REQUIRE(window);
  const World world = lobby.world();
  (*window)->frame([&](ui::Ui& ui) {
    draw(ui, View{lobby.s, world, lobby.now, nullptr});
    at(ui);
  });
}
std::string all_of(const sound::Utterance& utterance, bool personal_too = true) {
  std::string out;
  for (const auto& phrase : utterance.phrases)
    if (personal_too || !phrase.personal) out += phrase.text + "|";
  return out;
}

}  // namespace

TEST_CASE("whatever a page says stands on it", "[sound][speech]") {
  for (const Page& page : pages()) {
    for (const ui::Theme& theme : {ui::Theme{}, ui::Theme{ui::TextSize::Largest, true, false}, ui::Theme{ui::TextSize::Normal, false, true}}) {
      Lobby lobby;
      page.reach(lobby);
      INFO(page.name);
      look(lobby, theme, [&](ui::Ui& ui) {
        std::set<std::string> drawn = of_shapes;
        for (const auto& text : ui.shown()) drawn.insert(text.words);
        for (const auto& hit : ui.hits()) drawn.insert({hit.words, hit.line});
        const auto said = sound::say_page(ui);
        CHECK(said.phrases.size() >= 3);
        for (const auto& phrase : said.phrases) {
          INFO(phrase.text);
          CHECK(drawn.count(phrase.text) == 1);
        }
        // Every page has something to say by itself, and it comes first when all is said.
        const auto opening = sound::say_opening(ui);
        REQUIRE_FALSE(opening.empty());
        CHECK(said.phrases.front().text == opening.phrases.front().text);
      });
    }
  }
}

TEST_CASE("every control says something", "[sound][speech]") {
  for (const Page& page : pages()) {
    Lobby lobby;
    page.reach(lobby);
    look(lobby, {}, [&](ui::Ui& ui) {
      for (const auto& hit : ui.hits()) {
        INFO(page.name << ": " << hit.name);
        CHECK_FALSE(sound::say_control(ui, hit.name).empty());
      }
    });
  }
}

TEST_CASE("nothing a visitor said or was told is spoken into the hall", "[sound][speech][privacy]") {
  int personal = 0;
  for (const Page& page : pages()) {
    for (const ui::Theme& theme : {ui::Theme{}, ui::Theme{ui::TextSize::Normal, false, true}}) {
      Lobby lobby;
      page.reach(lobby);
      const auto theirs = personal_texts(lobby.s);
      look(lobby, theme, [&](ui::Ui& ui) {
        sound::Utterance all = sound::say_page(ui);
        for (const auto& hit : ui.hits())
          for (auto& phrase : sound::say_control(ui, hit.name).phrases) all.phrases.push_back(phrase);
        // The screens mark it themselves; the second lock must find nothing to do.
        const auto locked = guarded(all, lobby.s);
        for (std::size_t i = 0; i < all.phrases.size(); ++i) {
          INFO(page.name << ": " << all.phrases[i].text);
          CHECK(all.phrases[i].personal == locked.phrases[i].personal);
          personal += all.phrases[i].personal ? 1 : 0;
        }
      });
    }
  }
  CHECK(personal > 60);
}

TEST_CASE("the second lock holds what a screen forgot to mark", "[sound][privacy]") {
  Lobby lobby;
  say_everything(lobby);
  lobby.type("请讨回我的三千元工资。");
  const auto locked = guarded({{{"您好，测试甲乙", false, false, {}}, {"下一步", false, false, {}}, {"139 0000 0000", false, false, {}}, {"您写的是：请讨回我的三千元工资。", false, false, {}}}}, lobby.s);
  CHECK(locked.phrases[0].personal);
  CHECK_FALSE(locked.phrases[1].personal);
  CHECK(locked.phrases[2].personal);
  CHECK(locked.phrases[3].personal);
}

TEST_CASE("a masked number is not said at all, a shown one in the handset and digit by digit", "[sound][privacy][T4]") {
  Lobby lobby;
  lobby.act(Begin{Screen::Notice, {}}), lobby.act(Next{}), lobby.act(ChooseDocument{DocumentKind::ResidentId}), lobby.act(Focus{Field::Number, 0}), lobby.type(sample_id());
  lobby.now += std::chrono::seconds(3);
  look(lobby, {}, [&](ui::Ui& ui) {
    const auto said = sound::say_control(ui, "number");
    CHECK(all_of(said) == "身份证号（18位）|已经写了|");
  });
  lobby.act(Reveal{});
  look(lobby, {}, [&](ui::Ui& ui) {
    const auto said = sound::say_control(ui, "number");
    REQUIRE(said.phrases.size() == 2);
    CHECK(said.phrases[1].text == sample_id());
    CHECK(said.phrases[1].personal);
    CHECK(said.phrases[1].spelled);
  });
}

TEST_CASE("the receipt says the number to all and the code twice, in groups of four, to the handset", "[sound][privacy]") {
  for (const DeviceState printer : {DeviceState::Ready, DeviceState::OutOfPaper}) {
    Lobby lobby;
    lobby.snapshot.printer = printer;
    lobby.to_done();
    look(lobby, {}, [&](ui::Ui& ui) {
      const auto said = sound::say_opening(ui);
      const std::string hall = all_of(said, false), both = all_of(said);
      CHECK(hall.find("A012") != std::string::npos);
      CHECK(hall.find("1号律师窗口") != std::string::npos);
      CHECK(hall.find("查询码") == std::string::npos);
      const std::string code = lobby.s.receipt->query_code;
      int times = 0;
      std::string digits;
      for (const auto& phrase : said.phrases) {
        if (phrase.text == "再念一遍") ++times;
        if (!phrase.spelled || !phrase.personal) continue;
        for (const char c : phrase.text)
          if (c >= '0' && c <= '9') digits += c;
      }
      CHECK(times == 1);
      // The label may hold a number of its own ("16位").
      CHECK(digits.find(code) != std::string::npos);
      CHECK(digits.find(code, digits.find(code) + code.size()) != std::string::npos);
    });
  }
}

TEST_CASE("the keys under a finger and what somebody chose are the handset's", "[sound][privacy]") {
  Lobby lobby;
  lobby.to_kind(), lobby.act(ChooseTopic{"official"});
  look(lobby, {}, [&](ui::Ui& ui) {
    const auto said = sound::say_control(ui, "topic.official");
    REQUIRE(said.phrases.size() == 3);
    CHECK_FALSE(said.phrases[0].personal);
    CHECK(said.phrases[2].text == "已经选了");
    CHECK(said.phrases[2].personal);
  });
  Lobby writer;
  writer.to_statement();
  look(writer, {}, [&](ui::Ui& ui) {
    for (const auto& phrase : sound::say_control(ui, "key.a").phrases) CHECK(phrase.personal);
    const std::string all = all_of(sound::say_page(ui));
    CHECK(all.find("键盘在下面") != std::string::npos);
    CHECK(all.find("|q|") == std::string::npos);
  });
}

TEST_CASE("a control says its words, its line, and that it cannot be pressed", "[sound][speech]") {
  Lobby lobby;
  lobby.to_kind();
  look(lobby, {}, [&](ui::Ui& ui) {
    CHECK(all_of(sound::say_control(ui, "topic.wages")) == "拖欠工资|干了活，没给钱|");
    CHECK(all_of(sound::say_control(ui, "next")) == "下一步|现在不能点|");
    CHECK(sound::say_control(ui, "nothing of that name").empty());
  });
  Lobby first;
  look(first, {}, [&](ui::Ui& ui) { CHECK(all_of(sound::say_control(ui, "self")) == "我自己来|一步一步点，约5分钟|"); });
}

TEST_CASE("only what appeared is news", "[sound][speech]") {
  const sound::Utterance before{{{"您是谁", false, false, {}}, {"请写姓名", false, false, {}}}};
  const sound::Utterance now{{{"您是谁", false, false, {}}, {"号码不对，请核对", false, false, {}}}};
  CHECK(all_of(sound::news(before, now)) == "号码不对，请核对|");
  CHECK(sound::news(now, now).empty());
  Lobby lobby;
  lobby.act(Begin{Screen::Notice, {}}), lobby.act(Next{}), lobby.act(ChooseDocument{DocumentKind::ResidentId});
  sound::Utterance first, second;
  look(lobby, {}, [&](ui::Ui& ui) { first = sound::say_opening(ui); });
  lobby.type("测试甲乙"), lobby.act(Focus{Field::Number, 0}), lobby.type("110101195001010021"), lobby.act(Next{});
  look(lobby, {}, [&](ui::Ui& ui) { second = sound::say_opening(ui); });
  const auto fresh = sound::news(first, second);
  REQUIRE(fresh.phrases.size() == 1);
  CHECK_FALSE(fresh.phrases[0].personal);
  CHECK_FALSE(fresh.phrases[0].text.empty());
  CHECK(std::string(problem_at(lobby.s, Field::Number)).starts_with(fresh.phrases[0].text));  // the page shows the first half where room is short
}
