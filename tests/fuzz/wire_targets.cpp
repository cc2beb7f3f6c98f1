// What comes over a line or out of an envelope: JSON bodies, targets, zstd, lines of events, hex, base64, signatures, ciphertext.
#include <algorithm>
#include <sstream>

#include "core/envelope.h"
#include "core/event_log.h"
#include "core/event_text.h"
#include "core/key_set.h"
#include "core/opening.h"
#include "core/petition_json.h"
#include "core/seal.h"
#include "core/sealer.h"
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
    {"staff", run_reader<StaffList, staff_list_from_json>, [] { return to_json(StaffList{{{"L01", "林小满", "lawyer", true, false}}, std::string(32, 'e'), "L01"}); }},
    {"staff_enter", run_reader<StaffEnter, staff_enter_from_json>, [] { return to_json(StaffEnter{"L01", std::string(32, 'e'), "dmVyaWZpZXI=", std::string(64, 'f')}); }},
    {"staff_entered", run_reader<StaffEntered, staff_entered_from_json>, [] { return to_json(StaffEntered{"", "wrong", 4, 30, "林小满", "lawyer"}); }},
    {"staff_add", run_reader<StaffAdd, staff_add_from_json>, [] { return to_json(StaffAdd{"L01", std::string(32, 'e'), "482916", "dmVyaWZpZXI=", std::string(64, 'f')}); }},
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
    // The first one's join to the log before it is merge()'s to check.
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

// ---- key-sets and the second envelope -------------------------------------------------------------------------------------------

struct County {
  KeyPair root = make_sign_keys(), other_root = make_sign_keys(), county = make_box_keys(), discipline = make_box_keys(), hall = make_box_keys(), escrow = make_box_keys(), device = make_sign_keys();
  KeySet set;
  County() {
    set.version = 7;
    set.issued = set.not_before = nine();
    set.not_after = nine() + std::chrono::hours(24 * 365);
    set.root_public_hex = root.public_hex;
    set.recipients = {{"C-2026", "county", "", county.public_hex}, {"D-2026", "discipline", "", discipline.public_hex}, {"H01-2026", "hall", a_hub, hall.public_hex}, {"E-2026", "escrow", "", escrow.public_hex}};
    set.revoked = {"440583-K09"};
    set.escrow = {"AAAA"};
  }
};
const County& the_county() {
  static const County county;
  return county;
}

void key_set_target(std::string_view input) {
  const County& c = the_county();
  Feed feed(input);
  const auto way = feed.below(4);
  if (way == 0) {  // any text
    MUST(!decode_key_set(feed.rest(), c.root.public_hex), "nobody but the root makes a key-set");
    return;
  }
  if (way == 1) {  // a good one, changed after it was signed
    static const std::string good = encode_key_set(c.set, c.root.secret_hex);
    std::string text = good;
    const bool different = edited(text, feed);
    const auto set = decode_key_set(text, c.root.public_hex);
    if (!different) MUST(set && *set == c.set, "what is written reads back the same");
    if (set) MUST(*set == c.set, "spaces do no harm, and nothing else passes");
    return;
  }
  // What a custodian could sign by mistake, or another county's root on purpose.
  KeySet set = c.set;
  set.version = static_cast<int>(feed.number<std::uint32_t>());
  set.not_after = Time{Span{feed.number<std::int64_t>()}};
  set.not_before = Time{Span{feed.number<std::int64_t>()}};
  if (feed.flag()) set.recipients.clear();
  while (feed.below(3) != 0 && set.recipients.size() < 8) {
    static constexpr std::string_view purposes[] = {"hall", "county", "discipline", "escrow"};
    const auto purpose = feed.below(5);
    Recipient r;
    r.purpose = purpose < 4 ? std::string(purposes[purpose]) : std::string(feed.word());
    r.hall = feed.flag() ? (r.purpose == "hall" ? a_hub : "") : std::string(feed.word());
    r.public_hex = feed.flag() ? c.county.public_hex : std::string(feed.word());
    r.id = feed.word();
    if (!valid_utf8(r.purpose) || !valid_utf8(r.hall) || !valid_utf8(r.public_hex) || !valid_utf8(r.id)) return;
    set.recipients.push_back(r);
  }
  for (std::size_t n = feed.below(3); n > 0; --n) {
    const std::string id(feed.word());
    if (valid_utf8(id)) set.revoked.push_back(id);
  }
  if (way == 3) set.root_public_hex = c.other_root.public_hex;
  const std::string text = encode_key_set(set, way == 3 ? c.other_root.secret_hex : c.root.secret_hex);
  MUST(valid_json(text), "a key-set is JSON");
  const auto read = decode_key_set(text, c.root.public_hex);
  if (way == 3) {
    MUST(!read, "another root is another county's");
    return;
  }
  if (!read) {
    MUST(read.error().code == Code::Invalid && read.error().what.starts_with("key-set: "), "an error says what");
    return;
  }
  MUST(*read == set, "a key-set reads back the same");
  MUST(set.version >= 1, "versions begin with 1");
  MUST(may_follow(c.set, *read).has_value() == (set.version > c.set.version), "a version only ever grows");
  static_cast<void>(freshness(*read, nine()));
  for (const auto of : {SealClass::Ordinary, SealClass::Accusation}) {
    const auto keys = recipients_of(*read, of, a_hub);
    if (!keys) continue;
    MUST(!keys->empty() && keys->size() <= 3, "one to three recipients");
    if (of == SealClass::Accusation) {
      std::size_t allowed = 0;
      for (const auto& key : *keys)
        allowed += std::any_of(set.recipients.begin(), set.recipients.end(), [&](const Recipient& r) { return r.public_hex == key && (r.purpose == "discipline" || r.purpose == "escrow"); });
      MUST(allowed == keys->size(), "an accusation goes to discipline and escrow, no one else");
    }
  }
}

