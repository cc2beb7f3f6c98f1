// What: the kind of matter, the guided questions, the calm urgent page.
// Touchables besides those of a page: kind: "topic.<code>"; question: "answer.yes", "answer.no", "answer.unsure", "party.<word>"
// (neighbour, relative, employer, company, property, government, village, court, official, unknown), "page.back", "page.next".
#include <array>

#include "kiosk/screens/parts.h"
#include "core/tr.h"

namespace yizhan::kiosk {

Asked draw_kind(Ui& ui, const View& view) {
  Page page = begin_page(ui, view, {.title = tr("您遇到了什么事？"), .hint = tr("点一个最像的。选错了也不要紧，后面能改。"), .next_on = !view.s.topic.empty()});
  Asked asked = page.asked;
  const auto& topics = view.world.rules.topics;
  const int count = static_cast<int>(topics.size());
  Box body = page.body;
  const bool low = ui.theme().low;
  const TopicInfo* chosen = view.world.rules.topic(view.s.topic);
  Box line = low ? (page.show.h > 30 ? Box{page.show.x, page.show.bottom() - 26, page.show.w, 26} : Box{}) : body.cut_bottom(24, gutter_mm);
  const float gap = low ? touch_gap_mm : gutter_mm;
  const float row_min = low ? 40.f : 46.f;
  int rows = rows_that_fit(body, row_min, gap);
  int per_page = rows * 2;
  Pages pages = pages_of(count, per_page, view.s.page);
  if (pages.pages > 1) {
    Box buttons = low ? page.strip : body.cut_bottom(24, gap);
    if (low) {
      if (ui.button("page.back", buttons.column(0, 2, touch_gap_mm), tr("上一页"), Look::Edged, Icon::None, pages.page > 0)) asked = Turn{pages.page - 1};
    }
    rows = rows_that_fit(body, row_min, gap);
    per_page = rows * 2;
    pages = pages_of(count, per_page, view.s.page);
    if (low) {
      if (ui.button("page.next", buttons.column(1, 2, touch_gap_mm), tr("下一页"), Look::Edged, Icon::None, pages.page + 1 < pages.pages)) asked = Turn{pages.page + 1};
    } else if (auto turn = page_buttons(ui, buttons, pages)) {
      asked = turn;
    }
  }
  const int used = std::min(rows, (pages.last - pages.first + 1) / 2);
  const float row = std::min(56.f, (body.h - gap * static_cast<float>(std::max(used, 1) - 1)) / static_cast<float>(std::max(used, 1)));
  for (int i = pages.first; i < pages.last; ++i) {
    const TopicInfo& topic = topics[static_cast<std::size_t>(i)];
    const int at = i - pages.first;
    Box cell = body;
    cell.y += static_cast<float>(at / 2) * (row + gap);
    cell.h = row;
    if (ui.tile("topic." + topic.code, cell.column(at % 2, 2, gap), icon_named(topic.icon), topic.name, topic.example, topic.code == view.s.topic))
      asked = ChooseTopic{topic.code};
  }
  if (chosen != nullptr && line.h > 0) {
    ui.fill(line, Ink::Tint, 4);
    ui.icon({line.x + 7, line.y + line.h / 2 - 6, 12, 12}, Icon::Check);
    const std::string words = trf("您选了：{}", chosen->name);
    const TextStyle bold{Type::Body, Ink::Ink, Weight::Bold, Align::Left, 1, true, true};
    const float w = ui.text_width(words, {Type::Body, Ink::Ink, Weight::Bold});
    line_in(ui, {line.x + 24, line.y, line.w - 30, line.h}, words, bold);
    text_if_room(ui, {line.x + 24 + w + 8, line.y, line.w - 40 - w, line.h}, tr("点「下一步」，接着说。"), {Type::Body, Ink::Muted, Weight::Regular, Align::Left, 1, true});
  }
  return asked;
}

namespace {
struct Words { std::string_view id; const char *title, *hint; };
constexpr std::array<Words, 7> question_words{{{"in_proceedings", mark("已经打官司了吗？"), mark("法院、仲裁、复议正在办，都算。")},
                                               {"decided", mark("已经有结果了吗？"), mark("判决书、裁决书、复议决定，都算。")},
                                               {"about_official", mark("是举报干部吗？"), mark("说的是干部的作风、廉洁、纪律。")},
                                               {"counterparty", mark("事情跟谁有关？"), mark("点一个最像的，说不清也行。")},
                                               {"both_willing", mark("两边愿意谈吗？"), mark("对方和您都愿意坐下来说。")},
                                               {"status_or_title", mark("要认定归谁吗？"), mark("婚姻、亲子、收养，或东西归谁。")},
                                               {"in_danger", mark("现在有人危险吗？"), mark("有的话，马上有人过来。")}}};
struct Party { std::string_view name; Counterparty party; Icon icon; const char *words, *line; };
constexpr std::array<Party, 10> parties{{{"party.employer", Counterparty::Employer, Icon::Wages, mark("老板"), mark("给活干的人")},
                                         {"party.company", Counterparty::Company, Icon::Building, mark("公司商家"), mark("买东西、做生意")},
                                         {"party.neighbour", Counterparty::Neighbour, Icon::Neighbours, mark("邻居"), mark("左邻右舍")},
                                         {"party.relative", Counterparty::Relative, Icon::Family, mark("家里人"), mark("亲戚、家人")},
                                         {"party.property", Counterparty::PropertyManager, Icon::House, mark("物业"), mark("小区管理")},
                                         {"party.village", Counterparty::VillageCommittee, Icon::Land, mark("村（居）委会"), mark("村里、社区")},
                                         {"party.government", Counterparty::Government, Icon::Signpost, mark("政府部门"), mark("局、办、街道")},
                                         {"party.court", Counterparty::Court, Icon::Scales, mark("法院公安"), mark("办案的单位")},
                                         {"party.official", Counterparty::Official, Icon::Official, mark("某个干部"), mark("个人的做法")},
                                         {"party.unknown", Counterparty::Unknown, Icon::Question, mark("说不清"), mark("就选这个")}}};

Asked counterparty(Ui& ui, const View& view, Page& page) {
  Asked asked;
  Box body = page.body;
  const bool low = ui.theme().low;
  const float gap = low ? touch_gap_mm : gutter_mm;
  const float row_min = low ? 40.f : 44.f;
  int rows = rows_that_fit(body, row_min, gap);
  Pages pages = pages_of(static_cast<int>(parties.size()), rows * 2, view.s.page);
  if (pages.pages > 1) {
    const Box buttons = low ? page.strip : body.cut_bottom(24, gap);
    rows = rows_that_fit(body, row_min, gap);
    pages = pages_of(static_cast<int>(parties.size()), rows * 2, view.s.page);
    if (auto turn = page_buttons(ui, buttons, pages)) asked = turn;
  }
  const int used = std::max(1, (pages.last - pages.first + 1) / 2);
  const float row = std::min(56.f, (body.h - gap * static_cast<float>(used - 1)) / static_cast<float>(used));
  for (int i = pages.first; i < pages.last; ++i) {
    const Party& party = parties[static_cast<std::size_t>(i)];
    const int at = i - pages.first;
    Box cell = body;
    cell.y += static_cast<float>(at / 2) * (row + gap);
    cell.h = row;
    const bool selected = view.s.answers.counterparty == party.party && party.party != Counterparty::Unknown;
    if (ui.tile(party.name, cell.column(at % 2, 2, gap), party.icon, tr(party.words), tr(party.line), selected)) asked = AnswerParty{party.party};
  }
  return asked;
}

Answer answer_of(const Answers& answers, std::string_view question) {
  if (question == "in_proceedings") return answers.in_proceedings;
  if (question == "decided") return answers.decided;
  if (question == "about_official") return answers.about_official;
  if (question == "both_willing") return answers.both_willing;
  if (question == "status_or_title") return answers.status_or_title;
  if (question == "in_danger") return answers.in_danger;
  return Answer::Unasked;
}
}  // namespace

Asked draw_question(Ui& ui, const View& view) {
  const auto& questions = questions_of(view.s, view.world.rules);
  const std::string_view id = view.s.index < static_cast<int>(questions.size()) ? std::string_view(questions[static_cast<std::size_t>(view.s.index)]) : "";
  Words words{"", mark("再问一句"), ""};
  for (const Words& known : question_words)
    if (known.id == id) words = known;
  const Answer given = answer_of(view.s.answers, id);
  const bool party = id == "counterparty";
  const bool answered = given != Answer::Unasked || (party && view.s.answers.counterparty != Counterparty::Unknown);
  Page page = begin_page(ui, view, {.title = tr(words.title), .hint = tr(words.hint), .next_shown = answered});
  Asked asked = page.asked;
  if (party) {
    if (auto got = counterparty(ui, view, page)) asked = got;
    return asked;
  }
  const bool low = ui.theme().low;
  const float gap = low ? touch_gap_mm : gutter_mm;
  Box body = page.body;
  const float row = std::min(64.f, (body.h - 2 * gap) / 3);
  const std::string nth = trf("第{}问，共{}问", view.s.index + 1, questions.size());
  if (!low) {
    if (choice_card(ui, "answer.yes", body.cut_top(row, gap), Icon::Check, tr("是"), "", 0, given == Answer::Yes)) asked = AnswerWith{Answer::Yes};
    if (choice_card(ui, "answer.no", body.cut_top(row, gap), Icon::Cross, tr("不是"), "", 0, given == Answer::No)) asked = AnswerWith{Answer::No};
    if (choice_card(ui, "answer.unsure", body.cut_top(row, gap), Icon::Question, tr("不清楚"), tr("不清楚就点这个，不影响办理"), 2, given == Answer::Unsure)) asked = AnswerWith{Answer::Unsure};
    text_if_room(ui, {body.x, body.y + 2, body.w, 14}, nth, {Type::Body, Ink::Muted, Weight::Regular, Align::Left, 1});
  } else {
    if (choice_card(ui, "answer.yes", body.row(0, 3, gap), Icon::Check, tr("是"), "", 0, given == Answer::Yes)) asked = AnswerWith{Answer::Yes};
    if (choice_card(ui, "answer.no", body.row(1, 3, gap), Icon::Cross, tr("不是"), "", 0, given == Answer::No)) asked = AnswerWith{Answer::No};
    if (choice_card(ui, "answer.unsure", body.row(2, 3, gap), Icon::Question, tr("不清楚"), "", 2, given == Answer::Unsure)) asked = AnswerWith{Answer::Unsure};
    text_if_room(ui, page.strip, nth, {Type::Body, Ink::Muted, Weight::Regular, Align::Left, 1, true});
  }
  return asked;
}

Asked draw_urgent(Ui& ui, const View& view) {
  Page page = begin_page(ui, view, {.title = tr("先顾人，别着急"), .hint = tr("已经叫了工作人员，马上到您身边。"), .next = tr("接着登记")});
  Asked asked = page.asked;
  Box area = ui.theme().low ? page.show : page.body;
  const auto& help = view.world.now.help;
  const bool mine = help && help->id == view.s.help;
  const bool taken = mine && !help->taken_by.empty();
  // Offline, nobody hears the machine: say so and name the ways that work without it.
  const bool unheard = mine && !help->reached && !view.world.now.hub_online;
  area.y += message(ui, area, Icon::Helper, taken ? tr("工作人员已接手，正在过来。") : unheard ? tr("没联系上前台，请大声叫人。") : tr("正在叫工作人员。"), tr("您的登记照常进行，不会耽误。"), unheard) + gutter_mm;
  area.h = (ui.theme().low ? page.show.bottom() : page.body.bottom()) - area.y;
  struct Line { Icon icon; std::string_view words, line; };
  const std::array<Line, 3> lines{{{Icon::Phone, tr("有人打人、闹事：110"), tr("用任何电话都能打。")},
                                       {Icon::Phone, tr("有人受伤、生病：120"), tr("说清在哪里、几个人。")},
                                       {Icon::Warning, tr("着火：119"), tr("先到安全的地方。")}}};
  for (const Line& line : lines) {
    if (area.h < 26) break;
    Box row = area.cut_top(std::min(40.f, std::max(26.f, (area.h - 8) / 3)), 4);
    ui.card(row);
    const float size = std::min(28.f, row.h - 8);
    plate(ui, {row.x + 8, row.y + (row.h - size) / 2, size, size}, line.icon, 1);
    Box in{row.x + 14 + size + 4, row.y + 2, row.w - size - 24, row.h - 4};
    const TextStyle bold{Type::Button, Ink::Ink, Weight::Bold, Align::Left, 1, false, true};
    const TextStyle soft{Type::Body, Ink::Muted, Weight::Regular, Align::Left, 1};
    const float h1 = ui.text_height(in.w, line.words, bold);
    float h2 = ui.text_width(line.line, soft) > in.w ? 0 : ui.text_height(in.w, line.line, soft);
    if (h1 + h2 > in.h) h2 = 0;
    const float top = in.y + (in.h - h1 - h2) / 2;
    line_in(ui, {in.x, top, in.w, h1 + 0.5f}, line.words, bold);
    if (h2 > 0) ui.text({in.x, top + h1, in.w, h2 + 0.5f}, line.line, soft);
  }
  return asked;
}

}  // namespace yizhan::kiosk
