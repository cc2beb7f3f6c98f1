#include "core/key_set.h"

#include <sodium.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "core/number.h"
#include "core/seal_wraps.h"

namespace yizhan {

using namespace sealing;
using nlohmann::json;

namespace {

constexpr std::size_t recipients_max = 1000, id_bytes_max = 40;
constexpr std::string_view purposes[] = {"hall", "county", "discipline", "escrow"};

Error bad(std::string what) { return {Code::Invalid, "key-set: " + std::move(what)}; }

bool plain_word(std::string_view text) {
  return !text.empty() && text.size() <= id_bytes_max && std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

std::int64_t ms(Time time) { return time.time_since_epoch().count(); }

json to_json(const KeySet& set) {
  json recipients = json::array();
  for (const Recipient& r : set.recipients) recipients.push_back({{"hall", r.hall}, {"id", r.id}, {"public", r.public_hex}, {"purpose", r.purpose}});
  return {{"escrow", set.escrow},   {"issued", ms(set.issued)},   {"not_after", ms(set.not_after)}, {"not_before", ms(set.not_before)},
          {"recipients", recipients}, {"revoked", set.revoked}, {"root", set.root_public_hex},   {"version", set.version}};
}

/// Exactly these fields: what a key-set says that this program does not know may be the thing that matters (T18).
Status only(const json& object, std::initializer_list<const char*> names, const char* what) {
  if (!object.is_object() || object.size() != names.size()) return bad(std::string(what) + ": unknown or missing fields");
  for (const char* name : names)
    if (!object.contains(name)) return bad(std::string(what) + ": " + name + " is missing");
  return Done{};
}

Status read(const json& in, KeySet& set) {
  if (auto shape = only(in, {"escrow", "issued", "not_after", "not_before", "recipients", "revoked", "root", "version"}, "set"); !shape) return shape;
  const auto time = [&](const char* name, Time& to) {
    if (!in[name].is_number_integer()) return false;
    to = Time{Span{in[name].get<std::int64_t>()}};
    return true;
  };
  if (!time("issued", set.issued) || !time("not_after", set.not_after) || !time("not_before", set.not_before)) return bad("a time is no whole number");
  if (!in["version"].is_number_unsigned() || in["version"].get<std::uint64_t>() < 1 || in["version"].get<std::uint64_t>() > std::numeric_limits<int>::max())
    return bad("version: expected a number from 1");
  set.version = static_cast<int>(in["version"].get<std::uint64_t>());
  if (!in["root"].is_string()) return bad("root: expected text");
  set.root_public_hex = in["root"].get<std::string>();
  const auto words = [&](const char* name, std::vector<std::string>& to, std::size_t bytes_max) {
    if (!in[name].is_array() || in[name].size() > recipients_max) return false;
    for (const json& word : in[name]) {
      if (!word.is_string() || word.get_ref<const std::string&>().size() > bytes_max) return false;
      to.push_back(word.get<std::string>());
    }
    return true;
  };
  if (!words("revoked", set.revoked, id_bytes_max) || !words("escrow", set.escrow, 1024)) return bad("a list holds what it may not");
  if (!in["recipients"].is_array() || in["recipients"].size() > recipients_max) return bad("recipients: expected a list of at most 1000");
  std::set<std::string> ids;
  for (const json& r : in["recipients"]) {
    if (auto shape = only(r, {"hall", "id", "public", "purpose"}, "recipient"); !shape) return shape;
    for (const char* name : {"hall", "id", "public", "purpose"})
      if (!r[name].is_string()) return bad("recipient: " + std::string(name) + ": expected text");
    Recipient one{r["id"].get<std::string>(), r["purpose"].get<std::string>(), r["hall"].get<std::string>(), r["public"].get<std::string>()};
    if (!plain_word(one.id) || !ids.insert(one.id).second) return bad("recipient: id: expected a word of its own");
    if (std::find(std::begin(purposes), std::end(purposes), one.purpose) == std::end(purposes)) return bad("recipient " + one.id + ": purpose");
    if ((one.purpose == "hall") != !one.hall.empty() || (!one.hall.empty() && !check_origin(one.hall))) return bad("recipient " + one.id + ": hall");
    if (!from_hex<crypto_box_PUBLICKEYBYTES>(one.public_hex)) return bad("recipient " + one.id + ": public: expected 64 hex digits");
    set.recipients.push_back(std::move(one));
  }
  const auto has = [&](std::string_view purpose) {
    return std::any_of(set.recipients.begin(), set.recipients.end(), [&](const Recipient& r) { return r.purpose == purpose; });
  };
  if (!has("county") || !has("discipline")) return bad("there must be a county and a discipline recipient");
  return Done{};
}

}  // namespace

std::string encode_key_set(const KeySet& set, std::string_view root_secret_hex) {
  const std::string text = to_json(set).dump();
  return "{\"set\":" + text + ",\"signature\":\"" + sign("yizhan-key-set\n" + text, root_secret_hex) + "\"}";
}

Result<KeySet> decode_key_set(std::string_view text, std::string_view pinned_root_hex) {
  if (text.size() > key_set_bytes_max) return bad("too large");
  const json in = json::parse(text, nullptr, false);
  if (in.is_discarded()) return bad("not JSON");
  if (auto shape = only(in, {"set", "signature"}, "file"); !shape) return shape.error();
  if (!in["signature"].is_string()) return bad("signature: expected text");
  KeySet set;
  if (auto fine = read(in["set"], set); !fine) return fine.error();
  if (!pinned_root_hex.empty() && set.root_public_hex != pinned_root_hex) return bad("signed by another root than the one this machine knows");
  // Over the canonical form, so that spaces a mail program put in do no harm and nothing else can hide.
  if (!verify_signature("yizhan-key-set\n" + in["set"].dump(), in["signature"].get_ref<const std::string&>(), set.root_public_hex)) return bad("the signature is not the root's");
  return set;
}

Status may_follow(const KeySet& now, const KeySet& next) {
  if (next.root_public_hex != now.root_public_hex) return Error{Code::Conflict, "key-set: another root"};
  if (next.version <= now.version) return Error{Code::Conflict, "key-set: not newer than the one in force"};
  return Done{};
}

Result<std::vector<std::string>> recipients_of(const KeySet& set, SealClass of, const Origin& hall) {
  std::vector<std::string> keys;
  bool read = false;  // by anybody but the custodians of escrow
  const auto add = [&](std::string_view purpose, bool counts) {
    // The last one listed is the newest; a revoked one is left out at once.
    for (auto r = set.recipients.rbegin(); r != set.recipients.rend(); ++r) {
      if (r->purpose != purpose || (purpose == "hall" && r->hall != hall)) continue;
      if (std::find(set.revoked.begin(), set.revoked.end(), r->id) != set.revoked.end()) continue;
      keys.push_back(r->public_hex);
      read = read || counts;
      return;
    }
  };
  if (of == SealClass::Accusation) {
    add("discipline", true);
  } else {
    add("hall", true);
    add("county", true);
  }
  add("escrow", false);
  if (!read) return Error{Code::Unavailable, "key-set: nobody is left to read this"};
  return keys;
}

Freshness freshness(const KeySet& set, Time now) {
  if (now <= set.not_after) return Freshness::Fresh;
  // The grace is taken off the clock and not put on the set's date, which may be the last one there is.
  return now - key_set_grace <= set.not_after ? Freshness::Expired : Freshness::Overdue;
}

// ---- escrow ----------------------------------------------------------------------------------------------------------

namespace {

Result<std::string> box(std::string_view plain, const std::string& to_hex_key) {
  const auto key = from_hex<crypto_box_PUBLICKEYBYTES>(to_hex_key);
  if (!key) return bad("escrow: expected 64 hex digits");
  std::string out(plain.size() + crypto_box_SEALBYTES, '\0');
  if (crypto_box_seal(bytes(out), bytes(plain), plain.size(), key->data()) != 0) return bad("escrow: the key is weak");
  return out;
}

}  // namespace

Result<std::vector<std::string>> escrow_secret(std::string_view secret_hex, const std::vector<std::string>& custodians) {
  ready();
  if (custodians.size() != 3) return bad("escrow: three custodians are needed");
  static constexpr std::size_t pairs[][2] = {{0, 1}, {1, 2}, {0, 2}};
  std::vector<std::string> shares;
  for (const auto& pair : pairs) {
    auto inner = box(secret_hex, custodians[pair[1]]);
    if (!inner) return inner.error();
    const auto outer = box(*inner, custodians[pair[0]]);
    if (!outer) return outer.error();
    shares.push_back(base64(*outer));
  }
  return shares;
}

Result<std::vector<std::string>> open_escrow(const std::vector<std::string>& shares, const KeyPair& custodian) {
  ready();
  const auto pk = from_hex<crypto_box_PUBLICKEYBYTES>(custodian.public_hex);
  auto sk = from_hex<crypto_box_SECRETKEYBYTES>(custodian.secret_hex);
  if (!pk || !sk) return bad("escrow: the custodian's key is malformed");
  std::vector<std::string> opened;
  for (const std::string& share : shares) {
    const auto outer = from_base64(share);
    if (!outer || outer->size() < crypto_box_SEALBYTES) continue;
    std::string inner(outer->size() - crypto_box_SEALBYTES, '\0');
    if (crypto_box_seal_open(bytes(inner), bytes(*outer), outer->size(), pk->data(), sk->data()) == 0) opened.push_back(base64(inner));
  }
  sodium_memzero(sk->data(), sk->size());
  if (opened.empty()) return bad("escrow: none of the shares opens with this key");
  return opened;
}

}  // namespace yizhan
