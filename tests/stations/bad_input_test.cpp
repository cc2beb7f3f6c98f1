// What a desk does with bad input and with a world that fails: every text field of each record, the words beside it, and that
// nothing written is gone. docs/BAD_INPUT.md lists which case stands here.
#include <algorithm>
#include <functional>

#include "core/event.h"
#include "tests/stations/robot.h"
#include "tests/tables/bad_input.h"
#include "tests/ui/heard.h"

using namespace stations;

namespace {

struct Desk : Robot {
  explicit Desk(dk::Role role) : Robot(role) {
    if (role == dk::Role::Mediator) station.world.tickets = {ticket("B004", "MED", at("2026-11-20", 9, 30), wages_id, "neighbour")};
    if (role == dk::Role::Reception) station.world.tickets = {ticket("C021", "PET", at("2026-11-20", 9, 30), wages_id, "land")};
    Term limit;
    limit.id = "limitation", limit.amount = 1095, limit.label = "诉讼时效", limit.basis = {"民法典", "188"};
    station.book.terms.push_back(std::move(limit));
    rest();
  }
  void look() {
    rest();
    screen->frame([&](ui::Ui& real) {
      ui::Heard ui(real);
      static_cast<void>(dk::draw(ui, station.session, station.world, dk::Law{station.book, station.days}));
      words = std::move(ui.words);
    });
  }
  bool said(std::string_view sentence) const {
    return std::any_of(words.begin(), words.end(), [&](const std::string& drawn) { return drawn.find(sentence) != std::string::npos; });
  }
  const std::string& value(const std::string& field) {
    shown.clear();
    const dk::DeskSession& s = station.session;
    const dk::Draft& d = dk::draft_of(s);
    if (field.starts_with("limit.")) {
      const auto at = d.lawyer.starts.find(field.substr(6));
      if (at != d.lawyer.starts.end()) shown = at->second;
    }
    const std::pair<const char*, const std::string*> table[] = {
        {"facts", &d.lawyer.facts}, {"law", &d.lawyer.law}, {"advice", &d.lawyer.advice}, {"applicant", &d.mediator.applicant}, {"respondent", &d.mediator.respondent},
        {"dispute", &d.mediator.dispute}, {"claim", &d.mediator.claim}, {"remark", &d.mediator.remark}, {"mediators", &d.mediator.mediators}, {"held_at", &d.mediator.held_at},
        {"notes", &d.mediator.notes}, {"terms", &d.mediator.terms}, {"amount", &d.mediator.amount}, {"perform_by", &d.mediator.perform_by}, {"perform_way", &d.mediator.perform_way},
        {"effective", &d.mediator.effective}, {"to_unit", &d.reception.to_unit}, {"reason", &d.reception.reason}, {"report_by", &d.reception.report_by},
        {"override_reason", &d.reception.override_reason}, {"transfer_reason", &s.transfer_reason}, {"number", &s.number}};
    for (const auto& [name, text] : table)
      if (field == name) shown = *text;
    if (s.form) {
      const Petition& p = s.form->petition;
      const std::pair<const char*, const std::string*> form[] = {
          {"form.petitioner.name", &p.petitioner.name}, {"form.petitioner.phone", &p.petitioner.phone}, {"form.petitioner.number", &p.petitioner.number},
          {"form.petitioner.address", &p.petitioner.address}, {"form.filer.name", &p.filer.name}, {"form.authority", &p.authority}, {"form.head_count", &s.form->head_count},
          {"form.representatives", &s.form->representatives}, {"form.request", &p.statement.request}, {"form.facts", &p.statement.facts}, {"form.reasons", &p.statement.reasons},
          {"form.place", &p.statement.place}, {"form.party_complained_of", &p.statement.party_complained_of}};
      for (const auto& [name, text] : form)
        if (field == name) shown = *text;
    }
    return shown;
  }
  /// The field holds hostile words: it is drawn, takes a touch and a key, and changes by that key alone.
  void works(const std::string& field, const std::string& hostile) {
    CAPTURE(field);
    station.step(dk::Typed{field, hostile});
    look();
    CHECK(problems_of(screen->hits(), page).empty());
    CHECK(std::find(words.begin(), words.end(), hostile) != words.end());  // whole and unformatted
    tap("field." + field);
    screen->key("Ctrl+A");
    screen->key("Right");
    screen->type("好");
    rest();
    CHECK(value(field) == hostile + "好");
    key("Backspace");
    CHECK(value(field) == hostile);
  }
  /// Both kinds of hostile words, the printable one left in place.
  void both(const std::string& field, const std::string& printable_words = bad_input::label_syntax) {
    works(field, bad_input::escapes);
    works(field, printable_words);
  }
  /// Typed as a real keyboard would, letter by letter.
  void keyed(const std::string& field, const std::string& text) {
    write(field, text);
    CHECK(value(field) == text);
  }

