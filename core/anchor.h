/// Countersignatures: somebody outside says with his own key which entry of a log he had on his disk, and when. A hash chain alone
/// does not show that its end is missing (trust.md 16); an anchor kept elsewhere does.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/event_log.h"
#include "core/seal.h"

namespace yizhan {

/// What is signed: five lines after "yizhan anchor 1" (docs/LOG_FORMAT.md §6).
std::string anchor_text(const Anchor& anchor);
Anchor make_anchor(const Origin& by, const KeyPair& key, const Head& head, Time at);
bool check_anchor(const Anchor& anchor);
/// "440583-C" signs for the county; a hall hub is "440583-H01".
inline bool by_county(const Anchor& anchor) { return anchor.by.size() == 8 && anchor.by.ends_with("-C"); }
/// One line of JSON without newline, as an auditor keeps it.
std::string anchor_line(const Anchor& anchor);
/// Errors: Invalid (not such a line). Does not check the signature.
Result<Anchor> anchor_from_line(std::string_view line);
/// Every line of a file's text. Errors: Invalid "line N: …".
Result<std::vector<Anchor>> anchors_from_lines(std::string_view text);

/// The highest entry of a log whose body the author may erase: the county signed for it, and since then `wait` has passed twice over:
/// by the county's own clock, as a later signature of it says (`newest_at`, of any log of this machine), and by `calm`, this
/// machine's running time. No clock alone, set or jumping, can make it early. 0: none yet.
std::uint64_t may_erase(const std::vector<Anchor>& of_log, Time newest_at, Span calm, Span wait);

}  // namespace yizhan
