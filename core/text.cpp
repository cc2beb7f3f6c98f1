#include "core/text.h"

#include <fmt/format.h>

#include <array>

namespace yizhan {

namespace {

/// One code point at `at` of any bytes; `size` 0 when the bytes there are no UTF-8.
struct Point {
  char32_t c = 0;
  std::size_t size = 0;
};

Point decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const std::size_t left = text.size() - at;
  const unsigned b0 = byte(0);
  if (b0 < 0x80) return {b0, 1};
  if (b0 < 0xC2) return {};
  if (b0 < 0xE0) {
    if (left < 2 || !tail(1)) return {};
    return {(b0 & 0x1FU) << 6 | (byte(1) & 0x3FU), 2};
  }
  if (b0 < 0xF0) {
    if (left < 3 || !tail(1) || !tail(2)) return {};
    const char32_t c = (b0 & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
    if (c < 0x800 || (c >= 0xD800 && c <= 0xDFFF)) return {};
    return {c, 3};
  }
  if (b0 > 0xF4 || left < 4 || !tail(1) || !tail(2) || !tail(3)) return {};
  const char32_t c = (b0 & 0x07U) << 18 | (byte(1) & 0x3FU) << 12 | (byte(2) & 0x3FU) << 6 | (byte(3) & 0x3FU);
  if (c < 0x10000 || c > 0x10FFFF) return {};
  return {c, 4};
}

void append(std::string& out, char32_t c) {
  const auto put = [&](char32_t b) { out.push_back(static_cast<char>(static_cast<unsigned char>(b))); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

bool digit(char32_t c) { return c >= '0' && c <= '9'; }
bool ascii_letter(char32_t c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

bool device_control(char32_t c) { return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c <= 0x9F); }
bool bidi_control(char32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}
// Marks that show nothing and make two names look alike or a search miss; variation selectors are not among them,
// because they choose the shape of a rare character.
bool invisible(char32_t c) {
  return c == 0x00AD || c == 0x180E || (c >= 0x200B && c <= 0x200D) || c == 0x2028 || c == 0x2029 ||
         (c >= 0x2060 && c <= 0x2065) || (c >= 0x206A && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
         (c >= 0xE0000 && c <= 0xE007F);
}
bool control(char32_t c) { return device_control(c) || bidi_control(c) || invisible(c); }

bool emoji(char32_t c) { return (c >= 0x1F000 && c <= 0x1FAFF) || (c >= 0x2600 && c <= 0x27BF); }
bool space(char32_t c) { return c == ' ' || c == 0x3000 || c == 0x00A0; }
bool interpunct_lookalike(char32_t c) {
  return c == 0x2022 || c == 0x30FB || c == 0xFF65 || c == 0xFF0E || c == 0x2027 || c == 0x2219 || c == 0x22C5;
}
/// What can make a name a name: anything but digits, punctuation and signs. Private-use characters count: old cards
/// hold names that Unicode did not know yet.
bool name_letter(char32_t c) {
  if (c < 0x80) return ascii_letter(c);
  if (c < 0xC0 || c == 0xD7 || c == 0xF7) return false;
  return !(c >= 0x2000 && c <= 0x2BFF) && !(c >= 0x3000 && c <= 0x303F && c != 0x3005 && c != 0x3007) && !(c >= 0xFF00 && c <= 0xFF20) &&
         !(c >= 0xFE00 && c <= 0xFE0F) && !(c >= 0xE0100 && c <= 0xE01EF) && !emoji(c);
}

/// Hyphens and dashes people and their clipboards put between digits.
bool dash(char32_t c) { return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xFF0D; }

char32_t half(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) return c - 0xFF01 + 0x21;
  return c == 0x3000 ? U' ' : c;
}

bool real_day(std::string_view yyyymmdd) {
  const auto number = [&](std::size_t at, std::size_t n) {
    int value = 0;
    for (std::size_t i = at; i < at + n; ++i) value = value * 10 + (yyyymmdd[i] - '0');
    return value;
  };
  const int year = number(0, 4), month = number(4, 2), day = number(6, 2);
  static constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  // No clock down here: a frame of years that holds everybody alive and refuses nonsense.
  if (year < 1880 || year > 2099 || month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= days[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

/// The number itself says which card it stands on.
IdKind kind_of(std::string_view eighteen) {
  if (eighteen[0] == '9') return IdKind::ForeignPermanentResident;
  const std::string_view head = eighteen.substr(0, 2);
  return head == "81" || head == "82" || head == "83" ? IdKind::ResidencePermit : IdKind::Resident;
}

Error id_error(std::string_view what) { return {Code::Invalid, fmt::format("number: {}；证件特殊请点「请人帮我」", what)}; }

}  // namespace

bool valid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = decode(text, at).size;
    if (size == 0) return false;
    at += size;
  }
  return true;
}

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  return count;
}

std::string_view first_characters(std::string_view text, std::size_t n) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) continue;
    if (n == 0) break;
    --n;
  }
  return text.substr(0, at);
}

