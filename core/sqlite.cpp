#include "core/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <utility>

#include "core/text.h"

namespace yizhan::sqlite {

// ---- gathering writes --------------------------------------------------------------------------------------------------

/// SQLite writes every page of a transaction to its write-ahead log with two small calls, one after the other in the file. With
/// a sync per complaint those calls cost more than the sync. This VFS keeps what follows on in memory and hands it down in
/// one piece before the next call of any other kind on that file: a sync, a read, a truncation. Nothing is published to
/// readers and no commit returns before the sync, so nothing is promised that was not written. A failed write is told by the
/// call that caused it to be written; for a commit that is its sync. This holds where a write never harms its neighbours
/// (POWERSAFE_OVERWRITE, which the unix VFS says of every disk): else SQLite pads a commit with frames written after its sync,
/// and then nothing is gathered.
class Gather {
 public:
  explicit Gather(sqlite3_vfs* below) : below_(below) {
    static std::atomic<unsigned> number{0};
    name_ = "yizhan-gather-" + std::to_string(++number);
    vfs_ = *below;  // with its pAppData: what we do not change works on it as before
    vfs_.zName = name_.c_str();
    vfs_.pNext = nullptr;
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + below->szOsFile;
    vfs_.xOpen = open;
    sqlite3_vfs_register(&vfs_, 0);
  }
  ~Gather() { sqlite3_vfs_unregister(&vfs_); }
  Gather(const Gather&) = delete;
  Gather& operator=(const Gather&) = delete;
  const char* name() const { return name_.c_str(); }

 private:
  static constexpr std::size_t pending_bytes_max = 64u << 10;  // the unix VFS takes less than 128 KiB at once

  struct File {
    sqlite3_file base;
    std::string* pending;
    std::string* unsynced;  ///< the file's path, until its first sync
    sqlite3_int64 start;  ///< where the pending bytes belong
    sqlite3_int64 gathers;

    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    int flush() {
      if (pending->empty()) return SQLITE_OK;
      const int rc = real()->pMethods->xWrite(real(), pending->data(), static_cast<int>(pending->size()), start);
      pending->clear();  // a failed transaction is written again from its first page or not at all
      return rc;
    }
  };

  static File* of(sqlite3_file* f) { return reinterpret_cast<File*>(f); }
  /// Writes what is pending, then calls the real file.
  template <class Call>
  static int after_flush(sqlite3_file* f, Call&& call) {
    if (const int rc = of(f)->flush(); rc != SQLITE_OK) return rc;
    return call(of(f)->real());
  }

  /// SQLite syncs the directory of a journal it opened too, but passes over a failure: then what is acknowledged may have no name after a
  /// power cut. Ours comes before its own: a second sync after a failed one would say yes to anything.
  static bool sync_directory(const std::string& path) {
    const std::string directory = path.substr(0, path.find_last_of('/') + 1);
    const int fd = ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool kept = fd >= 0 && ::fsync(fd) == 0;
    if (fd >= 0) ::close(fd);
    return kept;
  }

