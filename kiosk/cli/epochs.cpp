#include "kiosk/cli/epochs.h"

#include <algorithm>

#include "core/number.h"
#include "kiosk/engine/line.h"
#include "sync/client.h"

namespace yizhan::kiosk::cli {

int highest_epoch(const std::vector<Head>& heads, const Origin& device) {
  int epoch = 1;
  for (const Head& head : heads)
    if (device_of(head.origin) == device) epoch = std::max(epoch, epoch_of(head.origin));
  return epoch;
}

std::optional<std::vector<Head>> heads_at_the_hub(const Config& config) {
  if (config.hub_url.empty() || config.hub_public_hex.empty()) return std::nullopt;
  auto line = open_line(config.hub_url, config.ca_file, Span{3'000});
  if (!line) return std::nullopt;
  const auto body = sync::ask(**line, {config.origin, config.key, config.hub_origin, config.hub_public_hex}, "GET", "/v1/heads", {}, SystemClock{}.wall(), Span{10'000});
  const auto heads = body ? sync::heads_from_json(*body) : Result<sync::Heads>(body.error());
  if (!heads) return std::nullopt;
  std::vector<Head> all;
  for (const auto& row : heads->heads) all.push_back(row.head);
  return all;
}

}  // namespace yizhan::kiosk::cli
