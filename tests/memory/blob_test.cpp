// Attachments beside the log: one transaction with their events, named by their hash, whole or still coming.
#include <sqlite3.h>
#include <sys/resource.h>

#include <fstream>

#include "shim_vfs.h"
#include "support.h"
#include "tests/memory/tamper.h"

using namespace yizhan;
using namespace yizhan::test;

namespace {

Result<std::vector<Event>> state(EventLog& log, std::vector<Fact> facts, std::vector<std::string_view> blobs, const std::string& request = "") {
  const EventLog::Statement one[] = {{a_matter, std::move(facts), request, std::move(blobs)}};
  return log.append_many(kiosk, one, ten());
}

std::string whole(const EventLog& log, const Digest& hash, std::size_t at_once = blob_piece_bytes_max) {
  std::string all;
  for (;;) {
    const auto part = log.blob_bytes(hash, all.size(), at_once);
    REQUIRE(part);
    if (part->empty()) return all;
    all += *part;
  }
}

/// Sends everything of one log's attachment into another, in pieces of any size.
void send(const EventLog& from, EventLog& to, const Digest& hash, std::size_t piece = blob_piece_bytes_max) {
  const auto blob = from.blob(hash);
  REQUIRE(blob);
  for (std::uint64_t off = to.blob(hash)->have; off < blob->bytes;) {
    const auto part = from.blob_bytes(hash, off, piece);
    REQUIRE(part);
    const auto put = to.put_blob(hash, blob->bytes, off, *part);
    REQUIRE(put);
    off = put->have;
  }
}

}  // namespace

