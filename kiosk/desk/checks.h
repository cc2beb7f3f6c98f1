/// What staff typed, checked field by field: shared by the desk's step (desk.cpp) and its records (checks.cpp).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/desk/desk.h"

namespace yizhan::kiosk::desk {

/// Without blanks and line ends at both sides.
std::string trimmed(std::string_view text);

/// Collects what is missing or unreadable, by field. Each reader returns the clean value, "" when there is none.
/// Why a number is moved: the hub takes 600 bytes (sync/server_queue.cpp), the other desk shows them whole.
inline constexpr std::size_t move_reason_max = 150;

struct Checks {
  std::vector<Problem> problems;
  void add(std::string field, std::string what);
  /// `missing`: what to say when nothing was typed; empty: it may be left out. `most`: characters, statement_characters_max at most.
  std::string text(const std::string& field, const std::string& typed, std::string_view missing, std::size_t most = statement_characters_max);
  /// As YYYY-MM-DD.
  std::string day(const std::string& field, const std::string& typed, std::string_view missing);
};

}  // namespace yizhan::kiosk::desk
