// What the commands of `hub` share: how they speak, how they reach the hub, and how a recipient's secret key is read.
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/text.h"
#include "sync/hub_commands.h"
#include "sync/hub_control.h"

namespace yizhan::sync::commands {

using Json = nlohmann::json;

int exit_of(Code code) { return code == Code::Unavailable ? exit_temporary : exit_failed; }

int failed(const Error& error) {
  fmt::print(stderr, "hub: {}\n", printable(error.what));
  return exit_of(error.code);
}

void print(const std::string& text) { fmt::print("{}\n", text); }

std::string cell(std::string_view text) { return printable(text); }

Result<std::string> command_line(const HubOptions& options, const std::string& what) {
  std::string line;
  if (auto answered = command_running_hub(options.data_dir, what)) {
    if (!*answered) return answered->error();
    line = **answered;
  } else {
    auto process = HubProcess::open(options);
    if (!process) {
      if (process.error().code == Code::Conflict && process.error().what.starts_with("another process"))
        return Error{Code::Unavailable, process.error().what + " and does not listen"};
      return process.error();
    }
    line = run_command((*process)->hub(), what, SystemClock{}.wall());
  }
  const Json answer = Json::parse(line, nullptr, false);
  if (!answer.is_object() || !answer.contains("ok")) return Error{Code::Unavailable, "the hub's answer cannot be read"};
  if (answer.at("ok").get<bool>()) return line;
  const std::string code = answer.value("code", "");
  for (const auto one : {Code::Invalid, Code::NotFound, Code::Conflict, Code::Unavailable, Code::Io, Code::Corrupt})
    if (code == word(one)) return Error{one, answer.value("what", "")};
  return Error{Code::Invalid, answer.value("what", "")};
}

Result<KeyPair> secret_key(const std::string& key_file) {
  const auto text = read_small_file(key_file);
  if (!text) return text.error();
  std::istringstream in(*text);
  KeyPair key;
  in >> key.public_hex >> key.secret_hex;
  if (key.public_hex.size() != 64 || key.secret_hex.size() != 64) return Error{Code::Invalid, key_file + ": not a recipient's secret key (two lines of 64 hex digits)"};
  return key;
}

}  // namespace yizhan::sync::commands
