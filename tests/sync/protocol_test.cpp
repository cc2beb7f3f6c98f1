#include "core/petition_json.h"
#include "kit.h"

using namespace yizhan;
using namespace yizhan::sync;
using namespace yizhan::sync::kit;

namespace {

struct County {
  HandClock clock;
  HubNode county{"440583-C", true};
  HubNode hall{"440583-H01"};
  Machine hall_device{"440583-H01", hall};
  Machine kiosk{"440583-K01"};
  Filing filing;
  County() {
    hall_device.enrol_at(county, "hall", clock);
    kiosk.enrol_at(hall, "kiosk", clock);
  }
  /// The hall hub's turn: relays everything up, pulls its county stream, tells its devices.
  ClientState up() {
    const auto state = sync_once(hall_device, county, clock, {"440583-C.H01", "440583-C.S01"}, true);
    std::map<Origin, std::uint64_t> marks;
    for (const auto& [origin, mark] : state.marks) marks[origin] = mark.hub;
    hall.hub->refresh();
    hall.hub->upstream(state.online, state.complete_at, marks);
    return state;
  }
};

std::size_t bodies(const std::string& lines) {
  std::size_t count = 0;
  for (const auto& event : must(events_from_lines(lines))) count += event.body.has_value();
  return count;
}

}  // namespace

TEST_CASE("a complaint goes up to the county, the county's word comes down to the hall, and the kiosk gets none of it to read", "[protocol]") {
  County world;
  const MatterId number = world.filing.file(world.kiosk, world.clock);
  auto kiosk = sync_once(world.kiosk, world.hall, world.clock, {"440583-C.H01"});
  CHECK(kiosk.marks.at("440583-K01").hub == 3);
  CHECK(kiosk.marks.at("440583-K01").county == 0);  // only the hall has it: the screen must not say 县里已收到
  const auto up = world.up();
  CHECK(up.done);
  CHECK(must(world.county.log->head("440583-K01")).hash == must(world.kiosk.log->head("440583-K01")).hash);
  kiosk = sync_once(world.kiosk, world.hall, world.clock, {"440583-C.H01"});
  CHECK(kiosk.marks.at("440583-K01").county == 3);

  const auto stated = must(world.county.hub->decide(number, Accepted{"云栖县住建局", "2026-11-20"}, world.clock.wall()));
  CHECK(stated.id.origin == "440583-C.H01");
  world.up();
  kiosk = sync_once(world.kiosk, world.hall, world.clock, {"440583-C.H01"});
  // The header of the fact and nothing in it: what a kiosk may read are statuses (tests/status).
  CHECK(kiosk.pulled == 1);
  CHECK_FALSE(fold(number, must(world.kiosk.log->of_matter(number))).accepted);
  const Matter seen = fold(number, must(world.hall.log->of_matter(number)));
  REQUIRE(seen.accepted);
  CHECK(seen.accepted->unit == "云栖县住建局");
  CHECK(must(world.county.log->verify()).empty());
  CHECK(must(world.hall.log->verify()).empty());
  CHECK(must(world.kiosk.log->verify()).empty());
}

TEST_CASE("the county states only what the law knows, about matters it has", "[protocol][XFTL34]") {
  County world;
  const MatterId number = world.filing.file(world.kiosk, world.clock);
  auto& hub = *world.county.hub;
  CHECK(hub.decide(number, Accepted{"局", "2026-11-20"}, world.clock.wall()).error().code == Code::NotFound);
  sync_once(world.kiosk, world.hall, world.clock);
  world.up();
  CHECK(hub.decide(number, Accepted{"", "2026-11-20"}, world.clock.wall()).error().what.starts_with("unit"));
  CHECK(hub.decide(number, Accepted{"局", "2026-02-30"}, world.clock.wall()).error().what.starts_with("accepted_on"));
  CHECK(hub.decide(number, NotAccepted{"局", ""}, world.clock.wall()).error().what.starts_with("reason"));
  CHECK(hub.decide(number, Accepted{"", "2026-11-20"}, world.clock.wall(), true).error().what.starts_with("decide"));  // everybody may read this one
  CHECK(hub.decide(number, Extended{30, "局长", "复杂"}, world.clock.wall()).error().code == Code::Invalid);
  CHECK(hub.decide(number, Served{"2026-11-20", "当面"}, world.clock.wall()).error().code == Code::Invalid);
  CHECK(hub.decide(number, Viewed{"x", "y"}, world.clock.wall()).error().code == Code::Invalid);
  must(hub.decide(number, Accepted{"局", "2026-11-20"}, world.clock.wall()));
  CHECK(hub.decide(number, Extended{31, "局长", "复杂"}, world.clock.wall()).error().what.starts_with("days"));
  must(hub.decide(number, Extended{30, "局长", "复杂"}, world.clock.wall()));
  CHECK(hub.decide(number, Extended{5, "局长", "复杂"}, world.clock.wall()).error().code == Code::Conflict);
  must(hub.decide(number, Answered{"局", Opinion::Support, "云住建信〔2026〕1号", "请求有依据"}, world.clock.wall()));
  must(hub.decide(number, Served{"2026-11-21", "当面"}, world.clock.wall()));
  CHECK(world.hall.hub->decide(number, Accepted{"局", "2026-11-20"}, world.clock.wall()).error().code == Code::Invalid);
}

