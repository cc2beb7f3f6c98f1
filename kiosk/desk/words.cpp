#include "kiosk/desk/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"
#include "core/tr.h"

namespace yizhan::kiosk::desk {
namespace {
template <class E>
constexpr int v(E value) {
  return static_cast<int>(value);
}
}  // namespace

// The lists are filled at their first use: the catalogue is open by then, and its words live as long as the process.
std::span<const Choice> outcomes() {
  static const Choice list[] = {
      {v(ConsultOutcome::GuidedToArbitration), "arbitration", tr("引导去仲裁"), tr("劳动、土地承包仲裁")},
      {v(ConsultOutcome::GuidedToCourt), "court", tr("引导去法院"), tr("起诉、申请执行")},
      {v(ConsultOutcome::GuidedToReconsideration), "reconsideration", tr("引导去复议"), tr("行政复议机关")},
      {v(ConsultOutcome::GuidedToLegalAid), "legal_aid", tr("转法律援助"), tr("法律援助中心")},
      {v(ConsultOutcome::ToMediation), "mediation", tr("转调解室"), tr("位次和材料都保留")},
      {v(ConsultOutcome::BackToReception), "reception", tr("转回接待"), tr("位次和材料都保留")},
      {v(ConsultOutcome::AdviceOnly), "advice", tr("只作咨询"), tr("当面答复，不转办")},
  };
  return list;
}
// XFTL 31(1)–(6)
std::span<const Choice> paths() {
  static const Choice list[] = {
      {v(LegalPath::Judicial), "1", tr("（一）法院·公安·检察"), tr("诉讼、复议程序")},
      {v(LegalPath::Arbitration), "2", tr("（二）仲裁"), ""},
      {v(LegalPath::PartyAppeal), "3", tr("（三）党员申诉"), ""},
      {v(LegalPath::Administrative), "4", tr("（四）行政裁决·复议"), ""},
      {v(LegalPath::Duty), "5", tr("（五）履职保护"), ""},
      {v(LegalPath::Petition), "6", tr("（六）信访处理"), tr("60日内书面答复")},
  };
  return list;
}
// XFTL 22, 30, 36
std::span<const Choice> dispositions() {
  static const Choice list[] = {
      {v(Disposition::TransferredSameLevel), "same_level", tr("转送本级有关单位"), tr("条例22(1)")},
      {v(Disposition::TransferredDown), "down", tr("转送下级"), tr("条例22(2)")},
      {v(Disposition::Assigned), "assigned", tr("交办"), tr("要定报结日期")},
      {v(Disposition::GuidedToJudicial), "judicial", tr("引导去政法机关"), tr("涉法涉诉来访")},
      {v(Disposition::SentToDiscipline), "discipline", tr("转纪检监察"), tr("检举控告")},
      {v(Disposition::NotAccepted), "not_accepted", tr("不予受理"), tr("登记仍然有效")},
      {v(Disposition::DuplicateInProcess), "duplicate", tr("已在办理中"), tr("告知在哪里、到几号")},
      {v(Disposition::NoLongerAccepted), "no_longer", tr("不再受理"), tr("复核已终结")},
  };
  return list;
}
std::span<const Choice> endings() {
  static const Choice list[] = {
      {v(MediationOutcome::Agreed), "agreed", tr("达成协议"), ""},
      {v(MediationOutcome::Failed), "failed", tr("没有谈成"), tr("告知其他办法")},
      {v(MediationOutcome::Withdrawn), "withdrawn", tr("申请人撤回"), ""},
  };
  return list;
}
std::span<const Choice> kinds() {
  static const Choice list[] = {
      {v(MatterKind::Appeal), "appeal", tr("申诉求决"), tr("有具体的事要解决")},
      {v(MatterKind::Suggestion), "suggestion", tr("建议意见"), tr("想提建议")},
      {v(MatterKind::Accusation), "accusation", tr("检举控告"), tr("加密，大厅打不开")},
      {v(MatterKind::InformationRequest), "information", tr("信息公开"), tr("另走公开程序")},
  };
  return list;
}
std::span<const Choice> documents() {
  static const Choice list[] = {
      {v(DocumentKind::None), "none", tr("没有证件"), ""},
      {v(DocumentKind::ResidentId), "resident", tr("身份证"), ""},
      {v(DocumentKind::ResidencePermit), "residence", tr("居住证"), ""},
      {v(DocumentKind::ForeignPermanentResident), "foreign", tr("永居证"), ""},
      {v(DocumentKind::Passport), "passport", tr("护照"), ""},
      {v(DocumentKind::Other), "other", tr("其他"), ""},
  };
  return list;
}
std::span<const Choice> filing_ways() {
  static const Choice list[] = {
      {v(FilingAs::Self), "self", tr("本人"), ""},
      {v(FilingAs::Agent), "agent", tr("代理人"), ""},
      {v(FilingAs::Relative), "relative", tr("亲属"), ""},
      {v(FilingAs::Guardian), "guardian", tr("监护人"), ""},
      {v(FilingAs::Representative), "representative", tr("代表"), ""},
  };
  return list;
}
std::span<const Choice> priorities() {
  static const Choice list[] = {
      {v(Priority::Normal), "normal", tr("普通"), ""},   {v(Priority::Elder), "elder", tr("老人"), ""},
      {v(Priority::Disabled), "disabled", tr("残障"), ""}, {v(Priority::Pregnant), "pregnant", tr("孕妇"), ""},
      {v(Priority::WithInfant), "infant", tr("带婴儿"), ""},
  };
  return list;
}
std::span<const Choice> code_reasons() {
  static const Choice list[] = {
      {0, "lost", tr("小票丢了"), ""}, {1, "seen", tr("码被别人看到了"), ""}, {2, "never_shown", tr("断电没看到码"), ""}, {3, "forgotten", tr("没印小票，忘了"), ""}};
  return list;
}
std::span<const Choice> counterparties() {
  static const Choice list[] = {
      {v(Counterparty::Neighbour), "neighbour", tr("邻居"), ""},
      {v(Counterparty::Relative), "relative", tr("亲属"), ""},
      {v(Counterparty::Employer), "employer", tr("用人单位"), ""},
      {v(Counterparty::Company), "company", tr("企业商家"), ""},
      {v(Counterparty::PropertyManager), "property", tr("物业"), ""},
      {v(Counterparty::Government), "government", tr("政府部门"), ""},
      {v(Counterparty::VillageCommittee), "village", tr("村居委会"), ""},
      {v(Counterparty::Court), "court", tr("法院"), ""},
      {v(Counterparty::Official), "official", tr("干部本人"), ""},
  };
  return list;
}
std::span<const Choice> answers() {
  static const Choice list[] = {
      {v(Answer::Yes), "yes", tr("是"), ""},
      {v(Answer::No), "no", tr("否"), ""},
      {v(Answer::Unsure), "unsure", tr("不清楚"), ""},
  };
  return list;
}
std::span<const Question> questions() {
  static const Question list[] = {
      {"in_danger", tr("现在有人有危险吗"), tr("有危险"), &Answers::in_danger},
      {"in_proceedings", tr("正在打官司、仲裁、复议吗"), tr("打官司仲裁"), &Answers::in_proceedings},
      {"decided", tr("有判决、裁决、复议决定吗"), tr("有判决裁决"), &Answers::decided},
      {"about_official", tr("是反映干部作风问题吗"), tr("涉及干部"), &Answers::about_official},
      {"both_willing", tr("双方都愿意谈吗"), tr("双方愿谈"), &Answers::both_willing},
      {"status_or_title", tr("涉及婚姻效力、亲子、归谁所有吗"), tr("身份或确权"), &Answers::status_or_title},
  };
  return list;
}
std::span<const Phrase> advice_phrases() {
  static const Phrase list[] = {
      {"limit", tr("时效提醒"), tr("请注意期限：逾期可能丧失胜诉或申请的权利，请尽早办理。")},
      {"evidence", tr("证据清单"), tr("请带：身份证、合同或欠条、付款和考勤记录、聊天记录、证人姓名和电话。")},
      {"aid", tr("法律援助"), tr("经济困难或追索工资、工伤的，可向法律援助中心申请，不收费。")},
      {"mediate", tr("先行调解"), tr("双方愿意的，可先到调解室谈，不收费，不影响以后起诉。")},
  };
  return list;
}
std::span<const Choice> told_points() {
  static const Choice list[] = {
      {0, "path", tr("途径、期限和材料"), ""},
      {1, "no_decision", tr("律师不代替裁判"), ""},
      {2, "legal_aid", tr("可申请法律援助"), ""},
      {3, "free", tr("窗口不收费"), ""},
  };
  return list;
}
// 人民调解法 4, 23
std::span<const Choice> rights_points() {
  static const Choice list[] = {
      {0, "free_will", tr("自愿参加，不收费"), ""},
      {1, "choose", tr("可以自己选调解员"), ""},
      {2, "stop", tr("随时可以要求停止"), ""},
      {3, "private", tr("可以要求不公开"), ""},
  };
  return list;
}
std::span<const Phrase> transfer_reasons() {
  static const Phrase list[] = {
      {"willing", tr("双方愿意谈"), tr("双方愿意先谈")},
      {"law", tr("要问法律"), tr("需要律师解答法律问题")},
      {"wrong", tr("窗口不对口"), tr("事项不属于本窗口")},
      {"papers", tr("材料要补"), tr("先到接待补材料")},
  };
  return list;
}


const Choice* choice_of(std::span<const Choice> list, int value) {
  const auto at = std::find_if(list.begin(), list.end(), [&](const Choice& c) { return c.value == value; });
  return at == list.end() ? nullptr : &*at;
}
std::string_view words_of(std::span<const Choice> list, int value) {
  const Choice* at = choice_of(list, value);
  return at ? at->words : std::string_view{};
}

std::string waited(Time since, Time now) {
  const auto minutes = std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::minutes>(now - since).count());
  if (minutes == 0) return tr("刚取号");
  if (minutes < 60) return trf("等了{}分钟", minutes);
  return minutes % 60 == 0 ? trf("等了{}小时", minutes / 60) : trf("等了{}小时{}分", minutes / 60, minutes % 60);
}

