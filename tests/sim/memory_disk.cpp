#include "tests/sim/memory_disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

#include "core/result.h"

namespace yizhan::sim {

namespace {

constexpr std::size_t sector = 512;

std::map<std::string, MemoryDisk*, std::less<>>& mounted() {
  static std::map<std::string, MemoryDisk*, std::less<>> all;
  return all;
}

struct Handle;

}  // namespace

struct MemoryDisk::File {
  /// One change that no sync has covered yet, with what it changed, so that it can be taken back.
  struct Change {
    bool truncates = false;
    std::size_t at = 0;          ///< offset; of a truncation the new size
    std::string bytes, before;   ///< written; what stood there
    std::size_t size_before = 0;
  };
  std::string now;
  std::vector<Change> unsynced;
  /// After a sync that failed: what the disk itself holds. The changes it lost are in `now` and nowhere else.
  std::optional<std::string> apart;
  bool durable_name = false;
  bool names_directory = false;  ///< SQLite syncs the directory with the first sync of a new journal

  std::vector<Handle*> handles;
  std::vector<std::unique_ptr<char[]>> shm;
  int shm_users = 0;
  int shm_shared[SQLITE_SHM_NLOCK] = {};
  Handle* shm_owner[SQLITE_SHM_NLOCK] = {};

  static void apply(std::string& content, const Change& change, std::size_t from = 0, std::size_t to = ~std::size_t{0}) {
    if (change.truncates) {
      content.resize(change.at, '\0');
      return;
    }
    to = std::min(to, change.bytes.size());
    if (from >= to) return;
    if (content.size() < change.at + to) content.resize(change.at + to, '\0');
    std::memcpy(content.data() + change.at + from, change.bytes.data() + from, to - from);
  }
  std::string durable() const {
    if (apart) return *apart;
    std::string content = now;
    for (auto it = unsynced.rbegin(); it != unsynced.rend(); ++it) {
      if (it->truncates) {
        content += it->before;
        content.resize(it->size_before);
      } else {
        std::memcpy(content.data() + it->at, it->before.data(), it->before.size());
        content.resize(it->size_before);
      }
    }
    return content;
  }
  void synced() {
    if (apart)
      for (const Change& change : unsynced) apply(*apart, change);
    unsynced.clear();
    if (apart && *apart == now) apart.reset();
  }
  /// A sync failed: what it should have written is written nowhere, and nobody will be told again.
  void lost() {
    apart = durable();
    unsynced.clear();
  }
  void change(Change change) {
    if (change.truncates) {
      change.size_before = now.size();
      if (change.at < now.size()) change.before = now.substr(change.at);
    } else {
      change.size_before = now.size();
      if (change.at < now.size()) change.before = now.substr(change.at, change.bytes.size());
    }
    apply(now, change);
    unsynced.push_back(std::move(change));
  }
};

namespace {

struct Handle {
  sqlite3_file base;
  MemoryDisk* disk;
  std::shared_ptr<MemoryDisk::File>* file;
  int level;
  bool maps;
  unsigned shared, exclusive;  ///< locks of the shared memory, a bit each
};

}  // namespace

struct MemoryDisk::Vfs {
  static Handle* of(sqlite3_file* f) { return reinterpret_cast<Handle*>(f); }
  static File& file(sqlite3_file* f) { return **of(f)->file; }

  static std::pair<MemoryDisk*, std::string> place(const char* path) {
    if (path == nullptr) return {nullptr, {}};
    const std::string_view whole(path);
    const auto slash = whole.rfind('/');
    if (slash == std::string_view::npos) return {nullptr, {}};
    const auto found = mounted().find(whole.substr(0, slash));
    if (found == mounted().end()) return {nullptr, {}};
    return {found->second, std::string(whole.substr(slash + 1))};
  }

