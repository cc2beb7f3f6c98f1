/// The widget kit: everything the screens draw with. Sizes and places in millimetres; colours and type from look tokens.
/// Immediate mode: a screen is a function that draws and reports what was pressed. Screens own nothing, the kit keeps no
/// visitor text beyond the frame (but for desk text fields, whose ImGui context dies with the session).
/// ui thread only.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/ink/ink.h"
#include "kiosk/writing/stroke.h"

namespace yizhan::ui {

/// A box in millimetres, origin top left of the page.
struct Box {
  float x = 0, y = 0, w = 0, h = 0;
  float right() const { return x + w; }
  float bottom() const { return y + h; }
  Box inset(float all) const { return {x + all, y + all, w - 2 * all, h - 2 * all}; }
  Box inset(float across, float down) const { return {x + across, y + down, w - 2 * across, h - 2 * down}; }
  /// Cuts a strip off this box and returns it; `gap` is left between.
  Box cut_top(float height, float gap = 0) { Box c{x, y, w, height}; y += height + gap; h -= height + gap; return c; }
  Box cut_bottom(float height, float gap = 0) { Box c{x, bottom() - height, w, height}; h -= height + gap; return c; }
  Box cut_left(float width, float gap = 0) { Box c{x, y, width, h}; x += width + gap; w -= width + gap; return c; }
  Box cut_right(float width, float gap = 0) { Box c{right() - width, y, width, h}; w -= width + gap; return c; }
  /// Column `i` of `n` equal columns.
  Box column(int i, int n, float gap) const { const float c = (w - gap * static_cast<float>(n - 1)) / static_cast<float>(n); return {x + static_cast<float>(i) * (c + gap), y, c, h}; }
  Box row(int i, int n, float gap) const { const float c = (h - gap * static_cast<float>(n - 1)) / static_cast<float>(n); return {x, y + static_cast<float>(i) * (c + gap), w, c}; }
};

/// Colour tokens (look/tokens.md). The high-contrast theme maps the same tokens.
enum class Ink : std::uint8_t {
  Paper, Card, Sand, Tray, Ink, Muted, Primary, Primary2, Deep, OnPrimary, OnPrimary2, Tint, IconFill, Hill1, Hill2, Hill3,
  Amber, AmberTint, AmberEdge, Promise, Brick, BrickTint, Seal, Edge, Line, PadLine, Board, BoardPanel, BoardBar, BoardText,
  BoardCalled, BoardSecond, Clear,
};
/// Type steps of the kiosk; desks and boards use Desk…/Board… steps. Bold is a weight, not a step.
enum class Step : std::uint8_t {
  Caption, Body, Input, Button, Title, Choice, Headline, Window, Code, Number, NumberLarge,
  DeskSmall, Desk, DeskTitle, DeskNumber, BoardWords, BoardNumber, BoardCalled, BoardTitle,
  BoardWindow,
};
enum class Weight : std::uint8_t { Regular, Medium, Bold };
enum class Align : std::uint8_t { Left, Centre, Right };
/// When a drawn text is spoken. Everything that is shown is said when somebody asks for the whole page (再听一遍).
enum class Say : std::uint8_t {
  Asked,                   ///< only then
  Aloud,                   ///< when the page opens, and when it appears on an open page: questions, errors, news
  Code,                    ///< as Aloud, digit by digit and twice (EN 301 549 5.1.3.16)
};
struct TextStyle {
  Step step = Step::Body;
  Ink ink = Ink::Ink;
  Weight weight = Weight::Regular;
  Align align = Align::Left;
  int lines_max = 0;        ///< 0: as many as fit the box; the last one ends in … when cut
  bool middle = false;      ///< centre vertically in the box
  bool shrink = false;      ///< one line: use the largest size that fits (long names, long units)
  Say say = Say::Asked;
  bool personal = false;    ///< what a visitor said or was told: spoken in a handset only, never into the hall (trust.md T4)
};
enum class Look : std::uint8_t {
  Filled, Edged, Help, Quiet, OnDark,
  Tab, TabActive,          ///< mode switches: icon and word, the active one filled
  Key, KeySide,            ///< soft keyboard: letters, and the cream keys round them (icon alone, the words are for speech)
  Word, WordFirst,         ///< candidates; the first is filled
  Stack, StackActive,      ///< beside the writing pad: icon above the word
};
enum class Icon : std::uint8_t {
  None, Back, Next, Helper, Leave, Speaker, Screen, Ticket, Search, Star, Signpost, Wages, Neighbours, Land, House, Scales,
  Official, Leaf, School, Lightbulb, Question, Card, Document, NoDocument, Person, Persons, Family, Check, Cross, Clock, Lock,
  Cloud, CloudOff, Printer, PaperOut, Bell, Pause, Play, Transfer, Pencil, Keyboard, Digits, Phrases, Backspace, ArrowUp,
  ArrowDown, TextSize, Contrast, Low, Desk, Mediation, Building, Phone, Warning, Home, Info, Plus, Minus, Calendar, Place, Chevron, ChevronLeft,
  Camera, Book, Microphone, Stop, Globe, Undo,
};

enum class TextSize : std::uint8_t { Normal, Large, Largest };
struct Theme {
  TextSize size = TextSize::Normal;
  bool contrast = false, low = false;
  bool citizen = false;    ///< a kiosk's sizes, five keys and words also on a landscape screen; otherwise landscape means a desk
};

/// The keys people use who see little or cannot reach the glass (trust.md 6): named as pressed_key() names them.
struct FiveKeys {
  std::string up = "Up", down = "Down", confirm = "Enter", back = "Escape", help = "F1";
  bool operator==(const FiveKeys&) const = default;
};
/// What the five keys stand on. Nothing: nobody has used them since the last touch.
enum class FocusAt : std::uint8_t { Nothing, Headline, Row, Control };
struct Focus {
  FocusAt at = FocusAt::Nothing;
  std::string name;          ///< the screen's name at its headline; the first key of a row; the touchable's name
  std::string words;         ///< the headline's words; the keys of a row, spaced; the touchable's words
  std::uint64_t moved = 0;   ///< grows when something is to be said: the focus moved, or the same was confirmed again
};
/// Which part of the walk touchables belong to: a page's own come first, then its bar, what ends the visit last.
enum class Walk : std::uint8_t { Body, Bar, Last };

/// What a finger or pointer can touch in the frame just drawn: for tests, robots, speech and the size checks.
enum class Control : std::uint8_t { Button, Choice, Check, Field };
struct HitBox {
  std::string name;
  Box box;
  std::string words;
  bool enabled = true;
  std::string line{};      ///< the second line of a tile or choice; the label of a field
  Control kind = Control::Button;
  bool selected = false;   ///< chosen, ticked, being written into
};
/// A text drawn in the frame beside and inside what can be touched: for speech, which takes its words from here and nowhere else.
struct Shown { std::string words; Box box; Step step{}; Say say{}; bool personal = false; };

/// What a finger did on a writing area since the last frame, every point of it; millimetres from the area's upper left corner.
struct Trace {
  enum class What : std::uint8_t { Down, Move, Up, Gone } what{};  ///< Gone: the stroke was not meant (a palm, a lost finger)
  ink::Point at;                                                  ///< inside the area: what went over its edge is held at the edge
};

class Ui {
 public:
  virtual ~Ui() = default;

