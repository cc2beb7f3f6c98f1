// How far it is, sealed to the citizen: from the county to a kiosk without a line.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <ctime>

#include "core/text.h"
#include "kiosk/writing/scan.h"
#include "sync/hub_receipt.h"
#include "tests/status/county.h"
#include "tests/status/forms.h"

using namespace status_tests;

namespace {

/// The files of a folder that hold `word` in any form.
std::vector<std::string> holding(const std::string& folder, const std::string& word) {
  const Forms forms({word});
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && !forms.found_in(read(entry.path().string())).empty()) found.push_back(entry.path().filename().string());
  return found;
}

const std::string unit = "云栖县碧螺滩水务站", letter = "云碧螺〔2026〕七十九号", summary = "碧螺滩渠口已经改道";

}  // namespace

TEST_CASE("a status opens with the citizen's code for that matter and with nothing else", "[status]") {
  const MatterId matter = make_matter_id("440583-K01", *parse_date("2026-11-20"), 1), other = make_matter_id("440583-K01", *parse_date("2026-11-20"), 2);
  const std::string code = new_query_code();
  const KeyPair key = status_key(code, matter);
  CHECK(key.public_hex == status_key(code, matter).public_hex);
  CHECK(key.public_hex != query_tag(code, matter));
  CHECK(key.secret_hex != query_tag(code, matter));
  auto sealed = *seal_status("县里已收到", key.public_hex);
  CHECK(*open_status(sealed, key) == "县里已收到");
  CHECK_FALSE(open_status(sealed, status_key(new_query_code(), matter)));
  CHECK_FALSE(open_status(sealed, status_key(code, other)));
  // Every byte counts.
  const std::string raw = *from_base64(sealed);
  for (std::size_t i = 0; i < raw.size(); i += 37) {
    std::string changed = raw;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK_FALSE(open_status(base64(changed), key));
  }
  CHECK_FALSE(open_status("", key));
  CHECK_FALSE(open_status(base64(raw.substr(0, raw.size() - 1)), key));
  CHECK_FALSE(seal_status("x", "no key"));
  CHECK_FALSE(seal_status(std::string(status_bytes_max + 1, 'x'), key.public_hex));
}

TEST_CASE("the length of a status shows in steps of 1 KiB only", "[status]") {
  const KeyPair key = make_box_keys();
  const auto size = [&](std::size_t n) { return from_base64(*seal_status(std::string(n, 'x'), key.public_hex))->size(); };
  struct Row { std::size_t length, blocks; };
  for (const Row row : {Row{0, 1}, Row{1, 1}, Row{500, 1}, Row{1023, 1}, Row{1024, 2}, Row{2047, 2}, Row{2048, 3}}) {
    INFO(row.length);
    CHECK(size(row.length) == 3 + 48 + row.blocks * 1024);
  }
}

TEST_CASE("the county tells the citizen, sealed, when it has the matter and whenever it says something about it", "[status]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall);
  County county(hall);
  kiosk.post(filing("v1-f1"));
  const Receipt receipt = kiosk.receipt();
  kiosk.sync();
  county.meet();
  REQUIRE(county.sealed_of(receipt.matter).size() == 1);
  auto status = opened(county.sealed_of(receipt.matter).back(), receipt.query_code, receipt.matter);
  CHECK(status.state == MatterState::Registered);
  CHECK(words_at_county(status.state) == "县里已收到");
  REQUIRE_FALSE(status.deadlines.empty());
  CHECK(status.deadlines.front().term == "dispose");
  CHECK(std::any_of(status.lines.begin(), status.lines.end(), [](const Line& l) { return l.type == type_received && l.words == "县里已收到"; }));

  struct Row { Fact fact; std::string words, line; };
  const std::vector<Row> rows{{Transferred{unit, ""}, "已转办", "县里已转送" + unit},
                              {Accepted{unit, "2026-11-20"}, "已受理", unit + "已受理"},
                              {Extended{30, "负责人甲", "需要测量"}, "办理中", "办理延期30日"},
                              {Answered{unit, Opinion::Support, letter, summary}, "已答复", unit + "已答复，请到窗口领取"},
                              {Served{"2026-11-21", "当面"}, "已送达", "答复已送达"}};
  int n = 1;
  for (const Row& row : rows) {
    INFO(row.words);
    hall.clock.pass(std::chrono::hours(3));
    county.decide(receipt.matter, row.fact);
    const auto all = county.sealed_of(receipt.matter);
    REQUIRE(static_cast<int>(all.size()) == ++n);
    CHECK(all.back().n == n);
    const auto now = opened(all.back(), receipt.query_code, receipt.matter);
    CHECK(now.n == n);
    CHECK(words_at_county(now.state) == row.words);
    CHECK(std::any_of(now.lines.begin(), now.lines.end(), [&](const Line& l) { return l.words == row.line; }));
    // Fixed words: what the answer says, who signed it and why it took longer are for the window.
    for (const Line& line : now.lines)
      for (const auto& word : {letter, summary, std::string("负责人甲"), std::string("需要测量"), wages().petitioner.name, wages().statement.request}) CHECK(line.words.find(word) == std::string::npos);
    CHECK(now.lines.front().type == "filed");
  }
  const auto last = opened(county.sealed_of(receipt.matter).back(), receipt.query_code, receipt.matter);
  const auto received = std::find_if(last.lines.begin(), last.lines.end(), [](const Line& l) { return l.type == type_received; });
  REQUIRE(received != last.lines.end());
  CHECK(received->at < last.lines.back().at);  // and it keeps the day the county had it first
  CHECK(last.may_rate);
}