std::vector<char32_t> code_points(std::string_view text) {
  std::vector<char32_t> points;
  points.reserve(text.size() / 2);
  for (std::size_t at = 0; at < text.size();) {
    const Point p = decode(text, at);
    points.push_back(p.size == 0 ? U'\uFFFD' : p.c);
    at += p.size == 0 ? 1 : p.size;
  }
  return points;
}

std::string utf8(char32_t c) {
  std::string out;
  append(out, c);
  return out;
}

bool has_control(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Point p = decode(text, at);
    if (p.size == 0 || control(p.c)) return true;
    at += p.size;
  }
  return false;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Point p = decode(text, at);
    if (p.size == 0) {
      append(out, U'\uFFFD');  // a stray byte is a C1 control to an 8-bit printer
      ++at;
      continue;
    }
    if (!device_control(p.c) && !bidi_control(p.c)) out.append(text.substr(at, p.size));
    at += p.size;
  }
  return out;
}

std::string printable_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t at = 0; at < json.size();) {
    const Point p = decode(json, at);
    if (p.size == 0) {
      out += "\\ufffd";
      ++at;
      continue;
    }
    // C0 never stands raw in JSON but as \n between values; C1, DEL and bidi controls may, inside strings. All are below U+10000.
    const bool between = p.c == '\n' || p.c == '\t' || p.c == '\r';
    if (!between && (device_control(p.c) || bidi_control(p.c))) out += fmt::format("\\u{:04x}", static_cast<unsigned>(p.c));
    else out.append(json.substr(at, p.size));
    at += p.size;
  }
  return out;
}

bool blank(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Point p = decode(text, at);
    if (p.size == 0) return false;
    if (!space(p.c) && p.c != '\n' && p.c != '\t' && p.c != '\r' && !control(p.c)) return false;
    at += p.size;
  }
  return true;
}

bool base64_letters(std::string_view text) {
  for (const char c : text)
    if (!ascii_letter(static_cast<unsigned char>(c)) && !digit(static_cast<unsigned char>(c)) && c != '+' && c != '/' && c != '=') return false;
  return true;
}

std::string_view without_field(std::string_view what) {
  const std::size_t colon = what.find(": ");
  return colon == std::string_view::npos ? what : what.substr(colon + 2);
}

std::string half_width(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Point p = decode(text, at);
    if (p.size == 0) {
      out.push_back(text[at++]);
      continue;
    }
    append(out, half(p.c));
    at += p.size;
  }
  return out;
}

Result<std::string> clean_text(std::string_view field, std::string_view text, std::size_t characters_max) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    const Point p = decode(text, at);
    if (p.size == 0 || p.c == 0) return Error{Code::Invalid, fmt::format("{}: 有无法识别的字，请删去重写", field)};
    at += p.size;
  }
  if (count <= characters_max) return std::string(text);
  if (characters_max == statement_characters_max) return Error{Code::Invalid, fmt::format("{}: 已到2万字，请分次写或到窗口交", field)};
  return Error{Code::Invalid, fmt::format("{}: 最多{}字，现在{}字，请删短", field, characters_max, count)};
}