  // -- page ----------------------------------------------------------------------------------------------------------
  virtual Box page() const = 0;          ///< whole window in mm
  virtual const Theme& theme() const = 0;
  virtual double seconds() const = 0;    ///< for motion only; grows from the start of the program
  virtual void again_in(double seconds) = 0;  ///< asks for another frame (clock, motion); otherwise none is drawn
  /// Where the page's question stands and what it says: the five keys begin here whenever `screen` is another one than in the
  /// frame before. Everything drawn after it belongs to the page and comes in with a short motion; draw bars before it.
  virtual void headline(std::string_view screen, Box box, std::string_view words) = 0;
  virtual void walk(Walk part) = 0;           ///< of the touchables that follow; Body at the begin of a frame
  /// Low theme: the highest place, in mm from the top, that may hold something to touch. Otherwise 0.
  virtual float reach_top() const = 0;

  // -- paint (not touchable) --------------------------------------------------------------------------------------------
  virtual void fill(Box box, Ink ink, float radius_mm = 0) = 0;
  virtual void gradient(Box box, Ink top, Ink bottom, float radius_mm = 0) = 0;
  virtual void edge(Box box, Ink ink, float thick_mm = 0.5f, float radius_mm = 0) = 0;
  virtual void line(float x0, float y0, float x1, float y1, Ink ink, float thick_mm = 0.25f) = 0;
  virtual void circle(float cx, float cy, float r_mm, Ink ink) = 0;
  virtual void card(Box box, float radius_mm = 4) = 0;      ///< white, one soft shadow, no edge: cannot be touched
  virtual void icon(Box box, Icon icon, Ink ink = Ink::Primary) = 0;
  virtual void qr(Box box, std::string_view payload) = 0;

  // -- words: wrapped by Chinese rules (UAX 14), never as a format string or a label --------------------------------------
  /// Draws and returns the height used in mm. Text that does not fit ends in "…" and is reported to clipped().
  virtual float text(Box box, std::string_view words, const TextStyle& style = {}) = 0;
  virtual float text_height(float width_mm, std::string_view words, const TextStyle& style = {}) = 0;
  virtual float text_width(std::string_view words, const TextStyle& style = {}) = 0;
  /// False when a character of it is drawn as an empty frame: no font here has it.
  virtual bool can_show(std::string_view /*words*/) { return true; }

