#include "sync/wire.h"

#include <zstd.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

namespace yizhan::sync {
namespace {

using Json = nlohmann::json;

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::int64_t ms(Time at) { return at.time_since_epoch().count(); }

/// A whole number that fits. A fraction, 1e300, or −1 for a count is somebody else's protocol; the library would make some number of it.
template <class T>
T whole(const Json& value) {
  if (value.is_number_unsigned()) {
    const auto n = value.get<std::uint64_t>();
    if (std::in_range<T>(n)) return static_cast<T>(n);
  } else if (value.is_number_integer()) {
    const auto n = value.get<std::int64_t>();
    if (std::in_range<T>(n)) return static_cast<T>(n);
  }
  throw std::out_of_range("number");
}
template <class T>
T whole_or(const Json& in, const char* name, T otherwise) {
  return in.contains(name) ? whole<T>(in.at(name)) : otherwise;
}
/// Inside the calendar, so that whoever adds hours to it stays inside the numbers.
Time from_ms(std::int64_t at) {
  constexpr Time first{Date{std::chrono::year{1} / 1 / 1}}, last{Date{std::chrono::year{9999} / 12 / 31}};
  return std::clamp(Time{Span{at}}, first, last);
}
Time from_ms(const Json& at) { return from_ms(whole<std::int64_t>(at)); }

// Text of any origin goes through here: a byte that is not UTF-8 must not make the writer throw.
std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// A tree in memory is up to eighty times its text: "[[[[…" of a request's sixteen megabytes would be more than a gigabyte.
constexpr std::size_t json_bytes_max = 2u << 20;
constexpr int json_depth_max = 32;  // our own messages have five

bool too_deep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      else if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > json_depth_max) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

/// Runs a reader over parsed JSON; whatever the library throws becomes one Invalid.
template <class T, class Read>
Result<T> read_json(std::string_view text, const char* what, Read read) {
  if (text.size() > json_bytes_max || too_deep(text)) return Error{Code::Invalid, std::string(what) + ": too large or too deep"};
  try {
    const Json json = Json::parse(text);
    if (!json.is_object() && !json.is_array()) return Error{Code::Invalid, std::string(what) + ": not JSON"};
    return read(json);
  } catch (const std::exception&) {  // the library's words quote the input, which may be personal
    return Error{Code::Invalid, std::string(what) + ": not in the expected form"};
  }
}

constexpr std::pair<QueueOp, std::string_view> queue_ops[] = {
    {QueueOp::Call, "call"}, {QueueOp::Recall, "recall"}, {QueueOp::Missed, "missed"}, {QueueOp::Hold, "hold"},
    {QueueOp::Resume, "resume"}, {QueueOp::Move, "move"}, {QueueOp::End, "end"}};

Json json_of(const HallNews& news) {
  Json queues = Json::array(), calls = Json::array();
  for (const auto& queue : news.queues)
    queues.push_back({{"window", queue.window}, {"waiting", queue.waiting}, {"minutes", queue.minutes}, {"serving", queue.serving}});
  for (const auto& call : news.calls)
    calls.push_back({{"ticket", call.ticket}, {"place", call.place}, {"at", ms(call.at)}, {"state", call.state}, {"calls", call.calls}});
  return {{"queues", queues}, {"calls", calls}, {"upstream_online", news.upstream_online}, {"county_as_of", ms(news.county_as_of)},
          {"as_of", ms(news.as_of)}};
}

HallNews hall_news_of(const Json& json) {
  HallNews news;
  for (const auto& queue : json.at("queues"))
    news.queues.push_back({queue.at("window"), whole<int>(queue.at("waiting")), whole<int>(queue.at("minutes")), whole<int>(queue.at("serving"))});
  for (const auto& call : json.at("calls"))
    news.calls.push_back({call.at("ticket"), call.at("place"), from_ms(call.at("at")), call.at("state"), whole<int>(call.at("calls"))});
  news.upstream_online = json.at("upstream_online");
  news.county_as_of = from_ms(json.at("county_as_of"));
  news.as_of = from_ms(json.at("as_of"));
  return news;
}

Json json_of(const HelpCall& call) {
  return {{"id", call.id}, {"kiosk", call.kiosk}, {"place", call.place}, {"at", ms(call.at)}, {"page", call.page},
          {"draft", call.draft}, {"taken_by", call.taken_by}, {"done", call.done}, {"outcome", call.outcome}};
}

HelpCall help_call_of(const Json& json) {
  HelpCall call;
  call.id = json.at("id");
  call.kiosk = json.value("kiosk", "");
  call.place = json.value("place", "");
  call.at = from_ms(whole_or(json, "at", std::int64_t{0}));
  call.page = json.value("page", "");
  call.draft = json.value("draft", "");
  call.taken_by = json.value("taken_by", "");
  call.done = json.value("done", false);
  call.outcome = json.value("outcome", "");
  return call;
}

Json json_of(const Head& head) { return {{"origin", head.origin}, {"seq", head.seq}, {"hash", hex(head.hash)}}; }

Head head_of(const Json& json) {
  Head head;
  head.origin = json.at("origin");
  head.seq = whole<std::uint64_t>(json.at("seq"));
  const auto hash = digest_from_hex(json.at("hash").get<std::string>());
  if (!hash) throw std::invalid_argument("hash");
  head.hash = *hash;
  return head;
}

Json json_of(const Article& article) { return {{"law", article.law}, {"number", article.number}}; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low < 0) return Error{Code::Invalid, "target: broken percent sign"};
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

template <class Message>
void put_body(Message& message, std::string body, std::string_view content_type) {
  message.headers.push_back({"Content-Type", std::string(content_type)});
  if (body.size() > compress_from_bytes && content_type != raw_content) {
    message.headers.push_back({"Content-Encoding", "zstd"});
    message.body = zstd_pack(body);
  } else {
    message.body = std::move(body);
  }
}

template <class Message>
Result<std::string> get_body(const Message& message, std::size_t bytes_max) {
  const auto encoding = header(message.headers, "Content-Encoding");
  if (encoding.empty() || same_word(encoding, "identity")) {
    if (message.body.size() > bytes_max) return Error{Code::Invalid, "body: too large"};
    return message.body;
  }
  if (!same_word(encoding, "zstd")) return Error{Code::Invalid, "body: unknown Content-Encoding"};
  return zstd_unpack(message.body, bytes_max);
}

}  // namespace

