// Ask: number and code, what happened so far, rating, thanks; and 只取号.
// Touchables besides those of a page: take_number: "window.<code>", "page.back", "page.next"; ask: "number", "code", "letter";
// progress: "rate", "page.back", "page.next"; rate: "service.1" … "service.5", "outcome.1" … "outcome.5".
#include <algorithm>
#include <array>

#include "kiosk/screens/parts.h"
#include "core/tr.h"

namespace yizhan::kiosk {

Asked draw_take_number(Ui& ui, const View& view) {
  const bool busy = !view.s.filing.empty();
  Page page = begin_page(ui, view, {.title = tr("去哪个窗口？"), .hint = busy ? tr("正在取号，请稍等。") : tr("点一下就取号，到窗口再说。"), .next_shown = false});
  Asked asked = page.asked;
  std::vector<const WindowInfo*> windows;
  for (const WindowInfo& window : view.world.rules.windows)
    if (window.on_site) windows.push_back(&window);
  const Measure m = measure(ui);
  const bool low = m.low;
  const float gap = low ? touch_gap_mm : m.gutter;
  Box body = page.body;
  if (view.s.filing_error) {
    Box at = low || m.across ? page.show : body;
    const float h = message(ui, at, Icon::Warning, tr("没取上号，请到接待窗口。"), tr("本机存不下了，窗口照常办。"), true);
    if (!low && !m.across) body.cut_top(h, gap);
  }
  const float row_min = low ? 34.f : m.across ? 28.f : 44.f;
  int rows = rows_that_fit(body, row_min, gap);
  Pages pages = pages_of(static_cast<int>(windows.size()), rows, view.s.page);
  if (pages.pages > 1) {
    const Box buttons = low ? page.strip : body.cut_bottom(22, gap);
    rows = rows_that_fit(body, row_min, gap);
    pages = pages_of(static_cast<int>(windows.size()), rows, view.s.page);
    if (auto turn = page_buttons(ui, buttons, pages)) asked = turn;
  }
  const int shown = std::max(1, pages.last - pages.first);
  const float row = std::min(62.f, (body.h - gap * static_cast<float>(shown - 1)) / static_cast<float>(shown));
  for (int i = pages.first; i < pages.last; ++i) {
    const WindowInfo& window = *windows[static_cast<std::size_t>(i)];
    const auto* queue = queue_of(view.world.now, window.code);
    const int waiting = queue == nullptr ? 0 : queue->waiting;
    std::string line = waiting == 0 ? tr("现在不用等") : people_words(waiting) + "，" + wait_words(waiting, queue->minutes);
    // Nobody sits there now: said before the touch, and the number is for whoever stands in. Nobody at all: it waits for the window itself.
    WindowCode code = window.code;
    const auto& closed = view.world.now.closed;
    if (std::find(closed.begin(), closed.end(), window.code) != closed.end()) {
      const WindowInfo* instead = staffed_window(view.world.rules, window.code, closed);
      line = instead != nullptr ? trf("现在没人，{}替您办", instead->name) : std::string(tr("现在没人，先取号等着"));
      if (instead != nullptr) code = instead->code;
    }
    if (choice_card(ui, "window." + window.code, body.cut_top(row, gap), window_icon(window.code), window.name, line, 2, busy && view.s.chosen == code, !busy))
      asked = PickNumber{code};
  }
  return asked;
}

Asked draw_ask(Ui& ui, const View& view) {
  const bool busy = !view.s.asking.empty();
  const bool rating = view.s.purpose == Purpose::Rating;
  Page page = begin_page(ui, view, {.title = rating ? tr("评价哪件事？") : tr("查哪件事？"), .hint = tr("编号和查询码，小票上都有。"), .next = busy ? tr("正在查") : rating ? tr("下一步") : tr("查一查"),
                                    .next_on = !view.s.number.empty() && !view.s.code.empty(), .left_share = 0.48f, .hint_mm = 12});
  Asked asked = page.asked;
  const Box keys = cut_keyboard(ui, page);
  const Measure m = measure(ui);
  Box area = looking_area(ui, page);
  const bool low = m.low;
  // The pad has digits; the one letter of a number (自助机 K, 窗口 D) turns by its own button.
  const std::string letter = trf("字母改成{}", view.s.number.size() < 7 ? "D" : view.s.number[6] == 'K' ? "D" : view.s.number[6] == 'D' ? "H" : "K");
  if (low) {
    Box strip = page.strip;
    if (ui.button("field.next", strip.cut_right(60, touch_gap_mm), tr("下一格"))) asked = Focus{view.s.field == Field::MatterNumber ? Field::QueryCode : Field::MatterNumber, 0};
    if (ui.button("letter", strip.cut_right(62), letter)) asked = Letter{};
  }
  // The number is 24 digits and hyphens long: in landscape, and where type is large, the button stands under it, not beside it.
  const float letter_w = ui.text_width(letter, {Type::Caption, Ink::Ink, Weight::Medium}) + 9;
  const bool under = m.across || ui.theme().size != ui::TextSize::Normal;
  Box letter_box;
  if (!low) {
    area.h = std::min(area.h, under ? 134.f : 112.f);
    if (under) letter_box = area.cut_bottom(21, touch_gap_mm);
    else {
      const Box first = area.row(0, 2, touch_gap_mm);
      const float h = std::min(24.f, first.h);
      letter_box = {first.right() - letter_w, first.bottom() - h, letter_w, h};
    }
  }
  const std::array<FieldSpec, 2> specs{{{Field::MatterNumber, 0, "number", tr("编号"), tr("按数字，横线不用按"), false, false},
                                        {Field::QueryCode, 0, "code", tr("查询码（16位）"), tr("4个一组"), false, false}}};
  if (low) {
    if (auto got = fields(ui, view, area, specs)) asked = got;
  } else {
    Box first = area.row(0, 2, touch_gap_mm);
    if (!under) first.w -= letter_w + touch_gap_mm;
    if (auto got = fields(ui, view, first, std::span(specs).first(1))) asked = got;
    if (auto got = fields(ui, view, area.row(1, 2, touch_gap_mm), std::span(specs).last(1))) asked = got;
    if (ui.button("letter", letter_box, letter)) asked = Letter{};
  }
  if (auto got = keyboard_panel(ui, view, keys)) asked = got;
  return asked;
}

Asked draw_progress(Ui& ui, const View& view) {
  Page page = begin_page(ui, view, {.title = tr("办到哪了"), .next = tr("看好了，离开"), .next_icon = Icon::None});
  Asked asked = page.asked;
  if (!view.s.progress) return asked;
  const Progress& progress = *view.s.progress;
  const Measure m = measure(ui);
  const bool low = m.low;
  Box area = low ? page.show : page.body;
  Box beside = page.show;
  Box state = m.across ? beside.cut_top(std::min(76.f, beside.h * 0.72f), m.gutter) : area.cut_top(std::min(58.f, area.h * 0.35f), m.gutter);
  if (ui.theme().contrast) {
    ui.fill(state, Ink::Card, 4);
    ui.edge(state, Ink::Primary, 0.75f, 4);
  } else {
    ui.gradient(state, Ink::Primary, Ink::Primary2, 4);
  }
  const Ink on = ui.theme().contrast ? Ink::Ink : Ink::OnPrimary, on2 = ui.theme().contrast ? Ink::Ink : Ink::OnPrimary2;
  // What the county knew when the line was last up: dated, so that silence is no news.
  const std::string as_of = progress.as_of_known ? trf("县里的消息截至 {} {}", chinese_day(hall_day(progress.as_of)), hall_hhmm(progress.as_of)) : tr("还没有收到县里的消息");
  if (m.across) {
    Box in = state.inset(7, 4);
    const auto put = [&](std::string_view words, const TextStyle& style, bool must) {
      const float h = ui.text_height(in.w, words, style);
      if (h > in.h + 0.5f && !must) return;
      ui.text({in.x, in.y, in.w, std::min(h, in.h) + 0.5f}, fitted(ui, in.w, std::max(1, static_cast<int>(std::min(h, in.h) / ui.text_height(200, "字", style) + 0.1f)), words, style), style);
      in.cut_top(h, 2);
    };
    put(progress.state_words, {Type::Choice, on, Weight::Bold, Align::Left, 0, false, false, ui::Say::Aloud, true}, true);
    put(as_of, {Type::Caption, on2}, false);
    put(progress.matter, {Type::Caption, on2, Weight::Regular, Align::Left, 0, false, false, ui::Say::Asked, true}, false);
  } else {
    Box in = state.inset(10, 4);
    line_in(ui, Box{in.x, in.y, in.w, in.h * 0.27f}, progress.matter, {Type::Body, on2, Weight::Regular, Align::Left, 1, true, true, ui::Say::Asked, true});
    line_in(ui, {in.x, in.y + in.h * 0.27f, in.w, in.h * 0.46f}, progress.state_words, {Type::Choice, on, Weight::Bold, Align::Left, 1, true, true, ui::Say::Aloud, true});
    line_in(ui, {in.x, in.bottom() - in.h * 0.27f, in.w, in.h * 0.27f}, as_of, {Type::Caption, on2, Weight::Regular, Align::Left, 1, true, true});
  }

  Box buttons = low ? page.strip : Box{};
  const TextStyle date{Type::Caption, Ink::Muted, Weight::Medium, Align::Left, 1, false, true};
  const TextStyle words{Type::Body, Ink::Ink, Weight::Medium, Align::Left, 0, false, false, ui::Say::Asked, true};
  // Two lines where a sentence of this page needs them; more than two end with our own ellipsis.
  const float line_h = ui.text_height(150, "办", words), date_h = ui.text_height(150, "月", date), words_w = area.w - 36;
  bool long_ones = false;
  for (const auto& line : progress.lines) long_ones = long_ones || ui.text_height(words_w, tr(line.words), words) > line_h * 1.5f;
  const float row_min = std::max(24.f, date_h + (long_ones ? 2 : 1) * line_h + 4);
  const int count = static_cast<int>(progress.lines.size() + progress.deadlines.size());
  // In the low position all buttons share one strip: with pages to turn there is room for one more, and which one depends on the page.
  const Pages turned = pages_of(count, rows_that_fit(area, row_min, 3), view.s.page);
  const bool crowded = low && turned.pages > 1 && progress.may_rate, last = turned.last >= count;
  const bool rates = progress.may_rate && (!crowded || !last), adds = !crowded || last;
  {
    Box row = low ? buttons : m.across ? beside.cut_bottom(22) : area.cut_bottom(26, m.gutter);
    const auto from_right = [&](std::string_view label) {
      return row.cut_right(std::max(low ? 34.f : 48.f, ui.text_width(label, {Type::Caption, Ink::Ink, Weight::Medium}) + 9), touch_gap_mm);
    };
    const Box half = rates && !low ? row.column(0, 2, touch_gap_mm) : row;
    if (rates && ui.button("rate", low ? from_right(tr("评价这件事")) : row.column(1, 2, touch_gap_mm), tr("评价这件事"), Look::Edged, Icon::None)) asked = RateNow{};
    // Under keys nobody here can open what was filed to change it: more of it is a new matter that names the first.
    if (adds && ui.button("add", low ? from_right(tr("补充情况")) : half, tr("补充情况"), Look::Edged, Icon::None)) asked = AddMore{};
    if (low) buttons = row;
  }
  int rows = rows_that_fit(area, row_min, 3);
  Pages pages = pages_of(count, rows, view.s.page);
  if (pages.pages > 1) {
    const Box at = low ? buttons : area.cut_bottom(22, 3);
    rows = rows_that_fit(area, row_min, 3);
    pages = pages_of(count, rows, view.s.page);
    if (auto turn = page_buttons(ui, at, pages)) asked = turn;
  }
  for (int i = pages.first; i < pages.last; ++i) {
    const Box row = area.cut_top(std::max(row_min, std::min(34.f, area.h)), 3);
    if (area.h < -3.1f) break;
    ui.card(row);
    Box cell = row.inset(8, 2);
    const auto at = static_cast<std::size_t>(i);
    const bool happened = at < progress.lines.size();
    const Box strip = cell.cut_left(14, 6);
    const Box picture{strip.x, row.y + row.h / 2 - 6, 12, 12};
    ui.icon(picture, happened ? Icon::Check : Icon::Clock, happened ? Ink::Primary : Ink::Muted);
    std::string when, what;
    if (happened) {
      when = chinese_day(hall_day(progress.lines[at].at)) + " " + hall_hhmm(progress.lines[at].at);
      what = tr(progress.lines[at].words);
    } else {
      const Deadline& deadline = progress.deadlines[at - progress.lines.size()];
      const Term* term = view.world.rules.term(deadline.term);
      when = trf("{}前 · {}", chinese_day(deadline.due), deadline.promised ? tr("本县承诺") : tr("法定"));
      what = term == nullptr || term->label.empty() ? tr("告诉您结果") : term->label;
    }
    what = fitted(ui, cell.w, long_ones ? 2 : 1, what, words);
    const float words_h = ui.text_height(cell.w, what, words);
    cell.y += std::max(0.f, (cell.h - date_h - words_h) / 2);
    line_in(ui, cell.cut_top(date_h), when, {Type::Caption, Ink::Muted, Weight::Medium, Align::Left, 1, true, true, ui::Say::Asked, true});
    ui.text({cell.x, cell.y, cell.w, words_h + 0.3f}, what, words);
  }
  if (count == 0) text_if_room(ui, area, tr("已经登记，等待转办。"), {Type::Body, Ink::Ink, Weight::Medium});
  return asked;
}

Asked draw_rate(Ui& ui, const View& view) {
  const bool busy = !view.s.asking.empty();
  Page page = begin_page(ui, view, {.title = tr("您满意吗？"), .hint = tr("两样分开评。只有您能评。"), .next = busy ? tr("正在交") : tr("交评价"),
                                    .next_on = view.s.service > 0 || view.s.outcome > 0, .next_icon = Icon::Check});
  Asked asked = page.asked;
  const Measure m = measure(ui);
  const bool low = m.low;
  Box body = page.body;
  if (view.s.filing_error) {
    Box at = low || m.across ? page.show : body;
    const float h = message(ui, at, Icon::Warning, tr("评价没交上，请再试一次。"), tr("您点的都在。"), true);
    if (!low && !m.across) body.cut_top(h, m.gutter);
  }
  const std::array<std::string_view, 5> grades{tr("很差"), tr("不好"), tr("一般"), tr("满意"), tr("很好")};
  const auto one = [&](Box area, std::string_view name, std::string_view title, std::string_view line, int given, bool service) {
    if (!low) {
      const TextStyle bold{Type::Title, Ink::Ink, Weight::Bold, Align::Left, 1, false, true};
      paragraph(ui, area, title, bold, 1);
      if (area.h > 60) paragraph(ui, area, line, {Type::Body, Ink::Muted, Weight::Regular, Align::Left, 1, false, true}, 3);
    } else {
      const Box label = area.cut_left(50, touch_gap_mm);
      line_in(ui, label, title, {Type::Body, Ink::Ink, Weight::Bold, Align::Left, 1, true, true});
    }
    area.h = std::min(area.h, 92.f);
    for (int i = 1; i <= 5; ++i) {
      const Box box = area.column(i - 1, 5, touch_gap_mm);
      const bool on = i <= given;
      if (ui.touch(std::string(name) + "." + std::to_string(i), box, grades[static_cast<std::size_t>(i - 1)], i == given, !busy)) asked = service ? Grade{i, 0} : Grade{0, i};
      // The tick has the upper right corner: the star stands below it, the word at the foot.
      const TextStyle word{Type::Body, Ink::Ink, on ? Weight::Bold : Weight::Regular, Align::Centre, 1, true, true};
      const float word_h = ui.text_height(box.w, grades[static_cast<std::size_t>(i - 1)], word), tick = 19.5f;
      const float size = std::min({box.w - 8, box.h * 0.5f, box.h - word_h - 5 - tick});
      const float top = box.y + tick + std::max(0.f, (box.h - tick - size - word_h - 4) / 2);
      if (size >= 12) ui.icon({box.x + (box.w - size) / 2, top, size, size}, Icon::Star, on ? Ink::Primary : Ink::Muted);
      line_in(ui, {box.x + 1, box.bottom() - word_h - 2, box.w - 2, word_h}, grades[static_cast<std::size_t>(i - 1)], word);
    }
  };
  const float gap = low ? touch_gap_mm : 14.f;
  if (!low) body.h = std::min(body.h, 270.f);
  one(body.row(0, 2, gap), "service", tr("窗口服务"), tr("接待您的人，态度和耐心。"), view.s.service, true);
  one(body.row(1, 2, gap), "outcome", tr("办理结果"), tr("事情办得怎么样。"), view.s.outcome, false);
  return asked;
}

Asked draw_thanks(Ui& ui, const View& view) {
  Page page = begin_page(ui, view, {.title = tr("谢谢您说实话"), .hint = tr("评价已经记下，谁也改不了。"), .next = tr("好了，离开"), .back = false, .next_icon = Icon::None});
  Asked asked = page.asked;
  Box area = measure(ui).low ? page.show : page.body;
  if (area.h > 40) {
    const float size = std::min(90.f, area.h - 20);
    ui.icon({area.x + (area.w - size) / 2, area.y + std::min(40.f, (area.h - size) / 3), size, size}, Icon::Star);
  }
  return asked;
}

}  // namespace yizhan::kiosk
