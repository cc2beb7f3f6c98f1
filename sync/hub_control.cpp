#include "sync/hub_control.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/anchor.h"

namespace yizhan::sync {
namespace {

using Json = nlohmann::json;

constexpr std::size_t command_bytes_max = 1u << 20;
constexpr int patience_ms = 30'000;

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }
std::string refusal(const Error& error) { return dump({{"ok", false}, {"code", word(error.code)}, {"what", error.what}}); }

/// The socket's address by way of the open directory: a data directory's path may be longer than a socket's may.
sockaddr_un address_in(int directory) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(directory) + "/hub.sock";
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

const sockaddr* plain(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

bool readable(int fd, int wait_ms) {
  pollfd wanted{fd, POLLIN, 0};
  return ::poll(&wanted, 1, wait_ms) == 1;
}

std::optional<std::string> read_line(int fd) {
  std::string line;
  char part[4096];
  while (line.size() < command_bytes_max) {
    if (!readable(fd, patience_ms)) return {};
    const auto got = ::recv(fd, part, sizeof part, 0);
    if (got <= 0) return {};
    line.append(part, static_cast<std::size_t>(got));
    if (line.back() == '\n') {
      line.pop_back();
      return line;
    }
  }
  return {};
}

bool write_line(int fd, std::string line) {
  line += '\n';
  for (std::size_t done = 0; done < line.size();) {
    const auto put = ::send(fd, line.data() + done, line.size() - done, MSG_NOSIGNAL);
    if (put <= 0) return false;
    done += static_cast<std::size_t>(put);
  }
  return true;
}

/// People: answers with a code where one is made.
std::string staff_command(Hub& hub, const std::string& what, const Json& in, Time wall) {
  const auto done = [](const Status& status) { return status ? dump({{"ok", true}}) : refusal(status.error()); };
  const auto code = [](const Result<std::string>& made) { return made ? dump({{"ok", true}, {"code", *made}}) : refusal(made.error()); };
  if (what == "list") {
    Json people = Json::array();
    for (const auto& one : hub.people())
      people.push_back({{"id", one.id}, {"name", one.name}, {"role", one.role}, {"wrong", one.wrong}, {"locked", one.locked},
                        {"not_before", one.not_before.time_since_epoch().count()}, {"desks", one.desks}, {"signed_in", one.signed_in}});
    return dump({{"ok", true}, {"people", std::move(people)}});
  }
  const std::string id = in.at("id");
  if (what == "add") return code(hub.add_person(id, in.at("name"), in.at("role"), wall));
  if (what == "code") return code(hub.person_code(id, in.at("forget"), wall));
  if (what == "unlock") return done(hub.unlock_person(id));
  if (what == "role") return done(hub.set_person_role(id, in.at("role")));
  if (what == "remove") return done(hub.remove_person(id));
  if (what == "assign") return done(hub.assign(in.at("matter"), id, "hub", in.at("reason"), wall));
  if (what == "recuse") return done(hub.recuse(in.at("matter"), id, "hub", in.at("reason"), wall));
  return refusal({Code::Invalid, "no such command"});
}

}  // namespace

std::string run_command(Hub& hub, std::string_view command, Time wall) {
  try {
    const Json in = Json::parse(command);
    const std::string what = in.at("do");
    if (what == "decide") {
      const auto fact = decode_fact(in.at("type").get<std::string>(), 1, in.at("body").get<std::string>());
      if (!fact) return refusal(fact.error());
      const auto event = hub.decide(in.at("matter"), *fact, wall, in.value("unnamed", false));
      if (!event) return refusal(event.error());
      return dump({{"ok", true}, {"origin", event->id.origin}, {"seq", event->id.seq}, {"hash", hex(event->hash)}});
    }
    if (what == "invite") {
      const auto code = hub.invite(in.at("origin"), in.at("role").get<std::string>(), wall, in.value("windows", std::vector<std::string>{}), in.value("name", ""));
      if (!code) return refusal(code.error());
      return dump({{"ok", true}, {"code", *code}, {"hub_origin", hub.self().origin}, {"hub_public_hex", hub.self().public_hex},
                   {"fingerprint", fingerprint(hub.self().public_hex)}});
    }
    if (what == "revoke") {
      if (const auto done = hub.revoke(in.at("origin")); !done) return refusal(done.error());
      return dump({{"ok", true}});
    }
    if (what == "discipline") {
      hub.discipline(in.at("keys").get<std::vector<std::string>>());
      return dump({{"ok", true}});
    }
    if (what == "anchors") {
      const auto anchors = hub.anchors(wall);
      if (!anchors) return refusal(anchors.error());
      Json lines = Json::array();
      for (const Anchor& anchor : *anchors) lines.push_back(anchor_line(anchor));
      return dump({{"ok", true}, {"lines", lines}});
    }
    if (what == "install_keys") {
      if (const auto done = hub.install_keys(in.at("set")); !done) return refusal(done.error());
      return dump({{"ok", true}, {"version", hub.key_set()->version}});
    }
    if (what == "devices") {
      Json out{{"ok", true}, {"devices", Json::parse(to_json(hub.devices()))}, {"hub_origin", hub.self().origin},
               {"hub_public_hex", hub.self().public_hex}, {"fingerprint", fingerprint(hub.self().public_hex)}};
      if (!hub.key_set_json().empty()) out["key_set"] = hub.key_set_json();
      return dump(out);
    }
    if (what.starts_with("staff_")) return staff_command(hub, what.substr(6), in, wall);
    return refusal({Code::Invalid, "no such command"});
  } catch (const std::exception&) {
    return refusal({Code::Invalid, "the command cannot be read"});
  }
}

Result<std::unique_ptr<ControlSocket>> ControlSocket::listen(const std::string& data_dir, std::function<std::string(std::string)> answer) {
  std::unique_ptr<ControlSocket> control(new ControlSocket);
  const auto failed = [&](const char* doing) { return Error{Code::Io, data_dir + "/hub.sock: " + doing + ": " + std::strerror(errno)}; };
  control->answer_ = std::move(answer);
  control->directory_ = ::open(data_dir.c_str(), O_DIRECTORY | O_PATH | O_CLOEXEC);
  if (control->directory_ < 0) return failed("directory");
  // We hold the log's lock, so whatever socket is here belongs to a hub that died.
  ::unlinkat(control->directory_, "hub.sock", 0);
  control->listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_in(control->directory_);
  const mode_t before = ::umask(0177);
  const bool bound = control->listener_ >= 0 && ::bind(control->listener_, plain(address), sizeof address) == 0;
  ::umask(before);
  if (!bound || ::listen(control->listener_, 16) != 0) return failed("listen");
  control->stop_ = ::eventfd(0, EFD_CLOEXEC);
  control->thread_ = std::thread([self = control.get()] { self->loop(); });
  return control;
}

ControlSocket::~ControlSocket() {
  if (thread_.joinable()) {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(stop_, &one, sizeof one));
    thread_.join();
    ::unlinkat(directory_, "hub.sock", 0);
  }
  for (const int fd : {listener_, stop_, directory_})
    if (fd >= 0) ::close(fd);
}

