// What keeps a log worth its disk for years: countersignatures, erasing what the county holds, the scrub, and bodies that went bad kept aside.
#include <sqlite3.h>

#include <algorithm>

#include "core/event_log_impl.h"

namespace yizhan {

// ---- countersignatures -------------------------------------------------------------------------------------------------

Status EventLog::keep_anchors(std::span<const Anchor> anchors) {
  auto& me = *impl_;
  if (anchors.empty()) return Done{};
  return me.transact([&]() -> Status {
    auto add = me.db.prepare(
        "INSERT INTO anchor(witness, key, origin, seq, hash, at, signature, calm) VALUES(?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING");
    if (!add) return add.error();
    auto thin = me.db.prepare("DELETE FROM anchor WHERE origin = ? AND witness = ? AND seq < ? AND at / 86400000 = ? / 86400000");
    if (!thin) return thin.error();
    for (const Anchor& a : anchors) {
      const auto seq = static_cast<std::int64_t>(a.head.seq), at = static_cast<std::int64_t>(a.at.time_since_epoch().count());
      add->bind_text(1, a.by).bind_text(2, a.key_hex).bind_text(3, a.head.origin).bind(4, seq).bind_blob(5, bytes(a.head.hash)).bind(6, at);
      add->bind_text(7, a.signature_hex).bind(8, a.calm.count());
      if (const int rc = add->run(); rc != SQLITE_OK) return me.trouble(rc, "keep a countersignature");
      thin->bind_text(1, a.head.origin).bind_text(2, a.by).bind(3, seq).bind(4, at);
      if (const int rc = thin->run(); rc != SQLITE_OK) return me.trouble(rc, "keep a countersignature");
    }
    return Done{};
  });
}

Status EventLog::stamp_anchors(Span calm) {
  auto& me = *impl_;
  const auto waiting = me.db.ask("SELECT 1 FROM anchor WHERE calm < 0 LIMIT 1");
  if (!waiting) return me.trouble(waiting.error());
  if (waiting->empty()) return Done{};
  return me.transact([&]() -> Status {
    auto stamp = me.db.prepare("UPDATE anchor SET calm = ? WHERE calm < 0");
    if (!stamp) return stamp.error();
    if (const int rc = stamp->bind(1, calm.count()).run(); rc != SQLITE_OK) return me.trouble(rc, "stamp countersignatures");
    return Done{};
  });
}

Result<std::vector<Anchor>> EventLog::anchors(const Origin& origin) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  std::vector<Anchor> all;
  if (!me.has_proof()) return all;
  auto rows = impl_->db.prepare(
      "SELECT witness, key, origin, seq, hash, at, signature, calm FROM anchor WHERE ?1 = '' OR origin = ?1 ORDER BY origin, seq, witness");
  if (!rows) return me.trouble(rows.error());
  rows->bind_text(1, origin);
  for (;;) {
    const int rc = rows->step();
    if (rc == SQLITE_DONE) return all;
    if (rc != SQLITE_ROW) return me.trouble(rc, "read countersignatures");
    Anchor a{std::string(rows->bytes(0)), std::string(rows->bytes(1)), {std::string(rows->bytes(2)), static_cast<std::uint64_t>(rows->integer(3)), {}},
             Time{Span{rows->integer(5)}}, std::string(rows->bytes(6)), Span{rows->integer(7)}};
    if (!read_digest(rows->bytes(4), a.head.hash)) return Error{Code::Corrupt, "a countersignature's row is damaged"};
    all.push_back(std::move(a));
  }
}

// ---- erasing what the county holds ---------------------------------------------------------------------------------------

Result<std::size_t> EventLog::purge(const Origin& origin, std::uint64_t seq, std::size_t limit) {
  auto& me = *impl_;
  return me.transact([&]() -> Result<std::size_t> {
    const auto row = me.log_row(origin);
    if (!row) return row.error();
    if (row->id == 0 || seq > row->head.seq) return Error{Code::Invalid, "purge: log " + origin + " has no entry " + std::to_string(seq)};
    auto mark = me.db.prepare("INSERT INTO purge(log, seq) VALUES(?1, ?2) ON CONFLICT(log) DO UPDATE SET seq = max(seq, ?2) RETURNING done, seq");
    if (!mark) return mark.error();
    if (const int rc = mark->bind(1, row->id).bind(2, static_cast<std::int64_t>(seq)).step(); rc != SQLITE_ROW) return me.trouble(rc, "mark what may go");
    const std::int64_t done = mark->integer(0), until = std::min(mark->integer(1), done + static_cast<std::int64_t>(limit));
    mark->reset();
    // Checkpoints hold nothing personal, and without them the chain would prove less.
    auto erase = me.db.prepare(
        "UPDATE event SET body = NULL, quarantined = 0 WHERE log = ? AND seq > ? AND seq <= ? AND body IS NOT NULL AND type <> 'checkpointed'");
    if (!erase) return erase.error();
    if (const int rc = erase->bind(1, row->id).bind(2, done).bind(3, until).run(); rc != SQLITE_OK) return me.trouble(rc, "erase bodies");
    auto moved = me.db.prepare("UPDATE purge SET done = ? WHERE log = ?");
    if (!moved) return moved.error();
    if (const int rc = moved->bind(1, until).bind(2, row->id).run(); rc != SQLITE_OK) return me.trouble(rc, "mark what went");
    if (auto gone = me.blobs.purge(); !gone) return gone.error();
    return static_cast<std::size_t>(until - done);
  });
}

