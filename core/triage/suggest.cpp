#include "core/triage/suggest.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/text.h"
#include "core/triage/arithmetic.h"
#include "core/triage/grams.h"

namespace yizhan {
namespace {

constexpr double model_least = 1e-4;  // a window the model rules out stays within reach of words
constexpr std::size_t reasons_max = 4;
constexpr std::uint32_t known_least = 4;  // digits alone are one gram, one character is one: nothing was said yet
constexpr double unmeasured_confidence = 0.5;  // without the model nobody has measured how often this is right

int number_of(std::string_view code) {
  const auto at = std::find(window_labels.begin(), window_labels.end(), code);
  return at == window_labels.end() ? -1 : static_cast<int>(at - window_labels.begin());
}

bool recused(const Ruling& ruling, std::string_view code) { return std::find(ruling.recused.begin(), ruling.recused.end(), code) != ruling.recused.end(); }

/// The department the tree speaks of. A hall's window stands for one only where the law says so: court matters are the lawyer's, letters
/// about them too; arbitration and labour inspection are the labour department's; 31(6) at reception means village affairs and conduct.
int tree_window(const Ruling& ruling) {
  if (!ruling.desk.empty()) return number_of(ruling.desk);
  if (ruling.path == LegalPath::Judicial) return number_of(ruling.mediatable ? window_mediation : window_lawyer);
  if (ruling.path == LegalPath::Arbitration) return number_of("RS");
  if (ruling.window != window_reception) return number_of(ruling.window);
  return ruling.path == LegalPath::Petition || ruling.path == LegalPath::PartyAppeal ? number_of(window_reception) : -1;
}

/// What no word and no model may change: the person chose or answered, and the article names who handles it.
bool decided_by_law(const Petition& petition, const Ruling& ruling) {
  if (ruling.sealed || petition.kind == MatterKind::Accusation || petition.kind == MatterKind::QueueOnly) return true;
  if (ruling.by_words) return false;
  return ruling.path == LegalPath::Judicial && ruling.desk.empty();
}

std::string name_of(const RuleBook& rules, std::string_view code) {
  const WindowInfo* window = rules.window(code);
  return window != nullptr && !window->name.empty() ? window->name : std::string(code);
}

}  // namespace

Result<Duties> load_duties(std::string_view tsv, std::string_view file) {
  Duties duties;
  std::map<std::string, std::vector<std::string>> lists;
  std::vector<std::string> names;
  std::size_t number = 0;
  const auto wrong = [&](std::string_view why) { return Error{Code::Invalid, std::string(file) + ":" + std::to_string(number) + ": " + std::string(why)}; };
  while (!tsv.empty()) {
    ++number;
    const std::size_t end = tsv.find('\n');
    std::string_view line = tsv.substr(0, end);
    tsv = end == std::string_view::npos ? std::string_view() : tsv.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    if (!valid_utf8(line)) return wrong("not UTF-8");
    std::vector<std::string_view> cells;
    for (std::string_view rest = line;;) {
      const std::size_t tab = rest.find('\t');
      cells.push_back(rest.substr(0, tab));
      if (tab == std::string_view::npos) break;
      rest = rest.substr(tab + 1);
    }
    if (cells.size() != 4) return wrong("expected window code, weight, duty, words");
    std::vector<std::string> words;
    for (std::string_view rest = cells[3];;) {
      const std::size_t space = rest.find(' ');
      if (const auto word = rest.substr(0, space); !word.empty()) words.emplace_back(word);
      if (space == std::string_view::npos) break;
      rest = rest.substr(space + 1);
    }
    if (words.empty()) return wrong("no words");
    if (cells[0] == "-") {
      auto& harmless = lists["harmless"];
      harmless.insert(harmless.end(), words.begin(), words.end());
      continue;
    }
    const int window = number_of(cells[0]);
    if (window < 0) return wrong("an unknown window code");
    if (cells[1] != "1" && cells[1] != "2" && cells[1] != "3") return wrong("a weight is 1, 2 or 3");
    if (cells[2].empty() || characters(cells[2]) > 8) return wrong("a duty's name has one to eight characters");
    // A name of its own in the index: two departments may share a duty's name, and "negation" is a word with a meaning there.
    names.push_back("duty " + std::to_string(duties.rows.size()));
    lists[names.back()] = std::move(words);
    duties.rows.push_back({static_cast<std::size_t>(window), cells[1][0] - '0', std::string(cells[2])});
    if (lists.size() > WordIndex::lists_max) return wrong("too many duties");
  }
  if (duties.rows.empty()) return Error{Code::Invalid, std::string(file) + ": no duty"};
  const auto index = std::make_shared<const WordIndex>(lists, std::vector<Signal>{}, std::vector<std::vector<std::string>>{});
  for (const std::string& name : names) duties.bits.push_back(index->bit(name));
  duties.index = index;
  return duties;
}

Triage make_triage(std::string_view model_bytes, std::string_view duties_tsv) {
  Triage triage;
  if (auto model = load_text_model(model_bytes)) {
    triage.model = std::move(*model);
    constexpr std::string_view digits = "0123456789abcdef";
    triage.version = std::to_string(model_version) + "-";
    for (int shift = 28; shift >= 0; shift -= 4) triage.version += digits[triage::checksum(model_bytes) >> shift & 0xf];
  } else {
    triage.troubles.push_back(model.error().what);
  }
  if (auto duties = load_duties(duties_tsv, "window_duties.tsv")) triage.duties = std::move(*duties);
  else triage.troubles.push_back(duties.error().what);
  return triage;
}

Evidence evidence_of(const Petition& petition, const std::string& text, const Ruling& ruling, const RuleBook& rules, const Duties& duties) {
  Evidence evidence;
  evidence.tree = tree_window(ruling);
  if (const TopicInfo* tile = rules.topic(petition.topic); tile != nullptr && tile->desk != window_reception) evidence.tile = number_of(tile->desk);
  if (!duties.index) return evidence;
  const auto add = [&](std::string_view where, std::array<double, window_count>& into) {
    Found found;
    duties.index->scan(where, found);
    for (std::size_t i = 0; i < duties.rows.size(); ++i)
      if ((found.lists & duties.bits[i]) != 0) into[duties.rows[i].window] += duties.rows[i].weight;
    for (double& points : into) points = std::min<double>(points, duty_points_max) / 2;
    evidence.duties |= found.lists;
  };
  add(petition.title, evidence.title);
  add(first_characters(text, lead_characters), evidence.lead);
  add(first_characters(text, triage::read_characters_max), evidence.text);
  return evidence;
}

std::array<double, window_count> weighed(const std::array<float, window_count>& model, const Evidence& evidence, const EvidenceWeights& weights, const Ruling& ruling) {
  std::array<double, window_count> p{};
  for (std::size_t k = 0; k < window_count; ++k) {
    double sum = weights.model * triage::same_log(std::max(static_cast<double>(model[k]), model_least));
    sum += weights.title * evidence.title[k] + weights.lead * evidence.lead[k] + weights.text * evidence.text[k];
    if (evidence.tree == static_cast<int>(k)) sum += weights.tree;
    if (evidence.tile == static_cast<int>(k)) sum += tile_evidence;
    // XFTL 30.3: who is complained of never appears in the route.
    p[k] = recused(ruling, window_labels[k]) ? -1e6 : sum;
  }
  triage::softmax(p);
  return p;
}

double shown_confidence(double share) {
  const double p = std::clamp(share, 1e-6, 1 - 1e-6);
  return 1 / (1 + triage::same_exp(-(confidence_base + confidence_slope * triage::same_log(p / (1 - p)))));
}

Suggestion suggest(const Petition& petition, const RuleBook& rules, const Triage& triage, TextScratch& scratch, std::span<const WindowCode> closed) {
  Suggestion s;
  // Who would handle it does not depend on who sits in the hall at this hour.
  const Ruling ruling = route(petition, rules);
  s.ruling = closed.empty() ? ruling : route(petition, rules, closed);
  std::string text = petition.statement.request;
  for (const std::string* part : {&petition.statement.facts, &petition.statement.reasons}) {
    if (part->empty()) continue;
    if (!text.empty()) text += '\n';
    text += *part;
  }

  TopicGuess guess;
  guess.topic.fill(1.0F / topic_count);
  guess.window.fill(1.0F / window_count);
  if (triage.model) guess = suggest_topic(*triage.model, scratch, petition.title, text);
  s.topic = topic_labels[guess.best_topic()];
  s.topic_confidence = static_cast<double>(guess.topic[guess.best_topic()]);

  const Evidence evidence = evidence_of(petition, text, ruling, rules, triage.duties);
  const auto p = weighed(guess.window, evidence, evidence_weights, ruling);
  std::array<std::size_t, window_count> order{};
  for (std::size_t k = 0; k < window_count; ++k) order[k] = k;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
  const auto code = [](std::size_t k) { return WindowCode(window_labels[k]); };
  // The best window's confidence is calibrated; the others share what is left as their evidence says.
  const double best = p[order[0]], sure = shown_confidence(best);
  const auto confidence = [&](std::string_view window) {
    const int k = number_of(window);
    if (k < 0) return 0.0;
    if (static_cast<std::size_t>(k) == order[0]) return sure;
    return (1 - sure) * p[static_cast<std::size_t>(k)] / std::max(1 - best, 1e-9);
  };
  const auto propose = [&](const WindowCode& window) {
    if (s.alternatives.size() == alternatives_max || window == s.window || recused(ruling, window)) return;
    for (const Alternative& other : s.alternatives)
      if (other.window == window) return;
    s.alternatives.push_back({window, confidence(window)});
  };

  Reason why;
  why.basis = {"信访工作条例", "22.1"};
  const bool spoken = guess.known >= known_least || evidence.duties != 0;
  if (decided_by_law(petition, ruling)) {
    s.decided = true;
    // A letter about a court matter is transferred by reception, but it is the lawyer's kind (XFTL 22.2).
    const int kind = ruling.sealed || ruling.path != LegalPath::Judicial ? -1 : evidence.tree;
    s.window = kind < 0 || recused(ruling, window_labels[static_cast<std::size_t>(kind)]) ? ruling.window : code(static_cast<std::size_t>(kind));
    s.window_confidence = decided_confidence;
    // XFTL 30: nothing about a sealed matter is guessed at.
    if (!ruling.sealed)
      for (const WindowCode& other : ruling.alternatives)
        if (s.alternatives.size() < alternatives_max && other != s.window) s.alternatives.push_back({other, (1 - decided_confidence) / static_cast<double>(alternatives_max)});
  } else if (!triage.model) {
    // Without the model: what the tree says, else reception; words are only offered.
    const WindowCode tree = evidence.tree >= 0 ? code(static_cast<std::size_t>(evidence.tree)) : ruling.window;
    s.window = recused(ruling, tree) ? ruling.window : tree;
    s.window_confidence = std::min(confidence(s.window), unmeasured_confidence);
    if (evidence.duties != 0)
      for (const std::size_t k : order) propose(code(k));
  } else if (!spoken && evidence.tree < 0 && evidence.tile < 0) {
    s.window = ruling.window;
    s.window_confidence = confidence(s.window);
    why = {"nothing-said", {"信访工作条例", "22.1"}, "还看不出是哪方面的事。", "综合接待听您说。"};
  } else {
    s.window = code(order[0]);
    s.window_confidence = sure;
    const Duty* said = nullptr;
    for (std::size_t i = 0; i < triage.duties.rows.size(); ++i) {
      const Duty& duty = triage.duties.rows[i];
      if ((evidence.duties & triage.duties.bits[i]) == 0 || duty.window != order[0]) continue;
      // The duty says more than the name of who has it.
      if (said == nullptr || (said->weight != 2 && duty.weight == 2)) said = &duty;
    }
    const std::string unit = name_of(rules, s.window);
    if (said != nullptr) why = {"duty", {"信访工作条例", "22.1"}, "您说到了" + said->name + "。", "这一般归" + unit + "。"};
    else why = {"model", {"信访工作条例", "22.1"}, "和以前的来信比，像这方面。", "这一般归" + unit + "。"};
    const WindowCode reception = recused(ruling, window_reception) ? ruling.window : window_reception;
    if (sure < reception_below && s.window != reception) {
      // Not sure enough to send anybody anywhere: reception listens, the guess is offered.
      s.window = reception;
      s.window_confidence = confidence(reception);
      why = {"unsure", {"信访工作条例", "22.1"}, "还不能确定归哪里管。", "综合接待听您说，再帮您转。"};
    }
    for (const std::size_t k : order) propose(code(k));
  }
  if (!why.rule.empty()) s.reasons.push_back(std::move(why));
  for (const Reason& reason : s.ruling.reasons)
    if (s.reasons.size() < reasons_max || reason.rule == "conflict" || reason.rule == "closed") s.reasons.push_back(reason);
  return s;
}

Suggestion suggest(const Petition& petition, const RuleBook& rules, const Triage& triage, std::span<const WindowCode> closed) {
  TextScratch scratch;
  return suggest(petition, rules, triage, scratch, closed);
}

}  // namespace yizhan
