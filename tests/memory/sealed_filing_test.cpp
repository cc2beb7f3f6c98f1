// Filing under the county's key-set: whatever a matter is about, it looks the same, and this machine cannot read it again.
#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "core/envelope.h"
#include "core/opening.h"
#include "filing_support.h"
#include "kiosk/filing.h"
#include "shim_vfs.h"
#include "sqlite3.h"
#include "support.h"

using namespace yizhan;
using namespace yizhan::test;
using namespace yizhan::kiosk;

namespace {

struct Keys {
  KeyPair root = make_sign_keys(), hall = make_box_keys(), county = make_box_keys(), discipline = make_box_keys(), escrow = make_box_keys(), device = make_sign_keys();
  KeySet set() const {
    KeySet s;
    s.version = 3;
    s.root_public_hex = root.public_hex;
    s.recipients = {{"H01-1", "hall", test::hall_hub, hall.public_hex}, {"C-1", "county", "", county.public_hex}, {"D-1", "discipline", "", discipline.public_hex}, {"E-1", "escrow", "", escrow.public_hex}};
    return s;
  }
};

struct SealedHall {
  Scratch scratch;
  Keys keys;
  std::unique_ptr<EventLog> log;
  WorkCalendar calendar;
  FilingConfig config;
  std::unique_ptr<Filing> filing;
  explicit SealedHall(const std::string& vfs = "") : log(open_log(scratch.file("a.db"), vfs)) {
    config.origin = test::kiosk;
    config.assets_dir = YIZHAN_SOURCE_DIR "/assets";
    config.sealer = make_sealer(keys.set(), test::kiosk, test::hall_hub, keys.device);
    filing = std::make_unique<Filing>(*log, config, rules(), calendar);
  }
  Outcome file(const std::string& request, Petition petition) {
    FileMatter c;
    c.request = request;
    c.petition = std::move(petition);
    return filing->file(c, std::nullopt, ten(), 0, 0);
  }
  std::vector<Event> events(const Outcome& o) const { return *log->of_matter(o.receipt->matter); }
};

const Strokes scrawl{8000, 3000, {{100, 100}, {900, 2000}, {4000, 150}, {4100, 2900}}, {2, 4}};

FileMatter everything(const std::string& request, Petition petition) {
  FileMatter c;
  c.request = request;
  c.petition = std::move(petition);
  const std::string bytes = noise(30'000, 5);
  const auto* from = reinterpret_cast<const std::byte*>(bytes.data());
  c.attachments = {{std::string(attached_statement), "audio/ogg; codecs=opus", 61'000, std::make_shared<const std::vector<std::byte>>(from, from + bytes.size())}};
  c.signature = DrawnSignature{"petitioner", scrawl, text_hash(c.petition)};
  c.names = {{"petitioner.name", scrawl}};
  return c;
}

std::string all_bytes(const std::filesystem::path& directory) {
  std::string all;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    std::ifstream in(file.path(), std::ios::binary);
    all.append(std::istreambuf_iterator<char>(in), {});
  }
  return all;
}

/// All that the hall can see of a matter without a key, with what is chance or its own number taken out.
std::string outside_of(const std::vector<Event>& events) {
  std::string all;
  for (const Event& event : events) {
    const auto fact = fact_of(event);
    REQUIRE(fact);
    Fact seen = *fact;
    if (auto* filed = std::get_if<Filed>(&seen)) {
      CHECK_FALSE(filed->petition);
      filed->sealed = std::to_string(filed->sealed.size());
      filed->query_tag = std::to_string(filed->query_tag.size());
      filed->status_public = std::to_string(filed->status_public.size());
      filed->source_ref.clear();
    }
    if (auto* sealed = std::get_if<SealedFact>(&seen)) sealed->sealed = std::to_string(sealed->sealed.size());
    if (auto* attached = std::get_if<Attached>(&seen)) attached->hash = std::to_string(attached->hash.size());
    if (auto* ticket = std::get_if<TicketIssued>(&seen)) ticket->ticket = std::to_string(ticket->ticket.size());
    all += event.type + " " + encode_fact(seen) + "\n";
  }
  return all;
}

}  // namespace

TEST_CASE("under keys an ordinary matter opens for the hall's duty, an accusation for nobody in the hall", "[filing][key_set][XFTL30]") {
  SealedHall hall;
  const Outcome ordinary = hall.file("r1", sample_petition()), accused = hall.file("r2", accusation());
  REQUIRE(ordinary.receipt);
  REQUIRE(accused.receipt);
  for (const KeyPair& key : {hall.keys.hall, hall.keys.county, hall.keys.escrow}) {
    const Opening opening = open_matter(ordinary.receipt->matter, hall.events(ordinary), key, [&](const Origin&) { return std::vector{make_sign_keys().public_hex, hall.keys.device.public_hex}; });
    CHECK(opening.opened);
    CHECK(opening.doubts.empty());
    const Matter m = fold(ordinary.receipt->matter, opening.events);
    REQUIRE(m.petition);
    CHECK(m.petition->statement.facts == sample_petition().statement.facts);
    CHECK_FALSE(m.closed);
    // Inside is what an open matter would have had: the ruling with its reasons, and the suggestion.
    CHECK_FALSE(m.routed->ruling.reasons.empty());
    CHECK(m.routed->ruling.path != LegalPath::Unknown);
    CHECK(m.routed->suggested);
  }
  for (const KeyPair& key : {hall.keys.hall, hall.keys.county}) {
    const Opening opening = open_matter(accused.receipt->matter, hall.events(accused), key);
    CHECK_FALSE(opening.opened);
    CHECK(opening.refused);
    CHECK_FALSE(fold(accused.receipt->matter, opening.events).petition);
  }
  const Opening discipline = open_matter(accused.receipt->matter, hall.events(accused), hall.keys.discipline);
  REQUIRE(discipline.opened);
  CHECK(fold(accused.receipt->matter, discipline.events).petition->statement.facts == accusation().statement.facts);
}

TEST_CASE("the receipt says as much as before, and a repeated press after a restart says the same number", "[filing][key_set]") {
  SealedHall hall;
  const Outcome o = hall.file("r1", sample_petition());
  REQUIRE(o.receipt);
  CHECK_FALSE(o.receipt->sealed);
  CHECK_FALSE(o.receipt->deadlines.empty());
  CHECK(o.receipt->query_code.size() == 16);
  CHECK(hall.file("r2", accusation()).receipt->sealed);
  Filing later(*hall.log, hall.config, rules(), hall.calendar);
  FileMatter again;
  again.request = "r1";
  again.petition = sample_petition();
  const Outcome second = later.file(again, std::nullopt, ten(3), 0, 0);
  REQUIRE(second.receipt);
  CHECK(second.receipt->matter == o.receipt->matter);
  CHECK(second.receipt->ticket == o.receipt->ticket);
  CHECK(hall.log->of_matter(o.receipt->matter)->size() == 3);
}

TEST_CASE("what the hall sees of an accusation and of an ordinary matter of the same window is the same", "[filing][key_set][XFTL30]") {
  SealedHall hall;
  Petition ordinary = sample_petition();
  const Outcome a = hall.file("a", accusation());
  REQUIRE(a.receipt);
  FileMatter c;
  c.request = "b";
  c.petition = ordinary;
  c.chosen = a.receipt->window;
  c.by = ChosenBy::Staff;
  const Outcome b = hall.filing->file(c, std::nullopt, ten(), 0, 0);
  REQUIRE(b.receipt);
  CHECK(outside_of(hall.events(a)) == outside_of(hall.events(b)));
  // Who only takes a number looks like it too: nobody sees who said nothing.
  const Outcome number = hall.filing->take_number({"n", a.receipt->window}, std::nullopt, ten(), 0, 0);
  REQUIRE(number.receipt);
  CHECK(outside_of(hall.events(number)) == outside_of(hall.events(a)));

  FileMatter signed_a = everything("sa", accusation()), signed_b = everything("sb", ordinary);
  signed_b.chosen = a.receipt->window;
  signed_b.by = ChosenBy::Staff;
  const Outcome sa = hall.filing->file(signed_a, std::nullopt, ten(), 0, 0), sb = hall.filing->file(signed_b, std::nullopt, ten(), 0, 0);
  REQUIRE(sa.receipt);
  REQUIRE(sb.receipt);
  CHECK(outside_of(hall.events(sa)) == outside_of(hall.events(sb)));
  CHECK(hall.log->verify()->empty());
}

TEST_CASE("no word of anybody is on this machine's disk in clear", "[filing][key_set]") {
  SealedHall hall;
  for (int i = 0; i < 20; ++i) REQUIRE(hall.filing->file(everything("r" + std::to_string(i), i % 2 == 0 ? sample_petition() : accusation()), std::nullopt, ten(), 0, 0).receipt);
  REQUIRE(hall.log->checkpoint());
  const std::string disk = all_bytes(hall.scratch.path());
  for (const std::string& said : {std::string("测试甲"), std::string("13800000000"), std::string("样板干部"), sample_petition().statement.facts, sample_petition().statement.request,
                                  std::string("星河样板厂"), std::string("wages"), std::string("oral_statement"), noise(30'000, 5).substr(1000, 64), encode_strokes(scrawl).value()})
    CHECK(disk.find(said) == std::string::npos);
  CHECK(disk.find("K03-20261120") != std::string::npos);
}

TEST_CASE("signatures, drawn names and recordings open with the matter", "[filing][key_set][parts]") {
  SealedHall hall;
  const Outcome o = hall.filing->file(everything("r", sample_petition()), std::nullopt, ten(), 0, 0);
  REQUIRE(o.receipt);
  CHECK(o.receipt->is_signed);
  const Matter closed = fold(o.receipt->matter, hall.events(o));
  CHECK(closed.closed);
  CHECK_FALSE(closed.sealed);
  CHECK(closed.signatures.empty());
  CHECK(closed.closed_types == std::set<std::string>{"name_drawn", "signed"});
  const Matter m = fold(o.receipt->matter, open_matter(o.receipt->matter, hall.events(o), hall.keys.hall).events);
  REQUIRE(m.signatures.size() == 1);
  CHECK(m.signatures[0].fits == true);
  CHECK(m.names.at("petitioner.name").strokes == encode_strokes(scrawl).value());
  REQUIRE(m.attachments.size() == 1);
  CHECK(m.attachments[0].what.sealed);
  CHECK(m.attachments[0].what.kind.empty());
  const auto hash = digest_from_hex(m.attachments[0].what.hash);
  std::string stored;
  while (stored.size() < static_cast<std::size_t>(m.attachments[0].what.bytes)) stored += *hall.log->blob_bytes(*hash, stored.size());
  const auto opened = open_attachment(stored, o.receipt->matter, hall.keys.hall);
  REQUIRE(opened);
  CHECK(opened->content == noise(30'000, 5));
  CHECK(std::get<Attached>(*decode_stated(opened->about)).duration_ms == 61'000);
}

TEST_CASE("what was filed is never changed: more of it is a matter of its own that names the first", "[filing][key_set]") {
  SealedHall hall;
  const Outcome first = hall.file("r1", sample_petition());
  REQUIRE(first.receipt);
  FileMatter more;
  more.request = "r2";
  more.petition = sample_petition();
  more.supplements = first.receipt->matter;
  const Outcome second = hall.filing->file(more, std::nullopt, ten(), 0, 0);
  REQUIRE(second.receipt);
  CHECK(second.receipt->matter != first.receipt->matter);
  CHECK(fold(second.receipt->matter, hall.events(second)).supplements == first.receipt->matter);
  CHECK(hall.events(first).size() == 3);
  more.request = "r3";
  more.supplements = "440583-K03-20261120-0001-0";
  const Outcome wrong = hall.filing->file(more, std::nullopt, ten(), 0, 0);
  REQUIRE(wrong.problems.size() == 1);
  CHECK(wrong.problems[0].field == "supplements");
}

TEST_CASE("an envelope that another device signed is opened with a doubt", "[filing][key_set]") {
  SealedHall hall;
  const Outcome o = hall.file("r1", sample_petition());
  const Opening opening = open_matter(o.receipt->matter, hall.events(o), hall.keys.hall, [](const Origin&) { return std::vector{make_sign_keys().public_hex}; });
  CHECK(opening.opened);
  CHECK(opening.doubts.size() == 1);
  CHECK(open_matter(o.receipt->matter, hall.events(o), hall.keys.hall, [](const Origin&) { return std::vector<std::string>(); }).doubts.empty());
}

TEST_CASE("an envelope that is moved to another matter opens for nobody", "[filing][key_set]") {
  SealedHall hall;
  const Outcome a = hall.file("a", sample_petition()), b = hall.file("b", sample_petition());
  auto moved = hall.events(b);
  for (Event& event : moved)
    if (event.type == "filed") {
      Filed filed = std::get<Filed>(*fact_of(event));
      filed.sealed = std::get<Filed>(*fact_of(hall.events(a).front())).sealed;
      event.body = encode_fact(filed);
    }
  CHECK_FALSE(open_matter(b.receipt->matter, moved, hall.keys.hall).opened);
}

TEST_CASE("words that staff write are closed under the same keys, and the clocks of the law stay readable", "[key_set]") {
  Keys keys;
  const auto sealer = make_sealer(keys.set(), test::desk1, test::hall_hub, keys.device);
  Consulted consulted;
  consulted.staff = "L01";
  consulted.facts = "样板事实";
  const std::vector<Fact> said = {consulted, Disposed{"R01", Disposition::TransferredSameLevel, "样板局", "", ""}, Rated{5, 4, "样板评价"}, Viewed{"L01", "desk-lawyer"}};
  const auto closed = close_facts(said, sealer.get(), SealClass::Ordinary, {a_matter, ten()});
  REQUIRE(closed);
  CHECK(std::get<SealedFact>((*closed)[0]).type == "consulted");
  CHECK(std::holds_alternative<Disposed>((*closed)[1]));
  CHECK(std::get<SealedFact>((*closed)[2]).type == "rated");
  CHECK(std::holds_alternative<Viewed>((*closed)[3]));
  Author author(test::desk1);
  std::vector<Event> events;
  for (const Fact& fact : *closed) events.push_back(author.say(a_matter, fact, ten()));
  const Matter shut = fold(a_matter, events);
  CHECK_FALSE(shut.consulted);
  CHECK(shut.closed_types.contains("consulted"));
  CHECK(shut.disposed);
  const Matter open = fold(a_matter, open_matter(a_matter, events, keys.county).events);
  REQUIRE(open.consulted);
  CHECK(open.consulted->facts == "样板事实");
  CHECK(open.rated->service == 5);
  // What is closed already is not closed twice, and without a set nothing is.
  CHECK(std::get<SealedFact>((*close_facts(*closed, sealer.get(), SealClass::Ordinary, {a_matter, ten()}))[0]).sealed == std::get<SealedFact>((*closed)[0]).sealed);
  CHECK(std::holds_alternative<Consulted>((*close_facts(said, make_early_sealer({keys.discipline.public_hex}).get(), SealClass::Ordinary, {a_matter, ten()}))[0]));
}

TEST_CASE("of what reception decides the step and its day are readable, never a unit, a reason or that it was an accusation", "[key_set]") {
  Keys keys;
  const auto sealer = make_sealer(keys.set(), test::desk1, test::hall_hub, keys.device);
  const auto stated = [&](Fact fact) {
    const auto closed = close_facts({std::move(fact)}, sealer.get(), SealClass::Ordinary, {a_matter, ten()});
    REQUIRE(closed);
    Author author(test::desk1);
    return std::vector{author.say(a_matter, closed->front(), ten())};
  };
  const auto assigned = stated(Disposed{"R01", Disposition::Assigned, "样板局", "样板理由", "2026-12-20"});
  const auto ordinary = stated(Disposed{"R01", Disposition::TransferredSameLevel, "样板局", "样板理由", ""});
  const auto accusation = stated(Disposed{"R01", Disposition::SentToDiscipline, "", "", ""});
  const auto overridden = stated(RouteOverridden{"MED", LegalPath::Unknown, "样板理由", "R01"});
  for (const auto* events : {&assigned, &ordinary, &accusation, &overridden}) {
    const std::string& body = *events->front().body;
    for (const char* said : {"样板", "Discipline"}) CHECK(body.find(said) == std::string::npos);
  }
  // Outside the two are one: the same fields, the same length, only the ciphertext differs.
  const auto outside = [](const std::vector<Event>& events) {
    auto fact = std::get<Disposed>(*fact_of(events.front()));
    CHECK(envelope_head(fact.words)->key_set == 3);
    const std::size_t bytes = std::exchange(fact.words, "").size();
    return encode_fact(fact) + std::to_string(bytes);
  };
  CHECK(outside(ordinary) == outside(accusation));
  CHECK(fold(a_matter, assigned).disposed->report_by == "2026-12-20");
  CHECK(fold(a_matter, assigned).state == fold(a_matter, accusation).state);

  const auto seen = [&](const std::vector<Event>& events, const KeyPair& key) { return *fold(a_matter, open_matter(a_matter, events, key).events).disposed; };
  for (const KeyPair& key : {keys.hall, keys.county}) {
    CHECK(seen(assigned, key).to_unit == "样板局");
    CHECK(seen(assigned, key).reason == "样板理由");
    CHECK(seen(assigned, key).words.empty());
    CHECK(seen(accusation, key).disposition == Disposition::TransferredSameLevel);
    CHECK_FALSE(seen(accusation, key).words.empty());
    CHECK(fold(a_matter, open_matter(a_matter, overridden, key).events).overridden->reason == "样板理由");
  }
  CHECK(seen(accusation, keys.discipline).disposition == Disposition::SentToDiscipline);
  CHECK_FALSE(seen(assigned, keys.discipline).words.empty());
  CHECK(fold(a_matter, overridden).overridden->window == "MED");

  // Two desks that decided the same said one thing, though no two envelopes are alike; two that did not, two.
  const auto conflicts = [&](const Fact& other) {
    Author second(test::desk2);
    auto both = ordinary;
    both.push_back(second.say(a_matter, close_facts({other}, sealer.get(), SealClass::Ordinary, {a_matter, ten()})->front(), ten()));
    return fold(a_matter, both).conflicts.size();
  };
  CHECK(conflicts(Disposed{"R01", Disposition::TransferredSameLevel, "样板局", "样板理由", ""}) == 0);
  CHECK(conflicts(Disposed{"R01", Disposition::NotAccepted, "", "样板理由", ""}) == 1);
}

TEST_CASE("why a number is moved is sealed for who opens the matter", "[key_set]") {
  Keys keys;
  const auto sealer = make_sealer(keys.set(), test::desk1, test::hall_hub, keys.device);
  const Binding binding{a_matter, ten()};
  const auto closed = close_words("样板理由：对方是他表哥", sealer.get(), binding);
  REQUIRE(closed);
  CHECK(closed->starts_with(envelope_begins));
  CHECK(*close_words(*closed, sealer.get(), binding) == *closed);
  std::string longest;
  for (int i = 0; i < 150; ++i) longest += utf8(0x20000 + static_cast<char32_t>(i * 251));
  CHECK(close_words(longest, sealer.get(), binding)->size() <= 2'400);  // what the hub takes
  for (const auto& plain : {close_words("原因", nullptr, binding), close_words("原因", sealer.get(), {"", ten()})}) CHECK(*plain == "原因");
  Author hub(test::hall_hub);
  const std::vector<Event> events{hub.say(a_matter, Queued{QueueOp::Move, "A012", test::desk1, "1号", "MED", *closed, "q1", false}, ten())};
  CHECK(fold(a_matter, events).moved_why.empty());
  CHECK(fold(a_matter, open_matter(a_matter, events, keys.discipline).events).moved_why.empty());
  CHECK(fold(a_matter, open_matter(a_matter, events, keys.hall).events).moved_why == "样板理由：对方是他表哥");
}

TEST_CASE("a full disk loses nothing of a sealed visit: the same press again files it once", "[filing][key_set][fault]") {
  ShimVfs vfs;
  SealedHall hall(vfs.name());
  const FileMatter c = everything("r", sample_petition());
  vfs.fail_from(vfs.calls() + 1, SQLITE_FULL, ShimVfs::forever);
  CHECK(hall.filing->file(c, std::nullopt, ten(), 0, 0).error->code == Code::Unavailable);
  vfs.heal();
  const Outcome o = hall.filing->file(c, std::nullopt, ten(), 0, 0);
  REQUIRE(o.receipt);
  CHECK(open_matter(o.receipt->matter, hall.events(o), hall.keys.hall).opened);
}