TEST_CASE("of an accusation not even the unit stands in a status", "[status][XFTL30]") {
  const MatterId id = make_matter_id("440583-K01", *parse_date("2026-11-20"), 3);
  Filed filed;
  filed.sealed = *seal("{}", id, {make_box_keys().public_hex});
  Digest previous{};
  std::vector<Event> events;
  events.push_back(make_event("440583-K01", 1, Time{*parse_date("2026-11-20")}, id, filed, previous));
  events.push_back(make_event("440583-C.H01", 1, Time{*parse_date("2026-11-21")}, id, Transferred{unit, ""}, previous));
  events.push_back(make_event("440583-C.H01", 2, Time{*parse_date("2026-11-22")}, id, Answered{unit, Opinion::Support, letter, summary}, events.back().hash));
  const std::string told = encode_status(status_of(fold(id, events), {}, Time{*parse_date("2026-11-21")}, Time{*parse_date("2026-11-22")}, 3));
  CHECK(told.find("碧螺") == std::string::npos);
  CHECK(told.find("请到窗口领取") != std::string::npos);
  CHECK(encode_status(*decode_status(told)) == told);
}

TEST_CASE("a status that is cut or is something else is refused, never half read", "[status]") {
  const MatterId id = make_matter_id("440583-K01", *parse_date("2026-11-20"), 3);
  const std::string whole = encode_status(status_of(fold(id, {}), {}, Time{}, Time{}, 1));
  REQUIRE(decode_status(whole));
  for (std::size_t n = 0; n < whole.size(); ++n) CHECK_FALSE(decode_status(whole.substr(0, n)));
  for (const char* bad : {"[]", "{}", "7", R"({"at":1,"due":[],"lines":[],"matter":"m","n":1,"rate":false,"state":"Elsewhere"})",
                          R"({"at":1,"due":[],"lines":[[1,2,3]],"matter":"m","n":1,"rate":false,"state":"Accepted"})"})
    CHECK_FALSE(decode_status(bad));
}

TEST_CASE("with the line cut a kiosk tells how far a matter of the hall is, its own and another kiosk's", "[status][query]") {
  FiledHall filed;
  auto& [hall, one, two, county, receipt] = filed;
  hall.clock.pass(std::chrono::hours(5));
  county.decide(receipt.matter, Accepted{unit, "2026-11-20"});
  county.meet();
  one.sync();
  two.sync();
  hall.away = true;
  for (Machine* kiosk : {&one, &two}) {
    kiosk->sync();  // and finds nobody
    INFO(kiosk->config.origin);
    kiosk->post(AskProgress{"v2-q1", receipt.matter, receipt.query_code});
    REQUIRE(kiosk->now().progress);
    const Progress& told = *kiosk->now().progress;
    CHECK(told.problems.empty());
    CHECK(told.state_words == "已受理");
    CHECK(std::any_of(told.lines.begin(), told.lines.end(), [](const Line& l) { return l.words == unit + "已受理"; }));
    CHECK(std::count_if(told.lines.begin(), told.lines.end(), [](const Line& l) { return l.type == "filed"; }) == 1);
    CHECK(told.as_of_known);
    // A wrong code and an unknown number read the same.
    kiosk->post(AskProgress{"v2-q2", receipt.matter, new_query_code()});
    const std::string wrong = problem(*kiosk);
    CHECK_FALSE(wrong.empty());
    kiosk->post(AskProgress{"v2-q3", make_matter_id("440583-K01", *parse_date("2026-11-20"), 77), receipt.query_code});
    CHECK(problem(*kiosk) == wrong);
    CHECK(kiosk->now().progress->lines.empty());
  }
}

