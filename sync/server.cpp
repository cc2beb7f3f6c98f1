#include "sync/server.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/anchor.h"
#include "core/number.h"
#include "sync/server_impl.h"

namespace yizhan::sync {
namespace {

using Json = nlohmann::json;

constexpr Span skew_flagged{10 * 60 * 1000};
constexpr Span invite_life{60 * 60 * 1000};
constexpr std::size_t enrol_bytes_max = 16u << 10;
constexpr int invite_wrong_max = 5;      // of 10^8 codes
constexpr int query_wrong_max = 20;      // wrong query codes per device in ten minutes
constexpr Span query_window{10 * 60 * 1000};
constexpr Span viewed_again{60'000};     // one look, one fact, however often the desk redraws
constexpr std::uint64_t wait_seconds_max = 60;
constexpr std::size_t pull_bytes_max = 4u << 20;

constexpr std::string_view roles[] = {"kiosk", "desk-lawyer", "desk-mediator", "desk-reception", "board", "hall"};

std::vector<std::string> windows_of_role(std::string_view role) {
  if (role == "desk-lawyer") return {window_lawyer};
  if (role == "desk-mediator") return {window_mediation};
  if (role == "desk-reception") return {window_reception};
  return {};
}

std::string county_of(std::string_view origin) { return std::string(origin.substr(0, 6)); }
std::string code_hash(std::string_view code, const Origin& origin) {
  return hex(hash_bytes("yizhan invite\n" + origin + "\n" + std::string(code)));
}

}  // namespace

Origin Hub::Impl::own_log() const { return in_epoch(config.self, epoch); }
Origin Hub::Impl::stream_for(const Origin& hall) const { return in_epoch(stream_of_hall(hall), epoch); }
Origin Hub::Impl::statuses_for(const Origin& hall) const { return in_epoch(status_stream_of(hall), epoch); }

Reply plain_reply(int status, std::string body, std::string_view content_type) {
  Reply reply;
  reply.status = status;
  reply.headers.push_back({"Content-Type", std::string(content_type)});
  reply.body = std::move(body);
  return reply;
}

Reply refuse(int status, std::string_view code, std::string what, std::uint64_t seq) {
  return plain_reply(status, to_json(Refusal{std::string(code), std::move(what), seq}));
}

Origin stream_of_hall(const Origin& hall) { return county_of(hall) + "-C." + hall.substr(std::min<std::size_t>(hall.size(), 7)); }

bool is_desk(const Device& device) { return device.role.starts_with("desk-"); }

// ---- taking a request apart ----------------------------------------------------------------------------------------

Parsed parse(Request request) {
  Parsed parsed;
  parsed.signed_text = request_text(request, header(request.headers, "Yizhan-Time"));
  auto target = parse_target(request.target);
  if (!target) {
    parsed.refusal = Refusal{"invalid", target.error().what, 0};
  } else {
    parsed.target = std::move(*target);
    auto body = body_of(request);
    if (!body) {
      parsed.refusal = Refusal{"invalid", body.error().what, 0};
    } else if (request.method == "POST" && parsed.target.path.size() == 3 && parsed.target.path[1] == "log") {
      auto events = events_from_lines(*body);
      if (!events) {
        parsed.refusal = Refusal{"invalid", events.error().what, 0};
      } else if (!events->empty()) {
        auto checked = check_batch(std::move(*events));
        if (checked) parsed.batch = std::move(*checked);
        else parsed.damage = checked.error();
      }
    } else {
      parsed.body = std::move(*body);
    }
  }
  request.body.clear();
  request.body.shrink_to_fit();
  parsed.request = std::move(request);
  return parsed;
}

// ---- Hub -----------------------------------------------------------------------------------------------------------

Hub::Hub(EventLog& log, HubConfig config, RuleBooks rules, WorkCalendar calendar)
    : impl_(std::make_unique<Impl>(log, std::move(config), std::move(rules), std::move(calendar))) {}
Hub::~Hub() = default;

Status Hub::start() {
  auto& me = *impl_;
  if (const auto note = me.log.note("hub.devices")) {
    const auto devices = devices_from_json(*note);
    if (!devices) return Error{Code::Corrupt, "hub.devices: " + devices.error().what};
    for (const auto& device : *devices) me.devices[device.origin] = device;
  }
  try {
    if (const auto note = me.log.note("hub.invites"))
      for (const auto& row : Json::parse(*note))
        me.invites.push_back({row.at("code_hash"), row.at("origin"), row.at("role"), row.at("name"), row.at("windows"),
                              Time{Span{row.at("until").get<std::int64_t>()}}, row.at("wrong")});
    if (const auto note = me.log.note("hub.relays")) {
      const Json relays = Json::parse(*note);  // items() borrows: a temporary would be gone before the first turn
      for (const auto& [origin, hall] : relays.items()) me.relays[origin] = hall;
    }
  } catch (const std::exception&) {
    return Error{Code::Corrupt, "hub notes cannot be read"};
  }
  if (const auto note = me.log.note("epoch")) std::from_chars(note->data(), note->data() + note->size(), me.epoch);
  const auto anchors = me.log.anchors();
  if (!anchors) return anchors.error();
  for (const Anchor& anchor : *anchors)
    if (by_county(anchor)) me.county_anchors[anchor.head.origin] = anchor;  // they come in order
  if (const auto loaded = me.load_keys(); !loaded) return loaded;
  if (const auto loaded = me.load_people(); !loaded) return loaded;
  // Each start begins a new range of versions, so that a poller never mistakes the new process for the old one.
  std::uint64_t starts = 0;
  if (const auto note = me.log.note("hub.starts")) std::from_chars(note->data(), note->data() + note->size(), starts);
  if (const auto noted = me.log.put_note("hub.starts", std::to_string(++starts)); !noted) return noted.error();
  me.version = (starts << 24) + 1;
  if (me.config.county)
    if (const auto owed = me.catch_up_statuses(); !owed) return owed.error();
  refresh();
  if (me.broken) return *me.broken;
  return Done{};
}

void Hub::refresh() {
  auto& me = *impl_;
  ++me.version;
  if (me.config.county) return;  // the county keeps a projection in SQL instead
  for (;;) {
    const auto events = me.log.arrived_after(me.cursor, 2000);
    if (!events) {
      me.broken = events.error();
      return;
    }
    if (events->empty()) return;
    me.index(*events);
  }
}

std::optional<Error> Hub::broken() const {
  // The upstream client uses the log as well, and passes over a mark that could not be written.
  return impl_->broken ? impl_->broken : impl_->log.broken();
}
std::uint64_t Hub::written() const { return impl_->written; }
std::uint64_t Hub::version() const { return impl_->version; }
HallNews Hub::news(Time wall) const { return impl_->news(wall); }

void Hub::upstream(bool online, Time county_as_of, const std::map<Origin, std::uint64_t>& county_marks, const std::map<Origin, Anchor>& county_anchors) {
  auto& me = *impl_;
  bool changed = online != me.upstream_online;
  me.upstream_online = online;
  me.county_as_of = std::max(me.county_as_of, county_as_of);
  for (const auto& [origin, seq] : county_marks) {
    auto& mark = me.county_marks[origin];
    if (seq <= mark) continue;
    mark = seq;
    changed = true;
  }
  for (const auto& [origin, anchor] : county_anchors) {
    auto& known = me.county_anchors[origin];
    if (anchor.head.seq > known.head.seq) known = anchor;
  }
  if (const auto marks = me.log.blob_marks(); marks != me.blob_marks) {
    me.blob_marks = marks;
    changed = true;
  }
  if (changed) ++me.version;
}

Hub::Self Hub::self() const { return {impl_->config.self, impl_->config.key.public_hex}; }
void Hub::discipline(std::vector<std::string> keys) { impl_->config.discipline_keys = std::move(keys); }

std::vector<Device> Hub::devices() const {
  std::vector<Device> all;
  for (const auto& [origin, device] : impl_->devices) all.push_back(device);
  return all;
}

Result<std::string> Hub::invite(const Origin& origin, std::string_view role, Time wall, std::vector<std::string> windows, std::string name) {
  auto& me = *impl_;
  if (const auto sound = check_origin(origin); !sound) return sound.error();
  if (std::find(std::begin(roles), std::end(roles), role) == std::end(roles))
    return Error{Code::Invalid, "role: one of kiosk, desk-lawyer, desk-mediator, desk-reception, board, hall"};
  if ((role == "hall") != me.config.county)
    return Error{Code::Invalid, me.config.county ? "role: a county hub enrols halls" : "role: a hall hub enrols kiosks, desks and boards"};
  if (county_of(origin) != county_of(me.config.self)) return Error{Code::Invalid, "origin: another county"};
  // The county takes no log under these letters from a hall that relays it.
  if (role != "hall" && (origin[7] == 'C' || origin[7] == 'H'))
    return Error{Code::Invalid, "origin: the letters C and H are the county's and the halls'; a kiosk is K, a desk D, a board B"};
  if (windows.empty()) windows = windows_of_role(role);
  unsigned char random[8];
  random_bytes(random, sizeof random);
  std::uint64_t number = 0;
  for (const auto byte : random) number = number << 8 | byte;
  std::string code = std::to_string(number % 100'000'000);
  code.insert(0, 8 - code.size(), '0');
  std::erase_if(me.invites, [&](const Invite& invite) { return invite.origin == origin || invite.until < wall; });
  me.invites.push_back({code_hash(code, origin), origin, std::string(role), std::move(name), std::move(windows), wall + invite_life, 0});
  if (const auto saved = me.save_invites(); !saved) return saved.error();
  return code;
}

Status Hub::revoke(const Origin& origin) {
  auto& me = *impl_;
  const auto found = me.devices.find(origin);
  if (found == me.devices.end()) return Error{Code::NotFound, "device: not enrolled here"};
  found->second.revoked = true;
  me.seats.erase(origin);
  std::erase_if(me.invites, [&](const Invite& invite) { return invite.origin == origin; });
  ++me.version;
  auto saved = me.save_invites();
  if (saved) saved = me.save_devices();
  // A thief's key is refused from now on whatever the disk says; that it would be forgotten with a restart is said.
  if (!saved) return Error{saved.error().code, saved.error().what + "; " + origin + " is refused until this hub restarts: make room and revoke it again"};
  return Done{};
}

Result<Event> Hub::decide(const MatterId& matter, const Fact& fact, Time wall, bool unnamed) {
  auto& me = *impl_;
  if (!me.config.county) return Error{Code::Invalid, "decide: only the county states these facts"};
  const auto known = me.log.of_matter(matter);
  if (!known) return known.error();
  if (known->empty()) return Error{Code::NotFound, "matter: not here (has its hall been synchronised?)"};
  // The hall of the machine that registered it, whoever else says something about the number.
  const Origin* relay = me.relay_of(matter.substr(0, std::min<std::size_t>(matter.size(), 10)));
  if (relay == nullptr) return Error{Code::NotFound, "matter: no hall relays its log"};

  const auto now = fold(matter, *known);
  const auto date = [](std::string_view what, const std::string& text) -> Status {
    if (const auto day = parse_date(text); !day) return Error{Code::Invalid, std::string(what) + ": a day as YYYY-MM-DD"};
    return Done{};
  };
  if (unnamed && !now.sealed && !now.closed) return Error{Code::Invalid, "decide: this matter is open, so its unit is named"};
  const auto word_needed = [&](std::string_view what, const std::string& text) -> Status {
    if (text.empty() && !unnamed) return Error{Code::Invalid, std::string(what) + ": must not be empty"};
    return Done{};
  };
  Status sound = Done{};
  if (const auto* transferred = std::get_if<Transferred>(&fact)) {
    sound = word_needed("to_unit", transferred->to_unit);
    if (sound && !transferred->report_by.empty()) sound = date("report_by", transferred->report_by);
  } else if (const auto* accepted = std::get_if<Accepted>(&fact)) {
    sound = word_needed("unit", accepted->unit);
    if (sound) sound = date("accepted_on", accepted->accepted_on);
  } else if (const auto* not_accepted = std::get_if<NotAccepted>(&fact)) {
    sound = word_needed("unit", not_accepted->unit);
    if (sound) sound = word_needed("reason", not_accepted->reason);  // XFTL 23: a refusal states its reason
  } else if (const auto* extended = std::get_if<Extended>(&fact)) {
    // XFTL 34: once, by at most what the jurisdiction's term allows, approved by the person in charge.
    const auto* term = me.rules.books.empty() ? nullptr : me.rules.in_force(hall_day(wall)).term("extension");
    if (extended->days <= 0 || (term != nullptr && extended->days > term->amount))
      sound = Error{Code::Invalid, "days: 1 to " + std::to_string(term != nullptr ? term->amount : 30)};
    else if (now.extended) sound = Error{Code::Conflict, "extended: only once"};
    else if (!now.accepted) sound = Error{Code::Invalid, "extended: nothing has been accepted yet"};
    else sound = word_needed("approver", extended->approver);
  } else if (const auto* answered = std::get_if<Answered>(&fact)) {
    sound = word_needed("unit", answered->unit);
  } else if (const auto* served = std::get_if<Served>(&fact)) {
    sound = date("served_on", served->served_on);
    if (sound && !now.answered) sound = Error{Code::Invalid, "served: no answer has been stated yet"};
  } else {
    sound = Error{Code::Invalid, "decide: not a fact of the county"};
  }
  if (!sound) return sound.error();
  const Fact facts[] = {fact};
  auto stated = me.log.append(me.stream_for(*relay), matter, facts, wall);
  if (!stated) {
    if (stated.error().code == Code::Io) me.broken = stated.error();
    return stated.error();
  }
  ++me.version;
  ++me.written;
  ++me.own_facts;
  // The fact stands, whatever becomes of its echo: a status that could not be sealed is owed, and tried again with the next one.
  me.owe_statuses(*stated);
  static_cast<void>(me.seal_owed(wall));
  return stated->front();
}

std::variant<Reply, Wait> Hub::handle(const Request& request, Time wall, Tick now, bool may_wait) {
  auto parsed = parse(request);
  auto answer_now = answer(parsed, wall, now, may_wait);
  if (auto* reply = std::get_if<Reply>(&answer_now)) finish(*reply, request, impl_->config.self, impl_->config.key);
  return answer_now;
}

std::variant<Reply, Wait> Hub::answer(Parsed& request, Time wall, Tick now, bool may_wait) {
  return impl_->answer(request, wall, now, may_wait);
}

void Hub::finish(Reply& reply, const Request& request, const Origin& self, const KeyPair& key) {
  if (reply.body.size() > compress_from_bytes && header(reply.headers, "Content-Type") != raw_content) {
    reply.body = zstd_pack(reply.body);
    reply.headers.push_back({"Content-Encoding", "zstd"});
  }
  reply.headers.push_back({"Yizhan-Hub", self});
  reply.headers.push_back({"Yizhan-Signature", sign(reply_text(reply, request), key.secret_hex)});
}

// ---- calls ---------------------------------------------------------------------------------------------------------

Reply Hub::Impl::failure(const Error& error) {
  if (error.code == Code::Io) broken = error;  // after one failed write nothing may be acknowledged (house.md §6)
  switch (error.code) {
    case Code::Invalid: return refuse(400, "invalid", error.what);
    case Code::NotFound: return refuse(404, "not_found", error.what);
    case Code::Conflict: return refuse(409, "conflict", error.what);
    case Code::Corrupt: return refuse(400, "corrupt", error.what);
    case Code::Unavailable:
    case Code::Io: break;
  }
  return refuse(503, "unavailable", error.what);
}

Hub::Impl::Answer Hub::Impl::answer(Parsed& request, Time wall, Tick now, bool may_wait) {
  if (broken) return refuse(503, "unavailable", "the hub's disk failed");
  if (hall_day(wall) != today) new_day(hall_day(wall));
  if (request.refusal) return refuse(400, request.refusal->code, request.refusal->what);
  const auto& method = request.request.method;
  const auto& path = request.target.path;
  if (path.size() < 2 || path[0] != "v1") return refuse(404, "not_found", "no such call");
  if (path[1] == "enrol" && method == "POST") return enrol(request, wall);

  const auto known = authenticate(request, wall);
  if (!known) return refuse(known.error().code == Code::Conflict ? 403 : 401, known.error().code == Code::Conflict ? "revoked" : "unauthorised", known.error().what);
  const Device& device = **known;
  // What is owed since a crash or a full disk: some with every call until nothing is left.
  if (config.county && !status_owed.empty())
    if (const auto sealed = seal_owed(wall); !sealed && sealed.error().code == Code::Io) return failure(sealed.error());

  const auto wait_until = now + Span{static_cast<std::int64_t>(std::min(request.target.number("wait", 0), wait_seconds_max) * 1000)};
  if (path[1] == "heads" && path.size() == 2 && method == "GET") {
    if (may_wait && wait_until > now && request.target.number("known", 0) == version_for(device)) return Wait{wait_until};
    return plain_reply(200, to_json(heads_for(device, wall)));
  }
  if (path[1] == "log" && path.size() == 3) {
    if (const auto sound = check_origin(path[2]); !sound) return refuse(400, "invalid", sound.error().what);
    if (method == "POST") return take_events(device, path[2], request, wall);
    if (method == "GET") return give_events(device, path[2], request, now, may_wait);
  }
  if (path[1] == "keys" && path.size() == 2 && method == "GET") return give_keys();
  if (path[1] == "devices" && path.size() == 2 && method == "GET") return give_devices();
  if (path[1] == "blobs" && path.size() == 2 && method == "POST") return tell_blobs(device, request);
  if (path[1] == "blob" && path.size() == 3 && method == "PUT") return take_piece(device, path[2], request);
  if (config.county) return refuse(404, "not_found", "no such call at a county hub");
  if (path[1] == "blob" && path.size() == 3 && method == "GET") return give_piece(device, path[2], request, wall);
  if (path[1] == "matter" && path.size() == 3 && method == "GET") return give_matter(device, path[2], wall);
  if (path[1] == "staff") return staff_call(device, request, wall, now);
  if (path[1] == "hall" && path.size() == 2 && method == "GET") {
    if (may_wait && wait_until > now && request.target.number("known", 0) == version) return Wait{wait_until};
    return plain_reply(200, to_json(news(wall)));
  }
  if (path[1] == "queue" && path.size() == 2 && method == "POST") {
    if (!is_desk(device)) return refuse(403, "unauthorised", "only a desk works the queue");
    const auto ask = queue_ask_from_json(request.body);
    if (!ask) return failure(ask.error());
    const auto done = queue(device, *ask, wall);
    if (!done) return failure(done.error());
    return plain_reply(200, to_json(*done));
  }
  if (path[1] == "help") return help_call(device, request, wall, now, may_wait);
  if (path[1] == "progress" && path.size() == 2 && method == "POST") return progress(device, request, now);
  return refuse(404, "not_found", "no such call");
}

Result<const Device*> Hub::Impl::authenticate(Parsed& request, Time wall) {
  const auto name = header(request.request.headers, "Yizhan-Device");
  const auto found = devices.find(Origin(name));
  if (found == devices.end()) return Error{Code::Invalid, "this device is not enrolled here"};
  Device& device = found->second;
  // Checked at every request, so that revoking works at once.
  if (!trusted(device)) return Error{Code::Conflict, "this device's key was revoked"};
  // A long poll is asked again with every change; its signature was checked when it came.
  if (request.checked_with != device.public_hex &&
      !verify_signature(request.signed_text, header(request.request.headers, "Yizhan-Signature"), device.public_hex))
    return Error{Code::Invalid, "the signature does not fit the enrolled key"};
  request.checked_with = device.public_hex;
  std::int64_t said = 0;
  const auto time = header(request.request.headers, "Yizhan-Time");
  std::from_chars(time.data(), time.data() + time.size(), said);
  device.seen = wall;
  // Never refused for its clock: every operation is idempotent, an old request played again changes nothing.
  constexpr std::int64_t years_ms = std::chrono::milliseconds(std::chrono::years(100)).count();
  const std::int64_t here = wall.time_since_epoch().count();
  device.skew_ms = std::clamp(said, here - years_ms, here + years_ms) - here;  // a header may say any number
  if (std::abs(device.skew_ms) <= skew_flagged.count()) device.skew_ms = 0;
  return &device;
}

Reply Hub::Impl::enrol(const Parsed& request, Time wall) {
  // The one call that strangers may make: they get little to work with.
  if (request.body.size() > enrol_bytes_max) return refuse(400, "invalid", "enrolment: too large");
  const auto ask = enrol_ask_from_json(request.body);
  if (!ask) return failure(ask.error());
  // The device must hold the key it names.
  if (!verify_signature(request.signed_text, header(request.request.headers, "Yizhan-Signature"), ask->public_hex))
    return refuse(401, "unauthorised", "the request is not signed by the key it names");
  const auto found = std::find_if(invites.begin(), invites.end(), [&](const Invite& invite) { return invite.origin == ask->origin; });
  if (found == invites.end() || found->until < wall)
    return refuse(401, "unauthorised", "no code is open for this device: make one with hub keys enrol");
  if (!same_tag(found->code_hash, code_hash(ask->code, ask->origin)) || (!ask->role.empty() && ask->role != found->role)) {
    const bool spent = ++found->wrong >= invite_wrong_max;
    if (spent) invites.erase(found);
    if (const auto saved = save_invites(); !saved) return failure(saved.error());
    return refuse(401, "unauthorised", spent ? "wrong code too often: make a new one" : "wrong code or role");
  }
  Device device{ask->origin, found->role, ask->public_hex, found->name.empty() ? ask->name : found->name, found->windows, false, wall, 0, {}};
  if (const auto known = devices.find(ask->origin); known != devices.end()) {
    device.former = known->second.former;
    if (known->second.public_hex != ask->public_hex) device.former.push_back(known->second.public_hex);
  }
  const auto before = devices;
  devices[ask->origin] = device;
  if (const auto saved = save_devices(); !saved) {
    devices = before;
    return failure(saved.error());
  }
  invites.erase(found);
  if (const auto saved = save_invites(); !saved) return failure(saved.error());
  // A machine with a new key has nobody sitting at it.
  if (seats.erase(ask->origin) > 0)
    if (const auto saved = save_people(); !saved) return failure(saved.error());
  ++version;
  return plain_reply(200, to_json(Enrolment{device.origin, device.role, device.windows, config.self, config.key.public_hex, config.discipline_keys, key_set_json}));
}

Status Hub::Impl::save_devices() {
  std::vector<Device> all;
  for (const auto& [origin, device] : devices) {
    all.push_back(device);
    all.back().seen = {};
    all.back().skew_ms = 0;
  }
  return log.put_note("hub.devices", to_json(all));
}

Status Hub::Impl::save_invites() {
  Json rows = Json::array();
  for (const auto& invite : invites)
    rows.push_back({{"code_hash", invite.code_hash}, {"origin", invite.origin}, {"role", invite.role}, {"name", invite.name},
                    {"windows", invite.windows}, {"until", invite.until.time_since_epoch().count()}, {"wrong", invite.wrong}});
  return log.put_note("hub.invites", rows.dump(-1, ' ', false, Json::error_handler_t::replace));
}

// ---- logs ----------------------------------------------------------------------------------------------------------

bool Hub::Impl::may_write(const Device& device, const Origin& origin) const {
  if (device.role != "hall") return device_of(origin) == device.origin;
  // A hall relays the logs of its own devices; the county's stream is the county's, and a log stays with its hall.
  if (county_of(origin) != county_of(device.origin) || origin.substr(std::min<std::size_t>(origin.size(), 7)).starts_with("C")) return false;
  if (origin.size() > 7 && origin[7] == 'H' && device_of(origin) != device.origin) return false;
  const Origin* relay = relay_of(origin);
  return relay == nullptr || *relay == device.origin;
}

const Origin* Hub::Impl::relay_of(const Origin& origin) const {
  if (const auto exact = relays.find(origin); exact != relays.end()) return &exact->second;
  // A later epoch of a machine is that machine's: nobody else's hall may begin it.
  for (const auto& [log_name, hall] : relays)
    if (device_of(log_name) == device_of(origin)) return &hall;
  return nullptr;
}

std::uint64_t Hub::Impl::version_for(const Device& device) const {
  if (!config.county) return version;
  // A hall waits for the county's word to it, not for what the other halls push.
  const auto stream = log.head(stream_for(device.origin)), statuses = log.head(statuses_for(device.origin));
  return (version >> 24 << 24) + (stream ? stream->seq : 0) + (statuses ? statuses->seq : 0) + 1 + (key_set ? static_cast<std::uint64_t>(key_set->version) : 0);
}

Heads Hub::Impl::heads_for(const Device& device, Time wall) {
  Heads out;
  out.version = version_for(device);
  out.now = wall;
  out.keys = key_set ? key_set->version : 0;
  if (const auto heads = log.heads())
    for (const auto& head : *heads) {
      if (config.county) {
        const auto relay = relays.find(head.origin);
        const Origin writer = device_of(head.origin);
        const bool its = (relay != relays.end() && relay->second == device.origin) || writer == stream_of_hall(device.origin) || writer == status_stream_of(device.origin);
        if (its) out.heads.push_back({head, head.seq});
        continue;
      }
      const auto mark = county_marks.find(head.origin);
      out.heads.push_back({head, mark == county_marks.end() ? 0 : mark->second});
      if (const auto anchor = county_anchors.find(head.origin); anchor != county_anchors.end() && device_of(head.origin) == device.origin)
        out.heads.back().county_anchor = anchor->second;
    }
  if (!config.county) {
    out.hall = news(wall);
    out.blobs = (version >> 24 << 24) + blob_marks;
  }
  return out;
}

Reply Hub::Impl::take_events(const Device& device, const Origin& origin, Parsed& request, Time wall) {
  if (!may_write(device, origin)) return refuse(403, "unauthorised", "this device may not write log " + origin);
  const auto& events = request.batch.events;
  if (!events.empty() && events.front().id.origin != origin) return refuse(400, "invalid", "an event of another log");
  // "corrupt" is a verdict on what was sent, and its sender stops over it. Damage of this hub's own database is its own trouble.
  const auto batch_refused = [this](const Error& error) {
    const bool ours = error.code == Code::Corrupt && !error.what.starts_with("corrupt: ");
    return ours ? refuse(503, "unavailable", "the hub's own log is damaged") : failure(error);
  };
  const auto before = log.head(origin);
  if (!before) return batch_refused(before.error());
  Head head = *before;
  if (request.damage) {
    if (request.damage->code == Code::NotFound) return refuse(409, "gap", request.damage->what, before->seq);
    return failure(*request.damage);
  }
  if (!events.empty()) {
    const auto merged = log.merge(std::move(request.batch));
    if (!merged) {
      const auto& error = merged.error();
      if (error.code == Code::NotFound) return refuse(409, "gap", error.what, before->seq);
      if (error.code == Code::Conflict) return refuse(409, "fork", error.what);
      return batch_refused(error);
    }
    // Its hall from now on: only what really became part of the log makes it so.
    if (device.role == "hall" && !relays.contains(origin)) {
      relays[origin] = device.origin;
      Json rows = Json::object();
      for (const auto& [log_name, hall] : relays) rows[log_name] = hall;
      if (const auto saved = log.put_note("hub.relays", rows.dump()); !saved) {
        relays.erase(origin);
        return failure(saved.error());
      }
    }
    head = merged->head;
    if (!merged->fresh.empty()) {
      written += merged->fresh.size();
      // Nobody waits at the county for what halls push: its version moves when the county itself speaks.
      if (!config.county) {
        index(merged->fresh);
        if (is_desk(device)) follow_desk(device, merged->fresh, wall);
        ++version;
      } else {
        // What came is durable; 县里已收到 follows it and can wait for the next batch when the disk is full.
        owe_statuses(merged->fresh);
        if (const auto sealed = seal_owed(wall); !sealed && sealed.error().code == Code::Io) return failure(sealed.error());
      }
    }
  }
  head.origin = origin;
  const auto mark = county_marks.find(origin);
  const std::uint64_t county = config.county ? head.seq : (mark == county_marks.end() ? 0 : mark->second);
  return plain_reply(200, to_json(Ack{head, county, make_anchor(config.self, config.key, head, wall)}));
}

Hub::Impl::Answer Hub::Impl::give_events(const Device& device, const Origin& origin, const Parsed& request, Tick now, bool may_wait) {
  if (config.county) {
    const auto relay = relays.find(origin);
    if (device_of(origin) != stream_of_hall(device.origin) && device_of(origin) != status_stream_of(device.origin) && (relay == relays.end() || relay->second != device.origin))
      return refuse(403, "unauthorised", "this device may not read log " + origin);
  }
  const auto after = request.target.number("after", 0);
  const auto limit = std::clamp<std::uint64_t>(request.target.number("limit", 1000), 1, 5000);
  const auto wait = std::min(request.target.number("wait", 0), wait_seconds_max);
  const auto head = log.head(origin);
  if (!head) return failure(head.error());
  if (may_wait && wait > 0 && head->seq <= after) return Wait{now + Span{static_cast<std::int64_t>(wait * 1000)}};
  auto events = log.after(origin, after, limit, pull_bytes_max);
  if (!events) return failure(events.error());
  for (auto& event : *events)
    if (event.body && !may_read_body(device, event)) event.body.reset();
  auto reply = plain_reply(200, to_lines(*events), "application/x-ndjson");
  reply.headers.push_back({"Yizhan-Head", std::to_string(head->seq)});
  return reply;
}

bool Hub::Impl::may_read_body(const Device& device, const Event& event) {
  if (config.county) return true;  // give_events let only the hall concerned come this far
  if (device_of(event.id.origin) == device.origin) return true;
  if (event.matter.empty()) return is_desk(device);
  // A kiosk stands where anybody can carry it away: of what others say it holds only what the citizen's code opens.
  if (is_status_stream(device_of(event.id.origin))) return device.role == "kiosk" && event.type == "status_sealed";
  if (!is_desk(device)) return false;
  // Number, window and place of a ticket: every desk's list needs them, and there is nothing personal in them.
  if (event.type == "ticket_issued" || event.type == "queued") return true;
  const auto& entry = access_of(event.matter);
  if (people_needed() && !may_know(device, event, entry)) return false;
  if (entry.sealed) return false;  // XFTL 30: called by number only
  if (const auto* person = person_at(device.origin); person != nullptr && entry.assigned.contains(*person)) return true;
  if (device.role == "desk-reception") return true;
  return entry.desks.contains(device.origin) || std::find(device.windows.begin(), device.windows.end(), entry.window) != device.windows.end();
}

Reply Hub::Impl::give_matter(const Device& device, const MatterId& matter, Time wall) {
  auto events = log.of_matter(matter);
  if (!events) return failure(events.error());
  if (events->empty()) return refuse(404, "not_found", "no such matter here");
  bool looked = false;
  for (auto& event : *events) {
    if (!event.body) continue;
    if (!may_read_body(device, event)) event.body.reset();
    else if (event.type != "ticket_issued" && event.type != "queued" && device_of(event.id.origin) != device.origin) looked = true;
  }
  if (looked)
    if (const auto stated = look(device, matter, wall); !stated) return failure(stated.error());
  return plain_reply(200, to_lines(*events), "application/x-ndjson");
}

Status Hub::Impl::look(const Device& device, const MatterId& matter, Time wall) {
  if (!is_desk(device)) return Done{};
  // Who looked at the file is itself a fact (need.md 4.10), stated before the file is handed out.
  std::erase_if(viewed, [&](const auto& row) { return row.second + viewed_again < wall || row.second > wall; });
  // A person where one is signed in, else the desk.
  const auto* person = person_at(device.origin);
  const std::string who = person != nullptr ? *person : device.origin;
  if (viewed.contains({who + "@" + device.origin, matter})) return Done{};
  if (const auto stated = state(matter, Viewed{who, person != nullptr ? accounts.at(who).role : device.role}, wall); !stated) return stated;
  viewed[{who + "@" + device.origin, matter}] = wall;
  return Done{};
}

Reply Hub::Impl::progress(const Device& device, const Parsed& request, Tick now) {
  const auto ask = progress_ask_from_json(request.body);
  if (!ask) return failure(ask.error());
  auto& guard = tries[device.origin];
  if (now - guard.since > query_window) guard = {now, 0};
  if (guard.wrong >= query_wrong_max) {
    auto reply = refuse(429, "unavailable", "too many wrong codes from this device");
    reply.headers.push_back({"Retry-After", "600"});
    return reply;
  }
  const auto events = log.of_matter(ask->matter);
  if (!events) return failure(events.error());
  const Matter folded = fold(ask->matter, *events);
  // An unknown number and a wrong code look the same from outside.
  if (events->empty() || folded.query_tag.empty() || !same_tag(folded.query_tag, ask->query_tag)) {
    ++guard.wrong;
    return refuse(404, "not_found", "no matter with this number and code here");
  }
  ProgressAnswer out;
  out.matter = ask->matter;
  out.state = word(folded.state);
  out.state_words = chinese(folded.state);
  out.lines = folded.lines;
  if (!rules.books.empty()) out.deadlines = deadlines(folded, rules.in_force(hall_day(folded.filed_at)), calendar);
  out.as_of = county_as_of;
  out.county_has_it = std::all_of(events->begin(), events->end(), [&](const Event& event) {
    if (event.type != "filed") return true;
    const auto mark = county_marks.find(event.id.origin);
    return mark != county_marks.end() && mark->second >= event.id.seq;
  });
  out.may_rate = !folded.rated && !folded.closed_types.contains("rated") && (folded.consulted || folded.closed_types.contains("consulted") || folded.closed_types.contains("mediation_ended") || folded.disposed || folded.answered || folded.not_accepted || folded.mediation.ended);
  return plain_reply(200, to_json(out));
}

}  // namespace yizhan::sync
