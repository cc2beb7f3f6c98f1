/// What the desks' and the board's screens share: places in pixels of the drawn pages, badges, labelled fields, choice rows.
/// Floor 4, ui thread.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/law.h"
#include "core/petition.h"
#include "kiosk/ui/kit.h"

namespace yizhan::kiosk::desk {

using ui::Align;
using ui::Box;
using ui::Icon;
using ui::Ink;
using ui::Look;
using ui::TextStyle;
using ui::Ui;
using ui::Weight;
using Type = ui::Step;

/// Millimetres of a pixel of the desk pages (24-inch, 1920×1080) and of the board pages (43-inch).
inline constexpr float desk_px = 1.0f / 3.6f, board_px = 1.0f / 2.0f;
constexpr float px(float pixels) { return pixels * desk_px; }

inline TextStyle style(Type step, Ink ink = Ink::Ink, Weight weight = Weight::Regular, Align align = Align::Left) {
  TextStyle s;
  s.step = step, s.ink = ink, s.weight = weight, s.align = align;
  return s;
}
/// One line in the middle of its box; gets smaller rather than cut.
inline TextStyle one_line(Type step, Ink ink = Ink::Ink, Weight weight = Weight::Regular, Align align = Align::Left) {
  TextStyle s = style(step, ink, weight, align);
  s.lines_max = 1, s.middle = true, s.shrink = true;
  return s;
}

/// The red 信 seal of every header.
void seal_mark(Ui& ui, Box box);
/// A pressable with its shortcut on it: pressed by hand or by key.
bool press(Ui& ui, std::string_view name, Box box, std::string_view words, std::string_view key = {}, Look look = Look::Edged,
           Icon icon = Icon::None, bool enabled = true);
enum class Tone { Law, Promise, Attention, Calm };
/// A small filled badge, right or left aligned at `x`; returns its width in mm. Never wider than `width_max`.
float badge_width(Ui& ui, std::string_view words);  ///< of badge(), before it is drawn
float badge(Ui& ui, float x, float y, std::string_view words, Tone tone, float width_max, bool right_aligned = false);
/// A label, its shortcuts in muted words, and, when `problem` is set, what is missing beside it.
void label(Ui& ui, Box& area, std::string_view words, const Problem* problem = nullptr, float gap = 4, std::string_view keys = {});
/// The part of a problem that fits `width` mm beside a field: advice meant for a citizen at the kiosk goes first.
std::string_view brief_problem(Ui& ui, std::string_view what, float width);
/// "条例22条", "仲裁法27条": the law's everyday name and the article without its paragraphs. Cards have no room for more.
std::string brief_article(const Article& article);
/// A calm or attentive strip with an icon and one line.
void strip(Ui& ui, Box box, Icon icon, std::string_view words, Tone tone);
/// A radio row: words left, consequence (or the shortcut `key`) right.
bool option(Ui& ui, std::string_view name, Box box, std::string_view words, std::string_view line, bool selected, std::string_view key = {});
/// A tick box with words.
bool tick(Ui& ui, std::string_view name, Box box, std::string_view words, bool on, std::string_view key = {});
/// A small button that is one of several: filled when chosen.
bool chip(Ui& ui, std::string_view name, Box box, std::string_view words, bool selected = false, bool enabled = true, std::string_view key = {});
/// A small filled plate that inserts a phrase.
bool phrase(Ui& ui, std::string_view name, Box box, std::string_view words, std::string_view key = {});
/// A text field whose problem is told by label().
std::optional<std::string> edit(Ui& ui, std::string_view name, Box box, std::string_view text, std::string_view placeholder = {}, bool several_lines = false,
                                const Problem* problem = nullptr);
/// White panel with a thin line round it: information, not touchable.
void panel(Ui& ui, Box box);

/// Text cut into lines that surely fit `em_max` em: counts widths without measuring, so that 20,000 characters cost nothing.
/// Views into `text`; never empty.
std::vector<std::string_view> text_lines(std::string_view text, float em_max);

/// What of a text in parts stands on one page: per part one piece and the lines it was counted to need at most.
struct Piece { std::size_t part = 0; std::string_view text; std::size_t lines = 0; };
struct PageOfText { std::size_t page = 0, pages = 1; std::vector<Piece> pieces; };
/// Pages of `lines_max` lines; empty parts are left out. A page beyond the last is the last.
PageOfText page_of_text(std::span<const std::string_view> parts, float em_max, std::size_t lines_max, std::size_t page);

}  // namespace yizhan::kiosk::desk
