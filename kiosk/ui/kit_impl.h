/// The one implementation of Ui, shared by the real window and the headless one. Inside this room only.
/// Input comes in as window pixels; output is an ImGui draw list.
#pragma once
#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "kiosk/ui/fonts.h"
#include "kiosk/ui/icons.h"
#include "kiosk/ui/kit.h"
#include "kiosk/ui/layout.h"
#include "kiosk/ui/tokens.h"

struct ImDrawList;

namespace yizhan::ui {

/// EN 301 549 5.8: the same key again within this time is one press. Typing keys ("key.…", "candidate.…") only filter the
/// bounce of a finger, or a phone number with 00 in it could not be typed.
inline constexpr double again_s_min = 0.5, key_again_s_min = 0.12;

/// What a widget is known by from one frame to the next; 0 is nobody.
std::uint64_t name_id(std::string_view name);
/// Keys and candidates of the soft keyboard.
bool typing_key(std::string_view name);

/// What a frame really drew, for the accessibility gate: taken where pixels are made, not from what a screen intended.
struct Drawn {
  struct Rect { float x0 = 0, y0 = 0, x1 = 0, y1 = 0; };
  struct Glyph { Rect at; char32_t c = 0; std::uint32_t colour = 0; int text = 0; };  ///< colour as ImGui packs it
  struct Text { std::string words; float em = 0, cap = 0; Weight weight{}; std::size_t first = 0, last = 0; };  ///< px; glyphs [first, last)
  struct Picture { Rect at; Icon icon{}; std::uint32_t line = 0; };
  struct Pressable { std::string name; Look look{}; bool enabled = true; };
  std::vector<Glyph> glyphs;
  std::vector<Text> texts;
  std::vector<Picture> pictures;
  std::vector<Pressable> buttons;
};

class Kit final : public Ui {
 public:
  /// `zoom`: real millimetres in one of the page's (large screens draw the same page larger, tokens.h page_scale()).
  Kit(float px_per_mm, const Theme& theme, float zoom = 1);
  ~Kit() override;

  // -- input, in window pixels and in the order it happened
  /// False: nothing can look different for it (a finger that only moves about on what it presses).
  bool pointer(float x, float y, bool down);
  void pointer_gone();                       ///< the finger left the glass: nothing is under it any more
  void key(std::string_view name);           ///< "F2", "Ctrl+P", "Backspace", "Shift+Left"
  void typed(std::string_view utf8);
  bool input_waiting() const { return !pointers_.empty(); }
  std::uint64_t releases() const { return releases_; }  ///< fingers and buttons let go, up to and with the frame begun last

  // -- one frame: begin, the screen's calls, end
  void begin(ImDrawList& list, int width_px, int height_px, double now);
  void end();
  double again_at() const { return again_at_; }          ///< +inf: when something happens
  /// A kiosk takes text always: a scanner is a keyboard, also on the first page.
  /// A page that takes strokes without a field (a PIN) wants it too.
  bool wants_text() const { return editing_ != 0 || theme_.citizen || takes_strokes_; }
  std::optional<Box> caret_px() const { return caret_; }  ///< where an input method should open its list
  const std::vector<std::string>& missing() const { return missing_; }
  void set_theme(const Theme& theme);
  void set_keys(const FiveKeys& keys) { five_ = keys; }
  void set_motion(bool on) { motion_on_ = on; }           ///< pages come in softly; off where pictures are compared
  bool moving() const { return moving_; }
  /// Tests: the next frames are written down in `drawn` (may be null) and drawn without words, or without words and icons.
  enum class Leave { Nothing, Words, WordsAndIcons };
  void watch(Drawn* drawn, Leave leave) { drawn_ = drawn; leave_ = leave; }
  float px_per_mm() const { return ppm_; }
  bool takes_strokes_ = false;                            ///< the frame asked for them
  std::string clipboard;                                  ///< desk only; zeroed with the kit

