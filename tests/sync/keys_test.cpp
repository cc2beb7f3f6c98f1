// The key-set on its way: signed by a root that nobody replaces, only ever newer, and word for word (trust.md T18).
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/key_set.h"
#include "kit.h"

using namespace yizhan;
using namespace yizhan::sync;
using namespace yizhan::sync::kit;

namespace {

const KeyPair root = make_sign_keys(), county = make_box_keys(), discipline = make_box_keys(), hall_key = make_box_keys();

KeySet set_of(int version) {
  KeySet set;
  set.version = version;
  set.issued = set.not_before = HandClock{}.wall();
  set.not_after = set.issued + std::chrono::hours(24 * 400);
  set.root_public_hex = root.public_hex;
  set.recipients = {{"C-1", "county", "", county.public_hex}, {"D-1", "discipline", "", discipline.public_hex}, {"H01-1", "hall", "440583-H01", hall_key.public_hex}};
  return set;
}
std::string json_of(const KeySet& set, const KeyPair& by = root) { return encode_key_set(set, by.secret_hex); }

}  // namespace

TEST_CASE("a hub takes a key-set once, a newer one after it, and nothing else", "[keys][T18]") {
  HubNode hub("440583-H01");
  CHECK_FALSE(hub.hub->key_set());
  const std::string first = json_of(set_of(3));
  must(hub.hub->install_keys(first));
  CHECK(hub.hub->install_keys(first));  // again: nothing changes
  struct Row { const char* what; std::string json; Code code; };
  auto stranger = set_of(4);
  const KeyPair other = make_sign_keys();
  stranger.root_public_hex = other.public_hex;
  auto unknown = nlohmann::json::parse(json_of(set_of(4)));
  unknown["set"]["routing"] = "all to me";
  auto forged = nlohmann::json::parse(json_of(set_of(4)));
  forged["set"]["recipients"][1]["public"] = county.public_hex;
  auto same = set_of(3);
  same.revoked = {"H01-1"};
  auto without = set_of(4);
  without.recipients.erase(without.recipients.begin() + 1);
  const Row rows[] = {{"rollback", json_of(set_of(2)), Code::Conflict},
                      {"the same version with other contents", json_of(same), Code::Conflict},
                      {"another root", json_of(stranger, other), Code::Invalid},
                      {"wrong signer", json_of(set_of(4), other), Code::Invalid},
                      {"unknown field", "{\"set\":" + unknown["set"].dump() + ",\"signature\":\"" + sign("yizhan-key-set\n" + unknown["set"].dump(), root.secret_hex) + "\"}", Code::Invalid},
                      {"a key exchanged", forged.dump(), Code::Invalid},
                      {"no discipline key", json_of(without), Code::Invalid},
                      {"cut off", first.substr(0, first.size() / 2), Code::Invalid},
                      {"empty", "", Code::Invalid}};
  for (const auto& row : rows) {
    INFO(row.what);
    const auto taken = hub.hub->install_keys(row.json);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == row.code);
    CHECK(hub.hub->key_set()->version == 3);
    CHECK(hub.hub->key_set_json() == first);
  }
  hub.start();
  CHECK(hub.hub->key_set_json() == first);
  CHECK_FALSE(hub.hub->install_keys(json_of(set_of(2))));  // the pin and the version survive a restart
  must(hub.hub->install_keys(json_of(set_of(4))));
  CHECK(hub.hub->key_set()->version == 4);
}

TEST_CASE("a set comes with enrolment, a newer one when the heads say so, word for word, and is fetched once", "[keys]") {
  Pair pair;
  must(pair.hall.hub->install_keys(json_of(set_of(1))));
  Machine late("440583-K02");
  CHECK(late.enrol_at(pair.hall, "kiosk", pair.clock).key_set == json_of(set_of(1)));
  CHECK(tell(pair.kiosk, pair.hall, pair.clock, "GET", "/v1/keys").body == json_of(set_of(1)));
  auto config = pair.kiosk.client_config(pair.hall);
  config.keys = 1;
  std::vector<std::string> taken;
  config.take_keys = [&](std::string_view json) -> Status {
    taken.emplace_back(json);
    return Done{};
  };
  const auto once = [&] {
    Client client(config, pair.kiosk.with_log());
    DirectTransport transport(pair.hall, pair.clock);
    pump(client, transport, pair.clock);
    CHECK(client.state().done);
    return client.state();
  };
  once();
  CHECK(taken.empty());
  must(pair.hall.hub->install_keys(json_of(set_of(5))));
  once();
  REQUIRE(taken.size() == 1);
  CHECK(taken[0] == json_of(set_of(5)));
  // A set that is refused here does not stop the line, and is not asked for at every turn.
  int asked = 0;
  config.take_keys = [&](std::string_view) -> Status {
    ++asked;
    return Error{Code::Conflict, "older than ours"};
  };
  pair.filing.file(pair.kiosk, pair.clock);
  const auto state = once();
  CHECK(asked == 1);
  CHECK(state.keys_trouble == "older than ours");
  CHECK(must(pair.hall.log->head("440583-K01")).seq == 3);
}

TEST_CASE("a county's set wakes its halls, and a hall hands on what it fetched", "[keys]") {
  HandClock clock;
  HubNode county_hub("440583-C", true), hall("440583-H01");
  Machine up("440583-H01", hall);
  up.enrol_at(county_hub, "hall", clock);
  const auto version = must(heads_from_json(tell(up, county_hub, clock, "GET", "/v1/heads").body)).version;
  must(county_hub.hub->install_keys(json_of(set_of(1))));
  const auto heads = must(heads_from_json(tell(up, county_hub, clock, "GET", "/v1/heads").body));
  CHECK(heads.version != version);  // who waits is answered
  CHECK(heads.keys == 1);
  must(hall.hub->install_keys(tell(up, county_hub, clock, "GET", "/v1/keys").body));
  CHECK(hall.hub->key_set_json() == county_hub.hub->key_set_json());
}

TEST_CASE("a device that the set revokes is refused from at once, and its keys stay known", "[keys]") {
  Pair pair;
  auto set = set_of(1);
  set.revoked = {"440583-K01"};
  Machine desk("440583-D01");
  desk.enrol_at(pair.hall, "desk-lawyer", pair.clock);
  const std::string first_key = desk.key.public_hex;
  desk.key = make_sign_keys();
  desk.enrol_at(pair.hall, "desk-lawyer", pair.clock);
  CHECK(tell(pair.kiosk, pair.hall, pair.clock, "GET", "/v1/heads").status == 200);
  must(pair.hall.hub->install_keys(json_of(set)));
  CHECK(tell(pair.kiosk, pair.hall, pair.clock, "GET", "/v1/heads").code() == "revoked");
  const auto devices = must(devices_from_json(tell(desk, pair.hall, pair.clock, "GET", "/v1/devices").body));
  REQUIRE(devices.size() == 2);
  CHECK(devices[0].origin == "440583-D01");
  CHECK(devices[0].former == std::vector<std::string>{first_key});
  CHECK(devices[1].revoked);
  CHECK(devices[1].public_hex == pair.kiosk.key.public_hex);
}
