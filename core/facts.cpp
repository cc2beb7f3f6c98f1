// Facts ↔ canonical JSON. One list of fields per type serves writing and reading, so the two cannot drift apart.
#include <algorithm>
#include <concepts>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>

#include "core/event_text.h"
#include "core/petition_json.h"

namespace yizhan {

namespace {

using nlohmann::json;
using Words = std::span<const std::string_view>;

// ---- enums as words: position = value ------------------------------------------------------------------------------

constexpr std::string_view channel_words[] = {"Visit", "Letter", "Online", "Phone", "Fax", "Hotline12345"};
constexpr std::string_view kind_words[] = {"Appeal", "Suggestion", "Accusation", "InformationRequest", "QueueOnly"};
constexpr std::string_view document_words[] = {"None", "ResidentId", "ResidencePermit", "ForeignPermanentResident", "Passport", "Other"};
constexpr std::string_view filing_as_words[] = {"Self", "Agent", "Relative", "Guardian", "Representative"};
constexpr std::string_view input_words[] = {"Touch", "Card", "Desk", "Batch"};
constexpr std::string_view answer_words[] = {"Unasked", "No", "Yes", "Unsure"};
constexpr std::string_view counterparty_words[] = {"Unknown", "Neighbour", "Relative", "Employer", "Company",
                                                   "PropertyManager", "Government", "VillageCommittee", "Court", "Official"};
constexpr std::string_view path_words[] = {"Judicial", "Arbitration", "PartyAppeal", "Administrative", "Duty",
                                           "Petition", "Suggestion", "Accusation", "InformationRequest", "Unknown"};
constexpr std::string_view chosen_by_words[] = {"Citizen", "Staff", "Machine"};
constexpr std::string_view priority_words[] = {"Normal", "Elder", "Disabled", "Pregnant", "WithInfant"};
constexpr std::string_view queue_op_words[] = {"Call", "Recall", "Missed", "Hold", "Resume", "Move", "End"};
constexpr std::string_view consult_words[] = {"GuidedToCourt", "GuidedToArbitration", "GuidedToReconsideration", "GuidedToLegalAid",
                                              "BackToReception", "ToMediation", "AdviceOnly"};
constexpr std::string_view mediation_words[] = {"Agreed", "Failed", "Withdrawn", "Refused"};
constexpr std::string_view disposition_words[] = {"TransferredSameLevel", "TransferredDown", "Assigned", "GuidedToJudicial",
                                                  "SentToDiscipline", "NotAccepted", "DuplicateInProcess", "NoLongerAccepted"};
constexpr std::string_view opinion_words[] = {"Support", "Explain", "NotSupport"};

constexpr Words words(Channel) { return channel_words; }
constexpr Words words(MatterKind) { return kind_words; }
constexpr Words words(DocumentKind) { return document_words; }
constexpr Words words(FilingAs) { return filing_as_words; }
constexpr Words words(InputWay) { return input_words; }
constexpr Words words(Answer) { return answer_words; }
constexpr Words words(Counterparty) { return counterparty_words; }
constexpr Words words(LegalPath) { return path_words; }
constexpr Words words(ChosenBy) { return chosen_by_words; }
constexpr Words words(Priority) { return priority_words; }
constexpr Words words(QueueOp) { return queue_op_words; }
constexpr Words words(ConsultOutcome) { return consult_words; }
constexpr Words words(MediationOutcome) { return mediation_words; }
constexpr Words words(Disposition) { return disposition_words; }
constexpr Words words(Opinion) { return opinion_words; }

// ---- the fields of every type ----------------------------------------------------------------------------------------

/// T is U or const U: one list for the writer (const) and the reader.
template <class T, class U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

template <class A, Is<Identity> T>
void fields(A& a, T& v) {
  a("name", v.name), a("document", v.document), a("number", v.number), a("phone", v.phone), a("address", v.address);
}
template <class A, Is<Answers> T>
void fields(A& a, T& v) {
  a("in_proceedings", v.in_proceedings), a("decided", v.decided), a("about_official", v.about_official);
  a("counterparty", v.counterparty), a("both_willing", v.both_willing), a("status_or_title", v.status_or_title);
  a("in_danger", v.in_danger);
}
template <class A, Is<Statement> T>
void fields(A& a, T& v) {
  a("request", v.request), a("facts", v.facts), a("reasons", v.reasons), a("place", v.place), a("division", v.division);
  a("party_complained_of", v.party_complained_of), a("oral", v.oral);
}
template <class A, Is<Petition> T>
void fields(A& a, T& v) {
  a("channel", v.channel), a("kind", v.kind), a("topic", v.topic), a("petitioner", v.petitioner), a("filing_as", v.filing_as);
  a("filer", v.filer), a("authority", v.authority), a("head_count", v.head_count), a("representatives", v.representatives);
  a("answers", v.answers), a("statement", v.statement), a("title", v.title), a("helper", v.helper), a("input", v.input);
}
template <class A, Is<Article> T>
void fields(A& a, T& v) {
  a("law", v.law), a("number", v.number);
}
template <class A, Is<Reason> T>
void fields(A& a, T& v) {
  a("rule", v.rule), a("basis", v.basis), a("because", v.because), a("consequence", v.consequence);
}
template <class A, Is<Ruling> T>
void fields(A& a, T& v) {
  a("window", v.window), a("path", v.path), a("urgent", v.urgent), a("sealed", v.sealed), a("mediatable", v.mediatable);
  a("alternatives", v.alternatives), a("reasons", v.reasons), a("rulebook", v.rulebook);
}
template <class A, Is<Filed> T>
void fields(A& a, T& v) {
  a("petition", v.petition), a("sealed", v.sealed), a("query_tag", v.query_tag), a("notice_version", v.notice_version);
  a("rulebook", v.rulebook), a("source_ref", v.source_ref);
}
template <class A, Is<Routed> T>
void fields(A& a, T& v) {
  a("ruling", v.ruling), a("chosen", v.chosen), a("by", v.by);
}
template <class A, Is<TicketIssued> T>
void fields(A& a, T& v) {
  a("ticket", v.ticket), a("window", v.window), a("priority", v.priority), a("topic", v.topic);
}
template <class A, Is<ReceiptPrinted> T>
void fields(A& a, T& v) {
  a("printed", v.printed), a("trouble", v.trouble);
}
template <class A, Is<Queued> T>
void fields(A& a, T& v) {
  a("op", v.op), a("ticket", v.ticket), a("desk", v.desk), a("place", v.place), a("to_window", v.to_window);
  a("reason", v.reason), a("request", v.request), a("offline", v.offline);
}
template <class A, Is<Viewed> T>
void fields(A& a, T& v) {
  a("staff", v.staff), a("role", v.role);
}
template <class A, Is<RouteOverridden> T>
void fields(A& a, T& v) {
  a("window", v.window), a("path", v.path), a("reason", v.reason), a("staff", v.staff);
}
template <class A, Is<Consulted> T>
void fields(A& a, T& v) {
  a("staff", v.staff), a("identity_checked", v.identity_checked), a("facts", v.facts), a("law", v.law), a("path", v.path);
  a("time_limits", v.time_limits), a("advice", v.advice), a("outcome", v.outcome), a("told", v.told);
}
template <class A, Is<MediationApplied> T>
void fields(A& a, T& v) {
  a("staff", v.staff), a("applicant", v.applicant), a("respondent", v.respondent), a("dispute", v.dispute), a("claim", v.claim);
}
template <class A, Is<MediationConsent> T>
void fields(A& a, T& v) {
  a("staff", v.staff), a("party", v.party), a("agrees", v.agrees), a("remark", v.remark);
}
template <class A, Is<MediatorsChosen> T>
void fields(A& a, T& v) {
  a("staff", v.staff), a("mediators", v.mediators), a("chosen_by", v.chosen_by);
}
template <class A, Is<MediationSession> T>
void fields(A& a, T& v) {
  a("staff", v.staff), a("held_at", v.held_at), a("notes", v.notes);
}
template <class A, Is<MediationEnded> T>
void fields(A& a, T& v) {
  a("staff", v.staff), a("outcome", v.outcome), a("terms", v.terms), a("amount_fen", v.amount_fen);
  a("perform_by", v.perform_by), a("perform_way", v.perform_way), a("oral", v.oral), a("effective", v.effective);
}
template <class A, Is<Disposed> T>
void fields(A& a, T& v) {
  a("staff", v.staff), a("disposition", v.disposition), a("to_unit", v.to_unit), a("reason", v.reason), a("report_by", v.report_by);
}
template <class A, Is<Rated> T>
void fields(A& a, T& v) {
  a("service", v.service), a("outcome", v.outcome), a("comment", v.comment);
}
template <class A, Is<Transferred> T>
void fields(A& a, T& v) {
  a("to_unit", v.to_unit), a("report_by", v.report_by);
}
template <class A, Is<Accepted> T>
void fields(A& a, T& v) {
  a("unit", v.unit), a("accepted_on", v.accepted_on);
}
template <class A, Is<NotAccepted> T>
void fields(A& a, T& v) {
  a("unit", v.unit), a("reason", v.reason);
}
template <class A, Is<Extended> T>
void fields(A& a, T& v) {
  a("days", v.days), a("approver", v.approver), a("reason", v.reason);
}
template <class A, Is<Answered> T>
void fields(A& a, T& v) {
  a("unit", v.unit), a("opinion", v.opinion), a("letter_no", v.letter_no), a("summary", v.summary);
}
template <class A, Is<Served> T>
void fields(A& a, T& v) {
  a("served_on", v.served_on), a("way", v.way);
}

// ---- writing ---------------------------------------------------------------------------------------------------------

template <class T>
json write(const T& value);

struct Writer {
  json object = json::object();
  template <class T>
  void operator()(const char* key, const T& value) {
    object[key] = write(value);
  }
  template <class T>
  void operator()(const char* key, const std::optional<T>& value) {
    if (value) object[key] = write(*value);
  }
};

template <class T>
json write(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    const auto all = words(T{});
    const auto at = static_cast<std::size_t>(value);
    YIZHAN_CHECK(at < all.size(), "every enumerator has its word");
    return all[at];
  } else if constexpr (std::is_arithmetic_v<T> || std::same_as<T, std::string>) {
    return value;
  } else if constexpr (requires { value.begin(); }) {
    json list = json::array();
    for (const auto& item : value) list.push_back(write(item));
    return list;
  } else {
    Writer writer;
    fields(writer, value);
    return std::move(writer.object);
  }
}

// ---- reading ---------------------------------------------------------------------------------------------------------

/// Reads the fields of one object; the first trouble is kept with the path of its field.
struct Reader {
  const json& object;
  std::string& trouble;
  std::string path;

