/// What the citizen's screens share: the page frame (step bar, headline, bottom bar), fields with the keyboard, pages of tiles.
/// Touchables of every framed page: "back", "help", "next", "leave"; where a list has pages "page.back", "page.next".
#pragma once
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/tr.h"
#include "kiosk/screens/screens.h"

namespace yizhan::kiosk {

using ui::Align;
using ui::Box;
using ui::Icon;
using ui::Ink;
using ui::Look;
using ui::TextStyle;
using ui::Ui;
using ui::Weight;
using Type = ui::Step;  ///< `Step` is the machine's word

inline constexpr float touch_gap_mm = 3;
inline constexpr float keyboard_mm = 179;  ///< portrait; in landscape the keyboard has the right side for itself

/// What a page is laid out with, in mm. Portrait screens have the drawn pages' sizes; landscape ones fold down to 194 mm of height.
struct Measure {
  bool across = false;   ///< landscape: the question left, the answers right
  bool low = false;      ///< portrait in the low position: everything touchable in the lower 45 %
  float margin = 12, gutter = 6, step_bar = 34, bottom_bar = 44, bar_button = 30;
};
Measure measure(const Ui& ui);

using Asked = std::optional<Action>;

struct PageWords {
  std::string title;              ///< the question, ≤ 12 characters
  std::string hint = {};          ///< takes the fear away
  std::string next = tr("下一步");
  bool next_on = true;
  bool next_shown = true;
  bool back = true;
  float strip_mm = 0;             ///< asks for a strip under the headline for one or two small buttons
  Icon next_icon = Icon::Next;
  float left_share = 0.38f;       ///< landscape: of the width, for the question's side
  float hint_mm = 40;             ///< landscape: a hint taller than this is left out
};
/// Paper, step bar, banner of a running help call, headline, bottom bar. The boxes left over are the screen's own.
/// In the low position everything that can be touched lies in reach (trust.md 6, wheelchair).
struct Page {
  Box show;    ///< low: free room above the touchable zone, only to look at. Landscape: under the question. Otherwise empty
  Box strip;
  Box body;
  Asked asked;
};
Page begin_page(Ui& ui, const View& view, const PageWords& words);
/// Draws the bottom bar's ground; returns the row for its buttons.
Box bar_row(Ui& ui, const Measure& m);
/// Where what is only shown or written into stands: beside the question in landscape, above the zone in the low position.
Box looking_area(const Ui& ui, const Page& page);

/// What the five keys know a page by: another question of the same screen is another page.
std::string screen_id(const View& view);

/// Draws a paragraph at the top of `area` and cuts it off; nothing (and nothing cut) when it does not fit.
bool paragraph(Ui& ui, Box& area, std::string_view words, const TextStyle& style, float gap_mm = 2);
/// One line in a box: narrower words shrink, and where the visitor's text size is too tall for the box a smaller step is taken.
/// Always centred on the box's height.
void line_in(Ui& ui, Box box, std::string_view words, TextStyle style);
/// The first of several wordings, longest first, that stands in one line unshrunk; none when none does.
void first_that_fits(Ui& ui, const Box& box, std::initializer_list<std::string> ways, const TextStyle& style);
/// One line (or paragraph) that is left out rather than cut when there is no room.
void text_if_room(Ui& ui, const Box& box, std::string_view words, const TextStyle& style);
/// Calm or attentive message with an icon, spoken when it appears; returns its height. `personal`: somebody's name is in it.
float message(Ui& ui, Box box, Icon icon, std::string_view bold, std::string_view line, bool attention, bool personal = false);
/// 再听一遍: the whole page is read (kiosk/sound/speech.h). Narrow: 再听.
void again_button(Ui& ui, const Box& box, Asked& asked);
/// A filled plate with an icon, as on the home page. `kind`: 0 green, 1 warm, 2 tint.
void plate(Ui& ui, const Box& box, Icon icon, int kind);
/// Home's kind of choice: plate, big name, one line, round arrow.
bool choice_card(Ui& ui, std::string_view name, const Box& box, Icon icon, std::string_view words, std::string_view line, int kind, bool selected = false,
                 bool enabled = true);
/// How many rows of at least `row_mm` fit.
int rows_that_fit(const Box& box, float row_mm, float gap_mm);
/// 上一页/下一页 at the bottom of `area` when `count` items need more than one page of `per_page`.
struct Pages { int first = 0, last = 0, page = 0, pages = 1; };
Pages pages_of(int count, int per_page, int page);
Asked page_buttons(Ui& ui, const Box& row, const Pages& pages);
/// Tiles in two columns, in landscape in three where `words_mm`, the widest name, has room; pages when they do not all fit.
struct Grid {
  Box body;
  int columns = 2;
  float row = 0, gap = 0;
  Pages pages;
  Asked asked;
  Box cell(int at) const;   ///< the at-th of this page
};
Grid grid_of(Ui& ui, const Page& page, Box body, int count, int at_page, float words_mm);

/// The fields of a page and the keyboard below them.
struct FieldSpec {
  Field field{};
  int index = 0;
  std::string name;          ///< of the touchable: "name", "number"
  std::string label, placeholder;
  bool several_lines = false;
  bool secret = false;
};
/// Draws fields in `box` (label, field, problem). In the low theme fields are only shown; "field.next" in the strip moves on.
Asked fields(Ui& ui, const View& view, const Box& box, std::span<const FieldSpec> specs);
/// The keyboard panel for the focused field.
Asked keyboard_panel(Ui& ui, const View& view, const Box& box);
/// ← → and, when the text has more lines than its field, 上一页/下一页. Drawn after the field whose caret they move.
Asked caret_buttons(Ui& ui, const View& view, Box row);
/// Cuts the keyboard's room off a page body (it reaches to the window's edges).
Box cut_keyboard(Ui& ui, Page& page);

/// "约25分钟", "不用等".
std::string wait_words(int waiting, int minutes);
std::string people_words(int waiting);
/// Nobody sits at that window now (the rulebook's hours): registering goes on.
bool window_closed(const Snapshot& now, std::string_view window);
const sync::WindowQueue* queue_of(const Snapshot& now, std::string_view window);
std::string window_name(const RuleBook& rules, std::string_view window);   ///< "律师窗口"
std::string window_place(const RuleBook& rules, std::string_view window);  ///< "1号律师窗口"
Icon window_icon(std::string_view window);
Icon icon_named(std::string_view name);
/// What went wrong in at most twenty characters: advice after the first stop is left to the person who is called.
std::string in_short(std::string_view problem);
/// The first characters of a long text, with an ellipsis of our own: nothing is cut by accident.
std::string shortened(std::string_view text, std::size_t characters_max);
/// As much of `text` as fits the box in `lines` lines.
std::string fitted(Ui& ui, float width_mm, int lines, std::string_view text, const TextStyle& style);

// One function per screen; see the files of the same name.
Asked draw_home(Ui&, const View&);
Asked draw_notice(Ui&, const View&);
Asked draw_card(Ui&, const View&);
Asked draw_identify(Ui&, const View&);
Asked draw_whom(Ui&, const View&);
Asked draw_other(Ui&, const View&);
Asked draw_heads(Ui&, const View&);
Asked draw_representatives(Ui&, const View&);
Asked draw_kind(Ui&, const View&);
Asked draw_question(Ui&, const View&);
Asked draw_urgent(Ui&, const View&);
Asked draw_statement(Ui&, const View&);
Asked draw_place(Ui&, const View&);
Asked draw_review(Ui&, const View&);
Asked draw_read(Ui&, const View&);
Asked draw_sign(Ui&, const View&);
Asked draw_ruling(Ui&, const View&);
Asked draw_done(Ui&, const View&);
Asked draw_take_number(Ui&, const View&);
Asked draw_ask(Ui&, const View&);
Asked draw_progress(Ui&, const View&);
Asked draw_rate(Ui&, const View&);
Asked draw_thanks(Ui&, const View&);
Asked draw_helper(Ui&, const View&);
Asked draw_sound(Ui&, const View&);
Asked draw_speak(Ui&, const View&);
Asked draw_guide(Ui&, const View&);
Asked draw_leave(Ui&, const View&);
Asked draw_idle(Ui&, const View&);
Asked draw_trouble(Ui&, const View&);

}  // namespace yizhan::kiosk
