#include "kiosk/desk/board.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

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
  if (call.state == "missed") return {"已过号", "来了请找导办"};
  if (call.state == "ended") return {call.place, time + "　已办完"};
  return {call.place, time + (call.state == "serving" ? "　办理中" : "　请到窗口")};
}

Icon window_icon(const WindowCode& window) {
  if (window == window_lawyer) return Icon::Scales;
  if (window == window_mediation) return Icon::Mediation;
  if (window == window_reception) return Icon::Desk;
  return Icon::Building;
}

/// "律师窗口 等 4 人": words, one large number, a word.
void waiting_count(Ui& ui, Box box, const WindowCode& window, const std::string& name, int waiting) {
  ui.icon({box.x, box.y + (box.h - b(60)) / 2, b(60), b(60)}, window_icon(window), Ink::BoardCalled);
  box.cut_left(b(80));
  const TextStyle words = one_line(Type::BoardWords, Ink::BoardText);
  if (waiting <= 0) {
    const float rest = ui.text_width("不用等", one_line(Type::BoardWords, Ink::BoardText, Weight::Bold));
    const float wide = std::min(ui.text_width(name, words), box.w - rest - b(16));
    ui.text(box.cut_left(wide, b(16)), name, words);
    ui.text(box, "不用等", one_line(Type::BoardWords, Ink::BoardText, Weight::Bold));
    return;
  }
  const TextStyle large = one_line(Type::Code, Ink::BoardCalled, Weight::Bold, Align::Centre);
  const std::string count = std::to_string(waiting);
  const float number = ui.text_width(count, large), waits = ui.text_width("等", words), people = ui.text_width("人", words);
  const float wide = std::min(ui.text_width(name, words), box.w - number - waits - people - b(52));
  ui.text(box.cut_left(wide, b(14)), name, words);
  ui.text(box.cut_left(waits + b(2), b(12)), "等", words);
  ui.text(box.cut_left(number + b(4), b(12)), count, large);
  ui.text(box, "人", words);
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
  ui.text(head.cut_left(std::min(ui.text_width(world.center, name) + b(2), b(620)), b(30)), world.center, name);
  if (world.hub_online)
    ui.text(head, "叫号只显示号码", one_line(Type::BoardWords, Ink::BoardSecond));
  else
    ui.text(head, world.hall.as_of == Time{} ? "断网中 · 请听窗口叫号" : fmt::format("断网中 · 截至{}", clock_words(world.hall.as_of)), one_line(Type::BoardWords, Ink::BoardCalled, Weight::Bold));

  // -- waiting counts
  Box foot = page.cut_bottom(b(152));
  ui.fill(foot, Ink::BoardBar);
  Box counts = foot.inset(b(48), 0);
  ui.text(counts.cut_right(b(368), b(24)), "听不清？请找导办", one_line(Type::BoardWords, Ink::BoardSecond, Weight::Regular, Align::Right));
  ui.line(counts.right() + b(8), foot.y + b(40), counts.right() + b(8), foot.bottom() - b(40), Ink::BoardSecond, b(2));
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
  for (std::size_t i = 0; i < queues.size(); ++i) {
    const WindowInfo* window = rules.window(queues[i].window);
    waiting_count(ui, counts.column(static_cast<int>(i), static_cast<int>(std::max<std::size_t>(queues.size(), 3)), b(24)), queues[i].window, window ? window->name : "其他窗口", queues[i].waiting);
  }
  if (queues.empty()) ui.text(counts, "还没有人取号", one_line(Type::BoardWords, Ink::BoardSecond));

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
    ui.text(words, calls.now->calls > 1 ? "再请一次" : "请到窗口", one_line(Type::Code, Ink::BoardText, Weight::Bold));
    Box place = in.cut_bottom(b(136));
    ui.icon(place.cut_left(b(88), b(28)), Icon::Next, Ink::BoardCalled);
    ui.text(place, calls.now->place, one_line(Type::Number, Ink::BoardText, Weight::Bold));
    ui.text(in, calls.now->ticket, one_line(Type::BoardCalled, Ink::BoardCalled, Weight::Bold, Align::Centre));
  } else {
    Box in = frame.inset(b(52), b(40));
    const float middle = in.y + in.h / 2;
    ui.icon({in.x + in.w / 2 - b(60), middle - b(190), b(120), b(120)}, Icon::Bell, Ink::BoardSecond);
    ui.text({in.x, middle - b(40), in.w, b(100)}, "暂时没有叫号", one_line(Type::Code, Ink::BoardText, Weight::Bold, Align::Centre));
    ui.text({in.x, middle + b(70), in.w, b(70)}, "到您时会叫号，请坐着等", one_line(Type::BoardWords, Ink::BoardSecond, Weight::Regular, Align::Centre));
  }

  // -- the calls before
  Box right{page.x + b(56), page.y + b(34), page.w - b(104), b(188)};
  for (const sync::CallLine& call : calls.last) {
    Box row = right;
    ui.line(row.x, row.bottom(), row.right(), row.bottom(), Ink::BoardPanel, b(3));
    const bool over = call.state == "missed" || call.state == "ended";
    ui.text(row.cut_left(b(440), b(36)), call.ticket, one_line(Type::BoardNumber, over ? Ink::BoardSecond : Ink::BoardText, Weight::Bold));
    const RowWords words = row_words(call);
    ui.text({row.x, row.y + b(26), row.w, b(74)}, words.big, one_line(Type::Code, Ink::BoardText, Weight::Bold));
    ui.text({row.x, row.y + b(104), row.w, b(60)}, words.small, one_line(Type::BoardWords, Ink::BoardSecond));
    right.y += right.h;
  }
  if (calls.last.empty()) ui.text(right, "还没有更早的叫号", one_line(Type::BoardWords, Ink::BoardSecond));
}

}  // namespace yizhan::kiosk::desk
