// Home. Touchables: self, help, number, progress, rate, guide, size, contrast, low.
#include <array>

#include "kiosk/screens/parts.h"
#include "core/tr.h"

namespace yizhan::kiosk {
namespace {

/// Green header with three rows of hills; the paper below cuts the circles off.
void header(Ui& ui, const View& view, const Box& box) {
  const bool contrast = ui.theme().contrast;
  ui.gradient(box, contrast ? Ink::Paper : Ink::Primary, contrast ? Ink::Paper : Ink::Primary2);
  if (!contrast) {
    const float b = box.bottom();
    ui.circle(52, b + 190, 241, Ink::Hill1);
    ui.circle(232, b + 240, 292, Ink::Hill1);
    ui.circle(150, b + 300, 336, Ink::Hill2);
    ui.circle(-10, b + 190, 232, Ink::Hill2);
    ui.circle(290, b + 200, 232, Ink::Hill2);
    ui.circle(60, b + 380, 400, Ink::Hill3);
    ui.circle(270, b + 180, 200, Ink::Hill3);
    ui.fill({0, b, box.w, ui.page().h - b}, Ink::Paper);
  }
  const Ink words = contrast ? Ink::Ink : Ink::OnPrimary, second = contrast ? Ink::Ink : Ink::OnPrimary2;
  const Box seal{margin_mm, 11, 24, 24};
  ui.fill(seal, Ink::Seal, 3);
  ui.edge(seal.inset(1.25f), contrast ? Ink::Paper : Ink::OnPrimary, 0.5f, 2);
  line_in(ui, seal, tr("信"), {Type::Choice, Ink::OnPrimary, Weight::Bold, Align::Centre, 1, true, true});
  const float right_w = 62;
  const TextStyle second_line{Type::Caption, second, Weight::Regular, Align::Left, 1};
  const bool two = ui.text_height(60, "一", second_line) < 11;  // larger type drops the second lines first
  const Box left{margin_mm + 30, two ? 9.f : 11.f, box.w - 2 * margin_mm - 30 - right_w, two ? 16.f : 24.f};
  // A long name of a centre takes two lines and the slogan's room.
  const bool long_name = ui.text_width(view.world.now.center, {Type::Title, words, Weight::Bold}) > left.w * 1.25f;
  if (long_name) {
    const TextStyle body{Type::Body, words, Weight::Bold}, caption{Type::Caption, words, Weight::Bold};
    const TextStyle style = ui.text_height(left.w, view.world.now.center, body) <= 34 ? body : caption;
    const float h = std::min(40.f, ui.text_height(left.w, view.world.now.center, style));
    ui.text({left.x, 23 - h / 2, left.w, h + 0.5f}, fitted(ui, left.w, 3, view.world.now.center, style), style);
  }
  else line_in(ui, left, view.world.now.center, {Type::Title, words, Weight::Bold, Align::Left, 1, true, true});
  if (two && !long_name) line_in(ui, {left.x, 25, left.w, 11}, tr("一站受理 · 不收费 · 件件有登记"), {Type::Caption, second, Weight::Regular, Align::Left, 1, true, true});
  const Box right{box.w - margin_mm - right_w, 8, right_w, 17};
  line_in(ui, right, hall_hhmm(view.world.now.now), {Type::Choice, words, Weight::Bold, Align::Right, 1, true, true});
  const Date day = hall_day(view.world.now.now);
  line_in(ui, {right.x, 25, right_w, 11}, chinese_day(day) + (two ? " " + chinese_weekday(day) : ""), {Type::Caption, second, Weight::Regular, Align::Right, 1, true, true});

  const TextStyle hello{Type::Headline, words, Weight::Bold, Align::Left, 1, false, true};
  float y = 50;
  const float h = ui.text_height(box.w - 2 * margin_mm, tr("您好，今天怎么办事？"), hello);
  const Box head{margin_mm, y, box.w - 2 * margin_mm, h};
  ui.headline(screen_id(view), head, tr("您好，今天怎么办事？不会用没关系，点「请人帮我」就行。"));
  ui.text(head, tr("您好，今天怎么办事？"), hello);
  y += h + 2;
  // "Online" means that the county answered, never that there is some network (need.md 4.2).
  const bool online = view.world.now.county_online;
  const std::string_view state = online ? tr("已联网") : tr("没联网，照常办");
  const TextStyle pill{Type::Caption, contrast ? Ink::Ink : Ink::Primary, Weight::Medium, Align::Left, 1, true};
  const float pill_w = ui.text_width(state, pill) + 18;
  const float pill_h = std::max(14.f, ui.text_height(200, state, pill) + 3);
  const Box pill_box{box.w - margin_mm - pill_w, y, pill_w, pill_h};
  ui.fill(pill_box, Ink::Card, pill_h / 2);
  if (contrast) ui.edge(pill_box, Ink::Edge, 0.5f, pill_h / 2);
  ui.icon({pill_box.x + 4, y + pill_h / 2 - 4, 8, 8}, online ? Icon::Check : Icon::CloudOff);
  ui.text({pill_box.x + 13, y, pill_w - 13, pill_h}, state, pill);
  const Box hint{margin_mm, y, pill_box.x - margin_mm - 4, pill_h};
  text_if_room(ui, hint, tr("不会用没关系，点「请人帮我」就行。"), {Type::Body, second, Weight::Regular, Align::Left, 1, true});
}

void queues(Ui& ui, const View& view, Box box) {
  ui.card(box);
  Box in = box.inset(8, 5);
  if (in.h >= 46) {
    const Box head = in.cut_top(14, 3);
    ui.icon({head.x, head.y + 1, 12, 12}, Icon::Persons);
    line_in(ui, {head.x + 17, head.y, head.w - 17, head.h}, tr("现在排队"), {Type::Body, Ink::Ink, Weight::Bold, Align::Left, 1, true, true});
    ui.line(in.x, in.y - 1.5f, in.right(), in.y - 1.5f, Ink::Line, 0.5f);
  }
  constexpr std::array<std::string_view, 3> windows{"LAW", "MED", "PET"};
  for (int i = 0; i < 3; ++i) {
    const auto window = windows[static_cast<std::size_t>(i)];
    const auto* queue = queue_of(view.world.now, window);
    Box cell = in.column(i, 3, 6);
    if (i > 0) ui.line(cell.x - 3, cell.y + 2, cell.x - 3, cell.bottom() - 2, Ink::Line, 0.5f);
    const Box picture = cell.cut_left(std::min(16.f, cell.h), 4);
    ui.icon({picture.x, picture.y + (picture.h - picture.w) / 2, picture.w, picture.w}, window_icon(window));
    line_in(ui, cell.row(0, 2, 0), window_name(view.world.rules, window), {Type::Body, Ink::Ink, Weight::Medium, Align::Left, 1, true, true});
    const int waiting = queue == nullptr ? 0 : queue->waiting;
    const TextStyle small{Type::Caption, Ink::Muted, Weight::Regular, Align::Left, 1, true, true};
    std::string count = waiting == 0 ? std::string(tr("不用等")) : trf("{}人", waiting);
    if (waiting > 0 && ui.text_width(count + " · " + wait_words(waiting, queue->minutes), {Type::Caption}) <= cell.w) count += " · " + wait_words(waiting, queue->minutes);
    line_in(ui, cell.row(1, 2, 0), count, small);
  }
}

Asked settings(Ui& ui, const View& view, Box bar) {
  Asked asked;
  ui.fill(bar, Ink::Sand);
  ui.line(0, bar.y, bar.w, bar.y, Ink::Line, 0.5f);
  const Box row{margin_mm, bar.y + 7, bar.w - 2 * margin_mm, 33};
  const Settings now = view.s.settings;
  const std::array<std::string_view, 3> sizes{tr("标准"), tr("大"), tr("最大")};
  const auto one = [&](int i, std::string_view name, Icon icon, std::string_view words, std::string_view value, bool on) {
    const Box box = row.column(i, 3, 4);
    const bool pressed = ui.touch(name, box, words, on);
    Box in = box.inset(on ? 8.f : 10.f, 2);
    const Box picture = in.cut_left(14, 5);
    ui.icon({picture.x, box.y + box.h / 2 - 7, 14, 14}, icon, Ink::Ink);
    if (on) in.cut_right(10);
    const Box upper = in.row(0, 2, 0), lower = in.row(1, 2, 0);
    line_in(ui, upper, words, {Type::Body, Ink::Ink, Weight::Bold, Align::Left, 1, true, true});
    line_in(ui, lower, value, {Type::Caption, Ink::Muted, Weight::Regular, Align::Left, 1, true, true});
    return pressed;
  };
  Settings next = now;
  if (one(0, "size", Icon::TextSize, tr("字号"), sizes[static_cast<std::size_t>(now.size)], now.size > 0)) next.size = (now.size + 1) % 3;
  if (one(1, "contrast", Icon::Contrast, tr("对比"), now.contrast ? tr("黑底") : tr("标准"), now.contrast)) next.contrast = !now.contrast;
  if (one(2, "low", Icon::Low, tr("低位"), now.low ? tr("够得着") : tr("标准"), now.low)) next.low = !now.low;
  if (!(next == now)) asked = Set{next};
  return asked;
}

}  // namespace

Asked draw_home(Ui& ui, const View& view) {
  Asked asked;
  const Box page = ui.page();
  const bool low = ui.theme().low;
  ui.fill(page, Ink::Paper);
  header(ui, view, {0, 0, page.w, low ? page.h * 0.4f : 152});
  const Box bar{0, page.h - 47, page.w, 47};
  ui.walk(ui::Walk::Bar);
  if (auto set = settings(ui, view, bar)) asked = set;
  ui.walk(ui::Walk::Body);

  const auto& now = view.world.now;
  const bool full = now.failed && now.failed->code == Code::Unavailable;
  Box body{margin_mm, low ? page.h * 0.55f : 110, page.w - 2 * margin_mm, 0};
  body.h = bar.y - body.y - (low ? 4 : gutter_mm);
  const bool called = !view.s.help.empty();
  const std::string_view help_line = called ? tr("已经去叫了，马上过来") : tr("工作人员过来，陪您一起办");
  // A full disk stops registering, not the hall: people and what is stored already still work.
  const std::string_view self_line = full ? tr("本机暂不能登记，请到窗口") : tr("一步一步点，约5分钟");
  const std::string_view number_line = full ? tr("本机暂不能取号，请到窗口") : tr("先拿号，到窗口再说");
  if (low) {
    const Box queue_box{margin_mm, page.h * 0.4f + 8, page.w - 2 * margin_mm, 40};
    queues(ui, view, queue_box);
    const float gap = touch_gap_mm;
    const Box self = body.row(0, 4, gap), help = body.row(1, 4, gap), number = body.row(2, 4, gap), last = body.row(3, 4, gap);
    if (choice_card(ui, "self", self, Icon::Screen, tr("我自己来"), self_line, 0, false, !full)) asked = Begin{Screen::Notice, {}};
    if (choice_card(ui, "help", help, Icon::Helper, tr("请人帮我"), help_line, 1)) asked = CallHelp{};
    if (choice_card(ui, "number", number, Icon::Ticket, tr("只取号"), number_line, 2, false, !full)) asked = Begin{Screen::TakeNumber, {}};
    if (ui.button("progress", last.column(0, 3, gap), tr("查进度"), Look::Edged, Icon::Search)) asked = Begin{Screen::Ask, Purpose::Progress};
    if (ui.button("rate", last.column(1, 3, gap), tr("评价"), Look::Edged, Icon::Star)) asked = Begin{Screen::Ask, Purpose::Rating};
    if (ui.button("guide", last.column(2, 3, gap), tr("看懂信访"), Look::Edged, Icon::Signpost)) asked = OpenGuide{};
    return asked;
  }
  if (full) {
    // As tall as its words are at this size: what still works must not be the line that is dropped.
    const Box most{body.x, body.y, body.w, body.h * 0.3f};
    body.cut_top(message(ui, most, Icon::Warning, tr("本机暂不能登记，请到窗口。"), tr("查进度、请人帮我照常能用。"), true), gutter_mm);
  }
  const float row = std::min(56.f, (body.h - 46 - 44 - 4 * gutter_mm) / 3);
  // Equal size: none of the three ways is second class.
  if (choice_card(ui, "self", body.cut_top(row, gutter_mm), Icon::Screen, tr("我自己来"), self_line, 0, false, !full)) asked = Begin{Screen::Notice, {}};
  if (choice_card(ui, "help", body.cut_top(row, gutter_mm), Icon::Helper, tr("请人帮我"), help_line, 1)) asked = CallHelp{};
  if (choice_card(ui, "number", body.cut_top(row, gutter_mm), Icon::Ticket, tr("只取号"), number_line, 2, false, !full)) asked = Begin{Screen::TakeNumber, {}};
  const Box small = body.cut_top(46, gutter_mm);
  const Box queue_box{body.x, body.y, body.w, std::min(body.h, 70.f)};
  const auto little = [&](int i, std::string_view name, Icon icon, std::string_view words, std::string_view line) {
    const Box box = small.column(i, 3, 4);
    const bool pressed = ui.touch(name, box, words);
    Box in = box.inset(5, 4);
    const Box picture = in.cut_left(17, 4);
    ui.icon({picture.x, box.y + box.h / 2 - 8.5f, 17, 17}, icon);
    const TextStyle big{Type::Title, Ink::Ink, Weight::Bold, Align::Left, 1, false, true};
    const TextStyle soft{Type::Caption, Ink::Muted, Weight::Regular, Align::Left, 1};
    const float h1 = ui.text_height(in.w, words, big);
    float h2 = ui.text_width(line, soft) > in.w ? 0 : ui.text_height(in.w, line, soft);
    if (h1 + h2 > in.h) h2 = 0;
    const float top = box.y + (box.h - h1 - h2) / 2;
    ui.text({in.x, top, in.w, h1 + 0.5f}, words, big);
    if (h2 > 0) ui.text({in.x, top + h1, in.w, h2 + 0.5f}, line, soft);
    return pressed;
  };
  if (little(0, "progress", Icon::Search, tr("查进度"), tr("办到哪了"))) asked = Begin{Screen::Ask, Purpose::Progress};
  if (little(1, "rate", Icon::Star, tr("评价"), tr("说句实话"))) asked = Begin{Screen::Ask, Purpose::Rating};
  if (little(2, "guide", Icon::Signpost, tr("看懂信访"), tr("归哪里管"))) asked = OpenGuide{};
  queues(ui, view, queue_box);
  return asked;
}

}  // namespace yizhan::kiosk
