// The town's own tests: its disks, its single faults one at a time, crashes at every touch of a disk, older disks put back, and
// every checker finding the bug that was planted for it.
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>

#include "tests/sim/markers.h"
#include "tests/sim/nodes.h"
#include "tests/sim/planted.h"

namespace yizhan::sim {
namespace {

std::string joined(const Findings& findings) {
  std::string all;
  for (std::size_t i = 0; i < findings.size() && i < 30; ++i) all += findings[i] + "\n";
  return all;
}

void expect_sound(World& world) {
  const Findings wrong = check_all(world.history());
  INFO("seed " << world.seed);
  INFO(joined(wrong));
  CHECK(wrong.empty());
}

/// A fine, full day with people at the screens.
Plan fine_day() {
  Plan plan;
  plan.kiosks = 2;
  plan.desks = 4;
  plan.visits = true;
  plan.sealed = true;
  plan.days = std::chrono::hours(8);
  plan.between_citizens = std::chrono::minutes(12);
  return plan;
}

/// One kiosk, one lawyer, an hour: small enough to be lived hundreds of times.
Plan small_hour() {
  Plan plan;
  plan.kiosks = 1;
  plan.desks = 1;
  plan.sealed = true;
  plan.days = std::chrono::minutes(50);
  plan.between_citizens = std::chrono::minutes(9);
  return plan;
}

}  // namespace

// ---- the disk --------------------------------------------------------------------------------------------------------------

TEST_CASE("a disk in memory keeps what was synced and drops what was not", "[town][disk]") {
  for (const Luck luck : {Luck::Killed, Luck::Nothing, Luck::Random, Luck::Torn}) {
    MemoryDisk disk("/memory/one");
    Dice dice(static_cast<std::uint64_t>(luck) + 3);
    int acknowledged = 0;
    for (std::uint64_t at = 1; at < 60; at += 4) {
      disk.die_at(at);
      {
        sqlite3* db = nullptr;
        if (sqlite3_open("/memory/one/a.db", &db) == SQLITE_OK) {
          sqlite3_exec(db,
                       "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;CREATE TABLE IF NOT EXISTS t(a INTEGER PRIMARY KEY)",
                       nullptr, nullptr, nullptr);
          for (int i = 0; i < 20 && !disk.dead(); ++i) {
            const std::string sql = "INSERT INTO t VALUES(" + std::to_string(acknowledged + 1) + ")";
            if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK && !disk.dead())
              ++acknowledged;
            else
              break;
          }
        }
        sqlite3_close(db);
      }
      if (!disk.dead()) disk.cut();
      disk.boot(luck, [&] { return dice.chance(0.5); });
      sqlite3* db = nullptr;
      REQUIRE(sqlite3_open("/memory/one/a.db", &db) == SQLITE_OK);
      int found = 0;
      const auto count = [](void* into, int, char** values, char**) {
        *static_cast<int*>(into) = std::atoi(values[0]);
        return 0;
      };
      sqlite3_exec(db, "SELECT count(*) FROM t", count, &found, nullptr);
      std::string sound;
      const auto say = [](void* into, int, char** values, char**) {
        *static_cast<std::string*>(into) = values[0];
        return 0;
      };
      sqlite3_exec(db, "PRAGMA integrity_check", say, &sound, nullptr);
      sqlite3_close(db);
      CHECK(sound == "ok");
      CHECK(found >= acknowledged);      // nothing acknowledged is lost
      CHECK(found <= acknowledged + 1);  // at most the one that was being written
      acknowledged = found;
    }
    CHECK(acknowledged > 20);
  }
}

TEST_CASE("a disk that lies about its syncs loses what it acknowledged: the model can tell", "[town][disk][barks]") {
  MemoryDisk disk("/memory/liar");
  disk.lies = true;
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open("/memory/liar/a.db", &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;CREATE TABLE t(a);INSERT INTO t VALUES(1)", nullptr,
                       nullptr, nullptr) == SQLITE_OK);
  disk.cut();
  sqlite3_close(db);
  disk.boot(Luck::Nothing, [] { return false; });
  CHECK(disk.image().empty());
}

