// What people type: characters, names, numbers of papers and of matters, telephones, amounts, scans, rare characters.
#include <iconv.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/clock.h"
#include "core/event_text.h"
#include "core/law.h"
#include "core/number.h"
#include "core/text.h"
#include "core/windows.h"
#include "kiosk/writing/amount.h"
#include "kiosk/writing/caret.h"
#include "kiosk/writing/rare.h"
#include "kiosk/writing/scan.h"
#include "tests/fuzz/fuzz.h"

namespace yizhan::fuzz {
namespace {

/// The C library's word on the same bytes; nothing when it refuses them.
std::optional<std::u32string> by_iconv(iconv_t converter, std::string_view bytes) {
  std::u32string out(bytes.size() + 1, U'\0');
  char* in = const_cast<char*>(bytes.data());
  std::size_t in_left = bytes.size();
  char* to = reinterpret_cast<char*>(out.data());
  std::size_t out_left = out.size() * 4;
  ::iconv(converter, nullptr, nullptr, nullptr, nullptr);
  if (::iconv(converter, &in, &in_left, &to, &out_left) == static_cast<std::size_t>(-1)) return std::nullopt;
  out.resize(out.size() - out_left / 4);
  return out;
}

bool device_byte(char32_t c) { return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c <= 0x9F); }
bool turns_text(char32_t c) { return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

// ---- characters ----------------------------------------------------------------------------------------------------

void characters_target(std::string_view input) {
  static const iconv_t converter = ::iconv_open("UTF-32LE", "UTF-8");
  MUST(converter != reinterpret_cast<iconv_t>(-1), "iconv knows UTF-8");
  const bool valid = valid_utf8(input);
  const auto theirs = by_iconv(converter, input);
  MUST(valid == theirs.has_value(), "valid_utf8 says what iconv says");
  const auto points = code_points(input);
  if (valid) {
    MUST(std::u32string(points.begin(), points.end()) == *theirs, "code points are iconv's");
    MUST(points.size() == characters(input), "characters() counts code points");
    std::string again;
    for (const char32_t c : points) again += utf8(c);
    MUST(again == input, "code points written back are the text");
    const std::size_t half = points.size() / 2;
    const auto first = first_characters(input, half);
    MUST(input.starts_with(first) && characters(first) == half && valid_utf8(first), "first_characters never cuts inside one");
    MUST(valid_utf8(half_width(input)) && characters(half_width(input)) == points.size(), "half width changes no count");
  }
  // Paper and terminals: nothing that commands them, whatever came in.
  const std::string paper = printable(input);
  MUST(valid_utf8(paper), "printable text is UTF-8");
  for (const char32_t c : code_points(paper)) MUST(!device_byte(c) && !turns_text(c), "no command reaches paper or a terminal");
  MUST(printable(paper) == paper, "what is printable stays as it is");
  if (!has_control(input)) MUST(paper == input, "text without controls is printed as it is");
  static_cast<void>(blank(input));
  static_cast<void>(without_field(input));
  if (const auto clean = clean_text("facts", input, 100)) {
    MUST(*clean == input, "a statement is stored verbatim");
    MUST(valid && points.size() <= 100 && input.find('\0') == std::string_view::npos, "a statement is UTF-8, has no NUL and its limit");
  }
  static_cast<void>(clean_text("request", input, statement_characters_max));
  for (const auto& masked : {mask_id(input), mask_phone(input)}) MUST(!valid || valid_utf8(masked), "a mask shows no half characters");
  if (valid && points.size() >= 9) MUST(mask_id(input) != input || input.find('*') != std::string_view::npos, "a long number is masked");
}

void json_text_target(std::string_view input) {
  const bool ours = valid_json(input);
  const bool theirs = nlohmann::json::accept(input);
  const bool deep = [&] {
    int depth = 0, most = 0;
    for (const char c : input) most = std::max(most, depth += (c == '[' || c == '{') - (c == ']' || c == '}'));
    return most > 60;
  }();
  const bool bom = input.starts_with("\xEF\xBB\xBF");
  if (theirs && !deep && !bom && input.find('\0') == std::string_view::npos) MUST(ours, "what is JSON is taken for JSON");
  // Numbers beyond a double are JSON; the library will not have them.
  if (ours && !theirs) MUST(input.find_first_of("eE.123456789") != std::string_view::npos, "what is no JSON is not taken for it");
  if (input.find('\0') != std::string_view::npos) {
    MUST(!ours, "a zero byte is no JSON");  // the library takes it for the end
    return;
  }
  const std::string shown = printable_json(input);
  for (const char32_t c : code_points(shown)) MUST(c == '\r' || (!device_byte(c) && !turns_text(c)), "no command stands in a line of JSON");
  if (theirs && !bom) MUST(nlohmann::json::parse(shown, nullptr, false) == nlohmann::json::parse(input, nullptr, false), "printable JSON reads back the same");
}

// ---- names, papers, telephones ----------------------------------------------------------------------------------------

void name_target(std::string_view input) {
  static_cast<void>(mask_name(input));
  const auto name = clean_name(input);
  if (!name) {
    MUST(name.error().what.starts_with("name: "), "an error names its field");
    return;
  }
  MUST(valid_utf8(*name) && !has_control(*name), "a name has no controls");
  MUST(characters(*name) >= 1 && characters(*name) <= name_characters_max, "a name keeps its limit");
  MUST(name->front() != ' ' && name->back() != ' ', "outer spaces go");
  const auto again = clean_name(*name);
  MUST(again && *again == *name, "a clean name is clean");
  MUST(mask_name(*name).ends_with("**"), "a masked name ends in stars");
}

void id_number_target(std::string_view input) {
  const auto id = parse_id_number(input);
  if (!id) {
    MUST(id.error().code == Code::Invalid && id.error().what.starts_with("number: "), "an error names its field");
    return;
  }
  const std::string& n = id->canonical;
  if (n.size() == 15) {
    MUST(id->kind == IdKind::ForeignPermanentResident && std::all_of(n.begin() + 3, n.end(), [](char c) { return c >= '0' && c <= '9'; }), "three letters and twelve digits");
  } else {
    MUST(n.size() == 18 && id_check_digit(std::string_view(n).substr(0, 17)) == n.back(), "eighteen with the right last one");
    // MOD 11-2 sees every single wrong digit and every swap of neighbours.
    for (std::size_t i = 0; i < 17; ++i) {
      std::string wrong = n;
      wrong[i] = static_cast<char>('0' + (wrong[i] - '0' + 1) % 10);
      MUST(!parse_id_number(wrong), "one wrong digit is seen");
      if (i > 0 && n[i] != n[i - 1]) {
        std::string swapped = n;
        std::swap(swapped[i], swapped[i - 1]);
        MUST(!parse_id_number(swapped), "two swapped digits are seen");
      }
    }
  }
  const auto again = parse_id_number(n);
  MUST(again && again->canonical == n && again->kind == id->kind && !again->converted_from_15, "canonical stays canonical");
  const std::string masked = mask_id(n);
  MUST(masked.size() == n.size() && masked.find(n.substr(2, n.size() - 4)) == std::string::npos, "a mask hides the middle");
}

void phone_target(std::string_view input) {
  const auto phone = clean_phone(input);
  if (!phone) {
    MUST(phone.error().what.starts_with("phone: "), "an error names its field");
    return;
  }
  MUST(phone->size() <= 24 && phone->find_first_not_of("0123456789+#") == std::string::npos, "a telephone number is digits");
  const auto again = clean_phone(*phone);
  MUST(again && *again == *phone, "a clean number is clean");
}

// ---- numbers of matters, codes, origins, days, hours --------------------------------------------------------------------

void number_target(std::string_view input) {
  Feed feed(input);
  switch (feed.below(5)) {
    case 0: {
      const auto text = feed.rest();
      const auto parts = parse_matter_id(text);
      const auto canonical = canonical_matter_id(text);
      MUST(parts.has_value() == canonical.has_value(), "a number that is read has a canonical form");
      if (!parts) return;
      MUST(parts->serial >= 1 && parts->serial <= 999'999, "a serial has six digits");
      MUST(check_origin(std::string_view(*canonical).substr(0, 10)), "a number begins with its device");
      const auto again = canonical_matter_id(*canonical);
      MUST(again && *again == *canonical, "canonical stays canonical");
      for (std::size_t i = 0; i < canonical->size(); ++i) {
        std::string wrong = *canonical;
        if (wrong[i] < '0' || wrong[i] > '9') continue;
        wrong[i] = static_cast<char>('0' + (wrong[i] - '0' + 3) % 10);
        MUST(!parse_matter_id(wrong), "one wrong digit is seen");
      }
      return;
    }
    case 1: {
      const auto code = canonical_query_code(feed.rest());
      if (!code) return;
      MUST(code->size() == 16 && code->find_first_not_of("0123456789") == std::string::npos, "a code is sixteen digits");
      MUST(*canonical_query_code(grouped(*code)) == *code, "a grouped code is the same code");
      for (std::size_t i = 0; i < code->size(); ++i) {
        std::string wrong = *code;
        wrong[i] = static_cast<char>('0' + (wrong[i] - '0' + 1) % 10);
        MUST(!canonical_query_code(wrong), "one wrong digit is seen");
      }
      return;
    }
    case 2: {
      unsigned char entropy[15];
      for (auto& byte : entropy) byte = feed.byte();
      const std::string code = make_query_code(entropy);
      MUST(canonical_query_code(code).value_or("") == code, "a code that is made is a code");
      return;
    }
    case 3: {
      const auto text = feed.rest();
      if (check_origin(text)) {
        const Origin device = device_of(text);
        MUST((device.size() == 10 || device.size() == 12) && plain_word(text, 15), "an origin is a plain word");
        MUST(in_epoch(device, epoch_of(text)) == text, "an origin is its machine and its epoch, written one way");
      }
      if (const auto day = parse_date(text)) MUST(iso(*day) == text, "a day is written as it is read");
      return;
    }
    default: {
      const auto text = feed.rest();
      if (const auto hours = parse_hours(text))
        MUST(hours->from >= 0 && hours->from < hours->until && hours->until <= 24 * 60, "hours lie inside a day");
      if (places_article(text)) static_cast<void>(chinese(Article{"信访工作条例", std::string(text)}));
      return;
    }
  }
}

// ---- what is tapped and scanned -----------------------------------------------------------------------------------------

void amount_target(std::string_view input) {
  using namespace writing;
  static constexpr std::string_view keys[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "00", ".", "万"};
  Feed feed(input);
  std::string typed;
  while (!feed.empty()) {
    typed = amount_with(typed, keys[feed.below(std::size(keys))]);
    MUST(typed.size() <= 24 && valid_utf8(typed), "an amount keeps its length");
    MUST(capital_amount(typed).empty() == amount_words(typed).empty(), "an amount has both its words or none");
    MUST(valid_utf8(capital_amount(typed)), "an amount is written in characters");
  }
  static_cast<void>(capital_amount(input));
  static_cast<void>(amount_words(input));
  static_cast<void>(amount_with(input, "5"));
}

void scan_target(std::string_view input) {
  using namespace writing;
  if (const auto scan = parse_scan(input)) {
    MUST(input.size() <= scan_bytes_max && !(scan->matter.empty() && scan->code.empty()), "a scan says something");
    if (!scan->matter.empty()) MUST(canonical_matter_id(scan->matter).value_or("") == scan->matter, "what was scanned is canonical");
    if (!scan->code.empty()) MUST(canonical_query_code(scan->code).value_or("") == scan->code, "what was scanned is canonical");
  }
  // A keyboard: nothing that is typed may be lost, unless it was a code.
  Feed feed(input);
  ScanGate gate;
  Tick now{Span{1'000}};
  std::string typed, passed;
  bool taken = false;
  const auto take = [&](ScanGate::Passed got) {
    taken = taken || got.scan || got.refused;
    for (const auto& stroke : got.strokes) {
      MUST(stroke.name.empty() || stroke.text.empty(), "a stroke is a key or text");
      passed += stroke.text;
      if (!stroke.name.empty()) passed += "<" + stroke.name + ">";
    }
  };
  while (!feed.empty()) {
    now += Span{feed.below(90)};
    std::vector<Stroke> strokes;
    for (std::size_t n = feed.below(4); n > 0; --n) {
      const auto what = feed.below(16);
      if (what == 0) strokes.push_back({"Enter", ""});
      else if (what == 1) strokes.push_back({"Left", ""});
      else if (what == 2) strokes.push_back({"", std::string(feed.word())});
      else strokes.push_back({"", std::string(1, static_cast<char>(feed.byte()))});
      if (strokes.back().name.empty() && strokes.back().text.empty()) strokes.pop_back();
      else typed += strokes.back().name.empty() ? strokes.back().text : "<" + strokes.back().name + ">";
    }
    take(gate.pass(std::move(strokes), now));
  }
  take(gate.pass({}, now + Span{1'000}));
  if (!taken) MUST(passed == typed, "what is typed arrives in order and whole");
}

void caret_target(std::string_view input) {
  using namespace writing;
  Feed feed(input);
  std::string text;
  std::size_t caret = at_end;
  while (!feed.empty()) {
    switch (feed.below(6)) {
      case 0: {
        const auto words = feed.word();
        if (valid_utf8(words)) insert_at(text, caret, words);
        break;
      }
      case 1: erase_before(text, caret, static_cast<int>(feed.below(5))); break;
      case 2: erase_after(text, caret, static_cast<int>(feed.below(5))); break;
      case 3: caret = stepped(text, caret, feed.flag() ? 1 : -1); break;
      case 4: caret = placed(text, feed.number<std::uint16_t>()); break;
      default: MUST(valid_utf8(before_caret(text, caret, feed.below(20))), "before the caret are whole characters"); break;
    }
    MUST(valid_utf8(text), "writing at a caret never cuts a character");
    MUST(caret == at_end || caret <= characters(text), "a caret stays in its text");
  }
}

void rare_target(std::string_view input) {
  using namespace writing;
  static const RareIndex index = have(RareIndex::open(YIZHAN_RARE_FILE));
  static const iconv_t converter = ::iconv_open("UTF-32LE", "GB18030");
  Feed feed(input);
  if (feed.flag()) {
    if (const auto made = RareIndex::parse(std::string(feed.rest()), "rare.tsv")) {
      for (int strokes = 0; strokes < 6; ++strokes)
        for (const auto& radical : made->radicals(strokes))
          for (const int residual : made->residuals(radical.key)) static_cast<void>(made->characters(radical.key, residual));
      static_cast<void>(made->from_gb18030("BCAA"));
      static_cast<void>(made->from_gb18030("9534B235"));
    }
    return;
  }
  const auto typed = feed.rest();
  if (const auto c = from_unicode_code(typed)) MUST(ideograph(*c) && *c <= 0x10FFFF, "a code is an ideograph");
  const auto c = index.from_gb18030(typed);
  if (c) MUST(ideograph(*c), "a code is an ideograph");
  // The same bytes through iconv.
  if (typed.size() != 4 && typed.size() != 8) return;
  std::string bytes;
  for (std::size_t i = 0; i < typed.size(); i += 2) {
    unsigned value = 0;
    for (const char digit : typed.substr(i, 2)) {
      const char low = static_cast<char>(digit | 0x20);
      if (digit >= '0' && digit <= '9') value = value * 16 + static_cast<unsigned>(digit - '0');
      else if (low >= 'a' && low <= 'f') value = value * 16 + static_cast<unsigned>(low - 'a' + 10);
      else return;
    }
    bytes += static_cast<char>(value);
  }
  const auto theirs = by_iconv(converter, bytes);
  // The 2005 and the 2022 table differ in a few dozen places, all outside what both call an ideograph of the plain planes.
  if (c && theirs && theirs->size() == 1 && ideograph(theirs->front()) && theirs->front() < 0xE000 && *c < 0xE000)
    MUST(theirs->front() == *c, "GB 18030 is what iconv says");
}

// ---- seeds ----------------------------------------------------------------------------------------------------------------

std::string id(std::string seventeen) { return seventeen + id_check_digit(seventeen); }
const Date a_day = std::chrono::sys_days{std::chrono::year{2026} / 11 / 20};

std::vector<Seed> text_seeds() {
  return {{"plain", "修路三个月，工钱没有结清。\nRow 2\t列"}, {"rare", "\xF0\xA0\xAE\xB7田野"}, {"controls", "a\x1b[31mb\x07\x7f\xC2\x9B" "c\xE2\x80\xAE" "d"},
          {"broken", "abc\xE4\xB8"}, {"overlong", "\xC0\xAF\xE0\x80\xAF"}, {"surrogate", "\xED\xA0\x80"}, {"above", "\xF4\x90\x80\x80"}, {"last", "\xF4\x8F\xBF\xBF"},
          {"wide", "１２３ＡＢＣ　－"}, {"blank", " 　\n\t"}, {"nul", raw("a\0b")}};
}
std::vector<Seed> json_seeds() {
  return {{"object", R"({"a":[1,-2.5e+3,true,false,null,"x\u4e2d\n"],"b":{"c":"工钱"}})"}, {"deep", std::string(64, '[') + std::string(64, ']')},
          {"deeper", std::string(65, '[') + std::string(65, ']')}, {"surrogates", R"("\ud842\udfb7")"}, {"half", R"("\ud842")"}, {"c1", "\"\xC2\x9B\xE2\x80\xAE\x7f\""},
          {"number", "-0.0e-1"}, {"big", "1e999"}, {"trailing", "{} x"}, {"open", "{\"a\":"}};
}
std::vector<Seed> name_seeds() {
  return {{"plain", "林小满"}, {"interpunct", "阿依古丽•买买提"}, {"initial", "J. Smith"}, {"stop", "阿.里"}, {"outer", " 　王五 "}, {"compound", "欧阳小满"}, {"one", "王"},
          {"compat", "\xEF\xA5\xA7"}, {"private", "\xEE\xA0\x80" "明"}, {"emoji", "王\xF0\x9F\x98\x80"}, {"digits", "123"}, {"control", "王\xE2\x80\x8B五"}};
}
std::vector<Seed> id_seeds() {
  return {{"plain", id("11010119500101002")}, {"wide", "１１０１０１１９５００１０１００２Ｘ"}, {"spaces", "110101 1950-0101 0028"}, {"old", "110101500101002"}, {"permit", id("81000019900101001")},
          {"foreign", id("91115619900101001")}, {"foreign_old", "USA123456789012"}, {"date", "110101195002300028"}, {"letters", "1101011950O101002X"}, {"long", std::string(40, '1')}};
}
std::vector<Seed> phone_seeds() {
  return {{"mobile", "13800000000"}, {"land", "(0663) 555-0100"}, {"plus", "+86 138 0000 0000"}, {"extension", "0663-5550100转123"}, {"wide", "１３８００００００００"}, {"foreign", "+1 202 555 0100"},
          {"short", "110"}, {"empty", ""}, {"letters", "abc"}, {"double0", "008613800000000"}, {"dots", "138.0000.0000#12"}};
}
std::vector<Seed> number_seeds() {
  const unsigned char entropy[15] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const auto matter = make_matter_id("440583-K01", a_day, 1), large = make_matter_id("440583-H09", a_day, 123'456);
  return {{"matter", std::string(1, '\0') + matter}, {"matter_large", std::string(1, '\0') + large}, {"matter_typed", std::string(1, '\0') + "440583 kO1 2026 11 20 0001"},
          {"code", "\1" + make_query_code(entropy)}, {"code_typed", "\1" "4837 2916 OO21 5532"}, {"entropy", "\2" + std::string("fifteen bytes!!")},
          {"origin", "\3" "440583-K03"}, {"stream", "\3" "440583-C.H01"}, {"day", "\3" "2024-02-29"}, {"hours", "\4周二 周四 09:00-12:00"}, {"every_day", "\4每天 08:30-17:30"}, {"article", "\4" "22.1(3)"}};
}
std::vector<Seed> scan_seeds() {
  const unsigned char entropy[15] = {9, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const auto matter = make_matter_id("440583-K01", a_day, 7), code = make_query_code(entropy);
  return {{"receipt", "XF1:" + matter + ":" + code + ":0a1b2c3d"}, {"matter", matter}, {"code", code + "\r"}, {"address", "http://example.invalid/a"}, {"typed", raw("\x3c\3\3a\3b\x3c\1\2abc\0\3c")},
          {"short", "XF1:"}, {"bad_chain", "XF1:" + matter + ":" + code + ":xyz"}};
}
std::vector<Seed> amount_seeds() { return {{"keys", raw("\1\2\3\13\4\5")}, {"ten_thousand", raw("\1\13\10\6\14")}, {"zeroes", raw("\0\0\12\12")}, {"words", "1.86万"}, {"plain", "18600"}, {"much", "9999999999.99"}}; }
std::vector<Seed> caret_seeds() { return {{"write", raw("\0工钱\0\1\2\3\0\4\1\0\0x\0\2\1\5\3")}, {"marks", raw("\0e\xCC\x81\xCC\x81" "a\xEF\xB8\x80\0\3\0\1\1")}}; }
std::vector<Seed> rare_seeds() {
  return {{"unicode", raw("\0U+20BB7")}, {"gb4", raw("\0" "9534B235")}, {"gb2", raw("\0" "BCAA")}, {"plane2", raw("\0" "95328236")}, {"private", raw("\0" "AAA1")},
          {"file", "\1" + file_bytes(YIZHAN_RARE_FILE).substr(0, 600)}, {"bad_file", "\1R\t9\t149\nC\t149\t3\t讨认"}};
}

const Join joined[] = {
    Join({"characters", "UTF-8 as iconv says; what goes to paper or a terminal commands neither", 256, characters_target, text_seeds}),
    Join({"json_text", "JSON syntax as a second parser says; a printable line reads back the same", 512, json_text_target, json_seeds}),
    Join({"name", "a clean name has no controls, keeps its limit and stays clean", 256, name_target, name_seeds}),
    Join({"id_number", "an accepted number has its check digit; one wrong digit is seen; a mask hides the middle", 96, id_number_target, id_seeds}),
    Join({"phone", "an accepted telephone number is digits and stays as it is", 96, phone_target, phone_seeds}),
    Join({"number", "matter numbers, query codes, origins, days, hours: canonical stays canonical, one wrong digit is seen", 96, number_target, number_seeds}),
    Join({"amount", "amounts keep their length whatever is tapped", 64, amount_target, amount_seeds}),
    Join({"scan", "what is scanned is canonical; what is typed arrives in order and whole", 400, scan_target, scan_seeds}),
    Join({"caret", "writing at a caret never cuts a character", 256, caret_target, caret_seeds}),
    Join({"rare", "codes of rare characters are ideographs, and GB 18030 is iconv's", 700, rare_target, rare_seeds}),
};

}  // namespace
}  // namespace yizhan::fuzz