Result<std::uint64_t> EventLog::purged(const Origin& origin) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  if (!me.has_proof()) return std::uint64_t{0};
  auto row = impl_->db.prepare("SELECT p.done FROM purge p JOIN log l ON l.id = p.log WHERE l.origin = ?");
  if (!row) return me.trouble(row.error());
  const int rc = row->bind_text(1, origin).step();
  if (rc == SQLITE_DONE) return std::uint64_t{0};
  if (rc != SQLITE_ROW) return me.trouble(rc, "read what was erased");
  return static_cast<std::uint64_t>(row->integer(0));
}

// ---- the scrub -----------------------------------------------------------------------------------------------------------

Result<Scrubbed> EventLog::scrub(ScrubAt from, std::size_t limit) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  Scrubbed out;
  out.next = from;
  const auto damage = [&](const Origin& origin, std::uint64_t seq, std::string what) { out.found.push_back({origin, seq, std::move(what)}); };
  if (!from.blobs) {
    auto rows = impl_->db.prepare("SELECT " + std::string(event_columns) +
                                  ", e.arrival, p.hash FROM event e JOIN log l ON l.id = e.log LEFT JOIN event p ON p.log = e.log AND p.seq = e.seq - 1 "
                                  "WHERE e.arrival > ? ORDER BY e.arrival LIMIT ?");
    if (!rows) return me.trouble(rows.error());
    rows->bind(1, from.after).bind(2, static_cast<std::int64_t>(limit));
    for (;;) {
      const int rc = rows->step();
      if (rc == SQLITE_DONE) break;
      if (rc != SQLITE_ROW) return me.trouble(rc, "scrub: after arrival " + std::to_string(out.next.after));
      ++out.looked;
      out.next.after = rows->integer(9);
      const auto event = read_event(*rows);
      if (!event) {
        damage(std::string(rows->bytes(0)), static_cast<std::uint64_t>(rows->integer(1)), event.error().what);
        continue;
      }
      if (event->body && hash_bytes(*event->body) != event->body_hash) damage(event->id.origin, event->id.seq, "the body was changed");
      Digest previous{};
      if (event->id.seq > 1 && !read_digest(rows->bytes(10), previous)) damage(event->id.origin, event->id.seq, "the entry before it is missing");
      else if (chain_hash(previous, *event) != event->hash) damage(event->id.origin, event->id.seq, "the chain breaks here");
    }
    if (out.looked > 0 || !me.has_blobs) return out;
    out.next = {true, 0};
  }
  auto next = impl_->blobs.check_next(out.next.after);
  if (!next) return me.trouble(next.error());
  if (next->id == 0) {
    out.next = {};
    return out;
  }
  out.looked = 1;
  out.next.after = next->id;
  if (next->damaged) {
    const auto named = naming(next->hash);
    const bool known = named && !named->empty();
    damage(known ? named->front().id.origin : Origin{}, known ? named->front().id.seq : 0, "the attachment was changed");
  }
  return out;
}

Status EventLog::set_aside(const EventId& id) {
  auto& me = *impl_;
  return me.transact([&]() -> Status {
    auto row = me.db.prepare("SELECT arrival, body, body_hash FROM event WHERE log = (SELECT id FROM log WHERE origin = ?) AND seq = ?");
    if (!row) return row.error();
    const int rc = row->bind_text(1, id.origin).bind(2, static_cast<std::int64_t>(id.seq)).step();
    if (rc == SQLITE_DONE) return Error{Code::NotFound, "log " + id.origin + " has no entry " + std::to_string(id.seq)};
    if (rc != SQLITE_ROW) return me.trouble(rc, "read an event");
    const std::int64_t arrival = row->integer(0);
    if (row->is_null(1) || bytes(hash_bytes(row->bytes(1))) == row->bytes(2)) return Error{Code::Invalid, "that body is sound"};
    row->reset();
    for (const char* sql : {"INSERT OR IGNORE INTO spoilt(event, body) SELECT arrival, body FROM event WHERE arrival = ?",
                            "UPDATE event SET body = NULL, quarantined = 0 WHERE arrival = ?"}) {
      auto step = me.db.prepare(sql);
      if (!step) return step.error();
      if (const int done = step->bind(1, arrival).run(); done != SQLITE_OK) return me.trouble(done, "put a body aside");
    }
    return Done{};
  });
}

}  // namespace yizhan
