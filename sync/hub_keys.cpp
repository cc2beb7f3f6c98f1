#include "sync/hub_keys.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/law.h"
#include "core/pin_key.h"
#include "core/text.h"
#include "sync/hub_commands.h"

namespace yizhan::sync {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using commands::exit_done, commands::failed;

constexpr int valid_days_usual = 400;  // a year, and a month to get the next one round

Error wrong(std::string what) { return {Code::Invalid, std::move(what)}; }
void say(const std::string& text) { fmt::print("{}\n", printable(text)); }

// ---- files --------------------------------------------------------------------------------------------------------------

/// "public\nsecret\n", as every key file of a hub.
Status write_pair(const std::string& file, const KeyPair& key) {
  auto kept = write_private_file(file, key.public_hex + "\n" + key.secret_hex + "\n", false);
  if (!kept && kept.error().code == Code::Conflict) return Error{Code::Conflict, "secret: " + file + " exists already; a key is never written over another, name a new file"};
  return kept;
}

Result<KeyPair> read_pair(const std::string& file, std::string_view field, std::size_t secret_digits) {
  const auto text = read_small_file(file);
  if (!text) return Error{text.error().code, std::string(field) + ": " + text.error().what};
  std::istringstream in(*text);
  KeyPair key;
  in >> key.public_hex >> key.secret_hex;
  if (key.public_hex.size() != 64 || key.secret_hex.size() != secret_digits)
    return wrong(std::string(field) + ": " + file + " holds no such key; it must be a file that hub keys wrote with --secret");
  return key;
}

/// What is handed over: a public key, what it is for, and of escrow the boxed secret.
struct Part {
  Recipient recipient;
  std::vector<std::string> shares;
};
Json json_of(const Part& part) {
  Json out{{"id", part.recipient.id}, {"purpose", part.recipient.purpose}, {"hall", part.recipient.hall}, {"public", part.recipient.public_hex}};
  if (!part.shares.empty()) out["shares"] = part.shares;
  return out;
}
Result<Part> read_part(const std::string& file, std::string_view field) {
  const auto text = read_small_file(file);
  if (!text) return Error{text.error().code, std::string(field) + ": " + text.error().what};
  try {
    const Json in = Json::parse(*text);
    Part part{{in.at("id"), in.at("purpose"), in.at("hall"), in.at("public")}, in.value("shares", std::vector<std::string>{})};
    if (!digest_from_hex(part.recipient.public_hex)) return wrong(std::string(field) + ": " + file + ": public: 64 hex digits");
    return part;
  } catch (const std::exception&) {
    return wrong(std::string(field) + ": " + file + " is no public key file; take one that hub keys wrote with --public");
  }
}
Status write_part(const std::string& file, const Part& part) { return write_private_file(file, json_of(part).dump(1) + "\n", false); }

Result<Part> new_recipient(const std::string& purpose, const std::string& hall, const std::string& id, const std::string& secret_file, const std::string& public_file) {
  if (purpose == "hall") {
    if (hall.size() != 10 || !check_origin(hall) || hall[7] != 'H') return wrong("hall: whose duty key is it? --hall 440583-H01");
  } else if (!hall.empty()) {
    return wrong("hall: only a hall's duty key has one; leave --hall out");
  }
  if (id.empty() || id.size() > 40) return wrong("id: 1 to 40 letters, digits, - and ., such as H01-2026Q4");
  const KeyPair key = make_box_keys();
  if (const auto kept = write_pair(secret_file, key); !kept) return kept.error();
  Part part{{id, purpose, hall, key.public_hex}, {}};
  const std::string file = public_file.empty() ? secret_file + ".pub" : public_file;
  if (const auto kept = write_part(file, part); !kept) return kept.error();
  say(fmt::format("{} {}  fingerprint {}", purpose, id, fingerprint(key.public_hex)));
  say(fmt::format("secret in {} (keep it with its bearer), public key in {}", secret_file, file));
  return part;
}

/// The secret is made, boxed twice for every pair, and gone; `file` holds nothing that one custodian alone could use.
Result<Part> new_escrow(const std::string& id, const std::vector<std::string>& custodian_files, const std::string& file) {
  if (custodian_files.size() != 3) return wrong("custodian: exactly three public key files, one of each custodian");
  std::vector<std::string> keys;
  for (const auto& one : custodian_files) {
    const auto part = read_part(one, "custodian");
    if (!part) return part.error();
    if (part->recipient.purpose != "custodian") return wrong("custodian: " + one + " is a key for something else; hub keys custodian makes them");
    if (std::find(keys.begin(), keys.end(), part->recipient.public_hex) != keys.end()) return wrong("custodian: the same custodian twice; two of three would be one person");
    keys.push_back(part->recipient.public_hex);
  }
  KeyPair escrow = make_box_keys();
  const auto shares = escrow_secret(escrow.secret_hex, keys);
  wipe(escrow.secret_hex);
  if (!shares) return shares.error();
  Part part{{id, "escrow", "", escrow.public_hex}, *shares};
  if (const auto kept = write_part(file, part); !kept) return kept.error();
  say(fmt::format("escrow {}  fingerprint {}", id, fingerprint(escrow.public_hex)));
  say(fmt::format("its secret exists nowhere any more: any two custodians open it out of {}", file));
  return part;
}

int open_share(const std::string& from, const std::string& key_file, const std::string& to) {
  const auto text = read_small_file(from);
  if (!text) return failed({text.error().code, "share: " + text.error().what});
  const auto key = read_pair(key_file, "key", 64);
  if (!key) return failed(key.error());
  std::vector<std::string> shares;
  try {
    const Json in = Json::parse(*text);
    const Json& set = in.contains("set") ? in.at("set") : in;
    shares = set.contains("escrow") ? set.at("escrow").get<std::vector<std::string>>() : set.at("shares").get<std::vector<std::string>>();
  } catch (const std::exception&) {
    return failed(wrong("share: " + from + " is neither a key-set, nor an escrow file, nor what the first custodian's turn wrote"));
  }
  const auto opened = open_escrow(shares, *key);
  if (!opened) return failed(wrong("key: nothing in " + from + " opens with it; if this is the first turn, let another custodian take it, then this one"));
  // The second turn gives the secret itself; a key-set may hold several, of earlier years.
  std::string pairs;
  for (const auto& one : *opened) {
    const auto plain = from_base64(one);
    const auto pair = plain ? box_keys_of(*plain) : Result<KeyPair>(wrong(""));
    if (pair) pairs += pair->public_hex + "\n" + pair->secret_hex + "\n";
  }
  if (!pairs.empty()) {
    const auto kept = write_private_file(to, pairs, false);
    wipe(pairs);
    if (!kept) return failed(kept.error());
    say("both turns are done: the escrow key is in " + to + ". Use it on a machine without a network, then destroy the file.");
    return exit_done;
  }
  if (const auto kept = write_private_file(to, Json{{"shares", *opened}}.dump(1) + "\n", false); !kept) return failed(kept.error());
  say("first of two turns: hand " + to + " to a second custodian, who opens it with hub keys open-escrow --share " + to);
  return exit_done;
}

// ---- the set --------------------------------------------------------------------------------------------------------------

struct Change {
  std::string root, current, out, until;
  int days = valid_days_usual;
  std::vector<std::string> add, revoke;
};

Result<Time> day_end(const std::string& text) {
  const auto day = parse_date(text);
  if (!day) return wrong("until: a day as YYYY-MM-DD");
  return Time{std::chrono::sys_days{*day} + std::chrono::hours(24)};
}

Result<KeySet> next_set(const Change& change, const std::vector<Part>& added, Time now) {
  const auto root = read_pair(change.root, "root", 128);
  if (!root) return root.error();
  KeySet set;
  if (!change.current.empty()) {
    const auto text = read_small_file(change.current);
    if (!text) return Error{text.error().code, "current: " + text.error().what};
    auto current = decode_key_set(*text, root->public_hex);
    if (!current) return wrong("current: " + change.current + ": " + current.error().what);
    set = std::move(*current);
  }
  ++set.version;
  set.root_public_hex = root->public_hex;
  set.issued = set.not_before = now;
  set.not_after = now + std::chrono::hours(24 * change.days);
  if (!change.until.empty()) {
    const auto until = day_end(change.until);
    if (!until) return until.error();
    set.not_after = *until;
  }
  if (set.not_after <= now) return wrong("until: lies in the past");
  for (const auto& part : added) {
    if (part.recipient.purpose == "custodian") return wrong("add: " + part.recipient.id + " is a custodian's key; only the escrow file goes into the set");
    if (std::any_of(set.recipients.begin(), set.recipients.end(), [&](const Recipient& r) { return r.id == part.recipient.id; }))
      return wrong("add: the id " + part.recipient.id + " is in the set already; give a new key an id of its own");
    set.recipients.push_back(part.recipient);  // the last one listed is the one that is used
    // Earlier shares stay: what was sealed to an earlier escrow key is opened with them.
    set.escrow.insert(set.escrow.end(), part.shares.begin(), part.shares.end());
  }
  for (const auto& id : change.revoke) {
    const bool known = std::any_of(set.recipients.begin(), set.recipients.end(), [&](const Recipient& r) { return r.id == id; });
    if (!known && !check_origin(id)) return wrong("revoke: " + id + " is neither an id of the set nor the name of a device, such as 440583-K03");
    if (std::find(set.revoked.begin(), set.revoked.end(), id) == set.revoked.end()) set.revoked.push_back(id);
  }
  // Revoking the last reader of a kind would leave complaints that nobody opens.
  for (const auto& [of, words] : {std::pair{SealClass::Ordinary, "county"}, {SealClass::Accusation, "discipline"}})
    if (!recipients_of(set, of, {})) return wrong(fmt::format("set: after this nobody is left to read; add a new {} key in the same step", words));
  return set;
}

Status sign_set(const KeySet& set, const std::string& root_file, const std::string& out) {
  auto root = read_pair(root_file, "root", 128);
  if (!root) return root.error();
  const std::string json = encode_key_set(set, root->secret_hex);
  wipe(root->secret_hex);
  // Read back as every machine will: what does not pass here must not go out.
  if (const auto read = decode_key_set(json, set.root_public_hex); !read) return read.error();
  return write_private_file(out, json + "\n", false);
}

int change_set(const Change& change) {
  std::vector<Part> added;
  for (const auto& file : change.add) {
    const auto part = read_part(file, "add");
    if (!part) return failed(part.error());
    added.push_back(*part);
  }
  if (added.empty() && change.revoke.empty() && change.until.empty() && change.current.empty()) return failed(wrong("set: nothing to put in; give --add FILE"));
  const Time now = SystemClock{}.wall();
  const auto set = next_set(change, added, now);
  if (!set) return failed(set.error());
  if (const auto made = sign_set(*set, change.root, change.out); !made) return failed(made.error());
  print_key_set(*set, now);
  say(fmt::format("signed as version {} in {}; now: hub keys install {} --data DIR", set->version, change.out, change.out));
  return exit_done;
}

int install(const HubOptions& options, const std::string& file, bool json, const HubCommand& command) {
  const auto text = read_small_file(file);
  if (!text) return failed({text.error().code, "file: " + text.error().what});
  std::string body = *text;
  while (!body.empty() && (body.back() == '\n' || body.back() == '\r')) body.pop_back();
  const auto set = decode_key_set(body);
  if (!set) return failed(wrong("file: " + file + ": " + set.error().what));
  const auto answer = command(options, Json{{"do", "install_keys"}, {"set", body}}.dump());
  if (!answer) return failed(answer.error());
  if (json) fmt::print("{}\n", printable_json(*answer));
  else say(fmt::format("version {} is in force; root {}", set->version, fingerprint(set->root_public_hex)));
  return exit_done;
}

// ---- a new county in one step -----------------------------------------------------------------------------------------------

struct Start {
  std::string out;
  std::vector<std::string> halls;
  int days = valid_days_usual;
};

Status make_county(const Start& start, const HubOptions& options, const HubCommand& command) {
  for (const auto& hall : start.halls)
    if (hall.size() != 10 || !check_origin(hall) || hall[7] != 'H') return wrong("halls: " + hall + " is no hall; they are called like 440583-H01");
  if (start.halls.empty()) return wrong("halls: which halls? --halls 440583-H01,440583-H02");
  std::error_code none;
  if (fs::exists(start.out, none) && !fs::is_empty(start.out, none)) return Error{Code::Conflict, "out: " + start.out + " is not empty; keys are made into an empty folder"};
  const auto folder = [&](const std::string& name) {
    const std::string path = start.out + "/" + name;
    fs::create_directories(path, none);
    fs::permissions(path, fs::perms::owner_all, none);
    return path;
  };
  const auto year = std::to_string(static_cast<int>(std::chrono::year_month_day(hall_day(SystemClock{}.wall())).year()));
  folder("");
  const std::string root = folder("root") + "/root.secret", shared = folder("public");
  if (const auto made = write_pair(root, make_sign_keys()); !made) return made;
  Change change;
  change.root = root;
  change.days = start.days;
  change.out = shared + "/key_set-1.json";
  std::vector<Part> parts;
  const auto add = [&](const std::string& purpose, const std::string& hall, const std::string& id, const std::string& where) -> Status {
    auto part = new_recipient(purpose, hall, id, folder(where) + "/" + id + ".secret", shared + "/" + id + ".pub");
    if (!part) return part.error();
    parts.push_back(std::move(*part));
    return Done{};
  };
  if (const auto made = add("county", "", "C-" + year, "county"); !made) return made;
  if (const auto made = add("discipline", "", "D-" + year, "discipline"); !made) return made;
  for (const auto& hall : start.halls)
    if (const auto made = add("hall", hall, hall.substr(7) + "-" + year, "hall-" + hall); !made) return made;
  std::vector<std::string> custodians;
  for (const char* name : {"custodian-1", "custodian-2", "custodian-3"}) {
    const std::string file = shared + "/" + name + ".pub";
    const auto part = new_recipient("custodian", "", name, folder(name) + "/" + name + ".secret", file);
    if (!part) return part.error();
    custodians.push_back(file);
  }
  auto escrow = new_escrow("E-" + year, custodians, shared + "/E-" + year + ".escrow");
  if (!escrow) return escrow.error();
  parts.push_back(std::move(*escrow));
  const auto set = next_set(change, parts, SystemClock{}.wall());
  if (!set) return set.error();
  if (const auto made = sign_set(*set, root, change.out); !made) return made;
  if (!options.data_dir.empty()) {
    const auto text = read_small_file(change.out);
    if (!text) return text.error();
    const auto answer = command(options, Json{{"do", "install_keys"}, {"set", text->substr(0, text->find('\n'))}}.dump());
    if (!answer) return answer.error();
  }
  say("");
  print_key_set(*set, SystemClock{}.wall());
  say("");
  say("Now, before anything else (docs/KEYS.md):");
  say(fmt::format("  {0}/root           the root key: two copies, two custodians, two safes; off this machine", start.out));
  say(fmt::format("  {0}/county         to whoever opens ordinary matters at the county", start.out));
  say(fmt::format("  {0}/discipline     to the discipline inspection only (XFTL 30); nobody else keeps a copy", start.out));
  say(fmt::format("  {0}/hall-…         to each hall, for kiosk staff add --hall-key", start.out));
  say(fmt::format("  {0}/custodian-1…3  one to each of three people; any two open what was lost", start.out));
  if (options.data_dir.empty()) say(fmt::format("  hub keys install {} --data DIR   puts the set in force", change.out));
  else say("  the set is in force at " + options.data_dir);
  say("Then delete the folders here (shred -u) once each bearer has read a copy back.");
  return Done{};
}

std::string state_words(const KeySet& set, Time now) {
  switch (freshness(set, now)) {
    case Freshness::Fresh: return "in force";
    case Freshness::Expired: return "EXPIRED: sealing goes on for 90 days; issue the next version (hub keys set)";
    case Freshness::Overdue: break;
  }
  return "LONG EXPIRED: sealing goes on, but issue the next version now (hub keys set)";
}

/// Who could open a new matter of this kind.
std::string readers(const KeySet& set, SealClass of, const Origin& hall) {
  const auto keys = recipients_of(set, of, hall);
  if (!keys) return "NOBODY";
  std::string out;
  for (const auto& key : *keys)
    for (const auto& r : set.recipients)
      if (r.public_hex == key) {
        out += (out.empty() ? "" : " + ") + r.id;
        break;
      }
  return out;
}

}  // namespace

