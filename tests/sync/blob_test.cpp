// Attachments on their way: after the events, piece by piece, resumable, counted only when a signed word says so.
#include "kit.h"
#include "program.h"
#include "sync/curl_transport.h"

using namespace yizhan;
using namespace yizhan::sync;
using namespace yizhan::sync::kit;

namespace {

std::string noise(std::size_t n, std::uint64_t seed = 1) {
  std::mt19937_64 rng(seed);
  std::string out(n, '\0');
  for (char& c : out) c = static_cast<char>(rng() >> 32);
  return out;
}

Attached named(std::string_view bytes, bool sealed = false) {
  Attached a;
  a.bytes = static_cast<std::int64_t>(bytes.size());
  a.hash = hex(hash_bytes(bytes));
  a.sealed = sealed;
  if (!sealed) a.kind = attached_statement, a.media_type = "audio/ogg; codecs=opus", a.duration_ms = 1000;
  return a;
}

void attach(Machine& machine, const MatterId& matter, const std::string& bytes, const HandClock& clock, bool sealed = false) {
  const EventLog::Statement one[] = {{matter, {named(bytes, sealed)}, {}, {bytes}}};
  must(machine.log->append_many(machine.origin, one, clock.wall()));
}

std::string whole(const EventLog& log, const Digest& hash) {
  std::string all;
  for (;;) {
    const auto part = must(log.blob_bytes(hash, all.size()));
    if (part.empty()) return all;
    all += part;
  }
}

/// Records what is asked, and lets a test change what the hub answered.
struct Watched : Transport {
  DirectTransport honest;
  std::vector<std::string> asked;
  std::function<Result<Reply>(const Request&, Reply)> lie;
  Watched(HubNode& hub, const HandClock& clock) : honest(hub, clock) {}
  Result<Reply> exchange(const Request& request, Span patience) override {
    asked.push_back(request.method + " " + request.target);
    auto reply = honest.exchange(request, patience);
    return lie ? lie(request, std::move(*reply)) : reply;
  }
};

}  // namespace

