#include <png.h>

#include <cstdio>
#include <vector>

#include "kiosk/ui/stage.h"

namespace yizhan::ui {

bool write_png(const std::string& path, const Pixels& picture) {
  std::vector<png_byte> bytes;
  bytes.reserve(static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height) * 3);
  for (int y = 0; y < picture.height; ++y) {
    const std::uint32_t* row = picture.data + static_cast<std::ptrdiff_t>(y) * picture.pitch;
    for (int x = 0; x < picture.width; ++x)
      for (const int shift : {16, 8, 0}) bytes.push_back(static_cast<png_byte>(row[x] >> shift));
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.width);
  image.height = static_cast<png_uint_32>(picture.height);
  image.format = PNG_FORMAT_RGB;
  image.flags = PNG_IMAGE_FLAG_FAST;
  // A robot waits for the name, so the file appears whole.
  const std::string beside = path + ".part";
  if (png_image_write_to_file(&image, beside.c_str(), 0, bytes.data(), 0, nullptr) == 0) return false;
  return std::rename(beside.c_str(), path.c_str()) == 0;
}

}  // namespace yizhan::ui
