#include "sync/projection.h"

#include "kit.h"

using namespace yizhan;
using namespace yizhan::sync;
using namespace yizhan::sync::kit;

namespace {

struct Office {
  HandClock clock;
  HubNode county{"440583-C", true};
  HubNode hall{"440583-H01"};
  Machine hall_device{"440583-H01", hall};
  Machine kiosk{"440583-K01"};
  Filing filing;
  Office() {
    hall_device.enrol_at(county, "hall", clock);
    kiosk.enrol_at(hall, "kiosk", clock);
  }
  void up() {
    sync_once(kiosk, hall, clock);
    sync_once(hall_device, county, clock, {"440583-C.H01"}, true);
  }
  std::unique_ptr<Projection> projection() {
    auto made = must(Projection::open(county.dir / "projection.db"));
    must(made->catch_up(*county.log, books().rules, books().calendar));
    return made;
  }
  MatterId with(std::function<void(Petition&)> change) {
    const MatterId id = make_matter_id("440583-K01", hall_day(clock.wall()), ++filing.serial);
    Filed filed;
    filed.petition = petition();
    change(*filed.petition);
    const Fact facts[] = {filed};
    must(kiosk.log->append("440583-K01", id, facts, clock.wall()));
    return id;
  }
};

const Rate& rate(const Report& report, std::string_view name) {
  for (const auto& row : report.rates)
    if (row.name == name) return row;
  FAIL("no rate " << name);
  return report.rates.front();
}

}  // namespace

TEST_CASE("pieces, batches and person visits are three counts that are never added up", "[report]") {
  Office office;
  office.with([](Petition&) {});
  office.with([](Petition& p) { p.head_count = 12; });
  office.with([](Petition& p) { p.channel = Channel::Letter; p.head_count = 40; });
  office.with([](Petition& p) { p.channel = Channel::Online; });
  office.with([](Petition& p) { p.kind = MatterKind::QueueOnly; });
  office.filing.file(office.kiosk, office.clock, "PET", Priority::Normal, "c2VhbGVk");
  office.up();
  const auto report = must(office.projection()->report(must(parse_date("2026-01-01")), must(parse_date("2026-12-31")), must(parse_date("2026-11-20"))));
  CHECK(report.registered == 5);
  CHECK(report.queue_only == 1);
  CHECK(report.pieces == 2);
  CHECK(report.batches == 3);
  CHECK(report.persons == 14);
  CHECK(report.groups == 1);
  CHECK(report.sealed == 1);
  CHECK(report.by_hall.front() == std::pair<std::string, std::uint64_t>{"440583-H01", 5});
  const auto none = must(office.projection()->report(must(parse_date("2025-01-01")), must(parse_date("2025-12-31")), must(parse_date("2026-11-20"))));
  CHECK(none.registered == 0);
}

TEST_CASE("rates are counts over counts, and what is not yet due counts in neither", "[report][XFTL22][XFTL34]") {
  Office office;
  const auto a = office.with([](Petition&) {}), b = office.with([](Petition&) {}), c = office.with([](Petition&) {});
  office.with([](Petition&) {});
  office.up();
  auto& hub = *office.county.hub;
  must(hub.decide(a, Accepted{"局", "2026-11-20"}, office.clock.wall()));
  must(hub.decide(b, NotAccepted{"局", "已在诉讼"}, office.clock.wall()));
  must(hub.decide(c, Accepted{"局", "2026-11-21"}, office.clock.wall()));
  must(hub.decide(a, Answered{"局", Opinion::Support, "1号", ""}, office.clock.wall()));
  auto report = must(office.projection()->report(must(parse_date("2026-11-20")), must(parse_date("2026-11-20")), must(parse_date("2026-11-25"))));
  CHECK(rate(report, "受理率").n == 2);
  CHECK(rate(report, "受理率").d == 3);
  CHECK(rate(report, "办结率").n == 1);
  CHECK(rate(report, "办结率").d == 2);
  CHECK(rate(report, "按期处置率").n == 3);
  CHECK(rate(report, "按期处置率").d == 3);  // the fourth has until 12-05
  report = must(office.projection()->report(must(parse_date("2026-11-20")), must(parse_date("2026-11-20")), must(parse_date("2026-12-20"))));
  CHECK(rate(report, "按期处置率").d == 4);  // by now it is late
  CHECK(rate(report, "调解达成率").d == 0);
}

TEST_CASE("the projection catches up by what is new, and a rebuild gives the same rows", "[report]") {
  Office office;
  std::vector<MatterId> numbers;
  for (int i = 0; i < 40; ++i) numbers.push_back(office.filing.file(office.kiosk, office.clock));
  office.up();
  auto projection = office.projection();
  must(office.county.hub->decide(numbers[7], Transferred{"县住建局", "2026-12-01"}, office.clock.wall()));
  CHECK(must(projection->matter(numbers[7]))->transferred_to.empty());
  std::uint64_t read = 0;
  must(projection->catch_up(*office.county.log, books().rules, books().calendar, [&](std::uint64_t n) { read = n; }));
  CHECK(read == 1);
  const auto row = must(projection->matter(numbers[7]));
  REQUIRE(row);
  CHECK(row->transferred_to == "县住建局");
  CHECK(row->window == "LAW");
  CHECK(row->hall == "440583-H01");
  CHECK_FALSE(must(projection->matter("440583-K01-20261120-9999-9")));
  const auto before = must(projection->list(100));
  must(projection->clear());
  CHECK(must(projection->list(100)).empty());
  must(projection->catch_up(*office.county.log, books().rules, books().calendar));
  const auto after = must(projection->list(100));
  REQUIRE(after.size() == before.size());
  for (std::size_t i = 0; i < after.size(); ++i) {
    CHECK(after[i].number == before[i].number);
    CHECK(after[i].state == before[i].state);
    CHECK(after[i].dispose_due == before[i].dispose_due);
  }
}
