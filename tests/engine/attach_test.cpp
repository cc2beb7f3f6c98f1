// Attachments through the store: filed at the kiosk, counted as unsent, opened at the desk that may, gone when it is put away.
#include <catch2/catch_test_macros.hpp>
#include <algorithm>
#include <random>

#include "world.h"

using namespace engine_tests;

namespace {

std::shared_ptr<const std::vector<std::byte>> sound(std::size_t n, std::uint64_t seed = 1) {
  std::mt19937_64 rng(seed);
  std::vector<std::byte> bytes(n);
  for (auto& b : bytes) b = static_cast<std::byte>(rng() >> 32);
  return std::make_shared<const std::vector<std::byte>>(std::move(bytes));
}

FileMatter spoken(std::string request, std::size_t n = 600'000, Petition petition = wages()) {
  FileMatter f = filing(std::move(request), std::move(petition));
  f.attachments.push_back({std::string(attached_statement), "audio/ogg; codecs=opus", 61'000, sound(n)});
  f.signature = DrawnSignature{"petitioner", {8000, 3000, {{1, 1}, {7000, 2500}}, {2}}, text_hash(f.petition)};
  return f;
}

}  // namespace

TEST_CASE("a recording that only this disk has is as unsent as a word", "[store][attach]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall);
  kiosk.post(spoken("r1"));
  REQUIRE(kiosk.now().outcome->receipt);
  const auto events = kiosk.events(kiosk.receipt().matter).size();
  CHECK(kiosk.receipt().is_signed);
  CHECK(kiosk.now().unsent == events + 1);
  CHECK(kiosk.now().uncounted == events + 1);
  kiosk.sync();
  CHECK(kiosk.now().unsent == 0);
  CHECK(kiosk.now().uncounted == events + 1);
  // A double tap files and stores once.
  kiosk.post(spoken("r1"));
  CHECK(kiosk.store->log().blob_totals()->named == 1);
  CHECK(kiosk.store->log().verify()->empty());
  CHECK(hall.log().verify()->empty());
}

TEST_CASE("the desk that opens a matter gets its recording, after the look is stated, and drops it when it is put away", "[store][desk][attach]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall), desk("desk-reception", &hall, "440583-D03");
  kiosk.post(spoken("r1"));
  const MatterId matter = kiosk.receipt().matter;
  kiosk.sync();
  desk.sync();
  CHECK(desk.now().attachments.empty());
  hall.targets.clear();
  desk.post(OpenMatter{matter, "周小满"});
  REQUIRE(desk.now().open);
  REQUIRE(desk.now().open->attachments.size() == 1);
  REQUIRE(desk.now().open->signatures.size() == 1);
  CHECK(desk.now().open->signatures[0].fits == true);
  const std::string hash = desk.now().open->attachments[0].what.hash;
  REQUIRE(desk.now().attachments.contains(hash));
  REQUIRE(desk.now().attachments.at(hash).bytes);
  CHECK(*desk.now().attachments.at(hash).bytes == *sound(600'000));
  CHECK(std::count_if(hall.targets.begin(), hall.targets.end(), [](const std::string& t) { return t.starts_with("/v1/blob/"); }) == 3);  // in pieces
  CHECK(desk.count(matter, "viewed") == 1);
  CHECK(desk.store->log().blob(*digest_from_hex(hash))->have == 0);  // heard, not kept
  desk.post(OpenMatter{"", ""});
  CHECK(desk.now().attachments.empty());
  // Written down, it stands beside the recording for everybody who may read the matter.
  desk.post(StateFact{matter, Transcribed{"周小满", hash, "我做了四个月，没有发工资。", true}, "t1"});
  desk.post(OpenMatter{matter, "周小满"});
  REQUIRE(desk.now().open->transcripts.size() == 1);
  CHECK(desk.now().open->transcripts[0].what.read_back);
}

TEST_CASE("a recording that is still on its way, or behind a cut cable, is said so and comes by itself", "[store][desk][attach]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall), desk("desk-reception", &hall, "440583-D03");
  kiosk.post(spoken("r1"));
  const MatterId matter = kiosk.receipt().matter;
  // The events alone: the attachment goes after them.
  sync::ClientConfig c;
  c.self = kiosk.config.origin;
  c.key = kiosk.config.key;
  c.hub_origin = kiosk.config.hub_origin;
  c.hub_public_hex = kiosk.config.hub_public_hex;
  c.long_poll = Span{0};
  sync::Client client(c, [&](const std::function<void(EventLog&)>& use) { use(kiosk.store->log()); });
  for (;;) {
    const auto request = client.step(hall.clock.tick(), hall.clock.wall());
    REQUIRE(request);
    if (request->method == "PUT") break;
    client.received(hall.exchange(*request), hall.clock.tick(), hall.clock.wall());
  }
  desk.sync();
  desk.post(OpenMatter{matter, "周小满"});
  REQUIRE(desk.now().open);
  const std::string hash = desk.now().open->attachments.at(0).what.hash;
  CHECK(desk.now().attachments.at(hash).trouble == "later");
  kiosk.sync();
  desk.sync();
  CHECK(desk.now().attachments.at(hash).bytes);

  desk.post(OpenMatter{"", ""});
  hall.away = true;
  desk.post(OpenMatter{matter, "周小满"});
  CHECK(desk.now().attachments.at(hash).trouble == "away");
  hall.away = false;
  desk.sync();
  CHECK(desk.now().attachments.at(hash).bytes);
}

TEST_CASE("no desk gets what is attached to a sealed matter, nor to a matter of other windows", "[store][desk][attach][XFTL30]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall), reception("desk-reception", &hall, "440583-D03"), lawyer("desk-lawyer", &hall, "440583-D01");
  kiosk.config.discipline_keys = {make_box_keys().public_hex};
  kiosk.open();
  Petition accusation = wages("请查一查这个人");
  accusation.kind = MatterKind::Accusation;
  accusation.topic = "official";
  accusation.answers = {};
  accusation.answers.about_official = Answer::Yes;
  kiosk.post(spoken("r1", 9'000, accusation));
  REQUIRE(kiosk.receipt().sealed);
  CHECK_FALSE(kiosk.receipt().is_signed);
  const MatterId secret = kiosk.receipt().matter;
  FileMatter other = spoken("r2", 9'000);
  other.chosen = window_reception;
  kiosk.post(other);
  const MatterId ordinary = kiosk.receipt().matter;
  kiosk.sync();
  for (Machine* desk : {&reception, &lawyer}) desk->sync();
  hall.targets.clear();
  reception.post(OpenMatter{secret, "周小满"});
  lawyer.post(OpenMatter{ordinary, "陈明远"});
  CHECK(reception.now().attachments.empty());
  CHECK(lawyer.now().attachments.empty());
  CHECK(std::none_of(hall.targets.begin(), hall.targets.end(), [](const std::string& t) { return t.starts_with("/v1/blob/"); }));
  reception.post(OpenMatter{ordinary, "周小满"});
  CHECK(reception.now().attachments.size() == 1);
}

TEST_CASE("a recording filed at the desk itself is heard without the hub", "[store][desk][attach]") {
  HallHub hall;
  Machine desk("desk-reception", &hall, "440583-D03");
  hall.away = true;
  FileMatter f = spoken("r1", 50'000);
  f.by = ChosenBy::Staff;
  desk.post(f);
  REQUIRE(desk.now().outcome->receipt);
  desk.post(OpenMatter{desk.receipt().matter, "周小满"});
  REQUIRE(desk.now().open);
  CHECK(desk.now().attachments.at(desk.now().open->attachments.at(0).what.hash).bytes);
}

TEST_CASE("a recording that is too long is told by its field, and the mended one is filed", "[store][attach]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall);
  FileMatter bad = spoken("r1");
  bad.attachments[0].bytes = sound(attachment_bytes_max + 1);
  kiosk.post(bad);
  REQUIRE(kiosk.now().outcome);
  REQUIRE(kiosk.now().outcome->problems.size() == 1);
  CHECK(kiosk.now().outcome->problems[0].field == "attachments[0]");
  CHECK(kiosk.store->log().count().value() == 0);
  kiosk.post(spoken("r1"));
  CHECK(kiosk.now().outcome->receipt);
}