std::string_view header(const std::vector<Header>& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (same_word(key, name)) return value;
  return {};
}

// ---- hall news -----------------------------------------------------------------------------------------------------

std::string to_json(const HallNews& news) { return dump(json_of(news)); }
Result<HallNews> hall_news_from_json(std::string_view json) { return read_json<HallNews>(json, "hall news", hall_news_of); }

// ---- queue ---------------------------------------------------------------------------------------------------------

std::string to_json(const QueueAsk& ask) {
  std::string_view op;
  for (const auto& [value, name] : queue_ops)
    if (value == ask.op) op = name;
  return dump({{"op", op}, {"request", ask.request}, {"desk", ask.desk}, {"place", ask.place}, {"windows", ask.windows},
               {"ticket", ask.ticket}, {"to_window", ask.to_window}, {"reason", ask.reason}});
}

Result<QueueAsk> queue_ask_from_json(std::string_view json) {
  return read_json<QueueAsk>(json, "queue", [](const Json& in) -> Result<QueueAsk> {
    QueueAsk ask;
    const std::string op = in.at("op");
    const auto* found = std::find_if(std::begin(queue_ops), std::end(queue_ops), [&](const auto& row) { return row.second == op; });
    if (found == std::end(queue_ops)) return Error{Code::Invalid, "queue: unknown operation"};
    ask.op = found->first;
    ask.request = in.at("request");
    ask.desk = in.value("desk", "");
    ask.place = in.value("place", "");
    ask.windows = in.value("windows", std::vector<std::string>{});
    ask.ticket = in.value("ticket", "");
    ask.to_window = in.value("to_window", "");
    ask.reason = in.value("reason", "");
    return ask;
  });
}

