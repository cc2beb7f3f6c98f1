#include "core/event_log.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <set>
#include <type_traits>
#include <utility>

#include "core/blob_rows.h"
#include "core/event_text.h"
#include "core/sqlite.h"

namespace yizhan {

namespace {

using sqlite::Database;
using sqlite::Resetting;

constexpr const char* application_id = "1499088974";  // "YZHN"
constexpr int schema_version = 3;  // older ones are brought up to date by whoever opens them for writing
constexpr int schema_blobs = 2;    // the first with attachments
// A filing writes about seven pages, so fewer than one in a hundred waits for the two extra syncs of a checkpoint. More pages
// would cost memory for the index of the write-ahead log and time at the next start.
constexpr int checkpoint_pages_usual = 1000;
constexpr std::size_t aside_rows_max = 10'000;

// Rows are added and never changed. The triggers are no lock against a thief; they are a lock against our own mistakes.
// event.log has no foreign key: it would cost an eighth of the ingest rate, and verify() looks for strays.
constexpr const char* schema = R"sql(
CREATE TABLE log(id INTEGER PRIMARY KEY, origin TEXT NOT NULL UNIQUE, seq INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE event(
  arrival INTEGER PRIMARY KEY, log INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
  matter TEXT NOT NULL, type TEXT NOT NULL, v INTEGER NOT NULL, body_hash BLOB NOT NULL, hash BLOB NOT NULL, body BLOB,
  quarantined INTEGER NOT NULL DEFAULT 0, UNIQUE(log, seq)) STRICT;
CREATE INDEX event_matter ON event(matter) WHERE matter <> '';
CREATE TABLE aside(
  id INTEGER PRIMARY KEY, origin TEXT NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL, line BLOB NOT NULL,
  UNIQUE(origin, seq, hash)) STRICT;
CREATE TABLE note(key TEXT PRIMARY KEY, value BLOB NOT NULL, sum BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TRIGGER event_kept BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER event_unchanged BEFORE UPDATE ON event WHEN NOT (OLD.body IS NULL AND NEW.body IS NOT NULL AND
  OLD.arrival IS NEW.arrival AND OLD.log IS NEW.log AND OLD.seq IS NEW.seq AND OLD.at IS NEW.at AND OLD.matter IS NEW.matter AND
  OLD.type IS NEW.type AND OLD.v IS NEW.v AND OLD.body_hash IS NEW.body_hash AND OLD.hash IS NEW.hash)
  BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER event_not_replaced BEFORE INSERT ON event WHEN NEW.seq <= (SELECT seq FROM log WHERE id = NEW.log) OR
  (NEW.arrival > 0 AND EXISTS (SELECT 1 FROM event WHERE arrival = NEW.arrival))
  BEGIN SELECT RAISE(ABORT, 'events are never replaced'); END;
CREATE TRIGGER log_kept BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'logs are never deleted'); END;
CREATE TRIGGER log_forward BEFORE UPDATE ON log WHEN NEW.seq <= OLD.seq OR NEW.origin IS NOT OLD.origin OR NEW.id IS NOT OLD.id
  BEGIN SELECT RAISE(ABORT, 'a log only grows'); END;
CREATE TRIGGER aside_kept BEFORE DELETE ON aside BEGIN SELECT RAISE(ABORT, 'what was put aside is never deleted'); END;
CREATE TRIGGER aside_unchanged BEFORE UPDATE ON aside BEGIN SELECT RAISE(ABORT, 'what was put aside is never changed'); END;
)sql";

// What came after attachments: countersignatures, erasing what the county holds, and bodies that went bad kept aside. Bodies may
// leave only below a mark that never goes back, or when their very bytes stand in `spoilt`.
constexpr const char* schema_proof = R"sql(
CREATE TABLE anchor(
  id INTEGER PRIMARY KEY, witness TEXT NOT NULL, key TEXT NOT NULL, origin TEXT NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL,
  at INTEGER NOT NULL, signature TEXT NOT NULL, calm INTEGER NOT NULL, UNIQUE(origin, witness, seq)) STRICT;
CREATE TABLE purge(log INTEGER PRIMARY KEY, seq INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE spoilt(event INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE TRIGGER purge_kept BEFORE DELETE ON purge BEGIN SELECT RAISE(ABORT, 'what was erased is not forgotten'); END;
CREATE TRIGGER purge_forward BEFORE UPDATE ON purge WHEN NEW.seq < OLD.seq OR NEW.done < OLD.done OR NEW.done > NEW.seq OR NEW.log IS NOT OLD.log
  BEGIN SELECT RAISE(ABORT, 'erasing only goes forward'); END;
CREATE TRIGGER spoilt_kept BEFORE DELETE ON spoilt BEGIN SELECT RAISE(ABORT, 'what was put aside is never deleted'); END;
CREATE TRIGGER spoilt_unchanged BEFORE UPDATE ON spoilt BEGIN SELECT RAISE(ABORT, 'what was put aside is never changed'); END;
DROP TRIGGER event_unchanged;
CREATE TRIGGER event_unchanged BEFORE UPDATE ON event WHEN NOT (
  OLD.arrival IS NEW.arrival AND OLD.log IS NEW.log AND OLD.seq IS NEW.seq AND OLD.at IS NEW.at AND OLD.matter IS NEW.matter AND
  OLD.type IS NEW.type AND OLD.v IS NEW.v AND OLD.body_hash IS NEW.body_hash AND OLD.hash IS NEW.hash AND (
    (OLD.body IS NULL AND NEW.body IS NOT NULL) OR
    (OLD.body IS NOT NULL AND NEW.body IS NULL AND (
      (OLD.type IS NOT 'checkpointed' AND OLD.seq <= coalesce((SELECT seq FROM purge WHERE log = OLD.log), 0)) OR
      OLD.body IS (SELECT body FROM spoilt WHERE event = OLD.arrival)))))
  BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
DROP TRIGGER blob_forward;
CREATE TRIGGER blob_forward BEFORE UPDATE ON blob WHEN NEW.id IS NOT OLD.id OR NEW.hash IS NOT OLD.hash OR NEW.bytes IS NOT OLD.bytes OR
  NEW.own < OLD.own OR (OLD.have = OLD.bytes AND NEW.have IS NOT OLD.have AND NOT (NEW.have = 0 AND OLD.reached = 2 AND NEW.reached = 2))
  BEGIN SELECT RAISE(ABORT, 'an attachment that is whole is never changed'); END;
)sql";

constexpr std::string_view schema_question =
    "SELECT group_concat(type || '|' || name || '|' || tbl_name || '|' || sql, ';') FROM (SELECT * FROM sqlite_schema WHERE "
    "sql IS NOT NULL "
    "ORDER BY type, name)";

constexpr std::string_view event_columns = "l.origin, e.seq, e.at, e.matter, e.type, e.v, e.body_hash, e.hash, e.body";

std::string_view bytes(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

bool read_digest(std::string_view from, Digest& to) {
  if (from.size() != to.size()) return false;
  std::memcpy(to.data(), from.data(), to.size());
  return true;
}

Result<Event> read_event(const sqlite::Statement& row) {
  Event event;
  event.id = {std::string(row.bytes(0)), static_cast<std::uint64_t>(row.integer(1))};
  event.at = Time{Span{row.integer(2)}};
  event.matter = row.bytes(3);
  event.type = row.bytes(4);
  event.v = static_cast<int>(row.integer(5));
  if (!read_digest(row.bytes(6), event.body_hash) || !read_digest(row.bytes(7), event.hash))
    return Error{Code::Corrupt,
                 "event " + event.id.origin + "/" + std::to_string(event.id.seq) + ": a hash has the wrong length"};
  if (!row.is_null(8)) event.body.emplace(row.bytes(8));
  return event;
}

Digest note_sum(std::string_view key, std::string_view value) {
  std::string all(key);
  all += '\0';
  all += value;
  return hash_bytes(all);
}

/// What schema_question answers about a sound database of that version. Asked of SQLite once in a process: it is half of what an opening costs.
const Result<std::string>& schema_of(int version) {
  const auto made = [](int of) -> Result<std::string> {
    auto model = Database::open(":memory:", false, "");
    if (!model) return model.error();
    if (auto ran = model->run(schema); !ran) return ran.error();
    if (of >= schema_blobs)
      if (auto ran = model->run(BlobRows::schema); !ran) return ran.error();
    if (of >= schema_version)
      if (auto ran = model->run(schema_proof); !ran) return ran.error();
    return model->ask(schema_question);
  };
  static const Result<std::string> all[] = {made(1), made(2), made(3)};
  static_assert(std::size(all) == schema_version);
  return all[std::clamp(version, 1, schema_version) - 1];
}

/// One process per database: flock on a file beside it, held until closed. The kernel lets go when the process dies.
class Lock {
 public:
  Lock() = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() {
    if (fd_ >= 0) ::close(fd_);
  }
  /// The other's lock becomes ours without being let go.
  void inherit(Lock& from) { fd_ = std::exchange(from.fd_, -1); }
  bool held() const { return fd_ >= 0; }
  Status take(const std::string& path) {
    fd_ = ::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd_ < 0) {
      const int reason = errno;
      if (reason == EROFS) return Error{Code::Io, "the disk is read-only: " + path};
      if (reason == ENOSPC) return Error{Code::Unavailable, "disk full: " + path};
      return Error{Code::Io, "the database cannot be locked: " + path + ": " + std::strerror(reason)};
    }
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return Error{Code::Conflict, "another process has this database open: " + path};
      return Error{Code::Io, "the database cannot be locked: " + path + ": " + std::strerror(errno)};
    }
    return Done{};
  }

 private:
  int fd_ = -1;
};

}  // namespace

struct EventLog::Impl {
  std::string path, vfs;
  Mode mode = Mode::ReadWrite;
  Lock lock;
  Database db;       // the one connection that writes and checkpoints
  Database witness;  // reads back what was written through the file, not through the writer's cache
  mutable std::optional<Error> failed;
  int wal_pages = 0, checkpoint_pages = checkpoint_pages_usual;
  mutable BlobRows blobs, blobs_back;  // through the writer, through the witness
  std::uint64_t blob_marks = 0;
  int version = 0;                     // of the schema; a reader leaves an older one as it is
  bool has_blobs = true;               // false: a reader of an older program's database
  bool has_proof() const { return version >= schema_version; }