  static int open(sqlite3_vfs* v, const char* path, sqlite3_file* f, int flags, int* out) {
    sqlite3_vfs* below = reinterpret_cast<Gather*>(v)->below_;
    if ((flags & SQLITE_OPEN_MAIN_JOURNAL) != 0 && path != nullptr && !std::exchange(reinterpret_cast<Gather*>(v)->began_, true)) {
      // A new database begins with a journal; with its name the database's own becomes durable.
      const int rc = below->xOpen(below, path, f, flags, out);
      if (rc != SQLITE_OK || sync_directory(path)) return rc;
      f->pMethods->xClose(f);
      f->pMethods = nullptr;
      return SQLITE_IOERR_DIR_FSYNC;
    }
    if ((flags & SQLITE_OPEN_WAL) == 0) return below->xOpen(below, path, f, flags, out);
    f->pMethods = nullptr;
    const int rc = below->xOpen(below, path, of(f)->real(), flags, out);
    if (rc != SQLITE_OK) return rc;
    of(f)->pending = new std::string;
    of(f)->unsynced = path != nullptr ? new std::string(path) : nullptr;
    of(f)->start = 0;
    sqlite3_file* real = of(f)->real();
    of(f)->gathers = real->pMethods->xDeviceCharacteristics(real) & SQLITE_IOCAP_POWERSAFE_OVERWRITE;
    f->pMethods = &methods;
    return SQLITE_OK;
  }
  static int close(sqlite3_file* f) {
    // Whatever is still pending belongs to no committed transaction.
    delete of(f)->pending;
    delete of(f)->unsynced;
    return of(f)->real()->pMethods->xClose(of(f)->real());
  }
  static int write(sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
    File* file = of(f);
    if (file->gathers == 0) return file->real()->pMethods->xWrite(file->real(), from, n, at);
    if (at != file->start + static_cast<sqlite3_int64>(file->pending->size()) ||
        file->pending->size() + static_cast<std::size_t>(n) > pending_bytes_max)
      if (const int rc = file->flush(); rc != SQLITE_OK) return rc;
    if (file->pending->empty()) file->start = at;
    file->pending->append(static_cast<const char*>(from), static_cast<std::size_t>(n));
    return SQLITE_OK;
  }
  static int read(sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
    return after_flush(f, [&](sqlite3_file* r) { return r->pMethods->xRead(r, to, n, at); });
  }
  static int truncate(sqlite3_file* f, sqlite3_int64 size) {
    return after_flush(f, [&](sqlite3_file* r) { return r->pMethods->xTruncate(r, size); });
  }
  static int sync(sqlite3_file* f, int flags) {
    if (of(f)->unsynced != nullptr) {
      if (!sync_directory(*of(f)->unsynced)) return SQLITE_IOERR_DIR_FSYNC;
      delete std::exchange(of(f)->unsynced, nullptr);
    }
    return after_flush(f, [&](sqlite3_file* r) { return r->pMethods->xSync(r, flags); });
  }
  static int size(sqlite3_file* f, sqlite3_int64* out) {
    return after_flush(f, [&](sqlite3_file* r) { return r->pMethods->xFileSize(r, out); });
  }
  static int control(sqlite3_file* f, int op, void* argument) {
    return after_flush(f, [&](sqlite3_file* r) { return r->pMethods->xFileControl(r, op, argument); });
  }
  static int lock(sqlite3_file* f, int level) { return of(f)->real()->pMethods->xLock(of(f)->real(), level); }
  static int unlock(sqlite3_file* f, int level) { return of(f)->real()->pMethods->xUnlock(of(f)->real(), level); }
  static int reserved(sqlite3_file* f, int* out) { return of(f)->real()->pMethods->xCheckReservedLock(of(f)->real(), out); }
  static int sector(sqlite3_file* f) { return of(f)->real()->pMethods->xSectorSize(of(f)->real()); }
  static int characteristics(sqlite3_file* f) { return of(f)->real()->pMethods->xDeviceCharacteristics(of(f)->real()); }
  // Version 1: shared memory and mapping belong to the database file, which is not ours.
  static constexpr sqlite3_io_methods methods = {1,       close,    read,    write,  truncate,        sync,    size,    lock,
                                                 unlock,  reserved, control, sector, characteristics, nullptr, nullptr, nullptr,
                                                 nullptr, nullptr,  nullptr};

  sqlite3_vfs vfs_{};  // first: SQLite hands us back its address
  sqlite3_vfs* below_;
  std::string name_;
  bool began_ = false;  ///< the first journal of this connection was opened
};

Database::Database() = default;
Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&& other) noexcept {
  handle_ = std::move(other.handle_);  // closes what was open before its VFS goes
  gather_ = std::move(other.gather_);
  return *this;
}

// ---- statements --------------------------------------------------------------------------------------------------------

void Statement::Finalize::operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
void Database::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

Statement& Statement::bind(int at, std::int64_t value) {
  sqlite3_bind_int64(handle_.get(), at, value);
  return *this;
}
Statement& Statement::bind_text(int at, std::string_view value) {
  sqlite3_bind_text(handle_.get(), at, value.data() ? value.data() : "", static_cast<int>(value.size()), SQLITE_STATIC);
  return *this;
}
Statement& Statement::bind_blob(int at, std::string_view value) {
  sqlite3_bind_blob(handle_.get(), at, value.data() ? value.data() : "", static_cast<int>(value.size()), SQLITE_STATIC);
  return *this;
}
Statement& Statement::bind_null(int at) {
  sqlite3_bind_null(handle_.get(), at);
  return *this;
}
int Statement::step() { return sqlite3_step(handle_.get()); }
int Statement::run() {
  int rc = SQLITE_ROW;
  while (rc == SQLITE_ROW) rc = sqlite3_step(handle_.get());
  const int reset = sqlite3_reset(handle_.get());
  return rc == SQLITE_DONE ? reset : rc;
}
void Statement::reset() { sqlite3_reset(handle_.get()); }
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
std::string_view Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(handle_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return data ? std::string_view(static_cast<const char*>(data), size) : std::string_view();
}
bool Statement::is_null(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }

