#include "kiosk/engine/staff_file.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/read_file.h"
#include "kiosk/config.h"

namespace yizhan::kiosk {

using nlohmann::json;

Result<std::vector<StaffBox>> load_staff(const std::string& data_dir) {
  const std::string path = data_dir + "/" + staff_file_name;
  std::error_code none;
  if (!std::filesystem::exists(path, none)) return std::vector<StaffBox>{};
  const auto text = read_file(path);
  if (!text) return text.error();
  try {
    std::vector<StaffBox> people;
    const json all = json::parse(*text);  // a loop over a temporary's part would be over nothing
    for (const json& row : all.at("people"))
      people.push_back({row.at("id"), row.at("name"), row.at("role"), row.at("salt"), {row.at("ops"), row.at("bytes")}, row.at("card"), row.at("box")});
    return people;
  } catch (const std::exception&) {
    return Error{Code::Corrupt, path + ": cannot be read; remove it and run kiosk staff add again for each person"};
  }
}

Status save_staff(const std::string& data_dir, const std::vector<StaffBox>& people) {
  json rows = json::array();
  for (const StaffBox& one : people)
    rows.push_back({{"id", one.id}, {"name", one.name}, {"role", one.role}, {"salt", one.salt}, {"ops", one.cost.ops}, {"bytes", one.cost.bytes},
                    {"card", one.card}, {"box", one.box}});
  return write_private(data_dir + "/" + staff_file_name, json{{"people", rows}}.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
}

}  // namespace yizhan::kiosk
