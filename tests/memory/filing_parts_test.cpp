// What a person brings besides the text: spoken, signed, drawn; filed in one transaction, sealed when the matter is.
#include <algorithm>
#include <fstream>
#include <set>

#include "core/petition_json.h"
#include "filing_support.h"
#include "kiosk/filing.h"
#include "shim_vfs.h"
#include "sqlite3.h"
#include "support.h"

using namespace yizhan;
using namespace yizhan::test;
using namespace yizhan::kiosk;

namespace {

struct World {
  Scratch scratch;
  std::unique_ptr<EventLog> log;
  WorkCalendar calendar;
  KeyPair discipline = make_box_keys();
  FilingConfig config;
  std::unique_ptr<Filing> filing;
  explicit World(const std::string& vfs = "") : log(open_log(scratch.file("a.db"), vfs)) {
    config.origin = test::kiosk;
    config.sealer = make_early_sealer({discipline.public_hex});
    filing = std::make_unique<Filing>(*log, config, rules(), calendar);
  }
  Outcome file(const FileMatter& command) { return filing->file(command, std::nullopt, ten(), 0, 0); }
  Matter matter(const Outcome& o) const { return fold(o.receipt->matter, *log->of_matter(o.receipt->matter)); }
};

const Strokes scrawl{8000, 3000, {{100, 100}, {900, 2000}, {4000, 150}, {4100, 2900}}, {2, 4}};

NewAttachment speech(std::size_t n, std::uint64_t seed = 1) {
  const std::string bytes = noise(n, seed);
  const auto* from = reinterpret_cast<const std::byte*>(bytes.data());
  return {std::string(attached_statement), "audio/ogg; codecs=opus", 61'000, std::make_shared<const std::vector<std::byte>>(from, from + n)};
}

FileMatter command(Petition petition = sample_petition()) {
  FileMatter c;
  c.request = "r1";
  c.petition = std::move(petition);
  return c;
}
FileMatter everything(Petition petition = sample_petition()) {
  FileMatter c = command(std::move(petition));
  c.attachments = {speech(300'000), speech(20'000, 2)};
  c.signature = DrawnSignature{"petitioner", scrawl, text_hash(c.petition)};
  c.names = {{"petitioner.name", scrawl}};
  return c;
}

std::string problems(const Outcome& o) {
  std::string all;
  for (const Problem& p : o.problems) all += p.field + " " + p.what + ";";
  return all;
}

}  // namespace

TEST_CASE("recording, signature and drawn name are filed with the text, and a double tap files them once", "[filing][parts][XFTL19]") {
  World world;
  FileMatter c = everything();
  c.petition.petitioner.phone = "138 0000 0000";  // as typed; filed in its canonical form
  c.signature->text_hash = text_hash(c.petition);
  const Outcome o = world.file(c);
  INFO(problems(o));
  REQUIRE(o.receipt);
  CHECK(o.receipt->is_signed);
  const Matter m = world.matter(o);
  REQUIRE(m.attachments.size() == 2);
  CHECK(m.attachments[0].what.kind == attached_statement);
  CHECK(m.attachments[0].what.duration_ms == 61'000);
  CHECK(m.attachments[0].what.text_hash == text_hash(*m.petition));
  REQUIRE(m.signatures.size() == 1);
  CHECK(m.signatures[0].fits == true);
  CHECK(decode_strokes(m.signatures[0].what.strokes).value() == scrawl);
  CHECK(m.names.contains("petitioner.name"));
  const auto hash = digest_from_hex(m.attachments[0].what.hash).value();
  std::string read;
  while (read.size() < 300'000) read += world.log->blob_bytes(hash, read.size()).value();
  CHECK(read == noise(300'000));

  const std::uint64_t events = world.log->count().value();
  const Outcome again = world.file(c);
  REQUIRE(again.receipt);
  CHECK(again.receipt->matter == o.receipt->matter);
  CHECK(again.receipt->is_signed);
  world.filing->forget();
  CHECK(world.file(c).receipt->is_signed);
  CHECK(world.log->count().value() == events);
  CHECK(world.log->blob_totals()->named == 2);
  CHECK(world.log->verify()->empty());
  // Headers name nobody and nothing.
  const auto stated = world.log->of_matter(o.receipt->matter);
  for (const Event& event : *stated) {
    CHECK(header_bytes(event).find("opus") == std::string::npos);
    CHECK(header_bytes(event).find("petitioner") == std::string::npos);
  }
}

TEST_CASE("who only speaks is registered without a written word", "[filing][parts][XFTL19]") {
  World world;
  FileMatter c = command({});
  CHECK_FALSE(world.file(c).receipt);
  c.attachments = {speech(9'000)};
  const Outcome o = world.file(c);
  INFO(problems(o));
  REQUIRE(o.receipt);
  CHECK(world.matter(o).petition->statement.request.empty());
  CHECK_FALSE(o.receipt->is_signed);
}

TEST_CASE("what is wrong with a part is said by its field, and nothing is written", "[filing][parts]") {
  World world;
  struct Row {
    const char* field;
    std::function<void(FileMatter&)> spoil;
  };
  const Row rows[] = {
      {"attachments", [](FileMatter& c) { c.attachments.assign(attachments_max + 1, speech(100)); }},
      {"attachments[1]", [](FileMatter& c) { c.attachments[1].bytes.reset(); }},
      {"attachments[0]", [](FileMatter& c) { c.attachments[0] = speech(attachment_bytes_max + 1); }},
      {"attachments[0]", [](FileMatter& c) { c.attachments[0].media_type.clear(); }},
      {"attachments[0]", [](FileMatter& c) { c.attachments[0].kind = "录音"; }},
      {"attachments[0]", [](FileMatter& c) { c.attachments[0].duration_ms = -1; }},
      {"signature", [](FileMatter& c) { c.signature->strokes = {}; }},
      {"signature", [](FileMatter& c) { c.signature->strokes.points[0].x = 9000; }},
      {"signature", [](FileMatter& c) { c.signature->who = "representatives[0]"; }},
      {"signature", [](FileMatter& c) { c.petition.statement.facts += "，"; }},
      {"names[0]", [](FileMatter& c) { c.names[0].place = "filer.name"; }},
      {"names[0]", [](FileMatter& c) { c.names[0].place = "petitioner.phone"; }},
      {"names[0]", [](FileMatter& c) { c.names[0].strokes.ends.clear(); }},
  };
  for (const Row& row : rows) {
    FileMatter c = everything();
    row.spoil(c);
    const Outcome o = world.file(c);
    INFO(row.field << " | " << problems(o));
    CHECK_FALSE(o.receipt);
    REQUIRE(o.problems.size() == 1);
    CHECK(o.problems[0].field == row.field);
    CHECK(characters(o.problems[0].what) <= 20);
  }
  CHECK(world.log->count().value() == 0);
  CHECK(world.log->blob_totals()->named == 0);
}

TEST_CASE("of an accusation nothing in the hall tells recording, signature and name apart", "[filing][parts][XFTL30]") {
  World world;
  const Outcome o = world.file(everything(accusation()));
  INFO(problems(o));
  REQUIRE(o.receipt);
  CHECK(o.receipt->sealed);
  CHECK_FALSE(o.receipt->is_signed);
  const Matter m = world.matter(o);
  CHECK(m.signatures.empty());
  CHECK(m.names.empty());
  REQUIRE(m.attachments.size() == 4);
  std::multiset<std::string> inside;
  std::multiset<std::int64_t> sizes;
  for (const Attachment& a : m.attachments) {
    CHECK(a.what.sealed);
    CHECK(a.what.kind.empty());
    CHECK(a.what.media_type.empty());
    CHECK(a.what.duration_ms == 0);
    CHECK(a.what.text_hash.empty());
    sizes.insert(a.what.bytes);
    const auto hash = digest_from_hex(a.what.hash).value();
    std::string sealed;
    while (sealed.size() < static_cast<std::size_t>(a.what.bytes)) sealed += world.log->blob_bytes(hash, sealed.size()).value();
    const auto opened = open_attachment(sealed, o.receipt->matter, world.discipline);
    REQUIRE(opened);
    const auto fact = decode_stated(opened->about);
    REQUIRE(fact);
    inside.insert(std::string(type_of(*fact)) + " " + std::to_string(opened->content.size()));
    if (const auto* sign = std::get_if<Signed>(&*fact)) {
      const auto events = world.log->of_matter(o.receipt->matter);
      const auto filed = std::get<Filed>(*fact_of(events->front()));
      CHECK(sign->text_hash == text_hash(decode_petition(unseal(filed.sealed, o.receipt->matter, world.discipline).value()).value()));
      CHECK(decode_strokes(sign->strokes).value() == scrawl);
    }
    if (const auto* statement = std::get_if<Attached>(&*fact)) CHECK(statement->hash == hex(hash_bytes(opened->content)));
    CHECK_FALSE(open_attachment(sealed, o.receipt->matter, make_box_keys()));
  }
  CHECK(sizes.count(*sizes.begin()) == 3);  // signature, name and the short recording; the long one takes two steps of padding
  CHECK(inside == std::multiset<std::string>{"attached 300000", "attached 20000", "signed 0", "name_drawn 0"});
  CHECK(std::is_sorted(m.attachments.begin(), m.attachments.end(), [](const auto& a, const auto& b) { return a.what.hash < b.what.hash; }));
  // Not one spoken byte is on the disk, nor the word for what it was.
  std::string disk;
  for (const auto& file : std::filesystem::directory_iterator(world.scratch.path())) {
    std::ifstream in(file.path(), std::ios::binary);
    disk.append(std::istreambuf_iterator<char>(in), {});
  }
  CHECK(disk.find(noise(300'000).substr(1000, 64)) == std::string::npos);
  CHECK(disk.find("oral_statement") == std::string::npos);
  CHECK(disk.find("signed") == std::string::npos);
  CHECK(world.log->verify()->empty());

  World keyless;
  keyless.config.sealer.reset();
  keyless.filing = std::make_unique<Filing>(*keyless.log, keyless.config, rules(), keyless.calendar);
  CHECK(keyless.file(everything(accusation())).error->code == Code::Unavailable);
  CHECK(keyless.log->count().value() == 0);
}

TEST_CASE("a full disk keeps the person waiting and loses no word and no sound", "[filing][parts][fault]") {
  ShimVfs vfs;
  World world(vfs.name());
  const FileMatter c = everything();
  vfs.fail_from(vfs.calls() + 1, SQLITE_FULL, ShimVfs::forever);
  const Outcome full = world.file(c);
  CHECK(full.error->code == Code::Unavailable);
  vfs.heal();
  const Outcome o = world.file(c);  // the visit still has everything: the same press again
  REQUIRE(o.receipt);
  CHECK(world.matter(o).attachments.size() == 2);
  CHECK(world.log->verify()->empty());
}

TEST_CASE("a night's letters bring their photos in one transaction", "[filing][parts]") {
  World world;
  std::vector<FileMatter> letters;
  for (int i = 0; i < 3; ++i) {
    Petition p = sample_petition();
    p.channel = Channel::Letter;
    if (i == 1) p = accusation(), p.channel = Channel::Letter;
    letters.push_back(command(p));
    letters.back().request = "letter " + std::to_string(i);
    letters.back().attachments = {speech(5'000 + static_cast<std::size_t>(i), static_cast<std::uint64_t>(i + 7))};
    letters.back().attachments[0].kind = attached_photo;
  }
  for (const Outcome& o : world.filing->file_many(letters, ten())) {
    INFO(problems(o));
    REQUIRE(o.receipt);
    CHECK(world.matter(o).attachments.size() == 1);
  }
  CHECK(world.log->blob_totals()->whole == 3);
  CHECK(world.log->verify()->empty());
}