TEST_CASE("who was told more while the line was up is not told less when it is cut", "[status][query]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall, "440583-K01"), desk("desk-reception", &hall, "440583-D01");
  County county(hall);
  kiosk.post(filing("v1-f1"));
  const Receipt receipt = kiosk.receipt();
  kiosk.post(EndVisit{});
  kiosk.sync();
  county.meet();
  kiosk.sync();
  // What a desk writes reaches the kiosk through its hub only; the county has not sealed it yet.
  hall.clock.pass(std::chrono::hours(1));
  REQUIRE(desk.store->log().append("440583-D01", receipt.matter, std::array{Fact{Disposed{"李接待", Disposition::TransferredSameLevel, unit, "属其职责", ""}}}, hall.clock.wall()));
  desk.sync();
  const auto ask = [&](const std::string& request, const std::string& code) {
    kiosk.post(AskProgress{request, receipt.matter, code});
    REQUIRE(kiosk.now().progress);
    const Progress told = *kiosk.now().progress;
    kiosk.post(EndVisit{});
    return told;
  };
  hall.away = true;
  kiosk.sync();
  CHECK(ask("v2-q1", receipt.query_code).state_words == "县里已收到");
  hall.away = false;
  hall.clock.pass(std::chrono::hours(1));
  kiosk.sync();
  CHECK(ask("v3-q1", receipt.query_code).state_words == "已转办");
  hall.away = true;
  kiosk.sync();
  const Progress later = ask("v4-q1", receipt.query_code);
  CHECK(later.state_words == "已转办");
  CHECK(std::any_of(later.lines.begin(), later.lines.end(), [](const Line& l) { return l.type == "disposed"; }));
  CHECK(std::count_if(later.lines.begin(), later.lines.end(), [](const Line& l) { return l.type == "filed"; }) == 1);
  // It lies there for that code alone, and readable for nobody.
  CHECK_FALSE(ask("v5-q1", new_query_code()).problems.empty());
  CHECK(holding(kiosk.folder.path, unit).empty());
  // The county's newer word counts again.
  hall.away = false;
  county.meet();
  county.decide(receipt.matter, Accepted{unit, "2026-11-20"});
  county.meet();
  kiosk.sync();
  hall.away = true;
  kiosk.sync();
  CHECK(ask("v6-q1", receipt.query_code).state_words == "已受理");
}

TEST_CASE("what the county decided lies on no disk of a kiosk in a form that can be read", "[status][secrecy]") {
  FiledHall filed;
  auto& [hall, one, two, county, receipt] = filed;
  county.decide(receipt.matter, Transferred{unit, ""});
  county.decide(receipt.matter, Accepted{unit, "2026-11-20"});
  county.decide(receipt.matter, Answered{unit, Opinion::Support, letter, summary});
  county.meet();
  one.sync();
  two.sync();
  one.post(AskProgress{"v2-q1", receipt.matter, receipt.query_code});  // with the line up: read, shown, and kept sealed at most
  CHECK(one.now().progress->state_words == "已答复");
  one.post(EndVisit{});
  two.post(EndVisit{});
  for (const std::string& word : {unit, letter, summary, std::string("碧螺滩"), std::string("440583-C.H01")}) {
    INFO(word);
    CHECK(holding(one.folder.path, word).empty());
    CHECK(holding(two.folder.path, word).empty());
  }
  // The search finds what is there: at the county, and at the kiosk what it may keep.
  CHECK_FALSE(holding(county.folder.path, "碧螺滩").empty());
  CHECK_FALSE(holding(one.folder.path, "440583-C.S01").empty());
}

