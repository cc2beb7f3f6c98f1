#include "core/sqlite.h"

#include <sqlite3.h>

#include <cerrno>

namespace yizhan::sqlite {

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
  const int rc = sqlite3_open_v2(path.c_str(), &raw, flags, vfs.empty() ? nullptr : vfs.c_str());
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
  // The message may quote SQL but never values: all values are bound.
  const std::string what = std::string(doing) + ": " + (handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(rc));
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

void Database::restrict(bool checkpoint_at_close) {
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, checkpoint_at_close ? 0 : 1, nullptr);
  sqlite3_limit(handle_.get(), SQLITE_LIMIT_LENGTH, 32 << 20);
  sqlite3_limit(handle_.get(), SQLITE_LIMIT_SQL_LENGTH, 100'000);
  sqlite3_limit(handle_.get(), SQLITE_LIMIT_ATTACHED, 0);
}

}  // namespace yizhan::sqlite
