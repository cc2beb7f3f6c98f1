#include "core/epoch.h"

#include <charconv>

#include "core/number.h"

namespace yizhan {

Result<Origin> own_log_of(const EventLog& log, const Origin& device) {
  const auto note = log.note("epoch");
  if (!note) return note.error().code == Code::NotFound ? Result<Origin>(device) : Result<Origin>(note.error());
  int epoch = 0;
  std::from_chars(note->data(), note->data() + note->size(), epoch);
  if (epoch < 1 || epoch > epoch_max) return Error{Code::Corrupt, "the note of the epoch cannot be read"};
  return in_epoch(device, epoch);
}

Status open_epoch(EventLog& log, const Origin& device, int epoch, std::string_view reason, Time at) {
  const auto now = own_log_of(log, device);
  if (!now) return now.error();
  if (epoch <= epoch_of(*now) || epoch > epoch_max)
    return Error{Code::Invalid, "epoch: must be " + std::to_string(epoch_of(*now) + 1) + " to " + std::to_string(epoch_max)};
  const Origin next = in_epoch(device, epoch);
  const auto there = log.head(next);
  if (!there) return there.error();
  if (there->seq != 0) return Error{Code::Conflict, "epoch: log " + next + " exists already"};
  const auto head = log.head(*now);
  if (!head) return head.error();
  EventLog::Statement statement;
  statement.facts.emplace_back(EpochOpened{*now, head->seq, hex(head->hash), std::string(reason)});
  statement.notes = {{"epoch", std::to_string(epoch)}, {"daykey." + *now, ""}};
  const auto stated = log.append_many(next, {&statement, 1}, at);
  return stated ? Status(Done{}) : Status(stated.error());
}

}  // namespace yizhan
