#include <catch2/catch_test_macros.hpp>
#include <sys/stat.h>

#include "world.h"

using namespace engine_tests;

namespace {

std::string refusal(const std::string& toml) {
  Folder folder;
  write(folder / "config.toml", toml);
  const auto config = load_config(folder.path, "kiosk");
  if (config) return "accepted";
  CHECK(config.error().code == Code::Invalid);
  return config.error().what.substr(folder.path.size() + 1);
}

/// A copy of the project's assets with one file spoilt.
std::string spoilt(const std::string& file, const std::string& from, const std::string& to) {
  Folder folder;
  fs::copy(YIZHAN_ASSETS, folder / "assets", fs::copy_options::recursive);
  std::string text = read(folder / ("assets/" + file));
  const auto place = text.find(from);
  REQUIRE(place != std::string::npos);
  text.replace(place, from.size(), to);
  write(folder / ("assets/" + file), text);
  const auto loaded = load_books(folder / "assets", "national");
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().code == Code::Invalid);
  return loaded.error().what.substr(loaded.error().what.rfind('/') + 1);
}

}  // namespace

TEST_CASE("a configuration that does not fit is refused with its line", "[config]") {
  CHECK(refusal("place = \"门口\"\nplase = \"大厅\"\n") == "config.toml:2: plase: no such setting");
  CHECK(refusal("idle_warn_s = \"soon\"\n").starts_with("config.toml:1: idle_warn_s: must be a whole number"));
  CHECK(refusal("\n\nprinter = \"laser\"\n").starts_with("config.toml:3: printer: must be one of"));
  CHECK(refusal("five_keys = [\"Up\", \"Down\", \"Return\", \"Escape\"]\n").starts_with("config.toml:1: five_keys: must be five different keys"));
  CHECK(refusal("five_keys = [\"Up\", \"Up\", \"Return\", \"Escape\", \"F1\"]\n").starts_with("config.toml:1: five_keys: must be five different keys"));
  CHECK(refusal("five_keys = [\"Up\", \"Down\", \"Enter\", \"Escape\", \"F13\"]\n").starts_with("config.toml:1: five_keys: must be five different keys"));
  CHECK(refusal("five_keys = [\"F1\", \"F2\", \"F3\", \"F4\", \"F12\"]\nscreen_inches = 15.6\n") == "accepted");
  CHECK(refusal("screen_inches = 7\n").starts_with("config.toml:1: screen_inches: must be a number of inches"));
  CHECK(refusal("windows = [\"LAW\", 3]\n").starts_with("config.toml:1: windows: must be a list of texts"));
  CHECK(refusal("hub_public_hex = \"abc\"\n").starts_with("config.toml:1: hub_public_hex: must be 64 hex digits"));
  CHECK(refusal("place = \"one\nplace = 2\n").starts_with("config.toml:1: "));
  CHECK(refusal("origin = \"K1\"\n").starts_with("config.toml:1: origin:"));
  CHECK(refusal("ticket_first = 30\nticket_last = 20\n").find("ticket_last") != std::string::npos);
  CHECK(refusal("place = \"门口\"\n") == "accepted");
}

TEST_CASE("each setting says what it may be", "[config]") {
  const std::string key(64, 'a');
  struct Row { std::string toml, says; };
  for (const Row& row : std::vector<Row>{{"place = 3", "place: must be text in quotes"},
                                         {"windows = \"LAW\"", "windows: must be a list of texts"},
                                         {"five_keys = \"Up\"", "five_keys: must be a list of texts"},
                                         {"role = \"guard\"", "role: must be one of kiosk, desk-lawyer"},
                                         {"printer = 1", "printer: must be one of simulated, none, file:…"},
                                         {"printer = \"file:\"", "printer: must be one of simulated, none, file:…"},
                                         {"printer = \"file:/dev/usb/lp9\"", ""},
                                         {"reader = \"file:/dev/usb/lp9\"", "reader: must be one of simulated, none"},
                                         {"purge_days = 6", "purge_days: must be 7 to 3650 days, or 0 for never"},
                                         {"purge_days = 3651", "purge_days: must be 7 to 3650 days, or 0 for never"},
                                         {"purge_days = \"7\"", "purge_days: must be 7 to 3650 days, or 0 for never"},
                                         {"purge_days = 0", ""},
                                         {"purge_days = 7", ""},
                                         {"idle_warn_s = 9", "idle_warn_s: must be a whole number from 10 to 3600"},
                                         {"hub_public_hex = 1", "hub_public_hex: must be 64 hex digits"},
                                         {"hub_public_hex = \"" + key + "\"", ""},
                                         {"discipline_keys = \"" + key + "\"", "discipline_keys: must be a list of texts"},
                                         {"discipline_keys = [\"" + key + "\", \"ab\"]", "discipline_keys: must be 64 hex digits each"},
                                         {"discipline_keys = [\"" + key + "\"]", ""},
                                         {"origin = 440583", "origin: must be <county, 6 digits>-<letter, 2 digits>"},
                                         {"screen_inches = \"15\"", "screen_inches: must be a number of inches"}}) {
    INFO(row.toml);
    CHECK(refusal(row.toml + "\n").starts_with(row.says.empty() ? "accepted" : "config.toml:1: " + row.says));
  }
  CHECK(refusal("ticket_first = 30\n") == "config.toml: ticket_first: needs ticket_last beside it");
  CHECK(refusal("ticket_last = 30\n") == "config.toml: ticket_first: needs ticket_last beside it");
}