TEST_CASE("desks still read the county's facts, and nobody but a kiosk is given statuses", "[status][rights]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall), desk("desk-reception", &hall);
  County county(hall);
  kiosk.post(filing("v1-f1", wages(), "PET"));
  const Receipt receipt = kiosk.receipt();
  kiosk.sync();
  county.meet();
  county.decide(receipt.matter, Accepted{unit, "2026-11-20"});
  county.meet();
  kiosk.sync();
  desk.sync();
  const auto at_desk = fold(receipt.matter, events_of(desk.store->log(), receipt.matter));
  REQUIRE(at_desk.accepted);
  CHECK(at_desk.accepted->unit == unit);
  std::size_t desk_bodies = 0, kiosk_bodies = 0;
  for (const Event& event : events_of(desk.store->log(), receipt.matter)) desk_bodies += event.type == "status_sealed" && event.body;
  for (const Event& event : events_of(kiosk.store->log(), receipt.matter)) {
    kiosk_bodies += event.type == "status_sealed" && event.body;
    CHECK(event.type != "accepted");
  }
  CHECK(desk_bodies == 0);
  CHECK(kiosk_bodies == 2);
}

TEST_CASE("a status that was owed when the county stopped is sealed after its start, once", "[status][crash]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall);
  County county(hall);
  kiosk.post(filing("v1-f1"));
  const Receipt first = kiosk.receipt();
  kiosk.sync();
  county.meet();
  // Its disk took the events and no status followed: as after a crash between the two, or with an older program.
  kiosk.post(filing("v1-f2"));
  const Receipt second = kiosk.receipt();
  kiosk.sync();
  const auto head = county.log->head("440583-K01");
  REQUIRE(county.log->merge(*hall.log().after("440583-K01", head->seq, 100)));
  CHECK(county.sealed_of(second.matter).empty());
  county.open();
  county.meet();
  REQUIRE(county.sealed_of(second.matter).size() == 1);
  CHECK(opened(county.sealed_of(second.matter).back(), second.query_code, second.matter).state == MatterState::Registered);
  CHECK(county.sealed_of(first.matter).size() == 1);
  county.open();
  county.meet();
  CHECK(county.sealed_of(first.matter).size() == 1);
  CHECK(county.sealed_of(second.matter).size() == 1);
}

TEST_CASE("a county that was restored from a copy tells on, and its later word counts", "[status][epoch]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall);
  County county(hall);
  kiosk.post(filing("v1-f1"));
  const Receipt receipt = kiosk.receipt();
  kiosk.post(EndVisit{});
  kiosk.sync();
  county.meet();
  // The copy was made here; the lost disk said one thing more, which the kiosk has.
  std::vector<Event> lost;
  {
    Digest previous = county.log->head("440583-C.S01")->hash;
    const CitizenStatus said = status_of(fold(receipt.matter, events_of(*county.log, receipt.matter)), {}, hall.clock.wall(), hall.clock.wall(), 7);
    lost.push_back(make_event("440583-C.S01", 2, hall.clock.wall(), receipt.matter, StatusSealed{7, *seal_status(encode_status(said), status_key(receipt.query_code, receipt.matter).public_hex)}, previous));
  }
  REQUIRE(hall.log().merge(lost));
  REQUIRE(county.log->put_note("epoch", "2"));
  county.open();
  county.decide(receipt.matter, Accepted{unit, "2026-11-20"});
  county.meet();
  kiosk.sync();
  std::size_t from_second = 0;
  for (const Event& event : events_of(kiosk.store->log(), receipt.matter)) from_second += event.id.origin == "440583-C.S01.2" && event.body;
  CHECK(from_second == 1);
  hall.away = true;
  kiosk.sync();
  kiosk.post(AskProgress{"v2-q1", receipt.matter, receipt.query_code});
  CHECK(problem(kiosk).empty());
  CHECK(kiosk.now().progress->state_words == "已受理");
}

