#include "kiosk/desk/look.h"

#include <algorithm>

#include "core/text.h"
#include "core/tr.h"

namespace yizhan::kiosk::desk {

void seal_mark(Ui& ui, Box box) {
  const float r = box.w * 0.22f;
  ui.fill(box, Ink::Seal, r);
  ui.edge(box.inset(box.w * 0.045f), Ink::OnPrimary, box.w * 0.03f, r * 0.85f);
  TextStyle word = one_line(box.w > px(80) ? Type::Headline : box.w > px(60) ? Type::Title : Type::DeskTitle, Ink::OnPrimary, Weight::Bold, Align::Centre);
  ui.text(box.inset(box.w * 0.12f, 0), tr("信"), word);
}

bool press(Ui& ui, std::string_view name, Box box, std::string_view words, std::string_view key, Look look, Icon icon, bool enabled) {
  return ui.button(name, box, words, look, icon, enabled, key);
}

namespace {
float badge_pad() { return px(8); }
TextStyle badge_style(Ink ink) { return one_line(Type::DeskSmall, ink, Weight::Medium, Align::Centre); }
}  // namespace

float badge_width(Ui& ui, std::string_view words) { return ui.text_width(words, badge_style(Ink::Ink)) + 2 * badge_pad() + px(1); }

float badge(Ui& ui, float x, float y, std::string_view words, Tone tone, float width_max, bool right_aligned) {
  const float pad = badge_pad(), h = px(26);
  const Ink ink = tone == Tone::Law ? Ink::Primary : tone == Tone::Calm ? Ink::Muted : Ink::Amber;
  const Ink ground = tone == Tone::Law ? Ink::Tint : tone == Tone::Calm ? Ink::Sand : Ink::AmberTint;
  const TextStyle s = badge_style(ink);
  const float w = std::min(badge_width(ui, words), width_max);
  const Box box{right_aligned ? x - w : x, y, w, h};
  ui.fill(box, ground, px(6));
  if (tone == Tone::Attention) ui.edge(box, Ink::AmberEdge, px(1), px(6));
  ui.text(box.inset(pad, 0), words, s);
  return w;
}

void label(Ui& ui, Box& area, std::string_view words, const Problem* problem, float gap, std::string_view keys) {
  Box row = area.cut_top(px(24), px(gap));
  const TextStyle s = one_line(Type::DeskSmall, Ink::Ink, Weight::Bold);
  ui.text(row.cut_left(std::min(ui.text_width(words, s) + px(2), row.w), px(10)), words, s);
  if (problem)
    ui.text(row, brief_problem(ui, problem->what, row.w), one_line(Type::DeskSmall, Ink::Brick, Weight::Medium, Align::Right));
  else if (!keys.empty())
    ui.text(row, keys, one_line(Type::DeskSmall, Ink::Muted));
}

std::string_view brief_problem(Ui& ui, std::string_view what, float width) {
  const TextStyle s = one_line(Type::DeskSmall, Ink::Brick, Weight::Medium);
  // The smallest a desk shows is 15 of these 17 pixels.
  const auto fits = [&](std::string_view words) { return ui.text_width(words, s) * 15 / 17 <= width - px(2); };
  for (const std::string_view stop : {"；", tr("，或点"), tr("或点"), "，"}) {
    if (fits(what)) break;
    what = what.substr(0, what.find(stop));
  }
  return what;
}

std::string brief_article(const Article& article) {
  static constexpr std::pair<std::string_view, const char*> names[] = {
      {"信访工作条例", mark("条例")}, {"劳动争议调解仲裁法", mark("仲裁法")}, {"行政复议法", mark("复议法")}, {"民事诉讼法", mark("民诉法")}, {"人民调解法", mark("调解法")}, {"行政诉讼法", mark("行诉法")}};
  std::string law = article.law;
  for (const auto& [full, brief] : names)
    if (law == full) law = tr(brief);
  std::size_t n = 0;
  while (n < article.number.size() && article.number[n] >= '0' && article.number[n] <= '9') ++n;
  if (n == 0) return law.empty() ? article.number : law;
  return trf("{}{}条", law, article.number.substr(0, n));
}

void strip(Ui& ui, Box box, Icon icon, std::string_view words, Tone tone) {
  const bool attention = tone == Tone::Attention;
  ui.fill(box, attention ? Ink::AmberTint : tone == Tone::Law ? Ink::Tint : Ink::Sand, px(10));
  if (attention) ui.edge(box, Ink::AmberEdge, px(1.5f), px(10));
  Box in = box.inset(px(14), 0);
  const Ink ink = attention ? Ink::Amber : tone == Tone::Law ? Ink::Primary : Ink::Ink;
  const float side = std::min(px(26), box.h - px(8));
  ui.icon({in.x, in.y + (in.h - side) / 2, side, side}, icon, ink);
  in.cut_left(side + px(10));
  ui.text(in, words, one_line(Type::DeskSmall, ink, attention ? Weight::Medium : Weight::Regular));
}

bool option(Ui& ui, std::string_view name, Box box, std::string_view words, std::string_view line, bool selected, std::string_view key) {
  const bool hit = ui.choice(name, box, words, line.empty() ? key : line, selected);
  return hit || (!key.empty() && ui.pressed_key(key));
}

bool tick(Ui& ui, std::string_view name, Box box, std::string_view words, bool on, std::string_view key) {
  const bool hit = ui.check(name, box, words, on);
  return hit || (!key.empty() && ui.pressed_key(key));
}

bool chip(Ui& ui, std::string_view name, Box box, std::string_view words, bool selected, bool enabled, std::string_view key) {
  const bool hit = ui.button(name, box, words, selected ? Look::Filled : Look::Edged, Icon::None, enabled);
  return hit || (enabled && !key.empty() && ui.pressed_key(key));
}

bool phrase(Ui& ui, std::string_view name, Box box, std::string_view words, std::string_view key) {
  const bool hit = ui.button(name, box, words, Look::Quiet);
  return hit || (!key.empty() && ui.pressed_key(key));
}

std::optional<std::string> edit(Ui& ui, std::string_view name, Box box, std::string_view text, std::string_view placeholder, bool several_lines, const Problem* problem) {
  // The words stand beside the label, where they move nothing; here the edge alone turns brick.
  return ui.edit(name, box, text, placeholder, several_lines, problem ? " " : "");
}

void panel(Ui& ui, Box box) {
  ui.fill(box, Ink::Card, px(12));
  ui.edge(box, Ink::Line, px(1.2f), px(12));
}

std::vector<std::string_view> text_lines(std::string_view text, float em_max) {
  std::vector<std::string_view> lines;
  std::size_t from = 0, at = 0;
  float width = 0;
  // Two em of slack: a line may end early so that no 。 starts the next one.
  const float room = std::max(4.0f, em_max - 2);
  while (at < text.size()) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t n = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (text[at] == '\n') {
      lines.push_back(text.substr(from, at - from));
      from = ++at;
      width = 0;
      continue;
    }
    const float em = lead < 0x80 ? 0.72f : 1.0f;
    if (width + em > room) {
      lines.push_back(text.substr(from, at - from));
      from = at;
      width = 0;
    }
    width += em;
    at = std::min(text.size(), at + n);
  }
  if (from < text.size() || lines.empty()) lines.push_back(text.substr(from));
  return lines;
}

PageOfText page_of_text(std::span<const std::string_view> parts, float em_max, std::size_t lines_max, std::size_t page) {
  struct Line { std::size_t part; std::string_view words; };
  std::vector<Line> lines;
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (!parts[i].empty())
      for (const std::string_view words : text_lines(parts[i], em_max)) lines.push_back({i, words});
  lines_max = std::max<std::size_t>(1, lines_max);
  PageOfText out;
  out.pages = std::max<std::size_t>(1, (lines.size() + lines_max - 1) / lines_max);
  out.page = std::min(page, out.pages - 1);
  const std::size_t end = std::min(lines.size(), (out.page + 1) * lines_max);
  for (std::size_t i = out.page * lines_max; i < end;) {
    std::size_t j = i;
    while (j < end && lines[j].part == lines[i].part) ++j;
    // One paragraph from the first to the last of these lines: the line feeds between them belong to it.
    const char* from = lines[i].words.data();
    const char* to = lines[j - 1].words.data() + lines[j - 1].words.size();
    out.pieces.push_back({lines[i].part, {from, static_cast<std::size_t>(to - from)}, j - i});
    i = j;
  }
  return out;
}

}  // namespace yizhan::kiosk::desk
