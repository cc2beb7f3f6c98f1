#include "tests/reach/small_png.h"

#include <png.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <unordered_map>

namespace reach {

Picture shrunk(const std::uint32_t* pixels, int from_width, int from_height, int width) {
  Picture out;
  out.width = width;
  out.height = static_cast<int>(static_cast<std::int64_t>(from_height) * width / from_width);
  out.pixels.resize(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height));
  for (int y = 0; y < out.height; ++y) {
    const int y0 = static_cast<int>(static_cast<std::int64_t>(y) * from_height / out.height), y1 = std::max(y0 + 1, static_cast<int>(static_cast<std::int64_t>(y + 1) * from_height / out.height));
    for (int x = 0; x < out.width; ++x) {
      const int x0 = static_cast<int>(static_cast<std::int64_t>(x) * from_width / out.width), x1 = std::max(x0 + 1, static_cast<int>(static_cast<std::int64_t>(x + 1) * from_width / out.width));
      std::uint32_t r = 0, g = 0, b = 0, n = 0;
      for (int j = y0; j < y1; ++j)
        for (int i = x0; i < x1; ++i, ++n) {
          const std::uint32_t p = pixels[static_cast<std::size_t>(j) * static_cast<std::size_t>(from_width) + static_cast<std::size_t>(i)];
          r += (p >> 16) & 0xff, g += (p >> 8) & 0xff, b += p & 0xff;
        }
      out.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)] = (r / n) << 16 | (g / n) << 8 | b / n;
    }
  }
  return out;
}

void place(Picture& sheet, const Picture& what, int x, int y) {
  for (int j = 0; j < what.height && y + j < sheet.height; ++j)
    for (int i = 0; i < what.width && x + i < sheet.width; ++i)
      sheet.pixels[static_cast<std::size_t>(y + j) * static_cast<std::size_t>(sheet.width) + static_cast<std::size_t>(x + i)] =
          what.pixels[static_cast<std::size_t>(j) * static_cast<std::size_t>(what.width) + static_cast<std::size_t>(i)];
}

bool write_small_png(const std::string& path, const Picture& picture, int colours) {
  struct Seen { std::uint32_t rgb; std::uint64_t count; };
  std::unordered_map<std::uint32_t, std::uint64_t> counted;
  // Four steps of a channel are one colour to the eye and to the palette.
  for (const std::uint32_t p : picture.pixels) ++counted[p & 0xfcfcfc];
  std::vector<Seen> all;
  for (const auto& [rgb, count] : counted) all.push_back({rgb, count});
  std::sort(all.begin(), all.end(), [](const Seen& a, const Seen& b) { return a.rgb < b.rgb; });
  struct Cut { std::size_t begin, end; };
  std::vector<Cut> boxes{{0, all.size()}};
  const auto channel = [](std::uint32_t rgb, int c) { return static_cast<int>((rgb >> (8 * c)) & 0xff); };
  const auto widest = [&](const Cut& box, int& at) {
    int best = -1;
    for (int c = 0; c < 3; ++c) {
      int low = 255, high = 0;
      for (std::size_t i = box.begin; i < box.end; ++i) low = std::min(low, channel(all[i].rgb, c)), high = std::max(high, channel(all[i].rgb, c));
      if (high - low > best) best = high - low, at = c;
    }
    return best;
  };
  while (static_cast<int>(boxes.size()) < colours) {
    std::size_t which = boxes.size();
    int at = 0;
    double most = 0;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      if (boxes[i].end - boxes[i].begin < 2) continue;
      int c = 0;
      std::uint64_t n = 0;
      for (std::size_t k = boxes[i].begin; k < boxes[i].end; ++k) n += all[k].count;
      const double weight = static_cast<double>(widest(boxes[i], c)) * static_cast<double>(std::min<std::uint64_t>(n, 20000));
      if (weight > most) most = weight, which = i, at = c;
    }
    if (which == boxes.size()) break;
    const Cut box = boxes[which];
    std::sort(all.begin() + static_cast<std::ptrdiff_t>(box.begin), all.begin() + static_cast<std::ptrdiff_t>(box.end),
              [&](const Seen& a, const Seen& b) { return channel(a.rgb, at) < channel(b.rgb, at); });
    const std::size_t middle = (box.begin + box.end) / 2;
    boxes[which] = {box.begin, middle};
    boxes.push_back({middle, box.end});
  }
  std::vector<png_color> palette;
  std::unordered_map<std::uint32_t, png_byte> index;
  for (const Cut& box : boxes) {
    std::uint64_t sum[3] = {}, n = 0;
    for (std::size_t i = box.begin; i < box.end; ++i) {
      for (int c = 0; c < 3; ++c) sum[c] += static_cast<std::uint64_t>(channel(all[i].rgb, c)) * all[i].count;
      n += all[i].count;
      index[all[i].rgb] = static_cast<png_byte>(palette.size());
    }
    const auto mean = [&](int c) { return static_cast<png_byte>(std::min<std::uint64_t>(255, sum[c] / std::max<std::uint64_t>(1, n) + (sum[c] / std::max<std::uint64_t>(1, n) >= 250 ? 3 : 0))); };
    palette.push_back({mean(2), mean(1), mean(0)});
  }
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (!file) return false;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_init_io(png, file);
  png_set_compression_level(png, 9);
  png_set_IHDR(png, info, static_cast<png_uint_32>(picture.width), static_cast<png_uint_32>(picture.height), 8, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_PLTE(png, info, palette.data(), static_cast<int>(palette.size()));
  png_write_info(png, info);
  std::vector<png_byte> row(static_cast<std::size_t>(picture.width));
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x)
      row[static_cast<std::size_t>(x)] = index[picture.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) + static_cast<std::size_t>(x)] & 0xfcfcfc];
    png_write_row(png, row.data());
  }
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return std::fclose(file) == 0;
}

}  // namespace reach