TEST_CASE("an unknown number, a wrong code and the right one cost the same work", "[status][query]") {
  Machine kiosk;
  kiosk.post(filing("v1-f1"));
  const Receipt receipt = kiosk.receipt();
  // This thread's own time, the least of many, the three in turn: what else the machine does must not decide.
  const auto spent = [] {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
  };
  const std::pair<std::string, std::string> asked[] = {{receipt.matter, receipt.query_code}, {receipt.matter, new_query_code()}, {make_matter_id("440583-K01", *parse_date("2026-11-20"), 99), receipt.query_code}};
  double least[3] = {1e9, 1e9, 1e9};
  for (int i = 0; i < 45; ++i) {
    kiosk.post(EndVisit{});
    kiosk.clock.pass(std::chrono::hours(2));  // so that no try is refused for the ones before
    const double from = spent();
    kiosk.post(AskProgress{"q" + std::to_string(i), asked[i % 3].first, asked[i % 3].second});
    least[i % 3] = std::min(least[i % 3], spent() - from);
  }
  INFO(least[0] << " " << least[1] << " " << least[2]);
  CHECK(std::max({least[0], least[1], least[2]}) < 1.4 * std::min({least[0], least[1], least[2]}));
  CHECK(std::min({least[0], least[1], least[2]}) > 2);  // two derivations of some milliseconds were made each time
}

TEST_CASE("five wrong tries a visit cost nothing, then the query closes for 15 s, doubling, over visits too", "[status][T24]") {
  QueryGuard guard;
  Tick now{};
  struct Row { const char* what; int wait_s; };
  for (const Row row : {Row{"wrong", 0}, Row{"wrong", 0}, Row{"wrong", 0}, Row{"wrong", 0}, Row{"wrong", 15}, Row{"wrong", 30}, Row{"wrong", 60}, Row{"visit", 0},
                        Row{"wrong", 0}, Row{"wrong", 0}, Row{"wrong", 0}, Row{"wrong", 0}, Row{"wrong", 120}, Row{"right", 0}, Row{"wrong", 0}}) {
    INFO(row.what << " " << row.wait_s);
    if (row.what == std::string("wrong")) guard.wrong(now);
    else if (row.what == std::string("visit")) guard.visit_ended();
    else guard.right();
    CHECK(guard.closed_for(now) == Span{row.wait_s * 1000});
    now += guard.closed_for(now);
    now += Span{1000};
  }
  for (int i = 0; i < 40; ++i) guard.wrong(now);
  CHECK(guard.closed_for(now) <= QueryGuard::longest_wait);
  now += std::chrono::hours(30);
  guard.visit_ended();
  for (int i = 0; i < 5; ++i) guard.wrong(now);
  CHECK(guard.closed_for(now) < std::chrono::minutes(60));
}

