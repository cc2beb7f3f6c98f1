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

FilingConfig config(int first = 1, int last = 299) {
  FilingConfig c;
  c.origin = test::kiosk;
  c.ticket_first = first;
  c.ticket_last = last;
  c.notice_version = "2026-11";
  return c;
}

FileMatter command(const std::string& request, Petition petition = sample_petition()) {
  FileMatter c;
  c.request = request;
  c.petition = std::move(petition);
  return c;
}

/// A query secret without the 15 ms of Argon2, for tests that file thousands.
std::optional<QuerySecret> quick_secret(const MatterId& matter) { return QuerySecret{"1", "00", matter}; }

std::string all_bytes(const std::filesystem::path& directory) {
  std::string all;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    std::ifstream in(file.path(), std::ios::binary);
    all.append(std::istreambuf_iterator<char>(in), {});
  }
  return all;
}

}  // namespace

TEST_CASE("what the machine suggested is filed beside the ruling, and nothing about what is sealed", "[filing][XFTL30]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  WorkCalendar calendar;
  FilingConfig c = config();
  c.assets_dir = YIZHAN_SOURCE_DIR "/assets";
  const KeyPair discipline = make_box_keys();
  c.sealer = make_early_sealer({discipline.public_hex});
  Filing filing(*log, c, rules(), calendar);
  REQUIRE(filing.start());
  const auto routed = [&](const FileMatter& what) {
    const Outcome outcome = filing.file(what, std::nullopt, test::ten(), 0, 0);
    REQUIRE(outcome.receipt);
    const auto events = log->of_matter(outcome.receipt->matter);
    REQUIRE(events);
    const auto matter = fold(outcome.receipt->matter, *events);
    REQUIRE(matter.routed);
    return *matter.routed;
  };
  const Routed open = routed(command("one"));
  REQUIRE(open.suggested);
  CHECK(open.suggested->model.starts_with("1-"));
  CHECK(open.suggested->window.size() >= 2);
  CHECK((open.suggested->window_permille > 0 && open.suggested->window_permille <= 1000));
  CHECK_FALSE(routed(command("two", accusation())).suggested);
}

TEST_CASE("a petition is filed: number, ticket, window, code, and the facts are on disk", "[filing][XFTL22]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  WorkCalendar calendar;
  Filing filing(*log, config(), rules(), calendar);
  REQUIRE(filing.start());
  const QuerySecret secret = filing.prepare(ten());
  const Outcome outcome = filing.file(command("r1"), secret, ten(), 3, 12);
  REQUIRE(outcome.receipt);
  CHECK(outcome.problems.empty());
  CHECK_FALSE(outcome.error);
  const Receipt& r = *outcome.receipt;
  CHECK(r.request == "r1");
  CHECK(r.matter == make_matter_id(test::kiosk, hall_day(ten()), 1));
  CHECK(r.matter == secret.matter);
  CHECK(r.query_code == secret.code);
  CHECK(r.ahead == 3);
  CHECK(r.minutes == 12);
  CHECK(r.at == ten());
  CHECK_FALSE(r.sealed);
  CHECK_FALSE(r.window_name.empty());
  CHECK_FALSE(r.deadlines.empty());
  const auto events = log->of_matter(r.matter);
  REQUIRE(events);
  REQUIRE(events->size() == 3);
  CHECK(r.chain8 == hex(events->back().hash).substr(0, 8));
  const Matter m = fold(r.matter, *events);
  CHECK(m.state == MatterState::Registered);
  REQUIRE(m.petition);
  CHECK(m.petition->statement.request == sample_petition().statement.request);
  CHECK(same_tag(m.query_tag, query_tag(r.query_code, r.matter)));
  CHECK(m.ticket->number == r.ticket);
  CHECK(m.ticket->topic == "wages");
  CHECK(m.routed->by == ChosenBy::Machine);
  CHECK_FALSE(m.routed->ruling.reasons.empty());
  const auto filed = std::get<Filed>(*fact_of((*events)[0]));
  CHECK(filed.notice_version == "2026-11");
  CHECK(filed.rulebook == rules().books[0].id());
}

