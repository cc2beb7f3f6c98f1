#include <algorithm>

#include "core/matter.h"
#include "support.h"

using namespace yizhan;
using namespace yizhan::test;

namespace {

bool same(const Matter& a, const Matter& b) {
  const auto lines = [](const Matter& m) {
    std::string all;
    for (const Line& l : m.lines) all += std::to_string(l.at.time_since_epoch().count()) + l.by + l.type + l.words + "\n";
    for (const std::string& c : m.conflicts) all += c + "\n";
    return all;
  };
  const auto ticket = [](const Matter& m) {
    if (!m.ticket) return std::string("none");
    const Ticket& t = *m.ticket;
    return t.number + t.window + t.desk + t.place + t.moved_from + std::to_string(static_cast<int>(t.state)) +
           std::to_string(t.calls) + std::to_string(t.issued.time_since_epoch().count()) +
           std::to_string(t.called.time_since_epoch().count());
  };
  return a.state == b.state && a.filed_at == b.filed_at && a.filed_by == b.filed_by && a.sealed == b.sealed &&
         lines(a) == lines(b) && ticket(a) == ticket(b) && a.mediation.state == b.mediation.state && a.window() == b.window() &&
         a.petition.has_value() == b.petition.has_value() && a.accepted.has_value() == b.accepted.has_value() &&
         a.not_accepted.has_value() == b.not_accepted.has_value();
}

struct Story {
  Author k{kiosk}, d1{desk1}, d2{desk2}, h{hall_hub}, c{county};
  std::vector<Event> events;
  void filed(Time at = ten()) {
    events.push_back(k.say(a_matter, Filed{sample_petition(), "", "tag", "", "", ""}, at));
    Routed routed;
    routed.ruling.window = routed.chosen = "LAW";
    events.push_back(k.say(a_matter, routed, at));
    events.push_back(k.say(a_matter, TicketIssued{"A012", "LAW", Priority::Normal, "wages"}, at));
  }
  void hub(QueueOp op, const Origin& desk, Time at, const WindowCode& to = "") {
    events.push_back(h.say(a_matter, Queued{op, "A012", desk, "窗口" + desk.substr(7), to, "", "", false}, at));
  }
  void offline(Author& author, QueueOp op, const Origin& desk, Time at) {
    events.push_back(author.say(a_matter, Queued{op, "A012", desk, "窗口" + desk.substr(7), "", "", "", true}, at));
  }
  Matter fold() const { return yizhan::fold(a_matter, events); }
};

std::string words(const Matter& m) {
  std::string all;
  for (const Line& line : m.lines) all += line.words + "\n";
  return all;
}

}  // namespace

TEST_CASE("shuffling, repeating and stripping events never changes what the same facts mean", "[fold]") {
  Dice dice(5);
  const Origin origins[] = {kiosk, desk1, desk2, hall_hub, county};
  for (int round = 0; round < 200; ++round) {
    std::vector<Author> authors(std::begin(origins), std::end(origins));
    std::vector<Event> events;
    for (std::size_t n = 5 + dice.below(25); n > 0; --n) {
      const std::size_t who = dice.below(authors.size());
      Fact fact = dice.fact();
      // Few numbers, few desks and few minutes, so that they really meet.
      if (auto* t = std::get_if<TicketIssued>(&fact)) t->ticket = dice.yes() ? "A001" : "A002";
      if (auto* q = std::get_if<Queued>(&fact)) q->ticket = dice.yes() ? "A001" : "A002", q->desk = dice.yes() ? desk1 : desk2;
      events.push_back(authors[who].say(a_matter, fact, ten(static_cast<int>(dice.below(6)))));
      if (dice.below(5) == 0) events.back().body.reset();
    }
    const Matter first = fold(a_matter, events);
    Hall ordered;
    for (const Event& e : events) ordered.add(e);
    for (int again = 0; again < 5; ++again) {
      std::vector<Event> mixed = events;
      for (const Event& e : events)
        if (dice.yes()) mixed.push_back(e);
      std::shuffle(mixed.begin(), mixed.end(), dice.rng());
      REQUIRE(same(fold(a_matter, mixed), first));
      Hall hall;
      for (const Event& e : mixed) hall.add(e);
      REQUIRE(same(hall.matter(a_matter), first));
      const auto left = hall.tickets(hall_day(ten())), right = ordered.tickets(hall_day(ten()));
      REQUIRE(left.size() == right.size());
      for (std::size_t i = 0; i < left.size(); ++i) {
        REQUIRE(left[i].number == right[i].number);
        REQUIRE(left[i].state == right[i].state);
        REQUIRE(left[i].desk == right[i].desk);
      }
    }
  }
}

