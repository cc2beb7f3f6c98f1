#include <fcntl.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "shim_vfs.h"
#include "support.h"
#include "tamper.h"

using namespace yizhan;
using namespace yizhan::test;

namespace {

const Fact accepted = Accepted{"样板局", "2026-11-20"};

std::vector<Event> story(const Origin& origin, std::size_t n) {
  Author author(origin);
  Dice dice(n);
  std::vector<Event> events;
  for (std::size_t i = 0; i < n; ++i)
    events.push_back(author.say(i % 2 ? a_matter : "", dice.fact(), ten(static_cast<int>(i))));
  return events;
}

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("what was stated is there, chained, and there again after a restart", "[log]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  std::vector<Event> all;
  {
    auto log = open_log(path);
    const Fact facts[] = {Filed{sample_petition(), "", "", "", "", ""}, TicketIssued{"A001", "LAW", Priority::Normal, "wages"}};
    auto written = log->append(kiosk, a_matter, facts, ten());
    REQUIRE(written);
    REQUIRE(written->size() == 2);
    CHECK((*written)[0].id == EventId{kiosk, 1});
    CHECK((*written)[1].hash == chain_hash((*written)[0].hash, (*written)[1]));
    all = *written;
    written = log->append(kiosk, a_matter, {&accepted, 1}, ten(1));
    REQUIRE(written);
    all.push_back(written->front());
  }
  auto log = open_log(path);
  CHECK(log->head(kiosk)->seq == 3);
  CHECK(log->head(kiosk)->hash == all.back().hash);
  CHECK(log->head(desk1)->seq == 0);
  CHECK(log->count().value() == 3);
  const auto read = log->after(kiosk, 0, 100);
  REQUIRE(read);
  REQUIRE(read->size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(same((*read)[i], all[i]));
  CHECK(log->after(kiosk, 2, 100)->size() == 1);
  CHECK(log->after(kiosk, 0, 2)->size() == 2);
  CHECK(log->after(kiosk, 0, 100, 1)->size() == 1);  // a byte limit never stops the log altogether
  CHECK(log->of_matter(a_matter)->size() == 3);
  CHECK(log->of_matter("")->empty());
  CHECK(log->verify()->empty());
}

TEST_CASE("append is all or none", "[log]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  const Fact facts[] = {accepted, Rated{1, 1, "坏\xff"}};
  CHECK(log->append(kiosk, a_matter, facts, ten()).error().code == Code::Invalid);
  CHECK(log->append(kiosk, "two\nlines", {&accepted, 1}, ten()).error().code == Code::Invalid);
  CHECK(log->append("", a_matter, {&accepted, 1}, ten()).error().code == Code::Invalid);
  CHECK(log->count().value() == 0);
  const EventLog::Statement twice[] = {{a_matter, {accepted}, "r1"}, {a_matter, {accepted}, "r1"}};
  CHECK(log->append_many(kiosk, twice, ten()).error().code == Code::Conflict);
  CHECK(log->count().value() == 0);
  CHECK(log->stated("r1").error().code == Code::NotFound);
  REQUIRE(log->append_many(kiosk, {twice, 1}, ten()));
  CHECK(log->stated("r1").value() == a_matter);
  CHECK(log->append_many(kiosk, {twice, 1}, ten()).error().code == Code::Conflict);
  CHECK(log->verify()->empty());
}

TEST_CASE("merging twice is merging once", "[log][merge]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  const auto events = story(kiosk, 50);
  const std::span<const Event> all(events);
  CHECK(log->merge(all.subspan(0, 20))->fresh.size() == 20);
  CHECK(log->merge(all.subspan(0, 20))->fresh.empty());
  const auto overlapping = log->merge(all.subspan(10, 30));
  REQUIRE(overlapping);
  CHECK(overlapping->fresh.size() == 20);
  CHECK(overlapping->fresh.front().id.seq == 21);
  CHECK(overlapping->head.seq == 40);
  Dice dice(1);
  for (int i = 0; i < 200; ++i) {
    const std::size_t from = dice.below(41), n = 1 + dice.below(events.size() - from);
    const auto merged = log->merge(all.subspan(from, n));
    if (merged)
      REQUIRE(merged->head.seq >= from + n);
    else
      REQUIRE(merged.error().code == Code::NotFound);
  }
  REQUIRE(log->merge(all));
  CHECK(log->head(kiosk)->seq == 50);
  const auto read = log->after(kiosk, 0, 1000);
  for (std::size_t i = 0; i < events.size(); ++i) REQUIRE(same((*read)[i], events[i]));
  CHECK(log->verify()->empty());
}

TEST_CASE("a night's batch of thousands is one transaction, larger than every buffer", "[log][merge]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  Author author(kiosk);
  std::vector<Event> events;
  for (int i = 0; i < 3000; ++i)
    events.push_back(
        author.say(a_matter, Rated{1, 1, std::string(i % 500 == 0 ? 900'000 : 1000, static_cast<char>('a' + i % 26))}, ten()));
  const auto merged = log->merge(events);
  INFO((merged ? "" : merged.error().what));
  REQUIRE(merged);
  CHECK(merged->fresh.size() == 3000);
  CHECK(log->verify()->empty());
}

TEST_CASE("a gap, a fork and a damaged event are told apart, and nothing of them is merged", "[log][merge]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  auto log = open_log(path);
  const auto events = story(kiosk, 10);
  const std::span<const Event> all(events);
  REQUIRE(log->merge(all.subspan(0, 4)));

  const auto gap = log->merge(all.subspan(5));
  CHECK(gap.error().code == Code::NotFound);
  CHECK(gap.error().what.starts_with("gap"));
  std::vector<Event> holes{events[4], events[6]};
  CHECK(log->merge(holes).error().code == Code::NotFound);

  std::vector<Event> damaged(events.begin(), events.end());
  damaged[5].body = "{}";
  CHECK(log->merge(damaged).error().code == Code::Corrupt);
  damaged = events;
  damaged[5].at += Span{1};
  CHECK(log->merge(damaged).error().code == Code::Corrupt);
  damaged = events;
  damaged[7].hash[0] ^= 1;
  CHECK(log->merge(damaged).error().code == Code::Corrupt);
  damaged = events;
  damaged[1].hash[0] ^= 1;  // damage on a known event is damage, no second history
  CHECK(log->merge(damaged).error().code == Code::Corrupt);
  CHECK(log->head(kiosk)->seq == 4);

  Author clone(kiosk);  // the device was restored from a backup and went on
  std::vector<Event> second;
  for (int i = 0; i < 6; ++i) second.push_back(clone.say(a_matter, accepted, ten(100 + i)));
  for (int i = 0; i < 2; ++i) {
    const auto fork = log->merge(second);
    CHECK(fork.error().code == Code::Conflict);
    CHECK(fork.error().what.starts_with("fork"));
  }
  CHECK(log->head(kiosk)->seq == 4);
  CHECK(log->head(kiosk)->hash == events[3].hash);
  REQUIRE(log->merge(events));
  CHECK(log->verify()->empty());
  log.reset();
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  sqlite3_stmt* count = nullptr;
  REQUIRE(sqlite3_prepare_v2(db, "SELECT count(*) FROM aside", -1, &count, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_step(count) == SQLITE_ROW);
  CHECK(sqlite3_column_int(count, 0) == 6);
  sqlite3_finalize(count);
  sqlite3_close(db);
}

TEST_CASE("one poisoned body does not block a log", "[log][merge]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  std::vector<Event> events;
  Digest last{};
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    Event event = make_event(kiosk, seq, ten(), a_matter, accepted, last);
    if (seq == 2) {
      event.body = std::string("\0 not {json \xff", 14);
      event.body_hash = hash_bytes(*event.body);
      event.hash = chain_hash(last, event);
    }
    last = event.hash;
    events.push_back(event);
  }
  const auto merged = log->merge(events);
  REQUIRE(merged);
  CHECK(merged->quarantined == 1);
  CHECK(merged->head.seq == 3);
  CHECK(*log->after(kiosk, 1, 1)->front().body == *events[1].body);
  CHECK(log->verify()->empty());
}

TEST_CASE("headers come first and bodies are filled in when they match", "[log]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  const auto events = story(kiosk, 6);
  auto bare = events;
  for (Event& e : bare) e.body.reset();
  REQUIRE(log->merge(bare));
  CHECK_FALSE(log->after(kiosk, 0, 1)->front().body);
  CHECK(log->verify()->empty());
  auto wrong = events;
  for (Event& e : wrong) *e.body += " ";
  CHECK(log->fill(wrong).value() == 0);
  CHECK(log->fill({&events[2], 2}).value() == 2);
  CHECK(log->fill(events).value() == 4);
  CHECK(log->fill(events).value() == 0);
  const auto read = log->after(kiosk, 0, 100);
  for (std::size_t i = 0; i < events.size(); ++i) CHECK(same((*read)[i], events[i]));
  CHECK(log->verify()->empty());
}

TEST_CASE("arrival order is the order in which this machine learned things", "[log]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  const auto k = story(kiosk, 4), d = story(desk1, 3);
  REQUIRE(log->merge({&k[0], 2}));
  REQUIRE(log->merge(d));
  REQUIRE(log->merge(k));
  std::string order;
  std::int64_t cursor = 0;
  for (;;) {
    const auto some = log->arrived_after(cursor, 2);
    REQUIRE(some);
    if (some->empty()) break;
    for (const Event& e : *some) order += e.id.origin.substr(7) + std::to_string(e.id.seq) + " ";
  }
  CHECK(order == "K031 K032 D011 D012 D013 K033 K034 ");
  CHECK(log->heads()->size() == 2);
}

TEST_CASE("rows are added and never changed, whoever tries", "[log][triggers]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  {
    auto log = open_log(path);
    auto events = story(kiosk, 3);
    events[1].body.reset();
    REQUIRE(log->merge(events));
  }
  CHECK_FALSE(sql(path, "DELETE FROM event WHERE seq = 1").empty());
  CHECK_FALSE(sql(path, "DELETE FROM event").empty());
  for (const char* column :
       {"arrival", "seq", "at", "matter", "type", "v", "body_hash", "hash", "body", "log", "quarantined"}) {
    const bool blob = std::string_view(column).find("hash") != std::string_view::npos || std::string_view(column) == "body";
    INFO(column);
    CHECK_FALSE(
        sql(path, std::string("UPDATE event SET ") + column + " = " + (blob ? "x'00'" : "77") + " WHERE seq = 1").empty());
    // The one exception is a body that was not here; it brings nothing else with it.
    if (std::string_view(column) != "body" && std::string_view(column) != "quarantined") {
      CHECK_FALSE(sql(path, std::string("UPDATE event SET body = x'7b7d', ") + column + " = " + (blob ? "x'00'" : "77") +
                                     " WHERE seq = 2")
                      .empty());
    }
  }
  CHECK_FALSE(sql(path, "UPDATE event SET body = NULL WHERE seq = 1").empty());
  CHECK_FALSE(sql(path,
                       "INSERT OR REPLACE INTO event SELECT arrival, log, seq, at, matter, 'x', v, body_hash, hash, body, 0 "
                       "FROM event WHERE seq = 1")
                  .empty());
  CHECK_FALSE(sql(path,
                       "INSERT OR REPLACE INTO event SELECT NULL, log, seq, at, matter, 'x', v, body_hash, hash, body, 0 FROM "
                       "event WHERE seq = 1")
                  .empty());
  CHECK_FALSE(sql(path,
                       "INSERT OR REPLACE INTO event SELECT 1, log, 9, at, matter, 'x', v, body_hash, hash, body, 0 FROM event "
                       "WHERE seq = 1")
                  .empty());
  CHECK_FALSE(sql(path, "DELETE FROM log").empty());
  CHECK_FALSE(sql(path, "UPDATE log SET seq = 1").empty());
  CHECK_FALSE(sql(path, "UPDATE log SET origin = 'x', seq = 9").empty());
  CHECK(open_log(path)->verify()->empty());
}

TEST_CASE("a database that is not ours, or was changed in its structure, is refused and left alone", "[log]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  const auto code = [&] { return EventLog::open(path).error().code; };
  SECTION("another program's database") {
    REQUIRE(sql(path, "CREATE TABLE t(x); INSERT INTO t VALUES(1)").empty());
    const std::string before = bytes_of(path);
    CHECK(code() == Code::Corrupt);
    CHECK(bytes_of(path) == before);
  }
  SECTION("no database at all") {
    std::ofstream(path) << std::string(5000, 'x');
    CHECK(code() == Code::Corrupt);
    CHECK(bytes_of(path) == std::string(5000, 'x'));
  }
  SECTION("a trigger was dropped") {
    open_log(path).reset();
    REQUIRE(sql(path, "DROP TRIGGER event_kept").empty());
    CHECK(code() == Code::Corrupt);
  }
  SECTION("a newer schema") {
    open_log(path).reset();
    REQUIRE(sql(path, "PRAGMA user_version = 4").empty());
    CHECK(code() == Code::Corrupt);
  }
  SECTION("no such directory") { CHECK(EventLog::open(scratch.file("no/such/a.db")).error().code == Code::Io); }
}

TEST_CASE("the same database is opened for writing once", "[log]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  auto log = open_log(path);
  const auto second = EventLog::open(path);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == Code::Conflict);
  CHECK(second.error().what.find("another process has this database open") != std::string::npos);

  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto other = EventLog::open(path);
    ::_exit(!other && other.error().code == Code::Conflict ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);

  auto reader = EventLog::open(path, EventLog::Mode::ReadOnly);
  REQUIRE(reader);
  REQUIRE(log->append(kiosk, a_matter, {&accepted, 1}, ten()));
  CHECK((*reader)->head(kiosk)->seq == 1);  // readers see what was committed
  CHECK_FALSE((*reader)->append(kiosk, a_matter, {&accepted, 1}, ten()));
  CHECK((*reader)->verify()->empty());
  log.reset();
  CHECK(EventLog::open(path));
}

TEST_CASE("whatever a damaged file makes SQLite say, an error is text", "[log][fuzz]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  { auto log = open_log(path); }
  std::string bytes = bytes_of(path);
  const std::size_t at = bytes.find("CREATE TABLE");
  REQUIRE(at != std::string::npos);
  bytes.replace(at, 12, "CREATE \xFF\xC0\xF5\x80\x1b");
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  const auto log = EventLog::open(path);
  REQUIRE_FALSE(log);
  CHECK(valid_utf8(log.error().what));
  CHECK(log.error().what.find('\x1b') == std::string::npos);
}

TEST_CASE("a log that is opened again keeps what it holds and lets nobody in between", "[log]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  auto log = open_log(path);
  REQUIRE(log->append(kiosk, a_matter, {&accepted, 1}, ten()));
  std::atomic<bool> over = false, let_in = false;
  std::thread other([&] {
    while (!over)
      if (EventLog::open(path)) let_in = true;
  });
  for (int i = 0; i < 40; ++i) {
    auto again = EventLog::open_again(std::move(log));
    REQUIRE(again);
    log = std::move(*again);
    CHECK(log->head(kiosk)->seq == static_cast<std::uint64_t>(i + 1));
    REQUIRE(log->append(kiosk, a_matter, {&accepted, 1}, ten()));
  }
  over = true;
  other.join();
  CHECK_FALSE(let_in);
  CHECK(log->verify()->empty());
  log.reset();
  CHECK(EventLog::open(path));
}

TEST_CASE("notes are kept, replaced and checked", "[log]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  {
    auto log = open_log(path);
    CHECK(log->note("mark").error().code == Code::NotFound);
    REQUIRE(log->put_note("mark", "1"));
    REQUIRE(log->put_note("mark", std::string("2\0x", 3)));
  }
  CHECK(open_log(path)->note("mark").value() == std::string("2\0x", 3));
  REQUIRE(sql(path, "UPDATE note SET value = x'33'").empty());
  auto log = open_log(path);
  CHECK(log->note("mark").error().code == Code::Corrupt);
  CHECK(log->verify()->size() == 1);
}

TEST_CASE("verify finds what was changed, and says where", "[log][verify]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  {
    auto log = open_log(path);
    REQUIRE(log->merge(story(kiosk, 20)));
    REQUIRE(log->merge(story(desk1, 5)));
  }
  const auto tampered = [&](const std::string& sql) {
    // What a thief would do who knows SQL: drop the trigger, change a row, put the trigger back.
    const std::string copy = scratch.file("b.db");
    std::filesystem::copy_file(path, copy, std::filesystem::copy_options::overwrite_existing);
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(copy.c_str(), &db) == SQLITE_OK);
    std::string triggers;
    sqlite3_exec(
        db, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'",
        [](void* out, int, char** cell, char**) {
          *static_cast<std::string*>(out) += std::string("DROP TRIGGER ") + cell[0] + ";" + "\x01" + cell[1] + ";\x02";
          return 0;
        },
        &triggers, nullptr);
    std::string drops, creates;
    for (std::size_t at = 0; at < triggers.size();) {
      const std::size_t middle = triggers.find('\x01', at), end = triggers.find('\x02', at);
      drops += triggers.substr(at, middle - at);
      creates += triggers.substr(middle + 1, end - middle - 1);
      at = end + 1;
    }
    char* message = nullptr;
    INFO(sql);
    REQUIRE(sqlite3_exec(db, (drops + sql + ";" + creates).c_str(), nullptr, nullptr, &message) == SQLITE_OK);
    sqlite3_close(db);
    auto log = EventLog::open(copy);
    INFO((log ? "" : log.error().what));
    REQUIRE(log);
    const auto damages = (*log)->verify();
    REQUIRE(damages);
    return *damages;
  };
  CHECK(tampered("SELECT 1").empty());
  const auto changed = tampered("UPDATE event SET body = x'7b7d' WHERE log = 1 AND seq = 7");
  REQUIRE_FALSE(changed.empty());
  CHECK(changed[0].origin == kiosk);
  CHECK(changed[0].seq == 7);
  CHECK_FALSE(tampered("DELETE FROM event WHERE log = 1 AND seq = 7").empty());
  CHECK_FALSE(tampered("DELETE FROM event WHERE log = 1 AND seq = 20").empty());
  CHECK_FALSE(tampered("UPDATE event SET at = at - 86400000 WHERE log = 2 AND seq = 5").empty());
  CHECK_FALSE(tampered("UPDATE log SET seq = 19 WHERE id = 1").empty());
  CHECK_FALSE(tampered("UPDATE log SET hash = zeroblob(32) WHERE id = 2").empty());
  CHECK_FALSE(tampered("DELETE FROM log WHERE id = 2").empty());
  CHECK_FALSE(tampered("UPDATE event SET quarantined = 1 WHERE arrival = 3").empty());
  CHECK_FALSE(tampered("UPDATE event SET matter = '' WHERE arrival = 2").empty());
}

TEST_CASE("no single flipped byte changes what is read without being found", "[log][verify]") {
  Scratch scratch(std::filesystem::exists("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path());
  const std::string path = scratch.file("a.db"), copy = scratch.file("b.db");
  const auto events = story(kiosk, 25);
  {
    auto log = open_log(path);
    REQUIRE(log->merge(events));
    REQUIRE(log->put_note("mark", "25"));
  }
  const std::string good = bytes_of(path);
  Dice dice(4);
  std::size_t found = 0, harmless = 0;
  // Every byte near a page's start (headers, cell pointers), and a sample of the rest, in every page.
  for (std::size_t at = 0; at < good.size(); at += at % 4096 < 100 ? 1 : 1 + dice.below(40)) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << dice.below(8)));
    std::ofstream(copy, std::ios::binary) << bad;
    std::filesystem::remove(copy + "-wal");
    std::filesystem::remove(copy + "-shm");
    auto log = EventLog::open(copy);
    if (!log) {
      ++found;
      continue;
    }
    const auto damages = (*log)->verify();
    if (!damages || !damages->empty()) {
      ++found;
      continue;
    }
    const auto read = (*log)->after(kiosk, 0, 1000);
    REQUIRE(read);
    REQUIRE(read->size() == events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
      INFO("byte " << at);
      REQUIRE(same((*read)[i], events[i]));
    }
    REQUIRE((*log)->of_matter(a_matter)->size() == 12);
    REQUIRE((*log)->note("mark").value() == "25");
    ++harmless;
  }
  INFO("found " << found << ", in unused space " << harmless);
  CHECK(found > 500);
}