  // -- touch: `name` is for tests and speech ("submit"); the words are what people see -----------------------------------
  /// True on release inside. A second press within 0.5 s, of the same name or on the same spot of the next page, is ignored
  /// (EN 301 549 5.8); names starting with "key." or "candidate." only filter 0.12 s of bounce. Disabled ones are drawn without
  /// an edge and never report. Five keys: the back key presses "back", "stay" or "leave", whichever there is, the help key "help". A long text shrinks to fit, then ends in "…" and is reported to clipped(). Icon::Next stands after.
  virtual bool button(std::string_view name, Box box, std::string_view words, Look look = Look::Edged, Icon icon = Icon::None,
                      bool enabled = true, std::string_view shortcut = {}) = 0;
  /// A bare touchable area: the screen draws inside it. `selected` gives the thick edge, tint and tick.
  virtual bool touch(std::string_view name, Box box, std::string_view words, bool selected = false, bool enabled = true) = 0;
  /// Picture left, name and one line right; selected = 6 px edge + tint + tick.
  virtual bool tile(std::string_view name, Box box, Icon icon, std::string_view words, std::string_view line, bool selected) = 0;
  /// Choice row with a radio mark.
  virtual bool choice(std::string_view name, Box box, std::string_view words, std::string_view line, bool selected, Icon icon = Icon::None) = 0;
  virtual bool check(std::string_view name, Box box, std::string_view words, bool on) = 0;
  virtual bool pressed_key(std::string_view key) = 0;  ///< "F2", "Ctrl+P", "Escape": true once
  /// An area to write on: what the first finger did there since the last frame, in order, at the rate of the glass. A stroke that
  /// began inside belongs to the area until it ends, wherever it goes. A second finger and a palm write nothing. The span is
  /// valid until the frame ends.
  virtual std::span<const Trace> trace(std::string_view /*name*/, Box /*area*/, std::string_view /*words*/) { return {}; }
  /// A pen's line with round ends, clipped to the area; points as trace() gives them.
  virtual void pen_line(Box /*area*/, std::span<const ink::Point> /*path*/, Ink /*ink*/, float /*thick_mm*/) {}

  // -- text entry ------------------------------------------------------------------------------------------------------
  /// A shown text field for the touch keyboard: draws text, composing text and caret; true when touched.
  struct FieldView {
    std::string_view text{}, composing{}, placeholder{}, problem{};
    bool active = false, secret = false, several_lines = false;
    std::string_view foot_left{}, foot_right{};
    std::string_view label{};      ///< not drawn: what the field is called when it is spoken
    std::size_t caret = std::string_view::npos;  ///< characters before it; npos: at the end
    bool only_shown = false;       ///< cannot be touched (low theme: it lies out of reach)
  };
  virtual bool field(std::string_view name, Box box, const FieldView& view) = 0;
  /// Where the caret of the active field drawn in this frame would go, in characters; `touched`: where the field that field() just
  /// reported was touched (npos: on none of its characters).
  struct CaretMoves {
    std::size_t touched = std::string_view::npos;
    std::size_t up = 0, down = 0, line_begin = 0, line_end = 0, page_up = 0, page_down = 0;
    int page = 0, pages = 1;       ///< the page the caret is on, of the pages that the box can show
  };
  virtual const CaretMoves& caret_moves() const = 0;
  /// What a real keyboard (or a scanner, which is one) did, in order; each is given out once. Not what walks and presses: Tab, and
  /// Enter while something else has the focus.
  virtual std::vector<writing::Stroke> take_strokes() = 0;
  /// A desk text field with a real keyboard; returns the new text when it changed.
  virtual std::optional<std::string> edit(std::string_view name, Box box, std::string_view text, std::string_view placeholder = {},
                                          bool several_lines = false, std::string_view problem = {}) = 0;

  // -- after the frame -----------------------------------------------------------------------------------------------------
  virtual const std::vector<HitBox>& hits() const = 0;          ///< of the frame being drawn
  virtual const std::vector<Shown>& shown() const = 0;          ///< texts of the frame being drawn, in drawing order
  virtual const std::vector<std::string>& clipped() const = 0;  ///< names/words cut off in this frame (tests: must be empty)
  virtual const Focus& focus() const = 0;                       ///< of the five keys, as the last frame left it
};

/// Candidates for letters. Learns nothing, writes nothing. Null engine: letters are inserted as typed.
struct PinyinEngine {
  virtual ~PinyinEngine() = default;
  struct Candidates { std::vector<std::string> words; std::string preedit; bool more = false; };
  virtual Candidates candidates(std::string_view letters, int page) = 0;
  /// Letters that words[i] of that page stands for; the rest stays composing. Asked when it is chosen only: telling costs more than listing.
  virtual int consumed(std::string_view letters, int page, std::size_t i) = 0;
  virtual void fuzzy(bool) {}       ///< from the next candidates() on
  virtual void forget() {}          ///< the visit ended: drops the letters of the last call
};

}  // namespace yizhan::ui