TEST_CASE("each role gets the bodies it may read and only those", "[protocol]") {
  County world;
  Machine lawyer("440583-D01"), mediator("440583-D02"), reception("440583-D03"), board("440583-D09"), other("440583-K02");
  lawyer.enrol_at(world.hall, "desk-lawyer", world.clock);
  mediator.enrol_at(world.hall, "desk-mediator", world.clock);
  reception.enrol_at(world.hall, "desk-reception", world.clock);
  board.enrol_at(world.hall, "board", world.clock);
  other.enrol_at(world.hall, "kiosk", world.clock);
  const auto law = world.filing.file(world.kiosk, world.clock, "LAW");
  world.filing.file(world.kiosk, world.clock, "MED");
  const KeyPair discipline = make_box_keys();
  const auto envelope = must(seal(encode_petition(petition("检举收钱")), "x", {discipline.public_hex}));
  const auto sealed = world.filing.file(world.kiosk, world.clock, "PET", Priority::Normal, envelope);
  sync_once(world.kiosk, world.hall, world.clock);

  const auto of = [&](Machine& who) { return tell(who, world.hall, world.clock, "GET", "/v1/log/440583-K01?after=0").body; };
  CHECK(bodies(of(world.kiosk)) == 9);
  CHECK(bodies(of(lawyer)) == 2 + 3);      // its own matter, and every ticket
  CHECK(bodies(of(mediator)) == 2 + 3);
  CHECK(bodies(of(reception)) == 4 + 3);   // both open matters, never the sealed one
  CHECK(bodies(of(board)) == 0);
  CHECK(bodies(of(other)) == 0);
  for (auto* who : {&lawyer, &mediator, &reception, &board, &other}) {
    CHECK(of(*who).find(envelope.substr(0, 40)) == std::string::npos);
    CHECK(tell(*who, world.hall, world.clock, "GET", "/v1/matter/" + sealed).body.find(envelope.substr(0, 40)) == std::string::npos);
  }
  // Header-only copies still make an unbroken chain at the desk, and bodies can be filled in later.
  const auto state = sync_once(lawyer, world.hall, world.clock, {"*"});
  CHECK(state.done);
  CHECK(state.pulled == 9);
  CHECK(must(lawyer.log->verify()).empty());

  // A move brings the matter, and with it the right to read it, to the other desk.
  CHECK(bodies(tell(mediator, world.hall, world.clock, "GET", "/v1/matter/" + law).body) == 1);
  const QueueAsk call{QueueOp::Call, "c1", "", "1号律师窗口", {"LAW"}, "", "", ""};
  REQUIRE(tell(lawyer, world.hall, world.clock, "POST", "/v1/queue", to_json(call)).status == 200);
  const QueueAsk move{QueueOp::Move, "m1", "", "1号律师窗口", {}, "A001", "MED", "双方愿意谈"};
  REQUIRE(tell(lawyer, world.hall, world.clock, "POST", "/v1/queue", to_json(move)).status == 200);
  const auto lines = tell(mediator, world.hall, world.clock, "GET", "/v1/matter/" + law).body;
  CHECK(bodies(lines) == 5);
  CHECK(bodies(tell(lawyer, world.hall, world.clock, "GET", "/v1/matter/" + law).body) >= 5);  // it called it once
  // Who looked is stated by the hub before the file is handed out, once for one look.
  std::size_t views = 0;
  for (const auto& event : must(world.hall.log->of_matter(law))) views += event.type == "viewed";
  CHECK(views == 2);
  CHECK(must(mediator.log->fill(must(events_from_lines(lines)))) == 0);  // the desk has not pulled these headers yet
}

