#include "sync/hub_process.h"

#include <fcntl.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "core/books.h"
#include "core/epoch.h"
#include "core/text.h"
#include "sync/client.h"
#include "sync/curl_transport.h"
#include "sync/hub_control.h"
#include "sync/hub_store.h"

namespace yizhan::sync {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t small_file_max = 1u << 20;

Result<KeyPair> read_key(const std::string& path) {
  const auto text = read_small_file(path);
  if (!text) {
    if (text.error().code != Code::NotFound) return text.error();
    const KeyPair made = make_sign_keys();
    // By way of another name: whoever is killed here leaves no key, not half of one. The log's lock keeps a second hub out.
    if (const auto written = write_private_file(path, made.public_hex + "\n" + made.secret_hex + "\n", true); !written) return written.error();
    return made;
  }
  std::istringstream in(*text);
  KeyPair key;
  in >> key.public_hex >> key.secret_hex;
  // sign() stops the process over a key that is none: a damaged file is asked first.
  const std::string_view secret = key.secret_hex;
  const bool sound = secret.size() == 128 && digest_from_hex(secret.substr(0, 64)) && digest_from_hex(secret.substr(64));
  if (!sound || key.public_hex.size() != 64 || !verify_signature("yizhan", sign("yizhan", key.secret_hex), key.public_hex))
    return Error{Code::Corrupt, path + ": not a hub key; restore it from the backup"};
  return key;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

struct Upstream {
  Origin origin;
  std::string public_hex;
};

Result<Upstream> read_upstream(const std::string& path) {
  const auto text = read_small_file(path);
  if (!text) return text.error();
  const auto words = words_of(*text);
  if (words.size() != 2 || words[1].size() != 64) return Error{Code::Corrupt, path + ": not an enrolment; remove it and enrol again"};
  return Upstream{words[0], words[1]};
}

}  // namespace

Status write_private_file(const std::string& path, std::string_view bytes, bool replace) {
  const auto failed = [&] { return Error{errno == EEXIST ? Code::Conflict : Code::Io, path + ": " + std::strerror(errno)}; };
  const std::string part = replace ? path + ".part" : path;
  const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (replace ? O_TRUNC : O_EXCL), 0600);
  if (fd < 0) return failed();
  errno = ENOSPC;  // a short write says nothing of its reason
  const bool written = ::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && ::fsync(fd) == 0;
  const int why = errno;
  ::close(fd);
  if (!written) {
    // Half a key would be found at the next start, when there is room again, and taken for a damaged one.
    ::unlink(part.c_str());
    return Error{Code::Io, path + ": cannot be written: " + std::strerror(why)};
  }
  if (replace && ::rename(part.c_str(), path.c_str()) != 0) {
    const Error error = failed();
    ::unlink(part.c_str());
    return error;
  }
  // The name is an entry of the directory: without this a power cut takes the file back.
  const std::string parent = fs::path(path).parent_path().string();
  const int directory = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool kept = directory >= 0 && ::fsync(directory) == 0;
  const Error error = failed();
  if (directory >= 0) ::close(directory);
  if (!kept) return error;
  return Done{};
}

