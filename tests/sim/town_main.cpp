// The simulated town: ./sim. One seed tells its story; many seeds run side by side and only the failing ones are told.
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "tests/sim/nodes.h"
#include "tests/sim/planted.h"

namespace yizhan::sim {
namespace {

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

struct Options {
  std::uint64_t seed = 1, seeds = 1;
  int days = 7, jobs = 2;
  std::string plant;
  bool restores = false;
};

Plan plan_of(const Options& options, std::uint64_t seed) {
  Plan plan = town_plan(seed, options.days);
  plan.restores = options.restores;
  for (const PlantName& name : plant_names)
    if (name.name == options.plant) plan.plant = name.plant;
  return plan;
}

/// What one process tells the one that started it, a line each: seed, findings, receipts, digest.
struct Ended { std::uint64_t seed = 0; std::size_t findings = 0; std::uint64_t receipts = 0; double days = 0, cpu = 0; char digest[17] = {}; char first[200] = {}; };

Ended run(const Options& options, std::uint64_t seed, bool tell) {
  const double cpu = cpu_seconds();
  const auto began = std::chrono::steady_clock::now();
  World world(seed, plan_of(options, seed));
  world.live();
  planted_end(world);
  const Findings wrong = check_all(world.history());
  const double seconds = cpu_seconds() - cpu;
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const double days = static_cast<double>(Span{world.now.time_since_epoch()}.count()) / 86'400'000.0;
  Ended ended{seed, wrong.size(), world.happened["receipts"], days, seconds, {}, {}};
  std::snprintf(ended.digest, sizeof ended.digest, "%s", world.trace_digest().substr(0, 16).c_str());
  if (!wrong.empty()) std::snprintf(ended.first, sizeof ended.first, "%s", wrong.front().c_str());
  if (!tell) return ended;
  std::printf("seed %llu, %d days\nweather: %s\nwhat happened:\n", static_cast<unsigned long long>(seed), options.days, world.weather_words().c_str());
  for (const auto& [what, times] : world.happened) std::printf("  %8llu %s\n", static_cast<unsigned long long>(times), what.c_str());
  if (world.drained_in_time) std::printf("quiet %lld minutes after everything was mended\n", static_cast<long long>(world.drained_after.count() / 60'000));
  std::printf("findings: %zu\n", wrong.size());
  for (std::size_t i = 0; i < wrong.size() && i < 40; ++i) std::printf("  %s\n", wrong[i].c_str());
  std::printf("trace %s; %.1f simulated days in %.2f s (%.1f days per second, %.1f per second of processor time)\n", world.trace_digest().substr(0, 16).c_str(), days, wall, days / wall,
              days / seconds);
  return ended;
}

int run_many(const Options& options) {
  const auto began = std::chrono::steady_clock::now();
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) return 2;
  std::map<pid_t, std::uint64_t> running;
  std::vector<Ended> failed;
  double days = 0, cpu = 0;
  std::uint64_t done = 0, receipts = 0, next = options.seed, next_lost = 0;
  const std::uint64_t end = options.seed + options.seeds;
  const auto replay = [&](std::uint64_t seed) {
    return "./sim " + std::to_string(seed) + " --days " + std::to_string(options.days) + (options.plant.empty() ? "" : " --plant " + options.plant) + (options.restores ? " --restores" : "");
  };
  while (next < end || !running.empty()) {
    while (next < end && running.size() < static_cast<std::size_t>(options.jobs)) {
      const std::uint64_t seed = next++;
      std::fflush(stdout);
      const pid_t child = fork();
      if (child == 0) {
        const Ended ended = run(options, seed, false);
        const bool told = write(pipe_ends[1], &ended, sizeof ended) == static_cast<ssize_t>(sizeof ended);
        _exit(told ? 0 : 2);
      }
      if (child < 0) return 2;
      running[child] = seed;
    }
    int status = 0;
    const pid_t child = wait(&status);
    const std::uint64_t seed = running[child];
    running.erase(child);
    ++done;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      ++next_lost;
      std::printf("seed %llu died; repeat: %s\n", static_cast<unsigned long long>(seed), replay(seed).c_str());
      continue;
    }
    Ended ended;
    if (read(pipe_ends[0], &ended, sizeof ended) != static_cast<ssize_t>(sizeof ended)) return 2;
    days += ended.days;
    cpu += ended.cpu;
    receipts += ended.receipts;
    if (ended.findings == 0) continue;
    failed.push_back(ended);
    std::printf("seed %llu: %zu findings, the first: %s; repeat: %s\n", static_cast<unsigned long long>(ended.seed), ended.findings, ended.first, replay(ended.seed).c_str());
    std::fflush(stdout);
  }
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::printf("%llu seeds, %.0f simulated days, %llu acknowledged matters: %zu seeds with findings, %llu died; %.0f s, %.1f days per second of processor time\n",
              static_cast<unsigned long long>(done), days, static_cast<unsigned long long>(receipts), failed.size(), static_cast<unsigned long long>(next_lost), wall,
              cpu > 0 ? days / cpu : 0.0);
  return failed.empty() && next_lost == 0 ? 0 : 1;
}

}  // namespace
}  // namespace yizhan::sim

int main(int argc, char** argv) {
  using namespace yizhan::sim;
  // What a run lets go it needs again at once: pages are not given back and fetched anew.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 16 << 20);
  Options options;
  CLI::App app("The simulated town: kiosks, desks, hall hubs and the county on the production code, from one seed. Exit code 1: a promise was broken.");
  app.add_option("seed", options.seed, "the seed, or the first of several")->capture_default_str();
  app.add_option("--days", options.days, "simulated days of storm; then everything is mended and has six hours to settle")->capture_default_str()->check(CLI::Range(1, 400));
  app.add_option("--seeds", options.seeds, "how many seeds from there on")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--jobs", options.jobs, "processes side by side")->capture_default_str()->check(CLI::Range(1, 64));
  std::vector<std::string> plants;
  for (const PlantName& name : plant_names) plants.emplace_back(name.name);
  app.add_option("--plant", options.plant, "a bug on purpose: its checker must find it")->check(CLI::IsMember(plants));
  app.add_flag("--restores", options.restores, "machines are put back to older copies of their disks (docs/TOWN.md)");
  CLI11_PARSE(app, argc, argv);
  if (options.seeds == 1) return run(options, options.seed, true).findings == 0 ? 0 : 1;
  return run_many(options);
}