  mutable sqlite::Statement head_of, all_heads, known, read_after, read_arrived, read_matter, get_note, read_back;
  sqlite::Statement begin, commit, rollback, add_log, add_event, move_head, fill_body, arrival_of, keep_aside, put_note, add_note;

  // ---- trouble -------------------------------------------------------------------------------------------------------

  /// Remembers a failed disk for good: after one failed sync the kernel may have dropped what it could not write.
  Error trouble(Error error) const {
    if (error.code == Code::Io && !failed) failed = Error{Code::Io, "after an earlier failure, restart needed: " + error.what};
    return error;
  }
  Error trouble(int rc, std::string_view doing) const { return trouble(db.error_of(rc, doing)); }

  // ---- opening -------------------------------------------------------------------------------------------------------

  Status expect(const char* pragma, const char* setting, std::string_view expected) {
    if (setting[0] != '\0')
      if (auto set = db.run("PRAGMA " + std::string(pragma) + "=" + setting); !set) return set;
    const auto got = db.ask("PRAGMA " + std::string(pragma));
    if (!got) return got.error();
    if (*got != expected)
      return Error{Code::Corrupt,
                   "the database refuses " + std::string(pragma) + "=" + std::string(expected) + ", it says " + *got};
    return Done{};
  }

  Status start(const std::string& vfs_name) {
    vfs = vfs_name;
    const bool writes = mode == Mode::ReadWrite;
    if (writes && !lock.held())
      if (auto locked = lock.take(path); !locked) return locked;
    auto opened = Database::open(path, !writes, vfs);
    if (!opened) return opened.error();
    db = std::move(*opened);
    if (auto s = db.restrict(writes); !s) return s;
    if (writes && sqlite3_db_readonly(db.handle(), "main") == 1)
      return Error{Code::Io, "the disk or the file is read-only: " + path};
    if (auto s = db.run("PRAGMA busy_timeout=5000"); !s) return s;

    const auto id = db.ask("PRAGMA application_id");
    if (!id) return id.error();
    const auto found = db.ask(schema_question);
    if (!found) return found.error();
    const bool fresh = writes && found->empty() && *id == "0";
    if (!fresh && *id != application_id) return Error{Code::Corrupt, "not a Yizhan database: " + path};

    if (writes)
      if (auto s = expect("journal_mode", "WAL", "wal"); !s) return s;
    if (auto s = settings(writes); !s) return s;
    if (fresh) {
      if (auto s = db.run(std::string("BEGIN IMMEDIATE;") + schema + BlobRows::schema + schema_proof + "PRAGMA application_id=" +
                          application_id + ";PRAGMA user_version=" + std::to_string(schema_version) + ";COMMIT");
          !s)
        return s;
    }
    // A copy (backup_to) has no write-ahead log until somebody goes on from it: it can be read on a stick that nobody may write to.
    const auto journal = db.ask("PRAGMA journal_mode");
    if (!journal) return journal.error();
    if (*journal != "wal" && (writes || *journal != "delete")) return Error{Code::Corrupt, "the database refuses journal_mode=wal, it says " + *journal};
    if (auto s = expect("application_id", "", application_id); !s) return s;
    if (auto s = read_version(); !s) return s;
    if (auto s = same_schema(); !s) return s;
    if (writes && version < schema_version) {
      if (auto s = bring_up_to_date(); !s) return s;
      if (auto s = read_version(); !s) return s;
      if (auto s = same_schema(); !s) return s;
    }
    has_blobs = version >= schema_blobs;
    blobs.use(db);

    if (writes) {
      auto second = Database::open(path, true, vfs);
      if (!second) return second.error();
      witness = std::move(*second);
      if (auto s = witness.restrict(false); !s) return s;
      if (auto s = witness.run("PRAGMA busy_timeout=5000;PRAGMA query_only=ON;PRAGMA cache_size=-256;PRAGMA "
                               "trusted_schema=OFF;PRAGMA mmap_size=0");
          !s)
        return s;
    }
    if (auto s = statements(writes); !s) return s;
    return writes ? settle() : Done{};
  }

  Status read_version() {
    const auto told = db.ask("PRAGMA user_version");
    if (!told) return told.error();
    version = 0;
    std::from_chars(told->data(), told->data() + told->size(), version);
    if (version >= 1 && version <= schema_version) return Done{};
    return Error{Code::Corrupt, "the database refuses user_version=" + std::to_string(schema_version) + ", it says " + *told};
  }

  /// A database of an older program: tables and triggers that came since, and the attachments its events name already (an older hub
  /// keeps and passes on facts it does not know), all or nothing.
  Status bring_up_to_date() {
    Status s = db.run("BEGIN IMMEDIATE");
    if (s && version < schema_blobs) {
      s = db.run(BlobRows::schema);
      blobs.use(db);
      if (s) s = blobs.note_all();
    }
    if (s) s = db.run(schema_proof);
    if (s) s = db.run("PRAGMA user_version=" + std::to_string(schema_version) + ";COMMIT");
    if (!s && db.in_transaction()) static_cast<void>(db.run("ROLLBACK"));  // the error is told; a journal that stays is undone at the next opening
    return s;
  }

