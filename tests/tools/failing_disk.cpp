/// A disk that fails on command, under the real programs: LD_PRELOAD this library.
///
///   YIZHAN_DISK_UNDER=DIR      only files below this directory
///   YIZHAN_DISK_TELL=FILE      adds a line for every call that was made to fail: its number, name, file
///   YIZHAN_DISK_COUNT=FILE     writes how many calls were seen there when the process ends (for choosing n)
///   YIZHAN_DISK_FAULT=WHAT:N   what fails from the N-th call on, counted over all calls that change the disk:
///     eio:N      the N-th call fails with EIO, once
///     dead:N     every call from the N-th on fails with EIO
///     rofs:N     every call from the N-th on fails with EROFS (syncs with EIO), as after a read-only remount
///     full:N:M   calls N … N+M−1 that need room fail with ENOSPC, then there is room again
///     fullfile:F calls that need room fail with ENOSPC while the file F exists
///     short:N    the N-th write writes half and says so, once
///     eintr:N    every third write from the N-th on is interrupted once
///     sync:N     the N-th sync fails with EIO, once; what it should have made durable is not promised
///     die:N      the process is killed before the N-th call
///     trace      nothing fails, every call is told
///     nosync     no sync reaches the disk and none says so (a planted bug for the checkers)
/// Counted are write, pwrite64, ftruncate, fallocate, fsync, fdatasync, open with O_CREAT, rename, unlink.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

enum class Call { Room, Sync, Other };  // needs room on the disk; makes durable; the rest

struct Plan {
  char what[16] = {};
  long from = 0, times = 0;
  const char* under = nullptr;
  std::size_t under_bytes = 0;
  const char* while_file = nullptr;
  const char* count_file = nullptr;
  Plan() {
    under = std::getenv("YIZHAN_DISK_UNDER");
    count_file = std::getenv("YIZHAN_DISK_COUNT");
    under_bytes = under != nullptr ? std::strlen(under) : 0;
    const char* text = std::getenv("YIZHAN_DISK_FAULT");
    if (text == nullptr) return;
    const char* colon = std::strchr(text, ':');
    const std::size_t length = colon != nullptr ? static_cast<std::size_t>(colon - text) : std::strlen(text);
    std::memcpy(what, text, length < sizeof what ? length : sizeof what - 1);
    if (colon == nullptr) return;
    while_file = colon + 1;
    char* end = nullptr;
    from = std::strtol(colon + 1, &end, 10);
    if (*end == ':') times = std::strtol(end + 1, nullptr, 10);
  }
  bool is(const char* word) const { return std::strcmp(what, word) == 0; }
};

const Plan& plan() {
  static const Plan one;
  return one;
}
std::atomic<long> calls{0}, syncs{0};

template <class F>
F* real(const char* name) {
  return reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name));
}

bool below(const char* path) { return plan().under != nullptr && path != nullptr && std::strncmp(path, plan().under, plan().under_bytes) == 0; }

thread_local char last[4096];  ///< of the descriptor that below(fd) looked at last

bool below(int fd) {
  if (plan().under == nullptr) return false;
  char link[64];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const auto n = ::readlink(link, last, sizeof last - 1);
  if (n <= 0) return false;
  last[n] = '\0';
  return below(last);
}

/// A full path of what openat-like calls name; relative names are taken as they are.
bool watched(const char* path) { return below(path); }

int decide(Call call, bool* partly) {
  const long n = ++calls;
  const Plan& p = plan();
  if (p.is("die") && n == p.from) ::kill(::getpid(), SIGKILL);
  if (p.is("eio")) return n == p.from ? EIO : 0;
  if (p.is("dead")) return n >= p.from ? EIO : 0;
  if (p.is("rofs")) return n >= p.from ? (call == Call::Sync ? EIO : EROFS) : 0;
  if (p.is("full")) return call == Call::Room && n >= p.from && n < p.from + p.times ? ENOSPC : 0;
  if (p.is("fullfile")) return call == Call::Room && ::access(p.while_file, F_OK) == 0 ? ENOSPC : 0;
  if (p.is("short") && partly != nullptr && n >= p.from) {
    static std::atomic<bool> done{false};
    if (!done.exchange(true)) *partly = true;
  }
  if (p.is("eintr") && partly != nullptr && n >= p.from) {
    static std::atomic<long> writes{0};
    if (++writes % 3 == 0) return EINTR;
  }
  if (p.is("sync") && call == Call::Sync) return ++syncs == p.from ? EIO : 0;
  return 0;
}

