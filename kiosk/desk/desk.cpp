#include "kiosk/desk/desk.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/petition_json.h"
#include "core/text.h"
#include "core/tr.h"
#include "kiosk/desk/checks.h"
#include "kiosk/desk/words.h"

namespace yizhan::kiosk::desk {
namespace {

const Draft no_draft{};

template <class E>
bool toggle(std::set<E>& set, const E& value) {
  if (set.erase(value)) return false;
  set.insert(value);
  return true;
}

bool untouched(const LawyerDraft& d) { return d.facts.empty() && d.law.empty() && d.advice.empty() && !d.path && !d.outcome && d.told.empty(); }
bool untouched(const ReceptionDraft& d) {
  return !d.disposition && !d.later && d.to_unit.empty() && d.reason.empty() && d.report_by.empty() && d.window.empty() && d.override_reason.empty();
}

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

/// One step: the session being changed and the commands it gives. All decisions of the desk live here.
class Stepper {
 public:
  Stepper(DeskSession session, const Snapshot& world, const Law& law, Tick now)
      : s_(std::move(session)), world_(world), law_(law), now_(now), today_(hall_day(world.now)) {}

  DeskStep run(const DeskAction& action) {
    if (!s_.last_input) s_.last_input = now_;
    // Nobody is signed in where people sign in: the same as locked, whatever this screen believed.
    if (world_.staff.needed && !world_.staff.signed_in) s_.locked = true;
    if (std::holds_alternative<News>(action)) {
      if (now_ - *s_.last_input >= idle_lock_ms) lock("locked");
      follow_sign_in();
    } else if (!s_.locked || opens(action)) {
      s_.last_input = now_;
      std::visit([this](const auto& a) { on(a); }, action);
    }
    follow();
    return {std::move(s_), std::move(commands_)};
  }

 private:
  // -- plumbing ---------------------------------------------------------------------------------------------------------

  std::string next_request() { return fmt::format("{}-{}-{}", s_.seat.origin, s_.seat.run, ++s_.serial); }
  bool busy() const { return s_.waiting && s_.waiting->trouble.empty(); }

  /// True when this press only repeats a command whose answer never came (or is still coming): nothing new may be made.
  bool repeated(const std::string& press) {
    if (!s_.waiting) return false;
    if (busy()) return true;
    if (s_.waiting->press != press) {
      s_.waiting.reset();
      return false;
    }
    s_.waiting->trouble.clear();
    s_.waiting->since = now_;
    s_.waiting->stale = true;
    commands_.push_back(s_.waiting->command);
    return true;
  }

  void send(std::string press, Command command, std::vector<Command> after = {}) {
    Waiting waiting;
    waiting.press = std::move(press);
    waiting.request = request_of(command);
    waiting.command = command;
    waiting.after = std::move(after);
    waiting.since = now_;
    s_.waiting = std::move(waiting);
    s_.notice.clear();
    commands_.push_back(std::move(command));
  }

  static std::string request_of(const Command& command) {
    if (const auto* queue = std::get_if<QueueCommand>(&command)) return queue->ask.request;
    if (const auto* fact = std::get_if<StateFact>(&command)) return fact->request;
    if (const auto* file = std::get_if<FileMatter>(&command)) return file->request;
    if (const auto* code = std::get_if<ReplaceCode>(&command)) return code->request;
    return {};
  }

  QueueCommand ask(QueueOp op, const std::string& ticket) {
    sync::QueueAsk ask;
    ask.op = op;
    ask.request = next_request();
    ask.desk = s_.seat.origin;
    ask.place = s_.seat.place;
    ask.ticket = ticket;
    if (op == QueueOp::Call) ask.windows = s_.seat.windows;
    return {std::move(ask)};
  }

  const Ticket* listed(const std::string& number) const {
    const auto at = std::find_if(world_.tickets.begin(), world_.tickets.end(), [&](const Ticket& t) { return t.number == number; });
    return at == world_.tickets.end() ? nullptr : &*at;
  }

  Draft* draft() {
    if (!s_.serving) return nullptr;
    return &s_.drafts[draft_key(*s_.serving)];
  }

