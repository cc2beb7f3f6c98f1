// Stating, merging and reading: the log's daily work, and the transactions and rows that all of it is made of.
#include <sqlite3.h>

#include <algorithm>
#include <span>

#include "core/event_log_impl.h"
#include "core/event_text.h"

namespace yizhan {

namespace {

using sqlite::Resetting;

constexpr std::size_t aside_rows_max = 10'000;

}  // namespace

Result<Event> read_event(const sqlite::Statement& row) {
  Event event;
  event.id = {std::string(row.bytes(0)), static_cast<std::uint64_t>(row.integer(1))};
  event.at = Time{Span{row.integer(2)}};
  event.matter = row.bytes(3);
  event.type = row.bytes(4);
  event.v = static_cast<int>(row.integer(5));
  if (!read_digest(row.bytes(6), event.body_hash) || !read_digest(row.bytes(7), event.hash))
    return Error{Code::Corrupt,
                 "event " + event.id.origin + "/" + std::to_string(event.id.seq) + ": a hash has the wrong length"};
  if (!row.is_null(8)) event.body.emplace(row.bytes(8));
  return event;
}

Digest note_sum(std::string_view key, std::string_view value) {
  std::string all(key);
  all += '\0';
  all += value;
  return hash_bytes(all);
}

// ---- transactions and rows ---------------------------------------------------------------------------------------------

Status EventLog::Impl::enter() {
  if (auto may = may_write(); !may) return may.error();
  if (const int rc = begin.run(); rc != SQLITE_OK) return trouble(rc, "begin");
  return Done{};
}

Status EventLog::Impl::leave() {
  if (const int rc = commit.run(); rc != SQLITE_OK) {
    const Error error = trouble(rc, "commit");
    undo();
    return error;
  }
  if (wal_pages >= checkpoint_pages) tidy();
  return Done{};
}

void EventLog::Impl::undo() {
  if (!db.in_transaction()) return;
  if (const int rc = rollback.run(); rc != SQLITE_OK && db.in_transaction())
    trouble(Error{Code::Io, "a transaction could not be undone"});
}

void EventLog::Impl::tidy() {
  const int rc = sqlite3_wal_checkpoint_v2(db.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (rc == SQLITE_OK)
    wal_pages = 0;
  else
    trouble(rc, "checkpoint");
}

Result<EventLog::Impl::LogRow> EventLog::Impl::log_row(const Origin& origin) const {
  LogRow row;
  row.head.origin = origin;
  const Resetting reset{head_of};
  const int rc = head_of.bind_text(1, origin).step();
  if (rc == SQLITE_DONE) return row;
  if (rc != SQLITE_ROW) return trouble(rc, "read a head");
  row.id = head_of.integer(0);
  row.head.seq = static_cast<std::uint64_t>(head_of.integer(1));
  if (!read_digest(head_of.bytes(2), row.head.hash)) return Error{Code::Corrupt, "log " + origin + ": the head is damaged"};
  return row;
}

Status EventLog::Impl::ensure(LogRow& row) {
  if (row.id != 0) return Done{};
  const Resetting reset{add_log};
  const int rc = add_log.bind_text(1, row.head.origin).step();
  if (rc != SQLITE_ROW) return trouble(rc, "add a log");
  row.id = add_log.integer(0);
  return Done{};
}

Status EventLog::Impl::insert(std::int64_t log, const Event& event, bool quarantined, bool own) {
  add_event.bind(1, log).bind(2, static_cast<std::int64_t>(event.id.seq)).bind(3, event.at.time_since_epoch().count());
  add_event.bind_text(4, event.matter).bind_text(5, event.type).bind(6, event.v);
  add_event.bind_blob(7, bytes(event.body_hash)).bind_blob(8, bytes(event.hash)).bind(10, quarantined ? 1 : 0);
  if (event.body)
    add_event.bind_blob(9, *event.body);
  else
    add_event.bind_null(9);
  if (const int rc = add_event.run(); rc != SQLITE_OK) return trouble(rc, "add an event");
  if (event.type == "attached") return blobs.note(event, sqlite3_last_insert_rowid(db.handle()), own);
  return Done{};
}

Status EventLog::Impl::set_head(const LogRow& row) {
  move_head.bind(1, static_cast<std::int64_t>(row.head.seq)).bind_blob(2, bytes(row.head.hash)).bind(3, row.id);
  if (const int rc = move_head.run(); rc != SQLITE_OK) return trouble(rc, "move the head");
  return Done{};
}

Status EventLog::Impl::write_note(sqlite::Statement& how, std::string_view key, std::string_view value) {
  const Digest sum = note_sum(key, value);
  how.bind_text(1, key).bind_blob(2, value).bind_blob(3, bytes(sum));
  if (const int rc = how.run(); rc != SQLITE_OK) return trouble(rc, "write a note");
  return Done{};
}

Status EventLog::Impl::confirm(std::int64_t log, const std::vector<Event>& written) {
  if (written.empty()) return Done{};
  const Resetting reset{read_back};
  read_back.bind(1, log)
      .bind(2, static_cast<std::int64_t>(written.front().id.seq))
      .bind(3, static_cast<std::int64_t>(written.size()));
  Digest previous = before_first;
  for (const Event& event : written) {
    const int rc = read_back.step();
    if (rc != SQLITE_ROW) return trouble(Error{Code::Io, "what was written cannot be read back"});
    const auto found = read_event(read_back);
    if (!found || found->hash != event.hash || !found->body || hash_bytes(*found->body) != event.body_hash ||
        chain_hash(previous, *found) != event.hash)
      return trouble(Error{Code::Io, "what was read back is not what was written"});
    previous = event.hash;
  }
  return Done{};
}

Result<std::vector<Event>> EventLog::Impl::rows(sqlite::Statement& statement, std::size_t bytes_max, std::int64_t* cursor) const {
  const Resetting reset{statement};
  std::vector<Event> events;
  std::size_t taken = 0;
  for (;;) {
    const int rc = statement.step();
    if (rc == SQLITE_DONE) return events;
    if (rc != SQLITE_ROW) return trouble(rc, "read events");
    if (taken >= bytes_max) return events;
    auto event = read_event(statement);
    if (!event) return event.error();
    if (event->body) taken += event->body->size();
    if (cursor) *cursor = statement.integer(9);
    events.push_back(std::move(*event));
  }
}

// ---- stating and merging -----------------------------------------------------------------------------------------------

Result<std::vector<Event>> EventLog::append(const Origin& as, const MatterId& matter, std::span<const Fact> facts, Time at) {
  const Statement one[] = {{matter, {facts.begin(), facts.end()}, {}}};
  return append_many(as, one, at);
}

Result<std::vector<Event>> EventLog::append_many(const Origin& as, std::span<const Statement> statements, Time at) {
  auto& me = *impl_;
  struct Body {
    const MatterId* matter;
    std::string_view type;
    std::string text;
  };
  std::vector<Body> bodies;
  for (const Statement& s : statements)
    for (const Fact& fact : s.facts) {
      auto text = encode_fact_checked(fact);
      if (!text) return text.error();
      bodies.push_back({&s.matter, type_of(fact), std::move(*text)});
    }

  std::int64_t log = 0;
  std::vector<Digest> stored_now;
  auto written = me.transact([&]() -> Result<std::vector<Event>> {
    auto row = me.log_row(as);
    if (!row) return row.error();
    if (auto made = me.ensure(*row); !made) return made.error();
    log = row->id;
    me.before_first = row->head.hash;
    std::vector<Event> events;
    events.reserve(bodies.size());
    for (Body& body : bodies) {
      events.push_back(
          make_event_of(as, row->head.seq + 1, at, *body.matter, body.type, 1, std::move(body.text), row->head.hash));
      const Event& event = events.back();
      if (auto plain = check_header(event); !plain) return plain.error();
      if (auto added = me.insert(log, event, false, true); !added) return added.error();
      row->head.seq = event.id.seq;
      row->head.hash = event.hash;
    }
    if (!events.empty())
      if (auto moved = me.set_head(*row); !moved) return moved.error();
    for (const Statement& s : statements)
      for (const std::string_view blob : s.blobs)
        if (auto stored = me.blobs.store(hash_bytes(blob), blob); !stored)
          return stored.error().code == Code::NotFound ? Error{Code::Invalid, "attached: bytes that no fact names"} : stored.error();
    for (const Event& event : events)
      if (const auto blob = BlobRows::named_by(event)) {
        const auto found = me.blobs.find(blob->hash);
        if (!found) return found.error();
        if (!found->whole() || found->bytes != blob->bytes) return Error{Code::Invalid, "attached: its bytes are missing"};
        stored_now.push_back(blob->hash);
      } else if (event.type == "attached") {
        return Error{Code::Invalid, "attached: hash or size cannot be"};
      }
    for (const Statement& s : statements)
      for (const auto& [key, value] : s.notes)
        if (auto noted = me.write_note(me.put_note, key, value); !noted) return noted.error();
    for (const Statement& s : statements)
      if (!s.request.empty())
        if (auto noted = me.write_note(me.add_note, "request/" + s.request, s.matter); !noted)
          return noted.error().code == Code::Conflict ? Error{Code::Conflict, "this request was stated before"} : noted.error();
    return events;
  });
  if (!written) return written;
  if (auto confirmed = me.confirm(log, *written); !confirmed) return confirmed.error();
  for (const Digest& hash : stored_now)
    if (auto held = me.blobs_back.check(hash); !held)
      return me.trouble(Error{Code::Io, "an attachment cannot be read back: " + held.error().what});
  return written;
}

Result<MatterId> EventLog::stated(std::string_view request) const { return note("request/" + std::string(request)); }

Result<CheckedBatch> check_batch(std::vector<Event> events) {
  if (events.empty()) return Error{Code::Invalid, "merge: no events"};
  const Origin& origin = events.front().id.origin;
  CheckedBatch batch;
  batch.poisoned.reserve(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (auto plain = check_header(events[i]); !plain) return plain.error();
    if (events[i].id.origin != origin) return Error{Code::Invalid, "merge: events of more than one log"};
    if (events[i].id.seq != events[0].id.seq + i)
      return Error{Code::NotFound, "gap: events are missing inside the batch of " + origin};
    if (events[i].body) {
      const Digest said = hash_bytes(*events[i].body);
      if (events[i].body_hash == Digest{}) events[i].body_hash = said;  // a terse line
      if (said != events[i].body_hash) return Error{Code::Corrupt, "corrupt: the body of " + origin + "/" + std::to_string(events[i].id.seq) +
                                      " is not the one that was stated"};
    }
    const Digest chained = i > 0 ? chain_hash(events[i - 1].hash, events[i]) : events[i].hash;
    if (events[i].hash == Digest{}) {
      if (i == 0 || i + 1 == events.size()) return Error{Code::Corrupt, "corrupt: a batch of " + origin + " says at neither end where it is"};
      events[i].hash = chained;
    }
    if (chained != events[i].hash) return Error{Code::Corrupt, "corrupt: the chain of " + origin + " breaks at " + std::to_string(events[i].id.seq)};
    batch.poisoned.push_back(events[i].body && !valid_json(*events[i].body));
  }
  batch.events = std::move(events);
  return batch;
}

Result<Merged> EventLog::merge(std::span<const Event> events) {
  auto batch = check_batch({events.begin(), events.end()});
  if (!batch) return batch.error();
  return merge(std::move(*batch));
}

Result<Merged> EventLog::merge(CheckedBatch batch) {
  auto& me = *impl_;
  YIZHAN_CHECK(!batch.events.empty() && batch.poisoned.size() == batch.events.size(), "a checked batch comes from check_batch");
  const std::span<const Event> events = batch.events;
  const Origin origin = events.front().id.origin;
  std::size_t fresh_from = 0;
  bool forked = false;
  auto merged = me.transact([&]() -> Result<Merged> {
    auto row = me.log_row(origin);
    if (!row) return row.error();
    Merged result;
    for (; fresh_from < events.size() && events[fresh_from].id.seq <= row->head.seq; ++fresh_from) {
      const Event& event = events[fresh_from];
      const Resetting reset{me.known};
      if (const int rc = me.known.bind(1, row->id).bind(2, static_cast<std::int64_t>(event.id.seq)).step(); rc != SQLITE_ROW)
        return rc == SQLITE_DONE ? Error{Code::Corrupt, "log " + origin + ": a known event is missing"}
                                 : me.trouble(rc, "read an event");
      const auto ours = read_event(me.known);
      if (!ours) return ours.error();
      if (ours->hash == event.hash) continue;
      // The same header under another hash is damage on the way; another header under the same number is a second history.
      if (header_bytes(*ours) == header_bytes(event))
        return Error{Code::Corrupt, "corrupt: the hash of " + origin + "/" + std::to_string(event.id.seq)};
      forked = true;
      break;
    }
    if (forked) {
      for (const Event& event : events.subspan(fresh_from)) {
        std::string line;
        append_line(line, event);
        me.keep_aside.bind_text(1, origin)
            .bind(2, static_cast<std::int64_t>(event.id.seq))
            .bind_blob(3, bytes(event.hash))
            .bind_blob(4, line);
        me.keep_aside.bind(5, static_cast<std::int64_t>(aside_rows_max));
        if (const int rc = me.keep_aside.run(); rc != SQLITE_OK) return me.trouble(rc, "put an event aside");
      }
      return result;
    }
    if (fresh_from < events.size()) {
      if (events[fresh_from].id.seq != row->head.seq + 1)
        return Error{Code::NotFound, "gap: " + origin + " is known up to " + std::to_string(row->head.seq)};
      if (auto made = me.ensure(*row); !made) return made.error();
      // Inside the batch the chain was checked; here it joins ours.
      if (chain_hash(row->head.hash, events[fresh_from]) != events[fresh_from].hash)
        return Error{Code::Corrupt,
                     "corrupt: the chain of " + origin + " breaks at " + std::to_string(events[fresh_from].id.seq)};
      for (std::size_t i = fresh_from; i < events.size(); ++i) {
        result.quarantined += batch.poisoned[i];
        if (auto added = me.insert(row->id, events[i], batch.poisoned[i], false); !added) return added.error();
      }
      row->head.seq = events.back().id.seq;
      row->head.hash = events.back().hash;
      if (auto moved = me.set_head(*row); !moved) return moved.error();
    }
    result.head = row->head;
    return result;
  });
  if (merged && forked)
    return Error{Code::Conflict, "fork: " + origin + " has two histories; both are kept, a person must look"};
  if (merged) {
    batch.events.erase(batch.events.begin(), batch.events.begin() + static_cast<std::ptrdiff_t>(fresh_from));
    merged->fresh = std::move(batch.events);
  }
  return merged;
}

Result<std::size_t> EventLog::fill(std::span<const Event> events) {
  auto& me = *impl_;
  return me.transact([&]() -> Result<std::size_t> {
    std::size_t filled = 0;
    for (const Event& event : events) {
      if (!event.body || event.body->size() > event_body_bytes_max || hash_bytes(*event.body) != event.body_hash) continue;
      me.fill_body.bind_blob(1, *event.body).bind(2, valid_json(*event.body) ? 0 : 1).bind_text(3, event.id.origin);
      me.fill_body.bind(4, static_cast<std::int64_t>(event.id.seq)).bind_blob(5, bytes(event.body_hash));
      if (const int rc = me.fill_body.run(); rc != SQLITE_OK) return me.trouble(rc, "fill a body");
      const auto changed = static_cast<std::size_t>(me.db.changes());
      filled += changed;
      if (changed == 0 || event.type != "attached") continue;
      const Resetting reset{me.arrival_of};
      const int rc = me.arrival_of.bind_text(1, event.id.origin).bind(2, static_cast<std::int64_t>(event.id.seq)).step();
      if (rc != SQLITE_ROW) return me.trouble(rc, "find an event");
      if (auto noted = me.blobs.note(event, me.arrival_of.integer(0), false); !noted) return noted.error();
    }
    return filled;
  });
}

// ---- reading -----------------------------------------------------------------------------------------------------------

Result<std::vector<Head>> EventLog::heads() const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  const Resetting reset{me.all_heads};
  std::vector<Head> heads;
  for (;;) {
    const int rc = me.all_heads.step();
    if (rc == SQLITE_DONE) return heads;
    if (rc != SQLITE_ROW) return me.trouble(rc, "read the heads");
    Head head{std::string(me.all_heads.bytes(0)), static_cast<std::uint64_t>(me.all_heads.integer(1)), {}};
    if (!read_digest(me.all_heads.bytes(2), head.hash))
      return Error{Code::Corrupt, "log " + head.origin + ": the head is damaged"};
    heads.push_back(std::move(head));
  }
}

Result<Head> EventLog::head(const Origin& origin) const {
  if (impl_->failed) return *impl_->failed;
  auto row = impl_->log_row(origin);
  if (!row) return row.error();
  return std::move(row->head);
}

Result<std::vector<Event>> EventLog::after(const Origin& origin, std::uint64_t seq, std::size_t limit,
                                           std::size_t bytes_max) const {
  if (impl_->failed) return *impl_->failed;
  impl_->read_after.bind_text(1, origin).bind(2, static_cast<std::int64_t>(seq)).bind(3, static_cast<std::int64_t>(limit));
  return impl_->rows(impl_->read_after, bytes_max, nullptr);
}

/// One answer fits the memory of a small machine, whatever somebody pushed: bodies may have a megabyte each.
constexpr std::size_t arrived_bytes_max = 8u << 20;

Result<std::vector<Event>> EventLog::arrived_after(std::int64_t& cursor, std::size_t limit) const {
  if (impl_->failed) return *impl_->failed;
  impl_->read_arrived.bind(1, cursor).bind(2, static_cast<std::int64_t>(limit));
  return impl_->rows(impl_->read_arrived, arrived_bytes_max, &cursor);
}

Result<std::vector<Event>> EventLog::of_matter(const MatterId& matter) const {
  if (impl_->failed) return *impl_->failed;
  impl_->read_matter.bind_text(1, matter);
  return impl_->rows(impl_->read_matter, SIZE_MAX, nullptr);
}

Result<std::uint64_t> EventLog::count() const {
  // Numbers have no gaps, so the heads know.
  const auto all = heads();
  if (!all) return all.error();
  std::uint64_t total = 0;
  for (const Head& head : *all) total += head.seq;
  return total;
}

// ---- notes, and the file itself ----------------------------------------------------------------------------------------

Status EventLog::put_note(std::string_view key, std::string_view value) {
  return impl_->transact([&]() -> Status { return impl_->write_note(impl_->put_note, key, value); });
}

Result<std::string> EventLog::note(std::string_view key) const {
  const auto& me = *impl_;
  if (me.failed) return *me.failed;
  const Resetting reset{me.get_note};
  const int rc = me.get_note.bind_text(1, key).step();
  if (rc == SQLITE_DONE) return Error{Code::NotFound, "no such note"};
  if (rc != SQLITE_ROW) return me.trouble(rc, "read a note");
  std::string value(me.get_note.bytes(0));
  if (me.get_note.bytes(1) != bytes(note_sum(key, value))) return Error{Code::Corrupt, "a note is damaged"};
  return value;
}

void EventLog::checkpoint_after(int pages) { impl_->checkpoint_pages = pages; }

Status EventLog::checkpoint() {
  auto& me = *impl_;
  if (auto may = me.may_write(); !may) return may;
  const int rc = sqlite3_wal_checkpoint_v2(me.db.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (rc != SQLITE_OK) return me.trouble(rc, "checkpoint");
  me.wal_pages = 0;
  return Done{};
}

const std::optional<Error>& EventLog::broken() const { return impl_->failed; }

const std::string& EventLog::path() const { return impl_->path; }

}  // namespace yizhan
