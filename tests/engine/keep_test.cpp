// What the store does for its log: beginning and end, checkpoints, erasing what the county holds, the nightly reading, room on the disk.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "core/anchor.h"
#include "core/epoch.h"
#include "core/log_check.h"
#include "core/number.h"
#include "tests/memory/tamper.h"
#include "world.h"

using namespace engine_tests;
using yizhan::test::tamper;

namespace {

constexpr Span a_day{24 * 3'600'000};

std::string files_of(const std::string& folder) {
  std::string all;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) all += read(entry.path().string());
  return all;
}

std::vector<Event> own(Machine& machine) { return *machine.store->log().after(machine.store->own_log(), 0, 10'000, SIZE_MAX); }

std::string reasons(Machine& machine) {
  std::string all;
  for (const Event& event : own(machine))
    if (event.type == "checkpointed") all += std::get<Checkpointed>(*fact_of(event)).reason + " ";
  return all;
}

/// Idle work until there is none, as the store's thread does it.
void rest(Machine& machine) {
  machine.store->tick();
  for (int i = 0; i < 10'000 && machine.store->idle(); ++i) machine.settle();
  machine.settle();
}

void pass(Machine& machine, Span span) { (machine.hall ? machine.hall->clock : machine.clock).pass(span); }

/// The county's word as the hall hub has it from above.
struct County {
  KeyPair key = make_sign_keys();
  void sign(HallHub& hall, const Origin& log, Time at) {
    const Head head = *hall.log().head(log);
    hall.hub().upstream(true, at, {{log, head.seq}}, {{log, make_anchor("440583-C", key, head, at)}});
  }
};

}  // namespace

TEST_CASE("a kiosk's log has a beginning, checkpoints and an end, and an idle one writes nothing", "[store][keep]") {
  Machine machine;
  REQUIRE(machine.store->begin_log());
  rest(machine);
  CHECK(reasons(machine) == "opened ");
  const auto quiet = machine.store->log().count().value();
  for (int i = 0; i < 600; ++i) {  // ten hours
    pass(machine, Span{60'000});
    rest(machine);
  }
  CHECK(machine.store->log().count().value() == quiet);
  machine.post(filing("v1-f1"));
  CHECK_FALSE(machine.receipt().matter.empty());
  machine.post(EndVisit{});
  pass(machine, Span{61'000});
  rest(machine);
  CHECK(reasons(machine) == "opened time ");
  machine.store->end_log();
  CHECK(reasons(machine) == "opened time closed ");
  const auto proved = prove(machine.store->log());
  REQUIRE(proved);
  CHECK(proved->damage.empty());
  CHECK(proved->logs.front().checkpoints == 3);
}

TEST_CASE("sixty-four entries are signed at once, in a busy visit too", "[store][keep]") {
  Machine machine;
  REQUIRE(machine.store->begin_log());
  for (int i = 0; i < 30; ++i) machine.post(TakeNumber{"v" + std::to_string(i), "LAW", Priority::Normal});
  rest(machine);
  CHECK(reasons(machine) == "opened rows ");
}

TEST_CASE("after an unclean end the tail is read before anything is stated, and a damaged one stops the start", "[store][keep]") {
  Machine machine;
  REQUIRE(machine.store->begin_log());
  machine.post(filing("v1-f1"));
  machine.open();  // no end_log(): the power went
  REQUIRE(machine.store->begin_log());
  machine.store.reset();
  REQUIRE(tamper(machine.folder / "log.db", "UPDATE event SET at = at + 1 WHERE seq = 2").empty());
  machine.open();
  const auto begun = machine.store->begin_log();
  REQUIRE_FALSE(begun);
  CHECK(begun.error().code == Code::Corrupt);
  CHECK(begun.error().what.find("entry 2: edited") != std::string::npos);
}

TEST_CASE("texts are erased seven days after the county signed for them, by two clocks, and never what it does not have", "[store][keep][purge]") {
  HallHub hall;
  County county;
  Machine machine("kiosk", &hall);
  REQUIRE(machine.store->begin_log());
  machine.post(filing("v1-f1", wages("第一件，星河厂欠薪")));
  const MatterId first = machine.receipt().matter;
  const std::string code = machine.receipt().query_code;
  machine.post(EndVisit{});
  rest(machine);
  machine.sync();
  const std::uint64_t signed_until = machine.store->log().head(machine.store->own_log())->seq;
  county.sign(hall, machine.store->own_log(), hall.clock.wall());
  machine.sync();
  REQUIRE(machine.store->log().anchors(machine.store->own_log())->size() == 2);  // the hall's and the county's
  machine.post(filing("v2-f1", wages("第二件，星河厂欠薪")));
  const MatterId second = machine.receipt().matter;
  machine.post(EndVisit{});
  rest(machine);

  const auto erased = [&] {
    rest(machine);
    return machine.store->log().purged(machine.store->own_log()).value();
  };
  SECTION("a wall clock that jumps a year ahead erases nothing") {
    hall.clock.at += a_day * 365;
    CHECK(erased() == 0);
    // And neither does the county's, alone.
    machine.sync();
    county.sign(hall, machine.store->own_log(), hall.clock.wall());
    machine.sync();
    hall.clock.at += a_day;
    CHECK(erased() == 0);
    // A start after the jump counts one day at most.
    machine.open();
    REQUIRE(machine.store->begin_log());
    CHECK(erased() == 0);
  }
  SECTION("this machine's time alone erases nothing: the county must have said something later") {
    for (int i = 0; i < 20 * 24; ++i) {
      pass(machine, Span{3'600'000});
      machine.store->tick();
    }
    CHECK(erased() == 0);
  }
  SECTION("six days are not enough, seven are") {
    int number = 0;
    const auto days = [&](int n) {
      for (int i = 0; i < n * 24; ++i) {
        pass(machine, Span{3'600'000});
        machine.store->tick();
      }
      // Somebody comes: only with new entries does the county sign anew.
      machine.post(TakeNumber{"n" + std::to_string(++number), "LAW", Priority::Normal});
      machine.post(EndVisit{});
      machine.sync();
      county.sign(hall, machine.store->own_log(), hall.clock.wall());
      machine.sync();
    };
    days(6);
    CHECK(erased() == 0);
    days(1);
    pass(machine, a_day);  // asked once a day
    CHECK(erased() == signed_until);
    const std::string files = files_of(machine.folder.path);
    CHECK(files.find("第一件，星河厂欠薪") == std::string::npos);
    CHECK(files.find("第二件，星河厂欠薪") != std::string::npos);
    for (const Event& event : own(machine)) CHECK(event.body.has_value() == (event.id.seq > signed_until || event.type == "checkpointed"));
    const auto proved = prove(machine.store->log());
    REQUIRE(proved);
    CHECK(proved->damage.empty());
    CHECK(hall.log().of_matter(first)->front().body.has_value());

    // The same submit still files once, the next number follows, and whoever asks how far it is hears it from the hub.
    machine.post(filing("v1-f1", wages("第一件，星河厂欠薪")));
    CHECK(machine.receipt().matter == first);
    CHECK(machine.count(first, "filed") == 1);
    machine.post(EndVisit{});
    machine.post(AskProgress{"v3-q1", first, code});
    REQUIRE(machine.now().progress);
    CHECK(machine.now().progress->problems.empty());
    CHECK_FALSE(machine.now().progress->lines.empty());
    machine.post(EndVisit{});
    // A clock set back to a day whose texts are gone: numbers go on.
    hall.clock.at -= a_day * 8;
    machine.post(filing("v4-f1", wages("第三件")));
    CHECK(machine.receipt().matter != first);
    CHECK(machine.receipt().matter != second);
    CHECK(machine.receipt().matter.substr(0, 19) == first.substr(0, 19));
  }
}

TEST_CASE("a county signature that does not fit, or by another key than the first, counts for nothing", "[store][keep][purge]") {
  HallHub hall;
  County county, stranger;
  Machine machine("kiosk", &hall);
  REQUIRE(machine.store->begin_log());
  machine.post(filing("v1-f1"));
  machine.sync();
  const auto kept = [&] {
    const auto all = machine.store->log().anchors();
    return std::count_if(all->begin(), all->end(), [](const Anchor& anchor) { return by_county(anchor); });
  };
  const Head head = *hall.log().head(machine.store->own_log());
  auto forged = make_anchor("440583-C", county.key, head, hall.clock.wall());
  forged.head.hash[0] ^= 1;
  hall.hub().upstream(true, hall.clock.wall(), {}, {{head.origin, forged}});
  machine.sync();
  CHECK(kept() == 0);
  machine.post(filing("v2-f1"));
  machine.sync();
  county.sign(hall, head.origin, hall.clock.wall());
  machine.sync();
  CHECK(kept() == 1);
  machine.post(filing("v3-f1"));
  machine.sync();
  stranger.sign(hall, head.origin, hall.clock.wall() + a_day * 30);
  machine.sync();
  CHECK(kept() == 1);
}

TEST_CASE("the nightly reading finds a changed text, keeps it aside and takes the hub's good copy; what cannot be mended is an alarm", "[store][keep][scrub]") {
  HallHub hall;
  Machine machine("kiosk", &hall);
  REQUIRE(machine.store->begin_log());
  machine.post(filing("v1-f1", wages("请帮我要回三月的工资")));
  machine.post(EndVisit{});
  rest(machine);
  machine.sync();
  const auto log = machine.store->own_log();
  const std::string good = *machine.store->log().after(log, 1, 1)->front().body;
  machine.store->end_log();
  machine.store.reset();
  REQUIRE(tamper(machine.folder / "log.db", "UPDATE event SET body = x'7b7d' WHERE seq = 2; UPDATE event SET at = at + 1 WHERE seq = 3").empty());
  machine.open();
  REQUIRE(machine.store->begin_log());  // it had closed in order: the reading is what finds it
  CHECK(machine.now().alarms.empty());
  rest(machine);
  CHECK(machine.now().alarms.empty());  // half past nine, and somebody was here
  pass(machine, Span{31 * 60'000});
  rest(machine);
  REQUIRE(machine.now().alarms.size() >= 2);
  CHECK(*machine.store->log().after(log, 1, 1)->front().body == good);
  const std::string found = machine.store->log().note("scrub.found").value();
  CHECK(found.find("/2: the body was changed; the hub's copy was taken") != std::string::npos);
  CHECK(found.find("/3: the chain breaks here") != std::string::npos);
  CHECK(machine.store->log().note("scrub.day").value() == "2026-11-20");
  const auto before = hall.exchanges;
  pass(machine, Span{31 * 60'000});
  rest(machine);
  CHECK(hall.exchanges == before);  // once a day
}

TEST_CASE("little room stops nobody who wants a number or a person, and a tenth of the disk is an alarm", "[store][keep][faults]") {
  Machine machine;
  struct Small final : Disk {
    std::uint64_t free = 50ull << 30, all = 100ull << 30;
    std::uint64_t free_bytes() const override { return free; }
    std::uint64_t total_bytes() const override { return all; }
    bool reserve(bool) override { return true; }
  };
  auto own_disk = std::make_unique<Small>();
  Small* disk = own_disk.get();
  machine.store.reset();
  auto opened = Store::open(machine.config, machine.shelf, machine.clock, std::move(own_disk));
  REQUIRE(opened);
  machine.store = std::move(*opened);
  CHECK_FALSE(machine.now().disk_alarm);
  disk->free = 9ull << 30;
  machine.store->tick();
  CHECK(machine.now().disk_alarm);
  CHECK_FALSE(machine.now().disk_low);
  REQUIRE(machine.now().alarms.size() == 1);
  CHECK(machine.now().alarms.front() == "disk: 9216 MB free of 102400");
  disk->free = 255u << 20;
  machine.store->tick();
  CHECK(machine.now().disk_low);
  machine.post(TakeNumber{"v1-n1", "LAW", Priority::Normal});
  CHECK_FALSE(machine.receipt().ticket.empty());
  machine.post(filing("v2-f1"));  // begun before: it is taken
  CHECK_FALSE(machine.receipt().matter.empty());
  disk->free = 20ull << 30;
  machine.store->tick();
  CHECK_FALSE(machine.now().disk_alarm);
  CHECK(machine.now().alarms.empty());
}

TEST_CASE("a restored kiosk goes on in the next epoch: its own numbers, its lost matters back from the hub, no request twice", "[store][keep][epoch]") {
  HallHub hall;
  Machine machine("kiosk", &hall);
  REQUIRE(machine.store->begin_log());
  const auto file = [&](int n) {
    machine.post(filing("r" + std::to_string(n), wages("第" + std::to_string(n) + "件")));
    const Receipt receipt = machine.receipt();
    machine.post(EndVisit{});
    return receipt;
  };
  std::set<MatterId> numbers;
  std::set<std::string> tickets;
  for (int i = 0; i < 5; ++i) {
    const auto receipt = file(i);
    numbers.insert(receipt.matter), tickets.insert(receipt.ticket);
  }
  machine.sync();
  REQUIRE(machine.store->log().backup_to(machine.folder / "copy"));
  for (int i = 5; i < 10; ++i) {
    const auto receipt = file(i);
    numbers.insert(receipt.matter), tickets.insert(receipt.ticket);
  }
  machine.sync();

  machine.store.reset();
  for (const char* rest_of : {"log.db", "log.db-wal", "log.db-shm"}) fs::remove(machine.folder / rest_of);
  fs::copy_file(machine.folder / "copy", machine.folder / "log.db");
  {
    auto log = EventLog::open(machine.folder / "log.db");
    REQUIRE(log);
    CHECK(open_epoch(**log, machine.config.origin, 1, "restored", hall.clock.wall()).error().code == Code::Invalid);
    REQUIRE(open_epoch(**log, machine.config.origin, 2, "restored", hall.clock.wall()));
    CHECK(open_epoch(**log, machine.config.origin, 2, "restored", hall.clock.wall()).error().code == Code::Invalid);
  }
  machine.open();
  REQUIRE(machine.store->begin_log());
  CHECK(machine.store->own_log() == machine.config.origin + ".2");
  for (int i = 10; i < 15; ++i) {
    const auto receipt = file(i);
    CHECK(numbers.insert(receipt.matter).second);
    CHECK(tickets.insert(receipt.ticket).second);
    CHECK(parse_matter_id(receipt.matter)->serial == 100'001 + static_cast<std::uint32_t>(i) - 10);
  }
  machine.sync();
  for (const MatterId& number : numbers) {
    std::size_t there = 0, here = machine.count(number, "filed");
    const auto events = hall.log().of_matter(number);
    for (const Event& event : *events) there += event.type == "filed";
    CHECK(there == 1);
    CHECK(here == 1);  // also those that only the lost disk had
  }
  // A request of the lost disk, said again: the number it got then.
  machine.post(filing("r7", wages("第7件")));
  CHECK(numbers.contains(machine.receipt().matter));
  CHECK(machine.now().unsent == 0);
  const auto proved = prove(machine.store->log());
  REQUIRE(proved);
  CHECK(proved->damage.empty());
  // The next day begins with the next number of this epoch, and short tickets again.
  machine.post(EndVisit{});
  pass(machine, a_day);
  rest(machine);
  CHECK(file(20).ticket.size() < 5);
}

TEST_CASE("a hub signs its own log, countersigns every log that grew, and writes nothing while nobody does", "[hub][keep]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall);
  sync::Hub& hub = hall.hub();
  const auto tend = [&](Span span) {
    hall.clock.pass(span);
    hub.tend(hall.clock.wall(), hall.clock.tick());
  };
  REQUIRE(hub.begin(hall.clock.wall(), hall.clock.tick()));
  tend(Span{61'000});
  const auto events = hall.log().count().value();
  for (int i = 0; i < 600; ++i) tend(Span{60'000});
  CHECK(hall.log().count().value() == events);
  kiosk.post(filing("v1-f1"));
  kiosk.sync();
  tend(Span{1'000});
  CHECK(hall.log().anchors(kiosk.config.origin)->empty());
  tend(Span{61'000});
  const auto kept = hall.log().anchors(kiosk.config.origin);
  REQUIRE(kept->size() == 1);
  CHECK(kept->front().head.hash == kiosk.store->log().head(kiosk.config.origin)->hash);
  CHECK(check_anchor(kept->front()));
  // And the kiosk keeps what the acknowledgement brought.
  const auto at_kiosk = kiosk.store->log().anchors(kiosk.config.origin);
  REQUIRE(at_kiosk->size() == 1);
  CHECK(at_kiosk->front().by == "440583-H01");
  CHECK(at_kiosk->front().key_hex == kiosk.config.hub_public_hex);
  hub.end(hall.clock.wall());
  const auto own_events = hall.log().after("440583-H01", 0, 100);
  CHECK(std::get<Checkpointed>(*fact_of(own_events->front())).reason == "opened");
  CHECK(std::get<Checkpointed>(*fact_of(own_events->back())).reason == "closed");
  const auto lines = hub.anchors(hall.clock.wall());
  REQUIRE(lines);
  const auto proved = prove(hall.log(), *lines);
  REQUIRE(proved);
  CHECK(proved->damage.empty());
  CHECK(proved->anchors_inside >= 2);
}

TEST_CASE("only the device itself writes its epochs, and its hall alone relays them", "[hub][keep][epoch]") {
  HallHub hall;
  Machine one("kiosk", &hall, "440583-K01"), two("kiosk", &hall, "440583-K02");
  const auto push = [&](Machine& machine, const Origin& log) {
    std::vector<Event> events{make_event(log, 1, hall.clock.wall(), "", Checkpointed{}, Digest{})};
    sync::Request request{"POST", "/v1/log/" + log + "?after=0", {}, {}};
    sync::set_body(request, sync::to_lines(events), "application/x-ndjson");
    sync::sign_request(request, machine.config.origin, machine.config.key, hall.clock.wall());
    return hall.exchange(request)->status;
  };
  CHECK(push(two, "440583-K01.2") == 403);
  CHECK(push(one, "440583-K01.2") == 200);
  CHECK(push(one, "440583-K01.1") == 400);
  CHECK(push(one, "440583-K01.100") == 400);
}