std::string to_json(const QueueAnswer& answer) {
  return dump({{"ticket", answer.ticket}, {"matter", answer.matter}, {"words", answer.words}});
}

Result<QueueAnswer> queue_answer_from_json(std::string_view json) {
  return read_json<QueueAnswer>(json, "queue answer",
                                [](const Json& in) { return QueueAnswer{in.at("ticket"), in.at("matter"), in.at("words")}; });
}

// ---- help ----------------------------------------------------------------------------------------------------------

std::string to_json(const HelpCall& call) { return dump(json_of(call)); }
Result<HelpCall> help_call_from_json(std::string_view json) { return read_json<HelpCall>(json, "help call", help_call_of); }

std::string to_json(const HelpList& list) {
  Json calls = Json::array();
  for (const auto& call : list.calls) calls.push_back(json_of(call));
  return dump({{"version", list.version}, {"calls", calls}});
}

Result<HelpList> help_list_from_json(std::string_view json) {
  return read_json<HelpList>(json, "help list", [](const Json& in) {
    HelpList list;
    list.version = whole<std::uint64_t>(in.at("version"));
    for (const auto& call : in.at("calls")) list.calls.push_back(help_call_of(call));
    return list;
  });
}

// ---- progress ------------------------------------------------------------------------------------------------------

std::string to_json(const ProgressAsk& ask) { return dump({{"matter", ask.matter}, {"query_tag", ask.query_tag}}); }

Result<ProgressAsk> progress_ask_from_json(std::string_view json) {
  return read_json<ProgressAsk>(json, "progress", [](const Json& in) { return ProgressAsk{in.at("matter"), in.at("query_tag")}; });
}

std::string to_json(const ProgressAnswer& answer) {
  Json lines = Json::array(), terms = Json::array();
  for (const auto& line : answer.lines)
    lines.push_back({{"at", ms(line.at)}, {"by", line.by}, {"type", line.type}, {"words", line.words}});
  for (const auto& term : answer.deadlines)
    terms.push_back({{"term", term.term}, {"start", iso(term.start)}, {"due", iso(term.due)}, {"promised", term.promised},
                     {"basis", json_of(term.basis)}, {"why", term.why}, {"calendar_known", term.calendar_known}});
  return dump({{"matter", answer.matter}, {"state", answer.state}, {"state_words", answer.state_words}, {"lines", lines},
               {"deadlines", terms}, {"as_of", ms(answer.as_of)}, {"county_has_it", answer.county_has_it},
               {"may_rate", answer.may_rate}});
}

Result<ProgressAnswer> progress_answer_from_json(std::string_view json) {
  return read_json<ProgressAnswer>(json, "progress answer", [](const Json& in) -> Result<ProgressAnswer> {
    ProgressAnswer answer;
    answer.matter = in.at("matter");
    answer.state = in.at("state");
    answer.state_words = in.at("state_words");
    for (const auto& line : in.at("lines"))
      answer.lines.push_back({from_ms(line.at("at")), line.at("by"), line.at("type"), line.at("words")});
    for (const auto& row : in.at("deadlines")) {
      const auto start = parse_date(row.at("start").get<std::string>());
      const auto due_day = parse_date(row.at("due").get<std::string>());
      if (!start || !due_day) return Error{Code::Invalid, "progress answer: date"};
      answer.deadlines.push_back({row.at("term"), *start, *due_day, row.at("promised"),
                                  Article{row.at("basis").at("law"), row.at("basis").at("number")}, row.at("why"),
                                  row.at("calendar_known")});
    }
    answer.as_of = from_ms(in.at("as_of"));
    answer.county_has_it = in.at("county_has_it");
    answer.may_rate = in.at("may_rate");
    return answer;
  });
}

// ---- heads, acknowledgements, refusals -----------------------------------------------------------------------------