TEST_CASE("a matter goes its lawful way, and the list tells it in that order", "[fold][XFTL22]") {
  Story s;
  s.filed();
  CHECK(s.fold().state == MatterState::Registered);
  CHECK(s.fold().window() == "LAW");
  s.hub(QueueOp::Call, desk1, ten(3));
  s.events.push_back(s.d1.say(
      a_matter, Consulted{"值班", true, "", "", LegalPath::Arbitration, {}, "", ConsultOutcome::GuidedToArbitration, {}},
      ten(9)));
  s.hub(QueueOp::End, desk1, ten(10));
  s.events.push_back(s.c.say(a_matter, Transferred{"县样板局", ""}, ten(60)));
  CHECK(s.fold().state == MatterState::Disposed);
  // The county's clock is an hour behind: acceptance is still told after the transfer, and both keep their own time.
  s.events.push_back(s.c.say(a_matter, Accepted{"县样板局", "2026-11-20"}, ten(-30)));
  CHECK(s.fold().state == MatterState::Accepted);
  s.events.push_back(s.c.say(a_matter, Extended{20, "局长", "情况复杂"}, ten(90)));
  CHECK(s.fold().state == MatterState::InHandling);
  s.events.push_back(s.c.say(a_matter, Answered{"县样板局", Opinion::Support, "样〔2026〕1号", ""}, ten(95)));
  CHECK(s.fold().state == MatterState::OpinionIssued);
  s.events.push_back(s.c.say(a_matter, Served{"2026-11-21", "当面"}, ten(99)));
  const Matter m = s.fold();
  CHECK(m.state == MatterState::Served);
  CHECK(m.conflicts.empty());
  CHECK(words(m) ==
        "已登记\n已分到律师窗口\n已取号 "
        "A012\n窗口已叫号\n律师已接待，建议申请仲裁\n窗口接待结束\n县里已转送县样板局\n县样板局已受理\n办理延期20日\n"
        "县样板局已答复，请到窗口领取\n答复已送达\n");
}

TEST_CASE("headers alone still tell how far a matter is", "[fold]") {
  Story s;
  s.filed();
  s.hub(QueueOp::Call, desk1, ten(3));
  s.events.push_back(s.c.say(a_matter, Transferred{"县样板局", ""}, ten(60)));
  s.events.push_back(s.c.say(a_matter, Accepted{"县样板局", "2026-11-20"}, ten(61)));
  for (Event& e : s.events) e.body.reset();
  const Matter m = s.fold();
  CHECK(m.state == MatterState::Accepted);
  CHECK_FALSE(m.ticket);
  CHECK_FALSE(m.petition);
  CHECK(words(m) == "已登记\n已分到窗口\n已取号\n窗口排队有变化\n县里已转送\n单位已受理\n");
}

TEST_CASE("the county's last word counts, and two authors of one fact are shown to a person", "[fold]") {
  Story s;
  s.filed();
  s.events.push_back(s.c.say(a_matter, NotAccepted{"县样板局", "不属于"}, ten(5)));
  CHECK(s.fold().state == MatterState::NotAccepted);
  s.events.push_back(s.c.say(a_matter, Accepted{"县样板局", "2026-11-20"}, ten(6)));
  CHECK(s.fold().state == MatterState::Accepted);
  CHECK_FALSE(s.fold().not_accepted);
  CHECK(s.fold().conflicts.empty());
  s.events.push_back(s.d1.say(a_matter, NotAccepted{"另一局", ""}, ten(7)));
  CHECK(s.fold().conflicts.size() == 1);
}

TEST_CASE("nothing is counted before the registration is known", "[fold]") {
  Story s;
  s.events.push_back(s.c.say(a_matter, NotAccepted{"县样板局", ""}, ten(5)));
  CHECK(s.fold().state == MatterState::Draft);
  CHECK(fold(a_matter, {}).state == MatterState::Draft);
}

TEST_CASE("a number is registered by the device whose name it carries", "[fold]") {
  Story s;
  Author stranger("440583-K01");
  s.events.push_back(stranger.say(a_matter, Filed{std::nullopt, "", "false tag", "", "", ""}, ten(-5)));
  s.filed();
  const Matter m = s.fold();
  CHECK(m.filed_by == kiosk);
  CHECK(m.query_tag == "tag");
  CHECK(m.conflicts.size() == 1);
}

