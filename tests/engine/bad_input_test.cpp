// Bad input and broken machines as the programs meet them: what reaches a terminal and a printer, broken files, full and read-only
// disks, a database opened twice. docs/BAD_INPUT.md lists which case stands here.
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <pty.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/petition_json.h"
#include "core/seal.h"
#include "kiosk/devices/receipt.h"
#include "kiosk/engine.h"
#include "tests/tables/bad_input.h"
#include "world.h"

using namespace engine_tests;

namespace {

struct Ran { int code = -1; std::string out, err; };

Ran run(const Folder& folder, const std::string& program, const std::string& arguments) {
  const std::string command = "env -u DISPLAY -u WAYLAND_DISPLAY SDL_VIDEODRIVER=x11 '" + program + "' " + arguments + " >'" + (folder / "out") + "' 2>'" + (folder / "err") + "' </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read(folder / "out"), read(folder / "err")};
}
std::size_t lines(const std::string& text) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')); }

/// Runs a program on a terminal of its own and returns everything that terminal got.
std::string on_terminal(const std::vector<std::string>& words) {
  std::vector<char*> argv;
  for (const std::string& one : words) argv.push_back(const_cast<char*>(one.c_str()));
  argv.push_back(nullptr);
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  REQUIRE(child >= 0);
  if (child == 0) {
    ::setenv("YIZHAN_ASSETS", YIZHAN_ASSETS, 1);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  std::string all;
  char part[4096];
  for (ssize_t got; (got = ::read(terminal, part, sizeof part)) > 0;) all.append(part, static_cast<std::size_t>(got));
  ::close(terminal);
  int status = 0;
  ::waitpid(child, &status, 0);
  INFO(all);
  CHECK(WEXITSTATUS(status) < 2);
  return all;
}

/// A hostile device's history: its words are in every field that some list shows.
MatterId hostile_matter(EventLog& log, const Origin& origin, const std::string& words, std::uint32_t serial, const std::string& sealed = {}) {
  const MatterId id = make_matter_id(origin, *parse_date("2026-11-20"), serial);
  Filed filed;
  if (sealed.empty()) {
    filed.petition = wages(words);
    filed.petition->topic = filed.petition->petitioner.name = filed.petition->statement.party_complained_of = words;
  }
  filed.sealed = sealed;
  Routed routed;
  routed.ruling.window = routed.chosen = words;
  routed.ruling.sealed = !sealed.empty();
  routed.ruling.reasons = {{words, {words, words}, words, words}};
  Disposed disposed{words, Disposition::TransferredDown, words, words, "2026-12-20"};
  RouteOverridden overridden;
  overridden.staff = overridden.reason = words;
  overridden.window = words;
  const Fact facts[] = {filed, routed, TicketIssued{words, words, Priority::Normal, words}, Viewed{words, words}, disposed, overridden, MediationApplied{words, words, words, words, words}};
  const auto stated = log.append(origin, id, facts, Time{*parse_date("2026-11-20")} + std::chrono::hours(2));
  REQUIRE(stated);
  return id;
}

struct Mount {
  explicit Mount(std::string at) : path(std::move(at)) {}
  Mount(const Mount&) = delete;
  Mount& operator=(const Mount&) = delete;
  std::string path;
  ~Mount() { ::umount2(path.c_str(), MNT_DETACH); }
};
/// An empty folder on a small disk of its own; skips where that is not permitted.
std::unique_ptr<Mount> small_disk(const std::string& path, const std::string& size) {
  fs::create_directories(path);
  if (::mount("none", path.c_str(), "tmpfs", 0, ("size=" + size).c_str()) != 0) SKIP("mounting is not permitted here: run as root");
  return std::make_unique<Mount>(path);
}
std::unique_ptr<Mount> read_only(const std::string& path) {
  if (::mount(path.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) != 0) SKIP("mounting is not permitted here: run as root");
  auto mount = std::make_unique<Mount>(path);
  REQUIRE(::mount(nullptr, path.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) == 0);
  return mount;
}

const std::string kiosk_program = YIZHAN_KIOSK_PROGRAM, hub_program = YIZHAN_HUB_PROGRAM;

}  // namespace

TEST_CASE("what people typed commands no terminal: kiosk report, verify and doctor, hub matter, report and verify", "[cli][badinput]") {
  Folder folder;
  for (const std::string& words : {bad_input::escapes, bad_input::label_syntax}) {
    const std::string data = folder / ("data" + std::to_string(words.size()));
    REQUIRE(load_config(data, "kiosk"));
    MatterId id, secret;
    const KeyPair key = make_box_keys();
    write(folder / "secret", key.public_hex + "\n" + key.secret_hex + "\n");
    for (const char* name : {"/log.db", "/hub.db"}) {
      auto log = EventLog::open(data + name);
      REQUIRE(log);
      id = hostile_matter(**log, "440583-K01", words, 1);
      Petition accusation = wages(words);
      accusation.petitioner.name = accusation.petitioner.phone = accusation.statement.party_complained_of = accusation.statement.reasons = words;
      secret = make_matter_id("440583-K01", *parse_date("2026-11-20"), 2);
      const auto envelope = seal(encode_petition(accusation), secret, {key.public_hex});
      REQUIRE(envelope);
      hostile_matter(**log, "440583-K01", words, 2, *envelope);
    }
    const std::vector<std::vector<std::string>> commands{{kiosk_program, "report", "--data", data},
                                                         {kiosk_program, "verify", "--data", data},
                                                         {hub_program, "matter", "--data", data},
                                                         {hub_program, "matter", id, "--data", data},
                                                         {hub_program, "matter", secret, "--unseal", folder / "secret", "--data", data},
                                                         {hub_program, "report", "--data", data, "--from", "2026-01-01", "--to", "2026-12-31"},
                                                         {hub_program, "verify", "--data", data},
                                                         // The same as JSON, and a row that comes back with its own id.
                                                         {kiosk_program, "report", "--json", "--data", data},
                                                         {kiosk_program, "route", data + "/rows.ndjson", "--data", data},
                                                         {hub_program, "matter", id, "--json", "--data", data},
                                                         {hub_program, "matter", secret, "--unseal", folder / "secret", "--json", "--data", data}};
    write(data + "/rows.ndjson", nlohmann::json{{"id", words}, {"title", words}, {"text", words}}.dump() + "\n");
    for (const auto& command : commands) {
      CAPTURE(command[0], command[1]);
      std::string shown = on_terminal(command);
      CHECK_FALSE(shown.empty());
      // Our own progress bar may clear its line; nothing of a person's may.
      for (std::size_t at; (at = shown.find("\x1b[K")) != std::string::npos;) shown.erase(at, 3);
      CHECK(bad_input::harmless(shown));
    }
    const bool there = on_terminal(commands[4]).find(words == bad_input::escapes ? "[31m]0;x2J反末" : words) != std::string::npos;
    CHECK(there);  // the words themselves are read
  }
  write(folder / "bad/config.toml", "\"\\u001b[2J\\u009b2J\\u202e\" = 1\n");
  for (const char* command : {"doctor", "report", "run"}) {
    const std::string shown = on_terminal({kiosk_program, command, "--data", folder / "bad"});
    CHECK(shown.find("config.toml:1: [2J2J: no such setting") != std::string::npos);
    CHECK(bad_input::harmless(shown));
  }
}

TEST_CASE("what people typed commands no printer, and the log keeps it byte for byte", "[store][badinput]") {
  Machine machine;
  for (const std::string& words : {bad_input::label_syntax, bad_input::escapes}) {
    Petition p = wages(words);
    p.statement.facts = p.statement.reasons = p.statement.place = p.statement.party_complained_of = p.title = p.petitioner.address = words;
    p.petitioner.name = "罗##submit###id%n%s%p{0}";
    machine.post(filing("v" + std::to_string(words.size()), p));
    const Receipt receipt = machine.receipt();
    const auto events = machine.events(receipt.matter);
    const auto fact = fact_of(events.front());
    REQUIRE(fact);
    const auto& kept = std::get<Filed>(*fact).petition;
    REQUIRE(kept);
    for (const std::string& text : {kept->statement.request, kept->statement.facts, kept->statement.reasons, kept->statement.place, kept->statement.party_complained_of, kept->title, kept->petitioner.address})
      CHECK(text == words);
    CHECK(kept->petitioner.name == p.petitioner.name);
    // The hall's own names come from a file somebody writes.
    Receipt named = receipt;
    named.place = named.window_name = words;
    CHECK(bad_input::harmless(plain_words(receipt_paper(named, machine.shelf.rules.books.front(), words))));
  }
  CHECK(machine.store->log().verify()->empty());
  Petition nul = wages(std::string("甲\0乙", 7));
  machine.post(filing("v-nul", nul));
  REQUIRE(machine.now().outcome->problems.size() == 1);
  CHECK(machine.now().outcome->problems[0].field == "request");
  CHECK(machine.now().outcome->problems[0].what == "有无法识别的字，请删去重写");
}

TEST_CASE("a broken rulebook, configuration or holiday file stops every program at its start: one line, file, line, reason", "[cli][badinput]") {
  Folder folder;
  write(folder / "letters.tsv", "id\ttext\n1\t路灯不亮\n");
  struct Row { const char* file; const char* from; const char* to; const char* words; };
  const std::vector<Row> rows{
      {"rulebooks/national.toml", "unit = \"days\"", "unit = \"daze\"", "\"daze\" is none of days, working_days, months"},
      {"rulebooks/national.toml", "[[term]]", "[[term]", ""},
      {"rulebooks/national.toml", "jurisdiction = \"national\"", "jurisdiction = 3", "jurisdiction"},
      {"rulebooks/national.toml", "valid_from = ", "valid_form = ", "valid_form"},
      {"holidays/holiday-2026.json", "2026-01-02", "2026-13-02", ""},
      {"holidays/holiday-2026.json", "{", "[", ""},
      {"holidays/holiday-2026.json", "\"days\"", "\"dies\"", ""},
      {"config.toml", "", "place = \"门口\"\nplase = \"大厅\"\n", "plase: no such setting"},
      {"config.toml", "", "place = \"门口\"\nidle_warn_s = \"soon\"\n", "idle_warn_s: must be a whole number"},
      {"config.toml", "", "place = \"门口\"\nplace = 2\n", "place"},
      {"config.toml", "", "place = \"门口\"\nstaff = \"\xff\"\n", ""},
      {"config.toml", "", "place = \"门口\"\nprinter\n", ""},
  };
  int turn = 0;
  for (const Row& row : rows) {
    CAPTURE(row.file, row.from, row.to);
    const std::string root = folder / std::to_string(++turn);
    const bool config = std::string(row.file) == "config.toml";
    fs::create_directories(root + "/assets");
    for (const char* part : {"rulebooks", "holidays"}) fs::copy(std::string(YIZHAN_ASSETS) + "/" + part, root + "/assets/" + part, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    fs::create_directories(root + "/data");
    std::size_t line = 2;
    if (config) {
      write(root + "/data/config.toml", row.to);
    } else {
      std::string text = read(root + "/assets/" + row.file);
      const auto place = text.find(row.from);
      REQUIRE(place != std::string::npos);
      line = 1 + static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(place), '\n'));
      text.replace(place, std::string(row.from).size(), row.to);
      write(root + "/assets/" + row.file, text);
      write(root + "/data/config.toml", "assets_dir = \"" + root + "/assets\"\n");
    }
    const std::string name = fs::path(row.file).filename();
    const auto check = [&](const Ran& ran, const std::string& command) {
      CAPTURE(command, ran.err, line);
      CHECK(ran.code == 1);
      CHECK(lines(ran.err) == 1);
      const auto at = ran.err.find(name + ":");
      REQUIRE(at != std::string::npos);
      const std::size_t said = std::strtoul(ran.err.c_str() + at + name.size() + 1, nullptr, 10);
      // The reader of a broken table may notice it only where the next one begins.
      CHECK(said >= 1);
      if (!config && std::string(row.file).starts_with("rulebooks")) CHECK((said >= line || std::string(row.from).starts_with("valid_from")));
      if (config) CHECK(said == 2);
      CHECK(ran.err.find(row.words) != std::string::npos);
      CHECK(valid_utf8(ran.err));
    };
    for (const char* command : {"run", "desk --role lawyer", "board", "route --explain 路灯不亮", "doctor", "intake"}) {
      const std::string file = std::string(command) == "intake" ? " '" + (folder / "letters.tsv") + "'" : "";
      check(run(folder, kiosk_program, std::string(command) + file + " --data '" + root + "/data'"), command);
    }
    if (!config) check(run(folder, hub_program, "serve --origin 440583-H01 --listen 127.0.0.1:0 --data '" + root + "/hub' --assets '" + root + "/assets'"), "hub serve");
    CHECK_FALSE(fs::exists(root + "/data/log.db"));  // nothing was registered by a rule nobody wrote
  }
}

