#include <array>
#include <cmath>

#include "kiosk/ui/icons.h"
#include "kiosk/ui/tokens.h"
#include "tests/ui/gallery.h"
#include "tests/ui/help.h"

using namespace yizhan::ui;

TEST_CASE("every pair of colours in use keeps its contrast, in both themes", "[ui][look]") {
  struct Pair { Ink over, under; double least; };
  // 7: words (look/tokens.md allows no grey under 7:1). 3: edges and bars that carry meaning (WCAG 1.4.11).
  constexpr std::array pairs{
      Pair{Ink::Ink, Ink::Paper, 7}, Pair{Ink::Ink, Ink::Card, 7}, Pair{Ink::Ink, Ink::Tray, 7}, Pair{Ink::Ink, Ink::Sand, 7}, Pair{Ink::Ink, Ink::Tint, 7},
      Pair{Ink::Ink, Ink::AmberTint, 7}, Pair{Ink::Ink, Ink::BrickTint, 7}, Pair{Ink::Muted, Ink::Paper, 7}, Pair{Ink::Muted, Ink::Card, 7},
      Pair{Ink::Muted, Ink::Sand, 7}, Pair{Ink::Muted, Ink::Tint, 7}, Pair{Ink::Muted, Ink::Tray, 7}, Pair{Ink::Primary, Ink::Card, 7},
      Pair{Ink::Primary, Ink::Paper, 7}, Pair{Ink::Primary, Ink::Tint, 7}, Pair{Ink::OnPrimary, Ink::Primary, 7}, Pair{Ink::OnPrimary, Ink::Primary2, 7},
      Pair{Ink::OnPrimary2, Ink::Primary, 7}, Pair{Ink::OnPrimary2, Ink::Primary2, 7}, Pair{Ink::OnPrimary, Ink::Seal, 7}, Pair{Ink::Amber, Ink::AmberTint, 7},
      Pair{Ink::Amber, Ink::Card, 7}, Pair{Ink::Brick, Ink::BrickTint, 7}, Pair{Ink::Brick, Ink::Card, 7}, Pair{Ink::BoardText, Ink::Board, 7},
      Pair{Ink::BoardCalled, Ink::Board, 7}, Pair{Ink::BoardCalled, Ink::BoardPanel, 7}, Pair{Ink::BoardSecond, Ink::Board, 7},
      Pair{Ink::BoardSecond, Ink::BoardBar, 7}, Pair{Ink::Edge, Ink::Card, 3}, Pair{Ink::Edge, Ink::Paper, 3}, Pair{Ink::Edge, Ink::Tray, 3},
      Pair{Ink::AmberEdge, Ink::AmberTint, 3}, Pair{Ink::AmberEdge, Ink::Card, 3}, Pair{Ink::Promise, Ink::Card, 3}, Pair{Ink::Primary, Ink::Line, 3},
  };
  for (const bool contrast : {false, true}) {
    for (const Pair& pair : pairs) {
      if (contrast && pair.under == Ink::Line) continue;  // separators are white there; bars stand on black
      INFO("pair " << static_cast<int>(pair.over) << " on " << static_cast<int>(pair.under) << " contrast " << contrast);
      CHECK(contrast_ratio(colour(pair.over, contrast), colour(pair.under, contrast)) >= pair.least);
    }
  }
  // The figures of tokens.md, so that a changed colour is noticed and not only a bad one.
  CHECK(std::round(contrast_ratio(colour(Ink::Ink, false), colour(Ink::Paper, false)) * 10) == 152);
  CHECK(std::round(contrast_ratio(colour(Ink::OnPrimary, false), colour(Ink::Primary, false)) * 10) == 94);
  CHECK(contrast_ratio(colour(Ink::Primary, true), colour(Ink::Card, true)) > 16);
}

TEST_CASE("every icon has a drawing", "[ui][look]") {
  for (int i = 1; i < icon_count; ++i) CHECK(icon_exists(static_cast<Icon>(i)));
  CHECK_FALSE(icon_exists(Icon::None));
}

