/// Ink as a line of text: "label strokes points x y x y … points x y …", numbers apart by spaces or tabs, y downward, any unit.
/// The form of published stroke collections; the label is not looked at.
#pragma once
#include <string_view>

#include "core/result.h"
#include "kiosk/ink/ink.h"

namespace yizhan::ink {

/// Errors: Invalid, naming the field: "strokes: …", "stroke 2 points: …", "stroke 2 point 7 x: …". What the line says is not
/// repeated. At most strokes_max strokes and points_max points.
Result<Ink> ink_of_line(std::string_view line);

}  // namespace yizhan::ink