  std::vector<std::string> words;
  std::string shown;
};

/// What was stated survives the log's own form.
template <class F>
F stored(const Desk& d) {
  const F* fact = d.station.stated<F>();
  REQUIRE(fact);
  const auto read = decode_fact(type_of(Fact{*fact}), 1, encode_fact(Fact{*fact}));
  REQUIRE(read);
  return std::get<F>(*read);
}

const std::string& syntax = bad_input::label_syntax;
const std::string name_syntax = "罗##submit###id%n%s%p{0}";

void to_mediation_step(Desk& d, int step) {
  d.key("F2");
  if (step == 1) return;
  for (const auto& [field, text] : {std::pair{"applicant", "罗大顺"}, {"respondent", "宏达劳务队"}, {"dispute", "欠薪"}, {"claim", "付清"}}) d.station.step(dk::Typed{field, text});
  d.tap("state.application");
  if (step == 2) return;
  for (const char* right : {"rights.free_will", "rights.choose", "rights.stop", "rights.private"}) d.tap(right);
  d.tap("state.consent.applicant");
  d.tap("state.consent.respondent");
  if (step == 3) return;
  d.station.step(dk::Typed{"mediators", "何秀兰"});
  d.rest();
  d.tap("chosen_by.parties");
  d.tap("state.mediators");
  if (step == 4) return;
  d.tap("held_now");
  d.station.step(dk::Typed{"notes", "谈过一次。"});
  d.tap("state.session");
}

}  // namespace

TEST_CASE("every text field of the lawyer's record takes label syntax, formats and escapes as words", "[screen][badinput]") {
  Desk d(dk::Role::Lawyer);
  d.keyed("number", syntax);
  d.both("number");
  d.key("Enter");
  d.look();
  CHECK(d.said("编号不对，请对着小票再输"));
  CHECK(d.value("number") == syntax);
  d.key("F2");
  REQUIRE(d.station.session.serving);
  for (const char* field : {"facts", "law", "advice", "limit.limitation", "limit.arbitration"}) d.both(field);
  d.keyed("facts", syntax);
  d.key("F10");
  d.look();
  CHECK(d.said("日期写成 2026-11-20"));
  CHECK(d.value("limit.limitation") == syntax);
  d.write("limit.limitation", "2026-06-30");
  d.write("limit.arbitration", "");
  d.station.step(dk::Picked{"path", static_cast<int>(LegalPath::Arbitration)});
  d.station.step(dk::Toggled{"told", "path"});
  d.station.step(dk::Picked{"outcome", static_cast<int>(ConsultOutcome::GuidedToArbitration)});
  d.key("F9");
  d.both("transfer_reason");
  d.tap("transfer");
  d.key("F10");
  const auto fact = stored<Consulted>(d);
  CHECK(fact.facts == syntax);
  CHECK(fact.law == syntax);
  CHECK(fact.advice == syntax);
}

TEST_CASE("what is typed at transferring goes to the hub as typed", "[screen][badinput]") {
  Desk d(dk::Role::Lawyer);
  d.key("F2");
  d.key("F9");
  d.tap("transfer.MED");
  d.station.step(dk::Typed{"transfer_reason", bad_input::escapes});
  d.tap("transfer.go");
  CHECK(d.station.sent<QueueCommand>().back().ask.reason == bad_input::escapes);
}

