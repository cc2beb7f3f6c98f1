#include "core/log_replace.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace yizhan {
namespace {

namespace fs = std::filesystem;

class Held {
 public:
  Held(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Error trouble(const std::string& path, int why) { return {why == ENOSPC || why == EDQUOT ? Code::Unavailable : Code::Io, path + ": " + std::strerror(why)}; }

void remove_part(const std::string& part) {
  std::error_code none;
  for (const char* rest : {"", "-wal", "-shm", ".lock"}) fs::remove(part + rest, none);
}

/// The copy beside the log, with its next epoch begun, whole on the disk.
Status prepare(const std::string& from, const std::string& part, const std::function<Status(EventLog&)>& begin) {
  std::error_code failed;
  if (!fs::copy_file(from, part, failed)) return trouble(part, failed.value());
  fs::permissions(part, fs::perms::owner_read | fs::perms::owner_write, failed);
  if (failed) return trouble(part, failed.value());
  {
    auto log = EventLog::open(part);
    if (!log) return log.error();
    if (auto begun = begin(**log); !begun) return begun;
    if (auto kept = (*log)->checkpoint(); !kept) return kept;
  }
  // Closed: what was written is in the one file that is moved.
  if (fs::exists(part + "-wal", failed) && fs::file_size(part + "-wal", failed) > 0) return Error{Code::Io, part + ": its journal was not taken in"};
  const Held file(part, O_RDONLY);
  if (file.get() < 0 || ::fsync(file.get()) != 0) return trouble(part, errno);
  return Done{};
}

}  // namespace

Result<std::string> replace_log(const std::string& from, const std::string& path, Time at, const std::function<Status(EventLog&)>& begin) {
  const Held lock(path + ".lock", O_RDWR | O_CREAT);
  if (lock.get() < 0) return trouble(path, errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return Error{Code::Conflict, "another process has this database open: " + path};
  const std::string part = path + ".restored";
  remove_part(part);  // of one that was cut off
  if (auto ready = prepare(from, part, begin); !ready) {
    remove_part(part);
    return ready.error();
  }
  std::error_code none;
  std::string aside;
  if (fs::exists(path, none)) {
    // A second name, so that there is a log under the first one at every moment.
    aside = path + ".before-" + std::to_string(at.time_since_epoch().count());
    if (::link(path.c_str(), aside.c_str()) != 0 && ::rename(path.c_str(), aside.c_str()) != 0) {
      const Error error = trouble(aside, errno);
      remove_part(part);
      return error;
    }
    // Only a log that could not be opened any more still has these.
    for (const char* rest : {"-wal", "-shm"})
      if (fs::exists(path + rest, none) && ::rename((path + rest).c_str(), (aside + rest).c_str()) != 0) return trouble(path + rest, errno);
  }
  if (::rename(part.c_str(), path.c_str()) != 0) return trouble(path, errno);
  remove_part(part);
  const Held folder(fs::path(path).parent_path().empty() ? "." : fs::path(path).parent_path().string(), O_RDONLY | O_DIRECTORY);
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return trouble(path, errno);
  return aside;
}

}  // namespace yizhan
