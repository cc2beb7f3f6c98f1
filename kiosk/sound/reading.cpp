#include "kiosk/sound/reading.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "core/text.h"
#include "kiosk/sound/numbers.h"

namespace yizhan::kiosk::sound {
namespace {

constexpr std::size_t word_characters_max = 8;
constexpr off_t dictionary_bytes_max = 64 << 20;

bool is_syllable(std::string_view s) {
  if (s.size() < 2 || s.size() > 7 || s.back() < '1' || s.back() > '5') return false;
  return std::all_of(s.begin(), s.end() - 1, [](char c) { return c >= 'a' && c <= 'z'; });
}
std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (std::size_t i = 0; i <= text.size();) {
    const std::size_t end = std::min(text.find(at, i), text.size());
    if (end > i) parts.push_back(text.substr(i, end - i));
    i = end + 1;
  }
  return parts;
}

/// The tone changes every speaker makes. Numbers keep yī: 第一, 十一, 一号, 一二三.
void change_tones(std::vector<Syllable>& sounds, const std::u32string& written) {
  const auto tone = [&](std::size_t i) { return i < sounds.size() && !sounds[i].text.empty() ? sounds[i].text.back() : '\0'; };
  for (std::size_t i = 0; i < sounds.size(); ++i) {
    const char32_t c = written[i], next = i + 1 < written.size() ? written[i + 1] : 0, before = i > 0 ? written[i - 1] : 0;
    constexpr std::u32string_view numbers = U"零一二三四五六七八九十百第幺", ordinals = U"号月日楼点";
    if (c == U'一' && sounds[i].text == "yi1" && tone(i + 1) != '\0' && numbers.find(before) == std::u32string_view::npos &&
        (numbers.find(next) == std::u32string_view::npos || next == U'百') && ordinals.find(next) == std::u32string_view::npos)
      sounds[i].text.back() = tone(i + 1) == '4' || (tone(i + 1) == '5' && next == U'个') ? '2' : tone(i + 1) == '5' ? '1' : '4';
    if (c == U'不' && sounds[i].text == "bu4" && tone(i + 1) == '4') sounds[i].text.back() = '2';
  }
  // Of third tones in a row all but the last rise. More than three: people breathe in between, pairs from the front.
  for (std::size_t i = 0; i < sounds.size();) {
    std::size_t end = i;
    while (tone(end) == '3') ++end;
    const std::size_t run = end - i;
    for (std::size_t k = 0; run >= 2 && k + 1 < run; ++k)
      if (run <= 3 || k % 2 == 0) sounds[i + k].text.back() = '2';
    i = std::max(end, i + 1);
  }
}

}  // namespace

std::string utf8_of(std::u32string_view text) {
  std::string out;
  out.reserve(text.size() * 3);
  for (const char32_t c : text) out += utf8(c);
  return out;
}

Result<Readings> Readings::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Error{Code::Unavailable, path + ": cannot be read"};
  struct stat info {};
  const bool plain = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 && info.st_size <= dictionary_bytes_max;
  void* at = plain ? ::mmap(nullptr, static_cast<std::size_t>(info.st_size), PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
  ::close(fd);
  if (at == MAP_FAILED) return Error{Code::Corrupt, path + ": not a dictionary of readings"};
  Readings readings;
  readings.size_ = static_cast<std::size_t>(info.st_size);
  const std::size_t size = readings.size_;
  readings.bytes_ = std::shared_ptr<const char>(static_cast<const char*>(at), [size](const char* p) { ::munmap(const_cast<char*>(p), size); });
  if (readings.of("你").empty() || readings.bytes_.get()[size - 1] != '\n') return Error{Code::Corrupt, path + ": not a dictionary of readings"};
  return readings;
}