TEST_CASE("a kiosk that was asked wrongly too often refuses the right code too, and says for how long", "[status][T24]") {
  Machine kiosk;
  kiosk.post(filing("v1-f1"));
  const Receipt receipt = kiosk.receipt();
  for (int i = 0; i < 5; ++i) kiosk.post(AskProgress{"w" + std::to_string(i), receipt.matter, new_query_code()});
  kiosk.post(AskProgress{"q1", receipt.matter, receipt.query_code});
  CHECK(problem(kiosk) == "输错太多次，请等15秒再查");
  kiosk.post(Rate{"r1", receipt.matter, receipt.query_code, 5, 5, ""});
  REQUIRE(kiosk.now().outcome);
  REQUIRE_FALSE(kiosk.now().outcome->problems.empty());
  CHECK(kiosk.now().outcome->problems.front().what == "输错太多次，请等15秒再查");
  kiosk.clock.pass(Span{15'000});
  kiosk.post(AskProgress{"q2", receipt.matter, receipt.query_code});
  CHECK(problem(kiosk).empty());
}

TEST_CASE("a receipt proves to the county who took it, when, and what", "[receipt]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall, "440583-K01"), other("kiosk", &hall, "440583-K02");
  kiosk.post(filing("v1-f1"));
  const Receipt receipt = kiosk.receipt();
  REQUIRE_FALSE(receipt.proof.empty());
  CHECK(receipt.proof.size() <= 220);
  CHECK(receipt_qr(receipt) == receipt.proof);
  CHECK(receipt.proof.starts_with("XF2:" + receipt.matter + ":" + receipt.query_code + ":"));
  const auto devices = hall.hub().devices();
  using Check = sync::ReceiptCheck;
  // Before anything of it has arrived the signature alone speaks.
  auto checked = sync::check_receipt(hall.log(), devices, receipt.proof, "");
  REQUIRE(checked);
  CHECK(checked->signed_by_device == Check::Signed::Yes);
  CHECK(checked->known == Check::Known::NotHere);
  CHECK(checked->holds());
  kiosk.sync();
  checked = sync::check_receipt(hall.log(), devices, receipt.proof, "");
  REQUIRE(checked);
  CHECK(checked->known == Check::Known::Same);
  CHECK(checked->holds());
  CHECK(sync::check_receipt(hall.log(), {}, receipt.proof, "")->signed_by_device == Check::Signed::Unknown);
  CHECK_FALSE(sync::check_receipt(hall.log(), {}, receipt.proof, "")->holds());
  CHECK(sync::check_receipt(hall.log(), {}, receipt.proof, kiosk.config.key.public_hex)->holds());
  CHECK_FALSE(sync::check_receipt(hall.log(), devices, receipt.proof, other.config.key.public_hex)->holds());
  // One scan at a kiosk gives number and code, older slips too; a damaged one gives nothing.
  CHECK(writing::parse_scan(receipt.proof) == writing::Scan{receipt.matter, receipt.query_code});
  CHECK(writing::parse_scan("XF1:" + receipt.matter + ":" + receipt.query_code + ":" + receipt.chain8) == writing::Scan{receipt.matter, receipt.query_code});
  CHECK_FALSE(writing::parse_scan(receipt.proof.substr(0, receipt.proof.rfind(':'))));
  CHECK_FALSE(writing::parse_scan("XF2:" + receipt.matter + ":1234567890123456:1:a:b:c"));
  writing::ScanGate gate;
  std::vector<writing::Stroke> burst{{{}, receipt.proof}, {"Enter", {}}};
  const auto passed = gate.pass(burst, Tick{} + Span{1000});
  CHECK(passed.strokes.empty());
  CHECK(passed.scan == writing::Scan{receipt.matter, receipt.query_code});
  // No part of it can be another one.
  std::size_t held = 0, tried = 0;
  const std::size_t code_at = 4 + receipt.matter.size() + 1;
  for (std::size_t i = 4; i < receipt.proof.size(); ++i) {
    if (receipt.proof[i] == ':' || (i >= code_at && i < code_at + 16)) continue;  // the code is the citizen's, not the kiosk's word
    std::string changed = receipt.proof;
    changed[i] = changed[i] == '1' ? '2' : '1';
    ++tried;
    const auto again = sync::check_receipt(hall.log(), devices, changed, "");
    held += again && again->holds() && hex_text(changed) != hex_text(receipt.proof) && decode_receipt_proof(changed)->signature_hex != decode_receipt_proof(receipt.proof)->signature_hex;
    if (again && again->holds()) CHECK(encode_receipt_proof(again->proof) == receipt.proof);  // unused bits of the last character at most
  }
  CHECK(held == 0);
  CHECK(tried > 150);
  for (const char* bad : {"", "XF2:", "XF1:440583-K01-20261120-0001-7:4837291600215532:4f2a90c1", "XF2:a:b:c:d:e:f"}) CHECK_FALSE(decode_receipt_proof(bad));
  // A receipt of a matter that says something else here: signed by the device, and still it does not hold.
  other.post(filing("v1-f1"));
  const Receipt twin = other.receipt();
  const auto forged = encode_receipt_proof(prove_receipt(receipt.matter, "", receipt.at, twin.filed_hash, receipt.head_hash, kiosk.config.key.secret_hex));
  const auto contradicted = sync::check_receipt(hall.log(), devices, forged, "");
  REQUIRE(contradicted);
  CHECK(contradicted->signed_by_device == Check::Signed::Yes);
  CHECK(contradicted->known == Check::Known::Other);
  CHECK_FALSE(contradicted->holds());
}

TEST_CASE("a slip says 双份 only when another machine has acknowledged it", "[receipt][R19]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall);
  const auto slip = [&](const std::string& request) {
    kiosk.post(PrintReceipt{request});
    return plain_words(kiosk.prints.back().paper);
  };
  kiosk.sync();
  kiosk.post(filing("v1-f1"));
  CHECK(slip("p1").find("已登记 · 已存本机") != std::string::npos);
  hall.away = true;
  kiosk.sync();
  CHECK(slip("p2").find("已双份保存") == std::string::npos);
  hall.away = false;
  kiosk.clock.pass(std::chrono::minutes(5));
  hall.clock.pass(std::chrono::minutes(5));
  kiosk.sync();
  REQUIRE(kiosk.now().unsent == 0);
  CHECK(slip("p3").find("已登记 · 已双份保存") != std::string::npos);
  CHECK(slip("p4").find("已受理") == slip("p4").find("不代表已受理") + std::string("不代表").size());  // the only place it may stand
  CHECK(slip("p5").find("信访") == std::string::npos);  // the heading is neutral
}

TEST_CASE("whoever lost the power between the commit and the page is sent to the window for two minutes, without a word about the matter", "[receipt][R1][R31]") {
  struct Row { const char* what; bool shown; int minutes_dark; bool told; };
  for (const Row row : {Row{"never shown", false, 1, true}, Row{"shown", true, 1, false}, Row{"the person has gone home", false, 30, false}}) {
    INFO(row.what);
    Machine kiosk;
    kiosk.post(filing("v1-f1"));
    CHECK_FALSE(kiosk.now().unshown);
    if (row.shown) kiosk.post(ReceiptShown{"v1-f1"});
    kiosk.store.reset();  // the power goes
    kiosk.clock.pass(std::chrono::minutes(row.minutes_dark));
    kiosk.open();
    CHECK(kiosk.now().unshown == row.told);
    CHECK_FALSE(kiosk.now().outcome);
    kiosk.clock.pass(Span{119'000});
    kiosk.store->tick();
    CHECK(kiosk.now().unshown == row.told);
    kiosk.clock.pass(Span{2'000});
    kiosk.store->tick();
    CHECK_FALSE(kiosk.now().unshown);
  }
  // Printed, or the visit ended as visits end: shown as well.
  for (const bool printed : {true, false}) {
    Machine kiosk;
    kiosk.post(filing("v1-f1"));
    if (printed) {
      kiosk.post(PrintReceipt{"p1"});
      kiosk.store->printed(kiosk.prints.back(), Done{});
    } else {
      kiosk.post(EndVisit{});
    }
    kiosk.open();
    CHECK_FALSE(kiosk.now().unshown);
  }
}

TEST_CASE("figures of the offline status", "[.figures]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall, "440583-K01"), other("kiosk", &hall, "440583-K02");
  County county(hall);
  constexpr int matters = 5'000;
  Receipt last;
  for (int i = 0; i < matters; ++i) {
    kiosk.post(filing("v" + std::to_string(i)));
    last = kiosk.receipt();
    if (i % 500 == 499) {
      kiosk.post(EndVisit{});
      kiosk.sync();
      county.meet();
    }
  }
  const auto size = [](const std::string& folder) {
    std::uintmax_t bytes = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file() && entry.path().filename() != "reserve") bytes += entry.file_size();
    return static_cast<double>(bytes);
  };
  const double before = size(other.folder.path);
  for (int i = 0; i < 40; ++i) other.sync();
  other.post(EndVisit{});
  const double after = size(other.folder.path);
  hall.away = true;
  std::vector<double> ms;
  for (int i = 0; i < 51; ++i) {
    other.post(EndVisit{});
    const auto from = std::chrono::steady_clock::now();
    other.post(AskProgress{"q" + std::to_string(i), last.matter, last.query_code});
    ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - from).count());
    REQUIRE(problem(other).empty());
  }
  std::sort(ms.begin(), ms.end());
  std::size_t text = 0;
  for (const auto& one : county.sealed_of(last.matter)) text = std::max(text, open_status(one.sealed, status_key(last.query_code, last.matter))->size());
  std::printf("offline query: median %.1f ms, longest %.1f ms; mirror of %d matters: %.1f MB, %.0f bytes a status; plain status %zu bytes\n", ms[25], ms.back(), matters,
              (after - before) / 1e6, (after - before) / matters, text);
}
