#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "core/number.h"
#include "kiosk/writing/scan.h"

using namespace yizhan;
using namespace yizhan::writing;

namespace {

std::string matter() { return make_matter_id("440583-K01", std::chrono::sys_days(std::chrono::year(2026) / 11 / 20), 12); }
std::string code() {
  const unsigned char entropy[15] = {4, 8, 3, 7, 2, 9, 1, 6, 0, 0, 2, 1, 5, 5, 3};
  return make_query_code(entropy);
}
/// One digit off: the check digit tells.
std::string wrong_code() {
  std::string wrong = code();
  wrong[3] = wrong[3] == '9' ? '0' : static_cast<char>(wrong[3] + 1);
  return wrong;
}
std::string receipt_qr() { return "XF1:" + matter() + ":" + code() + ":0a1b2c3d"; }

/// A keyboard wedge: a character every `ms`.
struct Wedge {
  ScanGate gate;
  Tick now{std::chrono::hours(1)};
  std::vector<Stroke> through;
  std::vector<Scan> scans;
  int refused = 0;
  void take(std::vector<Stroke> strokes) {
    auto passed = gate.pass(std::move(strokes), now);
    through.insert(through.end(), passed.strokes.begin(), passed.strokes.end());
    if (passed.scan) scans.push_back(*passed.scan);
    refused += passed.refused ? 1 : 0;
  }
  void type(const std::string& text, int ms) {
    for (const char c : text) {
      take({{{}, std::string(1, c)}});
      now += Span{ms};
    }
  }
  void enter() { take({{"Enter", {}}}); }
  void rest() {
    now += Span{200};
    take({});
  }
  std::string text() const {
    std::string all;
    for (const Stroke& s : through) all += s.name.empty() ? s.text : "<" + s.name + ">";
    return all;
  }
};

}  // namespace

TEST_CASE("a receipt's code is one scan, with or without the Enter that scanners send", "[writing][scan]") {
  for (const bool enter : {true, false})
    for (const int ms : {0, 1, 12, 40}) {
      INFO(enter << " " << ms);
      Wedge w;
      w.type(receipt_qr(), ms);
      if (enter) w.enter();
      w.rest();
      REQUIRE(w.scans.size() == 1);
      CHECK(w.scans[0] == Scan{matter(), code()});
      CHECK(w.through.empty());  // nothing leaks into a field, the Enter neither
    }
}

TEST_CASE("the number alone or the query code alone is a scan too", "[writing][scan]") {
  Wedge w;
  w.type(matter(), 2);
  w.enter();
  w.rest();
  w.type(code(), 2);
  w.enter();
  w.rest();
  REQUIRE(w.scans.size() == 2);
  CHECK(w.scans[0] == Scan{matter(), {}});
  CHECK(w.scans[1] == Scan{{}, code()});
  CHECK(w.through.empty());
}

TEST_CASE("a whole scan that came with one frame is a scan", "[writing][scan]") {
  Wedge w;
  std::vector<Stroke> all;
  for (const char c : receipt_qr()) all.push_back({{}, std::string(1, c)});
  all.push_back({"Enter", {}});
  w.take(std::move(all));
  REQUIRE(w.scans.size() == 1);
  CHECK(w.through.empty());
}

TEST_CASE("a code of somebody else is refused and leaks nowhere", "[writing][scan]") {
  for (const std::string& foreign : {std::string("https://example.invalid/pay?id=1"), std::string("XF1:nonsense:1:2"), "XF1:" + matter() + ":" + wrong_code() + ":0a1b2c3d",
                                     std::string("69012345678920123456789"), std::string(7089, '7')}) {
    INFO(foreign.substr(0, 40));
    Wedge w;
    w.type(foreign, 1);
    w.enter();
    w.rest();
    CHECK(w.scans.empty());
    CHECK(w.refused == 1);
    CHECK(w.text().empty());
  }
}

TEST_CASE("what people type passes, whatever it begins with", "[writing][scan]") {
  struct Row { const char* typed; int ms; };
  for (const Row& row : std::vector<Row>{{"xinfang", 120}, {"xf", 120}, {"hen", 90}, {"http", 90}, {"18600", 150}, {"13800138000", 100}, {"qianzhe", 12}, {"11010119500101002X", 12}, {"2026", 5}, {"XF1", 300}}) {
    INFO(row.typed);
    Wedge w;
    w.type(row.typed, row.ms);
    w.rest();
    CHECK(w.text() == row.typed);
    CHECK(w.refused == 0);
    CHECK(w.scans.empty());
  }
}

