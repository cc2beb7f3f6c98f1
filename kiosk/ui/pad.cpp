// The writing pad: two squares to write in, candidates above, three keys beside.
#include <algorithm>
#include <cmath>
#include <string>

#include "core/tr.h"
#include "kiosk/ui/handwriting.h"

namespace yizhan::ui {

namespace {

/// A hand shakes by less than this between two reports of the glass; points closer together say nothing new (and a stylus at
/// 1 kHz would fill the pad's room in twenty seconds).
constexpr float point_mm = .25f;
constexpr float pen_mm = 3.5f;
constexpr float gap_mm = 2.5f, bar_mm = 24, keys_mm = 4 * 26 + 3 * 3, rows_gap_mm = 3.5f;

/// One pad being drawn: the state it was given, the result it builds.
struct Pad {
  Ui& ui;
  const PadState& state;
  HandwritingEngine* engine;
  std::string_view before;
  PadResult result;
  bool written = false;   ///< the ink changed in this frame

  std::size_t points() const { return result.state.ink.points.size() + result.state.pen.size(); }

  void follow(std::span<const Trace> traces) {
    PadState& s = result.state;
    for (const Trace& t : traces) {
      result.changed = true;
      switch (t.what) {
        case Trace::What::Down:
          // The lifting before got lost: what was written until then stays.
          finish();
          s.full = points() >= ink::points_max || s.ink.strokes() >= ink::strokes_max;
          if (!s.full) s.pen.push_back(t.at);
          break;
        case Trace::What::Move:
          if (s.pen.empty()) break;
          if (points() >= ink::points_max) s.full = true;
          else if (std::hypot(t.at.x - s.pen.back().x, t.at.y - s.pen.back().y) >= point_mm) s.pen.push_back(t.at);
          break;
        case Trace::What::Up: finish(); break;
        case Trace::What::Gone: s.pen.clear(); break;
      }
    }
  }
  void finish() {
    PadState& s = result.state;
    if (s.pen.empty()) return;
    s.ink.add(s.pen);
    s.pen.clear();
    ink_changed();
  }
  void ink_changed() {
    result.state.page = 0;
    result.changed = written = true;
  }
  /// Everything off the pad; what was read is forgotten with it.
  void wipe() {
    const bool rare = result.state.rare;
    result.state = {};
    result.state.rare = rare;
    if (engine) engine->forget();
    result.changed = true;
  }
  void choose(const HandwritingEngine::Word& word) {
    result.insert += word.text;
    if (word.left.empty()) {
      wipe();
      return;
    }
    result.state.ink = result.state.ink.only(word.left);
    result.state.pen.clear();
    result.state.full = false;
    ink_changed();
    const auto rest = engine->candidates(result.state.ink, std::string(before) + word.text, 0);
    result.state.preview = rest.words.empty() ? std::string() : rest.words[0].text;
    ui.again_in(0);
  }

  void candidate_bar(Box bar) {
    const TextStyle note{.step = Step::Caption, .ink = Ink::Muted, .middle = true};
    if (!engine) {
      ui.text(bar, tr("手写暂时不能用，请用拼音或请人帮忙。"), note);
      return;
    }
    const PadState& s = result.state;
    const bool empty = s.ink.empty();
    const auto found = empty ? engine->predict(before, s.page) : engine->candidates(s.ink, before, s.page);
    if (written) {
      result.state.preview = empty || found.words.empty() ? std::string() : found.words[0].text;
      ui.again_in(0);
    }
    if (s.full) {
      ui.text(bar, tr("太长了，请分几次写。"), note);
      return;
    }
    if (found.words.empty()) {
      if (found.scribble) ui.text(bar, tr("认不出这个字，请撤一笔或重写。"), note);
      else ui.text(bar, tr("请在下面的格子里写字。"), note);
      return;
    }
    const Box next = bar.cut_right(23, gap_mm);
    constexpr float padding = 10;
    const TextStyle style{.step = Step::Title, .weight = Weight::Medium};
    std::vector<float> widths;
    float total = gap_mm * static_cast<float>(found.words.size() - 1);
    std::size_t shown = 0;
    for (const auto& word : found.words) {
      const float w = std::max(24.f, ui.text_width(word.text, style) + padding);
      // Large type leaves room for fewer; at least one is shown, shrunk if it must.
      if (shown > 0 && total + w > bar.w) break;
      widths.push_back(w);
      total += w;
      ++shown;
    }
    total -= gap_mm * static_cast<float>(found.words.size() - shown);
    const float share = std::max(0.f, (bar.w - total) / static_cast<float>(shown));
    for (std::size_t i = 0; i < shown; ++i) {
      const Look look = i == 0 && s.page == 0 && !empty ? Look::WordFirst : Look::Word;
      const Box cell = bar.cut_left(std::min(widths[i] + share, bar.w), gap_mm);
      if (ui.button("candidate." + std::to_string(i), cell, found.words[i].text, look)) {
        choose(found.words[i]);
        return;
      }
    }
    if (ui.button("candidate.next", next, tr("更多"), Look::Word, Icon::Chevron)) {
      result.state.page = found.more ? s.page + 1 : 0;
      result.changed = true;
    }
  }