  /// After a sync that failed, what it should have written may be in the page cache and nowhere else, and no later sync writes it (trust.md 5): the
  /// process that begins anew reads it, goes on behind it, and the next power cut takes all of it. So the journal is written once more over itself
  /// before anything is read out of it, then into the database, and what is stated next begins a journal of its own. In that order: were the
  /// database newer than the journal the disk holds, a power cut would bring that older journal back and its pages over newer ones.
  Status settle() {
    if (auto again = write_journal_again(); !again) return again;
    const int rc = sqlite3_wal_checkpoint_v2(db.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (rc == SQLITE_OK) return Done{};
    const Error error = db.error_of(rc, "checkpoint at the start");
    return error.code == Code::Unavailable ? Status(Done{}) : Status(error);  // a full disk keeps the journal as it is
  }

  /// The journal's own bytes to where they are, and a sync. Nothing grows. What stands there is what was there, whatever moment it is cut off.
  Status write_journal_again() {
    sqlite3_file* journal = nullptr;
    const int rc = sqlite3_file_control(db.handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &journal);
    if (rc != SQLITE_OK || journal == nullptr || journal->pMethods == nullptr) return db.error_of(rc, "find the journal");
    sqlite3_int64 size = 0;
    if (const int told = journal->pMethods->xFileSize(journal, &size); told != SQLITE_OK) return db.error_of(told, "measure the journal");
    std::string block(64u << 10, '\0');
    for (sqlite3_int64 at = 0; at < size; at += static_cast<sqlite3_int64>(block.size())) {
      const int n = static_cast<int>(std::min<sqlite3_int64>(size - at, static_cast<sqlite3_int64>(block.size())));
      if (const int read = journal->pMethods->xRead(journal, block.data(), n, at); read != SQLITE_OK) return db.error_of(read, "read the journal");
      if (const int wrote = journal->pMethods->xWrite(journal, block.data(), n, at); wrote != SQLITE_OK) return db.error_of(wrote, "write the journal again");
    }
    if (const int synced = journal->pMethods->xSync(journal, SQLITE_SYNC_NORMAL); synced != SQLITE_OK) return db.error_of(synced, "sync the journal");
    return Done{};
  }

  Status settings(bool writes) {
    struct Setting {
      const char *pragma, *value, *expected;
    };
    const Setting all[] = {{"synchronous", "FULL", "2"},   {"secure_delete", "ON", "1"},     {"trusted_schema", "OFF", "0"},
                           {"cell_size_check", "ON", "1"}, {"foreign_keys", "ON", "1"},      {"recursive_triggers", "ON", "1"},
                           {"temp_store", "MEMORY", "2"},  {"cache_size", "-2048", "-2048"}, {"mmap_size", "0", "0"},
                           {"busy_timeout", "", "5000"},   {"wal_autocheckpoint", "0", "0"}};
    for (const Setting& s : all) {
      // A build without memory mapping answers nothing: that is off, too.
      if (std::string_view(s.pragma) == "mmap_size") {
        if (auto ran = db.run("PRAGMA mmap_size=0"); !ran) return ran;
        continue;
      }
      if (auto held = expect(s.pragma, s.value, s.expected); !held) return held;
    }
    if (!writes) return db.run("PRAGMA query_only=ON");
    // Our own checkpoints instead of SQLite's: it drops the error of a checkpoint that failed, and we must not.
    sqlite3_wal_hook(
        db.handle(),
        [](void* self, sqlite3*, const char*, int pages) {
          static_cast<Impl*>(self)->wal_pages = pages;
          return SQLITE_OK;
        },
        this);
    return Done{};
  }

  Status same_schema() {
    const auto& wanted = schema_of(version);
    if (!wanted) return wanted.error();
    const auto got = db.ask(schema_question);
    if (!got) return got.error();
    if (*wanted != *got) return Error{Code::Corrupt, "the database has another schema: " + path};
    return Done{};
  }

  Status statements(bool writes) {
    struct Wanted {
      sqlite::Statement* to;
      std::string sql;
      bool writer = false;
    };
    const std::string select = "SELECT " + std::string(event_columns) + " FROM event e JOIN log l ON l.id = e.log ";
    const Wanted all[] = {
        {&head_of, "SELECT id, seq, hash FROM log WHERE origin = ?"},
        {&all_heads, "SELECT origin, seq, hash FROM log ORDER BY origin"},
        {&known, select + "WHERE e.log = ? AND e.seq = ?"},
        {&read_after, select + "WHERE e.log = (SELECT id FROM log WHERE origin = ?) AND e.seq > ? ORDER BY e.seq LIMIT ?"},
        {&read_arrived,
         "SELECT " + std::string(event_columns) +
             ", e.arrival FROM event e JOIN log l ON l.id = e.log WHERE e.arrival > ? ORDER BY e.arrival LIMIT ?"},
        {&read_matter, select + "WHERE e.matter = ? AND e.matter <> '' ORDER BY l.origin, e.seq"},
        {&get_note, "SELECT value, sum FROM note WHERE key = ?"},
        {&begin, "BEGIN IMMEDIATE", true},
        {&commit, "COMMIT", true},
        {&rollback, "ROLLBACK", true},
        {&add_log, "INSERT INTO log(origin, seq, hash) VALUES(?, 0, zeroblob(32)) RETURNING id", true},
        {&add_event,
         "INSERT INTO event(log, seq, at, matter, type, v, body_hash, hash, body, quarantined) VALUES(?,?,?,?,?,?,?,?,?,?)",
         true},
        {&move_head, "UPDATE log SET seq = ?, hash = ? WHERE id = ?", true},
        {&fill_body,
         "UPDATE event SET body = ?, quarantined = ? WHERE log = (SELECT id FROM log WHERE origin = ?) AND seq = ? AND body IS "
         "NULL AND body_hash = ?",
         true},
        {&arrival_of, "SELECT arrival FROM event WHERE log = (SELECT id FROM log WHERE origin = ?) AND seq = ?", true},
        {&keep_aside,
         "INSERT OR IGNORE INTO aside(origin, seq, hash, line) SELECT ?, ?, ?, ? WHERE (SELECT count(*) FROM aside) < ?", true},
        {&put_note,
         "INSERT INTO note(key, value, sum) VALUES(?, ?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value, sum = "
         "excluded.sum",
         true},
        {&add_note, "INSERT INTO note(key, value, sum) VALUES(?, ?, ?)", true},
    };
    for (const Wanted& wanted : all) {
      if (wanted.writer && !writes) continue;
      auto made = db.prepare(wanted.sql);
      if (!made) return made.error();
      *wanted.to = std::move(*made);
    }
    if (writes) {
      auto made =
          witness.prepare("SELECT " + std::string(event_columns) +
                          " FROM event e JOIN log l ON l.id = e.log WHERE e.log = ? AND e.seq >= ? ORDER BY e.seq LIMIT ?");
      if (!made) return made.error();
      read_back = std::move(*made);
      blobs_back.use(witness);
    }
    return Done{};
  }

  // ---- transactions --------------------------------------------------------------------------------------------------

  Status may_write() const {
    if (failed) return *failed;
    if (mode == Mode::ReadOnly) return Error{Code::Invalid, "the log was opened for reading only"};
    return Done{};
  }

  void undo() {
    if (!db.in_transaction()) return;
    if (const int rc = rollback.run(); rc != SQLITE_OK && db.in_transaction())
      trouble(Error{Code::Io, "a transaction could not be undone"});
  }

  /// Runs `body` in one transaction; durable when this succeeds.
  template <class F>
  auto transact(F&& body) -> std::invoke_result_t<F> {
    if (auto may = may_write(); !may) return may.error();
    if (const int rc = begin.run(); rc != SQLITE_OK) return trouble(rc, "begin");
    auto result = body();
    if (!result) {
      undo();
      return trouble(result.error());
    }
    if (const int rc = commit.run(); rc != SQLITE_OK) {
      const Error error = trouble(rc, "commit");
      undo();
      return error;
    }
    if (wal_pages >= checkpoint_pages) tidy();
    return result;
  }

  /// Moves the write-ahead log into the database. What was committed is durable already, so a full disk here costs nothing;
  /// a failed disk is remembered and refuses the next call.
  void tidy() {
    const int rc = sqlite3_wal_checkpoint_v2(db.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (rc == SQLITE_OK)
      wal_pages = 0;
    else
      trouble(rc, "checkpoint");
  }

  // ---- pieces --------------------------------------------------------------------------------------------------------

  struct LogRow {
    std::int64_t id = 0;  ///< 0: unknown log
    Head head;
  };

  Result<LogRow> log_row(const Origin& origin) const {
    LogRow row;
    row.head.origin = origin;
    const Resetting reset{head_of};
    const int rc = head_of.bind_text(1, origin).step();
    if (rc == SQLITE_DONE) return row;
    if (rc != SQLITE_ROW) return trouble(rc, "read a head");
    row.id = head_of.integer(0);
    row.head.seq = static_cast<std::uint64_t>(head_of.integer(1));
    if (!read_digest(head_of.bytes(2), row.head.hash)) return Error{Code::Corrupt, "log " + origin + ": the head is damaged"};
    return row;
  }

  Status ensure(LogRow& row) {
    if (row.id != 0) return Done{};
    const Resetting reset{add_log};
    const int rc = add_log.bind_text(1, row.head.origin).step();
    if (rc != SQLITE_ROW) return trouble(rc, "add a log");
    row.id = add_log.integer(0);
    return Done{};
  }

  Status insert(std::int64_t log, const Event& event, bool quarantined, bool own) {
    add_event.bind(1, log).bind(2, static_cast<std::int64_t>(event.id.seq)).bind(3, event.at.time_since_epoch().count());
    add_event.bind_text(4, event.matter).bind_text(5, event.type).bind(6, event.v);
    add_event.bind_blob(7, bytes(event.body_hash)).bind_blob(8, bytes(event.hash)).bind(10, quarantined ? 1 : 0);
    if (event.body)
      add_event.bind_blob(9, *event.body);
    else
      add_event.bind_null(9);
    if (const int rc = add_event.run(); rc != SQLITE_OK) return trouble(rc, "add an event");
    if (event.type == "attached") return blobs.note(event, sqlite3_last_insert_rowid(db.handle()), own);
    return Done{};
  }

  Status set_head(const LogRow& row) {
    move_head.bind(1, static_cast<std::int64_t>(row.head.seq)).bind_blob(2, bytes(row.head.hash)).bind(3, row.id);
    if (const int rc = move_head.run(); rc != SQLITE_OK) return trouble(rc, "move the head");
    return Done{};
  }

  Status write_note(sqlite::Statement& how, std::string_view key, std::string_view value) {
    const Digest sum = note_sum(key, value);
    how.bind_text(1, key).bind_blob(2, value).bind_blob(3, bytes(sum));
    if (const int rc = how.run(); rc != SQLITE_OK) return trouble(rc, "write a note");
    return Done{};
  }

  /// Reads the rows again through another connection and compares every hash. Any difference: the disk is not trusted.
  Status confirm(std::int64_t log, const std::vector<Event>& written) {
    if (written.empty()) return Done{};
    const Resetting reset{read_back};
    read_back.bind(1, log)
        .bind(2, static_cast<std::int64_t>(written.front().id.seq))
        .bind(3, static_cast<std::int64_t>(written.size()));
    Digest previous = before_first;
    for (const Event& event : written) {
      const int rc = read_back.step();
      if (rc != SQLITE_ROW) return trouble(Error{Code::Io, "what was written cannot be read back"});
      const auto found = read_event(read_back);
      if (!found || found->hash != event.hash || !found->body || hash_bytes(*found->body) != event.body_hash ||
          chain_hash(previous, *found) != event.hash)
        return trouble(Error{Code::Io, "what was read back is not what was written"});
      previous = event.hash;
    }
    return Done{};
  }
  Digest before_first{};  ///< hash before the first event of the running append

  Result<std::vector<Event>> rows(sqlite::Statement& statement, std::size_t bytes_max, std::int64_t* cursor) const {
    const Resetting reset{statement};
    std::vector<Event> events;
    std::size_t taken = 0;
    for (;;) {
      const int rc = statement.step();
      if (rc == SQLITE_DONE) return events;
      if (rc != SQLITE_ROW) return trouble(rc, "read events");
      if (taken >= bytes_max) return events;
      auto event = read_event(statement);
      if (!event) return event.error();
      if (event->body) taken += event->body->size();
      if (cursor) *cursor = statement.integer(9);
      events.push_back(std::move(*event));
    }
  }
};

EventLog::EventLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

EventLog::~EventLog() {
  // A disk that lied once gets no more writes from us, not even the checkpoint at close.
  if (impl_->db.handle() != nullptr && impl_->failed) static_cast<void>(impl_->db.restrict(false));
}

Result<std::unique_ptr<EventLog>> EventLog::open(const std::string& path, Mode mode, const std::string& vfs) {
  // SQLite's own account of its memory costs a lock for every allocation; nobody reads it. Too late is no harm.
  static std::once_flag once;
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
  // SQLite takes a file of less than a sector for an empty one and would begin a new log over whatever was left of it.
  std::error_code none;
  const auto size = std::filesystem::file_size(path, none);
  if (!none && size > 0 && size < 512) return Error{Code::Corrupt, path + ": " + std::to_string(size) + " bytes are no log; put it aside and restore a copy"};
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->mode = mode;
  if (auto started = impl->start(vfs); !started) return started.error();
  return std::unique_ptr<EventLog>(new EventLog(std::move(impl)));
}

Result<std::unique_ptr<EventLog>> EventLog::open_again(std::unique_ptr<EventLog> log) {
  if (log->impl_->failed) return *log->impl_->failed;
  auto impl = std::make_unique<Impl>();
  impl->path = log->impl_->path;
  impl->mode = log->impl_->mode;
  impl->lock.inherit(log->impl_->lock);
  const std::string vfs = log->impl_->vfs;
  log.reset();
  if (auto started = impl->start(vfs); !started) return started.error();
  return std::unique_ptr<EventLog>(new EventLog(std::move(impl)));
}

Result<std::vector<Event>> EventLog::append(const Origin& as, const MatterId& matter, std::span<const Fact> facts, Time at) {
  const Statement one[] = {{matter, {facts.begin(), facts.end()}, {}}};
  return append_many(as, one, at);
}

Result<std::vector<Event>> EventLog::append_many(const Origin& as, std::span<const Statement> statements, Time at) {
  auto& me = *impl_;
  struct Body {
    const MatterId* matter;
    std::string_view type;
    std::string text;
  };
  std::vector<Body> bodies;
  for (const Statement& s : statements)
    for (const Fact& fact : s.facts) {
      auto text = encode_fact_checked(fact);
      if (!text) return text.error();
      bodies.push_back({&s.matter, type_of(fact), std::move(*text)});
    }

  std::int64_t log = 0;
  std::vector<Digest> stored_now;
  auto written = me.transact([&]() -> Result<std::vector<Event>> {
    auto row = me.log_row(as);
    if (!row) return row.error();
    if (auto made = me.ensure(*row); !made) return made.error();
    log = row->id;
    me.before_first = row->head.hash;
    std::vector<Event> events;
    events.reserve(bodies.size());
    for (Body& body : bodies) {
      events.push_back(
          make_event_of(as, row->head.seq + 1, at, *body.matter, body.type, 1, std::move(body.text), row->head.hash));
      const Event& event = events.back();
      if (auto plain = check_header(event); !plain) return plain.error();
      if (auto added = me.insert(log, event, false, true); !added) return added.error();
      row->head.seq = event.id.seq;
      row->head.hash = event.hash;
    }
    if (!events.empty())
      if (auto moved = me.set_head(*row); !moved) return moved.error();
    for (const Statement& s : statements)
      for (const std::string_view blob : s.blobs)
        if (auto stored = me.blobs.store(hash_bytes(blob), blob); !stored)
          return stored.error().code == Code::NotFound ? Error{Code::Invalid, "attached: bytes that no fact names"} : stored.error();
    for (const Event& event : events)
      if (const auto blob = BlobRows::named_by(event)) {
        const auto found = me.blobs.find(blob->hash);
        if (!found) return found.error();
        if (!found->whole() || found->bytes != blob->bytes) return Error{Code::Invalid, "attached: its bytes are missing"};
        stored_now.push_back(blob->hash);
      } else if (event.type == "attached") {
        return Error{Code::Invalid, "attached: hash or size cannot be"};
      }
    for (const Statement& s : statements)
      for (const auto& [key, value] : s.notes)
        if (auto noted = me.write_note(me.put_note, key, value); !noted) return noted.error();
    for (const Statement& s : statements)
      if (!s.request.empty())
        if (auto noted = me.write_note(me.add_note, "request/" + s.request, s.matter); !noted)
          return noted.error().code == Code::Conflict ? Error{Code::Conflict, "this request was stated before"} : noted.error();
    return events;
  });
  if (!written) return written;
  if (auto confirmed = me.confirm(log, *written); !confirmed) return confirmed.error();
  for (const Digest& hash : stored_now)
    if (auto held = me.blobs_back.check(hash); !held)
      return me.trouble(Error{Code::Io, "an attachment cannot be read back: " + held.error().what});
  return written;
}

Result<MatterId> EventLog::stated(std::string_view request) const { return note("request/" + std::string(request)); }

Result<CheckedBatch> check_batch(std::vector<Event> events) {
  if (events.empty()) return Error{Code::Invalid, "merge: no events"};
  const Origin& origin = events.front().id.origin;
  CheckedBatch batch;
  batch.poisoned.reserve(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (auto plain = check_header(events[i]); !plain) return plain.error();
    if (events[i].id.origin != origin) return Error{Code::Invalid, "merge: events of more than one log"};
    if (events[i].id.seq != events[0].id.seq + i)
      return Error{Code::NotFound, "gap: events are missing inside the batch of " + origin};
    if (events[i].body) {
      const Digest said = hash_bytes(*events[i].body);
      if (events[i].body_hash == Digest{}) events[i].body_hash = said;  // a terse line
      if (said != events[i].body_hash) return Error{Code::Corrupt, "corrupt: the body of " + origin + "/" + std::to_string(events[i].id.seq) +
                                      " is not the one that was stated"};
    }
    const Digest chained = i > 0 ? chain_hash(events[i - 1].hash, events[i]) : events[i].hash;
    if (events[i].hash == Digest{}) {
      if (i == 0 || i + 1 == events.size()) return Error{Code::Corrupt, "corrupt: a batch of " + origin + " says at neither end where it is"};
      events[i].hash = chained;
    }
    if (chained != events[i].hash) return Error{Code::Corrupt, "corrupt: the chain of " + origin + " breaks at " + std::to_string(events[i].id.seq)};
    batch.poisoned.push_back(events[i].body && !valid_json(*events[i].body));
  }
  batch.events = std::move(events);
  return batch;
}

Result<Merged> EventLog::merge(std::span<const Event> events) {
  auto batch = check_batch({events.begin(), events.end()});
  if (!batch) return batch.error();
  return merge(std::move(*batch));
}

Result<Merged> EventLog::merge(CheckedBatch batch) {
  auto& me = *impl_;
  YIZHAN_CHECK(!batch.events.empty() && batch.poisoned.size() == batch.events.size(), "a checked batch comes from check_batch");
  const std::span<const Event> events = batch.events;
  const Origin origin = events.front().id.origin;
  std::size_t fresh_from = 0;
  bool forked = false;
  auto merged = me.transact([&]() -> Result<Merged> {
    auto row = me.log_row(origin);
    if (!row) return row.error();
    Merged result;
    for (; fresh_from < events.size() && events[fresh_from].id.seq <= row->head.seq; ++fresh_from) {
      const Event& event = events[fresh_from];
      const Resetting reset{me.known};
      if (const int rc = me.known.bind(1, row->id).bind(2, static_cast<std::int64_t>(event.id.seq)).step(); rc != SQLITE_ROW)
        return rc == SQLITE_DONE ? Error{Code::Corrupt, "log " + origin + ": a known event is missing"}
                                 : me.trouble(rc, "read an event");
      const auto ours = read_event(me.known);
      if (!ours) return ours.error();
      if (ours->hash == event.hash) continue;
      // The same header under another hash is damage on the way; another header under the same number is a second history.
      if (header_bytes(*ours) == header_bytes(event))
        return Error{Code::Corrupt, "corrupt: the hash of " + origin + "/" + std::to_string(event.id.seq)};
      forked = true;
      break;
    }
    if (forked) {
      for (const Event& event : events.subspan(fresh_from)) {
        std::string line;
        append_line(line, event);
        me.keep_aside.bind_text(1, origin)
            .bind(2, static_cast<std::int64_t>(event.id.seq))
            .bind_blob(3, bytes(event.hash))
            .bind_blob(4, line);
        me.keep_aside.bind(5, static_cast<std::int64_t>(aside_rows_max));
        if (const int rc = me.keep_aside.run(); rc != SQLITE_OK) return me.trouble(rc, "put an event aside");
      }
      return result;
    }
    if (fresh_from < events.size()) {
      if (events[fresh_from].id.seq != row->head.seq + 1)
        return Error{Code::NotFound, "gap: " + origin + " is known up to " + std::to_string(row->head.seq)};
      if (auto made = me.ensure(*row); !made) return made.error();
      // Inside the batch the chain was checked; here it joins ours.
      if (chain_hash(row->head.hash, events[fresh_from]) != events[fresh_from].hash)
        return Error{Code::Corrupt,
                     "corrupt: the chain of " + origin + " breaks at " + std::to_string(events[fresh_from].id.seq)};
      for (std::size_t i = fresh_from; i < events.size(); ++i) {
        result.quarantined += batch.poisoned[i];
        if (auto added = me.insert(row->id, events[i], batch.poisoned[i], false); !added) return added.error();
      }
      row->head.seq = events.back().id.seq;
      row->head.hash = events.back().hash;
      if (auto moved = me.set_head(*row); !moved) return moved.error();
    }
    result.head = row->head;
    return result;
  });
  if (merged && forked)
    return Error{Code::Conflict, "fork: " + origin + " has two histories; both are kept, a person must look"};
  if (merged) {
    batch.events.erase(batch.events.begin(), batch.events.begin() + static_cast<std::ptrdiff_t>(fresh_from));
    merged->fresh = std::move(batch.events);
  }
  return merged;
}

Result<std::size_t> EventLog::fill(std::span<const Event> events) {
  auto& me = *impl_;
  return me.transact([&]() -> Result<std::size_t> {
    std::size_t filled = 0;
    for (const Event& event : events) {
      if (!event.body || event.body->size() > event_body_bytes_max || hash_bytes(*event.body) != event.body_hash) continue;
      me.fill_body.bind_blob(1, *event.body).bind(2, valid_json(*event.body) ? 0 : 1).bind_text(3, event.id.origin);
      me.fill_body.bind(4, static_cast<std::int64_t>(event.id.seq)).bind_blob(5, bytes(event.body_hash));
      if (const int rc = me.fill_body.run(); rc != SQLITE_OK) return me.trouble(rc, "fill a body");
      const auto changed = static_cast<std::size_t>(me.db.changes());
      filled += changed;
      if (changed == 0 || event.type != "attached") continue;
      const Resetting reset{me.arrival_of};
      const int rc = me.arrival_of.bind_text(1, event.id.origin).bind(2, static_cast<std::int64_t>(event.id.seq)).step();
      if (rc != SQLITE_ROW) return me.trouble(rc, "find an event");
      if (auto noted = me.blobs.note(event, me.arrival_of.integer(0), false); !noted) return noted.error();
    }
    return filled;
  });
}

Result<std::vector<Head>> EventLog::heads() const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  const Resetting reset{me.all_heads};
  std::vector<Head> heads;
  for (;;) {
    const int rc = me.all_heads.step();
    if (rc == SQLITE_DONE) return heads;
    if (rc != SQLITE_ROW) return me.trouble(rc, "read the heads");
    Head head{std::string(me.all_heads.bytes(0)), static_cast<std::uint64_t>(me.all_heads.integer(1)), {}};
    if (!read_digest(me.all_heads.bytes(2), head.hash))
      return Error{Code::Corrupt, "log " + head.origin + ": the head is damaged"};
    heads.push_back(std::move(head));
  }
}

Result<Head> EventLog::head(const Origin& origin) const {
  if (impl_->failed) return *impl_->failed;
  auto row = impl_->log_row(origin);
  if (!row) return row.error();
  return std::move(row->head);
}

Result<std::vector<Event>> EventLog::after(const Origin& origin, std::uint64_t seq, std::size_t limit,
                                           std::size_t bytes_max) const {
  if (impl_->failed) return *impl_->failed;
  impl_->read_after.bind_text(1, origin).bind(2, static_cast<std::int64_t>(seq)).bind(3, static_cast<std::int64_t>(limit));
  return impl_->rows(impl_->read_after, bytes_max, nullptr);
}

Result<std::vector<Event>> EventLog::arrived_after(std::int64_t& cursor, std::size_t limit) const {
  if (impl_->failed) return *impl_->failed;
  impl_->read_arrived.bind(1, cursor).bind(2, static_cast<std::int64_t>(limit));
  return impl_->rows(impl_->read_arrived, SIZE_MAX, &cursor);
}

Result<std::vector<Event>> EventLog::of_matter(const MatterId& matter) const {
  if (impl_->failed) return *impl_->failed;
  impl_->read_matter.bind_text(1, matter);
  return impl_->rows(impl_->read_matter, SIZE_MAX, nullptr);
}

Result<std::uint64_t> EventLog::count() const {
  // Numbers have no gaps, so the heads know.
  const auto all = heads();
  if (!all) return all.error();
  std::uint64_t total = 0;
  for (const Head& head : *all) total += head.seq;
  return total;
}

// ---- attachments -------------------------------------------------------------------------------------------------------

namespace {
const Error no_blobs{Code::NotFound, "attachment: this database is older than attachments"};
}

Result<Blob> EventLog::blob(const Digest& hash) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  if (!me.has_blobs) return no_blobs;
  auto found = me.blobs.find(hash);
  if (!found) return me.trouble(found.error());
  return found;
}

Result<std::vector<Event>> EventLog::naming(const Digest& hash) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  if (!me.has_blobs) return std::vector<Event>{};
  auto statement = impl_->db.prepare("SELECT " + std::string(event_columns) +
                                     " FROM naming n JOIN event e ON e.arrival = n.event JOIN log l ON l.id = e.log WHERE n.hash = ? ORDER BY e.arrival");
  if (!statement) return me.trouble(statement.error());
  statement->bind_blob(1, bytes(hash));
  return me.rows(*statement, SIZE_MAX, nullptr);
}