  static int close(sqlite3_file* f) {
    shm_unmap(f, 0);
    auto& handles = file(f).handles;
    handles.erase(std::remove(handles.begin(), handles.end(), of(f)), handles.end());
    delete of(f)->file;
    return SQLITE_OK;
  }
  static int read(sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
    if (of(f)->disk->dead_) return SQLITE_IOERR_READ;
    const std::string& content = file(f).now;
    const auto from = static_cast<std::size_t>(at), wanted = static_cast<std::size_t>(n);
    const std::size_t there = from < content.size() ? std::min(wanted, content.size() - from) : 0;
    if (there > 0) std::memcpy(to, content.data() + from, there);
    if (there == wanted) return SQLITE_OK;
    std::memset(static_cast<char*>(to) + there, 0, wanted - there);
    return SQLITE_IOERR_SHORT_READ;
  }
  static int write(sqlite3_file* f, const void* bytes, int n, sqlite3_int64 at) {
    MemoryDisk& disk = *of(f)->disk;
    if (disk.dead_) return SQLITE_IOERR_WRITE;
    const auto begin = static_cast<std::size_t>(at), size = static_cast<std::size_t>(n);
    const std::size_t grows = begin + size > file(f).now.size() ? begin + size - file(f).now.size() : 0;
    if (grows > disk.room_) {
      ++disk.failures_;
      return SQLITE_FULL;
    }
    const int trouble = disk.turn();
    if (trouble != SQLITE_OK && !disk.dead_) {
      // A failing disk may have written a part: half of it arrives.
      file(f).change({false, begin, {static_cast<const char*>(bytes), size / 2}, {}, 0});
      return SQLITE_IOERR_WRITE;
    }
    if (disk.room_ != endless) disk.room_ -= grows;
    file(f).change({false, begin, {static_cast<const char*>(bytes), size}, {}, 0});
    return trouble == SQLITE_OK ? SQLITE_OK : SQLITE_IOERR_WRITE;
  }
  static int truncate(sqlite3_file* f, sqlite3_int64 size) {
    MemoryDisk& disk = *of(f)->disk;
    if (disk.dead_) return SQLITE_IOERR_TRUNCATE;
    const int trouble = disk.turn();
    if (trouble != SQLITE_OK && !disk.dead_) return SQLITE_IOERR_TRUNCATE;
    const auto to = static_cast<std::size_t>(size);
    if (disk.room_ != endless && to < file(f).now.size()) disk.room_ += file(f).now.size() - to;
    file(f).change({true, to, {}, {}, 0});
    return trouble == SQLITE_OK ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
  }
  static int sync(sqlite3_file* f, int) {
    MemoryDisk& disk = *of(f)->disk;
    if (disk.dead_) return SQLITE_IOERR_FSYNC;
    const int trouble = disk.turn();
    if (trouble != SQLITE_OK) {
      if (!disk.dead_) file(f).lost();
      return SQLITE_IOERR_FSYNC;
    }
    if (disk.lies) return SQLITE_OK;
    file(f).synced();
    if (file(f).names_directory) {
      file(f).names_directory = false;
      disk.names_synced();
    }
    return SQLITE_OK;
  }
  static int size(sqlite3_file* f, sqlite3_int64* out) {
    if (of(f)->disk->dead_) return SQLITE_IOERR_FSTAT;
    *out = static_cast<sqlite3_int64>(file(f).now.size());
    return SQLITE_OK;
  }
  static int lock(sqlite3_file* f, int level) {
    Handle* self = of(f);
    if (level <= self->level) return SQLITE_OK;
    for (const Handle* other : file(f).handles) {
      if (other == self) continue;
      if (level == SQLITE_LOCK_SHARED && other->level >= SQLITE_LOCK_PENDING) return SQLITE_BUSY;
      if (level == SQLITE_LOCK_RESERVED && other->level >= SQLITE_LOCK_RESERVED) return SQLITE_BUSY;
      if (level >= SQLITE_LOCK_PENDING && other->level >= SQLITE_LOCK_SHARED) return SQLITE_BUSY;
    }
    self->level = level;
    return SQLITE_OK;
  }
  static int unlock(sqlite3_file* f, int level) {
    of(f)->level = std::min(of(f)->level, level);
    return SQLITE_OK;
  }
  static int reserved(sqlite3_file* f, int* out) {
    *out = std::any_of(file(f).handles.begin(), file(f).handles.end(), [](const Handle* one) { return one->level >= SQLITE_LOCK_RESERVED; });
    return SQLITE_OK;
  }
  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return 4096; }
  // What the unix VFS says of every disk: a write never harms its neighbours. Nothing else is promised.
  static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  static int shm_map(sqlite3_file* f, int region, int size, int extend, void volatile** out) {
    Handle* self = of(f);
    *out = nullptr;
    if (self->disk->dead_) return SQLITE_IOERR_SHMMAP;
    if (!self->maps) {
      self->maps = true;
      ++file(f).shm_users;
    }
    auto& regions = file(f).shm;
    const auto wanted = static_cast<std::size_t>(region) + 1;
    if (regions.size() < wanted && extend == 0) return SQLITE_OK;
    while (regions.size() < wanted) regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
    *out = regions[static_cast<std::size_t>(region)].get();
    return SQLITE_OK;
  }
  static int shm_lock(sqlite3_file* f, int from, int n, int flags) {
    Handle* self = of(f);
    File& held = file(f);
    const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    const auto bit = [](int slot) { return 1u << slot; };
    if ((flags & SQLITE_SHM_LOCK) != 0) {
      for (int slot = from; slot < from + n; ++slot) {
        if (held.shm_owner[slot] != nullptr && held.shm_owner[slot] != self) return SQLITE_BUSY;
        const int others = held.shm_shared[slot] - ((self->shared & bit(slot)) != 0 ? 1 : 0);
        if (exclusive && others > 0) return SQLITE_BUSY;
      }
      for (int slot = from; slot < from + n; ++slot) {
        if (exclusive) {
          held.shm_owner[slot] = self;
          self->exclusive |= bit(slot);
        } else if ((self->shared & bit(slot)) == 0) {
          ++held.shm_shared[slot];
          self->shared |= bit(slot);
        }
      }
      return SQLITE_OK;
    }
    for (int slot = from; slot < from + n; ++slot) release(held, self, slot);
    return SQLITE_OK;
  }
  static void release(File& held, Handle* self, int slot) {
    const unsigned bit = 1u << slot;
    if ((self->shared & bit) != 0) --held.shm_shared[slot];
    if ((self->exclusive & bit) != 0) held.shm_owner[slot] = nullptr;
    self->shared &= ~bit;
    self->exclusive &= ~bit;
  }
  static void shm_barrier(sqlite3_file*) {}
  static int shm_unmap(sqlite3_file* f, int) {
    Handle* self = of(f);
    if (!self->maps) return SQLITE_OK;
    for (int slot = 0; slot < SQLITE_SHM_NLOCK; ++slot) release(file(f), self, slot);
    self->maps = false;
    if (--file(f).shm_users == 0) file(f).shm.clear();  // it dies with the last process that mapped it
    return SQLITE_OK;
  }