TEST_CASE("an event and its attachment are one statement: both or neither", "[blob]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  const std::string speech = noise(700'000), photo = noise(3, 2);
  const Digest hash = hash_bytes(speech);
  {
    auto log = open_log(path);
    // Without its bytes, with other bytes, with more bytes than are named: nothing at all is written.
    CHECK(state(*log, {attached(speech)}, {}).error().code == Code::Invalid);
    CHECK(state(*log, {attached(speech)}, {photo}).error().code == Code::Invalid);
    CHECK(state(*log, {attached(speech)}, {speech, photo}).error().code == Code::Invalid);
    Attached larger = attached(speech);
    larger.bytes += 1;
    CHECK(state(*log, {larger}, {speech}).error().code == Code::Invalid);
    Attached vast = attached(speech);
    vast.bytes = static_cast<std::int64_t>(blob_bytes_max) + 1;
    CHECK(state(*log, {vast}, {speech}).error().code == Code::Invalid);
    Attached nameless = attached(speech);
    nameless.hash = "recording.opus";
    CHECK(state(*log, {nameless}, {speech}).error().code == Code::Invalid);
    CHECK(log->count().value() == 0);
    CHECK(log->blob(hash).error().code == Code::NotFound);

    REQUIRE(state(*log, {Filed{sample_petition(), "", "", "", "", ""}, attached(speech), attached(photo, attached_photo)}, {photo, speech}, "r1"));
    CHECK(state(*log, {attached(speech)}, {speech}, "r1").error().code == Code::Conflict);
    // The same bytes again, for another matter's event: kept once.
    REQUIRE(state(*log, {attached(speech)}, {}));
    CHECK(log->naming(hash)->size() == 2);
  }
  auto log = open_log(path);
  CHECK(whole(*log, hash) == speech);
  CHECK(whole(*log, hash, 1000) == speech);
  CHECK(whole(*log, hash_bytes(photo)) == photo);
  CHECK(log->blob_bytes(hash, 699'990, 100)->size() == 10);
  CHECK(log->blob_bytes(hash, 262'143, 2).value() == speech.substr(262'143, 2));
  CHECK(log->blob(hash)->own);
  CHECK(log->blob_totals()->named == 2);
  CHECK(log->blob_totals()->bytes == 700'003);
  CHECK(log->verify()->empty());
  auto reader = EventLog::open(path, EventLog::Mode::ReadOnly);
  REQUIRE(reader);
  CHECK(whole(**reader, hash) == speech);
  CHECK((*reader)->verify()->empty());
}

TEST_CASE("a peer's attachment comes piece by piece, again and again, and is whole when its hash says so", "[blob][sync]") {
  Scratch scratch;
  const std::string speech = noise(600'000);
  const Digest hash = hash_bytes(speech);
  auto author = open_log(scratch.file("a.db"));
  const auto events = state(*author, {attached(speech)}, {speech});
  REQUIRE(events);
  const std::string path = scratch.file("b.db");
  auto hub = open_log(path);
  const auto piece = [&](std::uint64_t off, std::size_t n) { return std::string_view(speech).substr(off, n); };
  CHECK(hub->put_blob(hash, 600'000, 0, piece(0, 5000)).error().code == Code::NotFound);  // nobody stated such a thing
  REQUIRE(hub->merge(*events));
  CHECK_FALSE(hub->blob(hash)->own);
  CHECK(hub->blob(hash)->have == 0);
  CHECK(hub->blob_bytes(hash, 0).error().code == Code::NotFound);
  CHECK(hub->verify()->empty());  // still on its way is no damage

  CHECK(hub->put_blob(hash, 600'001, 0, piece(0, 5000)).error().code == Code::Invalid);
  CHECK(hub->put_blob(hash, 600'000, 0, "").error().code == Code::Invalid);
  CHECK(hub->put_blob(hash, 600'000, 0, piece(0, 100)).error().code == Code::Invalid);                          // a row for a hundred bytes
  CHECK(hub->put_blob(hash, 600'000, 0, piece(0, blob_piece_bytes_max + 1)).error().code == Code::Invalid);
  CHECK(hub->put_blob(hash, 600'000, 599'999, std::string(5000, 'x')).error().code == Code::Invalid);           // beyond the end
  CHECK(hub->put_blob(hash, 600'000, ~std::uint64_t{0}, std::string(5000, 'x')).error().code == Code::Invalid);
  const auto gap = hub->put_blob(hash, 600'000, 5000, piece(5000, 5000));
  CHECK(gap.error().code == Code::NotFound);
  CHECK(gap.error().what.starts_with("gap"));
  CHECK(hub->put_blob(hash, 600'000, 0, piece(0, 5000))->have == 5000);
  CHECK(hub->put_blob(hash, 600'000, 0, piece(0, 5000))->have == 5000);  // said twice
  CHECK(hub->put_blob(hash, 600'000, 0, piece(0, 4096))->have == 5000);
  CHECK(hub->put_blob(hash, 600'000, 4000, piece(4000, 6000)).error().code == Code::NotFound);  // overlaps: resume where it is
  hub.reset();
  hub = open_log(path);
  CHECK(hub->blob(hash)->have == 5000);
  CHECK(hub->verify()->empty());
  send(*author, *hub, hash, 100'000);
  CHECK(hub->blob(hash)->whole());
  CHECK(whole(*hub, hash) == speech);
  CHECK(hub->put_blob(hash, 600'000, 0, piece(0, 5000))->have == 600'000);
  CHECK(hub->put_blob(hash, 600'000, 590'000, piece(590'000, 10'000))->whole());
  CHECK(hub->verify()->empty());

  SECTION("bytes that are not the ones stated are given up as a whole, and the true ones may come after") {
    const std::string other = noise(20'000, 9);
    const auto more = state(*author, {attached(other)}, {other});
    REQUIRE(hub->merge(*more));
    const Digest its = hash_bytes(other);
    REQUIRE(hub->put_blob(its, 20'000, 0, std::string_view(other).substr(0, 10'000)));
    std::string bad = other.substr(10'000);
    bad[77] ^= 1;
    CHECK(hub->put_blob(its, 20'000, 10'000, bad).error().code == Code::Corrupt);
    CHECK(hub->blob(its)->have == 0);
    CHECK(hub->verify()->empty());
    send(*author, *hub, its);
    CHECK(whole(*hub, its) == other);
  }
  SECTION("a header-only copy names nothing until its body is filled in") {
    auto desk = open_log(scratch.file("d.db"));
    auto bare = *events;
    bare[0].body.reset();
    REQUIRE(desk->merge(bare));
    CHECK(desk->blob(hash).error().code == Code::NotFound);
    REQUIRE(desk->fill(*events).value() == 1);
    CHECK(desk->blob(hash)->bytes == 600'000);
    CHECK(desk->naming(hash)->front().id == (*events)[0].id);
    CHECK(desk->verify()->empty());
  }
}

TEST_CASE("what is to be sent is found smallest first, and marks never go back", "[blob][sync]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  const std::string big = noise(90'000), small = noise(100, 2), middle = noise(5'000, 3);
  REQUIRE(state(*log, {attached(big), attached(small), attached(middle)}, {big, small, middle}));
  const auto going = log->blobs_going(Reach::Here, 2);
  REQUIRE(going->size() == 2);
  CHECK((*going)[0].hash == hash_bytes(small));
  CHECK((*going)[1].hash == hash_bytes(middle));
  CHECK(log->blobs_count(Reach::Here).value() == 3);
  const Digest first[] = {hash_bytes(small)};
  REQUIRE(log->blobs_reached(first, Reach::Hub));
  CHECK(log->blobs_count(Reach::Here).value() == 2);
  CHECK(log->blobs_count(Reach::Hub).value() == 1);
  REQUIRE(log->blobs_reached(first, Reach::County));
  REQUIRE(log->blobs_reached(first, Reach::Hub));
  CHECK(log->blob(first[0])->reached == Reach::County);
  CHECK(log->blobs_count(Reach::Hub).value() == 0);
  REQUIRE(log->blobs_nowhere());
  CHECK(log->blobs_count(Reach::Here).value() == 3);
}

TEST_CASE("verify tells an attachment that was changed, cut or lost, and names its event", "[blob][verify]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  const std::string speech = noise(600'000);
  {
    auto log = open_log(path);
    REQUIRE(state(*log, {Accepted{"样板局", "2026-11-20"}, attached(speech)}, {speech}));
  }
  const auto found = [&](const std::string& text) {
    const std::string copy = scratch.file("b.db");
    std::filesystem::copy_file(path, copy, std::filesystem::copy_options::overwrite_existing);
    INFO(text);
    REQUIRE(tamper(copy, text).empty());
    auto log = EventLog::open(copy, EventLog::Mode::ReadOnly);
    REQUIRE(log);
    return (*log)->verify().value();
  };
  CHECK(found("SELECT 1").empty());
  const auto changed = found("UPDATE chunk SET data = zeroblob(length(data)) WHERE at > 0 AND at < 300000");
  REQUIRE(changed.size() == 1);
  CHECK(changed[0].origin == kiosk);
  CHECK(changed[0].seq == 2);
  CHECK(changed[0].what == "the attachment was changed");
  CHECK(found("DELETE FROM chunk WHERE at > 0 AND at < 300000").front().what == "pieces of the attachment are missing");
  CHECK(found("DELETE FROM chunk; UPDATE blob SET have = 0").front().what == "the attachment is missing");
  CHECK_FALSE(found("DELETE FROM chunk; DELETE FROM blob").empty());
  CHECK_FALSE(found("DELETE FROM naming").empty());
  CHECK_FALSE(found("DELETE FROM blob").empty());
  CHECK_FALSE(found("INSERT INTO chunk(blob, at, data) VALUES(99, 0, x'00')").empty());
  CHECK_FALSE(found("UPDATE blob SET hash = x'00'").empty());
  // And the triggers hold off whoever comes with SQL.
  for (const char* text : {"DELETE FROM chunk", "UPDATE chunk SET data = x'00'", "DELETE FROM blob", "UPDATE blob SET have = 1", "UPDATE blob SET hash = zeroblob(32)", "UPDATE blob SET own = 0",
                           "INSERT INTO chunk(blob, at, data) VALUES(1, 700000, x'00')", "DELETE FROM naming", "UPDATE naming SET event = 9"}) {
    INFO(text);
    CHECK_FALSE(sql(path, text).empty());
  }
  CHECK(open_log(path)->verify()->empty());
}

TEST_CASE("a database of a program from before attachments is brought up to date, with what its events name", "[blob][log]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  const std::string speech = noise(9'000);
  auto author = open_log(scratch.file("author.db"));
  const auto events = state(*author, {Accepted{"样板局", "2026-11-20"}, attached(speech)}, {speech});
  REQUIRE(events);
  {
    auto hub = open_log(path);
    REQUIRE(hub->merge(*events));
  }
  // What the older program left: the same without these tables.
  REQUIRE(tamper(path, "SELECT 1").empty());
  std::string older;  // the trigger as that program wrote it
  {
    // A copy: reading a database with a write-ahead log leaves files beside it.
    std::filesystem::copy_file(YIZHAN_SOURCE_DIR "/tests/memory/golden/log_2.db", scratch.file("golden.db"));
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open_v2(scratch.file("golden.db").c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
    sqlite3_exec(
        db, "SELECT sql FROM sqlite_schema WHERE name = 'event_unchanged'",
        [](void* out, int, char** cell, char**) {
          *static_cast<std::string*>(out) = cell[0];
          return 0;
        },
        &older, nullptr);
    sqlite3_close(db);
  }
  REQUIRE_FALSE(older.empty());
  for (const char* drop : {"DROP TABLE anchor", "DROP TRIGGER purge_kept", "DROP TRIGGER purge_forward", "DROP TABLE purge", "DROP TRIGGER spoilt_kept",
                           "DROP TRIGGER spoilt_unchanged", "DROP TABLE spoilt", "DROP TRIGGER event_unchanged"})
    REQUIRE(sql(path, drop).empty());
  REQUIRE(sql(path, older).empty());
  for (const char* drop : {"DROP TRIGGER blob_kept", "DROP TRIGGER blob_forward", "DROP TRIGGER chunk_kept", "DROP TRIGGER chunk_added", "DROP TRIGGER chunk_unchanged", "DROP TRIGGER naming_kept",
                           "DROP TRIGGER naming_unchanged", "DROP TABLE blob", "DROP TABLE chunk", "DROP TABLE naming", "PRAGMA user_version = 1"})
    REQUIRE(sql(path, drop).empty());
  {
    auto reader = EventLog::open(path, EventLog::Mode::ReadOnly);  // `verify` beside a program that still runs
    REQUIRE(reader);
    CHECK((*reader)->verify()->empty());
    CHECK((*reader)->blob(hash_bytes(speech)).error().code == Code::NotFound);
    CHECK((*reader)->blobs_count(Reach::Here).value() == 0);
  }
  {
    auto hub = open_log(path);
    CHECK(hub->blob(hash_bytes(speech))->bytes == 9'000);
    send(*author, *hub, hash_bytes(speech));
    CHECK(hub->verify()->empty());
  }
  CHECK(whole(*open_log(path), hash_bytes(speech)) == speech);
  REQUIRE(sql(path, "PRAGMA user_version = 1").empty());  // a schema that is not the one it claims
  CHECK(EventLog::open(path).error().code == Code::Corrupt);
}

TEST_CASE("a full disk writes neither event nor attachment, and takes both when there is room again", "[blob][fault]") {
  Scratch scratch;
  ShimVfs vfs;
  const std::string speech = noise(400'000);
  const std::string path = scratch.file("a.db");
  {
    auto log = open_log(path, vfs.name());
    for (std::uint64_t n = 1; n < 4; ++n) {
      vfs.fail_from(vfs.calls() + n, SQLITE_FULL, ShimVfs::forever);
      CHECK(state(*log, {attached(speech)}, {speech}, "r").error().code == Code::Unavailable);
      vfs.heal();
    }
    CHECK(log->count().value() == 0);
    CHECK(log->blob_totals()->named == 0);
    CHECK(log->stated("r").error().code == Code::NotFound);
    REQUIRE(state(*log, {attached(speech)}, {speech}, "r"));
  }
  CHECK(whole(*open_log(path), hash_bytes(speech)) == speech);
}

TEST_CASE("a disk that returns other bytes than it was given gets no receipt", "[blob][fault]") {
  // The attachment's pages are read back through another connection before anything is said; a piece that changed under us is
  // exactly what that is for. Planted by a trigger that does what a bad disk would.
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  const std::string speech = noise(30'000);
  auto log = open_log(path);
  // Not the log's own connection: the planted trigger lies in the schema that it reads again.
  REQUIRE(sql(path, "DROP TRIGGER chunk_unchanged; CREATE TRIGGER bad_disk AFTER INSERT ON chunk BEGIN UPDATE chunk SET data = zeroblob(length(data)) WHERE id = NEW.id; END").empty());
  const auto refused = state(*log, {attached(speech)}, {speech});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::Io);
  CHECK(refused.error().what.find("cannot be read back") != std::string::npos);
  CHECK(state(*log, {Accepted{"样板局", ""}}, {}).error().code == Code::Io);  // a disk that lied once is not trusted
}

TEST_CASE("an attachment of the largest size needs a few pieces of memory to be read, sent and checked", "[blob]") {
  Scratch scratch;
  std::string speech = noise(blob_bytes_max);
  const Digest hash = hash_bytes(speech);
  auto log = open_log(scratch.file("a.db")), hub = open_log(scratch.file("b.db"));
  const auto events = state(*log, {attached(speech)}, {speech});
  REQUIRE(events);
  REQUIRE(hub->merge(*events));
  speech = {};
  std::ofstream("/proc/self/clear_refs") << "5";
  const auto peak = [] {
    std::ifstream in("/proc/self/status");
    for (std::string line; std::getline(in, line);)
      if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
    return 0L;
  };
  const long before = peak();
  send(*log, *hub, hash);
  CHECK(hub->blob(hash)->whole());
  CHECK(log->verify()->empty());
  CHECK(hub->verify()->empty());
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(peak() - before < 4 * 1024);  // KiB; 5 MiB were moved, and SQLite's cache is 2 MiB
#else
  static_cast<void>(before);
#endif
}
