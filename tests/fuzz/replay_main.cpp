// Runs what is in the corpora through the targets, with any compiler: tests without libFuzzer, and line coverage.
//   replay --list                      name, longest input, what must hold; a line each
//   replay --corpus DIR [TARGET…]      every file of DIR/<target>; and each once more cut short and with bytes changed
//   replay --changes N …               how many changed copies of each file (default 20; 0: none)
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <random>
#include <set>

#include "tests/fuzz/fuzz.h"

using namespace yizhan::fuzz;
namespace fs = std::filesystem;

namespace {

char current[512];  // what runs now, for whoever reads the crash
void tell(int signal) {
  static_cast<void>(!::write(2, current, std::strlen(current)));
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::string changed(const std::string& bytes, std::mt19937& dice, std::size_t bytes_max) {
  std::string out = bytes;
  for (unsigned n = 1 + dice() % 4; n > 0 && !out.empty(); --n) {
    const std::size_t at = dice() % out.size();
    switch (dice() % 5) {
      case 0: out[at] = static_cast<char>(dice()); break;
      case 1: out[at] = static_cast<char>(out[at] ^ (1 << (dice() % 8))); break;
      case 2: out.resize(at); break;
      case 3: out.erase(at, 1 + dice() % 8); break;
      default: out.insert(at, out.substr(dice() % out.size(), 1 + dice() % 16)); break;
    }
  }
  if (out.size() > bytes_max) out.resize(bytes_max);
  return out;
}

}  // namespace

int main(int count, char** words) {
  std::string corpus;
  bool list = false;
  unsigned changes = 20;
  std::set<std::string> wanted;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word == "--list") list = true;
    else if (word == "--corpus" && i + 1 < count) corpus = words[++i];
    else if (word == "--changes" && i + 1 < count) changes = static_cast<unsigned>(std::atoi(words[++i]));
    else wanted.insert(word);
  }
  for (const auto& name : wanted)
    if (std::none_of(targets().begin(), targets().end(), [&](const Target& t) { return name == t.name; })) {
      std::fprintf(stderr, "replay: no target %s\n", name.c_str());
      return 2;
    }
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) std::signal(signal, tell);
  if (list) {
    list_targets();
    return 0;
  }
  if (corpus.empty()) {
    std::fprintf(stderr, "replay: --list or --corpus DIR\n");
    return 2;
  }
  std::size_t files = 0;
  for (const Target& target : targets()) {
    if (!wanted.empty() && !wanted.contains(target.name)) continue;
    std::vector<fs::path> paths;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(fs::path(corpus) / target.name, none))
      if (entry.is_regular_file()) paths.push_back(entry.path());
    if (paths.empty()) {
      std::fprintf(stderr, "replay: %s has no corpus in %s\n", target.name, corpus.c_str());
      return 1;
    }
    std::sort(paths.begin(), paths.end());
    const auto began = std::chrono::steady_clock::now();
    std::size_t runs = 0;
    for (const auto& path : paths) {
      const std::string bytes = file_bytes(path.string());
      std::mt19937 dice(static_cast<unsigned>(std::hash<std::string>{}(path.filename().string())));
      for (unsigned n = 0; n <= changes; ++n) {
        const std::string input = n == 0 ? bytes : changed(bytes, dice, target.bytes_max);
        // On a crash this is what repeats it.
        put_file(scratch() + "/input", input);
        const std::vector<char> exact(input.begin(), input.end());
        std::snprintf(current, sizeof current, "replay: %s, %s, change %u; the input is in %s/input\n", target.name, path.filename().c_str(), n, scratch().c_str());
        target.run({exact.data(), exact.size()});
        ++runs;
      }
      ++files;
    }
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began).count();
    std::printf("%-18s %4zu files %7zu runs %6lld ms\n", target.name, paths.size(), runs, static_cast<long long>(ms));
    std::fflush(stdout);
  }
  std::printf("%zu files\n", files);
  return 0;
}