  static int open(sqlite3_vfs* v, const char* path, sqlite3_file* f, int flags, int* out_flags) {
    const auto [disk, name] = place(path);
    if (disk == nullptr && path != nullptr) return real()->xOpen(real(), path, f, flags, out_flags);
    static_cast<void>(v);
    f->pMethods = nullptr;
    std::shared_ptr<File> file;
    MemoryDisk* owner = disk;
    if (disk == nullptr) {
      static MemoryDisk nowhere("");  // temporary files belong to no machine
      owner = &nowhere;
      file = std::make_shared<File>();
    } else {
      if (disk->dead_) return SQLITE_CANTOPEN;
      file = disk->find(name);
      if (!file) {
        if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
        if (disk->room_ == 0) {
          ++disk->failures_;
          return SQLITE_FULL;
        }
        if (disk->turn() != SQLITE_OK) return SQLITE_CANTOPEN;
        file = std::make_shared<File>();
        file->names_directory = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
        disk->files_[name] = file;
      }
    }
    auto* handle = new (f) Handle{};
    handle->disk = owner;
    handle->file = new std::shared_ptr<File>(file);
    file->handles.push_back(handle);
    static constexpr sqlite3_io_methods methods = {2,           close,       read,       write,        truncate,      sync, size,
                                                   lock,        unlock,      reserved,   control,      sector_size,   characteristics,
                                                   shm_map,     shm_lock,    shm_barrier, shm_unmap,   nullptr,       nullptr};
    handle->base.pMethods = &methods;
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs*, const char* path, int sync_directory) {
    const auto [disk, name] = place(path);
    if (disk == nullptr) return real()->xDelete(real(), path, sync_directory);
    if (disk->dead_) return SQLITE_IOERR_DELETE;
    const auto found = disk->files_.find(name);
    if (found == disk->files_.end()) return SQLITE_IOERR_DELETE_NOENT;
    const int trouble = disk->turn();
    if (trouble != SQLITE_OK && !disk->dead_) return SQLITE_IOERR_DELETE;
    if (disk->room_ != endless) disk->room_ += found->second->now.size();
    // Until the directory is synced a deleted file may come back; pessimistic, and SQLite must cope.
    if (found->second->durable_name) disk->ghosts_[name] = found->second->durable();
    disk->files_.erase(found);
    if (trouble == SQLITE_OK && sync_directory != 0) disk->names_synced();
    return trouble == SQLITE_OK ? SQLITE_OK : SQLITE_IOERR_DELETE;
  }
  static int access(sqlite3_vfs*, const char* path, int flags, int* out) {
    const auto [disk, name] = place(path);
    if (disk == nullptr) return real()->xAccess(real(), path, flags, out);
    if (disk->dead_) return SQLITE_IOERR_ACCESS;
    *out = disk->files_.contains(name) ? 1 : 0;
    return SQLITE_OK;
  }
  static int full_path(sqlite3_vfs*, const char* path, int n, char* out) {
    if (place(path).first == nullptr) return real()->xFullPathname(real(), path, n, out);
    if (std::strlen(path) >= static_cast<std::size_t>(n)) return SQLITE_CANTOPEN;
    std::strcpy(out, path);
    return SQLITE_OK;
  }
  /// SQLite salts its journal with this; a run of a seed gets the same bytes again.
  static int randomness(sqlite3_vfs*, int n, char* out) {
    std::uint64_t state = 0x59697A68616E21ull;
    for (int i = 0; i < n; ++i) {
      state = state * 6364136223846793005ull + 1442695040888963407ull;
      out[i] = static_cast<char>(state >> 56);
    }
    return n;
  }

