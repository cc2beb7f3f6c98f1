// Home. Touchables: self, help, number, progress, rate, guide, size, sound, contrast, low.
#include <algorithm>
#include <array>
#include <iterator>

#include "kiosk/screens/parts.h"
#include "core/tr.h"

namespace yizhan::kiosk {
namespace {

constexpr std::array<std::string_view, 3> hall_windows{"LAW", "MED", "PET"};

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
  const Box seal{12, 11, 24, 24};
  ui.fill(seal, Ink::Seal, 3);
  if (!contrast) ui.edge(seal.inset(0.7f), Ink::OnPrimary, 0.4f, 2.4f);
  line_in(ui, seal, tr("信"), {Type::Choice, Ink::OnPrimary, Weight::Bold, Align::Centre, 1, true, true});
  const float right_w = 62;
  const TextStyle second_line{Type::Caption, second, Weight::Regular, Align::Left, 1};
  const bool two = ui.text_height(60, "一", second_line) < 11;  // larger type drops the second lines first
  const Box left{42, two ? 9.f : 11.f, box.w - 24 - 30 - right_w, two ? 16.f : 24.f};
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
  const Box right{box.w - 12 - right_w, 8, right_w, 17};
  line_in(ui, right, hall_hhmm(view.world.now.now), {Type::Choice, words, Weight::Bold, Align::Right, 1, true, true});
  const Date day = hall_day(view.world.now.now);
  line_in(ui, {right.x, 25, right_w, 11}, chinese_day(day) + (two ? " " + chinese_weekday(day) : ""), {Type::Caption, second, Weight::Regular, Align::Right, 1, true, true});