TEST_CASE("what enrolment wrote is refused with its own line, and a place no file can be made in is told", "[config]") {
  Folder folder;
  write(folder / "enrolment.toml", "role = \"kiosk\"\norigin = 3\n");
  CHECK(load_config(folder.path, "").error().what.starts_with(folder / "enrolment.toml:2: origin:"));
  write(folder / "enrolment.toml", "");
  write(folder / "file", "x");
  const auto nowhere = load_config(folder / "file/data", "kiosk");
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().code == Code::Io);
  CHECK(nowhere.error().what.find("cannot be made") != std::string::npos);
  Config config = *load_config(folder / "new/data", "board");
  CHECK((fs::status(folder / "new/data").permissions() & (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none);
  CHECK(config.origin == "440583-B01");
  config.data_dir = folder / "file";
  CHECK(save_enrolment(config).error().code == Code::Io);
  // Quotes and control characters of a name come back as the words they are, never as lines of their own.
  config.data_dir = folder.path;
  config.ca_file = "C:\\\"certs\"\n\x7f.pem";
  config.hub_origin = "440583-H01";
  config.hub_public_hex = config.key.public_hex;
  config.discipline_keys = {std::string(64, 'a'), std::string(64, 'b')};
  REQUIRE(save_enrolment(config));
  const auto again = load_config(folder.path, "");
  REQUIRE(again);
  CHECK(again->ca_file == "C:\\\"certs\".pem");
  CHECK(again->discipline_keys == config.discipline_keys);
}

TEST_CASE("a folder where a file should be is an error, never the end of the program", "[config][bad_input]") {
  for (const char* name : {"config.toml", "enrolment.toml", "device.key"}) {
    INFO(name);
    Folder folder;
    fs::create_directories(folder / (std::string(name) + "/x"));
    fs::permissions(folder / name, fs::perms::owner_all);
    const auto config = load_config(folder.path, "kiosk");
    REQUIRE_FALSE(config);
    CHECK(config.error().code == Code::Io);
    CHECK(config.error().what.starts_with(folder / name + ": cannot be read"));
  }
  Folder folder;
  fs::create_directories(folder / "taken/x");
  CHECK(write_private(folder / "taken", "x").error().what.starts_with(folder / "taken: cannot be written"));
  CHECK_FALSE(fs::exists(folder / "taken.new"));
  CHECK(write_private(folder / "nowhere/x", "x").error().code == Code::Io);
}

TEST_CASE("a damaged key-set or root stops the start, and the words say what to do", "[config][keys]") {
  const KeyPair root = make_sign_keys(), county = make_box_keys(), discipline = make_box_keys();
  KeySet set;
  set.version = 3;
  set.root_public_hex = root.public_hex;
  set.recipients = {{"C-1", "county", "", county.public_hex}, {"D-1", "discipline", "", discipline.public_hex}};
  const std::string good = encode_key_set(set, root.secret_hex);
  Folder folder;
  REQUIRE(keep_key_set(folder.path, good));
  REQUIRE(load_config(folder.path, "kiosk"));
  CHECK(read(folder / "key_root") == root.public_hex + "\n");
  const auto refused = [&](const std::string& file, const std::string& bytes, const std::string& says) {
    const std::string kept = read(folder / file);
    write(folder / file, bytes);
    const auto config = load_config(folder.path, "kiosk");
    write(folder / file, kept);
    REQUIRE_FALSE(config);
    CHECK(config.error().code == Code::Corrupt);
    CHECK(config.error().what.find(says) != std::string::npos);
    CHECK(config.error().what.find("enrol") != std::string::npos);
    REQUIRE(load_config(folder.path, "kiosk"));
  };
  refused("key_root", "no key\n", "key_root:1: not a root key");
  refused("key_root", make_sign_keys().public_hex + "\n", "key_set.json: ");
  refused("key_set.json", good.substr(0, good.size() / 2), "key_set.json: ");
  // A set whose pin was lost is pinned by the next one.
  fs::remove(folder / "key_root");
  REQUIRE(load_config(folder.path, "kiosk"));
  set.version = 4;
  REQUIRE(keep_key_set(folder.path, encode_key_set(set, root.secret_hex)));
  CHECK(read(folder / "key_root") == root.public_hex + "\n");
  // A folder in the place of either is told like any other damage of the disk.
  for (const char* name : {"key_root", "key_set.json"}) {
    INFO(name);
    const std::string kept = read(folder / name);
    fs::remove(folder / name);
    fs::create_directories(folder / (std::string(name) + "/x"));
    CHECK(load_config(folder.path, "kiosk").error().code == Code::Io);
    CHECK(keep_key_set(folder.path, good).error().code == Code::Io);
    fs::remove_all(folder / name);
    write(folder / name, kept);
  }
}

TEST_CASE("a device makes its key once, for its owner only", "[config]") {
  Folder folder;
  const auto first = load_config(folder.path, "kiosk");
  REQUIRE(first);
  struct stat info {};
  REQUIRE(::stat((folder / "device.key").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  const auto again = load_config(folder.path, "kiosk");
  REQUIRE(again);
  CHECK(again->key.secret_hex == first->key.secret_hex);
  REQUIRE(::chmod((folder / "device.key").c_str(), 0644) == 0);
  const auto open_key = load_config(folder.path, "kiosk");
  REQUIRE_FALSE(open_key);
  CHECK(open_key.error().what.find("chmod 600") != std::string::npos);
  REQUIRE(::chmod((folder / "device.key").c_str(), 0600) == 0);
  // A damaged key is told, whatever is damaged: cut, letters that are no hex, another key. It never stops the process.
  const std::string secret = first->key.secret_hex;
  for (const std::string& damaged : {std::string(secret.size(), 'a'), std::string(secret.size(), 'z'), secret.substr(0, 100), secret + "00", std::string{}}) {
    write(folder / "device.key", first->key.public_hex + "\n" + damaged + "\n");
    CHECK_FALSE(load_config(folder.path, "kiosk"));
  }
}

TEST_CASE("two devices of a hall never share a ticket number, not even on a day that overflows", "[config]") {
  std::set<std::string> seen;
  for (const char* origin : {"440583-K01", "440583-K02", "440583-K03", "440583-D01", "440583-D02", "440583-D09"}) {
    Folder folder;
    write(folder / "config.toml", std::string("origin = \"") + origin + "\"\n");
    const auto config = load_config(folder.path, "");
    REQUIRE(config);
    // The numbers of a range, and the same range with one more digit (filing.cpp).
    for (int n = config->ticket_first; n <= config->ticket_last; ++n) CHECK(seen.insert(std::to_string(n)).second);
    for (int n = config->ticket_first * 10; n <= config->ticket_last * 10 + 9; ++n)
      if (n >= 1000) CHECK(seen.insert(std::to_string(n)).second);
  }
}

TEST_CASE("what enrolment pinned is read again, and the people's file wins over it", "[config]") {
  Folder folder;
  auto config = load_config(folder.path, "desk-lawyer");
  REQUIRE(config);
  config->origin = "440583-D07";
  config->hub_url = "http://127.0.0.1:7301";
  config->hub_origin = "440583-H01";
  config->hub_public_hex = config->key.public_hex;
  config->windows = {"LAW", "MED"};
  REQUIRE(save_enrolment(*config));
  const auto again = load_config(folder.path, "");
  REQUIRE(again);
  CHECK(again->role == "desk-lawyer");
  CHECK(again->origin == "440583-D07");
  CHECK(again->hub_public_hex == config->hub_public_hex);
  CHECK(again->windows == std::vector<std::string>{"LAW", "MED"});
  write(folder / "config.toml", "hub_url = \"https://hall:7301\"\n");
  CHECK(load_config(folder.path, "")->hub_url == "https://hall:7301");
}

TEST_CASE("a broken rulebook or holiday file is refused with its line", "[config]") {
  const auto rule = spoilt("rulebooks/national.toml", "unit = \"days\"", "unit = \"daze\"");
  CHECK(rule.starts_with("national.toml:"));
  CHECK(std::isdigit(static_cast<unsigned char>(rule[14])) != 0);
  CHECK(spoilt("rulebooks/national.toml", "[[term]]", "[[term]").starts_with("national.toml:"));
  CHECK(spoilt("holidays/holiday-2026.json", "2026-01-02", "2026-13-02").starts_with("holiday-2026.json:"));
}

TEST_CASE("a jurisdiction without a rulebook is refused and named", "[config]") {
  const auto none = load_books(YIZHAN_ASSETS, "atlantis");
  REQUIRE_FALSE(none);
  CHECK(none.error().what.find("atlantis") != std::string::npos);
  const auto zhejiang = load_books(YIZHAN_ASSETS, "zhejiang");
  REQUIRE(zhejiang);
  CHECK(zhejiang->rules.books.front().jurisdiction == "zhejiang");
}
