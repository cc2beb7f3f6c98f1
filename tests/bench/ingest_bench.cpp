// How many events a second a county hub takes in, durable at both ends: each device's own process reads its durable log,
// signs, packs and sends batches over TLS 1.3 on loopback; the hub acknowledges after its commit.
//
//   ingest_bench [--devices N] [--events PER_DEVICE] [--batch N] [--dir DIR]
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "bench_hub.h"

using namespace yizhan;
using namespace yizhan::bench;

namespace {

std::string device(const char* letter, int number) { return fmt::format("440583-{}{:02}", letter, number); }

std::unique_ptr<EventLog> fill(const std::string& path, const Origin& origin, int events) {
  auto log = must(EventLog::open(path));
  std::mt19937 dice(static_cast<unsigned>(std::hash<std::string>{}(origin)));
  std::uint32_t serial = 0;
  for (int done = 0; done < events;) {
    std::vector<EventLog::Statement> batch;
    for (int i = 0; i < 1000 && done < events; ++i, ++done) {
      Filed filed;
      filed.petition = synthetic(dice);
      filed.rulebook = "national 2022-05-01";
      filed.notice_version = "2026-11";
      batch.push_back({make_matter_id(origin, hall_day(real_clock.wall()), ++serial), {filed}, {}});
    }
    must(log->append_many(origin, batch, real_clock.wall()));
  }
  return log;
}

}  // namespace

int main(int argc, char** argv) {
  int devices = 4, events = 100'000;
  std::size_t batch = 1000;
  std::string where = std::filesystem::temp_directory_path().string();
  CLI::App app("hub ingest over loopback TLS, durable at both ends");
  app.add_option("--devices", devices);
  app.add_option("--events", events, "per device");
  app.add_option("--batch", batch);
  app.add_option("--dir", where, "a directory on the disk to be measured");
  CLI11_PARSE(app, argc, argv);

  const Folder folder(where);
  Server hub(folder, "440583-C", true);
  std::vector<sync::Pinned> halls;
  double line_bytes = 0;
  for (int i = 1; i <= devices; ++i) {
    halls.push_back(hub.enrol(device("H", i), "hall"));
    const auto log = fill(fmt::format("{}/device{}.db", folder.path, i), device("K", i), events);
    if (i == 1) {
      std::string lines;
      for (const auto& event : must(log->after(device("K", 1), 0, 1000))) append_line(lines, event), lines += '\n';
      line_bytes = static_cast<double>(lines.size()) / 1000;
    }
  }

  int go[2], done[2];
  if (::pipe(go) != 0 || ::pipe(done) != 0) die("pipe");
  struct Result_ { double seconds; std::uint64_t wire_bytes, exchanges; };
  std::vector<pid_t> children;
  for (int i = 1; i <= devices; ++i) {
    const pid_t child = ::fork();
    if (child != 0) {
      children.push_back(child);
      continue;
    }
    ::close(go[1]);
    auto log = must(EventLog::open(fmt::format("{}/device{}.db", folder.path, i)));
    auto config = client_config(halls[static_cast<std::size_t>(i - 1)]);
    config.relay = true;
    config.batch_events_max = batch;
    config.batch_bytes_min = 64u << 10;
    sync::Client client(config, [&](const std::function<void(EventLog&)>& work) { work(*log); });
    auto transport = hub.transport();
    char byte = 0;
    if (::read(go[0], &byte, 1) != 0) ::_exit(1);
    const auto began = std::chrono::steady_clock::now();
    Result_ result{0, 0, 0};
    while (!client.state().done) {
      const auto request = client.step(real_clock.tick(), real_clock.wall());
      if (!request) {
        ::usleep(1000);
        continue;
      }
      result.wire_bytes += request->body.size();
      ++result.exchanges;
      client.received(transport->exchange(*request, client.patience()), real_clock.tick(), real_clock.wall());
      if (client.state().stopped) die(client.state().stopped->what);
    }
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    if (client.state().marks.at(device("K", i)).hub != static_cast<std::uint64_t>(events)) die("not everything was acknowledged");
    if (::write(done[1], &result, sizeof result) != sizeof result) ::_exit(1);
    ::_exit(0);
  }
  ::close(go[0]);
  ::usleep(300'000);
  auto cpu_before = hub.cpu_seconds();
  const auto began = std::chrono::steady_clock::now();
  ::close(go[1]);  // all start
  std::uint64_t wire = 0, exchanges = 0;
  for (int i = 0; i < devices; ++i) {
    Result_ result{};
    if (::read(done[0], &result, sizeof result) != sizeof result) die("a client failed");
    wire += result.wire_bytes, exchanges += result.exchanges;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  auto hub_cpu = hub.cpu_seconds();
  for (const pid_t child : children) ::waitpid(child, nullptr, 0);
  rusage used{};
  ::getrusage(RUSAGE_CHILDREN, &used);
  const double total = static_cast<double>(devices) * events;
  fmt::print("{} devices x {} events of {:.0f} bytes, batches of {}: {:.2f} s, {:.0f} events/s durable at both ends, {:.0f} bytes/event on the wire, {} exchanges\n",
             devices, events, line_bytes, batch, seconds, total / seconds, static_cast<double>(wire) / total, exchanges);
  // On a machine that does other work at the same time the processor's own account says more than the clock.
  const double client_cpu = static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  fmt::print("processor per event: hub-store {:.1f} us, hub-net {:.1f} us, clients with their start {:.1f} us; hub peak RSS {:.1f} MB\n",
             (hub_cpu["hub-store"] - cpu_before["hub-store"]) / total * 1e6, (hub_cpu["hub-net"] - cpu_before["hub-net"]) / total * 1e6, client_cpu / total * 1e6,
             static_cast<double>(hub.status_kib("VmHWM")) / 1024);
  hub.stop();
  const auto reader = must(EventLog::open(hub.data + "/hub.db", EventLog::Mode::ReadOnly));
  if (must(reader->count()) != static_cast<std::uint64_t>(total)) die("events are missing");
}
