/// Suggested, chosen, decided: three facts that one matter may hold, and what the report makes of them.
#include "kiosk/cli/routing_report.h"
#include "tests/law/books.h"

namespace yizhan::kiosk::cli {
namespace {

Matter filed() {
  Matter m;
  m.routed.emplace();
  m.routed->ruling.window = "PET";
  m.routed->chosen = "PET";
  return m;
}

}  // namespace

TEST_CASE("nobody has decided until staff state something", "[triage][report]") {
  const Matter m = filed();
  const Decided d = decided_by_staff(m, book("national"));
  CHECK(d.hall.empty());
  CHECK(d.county.empty());
}

TEST_CASE("what staff stated is where a matter belongs", "[triage][report]") {
  Matter m = filed();
  m.consulted.emplace();
  CHECK(decided_by_staff(m, book("national")).county == "LAW");
  m.consulted->outcome = ConsultOutcome::ToMediation;
  CHECK(decided_by_staff(m, book("national")).county == "MED");
  m.consulted->outcome = ConsultOutcome::BackToReception;
  CHECK(decided_by_staff(m, book("national")).hall == "PET");
  CHECK(decided_by_staff(m, book("national")).county.empty());
  m.disposed.emplace();
  m.disposed->to_unit = "云栖县教育局";
  CHECK(decided_by_staff(m, book("national")).county == "JY");

  m = filed();
  m.disposed.emplace();
  m.disposed->to_unit = "县公安局交警大队";
  CHECK(decided_by_staff(m, book("national")).county == "GA");
  CHECK(decided_by_staff(m, book("national")).hall == "PET");
  m.disposed->to_unit = "城南派出所";  // a unit behind the window, not its name
  CHECK(decided_by_staff(m, book("national")).county == "GA");
  m.disposed->to_unit = "没有人知道的单位";
  CHECK(decided_by_staff(m, book("national")).county.empty());
  m.disposed->disposition = Disposition::GuidedToJudicial;
  CHECK(decided_by_staff(m, book("national")).hall == "LAW");

  m = filed();
  m.overridden = RouteOverridden{"ZJ", LegalPath::Petition, "", "K"};
  CHECK(decided_by_staff(m, book("national")).county == "ZJ");
  CHECK(decided_by_staff(m, book("national")).hall == "PET");  // a department is reached through reception

  m = filed();
  m.mediation.ended.emplace();
  CHECK(decided_by_staff(m, book("national")).county == "MED");
}

TEST_CASE("a rate comes with what its number allows", "[triage][report]") {
  const Interval half = wilson(5, 10);
  CHECK((half.low > 0.23 && half.low < 0.24 && half.high > 0.76 && half.high < 0.77));
  CHECK(wilson(0, 0).high == 1);
  CHECK(wilson(10, 10).high == 1);
}

}  // namespace yizhan::kiosk::cli