TEST_CASE("a full disk refuses the receipt, keeps what was acknowledged, and works again when there is room", "[log][fault]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  ShimVfs vfs;
  std::uint64_t acknowledged = 0;
  {
    auto log = open_log(path, vfs.name());
    REQUIRE(log->append(kiosk, a_matter, {&accepted, 1}, ten()));
    vfs.fail_from(vfs.calls() + 1, SQLITE_FULL, ShimVfs::forever);
    for (int i = 0; i < 3; ++i) {
      const auto refused = log->append(kiosk, a_matter, {&accepted, 1}, ten());
      REQUIRE_FALSE(refused);
      CHECK(refused.error().code == Code::Unavailable);
      CHECK(refused.error().what.find("disk full") != std::string::npos);
    }
    CHECK(log->head(kiosk)->seq == 1);
    vfs.heal();
    REQUIRE(log->append(kiosk, a_matter, {&accepted, 1}, ten()));
    acknowledged = log->head(kiosk)->seq;
  }
  auto log = open_log(path);
  CHECK(acknowledged == 2);
  CHECK(log->head(kiosk)->seq == acknowledged);
  CHECK(log->verify()->empty());
}

TEST_CASE("a real full disk, and a read-only one", "[log][fault]") {
  Scratch scratch;
  const std::string mount_point = scratch.file("small");
  std::filesystem::create_directory(mount_point);
  if (::mount("none", mount_point.c_str(), "tmpfs", 0, "size=1m") != 0) SKIP("mounting is not permitted here");
  struct Unmount {
    std::string path;
    ~Unmount() { ::umount2(path.c_str(), MNT_DETACH); }
  } unmount{mount_point};
  const std::string path = mount_point + "/a.db";
  std::uint64_t acknowledged = 0;
  {
    auto log = open_log(path);
    const Fact big = Rated{5, 5, std::string(20'000, 'x')};
    std::optional<Error> full;
    for (int i = 0; i < 200 && !full; ++i) {
      const auto written = log->append(kiosk, a_matter, {&big, 1}, ten());
      if (written)
        ++acknowledged;
      else
        full = written.error();
    }
    REQUIRE(full);
    INFO(full->what);
    CHECK(full->code == Code::Unavailable);
    CHECK(acknowledged > 5);
    REQUIRE(::mount("none", mount_point.c_str(), "tmpfs", MS_REMOUNT, "size=8m") == 0);
    REQUIRE(log->append(kiosk, a_matter, {&big, 1}, ten()));
    ++acknowledged;
  }
  {
    auto log = open_log(path);
    CHECK(log->head(kiosk)->seq == acknowledged);
    CHECK(log->verify()->empty());
  }
  REQUIRE(::mount("none", mount_point.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=8m") == 0);
  const auto refused = EventLog::open(path);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::Io);
  CHECK(refused.error().what.find("read-only") != std::string::npos);
}

TEST_CASE("a disk that turns read-only refuses receipts for good", "[log][fault]") {
  Scratch scratch;
  ShimVfs vfs;
  auto log = open_log(scratch.file("a.db"), vfs.name());
  REQUIRE(log->append(kiosk, a_matter, {&accepted, 1}, ten()));
  vfs.fail_from(vfs.calls() + 1, SQLITE_READONLY, ShimVfs::forever);
  CHECK(log->append(kiosk, a_matter, {&accepted, 1}, ten()).error().code == Code::Io);
  vfs.heal();
  CHECK(log->append(kiosk, a_matter, {&accepted, 1}, ten()).error().code == Code::Io);
  CHECK(log->head(kiosk).error().code == Code::Io);
}

TEST_CASE("what is left of a log in less than a sector is not begun anew", "[log][fault]") {
  Scratch scratch;
  for (const std::size_t n : {std::size_t{1}, std::size_t{100}, std::size_t{511}}) {
    const std::string path = scratch.file("cut" + std::to_string(n) + ".db");
    std::ofstream(path, std::ios::binary) << std::string(n, 'S');
    CHECK(EventLog::open(path).error().code == Code::Corrupt);
    CHECK(std::filesystem::file_size(path) == n);
  }
  // A first start that was cut off before its first byte goes on.
  const std::string empty = scratch.file("empty.db");
  std::ofstream(empty, std::ios::binary).flush();
  CHECK(EventLog::open(empty));
}