TEST_CASE("a ticket is called, missed, held, moved and ended", "[fold][queue]") {
  Story s;
  s.filed();
  CHECK(s.fold().ticket->state == TicketState::Waiting);
  s.hub(QueueOp::Call, desk1, ten(1));
  s.hub(QueueOp::Recall, desk1, ten(2));
  auto t = *s.fold().ticket;
  CHECK(t.state == TicketState::Called);
  CHECK(t.calls == 2);
  CHECK(t.called == ten(2));
  CHECK(t.desk == desk1);
  s.hub(QueueOp::Missed, desk1, ten(3));
  CHECK(s.fold().ticket->state == TicketState::Missed);
  s.hub(QueueOp::Call, desk2, ten(4));
  CHECK(s.fold().ticket->desk == desk2);
  s.hub(QueueOp::Hold, desk2, ten(5));
  CHECK(s.fold().ticket->state == TicketState::OnHold);
  s.hub(QueueOp::Resume, desk2, ten(6));
  CHECK(s.fold().ticket->state == TicketState::Waiting);
  s.hub(QueueOp::Move, desk2, ten(7), "MED");
  const Matter moved = s.fold();
  CHECK(moved.ticket->window == "MED");
  CHECK(moved.ticket->moved_from == "LAW");
  CHECK(moved.ticket->issued == ten());  // the place in the queue is kept
  CHECK(moved.window() == "MED");
  s.hub(QueueOp::Call, desk1, ten(8));
  s.hub(QueueOp::End, desk1, ten(9));
  s.hub(QueueOp::Recall, desk1, ten(10));
  CHECK(s.fold().ticket->state == TicketState::Ended);
  s.events.push_back(s.d1.say(a_matter, RouteOverridden{"PET", LegalPath::Unknown, "走错了", "接待员"}, ten(11)));
  CHECK(s.fold().window() == "PET");
  CHECK(s.fold().conflicts.empty());
}

TEST_CASE("of two desks calling one ticket the earlier wins and the later is shown to a person", "[fold][queue]") {
  Story s;
  s.filed();
  s.offline(s.d2, QueueOp::Call, desk2, ten(5));
  s.offline(s.d1, QueueOp::Call, desk1, ten(4));
  s.offline(s.d2, QueueOp::End, desk2, ten(6));  // the loser's operations do not count
  Matter m = s.fold();
  CHECK(m.ticket->desk == desk1);
  CHECK(m.ticket->state == TicketState::Called);
  REQUIRE(m.conflicts.size() == 1);
  CHECK(m.conflicts[0].find("A012") != std::string::npos);
  SECTION("also when the later call came through the hub") {
    s.hub(QueueOp::Call, desk2, ten(7));
    m = s.fold();
    CHECK(m.ticket->desk == desk1);
    s.offline(s.d1, QueueOp::End, desk1, ten(8));
    s.hub(QueueOp::Call, desk2, ten(9));
    CHECK(s.fold().ticket->state == TicketState::Ended);
  }
  SECTION("and an earlier call through the hub wins against a desk without it") {
    Story other;
    other.filed();
    other.hub(QueueOp::Call, desk1, ten(1));
    other.offline(other.d2, QueueOp::Call, desk2, ten(2));
    CHECK(other.fold().ticket->desk == desk1);
    CHECK(other.fold().conflicts.size() == 1);
  }
}

TEST_CASE("the hub's operations count in the order of its log, whatever its clock did", "[fold][queue]") {
  Story s;
  s.filed();
  s.hub(QueueOp::Call, desk1, ten(30));
  s.hub(QueueOp::Missed, desk1, ten(-20));
  s.hub(QueueOp::Call, desk2, ten(-10));
  CHECK(s.fold().ticket->state == TicketState::Called);
  CHECK(s.fold().ticket->desk == desk2);
  CHECK(s.fold().conflicts.empty());
}

TEST_CASE("the same request stated twice counts once", "[fold][queue]") {
  Story s;
  s.filed();
  for (int i = 0; i < 2; ++i)
    s.events.push_back(s.h.say(a_matter, Queued{QueueOp::Call, "A012", desk1, "", "", "", "r1", false}, ten(i)));
  CHECK(s.fold().ticket->calls == 1);
}

