// Facts ↔ canonical JSON. One list of fields per type serves writing and reading, so the two cannot drift apart.
#include <algorithm>
#include <concepts>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>

#include "core/event_text.h"
#include "core/petition_json.h"
#include "core/text.h"

namespace yizhan {

namespace {

using nlohmann::json;
using Words = std::span<const std::string_view>;

// ---- enums as words: position = value ------------------------------------------------------------------------------

constexpr std::string_view channel_words[] = {"Visit", "Letter", "Online", "Phone", "Fax", "Hotline12345"};
constexpr std::string_view kind_words[] = {"Appeal", "Suggestion", "Accusation", "InformationRequest", "QueueOnly"};
constexpr std::string_view document_words[] = {"None",     "ResidentId", "ResidencePermit", "ForeignPermanentResident",
                                               "Passport", "Other"};
constexpr std::string_view filing_as_words[] = {"Self", "Agent", "Relative", "Guardian", "Representative"};
constexpr std::string_view input_words[] = {"Touch", "Card", "Desk", "Batch"};
constexpr std::string_view answer_words[] = {"Unasked", "No", "Yes", "Unsure"};
constexpr std::string_view counterparty_words[] = {"Unknown",         "Neighbour",  "Relative",         "Employer", "Company",
                                                   "PropertyManager", "Government", "VillageCommittee", "Court",    "Official"};
constexpr std::string_view path_words[] = {"Judicial", "Arbitration", "PartyAppeal", "Administrative",     "Duty",
                                           "Petition", "Suggestion",  "Accusation",  "InformationRequest", "Unknown"};
constexpr std::string_view chosen_by_words[] = {"Citizen", "Staff", "Machine"};
constexpr std::string_view priority_words[] = {"Normal", "Elder", "Disabled", "Pregnant", "WithInfant"};
constexpr std::string_view queue_op_words[] = {"Call", "Recall", "Missed", "Hold", "Resume", "Move", "End"};
constexpr std::string_view consult_words[] = {"GuidedToCourt",    "GuidedToArbitration", "GuidedToReconsideration",
                                              "GuidedToLegalAid", "BackToReception",     "ToMediation",
                                              "AdviceOnly"};
constexpr std::string_view mediation_words[] = {"Agreed", "Failed", "Withdrawn", "Refused"};
constexpr std::string_view disposition_words[] = {"TransferredSameLevel", "TransferredDown",  "Assigned",
                                                  "GuidedToJudicial",     "SentToDiscipline", "NotAccepted",
                                                  "DuplicateInProcess",   "NoLongerAccepted"};
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

/// T is U or const U: one list for the writer (const) and the reader. The lists are sorted by key, because what the writer
/// makes is canonical; a test compares it with a writer that sorts.
template <class T, class U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

template <class A, Is<Identity> T>
void fields(A& a, T& v) {
  a("address", v.address), a("document", v.document), a("name", v.name), a("number", v.number), a("phone", v.phone);
}
template <class A, Is<Answers> T>
void fields(A& a, T& v) {
  a("about_official", v.about_official), a("both_willing", v.both_willing), a.given("concluded", v.concluded);
  a("counterparty", v.counterparty), a("decided", v.decided), a.given("filed_before", v.filed_before);
  a("in_danger", v.in_danger), a("in_proceedings", v.in_proceedings), a("status_or_title", v.status_or_title);
}
template <class A, Is<Statement> T>
void fields(A& a, T& v) {
  a("division", v.division), a("facts", v.facts), a("oral", v.oral), a("party_complained_of", v.party_complained_of);
  a("place", v.place), a("reasons", v.reasons), a("request", v.request);
}
template <class A, Is<Petition> T>
void fields(A& a, T& v) {
  a("answers", v.answers), a("authority", v.authority), a("channel", v.channel), a("filer", v.filer);
  a("filing_as", v.filing_as), a("head_count", v.head_count), a("helper", v.helper), a("input", v.input);
  a("kind", v.kind), a("petitioner", v.petitioner), a("representatives", v.representatives), a("statement", v.statement);
  a("title", v.title), a("topic", v.topic);
}
template <class A, Is<Article> T>
void fields(A& a, T& v) {
  a("law", v.law), a("number", v.number);
}
template <class A, Is<Reason> T>
void fields(A& a, T& v) {
  a("basis", v.basis), a("because", v.because), a("consequence", v.consequence), a("rule", v.rule);
}
template <class A, Is<Ruling> T>
void fields(A& a, T& v) {
  a("alternatives", v.alternatives), a("mediatable", v.mediatable), a("path", v.path), a("reasons", v.reasons);
  a("rulebook", v.rulebook), a("sealed", v.sealed), a("urgent", v.urgent), a("window", v.window);
}
template <class A, Is<Filed> T>
void fields(A& a, T& v) {
  a.given("key_set", v.key_set), a("notice_version", v.notice_version), a("petition", v.petition), a("query_tag", v.query_tag);
  a("rulebook", v.rulebook), a("sealed", v.sealed), a("source_ref", v.source_ref), a.given("status_public", v.status_public);
  a.given("supplements", v.supplements);
}
template <class A, Is<Suggested> T>
void fields(A& a, T& v) {
  a("model", v.model), a("topic", v.topic), a("topic_permille", v.topic_permille), a("window", v.window);
  a("window_permille", v.window_permille);
}
template <class A, Is<Routed> T>
void fields(A& a, T& v) {
  a("by", v.by), a("chosen", v.chosen), a("ruling", v.ruling), a("suggested", v.suggested);
}
template <class A, Is<TicketIssued> T>
void fields(A& a, T& v) {
  a("priority", v.priority), a("ticket", v.ticket), a("topic", v.topic), a("window", v.window);
}
template <class A, Is<ReceiptPrinted> T>
void fields(A& a, T& v) {
  a("printed", v.printed), a("trouble", v.trouble);
}
template <class A, Is<Queued> T>
void fields(A& a, T& v) {
  a("desk", v.desk), a("offline", v.offline), a("op", v.op), a("place", v.place), a("reason", v.reason);
  a("request", v.request), a("ticket", v.ticket), a("to_window", v.to_window);
}
template <class A, Is<Viewed> T>
void fields(A& a, T& v) {
  a("role", v.role), a("staff", v.staff);
}
template <class A, Is<RouteOverridden> T>
void fields(A& a, T& v) {
  a("path", v.path), a("reason", v.reason), a("staff", v.staff), a("window", v.window);
  a.given("words", v.words);
}
template <class A, Is<Consulted> T>
void fields(A& a, T& v) {
  a("advice", v.advice), a("facts", v.facts), a("identity_checked", v.identity_checked), a("law", v.law);
  a("outcome", v.outcome), a("path", v.path), a("staff", v.staff), a("time_limits", v.time_limits), a("told", v.told);
}
template <class A, Is<MediationApplied> T>
void fields(A& a, T& v) {
  a("applicant", v.applicant), a("claim", v.claim), a("dispute", v.dispute), a("respondent", v.respondent);
  a("staff", v.staff);
}
template <class A, Is<MediationConsent> T>
void fields(A& a, T& v) {
  a("agrees", v.agrees), a("party", v.party), a("remark", v.remark), a("staff", v.staff);
}
template <class A, Is<MediatorsChosen> T>
void fields(A& a, T& v) {
  a("chosen_by", v.chosen_by), a("mediators", v.mediators), a("staff", v.staff);
}
template <class A, Is<MediationSession> T>
void fields(A& a, T& v) {
  a("held_at", v.held_at), a("notes", v.notes), a("staff", v.staff);
}
template <class A, Is<MediationEnded> T>
void fields(A& a, T& v) {
  a("amount_fen", v.amount_fen), a("effective", v.effective), a("oral", v.oral), a("outcome", v.outcome);
  a("perform_by", v.perform_by), a("perform_way", v.perform_way), a("staff", v.staff), a("terms", v.terms);
}
template <class A, Is<Disposed> T>
void fields(A& a, T& v) {
  a("disposition", v.disposition), a("reason", v.reason), a("report_by", v.report_by), a("staff", v.staff);
  a("to_unit", v.to_unit), a.given("words", v.words);
}
template <class A, Is<Rated> T>
void fields(A& a, T& v) {
  a("comment", v.comment), a("outcome", v.outcome), a("service", v.service);
}
template <class A, Is<Transferred> T>
void fields(A& a, T& v) {
  a("report_by", v.report_by), a("to_unit", v.to_unit);
}
template <class A, Is<Accepted> T>
void fields(A& a, T& v) {
  a("accepted_on", v.accepted_on), a("unit", v.unit);
}
template <class A, Is<NotAccepted> T>
void fields(A& a, T& v) {
  a("reason", v.reason), a("unit", v.unit);
}
template <class A, Is<Extended> T>
void fields(A& a, T& v) {
  a("approver", v.approver), a("days", v.days), a("reason", v.reason);
}
template <class A, Is<Answered> T>
void fields(A& a, T& v) {
  a("letter_no", v.letter_no), a("opinion", v.opinion), a("summary", v.summary), a("unit", v.unit);
}
template <class A, Is<Served> T>
void fields(A& a, T& v) {
  a("served_on", v.served_on), a("way", v.way);
}
template <class A, Is<Attached> T>
void fields(A& a, T& v) {
  a("bytes", v.bytes), a("duration_ms", v.duration_ms), a("hash", v.hash), a("kind", v.kind);
  a("media_type", v.media_type), a("sealed", v.sealed), a("text_hash", v.text_hash);
}
template <class A, Is<Signed> T>
void fields(A& a, T& v) {
  a("strokes", v.strokes), a("text_hash", v.text_hash), a("who", v.who);
}
template <class A, Is<NameDrawn> T>
void fields(A& a, T& v) {
  a("place", v.place), a("strokes", v.strokes);
}
template <class A, Is<Transcribed> T>
void fields(A& a, T& v) {
  a("attachment", v.attachment), a("read_back", v.read_back), a("staff", v.staff), a("text", v.text);
}
template <class A, Is<Checkpointed> T>
void fields(A& a, T& v) {
  a("before", v.before), a("day", v.day), a("endorsed_before", v.endorsed_before), a("endorsed_device", v.endorsed_device);
  a("hash", v.hash), a("key", v.key), a("reason", v.reason), a("signature", v.signature), a("through", v.through);
}
template <class A, Is<EpochOpened> T>
void fields(A& a, T& v) {
  a("before", v.before), a("hash", v.hash), a("reason", v.reason), a("seq", v.seq);
}
template <class A, Is<StatusSealed> T>
void fields(A& a, T& v) {
  a("n", v.n), a("sealed", v.sealed);
}
template <class A, Is<CodeReplaced> T>
void fields(A& a, T& v) {
  a("query_tag", v.query_tag), a("reason", v.reason), a("staff", v.staff), a("status_public", v.status_public);
}
template <class A, class T>
  requires(Is<T, Recused> || Is<T, Assigned>)
void fields(A& a, T& v) {
  a("by", v.by), a("reason", v.reason), a("staff", v.staff);
}
template <class A, Is<StaffSession> T>
void fields(A& a, T& v) {
  a("role", v.role), a("staff", v.staff), a("what", v.what);
}
template <class A, Is<SealedFact> T>
void fields(A& a, T& v) {
  a("key_set", v.key_set), a("sealed", v.sealed);
}
template <class A, Is<FiledContent> T>
void fields(A& a, T& v) {
  a("by", v.by), a("petition", v.petition), a("ruling", v.ruling), a("suggested", v.suggested);
}

// ---- writing ---------------------------------------------------------------------------------------------------------

// Filing waits for this on every complaint: straight into one string, without a tree.
struct Writer {
  std::string out;
  bool sound = true;  ///< every text was UTF-8
  bool mend = false;  ///< write U+FFFD for what is not

