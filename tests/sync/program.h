/// The real hub program as a child process.
#pragma once
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "kit.h"

namespace yizhan::sync::kit {

struct Ran {
  int code = -1;
  std::string out, err;
};

inline Ran run_hub(std::vector<std::string> arguments) {
  int out[2], err[2];
  REQUIRE(::pipe(out) == 0);
  REQUIRE(::pipe(err) == 0);
  arguments.insert(arguments.begin(), HUB_PROGRAM);
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(out[1], 1);
    ::dup2(err[1], 2);
    ::setenv("YIZHAN_ASSETS", YIZHAN_ASSETS_DIR, 1);
    ::execv(HUB_PROGRAM, argv.data());
    ::_exit(127);
  }
  ::close(out[1]);
  ::close(err[1]);
  Ran ran;
  const auto drain = [](int fd, std::string& to) {
    char part[4096];
    for (ssize_t got; (got = ::read(fd, part, sizeof part)) > 0;) to.append(part, static_cast<std::size_t>(got));
    ::close(fd);
  };
  drain(out[0], ran.out);
  drain(err[0], ran.err);
  int status = 0;
  ::waitpid(child, &status, 0);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

/// `hub serve`; ends with the test.
class HubProgram {
 public:
  explicit HubProgram(std::vector<std::string> arguments) : arguments_(std::move(arguments)) { start(); }
  ~HubProgram() {
    if (pid_ > 0) end(SIGTERM);
  }
  HubProgram(const HubProgram&) = delete;
  HubProgram& operator=(const HubProgram&) = delete;

  void start() {
    int out[2];
    REQUIRE(::pipe(out) == 0);
    std::vector<std::string> words{HUB_PROGRAM, "serve", "--json", "--listen", "127.0.0.1:" + std::to_string(port_)};
    words.insert(words.end(), arguments_.begin(), arguments_.end());
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(out[1], 1);
      const int null = ::open("/dev/null", O_WRONLY);
      ::dup2(null, 2);
      ::setenv("YIZHAN_ASSETS", YIZHAN_ASSETS_DIR, 1);
      ::execv(HUB_PROGRAM, argv.data());
      ::_exit(127);
    }
    ::close(out[1]);
    std::string line;
    for (char c = 0; ::read(out[0], &c, 1) == 1 && c != '\n';) line += c;
    ::close(out[0]);
    INFO("hub serve said: " << line);
    const auto said = nlohmann::json::parse(line, nullptr, false);
    REQUIRE(said.is_object());
    port_ = said.at("listening").get<int>();
    public_hex = said.at("public_hex").get<std::string>();
  }
  int end(int signal) {
    ::kill(pid_, signal);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string public_hex;

 private:
  std::vector<std::string> arguments_;
  int port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace yizhan::sync::kit
