/// The rulebook of a jurisdiction, and the router: where a petition should go and why. Pure and total.
#pragma once
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/law.h"
#include "core/petition.h"
#include "core/result.h"
#include "core/windows.h"
#include "core/word_index.h"

namespace yizhan {

/// A window code: LAW lawyer, MED mediation, PET reception, or a desk (ZJ ZR CG HB JT JY RS SJ WJ GA MZ NY OT).
using WindowCode = std::string;
inline const WindowCode window_lawyer = "LAW";
inline const WindowCode window_mediation = "MED";
inline const WindowCode window_reception = "PET";

/// The six paths of XFTL 31, and what is not an appeal.
enum class LegalPath {
  Judicial,        // 31(1) court, procuratorate, police, review of litigation matters
  Arbitration,     // 31(2)
  PartyAppeal,     // 31(3)
  Administrative,  // 31(4) review, adjudication, confirmation, licence, penalty
  Duty,            // 31(5) request to investigate or protect
  Petition,        // 31(6) opinion letter; the only one that starts the 60-day clock
  Suggestion,      // 29
  Accusation,      // 30
  InformationRequest,
  Unknown,         // a person decides
};

struct Reason {
  std::string rule;     ///< id of the rule in the rulebook
  Article basis;
  std::string because;  ///< one line a citizen understands, ≤ 20 characters
  std::string consequence;  ///< second line: what follows, ≤ 24 characters; may be empty
};

struct Ruling {
  WindowCode window;
  LegalPath path = LegalPath::Unknown;
  bool urgent = false;
  bool sealed = false;
  bool mediatable = false;
  std::vector<WindowCode> alternatives;  ///< never contains `window`; never the unit complained of
  std::vector<Reason> reasons;           ///< never empty
  std::string rulebook;                  ///< "national 2022-05-01"
  // For whoever asks on; not stored with the facts.
  std::string rule;                      ///< id of the row that decided
  bool by_words = false;                 ///< that row went by words in the text, not by what the person answered
  std::vector<WindowCode> recused;       ///< windows whose unit is complained of
  WindowCode desk;                       ///< the department reached through `window`; empty when none. Not stored with the facts
};

/// One window service of the hall: code, name, ticket prefix. Windows are data.
struct WindowInfo {
  WindowCode code;
  std::string name;    ///< "律师窗口"
  std::string prefix;  ///< ticket letter "A"
  std::string place;   ///< "1号律师窗口"
  std::string blurb;   ///< one line for the ruling screen
  bool on_site = true; ///< false: a department reached through the window that serves it, or through reception
  std::vector<WindowCode> serves;  ///< departments that sit behind this window
  std::vector<OpenHours> hours;    ///< empty: whenever the hall is open
  WindowCode fallback;             ///< who takes its people while it is closed; empty: reception
  std::vector<std::string> units;  ///< names of the units behind it: complained of, the window leaves the route (XFTL 30.3)
};

/// A tile of the "what kind" screen.
struct TopicInfo {
  std::string code;   ///< "wages"
  std::string name;   ///< 拖欠工资
  std::string example;///< 干了活，没给钱
  std::string icon;   ///< icon name of the UI kit
  MatterKind kind = MatterKind::Appeal;
  WindowCode desk;    ///< the department desk this topic usually concerns
  std::vector<std::string> questions;  ///< which guided questions to ask, in order ("in_proceedings", …); see worth_asking()
  std::vector<std::string> phrases;    ///< tap-to-insert phrases
};

/// A row of the decision table; conditions are ANDed, a row without conditions matches anything. Rows are read in order: the
/// first that matches and stops decides; those before it only add flags and reasons. Notes come after the decision and add
/// reasons to it. Fields and their words:
///   kind appeal suggestion accusation information_request queue_only · channel visit letter online phone fax hotline12345
///   topic <tile code> none · counterparty unknown neighbour relative employer company property_manager government
///   village_committee court official · in_proceedings decided about_official both_willing status_or_title in_danger
///   filed_before concluded: yes no unsure unasked, and "likely": unsure or unasked, but a word of the list of the same name
///   (or a signal for it) speaks in the text
///   place here elsewhere unknown: the division of the place against the division of this rulebook
///   text, also_text, no_text <names of word lists>: one of them, one of these too, none of them speaks in title, request,
///   facts or reasons
/// in notes also: window <code> · path <LegalPath in snake_case> · urgent sealed mediatable conflict closed: yes no
/// A note may name `alternatives`: windows for a second matter in the same statement.
struct Rule {
  std::string id;
  std::map<std::string, std::vector<std::string>> when;  ///< field → accepted words ("in_proceedings" → {"yes"})
  LegalPath path = LegalPath::Unknown;
  WindowCode window;  ///< "topic" = the desk of the topic
  std::vector<WindowCode> alternatives;
  bool urgent = false, sealed = false, mediatable = false;
  bool stop = true;   ///< false: adds a reason or a flag and goes on to later rows
  Article basis;
  std::string because, consequence;  ///< "{unit}": the topic's department, "{closed}": the window nobody sits at, "{handle}": that term's amount; in a note with alternatives "{here}": the ruling's window, "{other}": the second matter's
  int line = 0;
  bool note = false;
};

struct RepLimit {
  int heads_max = 0;  ///< applies to groups of at most this many; 0 = any size
  int reps_max = 5;
};

struct RuleBook {
  std::string jurisdiction;  ///< "national", "zhejiang", …
  std::string name;          ///< shown to staff
  std::string division;      ///< code of the place it holds for, "3308"; empty: anywhere
  Date valid_from{};
  std::vector<Term> terms;
  std::vector<RepLimit> rep_limits;
  Article rep_basis;
  std::vector<WindowInfo> windows;
  std::vector<TopicInfo> topics;
  std::vector<Rule> rules;
  /// Named word lists; "…" in a word stands for up to six characters of the same clause. A list named like an answer
  /// ("in_danger") makes an open answer "likely", unless "negation" stands right before the word.
  std::map<std::string, std::vector<std::string>> words;
  std::vector<Signal> signals;  ///< lists that speak only in company, and what undoes them
  std::shared_ptr<const WordIndex> index;  ///< made by load_rulebook; without it route() makes one for each call
  std::string id() const;  ///< "national 2022-05-01"
  const Term* term(std::string_view id) const;
  const WindowInfo* window(std::string_view code) const;
  /// The window of this hall for a code: itself, the one that serves it, or reception. Null without reception.
  const WindowInfo* hall_window(std::string_view code) const;
  const TopicInfo* topic(std::string_view code) const;
  int rep_limit(int head_count) const;
};

/// The names of the units behind each window, in the order of the windows.
std::vector<std::vector<std::string>> units_of(const RuleBook& rules);

/// Reads one rulebook (TOML). A file may say `base = "national"`: then `base` is the loaded parent it overrides.
/// Errors: Invalid "<file>:<line>: what is wrong"; a rulebook that could leave a petition without a window is refused.
Result<RuleBook> load_rulebook(std::string_view toml, std::string_view file, const RuleBook* base = nullptr);

/// All dated rulebooks of a jurisdiction; the one in force on a day.
struct RuleBooks {
  std::vector<RuleBook> books;  ///< sorted by valid_from
  const RuleBook& in_force(Date day) const;  ///< the latest with valid_from ≤ day; the first when day is before all
};
/// Keeps the order. Errors: Conflict (two of one jurisdiction from the same day).
Status add(RuleBooks& books, RuleBook book);

/// Always rules; always says why. Never throws, never reads a clock or a file. `window` and `alternatives` are windows of
/// this hall (on site); a department is reached through reception and named in the reason. A window whose unit is the party
/// complained of never appears; should every window be one, the matter is sealed to the discipline body.
/// `closed`: windows nobody sits at now (closed_windows()). Who would go there goes to its fallback and is told; a closed window
/// is never proposed, unless all that may take the matter are closed.
Ruling route(const Petition& petition, const RuleBook& rules, std::span<const WindowCode> closed = {});

/// Who takes the people of this hall window now: itself, or while it is closed the first of its fallbacks (at last reception) that is
/// staffed. Null: nobody is there, the number waits for the window itself. `code` as for hall_window().
const WindowInfo* staffed_window(const RuleBook& rules, std::string_view code, std::span<const WindowCode> closed);

/// Whether a guided question can still decide the lawful way: `concluded` is asked of whoever filed before; `filed_before` only while
/// "yes" and "no" lead to different rows. Every other question is always asked.
bool worth_asking(std::string_view question, const Petition& petition, const RuleBook& rules);

std::string_view word(LegalPath path);          ///< "Judicial"
std::string_view chinese(LegalPath path);       ///< "（一）法院·公安·检察"
std::string_view word(MatterKind kind);

}  // namespace yizhan
