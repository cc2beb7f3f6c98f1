/// What people type, checked and normalised: UTF-8, names, ID numbers, phones. Pure; nothing is stripped in silence.
/// Limits are in characters (Unicode code points) unless a name ends in _bytes.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace yizhan {

inline constexpr std::size_t name_characters_max = 50;
inline constexpr std::size_t statement_characters_max = 20'000;  ///< request + facts + reasons together
inline constexpr std::size_t address_characters_max = 200;

/// True for well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool valid_utf8(std::string_view text);
/// Number of code points; text must be valid UTF-8.
std::size_t characters(std::string_view text);
/// The first `n` code points (never cuts inside one).
std::string_view first_characters(std::string_view text, std::size_t n);
/// Code points of valid UTF-8.
std::vector<char32_t> code_points(std::string_view text);
std::string utf8(char32_t c);

/// C0/C1 controls other than \n and \t, bidi controls, zero-width characters, NUL, U+FEFF.
bool has_control(std::string_view text);
/// Drops what a printer or a terminal could take for a command (C0 but \n and \t, C1, ESC, DEL, bidi controls) and shows
/// broken UTF-8 as U+FFFD, for paper and terminals only; what is stored stays as the person wrote it.
std::string printable(std::string_view text);
/// The same protection for a line of JSON, losing nothing: those characters are written as \uXXXX, which reads back the same.
std::string printable_json(std::string_view json);
/// Nothing a person could read: empty, spaces (ideographic too), line breaks, controls.
bool blank(std::string_view text);
/// Letters, digits, + / and = of base64 only. Asked before libsodium, which takes bytes above 0x7F for letters of its own.
bool base64_letters(std::string_view text);
/// The words after "<field>: " of an error of this file, as a screen shows them.
std::string_view without_field(std::string_view what);

/// A statement field as people write it: valid UTF-8, no NUL; stored verbatim.
/// Errors: Invalid; `what` is "<field>: …" with what to do.
Result<std::string> clean_text(std::string_view field, std::string_view text, std::size_t characters_max);

/// A person's name: 1–50 letters or ideographs of any plane, spaces, the interpunct. Look-alikes of the interpunct
/// (•・．.‧∙) become U+00B7; a full stop after a Latin letter stays (an initial). Outer spaces go. Never
/// NFC-normalised: that turns compatibility ideographs into other characters.
/// Errors: Invalid "name: …" (controls, emoji, digits or signs only, too long, empty).
Result<std::string> clean_name(std::string_view name);

enum class IdKind { Resident, ResidencePermit, ForeignPermanentResident };
struct IdNumber {
  std::string canonical;  ///< half-width, upper-case X; 15-digit numbers are converted to 18
  IdKind kind{};
  bool converted_from_15 = false;
};
/// A Chinese identity number (GB 11643; 81/82/83 residence permits; foreign permanent resident cards, old 15-character
/// and new 18-digit form starting with 9). Full-width digits, spaces and hyphens are folded. Any area code is accepted:
/// abolished ones live on in cards. Errors: Invalid "number: …"; names the position or the part that does not fit and
/// what to do. Knows no today, so any birth year 1880…2099 passes.
Result<IdNumber> parse_id_number(std::string_view text);
/// GB 11643 / ISO 7064 MOD 11-2 check character for 17 digits.
char id_check_digit(std::string_view seventeen_digits);
/// "11**************2X": first and last two shown, the rest masked.
std::string mask_id(std::string_view canonical);
std::string mask_phone(std::string_view phone);
/// 张** : the family name only (one character, or two for known compound surnames).
std::string mask_name(std::string_view name);

/// A telephone number: mobile, landline with area code, +86, extension ("06638123456#12"); full-width digits folded; empty is allowed. Cleaning again
/// changes nothing.
/// Errors: Invalid ("phone: …" letters, too short, too long).
Result<std::string> clean_phone(std::string_view text);

/// Full-width ASCII and ideographic space to half width.
std::string half_width(std::string_view text);

}  // namespace yizhan
