// What comes over a line or out of an envelope: JSON bodies, targets, zstd, lines of events, hex, base64, signatures, ciphertext.
#include <algorithm>
#include <sstream>

#include "core/event_log.h"
#include "core/event_text.h"
#include "core/petition_json.h"
#include "core/seal.h"
#include "core/text.h"
#include "sync/wire.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/samples.h"

namespace yizhan::fuzz {
namespace {

using namespace sync;

// ---- JSON bodies: a table of readers and their writers ---------------------------------------------------------------------

using sync::to_json;
std::string to_json(const std::vector<Digest>& hashes) { return blobs_ask_to_json(hashes); }

template <class T>
void round_trip(const Result<T>& read, Result<T> (*again)(std::string_view)) {
  if (!read) {
    MUST(read.error().code == Code::Invalid && valid_utf8(read.error().what), "a body that cannot be read is Invalid");
    return;
  }
  const std::string text = to_json(*read);
  MUST(valid_json(text), "what is written is JSON");
  const auto second = again(text);
  MUST(second && to_json(*second) == text, "what is written reads back the same");
}

struct Reader {
  const char* name;
  void (*run)(std::string_view);
  std::string (*seed)();
};
template <class T, Result<T> (*read)(std::string_view)>
void run_reader(std::string_view body) {
  round_trip<T>(read(body), read);
}

HallNews a_news() {
  HallNews news;
  news.queues = {{"LAW", 3, 25, 1}};
  news.calls = {{"A012", "1号律师窗口", nine(), "called", 2}};
  news.upstream_online = true;
  news.county_as_of = news.as_of = nine();
  return news;
}
HelpCall a_help() { return {"h-1", a_kiosk, "一号自助机", nine(), "statement", encode_petition(a_petition()), "", false, ""}; }

const Reader readers[] = {
    {"news", run_reader<HallNews, hall_news_from_json>, [] { return to_json(a_news()); }},
    {"queue", run_reader<QueueAsk, queue_ask_from_json>, [] { return to_json(QueueAsk{QueueOp::Move, "r-1", a_desk, "1号律师窗口", {"LAW"}, "A012", "MED", "转调解"}); }},
    {"queue_answer", run_reader<QueueAnswer, queue_answer_from_json>, [] { return to_json(QueueAnswer{"A012", a_matter, "请到1号"}); }},
    {"help", run_reader<HelpCall, help_call_from_json>, [] { return to_json(a_help()); }},
    {"help_list", run_reader<HelpList, help_list_from_json>, [] { return to_json(HelpList{7, {a_help()}}); }},
    {"progress", run_reader<ProgressAsk, progress_ask_from_json>, [] { return to_json(ProgressAsk{a_matter, std::string(64, 'a')}); }},
    {"progress_answer", run_reader<ProgressAnswer, progress_answer_from_json>,
     [] {
       ProgressAnswer answer{a_matter, "Registered", "已登记", {{nine(), a_kiosk, "filed", "已登记"}}, {}, nine(), true, false};
       answer.deadlines.push_back(due(*rulebook().term("dispose"), hall_day(nine()), law_books().calendar));
       return to_json(answer);
     }},
    {"heads", run_reader<Heads, heads_from_json>, [] { return to_json(Heads{9, nine(), {{{a_kiosk, 3, hash_bytes("x")}, 2}}, a_news(), 4}); }},
    {"ack", run_reader<Ack, ack_from_json>, [] { return to_json(Ack{{a_kiosk, 3, hash_bytes("x")}, 2}); }},
    {"blobs_ask", run_reader<std::vector<Digest>, blobs_ask_from_json>, [] { return blobs_ask_to_json({hash_bytes("x"), hash_bytes("y")}); }},
    {"blobs", run_reader<std::vector<BlobHave>, blobs_from_json>, [] { return to_json(std::vector<BlobHave>{{hash_bytes("x"), -1, 0, false}, {hash_bytes("y"), 4096, 9000, true}}); }},
    {"refusal", run_reader<Refusal, refusal_from_json>, [] { return to_json(Refusal{"gap", "resume", 12}); }},
    {"enrol_ask", run_reader<EnrolAsk, enrol_ask_from_json>, [] { return to_json(EnrolAsk{"12345678", a_kiosk, "kiosk", std::string(64, 'a'), "一号", {"LAW"}}); }},
    {"enrolment", run_reader<Enrolment, enrolment_from_json>, [] { return to_json(Enrolment{a_kiosk, "kiosk", {}, a_hub, std::string(64, 'b'), {std::string(64, 'c')}}); }},
    {"devices", run_reader<std::vector<Device>, devices_from_json>, [] { return to_json(std::vector<Device>{{a_desk, "desk-lawyer", std::string(64, 'd'), "二号", {"LAW"}, true, nine(), -5}}); }},
};

void wire_json_target(std::string_view input) {
  Feed feed(input);
  readers[feed.below(std::size(readers))].run(feed.rest());
}

// ---- targets, bodies, lines -------------------------------------------------------------------------------------------------

void target_target(std::string_view input) {
  const auto target = parse_target(input);
  if (!target) return;
  MUST(input.size() <= 2048 && input.front() == '/', "a target is a path");
  std::size_t bytes = 0;
  for (const auto& part : target->path) bytes += part.size();
  for (const auto& [key, value] : target->query) bytes += key.size() + value.size();
  MUST(bytes <= input.size(), "decoding adds nothing");
  for (const auto* name : {"after", "limit", "wait", "known", "off", "bytes"})
    if (target->value(name).empty()) MUST(target->number(name, 7) == 7, "what is absent is what was said otherwise");
  MUST(header({{"Yizhan-TIME", "1"}}, "yizhan-time") == "1", "names compare without case");
}

void zstd_target(std::string_view input) {
  Feed feed(input);
  const std::size_t most = std::size_t{1} << feed.below(20);
  const auto bytes = feed.rest();
  const auto plain = zstd_unpack(bytes, most);
  if (plain) MUST(plain->size() <= most, "never more than was allowed");
  else MUST(plain.error().code == Code::Invalid, "what is no frame is Invalid");
  if (bytes.size() < 4096) {
    const std::string packed = zstd_pack(bytes);
    MUST(zstd_unpack(packed, bytes.size()).value_or("?") == bytes, "what is packed unpacks");
    if (!bytes.empty()) MUST(!zstd_unpack(packed, bytes.size() - 1), "one byte less than needed is refused");
    MUST(!zstd_unpack(packed + "x", bytes.size() + 9) && !zstd_unpack(std::string_view(packed).substr(0, packed.size() - 1), bytes.size()), "neither more nor less than a frame");
  }
  Reply reply;
  set_body(reply, std::string(bytes), feed.flag() ? "application/json" : raw_content);
  MUST(body_of(reply).value_or("?") == bytes, "a body is what was meant");
}

void lines_target(std::string_view input) {
  auto events = events_from_lines(input);
  if (!events) {
    MUST(events.error().code == Code::Invalid && events.error().what.starts_with("line "), "an error names the line");
    return;
  }
  const std::string lines = to_lines(*events);
  const auto again = events_from_lines(lines);
  MUST(again && to_lines(*again) == lines, "lines read back the same");
  const std::vector<Event> before = *events;
  const auto checked = check_batch(std::move(*events));
  if (!checked) {
    MUST(checked.error().code == Code::NotFound || checked.error().code == Code::Corrupt || checked.error().code == Code::Invalid, "a bad batch is one of three things");
    return;
  }
  // Whatever is let through holds by our own arithmetic.
  MUST(checked->events.size() == before.size() && !before.empty() && checked->poisoned.size() == before.size(), "a batch stays whole");
  for (std::size_t i = 0; i < before.size(); ++i) {
    const Event& e = checked->events[i];
    MUST(e.id.origin == before.front().id.origin && e.id.seq == before.front().id.seq + i, "one log, no gap");
    if (e.body) {
      MUST(hash_bytes(*e.body) == e.body_hash, "a body fits its hash");
      MUST(checked->poisoned[i] == !valid_json(*e.body), "what is no JSON is flagged");
    }
    if (i > 0) MUST(chain_hash(checked->events[i - 1].hash, e) == e.hash, "the chain holds");
    if (i == 0 && e.id.seq == 1) MUST(chain_hash({}, e) == e.hash, "a log begins with nothing before it");
  }
}

// ---- hex, base64, signatures, envelopes ---------------------------------------------------------------------------------------

void codes_target(std::string_view input) {
  if (const auto digest = digest_from_hex(input)) MUST(hex(*digest) == input, "hex has one form");
  if (const auto bytes = from_base64(input)) MUST(base64(*bytes) == input, "base64 has one form");
  MUST(from_base64(base64(input)).value_or("?") == input, "base64 reads back");
  static const KeyPair key = make_sign_keys();
  Feed feed(input);
  const auto message = feed.word(), signature = feed.word(), public_hex = feed.word();
  MUST(!verify_signature(message, signature, key.public_hex), "nobody guesses a signature");
  static_cast<void>(verify_signature(message, signature, public_hex));
  static_cast<void>(same_tag(message, signature));
  static_cast<void>(fingerprint(public_hex));
}

std::string golden(const char* name) { return file_bytes(source_dir() + "/tests/memory/golden/" + name); }
KeyPair golden_key() {
  std::istringstream in(golden("discipline.key"));
  KeyPair key;
  in >> key.public_hex >> key.secret_hex;
  return key;
}
const MatterId golden_matter = "440583-K03-20261120-0001-7";

/// Applies the feed's edits to something good; says whether anything is different.
bool edited(std::string& bytes, Feed& feed) {
  const std::string before = bytes;
  while (!feed.empty() && !bytes.empty()) {
    const auto how = feed.below(5);
    const std::size_t at = feed.number<std::uint32_t>() % bytes.size();
    if (how == 0) bytes[at] = static_cast<char>(feed.byte());
    else if (how == 1) bytes[at] = static_cast<char>(bytes[at] ^ (1 << feed.below(8)));
    else if (how == 2) bytes.resize(at);
    else if (how == 3) bytes.erase(at, 1 + feed.below(40));
    else bytes.insert(at, bytes.substr(feed.number<std::uint16_t>() % bytes.size(), 1 + feed.below(40)));
  }
  return bytes != before;
}

void envelope_target(std::string_view input) {
  static const KeyPair key = golden_key(), nobody = make_box_keys();
  static const std::string good = [] {
    std::string text = golden("envelope_1.txt");
    text.pop_back();
    return have(from_base64(text));
  }();
  Feed feed(input);
  const auto way = feed.below(4);
  if (way == 0) {  // any text
    MUST(!unseal(feed.rest(), golden_matter, key), "nothing but our own envelopes opens");
    return;
  }
  if (way == 1) {  // any bytes behind the right beginning
    MUST(!unseal(base64(good.substr(0, 4) + std::string(feed.rest())), golden_matter, key), "nothing but our own envelopes opens");
    return;
  }
  if (way == 2) {
    const MatterId other(feed.rest());
    const auto opened = unseal(base64(good), other, key);
    MUST(opened.has_value() == (other == golden_matter), "an envelope belongs to its matter");
    return;
  }
  std::string bytes = good;
  const bool different = edited(bytes, feed);
  const auto opened = unseal(base64(bytes), golden_matter, key);
  // The two wraps of other recipients are bound too: every changed byte closes it.
  MUST(opened.has_value() == !different, "a changed envelope stays closed, the good one opens");
  if (!different) MUST(!unseal(base64(bytes), golden_matter, nobody), "another key opens nothing");
}

void attachment_target(std::string_view input) {
  static const KeyPair key = golden_key();
  static const std::string good = golden("attachment_1.sealed");
  static const std::string small = [] { return have(seal_attachment("signed 1\n{}", "样板", golden_matter, {golden_key().public_hex}, 64)); }();
  Feed feed(input);
  const auto way = feed.below(4);
  if (way == 0) {
    MUST(!open_attachment(feed.rest(), golden_matter, key), "nothing but our own attachments opens");
    return;
  }
  if (way == 1) {
    MUST(!open_attachment(good.substr(0, 4) + std::string(feed.rest()), golden_matter, key), "nothing but our own attachments opens");
    return;
  }
  std::string bytes = way == 2 ? small : good;
  const bool different = edited(bytes, feed);
  const auto opened = open_attachment(bytes, golden_matter, key);
  MUST(opened.has_value() == !different, "a changed attachment stays closed, the good one opens");
  if (way == 2 && opened) MUST(opened->about == "signed 1\n{}" && opened->content == "样板", "what was put in comes out");
}

void seal_target(std::string_view input) {
  static const KeyPair one = make_box_keys(), two = make_box_keys();
  Feed feed(input);
  const std::size_t pad = 1 + feed.number<std::uint16_t>();
  const auto about = feed.word(), content = feed.rest();
  const auto sealed = have(seal(content, about, {one.public_hex, two.public_hex}));
  MUST(unseal(sealed, about, two).value_or("?") == content, "what is sealed opens");
  // Sizes tell nothing but blocks of 4 KiB.
  MUST(sealed.size() == have(seal(std::string(content.size() / 4096 * 4096, 'x'), "y", {one.public_hex})).size(), "only blocks of 4 KiB show");
  if (content.size() >= 8) MUST(from_base64(sealed)->find(content) == std::string::npos, "ciphertext shows nothing");
  const auto attachment = have(seal_attachment(about, content, about, {one.public_hex}, pad));
  const auto opened = open_attachment(attachment, about, one);
  MUST(opened && opened->about == about && opened->content == content, "what is sealed opens");
  MUST(!open_attachment(attachment, about, two), "another key opens nothing");
}

// ---- seeds --------------------------------------------------------------------------------------------------------------------

std::vector<Seed> wire_json_seeds() {
  std::vector<Seed> seeds;
  for (std::size_t i = 0; i < std::size(readers); ++i) seeds.emplace_back(readers[i].name, std::string(1, static_cast<char>(i)) + readers[i].seed());
  // Numbers that no int holds.
  seeds.emplace_back("news_numbers", std::string(1, '\0') + R"({"queues":[{"window":"LAW","waiting":1e300,"minutes":-1,"serving":99999999999}],"calls":[],"upstream_online":false,"county_as_of":0,"as_of":1e40})");
  seeds.emplace_back("ack_numbers", "\x8" + std::string(R"({"durable":true,"origin":"440583-K01","seq":-1,"hash":")") + std::string(64, 'a') + R"(","county":1.5})");
  return seeds;
}
std::vector<Seed> target_seeds() { return {{"heads", "/v1/heads?wait=20&known=16777217"}, {"log", "/v1/log/440583-K01?after=3&limit=100"}, {"blob", "/v1/blob/" + std::string(64, 'a') + "?off=0&bytes=9000"}, {"percent", "/v1/matter/%34%40?a=%e4%b8%ad&=&b"}, {"broken", "/%4"}, {"root", "/"}}; }
std::vector<Seed> zstd_seeds() {
  std::string bomb = zstd_pack(std::string(300'000, 'a'));
  return {{"frame", "\x0d" + zstd_pack("修路三个月，工钱没有结清。修路三个月，工钱没有结清。")}, {"bomb", "\x05" + bomb}, {"bomb_fits", "\x13" + bomb}, {"cut", "\x0d" + zstd_pack("工钱").substr(0, 9)}, {"window", raw("\x13\x28\xB5\x2F\xFD\x00\xF8\x01\x00\x00")}, {"empty", "\x01"}};
}
std::vector<Seed> lines_seeds() {
  const auto facts = every_fact();
  const std::vector<Fact> few{facts[2], facts[3], facts[5], facts[14]};
  const std::string lines = to_lines(chained(a_kiosk, few));
  auto poisoned = chained(a_kiosk, {facts[2]});
  poisoned.push_back(make_event_of(a_kiosk, 2, nine(), a_matter, "note", 1, "not json", poisoned[0].hash));
  auto gap = chained(a_kiosk, few);
  gap.erase(gap.begin() + 1);
  auto later = chained(a_kiosk, few);
  later.erase(later.begin());
  return {{"batch", lines}, {"poisoned", to_lines(poisoned)}, {"gap", to_lines(gap)}, {"later", to_lines(later)}, {"empty", "\n\n"}, {"cut", lines.substr(0, lines.size() / 2)}};
}
std::vector<Seed> codes_seeds() {
  return {{"hex", std::string(64, 'a')}, {"base64", "WVoxAAAA"}, {"padded", "QQ=="}, {"loose", "QR=="}, {"signature", std::string("m\0") + std::string(128, 'a') + '\0' + std::string(64, 'b')}, {"empty", ""}};
}
std::vector<Seed> envelope_seeds() {
  return {{"good", "\3"}, {"matter", "\2" + golden_matter}, {"bit", raw("\3\1\x40\0\0\0\0")}, {"cut", raw("\3\2\xF0\1\0\0")}, {"text", raw("\0WVox")}, {"bytes", "\1" + std::string(500, 'x')}, {"two", raw("\3\4\1\0\0\0\2\0\5\3\7\0\0\0\1")}};
}
std::vector<Seed> attachment_seeds() {
  return {{"good", "\3"}, {"small", "\2"}, {"bit", raw("\3\1\x40\xAA\0\0\0")}, {"cut", raw("\3\2\xF0\xA0\0\0")}, {"text", raw("\0YZA1")}, {"bytes", "\1" + std::string(600, 'x')}, {"small_cut", raw("\2\2\x90\1\0\0")}};
}
std::vector<Seed> seal_seeds() { return {{"plain", raw("\x40\0matter\0测试：样板干部收了钱。")}, {"empty", ""}, {"block", raw("\xFF\xFFm\0") + std::string(500, 'a')}}; }

const Join joined[] = {
    Join({"wire_json", "every JSON body of the protocol: what is written reads back the same", 2048, wire_json_target, wire_json_seeds}),
    Join({"target", "a request's target is a path; decoding adds nothing", 512, target_target, target_seeds}),
    Join({"zstd", "never more than was allowed, neither more nor less than a frame", 1024, zstd_target, zstd_seeds}),
    Join({"lines", "a batch that is let through is one log without a gap, its bodies fit their hashes and its chain holds", 4096, lines_target, lines_seeds}),
    Join({"codes", "hex and base64 have one form; nobody guesses a signature", 400, codes_target, codes_seeds}),
    Join({"envelope", "a changed envelope stays closed, the good one opens for its matter and its key only", 1024, envelope_target, envelope_seeds}),
    Join({"attachment", "a changed attachment stays closed, the good one opens", 1024, attachment_target, attachment_seeds}),
    Join({"seal", "what is sealed opens, and shows blocks of 4 KiB only", 1024, seal_target, seal_seeds}),
};

}  // namespace
}  // namespace yizhan::fuzz