Result<std::string> read_small_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{errno == ENOENT ? Code::NotFound : Code::Io, path + ": " + std::strerror(errno)};
  std::string text(small_file_max, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

Result<std::pair<std::string, std::uint16_t>> parse_listen(std::string_view text) {
  const auto colon = text.rfind(':');
  std::uint16_t port = 0;
  if (colon == std::string_view::npos) return Error{Code::Invalid, "listen: ADDR:PORT"};
  const auto digits = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return Error{Code::Invalid, "listen: not a port: " + std::string(digits)};
  auto address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  return std::pair{std::string(address), port};
}

struct HubProcess::Impl {
  HubOptions options;
  SystemClock clock;
  std::unique_ptr<EventLog> log;
  HubConfig config;
  std::unique_ptr<Hub> hub;

  std::unique_ptr<HubStore> store;
  std::unique_ptr<HttpServer> http;
  std::unique_ptr<ControlSocket> control;
  std::uint16_t port = 0;

  // Upstream thread.
  std::unique_ptr<CurlTransport> transport;
  std::thread upstream;
  std::mutex mutex;
  std::condition_variable bell;
  bool stopping = false, news = false;
  Client* client = nullptr;  // set while it runs, under mutex
  std::uint64_t written_seen = 0;  // store's thread
  Origin own_log;                  // of this hub's epoch

  std::string file(const char* name) const { return options.data_dir + "/" + name; }
  /// The county's word about this hall's matters, and the same sealed to the citizens for the kiosks (docs/PROTOCOL.md, Streams).
  std::vector<Origin> county_streams() const { return {config.self.substr(0, 7) + "C." + config.self.substr(7), config.self.substr(0, 7) + "C.S" + config.self.substr(8)}; }

  /// Sleeps until `until`, or until there is something to pass up. False: the program is ending.
  bool rest(Tick until) {
    std::unique_lock lock(mutex);
    while (!stopping && !news) {
      const Span left = until - clock.tick();
      if (left.count() <= 0) break;
      bell.wait_for(lock, std::min(left, Span{60'000}));
    }
    news = false;
    return !stopping;
  }

  void changed() {
    if (hub->written() == written_seen) return;
    written_seen = hub->written();
    const std::lock_guard lock(mutex);
    if (client == nullptr) return;
    client->nudge();
    transport->interrupt();
    news = true;
    bell.notify_all();
  }

  bool enrol_upstream() {
    Span wait{1'000};
    for (;;) {
      const EnrolAsk ask_code{options.upstream_code, config.self, "hall", config.key.public_hex, "", {}};
      const auto enrolled = enrol(*transport, ask_code, config.key, clock.wall());
      if (enrolled) {
        const auto kept = write_private_file(file("upstream"), enrolled->hub_origin + "\n" + enrolled->hub_public_hex + "\n", true);
        if (!kept) {
          spdlog::error("upstream: {}", kept.error().what);
          return false;
        }
        if (!enrolled->discipline_keys.empty()) {
          std::string lines;
          for (const auto& key : enrolled->discipline_keys) lines += key + "\n";
          // The county's keys, handed on to our own devices at their enrolment.
          if (const auto written = write_private_file(file("discipline.pub"), lines, true); !written) spdlog::error("upstream: {}", written.error().what);
          store->run([&] { hub->discipline(enrolled->discipline_keys); });
        }
        if (!enrolled->key_set.empty()) {
          Status taken = Done{};
          store->run([&] { taken = hub->install_keys(enrolled->key_set); });
          if (!taken) spdlog::error("upstream: {}", printable(taken.error().what));
        }
        spdlog::info("upstream: enrolled at {}, key {}", enrolled->hub_origin, fingerprint(enrolled->hub_public_hex));
        return true;
      }
      spdlog::warn("upstream: not enrolled: {}", printable(enrolled.error().what));  // a stranger's words, maybe
      if (enrolled.error().code == Code::Invalid) return false;  // a wrong code does not get better by itself
      if (!rest(clock.tick() + wait)) return false;
      wait = std::min(wait * 2, Span{60'000});
    }
  }

  void run_upstream() {
    pthread_setname_np(pthread_self(), "hub-upstream");
    auto county = read_upstream(file("upstream"));
    if (!county && county.error().code == Code::NotFound && !options.upstream_code.empty() && enrol_upstream()) county = read_upstream(file("upstream"));
    if (!county) {
      if (county.error().code == Code::NotFound) spdlog::error("upstream: not enrolled; ask the county for a code: hub keys enrol {} --role hall", config.self);
      else spdlog::error("upstream: {}", county.error().what);
      return;
    }
    ClientConfig settings;
    settings.self = config.self;
    settings.own_log = own_log;
    settings.key = config.key;
    settings.hub_origin = county->origin;
    settings.hub_public_hex = county->public_hex;
    settings.relay = true;
    settings.pull = county_streams();
    unsigned char seed[8];
    random_bytes(seed, sizeof seed);
    std::memcpy(&settings.jitter_seed, seed, sizeof seed);
    store->run([&] { settings.keys = hub->key_set() ? hub->key_set()->version : 0; });
    settings.take_keys = [this](std::string_view json) {
      Status taken = Done{};
      store->run([&] { taken = hub->install_keys(std::string(json)); });
      if (taken) spdlog::info("upstream: a newer key-set is in force");
      else spdlog::error("upstream: the county's key-set is not taken: {}", printable(taken.error().what));
      return taken;
    };
    Client own(settings, [this](const std::function<void(EventLog&)>& work) { store->run([&] { work(*log); }); });
    {
      const std::lock_guard lock(mutex);
      client = &own;
    }
    std::uint64_t pulled = 0;
    bool online = false;
    std::string said, stopped;
    const auto tell = [&] {
      const auto& state = own.state();
      std::map<Origin, std::uint64_t> marks;
      for (const auto& [origin, mark] : state.marks)
        if (mark.hub > 0) marks[origin] = mark.hub;
      store->run([&] {
        if (state.pulled != pulled) hub->refresh();
        hub->upstream(state.online, state.complete_at, marks, state.anchors);
      });
      pulled = state.pulled;
      if (state.online != online) spdlog::info("upstream: {}", state.online ? "online" : "offline");
      online = state.online;
      if (state.trouble != said && !state.trouble.empty()) spdlog::warn("upstream: {}", printable(state.trouble));
      said = state.trouble;
      const std::string stands = state.stopped ? state.stopped->what : "";
      if (stands != stopped && !stands.empty()) spdlog::error("upstream: {}: this log does not travel, somebody must look", printable(stands));
      stopped = stands;
    };
    while (rest(clock.tick())) {
      const auto request = own.step(clock.tick(), clock.wall());
      if (!request) {
        tell();
        if (!rest(std::max(own.again_at(), clock.tick() + Span{20}))) break;
        continue;
      }
      const auto reply = transport->exchange(*request, own.patience());
      own.received(reply, clock.tick(), clock.wall());
      tell();
    }
    const std::lock_guard lock(mutex);
    client = nullptr;
  }

  ~Impl() {
    control.reset();
    http.reset();
    {
      const std::lock_guard lock(mutex);
      stopping = true;
      bell.notify_all();
    }
    if (transport) transport->stop();
    if (upstream.joinable()) upstream.join();
    const bool served = store != nullptr;
    store.reset();
    if (served) hub->end(clock.wall());
  }
};

HubProcess::HubProcess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HubProcess::~HubProcess() = default;
Hub& HubProcess::hub() { return *impl_->hub; }
EventLog& HubProcess::log() { return *impl_->log; }
const HubConfig& HubProcess::config() const { return impl_->config; }
std::uint16_t HubProcess::port() const { return impl_->port; }

Result<std::unique_ptr<HubProcess>> HubProcess::open(HubOptions options) {
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  auto& me = *impl;
  if (me.options.data_dir.empty()) return Error{Code::Invalid, "data: a directory is needed"};
  std::error_code failed;
  fs::create_directories(me.options.data_dir, failed);
  if (failed) return Error{Code::Io, me.options.data_dir + ": " + failed.message()};
  // The books first: a broken rulebook must stop the start before anything is written.
  auto books = load_law_books(me.options.assets_dir.empty() ? find_law_books() : me.options.assets_dir, me.options.jurisdiction);
  if (!books) return books.error();
  auto log = EventLog::open(me.file(hub_log_name));
  if (!log) return log.error();
  me.log = std::move(*log);

  const auto who = me.log->note("hub.self");
  if (who) {
    const auto words = words_of(*who);
    if (words.size() != 2) return Error{Code::Corrupt, "hub.self: cannot be read"};
    if ((!me.options.origin.empty() && me.options.origin != words[0]) || (me.options.county && words[1] != "county"))
      return Error{Code::Conflict, "this data directory belongs to " + words[0] + " (" + words[1] + ")"};
    me.config.self = words[0];
    me.config.county = words[1] == "county";
  } else if (who.error().code == Code::NotFound) {
    if (me.options.origin.empty()) return Error{Code::Invalid, "origin: needed at the first start (440583-H01, or 440583-C with --county)"};
    const std::string& name = me.options.origin;
    const bool fits = me.options.county ? name.size() == 8 && name.ends_with("-C") && name.find_first_not_of("0123456789") == 6
                                        : check_origin(name).has_value() && name.size() == 10 && name[7] == 'H';
    if (!fits) return Error{Code::Invalid, me.options.county ? "origin: a county hub is called like 440583-C" : "origin: a hall hub is called like 440583-H01"};
    if (const auto kept = me.log->put_note("hub.self", name + (me.options.county ? " county" : " hall")); !kept) return kept.error();
    me.config.self = name;
    me.config.county = me.options.county;
  } else {
    return who.error();
  }
  auto key = read_key(me.file("hub.key"));
  if (!key) return key.error();
  me.config.key = std::move(*key);
  if (const auto keys = read_small_file(me.file("discipline.pub"))) me.config.discipline_keys = words_of(*keys);
  if (const auto county = read_upstream(me.file("upstream"))) me.config.upstream_origin = county->origin;
  me.hub = std::make_unique<Hub>(*me.log, me.config, std::move(books->rules), std::move(books->calendar));
  if (const auto started = me.hub->start(); !started) return started.error();
  const auto own = own_log_of(*me.log, me.config.self);
  if (!own) return own.error();
  me.own_log = *own;
  return std::unique_ptr<HubProcess>(new HubProcess(std::move(impl)));
}

Status HubProcess::serve(std::function<void(const Error&)> broken) {
  auto& me = *impl_;
  const auto where = parse_listen(me.options.listen);
  if (!where) return where.error();
  if (!me.options.upstream_url.empty()) {
    if (me.config.county) return Error{Code::Invalid, "upstream: a county hub has none"};
    auto transport = CurlTransport::make({me.options.upstream_url, me.options.ca_file, {}, Span{5'000}});
    if (!transport) return transport.error();
    me.transport = std::move(*transport);
  }
  if (const auto begun = me.hub->begin(me.clock.wall(), me.clock.tick()); !begun) return begun.error();
  me.written_seen = me.hub->written();
  me.store = std::make_unique<HubStore>(*me.hub, me.clock, HubStore::Notices{[&me] { me.changed(); }, std::move(broken)});

  HttpConfig http;
  http.address = where->first;
  http.port = where->second;
  http.cert_file = me.options.tls_cert;
  http.key_file = me.options.tls_key;
  http.connections_per_peer = me.options.connections_per_peer;
  const Origin self = me.config.self;
  const KeyPair key = me.config.key;
  auto server = HttpServer::start(http, [&me, self, key](Request request, HttpServer::Done done, std::shared_ptr<const std::atomic<bool>> gone) {
    auto finish = [done, self, key](Reply reply, Request asked) {
      done([reply = std::move(reply), asked = std::move(asked), self, key]() mutable {
        Hub::finish(reply, asked, self, key);
        return std::move(reply);
      });
    };
    if (me.store->submit(parse(std::move(request)), finish, std::move(gone))) return;
    Reply busy{503, {{"Content-Type", "application/json"}, {"Retry-After", "2"}}, to_json(Refusal{"unavailable", "busy", 0})};
    done([busy] { return busy; });
  });
  if (!server) return server.error();
  me.http = std::move(*server);
  me.port = me.http->port();

  auto control = ControlSocket::listen(me.options.data_dir, [&me](std::string command) {
    std::string answer = R"({"ok":false,"code":"unavailable","what":"the hub is ending"})";
    me.store->run([&] { answer = run_command(*me.hub, command, me.clock.wall()); });
    return answer;
  });
  if (!control) return control.error();
  me.control = std::move(*control);
  if (me.transport) me.upstream = std::thread([&me] { me.run_upstream(); });
  return Done{};
}

}  // namespace yizhan::sync
