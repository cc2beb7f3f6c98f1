#include <catch2/catch_test_macros.hpp>

#include "core/petition_json.h"
#include "kiosk/desk/words.h"
#include "tests/stations/world.h"

using namespace stations;

TEST_CASE("calling next serves the ticket the hub named and opens its matter once") {
  Station s(dk::Role::Lawyer);
  s.press(dk::CallNext{});
  REQUIRE(s.session.serving);
  CHECK(s.session.serving->ticket.number == "A012");
  const auto asks = s.sent<QueueCommand>();
  REQUIRE(asks.size() == 1);
  CHECK(asks[0].ask.op == QueueOp::Call);
  CHECK(asks[0].ask.windows == std::vector<WindowCode>{"LAW"});
  CHECK(asks[0].ask.desk == "440583-D01");
  CHECK(asks[0].ask.place == "1号律师窗口");
  const auto opened = s.sent<OpenMatter>();
  REQUIRE(opened.size() == 1);
  CHECK(opened[0].matter == wages_id);
  CHECK(opened[0].staff == "陈明远 律师");
  for (int i = 0; i < 5; ++i) s.news();
  CHECK(s.sent<OpenMatter>().size() == 1);  // every look is recorded: no second one by itself
}

TEST_CASE("pressing call twice before the hub answers gives one request") {
  Station s(dk::Role::Lawyer);
  s.answering = false;
  s.press(dk::CallNext{});
  s.press(dk::CallNext{});
  s.press(dk::CallNext{});
  CHECK(s.sent<QueueCommand>().size() == 1);
}

TEST_CASE("a call whose answer was lost is repeated with the same request id") {
  Station s(dk::Role::Lawyer);
  s.answering = false;
  s.press(dk::CallNext{});
  s.world.answer_request = s.sent<QueueCommand>()[0].ask.request;
  s.world.answer_error = Error{Code::Unavailable, "no answer"};
  s.news();
  REQUIRE(s.session.waiting);
  CHECK_FALSE(s.session.waiting->trouble.empty());
  s.press(dk::CallNext{});
  const auto asks = s.sent<QueueCommand>();
  REQUIRE(asks.size() == 2);
  CHECK(asks[0].ask.request == asks[1].ask.request);
  CHECK(s.session.waiting->trouble.empty());  // the old error in the snapshot is not the new answer
  s.news();
  CHECK(s.session.waiting->trouble.empty());
}