  // -- Ui
  Box page() const override;
  const Theme& theme() const override { return theme_; }
  double seconds() const override { return now_; }
  void again_in(double seconds) override;
  void headline(std::string_view screen, Box box, std::string_view words) override;
  void walk(Walk part) override { part_ = part; }
  float reach_top() const override;
  const Focus& focus() const override { return focus_note_; }
  void fill(Box box, Ink ink, float radius_mm) override;
  void gradient(Box box, Ink top, Ink bottom, float radius_mm) override;
  void edge(Box box, Ink ink, float thick_mm, float radius_mm) override;
  void line(float x0, float y0, float x1, float y1, Ink ink, float thick_mm) override;
  void circle(float cx, float cy, float r_mm, Ink ink) override;
  void card(Box box, float radius_mm) override;
  void icon(Box box, Icon icon, Ink ink) override;
  void qr(Box box, std::string_view payload) override;
  float text(Box box, std::string_view words, const TextStyle& style) override;
  float text_height(float width_mm, std::string_view words, const TextStyle& style) override;
  float text_width(std::string_view words, const TextStyle& style) override;
  bool can_show(std::string_view words) override;
  bool button(std::string_view name, Box box, std::string_view words, Look look, Icon icon, bool enabled, std::string_view shortcut) override;
  bool touch(std::string_view name, Box box, std::string_view words, bool selected, bool enabled) override;
  bool tile(std::string_view name, Box box, Icon icon, std::string_view words, std::string_view line, bool selected) override;
  bool choice(std::string_view name, Box box, std::string_view words, std::string_view line, bool selected, Icon icon) override;
  bool check(std::string_view name, Box box, std::string_view words, bool on) override;
  bool pressed_key(std::string_view key) override;
  std::span<const Trace> trace(std::string_view name, Box area, std::string_view words) override;
  void pen_line(Box area, std::span<const ink::Point> path, Ink ink, float thick_mm) override;
  bool field(std::string_view name, Box box, const FieldView& view) override;
  const CaretMoves& caret_moves() const override { return moves_; }
  std::vector<writing::Stroke> take_strokes() override;
  std::optional<std::string> edit(std::string_view name, Box box, std::string_view text, std::string_view placeholder, bool several_lines,
                                  std::string_view problem) override;
  const std::vector<HitBox>& hits() const override { return hits_; }
  const std::vector<Shown>& shown() const override { return shown_; }
  const std::vector<std::string>& clipped() const override { return clipped_; }

 private:
  struct Px { float x0 = 0, y0 = 0, x1 = 0, y1 = 0; float w() const { return x1 - x0; } float h() const { return y1 - y0; } };
  struct Type { float em = 0, line = 0; Weight weight{}; };  ///< px
  struct Pressing { bool fired = false, held = false; };
  struct PointerEvent { float x = 0, y = 0; bool down = false, gone = false, moved = false; };

  Px px(Box box) const;
  float len(float mm) const { return mm * ppm_; }
  float edge_px(float kiosk_px, float desk_px) const;      ///< thickness of an edge: whole pixels, 3 at least in high contrast
  std::uint32_t packed(Rgb c) const;
  std::uint32_t ink(Ink ink) const { return packed(colour(ink, theme_.contrast)); }
  Type type(Step step, Weight weight) const;
  /// Desks are landscape and office software; kiosks are portrait. Sizes are given in the drawn pages' pixels.
  bool desk_page() const { return !theme_.citizen && width_px_ > height_px_; }
  float dp(float kiosk_px, float desk_px) const { return desk_page() ? desk_px * ppm_ / 3.6f : kiosk_px * ppm_ / 4.0f; }
  Type widget_type(float kiosk_em, float desk_em, Weight weight) const;
  /// Nothing on a kiosk is smaller, whatever size the visitor chose: 7 mm of em are 5.1 mm of capital.
  float smallest_em() const { return desk_page() ? dp(28, 15) : dp(28, 15) * text_factor(theme_.size); }
  /// Landscape kiosks are half as tall: type gives way down to the smallest allowed.
  float type_scale() const;

  std::vector<char32_t>& decoded(std::string_view words);
  const TextLayout& layout(std::span<const char32_t> text, float width, std::size_t lines_max, const Type& type);
  float advance(char32_t c, const Type& type);
  float width_px(std::span<const char32_t> text, const Type& type);
  /// Draws code points on one baseline; returns the x after the last.
  float draw_run(float x, float baseline, std::span<const char32_t> text, const Type& type, std::uint32_t colour);
  void watch_run(std::span<const char32_t> text, const Type& type);   ///< tests
  float draw_text(Px box, std::string_view words, Type type, std::uint32_t colour, Align align, int lines_max, bool middle, bool shrink);
  void draw_icon_px(float x, float y, float size, Icon icon, std::uint32_t line, std::uint32_t fill, std::uint32_t ground);
  void rect(Px box, std::uint32_t colour, float radius);
  void corners(Px box, std::uint32_t colour, float radius);
  void framed(Px box, std::uint32_t rim, std::uint32_t face, float thick, float radius);
  void outline(Px box, std::uint32_t colour, float thick, float radius);
  void shadow(Px box, float radius);
  void tick(float cx, float cy, float radius);
  void focus_ring(Px box, float radius);
  bool ringed(std::string_view name) const;                ///< a desk's Tab focus; the kiosk draws its frame last
  struct ButtonStyle;
  ButtonStyle button_style(Look look, Box box, Icon icon, bool one_letter) const;
  /// The field's text with what is being composed at the caret.
  struct Written { std::vector<char32_t> shown; std::size_t begin = 0, end = 0; };  ///< composing: [begin, end)
  static Written written(const FieldView& view);
  void note_moves(const Written& text, const TextLayout& lines, const Type& type, std::size_t fit);
  /// The place in `text` nearest to x in a line, in characters of the field (what is composed counts as its begin).
  std::size_t place_in(const Written& text, const TextLine& line, float x, const Type& type);
  void dashes(float x0, float x1, float y, float thick, std::uint32_t colour);

