/// Handwriting for the kiosk: the engine's port, the writing pad, and the engine on our own recogniser (kiosk/ink).
/// ui thread only. The pad's state is a value of the session; the engine remembers nothing after forget().
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "kiosk/ink/ink.h"
#include "kiosk/ui/kit.h"

namespace yizhan::ui {

/// Candidates for ink and for what may follow. Learns nothing, writes nothing. Null engine: the pad says that it cannot read
/// and the other ways of writing stay.
struct HandwritingEngine {
  virtual ~HandwritingEngine() = default;
  struct Word {
    std::string text;                 ///< one character or several written in a row
    std::vector<std::uint32_t> left;  ///< strokes of the ink that stay on the pad when it is chosen; mostly none
  };
  struct Candidates {
    std::vector<Word> words;  ///< of this page, best first; as many as fit a candidate bar
    bool more = false;
    bool scribble = false;    ///< this is no character: `words` is empty
  };
  /// Reads everything on the pad. `previous_text` is the text before the caret (its last characters count); "" at a beginning.
  /// At most 20 ms for a pad full of characters, 2 ms for one; the pad asks in every frame, so the same question twice is free.
  virtual Candidates candidates(const ink::Ink& ink, std::string_view previous_text, int page) = 0;
  /// What often follows the text, for an empty pad after a character was chosen. Empty at a beginning.
  virtual Candidates predict(std::string_view previous_text, int page) = 0;
  /// Characters outside the national standard too, from the next candidates() on.
  virtual void rare(bool) {}
  /// The visit ended: what was read last is overwritten.
  virtual void forget() = 0;
};

using PadState = ink::Pad;
struct PadResult {
  PadState state;     ///< new state
  std::string insert; ///< text to insert at the caret
  int backspaces = 0; ///< characters to delete before inserting
  bool changed = false;
};
/// Draws the candidate bar and below it the pad with 撤一笔, 重写, 删一字, in the room that keyboard() has below its tabs.
/// `names`: a field for names offers the switch 生僻字. Touchables: "pad", "candidate.0"…, "candidate.next", "key.undo",
/// "key.clear", "key.backspace", "key.rare".
PadResult pad(Ui& ui, Box box, const PadState& state, HandwritingEngine* engine, std::string_view previous_text, bool names);

/// The engine on the project's own model and words (<build>/share/handwriting, or beside the installed program).
/// `data_dir` is looked at first. Maps the files: under 10 ms, call it after the first frame.
/// Errors: Unavailable (model missing), Corrupt (cut short or of another version); the words say what to do.
Result<std::unique_ptr<HandwritingEngine>> open_handwriting(const std::string& data_dir);

}  // namespace yizhan::ui
