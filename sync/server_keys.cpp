// The county's key-set on its way down, and whose signatures a desk may trust (trust.md 8.2). A hub hands on what the root signed, word
// for word, and believes nothing else about keys.
#include <algorithm>

#include "sync/server_impl.h"

namespace yizhan::sync {

Status Hub::Impl::load_keys() {
  const auto kept = log.note("hub.key_set");
  if (!kept) return kept.error().code == Code::NotFound ? Status(Done{}) : Status(kept.error());
  const auto root = log.note("hub.key_root");
  auto set = decode_key_set(*kept, root ? *root : std::string{});
  if (!set) return Error{Code::Corrupt, "hub.key_set: " + set.error().what};
  key_set = std::move(*set);
  key_set_json = *kept;
  return Done{};
}

Status Hub::install_keys(std::string json) {
  auto& me = *impl_;
  auto next = decode_key_set(json, me.key_set ? me.key_set->root_public_hex : std::string{});
  if (!next) return next.error();
  if (me.key_set && *me.key_set == *next) return Done{};
  if (me.key_set)
    if (const auto follows = may_follow(*me.key_set, *next); !follows) return follows;
  const auto kept = [&](std::string_view name, const std::string& value) -> Status {
    const auto put = me.log.put_note(name, value);
    if (!put && put.error().code == Code::Io) me.broken = put.error();
    return put;
  };
  if (const auto put = kept("hub.key_root", next->root_public_hex); !put) return put;
  if (const auto put = kept("hub.key_set", json); !put) return put;
  me.key_set = std::move(*next);
  me.key_set_json = std::move(json);
  ++me.version;
  return Done{};
}

const std::optional<KeySet>& Hub::key_set() const { return impl_->key_set; }

const std::string& Hub::key_set_json() const { return impl_->key_set_json; }

bool Hub::Impl::trusted(const Device& device) const {
  if (device.revoked) return false;
  return !key_set || std::find(key_set->revoked.begin(), key_set->revoked.end(), device.origin) == key_set->revoked.end();
}

Reply Hub::Impl::give_keys() const {
  if (!key_set) return refuse(404, "not_found", "no key-set here");
  return plain_reply(200, key_set_json);
}

Reply Hub::Impl::give_devices() const {
  std::vector<Device> all;
  for (const auto& [origin, device] : devices) {
    all.push_back(device);
    all.back().revoked = !trusted(device);
    all.back().seen = {};  // when somebody was at work is not the others' business
    all.back().skew_ms = 0;
  }
  return plain_reply(200, to_json(all));
}

}  // namespace yizhan::sync
