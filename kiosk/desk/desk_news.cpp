// What comes back: answers to commands, and what the snapshot says of the matter being served and of the form.
#include <algorithm>

#include "core/text.h"
#include "core/tr.h"
#include "kiosk/desk/desk_impl.h"
#include "kiosk/desk/words.h"

namespace yizhan::kiosk::desk {
namespace {

/// `here`: the command goes to this machine's own log, where Unavailable means a full disk; calls go to the hall hub.
std::string trouble_words(const Error& error, bool here) {
  switch (error.code) {
    case Code::Unavailable: return here ? tr("本机存满了，写的都在，请找管理员") : tr("联系不上大厅服务器，可再按一次");
    case Code::Conflict: return tr("别的窗口已经办了这个号");
    case Code::NotFound: return tr("没有找到这个号");
    case Code::Invalid: return tr("这个号现在不能这样办");
    case Code::Io:
    case Code::Corrupt: return tr("没有存上，请找管理员");
  }
  return tr("没有办成，可再按一次");
}

}  // namespace

void Stepper::follow() {
  settle_waiting();
  follow_serving();
  follow_form();
  open_wanted();
}

void Stepper::settle_waiting() {
  if (!s_.waiting || !s_.waiting->trouble.empty()) return;
  Waiting& w = *s_.waiting;
  std::optional<Error> error;
  bool done = false;
  if (const auto* queue = std::get_if<QueueCommand>(&w.command)) {
    if (world_.answer_request == w.request) {
      if (world_.answer) return queue_done(queue->ask, *world_.answer);
      error = world_.answer_error;
    }
  } else if (std::holds_alternative<StateFact>(w.command)) {
    done = world_.stated_request == w.request;
    if (!done && world_.outcome && world_.outcome->request == w.request) error = world_.outcome->error;
    if (!done && !error && world_.failed) error = world_.failed;
  } else if (std::holds_alternative<ReplaceCode>(w.command)) {
    done = world_.replaced && world_.replaced->request == w.request;
    if (!done && world_.outcome && world_.outcome->request == w.request) {
      if (!world_.outcome->problems.empty()) {
        s_.problems = {{"code", world_.outcome->problems.front().what}};
        s_.waiting.reset();
        return;
      }
      error = world_.outcome->error;
    }
    if (!done && !error && world_.failed) error = world_.failed;
  } else if (std::holds_alternative<FileMatter>(w.command)) {
    if (world_.outcome && world_.outcome->request == w.request) {
      if (world_.outcome->receipt || !world_.outcome->problems.empty()) return filed(*world_.outcome);
      error = world_.outcome->error;
    }
    if (!error && world_.failed) error = world_.failed;
  }
  if (done) return stated();
  if (!error) w.stale = false;
  if (error && !w.stale) {
    const bool here = !std::holds_alternative<QueueCommand>(w.command);
    if (error->code == Code::Unavailable || error->code == Code::Io) {
      w.trouble = trouble_words(*error, here);
    } else {
      // The answer is final: another press asks anew.
      s_.notice = trouble_words(*error, here);
      s_.waiting.reset();
    }
  } else if (now_ - w.since >= answer_ms_max) {
    w.trouble = tr("还没有回应，可再按一次");
  }
}

void Stepper::next_or_rest() {
  std::vector<Command> after = std::move(s_.waiting->after);
  const std::string press = s_.waiting->press;
  s_.waiting.reset();
  if (!after.empty()) {
    Command first = std::move(after.front());
    after.erase(after.begin());
    send(press, std::move(first), std::move(after));
  }
}

void Stepper::stated() {
  s_.saved_at = clock_words(world_.now);
  s_.problems.clear();
  const std::string press = s_.waiting->press;
  if (Draft* d = draft()) {
    d->mediator.refusing.clear();
    d->mediator.step = 0;
    if (press == "transcript") d->transcripts.erase(std::exchange(s_.transcribing, {}));
    if (press == "session") d->mediator.held_at.clear(), d->mediator.notes.clear();
  }
  const bool last = s_.waiting->after.empty();
  next_or_rest();
  // A matter opened by its number has no ticket to end: it is put away once the record is on disk.
  if (last && press == "withdraw" && s_.serving) {
    s_.notice = tr("已回避");
    s_.drafts.erase(draft_key(*s_.serving));
    leave_serving();
  }
  if (last && press == "finish" && s_.serving) {
    s_.notice = tr("已记下");
    s_.drafts.erase(draft_key(*s_.serving));
    leave_serving();
  }
}

void Stepper::queue_done(const sync::QueueAsk& ask, const sync::QueueAnswer& answer) {
  const std::string press = s_.waiting->press;
  s_.saved_at = clock_words(world_.now);
  s_.waiting.reset();
  if (ask.op == QueueOp::Call) {
    if (answer.ticket.empty()) {
      s_.notice = answer.words.empty() ? tr("没有人等候") : answer.words;
      return;
    }
    Ticket ticket;
    if (const Ticket* known = listed(answer.ticket)) ticket = *known;
    ticket.number = answer.ticket;
    // The hub may keep the number of a sealed matter to itself; the list has what we may know.
    MatterId matter = ticket.matter.empty() ? answer.matter : ticket.matter;
    ticket.matter = matter;
    serve(std::move(ticket), std::move(matter), false);
    return;
  }
  if (ask.op == QueueOp::Recall) {
    s_.notice = tr("已再叫一遍");
    return;
  }
  const std::string number = ask.ticket;
  if (ask.op == QueueOp::Missed) s_.notice = trf("{} 已过号，可以补叫", number);
  if (ask.op == QueueOp::Hold) s_.notice = trf("{} 已挂起，可以再叫", number);
  if (ask.op == QueueOp::Move) s_.notice = trf("{} 已转出，位次保留", number);
  if (ask.op == QueueOp::End) s_.notice = trf("{} 已办完", number);
  if (s_.serving && s_.serving->ticket.number == number) {
    if (press == "finish" || press == "withdraw") s_.drafts.erase(draft_key(*s_.serving));
    leave_serving();
    if (press == "withdraw") s_.notice = trf("已回避，{} 请别的人员叫号", number);
  }
}

void Stepper::filed(const Outcome& outcome) {
  s_.waiting.reset();
  if (!s_.form) return;
  if (outcome.receipt) {
    s_.form->receipt = outcome.receipt;
    s_.form->problems.clear();
    s_.saved_at = clock_words(world_.now);
  } else {
    s_.form->problems.clear();
    for (const Problem& p : outcome.problems) s_.form->problems.push_back({"form." + p.field, p.what});
    s_.form->request.clear();  // nothing was filed: the mended form is a new try
    show_problem_page();
  }
}

void Stepper::follow_serving() {
  for (auto it = s_.released.begin(); it != s_.released.end();) {
    const Ticket* ticket = listed(it->first);
    const bool still = ticket && ticket->state == TicketState::Called && ticket->desk == s_.seat.origin;
    // Moved and waiting tickets linger until the hub's event arrives; a minute is far longer than any long poll.
    it = (!still && !(ticket && ticket->state == TicketState::Waiting)) || now_ - it->second > Span{60'000} ? s_.released.erase(it) : std::next(it);
  }
  if (!s_.serving && !s_.waiting) {
    // After a restart the desk goes on with whom it had called.
    for (const Ticket& ticket : world_.tickets)
      if (ticket.state == TicketState::Called && ticket.desk == s_.seat.origin && !s_.released.contains(ticket.number)) {
        serve(ticket, ticket.matter, true);
        break;
      }
  }
  if (s_.serving && !s_.serving->ticket.number.empty()) {
    // Absent is not ended: at midnight yesterday's tickets leave the list while somebody still sits at the desk.
    if (const Ticket* ticket = listed(s_.serving->ticket.number); ticket && ticket->matter == s_.serving->matter) {
      const bool ours = ticket->state == TicketState::Called && ticket->desk == s_.seat.origin;
      if (ours) {
        s_.serving->ticket = *ticket;
        s_.serving->confirmed = true;
      } else if (s_.serving->confirmed && !s_.waiting) {
        s_.notice = trf("{} 已在别处办理", ticket->number);
        leave_serving();
      }
    }
  }
  if (!s_.looking.empty() && !listed(s_.looking)) s_.looking.clear();
  if (s_.serving && world_.open && world_.open->id == s_.serving->matter && !(s_.locked && world_.staff.needed)) {
    s_.served = world_.open;
    s_.served_earlier = world_.earlier;
    fill_draft(*world_.open);
  }
}

void Stepper::fill_draft(const Matter& matter) {
  Draft& d = *draft();
  if (d.filled || !matter.petition) return;
  d.filled = true;
  const Petition& p = *matter.petition;
  if (s_.seat.role != Role::Mediator) return;
  d.mediator.applicant = p.petitioner.name;
  d.mediator.respondent = p.statement.party_complained_of;
  d.mediator.claim = p.statement.request;
  d.mediator.dispute = p.statement.facts;
}

void Stepper::follow_form() {
  if (!s_.form || s_.form->help_id.empty() || s_.form->receipt) return;
  const auto& calls = world_.help_calls;
  const auto at = std::find_if(calls.begin(), calls.end(), [&](const sync::HelpCall& c) { return c.id == s_.form->help_id; });
  if (at == calls.end())
    s_.form->warning = tr("来访人已离开自助机，填的还在");
  else if (!at->taken_by.empty() && at->taken_by != s_.seat.origin)
    s_.form->warning = tr("别的窗口已接手，请先问一声");
  else
    s_.form->warning.clear();
}

void Stepper::open_wanted() {
  if (s_.locked && world_.staff.needed) return;  // the store has no key, and nobody is here to read
  MatterId wanted;
  if (const Ticket* ticket = s_.looking.empty() ? nullptr : listed(s_.looking)) {
    if (!ticket->sealed) wanted = ticket->matter;
  } else if (s_.serving && !s_.serving->ticket.sealed) {
    wanted = s_.serving->matter;
  }
  if (wanted.empty() || (world_.open && world_.open->id == wanted)) return;
  if (s_.opening == wanted && now_ - s_.opening_since < answer_ms_max) return;
  s_.opening = wanted;
  s_.opening_since = now_;
  commands_.push_back(OpenMatter{wanted, s_.seat.staff});
}

}  // namespace yizhan::kiosk::desk
