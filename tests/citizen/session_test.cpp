// The visit as a pure machine: idle, back, double taps, bad input. No window.
#include <algorithm>
#include <functional>
#include <random>

#include "core/text.h"
#include "tests/citizen/lobby.h"

using namespace yizhan;
using namespace yizhan::kiosk;
using namespace yizhan::kiosk::test;
using namespace std::chrono_literals;

namespace {

/// Everything personal that a visit can hold, to look for it after a wipe.
std::string all_words(const Session& s) {
  std::string all = s.me.name + s.me.number + s.me.phone + s.other.name + s.topic + s.statement.request + s.statement.facts + s.statement.reasons +
                    s.statement.place + s.statement.party_complained_of + s.number + s.code + s.keys.composing + s.help + s.filing + s.asking + s.remark;
  for (const auto& name : s.representatives) all += name;
  for (const auto& problem : s.problems) all += problem.what;
  return all;
}

std::vector<Action> everything_a_hand_can_do(const Lobby& hall) {
  const std::vector<std::string> inserts{"付清工资", "1", "１", "·", "##", "%n%s", "\xF0\xA0\xAE\xB7", "\x1b[31m"};
  std::vector<Action> actions{Begin{Screen::Notice, {}}, Begin{Screen::TakeNumber, {}}, Begin{Screen::Ask, Purpose::Progress}, Begin{Screen::Ask, Purpose::Rating},
                              Next{}, Next{}, Next{}, Next{}, Back{}, LeaveAsk{}, LeaveNow{}, Stay{}, CallHelp{}, CancelHelp{}, Set{{1, true, true}}, Touched{},
                              ChooseDocument{DocumentKind::ResidentId}, ChooseDocument{DocumentKind::None}, ChooseDocument{DocumentKind::Passport}, SpecialDocument{},
                              ChooseWhom{Whom::Self}, ChooseWhom{Whom::Agent}, ChooseWhom{Whom::Relative}, ChooseWhom{Whom::Group}, ChooseAuthority{true},
                              AddHeads{10}, AddHeads{-10}, AnswerWith{Answer::Yes}, AnswerWith{Answer::No}, AnswerWith{Answer::Unsure}, AnswerParty{Counterparty::Employer},
                              SkipWriting{}, Part{0}, Part{2}, Edit{Screen::Kind, 0}, Edit{Screen::Card, 0}, Edit{Screen::Statement, 1}, ReadText{1}, OpenGuide{}, Focus{Field::Number, 0},
                              Focus{Field::Name, 0}, Focus{Field::Representative, 1}, Letter{}, Reveal{}, Turn{1}, Turn{-1}, ChooseWindow{"MED"}, Submit{}, PickNumber{"LAW"}, ChoosePaper{true}, ChoosePaper{false}, Reprint{},
                              Grade{5, 0}, Grade{0, 2}, RateNow{}};
  for (const auto& topic : rules().topics) actions.push_back(ChooseTopic{topic.code});
  for (const auto& insert : inserts) actions.push_back(Typed{insert, 0, hall.s.keys});
  actions.push_back(Typed{"", 3, hall.s.keys});
  return actions;
}

}  // namespace

TEST_CASE("a visit with a card and no typing ends with a lawyer number", "[citizen]") {
  Lobby hall;
  hall.to_ruling();
  REQUIRE(hall.s.ruling);
  CHECK(hall.s.ruling->window == window_lawyer);
  hall.act(Submit{});
  CHECK(hall.seen() == Screen::Done);
  const auto* file = hall.last<FileMatter>();
  REQUIRE(file);
  CHECK(file->petition.petitioner.name == "李有田");
  CHECK(file->petition.input == InputWay::Card);
  CHECK(file->notice_version == "2026-11");
  CHECK_FALSE(file->petition.statement.request.empty());
  CHECK(hall.count<PrintReceipt>() == 0);  // not before the person says so
  hall.act(ChoosePaper{true});
  CHECK(hall.count<PrintReceipt>() == 1);
}

