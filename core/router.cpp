#include "core/router.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/word_index.h"

namespace yizhan {

namespace {

/// A citizen reads three reasons; more are a wall of text. What protects the person (danger, conflict) always stays.
constexpr std::size_t reasons_shown = 3;

std::string_view word(Channel channel) {
  switch (channel) {
    case Channel::Visit: return "visit";
    case Channel::Letter: return "letter";
    case Channel::Online: return "online";
    case Channel::Phone: return "phone";
    case Channel::Fax: return "fax";
    case Channel::Hotline12345: return "hotline12345";
  }
  return "";
}

std::string_view condition_word(MatterKind kind) {
  switch (kind) {
    case MatterKind::Appeal: return "appeal";
    case MatterKind::Suggestion: return "suggestion";
    case MatterKind::Accusation: return "accusation";
    case MatterKind::InformationRequest: return "information_request";
    case MatterKind::QueueOnly: return "queue_only";
  }
  return "";
}

std::string_view word(Counterparty party) {
  switch (party) {
    case Counterparty::Unknown: return "unknown";
    case Counterparty::Neighbour: return "neighbour";
    case Counterparty::Relative: return "relative";
    case Counterparty::Employer: return "employer";
    case Counterparty::Company: return "company";
    case Counterparty::PropertyManager: return "property_manager";
    case Counterparty::Government: return "government";
    case Counterparty::VillageCommittee: return "village_committee";
    case Counterparty::Court: return "court";
    case Counterparty::Official: return "official";
  }
  return "unknown";
}

std::string_view condition_word(LegalPath path) {
  switch (path) {
    case LegalPath::Judicial: return "judicial";
    case LegalPath::Arbitration: return "arbitration";
    case LegalPath::PartyAppeal: return "party_appeal";
    case LegalPath::Administrative: return "administrative";
    case LegalPath::Duty: return "duty";
    case LegalPath::Petition: return "petition";
    case LegalPath::Suggestion: return "suggestion";
    case LegalPath::Accusation: return "accusation";
    case LegalPath::InformationRequest: return "information_request";
    case LegalPath::Unknown: return "unknown";
  }
  return "unknown";
}

/// Everything a row may ask about one petition.
struct View {
  const Petition& petition;
  const RuleBook& rules;
  const WordIndex& words;
  const TopicInfo* topic;
  WordIndex::Hits hits = 0;
  std::uint64_t against = 0;                  ///< windows whose unit the text complains of
  const WindowInfo* department = nullptr;     ///< what "{unit}" stands for
  const Ruling* ruling = nullptr;  ///< set for notes
  bool conflict = false;
  const WindowInfo* shut = nullptr;  ///< the window that would be proposed if somebody sat there
  const WindowInfo* own = nullptr;   ///< of the ruling, in notes
  const WindowInfo* other = nullptr; ///< of the second matter, in notes that name alternatives

  const Answer* answer(std::string_view field) const {
    const Answers& a = petition.answers;
    if (field == "in_proceedings") return &a.in_proceedings;
    if (field == "decided") return &a.decided;
    if (field == "about_official") return &a.about_official;
    if (field == "both_willing") return &a.both_willing;
    if (field == "status_or_title") return &a.status_or_title;
    if (field == "in_danger") return &a.in_danger;
    if (field == "filed_before") return &a.filed_before;
    if (field == "concluded") return &a.concluded;
    return nullptr;
  }

  bool answered(std::string_view field, const Answer& given, const std::string& accepted) const {
    switch (given) {
      case Answer::Yes: return accepted == "yes";
      case Answer::No: return accepted == "no";
      case Answer::Unsure:
      case Answer::Unasked:
        // What the person said outweighs any word; a word only speaks where the answer is open.
        if (accepted == "likely") return (hits & words.bit(field)) != 0;
        return accepted == (given == Answer::Unsure ? "unsure" : "unasked");
    }
    return false;
  }

  /// XFTL 5(3): where the problem is decides who handles it. A province's code is here for its counties, and the other way.
  std::string_view place() const {
    std::string_view there = petition.statement.division, here = rules.division;
    if (there.empty() || here.empty()) return "unknown";
    while (there.size() > 2 && there.ends_with('0')) there.remove_suffix(1);
    return here.starts_with(there) || there.starts_with(here) ? "here" : "elsewhere";
  }

