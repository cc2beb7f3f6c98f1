/// What a person brings besides the text of a filing (a recording, a signature, a name drawn by hand): checked, turned into facts and
/// bytes, and sealed when the matter is. Part of kiosk/filing.cpp. Pure but for the randomness of sealing.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/event.h"
#include "core/sealer.h"
#include "kiosk/messages.h"

namespace yizhan::kiosk {

/// Whether somebody spoke: then the words may be missing, staff write them down later (XFTL 19.1).
bool spoken(const FileMatter& command);
/// Everything to mend, by field: "attachments", "attachments[1]", "signature", "names[0]". `petition` is the one that was shown.
std::vector<Problem> check_parts(const FileMatter& command);

struct Parts {
  std::vector<Fact> facts;
  std::vector<std::string_view> blobs;  ///< of the command's own bytes, or of `sealed`
  std::vector<std::string> sealed;      ///< what the views above refer to; moving this keeps them
};
/// How the matter is sealed; null: it is not.
struct Sealing {
  const Sealer* sealer = nullptr;
  SealClass of = SealClass::Ordinary;
  Binding binding;
};
/// For a matter whose petition is filed as `petition`. Under a key-set what is large becomes sealed attachments and what is small sealed facts,
/// whatever the class. With an early sealer (accusations only) everything becomes sealed attachments, in an order that tells nothing (XFTL 30).
/// Errors: those of the sealer.
Result<Parts> make_parts(const FileMatter& command, const Petition& petition, const Sealing& sealing);

}  // namespace yizhan::kiosk