TEST_CASE("nothing is printed before the person chose, and nothing at all for who wants no paper", "[citizen][T23]") {
  for (const bool wanted : {true, false}) {
    Lobby hall;
    hall.to_ruling();
    hall.act(Submit{});
    REQUIRE(hall.s.paper == PaperWish::Asked);
    hall.wait(std::chrono::seconds(100));
    hall.act(Reprint{});
    CHECK(hall.count<PrintReceipt>() == 0);
    hall.act(ChoosePaper{wanted});
    hall.act(ChoosePaper{!wanted});  // a second finger changes nothing
    CHECK(hall.count<PrintReceipt>() == (wanted ? 1 : 0));
    hall.act(Reprint{});  // who thought better of it
    CHECK(hall.count<PrintReceipt>() == (wanted ? 2 : 1));
  }
  // Without a printer there is nothing to choose: it is tried, so that the page says why there is no slip.
  Lobby hall;
  hall.snapshot.printer = DeviceState::OutOfPaper;
  hall.to_ruling();
  hall.act(Submit{});
  CHECK(hall.s.paper == PaperWish::Unasked);
  CHECK(hall.count<PrintReceipt>() == 1);
}

TEST_CASE("the store hears that number and code were shown, once, after the first frame", "[citizen][R31]") {
  Lobby hall;
  hall.to_ruling();
  hall.act(Submit{});
  CHECK(hall.count<ReceiptShown>() == 0);
  hall.wait(Span{50});
  hall.wait(Span{50});
  REQUIRE(hall.count<ReceiptShown>() == 1);
  CHECK(hall.last<ReceiptShown>()->request == hall.s.receipt->request);
}

TEST_CASE("idle warns after 90 s and wipes after 30 more, from wherever a hand can get to", "[citizen][T1]") {
  // A monkey walks; after every step a copy of the hall is left alone.
  std::mt19937 dice(20261120);
  std::size_t screens = 0;
  std::array<bool, 26> seen{};
  for (int walk = 0; walk < 150; ++walk) {
    Lobby hall;
    if (walk % 3 == 0) hall.to_whom();
    if (walk % 7 == 1) hall.to_statement("neighbour");
    if (walk % 7 == 2) hall.to_ruling();
    if (walk % 11 == 3) hall.to_done();
    if (walk % 13 == 4) hall.to_progress();
    if (walk % 13 == 5) hall.to_rate();
    for (int step = 0; step < 40; ++step) {
      const auto actions = everything_a_hand_can_do(hall);
      hall.act(actions[dice() % actions.size()]);
      if (dice() % 9 == 0) hall.lay_card();
      auto& mark = seen[static_cast<std::size_t>(hall.seen())];
      screens += mark ? 0 : 1;
      mark = true;
      const Screen from = hall.seen();
      Lobby left = hall;
      const bool had_nothing = blank(left.s);
      const bool receipt = left.s.screen == Screen::Done;
      INFO("screen " << word(from) << ", walk " << walk << ", step " << step);
      left.wait(receipt ? 119s : 89s);
      REQUIRE(left.seen() == from);
      left.wait(2s);
      if (left.s.screen != Screen::Home) REQUIRE(left.seen() == Screen::Idle);
      left.wait(28s);
      if (!had_nothing && left.s.screen != Screen::Home) REQUIRE(left.seen() == Screen::Idle);
      const int ended = left.count<EndVisit>();
      left.wait(3s);
      REQUIRE(blank(left.s));
      REQUIRE(left.seen() == Screen::Home);
      REQUIRE(all_words(left.s).empty());
      REQUIRE(left.s.visit.empty());
      if (!had_nothing) REQUIRE(left.count<EndVisit>() == ended + 1);
    }
  }
  CHECK(screens >= 22);  // the monkey really got around
}

TEST_CASE("any touch stops the countdown and nothing typed is lost", "[citizen][T1]") {
  Lobby hall;
  hall.to_statement();
  hall.type("付清工资。");
  for (int i = 0; i < 20; ++i) {  // as often as one likes: WCAG 2.2.1
    hall.wait(100s);
    CHECK(hall.seen() == Screen::Idle);
    hall.act(i % 2 == 0 ? Action{Stay{}} : Action{Touched{}});
    CHECK(hall.seen() == Screen::Statement);
  }
  CHECK(hall.s.statement.request == "付清工资。");
}

TEST_CASE("the receipt stays at least 120 seconds", "[citizen]") {
  Lobby hall;
  hall.to_done();
  hall.wait(119s);
  CHECK(hall.seen() == Screen::Done);
}