TEST_CASE("a double tap files once, also after a restart and on another day", "[filing]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  WorkCalendar calendar;
  Outcome first;
  {
    auto log = open_log(path);
    Filing filing(*log, config(), rules(), calendar);
    first = filing.file(command("r1"), std::nullopt, ten(), 0, 0);
    REQUIRE(first.receipt);
    const Outcome second = filing.file(command("r1"), std::nullopt, ten(), 0, 0);
    REQUIRE(second.receipt);
    CHECK(second.receipt->matter == first.receipt->matter);
    CHECK(second.receipt->query_code == first.receipt->query_code);
    CHECK(log->count().value() == 3);
    filing.forget();
    const Outcome third = filing.file(command("r1"), std::nullopt, ten(), 0, 0);
    REQUIRE(third.receipt);
    CHECK(third.receipt->query_code.empty());  // the code is nowhere: only its verifier is kept
    const Outcome other = filing.file(command("r2"), std::nullopt, ten(), 0, 0);
    CHECK(other.receipt->matter != first.receipt->matter);
    CHECK(other.receipt->ticket != first.receipt->ticket);
  }
  auto log = open_log(path);
  Filing filing(*log, config(), rules(), calendar);
  const Outcome again = filing.file(command("r1"), std::nullopt, ten(24 * 60), 0, 0);
  REQUIRE(again.receipt);
  CHECK(again.receipt->matter == first.receipt->matter);
  CHECK(again.receipt->ticket == first.receipt->ticket);
  CHECK(again.receipt->window == first.receipt->window);
  CHECK(again.receipt->at == ten());
  CHECK(again.receipt->chain8 == first.receipt->chain8);
  CHECK(log->count().value() == 6);
}

TEST_CASE("numbers go on after a restart and begin anew each day", "[filing]") {
  Scratch scratch;
  const std::string path = scratch.file("a.db");
  WorkCalendar calendar;
  std::set<std::string> numbers, tickets;
  int request = 0;
  const auto file = [&](Filing& filing, Time at) {
    const Outcome o = filing.file(command(std::to_string(++request)), quick_secret(filing.prepare(at).matter), at, 0, 0);
    REQUIRE(o.receipt);
    return *o.receipt;
  };
  for (int run = 0; run < 4; ++run) {
    auto log = open_log(path);
    Filing filing(*log, config(), rules(), calendar);
    for (int i = 0; i < 3; ++i) {
      const Receipt r = file(filing, ten());
      CHECK(numbers.insert(r.matter).second);
      CHECK(tickets.insert(r.ticket).second);
      CHECK(parse_matter_id(r.matter)->serial == static_cast<std::uint32_t>(run * 3 + i + 1));
    }
  }
  auto log = open_log(path);
  Filing filing(*log, config(), rules(), calendar);
  const Receipt tomorrow = file(filing, ten(24 * 60));
  CHECK(parse_matter_id(tomorrow.matter)->serial == 1);
  CHECK(tickets.contains(tomorrow.ticket));
  // The clock was wrong and is set back: the numbers of that day go on where they were.
  const Receipt back = file(filing, ten(5));
  CHECK(parse_matter_id(back.matter)->serial == 13);
  CHECK(tickets.insert(back.ticket).second);
  // Midnight is the hall's: 2026-11-20 23:59 and 2026-11-21 00:01 at UTC+8.
  CHECK(parse_matter_id(file(filing, ten(14 * 60 - 1)).matter)->day == hall_day(ten()));
  CHECK(parse_matter_id(file(filing, ten(14 * 60 + 1)).matter)->day == hall_day(ten()) + std::chrono::days{1});
}

TEST_CASE("when a device's ticket range is used up it goes on with four digits, and two devices never collide", "[filing]") {
  Scratch scratch;
  WorkCalendar calendar;
  std::set<std::string> all;
  std::size_t issued = 0, three = 0, four = 0;
  for (const auto& [first, last] : {std::pair{1, 9}, std::pair{301, 309}, std::pair{120, 122}}) {
    auto log = open_log(scratch.file("a" + std::to_string(first) + ".db"));
    Filing filing(*log, config(first, last), rules(), calendar);
    std::vector<FileMatter> commands;
    for (int i = 0; i < 60; ++i) commands.push_back(command("r" + std::to_string(i)));
    for (const Outcome& o : filing.file_many(commands, ten())) {
      REQUIRE(o.receipt);
      const std::string digits = o.receipt->ticket.substr(1);
      INFO(o.receipt->ticket);
      CHECK(all.insert(o.receipt->ticket).second);
      three += digits.size() == 3;
      four += digits.size() == 4;
      ++issued;
    }
  }
  CHECK(three == 9 + 9 + 3);
  CHECK(four > 0);
  CHECK(all.size() == issued);
}

TEST_CASE("what has to be mended is told, and nothing is written", "[filing]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  WorkCalendar calendar;
  Filing filing(*log, config(), rules(), calendar);
  Petition p = sample_petition();
  p.petitioner.phone = "不是电话";
  const Outcome phone = filing.file(command("r1", p), std::nullopt, ten(), 0, 0);
  CHECK_FALSE(phone.receipt);
  REQUIRE(phone.problems.size() == 1);
  CHECK(phone.problems[0].field == "petitioner.phone");
  FileMatter c = command("r1");
  c.chosen = "XYZ";
  const Outcome window = filing.file(c, std::nullopt, ten(), 0, 0);
  REQUIRE(window.problems.size() == 1);
  CHECK(window.problems[0].field == "window");
  CHECK(log->count().value() == 0);
  const Outcome mended = filing.file(command("r1"), std::nullopt, ten(), 0, 0);
  REQUIRE(mended.receipt);
  CHECK(parse_matter_id(mended.receipt->matter)->serial == 1);
}

