#include "kiosk/ui/first_pages.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>
#include <vector>

#include "kiosk/ui/fonts.h"

namespace yizhan::ui {

namespace {

constexpr off_t page = 4096;
constexpr long most_pages = 8192;  // 32 MB: more than this is not a first frame, and reading it would cost what it should save
std::string wanted;                // the list to write after this start's first frame; empty: there is one

struct Run {
  long first = 0, count = 0;
};
struct Known {
  std::string path;
  long long size = 0, changed = 0;
  std::vector<Run> runs;
};

/// Lines: "file SIZE CHANGED PATH", then its runs "FIRST COUNT".
std::vector<Known> read_list(const std::string& list) {
  std::vector<Known> files;
  std::ifstream in(list);
  std::string line;
  long pages = 0;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    if (line.starts_with("file ")) {
      Known known;
      std::string word;
      words >> word >> known.size >> known.changed >> std::ws;
      std::getline(words, known.path);
      files.push_back(std::move(known));
    } else if (Run run; !files.empty() && words >> run.first >> run.count && run.first >= 0 && run.count > 0) {
      if ((pages += run.count) > most_pages) return {};
      files.back().runs.push_back(run);
    }
  }
  return files;
}

bool same_file(int fd, const Known& known) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && info.st_size == known.size && info.st_mtim.tv_sec == known.changed;
}

/// The pages of one mapping that this process has touched (bit 63 of each page's word in pagemap), as pages of its file.
void add_touched(int pagemap, std::uintptr_t begin, std::uintptr_t end, long file_page, std::vector<Run>& runs) {
  std::vector<std::uint64_t> words((end - begin) / page);
  const auto bytes = words.size() * sizeof(std::uint64_t);
  if (::pread(pagemap, words.data(), bytes, static_cast<off_t>(begin / page * sizeof(std::uint64_t))) != static_cast<ssize_t>(bytes)) return;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if ((words[i] >> 63) == 0) continue;
    const long at = file_page + static_cast<long>(i);
    if (!runs.empty() && runs.back().first + runs.back().count == at) ++runs.back().count;
    else runs.push_back({at, 1});
  }
}

/// Programs, libraries and fonts; not the log nor anything else that a visit writes.
bool worth_knowing(const std::string& path) { return path.starts_with("/usr/") || path.starts_with("/lib/") || path.ends_with(".so") || path.ends_with("/kiosk"); }

}  // namespace

void ask_for_first_pages(const std::string& list) {
  bool fits = true;
  const std::vector<Known> files = read_list(list);
  for (const Known& known : files) {
    const int fd = ::open(known.path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || !same_file(fd, known)) fits = false;
    else for (const Run& run : known.runs) ::posix_fadvise(fd, run.first * page, run.count * page, POSIX_FADV_WILLNEED);
    if (fd >= 0) ::close(fd);
  }
  if (fits && !files.empty()) return;
  wanted = list;
  // The kernel maps cached neighbours of a page along with it; only what is not cached shows what was really needed.
  for (const char* font : font_files()) {
    const int fd = ::open(font, O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    ::close(fd);
  }
}

void learn_first_pages() {
  if (wanted.empty()) return;
  const std::string list = std::exchange(wanted, {});
  const int pagemap = ::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  if (pagemap < 0) return;
  std::map<std::string, std::vector<Run>> files;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    unsigned long begin = 0, end = 0, offset = 0;
    int path_at = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx %*s %lx %*s %*s %n", &begin, &end, &offset, &path_at) != 3 || path_at == 0) continue;
    const std::string path = line.substr(static_cast<std::size_t>(path_at));
    if (worth_knowing(path)) add_touched(pagemap, begin, end, static_cast<long>(offset / page), files[path]);
  }
  ::close(pagemap);
  std::ostringstream out;
  long pages = 0;
  for (const auto& [path, runs] : files) {
    struct stat info {};
    if (runs.empty() || ::stat(path.c_str(), &info) != 0) continue;
    out << "file " << info.st_size << ' ' << info.st_mtim.tv_sec << ' ' << path << '\n';
    for (const Run& run : runs) {
      pages += run.count;
      out << run.first << ' ' << run.count << '\n';
    }
  }
  if (pages == 0 || pages > most_pages) return;
  const std::string beside = list + ".part";
  {
    std::ofstream file(beside, std::ios::trunc);
    file << out.str();
    if (!file.flush()) return static_cast<void>(std::remove(beside.c_str()));
  }
  if (std::rename(beside.c_str(), list.c_str()) != 0) std::remove(beside.c_str());
}

}  // namespace yizhan::ui
