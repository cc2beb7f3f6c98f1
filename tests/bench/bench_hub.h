/// What the hub benchmarks share: the real hub program over TLS on this machine, enrolled devices, synthetic petitions.
#pragma once
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "core/matter.h"
#include "core/seal.h"
#include "sync/client.h"
#include "sync/curl_transport.h"

namespace yizhan::bench {

[[noreturn]] inline void die(const std::string& why) {
  fmt::print(stderr, "bench: {}\n", why);
  std::exit(1);
}
template <class T>
T must(Result<T> result) {
  if (!result) die(result.error().what);
  return *std::move(result);
}
inline const SystemClock real_clock;

/// The command line of a benchmark that asks for one number and for `--dir`, where its files may lie: answers that. Ends the process on wrong use.
template <class Number>
std::string where_asked(int argc, char** argv, const char* what, const char* option, Number& number) {
  std::string where = std::filesystem::temp_directory_path().string();
  CLI::App app(what);
  app.add_option(option, number);
  app.add_option("--dir", where);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  return where;
}

struct Folder {
  std::string path;
  explicit Folder(const std::string& where) {
    path = where + "/yizhan-bench-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) die("no directory in " + where);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

/// `hub serve` with TLS 1.3 and a private CA made for this run.
struct Server {
  std::string data, url, ca, hub_origin, hub_public_hex;
  pid_t pid = -1;
  Server(const Folder& folder, const std::string& origin, bool county, int peer_connections = 1024) {
    data = folder.path + "/hub-" + origin;
    const std::string tls = folder.path + "/tls-" + origin;
    std::filesystem::create_directories(tls);
    ca = tls + "/ca.pem";
    const std::string commands = "cd " + tls +
        " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=bench-ca"
        " && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout hub.key -out hub.csr -subj /CN=hub"
        " && printf 'subjectAltName=IP:127.0.0.1' > ext"
        " && openssl x509 -req -in hub.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out hub.pem -days 2 -extfile ext";
    if (std::system(("(" + commands + ") >/dev/null 2>&1").c_str()) != 0) die("openssl failed");
    int out[2];
    if (::pipe(out) != 0) die("pipe");
    std::vector<std::string> words{HUB_PROGRAM, "serve", "--json", "--data", data, "--origin", origin, "--listen", "127.0.0.1:0", "--tls-cert", tls + "/hub.pem",
                                   "--tls-key", tls + "/hub.key", "--assets", YIZHAN_SOURCE_DIR "/assets", "--peer-connections", std::to_string(peer_connections)};
    if (county) words.push_back("--county");
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid = ::fork();
    if (pid == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(out[1], 1);
      ::execv(HUB_PROGRAM, argv.data());
      ::_exit(127);
    }
    ::close(out[1]);
    std::string line;
    for (char c = 0; ::read(out[0], &c, 1) == 1 && c != '\n';) line += c;
    ::close(out[0]);
    const auto said = nlohmann::json::parse(line, nullptr, false);
    if (!said.is_object()) die("the hub did not start: " + line);
    url = "https://127.0.0.1:" + std::to_string(said.at("listening").get<int>());
    hub_origin = origin;
    hub_public_hex = said.at("public_hex").get<std::string>();
  }
  ~Server() { stop(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  void stop() {
    if (pid <= 0) return;
    ::kill(pid, SIGTERM);
    ::waitpid(pid, nullptr, 0);
    pid = -1;
  }
  long status_kib(const std::string& name) const {
    std::ifstream in("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(in, line);)
      if (line.starts_with(name + ":")) return std::stol(line.substr(name.size() + 1));
    return 0;
  }
  /// Processor seconds of each of the hub's threads, by its name.
  std::map<std::string, double> cpu_seconds() const {
    std::map<std::string, double> out;
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
      std::ifstream in(task.path() / "stat");
      const std::string text((std::istreambuf_iterator<char>(in)), {});
      const auto open = text.find('('), close = text.rfind(')');
      if (open == std::string::npos || close == std::string::npos) continue;
      std::istringstream words(text.substr(close + 2));
      std::string word;
      double ticks = 0;
      for (int field = 3; words >> word && field <= 15; ++field)
        if (field >= 14) ticks += std::stod(word);
      out[text.substr(open + 1, close - open - 1)] += ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
    }
    return out;
  }
  std::unique_ptr<sync::CurlTransport> transport() const { return must(sync::CurlTransport::make({url, ca, {}, Span{3000}})); }
  sync::Pinned enrol(const std::string& origin, const std::string& role) const {
    const std::string command = std::string(HUB_PROGRAM) + " keys enrol " + origin + " --role " + role + " --data " + data + " 2>/dev/null";
    FILE* pipe = ::popen(command.c_str(), "r");
    char code[16] = {};
    if (pipe == nullptr || std::fgets(code, sizeof code, pipe) == nullptr) die("no code for " + origin);
    ::pclose(pipe);
    const KeyPair key = make_sign_keys();
    auto line = transport();
    const auto got = must(sync::enrol(*line, {std::string(code, 8), origin, role, key.public_hex, "", {}}, key, real_clock.wall()));
    return {origin, key, got.hub_origin, got.hub_public_hex};
  }
};

inline sync::ClientConfig client_config(const sync::Pinned& pinned) {
  sync::ClientConfig config;
  config.self = pinned.self;
  config.key = pinned.key;
  config.hub_origin = pinned.hub_origin;
  config.hub_public_hex = pinned.hub_public_hex;
  config.long_poll = Span{0};
  return config;
}

/// A petition of some 130 characters put together from parts, so that no two are alike and none is anybody's.
inline Petition synthetic(std::mt19937& dice) {
  static const char* const who[] = {"施工队", "物业公司", "邻居", "村里", "厂方", "中介", "开发商", "镇上"};
  static const char* const what[] = {"拖欠工钱", "漏水不修", "占用通道", "噪声扰民", "押金不退", "合同不履行", "道路破损", "停水停电"};
  static const char* const then[] = {"打过电话没有人接", "去过三次都说再等等", "写过保证书没有兑现", "给过一半就不再给", "说要研究一直没有下文", "答应修却一直没来人"};
  static const char* const where[] = {"东风路", "新桥村", "河口镇", "学前街", "工业园二区", "老车站旁"};
  const auto one = [&](const auto& list) { return std::string(list[dice() % std::size(list)]); };
  Petition p;
  p.topic = "wages";
  p.petitioner.name = std::string("示例") + std::to_string(dice() % 10000);
  p.petitioner.phone = "139" + std::to_string(10000000 + dice() % 89999999);
  p.statement.request = "要求" + one(who) + "尽快解决" + one(what) + "的问题，金额" + std::to_string(dice() % 90000) + "元";
  for (int i = 0; i < 2; ++i)
    p.statement.facts += std::to_string(1 + dice() % 12) + "月" + std::to_string(1 + dice() % 28) + "日" + one(where) + one(who) + one(what) + "，" + one(then) + "。";
  p.statement.place = one(where);
  p.statement.party_complained_of = one(where) + one(who);
  return p;
}

inline void print_quantiles(const char* name, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double q) { return values[std::min(values.size() - 1, static_cast<std::size_t>(q * static_cast<double>(values.size())))]; };
  fmt::print("{}: n {}  p50 {:.2f} ms  p90 {:.2f} ms  p99 {:.2f} ms  max {:.2f} ms\n", name, values.size(), at(0.5), at(0.9), at(0.99), values.back());
}

}  // namespace yizhan::bench
