#include <fmt/format.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/pin_key.h"
#include "core/text.h"
#include "kiosk/cli/cli.h"
#include "kiosk/devices/card.h"
#include "kiosk/engine/line.h"
#include "kiosk/engine/staff_file.h"
#include "sync/client.h"

namespace yizhan::kiosk::cli {
namespace {

/// One line from the terminal that is not shown. Errors: Invalid (no terminal).
Result<std::string> hidden_line(const char* words) {
  if (::isatty(STDIN_FILENO) != 1) return Error{Code::Invalid, "pin: needs a terminal to be typed at (or --pin-file for tests)"};
  fmt::print(stderr, "{}", words);
  termios shown{};
  ::tcgetattr(STDIN_FILENO, &shown);
  termios hidden = shown;
  hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  std::string line;
  std::getline(std::cin, line);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
  fmt::print(stderr, "\n");
  return line;
}

Result<std::string> first_line(const std::string& file, std::string_view field, bool secret) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return Error{Code::NotFound, fmt::format("{}: {} cannot be read", field, file)};
  if (secret && (info.st_mode & 077) != 0) return Error{Code::Invalid, fmt::format("{}: others may read {}; chmod 600 it", field, file)};
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

Result<std::string> new_pin(const Staff& options, bool card) {
  if (!options.pin_file.empty()) return first_line(options.pin_file, "pin-file", true);
  if (card) return hidden_line("PIN of the card: ");
  auto first = hidden_line("New PIN, 6 to 12 digits: ");
  if (!first) return first;
  auto second = hidden_line("The same again: ");
  if (!second) return second;
  const bool same = *first == *second;
  wipe(*second);
  if (!same) return Error{Code::Invalid, "pin: the two were not the same; nothing was changed"};
  return first;
}

/// The hall's secret, out of a file of hub keys recipient hall; it is checked against the key-set.
Result<std::string> hall_secret(const Staff& options, const Config& config) {
  if (options.hall_key.empty()) return Error{Code::Invalid, "hall-key: the file of the hall's duty key is needed (hub keys recipient hall)"};
  std::ifstream in(options.hall_key);
  std::string public_hex, secret;
  if (!(in >> public_hex >> secret)) return Error{Code::NotFound, "hall-key: " + options.hall_key + " cannot be read or holds no key"};
  const auto pair = box_keys_of(secret);
  if (!pair || pair->public_hex != public_hex) return Error{Code::Invalid, "hall-key: " + options.hall_key + " holds no key; take the file hub keys wrote with --secret"};
  if (config.key_set) {
    const auto& all = config.key_set->recipients;
    const auto known = std::find_if(all.begin(), all.end(), [&](const Recipient& r) { return r.public_hex == public_hex; });
    if (known == all.end() || known->purpose != "hall" || known->hall != config.hub_origin)
      return Error{Code::Invalid, "hall-key: this is not the duty key of " + config.hub_origin + " in the key-set; look with hub keys show"};
  }
  return secret;
}

int add(const Config& config, const Staff& options) {
  auto people = load_staff(config.data_dir);
  if (!people) return fail("staff", people.error());
  if (config.hub_url.empty() || config.hub_public_hex.empty()) return fail("staff", {Code::Invalid, "hub: this desk is not enrolled; kiosk enrol --hub URL --code CODE"});
  if (options.card && config.card_module.empty()) return fail("staff", {Code::Invalid, "card: no card_module in config.toml, such as \"/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so\""});
  auto transport = open_line(config.hub_url, config.ca_file, Span{5'000});
  if (!transport) return fail("staff", transport.error());
  const sync::Pinned pinned{config.origin, config.key, config.hub_origin, config.hub_public_hex};
  const SystemClock clock;
  const auto listed = sync::ask(**transport, pinned, "GET", "/v1/staff", {}, clock.wall());
  const auto list = listed ? sync::staff_list_from_json(*listed) : Result<sync::StaffList>(listed.error());
  if (!list) return fail("staff", list.error());
  const auto person = std::find_if(list->people.begin(), list->people.end(), [&](const sync::StaffChoice& one) { return one.id == options.id; });
  if (person == list->people.end()) return fail("staff", {Code::NotFound, "id: the hub knows nobody " + options.id + " for this kind of desk; hub staff add, hub staff list"});

  std::string secret;  // an auditor opens nothing
  if (person->role != "auditor") {
    auto read = hall_secret(options, config);
    if (!read) return fail("staff", read.error());
    secret = std::move(*read);
  }
  auto pin = new_pin(options, options.card);
  if (!pin) return fail("staff", pin.error());
  StaffBox box;
  box.id = options.id;
  Result<PinHalves> halves = Error{};
  if (options.card) {
    std::string master = new_secret();
    const auto closed = make_card(config.card_module)->close(master, *pin);
    if (!closed) return fail("staff", closed.error());
    box.card = *closed;
    halves = card_halves(master);
    wipe(master);
  } else {
    if (const auto sound = check_pin(*pin); !sound) return fail("staff", sound.error());
    box.salt = new_salt();
    halves = pin_halves(*pin, box.salt, box.cost);
  }
  wipe(*pin);
  if (!halves) return fail("staff", halves.error());

  const KeyPair once = make_box_keys();
  const auto body = sync::ask(**transport, pinned, "POST", "/v1/staff/add",
                              sync::to_json(sync::StaffAdd{options.id, list->challenge, options.code, halves->verifier, once.public_hex}), clock.wall());
  const auto answer = body ? sync::staff_entered_from_json(*body) : Result<sync::StaffEntered>(body.error());
  if (!answer) return fail("staff", answer.error());
  if (answer->refused == "code") return fail("staff", {Code::Invalid, "code: wrong, used or too old; make a new one with hub staff code " + options.id});
  if (!answer->refused.empty()) return fail("staff", {Code::Invalid, "id: refused (" + answer->refused + "); hub staff list"});
  auto pepper = open_box(answer->sealed, once);
  if (!pepper) return fail("staff", pepper.error());
  auto locked = lock_secret(secret, *halves, *pepper);
  wipe(secret);
  wipe(*pepper);
  if (!locked) return fail("staff", locked.error());
  box.box = std::move(*locked);
  box.name = answer->name;
  box.role = answer->role;
  std::erase_if(*people, [&](const StaffBox& one) { return one.id == box.id; });
  people->push_back(box);
  if (const auto saved = save_staff(config.data_dir, *people); !saved) return fail("staff", saved.error());
  fmt::print("{} can sign in at {}{}\n", box.id, config.origin, options.card ? " with the card" : "");
  return exit_done;
}

}  // namespace

int staff(const Common& common, const Staff& options) {
  const auto config = settings(common);
  if (!config) return fail("staff", config.error());
  if (!config->role.starts_with("desk-")) return fail("staff", {Code::Invalid, "role: people sign in at desks; this machine is a " + config->role});
  if (options.what == "add") return add(*config, options);
  auto people = load_staff(config->data_dir);
  if (!people) return fail("staff", people.error());
  if (options.what == "remove") {
    if (std::erase_if(*people, [&](const StaffBox& one) { return one.id == options.id; }) == 0) return fail("staff", {Code::NotFound, "id: nobody " + options.id + " has set a PIN at this desk"});
    if (const auto saved = save_staff(config->data_dir, *people); !saved) return fail("staff", saved.error());
    fmt::print("{} cannot sign in at {} any more; hub staff remove closes the account\n", options.id, config->origin);
    return exit_done;
  }
  nlohmann::json rows = nlohmann::json::array();
  for (const StaffBox& one : *people) {
    if (common.json) rows.push_back({{"id", one.id}, {"name", one.name}, {"role", one.role}, {"card", !one.card.empty()}});
    else fmt::print("{}  {}  {}{}\n", one.id, one.role, printable(one.name), one.card.empty() ? "" : "  card");
  }
  if (common.json) print_json(rows.dump());
  return exit_done;
}

}  // namespace yizhan::kiosk::cli
