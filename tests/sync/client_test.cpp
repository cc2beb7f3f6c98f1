#include <set>

#include "kit.h"

using namespace yizhan;
using namespace yizhan::sync;
using namespace yizhan::sync::kit;

namespace {

/// Lets a test change what the hub answered before the client sees it.
struct LyingTransport : Transport {
  DirectTransport honest;
  std::function<Result<Reply>(const Request&, Reply)> lie;
  LyingTransport(HubNode& hub, const HandClock& clock) : honest(hub, clock) {}
  Result<Reply> exchange(const Request& request, Span patience) override {
    auto reply = honest.exchange(request, patience);
    return lie ? lie(request, std::move(*reply)) : reply;
  }
};

bool is_push(const Request& request) { return request.method == "POST" && request.target.starts_with("/v1/log/"); }

}  // namespace

TEST_CASE("only a signed acknowledgement of our own seq and hash marks anything as delivered", "[client][T17]") {
  Pair world;
  for (int i = 0; i < 5; ++i) world.filing.file(world.kiosk, world.clock);
  const KeyPair stranger = make_sign_keys();
  const auto head = must(world.kiosk.log->head("440583-K01"));
  const auto ack_text = [](Head h, std::uint64_t county) { return to_json(Ack{std::move(h), county}); };
  const auto& hub_key = world.hall.config.key;
  std::optional<Reply> old_ack;

  struct Row {
    const char* name;
    std::function<Result<Reply>(const Request&, Reply)> lie;
    const char* words;
  };
  const std::vector<Row> rows = {
      {"captive portal", [](const Request&, Reply) { return Reply{200, {{"Content-Type", "text/html"}}, "<html>请登录</html>"}; }, "not our hub: a web page"},
      {"unsigned", [](const Request&, Reply r) { std::erase_if(r.headers, [](const Header& h) { return h.name == "Yizhan-Signature"; }); return r; }, "not our hub: unsigned reply"},
      {"redirect", [](const Request&, Reply) { return Reply{302, {{"Location", "http://elsewhere/"}}, ""}; }, "not our hub: redirect"},
      {"wrong signer", [&](const Request& q, Reply) { return signed_by(stranger, q, 200, ack_text(head, 0)); }, "not our hub: wrong signature"},
      {"body changed", [](const Request&, Reply r) { r.body += ' '; return r; }, "not our hub: wrong signature"},
      {"status changed", [](const Request&, Reply r) { r.status = 201; return r; }, "not our hub: wrong signature"},
      {"another log", [&](const Request& q, Reply) { return signed_by(hub_key, q, 200, ack_text({"440583-K02", head.seq, head.hash}, 0)); }, "wrong acknowledgement: another log or too little"},
      {"too little", [&](const Request& q, Reply) { return signed_by(hub_key, q, 200, ack_text({head.origin, head.seq - 1, head.hash}, 0)); }, "wrong acknowledgement: another log or too little"},
      {"another hash", [&](const Request& q, Reply) { return signed_by(hub_key, q, 200, ack_text({head.origin, head.seq, hash_bytes("other")}, 0)); }, "wrong acknowledgement: hash"},
      {"more than we have", [&](const Request& q, Reply) { return signed_by(hub_key, q, 200, ack_text({head.origin, head.seq + 5, head.hash}, 0)); }, "wrong acknowledgement: hash"},
      {"not durable", [&](const Request& q, Reply) {
         auto text = ack_text(head, 0);
         text.replace(text.find("true"), 4, "false");
         return signed_by(hub_key, q, 200, text);
       }, "not our hub: acknowledgement: not durable"},
      {"not JSON", [&](const Request& q, Reply) { return signed_by(hub_key, q, 200, "hello"); }, "not our hub: acknowledgement: not in the expected form"},
      {"server error", [](const Request&, Reply) { return Reply{500, {}, "boom"}; }, "no hub behind it: status 500"},
      {"no answer", [](const Request&, Reply) -> Result<Reply> { return Error{Code::Unavailable, "the reply is cut off"}; }, "no answer: the reply is cut off"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    LyingTransport transport(world.hall, world.clock);
    transport.lie = [&](const Request& request, Reply reply) -> Result<Reply> {
      if (is_push(request)) return row.lie(request, std::move(reply));
      // The heads are honest about nothing being there, so that every row starts with a push.
      auto heads = must(heads_from_json(must(body_of(reply))));
      heads.heads.clear();
      return signed_by(hub_key, request, 200, to_json(heads));
    };
    Client client(world.kiosk.client_config(world.hall), world.kiosk.with_log());
    pump(client, transport, world.clock);
    CHECK_FALSE(client.state().online);
    CHECK(client.state().trouble == row.words);
    CHECK(client.state().marks.at("440583-K01").hub == 0);
    CHECK(client.state().pushed == 0);
    CHECK_FALSE(client.state().done);
    CHECK(client.again_at() > world.clock.tick());
    world.clock.go(std::chrono::hours(1));
  }

  SECTION("an old signed reply cannot be played again") {
    LyingTransport transport(world.hall, world.clock);
    std::optional<Reply> kept;
    transport.lie = [&](const Request& request, Reply reply) -> Result<Reply> {
      if (request.target != "/v1/heads") return reply;
      if (!kept) kept = reply;
      return *kept;
    };
    Client first(world.kiosk.client_config(world.hall), world.kiosk.with_log());
    pump(first, transport, world.clock);
    CHECK(first.state().done);
    world.clock.go(Span{1000});
    Client second(world.kiosk.client_config(world.hall), world.kiosk.with_log());
    pump(second, transport, world.clock);
    CHECK(second.state().trouble == "not our hub: wrong signature");
  }
}

TEST_CASE("after the liar comes the hub and everything is delivered once", "[client]") {
  Pair world;
  for (int i = 0; i < 5; ++i) world.filing.file(world.kiosk, world.clock);
  const auto state = sync_once(world.kiosk, world.hall, world.clock);
  CHECK(state.done);
  CHECK(state.online);
  CHECK(state.marks.at("440583-K01").hub == 15);
  CHECK(must(world.hall.log->head("440583-K01")).hash == must(world.kiosk.log->head("440583-K01")).hash);
  CHECK(must(world.hall.log->verify()).empty());
}

TEST_CASE("trouble backs off from one second to fifteen minutes with jitter, and Retry-After cannot stretch it", "[client][R11]") {
  Pair world;
  std::set<std::int64_t> waits;
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    auto config = world.kiosk.client_config(world.hall);
    config.jitter_seed = seed;
    Client client(config, world.kiosk.with_log());
    Span longest{0};
    for (int i = 0; i < 20; ++i) {
      const auto request = client.step(world.clock.tick(), world.clock.wall());
      REQUIRE(request);
      client.received(Error{Code::Unavailable, "cannot connect"}, world.clock.tick(), world.clock.wall());
      const Span wait = client.again_at() - world.clock.tick();
      const auto full = std::min<std::int64_t>(900'000, std::int64_t{1000} << std::min(i, 20));
      CHECK(wait.count() >= full / 2);
      CHECK(wait.count() <= full);
      CHECK_FALSE(client.step(world.clock.tick(), world.clock.wall()));
      longest = std::max(longest, wait);
      waits.insert(wait.count());
      world.clock.go(wait);
    }
    CHECK(longest > Span{450'000});
  }
  CHECK(waits.size() > 40);

  Client client(world.kiosk.client_config(world.hall), world.kiosk.with_log());
  for (const char* after : {"9999999999999999999999", "9999999999", "-5", "Wed, 21 Oct 2099 07:28:00 GMT", "x"}) {
    const auto request = client.step(world.clock.tick(), world.clock.wall());
    REQUIRE(request);
    client.received(Reply{503, {{"Retry-After", after}}, ""}, world.clock.tick(), world.clock.wall());
    CHECK(client.again_at() - world.clock.tick() <= Span{900'000});
    world.clock.go(Span{900'000});
  }
}

TEST_CASE("a nudge while the hub is away tries again, but at most once a second", "[client]") {
  Pair world;
  Client client(world.kiosk.client_config(world.hall), world.kiosk.with_log());
  for (int i = 0; i < 12; ++i) {
    REQUIRE(client.step(world.clock.tick(), world.clock.wall()));
    client.received(Error{Code::Unavailable, "x"}, world.clock.tick(), world.clock.wall());
    world.clock.ticks = client.again_at();
  }
  REQUIRE(client.step(world.clock.tick(), world.clock.wall()));
  client.received(Error{Code::Unavailable, "x"}, world.clock.tick(), world.clock.wall());
  REQUIRE(client.again_at() - world.clock.tick() > Span{60'000});
  client.nudge();
  CHECK_FALSE(client.step(world.clock.tick(), world.clock.wall()));
  CHECK(client.again_at() - world.clock.tick() <= Span{1000});
  world.clock.go(Span{1000});
  CHECK(client.step(world.clock.tick(), world.clock.wall()));
}

TEST_CASE("an interrupted long poll is not trouble: the client pushes at once", "[client]") {
  Pair world;
  auto config = world.kiosk.client_config(world.hall);
  config.long_poll = Span{20'000};
  Client client(config, world.kiosk.with_log());
  DirectTransport transport(world.hall, world.clock);
  std::optional<Request> request;
  for (int i = 0; i < 10 && !client.waiting(); ++i) {
    request = client.step(world.clock.tick(), world.clock.wall());
    REQUIRE(request);
    if (!client.waiting()) client.received(transport.exchange(*request, Span{1}), world.clock.tick(), world.clock.wall());
  }
  REQUIRE(client.waiting());
  CHECK(request->target.find("wait=20") != std::string::npos);
  CHECK(client.patience() >= Span{25'000});
  world.filing.file(world.kiosk, world.clock);
  client.nudge();
  client.received(Error{Code::Unavailable, std::string(interrupted_words)}, world.clock.tick(), world.clock.wall());
  CHECK(client.state().online);
  request = client.step(world.clock.tick(), world.clock.wall());
  REQUIRE(request);
  CHECK(is_push(*request));
}

TEST_CASE("a hub that lost its database gets everything again", "[client][R18]") {
  Pair world;
  for (int i = 0; i < 4; ++i) world.filing.file(world.kiosk, world.clock);
  REQUIRE(sync_once(world.kiosk, world.hall, world.clock).done);
  HubNode fresh("440583-H01");
  fresh.config.key = world.hall.config.key;
  fresh.start();
  world.kiosk.enrol_at(fresh, "kiosk", world.clock);
  world.filing.file(world.kiosk, world.clock);
  const auto state = sync_once(world.kiosk, fresh, world.clock);
  CHECK(state.done);
  CHECK(must(fresh.log->head("440583-K01")).seq == world.kiosk.head());
}

TEST_CASE("the hub says gap in the middle: the client resumes where the hub stands", "[client]") {
  Pair world;
  for (int i = 0; i < 3; ++i) world.filing.file(world.kiosk, world.clock);
  LyingTransport transport(world.hall, world.clock);
  int pushes = 0;
  transport.lie = [&](const Request& request, Reply reply) -> Result<Reply> {
    if (!is_push(request) || ++pushes != 1) return reply;
    return signed_by(world.hall.config.key, request, 409, to_json(Refusal{"gap", "", 0}));
  };
  Client client(world.kiosk.client_config(world.hall), world.kiosk.with_log());
  pump(client, transport, world.clock);
  CHECK(client.state().done);
  CHECK(client.state().marks.at("440583-K01").hub == 9);

  // One that always says gap must not keep the line busy.
  HubNode other("440583-H01");
  world.kiosk.enrol_at(other, "kiosk", world.clock);
  LyingTransport stubborn(other, world.clock);
  stubborn.lie = [&](const Request& request, Reply reply) -> Result<Reply> {
    if (!is_push(request)) {
      auto heads = must(heads_from_json(must(body_of(reply))));
      heads.heads.clear();
      return signed_by(other.config.key, request, 200, to_json(heads));
    }
    return signed_by(other.config.key, request, 409, to_json(Refusal{"gap", "", 0}));
  };
  Client tired(world.kiosk.client_config(other), world.kiosk.with_log());
  CHECK(pump(tired, stubborn, world.clock) < 20);
  CHECK(tired.state().trouble.find("again and again") != std::string::npos);
}

TEST_CASE("two histories under one number stop that log with words, and keep both", "[client]") {
  Pair world;
  world.filing.file(world.kiosk, world.clock);
  REQUIRE(sync_once(world.kiosk, world.hall, world.clock).done);
  // The same device with an older disk goes on differently.
  Machine twin("440583-K01");
  twin.key = world.kiosk.key;
  must(twin.log->append("440583-K01", "", std::vector<Fact>{Viewed{"甲", "x"}, Viewed{"乙", "x"}, Viewed{"丙", "x"}, Viewed{"丁", "x"}}, world.clock.wall()));
  auto state = sync_once(twin, world.hall, world.clock);
  REQUIRE(state.stopped);
  CHECK(state.stopped->code == Code::Conflict);
  CHECK(state.stopped->what.find("fork at 3") != std::string::npos);
  CHECK(state.marks.at("440583-K01").hub == 0);

  // The hub's own view when such a batch is pushed at it: refused, kept aside, its history unchanged.
  const auto events = must(twin.log->after("440583-K01", 0, 10));
  Request request{"POST", "/v1/log/440583-K01?after=0", {}, {}};
  set_body(request, to_lines(events), "application/x-ndjson");
  sign_request(request, twin.origin, twin.key, world.clock.wall());
  const auto answer = told(world.hall, request, world.clock);
  CHECK(answer.status == 409);
  CHECK(answer.code() == "fork");
  CHECK(must(world.hall.log->head("440583-K01")).seq == 3);
  CHECK(must(world.hall.log->verify()).empty());

  // An old copy of the disk: the hub knows more of our own log than we do. What the county has of that other history is nothing of ours.
  Machine old("440583-K01");
  old.key = world.kiosk.key;
  world.hall.hub->upstream(true, world.clock.wall(), {{"440583-K01", 3}});
  CHECK(sync_once(twin, world.hall, world.clock).marks.at("440583-K01").county == 0);
  state = sync_once(old, world.hall, world.clock);
  CHECK_FALSE(state.stopped);  // nothing of it is here, so nothing contradicts yet
  must(old.log->merge(must(world.kiosk.log->after("440583-K01", 0, 1))));
  state = sync_once(old, world.hall, world.clock);
  REQUIRE(state.stopped);
  CHECK(state.stopped->what.find("more of it than this disk") != std::string::npos);
}

TEST_CASE("one log that is refused keeps no other log waiting, and is tried again after an hour", "[client][R10]") {
  Pair world;
  Machine second("440583-K02");
  second.enrol_at(world.hall, "kiosk", world.clock);
  Filing other;
  world.filing.file(world.kiosk, world.clock);
  other.file(second, world.clock);
  // A relay of both: the first comes first, and is not taken.
  must(world.kiosk.log->merge(must(second.log->after("440583-K02", 0, 100))));
  LyingTransport transport(world.hall, world.clock);
  bool refuses = true;
  Heads has;
  std::vector<std::string> pushed;
  transport.lie = [&](const Request& request, Reply) -> Result<Reply> {
    if (request.target.starts_with("/v1/heads")) return signed_by(world.hall.config.key, request, 200, to_json(has));
    if (!is_push(request)) return signed_by(world.hall.config.key, request, 404, to_json(Refusal{"not_found", "", 0}));
    const Origin log = request.target.substr(8, 10);
    pushed.push_back(log);
    if (refuses && log == "440583-K01") return signed_by(world.hall.config.key, request, 403, to_json(Refusal{"unauthorised", "this device may not write log " + log, 0}));
    has.heads.push_back({must(world.kiosk.log->head(log)), 0});
    return signed_by(world.hall.config.key, request, 200, to_json(Ack{must(world.kiosk.log->head(log)), 0}));
  };
  auto config = world.kiosk.client_config(world.hall);
  config.relay = true;
  config.long_poll = Span{20'000};
  Client client(config, world.kiosk.with_log());
  for (int i = 0; i < 20; ++i) {
    if (auto request = client.step(world.clock.tick(), world.clock.wall())) client.received(transport.exchange(*request, client.patience()), world.clock.tick(), world.clock.wall());
  }
  CHECK(pushed == std::vector<std::string>{"440583-K01", "440583-K02"});
  REQUIRE(client.state().stopped);
  CHECK(client.state().stopped->what.find("may not write log 440583-K01") != std::string::npos);
  CHECK(client.state().marks.at("440583-K02").hub == must(world.kiosk.log->head("440583-K02")).seq);
  refuses = false;
  world.clock.go(std::chrono::minutes(61));
  for (int i = 0; i < 20; ++i) {
    world.clock.go(std::chrono::seconds(30));
    if (auto request = client.step(world.clock.tick(), world.clock.wall())) client.received(transport.exchange(*request, client.patience()), world.clock.tick(), world.clock.wall());
  }
  CHECK_FALSE(client.state().stopped);
  CHECK(client.state().marks.at("440583-K01").hub == world.kiosk.head());
}

TEST_CASE("a batch aims at five seconds of the link as measured", "[client]") {
  Pair world;
  for (int i = 0; i < 1500; ++i) world.filing.file(world.kiosk, world.clock);
  struct SlowLine : Transport {
    DirectTransport honest;
    HandClock& clock;
    double bytes_per_ms;
    std::vector<std::size_t> sizes;
    SlowLine(HubNode& hub, HandClock& c, double rate) : honest(hub, c), clock(c), bytes_per_ms(rate) {}
    Result<Reply> exchange(const Request& request, Span patience) override {
      if (is_push(request)) sizes.push_back(request.body.size());
      clock.go(Span{static_cast<std::int64_t>(static_cast<double>(request.body.size()) / bytes_per_ms)});
      return honest.exchange(request, patience);
    }
  };
  const auto run = [&](double bytes_per_ms) {
    HubNode hub("440583-H01");
    world.kiosk.enrol_at(hub, "kiosk", world.clock);
    SlowLine line(hub, world.clock, bytes_per_ms);
    Client client(world.kiosk.client_config(hub), world.kiosk.with_log());
    pump(client, line, world.clock);
    CHECK(client.state().done);
    CHECK(must(hub.log->head("440583-K01")).seq == 4500);
    return line.sizes;
  };
  const auto slow = run(8);  // 64 kbit/s
  CHECK(slow.front() <= 16u << 10);
  for (const auto size : slow) CHECK(size <= 48'000);
  const auto fast = run(12'000);  // a hall's own network: bounded by 1,000 events
  CHECK(fast.size() <= 7);
  for (const auto size : fast) CHECK(size <= 512u << 10);
}

TEST_CASE("whatever is lost, doubled or cut on the way, every event arrives exactly once and in order", "[client][R10]") {
  struct Lossy : Transport {
    DirectTransport honest;
    HandClock& clock;
    std::mt19937 dice;
    std::optional<Request> earlier;
    Lossy(HubNode& hub, HandClock& c, unsigned seed) : honest(hub, c), clock(c), dice(seed) {}
    Result<Reply> exchange(const Request& request, Span patience) override {
      const auto roll = dice() % 10;
      if (roll == 0) return Error{Code::Unavailable, "cannot connect"};
      if (earlier && roll == 1) (void)honest.exchange(*earlier, patience);  // an old request is played again
      auto reply = honest.exchange(request, patience);
      earlier = request;
      if (roll == 2) return Error{Code::Unavailable, "the reply is cut off"};  // done, but nobody hears of it
      if (roll == 3) (void)honest.exchange(request, patience);
      if (roll == 4) reply->body.resize(reply->body.size() / 2);
      if (roll == 5) honest.node->start();  // the hub restarts
      return reply;
    }
  };
  for (unsigned seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    HandClock clock;
    HubNode hall("440583-H01");
    Machine kiosk("440583-K01");
    kiosk.enrol_at(hall, "kiosk", clock);
    Filing filing;
    auto config = kiosk.client_config(hall);
    config.batch_events_max = 7;
    config.long_poll = Span{5'000};
    Client client(config, kiosk.with_log());
    Lossy line(hall, clock, seed);
    for (int round = 0; round < 400 && (round < 30 || client.state().marks.at("440583-K01").hub < kiosk.head()); ++round) {
      if (round < 30) {
        filing.file(kiosk, clock);
        client.nudge();
      }
      pump(client, line, clock, 6, Span{40});
      clock.ticks = std::max(clock.ticks, client.again_at());
      clock.now += Span{500};
    }
    CHECK(client.state().marks.at("440583-K01").hub == 90);
    CHECK(must(hall.log->head("440583-K01")).hash == must(kiosk.log->head("440583-K01")).hash);
    CHECK(must(hall.log->count()) == 90);
    CHECK(must(hall.log->verify()).empty());
  }
}

TEST_CASE("marks survive a restart of the device with the line cut", "[client]") {
  Pair world;
  world.filing.file(world.kiosk, world.clock);
  REQUIRE(sync_once(world.kiosk, world.hall, world.clock).done);
  world.hall.hub->upstream(true, world.clock.wall(), {{"440583-K01", 2}});
  REQUIRE(sync_once(world.kiosk, world.hall, world.clock).marks.at("440583-K01").county == 2);
  world.filing.file(world.kiosk, world.clock);
  Client after(world.kiosk.client_config(world.hall), world.kiosk.with_log());
  const auto request = after.step(world.clock.tick(), world.clock.wall());
  REQUIRE(request);
  after.received(Error{Code::Unavailable, "cannot connect"}, world.clock.tick(), world.clock.wall());
  const auto mark = after.state().marks.at("440583-K01");
  CHECK(mark.hub == 3);
  CHECK(mark.county == 2);
  CHECK(mark.total == 6);
  CHECK(after.state().complete_at != Time{});
}
