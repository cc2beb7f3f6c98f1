/// What the files of the log share: event_log.cpp (stating, merging, reading), event_log_open.cpp (schema and opening), event_log_blobs.cpp
/// (attachments), event_log_keep.cpp (countersignatures, erasing, scrub), event_log_verify.cpp and event_log_copy.cpp. Private to the log.
#pragma once
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/blob_rows.h"
#include "core/event_log.h"
#include "core/sqlite.h"

namespace yizhan {

inline constexpr int schema_version = 3;  // older ones are brought up to date by whoever opens them for writing
inline constexpr int schema_blobs = 2;    // the first with attachments
// A filing writes about seven pages, so fewer than one in a hundred waits for the two extra syncs of a checkpoint. More pages
// would cost memory for the index of the write-ahead log and time at the next start.
inline constexpr int checkpoint_pages_usual = 1000;

/// The columns read_event() reads, in order.
inline constexpr std::string_view event_columns = "l.origin, e.seq, e.at, e.matter, e.type, e.v, e.body_hash, e.hash, e.body";

inline std::string_view bytes(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

inline bool read_digest(std::string_view from, Digest& to) {
  if (from.size() != to.size()) return false;
  std::memcpy(to.data(), from.data(), to.size());
  return true;
}

Result<Event> read_event(const sqlite::Statement& row);
Digest note_sum(std::string_view key, std::string_view value);

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
  Status take(const std::string& path);

 private:
  int fd_ = -1;
};

struct EventLog::Impl {
  std::string path, vfs;
  Mode mode = Mode::ReadWrite;
  Lock lock;
  sqlite::Database db;       // the one connection that writes and checkpoints
  sqlite::Database witness;  // reads back what was written through the file, not through the writer's cache
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

  // ---- opening (event_log_open.cpp) ------------------------------------------------------------------------------------

  Status start(const std::string& vfs_name);
  Status expect(const char* pragma, const char* setting, std::string_view expected);
  Status read_version();
  Status bring_up_to_date();
  Status settle();
  Status write_journal_again();
  Status settings(bool writes);
  Status same_schema();
  Status statements(bool writes);

  // ---- transactions (event_log.cpp) ----------------------------------------------------------------------------------

  Status may_write() const {
    if (failed) return *failed;
    if (mode == Mode::ReadOnly) return Error{Code::Invalid, "the log was opened for reading only"};
    return Done{};
  }

  Status enter();  ///< begins a transaction
  Status leave();  ///< commits it
  void undo();

  /// Runs `body` in one transaction; durable when this succeeds.
  template <class F>
  auto transact(F&& body) -> std::invoke_result_t<F> {
    if (auto entered = enter(); !entered) return entered.error();
    auto result = body();
    if (!result) {
      undo();
      return trouble(result.error());
    }
    if (auto left = leave(); !left) return left.error();
    return result;
  }

  /// Moves the write-ahead log into the database. What was committed is durable already, so a full disk here costs nothing;
  /// a failed disk is remembered and refuses the next call.
  void tidy();

  // ---- pieces (event_log.cpp) ------------------------------------------------------------------------------------------

  struct LogRow {
    std::int64_t id = 0;  ///< 0: unknown log
    Head head;
  };

  Result<LogRow> log_row(const Origin& origin) const;
  Status ensure(LogRow& row);
  Status insert(std::int64_t log, const Event& event, bool quarantined, bool own);
  Status set_head(const LogRow& row);
  Status write_note(sqlite::Statement& how, std::string_view key, std::string_view value);
  /// Reads the rows again through another connection and compares every hash. Any difference: the disk is not trusted.
  Status confirm(std::int64_t log, const std::vector<Event>& written);
  Digest before_first{};  ///< hash before the first event of the running append
  Result<std::vector<Event>> rows(sqlite::Statement& statement, std::size_t bytes_max, std::int64_t* cursor) const;
};

}  // namespace yizhan
