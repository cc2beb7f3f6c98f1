/// Rare characters of names: by code (Unicode or GB 18030), and by radical and strokes. Whatever is entered stays the code point it
/// is; nothing here normalises. Data: built from Debian's unicode-data by assets/rare/make_rare.py.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace yizhan::writing {

/// Ideographs of any plane, compatibility ones and old cards' private code points included: what may stand in a name.
bool ideograph(char32_t c);
/// "U+20BB7", "u20bb7", "20BB7" → 𠮷. Nothing: no number, or no ideograph.
std::optional<char32_t> from_unicode_code(std::string_view typed);

struct Radical {
  int strokes = 0;
  std::string key;   ///< Kangxi number, "149'" for a simplified form
  std::string form;  ///< as people see it: 人 and 亻 have one key
};

class RareIndex {
 public:
  /// Reads the file (0.5 MB; some 3 ms). Errors: Io, Invalid "<file>:<line>: …".
  static Result<RareIndex> open(const std::string& path);
  static Result<RareIndex> parse(std::string text, std::string_view file);

  std::vector<Radical> radicals(int strokes) const;
  int strokes_max() const;
  /// How many strokes beside the radical there are characters for.
  std::vector<int> residuals(std::string_view key) const;
  std::vector<char32_t> characters(std::string_view key, int residual) const;
  /// "9534B235" (four bytes) or "BCAA" (two bytes), in hex. Nothing: no such code, or no ideograph.
  std::optional<char32_t> from_gb18030(std::string_view hex) const;

 private:
  struct Row { std::string key; int residual = 0; std::size_t begin = 0, size = 0; };
  struct Two { std::size_t begin = 0, size = 0; };
  struct Four { char32_t first = 0; std::uint32_t linear = 0, count = 0; };
  std::string text_;
  std::vector<Radical> radicals_;
  std::vector<Row> rows_;
  std::vector<Two> two_{std::vector<Two>(256)};
  std::vector<Four> four_;
};

}  // namespace yizhan::writing
