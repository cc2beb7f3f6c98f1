// Opening a log: its schema and what brings an older one up to date, the lock, the settings that are read back, and what is written once more
// before anything is stated (settle).
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <iterator>
#include <mutex>

#include "core/event_log_impl.h"

namespace yizhan {

namespace {

using sqlite::Database;

constexpr const char* application_id = "1499088974";  // "YZHN"

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

}  // namespace

Status Lock::take(const std::string& path) {
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

Status EventLog::Impl::expect(const char* pragma, const char* setting, std::string_view expected) {
  if (setting[0] != '\0')
    if (auto set = db.run("PRAGMA " + std::string(pragma) + "=" + setting); !set) return set;
  const auto got = db.ask("PRAGMA " + std::string(pragma));
  if (!got) return got.error();
  if (*got != expected)
    return Error{Code::Corrupt,
                 "the database refuses " + std::string(pragma) + "=" + std::string(expected) + ", it says " + *got};
  return Done{};
}

Status EventLog::Impl::start(const std::string& vfs_name) {
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

Status EventLog::Impl::read_version() {
  const auto told = db.ask("PRAGMA user_version");
  if (!told) return told.error();
  version = 0;
  std::from_chars(told->data(), told->data() + told->size(), version);
  if (version >= 1 && version <= schema_version) return Done{};
  return Error{Code::Corrupt, "the database refuses user_version=" + std::to_string(schema_version) + ", it says " + *told};
}

/// A database of an older program: tables and triggers that came since, and the attachments its events name already (an older hub
/// keeps and passes on facts it does not know), all or nothing.
Status EventLog::Impl::bring_up_to_date() {
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
Status EventLog::Impl::settle() {
  if (auto again = write_journal_again(); !again) return again;
  const int rc = sqlite3_wal_checkpoint_v2(db.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (rc == SQLITE_OK) return Done{};
  const Error error = db.error_of(rc, "checkpoint at the start");
  return error.code == Code::Unavailable ? Status(Done{}) : Status(error);  // a full disk keeps the journal as it is
}

/// The journal's own bytes to where they are, and a sync. Nothing grows. What stands there is what was there, whatever moment it is cut off.
Status EventLog::Impl::write_journal_again() {
  sqlite3_file* journal = nullptr;
  const int rc = sqlite3_file_control(db.handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &journal);
  if (rc != SQLITE_OK || journal == nullptr || journal->pMethods == nullptr) return db.error_of(rc, "find the journal");
  sqlite3_int64 size = 0;
  if (const int told = journal->pMethods->xFileSize(journal, &size); told != SQLITE_OK) return db.error_of(told, "measure the journal");
  if (size == 0) return Done{};
  std::string block(64u << 10, '\0');
  for (sqlite3_int64 at = 0; at < size; at += static_cast<sqlite3_int64>(block.size())) {
    const int n = static_cast<int>(std::min<sqlite3_int64>(size - at, static_cast<sqlite3_int64>(block.size())));
    if (const int read = journal->pMethods->xRead(journal, block.data(), n, at); read != SQLITE_OK) return db.error_of(read, "read the journal");
    if (const int wrote = journal->pMethods->xWrite(journal, block.data(), n, at); wrote != SQLITE_OK) return db.error_of(wrote, "write the journal again");
  }
  if (const int synced = journal->pMethods->xSync(journal, SQLITE_SYNC_NORMAL); synced != SQLITE_OK) return db.error_of(synced, "sync the journal");
  return Done{};
}

Status EventLog::Impl::settings(bool writes) {
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

Status EventLog::Impl::same_schema() {
  const auto& wanted = schema_of(version);
  if (!wanted) return wanted.error();
  const auto got = db.ask(schema_question);
  if (!got) return got.error();
  if (*wanted != *got) return Error{Code::Corrupt, "the database has another schema: " + path};
  return Done{};
}

Status EventLog::Impl::statements(bool writes) {
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

}  // namespace yizhan
