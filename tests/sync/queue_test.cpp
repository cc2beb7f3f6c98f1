#include <map>
#include <set>

#include "kit.h"

using namespace yizhan;
using namespace yizhan::sync;
using namespace yizhan::sync::kit;

namespace {

struct Counter {
  HandClock clock;
  HubNode hall{"440583-H01"};
  Machine kiosk{"440583-K01"}, first{"440583-D01"}, second{"440583-D02"}, mediator{"440583-D03"}, reception{"440583-D04"};
  Filing filing;
  int requests = 0;
  Counter() {
    kiosk.enrol_at(hall, "kiosk", clock);
    first.enrol_at(hall, "desk-lawyer", clock);
    second.enrol_at(hall, "desk-lawyer", clock);
    mediator.enrol_at(hall, "desk-mediator", clock);
    reception.enrol_at(hall, "desk-reception", clock);
  }
  MatterId file(const WindowCode& window = "LAW", Priority priority = Priority::Normal) {
    const auto id = filing.file(kiosk, clock, window, priority);
    sync_once(kiosk, hall, clock);
    clock.go(Span{1000});
    return id;
  }
  Told op(Machine& desk, QueueOp what, std::string ticket = "", std::string to = "", std::string request = "") {
    QueueAsk ask;
    ask.op = what;
    ask.request = request.empty() ? "r" + std::to_string(++requests) : std::move(request);
    ask.place = desk.origin == "440583-D01" ? "1号律师窗口" : "2号律师窗口";
    ask.ticket = std::move(ticket);
    ask.to_window = std::move(to);
    ask.reason = "转窗口";
    return tell(desk, hall, clock, "POST", "/v1/queue", to_json(ask));
  }
  std::string called(Machine& desk) {
    const auto told = op(desk, QueueOp::Call);
    return told.status == 200 ? must(queue_answer_from_json(told.body)).ticket : told.code();
  }
  int waiting(const WindowCode& window) {
    for (const auto& queue : hall.hub->news(clock.wall()).queues)
      if (queue.window == window) return queue.waiting;
    return -1;
  }
};

}  // namespace

TEST_CASE("a recorded request of another day ends nobody's number today", "[queue][T15]") {
  Counter hall;
  hall.file();
  const std::string number = hall.called(hall.first);
  REQUIRE(hall.op(hall.first, QueueOp::End, number, "", "end-1").status == 200);
  CHECK(hall.op(hall.first, QueueOp::End, number, "", "end-1").status == 200);  // the same answer, nothing stated
  hall.clock.go(std::chrono::hours(24 * 4));
  hall.hall.start();
  const MatterId today = make_matter_id("440583-K01", hall_day(hall.clock.wall()), 1);
  must(hall.kiosk.log->append("440583-K01", today, std::vector<Fact>{TicketIssued{number, "LAW", Priority::Normal, ""}}, hall.clock.wall()));
  sync_once(hall.kiosk, hall.hall, hall.clock);
  REQUIRE(hall.waiting("LAW") == 1);
  CHECK(hall.op(hall.first, QueueOp::End, number, "", "end-1").status == 409);
  CHECK(hall.waiting("LAW") == 1);
}

TEST_CASE("those in need come first, then who came first", "[queue]") {
  Counter hall;
  hall.file();
  hall.file();
  hall.file("LAW", Priority::Elder);
  hall.file("MED");
  CHECK(hall.waiting("LAW") == 3);
  CHECK(hall.called(hall.first) == "A003");
  CHECK(hall.called(hall.second) == "A001");
  CHECK(hall.called(hall.first) == "A002");
  CHECK(hall.called(hall.second).empty());
  CHECK(hall.called(hall.mediator) == "B004");
  CHECK(hall.waiting("LAW") == 0);
  const auto news = hall.hall.hub->news(hall.clock.wall());
  CHECK(news.calls.size() == 4);
  CHECK(news.calls.front().state == "called");
  hall.clock.go(std::chrono::minutes(5));
  CHECK(hall.hall.hub->news(hall.clock.wall()).calls.front().state == "serving");
}

