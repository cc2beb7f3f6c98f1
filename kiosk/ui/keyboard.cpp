#include <algorithm>
#include <array>
#include <string>

#include "kiosk/ui/kit.h"
#include "core/tr.h"

namespace yizhan::ui {

namespace {

constexpr std::size_t letters_max = 60;

/// Punctuation waits where candidates appear while nothing is being composed.
constexpr std::array<std::array<std::string_view, 6>, 2> marks{{{"、", "？", "！", "：", "（", "）"}, {"“", "”", "《", "》", "；", "—"}}};

std::string_view mode_name(KeyboardMode mode) {
  switch (mode) {
    case KeyboardMode::Pinyin: return "key.mode.pinyin";
    case KeyboardMode::Digits: return "key.mode.digits";
    case KeyboardMode::Phrases: return "key.mode.phrases";
  }
  return {};
}
std::string_view mode_words(KeyboardMode mode) {
  switch (mode) {
    case KeyboardMode::Pinyin: return tr("拼音");
    case KeyboardMode::Digits: return tr("数字");
    case KeyboardMode::Phrases: return tr("常用语");
  }
  return {};
}
Icon mode_icon(KeyboardMode mode) {
  return mode == KeyboardMode::Pinyin ? Icon::Keyboard : mode == KeyboardMode::Digits ? Icon::Digits : Icon::Phrases;
}

/// One panel being drawn: the state it was given, the result it builds.
struct Panel {
  Ui& ui;
  const KeyboardState& state;
  PinyinEngine* engine;
  std::span<const std::string> phrases;
  KeyboardResult result;

  void insert(std::string_view words) {
    result.insert += words;
    result.changed = true;
  }
  void compose(std::string letters) {
    result.state.composing = std::move(letters);
    result.state.page = 0;
    result.state.preedit = engine && !result.state.composing.empty() ? engine->candidates(result.state.composing, 0).preedit : result.state.composing;
    if (result.state.composing.empty()) {
      result.state.preedit.clear();
      if (engine) engine->forget();
    }
    result.changed = true;
  }
  void choose(const PinyinEngine::Candidates& found, std::size_t i) {
    insert(found.words[i]);
    std::string rest = state.composing.substr(std::min(state.composing.size(), static_cast<std::size_t>(std::max(0, found.consumed[i]))));
    rest.erase(0, rest.find_first_not_of('\''));
    compose(std::move(rest));
  }
  void letters_as_typed() {
    std::string letters = state.composing;
    std::erase(letters, '\'');
    insert(letters);
    compose({});
  }
  void backspace() {
    if (state.composing.empty()) {
      result.backspaces = 1;
      result.changed = true;
    } else {
      compose(state.composing.substr(0, state.composing.size() - 1));
    }
  }

  bool key(std::string_view name, Box box, std::string_view words, Look look = Look::Key, Icon icon = Icon::None) {
    return ui.button("key." + std::string(name), box, words, look, icon);
  }

  void candidate_bar(Box bar, const PinyinEngine::Candidates& found) {
    if (!engine) {
      ui.text(bar, tr("拼音暂时不能用，字母会照原样写下。"), {.step = Step::Caption, .ink = Ink::Muted, .middle = true});
      return;
    }
    const Box next = bar.cut_right(23, 2.5f);
    if (state.composing.empty()) {
      const auto& row = marks[static_cast<std::size_t>(state.page) % marks.size()];
      for (std::size_t i = 0; i < row.size(); ++i)
        if (ui.button("candidate." + std::to_string(i), bar.column(static_cast<int>(i), static_cast<int>(row.size()), 2.5f), row[i], Look::Word)) insert(row[i]);
      if (ui.button("candidate.next", next, tr("更多"), Look::Word, Icon::Chevron)) {
        result.state.page = (state.page + 1) % static_cast<int>(marks.size());
        result.changed = true;
      }
      return;
    }
    if (found.words.empty()) {
      ui.text(bar, tr("没有这个音，请看看拼写。"), {.step = Step::Caption, .ink = Ink::Muted, .middle = true});
      return;
    }
    // A cell is as wide as its word; what is left over is shared.
    constexpr float gap = 2.5f, padding = 10;
    std::vector<float> widths;
    float total = gap * static_cast<float>(found.words.size() - 1);
    for (const std::string& word : found.words) {
      widths.push_back(std::max(22.f, ui.text_width(word, {.step = Step::Title, .weight = Weight::Medium}) + padding));
      total += widths.back();
    }
    const float share = (bar.w - total) / static_cast<float>(widths.size());
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const Look look = i == 0 && state.page == 0 ? Look::WordFirst : Look::Word;
      if (ui.button("candidate." + std::to_string(i), bar.cut_left(std::max(20.f, widths[i] + share), gap), found.words[i], look)) choose(found, i);
    }
    if (ui.button("candidate.next", next, tr("更多"), Look::Word, Icon::Chevron)) {
      result.state.page = found.more ? state.page + 1 : 0;
      result.changed = true;
    }
  }

