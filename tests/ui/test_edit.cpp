#include <cmath>

#include "kiosk/ui/stage.h"
#include "tests/ui/help.h"

using namespace yizhan::ui;

namespace {

struct Form {
  std::string text, other;
  std::function<void(Ui&)> page() {
    return [this](Ui& ui) {
      if (auto next = ui.edit("opinion", {10, 10, 120, 60}, text, "写在这里", true)) text = *next;
      if (auto next = ui.edit("amount", {10, 80, 60, 12}, other, "元")) other = *next;
    };
  }
};

void keys(Headless& stage, const std::function<void(Ui&)>& page, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    stage.key(name);
    stage.frame(page);
  }
}

}  // namespace

TEST_CASE("a desk field takes text where the caret is", "[ui][edit]") {
  auto stage = desk_stage();
  Form form;
  const auto page = form.page();
  stage->frame(page);
  stage->type("没有人在听");
  settle(*stage, page);
  CHECK(form.text.empty());  // nothing is focused yet
  stage->tap("opinion");
  settle(*stage, page);
  stage->type("证据齐全𠮷");
  settle(*stage, page);
  CHECK(form.text == "证据齐全𠮷");
  keys(*stage, page, {"Home", "Right"});
  stage->type("人");
  settle(*stage, page);
  CHECK(form.text == "证人据齐全𠮷");
  keys(*stage, page, {"Delete", "End", "Backspace"});
  CHECK(form.text == "证人齐全");
}

TEST_CASE("selection, clipboard, undo and lines work by keyboard", "[ui][edit]") {
  auto stage = desk_stage();
  Form form;
  const auto page = form.page();
  stage->frame(page);
  stage->tap("opinion");
  settle(*stage, page);
  stage->type("一二三");
  keys(*stage, page, {"Enter"});
  stage->type("四五六");
  settle(*stage, page);
  CHECK(form.text == "一二三\n四五六");
  keys(*stage, page, {"Up", "Home", "Shift+Right", "Shift+Right", "Ctrl+X"});
  CHECK(form.text == "三\n四五六");
  keys(*stage, page, {"Down", "End", "Ctrl+V"});
  CHECK(form.text == "三\n四五六一二");
  keys(*stage, page, {"Ctrl+Z"});
  CHECK(form.text == "三\n四五六");
  keys(*stage, page, {"Ctrl+A", "Backspace"});
  CHECK(form.text.empty());
}

TEST_CASE("a one-line field takes no line feed, and Tab moves on to the next", "[ui][edit]") {
  auto stage = desk_stage();
  Form form;
  const auto page = form.page();
  stage->frame(page);
  stage->tap("opinion");
  settle(*stage, page);
  stage->type("上");
  keys(*stage, page, {"Tab"});
  settle(*stage, page);
  stage->type("18\n600");
  keys(*stage, page, {"Enter"});
  settle(*stage, page);
  CHECK(form.text == "上");
  CHECK(form.other == "18600");
}

TEST_CASE("a click places the caret between the characters it is nearest to", "[ui][edit]") {
  auto stage = desk_stage();
  Form form;
  form.text = "一二三四五六七八九十";
  const auto page = form.page();
  stage->frame(page);
  float three = 0;
  stage->frame([&](Ui& ui) {
    three = ui.text_width("一二三", {.step = Step::Desk});
    page(ui);
  });
  stage->tap_at(10 + 12 / 3.6f + three, 10 + 10 / 3.6f + 3);
  settle(*stage, page);
  stage->type("，");
  settle(*stage, page);
  CHECK(form.text == "一二三，四五六七八九十");
}

TEST_CASE("a text changed by the program keeps the caret inside it", "[ui][edit]") {
  auto stage = desk_stage();
  Form form;
  form.text = "很长很长的一段话";
  const auto page = form.page();
  stage->frame(page);
  stage->tap("opinion");
  settle(*stage, page);
  keys(*stage, page, {"End", "Down"});
  form.text = "短";
  settle(*stage, page);
  stage->type("句");
  settle(*stage, page);
  CHECK(form.text == "短句");
}

TEST_CASE("an idle page asks for no frame; a focused field asks for its caret's blink only", "[ui][edit]") {
  auto opened = Stage::open(3.6f, {});
  REQUIRE(opened);
  Stage& stage = **opened;
  std::vector<std::uint32_t> memory(1920 * 1080);
  double now = 1;
  Form form;
  const auto page = form.page();
  const auto frame = [&] { stage.frame({memory.data(), 1920, 1080, 1920}, now += .1, page, false); };
  frame();
  frame();
  CHECK(std::isinf(stage.kit().again_at()));
  stage.kit().pointer(60, 60, true);
  stage.kit().pointer(60, 60, false);
  for (int i = 0; i < 4; ++i) frame();
  CHECK(stage.kit().wants_text());
  CHECK(stage.kit().again_at() - now > .05);
  CHECK(stage.kit().again_at() - now < .6);
}