void print_key_set(const KeySet& set, Time now) {
  const auto day = [](Time at) { return iso(hall_day(at)); };
  say(fmt::format("key-set version {}  {} to {}  {}", set.version, day(set.not_before), day(set.not_after), state_words(set, now)));
  say(fmt::format("root        {}", fingerprint(set.root_public_hex)));
  std::set<Origin> halls;
  for (const auto& r : set.recipients) {
    const bool revoked = std::find(set.revoked.begin(), set.revoked.end(), r.id) != set.revoked.end();
    say(fmt::format("{:<11} {:<16} {:<11} {}{}", r.purpose, r.id, r.hall, fingerprint(r.public_hex), revoked ? "  REVOKED" : ""));
    if (!r.hall.empty()) halls.insert(r.hall);
  }
  for (const auto& id : set.revoked)
    if (std::none_of(set.recipients.begin(), set.recipients.end(), [&](const Recipient& r) { return r.id == id; })) say(fmt::format("device      {:<16} REVOKED", id));
  for (const auto& hall : halls) say(fmt::format("ordinary matters of {} are read by   {}", hall, readers(set, SealClass::Ordinary, hall)));
  say(fmt::format("accusations of every hall are read by      {}", readers(set, SealClass::Accusation, {})));
  if (!set.escrow.empty()) say("escrow is opened by any two of three custodians");
  else say("NO ESCROW: what is sealed to a lost key is lost (hub keys escrow)");
}

