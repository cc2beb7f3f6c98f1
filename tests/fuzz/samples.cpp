#include "tests/fuzz/samples.h"

#include "core/event_text.h"
#include "core/number.h"
#include "core/petition_json.h"
#include "tests/fuzz/fuzz.h"

namespace yizhan::fuzz {

Petition a_petition() {
  Petition p;
  p.topic = "wages";
  p.petitioner.name = "林小满";
  p.petitioner.phone = "13800000000";
  p.petitioner.address = "云栖县样板路1号";
  p.filing_as = FilingAs::Agent;
  p.filer.name = "欧阳样板";
  p.head_count = 3;
  p.representatives = {p.petitioner};
  p.answers.counterparty = Counterparty::Employer;
  p.answers.decided = Answer::No;
  p.statement.request = "要求发还拖欠的工钱";
  p.statement.facts = "修路三个月，工钱没有结清。";
  p.statement.reasons = "说好按月结。";
  p.statement.division = "445222";
  p.statement.party_complained_of = "样板建筑公司";
  p.title = "工钱";
  return p;
}

std::string sample_id() { return std::string("11010119500101002") + id_check_digit("11010119500101002"); }

Strokes a_drawing() {
  Strokes s;
  s.width = 6'000;
  s.height = 2'000;
  for (int i = 0; i < 20; ++i) s.points.push_back({100 + i * 37, 200 + (i * i * 11) % 900});
  s.ends = {7, 20};
  return s;
}

std::vector<Fact> every_fact() {
  Filed filed;
  filed.petition = a_petition();
  filed.query_tag = std::string(64, 'a');
  filed.notice_version = "2026-11";
  filed.rulebook = "national 2022-05-01";
  Routed routed;
  routed.ruling.window = window_lawyer;
  routed.ruling.path = LegalPath::Arbitration;
  routed.ruling.alternatives = {window_mediation};
  routed.ruling.reasons = {{"wages", {"信访工作条例", "31(2)"}, "先走仲裁", "不影响您的权利"}};
  routed.ruling.rulebook = filed.rulebook;
  routed.chosen = window_lawyer;
  routed.suggested = Suggested{"1-0a1b2c3d", "劳动", 812, "RS", 640};
  const std::string hash(64, 'b'), strokes = have(encode_strokes(a_drawing()));
  Attached attached{std::string(attached_statement), "audio/ogg; codecs=opus", 5'000, hash, 12'000, false, std::string(64, 'c')};
  return {filed,
          routed,
          TicketIssued{"A012", window_lawyer, Priority::Elder, "wages"},
          ReceiptPrinted{false, "no_paper"},
          Queued{QueueOp::Move, "A012", a_desk, "1号律师窗口", window_mediation, "转调解", "r-1", true},
          Viewed{"S07", "lawyer"},
          RouteOverridden{window_mediation, LegalPath::Judicial, "双方愿意谈", "S07"},
          Consulted{"S07", true, "工钱没有结清", "劳动法 50", LegalPath::Arbitration, {"一年"}, "先申请仲裁", ConsultOutcome::GuidedToArbitration, {"时效"}},
          MediationApplied{"S08", "林小满", "样板建筑公司", "工钱", "18600元"},
          MediationConsent{"S08", "样板建筑公司", true, "同意"},
          MediatorsChosen{"S08", {"样板调解员"}, "parties"},
          MediationSession{"S08", "2026-11-21", "谈过一次"},
          MediationEnded{"S08", MediationOutcome::Agreed, "一次付清", 1'860'000, "2026-12-01", "bank transfer", false, "2026-11-22"},
          Disposed{"S01", Disposition::TransferredDown, "样板镇", "属地", "2026-12-31"},
          Rated{5, 4, "好"},
          Transferred{"县住建局", "2026-12-31"},
          Accepted{"县住建局", "2026-11-25"},
          NotAccepted{"县住建局", "已在仲裁"},
          Extended{30, "样板局长", "需要鉴定"},
          Answered{"县住建局", Opinion::Support, "云建信〔2026〕1号", "支持"},
          Served{"2027-01-05", "直接"},
          attached,
          Signed{"petitioner", std::string(64, 'd'), strokes},
          NameDrawn{"petitioner.name", strokes},
          Transcribed{"S01", hash, "他说工钱没有结清。", true},
          Checkpointed{3, hash, std::string(64, 'e'), std::string(128, 'f'), "2026-11-20", std::string(64, '1'), std::string(128, '2'), std::string(128, '3'), "rows"},
          EpochOpened{"440583-K01", 3, hash, "restored"},
          StatusSealed{2, "WVoyAAAA"},
          CodeReplaced{"S01", std::string(64, 'a'), std::string(64, 'b'), "丢失"},
          Recused{"S07", "S02", "亲属"},
          Assigned{"S07", "S02", "轮到"},
          StaffSession{"S07", "lawyer", "in"},
          SealedFact{"consulted", "WVoyAAAA", 7}};
}

const LawBooks& law_books() {
  static const LawBooks books = have(load_law_books(source_dir() + "/assets", "national"));
  return books;
}

std::vector<Event> chained(const Origin& origin, const std::vector<Fact>& facts) {
  std::vector<Event> events;
  Digest before{};
  for (const Fact& fact : facts) {
    events.push_back(make_event(origin, events.size() + 1, nine(static_cast<int>(events.size())), a_matter, fact, before));
    before = events.back().hash;
  }
  return events;
}

}  // namespace yizhan::fuzz
