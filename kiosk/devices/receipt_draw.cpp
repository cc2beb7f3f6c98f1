#include <pango/pangocairo.h>
#include <qrencode.h>

#include <algorithm>
#include <memory>

#include "kiosk/devices/receipt.h"

namespace yizhan::kiosk {
namespace {

constexpr int margin = 8, gap = 8;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* p) const { Free(p); }
};
using Surface = std::unique_ptr<cairo_surface_t, Freed<cairo_surface_destroy>>;
using Context = std::unique_ptr<cairo_t, Freed<cairo_destroy>>;
using Layout = std::unique_ptr<PangoLayout, Freed<g_object_unref>>;
using Font = std::unique_ptr<PangoFontDescription, Freed<pango_font_description_free>>;
using Code2D = std::unique_ptr<QRcode, Freed<QRcode_free>>;

Layout layout_of(cairo_t* cairo, const PaperLine& line) {
  Layout layout(pango_cairo_create_layout(cairo));
  // HanaMin holds what Noto lacks: a rare character in a window's name must not become a box.
  Font font(pango_font_description_from_string("Noto Sans CJK SC, HanaMinA, HanaMinB"));
  pango_font_description_set_absolute_size(font.get(), static_cast<double>(line.dots) * PANGO_SCALE);
  pango_font_description_set_weight(font.get(), line.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_MEDIUM);
  pango_context_set_language(pango_layout_get_context(layout.get()), pango_language_from_string("zh-cn"));
  pango_layout_set_font_description(layout.get(), font.get());
  pango_layout_set_width(layout.get(), (paper_dots - 2 * margin) * PANGO_SCALE);
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_alignment(layout.get(), line.centre ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
  pango_layout_set_text(layout.get(), line.words.data(), static_cast<int>(line.words.size()));
  return layout;
}

Code2D qr_of(const PaperLine& line) {
  return Code2D(QRcode_encodeString8bit(line.words.c_str(), 0, QR_ECLEVEL_M));
}
int qr_dots(const QRcode& code, int wanted) { return std::max(3, wanted / (code.width + 8)) * (code.width + 8); }

}  // namespace

Result<Raster> draw_paper(const std::vector<PaperLine>& paper) {
  // Two passes over the same code: the first finds the height, the second draws.
  const auto pass = [&](cairo_t* cairo, bool paint) {
    int y = gap;
    for (const auto& line : paper) {
      if (line.kind == PaperLine::Kind::Rule) {
        if (paint) {
          cairo_rectangle(cairo, margin, y + line.dots / 2, paper_dots - 2 * margin, 2);
          cairo_fill(cairo);
        }
        y += line.dots;
      } else if (line.kind == PaperLine::Kind::Qr) {
        const auto code = qr_of(line);
        if (!code) continue;
        const int side = qr_dots(*code, line.dots), module = side / (code->width + 8);
        const int left = line.centre ? (paper_dots - side) / 2 : margin;
        for (int r = 0; paint && r < code->width; ++r)
          for (int c = 0; c < code->width; ++c)
            if ((code->data[r * code->width + c] & 1) != 0) {
              cairo_rectangle(cairo, left + (c + 4) * module, y + (r + 4) * module, module, module);
              cairo_fill(cairo);
            }
        y += side;
      } else {
        const auto layout = layout_of(cairo, line);
        int w = 0, h = 0;
        pango_layout_get_pixel_size(layout.get(), &w, &h);
        // A huge line brings its own air: Noto's line box is half again as high as the digits in it.
        const int lift = line.dots >= 100 ? h / 6 : 0;
        if (paint) {
          cairo_move_to(cairo, margin, y - lift);
          pango_cairo_show_layout(cairo, layout.get());
        }
        y += h - 2 * lift + gap / 2;
      }
    }
    return y + gap;
  };
  const auto canvas = [&](int height) {
    Surface surface(cairo_image_surface_create(CAIRO_FORMAT_A8, paper_dots, height));
    return surface;
  };
  const Surface probe = canvas(8);
  const Context probing(cairo_create(probe.get()));
  const int height = std::min(pass(probing.get(), false), 8000);
  const Surface surface = canvas(height);
  const Context cairo(cairo_create(surface.get()));
  if (cairo_status(cairo.get()) != CAIRO_STATUS_SUCCESS) return Error{Code::Unavailable, "receipt: no drawing surface"};
  // Thermal dots are black or nothing: no grey edges, hinted stems.
  const std::unique_ptr<cairo_font_options_t, Freed<cairo_font_options_destroy>> options(cairo_font_options_create());
  cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_NONE);
  cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_FULL);
  cairo_set_font_options(cairo.get(), options.get());
  cairo_set_antialias(cairo.get(), CAIRO_ANTIALIAS_NONE);
  cairo_set_source_rgba(cairo.get(), 0, 0, 0, 1);
  pass(cairo.get(), true);
  cairo_surface_flush(surface.get());

  Raster raster;
  raster.height = height;
  raster.rows.assign(static_cast<std::size_t>(paper_dots / 8) * static_cast<std::size_t>(height), 0);
  const unsigned char* data = cairo_image_surface_get_data(surface.get());
  const int stride = cairo_image_surface_get_stride(surface.get());
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < paper_dots; ++x)
      if (data[y * stride + x] > 127)
        raster.rows[static_cast<std::size_t>(y * (paper_dots / 8) + x / 8)] |= static_cast<std::uint8_t>(0x80U >> (x % 8));
  raster.text = plain_words(paper);
  return raster;
}

}  // namespace yizhan::kiosk