Status Readings::add(const std::string& path) {
  std::ifstream in(path);
  if (!in) return Error{Code::Unavailable, path + ": cannot be read"};
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || line[0] == '#') continue;
    const auto parts = split(line, '\t');
    const auto wrong = [&](std::string_view what) { return Error{Code::Invalid, path + ":" + std::to_string(number) + ": " + std::string(what)}; };
    if (parts.size() < 2 || !valid_utf8(parts[0])) return wrong("must be words, a tab and their syllables: 六安<tab>lu4 an1");
    const auto syllables = split(parts[1], ' ');
    if (syllables.size() != characters(parts[0]) || syllables.size() > word_characters_max) return wrong("one syllable a character, at most eight");
    for (const auto syllable : syllables)
      if (!is_syllable(syllable)) return wrong("a syllable is letters and a tone from 1 to 5: " + std::string(syllable));
    own_[std::string(parts[0])] = std::string(parts[1]);
  }
  return Done{};
}

std::string_view Readings::of(std::string_view word) const {
  if (const auto own = own_.find(word); own != own_.end()) return own->second;
  const std::string_view all(bytes_.get(), size_);
  std::size_t low = 0, high = size_;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const std::size_t newline = middle == 0 ? std::string_view::npos : all.rfind('\n', middle - 1);
    const std::size_t begin = newline == std::string_view::npos || newline < low ? low : newline + 1;
    const std::size_t end = std::min(all.find('\n', begin), size_);
    const std::string_view line = all.substr(begin, end - begin);
    const std::size_t tab = std::min(line.find('\t'), line.size());
    const int order = word.compare(line.substr(0, tab));
    if (order == 0) return tab < line.size() ? line.substr(tab + 1) : std::string_view{};
    if (order < 0) high = begin;
    else low = end + 1;
  }
  return {};
}

std::vector<Syllable> Readings::syllables(std::u32string_view text) const {
  std::vector<Syllable> out, run;
  std::u32string written;  // the characters of `run`
  const auto flush = [&] {
    change_tones(run, written);
    out.insert(out.end(), std::make_move_iterator(run.begin()), std::make_move_iterator(run.end()));
    run.clear();
    written.clear();
  };
  const auto pause = [&](int ms) {
    flush();
    if (!out.empty() && out.back().text.empty()) out.back().pause_ms = std::max(out.back().pause_ms, ms);
    else if (!out.empty()) out.push_back({"", ms});
  };
  for (std::size_t i = 0; i < text.size();) {
    const char32_t c = text[i];
    if (is_pause(c)) {
      pause(c == U'。' ? pause_long_ms : pause_short_ms);
      ++i;
      continue;
    }
    if (c >= U'A' && c <= U'Z') {
      run.push_back({std::string(1, static_cast<char>(c)), 0});
      written.push_back(c);
      ++i;
      continue;
    }
    std::size_t most = 0;
    while (most < word_characters_max && i + most < text.size() && is_han(text[i + most])) ++most;
    std::size_t taken = 0;
    for (std::size_t n = most; n > 0 && taken == 0; --n) {
      const std::string_view reading = of(utf8_of(text.substr(i, n)));
      if (reading.empty()) continue;
      const auto parts = split(reading, ' ');
      if (parts.size() != n) continue;
      for (std::size_t k = 0; k < n; ++k) {
        run.push_back({std::string(parts[k]), 0});
        written.push_back(text[i + k]);
      }
      taken = n;
    }
    if (taken == 0) pause(pause_short_ms);
    i += std::max<std::size_t>(taken, 1);
  }
  flush();
  while (!out.empty() && out.back().text.empty()) out.pop_back();
  return out;
}

std::vector<std::string> Readings::all_syllables() const {
  std::set<std::string> found;
  for (const auto line : split({bytes_.get(), size_}, '\n')) {
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos) continue;
    for (const auto syllable : split(line.substr(tab + 1), ' '))
      if (is_syllable(syllable)) found.emplace(syllable);
  }
  return {found.begin(), found.end()};
}

}  // namespace yizhan::kiosk::sound
