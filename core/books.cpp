#include "core/books.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "core/read_file.h"

namespace yizhan {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> files(const std::string& folder, std::string_view extension) {
  std::vector<std::string> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none))
    if (entry.path().extension() == extension) found.push_back(entry.path().string());
  std::sort(found.begin(), found.end());
  return found;
}

Result<RuleBooks> rulebooks(const std::string& folder, const std::string& jurisdiction, const RuleBooks& national) {
  RuleBooks out;
  for (const auto& path : files(folder, ".toml")) {
    const std::string name = fs::path(path).stem().string();
    if (name != jurisdiction && !name.starts_with(jurisdiction + "-")) continue;
    const auto bytes = read_file(path);
    if (!bytes) return bytes.error();
    const RuleBook* base = national.books.empty() ? nullptr : &national.books.back();
    auto book = load_rulebook(*bytes, path, base);
    if (!book) return book.error();
    // A county's book stands on the national one in force on its own first day, not on a later one.
    if (base != nullptr && &national.in_force(book->valid_from) != base) {
      book = load_rulebook(*bytes, path, &national.in_force(book->valid_from));
      if (!book) return book.error();
    }
    out.books.push_back(std::move(*book));
  }
  std::sort(out.books.begin(), out.books.end(), [](const RuleBook& a, const RuleBook& b) { return a.valid_from < b.valid_from; });
  return out;
}

}  // namespace

Result<LawBooks> load_law_books(const std::string& assets_dir, const std::string& jurisdiction) {
  LawBooks books;
  auto national = rulebooks(assets_dir + "/rulebooks", "national", {});
  if (!national) return national.error();
  if (jurisdiction == "national") {
    books.rules = std::move(*national);
  } else {
    auto own = rulebooks(assets_dir + "/rulebooks", jurisdiction, *national);
    if (!own) return own.error();
    books.rules = std::move(*own);
  }
  if (books.rules.books.empty())
    return Error{Code::Invalid, assets_dir + "/rulebooks: no rulebook for \"" + jurisdiction + "\"; name the assets or the jurisdiction"};
  for (const auto& path : files(assets_dir + "/holidays", ".json")) {
    const auto bytes = read_file(path);
    if (!bytes) return bytes.error();
    if (const auto added = add_holidays(books.calendar, *bytes, path); !added) return added.error();
  }
  if (books.calendar.years.empty())
    return Error{Code::Invalid, assets_dir + "/holidays: no holiday file; working days cannot be counted (XFTL 23)"};
  return books;
}

std::shared_ptr<const Triage> load_triage(const std::string& assets_dir) {
  const auto model = read_file(assets_dir + "/models/triage.model"), duties = read_file(assets_dir + "/models/window_duties.tsv");
  auto triage = std::make_shared<Triage>(make_triage(model ? std::string_view(*model) : std::string_view(), duties ? std::string_view(*duties) : std::string_view()));
  // Which file it was says more than that nothing was in it.
  if (!duties) triage->troubles.back() = duties.error().what;
  if (!model) triage->troubles.front() = "model: " + model.error().what;
  return triage;
}

Result<HallPlan> load_hall_plan_file(const std::string& assets_dir, const std::string& name, const RuleBook& rules) {
  const std::string path = assets_dir + "/halls/" + name + ".toml";
  std::error_code none;
  if (!fs::exists(path, none)) return HallPlan{};
  const auto bytes = read_file(path);
  if (!bytes) return bytes.error();
  return load_hall_plan(*bytes, path, rules);
}

std::string find_law_books() {
  if (const char* given = std::getenv("YIZHAN_ASSETS"); given != nullptr && *given != '\0') return given;
  std::error_code none;
  const fs::path program = fs::read_symlink("/proc/self/exe", none).parent_path();
  for (fs::path place : {program / "../share/yizhan/assets", program / "../../../assets", program / "../assets"})
    if (fs::exists(place / "rulebooks", none)) return fs::weakly_canonical(place, none).string();
#ifdef YIZHAN_SOURCE_ASSETS
  if (fs::exists(YIZHAN_SOURCE_ASSETS, none)) return YIZHAN_SOURCE_ASSETS;
#endif
  return "/usr/share/yizhan/assets";
}

std::string find_built(const std::string& assets_dir, const std::string& name, const std::string& file) {
  std::error_code none;
  const fs::path program = fs::read_symlink("/proc/self/exe", none).parent_path();
  for (const fs::path& place : {fs::path(assets_dir) / name, program / "../share" / name, program / "../share/yizhan" / name})
    if (fs::exists(place / file, none)) return fs::weakly_canonical(place, none).string();
  return assets_dir + "/" + name;
}

}  // namespace yizhan
