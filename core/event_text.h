/// The parts of the event encoding that the log and the codec share; other rooms use core/event.h.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/event.h"

namespace yizhan {

/// Printable ASCII without quote and backslash: may stand in a header line as it is.
bool plain_word(std::string_view text, std::size_t bytes_max);
/// Errors: Invalid when the header could not be written as a line (see plain_word), or a limit is exceeded.
Status check_header(const Event& event);
/// As encode_fact, but says Invalid ("<field>: not UTF-8") where encode_fact stops the process.
Result<std::string> encode_fact_checked(const Fact& fact);
/// As make_event, from a body that is encoded already.
Event make_event_of(const Origin& origin, std::uint64_t seq, Time at, const MatterId& matter, std::string_view type, int v,
                    std::string body, const Digest& previous);
/// Strict JSON syntax and UTF-8, no tree, no allocation; nesting at most 64 deep.
bool valid_json(std::string_view text);

}  // namespace yizhan
