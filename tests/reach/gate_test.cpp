// Every rule of the gate barks once at a planted fault, and is silent at the same page without it.
#include <catch2/catch_test_macros.hpp>

#include "tests/reach/gate.h"

using namespace yizhan::ui;

namespace {

struct Planted {
  const char* rule;
  void (*good)(Ui&);
  void (*bad)(Ui&);
  Theme theme{TextSize::Normal, false, false, true};
};

bool barks(reach::Easel& easel, const Theme& theme, void (*page)(Ui&), std::string_view rule) {
  const reach::Faults faults = reach::judge(easel.draw(theme, [&](Ui& ui) {
    ui.fill(ui.page(), Ink::Paper);
    page(ui);
  }));
  INFO(reach::words_of(faults));
  return std::any_of(faults.begin(), faults.end(), [&](const reach::Fault& f) { return f.rule == rule; });
}

}  // namespace

TEST_CASE("each rule of the gate barks at a planted fault and only then", "[reach][gate]") {
  reach::Easel easel({"portrait", 1080, 1920, 4.0f});
  const Planted all[] = {
      {"size", [](Ui& ui) { ui.button("a", {10, 10, 30, 20}, "好"); }, [](Ui& ui) { ui.button("a", {10, 10, 30, 19}, "好"); }},
      {"size", [](Ui& ui) { ui.button("key.a", {10, 10, 12.75f, 15}, "a", Look::Key); }, [](Ui& ui) { ui.button("key.a", {10, 10, 12, 15}, "a", Look::Key); }},
      {"gap", [](Ui& ui) { ui.button("a", {10, 10, 30, 30}, "好"), ui.button("b", {42.5f, 10, 30, 30}, "行"); },
       [](Ui& ui) { ui.button("a", {10, 10, 30, 30}, "好"), ui.button("b", {42, 10, 30, 30}, "行"); }},
      {"apart", [](Ui& ui) { ui.button("leave", {10, 10, 60, 30}, "离开"), ui.button("next", {90, 10, 60, 30}, "下一步", Look::Filled); },
       [](Ui& ui) { ui.button("leave", {10, 10, 60, 30}, "离开"), ui.button("next", {80, 10, 60, 30}, "下一步", Look::Filled); }},
      {"type", [](Ui& ui) { ui.text({10, 10, 100, 20}, "看得清", {.step = Step::Caption}); }, [](Ui& ui) { ui.text({10, 10, 100, 20}, "看不清", {.step = Step::DeskSmall}); },
       // A citizen's kit never goes below its smallest; only a page that is not a citizen's could.
       {TextSize::Normal, false, false, false}},
      {"contrast", [](Ui& ui) { ui.text({10, 10, 100, 20}, "深", {.ink = Ink::Muted}); }, [](Ui& ui) { ui.text({10, 10, 100, 20}, "浅", {.ink = Ink::Edge}); }},
      {"contrast", [](Ui& ui) { ui.text({10, 10, 100, 20}, "字", {}); },
       [](Ui& ui) {  // half of the words on a dark ground: the worst pixel counts
         ui.fill({20, 10, 40, 20}, Ink::Primary);
         ui.text({10, 10, 100, 20}, "字字字字", {});
       }},
      {"contrast", [](Ui& ui) { ui.icon({10, 10, 20, 20}, Icon::Bell, Ink::Edge); }, [](Ui& ui) { ui.icon({10, 10, 20, 20}, Icon::Bell, Ink::Line); }},
      {"contrast", [](Ui& ui) { ui.text({10, 10, 100, 20}, "黑底", {.ink = Ink::Ink}); },
       [](Ui& ui) {
         ui.fill({5, 5, 100, 30}, Ink::Primary);
         ui.text({10, 10, 100, 20}, "黄底", {.ink = Ink::Ink});
       },
       {TextSize::Normal, true, false, true}},
      {"edge", [](Ui& ui) { ui.button("a", {10, 10, 40, 30}, "好"); },
       [](Ui& ui) {
         ui.button("a", {10, 10, 40, 30}, "好");
         ui.fill({9, 9, 42, 32}, Ink::Card, 3);
       }},
      {"cut", [](Ui& ui) { ui.text({10, 10, 150, 15}, "一句话，放得下。"); }, [](Ui& ui) { ui.text({10, 10, 40, 15}, "一句话，放不下。"); }},
      {"glyph", [](Ui& ui) { ui.text({10, 10, 50, 15}, "\U00020BB7"); }, [](Ui& ui) { ui.text({10, 10, 50, 15}, "\U0010FFFD"); }},
      {"outside", [](Ui& ui) { ui.button("a", {10, 450, 60, 30}, "好"); }, [](Ui& ui) { ui.button("a", {10, 451, 60, 30}, "好"); }},
      {"outside", [](Ui& ui) { ui.text({10, 465, 60, 15}, "好"); }, [](Ui& ui) { ui.text({10, 472, 60, 15}, "好"); }},
      {"overlap", [](Ui& ui) { ui.text({10, 10, 50, 15}, "上"), ui.text({10, 26, 50, 15}, "下"); }, [](Ui& ui) { ui.text({10, 10, 50, 15}, "上"), ui.text({10, 15, 50, 15}, "下"); }},
      {"overlap", [](Ui& ui) { ui.text({30, 10, 50, 15}, "字"), ui.icon({10, 10, 15, 15}, Icon::Bell); }, [](Ui& ui) { ui.text({12, 10, 50, 15}, "字"), ui.icon({10, 10, 15, 15}, Icon::Bell); }},
      {"overlap", [](Ui& ui) { ui.touch("a", {10, 10, 60, 30}, "字"), ui.text({15, 15, 50, 15}, "字"); }, [](Ui& ui) { ui.touch("a", {10, 10, 60, 30}, "字"), ui.text({60, 15, 50, 15}, "出界"); }},
      {"filled", [](Ui& ui) { ui.button("a", {10, 10, 60, 30}, "好", Look::Filled); },
       [](Ui& ui) { ui.button("a", {10, 10, 60, 30}, "好", Look::Filled), ui.button("b", {10, 60, 60, 30}, "行", Look::Filled); }},
      {"words", [](Ui& ui) { ui.button("a", {10, 10, 250, 30}, "一二三四五六七八九十一二三四五六七八九十"); },
       [](Ui& ui) { ui.button("a", {10, 10, 250, 30}, "一二三四五六七八九十一二三四五六七八九十一"); }},
      {"words", [](Ui& ui) { ui.text({10, 10, 250, 20}, "一二三四五六七八九十一二", {.step = Step::Headline}); },
       [](Ui& ui) { ui.text({10, 10, 250, 20}, "一二三四五六七八九十一二三", {.step = Step::Headline}); }},
      {"words", [](Ui& ui) { ui.text({10, 10, 250, 20}, "号码不对，请核对", {.ink = Ink::Brick}); },
       [](Ui& ui) { ui.text({10, 10, 120, 80}, "号码第十八位和前面十七位算出来的不一样", {.ink = Ink::Brick}), ui.text({10, 90, 120, 80}, "请核对", {.ink = Ink::Brick}); }},
      {"name", [](Ui& ui) { ui.button("a", {10, 10, 60, 30}, "好"); }, [](Ui& ui) { ui.button("a", {10, 10, 60, 30}, "好"), ui.button("a", {10, 60, 60, 30}, "行"); }},
      {"unspoken", [](Ui& ui) { ui.button("a", {10, 10, 60, 30}, "删除", Look::Key, Icon::Backspace); }, [](Ui& ui) { ui.button("a", {10, 10, 60, 30}, "", Look::Key, Icon::Backspace); }},
      {"low", [](Ui& ui) { ui.button("a", {10, 264, 60, 30}, "好"); }, [](Ui& ui) { ui.button("a", {10, 263, 60, 30}, "好"); }, {TextSize::Normal, false, true, true}},
  };
  for (const Planted& planted : all) {
    INFO(planted.rule << " #" << (&planted - all));
    CHECK_FALSE(barks(easel, planted.theme, planted.good, planted.rule));
    CHECK(barks(easel, planted.theme, planted.bad, planted.rule));
  }
}