TEST_CASE("a read-only disk stops kiosk, desk, board, intake and hub with one line that says so, and what is there can be read from a copy", "[cli][badinput]") {
  Folder folder;
  const std::string data = folder / "data";
  write(folder / "letters.tsv", "id\ttext\n1\t路灯不亮\n");
  REQUIRE(run(folder, kiosk_program, "intake '" + (folder / "letters.tsv") + "' --data '" + data + "'").code == 0);
  fs::create_directories(data + "/hub");
  fs::copy(data + "/log.db", data + "/hub/hub.db");
  const auto mount = read_only(data);
  const std::string at = " --data '" + data + "'";
  for (const std::string& command : {std::string("run"), std::string("desk --role lawyer"), std::string("board"), "intake '" + (folder / "letters.tsv") + "'"}) {
    const Ran ran = run(folder, kiosk_program, command + at);
    CAPTURE(command, ran.err);
    CHECK(ran.code == 1);
    CHECK(lines(ran.err) == 1);
    CHECK(ran.err.find("read-only") != std::string::npos);
  }
  const Ran hub = run(folder, hub_program, "serve --origin 440583-H01 --listen 127.0.0.1:0 --data '" + data + "/hub'");
  CAPTURE(hub.err);
  CHECK(hub.code == 1);
  CHECK(lines(hub.err) == 1);
  CHECK((hub.err.find("read-only") != std::string::npos || hub.err.find("Read-only") != std::string::npos));
  CHECK(run(folder, kiosk_program, "doctor" + at).err.find("disk: read-only") != std::string::npos);
  fs::create_directories(folder / "copy");
  for (const char* file : {"log.db", "device.key"}) fs::copy(data + "/" + file, folder / ("copy/" + std::string(file)));
  const Ran report = run(folder, kiosk_program, "report --data '" + (folder / "copy") + "'");
  CAPTURE(report.err);
  CHECK(report.code == 0);
  CHECK(report.out.find("登记 1 事项") != std::string::npos);
}

