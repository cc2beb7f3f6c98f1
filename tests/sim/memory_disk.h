/// A machine's disk in memory, under SQLite: what was synced is durable, what was not may be there, torn or missing when the power
/// goes; and the power may go at any call that changes the disk. One VFS of the process serves every mounted disk by its path.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace yizhan::sim {

/// What of the bytes that were never synced is found after the power went.
enum class Luck : std::uint8_t {
  Killed,   ///< only the process died: the page cache lives, everything written is there
  Nothing,  ///< nothing that was not synced
  Random,   ///< each write is there or not
  Torn,     ///< each sector of 512 bytes of each write is there or not; so are names and deletions
};

class MemoryDisk {
 public:
  using Image = std::map<std::string, std::string>;  ///< file name → content
  using Chance = std::function<bool()>;              ///< a fair coin of the run's dice

  /// Serves every path "<directory>/<file>". The directory itself need not exist on a real disk.
  explicit MemoryDisk(std::string directory);
  ~MemoryDisk();
  MemoryDisk(const MemoryDisk&) = delete;
  MemoryDisk& operator=(const MemoryDisk&) = delete;

  // ---- power
  /// The power goes at the n-th call from now that changes the disk (1: the next one; 0: not planned). That call may have done its
  /// work or a part of it: what it wrote was not synced. Every later call fails.
  void die_at(std::uint64_t nth) { die_in_ = nth; }
  void cut() { dead_ = true; }
  bool dead() const { return dead_; }
  /// After cut() or a planned death, when no file is open any more: the files as they are found.
  void boot(Luck luck, const Chance& coin);

  // ---- trouble
  /// A write that makes a file larger, or a new file, fails with SQLITE_FULL beyond so many bytes.
  void room(std::uint64_t bytes) { room_ = bytes; }
  std::uint64_t room() const { return room_; }
  static constexpr std::uint64_t endless = std::uint64_t{1} << 60;
  /// One call that changes the disk fails: the n-th from now. A failed sync loses what it should have made durable for good, though
  /// the page cache goes on showing it, as real file systems do (trust.md 5).
  void fail_at(std::uint64_t nth) { fail_in_ = nth; }
  /// Planted bug: a sync says "done" and makes nothing durable.
  bool lies = false;

  // ---- looking
  std::uint64_t changes() const { return changes_; }   ///< calls that changed the disk so far
  std::uint64_t failures() const { return failures_; } ///< calls that were made to fail
  Image image() const;                                 ///< every file as its process sees it
  Image durable() const;                               ///< every file as it is when nothing unsynced survives
  void replace(Image files);                           ///< no file may be open: another disk, or an older copy of this one
  void put_file(const std::string& name, std::string content);  ///< planted bugs: a file beside the databases
  void remove_file(const std::string& name) { files_.erase(name); }
  const std::string& directory() const { return directory_; }

  struct File;
  struct Vfs;

 private:
  int turn();  ///< SQLITE_OK, or why this change must fail
  void names_synced();
  std::shared_ptr<File> find(const std::string& name) const;

  std::string directory_;
  std::map<std::string, std::shared_ptr<File>> files_;
  std::map<std::string, std::string> ghosts_;  ///< deleted, but the directory was not synced since: may come back
  std::uint64_t die_in_ = 0, fail_in_ = 0, changes_ = 0, failures_ = 0, room_ = endless;
  bool dead_ = false;
};

}  // namespace yizhan::sim
