#include "core/number.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "core/text.h"

namespace yizhan {

namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool capital(char c) { return c >= 'A' && c <= 'Z'; }
bool digits(std::string_view text) {
  for (const char c : text)
    if (!digit(c)) return false;
  return true;
}
bool county_code(std::string_view text) { return text.size() == 6 && digits(text); }
bool device_code(std::string_view text) { return text.size() == 3 && capital(text[0]) && digits(text.substr(1)); }

/// ISO 7064 MOD 11,10: catches every single wrong digit and nearly every swap of neighbours.
char mod_11_10(std::string_view text) {
  int p = 10;
  for (const char c : text) {
    if (!digit(c) && !capital(c)) continue;
    const int value = digit(c) ? c - '0' : (c - 'A' + 1) % 10;
    int s = (p + value) % 10;
    if (s == 0) s = 10;
    p = s * 2 % 11;
  }
  return static_cast<char>('0' + (11 - p) % 10);
}

/// Digits and capital letters only, as people meant them: full width folded, separators dropped. False when something
/// else was typed.
bool fold_typed(std::string_view typed, std::string& out) {
  for (const char32_t c : code_points(half_width(typed))) {
    if (c == ' ' || c == '-' || c == '\t' || c == '\n' || c == '\r' || c == 0xA0 || c == 0x2212 || (c >= 0x2010 && c <= 0x2015)) continue;
    if (c > 0x7F || out.size() > 64) return false;
    char a = static_cast<char>(c);
    if (a >= 'a' && a <= 'z' && a != 'l') a = static_cast<char>(a - 32);
    if (!digit(a) && !capital(a) && a != 'l') return false;
    out.push_back(a);
  }
  return true;
}

/// What a hand writes for a zero or a one.
char as_digit(char c) {
  if (c == 'O') return '0';
  return c == 'I' || c == 'l' ? '1' : c;
}

std::uint32_t number(std::string_view text) {
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

namespace {
/// Where the epoch's point is; npos without one. "C.H01" has a letter after its point.
std::size_t epoch_point(std::string_view origin) {
  const auto point = origin.rfind('.');
  if (point == std::string_view::npos) return point;
  const auto text = origin.substr(point + 1);
  return !text.empty() && text.size() <= 2 && digits(text) && text.front() != '0' && text != "1" ? point : std::string_view::npos;
}
}  // namespace

Origin device_of(std::string_view origin) { return Origin(origin.substr(0, epoch_point(origin))); }
int epoch_of(std::string_view origin) {
  const auto point = epoch_point(origin);
  return point == std::string_view::npos ? 1 : static_cast<int>(number(origin.substr(point + 1)));
}
Origin in_epoch(std::string_view device, int epoch) {
  YIZHAN_CHECK(epoch >= 1 && epoch <= epoch_max, "epochs are 1…99");
  return epoch == 1 ? Origin(device) : Origin(device) + "." + std::to_string(epoch);
}
std::uint32_t serials_before(int epoch) { return epoch <= 1 ? 0 : 100'000 * static_cast<std::uint32_t>((epoch - 2) % 9 + 1); }

Status check_origin(std::string_view origin) {
  origin = origin.substr(0, epoch_point(origin));
  const bool device = origin.size() == 10 && device_code(origin.substr(7));
  const bool stream = origin.size() == 12 && origin.substr(7, 2) == "C." && device_code(origin.substr(9));
  if (origin.size() > 7 && county_code(origin.substr(0, 6)) && origin[6] == '-' && (device || stream)) return Done{};
  return Error{Code::Invalid, "origin: expected <county, 6 digits>-<letter, 2 digits>, such as 440583-K03"};
}

MatterId make_matter_id(std::string_view origin, Date day, std::uint32_t serial) {
  origin = origin.substr(0, epoch_point(origin));
  YIZHAN_CHECK(origin.size() == 10 && check_origin(origin), "matter numbers are made by a device");
  YIZHAN_CHECK(serial >= 1 && serial <= 999'999, "serial of a matter number is 1…999999");
  const std::chrono::year_month_day d{day};
  std::string id = fmt::format("{}-{:04}{:02}{:02}-{:04}", origin, static_cast<int>(d.year()), static_cast<unsigned>(d.month()),
                               static_cast<unsigned>(d.day()), serial);
  const char check = mod_11_10(id);
  id.push_back('-');
  id.push_back(check);
  return id;
}

Result<MatterIdParts> parse_matter_id(std::string_view typed) {
  std::string text;
  if (!fold_typed(typed, text)) return Error{Code::Invalid, "number: 编号只有数字和一个字母，请核对"};
  if (text.size() < 22 || text.size() > 24) return Error{Code::Invalid, fmt::format("number: 编号应为22到24位，现在{}位", text.size())};
  for (std::size_t i = 0; i < text.size(); ++i)
    if (i != 6) text[i] = as_digit(text[i]);
  if (text[6] == 'l') text[6] = 'L';
  const std::string_view view = text;
  if (!county_code(view.substr(0, 6)) || !device_code(view.substr(6, 3)) || !digits(view.substr(9)))
    return Error{Code::Invalid, "number: 第7位是字母，其余是数字，请核对"};
  if (mod_11_10(view.substr(0, view.size() - 1)) != view.back()) return Error{Code::Invalid, "number: 最后一位不符，请核对"};
  const auto day = parse_date(fmt::format("{}-{}-{}", view.substr(9, 4), view.substr(13, 2), view.substr(15, 2)));
  if (!day) return Error{Code::Invalid, "number: 第10到17位不是日期，请核对"};
  const std::string_view serial = view.substr(17, view.size() - 18);
  if (number(serial) == 0 || (serial.size() > 4 && serial.front() == '0')) return Error{Code::Invalid, "number: 流水号不对，请核对"};
  return MatterIdParts{std::string(view.substr(0, 6)), std::string(view.substr(6, 3)), *day, number(serial)};
}

Result<MatterId> canonical_matter_id(std::string_view typed) {
  const auto parts = parse_matter_id(typed);
  if (!parts) return parts.error();
  return make_matter_id(parts->county + "-" + parts->device, parts->day, parts->serial);
}

std::string make_query_code(const unsigned char (&entropy)[15]) {
  // 120 random bits as one large number, divided down: every code is equally likely (byte % 10 would not be).
  std::array<unsigned char, 15> big{};
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = entropy[i];
  std::string code;
  for (int n = 0; n < 15; ++n) {
    unsigned rest = 0;
    for (unsigned char& byte : big) {
      const unsigned value = rest << 8 | byte;
      byte = static_cast<unsigned char>(value / 10);
      rest = value % 10;
    }
    code.push_back(static_cast<char>('0' + rest));
  }
  code.push_back(mod_11_10(code));
  return code;
}

Result<std::string> canonical_query_code(std::string_view typed) {
  std::string code;
  if (!fold_typed(typed, code)) return Error{Code::Invalid, "query_code: 查询码只有数字，请核对"};
  for (char& c : code) c = as_digit(c);
  if (!digits(code)) return Error{Code::Invalid, "query_code: 查询码只有数字，请核对"};
  if (code.size() != 16) return Error{Code::Invalid, fmt::format("query_code: 查询码应为16位，现在{}位", code.size())};
  if (mod_11_10(std::string_view(code).substr(0, 15)) != code.back()) return Error{Code::Invalid, "query_code: 输错了一位，请核对"};
  return code;
}

std::string grouped(std::string_view code) {
  std::string out;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (i != 0 && i % 4 == 0) out.push_back(' ');
    out.push_back(code[i]);
  }
  return out;
}

}  // namespace yizhan
