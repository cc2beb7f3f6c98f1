/// `kiosk pinyin`: the keyboard's candidates on the command line, for clerks who check a word and for tests.
#pragma once
#include <string>

namespace yizhan::kiosk::cli {

/// Most letters of a line; the panel itself composes at most 60 at a time.
inline constexpr int pinyin_letters_max = 400;

struct Pinyin {
  std::string file;    ///< "-": standard input
  std::string assets;  ///< directory with pinyin/
  bool fuzzy = false;  ///< 模糊音
};
/// For each line of letters one line with its first ten candidates, separated by tabs; an empty line when there are none (an empty
/// line, letters that spell nothing, anything but letters, spaces and '). Exit: 0; 1 without file or engine, or when a line was
/// longer than pinyin_letters_max (it prints an empty line, the others go on).
int pinyin(const Pinyin& options);

}  // namespace yizhan::kiosk::cli
