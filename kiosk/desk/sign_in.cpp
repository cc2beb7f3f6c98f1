/// Touchables: "person.L01" …, "people.prev", "people.next", "key.0" … "key.9", "key.back" (named so: the same digit twice is a person's PIN, not a trembling hand), "pin.enter". Of the panel of 回避:
/// "withdraw.reason.1" …, "field.withdraw_reason", "withdraw.go", "withdraw.close". Keyboard: digits, Backspace, Enter.
#include <fmt/format.h>

#include <algorithm>

#include "core/tr.h"
#include "kiosk/desk/panes.h"
#include "kiosk/desk/words.h"

namespace yizhan::kiosk::desk {
namespace {

constexpr std::size_t people_on_page = 6;

std::string role_name(std::string_view role) {
  if (role == "lawyer") return tr("律师");
  if (role == "mediator") return tr("调解员");
  if (role == "reception") return tr("接待");
  if (role == "manager") return tr("经理");
  return tr("审计员");
}

/// What became of the last try, and what to do; "" nothing to say.
std::string outcome_words(const View& view) {
  const StaffNews& staff = view.world.staff;
  if (staff.asking) return tr("正在核对…");
  if (staff.trouble == "damaged" && staff.request.empty()) return tr("本机的钥匙文件坏了，请管理员重新登记");
  if (view.session.sign_in.request.empty() || staff.request != view.session.sign_in.request) return {};
  const std::string& t = staff.trouble;
  if (t == "wrong" && staff.wait_s > 0) return trf("密码不对，还可以试{}次；请等{}秒再试", staff.left, staff.wait_s);
  if (t == "wrong") return trf("密码不对，还可以试{}次", staff.left);
  if (t == "wait") return trf("错得太多，请等{}秒再试", staff.wait_s);
  if (t == "locked") return tr("错了十次，已锁定，请经理解锁");
  if (t == "elsewhere") return tr("您还没有在这个窗口设密码，请管理员办理");
  if (t == "role") return tr("您的岗位不在这个窗口");
  if (t == "unknown") return tr("没有这个人员，请管理员核对");
  if (t == "away") return tr("断网，现在不能登录；连上大厅服务器后再试");
  if (t == "old_hub") return tr("大厅服务器还不会核对人员，请管理员升级");
  if (t == "damaged") return tr("本机的钥匙文件坏了，请管理员重新登记");
  if (t == "memory" || t == "disk") return tr("本机内存或磁盘不够，请找管理员");
  if (t == "card_wrong") return tr("卡的密码不对；卡自己计数，错多了会锁住");
  if (t == "card_locked") return tr("卡已锁住，请管理员换卡");
  if (t == "card_absent") return tr("没有读到卡，请把卡插好再试");
  return {};
}

}  // namespace

Asked draw_sign_in(Ui& ui, const View& view, Box page) {
  Asked asked;
  const DeskSession& s = view.session;
  const StaffNews& staff = view.world.staff;
  ui.gradient(page, Ink::Primary, Ink::Primary2);
  Box head = page.cut_top(px(150)).inset(px(80), 0);
  seal_mark(ui, {head.x, head.y + px(44), px(64), px(64)});
  head.cut_left(px(88));
  ui.text(head.cut_right(px(260)), clock_words(view.world.now), one_line(Type::DeskNumber, Ink::OnPrimary, Weight::Bold, Align::Right));
  const bool back = !s.owner.empty() && s.last_input;
  ui.text({head.x, head.y + px(36), head.w, px(44)}, back ? trf("{} · 已锁屏", s.seat.place) : trf("{} · 请登录", s.seat.place), one_line(Type::DeskTitle, Ink::OnPrimary, Weight::Bold));
  ui.text({head.x, head.y + px(82), head.w, px(34)},
          back ? tr("写到一半的都在，本人登录后接着写") : tr("点自己的名字，再输密码"), one_line(Type::Desk, Ink::OnPrimary2));

  Box sheet = page.inset(px(80), px(20));
  sheet.h = std::min(sheet.h - px(40), px(820));
  panel(ui, sheet);
  Box in = sheet.inset(px(48), px(40));
  Box left = in.cut_left(in.w * 0.52f, px(64));

  // Who.
  Box title = left.cut_top(px(44), px(12));
  ui.text(title, tr("谁在这里工作"), one_line(Type::DeskTitle, Ink::Ink, Weight::Bold));
  const std::size_t pages = std::max<std::size_t>(1, (staff.people.size() + people_on_page - 1) / people_on_page);
  const auto turned = s.pages.find("people");
  const std::size_t at = std::min(pages - 1, static_cast<std::size_t>(turned == s.pages.end() ? 0 : std::max(0, turned->second)));
  for (std::size_t i = at * people_on_page; i < std::min(staff.people.size(), (at + 1) * people_on_page); ++i) {
    const auto& one = staff.people[i];
    const Box row = left.cut_top(px(84), px(12));
    const bool chosen = s.sign_in.id == one.id;
    ask(asked, ui.touch("person." + one.id, row, one.name, chosen, one.here && !one.locked), PickPerson{one.id});
    Box inner = row.inset(px(20), 0);
    const std::string side = one.locked ? tr("已锁定") : one.here ? role_name(one.role) : tr("未在本窗口设密码");
    const TextStyle small = one_line(Type::Desk, Ink::Muted, Weight::Regular, Align::Right);
    ui.text(inner.cut_right(std::min(ui.text_width(side, small) + px(40), inner.w * 0.5f), px(12)).inset(px(16), 0), side, small);
    ui.icon({inner.x, row.y + px(24), px(36), px(36)}, one.locked ? Icon::Lock : Icon::Person, one.here && !one.locked ? Ink::Primary : Ink::Muted);
    inner.cut_left(px(52));
    ui.text(inner, one.name, one_line(Type::DeskTitle, one.here && !one.locked ? Ink::Ink : Ink::Muted, Weight::Medium));
  }
  if (staff.people.empty()) {
    TextStyle wrapped = style(Type::Desk, Ink::Ink);
    ui.text(left.cut_top(px(120)), tr("大厅已开通人员登录，这个窗口还没有人设密码。请管理员按《密钥与人员》办理。"), wrapped);
  }
  if (pages > 1) {
    Box turn = left.cut_top(px(56));
    ask(asked, press(ui, "people.prev", turn.cut_left(px(140)), tr("上一页"), "", Look::Edged, Icon::None, at > 0), TurnPage{"people", -1});
    ask(asked, press(ui, "people.next", turn.cut_right(px(140)), tr("下一页"), "", Look::Edged, Icon::None, at + 1 < pages), TurnPage{"people", 1});
    ui.text(turn, fmt::format("{} / {}", at + 1, pages), one_line(Type::Desk, Ink::Muted, Weight::Regular, Align::Centre));
  }

  // The PIN: dots, never digits.
  const bool chosen = !s.sign_in.id.empty();
  ui.text(in.cut_top(px(44), px(12)), tr("密码"), one_line(Type::DeskTitle, Ink::Ink, Weight::Bold));
  const Box dots = in.cut_top(px(64), px(16));
  ui.fill(dots, Ink::Sand, px(8));
  const std::size_t n = s.sign_in.pin.size();
  for (std::size_t i = 0; i < n; ++i) ui.circle(dots.x + px(36) + static_cast<float>(i) * px(36), dots.y + dots.h / 2, px(9), Ink::Ink);
  if (n == 0) ui.text(dots.inset(px(24), 0), chosen ? tr("6到12位数字") : tr("先点左边自己的名字"), one_line(Type::Desk, Ink::Muted));
  static constexpr const char* keys[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9", "back", "0", "enter"};
  const bool enough = chosen && n >= 6 && !staff.asking;
  for (std::size_t line = 0; line < 4; ++line) {
    const Box row = in.cut_top(px(96), px(12));
    for (std::size_t i = 0; i < 3; ++i) {
      const std::string key = keys[line * 3 + i];
      const Box box = row.column(static_cast<int>(i), 3, px(12));
      if (key == "back") ask(asked, ui.button("key.back", box, tr("退格"), Look::Edged, Icon::None, n > 0), PinBack{});
      else if (key == "enter") ask(asked, ui.button("pin.enter", box, tr("登录"), Look::Filled, Icon::None, enough), EnterPin{});
      else ask(asked, ui.button("key." + key, box, key, Look::Edged, Icon::None, chosen && !staff.asking), PinDigits{key});
    }
  }
  for (const auto& stroke : ui.take_strokes()) {
    if (asked || !chosen) break;
    if (!stroke.text.empty()) asked = PinDigits{stroke.text};
    else if (stroke.name == "Backspace") asked = PinBack{};
    else if (stroke.name == "Enter") asked = EnterPin{};
  }
  const std::string said = outcome_words(view);
  const bool away = !view.world.hub_online;
  if (!said.empty()) strip(ui, in.cut_top(px(56)), staff.asking ? Icon::Info : Icon::Warning, said, staff.asking ? Tone::Law : Tone::Attention);
  else if (away) strip(ui, in.cut_top(px(56)), Icon::CloudOff, tr("断网，现在不能登录；连上大厅服务器后再试"), Tone::Attention);
  return asked;
}

Asked draw_withdraw(Ui& ui, const View& view, Box column) {
  Asked asked;
  const DeskSession& s = view.session;
  ui.fill(column, Ink::Card);
  ui.line(column.x, column.y, column.x, column.bottom(), Ink::Line, px(2));
  Box in = column.inset(px(24), px(20));
  ui.text(in.cut_top(px(44), px(8)), tr("回避这件事"), one_line(Type::DeskTitle, Ink::Ink, Weight::Bold));
  ui.text(in.cut_top(px(96), px(12)), tr("与当事人是近亲属、有利害关系的，应当回避。回避以后您看不到这件事，也不能撤回，由经理另派人员。"), style(Type::Desk, Ink::Muted));
  static constexpr const char* names[] = {"withdraw.reason.1", "withdraw.reason.2", "withdraw.reason.3"};
  const std::string reasons[] = {tr("与当事人是近亲属"), tr("与当事人或所涉单位有利害关系"), tr("本人被提到")};
  for (std::size_t i = 0; i < 3; ++i) {
    const Box row = in.cut_top(px(52), px(8));
    ask(asked, chip(ui, names[i], row, reasons[i], s.withdraw_reason == reasons[i]), Insert{"withdraw_reason", reasons[i]});
  }
  field(ui, asked, in, 120, "withdraw_reason", tr("为什么回避"), s.withdraw_reason, tr("也可以自己写"), true, s.problems);
  if (s.waiting && s.waiting->press == "withdraw" && !s.waiting->trouble.empty()) strip(ui, in.cut_top(px(44), px(8)), Icon::Warning, s.waiting->trouble, Tone::Attention);
  Box foot = in.cut_bottom(px(56));
  const bool busy = s.waiting && s.waiting->trouble.empty();
  ask(asked, press(ui, "withdraw.close", foot.cut_left(px(140), px(12)), tr("不回避"), "", Look::Edged), OpenWithdraw{});
  ask(asked, press(ui, "withdraw.go", foot, tr("回避，请别人办"), "", Look::Filled, Icon::None, !busy), WithdrawGo{});
  return asked;
}

}  // namespace yizhan::kiosk::desk
