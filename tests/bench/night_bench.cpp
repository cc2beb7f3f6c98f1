// Bytes on the wire of a night: a hall's day under a key-set goes up to the county in one session over TLS 1.3, counted on the socket in both
// directions, handshake and acknowledgements included.
//
//   night_bench [--events 300] [--dir DIR]
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <thread>

#include "bench_hub.h"
#include "core/key_set.h"
#include "core/sealer.h"
#include "kiosk/filing.h"

using namespace yizhan;
using namespace yizhan::bench;
using namespace yizhan::kiosk;

namespace {

/// Passes one connection after another on and counts every byte.
struct Counter {
  int listening = -1;
  std::uint16_t port = 0, target = 0;
  std::atomic<std::uint64_t> up{0}, down{0};
  std::atomic<bool> stop{false};
  std::thread thread;
  explicit Counter(std::uint16_t to) : target(to) {
    listening = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (::bind(listening, reinterpret_cast<sockaddr*>(&at), size) != 0 || ::listen(listening, 8) != 0) die("counter: no socket");
    ::getsockname(listening, reinterpret_cast<sockaddr*>(&at), &size);
    port = ntohs(at.sin_port);
    thread = std::thread([this] { run(); });
  }
  ~Counter() {
    stop = true;
    thread.join();
    ::close(listening);
  }
  void run() {
    while (!stop) {
      pollfd waiting{listening, POLLIN, 0};
      if (::poll(&waiting, 1, 100) != 1) continue;
      const int a = ::accept(listening, nullptr, nullptr), b = ::socket(AF_INET, SOCK_STREAM, 0);
      sockaddr_in at{};
      at.sin_family = AF_INET;
      at.sin_port = htons(target);
      at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      if (::connect(b, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0) pump(a, b);
      ::close(a);
      ::close(b);
    }
  }
  void pump(int a, int b) {
    char buffer[65536];
    while (!stop) {
      pollfd both[2] = {{a, POLLIN, 0}, {b, POLLIN, 0}};
      if (::poll(both, 2, 100) <= 0) continue;
      for (const int i : {0, 1}) {
        if (both[i].revents == 0) continue;
        const auto n = ::read(i == 0 ? a : b, buffer, sizeof buffer);
        if (n <= 0) return;
        (i == 0 ? up : down) += static_cast<std::uint64_t>(n);
        for (ssize_t done = 0; done < n;) {
          const auto w = ::write(i == 0 ? b : a, buffer + done, static_cast<std::size_t>(n - done));
          if (w <= 0) return;
          done += w;
        }
      }
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  std::size_t events = 300;
  const Folder folder(where_asked(argc, argv, "bytes on the wire of a night", "--events", events));
  Server county(folder, "440583-C", true);
  const auto pinned = county.enrol("440583-H01", "hall");

  const KeyPair root = make_sign_keys(), device = make_sign_keys(), hall = make_box_keys(), reader = make_box_keys(), discipline = make_box_keys(), escrow = make_box_keys();
  KeySet set;
  set.version = 1;
  set.root_public_hex = root.public_hex;
  set.recipients = {{"H01", "hall", "440583-H01", hall.public_hex}, {"C", "county", "", reader.public_hex}, {"D", "discipline", "", discipline.public_hex}, {"E", "escrow", "", escrow.public_hex}};
  std::ifstream file(YIZHAN_SOURCE_DIR "/assets/rulebooks/national.toml", std::ios::binary);
  RuleBooks rules;
  if (const auto added = add(rules, must(load_rulebook(std::string(std::istreambuf_iterator<char>(file), {}), "national.toml"))); !added) die(added.error().what);
  const WorkCalendar calendar;

  // A day of a hall: every citizen files (three facts) and gets paper; the hub states call and end, the desk who looked; every third is recorded by the lawyer.
  auto log = must(EventLog::open(folder.path + "/hall.db"));
  FilingConfig config;
  config.origin = "440583-K01";
  config.sealer = make_sealer(set, config.origin, "440583-H01", device);
  Filing filing(*log, config, rules, calendar);
  const auto desk = make_sealer(set, "440583-D01", "440583-H01", device);
  std::mt19937 dice(5);
  Time at = real_clock.wall() - Span{9 * 3600 * 1000};
  std::size_t matters = 0;
  while (must(log->count()) < events) {
    at += Span{60'000 + static_cast<std::int64_t>(dice() % 300'000)};
    FileMatter command;
    command.request = "n" + std::to_string(matters);
    command.petition = synthetic(dice);
    for (unsigned more = dice() % 4; more > 0; --more) command.petition.statement.facts += synthetic(dice).statement.facts;
    if (matters % 10 == 0) command.petition.kind = MatterKind::Accusation, command.petition.answers.about_official = Answer::Yes;
    const Outcome o = filing.file(command, std::nullopt, at, 0, 0);
    if (!o.receipt) die("filing failed");
    const MatterId matter = o.receipt->matter;
    const auto state = [&](const Origin& as, std::vector<Fact> facts) {
      const auto closed = must(close_facts(std::move(facts), desk.get(), SealClass::Ordinary, {matter, at}));
      must(log->append(as, matter, closed, at));
    };
    state("440583-K01", {ReceiptPrinted{true, ""}});
    Queued call{QueueOp::Call, o.receipt->ticket, "440583-D01", "1号律师窗口", "", "", "q" + std::to_string(matters), false}, end = call;
    end.op = QueueOp::End;
    end.request += "e";
    state("440583-H01", {call});
    state("440583-H01", {Viewed{"L01", "desk-lawyer"}});
    if (matters % 3 == 0) {
      Consulted record;
      record.staff = "L01";
      record.facts = synthetic(dice).statement.facts;
      record.advice = "先向劳动人事争议仲裁委员会申请仲裁，期限一年。";
      state("440583-D01", {record});
    }
    state("440583-H01", {end});
    ++matters;
  }
  const auto total = must(log->count());
  std::size_t sealed = 0, clear_bytes = 0;
  std::int64_t cursor = 0;
  for (const Event& event : must(log->arrived_after(cursor, 100000))) {
    const auto fact = must(fact_of(event));
    sealed += std::holds_alternative<SealedFact>(fact) || std::holds_alternative<Filed>(fact) ? 1 : 0;
    std::string line;
    append_line(line, event);
    clear_bytes += line.size() + 1;
  }

  const auto colon = county.url.rfind(':');
  Counter counter(static_cast<std::uint16_t>(std::stoi(county.url.substr(colon + 1))));
  auto transport = must(sync::CurlTransport::make({"https://127.0.0.1:" + std::to_string(counter.port), county.ca, {}, Span{5000}}));
  auto settings = client_config(pinned);
  settings.relay = true;
  sync::Client client(settings, [&](const std::function<void(EventLog&)>& work) { work(*log); });
  std::uint64_t exchanges = 0;
  while (!client.state().done) {
    const auto request = client.step(real_clock.tick(), real_clock.wall());
    if (!request) {
      ::usleep(1000);
      continue;
    }
    ++exchanges;
    client.received(transport->exchange(*request, client.patience()), real_clock.tick(), real_clock.wall());
    if (client.state().stopped) die(client.state().stopped->what);
  }
  const double bytes = static_cast<double>(counter.up + counter.down);
  fmt::print("{} matters, {} events ({} of them sealed), {} bytes as stored lines; {} exchanges\n", matters, total, sealed, clear_bytes, exchanges);
  fmt::print("on the wire, TLS and both directions: {} up, {} down, {:.0f} bytes/event (at most 430), {:.0f} bytes/sealed event\n", counter.up.load(), counter.down.load(),
             bytes / static_cast<double>(total), bytes / static_cast<double>(sealed));
  return bytes / static_cast<double>(total) <= 430 ? 0 : 1;
}
