#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <sstream>

#include "core/petition_json.h"
#include "core/text.h"
#include "kiosk/desk/checks.h"
#include "kiosk/desk/words.h"
#include "kiosk/desk/look.h"
#include "tests/stations/robot.h"

using namespace stations;

namespace {

std::string file_text(const std::string& path) {
  std::ifstream in(path);
  REQUIRE(in);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

/// The rulebook and the holidays a county really has.
void real_law(Station& s) {
  const std::string folder = YIZHAN_ASSETS;
  auto national = load_rulebook(file_text(folder + "/rulebooks/national.toml"), "national.toml");
  REQUIRE(national);
  auto county = load_rulebook(file_text(folder + "/rulebooks/jieyang.toml"), "jieyang.toml", &*national);
  REQUIRE(county);
  s.book = std::move(*county);
  s.days = {};
  REQUIRE(add_holidays(s.days, file_text(folder + "/holidays/holiday-2026.json"), "holiday-2026.json"));
}

struct Desk : Robot {
  explicit Desk(dk::Role role, int width = 1920, int height = 1080) : Robot(role, width, height) {
    real_law(station);
    if (role == dk::Role::Mediator)
      station.world.tickets = {ticket("B004", "MED", at("2026-11-20", 9, 30), wages_id, "neighbour"), ticket("B005", "MED", at("2026-11-20", 9, 40), "", "")};
    if (role == dk::Role::Reception)
      station.world.tickets = {ticket("C021", "PET", at("2026-11-20", 9, 30), wages_id, "land"), ticket("C022", "PET", at("2026-11-20", 9, 40), "", "")};
    rest();
  }
};

const std::string long_name = "阿卜杜热合曼·麦麦提吐尔逊·阿布都克热木江";
const std::string long_unit = "云栖县自然资源和规划局青石镇国土资源管理所土地征收与不动产登记综合服务中心";

}  // namespace

TEST_CASE("the lawyer's desk before calling shows no name and lets the statement be read", "[screen]") {
  Desk d(dk::Role::Lawyer);
  d.check("lawyer_idle");
  d.tap("ticket.A013");
  d.check("lawyer_reading");
  CHECK(d.has("statement.next") == false);
  CHECK_FALSE(d.has("show_id"));
  CHECK_FALSE(d.has("finish"));
}

TEST_CASE("under keys the lawyer's desk promises nothing to read before calling", "[screen]") {
  Desk d(dk::Role::Lawyer);
  d.station.world.keys_version = 3;
  for (Ticket& one : d.station.world.tickets) one.topic.clear();
  d.rest();
  d.check("lawyer_keys_idle");
  d.tap("ticket.A013");
  d.station.world.open.reset();  // the hub does not hand it out
  d.rest();
  d.check("lawyer_keys_reading");
  CHECK_FALSE(d.has("statement.next"));
  CHECK_FALSE(d.has("show_id"));
}

TEST_CASE("the lawyer calls, records by hand and by key, and finishes", "[screen]") {
  Desk d(dk::Role::Lawyer);
  d.tap("call_next");
  REQUIRE(d.station.session.serving);
  d.check("lawyer_called");
  CHECK_FALSE(d.enabled("call_next"));
  d.key("F10");
  CHECK(d.station.session.problems.size() >= 5);
  d.check("lawyer_missing");
  d.tap("identity");
  d.key("Ctrl+2");
  d.tap("facts.copy");
  d.write("law", "劳动争议调解仲裁法第二十七条：仲裁时效一年，从知道之日起算。");
  d.write("advice", "有考勤本和欠条照片，劳动关系、欠付金额能初步证明。先申请劳动仲裁；总包单位对农民工工资有清偿责任，申请时可一并列入。");
  d.tap("phrase.evidence");
  d.write("limit.arbitration", "2026-06-30");
  d.write("limit.limitation", "2026年6月30日");
  d.tap("told.path");
  d.key("Ctrl+Alt+2");
  d.key("Alt+1");
  d.check("lawyer_written");
  const dk::LawyerDraft& draft = d.station.draft().lawyer;
  CHECK(draft.path == LegalPath::Arbitration);
  CHECK(draft.outcome == ConsultOutcome::GuidedToArbitration);
  CHECK(draft.told.size() == 2);
  CHECK(draft.facts == wages().statement.facts);
  CHECK(draft.identity_checked);
  d.key("F10");
  REQUIRE(d.station.stated<Consulted>());
  CHECK(d.station.stated<Consulted>()->time_limits.size() == 2);
  CHECK(d.station.sent<QueueCommand>().back().ask.op == QueueOp::End);
  CHECK_FALSE(d.station.session.serving);
  d.check("lawyer_finished");
}

TEST_CASE("every queue key of the lawyer's desk works", "[screen]") {
  Desk d(dk::Role::Lawyer);
  d.key("F2");
  d.key("F3");
  d.key("F4");
  d.tap("call.A012");
  d.key("F5");
  const auto asks = d.station.sent<QueueCommand>();
  REQUIRE(asks.size() == 5);
  CHECK(asks[0].ask.op == QueueOp::Call);
  CHECK(asks[1].ask.op == QueueOp::Recall);
  CHECK(asks[2].ask.op == QueueOp::Missed);
  CHECK(asks[3].ask.op == QueueOp::Call);
  CHECK(asks[4].ask.op == QueueOp::Hold);
  d.key("Ctrl+Down");
  CHECK(d.station.session.looking == "A013");
  d.key("F12");
  CHECK(d.station.session.locked);
  d.check("curtain");
  for (const ui::HitBox& hit : d.screen->hits()) CHECK(hit.name == "unlock");
  d.key("F12");
  CHECK_FALSE(d.station.session.locked);
}

TEST_CASE("transfer keeps the place: window, reason, go", "[screen]") {
  Desk d(dk::Role::Lawyer);
  d.key("F2");
  d.key("F9");
  d.tap("transfer.go");
  d.check("transfer_missing");
  d.tap("transfer.MED");
  d.tap("reason.willing");
  d.check("transfer");
  d.tap("transfer.go");
  const auto asks = d.station.sent<QueueCommand>();
  CHECK(asks.back().ask.op == QueueOp::Move);
  CHECK(asks.back().ask.to_window == "MED");
}

TEST_CASE("the mediator walks through five steps to an agreement with its thirty days", "[screen]") {
  Desk d(dk::Role::Mediator);
  d.check("mediator_idle");
  d.key("F2");
  d.check("mediator_1_application");
  d.tap("state.application");
  d.tap("state.consent.applicant");
  d.check("mediator_2_rights_missing");
  for (const char* right : {"rights.free_will", "rights.choose", "rights.stop", "rights.private"}) d.tap(right);
  d.tap("state.consent.applicant");
  d.check("mediator_2_consent");
  d.tap("state.consent.respondent");
  d.check("mediator_3_mediators");
  d.write("mediators", "何秀兰、吴建国");
  d.tap("chosen_by.parties");
  d.key("Ctrl+Enter");
  d.tap("held_now");
  d.write("notes", "双方各说一遍，同意分两次付清。");
  d.check("mediator_4_session");
  d.tap("state.session");
  d.check("mediator_5_outcome");
  d.tap("ending.agreed");
  d.tap("state.outcome");
  d.check("mediator_5_missing");
  d.write("terms", "宏达劳务队分两次付清罗大顺工资18600元，逾期未付的，按未付部分加付违约金。");
  d.write("amount", "18600");
  d.write("perform_by", "2027-01-31");
  d.write("perform_way", "转账到本人银行卡");
  d.write("effective", "2026-11-20");
  d.check("mediator_5_agreed");
  d.tap("state.outcome");
  d.check("mediator_over_agreed");
  d.key("F10");
  CHECK_FALSE(d.station.session.serving);
}

TEST_CASE("after a clear refusal the mediator sees only the other ways", "[screen][RMTJF17]") {
  Desk d(dk::Role::Mediator);
  d.key("F2");
  d.tap("state.application");
  d.tap("state.refuse.respondent");
  d.check("mediator_refusing");
  d.tap("state.refuse.respondent");
  d.check("mediator_refused");
  for (const ui::HitBox& hit : d.screen->hits()) {
    CHECK_FALSE(hit.name.starts_with("state."));
    CHECK_FALSE(hit.name.starts_with("step."));
    CHECK(hit.name != "apply_again");
  }
}

TEST_CASE("after a failure both may come back, and the agreement that cannot be confirmed says so", "[screen]") {
  Desk d(dk::Role::Mediator);
  d.key("F2");
  d.station.world.open->mediation.application = MediationApplied{"何秀兰", "罗大顺", "宏达劳务队", "欠薪", "付清"};
  d.station.world.open->mediation.state = MediationState::Failed;
  d.check("mediator_failed");
  d.tap("apply_again");
  CHECK(d.has("state.application"));
  d.station.world.open->petition->answers.status_or_title = Answer::Yes;
  d.station.world.open->mediation.state = MediationState::Agreed;
  MediationEnded ended;
  ended.outcome = MediationOutcome::Agreed;
  ended.terms = "老宅归大顺所有。", ended.perform_by = "2027-01-31", ended.perform_way = "办理过户", ended.effective = "2026-11-20";
  d.station.world.open->mediation.ended = ended;
  d.check("mediator_excluded");
}

TEST_CASE("reception disposes with every disposition on one page", "[screen][XFTL22]") {
  Desk d(dk::Role::Reception);
  d.check("reception_idle");
  d.key("F2");
  d.check("reception_called");
  for (const dk::Choice& c : dk::dispositions()) {
    d.tap("disposition." + std::string(c.name));
    d.key("F10");
    d.check("reception_" + std::string(c.name));
    if (c.name == "discipline") break;  // nothing is missing there: it was stated
  }
  CHECK(d.station.stated<Disposed>()->disposition == Disposition::SentToDiscipline);
}

TEST_CASE("reception overrides a route", "[screen]") {
  Desk d(dk::Role::Reception);
  d.key("F2");
  d.tap("tab.override");
  d.key("F10");
  d.check("reception_override");
  d.tap("override.LAW");
  d.tap("override_path.2");
  d.write("override_reason", "来访人要先问劳动仲裁");
  d.key("F10");
  REQUIRE(d.station.stated<RouteOverridden>());
  CHECK(d.station.stated<RouteOverridden>()->path == LegalPath::Arbitration);
}

TEST_CASE("reception gives a new query code only after the card was looked at, shows it once, and puts it away", "[screen][lost_code]") {
  Desk d(dk::Role::Reception);
  d.key("F2");
  d.tap("tab.code");
  d.check("reception_code");
  d.tap("code.give");
  d.check("reception_code_missing");
  const auto asked = [&] { return std::count_if(d.station.commands.begin(), d.station.commands.end(), [](const Command& c) { return std::holds_alternative<ReplaceCode>(c); }); };
  const auto printed = [&] { return std::count_if(d.station.commands.begin(), d.station.commands.end(), [](const Command& c) { return std::holds_alternative<PrintReceipt>(c); }); };
  CHECK(asked() == 0);
  d.tap("code.id_seen");
  d.tap("code.give");
  CHECK(asked() == 0);  // and why
  d.tap("code_reason.lost");
  d.station.refuse_code = "没留姓名的事项，查询码丢了不能补";
  d.tap("code.give");
  CHECK(asked() == 1);
  d.check("reception_code_refused");
  d.station.refuse_code.clear();
  d.tap("code.give");
  REQUIRE(asked() == 2);
  const auto last = std::find_if(d.station.commands.rbegin(), d.station.commands.rend(), [](const Command& c) { return std::holds_alternative<ReplaceCode>(c); });
  CHECK(std::get<ReplaceCode>(*last).reason == "小票丢了");
  CHECK_FALSE(std::get<ReplaceCode>(*last).staff.empty());
  CHECK(std::get<ReplaceCode>(*last).matter == d.station.session.serving->matter);
  d.check("reception_code_given");
  d.tap("code.print");
  CHECK(printed() == 1);
  d.tap("code.given");
  CHECK_FALSE(d.station.world.replaced);
  CHECK_FALSE(dk::draft_of(d.station.session).reception.id_seen);  // the next card is looked at anew
  d.check("reception_code_put_away");
}

TEST_CASE("reception takes a help call, finishes the citizen's own draft and reads out the number", "[screen]") {
  Desk d(dk::Role::Reception);
  for (int i = 1; i <= 2; ++i) {
    sync::HelpCall call;
    call.id = "h" + std::to_string(i), call.kiosk = "440583-K03", call.place = i == 1 ? "一号自助机" : "二号自助机（东门）", call.at = at("2026-11-20", 9, 46 - i);
    Petition p = wages();
    p.statement.facts.clear();
    call.draft = encode_petition(p);
    d.station.world.help_calls.push_back(call);
  }
  d.check("reception_help");
  d.key("F1");
  REQUIRE(d.station.session.form);
  d.check("form_1");
  d.key("Ctrl+Enter");
  d.write("form.facts", "去年九月到今年六月在锦绣家园工地做木工。");
  d.key("F10");
  CHECK(dk::problem_at(d.station.session.form->problems, "form.read_back"));
  d.check("form_2");
  d.tap("form.read_back");
  d.key("F10");
  REQUIRE(d.station.session.form->receipt);
  d.check("form_done");
  d.tap("form.print");
  CHECK(d.station.sent<PrintReceipt>().size() == 1);
  d.key("F10");
  CHECK_FALSE(d.station.session.form);
}

TEST_CASE("a walk-in is registered from scratch, for a relative, as a group", "[screen]") {
  Desk d(dk::Role::Reception);
  d.key("F8");
  d.tap("form.kind.appeal");
  d.tap("form.topic.land");
  d.tap("form.counterparty.government");
  d.tap("form.answer.in_danger.no");
  d.tap("form.filing_as.relative");
  d.write("form.petitioner.name", long_name);
  d.write("form.petitioner.number", "11010519700101001");
  d.write("form.filer.name", "罗小顺");
  d.write("form.head_count", "12");
  d.write("form.representatives", "罗大顺、罗小顺");
  d.tap("form.priority.elder");
  d.key("F10");
  d.check("form_walk_in_1");
  d.tap("form.page.2");
  d.write("form.request", "请给出征地补偿的计算办法。");
  d.tap("form.window.LAW");
  d.tap("form.read_back");
  d.check("form_walk_in_2");
  d.key("F10");
  CHECK(d.station.session.form->page == 0);  // the number on the other page is wrong: the form turns there
  d.check("form_walk_in_wrong_number");
  d.write("form.petitioner.number", "");
  d.tap("form.page.2");
  d.key("F10");
  REQUIRE(d.station.sent<FileMatter>().size() == 1);
  const FileMatter file = d.station.sent<FileMatter>()[0];
  CHECK(file.petition.head_count == 12);
  CHECK(file.petition.representatives.size() == 2);
  CHECK(file.priority == Priority::Elder);
  CHECK(file.chosen == "LAW");
  CHECK(file.petition.filing_as == FilingAs::Relative);
}

TEST_CASE("states that are usually forgotten: empty, offline, sealed, bare, long, late", "[screen]") {
  Desk d(dk::Role::Lawyer);
  SECTION("empty queue") {
    d.station.world.tickets.clear();
    d.check("lawyer_empty");
    d.key("F2");
    d.check("lawyer_nobody");
  }
  SECTION("the hub is away with twelve waiting to be sent") {
    d.station.world.hub_online = d.station.world.county_online = false;
    d.station.world.unsent = 12;
    d.key("F2");
    d.check("lawyer_offline");
  }
  SECTION("the disk has failed") {
    d.station.world.failed = Error{Code::Unavailable, "disk full"};
    d.key("F2");
    d.check("lawyer_disk");
  }
  SECTION("a sealed matter shows its number and nothing else") {
    d.station.find("A012")->sealed = true;
    d.station.find("A012")->topic = "";
    d.key("F2");
    REQUIRE(d.station.session.serving);
    CHECK(d.station.sent<OpenMatter>().empty());
    d.check("lawyer_sealed");
    CHECK_FALSE(d.has("show_id"));
    CHECK_FALSE(d.has("field.facts"));
  }
  SECTION("a number without a matter") {
    d.station.find("A012")->matter.clear();
    d.station.find("A012")->topic.clear();
    d.key("F2");
    d.check("lawyer_bare");
  }
  SECTION("long names, units, places and label syntax") {
    d.key("F2");
    Matter& m = *d.station.world.open;
    m.petition->petitioner.name = long_name;
    m.petition->petitioner.address = long_unit;
    m.petition->statement.party_complained_of = long_unit;
    m.petition->statement.place = "青石镇##村%n口\x1b[31m";
    m.petition->statement.request = "请##还我%s公道%n。";
    m.petition->filing_as = FilingAs::Relative;
    m.petition->filer.name = long_name;
    m.petition->head_count = 120;
    m.accepted = Accepted{long_unit, "2026-11-20"};
    m.viewed = {{m.filed_at, "440583-D01", "viewed", "陈明远 律师"}, {m.filed_at, "440583-D03", "viewed", long_name}};
    Matter before = m;
    before.filed_at = at("2026-03-03", 10, 0);
    before.lines = {{before.filed_at, "440583-C.H01", "transferred", "县里已转送" + long_unit.substr(0, 60)}};
    for (int i = 0; i < 5; ++i) d.station.world.earlier.push_back(before);
    d.station.session.seat.place = "第十二号公共法律服务律师接访窗口";
    d.station.session.seat.staff = long_name + " 律师";
    d.station.world.center = long_unit;
    d.station.world.hub_online = false;
    d.station.world.unsent = 1234;
    d.check("lawyer_long");
    d.key("F6");
    d.key("F7");
    d.check("lawyer_viewers");
  }
  SECTION("twenty thousand characters have pages, and every character is on one of them") {
    d.key("F2");
    std::string text;
    for (int i = 0; i < 3000; ++i) text += i % 97 == 0 ? "\n第" + std::to_string(i) + "次去问，" : "还是没有人管，";
    d.station.world.open->petition->statement.facts = text;
    d.check("lawyer_20000");
    CHECK_FALSE(d.enabled("statement.prev"));
    int pages = 1;
    while (d.enabled("statement.next") && pages < 500) {
      d.key("PageDown");
      ++pages;
      REQUIRE(d.screen->clipped().empty());
    }
    CHECK(pages > 20);
    CHECK_FALSE(d.enabled("statement.next"));
    d.check("lawyer_20000_last");
    d.key("PageUp");
    CHECK(d.enabled("statement.next"));
  }
  SECTION("a statement of many short lines is never cut at the foot of a page") {
    d.key("F2");
    std::string text;
    for (int i = 0; i < 120; ++i) text += "第" + std::to_string(i) + "天\n";
    d.station.world.open->petition->statement.facts = text;
    for (int i = 0; i < 60; ++i) {
      d.key("PageDown");
      REQUIRE(d.screen->clipped().empty());
    }
    d.check("lawyer_short_lines");
  }
  SECTION("waiting nought and a hundred and twenty minutes, forty people, two badges") {
    d.station.world.tickets.clear();
    for (int i = 0; i < 40; ++i) {
      d.station.world.tickets.push_back(ticket("A" + std::to_string(100 + i), "LAW", d.station.world.now - std::chrono::minutes{i == 1 ? 0 : 120 - i}, "", "housing"));
      d.station.world.tickets.back().priority = static_cast<Priority>(i % 5);
      if (i % 2) d.station.world.tickets.back().moved_from = "PET";
    }
    d.check("lawyer_forty");
    d.tap("queue.next");
    d.check("lawyer_forty_2");
    CHECK(d.enabled("queue.prev"));
  }
  SECTION("midnight") {
    d.station.world.now = at("2026-11-20", 23, 59);
    d.key("F2");
    d.write("facts", "说到一半过了零点。");
    d.station.world.now = at("2026-11-21", 0, 1);
    d.station.world.tickets.clear();
    d.check("lawyer_midnight");
    CHECK(d.station.draft().lawyer.facts == "说到一半过了零点。");
  }
  SECTION("overdue clocks") {
    d.key("F2");
    d.station.world.now = at("2027-02-20", 10, 0);
    d.check("lawyer_overdue");
  }
}

TEST_CASE("every usual screen shows the same desk", "[screen]") {
  for (const auto& [width, height] : {std::pair{1366, 768}, {1600, 900}, {1280, 1024}, {1920, 1200}, {2560, 1080}}) {
    Desk d(dk::Role::Lawyer, width, height);
    d.key("F2");
    d.check("lawyer_" + std::to_string(width));
  }
}

TEST_CASE("text_lines never loses a character and never exceeds its width by its own count") {
  std::string text = "一二三四五六七八九十abc 一二三\n\n末行。";
  std::string joined;
  for (const std::string_view line : dk::text_lines(text, 6)) joined += line;
  std::erase(text, '\n');
  CHECK(joined == text);
  CHECK(dk::text_lines("", 10).size() == 1);
}

TEST_CASE("a matter is opened by its number with the keyboard alone, and put away by F5", "[screen]") {
  Desk d(dk::Role::Mediator);
  d.write("number", wages_id);
  d.key("Enter");
  REQUIRE(d.station.session.serving);
  d.check("mediator_by_number");
  CHECK_FALSE(d.has("transfer"));
  d.key("F5");
  CHECK_FALSE(d.station.session.serving);
  CHECK(d.station.sent<QueueCommand>().empty());
}

TEST_CASE("a sealed matter at reception can only go to the discipline body", "[screen][XFTL30]") {
  Desk d(dk::Role::Reception);
  d.station.find("C021")->sealed = true;
  d.key("F2");
  d.check("reception_sealed");
  CHECK(d.has("disposition.discipline"));
  CHECK_FALSE(d.has("disposition.same_level"));
  CHECK_FALSE(d.enabled("tab.override"));
  d.key("Alt+5");
  d.key("F10");
  REQUIRE(d.station.stated<Disposed>());
  CHECK(d.station.stated<Disposed>()->disposition == Disposition::SentToDiscipline);
}

TEST_CASE("who was sent here by another desk: why stands above the statement, whole, for every role", "[screen][moved]") {
  std::string longest;
  while (characters(longest) < dk::move_reason_max) longest += "对方也愿意坐下来谈，先请调解室看一看。";
  longest = std::string(first_characters(longest, dk::move_reason_max));
  for (const auto& [name, role] : {std::pair{"lawyer", dk::Role::Lawyer}, {"mediator", dk::Role::Mediator}, {"reception", dk::Role::Reception}}) {
    Desk d(role);
    d.key("F2");
    REQUIRE(d.station.world.open);
    const auto says = [&](std::string_view words) {
      return std::any_of(d.shown.begin(), d.shown.end(), [&](const std::string& one) { return one.find(words) != std::string::npos; });
    };
    CHECK_FALSE(says("双方愿意先谈"));
    d.station.world.open->moved_why = "双方愿意先谈";
    d.check("moved_" + std::string(name));
    CHECK(says("转来的原因：双方愿意先谈"));
    d.station.world.open->moved_why = longest;
    d.check("moved_long_" + std::string(name));
    if (role != dk::Role::Reception) continue;
    // Sealed words say only that something was done.
    d.station.world.open->disposed = Disposed{"R01", Disposition::TransferredSameLevel, "", "", "", "WVoyAAAA"};
    d.check("reception_disposed_sealed");
    CHECK(says("已处置，内容密封"));
  }
}

TEST_CASE("a reason to move that no hub would take is told at its field, and kept", "[moved]") {
  Station s(dk::Role::Lawyer);
  s.press(dk::CallNext{});
  s.press(dk::OpenTransfer{});
  s.press(dk::TransferTo{"MED"});
  const std::string longer(3 * (dk::move_reason_max + 1), 'x');
  s.press(dk::Typed{"transfer_reason", longer});
  s.press(dk::TransferGo{});
  REQUIRE(dk::problem_at(s.session.problems, "transfer_reason"));
  CHECK(dk::problem_at(s.session.problems, "transfer_reason")->what.find("150") != std::string::npos);
  CHECK(s.session.transfer_reason == longer);
  s.press(dk::Typed{"transfer_reason", longer.substr(0, dk::move_reason_max)});
  s.press(dk::TransferGo{});
  CHECK(s.sent<QueueCommand>().back().ask.op == QueueOp::Move);
}

TEST_CASE("a long statement takes the whole middle on demand", "[screen]") {
  Desk d(dk::Role::Lawyer);
  d.key("F2");
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "还是没有人管，";
  d.station.world.open->petition->statement.facts = text;
  d.rest();
  d.key("Ctrl+E");
  d.check("lawyer_expanded");
  int pages = 1;
  while (d.enabled("statement.next") && pages < 100) {
    d.key("PageDown");
    ++pages;
    REQUIRE(d.screen->clipped().empty());
  }
  CHECK(pages < 30);
  d.key("Ctrl+E");
  CHECK(d.has("path.1"));
}

TEST_CASE("every character of a statement stands on exactly one page") {
  std::string facts;
  for (int i = 0; i < 3000; ++i) facts += i % 97 == 0 ? "\n第" + std::to_string(i) + "次𠮷" : "还是没有人管，";
  const std::string_view parts[] = {"要求一句。", facts, ""};
  for (const std::size_t lines_max : {1u, 4u, 7u, 24u}) {
    std::string seen[3];
    const std::size_t pages = dk::page_of_text(parts, 40, lines_max, 0).pages;
    for (std::size_t p = 0; p < pages; ++p) {
      const dk::PageOfText page = dk::page_of_text(parts, 40, lines_max, p);
      CHECK(page.page == p);
      std::size_t lines = 0;
      for (const dk::Piece& piece : page.pieces) {
        seen[piece.part] += piece.text;
        lines += piece.lines;
      }
      REQUIRE(lines <= lines_max);
    }
    std::string wanted = facts;
    std::erase(wanted, '\n');
    std::erase(seen[1], '\n');
    CHECK(seen[0] == parts[0]);
    CHECK(seen[1] == wanted);
    CHECK(seen[2].empty());
    CHECK(dk::page_of_text(parts, 40, lines_max, 1'000'000).page == pages - 1);
  }
}