TEST_CASE("the same request gets the same ticket, also after the hub was restarted", "[queue]") {
  Counter hall;
  hall.file();
  hall.file();
  const auto one = hall.op(hall.first, QueueOp::Call, "", "", "press-1");
  CHECK(hall.op(hall.first, QueueOp::Call, "", "", "press-1").body == one.body);
  hall.hall.start();
  const auto again = must(queue_answer_from_json(hall.op(hall.first, QueueOp::Call, "", "", "press-1").body));
  CHECK(again.ticket == "A001");
  CHECK(again.matter == must(queue_answer_from_json(one.body)).matter);
  CHECK(hall.called(hall.first) == "A002");
  const auto empty = hall.op(hall.first, QueueOp::Call, "", "", "press-2");
  hall.file();
  CHECK(hall.op(hall.first, QueueOp::Call, "", "", "press-2").body == empty.body);
  CHECK(hall.called(hall.first) == "A003");
}

TEST_CASE("a moved ticket keeps its place by time of issue", "[queue]") {
  Counter hall;
  hall.file("LAW");  // A001
  hall.file("MED");  // B002
  CHECK(hall.called(hall.first) == "A001");
  CHECK(hall.op(hall.first, QueueOp::Move, "A001", "MED").status == 200);
  CHECK(hall.waiting("MED") == 2);
  CHECK(hall.called(hall.mediator) == "A001");
  CHECK(hall.called(hall.mediator) == "B002");
  CHECK(hall.op(hall.mediator, QueueOp::Move, "A001", "NOWHERE").status == 400);
  CHECK(hall.op(hall.mediator, QueueOp::Move, "A001", "MED").status == 400);
}

TEST_CASE("recall, missed, hold, resume and end follow the ticket's state and its desk", "[queue]") {
  Counter hall;
  hall.file();
  CHECK(hall.op(hall.first, QueueOp::Recall, "A001").status == 409);
  CHECK(hall.op(hall.first, QueueOp::Missed, "A001").status == 409);
  CHECK(hall.called(hall.first) == "A001");
  CHECK(hall.op(hall.second, QueueOp::Recall, "A001").status == 409);
  CHECK(hall.op(hall.second, QueueOp::End, "A001").status == 409);
  CHECK(hall.op(hall.second, QueueOp::Call, "A001").status == 409);
  CHECK(hall.op(hall.first, QueueOp::Recall, "A001").status == 200);
  CHECK(hall.hall.hub->news(hall.clock.wall()).calls.front().calls == 2);
  CHECK(hall.op(hall.first, QueueOp::Missed, "A001").status == 200);
  CHECK(hall.hall.hub->news(hall.clock.wall()).calls.front().state == "missed");
  CHECK(hall.called(hall.first).empty());
  CHECK(hall.op(hall.second, QueueOp::Call, "A001").status == 200);  // a missed number is called by name
  CHECK(hall.op(hall.second, QueueOp::Hold, "A001").status == 200);
  CHECK(hall.op(hall.second, QueueOp::Hold, "A001").status == 409);
  CHECK(hall.called(hall.first).empty());
  CHECK(hall.op(hall.first, QueueOp::Resume, "A001").status == 200);
  CHECK(hall.called(hall.first) == "A001");
  CHECK(hall.op(hall.first, QueueOp::End, "A001").status == 200);
  CHECK(hall.op(hall.first, QueueOp::Recall, "A001").status == 409);
  CHECK(hall.op(hall.first, QueueOp::Call, "A001").status == 409);
  CHECK(hall.op(hall.first, QueueOp::Call, "A777").status == 404);
  CHECK(hall.hall.hub->news(hall.clock.wall()).calls.front().state == "ended");
}

TEST_CASE("only desks work the queue, each for its own windows and in its own name", "[queue]") {
  Counter hall;
  hall.file();
  QueueAsk ask{QueueOp::Call, "x1", "440583-D02", "1号律师窗口", {"LAW"}, "", "", ""};
  CHECK(tell(hall.kiosk, hall.hall, hall.clock, "POST", "/v1/queue", to_json(ask)).status == 403);
  CHECK(tell(hall.mediator, hall.hall, hall.clock, "POST", "/v1/queue", to_json(ask)).status == 400);
  ask.request = "";
  CHECK(tell(hall.first, hall.hall, hall.clock, "POST", "/v1/queue", to_json(ask)).status == 400);
  ask.request = "x2";
  CHECK(tell(hall.first, hall.hall, hall.clock, "POST", "/v1/queue", to_json(ask)).status == 200);
  // It said D02; the hub wrote down who really asked.
  const auto events = must(hall.hall.log->after("440583-H01", 0, 10));
  CHECK(std::get<Queued>(must(fact_of(events.back()))).desk == "440583-D01");
  hall.file();
  ask.request = "x3";
  CHECK(tell(hall.reception, hall.hall, hall.clock, "POST", "/v1/queue", to_json(ask)).status == 200);
}