Result<std::string> clean_name(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  std::size_t count = 0, pending_spaces = 0;
  bool letter = false;
  char32_t previous = 0;
  for (std::size_t at = 0; at < name.size();) {
    const Point p = decode(name, at);
    if (p.size == 0 || control(p.c) || p.c == '\n' || p.c == '\t' || emoji(p.c))
      return Error{Code::Invalid, "name: 姓名含无效字符，请删去重写"};
    at += p.size;
    char32_t c = p.c;
    if (space(c)) {
      if (count != 0) ++pending_spaces;  // outer spaces are nobody's name
      continue;
    }
    // A full stop after a Latin letter is an initial ("J. Smith"), after a Han character it stands for the interpunct.
    if (interpunct_lookalike(c) || (c == '.' && previous != 0 && !ascii_letter(previous))) c = 0x00B7;
    out.append(pending_spaces, ' ');
    count += pending_spaces + 1;
    pending_spaces = 0;
    append(out, c);
    letter = letter || name_letter(c);
    previous = c;
  }
  if (count == 0) return Error{Code::Invalid, "name: 请填写姓名"};
  if (count > name_characters_max) return Error{Code::Invalid, fmt::format("name: 姓名最多{}字，请删短", name_characters_max)};
  if (!letter) return Error{Code::Invalid, "name: 姓名里没有字，请重写"};
  return out;
}

char id_check_digit(std::string_view seventeen) {
  static constexpr std::array<int, 17> weight{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < weight.size() && i < seventeen.size(); ++i) sum += (seventeen[i] - '0') * weight[i];
  return "10X98765432"[sum % 11];
}

Result<IdNumber> parse_id_number(std::string_view text) {
  std::string folded;
  std::size_t position = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Point p = decode(text, at);
    if (p.size == 0) return id_error("号码有无法识别的字");
    at += p.size;
    const char32_t c = half(p.c);
    if (space(c) || dash(p.c) || dash(c)) continue;
    ++position;
    if (!digit(c) && !ascii_letter(c)) return id_error(position > 18 ? "号码太长，请核对" : fmt::format("号码第{}位不是数字，请核对", position));
    if (folded.size() < 64) folded.push_back(static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c));
  }
  const std::size_t n = folded.size();
  if (n == 0) return id_error("请填写证件号码");
  const auto first_letter = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i)
      if (!digit(static_cast<unsigned char>(folded[i]))) return i + 1;
    return std::size_t{0};
  };

  // Foreign permanent resident card before 2023: three letters of the country and twelve digits.
  if (n == 15 && first_letter(0, 3) == 1) {
    for (std::size_t i = 1; i < 3; ++i)
      if (digit(static_cast<unsigned char>(folded[i]))) return id_error(fmt::format("号码第{}位应是字母，请核对", i + 1));
    if (const std::size_t bad = first_letter(3, 15)) return id_error(fmt::format("号码第{}位不是数字，请核对", bad));
    return IdNumber{folded, IdKind::ForeignPermanentResident, false};
  }
  if (n == 15) {
    if (const std::size_t bad = first_letter(0, 15)) return id_error(fmt::format("号码第{}位不是数字，请核对", bad));
    folded.insert(6, "19");
    if (!real_day(std::string_view(folded).substr(6, 8))) return id_error("号码第7到12位不是日期，请核对");
    folded.push_back(id_check_digit(folded));
    return IdNumber{folded, kind_of(folded), true};
  }
  if (n != 18) return id_error(fmt::format("号码应为18位，现在{}位", position));  // one word more is cut off at its field
  if (const std::size_t bad = first_letter(0, 17)) return id_error(fmt::format("号码第{}位不是数字，请核对", bad));
  if (!real_day(std::string_view(folded).substr(6, 8))) return id_error("号码第7到14位不是日期，请核对");
  if (folded[17] != id_check_digit(std::string_view(folded).substr(0, 17))) return id_error("号码第18位不符，请核对");
  return IdNumber{folded, kind_of(folded), false};
}

