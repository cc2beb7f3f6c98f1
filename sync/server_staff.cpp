// People at the desks (trust.md 8.5, T7): accounts, the counted PIN, who sits where, and who may know what.
//
// The order that everything here keeps: count, then compare; state, then hand out. Each of them is on disk before the next begins.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <variant>

#include "core/pin_key.h"
#include "sync/server_impl.h"

namespace yizhan::sync {
namespace {

using Json = nlohmann::json;

constexpr int wrong_free = 5, wrong_max = 10;  // then 15 s doubling; then locked
constexpr Span first_wait{15'000}, longest_wait{15'000 << (wrong_max - wrong_free)};
constexpr Span challenge_life{120'000};
constexpr Span code_life{24 * 3600 * 1000};
constexpr int code_wrong_max = 5;
constexpr std::size_t people_max = 500;

constexpr std::string_view person_roles[] = {"lawyer", "mediator", "reception", "manager", "auditor"};

std::int64_t to_ms(Time at) { return at.time_since_epoch().count(); }
Time time_of(std::int64_t at) { return Time{Span{at}}; }

std::string code_hash_of(std::string_view code, const std::string& id) { return hex(hash_bytes("yizhan staff code\n" + id + "\n" + std::string(code))); }
std::string verifier_hash_of(std::string_view verifier) { return hex(hash_bytes("yizhan staff verifier\n" + std::string(verifier))); }

Status sound_role(const std::string& role) {
  if (std::find(std::begin(person_roles), std::end(person_roles), role) != std::end(person_roles)) return Done{};
  return Error{Code::Invalid, "role: one of lawyer, mediator, reception, manager, auditor"};
}

/// Texts of a matter; an auditor sees who did what, never those.
bool is_trace(std::string_view type) { return type == "viewed" || type == "assigned" || type == "recused" || type == "code_replaced"; }

Reply not_entered(std::string_view refused, StaffEntered out = {}) {
  out.refused = refused;
  return plain_reply(200, to_json(out));
}

}  // namespace

// ---- on disk ---------------------------------------------------------------------------------------------------------

Status Hub::Impl::load_people() {
  const auto kept = log.note("hub.staff");
  if (!kept) return kept.error().code == Code::NotFound ? Status(Done{}) : Status(kept.error());
  try {
    const Json all = Json::parse(*kept);
    for (const auto& row : all.at("people")) {
      Account one{row.at("name"), row.at("role"), row.at("wrong"), row.at("locked"), row.at("removed"), time_of(row.at("not_before")),
                  row.at("code_hash"), time_of(row.at("code_until")), row.at("code_wrong"), {}};
      for (const auto& pin : row.at("pins")) one.pins[pin.at("desk").get<std::string>()] = {pin.at("verifier_hash"), pin.at("pepper")};
      accounts[row.at("id").get<std::string>()] = std::move(one);
    }
    for (const auto& row : all.at("seats")) seats[row.at("desk").get<std::string>()] = {row.at("staff"), row.at("active")};
  } catch (const std::exception&) {
    return Error{Code::Corrupt, "hub.staff: cannot be read"};
  }
  return Done{};
}

Status Hub::Impl::save_people() {
  Json people = Json::array(), sitting = Json::array();
  for (const auto& [id, one] : accounts) {
    Json pins = Json::array();
    for (const auto& [desk, pin] : one.pins) pins.push_back({{"desk", desk}, {"verifier_hash", pin.verifier_hash}, {"pepper", pin.pepper}});
    people.push_back({{"id", id}, {"name", one.name}, {"role", one.role}, {"wrong", one.wrong}, {"locked", one.locked}, {"removed", one.removed},
                      {"not_before", to_ms(one.not_before)}, {"code_hash", one.code_hash}, {"code_until", to_ms(one.code_until)}, {"code_wrong", one.code_wrong},
                      {"pins", std::move(pins)}});
  }
  for (const auto& [desk, seated] : seats) sitting.push_back({{"desk", desk}, {"staff", seated.staff}, {"active", seated.active}});
  const Json all{{"people", std::move(people)}, {"seats", std::move(sitting)}};
  const auto put = log.put_note("hub.staff", all.dump(-1, ' ', false, Json::error_handler_t::replace));
  if (!put && put.error().code == Code::Io) broken = put.error();
  return put;
}

// ---- from the hub's own command line -----------------------------------------------------------------------------------

std::vector<Hub::Person> Hub::people() const {
  std::vector<Person> all;
  for (const auto& [id, one] : impl_->accounts) {
    if (one.removed) continue;
    Person row{id, one.name, one.role, one.wrong, one.locked, one.not_before, {}, {}};
    for (const auto& [desk, pin] : one.pins) row.desks.push_back(desk);
    for (const auto& [desk, seated] : impl_->seats)
      if (seated.active && seated.staff == id) row.signed_in.push_back(desk);
    all.push_back(std::move(row));
  }
  return all;
}

Result<std::string> Hub::add_person(const std::string& id, const std::string& name, const std::string& role, Time wall) {
  auto& me = *impl_;
  if (me.config.county) return Error{Code::Invalid, "staff: people belong to a hall hub"};
  const bool plain = !id.empty() && id.size() <= 16 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
  });
  if (!plain || id == "hub") return Error{Code::Invalid, "id: 1 to 16 letters and digits, such as L01; not a name, it stands in the log"};
  if (name.empty() || name.size() > 60) return Error{Code::Invalid, "name: 1 to 60 bytes"};
  if (const auto sound = sound_role(role); !sound) return sound.error();
  if (me.accounts.contains(id)) return Error{Code::Conflict, "id: used before; an id stands in the log for ever and is never given again"};
  if (me.accounts.size() >= people_max) return Error{Code::Invalid, "staff: more than 500 ids"};
  Account account;
  account.name = name;
  account.role = role;
  me.accounts[id] = account;
  return person_code(id, false, wall);
}

