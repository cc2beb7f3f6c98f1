// A copy of a log in one file, checked before it has its name.
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "core/event_log_impl.h"

namespace yizhan {

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
    auto copy = sqlite::Database::open(part, false, "");
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
    auto copy = sqlite::Database::open(part, false, "");
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

}  // namespace yizhan