TEST_CASE("a disk that is full at the start is said, nothing half-written stays, and with room everything starts", "[cli][badinput]") {
  Folder folder;
  const auto mount = small_disk(folder / "small", "512k");
  const std::string data = folder / "small/data", hub_data = folder / "small/hub", hog = folder / "small/hog";
  write(folder / "letters.tsv", "id\ttext\n1\t路灯不亮\n");
  const std::pair<std::string, std::string> starts[] = {{kiosk_program, "intake '" + (folder / "letters.tsv") + "' --data '" + data + "'"},
                                                        {hub_program, "keys --origin 440583-H01 --data '" + hub_data + "'"}};
  // A page more free at a time, so that each file of a start is once the one that does not fit.
  std::string all_said;
  std::size_t refused = 0;
  for (std::size_t free_kib = 0; free_kib <= 160; free_kib += 4) {
    for (const auto& [program, command] : starts) {
      fs::remove_all(data), fs::remove_all(hub_data);
      write(hog, std::string((512 - free_kib) << 10, 'x'));
      const Ran full = run(folder, program, command);
      CAPTURE(free_kib, program, full.err);
      if (full.code != 0) {
        ++refused;
        all_said += full.err;
        CHECK((full.code == 1 || full.code == 75));
        CHECK((full.err.find("disk full") != std::string::npos || full.err.find("No space left") != std::string::npos));
      }
      fs::remove(hog);
      const Ran room = run(folder, program, command);
      CAPTURE(room.err);
      CHECK(room.code == 0);
    }
  }
  CHECK(refused > 20);
  CHECK(all_said.find("device.key: cannot be written") != std::string::npos);
  // The hub's log is opened first and gives its journal's room back: where it fits, the key does too. Half a key: tests/e2e/failing_disk.py.
}

TEST_CASE("a second kiosk, an intake or a desk on the same database is refused in one line that names the file", "[cli][badinput]") {
  Folder folder;
  auto config = load_config(folder / "data", "kiosk");
  REQUIRE(config);
  write(folder / "letters.tsv", "id\ttext\n1\t路灯不亮\n");
  auto engine = Engine::start(*config, books(), {});
  REQUIRE(engine);
  const std::string at = " --data '" + (folder / "data") + "'";
  for (const std::string& command : {std::string("run"), std::string("desk --role lawyer"), "intake '" + (folder / "letters.tsv") + "'"}) {
    const Ran ran = run(folder, kiosk_program, command + at);
    CAPTURE(command, ran.err);
    CHECK(ran.code == 1);
    CHECK(lines(ran.err) == 1);
    CHECK(ran.err.find("another process has this database open: " + (folder / "data/log.db")) != std::string::npos);
  }
  CHECK(run(folder, kiosk_program, "report" + at).code == 0);  // reading disturbs nobody
  engine->reset();
  CHECK(run(folder, kiosk_program, "intake '" + (folder / "letters.tsv") + "'" + at).code == 0);
}
