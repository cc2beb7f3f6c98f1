// Attachments at a hub: devices bring what their own events name, desks read what they may read of the matter.
#include <algorithm>

#include "core/number.h"
#include "sync/server_impl.h"

namespace yizhan::sync {
namespace {

}  // namespace

bool Hub::Impl::may_bring(const Device& device, std::span<const Event> naming) const {
  return std::any_of(naming.begin(), naming.end(), [&](const Event& event) { return may_write(device, event.id.origin); });
}

BlobHave Hub::Impl::have(const Device& device, const Digest& hash) const {
  BlobHave out;
  out.hash = hash;
  const auto naming = log.naming(hash);
  // What is not this device's to bring looks as if nobody had ever named it.
  if (!naming || !may_bring(device, *naming)) return out;
  const auto blob = log.blob(hash);
  if (!blob) return out;
  out.bytes = blob->bytes;
  out.have = static_cast<std::int64_t>(blob->have);
  out.county = blob->whole() && blob->reached == Reach::County;
  return out;
}

Reply Hub::Impl::tell_blobs(const Device& device, const Parsed& request) {
  const auto hashes = blobs_ask_from_json(request.body);
  if (!hashes) return failure(hashes.error());
  std::vector<BlobHave> out;
  out.reserve(hashes->size());
  for (const auto& hash : *hashes) out.push_back(have(device, hash));
  return plain_reply(200, to_json(out));
}

Reply Hub::Impl::take_piece(const Device& device, std::string_view name, const Parsed& request) {
  const auto hash = digest_from_hex(name);
  if (!hash) return failure(hash.error());
  const auto naming = log.naming(*hash);
  if (!naming) return failure(naming.error());
  if (naming->empty()) return refuse(404, "not_found", "no event here names this attachment");
  if (!may_bring(device, *naming)) return refuse(403, "unauthorised", "this device may not bring this attachment");
  const auto before = log.blob(*hash);
  if (!before) return failure(before.error());
  const auto off = request.target.number("off", 0);
  const auto put = log.put_blob(*hash, request.target.number("bytes", 0), off, request.body, config.county ? Reach::County : Reach::Here);
  if (!put) {
    if (put.error().code == Code::NotFound) return refuse(409, "gap", put.error().what, before->have);
    return failure(put.error());
  }
  if (put->whole() && !before->whole()) {
    // Somebody may wait for it: the line upwards, and a desk that has the matter open.
    ++written;
    if (!config.county) ++version;
  }
  return plain_reply(200, to_json(std::vector{have(device, *hash)}));
}

Reply Hub::Impl::give_piece(const Device& device, std::string_view name, const Parsed& request, Time wall) {
  const auto hash = digest_from_hex(name);
  if (!hash) return failure(hash.error());
  const auto naming = log.naming(*hash);
  if (!naming) return failure(naming.error());
  // The same right as the matter's text. Of a matter that is known here to be an accusation nothing is given (XFTL 30); under a key-set
  // nobody here knows, and what is given opens for its recipients only.
  const auto readable = std::find_if(naming->begin(), naming->end(), [&](const Event& event) {
    return !event.matter.empty() && !access_of(event.matter).sealed && may_read_body(device, event);
  });
  if (readable == naming->end()) return refuse(404, "not_found", "no such attachment for this device");
  const auto blob = log.blob(*hash);
  if (!blob) return failure(blob.error());
  if (!blob->whole()) return refuse(404, "not_found", "this attachment is not here yet");
  if (device_of(readable->id.origin) != device.origin)
    if (const auto stated = look(device, readable->matter, wall); !stated) return failure(stated.error());
  auto piece = log.blob_bytes(*hash, request.target.number("off", 0));
  if (!piece) return failure(piece.error());
  return plain_reply(200, std::move(*piece), raw_content);
}

}  // namespace yizhan::sync
