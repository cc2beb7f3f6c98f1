/// Shared by the changing half of the visit (session*.cpp) and the looking half (session_look.cpp), and by nobody else.
#pragma once
#include <string>
#include <vector>

#include "kiosk/session/session.h"

namespace yizhan::kiosk {

/// The names under which validate() and the engine report a field of this visit.
std::vector<std::string> keys_of(const Session& session, Field field, int index);
/// Fields of several lines: 换行 means a new line there, the next field elsewhere.
inline bool several_lines(Field field) { return field == Field::Request || field == Field::Facts || field == Field::Reasons; }
/// Nothing of the person is in the session (a prefilled county code and the settings are not the person's).
bool nothing_said(const Session& session);

}  // namespace yizhan::kiosk