TEST_CASE("back leads home from everywhere, and home never keeps a name", "[citizen]") {
  std::mt19937 dice(7);
  for (int walk = 0; walk < 100; ++walk) {
    Lobby hall;
    for (int step = 0; step < 30; ++step) {
      const auto actions = everything_a_hand_can_do(hall);
      hall.act(actions[dice() % actions.size()]);
    }
    int guard = 0;
    for (; guard < 60 && !(hall.s.screen == Screen::Home && !hall.s.leaving); ++guard) {
      if (hall.seen() == Screen::Leave) hall.act(LeaveNow{});
      else if (hall.s.screen == Screen::Thanks || hall.s.screen == Screen::Done) hall.act(LeaveNow{});
      else hall.act(Back{});
    }
    INFO("stuck at " << word(hall.seen()) << " in walk " << walk);
    REQUIRE(guard < 60);
    REQUIRE(hall.s.me.name.empty());
    REQUIRE(hall.s.statement.request.empty());
  }
}

TEST_CASE("a double tap on the last button files once", "[citizen]") {
  Lobby hall;
  hall.to_ruling();
  hall.answers = false;
  hall.act(Submit{});
  hall.act(Submit{});
  hall.act(Next{});
  hall.wait(200ms);
  hall.act(Submit{});
  CHECK(hall.count<FileMatter>() == 1);
  CHECK_FALSE(hall.s.filing.empty());
  hall.act(Back{});
  CHECK(hall.s.screen == Screen::Ruling);  // no way back while the disk decides
  hall.answer(*std::find_if(hall.said.begin(), hall.said.end(), [](const Command& c) { return std::holds_alternative<FileMatter>(c); }));
  CHECK(hall.seen() == Screen::Done);
  hall.act(Submit{});
  CHECK(hall.count<FileMatter>() == 1);
}

TEST_CASE("a full disk loses nothing: words stay, a helper gets the draft, a second try files", "[citizen]") {
  Lobby hall;
  hall.to_statement();
  hall.type("请付清工资。");
  hall.act(SkipWriting{});
  hall.after_review();
  hall.disk = Error{Code::Unavailable, "disk full"};
  hall.act(Submit{});
  CHECK(hall.seen() == Screen::Ruling);
  REQUIRE(hall.s.filing_error);
  CHECK(hall.s.statement.request == "请付清工资。");
  hall.act(CallHelp{});
  const auto* call = hall.last<CallHelper>();
  REQUIRE(call);
  REQUIRE(call->draft);
  CHECK(call->draft->statement.request == "请付清工资。");
  hall.act(Next{});
  hall.disk.reset();
  hall.act(Submit{});
  CHECK(hall.seen() == Screen::Done);
  CHECK(hall.filed == 2);  // two requests, the first of which wrote nothing
}

TEST_CASE("a broken store takes no more filings, but what exists stays readable", "[citizen]") {
  Lobby hall;
  hall.to_review();
  hall.snapshot.failed = Error{Code::Io, "fsync"};
  CHECK(hall.seen() == Screen::Trouble);
  hall.act(CallHelp{});
  CHECK(hall.last<CallHelper>()->draft.has_value());
  CHECK(hall.seen() == Screen::Helper);
  Lobby done;
  done.to_done();
  done.snapshot.failed = Error{Code::Corrupt, "chain"};
  CHECK(done.seen() == Screen::Done);
}

TEST_CASE("an accusation is called for help without a word of it", "[citizen][XFTL30]") {
  Lobby hall;
  hall.to_statement("official");
  if (hall.s.screen != Screen::Statement) FAIL("no accusation topic");
  hall.type("反映某事。");
  hall.act(CallHelp{});
  REQUIRE(hall.last<CallHelper>());
  CHECK_FALSE(hall.last<CallHelper>()->draft);
}

TEST_CASE("somebody in danger is helped at once and still registered", "[citizen][XFTL25]") {
  Lobby hall;
  hall.to_kind();
  hall.act(ChooseTopic{"neighbour"});
  hall.act(Next{});
  while (hall.s.screen == Screen::Question) {
    const auto& questions = questions_of(hall.s, rules());
    const bool danger = questions[static_cast<std::size_t>(hall.s.index)] == "in_danger";
    hall.act(AnswerWith{danger ? Answer::Yes : Answer::No});
    if (danger) break;
  }
  CHECK(hall.seen() == Screen::Urgent);
  CHECK(hall.count<CallHelper>() == 1);
  hall.act(Next{});
  hall.act(SkipWriting{});
  hall.after_review();
  REQUIRE(hall.s.ruling);
  CHECK(hall.s.ruling->urgent);
  hall.act(Submit{});
  CHECK(hall.seen() == Screen::Done);
}

