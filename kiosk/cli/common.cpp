#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "core/text.h"
#include "kiosk/cli/cli.h"

namespace yizhan::kiosk::cli {

int fail(std::string_view command, const Error& error) {
  // Operators' words may hold a file's content: nothing of it commands the terminal.
  fmt::print(stderr, "kiosk {}: {}\n", command, printable(error.what));
  return error.code == Code::Unavailable ? exit_temporary : exit_failed;
}

void print_json(const std::string& dumped) { fmt::print("{}\n", printable_json(dumped)); }

std::string default_data_dir() {
  if (const char* given = std::getenv("YIZHAN_DATA"); given != nullptr && *given != '\0') return given;
  std::error_code none;
  return std::filesystem::is_directory("/var/lib/yizhan", none) ? "/var/lib/yizhan" : "yizhan-data";
}

Result<Config> settings(const Common& common) {
  auto config = load_config(common.data.empty() ? default_data_dir() : common.data, common.role);
  if (!config) return config;
  if (!common.hub.empty()) config->hub_url = common.hub;
  if (!common.ca.empty()) config->ca_file = common.ca;
  return config;
}

Bar::Bar(std::string what, std::uint64_t total, bool quiet)
    : what_(std::move(what)), total_(total), terminal_(::isatty(STDERR_FILENO) == 1), quiet_(quiet) {}

Bar::~Bar() {
  if (open_) std::fputc('\n', stderr);
}

void Bar::at(std::uint64_t done, std::string_view words) {
  if (quiet_) return;
  if (!terminal_) {
    const int tenth = total_ > 0 ? static_cast<int>(std::min<std::uint64_t>(done * 10 / total_, 10)) : 0;
    if (tenth <= tenth_ || tenth == 10) return;  // the last line is finish()'s
    tenth_ = tenth;
    fmt::print(stderr, "{} {} %{}{}\n", what_, tenth * 10, words.empty() ? "" : ", ", words);
    return;
  }
  const Tick now = SystemClock{}.tick();
  if (open_ && now - drawn_ < Span{50} && done < total_) return;
  drawn_ = now;
  open_ = true;
  constexpr std::size_t cells = 30;
  const std::size_t full = total_ > 0 ? static_cast<std::size_t>(std::min<std::uint64_t>(done * cells / total_, cells)) : 0;
  const std::string bar = std::string(full, '#') + std::string(cells - full, '.');
  fmt::print(stderr, "\r{} [{}] {}\x1b[K", what_, bar, words);
  std::fflush(stderr);
}

Interval wilson(std::uint64_t hits, std::uint64_t n) {
  if (n == 0) return {};
  const double z = 1.96, m = static_cast<double>(n), p = static_cast<double>(hits) / m;
  const double middle = (p + z * z / (2 * m)) / (1 + z * z / m), half = z * std::sqrt(p * (1 - p) / m + z * z / (4 * m * m)) / (1 + z * z / m);
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

void Bar::finish(std::string_view words) {
  if (quiet_) return;
  if (terminal_ && open_) fmt::print(stderr, "\r\x1b[K");
  open_ = false;
  fmt::print(stderr, "{}: {}\n", what_, words);
}

}  // namespace yizhan::kiosk::cli