TEST_CASE("a device writes its own log only, a hall only its own devices' logs", "[protocol]") {
  County world;
  HubNode second_hall("440583-H02");
  Machine second{"440583-H02", second_hall};
  second.enrol_at(world.county, "hall", world.clock);
  world.filing.file(world.kiosk, world.clock);
  sync_once(world.kiosk, world.hall, world.clock);
  world.up();
  const auto lines = to_lines(must(world.kiosk.log->after("440583-K01", 0, 10)));
  const auto push = [&](Machine& who, HubNode& hub, const std::string& origin) {
    return tell(who, hub, world.clock, "POST", "/v1/log/" + origin + "?after=0", lines);
  };
  Machine other("440583-K02");
  other.enrol_at(world.hall, "kiosk", world.clock);
  CHECK(push(other, world.hall, "440583-K01").status == 403);
  CHECK(push(other, world.hall, "440583-K02").status == 400);      // the lines say another origin
  CHECK(push(second, world.county, "440583-K01").status == 403);   // relayed by H01
  CHECK(push(second, world.county, "440583-C.H02").status == 403); // the county's own
  CHECK(push(second, world.county, "440583-H01").status == 403);
  CHECK(push(second, world.county, "330108-K01").status == 403);
  CHECK(tell(second, world.county, world.clock, "GET", "/v1/log/440583-K01?after=0").status == 403);
  CHECK(tell(second, world.county, world.clock, "GET", "/v1/log/440583-C.H01?after=0").status == 403);
  CHECK(must(heads_from_json(tell(second, world.county, world.clock, "GET", "/v1/heads").body)).heads.empty());
  CHECK(push(world.kiosk, world.hall, "../etc").status >= 400);
  CHECK(tell(world.hall_device, world.county, world.clock, "POST", "/v1/queue", "{}").status == 404);
}

TEST_CASE("a stranger, a wrong key and a revoked device are refused, each by name", "[protocol]") {
  County world;
  Machine stranger("440583-K07");
  CHECK(tell(stranger, world.hall, world.clock, "GET", "/v1/heads").status == 401);
  Machine forger("440583-K01");
  CHECK(tell(forger, world.hall, world.clock, "GET", "/v1/heads").status == 401);
  auto request = signed_request(world.kiosk, world.clock, "GET", "/v1/heads");
  request.target = "/v1/hall";
  CHECK(told(world.hall, request, world.clock).status == 401);
  request = signed_request(world.kiosk, world.clock, "POST", "/v1/progress", R"({"matter":"a","query_tag":"b"})");
  request.body[2] = 'x';
  CHECK(told(world.hall, request, world.clock).status == 401);
  request.headers.clear();
  CHECK(told(world.hall, request, world.clock).status == 401);

  CHECK(tell(world.kiosk, world.hall, world.clock, "GET", "/v1/heads").status == 200);
  must(world.hall.hub->revoke("440583-K01"));
  auto answer = tell(world.kiosk, world.hall, world.clock, "GET", "/v1/heads");
  CHECK(answer.status == 403);
  CHECK(answer.code() == "revoked");
  world.hall.start();
  CHECK(tell(world.kiosk, world.hall, world.clock, "GET", "/v1/heads").code() == "revoked");
  CHECK(world.hall.hub->revoke("440583-K55").error().code == Code::NotFound);
  const auto state = sync_once(world.kiosk, world.hall, world.clock);
  CHECK_FALSE(state.done);
  CHECK(state.trouble.starts_with("revoked"));
  // Enrolling again with a new code and a new key brings it back.
  world.kiosk.key = make_sign_keys();
  world.kiosk.enrol_at(world.hall, "kiosk", world.clock);
  CHECK(sync_once(world.kiosk, world.hall, world.clock).done);
}

