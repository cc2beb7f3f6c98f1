// Who sits at a desk, from the PIN to the keyring: the store, the hub and a card for real; and the key-set a machine keeps.
#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>
#include <sys/wait.h>

#include "core/key_set.h"
#include "core/opening.h"
#include "core/pin_key.h"
#include "kiosk/devices/card.h"
#include "world.h"

using namespace engine_tests;

namespace {

constexpr PinCost cheap{1, 8u << 20};
constexpr const char* module_path = "/usr/lib/softhsm/libsofthsm2.so";

/// A lawyer's desk at a hall with accounts; `set` is what kiosk staff add does.
struct Place {
  HallHub hall;
  Machine desk{"desk-lawyer", &hall};
  KeyPair duty = make_box_keys();
  int serial = 0;

  void set(const std::string& id, const std::string& role, const std::string& pin, const std::string& card = {}) {
    const auto code = hall.hub().add_person(id, id == "L01" ? "沈知行 律师" : "某某", role, hall.clock.wall());
    REQUIRE(code);
    const auto list = sync::staff_list_from_json(ask("GET", "/v1/staff", ""));
    REQUIRE(list);
    StaffBox box;
    box.id = id, box.role = role, box.cost = cheap;
    if (card.empty()) box.salt = new_salt();
    else box.card = card;
    const auto halves = card.empty() ? pin_halves(pin, box.salt, cheap) : card_halves(pin);
    REQUIRE(halves);
    const KeyPair once = make_box_keys();
    const auto added = sync::staff_entered_from_json(ask("POST", "/v1/staff/add", sync::to_json(sync::StaffAdd{id, list->challenge, *code, halves->verifier, once.public_hex})));
    REQUIRE(added);
    REQUIRE(added->refused.empty());
    const auto pepper = open_box(added->sealed, once);
    REQUIRE(pepper);
    box.name = added->name;
    box.box = *lock_secret(role == "auditor" ? "" : duty.secret_hex, *halves, *pepper);
    auto people = *load_staff(desk.config.data_dir);
    people.push_back(box);
    REQUIRE(save_staff(desk.config.data_dir, people));
  }
  std::string ask(std::string method, std::string target, std::string body) {
    sync::Request request{std::move(method), std::move(target), {}, {}};
    if (!body.empty()) sync::set_body(request, std::move(body), "application/json");
    sync::sign_request(request, desk.config.origin, desk.config.key, hall.clock.wall());
    return *sync::body_of(*hall.exchange(request));
  }
  void sign_in(const std::string& id, const std::string& pin) { desk.post(SignIn{fmt::format("s{}", ++serial), id, pin}); }
  std::vector<std::string> sessions() {
    std::vector<std::string> out;
    const auto events = desk.store->log().after(desk.config.origin, 0, 1000);  // a loop over a temporary's part would be over nothing
    REQUIRE(events);
    for (const auto& event : *events)
      if (const auto fact = fact_of(event))
        if (const auto* one = std::get_if<StaffSession>(&*fact)) out.push_back(one->staff + " " + one->what);
    return out;
  }
};

int run(const std::string& command) {
  const int status = std::system((command + " >/dev/null 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("the right PIN gives the hall's key to the store, and the lock takes it away", "[people]") {
  Place place;
  place.set("L01", "lawyer", "270415");
  place.desk.open();
  CHECK(place.desk.now().staff.needed);
  CHECK(place.desk.store->keyring() == nullptr);
  place.sign_in("L01", "270415");
  REQUIRE(place.desk.store->keyring() != nullptr);
  CHECK(place.desk.store->keyring()->hall.secret_hex == place.duty.secret_hex);
  CHECK(place.desk.store->keyring()->hall.public_hex == place.duty.public_hex);
  CHECK(place.desk.store->keyring()->staff == "L01");
  REQUIRE(place.desk.now().staff.signed_in);
  CHECK(place.desk.now().staff.signed_in->name == "沈知行 律师");
  place.desk.post(SignOut{"locked"});
  CHECK(place.desk.store->keyring() == nullptr);
  CHECK_FALSE(place.desk.now().staff.signed_in);
  CHECK(place.sessions() == std::vector<std::string>{"L01 in", "L01 locked"});
  // Nothing readable of the key in what the desk keeps.
  for (const auto& file : fs::recursive_directory_iterator(place.desk.folder.path))
    if (file.is_regular_file()) CHECK(read(file.path()).find(place.duty.secret_hex) == std::string::npos);
}

TEST_CASE("a wrong PIN is told with what is left; the line down lets nobody new in and throws nobody out", "[people]") {
  Place place;
  place.set("L01", "lawyer", "270415");
  place.desk.open();
  place.sign_in("L01", "111222");
  CHECK(place.desk.now().staff.trouble == "wrong");
  CHECK(place.desk.now().staff.left == 9);
  CHECK(place.desk.store->keyring() == nullptr);
  CHECK(place.sessions() == std::vector<std::string>{"L01 refused"});
  place.sign_in("L09", "270415");
  CHECK(place.desk.now().staff.trouble == "elsewhere");
  place.sign_in("L01", "270415");
  REQUIRE(place.desk.store->keyring() != nullptr);
  place.hall.away = true;
  place.desk.store->tick();
  CHECK(place.desk.store->keyring() != nullptr);
  place.desk.post(SignOut{"out"});
  place.sign_in("L01", "270415");
  CHECK(place.desk.now().staff.trouble == "away");
  CHECK_FALSE(place.desk.now().staff.asking);
  CHECK(place.desk.store->keyring() == nullptr);
}

TEST_CASE("an auditor signs in and holds no key", "[people]") {
  Place place;
  place.set("Z01", "auditor", "270415");
  place.desk.open();
  place.sign_in("Z01", "270415");
  REQUIRE(place.desk.store->keyring() != nullptr);
  CHECK(place.desk.store->keyring()->hall.secret_hex.empty());
}

TEST_CASE("a matter opens for who is signed in, is viewed by that person, and goes from the glass with the lock", "[people]") {
  Place place;
  Machine kiosk("kiosk", &place.hall);
  kiosk.post(filing("v1", wages(), "LAW"));
  const MatterId matter = kiosk.receipt().matter;
  kiosk.sync();
  place.set("L01", "lawyer", "270415");
  place.desk.open();
  place.desk.sync();
  place.desk.post(OpenMatter{matter, "whoever"});
  CHECK_FALSE(place.desk.now().open);  // nobody is signed in
  place.sign_in("L01", "270415");
  sync::QueueAsk call;
  call.op = QueueOp::Call;
  call.request = "q1";
  place.desk.post(QueueCommand{call});
  place.desk.sync();
  place.desk.post(OpenMatter{matter, "whoever"});
  REQUIRE(place.desk.now().open);
  std::string viewer;
  for (const auto& event : place.desk.events(matter))
    if (event.id.origin == place.desk.config.origin)
      if (const auto fact = fact_of(event))
        if (const auto* viewed = std::get_if<Viewed>(&*fact)) viewer = viewed->staff;
  if (place.desk.now().open->petition) CHECK(viewer == "L01");
  place.desk.post(SignOut{"locked"});
  CHECK_FALSE(place.desk.now().open);
  CHECK(place.desk.now().earlier.empty());
  place.desk.post(OpenMatter{matter, "whoever"});
  CHECK_FALSE(place.desk.now().open);
}

TEST_CASE("what desks write about a matter is in no hub's log: why it is moved, and where an accusation went", "[people][key_set]") {
  Place place;
  const KeyPair root = make_sign_keys(), county = make_box_keys(), discipline = make_box_keys(), escrow = make_box_keys();
  KeySet set;
  set.version = 1;
  set.not_after = place.hall.clock.wall() + std::chrono::hours(24 * 365);
  set.root_public_hex = root.public_hex;
  set.recipients = {{"H-1", "hall", place.desk.config.hub_origin, place.duty.public_hex}, {"C-1", "county", "", county.public_hex}, {"D-1", "discipline", "", discipline.public_hex}, {"E-1", "escrow", "", escrow.public_hex}};
  Machine kiosk("kiosk", &place.hall);
  for (Machine* machine : {&kiosk, &place.desk}) {
    machine->config.key_set = set;
    machine->open();
  }
  kiosk.post(filing("v1", wages(), "LAW"));
  const Receipt receipt = kiosk.receipt();
  kiosk.sync();
  place.set("L01", "lawyer", "270415");
  place.desk.open();
  place.desk.sync();
  place.sign_in("L01", "270415");
  sync::QueueAsk ask;
  ask.op = QueueOp::Call;
  ask.request = "q1";
  place.desk.post(QueueCommand{ask});
  place.desk.sync();
  place.desk.post(StateFact{receipt.matter, Disposed{"L01", Disposition::SentToDiscipline, "", "样板处置理由", ""}, "f1"});
  ask.op = QueueOp::Move;
  ask.request = "q2";
  ask.ticket = receipt.ticket;
  ask.to_window = "MED";
  ask.reason = "样板转接理由";
  place.desk.post(QueueCommand{ask});
  REQUIRE(place.desk.now().answer);
  place.desk.sync();
  place.desk.sync();

  const auto told = place.hall.log().of_matter(receipt.matter);
  REQUIRE(told);
  std::set<std::string> types;
  for (const Event& event : *told) {
    types.insert(event.type);
    REQUIRE(event.body);
    for (const char* said : {"样板", "Discipline"}) CHECK(event.body->find(said) == std::string::npos);
  }
  CHECK((types.contains("disposed") && types.contains("queued")));
  const Matter shut = fold(receipt.matter, *told), opened = fold(receipt.matter, open_matter(receipt.matter, *told, place.duty).events);
  CHECK(shut.ticket->window == "MED");
  CHECK(shut.moved_why.empty());
  CHECK(opened.moved_why == "样板转接理由");
  CHECK(fold(receipt.matter, open_matter(receipt.matter, *told, discipline).events).disposed->reason == "样板处置理由");
}

TEST_CASE("a desk that learns of accounts asks for people from then on", "[people]") {
  Place place;
  place.desk.sync();
  CHECK_FALSE(place.desk.now().staff.needed);
  REQUIRE(place.hall.hub().add_person("L05", "某某", "lawyer", place.hall.clock.wall()));
  place.hall.clock.pass(Span{31'000});
  place.desk.sync();
  CHECK(place.desk.now().staff.needed);
  REQUIRE(place.desk.now().staff.people.size() == 1);
  CHECK_FALSE(place.desk.now().staff.people[0].here);
}

TEST_CASE("a person's smart card opens the desk; its own PIN is counted by the card", "[people][card]") {
  if (!fs::exists(module_path) || run("which softhsm2-util pkcs11-tool") != 0) SKIP("softhsm2 and opensc are not installed");
  Folder token;
  write(token / "softhsm2.conf", "directories.tokendir = " + (token / "tokens") + "\nobjectstore.backend = file\nlog.level = ERROR\n");
  fs::create_directories(token / "tokens");
  ::setenv("SOFTHSM2_CONF", (token / "softhsm2.conf").c_str(), 1);
  const auto card = make_card(module_path);
  CHECK(card->open("AAAA", "648219").error().what == card_absent);
  REQUIRE(run("softhsm2-util --init-token --free --label yizhan --pin 648219 --so-pin 99887766") == 0);
  const std::string plain(64, 'a');
  CHECK(card->close(plain, "648219").error().code == Code::NotFound);  // no key on it yet
  REQUIRE(run(std::string("pkcs11-tool --module ") + module_path + " --login --pin 648219 --keypairgen --key-type rsa:2048 --label staff --id 01 --usage-decrypt") == 0);
  const auto closed = card->close(plain, "648219");
  REQUIRE(closed);
  CHECK(*card->open(*closed, "648219") == plain);
  CHECK(card->open(*closed, "111111").error().what == card_wrong_pin);
  CHECK(make_card("/nowhere.so")->open(*closed, "648219").error().code == Code::Unavailable);

  Place place;
  const std::string master = new_secret();
  const auto boxed = card->close(master, "648219");
  REQUIRE(boxed);
  place.set("L01", "lawyer", master, *boxed);
  place.desk.config.card_module = module_path;
  place.desk.open();
  place.sign_in("L01", "111111");
  CHECK(place.desk.now().staff.trouble == "card_wrong");
  CHECK(place.desk.store->keyring() == nullptr);
  place.sign_in("L01", "648219");
  REQUIRE(place.desk.store->keyring() != nullptr);
  CHECK(place.desk.store->keyring()->hall.secret_hex == place.duty.secret_hex);
  place.desk.post(SignOut{"out"});
  place.desk.config.card_module.clear();
  place.sign_in("L01", "648219");
  CHECK(place.desk.now().staff.trouble == "card_absent");
  ::unsetenv("SOFTHSM2_CONF");
}

TEST_CASE("a machine keeps the first key-set's root, takes newer sets only, and says when one has expired", "[keys][T18]") {
  const KeyPair root = make_sign_keys(), other = make_sign_keys(), county = make_box_keys(), discipline = make_box_keys();
  const auto set_of = [&](int version, const KeyPair& by, Time until) {
    KeySet set;
    set.version = version;
    set.not_after = until;
    set.root_public_hex = by.public_hex;
    set.recipients = {{"C-1", "county", "", county.public_hex}, {"D-1", "discipline", "", discipline.public_hex}};
    return encode_key_set(set, by.secret_hex);
  };
  Folder folder;
  const Time later = TestClock{}.wall() + std::chrono::hours(24 * 400);
  CHECK_FALSE(load_config(folder.path, "kiosk")->key_set);
  REQUIRE(keep_key_set(folder.path, set_of(3, root, later)));
  REQUIRE(load_config(folder.path, "kiosk")->key_set);
  CHECK(load_config(folder.path, "kiosk")->key_set->version == 3);
  CHECK((fs::status(folder / "key_set.json").permissions() & (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none);
  CHECK(keep_key_set(folder.path, set_of(3, root, later)));
  CHECK(keep_key_set(folder.path, set_of(2, root, later)).error().code == Code::Conflict);
  CHECK_FALSE(keep_key_set(folder.path, set_of(9, other, later)));
  CHECK_FALSE(keep_key_set(folder.path, "{}"));
  CHECK(load_config(folder.path, "kiosk")->key_set->version == 3);
  REQUIRE(keep_key_set(folder.path, set_of(4, root, later)));
  CHECK(load_config(folder.path, "kiosk")->key_set->version == 4);
  // Somebody puts another county's set there, or one that was changed: the machine does not start with it.
  write(folder / "key_set.json", set_of(9, other, later));
  CHECK(load_config(folder.path, "kiosk").error().code == Code::Corrupt);
  fs::remove(folder / "key_set.json");
  CHECK(load_config(folder.path, "kiosk").error().code == Code::Corrupt);

  Machine machine("kiosk");
  CHECK(machine.now().keys == 0);
  machine.config.key_set = *decode_key_set(set_of(1, root, TestClock{}.wall() - std::chrono::hours(1)));
  machine.open();
  CHECK(machine.now().keys == 1);
  machine.config.key_set = *decode_key_set(set_of(2, root, TestClock{}.wall() - std::chrono::hours(24 * 91)));
  machine.store->keys_changed();
  CHECK(machine.now().keys == 2);
  CHECK(machine.now().keys_version == 2);
}