namespace {
/// A countersignature inside something that names the log already.
Json json_of(const Anchor& a) {
  return {{"at", ms(a.at)}, {"by", a.by}, {"hash", hex(a.head.hash)}, {"key", a.key_hex}, {"seq", a.head.seq}, {"signature", a.signature_hex}};
}
/// Nothing when it cannot be one: what it is with does not depend on it.
std::optional<Anchor> anchor_in(const Json& in, const char* name, const Origin& origin) {
  if (!in.contains(name)) return std::nullopt;
  const Json& from = in.at(name);
  const auto hash = digest_from_hex(from.at("hash").get_ref<const std::string&>());
  Anchor a{from.at("by"), from.at("key"), {origin, whole<std::uint64_t>(from.at("seq")), {}}, from_ms(whole<std::int64_t>(from.at("at"))), from.at("signature"), Span{-1}};
  if (!hash || a.by.size() > 64 || a.key_hex.size() != 64 || a.signature_hex.size() != 128) return std::nullopt;
  a.head.hash = *hash;
  return a;
}
}  // namespace

std::string to_json(const Heads& heads) {
  Json rows = Json::array();
  for (const auto& row : heads.heads) {
    Json head = json_of(row.head);
    head["county"] = row.county;
    if (row.county_anchor) head["county_anchor"] = json_of(*row.county_anchor);
    rows.push_back(std::move(head));
  }
  Json out{{"version", heads.version}, {"now", ms(heads.now)}, {"heads", std::move(rows)}};
  if (heads.hall) out["hall"] = json_of(*heads.hall);
  if (heads.blobs != 0) out["blobs"] = heads.blobs;
  if (heads.keys != 0) out["keys"] = heads.keys;
  return dump(out);
}

Result<Heads> heads_from_json(std::string_view json) {
  return read_json<Heads>(json, "heads", [](const Json& in) {
    Heads heads;
    heads.version = whole<std::uint64_t>(in.at("version"));
    heads.now = from_ms(in.at("now"));
    for (const auto& row : in.at("heads")) {
      Head head = head_of(row);
      auto anchor = anchor_in(row, "county_anchor", head.origin);
      heads.heads.push_back({std::move(head), whole_or(row, "county", std::uint64_t{0}), std::move(anchor)});
    }
    if (in.contains("hall")) heads.hall = hall_news_of(in.at("hall"));
    heads.blobs = whole_or(in, "blobs", std::uint64_t{0});
    heads.keys = whole_or(in, "keys", 0);
    return heads;
  });
}

std::string to_json(const Ack& ack) {
  Json out = json_of(ack.head);
  out["durable"] = true;
  out["county"] = ack.county;
  if (ack.anchor) out["anchor"] = json_of(*ack.anchor);
  return dump(out);
}

Result<Ack> ack_from_json(std::string_view json) {
  return read_json<Ack>(json, "acknowledgement", [](const Json& in) -> Result<Ack> {
    if (!in.at("durable").get<bool>()) return Error{Code::Invalid, "acknowledgement: not durable"};
    Head head = head_of(in);
    auto anchor = anchor_in(in, "anchor", head.origin);
    return Ack{std::move(head), whole<std::uint64_t>(in.at("county")), std::move(anchor)};
  });
}

std::string blobs_ask_to_json(const std::vector<Digest>& hashes) {
  Json rows = Json::array();
  for (const auto& hash : hashes) rows.push_back(hex(hash));
  return dump({{"hashes", std::move(rows)}});
}

Result<std::vector<Digest>> blobs_ask_from_json(std::string_view json) {
  return read_json<std::vector<Digest>>(json, "attachments", [](const Json& in) -> Result<std::vector<Digest>> {
    std::vector<Digest> hashes;
    for (const auto& row : in.at("hashes")) {
      const auto hash = digest_from_hex(row.get_ref<const std::string&>());
      if (!hash) return hash.error();
      hashes.push_back(*hash);
    }
    if (hashes.size() > blobs_asked_max) return Error{Code::Invalid, "attachments: too many at once"};
    return hashes;
  });
}

