// Reads everything and says what does not hold.
#include <sqlite3.h>

#include "core/event_log_impl.h"
#include "core/event_text.h"

namespace yizhan {

Result<std::vector<Damage>> EventLog::verify(const std::function<void(std::uint64_t, std::uint64_t)>& progress,
                                             const std::function<void(const Event&)>& seen) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  auto& db = impl_->db;
  std::vector<Damage> damages;
  const auto damage = [&](const Origin& origin, std::uint64_t seq, std::string what) {
    damages.push_back({origin, seq, std::move(what)});
  };
  /// Goes through a query's rows; damage is noted, a failed disk is an error.
  const auto each = [&](std::string_view sql, const Origin& origin, std::int64_t id,
                        const std::function<void(sqlite::Statement&)>& row) -> Status {
    auto statement = db.prepare(sql);
    int rc = SQLITE_CORRUPT;
    if (statement) {
      if (id != 0) statement->bind(1, id);
      while ((rc = statement->step()) == SQLITE_ROW) row(*statement);
    } else if (statement.error().code == Code::Io) {
      return me.trouble(statement.error());
    }
    if (rc == SQLITE_DONE) return Done{};
    const Error error = db.error_of(rc, "read everything");
    if (error.code == Code::Io) return me.trouble(error);
    damage(origin, 0, error.what);
    return Done{};
  };

  auto s = each("PRAGMA integrity_check", "", 0, [&](sqlite::Statement& row) {
    if (row.bytes(0) != "ok") damage("", 0, "integrity: " + std::string(row.bytes(0)));
  });
  if (!s) return s.error();

  struct Log {
    std::int64_t id;
    Head head;
  };
  std::vector<Log> logs;
  std::uint64_t total = 0, done = 0;
  s = each("SELECT id, origin, seq, hash FROM log ORDER BY origin", "", 0, [&](sqlite::Statement& row) {
    Log log{row.integer(0), {std::string(row.bytes(1)), static_cast<std::uint64_t>(row.integer(2)), {}}};
    if (!read_digest(row.bytes(3), log.head.hash)) damage(log.head.origin, 0, "the head is damaged");
    total += log.head.seq;
    logs.push_back(std::move(log));
  });
  if (!s) return s.error();

  for (const Log& log : logs) {
    std::uint64_t seq = 0;
    Digest previous{};
    s = each("SELECT " + std::string(event_columns) +
                 ", e.quarantined, e.arrival FROM event e JOIN log l ON l.id = e.log WHERE e.log = ? ORDER BY e.seq",
             log.head.origin, log.id, [&](sqlite::Statement& row) {
               const auto event = read_event(row);
               ++seq;
               if (progress && ++done % 1000 == 0) progress(done, total);
               if (!event) return damage(log.head.origin, seq, event.error().what);
               if (seen) seen(*event);
               if (event->id.seq != seq) {
                 damage(log.head.origin, seq, "gap: the next event here is " + std::to_string(event->id.seq));
                 seq = event->id.seq;
               }
               if (event->body && hash_bytes(*event->body) != event->body_hash)
                 damage(log.head.origin, seq, "the body was changed");
               if (chain_hash(previous, *event) != event->hash) damage(log.head.origin, seq, "the chain breaks here");
               if (event->body && (!valid_json(*event->body)) != (row.integer(9) != 0))
                 damage(log.head.origin, seq, "the quarantine flag is wrong");
               if (const auto blob = me.has_blobs ? BlobRows::named_by(*event) : std::nullopt)
                 if (const auto noted = me.blobs.noted(blob->hash, row.integer(10)); !noted || !*noted)
                   damage(log.head.origin, seq, "its attachment is not listed");
               previous = event->hash;
             });
    if (!s) return s.error();
    if (seq != log.head.seq)
      damage(log.head.origin, seq, "the head says " + std::to_string(log.head.seq) + " events");
    else if (previous != log.head.hash)
      damage(log.head.origin, seq, "the head has another hash");
  }
  s = each("SELECT count(*) FROM event WHERE log NOT IN (SELECT id FROM log)", "", 0, [&](sqlite::Statement& row) {
    if (row.integer(0) != 0) damage("", 0, "events of no log: " + std::to_string(row.integer(0)));
  });
  if (!s) return s.error();
  s = each("SELECT key, value, sum FROM note", "", 0, [&](sqlite::Statement& row) {
    if (row.bytes(2) != bytes(note_sum(row.bytes(0), row.bytes(1)))) damage("", 0, "a note is damaged");
  });
  if (!s) return s.error();
  if (me.has_blobs)
    if (const auto read = me.blobs.verify(damage); !read) {
      if (read.error().code == Code::Io) return me.trouble(read.error());
      damage("", 0, read.error().what);
    }
  if (progress) progress(total, total);
  return damages;
}

}  // namespace yizhan
