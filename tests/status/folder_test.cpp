// What two hundred visits leave in a kiosk's data folder: nothing that anybody could read (trust.md T1, T2, T5).
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "core/text.h"
#include "tests/status/county.h"
#include "tests/status/forms.h"

using namespace status_tests;

namespace {

struct Keys {
  KeyPair root = make_sign_keys(), hall = make_box_keys(), county = make_box_keys(), discipline = make_box_keys(), escrow = make_box_keys();
  KeySet set(Time from) const {
    KeySet s;
    s.version = 1;
    s.issued = s.not_before = from;
    s.not_after = from + std::chrono::hours(24 * 365);
    s.root_public_hex = root.public_hex;
    s.recipients = {{"H01-1", "hall", "440583-H01", hall.public_hex}, {"C-1", "county", "", county.public_hex}, {"D-1", "discipline", "", discipline.public_hex}, {"E-1", "escrow", "", escrow.public_hex}};
    return s;
  }
};

/// Three ideographs that no other visit and no sentence of the program says.
std::string three(int visit, int field) {
  std::string out;
  for (const int shift : {0, 1, 2}) out += utf8(static_cast<char32_t>(0x5100 + (visit * 61 + field * 7 + shift * 1013 + visit * shift * 3) % 0x4000));
  return out;
}

/// What one visitor says, each piece of it this visitor's alone.
struct Visitor {
  explicit Visitor(int i) : name("虚" + three(i, 1)), address("云栖县" + three(i, 2) + "路"), request(three(i, 3)), facts(three(i, 4)), party(three(i, 5)), phone("139" + std::to_string(70'000'000 + i * 7919)) {}
  Petition petition(bool accuses) const {
    Petition p = wages("请处理" + request);
    if (accuses) p.kind = MatterKind::Accusation;
    p.petitioner = {name, DocumentKind::ResidentId, "440599198807071027", phone, address};
    p.statement.facts = "在样板厂" + facts + "，没有结果。";
    p.statement.party_complained_of = party + "厂";
    return p;
  }
  std::vector<std::string> markers() const { return {name, address, request, facts, party, phone}; }
  std::string name, address, request, facts, party, phone;
};

}  // namespace

TEST_CASE("two hundred visits leave no word of a citizen in the kiosk's data folder, in any encoding", "[status][secrecy][T2]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall, "440583-K01");
  County county(hall);
  const Keys keys;
  kiosk.config.key_set = keys.set(hall.clock.wall());
  kiosk.open();

  constexpr int visits = 200;
  std::vector<std::string> markers;
  std::vector<Receipt> receipts;
  int filed = 0, accused = 0, asked = 0, given_up = 0, rated = 0;
  for (int i = 0; i < visits; ++i) {
    const Visitor visitor(i);
    const std::string request = "v" + std::to_string(i);
    const auto said = visitor.markers();
    markers.insert(markers.end(), said.begin(), said.end());
    switch (i % 5) {
      case 0:
      case 1: {
        const bool accuses = i % 5 == 1;
        kiosk.post(filing(request, visitor.petition(accuses)));
        REQUIRE(kiosk.now().outcome);
        INFO(i << (kiosk.now().outcome->problems.empty() ? std::string() : kiosk.now().outcome->problems.front().what));
        REQUIRE(kiosk.now().outcome->receipt);
        receipts.push_back(*kiosk.now().outcome->receipt);
        markers.push_back(receipts.back().query_code);
        kiosk.post(PrintReceipt{request});
        ++(accuses ? accused : filed);
        break;
      }
      case 2:  // somebody who was here before asks, and is told with the line or without
        hall.away = i % 2 == 0;
        kiosk.post(AskProgress{request, receipts[receipts.size() / 2].matter, receipts[receipts.size() / 2].query_code});
        asked += kiosk.now().progress && kiosk.now().progress->problems.empty();
        hall.away = false;
        break;
      case 3:  // begins, calls for help with what is written so far, and goes
        kiosk.post(CallHelper{request, "write", visitor.petition(false)});
        kiosk.post(StopHelper{request});
        ++given_up;
        break;
      default:
        kiosk.post(Rate{request, receipts.front().matter, receipts.front().query_code, 4, 2, visitor.request});
        ++rated;
        break;
    }
    kiosk.post(EndVisit{});
    hall.clock.pass(std::chrono::minutes(3));
    if (i % 10 != 9) continue;
    kiosk.sync();
    county.meet();
    county.decide(receipts[static_cast<std::size_t>(i / 10)].matter, Accepted{"云栖县" + three(i, 6) + "局", "2026-11-20"});
    markers.push_back(three(i, 6));
    county.meet();
    kiosk.sync();
  }
  CHECK(filed == 40);
  CHECK(accused == 40);
  CHECK(asked == 40);
  CHECK(given_up == 40);
  CHECK(rated == 40);

  // While it runs, with its journal; and when it was switched off.
  const Forms forms(markers);
  for (const bool off : {false, true}) {
    if (off) kiosk.store.reset();
    std::size_t searched = 0;
    for (const auto& entry : fs::recursive_directory_iterator(kiosk.folder.path)) {
      if (!entry.is_regular_file()) continue;
      const std::string bytes = read(entry.path().string());
      searched += bytes.size();
      INFO(entry.path().filename() << (off ? ", switched off" : ", running"));
      CHECK(forms.found_in(bytes) == std::vector<std::string>{});
    }
    CHECK(searched > 200'000);
  }
  // It would be seen: one marker in each form.
  for (const std::string& form : forms.of(markers[7])) CHECK(forms.found_in("xx" + form + "yy") == std::vector<std::string>{markers[7]});
}