Result<std::string> EventLog::blob_bytes(const Digest& hash, std::uint64_t off, std::size_t bytes_max) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  if (!me.has_blobs) return no_blobs;
  auto read = me.blobs.read(hash, off, bytes_max);
  if (!read) return me.trouble(read.error());
  return read;
}

Result<Blob> EventLog::put_blob(const Digest& hash, std::uint64_t total, std::uint64_t off, std::string_view piece, Reach whole) {
  auto& me = *impl_;
  auto put = me.transact([&] { return me.blobs.put(hash, total, off, piece, whole); });
  if (!put) return put.error();
  if (put->spoilt) return Error{Code::Corrupt, "attachment: its bytes are not the ones that were stated"};
  return put->blob;
}

Result<std::vector<Blob>> EventLog::blobs_going(Reach reached, std::size_t limit) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  if (!me.has_blobs) return std::vector<Blob>{};
  auto found = me.blobs.going(reached, limit);
  if (!found) return me.trouble(found.error());
  return found;
}

Result<std::uint64_t> EventLog::blobs_count(Reach reached) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  if (!me.has_blobs) return std::uint64_t{0};
  auto found = me.blobs.count(reached);
  if (!found) return me.trouble(found.error());
  return found;
}

Status EventLog::blobs_reached(std::span<const Digest> hashes, Reach reach) {
  if (hashes.empty()) return Done{};
  return impl_->transact([&]() -> Status {
    for (const Digest& hash : hashes) {
      if (auto marked = impl_->blobs.reached(hash, reach); !marked) return marked;
      impl_->blob_marks += static_cast<std::uint64_t>(impl_->db.changes());
    }
    return Done{};
  });
}

