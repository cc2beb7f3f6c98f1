/// Halls made up for the tests of the stations: people, texts and units are invented.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "core/router.h"
#include "kiosk/desk/desk.h"
#include "kiosk/messages.h"

namespace stations {

using namespace yizhan;
using namespace yizhan::kiosk;
namespace dk = yizhan::kiosk::desk;

inline Time at(std::string_view day, int hour, int minute) {
  return Time{*parse_date(day)} + std::chrono::hours{hour - 8} + std::chrono::minutes{minute};  // hall time, UTC+8
}
inline Time morning() { return at("2026-11-20", 9, 47); }
inline Tick tick(int ms) { return Tick{Span{ms}}; }

inline RuleBook rules() {
  RuleBook book;
  book.jurisdiction = "national";
  book.name = "全国";
  book.valid_from = *parse_date("2022-05-01");
  const auto term = [&](const char* id, int amount, const char* label, const char* law, const char* number, bool promised = false,
                        Whose whose = Whose::OurDuty, Unit unit = Unit::CalendarDays) {
    Term t;
    t.id = id, t.amount = amount, t.label = label, t.basis = {law, number}, t.promised = promised, t.whose = whose, t.unit = unit;
    book.terms.push_back(std::move(t));
  };
  term("dispose", 15, "转送、告知", "信访工作条例", "22(1)");
  term("promise_dispose", 5, "受理答复", "本县承诺", "1", true);
  term("handle", 60, "办理", "信访工作条例", "34");
  term("confirmation", 30, "司法确认", "民事诉讼法", "205", false, Whose::CitizensRight);
  term("arbitration", 365, "劳动仲裁", "劳动争议调解仲裁法", "27", false, Whose::CitizensRight);
  term("administrative_review", 60, "行政复议", "行政复议法", "20", false, Whose::CitizensRight);
  book.rep_limits = {{0, 5}};
  book.windows = {{"LAW", "律师窗口", "A", "1号律师窗口", "律师当面解答", true, {}, {}, {}, {}},
                  {"MED", "调解室", "B", "调解室", "双方坐下来谈", true, {}, {}, {}, {}},
                  {"PET", "综合接待", "C", "3号接待窗口", "登记、转办", true, {}, {}, {}, {}}};
  const auto topic = [&](const char* code, const char* name, const char* icon, WindowCode desk) {
    TopicInfo t;
    t.code = code, t.name = name, t.icon = icon, t.desk = std::move(desk);
    book.topics.push_back(std::move(t));
  };
  topic("wages", "拖欠工资", "wages", "PET");
  topic("neighbour", "邻里纠纷", "neighbours", "MED");
  topic("land", "征地拆迁", "land", "PET");
  topic("housing", "住房物业", "house", "PET");
  topic("judgment", "官司判决", "scales", "LAW");
  topic("other", "其他", "question", "PET");
  Rule last;
  last.id = "rest";
  last.path = LegalPath::Petition;
  last.window = "PET";
  last.alternatives = {"LAW", "MED"};
  last.basis = {"信访工作条例", "22(1)"};
  last.because = "先登记，由接待看该谁办";
  book.rules = {last};
  return book;
}

inline WorkCalendar calendar() {
  WorkCalendar c;
  c.years = {2026, 2027};
  return c;
}

inline const MatterId wages_id = make_matter_id("440583-K03", *parse_date("2026-11-20"), 12);

inline Petition wages() {
  Petition p;
  p.topic = "wages";
  p.petitioner = {"罗大顺", DocumentKind::ResidentId, "110105197001010011", "13800000000", "云栖县青石镇"};
  p.statement.request = "付清工资18600元，最好在春节前付到我的银行卡上。";
  p.statement.facts = "去年九月到今年六月在锦绣家园工地做木工，讲好每天260元。包工头付了一部分，还欠18600元，打过三次电话，都说没钱。有考勤本和微信记录。";
  p.statement.reasons = "活干完了，钱该给。一起干活的还有4个人，也都没拿到。";
  p.statement.place = "云栖县锦绣家园工地";
  p.statement.party_complained_of = "宏达劳务队";
  p.answers.counterparty = Counterparty::Employer;
  p.answers.decided = Answer::No;
  p.answers.in_proceedings = Answer::No;
  return p;
}

inline Matter matter(const MatterId& id, Petition petition) {
  Matter m;
  m.id = id;
  m.state = MatterState::Registered;
  m.filed_at = at("2026-11-20", 9, 21);
  m.filed_by = "440583-K03";
  m.petition = std::move(petition);
  Routed routed;
  routed.ruling.window = "LAW";
  routed.ruling.path = LegalPath::Arbitration;
  routed.ruling.alternatives = {"MED", "PET"};
  routed.ruling.reasons = {{"arbitration", {"信访工作条例", "31(2)"}, "欠薪可以先申请仲裁", "仲裁不收费"}};
  routed.ruling.rulebook = "national 2022-05-01";
  routed.chosen = "LAW";
  m.routed = std::move(routed);
  m.lines = {{m.filed_at, m.filed_by, "filed", "已登记"}};
  return m;
}

inline Ticket ticket(std::string number, WindowCode window, Time issued, MatterId id = "", std::string topic = "") {
  Ticket t;
  t.number = std::move(number);
  t.window = std::move(window);
  t.issued = issued;
  t.issued_by = "440583-K03";
  t.matter = std::move(id);
  t.topic = std::move(topic);
  return t;
}

/// A lawyer's morning: four waiting, one missed; nobody called yet.
inline Snapshot hall() {
  Snapshot w;
  w.center = "云栖县信访超市";
  w.place = "1号律师窗口";
  w.now = morning();
  w.hub_online = w.county_online = true;
  w.served_today = 11;
  w.minutes_average = 14;
  w.tickets = {ticket("A012", "LAW", at("2026-11-20", 9, 21), wages_id, "wages"),
               ticket("A013", "LAW", at("2026-11-20", 9, 29), make_matter_id("440583-K03", *parse_date("2026-11-20"), 13), "judgment"),
               ticket("A014", "LAW", at("2026-11-20", 9, 36), make_matter_id("440583-K03", *parse_date("2026-11-20"), 14), "land"),
               ticket("A015", "LAW", at("2026-11-20", 9, 41), make_matter_id("440583-K03", *parse_date("2026-11-20"), 15), "housing"),
               ticket("A009", "LAW", at("2026-11-20", 9, 2), make_matter_id("440583-K03", *parse_date("2026-11-20"), 9), "neighbour")};
  w.tickets[2].priority = Priority::Disabled;
  w.tickets[3].moved_from = "MED";
  w.tickets[4].state = TicketState::Missed;
  w.tickets[4].called = at("2026-11-20", 9, 20);
  w.tickets[4].calls = 2;
  return w;
}

inline dk::Seat seat(dk::Role role) {
  dk::Seat s;
  s.role = role;
  s.run = "r1";
  s.notice_version = "2026-11";
  if (role == dk::Role::Lawyer) s.origin = "440583-D01", s.staff = "陈明远 律师", s.place = "1号律师窗口", s.windows = {"LAW"};
  if (role == dk::Role::Mediator) s.origin = "440583-D02", s.staff = "何秀兰 调解员", s.place = "调解室", s.windows = {"MED"};
  if (role == dk::Role::Reception) s.origin = "440583-D03", s.staff = "周小满", s.place = "3号接待窗口", s.windows = {"PET"};
  return s;
}

/// The machine with its world, and an engine that answers as a hub that is well would.
struct Station {
  dk::DeskSession session;
  Snapshot world = hall();
  RuleBook book = rules();
  WorkCalendar days = calendar();
  Tick now = tick(0);
  std::vector<Command> commands;  ///< everything the machine asked for, in order
  bool answering = true;
  std::string refuse_code;  ///< why the store gives no new query code; "" it does

