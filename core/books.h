/// The dated books every program reads at start: rulebooks of its jurisdiction and the county's holiday files.
#pragma once
#include <memory>
#include <string>

#include "core/hall_plan.h"
#include "core/law.h"
#include "core/router.h"
#include "core/triage/suggest.h"

namespace yizhan {

struct LawBooks {
  RuleBooks rules;
  WorkCalendar calendar;
};

/// Reads <assets>/rulebooks/<jurisdiction>*.toml on top of the national ones, and <assets>/holidays/*.json.
/// Errors: Invalid "<file>:<line>: …": the program refuses to start and prints exactly this; Io.
Result<LawBooks> load_law_books(const std::string& assets_dir, const std::string& jurisdiction);
/// Reads <assets>/models/triage.model and window_duties.tsv. Never fails: `troubles` names what is missing or damaged. 10 ms, 3 MB.
std::shared_ptr<const Triage> load_triage(const std::string& assets_dir);
/// Where the assets are: $YIZHAN_ASSETS, beside the installed program, or in the source tree it was built in.
std::string find_law_books();
/// <assets>/halls/<name>.toml checked against the rulebook. An absent file is an empty plan: the picture is left out.
/// Errors: Invalid "<file>:<line>: …"; Io.
Result<HallPlan> load_hall_plan_file(const std::string& assets_dir, const std::string& name, const RuleBook& rules);
/// The folder of data that the build makes (pinyin, locale, …), known by a file that it must hold: <assets>/<name>, or beside the
/// program in the build tree or where it is installed. <assets>/<name> when it is nowhere.
std::string find_built(const std::string& assets_dir, const std::string& name, const std::string& file);

}  // namespace yizhan