TEST_CASE("an enrolment code works once, for an hour, for one device, and five wrong tries spend it", "[protocol]") {
  County world;
  auto& hub = *world.hall.hub;
  DirectTransport line(world.hall, world.clock);
  Machine k5("440583-K05");
  const auto ask = [&](std::string code, const Machine& who, std::string role = "kiosk") {
    return enrol(line, {std::move(code), who.origin, std::move(role), who.key.public_hex, "", {}}, who.key, world.clock.wall());
  };
  CHECK(ask("00000000", k5).error().code == Code::Invalid);
  auto code = must(hub.invite("440583-K05", "kiosk", world.clock.wall()));
  CHECK(code.size() == 8);
  Machine k6("440583-K06");
  CHECK_FALSE(ask(code, k6));
  CHECK_FALSE(ask(code, k5, "desk-lawyer"));
  const auto enrolled = must(ask(code, k5));
  CHECK(enrolled.hub_public_hex == world.hall.config.key.public_hex);
  CHECK(enrolled.role == "kiosk");
  CHECK_FALSE(ask(code, k5));

  code = must(hub.invite("440583-K06", "kiosk", world.clock.wall()));
  for (int i = 0; i < 5; ++i) CHECK_FALSE(ask(code == "11111111" ? "22222222" : "11111111", k6));
  CHECK_FALSE(ask(code, k6));
  code = must(hub.invite("440583-K06", "kiosk", world.clock.wall()));
  world.hall.start();  // an invitation survives a restart
  world.clock.go(std::chrono::minutes(59));
  CHECK(ask(code, k6));
  code = must(world.hall.hub->invite("440583-K06", "kiosk", world.clock.wall()));
  world.clock.go(std::chrono::minutes(61));
  CHECK_FALSE(ask(code, k6));

  // The key named must be the key that signs.
  code = must(world.hall.hub->invite("440583-K08", "kiosk", world.clock.wall()));
  CHECK_FALSE(enrol(line, {code, "440583-K08", "kiosk", k6.key.public_hex, "", {}}, k5.key, world.clock.wall()));
  CHECK(world.hall.hub->invite("440583-K01", "king", world.clock.wall()).error().code == Code::Invalid);
  CHECK(world.hall.hub->invite("330108-K01", "kiosk", world.clock.wall()).error().code == Code::Invalid);
  CHECK(world.hall.hub->invite("440583-H02", "hall", world.clock.wall()).error().code == Code::Invalid);
  CHECK(world.county.hub->invite("440583-K01", "kiosk", world.clock.wall()).error().code == Code::Invalid);
}

TEST_CASE("a clock that is years off is flagged and served all the same", "[protocol]") {
  County world;
  const Time right = world.clock.now;
  world.clock.now = right - std::chrono::hours(24 * 365);
  const auto request = signed_request(world.kiosk, world.clock, "GET", "/v1/heads");
  world.clock.now = right;
  CHECK(told(world.hall, request, world.clock).status == 200);
  CHECK(world.hall.hub->devices().front().skew_ms < -std::int64_t{1000} * 3600 * 24 * 300);
  tell(world.kiosk, world.hall, world.clock, "GET", "/v1/heads");
  CHECK(world.hall.hub->devices().front().skew_ms == 0);
}

TEST_CASE("old signed requests played again change nothing", "[protocol][T15]") {
  County world;
  Machine lawyer("440583-D01");
  lawyer.enrol_at(world.hall, "desk-lawyer", world.clock);
  for (int i = 0; i < 3; ++i) world.filing.file(world.kiosk, world.clock);
  std::vector<Request> recorded;
  struct Recorder : Transport {
    DirectTransport honest;
    std::vector<Request>& into;
    Recorder(HubNode& hub, const HandClock& clock, std::vector<Request>& r) : honest(hub, clock), into(r) {}
    Result<Reply> exchange(const Request& request, Span patience) override {
      into.push_back(request);
      return honest.exchange(request, patience);
    }
  } line(world.hall, world.clock, recorded);
  Client client(world.kiosk.client_config(world.hall), world.kiosk.with_log());
  pump(client, line, world.clock);
  for (int i = 0; i < 3; ++i) {
    const QueueAsk call{QueueOp::Call, "c" + std::to_string(i), "", "1号律师窗口", {"LAW"}, "", "", ""};
    recorded.push_back(signed_request(lawyer, world.clock, "POST", "/v1/queue", to_json(call)));
    REQUIRE(told(world.hall, recorded.back(), world.clock).status == 200);
  }
  HelpCall help;
  help.id = "h1";
  help.page = "what";
  recorded.push_back(signed_request(world.kiosk, world.clock, "POST", "/v1/help", to_json(help)));
  told(world.hall, recorded.back(), world.clock);
  help.done = true;
  recorded.push_back(signed_request(world.kiosk, world.clock, "POST", "/v1/help", to_json(help)));
  told(world.hall, recorded.back(), world.clock);

  const auto events = must(world.hall.log->count());
  world.clock.go(std::chrono::hours(5));
  for (int round = 0; round < 2; ++round) {
    for (const auto& request : recorded) told(world.hall, request, world.clock);
    world.hall.start();
  }
  CHECK(must(world.hall.log->count()) == events);
}

