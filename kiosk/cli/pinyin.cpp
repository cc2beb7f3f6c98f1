#include "kiosk/cli/pinyin.h"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <vector>

#include "kiosk/cli/cli.h"
#include "kiosk/ui/window.h"

namespace yizhan::kiosk::cli {

namespace {

constexpr std::size_t candidates_shown = 10;

/// Letters as the engine takes them: small, syllables apart by '. Nothing: something else stands in the line.
std::optional<std::string> letters_of(std::string_view line) {
  std::string letters;
  for (const char c : line) {
    if (c >= 'a' && c <= 'z') letters += c;
    else if (c >= 'A' && c <= 'Z') letters += static_cast<char>(c - 'A' + 'a');
    else if (c != ' ' && c != '\'') return std::nullopt;
    else if (!letters.empty() && letters.back() != '\'') letters += '\'';
  }
  while (letters.ends_with('\'')) letters.pop_back();
  return letters;
}

std::string row(ui::PinyinEngine& engine, std::string_view letters) {
  std::string out;
  std::size_t n = 0;
  for (int page = 0; n < candidates_shown; ++page) {
    const auto found = engine.candidates(letters, page);
    for (const std::string& word : found.words) {
      if (n == candidates_shown) break;
      if (n++ > 0) out += '\t';
      out += word;
    }
    if (!found.more) break;
  }
  return out;
}

}  // namespace

int pinyin(const Pinyin& options) {
  std::ifstream file;
  if (options.file != "-") {
    file.open(options.file, std::ios::binary);
    if (!file) return fail("pinyin", {Code::Io, options.file + ": cannot be read"});
  }
  std::istream& in = options.file == "-" ? std::cin : file;
  auto engine = ui::open_pinyin(options.assets + "/pinyin");
  if (!engine) return fail("pinyin", engine.error());
  (*engine)->fuzzy(options.fuzzy);
  int code = exit_done;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    const auto letters = letters_of(line);
    std::string out;
    if (letters && letters->size() > static_cast<std::size_t>(pinyin_letters_max)) {
      fmt::print(stderr, "kiosk pinyin: {}:{}: longer than {} letters\n", options.file, number, pinyin_letters_max);
      code = exit_failed;
    } else if (letters && !letters->empty()) {
      out = row(**engine, *letters);
    }
    // At once, so that the answer comes before the next question is typed.
    fmt::print("{}\n", out);
    std::fflush(stdout);
  }
  return code;
}

}  // namespace yizhan::kiosk::cli
