/// Touchables of the frame: "lock" F12, "sign_out" and "withdraw" where people sign in (sign_in.cpp), "unlock" F12. Of the queue: "call_next" F2, "recall" F3, "missed" F4, "hold" F5,
/// "walk_in" F8 (reception), "help.1" F1, "help.2" …, "ticket.A013" (read before calling; also of the one being served),
/// "call.A009" (call a missed one or one on hold again), "queue.prev" Ctrl+PageUp, "queue.next" Ctrl+PageDown, "field.number", "open_number" Enter.
/// Keyboard: Ctrl+Up/Ctrl+Down read the waiting tickets one after the other.
#include "kiosk/desk/screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"
#include "core/tr.h"
#include "kiosk/desk/panes.h"
#include "kiosk/desk/words.h"

namespace yizhan::kiosk::desk {

std::string window_name(const RuleBook& rules, const WindowCode& window) {
  const WindowInfo* info = rules.window(window);
  return info ? info->name : window;
}
std::string topic_name(const RuleBook& rules, const std::string& topic) {
  const TopicInfo* info = rules.topic(topic);
  return info ? info->name : topic.empty() ? tr("没有写明") : tr("其他事项");
}
Icon topic_icon(const RuleBook& rules, const std::string& topic) {
  static constexpr std::pair<std::string_view, Icon> names[] = {
      {"wages", Icon::Wages},       {"neighbours", Icon::Neighbours}, {"land", Icon::Land},         {"house", Icon::House},
      {"scales", Icon::Scales},     {"official", Icon::Official},     {"leaf", Icon::Leaf},         {"school", Icon::School},
      {"lightbulb", Icon::Lightbulb},{"question", Icon::Question},    {"family", Icon::Family},     {"building", Icon::Building},
      {"document", Icon::Document}, {"phone", Icon::Phone},           {"persons", Icon::Persons},   {"person", Icon::Person}};
  if (const TopicInfo* info = rules.topic(topic))
    for (const auto& [name, icon] : names)
      if (name == info->icon) return icon;
  return topic.empty() ? Icon::Ticket : Icon::Document;
}

namespace {

constexpr float header_h = 72, queue_w = 376, record_w = 500;

std::string role_words(Role role) {
  return role == Role::Lawyer ? tr("律师接访") : role == Role::Mediator ? tr("人民调解") : tr("综合接待");
}

Asked draw_header(Ui& ui, const View& view, Box bar) {
  Asked asked;
  ui.gradient(bar, Ink::Primary, Ink::Primary2);
  Box in = bar.inset(px(24), 0);
  seal_mark(ui, {in.x, bar.y + px(14), px(44), px(44)});
  in.cut_left(px(60));
  ask(asked, press(ui, "lock", Box{in.right() - px(152), bar.y + px(14), px(152), px(44)}, tr("锁屏"), "F12", Look::OnDark, Icon::Lock), Lock{});
  in.cut_right(px(168));
  if (view.world.staff.signed_in) {
    ask(asked, press(ui, "sign_out", Box{in.right() - px(112), bar.y + px(14), px(112), px(44)}, tr("离开"), "", Look::OnDark), LeaveDesk{});
    in.cut_right(px(120));
    const bool may = view.session.serving && !view.session.serving->matter.empty() && !view.session.form;
    if (may) ask(asked, press(ui, "withdraw", Box{in.right() - px(112), bar.y + px(14), px(112), px(44)}, tr("回避"), "", Look::OnDark), OpenWithdraw{});
    in.cut_right(px(128));
  }
  const TextStyle date = one_line(Type::Desk, Ink::OnPrimary, Weight::Regular, Align::Right);
  ui.text(in.cut_right(px(190), px(16)), clock_words(view.world.now) + "　" + chinese_day(view.today), date);

  std::string banner;
  if (view.world.failed)
    banner = tr("本机存储出错，请找管理员");
  else if (!view.world.alarms.empty())
    banner = tr("本机有告警，照常接待，请找管理员");
  else if (view.world.keys > 0)
    banner = tr("密钥已过期，照常封存，请县里换发");
  else if (!view.world.hub_online)
    banner = view.world.unsent ? trf("断网中 · 已存本机{}件，联网自动上报", view.world.unsent) : std::string(tr("断网中 · 记录照常保存在本机"));
  else if (!view.world.county_online && view.world.uncounted)
    banner = trf("县里暂时联系不上 · {}件等上报", view.world.uncounted);
  if (!banner.empty()) {
    const TextStyle s = one_line(Type::DeskSmall, Ink::Amber, Weight::Medium);
    const float w = std::min(ui.text_width(banner, s) + px(70), px(520));
    Box pill{in.right() - w, bar.y + px(16), w, px(40)};
    ui.fill(pill, Ink::AmberTint, px(20));
    ui.icon({pill.x + px(16), pill.y + px(8), px(24), px(24)}, view.world.failed || !view.world.alarms.empty() ? Icon::Warning : Icon::CloudOff, Ink::Amber);
    ui.text({pill.x + px(50), pill.y, pill.w - px(64), pill.h}, banner, s);
    in.cut_right(w + px(16));
  }
  const Seat& seat = view.session.seat;
  const TextStyle place = one_line(Type::DeskTitle, Ink::OnPrimary, Weight::Bold);
  ui.text(in.cut_left(std::min(ui.text_width(seat.place, place) + px(2), in.w * 0.45f), px(16)), seat.place, place);
  ui.line(in.x, bar.y + px(22), in.x, bar.y + px(50), Ink::OnPrimary2, px(1));
  in.cut_left(px(16));
  std::string who = seat.staff.empty() ? role_words(seat.role) : seat.staff;
  const TextStyle small = one_line(Type::Desk, Ink::OnPrimary2);
  if (!view.world.center.empty() && ui.text_width(who + " · " + view.world.center, small) <= in.w) who += " · " + view.world.center;
  ui.text(in, who, small);
  return asked;
}

// ---- queue -----------------------------------------------------------------------------------------------------------------

struct Entry {
  enum Kind { Head, Serving, Help, Waiting, OnHold, Missed, Empty } kind = Head;
  std::string words, right;
  const Ticket* ticket = nullptr;
  const sync::HelpCall* call = nullptr;
  int index = 0;
  float height() const { return kind == Head ? 38 : kind == Empty ? 56 : 76; }
};

std::vector<Entry> entries_of(const View& view, const std::vector<Ticket>& waiting) {
  std::vector<Entry> out;
  const DeskSession& s = view.session;
  if (s.serving) {
    out.push_back({Entry::Head, tr("正在办理"), "", nullptr, nullptr, 0});
    out.push_back({Entry::Serving, "", "", &s.serving->ticket, nullptr, 0});
  }
  if (s.seat.role == Role::Reception) {
    std::vector<Entry> calls;
    for (const sync::HelpCall& call : view.world.help_calls)
      if (!call.done && (call.taken_by.empty() || call.taken_by == s.seat.origin)) calls.push_back({Entry::Help, "", "", nullptr, &call, static_cast<int>(calls.size()) + 1});
    if (!calls.empty()) out.push_back({Entry::Head, trf("请人帮我 {}", calls.size()), "", nullptr, nullptr, 0});
    out.insert(out.end(), calls.begin(), calls.end());
  }
  out.push_back({Entry::Head, trf("等候 {}", waiting.size()), tr("叫号前不显示姓名"), nullptr, nullptr, 0});
  for (const Ticket& ticket : waiting) out.push_back({Entry::Waiting, "", "", &ticket, nullptr, 0});
  if (waiting.empty()) out.push_back({Entry::Empty, tr("没有人等候"), "", nullptr, nullptr, 0});
  for (const auto& [state, kind, name] : {std::tuple{TicketState::OnHold, Entry::OnHold, tr("挂起")}, {TicketState::Missed, Entry::Missed, tr("过号")}}) {
    std::vector<Entry> rows;
    for (const Ticket& ticket : view.world.tickets)
      if (ticket.state == state && !(s.serving && s.serving->ticket.number == ticket.number)) rows.push_back({kind, "", "", &ticket, nullptr, 0});
    if (rows.empty()) continue;
    out.push_back({Entry::Head, fmt::format("{} {}", name, rows.size()), tr("可以再叫"), nullptr, nullptr, 0});
    out.insert(out.end(), rows.begin(), rows.end());
  }
  return out;
}

void ticket_words(Ui& ui, const View& view, Box row, const Entry& e, float right_room) {
  const Ticket& t = *e.ticket;
  const Time now = view.world.now;
  Box in{row.x + px(20), row.y, row.w - px(40) - right_room, row.h};
  ui.text(in.cut_left(px(82), px(14)), t.number.empty() ? tr("按编号") : t.number, one_line(Type::DeskTitle, Ink::Ink, Weight::Bold));
  std::string code = t.topic;
  const bool by_number = t.number.empty();
  const bool opened = by_number || (e.kind == Entry::Serving && code.empty());
  if (opened && view.session.served && view.session.served->petition) code = view.session.served->petition->topic;
  // Under keys the list knows no more than a number: what it is about is read when it is called.
  const bool closed = code.empty() && !t.matter.empty() && view.world.keys_version > 0;
  const bool sealed = t.sealed || (e.kind == Entry::Serving && view.session.served && view.session.served->sealed);
  const std::string topic = sealed ? tr("密封事项") : closed ? tr("叫号后可看") : !by_number && t.matter.empty() && code.empty() ? tr("只取了号") : topic_name(view.law.rules, code);
  ui.icon({in.x, in.y + px(22), px(32), px(32)}, sealed ? Icon::Lock : topic_icon(view.law.rules, code), Ink::Muted);
  in.cut_left(px(32), px(14));
  Box top{in.x, in.y + px(13), in.w, px(26)}, low{in.x, in.y + px(40), in.w, px(24)};

  std::string second;
  switch (e.kind) {
    case Entry::Serving: {
      const auto minutes = std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::minutes>(now - view.session.serving->since).count());
      const Time from = t.called == Time{} ? view.session.serving->since : t.called;
      const std::string passed = minutes < 60 ? trf("{}分钟", minutes) : minutes < 24 * 60 ? trf("{}小时", minutes / 60) : std::string(tr("超过一天"));
      second = t.number.empty() ? trf("已打开{}", passed) : minutes < 24 * 60 ? trf("{} 已叫 · 已进行{}", clock_words(from), passed) : trf("{} 已叫 · 已{}", clock_words(from), passed);
      break;
    }
    case Entry::Missed: second = trf("{} 叫过{}次", clock_words(t.called), std::max(1, t.calls)); break;
    default: second = waited(t.issued, now); break;
  }
  std::vector<std::string> badges;
  if (t.priority != Priority::Normal) badges.emplace_back(words_of(priorities(), static_cast<int>(t.priority)));
  if (!t.moved_from.empty())
    badges.push_back(trf("{}转来", t.moved_from == window_reception ? std::string(tr("接待")) : std::string(first_characters(window_name(view.law.rules, t.moved_from), 3))));
  const TextStyle name = one_line(Type::Desk, Ink::Ink, Weight::Medium);
  const float full_w = ui.text_width(topic, name);
  // Long words beside long words: the badge goes down to how long they have waited.
  const bool beside = badges.empty() || badges.size() > 1 || full_w + px(8) + badge_width(ui, badges[0]) <= top.w;
  ui.text(top.cut_left(std::min(full_w, badges.empty() || !beside ? top.w : top.w * 0.55f), px(8)), topic, name);
  if (!badges.empty() && beside) badge(ui, top.x, top.y, badges[0], Tone::Attention, top.w);
  if (badges.size() > 1 || !beside) {
    const TextStyle small = one_line(Type::DeskSmall, Ink::Muted);
    if (second.starts_with(tr("等了"))) second = second.substr(std::string_view(tr("等了")).size());
    const float w = std::min(ui.text_width(second, small) + px(2), low.w * 0.5f);
    ui.text(low.cut_left(w, px(8)), second, small);
    badge(ui, low.x, low.y, badges.back(), Tone::Attention, low.w);
  } else {
    ui.text(low, second, one_line(Type::DeskSmall, Ink::Muted));
  }
}

Asked draw_entry(Ui& ui, const View& view, Box row, const Entry& e, bool may_call) {
  Asked asked;
  const DeskSession& s = view.session;
  switch (e.kind) {
    case Entry::Head: {
      ui.fill(row, Ink::Sand);
      Box in = row.inset(px(20), 0);
      const TextStyle bold = one_line(Type::DeskSmall, Ink::Muted, Weight::Bold);
      ui.text(in.cut_left(ui.text_width(e.words, bold) + px(2), px(8)), e.words, bold);
      if (!e.right.empty()) ui.text(in, e.right, one_line(Type::DeskSmall, Ink::Muted, Weight::Regular, Align::Right));
      break;
    }
    case Entry::Empty:
      ui.text(row.inset(px(20), 0), e.words, one_line(Type::Desk, Ink::Muted));
      break;
    case Entry::Help: {
      const bool ours = e.call->taken_by == s.seat.origin;
      ui.fill(row, Ink::AmberTint);
      ui.line(row.x, row.bottom(), row.right(), row.bottom(), Ink::Line, px(1));
      Box in = row.inset(px(20), 0);
      const Box button{in.right() - px(112), row.y + px(14), px(112), px(48)};
      ask(asked, press(ui, fmt::format("help.{}", e.index), button, ours ? tr("继续") : tr("接手"), e.index == 1 ? "F1" : "", Look::Help, Icon::None, !s.form), TakeCall{e.call->id});
      in.w -= px(124);
      ui.icon({in.x, row.y + px(20), px(36), px(36)}, Icon::Helper, Ink::Amber);
      in.cut_left(px(48));
      ui.text({in.x, row.y + px(13), in.w, px(26)}, e.call->place, one_line(Type::Desk, Ink::Ink, Weight::Medium));
      ui.text({in.x, row.y + px(40), in.w, px(24)}, waited(e.call->at, view.world.now) == tr("刚取号") ? tr("刚刚叫人") : waited(e.call->at, view.world.now), one_line(Type::DeskSmall, Ink::Muted));
      break;
    }
    default: {
      const bool again = e.kind == Entry::OnHold || e.kind == Entry::Missed;
      const float room = again ? px(92) : 0;
      const bool chosen = e.kind == Entry::Serving ? s.looking.empty() : s.looking == e.ticket->number;
      Box hit = row;
      hit.w -= room;
      const std::string name = "ticket." + (e.ticket->number.empty() ? std::string("open") : e.ticket->number);
      // A row that is read takes the tint; being served is said by its place in the list.
      ask(asked, ui.touch(name, hit, e.ticket->number, chosen), ReadTicket{e.ticket->number});
      if (again) {
        ui.line(hit.right(), row.bottom(), row.right(), row.bottom(), Ink::Line, px(1));
        ask(asked, press(ui, "call." + e.ticket->number, {row.right() - px(88), row.y + px(16), px(72), px(44)}, tr("再叫"), "", Look::Edged, Icon::None, may_call), CallTicket{e.ticket->number});
      }
      ticket_words(ui, view, row, e, room);
    }
  }
  return asked;
}

/// Privacy curtain: the session stays, the words go.
Asked draw_curtain(Ui& ui, const View& view, Box page) {
  Asked asked;
  ui.gradient(page, Ink::Primary, Ink::Primary2);
  const float cx = page.x + page.w / 2, cy = page.y + page.h / 2;
  seal_mark(ui, {cx - px(36), cy - px(230), px(72), px(72)});
  ui.text({page.x, cy - px(130), page.w, px(80)}, clock_words(view.world.now), one_line(Type::DeskNumber, Ink::OnPrimary, Weight::Bold, Align::Centre));
  ui.text({page.x, cy - px(40), page.w, px(44)}, trf("{} · 已锁屏", view.session.seat.place), one_line(Type::DeskTitle, Ink::OnPrimary, Weight::Bold, Align::Centre));
  ui.text({page.x, cy + px(12), page.w, px(36)}, tr("写到一半的都在，回来接着写"), one_line(Type::Desk, Ink::OnPrimary2, Weight::Regular, Align::Centre));
  ask(asked, press(ui, "unlock", {cx - px(150), cy + px(80), px(300), px(64)}, tr("继续工作"), "F12", Look::OnDark), Unlock{});
  return asked;
}

}  // namespace