namespace {
/// The first and the last characters and a star for each between. What is masked is what was typed, not yet folded: full-width
/// digits have three bytes each, and half a character is none.
std::string mask(std::string_view text, std::size_t first, std::size_t last, std::size_t shown_from) {
  const std::size_t n = characters(text);
  if (n < shown_from) return std::string(n, '*');
  return fmt::format("{}{}{}", first_characters(text, first), std::string(n - first - last, '*'), text.substr(first_characters(text, n - last).size()));
}
}  // namespace

std::string mask_id(std::string_view canonical) { return mask(canonical, 2, 2, 5); }
std::string mask_phone(std::string_view phone) { return mask(phone, 3, 2, 7); }

std::string mask_name(std::string_view name) {
  static constexpr std::array<std::string_view, 44> compound{
      "欧阳", "上官", "司马", "诸葛", "夏侯", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "长孙", "宇文", "司徒", "轩辕",
      "端木", "百里", "南宫", "独孤", "呼延", "闻人", "申屠", "太史", "澹台", "钟离", "鲜于", "闾丘", "司空", "濮阳", "赫连",
      "拓跋", "万俟", "淳于", "单于", "宗政", "公冶", "太叔", "仲孙", "东郭", "西门", "第五", "纳兰", "完颜", "歐陽"};
  if (name.empty()) return {};
  std::string_view shown = first_characters(name, 1);
  if (characters(name) > 2) {
    const std::string_view two = first_characters(name, 2);
    for (const std::string_view family : compound)
      if (two == family) shown = two;
  }
  return fmt::format("{}**", shown);  // always two stars: the length of a name is a hint too
}

Result<std::string> clean_phone(std::string_view text) {
  const auto bad = [](std::string_view what) { return Error{Code::Invalid, fmt::format("phone: {}", what)}; };
  std::string digits, extension;
  bool plus = false, in_extension = false;
  for (std::size_t at = 0; at < text.size();) {
    const Point p = decode(text, at);
    if (p.size == 0) return bad("请只输入数字");
    at += p.size;
    const char32_t c = half(p.c);
    if (space(c) || dash(p.c) || c == '(' || c == ')' || c == '/' || c == '.') continue;
    if (c == '+' && digits.empty() && !plus) {
      plus = true;
    } else if ((c == U'转' || c == '#' || c == '*') && !digits.empty() && !in_extension) {
      in_extension = true;
    } else if (digit(c)) {
      std::string& into = in_extension ? extension : digits;
      if (into.size() < 64) into.push_back(static_cast<char>(c));
    } else {
      return bad("请只输入数字，没有可以不填");
    }
  }
  if (digits.empty()) {
    if (plus || in_extension) return bad("请只输入数字，没有可以不填");
    return std::string();
  }
  // A prefix that is said twice ("+86 0086 …") counts once, or the clean number would be cleaned again into another.
  for (bool more = true; more;) {
    if (!plus && digits.starts_with("0086")) {
      digits.erase(0, 2);
      plus = true;
    }
    const auto mobile = [&] { return digits.starts_with("86") && digits.size() == 13 && digits[2] == '1'; };
    more = digits.starts_with("86") && (plus || mobile());
    if (!more) break;
    digits.erase(0, 2);
    plus = false;
    more = digits.starts_with("0086") || mobile();
    if (!more && digits.size() >= 9 && digits[0] != '0' && digits[0] != '1') digits.insert(0, 1, '0');  // +86 663… is 0663…
  }
  const std::size_t n = digits.size();
  if (n < 5) return bad("电话太短，请核对");
  if (n > 15) return bad("电话太长，请核对");
  // Ten or twelve digits of a mobile number: a digit was lost or struck twice.
  if (!plus && digits[0] == '1' && digits[1] >= '3' && n != 11 && n >= 8) return bad(fmt::format("手机号应为11位，现在{}位", n));
  if (in_extension && (extension.empty() || extension.size() > 6)) return bad("分机号请核对");
  std::string out = plus ? "+" + digits : digits;
  // Not a dash: what was cleaned is cleaned again at the next page, and a dash between digits is only a way of writing.
  if (in_extension) out += "#" + extension;
  return out;
}

}  // namespace yizhan
