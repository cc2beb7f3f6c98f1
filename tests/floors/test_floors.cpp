// Reads the #include lines of core, sync and kiosk: nothing includes upward, and a library stays at its edge.
#include <catch2/catch_test_macros.hpp>
#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Row {
  int floor = 0;
  std::string room;
  std::vector<std::string> patterns;
};
struct Library {
  std::vector<std::string> prefixes;
  std::vector<std::string> users;
};
struct Plan {
  std::vector<Row> rows;
  std::vector<Library> libraries;
};

bool matches(const std::string& path, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0; });
}

bool looks_like_path(const std::string& word) { return word.rfind("core/", 0) == 0 || word.rfind("sync/", 0) == 0 || word.rfind("kiosk/", 0) == 0; }

Plan read_plan(std::istream& in) {
  Plan plan;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string first;
    if (!(words >> first) || first[0] == '#') continue;
    if (first == "library") {
      Library library;
      for (std::string word; words >> word;) (looks_like_path(word) ? library.users : library.prefixes).push_back(word);
      plan.libraries.push_back(library);
    } else {
      Row row{std::stoi(first), {}, {}};
      words >> row.room;
      for (std::string word; words >> word;) row.patterns.push_back(word);
      plan.rows.push_back(row);
    }
  }
  return plan;
}

std::optional<Row> row_of(const std::string& path, const Plan& plan) {
  for (const Row& row : plan.rows)
    if (matches(path, row.patterns)) return row;
  return std::nullopt;
}

using Tree = std::map<std::string, std::string>;  // path → text

/// What is wrong, one sentence each; empty when every floor holds.
std::vector<std::string> findings(const Tree& tree, const Plan& plan) {
  static const std::regex include_line(R"(^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">])");
  static const std::regex asks_the_time(R"(\b(system_clock|steady_clock)::now|\bclock_gettime\s*\(|\btime\s*\(\s*(nullptr|NULL|0)\s*\)|sleep_for|sleep_until)");
  std::vector<std::string> wrong;
  for (const auto& [path, text] : tree) {
    const auto own = row_of(path, plan);
    if (!own) {
      wrong.push_back(path + " stands on no floor: give it a row in tests/floors/floors.txt");
      continue;
    }
    const bool header = path.ends_with(".h");
    const std::string top = path.substr(0, path.find('/'));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (own->floor <= 3 && path != "core/clock.cpp" && std::regex_search(line, asks_the_time) && line.find("//") == std::string::npos)
        wrong.push_back(path + " asks the system for the time or sleeps: " + line);
      std::smatch found;
      if (!std::regex_search(line, found, include_line)) continue;
      const std::string target = found[2];
      if (found[1] == "\"" && looks_like_path(target)) {
        const std::string other = target.substr(0, target.find('/'));
        if ((top == "core" && other != "core") || (top == "sync" && other == "kiosk"))
          wrong.push_back(path + " includes " + target + ": " + top + " never includes " + other);
        const auto its = row_of(target, plan);
        if (!its) {
          wrong.push_back(path + " includes " + target + ", which stands on no floor");
        } else if (its->floor > own->floor) {
          wrong.push_back(path + " (floor " + std::to_string(own->floor) + ") includes upward: " + target + " (floor " + std::to_string(its->floor) + ")");
        } else if (its->floor == 4 && own->floor == 4 && its->room != own->room && its->room != "ui") {
          wrong.push_back(path + " includes another edge: " + target);
        }
        continue;
      }
      if (own->floor <= 3 && (target == "thread" || target == "sys/socket.h" || target == "netdb.h"))
        wrong.push_back(path + " includes <" + target + ">: machines own no thread and no socket");
      for (const Library& library : plan.libraries) {
        const bool of_library = std::any_of(library.prefixes.begin(), library.prefixes.end(), [&](const std::string& p) { return target.rfind(p, 0) == 0; });
        if (!of_library) continue;
        if (!matches(path, library.users)) wrong.push_back(path + " includes <" + target + ">: this library belongs to another edge");
        if (header && top != "kiosk") wrong.push_back(path + " brings <" + target + "> into a shared header");
      }
    }
  }
  return wrong;
}

Tree read_tree(const fs::path& root) {
  Tree tree;
  for (const char* top : {"core", "sync", "kiosk"})
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const auto extension = entry.path().extension();
      if (!entry.is_regular_file() || (extension != ".h" && extension != ".cpp")) continue;
      std::ifstream in(entry.path());
      std::stringstream text;
      text << in.rdbuf();
      tree[fs::relative(entry.path(), root).generic_string()] = text.str();
    }
  return tree;
}

Plan plan() {
  std::ifstream in(fs::path(YIZHAN_SOURCE_DIR) / "tests/floors/floors.txt");
  REQUIRE(in);
  return read_plan(in);
}

bool mentions(const std::vector<std::string>& wrong, const std::string& words) {
  return std::any_of(wrong.begin(), wrong.end(), [&](const std::string& line) { return line.find(words) != std::string::npos; });
}

}  // namespace

TEST_CASE("nothing in core, sync or kiosk includes upward", "[floors]") {
  const Tree tree = read_tree(YIZHAN_SOURCE_DIR);
  REQUIRE(tree.size() > 20);
  const auto wrong = findings(tree, plan());
  std::string all;
  for (const auto& line : wrong) all += line + "\n";
  INFO(all);
  CHECK(wrong.empty());
}

TEST_CASE("the floor checker barks at every kind of climbing", "[floors]") {
  const Plan house = plan();
  const auto alone = [&](const std::string& path, const std::string& line) { return findings({{path, line + "\n"}}, house); };
  CHECK(alone("core/matter.cpp", "#include \"core/event.h\"").empty());
  CHECK(mentions(alone("core/text.cpp", "#include \"core/event_log.h\""), "upward"));
  CHECK(mentions(alone("core/event_log.cpp", "  #  include \"sync/wire.h\""), "core never includes sync"));
  CHECK(mentions(alone("sync/client.cpp", "#include \"kiosk/messages.h\""), "sync never includes kiosk"));
  CHECK(mentions(alone("kiosk/session/session.cpp", "#include \"kiosk/ui/kit.h\""), "upward"));
  CHECK(mentions(alone("kiosk/screens/home.cpp", "#include <SDL.h>"), "another edge"));
  CHECK(mentions(alone("kiosk/engine/store.cpp", "#include \"kiosk/screens/screens.h\""), "another edge"));
  CHECK(mentions(alone("core/event.h", "#include <nlohmann/json.hpp>"), "shared header"));
  CHECK(mentions(alone("sync/client.cpp", "#include <thread>"), "no thread"));
  CHECK(mentions(alone("core/matter.cpp", "auto now = std::chrono::system_clock::now();"), "the time"));
  CHECK(mentions(alone("core/surprise.cpp", ""), "no floor"));
}