struct Second {
  std::string words = R"({"petition":null})";
  std::string good64 = have(seal_envelope(words, {1, a_matter, a_kiosk, nine(), 7}, {the_county().hall.public_hex, the_county().county.public_hex, the_county().escrow.public_hex}, the_county().device.secret_hex));
  std::string good = have(from_base64(good64));
};
const Second& the_second() {
  static const Second second;
  return second;
}

void envelope2_target(std::string_view input) {
  const County& c = the_county();
  const auto& [words, good64, good] = the_second();
  Feed feed(input);
  const auto way = feed.below(3);
  if (way == 0) {
    const auto text = feed.rest();
    MUST(!open_any(text, a_matter, c.hall) && !envelope_signed_by(text, c.device.public_hex), "nothing but our own envelopes opens");
    static_cast<void>(envelope_head(text));
    return;
  }
  if (way == 1) {
    const std::string bytes = base64(good.substr(0, 3 + feed.below(40)) + std::string(feed.rest()));
    const auto head = envelope_head(bytes);
    if (head) MUST(head->suite == 1 && head->key_set >= 0 && head->matter.size() < 256 && head->device.size() < 256, "a head is a head");
    MUST(bytes == good64 || (!open_any(bytes, a_matter, c.hall) && !envelope_signed_by(bytes, c.device.public_hex)), "nothing but our own envelopes opens");
    return;
  }
  std::string bytes = good;
  const bool different = edited(bytes, feed);
  const std::string text = base64(bytes);
  const auto opened = open_envelope(text, a_matter, c.hall);
  MUST(envelope_signed_by(text, c.device.public_hex) == !different, "one changed byte and it is signed by nobody");
  // The signature is checked apart: what opens with a changed one still holds the very words.
  if (opened) MUST(*opened == words && bytes.size() == good.size() && std::string_view(bytes).substr(0, bytes.size() - 64) == std::string_view(good).substr(0, good.size() - 64), "what opens is what was sealed");
  MUST(opened || different, "the good one opens");
}

// What is sealed for every execution, and what a reader makes of a whole log: scenes, apart from the parser above, which is fast.
void opening_target(std::string_view input) {
  const County& c = the_county();
  const auto& [words, good64, good] = the_second();
  Feed feed(input);
  if (feed.flag()) {  // an envelope of another matter, device, day, key-set: bound to all of it
    const std::string plain(feed.word());
    const EnvelopeHead head{1, std::string(feed.word().substr(0, 64)), std::string(feed.word().substr(0, 32)), Time{Span{feed.number<std::int64_t>()}}, static_cast<int>(feed.number<std::uint32_t>() & 0x7FFFFFFF)};
    const auto sealed = have(seal_envelope(plain, head, {c.discipline.public_hex}, c.device.secret_hex));
    MUST(open_envelope(sealed, head.matter, c.discipline).value_or("?") == plain, "what is sealed opens");
    MUST(!open_envelope(sealed, head.matter, c.county) && !open_envelope(sealed, head.matter + "x", c.discipline), "for its key and its matter only");
    const auto read = have(envelope_head(sealed));
    MUST(read.matter == head.matter && read.device == head.device && read.at == head.at && read.key_set == head.key_set, "a head reads back the same");
    MUST(envelope_signed_by(sealed, c.device.public_hex) && !envelope_signed_by(sealed, c.root.public_hex), "it names who signed it");
    const std::size_t size = from_base64(sealed)->size() - head.matter.size() - head.device.size();
    const std::size_t steps = size - (have(from_base64(good64)).size() - a_matter.size() - a_kiosk.size() - 1024);
    MUST(steps == 1024 || steps == 2048 || steps % 4096 == 0, "only steps show");
    return;
  }
  // As an event of a log, opened for a reader: never a crash, and the texts only when the envelope is whole.
  std::string bytes = good;
  const bool different = edited(bytes, feed);
  const std::string text = base64(bytes);
  MUST(!open_envelope(text, a_matter, c.discipline), "another key opens nothing");
  Filed filed = std::get<Filed>(every_fact()[0]);
  filed.petition.reset();
  filed.sealed = text;
  filed.key_set = 7;
  const auto events = chained(a_kiosk, {filed, every_fact()[1], SealedFact{"consulted", text, 7}});
  const auto opening = open_matter(a_matter, events, c.hall, [&](const Origin&) { return std::vector{c.device.public_hex}; });
  MUST(opening.events.size() == events.size() && (opening.opened != opening.refused || text.empty()), "a matter is opened or refused");
  if (opening.opened && different) MUST(!opening.doubts.empty(), "a changed signature is told");
}

