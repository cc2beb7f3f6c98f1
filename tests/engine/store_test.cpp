#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <sys/resource.h>

#include "core/number.h"
#include "world.h"

using namespace engine_tests;

// ---- filing -----------------------------------------------------------------------------------------------------------------

TEST_CASE("pressing submit twice files once and shows the same receipt", "[store]") {
  Machine machine;
  machine.post(filing("v1-f1"));
  const Receipt first = machine.receipt();
  machine.post(filing("v1-f1"));
  CHECK(machine.receipt().matter == first.matter);
  CHECK(machine.receipt().query_code == first.query_code);
  CHECK(machine.receipt().ticket == first.ticket);
  CHECK(machine.count(first.matter, "filed") == 1);
  machine.post(filing("v2-f1"));
  CHECK(machine.receipt().matter != first.matter);
}

TEST_CASE("after a restart the same submit still files once", "[store]") {
  Machine machine;
  machine.post(filing("v1-f1"));
  const MatterId matter = machine.receipt().matter;
  machine.open();
  machine.post(filing("v1-f1"));
  CHECK(machine.receipt().matter == matter);
  CHECK(machine.count(matter, "filed") == 1);
}

TEST_CASE("problems come back by field and nothing is filed", "[store]") {
  Machine machine;
  Petition petition = wages();
  petition.petitioner.phone = "打我电话";
  machine.post(filing("v1-f1", petition));
  REQUIRE(machine.now().outcome);
  CHECK_FALSE(machine.now().outcome->receipt);
  REQUIRE_FALSE(machine.now().outcome->problems.empty());
  CHECK(machine.now().outcome->problems.front().field == "petitioner.phone");
  CHECK(*machine.store->log().count() == 0);
  petition.petitioner.phone = "13800000000";
  machine.post(filing("v1-f1", petition));
  CHECK_FALSE(machine.receipt().ticket.empty());
}

TEST_CASE("who takes only a number is registered too", "[store][XFTL22]") {
  Machine machine;
  machine.post(TakeNumber{"v1-n1", "LAW", Priority::Elder});
  CHECK_FALSE(machine.receipt().matter.empty());
  CHECK(machine.receipt().window == "LAW");
  CHECK(machine.receipt().ahead == 0);
  machine.post(TakeNumber{"v2-n1", "LAW", Priority::Normal});
  CHECK(machine.receipt().ahead == 1);
}

TEST_CASE("who is sent to a department waits at reception, and is told how many wait there", "[store]") {
  Machine machine;
  machine.post(TakeNumber{"v1-n1", "PET", Priority::Normal});
  machine.post(TakeNumber{"v2-n1", "PET", Priority::Normal});
  machine.post(TakeNumber{"v3-n1", "ZJ", Priority::Normal});
  CHECK(machine.receipt().window == "PET");
  CHECK(machine.receipt().ahead == 2);
}

TEST_CASE("the paper's outcome is a fact of the matter", "[store]") {
  Machine machine;
  machine.post(filing("v1-f1"));
  const MatterId matter = machine.receipt().matter;
  machine.post(PrintReceipt{"v1-p1"});
  REQUIRE(machine.prints.size() == 1);
  CHECK(machine.now().print_request == "v1-p1");
  CHECK_FALSE(machine.now().print);
  machine.store->printed(machine.prints.front(), Error{Code::Unavailable, "no_paper"});
  REQUIRE(machine.now().print);
  CHECK_FALSE(machine.now().print->printed);
  CHECK(machine.now().print->trouble == "no_paper");
  machine.post(PrintReceipt{"v1-p2"});
  machine.store->printed(machine.prints.back(), Done{});
  CHECK(machine.now().print->printed);
  CHECK(machine.count(matter, "receipt_printed") == 2);
}