  void letters(Box bar, Box keys) {
    PinyinEngine::Candidates found;
    if (engine) {
      engine->fuzzy(state.fuzzy);
      if (!state.composing.empty()) found = engine->candidates(state.composing, state.page);
    }
    candidate_bar(bar, found);
    constexpr float gap = 2.5f;
    const auto letter = [&](char c, Box box) {
      const std::string_view one(&c, 1);
      if (!key(one, box, one)) return;
      if (!engine) insert(one);
      else if (state.composing.size() < letters_max) compose(state.composing + c);
    };
    const float unit = (keys.w - 9 * gap) / 10;
    for (int row = 0; row < 2; ++row) {
      const std::string_view all = row == 0 ? "qwertyuiop" : "asdfghjkl";
      const Box line = keys.row(row, 4, 3);
      float x = line.x + (row == 0 ? 0 : (unit + gap) / 2);
      for (const char c : all) {
        letter(c, {x, line.y, unit, line.h});
        x += unit + gap;
      }
    }
    Box line = keys.row(2, 4, 3);
    const float side = (line.w - 7 * unit - 8 * gap) / 2;
    if (key("split", line.cut_left(side, gap), tr("分词"), Look::KeySide) && !state.composing.empty() && state.composing.back() != '\'') compose(state.composing + '\'');
    for (const char c : std::string_view("zxcvbnm")) letter(c, line.cut_left(unit, gap));
    if (key("backspace", line, tr("删除"), Look::KeySide, Icon::Backspace)) backspace();

    line = keys.row(3, 4, 3);
    if (key("fuzzy", line.cut_left(45, gap), state.fuzzy ? tr("模糊音开") : tr("模糊音"), state.fuzzy ? Look::TabActive : Look::KeySide)) {
      result.state.fuzzy = !state.fuzzy;
      if (engine) engine->fuzzy(result.state.fuzzy);
      compose(state.composing);
    }
    const auto mark = [&](std::string_view name, Box box, std::string_view words) {
      if (!key(name, box, words, Look::KeySide)) return;
      // A mark ends what is being composed: the first candidate is meant.
      if (!found.words.empty()) choose(found, 0);
      insert(words);
    };
    mark("comma", line.cut_left(24, gap), "，");
    const Box enter = line.cut_right(45, gap);
    mark("stop", line.cut_right(24, gap), "。");
    if (key("space", line, tr("空格"))) {
      if (!found.words.empty()) choose(found, 0);
      else if (state.composing.empty()) insert(" ");
    }
    if (key("enter", enter, state.composing.empty() ? tr("换行") : tr("原样"), Look::KeySide)) {
      if (state.composing.empty()) insert("\n");
      else letters_as_typed();
    }
  }

  void digits(Box area, bool alone) {
    constexpr std::array<std::array<std::string_view, 5>, 4> grid{{{"1", "2", "3", "年", "⌫"}, {"4", "5", "6", "月", "-"}, {"7", "8", "9", "日", "."}, {"X", "0", "：", "元", "，"}}};
    // Alone it serves ID and telephone numbers, where dates and money have no place.
    const int across = alone ? 4 : 5;
    for (std::size_t r = 0; r < grid.size(); ++r) {
      const Box line = area.row(static_cast<int>(r), 4, 3);
      int column = 0;
      for (std::size_t c = 0; c < 5; ++c) {
        if (alone && c == 3) continue;
        const Box box = line.column(column++, across, 2.5f);
        const std::string_view words = grid[r][c];
        if (words == "⌫") {
          if (key("backspace", box, tr("删除"), Look::KeySide, Icon::Backspace)) backspace();
          continue;
        }
        if (alone && (words == "：" || words == "，")) continue;
        const bool number = c < 3 && r < 3;
        if (key(words == "：" ? "colon" : words == "，" ? "comma" : words, box, words, number || words == "0" || words == "X" ? Look::Key : Look::KeySide)) insert(words);
      }
    }
  }

