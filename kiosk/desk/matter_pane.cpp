/// Touchables of the middle: "back_to_served" (while another ticket is read), "show_id" F6, "viewers" F7, "statement.prev" PageUp,
/// "statement.next" PageDown, "statement.expand" Ctrl+E (long ones); the lawyer's "path.1" … "path.6" Ctrl+1…6 and "field.limit.<term>" on the limitation cards.
#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "core/tr.h"
#include "kiosk/desk/panes.h"
#include "kiosk/desk/words.h"

namespace yizhan::kiosk::desk {
namespace {

int page_of(const DeskSession& s, const std::string& list, std::size_t pages) {
  const auto at = s.pages.find(list);
  return std::clamp(at == s.pages.end() ? 0 : at->second, 0, static_cast<int>(pages) - 1);
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string out;
  for (const std::string& w : words) {
    if (w.empty()) continue;
    if (!out.empty()) out += between;
    out += w;
  }
  return out;
}

/// Need to know (docs/KEYS.md): under keys only reception reads what nobody has called yet.
bool opens_when_called(const View& view) { return view.world.keys_version > 0 && view.session.seat.role != Role::Reception; }

void empty_desk(Ui& ui, const View& view, Box column) {
  const float cx = column.x + column.w / 2, cy = column.y + column.h * 0.4f;
  const bool none = waiting_tickets(view.session, view.world).empty();
  ui.icon({cx - px(48), cy - px(120), px(96), px(96)}, none ? Icon::Check : Icon::Bell, Ink::Primary);
  ui.text({column.x, cy, column.w, px(48)}, none ? tr("没有人等候") : tr("按 F2 叫下一个号"), one_line(Type::DeskTitle, Ink::Ink, Weight::Bold, Align::Centre));
  const char* line = none ? tr("有人取号，左边马上出现") : opens_when_called(view) ? tr("叫号后，材料在这里打开") : tr("也可以先点左边的号，看看材料");
  ui.text({column.x, cy + px(54), column.w, px(36)}, line, one_line(Type::Desk, Ink::Muted, Weight::Regular, Align::Centre));
}

void sealed_desk(Ui& ui, Box column, bool served) {
  const float cx = column.x + column.w / 2, cy = column.y + column.h * 0.36f;
  ui.icon({cx - px(48), cy - px(130), px(96), px(96)}, Icon::Lock, Ink::Primary);
  ui.text({column.x, cy, column.w, px(48)}, tr("内容已加密"), one_line(Type::DeskTitle, Ink::Ink, Weight::Bold, Align::Centre));
  // XFTL 30: never opened in the hall, never passed on to the person or unit complained of.
  ui.text({column.x, cy + px(54), column.w, px(36)}, tr("只有纪检监察机关能打开"), one_line(Type::Desk, Ink::Muted, Weight::Regular, Align::Centre));
  if (served) ui.text({column.x, cy + px(90), column.w, px(36)}, tr("不要问内容，告知编号和查询办法即可"), one_line(Type::Desk, Ink::Muted, Weight::Regular, Align::Centre));
}

/// Number, who, where from; masked until the ticket is called.
Asked draw_head(Ui& ui, const View& view, Box& column, const Shown& shown) {
  Asked asked;
  const DeskSession& s = view.session;
  const Ticket& t = *shown.ticket;
  Box row = column.cut_top(px(66), px(12));
  if (shown.served && shown.matter) {
    Box buttons = row;
    buttons.cut_top(px(8));
    buttons.h = px(48);
    ask(asked, press(ui, "viewers", buttons.cut_right(px(136), px(10)), tr("谁看过"), "F7"), ShowViewers{});
    const Petition* p = shown.matter->petition ? &*shown.matter->petition : nullptr;
    const bool has = p && !p->petitioner.number.empty();
    const std::string id = !has ? tr("没有证件号") : s.show_id ? p->petitioner.number : tr("证件号 ••••");
    ask(asked, press(ui, "show_id", buttons.cut_right(px(s.show_id && has ? 262 : 190), px(16)), id, "F6", Look::Edged, Icon::None, has), ShowId{});
    row.w = buttons.w;
  } else if (!shown.served && s.serving) {
    Box buttons = row;
    buttons.cut_top(px(8));
    buttons.h = px(48);
    ask(asked, press(ui, "back_to_served", buttons.cut_right(px(180), px(16)), trf("回到 {}", s.serving->ticket.number.empty() ? std::string(tr("事项")) : s.serving->ticket.number), "Escape", Look::Edged, Icon::None), ReadTicket{""});
    row.w = buttons.w;
  }
  const TextStyle number = one_line(Type::DeskNumber, Ink::Primary, Weight::Bold);
  if (!t.number.empty()) ui.text(row.cut_left(ui.text_width(t.number, number) + px(2), px(18)), t.number, number);
  Box high{row.x, row.y, row.w, px(38)}, low{row.x, row.y + px(39), row.w, px(27)};
  std::string name = shown.sealed ? tr("密封事项") : tr("姓名叫号后显示"), more;
  if (shown.matter && shown.matter->petition) {
    const Petition& p = *shown.matter->petition;
    if (shown.served) {
      name = p.petitioner.name.empty() ? tr("没有留姓名") : p.petitioner.name;
      const std::string filer = p.filing_as == FilingAs::Self || p.filer.name.empty() ? "" : trf("{}代办 {}", words_of(filing_ways(), static_cast<int>(p.filing_as)), p.filer.name);
      more = joined({sex_and_age(p.petitioner, view.today), p.petitioner.address, s.show_id ? p.petitioner.phone : mask_phone(p.petitioner.phone), filer}, " · ");
    } else {
      more = topic_name(view.law.rules, p.topic);
    }
  } else if (shown.served && t.matter.empty() && s.serving && s.serving->matter.empty()) {
    name = tr("只取了号");
    more = tr("没有登记事项");
  }
  const TextStyle bold = one_line(Type::DeskTitle, shown.served ? Ink::Ink : Ink::Muted, Weight::Bold), muted = one_line(Type::DeskSmall, Ink::Muted);
  const float name_w = std::min(ui.text_width(name, bold) + px(2), high.w);
  ui.text(high.cut_left(name_w, px(14)), name, bold);
  if (ui.text_width(more, muted) <= high.w) {
    ui.text(high, more, muted);
  } else {
    // Long names and addresses get the whole width under the number.
    TextStyle lines = style(Type::DeskSmall, Ink::Muted);
    const float h = ui.text_height(column.w, more, lines);
    ui.text(column.cut_top(h + px(1), px(8)), more, lines);
  }

  std::vector<std::string> facts;
  if (shown.matter) {
    const Matter& m = *shown.matter;
    facts.push_back(trf("登记 {}", m.id));
    if (!m.supplements.empty()) facts.push_back(trf("补充 {}", m.supplements));
    facts.push_back(clock_words(m.filed_at) + (hall_day(m.filed_at) == view.today ? "" : " " + chinese_day(hall_day(m.filed_at))));
    if (m.petition) {
      facts.emplace_back(words_of(filing_ways(), static_cast<int>(m.petition->filing_as)));
      if (m.petition->head_count > 1) facts.push_back(trf("{}人", m.petition->head_count));
    }
  }
  ui.text(low, joined(facts, " · "), muted);
  return asked;
}

/// Earlier visits of the same person or matter (XFTL 19.3): said before anybody asks.
void draw_earlier(Ui& ui, const View& view, Box& column, const Shown& shown) {
  std::vector<std::string> lines;
  if (shown.earlier)
    for (const Matter& m : *shown.earlier) {
      std::string line = fmt::format("{} {}", iso(hall_day(m.filed_at)), m.petition ? topic_name(view.law.rules, m.petition->topic) : "");
      line += " · " + std::string(m.lines.empty() ? chinese(m.state) : std::string_view(m.lines.back().words));
      lines.push_back(std::move(line));
    }
  // Under keys only what was opened at this desk can be compared: nobody reads a hall's texts to search them (trust.md 8.4).
  std::string words = shown.matter->key_set > 0 ? tr("查重：本桌打开过的里没有") : tr("查重：没有查到以前来过");
  if (!lines.empty()) words = trf("以前来过{}次：{}", lines.size(), lines[0]);
  strip(ui, column.cut_top(px(44), px(8)), Icon::Search, words, lines.empty() ? Tone::Calm : Tone::Attention);
  for (std::size_t i = 1; i < std::min<std::size_t>(lines.size(), 3); ++i)
    ui.text(column.cut_top(px(26)).inset(px(50), 0), lines[i], one_line(Type::DeskSmall, Ink::Muted));
  if (lines.size() > 3) ui.text(column.cut_top(px(26)).inset(px(50), 0), trf("还有{}次，按编号可打开", lines.size() - 3), one_line(Type::DeskSmall, Ink::Muted));
  // What two authors stated against each other is shown to a person; both are kept.
  if (!shown.matter->conflicts.empty()) strip(ui, column.cut_top(px(40), px(6)), Icon::Warning, shown.matter->conflicts.front(), Tone::Attention);
  column.cut_top(px(8));
}

/// The three parts, the place and the party, what was answered. Pages instead of a scroll bar.
Asked draw_statement(Ui& ui, const View& view, Box box, const Shown& shown) {
  Asked asked;
  panel(ui, box);
  Box in = box.inset(px(22), px(14));
  const Matter& m = *shown.matter;
  Box head = in.cut_top(px(32), px(8));
  if (!m.petition || m.petition->kind == MatterKind::QueueOnly) {
    ui.text(head, tr("只取了号，没有写"), one_line(Type::Desk, Ink::Ink, Weight::Bold));
    ui.text(in.cut_top(px(30)), view.session.seat.role == Role::Reception ? tr("请当面问清，按 F8 当面登记") : tr("请当面问清；要登记的转到接待"), one_line(Type::Desk, Ink::Muted));
    return asked;
  }
  const Petition& p = *m.petition;
  // What staff wrote of a recording stands beside what was typed, never in its place.
  const Transcript* transcript = view.session.serving && shown.served && !m.transcripts.empty() ? &m.transcripts.back() : nullptr;
  const std::string_view parts[] = {p.statement.request, p.statement.facts, p.statement.reasons, transcript ? std::string_view(transcript->what.text) : std::string_view()};
  const std::string_view names[] = {tr("要求"), tr("事实"), tr("理由"), tr("口述")};

  // Below the statement: where, against whom, what was answered.
  std::vector<std::string> facts, answered;
  if (!p.statement.place.empty()) facts.push_back(trf("地点：{}", p.statement.place));
  if (!p.statement.party_complained_of.empty()) facts.push_back(trf("反映对象：{}", p.statement.party_complained_of));
  if (p.answers.counterparty != Counterparty::Unknown) answered.push_back(trf("对方是{}", words_of(counterparties(), static_cast<int>(p.answers.counterparty))));
  for (const Question& q : questions())
    if (p.answers.*q.member != Answer::Unasked) answered.push_back(fmt::format("{}：{}", q.brief, words_of(answers(), static_cast<int>(p.answers.*q.member))));
  const float label_w = px(62), line_h = px(28.5f);
  Box foot = in.cut_bottom(px(52), px(6));
  ui.text(foot.cut_top(px(26)), facts.empty() ? tr("没有写地点和对象") : joined(facts, "　"), one_line(Type::DeskSmall, Ink::Ink));
  ui.text(foot, answered.empty() ? tr("没有回答引导问题") : joined(answered, " · "), one_line(Type::DeskSmall, Ink::Muted));

  const float em = px(19);
  const auto per_page = static_cast<std::size_t>(std::max(1.0f, (in.h - px(12)) / line_h));
  const PageOfText text = page_of_text(parts, (in.w - label_w) / em, per_page, static_cast<std::size_t>(page_of(view.session, "statement", 1'000'000)));

  const std::string how = p.input == InputWay::Batch ? tr("来信来件") : p.helper.empty() ? tr("本人在自助机填写") : p.statement.oral ? tr("工作人员代录，已念给本人听") : tr("工作人员代录");
  const bool expanded = page_of(view.session, "expanded", 2) == 1;
  if (text.pages > 2 || expanded) {
    const std::string_view words = expanded ? tr("收起") : tr("展开");
    ask(asked, chip(ui, "statement.expand", head.cut_right(px(84), px(8)), words, false, true, "Ctrl+E"), TurnPage{"expanded", expanded ? -1 : 1});
  }
  if (text.pages > 1) {
    const bool more = text.page + 1 < text.pages;
    ask(asked, chip(ui, "statement.next", head.cut_right(px(104), px(8)), tr("下一页"), false, more, "PageDown"), TurnPage{"statement", 1});
    ask(asked, chip(ui, "statement.prev", head.cut_right(px(104), px(12)), tr("上一页"), false, text.page > 0, "PageUp"), TurnPage{"statement", -1});
    ui.text(head.cut_right(px(90), px(8)), fmt::format("{} / {}", text.page + 1, text.pages), one_line(Type::DeskSmall, Ink::Muted, Weight::Regular, Align::Right));
  }
  std::string title = trf("本人所述（{}）", how);
  if (transcript) title += " " + (transcript->what.read_back ? trf("口述由{}写下，已念给本人听", transcript->what.staff) : trf("口述由{}写下，没有念给本人听", transcript->what.staff));
  ui.text(head, title, one_line(Type::DeskSmall, Ink::Muted, Weight::Bold));

  for (const Piece& piece : text.pieces) {
    // Never beyond its own room: were the count ever wrong, the text would be reported as cut, not drawn over the next.
    Box row = in.cut_top(std::min(line_h * static_cast<float>(piece.lines), in.h), px(4));
    ui.text(row.cut_left(label_w), names[piece.part], style(Type::Desk, Ink::Primary, Weight::Bold));
    const float used = ui.text(row, piece.text, style(Type::Desk));
    // Counting is careful, drawing is exact: what was counted too much goes back.
    in.y -= row.h - std::min(row.h, used);
    in.h += row.h - std::min(row.h, used);
  }
  if (text.pieces.empty()) ui.text(in.cut_top(px(30)), tr("没有写内容"), one_line(Type::Desk, Ink::Muted));
  return asked;
}

/// Why another desk sent this number here: its words, whole (600 bytes are five lines).
void draw_moved(Ui& ui, Box& in, const Matter& m) {
  if (m.moved_why.empty()) return;
  const std::string words = trf("转来的原因：{}", m.moved_why);
  const TextStyle as = style(Type::DeskSmall, Ink::Ink, Weight::Medium);
  const float pad = px(22);
  Box box = in.cut_top(ui.text_height(in.w - 2 * pad, words, as) + px(20), px(10));
  panel(ui, box);
  ui.text(box.inset(pad, px(10)), words, as);
}

/// The ruling with its reasons: a suggestion (PIPL 24), confirmed or changed by a person.
void draw_ruling(Ui& ui, const View& view, Box box, const Matter& m) {
  panel(ui, box);
  Box in = box.inset(px(22), px(12));
  Box head = in.cut_top(px(28), px(6));
  if (!m.routed) {
    ui.text(head, tr("没有建议窗口，由工作人员决定"), one_line(Type::DeskSmall, Ink::Muted, Weight::Bold));
    return;
  }
  const Ruling& r = m.routed->ruling;
  std::string title = trf("自助机建议：{}", window_name(view.law.rules, r.window));
  if (m.routed->chosen != r.window && !m.routed->chosen.empty()) title += trf("　本人选了：{}", window_name(view.law.rules, m.routed->chosen));
  if (m.overridden) title += trf("　已改派：{}", window_name(view.law.rules, m.overridden->window));
  float x = head.right();
  if (r.urgent) x -= badge(ui, x, head.y, tr("紧急，条例25条"), Tone::Attention, px(160), true) + px(8);
  if (r.mediatable) x -= badge(ui, x, head.y, tr("可以调解"), Tone::Law, px(110), true) + px(8);
  head.w = x - head.x;
  ui.text(head, title, one_line(Type::DeskSmall, Ink::Ink, Weight::Bold));
  const auto rows = static_cast<std::size_t>(std::max(1.0f, (in.h + px(2)) / px(28)));
  for (std::size_t i = 0; i < std::min(rows, r.reasons.size()); ++i) {
    Box row = in.cut_top(px(28));
    ui.circle(row.x + px(6), row.y + px(14), px(4), Ink::Primary);
    row.cut_left(px(20));
    const std::string article = brief_article(r.reasons[i].basis);
    const TextStyle muted = one_line(Type::DeskSmall, Ink::Muted, Weight::Regular, Align::Right);
    ui.text(row.cut_right(std::min(ui.text_width(article, muted) + px(2), row.w * 0.4f), px(12)), article, muted);
    ui.text(row, r.reasons[i].because + r.reasons[i].consequence, one_line(Type::DeskSmall));
  }
}

/// One clock: name, tag, days, bar, due date and article.
void clock_card(Ui& ui, const View& view, Box box, const Deadline& d, const std::string& name) {
  panel(ui, box);
  Box in = box.inset(px(18), px(12));
  Box head = in.cut_top(px(28), px(2));
  const float tag = badge(ui, head.right(), head.y + px(1), d.promised ? tr("本县承诺") : tr("法定"), d.promised ? Tone::Promise : Tone::Law, px(110), true);
  head.w -= tag + px(8);
  ui.text(head, name, one_line(Type::Desk, Ink::Ink, Weight::Bold));
  const auto total = std::max<std::int64_t>(1, (d.due - d.start).count());
  const auto left = (d.due - view.today).count();
  Box days = in.cut_top(px(40), px(4));
  const std::string number = std::to_string(left < 0 ? -left : left);
  const TextStyle big = one_line(Type::DeskTitle, left < 0 ? Ink::Brick : Ink::Ink, Weight::Bold);
  ui.text(days.cut_left(ui.text_width(number, big) + px(2), px(8)), number, big);
  ui.text(days, left < 0 ? tr("天前已到期") : left == 0 ? tr("天，今天到期") : tr("天"), one_line(Type::DeskSmall, left < 0 ? Ink::Brick : Ink::Muted));
  Box bar = in.cut_top(px(10), px(6));
  ui.fill(bar, Ink::Tray, px(5));
  const float gone = std::clamp(static_cast<float>(total - left) / static_cast<float>(total), 0.02f, 1.0f);
  bar.w *= gone;
  ui.fill(bar, left < 0 ? Ink::Brick : d.promised ? Ink::Promise : Ink::Primary, px(5));
  ui.text(in, trf("{}前 · {}", chinese_day(d.due), d.promised && d.basis.law.empty() ? std::string(tr("县承诺")) : brief_article(d.basis)), one_line(Type::DeskSmall, Ink::Muted));
}

Asked draw_clocks(Ui& ui, const View& view, Box& column, const Shown& shown) {
  Asked asked;
  std::vector<Deadline> all = deadlines(*shown.matter, view.law.rules, view.law.calendar);
  // The next due of the statutory clocks and of the promises stand side by side; what is over stays last.
  std::stable_sort(all.begin(), all.end(), [&](const Deadline& a, const Deadline& b) {
    return std::pair{a.due < view.today, a.due} < std::pair{b.due < view.today, b.due};
  });
  std::vector<Deadline> chosen;
  for (const bool promised : {false, true})
    for (const Deadline& d : all)
      if (d.promised == promised && static_cast<int>(chosen.size()) < (promised ? 3 : 2)) chosen.push_back(d);
  label(ui, column, tr("时限"), nullptr, 6);
  if (chosen.empty()) {
    ui.text(column.cut_top(px(30), px(8)), tr("这件事没有正在走的时限。"), one_line(Type::DeskSmall, Ink::Muted));
  } else {
    const Box row = column.cut_top(px(142), px(8));
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      clock_card(ui, view, row.column(static_cast<int>(i), 3, px(14)), chosen[i], clock_label(chosen[i], view.law.rules));
    }
    const bool handling = std::any_of(all.begin(), all.end(), [](const Deadline& d) { return d.term == "handle"; });
    if (!handling && chosen.size() < 3) {
      const Box note = row.column(2, 3, px(14)).inset(px(12), px(14));
      const Term* handle = view.law.rules.term("handle");
      ui.text(note, trf("{}日办理期限：受理后才起算，只有第（六）项信访处理适用。", handle ? handle->amount : 60), style(Type::DeskSmall, Ink::Muted));
    }
  }
  return asked;
}

/// The lawyer's limitation cards: a typed start, a computed end.
Asked draw_limitations(Ui& ui, const View& view, Box& column) {
  Asked asked;
  const std::vector<const Term*> terms = limitation_terms(view.law.rules);
  if (terms.empty()) return asked;
  const DeskSession& s = view.session;
  const LawyerDraft& draft = draft_of(s).lawyer;
  const Box row = column.cut_top(px(116), px(10));
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const Term& term = *terms[i];
    const Box box = row.column(static_cast<int>(i), static_cast<int>(std::max<std::size_t>(terms.size(), 4)), px(12));
    panel(ui, box);
    Box in = box.inset(px(12), px(8));
    const auto typed = draft.starts.find(term.id);
    const std::string text = typed == draft.starts.end() ? "" : typed->second;
    const auto deadline = limitation(term, text, view.law, view.today);
    const std::string field_name = "limit." + term.id;
    const Problem* problem = problem_at(s.problems, field_name);
    Box head = in.cut_top(px(26), px(4));
    if (deadline) {
      const std::string left = days_left(deadline->due, view.today);
      const TextStyle days = one_line(Type::DeskSmall, deadline->due < view.today ? Ink::Brick : Ink::Primary, Weight::Bold, Align::Right);
      ui.text(head.cut_right(std::min(ui.text_width(left, days) + px(2), head.w * 0.55f), px(6)), left, days);
    }
    ui.text(head, term.label, one_line(Type::DeskSmall, Ink::Ink, Weight::Bold));
    if (auto now = edit(ui, "field." + field_name, in.cut_top(px(40), px(4)), text, tr("起算日"), false, problem); now && !asked) asked = Typed{field_name, std::move(*now)};
    std::string under = problem ? problem->what : deadline ? trf("{}前 · {}", iso(deadline->due), brief_article(term.basis)) : brief_article(term.basis);
    if (!deadline && !problem && parse_day(text)) under = tr("起算日还没到");
    ui.text(in, under, one_line(Type::DeskSmall, problem ? Ink::Brick : Ink::Muted));
  }
  return asked;
}

