// Calm: the helper is coming, leaving, still there?, out of service.
// Touchables: helper: those of a page and "cancel"; leave: "stay", "leave.now"; idle: "stay", "leave.now"; trouble: "help", "leave.now".
#include <array>

#include "kiosk/screens/parts.h"
#include "core/tr.h"

namespace yizhan::kiosk {
namespace {

/// A page with one big picture and two answers. In the low theme the answers lie where they always lie: at the bottom.
struct Answers2 { std::string_view filled_name, filled; Icon filled_icon; std::string_view edged_name, edged; Icon edged_icon; };
int quiet_page(Ui& ui, const View& view, Icon icon, std::string_view title, std::string_view line, std::string_view big, const Answers2& answers) {
  const Box page = ui.page();
  ui.fill(page, Ink::Paper);
  Box area{margin_mm, 60, page.w - 2 * margin_mm, page.h - 60 - 140};
  const float size = std::min(80.f, area.h * 0.35f);
  Box picture = area.cut_top(size, 10);
  if (big.empty()) ui.icon({picture.x + (picture.w - size) / 2, picture.y, size, size}, icon);
  else line_in(ui, picture, big, {Type::Number, Ink::Primary, Weight::Bold, Align::Centre, 1, true, true});
  ui.headline(screen_id(view), {area.x, area.y, area.w, ui.text_height(area.w, title, {Type::Headline, Ink::Ink, Weight::Bold})}, std::string(title) + "。" + std::string(line));
  paragraph(ui, area, title, {Type::Headline, Ink::Ink, Weight::Bold, Align::Centre}, 4);
  paragraph(ui, area, line, {Type::Body, Ink::Muted, Weight::Regular, Align::Centre}, 4);
  int pressed = 0;
  // Confirming and destroying are never neighbours: 20 mm apart (trust.md 6). 请人帮我 stands between them where it is not
  // itself the answer.
  const bool help = answers.filled_name != "help";
  const Box filled{margin_mm, page.h - 50, page.w - 2 * margin_mm, 36};
  const Box between{margin_mm, filled.y - 36, page.w - 2 * margin_mm, 30};
  const Box edged{margin_mm, (help ? between.y : filled.y) - (help ? 6 : 24) - 30, page.w - 2 * margin_mm, 30};
  if (ui.button(answers.filled_name, filled, answers.filled, Look::Filled, answers.filled_icon)) pressed = 1;
  if (help && ui.button("help", between, tr("请人帮我"), Look::Help, Icon::Helper)) pressed = 3;
  ui.walk(ui::Walk::Last);
  if (ui.button(answers.edged_name, edged, answers.edged, Look::Edged, answers.edged_icon)) pressed = 2;
  ui.walk(ui::Walk::Body);
  return pressed;
}

}  // namespace

Asked draw_helper(Ui& ui, const View& view) {
  const auto& help = view.world.now.help;
  const bool mine = help && help->id == view.s.help;
  const bool taken = mine && !help->taken_by.empty(), done = mine && help->done;
  const bool unheard = mine && !help->reached && !view.world.now.hub_online;
  const bool from_home = !view.s.trail.empty() && view.s.trail.back().screen == Screen::Home;
  const std::string_view title = done ? tr("工作人员替您办好了") : taken ? tr("工作人员已接手") : unheard ? tr("请直接找工作人员") : tr("工作人员马上过来");
  const std::string_view hint = done      ? tr("号码在下面，请记好。")
                                : unheard ? tr("没联系上前台，接待窗口就在大厅里。")
                                          : tr("您写的都在，不用再说一遍。");
  Page page = begin_page(ui, view, {.title = title, .hint = hint, .next = from_home ? tr("我先自己办") : tr("接着办")});
  Asked asked = page.asked;
  const bool low = ui.theme().low;
  Box area = low ? page.show : page.body;
  const Box cancel = low ? page.strip : area.cut_bottom(26, gutter_mm);
  if (!done && ui.button("cancel", low ? cancel : Box{cancel.x, cancel.y, 96, cancel.h}, tr("不用帮了"), Look::Edged, low ? Icon::None : Icon::Cross)) asked = CancelHelp{};
  if (area.h > 40) {
    Box card = area;
    card.h = std::min(card.h, 170.f);
    ui.fill(card, unheard ? Ink::AmberTint : Ink::Tint, 4);
    if (ui.theme().contrast) ui.edge(card, Ink::Edge, 0.5f, 4);
    const float size = std::min(90.f, card.h * 0.6f);
    const bool worded = done && !help->outcome.empty();
    ui.icon({card.x + (card.w - size) / 2, card.y + (card.h - size) * 0.35f, size, size}, done ? Icon::Check : Icon::Helper, unheard ? Ink::Amber : Ink::Primary);
    const Box words{card.x + 8, card.y + (card.h - size) * 0.35f + size, card.w - 16, card.bottom() - card.y - (card.h - size) * 0.35f - size - 2};
    const std::string line = worded ? help->outcome : unheard ? std::string(tr("请到接待窗口")) : view.world.now.place.empty() ? std::string(tr("请在机器旁等一等")) : trf("请在{}旁等一等", view.world.now.place);
    line_in(ui, words, line, {Type::Button, unheard ? Ink::Amber : Ink::Primary, Weight::Bold, Align::Centre, 1, true, true});
  }
  return asked;
}

Asked draw_leave(Ui& ui, const View& view) {
  const bool done = view.s.receipt.has_value();
  const int pressed = quiet_page(ui, view, Icon::Leave, done ? tr("小票还在印，现在离开？") : tr("要离开吗？"), done ? tr("没印完的小票会取消。") : tr("您写的会全部清除，别人看不到。"), "",
                                 {"stay", tr("不离开，接着办"), Icon::Back, "leave.now", tr("离开并清除"), Icon::Leave});
  if (pressed == 1) return Stay{};
  if (pressed == 2) return LeaveNow{};
  if (pressed == 3) return CallHelp{};
  return {};
}

Asked draw_idle(Ui& ui, const View& view) {
  const Span quiet = view.now - view.s.touched;
  const Patience& patience = view.world.patience;
  const Span warn = view.s.screen == Screen::Done ? std::max(patience.idle_warn, patience.receipt) : patience.idle_warn;
  const auto left = std::max<std::int64_t>(0, (warn + patience.idle_wipe - quiet + Span{999}).count() / 1000);
  ui.again_in(0.25);
  const std::string seconds = std::to_string(left);
  const int pressed = quiet_page(ui, view, Icon::Clock, tr("您还在吗？"), tr("没人的话，数到0就清除。"), seconds, {"stay", tr("我还在"), Icon::Check, "leave.now", tr("离开并清除"), Icon::Leave});
  if (pressed == 1) return Stay{};
  if (pressed == 2) return LeaveNow{};
  if (pressed == 3) return CallHelp{};
  return {};
}

Asked draw_trouble(Ui& ui, const View& view) {
  const int pressed = quiet_page(ui, view, Icon::Warning, tr("本机暂停，请到窗口"), tr("接待窗口照常登记。点下面，人就过来。"), "",
                                 {"help", tr("请人帮我"), Icon::Helper, "leave.now", tr("离开并清除"), Icon::Leave});
  if (pressed == 1) return CallHelp{};
  if (pressed == 2) return LeaveNow{};
  return {};
}

}  // namespace yizhan::kiosk