TEST_CASE("a poisoned body blocks nothing: stored, acknowledged, passed on", "[protocol]") {
  County world;
  Event bad = make_event("440583-K01", 1, world.clock.wall(), "", Viewed{"x", "y"}, {});
  bad.type = "from_the_future";
  bad.body = "this is not JSON";
  bad.body_hash = hash_bytes(*bad.body);
  bad.hash = chain_hash({}, bad);
  must(world.kiosk.log->merge(std::vector<Event>{bad}));
  world.filing.file(world.kiosk, world.clock);
  CHECK(sync_once(world.kiosk, world.hall, world.clock).done);
  CHECK(world.up().done);
  const auto arrived = must(world.county.log->after("440583-K01", 0, 10));
  REQUIRE(arrived.size() == 4);
  CHECK(arrived.front().body == bad.body);
}

TEST_CASE("batches with a gap, a broken chain, a changed body or a malformed line merge nothing", "[protocol][R10]") {
  County world;
  for (int i = 0; i < 2; ++i) world.filing.file(world.kiosk, world.clock);
  const auto events = must(world.kiosk.log->after("440583-K01", 0, 10));
  const auto push = [&](const std::vector<Event>& batch) {
    return tell(world.kiosk, world.hall, world.clock, "POST", "/v1/log/440583-K01?after=0", to_lines(batch));
  };
  auto answer = push({events.begin() + 1, events.end()});
  CHECK(answer.status == 409);
  CHECK(must(refusal_from_json(answer.body)).seq == 0);
  auto changed = events;
  changed[2].body = "{}";
  CHECK(push(changed).code() == "corrupt");
  changed = events;
  changed[3].at += Span{1};
  CHECK(push(changed).code() == "corrupt");
  changed = events;
  std::swap(changed[1], changed[2]);
  CHECK(push(changed).status == 409);
  CHECK(tell(world.kiosk, world.hall, world.clock, "POST", "/v1/log/440583-K01?after=0", "{\"at\":1}\n").code() == "invalid");
  CHECK(must(world.hall.log->head("440583-K01")).seq == 0);
  CHECK(push(events).status == 200);
  CHECK(push(events).status == 200);
  CHECK(must(world.hall.log->count()) == 6);
}

TEST_CASE("a hall waits for the county's word to it, not for what other halls push", "[protocol]") {
  County world;
  const auto number = world.filing.file(world.kiosk, world.clock);
  sync_once(world.kiosk, world.hall, world.clock);
  world.up();
  const auto heads = must(heads_from_json(tell(world.hall_device, world.county, world.clock, "GET", "/v1/heads").body));
  const auto poll = signed_request(world.hall_device, world.clock, "GET", "/v1/heads?wait=20&known=" + std::to_string(heads.version));
  CHECK(std::holds_alternative<Wait>(world.county.hub->handle(poll, world.clock.wall(), world.clock.tick())));
  HubNode second_hall("440583-H02");
  Machine second{"440583-H02", second_hall};
  second.enrol_at(world.county, "hall", world.clock);
  Machine far("440583-K21");
  far.enrol_at(second_hall, "kiosk", world.clock);
  world.filing.file(far, world.clock);
  sync_once(far, second_hall, world.clock);
  sync_once(second, world.county, world.clock, {"440583-C.H02"}, true);
  CHECK(std::holds_alternative<Wait>(world.county.hub->handle(poll, world.clock.wall(), world.clock.tick())));
  // Another hall's machine that says something about the number draws the county's word to nobody.
  must(far.log->append("440583-A01", number, std::vector<Fact>{Viewed{"甲", "x"}}, world.clock.wall()));
  must(second_hall.log->merge(must(far.log->after("440583-A01", 0, 10))));
  sync_once(second, world.county, world.clock, {"440583-C.H02"}, true);
  REQUIRE(must(world.county.log->head("440583-A01")).seq == 1);
  CHECK(must(world.county.hub->decide(number, Transferred{"县住建局", ""}, world.clock.wall())).id.origin == "440583-C.H01");
  CHECK(std::holds_alternative<Reply>(world.county.hub->handle(poll, world.clock.wall(), world.clock.tick())));
  // Nobody else's hall begins a later epoch of a machine.
  must(far.log->append("440583-K01.2", "", std::vector<Fact>{Viewed{"甲", "x"}}, world.clock.wall()));
  must(second_hall.log->merge(must(far.log->after("440583-K01.2", 0, 10))));
  CHECK(sync_once(second, world.county, world.clock, {"440583-C.H02"}, true).stopped);
  CHECK(must(world.county.log->head("440583-K01.2")).seq == 0);
}
