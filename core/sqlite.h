/// Thin ownership of SQLite handles for the memory floor. Not for other rooms: they use core/event_log.h.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace yizhan::sqlite {

/// A prepared statement. bind() counts from 1, columns from 0; texts and blobs are not copied when bound: they must live
/// until reset().
class Statement {
 public:
  Statement() = default;
  Statement& bind(int at, std::int64_t value);
  Statement& bind_text(int at, std::string_view value);
  Statement& bind_blob(int at, std::string_view value);
  Statement& bind_null(int at);
  /// SQLITE_ROW, SQLITE_DONE or an error code.
  int step();
  /// Runs to the end and resets. SQLITE_OK or an error code.
  int run();
  void reset();
  std::int64_t integer(int column) const;
  std::string_view bytes(int column) const;  ///< valid until the next step or reset
  bool is_null(int column) const;
  explicit operator bool() const { return handle_ != nullptr; }

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* s) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// Resets a statement when the scope ends, so that no read transaction stays open.
struct Resetting {
  Statement& statement;
  ~Resetting() { statement.reset(); }
};

class Gather;

class Database {
 public:
  Database();
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  /// `vfs` "" is the default one. A connection that writes gathers its writes to the write-ahead log (see sqlite.cpp).
  /// Errors as error_of().
  static Result<Database> open(const std::string& path, bool read_only, const std::string& vfs);
  Result<Statement> prepare(std::string_view sql);
  Status run(const std::string& sql);             ///< several statements, results ignored
  Result<std::string> ask(std::string_view sql);  ///< first column of the first row, "" when there is none
  int changes() const;
  bool in_transaction() const;
  /// What a result code means to us: Unavailable (disk full, no memory, busy), Io, Corrupt, Conflict (constraint).
  Error error_of(int rc, std::string_view doing) const;
  /// DEFENSIVE, no attached databases, 32 MB rows, and no checkpoint of its own at close when `checkpoint_at_close` is false. Every one of
  /// them is read back. Errors: Corrupt (this SQLite does not keep one).
  Status restrict(bool checkpoint_at_close);
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  std::unique_ptr<Gather> gather_;  // outlives the handle that uses it
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace yizhan::sqlite
