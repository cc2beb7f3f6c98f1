// Sign: a signature under what was written, or a name written by hand because no font has a character of it.
// Touchables besides those of a page: "sign.pad", "sign.clear".
#include "core/tr.h"
#include "kiosk/screens/parts.h"
#include "kiosk/ui/drawing.h"

namespace yizhan::kiosk {

Asked draw_sign(Ui& ui, const View& view) {
  const Session& s = view.s;
  const bool name = s.screen == Screen::DrawName;
  const Drawing& drawing = name ? s.drawn_names[s.index == 1] : s.signature;
  const bool drawn = !drawing.empty() || !drawing.pen.empty();
  Page page = name ? begin_page(ui, view, {.title = tr("请写出这个名字"), .hint = tr("用手指写，工作人员照着核对。"), .next = drawn ? tr("写好了") : tr("先不写")})
                   : begin_page(ui, view, {.title = tr("请您签名"), .hint = tr("用手指在框里写名字，不签也能办。"), .next = drawn ? tr("签好了，下一步") : tr("不签，下一步")});
  Asked asked = page.asked;
  const Measure m = measure(ui);
  const bool low = m.low;
  Box area = page.body;
  // The pad is as wide as a hand writes; what is left over stays calm paper.
  Box foot = low ? page.strip : area.cut_bottom(26, m.gutter);
  Box pad = area;
  pad.w = std::min(pad.w, 280.f);
  pad.h = std::min(pad.h, low ? area.h : 130.f);
  pad.x = area.x + (area.w - pad.w) / 2;
  if (!low && !m.across) pad.y += (area.h - pad.h) / 4;  // nearer to where a standing person's hand rests
  if (!low) foot.y = pad.bottom() + m.gutter;
  ui.card(pad);
  ui.edge(pad, Ink::Edge, 0.5f, 4);
  const Box paper = pad;  // what is touched is what is framed
  const float line_y = paper.y + paper.h * 0.78f;
  ui.line(paper.x + 14, line_y, paper.right() - 14, line_y, Ink::Line, 0.5f);
  if (!drawn) line_in(ui, {paper.x + 14, line_y - 24, paper.w - 28, 22}, name ? tr("在这里写名字") : tr("在这里签名"), {Type::Body, Ink::Muted, Weight::Regular, Align::Centre, 1, true, true});
  PenDots pen{{}, paper.w, paper.h};
  for (const ui::Trace& t : ui.trace("sign.pad", paper, name ? tr("写名字的地方") : tr("签名的地方")))
    pen.dots.push_back({static_cast<PenDot::What>(t.what), t.at.x, t.at.y});
  ui::draw_strokes(ui, paper, drawing.strokes);
  if (!drawing.pen.empty()) ui::draw_stroke(ui, paper, drawing.strokes, drawing.pen);

  if (!low) foot.x = pad.x, foot.w = pad.w;
  const Box clear = foot.cut_right(std::min(66.f, foot.w), m.gutter);
  if (ui.button("sign.clear", {clear.x, clear.y, clear.w, std::min(clear.h, 22.f)}, tr("重写"), Look::Edged, Icon::None, drawn)) asked = PenClear{};
  const std::string_view said = drawing.full ? std::string_view(tr("写满了，请重写")) : !s.problems.empty() ? std::string_view(s.problems.front().what) : std::string_view();
  if (!said.empty()) ui.text({foot.x, clear.y, foot.w, std::min(clear.h, 22.f)}, fitted(ui, foot.w, 2, said, {Type::Caption, Ink::Brick, Weight::Medium}), {Type::Caption, Ink::Brick, Weight::Medium});
  if (!pen.dots.empty()) asked = Pen{std::move(pen)};
  return asked;
}

}  // namespace yizhan::kiosk
