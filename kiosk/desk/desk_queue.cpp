// Presses: calling, holding and moving tickets.
#include <algorithm>

#include "core/tr.h"
#include "kiosk/desk/checks.h"
#include "kiosk/desk/desk_impl.h"
#include "kiosk/desk/words.h"

namespace yizhan::kiosk::desk {

void Stepper::on(const CallNext&) {
  if (s_.form && !s_.form->receipt) {
    s_.notice = tr("先登记完这一份");
    return;
  }
  if (s_.serving) {
    s_.notice = trf("先办完或挂起 {}", s_.serving->ticket.number);
    return;
  }
  if (repeated("call_next")) return;
  send("call_next", ask(QueueOp::Call, ""));
}

void Stepper::on(const CallTicket& a) {
  const Ticket* ticket = listed(a.ticket);
  if (s_.form && !s_.form->receipt) {
    s_.notice = tr("先登记完这一份");
    return;
  }
  if (s_.serving || !ticket) {
    if (s_.serving) s_.notice = trf("先办完或挂起 {}", s_.serving->ticket.number);
    return;
  }
  const std::string press = "call." + a.ticket;
  if (repeated(press)) return;
  send(press, ask(QueueOp::Call, a.ticket));
}

void Stepper::on(const ReadTicket& a) {
  s_.show_id = s_.show_viewers = false;
  s_.pages.erase("statement");
  s_.pages.erase("expanded");
  s_.playing.clear();
  s_.transcribing.clear();
  s_.looking = s_.serving && s_.serving->ticket.number == a.ticket ? "" : a.ticket;
  if (!s_.looking.empty() && !listed(s_.looking)) s_.looking.clear();
}

void Stepper::simple(const char* press, QueueOp op) {
  if (!s_.serving || s_.serving->ticket.number.empty() || repeated(press)) return;
  send(press, ask(op, s_.serving->ticket.number));
}

void Stepper::on(const Hold&) {
  if (s_.serving && s_.serving->ticket.number.empty()) return leave_serving();  // opened by number: put away, draft kept
  simple("hold", QueueOp::Hold);
}

void Stepper::on(const OpenTransfer&) {
  if (!s_.serving || s_.serving->ticket.number.empty()) return;
  s_.transferring = !s_.transferring;
  s_.problems.clear();
}

void Stepper::on(const TransferTo& a) {
  if (s_.transferring) s_.transfer_to = a.window;
}

void Stepper::on(const TransferGo&) {
  if (!s_.serving || !s_.transferring || repeated("transfer")) return;
  Checks checks;
  if (s_.transfer_to.empty()) checks.add("transfer_to", tr("请选转到哪里"));
  const std::string reason = checks.text("transfer_reason", s_.transfer_reason, tr("请写明为什么转"), move_reason_max);
  s_.problems = checks.problems;
  if (!s_.problems.empty()) return;
  send("transfer", moved(s_.transfer_to, reason));
}

QueueCommand Stepper::moved(const WindowCode& to, const std::string& reason) {
  QueueCommand move = ask(QueueOp::Move, s_.serving->ticket.number);
  move.ask.to_window = to;
  move.ask.reason = reason;
  return move;
}

}  // namespace yizhan::kiosk::desk
