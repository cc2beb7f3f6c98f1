// The program as an operator meets it: exit codes, one line on standard error, files in and out. No display anywhere.
#include <catch2/catch_test_macros.hpp>
#include <sys/wait.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sstream>

#include "world.h"

using namespace engine_tests;

namespace {

struct Ran { int code = -1; std::string out, err; };

Ran run(const Folder& folder, const std::string& arguments, const std::string& before = {}) {
  const std::string command = before + "env -u DISPLAY -u WAYLAND_DISPLAY '" YIZHAN_KIOSK_PROGRAM "' " + arguments + " >'" + (folder / "out") + "' 2>'" +
                              (folder / "err") + "' </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read(folder / "out"), read(folder / "err")};
}
std::size_t lines(const std::string& text) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')); }

std::string rows(int from, int to) {
  std::string text = "id\tsource\ttitle\ttext\n";
  for (int i = from; i <= to; ++i)
    text += fmt::format("L{:04}\t来信\t第{}封信\t我家门口的路灯第{}天没有亮了，请派人修一修。\n", i, i, i);
  return text;
}
std::string data(const Folder& folder) { return "--data '" + (folder / "data") + "' "; }

}  // namespace

TEST_CASE("two hundred letters are registered once, however often the file is run", "[cli][intake]") {
  Folder folder;
  write(folder / "letters.tsv", rows(1, 200));
  const auto first = run(folder, "intake " + data(folder) + "--json '" + (folder / "letters.tsv") + "'");
  INFO(first.err);
  REQUIRE(first.code == 0);
  const auto tally = nlohmann::json::parse(first.out);
  CHECK(tally["registered"] == 200);
  std::uint64_t in_windows = 0;
  for (const auto& [window, count] : tally["windows"].items()) in_windows += count.get<std::uint64_t>();
  CHECK(in_windows == 200);
  const auto again = run(folder, "intake " + data(folder) + "--json '" + (folder / "letters.tsv") + "'");
  CHECK(again.code == 0);
  CHECK(nlohmann::json::parse(again.out)["registered"] == 0);
  CHECK(nlohmann::json::parse(again.out)["already"] == 200);
  write(folder / "more.tsv", rows(150, 250));
  CHECK(nlohmann::json::parse(run(folder, "intake " + data(folder) + "--json '" + (folder / "more.tsv") + "'").out)["registered"] == 50);
  const auto report = nlohmann::json::parse(run(folder, "report --json " + data(folder)).out);
  CHECK(report["matters"] == 250);
  CHECK(report["all"]["pieces"] == 250);
  CHECK(report["all"]["batches"] == 0);
  CHECK(run(folder, "verify " + data(folder)).code == 0);
}

TEST_CASE("with --numbers every row's number is said once it is on disk, also a second time", "[cli][intake]") {
  Folder folder;
  write(folder / "letters.tsv", rows(1, 3));
  const auto first = run(folder, "intake " + data(folder) + "--numbers --batch 1 '" + (folder / "letters.tsv") + "'");
  const auto second = run(folder, "intake " + data(folder) + "--numbers '" + (folder / "letters.tsv") + "'");
  REQUIRE(first.code == 0);
  REQUIRE(second.code == 0);
  const auto numbers = [](const std::string& out, const char* how) {
    std::vector<std::string> found;
    std::istringstream in(out);
    for (std::string line; std::getline(in, line);)
      if (line.ends_with(std::string("\t") + how)) found.push_back(line.substr(0, line.rfind('\t')));
    return found;
  };
  const auto said = numbers(first.out, "registered");
  REQUIRE(said.size() == 3);
  CHECK(numbers(second.out, "already") == said);
  for (const auto& line : said) CHECK(line.find("\t440583-K01-") != std::string::npos);
}

