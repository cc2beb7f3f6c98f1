#include "kiosk/writing/amount.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace yizhan::writing {

namespace {

constexpr std::string_view ten_thousand = "万";
constexpr std::size_t decimals_before_wan_max = 4;

struct Parts {
  std::string_view whole, decimals;
  bool point = false, wan = false;
};

std::optional<Parts> parts_of(std::string_view typed) {
  Parts p;
  if (typed.ends_with(ten_thousand)) {
    p.wan = true;
    typed.remove_suffix(ten_thousand.size());
  }
  const std::size_t point = typed.find('.');
  p.whole = typed.substr(0, point);
  if (point != std::string_view::npos) {
    p.point = true;
    p.decimals = typed.substr(point + 1);
  }
  const auto digits = [](std::string_view s) { return std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; }); };
  if (!digits(p.whole) || !digits(p.decimals) || p.whole.empty()) return std::nullopt;
  if (p.whole.size() + (p.wan ? 4 : 0) > amount_digits_max) return std::nullopt;
  if (p.decimals.size() > (p.wan ? decimals_before_wan_max : amount_decimals_max)) return std::nullopt;
  return p;
}

/// Hundredths of a yuan; at most 10^14.
std::optional<std::uint64_t> cents_of(std::string_view typed) {
  const auto p = parts_of(typed);
  if (!p) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : p->whole) value = value * 10 + static_cast<std::uint64_t>(c - '0');
  std::uint64_t scale = p->wan ? 1'000'000 : 100;
  value *= scale;
  for (const char c : p->decimals) {
    scale /= 10;
    value += scale * static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

}  // namespace

std::string amount_with(std::string_view typed, std::string_view key) {
  std::string next(typed);
  if (typed.ends_with(ten_thousand)) return next;
  if (key == ".") {
    if (typed.find('.') != std::string_view::npos) return next;
    next += typed.empty() ? "0." : ".";
    return next;
  }
  if (key == ten_thousand) {
    if (next.ends_with('.')) next.pop_back();
    next += key;
    return parts_of(next) && cents_of(next).value_or(0) > 0 ? next : std::string(typed);
  }
  for (const char c : key) {
    if (next == "0") next.clear();  // 007 is not money
    if (next.empty() && key == "00") return std::string(typed);
    next += c;
  }
  // Four decimals may still become 万; without it capital_amount() refuses the third.
  const std::size_t point = next.find('.');
  const bool long_tail = point != std::string::npos && next.size() - point - 1 > decimals_before_wan_max;
  const bool long_whole = (point == std::string::npos ? next.size() : point) > amount_digits_max;
  return long_tail || long_whole ? std::string(typed) : next;
}

std::string capital_amount(std::string_view typed) {
  const auto cents = cents_of(typed);
  if (!cents) return {};
  static constexpr std::array<std::string_view, 10> numerals{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"};
  static constexpr std::array<std::string_view, 4> places{"", "拾", "佰", "仟"};
  static constexpr std::array<std::string_view, 3> groups{"", "万", "亿"};
  const std::uint64_t yuan = *cents / 100;
  const auto jiao = static_cast<std::size_t>(*cents / 10 % 10), fen = static_cast<std::size_t>(*cents % 10);
  std::string out;
  bool zero = false;  // a zero waits to be said before the next digit
  for (int g = 2; g >= 0; --g) {
    std::uint64_t group = yuan;
    for (int i = 0; i < g; ++i) group /= 10'000;
    group %= 10'000;
    if (group == 0) {
      zero = zero || !out.empty();
      continue;
    }
    for (int p = 3; p >= 0; --p) {
      std::uint64_t digit = group;
      for (int i = 0; i < p; ++i) digit /= 10;
      digit %= 10;
      if (digit == 0) {
        zero = zero || !out.empty();
        continue;
      }
      if (zero) out += numerals[0];
      zero = false;
      out += numerals[digit];
      out += places[static_cast<std::size_t>(p)];
    }
    out += groups[static_cast<std::size_t>(g)];
    zero = false;
  }
  if (yuan > 0) out += "元";
  if (jiao == 0 && fen == 0) return out.empty() ? "零元整" : out + "整";
  // "壹拾元零伍分", "壹拾元伍角": a zero stands for a missing 角 only.
  if (jiao > 0) {
    out += numerals[jiao];
    out += "角";
  } else if (yuan > 0) {
    out += numerals[0];
  }
  if (fen == 0) return out + "整";
  out += numerals[fen];
  return out + "分";
}

std::string amount_words(std::string_view typed) {
  if (!cents_of(typed)) return {};
  std::string_view kept = typed;
  if (kept.ends_with('.')) kept.remove_suffix(1);
  return std::string(kept) + "元";
}

}  // namespace yizhan::writing