TEST_CASE("every text field of the mediator's record takes label syntax, formats and escapes as words", "[screen][badinput]") {
  Desk d(dk::Role::Mediator);
  d.key("F2");
  for (const char* field : {"applicant", "respondent", "dispute", "claim"}) d.both(field);
  d.station.step(dk::Typed{"respondent", syntax + "乙"});  // two parties of one name are asked to be told apart
  d.rest();
  d.tap("state.application");
  const auto applied = stored<MediationApplied>(d);
  CHECK(applied.applicant == syntax);
  CHECK(applied.respondent == syntax + "乙");
  CHECK(applied.dispute == syntax);
  CHECK(applied.claim == syntax);
  d.both("remark");
  for (const char* right : {"rights.free_will", "rights.choose", "rights.stop", "rights.private"}) d.tap(right);
  d.tap("state.consent.applicant");
  CHECK(stored<MediationConsent>(d).remark.starts_with(syntax));
  CHECK(stored<MediationConsent>(d).party == syntax);
  d.tap("state.consent.respondent");
  d.works("mediators", bad_input::escapes);
  d.tap("chosen_by.parties");
  d.tap("state.mediators");
  d.look();
  CHECK(d.said("姓名里有不能用的符号"));
  CHECK(d.value("mediators") == bad_input::escapes);
  d.works("mediators", name_syntax);
  d.tap("state.mediators");
  CHECK(stored<MediatorsChosen>(d).mediators == std::vector<std::string>{name_syntax});
  d.both("held_at");
  d.both("notes");
  d.tap("state.session");
  d.look();
  CHECK(d.said("日期写成 2026-11-20"));
  CHECK(d.value("held_at") == syntax);
  d.tap("held_now");
  d.tap("state.session");
  CHECK(stored<MediationSession>(d).notes == syntax);
  d.tap("ending.agreed");
  for (const char* field : {"terms", "amount", "perform_by", "perform_way", "effective"}) d.both(field);
  d.tap("state.outcome");
  d.look();
  CHECK(d.said("金额写数字，如 18600.50"));
  CHECK(d.said("日期写成 2026-11-20"));
  for (const char* field : {"amount", "perform_by", "effective"}) CHECK(d.value(field) == syntax);
  d.write("amount", "18600.50");
  d.write("perform_by", "2027-01-31");
  d.write("effective", "2026-11-20");
  d.tap("state.outcome");
  const auto ended = stored<MediationEnded>(d);
  CHECK(ended.terms == syntax);
  CHECK(ended.perform_way == syntax);
  d.look();
  CHECK(problems_of(d.screen->hits(), d.page).empty());
}

TEST_CASE("every text field of reception's records takes label syntax, formats and escapes as words", "[screen][badinput]") {
  SECTION("disposition") {
    Desk d(dk::Role::Reception);
    d.key("F2");
    d.tap("disposition.assigned");
    for (const char* field : {"to_unit", "reason", "report_by"}) d.both(field);
    d.key("F10");
    d.look();
    CHECK(d.said("日期写成 2026-11-20"));
    CHECK(d.value("report_by") == syntax);
    d.write("report_by", "2026-12-20");
    d.key("F10");
    CHECK(stored<Disposed>(d).to_unit == syntax);
    CHECK(stored<Disposed>(d).reason == syntax);
  }
  SECTION("another route") {
    Desk d(dk::Role::Reception);
    d.key("F2");
    d.tap("tab.override");
    d.tap("override.LAW");
    d.both("override_reason");
    d.key("F10");
    CHECK(stored<RouteOverridden>(d).reason == syntax);
  }
  SECTION("oral registration") {
    Desk d(dk::Role::Reception);
    d.key("F8");
    d.tap("form.filing_as.relative");
    d.tap("form.document.passport");
    const std::string number = "##E1%n%s%p{0}###";
    for (const char* field : {"form.petitioner.address", "form.authority"}) d.both(field);
    for (const char* field : {"form.petitioner.name", "form.filer.name", "form.representatives"}) d.both(field, name_syntax);
    d.both("form.petitioner.number", number);
    d.both("form.petitioner.phone");
    d.both("form.head_count");
    d.tap("form.page.2");
    for (const char* field : {"form.request", "form.facts", "form.reasons", "form.place", "form.party_complained_of"}) d.both(field);
    d.tap("form.read_back");
    d.key("F10");
    d.tap("form.page.1");
    d.look();
    CHECK(d.said("请只输入数字，没有可以不填"));
    CHECK(d.said("人数写数字"));  // several at once: the brief form beside each, the count above
    CHECK(d.value("form.petitioner.phone") == syntax);
    CHECK(d.value("form.head_count") == syntax);
    d.write("form.petitioner.phone", "");
    d.write("form.head_count", "12");
    d.tap("form.page.2");
    d.key("F10");
    REQUIRE(d.station.sent<FileMatter>().size() == 1);
    Filed filed;
    filed.petition = d.station.sent<FileMatter>()[0].petition;
    const auto read = decode_fact("filed", 1, encode_fact(Fact{filed}));
    REQUIRE(read);
    const Petition& p = *std::get<Filed>(*read).petition;
    CHECK(p.petitioner.name == name_syntax);
    CHECK(p.petitioner.number == number);
    CHECK(p.petitioner.address == syntax);
    CHECK(p.filer.name == name_syntax);
    CHECK(p.authority == syntax);
    CHECK(p.representatives.at(0).name == name_syntax);
    CHECK(p.statement.request == syntax);
    CHECK(p.statement.facts == syntax);
    CHECK(p.statement.reasons == syntax);
    CHECK(p.statement.place == syntax);
    CHECK(p.statement.party_complained_of == syntax);
  }
}

