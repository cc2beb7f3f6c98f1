/// Names of things: origins (devices) and matter numbers made on the device and final.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"

namespace yizhan {

/// Who writes a log: "<county 6 digits>-<device>", device = one letter and two digits:
/// K kiosk, D desk, H hall hub; the county's stream for one hall is "<county>-C.<hall>" ("440583-C.H01").
/// A machine that was restored from a copy goes on in a log of its own, its next epoch: "440583-K03.2", "440583-C.H01.2".
using Origin = std::string;
/// Errors: Invalid when the form is wrong.
Status check_origin(std::string_view origin);
/// The machine that writes a log: the name without the epoch. "440583-K03.2" → "440583-K03".
Origin device_of(std::string_view origin);
inline constexpr int epoch_max = 99;
int epoch_of(std::string_view origin);                       ///< 1 when the name has none
Origin in_epoch(std::string_view device, int epoch);         ///< `epoch` 1…99
/// Serials of a day begin here in that epoch, plus one: numbers that the lost disk gave out after the copy was made are never given
/// out again. 0, then 100000, 200000 …
std::uint32_t serials_before(int epoch);
inline constexpr std::uint32_t serials_of_epoch = 99'999;    ///< a day's, in one epoch

/// 信访事项编号: county(6) device(3) date(8) serial(4..6) check(1), "440583-K03-20261120-0001-7".
/// Made on the device, never changed. The check digit is ISO 7064 MOD 11,10 over all digits (letters as 1..26 mod 10).
using MatterId = std::string;
/// `origin` may carry an epoch: it does not show in the number. `serial` counts from 1 each day on each device (see serials_before). Limits: serial 1…999999.
MatterId make_matter_id(std::string_view origin, Date day, std::uint32_t serial);
struct MatterIdParts {
  std::string county, device;
  Date day{};
  std::uint32_t serial = 0;
};
/// Accepts spaces, full-width digits and missing hyphens, as people type. Errors: Invalid; says whether the length or
/// the check digit is off ("number: 最后一位不符，请核对").
Result<MatterIdParts> parse_matter_id(std::string_view typed);
/// The canonical text of a number as typed by a person. Errors as parse_matter_id.
Result<MatterId> canonical_matter_id(std::string_view typed);

/// Query code: 15 random digits and one check digit, shown 4-4-4-4 (trust.md §8.6).
/// `entropy` is 15 bytes of randomness supplied by the caller (core has none).
std::string make_query_code(const unsigned char (&entropy)[15]);
/// Spaces, full width, O/0 and I/l/1 folded. Errors: Invalid ("query_code: 输错了一位，请核对").
Result<std::string> canonical_query_code(std::string_view typed);
std::string grouped(std::string_view query_code);  ///< "4837 2916 0021 5532"

}  // namespace yizhan
