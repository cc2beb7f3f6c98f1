#include "core/tr.h"

#include <libintl.h>

#include <clocale>
#include <cstdlib>

namespace yizhan {

void open_catalogue(const std::string& folder, const std::string& language) {
  // glibc translates in every locale but "C", and C.UTF-8 is there on every Debian; LANGUAGE names the catalogue.
  ::setenv("LANGUAGE", language.c_str(), 1);
  std::setlocale(LC_MESSAGES, "C.UTF-8");
  ::bindtextdomain("yizhan", folder.c_str());
  ::bind_textdomain_codeset("yizhan", "UTF-8");
}

const char* tr(const char* msgid) { return *msgid == 0 ? msgid : ::dgettext("yizhan", msgid); }

std::string tr(const std::string& sentence) { return sentence.empty() ? sentence : std::string(::dgettext("yizhan", sentence.c_str())); }

std::string trf_args(const char* msgid, fmt::format_args args) {
  const char* words = tr(msgid);
  if (words != msgid) {
    try {
      return fmt::vformat(words, args);
    } catch (const fmt::format_error&) {
      // A clerk's slip in a catalogue; the test of the catalogues names it.
    }
  }
  return fmt::vformat(msgid, args);
}

}  // namespace yizhan
