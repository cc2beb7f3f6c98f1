/// The words of the desks: every choice with its stable name (for robots, keyboard and tests) and its Chinese.
/// Pure; floor 3.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/event.h"
#include "core/matter.h"
#include "core/petition.h"

namespace yizhan::kiosk::desk {

/// One row of a list of choices. `value` is the enumerator; `name` is the last part of the touchable name.
struct Choice {
  int value;
  std::string_view name;
  std::string_view words;
  std::string_view line;  ///< what follows from it; may be empty
};
std::span<const Choice> outcomes();         ///< ConsultOutcome: "outcome.court", …
std::span<const Choice> paths();            ///< the six of XFTL 31, LegalPath: "path.1" …
std::span<const Choice> dispositions();     ///< Disposition, XFTL 22: "disposition.same_level", …
std::span<const Choice> endings();          ///< MediationOutcome without Refused: "ending.agreed", …
std::span<const Choice> kinds();            ///< MatterKind without QueueOnly
std::span<const Choice> documents();        ///< DocumentKind
std::span<const Choice> filing_ways();      ///< FilingAs
std::span<const Choice> priorities();       ///< Priority
std::span<const Choice> code_reasons();     ///< why a window gives a new query code: "code_reason.lost", …; the words are what CodeReplaced keeps
std::span<const Choice> counterparties();   ///< Counterparty without Unknown
std::span<const Choice> answers();          ///< Answer without Unasked
const Choice* choice_of(std::span<const Choice> list, int value);
/// The words of a value, or "" when the list does not hold it.
std::string_view words_of(std::span<const Choice> list, int value);

/// A yes/no question of the guided part, with the Answers member it fills.
struct Question {
  std::string_view name;   ///< as in the rulebook's `when`
  std::string_view words, brief;
  Answer Answers::* member;
};
std::span<const Question> questions();

/// A sentence a lawyer often writes: `words` on the chip, `text` into the field.
struct Phrase {
  std::string_view name, words, text;
};
std::span<const Phrase> advice_phrases();
/// What is explained face to face; the words are what Consulted.told keeps.
std::span<const Choice> told_points();
/// The four rights read out before mediation (人民调解法 23).
std::span<const Choice> rights_points();
std::span<const Phrase> transfer_reasons();

/// "刚取号", "等了18分钟", "等了2小时5分"; a clock that went back counts as 0.
std::string waited(Time since, Time now);
/// What a running clock is called: the rulebook's label. The day a sender names with 交办 (XFTL 22.1(3)) stands in the fact and in
/// no rulebook: "报办理结果".
std::string clock_label(const Deadline& deadline, const RuleBook& rules);
/// "18600元", "18600.50元"; −1 is "无金额".
std::string yuan(std::int64_t fen);
/// Yuan as people type them: full width, commas, "元" and up to two decimals. Errors: Invalid "amount: …".
Result<std::int64_t> parse_yuan(std::string_view typed);
/// A day as people type it: 2026-11-20, 2026/11/20, 2026.11.20, 20261120, 2026年11月20日. Errors: Invalid "date: …".
Result<Date> parse_day(std::string_view typed);
/// "还有15天", "今天到期", "已过3天".
std::string days_left(Date due, Date today);
/// "女 · 56岁" from an 18-digit resident number; "" for anything else.
std::string sex_and_age(const Identity& who, Date today);
/// "9:44": board and desks show no leading zero.
std::string clock_words(Time at);

}  // namespace yizhan::kiosk::desk
