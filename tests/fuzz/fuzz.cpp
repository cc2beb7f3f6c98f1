#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace yizhan::fuzz {

std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

Join::Join(Target target) {
  auto& all = targets();
  all.insert(std::upper_bound(all.begin(), all.end(), target, [](const Target& a, const Target& b) { return std::strcmp(a.name, b.name) < 0; }), target);
}

void list_targets() {
  for (const Target& target : targets()) std::printf("%s\t%zu\t%s\n", target.name, target.bytes_max, target.what);
}

void make_seeds(const std::string& dir) {
  for (const Target& target : targets()) {
    const auto folder = std::filesystem::path(dir) / target.name;
    std::filesystem::create_directories(folder);
    for (const auto& [name, bytes] : target.seeds()) {
      MUST(bytes.size() <= target.bytes_max, "a seed is no longer than its target takes");
      put_file((folder / name).string(), bytes);
    }
  }
}

void broken(const char* file, int line, const char* what) {
  std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
  std::fflush(stderr);
  std::abort();
}

const std::string& scratch() {
  struct Folder {
    std::string path;
    Folder() {
      // In memory where there is such a place: the targets write thousands of small files a second.
      path = (std::filesystem::is_directory("/dev/shm") ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path()) / "yizhan-fuzz-XXXXXX";
      MUST(::mkdtemp(path.data()) != nullptr, "a folder for the files of targets");
      // The drivers may end by _exit or a crash.
      std::atexit([] { std::error_code none; std::filesystem::remove_all(scratch(), none); });
    }
  };
  static const Folder* const folder = new Folder;  // outlives every static that has files in it
  return folder->path;
}

void put_file(const std::string& path, std::string_view bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool whole = file >= 0 && ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  MUST(file >= 0 && ::close(file) == 0 && whole, "the folder in memory has room");
}

std::string file_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  MUST(in.good(), "a file of the tree can be read");
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

std::string source_dir() { return YIZHAN_SOURCE_DIR; }

}  // namespace yizhan::fuzz