TEST_CASE("keys keep their order with the text round them", "[writing][scan]") {
  Wedge w;
  w.take({{{}, "12"}, {"Backspace", {}}, {{}, "3"}, {"Enter", {}}, {{}, "你好"}});
  w.rest();
  CHECK(w.text() == "12<Backspace>3<Enter>你好");
  CHECK(w.through.back() == Stroke{{}, "你好"});  // in one piece, as it came
}

TEST_CASE("only what may be a scan is held back, and not for long", "[writing][scan]") {
  ScanGate gate;
  const Tick now{std::chrono::hours(1)};
  auto passed = gate.pass({{{}, "q"}}, now);
  CHECK(passed.strokes.size() == 1);
  CHECK_FALSE(passed.again_in);
  passed = gate.pass({{{}, "1"}}, now + Span{500});
  CHECK(passed.strokes.empty());
  REQUIRE(passed.again_in);
  CHECK(*passed.again_in <= Span{60});
  passed = gate.pass({}, now + Span{560});
  CHECK(passed.strokes.size() == 1);
  gate.pass({{{}, "4405"}}, now + Span{900});
  gate.forget();
  CHECK(gate.pass({}, now + Span{2000}).strokes.empty());
}

TEST_CASE("a scan is parsed strictly", "[writing][scan]") {
  CHECK(parse_scan(receipt_qr() + "\r\n"));
  std::string small = receipt_qr();
  small[0] = 'x';
  small[1] = 'f';
  CHECK(parse_scan(small));  // caps lock
  CHECK_FALSE(parse_scan(receipt_qr() + "00"));
  CHECK_FALSE(parse_scan("XF1:" + matter() + ":" + code()));
  CHECK_FALSE(parse_scan("XF2:" + matter() + ":" + code() + ":0a1b2c3d"));
  CHECK_FALSE(parse_scan(""));
  CHECK_FALSE(parse_scan("1234567890123456"));
  CHECK_FALSE(parse_scan(std::string(400, '1')));
}

TEST_CASE("a signed receipt's code counts by its number and its query code", "[writing][scan]") {
  const auto signed_qr = [](const std::string& number, const std::string& digits) { return "XF2:" + number + ":" + digits + ":0a1b2c3d:440583-K01:2026:c2ln"; };
  CHECK(parse_scan(signed_qr(matter(), code())) == Scan{matter(), code()});
  CHECK(parse_scan(signed_qr(matter(), "")) == Scan{matter(), {}});  // of a sealed matter: nothing to ask with
  CHECK_FALSE(parse_scan(signed_qr(matter(), wrong_code())));
  CHECK_FALSE(parse_scan(signed_qr("440583-K01", code())));
  CHECK_FALSE(parse_scan(signed_qr(matter(), code()) + ":more"));
  for (const char* cut : {"XF2:", "XF2:x", "XF2:::", "XF1:", "XF1:x", "XF1::"}) {
    INFO(cut);
    CHECK_FALSE(parse_scan(cut));
  }
  Wedge w;
  w.type(signed_qr(matter(), code()), 5);
  w.enter();
  REQUIRE(w.scans.size() == 1);
  CHECK(w.scans[0] == Scan{matter(), code()});
  CHECK(w.through.empty());
}

TEST_CASE("a flood without an end is refused once and let go when it rests", "[writing][scan]") {
  ScanGate gate;
  const Tick now{std::chrono::hours(1)};
  auto passed = gate.pass({{{}, std::string(scan_bytes_max + 1, '7')}, {{}, "7"}}, now);
  CHECK(passed.strokes.empty());
  CHECK_FALSE(passed.refused);
  REQUIRE(passed.again_in);
  passed = gate.pass({{"Left", {}}}, now);  // a key in the middle ends it and is a key
  CHECK(passed.refused);
  CHECK(passed.strokes == std::vector<Stroke>{{"Left", {}}});
  passed = gate.pass({{{}, "q"}}, now + Span{1'000});
  CHECK_FALSE(passed.refused);
  CHECK(passed.strokes == std::vector<Stroke>{{{}, "q"}});
}