TEST_CASE("a clear refusal ends mediation for good", "[fold][RMTJF17]") {
  Story s;
  s.filed();
  s.events.push_back(s.d1.say(a_matter, MediationApplied{"调解员", "甲", "乙", "工钱", "三个月"}, ten(1)));
  CHECK(s.fold().mediation.state == MediationState::Applied);
  s.events.push_back(s.d1.say(a_matter, MediationConsent{"调解员", "甲", true, ""}, ten(2)));
  CHECK(s.fold().mediation.state == MediationState::Applied);
  SECTION("both agree, and it goes on") {
    s.events.push_back(s.d1.say(a_matter, MediationConsent{"调解员", "乙", true, ""}, ten(3)));
    CHECK(s.fold().mediation.state == MediationState::Consented);
    s.events.push_back(s.d1.say(a_matter, MediatorsChosen{"调解员", {"测试丙"}, "parties"}, ten(4)));
    s.events.push_back(s.d1.say(a_matter, MediationSession{"调解员", "2026-11-20", ""}, ten(5)));
    CHECK(s.fold().mediation.state == MediationState::InSession);
    s.events.push_back(s.d1.say(
        a_matter, MediationEnded{"调解员", MediationOutcome::Agreed, "付清", 100, "2026-12-01", "现金", false, ""}, ten(6)));
    CHECK(s.fold().mediation.state == MediationState::Agreed);
    CHECK(s.fold().mediation.sessions.size() == 1);
    CHECK(s.fold().conflicts.empty());
  }
  SECTION("one refuses, and nothing brings it back") {
    s.events.push_back(s.d1.say(a_matter, MediationConsent{"调解员", "乙", false, ""}, ten(3)));
    CHECK(s.fold().mediation.state == MediationState::Refused);
    CHECK(s.fold().conflicts.empty());
    s.events.push_back(s.d1.say(a_matter, MediationConsent{"调解员", "乙", true, ""}, ten(4)));
    s.events.push_back(s.d2.say(a_matter, MediationApplied{"调解员", "甲", "乙", "工钱", ""}, ten(5)));
    s.events.push_back(s.d2.say(a_matter, MediationSession{"调解员", "", ""}, ten(6)));
    s.events.push_back(
        s.d2.say(a_matter, MediationEnded{"调解员", MediationOutcome::Agreed, "", -1, "", "", false, ""}, ten(7)));
    CHECK(s.fold().mediation.state == MediationState::Refused);
    CHECK(s.fold().mediation.consents.at("乙") == false);
    CHECK_FALSE(s.fold().conflicts.empty());
  }
  SECTION("failure is not refusal: the parties may ask again") {
    s.events.push_back(
        s.d1.say(a_matter, MediationEnded{"调解员", MediationOutcome::Failed, "", -1, "", "", false, ""}, ten(3)));
    CHECK(s.fold().mediation.state == MediationState::Failed);
    s.events.push_back(s.d1.say(a_matter, MediationApplied{"调解员", "甲", "乙", "工钱", ""}, ten(4)));
    CHECK(s.fold().mediation.state == MediationState::Applied);
    CHECK(s.fold().mediation.consents.empty());
  }
}

TEST_CASE("of a sealed matter the list names no window, no unit and no outcome", "[fold][XFTL30]") {
  Story s;
  s.events.push_back(s.k.say(a_matter, Filed{std::nullopt, "ciphertext", "", "", "", ""}, ten()));
  Routed routed;
  routed.chosen = routed.ruling.window = "PET";
  routed.ruling.sealed = true;
  s.events.push_back(s.k.say(a_matter, routed, ten()));
  s.events.push_back(s.k.say(a_matter, TicketIssued{"C001", "PET", Priority::Normal, ""}, ten()));
  s.events.push_back(s.c.say(a_matter, Transferred{"县纪委监委", ""}, ten(5)));
  s.events.push_back(s.c.say(a_matter, Accepted{"县纪委监委", ""}, ten(6)));
  const Matter m = s.fold();
  CHECK(m.sealed);
  CHECK(m.ticket->sealed);
  CHECK_FALSE(m.petition);
  CHECK(words(m) == "已登记\n已分到窗口\n已取号 C001\n县里已转送有关单位\n单位已受理\n");
}

TEST_CASE("the hall's queue puts priority first, then the time of issue", "[fold][queue]") {
  Hall hall;
  Author k1{"440583-K01"}, k3{kiosk};
  const auto issue = [&](Author& k, const MatterId& id, const char* number, Priority priority, Time at) {
    hall.add(k.say(id, TicketIssued{number, "LAW", priority, ""}, at));
  };
  issue(k3, "M1", "A002", Priority::Normal, ten(2));
  issue(k1, "M2", "A301", Priority::Normal, ten(1));
  issue(k3, "M3", "A003", Priority::Elder, ten(3));
  issue(k3, "M4", "A004", Priority::WithInfant, ten(2));
  issue(k3, "M5", "A001", Priority::Normal, ten(24 * 60));
  std::string order;
  for (const Ticket& t : hall.tickets(hall_day(ten()))) order += t.number + " ";
  CHECK(order == "A004 A003 A301 A002 ");
  CHECK(hall.ticket("A301", hall_day(ten()))->matter == "M2");
  CHECK_FALSE(hall.ticket("A001", hall_day(ten())));
  CHECK(hall.ticket("A001", hall_day(ten(24 * 60)))->matter == "M5");
}