TEST_CASE("under a key-set another letter under a used id is rejected, and the same one is known", "[cli][intake][key_set]") {
  Folder folder;
  fs::create_directories(folder / "data");
  const KeyPair root = make_sign_keys();
  KeySet set;
  set.version = 1;
  set.not_after = SystemClock{}.wall() + std::chrono::hours(24 * 365);
  set.root_public_hex = root.public_hex;
  set.recipients = {{"C-1", "county", "", make_box_keys().public_hex}, {"D-1", "discipline", "", make_box_keys().public_hex}, {"E-1", "escrow", "", make_box_keys().public_hex}};
  REQUIRE(keep_key_set(folder / "data", encode_key_set(set, root.secret_hex)));
  write(folder / "a.tsv", rows(1, 3));
  REQUIRE(run(folder, "intake " + data(folder) + "'" + (folder / "a.tsv") + "'").code == 0);
  CHECK(nlohmann::json::parse(run(folder, "intake " + data(folder) + "--json '" + (folder / "a.tsv") + "'").out)["already"] == 3);
  write(folder / "b.tsv", "id\tsource\ttitle\ttext\nL0001\t来信\t另一封\t另一个科室的另一封信。\nL0002\t来信\t第2封信\t我家门口的路灯第2天没有亮了，请派人修一修。\n");
  const auto other = run(folder, "intake " + data(folder) + "--json '" + (folder / "b.tsv") + "'");
  CHECK(other.code == 1);
  const auto tally = nlohmann::json::parse(other.out);
  CHECK(tally["rejected"] == 1);
  CHECK(tally["already"] == 1);
  CHECK(tally["rejects"][0].get<std::string>().find("编号已用于另一封信") != std::string::npos);
}

TEST_CASE("rejected lines come back with line, reason and text; the others are registered", "[cli][intake]") {
  Folder folder;
  std::string text = rows(1, 3);
  text += "L0004\t来信\t只有三列\n";
  text += "\t来信\t没有编号\t内容\n";
  text += "L0006\t来信\t\t\n";
  text += "L0007\t来信\t坏字节\t\xff\xfe内容\n";
  text += "L0001\t来信\t第1封信\t同一个编号，另一封信。\n";
  text += "L0002\t来信\t第2封信\t我家门口的路灯第2天没有亮了，请派人修一修。\n";
  write(folder / "letters.tsv", text);
  const auto ran = run(folder, "intake " + data(folder) + "--rejects '" + (folder / "rejects.tsv") + "' '" + (folder / "letters.tsv") + "'");
  CHECK(ran.code == 1);
  const std::string rejects = read(folder / "rejects.tsv");
  CHECK(lines(rejects) == 5);
  CHECK(rejects.find("5\tL0004\tline：应有4列，实有3列\t") != std::string::npos);
  CHECK(rejects.find("6\t\tid：") != std::string::npos);
  CHECK(rejects.find("7\tL0006\t") != std::string::npos);
  CHECK(rejects.find("8\tL0007\t") != std::string::npos);
  CHECK(rejects.find("9\tL0001\tid：编号已用于另一封信") != std::string::npos);
  CHECK(ran.out.find("registered 3 of 9 rows") != std::string::npos);
  CHECK(ran.err.find("kiosk intake: 5 of 9 rows were rejected") != std::string::npos);
}

TEST_CASE("NDJSON is read like TSV", "[cli][intake]") {
  Folder folder;
  write(folder / "messages.ndjson",
        "{\"id\":\"M1\",\"source\":\"网\",\"title\":\"路灯\",\"text\":\"路灯不亮\",\"channel\":\"online\",\"name\":\"林小满\",\"extra\":[1,2]}\n"
        "{\"id\":2,\"text\":\"垃圾没人收\"}\nnot json\n{\"id\":\"M4\",\"kind\":\"poem\",\"text\":\"诗\"}\n");
  const auto ran = run(folder, "intake " + data(folder) + "--json '" + (folder / "messages.ndjson") + "'");
  CHECK(ran.code == 1);
  const auto tally = nlohmann::json::parse(ran.out);
  CHECK(tally["registered"] == 2);
  CHECK(tally["rejected"] == 2);
}