std::string clock_label(const Deadline& deadline, const RuleBook& rules) {
  const Term* term = rules.term(deadline.term);
  if (term != nullptr) return term->label;
  return deadline.term == "report" ? tr("报办理结果") : deadline.term;
}

std::string yuan(std::int64_t fen) {
  if (fen < 0) return tr("无金额");
  return fen % 100 == 0 ? trf("{}元", fen / 100) : trf("{}.{:02}元", fen / 100, fen % 100);
}

Result<std::int64_t> parse_yuan(std::string_view typed) {
  std::string text = half_width(typed);
  for (const std::string_view drop : {"元", "¥", "￥", ",", " ", "，"})
    for (auto at = text.find(drop); at != std::string::npos; at = text.find(drop)) text.erase(at, drop.size());
  const auto dot = text.find('.');
  const std::string whole = text.substr(0, dot);
  std::string part = dot == std::string::npos ? "" : text.substr(dot + 1);
  const auto digits = [](const std::string& s) { return std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; }); };
  // Twelve digits of yuan is far above any claim in a county and far below what 64 bits hold.
  if (whole.empty() || whole.size() > 12 || part.size() > 2 || !digits(whole) || !digits(part) ||
      (dot != std::string::npos && part.empty()))
    return Error{Code::Invalid, tr("amount: 金额写数字，如 18600 或 18600.50")};
  part.resize(2, '0');
  std::int64_t fen = 0;
  for (const char c : whole + part) fen = fen * 10 + (c - '0');
  return fen;
}

