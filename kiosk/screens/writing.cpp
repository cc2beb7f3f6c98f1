// Fields of a page and the keyboard below or beside them.
#include <algorithm>
#include <array>

#include "core/text.h"
#include "core/tr.h"
#include "kiosk/screens/parts.h"

namespace yizhan::kiosk {

Asked fields(Ui& ui, const View& view, const Box& box, std::span<const FieldSpec> specs) {
  Asked asked;
  const bool low = measure(ui).low;
  const int n = static_cast<int>(specs.size());
  for (int i = 0; i < n; ++i) {
    const FieldSpec& spec = specs[static_cast<std::size_t>(i)];
    Box cell = box.row(i, n, touch_gap_mm);
    const bool active = view.s.field == spec.field && view.s.field_index == spec.index;
    const std::string problem = in_short(problem_at(view.s, spec.field, spec.index));
    const bool roomy = problem.empty() || ui.text_width(problem, {Type::Caption, Ink::Brick, Weight::Bold}) <= cell.w;
    const std::string told = roomy ? problem : problem.substr(0, problem.rfind("，"));  // "…，请核对": the first half says it
    // What is wrong takes the label's place: the field keeps its height and the words stay beside it.
    const bool wrong = !problem.empty();
    const TextStyle label{Type::Caption, wrong ? Ink::Brick : Ink::Muted, wrong ? Weight::Bold : Weight::Medium, Align::Left, 1, true, true, wrong ? ui::Say::Aloud : ui::Say::Asked};
    const std::string_view above = wrong ? std::string_view(told) : std::string_view(spec.label);
    bool labelled = false;
    if (!above.empty()) {
      const float h = ui.text_height(cell.w, above, label) * 0.86f;  // the characters, without the line's own leading
      labelled = cell.h - h >= (low ? 12.f : 20.f);
      if (labelled) line_in(ui, cell.cut_top(h, 1), above, label);
    }
    const std::string& text = text_of(view.s, spec.field, spec.index);
    ui::Ui::FieldView field;
    std::string shown = text;
    if (spec.field == Field::MatterNumber) shown = spaced_number(text);
    if (spec.field == Field::QueryCode) shown = spaced_code(text);
    if (spec.secret && masked(view.s, view.world.patience, view.now)) shown = spec.field == Field::Phone ? mask_phone(text) : mask_id(text);
    if (spec.secret && active && !view.s.shown && !text.empty()) ui.again_in(2.05);
    field.text = shown;
    field.composing = active ? std::string_view(view.s.keys.preedit) : std::string_view{};
    field.placeholder = spec.placeholder;
    field.problem = labelled ? std::string_view{} : std::string_view(problem);
    field.label = spec.label;
    field.active = active;
    field.several_lines = spec.several_lines;
    if (active && has_caret(spec.field)) field.caret = view.s.caret;
    if (low) {
      // Shown high, written low: the field itself lies out of reach.
      field.only_shown = true;
      ui.field(spec.name, cell, field);
      continue;
    }
    if (ui.field(spec.name, cell, field)) asked = Focus{spec.field, spec.index, has_caret(spec.field) ? ui.caret_moves().touched : writing::at_end};
    if (wrong && labelled) ui.edge(cell, Ink::Brick, 0.75f, 4);
  }
  return asked;
}

Box cut_keyboard(Ui& ui, Page& page) {
  const Measure m = measure(ui);
  const float bottom = ui.page().h - m.bottom_bar;
  if (m.across) {
    // The whole right side from bar to bar, or from where the low position begins.
    const float side = page.strip.w > 0 ? page.body.y : m.step_bar;
    const Box keys{page.body.x - m.gutter / 2, side, ui.page().w - page.body.x + m.gutter / 2, bottom - side};
    page.body.h = 0;
    return keys;
  }
  const float top = m.low ? page.body.y : bottom - keyboard_mm;
  page.body.h = std::max(0.f, top - m.gutter - page.body.y);
  return {0, top, ui.page().w, bottom - top};
}

}  // namespace yizhan::kiosk
