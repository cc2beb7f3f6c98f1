#include "shim_vfs.h"

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "core/result.h"

namespace yizhan::test {

struct ShimVfs::State {
  sqlite3_vfs vfs{};
  sqlite3_vfs* real = nullptr;
  std::string name;
  std::uint64_t calls = 0, failures = 0, from = 0, times = 0;
  int code = SQLITE_OK;
  bool powersafe = true;
  std::string liar;  ///< ending of names whose syncs do nothing; "" none
  std::vector<Op> record;
  std::set<std::string> unsynced_journals;  ///< SQLite syncs the directory with the first sync of a new journal

  /// SQLITE_OK, or the code with which this call has to fail.
  int turn() {
    ++calls;
    if (times == 0 || calls < from) return SQLITE_OK;
    if (times != forever) --times;
    ++failures;
    return code;
  }
};

namespace {

struct ShimFile {
  sqlite3_file base;
  ShimVfs::State* state;
  std::string* name;  ///< file name without its directory; null for temporary files
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

ShimFile* shim(sqlite3_file* f) { return reinterpret_cast<ShimFile*>(f); }
ShimVfs::State* state_of(sqlite3_vfs* v) { return static_cast<ShimVfs::State*>(v->pAppData); }
std::string base_name(const char* path) { return std::filesystem::path(path).filename().string(); }

int close_file(sqlite3_file* f) {
  const int rc = shim(f)->real()->pMethods->xClose(shim(f)->real());
  delete shim(f)->name;
  return rc;
}
int read_file(sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
  return shim(f)->real()->pMethods->xRead(shim(f)->real(), to, n, at);
}
int write_file(sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
  ShimFile* file = shim(f);
  if (const int rc = file->state->turn(); rc != SQLITE_OK) {
    // A failing disk may have written a part: half of it arrives.
    file->real()->pMethods->xWrite(file->real(), from, n / 2, at);
    if (file->name)
      file->state->record.push_back(
          {ShimVfs::Op::Write, *file->name, at, {static_cast<const char*>(from), static_cast<std::size_t>(n / 2)}});
    return rc;
  }
  if (file->name)
    file->state->record.push_back(
        {ShimVfs::Op::Write, *file->name, at, {static_cast<const char*>(from), static_cast<std::size_t>(n)}});
  return file->real()->pMethods->xWrite(file->real(), from, n, at);
}
int truncate_file(sqlite3_file* f, sqlite3_int64 size) {
  ShimFile* file = shim(f);
  if (const int rc = file->state->turn(); rc != SQLITE_OK) return rc;
  if (file->name) file->state->record.push_back({ShimVfs::Op::Truncate, *file->name, size, {}});
  return file->real()->pMethods->xTruncate(file->real(), size);
}
int sync_file(sqlite3_file* f, int flags) {
  ShimFile* file = shim(f);
  if (const int rc = file->state->turn(); rc != SQLITE_OK) {
    if (file->name) file->state->record.push_back({ShimVfs::Op::LostSync, *file->name, 0, {}});
    return rc;
  }
  if (file->name && !file->state->liar.empty() && file->name->ends_with(file->state->liar)) return SQLITE_OK;
  if (file->name) {
    file->state->record.push_back({ShimVfs::Op::Sync, *file->name, 0, {}});
    if (file->state->unsynced_journals.erase(*file->name) > 0)
      file->state->record.push_back({ShimVfs::Op::SyncDirectory, {}, 0, {}});
  }
  // The page cache of this machine stays up: the record alone says what a power cut leaves.
  (void)flags;
  return SQLITE_OK;
}
int file_size(sqlite3_file* f, sqlite3_int64* size) { return shim(f)->real()->pMethods->xFileSize(shim(f)->real(), size); }
int lock_file(sqlite3_file* f, int level) { return shim(f)->real()->pMethods->xLock(shim(f)->real(), level); }
int unlock_file(sqlite3_file* f, int level) { return shim(f)->real()->pMethods->xUnlock(shim(f)->real(), level); }
int check_lock(sqlite3_file* f, int* out) { return shim(f)->real()->pMethods->xCheckReservedLock(shim(f)->real(), out); }
int control_file(sqlite3_file* f, int op, void* arg) {
  return shim(f)->real()->pMethods->xFileControl(shim(f)->real(), op, arg);
}
int sector_size(sqlite3_file* f) { return shim(f)->real()->pMethods->xSectorSize(shim(f)->real()); }
// Nothing else is promised (no atomic sectors, no safe appends): SQLite then has to be as careful as it can.
int characteristics(sqlite3_file* f) { return shim(f)->state->powersafe ? SQLITE_IOCAP_POWERSAFE_OVERWRITE : 0; }
int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
  return shim(f)->real()->pMethods->xShmMap(shim(f)->real(), page, size, extend, out);
}
int shm_lock(sqlite3_file* f, int at, int n, int flags) {
  return shim(f)->real()->pMethods->xShmLock(shim(f)->real(), at, n, flags);
}
void shm_barrier(sqlite3_file* f) { shim(f)->real()->pMethods->xShmBarrier(shim(f)->real()); }
int shm_unmap(sqlite3_file* f, int remove) { return shim(f)->real()->pMethods->xShmUnmap(shim(f)->real(), remove); }

constexpr sqlite3_io_methods methods = {
    2,         close_file,  read_file,  write_file,   truncate_file, sync_file,       file_size,
    lock_file, unlock_file, check_lock, control_file, sector_size,   characteristics, shm_map,
    shm_lock,  shm_barrier, shm_unmap,  nullptr,      nullptr};

int open_file(sqlite3_vfs* v, const char* path, sqlite3_file* f, int flags, int* out_flags) {
  ShimVfs::State* state = state_of(v);
  auto* file = new (f) ShimFile{};
  file->state = state;
  const bool fresh = path != nullptr && (flags & SQLITE_OPEN_CREATE) != 0 && !std::filesystem::exists(path);
  if (fresh)
    if (const int rc = state->turn(); rc != SQLITE_OK) return rc == SQLITE_FULL ? SQLITE_FULL : SQLITE_CANTOPEN;
  const int rc = state->real->xOpen(state->real, path, file->real(), flags, out_flags);
  if (rc != SQLITE_OK) return rc;
  file->base.pMethods = &methods;
  if (path != nullptr && (flags & SQLITE_OPEN_DELETEONCLOSE) == 0) {
    file->name = new std::string(base_name(path));
    if (fresh) state->record.push_back({ShimVfs::Op::Create, *file->name, 0, {}});
    if (fresh && (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0) state->unsynced_journals.insert(*file->name);
  }
  return SQLITE_OK;
}
int delete_file(sqlite3_vfs* v, const char* path, int sync_directory) {
  ShimVfs::State* state = state_of(v);
  if (!std::filesystem::exists(path)) return state->real->xDelete(state->real, path, 0);
  if (const int rc = state->turn(); rc != SQLITE_OK) return rc;
  state->record.push_back({ShimVfs::Op::Delete, base_name(path), 0, {}});
  if (sync_directory) state->record.push_back({ShimVfs::Op::SyncDirectory, {}, 0, {}});
  return state->real->xDelete(state->real, path, 0);
}
int access_file(sqlite3_vfs* v, const char* path, int flags, int* out) {
  return state_of(v)->real->xAccess(state_of(v)->real, path, flags, out);
}
int full_path(sqlite3_vfs* v, const char* path, int n, char* out) {
  return state_of(v)->real->xFullPathname(state_of(v)->real, path, n, out);
}

}  // namespace

ShimVfs::ShimVfs(bool powersafe) : state_(std::make_unique<State>()) {
  static std::atomic<int> number{0};
  State& s = *state_;
  s.powersafe = powersafe;
  s.real = sqlite3_vfs_find(nullptr);
  YIZHAN_CHECK(s.real != nullptr, "SQLite has a default VFS");
  s.name = "shim" + std::to_string(++number);
  s.vfs = *s.real;
  s.vfs.zName = s.name.c_str();
  s.vfs.pNext = nullptr;
  s.vfs.pAppData = &s;
  s.vfs.szOsFile = s.real->szOsFile + static_cast<int>(sizeof(ShimFile));
  s.vfs.xOpen = open_file;
  s.vfs.xDelete = delete_file;
  s.vfs.xAccess = access_file;
  s.vfs.xFullPathname = full_path;
  YIZHAN_CHECK(sqlite3_vfs_register(&s.vfs, 0) == SQLITE_OK, "the shim registers");
}
ShimVfs::~ShimVfs() { sqlite3_vfs_unregister(&state_->vfs); }
const std::string& ShimVfs::name() const { return state_->name; }
void ShimVfs::fail_from(std::uint64_t nth, int code, std::uint64_t times) {
  state_->from = nth;
  state_->code = code;
  state_->times = times;
}
void ShimVfs::heal() { state_->times = 0; }
void ShimVfs::lie_about(std::string ending) { state_->liar = std::move(ending); }
std::uint64_t ShimVfs::calls() const { return state_->calls; }
std::uint64_t ShimVfs::failures() const { return state_->failures; }
void ShimVfs::acknowledge(std::uint64_t number) {
  state_->record.push_back({Op::Acknowledge, {}, static_cast<std::int64_t>(number), {}});
}
const std::vector<ShimVfs::Op>& ShimVfs::record() const { return state_->record; }

namespace {

void apply(std::string& content, const ShimVfs::Op& op, std::size_t from = 0, std::size_t to = ~std::size_t{0}) {
  if (op.kind == ShimVfs::Op::Truncate) {
    content.resize(static_cast<std::size_t>(op.at), '\0');
    return;
  }
  to = std::min(to, op.bytes.size());
  if (from >= to) return;
  const auto at = static_cast<std::size_t>(op.at);
  if (content.size() < at + to) content.resize(at + to, '\0');
  content.replace(at + from, to - from, op.bytes, from, to - from);
}

}  // namespace

PowerCut::PowerCut(const std::vector<ShimVfs::Op>& record, const std::string& directory) : record_(record) {
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ifstream in(entry.path(), std::ios::binary);
    File& file = files_[entry.path().filename().string()];
    file.durable_name = true;
    file.durable.assign(std::istreambuf_iterator<char>(in), {});
  }
}

void PowerCut::run_to(std::size_t n) {
  for (; done_ < n && done_ < record_.size(); ++done_) {
    const ShimVfs::Op& op = record_[done_];
    switch (op.kind) {
      case ShimVfs::Op::Create:
        files_[op.file];
        break;
      case ShimVfs::Op::Write:
      case ShimVfs::Op::Truncate:
        files_[op.file].pending.push_back(&op);
        break;
      case ShimVfs::Op::Sync: {
        File& file = files_[op.file];
        for (const auto* pending : file.pending) apply(file.durable, *pending);
        file.pending.clear();
        break;
      }
      case ShimVfs::Op::LostSync:
        files_[op.file].pending.clear();
        break;
      // A deleted file may come back until the directory is synced; pessimistic, and SQLite must cope.
      case ShimVfs::Op::Delete:
        files_[op.file].pending.push_back(&op);
        break;
      case ShimVfs::Op::SyncDirectory:
        for (auto it = files_.begin(); it != files_.end();) {
          const bool gone = !it->second.pending.empty() && it->second.pending.back()->kind == ShimVfs::Op::Delete;
          it->second.durable_name = true;
          it = gone ? files_.erase(it) : std::next(it);
        }
        break;
      case ShimVfs::Op::Acknowledge:
        acknowledged_ = std::max(acknowledged_, static_cast<std::uint64_t>(op.at));
        break;
    }
  }
}

void PowerCut::restore(const std::string& directory, Luck luck, std::mt19937_64& rng) const {
  const auto lucky = [&] { return luck == Luck::Everything || (luck != Luck::Nothing && rng() % 2 == 0); };
  for (const auto& [name, file] : files_) {
    if (!file.durable_name && !lucky()) continue;
    std::string content = file.durable;
    bool deleted = false;
    for (const auto* op : file.pending) {
      if (op->kind == ShimVfs::Op::Delete) {
        deleted = lucky();
        content.clear();
      } else if (luck == Luck::Torn && op->kind == ShimVfs::Op::Write && rng() % 2 == 0) {
        // Each sector of 512 bytes arrives or does not.
        deleted = false;
        for (std::size_t s = 0; s < op->bytes.size(); s += 512)
          if (rng() % 2 == 0) apply(content, *op, s, s + 512);
      } else if (lucky()) {
        deleted = false;
        apply(content, *op);
      }
    }
    if (deleted) continue;
    std::ofstream(std::filesystem::path(directory) / name, std::ios::binary) << content;
  }
}

}  // namespace yizhan::test