  bool one(const std::string& field, const std::string& accepted) const {
    if (const Answer* given = answer(field)) return answered(field, *given, accepted);
    if (field == "text" || field == "also_text") return (hits & words.bit(accepted)) != 0;
    if (field == "topic") return topic == nullptr ? accepted == "none" : accepted == topic->code;
    if (field == "kind") return accepted == condition_word(petition.kind);
    if (field == "channel") return accepted == word(petition.channel);
    if (field == "place") return accepted == place();
    if (field == "counterparty") return accepted == word(petition.answers.counterparty);
    if (ruling == nullptr) return false;
    const auto yes_no = [&](bool value) { return accepted == (value ? "yes" : "no"); };
    if (field == "window") return accepted == ruling->window;
    if (field == "path") return accepted == condition_word(ruling->path);
    if (field == "urgent") return yes_no(ruling->urgent);
    if (field == "sealed") return yes_no(ruling->sealed);
    if (field == "mediatable") return yes_no(ruling->mediatable);
    if (field == "conflict") return yes_no(conflict);
    if (field == "closed") return yes_no(shut != nullptr);
    return false;
  }

  /// Whether a row that matched needed a word of the text for it.
  bool by_words(const Rule& rule) const {
    return std::any_of(rule.when.begin(), rule.when.end(), [&](const auto& condition) {
      const auto& [field, accepted] = condition;
      if (field == "text" || field == "also_text") return true;
      const Answer* given = answer(field);
      return given != nullptr && (*given == Answer::Unasked || *given == Answer::Unsure) && std::find(accepted.begin(), accepted.end(), "likely") != accepted.end();
    });
  }

  bool matches(const Rule& rule) const {
    for (const auto& [field, accepted] : rule.when) {
      if (field == "no_text") {
        for (const std::string& list : accepted)
          if ((hits & words.bit(list)) != 0) return false;
        continue;
      }
      const std::string& asked = field;  // a structured binding cannot be captured in C++20
      if (std::none_of(accepted.begin(), accepted.end(), [&](const std::string& a) { return one(asked, a); })) return false;
    }
    return true;
  }
};

bool names_unit(const std::string& party, const WindowInfo& window) {
  return std::any_of(window.units.begin(), window.units.end(),
                     [&](const std::string& unit) { return !unit.empty() && party.find(unit) != std::string::npos; });
}

bool complained_of(const View& view, const WindowInfo& window) {
  if (names_unit(view.petition.statement.party_complained_of, window)) return true;
  const auto i = static_cast<std::size_t>(&window - view.rules.windows.data());
  return i < WordIndex::units_max && (view.against >> i & 1U) != 0;
}

/// "{unit}" and "{<term>}" in a reason. A department that is complained of is not named as the one to handle it.
std::string filled(const std::string& text, const View& view) {
  std::size_t open = text.find('{');
  if (open == std::string::npos) return text;
  std::string out;
  std::size_t from = 0;
  for (; open != std::string::npos; open = text.find('{', from)) {
    const std::size_t close = text.find('}', open);
    if (close == std::string::npos) break;
    out.append(text, from, open - from);
    const std::string_view key = std::string_view(text).substr(open + 1, close - open - 1);
    if (key == "unit") {
      const bool usable = view.department != nullptr && !complained_of(view, *view.department);
      out += usable ? view.department->name : "有关部门";
    } else if (key == "closed") {
      out += view.shut != nullptr ? view.shut->name : "这个窗口";
    } else if (key == "here") {
      out += view.own != nullptr ? view.own->name : "这个窗口";
    } else if (key == "other") {
      // Both at one window: said so, not named twice.
      out += view.other == nullptr || view.other == view.own ? "同一窗口" : view.other->name;
    } else if (const Term* term = view.rules.term(key)) {
      out += std::to_string(term->amount);
    }
    from = close + 1;
  }
  out.append(text, from);
  return out;
}

Reason reason_of(const Rule& rule, const View& view) {
  return {rule.id, rule.basis, filled(rule.because, view), filled(rule.consequence, view)};
}

/// The windows of this hall the matter may go to, best first: what the row says, then the others. Off-site departments are
/// reached through reception.
struct Places {
  static constexpr std::size_t max = 8;
  const WindowInfo* at[max] = {};
  std::size_t count = 0;
  bool conflict = false;  ///< one was left out because its unit is complained of
  std::span<const WindowCode> closed;
  const WindowInfo* shut = nullptr;  ///< the first that was left out because nobody sits there

  bool among_closed(const WindowCode& code) const { return std::find(closed.begin(), closed.end(), code) != closed.end(); }