TEST_CASE("a full disk and a failing one say so, and what was there before stays", "[town][disk]") {
  MemoryDisk disk("/memory/full");
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open("/memory/full/a.db", &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, "PRAGMA journal_mode=WAL;CREATE TABLE t(a);INSERT INTO t VALUES(1)", nullptr, nullptr, nullptr) ==
          SQLITE_OK);
  disk.room(1000);
  CHECK(sqlite3_exec(db, "INSERT INTO t VALUES(zeroblob(100000))", nullptr, nullptr, nullptr) == SQLITE_FULL);
  disk.room(MemoryDisk::endless);
  CHECK(sqlite3_exec(db, "INSERT INTO t VALUES(2)", nullptr, nullptr, nullptr) == SQLITE_OK);
  disk.fail_at(1);
  CHECK(sqlite3_exec(db, "INSERT INTO t VALUES(3)", nullptr, nullptr, nullptr) == SQLITE_IOERR);
  CHECK(sqlite3_exec(db, "INSERT INTO t VALUES(4)", nullptr, nullptr, nullptr) == SQLITE_OK);
  CHECK(disk.failures() == 2);
  sqlite3_close(db);
}

TEST_CASE("somebody's words are found in five encodings", "[town][barks]") {
  const std::string marker = make_marker(12345);
  std::string wide, small, large;
  for (const char c : marker) {
    wide += {c, '\0'};
    char pair[3];
    std::snprintf(pair, sizeof pair, "%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    small += pair;
    std::snprintf(pair, sizeof pair, "%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    large += pair;
  }
  const auto found = [&](const std::string& bytes, bool thorough) {
    return find_markers("前" + bytes + "后", thorough).contains(marker);
  };
  CHECK(found(marker, false));
  CHECK(found(wide, true));
  CHECK(found(small, true));
  CHECK(found(large, true));
  for (const std::string before : {"", "a", "ab"}) {
    INFO("shift " << before.size());
    CHECK(find_markers("\"" + base64(before + marker + "words") + "\"", true).contains(marker));
  }
  CHECK_FALSE(found("MARKERabcdefghijkl", true));
}

// ---- single faults
// ------------------------------------------------------------------------------------------------------------

TEST_CASE("the power goes at every touch of a disk, one after the other, and no promise is broken", "[town][crash]") {
  // YIZHAN_EVERY=1 takes every single one; the short slice takes some of each machine.
  const char* text = std::getenv("YIZHAN_EVERY");
  const std::uint64_t stride = text != nullptr ? std::strtoull(text, nullptr, 10) : 29;
  std::vector<std::uint64_t> touches;
  {
    World world(77, small_hour());
    std::vector<std::uint64_t> before;
    for (Node* node : world.nodes()) before.push_back(node->disk.changes());
    world.live();
    for (std::size_t i = 0; i < before.size(); ++i) touches.push_back(world.nodes()[i]->disk.changes() - before[i]);
    expect_sound(world);
  }
  std::uint64_t crashes = 0;
  for (std::size_t machine = 0; machine < touches.size(); ++machine) {
    REQUIRE(touches[machine] > 10);
    for (std::uint64_t at = 1 + machine; at <= touches[machine]; at += stride) {
      World world(77, small_hour());
      Node& node = *world.nodes()[machine];
      node.disk.die_at(at);
      world.live();
      crashes += world.happened["crashes in a write"] + world.happened["crashes in a start"];
      const Findings wrong = check_all(world.history());
      INFO(node.origin << " loses its power at touch " << at << " of its disk");
      INFO(joined(wrong));
      CHECK(wrong.empty());
    }
  }
  CHECK(crashes > 10);
}

TEST_CASE("a write or a sync fails, the process begins anew, later the power goes: no promise is broken", "[town][crash]") {
  // What a failed sync should have made durable is in the page cache and nowhere else, and no later sync writes it (trust.md
  // 5).
  const char* text = std::getenv("YIZHAN_EVERY");
  const std::uint64_t stride = text != nullptr ? std::strtoull(text, nullptr, 10) : 13;
  std::uint64_t failures = 0;
  for (const bool at_kiosk : {true, false}) {
    for (std::uint64_t at = 2; at < 160; at += stride) {
      World world(78, small_hour());
      Node& node = at_kiosk ? static_cast<Node&>(*world.kiosks.front()) : *world.halls.front();
      node.disk.fail_at(at);
      world.after(std::chrono::minutes(46), [&] { node.crash(std::chrono::seconds(10), Luck::Nothing); });
      world.live();
      failures += node.disk.failures();
      const Findings wrong = check_all(world.history());
      INFO(node.origin << ": touch " << at << " of its disk fails");
      INFO(joined(wrong));
      CHECK(wrong.empty());
    }
  }
  CHECK(failures > 10);
}

TEST_CASE("what a process reads after a failed sync is still there after the next power cut, and whole, on a full disk too",
          "[town][crash]") {
  // The towns 6197 and 20111: no room to write the journal into the database, and the page cache shows what the disk never got.
  // The town 7050: room enough, and an older journal that came back over a newer database.
  const std::string folder = (std::filesystem::temp_directory_path() / ("yizhan-full-" + std::to_string(::getpid()))).string();
  std::filesystem::create_directories(folder);  // the lock beside the database is a real file
  const Origin self = "440583-K01";
  const auto append = [&](EventLog& log, int n) {
    const Fact fact(Consulted{"陈律师",
                              true,
                              "已核对",
                              "劳动法",
                              LegalPath::Judicial,
                              {},
                              std::string(3000, 'a' + static_cast<char>(n % 26)),
                              ConsultOutcome::AdviceOnly,
                              {"path"}});
    return log.append(self, make_matter_id(self, parse_date("2026-11-20").value(), 1), std::array{fact}, Time{}).has_value();
  };
  const auto heads = [&](EventLog& log) {
    const auto head = log.head(self);
    REQUIRE(head);
    return head->seq;
  };
  int shown_more = 0;
  struct Case {
    bool fills;
    int checkpoint_pages;
  };
  for (const auto& [fills, pages] : {Case{true, 1000}, Case{false, 1000}, Case{true, 4}, Case{false, 4}})
    for (std::uint64_t at = 1; at < 60; ++at) {
      MemoryDisk disk(folder);
      std::uint64_t told = 0;
      {
        const auto log = EventLog::open(folder + "/log.db");
        REQUIRE(log);
        (*log)->checkpoint_after(pages);
        for (int n = 0; n < 3; ++n) REQUIRE(append(**log, n));
        disk.fail_at(at);
        while (disk.failures() == 0 && append(**log, 3)) ++told;
        told += 3;
      }
      disk.boot(Luck::Killed, [] { return true; });
      if (fills) disk.room(0);
      std::uint64_t seen = 0;
      {
        const auto log = EventLog::open(folder + "/log.db");
        INFO("touch " << at << ": " << (log ? std::string() : log.error().what));
        REQUIRE(log);
        seen = heads(**log);
        CHECK(seen >= told);
        shown_more += seen > told;
        disk.cut();
      }
      disk.boot(Luck::Nothing, [] { return true; });
      disk.room(MemoryDisk::endless);
      const auto log = EventLog::open(folder + "/log.db");
      REQUIRE(log);
      INFO("touch " << at << " failed; " << told << " were acknowledged, " << seen << " were read afterwards; full: " << fills
                    << ", checkpoint after " << pages);
      CHECK(heads(**log) >= seen);
      const auto damage = (*log)->verify();
      REQUIRE(damage);
      CHECK(damage->empty());
    }
  CHECK(shown_more > 0);
  std::filesystem::remove_all(folder);
}

TEST_CASE("a device whose key was revoked asks ever more seldom, not every second for ever", "[town]") {
  World world(5, small_hour());
  world.run_for(std::chrono::minutes(5));
  HubNode& hall = *world.halls.front();
  REQUIRE(hall.hub->revoke(world.kiosks.front()->origin));
  const std::uint64_t before = world.happened["exchanges: GET heads"];
  world.run_for(std::chrono::hours(6));
  // 15 minutes at most between two tries, and the other machines' polls of half an hour.
  CHECK(world.happened["exchanges: GET heads"] - before < 150);
  CHECK(world.happened["exchanges: GET heads"] - before > 20);
}

TEST_CASE("a question about attachments that got no answer is asked again", "[town]") {
  World world(5, small_hour());
  const auto asked = [&] { return world.happened["exchanges: POST blobs"]; };
  for (int i = 0; i < 12; ++i) world.kiosks.front()->citizen();
  // The hub has them, the county as well, and the kiosk asks whether it has: that question is lost.
  bool lost = false;
  for (int ms = 0; ms < 120'000 && !lost; ++ms) {
    const auto before = asked();
    world.run_for(Span{1});
    if (asked() == before || world.kiosks.front()->log()->blobs_count(Reach::Here).value_or(1) != 0) continue;
    world.kiosks.front()->line.cut = lost = true;
  }
  REQUIRE(lost);
  world.run_for(std::chrono::minutes(2));
  world.kiosks.front()->line.cut = false;
  world.run_for(std::chrono::hours(1));
  CHECK(world.kiosks.front()->log()->blobs_count(Reach::Hub).value_or(1) == 0);
}

// ---- older disks
// ----------------------------------------------------------------------------------------------------------------

TEST_CASE("a hall hub put back to an older disk, or an empty one, gets every matter again from the kiosks", "[town][restore]") {
  for (const bool empty : {false, true}) {
    Plan plan = small_hour();
    plan.kiosks = 2;
    World world(11, plan);
    HubNode& hall = *world.halls.front();
    MemoryDisk::Image old;
    world.after(std::chrono::minutes(12), [&] { old = hall.disk.image(); });
    world.after(std::chrono::minutes(40), [&] {
      world.put_back(hall, empty ? MemoryDisk::Image{} : old);
      if (!empty) return;
      // Its staff enrol everything anew; its own keys lie in the safe.
      world.after(std::chrono::minutes(1), [&] {
        for (auto& kiosk : world.kiosks) REQUIRE(world.enrol(hall, *kiosk, "kiosk", {}));
        for (auto& desk : world.desks) REQUIRE(world.enrol(hall, *desk, desk->role, desk->windows));
      });
    });
    world.live();
    const History history = world.history();
    CHECK(history.seen.receipts.size() > 4);
    for (const auto& check : {check_receipts, check_attachments, check_secrets, check_marks, check_keys}) {
      const Findings wrong = check(history);
      INFO((empty ? "empty disk" : "older disk"));
      INFO(joined(wrong));
      CHECK(wrong.empty());
    }
  }
}

TEST_CASE("a kiosk put back to an older disk loses nothing that another machine holds, and says that a person must look",
          "[town][restore]") {
  Plan plan = small_hour();
  World world(12, plan);
  KioskNode& kiosk = *world.kiosks.front();
  MemoryDisk::Image old;
  std::size_t given = 0;
  world.after(std::chrono::minutes(15), [&] { old = kiosk.disk.image(); });
  world.after(std::chrono::minutes(45), [&] {
    given = world.seen.receipts.size();
    world.put_back(kiosk, old);
  });
  world.live();
  REQUIRE(given > 2);
  History history = world.history();
  const Copy county =
      *std::find_if(history.copies.begin(), history.copies.end(), [](const Copy& copy) { return copy.role == "county"; });
  for (std::size_t i = 0; i < given; ++i) {
    const auto& receipt = history.seen.receipts[i];
    CHECK(std::count_if(county.events.begin(), county.events.end(),
                        [&](const Event& event) { return event.type == "filed" && event.matter == receipt.matter; }) == 1);
  }
}

// ---- every checker finds its bug
// ----------------------------------------------------------------------------------------------

TEST_CASE("every checker finds the bug that was planted for it", "[town][barks]") {
  for (const PlantName& planted : plant_names) {
    const char* only = std::getenv("YIZHAN_PLANT");
    if (only != nullptr && planted.name != only) continue;
    const auto run = [&](std::uint64_t seed, Plant plant) {
      Plan plan = fine_day();
      plan.plant = plant;
      if (planted.plant == Plant::AcknowledgeBeforeCommit) plan.weather.crash = 0.01;
      if (planted.plant == Plant::LeakInCrashImage) plan.weather.crash = 0.06, plan.between_citizens = std::chrono::minutes(4);
      if (planted.plant == Plant::CallTwice || planted.plant == Plant::CallOutOfOrder)
        plan.between_citizens = std::chrono::minutes(5);
      World world(seed, plan);
      if (planted.plant == Plant::TakesRevoked) {
        world.after(std::chrono::hours(2), [&] { world.revoke_one(); });
        world.after(std::chrono::hours(3), [&] { world.revoke_one(); });
      }
      world.live();
      planted_end(world);
      return world.history();
    };
    const auto checker =
        std::find_if(checkers().begin(), checkers().end(), [&](const Checker& one) { return one.name == planted.checker; });
    REQUIRE(checker != checkers().end());
    bool found = false;
    for (std::uint64_t seed = 1; seed <= 8 && !found; ++seed) {
      found = !checker->check(run(seed, planted.plant)).empty();
      if (!found) continue;
      const Findings innocent = checker->check(run(seed, Plant::None));
      INFO(planted.name << ", seed " << seed << ": without the bug");
      INFO(joined(innocent));
      CHECK(innocent.empty());
    }
    INFO("planted " << planted.name << " for the checker of " << planted.checker);
    CHECK(found);
  }
}

TEST_CASE("one seed of the town is one history", "[town]") {
  const auto run = [] {
    World world(4711, town_plan(4711, 1));
    world.live();
    return world.trace_digest();
  };
  CHECK(run() == run());
}

}  // namespace yizhan::sim
