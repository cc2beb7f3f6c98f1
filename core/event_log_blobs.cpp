// The attachments' half of the log: bytes beside the events that name them (core/blob_rows.h), in the log's transactions.
#include "core/event_log_impl.h"

namespace yizhan {

namespace {
const Error no_blobs{Code::NotFound, "attachment: this database is older than attachments"};
}

Result<Blob> EventLog::blob(const Digest& hash) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  if (!me.has_blobs) return no_blobs;
  auto found = me.blobs.find(hash);
  if (!found) return me.trouble(found.error());
  return found;
}

Result<std::vector<Event>> EventLog::naming(const Digest& hash) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  if (!me.has_blobs) return std::vector<Event>{};
  auto statement = impl_->db.prepare("SELECT " + std::string(event_columns) +
                                     " FROM naming n JOIN event e ON e.arrival = n.event JOIN log l ON l.id = e.log WHERE n.hash = ? ORDER BY e.arrival");
  if (!statement) return me.trouble(statement.error());
  statement->bind_blob(1, bytes(hash));
  return me.rows(*statement, SIZE_MAX, nullptr);
}

Result<std::string> EventLog::blob_bytes(const Digest& hash, std::uint64_t off, std::size_t bytes_max) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  if (!me.has_blobs) return no_blobs;
  auto read = me.blobs.read(hash, off, bytes_max);
  if (!read) return me.trouble(read.error());
  return read;
}

Result<Blob> EventLog::put_blob(const Digest& hash, std::uint64_t total, std::uint64_t off, std::string_view piece, Reach whole) {
  auto& me = *impl_;
  auto put = me.transact([&] { return me.blobs.put(hash, total, off, piece, whole); });
  if (!put) return put.error();
  if (put->spoilt) return Error{Code::Corrupt, "attachment: its bytes are not the ones that were stated"};
  return put->blob;
}

Result<std::vector<Blob>> EventLog::blobs_going(Reach reached, std::size_t limit) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  if (!me.has_blobs) return std::vector<Blob>{};
  auto found = me.blobs.going(reached, limit);
  if (!found) return me.trouble(found.error());
  return found;
}

Result<std::uint64_t> EventLog::blobs_count(Reach reached) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  if (!me.has_blobs) return std::uint64_t{0};
  auto found = me.blobs.count(reached);
  if (!found) return me.trouble(found.error());
  return found;
}

Status EventLog::blobs_reached(std::span<const Digest> hashes, Reach reach) {
  if (hashes.empty()) return Done{};
  return impl_->transact([&]() -> Status {
    for (const Digest& hash : hashes) {
      if (auto marked = impl_->blobs.reached(hash, reach); !marked) return marked;
      impl_->blob_marks += static_cast<std::uint64_t>(impl_->db.changes());
    }
    return Done{};
  });
}

std::uint64_t EventLog::blob_marks() const { return impl_->blob_marks; }

Status EventLog::check_blob(const Digest& hash) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  if (!me.has_blobs) return no_blobs;
  auto held = me.blobs.check(hash);
  if (!held) return me.trouble(held.error());
  return held;
}

Status EventLog::blobs_nowhere() {
  return impl_->transact([&] { return impl_->blobs.nowhere(); });
}

Result<BlobTotals> EventLog::blob_totals() const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  if (!me.has_blobs) return BlobTotals{};
  auto found = me.blobs.totals();
  if (!found) return me.trouble(found.error());
  return found;
}

}  // namespace yizhan