  template <class T>
  void operator()(std::string_view key, const T& value) {
    if (out.back() != '{') out += ',';
    out += '"';
    out += key;
    out += "\":";
    write(value);
  }
  template <class T>
  void operator()(std::string_view key, const std::optional<T>& value) {
    if (value) (*this)(key, *value);
  }
  /// A field that came later: left out while nobody used it, so that the same petition keeps the same bytes.
  template <class T>
  void given(std::string_view key, const T& value) {
    if (value != T{}) (*this)(key, value);
  }

  void text(std::string_view value) {
    static constexpr char hex_digits[] = "0123456789abcdef";
    out += '"';
    std::size_t done = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const char c = value[i];
      if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20) continue;
      out += value.substr(done, i - done);
      done = i + 1;
      static constexpr std::string_view named = "\b\t\n\f\r\"\\", letters = "btnfr\"\\";
      out += '\\';
      if (const auto at = named.find(c); at != std::string_view::npos) {
        out += letters[at];
      } else {
        out += "u00";
        out += hex_digits[c >> 4];
        out += hex_digits[c & 15];
      }
    }
    out += value.substr(done);
    out += '"';
  }

  template <class T>
  void write(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      const auto all = words(T{});
      const auto at = static_cast<std::size_t>(value);
      YIZHAN_CHECK(at < all.size(), "every enumerator has its word");
      text(all[at]);
    } else if constexpr (std::same_as<T, bool>) {
      out += value ? "true" : "false";
    } else if constexpr (std::integral<T>) {
      out += std::to_string(value);
    } else if constexpr (std::same_as<T, std::string>) {
      if (valid_utf8(value)) return text(value);
      sound = false;
      if (mend) out += json(value).dump(-1, ' ', false, json::error_handler_t::replace);
    } else if constexpr (requires { value.begin(); }) {
      out += '[';
      for (const auto& item : value) {
        if (out.back() != '[') out += ',';
        write(item);
      }
      out += ']';
    } else {
      out += '{';
      fields(*this, value);
      out += '}';
    }
  }
};

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
    if (const auto found = object.find(key); found != object.end() && !found->is_null())
      read(*found, path + key, value.emplace());
  }

  template <class T>
  void given(const char* key, T& value) {
    (*this)(key, value);
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
      if (!from.is_number_integer() ||
          (from.is_number_unsigned() && from.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<T>::max()}))
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
constexpr std::string_view type_words[] = {"filed",
                                           "routed",
                                           "ticket_issued",
                                           "receipt_printed",
                                           "queued",
                                           "viewed",
                                           "route_overridden",
                                           "consulted",
                                           "mediation_applied",
                                           "mediation_consent",
                                           "mediators_chosen",
                                           "mediation_session",
                                           "mediation_ended",
                                           "disposed",
                                           "rated",
                                           "transferred",
                                           "accepted",
                                           "not_accepted",
                                           "extended",
                                           "answered",
                                           "served",
                                           "attached",
                                           "signed",
                                           "name_drawn",
                                           "transcribed",
                                           "checkpointed",
                                           "epoch_opened",
                                           "status_sealed",
                                           "code_replaced",
                                           "recused",
                                           "assigned",
                                           "staff_session",
                                           "sealed_fact"};  // never a type of its own: see type_of()
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

