// Check: everything once more, a long text in full, and where to go.
// Touchables besides those of a page: review: "edit.who", "edit.whom", "edit.kind", "edit.request", "edit.facts", "edit.reasons", "edit.oral", "edit.place",
// "read.request", "read.facts", "read.reasons", "write.who", "write.whom" (a name no font can show), "page.back", "page.next"; read: "page.back", "page.next";
// ruling: "window.<code>", "page.back", "page.next".
#include <algorithm>
#include <array>
#include <vector>

#include "core/text.h"
#include "core/tr.h"
#include "kiosk/screens/parts.h"
#include "kiosk/ui/drawing.h"

namespace yizhan::kiosk {
namespace {

struct Entry {
  std::string name, label, words;
  Action edit;
  std::string read;   ///< name of the touchable that shows the whole text
  int part = 0;
  Icon icon = Icon::Info;
  std::string write;            ///< name of the touchable that lets the name be written by hand
  const Drawing* drawn = nullptr;
};

std::string who_words(const View& view) {
  // Without a name there is nobody a window could hand a new code to: said before it is too late (docs/RECEIPTS.md).
  std::string words = !view.s.me.name.empty() ? view.s.me.name : view.s.me.number.empty() ? tr("没留姓名，查询码丢了不能补") : tr("没留姓名");
  // The number is masked here too: the next person in the line can see this page (trust.md T4).
  if (!view.s.me.number.empty()) words += " · " + mask_id(view.s.me.number);
  if (!view.s.me.phone.empty()) words += " · " + mask_phone(view.s.me.phone);
  return words;
}

std::vector<Entry> entries_of(Ui& ui, const View& view) {
  const Session& s = view.s;
  std::vector<Entry> entries;
  entries.push_back({"edit.who", tr("您是"), who_words(view), Edit{Screen::Card, 0}, "", 0, Icon::Person, "", nullptr});
  // An old card may hold a character that no font here has: the name is kept as it was read, and its bearer may draw it.
  const auto by_hand = [&](const std::string& name, int whose, const char* touchable) {
    if (!s.drawn_names[whose].empty()) entries.back().drawn = &s.drawn_names[whose];
    if (!name.empty() && (entries.back().drawn != nullptr || !ui.can_show(name))) entries.back().write = touchable;
  };
  by_hand(s.me.name, 0, "write.who");
  std::string whom = tr("我自己的事");
  if (s.whom == Whom::Relative) whom = trf("替家里人：{}", s.other.name);
  if (s.whom == Whom::Agent) whom = s.authority ? trf("受委托：{}（有委托书）", s.other.name) : trf("受委托：{}", s.other.name);
  if (s.whom == Whom::Group) {
    whom = trf("{}人一起", s.heads);
    std::string names;
    for (const std::string& name : s.representatives)
      if (!name.empty()) names += (names.empty() ? "" : "、") + name;
    if (!names.empty()) whom += trf("，代表还有{}", names);
  }
  entries.push_back({"edit.whom", tr("谁的事"), whom, Edit{Screen::Whom, 0}, "", 0, Icon::Family, "", nullptr});
  if (s.whom == Whom::Relative || s.whom == Whom::Agent) by_hand(s.other.name, 1, "write.whom");
  const TopicInfo* topic = view.world.rules.topic(s.topic);
  entries.push_back({"edit.kind", tr("什么事"), topic == nullptr ? tr("没选") : topic->name, Edit{Screen::Kind, 0}, "", 0, topic == nullptr ? Icon::Question : icon_named(topic->icon), "", nullptr});
  const std::string request = petition_of(s, view.world.rules).statement.request;  // what will be filed, also of who wrote nothing
  entries.push_back({"edit.request", tr("要求"), request, Edit{Screen::Statement, 0}, s.statement.request.empty() ? "" : "read.request", 0, Icon::Pencil, "", nullptr});
  entries.push_back({"edit.facts", tr("事实"), s.statement.facts.empty() ? tr("到窗口说") : s.statement.facts, Edit{Screen::Statement, 1}, "read.facts", 1, Icon::Pencil, "", nullptr});
  entries.push_back({"edit.reasons", tr("理由"), s.statement.reasons.empty() ? tr("到窗口说") : s.statement.reasons, Edit{Screen::Statement, 2}, "read.reasons", 2, Icon::Pencil, "", nullptr});
  std::string place = s.statement.place.empty() ? tr("没写地方") : s.statement.place;
  place += s.statement.party_complained_of.empty() ? "" : trf(" · 反映：{}", s.statement.party_complained_of);
  if (!s.oral.empty()) entries.push_back({"edit.oral", tr("录音"), trf("您说了{}", length_words(s.oral.length)), Edit{Screen::Speak, 0}, "", 0, Icon::Microphone, "", nullptr});
  entries.push_back({"edit.place", tr("地方"), place, Edit{Screen::Place, 0}, "", 0, Icon::Place, "", nullptr});
  return entries;
}

}  // namespace

Asked draw_review(Ui& ui, const View& view) {
  Page page = begin_page(ui, view, {.title = tr("请您看一看，对吗？"), .hint = tr("哪里不对，点右边「改」。"), .next = tr("都对，下一步"), .left_share = 0.3f});
  Asked asked = page.asked;
  const auto entries = entries_of(ui, view);
  const int count = static_cast<int>(entries.size());
  const Measure m = measure(ui);
  Box body = page.body;
  const bool low = m.low;
  const float gap = touch_gap_mm;
  const TextStyle label{Type::Caption, Ink::Muted, Weight::Medium, Align::Left, 1, false, true};
  const TextStyle words{Type::Body, Ink::Ink, Weight::Medium, Align::Left, 0, false, false, ui::Say::Asked, true};
  const float label_h = ui.text_height(100, tr("要求"), label), line_h = ui.text_height(100, tr("要求"), words);
  const float label_w = m.across ? ui.text_width(tr("谁的事"), label) + 4 : 0;   // beside the words, not above them
  const float row_min = low ? 30.f : m.across ? std::max(24.f, line_h + 8) : std::max(40.f, label_h + 2 * line_h + 6);
  int rows = rows_that_fit(body, row_min, gap);
  Pages pages = pages_of(count, rows, view.s.page);
  if (pages.pages > 1) {
    const Box buttons = low ? page.strip : body.cut_bottom(22, gap);
    rows = rows_that_fit(body, row_min, gap);
    pages = pages_of(count, rows, view.s.page);
    if (auto turn = page_buttons(ui, buttons, pages)) asked = turn;
  }
  const int shown = std::max(1, pages.last - pages.first);
  const float row_h = std::min(52.f, (body.h - gap * static_cast<float>(shown - 1)) / static_cast<float>(shown));
  for (int i = pages.first; i < pages.last; ++i) {
    const Entry& entry = entries[static_cast<std::size_t>(i)];
    const Box row = body.cut_top(row_h, gap);
    ui.card(row);
    Box in = row.inset(7, 3);
    const float button_h = std::max(20.f, std::min(26.f, row.h - 4));
    const Box edit = in.cut_right(42, 5);
    if (m.across) line_in(ui, in.cut_left(label_w, 2), entry.label, {Type::Caption, Ink::Muted, Weight::Medium, Align::Left, 1, true, true});
    if (ui.button(entry.name, {edit.x, row.y + (row.h - button_h) / 2, edit.w, button_h}, tr("改"), Look::Edged, Icon::Pencil)) asked = entry.edit;
    if (!entry.write.empty()) {
      const Box write = in.cut_right(56, 5);
      if (ui.button(entry.write, {write.x, row.y + (row.h - button_h) / 2, write.w, button_h}, tr("手写名字"))) asked = WriteName{entry.write == "write.whom" ? 1 : 0};
    }
    if (entry.drawn != nullptr) ui::draw_strokes(ui, in.cut_right(std::min(60.f, in.w * 0.4f), 5), entry.drawn->strokes);
    const bool labelled = !m.across && in.h >= label_h + line_h;
    const int lines = std::max(1, static_cast<int>((in.h - (labelled ? label_h : 0)) / line_h));
    std::string text = fitted(ui, in.w, lines, entry.words, words);
    if (!entry.read.empty() && text != entry.words) {
      const Box read = in.cut_right(std::max(46.f, ui.text_width(tr("看全文"), {Type::Caption, Ink::Ink, Weight::Medium}) + 9), 5);
      if (ui.button(entry.read, {read.x, row.y + (row.h - button_h) / 2, read.w, button_h}, tr("看全文"))) asked = ReadText{entry.part};
      text = fitted(ui, in.w, lines, entry.words, words);
    }
    const float text_h = ui.text_height(in.w, text, words);
    in.y += std::max(0.f, (in.h - text_h - (labelled ? label_h : 0)) / 2);
    if (labelled) ui.text(in.cut_top(label_h, 0), entry.label, label);
    in.h = text_h + 0.2f;
    ui.text(in, text, words);
  }
  if (view.s.filing_error && view.s.filing_error->code == Code::Invalid) {
    // Shown where the person is, in the words the check gave: nothing typed is lost.
    const Box at = low || m.across ? page.show : Box{m.margin, page.body.bottom() - 26, page.body.w, 26};
    if (low || m.across || body.h >= 26) message(ui, at, Icon::Warning, view.s.filing_error->what, "", true);
  }
  return asked;
}

Asked draw_read(Ui& ui, const View& view) {
  const std::array<std::string_view, 3> titles{tr("您的要求"), tr("事情经过"), tr("您的理由")};
  const auto part = static_cast<std::size_t>(std::clamp(view.s.index, 0, 2));
  Page page = begin_page(ui, view, {.title = std::string(titles[part]), .next = tr("看好了"), .next_icon = Icon::Check, .left_share = 0.26f});
  Asked asked = page.asked;
  const Measure m = measure(ui);
  const std::string& text = text_of(view.s, part == 0 ? Field::Request : part == 1 ? Field::Facts : Field::Reasons);
  const bool low = m.low;
  Box area = low ? page.show : page.body;
  const Box buttons = low ? page.strip : area.cut_bottom(22, m.across ? touch_gap_mm : m.gutter);
  ui.card(area);
  const Box in = area.inset(8, 6);
  const TextStyle style{Type::Body, Ink::Ink, Weight::Regular, Align::Left, 0, false, false, ui::Say::Asked, true};
  // Pages of a fixed number of characters that surely fit: line breaks cost less than a third.
  const float line_h = ui.text_height(in.w, "字", style), em = ui.text_width("字", style);
  const float columns = std::floor(in.w / em), lines = std::floor((in.h + 0.01f) / line_h);
  const auto per_page = static_cast<std::size_t>(std::max(12.f, (columns - 1.5f) * lines));
  const std::size_t count = characters(text);
  const Pages pages = pages_of(static_cast<int>((count + per_page - 1) / per_page), 1, view.s.page);
  const std::string_view from = std::string_view(text).substr(first_characters(text, static_cast<std::size_t>(pages.page) * per_page).size());
  std::string shown(first_characters(from, per_page));
  // A person's own line feeds may take more lines than the guess: they stay in the stored text and become spaces here.
  if (ui.text_height(in.w, shown, style) > in.h) std::replace(shown.begin(), shown.end(), '\n', ' ');
  ui.text(in, shown, style);
  if (auto turn = page_buttons(ui, buttons, pages)) asked = turn;
  return asked;
}

Asked draw_ruling(Ui& ui, const View& view) {
  const Session& s = view.s;
  const bool busy = !s.filing.empty();
  Page page = begin_page(ui, view, {.title = "", .next = busy ? tr("正在登记") : tr("就去这里"), .left_share = 0.4f});
  Asked asked = page.asked;
  if (!s.ruling) return asked;
  const Ruling& ruling = *s.ruling;
  const RuleBook& rules = view.world.rules;
  const Measure m = measure(ui);
  const bool low = m.low;
  const std::string window = s.chosen.empty() ? ruling.window : s.chosen;
  const bool secret = sealed(s, rules);  // where an accusation goes is not for the hall's ears either
  // There is no headline here: the green card says it.
  Box all = low ? Box{page.show.x, m.step_bar + 6, page.show.w, page.show.bottom() - m.step_bar - 6} : page.body;
  Box left = page.show;  // landscape: where to go stands beside the reasons
  if (s.filing_error) {
    const bool words = s.filing_error->code == Code::Invalid;  // other errors speak to operators
    Box& at = m.across ? left : all;
    const float h = message(ui, at, Icon::Warning, words ? std::string_view(s.filing_error->what) : tr("还没登记上，您写的都在。"), tr("请点「请人帮我」，或到接待窗口登记。"), true);
    at.cut_top(h, m.gutter);
  }
  Box green = m.across ? left : all.cut_top(low ? 56.f : 75.f, m.gutter);
  ui.headline(screen_id(view), green, (s.chosen.empty() ? tr("建议您去") : tr("您选了")) + window_place(rules, window));
  if (ui.theme().contrast) {
    ui.fill(green, Ink::Card, 4);
    ui.edge(green, Ink::Primary, 1, 4);
  } else {
    ui.gradient(green, Ink::Primary, Ink::Primary2, 4);
  }
  const Ink on = ui.theme().contrast ? Ink::Ink : Ink::OnPrimary, on2 = ui.theme().contrast ? Ink::Ink : Ink::OnPrimary2;
  const auto* queue = queue_of(view.world.now, window);
  const int waiting = queue == nullptr ? 0 : queue->waiting;
  std::string queue_words = people_words(waiting);
  if (waiting > 0) queue_words += trf(" · 约等{}分钟", std::max(1, queue->minutes));
  queue_words += tr(" · 不收费");
  const std::string_view lead = s.chosen.empty() ? tr("建议您去") : tr("您选了");
  const auto disc_at = [&](float cx, float cy, float size) {
    ui.circle(cx, cy, size / 2, ui.theme().contrast ? Ink::Primary : Ink::Card);
    ui.icon({cx - size * 0.33f, cy - size * 0.33f, size * 0.66f, size * 0.66f}, window_icon(window), ui.theme().contrast ? Ink::Paper : Ink::Primary);
  };
  if (m.across) {
    Box in = green.inset(8, 7);
    const TextStyle words{Type::Body, on, Weight::Regular, Align::Left, 0, false, false, ui::Say::Aloud, secret};
    const float lead_h = ui.text_height(in.w, lead, {Type::Button, on2}), words_h = ui.text_height(in.w, queue_words, words);
    const Box last = in.cut_bottom(words_h + 0.5f, 3);
    const TextStyle place{Type::Choice, on, Weight::Bold, Align::Left, 3, false, false, ui::Say::Aloud, secret};
    const float place_h = ui.text_height(in.w, window_place(rules, window), {Type::Choice, on, Weight::Bold});
    const float disc = std::min({46.f, in.h - lead_h - place_h - 8, in.w * 0.5f});
    if (disc >= 20) {
      disc_at(in.x + disc / 2, in.y + disc / 2, disc);
      in.cut_top(disc, 5);
    }
    if (in.h >= lead_h + place_h) line_in(ui, in.cut_top(lead_h), lead, {Type::Button, on2, Weight::Regular, Align::Left, 1, true, true, ui::Say::Aloud});
    if (place_h <= in.h) ui.text({in.x, in.y, in.w, place_h + 0.5f}, window_place(rules, window), place);
    else line_in(ui, in, window_place(rules, window), {Type::Choice, on, Weight::Bold, Align::Left, 1, true, true, ui::Say::Aloud, secret});
    ui.text(last, queue_words, words);
  } else {
    Box in = green.inset(11, 6);
    const float disc = std::min(46.f, in.h);
    const Box picture = in.cut_right(disc, 6);
    disc_at(picture.x + disc / 2, green.y + green.h / 2, disc);
    const float part = in.h / 4;
    line_in(ui, in.cut_top(part), lead, {Type::Button, on2, Weight::Regular, Align::Left, 1, true, true, ui::Say::Aloud});
    line_in(ui, in.cut_top(part * 2), window_place(rules, window), {Type::Window, on, Weight::Bold, Align::Left, 1, true, true, ui::Say::Aloud, secret});
    line_in(ui, in, queue_words, {Type::Body, on, Weight::Regular, Align::Left, 1, true, true, ui::Say::Aloud, secret});
  }

  // The other windows stand below; the reasons take what is left.
  const int others = static_cast<int>(ruling.alternatives.size());
  Box below = low ? page.body : all;
  const float card_h = low ? std::min(66.f, below.h) : m.across ? std::clamp(all.h * 0.26f, 32.f, 56.f) : std::min(74.f, std::max(52.f, all.h * 0.3f));
  if (others > 0) {
    const int per_page = others > 2 && !low ? 2 : std::min(others, 2);
    const Pages pages = pages_of(others, per_page, s.page);
    Box choices;
    if (low) {
      choices = below.cut_top(card_h, touch_gap_mm);
      if (pages.pages > 1)
        if (auto turn = page_buttons(ui, page.strip, pages)) asked = turn;
    } else {
      if (pages.pages > 1) {
        if (auto turn = page_buttons(ui, all.cut_bottom(22, 4), pages)) asked = turn;
      }
      choices = all.cut_bottom(card_h, 4);
      Box head = all.cut_bottom(m.across ? 12 : 16, m.across ? touch_gap_mm : m.gutter);
      const TextStyle bold{Type::Button, Ink::Ink, Weight::Bold, Align::Left, 1, true, true};
      line_in(ui, head, tr("也可以去"), bold);
      const float w = ui.text_width(tr("也可以去"), {Type::Button, Ink::Ink, Weight::Bold});
      text_if_room(ui, {head.x + w + 6, head.y, head.w - w - 6, head.h}, tr("这是建议，去哪里由您定。"), {Type::Body, Ink::Muted, Weight::Regular, Align::Left, 1, true});
    }
    for (int i = pages.first; i < pages.last; ++i) {
      const WindowCode& code = ruling.alternatives[static_cast<std::size_t>(i)];
      const Box box = choices.column(i - pages.first, std::max(2, per_page), m.gutter);
      const WindowInfo* info = rules.window(code);
      const bool chosen = s.chosen == code;
      if (ui.touch("window." + code, box, window_name(rules, code), chosen, !busy)) asked = ChooseWindow{code};
      Box cell = box.inset(m.across ? 5.f : 7.f, m.across ? 3.f : 5.f);
      Box top = cell.cut_top(std::min(20.f, cell.h * (m.across ? 0.5f : 0.4f)), 1);
      const Box icon_box = top.cut_left(top.h, 5);
      ui.icon(icon_box, window_icon(code));
      if (chosen) top.cut_right(12);
      line_in(ui, top, window_name(rules, code), {Type::Title, Ink::Ink, Weight::Bold, Align::Left, 1, true, true});
      const auto* q = queue_of(view.world.now, code);
      const int people = q == nullptr ? 0 : q->waiting;
      const TextStyle soft{Type::Caption, Ink::Muted, Weight::Regular, Align::Left, 1, true, true};
      const float wait_h = ui.text_height(cell.w, "约", soft);
      if (cell.h >= wait_h) {
        const Box wait = cell.cut_bottom(wait_h, 1);
        ui.icon({wait.x, wait.y + wait.h / 2 - 4, 8, 8}, Icon::Clock, Ink::Muted);
        const Box at{wait.x + 11, wait.y, wait.w - 11, wait.h};
        if (window_closed(view.world.now, code)) first_that_fits(ui, at, {tr("现在没人值班"), tr("没人值班")}, soft);
        else if (people == 0) first_that_fits(ui, at, {tr("现在不用等"), tr("不用等")}, soft);
        else first_that_fits(ui, at, {people_words(people) + "，" + wait_words(people, q->minutes), people_words(people), trf("{}人", people)}, soft);
      }
      if (info != nullptr) text_if_room(ui, cell, info->blurb, {Type::Body, Ink::Ink});
    }
  }
  if (low && all.h < 40) return asked;
  Box why = all;
  ui.card(why);
  Box area = why.inset(m.across ? 7.f : 10.f, m.across ? 4.f : 6.f);
  const TextStyle title{Type::Title, Ink::Ink, Weight::Bold, Align::Left, 1, false, true};
  if (!low) {
    // The chart of all paths, with this one lit. A low page has the reasons without their title: the page says it already.
    const float w = std::max(58.f, ui.text_width(tr("看全图"), {Type::Caption, Ink::Ink, Weight::Medium}) + 22);
    Box head = area.cut_top(21, 3);
    if (ui.button("guide", head.cut_right(std::min(w, head.w), 4), tr("看全图"), Look::Edged, Icon::Signpost, !busy)) asked = OpenGuide{};
    if (ui.text_width(tr("为什么去这里"), title) <= head.w) line_in(ui, head, tr("为什么去这里"), {Type::Title, Ink::Ink, Weight::Bold, Align::Left, 1, true, true});
  } else {
    paragraph(ui, area, tr("为什么去这里"), title, 4);
  }
  int n = 0;
  // What the person must know before going anywhere comes right after the first reason: a closed window, a unit that is kept out, a second matter.
  std::vector<const Reason*> reasons;
  for (const Reason& reason : ruling.reasons) reasons.push_back(&reason);
  if (!reasons.empty())
    std::stable_partition(reasons.begin() + 1, reasons.end(), [](const Reason* r) { return r->rule == "closed" || r->rule == "conflict" || r->rule.starts_with("also-"); });
  for (const Reason* one : reasons) {
    const Reason& reason = *one;
    // What the reasons rest on is what the person said: the hall need not hear it.
    const TextStyle strong{Type::Button, Ink::Ink, Weight::Bold, Align::Left, 0, false, false, ui::Say::Asked, true};
    const TextStyle soft{Type::Body, Ink::Ink, Weight::Regular, Align::Left, 0, false, false, ui::Say::Asked, true};
    const TextStyle source{Type::Caption, Ink::Muted, Weight::Regular, Align::Left, 0, false, false, ui::Say::Asked, true};
    const float w = area.w - 22;
    const std::string basis = chinese(reason.basis);
    const float h1 = ui.text_height(w, reason.because, strong);
    float h2 = reason.consequence.empty() ? 0 : ui.text_height(w, reason.consequence, soft);
    const float h3 = ui.text_height(w, basis, source);
    const float before = n == 0 ? 0 : 8;
    if (before + h1 + h2 + h3 > area.h) h2 = 0;  // the article stays: it is why
    if (before + h1 + h2 + h3 > area.h) break;
    if (n > 0) {
      ui.line(area.x, area.y + 3.5f, area.right(), area.y + 3.5f, Ink::Line, 0.4f);
      area.cut_top(before);
    }
    ++n;
    ui.circle(area.x + 7.5f, area.y + 7.5f, 7.5f, Ink::Tint);
    line_in(ui, {area.x, area.y, 15, 15}, std::to_string(n), {Type::Body, Ink::Primary, Weight::Bold, Align::Centre, 1, true, true});
    Box lines{area.x + 22, area.y, w, area.h};
    ui.text(lines.cut_top(h1 + 0.3f), reason.because, strong);
    if (h2 > 0) line_in(ui, lines.cut_top(h2 + 0.3f), reason.consequence, soft);
    ui.text(lines.cut_top(h3 + 0.3f), basis, source);
    area.cut_top(h1 + h2 + h3 + 0.9f);
  }
  return asked;
}

}  // namespace yizhan::kiosk
