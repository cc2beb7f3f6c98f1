#include "kiosk/desk/board.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/text.h"
#include "core/tr.h"
#include "kiosk/desk/look.h"
#include "kiosk/desk/words.h"

namespace yizhan::kiosk::desk {
namespace {

constexpr float b(float pixels) { return pixels * board_px; }

std::string key_of(const sync::CallLine& call) { return fmt::format("{} {} {}", call.ticket, call.at.time_since_epoch().count(), call.calls); }

struct RowWords {
  std::string big, small;
};
RowWords row_words(const sync::CallLine& call) {
  const std::string time = clock_words(call.at);
  if (call.state == "missed") return {tr("已过号"), tr("来了请找导办")};
  if (call.state == "ended") return {call.place, trf("{}　已办完", time)};
  return {call.place, time + (call.state == "serving" ? tr("　办理中") : tr("　请到窗口"))};
}

Icon window_icon(const WindowCode& window) {
  if (window == window_lawyer) return Icon::Scales;
  if (window == window_mediation) return Icon::Mediation;
  if (window == window_reception) return Icon::Desk;
  return Icon::Building;
}

/// "律师窗口 等 4 人": words, one large number, a word. Draws from `x` and returns the width; with `paint` false it only measures.
float waiting_count(Ui& ui, Box box, const WindowCode& window, const std::string& name, int waiting, bool paint) {
  const TextStyle words = one_line(Type::BoardWords, Ink::BoardText), bold = one_line(Type::BoardWords, Ink::BoardText, Weight::Bold),
                  large = one_line(Type::Code, Ink::BoardCalled, Weight::Bold);
  float x = box.x;
  if (paint) ui.icon({x, box.y + (box.h - b(60)) / 2, b(60), b(60)}, window_icon(window), Ink::BoardCalled);
  x += b(76);
  const auto put = [&](std::string_view what, const TextStyle& s, float gap) {
    const float w = ui.text_width(what, s) + b(2);
    if (paint) ui.text({x, box.y, w, box.h}, what, s);
    x += w + b(gap);
  };
  put(name, words, 14);
  if (waiting <= 0) {
    put(tr("不用等"), bold, 0);
  } else {
    put(tr("等"), words, 12);
    put(std::to_string(waiting), large, 12);
    put(tr("人"), words, 0);
  }
  return x - box.x;
}

}  // namespace

BoardSession update(BoardSession board, const Snapshot& world, double seconds) {
  const BoardCalls calls = board_calls(world.hall);
  if (!calls.now) return {};
  std::string key = key_of(*calls.now);
  if (key == board.seen) return board;
  // A board that was just switched on does not pulse for a call of ten minutes ago.
  const bool fresh = world.now - calls.now->at <= just_called_ms;
  return {std::move(key), fresh ? seconds : -1e9};
}

float pulse(const BoardSession& board, double seconds) {
  const double t = seconds - board.since;
  if (t < 0 || t >= pulse_apart_seconds * (pulses - 1) + pulse_seconds) return 0;
  const double phase = std::fmod(t, pulse_apart_seconds);
  if (phase >= pulse_seconds) return 0;
  return static_cast<float>(std::sin(std::numbers::pi * phase / pulse_seconds));
}

BoardCalls board_calls(const sync::HallNews& hall) {
  BoardCalls out;
  for (const sync::CallLine& call : hall.calls) {
    if (!out.now && (call.state == "called" || call.state == "serving"))
      out.now = call;
    else if (out.last.size() < 4)
      out.last.push_back(call);
  }
  return out;
}

void draw_board(Ui& ui, const BoardSession& board, const Snapshot& world, const RuleBook& rules) {
  Box page = ui.page();
  ui.fill(page, Ink::Board);
  const BoardCalls calls = board_calls(world.hall);
  const float lit = pulse(board, ui.seconds());
  if (ui.seconds() - board.since < pulse_apart_seconds * pulses) ui.again_in(1.0 / 30);
  ui.again_in(20);  // the clock

  // -- header
  Box top = page.cut_top(b(104));
  ui.fill(top, Ink::BoardBar);
  Box head = top.inset(b(48), b(8));
  seal_mark(ui, {head.x, top.y + b(22), b(60), b(60)});
  head.cut_left(b(82));
  const TextStyle clock = one_line(Type::Code, Ink::BoardText, Weight::Bold, Align::Right);
  ui.text(head.cut_right(b(210), b(20)), clock_words(world.now), clock);
  const Date today = hall_day(world.now);
  ui.text(head.cut_right(b(420), b(20)), chinese_day(today) + " " + chinese_weekday(today), one_line(Type::BoardWords, Ink::BoardSecond, Weight::Regular, Align::Right));
  const TextStyle name = one_line(Type::BoardWords, Ink::BoardText, Weight::Bold);
  const float name_w = ui.text_width(world.center, name) + b(2), note_w = b(world.hub_online ? 340 : 460);
  const bool note = !world.hub_online || name_w + b(30) + note_w <= head.w;
  ui.text(head.cut_left(note ? std::min(name_w, head.w - note_w - b(30)) : head.w, b(30)), world.center, name);
  if (note && world.hub_online)
    ui.text(head, tr("叫号只显示号码"), one_line(Type::BoardWords, Ink::BoardSecond));
  else if (note)
    ui.text(head, world.hall.as_of == Time{} ? tr("断网中 · 请听窗口叫号") : trf("断网中 · 截至{}", clock_words(world.hall.as_of)), one_line(Type::BoardWords, Ink::BoardCalled, Weight::Bold));

  // -- waiting counts
  Box foot = page.cut_bottom(b(152));
  ui.fill(foot, Ink::BoardBar);
  Box counts = foot.inset(b(48), 0);
  std::vector<sync::WindowQueue> queues = world.hall.queues;
  std::erase_if(queues, [&](const sync::WindowQueue& q) { return !rules.window(q.window) || !rules.window(q.window)->on_site; });
  std::stable_sort(queues.begin(), queues.end(), [](const auto& a, const auto& c) { return a.waiting > c.waiting; });
  if (queues.size() > 3) {
    int others = 0;
    for (std::size_t i = 2; i < queues.size(); ++i) others += queues[i].waiting;
    queues.resize(2);
    queues.push_back({"", others, 0, 0});
  } else {
    std::stable_sort(queues.begin(), queues.end(), [](const auto& a, const auto& c) { return a.window < c.window; });
  }
  const auto name_of = [&](const sync::WindowQueue& q) {
    const WindowInfo* window = rules.window(q.window);
    return !window ? tr("其他窗口") : characters(window->name) > 8 ? std::string(first_characters(window->name, 7)) + "…" : window->name;
  };
  float needed = 0;
  for (const sync::WindowQueue& q : queues) needed += waiting_count(ui, counts, q.window, name_of(q), q.waiting, false);
  // The numbers come first: the sentence beside them is left out rather than made smaller.
  const float tail = b(368 + 60);
  if (needed + tail + b(60) <= counts.w) {
    ui.text(counts.cut_right(b(368), b(30)), tr("听不清？请找导办"), one_line(Type::BoardWords, Ink::BoardSecond, Weight::Regular, Align::Right));
    ui.line(counts.right(), foot.y + b(40), counts.right(), foot.bottom() - b(40), Ink::BoardSecond, b(2));
    counts.cut_right(b(30));
  }
  const float gap = queues.size() > 1 ? std::clamp((counts.w - needed) / static_cast<float>(queues.size()), b(20), b(140)) : 0;
  for (const sync::WindowQueue& q : queues) counts.cut_left(waiting_count(ui, counts, q.window, name_of(q), q.waiting, true), gap);
  if (queues.empty()) ui.text(counts, tr("还没有人取号"), one_line(Type::BoardWords, Ink::BoardSecond));

  // -- just called
  Box left = page.cut_left(b(924));
  Box frame{left.x + b(48), left.y + b(40), left.w - b(48), left.h - b(80)};
  ui.fill(frame, Ink::BoardPanel, b(28));
  if (calls.now) {
    // The pulse is a growing frame, not a changing brightness of the digits: they stay readable throughout.
    ui.edge(frame, Ink::BoardCalled, b(6 + 14 * lit), b(28));
    Box in = frame.inset(b(52), b(40));
    Box words = in.cut_top(b(80));
    ui.icon(words.cut_left(b(72), b(20)), Icon::Bell, Ink::BoardCalled);
    ui.text(words, calls.now->calls > 1 ? tr("再请一次") : tr("请到窗口"), one_line(Type::Code, Ink::BoardText, Weight::Bold));
    Box place = in.cut_bottom(b(136));
    ui.icon(place.cut_left(b(88), b(28)), Icon::Next, Ink::BoardCalled);
    ui.text(place, calls.now->place, one_line(Type::Number, Ink::BoardText, Weight::Bold));
    ui.text(in, calls.now->ticket, one_line(Type::BoardCalled, Ink::BoardCalled, Weight::Bold, Align::Centre));
  } else {
    Box in = frame.inset(b(52), b(40));
    const float middle = in.y + in.h / 2;
    ui.icon({in.x + in.w / 2 - b(60), middle - b(190), b(120), b(120)}, Icon::Bell, Ink::BoardSecond);
    ui.text({in.x, middle - b(40), in.w, b(100)}, tr("暂时没有叫号"), one_line(Type::Code, Ink::BoardText, Weight::Bold, Align::Centre));
    ui.text({in.x, middle + b(70), in.w, b(70)}, tr("到您时会叫号，请坐着等"), one_line(Type::BoardWords, Ink::BoardSecond, Weight::Regular, Align::Centre));
  }

  // -- the calls before
  Box right{page.x + b(56), page.y + b(34), page.w - b(104), b(188)};
  for (const sync::CallLine& call : calls.last) {
    Box row = right;
    ui.line(row.x, row.bottom(), row.right(), row.bottom(), Ink::BoardPanel, b(3));
    const bool over = call.state == "missed" || call.state == "ended";
    ui.text(row.cut_left(b(440), b(36)), call.ticket, one_line(Type::BoardNumber, over ? Ink::BoardSecond : Ink::BoardText, Weight::Bold));
    const RowWords words = row_words(call);
    const TextStyle big = one_line(Type::Code, Ink::BoardText, Weight::Bold);
    if (ui.text_width(words.big, big) > row.w * 1.5f) {  // a long name gets two lines before it gets small
      TextStyle two = style(Type::BoardWords, Ink::BoardText, Weight::Bold);
      two.lines_max = 2;
      ui.text({row.x, row.y + b(8), row.w, b(118)}, words.big, two);
      ui.text({row.x, row.y + b(124), row.w, b(56)}, words.small, one_line(Type::BoardWords, Ink::BoardSecond));
      right.y += right.h;
      continue;
    }
    ui.text({row.x, row.y + b(16), row.w, b(88)}, words.big, big);
    ui.text({row.x, row.y + b(108), row.w, b(60)}, words.small, one_line(Type::BoardWords, Ink::BoardSecond));
    right.y += right.h;
  }
  if (calls.last.empty()) ui.text(right, tr("还没有更早的叫号"), one_line(Type::BoardWords, Ink::BoardSecond));
}

}  // namespace yizhan::kiosk::desk
