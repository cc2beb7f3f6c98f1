/// What a desk keeps of its people: <data dir>/staff.json, its owner's alone. Of the hall's key there is only a box that opens with the
/// person's PIN (or card) and the hub's pepper (core/pin_key.h): a stolen desk holds nothing to guess at.
#pragma once
#include <string>
#include <vector>

#include "core/pin_key.h"
#include "core/result.h"

namespace yizhan::kiosk {

struct StaffBox {
  std::string id, name, role;
  std::string salt;   ///< hex; "" with a card
  PinCost cost;
  std::string card;   ///< what the person's card opens, base64; "" with a PIN
  std::string box;    ///< the hall's secret, locked; an auditor's is empty inside
};

inline constexpr const char* staff_file_name = "staff.json";
/// No file: nobody. Errors: Io, Corrupt.
Result<std::vector<StaffBox>> load_staff(const std::string& data_dir);
Status save_staff(const std::string& data_dir, const std::vector<StaffBox>& people);

}  // namespace yizhan::kiosk
