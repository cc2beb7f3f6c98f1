// Who sits at this desk: signing in through the hub, the keyring, and putting it away (trust.md 8.5).
#include <algorithm>

#include "core/pin_key.h"
#include "kiosk/devices/card.h"
#include "kiosk/engine/sealing.h"
#include "kiosk/engine/staff_file.h"
#include "kiosk/engine/store.h"

namespace yizhan::kiosk {
namespace {

constexpr Span staff_patience{5'000};
constexpr Span staff_again{30'000};  // while nobody is signed in

}  // namespace

void Store::load_people() {
  if (!is_desk()) return;
  const auto kept = load_staff(config_.data_dir);
  if (!kept) {
    now_.staff.needed = true;  // somebody had set a PIN here
    now_.staff.trouble = "damaged";
    return;
  }
  now_.staff.needed = !kept->empty();
  for (const StaffBox& one : *kept) now_.staff.people.push_back({one.id, one.name, one.role, true, false});
}

void Store::refresh_staff() {
  if (!is_desk() || !enrolled() || keyring_ || staff_fetching_ || now_.staff.asking) return;
  if (staff_seen_ && clock_.tick() - *staff_seen_ < staff_again) return;
  staff_fetching_ = true;
  call_hub("GET", "/v1/staff", {}, staff_patience, [this](const Result<std::string>& body) {
    staff_fetching_ = false;
    const auto list = body ? sync::staff_list_from_json(*body) : Result<sync::StaffList>(body.error());
    if (!list) return;  // an older hub, or away: what this desk knows itself stands
    staff_seen_ = clock_.tick();
    take_people(*list);
  });
}

void Store::take_people(const sync::StaffList& list) {
  std::vector<sync::StaffChoice> people;
  for (const auto& one : list.people)
    if (!one.id.empty()) people.push_back(one);
  const bool needed = !list.people.empty();
  if (needed == now_.staff.needed && people == now_.staff.people) return;
  now_.staff.needed = needed;
  now_.staff.people = std::move(people);
  changed();
}

void Store::refused(const std::string& id, const std::string& why, int left, int wait_s) {
  now_.staff.asking = false;
  now_.staff.trouble = why;
  now_.staff.left = left;
  now_.staff.wait_s = wait_s;
  if (why == "wrong" || why == "locked") {
    std::string role;
    for (const auto& one : now_.staff.people)
      if (one.id == id) role = one.role;
    // The hub has its own record of it; this one stands even when a desk lies to the hub later.
    static_cast<void>(state_facts({}, {Fact{StaffSession{id, role, "refused"}}}));
  }
  changed();
}

void Store::on(const SignIn& command) {
  if (now_.staff.asking || !is_desk()) return;
  now_.staff.request = command.request;
  now_.staff.trouble.clear();
  now_.staff.left = now_.staff.wait_s = 0;
  now_.staff.asking = true;
  changed();
  const std::string id = command.id;
  if (!enrolled()) return refused(id, "away", 0, 0);
  const auto people = load_staff(config_.data_dir);
  if (!people) return refused(id, "damaged", 0, 0);
  const auto found = std::find_if(people->begin(), people->end(), [&](const StaffBox& one) { return one.id == id; });
  if (found == people->end()) return refused(id, "elsewhere", 0, 0);
  // First a word of the hub's that is good for one question: a question that was recorded asks in vain.
  call_hub("GET", "/v1/staff", {}, staff_patience, [this, id, box = *found, pin = command.pin](const Result<std::string>& body) {
    const auto list = body ? sync::staff_list_from_json(*body) : Result<sync::StaffList>(body.error());
    if (!list) return refused(id, body ? "old_hub" : body.error().code == Code::NotFound ? "old_hub" : "away", 0, 0);
    take_people(*list);
    ask_pepper(id, box, pin, list->challenge);
  });
}

void Store::ask_pepper(const std::string& id, const StaffBox& box, const std::string& pin, const std::string& challenge) {
  Result<PinHalves> halves = Error{Code::Unavailable, "card: no card_module in config.toml"};
  if (box.card.empty()) {
    halves = pin_halves(pin, box.salt, box.cost);
  } else if (!config_.card_module.empty()) {
    // The card counts for itself, before the hub does.
    auto master = make_card(config_.card_module)->open(box.card, pin);
    if (!master) return refused(id, master.error().what == card_wrong_pin ? "card_wrong" : master.error().what == card_locked ? "card_locked" : "card_absent", 0, 0);
    halves = card_halves(*master);
    wipe(*master);
  }
  if (!halves) return refused(id, halves.error().code == Code::Invalid ? "damaged" : box.card.empty() ? "memory" : "card_absent", 0, 0);
  const KeyPair once = make_box_keys();
  const sync::StaffEnter ask{id, challenge, halves->verifier, once.public_hex};
  call_hub("POST", "/v1/staff/enter", sync::to_json(ask), staff_patience, [this, id, box, once, halves = *halves](const Result<std::string>& body) {
    const auto answer = body ? sync::staff_entered_from_json(*body) : Result<sync::StaffEntered>(body.error());
    if (!answer) return refused(id, "away", 0, 0);
    if (!answer->refused.empty()) return refused(id, answer->refused, answer->left, answer->wait_s);
    auto pepper = open_box(answer->sealed, once);
    auto secret = pepper ? unlock_secret(box.box, halves, *pepper) : Result<std::string>(pepper.error());
    if (pepper) wipe(*pepper);
    if (!secret) return refused(id, "damaged", 0, 0);
    KeyPair hall;
    if (!secret->empty()) {
      const auto pair = box_keys_of(*secret);
      wipe(*secret);
      if (!pair) return refused(id, "damaged", 0, 0);
      hall = *pair;
    }
    signed_in({id, answer->name.empty() ? box.name : answer->name, answer->role.empty() ? box.role : answer->role}, std::move(hall));
  });
}

void Store::signed_in(StaffWho who, KeyPair hall) {
  // The fact first: nobody works here whose coming is not on disk.
  if (const auto stated = state_facts({}, {Fact{StaffSession{who.id, who.role, "in"}}}); !stated) return refused(who.id, "disk", 0, 0);
  keyring_ = std::make_unique<Keyring>(std::move(hall), who.id, who.role);
  now_.staff.asking = false;
  now_.staff.signed_in = std::move(who);
  // Whose signature an envelope should bear. Until this is here nothing is said about signatures.
  call_hub("GET", "/v1/devices", {}, staff_patience, [this](const Result<std::string>& body) {
    auto devices = body ? sync::devices_from_json(*body) : Result<std::vector<sync::Device>>(body.error());
    if (!devices) return;
    devices_ = std::move(*devices);
    refresh_open();
  });
  // What the hub would not give before is asked for again, as this person.
  asked_.clear();
  withheld_.clear();
  refresh_tickets();
  refresh_open();
  changed();
}

void Store::on(const SignOut& command) {
  if (!keyring_) return;
  const StaffSession fact{keyring_->staff, keyring_->role, command.what};
  keyring_.reset();
  now_.staff.signed_in.reset();
  now_.staff.request.clear();
  // Nothing of what that person could read stays on the glass or in the snapshot.
  on(OpenMatter{});
  asked_.clear();
  withheld_.clear();
  staff_seen_.reset();
  // The key is gone whether this can be written or not.
  static_cast<void>(state_facts({}, {Fact{fact}}));
  refresh_staff();
  changed();
}

bool Store::may_fetch(const Ticket& ticket) const {
  if (!now_.staff.needed) return true;
  if (!keyring_ || keyring_->role == "auditor") return false;
  // Lawyers and mediators are told what is theirs when they call it (need to know); asking before would only be refused.
  return keyring_->role == "reception" || keyring_->role == "manager" || (ticket.state == TicketState::Called && ticket.desk == config_.origin);
}

void Store::keys_changed() {
  now_.keys = config_.key_set ? static_cast<int>(freshness(*config_.key_set, wall())) : 0;
  now_.keys_version = config_.key_set ? config_.key_set->version : 0;
  if (now_.keys_version > 0 && (!sealer_ || sealer_->key_set() != now_.keys_version)) {
    sealer_ = sealer_of(config_, own_log_);
    filing_.use(sealer_);
  }
  changed();
}

}  // namespace yizhan::kiosk