Result<Date> parse_day(std::string_view typed) {
  const std::string text = half_width(typed);
  std::string digits;
  std::array<std::string, 3> parts;
  std::size_t part = 0;
  bool more = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      if (part < 3) parts[part] += c;
      else more = true;
      digits += c;
    } else if (part < 3 && !parts[part].empty()) {
      ++part;
    }
  }
  if (digits.size() == 8 && parts[0].size() == 8) parts = {digits.substr(0, 4), digits.substr(4, 2), digits.substr(6, 2)};
  for (std::size_t i = 1; i < 3; ++i)
    if (parts[i].size() == 1) parts[i].insert(0, 1, '0');
  auto day = parse_date(parts[0] + "-" + parts[1] + "-" + parts[2]);
  if (!day || more) return Error{Code::Invalid, tr("date: 日期写成 2026-11-20")};
  return day;
}

std::string days_left(Date due, Date today) {
  const auto days = (due - today).count();
  if (days == 0) return tr("今天到期");
  return days > 0 ? trf("还有{}天", days) : trf("已过{}天", -days);
}

std::string sex_and_age(const Identity& who, Date today) {
  const std::string& id = who.number;
  if (who.document != DocumentKind::ResidentId || id.size() != 18) return "";
  const auto born = parse_date(id.substr(6, 4) + "-" + id.substr(10, 2) + "-" + id.substr(12, 2));
  if (!born || *born > today) return "";
  const std::chrono::year_month_day from{*born}, to{today};
  int age = static_cast<int>(to.year()) - static_cast<int>(from.year());
  if (std::pair{to.month(), to.day()} < std::pair{from.month(), from.day()}) --age;
  return trf("{} · {}岁", (id[16] - '0') % 2 ? tr("男") : tr("女"), age);
}

std::string clock_words(Time at) {
  const std::string text = hall_hhmm(at);
  return text.starts_with('0') ? text.substr(1) : text;
}

}  // namespace yizhan::kiosk::desk
