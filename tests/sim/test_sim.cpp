// The seeded simulation: a hall or two, a county, a bad network, dying machines and wandering clocks, and then: is every
// promise kept? YIZHAN_SEEDS=<how many> YIZHAN_FIRST_SEED=<from> for campaigns, YIZHAN_SEED=<one> to repeat one.
#include <sqlite3.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>

#include "tests/sim/nodes.h"
#include "tests/sim/planted.h"

namespace yizhan::sim {
namespace {

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::vector<std::uint64_t> seeds(std::uint64_t how_many) {
  if (std::getenv("YIZHAN_SEED") != nullptr) return {number_from("YIZHAN_SEED", 1)};
  const std::uint64_t first = number_from("YIZHAN_FIRST_SEED", 1);
  std::vector<std::uint64_t> all;
  for (std::uint64_t i = 0; i < number_from("YIZHAN_SEEDS", how_many); ++i) all.push_back(first + i);
  return all;
}

std::string joined(const Findings& findings) {
  std::string all;
  for (std::size_t i = 0; i < findings.size() && i < 30; ++i) all += findings[i] + "\n";
  return all;
}

void expect_sound(const World& world, const History& history) {
  const Findings wrong = check_all(history);
  INFO("repeat with: YIZHAN_SEED=" << world.seed << " test_sim");
  INFO(joined(wrong));
  CHECK(wrong.empty());
}

Plan storm(std::uint64_t seed) {
  Dice dice(seed * 7919);
  Plan plan;
  plan.halls = 1 + static_cast<int>(dice.below(2));
  plan.kiosks = 1 + static_cast<int>(dice.below(3));
  plan.desks = 2 + static_cast<int>(dice.below(3));
  const auto some = [&](double most) { return dice.chance(0.7) ? most * static_cast<double>(dice.below(1000)) / 1000.0 : 0.0; };
  plan.weather = {some(0.20), some(0.10), some(0.15), some(0.10), some(0.15), some(0.01)};
  plan.clocks_jump = dice.chance(0.7);
  plan.lines_fail = dice.chance(0.7);
  plan.lan_fails = dice.chance(0.6);
  plan.sealed = dice.chance(0.5);
  plan.days = std::chrono::hours(8 + static_cast<int>(dice.below(40)));
  plan.between_citizens = std::chrono::minutes(40 + static_cast<int>(dice.below(120)));
  return plan;
}

}  // namespace

TEST_CASE("whatever the network, the clocks and the power do, no promise is broken", "[sim]") {
  for (const std::uint64_t seed : seeds(8)) {
    World world(seed, storm(seed));
    world.live();
    const History history = world.history();
    INFO("seed " << seed);
    CHECK_FALSE(history.seen.receipts.empty());
    expect_sound(world, history);
  }
}

TEST_CASE("three windows call from two queues over a bad line: nobody twice, nobody skipped", "[sim]") {
  for (const std::uint64_t seed : seeds(3)) {
    Plan plan;
    plan.kiosks = 2;
    plan.desks = 4;
    plan.weather = {0.10, 0.05, 0.10, 0.05, 0.05, 0.002};
    plan.days = std::chrono::hours(5);  // one working day: a number is called on the day it was given
    plan.between_citizens = std::chrono::minutes(6);
    plan.everybody_called = true;
    World world(seed + 100'000, plan);
    world.live();
    const History history = world.history();
    CHECK(history.seen.calls.size() > 20);
    expect_sound(world, history);
  }
}

TEST_CASE("a busy hall is back at the county soon after the line is, however much was written meanwhile", "[sim]") {
  Plan plan;
  plan.kiosks = 2;
  plan.desks = 2;
  plan.between_citizens = std::chrono::seconds(20);
  World world(5, plan);
  for (int i = 0; i < 3; ++i) {
    world.kiosks[0]->citizen();
    world.run_for(std::chrono::seconds(20));
  }
  const Span cut = std::chrono::minutes(4);
  world.hall_lines[0]->cut = true;
  for (Span passed{0}; passed < cut; passed += std::chrono::seconds(10)) {
    world.kiosks[static_cast<std::size_t>(passed.count() / 10'000 % 2)]->citizen();
    world.run_for(std::chrono::seconds(10));
  }
  CHECK_FALSE(world.drained());
  world.hall_lines[0]->cut = false;
  // The planned tries double, so the next one is never much further away than the cut was long.
  world.run_for(cut + std::chrono::minutes(1));
  CHECK(world.drained());
}

TEST_CASE("one seed is one history", "[sim]") {
  const auto run = [] {
    World world(4711, storm(4711));
    world.live();
    return world.trace_digest();
  };
  CHECK(run() == run());
}

// ---- every checker is broken on purpose once -----------------------------------------------------------------------------

namespace {

/// A quiet day with every kind of citizen: sound, and big enough that each break below has something to break.
const History& quiet_day() {
  static const History history = [] {
    Plan plan;
    plan.kiosks = 2;
    plan.desks = 4;
    plan.days = std::chrono::hours(9);
    plan.between_citizens = std::chrono::minutes(10);
    plan.everybody_called = true;
    World world(2, plan);
    world.live();
    return world.history();
  }();
  return history;
}

Copy& at(History& history, const std::string& role) {
  return *std::find_if(history.copies.begin(), history.copies.end(), [&](const Copy& copy) { return copy.role == role; });
}

const ReceiptSeen& receipt(const History& history, bool sealed) {
  return *std::find_if(history.seen.receipts.begin(), history.seen.receipts.end(), [&](const ReceiptSeen& r) { return r.sealed == sealed && !r.marker.empty(); });
}

bool says(const Findings& findings, const std::string& words) {
  return std::any_of(findings.begin(), findings.end(), [&](const std::string& line) { return line.find(words) != std::string::npos; });
}

void remove_filing(Copy& copy, const MatterId& matter) {
  std::erase_if(copy.events, [&](const Event& event) { return event.matter == matter && event.type == "filed"; });
}

}  // namespace

TEST_CASE("a quiet day passes every check and has something for each of them", "[sim][barks]") {
  const History& day = quiet_day();
  const Findings wrong = check_all(day);
  INFO(joined(wrong));
  CHECK(wrong.empty());
  const auto count = [&](auto&& predicate) { return std::count_if(day.seen.receipts.begin(), day.seen.receipts.end(), predicate); };
  CHECK(count([](const ReceiptSeen& r) { return r.sealed; }) > 0);
  CHECK(count([](const ReceiptSeen& r) { return !r.sealed && !r.marker.empty(); }) > 10);
  CHECK(count([](const ReceiptSeen& r) { return !r.spoken.empty(); }) > 5);
  CHECK(count([](const ReceiptSeen& r) { return r.sealed && !r.spoken.empty(); }) > 0);
  CHECK(count([](const ReceiptSeen& r) { return r.is_signed; }) > 5);
  CHECK(day.seen.calls.size() > 10);
  CHECK(day.seen.marks.size() > 10);
  const auto answered = std::any_of(day.seen.statuses.begin(), day.seen.statuses.end(), [](const StatusSeen& s) { return s.state >= MatterState::OpinionIssued; });
  CHECK(answered);
}

TEST_CASE("the receipt checker barks", "[sim][barks]") {
  History lost = quiet_day();
  const MatterId matter = receipt(lost, false).matter;
  remove_filing(at(lost, "county"), matter);
  CHECK(says(check_receipts(lost), "the county holds it 0 times"));

  History twice = quiet_day();
  Copy& county = at(twice, "county");
  const auto filed = *std::find_if(county.events.begin(), county.events.end(), [&](const Event& e) { return e.matter == matter && e.type == "filed"; });
  county.events.push_back(filed);
  CHECK(says(check_receipts(twice), "the county holds it 2 times"));

  History forgotten = quiet_day();
  for (Copy& copy : forgotten.copies)
    if (copy.where == receipt(forgotten, false).kiosk) remove_filing(copy, matter);
  CHECK(says(check_receipts(forgotten), "the kiosk's log holds it 0 times"));

  History mixed = quiet_day();
  mixed.seen.receipts.back().matter = mixed.seen.receipts.front().matter;
  CHECK(says(check_receipts(mixed), "two filings got one number"));

  History blank = quiet_day();
  for (Event& event : at(blank, "county").events)
    if (event.matter == matter && event.type == "filed") event.body.reset();
  CHECK(says(check_receipts(blank), "cannot read"));
}

TEST_CASE("the attachment checker barks", "[sim][barks]") {
  for (const bool sealed : {false, true}) {
    const auto& seen = quiet_day().seen.receipts;
    const auto spoken = std::find_if(seen.begin(), seen.end(), [&](const ReceiptSeen& r) { return r.sealed == sealed && !r.spoken.empty(); });
    REQUIRE(spoken != seen.end());
    const auto its = [&](const History& history) {
      std::vector<Digest> hashes;
      for (const Event& event : std::find_if(history.copies.begin(), history.copies.end(), [](const Copy& c) { return c.role == "county"; })->events) {
        const auto fact = event.matter == spoken->matter ? fact_of(event) : Result<Fact>(Error{});
        if (const auto* attached = fact ? std::get_if<Attached>(&*fact) : nullptr) hashes.push_back(*digest_from_hex(attached->hash));
      }
      return hashes;
    };
    History lost = quiet_day();
    at(lost, "county").blobs.erase(its(lost).front());
    CHECK(says(check_attachments(lost), "lacks an attachment"));
    History changed = quiet_day();
    for (const Digest& hash : its(changed)) at(changed, "county").blobs[hash][100] ^= 1;
    CHECK(says(check_attachments(changed), sealed ? "does not open" : "other recordings"));
    History unsaid = quiet_day();
    for (ReceiptSeen& r : unsaid.seen.receipts)
      if (r.matter == spoken->matter) r.spoken.clear(), r.is_signed = true;
    CHECK(says(check_attachments(unsaid), "other recordings"));
  }
  History forged = quiet_day();
  for (ReceiptSeen& r : forged.seen.receipts) r.is_signed = !r.is_signed;
  CHECK(says(check_attachments(forged), "lost the signature"));
  CHECK(says(check_attachments(forged), "nobody gave"));
}

TEST_CASE("the chain checker barks", "[sim][barks]") {
  History gap = quiet_day();
  Copy& county = at(gap, "county");
  const Event dropped = county.events[county.events.size() / 2];
  std::erase_if(county.events, [&](const Event& e) { return e.id == dropped.id; });
  CHECK(says(check_chains(gap), "gap"));

  History forged = quiet_day();
  at(forged, "hall").events.front().hash[0] ^= 1;
  CHECK(says(check_chains(forged), "holds another"));

  History damaged = quiet_day();
  at(damaged, "kiosk").damage.push_back({"440583-K01", 3, "hash"});
  CHECK(says(check_chains(damaged), "damaged"));
}

TEST_CASE("a byte changed behind the log's back is found", "[sim][barks]") {
  Plan plan;
  plan.kiosks = 1;
  plan.desks = 2;
  plan.days = std::chrono::hours(2);
  plan.between_citizens = std::chrono::minutes(20);
  World world(2, plan);
  world.live();
  REQUIRE(check_chains(world.history()).empty());
  Node& victim = *world.county;
  const std::string path = victim.log_path();
  victim.stop();
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  // The triggers forbid it, so an enemy with the file drops them and puts them back. The chain is what he cannot mend.
  struct Triggers { std::string drop, create; } triggers;
  const auto collect = [](void* into, int, char** values, char**) {
    static_cast<Triggers*>(into)->drop += std::string("DROP TRIGGER ") + values[0] + ";";
    static_cast<Triggers*>(into)->create += std::string(values[1]) + ";";
    return 0;
  };
  const auto execute = [&](const std::string& sql) { return sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK; };
  REQUIRE(sqlite3_exec(db, "SELECT name, sql FROM sqlite_master WHERE type='trigger'", collect, &triggers, nullptr) == SQLITE_OK);
  CHECK_FALSE(triggers.drop.empty());
  const std::string forge = "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), '幸福路', '平安路') AS BLOB) WHERE type='filed'";
  CHECK_FALSE(execute(forge));
  REQUIRE(execute(triggers.drop));
  REQUIRE(execute(forge));
  CHECK(sqlite3_changes(db) > 0);
  REQUIRE(execute(triggers.create));
  sqlite3_close(db);
  auto opened = EventLog::open(path, EventLog::Mode::ReadOnly);
  REQUIRE(opened);
  const auto damage = (*opened)->verify();
  REQUIRE(damage);
  CHECK_FALSE(damage->empty());
}

TEST_CASE("the call checker barks", "[sim][barks]") {
  History twice = quiet_day();
  Copy& hall = at(twice, "hall");
  const auto is_call = [](const Event& event) {
    const auto fact = fact_of(event);
    return fact && std::holds_alternative<Queued>(*fact) && std::get<Queued>(*fact).op == QueueOp::Call;
  };
  const auto call = std::find_if(hall.events.begin(), hall.events.end(), is_call);
  REQUIRE(call != hall.events.end());
  const Event again = *call;
  hall.events.insert(call, again);
  CHECK(says(check_calls(twice), "called twice"));

  History skipped = quiet_day();
  std::erase_if(at(skipped, "hall").events, is_call);
  CHECK(says(check_calls(skipped), "was skipped"));
  CHECK(says(check_calls(skipped), "never stated it"));
}

TEST_CASE("the status, mark, quiet and secret checkers bark", "[sim][barks]") {
  History back = quiet_day();
  const StatusSeen last = *std::max_element(back.seen.statuses.begin(), back.seen.statuses.end(), [](const auto& a, const auto& b) { return a.state < b.state; });
  back.seen.statuses.push_back({last.where, last.matter, MatterState::Registered});
  CHECK(says(check_statuses(back), "then as"));

  History lying = quiet_day();
  lying.seen.marks.push_back({"440583-K01", "440583-C", 10, 9});
  CHECK(says(check_marks(lying), "but it has 9"));

  History stuck = quiet_day();
  stuck.quiet = false;
  CHECK_FALSE(check_quiet(stuck).empty());

  History leak = quiet_day();
  at(leak, "hall").markers.insert(receipt(leak, true).marker);
  CHECK(says(check_secrets(leak), "lie readable"));

  History curious = quiet_day();
  for (Copy& copy : curious.copies)
    if (copy.role == "kiosk" && copy.where != receipt(curious, false).kiosk) copy.markers.insert(receipt(curious, false).marker);
  CHECK(says(check_secrets(curious), "may not read"));

  History wrong_key = quiet_day();
  wrong_key.discipline = make_box_keys();
  CHECK(says(check_secrets(wrong_key), "does not open"));

  History blind = quiet_day();
  at(blind, "county").markers.clear();
  CHECK(says(check_secrets(blind), "missing"));
}

}  // namespace yizhan::sim
