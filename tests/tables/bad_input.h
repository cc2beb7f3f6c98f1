/// Reads tests/tables/bad_input.tsv: what a person types, what the machine says, what is kept.
#pragma once
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.h"

namespace yizhan::bad_input {

/// "\e" escape, "\xHH" one byte, "\u{HEX}" one code point, "\n", "\\"; "字*20001" (a whole cell) repeats.
inline std::string unquoted(std::string_view cell) {
  if (const auto star = cell.rfind('*'); star != std::string_view::npos && star + 1 < cell.size() && cell.find_first_not_of("0123456789", star + 1) == std::string_view::npos) {
    std::string all;
    const int times = std::stoi(std::string(cell.substr(star + 1)));
    for (int i = 0; i < times; ++i) all += cell.substr(0, star);
    return all;
  }
  std::string out;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    if (cell[i] != '\\' || i + 1 == cell.size()) {
      out += cell[i];
      continue;
    }
    const char kind = cell[++i];
    if (kind == 'e') out += '\x1b';
    else if (kind == 'n') out += '\n';
    else if (kind == 'x') out += static_cast<char>(std::stoi(std::string(cell.substr(i + 1, 2)), nullptr, 16)), i += 2;
    else if (kind == 'u') {
      const auto end = cell.find('}', i);
      out += utf8(static_cast<char32_t>(std::stoul(std::string(cell.substr(i + 2, end - i - 2)), nullptr, 16)));
      i = end;
    } else out += kind;
  }
  return out;
}

struct Row {
  int line = 0;
  std::string field, typed, kiosk, desk, kept;
  bool at_kiosk = true, at_desk = true;
};

/// Columns: field, typed, words at the kiosk ("" taken, "-" no such field there), words at reception's form ("=" the same,
/// "-" no such field there), kept at the kiosk ("=" as typed). A line of another number of columns makes the list empty.
inline std::vector<Row> rows(const std::string& path) {
  std::ifstream in(path);
  std::vector<Row> all;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line.starts_with('#')) continue;
    std::vector<std::string> cells;
    for (std::size_t from = 0;;) {
      const auto tab = line.find('\t', from);
      cells.push_back(line.substr(from, tab == std::string::npos ? tab : tab - from));
      if (tab == std::string::npos) break;
      from = tab + 1;
    }
    if (cells.size() != 5) return {};
    Row row;
    row.line = number;
    row.field = cells[0];
    row.typed = unquoted(cells[1]);
    row.at_kiosk = cells[2] != "-";
    row.at_desk = cells[3] != "-";
    row.kiosk = row.at_kiosk ? cells[2] : "";
    row.desk = !row.at_desk ? "" : cells[3] == "=" ? row.kiosk : cells[3];
    row.kept = cells[4] == "=" ? row.typed : unquoted(cells[4]);
    all.push_back(std::move(row));
  }
  return all;
}

/// Typed into every field a person can write in: label syntax of ImGui, formats of printf and fmt, quotes, tags; \x01…BEL, ESC, OSC,
/// CSI of eight bits, bidi overrides.
inline const std::string label_syntax = "##submit###id%n%s%p{0}{}%d'; DROP TABLE event;--<b>";
inline const std::string escapes = "字\x1b[31m\x1b]0;x\x07\xC2\x9B" "2J\x01\x7f\xE2\x80\xAE" "反\xE2\x80\xAC\xE2\x81\xA6\xE2\x81\xA9末";

/// True when nothing in `bytes` could command a terminal or turn the writing direction round.
inline bool harmless(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if ((byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r') || byte == 0x7F) return false;
    const std::string_view rest = bytes.substr(i);
    if (byte == 0xC2 && rest.size() > 1 && static_cast<unsigned char>(rest[1]) < 0xA0) return false;
    for (const char32_t c : {0x061C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069})
      if (rest.starts_with(utf8(c))) return false;
  }
  return true;
}

}  // namespace yizhan::bad_input
