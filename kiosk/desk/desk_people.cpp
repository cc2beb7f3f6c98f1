// Who sits at the desk: signing in, locking, whose drafts are on the glass, and stepping back from a matter (回避).
#include <algorithm>

#include "core/tr.h"
#include "kiosk/desk/desk_impl.h"

namespace yizhan::kiosk::desk {

// -- signing in -----------------------------------------------------------------------------------------------------------

void Stepper::forget_pin() {
  std::fill(s_.sign_in.pin.begin(), s_.sign_in.pin.end(), '\0');
  s_.sign_in.pin.clear();
}

void Stepper::follow_sign_in() {
  const StaffNews& staff = world_.staff;
  SignInPage& page = s_.sign_in;
  if (s_.locked && !staff.needed && !page.request.empty()) page = {};
  if (page.request.empty() || staff.request != page.request || staff.asking || page.seen == page.request) return;
  page.seen = page.request;
  if (!staff.signed_in) {
    page.not_before = staff.wait_s > 0 ? std::optional(now_ + Span{staff.wait_s * 1000}) : std::nullopt;
    return;
  }
  take_desk(*staff.signed_in);
}

void Stepper::take_desk(const StaffWho& who) {
  if (s_.owner != who.id) {
    // Another person: the one before finds the drafts again, this one does not.
    if (!s_.owner.empty()) {
      s_.aside[s_.owner] = {std::move(s_.drafts), std::move(s_.form)};
      s_.drafts.clear();
      s_.form.reset();
      s_.waiting.reset();
      leave_serving();
    }
    if (const auto kept = s_.aside.find(who.id); kept != s_.aside.end()) {
      s_.drafts = std::move(kept->second.drafts);
      s_.form = std::move(kept->second.form);
      s_.aside.erase(kept);
    }
    s_.owner = who.id;
  }
  s_.seat.staff = who.name;
  s_.sign_in = {};
  s_.notice.clear();
  s_.locked = false;
  s_.last_input = now_;
}

void Stepper::on(const PickPerson& a) {
  forget_pin();
  s_.sign_in.id = a.id;
  s_.sign_in.seen = s_.sign_in.request;
}

void Stepper::on(const PinDigits& a) {
  for (const char c : a.digits)
    if (c == '\n') on(EnterPin{});
    else if (c >= '0' && c <= '9' && s_.sign_in.pin.size() < 12) s_.sign_in.pin += c;
}

void Stepper::on(const PinBack&) {
  if (s_.sign_in.pin.empty()) return;
  s_.sign_in.pin.back() = '\0';
  s_.sign_in.pin.pop_back();
}

void Stepper::on(const EnterPin&) {
  SignInPage& page = s_.sign_in;
  if (page.id.empty() || page.pin.size() < 6 || world_.staff.asking || (page.not_before && now_ < *page.not_before)) return;
  page.request = next_request();
  page.not_before.reset();
  commands_.push_back(SignIn{page.request, page.id, page.pin});
  forget_pin();
}

void Stepper::on(const LeaveDesk&) {
  if (world_.staff.needed) lock("out");
}

// -- conflict of interest ---------------------------------------------------------------------------------------------------

void Stepper::on(const OpenWithdraw&) {
  if (!s_.serving || s_.serving->matter.empty() || !world_.staff.signed_in) return;
  s_.withdrawing = !s_.withdrawing;
  s_.transferring = false;
  s_.withdraw_reason.clear();
  std::erase_if(s_.problems, [](const Problem& p) { return p.field == "withdraw_reason"; });
}

void Stepper::on(const WithdrawGo&) {
  if (!s_.serving || s_.serving->matter.empty() || !world_.staff.signed_in || repeated("withdraw")) return;
  std::erase_if(s_.problems, [](const Problem& p) { return p.field == "withdraw_reason"; });
  if (s_.withdraw_reason.empty()) {
    s_.problems.push_back({"withdraw_reason", tr("请写明为什么回避")});
    return;
  }
  const std::string& id = world_.staff.signed_in->id;
  StateFact fact{s_.serving->matter, Recused{id, id, s_.withdraw_reason}, next_request()};
  // The fact first; then the number goes back to its queue for somebody else, with its place kept.
  std::vector<Command> after;
  if (!s_.serving->ticket.number.empty()) after.push_back(ask(QueueOp::Hold, s_.serving->ticket.number));
  send("withdraw", std::move(fact), std::move(after));
}

}  // namespace yizhan::kiosk::desk
