#include "kiosk/devices/id_reader.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/read_file.h"
#include "core/text.h"

namespace yizhan::kiosk {
namespace {

class SimulatedReader final : public IdReader {
 public:
  explicit SimulatedReader(std::string dir) : dir_(std::move(dir)) {}

  DeviceState state() override {
    std::ifstream in(dir_ + "/reader.state");
    std::string word;
    std::getline(in, word);
    return word == "reader=absent" ? DeviceState::Absent : DeviceState::Ready;
  }

  Result<std::optional<Identity>> poll() override {
    if (state() != DeviceState::Ready) {
      seen_.clear();
      return Error{Code::Unavailable, "reader: absent"};
    }
    const std::string path = dir_ + "/card.txt";
    std::error_code none;
    if (!std::filesystem::exists(path, none)) {
      seen_.clear();  // taken away: the next one is a new card
      return std::optional<Identity>{};
    }
    const auto bytes = read_file(path);
    if (!bytes) return Error{Code::Invalid, "card: unreadable"};
    if (*bytes == seen_) return std::optional<Identity>{};
    seen_ = *bytes;
    return read(*bytes);
  }

 private:
  static Result<std::optional<Identity>> read(const std::string& bytes) {
    const Error again{Code::Invalid, "card: pulled"};
    if (bytes.size() > 4096 || !valid_utf8(bytes)) return Error{Code::Invalid, "card: unreadable"};
    Identity person;
    std::istringstream lines(bytes);
    std::string line;
    bool whole = false;
    while (std::getline(lines, line)) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line == "end") {
        whole = true;
        break;
      }
      const auto equals = line.find('=');
      if (equals == std::string::npos) continue;
      const std::string key = line.substr(0, equals), value = line.substr(equals + 1);
      if (key == "name") person.name = value;
      if (key == "number") person.number = value;
      if (key == "address") person.address = value;
    }
    if (!whole) return again;
    auto name = clean_name(person.name);
    auto number = parse_id_number(person.number);
    if (!name || !number) return Error{Code::Invalid, "card: unreadable"};
    person.name = std::move(*name);
    person.number = std::move(number->canonical);
    switch (number->kind) {
      case IdKind::Resident: person.document = DocumentKind::ResidentId; break;
      case IdKind::ResidencePermit: person.document = DocumentKind::ResidencePermit; break;
      case IdKind::ForeignPermanentResident: person.document = DocumentKind::ForeignPermanentResident; break;
    }
    return std::optional<Identity>{std::move(person)};
  }

  std::string dir_;
  std::string seen_;
};

class NoReader final : public IdReader {
 public:
  DeviceState state() override { return DeviceState::Absent; }
  Result<std::optional<Identity>> poll() override { return std::optional<Identity>{}; }
};

}  // namespace

std::unique_ptr<IdReader> simulated_reader(const std::string& dir) { return std::make_unique<SimulatedReader>(dir); }
std::unique_ptr<IdReader> no_reader() { return std::make_unique<NoReader>(); }
std::unique_ptr<IdReader> make_reader(const std::string& word, const std::string& devices_dir) {
  return word == "none" ? no_reader() : simulated_reader(devices_dir);
}

}  // namespace yizhan::kiosk
