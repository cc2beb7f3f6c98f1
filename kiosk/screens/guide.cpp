// Guide: the lawful paths as one picture (依法信访引导图, XFTL 29–31); the person's own path is lit. Touchables: those of a page.
#include <array>

#include "core/tr.h"
#include "kiosk/screens/parts.h"

namespace yizhan::kiosk {
namespace {

struct Branch {
  LegalPath path;
  Icon icon;
  const char *what, *where, *basis;
};
// In the order of the article; what is no appeal stands last.
constexpr std::array<Branch, 9> branches{{
    {LegalPath::Judicial, Icon::Scales, mark("打官司、已判决"), mark("法院、检察院、公安"), mark("条例31条（一）")},
    {LegalPath::Arbitration, Icon::Wages, mark("工资、土地承包"), mark("先申请仲裁"), mark("条例31条（二）")},
    {LegalPath::PartyAppeal, Icon::Document, mark("党员对处分不服"), mark("党组织申诉"), mark("条例31条（三）")},
    {LegalPath::Administrative, Icon::Building, mark("不服处罚、许可"), mark("行政复议、裁决"), mark("条例31条（四）")},
    {LegalPath::Duty, Icon::Warning, mark("要单位查处、保护"), mark("管这件事的单位"), mark("条例31条（五）")},
    {LegalPath::Petition, Icon::Signpost, mark("其他要解决的事"), mark("信访办理，书面答复"), mark("条例31条（六）")},
    {LegalPath::Suggestion, Icon::Lightbulb, mark("提意见建议"), mark("有关机关研究"), mark("条例29条")},
    {LegalPath::Accusation, Icon::Lock, mark("举报干部"), mark("密封送纪检"), mark("条例30条")},
    {LegalPath::InformationRequest, Icon::Info, mark("要公开信息"), mark("信息公开程序"), mark("公开条例27条")},
}};

void branch(Ui& ui, const Box& box, const Branch& one, bool lit) {
  if (lit) {
    ui.fill(box, Ink::Primary, 4);
  } else {
    ui.card(box);
    if (ui.theme().contrast) ui.edge(box, Ink::Line, 0.5f, 4);
  }
  const Ink on = lit ? Ink::OnPrimary : Ink::Ink, soft = lit ? Ink::OnPrimary : Ink::Muted;
  Box in = box.inset(6, 2);
  const float disc = std::min(24.f, in.h);
  const Box picture = in.cut_left(disc, 6);
  const float cx = picture.x + disc / 2, cy = box.y + box.h / 2;
  ui.circle(cx, cy, disc / 2, lit ? Ink::OnPrimary : Ink::Tint);
  ui.icon({cx - disc * 0.33f, cy - disc * 0.33f, disc * 0.66f, disc * 0.66f}, one.icon, Ink::Primary);
  if (lit) {
    // Not by colour alone: a tick and words.
    const TextStyle mine{Type::Caption, Ink::OnPrimary, Weight::Bold, Align::Right, 1, true, true};
    const float words = ui.text_width(tr("您的事"), mine) + 1;
    const bool room = words + 14 <= in.w * 0.4f;
    Box tag = in.cut_right(room ? words + 13 : 9, 3);
    ui.icon({tag.x, cy - 4.5f, 9, 9}, Icon::Check, Ink::OnPrimary);
    if (room) line_in(ui, {tag.x + 11, tag.y, tag.w - 11, tag.h}, tr("您的事"), mine);
  }
  const TextStyle bold{Type::Button, on, Weight::Bold, Align::Left, 1, true, true};
  const TextStyle line{Type::Body, on, Weight::Regular, Align::Left, 1, true, true};
  const TextStyle source{Type::Caption, soft, Weight::Regular, Align::Left, 1, true};
  const float h1 = ui.text_height(in.w, tr(one.what), bold), h2 = ui.text_height(in.w, tr(one.where), line);
  const float h3 = ui.text_height(in.w, tr(one.basis), source);
  if (h1 + h2 > in.h + 1) {
    line_in(ui, in.row(0, 2, 0), tr(one.what), bold);
    return line_in(ui, in.row(1, 2, 0), tr(one.where), line);
  }
  // The article beside the body where the card is low, under it where it is tall.
  const bool below = h1 + h2 + h3 <= in.h;
  float y = in.y + (in.h - h1 - h2 - (below ? h3 : 0)) / 2;
  line_in(ui, {in.x, y, in.w, h1}, tr(one.what), bold);
  y += h1;
  line_in(ui, {in.x, y, in.w, h2}, tr(one.where), line);
  if (below) return static_cast<void>(ui.text({in.x, y + h2, in.w, h3 + 0.3f}, tr(one.basis), source));
  const float w = ui.text_width(tr(one.basis), source) + 2, used = ui.text_width(tr(one.where), line) + 8;
  if (!lit && used + w <= in.w) ui.text({in.right() - w, y, w, h2}, tr(one.basis), source);
}

}  // namespace

Asked draw_guide(Ui& ui, const View& view) {
  const bool own = view.s.ruling.has_value();
  Page page = begin_page(ui, view, {.title = tr("您的事归哪里管？"), .hint = own ? tr("亮起来的，就是您这件事走的路。") : tr("说不清也不要紧，点「返回」办起来。"), .next_shown = false});
  const Box area = ui.theme().low && page.show.h > page.body.h ? page.show : page.body;
  const LegalPath mine = own ? view.s.ruling->path : LegalPath::Unknown;
  // A trunk on the left from which the branches leave; two columns on a wide page.
  const int columns = area.w < area.h * 1.2f ? 1 : area.w > 330 ? 3 : 2;
  const int rows = (static_cast<int>(branches.size()) + columns - 1) / columns;
  constexpr float trunk = 12;
  for (int c = 0; c < columns; ++c) {
    Box column = area.column(c, columns, 6);
    const int first = c * rows, last = std::min(first + rows, static_cast<int>(branches.size()));
    if (first >= last) break;
    const Box top = column.row(0, rows, 3), bottom = column.row(last - first - 1, rows, 3);
    const float x = column.x + trunk / 2;
    ui.line(x, top.y, x, bottom.y + bottom.h / 2, Ink::Edge, 0.8f);
    for (int i = first; i < last; ++i) {
      const Branch& one = branches[static_cast<std::size_t>(i)];
      const Box row = column.row(i - first, rows, 3);
      const bool lit = own && one.path == mine;
      const float y = row.y + row.h / 2;
      ui.line(x, y, column.x + trunk, y, lit ? Ink::Primary : Ink::Edge, lit ? 1.6f : 0.8f);
      ui.circle(x, y, lit ? 2.6f : 1.6f, lit ? Ink::Primary : Ink::Edge);
      branch(ui, {row.x + trunk, row.y, row.w - trunk, row.h}, one, lit);
    }
  }
  return page.asked;
}

}  // namespace yizhan::kiosk
