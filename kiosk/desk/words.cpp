#include "kiosk/desk/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"

namespace yizhan::kiosk::desk {
namespace {
template <class E>
constexpr int v(E value) {
  return static_cast<int>(value);
}

constexpr Choice outcome_list[] = {
    {v(ConsultOutcome::GuidedToArbitration), "arbitration", "引导去仲裁", "劳动、土地承包仲裁"},
    {v(ConsultOutcome::GuidedToCourt), "court", "引导去法院", "起诉、申请执行"},
    {v(ConsultOutcome::GuidedToReconsideration), "reconsideration", "引导去复议", "行政复议机关"},
    {v(ConsultOutcome::GuidedToLegalAid), "legal_aid", "转法律援助", "法律援助中心"},
    {v(ConsultOutcome::ToMediation), "mediation", "转调解室", "位次和材料都保留"},
    {v(ConsultOutcome::BackToReception), "reception", "转回接待", "位次和材料都保留"},
    {v(ConsultOutcome::AdviceOnly), "advice", "只作咨询", "当面答复，不转办"},
};
// XFTL 31(1)–(6)
constexpr Choice path_list[] = {
    {v(LegalPath::Judicial), "1", "（一）法院·公安·检察", "诉讼、复议程序"},
    {v(LegalPath::Arbitration), "2", "（二）仲裁", ""},
    {v(LegalPath::PartyAppeal), "3", "（三）党员申诉", ""},
    {v(LegalPath::Administrative), "4", "（四）行政裁决·复议", ""},
    {v(LegalPath::Duty), "5", "（五）履职保护", ""},
    {v(LegalPath::Petition), "6", "（六）信访处理", "60日内书面答复"},
};
// XFTL 22, 30, 36
constexpr Choice disposition_list[] = {
    {v(Disposition::TransferredSameLevel), "same_level", "转送本级有关单位", "条例22(1)"},
    {v(Disposition::TransferredDown), "down", "转送下级", "条例22(2)"},
    {v(Disposition::Assigned), "assigned", "交办", "要定报结日期"},
    {v(Disposition::GuidedToJudicial), "judicial", "引导去政法机关", "涉法涉诉来访"},
    {v(Disposition::SentToDiscipline), "discipline", "转纪检监察", "检举控告"},
    {v(Disposition::NotAccepted), "not_accepted", "不予受理", "登记仍然有效"},
    {v(Disposition::DuplicateInProcess), "duplicate", "已在办理中", "告知在哪里、到几号"},
    {v(Disposition::NoLongerAccepted), "no_longer", "不再受理", "复核已终结"},
};
constexpr Choice ending_list[] = {
    {v(MediationOutcome::Agreed), "agreed", "达成协议", ""},
    {v(MediationOutcome::Failed), "failed", "没有谈成", "告知其他办法"},
    {v(MediationOutcome::Withdrawn), "withdrawn", "申请人撤回", ""},
};
constexpr Choice kind_list[] = {
    {v(MatterKind::Appeal), "appeal", "申诉求决", "有具体的事要解决"},
    {v(MatterKind::Suggestion), "suggestion", "建议意见", "想提建议"},
    {v(MatterKind::Accusation), "accusation", "检举控告", "加密，大厅打不开"},
    {v(MatterKind::InformationRequest), "information", "信息公开", "另走公开程序"},
};
constexpr Choice document_list[] = {
    {v(DocumentKind::None), "none", "没有证件", ""},
    {v(DocumentKind::ResidentId), "resident", "身份证", ""},
    {v(DocumentKind::ResidencePermit), "residence", "居住证", ""},
    {v(DocumentKind::ForeignPermanentResident), "foreign", "永居证", ""},
    {v(DocumentKind::Passport), "passport", "护照", ""},
    {v(DocumentKind::Other), "other", "其他", ""},
};
constexpr Choice filing_list[] = {
    {v(FilingAs::Self), "self", "本人", ""},
    {v(FilingAs::Agent), "agent", "代理人", ""},
    {v(FilingAs::Relative), "relative", "亲属", ""},
    {v(FilingAs::Guardian), "guardian", "监护人", ""},
    {v(FilingAs::Representative), "representative", "代表", ""},
};
constexpr Choice priority_list[] = {
    {v(Priority::Normal), "normal", "普通", ""},   {v(Priority::Elder), "elder", "老人", ""},
    {v(Priority::Disabled), "disabled", "残障", ""}, {v(Priority::Pregnant), "pregnant", "孕妇", ""},
    {v(Priority::WithInfant), "infant", "带婴儿", ""},
};
constexpr Choice counterparty_list[] = {
    {v(Counterparty::Neighbour), "neighbour", "邻居", ""},
    {v(Counterparty::Relative), "relative", "亲属", ""},
    {v(Counterparty::Employer), "employer", "用人单位", ""},
    {v(Counterparty::Company), "company", "企业商家", ""},
    {v(Counterparty::PropertyManager), "property", "物业", ""},
    {v(Counterparty::Government), "government", "政府部门", ""},
    {v(Counterparty::VillageCommittee), "village", "村居委会", ""},
    {v(Counterparty::Court), "court", "法院", ""},
    {v(Counterparty::Official), "official", "干部本人", ""},
};
constexpr Choice answer_list[] = {
    {v(Answer::Yes), "yes", "是", ""},
    {v(Answer::No), "no", "否", ""},
    {v(Answer::Unsure), "unsure", "不清楚", ""},
};
constexpr Question question_list[] = {
    {"in_danger", "现在有人有危险吗", "有危险", &Answers::in_danger},
    {"in_proceedings", "正在打官司、仲裁、复议吗", "打官司仲裁", &Answers::in_proceedings},
    {"decided", "有判决、裁决、复议决定吗", "有判决裁决", &Answers::decided},
    {"about_official", "是反映干部作风问题吗", "涉及干部", &Answers::about_official},
    {"both_willing", "双方都愿意谈吗", "双方愿谈", &Answers::both_willing},
    {"status_or_title", "涉及婚姻效力、亲子、归谁所有吗", "身份或确权", &Answers::status_or_title},
};
constexpr Phrase advice_list[] = {
    {"limit", "时效提醒", "请注意期限：逾期可能丧失胜诉或申请的权利，请尽早办理。"},
    {"evidence", "证据清单", "请带：身份证、合同或欠条、付款和考勤记录、聊天记录、证人姓名和电话。"},
    {"aid", "法律援助", "经济困难或追索工资、工伤的，可向法律援助中心申请，不收费。"},
    {"mediate", "先行调解", "双方愿意的，可先到调解室谈，不收费，不影响以后起诉。"},
};
constexpr Choice told_list[] = {
    {0, "path", "途径、期限和材料", ""},
    {1, "no_decision", "律师不代替裁判", ""},
    {2, "legal_aid", "可申请法律援助", ""},
    {3, "free", "窗口不收费", ""},
};
// 人民调解法 4, 23
constexpr Choice rights_list[] = {
    {0, "free_will", "自愿参加，不收费", ""},
    {1, "choose", "可以自己选调解员", ""},
    {2, "stop", "随时可以要求停止", ""},
    {3, "private", "可以要求不公开", ""},
};
constexpr Phrase reason_list[] = {
    {"willing", "双方愿意谈", "双方愿意先谈"},
    {"law", "要问法律", "需要律师解答法律问题"},
    {"wrong", "窗口不对口", "事项不属于本窗口"},
    {"papers", "材料要补", "先到接待补材料"},
};
}  // namespace

std::span<const Choice> outcomes() { return outcome_list; }
std::span<const Choice> paths() { return path_list; }
std::span<const Choice> dispositions() { return disposition_list; }
std::span<const Choice> endings() { return ending_list; }
std::span<const Choice> kinds() { return kind_list; }
std::span<const Choice> documents() { return document_list; }
std::span<const Choice> filing_ways() { return filing_list; }
std::span<const Choice> priorities() { return priority_list; }
std::span<const Choice> counterparties() { return counterparty_list; }
std::span<const Choice> answers() { return answer_list; }
std::span<const Question> questions() { return question_list; }
std::span<const Phrase> advice_phrases() { return advice_list; }
std::span<const Choice> told_points() { return told_list; }
std::span<const Choice> rights_points() { return rights_list; }
std::span<const Phrase> transfer_reasons() { return reason_list; }

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
  if (minutes == 0) return "刚取号";
  if (minutes < 60) return fmt::format("等了{}分钟", minutes);
  return minutes % 60 == 0 ? fmt::format("等了{}小时", minutes / 60) : fmt::format("等了{}小时{}分", minutes / 60, minutes % 60);
}