std::uint64_t EventLog::blob_marks() const { return impl_->blob_marks; }

Status EventLog::check_blob(const Digest& hash) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  if (!me.has_blobs) return no_blobs;
  auto held = me.blobs.check(hash);
  if (!held) return me.trouble(held.error());
  return held;
}

Status EventLog::blobs_nowhere() {
  return impl_->transact([&] { return impl_->blobs.nowhere(); });
}

Result<BlobTotals> EventLog::blob_totals() const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  if (!me.has_blobs) return BlobTotals{};
  auto found = me.blobs.totals();
  if (!found) return me.trouble(found.error());
  return found;
}

Status EventLog::put_note(std::string_view key, std::string_view value) {
  return impl_->transact([&]() -> Status { return impl_->write_note(impl_->put_note, key, value); });
}

Result<std::string> EventLog::note(std::string_view key) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  const Resetting reset{me.get_note};
  const int rc = me.get_note.bind_text(1, key).step();
  if (rc == SQLITE_DONE) return Error{Code::NotFound, "no such note"};
  if (rc != SQLITE_ROW) return me.trouble(rc, "read a note");
  std::string value(me.get_note.bytes(0));
  if (me.get_note.bytes(1) != bytes(note_sum(key, value))) return Error{Code::Corrupt, "a note is damaged"};
  return value;
}

