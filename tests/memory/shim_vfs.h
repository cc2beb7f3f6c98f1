/// An SQLite VFS over the machine's own that fails on demand and keeps a record from which any power cut can be replayed.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace yizhan::test {

class ShimVfs {
 public:
  /// `powersafe`: promises, as the unix VFS does, that a write never harms the bytes beside it. Without it SQLite pads.
  explicit ShimVfs(bool powersafe = true);
  ~ShimVfs();
  ShimVfs(const ShimVfs&) = delete;
  ShimVfs& operator=(const ShimVfs&) = delete;
  const std::string& name() const;

  static constexpr std::uint64_t forever = ~std::uint64_t{0};
  /// Calls that change the disk (write, truncate, sync, delete, create) are counted from 1. From the n-th on, `times` of
  /// them fail with `code`; a failed sync also loses what it should have made durable, as real file systems do.
  void fail_from(std::uint64_t nth, int code, std::uint64_t times);
  void heal();
  /// From now on syncs of files whose name ends so are answered with yes and make nothing durable: a planted bug.
  void lie_about(std::string ending);
  std::uint64_t calls() const;
  std::uint64_t failures() const;

  /// "The receipt is shown": recorded between the disk's operations.
  void acknowledge(std::uint64_t number);

  struct Op {
    enum Kind { Create, Write, Truncate, Sync, LostSync, Delete, SyncDirectory, Acknowledge } kind;
    std::string file;
    std::int64_t at = 0;  ///< offset, size, or the number acknowledged
    std::string bytes;
  };
  const std::vector<Op>& record() const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

/// Replays a record up to a power cut. What was synced is there; what was not may be there, may be torn, may be missing.
class PowerCut {
 public:
  explicit PowerCut(const std::vector<ShimVfs::Op>& record) : record_(record) {}
  /// A record that began with the files of `directory` as they were found, after a first cut.
  PowerCut(const std::vector<ShimVfs::Op>& record, const std::string& directory);
  /// Goes on to operation `n` of the record (never back).
  void run_to(std::size_t n);
  enum class Luck { Nothing, Everything, Random, Torn };
  /// The files as they are found after the cut, written under `directory`.
  void restore(const std::string& directory, Luck luck, std::mt19937_64& rng) const;
  std::uint64_t acknowledged() const { return acknowledged_; }  ///< the highest number so far

 private:
  struct File {
    bool durable_name = false;  ///< the directory entry survives
    std::string durable;
    std::vector<const ShimVfs::Op*> pending;
  };
  const std::vector<ShimVfs::Op>& record_;
  std::size_t done_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::map<std::string, File> files_;
};

}  // namespace yizhan::test