std::string to_json(const std::vector<BlobHave>& blobs) {
  Json rows = Json::array();
  for (const auto& blob : blobs) rows.push_back({{"hash", hex(blob.hash)}, {"have", blob.have}, {"bytes", blob.bytes}, {"county", blob.county}});
  return dump({{"durable", true}, {"blobs", std::move(rows)}});
}

Result<std::vector<BlobHave>> blobs_from_json(std::string_view json) {
  return read_json<std::vector<BlobHave>>(json, "attachments", [](const Json& in) -> Result<std::vector<BlobHave>> {
    if (!in.at("durable").get<bool>()) return Error{Code::Invalid, "attachments: not durable"};
    std::vector<BlobHave> blobs;
    for (const auto& row : in.at("blobs")) {
      const auto hash = digest_from_hex(row.at("hash").get_ref<const std::string&>());
      if (!hash) return hash.error();
      blobs.push_back({*hash, whole<std::int64_t>(row.at("have")), whole<std::uint64_t>(row.at("bytes")), row.at("county").get<bool>()});
    }
    return blobs;
  });
}

std::string to_json(const Refusal& refusal) {
  Json out{{"code", refusal.code}, {"what", refusal.what}};
  if (refusal.code == "gap") out["seq"] = refusal.seq;
  return dump(out);
}

Result<Refusal> refusal_from_json(std::string_view json) {
  return read_json<Refusal>(json, "refusal", [](const Json& in) {
    return Refusal{in.at("code"), in.at("what"), whole_or(in, "seq", std::uint64_t{0})};
  });
}

// ---- enrolment and devices -----------------------------------------------------------------------------------------

std::string to_json(const EnrolAsk& ask) {
  return dump({{"code", ask.code}, {"origin", ask.origin}, {"role", ask.role}, {"public_hex", ask.public_hex}, {"name", ask.name},
               {"windows", ask.windows}});
}

Result<EnrolAsk> enrol_ask_from_json(std::string_view json) {
  return read_json<EnrolAsk>(json, "enrol", [](const Json& in) {
    return EnrolAsk{in.at("code"), in.at("origin"), in.at("role"), in.at("public_hex"), in.value("name", ""),
                    in.value("windows", std::vector<std::string>{})};
  });
}

std::string to_json(const Enrolment& enrolment) {
  Json out{{"origin", enrolment.origin}, {"role", enrolment.role}, {"windows", enrolment.windows},
           {"hub_origin", enrolment.hub_origin}, {"hub_public_hex", enrolment.hub_public_hex},
           {"discipline_keys", enrolment.discipline_keys}};
  if (!enrolment.key_set.empty()) out["key_set"] = enrolment.key_set;
  return dump(out);
}

Result<Enrolment> enrolment_from_json(std::string_view json) {
  return read_json<Enrolment>(json, "enrolment", [](const Json& in) {
    return Enrolment{in.at("origin"), in.at("role"), in.at("windows"), in.at("hub_origin"), in.at("hub_public_hex"),
                     in.value("discipline_keys", std::vector<std::string>{}), in.value("key_set", "")};
  });
}

std::string to_json(const std::vector<Device>& devices) {
  Json out = Json::array();
  for (const auto& device : devices) {
    Json row{{"origin", device.origin}, {"role", device.role}, {"public_hex", device.public_hex}, {"name", device.name},
             {"windows", device.windows}, {"revoked", device.revoked}, {"seen", ms(device.seen)}, {"skew_ms", device.skew_ms}};
    if (!device.former.empty()) row["former"] = device.former;
    out.push_back(std::move(row));
  }
  return dump(out);
}
Result<std::vector<Device>> devices_from_json(std::string_view json) {
  return read_json<std::vector<Device>>(json, "devices", [](const Json& in) {
    std::vector<Device> devices;
    for (const auto& row : in)
      devices.push_back({row.at("origin"), row.at("role"), row.at("public_hex"), row.at("name"), row.at("windows"), row.at("revoked"),
                         from_ms(whole_or(row, "seen", std::int64_t{0})), whole_or(row, "skew_ms", std::int64_t{0}), row.value("former", std::vector<std::string>{})});
    return devices;
  });
}