TEST_CASE("whoever filed before is asked whether it is concluded, and nobody else is", "[citizen][XFTL19.3][XFTL36.3]") {
  struct Row {
    const char* topic;
    std::vector<Answer> answers;  ///< in turn
    std::size_t asked;            ///< that many questions and no more
    const char* rule;
  };
  const Answer yes = Answer::Yes, no = Answer::No, unsure = Answer::Unsure;
  for (const Row& row : {Row{"education", {no}, 1, "education"}, Row{"education", {yes, no}, 2, "in-process"}, Row{"education", {yes, yes}, 2, "concluded"},
                         Row{"education", {yes, unsure}, 2, "in-process"}, Row{"land", {no, no, no}, 3, "land"}, Row{"land", {yes, no}, 2, "in-court"}, Row{"land", {no, no, yes, yes}, 4, "concluded"},
                         Row{"wages", {no}, 1, "wages"}}) {
    INFO(row.topic << " " << row.rule);
    Lobby hall;
    hall.to_kind();
    hall.act(ChooseTopic{row.topic});
    hall.act(Next{});
    std::size_t asked = 0;
    while (hall.s.screen == Screen::Question && asked < row.answers.size()) hall.act(AnswerWith{row.answers[asked++]});
    CHECK(hall.s.screen == Screen::Statement);
    CHECK(asked == row.asked);
    hall.act(SkipWriting{});
    hall.act(Next{});
    REQUIRE(hall.s.ruling);
    CHECK(hall.s.ruling->rule == row.rule);
  }
  // An answer that is changed takes back what only followed from it.
  Lobby hall;
  hall.to_kind();
  hall.act(ChooseTopic{"education"});
  hall.act(Next{});
  hall.act(AnswerWith{Answer::Yes});
  hall.act(AnswerWith{Answer::Yes});
  hall.act(Back{});
  hall.act(Back{});
  REQUIRE(hall.s.screen == Screen::Question);
  hall.act(AnswerWith{Answer::No});
  CHECK(hall.s.screen == Screen::Statement);
  CHECK(hall.s.answers.concluded == Answer::Unasked);
}

