/// Every state of the input panel, for tests that draw it: the kit's pad and pinyin replaced by small engines that answer at once, all
/// other data as shipped. Wants YIZHAN_ASSETS, YIZHAN_TABLES and RARE_DATA.
#pragma once
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kiosk/screens/screens.h"
#include "kiosk/ui/window.h"
#include "tests/citizen/lobby.h"

namespace yizhan::kiosk::test {

using writing::Sheet;
using writing::Stroke;
using writing::Way;

inline const writing::PhraseBank& bank() {
  static const auto all = [] {
    std::vector<std::string> topics;
    for (const TopicInfo& topic : rules().topics) topics.push_back(topic.code);
    return writing::PhraseBank::open(std::string(YIZHAN_ASSETS) + "/phrases/phrases.tsv", topics);
  }();
  if (!all) FAIL(all.error().what);
  return *all;
}
inline const writing::Divisions& country() {
  static const auto all = writing::Divisions::open(std::string(YIZHAN_ASSETS) + "/divisions");
  if (!all) FAIL(all.error().what);
  return *all;
}
inline const writing::RareIndex& rare() {
  static const auto all = writing::RareIndex::open(RARE_DATA);
  if (!all) FAIL(all.error().what);
  return *all;
}

/// Two syllables, and a pad that reads 欠 into every stroke.
struct Letters final : ui::PinyinEngine {
  Candidates candidates(std::string_view letters, int) override {
    if (letters.starts_with("qian")) return {{"欠", "前", "钱", "千", "签"}, std::string(letters), true};
    return {{"一"}, std::string(letters), false};
  }
  int consumed(std::string_view letters, int, std::size_t) override { return static_cast<int>(letters.size()); }
};
struct Strokes final : ui::HandwritingEngine {
  Candidates candidates(const ink::Ink& ink, std::string_view, int) override { return ink.empty() ? Candidates{} : Candidates{{{"欠", {}}, {"次", {}}, {"欢", {}}}, true, false}; }
  Candidates predict(std::string_view, int) override { return {}; }
  void forget() override {}
};

struct Bench {
  Lobby lobby;
  std::unique_ptr<ui::Headless> window;
  Letters letters;
  Strokes strokes;
  writing::ScanGate gate;
  bool tools = true, engines = true;
  explicit Bench(const Settings& settings = {}) {
    ui::Theme theme = theme_of(settings);
    auto opened = ui::Headless::open(1080, 1920, 4.0f, theme);
    if (!opened) FAIL(opened.error().what);
    window = std::move(*opened);
    lobby.s.settings = settings;
  }
  View view(const World& world) {
    View v{lobby.s, world, lobby.now};
    if (engines) v.pinyin = &letters, v.handwriting = &strokes;
    if (tools) v.phrases = &bank(), v.places = &country(), v.rare = &rare();
    return v;
  }
  /// As app_run.cpp does: draws, then what the keyboard did.
  void frame() {
    std::optional<Action> asked;
    std::vector<Stroke> typed;
    const World world = lobby.world();
    window->frame([&](ui::Ui& ui) {
      asked = draw(ui, view(world));
      if (asked) lobby.act(*asked);
      auto passed = gate.pass(ui.take_strokes(), lobby.now);
      for (const Stroke& stroke : passed.strokes)
        if (auto key = on_key(ui, view(world), stroke)) lobby.act(*key);
      if (passed.scan) lobby.act(Scanned{passed.scan->matter, passed.scan->code});
      if (passed.refused && !lobby.s.visit.empty()) lobby.act(ScanRefused{});
    });
  }
  void frames(int n = 3) {
    for (int i = 0; i < n; ++i) frame();
  }
  void tap(std::string_view name) {
    frames(2);
    if (!window->tap(name)) {
      std::string names;
      for (const auto& hit : window->hits()) names += hit.name + (hit.enabled ? " " : "(off) ");
      FAIL("nothing to tap named " << name << " on " << word(lobby.seen()) << ": " << names);
    }
    frames(4);
  }
  void taps(std::initializer_list<const char*> names) {
    for (const char* name : names) tap(name);
  }
  bool has(std::string_view name) const {
    return std::any_of(window->hits().begin(), window->hits().end(), [&](const ui::HitBox& hit) { return hit.name == name && hit.enabled; });
  }
  const ui::HitBox& hit(std::string_view name) const {
    const auto at = std::find_if(window->hits().begin(), window->hits().end(), [&](const ui::HitBox& h) { return h.name == name; });
    REQUIRE(at != window->hits().end());
    return *at;
  }
  /// A person at a real keyboard: a key, and a moment.
  void keys(std::string_view text) {
    for (const char c : text) {
      window->type(std::string(1, c));
      frame();
      lobby.now += Span{120};
      frame();
    }
  }
  void key(std::string_view name) {
    window->key(name);
    frame();
    lobby.now += Span{120};
    frame();
  }
  /// A scanner: everything at once.
  void scan(std::string_view text, bool enter = true) {
    for (const char c : text) {
      window->type(std::string(1, c));
      frame();
      lobby.now += Span{3};
    }
    if (enter) window->key("Enter");
    frame();
    lobby.now += Span{200};
    frames(2);
  }
  std::string request() const { return lobby.s.statement.request; }
};

struct State { std::string name; std::function<void(Bench&)> reach; };

inline std::vector<State> writing_states() {
  const auto statement = [](Bench& h) { h.lobby.to_statement(), h.lobby.type("我要求包工头付清工资18600元，最好在春节前付到我的银行卡上。一起干活的还有4个人，也都被拖"); };
  const auto keys = [](Bench& h, Way way, Sheet sheet = Sheet::Digits) {
    Keys k;
    k.way = way;
    k.sheet = sheet;
    h.lobby.act(Typed{"", 0, k});
  };
  const auto place = [](Bench& h) {
    h.lobby.to_statement(), h.lobby.type("付清。");
    for (int i = 0; i < 3; ++i) h.lobby.act(Next{});
  };
  const auto name = [](Bench& h) { h.lobby.act(Begin{Screen::Notice, {}}), h.lobby.act(Next{}), h.lobby.act(ChooseDocument{DocumentKind::None}); };
  return {
      {"phrases", [=](Bench& h) { statement(h); }},
      {"pinyin", [=](Bench& h) { statement(h), keys(h, Way::Pinyin), h.taps({"key.q", "key.i", "key.a", "key.n"}); }},
      {"pinyin_second_page", [=](Bench& h) { statement(h), keys(h, Way::Pinyin), h.taps({"key.q", "key.i", "key.a", "key.n", "candidate.next"}); }},
      {"pinyin_nothing", [=](Bench& h) { h.lobby.to_statement(), keys(h, Way::Pinyin); }},
      {"pinyin_missing", [=](Bench& h) { h.engines = false, h.lobby.to_statement(), keys(h, Way::Pinyin); }},
      {"handwriting", [=](Bench& h) { statement(h), keys(h, Way::Handwriting); }},
      {"digits", [=](Bench& h) { statement(h), keys(h, Way::Digits); }},
      {"letters", [=](Bench& h) { statement(h), keys(h, Way::Digits, Sheet::Letters); }},
      {"marks", [=](Bench& h) { statement(h), keys(h, Way::Digits, Sheet::Marks); }},
      {"date", [=](Bench& h) { statement(h), keys(h, Way::Digits, Sheet::Date); }},
      {"date_month", [=](Bench& h) { statement(h), keys(h, Way::Digits, Sheet::Date), h.tap("key.year.2"); }},
      {"date_day", [=](Bench& h) { statement(h), keys(h, Way::Digits, Sheet::Date), h.taps({"key.year.2", "key.month.2"}); }},
      {"amount", [=](Bench& h) { statement(h), keys(h, Way::Digits, Sheet::Amount), h.taps({"key.1", "key.8", "key.6", "key.00"}); }},
      {"amount_large", [=](Bench& h) { statement(h), keys(h, Way::Digits, Sheet::Amount); for (int i = 0; i < 10; ++i) h.tap("key.9"); }},
      {"rare_statement", [=](Bench& h) { statement(h), keys(h, Way::Digits, Sheet::Rare); }},
      {"slot_amount", [=](Bench& h) { h.lobby.to_statement(), h.lobby.act(Part{1}), h.tap("key.phrase.1"); }},
      {"slot_date", [=](Bench& h) { h.lobby.to_statement(), h.lobby.act(Part{1}), h.tap("key.phrase.0"); }},
      {"slot_place", [=](Bench& h) { h.lobby.to_statement(), h.lobby.act(Part{1}), h.frames(); while (!h.has("key.phrase.8")) h.tap("key.page.next"); h.tap("key.phrase.8"); }},
      {"caret_middle", [=](Bench& h) { statement(h), keys(h, Way::Pinyin), h.lobby.act(Caret{7}), h.taps({"key.q", "key.i", "key.a", "key.n"}); }},
      {"long", [=](Bench& h) { h.lobby.to_statement(); for (int i = 0; i < 60; ++i) h.lobby.type("老板一直拖着不给钱，我们几个人都等着。"); h.lobby.act(Caret{300}); }},
      {"place", [=](Bench& h) { place(h); }},
      {"place_country", [=](Bench& h) { place(h), h.tap("key.up"); }},
      {"place_letters", [=](Bench& h) { place(h), h.taps({"key.letters", "key.s", "key.h"}); }},
      {"place_phrases", [=](Bench& h) { place(h), keys(h, Way::Phrases); }},
      {"party", [=](Bench& h) { place(h), h.lobby.act(Focus{Field::Party, 0}); }},
      {"party_units", [=](Bench& h) { place(h), h.lobby.act(Focus{Field::Party, 0}), keys(h, Way::Units); }},
      {"name", [=](Bench& h) { name(h); }},
      {"name_pinyin", [=](Bench& h) { name(h), keys(h, Way::Pinyin), h.taps({"key.q", "key.i", "key.a", "key.n"}); }},
      {"name_strokes", [=](Bench& h) { name(h), keys(h, Way::Digits); }},
      {"name_radicals", [=](Bench& h) { name(h), keys(h, Way::Digits), h.tap("key.strokes.2"); }},
      {"name_residual", [=](Bench& h) { name(h), keys(h, Way::Digits), h.taps({"key.strokes.2", "key.radical.0"}); }},
      {"name_chars", [=](Bench& h) { name(h), keys(h, Way::Digits), h.taps({"key.strokes.2", "key.radical.0", "key.residual.3"}); }},
      {"name_code", [=](Bench& h) { name(h), keys(h, Way::Digits), h.taps({"key.rare.way", "key.2", "key.0", "key.B", "key.B", "key.7"}); }},
      {"passport", [=](Bench& h) { h.lobby.act(Begin{Screen::Notice, {}}), h.lobby.act(Next{}), h.lobby.act(ChooseDocument{DocumentKind::Passport}), h.lobby.act(Focus{Field::Number, 0}); }},
  };
}

}  // namespace yizhan::kiosk::test