std::string key_set_to_json(const KeySet& set, Time now) {
  static constexpr const char* words[] = {"fresh", "expired", "overdue"};
  Json recipients = Json::array();
  for (const auto& r : set.recipients)
    recipients.push_back({{"id", r.id}, {"purpose", r.purpose}, {"hall", r.hall}, {"public_hex", r.public_hex}, {"fingerprint", fingerprint(r.public_hex)}});
  return Json{{"version", set.version}, {"root", set.root_public_hex}, {"root_fingerprint", fingerprint(set.root_public_hex)},
          {"not_after", set.not_after.time_since_epoch().count()}, {"freshness", words[static_cast<int>(freshness(set, now))]},
          {"recipients", std::move(recipients)}, {"revoked", set.revoked}, {"escrow_shares", set.escrow.size()}}.dump();
}

void add_key_ceremonies(CLI::App& keys, HubOptions& options, bool& json, std::function<int()>& action, const HubCommand& command) {
  // The options outlive the parse: the application owns the callbacks.
  struct Given {
    std::string secret, public_file, purpose, hall, id, out, share, key, file;
    std::vector<std::string> custodians;
    Change change;
    Start start;
  };
  const auto given = std::make_shared<Given>();
  const auto sub = [&](const char* name, const char* words) {
    auto* one = keys.add_subcommand(name, words);
    one->fallthrough();
    return one;
  };

  auto* root = sub("root", "make the root key, which signs key-sets; offline, two custodians");
  root->add_option("--secret", given->secret, "new file for it")->required();
  root->callback([given, &action] {
    action = [given] {
      const KeyPair key = make_sign_keys();
      if (const auto kept = write_pair(given->secret, key); !kept) return failed(kept.error());
      say(fmt::format("root  fingerprint {}", fingerprint(key.public_hex)));
      return exit_done;
    };
  });

  auto* recipient = sub("recipient", "make a pair that matters are sealed to");
  recipient->add_option("purpose", given->purpose, "hall, county or discipline")->required()->check(CLI::IsMember({"hall", "county", "discipline"}));
  recipient->add_option("--hall", given->hall, "whose duty key: 440583-H01");
  recipient->add_option("--id", given->id, "its name in the set: H01-2026Q4")->required();
  recipient->add_option("--secret", given->secret, "new file for the secret")->required();
  recipient->add_option("--public", given->public_file, "new file for the public key; else FILE.pub");
  recipient->callback([given, &action] {
    action = [given] {
      const auto part = new_recipient(given->purpose, given->hall, given->id, given->secret, given->public_file);
      return part ? exit_done : failed(part.error());
    };
  });

  auto* custodian = sub("custodian", "make the pair of one of the three custodians of escrow");
  custodian->add_option("--id", given->id, "whose: archive-1")->required();
  custodian->add_option("--secret", given->secret, "new file for the secret")->required();
  custodian->add_option("--public", given->public_file, "new file for the public key; else FILE.pub");
  custodian->callback([given, &action] {
    action = [given] {
      const auto part = new_recipient("custodian", "", given->id, given->secret, given->public_file);
      return part ? exit_done : failed(part.error());
    };
  });

  auto* escrow = sub("escrow", "make the escrow key; its secret exists only in boxes that any two of three custodians open");
  escrow->add_option("--id", given->id, "its name in the set: E-2026")->required();
  escrow->add_option("--custodian", given->custodians, "public key file of a custodian, three times")->required();
  escrow->add_option("--out", given->out, "new file, to be added with hub keys set")->required();
  escrow->callback([given, &action] {
    action = [given] {
      const auto part = new_escrow(given->id, given->custodians, given->out);
      return part ? exit_done : failed(part.error());
    };
  });

  auto* opening = sub("open-escrow", "one custodian's turn at opening the escrow key; two turns give it");
  opening->add_option("--share", given->share, "the key-set or escrow file; in the second turn what the first one wrote")->required();
  opening->add_option("--key", given->key, "the custodian's secret file")->required();
  opening->add_option("--out", given->out, "new file for what was opened")->required();
  opening->callback([given, &action] { action = [given] { return open_share(given->share, given->key, given->out); }; });

  const auto with_change = [given](CLI::App* one) {
    one->add_option("--root", given->change.root, "the root's secret file")->required();
    one->add_option("--current", given->change.current, "the signed set in force; left out: version 1");
    one->add_option("--revoke", given->change.revoke, "an id of the set, or a device, that is trusted no more")->delimiter(',');
    one->add_option("--days", given->change.days, "how long it is valid")->capture_default_str()->check(CLI::Range(1, 1830));
    one->add_option("--until", given->change.until, "last day, YYYY-MM-DD, over --days");
    one->add_option("--out", given->change.out, "new file for the signed set")->required();
  };
  auto* setting = sub("set", "sign the next version of the key-set: what is in force, plus, minus");
  with_change(setting);
  setting->add_option("--add", given->change.add, "public key or escrow file; the newest of a kind is the one that is used");
  setting->callback([given, &action] { action = [given] { return change_set(given->change); }; });

  auto* rotating = sub("rotate", "make a new pair and sign the set that uses it, in one step; the old one stays for opening");
  rotating->add_option("purpose", given->purpose, "hall, county or discipline")->required()->check(CLI::IsMember({"hall", "county", "discipline"}));
  rotating->add_option("--hall", given->hall, "whose duty key: 440583-H01");
  rotating->add_option("--id", given->id, "its name in the set: H01-2027Q1")->required();
  rotating->add_option("--secret", given->secret, "new file for the secret")->required();
  with_change(rotating);
  rotating->callback([given, &action] {
    action = [given] {
      const auto part = new_recipient(given->purpose, given->hall, given->id, given->secret, "");
      if (!part) return failed(part.error());
      given->change.add = {given->secret + ".pub"};
      return change_set(given->change);
    };
  });

  auto* installing = sub("install", "put a signed set in force at this hub; devices fetch it");
  installing->add_option("file", given->file, "the signed set")->required();
  installing->callback([given, &options, &json, &action, command] { action = [given, &options, &json, command] { return install(options, given->file, json, command); }; });

  auto* starting = sub("init", "a new county's keys in one step, a folder for each bearer");
  starting->add_option("--out", given->start.out, "an empty folder, best on a stick")->required();
  starting->add_option("--halls", given->start.halls, "440583-H01,440583-H02")->delimiter(',')->required();
  starting->add_option("--days", given->start.days, "how long the first set is valid")->capture_default_str()->check(CLI::Range(1, 1830));
  starting->callback([given, &options, &action, command] {
    action = [given, &options, command] {
      const auto made = make_county(given->start, options, command);
      return made ? exit_done : failed(made.error());
    };
  });
}

}  // namespace yizhan::sync
