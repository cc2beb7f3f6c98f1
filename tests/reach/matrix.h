/// The screens the hall's machines really have, and what a visitor may choose.
#pragma once
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/reach/gate.h"

namespace reach {

/// Citizens' machines. 1366×768 comes in 15.6 inches (3.96 px/mm) and 18.5 (3.34), 3840×2160 in 27 (6.42) and 32 (5.42).
inline std::vector<Glass> citizen_glasses() {
  return {{"portrait 1080x1920, 21.5 in", 1080, 1920, 4.0f},       {"portrait 2160x3840, 27 in", 2160, 3840, 6.42f}, {"landscape 1920x1080, 21.5 in", 1920, 1080, 4.0f},
          {"landscape 1366x768, 15.6 in", 1366, 768, 3.96f},       {"landscape 1366x768, 18.5 in", 1366, 768, 3.34f}, {"landscape 3840x2160, 27 in", 3840, 2160, 6.42f},
          {"landscape 3840x2160, 32 in", 3840, 2160, 5.42f}};
}
inline std::vector<Glass> office_glasses() {
  std::vector<Glass> all;
  for (const auto& [w, h] : {std::pair{1920, 1080}, {1366, 768}, {3840, 2160}}) {
    const float scale = std::min(static_cast<float>(w) / 1920, static_cast<float>(h) / 1080);
    all.push_back({"desk " + std::to_string(w) + "x" + std::to_string(h), w, h, 3.6f * scale, true, 3.6f * scale});
  }
  return all;
}
inline std::vector<Glass> board_glasses() {
  return {{"board 1920x1080", 1920, 1080, 2, true, 2}, {"board 3840x2160", 3840, 2160, 4, true, 4}};
}

/// YIZHAN_REACH=full: every combination. Otherwise the large panels, which draw the same pages with more pixels, take a sample.
inline bool everything() {
  const char* word = std::getenv("YIZHAN_REACH");
  return word != nullptr && std::string(word) == "full";
}
/// YIZHAN_PICTURES=FOLDER keeps a picture of every page with a fault.
inline std::string pictures() {
  const char* folder = std::getenv("YIZHAN_PICTURES");
  return folder == nullptr ? "" : std::string(folder) + "/";
}

}  // namespace reach
