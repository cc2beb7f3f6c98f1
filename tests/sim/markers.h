/// A word that stands only in one citizen's text, and the search for it in files, messages, lines and paper.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace yizhan::sim {

/// "MARKER" and twelve letters: the beginning is searched for, the rest tells whose words they are.
std::string make_marker(std::uint64_t random);
/// Every marker in these bytes. `thorough`: also as UTF-16, base64 in its three alignments and hexadecimal.
std::set<std::string> find_markers(std::string_view bytes, bool thorough = false);

}  // namespace yizhan::sim
