// Both ends of the line and the file under them: a hub that is asked anything, a client that is answered anything, a log file that holds
// anything. The log is SQLite's own file in memory (/dev/shm).
#include <algorithm>
#include <limits>
#include <map>

#include "core/event_text.h"
#include "core/petition_json.h"
#include "core/seal.h"
#include "core/text.h"
#include "sync/client.h"
#include "sync/server.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/samples.h"

namespace yizhan::fuzz {
namespace {

using namespace sync;

/// Applies the feed's edits: what a flipped, cut or stuttering byte stream makes of something good.
void edit(std::string& bytes, Feed& feed, std::size_t times) {
  for (; times > 0 && !bytes.empty(); --times) {
    const auto how = feed.below(5);
    const std::size_t at = feed.number<std::uint32_t>() % bytes.size();
    if (how == 0) bytes[at] = static_cast<char>(feed.byte());
    else if (how == 1) bytes[at] = static_cast<char>(bytes[at] ^ (1 << feed.below(8)));
    else if (how == 2) bytes.resize(at);
    else if (how == 3) bytes.erase(at, 1 + feed.below(40));
    else bytes.insert(at, bytes.substr(feed.number<std::uint16_t>() % bytes.size(), 1 + feed.below(40)));
  }
}

/// A database as bytes, put back whenever a run has written to it.
struct Stored {
  std::string path, bytes;
  void put_back() const {
    std::error_code none;
    for (const char* end : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(path + end, none);
    put_file(path, bytes);
  }
};

const std::string sealed_words = "c2VhbGVkIG1hcms=";  // stands for an accusation's ciphertext
const std::string personal_name = "林小满";
const std::string recording(9'000, 'o');

std::vector<Fact> filing(bool sealed, const std::string& ticket) {
  const auto facts = every_fact();
  Filed filed = std::get<Filed>(facts[0]);
  Routed routed = std::get<Routed>(facts[1]);
  if (sealed) {
    filed.petition.reset();
    filed.sealed = sealed_words;
    routed.ruling.sealed = true;
    routed.suggested.reset();
  }
  return {filed, routed, TicketIssued{ticket, window_lawyer, Priority::Normal, sealed ? "" : "wages"}};
}

void state_day(EventLog& log, const Origin& kiosk) {
  const Date day = hall_day(nine());
  auto with_recording = filing(false, "A001");
  with_recording.push_back(Attached{std::string(attached_statement), "audio/ogg; codecs=opus", static_cast<std::int64_t>(recording.size()), hex(hash_bytes(recording)), 2'000, false, ""});
  EventLog::Statement first{make_matter_id(kiosk, day, 1), with_recording};
  first.blobs = {recording};
  const EventLog::Statement statements[] = {first, {make_matter_id(kiosk, day, 2), filing(true, "A002")}, {make_matter_id(kiosk, day, 3), filing(false, "A003")}};
  have(log.append_many(kiosk, statements, nine()));
}

// ---- the hub ---------------------------------------------------------------------------------------------------------------------

struct HallHub {
  Stored stored;
  HubConfig config;
  std::map<Origin, KeyPair> keys;
  std::string code;  ///< of the invitation that is still open
  std::unique_ptr<EventLog> log;
  std::unique_ptr<Hub> hub;
  std::uint64_t events = 0, version = 0, written = 0;
  int runs = 0;

  HallHub() {
    stored.path = scratch() + "/hub.db";
    config.self = a_hub;
    config.key = make_sign_keys();
    log = have(EventLog::open(stored.path));
    hub = std::make_unique<Hub>(*log, config, law_books().rules, law_books().calendar);
    have(hub->start());
    for (const auto& [origin, role] : std::map<Origin, std::string>{{a_kiosk, "kiosk"}, {a_desk, "desk-lawyer"}, {"440583-D03", "desk-reception"}, {"440583-D09", "board"}}) {
      keys[origin] = make_sign_keys();
      Request request{"POST", "/v1/enrol", {}, {}};
      set_body(request, to_json(EnrolAsk{have(hub->invite(origin, role, nine())), origin, role, keys[origin].public_hex, "", {}}), "application/json");
      sign_request(request, origin, keys[origin], nine());
      MUST(std::get<Reply>(hub->handle(request, nine(), Tick{}, false)).status == 200, "a device enrols");
    }
    keys["440583-K09"] = make_sign_keys();
    code = have(hub->invite("440583-K09", "kiosk", nine()));
    // The kiosk's day, as it would bring it.
    const std::string own = scratch() + "/kiosk_of_hub.db";
    {
      auto kiosk = have(EventLog::open(own));
      state_day(*kiosk, a_kiosk);
      have(log->merge(have(kiosk->after(a_kiosk, 0, 100))));
    }
    for (std::size_t at = 0; at < recording.size(); at += 8192) have(log->put_blob(hash_bytes(recording), recording.size(), at, std::string_view(recording).substr(at, 8192)));
    hub->refresh();
    have(log->checkpoint());
    hub.reset();
    log.reset();
    stored.bytes = file_bytes(stored.path);
    open();
  }
  void open() {
    hub.reset();
    log.reset();
    stored.put_back();
    log = have(EventLog::open(stored.path));
    hub = std::make_unique<Hub>(*log, config, law_books().rules, law_books().calendar);
    have(hub->start());
    remember();
  }
  void remember() {
    events = have(log->count());
    version = hub->version();
    written = hub->written();
  }
};

std::string good_body(const HallHub& hall, std::size_t which, Feed& feed) {
  switch (which) {
    case 2: {  // the next events of the kiosk's log, chained as they should be
      const auto facts = every_fact();
      const Head head = have(hall.log->head(a_kiosk));
      std::vector<Event> events;
      Digest before = head.hash;
      for (std::size_t n = 1 + feed.below(3); n > 0; --n) {
        const Time at = feed.flag() ? nine(static_cast<int>(feed.byte())) : Time{Span{feed.number<std::int64_t>()}};
        const auto matter = feed.flag() ? make_matter_id(a_kiosk, hall_day(nine()), 1 + static_cast<std::uint32_t>(feed.below(5))) : MatterId{};
        const auto which_fact = feed.byte();
        std::string body = which_fact < 200 ? encode_fact(facts[which_fact % facts.size()]) : std::string(feed.word());
        std::replace(body.begin(), body.end(), '\n', ' ');
        events.push_back(make_event_of(a_kiosk, head.seq + events.size() + 1, at, matter, type_of(facts[which_fact % facts.size()]), 1, std::move(body), before));
        before = events.back().hash;
      }
      return to_lines(events);
    }
    case 5: return to_json(QueueAsk{static_cast<QueueOp>(feed.below(7)), "r-" + std::to_string(feed.below(8)), a_desk, "1号律师窗口", {"LAW"}, feed.flag() ? "A001" : "", "MED", "转"});
    case 6:
    case 7: return to_json(HelpCall{"h-" + std::to_string(feed.below(3)), a_kiosk, "一号自助机", nine(), "statement", encode_petition(a_petition()), "", feed.flag(), "A009"});
    case 8: return to_json(ProgressAsk{make_matter_id(a_kiosk, hall_day(nine()), 1), std::string(64, feed.flag() ? 'a' : 'b')});
    case 9: return blobs_ask_to_json({hash_bytes(recording), hash_bytes("nobody")});
    case 10: return recording.substr(0, feed.number<std::uint16_t>());
    case 12: return to_json(EnrolAsk{feed.flag() ? hall.code : "00000000", "440583-K09", "kiosk", hall.keys.at("440583-K09").public_hex, "九号", {}});
    default: return {};
  }
}

void hub_target(std::string_view input) {
  static HallHub hall;
  Feed feed(input);
  bool enrols = false;  // wrong codes are counted on the disk
  for (int n = 0; n < 5 && !feed.empty(); ++n) {
    static const Origin devices[] = {a_kiosk, a_desk, "440583-D03", "440583-D09", "440583-K09", "440583-K77"};
    const Origin device = devices[feed.below(std::size(devices))];
    const auto key = hall.keys.find(device);
    static constexpr std::string_view methods[] = {"GET", "POST", "PUT", "DELETE"};
    Request request;
    request.method = methods[feed.below(4)];
    const std::size_t which = feed.below(13);
    const std::string tail(feed.word());
    const auto matter = make_matter_id(a_kiosk, hall_day(nine()), 1 + static_cast<std::uint32_t>(feed.below(3)));
    const std::string targets[] = {tail, "/v1/heads?" + tail, "/v1/log/" + a_kiosk + "?" + tail, "/v1/log/" + tail, "/v1/matter/" + (tail.empty() ? matter : tail), "/v1/queue", "/v1/help" + (tail.empty() ? "" : "?" + tail), "/v1/help/" + tail,
                                   "/v1/progress", "/v1/blobs", "/v1/blob/" + hex(hash_bytes(recording)) + "?" + tail, "/v1/hall?" + tail, "/v1/enrol"};
    request.target = targets[which];
    std::string body = feed.flag() ? good_body(hall, which, feed) : std::string(feed.word());
    edit(body, feed, feed.below(4) == 3 ? feed.below(6) : 0);
    const auto packing = feed.below(4);
    if (packing == 0) request.body = body;
    else if (packing == 1) request.headers.push_back({"Content-Encoding", std::string(feed.word())}), request.body = body;
    else if (packing == 2) request.headers.push_back({"Content-Encoding", "zstd"}), request.body = body;
    else set_body(request, body, which == 10 ? raw_content : "application/json");
    const auto timed = feed.below(4);
    const Time said = timed == 3 ? Time{Span{feed.number<std::int64_t>()}} : nine(timed == 2 ? -3000 : 0);
    bool sound = key != hall.keys.end();
    if (sound) sign_request(request, device, key->second, said);
    else request.headers.push_back({"Yizhan-Device", device});
    const auto lie = feed.below(8);
    if (lie == 1) request.headers.push_back({"Yizhan-Device", std::string(feed.word())});
    if (lie == 2) request.target += "&x=1", sound = false;
    if (lie == 3) request.body += "x", sound = false;
    if (lie == 4 && sound) request.headers.back().value.back() = request.headers.back().value.back() == '0' ? '1' : '0', sound = false;

    const Head before = have(hall.log->head(a_kiosk));
    const std::uint64_t count_before = have(hall.log->count());
    enrols = enrols || which == 12;
    auto parsed = parse(request);
    auto answer = hall.hub->answer(parsed, nine(), Tick{Span{1'000}}, feed.flag());
    if (std::holds_alternative<Wait>(answer)) {
      MUST(std::get<Wait>(answer).until <= Tick{Span{61'000}} && sound, "nobody waits longer than a minute, and only who is known");
      continue;
    }
    Reply reply = std::get<Reply>(answer);
    const std::string plain = reply.body;
    Hub::finish(reply, request, hall.config.self, hall.config.key);
    MUST(body_of(reply).value_or("?") == plain, "a reply unpacks");
    const bool good = reply.status == 200;
    const auto verdict = check_reply(reply, request, hall.config.key.public_hex);
    MUST(verdict.has_value() == good, "a reply is signed, and says what it is");
    if (!good) {
      const auto refusal = refusal_from_json(plain);
      static constexpr std::string_view words[] = {"gap", "fork", "conflict", "corrupt", "invalid", "not_found", "unauthorised", "revoked", "unavailable"};
      MUST(refusal && std::find(std::begin(words), std::end(words), refusal->code) != std::end(words), "a refusal has one of the words of the protocol");
      MUST(reply.status >= 400 && reply.status <= 503, "a refusal has a status");
    }
    MUST(!hall.hub->broken(), "no request breaks the disk");
    if (!sound) {
      MUST(!good, "what is not signed by an enrolled device is refused");
      MUST(have(hall.log->count()) == count_before, "and changes nothing");
    }
    const bool enrolled = device != "440583-K09";
    if (device != a_kiosk) MUST(plain.find(sealed_words) == std::string::npos, "a sealed matter's words go to nobody in the hall");
    if (device == "440583-D09" || !enrolled || !sound) MUST(plain.find(personal_name) == std::string::npos, "a board, a stranger and a forger see no names");
    const Head after = have(hall.log->head(a_kiosk));
    MUST(after.seq >= before.seq && (after.seq == before.seq) == (after.hash == before.hash), "a log only grows");
    if (after.seq != before.seq) {
      const auto ack = ack_from_json(plain);
      MUST(good && ack && ack->head.seq == after.seq && ack->head.hash == after.hash && device == a_kiosk, "what is stored is acknowledged as it is, to its author");
    }
    if (which == 2 && request.method == "POST" && good && !plain.empty()) {
      const auto ack = ack_from_json(plain);
      MUST(ack && ack->head.seq == after.seq && ack->head.hash == after.hash, "an acknowledgement names what is on the disk");
    }
  }
  static_cast<void>(hall.hub->news(nine()));
  const bool grown = have(hall.log->count()) != hall.events;
  if (grown) MUST(have(hall.log->verify()).empty(), "whatever was stored verifies");
  if (grown || enrols || hall.hub->version() != hall.version || hall.hub->written() != hall.written || ++hall.runs % 500 == 0) hall.open();
}

// ---- the client --------------------------------------------------------------------------------------------------------------------

struct KioskLog {
  Stored stored;
  KeyPair key = make_sign_keys(), hub_key = make_sign_keys(), wrong_key = make_sign_keys();
  std::unique_ptr<EventLog> log;
  std::vector<Event> own;
  std::vector<Event> county = chained(a_stream, {every_fact()[15], every_fact()[16]});
  std::uint64_t events = 0;
  bool dirty = false;

  KioskLog() {
    stored.path = scratch() + "/client.db";
    {
      auto made = have(EventLog::open(stored.path));
      state_day(*made, a_kiosk);
      own = have(made->after(a_kiosk, 0, 100));
      have(made->checkpoint());
    }
    stored.bytes = file_bytes(stored.path);
    open();
  }
  void open() {
    log.reset();
    stored.put_back();
    log = have(EventLog::open(stored.path));
    events = have(log->count());
    dirty = false;
  }
};

void client_target(std::string_view input) {
  static KioskLog kiosk;
  if (kiosk.dirty) kiosk.open();
  Feed feed(input);
  ClientConfig config;
  config.self = a_kiosk;
  config.key = kiosk.key;
  config.hub_origin = a_hub;
  config.hub_public_hex = kiosk.hub_key.public_hex;
  config.pull = {a_stream};
  config.long_poll = feed.flag() ? Span{0} : Span{20'000};
  config.batch_events_max = 4;
  Client client(config, [&](const std::function<void(EventLog&)>& work) { work(*kiosk.log); });
  Tick now{Span{1'000'000}};
  bool heard = false;                  // a reply that our hub signed for this very request
  std::uint64_t named = 0, county_named = 0;  // the highest of our own events that such a reply named with its hash
  std::uint64_t blob_named = 0;
  Reply last;
  for (int n = 0; n < 14 && !feed.empty(); ++n) {
    const auto request = client.step(now, nine());
    if (!request) {
      now = std::max(now + Span{1}, std::min(client.again_at(), now + Span{3'600'000}));
      if (feed.flag()) client.nudge();
      if (feed.below(8) == 0) break;
      continue;
    }
    MUST(request->body.size() <= request_bytes_max && parse_target(request->target), "the client asks lawfully");
    const auto way = feed.below(7);
    if (way == 0) {
      client.received(Error{feed.flag() ? Code::Unavailable : Code::Invalid, feed.flag() ? std::string(interrupted_words) : "timed out"}, now, nine());
      continue;
    }
    static constexpr int statuses[] = {200, 200, 200, 204, 302, 400, 401, 404, 409, 413, 429, 503, 0, 99};
    Reply reply;
    reply.status = statuses[feed.below(std::size(statuses))];
    if (way == 6 && last.status != 0) {
      reply = last;  // an old reply, played again
    } else {
      std::string body;
      const bool honest = feed.flag();
      if (honest && request->target.starts_with("/v1/heads")) {
        Heads heads{7 + feed.below(3), nine(), {}, std::nullopt, feed.below(3)};
        const std::size_t have_of_us = feed.below(kiosk.own.size() + 2);
        if (have_of_us > 0) {
          const Event& at = kiosk.own[std::min(have_of_us, kiosk.own.size()) - 1];
          heads.heads.push_back({{a_kiosk, feed.below(6) == 0 ? feed.number<std::uint64_t>() : at.id.seq, feed.below(6) == 0 ? hash_bytes("other") : at.hash}, feed.below(9)});
        }
        if (feed.flag()) heads.heads.push_back({{a_stream, 2, kiosk.county.back().hash}, 2});
        body = to_json(heads);
      } else if (honest && request->method == "POST" && request->target.starts_with("/v1/log/")) {
        const Event& at = kiosk.own[feed.below(kiosk.own.size())];
        body = to_json(Ack{{feed.below(6) == 0 ? a_stream : a_kiosk, at.id.seq, feed.below(6) == 0 ? hash_bytes("other") : at.hash}, feed.below(12)});
      } else if (honest && request->target.starts_with("/v1/log/")) {
        auto events = kiosk.county;
        if (feed.below(4) == 0) events.erase(events.begin());
        body = to_lines(events);
      } else if (honest && request->target.starts_with("/v1/blob")) {
        body = to_json(std::vector<BlobHave>{{hash_bytes(recording), feed.flag() ? static_cast<std::int64_t>(recording.size()) : feed.number<std::int16_t>(), recording.size(), feed.flag()}});
      } else if (honest) {
        body = "{}";
      } else if (feed.flag()) {
        static constexpr std::string_view codes[] = {"gap", "fork", "conflict", "corrupt", "invalid", "not_found", "unavailable"};
        body = to_json(Refusal{std::string(codes[feed.below(std::size(codes))]), "no", feed.number<std::uint64_t>()});
      } else {
        body = std::string(feed.word());
      }
      edit(body, feed, feed.below(4) == 3 ? feed.below(5) : 0);
      if (feed.below(8) == 0) reply.headers.push_back({"Retry-After", std::string(feed.word())});
      const auto pack = feed.below(8);
      if (pack == 0) reply.headers.push_back({"Content-Encoding", std::string(feed.word())}), reply.body = body;
      else if (pack == 1) reply.headers.push_back({"Content-Type", "text/html"}), reply.body = body;
      else if (pack == 2) reply.headers.push_back({"Content-Encoding", "zstd"}), reply.body = body;
      else set_body(reply, body, "application/json");
      if (way == 2) reply.headers.push_back({"Yizhan-Signature", std::string(feed.word())});
      if (way == 3) reply.headers.push_back({"Yizhan-Signature", sign(reply_text(reply, *request), kiosk.wrong_key.secret_hex)});
      if (way >= 4) reply.headers.push_back({"Yizhan-Signature", sign(reply_text(reply, *request), kiosk.hub_key.secret_hex)});
      if (way == 5 && feed.below(3) == 0) reply.body += "x";
      if (way == 5 && feed.below(3) == 0) reply.status = reply.status == 200 ? 503 : 200;
    }
    if (verify_signature(reply_text(reply, *request), header(reply.headers, "Yizhan-Signature"), kiosk.hub_key.public_hex)) {
      heard = kiosk.dirty = true;
      last = reply;
      if (const auto body = body_of(reply); body && reply.status >= 200 && reply.status < 300) {
        const auto names = [&](const Head& head, std::uint64_t county) {
          if (head.origin == a_kiosk && head.seq >= 1 && head.seq <= kiosk.own.size() && kiosk.own[head.seq - 1].hash == head.hash) named = std::max(named, head.seq);
          if (head.origin == a_kiosk) county_named = std::max(county_named, county);
        };
        if (const auto heads = heads_from_json(*body))
          for (const auto& row : heads->heads) names(row.head, row.county);
        if (const auto ack = ack_from_json(*body)) names(ack->head, ack->county);
        if (const auto blobs = blobs_from_json(*body))
          for (const auto& blob : *blobs)
            if (blob.hash == hash_bytes(recording) && blob.bytes == recording.size() && blob.have == static_cast<std::int64_t>(recording.size())) ++blob_named;
      }
    }
    now += Span{feed.byte() * 100};
    client.received(reply, now, nine());
    const ClientState& state = client.state();
    if (!heard) {
      MUST(!state.online && state.pulled == 0 && state.pushed == 0 && state.blob_bytes == 0 && !state.hall, "without a valid signature nothing was heard");
      for (const auto& [origin, mark] : state.marks) MUST(mark.hub == 0 && mark.county == 0, "without a valid signature nothing is delivered");
      MUST(have(kiosk.log->count()) == kiosk.events && have(kiosk.log->blobs_count(Reach::Here)) == 1, "and nothing is written");
    }
    if (const auto mark = state.marks.find(a_kiosk); mark != state.marks.end()) {
      MUST(mark->second.hub <= named, "what counts as delivered was named with its hash");
      MUST(mark->second.county <= county_named && mark->second.county <= mark->second.total, "what counts as the county's was said so");
    }
    if (blob_named == 0) MUST(have(kiosk.log->blobs_count(Reach::Here)) == 1, "an attachment counts when it was named whole");
    MUST(client.again_at() <= now + Span{900'000} + Span{1'000}, "whatever a server asks for, we come back within a quarter of an hour");
  }
  // Our own words stay as they are, whatever came in.
  const auto own = have(kiosk.log->after(a_kiosk, 0, 100));
  MUST(own.size() == kiosk.own.size() && own.back().hash == kiosk.own.back().hash, "nobody changes our own log");
}

// ---- enrolment ---------------------------------------------------------------------------------------------------------------------

struct Scripted : Transport {
  std::function<Reply(const Request&)> say;
  Result<Reply> exchange(const Request& request, Span) override { return say(request); }
};

void enrol_target(std::string_view input) {
  static const KeyPair key = make_sign_keys(), hub_key = make_sign_keys();
  Feed feed(input);
  const auto way = feed.below(4);
  static constexpr int statuses[] = {200, 200, 200, 400, 302, 500};
  Scripted line;
  bool pinned_signed = false;
  line.say = [&](const Request& request) {
    Reply reply;
    reply.status = statuses[feed.below(std::size(statuses))];
    std::string body = to_json(Enrolment{feed.below(4) == 0 ? a_desk : a_kiosk, "kiosk", {}, a_hub, hub_key.public_hex, {}});
    if (way == 0) body = std::string(feed.word());
    if (way == 1) edit(body, feed, 1 + feed.below(5));
    set_body(reply, body, "application/json");
    if (way != 2) reply.headers.push_back({"Yizhan-Signature", sign(reply_text(reply, request), hub_key.secret_hex)});
    if (way == 3) edit(reply.body, feed, feed.below(3));
    pinned_signed = verify_signature(reply_text(reply, request), header(reply.headers, "Yizhan-Signature"), hub_key.public_hex);
    return reply;
  };
  const auto enrolled = enrol(line, EnrolAsk{"12345678", a_kiosk, "kiosk", key.public_hex, "", {}}, key, nine());
  if (enrolled) MUST(enrolled->origin == a_kiosk && enrolled->hub_public_hex == hub_key.public_hex && pinned_signed, "a key is pinned only when it signed its own answer");
  const Pinned pinned{a_kiosk, key, a_hub, hub_key.public_hex};
  const auto told = ask(line, pinned, "POST", "/v1/progress", "{}", nine());
  if (told) MUST(pinned_signed, "only our hub's word counts");
}

// ---- a log file that holds anything -------------------------------------------------------------------------------------------------

void log_file_target(std::string_view input) {
  static const struct Original {
    Stored stored;
    std::map<Origin, std::vector<Event>> events;
    Original() {
      stored.path = scratch() + "/original.db";
      {
        auto log = have(EventLog::open(stored.path));
        state_day(*log, a_kiosk);
        have(log->merge(chained(a_stream, {every_fact()[15], every_fact()[16]})));
        have(log->put_note("sync.440583-H01.440583-K01", "3 1"));
        have(log->checkpoint());
        for (const auto& head : have(log->heads())) events[head.origin] = have(log->after(head.origin, 0, 100));
      }
      stored.bytes = file_bytes(stored.path);
      stored.path = scratch() + "/file.db";
    }
  } original;
  Feed feed(input);
  const auto mode = feed.flag() ? EventLog::Mode::ReadOnly : EventLog::Mode::ReadWrite;
  Stored changed = original.stored;
  const bool whole = feed.below(16) == 0;
  if (whole) changed.bytes = std::string(feed.rest());
  else edit(changed.bytes, feed, 1 + feed.below(6));
  changed.put_back();
  const auto log = EventLog::open(changed.path, mode);
  if (!log) {
    MUST(valid_utf8(log.error().what), "an error is text");
    return;
  }
  const auto damage = (*log)->verify();
  const bool sound = damage && damage->empty();
  for (const auto& [origin, events] : original.events) {
    const auto read = (*log)->after(origin, 0, 100);
    if (!read) {
      MUST(!sound, "what cannot be read is told by verify");
      continue;
    }
    if (!sound) continue;
    // What verifies is what was stated: a whole file that is another lawful log has none of these origins or the same chain.
    for (std::size_t i = 0; i < std::min(read->size(), events.size()); ++i) MUST((*read)[i].hash == events[i].hash && (*read)[i].body == events[i].body, "what verifies is what was stated");
    // SQLite takes what is shorter than its smallest page for a new, empty database; that there was a log is known to the hub and the county.
    if (!whole && changed.bytes.size() >= 512) MUST(read->size() == events.size(), "nothing is missing from what verifies");
  }
  std::int64_t cursor = 0;
  static_cast<void>((*log)->arrived_after(cursor, 100));
  static_cast<void>((*log)->of_matter(make_matter_id(a_kiosk, hall_day(nine()), 1)));
  const auto bytes = (*log)->blob_bytes(hash_bytes(recording), 0);
  if (sound && bytes) MUST(*bytes == recording, "an attachment that verifies is what was stated");
  if (mode == EventLog::Mode::ReadWrite) static_cast<void>((*log)->append(a_kiosk, a_matter, std::vector<Fact>{Rated{5, 4, ""}}, nine()));
}

// ---- seeds ----------------------------------------------------------------------------------------------------------------------------

/// A request as hub_target reads it.
std::string asked(int device, int method, int which, std::string tail, int matter, std::string body_part, int packing = 0) {
  std::string out{static_cast<char>(device), static_cast<char>(method), static_cast<char>(which)};
  out += tail;
  out += '\0';
  out += static_cast<char>(matter);
  out += body_part;           // flag, then what good_body or word() take
  out += std::string(1, '\0');  // no edits
  out += static_cast<char>(packing == 1 ? 3 : 0);
  out += raw("\0\0\1");  // time, lie, may wait
  return out;
}
std::vector<Seed> hub_seeds() {
  const std::string good(1, '\1'), none("\0\0", 2);
  std::vector<Seed> seeds{{"heads", asked(0, 0, 1, "wait=0", 0, none)},
                          {"push", asked(0, 1, 2, "after=11", 0, good + raw("\0\1\1\1\0\2"), 1)},
                          {"push_raw", asked(0, 1, 2, "", 0, good + raw("\1\0\1\1\1\1\1\1\1\1\1\0\xFF{}\0\1\5\0\3"), 1)},
                          {"pull", asked(2, 0, 2, "after=0&limit=3", 0, none)},
                          {"matter", asked(1, 0, 4, "", 0, none)},
                          {"matter_sealed", asked(2, 0, 4, "", 1, none)},
                          {"call", asked(1, 1, 5, "", 0, good + raw("\0\1\0"), 1)},
                          {"move", asked(1, 1, 5, "", 0, good + raw("\5\2\1"), 1)},
                          {"help", asked(0, 1, 6, "", 0, good + raw("\1\0"), 1)},
                          {"help_list", asked(2, 0, 6, "known=0", 0, none)},
                          {"help_take", asked(2, 1, 7, "h-1", 0, good + raw("\1\0"), 1)},
                          {"progress", asked(0, 1, 8, "", 0, good + raw("\1"), 1)},
                          {"progress_wrong", asked(0, 1, 8, "", 0, good + raw("\0"), 1)},
                          {"blobs", asked(0, 1, 9, "", 0, good, 1)},
                          {"piece", asked(0, 2, 10, "off=0&bytes=9000", 0, good + raw("\x28\x23"), 1)},
                          {"piece_read", asked(1, 0, 10, "off=0", 0, none)},
                          {"hall", asked(3, 0, 11, "wait=5&known=1", 0, none)},
                          {"enrol", asked(4, 1, 12, "", 0, good + raw("\1"), 1)},
                          {"enrol_wrong", asked(4, 1, 12, "", 0, good + raw("\0"), 1)},
                          {"stranger", asked(5, 0, 1, "", 0, none)},
                          {"raw", asked(0, 0, 0, "/v1/log/440583-K01/x%2", 0, none)}};
  seeds.emplace_back("call_twice", seeds[6].second + seeds[6].second + seeds[7].second);
  seeds.emplace_back("help_way", seeds[8].second + seeds[9].second + seeds[10].second);
  return seeds;
}
std::vector<Seed> client_seeds() {
  const auto say = [](int way, int status, std::string rest) { return std::string{static_cast<char>(way), static_cast<char>(status)} + std::move(rest); };
  const std::string plain("\0\1\3\1", 4);  // no edits, no Retry-After, packed as usual, a moment later
  const std::string heads_none = raw("\1\0\0\0\0") + plain, heads_all = raw("\1\0\0\x0b\1\1\1\0\1") + plain;
  const std::string ack = raw("\1\3\1\1\3") + plain, ack_late = raw("\1\x0a\1\1\x0b") + plain;
  return {{"unsigned", std::string(1, '\0') + say(1, 0, heads_none)}, {"wrong_key", std::string(1, '\0') + say(3, 0, heads_none)}, {"delivered", std::string(1, '\0') + say(4, 0, heads_none) + say(4, 0, ack) + say(4, 0, ack_late) + say(4, 0, raw("\1\1\1") + plain)},
          {"known", std::string(1, '\1') + say(4, 0, heads_all) + say(4, 0, raw("\1\1") + plain) + say(4, 0, raw("\1\1\1") + plain)},
          {"replayed", std::string(1, '\1') + say(4, 0, heads_none) + say(6, 0, plain) + say(6, 0, plain)}, {"refused", std::string(1, '\0') + say(4, 0, heads_none) + say(4, 8, raw("\0\1\0\2\0\0\0\0\0\0\0") + plain)},
          {"html", std::string(1, '\0') + say(1, 0, raw("\0\0<html>\0\0\1\1\1"))}, {"gone", raw("\0\0\0\0\0\1\1")}, {"later", std::string(1, '\0') + say(1, 11, raw("\0\0{}\0\0\0" "9999999999\0\3\1"))}};
}
std::vector<Seed> enrol_seeds() { return {{"good", raw("\3\0\1\0\0\1\0")}, {"unsigned", raw("\2\0\1")}, {"text", raw("\0\0\1<html>\0")}, {"edited", raw("\1\0\1\1\1\x20\0\0\0\3")}, {"other", raw("\3\0\0\0")}}; }
std::vector<Seed> log_file_seeds() {
  return {{"head", raw("\0\1\1\0\x12\0\0\0\7")}, {"page", raw("\1\1\1\0\x10\x20\0\0\xFF\0\x50\x30\0\0\xFF")}, {"cut", raw("\0\1\0\2\0\x40\0\0")}, {"row", raw("\0\1\1\1\x90\x9F\0\0\1\1\x90\xBF\0\0\1")}, {"nothing", raw("\0\0")}, {"text", raw("\1\0SQLite format 3\0")}};
}

const Join joined[] = {
    Join({"hub", "any requests to a hub: refused in the protocol's words, or stored and acknowledged as they are; sealed words and names go to nobody who may not", 1024, hub_target, hub_seeds}),
    Join({"client", "a client answered anything: without a valid signature nothing is delivered; what is was named with its hash", 1024, client_target, client_seeds}),
    Join({"enrol", "a key is pinned only when it signed its own answer", 512, enrol_target, enrol_seeds}),
    Join({"log_file", "a log file that holds anything: refused, or told by verify, or what was stated", 4096, log_file_target, log_file_seeds}),
};

}  // namespace
}  // namespace yizhan::fuzz