TEST_CASE("a file that is no list is refused with its first line", "[cli][intake]") {
  Folder folder;
  write(folder / "a.tsv", "number\tname\n1\t2\n");
  const auto ran = run(folder, "intake " + data(folder) + "'" + (folder / "a.tsv") + "'");
  CHECK(ran.code == 1);
  CHECK(ran.err.find("a.tsv:1: ") != std::string::npos);
  CHECK(lines(ran.err) == 1);
  CHECK(run(folder, "intake " + data(folder) + "'" + (folder / "none.tsv") + "'").code == 1);
  write(folder / "empty.tsv", "");
  CHECK(run(folder, "intake " + data(folder) + "'" + (folder / "empty.tsv") + "'").code == 1);
}

TEST_CASE("route answers every row with a window and its reasons", "[cli][route]") {
  Folder folder;
  write(folder / "letters.tsv", rows(1, 5) + "L0006\t来信\t劳动\t公司不服仲裁裁决，已经起诉到法院。\n");
  const auto ran = run(folder, "route " + data(folder) + "'" + (folder / "letters.tsv") + "'");
  REQUIRE(ran.code == 0);
  CHECK(lines(ran.out) == 6);
  for (std::size_t from = 0; from < ran.out.size();) {
    const auto end = ran.out.find('\n', from);
    const auto line = nlohmann::json::parse(ran.out.substr(from, end - from));
    CHECK_FALSE(line["window"].get<std::string>().empty());
    CHECK_FALSE(line["reasons"].empty());
    CHECK(line.contains("id"));
    from = end + 1;
  }
  const auto explained = run(folder, "route " + data(folder) + "--explain 法院判了三年，钱一直执行不到");
  CHECK(explained.code == 0);
  CHECK(explained.out.find("理由") != std::string::npos);
  CHECK(explained.out.find("《信访工作条例》") != std::string::npos);
  CHECK_FALSE(fs::exists(folder / "data/log.db"));  // it registers nothing
}

TEST_CASE("wrong use is 2, refused is 1, away is 75, and one line says why", "[cli]") {
  Folder folder;
  CHECK(run(folder, "").code == 2);
  CHECK(run(folder, "dance").code == 2);
  CHECK(run(folder, "route " + data(folder)).code == 2);
  CHECK(run(folder, "sync " + data(folder)).code == 2);
  CHECK(run(folder, "desk " + data(folder)).code == 2);
  CHECK(run(folder, "desk --role plumber").code == 2);
  CHECK(run(folder, "report --from yesterday " + data(folder)).code == 2);
  CHECK(run(folder, "run --size big " + data(folder)).code == 2);
  CHECK(run(folder, "--help").code == 0);
  CHECK(run(folder, "--version").code == 0);

  const auto lonely = run(folder, "sync --once " + data(folder));
  CHECK(lonely.code == 1);
  CHECK(lines(lonely.err) == 1);
  auto config = load_config(folder / "data", "kiosk");
  REQUIRE(config);
  config->hub_url = "http://127.0.0.1:9";
  config->hub_origin = "440583-H01";
  config->hub_public_hex = config->key.public_hex;
  REQUIRE(save_enrolment(*config));
  const auto away = run(folder, "sync --once --patience 1 " + data(folder));
  CHECK(away.code == 75);
  CHECK(away.err.find("no answer: cannot connect") != std::string::npos);
  CHECK(run(folder, "enrol --hub http://127.0.0.1:9 --code 12345678 " + data(folder)).code == 75);
  CHECK(run(folder, "enrol --hub ftp://hall --code 12345678 " + data(folder)).code == 1);
  CHECK(run(folder, "verify --data '" + (folder / "nothing-here") + "'").code == 1);
}

TEST_CASE("a screen without a display is refused in one line, not with a crash", "[cli]") {
  Folder folder;
  for (const char* command : {"run", "desk --role lawyer", "board"}) {
    const auto ran = run(folder, std::string(command) + " " + data(folder), "env SDL_VIDEODRIVER=x11 ");
    INFO(command << ": " << ran.err);
    CHECK(ran.code == 1);
    CHECK_FALSE(ran.err.empty());
  }
}