std::string clock_label(const Deadline& deadline, const RuleBook& rules) {
  const Term* term = rules.term(deadline.term);
  if (term != nullptr) return term->label;
  return deadline.term == "report" ? "报办理结果" : deadline.term;
}

std::string yuan(std::int64_t fen) {
  if (fen < 0) return "无金额";
  return fen % 100 == 0 ? fmt::format("{}元", fen / 100) : fmt::format("{}.{:02}元", fen / 100, fen % 100);
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
    return Error{Code::Invalid, "amount: 金额写数字，如 18600 或 18600.50"};
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
  if (!day || more) return Error{Code::Invalid, "date: 日期写成 2026-11-20"};
  return day;
}

std::string days_left(Date due, Date today) {
  const auto days = (due - today).count();
  if (days == 0) return "今天到期";
  return days > 0 ? fmt::format("还有{}天", days) : fmt::format("已过{}天", -days);
}

std::string sex_and_age(const Identity& who, Date today) {
  const std::string& id = who.number;
  if (who.document != DocumentKind::ResidentId || id.size() != 18) return "";
  const auto born = parse_date(id.substr(6, 4) + "-" + id.substr(10, 2) + "-" + id.substr(12, 2));
  if (!born || *born > today) return "";
  const std::chrono::year_month_day from{*born}, to{today};
  int age = static_cast<int>(to.year()) - static_cast<int>(from.year());
  if (std::pair{to.month(), to.day()} < std::pair{from.month(), from.day()}) --age;
  return fmt::format("{} · {}岁", (id[16] - '0') % 2 ? "男" : "女", age);
}

std::string clock_words(Time at) {
  const std::string text = hall_hhmm(at);
  return text.starts_with('0') ? text.substr(1) : text;
}

}  // namespace yizhan::kiosk::desk