Result<std::string> Hub::person_code(const std::string& id, bool forget_pins, Time wall) {
  auto& me = *impl_;
  const auto found = me.accounts.find(id);
  if (found == me.accounts.end() || found->second.removed) return Error{Code::NotFound, "id: nobody of that id; hub staff list"};
  unsigned char random[8];
  random_bytes(random, sizeof random);
  std::uint64_t number = 0;
  for (const auto byte : random) number = number << 8 | byte;
  std::string code = std::to_string(number % 100'000'000);
  code.insert(0, 8 - code.size(), '0');
  const auto before = found->second;
  found->second.code_hash = code_hash_of(code, id);
  found->second.code_until = wall + code_life;
  found->second.code_wrong = 0;
  if (forget_pins) {
    found->second.pins.clear();
    std::erase_if(me.seats, [&](const auto& seated) { return seated.second.staff == id; });
  }
  if (const auto saved = me.save_people(); !saved) {
    found->second = before;
    return saved.error();
  }
  ++me.version;
  return code;
}

Status Hub::remove_person(const std::string& id) {
  auto& me = *impl_;
  const auto found = me.accounts.find(id);
  if (found == me.accounts.end() || found->second.removed) return Error{Code::NotFound, "id: nobody of that id; hub staff list"};
  Account gone;
  gone.removed = true;  // the id stays, the name does not
  found->second = gone;
  std::erase_if(me.seats, [&](const auto& seated) { return seated.second.staff == id; });  // a late "in" of the desk brings nobody back
  ++me.version;
  return me.save_people();
}

Status Hub::unlock_person(const std::string& id) {
  auto& me = *impl_;
  const auto found = me.accounts.find(id);
  if (found == me.accounts.end() || found->second.removed) return Error{Code::NotFound, "id: nobody of that id; hub staff list"};
  found->second.wrong = 0;
  found->second.locked = false;
  found->second.not_before = {};
  return me.save_people();
}

Status Hub::set_person_role(const std::string& id, const std::string& role) {
  auto& me = *impl_;
  if (const auto sound = sound_role(role); !sound) return sound;
  const auto found = me.accounts.find(id);
  if (found == me.accounts.end() || found->second.removed) return Error{Code::NotFound, "id: nobody of that id; hub staff list"};
  found->second.role = role;
  // Another role is another desk: whoever sits somewhere signs in anew.
  std::erase_if(me.seats, [&](const auto& seated) { return seated.second.staff == id; });  // a late "in" of the desk brings nobody back
  ++me.version;
  return me.save_people();
}

Status Hub::assign(const MatterId& matter, const std::string& id, const std::string& by, const std::string& reason, Time wall) {
  auto& me = *impl_;
  const auto found = me.accounts.find(id);
  if (found == me.accounts.end() || found->second.removed) return Error{Code::NotFound, "id: nobody of that id; hub staff list"};
  if (const auto events = me.log.of_matter(matter); !events || events->empty()) return events ? Error{Code::NotFound, "matter: not here"} : events.error();
  if (me.access_of(matter).recused.contains(id)) return Error{Code::Conflict, "matter: " + id + " has withdrawn from it (回避); assign somebody else"};
  if (me.access_of(matter).assigned.contains(id)) return Done{};
  return me.state(matter, Assigned{id, by, reason}, wall);
}