  const TextStyle hello{Type::Headline, words, Weight::Bold, Align::Left, 1, false, true, ui::Say::Aloud};
  float y = 50;
  const float h = ui.text_height(box.w - 24, tr("您好，今天怎么办事？"), hello);
  const Box head{12, y, box.w - 24, h};
  ui.headline(screen_id(view), head, tr("您好，今天怎么办事？不会用没关系，点「请人帮我」就行。"));
  ui.text(head, tr("您好，今天怎么办事？"), hello);
  y += h + 2;
  // "Online" means that the county answered, never that there is some network (need.md 4.2).
  const bool online = view.world.now.county_online;
  const std::string_view state = online ? tr("已联网") : tr("没联网，照常办");
  const TextStyle pill{Type::Caption, contrast ? Ink::Ink : Ink::Primary, Weight::Medium, Align::Left, 1, true};
  const float pill_w = ui.text_width(state, pill) + 18;
  const float pill_h = std::max(14.f, ui.text_height(200, state, pill) + 3);
  const Box pill_box{box.w - 12 - pill_w, y, pill_w, pill_h};
  ui.fill(pill_box, Ink::Card, pill_h / 2);
  if (contrast) ui.edge(pill_box, Ink::Edge, 0.5f, pill_h / 2);
  ui.icon({pill_box.x + 4, y + pill_h / 2 - 4, 8, 8}, online ? Icon::Check : Icon::CloudOff);
  ui.text({pill_box.x + 13, y, pill_w - 13, pill_h}, state, pill);
  const Box hint{12, y, pill_box.x - 12 - 4, pill_h};
  text_if_room(ui, hint, tr("不会用没关系，点「请人帮我」就行。"), {Type::Body, second, Weight::Regular, Align::Left, 1, true, false, ui::Say::Aloud});
}

bool hall_closed(const View& view) {
  return std::all_of(std::begin(hall_windows), std::end(hall_windows), [&](std::string_view w) { return window_closed(view.world.now, w); });
}

std::string queue_count(const View& view, std::string_view window) {
  if (window_closed(view.world.now, window)) return tr("没人值班");
  const auto* queue = queue_of(view.world.now, window);
  return queue == nullptr || queue->waiting == 0 ? std::string(tr("不用等")) : trf("{}人", queue->waiting);
}

/// Three windows beside each other where their names fit, below each other where the height allows it, otherwise nothing.
bool queues(Ui& ui, const View& view, Box box, bool paint = true) {
  const TextStyle name{Type::Body, Ink::Ink, Weight::Medium, Align::Left, 1, true}, small{Type::Caption, Ink::Muted, Weight::Regular, Align::Left, 1, true};
  float name_w = 0, count_w = 0;
  for (const std::string_view window : hall_windows) {
    name_w = std::max(name_w, ui.text_width(window_name(view.world.rules, window), name));
    count_w = std::max(count_w, ui.text_width(queue_count(view, window), small));
  }
  const float line_h = ui.text_height(100, "字", name), small_h = ui.text_height(100, "字", small);
  Box in = box.inset(box.w > 160 ? 8.f : 5.f, box.h > 44 ? 5.f : 2.5f);
  const bool headed = in.h >= line_h + small_h + 18 && ui.text_width(tr("现在没人值班，登记取号照常"), name) + 17 <= in.w;
  const float across_w = (in.w - 12) / 3;
  const bool beside = std::max(name_w, count_w) <= across_w && line_h + small_h <= in.h + 3;
  const bool below = !beside && in.h >= 3 * line_h && name_w + count_w + 6 <= in.w;
  if (!beside && !below) return false;
  if (!paint) return true;
  ui.card(box);
  if (headed && beside) {
    const Box head = in.cut_top(14, 3);
    ui.icon({head.x, head.y + 1, 12, 12}, Icon::Persons);
    line_in(ui, {head.x + 17, head.y, head.w - 17, head.h}, hall_closed(view) ? tr("现在没人值班，登记取号照常") : tr("现在排队"), {Type::Body, Ink::Ink, Weight::Bold, Align::Left, 1, true, true});
    ui.line(in.x, in.y - 1.5f, in.right(), in.y - 1.5f, Ink::Line, 0.5f);
  }
  const float icon = std::min(16.f, in.h) + 4;
  const bool pictured = beside && std::max(name_w, count_w) + icon <= across_w;
  for (int i = 0; i < 3; ++i) {
    const auto window = hall_windows[static_cast<std::size_t>(i)];
    const std::string words = window_name(view.world.rules, window), count = queue_count(view, window);
    if (below) {
      Box row = in.row(i, 3, 0);
      if (i > 0) ui.line(row.x, row.y, row.right(), row.y, Ink::Line, 0.5f);
      const Box right = row.cut_right(count_w + 1, 4);
      line_in(ui, row, words, {Type::Body, Ink::Ink, Weight::Medium, Align::Left, 1, true});
      line_in(ui, right, count, {Type::Caption, Ink::Muted, Weight::Regular, Align::Right, 1, true});
      continue;
    }
    Box cell = in.column(i, 3, 6);
    if (i > 0) ui.line(cell.x - 3, cell.y + 2, cell.x - 3, cell.bottom() - 2, Ink::Line, 0.5f);
    if (pictured) {
      const Box picture = cell.cut_left(icon - 4, 4);
      ui.icon({picture.x, picture.y + (picture.h - picture.w) / 2, picture.w, picture.w}, window_icon(window));
    }
    // Name and count belong together: no wider apart than their lines.
    const float both = std::min(cell.h, line_h + small_h + 2);
    cell = {cell.x, cell.y + (cell.h - both) / 2, cell.w, both};
    line_in(ui, cell.row(0, 2, 0), words, name);
    const auto* queue = queue_of(view.world.now, window);
    const bool waits = queue != nullptr && queue->waiting > 0 && !window_closed(view.world.now, window);
    first_that_fits(ui, cell.row(1, 2, 0), {waits ? count + " · " + wait_words(queue->waiting, queue->minutes) : count, count}, small);
  }
  return true;
}

Asked settings(Ui& ui, const View& view, Box bar) {
  Asked asked;
  ui.fill(bar, Ink::Sand);
  ui.line(0, bar.y, bar.w, bar.y, Ink::Line, 0.5f);
  const Measure m = measure(ui);
  const Box row{m.margin, bar.y + (m.across ? 3.5f : 7), bar.w - 2 * m.margin, bar.h - (m.across ? 7 : 14)};
  const Settings now = view.s.settings;
  const std::array<std::string_view, 3> sizes{tr("标准"), tr("大"), tr("最大")};
  const auto one = [&](int i, std::string_view name, Icon icon, std::string_view words, std::string_view value, bool on) {
    const Box box = row.column(i, 4, 4);
    const bool pressed = ui.touch(name, box, words, on);
    Box in = box.inset(on ? 5.f : 7.f, 2);
    // Large words and the tick together leave no room for the picture.
    if (!on || ui.theme().size == ui::TextSize::Normal) {
      const Box picture = in.cut_left(14, on ? 3.f : 5.f);
      ui.icon({picture.x, box.y + box.h / 2 - 7, 14, 14}, icon, Ink::Ink);
    }
    const TextStyle name_style{Type::Body, Ink::Ink, Weight::Bold, Align::Left, 1, true, true}, value_style{Type::Caption, Ink::Muted, Weight::Regular, Align::Left, 1, true, true};
    if (m.across) {  // beside each other: the bar is low
      if (on) in.cut_right(14);  // the tick
      const float w = ui.text_width(words, name_style);
      const bool both = w + 4 + ui.text_width(value, value_style) <= in.w;
      line_in(ui, {in.x, in.y, both ? w + 0.5f : in.w, in.h}, words, name_style);
      if (both) line_in(ui, {in.x + w + 4, in.y, in.w - w - 4, in.h}, value, value_style);
      return pressed;
    }
    Box upper = in.row(0, 2, 0);
    const Box lower = in.row(1, 2, 0);
    if (on) upper.cut_right(11);
    line_in(ui, upper, words, name_style);
    line_in(ui, lower, value, value_style);
    return pressed;
  };
  Settings next = now;
  if (one(0, "size", Icon::TextSize, tr("字号"), sizes[static_cast<std::size_t>(now.size)], now.size > 0)) next.size = (now.size + 1) % 3;
  if (one(2, "contrast", Icon::Contrast, tr("对比"), now.contrast ? tr("黑底") : tr("标准"), now.contrast)) next.contrast = !now.contrast;
  if (one(3, "low", Icon::Low, tr("低位"), now.low ? tr("够得着") : tr("标准"), now.low)) next.low = !now.low;
  if (!(next == now)) asked = Set{next};
  constexpr std::array<const char*, 6> volumes{mark("不出声"), mark("很小"), mark("小"), mark("适中"), mark("大"), mark("很大")};
  const bool changed = now.volume != Settings{}.volume || now.pace != Settings{}.pace;
  if (one(1, "sound", Icon::Speaker, tr("声音"), tr(volumes[static_cast<std::size_t>(std::clamp(now.volume, 0, 5))]), changed)) asked = Begin{Screen::Sound, {}};
  return asked;
}

/// What cannot be done now, as tall as its words are: what still works must not be the line that is dropped.
/// After a power cut: whoever stood here got neither number nor code (trust.md R1). Nothing of the matter itself.
bool unshown(const View& view) { return view.world.now.unshown; }
float say_unshown(Ui& ui, const Box& at) { return message(ui, at, Icon::Info, tr("刚才的办理已收到，请到窗口"), tr("窗口会给您编号和查询码。"), false); }
bool full(const View& view) { return view.world.now.failed && view.world.now.failed->code == Code::Unavailable; }
/// Little room: what is begun now might not end, so nothing long is begun (trust.md R3); a number and a person always.
bool low(const View& view) { return full(view) || view.world.now.disk_low; }
/// The message over the ways, when there is one.
void room_message(Ui& ui, Box& body, float gutter, const View& view) {
  if (!low(view)) return;
  const Box most{body.x, body.y, body.w, body.h * 0.3f};
  if (full(view)) body.cut_top(message(ui, most, Icon::Warning, tr("本机暂不能登记，请到窗口。"), tr("查进度、请人帮我照常能用。"), true), gutter);
  else body.cut_top(message(ui, most, Icon::Warning, tr("暂停受理，请到窗口。"), tr("只取号、查进度、请人帮我照常能用。"), true), gutter);
}
struct Ways { std::string self, help, number; };
Ways ways_of(const View& view) {
  // A full disk stops registering, not the hall: people and what is stored already still work.
  return {full(view) ? tr("本机暂不能登记，请到窗口") : low(view) ? tr("暂停受理，请到窗口") : tr("一步一步点，约5分钟"),
          !view.s.help.empty() ? tr("已经去叫了，马上过来") : tr("工作人员过来，陪您一起办"),
          full(view)          ? tr("本机暂不能取号，请到窗口")
          : hall_closed(view) ? tr("现在没人值班，号码留到上班")
                              : tr("先拿号，到窗口再说")};
}

/// Three small cards: what was filed before, and where matters belong.
Asked little_ways(Ui& ui, const Box& row, float gap) {
  Asked asked;
  const auto little = [&](int i, std::string_view name, Icon icon, std::string_view words, std::string_view line) {
    const Box box = row.column(i, 3, gap);
    const bool pressed = ui.touch(name, box, words);
    Box in = box.inset(std::min(8.f, box.w * 0.05f), 2);
    const float side = std::min(17.f, box.h - 8);
    if (ui.text_width(words, {Type::Caption, Ink::Ink, Weight::Bold}) + side + 4 <= in.w) {  // words before picture on something this narrow
      const Box picture = in.cut_left(side, 4);
      ui.icon({picture.x, box.y + (box.h - side) / 2, side, side}, icon);
    }
    const TextStyle big{Type::Title, Ink::Ink, Weight::Bold, Align::Left, 1, false, true};
    const TextStyle soft{Type::Caption, Ink::Muted, Weight::Regular, Align::Left, 1};
    const float h1 = ui.text_height(in.w, words, big);
    float h2 = ui.text_width(line, soft) > in.w ? 0 : ui.text_height(in.w, line, soft);
    if (h1 + h2 > in.h) h2 = 0;
    const float top = box.y + (box.h - h1 - h2) / 2;
    if (h2 == 0) line_in(ui, in, words, {Type::Title, Ink::Ink, Weight::Bold, Align::Left, 1, true, true});
    else ui.text({in.x, top, in.w, h1 + 0.5f}, words, big);
    if (h2 > 0) ui.text({in.x, top + h1, in.w, h2 + 0.5f}, line, soft);
    return pressed;
  };
  if (little(0, "progress", Icon::Search, tr("查进度"), tr("办到哪了"))) asked = Begin{Screen::Ask, Purpose::Progress};
  if (little(1, "rate", Icon::Star, tr("评价"), tr("说句实话"))) asked = Begin{Screen::Ask, Purpose::Rating};
  if (little(2, "guide", Icon::Signpost, tr("看懂信访"), tr("归哪里管"))) asked = OpenGuide{};
  return asked;
}

Asked three_ways(Ui& ui, const View& view, const std::array<Box, 3>& at) {
  Asked asked;
  const Ways lines = ways_of(view);
  const bool on = !full(view), self_on = !low(view);
  // Equal size: none of the three ways is second class.
  if (choice_card(ui, "self", at[0], Icon::Screen, tr("我自己来"), lines.self, 0, false, self_on)) asked = Begin{Screen::Notice, {}};
  if (choice_card(ui, "help", at[1], Icon::Helper, tr("请人帮我"), lines.help, 1)) asked = CallHelp{};
  if (choice_card(ui, "number", at[2], Icon::Ticket, tr("只取号"), lines.number, 2, false, on)) asked = Begin{Screen::TakeNumber, {}};
  return asked;
}

/// Landscape: the hall left on green, the three ways right, the settings below.
Asked home_across(Ui& ui, const View& view, const Measure& m) {
  Asked asked;
  const Box page = ui.page();
  const bool contrast = ui.theme().contrast;
  const Box bar{0, page.h - std::max(28.f, 34 * page.h / 270), page.w, std::max(28.f, 34 * page.h / 270)};
  const Box panel{0, 0, page.w * 0.42f, bar.y};
  ui.gradient(panel, contrast ? Ink::Paper : Ink::Primary, contrast ? Ink::Paper : Ink::Primary2);
  if (!contrast) {
    // Hills at the foot of the panel; what runs over its sides is painted over.
    const float b = panel.bottom(), w = panel.w;
    ui.circle(w * 0.2f, b + 150, 196, Ink::Hill1);
    ui.circle(w * 0.85f, b + 200, 240, Ink::Hill2);
    ui.circle(w * 0.45f, b + 260, 278, Ink::Hill3);
    ui.fill({w, 0, page.w - w, page.h}, Ink::Paper);
    ui.fill({0, b, page.w, page.h - b}, Ink::Paper);
  } else {
    ui.line(panel.w, 0, panel.w, panel.h, Ink::Line, 0.5f);
  }
  ui.walk(ui::Walk::Bar);
  if (auto set = settings(ui, view, bar)) asked = set;
  ui.walk(ui::Walk::Body);

  const Ink words = contrast ? Ink::Ink : Ink::OnPrimary, second = contrast ? Ink::Ink : Ink::OnPrimary2;
  Box in = panel.inset(m.margin, m.margin * 0.8f);
  Box top = in.cut_top(22, 4);
  const Box seal = top.cut_left(22, 5);
  ui.fill(seal, Ink::Seal, 3);
  if (!contrast) ui.edge(seal.inset(0.7f), Ink::OnPrimary, 0.4f, 2.4f);
  line_in(ui, seal.inset(2), tr("信"), {Type::Title, Ink::OnPrimary, Weight::Bold, Align::Centre, 1, true, true});
  const std::string clock = hall_hhmm(view.world.now.now);
  const TextStyle clock_style{Type::Title, words, Weight::Bold, Align::Right, 1, true, true};
  const Box time = top.cut_right(ui.text_width(clock, clock_style) + 1, 4);
  line_in(ui, time, clock, clock_style);
  const TextStyle name{Type::Body, words, Weight::Bold};
  const float name_h = ui.text_height(top.w, view.world.now.center, name);
  if (name_h <= top.h * 1.05f) ui.text({top.x, top.y + (top.h - name_h) / 2, top.w, name_h + 0.5f}, view.world.now.center, name);
  else {
    const TextStyle small{Type::Caption, words, Weight::Bold};
    const float small_h = std::min(top.h * 1.4f, ui.text_height(top.w, view.world.now.center, small));
    ui.text({top.x, top.y + (top.h - small_h) / 2, top.w, small_h + 0.5f}, fitted(ui, top.w, static_cast<int>(small_h / ui.text_height(top.w, "字", small) + 0.1f), view.world.now.center, small), small);
    if (small_h > top.h) in.cut_top((small_h - top.h) / 2);
  }
  // From the foot up: how long it takes, then whether the line is there.
  const bool one_line = ui.text_width(tr("您好，今天怎么办事？"), {Type::Headline, words, Weight::Bold}) * 0.8f <= in.w;
  const TextStyle hello{Type::Headline, words, Weight::Bold, Align::Left, one_line ? 1 : 2, false, one_line, ui::Say::Aloud};
  const float hello_h = ui.text_height(in.w, tr("您好，今天怎么办事？"), hello);
  const float queue_h = std::clamp(panel.h * 0.24f, 30.f, 48.f);
  const float rows_h = 3 * ui.text_height(100, "字", {Type::Body}) + 6;
  for (const float h : {queue_h, rows_h}) {
    if (in.h - hello_h < h + 16) continue;
    const Box at{in.x, in.bottom() - h, in.w, h};
    if (!queues(ui, view, at, false)) continue;
    queues(ui, view, at);
    in.cut_bottom(h, 4);
    break;
  }
  const Box head = in.cut_top(hello_h + 0.5f, 2);
  ui.headline(screen_id(view), head, tr("您好，今天怎么办事？不会用没关系，点「请人帮我」就行。"));
  ui.text(head, tr("您好，今天怎么办事？"), hello);
  const bool online = view.world.now.county_online;
  const std::string_view state = online ? tr("已联网") : tr("没联网，照常办");
  const TextStyle pill{Type::Caption, contrast ? Ink::Ink : Ink::Primary, Weight::Medium, Align::Left, 1, true};
  const float pill_w = ui.text_width(state, pill) + 18, pill_h = std::max(14.f, ui.text_height(200, state, pill) + 3);
  if (in.h >= pill_h) {
    const Box at = in.cut_bottom(pill_h, 3);
    const Box box{at.x, at.y, pill_w, pill_h};
    ui.fill(box, Ink::Card, pill_h / 2);
    if (contrast) ui.edge(box, Ink::Edge, 0.5f, pill_h / 2);
    ui.icon({box.x + 4, box.y + pill_h / 2 - 4, 8, 8}, online ? Icon::Check : Icon::CloudOff);
    ui.text({box.x + 13, box.y, pill_w - 13, pill_h}, state, pill);
  }
  const TextStyle hint{Type::Body, second, Weight::Regular, Align::Left, 0, false, false, ui::Say::Aloud};
  const std::string_view calm = tr("不会用没关系，点「请人帮我」就行。");
  if (ui.text_height(in.w, calm, hint) <= in.h) ui.text(in, calm, hint);

  Box body{panel.right() + m.gutter * 1.5f, std::max(m.gutter, ui.reach_top()), 0, 0};
  body.w = page.w - m.margin - body.x;
  body.h = bar.y - m.gutter - body.y;
  room_message(ui, body, m.gutter, view);
  if (unshown(view)) body.cut_top(say_unshown(ui, {body.x, body.y, body.w, body.h * 0.3f}), m.gutter);
  const float small = std::clamp(body.h * 0.19f, 21.f, 40.f), row = (body.h - small - 3 * m.gutter) / 3;
  std::array<Box, 3> at{};
  for (Box& box : at) box = body.cut_top(row, m.gutter);
  if (auto got = three_ways(ui, view, at)) asked = got;
  if (auto got = little_ways(ui, body, touch_gap_mm)) asked = got;
  return asked;
}

}  // namespace