Asked draw_queue(Ui& ui, const View& view, Box column) {
  Asked asked;
  const DeskSession& s = view.session;
  ui.fill(column, Ink::Card);
  ui.line(column.right(), column.y, column.right(), column.bottom(), Ink::Line, px(2));
  const std::vector<Ticket> waiting = waiting_tickets(s, view.world);
  const bool busy = s.waiting && s.waiting->trouble.empty();
  const bool may_call = !s.serving && !busy && !s.form;
  const bool called = s.serving && !s.serving->ticket.number.empty();

  Box top = column.cut_top(px(164)).inset(px(20), 0);
  top.y += px(20);
  std::string next = waiting.empty() ? std::string(tr("叫下一个")) : trf("叫下一个 {}", waiting.front().number);
  if (busy && s.waiting->press == "call_next") next = tr("正在叫号…");
  ask(asked, press(ui, "call_next", {top.x, top.y, top.w, px(80)}, next, "F2", Look::Filled, Icon::Bell, may_call), CallNext{});
  const Box row{top.x, top.y + px(92), top.w, px(48)};
  ask(asked, press(ui, "recall", row.column(0, 3, px(8)), tr("再叫"), "F3", Look::Edged, Icon::None, called && !busy), Recall{});
  ask(asked, press(ui, "missed", row.column(1, 3, px(8)), tr("过号"), "F4", Look::Edged, Icon::None, called && !busy), Missed{});
  ask(asked, press(ui, "hold", row.column(2, 3, px(8)), s.serving && !called ? tr("合上") : tr("挂起"), "F5", Look::Edged, Icon::None, s.serving && !busy), Hold{});

  // What the queue has to say, in one calm strip.
  const bool queue_trouble = s.waiting && !s.waiting->trouble.empty();
  std::string notice = queue_trouble ? s.waiting->trouble : s.notice;
  if (notice.empty() && !view.world.hub_online) notice = tr("断网中，只能叫本窗口的号");
  if (!notice.empty()) {
    strip(ui, column.cut_top(px(44)).inset(px(20), px(2)), queue_trouble ? Icon::Warning : view.world.hub_online ? Icon::Info : Icon::CloudOff, notice, queue_trouble || !view.world.hub_online ? Tone::Attention : Tone::Law);
    column.cut_top(px(8));
  }

  Box foot = column.cut_bottom(px(s.seat.role == Role::Reception ? 178 : 122));
  ui.line(foot.x, foot.y, foot.right(), foot.y, Ink::Line, px(1));
  Box low = foot.inset(px(20), px(10));
  if (s.seat.role == Role::Reception)
    ask(asked, press(ui, "walk_in", low.cut_top(px(48), px(8)), tr("当面登记"), "F8", Look::Edged, Icon::Pencil, !s.form), WalkIn{});
  Box number = low.cut_top(px(44), px(8));
  ask(asked, press(ui, "open_number", number.cut_right(px(72), px(8)), tr("打开"), "", Look::Edged, Icon::None, !s.serving && !s.number.empty()) || (!s.serving && !s.number.empty() && ui.pressed_key("Enter")), OpenNumber{});
  if (auto typed = edit(ui, "field.number", number, s.number, tr("按编号打开事项"), false, problem_at(s.problems, "number")); typed && !asked) asked = Typed{"number", std::move(*typed)};
  const Problem* wrong = problem_at(s.problems, "number");
  if (wrong)
    ui.text(low, wrong->what, one_line(Type::DeskSmall, Ink::Brick, Weight::Medium));
  else
    ui.text(low, trf("今天 {} 号已办　平均 {} 分钟", view.world.served_today, view.world.minutes_average), one_line(Type::DeskSmall, Ink::Muted));

  // Pages: an entry never stands half on one; a heading never stands alone at the foot.
  const std::vector<Entry> entries = entries_of(view, waiting);
  float total = 0;
  for (const Entry& e : entries) total += px(e.height());
  const bool paged = total > column.h;
  const Box pager = paged ? column.cut_bottom(px(56)) : Box{};
  std::vector<std::size_t> starts{0};
  float used = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const float h = px(entries[i].height()) + (entries[i].kind == Entry::Head && i + 1 < entries.size() ? px(entries[i + 1].height()) : 0);
    if (used + h > column.h && i > starts.back()) {
      starts.push_back(i);
      used = 0;
    }
    used += px(entries[i].height());
  }
  const auto wanted = s.pages.find("queue");
  const std::size_t page = std::min(starts.size() - 1, static_cast<std::size_t>(wanted == s.pages.end() ? 0 : std::max(0, wanted->second)));
  const std::size_t end = page + 1 < starts.size() ? starts[page + 1] : entries.size();
  for (std::size_t i = starts[page]; i < end; ++i) {
    const Box one = column.cut_top(px(entries[i].height()));
    if (one.bottom() > pager.y && paged && pager.h > 0 && one.bottom() > pager.y + px(1)) break;
    if (auto pressed = draw_entry(ui, view, one, entries[i], may_call); pressed && !asked) asked = std::move(pressed);
  }
  if (paged) {
    Box in = pager.inset(px(20), px(6));
    ask(asked, press(ui, "queue.prev", in.cut_left(px(104)), tr("上一页"), "", Look::Edged, Icon::None, page > 0) || (page > 0 && ui.pressed_key("Ctrl+PageUp")), TurnPage{"queue", -1});
    ask(asked, press(ui, "queue.next", in.cut_right(px(104)), tr("下一页"), "", Look::Edged, Icon::None, page + 1 < starts.size()) || (page + 1 < starts.size() && ui.pressed_key("Ctrl+PageDown")), TurnPage{"queue", 1});
    ui.text(in, fmt::format("{} / {}", page + 1, starts.size()), one_line(Type::DeskSmall, Ink::Muted, Weight::Regular, Align::Centre));
  }

  // By keyboard: down from the served one through the waiting ones and up again.
  const bool down = ui.pressed_key("Ctrl+Down"), up = ui.pressed_key("Ctrl+Up");
  if ((down || up) && !asked) {
    std::vector<std::string> numbers{s.serving ? s.serving->ticket.number : ""};
    for (const Ticket& t : waiting) numbers.push_back(t.number);
    auto at = std::find(numbers.begin(), numbers.end(), s.looking);
    if (s.looking.empty() || at == numbers.end()) at = numbers.begin();
    if (down && at + 1 != numbers.end()) asked = ReadTicket{*(at + 1)};
    if (up && at != numbers.begin()) asked = ReadTicket{*(at - 1)};
  }
  return asked;
}

std::optional<DeskAction> draw(Ui& ui, const DeskSession& session, const Snapshot& world, const Law& law) {
  const View view{session, world, law, hall_day(world.now)};
  Box page = ui.page();
  ui.fill(page, Ink::Paper);
  if (signing_in(session, world)) return draw_sign_in(ui, view, page);
  if (session.locked) return draw_curtain(ui, view, page);
  Asked asked = draw_header(ui, view, page.cut_top(px(header_h)));
  const auto take = [&](Asked pressed) {
    if (pressed && !asked) asked = std::move(pressed);
  };
  take(draw_queue(ui, view, page.cut_left(px(queue_w))));
  if (session.form) {
    take(draw_form(ui, view, page));
  } else {
    const Box record = page.cut_right(px(record_w));
    take(draw_matter(ui, view, page));
    take(session.withdrawing ? draw_withdraw(ui, view, record) : draw_record(ui, view, record));
  }
  return asked;
}

}  // namespace yizhan::kiosk::desk
