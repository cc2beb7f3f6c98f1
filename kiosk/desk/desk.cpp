// One step of the desk, the plumbing all presses use, and what can be asked about a session.
#include <algorithm>

#include "core/text.h"
#include "kiosk/desk/desk_impl.h"

namespace yizhan::kiosk::desk {
namespace {

const Draft no_draft{};

}  // namespace

DeskStep Stepper::run(const DeskAction& action) {
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

bool Stepper::repeated(const std::string& press) {
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

void Stepper::send(std::string press, Command command, std::vector<Command> after) {
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

std::string Stepper::request_of(const Command& command) {
  if (const auto* queue = std::get_if<QueueCommand>(&command)) return queue->ask.request;
  if (const auto* fact = std::get_if<StateFact>(&command)) return fact->request;
  if (const auto* file = std::get_if<FileMatter>(&command)) return file->request;
  if (const auto* code = std::get_if<ReplaceCode>(&command)) return code->request;
  return {};
}

QueueCommand Stepper::ask(QueueOp op, const std::string& ticket) {
  sync::QueueAsk ask;
  ask.op = op;
  ask.request = next_request();
  ask.desk = s_.seat.origin;
  ask.place = s_.seat.place;
  ask.ticket = ticket;
  if (op == QueueOp::Call) ask.windows = s_.seat.windows;
  return {std::move(ask)};
}

const Ticket* Stepper::listed(const std::string& number) const {
  const auto at = std::find_if(world_.tickets.begin(), world_.tickets.end(), [&](const Ticket& t) { return t.number == number; });
  return at == world_.tickets.end() ? nullptr : &*at;
}

Draft* Stepper::draft() {
  if (!s_.serving) return nullptr;
  return &s_.drafts[draft_key(*s_.serving)];
}

bool Stepper::opens(const DeskAction& action) const {
  if (!world_.staff.needed) return std::holds_alternative<Unlock>(action);
  return std::holds_alternative<PickPerson>(action) || std::holds_alternative<PinDigits>(action) || std::holds_alternative<PinBack>(action) ||
         std::holds_alternative<EnterPin>(action) || std::holds_alternative<TurnPage>(action);
}

void Stepper::lock(const char* what) {
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

void Stepper::leave_serving() {
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

void Stepper::serve(Ticket ticket, MatterId matter, bool confirmed) {
  leave_serving();
  s_.released.erase(ticket.number);
  s_.looking.clear();
  ticket.state = TicketState::Called;
  ticket.desk = s_.seat.origin;
  s_.serving = Serving{std::move(ticket), std::move(matter), world_.now, confirmed};
}

// -- questions about a session ------------------------------------------------------------------------------------------

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

}  // namespace yizhan::kiosk::desk