void ControlSocket::loop() {
  for (;;) {
    pollfd wanted[] = {{listener_, POLLIN, 0}, {stop_, POLLIN, 0}};
    if (::poll(wanted, 2, -1) < 0 && errno != EINTR) return;
    if ((wanted[1].revents & POLLIN) != 0) return;
    if ((wanted[0].revents & POLLIN) == 0) continue;
    const int peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (peer < 0) continue;
    // A command that is cut off does nothing; its sender sees no answer and says so.
    if (auto line = read_line(peer)) write_line(peer, answer_(std::move(*line)));
    ::close(peer);
  }
}

std::optional<Result<std::string>> command_running_hub(const std::string& data_dir, const std::string& command) {
  const int directory = ::open(data_dir.c_str(), O_DIRECTORY | O_PATH | O_CLOEXEC);
  if (directory < 0) return {};
  const int peer = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_in(directory);
  const bool there = ::connect(peer, plain(address), sizeof address) == 0;
  std::optional<Result<std::string>> out;
  if (there) {
    out = Result<std::string>(Error{Code::Unavailable, "the running hub gives no answer"});
    if (write_line(peer, command))
      if (auto line = read_line(peer)) out = Result<std::string>(std::move(*line));
  }
  ::close(peer);
  ::close(directory);
  return out;
}

}  // namespace yizhan::sync
