/// The hall as a picture: rooms, the door, the seats, where this machine stands, and the way to each window. Data a clerk draws
/// in a text file (assets/halls/*.toml); any unit of length will do, only proportions count. Pure.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/petition.h"
#include "core/result.h"
#include "core/router.h"

namespace yizhan {

struct PlanPoint { float x = 0, y = 0; };
struct PlanRoom {
  std::string name;     ///< on the picture, 1–8 characters: "1号律师窗口"
  WindowCode window;    ///< whose people go there; "" for a room nobody is sent to
  float x = 0, y = 0, w = 0, h = 0;
};
struct HallPlan {
  float width = 0, height = 0;
  std::vector<PlanRoom> rooms;
  std::vector<PlanRoom> seats;                 ///< drawn as chairs; `name` stands under the first
  float door_x = 0, door_w = 0;                ///< an opening in the lower wall; door_w 0: none
  std::map<std::string, PlanPoint> here;       ///< by device ("K01"); "" for any other
  std::map<WindowCode, std::vector<PlanPoint>> ways;  ///< corners after `here`; the last one is before the window

  bool empty() const { return rooms.empty(); }
  /// The room a person is sent to, or null. A window with several rooms: the first.
  const PlanRoom* room_of(std::string_view window) const;
  /// Where the machine of this origin ("440583-K02") stands.
  PlanPoint here_of(std::string_view origin) const;
};

/// Errors: Invalid "<file>:<line>: what is wrong": unknown key, a room outside the hall, a way to no room, no place for the machine,
/// a window that the rulebook does not know.
Result<HallPlan> load_hall_plan(std::string_view toml, std::string_view file, const RuleBook& rules);

}  // namespace yizhan
