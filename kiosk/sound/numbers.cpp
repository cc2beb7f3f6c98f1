#include "kiosk/sound/numbers.h"

#include <algorithm>
#include <array>

namespace yizhan::kiosk::sound {
namespace {

constexpr std::u32string_view digit_words = U"零一二三四五六七八九";
/// Before these a 2 is 两, and a number of five digits and more is a quantity, not a code.
constexpr std::u32string_view counted = U"人个位件份分小天户名亩块元次条种张年秒字页米公遍家";
/// Before these a number is a place in a row: 二号, 二月, 二楼.
constexpr std::u32string_view ordinal = U"号月日楼";

constexpr bool digit(char32_t c) { return c >= U'0' && c <= U'9'; }
constexpr bool letter(char32_t c) { return (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z'); }
char32_t digit_word(char32_t c) { return digit_words[c - U'0']; }

/// Code points; anything broken is left out. Full-width letters and digits become half-width.
std::u32string decoded(std::string_view text) {
  std::u32string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t n = lead < 0x80 ? 1 : (lead >> 5) == 6 ? 2 : (lead >> 4) == 14 ? 3 : (lead >> 3) == 30 ? 4 : 0;
    char32_t c = n == 1 ? lead : n == 2 ? lead & 0x1Fu : n == 3 ? lead & 0x0Fu : lead & 0x07u;
    bool whole = n != 0 && i + n <= text.size();
    for (std::size_t k = 1; whole && k < n; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      whole = (next & 0xC0u) == 0x80u;
      c = c << 6 | (next & 0x3Fu);
    }
    if (!whole) {
      ++i;
      continue;
    }
    i += n;
    if (c >= 0xFF01 && c <= 0xFF5E && c != U'，') c -= 0xFEE0;
    out.push_back(c == 0x3000 ? U' ' : c);
  }
  return out;
}

/// A mark that is heard as a pause; 0: none, it is passed over.
char32_t pause_of(char32_t c) {
  switch (c) {
    case U'。': case U'！': case U'？': case U'!': case U'?': case U'；': case U';': case U'…': case U'\n': return U'。';
    case U'，': case U',': case U'、': case U'：': case U':': case U'（': case U'(': case U'）': case U')': case U'—': case U'→': case U'|': return U'，';
    default: return 0;
  }
}

/// 110, 119, 120, 12345, 12348: said digit by digit, and 一 as 幺 so that nobody hears 七.
bool hotline(std::u32string_view digits) {
  constexpr std::array<std::u32string_view, 8> known{U"110", U"119", U"120", U"122", U"12345", U"12348", U"12333", U"12315"};
  return std::find(known.begin(), known.end(), digits) != known.end();
}

class Reader {
 public:
  Reader(std::u32string text, bool spelled) : text_(std::move(text)), spelled_(spelled) {}
  std::u32string run() {
    while (at_ < text_.size()) one();
    return std::move(out_);
  }

 private:
  char32_t peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : 0; }
  std::u32string digits() {
    std::u32string run;
    while (digit(peek())) run.push_back(text_[at_++]);
    return run;
  }
  void pause(char32_t mark) {
    if (out_.empty()) return;
    if (is_pause(out_.back())) {
      if (mark == U'。') out_.back() = mark;
    } else {
      out_.push_back(mark);
    }
  }
  void spell(std::u32string_view run) {
    for (const char32_t c : run) out_.push_back(digit_word(c));
  }
  static std::uint64_t value(std::u32string_view run) {
    std::uint64_t v = 0;
    for (const char32_t c : run) v = v * 10 + (c - U'0');
    return v;
  }
  /// A whole number that is no code: 两 before what is counted.
  void count(std::u32string_view run) {
    const bool two = run == U"2" && counted.find(peek()) != std::u32string_view::npos && peek() != 0;
    out_ += two ? U"两" : cardinal(value(run));
  }

  void number() {
    const char32_t before = at_ > 0 ? text_[at_ - 1] : 0;
    const std::size_t began = at_;
    const std::u32string run = digits();
    if (spelled_) {
      spell(run);
      if (peek() == U' ' && digit(peek(1))) pause(U'，');
      return;
    }
    // A time: H:MM with two digits after the colon.
    if ((peek() == U':' || peek() == U'：') && run.size() <= 2 && digit(peek(1)) && digit(peek(2)) && !digit(peek(3)) && value(run) < 25) {
      ++at_;
      const std::u32string minutes = digits();
      out_ += run == U"2" ? U"两" : cardinal(value(run));
      out_ += U"点";
      if (value(minutes) == 0) return;
      if (minutes[0] == U'0') out_ += U"零";
      out_ += cardinal(value(minutes));
      out_ += U"分";
      return;
    }
    // 2026-11-20
    if (run.size() == 4 && peek() == U'-' && digit(peek(1)) && digit(peek(2)) && peek(3) == U'-' && digit(peek(4)) && digit(peek(5)) && !digit(peek(6)) && !letter(before) && before != U'-') {
      ++at_;
      const std::u32string month = digits();
      ++at_;
      const std::u32string day = digits();
      spell(run);
      out_ += U"年" + cardinal(value(month)) + U"月" + cardinal(value(day)) + U"日";
      return;
    }
    // 1/3: the first of three
    std::size_t ahead = 0;
    while (peek(ahead) == U' ') ++ahead;
    if (peek(ahead) == U'/' && run.size() <= 3) {
      std::size_t next = ahead + 1;
      while (peek(next) == U' ') ++next;
      if (digit(peek(next))) {
        at_ += next;
        const std::u32string whole = digits();
        if (whole.size() <= 3) {
          out_ += U"第" + cardinal(value(run)) + U"，共" + cardinal(value(whole));
          return;
        }
        at_ = began + run.size();
      }
    }
    if (peek() == U'.' && digit(peek(1)) && run.size() < 5) {
      ++at_;
      const std::u32string rest = digits();
      const bool percent = peek() == U'%';
      if (percent) {
        ++at_;
        out_ += U"百分之";
      }
      out_ += cardinal(value(run)) + U"点";
      spell(rest);
      return;
    }
    if (peek() == U'%' && run.size() < 5) {
      ++at_;
      out_ += U"百分之" + cardinal(value(run));
      return;
    }
    if (hotline(run)) {
      for (const char32_t c : run) out_.push_back(c == U'1' ? U'幺' : digit_word(c));
      return;
    }
    const bool in_code = letter(before) || before == U'-' || letter(peek()) || (peek() == U'-' && (digit(peek(1)) || letter(peek(1))));
    const bool led_by_zero = run.size() > 1 && run[0] == U'0';
    const bool year = run.size() == 4 && peek() == U'年';
    const bool unit = peek() != 0 && counted.find(peek()) != std::u32string_view::npos;
    // Four and four and four: a query code, a card.
    const bool grouped = run.size() == 4 && ((peek() == U' ' && digit(peek(1))) || (before == U' ' && began >= 2 && digit(text_[began - 2])));
    if (in_code || led_by_zero || year || grouped || run.size() > 16 || (run.size() > 4 && !(unit && run.size() <= 8))) {
      spell(run);
      if ((peek() == U' ' && digit(peek(1))) || peek() == U'-') pause(U'，');
      return;
    }
    if (peek() != 0 && ordinal.find(peek()) != std::u32string_view::npos) {
      out_ += cardinal(value(run));
      return;
    }
    count(run);
  }

  void one() {
    const char32_t c = peek();
    if (digit(c)) return number();
    ++at_;
    if (is_han(c)) {
      out_.push_back(c == U'〇' ? U'零' : c);
    } else if (letter(c)) {
      out_.push_back(c >= U'a' ? c - U'a' + U'A' : c);
    } else if (const char32_t mark = pause_of(c)) {
      pause(mark);
    } else if (c == U'·' && (peek() == U' ' || (at_ >= 2 && text_[at_ - 2] == U' '))) {
      pause(U'，');  // between two facts; inside a name the point is silent
    }
  }

  std::u32string text_;
  bool spelled_;
  std::size_t at_ = 0;
  std::u32string out_;
};

std::u32string below_ten_thousand(std::uint64_t v, bool lead) {
  constexpr std::u32string_view units = U"千百十";
  std::u32string out;
  bool gap = false;
  std::uint64_t weight = 1000;
  for (std::size_t i = 0; i < 4; ++i, weight /= 10) {
    const auto d = static_cast<std::size_t>(v / weight % 10);
    if (d == 0) {
      gap = !out.empty() || lead;
      continue;
    }
    if (gap) out.push_back(U'零');
    gap = false;
    const bool first_ten = i == 2 && d == 1 && out.empty() && !lead;  // 十二, but 一百一十二
    if (!first_ten) out.push_back(d == 2 && i == 0 ? U'两' : digit_words[d]);
    if (i < 3) out.push_back(units[i]);
  }
  return out;
}

}  // namespace

std::u32string cardinal(std::uint64_t value) {
  if (value == 0) return U"零";
  constexpr std::array<std::u32string_view, 4> steps{U"", U"万", U"亿", U"万亿"};
  std::u32string out;
  for (std::size_t i = 4; i-- > 0;) {
    std::uint64_t scale = 1;
    for (std::size_t k = 0; k < i; ++k) scale *= 10'000;
    const std::uint64_t part = value / scale % 10'000;
    if (part == 0) continue;
    const bool gap = !out.empty() && part < 1000;
    if (gap) out.push_back(U'零');
    std::u32string words = below_ten_thousand(part, !out.empty());
    if (gap && words.front() == U'零') words.erase(0, 1);
    if (part == 2 && i > 0) words = U"两";
    out += words;
    out += steps[i];
  }
  return out;
}

std::u32string spoken(std::string_view text, bool spelled) {
  std::u32string out = Reader(decoded(text), spelled).run();
  while (!out.empty() && is_pause(out.back())) out.pop_back();
  return out;
}

std::u32string key_of(std::u32string_view spoken_text) {
  std::u32string key;
  for (const char32_t c : spoken_text)
    if (!is_pause(c)) key.push_back(c);
  return key;
}

}  // namespace yizhan::kiosk::sound
