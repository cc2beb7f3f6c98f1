#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include "proof_support.h"

using namespace yizhan;
using namespace yizhan::test;

namespace {

std::vector<Checkpointed> checkpoints_in(EventLog& log, const Origin& origin) {
  std::vector<Checkpointed> all;
  const auto events = log.after(origin, 0, 1'000'000, SIZE_MAX);
  for (const Event& e : *events)
    if (e.type == "checkpointed") all.push_back(std::get<Checkpointed>(*fact_of(e)));
  return all;
}

std::size_t entries_wanted(std::size_t usual) {
  const char* text = std::getenv("YIZHAN_ENTRIES");  // the documented run asks for 10000
  return text ? static_cast<std::size_t>(std::strtoull(text, nullptr, 10)) : usual;
}

void rechain(std::vector<Event>& events, std::size_t from) {
  for (std::size_t i = from; i < events.size(); ++i) {
    events[i].id.seq = i + 1;
    events[i].hash = chain_hash(i == 0 ? Digest{} : events[i - 1].hash, events[i]);
  }
}

}  // namespace

TEST_CASE("checkpoints come after 64 entries, after a minute, at a day's end, at opening and closing, and never on an idle machine", "[proof][checkpoint]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  const KeyPair device = make_sign_keys();
  Checkpoints steps(kiosk, device);
  Time wall = ten();
  Tick now{};
  const auto pass = [&](Span span) { wall += span, now += span; };
  const auto reasons = [&] {
    std::string all;
    for (const auto& c : checkpoints_in(*log, kiosk)) all += c.reason + " ";
    return all;
  };
  REQUIRE(steps.open(*log, wall, now));
  CHECK(steps.clean());
  CHECK(reasons() == "opened ");
  CHECK(steps.again_at() == Tick::max());
  for (int i = 0; i < 100; ++i) {
    pass(Span{3'600'000});
    CHECK_FALSE(steps.step(*log, wall, now).value());
  }
  CHECK(log->count().value() == 1);  // four days without a visitor: not a byte

  const Fact fact = Rated{5, 5, ""};
  const auto say = [&](int n) {
    for (int i = 0; i < n; ++i) {
      REQUIRE(log->append(kiosk, a_matter, {&fact, 1}, wall));
      steps.wrote(log->head(kiosk)->seq, now);
    }
  };
  say(1);
  pass(Span{59'000});
  CHECK_FALSE(steps.step(*log, wall, now).value());
  pass(Span{1'000});
  CHECK(steps.step(*log, wall, now).value());
  CHECK(reasons() == "opened day ");  // the first of another day: a new key at once
  say(63);
  CHECK_FALSE(steps.step(*log, wall, now).value());
  say(1);
  CHECK(steps.step(*log, wall, now).value());
  CHECK(reasons() == "opened day rows ");
  say(1);
  pass(Span{60'000});
  CHECK(steps.step(*log, wall, now).value());
  CHECK(reasons() == "opened day rows time ");
  pass(Span{24 * 3'600'000});
  CHECK(steps.step(*log, wall, now).value());
  CHECK(reasons() == "opened day rows time day ");
  pass(Span{24 * 3'600'000});
  CHECK_FALSE(steps.step(*log, wall, now).value());  // that key signed nothing yet
  REQUIRE(steps.close(*log, wall));

  const auto all = checkpoints_in(*log, kiosk);
  REQUIRE(all.size() == 6);
  CHECK(all[1].before == all[0].key);
  CHECK(all[2].key == all[1].key);
  CHECK(all[4].before == all[3].key);
  CHECK(all[5].reason == "closed");
  const auto events = log->after(kiosk, 0, 1000);
  CHECK(check_all(*events, *log->head(kiosk), LogCheck::known({}, {device.public_hex})).empty());
  CHECK_FALSE(check_all(*events, *log->head(kiosk), LogCheck::known({}, {make_sign_keys().public_hex})).empty());
  CHECK(log->verify()->empty());
}

TEST_CASE("a process that ended without closing is seen at the next start, and a step after a failure states once", "[proof][checkpoint]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  const KeyPair device = make_sign_keys();
  for (const bool in_order : {true, false, true}) {
    Checkpoints steps(kiosk, device);
    REQUIRE(steps.open(*log, ten(), Tick{}));
    if (in_order) REQUIRE(steps.close(*log, ten()));
  }
  Checkpoints next(kiosk, device);
  REQUIRE(next.open(*log, ten(), Tick{}));
  CHECK(next.clean());
  LogCheck check(kiosk, LogCheck::known({}));
  const auto events = log->after(kiosk, 0, 100);
  for (const Event& e : *events) check.take(e);
  CHECK(check.findings().empty());
  CHECK(check.unclean() == std::vector<std::uint64_t>{4});
  Checkpoints crashed(kiosk, device);
  REQUIRE(crashed.open(*log, ten(), Tick{}));
  CHECK_FALSE(crashed.clean());
}

TEST_CASE("yesterday's key is in no file any more, and no copy of the log can sign as this machine", "[proof][checkpoint]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  const KeyPair device = make_sign_keys();
  Checkpoints steps(kiosk, device);
  REQUIRE(steps.open(*log, ten(), Tick{}));
  const auto secret_of = [&] { return log->note("daykey." + kiosk)->substr(65, 128); };
  const std::string first = secret_of();
  CHECK(files_of(scratch).find(first) != std::string::npos);  // the search finds what is there
  const Fact fact = Rated{5, 5, ""};
  REQUIRE(log->append(kiosk, a_matter, {&fact, 1}, ten(60 * 24)));
  steps.wrote(2, Tick{});
  REQUIRE(steps.step(*log, ten(60 * 24), Tick{} + Span{60'000}).value());
  const std::string second = secret_of();
  CHECK(second != first);
  CHECK(files_of(scratch).find(first) == std::string::npos);
  REQUIRE(log->backup_to(scratch.file("copy")));
  std::ifstream in(scratch.file("copy"), std::ios::binary);
  const std::string copy{std::istreambuf_iterator<char>(in), {}};
  CHECK(copy.find(second) == std::string::npos);
  CHECK(copy.size() > 4096);
}

TEST_CASE("every edit, deletion, swap, cut, rollback and forged tail of a log is found, at every entry", "[proof][tamper]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  const KeyPair device = make_sign_keys(), hub = make_sign_keys();
  write_days(*log, kiosk, device, entries_wanted(1500));
  const Head head = *log->head(kiosk);
  const auto read = log->after(kiosk, 0, head.seq, SIZE_MAX);
  REQUIRE(read);
  const std::vector<Event>& good = *read;
  REQUIRE(good.size() == head.seq);
  const std::vector<Anchor> anchors{make_anchor(hall_hub, hub, {kiosk, head.seq / 3, good[head.seq / 3 - 1].hash}, ten()), make_anchor(hall_hub, hub, head, ten(1))};
  const auto known = LogCheck::known(anchors, {device.public_hex});
  REQUIRE(check_all(good, head, known).empty());

  // Where the check stands before every entry: a change at entry i is read from there on only.
  std::vector<LogCheck> before{LogCheck(kiosk, known)};
  for (const Event& e : good) {
    before.push_back(before.back());
    before.back().take(e);
  }
  std::vector<LogCheck> bare{LogCheck(kiosk, LogCheck::known({}, {device.public_hex}))};
  for (const Event& e : good) {
    bare.push_back(bare.back());
    bare.back().take(e);
  }
  std::map<std::string, std::pair<std::size_t, std::size_t>> score;  // kind → tried, found
  std::map<std::string, std::map<std::string, std::size_t>> words;
  /// Reads on from entry `from` (0-based) in a changed stream until something is found or the end is reached.
  const auto found = [&](const std::string& kind, std::size_t from, auto&& entry, std::size_t count, const Head& says) {
    LogCheck check = before[from];
    for (std::size_t i = from; i < count && check.findings().empty(); ++i) check.take(entry(i));
    if (check.findings().empty()) check.end(says);
    auto& [tried, caught] = score[kind];
    ++tried;
    caught += !check.findings().empty();
    if (!check.findings().empty()) ++words[kind][check.findings().front().what.substr(0, check.findings().front().what.find(':'))];
  };
  const std::size_t n = good.size();
  Dice dice(3);
  const auto last_checkpoint = [&](std::size_t i) {
    while (i < n && good[i].type != "checkpointed") ++i;
    return i;
  };

  for (std::size_t i = 0; i < n; ++i) {
    const auto edit = [&](const std::string& kind, auto&& change) {
      Event bad = good[i];
      change(bad);
      found(kind, i, [&](std::size_t k) -> const Event& { return k == i ? bad : good[k]; }, n, head);
    };
    edit("origin", [](Event& e) { e.id.origin = "440583-K04"; });
    edit("seq", [](Event& e) { e.id.seq += 7; });
    edit("at", [](Event& e) { e.at += Span{1}; });
    edit("matter", [](Event& e) { e.matter = e.matter.empty() ? a_matter : ""; });
    edit("type", [](Event& e) { e.type += "x"; });
    edit("v", [](Event& e) { ++e.v; });
    edit("body", [](Event& e) { e.body->back() ^= 1; });
    edit("body_hash", [&](Event& e) { e.body_hash[dice.below(32)] ^= 1; });
    edit("hash", [&](Event& e) { e.hash[dice.below(32)] ^= 1; });
    edit("body and its hash", [](Event& e) { *e.body += " ", e.body_hash = hash_bytes(*e.body); });
    edit("body, hash and chain of the entry", [&](Event& e) {
      *e.body += " ", e.body_hash = hash_bytes(*e.body);
      e.hash = chain_hash(i == 0 ? Digest{} : good[i - 1].hash, e);
    });
    found("deleted", i, [&](std::size_t k) -> const Event& { return good[k + 1]; }, n - 1, head);
    found("deleted, head set back", i, [&](std::size_t k) -> const Event& { return good[k + 1]; }, n - 1, i + 1 == n ? Head{kiosk, n - 1, good[n - 2].hash} : head);
    // Whole rows change places, as an UPDATE of their numbers does it.
    const auto swap = [&](const std::string& kind, std::size_t j) {
      if (i == j) return;
      const std::size_t a = std::min(i, j), b = std::max(i, j);
      Event first = good[b], second = good[a];
      first.id.seq = a + 1, second.id.seq = b + 1;
      found(kind, a, [&](std::size_t k) -> const Event& { return k == a ? first : k == b ? second : good[k]; }, n, head);
    };
    if (i + 1 < n) swap("neighbours swapped", i + 1);
    swap("distant ones swapped", dice.below(n));
    // Cut off behind entry i, the log's own head saying so or not.
    found("truncated", i, [&](std::size_t k) -> const Event& { return good[k]; }, i, head);
    found("rolled back", i, [&](std::size_t k) -> const Event& { return good[k]; }, i, Head{kiosk, i, i == 0 ? Digest{} : good[i - 1].hash});

    // Somebody with every program but without the day key: the text changes and everything after it is chained anew; the
    // checkpoints keep the signature they had, or say the new hash. Reading stops at the first of them.
    for (const bool says_new_hash : {false, true}) {
      const std::size_t until = std::min(last_checkpoint(i) + 1, n);
      std::vector<Event> tail(good.begin() + static_cast<std::ptrdiff_t>(i), good.begin() + static_cast<std::ptrdiff_t>(until));
      if (tail.front().type == "checkpointed" && !says_new_hash) continue;  // an edit of its own, above
      if (tail.front().type != "checkpointed") *tail.front().body += " ", tail.front().body_hash = hash_bytes(*tail.front().body);
      for (std::size_t k = 0; k < tail.size(); ++k) {
        const Digest previous = k > 0 ? tail[k - 1].hash : i > 0 ? good[i - 1].hash : Digest{};
        if (tail[k].type == "checkpointed" && says_new_hash) {
          auto fact = std::get<Checkpointed>(*fact_of(tail[k]));
          fact.hash = hex(previous);
          if (k == 0) fact.reason += "x";
          tail[k].body = encode_fact(fact), tail[k].body_hash = hash_bytes(*tail[k].body);
        }
        tail[k].hash = chain_hash(previous, tail[k]);
      }
      const std::string kind = says_new_hash ? "re-chained tail, checkpoints rewritten" : "re-chained tail";
      LogCheck check = before[i];
      for (const Event& e : tail) check.take(e);
      auto& [tried, caught] = score[kind];
      ++tried;
      if (check.findings().empty()) check.end(Head{kiosk, check.seq(), tail.back().hash});  // after the last checkpoint: the anchor
      if (tail.back().type == "checkpointed" && says_new_hash) {
        // Nobody outside ever signed anything: the day key alone must show it.
        LogCheck alone = bare[i];
        for (const Event& e : tail) alone.take(e);
        auto& [asked, seen] = score["the same without countersignatures"];
        ++asked;
        seen += std::any_of(alone.findings().begin(), alone.findings().end(), [](const Damage& d) { return d.what.starts_with("checkpoint"); });
      }
      caught += !check.findings().empty();
      if (!check.findings().empty()) ++words[kind][check.findings().front().what.substr(0, check.findings().front().what.find(':'))];
    }
  }
  // Checkpoints taken out and everything behind chained anew: one, and all of them.
  for (std::size_t i = 0; i < n; ++i) {
    if (good[i].type != "checkpointed") continue;
    std::vector<Event> tail(good.begin(), good.end());
    tail.erase(tail.begin() + static_cast<std::ptrdiff_t>(i));
    rechain(tail, i);
    found("checkpoint removed, re-chained", i, [&](std::size_t k) -> const Event& { return tail[k]; }, tail.size(), Head{kiosk, tail.size(), tail.back().hash});
  }
  {
    std::vector<Event> plain(good.begin(), good.end());
    std::erase_if(plain, [](const Event& e) { return e.type == "checkpointed"; });
    rechain(plain, 0);
    found("all checkpoints removed", 0, [&](std::size_t k) -> const Event& { return plain[k]; }, plain.size(), Head{kiosk, plain.size(), plain.back().hash});
  }
  // A day key of one's own, made with the device's key but without the day key before it.
  {
    std::vector<Event> forged(good.begin(), good.end());
    const KeyPair own = make_sign_keys();
    std::size_t from = n / 2;
    *forged[from].body += " ", forged[from].body_hash = hash_bytes(*forged[from].body);
    bool first = true;
    for (std::size_t i = from; i < n; ++i) {
      const Digest previous = forged[i - 1].hash;
      if (forged[i].type == "checkpointed") {
        auto c = std::get<Checkpointed>(*fact_of(forged[i]));
        c.hash = hex(previous), c.key = own.public_hex;
        c.endorsed_before.clear(), c.endorsed_device.clear(), c.before.clear();
        if (first) c.endorsed_device = sign(day_key_text(kiosk, c), device.secret_hex);
        c.signature = sign(checkpoint_text(kiosk, c), own.secret_hex);
        first = false;
        forged[i].body = encode_fact(c), forged[i].body_hash = hash_bytes(*forged[i].body);
      }
      forged[i].hash = chain_hash(previous, forged[i]);
    }
    const auto damage = check_all(forged, Head{kiosk, n, forged.back().hash}, LogCheck::known({}, {device.public_hex}));
    REQUIRE(damage.size() == 1);  // without a single anchor
    CHECK(damage.front().what == "checkpoint: a day key that the one before it does not vouch for");
    CHECK_FALSE(check_all(forged, Head{kiosk, n, forged.back().hash}, known).empty());
  }

  for (const auto& [kind, tally] : score) {
    INFO(kind);
    CHECK(tally.first > 0);
    CHECK(tally.second == tally.first);
  }
  if (std::getenv("YIZHAN_ENTRIES") != nullptr) {
    std::string table = "entries " + std::to_string(n) + "\n";
    for (const auto& [kind, tally] : score) {
      table += kind + ": " + std::to_string(tally.second) + " of " + std::to_string(tally.first) + " found (";
      for (const auto& [word, times] : words[kind]) table += word + " " + std::to_string(times) + ", ";
      table += ")\n";
    }
    WARN(table);
  }
  CHECK(words["neighbours swapped"].contains("edited"));
  CHECK(words["rolled back"].size() == 1);
}

// For tamper_test.py: a log, its countersignatures and its device's key as files.
TEST_CASE("writes a log of several days", "[.write-days]") {
  const char* dir = std::getenv("YIZHAN_WRITE_DAYS");
  REQUIRE(dir != nullptr);
  const std::string folder = dir;
  const KeyPair device = make_sign_keys(), hub = make_sign_keys();
  auto log = open_log(folder + "/log.db");
  write_days(*log, kiosk, device, entries_wanted(1000));
  const Head head = *log->head(kiosk);
  const auto third = log->after(kiosk, head.seq / 3 - 1, 1);
  std::ofstream(folder + "/anchors.jsonl") << anchor_line(make_anchor(hall_hub, hub, {kiosk, head.seq / 3, third->front().hash}, ten())) << "\n"
                                          << anchor_line(make_anchor(hall_hub, hub, head, ten(1))) << "\n";
  std::ofstream(folder + "/device.pub") << device.public_hex << "\n";
}

TEST_CASE("the words name the entry and what is wrong with it", "[proof][tamper]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  const KeyPair device = make_sign_keys(), hub = make_sign_keys();
  write_days(*log, kiosk, device, 200);
  const Head head = *log->head(kiosk);
  const std::vector<Event> good = *log->after(kiosk, 0, head.seq, SIZE_MAX);
  auto anchor = make_anchor(hall_hub, hub, head, ten(5));
  const auto known = LogCheck::known({anchor});
  const auto first = [&](const std::vector<Event>& events, const Head& says) {
    const auto damage = check_all(events, says, known);
    return damage.empty() ? std::string("sound") : std::to_string(damage.front().seq) + " " + damage.front().what;
  };
  CHECK(first(good, head) == "sound");
  auto bad = good;
  std::swap(bad[9], bad[29]);
  bad[9].id.seq = 10, bad[29].id.seq = 30;
  std::string said;
  for (const auto& one : check_all(bad, head, known)) said += std::to_string(one.seq) + " " + one.what + "|";
  CHECK(said.find("30 swapped: this is entry 10, they have changed places|") != std::string::npos);
  bad = good;
  bad.erase(bad.begin() + 9, bad.begin() + 12);
  CHECK(first(bad, head) == "10 missing: entries 10 to 12");
  bad = good;
  bad.resize(150);
  CHECK(first(bad, head).starts_with("150 truncated: the log says"));
  CHECK(first(bad, {kiosk, 150, bad.back().hash}) == "150 rolled back or truncated: 440583-H01 countersigned entry " + std::to_string(head.seq) + " on 2026-11-20 10:05, here the log ends at 150");
  bad = good;
  *bad[20].body += " ";
  CHECK(first(bad, head) == "21 edited: the text is not the one that was stated");
  anchor.head.hash[0] ^= 1;
  const auto forged = check_all(good, head, LogCheck::known({anchor}));
  REQUIRE(forged.size() == 1);
  CHECK(forged.front().what == "anchor: the countersignature of 440583-H01 does not fit its own key");
  const auto other = make_anchor(hall_hub, hub, {kiosk, 100, good[98].hash}, ten());
  CHECK(check_all(good, head, LogCheck::known({other})).front().what == "rewritten: 440583-H01 countersigned another entry 100 on 2026-11-20 10:00");
}

TEST_CASE("countersignatures are kept, thinned to the newest of each day, and travel as lines", "[proof][anchor]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  const KeyPair hub = make_sign_keys();
  const Fact fact = Rated{1, 1, ""};
  std::vector<Anchor> some;
  for (int i = 0; i < 6; ++i) {
    REQUIRE(log->append(kiosk, a_matter, {&fact, 1}, ten(i)));
    some.push_back(make_anchor(hall_hub, hub, *log->head(kiosk), ten(i * 600)));
  }
  REQUIRE(log->keep_anchors(some));
  REQUIRE(log->keep_anchors(some));
  const auto kept = log->anchors(kiosk);
  REQUIRE(kept);
  REQUIRE(kept->size() == 3);  // 50 hours touch three days
  CHECK(kept->back().head.seq == 6);
  std::string lines;
  for (const Anchor& a : *kept) {
    CHECK(check_anchor(a));
    lines += anchor_line(a) + "\n";
  }
  const auto again = anchors_from_lines(lines);
  REQUIRE(again);
  REQUIRE(again->size() == 3);
  CHECK(check_anchor(again->back()));
  CHECK(anchors_from_lines("\n{}\n").error().what == "line 2: not a countersignature");
  CHECK(log->anchors("440583-K09")->empty());
  CHECK(log->verify()->empty());
}