Status Hub::recuse(const MatterId& matter, const std::string& id, const std::string& by, const std::string& reason, Time wall) {
  auto& me = *impl_;
  if (!me.accounts.contains(id)) return Error{Code::NotFound, "id: nobody of that id; hub staff list"};
  if (reason.empty() || reason.size() > 600) return Error{Code::Invalid, "reason: 1 to 600 bytes"};
  if (const auto events = me.log.of_matter(matter); !events || events->empty()) return events ? Error{Code::NotFound, "matter: not here"} : events.error();
  if (me.access_of(matter).recused.contains(id)) return Done{};
  return me.state(matter, Recused{id, by, reason}, wall);
}

// ---- calls -----------------------------------------------------------------------------------------------------------

Reply Hub::Impl::staff_call(const Device& device, const Parsed& request, Time wall, Tick now) {
  const auto& path = request.target.path;
  const auto& method = request.request.method;
  if (!is_desk(device)) return refuse(403, "unauthorised", "people sign in at desks only");
  if (path.size() == 2 && method == "GET") {
    StaffList list;
    for (const auto& [id, one] : accounts)
      if (!one.removed && fits_desk(one.role, device.role)) list.people.push_back({id, one.name, one.role, one.pins.contains(device.origin), one.locked});
    // Somebody has an account, nobody for this desk: it must not go on as if there were none.
    if (list.people.empty() && people_needed()) list.people.push_back({"", "", "", false, true});
    list.challenge = random_id();
    challenges[device.origin] = {list.challenge, now + challenge_life};
    if (const auto* person = person_at(device.origin)) list.signed_in = *person;
    return plain_reply(200, to_json(list));
  }
  if (path.size() != 3 || method != "POST") return refuse(404, "not_found", "no such call");
  if (path[2] == "enter") return enter(device, request, wall, now);
  if (path[2] == "add") return set_pin(device, request, wall, now);
  return refuse(404, "not_found", "no such call");
}

bool Hub::Impl::take_challenge(const Origin& desk, const std::string& word, Tick now) {
  const auto found = challenges.find(desk);
  if (found == challenges.end()) return false;
  const bool right = !word.empty() && found->second.word == word && now <= found->second.until;
  challenges.erase(found);  // once, right or wrong: a recorded request asks in vain
  return right;
}

std::variant<Account*, Reply> Hub::Impl::account_asked(const Device& device, const std::string& challenge, const std::string& id, Tick now) {
  if (!take_challenge(device.origin, challenge, now)) return refuse(409, "conflict", "challenge: asked for once, used once; ask for another");
  const auto found = accounts.find(id);
  if (found == accounts.end() || found->second.removed) return not_entered("unknown");
  if (!fits_desk(found->second.role, device.role)) return not_entered("role");
  return &found->second;
}

Reply Hub::Impl::entered(const Account& account, std::string sealed) {
  ++version;
  StaffEntered out;
  out.sealed = std::move(sealed);
  out.name = account.name;
  out.role = account.role;
  return plain_reply(200, to_json(out));
}

Reply Hub::Impl::enter(const Device& device, const Parsed& request, Time wall, Tick now) {
  const auto ask = staff_enter_from_json(request.body);
  if (!ask) return failure(ask.error());
  const auto who = account_asked(device, ask->challenge, ask->id, now);
  if (const auto* refused = std::get_if<Reply>(&who)) return *refused;
  Account& account = *std::get<Account*>(who);
  const auto pin = account.pins.find(device.origin);
  if (pin == account.pins.end()) return not_entered("elsewhere");
  if (account.locked) return not_entered("locked");
  // Our own clock went back a long way: nobody waits longer than the longest wait for it.
  if (account.not_before > wall + longest_wait) account.not_before = wall + longest_wait;
  if (account.not_before > wall) {
    StaffEntered out;
    out.wait_s = static_cast<int>((account.not_before - wall + Span{999}).count() / 1000);
    return not_entered("wait", std::move(out));
  }
  const auto boxed = box_to(pin->second.pepper, ask->reply_to);
  if (!boxed) return failure(boxed.error());

  // Counted first: pulling the plug between question and answer must not give a try for nothing.
  ++account.wrong;
  if (account.wrong >= wrong_max) account.locked = true;
  else if (account.wrong >= wrong_free) account.not_before = wall + Span{first_wait.count() << (account.wrong - wrong_free)};
  if (const auto counted = save_people(); !counted) return failure(counted.error());

  if (!same_tag(verifier_hash_of(ask->verifier), pin->second.verifier_hash)) {
    if (const auto stated = state({}, StaffSession{ask->id, account.role, "denied " + device.origin}, wall); !stated) return failure(stated.error());
    StaffEntered out;
    out.left = std::max(0, wrong_max - account.wrong);
    if (account.not_before > wall) out.wait_s = static_cast<int>((account.not_before - wall).count() / 1000);
    return not_entered(account.locked ? "locked" : "wrong", std::move(out));
  }
  account.wrong = 0;
  account.locked = false;
  account.not_before = {};
  const auto before = seats[device.origin];
  seats[device.origin] = {ask->id, true};
  const auto stated = state({}, StaffSession{ask->id, account.role, "released " + device.origin}, wall);
  const auto saved = stated ? save_people() : stated;
  if (!saved) {
    seats[device.origin] = before;
    return failure(saved.error());
  }
  return entered(account, *boxed);
}