struct Milestone { std::string name, line; bool done; };

std::vector<Milestone> milestones(const View& view, const Shown& shown) {
  const Matter& m = *shown.matter;
  const auto when = [&](std::initializer_list<std::string_view> types) -> std::string {
    for (const Line& line : m.lines)
      for (const std::string_view type : types)
        if (line.type == type) return (hall_day(line.at) == view.today ? "" : chinese_day(hall_day(line.at)) + " ") + clock_words(line.at);
    return "";
  };
  std::vector<Milestone> out;
  out.push_back({tr("已登记"), clock_words(m.filed_at) + (hall_day(m.filed_at) == view.today ? "" : " " + chinese_day(hall_day(m.filed_at))), true});
  const bool here = shown.served || m.consulted || m.disposed || m.mediation.state != MediationState::None;
  out.push_back({tr("窗口接待"), here ? tr("正在办理") : tr("等叫号"), here});
  if (m.consulted) out.back().line = tr("律师已记录");
  if (m.disposed) out.back().line = m.disposed->words.empty() ? std::string(words_of(dispositions(), static_cast<int>(m.disposed->disposition))) : std::string(tr("已处置"));
  const bool county = m.transferred || m.accepted || m.not_accepted || m.answered || m.served;
  const std::string sent = when({"transferred"});
  // Only the county's own facts prove that the county has it: a green tick here is never a guess.
  out.push_back({tr("县里收到"), county ? (sent.empty() ? std::string(tr("已收到")) : trf("{} 已转送", sent)) : view.world.county_online ? tr("等县里回执") : tr("等联网"), county});
  // A unit's full name stands in the dated list; here its beginning is enough.
  const auto brief = [](const std::string& unit) { return characters(unit) > 11 ? std::string(first_characters(unit, 10)) + "…" : unit; };
  out.push_back({tr("单位受理"), m.accepted ? brief(m.accepted->unit) : m.not_accepted ? tr("不予受理") : tr("按途径，可能不经信访"), m.accepted || m.not_accepted});
  if (m.answered) out.push_back({tr("已答复"), brief(m.answered->unit), true});
  return out;
}