TEST_CASE("a broken configuration, rulebook or disk ends the program with the line that says where", "[cli]") {
  Folder folder;
  write(folder / "data/config.toml", "place = \"门口\"\ncolour = \"red\"\n");
  const auto config = run(folder, "run " + data(folder));
  CHECK(config.code == 1);
  CHECK(config.err.find("config.toml:2: colour: no such setting") != std::string::npos);
  fs::copy(YIZHAN_ASSETS, folder / "assets", fs::copy_options::recursive);
  write(folder / "assets/rulebooks/national.toml", "jurisdiction = \"national\"\nname = 3\n");
  write(folder / "data/config.toml", "assets_dir = \"" + (folder / "assets") + "\"\n");
  const auto rules = run(folder, "run " + data(folder));
  CHECK(rules.code == 1);
  CHECK(rules.err.find("national.toml:2") != std::string::npos);
  CHECK(lines(rules.err) == 1);
  CHECK(run(folder, "doctor " + data(folder)).code == 1);
}

TEST_CASE("one byte of damage in the log is found and named", "[cli]") {
  Folder folder;
  write(folder / "letters.tsv", rows(1, 20));
  REQUIRE(run(folder, "intake " + data(folder) + "'" + (folder / "letters.tsv") + "'").code == 0);
  REQUIRE(run(folder, "verify " + data(folder)).code == 0);
  std::string bytes = read(folder / "data/log.db");
  const std::string letter = "路灯第7天";
  const auto place = bytes.find(letter);
  REQUIRE(place != std::string::npos);
  bytes[place + letter.size() - 4] = '8';
  write(folder / "data/log.db", bytes);
  const auto ran = run(folder, "verify " + data(folder));
  CHECK(ran.code == 1);
  CHECK(ran.err.find("440583-K01 event") != std::string::npos);
}

TEST_CASE("doctor says one line a part and what to do", "[cli]") {
  Folder folder;
  const auto ran = run(folder, "doctor " + data(folder));
  CHECK(ran.code == 0);
  for (const char* part : {"disk", "database", "rulebook", "holidays", "fonts", "hub", "printer", "reader"}) {
    INFO(part);
    CHECK(ran.out.find(part) != std::string::npos);
  }
  const auto json = nlohmann::json::parse(run(folder, "doctor --json " + data(folder)).out);
  CHECK(json["sound"] == true);
  write(folder / "data/devices/printer.state", "paper=out\n");
  CHECK(run(folder, "doctor " + data(folder)).out.find("out of paper") != std::string::npos);
}

TEST_CASE("a data directory that cannot be written to is refused", "[cli]") {
  Folder folder;
  // Root may write anywhere, so the disk itself is made read-only in a namespace of its own.
  const std::string mount = "unshare -rm sh -c \"mount -t tmpfs none '" + (folder / "data") + "' && cp '" + (folder / "key") + "' '" + (folder / "data") +
                            "/device.key' && chmod 600 '" + (folder / "data") + "/device.key' && mount -o remount,ro '" + (folder / "data") + "' && '" YIZHAN_KIOSK_PROGRAM
                            "' intake --data '" + (folder / "data") + "' '" + (folder / "letters.tsv") + "'\" 2>'" + (folder / "err") + "' >/dev/null </dev/null";
  REQUIRE(load_config(folder / "data", "kiosk"));
  fs::copy(folder / "data/device.key", folder / "key");
  write(folder / "letters.tsv", rows(1, 3));
  if (std::system("unshare -rm true 2>/dev/null") != 0) SKIP("no user namespaces here");
  const int status = std::system(mount.c_str());
  CHECK(WEXITSTATUS(status) == 1);
  CHECK(read(folder / "err").find("read-only") != std::string::npos);
  CHECK(lines(read(folder / "err")) == 1);
}
