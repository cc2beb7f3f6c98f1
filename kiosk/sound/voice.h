/// A voice: a folder of recordings and manifest.tsv, which says what each of them says. Counties bring their own; what theirs
/// does not have is said by the shipped one. Reads folders and files; no sound is decoded here.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kiosk/sound/reading.h"

namespace yizhan::kiosk::sound {

/// One folder. manifest.tsv: "<words><tab><file>" a line, # for remarks. Words are a sentence as the screen shows it, a word or
/// number word (十), a syllable with its tone ("ni3") or a letter ("A"); files are .opus or .wav beside it.
class Voice {
 public:
  /// Never fails: what cannot be used is said in trouble() and is simply not in the voice.
  static Voice open(const std::string& folder);
  const std::string& folder() const { return folder_; }
  /// Whole path of the recording of a key (key_of() of the words, or a syllable); null when there is none.
  const std::string* file(std::string_view key) const;
  std::size_t size() const { return files_.size(); }
  std::size_t missing() const { return missing_; }      ///< rows whose file is not there or too big
  const std::string& trouble() const { return trouble_; } ///< "" or one line: folder, manifest or the first bad row
  /// A recording turned out not to be sound: it is not used again.
  void refuse(const std::string& path);

 private:
  std::string folder_, trouble_;
  std::unordered_map<std::string, std::string> files_;
  std::size_t missing_ = 0;
};

/// What is needed to say anything: readings and voices, the county's first.
struct Library {
  Readings readings;
  std::vector<Voice> voices;
};
/// `assets` holds readings.tsv and the shipped voice (<build>/share/voice); `own` is the county's folder or "". A county's
/// words.tsv in its folder goes over our readings. Problems of the county's folder are not errors: they are in its trouble().
/// Errors: Unavailable, Corrupt (readings.tsv).
Result<Library> open_library(const std::string& assets, const std::string& own);

/// One thing to play.
struct Piece {
  std::string path;     ///< "" for a pause
  int pause_ms = 0;
  bool join = false;    ///< a syllable: runs into the one before
};
/// The stretch of spoken() text up to its next pause mark as pieces, with the pause after it; `at` moves on. A whole sentence
/// when a voice has it; then the longest words that are recorded; then syllables. Empty at the end of the text.
std::vector<Piece> next_pieces(const Library& library, std::u32string_view text, std::size_t& at);

}  // namespace yizhan::kiosk::sound
