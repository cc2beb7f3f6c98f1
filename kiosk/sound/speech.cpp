#include "kiosk/sound/speech.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/tr.h"

namespace yizhan::kiosk::sound {
namespace {

using ui::Box;
using ui::HitBox;
using ui::Say;
using ui::Shown;

/// Always there, at the same place: said last.
constexpr std::array<std::string_view, 4> standing{"back", "help", "next", "leave"};

bool of_keyboard(std::string_view name) { return name.starts_with("key.") || name.starts_with("candidate."); }
bool masked(std::string_view words) { return words.find('*') != std::string_view::npos || words.find("●") != std::string_view::npos; }
bool inside(const Box& inner, const Box& outer) {
  const float x = inner.x + inner.w / 2, y = inner.y + inner.h / 2;
  return x >= outer.x && x <= outer.right() && y >= outer.y && y <= outer.bottom();
}
/// Digits and what stands between them: a number of a paper, not a quantity.
bool is_number(std::string_view words) {
  std::size_t digits = 0;
  for (const char c : words) {
    if (c >= '0' && c <= '9') ++digits;
    else if (c != ' ' && c != '-' && c != 'X' && (c < 'A' || c > 'Z')) return false;
  }
  return digits >= 5;
}
void add(Utterance& out, std::string_view text, bool personal, bool spelled = false) {
  if (text.empty() || masked(text)) return;
  out.phrases.push_back({std::string(text), personal, spelled || is_number(text), {}});
}
void add(Utterance& out, const Utterance& more) { out.phrases.insert(out.phrases.end(), more.phrases.begin(), more.phrases.end()); }

}  // namespace

Utterance say_control(const HitBox& control, const std::vector<Shown>& shown) {
  Utterance out;
  // Which keys are under a finger tells what is being written.
  const bool personal = of_keyboard(control.name);
  if (control.kind == ui::Control::Field) {
    add(out, control.line, false);
    if (control.words.empty()) add(out, tr("还是空的"), false);
    else if (masked(control.words)) add(out, tr("已经写了"), false);
    else add(out, control.words, true);
    return out;
  }
  add(out, control.words, personal);
  const bool first_is_words = !out.empty();
  bool line_said = false;
  for (const Shown& text : shown) {
    if (!inside(text.box, control.box) || text.words == control.words) {
      // The words themselves are drawn inside too: if they are somebody's own, so is the control.
      if (first_is_words && text.words == control.words && inside(text.box, control.box)) out.phrases.front().personal |= text.personal;
      continue;
    }
    if (text.words.size() <= 2 && !text.personal) continue;  // the number in a tab's circle
    line_said |= text.words == control.line;
    add(out, text.words, personal || text.personal);
  }
  if (!line_said) add(out, control.line, personal);
  // What somebody chose is theirs: the hall does not hear that the accusation was touched.
  if (control.selected) add(out, tr("已经选了"), true);
  if (!control.enabled) add(out, tr("现在不能点"), false);
  return out;
}

Utterance say_control(const ui::Ui& ui, std::string_view name) {
  for (const HitBox& hit : ui.hits())
    if (hit.name == name) return say_control(hit, ui.shown());
  return {};
}

Utterance say_opening(const ui::Ui& ui) {
  Utterance out, code;
  for (const Shown& text : ui.shown()) {
    if (text.say == Say::Aloud) add(out, text.words, text.personal);
    if (text.say == Say::Code) add(code, text.words, true, true);
  }
  if (!code.empty()) {
    add(out, code);
    add(out, tr("再念一遍"), true);
    add(out, code);
  }
  return out;
}

Utterance say_page(const ui::Ui& ui) {
  Utterance out = say_opening(ui);
  struct Item { float y = 0, x = 0; const HitBox* hit = nullptr; const Shown* text = nullptr; };
  std::vector<Item> items;
  bool keyboard = false;
  const auto& hits = ui.hits();
  for (const HitBox& hit : hits) {
    keyboard |= of_keyboard(hit.name);
    if (of_keyboard(hit.name) || hit.name == "again" || std::find(standing.begin(), standing.end(), hit.name) != standing.end()) continue;
    items.push_back({hit.box.y, hit.box.x, &hit, nullptr});
  }
  for (const Shown& text : ui.shown()) {
    if (text.say != Say::Asked) continue;
    if (std::any_of(hits.begin(), hits.end(), [&](const HitBox& hit) { return inside(text.box, hit.box); })) continue;
    items.push_back({text.box.y, text.box.x, nullptr, &text});
  }
  // Rows from above, within a row from the left; what starts within 8 mm is one row.
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.y < b.y; });
  for (std::size_t from = 0; from < items.size();) {
    std::size_t to = from + 1;
    while (to < items.size() && items[to].y - items[from].y < 8) ++to;
    std::stable_sort(items.begin() + static_cast<std::ptrdiff_t>(from), items.begin() + static_cast<std::ptrdiff_t>(to), [](const Item& a, const Item& b) { return a.x < b.x; });
    from = to;
  }
  for (const Item& item : items) {
    if (item.hit != nullptr) add(out, say_control(*item.hit, ui.shown()));
    else add(out, item.text->words, item.text->personal);
  }
  if (keyboard) add(out, tr("键盘在下面"), false);
  for (const std::string_view name : standing)
    for (const HitBox& hit : hits)
      if (hit.name == name && hit.enabled) add(out, hit.words, false);
  return out;
}

Utterance news(const Utterance& before, const Utterance& now) {
  Utterance out;
  for (const Phrase& phrase : now.phrases)
    if (std::none_of(before.phrases.begin(), before.phrases.end(), [&](const Phrase& old) { return old.text == phrase.text && old.personal == phrase.personal; }))
      out.phrases.push_back(phrase);
  return out;
}

}  // namespace yizhan::kiosk::sound