TEST_CASE("a sealed accusation is called by its number only", "[queue][XFTL30]") {
  Counter hall;
  hall.filing.file(hall.kiosk, hall.clock, "PET", Priority::Normal, "c2VhbGVk");
  sync_once(hall.kiosk, hall.hall, hall.clock);
  const auto told = hall.op(hall.reception, QueueOp::Call);
  REQUIRE(told.status == 200);
  const auto answer = must(queue_answer_from_json(told.body));
  CHECK(answer.ticket == "B001");
  CHECK(answer.matter.empty());
}

TEST_CASE("yesterday's numbers do not wait today", "[queue]") {
  Counter hall;
  hall.file();
  hall.clock.go(std::chrono::hours(24));
  CHECK(hall.called(hall.first).empty());
  CHECK(hall.waiting("LAW") == 0);
  hall.filing.serial = 0;
  hall.file();
  CHECK(hall.called(hall.first) == "A001");
}

TEST_CASE("two desks pressing call next never get the same number and skip none", "[queue]") {
  Counter hall;
  for (int i = 0; i < 200; ++i) hall.filing.file(hall.kiosk, hall.clock);
  sync_once(hall.kiosk, hall.hall, hall.clock);
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const auto ticket = hall.called(i % 2 == 0 ? hall.first : hall.second);
    CHECK(seen.insert(ticket).second);
    if (i % 50 == 49) hall.hall.start();
  }
  CHECK(seen.size() == 200);
  CHECK(hall.called(hall.first).empty());
}

TEST_CASE("the wait told at the kiosk follows today's talks and open desks", "[queue]") {
  Counter hall;
  for (int i = 0; i < 8; ++i) hall.file();
  const auto minutes = [&] {
    for (const auto& queue : hall.hall.hub->news(hall.clock.wall()).queues)
      if (queue.window == "LAW") return queue.minutes;
    return -1;
  };
  CHECK(minutes() == 80);  // ten minutes each until today has an average
  for (int i = 1; i <= 4; ++i) {
    const auto ticket = hall.called(hall.first);
    hall.clock.go(std::chrono::minutes(6));
    CHECK(hall.op(hall.first, QueueOp::End, ticket).status == 200);
  }
  CHECK(minutes() == 24);  // four left, six minutes each, one desk
  hall.called(hall.second);
  CHECK(minutes() == 9);  // three left, two desks
}

