#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <set>
#include <thread>

#include "core/petition_json.h"
#include "program.h"
#include "sync/curl_transport.h"

using namespace yizhan;
using namespace yizhan::sync;
using namespace yizhan::sync::kit;
using Json = nlohmann::json;

namespace {

const SystemClock real_clock;

std::string code_for(const std::string& data, const std::string& origin, const std::string& role) {
  const auto ran = run_hub({"keys", "enrol", origin, "--role", role, "--data", data});
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  return ran.out.substr(0, 8);
}

Pinned enrolled(Machine& machine, const std::string& data, const HubProgram& hub, const std::string& role) {
  auto transport = must(CurlTransport::make({hub.url(), "", {}, Span{2000}}));
  const auto got = must(enrol(*transport, {code_for(data, machine.origin, role), machine.origin, role, machine.key.public_hex, "", {}}, machine.key, real_clock.wall()));
  return {machine.origin, machine.key, got.hub_origin, got.hub_public_hex};
}

ClientConfig config_of(const Pinned& pinned) {
  ClientConfig config;
  config.self = pinned.self;
  config.key = pinned.key;
  config.hub_origin = pinned.hub_origin;
  config.hub_public_hex = pinned.hub_public_hex;
  config.long_poll = Span{0};
  return config;
}

ClientState sync_real(Machine& machine, const Pinned& pinned, const std::string& url, std::vector<std::string> pull = {}) {
  auto config = config_of(pinned);
  config.pull = std::move(pull);
  Client client(config, machine.with_log());
  auto transport = must(CurlTransport::make({url, "", {}, Span{2000}}));
  while (auto request = client.step(real_clock.tick(), real_clock.wall())) client.received(transport->exchange(*request, client.patience()), real_clock.tick(), real_clock.wall());
  return client.state();
}

template <class Done>
bool eventually(Done done, int seconds = 20) {
  for (int i = 0; i < seconds * 50; ++i) {
    if (done()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

std::size_t sealed_statuses(Machine& machine, const MatterId& matter) {
  std::size_t n = 0;
  for (const Event& event : must(machine.log->of_matter(matter))) n += event.type == "status_sealed" && event.body;
  return n;
}

}  // namespace

TEST_CASE("county, hall and kiosk as programs: up, decide while serving, down, report", "[process]") {
  TempDir dir;
  const std::string county_data = dir / "county", hall_data = dir / "hall";
  HubProgram county({"--data", county_data, "--county", "--origin", "440583-C"});
  REQUIRE(run_hub({"keys", "discipline", "--data", county_data, "--secret", dir / "secret"}).code == 0);
  HubProgram hall({"--data", hall_data, "--origin", "440583-H01", "--upstream", county.url(), "--upstream-code", code_for(county_data, "440583-H01", "hall")});
  Machine kiosk("440583-K01");
  // The discipline key comes down with the hall's own enrolment and is handed to the kiosk at its.
  REQUIRE(eventually([&] { return std::filesystem::exists(hall_data + "/discipline.pub"); }));
  auto transport = must(CurlTransport::make({hall.url(), "", {}, Span{2000}}));
  Enrolment got;
  REQUIRE(eventually([&] {
    const auto code = code_for(hall_data, "440583-K01", "kiosk");
    got = must(enrol(*transport, {code, "440583-K01", "kiosk", kiosk.key.public_hex, "", {}}, kiosk.key, real_clock.wall()));
    return !got.discipline_keys.empty();
  }));
  const Pinned pinned{"440583-K01", kiosk.key, got.hub_origin, got.hub_public_hex};

  HandClock clock;
  clock.now = real_clock.wall();
  Filing filing{0, make_box_keys().public_hex};
  const auto number = filing.file(kiosk, clock);
  const auto secret_number = make_matter_id("440583-K01", hall_day(clock.now), 2);
  const auto envelope = must(seal(encode_petition(petition("检举某科长收钱")), secret_number, got.discipline_keys));
  REQUIRE(filing.file(kiosk, clock, "PET", Priority::Normal, envelope) == secret_number);
  CHECK(sync_real(kiosk, pinned, hall.url()).done);

  // Relayed at once, and the kiosk hears that the county has it.
  CHECK(eventually([&] { return run_hub({"matter", number, "--data", county_data}).code == 0; }));
  CHECK(eventually([&] { return sync_real(kiosk, pinned, hall.url()).marks.at("440583-K01").county == 6; }));

  auto ran = run_hub({"decide", number, "accepted", "--unit", "云栖县住建局", "--on", "2026-11-20", "--data", county_data, "--json"});
  CHECK(ran.code == 0);
  CHECK(Json::parse(ran.out).at("origin") == "440583-C.H01");
  CHECK(eventually([&] {
    sync_real(kiosk, pinned, hall.url(), {"440583-C.S01"});
    return sealed_statuses(kiosk, number) >= 2;  // 县里已收到, 已受理
  }));

  ran = run_hub({"matter", number, "--data", county_data, "--json"});
  CHECK(Json::parse(ran.out).at("accepted_day") == "2026-11-20");
  CHECK(Json::parse(ran.out).at("hall") == "440583-H01");
  ran = run_hub({"report", "--data", county_data, "--json"});
  CHECK(Json::parse(ran.out).at("registered") == 2);
  CHECK(Json::parse(ran.out).at("sealed") == 1);
  CHECK(run_hub({"rebuild", "--data", county_data}).code == 0);
  CHECK(run_hub({"verify", "--data", county_data}).code == 0);
  CHECK(run_hub({"verify", "--data", hall_data}).code == 0);

  // The county's steps about an accusation are stated too, and go down to the hall without a unit or a word (XFTL 30).
  for (const std::vector<std::string>& step : {std::vector<std::string>{"transferred", "--to-unit", "县纪委"}, {"accepted", "--unit", "县纪委", "--on", "2026-11-21"}, {"answered", "--unit", "县纪委", "--opinion", "explain", "--summary", "已谈话"}}) {
    std::vector<std::string> words{"decide", secret_number, "--data", county_data};
    words.insert(words.begin() + 2, step.begin(), step.end());
    ran = run_hub(words);
    INFO(step.front() << ": " << ran.err);
    CHECK(ran.code == 0);
    CHECK(ran.err.find("without unit") != std::string::npos);
  }
  ran = run_hub({"matter", secret_number, "--data", county_data, "--json"});
  CHECK(Json::parse(ran.out).at("accepted_day") == "2026-11-21");
  CHECK(ran.out.find("纪委") == std::string::npos);
  ran = run_hub({"matter", secret_number, "--data", county_data});
  for (const char* said : {"收钱", "纪委", "谈话"}) CHECK(ran.out.find(said) == std::string::npos);
  ran = run_hub({"matter", secret_number, "--data", county_data, "--unseal", dir / "secret"});
  CHECK(ran.code == 0);
  CHECK(ran.out.find("检举某科长收钱") != std::string::npos);
  const KeyPair wrong = make_box_keys();
  std::ofstream(dir / "wrong") << wrong.public_hex << "\n" << wrong.secret_hex << "\n";
  CHECK(run_hub({"matter", secret_number, "--data", county_data, "--unseal", dir / "wrong"}).code == 1);

  // The line is cut: the hall goes on, and catches up when it is back.
  CHECK(county.end(SIGKILL) == 128 + SIGKILL);
  const auto later = filing.file(kiosk, clock);
  CHECK(sync_real(kiosk, pinned, hall.url()).done);
  ran = run_hub({"decide", number, "transferred", "--to-unit", "县人社局", "--data", county_data});  // directly: no hub runs
  CHECK(ran.code == 0);
  county.start();
  CHECK(eventually([&] { return run_hub({"matter", later, "--data", county_data}).code == 0; }, 60));
  CHECK(eventually([&] {
    sync_real(kiosk, pinned, hall.url(), {"440583-C.S01"});
    return sealed_statuses(kiosk, number) >= 3;
  }, 60));
  CHECK(hall.end(SIGTERM) == 0);
  struct stat info {};
  REQUIRE(::stat((hall_data + "/hub.db").c_str(), &info) == 0);
  CHECK((info.st_mode & 077) == 0);
}

TEST_CASE("exit codes and one line on standard error", "[process]") {
  TempDir dir;
  const std::string data = dir / "hub";
  CHECK(run_hub({}).code == 2);
  CHECK(run_hub({"dance"}).code == 2);
  CHECK(run_hub({"serve"}).code == 2);
  CHECK(run_hub({"decide", "x", "banish", "--data", data}).code == 2);
  CHECK(run_hub({"--help"}).code == 0);
  auto ran = run_hub({"report", "--data", data});
  CHECK(ran.code == 1);
  CHECK(std::count(ran.err.begin(), ran.err.end(), '\n') == 1);
  CHECK(run_hub({"serve", "--data", data}).code == 1);                              // no origin
  CHECK(run_hub({"serve", "--data", data, "--origin", "440583-K01"}).code == 1);    // not a hub's name
  CHECK(run_hub({"serve", "--data", data, "--origin", "440583-H01", "--listen", "nowhere"}).code == 1);
  CHECK(run_hub({"serve", "--data", data, "--origin", "440583-H02"}).code == 1);    // the directory is H01's
  CHECK(run_hub({"serve", "--data", data, "--assets", dir / "none"}).code == 1);
  HubProgram hub({"--data", data});
  CHECK(run_hub({"serve", "--data", data, "--listen", "127.0.0.1:0"}).code == 75);  // another process has it
  CHECK(run_hub({"keys", "enrol", "440583-K01", "--role", "king", "--data", data}).code == 1);
  CHECK(run_hub({"keys", "revoke", "440583-K01", "--data", data}).code == 1);
  CHECK(run_hub({"decide", "440583-K01-20261120-0001-9", "accepted", "--unit", "x", "--data", data}).code == 1);
  ran = run_hub({"keys", "--data", data});
  CHECK(ran.code == 0);
  CHECK(ran.out.find(hub.public_hex) != std::string::npos);
  // A broken rulebook stops the start and says file and line.
  std::filesystem::copy(YIZHAN_ASSETS_DIR, dir / "assets", std::filesystem::copy_options::recursive);
  std::ofstream(dir.path + "/assets/rulebooks/national.toml", std::ios::app) << "\n[[[broken\n";
  ran = run_hub({"serve", "--data", dir / "other", "--origin", "440583-H03", "--assets", dir / "assets"});
  CHECK(ran.code == 1);
  CHECK(ran.err.find("national.toml:") != std::string::npos);
}

TEST_CASE("kill -9 of the hub at twenty moments loses nothing that was acknowledged", "[process][R10]") {
  TempDir dir;
  const std::string data = dir / "hall";
  HubProgram hub({"--data", data, "--origin", "440583-H01"});
  Machine kiosk("440583-K01");
  const Pinned pinned = enrolled(kiosk, data, hub, "kiosk");
  HandClock clock;
  clock.now = real_clock.wall();
  Filing filing;
  auto config = config_of(pinned);
  config.batch_events_max = 30;
  config.long_poll = Span{5'000};
  config.retry_min = Span{5};
  config.retry_max = Span{20};
  auto transport = must(CurlTransport::make({hub.url(), "", {}, Span{2000}}));
  Client client(config, kiosk.with_log());
  std::mt19937 dice(7);
  std::uint64_t acknowledged = 0;
  for (int kills = 0; kills < 20; ++kills) {
    for (int i = 0; i < 100; ++i) filing.file(kiosk, clock);
    client.nudge();
    std::thread killer([&hub, pause = dice() % 40] {
      std::this_thread::sleep_for(std::chrono::milliseconds(pause));
      hub.end(SIGKILL);
    });
    for (int i = 0; i < 40; ++i) {
      const auto request = client.step(real_clock.tick(), real_clock.wall());
      if (!request) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        continue;
      }
      if (client.waiting()) transport->interrupt();
      client.received(transport->exchange(*request, Span{2000}), real_clock.tick(), real_clock.wall());
      acknowledged = std::max(acknowledged, client.state().marks.at("440583-K01").hub);
    }
    killer.join();
    {
      const auto reader = must(EventLog::open(data + "/hub.db", EventLog::Mode::ReadOnly));
      CHECK(must(reader->head("440583-K01")).seq >= acknowledged);
    }
    hub.start();
  }
  CHECK(acknowledged > 0);
  const auto state = sync_real(kiosk, pinned, hub.url());
  CHECK(state.done);
  CHECK(state.marks.at("440583-K01").hub == 6000);
  hub.end(SIGTERM);
  CHECK(run_hub({"verify", "--data", data}).code == 0);
  const auto reader = must(EventLog::open(data + "/hub.db", EventLog::Mode::ReadOnly));
  CHECK(must(reader->head("440583-K01")).seq == 6000);
  CHECK(must(reader->head("440583-K01")).hash == must(kiosk.log->head("440583-K01")).hash);
}

TEST_CASE("two desks call 1,000 times at once over sockets: none twice, none skipped", "[process]") {
  TempDir dir;
  const std::string data = dir / "hall";
  HubProgram hub({"--data", data, "--origin", "440583-H01"});
  Machine kiosk("440583-K01"), one("440583-D01"), two("440583-D02");
  const Pinned pinned = enrolled(kiosk, data, hub, "kiosk");
  HandClock clock;
  clock.now = real_clock.wall();
  Filing filing;
  for (int i = 0; i < 1000; ++i) filing.file(kiosk, clock, "LAW", i % 10 == 0 ? Priority::Elder : Priority::Normal);
  REQUIRE(sync_real(kiosk, pinned, hub.url()).done);
  const Pinned desks[] = {enrolled(one, data, hub, "desk-lawyer"), enrolled(two, data, hub, "desk-lawyer")};
  std::vector<std::string> tickets[2];
  std::atomic<int> trouble{0};
  std::vector<std::thread> threads;
  for (int desk = 0; desk < 2; ++desk)
    threads.emplace_back([&, desk] {
      auto transport = CurlTransport::make({hub.url(), "", {}, Span{2000}});
      for (int press = 0; press < 1000; ++press) {
        const QueueAsk call{QueueOp::Call, desks[desk].self + "-" + std::to_string(press), "", std::to_string(desk + 1) + "号律师窗口", {"LAW"}, "", "", ""};
        const auto body = ask(**transport, desks[desk], "POST", "/v1/queue", to_json(call), real_clock.wall());
        const auto answer = body ? queue_answer_from_json(*body) : Result<QueueAnswer>(body.error());
        if (!answer) ++trouble;
        else if (!answer->ticket.empty()) tickets[desk].push_back(answer->ticket);
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(trouble == 0);
  std::set<std::string> all;
  for (const auto& mine : tickets) {
    CHECK_FALSE(mine.empty());
    for (const auto& ticket : mine) CHECK(all.insert(ticket).second);
  }
  CHECK(all.size() == 1000);
}
