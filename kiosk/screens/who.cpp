// Who: notice, card, what to type, for whom, the other person, the group.
// Touchables besides those of a page: card: "id", "other_document", "no_document"; identify: "name", "number", "phone", "dot", "reveal", "special", "field.next",
// "document.permit", "document.resident_foreign", "document.passport", "document.other"; whom: "whom.self", "whom.relative", "whom.agent",
// "whom.group"; other: "other_name", "authority.yes", "authority.no"; heads: "heads.minus10", "heads.minus", "heads.plus", "heads.plus10",
// "heads.5", "heads.10", "heads.20", "heads.50"; representatives: "representative.1" … "representative.4".
#include <array>

#include "core/text.h"
#include "core/tr.h"
#include "kiosk/screens/parts.h"

namespace yizhan::kiosk {

Asked draw_notice(Ui& ui, const View& view) {
  // PIPL 17 and 35: a state body informs; it does not ask for a consent it does not need.
  Page page = begin_page(ui, view, {.title = tr("先跟您说几句"), .hint = tr("看完点「知道了」就开始。"), .next = tr("知道了")});
  Asked asked = page.asked;
  Box area = ui.theme().low ? Box{page.show.x, page.show.y, page.show.w, page.body.bottom() - page.show.y} : page.body;
  if (ui.theme().low) area.h = page.show.h;
  struct Point { Icon icon; std::string_view bold; std::string_view line; };
  const std::array<Point, 5> points{{{Icon::Lock, tr("您的信息只用来办这件事"), tr("由本厅和县信访局使用，依法保密。")},
                                     {Icon::Person, tr("只问必要的"), tr("姓名、证件号、您说的事。电话可以不留。")},
                                     {Icon::Clock, tr("离开这台机器就清除"), tr("登记好的材料按档案规定保管。")},
                                     {Icon::Search, tr("您可以查看、更正"), tr("到窗口说一声就行。")},
                                     {Icon::Check, tr("请说真实情况"), tr("说得不全不要紧，不要编造。")}}};
  const auto count = static_cast<int>(points.size());
  for (int i = 0; i < count; ++i) {
    const Point& point = points[static_cast<std::size_t>(i)];
    Box row = area.row(i, count, 4);
    ui.card(row);
    Box in = row.inset(8, 3);
    const float size = std::min(32.f, in.h - 4);
    const Box picture = in.cut_left(size, 8);
    plate(ui, {picture.x, row.y + (row.h - size) / 2, size, size}, point.icon, i == 4 ? 1 : 2);
    const TextStyle bold{Type::Button, Ink::Ink, Weight::Bold, Align::Left, 1, false, true};
    const TextStyle soft{Type::Body, Ink::Muted};
    const float h1 = ui.text_height(in.w, point.bold, bold);
    float h2 = ui.text_height(in.w, point.line, soft);
    if (h1 + h2 > in.h) h2 = 0;
    const float top = in.y + (in.h - h1 - h2) / 2;
    ui.text({in.x, top, in.w, h1 + 0.5f}, point.bold, bold);
    if (h2 > 0) ui.text({in.x, top + h1, in.w, h2 + 0.5f}, point.line, soft);
  }
  return asked;
}

Asked draw_card(Ui& ui, const View& view) {
  const auto reader = view.world.now.reader;
  const bool works = reader == DeviceState::Ready || reader == DeviceState::Busy;
  Page page = begin_page(ui, view, {.title = works ? tr("请放身份证") : tr("您带证件了吗？"),
                                    .hint = works ? tr("放在屏幕右下方的感应区。没带也能办。") : tr("读卡器暂时不能用，可以自己输号码。"),
                                    .next_shown = false});
  Asked asked = page.asked;
  Box body = page.body;
  Box picture = ui.theme().low ? page.show : (works ? body.cut_top(std::min(150.f, body.h * 0.42f), gutter_mm) : Box{});
  if (works && picture.h > 30) {
    ui.fill(picture, Ink::Tint, 4);
    if (ui.theme().contrast) ui.edge(picture, Ink::Edge, 0.5f, 4);
    const float size = std::min(100.f, picture.h - 28);
    ui.icon({picture.x + picture.w / 2 - size / 2, picture.y + 4, size, size}, Icon::Card);
    const std::string_view words = reader == DeviceState::Busy        ? tr("正在读，请不要拿走")
                                   : view.s.card_trouble.empty() ? tr("放好不动，一两秒就好")
                                                                 : std::string_view(tr("没读到，请再放一次"));
    line_in(ui, {picture.x + 6, picture.y + size + 4, picture.w - 12, picture.h - size - 6}, words,
            {Type::Button, view.s.card_trouble.empty() ? Ink::Primary : Ink::Amber, Weight::Bold, Align::Centre, 1, true, true});
  }
  const int rows = 3;
  const float row = std::min(50.f, (body.h - 2 * gutter_mm) / rows);
  const float gap = ui.theme().low ? touch_gap_mm : gutter_mm;
  const float fit = std::min(row, (body.h - 2 * gap) / rows);
  if (choice_card(ui, "id", body.cut_top(fit, gap), Icon::Keyboard, tr("输入身份证号"), tr("自己按数字"), 2)) asked = ChooseDocument{DocumentKind::ResidentId};
  if (choice_card(ui, "other_document", body.cut_top(fit, gap), Icon::Document, tr("用别的证件"), tr("居住证、护照、永居证"), 2)) asked = ChooseDocument{DocumentKind::Other};
  if (choice_card(ui, "no_document", body.cut_top(fit, gap), Icon::NoDocument, tr("没带证件"), tr("留个姓名就能登记"), 2)) asked = ChooseDocument{DocumentKind::None};
  return asked;
}

Asked draw_identify(Ui& ui, const View& view) {
  const bool numbered = view.s.document != DocumentKind::None;
  const bool resident = view.s.document == DocumentKind::ResidentId;
  const bool wrong = !problem_at(view.s, Field::Number).empty();
  const bool chips = numbered && !resident;
  Page page = begin_page(ui, view, {.title = tr("请问您是谁？"), .hint = chips ? "" : numbered ? tr("号码只用来核对，会遮起来。") : tr("只留姓名也可以。")});
  Asked asked = page.asked;
  const Box keys = cut_keyboard(ui, page);
  Box area = ui.theme().low ? page.show : page.body;
  if (chips) {
    struct Chip { std::string_view name, words; DocumentKind kind; };
    const std::array<Chip, 4> kinds{{{"document.permit", tr("居住证"), DocumentKind::ResidencePermit},
                                         {"document.resident_foreign", tr("永居证"), DocumentKind::ForeignPermanentResident},
                                         {"document.passport", tr("护照"), DocumentKind::Passport},
                                         {"document.other", tr("其他"), DocumentKind::Other}}};
    const Box row = ui.theme().low ? page.strip : area.cut_top(21, touch_gap_mm);
    for (int i = 0; i < 4; ++i) {
      const Chip& chip = kinds[static_cast<std::size_t>(i)];
      const Box box = row.column(i, 4, touch_gap_mm);
      if (ui.touch(chip.name, box, chip.words, view.s.document == chip.kind)) asked = ChooseDocument{chip.kind};
      line_in(ui, box.inset(4, 0), chip.words, {Type::Body, Ink::Ink, Weight::Bold, Align::Left, 1, true, true});
    }
  }
  std::vector<FieldSpec> specs;
  specs.push_back({Field::Name, 0, "name", tr("姓名"), tr("请写姓名"), false, false});
  if (numbered) specs.push_back({Field::Number, 0, "number", resident ? tr("身份证号（18位）") : tr("证件号码"), resident ? tr("请按数字") : tr("没有可以不填"), false, true});
  specs.push_back({Field::Phone, 0, "phone", tr("电话（可以不留）"), tr("方便联系您"), false, true});
  if (ui.theme().low) {
    if (!chips) {
      Box strip = page.strip;
      if (ui.button("field.next", strip.cut_right(60, touch_gap_mm), tr("下一格"))) {
        std::size_t at = 0;
        for (std::size_t i = 0; i < specs.size(); ++i)
          if (specs[i].field == view.s.field) at = i;
        asked = Focus{specs[(at + 1) % specs.size()].field, 0};
      }
      if (wrong && ui.button("special", strip.cut_right(60), tr("证件特殊"))) asked = SpecialDocument{};
    }
  } else {
    // Each field has its small helper at the right: the point of names like 买买提·艾力, a look at the masked number.
    Box right = area.cut_right(46, touch_gap_mm);
    const int n = static_cast<int>(specs.size());
    const auto side = [&](int i) {
      const Box row = right.row(i, n, touch_gap_mm);
      const float h = std::min(24.f, row.h);
      return Box{row.x, row.bottom() - h, row.w, h};
    };
    if (ui.button("dot", side(0), tr("中间点 ·"), Look::Edged, Icon::None, view.s.field == Field::Name)) asked = Typed{"·", 0, view.s.keys};
    if (numbered && ui.button("reveal", side(1), view.s.shown ? tr("遮起来") : tr("看一看"))) asked = Reveal{};
    if (wrong && ui.button("special", side(n - 1), tr("证件特殊"))) asked = SpecialDocument{};
  }
  if (auto got = fields(ui, view, area, specs)) asked = got;
  if (auto got = keyboard_panel(ui, view, keys)) asked = got;
  return asked;
}

Asked draw_whom(Ui& ui, const View& view) {
  Page page = begin_page(ui, view, {.title = tr("这是谁的事？"), .hint = tr("替别人来，也可以办。"), .next_shown = view.s.whom != Whom::Unasked});
  Asked asked = page.asked;
  Box body = page.body;
  if (!view.s.me.name.empty()) {
    Box who = ui.theme().low ? page.show : body.cut_top(26, gutter_mm);
    const std::string words = fitted(ui, who.w - 40, 1, trf("您是：{}", view.s.me.name), {Type::Body, Ink::Ink, Weight::Bold});
    message(ui, who, view.s.from_card ? Icon::Card : Icon::Person, words, view.s.from_card ? tr("身份证读好了，可以拿走。") : "", false);
  }
  struct Way { std::string_view name; Whom whom; Icon icon; std::string_view words, line; };
  const std::array<Way, 4> ways{{{"whom.self", Whom::Self, Icon::Person, tr("我自己的事"), tr("本人来办")},
                                     {"whom.relative", Whom::Relative, Icon::Family, tr("家里人的事"), tr("替父母、子女、配偶来")},
                                     {"whom.agent", Whom::Agent, Icon::Document, tr("受人委托"), tr("替朋友、邻居、同事来")},
                                     {"whom.group", Whom::Group, Icon::Persons, tr("我们很多人"), tr("几个人、几家人一起的事")}}};
  const float gap = ui.theme().low ? touch_gap_mm : gutter_mm;
  const float row = std::min(56.f, (body.h - 3 * gap) / 4);
  for (const Way& way : ways)
    if (choice_card(ui, way.name, body.cut_top(row, gap), way.icon, way.words, way.line, 2, view.s.whom == way.whom)) asked = ChooseWhom{way.whom};
  return asked;
}

Asked draw_other(Ui& ui, const View& view) {
  const bool agent = view.s.whom == Whom::Agent;
  Page page = begin_page(ui, view, {.title = agent ? tr("谁委托您来的？") : tr("是谁的事？"), .hint = tr("写他（她）的姓名就行。")});
  Asked asked = page.asked;
  const Box keys = cut_keyboard(ui, page);
  Box area = ui.theme().low ? page.show : page.body;
  if (agent) {
    Box row = ui.theme().low ? page.strip : area.cut_bottom(std::min(40.f, area.h * 0.34f), gutter_mm);
    const auto one = [&](int i, std::string_view name, std::string_view words, bool has) {
      const Box box = row.column(i, 2, gutter_mm);
      if (ui.touch(name, box, words, view.s.authority == has)) asked = ChooseAuthority{has};
      line_in(ui, box.inset(8, 2), words, {Type::Button, Ink::Ink, Weight::Bold, Align::Left, 1, true, true});
    };
    one(0, "authority.yes", tr("有委托书"), true);
    one(1, "authority.no", tr("没有委托书"), false);
  }
  const std::array<FieldSpec, 1> specs{{{Field::OtherName, 0, "other_name", tr("姓名"), tr("请写姓名"), false, false}}};
  Box field = area.h > 60 ? area.cut_top(std::max(42.f, area.h * 0.4f)) : area;
  if (auto got = fields(ui, view, field, specs)) asked = got;
  if (auto got = keyboard_panel(ui, view, keys)) asked = got;
  return asked;
}

Asked draw_heads(Ui& ui, const View& view) {
  const int limit = view.world.rules.rep_limit(view.s.heads);
  const std::string hint = trf("最多选{}位代表来谈。", limit);  // XFTL 20(3)
  Page page = begin_page(ui, view, {.title = tr("一共多少人？"), .hint = hint});
  Asked asked = page.asked;
  Box body = page.body;
  Box number = ui.theme().low ? page.show : body.cut_top(std::min(120.f, body.h * 0.45f), gutter_mm);
  if (number.h > 30) {
    ui.card(number);
    line_in(ui, number, trf("{} 人", view.s.heads), {number.h > 60 ? Type::Code : Type::Choice, Ink::Primary, Weight::Bold, Align::Centre, 1, true, true});
  }
  const float row_h = std::min(36.f, (body.h - gutter_mm) / 2);
  const Box row = body.cut_top(row_h, gutter_mm);
  const auto step = [&](int i, std::string_view name, std::string_view words, int by) {
    const bool can = by < 0 ? view.s.heads + by >= 2 : view.s.heads + by <= heads_max;
    if (ui.button(name, row.column(i, 4, gutter_mm), words, Look::Edged, Icon::None, can)) asked = AddHeads{by};
  };
  step(0, "heads.minus10", tr("少10人"), -10);
  step(1, "heads.minus", tr("少1人"), -1);
  step(2, "heads.plus", tr("多1人"), +1);
  step(3, "heads.plus10", tr("多10人"), +10);
  const Box quick = body.cut_top(row_h, gutter_mm);
  constexpr std::array<int, 4> counts{5, 10, 20, 50};
  for (int i = 0; i < 4; ++i) {
    const int heads = counts[static_cast<std::size_t>(i)];
    const Box box = quick.column(i, 4, gutter_mm);
    if (ui.touch("heads." + std::to_string(heads), box, trf("{}人", heads), view.s.heads == heads)) asked = AddHeads{heads - view.s.heads};
    line_in(ui, Box{box.x + 8, box.y, box.w - 26, box.h}, trf("{}人", heads), {Type::Button, Ink::Ink, Weight::Bold, Align::Left, 1, true, true});
  }
  if (!problem_at(view.s, Field::Representative).empty()) text_if_room(ui, body, problem_at(view.s, Field::Representative), {Type::Body, Ink::Brick});
  for (const Problem& problem : view.s.problems)
    if (problem.field == "head_count") text_if_room(ui, body, problem.what, {Type::Body, Ink::Brick, Weight::Medium});
  return asked;
}

Asked draw_representatives(Ui& ui, const View& view) {
  const int limit = view.world.rules.rep_limit(view.s.heads);
  const std::string hint = trf("您算一位，最多{}位。可以先空着。", limit);
  Page page = begin_page(ui, view, {.title = tr("还有谁做代表？"), .hint = hint});
  Asked asked = page.asked;
  const Box keys = cut_keyboard(ui, page);
  const Box area = ui.theme().low ? page.show : page.body;
  const int count = static_cast<int>(view.s.representatives.size());
  if (ui.theme().low && count > 1) {
    Box strip = page.strip;
    if (ui.button("field.next", strip.cut_right(60), tr("下一格"))) asked = Focus{Field::Representative, (view.s.field_index + 1) % count};
  }
  const int columns = count > 2 ? 2 : 1;
  const int rows = (count + columns - 1) / std::max(1, columns);
  for (int i = 0; i < count; ++i) {
    const Box row = area.row(i / columns, std::max(rows, 2), touch_gap_mm);
    const std::array<FieldSpec, 1> one{{{Field::Representative, i, "representative." + std::to_string(i + 1), trf("代表{}", i + 2), tr("姓名"), false, false}}};
    if (auto got = fields(ui, view, row.column(i % columns, columns, touch_gap_mm), one)) asked = got;
  }
  if (auto got = keyboard_panel(ui, view, keys)) asked = got;
  return asked;
}

}  // namespace yizhan::kiosk
