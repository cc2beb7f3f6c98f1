/// `hub matter NUMBER --save DIR`: what was attached to a matter as files: recordings and photos as they are, signatures and drawn
/// names as SVG. Sealed ones with the secret key only.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/event_log.h"
#include "core/seal.h"

namespace yizhan::sync {

struct Saved {
  std::string what;  ///< kind of the attachment, "signature", "name"
  std::string file;  ///< "" when it was not written
  std::string why;   ///< "not here yet", "sealed: --unseal opens it", …
};
/// Writes into `dir` (made when missing) as <matter>-<n>.<ending>, readable by their owner only; files that are there already are
/// not replaced. Errors: Io, Corrupt (bytes that are not what was stated), Conflict (a file of that name exists).
Result<std::vector<Saved>> save_attachments(const EventLog& log, const MatterId& matter, const std::optional<KeyPair>& key, const std::string& dir);
/// One closed drawing, millimetres; every stroke a line with round ends.
std::string svg_of(const std::string& strokes);

}  // namespace yizhan::sync
