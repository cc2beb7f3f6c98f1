/// What stands on a receipt: pure lines first, dots later. No name, no number of a document, no word of the statement; paper is lost
/// in the street. A sealed matter's slip says nothing about petitions at all (XFTL 30).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/router.h"
#include "kiosk/devices/printer.h"
#include "kiosk/messages.h"

namespace yizhan::kiosk {

struct PaperLine {
  enum class Kind : std::uint8_t { Words, Rule, Qr };
  Kind kind = Kind::Words;
  int dots = 26;         ///< em size of words, edge of a QR code, space of a rule
  bool bold = false;
  bool centre = false;
  std::string words;     ///< or the payload of a QR code
};

/// `rules` names the terms; `place` is the machine that printed it.
std::vector<PaperLine> receipt_paper(const Receipt& receipt, const RuleBook& rules, std::string_view place);
/// The receipt's proof, "XF2:…" (core/receipt_proof.h), or "XF1:<matter>:<query code>:<chain8>" where nobody signed; at most 300 bytes:
/// what scanners at the windows accept, and nothing else.
std::string receipt_qr(const Receipt& receipt);
/// The words alone, a line each, with a trailing newline.
std::string plain_words(const std::vector<PaperLine>& paper);

/// One text form of the lines, for the program that draws them. decode(encode(p)) == p but for characters printers must not see.
std::string encode_paper(const std::vector<PaperLine>& paper);
Result<std::vector<PaperLine>> decode_paper(std::string_view text);

/// Draws with Pango and Cairo. Lives in its own small program: fonts and layout would cost the kiosk 21 MB for good.
/// Errors: Unavailable (no font, no memory).
Result<Raster> draw_paper(const std::vector<PaperLine>& paper);
/// Runs that program ("kiosk-receipt", beside this one or in `program`) and reads the dots. At most 10 s.
/// Errors: Unavailable ("receipt: …").
Result<Raster> draw_paper_elsewhere(const std::vector<PaperLine>& paper, const std::string& program = {});

/// The program's own format: "P4\n<width> <height>\n" and the rows (portable bitmap).
std::string pbm(const Raster& raster);
Result<Raster> from_pbm(std::string_view bytes);

}  // namespace yizhan::kiosk