void content_target(std::string_view input) {
  if (const auto content = decode_content(input)) {
    const std::string text = encode_content(*content);
    MUST(valid_json(text), "content is JSON");
    const auto again = decode_content(text);
    MUST(again && encode_content(*again) == text, "content reads back the same");
  }
  const County& c = the_county();
  Feed feed(input);
  std::vector<std::string> shares;
  while (!feed.empty() && shares.size() < 4) shares.emplace_back(feed.word());
  MUST(!open_escrow(shares, c.escrow), "nothing but our own shares opens");
  // A good share beside foreign ones: one custodian takes his own box off, and what is in it is still closed.
  static const std::vector<std::string> good = have(escrow_secret(the_county().escrow.secret_hex, {the_county().county.public_hex, the_county().hall.public_hex, the_county().discipline.public_hex}));
  if (input.size() % 64 != 0) return;  // opening costs more than all the reading above
  shares.push_back(good.front());
  const auto half = have(open_escrow(shares, c.county));
  const auto whole = open_escrow(half, c.hall);
  MUST(whole && from_base64(whole->front()).value_or("?") == c.escrow.secret_hex, "two of three custodians have the secret");
  MUST(!open_escrow(half, c.county), "one custodian has nothing");
}

// ---- seeds --------------------------------------------------------------------------------------------------------------------

std::vector<Seed> wire_json_seeds() {
  std::vector<Seed> seeds;
  for (std::size_t i = 0; i < std::size(readers); ++i) seeds.emplace_back(readers[i].name, std::string(1, static_cast<char>(i)) + readers[i].seed());
  // Numbers that no int holds.
  seeds.emplace_back("news_numbers", std::string(1, '\0') + R"({"queues":[{"window":"LAW","waiting":1e300,"minutes":-1,"serving":99999999999}],"calls":[],"upstream_online":false,"county_as_of":0,"as_of":1e40})");
  seeds.emplace_back("ack_numbers", "\x8" + std::string(R"({"durable":true,"origin":"440583-K01","seq":-1,"hash":")") + std::string(64, 'a') + R"(","county":1.5})");
  seeds.emplace_back("staff_numbers", "\x11" + std::string(R"({"sealed":"","refused":"wait","left":1e300,"wait_s":-99999999999})"));
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

std::vector<Seed> key_set_seeds() {
  const County& c = the_county();
  return {{"text", std::string(1, '\0') + encode_key_set(c.set, c.root.secret_hex)}, {"good", "\1"}, {"bit", raw("\1\1\x30\0\0\0\2")}, {"cut", raw("\1\2\x30\0\0\0")}, {"later", raw("\2\x8\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\4who\0\1\1who\0\0\0")},
          {"end_of_time", raw("\2\x8\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F\0\0\0\0\0\0\0\0\0\0")}, {"other_root", raw("\3\x9\0\0\0")}, {"revoked", raw("\2\x9\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2D-2026\0C-2026\0")}};
}
std::vector<Seed> envelope2_seeds() {
  return {{"good", "\2"}, {"bit", raw("\2\1\x60\0\0\0\2")}, {"cut", raw("\2\2\x80\1\0\0")}, {"text", raw("\0WVoyARo0")}, {"head", "\1\x20" + std::string(700, 'x')}};
}
std::vector<Seed> opening_seeds() {
  return {{"event", raw("\0")}, {"event_bit", raw("\0\1\xFF\x05\0\0\2")}, {"other", raw("\1words\0matter\0device\0\1\2\3\4\5\6\7\0\1\0\0\0")}};
}
std::vector<Seed> content_seeds() {
  FiledContent content;
  content.petition = a_petition();
  content.ruling.reasons = {{"wages", {"信访工作条例", "31(2)"}, "先走仲裁", ""}};
  content.suggested = Suggested{"1-0a1b2c3d", "劳动", 812, "RS", 640};
  return {{"content", encode_content(content)}, {"empty", "{}"}, {"shares", raw("AAAA\0WVoy\0")}};
}

const Join joined[] = {
    Join({"key_set", "nobody but the root makes a key-set; a version only grows; an accusation goes to discipline and escrow only", 1536, key_set_target, key_set_seeds}),
    Join({"envelope2", "the second envelope: what is changed is signed by nobody, and opens only to the very words", 1024, envelope2_target, envelope2_seeds}),
    Join({"opening", "what is sealed is bound to matter, device, day and key, and shows steps of size only; a reader's log opens or says so", 1024, opening_target, opening_seeds}),
    Join({"content", "what a sealed matter holds reads back the same; two of three custodians have a secret, one has nothing", 1536, content_target, content_seeds}),
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