TEST_CASE("attachments go up after the events, smallest first, and both acknowledgements are told apart", "[blob][client]") {
  Pair world;
  HubNode county("440583-C", true);
  Machine hall_line("440583-H01", world.hall);
  hall_line.enrol_at(county, "hall", world.clock);
  const MatterId matter = world.filing.file(world.kiosk, world.clock);
  const std::string big = noise(700'000), small = noise(20, 2);
  attach(world.kiosk, matter, big, world.clock);
  attach(world.kiosk, matter, small, world.clock);

  Watched line(world.hall, world.clock);
  Client client(world.kiosk.client_config(world.hall), world.kiosk.with_log());
  pump(client, line, world.clock);
  CHECK(client.state().done);
  CHECK(client.state().blobs_unsent == 0);
  CHECK(client.state().blobs_uncounted == 2);
  REQUIRE(line.asked.size() > 4);
  CHECK(line.asked[0] == "GET /v1/heads");
  CHECK(line.asked[1].starts_with("POST /v1/log/440583-K01"));
  CHECK(line.asked[2] == "POST /v1/blobs");
  CHECK(line.asked[3] == "PUT /v1/blob/" + hex(hash_bytes(small)) + "?off=0&bytes=20");
  CHECK(line.asked[4] == "PUT /v1/blob/" + hex(hash_bytes(big)) + "?off=0&bytes=700000");
  CHECK(whole(*world.hall.log, hash_bytes(big)) == big);
  CHECK(must(world.hall.log->verify()).empty());

  // A second pass costs nothing: the mark is on our disk.
  Watched again(world.hall, world.clock);
  Client second(world.kiosk.client_config(world.hall), world.kiosk.with_log());
  pump(second, again, world.clock);
  for (const auto& asked : again.asked) CHECK_FALSE(asked.starts_with("PUT"));

  const auto state = sync_once(hall_line, county, world.clock, {}, true);
  CHECK(state.done);
  CHECK(state.blobs_unsent == 0);
  CHECK(state.blobs_uncounted == 0);
  CHECK(whole(*county.log, hash_bytes(big)) == big);
  CHECK(whole(*county.log, hash_bytes(small)) == small);
  CHECK(must(county.log->verify()).empty());
  world.hall.hub->upstream(true, world.clock.wall(), {});
  const auto counted = sync_once(world.kiosk, world.hall, world.clock);
  CHECK(counted.blobs_uncounted == 0);
  CHECK(must(world.kiosk.log->blob(hash_bytes(big))).reached == Reach::County);
}

TEST_CASE("an attachment is resumed where the hub has it, over a line that breaks at every other piece", "[blob][client]") {
  Pair world;
  const MatterId matter = world.filing.file(world.kiosk, world.clock);
  const std::string speech = noise(1'500'000);
  attach(world.kiosk, matter, speech, world.clock);
  std::set<std::string> sent;
  int pieces = 0, repeated = 0;
  std::uint64_t before = 0;
  for (int night = 0; night < 60 && must(world.kiosk.log->blobs_count(Reach::Here)) > 0; ++night) {
    Watched line(world.hall, world.clock);
    line.lie = [&](const Request& request, Reply reply) -> Result<Reply> {
      if (request.method != "PUT") return reply;
      ++pieces;
      repeated += !sent.insert(request.target).second;
      if (pieces % 2 == 0) return Error{Code::Unavailable, "cut"};  // stored, and the word of it lost
      return reply;
    };
    Client client(world.kiosk.client_config(world.hall), world.kiosk.with_log());
    pump(client, line, world.clock);
    const auto have = must(world.hall.log->blob(hash_bytes(speech))).have;
    CHECK(have >= before);
    before = have;
    world.clock.go(std::chrono::hours(1));
    if (night % 3 == 1) world.hall.start();  // and the hub is started again now and then
  }
  CHECK(must(world.kiosk.log->blobs_count(Reach::Here)) == 0);
  CHECK(whole(*world.hall.log, hash_bytes(speech)) == speech);
  CHECK(pieces > 6);
  CHECK(repeated == 0);  // what was stored is never sent twice
}

TEST_CASE("what is said while an attachment travels goes before its next piece", "[blob][client]") {
  Pair world;
  attach(world.kiosk, world.filing.file(world.kiosk, world.clock), noise(900'000), world.clock);
  Watched line(world.hall, world.clock);
  Client client(world.kiosk.client_config(world.hall), world.kiosk.with_log());
  std::size_t filed_at = 0;
  for (int i = 0; i < 200; ++i) {
    const auto request = client.step(world.clock.tick(), world.clock.wall());
    if (!request) break;
    const auto reply = line.exchange(*request, client.patience());
    if (filed_at == 0 && request->method == "PUT") {
      world.filing.file(world.kiosk, world.clock);
      filed_at = line.asked.size();
    }
    world.clock.go(Span{5});
    client.received(reply, world.clock.tick(), world.clock.wall());
  }
  REQUIRE(filed_at > 0);
  REQUIRE(line.asked.size() > filed_at + 1);
  CHECK(line.asked[filed_at].starts_with("POST /v1/log/"));
  CHECK(client.state().blobs_unsent == 0);
}

TEST_CASE("a peer that lies about an attachment has nothing marked as delivered", "[blob][client][T17]") {
  Pair world;
  const std::string speech = noise(600'000), other = noise(100, 7);
  attach(world.kiosk, world.filing.file(world.kiosk, world.clock), speech, world.clock);
  const auto& key = world.hall.config.key;
  const KeyPair stranger = make_sign_keys();
  const Digest hash = hash_bytes(speech);
  const auto ack = [&](Digest h, std::int64_t have, std::uint64_t bytes) { return to_json(std::vector{BlobHave{h, have, bytes, false}}); };
  struct Row {
    const char* name;
    const char* at;  // which call it lies in
    std::function<Result<Reply>(const Request&, Reply)> lie;
    const char* words;
  };
  const std::vector<Row> rows = {
      {"captive portal", "PUT", [](const Request&, Reply) { return Reply{200, {{"Content-Type", "text/html"}}, "<html>请登录</html>"}; }, "not our hub: a web page"},
      {"unsigned", "PUT", [&](const Request&, Reply) { return Reply{200, {{"Content-Type", "application/json"}}, ack(hash, 600'000, 600'000)}; }, "not our hub: unsigned reply"},
      {"redirect", "PUT", [](const Request&, Reply) { return Reply{302, {{"Location", "http://elsewhere/"}}, ""}; }, "not our hub: redirect"},
      {"wrong signer", "PUT", [&](const Request& q, Reply) { return signed_by(stranger, q, 200, ack(hash, 600'000, 600'000)); }, "not our hub: wrong signature"},
      {"body changed", "PUT", [](const Request&, Reply r) { r.body += ' '; return r; }, "not our hub: wrong signature"},
      {"another hash", "PUT", [&](const Request& q, Reply) { return signed_by(key, q, 200, ack(hash_bytes(other), 600'000, 600'000)); }, "wrong acknowledgement: another attachment"},
      {"another size", "PUT", [&](const Request& q, Reply) { return signed_by(key, q, 200, ack(hash, 600'000, 600'001)); }, "wrong acknowledgement: another attachment"},
      {"less than was sent", "PUT", [&](const Request& q, Reply) { return signed_by(key, q, 200, ack(hash, 1, 600'000)); }, "wrong acknowledgement: part of an attachment"},
      {"more than there is", "PUT", [&](const Request& q, Reply) { return signed_by(key, q, 200, ack(hash, 600'001, 600'000)); }, "wrong acknowledgement: part of an attachment"},
      {"minus one", "PUT", [&](const Request& q, Reply) { return signed_by(key, q, 200, ack(hash, -1, 600'000)); }, "wrong acknowledgement: part of an attachment"},
      {"two of them", "PUT", [&](const Request& q, Reply) { return signed_by(key, q, 200, to_json(std::vector<BlobHave>(2, {hash, 600'000, 600'000, true}))); }, "wrong acknowledgement: another attachment"},
      {"not durable", "PUT", [&](const Request& q, Reply) {
         auto text = ack(hash, 600'000, 600'000);
         text.replace(text.find("true"), 4, "false");
         return signed_by(key, q, 200, text);
       }, "not our hub: attachments: not durable"},
      {"nonsense", "PUT", [&](const Request& q, Reply) { return signed_by(key, q, 200, "[1]"); }, "not our hub: attachments: not in the expected form"},
      {"no answer", "PUT", [](const Request&, Reply) -> Result<Reply> { return Error{Code::Unavailable, "the reply is cut off"}; }, "no answer: the reply is cut off"},
      {"disk full", "PUT", [&](const Request& q, Reply) { return signed_by(key, q, 503, to_json(Refusal{"unavailable", "disk full", 0})); }, "unavailable: disk full"},
      {"portal at the question", "POST /v1/blobs", [](const Request&, Reply) { return Reply{200, {{"Content-Type", "text/html"}}, "<html>"}; }, "not our hub: a web page"},
      {"has more than there is", "POST /v1/blobs", [&](const Request& q, Reply) { return signed_by(key, q, 200, ack(hash, 600'001, 600'000)); }, "wrong acknowledgement: size of an attachment"},
      {"has another size", "POST /v1/blobs", [&](const Request& q, Reply) { return signed_by(key, q, 200, ack(hash, 5, 5)); }, "wrong acknowledgement: size of an attachment"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Watched line(world.hall, world.clock);
    line.lie = [&](const Request& request, Reply reply) -> Result<Reply> {
      return (request.method + " " + request.target).starts_with(row.at) ? row.lie(request, std::move(reply)) : std::move(reply);
    };
    Client client(world.kiosk.client_config(world.hall), world.kiosk.with_log());
    pump(client, line, world.clock, 50);
    CHECK(client.state().trouble == row.words);
    CHECK_FALSE(client.state().done);
    CHECK(client.state().blobs_unsent == 1);
    CHECK(must(world.kiosk.log->blob(hash)).reached == Reach::Here);
    CHECK(client.again_at() > world.clock.tick());
    world.clock.go(std::chrono::hours(1));
  }
  // Signed words that refuse: given up for this start, never marked, never a busy loop, and the events go on.
  for (const Refusal& refusal : {Refusal{"gap", "", 0}, Refusal{"gap", "", 999'999}, Refusal{"corrupt", "", 0}, Refusal{"not_found", "", 0}, Refusal{"unauthorised", "", 0}, Refusal{"invalid", "", 0}}) {
    CAPTURE(refusal.code);
    Watched line(world.hall, world.clock);
    line.lie = [&](const Request& request, Reply reply) -> Result<Reply> {
      if (request.method != "PUT") return reply;
      return signed_by(key, request, refusal.code == "gap" ? 409 : refusal.code == "unauthorised" ? 403 : 400, to_json(refusal));
    };
    Client client(world.kiosk.client_config(world.hall), world.kiosk.with_log());
    CHECK(pump(client, line, world.clock, 50) < 12);
    CHECK(client.state().done);
    CHECK(client.state().blobs_unsent == 1);
    CHECK(must(world.kiosk.log->blob(hash)).reached == Reach::Here);
  }
  const auto honest = sync_once(world.kiosk, world.hall, world.clock);
  CHECK(honest.blobs_unsent == 0);
  CHECK(whole(*world.hall.log, hash) == speech);
}

TEST_CASE("a hub that does not speak of attachments still gets every event that names them", "[blob][client]") {
  Pair world;
  attach(world.kiosk, world.filing.file(world.kiosk, world.clock), noise(9'000), world.clock);
  Watched line(world.hall, world.clock);
  line.lie = [&](const Request& request, Reply reply) -> Result<Reply> {
    if (!request.target.starts_with("/v1/blob")) return reply;
    return signed_by(world.hall.config.key, request, 404, to_json(Refusal{"not_found", "no such call", 0}));
  };
  Client client(world.kiosk.client_config(world.hall), world.kiosk.with_log());
  pump(client, line, world.clock);
  CHECK(client.state().done);
  CHECK(client.state().online);
  CHECK(client.state().blobs_unsent == 1);
  CHECK(must(world.hall.log->head("440583-K01")).seq == world.kiosk.head());
  CHECK(std::count_if(line.asked.begin(), line.asked.end(), [](const auto& a) { return a.find("/v1/blob") != std::string::npos; }) == 1);
  // The hub was brought up to date.
  CHECK(sync_once(world.kiosk, world.hall, world.clock).blobs_unsent == 0);
}

TEST_CASE("a hub whose disk was replaced gets everything again, and another hub too", "[blob][client]") {
  Pair world;
  const std::string speech = noise(9'000);
  attach(world.kiosk, world.filing.file(world.kiosk, world.clock), speech, world.clock);
  CHECK(sync_once(world.kiosk, world.hall, world.clock).blobs_unsent == 0);
  HubNode fresh("440583-H01");
  fresh.config.key = world.hall.config.key;
  fresh.start();
  world.kiosk.enrol_at(fresh, "kiosk", world.clock);
  CHECK(sync_once(world.kiosk, fresh, world.clock).blobs_unsent == 0);
  CHECK(whole(*fresh.log, hash_bytes(speech)) == speech);
  HubNode other("440583-H02");
  world.kiosk.enrol_at(other, "kiosk", world.clock);
  CHECK(sync_once(world.kiosk, other, world.clock).blobs_unsent == 0);
  CHECK(whole(*other.log, hash_bytes(speech)) == speech);
}

TEST_CASE("who may bring an attachment, and who may read one", "[blob][protocol][XFTL30]") {
  HandClock clock;
  HubNode hall("440583-H01");
  Machine kiosk("440583-K01"), kiosk2("440583-K02"), lawyer("440583-D01"), mediator("440583-D02"), reception("440583-D03"), board("440583-D09");
  kiosk.enrol_at(hall, "kiosk", clock);
  kiosk2.enrol_at(hall, "kiosk", clock);
  lawyer.enrol_at(hall, "desk-lawyer", clock);
  mediator.enrol_at(hall, "desk-mediator", clock);
  reception.enrol_at(hall, "desk-reception", clock);
  board.enrol_at(hall, "board", clock);
  Filing filing;
  const MatterId law = filing.file(kiosk, clock, "LAW");
  const std::string speech = noise(300'000), sealed = noise(5'000, 3);
  attach(kiosk, law, speech, clock);
  const MatterId secret = filing.file(kiosk, clock, "REC", Priority::Normal, "c2VhbGVk");
  attach(kiosk, secret, sealed, clock, true);
  const auto name = [](const std::string& bytes) { return "/v1/blob/" + hex(hash_bytes(bytes)); };
  const auto put = [&](Machine& machine, const std::string& target, const std::string& bytes) {
    Request request{"PUT", target, {}, {}};
    set_body(request, bytes, raw_content);
    sign_request(request, machine.origin, machine.key, clock.wall());
    return told(hall, request, clock);
  };
  // Before its event is here nobody may bring it; a stranger's device never may.
  CHECK(put(kiosk, name(sealed) + "?off=0&bytes=5000", sealed).code() == "not_found");
  auto events_only = kiosk.client_config(hall);
  sync_once(kiosk, hall, clock);
  CHECK(put(kiosk2, name(speech) + "?off=0&bytes=300000", speech.substr(0, 5000)).code() == "unauthorised");
  CHECK(put(kiosk, name("nothing") + "?off=0&bytes=7", "nothing").code() == "not_found");
  CHECK(put(kiosk, "/v1/blob/zz?off=0&bytes=7", "nothing").code() == "invalid");
  CHECK(put(kiosk, name(speech) + "?off=0&bytes=1", "x").code() == "invalid");
  CHECK(put(kiosk, name(speech) + "?off=0&bytes=300000", std::string(blob_piece_bytes_max + 1, 'x')).code() == "invalid");
  CHECK(put(kiosk, name(speech) + "?off=0&bytes=300000", speech.substr(0, 5000)).status == 200);  // again: it is whole
  CHECK(told(hall, signed_request(kiosk2, clock, "POST", "/v1/blobs", blobs_ask_to_json({hash_bytes(speech)})), clock).body.find("\"have\":-1") != std::string::npos);
  CHECK(told(hall, signed_request(kiosk, clock, "POST", "/v1/blobs", blobs_ask_to_json({hash_bytes(speech)})), clock).body.find("\"have\":300000") != std::string::npos);
  CHECK(tell(kiosk, hall, clock, "POST", "/v1/blobs", blobs_ask_to_json(std::vector<Digest>(blobs_asked_max + 1))).status == 400);
  static_cast<void>(events_only);

  const auto get = [&](Machine& machine, const std::string& bytes, const std::string& query = "") { return tell(machine, hall, clock, "GET", name(bytes) + query); };
  const auto looked = [&] {
    int n = 0;
    for (const auto& event : must(hall.log->of_matter(law))) n += event.type == "viewed";
    return n;
  };
  CHECK(get(mediator, speech).status == 404);
  CHECK(get(board, speech).status == 404);
  CHECK(get(kiosk2, speech).status == 404);
  CHECK(looked() == 0);
  std::string read;
  for (auto part = get(lawyer, speech); part.status == 200 && !part.body.empty(); part = get(lawyer, speech, "?off=" + std::to_string(read.size()))) {
    CHECK(part.body.size() <= blob_piece_bytes_max);
    read += part.body;
  }
  CHECK(read == speech);
  CHECK(looked() == 1);  // one look, one fact, stated before anything was handed out
  CHECK(get(reception, speech).status == 200);
  CHECK(looked() == 2);
  // What is sealed goes to nobody here, not even to the machine that brought it.
  for (Machine* machine : {&kiosk, &kiosk2, &lawyer, &mediator, &reception, &board}) CHECK(get(*machine, sealed).status == 404);
  CHECK(must(hall.log->blob(hash_bytes(sealed))).whole());
  must(hall.hub->revoke(lawyer.origin));
  CHECK(get(lawyer, speech).code() == "revoked");
}

TEST_CASE("an attachment that is not what its event says is refused by the hub, and named by verify at home", "[blob][client]") {
  Pair world;
  const std::string speech = noise(9'000);
  attach(world.kiosk, world.filing.file(world.kiosk, world.clock), speech, world.clock);
  Watched line(world.hall, world.clock);
  // On the way to the hub another byte: the request's own signature finds it before the hash does.
  Client client(world.kiosk.client_config(world.hall), world.kiosk.with_log());
  for (int i = 0; i < 20; ++i) {
    auto request = client.step(world.clock.tick(), world.clock.wall());
    if (!request) break;
    if (request->method == "PUT") request->body[5] ^= 1;
    client.received(line.exchange(*request, client.patience()), world.clock.tick(), world.clock.wall());
  }
  CHECK(client.state().blobs_unsent == 1);
  CHECK(must(world.hall.log->blob(hash_bytes(speech))).have == 0);
  // Signed and wrong all the same (our own disk): all of it comes, none of it stays.
  std::string bad = speech;
  bad[5] ^= 1;
  Request request{"PUT", "/v1/blob/" + hex(hash_bytes(speech)) + "?off=0&bytes=9000", {}, {}};
  set_body(request, bad, raw_content);
  sign_request(request, world.kiosk.origin, world.kiosk.key, world.clock.wall());
  CHECK(told(world.hall, request, world.clock).code() == "corrupt");
  CHECK(must(world.hall.log->blob(hash_bytes(speech))).have == 0);
  CHECK(sync_once(world.kiosk, world.hall, world.clock).blobs_unsent == 0);
}

TEST_CASE("kiosk, hall and county as programs: a recording reaches the county whole", "[blob][process]") {
  const SystemClock real_clock;
  TempDir dir;
  const std::string county_data = dir / "county", hall_data = dir / "hall";
  const auto code_for = [](const std::string& data, const std::string& origin, const std::string& role) {
    const auto ran = run_hub({"keys", "enrol", origin, "--role", role, "--data", data});
    REQUIRE(ran.code == 0);
    return ran.out.substr(0, 8);
  };
  HubProgram county({"--data", county_data, "--county", "--origin", "440583-C"});
  HubProgram hall({"--data", hall_data, "--origin", "440583-H01", "--upstream", county.url(), "--upstream-code", code_for(county_data, "440583-H01", "hall")});
  Machine kiosk("440583-K01");
  auto transport = must(CurlTransport::make({hall.url(), "", {}, Span{2000}}));
  const auto got = must(enrol(*transport, {code_for(hall_data, "440583-K01", "kiosk"), "440583-K01", "kiosk", kiosk.key.public_hex, "", {}}, kiosk.key, real_clock.wall()));
  HandClock clock;
  clock.now = real_clock.wall();
  Filing filing;
  const std::string speech = noise(blob_bytes_max - 7);
  attach(kiosk, filing.file(kiosk, clock), speech, clock);
  ClientConfig config;
  config.self = "440583-K01";
  config.key = kiosk.key;
  config.hub_origin = got.hub_origin;
  config.hub_public_hex = got.hub_public_hex;
  config.long_poll = Span{2'000};
  Client client(config, kiosk.with_log());
  const auto began = std::chrono::steady_clock::now();
  while (must(kiosk.log->blob(hash_bytes(speech))).reached != Reach::County && std::chrono::steady_clock::now() - began < std::chrono::seconds(60)) {
    const auto request = client.step(real_clock.tick(), real_clock.wall());
    if (!request) {
      ::usleep(10'000);
      continue;
    }
    client.received(transport->exchange(*request, client.patience()), real_clock.tick(), real_clock.wall());
  }
  CHECK(must(kiosk.log->blob(hash_bytes(speech))).reached == Reach::County);
  hall.end(SIGTERM);
  county.end(SIGTERM);
  const auto there = must(EventLog::open(county_data + "/hub.db", EventLog::Mode::ReadOnly));
  CHECK(whole(*there, hash_bytes(speech)) == speech);
  for (const auto& data : {hall_data, county_data}) {
    const auto verified = run_hub({"verify", "--data", data, "--json"});
    CHECK(verified.code == 0);
    CHECK(nlohmann::json::parse(verified.out).at("attachments").at("whole") == 1);
  }
}
