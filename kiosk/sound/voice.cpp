#include "kiosk/sound/voice.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/text.h"
#include "kiosk/sound/numbers.h"

namespace yizhan::kiosk::sound {
namespace {

constexpr std::uintmax_t manifest_bytes_max = 4u << 20;
constexpr off_t file_bytes_max = 8 << 20;
constexpr std::size_t sentence_characters_max = 80, word_characters_max = 24;
/// Single characters that may be recorded for numbers; any other single character is read as its syllable.
constexpr std::u32string_view number_words = U"零一二三四五六七八九十百千万亿两点分号人幺";

bool plain_name(std::string_view name) {
  return !name.empty() && name.front() != '/' && name.find("..") == std::string_view::npos && (name.ends_with(".wav") || name.ends_with(".opus"));
}
bool is_sound_name(std::string_view words) {
  return !words.empty() && std::all_of(words.begin(), words.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '1' && c <= '5') || (c >= 'A' && c <= 'Z'); });
}

const std::string* find(const Library& library, std::string_view key) {
  for (const Voice& voice : library.voices)
    if (const std::string* path = voice.file(key)) return path;
  return nullptr;
}

void add_syllables(const Library& library, std::u32string_view text, std::vector<Piece>& out) {
  for (const Syllable& sound : library.readings.syllables(text)) {
    if (sound.text.empty()) {
      out.push_back({"", sound.pause_ms, false});
      continue;
    }
    const std::string* path = find(library, sound.text);
    // A voice without this tone says it with another rather than leave a hole in the word.
    for (const char tone : {'5', '1', '4', '2', '3'}) {
      if (path != nullptr || sound.text.size() < 2) break;
      path = find(library, sound.text.substr(0, sound.text.size() - 1) + tone);
    }
    if (path != nullptr) out.push_back({*path, 0, true});
    else out.push_back({"", pause_short_ms, false});
  }
}

}  // namespace

Voice Voice::open(const std::string& folder) {
  Voice voice;
  voice.folder_ = folder;
  std::error_code none;
  if (!std::filesystem::is_directory(folder, none)) {
    voice.trouble_ = folder + ": not a folder";
    return voice;
  }
  const std::string manifest = folder + "/manifest.tsv";
  std::ifstream in(manifest);
  if (!in || std::filesystem::file_size(manifest, none) > manifest_bytes_max) {
    voice.trouble_ = manifest + (in ? ": over 4 MB" : ": cannot be read");
    return voice;
  }
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (line.empty() || line[0] == '#') continue;
    const auto tab = line.find('\t');
    const std::string words = line.substr(0, tab);
    std::string name = tab == std::string::npos ? "" : line.substr(tab + 1, line.find('\t', tab + 1) - tab - 1);
    const auto bad = [&](std::string_view what) {
      if (voice.trouble_.empty()) voice.trouble_ = manifest + ":" + std::to_string(number) + ": " + std::string(what);
    };
    if (!valid_utf8(line) || !plain_name(name)) {
      bad("must be words, a tab and the name of a .wav or .opus file beside it");
      continue;
    }
    const std::string key = is_sound_name(words) ? words : utf8_of(key_of(spoken(words)));
    if (key.empty()) {
      bad("no words");
      continue;
    }
    std::string path = folder + "/" + name;
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > file_bytes_max || info.st_size == 0) {
      ++voice.missing_;
      bad(name + (::stat(path.c_str(), &info) != 0 ? " is not there" : " is empty, too big or no file"));
      continue;
    }
    voice.files_.insert_or_assign(key, std::move(path));
  }
  return voice;
}

const std::string* Voice::file(std::string_view key) const {
  const auto at = files_.find(std::string(key));
  return at == files_.end() ? nullptr : &at->second;
}

void Voice::refuse(const std::string& path) {
  const auto gone = std::erase_if(files_, [&](const auto& row) { return row.second == path; });
  missing_ += gone;
  if (gone > 0 && trouble_.empty()) trouble_ = path + ": cannot be played";
}

Result<Library> open_library(const std::string& assets, const std::string& own) {
  auto readings = Readings::open(assets + "/readings.tsv");
  if (!readings) return readings.error();
  Library library{std::move(*readings), {}};
  if (!own.empty()) {
    library.voices.push_back(Voice::open(own));
    std::error_code none;
    // A bad line of theirs costs that line and those after it, not the voice; doctor names it.
    if (std::filesystem::exists(own + "/words.tsv", none)) static_cast<void>(library.readings.add(own + "/words.tsv"));
  }
  library.voices.push_back(Voice::open(assets));
  return library;
}

std::vector<Piece> next_pieces(const Library& library, std::u32string_view text, std::size_t& at) {
  std::vector<Piece> out;
  if (at == 0 && text.size() <= sentence_characters_max) {
    if (const std::string* path = find(library, utf8_of(key_of(text)))) {
      at = text.size();
      out.push_back({*path, 0, false});
      return out;
    }
  }
  while (at < text.size() && is_pause(text[at])) ++at;
  std::size_t end = at;
  while (end < text.size() && !is_pause(text[end])) ++end;
  const std::u32string_view clause = text.substr(at, end - at);
  at = end;
  if (clause.empty()) return out;
  if (const std::string* path = clause.size() <= sentence_characters_max ? find(library, utf8_of(clause)) : nullptr) {
    out.push_back({*path, 0, false});
  } else {
    std::size_t from = 0, i = 0;
    while (i < clause.size()) {
      const std::string* word = nullptr;
      std::size_t n = std::min(word_characters_max, clause.size() - i);
      for (; n > 0; --n) {
        if (n == 1 && number_words.find(clause[i]) == std::u32string_view::npos) continue;
        if ((word = find(library, utf8_of(clause.substr(i, n))))) break;
      }
      if (word == nullptr) {
        ++i;
        continue;
      }
      add_syllables(library, clause.substr(from, i - from), out);
      out.push_back({*word, 0, false});
      i += n;
      from = i;
    }
    add_syllables(library, clause.substr(from), out);
  }
  if (at < text.size()) out.push_back({"", text[at] == U'。' ? pause_long_ms : pause_short_ms, false});
  return out;
}

}  // namespace yizhan::kiosk::sound