// ---- countersignatures -------------------------------------------------------------------------------------------------

Status EventLog::keep_anchors(std::span<const Anchor> anchors) {
  auto& me = *impl_;
  if (anchors.empty()) return Done{};
  return me.transact([&]() -> Status {
    auto add = me.db.prepare(
        "INSERT INTO anchor(witness, key, origin, seq, hash, at, signature, calm) VALUES(?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING");
    if (!add) return add.error();
    auto thin = me.db.prepare("DELETE FROM anchor WHERE origin = ? AND witness = ? AND seq < ? AND at / 86400000 = ? / 86400000");
    if (!thin) return thin.error();
    for (const Anchor& a : anchors) {
      const auto seq = static_cast<std::int64_t>(a.head.seq), at = static_cast<std::int64_t>(a.at.time_since_epoch().count());
      add->bind_text(1, a.by).bind_text(2, a.key_hex).bind_text(3, a.head.origin).bind(4, seq).bind_blob(5, bytes(a.head.hash)).bind(6, at);
      add->bind_text(7, a.signature_hex).bind(8, a.calm.count());
      if (const int rc = add->run(); rc != SQLITE_OK) return me.trouble(rc, "keep a countersignature");
      thin->bind_text(1, a.head.origin).bind_text(2, a.by).bind(3, seq).bind(4, at);
      if (const int rc = thin->run(); rc != SQLITE_OK) return me.trouble(rc, "keep a countersignature");
    }
    return Done{};
  });
}

Status EventLog::stamp_anchors(Span calm) {
  auto& me = *impl_;
  const auto waiting = me.db.ask("SELECT 1 FROM anchor WHERE calm < 0 LIMIT 1");
  if (!waiting) return me.trouble(waiting.error());
  if (waiting->empty()) return Done{};
  return me.transact([&]() -> Status {
    auto stamp = me.db.prepare("UPDATE anchor SET calm = ? WHERE calm < 0");
    if (!stamp) return stamp.error();
    if (const int rc = stamp->bind(1, calm.count()).run(); rc != SQLITE_OK) return me.trouble(rc, "stamp countersignatures");
    return Done{};
  });
}