TEST_CASE("the citizen may choose reception instead, and both suggestion and choice are kept", "[filing][PIPL24]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  WorkCalendar calendar;
  Filing filing(*log, config(), rules(), calendar);
  FileMatter c = command("r1");
  c.chosen = window_reception;
  const Outcome o = filing.file(c, std::nullopt, ten(), 0, 0);
  REQUIRE(o.receipt);
  CHECK(o.receipt->window == window_reception);
  const Matter m = fold(o.receipt->matter, *log->of_matter(o.receipt->matter));
  CHECK(m.routed->chosen == window_reception);
  CHECK(m.routed->by == ChosenBy::Citizen);
  CHECK(m.routed->ruling.window == route(sample_petition(), rules().books[0]).window);
}

TEST_CASE("a window nobody sits at is not given, unless it was offered before it closed or the matter came by letter", "[filing][windows]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  WorkCalendar calendar;
  RuleBooks part_time = rules();
  const WindowCode usual = route(sample_petition(), part_time.books[0]).window;
  REQUIRE(usual != window_reception);
  // ten() is ten in the morning.
  for (WindowInfo& w : part_time.books[0].windows)
    if (w.code == usual) w.hours = {*parse_hours("每天 14:00-17:00")};
  Filing filing(*log, config(), part_time, calendar);
  const auto file = [&](const std::string& request, WindowCode chosen, Channel channel, Time now) {
    FileMatter c = command(request);
    c.chosen = std::move(chosen);
    c.petition.channel = channel;
    const Outcome o = filing.file(c, std::nullopt, now, 0, 0);
    REQUIRE(o.receipt);
    return fold(o.receipt->matter, *log->of_matter(o.receipt->matter));
  };
  const Matter morning = file("r1", "", Channel::Visit, ten());
  CHECK(morning.routed->chosen == window_reception);
  CHECK(std::any_of(morning.routed->ruling.reasons.begin(), morning.routed->ruling.reasons.end(), [](const Reason& r) { return r.rule == "closed"; }));
  CHECK(file("r2", "", Channel::Visit, ten() + std::chrono::hours(5)).routed->chosen == usual);
  CHECK(file("r3", usual, Channel::Visit, ten()).routed->chosen == usual);
  CHECK(file("r4", "", Channel::Letter, ten()).routed->ruling.window == route([] { auto p = sample_petition(); p.channel = Channel::Letter; return p; }(), part_time.books[0]).window);
}

TEST_CASE("an accusation can be read by the discipline key and by nobody in the hall", "[filing][XFTL30]") {
  Scratch scratch;
  const KeyPair discipline = make_box_keys();
  WorkCalendar calendar;
  MatterId matter;
  {
    auto log = open_log(scratch.file("a.db"));
    FilingConfig c = config();
    c.sealer = make_early_sealer({discipline.public_hex});
    Filing filing(*log, c, rules(), calendar);
    const Outcome o = filing.file(command("r1", accusation()), std::nullopt, ten(), 0, 0);
    REQUIRE(o.receipt);
    CHECK(o.receipt->sealed);
    matter = o.receipt->matter;
    const auto events = log->of_matter(matter);
    const Matter m = fold(matter, *events);
    CHECK(m.sealed);
    CHECK_FALSE(m.petition);
    CHECK(m.ticket->topic.empty());
    CHECK(m.ticket->sealed);
    CHECK(m.routed->ruling.sealed);
    CHECK(m.routed->ruling.alternatives.empty());
    for (const Reason& reason : m.routed->ruling.reasons) {
      CHECK(reason.because.empty());
      CHECK(reason.consequence.empty());
      CHECK_FALSE(reason.basis.law.empty());
    }
    const auto opened = unseal(std::get<Filed>(*fact_of(events->front())).sealed, matter, discipline);
    REQUIRE(opened);
    const auto petition = decode_petition(*opened);
    REQUIRE(petition);
    CHECK(petition->statement.facts == accusation().statement.facts);
  }
  // No byte of it is on the disk in clear, in no file beside the database either.
  const std::string disk = all_bytes(scratch.path());
  for (const std::string& secret :
       {std::string("样板干部"), accusation().statement.request, std::string("测试甲"), std::string("13800000000")})
    CHECK(disk.find(secret) == std::string::npos);
  CHECK(disk.find(matter) != std::string::npos);
}

