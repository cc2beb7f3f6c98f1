/// Words that people see, by gettext. The msgid is the Chinese sentence itself; assets/locale/*.po hold what a county changed
/// (zh_CN) and what engineers read (en). Without a catalogue every word is its msgid, so tests need none.
/// What the floors of law and memory state (rulings, reasons, problems) is part of the record and is never translated here;
/// screens look their fixed sentences up with tr().
#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>

namespace yizhan {

/// Opens <folder>/<language>/LC_MESSAGES/yizhan.mo for this process: once, in main, before other threads start.
/// A catalogue that is not there leaves the msgids. `language`: "zh_CN", "en".
void open_catalogue(const std::string& folder, const std::string& language);

/// The words for a msgid. The pointer lives as long as the process. Any thread; about 0.2 µs.
const char* tr(const char* msgid);
/// The same for a sentence that came from elsewhere in the program (a problem's words); an unknown one is returned as it is.
std::string tr(const std::string& sentence);
/// Marks a sentence for the catalogue where it cannot be looked up yet (static tables); shown later with tr().
constexpr const char* mark(const char* msgid) { return msgid; }

/// tr() with places: trf("前面还有{}人", 3). A translation whose places do not fit is not used: the msgid is.
std::string trf_args(const char* msgid, fmt::format_args args);
template <class... Args>
std::string trf(const char* msgid, const Args&... args) {
  return trf_args(msgid, fmt::make_format_args(args...));
}

}  // namespace yizhan