TEST_CASE("every row of the table of bad input is said on reception's form in these words, and what was typed stays", "[screen][badinput]") {
  const auto rows = bad_input::rows(YIZHAN_TABLES "/bad_input.tsv");
  REQUIRE(rows.size() > 150);
  Desk d(dk::Role::Reception);
  for (const auto& row : rows) {
    if (!row.at_desk) continue;
    CAPTURE(row.line, row.field);
    d.station.session.form.reset();
    d.station.press(dk::WalkIn{});
    const auto type = [&](const std::string& field, const std::string& text) { d.station.step(dk::Typed{field, text}); };
    if (row.field != "request") type("form.request", "付清工资。");
    std::string field = "form." + row.field;
    DocumentKind document = DocumentKind::None;
    if (row.field.starts_with("number.")) {
      field = "form.petitioner.number";
      const std::string kind = row.field.substr(7);
      document = kind == "resident" ? DocumentKind::ResidentId : kind == "permit" ? DocumentKind::ResidencePermit : kind == "foreign" ? DocumentKind::ForeignPermanentResident : kind == "passport" ? DocumentKind::Passport : DocumentKind::None;
    } else if (row.field == "name" || row.field == "phone" || row.field == "address") {
      field = "form.petitioner." + row.field;
    } else if (row.field == "other_name") {
      field = "form.petitioner.name";  // whose matter it is
    } else if (row.field == "representative") {
      field = "form.representatives", type("form.head_count", "20");
    } else if (row.field == "party") {
      field = "form.party_complained_of";
    }
    d.station.step(dk::Picked{"form.document", static_cast<int>(document)});
    if (row.field == "authority") d.station.step(dk::Picked{"form.filing_as", static_cast<int>(FilingAs::Agent)}), type("form.filer.name", "罗小顺");
    type(field, row.typed);
    d.station.step(dk::Toggled{"read_back", ""});
    d.station.step(dk::FormPage{1});
    const std::size_t before = d.station.sent<FileMatter>().size();
    d.station.press(dk::FileForm{});
    REQUIRE(d.station.session.form);
    const auto* problem = dk::problem_at(d.station.session.form->problems, field);
    CHECK((problem == nullptr ? "" : problem->what) == row.desk);
    CHECK(d.value(field) == row.typed);
    CHECK(d.station.sent<FileMatter>().size() == before + (row.desk.empty() ? 1 : 0));
    if (row.desk.empty() || row.typed.size() > 3000) continue;
    d.look();
    CHECK(d.said(row.desk));
    CHECK(d.has("field." + field));
  }
}

TEST_CASE("what a record lacks or cannot hold is said at its field, and the rest stays", "[screen][badinput]") {
  const std::string nul("甲\0乙", 7);
  std::string too_long;
  for (std::size_t i = 0; i <= statement_characters_max; ++i) too_long += "字";
  struct Row { dk::Role role; int step; const char* press; const char* field; std::string typed; const char* words; };
  const std::string unsavable = "有不能保存的符号，请删去", long_words = "太长了，最多两万字";
  const auto L = dk::Role::Lawyer, M = dk::Role::Mediator, R = dk::Role::Reception;
  const std::vector<Row> rows{
      {L, 0, "finish", "facts", "", "请写明问到的事实"},       {L, 0, "finish", "facts", nul, unsavable.c_str()},        {L, 0, "finish", "facts", too_long, long_words.c_str()},
      {L, 0, "finish", "law", "", "请写适用的法律"},           {L, 0, "finish", "law", nul, unsavable.c_str()},          {L, 0, "finish", "advice", "　\n", ""},
      {L, 0, "finish", "advice", "", "请写律师意见"},          {L, 0, "finish", "limit.arbitration", "明天", "日期写成 2026-11-20"}, {L, 0, "finish", "limit.arbitration", "2026-13-01", "日期写成 2026-11-20"},
      {L, 0, "finish", "limit.arbitration", "2027-01-01", "起算日还没到"}, {M, 1, "state.application", "applicant", "", "请写申请人"}, {M, 1, "state.application", "respondent", "", "请写对方是谁"},
      {M, 1, "state.application", "dispute", nul, unsavable.c_str()}, {M, 1, "state.application", "claim", "", "请写想要什么结果"}, {M, 3, "state.mediators", "mediators", "", "请写调解员姓名"},
      {M, 3, "state.mediators", "mediators", "何\u202e兰", "姓名里有不能用的符号"}, {M, 4, "state.session", "held_at", "", "请写调解的日期"}, {M, 4, "state.session", "held_at", "2026-11-21", "这一天还没到"},
      {M, 4, "state.session", "notes", "", "请写调解情况"},    {M, 5, "state.outcome", "terms", "", "请写协议内容"},      {M, 5, "state.outcome", "amount", "一万", "金额写数字，如 18600.50"},
      {M, 5, "state.outcome", "amount", "", "请写金额，没有就勾无金额"}, {M, 5, "state.outcome", "perform_by", "年底", "日期写成 2026-11-20"}, {M, 5, "state.outcome", "perform_way", "", "请写怎么履行"},
      {M, 5, "state.outcome", "effective", "2026-11-21", "这一天还没到"}, {R, 0, "finish", "to_unit", "", "请写转到哪个单位"}, {R, 0, "finish", "to_unit", nul, unsavable.c_str()},
      {R, 0, "finish", "report_by", "", "请写报结日期"},       {R, 0, "finish", "report_by", "2026-11-19", "报结日期已经过了"}, {R, 0, "finish", "reason", nul, unsavable.c_str()}};
  for (const Row& row : rows) {
    CAPTURE(row.field, row.words);
    Desk d(row.role);
    if (row.role == M) to_mediation_step(d, row.step);
    else d.key("F2");
    if (row.role == R) d.tap("disposition.assigned");
    if (row.step == 5) d.tap("ending.agreed");
    const std::string other = std::string(row.field) == "law" ? "facts" : row.role == L ? "law" : row.step == 1 ? "dispute" : row.step == 4 ? "notes" : row.step == 5 ? "perform_way" : "reason";
    if (row.field != other && row.step != 3) d.station.step(dk::Typed{other, "写过的。"});
    d.station.step(dk::Typed{row.field, row.typed});
    const std::size_t stated = d.station.sent<StateFact>().size();
    d.rest();
    d.tap(row.press);
    CHECK(d.station.sent<StateFact>().size() == stated);
    d.look();
    if (*row.words != '\0') CHECK(d.said(row.words));
    CHECK(d.value(row.field) == row.typed);
    if (row.field != other && row.step != 3) CHECK(d.value(other) == "写过的。");
  }
}

