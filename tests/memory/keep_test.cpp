#include <catch2/catch_test_macros.hpp>

#include "proof_support.h"
#include <filesystem>
#include <set>

#include "core/epoch.h"
#include "core/log_replace.h"
#include "tests/memory/tamper.h"

using namespace yizhan;
using namespace yizhan::test;

namespace {

Rated secret_words(int i) { return Rated{1, 1, "机密词语第" + std::to_string(i) + "条"}; }

}  // namespace

TEST_CASE("a log of an earlier build opens as it is and goes on", "[log][keep]") {
  // Written by the program of schema 2 (kiosk intake, two letters of invented people).
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  std::filesystem::copy_file(YIZHAN_SOURCE_DIR "/tests/memory/golden/log_2.db", path);
  {
    auto reader = EventLog::open(path, EventLog::Mode::ReadOnly);  // verify beside a program that was not renewed yet
    REQUIRE(reader);
    CHECK((*reader)->verify()->empty());
    CHECK((*reader)->anchors()->empty());
    CHECK((*reader)->purged("440583-K01").value() == 0);
  }
  const Fact fact = Rated{5, 5, ""};
  for (int i = 0; i < 2; ++i) {
    auto log = open_log(path);
    CHECK(log->verify()->empty());
    REQUIRE(log->append("440583-K01", a_matter, {&fact, 1}, ten()));
    const auto known = LogCheck::known({});
    CHECK(check_all(*log->after("440583-K01", 0, 100), *log->head("440583-K01"), known).empty());
  }
  CHECK(open_log(path)->count().value() == 6);
}