  static sqlite3_vfs* real() {
    static sqlite3_vfs* const vfs = sqlite3_vfs_find("unix");
    return vfs;
  }
  static void ready() {
    static const bool done = [] {
      YIZHAN_CHECK(real() != nullptr, "SQLite has a unix VFS");
      static sqlite3_vfs vfs = *real();
      vfs.zName = "memory-disk";
      vfs.pNext = nullptr;
      vfs.szOsFile = std::max(static_cast<int>(sizeof(Handle)), real()->szOsFile);
      vfs.xOpen = open;
      vfs.xDelete = remove;
      vfs.xAccess = access;
      vfs.xFullPathname = full_path;
      vfs.xRandomness = randomness;
      // The default one, so that the machines open their files by the words they always use.
      YIZHAN_CHECK(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK, "the VFS registers");
      return true;
    }();
    static_cast<void>(done);
  }
};

MemoryDisk::MemoryDisk(std::string directory) : directory_(std::move(directory)) {
  Vfs::ready();
  if (directory_.empty()) return;
  YIZHAN_CHECK(!mounted().contains(directory_), "one disk at a place");
  mounted()[directory_] = this;
}
MemoryDisk::~MemoryDisk() {
  if (!directory_.empty()) mounted().erase(directory_);
}

int MemoryDisk::turn() {
  ++changes_;
  if (die_in_ > 0 && --die_in_ == 0) {
    dead_ = true;
    return SQLITE_IOERR;
  }
  if (fail_in_ > 0 && --fail_in_ == 0) {
    ++failures_;
    return SQLITE_IOERR;
  }
  return SQLITE_OK;
}

void MemoryDisk::names_synced() {
  for (auto& [name, file] : files_) file->durable_name = true;
  ghosts_.clear();
}

std::shared_ptr<MemoryDisk::File> MemoryDisk::find(const std::string& name) const {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : found->second;
}

void MemoryDisk::boot(Luck luck, const Chance& coin) {
  std::map<std::string, std::shared_ptr<File>> found;
  for (auto& [name, file] : files_) {
    YIZHAN_CHECK(file->handles.empty(), "a machine without power holds no file open");
    auto after = std::make_shared<File>();
    if (luck == Luck::Killed) {
      // What a failed sync lost is in the page cache and stays readable until the power goes for real.
      after->now = file->now;
      after->unsynced = std::move(file->unsynced);
      after->apart = std::move(file->apart);
      after->durable_name = file->durable_name;
      after->names_directory = file->names_directory;
    } else {
      if (!file->durable_name && (luck == Luck::Nothing || !coin())) continue;
      after->now = file->durable();
      for (const File::Change& change : file->unsynced) {
        if (luck == Luck::Nothing) break;
        if (luck == Luck::Torn && !change.truncates) {
          for (std::size_t at = 0; at < change.bytes.size(); at += sector)
            if (coin()) File::apply(after->now, change, at, at + sector);
        } else if (coin()) {
          File::apply(after->now, change);
        }
      }
      after->durable_name = true;
    }
    found[name] = std::move(after);
  }
  if (luck == Luck::Torn)
    for (auto& [name, content] : ghosts_)
      if (!found.contains(name) && coin()) {
        auto back = std::make_shared<File>();
        back->now = std::move(content);
        back->durable_name = true;
        found[name] = std::move(back);
      }
  if (luck != Luck::Killed) ghosts_.clear();
  files_ = std::move(found);
  die_in_ = fail_in_ = 0;
  dead_ = false;
}

MemoryDisk::Image MemoryDisk::image() const {
  Image all;
  for (const auto& [name, file] : files_) all[name] = file->now;
  return all;
}

MemoryDisk::Image MemoryDisk::durable() const {
  Image all;
  for (const auto& [name, file] : files_)
    if (file->durable_name) all[name] = file->durable();
  return all;
}

void MemoryDisk::put_file(const std::string& name, std::string content) {
  auto file = std::make_shared<File>();
  file->now = std::move(content);
  file->durable_name = true;
  files_[name] = std::move(file);
}

void MemoryDisk::replace(Image files) {
  for (const auto& [name, file] : files_) YIZHAN_CHECK(file->handles.empty(), "a disk is not changed under a running machine");
  files_.clear();
  ghosts_.clear();
  for (auto& [name, content] : files) {
    auto file = std::make_shared<File>();
    file->now = std::move(content);
    file->durable_name = true;
    files_[name] = std::move(file);
  }
}

}  // namespace yizhan::sim