std::string_view type_of(const Fact& fact) {
  if (const auto* sealed = std::get_if<SealedFact>(&fact)) return sealed->type;
  return type_words[fact.index()];
}

/// Every type may be sealed but those that have a place for it among their own fields.
static bool reads_as_sealed(std::string_view type, std::string_view body) {
  return body.starts_with(R"({"key_set":)") && type != "filed" && type != "attached" && type != "status_sealed";
}

Result<std::string> encode_fact_checked(const Fact& fact) {
  Writer writer;
  writer.out.reserve(1024);
  std::visit([&](const auto& f) { writer.write(f); }, fact);
  if (!writer.sound) return Error{Code::Invalid, std::string(type_of(fact)) + ": a text is not UTF-8"};
  return std::move(writer.out);
}

std::string encode_fact(const Fact& fact) {
  auto body = encode_fact_checked(fact);
  YIZHAN_CHECK(body.has_value(), "facts hold UTF-8 only");
  return std::move(*body);
}

Result<Fact> decode_fact(std::string_view type, int, std::string_view body) {
  // All versions read alike so far: fields are only ever added, and a missing one keeps its default.
  const auto found = std::find(std::begin(type_words), std::end(type_words) - 1, type);
  if (found == std::end(type_words) - 1) return Error{Code::NotFound, "event: this version does not know the type"};
  if (reads_as_sealed(type, body)) {
    auto sealed = read_text<SealedFact>(body, type);
    if (!sealed) return sealed.error();
    sealed->type = type;
    return Fact(std::move(*sealed));
  }
  return read_fact(static_cast<std::size_t>(found - std::begin(type_words)), body);
}

