// kiosk recognise as an operator meets it.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "hand.h"
#include "tests/folder.h"

using namespace ink_tests;

namespace {

namespace fs = std::filesystem;

using yizhan::test::Folder;
std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
struct Ran { int code = -1; std::string out, err; };
Ran recognise(const Folder& folder, const std::string& lines, const std::string& more = {}) {
  std::ofstream(folder / "in", std::ios::binary) << lines;
  const std::string command = "env -u DISPLAY '" YIZHAN_KIOSK_PROGRAM "' recognise --data '" + (folder / "data") + "' " + more + " '" + (folder / "in") + "' >'" +
                              (folder / "out") + "' 2>'" + (folder / "err") + "' </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128, read(folder / "out"), read(folder / "err")};
}
const std::string cross = "? 2 2 10 50 90 48 2 50 5 51 95";

}  // namespace

TEST_CASE("recognise prints ten candidates a line", "[ink][cli]") {
  const Folder folder;
  const Ran ran = recognise(folder, cross + "\n十 1 2 5 50 95 48");
  CHECK(ran.code == 0);
  CHECK(ran.err.empty());
  const std::string first = ran.out.substr(0, ran.out.find('\n'));
  CHECK(first.starts_with("十 "));
  CHECK(std::count(first.begin(), first.end(), ' ') == 9);
  CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 2);
  CHECK(ran.out.substr(first.size() + 1).starts_with("一"));
}

TEST_CASE("bad lines are named with line and field, the others are read, the exit code tells", "[ink][cli][bad]") {
  const Folder folder;
  const Ran ran = recognise(folder, cross + "\n十 1 1 nan 0\n\n" + cross + "\n");
  CHECK(ran.code == 1);
  CHECK(ran.err.find("kiosk recognise: line 2: stroke 1 point 1 x: ") != std::string::npos);
  CHECK(ran.err.find("kiosk recognise: line 3: label: ") != std::string::npos);
  CHECK(ran.err.find("2 of 4 lines cannot be read") != std::string::npos);
  CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 4);
  CHECK(ran.out.find("\n\n\n十 ") != std::string::npos);  // a line for a line
  CHECK(recognise(folder, "").code == 0);
}

TEST_CASE("a file that is not there and wrong use have their own exit codes", "[ink][cli][bad]") {
  const Folder folder;
  recognise(folder, cross);
  const std::string program = "'" YIZHAN_KIOSK_PROGRAM "' recognise ";
  CHECK(WEXITSTATUS(std::system((program + "--data '" + (folder / "data") + "' /nowhere/ink.txt 2>/dev/null").c_str())) == 1);
  CHECK(WEXITSTATUS(std::system((program + ">/dev/null 2>&1").c_str())) == 2);
}

TEST_CASE("a line without an end is bounded", "[ink][cli][bad]") {
  const Folder folder;
  const Ran ran = recognise(folder, "十 1 9 " + std::string(9'000'000, '1') + "\n" + cross);
  CHECK(ran.code == 1);
  CHECK(ran.err.find("line 1: the line is longer than") != std::string::npos);
  CHECK(ran.out.find("十 ") != std::string::npos);
}

TEST_CASE("a model that is cut short is named, with what to do", "[ink][cli][bad]") {
  const Folder folder;
  fs::create_directories(folder / "data");
  fs::create_directories(folder / "assets/handwriting");
  std::ofstream(folder / "data/config.toml") << "assets_dir = \"" << (folder / "assets") << "\"\n";
  const std::string whole = read(HANDWRITING_DATA "/ink.model");
  std::ofstream(folder / "assets/handwriting/ink.model", std::ios::binary) << whole.substr(0, whole.size() / 3);
  fs::copy_file(HANDWRITING_DATA "/ink.words", folder / "assets/handwriting/ink.words");
  const Ran ran = recognise(folder, cross);
  CHECK(ran.code == 1);
  CHECK(ran.out.empty());
  CHECK(ran.err.find("cut short") != std::string::npos);
  CHECK(ran.err.find("handwriting_data") != std::string::npos);
  std::string other = whole;
  other[8] = 77;
  std::ofstream(folder / "assets/handwriting/ink.model", std::ios::binary | std::ios::trunc) << other;
  CHECK(recognise(folder, cross).err.find("version 77") != std::string::npos);
  fs::remove(folder / "assets/handwriting/ink.words");
  std::ofstream(folder / "assets/handwriting/ink.model", std::ios::binary | std::ios::trunc) << whole;
  CHECK(recognise(folder, cross).code == 75);  // may be there after the next build
}