  template <class T>
  void operator()(const char* key, T& value) {
    if (!trouble.empty()) return;
    if (const auto found = object.find(key); found != object.end()) read(*found, path + key, value);
  }
  template <class T>
  void operator()(const char* key, std::optional<T>& value) {
    if (!trouble.empty()) return;
    if (const auto found = object.find(key); found != object.end() && !found->is_null()) read(*found, path + key, value.emplace());
  }

  void fail(const std::string& field, std::string_view expected) { trouble = field + ": expected " + std::string(expected); }

  template <class T>
  void read(const json& from, const std::string& field, T& value) {
    if constexpr (std::is_enum_v<T>) {
      if (!from.is_string()) return fail(field, "a word");
      const auto all = words(T{});
      const auto found = std::find(all.begin(), all.end(), from.get_ref<const std::string&>());
      if (found == all.end()) return fail(field, "a word this version knows");
      value = static_cast<T>(found - all.begin());
    } else if constexpr (std::same_as<T, std::string>) {
      if (!from.is_string()) return fail(field, "text");
      value = from.get_ref<const std::string&>();
    } else if constexpr (std::same_as<T, bool>) {
      if (!from.is_boolean()) return fail(field, "true or false");
      value = from.get<bool>();
    } else if constexpr (std::integral<T>) {
      if (!from.is_number_integer() || (from.is_number_unsigned() && from.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<T>::max()}))
        return fail(field, "a whole number");
      const auto number = from.get<std::int64_t>();
      if (number < std::int64_t{std::numeric_limits<T>::min()}) return fail(field, "a whole number");
      value = static_cast<T>(number);
    } else if constexpr (requires { value.emplace_back(); }) {
      if (!from.is_array()) return fail(field, "a list");
      value.clear();
      for (const json& item : from) {
        const std::string place = field + "[" + std::to_string(value.size()) + "]";
        read(item, place, value.emplace_back());
        if (!trouble.empty()) return;
      }
    } else {
      if (!from.is_object()) return fail(field, "an object");
      Reader inner{from, trouble, field + "."};
      fields(inner, value);
    }
  }
};

