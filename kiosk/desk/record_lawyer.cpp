/// Touchables: "identity" Ctrl+I, "field.facts", "facts.copy" Ctrl+F, "field.law", "field.advice", "phrase.limit" "phrase.evidence"
/// "phrase.aid" "phrase.mediate" Alt+A/S/D/G, "told.path" "told.no_decision" "told.legal_aid" "told.free" Ctrl+Alt+1…4,
/// "outcome.arbitration" "outcome.court" "outcome.reconsideration" "outcome.legal_aid" "outcome.mediation" "outcome.reception"
/// "outcome.advice" Alt+1…7. The six paths and the limitation cards stand in the middle (matter_pane.cpp).
#include <algorithm>
#include <array>

#include "core/tr.h"
#include "kiosk/desk/panes.h"
#include "kiosk/desk/words.h"

namespace yizhan::kiosk::desk {

constexpr float outcome_rows_px = 4 * 42 + 3 * 5;

Asked draw_lawyer_record(Ui& ui, const View& view, Box in) {
  Asked asked;
  const DeskSession& s = view.session;
  const LawyerDraft& d = draft_of(s).lawyer;
  if (s.served && s.served->consulted && d.facts.empty() && d.advice.empty()) {
    const std::string before = trf("已有记录：{}", words_of(outcomes(), static_cast<int>(s.served->consulted->outcome)));
    strip(ui, in.cut_top(px(38), px(6)), Icon::Check, before, Tone::Law);
  }
  Box identity = in.cut_top(px(34), px(4));
  const Box copy = identity.cut_right(px(190), px(8));
  ask(asked, tick(ui, "identity", identity, tr("已核对身份　Ctrl+I"), d.identity_checked, "Ctrl+I"), Toggled{"identity", ""});
  if (s.served && s.served->petition && !s.served->petition->statement.facts.empty())
    ask(asked, phrase(ui, "facts.copy", copy, tr("取用本人所述 Ctrl+F"), "Ctrl+F"), Insert{"facts", s.served->petition->statement.facts});

  // The fields share what the fixed rows leave, in whole lines: no line of text is ever cut through its middle.
  const float fixed = 3 * 28 + 22 + 40 + 100 + 28 + outcome_rows_px;
  const auto field_px = [](int lines) { return 18 + 28.5f * static_cast<float>(lines); };
  const int lines = std::max(5, static_cast<int>((in.h / desk_px - fixed - 3 * 18) / 28.5f));
  const int law_lines = std::max(1, lines / 4), facts_lines = std::max(2, (lines - law_lines) * 9 / 20);
  field(ui, asked, in, field_px(facts_lines), "facts", tr("事实"), d.facts, tr("问到了什么，有什么证据"), true, s.problems);
  field(ui, asked, in, field_px(law_lines), "law", tr("适用法律"), d.law, tr("法律和条文"), true, s.problems);
  field(ui, asked, in, field_px(lines - law_lines - facts_lines), "advice", tr("律师意见"), d.advice, tr("怎么办、先做什么"), true, s.problems, 6);
  Box chips = in.cut_top(px(34), px(6));
  static constexpr std::array<std::string_view, 4> keys{"Alt+A", "Alt+S", "Alt+D", "Alt+G"};
  std::size_t i = 0;
  for (const Phrase& p : advice_phrases()) ask(asked, phrase(ui, "phrase." + std::string(p.name), chips.cut_left(px(107), px(8)), p.words, keys[i++]), Insert{"advice", std::string(p.text)});

  label(ui, in, tr("已当面告知"), problem_at(s.problems, "told"), 2, "Ctrl+Alt+1~4");
  const Box told = in.cut_top(px(68), px(6));
  i = 0;
  for (const Choice& c : told_points()) {
    const Box cell = told.column(static_cast<int>(i % 2), 2, px(8)).row(static_cast<int>(i / 2), 2, 0);
    ask(asked, tick(ui, "told." + std::string(c.name), cell, c.words, d.told.contains(std::string(c.name)), "Ctrl+Alt+" + std::to_string(i + 1)), Toggled{"told", std::string(c.name)});
    ++i;
  }
  label(ui, in, tr("办理结果"), problem_at(s.problems, "outcome"), 4);
  const Box grid = in.cut_top(px(outcome_rows_px));
  i = 0;
  for (const Choice& c : outcomes()) {
    const Box cell = grid.row(static_cast<int>(i / 2), 4, px(5)).column(static_cast<int>(i % 2), 2, px(8));
    ask(asked, option(ui, "outcome." + std::string(c.name), cell, c.words, "", d.outcome && static_cast<int>(*d.outcome) == c.value, "Alt+" + std::to_string(i + 1)), Picked{"outcome", c.value});
    ++i;
  }
  return asked;
}

}  // namespace yizhan::kiosk::desk
