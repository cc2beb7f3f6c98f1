/// The command line of the kiosk program, one function a command. Exit codes: 0 done, 1 refused or failed (one line on standard
/// error says why), 2 wrong use, 75 temporary: try again. Nothing here needs a display.
#pragma once
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "kiosk/config.h"

namespace yizhan::kiosk::cli {

inline constexpr int exit_done = 0, exit_failed = 1, exit_wrong_use = 2, exit_temporary = 75;

/// What every command takes.
struct Common {
  std::string data;  ///< directory; "" finds one
  std::string hub;   ///< URL over the configuration's
  std::string ca;
  std::string role;  ///< word of Config::role; "" the configuration's
  bool json = false;
};

/// "kiosk sync: why" on standard error, and the exit code that goes with the error: 75 when trying again may help.
int fail(std::string_view command, const Error& error);
/// One line of JSON on standard output; what people typed in it cannot steer a terminal.
void print_json(const std::string& dumped);
/// The configuration with the command line over it. Errors: as load_config.
Result<Config> settings(const Common& common);
/// $YIZHAN_DATA, /var/lib/yizhan when it exists, else ./yizhan-data.
std::string default_data_dir();

/// Wilson's 95 % interval of hits / n, as shares; 0 to 1 when n is 0.
struct Interval { double low = 0, high = 1; };
Interval wilson(std::uint64_t hits, std::uint64_t n);

/// Progress on standard error: a bar on a terminal, a plain line every tenth otherwise.
class Bar {
 public:
  Bar(std::string what, std::uint64_t total, bool quiet = false);
  ~Bar();
  Bar(const Bar&) = delete;
  Bar& operator=(const Bar&) = delete;
  void total(std::uint64_t total) { total_ = total; }
  void at(std::uint64_t done, std::string_view words = {});
  /// Ends the line; a plain last line is printed in any case.
  void finish(std::string_view words);

 private:
  std::string what_;
  std::uint64_t total_ = 0;
  bool terminal_ = false, quiet_ = false, open_ = false;
  int tenth_ = 0;
  Tick drawn_{};
};

struct Intake {
  std::string file;      ///< "-": standard input
  std::string rejects;   ///< where rejected lines go; "" prints the first twenty
  std::string channel = "letter";
  std::size_t batch = 200;
};
int intake(const Common& common, const Intake& options);

struct Route {
  std::string file;
  std::string explain;   ///< a text instead of a file: reasons in words
  std::string day;       ///< the rulebook in force on that day; "" today
  std::string channel = "letter";
};
int route(const Common& common, const Route& options);

struct Sync { int patience_s = 60; };
int sync_once(const Common& common, const Sync& options);

struct Report { std::string what, from, to; };  ///< what: "" counts, "routing" suggested against decided
int report(const Common& common, const Report& options);

struct Recognise {
  std::string file;      ///< "-": standard input
  std::string before;    ///< text before the ink
  bool rare = false;     ///< characters outside the national standard too
  bool row = false;      ///< several characters from left to right
};
/// Ten candidates a line for each line of ink; an empty line where nothing could be read.
int recognise(const Common& common, const Recognise& options);
struct Say {
  std::string text, out;   ///< out: a WAV file instead of the loudspeaker
  std::string voice;       ///< a voice folder over the configuration's
  std::string pace = "normal";
  int volume = 5;
  bool personal = false, spelled = false;  ///< to the handset; digit by digit
  bool list = false, devices = false;
};
/// Speaks a text, lists what a county should record, or names the sound devices.
int say(const Common& common, const Say& options);

int doctor(const Common& common);
struct Verify { std::vector<std::string> anchors; };  ///< files of countersignatures kept outside (hub anchors)
int verify(const Common& common, const Verify& options);

struct Backup { std::string to; };
/// One consistent, verified file of the log and its attachments, without keys; a running kiosk is not disturbed.
int backup(const Common& common, const Backup& options);
struct Restore { std::string from; int epoch = 0; };  ///< epoch 0: one more than the hub, the copy and the log here know
/// Puts a copy in the place of the log, which is kept aside, and opens the next epoch of this machine's name.
int restore(const Common& common, const Restore& options);

struct Staff { std::string what, id, code, hall_key, pin_file; bool card = false; };  ///< what: add, remove, list
/// People of this desk (docs/KEYS.md).
int staff(const Common& common, const Staff& options);

struct Enrol { std::string code, origin, place; };
int enrol(const Common& common, const Enrol& options);

}  // namespace yizhan::kiosk::cli
