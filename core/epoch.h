/// Which log a machine writes. Restored from a copy it must never go on in the log it had: what the lost disk said after the copy was
/// made may be known elsewhere, or come back. It opens the next epoch of its name instead (docs/PROTOCOL.md, "Epochs").
#pragma once
#include "core/event_log.h"

namespace yizhan {

/// The log that the machine `device` writes in this database: its name, with the epoch of the note "epoch".
Result<Origin> own_log_of(const EventLog& log, const Origin& device);
/// Begins the log of `epoch`: states which log it follows and how far that was known, and notes the epoch, in one transaction.
/// Errors: Invalid (not a later epoch), Conflict (that log exists here), and as EventLog::append.
Status open_epoch(EventLog& log, const Origin& device, int epoch, std::string_view reason, Time at);

}  // namespace yizhan
