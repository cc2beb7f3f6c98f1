// Say: the statement in three parts, then place and party.
// Touchables besides those of a page and the keyboard: statement: "tab.request", "tab.facts", "tab.reasons", "text", "skip", "speak" (to the microphone, ear.cpp);
// place: "place", "party".
#include <array>

#include "core/text.h"
#include "core/tr.h"
#include "kiosk/screens/parts.h"

namespace yizhan::kiosk {
namespace {
struct Part3 { std::string_view name, word, line, title; Field field; };
std::array<Part3, 3> three_parts() {
  return {{{"tab.request", tr("要求"), tr("想要什么结果"), tr("您想要什么结果？"), Field::Request},
           {"tab.facts", tr("事实"), tr("发生了什么"), tr("发生了什么事？"), Field::Facts},
           {"tab.reasons", tr("理由"), tr("为什么该这样"), tr("为什么该这样？"), Field::Reasons}}};
}
}  // namespace

Asked draw_statement(Ui& ui, const View& view) {
  const auto index = static_cast<std::size_t>(std::clamp(view.s.index, 0, 2));
  const auto parts = three_parts();
  const Part3& part = parts[index];
  const Measure m = measure(ui);
  const bool low = m.low;
  Page page = begin_page(ui, view, {.title = std::string(part.title), .hint = m.across ? std::string() : std::string(tr("写成您平时说的话就行，不用讲究。")), .strip_mm = low || m.across ? 0 : 22.f, .left_share = 0.46f});
  Asked asked = page.asked;
  const std::string& text = text_of(view.s, part.field);
  Box strip = page.strip;
  // XFTL 19(1): who cannot write may say it; nobody is held up here for not typing.
  const bool nothing = view.s.statement.request.empty() && view.s.statement.facts.empty() && view.s.statement.reasons.empty();
  const std::string_view skip = nothing ? tr("不写了，到窗口说") : tr("够了，其余到窗口说");
  Box area = looking_area(ui, page);
  // The way out, and beside it where the caret goes once there are words.
  Box row = low ? strip : m.across ? area.cut_bottom(21, m.gutter) : strip;
  const float carets = text.empty() ? 0 : 2 * 21.f + 2 * touch_gap_mm, room = row.w - carets - touch_gap_mm;
  const bool wide = !low && !m.across;
  const Box speak = row.cut_left(std::min(wide ? 84.f : 999.f, room * 0.41f), touch_gap_mm);
  const Box way_out = row.cut_right(std::min(wide ? 118.f : 999.f, room * 0.59f), touch_gap_mm);
  const Box keys = cut_keyboard(ui, page);
  if (!low && !m.across) area = page.body;
  Box tabs = area.cut_top(low ? 22.f : m.across ? 24.f : std::min(28.f, std::max(22.f, area.h * 0.3f)));
  for (std::size_t i = 0; i < parts.size() && !low; ++i) {
    const Box cell = tabs.column(static_cast<int>(i), 3, touch_gap_mm);
    const bool active = i == index;
    const Box box = active ? cell : Box{cell.x, cell.y + 2, cell.w, cell.h - 2};
    const bool done = !text_of(view.s, parts[i].field).empty();
    if (ui.touch(parts[i].name, box, parts[i].word)) asked = Part{static_cast<int>(i)};
    if (active) ui.edge(box, Ink::Primary, 0.75f, 3.5f);
    else ui.fill(box.inset(0.6f), Ink::Sand, 3);
    const float r = std::max(5.5f, ui.text_height(20, "1", {Type::Caption}) * 0.5f), cy = box.y + box.h / 2;
    const Ink dot = active || done ? Ink::Primary : Ink::Card;
    ui.circle(box.x + 5 + r, cy, r, dot);
    if (!active && !done) ui.edge({box.x + 5, cy - r, 2 * r, 2 * r}, Ink::Edge, 0.4f, r);
    if (done && !active) ui.icon({box.x + 5 + r - 3.5f, cy - 3.5f, 7, 7}, Icon::Check, Ink::OnPrimary);
    else line_in(ui, {box.x + 5, cy - r, 2 * r, 2 * r}, std::to_string(i + 1), {Type::Caption, active ? Ink::OnPrimary : Ink::Ink, Weight::Bold, Align::Centre, 1, true, true});
    Box in{box.x + 5 + 2 * r + 3, box.y + 1, box.w - 2 * r - 10, box.h - 2};
    const TextStyle bold{Type::Button, active ? Ink::Primary : Ink::Ink, Weight::Bold, Align::Left, 1, false, true};
    const TextStyle soft{Type::Caption, Ink::Muted, Weight::Regular, Align::Left, 1};
    const float h1 = ui.text_height(in.w, parts[i].word, bold);
    float h2 = ui.text_width(parts[i].line, soft) > in.w ? 0 : ui.text_height(in.w, parts[i].line, soft);
    if (h1 + h2 > in.h) h2 = 0;
    const float top = in.y + (in.h - h1 - h2) / 2;
    ui.text({in.x, top, in.w, h1 + 0.5f}, parts[i].word, bold);
    if (h2 > 0) ui.text({in.x, top + h1, in.w, h2 + 0.5f}, parts[i].line, soft);
  }
  const std::string problem = in_short(problem_at(view.s, part.field));
  const std::string foot = trf("已写{}字", characters(text));
  ui::Ui::FieldView field;
  field.text = text;
  field.composing = view.s.keys.preedit;
  field.placeholder = part.line;
  field.label = part.word;
  field.problem = problem;
  field.active = true;
  field.several_lines = true;
  field.caret = view.s.caret;
  if (low) {
    // Shown high, written low: the field itself lies out of reach.
    area.y = tabs.y;
    area.h = page.show.bottom() - area.y;
    field.only_shown = true;
  } else {
    field.foot_left = tr("离开即清除");
    if (problem.empty() || !m.across) field.foot_right = foot;
  }
  if (ui.field("text", area, field)) asked = Caret{ui.caret_moves().touched};
  // Before the first word there is nowhere to go.
  if (!text.empty()) {
    if (auto moved = caret_buttons(ui, view, row)) asked = moved;
  } else if (!low && !m.across) {
    text_if_room(ui, row, trf("写一句也行，{}/3", index + 1), {Type::Body, Ink::Muted, Weight::Regular, Align::Left, 1, true});
  }
  // Beside the caret's keys both may have to say it in short.
  const auto in_room = [&](const Box& box, std::string_view full, std::string_view brief) { return ui.text_width(full, {Type::Button, Ink::Ink, Weight::Bold}) + 10 + (wide || m.across ? 14 : 0) <= box.w ? full : brief; };
  if (ui.button("speak", speak, in_room(speak, tr("说给机器听"), tr("说话")), Look::Edged, low ? Icon::None : Icon::Microphone)) asked = SpeakInstead{};
  if (ui.button("skip", way_out, in_room(way_out, skip, tr("到窗口说")), Look::Edged, low ? Icon::None : Icon::Desk)) asked = SkipWriting{};
  if (auto got = keyboard_panel(ui, view, keys)) asked = got;
  return asked;
}

Asked draw_place(Ui& ui, const View& view) {
  Page page = begin_page(ui, view, {.title = tr("在哪里？跟谁？"), .hint = tr("说不清可以不填，点「下一步」。")});
  Asked asked = page.asked;
  const Box keys = cut_keyboard(ui, page);
  const Measure m = measure(ui);
  Box area = looking_area(ui, page);
  const std::array<FieldSpec, 2> specs{{{Field::Place, 0, "place", tr("事情发生的地方"), tr("乡镇、村、街道"), false, false},
                                        {Field::Party, 0, "party", tr("反映的人或单位"), tr("没有可以不填"), false, false}}};
  if (m.low) {
    Box strip = page.strip;
    if (ui.button("field.next", strip.cut_right(60), tr("下一格"))) asked = Focus{view.s.field == Field::Place ? Field::Party : Field::Place, 0};
  } else {
    area.h = std::min(area.h, m.across ? 90.f : 100.f);
  }
  if (auto got = fields(ui, view, area, specs)) asked = got;
  if (auto got = keyboard_panel(ui, view, keys)) asked = got;
  return asked;
}

}  // namespace yizhan::kiosk
