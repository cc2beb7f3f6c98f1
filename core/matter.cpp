#include "core/matter.h"

#include <algorithm>
#include <tuple>

#include "core/text.h"
#include "core/tr.h"

namespace yizhan {

namespace {

/// An event with its fact, when it can be read here, and its two places in time.
struct Stated {
  const Event* event = nullptr;
  std::optional<Fact> fact;
  Time order{};  ///< wall time, but never going back within one origin: a clock set back must not reorder one author
  Time shown{};  ///< order, but never before what the law puts first
  int rank = 0;

  template <class T>
  const T* as() const {
    return fact ? std::get_if<T>(&*fact) : nullptr;
  }
};

/// The lawful order (law.md 3.8). Side lines have no place of their own: they never come before the registration.
int rank_of(std::string_view type) {
  static constexpr std::string_view chain[] = {"filed",    "routed",   "ticket_issued", "receipt_printed",
                                               "*",        "disposed", "transferred",   "accepted",
                                               "extended", "answered", "served"};
  if (type == "not_accepted") type = "accepted";
  const auto found = std::find(std::begin(chain), std::end(chain), type);
  return static_cast<int>((found == std::end(chain) ? std::find(std::begin(chain), std::end(chain), "*") : found) -
                          std::begin(chain));
}
constexpr int rank_sideline = 4, rank_last = 10;

bool by_order(const Stated& a, const Stated& b) { return std::tie(a.order, a.event->id) < std::tie(b.order, b.event->id); }

/// Every event of the matter once, with its fact, in the order of time. Nothing here depends on the order of arrival.
std::vector<Stated> arrange(const MatterId& id, std::span<const Event> events) {
  std::vector<const Event*> all;
  for (const Event& event : events)
    if (event.matter == id) all.push_back(&event);
  // The copy with a body first; of two histories the smaller hash, only so that everybody picks the same one.
  std::sort(all.begin(), all.end(), [](const Event* a, const Event* b) {
    return std::make_tuple(std::cref(a->id), !a->body, std::cref(a->hash)) <
           std::make_tuple(std::cref(b->id), !b->body, std::cref(b->hash));
  });
  all.erase(std::unique(all.begin(), all.end(), [](const Event* a, const Event* b) { return a->id == b->id; }), all.end());

  std::vector<Stated> stated;
  stated.reserve(all.size());
  for (const Event* event : all) {
    Stated s{event, std::nullopt, event->at, {}, rank_of(event->type)};
    if (auto fact = fact_of(*event)) s.fact = std::move(*fact);
    if (!stated.empty() && stated.back().event->id.origin == event->id.origin) s.order = std::max(s.order, stated.back().order);
    stated.push_back(std::move(s));
  }
  std::optional<Time> first[rank_last + 1];
  for (const Stated& s : stated) {
    auto& at = first[s.rank];
    at = at ? std::min(*at, s.order) : s.order;
  }
  for (Stated& s : stated) {
    s.shown = s.order;
    for (int r = 0; r < s.rank; ++r)
      if (r != rank_sideline && first[r]) s.shown = std::max(s.shown, *first[r]);
  }
  std::sort(stated.begin(), stated.end(), by_order);
  return stated;
}

void add_once(std::vector<std::string>& list, std::string words) {
  if (std::find(list.begin(), list.end(), words) == list.end()) list.push_back(std::move(words));
}

// ---- tickets ---------------------------------------------------------------------------------------------------------

/// A ticket while its queue operations are applied.
struct Running {
  Ticket ticket;
  bool by_offline = false;       ///< the last applied operation was stated without the hub
  std::set<std::string> losers;  ///< desks whose call came second: their operations do not count
};

void apply(Running& running, const Queued& op, Time at, std::vector<std::string>& conflicts) {
  Ticket& ticket = running.ticket;
  const bool ended = ticket.state == TicketState::Ended;
  const bool held_elsewhere = ticket.state == TicketState::Called && ticket.desk != op.desk;
  if (op.op == QueueOp::Call) {
    // Operations of the hub are in one line and never contradict each other. A call stated without the hub can: the earlier
    // one counts, the later one is kept and shown to a person.
    if ((ended || held_elsewhere) && (op.offline || running.by_offline)) {
      add_once(conflicts,
               ticket.number + "：" + printable(op.place) + "又叫了" + printable(ticket.place) + "的号，以先叫的为准");
      running.losers.insert(op.desk);
      return;
    }
    if (ticket.state != TicketState::Called || ticket.desk != op.desk) ticket.calls = 0;
    running.losers.erase(op.desk);
    ticket.state = TicketState::Called;
    ticket.desk = op.desk;
    ticket.place = op.place;
    ticket.called = at;
    ++ticket.calls;
  } else {
    if (ended || running.losers.contains(op.desk)) return;
    switch (op.op) {
      case QueueOp::Call:
        break;
      case QueueOp::Recall:
        ticket.called = at;
        ++ticket.calls;
        break;
      case QueueOp::Missed:
        ticket.state = TicketState::Missed;
        break;
      case QueueOp::Hold:
        ticket.state = TicketState::OnHold;
        break;
      case QueueOp::Resume:
        ticket.state = TicketState::Waiting;
        break;
      case QueueOp::Move:
        ticket.moved_from = ticket.window;
        ticket.window = op.to_window;
        ticket.state = TicketState::Waiting;
        ticket.desk.clear();
        ticket.place.clear();
        ticket.called = {};
        ticket.calls = 0;
        break;
      case QueueOp::End:
        ticket.state = TicketState::Ended;
        break;
    }
  }
  running.by_offline = op.offline;
}

std::vector<Ticket> tickets_of(const MatterId& id, const std::vector<Stated>& stated, std::vector<std::string>& conflicts) {
  std::vector<Running> all;
  bool sealed = false;
  for (const Stated& s : stated) {
    if (const auto* filed = s.as<Filed>()) sealed |= !filed->sealed.empty() && filed->key_set == 0;
    if (const auto* routed = s.as<Routed>()) sealed |= routed->ruling.sealed;
    if (const auto* issued = s.as<TicketIssued>()) {
      Running running;
      running.ticket = {issued->ticket,
                        id,
                        issued->window,
                        issued->priority,
                        s.event->at,
                        s.event->id.origin,
                        {},
                        {},
                        {},
                        {},
                        0,
                        issued->topic,
                        false,
                        {}};
      all.push_back(std::move(running));
    }
  }
  std::set<std::pair<std::string, std::string>> seen;  // (desk, request): the same press counts once
  for (const Stated& s : stated) {
    const auto* op = s.as<Queued>();
    if (!op || (!op->request.empty() && !seen.emplace(op->desk, op->request).second)) continue;
    // A number comes again every day: an operation means the ticket of its own day.
    const auto same = [&](const Running& r) {
      return r.ticket.number == op->ticket && hall_day(r.ticket.issued) == hall_day(s.event->at);
    };
    auto found = std::find_if(all.begin(), all.end(), same);
    if (found == all.end())
      found = std::find_if(all.begin(), all.end(), [&](const Running& r) { return r.ticket.number == op->ticket; });
    if (found != all.end()) apply(*found, *op, s.event->at, conflicts);
  }
  std::vector<Ticket> tickets;
  for (Running& running : all) {
    running.ticket.sealed = sealed;
    tickets.push_back(std::move(running.ticket));
  }
  return tickets;
}

// ---- mediation -------------------------------------------------------------------------------------------------------

void mediate(Mediation& m, const Stated& s, std::vector<std::string>& conflicts) {
  using State = MediationState;
  const bool refused = m.state == State::Refused;
  const auto ended_before = [&] {
    return refused || m.state == State::Agreed || m.state == State::Failed || m.state == State::Withdrawn;
  };
  // 人民调解法 17: a party that clearly refuses ends it for good, whatever is stated afterwards and by whom.
  const auto too_late = [&] { add_once(conflicts, refused ? "一方已明确拒绝，调解不能再进行" : "调解已结束，又有新的记录"); };

  if (const auto* applied = s.as<MediationApplied>()) {
    if (refused || m.state == State::Agreed) return too_late();
    if (ended_before()) m = Mediation{};  // failed or withdrawn: one may ask again
    if (m.state == State::None) m.state = State::Applied;
    m.application = *applied;
  } else if (const auto* consent = s.as<MediationConsent>()) {
    if (!consent->agrees) {
      if (m.state == State::Agreed || m.state == State::Failed || m.state == State::Withdrawn) too_late();
      if (m.state != State::Agreed) m.state = State::Refused;
      m.consents[consent->party] = false;
    } else if (ended_before()) {
      too_late();
    } else {
      m.consents[consent->party] = true;
      if (m.state != State::InSession && m.consents.size() >= 2) m.state = State::Consented;
    }
  } else if (const auto* chosen = s.as<MediatorsChosen>()) {
    if (ended_before()) return too_late();
    m.mediators = chosen->mediators;
  } else if (const auto* session = s.as<MediationSession>()) {
    m.sessions.push_back(*session);  // kept in any case: it was held, or at least written down
    if (ended_before()) return too_late();
    m.state = State::InSession;
  } else if (const auto* ended = s.as<MediationEnded>()) {
    if (refused) {
      if (ended->outcome == MediationOutcome::Refused)
        m.ended = *ended;
      else
        too_late();
      return;
    }
    if (ended_before() && m.ended && m.ended->outcome != ended->outcome) too_late();
    m.ended = *ended;
    m.state = ended->outcome == MediationOutcome::Agreed    ? State::Agreed
              : ended->outcome == MediationOutcome::Failed  ? State::Failed
              : ended->outcome == MediationOutcome::Refused ? State::Refused
                                                            : State::Withdrawn;
  }
}

// ---- the dated list ----------------------------------------------------------------------------------------------------

std::string unit_or(const std::string& unit, std::string_view otherwise, bool sealed) {
  // XFTL 30: of a sealed matter not even the unit that has it is said aloud.
  return unit.empty() || sealed ? std::string(otherwise) : std::string(first_characters(printable(unit), 20));
}

std::string window_words(const WindowCode& window) {
  if (window == window_lawyer) return mark("律师窗口");
  if (window == window_mediation) return mark("调解窗口");
  if (window == window_reception) return mark("接待窗口");
  return mark("部门窗口");
}

bool by_desk(const Origin& origin) { return device_of(origin).size() == 10 && origin[7] == 'D'; }

/// What a citizen reads about one event; "" for what is no news to them. Without the body the type alone speaks.
std::string line_words(const Stated& s, bool sealed) {
  const std::string& type = s.event->type;
  if (type == "filed") return mark("已登记");
  if (type == "routed") {
    const auto* routed = s.as<Routed>();
    return routed && !sealed ? "已分到" + window_words(routed->chosen) : "已分到窗口";
  }
  if (type == "ticket_issued") {
    const auto* issued = s.as<TicketIssued>();
    return issued ? "已取号 " + printable(issued->ticket) : "已取号";
  }
  if (type == "queued") {
    const auto* op = s.as<Queued>();
    if (!op) return mark("窗口排队有变化");
    switch (op->op) {
      case QueueOp::Call:
        return mark("窗口已叫号");
      case QueueOp::Recall:
        return mark("窗口再次叫号");
      case QueueOp::Missed:
        return mark("叫号时未到");
      case QueueOp::Hold:
        return mark("暂缓办理，号保留");
      case QueueOp::Resume:
        return mark("继续排队");
      case QueueOp::Move:
        return sealed ? "已转到其他窗口" : "已转到" + window_words(op->to_window);
      case QueueOp::End:
        return mark("窗口接待结束");
    }
  }
  if (type == "route_overridden") return mark("工作人员调整了窗口");
  if (type == "consulted") {
    const auto* consulted = s.as<Consulted>();
    if (consulted && !sealed) switch (consulted->outcome) {
        case ConsultOutcome::GuidedToCourt:
          return mark("律师已接待，建议走法院途径");
        case ConsultOutcome::GuidedToArbitration:
          return mark("律师已接待，建议申请仲裁");
        case ConsultOutcome::GuidedToReconsideration:
          return mark("律师已接待，建议申请行政复议");
        case ConsultOutcome::GuidedToLegalAid:
          return mark("律师已接待，建议申请法律援助");
        case ConsultOutcome::BackToReception:
          return mark("律师已接待，转回接待窗口");
        case ConsultOutcome::ToMediation:
          return mark("律师已接待，转到调解窗口");
        case ConsultOutcome::AdviceOnly:
          break;
      }
    return mark("律师已接待");
  }
  if (type == "mediation_applied") return mark("已申请调解");
  if (type == "mediation_consent") {
    const auto* consent = s.as<MediationConsent>();
    return !consent ? "已征求调解意见" : consent->agrees ? "一方同意调解" : "一方不同意调解";
  }
  if (type == "mediators_chosen") return mark("已确定调解员");
  if (type == "mediation_session") return mark("进行了一次调解");
  if (type == "mediation_ended") {
    const auto* ended = s.as<MediationEnded>();
    if (ended) switch (ended->outcome) {
        case MediationOutcome::Agreed:
          return mark("调解达成协议");
        case MediationOutcome::Failed:
          return mark("调解未达成协议");
        case MediationOutcome::Withdrawn:
          return mark("调解申请已撤回");
        case MediationOutcome::Refused:
          return mark("一方不同意，调解结束");
      }
    return mark("调解已结束");
  }
  if (type == "disposed") {
    const auto* disposed = s.as<Disposed>();
    if (disposed && !sealed) switch (disposed->disposition) {
        case Disposition::TransferredSameLevel:
        case Disposition::TransferredDown:
          return "已提出转送" + unit_or(disposed->to_unit, "有关单位", sealed);
        case Disposition::Assigned:
          return "已提出交办" + unit_or(disposed->to_unit, "有关单位", sealed);
        case Disposition::GuidedToJudicial:
          return mark("已引导走司法途径");
        case Disposition::SentToDiscipline:
          break;  // XFTL 30: where it went is not said
        case Disposition::NotAccepted:
          return mark("不予受理，可到窗口问原因");
        case Disposition::DuplicateInProcess:
          return mark("同一事项已在办理中");
        case Disposition::NoLongerAccepted:
          return mark("不再受理，可到窗口问原因");
      }
    return mark("信访部门已作出处理");
  }
  if (type == "transcribed") return sealed ? "" : mark("口述已由工作人员记录");
  if (type == "rated") return mark("您已评价");
  if (type == "transferred") {
    const auto* t = s.as<Transferred>();
    if (!t) return mark("县里已转送");
    return (t->report_by.empty() ? "县里已转送" : "县里已交办") + unit_or(t->to_unit, "有关单位", sealed);
  }
  if (type == "accepted") {
    const auto* accepted = s.as<Accepted>();
    return unit_or(accepted ? accepted->unit : "", "单位", sealed) + "已受理";
  }
  if (type == "not_accepted") {
    const auto* refused = s.as<NotAccepted>();
    return unit_or(refused ? refused->unit : "", "单位", sealed) + "不予受理";
  }
  if (type == "extended") {
    const auto* extended = s.as<Extended>();
    return extended ? "办理延期" + std::to_string(extended->days) + "日" : "办理已延期";
  }
  if (type == "answered") {
    const auto* answered = s.as<Answered>();
    return unit_or(answered ? answered->unit : "", "单位", sealed) + "已答复，请到窗口领取";
  }
  if (type == "served") return mark("答复已送达");
  if (type == "code_replaced") return by_desk(s.event->id.origin) ? mark("查询码已在窗口换新，旧码作废") : "";
  return "";  // who looked, whether paper came out, and types of a newer version are no news for the citizen
}

/// Two envelopes never have the same bytes: of a disposition whose words are sealed only what is readable is compared.
bool says_the_same(const Stated& a, const Stated& b) {
  if (a.event->type != b.event->type) return false;
  const auto* one = a.as<Disposed>();
  const auto* other = b.as<Disposed>();
  if (one == nullptr || other == nullptr || (one->words.empty() && other->words.empty())) return a.event->body_hash == b.event->body_hash;
  return one->disposition == other->disposition && one->report_by == other->report_by && one->staff == other->staff;
}

/// Two authors said different things where only one may speak.
void note_contradictions(const std::vector<Stated>& stated, std::vector<std::string>& conflicts) {
  static constexpr std::pair<std::string_view, std::string_view> single[] = {
      {"disposed", "处理意见"}, {"mediation_ended", "调解结果"}, {"transferred", "转送"},
      {"accepted", "受理"},     {"not_accepted", "受理"},        {"answered", "答复"},
      {"served", "送达"}};
  for (const auto& [type, name] : single) {
    const Stated* before = nullptr;
    for (const Stated& s : stated) {
      const bool same_question = s.event->type == type || (name == "受理" && rank_of(s.event->type) == rank_of(type));
      if (!same_question) continue;
      if (before && before->event->id.origin != s.event->id.origin && !says_the_same(*before, s))
        add_once(conflicts, std::string(name) + "有两种说法：" + before->event->id.origin + "、" + s.event->id.origin);
      before = &s;
    }
  }
}

}  // namespace

WindowCode Matter::window() const {
  if (overridden) return overridden->window;
  if (ticket && !ticket->moved_from.empty()) return ticket->window;
  if (routed) return routed->chosen;
  return ticket ? ticket->window : WindowCode();
}

Matter fold(const MatterId& id, std::span<const Event> events) {
  Matter m;
  m.id = id;
  std::vector<Stated> stated = arrange(id, events);

  // A matter is registered once, by the device whose name its number carries; anything else is shown to a person.
  const Stated* filing = nullptr;
  const auto rightful = [&](const Stated& s) { return id.starts_with(device_of(s.event->id.origin) + "-"); };
  for (const Stated& s : stated) {
    if (s.event->type != "filed") continue;
    if (filing) add_once(m.conflicts, "同一编号登记了两次：" + filing->event->id.origin + "、" + s.event->id.origin);
    if (!filing || (!rightful(*filing) && rightful(s))) filing = &s;
  }
  bool disposed = false, accepted = false, refused = false, extended = false, answered = false, served = false;
  if (filing) {
    m.filed_at = filing->event->at;
    m.filed_by = filing->event->id.origin;
    if (const auto* filed = filing->as<Filed>()) {
      m.petition = filed->petition;
      m.sealed = !filed->sealed.empty() && filed->key_set == 0;
      m.closed = !filed->sealed.empty() && filed->key_set > 0 && !filed->petition;
      m.key_set = filed->key_set;
      m.supplements = filed->supplements;
      m.query_tag = filed->query_tag;
      m.status_public = filed->status_public;
    }
  }
  for (const Stated& s : stated) {
    const std::string& type = s.event->type;
    if (const auto* f = s.as<Routed>()) {
      m.routed = *f;
      m.sealed |= f->ruling.sealed;
    } else if (const auto* o = s.as<RouteOverridden>()) {
      m.overridden = *o;
    } else if (const auto* c = s.as<Consulted>()) {
      m.consulted = *c;
    } else if (const auto* d = s.as<Disposed>()) {
      m.disposed = *d;
    } else if (const auto* t = s.as<Transferred>()) {
      m.transferred = *t;
    } else if (const auto* a = s.as<Accepted>()) {
      m.accepted = *a;
      m.not_accepted.reset();  // the county may correct itself; its last word counts
    } else if (const auto* n = s.as<NotAccepted>()) {
      m.not_accepted = *n;
      m.accepted.reset();
    } else if (const auto* e = s.as<Extended>()) {
      m.extended = *e;
    } else if (const auto* w = s.as<Answered>()) {
      m.answered = *w;
    } else if (const auto* v = s.as<Served>()) {
      m.served = *v;
    } else if (const auto* r = s.as<Rated>()) {
      m.rated = *r;
    } else if (const auto* attached = s.as<Attached>()) {
      const auto same = [&](const Attachment& one) { return one.what.hash == attached->hash; };
      if (std::none_of(m.attachments.begin(), m.attachments.end(), same)) m.attachments.push_back({*attached, s.event->id, s.event->at});
    } else if (const auto* sign = s.as<Signed>()) {
      m.signatures.push_back({*sign, s.event->at, std::nullopt});
    } else if (const auto* drawn = s.as<NameDrawn>()) {
      m.names[drawn->place] = *drawn;
    } else if (const auto* transcribed = s.as<Transcribed>()) {
      m.transcripts.push_back({*transcribed, s.event->at});
    } else if (const auto* replaced = s.as<CodeReplaced>()) {
      // Only a window gives a new code, after looking at the card; a kiosk that says so is not believed.
      if (by_desk(s.event->id.origin)) {
        m.query_tag = replaced->query_tag;
        m.status_public = replaced->status_public;
      }
    } else if (const auto* looked = s.as<Viewed>()) {
      m.viewed.push_back({s.event->at, s.event->id.origin, type, printable(looked->staff)});
    } else if (const auto* queued = s.as<Queued>()) {
      if (queued->op == QueueOp::Move) m.moved_why = queued->reason.starts_with(envelope_begins) ? std::string{} : printable(queued->reason);
    } else if (const auto* closed = s.as<SealedFact>()) {
      m.closed_types.insert(closed->type);
    } else {
      mediate(m.mediation, s, m.conflicts);
    }
    // The type is in the header: how far a matter is shows even where its bodies may not be read.
    disposed |= type == "disposed" || type == "transferred";
    if (type == "accepted") accepted = true, refused = false;
    if (type == "not_accepted") refused = true, accepted = false;
    extended |= type == "extended";
    answered |= type == "answered";
    served |= type == "served";
  }
  if (m.petition && !m.signatures.empty()) {
    const std::string text = text_hash(*m.petition);
    for (Signature& signature : m.signatures) {
      signature.fits = signature.what.text_hash == text;
      if (!*signature.fits) add_once(m.conflicts, mark("签名对应的内容与登记的不一致"));
    }
  }
  const bool turned_away = m.disposed && (m.disposed->disposition == Disposition::NotAccepted ||
                                          m.disposed->disposition == Disposition::NoLongerAccepted);
  m.state = !filing       ? MatterState::Draft
            : served      ? MatterState::Served
            : answered    ? MatterState::OpinionIssued
            : refused     ? MatterState::NotAccepted
            : extended    ? MatterState::InHandling
            : accepted    ? MatterState::Accepted
            : turned_away ? MatterState::NotAccepted
            : disposed    ? MatterState::Disposed
                          : MatterState::Registered;

  auto tickets = tickets_of(id, stated, m.conflicts);
  if (!tickets.empty()) m.ticket = std::move(tickets.back());
  note_contradictions(stated, m.conflicts);

  std::sort(stated.begin(), stated.end(), [](const Stated& a, const Stated& b) {
    return std::tie(a.shown, a.rank, a.event->id) < std::tie(b.shown, b.rank, b.event->id);
  });
  for (const Stated& s : stated)
    if (std::string words = line_words(s, m.sealed); !words.empty())
      m.lines.push_back({s.event->at, s.event->id.origin, s.event->type, std::move(words)});
  return m;
}

void Hall::add(const Event& event) {
  if (event.matter.empty()) return;
  auto& list = events_[event.matter];
  const auto place =
      std::lower_bound(list.begin(), list.end(), event, [](const Event& a, const Event& b) { return a.id < b.id; });
  if (place != list.end() && place->id == event.id) {
    // The same choice as fold makes, whichever copy came first.
    if (std::make_tuple(!event.body, std::cref(event.hash)) >= std::make_tuple(!place->body, std::cref(place->hash))) return;
    *place = event;
  } else {
    list.insert(place, event);
  }
  // Only these can change a ticket; refolding tickets alone keeps "call next" quick with a full hall.
  if (event.type != "ticket_issued" && event.type != "queued" && event.type != "filed" && event.type != "routed") return;
  std::vector<std::string> conflicts;
  auto tickets = tickets_of(event.matter, arrange(event.matter, list), conflicts);
  if (tickets.empty()) return;
  for (const Ticket& ticket : tickets) issued_on_[hall_day(ticket.issued)].insert(event.matter);
  tickets_[event.matter] = std::move(tickets);
}

Matter Hall::matter(const MatterId& id) const {
  const auto found = events_.find(id);
  return found == events_.end() ? fold(id, {}) : fold(id, found->second);
}

std::vector<Ticket> Hall::tickets(Date day) const {
  std::vector<Ticket> queue;
  if (const auto matters = issued_on_.find(day); matters != issued_on_.end())
    for (const MatterId& id : matters->second)
      for (const Ticket& ticket : tickets_.at(id))
        if (hall_day(ticket.issued) == day) queue.push_back(ticket);
  std::sort(queue.begin(), queue.end(), [](const Ticket& a, const Ticket& b) {
    const bool a_later = a.priority == Priority::Normal, b_later = b.priority == Priority::Normal;
    return std::tie(a_later, a.issued, a.number, a.matter) < std::tie(b_later, b.issued, b.number, b.matter);
  });
  return queue;
}

std::optional<Ticket> Hall::ticket(std::string_view number, Date day) const {
  const auto queue = tickets(day);
  const auto found = std::find_if(queue.begin(), queue.end(), [&](const Ticket& t) { return t.number == number; });
  if (found == queue.end()) return std::nullopt;
  return *found;
}

std::string_view word(MatterState state) {
  static constexpr std::string_view words[] = {"Draft",      "Registered",    "Disposed", "NotAccepted", "Accepted",
                                               "InHandling", "OpinionIssued", "Served",   "Closed"};
  return words[static_cast<std::size_t>(state)];
}

std::optional<MatterState> matter_state(std::string_view said) {
  for (int state = 0; state <= static_cast<int>(MatterState::Closed); ++state)
    if (word(static_cast<MatterState>(state)) == said) return static_cast<MatterState>(state);
  return std::nullopt;
}

std::string_view chinese(MatterState state) {
  static constexpr std::string_view words[] = {"未登记", "已登记", "已转办", "不予受理", "已受理",
                                               "办理中", "已答复", "已送达", "已办结"};
  return words[static_cast<std::size_t>(state)];
}

}  // namespace yizhan