std::string encode_content(const FiledContent& content) {
  Writer writer;
  writer.mend = true;
  writer.write(content);
  return std::move(writer.out);
}

Result<FiledContent> decode_content(std::string_view text) { return read_text<FiledContent>(text, "sealed content"); }

std::string encode_stated(const Fact& fact) { return std::string(type_of(fact)) + " 1\n" + encode_fact(fact); }

Result<Fact> decode_stated(std::string_view text) {
  const auto line = text.find('\n'), gap = text.find(' ');
  if (line == std::string_view::npos || gap == std::string_view::npos || gap > line) return Error{Code::Invalid, "fact: no type before it"};
  return decode_fact(text.substr(0, gap), 1, text.substr(line + 1));
}

std::string encode_petition(const Petition& petition) {
  Writer writer;
  writer.mend = true;
  writer.write(petition);
  return std::move(writer.out);
}

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
      if (digit(c))
        unit = unit * 16 + (c - '0');
      else if (lower >= 'a' && lower <= 'f')
        unit = unit * 16 + (lower - 'a' + 10);
      else
        return false;
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
    const auto next = [&](unsigned char low, unsigned char high) {
      return at != end && *at >= low && *at <= high ? (++at, true) : false;
    };
    if (first >= 0xC2 && first <= 0xDF) return next(0x80, 0xBF);
    if (first >= 0xE0 && first <= 0xEF)
      return next(first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && next(0x80, 0xBF);
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
      case '{':
      case '[': {
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
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
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
