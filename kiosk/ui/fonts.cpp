#include "kiosk/ui/fonts.h"

#include <fcntl.h>
#include <imgui.h>
#include <imgui_freetype.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <string>

#include "kiosk/ui/memory.h"

namespace yizhan::ui {

namespace {

struct FontFile {
  const char* path;
  unsigned index;         ///< inside a collection; 2 is Simplified Chinese
  float height_em;        ///< (ascent + descent) / em: ImGui's size is this times the em
  const char* package;    ///< of Debian, for the one who installs
  bool needed;            ///< without the others rare characters are frames, or a weight is another one
  void* data = nullptr;
  int bytes = 0;
};
// Process-wide because the files are: every context maps the same pages.
FontFile files[] = {
    {"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2, 1.448f, "fonts-noto-cjk", true},
    {"/usr/share/fonts/opentype/noto/NotoSansCJK-Medium.ttc", 2, 1.448f, "fonts-noto-cjk-extra", false},
    {"/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 2, 1.448f, "fonts-noto-cjk", true},
    {"/usr/share/fonts/truetype/hanazono/HanaMinA.ttf", 0, 1.2822f, "fonts-hanazono", false},
    {"/usr/share/fonts/truetype/hanazono/HanaMinB.ttf", 0, 1.0557f, "fonts-hanazono", false},
};

// Past the last ideograph any font here has. ImGui's tables are indexed by code point, so a stray U+10FFFD would cost 6 MB.
constexpr char32_t last_ideograph = 0x323AF;

}  // namespace

Status map_fonts() {
  for (FontFile& file : files) {
    if (file.data) continue;
    const int fd = ::open(file.path, O_RDONLY | O_CLOEXEC);
    struct stat info {};
    if (fd < 0 || ::fstat(fd, &info) != 0) {
      if (fd >= 0) ::close(fd);
      if (file.needed) return Error{Code::Invalid, font_trouble(file.path)};
      continue;  // said by missing_fonts(); the machine works on
    }
    void* data = ::mmap(nullptr, static_cast<std::size_t>(info.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
    ::close(fd);
    if (data == MAP_FAILED) return Error{Code::Invalid, std::string("font file cannot be mapped: ") + file.path};
    // Glyphs lie scattered over the file: reading ahead would fill memory with characters nobody draws.
    ::madvise(data, static_cast<std::size_t>(info.st_size), MADV_RANDOM);
    file.data = data;
    file.bytes = static_cast<int>(info.st_size);
    keep_mapping(data, static_cast<std::size_t>(info.st_size));
  }
  return Done{};
}

std::string font_trouble(std::string_view path) {
  for (const FontFile& file : files)
    if (file.path == path) return "font file is missing: " + std::string(path) + ": install " + file.package;
  return "font file is missing: " + std::string(path);
}

std::vector<std::string> missing_fonts() {
  std::vector<std::string> words;
  for (const FontFile& file : files)
    if (!file.data) words.push_back(font_trouble(file.path));
  return words;
}

void rest_fonts() {
  for (const FontFile& file : files)
    if (file.data) ::madvise(file.data, static_cast<std::size_t>(file.bytes), MADV_DONTNEED);
}

std::vector<const char*> font_files() {
  std::vector<const char*> all;
  for (const FontFile& file : files) all.push_back(file.path);
  return all;
}

Fonts::Fonts() { baked(Regular, 24); }

ImFontBaked* Fonts::baked(Face face, float em_px) {
  if (sizes_frame_ != frame_) {
    sizes_.clear();
    sizes_frame_ = frame_;
  }
  for (const Size& size : sizes_)
    if (size.face == face && size.em_px == em_px) return size.baked;
  const FontFile& file = files[face];
  if (!faces_[face]) {
    ImFontConfig config;
    config.FontNo = file.index;
    config.PixelSnapH = true;
    config.OversampleH = config.OversampleV = 1;
    config.FontLoaderFlags = ImGuiFreeTypeLoaderFlags_LightHinting;
    // "Owned" keeps ImGui from copying the file; clean_free() knows the mapping and leaves it.
    config.FontDataOwnedByAtlas = true;
    faces_[face] = ImGui::GetIO().Fonts->AddFontFromMemoryTTF(file.data, file.bytes, 24, &config);
    YIZHAN_CHECK(faces_[face], "a mapped font opens");
    ++opened_;
  }
  ImFontBaked* made = faces_[face]->GetFontBaked(em_px * file.height_em);
  sizes_.push_back({face, em_px, made});
  return made;
}

Glyph Fonts::glyph(char32_t c, Weight weight, float em_px) {
  if (c > last_ideograph) return {nullptr, em_px, ascent_em * em_px};
  const Face first = weight == Weight::Bold ? Bold : weight == Weight::Medium ? (files[Medium].data ? Medium : Bold) : Regular;
  // Noto has a few hundred characters of the supplementary planes; asking it first keeps the style of the line.
  for (const Face face : {first, RareA, RareB}) {
    if (face != first && c < 0x2E80) break;  // the rare fonts are for ideographs
    if (!files[face].data) continue;
    ImFontBaked* size = baked(face, em_px);
    if (const ImFontGlyph* shape = size->FindGlyphNoFallback(static_cast<ImWchar>(c))) return {shape, shape->AdvanceX, size->Ascent};
  }
  return {nullptr, em_px, ascent_em * em_px};
}

}  // namespace yizhan::ui