void draw_timeline(Ui& ui, const View& view, Box box, const Shown& shown) {
  panel(ui, box);
  Box in = box.inset(px(22), px(12));
  Box head = in.cut_top(px(26), px(10));
  ui.text(head.cut_left(px(120)), view.session.show_viewers ? tr("谁看过") : tr("办理经过"), one_line(Type::DeskSmall, Ink::Muted, Weight::Bold));
  ui.text(head, tr("每次查看都有记录"), one_line(Type::DeskSmall, Ink::Muted, Weight::Regular, Align::Right));
  if (view.session.show_viewers) {
    const std::vector<Line>& looks = shown.matter->viewed;
    const auto rows = static_cast<std::size_t>(std::max(1.0f, in.h / px(26)));
    if (looks.empty()) ui.text(in.cut_top(px(28)), tr("还没有别人看过，您这次会记下"), one_line(Type::DeskSmall));
    for (std::size_t i = looks.size() > rows ? looks.size() - rows : 0; i < looks.size(); ++i)
      ui.text(in.cut_top(px(26)), iso_minute(looks[i].at) + "　" + (looks[i].words.empty() ? looks[i].by : looks[i].words), one_line(Type::DeskSmall));
    return;
  }
  const std::vector<Milestone> steps = milestones(view, shown);
  const int n = static_cast<int>(steps.size());
  for (int i = 0; i < n; ++i) {
    const Milestone& step = steps[static_cast<std::size_t>(i)];
    const Box cell = in.column(i, n, px(8));
    const float cy = cell.y + px(24);
    ui.circle(cell.x + px(15), cy, px(15), step.done ? Ink::Primary : Ink::Edge);
    if (step.done) ui.icon({cell.x + px(5), cy - px(10), px(20), px(20)}, Icon::Check, Ink::OnPrimary);
    else ui.circle(cell.x + px(15), cy, px(13), Ink::Card);
    ui.text({cell.x + px(40), cell.y, cell.w - px(40), px(26)}, step.name, one_line(Type::DeskSmall, Ink::Ink, step.done ? Weight::Bold : Weight::Medium));
    ui.text({cell.x + px(40), cell.y + px(25), cell.w - px(40), px(24)}, step.line, one_line(Type::DeskSmall, Ink::Muted));
  }
}

}  // namespace