TEST_CASE("type comes out in the drawn pages' pixels on kiosk, desk and board", "[ui][look]") {
  const auto em_px = [](Step step, float px_per_mm) { return std::lround(step_size(step).em_mm * px_per_mm * 10); };
  CHECK(em_px(Step::Caption, 4) == 280);
  CHECK(em_px(Step::Headline, 4) == 660);
  CHECK(em_px(Step::Number, 4) == 2720);
  CHECK(em_px(Step::Desk, 3.6f) == 190);
  CHECK(em_px(Step::DeskNumber, 3.6f) == 540);
  CHECK(em_px(Step::BoardCalled, 2) == 3260);
}

TEST_CASE("a capital of the number step is 50 mm tall on the glass", "[ui][look]") {
  // Measured on the pixels, never trusted from a nominal size.
  auto stage = kiosk_stage();
  stage->frame([](Ui& ui) { ui.text({20, 20, 230, 90}, "H", {.step = Step::Number, .weight = Weight::Bold}); });
  REQUIRE(stage->picture("ui_number.png"));
  std::remove("ui_number.png");
  auto high = 0.0;
  stage->frame([&](Ui& ui) { high = ui.text_height(230, "H", {.step = Step::Number}); });
  CHECK(std::abs(high - 68) < .5);  // 272 px line of 1.0 em; cap height 0.733 em = 49.9 mm
}

TEST_CASE("larger text grows body words by the visitor's factor and big type by less", "[ui][look]") {
  float normal = 0, largest = 0, number = 0, number_largest = 0;
  auto stage = kiosk_stage();
  const auto page = [](float& body, float& big) {
    return [&](Ui& ui) {
      body = ui.text_width("看得清");
      big = ui.text_width("A012", {.step = Step::Number});
    };
  };
  stage->frame(page(normal, number));
  stage->set_theme({TextSize::Largest});
  stage->frame(page(largest, number_largest));
  CHECK(std::abs(largest / normal - 1.5f) < .03f);
  CHECK(number_largest == number);
}

TEST_CASE("every touchable of the sample pages is at least 20 mm, keys at least 12.7 by 15", "[ui][look][EN301549]") {
  for (const TextSize size : {TextSize::Normal, TextSize::Large, TextSize::Largest}) {
    for (const auto page : {gallery_kiosk, gallery_keyboard, shapes_page}) {
      auto stage = kiosk_stage({size});
      stage->frame(page);
      CHECK(stage->hits().size() > 5);
      for (const HitBox& hit : stage->hits()) {
        INFO(hit.name);
        const bool key = hit.name.starts_with("key.");
        CHECK(hit.box.w >= (key ? 12.7f : 20.f));
        CHECK(hit.box.h >= (key ? 15.f : 20.f));
      }
    }
  }
}

TEST_CASE("the sample pages show no text cut off", "[ui][look]") {
  for (const bool contrast : {false, true}) {
    for (const auto page : {gallery_kiosk, gallery_keyboard, gallery_fields}) {
      auto stage = kiosk_stage({TextSize::Normal, contrast});
      stage->frame(page);
      CHECK(stage->clipped().empty());
      CHECK(stage->missing_glyphs().empty());
    }
  }
}

TEST_CASE("touchables of one page do not overlap", "[ui][look]") {
  for (const auto page : {gallery_kiosk, gallery_keyboard, shapes_page}) {
    auto stage = kiosk_stage();
    stage->frame(page);
    const auto& hits = stage->hits();
    for (std::size_t i = 0; i < hits.size(); ++i)
      for (std::size_t j = i + 1; j < hits.size(); ++j) {
        const Box &a = hits[i].box, &b = hits[j].box;
        INFO(hits[i].name << " and " << hits[j].name);
        CHECK((a.right() <= b.x + .01f || b.right() <= a.x + .01f || a.bottom() <= b.y + .01f || b.bottom() <= a.y + .01f));
      }
  }
}
