// What is written: the caret and the letters, checks of names and numbers, what is wrong and where, and the question that number and code ask.
#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"
#include "core/tr.h"
#include "kiosk/session/session_impl.h"
#include "kiosk/session/session_look.h"

namespace yizhan::kiosk {
namespace {

constexpr std::size_t name_typed_max = 60, number_typed_max = 40, party_typed_max = 2'000;

std::string& mutable_text(Session& s, Field field, int index) {
  return const_cast<std::string&>(text_of(s, field, index));
}

bool digits_only(Field field) {
  return field == Field::Number || field == Field::Phone || field == Field::MatterNumber || field == Field::QueryCode;
}

/// core reports "field: words"; people read the words.
std::string words_of(const Error& error) {
  const auto colon = error.what.find(": ");
  return colon == std::string::npos ? error.what : error.what.substr(colon + 2);
}

}  // namespace

// ---- asking -----------------------------------------------------------------------------------------------------------------

void Visit::ask() {
  if (!s.asking.empty()) return;
  s.problems.clear();
  const auto number = canonical_matter_id(s.number);
  const auto code = canonical_query_code(s.code);
  if (!number) put_problem("number", words_of(number.error()));
  if (!code) put_problem("query_code", words_of(code.error()));
  if (!number) return focus(Field::MatterNumber, 0);
  if (!code) return focus(Field::QueryCode, 0);
  s.asking = id('q');
  commands_.emplace_back(AskProgress{s.asking, *number, *code});
}

void Visit::rate() {
  if (!s.asking.empty() || (s.service == 0 && s.outcome == 0)) return;
  const auto number = canonical_matter_id(s.number);
  const auto code = canonical_query_code(s.code);
  if (!number || !code) return;
  s.asking = id('r');
  s.filing_error.reset();
  commands_.emplace_back(Rate{s.asking, *number, *code, s.service, s.outcome, ""});
}

// ---- who ---------------------------------------------------------------------------------------------------------------------

std::size_t Visit::interpuncts(std::string_view name) {
  std::size_t count = 0;
  for (std::size_t at = name.find("·"); at != std::string_view::npos; at = name.find("·", at + 1)) ++count;
  return count;
}

bool Visit::check_name(Field field, int index, std::string& name) {
  auto clean = clean_name(name);
  if (!clean) {
    put_problem(keys_of(s, field, index).front(), words_of(clean.error()));
    focus(field, index);
    return false;
  }
  if (interpuncts(*clean) != interpuncts(name)) s.remark = tr("名字里的点已统一为「·」。");
  name = *clean;  // outer spaces go without a word
  return true;
}

bool Visit::check_me() {
  s.problems.clear();
  s.remark.clear();
  bool good = true;
  Field first = Field::None;
  const auto bad = [&](Field field) {
    if (first == Field::None) first = field;
    good = false;
  };
  // Nobody is held up for not giving a name when there is no document either (core: only contradictions are problems).
  const bool unnamed = s.document == DocumentKind::None && s.me.name.empty();
  if (!unnamed && !check_name(Field::Name, 0, s.me.name)) bad(Field::Name);
  const bool numbered = s.document == DocumentKind::ResidentId || s.document == DocumentKind::ResidencePermit || s.document == DocumentKind::ForeignPermanentResident;
  if (numbered) {
    auto id_number = parse_id_number(s.me.number);
    if (!id_number) {
      put_problem(keys_of(s, Field::Number, 0).front(), words_of(id_number.error()));
      bad(Field::Number);
    } else {
      if (id_number->converted_from_15) s.remark = tr("15位旧号码已换成18位，请核对。");
      s.me.number = id_number->canonical;
      s.document = id_number->kind == IdKind::Resident          ? DocumentKind::ResidentId
                   : id_number->kind == IdKind::ResidencePermit ? DocumentKind::ResidencePermit
                                                                : DocumentKind::ForeignPermanentResident;
    }
  } else if (s.document != DocumentKind::None && s.me.number.empty()) {
    s.document = DocumentKind::None;  // a document without its number says nothing; nobody is held up for it
  }
  if (auto phone = clean_phone(s.me.phone); !phone) {
    put_problem(keys_of(s, Field::Phone, 0).front(), words_of(phone.error()));
    bad(Field::Phone);
  } else {
    s.me.phone = *phone;
  }
  s.me.document = s.document;
  if (!good) focus(first, 0);
  return good;
}

Answer* Visit::answer_slot(std::string_view question) {
  if (question == "in_proceedings") return &s.answers.in_proceedings;
  if (question == "decided") return &s.answers.decided;
  if (question == "about_official") return &s.answers.about_official;
  if (question == "both_willing") return &s.answers.both_willing;
  if (question == "status_or_title") return &s.answers.status_or_title;
  if (question == "in_danger") return &s.answers.in_danger;
  if (question == "filed_before") return &s.answers.filed_before;
  if (question == "concluded") return &s.answers.concluded;
  return nullptr;
}

// ---- writing ---------------------------------------------------------------------------------------------------------------------

void Visit::focus(Field field, int index) {
  s.field = field;
  s.field_index = index;
  s.caret = writing::at_end;
  const bool fuzzy = s.keys.fuzzy;
  s.keys = {};
  // How a person speaks and writes does not change from field to field.
  s.keys.fuzzy = fuzzy;
  s.keys.way = digits_only(field) ? writing::Way::Digits : s.way;
  if (field == Field::Representative && s.representatives.empty()) s.field = Field::None;
}

void Visit::settle() {
  if (s.field == Field::None) return;
  Typed rest;
  rest.insert = writing::settled(s.keys);
  if (rest.insert.empty()) return;
  rest.keys.fuzzy = s.keys.fuzzy;
  rest.keys.way = s.keys.way;
  type(rest);
}

void Visit::type(const Typed& typed) {
  // The way somebody chose is the way they go on with; digits and pickers are visits.
  if (typed.keys.way != s.keys.way && (typed.keys.way == writing::Way::Handwriting || typed.keys.way == writing::Way::Pinyin || typed.keys.way == writing::Way::Phrases)) s.way = typed.keys.way;
  s.keys = typed.keys;
  if (s.field == Field::None || (typed.insert.empty() && typed.backspaces == 0 && typed.deletes == 0)) return;
  s.typed = now_;
  clear_problem(s.field);
  if (!valid_utf8(typed.insert)) return;
  if (s.field == Field::Representative && static_cast<std::size_t>(s.field_index) >= s.representatives.size()) return;
  if (!several_lines(s.field) && typed.insert == "\n") {
    if (const auto next = next_field(s)) focus(next->field, next->index);
    return;
  }
  if (!several_lines(s.field) && typed.insert.find('\n') != std::string::npos) return put_problem(keys_of(s, s.field, s.field_index).front(), tr("这一格只能写一行。"));
  std::string& text = mutable_text(s, s.field, s.field_index);
  if (s.field == Field::MatterNumber) return type_number(text, typed);
  if (!has_caret(s.field)) s.caret = writing::at_end;
  writing::erase_before(text, s.caret, typed.backspaces);
  writing::erase_after(text, s.caret, typed.deletes);
  if (s.field == Field::QueryCode) {
    for (const char c : half_width(typed.insert))
      if (c >= '0' && c <= '9' && text.size() < 16) text += c;
    return;
  }
  if (s.field == Field::Number) s.from_card = false;
  // All or nothing: half a pasted sentence would say something else than the person meant.
  std::size_t limit = name_typed_max, used = characters(text);
  std::string_view full = tr("名字最多50字。");
  switch (s.field) {
    case Field::Number:
    case Field::Phone: limit = number_typed_max; full = tr("号码太长了，请核对。"); break;
    case Field::Place: limit = address_characters_max; full = tr("最多200字，请写短一点。"); break;
    case Field::Party: limit = party_typed_max; full = tr("最多2000字，请写短一点。"); break;
    case Field::Request:
    case Field::Facts:
    case Field::Reasons:
      limit = statement_characters_max;
      used = characters(s.statement.request) + characters(s.statement.facts) + characters(s.statement.reasons);
      full = tr("已到2万字，请到窗口补充。");
      s.spoken = false;
      break;
    default: break;
  }
  if (used + characters(typed.insert) > limit) return put_problem(keys_of(s, s.field, s.field_index).front(), std::string(full));
  writing::insert_at(text, s.caret, typed.insert);
  if (s.field == Field::Place) note_place(typed);
}

void Visit::note_place(const Typed& typed) {
  if (!typed.division.empty()) {
    s.statement.division = typed.division;
    s.picked_place = typed.insert;
  } else if (!s.statement.division.empty() && s.statement.place.find(s.picked_place) == std::string::npos) {
    s.statement.division.clear();
    s.picked_place.clear();
  }
}

void Visit::type_number(std::string& text, const Typed& typed) {
  for (int i = 0; i < typed.backspaces && !text.empty(); ++i) {
    if (text.size() == 7) text.pop_back();
    text.pop_back();
  }
  for (const char c : half_width(typed.insert)) {
    if (c < '0' || c > '9' || text.size() >= 24) continue;
    if (text.size() == 6) text += 'K';
    text += c;
  }
}

// ---- problems ---------------------------------------------------------------------------------------------------------------------

void Visit::put_problem(std::string field, std::string what) {
  std::erase_if(s.problems, [&](const Problem& p) { return p.field == field; });
  s.problems.push_back({std::move(field), std::move(what)});
}

void Visit::clear_problem(Field field) {
  if (field == Field::None) return s.problems.clear();
  const auto keys = keys_of(s, field, s.field_index);
  std::erase_if(s.problems, [&](const Problem& p) { return std::find(keys.begin(), keys.end(), p.field) != keys.end(); });
}

void Visit::mend(std::vector<Problem> problems) {
  struct Target { Field field; Screen screen; int index; };
  static constexpr std::array targets{
      Target{Field::Name, Screen::Identify, 0},        Target{Field::Number, Screen::Identify, 0}, Target{Field::Phone, Screen::Identify, 0},
      Target{Field::OtherName, Screen::Other, 0},      Target{Field::Representative, Screen::Representatives, 0},
      Target{Field::Request, Screen::Statement, 0},    Target{Field::Facts, Screen::Statement, 1},  Target{Field::Reasons, Screen::Statement, 2},
      Target{Field::Place, Screen::Place, 0},          Target{Field::Party, Screen::Place, 0}};
  s.problems = std::move(problems);
  for (Problem& problem : s.problems) problem.what = tr(problem.what);
  for (const Problem& problem : s.problems) {
    if (problem.field == "head_count" || problem.field == "representatives") return go(Screen::Heads, 0);
    if (problem.field == "signature") {
      kiosk::wipe(s.signature);
      s.signed_text.clear();
      return go(Screen::Sign, 0);
    }
    if (problem.field.starts_with("names[")) return go(Screen::DrawName, problem.field.starts_with("names[1") ? 1 : 0);
    if (problem.field == "topic" || problem.field == "kind") return go(Screen::Kind, 0);
    if (problem.field == "filing_as" || problem.field == "authority") return go(Screen::Whom, 0);
    for (const Target& target : targets) {
      const int count = target.field == Field::Representative ? static_cast<int>(s.representatives.size()) : 1;
      for (int i = 0; i < count; ++i) {
        const auto keys = keys_of(s, target.field, i);
        if (std::find(keys.begin(), keys.end(), problem.field) == keys.end()) continue;
        go(target.screen, target.index);
        return focus(target.field, i);
      }
    }
  }
  // A problem of no field we can point at is shown where the person is.
  s.filing_error = Error{Code::Invalid, s.problems.front().what};
}

}  // namespace yizhan::kiosk