TEST_CASE("a group names no more representatives than the rulebook allows", "[citizen][XFTL20.3]") {
  Lobby hall;
  hall.to_whom();
  hall.act(ChooseWhom{Whom::Group});
  hall.act(AddHeads{48});
  CHECK(hall.s.heads == 50);
  hall.act(Next{});
  REQUIRE(hall.seen() == Screen::Representatives);
  CHECK(static_cast<int>(hall.s.representatives.size()) == rules().rep_limit(50) - 1);
  hall.type("王小满");
  hall.act(Focus{Field::Representative, 9});
  hall.type("不该有");
  for (const auto& name : hall.s.representatives) CHECK(name != "不该有");
  hall.act(Next{});
  REQUIRE(hall.seen() == Screen::Kind);
  const Petition petition = petition_of(hall.s, rules());
  CHECK(petition.head_count == 50);
  CHECK(petition.representatives.size() == 2);
  // Two people: nobody but the speaker and one more can stand for them.
  hall.act(Back{});
  hall.act(Back{});
  REQUIRE(hall.seen() == Screen::Heads);
  hall.act(AddHeads{-9'999});
  CHECK(hall.s.heads == 2);
  CHECK(hall.s.representatives.size() == 1);
}

TEST_CASE("wrong numbers are named in words, stay as typed, and rare cards never block", "[citizen]") {
  struct Row { std::string typed; bool good; };
  std::string wrong = sample_id();
  wrong.back() = wrong.back() == '1' ? '2' : '1';
  const std::vector<Row> rows{{sample_id(), true}, {wrong, false}, {"110101500101002", true}, {"１１０１０１", false}, {"", false}, {"abc", false}};
  for (const Row& row : rows) {
    Lobby hall;
    hall.act(Begin{Screen::Notice, {}});
    hall.act(Next{});
    hall.act(ChooseDocument{DocumentKind::ResidentId});
    hall.type("李有田");
    hall.act(Focus{Field::Number, 0});
    hall.type(row.typed);
    hall.act(Next{});
    INFO("typed " << row.typed);
    CHECK((hall.seen() == Screen::Whom) == row.good);
    if (!row.good) {
      CHECK(hall.s.field == Field::Number);
      CHECK_FALSE(problem_at(hall.s, Field::Number).empty());
      CHECK(hall.s.me.number == row.typed);
      CHECK(hall.s.me.name == "李有田");
      if (!row.typed.empty()) {
        hall.act(SpecialDocument{});
        hall.act(Next{});
        CHECK(hall.seen() == Screen::Whom);
        CHECK(hall.s.me.number == row.typed);
      }
    }
  }
}

TEST_CASE("look-alike points in a name are folded and said", "[citizen]") {
  for (const char* dot : {"•", "・", "．", "‧", "∙", "."}) {
    Lobby hall;
    hall.act(Begin{Screen::Notice, {}});
    hall.act(Next{});
    hall.act(ChooseDocument{DocumentKind::None});
    hall.type(std::string("买买提") + dot + "艾力");
    hall.act(Next{});
    CHECK(hall.s.me.name == "买买提·艾力");
    CHECK_FALSE(hall.s.remark.empty());
  }
}

TEST_CASE("bad words in every field are refused by name of the field, never changed, never lost", "[citizen]") {
  const std::vector<std::string> hostile{"李\xE2\x80\xAE田", "李\x01", "\x1b[2J李", std::string("李\0田", 7), "李\xEF\xBB\xBF"};
  for (const std::string& words : hostile) {
    Lobby hall;
    hall.act(Begin{Screen::Notice, {}});
    hall.act(Next{});
    hall.act(ChooseDocument{DocumentKind::None});
    hall.type(words);
    hall.act(Next{});
    CHECK(hall.seen() == Screen::Identify);
    CHECK(hall.s.field == Field::Name);
    CHECK_FALSE(problem_at(hall.s, Field::Name).empty());
    CHECK(hall.s.me.name == words);
  }
  // In a statement the same marks are a person's own words: label syntax, formats, quotes and tags are stored as they are.
  Lobby hall;
  hall.to_statement();
  const std::string odd = "##要钱### %n%s {{x}} <b>'; DROP TABLE\n𠮷";
  hall.type(odd);
  hall.act(SkipWriting{});
  hall.after_review();
  hall.act(Submit{});
  REQUIRE(hall.last<FileMatter>());
  CHECK(hall.last<FileMatter>()->petition.statement.request == odd);
}

TEST_CASE("letters in a telephone number are shown at the telephone", "[citizen]") {
  Lobby hall;
  hall.act(Begin{Screen::Notice, {}});
  hall.act(Next{});
  hall.act(ChooseDocument{DocumentKind::None});
  hall.type("李有田");
  hall.act(Focus{Field::Phone, 0});
  hall.type("13800abc");
  hall.act(Next{});
  CHECK(hall.seen() == Screen::Identify);
  CHECK(hall.s.field == Field::Phone);
  CHECK_FALSE(problem_at(hall.s, Field::Phone).empty());
}

TEST_CASE("the letter key turns a device's letter, and nothing else that stands in its place", "[citizen][fuzz]") {
  Lobby hall;
  const auto after = [&](const std::string& number) {
    hall.s.number = number;
    hall.act(Letter{});
    return hall.s.number;
  };
  hall.act(Begin{Screen::Ask, Purpose::Progress});
  REQUIRE(hall.seen() == Screen::Ask);
  CHECK(after("440583K") == "440583D");
  CHECK(after("440583D") == "440583H");
  CHECK(after("440583X01") == "440583K01");
  for (const std::string odd : {"440583", "440583一号", "查信访件的编号", "4405831"}) CHECK(after(odd) == odd);
}

TEST_CASE("what is scanned and is no number is refused with words and changes nothing", "[citizen][fuzz]") {
  Lobby hall;
  hall.act(Begin{Screen::Ask, Purpose::Progress});
  const std::string before = hall.s.number;
  for (const std::string odd : {"查信访件的编号", "440583K0120261120000", ""}) {
    INFO(odd);
    hall.s.remark.clear();
    hall.act(Scanned{odd, ""});
    CHECK(hall.s.number == before);
    CHECK(hall.s.remark == "这个码认不出，请用小票上的。");
  }
}

TEST_CASE("an empty statement asks for one sentence, and 20,001 characters are one too many", "[citizen]") {
  Lobby hall;
  hall.to_statement();
  hall.act(Next{});
  CHECK(hall.seen() == Screen::Statement);
  CHECK_FALSE(problem_at(hall.s, Field::Request).empty());
  std::string many;
  for (std::size_t i = 0; i < statement_characters_max; ++i) many += "字";
  hall.type(many);
  CHECK(characters(hall.s.statement.request) == statement_characters_max);
  CHECK(problem_at(hall.s, Field::Request).empty());
  hall.type("多");
  CHECK(characters(hall.s.statement.request) == statement_characters_max);
  CHECK_FALSE(problem_at(hall.s, Field::Request).empty());
}

TEST_CASE("problems found by the engine bring the person to the first field with everything kept", "[citizen]") {
  Lobby hall;
  hall.to_statement();
  hall.type("请付清工资。");
  hall.act(SkipWriting{});
  hall.after_review();
  hall.refuses = {{"place", "地方太长，请写短一点"}};
  hall.act(Submit{});
  CHECK(hall.seen() == Screen::Place);
  CHECK(hall.s.field == Field::Place);
  CHECK(problem_at(hall.s, Field::Place) == "地方太长，请写短一点");
  hall.refuses.clear();
  hall.act(Next{});
  CHECK(hall.seen() == Screen::Review);
  CHECK(hall.s.statement.request == "请付清工资。");
  hall.after_review();
  hall.act(Submit{});
  CHECK(hall.seen() == Screen::Done);
}

TEST_CASE("an edited part leads back to the review and back to the same words", "[citizen]") {
  Lobby hall;
  hall.to_review();
  hall.act(Edit{Screen::Kind, 0});
  hall.act(ChooseTopic{"neighbour"});
  hall.act(Next{});
  hall.answer_all();
  CHECK(hall.seen() == Screen::Review);
  hall.act(Edit{Screen::Whom, 0});
  hall.act(ChooseWhom{Whom::Relative});
  hall.type("李小丫");
  hall.act(Next{});
  CHECK(hall.seen() == Screen::Review);
  const Petition petition = petition_of(hall.s, rules());
  CHECK(petition.filing_as == FilingAs::Relative);
  CHECK(petition.petitioner.name == "李小丫");
  CHECK(petition.filer.name == "李有田");
}

TEST_CASE("the citizen's own choice of window is what is filed", "[citizen]") {
  Lobby hall;
  hall.to_ruling();
  REQUIRE_FALSE(hall.s.ruling->alternatives.empty());
  const WindowCode other = hall.s.ruling->alternatives.front();
  hall.act(ChooseWindow{other});
  hall.act(ChooseWindow{"no such window"});
  CHECK(hall.s.chosen == other);
  hall.act(Submit{});
  CHECK(hall.last<FileMatter>()->chosen == other);
  CHECK(hall.s.receipt->window == other);
}

TEST_CASE("the reader is listened to only while a card is asked for", "[citizen]") {
  Lobby hall;
  hall.lay_card("路过的人");
  CHECK(hall.s.me.name.empty());
  hall.act(Begin{Screen::Notice, {}});
  hall.act(Next{});
  REQUIRE(hall.last<ReadCard>());
  CHECK(hall.last<ReadCard>()->wanted);
  CHECK(hall.s.me.name.empty());  // a card that lay there before nobody asked for
  CardRead torn;
  torn.serial = 50;
  torn.trouble = "pulled early";
  hall.snapshot.card = torn;
  hall.news();
  CHECK(hall.seen() == Screen::Card);
  CHECK_FALSE(hall.s.card_trouble.empty());
  hall.act(Back{});
  CHECK_FALSE(hall.last<ReadCard>()->wanted);
}

TEST_CASE("a number of today is drawn without a name", "[citizen]") {
  Lobby hall;
  hall.act(Begin{Screen::TakeNumber, {}});
  hall.act(PickNumber{"LAW"});
  hall.act(PickNumber{"LAW"});
  CHECK(hall.seen() == Screen::Done);
  CHECK(hall.count<TakeNumber>() == 1);
}

TEST_CASE("progress asks for number and code and points at what is wrong", "[citizen]") {
  Lobby hall;
  hall.to_ask();
  CHECK(spaced_number(hall.s.number) == make_matter_id("440583-K01", hall_day(hall.snapshot.now), 12));
  hall.act(Next{});
  CHECK(hall.seen() == Screen::Progress);
  Lobby wrong;
  wrong.to_ask();
  wrong.act(Typed{"", 1, wrong.s.keys});
  wrong.act(Next{});
  CHECK(wrong.seen() == Screen::Ask);
  CHECK(wrong.count<AskProgress>() == 0);  // a check digit needs no question to anybody
  CHECK_FALSE(problem_at(wrong.s, Field::QueryCode).empty());
  Lobby unknown;
  unknown.wrong_code = true;
  unknown.to_ask();
  unknown.act(Next{});
  CHECK(unknown.seen() == Screen::Ask);
  CHECK_FALSE(problem_at(unknown.s, Field::QueryCode).empty());
}

TEST_CASE("who was told how far it is may add to it: a new matter that names the first", "[citizen]") {
  Lobby hall;
  hall.act(AddMore{});  // nothing was asked yet: nothing to add to
  CHECK(hall.seen() == Screen::Home);
  hall.to_progress();
  const std::string first = hall.s.progress->matter;
  hall.act(AddMore{});
  REQUIRE(hall.seen() == Screen::Notice);
  hall.act(Next{}), hall.lay_card(), hall.act(ChooseWhom{Whom::Self}), hall.act(ChooseTopic{"wages"}), hall.act(Next{}), hall.answer_all(), hall.act(SkipWriting{});
  hall.after_review();
  hall.act(Submit{});
  REQUIRE(hall.last<FileMatter>());
  CHECK(hall.last<FileMatter>()->supplements == first);
  Lobby other;
  other.to_ruling();
  other.act(Submit{});
  CHECK(other.last<FileMatter>()->supplements.empty());
}

TEST_CASE("only the citizen rates, service and outcome apart", "[citizen]") {
  Lobby hall;
  hall.to_rate();
  REQUIRE(hall.seen() == Screen::Rate);
  hall.act(Next{});
  CHECK(hall.count<Rate>() == 0);  // nothing chosen is no rating
  hall.act(Grade{4, 0});
  hall.act(Grade{0, 1});
  hall.act(Next{});
  REQUIRE(hall.last<Rate>());
  CHECK(hall.last<Rate>()->service == 4);
  CHECK(hall.last<Rate>()->outcome == 1);
  CHECK(hall.seen() == Screen::Thanks);
}

TEST_CASE("the next person finds the settings back at normal", "[citizen]") {
  Lobby hall;
  hall.act(Set{{2, true, true}});
  hall.to_whom();
  hall.act(LeaveAsk{});
  CHECK(hall.seen() == Screen::Leave);
  hall.act(LeaveNow{});
  CHECK(hall.s.settings == Settings{});
  CHECK(blank(hall.s));
}

TEST_CASE("settings survive a look into the first page and back", "[citizen]") {
  Lobby hall;
  hall.act(Set{{1, false, false}});
  hall.act(Begin{Screen::Notice, {}});
  hall.act(Back{});
  CHECK(hall.seen() == Screen::Home);
  CHECK(hall.s.settings.size == 1);
}

TEST_CASE("midnight passes through a visit without harm", "[citizen]") {
  Lobby hall;
  hall.snapshot.now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20) + 15h + 59min + 50s;  // 23:59:50 in the hall
  hall.to_ruling();
  hall.wait(20s);
  hall.act(Submit{});
  CHECK(hall.seen() == Screen::Done);
  CHECK(hall.s.receipt->at == hall.snapshot.now);
}

TEST_CASE("typed numbers hide after two seconds and only show when asked", "[citizen][T4]") {
  Lobby hall;
  hall.act(Begin{Screen::Notice, {}});
  hall.act(Next{});
  hall.act(ChooseDocument{DocumentKind::ResidentId});
  hall.act(Focus{Field::Number, 0});
  hall.type("110101");
  CHECK_FALSE(masked(hall.s, Patience{}, hall.now));
  CHECK(masked(hall.s, Patience{}, hall.now + 2s));
  hall.act(Reveal{});
  CHECK_FALSE(masked(hall.s, Patience{}, hall.now + 10s));
}
