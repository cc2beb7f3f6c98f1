#include "core/petition.h"

#include <fmt/format.h>

#include "core/router.h"
#include "core/tr.h"

namespace yizhan {

namespace {

constexpr std::size_t title_characters_max = 200;
constexpr std::size_t place_characters_max = 200;
constexpr std::size_t party_characters_max = 2'000;  // a list of hundreds of names is possible and lawful
constexpr std::size_t authority_characters_max = 200;
constexpr std::size_t document_characters_max = 30;
constexpr int heads_max = 100'000;

class Checker {
 public:
  std::vector<Problem> problems;

  void problem(std::string field, std::string what) { problems.push_back({std::move(field), std::move(what)}); }

  void text(std::string_view field, std::string& value, std::size_t characters_max) {
    if (value.empty()) return;
    const auto clean = clean_text(field, value, characters_max);
    if (!clean) problem(std::string(field), std::string(without_field(clean.error().what)));
  }

  void identity(std::string_view who, Identity& person) {
    if (blank(person.name)) {
      person.name.clear();
    } else {
      take(who, "name", clean_name(person.name), person.name);
    }
    number(who, person);
    take(who, "phone", clean_phone(person.phone), person.phone);
    text(fmt::format("{}.address", who), person.address, address_characters_max);
  }

 private:
  void take(std::string_view who, std::string_view field, const Result<std::string>& clean, std::string& into) {
    if (clean) {
      into = *clean;
    } else {
      problem(fmt::format("{}.{}", who, field), std::string(without_field(clean.error().what)));
    }
  }

  void number(std::string_view who, Identity& person) {
    if (blank(person.number)) {
      // A card that gave a name and no number is still a person who came.
      person.number.clear();
      return;
    }
    if (person.document == DocumentKind::Passport || person.document == DocumentKind::Other) {
      std::string folded;
      for (const char c : half_width(person.number))
        if (c != ' ') folded.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
      if (!valid_utf8(folded) || has_control(folded) || folded.find_first_of("\n\t") != std::string::npos || characters(folded) > document_characters_max) {
        problem(fmt::format("{}.number", who), mark("证件号码认不出，请核对或点「请人帮我」"));
      } else {
        person.number = folded;
      }
      return;
    }
    const auto id = parse_id_number(person.number);
    if (!id) {
      problem(fmt::format("{}.number", who), std::string(without_field(id.error().what)));
      return;
    }
    // The number itself says which card it is; a person who picked the neighbouring button is not sent back for it.
    person.number = id->canonical;
    switch (id->kind) {
      case IdKind::Resident: person.document = DocumentKind::ResidentId; break;
      case IdKind::ResidencePermit: person.document = DocumentKind::ResidencePermit; break;
      case IdKind::ForeignPermanentResident: person.document = DocumentKind::ForeignPermanentResident; break;
    }
  }
};

void check_statement(Checker& check, Petition& p, bool spoken) {
  Statement& s = p.statement;
  check.text("request", s.request, statement_characters_max);
  check.text("facts", s.facts, statement_characters_max);
  check.text("reasons", s.reasons, statement_characters_max);
  check.text("place", s.place, place_characters_max);
  check.text("party_complained_of", s.party_complained_of, party_characters_max);
  check.text("title", p.title, title_characters_max);
  if (!s.division.empty() && (s.division.size() > 12 || s.division.find_first_not_of("0123456789") != std::string::npos))
    check.problem("division", mark("地区代码认不出，请重新选择"));

  if (check.problems.empty()) {
    const std::size_t request = characters(s.request), facts = characters(s.facts), reasons = characters(s.reasons);
    if (request + facts + reasons > statement_characters_max) {
      const bool facts_longest = facts >= request && facts >= reasons;
      check.problem(facts_longest ? "facts" : request >= reasons ? "request" : "reasons", mark("已到2万字，请分次写或到窗口交"));
    }
  }

  if (p.kind == MatterKind::QueueOnly || spoken) return;
  const bool said = !blank(s.request), told = !blank(s.facts) || !blank(s.reasons);
  // XFTL 19.1 asks for request, facts and reasons; a letter often has only its text, and then that is what it says.
  if (p.channel == Channel::Visit && p.kind != MatterKind::Accusation) {
    if (!said) check.problem("request", mark("请写一句想要什么，或点「请人帮我」"));
  } else if (!said && !told && blank(p.title)) {
    check.problem(p.channel == Channel::Visit ? "request" : "facts",
                  p.channel == Channel::Visit ? mark("请写一句是什么事，或点「请人帮我」") : mark("没有内容，请补上来信的文字"));
  }
}

void check_group(Checker& check, Petition& p, const RuleBook& rules) {
  if (p.head_count < 1) check.problem("head_count", mark("人数至少1人，请核对"));
  if (p.head_count > heads_max) check.problem("head_count", mark("人数太多，请核对或点「请人帮我」"));
  const std::size_t reps = p.representatives.size();
  const int limit = rules.rep_limit(p.head_count < 1 ? 1 : p.head_count);
  // XFTL 20.3, and the stricter table of a jurisdiction.
  if (limit > 0 && reps > static_cast<std::size_t>(limit)) {
    check.problem("representatives", fmt::format("代表最多{}人，请减少{}人", limit, reps - static_cast<std::size_t>(limit)));
  } else if (p.head_count >= 1 && reps > static_cast<std::size_t>(p.head_count)) {
    check.problem("representatives", mark("代表比总人数多，请核对人数"));
  }
  for (std::size_t i = 0; i < reps; ++i) check.identity(fmt::format("representatives[{}]", i), p.representatives[i]);
}

}  // namespace

std::vector<Problem> validate(Petition& petition, const RuleBook& rules, bool spoken) {
  Petition clean = petition;
  Checker check;
  check_statement(check, clean, spoken);
  check.text("topic", clean.topic, name_characters_max);
  check.identity("petitioner", clean.petitioner);
  if (clean.filing_as != FilingAs::Self && blank(clean.filer.name)) check.problem("filer.name", mark("请填写代办人的姓名"));
  check.identity("filer", clean.filer);
  check.text("authority", clean.authority, authority_characters_max);
  check.text("helper", clean.helper, name_characters_max);
  check_group(check, clean, rules);
  if (check.problems.empty()) petition = std::move(clean);
  return std::move(check.problems);
}

}  // namespace yizhan
