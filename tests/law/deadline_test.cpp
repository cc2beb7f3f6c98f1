#include <limits>

#include "core/matter.h"
#include "tests/law/books.h"

namespace yizhan {

namespace {

Time noon(std::string_view iso_text) { return Time{day(iso_text).time_since_epoch() + std::chrono::hours{4}}; }  // UTC+8

Matter registered(std::string_view filed, LegalPath path) {
  Matter m;
  m.id = "440583-K01-20240201-0001-0";
  m.state = MatterState::Registered;
  m.filed_at = noon(filed);
  m.petition.emplace();
  m.routed.emplace();
  m.routed->ruling.path = path;
  return m;
}

std::string running(const Matter& m, const std::string& jurisdiction) {
  std::string all;
  for (const Deadline& d : deadlines(m, book(jurisdiction), holidays())) all += d.term + " " + iso(d.due) + (d.promised ? " promised\n" : "\n");
  return all;
}

}  // namespace

TEST_CASE("every time limit of the table ends on its day", "[law][deadlines]") {
  const auto rows = table("tests/tables/deadlines.tsv");
  REQUIRE(rows.size() >= 30);
  for (const Row& row : rows) {
    INFO("deadlines.tsv:" << row.line << " " << row[0] << " " << row[1]);
    const Term* term = book(row[3]).term(row[1]);
    REQUIRE(term != nullptr);
    const Deadline d = due(*term, day(row[0]), holidays(), std::stoi(row[2]));
    CHECK(iso(d.due) == row[4]);
    CHECK((d.calendar_known ? "yes" : "no") == row[5]);
    CHECK(d.start == day(row[0]));
    CHECK(d.why.find(row[4]) != std::string::npos);
  }
}

TEST_CASE("a deadline explains itself with its article", "[law][deadlines]") {
  const RuleBook& rules = book("national");
  CHECK(due(*rules.term("handle"), day("2024-02-01"), holidays()).why == "条例第三十四条：2024-02-01 受理，60日，到期 2024-04-01");
  CHECK(due(*rules.term("handle"), day("2024-02-01"), holidays(), 30).why == "条例第三十四条：2024-02-01 受理，60日，另加30日，到期 2024-05-01");
  CHECK(due(*rules.term("object"), day("2024-04-26"), holidays()).why == "条例第二十三条第三款：2024-04-26 收到转送，5个工作日，到期 2024-05-07");
  CHECK(due(*rules.term("confirmation"), day("2024-09-01"), holidays()).why ==
        "《人民调解法》第三十三条第一款：2024-09-01 协议生效，30日，2024-10-01 休息，顺延，到期 2024-10-08");
  CHECK(due(*book("jieyang").term("promise_handle"), day("2024-02-01"), holidays()).why == "本县承诺：2024-02-01 受理，30日，到期 2024-03-02");
}

TEST_CASE("whatever number of days an extension names, its clock is counted at once", "[law][deadlines][fuzz]") {
  const RuleBook& rules = book("national");
  for (const int days : {std::numeric_limits<int>::max(), std::numeric_limits<int>::min(), 1'000'000})
    for (const Term& term : rules.terms) {
      const Deadline d = due(term, day("2024-02-01"), holidays(), days);
      CHECK(d.due < day("2060-01-01"));
      CHECK(d.due > day("1990-01-01"));
    }
}

TEST_CASE("articles are read as people write them", "[law]") {
  CHECK(chinese(Article{"信访工作条例", "31(2)"}) == "《信访工作条例》第三十一条第二项");
  CHECK(chinese(Article{"信访工作条例", "22.2"}) == "《信访工作条例》第二十二条第二款");
  CHECK(chinese(Article{"信访工作条例", "22.1(3)"}) == "《信访工作条例》第二十二条第一款第三项");
  CHECK(chinese(Article{"民事诉讼法", "205"}) == "《民事诉讼法》第二百零五条");
  CHECK(chinese(Article{"法", "10"}) == "《法》第十条");
  CHECK(chinese(Article{"法", "110"}) == "《法》第一百一十条");
  CHECK(chinese(Article{"意见", "司发通〔2016〕127号"}) == "《意见》（司发通〔2016〕127号）");
  CHECK(chinese(Article{"", "本县承诺"}) == "本县承诺");
  for (const char* odd : {"x", "0", "22.", "22.x", "22(", "22(1", "22(x)", "22.1(1)x", "22 "}) {
    INFO(odd);
    CHECK_FALSE(places_article(odd));
    CHECK(chinese(Article{"法", odd}) == "《法》（" + std::string(odd) + "）");
  }
  CHECK(chinese(Article{"法", ""}) == "《法》");
}

TEST_CASE("a make-up Sunday is worked and a bridged Friday is not", "[law][XFTL23]") {
  CHECK(holidays().working(day("2024-04-28")));
  CHECK_FALSE(holidays().working(day("2024-05-03")));
  CHECK_FALSE(holidays().working(day("2024-04-27")));
  CHECK(holidays().working(day("2024-04-29")));
  CHECK(holidays().known(day("2026-12-31")));
  CHECK_FALSE(holidays().known(day("2027-01-01")));
}

TEST_CASE("a broken holiday file names its line and adds nothing", "[law]") {
  struct Broken {
    std::string_view json, where;
  };
  for (const Broken& b : {
           Broken{"{\"year\":2024,\n\"days\":[\n{\"date\":\"2024-02-30\",\"isOffDay\":true}]}", "h.json:3: \"2024-02-30\" is no calendar day"},
           Broken{"{\"year\":2024,\n\"days\":[\n{\"date\":\"2023-12-31\",\"isOffDay\":true}]}", "h.json:3: 2023-12-31 is not in 2024"},
           Broken{"{\"year\":2024,\"days\":[\n{\"date\":\"2024-01-01\",\"isOffDay\":true},\n\n{\"date\":\"2024-01-01\",\"isOffDay\":true}]}", "h.json:4: 2024-01-01 is given twice"},
           Broken{"{\"year\":2024,\"days\":[\n{\"date\":\"2024-04-29\",\"isOffDay\":false}]}", "h.json:2: 2024-04-29 is no weekend and cannot be a make-up day"},
           Broken{"{\"year\":2024,\"days\":[\n{\"date\":\"2024-01-01\",\n\"offDay\":true}]}", "h.json:3: unknown key \"offDay\" of a day"},
           Broken{"{\"year\":2024,\"days\":[\n{\"date\":\"2024-01-01\"}]}", "h.json:2: a day without \"isOffDay\""},
           Broken{"{\"year\":2024,\"days\":[\n{\"isOffDay\":true}]}", "h.json:2: a day without \"date\""},
           Broken{"{\"year\":2024,\"days\":[\n{\"date\":20240101,\"isOffDay\":true}]}", "h.json:2: a number is not expected here"},
           Broken{"{\"year\":\"2024\",\"days\":[]}", "h.json:1: a string is not expected here"},
           Broken{"{\"days\":[{\"date\":\"2024-01-01\",\"isOffDay\":true}]}", "h.json:1: \"year\" is missing"},
           Broken{"{\"year\":2024}", "h.json:1: \"days\" is missing or empty"},
           Broken{"{\"year\":2024,\"days\":[\n{\"date\":\"2024-01-01\",", "h.json:2: not JSON"},
           Broken{"[]", "h.json:1: a list is not expected here"},
           Broken{"{\"days\":{}}", "h.json:1: an object is not expected here"},
           Broken{"{\"days\":[[]]}", "h.json:1: a list is not expected here"},
           Broken{"{\"days\":[\n{\"name\":{}}]}", "h.json:2: an object is not expected here"},
           Broken{"{\"days\":[\n{\"name\":[]}]}", "h.json:2: a list is not expected here"},
           Broken{"{\"days\":[\n{\"name\":null}]}", "h.json:2: null is not expected here"},
           Broken{"{\"days\":[\n{\"name\":true}]}", "h.json:2: a truth value is not expected here"},
           Broken{"{\"year\":2024.0}", "h.json:1: a number is not expected here"},
           Broken{"{\"year\":1899}", "h.json:1: \"year\" must be a year"},
           Broken{"{\"year\":-1}", "h.json:1: \"year\" must be a year"},
           Broken{"{\"year\":18446744073709551615}", "h.json:1: \"year\" must be a year"},
           Broken{"true", "h.json:1: a truth value is not expected here"},
           Broken{"", "h.json:1: not JSON"},
           Broken{"<html>200 OK</html>", "h.json:1: not JSON"},
       }) {
    INFO(b.json);
    WorkCalendar calendar;
    const Status added = add_holidays(calendar, b.json, "h.json");
    REQUIRE_FALSE(added);
    CHECK(added.error().code == Code::Invalid);
    CHECK(added.error().what == b.where);
    CHECK(calendar.off.empty());
    CHECK(calendar.years.empty());
  }
  WorkCalendar calendar = holidays();
  CHECK(add_holidays(calendar, "{\"year\":2024,\"days\":[{\"date\":\"2024-01-01\",\"isOffDay\":true}]}", "h.json").error().what == "h.json:1: year 2024 is given twice");
}

TEST_CASE("the official holiday file with its extra keys is read as it is", "[law]") {
  WorkCalendar calendar;
  REQUIRE(add_holidays(calendar, "{\"$schema\":\"x\",\"papers\":[\"a\",[1,{\"b\":null}]],\"year\":2030,\"days\":[{\"name\":\"元旦\",\"date\":\"2030-01-01\",\"isOffDay\":true}]}", "h"));
  CHECK_FALSE(calendar.working(day("2030-01-01")));
}

TEST_CASE("a registered matter runs the statutory clock with the promise beside it", "[law][XFTL22]") {
  const Matter m = registered("2024-01-31", LegalPath::Petition);
  CHECK(running(m, "jieyang") == "dispose 2024-02-15\npromise_dispose 2024-02-05 promised\n");
  CHECK(running(m, "national") == "dispose 2024-02-15\n");
}

TEST_CASE("the hall's day counts, not the one in Greenwich", "[law]") {
  Matter m = registered("2024-01-31", LegalPath::Petition);
  m.filed_at = Time{day("2024-01-30").time_since_epoch() + std::chrono::hours{17}};  // 01:00 on the 31st in the hall
  CHECK(running(m, "national") == "dispose 2024-02-15\n");
}

TEST_CASE("only a matter of the sixth path runs sixty days", "[law][XFTL34]") {
  for (const LegalPath path : {LegalPath::Judicial, LegalPath::Arbitration, LegalPath::PartyAppeal, LegalPath::Administrative, LegalPath::Duty,
                               LegalPath::Suggestion, LegalPath::Accusation, LegalPath::InformationRequest}) {
    Matter m = registered("2024-01-20", path);
    m.accepted = Accepted{"云栖县住建局", "2024-02-01"};
    CHECK(running(m, "jieyang").empty());
  }
  Matter m = registered("2024-01-20", LegalPath::Petition);
  m.accepted = Accepted{"云栖县住建局", "2024-02-01"};
  CHECK(running(m, "jieyang") == "handle 2024-04-01\npromise_handle 2024-03-02 promised\n");
  m.extended = Extended{30, "局长", "案情复杂"};
  CHECK(running(m, "jieyang") == "handle 2024-05-01\npromise_handle 2024-03-02 promised\n");
  m.extended->days = 400;  // nobody can approve more than the law allows
  CHECK(running(m, "national") == "handle 2024-05-01\n");
  m.extended->days = -7;
  CHECK(running(m, "national") == "handle 2024-04-01\n");
}

TEST_CASE("an accepted matter whose path nobody named is of the sixth", "[law][XFTL31]") {
  Matter m = registered("2024-01-20", LegalPath::Unknown);
  m.accepted = Accepted{"云栖县住建局", "2024-02-01"};
  CHECK(running(m, "national") == "handle 2024-04-01\n");
  m.consulted.emplace();
  m.consulted->path = LegalPath::Judicial;
  CHECK(running(m, "national").empty());
  m.overridden = RouteOverridden{"PET", LegalPath::Petition, "核对后属于信访", "周小青"};
  CHECK(running(m, "national") == "handle 2024-04-01\n");
}

TEST_CASE("a transferred matter runs the unit's clocks until it answers", "[law][XFTL23]") {
  Matter m = registered("2024-04-20", LegalPath::Petition);
  m.transferred = Transferred{"云栖县住建局", ""};
  m.lines.push_back({noon("2024-04-26"), "440583-C.H01", "transferred", ""});
  CHECK(running(m, "jieyang") == "object 2024-05-07\nnotify 2024-05-11\n");
  m.transferred->report_by = "2024-06-30";
  CHECK(running(m, "jieyang") == "object 2024-05-07\nnotify 2024-05-11\nreport 2024-06-30\n");
  m.not_accepted = NotAccepted{"云栖县住建局", "不属于本单位"};
  CHECK(running(m, "jieyang") == "report 2024-06-30\n");
}

TEST_CASE("the thirty days for a review run from service, not from the letter", "[law][XFTL35]") {
  Matter m = registered("2023-11-20", LegalPath::Petition);
  m.accepted = Accepted{"云栖县住建局", "2023-12-01"};
  m.answered = Answered{"云栖县住建局", Opinion::Explain, "云住建信〔2024〕1号", ""};
  CHECK(running(m, "jieyang").empty());
  m.served = Served{"2024-03-01", "直接送达"};
  CHECK(running(m, "jieyang") == "review_request 2024-04-01\n");
}

TEST_CASE("an agreement may be confirmed within thirty days unless a court must decide", "[law]") {
  Matter m = registered("2024-08-20", LegalPath::Judicial);
  m.disposed = Disposed{"周小青", Disposition::GuidedToJudicial, "", "双方同意调解", ""};
  m.mediation.ended.emplace();
  m.mediation.ended->outcome = MediationOutcome::Failed;
  m.mediation.ended->effective = "2024-09-01";
  CHECK(running(m, "national").empty());
  m.mediation.ended->outcome = MediationOutcome::Agreed;
  CHECK(running(m, "national") == "confirmation 2024-10-08\n");
  m.petition->answers.status_or_title = Answer::Yes;
  CHECK(running(m, "national").empty());
}

TEST_CASE("a place in the queue runs no clock, and broken dates run none either", "[law]") {
  Matter m = registered("2024-01-31", LegalPath::Unknown);
  m.petition->kind = MatterKind::QueueOnly;
  CHECK(running(m, "jieyang").empty());
  CHECK(running(Matter{}, "jieyang").empty());
  Matter broken = registered("2024-01-31", LegalPath::Petition);
  broken.accepted = Accepted{"", "2024-02-31"};
  CHECK(running(broken, "jieyang").empty());
}

TEST_CASE("a sealed matter runs the clock of registration", "[law][XFTL30]") {
  Matter m = registered("2024-01-31", LegalPath::Accusation);
  m.petition.reset();
  m.sealed = true;
  CHECK(running(m, "national") == "dispose 2024-02-15\n");
}

}  // namespace yizhan
