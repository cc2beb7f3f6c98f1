/// The fonts of one ImGui context: Noto Sans CJK SC in three weights, HanaMin for the characters it lacks. Files are mapped,
/// a weight is opened when the first word in it is drawn (each costs about 2 MB and 1 ms).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "kiosk/ui/kit.h"

struct ImFont;
struct ImFontBaked;
struct ImFontGlyph;

namespace yizhan::ui {

/// Maps the font files once per process. Errors: Invalid, naming the file that is missing and the package that brings it. Without
/// Medium the bold weight stands in, without HanaMin characters that Noto lacks are frames: missing_fonts() says so.
Status map_fonts();
/// After map_fonts(): what is missing and which package brings it, a line each; for the technician.
std::vector<std::string> missing_fonts();
/// "font file is missing: <path>: install <package>".
std::string font_trouble(std::string_view path);
/// Gives the mapped pages back to the page cache. Drawn glyphs lie in the atlas, so the files are needed for new ones only;
/// without this the kernel's reading around each glyph adds up to 12 MB a visit.
void rest_fonts();

/// Paths of the font files, in the order they are asked.
std::vector<const char*> font_files();

struct Glyph {
  const ImFontGlyph* shape = nullptr;  ///< null: no font has it
  float advance = 0;                   ///< px
  float baseline = 0;                  ///< px from the top of the em's line box (ascent of the font it came from)
};

class Fonts {
 public:
  Fonts();  ///< in the current ImGui context; map_fonts() succeeded before
  /// Noto's ascent and descent in em: the line box is centred on them as browsers do.
  static constexpr float ascent_em = 1.160f, height_em = 1.448f;
  Glyph glyph(char32_t c, Weight weight, float em_px);
  /// Where a reserved solid pixel lies is ImGui's business; this is only the number of opened faces, for the memory test.
  int opened() const { return opened_; }
  void new_frame() { ++frame_; }

 private:
  enum Face : std::size_t { Regular, Medium, Bold, RareA, RareB, face_count };
  ImFontBaked* baked(Face face, float em_px);
  std::array<ImFont*, face_count> faces_{};
  struct Size {
    Face face{};
    float em_px = 0;
    ImFontBaked* baked = nullptr;
  };
  std::vector<Size> sizes_;  ///< of this frame: ImGui may drop unused sizes between frames
  int frame_ = 0, sizes_frame_ = -1, opened_ = 0;
};

}  // namespace yizhan::ui