// ---- people --------------------------------------------------------------------------------------------------------

std::string to_json(const StaffList& list) {
  Json people = Json::array();
  for (const auto& one : list.people)
    people.push_back({{"id", one.id}, {"name", one.name}, {"role", one.role}, {"here", one.here}, {"locked", one.locked}});
  return dump({{"people", people}, {"challenge", list.challenge}, {"signed_in", list.signed_in}});
}
Result<StaffList> staff_list_from_json(std::string_view json) {
  return read_json<StaffList>(json, "staff", [](const Json& in) {
    StaffList list{{}, in.at("challenge"), in.value("signed_in", "")};
    for (const auto& row : in.at("people")) list.people.push_back({row.at("id"), row.at("name"), row.at("role"), row.at("here"), row.at("locked")});
    return list;
  });
}

std::string to_json(const StaffEnter& ask) {
  return dump({{"id", ask.id}, {"challenge", ask.challenge}, {"verifier", ask.verifier}, {"reply_to", ask.reply_to}});
}
Result<StaffEnter> staff_enter_from_json(std::string_view json) {
  return read_json<StaffEnter>(json, "staff", [](const Json& in) { return StaffEnter{in.at("id"), in.at("challenge"), in.at("verifier"), in.at("reply_to")}; });
}
std::string to_json(const StaffEntered& answer) {
  return dump({{"sealed", answer.sealed}, {"refused", answer.refused}, {"left", answer.left}, {"wait_s", answer.wait_s}, {"name", answer.name}, {"role", answer.role}});
}
Result<StaffEntered> staff_entered_from_json(std::string_view json) {
  return read_json<StaffEntered>(json, "staff", [](const Json& in) {
    return StaffEntered{in.at("sealed"), in.at("refused"), whole_or(in, "left", 0), whole_or(in, "wait_s", 0), in.value("name", ""), in.value("role", "")};
  });
}
std::string to_json(const StaffAdd& ask) {
  return dump({{"id", ask.id}, {"challenge", ask.challenge}, {"code", ask.code}, {"verifier", ask.verifier}, {"reply_to", ask.reply_to}});
}
Result<StaffAdd> staff_add_from_json(std::string_view json) {
  return read_json<StaffAdd>(json, "staff", [](const Json& in) {
    return StaffAdd{in.at("id"), in.at("challenge"), in.at("code"), in.at("verifier"), in.at("reply_to")};
  });
}

// ---- targets -------------------------------------------------------------------------------------------------------

std::string_view Target::value(std::string_view name) const {
  for (const auto& [key, text] : query)
    if (key == name) return text;
  return {};
}

std::uint64_t Target::number(std::string_view name, std::uint64_t otherwise) const {
  const auto text = value(name);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty() ? number : otherwise;
}

Result<Target> parse_target(std::string_view text) {
  if (text.empty() || text[0] != '/' || text.size() > 2048) return Error{Code::Invalid, "target: not a path"};
  Target target;
  const auto mark = text.find('?');
  std::string_view path = text.substr(0, mark).substr(1), query = mark == std::string_view::npos ? "" : text.substr(mark + 1);
  while (!path.empty()) {
    const auto cut = path.find('/');
    auto part = percent_decoded(path.substr(0, cut));
    if (!part) return part.error();
    target.path.push_back(std::move(*part));
    path = cut == std::string_view::npos ? "" : path.substr(cut + 1);
  }
  while (!query.empty()) {
    const auto cut = query.find('&');
    const auto pair = query.substr(0, cut);
    const auto equals = pair.find('=');
    auto key = percent_decoded(pair.substr(0, equals));
    auto value = percent_decoded(equals == std::string_view::npos ? "" : pair.substr(equals + 1));
    if (!key || !value) return Error{Code::Invalid, "target: broken percent sign"};
    target.query.emplace_back(std::move(*key), std::move(*value));
    query = cut == std::string_view::npos ? "" : query.substr(cut + 1);
  }
  return target;
}

