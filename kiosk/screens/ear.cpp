// Ear and voice: how loud and how fast the machine speaks, and saying one's matter into the microphone.
// Touchables besides those of a page: sound: "volume.minus", "volume.plus", "volume.off", "pace.slow", "pace.normal", "pace.fast";
// speak: "record", "listen", "drop", "skip".
#include <algorithm>
#include <array>

#include "core/tr.h"
#include "kiosk/screens/parts.h"

namespace yizhan::kiosk {
namespace {

/// Bars that grow to the right: how many are full is told by shape and by words beside them.
void bars(Ui& ui, const Box& box, int count, int full) {
  const float gap = 3, w = (box.w - gap * static_cast<float>(count - 1)) / static_cast<float>(count);
  for (int i = 0; i < count; ++i) {
    const float h = box.h * (0.35f + 0.65f * static_cast<float>(i + 1) / static_cast<float>(count));
    const Box bar{box.x + static_cast<float>(i) * (w + gap), box.bottom() - h, w, h};
    if (i < full) ui.fill(bar, Ink::Primary, 2);
    else ui.edge(bar, Ink::Edge, 0.5f, 2);
  }
}

}  // namespace

Asked draw_sound(Ui& ui, const View& view) {
  const Settings now = view.s.settings;
  const bool silent = now.volume == 0;
  Page page = begin_page(ui, view, {.title = tr("声音合适吗？"), .hint = silent ? tr("现在不出声，字都在屏幕上。") : tr("听到的就是现在的声音。"), .next = tr("好了"), .next_icon = Icon::Check});
  Asked asked = page.asked;
  const Measure m = measure(ui);
  const bool aside = m.low || m.across;  // what is only looked at stands above or beside
  const float gap = m.low ? touch_gap_mm : m.gutter;
  Box body = page.body;
  Settings next = now;
  Box show = aside ? page.show : body.cut_top(std::min(110.f, body.h * 0.32f), gap);
  if (m.across) show.h = std::min(show.h, 110.f);
  if (show.h > 40) {
    ui.card(show);
    Box in = show.inset(14, 9);
    const std::string words = silent ? std::string(tr("不出声")) : trf("音量第{}档，共5档", now.volume);
    line_in(ui, in.cut_bottom(std::min(20.f, in.h * 0.35f), 4), words, {Type::Title, Ink::Ink, Weight::Bold, Align::Centre, 1, true, true});
    const float w = std::min(in.w, 150.f);
    bars(ui, {in.x + (in.w - w) / 2, in.y, w, in.h}, 5, now.volume);
  }
  const float row = std::min(40.f, (body.h - 2 * gap) / 3);
  const Box volume = body.cut_top(row, gap), off = body.cut_top(row, gap), pace = body.cut_top(row, gap);
  if (ui.button("volume.minus", volume.column(0, 2, m.gutter), tr("小一点"), Look::Edged, Icon::Minus, now.volume > 1)) next.volume = now.volume - 1;
  if (ui.button("volume.plus", volume.column(1, 2, m.gutter), tr("大一点"), Look::Edged, Icon::Plus, now.volume < 5)) next.volume = now.volume + 1;
  if (ui.check("volume.off", off, tr("不出声，只看字"), silent)) next.volume = silent ? Settings{}.volume : 0;
  struct Pace { std::string_view name; const char* words; };
  constexpr std::array<Pace, 3> paces{{{"pace.slow", mark("念慢点")}, {"pace.normal", mark("正常")}, {"pace.fast", mark("念快点")}}};
  for (int i = 0; i < 3; ++i) {
    const Pace& one = paces[static_cast<std::size_t>(i)];
    const Box box = pace.column(i, 3, m.gutter);
    const bool on = now.pace == i;
    if (ui.touch(one.name, box, tr(one.words), on)) next.pace = i;
    line_in(ui, {box.x + 8, box.y, box.w - (on ? 30.f : 16.f), box.h}, tr(one.words), {Type::Button, Ink::Ink, Weight::Bold, on ? Align::Left : Align::Centre, 1, true, true});
  }
  if (!(next == now)) asked = Set{next};
  return asked;
}

Asked draw_speak(Ui& ui, const View& view) {
  const Session& s = view.s;
  const bool running = s.microphone == Microphone::Recording, absent = s.microphone == Microphone::Absent;
  const bool have = !s.oral.empty();
  const sound::RecorderState& recorder = view.recorder;
  const std::string_view title = running ? tr("请说，我在听") : have ? tr("记下来了") : tr("请说，我来记");
  const std::string_view hint = absent    ? tr("这台机器没有话筒，请到窗口说。")
                                : running ? tr("说完点「停」。5分钟到了会自己停。")
                                : have    ? tr("可以听一遍、重说，或直接下一步。")
                                          : tr("点圆钮就开始，最长5分钟。");
  const std::string_view next = running ? tr("停") : have ? tr("就用这段") : tr("不说了");
  Page page = begin_page(ui, view, {.title = std::string(title), .hint = std::string(hint), .next = std::string(next), .next_icon = running ? Icon::Stop : have ? Icon::Check : Icon::None});
  Asked asked = page.asked;
  if (running) ui.again_in(0.1);
  const Measure m = measure(ui);
  const bool aside = m.low || m.across;
  const float gap = m.low ? touch_gap_mm : m.gutter;
  Box body = page.body;
  if (absent) {
    // XFTL 19: who cannot write is written for; the machine's ear is not the only one in the hall.
    Box at = aside ? page.show : body;
    const float h = message(ui, at, Icon::Warning, tr("话筒用不了，不要紧。"), tr("窗口有人听您说，替您写下来。"), true);
    if (!aside) body.cut_top(h, gap);
    if (ui.button("skip", body.cut_top(std::min(40.f, body.h), gap), tr("到窗口说"), Look::Edged, Icon::Desk)) asked = SkipWriting{};
    return asked;
  }
  // What is left and how loud it is, as words and as a shape.
  const Span used = running ? recorder.length : s.oral.length;
  const Span left = std::max(Span{0}, sound::recording_max - used);
  const std::string words = running ? (left < Span{1000} ? std::string(tr("时间到了")) : trf("还能说{}", length_words(left))) : have ? trf("您说了{}", length_words(s.oral.length)) : std::string(tr("还没有录音"));
  Box show = aside ? page.show : body.cut_top(std::min(96.f, body.h * 0.28f), gap);
  if (m.across) show.h = std::min(show.h, 96.f);
  if (show.h > 36) {
    ui.card(show);
    Box in = show.inset(14, 8);
    line_in(ui, in.cut_bottom(std::min(20.f, in.h * 0.4f), 4), words, {Type::Title, Ink::Ink, Weight::Bold, Align::Centre, 1, true, true});
    constexpr int steps = 12;
    bars(ui, in, steps, running ? std::clamp(static_cast<int>(recorder.level * steps + 0.5f), 0, steps) : 0);
  }
  // Listening and throwing away lie apart from the round button: nobody deletes by a slip (trust.md 6, 20 mm).
  const float row_h = std::min(34.f, body.h * 0.22f);
  Box row = have && !running ? body.cut_bottom(std::max(row_h, 20.f), m.low ? gap : std::min(20.f, body.h * 0.08f)) : Box{};
  if (have && !running) {
    if (ui.button("listen", row.column(0, 2, 24), s.playing ? tr("不听了") : tr("听一遍"), Look::Edged, s.playing ? Icon::Stop : Icon::Play)) asked = PlayOral{!s.playing};
    if (ui.button("drop", row.column(1, 2, 24), tr("不要这段了"), Look::Edged, Icon::Cross)) asked = DropOral{};
  }
  const float size = std::max(20.f, std::min({150.f, body.h, body.w}));
  const Box round{body.x + (body.w - size) / 2, body.y + (body.h - size) / 2, size, size};
  const std::string_view press = running ? tr("停") : have ? tr("重说一遍") : tr("开始说");
  if (ui.touch("record", round, press)) asked = Record{};
  const float r = size * 0.3f, cx = round.x + size / 2, cy = round.y + size * 0.41f;
  ui.circle(cx, cy, r, running ? Ink::Brick : Ink::Primary);
  const float icon = r * 1.1f;
  ui.icon({cx - icon / 2, cy - icon / 2, icon, icon}, running ? Icon::Stop : Icon::Microphone, Ink::OnPrimary);
  line_in(ui, {round.x + 4, cy + r + 1, size - 8, round.bottom() - cy - r - 3}, press, {Type::Title, Ink::Ink, Weight::Bold, Align::Centre, 1, true, true});
  return asked;
}

}  // namespace yizhan::kiosk