template <class T>
Result<T> read_text(std::string_view text, std::string_view what) {
  const json parsed = json::parse(text, nullptr, false);
  if (parsed.is_discarded() || !parsed.is_object()) return Error{Code::Invalid, std::string(what) + ": not a JSON object"};
  T value;
  std::string trouble;
  Reader reader{parsed, trouble, ""};
  fields(reader, value);
  if (!trouble.empty()) return Error{Code::Invalid, std::string(what) + ": " + trouble};
  return value;
}

/// In the order of the variant.
constexpr std::string_view type_words[] = {
    "filed", "routed", "ticket_issued", "receipt_printed", "queued", "viewed", "route_overridden", "consulted", "mediation_applied",
    "mediation_consent", "mediators_chosen", "mediation_session", "mediation_ended", "disposed", "rated", "transferred", "accepted",
    "not_accepted", "extended", "answered", "served"};
static_assert(std::size(type_words) == std::variant_size_v<Fact>);

template <std::size_t I = 0>
Result<Fact> read_fact(std::size_t which, std::string_view body) {
  if constexpr (I < std::variant_size_v<Fact>) {
    if (which != I) return read_fact<I + 1>(which, body);
    auto value = read_text<std::variant_alternative_t<I, Fact>>(body, type_words[I]);
    if (!value) return value.error();
    return Fact(std::in_place_index<I>, std::move(*value));
  } else {
    return Error{Code::NotFound, "event: unknown type"};
  }
}

}  // namespace

