// `hub keys`, the part that is about devices: who is enrolled, one-time codes, refusing one, and the key pair of accusations.
#include <fmt/format.h>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/text.h"
#include "sync/hub_commands.h"
#include "sync/hub_control.h"
#include "sync/hub_keys.h"

namespace yizhan::sync::commands {

using Json = nlohmann::json;

int keys_show(const HubOptions& options, bool json) {
  const auto answer = command(options, Json{{"do", "devices"}});
  if (!answer) return failed(answer.error());
  if (json) {
    if (const auto set = answer->contains("key_set") ? decode_key_set(answer->at("key_set").get<std::string>()) : Result<KeySet>(Error{}); set) {
      Json with = *answer;
      with["key_set"] = Json::parse(key_set_to_json(*set, SystemClock{}.wall()));
      print(dump(with));
      return exit_done;
    }
    print(dump(*answer));
    return exit_done;
  }
  print(fmt::format("{}  key {}", answer->at("hub_origin").get<std::string>(), answer->at("hub_public_hex").get<std::string>()));
  print(fmt::format("fingerprint {}", answer->at("fingerprint").get<std::string>()));
  const auto devices = devices_from_json(answer->at("devices").dump());
  if (!devices) return failed(devices.error());
  for (const auto& device : *devices) {
    std::string windows;
    for (const auto& window : device.windows) windows += (windows.empty() ? "" : ",") + cell(window);
    print(fmt::format("{:<11} {:<15} {:<12} {}{}{}", device.origin, device.role, windows, fingerprint(device.public_hex), device.revoked ? "  REVOKED" : "",
                      device.skew_ms != 0 ? fmt::format("  CLOCK OFF BY {} s", device.skew_ms / 1000) : ""));
  }
  if (!answer->contains("key_set")) {
    print("no key-set: only accusations are sealed here (hub keys init)");
    return exit_done;
  }
  const auto set = decode_key_set(answer->at("key_set").get<std::string>());
  if (!set) return failed(set.error());
  print_key_set(*set, SystemClock{}.wall());
  return exit_done;
}

int keys_enrol(const HubOptions& options, const std::string& origin, const std::string& role, const std::vector<std::string>& windows, const std::string& name, bool json) {
  const auto answer = command(options, Json{{"do", "invite"}, {"origin", origin}, {"role", role}, {"windows", windows}, {"name", name}});
  if (!answer) return failed(answer.error());
  if (json) {
    print(dump(*answer));
  } else {
    print(answer->at("code").get<std::string>());
    fmt::print(stderr, "one-time code for {} as {}, valid one hour; hub fingerprint {}\n", origin, role, answer->at("fingerprint").get<std::string>());
  }
  return exit_done;
}

int keys_revoke(const HubOptions& options, const std::string& origin) {
  const auto answer = command(options, Json{{"do", "revoke"}, {"origin", origin}});
  return answer ? exit_done : failed(answer.error());
}

int keys_discipline(const HubOptions& options, const std::string& secret_file, bool json) {
  std::error_code failure;
  std::filesystem::create_directories(options.data_dir, failure);
  const std::string public_file = options.data_dir + "/discipline.pub";
  std::string known;
  if (const auto text = read_small_file(public_file)) known = *text;
  const KeyPair key = make_box_keys();
  // The secret first: a public key whose secret was never written would seal accusations for nobody.
  if (const auto kept = write_private_file(secret_file, key.public_hex + "\n" + key.secret_hex + "\n", false); !kept) return failed(kept.error());
  if (const auto written = write_private_file(public_file, known + key.public_hex + "\n", true); !written) return failed(written.error());
  std::istringstream lines(known + key.public_hex);
  const std::vector<std::string> keys{std::istream_iterator<std::string>(lines), {}};
  if (const auto answer = command_running_hub(options.data_dir, dump(Json{{"do", "discipline"}, {"keys", keys}})); answer && !*answer) return failed(answer->error());
  if (json) print(dump(Json{{"ok", true}, {"public_hex", key.public_hex}, {"keys", keys}, {"fingerprint", fingerprint(key.public_hex)}}));
  else print(fmt::format("public key {} added to {}\nsecret key in {}: keep it away from this machine", key.public_hex, public_file, secret_file));
  return exit_done;
}

}  // namespace yizhan::sync::commands