TEST_CASE("a session handed to reception lives in memory, is taken once, and is forgotten", "[help]") {
  Counter hall;
  HelpCall call;
  call.id = "visit-1";
  call.place = "一号自助机";
  call.page = "statement";
  call.draft = R"({"statement":{"request":"写了一半"}})";
  REQUIRE(tell(hall.kiosk, hall.hall, hall.clock, "POST", "/v1/help", to_json(call)).status == 200);
  CHECK(tell(hall.first, hall.hall, hall.clock, "GET", "/v1/help").status == 403);
  auto list = must(help_list_from_json(tell(hall.reception, hall.hall, hall.clock, "GET", "/v1/help").body));
  REQUIRE(list.calls.size() == 1);
  CHECK(list.calls[0].draft == call.draft);
  CHECK(list.calls[0].kiosk == "440583-K01");

  Machine other("440583-D05");
  other.enrol_at(hall.hall, "desk-reception", hall.clock);
  CHECK(tell(hall.reception, hall.hall, hall.clock, "POST", "/v1/help/visit-1", to_json(call)).status == 200);
  CHECK(tell(other, hall.hall, hall.clock, "POST", "/v1/help/visit-1", to_json(call)).status == 409);
  auto mine = must(help_list_from_json(tell(hall.kiosk, hall.hall, hall.clock, "GET", "/v1/help").body));
  CHECK(mine.calls[0].taken_by == "440583-D04");
  call.done = true;
  call.outcome = "A001";
  CHECK(tell(hall.reception, hall.hall, hall.clock, "POST", "/v1/help/visit-1", to_json(call)).status == 200);
  mine = must(help_list_from_json(tell(hall.kiosk, hall.hall, hall.clock, "GET", "/v1/help").body));
  CHECK(mine.calls[0].done);
  CHECK(mine.calls[0].outcome == "A001");
  CHECK(tell(hall.kiosk, hall.hall, hall.clock, "POST", "/v1/help/visit-1", to_json(call)).status == 200);
  CHECK(must(help_list_from_json(tell(hall.reception, hall.hall, hall.clock, "GET", "/v1/help").body)).calls.empty());
  call.done = false;
  CHECK(tell(hall.kiosk, hall.hall, hall.clock, "POST", "/v1/help", to_json(call)).status == 409);

  call.id = "visit-2";
  CHECK(tell(hall.kiosk, hall.hall, hall.clock, "POST", "/v1/help", to_json(call)).status == 200);
  hall.clock.go(std::chrono::minutes(31));
  CHECK(must(help_list_from_json(tell(hall.reception, hall.hall, hall.clock, "GET", "/v1/help").body)).calls.empty());
  // Nothing of it is on the disk.
  std::string bytes;
  for (const auto& entry : std::filesystem::directory_iterator(hall.hall.dir.path)) {
    std::FILE* file = std::fopen(entry.path().c_str(), "rb");
    REQUIRE(file != nullptr);
    char part[65536];
    for (std::size_t got; (got = std::fread(part, 1, sizeof part, file)) > 0;) bytes.append(part, got);
    std::fclose(file);
  }
  CHECK(bytes.find("写了一半") == std::string::npos);
  CHECK(bytes.find("440583-D04") != std::string::npos);  // the search itself works: devices are there
}

TEST_CASE("progress is told for the right code only, without personal data, and guessing is slowed", "[progress]") {
  Counter hall;
  const std::string code = new_query_code();
  const MatterId expected = make_matter_id("440583-K01", hall_day(hall.clock.wall()), 1);
  const std::string tag = query_tag(must(canonical_query_code(code)), expected);
  const auto number = hall.filing.file(hall.kiosk, hall.clock, "LAW", Priority::Normal, "", tag);
  REQUIRE(number == expected);
  sync_once(hall.kiosk, hall.hall, hall.clock);
  Machine other("440583-K02");
  other.enrol_at(hall.hall, "kiosk", hall.clock);
  const auto told = tell(other, hall.hall, hall.clock, "POST", "/v1/progress", to_json(ProgressAsk{number, tag}));
  REQUIRE(told.status == 200);
  auto answer = must(progress_answer_from_json(told.body));
  CHECK_FALSE(answer.lines.empty());
  CHECK_FALSE(answer.deadlines.empty());
  CHECK_FALSE(answer.county_has_it);
  CHECK(told.body.find("林小满") == std::string::npos);
  CHECK(told.body.find("工钱") == std::string::npos);
  hall.hall.hub->upstream(true, hall.clock.wall(), {{"440583-K01", 3}});
  answer = must(progress_answer_from_json(tell(other, hall.hall, hall.clock, "POST", "/v1/progress", to_json(ProgressAsk{number, tag})).body));
  CHECK(answer.county_has_it);
  CHECK(answer.as_of == hall.clock.wall());
  const auto wrong = to_json(ProgressAsk{number, std::string(tag.size(), '0')});
  const auto unknown = tell(other, hall.hall, hall.clock, "POST", "/v1/progress", to_json(ProgressAsk{"440583-K09-20261120-0001-7", tag}));
  CHECK(tell(other, hall.hall, hall.clock, "POST", "/v1/progress", wrong).body == unknown.body);
  int status = 0;
  for (int i = 0; i < 30; ++i) status = tell(other, hall.hall, hall.clock, "POST", "/v1/progress", wrong).status;
  CHECK(status == 429);
  CHECK(tell(other, hall.hall, hall.clock, "POST", "/v1/progress", to_json(ProgressAsk{number, tag})).status == 429);
  hall.clock.go(std::chrono::minutes(11));
  CHECK(tell(other, hall.hall, hall.clock, "POST", "/v1/progress", to_json(ProgressAsk{number, tag})).status == 200);
}