std::string_view type_of(const Fact& fact) { return type_words[fact.index()]; }

Result<std::string> encode_fact_checked(const Fact& fact) {
  const json value = std::visit([](const auto& f) { return write(f); }, fact);
  try {
    return value.dump(-1, ' ', false, json::error_handler_t::strict);
  } catch (const json::type_error&) {
    return Error{Code::Invalid, std::string(type_of(fact)) + ": a text is not UTF-8"};
  }
}

std::string encode_fact(const Fact& fact) {
  auto body = encode_fact_checked(fact);
  YIZHAN_CHECK(body.has_value(), "facts hold UTF-8 only");
  return std::move(*body);
}

Result<Fact> decode_fact(std::string_view type, int, std::string_view body) {
  // All versions read alike so far: fields are only ever added, and a missing one keeps its default.
  const auto found = std::find(std::begin(type_words), std::end(type_words), type);
  if (found == std::end(type_words)) return Error{Code::NotFound, "event: this version does not know the type"};
  return read_fact(static_cast<std::size_t>(found - std::begin(type_words)), body);
}

std::string encode_petition(const Petition& petition) { return write(petition).dump(-1, ' ', false, json::error_handler_t::replace); }

Result<Petition> decode_petition(std::string_view text) { return read_text<Petition>(text, "petition"); }

