// What can be read off a visit: the petition it makes, where it stands, what a field holds. Nothing here changes it.
#include "kiosk/session/session_look.h"

#include <algorithm>
#include <array>

#include "core/text.h"
#include "core/tr.h"

namespace yizhan::kiosk {

std::vector<std::string> keys_of(const Session& s, Field field, int index) {
  const bool for_other = s.whom == Whom::Relative || s.whom == Whom::Agent;
  const auto mine = [&](const std::string& part) {
    std::vector<std::string> keys{for_other ? "filer." + part : "petitioner." + part};
    // The speaker of a group stands in the petition three times; there is one field to mend.
    if (s.whom == Whom::Group) keys.insert(keys.end(), {"filer." + part, "representatives[0]." + part});
    return keys;
  };
  switch (field) {
    case Field::Name: return mine("name");
    case Field::Number: return mine("number");
    case Field::Phone: return mine("phone");
    case Field::OtherName: return {"petitioner.name"};
    case Field::Representative: {
      // Empty fields are left out of the petition, so that the numbers there may be smaller than the field's.
      int at = 1;
      for (int i = 0; i < index; ++i) at += text_of(s, Field::Representative, i).empty() ? 0 : 1;
      return {"representatives[" + std::to_string(at) + "].name"};
    }
    case Field::Request: return {"request"};
    case Field::Facts: return {"facts"};
    case Field::Reasons: return {"reasons"};
    case Field::Place: return {"place"};
    case Field::Party: return {"party_complained_of"};
    case Field::MatterNumber: return {"number", "matter"};
    case Field::QueryCode: return {"query_code", "code"};
    case Field::None: break;
  }
  return {};
}

bool nothing_said(const Session& s) {
  const auto empty = [](const Identity& who) { return who.name.empty() && who.number.empty() && who.phone.empty(); };
  return empty(s.me) && empty(s.other) && s.representatives.empty() && s.topic.empty() && s.statement.request.empty() && s.statement.facts.empty() &&
         s.statement.reasons.empty() && s.statement.place.empty() && s.statement.party_complained_of.empty() && s.answers.in_danger == Answer::Unasked &&
         s.signature.empty() && s.drawn_names[0].empty() && s.drawn_names[1].empty() && s.code.empty() && !s.progress && !s.receipt && s.keys.composing.empty() && s.keys.pad.ink.empty() && s.keys.pad.pen.empty() && s.keys.typed.empty() && s.oral.empty() &&
         s.microphone != Microphone::Recording;
}

std::string default_request(const RuleBook& rules, std::string_view topic) {
  const TopicInfo* info = rules.topic(topic);
  if (info == nullptr) return tr("到窗口当面说明。");
  return trf("{}{}。到窗口当面说明。", info->name, info->example.empty() ? "" : "：" + info->example);
}

std::string length_words(Span length) {
  const auto seconds = std::max<std::int64_t>(length.count() / 1000, 1);
  if (seconds < 60) return trf("{}秒", seconds);
  return seconds % 60 == 0 ? trf("{}分钟", seconds / 60) : trf("{}分{}秒", seconds / 60, seconds % 60);
}

Petition petition_of(const Session& s, const RuleBook& rules) {
  Petition petition;
  petition.topic = s.topic;
  if (const TopicInfo* info = rules.topic(s.topic)) petition.kind = info->kind;
  Identity me = s.me;
  me.document = s.document;
  switch (s.whom) {
    case Whom::Relative:
    case Whom::Agent:
      petition.filing_as = s.whom == Whom::Relative ? FilingAs::Relative : FilingAs::Agent;
      petition.petitioner = s.other;
      petition.filer = me;
      if (s.whom == Whom::Agent) petition.authority = s.authority ? tr("有书面委托") : tr("没有书面委托");
      break;
    case Whom::Group:
      petition.filing_as = FilingAs::Representative;
      petition.petitioner = petition.filer = me;
      petition.head_count = s.heads;
      petition.representatives.push_back(me);
      for (const std::string& name : s.representatives)
        if (!name.empty()) petition.representatives.push_back(Identity{name, DocumentKind::None, "", "", ""});
      break;
    case Whom::Self:
    case Whom::Unasked: petition.petitioner = me; break;
  }
  petition.answers = s.answers;
  petition.statement = s.statement;
  if (petition.statement.request.empty() && !s.oral.empty()) petition.statement.request = trf("口述，录音{}，见附件。", length_words(s.oral.length));
  if (petition.statement.request.empty()) petition.statement.request = default_request(rules, s.topic);
  petition.input = s.from_card ? InputWay::Card : InputWay::Touch;
  return petition;
}

const std::vector<std::string>& questions_of(const Session& s, const RuleBook& rules) {
  static const std::vector<std::string> none;
  const TopicInfo* info = rules.topic(s.topic);
  return info == nullptr ? none : info->questions;
}

bool is_asked(const Session& s, const RuleBook& rules, std::size_t index) {
  const auto& questions = questions_of(s, rules);
  return index < questions.size() && worth_asking(questions[index], petition_of(s, rules), rules);
}

bool signs(const Session& s) { return !s.statement.request.empty() || !s.statement.facts.empty() || !s.statement.reasons.empty(); }

bool blank(const Session& s) {
  return s.screen == Screen::Home && nothing_said(s) && s.settings == Settings{} && s.trail.empty() && s.number.empty() && s.help.empty() && !s.warned &&
         !s.leaving && s.filing.empty() && s.asking.empty() && s.problems.empty();
}

int step_number(Screen screen) {
  switch (screen) {
    case Screen::Notice: return 1;
    case Screen::Card:
    case Screen::Identify:
    case Screen::Whom:
    case Screen::Other:
    case Screen::Heads:
    case Screen::Representatives: return 2;
    case Screen::Kind:
    case Screen::Question:
    case Screen::Urgent: return 3;
    case Screen::Statement:
    case Screen::Speak:
    case Screen::Place: return 4;
    case Screen::Review:
    case Screen::Read:
    case Screen::DrawName:
    case Screen::Sign: return 5;
    case Screen::Ruling: return 6;
    default: return 0;
  }
}

std::string_view word(Screen screen) {
  static constexpr std::array<std::string_view, 31> words{
      "home",   "notice", "card",   "identify", "whom",   "other",       "heads", "representatives", "kind",   "question", "urgent", "statement", "place",
      "review", "read",   "draw_name", "sign", "ruling", "done",     "number", "ask",         "progress", "rate",         "thanks", "helper",   "sound", "speak", "guide", "leave",  "idle",      "trouble"};
  return words[static_cast<std::size_t>(screen)];
}

const std::string& text_of(const Session& s, Field field, int index) {
  static const std::string empty;
  switch (field) {
    case Field::Name: return s.me.name;
    case Field::Number: return s.me.number;
    case Field::Phone: return s.me.phone;
    case Field::OtherName: return s.other.name;
    case Field::Representative: {
      const auto i = static_cast<std::size_t>(index);
      if (index < 0 || i >= s.representatives.size()) break;
      return s.representatives[i];
    }
    case Field::Request: return s.statement.request;
    case Field::Facts: return s.statement.facts;
    case Field::Reasons: return s.statement.reasons;
    case Field::Place: return s.statement.place;
    case Field::Party: return s.statement.party_complained_of;
    case Field::MatterNumber: return s.number;
    case Field::QueryCode: return s.code;
    case Field::None: break;
  }
  return empty;
}

std::optional<Focus> next_field(const Session& s) {
  static constexpr std::array pages{std::pair{Screen::Identify, Field::Name}, std::pair{Screen::Identify, Field::Number}, std::pair{Screen::Identify, Field::Phone},
                                    std::pair{Screen::Place, Field::Place},   std::pair{Screen::Place, Field::Party},     std::pair{Screen::Ask, Field::MatterNumber},
                                    std::pair{Screen::Ask, Field::QueryCode}};
  if (s.field == Field::Representative && s.field_index + 1 < static_cast<int>(s.representatives.size())) return Focus{Field::Representative, s.field_index + 1};
  auto at = std::find(pages.begin(), pages.end(), std::pair{s.screen, s.field});
  if (at == pages.end() || ++at == pages.end()) return {};
  if (at->second == Field::Number && s.document == DocumentKind::None) ++at;
  if (at->first != s.screen) return {};
  return Focus{at->second, 0};
}

bool has_caret(Field field) {
  return field == Field::Name || field == Field::OtherName || field == Field::Representative || field == Field::Place || field == Field::Party || several_lines(field);
}

std::string_view problem_at(const Session& s, Field field, int index) {
  for (const std::string& key : keys_of(s, field, index))
    for (const Problem& problem : s.problems)
      if (problem.field == key) return problem.what;
  return {};
}

std::string spaced_number(std::string_view typed) {
  std::string out;
  for (std::size_t i = 0; i < typed.size(); ++i) {
    // county 6, device 3, day 8, serial 4, check 1 (core/number.h); a longer serial keeps the last digit apart
    if (i == 6 || i == 9 || i == 17 || (i == typed.size() - 1 && i >= 21)) out += '-';
    out += typed[i];
  }
  return out;
}

std::string spaced_code(std::string_view typed) {
  std::string out;
  for (std::size_t i = 0; i < typed.size(); ++i) {
    if (i != 0 && i % 4 == 0) out += ' ';
    out += typed[i];
  }
  return out;
}

bool masked(const Session& s, const Patience& patience, Tick now) {
  return !s.shown && (s.field != Field::Number || now - s.typed >= patience.mask);
}

bool sealed(const Session& s, const RuleBook& rules) {
  if (s.topic.empty()) return false;
  const Petition petition = petition_of(s, rules);
  return petition.kind == MatterKind::Accusation || route(petition, rules).sealed;
}

}  // namespace yizhan::kiosk