TEST_CASE("a hub that never answers lets the press be repeated after ten seconds, with the same id") {
  Station s(dk::Role::Lawyer);
  s.answering = false;
  s.press(dk::CallNext{});
  s.now = tick(9'999);
  s.news();
  CHECK(s.session.waiting->trouble.empty());
  s.now = tick(10'000);
  s.news();
  CHECK_FALSE(s.session.waiting->trouble.empty());
  s.press(dk::CallNext{});
  const auto asks = s.sent<QueueCommand>();
  REQUIRE(asks.size() == 2);
  CHECK(asks[0].ask.request == asks[1].ask.request);
}

TEST_CASE("request ids of two program starts never meet") {
  Station a(dk::Role::Lawyer), b(dk::Role::Lawyer);
  b.session.seat.run = "r2";
  a.press(dk::CallNext{});
  b.press(dk::CallNext{});
  CHECK(a.sent<QueueCommand>()[0].ask.request != b.sent<QueueCommand>()[0].ask.request);
}

TEST_CASE("an empty queue is a calm line, not an error") {
  Station s(dk::Role::Lawyer);
  s.world.tickets.clear();
  s.press(dk::CallNext{});
  CHECK_FALSE(s.session.serving);
  CHECK(s.session.notice == "没有人等候");
  CHECK_FALSE(s.session.waiting);
}

TEST_CASE("nobody is called while somebody sits at the desk") {
  Station s(dk::Role::Lawyer);
  s.press(dk::CallNext{});
  s.press(dk::CallNext{});
  s.press(dk::CallTicket{"A013"});
  CHECK(s.sent<QueueCommand>().size() == 1);
  CHECK(s.session.notice == "先办完或挂起 A012");
}

TEST_CASE("recall, not here and hold name the ticket; a missed one can be called again") {
  Station s(dk::Role::Lawyer);
  s.press(dk::CallNext{});
  s.press(dk::Recall{});
  CHECK(s.session.serving);
  s.press(dk::Missed{});
  CHECK_FALSE(s.session.serving);
  s.press(dk::CallTicket{"A012"});
  REQUIRE(s.session.serving);
  s.press(dk::Hold{});
  CHECK_FALSE(s.session.serving);
  const auto asks = s.sent<QueueCommand>();
  REQUIRE(asks.size() == 5);
  CHECK(asks[1].ask.op == QueueOp::Recall);
  CHECK(asks[2].ask.op == QueueOp::Missed);
  CHECK(asks[3].ask.op == QueueOp::Call);
  CHECK(asks[4].ask.op == QueueOp::Hold);
  for (const auto& one : asks)
    if (&one != &asks[0]) CHECK(one.ask.ticket == "A012");
}

TEST_CASE("a ticket given up here is not taken back while the hub's news is on the way") {
  Station s(dk::Role::Lawyer);
  s.press(dk::CallNext{});
  s.answering = false;
  s.press(dk::Hold{});
  const std::string request = s.sent<QueueCommand>().back().ask.request;
  s.world.answer_request = request;  // the answer is here, the event not yet: the list still says called by us
  s.world.answer = sync::QueueAnswer{"A012", wages_id, ""};
  s.world.answer_error.reset();
  s.news();
  CHECK_FALSE(s.session.serving);
  s.news();
  CHECK_FALSE(s.session.serving);
  s.find("A012")->state = TicketState::OnHold;
  s.news();
  CHECK(s.session.released.empty());
}

TEST_CASE("after a restart the desk goes on with whom it had called") {
  Station s(dk::Role::Lawyer);
  s.find("A013")->state = TicketState::Called;
  s.find("A013")->desk = "440583-D01";
  s.news();
  REQUIRE(s.session.serving);
  CHECK(s.session.serving->ticket.number == "A013");
}

TEST_CASE("a transfer needs a place and a reason, and the hub gets both; the record stays") {
  Station s(dk::Role::Lawyer);
  s.press(dk::CallNext{});
  s.step(dk::Typed{"facts", "双方都在县里。"});
  s.press(dk::OpenTransfer{});
  s.press(dk::TransferGo{});
  CHECK(dk::problem_at(s.session.problems, "transfer_to"));
  CHECK(dk::problem_at(s.session.problems, "transfer_reason"));
  CHECK(s.sent<QueueCommand>().size() == 1);
  s.press(dk::TransferTo{"MED"});
  s.press(dk::Insert{"transfer_reason", "双方愿意先谈"});
  s.press(dk::TransferGo{});
  const auto asks = s.sent<QueueCommand>();
  REQUIRE(asks.size() == 2);
  CHECK(asks[1].ask.op == QueueOp::Move);
  CHECK(asks[1].ask.ticket == "A012");
  CHECK(asks[1].ask.to_window == "MED");
  CHECK(asks[1].ask.reason == "双方愿意先谈");
  CHECK_FALSE(s.session.serving);
  CHECK(s.session.drafts.at(wages_id).lawyer.facts == "双方都在县里。");
}

TEST_CASE("F10 names every missing field and loses nothing") {
  Station s(dk::Role::Lawyer);
  s.press(dk::CallNext{});
  s.step(dk::Typed{"advice", "先申请仲裁。"});
  s.press(dk::Finish{});
  for (const char* field : {"facts", "law", "path", "outcome", "told"}) CHECK(dk::problem_at(s.session.problems, field));
  CHECK_FALSE(dk::problem_at(s.session.problems, "advice"));
  CHECK(s.draft().lawyer.advice == "先申请仲裁。");
  CHECK(s.sent<StateFact>().empty());
  s.step(dk::Typed{"law", "仲裁法第二十七条"});
  CHECK_FALSE(dk::problem_at(s.session.problems, "law"));  // what is mended stops asking
  CHECK(dk::problem_at(s.session.problems, "facts"));
}

TEST_CASE("the lawyer's record is on disk before the ticket ends") {
  Station s(dk::Role::Lawyer);
  s.press(dk::CallNext{});
  s.write_consultation();
  s.answering = false;
  s.press(dk::Finish{});
  REQUIRE(s.stated<Consulted>());
  CHECK(s.sent<QueueCommand>().size() == 1);  // only the call: the end waits for the disk
  s.reply(Command{s.sent<StateFact>().back()});
  s.news();
  const auto asks = s.sent<QueueCommand>();
  REQUIRE(asks.size() == 2);
  CHECK(asks[1].ask.op == QueueOp::End);
  CHECK(s.session.serving);
  s.reply(Command{asks[1]});
  s.news();
  CHECK_FALSE(s.session.serving);
  CHECK(s.session.drafts.empty());
  const Consulted& c = *s.stated<Consulted>();
  CHECK(c.path == LegalPath::Arbitration);
  CHECK(c.outcome == ConsultOutcome::GuidedToArbitration);
  CHECK(c.told == std::vector<std::string>{"途径、期限和材料"});
  CHECK(c.staff == "陈明远 律师");
}

TEST_CASE("to mediation and back to reception state the record and move the ticket") {
  for (const auto& [outcome, window] : {std::pair{ConsultOutcome::ToMediation, window_mediation}, {ConsultOutcome::BackToReception, window_reception}}) {
    Station s(dk::Role::Lawyer);
    s.press(dk::CallNext{});
    s.step(dk::Typed{"facts", "双方愿意谈。"});
    s.step(dk::Picked{"path", static_cast<int>(LegalPath::Petition)});
    s.step(dk::Picked{"outcome", static_cast<int>(outcome)});
    s.press(dk::Finish{});
    REQUIRE(s.stated<Consulted>());
    const auto asks = s.sent<QueueCommand>();
    REQUIRE(asks.size() == 2);
    CHECK(asks[1].ask.op == QueueOp::Move);
    CHECK(asks[1].ask.to_window == window);
    CHECK_FALSE(asks[1].ask.reason.empty());
  }
}

TEST_CASE("when the disk fails the record stays and F10 tries the same words with the same id") {
  Station s(dk::Role::Lawyer);
  s.press(dk::CallNext{});
  s.write_consultation();
  s.answering = false;
  s.press(dk::Finish{});
  s.world.failed = Error{Code::Unavailable, "disk full"};
  s.news();
  REQUIRE(s.session.waiting);
  CHECK_FALSE(s.session.waiting->trouble.empty());
  CHECK(s.draft().lawyer.advice == "先申请劳动仲裁，总包单位一并列入。");
  s.world.failed.reset();
  s.press(dk::Finish{});
  const auto facts = s.sent<StateFact>();
  REQUIRE(facts.size() == 2);
  CHECK(facts[0].request == facts[1].request);
  s.world.failed = Error{Code::Unavailable, "disk full"};
  s.news();
  s.now = tick(20'000);
  s.news();
  s.step(dk::Typed{"advice", "改了一句。"});
  s.press(dk::Finish{});
  CHECK(s.sent<StateFact>().back().request != facts[0].request);  // other words, another statement
}

TEST_CASE("limitation cards count from the typed day, roll over rest days and refuse the future") {
  const RuleBook book = rules();
  const WorkCalendar days = calendar();
  const dk::Law law{book, days};
  const Date today = *parse_date("2026-11-20");
  const auto terms = dk::limitation_terms(book);
  REQUIRE(terms.size() == 2);
  const auto review = dk::limitation(*terms[1], "2026年10月7日", law, today);
  REQUIRE(review);
  CHECK(iso(review->due) == "2026-12-07");  // 12-06 is a Sunday
  CHECK_FALSE(dk::limitation(*terms[1], "2026-11-21", law, today));
  CHECK_FALSE(dk::limitation(*terms[1], "昨天", law, today));
  Station s(dk::Role::Lawyer);
  s.press(dk::CallNext{});
  s.write_consultation();
  s.step(dk::Typed{"limit.arbitration", "2026-13-01"});
  s.press(dk::Finish{});
  CHECK(dk::problem_at(s.session.problems, "limit.arbitration"));
  s.step(dk::Typed{"limit.arbitration", "20260630"});
  s.press(dk::Finish{});
  REQUIRE(s.stated<Consulted>());
  REQUIRE(s.stated<Consulted>()->time_limits.size() == 1);
  CHECK(s.stated<Consulted>()->time_limits[0].find("2026-06-30起算，2027-06-30前") != std::string::npos);
}

static Station mediating() {
  Station s(dk::Role::Mediator);
  s.world.tickets = {ticket("B004", "MED", at("2026-11-20", 9, 30), wages_id, "neighbour"), ticket("B005", "MED", at("2026-11-20", 9, 40))};
  s.press(dk::CallNext{});
  return s;
}

TEST_CASE("the application starts with what the citizen already said") {
  const Station s = mediating();
  const dk::MediatorDraft& m = s.draft().mediator;
  CHECK(m.applicant == "罗大顺");
  CHECK(m.respondent == "宏达劳务队");
  CHECK(m.claim == wages().statement.request);
  CHECK(m.dispute == wages().statement.facts);
}

TEST_CASE("mediation goes from application to agreement, one fact a step") {
  Station s = mediating();
  s.press(dk::StatePart{"application"});
  REQUIRE(s.stated<MediationApplied>());
  s.press(dk::StatePart{"consent.applicant"});
  CHECK(dk::problem_at(s.session.problems, "rights"));  // nobody agrees to what was not read out
  for (const char* right : {"free_will", "choose", "stop", "private"}) s.step(dk::Toggled{"rights", right});
  s.press(dk::StatePart{"consent.applicant"});
  s.press(dk::StatePart{"consent.respondent"});
  REQUIRE(s.session.served);
  CHECK(dk::mediation_step(s.session.served->mediation) == 3);
  s.step(dk::Typed{"mediators", "何秀兰、吴建国"});
  s.press(dk::StatePart{"mediators"});
  CHECK(dk::problem_at(s.session.problems, "chosen_by"));
  s.step(dk::Picked{"chosen_by", 0});
  s.press(dk::StatePart{"mediators"});
  REQUIRE(s.stated<MediatorsChosen>());
  CHECK(s.stated<MediatorsChosen>()->mediators == std::vector<std::string>{"何秀兰", "吴建国"});
  CHECK(s.stated<MediatorsChosen>()->chosen_by == "parties");
  s.step(dk::Toggled{"held_now", ""});
  s.step(dk::Typed{"notes", "双方各说一遍，同意分两次付。"});
  s.press(dk::StatePart{"session"});
  REQUIRE(s.stated<MediationSession>());
  CHECK(s.draft().mediator.notes.empty());
  s.step(dk::Picked{"ending", static_cast<int>(MediationOutcome::Agreed)});
  s.press(dk::StatePart{"outcome"});
  for (const char* field : {"terms", "amount", "perform_by", "perform_way", "effective"}) CHECK(dk::problem_at(s.session.problems, field));
  s.step(dk::Typed{"terms", "宏达劳务队付清欠薪。"});
  s.step(dk::Typed{"amount", "１８，６００.5元"});
  s.step(dk::Typed{"perform_by", "2026-10-01"});
  s.step(dk::Typed{"perform_way", "转账到本人银行卡"});
  s.step(dk::Typed{"effective", "2026-11-20"});
  s.press(dk::StatePart{"outcome"});
  CHECK(dk::problem_at(s.session.problems, "perform_by"));  // before it takes effect
  s.step(dk::Typed{"perform_by", "2027-01-31"});
  s.press(dk::Finish{});
  REQUIRE(s.stated<MediationEnded>());
  CHECK(s.stated<MediationEnded>()->amount_fen == 1'860'050);
  CHECK(s.stated<MediationEnded>()->effective == "2026-11-20");
  CHECK(s.sent<QueueCommand>().back().ask.op == QueueOp::End);
  CHECK_FALSE(s.session.serving);
}

TEST_CASE("a clear refusal ends mediation for good", "[RMTJF17]") {
  Station s = mediating();
  s.press(dk::StatePart{"application"});
  s.press(dk::StatePart{"refuse.respondent"});
  CHECK_FALSE(s.stated<MediationConsent>());  // the first press only asks
  s.press(dk::StatePart{"refuse.respondent"});
  REQUIRE(s.stated<MediationConsent>());
  CHECK_FALSE(s.stated<MediationConsent>()->agrees);
  CHECK(s.stated<MediationConsent>()->party == "宏达劳务队");
  REQUIRE(dk::mediation_over(s.session.served->mediation));
  const std::size_t before = s.commands.size();
  for (const char* right : {"free_will", "choose", "stop", "private"}) s.step(dk::Toggled{"rights", right});
  s.step(dk::Picked{"ending", static_cast<int>(MediationOutcome::Failed)});
  for (const char* part : {"application", "consent.applicant", "consent.respondent", "refuse.applicant", "mediators", "session", "outcome"}) {
    s.press(dk::StatePart{part});
    s.press(dk::StatePart{part});
  }
  CHECK(s.commands.size() == before);
  CHECK_FALSE(dk::check_mediation({}, "consent.respondent", s.session.served->mediation, "何秀兰", *parse_date("2026-11-20")).fact);
  s.press(dk::Finish{});
  CHECK(s.sent<QueueCommand>().back().ask.op == QueueOp::End);
}

TEST_CASE("F10 points at a step that is written but not stated") {
  Station s = mediating();
  s.press(dk::Finish{});
  CHECK(dk::problem_at(s.session.problems, "application"));
  CHECK(s.session.serving);
}

TEST_CASE("reception: each disposition asks for what it needs", "[XFTL22]") {
  using D = Disposition;
  const RuleBook book = rules();
  const Date today = *parse_date("2026-11-20");
  struct Row { D disposition; std::vector<std::string> missing; };
  for (const Row& row : std::vector<Row>{{D::TransferredSameLevel, {"to_unit"}}, {D::TransferredDown, {"to_unit"}}, {D::Assigned, {"to_unit", "report_by"}},
                                         {D::GuidedToJudicial, {"to_unit"}}, {D::SentToDiscipline, {}}, {D::NotAccepted, {"reason"}},
                                         {D::DuplicateInProcess, {"reason"}}, {D::NoLongerAccepted, {"reason"}}}) {
    dk::ReceptionDraft d;
    d.disposition = row.disposition;
    const auto checked = dk::check_reception(d, "周小满", book, today);
    std::vector<std::string> fields;
    for (const Problem& p : checked.problems) fields.push_back(p.field);
    CHECK(fields == row.missing);
    CHECK(checked.fact.has_value() == row.missing.empty());
    d.to_unit = "县住建局", d.reason = "依条例第三十六条", d.report_by = "2026.12.20";
    const auto full = dk::check_reception(d, "周小满", book, today);
    REQUIRE(full.fact);
    CHECK(std::get<Disposed>(*full.fact).report_by == "2026-12-20");
  }
  dk::ReceptionDraft late;
  late.disposition = D::Assigned, late.to_unit = "县住建局", late.report_by = "2026-11-19";
  CHECK(dk::problem_at(dk::check_reception(late, "周小满", book, today).problems, "report_by"));
}

TEST_CASE("reception disposes, or registers now and disposes later") {
  Station s(dk::Role::Reception);
  s.world.tickets = {ticket("C021", "PET", at("2026-11-20", 9, 30), wages_id, "land")};
  s.press(dk::CallNext{});
  s.press(dk::Finish{});
  CHECK(dk::problem_at(s.session.problems, "disposition"));
  s.step(dk::Toggled{"later", ""});
  s.press(dk::Finish{});
  CHECK(s.sent<StateFact>().empty());
  CHECK(s.sent<QueueCommand>().back().ask.op == QueueOp::End);
}

TEST_CASE("an override states why and moves the ticket") {
  Station s(dk::Role::Reception);
  s.world.tickets = {ticket("C021", "PET", at("2026-11-20", 9, 30), wages_id, "land")};
  s.press(dk::CallNext{});
  s.step(dk::Picked{"tab", 1});
  s.press(dk::Finish{});
  CHECK(dk::problem_at(s.session.problems, "override"));
  CHECK(dk::problem_at(s.session.problems, "override_reason"));
  s.step(dk::PickedWindow{"override", "LAW"});
  s.step(dk::Typed{"override_reason", "来访人要问劳动仲裁"});
  s.press(dk::Finish{});
  REQUIRE(s.stated<RouteOverridden>());
  CHECK(s.stated<RouteOverridden>()->window == "LAW");
  CHECK(s.stated<RouteOverridden>()->staff == "周小满");
  CHECK(s.sent<QueueCommand>().back().ask.op == QueueOp::Move);
  CHECK(s.sent<QueueCommand>().back().ask.to_window == "LAW");
}

static Station helping() {
  Station s(dk::Role::Reception);
  s.world.tickets.clear();
  Petition said = wages();
  said.statement.facts.clear();
  sync::HelpCall call;
  call.id = "h1", call.kiosk = "440583-K03", call.place = "一号自助机", call.at = s.world.now, call.page = "statement";
  call.draft = encode_petition(said);
  s.world.help_calls = {call};
  return s;
}

TEST_CASE("a taken help call opens the citizen's own draft and files it with the helper's name") {
  Station s = helping();
  s.press(dk::TakeCall{"h1"});
  REQUIRE(s.sent<TakeHelp>().size() == 1);
  REQUIRE(s.session.form);
  CHECK(s.session.form->petition.petitioner.name == "罗大顺");
  CHECK(s.session.form->petition.statement.request == wages().statement.request);
  s.step(dk::Typed{"form.facts", "在锦绣家园工地干了九个月。"});
  s.press(dk::FileForm{});
  CHECK(dk::problem_at(s.session.form->problems, "form.read_back"));
  s.step(dk::Toggled{"read_back", ""});
  s.press(dk::FileForm{});
  const auto files = s.sent<FileMatter>();
  REQUIRE(files.size() == 1);
  CHECK(files[0].help_id == "h1");
  CHECK(files[0].by == ChosenBy::Staff);
  CHECK(files[0].petition.helper == "周小满");
  CHECK(files[0].petition.statement.oral);
  CHECK(files[0].notice_version == "2026-11");
  REQUIRE(s.session.form->receipt);
  CHECK(s.session.form->receipt->ticket == "C901");
  s.press(dk::FileForm{});
  CHECK(s.sent<FileMatter>().size() == 1);
  s.press(dk::LeaveForm{});
  CHECK_FALSE(s.session.form);
}

TEST_CASE("a double press of file gives one request, and a lost answer repeats it") {
  Station s = helping();
  s.press(dk::TakeCall{"h1"});
  s.step(dk::Toggled{"read_back", ""});
  s.answering = false;
  s.press(dk::FileForm{});
  s.press(dk::FileForm{});
  REQUIRE(s.sent<FileMatter>().size() == 1);
  s.now = tick(11'000);
  s.news();
  s.press(dk::FileForm{});
  REQUIRE(s.sent<FileMatter>().size() == 2);
  CHECK(s.sent<FileMatter>()[0].request == s.sent<FileMatter>()[1].request);
}

TEST_CASE("when the citizen leaves or another window takes the call the form says so and keeps everything") {
  Station s = helping();
  s.press(dk::TakeCall{"h1"});
  s.step(dk::Typed{"form.place", "青石镇"});
  s.world.help_calls[0].taken_by = "440583-D09";
  s.news();
  CHECK(s.session.form->warning == "别的窗口已接手，请先问一声");
  s.world.help_calls.clear();
  s.news();
  CHECK(s.session.form->warning == "来访人已离开自助机，填的还在");
  CHECK(s.session.form->petition.statement.place == "青石镇");
}

TEST_CASE("a walk-in is registered orally from scratch; giving up what was typed takes two presses") {
  Station s(dk::Role::Reception);
  s.press(dk::WalkIn{});
  REQUIRE(s.session.form);
  CHECK(s.session.form->petition.statement.oral);
  s.press(dk::FileForm{});
  CHECK(dk::problem_at(s.session.form->problems, "form.request"));
  s.step(dk::Typed{"form.request", "请把村口的路灯修好。"});
  s.step(dk::Typed{"form.head_count", "三"});
  s.press(dk::FileForm{});
  CHECK(dk::problem_at(s.session.form->problems, "form.head_count"));
  s.press(dk::LeaveForm{});
  REQUIRE(s.session.form);
  CHECK(s.session.form->leaving);
  s.step(dk::Typed{"form.head_count", "1"});
  CHECK_FALSE(s.session.form->leaving);
  s.step(dk::Toggled{"read_back", ""});
  s.press(dk::FileForm{});
  REQUIRE(s.sent<FileMatter>().size() == 1);
  CHECK(s.sent<FileMatter>()[0].petition.petitioner.name.empty());  // anonymous is fine: registration is never refused
}

TEST_CASE("reading before calling opens the matter and shows it unserved; a sealed one opens nothing") {
  Station s(dk::Role::Lawyer);
  s.find("A014")->sealed = true;
  s.press(dk::ReadTicket{"A013"});
  REQUIRE(s.sent<OpenMatter>().size() == 1);
  const dk::Shown open = dk::shown(s.session, s.world);
  REQUIRE(open.matter);
  CHECK_FALSE(open.served);
  s.press(dk::ReadTicket{"A014"});
  CHECK(s.sent<OpenMatter>().size() == 1);
  const dk::Shown sealed = dk::shown(s.session, s.world);
  CHECK(sealed.sealed);
  CHECK_FALSE(sealed.matter);
}

TEST_CASE("the record stays with the served matter while another ticket is read") {
  Station s(dk::Role::Lawyer);
  s.press(dk::CallNext{});
  s.step(dk::Typed{"facts", "已问清。"});
  s.press(dk::ReadTicket{"A013"});
  CHECK_FALSE(dk::shown(s.session, s.world).served);
  CHECK(s.draft().lawyer.facts == "已问清。");
  s.press(dk::ReadTicket{"A012"});
  CHECK(dk::shown(s.session, s.world).served);
  CHECK(dk::shown(s.session, s.world).ticket->number == "A012");
}

TEST_CASE("at midnight the list is empty but the person at the desk is still there") {
  Station s(dk::Role::Lawyer);
  s.press(dk::CallNext{});
  s.write_consultation();
  s.world.now = at("2026-11-21", 0, 1);
  s.world.tickets = {ticket("A012", "LAW", at("2026-11-21", 0, 0), "440583-K03-20261121-0001-0", "land")};  // the number again, another person
  s.news();
  REQUIRE(s.session.serving);
  CHECK(s.session.serving->matter == wages_id);
  CHECK(s.draft().lawyer.facts == "工资欠条和考勤可以互相印证。");
}

TEST_CASE("drafts of bare numbers are kept apart by day") {
  dk::Serving today, tomorrow;
  today.ticket = ticket("A012", "LAW", at("2026-11-20", 23, 59));
  tomorrow.ticket = ticket("A012", "LAW", at("2026-11-21", 0, 0));
  CHECK(dk::draft_key(today) != dk::draft_key(tomorrow));
}

TEST_CASE("when the hub is away the desk still asks, and the answer may come from its own list") {
  Station s(dk::Role::Lawyer);
  s.world.hub_online = false;
  s.world.unsent = 12;
  s.press(dk::CallNext{});
  REQUIRE(s.session.serving);
  CHECK(s.session.serving->ticket.number == "A012");
}

TEST_CASE("another window that called first is said, and the press may choose anew") {
  Station s(dk::Role::Lawyer);
  s.answering = false;
  s.press(dk::CallTicket{"A009"});
  s.world.answer_request = s.sent<QueueCommand>()[0].ask.request;
  s.world.answer_error = Error{Code::Conflict, "called elsewhere"};
  s.news();
  CHECK_FALSE(s.session.waiting);
  CHECK(s.session.notice == "别的窗口已经办了这个号");
}

TEST_CASE("a matter is opened by its number, recorded and put away without a ticket") {
  Station s(dk::Role::Lawyer);
  s.step(dk::Typed{"number", "440583-K03-2026"});
  s.press(dk::OpenNumber{});
  CHECK(dk::problem_at(s.session.problems, "number"));
  s.step(dk::Typed{"number", wages_id});
  s.press(dk::OpenNumber{});
  REQUIRE(s.session.serving);
  s.write_consultation();
  s.press(dk::Finish{});
  CHECK(s.stated<Consulted>());
  CHECK(s.sent<QueueCommand>().empty());
  CHECK_FALSE(s.session.serving);
}

TEST_CASE("a locked desk does nothing but unlock; five idle minutes lock it") {
  Station s(dk::Role::Lawyer);
  s.news();
  s.now = tick(299'999);
  s.news();
  CHECK_FALSE(s.session.locked);
  s.now = tick(300'000);
  s.news();
  CHECK(s.session.locked);
  s.press(dk::CallNext{});
  CHECK(s.commands.empty());
  s.press(dk::Unlock{});
  CHECK_FALSE(s.session.locked);
  s.press(dk::Lock{});
  CHECK(s.session.locked);
}

TEST_CASE("waiting times read as people say them") {
  const Time since = morning();
  CHECK(dk::waited(since, since) == "刚取号");
  CHECK(dk::waited(since, since - std::chrono::hours{1}) == "刚取号");  // the clock went back
  CHECK(dk::waited(since, since + std::chrono::minutes{59}) == "等了59分钟");
  CHECK(dk::waited(since, since + std::chrono::minutes{120}) == "等了2小时");
  CHECK(dk::waited(since, since + std::chrono::minutes{125}) == "等了2小时5分");
}

TEST_CASE("amounts and days are read as people type them") {
  CHECK(*dk::parse_yuan("18600") == 1'860'000);
  CHECK(*dk::parse_yuan("１８，６００.5元") == 1'860'050);
  CHECK(*dk::parse_yuan("0.05") == 5);
  for (const char* bad : {"", "一万", "-5", "1.234", "1.", ".5.", "9999999999999"}) CHECK_FALSE(dk::parse_yuan(bad));
  for (const char* good : {"2026-11-20", "2026/11/20", "2026.11.20", "20261120", "2026年11月20日", "２０２６－１１－２０"}) CHECK(*dk::parse_day(good) == *parse_date("2026-11-20"));
  CHECK(*dk::parse_day("2026-3-5") == *parse_date("2026-03-05"));
  for (const char* bad : {"", "2026-02-30", "11月20日", "2026-11-20-1", "明天"}) CHECK_FALSE(dk::parse_day(bad));
}

TEST_CASE("every clock that can run has a Chinese name on the desk", "[desk]") {
  RuleBook book = rules();
  Matter assigned = matter(wages_id, wages());
  assigned.transferred = Transferred{"云栖县人社局", "2026-12-20"};
  const auto all = deadlines(assigned, book, calendar());
  const auto report = std::find_if(all.begin(), all.end(), [](const Deadline& d) { return d.term == "report"; });
  REQUIRE(report != all.end());
  CHECK(dk::clock_label(*report, book) == "报办理结果");
  for (const Deadline& d : all) {
    INFO(d.term);
    CHECK_FALSE(dk::clock_label(d, book).empty());
    CHECK(dk::clock_label(d, book) != d.term);
  }
}