Asked draw_home(Ui& ui, const View& view) {
  Asked asked;
  const Box page = ui.page();
  const Measure m = measure(ui);
  ui.fill(page, Ink::Paper);
  if (m.across) return home_across(ui, view, m);
  const bool low = m.low;
  header(ui, view, {0, 0, page.w, low ? page.h * 0.4f : 152});
  const Box bar{0, page.h - 47, page.w, 47};
  ui.walk(ui::Walk::Bar);
  if (auto set = settings(ui, view, bar)) asked = set;
  ui.walk(ui::Walk::Body);

  Box body{m.margin, low ? ui.reach_top() : 110, page.w - 2 * m.margin, 0};
  body.h = bar.y - body.y - (low ? 4 : m.gutter);
  if (low) {
    if (unshown(view)) say_unshown(ui, {m.margin, page.h * 0.4f + 8, page.w - 2 * m.margin, 40});
    else queues(ui, view, {m.margin, page.h * 0.4f + 8, page.w - 2 * m.margin, 40});
    const float gap = touch_gap_mm;
    if (auto got = three_ways(ui, view, {body.row(0, 4, gap), body.row(1, 4, gap), body.row(2, 4, gap)})) asked = got;
    if (auto got = little_ways(ui, body.row(3, 4, gap), gap)) asked = got;
    return asked;
  }
  room_message(ui, body, m.gutter, view);
  if (unshown(view)) body.cut_top(say_unshown(ui, {body.x, body.y, body.w, body.h * 0.3f}), m.gutter);
  const float row = std::min(56.f, (body.h - 46 - 44 - 4 * m.gutter) / 3);
  std::array<Box, 3> at{};
  for (Box& box : at) box = body.cut_top(row, m.gutter);
  if (auto got = three_ways(ui, view, at)) asked = got;
  if (auto got = little_ways(ui, body.cut_top(46, m.gutter), 4)) asked = got;
  queues(ui, view, {body.x, body.y, body.w, std::min(body.h, 70.f)});
  return asked;
}

}  // namespace yizhan::kiosk