  /// Presses of the pages that are shown while locked.
  bool opens(const DeskAction& action) const {
    if (!world_.staff.needed) return std::holds_alternative<Unlock>(action);
    return std::holds_alternative<PickPerson>(action) || std::holds_alternative<PinDigits>(action) || std::holds_alternative<PinBack>(action) ||
           std::holds_alternative<EnterPin>(action) || std::holds_alternative<TurnPage>(action);
  }

  void lock(const char* what) {
    s_.playing.clear();
    s_.show_id = s_.show_viewers = false;
    forget_pin();
    if (s_.locked) return;
    s_.locked = true;
    if (!world_.staff.needed || !world_.staff.signed_in) return;
    // With the key goes what it opened; what was written stays for the same person.
    s_.sign_in = {};
    s_.sign_in.id = s_.owner;
    s_.served.reset();
    s_.served_earlier.clear();
    s_.opening.clear();
    s_.transferring = s_.withdrawing = false;
    commands_.push_back(SignOut{what});
  }

  // -- signing in -----------------------------------------------------------------------------------------------------------

  void forget_pin() {
    std::fill(s_.sign_in.pin.begin(), s_.sign_in.pin.end(), '\0');
    s_.sign_in.pin.clear();
  }

  void follow_sign_in() {
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

  void take_desk(const StaffWho& who) {
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

  void on(const PickPerson& a) {
    forget_pin();
    s_.sign_in.id = a.id;
    s_.sign_in.seen = s_.sign_in.request;
  }
  void on(const PinDigits& a) {
    for (const char c : a.digits)
      if (c >= '0' && c <= '9' && s_.sign_in.pin.size() < 12) s_.sign_in.pin += c;
  }
  void on(const PinBack&) {
    if (s_.sign_in.pin.empty()) return;
    s_.sign_in.pin.back() = '\0';
    s_.sign_in.pin.pop_back();
  }
  void on(const EnterPin&) {
    SignInPage& page = s_.sign_in;
    if (page.id.empty() || page.pin.size() < 6 || world_.staff.asking || (page.not_before && now_ < *page.not_before)) return;
    page.request = next_request();
    page.not_before.reset();
    commands_.push_back(SignIn{page.request, page.id, page.pin});
    forget_pin();
  }
  void on(const LeaveDesk&) {
    if (world_.staff.needed) lock("out");
  }

  // -- conflict of interest ---------------------------------------------------------------------------------------------------

  void on(const OpenWithdraw&) {
    if (!s_.serving || s_.serving->matter.empty() || !world_.staff.signed_in) return;
    s_.withdrawing = !s_.withdrawing;
    s_.transferring = false;
    s_.withdraw_reason.clear();
    std::erase_if(s_.problems, [](const Problem& p) { return p.field == "withdraw_reason"; });
  }
  void on(const WithdrawGo&) {
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

  void leave_serving() {
    if (s_.serving && !s_.serving->ticket.number.empty()) s_.released[s_.serving->ticket.number] = now_;
    s_.serving.reset();
    s_.served.reset();
    s_.served_earlier.clear();
    s_.problems.clear();
    s_.transferring = s_.show_id = s_.show_viewers = s_.withdrawing = false;
    s_.withdraw_reason.clear();
    s_.transfer_to.clear();
    s_.transfer_reason.clear();
    s_.pages.erase("statement");
    s_.pages.erase("expanded");
    s_.pages.erase("attachments");
    s_.playing.clear();
    s_.transcribing.clear();
  }

  void serve(Ticket ticket, MatterId matter, bool confirmed) {
    leave_serving();
    s_.released.erase(ticket.number);
    s_.looking.clear();
    ticket.state = TicketState::Called;
    ticket.desk = s_.seat.origin;
    s_.serving = Serving{std::move(ticket), std::move(matter), world_.now, confirmed};
  }

  // -- what comes back ----------------------------------------------------------------------------------------------------

  void follow() {
    settle_waiting();
    follow_serving();
    follow_form();
    open_wanted();
  }

  void settle_waiting() {
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

  void next_or_rest() {
    std::vector<Command> after = std::move(s_.waiting->after);
    const std::string press = s_.waiting->press;
    s_.waiting.reset();
    if (!after.empty()) {
      Command first = std::move(after.front());
      after.erase(after.begin());
      send(press, std::move(first), std::move(after));
    }
  }

  void stated() {
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

  void queue_done(const sync::QueueAsk& ask, const sync::QueueAnswer& answer) {
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

  void filed(const Outcome& outcome) {
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

  void follow_serving() {
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

  /// Do not make them type it again (need.md 4.5): the application starts with what the citizen already said.
  void fill_draft(const Matter& matter) {
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

  void follow_form() {
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

  void open_wanted() {
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

  // -- presses: the queue ---------------------------------------------------------------------------------------------------

  void on(const News&) {}
  void on(const CallNext&) {
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
  void on(const CallTicket& a) {
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
  void on(const ReadTicket& a) {
    s_.show_id = s_.show_viewers = false;
    s_.pages.erase("statement");
    s_.pages.erase("expanded");
    s_.playing.clear();
    s_.transcribing.clear();
    s_.looking = s_.serving && s_.serving->ticket.number == a.ticket ? "" : a.ticket;
    if (!s_.looking.empty() && !listed(s_.looking)) s_.looking.clear();
  }
  void simple(const char* press, QueueOp op) {
    if (!s_.serving || s_.serving->ticket.number.empty() || repeated(press)) return;
    send(press, ask(op, s_.serving->ticket.number));
  }
  void on(const Recall&) { simple("recall", QueueOp::Recall); }
  void on(const Missed&) { simple("missed", QueueOp::Missed); }
  void on(const Hold&) {
    if (s_.serving && s_.serving->ticket.number.empty()) return leave_serving();  // opened by number: put away, draft kept
    simple("hold", QueueOp::Hold);
  }

  void on(const OpenTransfer&) {
    if (!s_.serving || s_.serving->ticket.number.empty()) return;
    s_.transferring = !s_.transferring;
    s_.problems.clear();
  }
  void on(const TransferTo& a) {
    if (s_.transferring) s_.transfer_to = a.window;
  }
  void on(const TransferGo&) {
    if (!s_.serving || !s_.transferring || repeated("transfer")) return;
    Checks checks;
    if (s_.transfer_to.empty()) checks.add("transfer_to", tr("请选转到哪里"));
    const std::string reason = checks.text("transfer_reason", s_.transfer_reason, tr("请写明为什么转"));
    s_.problems = checks.problems;
    if (!s_.problems.empty()) return;
    send("transfer", moved(s_.transfer_to, reason));
  }
  /// The hub keeps the time of issue, so the person keeps the place.
  QueueCommand moved(const WindowCode& to, const std::string& reason) {
    QueueCommand move = ask(QueueOp::Move, s_.serving->ticket.number);
    move.ask.to_window = to;
    move.ask.reason = reason;
    return move;
  }

  // -- presses: the record ----------------------------------------------------------------------------------------------------

  void on(const Finish&) {
    if (!s_.serving || busy()) return;
    if (s_.waiting && std::holds_alternative<QueueCommand>(s_.waiting->command) && repeated("finish")) return;
    Draft& d = *draft();
    const bool bare = s_.serving->matter.empty();
    const bool sealed = s_.serving->ticket.sealed || (s_.served && s_.served->sealed);
    const std::string& staff = s_.seat.staff;
    Checked checked;
    std::vector<Command> after;
    WindowCode move_to;
    std::string move_reason;
    if (s_.seat.role == Role::Lawyer && !bare && !sealed) {
      if (!(untouched(d.lawyer) && s_.served && s_.served->consulted)) {
        checked = check_lawyer(d.lawyer, staff, law_, today_);
        if (d.lawyer.outcome == ConsultOutcome::ToMediation) move_to = window_mediation, move_reason = tr("律师建议先调解");
        if (d.lawyer.outcome == ConsultOutcome::BackToReception) move_to = window_reception, move_reason = tr("律师转回接待");
      }
    } else if (s_.seat.role == Role::Mediator && !bare && !sealed) {
      checked = finish_mediation(d.mediator);
    } else if (s_.seat.role == Role::Reception && !bare) {
      if (!(untouched(d.reception) && s_.served && s_.served->disposed)) {
        checked = check_reception(d.reception, staff, law_.rules, today_);
        if (d.reception.overriding) move_to = d.reception.window, move_reason = trimmed(d.reception.override_reason);
      }
    }
    if (!move_to.empty() && !law_.rules.window(move_to)) checked.problems.push_back({"outcome", tr("本厅没有这个窗口")});
    s_.problems = checked.problems;
    if (!s_.problems.empty()) return;
    const std::string number = s_.serving->ticket.number;
    if (!number.empty()) after.push_back(move_to.empty() ? Command{ask(QueueOp::End, number)} : Command{moved(move_to, move_reason)});
    if (checked.fact) return state("finish", std::move(*checked.fact), std::move(after));
    if (after.empty()) {
      s_.drafts.erase(draft_key(*s_.serving));
      return leave_serving();
    }
    Command first = std::move(after.front());
    send("finish", std::move(first));
  }

  /// F10 at the mediation room: an outcome that is filled in is stated; a step that is half written is pointed at.
  Checked finish_mediation(const MediatorDraft& d) {
    const Mediation state = s_.served ? s_.served->mediation : Mediation{};
    Checked checked;
    if (mediation_over(state)) return checked;
    const int step = mediation_step(state);
    if (d.outcome && step >= 3) return check_mediation(d, "outcome", state, s_.seat.staff, today_);
    if (step == 1) checked.problems.push_back({"application", tr("申请还没记下；不调解请转窗")});
    if (step == 2 && !d.refusing.empty()) checked.problems.push_back({"refuse." + d.refusing, tr("再按一次才算记下")});
    if (step == 3 && !trimmed(d.mediators).empty()) checked.problems.push_back({"mediators", tr("这一步还没记下")});
    if (step >= 4 && !trimmed(d.notes).empty()) checked.problems.push_back({"notes", tr("这一步还没记下")});
    return checked;
  }

  /// The same words again keep their request id, so that a lost acknowledgement states nothing twice.
  void state(const std::string& press, Fact fact, std::vector<Command> after) {
    StateFact command{s_.serving->matter, std::move(fact), ""};
    if (s_.waiting)
      if (const auto* before = std::get_if<StateFact>(&s_.waiting->command);
          before && before->matter == command.matter && encode_fact(before->fact) == encode_fact(command.fact))
        command.request = before->request;
    const bool again = !command.request.empty();
    if (!again) command.request = next_request();
    send(press, std::move(command), std::move(after));
    s_.waiting->stale = again;
  }

  void on(const StatePart& a) {
    if (!s_.serving || s_.serving->matter.empty() || busy()) return;
    MediatorDraft& d = draft()->mediator;
    const Mediation now = s_.served ? s_.served->mediation : Mediation{};
    if (mediation_over(now) && !(a.part == "application" && may_apply_again(now))) return;  // 人民调解法 17: nothing is reopened here
    if (a.part.starts_with("refuse.")) {
      const std::string party = a.part.substr(7);
      if (d.refusing != party) {
        d.refusing = party;
        return;
      }
    }
    Checked checked = check_mediation(d, a.part, now, s_.seat.staff, today_);
    s_.problems = checked.problems;
    if (!s_.problems.empty() || !checked.fact) return;
    state(a.part, std::move(*checked.fact), {});
  }
  void on(const ShowStep& a) {
    if (Draft* d = draft()) d->mediator.step = a.step;
  }

  std::string* text_at(const std::string& field) {
    if (field == "number") return &s_.number;
    if (field == "transfer_reason") return &s_.transfer_reason;
    if (field == "withdraw_reason") return &s_.withdraw_reason;
    if (field.starts_with("form.")) return form_text(field.substr(5));
    Draft* d = draft();
    if (!d) return nullptr;
    LawyerDraft& l = d->lawyer;
    MediatorDraft& m = d->mediator;
    ReceptionDraft& r = d->reception;
    if (field == "transcript") return s_.transcribing.empty() ? nullptr : &d->transcripts[s_.transcribing].text;
    if (field.starts_with("limit.")) return &l.starts[field.substr(6)];
    const std::pair<std::string_view, std::string*> table[] = {
        {"facts", &l.facts},          {"law", &l.law},           {"advice", &l.advice},       {"applicant", &m.applicant},
        {"respondent", &m.respondent},{"dispute", &m.dispute},   {"claim", &m.claim},         {"mediators", &m.mediators},
        {"held_at", &m.held_at},      {"notes", &m.notes},       {"terms", &m.terms},         {"amount", &m.amount},
        {"perform_by", &m.perform_by},{"perform_way", &m.perform_way}, {"effective", &m.effective}, {"remark", &m.remark},
        {"to_unit", &r.to_unit},      {"reason", &r.reason},     {"report_by", &r.report_by}, {"override_reason", &r.override_reason}};
    for (const auto& [name, at] : table)
      if (name == field) return at;
    return nullptr;
  }
  std::string* form_text(const std::string& field) {
    if (!s_.form || s_.form->receipt) return nullptr;
    Form& f = *s_.form;
    Petition& p = f.petition;
    const std::pair<std::string_view, std::string*> table[] = {
        {"petitioner.name", &p.petitioner.name},     {"petitioner.number", &p.petitioner.number},
        {"petitioner.phone", &p.petitioner.phone},   {"petitioner.address", &p.petitioner.address},
        {"filer.name", &p.filer.name},               {"filer.number", &p.filer.number},
        {"authority", &p.authority},                 {"head_count", &f.head_count},
        {"representatives", &f.representatives},     {"request", &p.statement.request},
        {"facts", &p.statement.facts},               {"reasons", &p.statement.reasons},
        {"place", &p.statement.place},               {"party_complained_of", &p.statement.party_complained_of}};
    for (const auto& [name, at] : table)
      if (name == field) return at;
    return nullptr;
  }
  void written(const std::string& field) {
    std::erase_if(s_.problems, [&](const Problem& p) { return p.field == field; });
    if (!s_.form || !field.starts_with("form.")) return;
    std::erase_if(s_.form->problems, [&](const Problem& p) { return p.field == field; });
    s_.form->leaving = false;
    // XFTL 19.1: what staff write from speech is an oral statement, recorded as said and read back.
    if (field == "form.request" || field == "form.facts" || field == "form.reasons") {
      s_.form->petition.statement.oral = true;
      s_.form->read_back = false;
    }
  }
  void on(const Typed& a) {
    std::string* at = text_at(a.field);
    if (!at || *at == a.text) return;
    *at = a.text;
    if (a.field == "transcript") draft()->transcripts[s_.transcribing].read_back = false;  // other words were read to them
    written(a.field);
  }
  void on(const Insert& a) {
    std::string* at = text_at(a.field);
    if (!at || at->find(a.text) != std::string::npos) return;
    const bool one = a.field == "transfer_reason" || a.field == "withdraw_reason";
    if (!at->empty() && !at->ends_with('\n') && !one) *at += '\n';
    if (one) at->clear();
    *at += a.text;
    written(a.field);
  }

  void on(const Picked& a) {
    if (a.field.starts_with("form.")) return form_picked(a.field.substr(5), a.value);
    Draft* d = draft();
    if (!d) return;
    if (a.field == "path") d->lawyer.path = static_cast<LegalPath>(a.value);
    if (a.field == "outcome") d->lawyer.outcome = static_cast<ConsultOutcome>(a.value);
    if (a.field == "ending") d->mediator.outcome = static_cast<MediationOutcome>(a.value);
    if (a.field == "chosen_by") d->mediator.chosen_by = a.value == 0 ? "parties" : "committee";
    if (a.field == "tab") d->reception.overriding = a.value == 1, d->reception.recoding = a.value == 2;
    if (a.field == "code_reason") d->reception.code_reason = a.value;
    if (a.field == "disposition") d->reception.disposition = static_cast<Disposition>(a.value), d->reception.later = false;
    if (a.field == "override_path") d->reception.path = static_cast<LegalPath>(a.value);
    if (a.field == "tab" || a.field == "disposition" || a.field == "ending") s_.problems.clear();
    written(a.field);
  }
  void form_picked(const std::string& field, int value) {
    if (!s_.form || s_.form->receipt) return;
    Form& f = *s_.form;
    Petition& p = f.petition;
    if (field == "kind") p.kind = static_cast<MatterKind>(value);
    if (field == "document") p.petitioner.document = static_cast<DocumentKind>(value);
    if (field == "filing_as") p.filing_as = static_cast<FilingAs>(value);
    if (field == "priority") f.priority = static_cast<Priority>(value);
    if (field == "counterparty") {
      const auto picked = static_cast<Counterparty>(value);
      p.answers.counterparty = p.answers.counterparty == picked ? Counterparty::Unknown : picked;
    }
    if (field == "topic" && value >= 0 && static_cast<std::size_t>(value) < law_.rules.topics.size()) {
      const TopicInfo& topic = law_.rules.topics[static_cast<std::size_t>(value)];
      p.topic = p.topic == topic.code ? "" : topic.code;
      if (!p.topic.empty()) p.kind = topic.kind;
    }
    if (field.starts_with("answer."))
      for (const Question& q : questions())
        if (field.substr(7) == q.name) {
          Answer& at = p.answers.*q.member;
          at = at == static_cast<Answer>(value) ? Answer::Unasked : static_cast<Answer>(value);
        }
    f.chosen.clear();  // the proposal may be another one now
    written("form." + field);
  }
  void on(const PickedWindow& a) {
    if (a.field == "form" && s_.form) s_.form->chosen = a.window;
    if (Draft* d = draft(); d && a.field == "override") {
      d->reception.window = a.window;
      written("override");
    }
  }
  void on(const Toggled& a) {
    if (a.field == "read_back" && s_.form) {
      s_.form->read_back = !s_.form->read_back;
      written("form.read_back");
      return;
    }
    Draft* d = draft();
    if (!d) return;
    if (a.field == "transcript" && !s_.transcribing.empty()) {
      bool& back = d->transcripts[s_.transcribing].read_back;
      back = !back;
    }
    if (a.field == "identity") d->lawyer.identity_checked = !d->lawyer.identity_checked;
    if (a.field == "id_seen") d->reception.id_seen = !d->reception.id_seen;
    if (a.field == "told") toggle(d->lawyer.told, a.name);
    if (a.field == "rights") toggle(d->mediator.rights, a.name);
    if (a.field == "no_amount") d->mediator.no_amount = !d->mediator.no_amount;
    if (a.field == "oral") d->mediator.oral = !d->mediator.oral;
    if (a.field == "held_now") d->mediator.held_at = iso_minute(world_.now), written("held_at");
    if (a.field == "later") {
      d->reception.later = !d->reception.later;
      d->reception.disposition.reset();
      s_.problems.clear();
    }
    written(a.field == "no_amount" ? "amount" : a.field);
  }

  // -- presses: recordings ------------------------------------------------------------------------------------------------------

  const Attached* recording(const std::string& hash) const {
    if (!s_.serving || !s_.served || !s_.looking.empty()) return nullptr;
    for (const Attachment& a : s_.served->attachments)
      if (a.what.hash == hash && !a.what.sealed && a.what.kind == attached_statement) return &a.what;
    return nullptr;
  }
  void on(const Play& a) {
    if (s_.playing == a.attachment) return s_.playing.clear();
    const auto here = world_.attachments.find(a.attachment);
    if (recording(a.attachment) == nullptr || here == world_.attachments.end() || !here->second.bytes) return;
    s_.playing = a.attachment;
  }
  void on(const PlayEnded& a) {
    s_.playing.clear();
    if (!a.heard) s_.notice = tr("没有声音设备，请找管理员");
  }
  void on(const Transcribe& a) {
    std::erase_if(s_.problems, [](const Problem& p) { return p.field == "transcript"; });
    if (s_.transcribing == a.attachment || recording(a.attachment) == nullptr) return s_.transcribing.clear();
    s_.transcribing = a.attachment;
  }
  void on(const StateTranscript&) {
    if (s_.transcribing.empty() || recording(s_.transcribing) == nullptr || busy()) return;
    Checked checked = check_transcript(draft()->transcripts[s_.transcribing], s_.transcribing, s_.seat.staff);
    s_.problems = checked.problems;
    if (checked.fact) state("transcript", std::move(*checked.fact), {});
  }

  // -- presses: pages, other matters, the form ---------------------------------------------------------------------------------

  void on(const TurnPage& a) {
    int& page = s_.pages[a.list];
    page = std::max(0, page + a.by);
    if (a.list == "expanded") s_.pages.erase("statement");  // other pages, other cuts
  }
  void on(const OpenNumber&) {
    std::erase_if(s_.problems, [](const Problem& p) { return p.field == "number"; });
    if (s_.serving) {
      s_.notice = tr("先办完手上的事项");
      return;
    }
    const auto number = canonical_matter_id(s_.number);
    if (!number) {
      s_.problems.push_back({"number", tr("编号不对，请对着小票再输")});
      return;
    }
    s_.number.clear();
    s_.opening.clear();
    serve({}, *number, true);
  }
  void on(const TakeCall& a) {
    if (s_.form && !s_.form->receipt) return;
    const auto& calls = world_.help_calls;
    const auto at = std::find_if(calls.begin(), calls.end(), [&](const sync::HelpCall& c) { return c.id == a.id; });
    if (at == calls.end() || at->done || (!at->taken_by.empty() && at->taken_by != s_.seat.origin)) return;
    Form form;
    form.help_id = at->id;
    form.from = at->place;
    if (auto petition = read_draft(at->draft)) form.petition = std::move(*petition);
    form.petition.helper = s_.seat.staff;
    form.head_count = std::to_string(std::max(1, form.petition.head_count));
    for (const Identity& r : form.petition.representatives) form.representatives += (form.representatives.empty() ? "" : "、") + r.name;
    s_.form = std::move(form);
    commands_.push_back(TakeHelp{a.id});
  }
  void on(const WalkIn&) {
    if (s_.form && !s_.form->receipt) return;
    Form form;
    form.from = s_.seat.place;
    form.petition.input = InputWay::Desk;
    form.petition.helper = s_.seat.staff;
    form.petition.statement.oral = true;
    s_.form = std::move(form);
  }
  void on(const FormPage& a) {
    if (s_.form) s_.form->page = std::clamp(a.page, 0, 1);
  }
  void on(const FileForm&) {
    if (!s_.form || s_.form->receipt || busy()) return;
    Form& form = *s_.form;
    form.problems = check_form(form, s_.seat.staff, law_.rules);
    if (!form.problems.empty()) return show_problem_page();
    const bool again = !form.request.empty();
    if (!again) form.request = next_request();
    FileMatter file;
    file.request = form.request;
    file.petition = petition_of(form, s_.seat.staff);
    file.chosen = form.chosen;
    file.by = ChosenBy::Staff;
    file.priority = form.priority;
    file.notice_version = s_.seat.notice_version;
    file.help_id = form.help_id;
    send("form.file", std::move(file));
    s_.waiting->stale = again;
  }
  /// Turns to the page where something is to be mended, unless the page that is open has some.
  void show_problem_page() {
    const auto page_of = [](const Problem& p) {
      for (const std::string_view field : {"form.request", "form.facts", "form.reasons", "form.place", "form.party_complained_of", "form.read_back", "form.chosen"})
        if (p.field == field) return 1;
      return 0;
    };
    Form& form = *s_.form;
    if (std::none_of(form.problems.begin(), form.problems.end(), [&](const Problem& p) { return page_of(p) == form.page; }))
      form.page = page_of(form.problems.front());
  }
  void on(const LeaveForm&) {
    if (!s_.form || (busy() && s_.waiting->press == "form.file")) return;
    const Statement& words = s_.form->petition.statement;
    const bool empty = words.request.empty() && words.facts.empty() && words.reasons.empty() && s_.form->petition.petitioner.name.empty();
    if (!s_.form->receipt && !empty && !s_.form->leaving) {
      s_.form->leaving = true;
      return;
    }
    s_.form.reset();
    if (s_.waiting && s_.waiting->press == "form.file") s_.waiting.reset();
  }
  void on(const PrintSlip&) {
    if (s_.form && s_.form->receipt) commands_.push_back(PrintReceipt{s_.form->receipt->request});
    else if (world_.replaced) commands_.push_back(PrintReceipt{world_.replaced->request});
  }
  void on(const GiveCode&) {
    if (!s_.serving || s_.serving->matter.empty() || s_.seat.role != Role::Reception || busy()) return;
    const ReceptionDraft& d = draft()->reception;
    s_.problems.clear();
    if (!d.id_seen) s_.problems.push_back({"id_seen", tr("请先核对身份证")});
    if (!d.code_reason) s_.problems.push_back({"code_reason", tr("请选为什么换")});
    if (!s_.problems.empty()) return;
    if (repeated("code")) return;
    send("code", ReplaceCode{next_request(), s_.serving->matter, s_.seat.staff, std::string(words_of(code_reasons(), *d.code_reason))});
  }
  void on(const CodeGiven&) {
    if (!world_.replaced) return;
    commands_.push_back(ForgetCode{});
    if (Draft* d = draft()) d->reception.recoding = d->reception.id_seen = false, d->reception.code_reason.reset();
  }
  void on(const ShowId&) { s_.show_id = !s_.show_id; }
  void on(const ShowViewers&) { s_.show_viewers = !s_.show_viewers; }
  void on(const Lock&) { lock("locked"); }
  void on(const Unlock&) { s_.locked = false; }

  DeskSession s_;
  const Snapshot& world_;
  const Law& law_;
  Tick now_;
  Date today_;
  std::vector<Command> commands_;
};

}  // namespace

DeskStep update(DeskSession session, const DeskAction& action, const Snapshot& world, const Law& law, Tick now) {
  return Stepper(std::move(session), world, law, now).run(action);
}

bool signing_in(const DeskSession& session, const Snapshot& world) { return session.locked && world.staff.needed; }

std::string draft_key(const Serving& serving) {
  return serving.matter.empty() ? serving.ticket.number + "@" + iso(hall_day(serving.ticket.issued)) : serving.matter;
}

const Draft& draft_of(const DeskSession& session) {
  if (!session.serving) return no_draft;
  const auto at = session.drafts.find(draft_key(*session.serving));
  return at == session.drafts.end() ? no_draft : at->second;
}

std::vector<Ticket> waiting_tickets(const DeskSession& session, const Snapshot& world) {
  std::vector<Ticket> out;
  for (const Ticket& ticket : world.tickets)
    if (ticket.state == TicketState::Waiting && !session.released.contains(ticket.number) &&
        !(session.serving && session.serving->ticket.number == ticket.number))
      out.push_back(ticket);
  return out;
}

const Problem* problem_at(const std::vector<Problem>& problems, std::string_view field) {
  const auto at = std::find_if(problems.begin(), problems.end(), [&](const Problem& p) { return p.field == field; });
  return at == problems.end() ? nullptr : &*at;
}

Shown shown(const DeskSession& session, const Snapshot& world) {
  Shown out;
  if (!session.looking.empty()) {
    for (const Ticket& ticket : world.tickets)
      if (ticket.number == session.looking) out.ticket = &ticket;
    if (out.ticket) {
      out.sealed = out.ticket->sealed;
      if (!out.sealed && world.open && !out.ticket->matter.empty() && world.open->id == out.ticket->matter) {
        out.matter = &*world.open;
        out.earlier = &world.earlier;
        out.sealed = world.open->sealed;
      }
      return out;
    }
  }
  if (!session.serving) return out;
  out.ticket = &session.serving->ticket;
  out.served = true;
  out.sealed = session.serving->ticket.sealed || (session.served && session.served->sealed);
  if (session.served && !out.sealed) {
    out.matter = &*session.served;
    out.earlier = &session.served_earlier;
  }
  return out;
}

// ---- limitation cards ------------------------------------------------------------------------------------------------------

}  // namespace yizhan::kiosk::desk