Result<std::vector<Anchor>> EventLog::anchors(const Origin& origin) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  std::vector<Anchor> all;
  if (!me.has_proof()) return all;
  auto rows = impl_->db.prepare(
      "SELECT witness, key, origin, seq, hash, at, signature, calm FROM anchor WHERE ?1 = '' OR origin = ?1 ORDER BY origin, seq, witness");
  if (!rows) return me.trouble(rows.error());
  rows->bind_text(1, origin);
  for (;;) {
    const int rc = rows->step();
    if (rc == SQLITE_DONE) return all;
    if (rc != SQLITE_ROW) return me.trouble(rc, "read countersignatures");
    Anchor a{std::string(rows->bytes(0)), std::string(rows->bytes(1)), {std::string(rows->bytes(2)), static_cast<std::uint64_t>(rows->integer(3)), {}},
             Time{Span{rows->integer(5)}}, std::string(rows->bytes(6)), Span{rows->integer(7)}};
    if (!read_digest(rows->bytes(4), a.head.hash)) return Error{Code::Corrupt, "a countersignature's row is damaged"};
    all.push_back(std::move(a));
  }
}

// ---- erasing what the county holds ---------------------------------------------------------------------------------------

Result<std::size_t> EventLog::purge(const Origin& origin, std::uint64_t seq, std::size_t limit) {
  auto& me = *impl_;
  return me.transact([&]() -> Result<std::size_t> {
    const auto row = me.log_row(origin);
    if (!row) return row.error();
    if (row->id == 0 || seq > row->head.seq) return Error{Code::Invalid, "purge: log " + origin + " has no entry " + std::to_string(seq)};
    auto mark = me.db.prepare("INSERT INTO purge(log, seq) VALUES(?1, ?2) ON CONFLICT(log) DO UPDATE SET seq = max(seq, ?2) RETURNING done, seq");
    if (!mark) return mark.error();
    if (const int rc = mark->bind(1, row->id).bind(2, static_cast<std::int64_t>(seq)).step(); rc != SQLITE_ROW) return me.trouble(rc, "mark what may go");
    const std::int64_t done = mark->integer(0), until = std::min(mark->integer(1), done + static_cast<std::int64_t>(limit));
    mark->reset();
    // Checkpoints hold nothing personal, and without them the chain would prove less.
    auto erase = me.db.prepare(
        "UPDATE event SET body = NULL, quarantined = 0 WHERE log = ? AND seq > ? AND seq <= ? AND body IS NOT NULL AND type <> 'checkpointed'");
    if (!erase) return erase.error();
    if (const int rc = erase->bind(1, row->id).bind(2, done).bind(3, until).run(); rc != SQLITE_OK) return me.trouble(rc, "erase bodies");
    auto moved = me.db.prepare("UPDATE purge SET done = ? WHERE log = ?");
    if (!moved) return moved.error();
    if (const int rc = moved->bind(1, until).bind(2, row->id).run(); rc != SQLITE_OK) return me.trouble(rc, "mark what went");
    if (auto gone = me.blobs.purge(); !gone) return gone.error();
    return static_cast<std::size_t>(until - done);
  });
}

Result<std::uint64_t> EventLog::purged(const Origin& origin) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  if (!me.has_proof()) return std::uint64_t{0};
  auto row = impl_->db.prepare("SELECT p.done FROM purge p JOIN log l ON l.id = p.log WHERE l.origin = ?");
  if (!row) return me.trouble(row.error());
  const int rc = row->bind_text(1, origin).step();
  if (rc == SQLITE_DONE) return std::uint64_t{0};
  if (rc != SQLITE_ROW) return me.trouble(rc, "read what was erased");
  return static_cast<std::uint64_t>(row->integer(0));
}

// ---- the scrub -----------------------------------------------------------------------------------------------------------

Result<Scrubbed> EventLog::scrub(ScrubAt from, std::size_t limit) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  Scrubbed out;
  out.next = from;
  const auto damage = [&](const Origin& origin, std::uint64_t seq, std::string what) { out.found.push_back({origin, seq, std::move(what)}); };
  if (!from.blobs) {
    auto rows = impl_->db.prepare("SELECT " + std::string(event_columns) +
                                  ", e.arrival, p.hash FROM event e JOIN log l ON l.id = e.log LEFT JOIN event p ON p.log = e.log AND p.seq = e.seq - 1 "
                                  "WHERE e.arrival > ? ORDER BY e.arrival LIMIT ?");
    if (!rows) return me.trouble(rows.error());
    rows->bind(1, from.after).bind(2, static_cast<std::int64_t>(limit));
    for (;;) {
      const int rc = rows->step();
      if (rc == SQLITE_DONE) break;
      if (rc != SQLITE_ROW) return me.trouble(rc, "scrub: after arrival " + std::to_string(out.next.after));
      ++out.looked;
      out.next.after = rows->integer(9);
      const auto event = read_event(*rows);
      if (!event) {
        damage(std::string(rows->bytes(0)), static_cast<std::uint64_t>(rows->integer(1)), event.error().what);
        continue;
      }
      if (event->body && hash_bytes(*event->body) != event->body_hash) damage(event->id.origin, event->id.seq, "the body was changed");
      Digest previous{};
      if (event->id.seq > 1 && !read_digest(rows->bytes(10), previous)) damage(event->id.origin, event->id.seq, "the entry before it is missing");
      else if (chain_hash(previous, *event) != event->hash) damage(event->id.origin, event->id.seq, "the chain breaks here");
    }
    if (out.looked > 0 || !me.has_blobs) return out;
    out.next = {true, 0};
  }
  auto next = impl_->blobs.check_next(out.next.after);
  if (!next) return me.trouble(next.error());
  if (next->id == 0) {
    out.next = {};
    return out;
  }
  out.looked = 1;
  out.next.after = next->id;
  if (next->damaged) {
    const auto named = naming(next->hash);
    const bool known = named && !named->empty();
    damage(known ? named->front().id.origin : Origin{}, known ? named->front().id.seq : 0, "the attachment was changed");
  }
  return out;
}

Status EventLog::set_aside(const EventId& id) {
  auto& me = *impl_;
  return me.transact([&]() -> Status {
    auto row = me.db.prepare("SELECT arrival, body, body_hash FROM event WHERE log = (SELECT id FROM log WHERE origin = ?) AND seq = ?");
    if (!row) return row.error();
    const int rc = row->bind_text(1, id.origin).bind(2, static_cast<std::int64_t>(id.seq)).step();
    if (rc == SQLITE_DONE) return Error{Code::NotFound, "log " + id.origin + " has no entry " + std::to_string(id.seq)};
    if (rc != SQLITE_ROW) return me.trouble(rc, "read an event");
    const std::int64_t arrival = row->integer(0);
    if (row->is_null(1) || bytes(hash_bytes(row->bytes(1))) == row->bytes(2)) return Error{Code::Invalid, "that body is sound"};
    row->reset();
    for (const char* sql : {"INSERT OR IGNORE INTO spoilt(event, body) SELECT arrival, body FROM event WHERE arrival = ?",
                            "UPDATE event SET body = NULL, quarantined = 0 WHERE arrival = ?"}) {
      auto step = me.db.prepare(sql);
      if (!step) return step.error();
      if (const int done = step->bind(1, arrival).run(); done != SQLITE_OK) return me.trouble(done, "put a body aside");
    }
    return Done{};
  });
}

// ---- copies --------------------------------------------------------------------------------------------------------------