TEST_CASE("a desk cut from the hub, or whose disk failed, says so, keeps every word and tries the same again", "[screen][badinput]") {
  SECTION("the hall hub is away") {
    Desk d(dk::Role::Lawyer);
    d.station.world.hub_online = d.station.world.county_online = false;
    d.look();
    CHECK(d.said("断网中 · 记录照常保存在本机"));
    CHECK(d.said("断网中，只能叫本窗口的号"));
    d.station.world.unsent = 12;
    d.look();
    CHECK(d.said("断网中 · 已存本机12件，联网自动上报"));
  }
  SECTION("the county is away") {
    Desk d(dk::Role::Lawyer);
    d.station.world.county_online = false;
    d.station.world.uncounted = 3;
    d.look();
    CHECK(d.said("县里暂时联系不上 · 3件等上报"));
  }
  SECTION("the disk") {
    for (const Code code : {Code::Unavailable, Code::Io}) {
      Desk d(dk::Role::Lawyer);
      d.key("F2");
      d.station.write_consultation();
      d.station.answering = false;
      d.key("F10");
      d.station.world.failed = Error{code, "disk full: /var/lib/yizhan/log.db"};
      d.look();
      CHECK(d.said("本机存储出错，请找管理员"));
      REQUIRE(d.station.session.waiting);
      CHECK(d.said(d.station.session.waiting->trouble));
      CHECK(d.said(code == Code::Io ? "没有存上，请找管理员" : "本机存满了，写的都在，请找管理员"));
      for (const std::string& words : d.words) CHECK(words.find("/var/lib") == std::string::npos);
      CHECK(d.value("advice") == "先申请劳动仲裁，总包单位一并列入。");
    }
  }
  SECTION("a double press of F10 states once") {
    Desk d(dk::Role::Lawyer);
    d.key("F2");
    d.station.write_consultation();
    d.station.answering = false;
    d.screen->key("F10");
    d.screen->key("F10");
    d.rest();
    d.key("F10");
    CHECK(d.station.sent<StateFact>().size() == 1);
  }
  SECTION("the printer at the form") {
    Desk d(dk::Role::Reception);
    d.station.world.printer = DeviceState::OutOfPaper;
    d.key("F8");
    d.station.step(dk::Typed{"form.request", "付清工资。"});
    d.station.step(dk::Toggled{"read_back", ""});
    d.station.press(dk::FileForm{});
    d.look();
    CHECK(d.said("打印机不能用，请抄写"));
    CHECK_FALSE(d.enabled("form.print"));
    CHECK(d.said(d.station.session.form->receipt->matter));
  }
}
