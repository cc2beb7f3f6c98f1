/// The commands of the program `hub`, one function each: hub_main.cpp reads the command line and calls them. Each prints its answer, in words or
/// as JSON for programs, and returns the exit code: 0 done, 1 refused or failed (one line on standard error says why), 75 temporary (try again).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/text.h"
#include "sync/hub_process.h"

namespace yizhan::sync::commands {

inline constexpr int exit_done = 0, exit_failed = 1, exit_temporary = 75;

// ---- what all of them use (hub_commands.cpp) -------------------------------------------------------------------------

/// JSON is a template here, so that no library stands in a header.
template <class Json>
std::string dump(const Json& json) {
  return printable_json(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}
int exit_of(Code code);
int failed(const Error& error);  ///< says why; returns the exit code
void print(const std::string& text);
/// A table cell of a terminal: what a person typed must not steer it.
std::string cell(std::string_view text);
/// A command that states something, to the running hub, or directly when none runs: the answer when it is ok, both JSON. Errors: as the hub said;
/// Unavailable when another process holds the log and gives no answer.
Result<std::string> command_line(const HubOptions& options, const std::string& what);
template <class Json>
Result<Json> command(const HubOptions& options, const Json& what) {
  const auto line = command_line(options, dump(what));
  if (!line) return line.error();
  return Json::parse(*line);
}
Result<KeyPair> secret_key(const std::string& key_file);  ///< of a recipient. Errors: Invalid, Io, NotFound

// ---- what the county states (hub_decide.cpp) ---------------------------------------------------------------------------

struct Decision {
  std::string number, what, unit, reason, day, approver, opinion, letter_no, summary, way, report_by;
  int days = 0;
};

int decide(const HubOptions& options, const Decision& decision, bool json);

// ---- questions (hub_ask.cpp) -------------------------------------------------------------------------------------------

int matter(const HubOptions& options, const std::string& typed, const std::string& key_file, const std::string& save_dir, std::size_t limit, bool json);
int report(const HubOptions& options, const std::string& from_text, const std::string& to_text, bool json);
int receipt(const HubOptions& options, const std::string& text, const std::string& key, bool json);
int rebuild(const HubOptions& options);

// ---- the log itself (hub_care.cpp) -------------------------------------------------------------------------------------

int verify(const HubOptions& options, const std::vector<std::string>& anchor_files, bool json);
int anchors(const HubOptions& options);
int backup(const HubOptions& options, const std::string& to, bool json);
int restore(const HubOptions& options, const std::string& from, int epoch, bool json);
/// For a supervisor or a watch: disk, the log's notes. Reads beside a running hub.
int health(const HubOptions& options, bool json);

// ---- devices (hub_devices.cpp) -----------------------------------------------------------------------------------------

int keys_show(const HubOptions& options, bool json);
int keys_enrol(const HubOptions& options, const std::string& origin, const std::string& role, const std::vector<std::string>& windows, const std::string& name, bool json);
int keys_revoke(const HubOptions& options, const std::string& origin);
int keys_discipline(const HubOptions& options, const std::string& secret_file, bool json);

}  // namespace yizhan::sync::commands