/// 0, or the errno with which this call fails. `partly`: a write may write half.
int verdict(const char* name, Call call, const char* path, bool* partly = nullptr) {
  const int why = decide(call, partly);
  if (why == 0 && (partly == nullptr || !*partly) && !plan().is("trace")) return 0;
  if (const char* tell = std::getenv("YIZHAN_DISK_TELL")) {
    const int fd = real<int(const char*, int, ...)>("open")(tell, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    char line[4600];
    const int n = std::snprintf(line, sizeof line, "%ld %s %s: %s\n", calls.load(), name, path, why != 0 ? std::strerror(why) : partly != nullptr && *partly ? "half" : "well");
    if (fd >= 0) {
      static_cast<void>(!real<ssize_t(int, const void*, size_t)>("write")(fd, line, static_cast<size_t>(n)));
      ::close(fd);
    }
  }
  return why;
}

int failed(int why) {
  errno = why;
  return -1;
}

struct AtEnd {
  ~AtEnd() {
    if (plan().count_file == nullptr) return;
    const int fd = real<int(const char*, int, ...)>("open")(plan().count_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return;
    char text[32];
    const int n = std::snprintf(text, sizeof text, "%ld\n", calls.load());
    static_cast<void>(!real<ssize_t(int, const void*, size_t)>("write")(fd, text, static_cast<size_t>(n)));
    ::close(fd);
  }
} at_end;

int opening(const char* name, const char* path, int flags, mode_t mode) {
  const auto go = real<int(const char*, int, ...)>(name);
  if ((flags & O_CREAT) != 0 && watched(path) && ::access(path, F_OK) != 0)
    if (const int why = verdict(name, Call::Room, path)) return failed(why);
  if ((flags & O_ACCMODE) != O_RDONLY && watched(path) && plan().is("rofs") && calls >= plan().from) return failed(EROFS);
  return go(path, flags, mode);
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return opening("open", path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return opening("open64", path, flags, mode);
}

#define YIZHAN_WRITING(NAME, OFFSET)                                                                   \
  ssize_t NAME(int fd, const void* from, size_t n, OFFSET at) {                                        \
    const auto go = real<ssize_t(int, const void*, size_t, OFFSET)>(#NAME);                            \
    if (!below(fd)) return go(fd, from, n, at);                                                        \
    bool partly = false;                                                                               \
    const int why = verdict(__func__, Call::Room, last, &partly);                                                      \
    if (why == ENOSPC && n > 512) return go(fd, from, n / 2, at) < 0 ? -1 : failed(why);               \
    if (why != 0) return failed(why);                                                                  \
    return go(fd, from, partly && n > 1 ? n / 2 : n, at);                                              \
  }
YIZHAN_WRITING(pwrite64, off64_t)
YIZHAN_WRITING(pwrite, off_t)
#undef YIZHAN_WRITING

ssize_t write(int fd, const void* from, size_t n) {
  const auto go = real<ssize_t(int, const void*, size_t)>("write");
  if (!below(fd)) return go(fd, from, n);
  bool partly = false;
  if (const int why = verdict(__func__, Call::Room, last, &partly)) return failed(why);
  return go(fd, from, partly && n > 1 ? n / 2 : n);
}

#define YIZHAN_SYNCING(NAME)                                        \
  int NAME(int fd) {                                                \
    const auto go = real<int(int)>(#NAME);                          \
    if (!below(fd)) return go(fd);                                  \
    if (plan().is("nosync")) return 0;                              \
    if (const int why = verdict(__func__, Call::Sync, last)) return failed(why);    \
    return go(fd);                                                  \
  }
YIZHAN_SYNCING(fsync)
YIZHAN_SYNCING(fdatasync)
#undef YIZHAN_SYNCING

#define YIZHAN_SIZING(NAME, OFFSET)                                 \
  int NAME(int fd, OFFSET size) {                                   \
    if (below(fd))                                                  \
      if (const int why = verdict(__func__, Call::Room, last)) return failed(why);  \
    return real<int(int, OFFSET)>(#NAME)(fd, size);                 \
  }
YIZHAN_SIZING(ftruncate, off_t)
YIZHAN_SIZING(ftruncate64, off64_t)
#undef YIZHAN_SIZING

#define YIZHAN_RESERVING(NAME, OFFSET)                                        \
  int NAME(int fd, OFFSET at, OFFSET size) {                                  \
    if (below(fd))                                                            \
      if (const int why = verdict(__func__, Call::Room, last)) return why;                    \
    return real<int(int, OFFSET, OFFSET)>(#NAME)(fd, at, size);               \
  }
YIZHAN_RESERVING(posix_fallocate, off_t)
YIZHAN_RESERVING(posix_fallocate64, off64_t)
#undef YIZHAN_RESERVING

int rename(const char* from, const char* to) {
  if (watched(to))
    if (const int why = verdict("rename", Call::Room, to)) return failed(why);
  return real<int(const char*, const char*)>("rename")(from, to);
}
int unlink(const char* path) {
  if (watched(path))
    if (const int why = verdict("unlink", Call::Other, path)) return failed(why);
  return real<int(const char*)>("unlink")(path);
}

}  // extern "C"
