// Colour never alone (WCAG 1.4.1): the two states of every widget are told apart when all colour is taken away.
#include <catch2/catch_test_macros.hpp>

#include "tests/reach/gate.h"

using namespace yizhan::ui;

namespace {

/// The share of a box's pixels whose lightness alone differs by 1.5:1 or more between two states.
double differs(const Theme& theme, const std::function<void(Ui&)>& one, const std::function<void(Ui&)>& other) {
  reach::Easel easel({"portrait", 1080, 1920, 4});
  const auto grey = [&](const std::function<void(Ui&)>& page) {
    easel.stage().set_theme(theme);
    easel.tick();
    easel.stage().frame(easel.pixels(), easel.now(), [&](Ui& ui) {
      ui.fill(ui.page(), Ink::Paper);
      page(ui);
    }, true);
    std::vector<std::uint32_t> out = easel.memory();
    for (std::uint32_t& p : out) {
      const auto v = static_cast<std::uint32_t>(0.2126 * ((p >> 16) & 0xff) + 0.7152 * ((p >> 8) & 0xff) + 0.0722 * (p & 0xff) + .5);
      p = v << 16 | v << 8 | v;
    }
    return out;
  };
  const auto a = grey(one), b = grey(other);
  std::size_t n = 0, all = 0;
  for (int y = 40; y < 240; ++y)
    for (int x = 40; x < 640; ++x, ++all) {
      const auto i = static_cast<std::size_t>(y) * 1080 + static_cast<std::size_t>(x);
      n += reach::contrast_of(a[i], b[i]) >= 1.5;
    }
  return static_cast<double>(n) / static_cast<double>(all);
}

}  // namespace

TEST_CASE("chosen and not chosen, on and off, right and wrong differ without colour", "[reach][grey]") {
  const Box box{10, 10, 150, 50};
  struct Pair { const char* name; std::function<void(Ui&)> one, other; };
  const Pair pairs[] = {
      {"tile", [=](Ui& ui) { ui.tile("a", box, Icon::Wages, "拖欠工资", "没给钱", false); }, [=](Ui& ui) { ui.tile("a", box, Icon::Wages, "拖欠工资", "没给钱", true); }},
      {"choice", [=](Ui& ui) { ui.choice("a", box, "本人", "", false, Icon::None); }, [=](Ui& ui) { ui.choice("a", box, "本人", "", true, Icon::None); }},
      {"check", [=](Ui& ui) { ui.check("a", box, "看过了", false); }, [=](Ui& ui) { ui.check("a", box, "看过了", true); }},
      {"touch", [=](Ui& ui) { ui.touch("a", box, "满意", false, true); }, [=](Ui& ui) { ui.touch("a", box, "满意", true, true); }},
      {"tab", [=](Ui& ui) { ui.button("a", box, "拼音", Look::Tab); }, [=](Ui& ui) { ui.button("a", box, "拼音", Look::TabActive); }},
      {"candidate", [=](Ui& ui) { ui.button("a", box, "欠", Look::Word); }, [=](Ui& ui) { ui.button("a", box, "欠", Look::WordFirst); }},
      {"button off", [=](Ui& ui) { ui.button("a", box, "下一步", Look::Filled); }, [=](Ui& ui) { ui.button("a", box, "下一步", Look::Filled, Icon::None, false); }},
      {"field wrong", [=](Ui& ui) { ui.field("a", box, {.text = "1101", .active = true}); }, [=](Ui& ui) { ui.field("a", box, {.text = "1101", .problem = "号码不对", .active = true}); }},
      {"field active", [=](Ui& ui) { ui.field("a", box, {.text = "1101"}); }, [=](Ui& ui) { ui.field("a", box, {.text = "1101", .active = true}); }},
  };
  for (const bool high : {false, true})
    for (const Pair& pair : pairs) {
      INFO(pair.name << (high ? " in high contrast" : ""));
      CHECK(differs({TextSize::Normal, high, false, true}, pair.one, pair.other) > .001);
    }
  // The check barks: two colours of one lightness are one state to it.
  CHECK(differs({}, [=](Ui& ui) { ui.fill(box, Ink::Brick); }, [=](Ui& ui) { ui.fill(box, Ink::Seal); }) < .001);
}
