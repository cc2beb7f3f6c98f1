#include <sqlite3.h>

#include <catch2/generators/catch_generators.hpp>
#include <cstdlib>
#include <functional>

#include "shim_vfs.h"
#include "support.h"

using namespace yizhan;
using namespace yizhan::test;

namespace {

std::filesystem::path fast_disk() {
  return std::filesystem::exists("/dev/shm") ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path();
}

std::size_t cuts_wanted(std::size_t usual) {
  const char* text = std::getenv("YIZHAN_CUTS");  // the nightly run asks for more
  return text ? static_cast<std::size_t>(std::strtoull(text, nullptr, 10)) : usual;
}

/// A day of a small hall: own facts, merged ones, big and small bodies, and a write-ahead log that starts over many times.
/// Every acknowledgement says how many events are promised altogether.
void work(ShimVfs& vfs, const std::string& path) {
  auto opened = EventLog::open(path, EventLog::Mode::ReadWrite, vfs.name());
  if (!opened) return;
  EventLog& log = **opened;
  log.checkpoint_after(60);
  std::uint64_t promised = 0;
  Author desk(desk1);
  Dice dice(77);
  for (int i = 0; i < 70; ++i) {
    const Fact big = Rated{5, 5, std::string(i % 9 == 0 ? 30'000 : 100 + dice.below(5000), static_cast<char>('a' + i % 26))};
    const Fact facts[] = {big, Accepted{"样板局", "2026-11-20"}};
    if (log.append(kiosk, a_matter, {facts, 1 + dice.below(2)}, ten(i))) {
      promised = *log.count();
      vfs.acknowledge(promised);
    }
    if (i % 11 == 3) {  // a receipt for something spoken, and a hub's piece of somebody else's
      const std::string speech = noise(20'000 + dice.below(300'000), static_cast<std::uint64_t>(i));
      const EventLog::Statement spoken[] = {{a_matter, {attached(speech)}, {}, {speech}}};
      if (log.append_many(kiosk, spoken, ten(i))) vfs.acknowledge(promised = *log.count());
      const Event named = desk.say(a_matter, attached(speech + "x"), ten(i));
      if (log.merge({&named, 1})) vfs.acknowledge(promised = *log.count());
      if (log.put_blob(hash_bytes(speech + "x"), speech.size() + 1, 0, std::string_view(speech).substr(0, 15'000))) vfs.acknowledge(promised);
    }
    if (i % 5 == 0) {
      std::vector<Event> batch;
      for (int n = 0; n < 4; ++n) batch.push_back(desk.say(a_matter, dice.fact(), ten(i)));
      if (log.merge(batch)) vfs.acknowledge(promised = *log.count());
    }
    if (i == 20 || i == 60) (void)log.checkpoint();  // a failure here shows in the next append
  }
}

struct Verdict {
  std::size_t lost = 0, unopenable = 0, damaged = 0;
  std::string first;
};

/// Cuts the power `cuts` times at random moments of the record. `count` opens what is left and says how many rows it holds,
/// or −1 when it is damaged, −2 when it does not open.
Verdict cut(const std::vector<ShimVfs::Op>& record, std::size_t cuts, std::uint64_t seed,
            const std::function<std::int64_t(const std::string&, bool closely)>& count) {
  std::mt19937_64 rng(seed);
  std::vector<std::size_t> moments(cuts);
  for (auto& m : moments) m = rng() % (record.size() + 1);
  std::sort(moments.begin(), moments.end());
  Verdict verdict;
  PowerCut power(record);
  Scratch scratch(fast_disk());
  for (std::size_t i = 0; i < cuts; ++i) {
    power.run_to(moments[i]);
    std::filesystem::remove_all(scratch.path());
    std::filesystem::create_directory(scratch.path());
    const auto luck = static_cast<PowerCut::Luck>(rng() % 4);
    power.restore(scratch.path().string(), luck, rng);
    const std::int64_t found = count(scratch.file("a.db"), i % 16 == 0);
    std::string what;
    if (found == -2)
      ++verdict.unopenable, what = "does not open";
    else if (found == -1)
      ++verdict.damaged, what = "damaged";
    else if (found < static_cast<std::int64_t>(power.acknowledged())) {
      ++verdict.lost;
      what = "promised " + std::to_string(power.acknowledged()) + ", found " + std::to_string(found);
    }
    if (verdict.first.empty() && !what.empty())
      verdict.first =
          "cut at operation " + std::to_string(moments[i]) + ", luck " + std::to_string(static_cast<int>(luck)) + ": " + what;
  }
  return verdict;
}

std::int64_t count_log(const std::string& path, bool closely) {
  auto log = EventLog::open(path);
  if (!log) return -2;
  if (closely) {
    const auto damages = (*log)->verify();
    if (!damages || !damages->empty()) return -1;
  }
  const auto heads = (*log)->heads();
  if (!heads) return -1;
  std::int64_t total = 0;
  for (const Head& head : *heads) {
    // Every row that a head promises is really there, and the chain from first to last holds.
    Digest previous{};
    const auto events = (*log)->after(head.origin, 0, 100'000, SIZE_MAX);
    if (!events || events->size() != head.seq) return -1;
    for (const Event& e : *events) {
      if (chain_hash(previous, e) != e.hash || hash_bytes(*e.body) != e.body_hash) return -1;
      if (const auto fact = e.id.origin == kiosk ? fact_of(e) : Result<Fact>(Error{}); fact && std::holds_alternative<Attached>(*fact)) {
        // What was stated here is whole here, whenever the power went.
        const auto blob = (*log)->blob(digest_from_hex(std::get<Attached>(*fact).hash).value());
        if (!blob || !blob->whole()) return -1;
      }
      previous = e.hash;
    }
    if (previous != head.hash) return -1;
    total += static_cast<std::int64_t>(head.seq);
  }
  return total;
}

/// The same recorder and the same cuts on a bare SQLite table, to see the checker bark.
void bare_work(ShimVfs& vfs, const std::string& path, const char* settings) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs.name().c_str()) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, settings, nullptr, nullptr, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT)", nullptr, nullptr, nullptr) == SQLITE_OK);
  for (std::uint64_t i = 1; i <= 60; ++i) {
    REQUIRE(sqlite3_exec(db, "INSERT INTO t(x) VALUES(hex(randomblob(400)))", nullptr, nullptr, nullptr) == SQLITE_OK);
    vfs.acknowledge(i);
  }
  sqlite3_close(db);
}
std::int64_t bare_count(const std::string& path, bool) {
  sqlite3* db = nullptr;
  sqlite3_stmt* statement = nullptr;
  std::int64_t found = -1;
  if (sqlite3_open(path.c_str(), &db) == SQLITE_OK &&
      sqlite3_prepare_v2(db, "SELECT count(*) FROM t", -1, &statement, nullptr) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW)
    found = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  // Before the table's own creation was durable nothing was promised either.
  if (found < 0) found = 0;
  sqlite3_close(db);
  return found;
}

}  // namespace

TEST_CASE("a power cut at any moment loses nothing that was acknowledged", "[fault][powercut]") {
  const bool powersafe = GENERATE(true, false);
  INFO("writes harm no neighbours: " << powersafe);
  Scratch scratch(fast_disk());
  ShimVfs vfs(powersafe);
  work(vfs, scratch.file("a.db"));
  const auto& record = vfs.record();
  std::size_t syncs = 0, restarts = 0;
  for (const auto& op : record) {
    syncs += op.kind == ShimVfs::Op::Sync;
    restarts += op.kind == ShimVfs::Op::Write && op.file == "a.db-wal" && op.at == 0;
  }
  CHECK(syncs > 80);
  CHECK(restarts >= 5);  // the write-ahead log began anew, by its own checkpoints and by ours
  const Verdict verdict = cut(record, powersafe ? cuts_wanted(2000) : cuts_wanted(2000) / 4, 20261120, count_log);
  INFO(verdict.first);
  CHECK(verdict.lost == 0);
  CHECK(verdict.damaged == 0);
  CHECK(verdict.unopenable == 0);
}

TEST_CASE("the power-cut checker barks at a database that does not sync each commit", "[fault][powercut]") {
  const auto lost = [](const char* settings) {
    Scratch scratch(fast_disk());
    ShimVfs vfs;
    bare_work(vfs, scratch.file("a.db"), settings);
    return cut(vfs.record(), 400, 1, bare_count).lost;
  };
  CHECK(lost("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=40") == 0);
  CHECK(lost("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=40") > 40);
  CHECK(lost("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA wal_autocheckpoint=40") > 40);
}

TEST_CASE("the power-cut checker barks at our own log on a disk that only says that it synced", "[fault][powercut]") {
  Scratch scratch(fast_disk());
  ShimVfs vfs;
  vfs.lie_about("-wal");
  work(vfs, scratch.file("a.db"));
  const Verdict verdict = cut(vfs.record(), 300, 1, count_log);
  CHECK(verdict.lost + verdict.damaged > 100);
}

TEST_CASE("a second power cut while the log comes back from the first loses nothing either", "[fault][powercut]") {
  Scratch scratch(fast_disk());
  ShimVfs vfs;
  work(vfs, scratch.file("a.db"));
  std::mt19937_64 rng(20261127);
  std::vector<std::size_t> moments(cuts_wanted(2000) / 5);
  for (auto& m : moments) m = rng() % (vfs.record().size() + 1);
  std::sort(moments.begin(), moments.end());
  PowerCut first(vfs.record());
  const Fact fact = Rated{5, 5, std::string(2000, 'z')};
  std::size_t inside = 0;
  for (const std::size_t moment : moments) {
    first.run_to(moment);
    Scratch found(fast_disk());
    first.restore(found.path().string(), static_cast<PowerCut::Luck>(rng() % 4), rng);
    ShimVfs again;
    PowerCut second(again.record(), found.path().string());
    if (auto opened = EventLog::open(found.file("a.db"), EventLog::Mode::ReadWrite, again.name())) {
      for (int i = 0; i < 3; ++i)
        if ((*opened)->append(kiosk, a_matter, {&fact, 1}, ten(i))) again.acknowledge(*(*opened)->count());
      if (rng() % 2 == 0) (void)(*opened)->checkpoint();
    }
    const std::size_t at = rng() % (again.record().size() + 1);
    inside += at < again.record().size();
    second.run_to(at);
    Scratch after(fast_disk());
    const auto luck = static_cast<PowerCut::Luck>(rng() % 4);
    second.restore(after.path().string(), luck, rng);
    INFO("first cut at " << moment << ", second at " << at << " of " << again.record().size() << ", luck " << static_cast<int>(luck));
    REQUIRE(count_log(after.file("a.db"), true) >= static_cast<std::int64_t>(std::max(first.acknowledged(), second.acknowledged())));
  }
  CHECK(inside > moments.size() / 2);
}

TEST_CASE("whichever call of the disk fails, nothing is acknowledged falsely", "[fault]") {
  struct Trouble {
    int code;
    std::uint64_t times;
    const char* name;
  };
  const Trouble troubles[] = {{SQLITE_IOERR_WRITE, 1, "one failed write"},
                              {SQLITE_IOERR_FSYNC, 1, "one failed sync"},
                              {SQLITE_IOERR_FSYNC, ShimVfs::forever, "a dead disk"},
                              {SQLITE_FULL, 1, "full once"},
                              {SQLITE_FULL, ShimVfs::forever, "full for good"}};
  const Fact fact = Rated{5, 5, std::string(3000, 'x')};
  for (const Trouble& trouble : troubles) {
    std::size_t refused = 0, rounds = 0;
    for (std::uint64_t n = 1;; ++n, ++rounds) {
      REQUIRE(n < 1000);
      Scratch scratch(fast_disk());
      const std::string path = scratch.file("a.db");
      ShimVfs vfs(trouble.times == 1);
      vfs.fail_from(n, trouble.code, trouble.times);
      INFO(trouble.name << ", call " << n);
      std::uint64_t promised = 0, after_io = 0;
      bool io = false;
      if (auto opened = EventLog::open(path, EventLog::Mode::ReadWrite, vfs.name())) {
        EventLog& log = **opened;
        Author desk(desk1);
        for (int i = 0; i < 8; ++i) {
          const std::uint64_t failures = vfs.failures();
          const auto written = log.append(kiosk, a_matter, {&fact, 1}, ten(i));
          // One failure during the call and still "yes": exactly the false acknowledgement we look for.
          if (vfs.failures() > failures) REQUIRE_FALSE(written);
          if (written) {
            after_io += io;
            vfs.acknowledge(++promised);
          } else {
            ++refused;
            io |= written.error().code == Code::Io;
          }
          const Event event = desk.say(a_matter, fact, ten(i));
          if (log.merge({&event, 1})) vfs.acknowledge(++promised), after_io += io;
          if (i == 4) {
            const auto done = log.checkpoint();
            io |= !done && done.error().code == Code::Io;
          }
        }
      }
      CHECK(after_io == 0);  // a disk that lied once is not trusted again
      const bool reached = vfs.failures() > 0;
      // The same files after a restart, and after a power cut on top of the failure.
      REQUIRE(count_log(path, true) >= static_cast<std::int64_t>(promised));
      std::mt19937_64 rng(n);
      for (const auto luck : {PowerCut::Luck::Nothing, n % 2 == 0 ? PowerCut::Luck::Random : PowerCut::Luck::Torn}) {
        Scratch after(fast_disk());
        PowerCut power(vfs.record());
        power.run_to(vfs.record().size());
        power.restore(after.path().string(), luck, rng);
        REQUIRE(count_log(after.file("a.db"), true) >= static_cast<std::int64_t>(power.acknowledged()));
      }
      if (!reached) break;
    }
    INFO(trouble.name);
    CHECK(refused > 10);
    CHECK(rounds > 30);
  }
}