TEST_CASE("the end of a visit forgets receipt, card, answer and print job", "[store]") {
  Machine machine;
  machine.post(filing("v1-f1"));
  machine.post(ReadCard{true});
  CHECK(machine.listening);
  machine.store->card(Result<std::optional<Identity>>(std::optional<Identity>(wages().petitioner)));
  REQUIRE(machine.now().card);
  machine.post(EndVisit{});
  CHECK_FALSE(machine.listening);
  CHECK_FALSE(machine.now().outcome);
  CHECK_FALSE(machine.now().card);
  CHECK_FALSE(machine.now().progress);
  CHECK(machine.now().print_request.empty());
  machine.prints.clear();
  machine.post(PrintReceipt{"v2-p1"});
  CHECK(machine.prints.empty());
  REQUIRE(machine.now().print);
  CHECK_FALSE(machine.now().print->printed);
}

TEST_CASE("a reader that goes away mid-read is said once, and the next card has a new serial", "[store]") {
  Machine machine;
  machine.post(ReadCard{true});
  machine.store->card(Error{Code::Invalid, "card: pulled"});
  REQUIRE(machine.now().card);
  CHECK(machine.now().card->trouble == "pulled");
  const auto serial = machine.now().card->serial;
  machine.store->card(Error{Code::Unavailable, "reader: absent"});
  CHECK(machine.now().card->trouble == "absent");
  CHECK(machine.now().card->serial == serial + 1);
  machine.store->card(Error{Code::Unavailable, "reader: absent"});
  CHECK(machine.now().card->serial == serial + 1);
}

// ---- the disk -----------------------------------------------------------------------------------------------------------------