TEST_CASE("without a discipline key an accusation is not written in clear: the person is told what to do", "[filing][XFTL30]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  WorkCalendar calendar;
  Filing filing(*log, config(), rules(), calendar);
  const Outcome o = filing.file(command("r1", accusation()), std::nullopt, ten(), 0, 0);
  CHECK_FALSE(o.receipt);
  REQUIRE(o.error);
  CHECK(o.error->code == Code::Unavailable);
  CHECK(o.error->what.find("请到窗口") != std::string::npos);
  CHECK(log->count().value() == 0);
  CHECK(filing.file(command("r2"), std::nullopt, ten(), 0, 0).receipt);
}

TEST_CASE("who only takes a number is registered all the same", "[filing][XFTL22]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  WorkCalendar calendar;
  Filing filing(*log, config(), rules(), calendar);
  const Outcome o = filing.take_number({"r1", window_lawyer, Priority::Elder}, filing.prepare(ten()), ten(), 0, 0);
  REQUIRE(o.receipt);
  CHECK(o.receipt->window == window_lawyer);
  CHECK(o.receipt->ticket == "A001");
  CHECK_FALSE(o.receipt->query_code.empty());
  const Matter m = fold(o.receipt->matter, *log->of_matter(o.receipt->matter));
  CHECK(m.state == MatterState::Registered);
  CHECK(m.petition->kind == MatterKind::QueueOnly);
  CHECK(m.ticket->priority == Priority::Elder);
  CHECK(m.ticket->topic.empty());
  CHECK(filing.take_number({"r1", window_lawyer, Priority::Elder}, std::nullopt, ten(), 0, 0).receipt->ticket == "A001");
  CHECK(filing.take_number({"r2", "", Priority::Normal}, std::nullopt, ten(), 0, 0).receipt);
}

TEST_CASE("a batch of letters is one transaction, and each line has its own outcome", "[filing]") {
  Scratch scratch;
  auto log = open_log(scratch.file("a.db"));
  WorkCalendar calendar;
  Filing filing(*log, config(), rules(), calendar);
  std::vector<FileMatter> commands;
  for (int i = 0; i < 50; ++i) {
    Petition p;
    p.channel = Channel::Letter;
    p.input = InputWay::Batch;
    p.title = "来信" + std::to_string(i);
    p.statement.facts = "路灯坏了，晚上看不见。";
    if (i % 10 == 9) p.petitioner.phone = "没有电话号码";
    commands.push_back(command("line" + std::to_string(i), p));
  }
  commands.push_back(commands[0]);
  for (int round = 0; round < 2; ++round) {
    const auto outcomes = filing.file_many(commands, ten());
    REQUIRE(outcomes.size() == 51);
    std::set<MatterId> numbers;
    for (std::size_t i = 0; i < 50; ++i) {
      INFO(i);
      CHECK(outcomes[i].request == commands[i].request);
      CHECK(outcomes[i].receipt.has_value() == (i % 10 != 9));
      if (outcomes[i].receipt) {
        numbers.insert(outcomes[i].receipt->matter);
        CHECK(outcomes[i].receipt->ticket.empty());
        CHECK(outcomes[i].receipt->query_code.empty());
      } else {
        CHECK(outcomes[i].problems.size() == 1);
      }
    }
    CHECK(numbers.size() == 45);
    CHECK(outcomes[50].receipt->matter == outcomes[0].receipt->matter);
    CHECK(log->count().value() == 90);  // the second round found everything registered
  }
}

TEST_CASE("a full disk gives an error and no number; the same request goes through when there is room", "[filing][fault]") {
  Scratch scratch;
  ShimVfs vfs;
  auto log = open_log(scratch.file("a.db"), vfs.name());
  WorkCalendar calendar;
  Filing filing(*log, config(), rules(), calendar);
  vfs.fail_from(vfs.calls() + 1, SQLITE_FULL, ShimVfs::forever);
  const Outcome full = filing.file(command("r1"), std::nullopt, ten(), 0, 0);
  CHECK_FALSE(full.receipt);
  REQUIRE(full.error);
  CHECK(full.error->code == Code::Unavailable);
  for (const Outcome& o : filing.file_many({command("b1"), command("b2")}, ten())) CHECK(o.error);
  vfs.heal();
  const Outcome again = filing.file(command("r1"), std::nullopt, ten(), 0, 0);
  REQUIRE(again.receipt);
  CHECK(again.receipt->ticket.ends_with("001"));
  CHECK(parse_matter_id(again.receipt->matter)->serial == 1);
  CHECK(log->verify()->empty());
}
