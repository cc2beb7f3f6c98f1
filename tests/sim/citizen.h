/// A person at a kiosk: what they came for, how they dither, when they walk away. Sees the screen, gives touches; knows nothing of machines.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kiosk/session/session.h"

namespace yizhan::sim {

class Dice;
struct Paper;

class Person {
 public:
  enum class Wish : std::uint8_t { File, Accuse, Number, Ask, Dither };
  Wish wish = Wish::File;
  std::string marker;        ///< stands in everything this person says
  std::string topic;
  std::string number, code;  ///< of the paper in their hand
  bool hasty = false;        ///< presses 登记 twice at once
  bool flees = false;        ///< walks away right after pressing it, before the receipt is there
  bool supplement = false;   ///< comes about a matter filed before
  bool typed = false;        ///< the marker was typed or said: from now on it may lie nowhere it should not
  bool handed_in = false;
  bool gone = false;         ///< walked away; the screen is as they left it
  bool begun = false;

  static Person drawn(Dice& dice, const std::vector<Paper>& papers);
  /// The next touches, at once one after the other; none: they look and wait.
  std::vector<kiosk::Action> touch(const kiosk::Session& session, kiosk::Screen shown, const RuleBook& rules, Dice& dice);

 private:
  kiosk::Oral say(Dice& dice);
  int touches_ = 0, helped_ = 0, read_ = 0;
  bool called_ = false, rated_ = false;
};

}  // namespace yizhan::sim