  void phrase_list(Box area) {
    constexpr int rows = 5;
    const int pages = std::max(1, (static_cast<int>(phrases.size()) + rows - 2) / (rows - 1));
    const int page = std::clamp(state.page, 0, pages - 1);
    if (phrases.empty()) ui.text(area.row(0, rows, 3), tr("这里还没有常用语。"), {.ink = Ink::Muted, .align = Align::Centre, .middle = true});
    for (int i = 0; i < rows - 1; ++i) {
      const auto k = static_cast<std::size_t>(page * (rows - 1) + i);
      if (k < phrases.size() && ui.button("key.phrase." + std::to_string(k), area.row(i, rows, 3), phrases[k], Look::Tab)) insert(phrases[k]);
    }
    Box line = area.row(rows - 1, rows, 3);
    const auto turn = [&](int to) {
      result.state.page = to;
      result.changed = true;
    };
    if (ui.button("key.page.previous", line.cut_left(58, 4), tr("上一页"), Look::Tab, Icon::None, page > 0)) turn(page - 1);
    if (key("backspace", line.cut_right(40, 4), tr("删除"), Look::KeySide, Icon::Backspace)) backspace();
    if (ui.button("key.page.next", line.cut_right(58, 4), tr("下一页"), Look::Tab, Icon::None, page + 1 < pages)) turn(page + 1);
    ui.text(line, std::to_string(page + 1) + " / " + std::to_string(pages), {.step = Step::Body, .ink = Ink::Muted, .align = Align::Centre, .middle = true});
  }
};

}  // namespace

KeyboardResult keyboard(Ui& ui, Box box, const KeyboardState& state, PinyinEngine* engine, std::span<const KeyboardMode> modes,
                        std::span<const std::string> phrases) {
  Panel panel{ui, state, engine, phrases, {state, {}, 0, false}};
  ui.fill(box, Ink::Tray);
  ui.fill({box.x, box.y, box.w, .5f}, Ink::Line);
  Box area{box.x + 12, box.y + 4.5f, box.w - 24, box.h - 10};
  // Heights of the drawn panel (24, 24, 4 × 26 mm), stretched or squeezed to the room there is: it keeps its height.
  constexpr float gap = 3.5f, bar_mm = 24, keys_mm = 4 * 26 + 3 * 3;
  const float scale = (area.h - 2 * gap) / (2 * bar_mm + keys_mm);
  KeyboardMode mode = state.mode;
  if (!modes.empty() && std::find(modes.begin(), modes.end(), mode) == modes.end()) mode = modes.front();
  if (modes.size() > 1) {
    const Box tabs = area.cut_top(bar_mm * scale, gap);
    for (std::size_t i = 0; i < modes.size(); ++i) {
      const Box tab = tabs.column(static_cast<int>(i), static_cast<int>(modes.size()), 3);
      if (ui.button(mode_name(modes[i]), tab, mode_words(modes[i]), modes[i] == mode ? Look::TabActive : Look::Tab, mode_icon(modes[i])) && modes[i] != mode) {
        if (!state.composing.empty()) panel.letters_as_typed();
        mode = modes[i];
        panel.result.state.mode = mode;
        panel.result.state.page = 0;
        panel.result.changed = true;
        ui.again_in(0);
        return panel.result;
      }
    }
  }
  switch (mode) {
    case KeyboardMode::Pinyin: {
      const Box bar = area.cut_top(bar_mm * scale, gap);
      panel.letters(bar, area);
      break;
    }
    case KeyboardMode::Digits: panel.digits(area, modes.size() == 1); break;
    case KeyboardMode::Phrases: panel.phrase_list(area); break;
  }
  return panel.result;
}

}  // namespace yizhan::ui
