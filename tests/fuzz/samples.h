/// Sample things of the fuzz targets: obviously fictional citizens, one fact of every type, the rulebook.
#pragma once
#include <string>
#include <vector>

#include "core/books.h"
#include "core/event.h"
#include "core/petition.h"
#include "core/strokes.h"

namespace yizhan::fuzz {

inline const Origin a_kiosk = "440583-K01", a_desk = "440583-D01", a_hub = "440583-H01", a_stream = "440583-C.H01";
inline const MatterId a_matter = "440583-K01-20261120-0001-5";
/// 2026-11-20 09:00 in the hall.
inline Time nine(int minutes = 0) { return Time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}} + std::chrono::hours{1} + std::chrono::minutes{minutes}; }

Petition a_petition();
/// A number whose check digit is right and whose date is nobody's.
std::string sample_id();
Strokes a_drawing();
/// One of every alternative of Fact, in its order.
std::vector<Fact> every_fact();
/// The national books of the tree, loaded once.
const LawBooks& law_books();
inline const RuleBook& rulebook() { return law_books().rules.in_force(hall_day(nine())); }
/// Events of one log, chained.
std::vector<Event> chained(const Origin& origin, const std::vector<Fact>& facts);

}  // namespace yizhan::fuzz
