#include "kiosk/ink/train/glyphs.h"

#include <ft2build.h>
#include FT_FREETYPE_H

#include <memory>

#include "kiosk/ink/train/skeleton.h"

namespace yizhan::ink {
namespace {

constexpr int em_px = 112, border_px = 8;
constexpr unsigned char black = 110;

struct Closer {
  void operator()(FT_Library library) const { FT_Done_FreeType(library); }
  void operator()(FT_Face face) const { FT_Done_Face(face); }
};

}  // namespace

Result<std::vector<Ink>> glyph_strokes(const FontFace& font, std::span<const char32_t> characters) {
  const auto missing = [&] { return Error{Code::Unavailable, font.path + " is missing or damaged: install the package " + font.package}; };
  FT_Library opened = nullptr;
  if (FT_Init_FreeType(&opened) != 0) return Error{Code::Unavailable, "FreeType does not start"};
  const std::unique_ptr<FT_LibraryRec_, Closer> library(opened);
  FT_Face face_opened = nullptr;
  if (FT_New_Face(opened, font.path.c_str(), font.index, &face_opened) != 0) return missing();
  const std::unique_ptr<FT_FaceRec_, Closer> face(face_opened);
  if (FT_Set_Pixel_Sizes(face_opened, em_px, em_px) != 0) return missing();
  std::vector<Ink> all(characters.size());
  for (std::size_t k = 0; k < characters.size(); ++k) {
    const FT_UInt glyph = FT_Get_Char_Index(face_opened, characters[k]);
    if (glyph == 0 || FT_Load_Glyph(face_opened, glyph, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) != 0 || FT_Render_Glyph(face_opened->glyph, FT_RENDER_MODE_NORMAL) != 0) continue;
    const FT_Bitmap& drawn = face_opened->glyph->bitmap;
    const int width = static_cast<int>(drawn.width), height = static_cast<int>(drawn.rows);
    if (width == 0 || height == 0 || width > 2 * em_px || height > 2 * em_px) continue;
    Bitmap picture{width + 2 * border_px, height + 2 * border_px, {}};
    picture.pixels.assign(static_cast<std::size_t>(picture.width * picture.height), 0);
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x)
        picture.pixels[static_cast<std::size_t>((y + border_px) * picture.width + x + border_px)] = drawn.buffer[y * drawn.pitch + x] > black;
    Ink strokes = strokes_of(std::move(picture));
    for (Point& p : strokes.points) {
      p.x = (p.x - border_px + static_cast<float>(em_px - width) / 2) / em_px;
      p.y = (p.y - border_px + static_cast<float>(em_px - height) / 2) / em_px;
    }
    all[k] = std::move(strokes);
  }
  return all;
}

}  // namespace yizhan::ink
