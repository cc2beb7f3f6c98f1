#include "core/hall_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <toml++/toml.h>

#include "core/text.h"

namespace yizhan {
namespace {

constexpr std::size_t room_name_characters_max = 8;
constexpr std::size_t rooms_max = 40, corners_max = 20;

/// Keeps the first thing wrong with its line; what is read after it is moot.
class Reader {
 public:
  Reader(std::string_view file, const RuleBook& rules) : file_(file), rules_(rules) {}

  Result<HallPlan> read(const toml::table& root) {
    keys(root, {"width", "height", "door", "here", "room", "seats", "way"});
    plan_.width = number(root, "width", 1, 1000);
    plan_.height = number(root, "height", 1, 1000);
    if (!error_) door(root);
    if (!error_) places(root);
    each(root, "room", [&](const toml::table& table) { plan_.rooms.push_back(room(table, true)); });
    each(root, "seats", [&](const toml::table& table) { plan_.seats.push_back(room(table, false)); });
    each(root, "way", [&](const toml::table& table) { way(table); });
    if (!error_ && plan_.rooms.empty()) fail(line_of(root), "a hall needs at least one [[room]]");
    if (error_) return *error_;
    return std::move(plan_);
  }

 private:
  static int line_of(const toml::node& node) { return static_cast<int>(node.source().begin.line); }
  void fail(int line, std::string_view what) {
    if (!error_) error_ = Error{Code::Invalid, fmt::format("{}:{}: {}", file_, line, what)};
  }
  void keys(const toml::table& table, std::initializer_list<std::string_view> allowed) {
    for (const auto& [key, value] : table)
      if (std::find(allowed.begin(), allowed.end(), key.str()) == allowed.end())
        fail(static_cast<int>(key.source().begin.line), fmt::format("unknown key \"{}\"", key.str()));
  }
  float number(const toml::table& table, std::string_view key, double least, double most) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return fail(line_of(table), fmt::format("\"{}\" is missing", key)), 0.f;
    return number(*node, key, least, most);
  }
  float number(const toml::node& node, std::string_view key, double least, double most) {
    const auto value = node.is_number() ? node.value<double>() : std::nullopt;
    if (!value || !(*value >= least && *value <= most)) return fail(line_of(node), fmt::format("\"{}\" must be a number from {} to {}", key, least, most)), 0.f;
    return static_cast<float>(*value);
  }
  std::string text(const toml::table& table, std::string_view key, std::size_t most) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return {};
    const auto value = node->value_exact<std::string>();
    if (!value || !valid_utf8(*value) || has_control(*value)) return fail(line_of(*node), fmt::format("\"{}\" must be plain text in quotes", key)), std::string();
    if (characters(*value) > most) fail(line_of(*node), fmt::format("\"{}\" has more than {} characters", key, most));
    return *value;
  }
  template <class Use>
  void each(const toml::table& root, std::string_view key, Use use) {
    const toml::node* node = root.get(key);
    if (node == nullptr || error_) return;
    const toml::array* list = node->as_array();
    if (list == nullptr) return fail(line_of(*node), fmt::format("\"{}\" must be written as [[{}]]", key, key));
    if (list->size() > rooms_max) return fail(line_of(*node), fmt::format("more than {} of [[{}]]", rooms_max, key));
    for (const toml::node& one : *list) {
      if (error_) return;
      if (const toml::table* table = one.as_table()) use(*table);
      else fail(line_of(one), fmt::format("\"{}\" must be written as [[{}]]", key, key));
    }
  }
  PlanPoint point(const toml::node& node, std::string_view key) {
    const toml::array* pair = node.as_array();
    if (pair == nullptr || pair->size() != 2) return fail(line_of(node), fmt::format("\"{}\" must be [x, y]", key)), PlanPoint{};
    return {number(*pair->get(0), key, 0, static_cast<double>(plan_.width)), number(*pair->get(1), key, 0, static_cast<double>(plan_.height))};
  }
  void door(const toml::table& root) {
    const toml::node* node = root.get("door");
    if (node == nullptr) return;
    const toml::array* pair = node->as_array();
    if (pair == nullptr || pair->size() != 2) return fail(line_of(*node), "\"door\" must be [x, width] of the opening in the lower wall");
    plan_.door_x = number(*pair->get(0), "door", 0, static_cast<double>(plan_.width));
    plan_.door_w = number(*pair->get(1), "door", 0, static_cast<double>(plan_.width - plan_.door_x));
  }
  void places(const toml::table& root) {
    const toml::node* node = root.get("here");
    const toml::table* table = node == nullptr ? nullptr : node->as_table();
    if (table == nullptr) return fail(node == nullptr ? line_of(root) : line_of(*node), "[here] must say where the machines stand: default = [x, y], K02 = [x, y]");
    for (const auto& [key, value] : *table) plan_.here[key.str() == "default" ? std::string() : std::string(key.str())] = point(value, key.str());
    if (!plan_.here.contains("")) fail(line_of(*table), "[here] needs default = [x, y]");
  }
  PlanRoom room(const toml::table& table, bool window) {
    keys(table, window ? std::initializer_list<std::string_view>{"name", "window", "x", "y", "w", "h"} : std::initializer_list<std::string_view>{"name", "x", "y", "w", "h"});
    PlanRoom room;
    room.name = text(table, "name", room_name_characters_max);
    room.window = window ? text(table, "window", 8) : std::string();
    room.x = number(table, "x", 0, 1000);
    room.y = number(table, "y", 0, 1000);
    room.w = number(table, "w", 0.01, 1000);
    room.h = number(table, "h", 0.01, 1000);
    if (error_) return room;
    if (window && blank(room.name)) fail(line_of(table), "a room needs a name");
    if (!room.window.empty() && rules_.window(room.window) == nullptr) fail(line_of(table), fmt::format("window \"{}\" is not in the rulebook", room.window));
    if (room.x + room.w > plan_.width + 0.01f || room.y + room.h > plan_.height + 0.01f) fail(line_of(table), fmt::format("\"{}\" lies outside the hall", room.name));
    return room;
  }
  void way(const toml::table& table) {
    keys(table, {"to", "corners"});
    const std::string to = text(table, "to", 8);
    if (error_) return;
    if (plan_.room_of(to) == nullptr) return fail(line_of(table), fmt::format("a way to \"{}\", which no [[room]] above serves", to));
    const toml::node* node = table.get("corners");
    const toml::array* list = node == nullptr ? nullptr : node->as_array();
    if (list == nullptr || list->empty() || list->size() > corners_max) return fail(node == nullptr ? line_of(table) : line_of(*node), fmt::format("\"corners\" must be 1 to {} points [x, y]", corners_max));
    std::vector<PlanPoint> corners;
    for (const toml::node& one : *list) corners.push_back(point(one, "corners"));
    if (!error_ && !plan_.ways.emplace(to, std::move(corners)).second) fail(line_of(table), fmt::format("two ways to \"{}\"", to));
  }

  std::string file_;
  const RuleBook& rules_;
  HallPlan plan_;
  std::optional<Error> error_;
};

}  // namespace

const PlanRoom* HallPlan::room_of(std::string_view window) const {
  const auto at = std::find_if(rooms.begin(), rooms.end(), [&](const PlanRoom& room) { return !window.empty() && room.window == window; });
  return at == rooms.end() ? nullptr : &*at;
}

PlanPoint HallPlan::here_of(std::string_view origin) const {
  const auto dash = origin.rfind('-');
  auto at = here.find(std::string(dash == std::string_view::npos ? origin : origin.substr(dash + 1)));
  if (at == here.end()) at = here.find("");
  return at == here.end() ? PlanPoint{} : at->second;
}

Result<HallPlan> load_hall_plan(std::string_view toml_text, std::string_view file, const RuleBook& rules) {
  try {
    return Reader(file, rules).read(toml::parse(toml_text));
  } catch (const toml::parse_error& error) {
    return Error{Code::Invalid, fmt::format("{}:{}: {}", file, error.source().begin.line, error.description())};
  }
}

}  // namespace yizhan