Asked draw_matter(Ui& ui, const View& view, Box column) {
  Asked asked;
  const DeskSession& s = view.session;
  const Shown what = shown(s, view.world);
  Box in = column.inset(px(28), px(18));
  if (!what.ticket) {
    empty_desk(ui, view, in);
    return asked;
  }
  const auto take = [&](Asked pressed) {
    if (pressed && !asked) asked = std::move(pressed);
  };
  if (what.sealed) {
    take(draw_head(ui, view, in, {what.ticket, nullptr, nullptr, what.served, true}));
    sealed_desk(ui, in, what.served);
    return asked;
  }
  take(draw_head(ui, view, in, what));
  const MatterId& id = what.served ? s.serving->matter : what.ticket->matter;
  if (!what.matter) {
    const Box box = in.cut_top(px(120));
    panel(ui, box);
    const bool bare = id.empty();
    const bool later = !what.served && opens_when_called(view);
    const std::string title = bare ? std::string(tr("只取了号，没有写")) : later ? id : trf("正在打开 {}", id);
    const std::string line = bare ? (s.seat.role == Role::Reception ? tr("请当面问清，按 F8 当面登记") : tr("请当面问清；要登记的转到接待"))
                                  : later ? tr("叫号后，材料在这里打开")
                                  : (view.world.hub_online ? tr("一直打不开，可能没有权限") : tr("断网时，只能打开本机已有的"));
    ui.text(Box{box.x, box.y + px(22), box.w, px(36)}.inset(px(24), 0), title, one_line(Type::Desk, Ink::Ink, Weight::Bold));
    ui.text(Box{box.x, box.y + px(62), box.w, px(32)}.inset(px(24), 0), line, one_line(Type::Desk, Ink::Muted));
    return asked;
  }
  if (what.matter->closed && !what.matter->petition) {
    // Under the county's keys a text is opened for a person, not for a machine.
    const Box box = in.cut_top(px(120));
    panel(ui, box);
    ui.text(Box{box.x, box.y + px(22), box.w, px(36)}.inset(px(24), 0), tr("内容已封装，登录后才能看"), one_line(Type::Desk, Ink::Ink, Weight::Bold));
    ui.text(Box{box.x, box.y + px(62), box.w, px(32)}.inset(px(24), 0), tr("叫号、转接、办结照常"), one_line(Type::Desk, Ink::Muted));
    draw_timeline(ui, view, in.cut_bottom(px(116), px(14)), what);
    return asked;
  }
  draw_moved(ui, in, *what.matter);
  draw_earlier(ui, view, in, what);
  take(draw_attachments(ui, view, in, what));
  if (what.served && !s.transcribing.empty()) {
    Box low = in;
    take(draw_transcript(ui, view, low.cut_top(std::min(px(420), in.h))));
    return asked;
  }

  // A long statement may take the whole middle; the record on the right stays.
  if (page_of(s, "expanded", 2) == 1) {
    take(draw_statement(ui, view, in, what));
    return asked;
  }
  const bool lawyer = s.seat.role == Role::Lawyer && what.served;
  const Box timeline = in.cut_bottom(px(116), px(14));
  // From the bottom up: what has a fixed height; the statement takes the rest.
  const float clocks_h = deadlines(*what.matter, view.law.rules, view.law.calendar).empty() ? 68 : 180;
  Box low = in.cut_bottom(px(clocks_h + (lawyer ? 126 + 100 : 138)), px(10));
  take(draw_statement(ui, view, in, what));
  if (lawyer) {
    const LawyerDraft& draft = draft_of(s).lawyer;
    Box head = low.cut_top(px(26), px(6));
    const Problem* problem = problem_at(s.problems, "path");
    std::string hint = tr("请律师确认");
    if (what.matter->routed && choice_of(paths(), static_cast<int>(what.matter->routed->ruling.path)))
      hint = trf("自助机建议{}，请律师确认", words_of(paths(), static_cast<int>(what.matter->routed->ruling.path)));
    ui.text(head.cut_left(px(330)), tr("法定途径　条例31条　Ctrl+1~6"), one_line(Type::DeskSmall, Ink::Ink, Weight::Bold));
    ui.text(head, problem ? problem->what : hint, one_line(Type::DeskSmall, problem ? Ink::Brick : Ink::Muted, problem ? Weight::Medium : Weight::Regular, Align::Right));
    const Box row = low.cut_top(px(52), px(14));
    static constexpr float shares[] = {214, 108, 152, 202, 152, 152};  // by their words
    float total = 0, x = row.x;
    for (const float share : shares) total += share;
    const float room = row.w - px(8) * 5;
    std::size_t i = 0;
    for (const Choice& c : paths()) {
      const float w = room * shares[i] / total;
      ask(asked, chip(ui, "path." + std::string(c.name), {x, row.y, w, row.h}, c.words, draft.path && static_cast<int>(*draft.path) == c.value, true, "Ctrl+" + std::string(c.name)), Picked{"path", c.value});
      x += w + px(8);
      ++i;
    }
  } else {
    draw_ruling(ui, view, low.cut_top(px(126), px(12)), *what.matter);
  }
  take(draw_clocks(ui, view, low, what));
  if (lawyer) take(draw_limitations(ui, view, low));
  draw_timeline(ui, view, timeline, what);
  return asked;
}

}  // namespace yizhan::kiosk::desk