namespace {

/// No file may grow beyond `bytes` while this lives: what a failing disk looks like from here.
class NoGrowth {
 public:
  explicit NoGrowth(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit now = before_;
    now.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~NoGrowth() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  NoGrowth(const NoGrowth&) = delete;
  NoGrowth& operator=(const NoGrowth&) = delete;

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("after the disk failed once no receipt is given until a restart", "[store][faults]") {
  Machine machine;
  machine.post(filing("v1-f1"));
  const MatterId first = machine.receipt().matter;
  {
    const NoGrowth failing(4096);
    machine.post(filing("v2-f1"));
  }
  REQUIRE(machine.now().outcome);
  CHECK_FALSE(machine.now().outcome->receipt);
  REQUIRE(machine.now().outcome->error);
  REQUIRE(machine.now().failed);
  CHECK(machine.now().failed->code == Code::Io);
  // The disk works again, but nothing this process believes about it does.
  machine.post(filing("v3-f1"));
  CHECK_FALSE(machine.now().outcome->receipt);
  machine.store->tick();
  CHECK(machine.now().failed);
  machine.open();
  machine.post(filing("v2-f1"));
  CHECK(machine.receipt().matter != first);
  CHECK(machine.store->log().verify()->empty());
}

TEST_CASE("a failure that the sync client met and passed over is noticed before the next visitor", "[store][faults]") {
  Machine machine;
  {
    const NoGrowth failing(4096);
    CHECK_FALSE(machine.store->log().put_note("sync.somebody", std::string(20'000, 'x')));
  }
  CHECK_FALSE(machine.now().failed);
  machine.store->tick();
  REQUIRE(machine.now().failed);
  CHECK(machine.now().failed->code == Code::Io);
}

TEST_CASE("little room is said, and the reserve is set aside when there is enough", "[store][faults]") {
  Machine machine;
  CHECK(machine.disk->kept);
  machine.disk->free = 100u << 20;
  machine.store->tick();
  CHECK(machine.now().disk_low);
  machine.disk->free = 10ull << 30;
  machine.store->tick();
  CHECK_FALSE(machine.now().disk_low);
}

// Runs on a small tmpfs that CMake's test mounts in a namespace of its own.
TEST_CASE("on a full disk the reserve takes one more filing, then it says so, then it works again", "[.full-disk]") {
  const char* dir = std::getenv("YIZHAN_FULL_DIR");
  REQUIRE(dir != nullptr);
  Machine machine;
  machine.config.data_dir = dir;
  auto own = std::make_unique<TestDisk>();
  TestDisk* disk = own.get();
  write(std::string(dir) + "/reserve", std::string(512u << 10, 'r'));
  disk->give_up = [&] { fs::remove(std::string(dir) + "/reserve"); };
  TestClock clock;
  auto opened = Store::open(machine.config, machine.shelf, clock, std::move(own));
  REQUIRE(opened);
  Store& store = **opened;
  const auto hog = [&](int i) { return std::string(dir) + "/hog" + std::to_string(i); };
  for (int i = 0; i < 64; ++i) write(hog(i), std::string(256u << 10, 'x'));
  disk->free = 0;
  store.command(filing("v1-f1"));
  REQUIRE(store.snapshot().outcome);
  CHECK(store.snapshot().outcome->receipt);  // out of the reserve
  CHECK_FALSE(disk->kept);

  int filed = 1;
  while (filed < 500) {
    disk->free = 0;
    store.command(filing("v" + std::to_string(++filed) + "-f1"));
    if (!store.snapshot().outcome->receipt) break;
  }
  REQUIRE(filed < 500);
  REQUIRE(store.snapshot().outcome->error);
  CHECK(store.snapshot().outcome->error->code == Code::Unavailable);
  REQUIRE(store.snapshot().failed);
  CHECK(store.snapshot().failed->code == Code::Unavailable);

  for (int i = 0; i < 64; ++i) fs::remove(hog(i));
  disk->free = 10u << 20;
  store.tick();
  CHECK_FALSE(store.snapshot().failed);
  store.command(filing("v" + std::to_string(filed) + "-f1"));  // the same request as the one that was refused
  CHECK(store.snapshot().outcome->receipt);
  CHECK(store.log().verify()->empty());
  std::size_t there = 0;
  for (std::int64_t cursor = 0;;) {
    const auto events = store.log().arrived_after(cursor, 1000);
    if (events->empty()) break;
    for (const auto& event : *events) there += event.type == "filed" ? 1 : 0;
  }
  CHECK(there == static_cast<std::size_t>(filed));
}

// ---- progress and rating ---------------------------------------------------------------------------------------------------

TEST_CASE("progress is told for the right code only, and a wrong number reads like a wrong code", "[store]") {
  Machine machine;
  machine.post(filing("v1-f1"));
  const Receipt receipt = machine.receipt();
  machine.post(AskProgress{"v2-q1", receipt.matter, grouped(receipt.query_code)});
  REQUIRE(machine.now().progress);
  CHECK(machine.now().progress->problems.empty());
  CHECK(machine.now().progress->state_words == "已登记");
  CHECK_FALSE(machine.now().progress->as_of_known);
  CHECK_FALSE(machine.now().progress->lines.empty());

  std::string other = receipt.query_code;
  unsigned char seed[15] = {1, 2, 3};
  other = make_query_code(seed);
  machine.post(AskProgress{"v2-q2", receipt.matter, other});
  REQUIRE(machine.now().progress->problems.size() == 1);
  CHECK(machine.now().progress->lines.empty());
  std::string misread = receipt.query_code;
  misread[3] = misread[3] == '1' ? '2' : '1';
  machine.post(AskProgress{"v2-q3", receipt.matter, misread});
  REQUIRE_FALSE(machine.now().progress->problems.empty());
  CHECK(machine.now().progress->problems.front().field == "code");
}

TEST_CASE("a matter of another kiosk is found through the hub, and not without it", "[store]") {
  HallHub hall;
  Machine one("kiosk", &hall, "440583-K01"), two("kiosk", &hall, "440583-K02");
  one.post(filing("v1-f1"));
  const Receipt receipt = one.receipt();
  one.sync();
  CHECK(one.now().unsent == 0);
  CHECK(one.now().uncounted > 0);
  two.post(AskProgress{"v1-q1", receipt.matter, receipt.query_code});
  REQUIRE(two.now().progress);
  CHECK(two.now().progress->problems.empty());
  CHECK(two.now().progress->state_words == "已登记");
  hall.away = true;
  two.post(AskProgress{"v1-q2", receipt.matter, receipt.query_code});
  REQUIRE_FALSE(two.now().progress->problems.empty());
  CHECK(two.now().progress->lines.empty());
  // Its own matters a kiosk knows without anybody.
  one.post(AskProgress{"v2-q1", receipt.matter, receipt.query_code});
  CHECK(one.now().progress->problems.empty());
}

TEST_CASE("only the citizen rates, once, and only what is over", "[store]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall), desk("desk-lawyer", &hall);
  kiosk.post(filing("v1-f1", wages(), "LAW"));
  const Receipt receipt = kiosk.receipt();
  kiosk.post(Rate{"v2-r1", receipt.matter, receipt.query_code, 5, 4, ""});
  REQUIRE(kiosk.now().outcome->problems.size() == 1);
  CHECK(kiosk.count(receipt.matter, "rated") == 0);

  kiosk.sync();
  desk.sync();
  Consulted consulted;
  consulted.staff = "陈明远";
  consulted.advice = "先去劳动仲裁。";
  desk.post(StateFact{receipt.matter, consulted, "D-1"});
  CHECK(desk.now().stated_request == "D-1");
  desk.sync();

  unsigned char seed[15] = {9};
  kiosk.post(Rate{"v3-r1", receipt.matter, make_query_code(seed), 1, 1, ""});
  CHECK_FALSE(kiosk.now().outcome->problems.empty());
  kiosk.post(Rate{"v3-r2", receipt.matter, receipt.query_code, 5, 4, "谢谢"});
  CHECK(kiosk.now().outcome->problems.empty());
  CHECK_FALSE(kiosk.now().outcome->error);
  CHECK(kiosk.count(receipt.matter, "rated") == 1);
  kiosk.post(Rate{"v3-r2", receipt.matter, receipt.query_code, 5, 4, "谢谢"});
  kiosk.post(Rate{"v4-r1", receipt.matter, receipt.query_code, 1, 1, ""});
  CHECK(kiosk.count(receipt.matter, "rated") == 1);
}

// ---- the desk -----------------------------------------------------------------------------------------------------------------

namespace {
sync::QueueAsk ask(QueueOp op, std::string request, std::string ticket = {}) {
  sync::QueueAsk a;
  a.op = op;
  a.request = std::move(request);
  a.ticket = std::move(ticket);
  return a;
}
}  // namespace

TEST_CASE("the lawyer reads the statement before calling, and calling goes through the hub", "[store][desk]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall), desk("desk-lawyer", &hall);
  kiosk.post(filing("v1-f1", wages("请帮我看判决"), "LAW"));
  const Receipt receipt = kiosk.receipt();
  kiosk.sync();
  desk.sync();
  REQUIRE(desk.now().tickets.size() == 1);
  CHECK(desk.now().tickets.front().number == receipt.ticket);
  desk.post(OpenMatter{receipt.matter, "陈明远"});
  REQUIRE(desk.now().open);
  REQUIRE(desk.now().open->petition);
  CHECK(desk.now().open->petition->statement.request == "请帮我看判决");
  CHECK(desk.count(receipt.matter, "viewed") == 1);
  desk.post(OpenMatter{receipt.matter, "陈明远"});
  CHECK(desk.count(receipt.matter, "viewed") == 1);

  desk.post(QueueCommand{ask(QueueOp::Call, "D-1")});
  CHECK(desk.now().answer_request == "D-1");
  REQUIRE(desk.now().answer);
  CHECK(desk.now().answer->ticket == receipt.ticket);
  desk.sync();
  REQUIRE(desk.now().tickets.size() == 1);
  CHECK(desk.now().tickets.front().state == TicketState::Called);
  CHECK(desk.now().tickets.front().desk == desk.config.origin);
  // The same press again: the same answer, no second call.
  desk.post(QueueCommand{ask(QueueOp::Call, "D-1")});
  CHECK(desk.now().answer->ticket == receipt.ticket);
  desk.post(QueueCommand{ask(QueueOp::Call, "D-2")});
  CHECK(desk.now().answer->ticket.empty());

  hall.clock.pass(std::chrono::minutes(14));
  desk.post(QueueCommand{ask(QueueOp::End, "D-3", receipt.ticket)});
  desk.sync();
  CHECK(desk.now().tickets.empty());
  CHECK(desk.now().served_today == 1);
  CHECK(desk.now().minutes_average == 14);
}

TEST_CASE("without the hub a desk calls from its own list and says so in its own log", "[store][desk]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall), desk("desk-lawyer", &hall);
  kiosk.post(filing("v1-f1", wages(), "LAW"));
  const Receipt first = kiosk.receipt();
  hall.clock.pass(Span{1000});
  kiosk.post(filing("v2-f1", wages(), "MED"));  // not this desk's window
  kiosk.sync();
  desk.sync();
  hall.away = true;
  desk.post(QueueCommand{ask(QueueOp::Call, "D-1")});
  REQUIRE(desk.now().answer);
  CHECK(desk.now().answer->ticket == first.ticket);
  REQUIRE(desk.now().tickets.size() == 1);
  CHECK(desk.now().tickets.front().state == TicketState::Called);
  bool found = false;
  for (const auto& event : desk.events(first.matter))
    if (event.type == "queued" && event.id.origin == desk.config.origin) {
      const auto fact = fact_of(event);
      found = std::get<Queued>(*fact).offline;
    }
  CHECK(found);
  desk.post(QueueCommand{ask(QueueOp::Call, "D-2")});
  REQUIRE(desk.now().answer);
  CHECK(desk.now().answer->ticket.empty());
  desk.post(QueueCommand{ask(QueueOp::Recall, "D-3", "A999")});
  CHECK(desk.now().answer_error);

  hall.away = false;
  desk.sync();
  CHECK(hall.hub().news(hall.clock.wall()).calls.size() == 1);
}

TEST_CASE("a ticket that moves here brings its statement, and nobody is said to have looked", "[store][desk]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall), lawyer("desk-lawyer", &hall, "440583-D01"), mediator("desk-mediator", &hall, "440583-D02");
  kiosk.post(filing("v1-f1", wages("想和老板谈一谈"), "LAW"));
  const Receipt receipt = kiosk.receipt();
  kiosk.sync();
  lawyer.sync();
  mediator.sync();
  CHECK(mediator.now().tickets.empty());
  auto statement = [&] { return fold(receipt.matter, mediator.events(receipt.matter)).petition; };
  CHECK_FALSE(statement());
  lawyer.post(QueueCommand{ask(QueueOp::Call, "D-1")});
  auto move = ask(QueueOp::Move, "D-2", receipt.ticket);
  move.to_window = "MED";
  move.reason = "双方愿意谈";
  lawyer.post(QueueCommand{move});
  REQUIRE(lawyer.now().answer);
  mediator.sync();
  REQUIRE(mediator.now().tickets.size() == 1);
  CHECK(mediator.now().tickets.front().state == TicketState::Waiting);
  REQUIRE(statement());
  CHECK(statement()->statement.request == "想和老板谈一谈");
  const auto at_hub = hall.log().of_matter(receipt.matter);
  for (const auto& event : *at_hub) CHECK(event.type != "viewed");
}

TEST_CASE("a desk calls a sealed matter by its number and gets nothing else, and does not keep asking", "[store][desk][XFTL30]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall), desk("desk-reception", &hall, "440583-D03");
  kiosk.config.discipline_keys = {make_box_keys().public_hex};
  kiosk.open();
  Petition petition = wages("请查一查");
  petition.kind = MatterKind::Accusation;
  petition.answers.about_official = Answer::Yes;
  kiosk.post(filing("v1-f1", petition));
  const Receipt receipt = kiosk.receipt();
  REQUIRE(receipt.sealed);
  kiosk.sync();
  desk.sync();
  REQUIRE(desk.now().tickets.size() == 1);
  CHECK(desk.now().tickets.front().number == receipt.ticket);
  CHECK(desk.now().tickets.front().sealed);
  CHECK(desk.now().tickets.front().topic.empty());
  const auto before = hall.exchanges;
  kiosk.post(TakeNumber{"v2-n1", "PET", Priority::Normal});
  kiosk.sync();
  desk.sync();
  CHECK(std::count_if(hall.targets.begin() + before, hall.targets.end(), [](const std::string& target) { return target.find("&limit=1") != std::string::npos && target.ends_with("=1"); }) == 0);
  desk.post(OpenMatter{receipt.matter, "周敏"});
  for (const auto& event : desk.events(receipt.matter)) CHECK(event.type != "viewed");
  CHECK((!desk.now().open || !desk.now().open->petition));
}

TEST_CASE("earlier visits of the same person are there when the matter is opened", "[store][desk]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall), desk("desk-lawyer", &hall);
  kiosk.post(filing("v1-f1", wages("第一次来"), "LAW"));
  const MatterId first = kiosk.receipt().matter;
  hall.clock.pass(std::chrono::hours(30 * 24));
  kiosk.store->tick();
  kiosk.post(filing("v2-f1", wages("第二次来"), "LAW"));
  const MatterId second = kiosk.receipt().matter;
  Petition somebody = wages("别人的事");
  somebody.petitioner = {"赵德福", DocumentKind::ResidentId, "440599195103120413", "", ""};
  kiosk.post(filing("v3-f1", somebody, "LAW"));
  kiosk.sync();
  desk.store->tick();
  desk.sync();
  while (desk.store->idle()) {
  }
  desk.post(OpenMatter{second, "陈明远"});
  REQUIRE(desk.now().earlier.size() == 1);
  CHECK(desk.now().earlier.front().id == first);
  CHECK(desk.now().tickets.size() == 2);  // today's
}

TEST_CASE("a fact is stated once however often it is pressed", "[store][desk]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall), desk("desk-lawyer", &hall);
  kiosk.post(filing("v1-f1", wages(), "LAW"));
  const MatterId matter = kiosk.receipt().matter;
  kiosk.sync();
  desk.sync();
  Consulted consulted;
  consulted.staff = "陈明远";
  desk.post(StateFact{matter, consulted, "D-1"});
  desk.post(StateFact{matter, consulted, "D-1"});
  CHECK(desk.count(matter, "consulted") == 1);
  desk.post(StateFact{matter, consulted, "D-2"});
  desk.post(StateFact{matter, consulted, "D-1"});
  CHECK(desk.count(matter, "consulted") == 2);
}

TEST_CASE("a call for help reaches reception with the draft and comes back with the number", "[store][desk]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall), desk("desk-reception", &hall, "440583-D03");
  kiosk.post(CallHelper{"h1", "statement", wages("写了一半")});
  REQUIRE(kiosk.now().help);
  CHECK(kiosk.now().help->reached);
  desk.sync();
  REQUIRE(desk.now().help_calls.size() == 1);
  CHECK(desk.now().help_calls.front().draft.find("写了一半") != std::string::npos);
  desk.post(TakeHelp{"h1"});
  kiosk.sync();
  CHECK(kiosk.now().help->taken_by == "440583-D03");
  FileMatter command = filing("D-f1", wages("写完了"));
  command.by = ChosenBy::Staff;
  command.help_id = "h1";
  desk.post(command);
  const Receipt receipt = desk.receipt();
  kiosk.sync();
  CHECK(kiosk.now().help->done);
  CHECK(kiosk.now().help->outcome.find(receipt.ticket) != std::string::npos);
}

TEST_CASE("a call for help without the hub is kept and sent when it is back", "[store][desk]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall);
  hall.away = true;
  kiosk.post(CallHelper{"h1", "kind", std::nullopt});
  REQUIRE(kiosk.now().help);
  CHECK_FALSE(kiosk.now().help->reached);
  hall.away = false;
  kiosk.sync();
  CHECK(kiosk.now().help->reached);
  kiosk.post(StopHelper{"h1"});
  CHECK_FALSE(kiosk.now().help);
}

TEST_CASE("at midnight the day's tickets begin anew", "[store]") {
  HallHub hall;
  Machine kiosk("kiosk", &hall), desk("desk-lawyer", &hall);
  kiosk.post(filing("v1-f1", wages(), "LAW"));
  kiosk.sync();
  desk.sync();
  CHECK(desk.now().tickets.size() == 1);
  hall.clock.pass(std::chrono::hours(15));
  desk.store->tick();
  CHECK(desk.now().tickets.empty());
  desk.open();
  CHECK(desk.now().tickets.empty());
}