Result<Database> Database::open(const std::string& path, bool read_only, const std::string& vfs) {
  Database db;
  sqlite3* raw = nullptr;
  const int flags = (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) | SQLITE_OPEN_NOMUTEX;
  sqlite3_vfs* below = sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str());
  if (below == nullptr) return Error{Code::Io, "no such SQLite VFS: " + vfs};
  if (!read_only) db.gather_ = std::make_unique<Gather>(below);
  const int rc = sqlite3_open_v2(path.c_str(), &raw, flags, read_only ? below->zName : db.gather_->name());
  db.handle_.reset(raw);
  if (rc != SQLITE_OK) return db.error_of(rc, "open the database");
  sqlite3_extended_result_codes(raw, 1);
  return db;
}

Result<Statement> Database::prepare(std::string_view sql) {
  Statement statement;
  sqlite3_stmt* raw = nullptr;
  const int rc =
      sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  statement.handle_.reset(raw);
  if (rc != SQLITE_OK) return error_of(rc, "prepare a statement");
  return statement;
}

Status Database::run(const std::string& sql) {
  const int rc = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (rc != SQLITE_OK) return error_of(rc, "run a statement");
  return Done{};
}

Result<std::string> Database::ask(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return statement.error();
  const int rc = statement->step();
  if (rc == SQLITE_ROW) return std::string(statement->bytes(0));
  if (rc == SQLITE_DONE) return std::string();
  return error_of(rc, "ask the database");
}

int Database::changes() const { return sqlite3_changes(handle_.get()); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

Error Database::error_of(int rc, std::string_view doing) const {
  // The message may quote SQL but never values: all values are bound. Of a damaged file it may quote anything.
  const std::string what = printable(std::string(doing) + ": " + (handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(rc)));
  const int full = handle_ ? sqlite3_system_errno(handle_.get()) : 0;
  switch (rc & 0xff) {
    case SQLITE_FULL:
      return {Code::Unavailable, "disk full: " + what};
    case SQLITE_NOMEM:
      return {Code::Unavailable, "no memory: " + what};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Code::Unavailable, "busy: " + what};
    case SQLITE_READONLY:
      return {Code::Io, "the disk or the file is read-only: " + what};
    case SQLITE_CANTOPEN:
      return full == ENOSPC ? Error{Code::Unavailable, "disk full: " + what}
                            : Error{Code::Io, "the file cannot be opened: " + what};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Code::Corrupt, what};
    case SQLITE_CONSTRAINT:
      return {Code::Conflict, what};
    case SQLITE_IOERR:
      // The shared-memory file is no truth: when only it could not grow, nothing was written and nothing is in doubt.
      if (rc == SQLITE_IOERR_SHMSIZE || rc == SQLITE_IOERR_SHMOPEN || rc == SQLITE_IOERR_SHMMAP)
        if (full == ENOSPC) return {Code::Unavailable, "disk full: " + what};
      return {Code::Io, "the disk failed: " + what};
    default:
      return {Code::Io, what};
  }
}

Status Database::restrict(bool checkpoint_at_close) {
  struct Switch { int which, wanted; };
  for (const Switch s : {Switch{SQLITE_DBCONFIG_DEFENSIVE, 1}, Switch{SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, checkpoint_at_close ? 0 : 1}}) {
    int kept = -1;
    sqlite3_db_config(handle_.get(), s.which, s.wanted, &kept);
    if (kept != s.wanted) return Error{Code::Corrupt, "this SQLite does not keep setting " + std::to_string(s.which)};
  }
  struct Limit { int which, wanted; };
  for (const Limit l : {Limit{SQLITE_LIMIT_LENGTH, 32 << 20}, Limit{SQLITE_LIMIT_SQL_LENGTH, 100'000}, Limit{SQLITE_LIMIT_ATTACHED, 0}}) {
    sqlite3_limit(handle_.get(), l.which, l.wanted);
    if (sqlite3_limit(handle_.get(), l.which, -1) != l.wanted) return Error{Code::Corrupt, "this SQLite does not keep limit " + std::to_string(l.which)};
  }
  return Done{};
}

}  // namespace yizhan::sqlite