Status EventLog::backup_to(const std::string& path) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  std::error_code none;
  if (std::filesystem::exists(path, none)) return Error{Code::Conflict, path + ": this file exists; a copy never replaces another"};
  const std::string part = path + ".part";
  const auto fail = [&](const Error& error) {
    for (const char* rest : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(part + rest, none);
    return error;
  };
  static_cast<void>(fail({}));  // what an earlier one that was cut off left
  const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return Error{errno == ENOSPC ? Code::Unavailable : Code::Io, part + ": " + std::strerror(errno)};
  ::close(fd);
  {
    auto copy = Database::open(part, false, "");
    if (!copy) return fail(copy.error());
    sqlite3_backup* backup = sqlite3_backup_init(copy->handle(), "main", impl_->db.handle(), "main");
    if (backup == nullptr) return fail(copy->error_of(sqlite3_errcode(copy->handle()), "copy"));
    // In one step: a reader's moment of a write-ahead log, and nobody waits for it.
    const int rc = sqlite3_backup_step(backup, -1);
    const int ended = sqlite3_backup_finish(backup);
    if (rc != SQLITE_DONE) return fail(copy->error_of(rc == SQLITE_OK ? ended : rc, "copy"));
  }
  {
    auto copy = EventLog::open(part);
    if (!copy) return fail(copy.error());
    // What signs checkpoints stays with the machine. An empty value overwrites it (secure_delete), and the file is packed below.
    std::vector<std::string> keys;
    {
      auto rows = (*copy)->impl_->db.prepare("SELECT key FROM note WHERE key LIKE 'daykey.%'");
      if (!rows) return fail(rows.error());
      while (rows->step() == SQLITE_ROW) keys.emplace_back(rows->bytes(0));
    }
    for (const auto& key : keys)
      if (auto wiped = (*copy)->put_note(key, ""); !wiped) return fail(wiped.error());
    const auto damage = (*copy)->verify();
    if (!damage) return fail(damage.error());
    if (!damage->empty()) return fail({Code::Corrupt, "the log is damaged and the copy too: " + damage->front().origin + "/" + std::to_string(damage->front().seq) + ": " + damage->front().what});
    if (auto moved = (*copy)->checkpoint(); !moved) return fail(moved.error());
  }
  {
    // One file, without the companions of a write-ahead log: it can be put on a stick.
    auto copy = Database::open(part, false, "");
    if (!copy) return fail(copy.error());
    if (const auto packed = copy->run("PRAGMA secure_delete=ON;VACUUM;PRAGMA journal_mode=DELETE"); !packed) return fail(packed.error());
  }
  const int whole = ::open(part.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = whole >= 0 && ::fsync(whole) == 0;
  const int why = errno;
  if (whole >= 0) ::close(whole);
  if (!synced) return fail({Code::Io, part + ": " + std::strerror(why)});
  if (::rename(part.c_str(), path.c_str()) != 0) return fail({Code::Io, path + ": " + std::strerror(errno)});
  const auto folder = std::filesystem::absolute(path, none).parent_path();
  if (const int dir = ::open(folder.c_str(), O_DIRECTORY | O_RDONLY | O_CLOEXEC); dir >= 0) {
    ::fsync(dir);
    ::close(dir);
  }
  static_cast<void>(fail({}));  // the lock beside the part
  return Done{};
}

Result<std::vector<Damage>> EventLog::verify(const std::function<void(std::uint64_t, std::uint64_t)>& progress,
                                             const std::function<void(const Event&)>& seen) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  auto& db = impl_->db;
  std::vector<Damage> damages;
  const auto damage = [&](const Origin& origin, std::uint64_t seq, std::string what) {
    damages.push_back({origin, seq, std::move(what)});
  };
  /// Goes through a query's rows; damage is noted, a failed disk is an error.
  const auto each = [&](std::string_view sql, const Origin& origin, std::int64_t id,
                        const std::function<void(sqlite::Statement&)>& row) -> Status {
    auto statement = db.prepare(sql);
    int rc = SQLITE_CORRUPT;
    if (statement) {
      if (id != 0) statement->bind(1, id);
      while ((rc = statement->step()) == SQLITE_ROW) row(*statement);
    } else if (statement.error().code == Code::Io) {
      return me.trouble(statement.error());
    }
    if (rc == SQLITE_DONE) return Done{};
    const Error error = db.error_of(rc, "read everything");
    if (error.code == Code::Io) return me.trouble(error);
    damage(origin, 0, error.what);
    return Done{};
  };

  auto s = each("PRAGMA integrity_check", "", 0, [&](sqlite::Statement& row) {
    if (row.bytes(0) != "ok") damage("", 0, "integrity: " + std::string(row.bytes(0)));
  });
  if (!s) return s.error();

  struct Log {
    std::int64_t id;
    Head head;
  };
  std::vector<Log> logs;
  std::uint64_t total = 0, done = 0;
  s = each("SELECT id, origin, seq, hash FROM log ORDER BY origin", "", 0, [&](sqlite::Statement& row) {
    Log log{row.integer(0), {std::string(row.bytes(1)), static_cast<std::uint64_t>(row.integer(2)), {}}};
    if (!read_digest(row.bytes(3), log.head.hash)) damage(log.head.origin, 0, "the head is damaged");
    total += log.head.seq;
    logs.push_back(std::move(log));
  });
  if (!s) return s.error();

  for (const Log& log : logs) {
    std::uint64_t seq = 0;
    Digest previous{};
    s = each("SELECT " + std::string(event_columns) +
                 ", e.quarantined, e.arrival FROM event e JOIN log l ON l.id = e.log WHERE e.log = ? ORDER BY e.seq",
             log.head.origin, log.id, [&](sqlite::Statement& row) {
               const auto event = read_event(row);
               ++seq;
               if (progress && ++done % 1000 == 0) progress(done, total);
               if (!event) return damage(log.head.origin, seq, event.error().what);
               if (seen) seen(*event);
               if (event->id.seq != seq) {
                 damage(log.head.origin, seq, "gap: the next event here is " + std::to_string(event->id.seq));
                 seq = event->id.seq;
               }
               if (event->body && hash_bytes(*event->body) != event->body_hash)
                 damage(log.head.origin, seq, "the body was changed");
               if (chain_hash(previous, *event) != event->hash) damage(log.head.origin, seq, "the chain breaks here");
               if (event->body && (!valid_json(*event->body)) != (row.integer(9) != 0))
                 damage(log.head.origin, seq, "the quarantine flag is wrong");
               if (const auto blob = me.has_blobs ? BlobRows::named_by(*event) : std::nullopt)
                 if (const auto noted = me.blobs.noted(blob->hash, row.integer(10)); !noted || !*noted)
                   damage(log.head.origin, seq, "its attachment is not listed");
               previous = event->hash;
             });
    if (!s) return s.error();
    if (seq != log.head.seq)
      damage(log.head.origin, seq, "the head says " + std::to_string(log.head.seq) + " events");
    else if (previous != log.head.hash)
      damage(log.head.origin, seq, "the head has another hash");
  }
  s = each("SELECT count(*) FROM event WHERE log NOT IN (SELECT id FROM log)", "", 0, [&](sqlite::Statement& row) {
    if (row.integer(0) != 0) damage("", 0, "events of no log: " + std::to_string(row.integer(0)));
  });
  if (!s) return s.error();
  s = each("SELECT key, value, sum FROM note", "", 0, [&](sqlite::Statement& row) {
    if (row.bytes(2) != bytes(note_sum(row.bytes(0), row.bytes(1)))) damage("", 0, "a note is damaged");
  });
  if (!s) return s.error();
  if (me.has_blobs)
    if (const auto read = me.blobs.verify(damage); !read) {
      if (read.error().code == Code::Io) return me.trouble(read.error());
      damage("", 0, read.error().what);
    }
  if (progress) progress(total, total);
  return damages;
}

void EventLog::checkpoint_after(int pages) { impl_->checkpoint_pages = pages; }

Status EventLog::checkpoint() {
  auto& me = *impl_;
  if (auto may = me.may_write(); !may) return may;
  const int rc = sqlite3_wal_checkpoint_v2(me.db.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (rc != SQLITE_OK) return me.trouble(rc, "checkpoint");
  me.wal_pages = 0;
  return Done{};
}

const std::optional<Error>& EventLog::broken() const { return impl_->failed; }

const std::string& EventLog::path() const { return impl_->path; }

}  // namespace yizhan
