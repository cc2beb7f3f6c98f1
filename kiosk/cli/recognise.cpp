#include <fmt/format.h>

#include <fstream>
#include <iostream>

#include "kiosk/cli/cli.h"
#include "kiosk/ink/reader.h"
#include "kiosk/ink/strokes_text.h"

namespace yizhan::kiosk::cli {
namespace {

/// As much as points_max points can need, with room; the rest of a longer line is skipped, not kept.
constexpr std::size_t line_bytes_max = 2'000'000;

/// False at the end. `cut`: the line was longer than line_bytes_max.
bool next_line(std::istream& in, std::string& line, bool& cut) {
  line.clear();
  cut = false;
  std::streambuf& bytes = *in.rdbuf();
  bool any = false;
  for (int c; (c = bytes.sbumpc()) != std::char_traits<char>::eof();) {
    any = true;
    if (c == '\n') return true;
    if (line.size() < line_bytes_max) line += static_cast<char>(c);
    else cut = true;
  }
  return any;
}

}  // namespace

int recognise(const Common& common, const Recognise& options) {
  const auto config = settings(common);
  if (!config) return fail("recognise", config.error());
  const std::string folder = ink::data_folder(config->assets_dir + "/handwriting");
  auto model = ink::Model::open(folder + "/ink.model");
  if (!model) return fail("recognise", model.error());
  auto words = ink::Words::open(folder + "/ink.words");
  if (!words) return fail("recognise", words.error());
  ink::Reader reader(std::move(*model), std::move(*words));

  std::ifstream file;
  if (options.file != "-") {
    file.open(options.file, std::ios::binary);
    if (!file) return fail("recognise", {Code::Invalid, options.file + ": cannot be read"});
  }
  std::istream& in = options.file == "-" ? std::cin : file;
  ink::ReadOptions how;
  how.before = options.before;
  how.rare = options.rare;
  how.choices_max = 10;
  std::string line;
  bool cut = false;
  std::uint64_t number = 0, bad = 0;
  while (next_line(in, line, cut)) {
    ++number;
    std::string out;
    const auto ink = cut ? Result<ink::Ink>(Error{Code::Invalid, fmt::format("the line is longer than {} bytes", line_bytes_max)}) : ink::ink_of_line(line);
    if (!ink) {
      ++bad;
      fmt::print(stderr, "kiosk recognise: line {}: {}\n", number, ink.error().what);
    } else {
      const ink::Reading reading = options.row ? reader.line(*ink, how) : reader.one(*ink, how);
      for (const ink::Choice& choice : reading.choices) out += (out.empty() ? "" : " ") + choice.text;
      reader.forget();
    }
    // A line for a line, also where nothing was read: whoever compares two files can.
    fmt::print("{}\n", out);
  }
  if (bad > 0) return fail("recognise", {Code::Invalid, fmt::format("{} of {} lines cannot be read", bad, number)});
  return exit_done;
}

}  // namespace yizhan::kiosk::cli