// ---- a checker without a tree ------------------------------------------------------------------------------------------

namespace {

struct JsonChecker {
  const unsigned char* at;
  const unsigned char* end;
  int depth = 0;

  void spaces() {
    while (at != end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) ++at;
  }
  bool take(char c) { return at != end && *at == static_cast<unsigned char>(c) ? (++at, true) : false; }
  bool word(std::string_view w) {
    for (const char c : w)
      if (!take(c)) return false;
    return true;
  }
  static bool digit(unsigned char c) { return c >= '0' && c <= '9'; }
  bool digits() {
    if (at == end || !digit(*at)) return false;
    while (at != end && digit(*at)) ++at;
    return true;
  }
  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (at != end && (*at == 'e' || *at == 'E')) {
      ++at;
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    return true;
  }
  bool hex4(unsigned& unit) {
    unit = 0;
    for (int i = 0; i < 4; ++i, ++at) {
      if (at == end) return false;
      const unsigned char c = *at;
      const unsigned lower = c | 0x20u;
      if (digit(c)) unit = unit * 16 + (c - '0');
      else if (lower >= 'a' && lower <= 'f') unit = unit * 16 + (lower - 'a' + 10);
      else return false;
    }
    return true;
  }
  bool escape() {
    if (at == end) return false;
    const unsigned char c = *at++;
    if (c != 'u') return std::string_view("\"\\/bfnrt").find(static_cast<char>(c)) != std::string_view::npos;
    unsigned unit = 0, low = 0;
    if (!hex4(unit)) return false;
    if (unit >= 0xDC00 && unit <= 0xDFFF) return false;
    if (unit < 0xD800 || unit > 0xDBFF) return true;
    return take('\\') && take('u') && hex4(low) && low >= 0xDC00 && low <= 0xDFFF;
  }
  bool wide(unsigned char first) {  // RFC 3629, after the first byte
    const auto next = [&](unsigned char low, unsigned char high) { return at != end && *at >= low && *at <= high ? (++at, true) : false; };
    if (first >= 0xC2 && first <= 0xDF) return next(0x80, 0xBF);
    if (first >= 0xE0 && first <= 0xEF) return next(first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && next(0x80, 0xBF);
    if (first >= 0xF0 && first <= 0xF4)
      return next(first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) && next(0x80, 0xBF) && next(0x80, 0xBF);
    return false;
  }
  bool string() {
    if (!take('"')) return false;
    while (at != end) {
      const unsigned char c = *at++;
      if (c == '"') return true;
      if (c < 0x20) return false;
      // Most of a body is Chinese: three bytes, and these leads need no closer look.
      if (c > 0xE0 && c < 0xED && end - at >= 2 && (at[0] & 0xC0) == 0x80 && (at[1] & 0xC0) == 0x80) {
        at += 2;
        continue;
      }
      if (c == '\\' ? !escape() : c >= 0x80 && !wide(c)) return false;
    }
    return false;
  }
  bool value() {
    spaces();
    if (at == end || depth > 64) return false;
    switch (*at) {
      case '{': case '[': {
        const bool object = *at++ == '{';
        const char close = object ? '}' : ']';
        ++depth;
        spaces();
        if (!take(close)) {
          do {
            spaces();
            if (object && (!string() || (spaces(), !take(':')))) return false;
            if (!value()) return false;
            spaces();
          } while (take(','));
          if (!take(close)) return false;
        }
        --depth;
        return true;
      }
      case '"': return string();
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return number();
    }
  }
};

}  // namespace

bool valid_json(std::string_view text) {
  const auto* begin = reinterpret_cast<const unsigned char*>(text.data());
  JsonChecker checker{begin, begin + text.size()};
  if (!checker.value()) return false;
  checker.spaces();
  return checker.at == checker.end;
}

}  // namespace yizhan