TEST_CASE("bodies leave the files below the mark and nowhere else; headers, chain, requests and checkpoints stay", "[keep][purge]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  const KeyPair device = make_sign_keys();
  {
    auto log = open_log(path);
    Checkpoints steps(kiosk, device);
    REQUIRE(steps.open(*log, ten(), Tick{}));
    const std::string photo = noise(300'000), late = noise(200'000, 2);
    for (int i = 0; i < 40; ++i) {
      EventLog::Statement s;
      s.matter = a_matter, s.facts = {Fact{secret_words(i)}}, s.request = "r" + std::to_string(i);
      if (i == 3) s.facts.emplace_back(attached(photo)), s.blobs = {photo};
      if (i == 30) s.facts.emplace_back(attached(late)), s.blobs = {late};
      REQUIRE(log->append_many(kiosk, {&s, 1}, ten(i)));
    }
    const Digest both[] = {hash_bytes(photo), hash_bytes(late)};
    REQUIRE(log->blobs_reached({both, 1}, Reach::Hub));
    CHECK(log->purge(kiosk, 44, 10).error().code == Code::Invalid);  // there is no entry 44
    CHECK(log->purge(kiosk, 20, 15).value() == 15);
    CHECK(log->purged(kiosk).value() == 15);
    CHECK(log->blob(both[0])->whole());  // the hub has it, the county does not
    REQUIRE(log->blobs_reached(both, Reach::County));
    CHECK(log->purge(kiosk, 20, 15).value() == 5);
    CHECK(log->purge(kiosk, 20, 15).value() == 0);
    CHECK(log->purge(kiosk, 10, 15).value() == 0);  // the mark never goes back
    CHECK_FALSE(log->blob(both[0])->whole());
    CHECK(log->blob(both[0])->reached == Reach::County);
    CHECK(log->blob(both[1])->whole());  // a later entry names it
    REQUIRE(log->blobs_nowhere());
    CHECK(log->blobs_going(Reach::Here, 10)->size() == 1);
    REQUIRE(log->checkpoint());
  }
  const std::string bytes = files_of(scratch);
  int left = 0;
  for (int i = 0; i < 40; ++i) left += bytes.find(secret_words(i).comment) != std::string::npos;
  CHECK(left == 22);  // entries 21 … 42: one of the first twenty is the opening, one names the photo
  CHECK(bytes.find(noise(300'000).substr(1000, 64)) == std::string::npos);
  CHECK(bytes.find(noise(200'000, 2).substr(1000, 64)) != std::string::npos);

  auto log = open_log(path);
  CHECK(log->verify()->empty());
  const auto events = log->after(kiosk, 0, 100);
  CHECK((*events)[0].body);  // the checkpoint
  CHECK_FALSE((*events)[1].body);
  CHECK_FALSE((*events)[19].body);
  CHECK((*events)[20].body);
  LogCheck check(kiosk, LogCheck::known({}, {device.public_hex}));
  for (const Event& e : *events) check.take(e);
  check.end(*log->head(kiosk));
  CHECK(check.findings().empty());
  CHECK(check.erased() == 19);
  CHECK(log->stated("r0").value() == a_matter);
  log.reset();
  CHECK_FALSE(sql(path, "UPDATE event SET body = NULL WHERE seq = 21").empty());
  CHECK_FALSE(sql(path, "UPDATE event SET body = NULL WHERE seq = 1").empty());
  CHECK_FALSE(sql(path, "UPDATE purge SET seq = 1").empty());
  CHECK_FALSE(sql(path, "DELETE FROM purge").empty());
}

TEST_CASE("the scrub finds every changed byte of a body, a header and an attachment, in bounded pieces that can be resumed", "[keep][scrub]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  const std::string photo = noise(700'000);
  {
    auto log = open_log(path);
    for (int i = 0; i < 50; ++i) {
      EventLog::Statement s{a_matter, {Fact{secret_words(i)}}};
      if (i == 7) s.facts.emplace_back(attached(photo)), s.blobs = {photo};
      REQUIRE(log->append_many(kiosk, {&s, 1}, ten(i)));
    }
  }
  const auto round = [&](std::size_t limit) {
    std::vector<Damage> found;
    ScrubAt at;
    std::size_t steps = 0;
    for (;; ++steps) {
      auto log = open_log(path);  // a new process goes on where the last one was
      const auto some = log->scrub(at, limit);
      REQUIRE(some);
      found.insert(found.end(), some->found.begin(), some->found.end());
      at = some->next;
      if (some->looked == 0) break;
      CHECK(some->looked <= limit);
    }
    CHECK(steps >= 51 / limit);
    return found;
  };
  CHECK(round(9).empty());
  CHECK(tamper(path, "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), '第20条', '第99条') AS BLOB) WHERE seq = 22; UPDATE event SET at = at + 1 WHERE seq = 30;"
                     "UPDATE chunk SET data = zeroblob(length(data)) WHERE at > 0").empty());
  const auto found = round(9);
  REQUIRE(found.size() == 3);
  CHECK(found[0].seq == 22);
  CHECK(found[0].what == "the body was changed");
  CHECK(found[1].seq == 30);
  CHECK(found[1].what == "the chain breaks here");
  CHECK(found[2].seq == 9);
  CHECK(found[2].what == "the attachment was changed");
}

TEST_CASE("a body that went bad is kept aside and the good copy takes its place; a sound one cannot be put aside", "[keep][scrub]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  std::vector<Event> good;
  {
    auto log = open_log(path);
    for (int i = 0; i < 5; ++i) {
      const Fact fact = secret_words(i);
      good.push_back(log->append(kiosk, a_matter, {&fact, 1}, ten(i))->front());
    }
  }
  CHECK(tamper(path, "UPDATE event SET body = x'7b7d' WHERE seq = 3").empty());
  auto log = open_log(path);
  CHECK(log->fill(good).value() == 0);
  CHECK(log->set_aside({kiosk, 2}).error().code == Code::Invalid);
  CHECK(log->set_aside({kiosk, 9}).error().code == Code::NotFound);
  REQUIRE(log->set_aside({kiosk, 3}));
  CHECK_FALSE((*log->after(kiosk, 2, 1))[0].body);
  CHECK(log->fill(good).value() == 1);
  CHECK(*(*log->after(kiosk, 2, 1))[0].body == *good[2].body);
  CHECK(log->verify()->empty());
  log.reset();
  CHECK_FALSE(sql(path, "DELETE FROM spoilt").empty());
  CHECK_FALSE(sql(path, "UPDATE event SET body = NULL WHERE seq = 3").empty());  // the good one stays
}

TEST_CASE("a copy takes the place of a log whole or not at all, and nobody goes on in a bare one", "[keep][restore]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db"), copy = scratch.file("copy");
  const std::vector<Fact> facts{Viewed{"甲", "x"}};
  {
    auto log = open_log(path);
    REQUIRE(log->append(test::kiosk, a_matter, facts, ten()));
    REQUIRE(log->backup_to(copy));
    REQUIRE(log->append(test::kiosk, a_matter, facts, ten()));
    const auto held = replace_log(copy, path, ten(), [](EventLog&) { return Done{}; });
    CHECK(held.error().code == Code::Conflict);  // a process has it open
  }
  const auto files = [&] {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(path).parent_path())) names.insert(entry.path().filename().string());
    return names;
  };
  const auto before = files();
  // A step that fails after the copy was made, and a copy that is none: the log that was here is here, and nothing lies about.
  const auto refused = replace_log(copy, path, ten(), [](EventLog& log) -> Status {
    if (const auto stated = log.append(test::kiosk, a_matter, std::vector<Fact>{Viewed{"乙", "x"}}, ten()); !stated) return stated.error();
    return Error{Code::Unavailable, "disk full"};
  });
  CHECK(refused.error().code == Code::Unavailable);
  CHECK_FALSE(replace_log(scratch.file("none"), path, ten(), [](EventLog&) { return Done{}; }));
  CHECK(files() == before);
  CHECK(open_log(path)->head(test::kiosk)->seq == 2);
  const auto done = replace_log(copy, path, ten(), [](EventLog& log) { return open_epoch(log, test::kiosk, 2, "restored", ten()); });
  REQUIRE(done);
  CHECK(EventLog::open(*done, EventLog::Mode::ReadOnly).value()->head(test::kiosk)->seq == 2);
  auto log = open_log(path);
  CHECK(log->head(test::kiosk)->seq == 1);
  CHECK(*own_log_of(*log, test::kiosk) == test::kiosk + ".2");
  CHECK(log->head(test::kiosk + ".2")->seq == 1);
}

TEST_CASE("a copy is whole while others write, is one private file, replaces nothing and reads like the log", "[keep][backup]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db"), copy = scratch.file("copy.db");
  auto log = open_log(path);
  const Fact fact = secret_words(1);
  const std::string photo = noise(400'000);
  const EventLog::Statement s{a_matter, {fact, attached(photo)}, "r", {photo}};
  REQUIRE(log->append_many(kiosk, {&s, 1}, ten()));
  auto reader = EventLog::open(path, EventLog::Mode::ReadOnly);
  REQUIRE(reader);
  REQUIRE((*reader)->backup_to(copy));
  REQUIRE(log->append(kiosk, a_matter, {&fact, 1}, ten()));
  CHECK((*reader)->backup_to(copy).error().code == Code::Conflict);
  CHECK((std::filesystem::status(copy).permissions() & std::filesystem::perms::all) == std::filesystem::perms{0600});
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(scratch.path())) files += entry.path().filename().string().starts_with("copy.db");
  CHECK(files == 1);
  {
    auto copied = EventLog::open(copy, EventLog::Mode::ReadOnly);  // as it lies there
    REQUIRE(copied);
    CHECK((*copied)->verify()->empty());
    CHECK((*copied)->count().value() == 2);
  }
  CHECK_FALSE(std::filesystem::exists(copy + "-wal"));
  auto again = open_log(copy);
  CHECK(again->verify()->empty());
  CHECK(again->head(kiosk)->seq == 2);
  CHECK(again->stated("r").value() == a_matter);
  CHECK(again->check_blob(hash_bytes(photo)));
  CHECK((*reader)->backup_to(scratch.file("no/such/place")).error().code == Code::Io);

  CHECK(tamper(path, "UPDATE event SET body = x'7b7d' WHERE seq = 1").empty());
  CHECK((*EventLog::open(path, EventLog::Mode::ReadOnly))->backup_to(scratch.file("second")).error().code == Code::Corrupt);
  CHECK_FALSE(std::filesystem::exists(scratch.file("second")));
  CHECK_FALSE(std::filesystem::exists(scratch.file("second.part")));
}