Reply Hub::Impl::set_pin(const Device& device, const Parsed& request, Time wall, Tick now) {
  const auto ask = staff_add_from_json(request.body);
  if (!ask) return failure(ask.error());
  const auto who = account_asked(device, ask->challenge, ask->id, now);
  if (const auto* refused = std::get_if<Reply>(&who)) return *refused;
  Account& account = *std::get<Account*>(who);
  if (!digest_from_hex(ask->verifier)) return refuse(400, "invalid", "verifier: 64 hex digits");
  if (account.code_hash.empty() || account.code_until < wall) return not_entered("code");
  if (!same_tag(account.code_hash, code_hash_of(ask->code, ask->id))) {
    if (++account.code_wrong >= code_wrong_max) account.code_hash.clear();
    if (const auto saved = save_people(); !saved) return failure(saved.error());
    return not_entered("code");
  }
  const std::string pepper = new_secret();
  const auto boxed = box_to(pepper, ask->reply_to);
  if (!boxed) return failure(boxed.error());
  const auto before = account;
  account.pins[device.origin] = {verifier_hash_of(ask->verifier), pepper};
  account.code_hash.clear();
  account.wrong = 0;
  account.locked = false;
  account.not_before = {};
  if (const auto saved = save_people(); !saved) {
    account = before;
    return failure(saved.error());
  }
  return entered(account, *boxed);
}

// ---- who may know -------------------------------------------------------------------------------------------------------

bool Hub::Impl::people_needed() const {
  return std::any_of(accounts.begin(), accounts.end(), [](const auto& row) { return !row.second.removed; });
}

const std::string* Hub::Impl::person_at(const Origin& desk) const {
  const auto seated = seats.find(desk);
  if (seated == seats.end() || !seated->second.active) return nullptr;
  const auto account = accounts.find(seated->second.staff);
  return account == accounts.end() || account->second.removed ? nullptr : &seated->second.staff;
}

bool Hub::Impl::may_know(const Device& device, const Event& event, const Access& entry) const {
  const auto* person = person_at(device.origin);
  if (person == nullptr) return false;
  if (is_trace(event.type)) return true;
  const std::string& role = accounts.at(*person).role;
  if (role == "auditor" || entry.recused.contains(*person)) return false;
  return role == "reception" || role == "manager" || entry.assigned.contains(*person);
}

void Hub::Impl::follow_desk(const Device& device, std::span<const Event> fresh, Time wall) {
  const auto seat = seats.find(device.origin);
  for (const auto& event : fresh) {
    if (event.type != "staff_session" && event.type != "queued") continue;
    const auto fact = fact_of(event);
    if (!fact) continue;
    if (const auto* session = std::get_if<StaffSession>(&*fact); session != nullptr && seat != seats.end()) {
      // A desk can only put away whom the hub let in, and bring back the same person: "locked" may come after the next PIN was right.
      if (session->staff != seat->second.staff) continue;
      const bool active = session->what == "in";
      if (active == seat->second.active || session->what == "refused") continue;
      seat->second.active = active;
      // Losing this note costs a session that the hub ends only with the next one.
      static_cast<void>(save_people());
    }
    // Called while the hub was away: whoever sat there works on it.
    const auto* queued = std::get_if<Queued>(&*fact);
    if (queued == nullptr || queued->op != QueueOp::Call || event.matter.empty() || queued->desk != device.origin || !queued->offline) continue;
    const auto& ticket = access_of(event.matter).ticket;
    const bool its = ticket && ticket->number == queued->ticket && (device.role == "desk-reception" || std::find(device.windows.begin(), device.windows.end(), ticket->window) != device.windows.end());
    if (its) static_cast<void>(called_by_person(device, event.matter, wall));
  }
}

Status Hub::Impl::called_by_person(const Device& device, const MatterId& matter, Time wall) {
  const auto* person = person_at(device.origin);
  if (person == nullptr) return Done{};
  const Access& entry = access_of(matter);
  if (entry.assigned.contains(*person) || entry.recused.contains(*person)) return Done{};
  return state(matter, Assigned{*person, *person, "called"}, wall);
}

}  // namespace yizhan::sync