  explicit Station(dk::Role role) { session.seat = seat(role); }

  void press(const dk::DeskAction& action) {
    const std::size_t before = commands.size();
    step(action);
    if (answering) answer_from(before);
  }
  void step(const dk::DeskAction& action) {
    dk::DeskStep next = dk::update(std::move(session), action, world, dk::Law{book, days}, now);
    session = std::move(next.session);
    for (Command& command : next.commands) commands.push_back(std::move(command));
  }
  void news() { press(dk::News{}); }

  template <class T>
  std::vector<T> sent() const {
    std::vector<T> out;
    for (const Command& command : commands)
      if (const T* one = std::get_if<T>(&command)) out.push_back(*one);
    return out;
  }
  /// The last fact of a kind the desk stated.
  template <class F>
  const F* stated() const {
    for (auto it = commands.rbegin(); it != commands.rend(); ++it)
      if (const auto* fact = std::get_if<StateFact>(&*it))
        if (const F* one = std::get_if<F>(&fact->fact)) return one;
    return nullptr;
  }
  Ticket* find(const std::string& number) {
    for (Ticket& t : world.tickets)
      if (t.number == number) return &t;
    return nullptr;
  }

  void answer_from(std::size_t index) {
    for (; index < commands.size(); ++index) {
      reply(commands[index]);
      step(dk::News{});
    }
  }
  void reply(const Command& command) {
    if (const auto* queue = std::get_if<QueueCommand>(&command)) {
      const sync::QueueAsk& ask = queue->ask;
      world.answer_request = ask.request;
      world.answer_error.reset();
      sync::QueueAnswer answer;
      Ticket* t = find(ask.ticket);
      if (ask.op == QueueOp::Call && ask.ticket.empty())
        for (Ticket& one : world.tickets)
          if (one.state == TicketState::Waiting) {
            t = &one;
            break;
          }
      if (t) {
        answer = {t->number, t->matter, ""};
        if (ask.op == QueueOp::Call) t->state = TicketState::Called, t->desk = ask.desk, t->place = ask.place, t->called = world.now, ++t->calls;
        if (ask.op == QueueOp::Missed) t->state = TicketState::Missed, t->desk.clear();
        if (ask.op == QueueOp::Hold) t->state = TicketState::OnHold, t->desk.clear();
        if (ask.op == QueueOp::End) t->state = TicketState::Ended;
        if (ask.op == QueueOp::Move) std::erase_if(world.tickets, [number = t->number](const Ticket& one) { return one.number == number; });
      }
      world.answer = answer;
    }
    if (const auto* open = std::get_if<OpenMatter>(&command)) {
      if (!world.open || world.open->id != open->matter) world.open = matter(open->matter, wages());
    }
    if (const auto* fact = std::get_if<StateFact>(&command)) {
      world.stated_request = fact->request;
      if (world.open && world.open->id == fact->matter) apply(*world.open, fact->fact);
    }
    if (const auto* code = std::get_if<ReplaceCode>(&command)) {
      if (refuse_code.empty()) world.replaced = Replaced{code->request, code->matter, "4837291600215532"};
      else world.outcome = Outcome{code->request, {}, {{"code", refuse_code}}, {}};
    }
    if (std::holds_alternative<ForgetCode>(command)) world.replaced.reset();
    if (const auto* file = std::get_if<FileMatter>(&command)) {
      Outcome outcome;
      outcome.request = file->request;
      Receipt r;
      r.request = file->request;
      r.matter = make_matter_id("440583-D03", *parse_date("2026-11-20"), 1);
      r.query_code = "483729160021553";
      r.ticket = "C901";
      r.window = file->chosen.empty() ? "PET" : file->chosen;
      r.window_name = "综合接待", r.place = "3号接待窗口", r.ahead = 2, r.minutes = 20, r.at = world.now;
      outcome.receipt = r;
      world.outcome = outcome;
    }
  }
  /// What the fold does with the facts of a desk.
  static void apply(Matter& m, const Fact& fact) {
    if (const auto* f = std::get_if<Consulted>(&fact)) m.consulted = *f;
    if (const auto* f = std::get_if<Disposed>(&fact)) m.disposed = *f;
    if (const auto* f = std::get_if<RouteOverridden>(&fact)) m.overridden = *f;
    if (const auto* f = std::get_if<Transcribed>(&fact)) m.transcripts.push_back({*f, m.filed_at});
    if (const auto* f = std::get_if<MediationApplied>(&fact)) m.mediation.application = *f, m.mediation.state = MediationState::Applied;
    if (const auto* f = std::get_if<MediationConsent>(&fact)) {
      m.mediation.consents[f->party] = f->agrees;
      if (!f->agrees) m.mediation.state = MediationState::Refused;
      else if (m.mediation.state == MediationState::Applied && m.mediation.consents.size() == 2) m.mediation.state = MediationState::Consented;
    }
    if (const auto* f = std::get_if<MediatorsChosen>(&fact)) m.mediation.mediators = f->mediators;
    if (const auto* f = std::get_if<MediationSession>(&fact)) m.mediation.sessions.push_back(*f), m.mediation.state = MediationState::InSession;
    if (const auto* f = std::get_if<MediationEnded>(&fact)) {
      m.mediation.ended = *f;
      m.mediation.state = f->outcome == MediationOutcome::Agreed ? MediationState::Agreed : f->outcome == MediationOutcome::Failed ? MediationState::Failed : MediationState::Withdrawn;
    }
  }

  // what a careful lawyer writes
  void write_consultation() {
    step(dk::Typed{"facts", "工资欠条和考勤可以互相印证。"});
    step(dk::Typed{"law", "劳动争议调解仲裁法第二十七条。"});
    step(dk::Picked{"path", static_cast<int>(LegalPath::Arbitration)});
    step(dk::Typed{"advice", "先申请劳动仲裁，总包单位一并列入。"});
    step(dk::Toggled{"told", "path"});
    step(dk::Picked{"outcome", static_cast<int>(ConsultOutcome::GuidedToArbitration)});
  }
  const dk::Draft& draft() const { return dk::draft_of(session); }
};

}  // namespace stations
