/// A copy in the place of a log. Floor 2.
#pragma once
#include <functional>
#include <string>

#include "core/event_log.h"

namespace yizhan {

/// Puts the copy `from` in the place of the log at `path`. `begin` opens its next epoch while it still lies beside, so that nobody ever goes on in a bare
/// copy: whatever fails or is cut off before the last step leaves the log that was here, and that step is one rename. The lock of `path` is held
/// throughout. Returns where the log that was here lies now; "" there was none.
/// Errors: Conflict (a process has the log open), Unavailable (disk full), Io, and those of `begin`.
Result<std::string> replace_log(const std::string& from, const std::string& path, Time at, const std::function<Status(EventLog&)>& begin);

}  // namespace yizhan