  void squares(Box box) {
    ui.fill(box, Ink::Card, 3);
    ui.edge(box, Ink::Edge, .5f, 3);
    const bool contrast = ui.theme().contrast;
    const Ink guide = contrast ? Ink::Line : Ink::PadLine;
    const auto dashes = [&](float x0, float y0, float x1, float y1) {
      constexpr float dash = 2.5f, space = 2.5f;
      const float length = std::max(x1 - x0, y1 - y0), dx = (x1 - x0) / length, dy = (y1 - y0) / length;
      for (float at = space / 2; at < length; at += dash + space) {
        const float end = std::min(at + dash, length);
        ui.line(x0 + dx * at, y0 + dy * at, x0 + dx * end, y0 + dy * end, guide, .25f);
      }
    };
    const float middle = box.x + box.w / 2;
    ui.line(middle, box.y + .5f, middle, box.bottom() - .5f, guide, .5f);
    for (const float x : {box.x + box.w / 4, box.x + box.w * 3 / 4}) dashes(x, box.y + .5f, x, box.bottom() - .5f);
    dashes(box.x + .5f, box.y + box.h / 2, box.right() - .5f, box.y + box.h / 2);
  }

  void draw(Box box, bool names) {
    // The heights of keyboard(): the panel keeps its shape when the mode changes.
    const float scale = (box.h - rows_gap_mm) / (bar_mm + keys_mm);
    const Box bar = box.cut_top(bar_mm * scale, rows_gap_mm);
    Box side = box.cut_right(38, 4);
    squares(box);
    follow(ui.trace("pad", box, tr("在这里写字")));

    // Named as keys: they may be pressed again at once.
    const int rows = names ? 4 : 3;
    const bool anything = !result.state.ink.empty() || !result.state.pen.empty();
    if (ui.button("key.undo", side.row(0, rows, 3), tr("撤一笔"), Look::Stack, Icon::Undo, anything)) {
      if (!result.state.pen.empty()) result.state.pen.clear();
      else result.state.ink.drop_last();
      result.state.full = false;
      if (result.state.ink.empty()) wipe();
      ink_changed();
    }
    if (ui.button("key.clear", side.row(1, rows, 3), tr("重写"), Look::Stack, Icon::Cross, anything)) {
      wipe();
      written = true;
    }
    if (ui.button("key.backspace", side.row(2, rows, 3), tr("删一字"), Look::Stack, Icon::Backspace)) {
      result.backspaces = 1;
      result.changed = true;
    }
    if (names && ui.button("key.rare", side.row(3, rows, 3), tr("生僻字"), result.state.rare ? Look::StackActive : Look::Stack, Icon::Book)) {
      result.state.rare = !result.state.rare;
      ink_changed();
    }
    if (engine) engine->rare(names && result.state.rare);
    candidate_bar(bar);

    if (!anything) {
      const Box words{box.x + box.w / 2, box.y, box.w / 2, box.h};
      const std::string lines = std::string(tr("接着写下一个字")) + "\n" + tr("连笔、倒笔都认");
      const float h = ui.text_height(words.w - 8, lines, {.step = Step::Caption, .align = Align::Centre});
      const float w = std::min(words.w - 8, std::max(ui.text_width(tr("接着写下一个字"), {.step = Step::Caption}), ui.text_width(tr("连笔、倒笔都认"), {.step = Step::Caption})) + 4);
      ui.fill({words.x + (words.w - w) / 2, words.y + (words.h - h) / 2 - 1, w, h + 2}, Ink::Card);  // no line runs through the words
      ui.text({words.x + 4, words.y + (words.h - h) / 2, words.w - 8, h + 1}, lines, {.step = Step::Caption, .ink = Ink::Muted, .align = Align::Centre});
    }
    for (std::size_t i = 0; i < result.state.ink.strokes(); ++i) ui.pen_line(box, result.state.ink.stroke(i), Ink::Ink, pen_mm);
    ui.pen_line(box, result.state.pen, Ink::Ink, pen_mm);
  }
};

}  // namespace

PadResult pad(Ui& ui, Box box, const PadState& state, HandwritingEngine* engine, std::string_view previous_text, bool names) {
  Pad drawn{ui, state, engine, previous_text, {state, {}, 0, false}};
  drawn.draw(box, names);
  return std::move(drawn.result);
}

}  // namespace yizhan::ui