// ---- bodies --------------------------------------------------------------------------------------------------------

std::string zstd_pack(std::string_view plain) {
  // Level 1: on a loopback it must keep up with the disk, and on a 64 kbit/s line the next level saves only 4 %.
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 1);
  YIZHAN_CHECK(ZSTD_isError(size) == 0, "the bound is always enough");
  out.resize(size);
  return out;
}

Result<std::string> zstd_unpack(std::string_view packed, std::size_t bytes_max) {
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  const std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
  // A frame may ask for a huge window: 8 MiB is the most any level up to 19 uses.
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, 23);
  const auto promised = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (promised == ZSTD_CONTENTSIZE_ERROR) return Error{Code::Invalid, "body: not zstd"};
  if (promised != ZSTD_CONTENTSIZE_UNKNOWN && promised > bytes_max) return Error{Code::Invalid, "body: too large"};
  std::string out;
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  std::size_t need = 1;
  while (need != 0) {
    const std::size_t grow = std::min<std::size_t>(bytes_max + 1 - out.size(), std::max<std::size_t>(packed.size() * 4, 1u << 16));
    const std::size_t before = out.size();
    out.resize(before + grow);
    ZSTD_outBuffer room{out.data() + before, grow, 0};
    need = ZSTD_decompressStream(context.get(), &room, &in);
    out.resize(before + room.pos);
    if (ZSTD_isError(need) != 0) return Error{Code::Invalid, "body: not zstd"};
    if (out.size() > bytes_max) return Error{Code::Invalid, "body: too large"};
    if (need != 0 && in.pos == in.size && room.pos < grow) return Error{Code::Invalid, "body: cut off"};
  }
  if (in.pos != in.size) return Error{Code::Invalid, "body: something follows the zstd frame"};
  return out;
}

void set_body(Request& request, std::string body, std::string_view content_type) { put_body(request, std::move(body), content_type); }
void set_body(Reply& reply, std::string body, std::string_view content_type) { put_body(reply, std::move(body), content_type); }
Result<std::string> body_of(const Request& request) { return get_body(request, plain_request_bytes_max); }
Result<std::string> body_of(const Reply& reply) { return get_body(reply, plain_reply_bytes_max); }

std::string to_lines(const std::vector<Event>& events) {
  std::string out;
  for (const auto& event : events) {
    append_line(out, event);
    out += '\n';
  }
  return out;
}

Result<std::vector<Event>> events_from_lines(std::string_view lines) {
  std::vector<Event> events;
  while (!lines.empty()) {
    const auto cut = lines.find('\n');
    const auto line = lines.substr(0, cut);
    lines = cut == std::string_view::npos ? "" : lines.substr(cut + 1);
    if (line.empty()) continue;
    auto event = parse_line(line);
    if (!event) return Error{Code::Invalid, "line " + std::to_string(events.size() + 1) + ": " + event.error().what};
    events.push_back(std::move(*event));
  }
  return events;
}

// ---- what is signed ------------------------------------------------------------------------------------------------

std::string request_text(const Request& request, std::string_view time_ms) {
  std::string text = request.method;
  (text += '\n') += request.target;
  (text += '\n') += time_ms;
  (text += '\n') += hex(hash_bytes(request.body));
  return text;
}

std::string reply_text(const Reply& reply, const Request& request) {
  std::string text = std::to_string(reply.status);
  (text += '\n') += request.target;
  (text += '\n') += header(request.headers, "Yizhan-Signature");
  (text += '\n') += header(reply.headers, "Content-Encoding");
  (text += '\n') += hex(hash_bytes(reply.body));
  return text;
}

}  // namespace yizhan::sync