  // five keys (kit_focus.cpp)
  struct Stop { std::uint64_t id = 0; FocusAt at{}; std::size_t first = 0, last = 0; };  ///< indices into hits_, both inside
  void note_typing();                                      ///< begin: whose Enter and arrows are they
  void take_five_keys();                                   ///< begin: names the roles; back and help act on the page that was seen
  std::vector<Stop> stops() const;                         ///< the walk of this frame
  void walk_on();                                          ///< end: moves the focus and draws its frame
  void note_focus(FocusAt at, std::string_view name, std::string_view words);
  void come_in();                                          ///< end: the page's motion

  /// Registers a touchable and says whether it was pressed; every widget goes through here.
  Pressing press(std::string_view name, Box box, std::string_view words, bool enabled, std::string_view shortcut = {});
  /// What speech says of the touchable just registered.
  void describe(std::string_view line, Control kind, bool selected);
  void surface(Px box, bool selected, bool held, float radius);
  /// Caret movement and changes of one text field; returns true when `text` changed.
  bool edit_keys(std::u32string& text, const TextLayout& lines, const Type& type, bool several_lines);
  void report_clipped(std::string_view words);

  // frame
  float ppm_ = 4, zoom_ = 1, drawn_ppm_ = 4, drawn_zoom_ = 1;  ///< of this theme; what the screen was opened with
  Theme theme_;
  ImDrawList* list_ = nullptr;
  int width_px_ = 0, height_px_ = 0;
  double now_ = 0, again_at_ = 0;
  Fonts fonts_;
  IconCache icons_;
  std::vector<HitBox> hits_;
  std::vector<Shown> shown_;
  std::vector<std::string> clipped_, missing_;
  std::vector<char32_t> scratch_;
  std::unordered_map<std::uint64_t, TextLayout> layouts_;   ///< offsets only, never words
  static constexpr std::size_t long_text = 1'000;
  struct LongLayout { std::uint64_t hash = 0; TextLayout lines; };
  std::array<LongLayout, 2> long_layouts_;
  std::size_t long_turn_ = 0;
  // touch
  std::deque<PointerEvent> pointers_;
  float at_x_ = -1e9f, at_y_ = -1e9f;
  bool down_ = false, pressed_now_ = false, released_now_ = false;
  std::uint64_t releases_ = 0;
  std::uint64_t active_ = 0, last_fired_ = 0, fire_ = 0;    ///< fire_: pressed by a key of the five in this frame
  double last_fired_at_ = -1e9;
  // writing (kit_ink.cpp)
  void note_trace(float x, float y, bool down, bool was_down);   ///< pointer(): keeps every point of a stroke on the writing area
  void end_trace();                                         ///< end: a page without a writing area forgets what was on it
  std::uint64_t trace_id_ = 0;                              ///< the writing area of the last frame; 0: there is none
  bool tracing_ = false, trace_seen_ = false;
  std::vector<Trace> traced_, trace_now_;                   ///< px while waiting, mm when handed out
  // keyboard
  struct KeyEvent { std::string name; std::u32string text; };  ///< one of the two
  std::vector<KeyEvent> keys_, keys_next_;
  std::uint64_t focus_ = 0;                                 ///< by Tab, for people who use the keyboard alone
  std::vector<std::uint64_t> focusable_, editable_;
  // five keys
  FiveKeys five_;
  Focus focus_note_;
  Walk part_{};
  std::vector<Walk> parts_;                                 ///< beside hits_
  bool by_keys_ = false, in_row_ = false, screen_changed_ = false;
  int steps_ = 0;                                           ///< down minus up, of this frame
  bool confirmed_ = false;
  std::size_t stop_at_ = 0;
  std::string screen_;                                      ///< the screen's name, never a visitor's words
  Box headline_box_;
  std::string headline_words_;
  bool headline_seen_ = false;
  // motion
  bool motion_on_ = false, moving_ = false;
  double came_at_ = -1e9;
  int came_from_ = 0;                                       ///< first vertex of the page's own
  // tests
  Drawn* drawn_ = nullptr;
  Leave leave_ = Leave::Nothing;
  // kiosk text field
  CaretMoves moves_;
  std::uint64_t field_id_ = 0;                              ///< the active one, as drawn last
  std::size_t field_first_ = 0;                             ///< its first line in sight
  bool field_active_ = false;                               ///< in this frame
  bool typing_ = false;                                     ///< somebody types on a real keyboard
  double typed_at_ = -1e9;
  bool active_seen_ = false;
  float fired_x_ = -1e9f, fired_y_ = -1e9f;
  // desk text field
  std::uint64_t editing_ = 0;
  bool editing_seen_ = false;
  std::size_t caret_at_ = 0, anchor_ = 0;
  float edit_scroll_ = 0;
  double caret_since_ = 0;
  std::vector<std::u32string> undo_;
  std::optional<Box> caret_;
};

}  // namespace yizhan::ui