  void add(const View& view, std::string_view code) {
    const WindowInfo* window = view.rules.window(code);
    if (window == nullptr || count == max) return;
    window = view.rules.hall_window(code);
    // Nobody sits there now: whoever stands in takes it.
    if (window != nullptr && among_closed(window->code) && shut == nullptr) shut = window;
    window = staffed_window(view.rules, code, closed);
    if (window == nullptr || std::find(at, at + count, window) != at + count) return;
    if (complained_of(view, *window)) {
      conflict = true;
      return;
    }
    at[count++] = window;
  }
};

}  // namespace

std::vector<std::vector<std::string>> units_of(const RuleBook& rules) {
  std::vector<std::vector<std::string>> all;
  for (const WindowInfo& window : rules.windows) all.push_back(window.units);
  return all;
}

const WindowInfo* staffed_window(const RuleBook& rules, std::string_view code, std::span<const WindowCode> closed) {
  const WindowInfo* window = rules.hall_window(code);
  // The loader saw that fallbacks end; the count is for books made by hand.
  for (std::size_t steps = 0; window != nullptr && std::find(closed.begin(), closed.end(), window->code) != closed.end(); ++steps) {
    if (window->code == window_reception || steps > rules.windows.size()) return nullptr;
    window = rules.window(window->fallback.empty() ? window_reception : window->fallback);
  }
  return window;
}

bool worth_asking(std::string_view question, const Petition& petition, const RuleBook& rules) {
  if (question == "concluded") return petition.answers.filed_before == Answer::Yes;
  if (question != "filed_before") return true;
  Petition yes = petition, no = petition;
  yes.answers.filed_before = Answer::Yes;
  no.answers.filed_before = Answer::No;
  return route(yes, rules).rule != route(no, rules).rule;
}

Ruling route(const Petition& petition, const RuleBook& rules, std::span<const WindowCode> closed) {
  std::optional<WordIndex> made;
  if (!rules.index) made.emplace(rules.words, rules.signals, units_of(rules));
  const WordIndex& words = rules.index ? *rules.index : *made;
  View view{petition, rules, words, rules.topic(petition.topic)};
  Found found;
  for (const std::string* text : {&petition.title, &petition.statement.request, &petition.statement.facts, &petition.statement.reasons}) words.scan(*text, found);
  words.settle(found);
  view.hits = found.lists;
  view.against = found.against;

  Ruling ruling;
  ruling.rulebook = rules.id();
  ruling.reasons.reserve(reasons_shown + 1);

  const Rule* decided = nullptr;
  for (const Rule& rule : rules.rules) {
    if (rule.note || !view.matches(rule)) continue;
    const std::string_view desk = rule.window == "topic" && view.topic != nullptr ? std::string_view(view.topic->desk) : std::string_view(rule.window);
    view.department = rules.window(desk);
    if (view.department != nullptr && view.department->on_site) view.department = nullptr;
    ruling.urgent = ruling.urgent || rule.urgent;
    ruling.sealed = ruling.sealed || rule.sealed;
    // One sentence about danger is enough, however many rows saw it.
    const bool told = !rule.stop && rule.urgent && std::any_of(ruling.reasons.begin(), ruling.reasons.end(), [&](const Reason& r) { return r.basis == rule.basis; });
    if (!told) ruling.reasons.push_back(reason_of(rule, view));
    if (!rule.stop) continue;
    decided = &rule;
    break;
  }
  // A loaded rulebook always ends in a row that matches; this keeps the promise for a book put together by hand.
  static const Rule fallback{"reception", {}, LegalPath::Unknown, window_reception, {}, false, false, false, true, {"信访工作条例", "22.1"},
                             "先登记，由综合接待听您说。", "工作人员会和您一起弄清楚。", 0, false};
  if (decided == nullptr) {
    decided = &fallback;
    ruling.reasons.push_back(reason_of(fallback, view));
  }
  ruling.path = decided->path;
  ruling.mediatable = decided->mediatable;
  ruling.rule = decided->id;
  ruling.by_words = view.by_words(*decided);
  for (const WindowInfo& window : rules.windows)
    if (complained_of(view, window)) ruling.recused.push_back(window.code);

  if (view.department != nullptr && !complained_of(view, *view.department)) ruling.desk = view.department->code;

  const auto propose = [&](std::span<const WindowCode> shut) {
    Places some;
    some.closed = shut;
    some.add(view, decided->window == "topic" ? (view.topic == nullptr ? std::string_view(window_reception) : std::string_view(view.topic->desk))
                                              : std::string_view(decided->window));
    // Told is only what concerns this person: that the proposed window is another one than it would be.
    const WindowInfo* told = some.shut;
    for (const WindowCode& code : decided->alternatives) some.add(view, code);
    some.shut = told;
    return some;
  };
  Places places = propose(closed);
  // All that may take it are closed: the number waits for the right window rather than for none.
  if (places.count == 0 && !closed.empty()) {
    closed = {};
    places = propose(closed);
  }
  // XFTL 30.3: never to the unit complained of. Somebody else in the hall takes it, the lawyer first.
  if (places.count == 0)
    for (const std::string_view code : {std::string_view(window_lawyer), std::string_view(window_reception), std::string_view(window_mediation)}) places.add(view, code);
  if (places.count == 0)
    for (const WindowInfo& window : rules.windows) places.add(view, window.code);
  view.conflict = places.conflict;
  view.shut = places.count > 0 ? places.shut : nullptr;
  if (places.count == 0 && places.conflict) {
    // Every window of the hall is complained of: they see a number and nothing else.
    ruling.sealed = true;
    ruling.path = LegalPath::Accusation;
  }
  ruling.window = places.count == 0 ? (rules.window(window_lawyer) != nullptr ? window_lawyer : window_reception) : places.at[0]->code;
  for (std::size_t i = 1; i < places.count; ++i) ruling.alternatives.push_back(places.at[i]->code);
  // Who runs the mediation room is complained of: then nobody mediates here.
  ruling.mediatable = decided->mediatable && (ruling.window == window_mediation || std::find(ruling.alternatives.begin(), ruling.alternatives.end(), window_mediation) != ruling.alternatives.end());

  view.ruling = &ruling;
  for (const Rule& rule : rules.rules) {
    if (!rule.note) continue;
    const bool protects = rule.when.contains("conflict") || rule.when.contains("closed");
    if (!protects && ruling.reasons.size() >= reasons_shown) continue;
    if (!view.matches(rule)) continue;
    view.own = rules.window(ruling.window);
    view.other = nullptr;
    for (const WindowCode& code : rule.alternatives)
      if (const WindowInfo* window = staffed_window(rules, code, closed); view.other == nullptr && window != nullptr && !complained_of(view, *window)) view.other = window;
    ruling.reasons.push_back(reason_of(rule, view));
    // Two matters in one statement: the window of the second comes first among the others.
    const std::size_t own = places.count;
    for (const WindowCode& code : rule.alternatives) places.add(view, code);
    for (std::size_t i = own; i < places.count; ++i) ruling.alternatives.insert(ruling.alternatives.begin(), places.at[i]->code);
    for (const WindowCode& code : rule.alternatives)
      if (const auto at = std::find(ruling.alternatives.begin(), ruling.alternatives.end(), code); at != ruling.alternatives.end()) std::rotate(ruling.alternatives.begin(), at, at + 1);
  }
  return ruling;
}

std::string_view word(LegalPath path) {
  switch (path) {
    case LegalPath::Judicial: return "Judicial";
    case LegalPath::Arbitration: return "Arbitration";
    case LegalPath::PartyAppeal: return "PartyAppeal";
    case LegalPath::Administrative: return "Administrative";
    case LegalPath::Duty: return "Duty";
    case LegalPath::Petition: return "Petition";
    case LegalPath::Suggestion: return "Suggestion";
    case LegalPath::Accusation: return "Accusation";
    case LegalPath::InformationRequest: return "InformationRequest";
    case LegalPath::Unknown: return "Unknown";
  }
  return "Unknown";
}

std::string_view chinese(LegalPath path) {
  switch (path) {
    case LegalPath::Judicial: return "（一）法院·公安·检察";
    case LegalPath::Arbitration: return "（二）仲裁";
    case LegalPath::PartyAppeal: return "（三）党员申诉";
    case LegalPath::Administrative: return "（四）行政裁决·复议";
    case LegalPath::Duty: return "（五）履职保护";
    case LegalPath::Petition: return "（六）信访处理";
    case LegalPath::Suggestion: return "建议意见";
    case LegalPath::Accusation: return "检举控告";
    case LegalPath::InformationRequest: return "信息公开申请";
    case LegalPath::Unknown: return "由人判断";
  }
  return "由人判断";
}

std::string_view word(MatterKind kind) {
  switch (kind) {
    case MatterKind::Appeal: return "Appeal";
    case MatterKind::Suggestion: return "Suggestion";
    case MatterKind::Accusation: return "Accusation";
    case MatterKind::InformationRequest: return "InformationRequest";
    case MatterKind::QueueOnly: return "QueueOnly";
  }
  return "Appeal";
}

}  // namespace yizhan
