/// Attachments as rows beside the events of a log: named by the hash of what is stored, kept in pieces, whole or still coming.
/// Private to core/event_log.cpp, which runs every change inside its own transactions; other rooms use core/event_log.h.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/event_log.h"
#include "core/sqlite.h"

namespace yizhan {

/// A row exists as soon as an event names an attachment, so a peer can only bring what somebody stated. An attachment that is
/// whole is never changed and never deleted; what is still coming may be given up and begun again. The one exception is purge(): the
/// pieces of what the county has may go, and then `have` is 0 while `reached` stays at the county.
class BlobRows {
 public:
  static constexpr const char* schema = R"sql(
CREATE TABLE blob(
  id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, bytes INTEGER NOT NULL, have INTEGER NOT NULL DEFAULT 0,
  own INTEGER NOT NULL, reached INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX blob_going ON blob(reached, bytes) WHERE have = bytes AND reached < 2;
CREATE TABLE chunk(id INTEGER PRIMARY KEY, blob INTEGER NOT NULL, at INTEGER NOT NULL, data BLOB NOT NULL, UNIQUE(blob, at)) STRICT;
CREATE TABLE naming(hash BLOB NOT NULL, event INTEGER NOT NULL, PRIMARY KEY(hash, event)) STRICT, WITHOUT ROWID;
CREATE TRIGGER blob_kept BEFORE DELETE ON blob BEGIN SELECT RAISE(ABORT, 'attachments are never deleted'); END;
CREATE TRIGGER blob_forward BEFORE UPDATE ON blob WHEN NEW.id IS NOT OLD.id OR NEW.hash IS NOT OLD.hash OR NEW.bytes IS NOT OLD.bytes OR
  NEW.own < OLD.own OR (OLD.have = OLD.bytes AND NEW.have IS NOT OLD.have)
  BEGIN SELECT RAISE(ABORT, 'an attachment that is whole is never changed'); END;
CREATE TRIGGER chunk_kept BEFORE DELETE ON chunk WHEN (SELECT have = bytes FROM blob WHERE id = OLD.blob)
  BEGIN SELECT RAISE(ABORT, 'an attachment that is whole is never changed'); END;
CREATE TRIGGER chunk_added BEFORE INSERT ON chunk WHEN (SELECT have = bytes FROM blob WHERE id = NEW.blob)
  BEGIN SELECT RAISE(ABORT, 'an attachment that is whole is never changed'); END;
CREATE TRIGGER chunk_unchanged BEFORE UPDATE ON chunk BEGIN SELECT RAISE(ABORT, 'attachments are never changed'); END;
CREATE TRIGGER naming_kept BEFORE DELETE ON naming BEGIN SELECT RAISE(ABORT, 'what names an attachment is never deleted'); END;
CREATE TRIGGER naming_unchanged BEFORE UPDATE ON naming BEGIN SELECT RAISE(ABORT, 'what names an attachment is never changed'); END;
)sql";

  /// Statements are made when they are first used: most visits attach nothing, and a start should not wait for them.
  void use(sqlite::Database& db) { db_ = &db; }

  /// The attachment that an event names; nothing for other events, without a body, or when its numbers cannot be.
  static std::optional<Blob> named_by(const Event& event);
  /// Notes it, and makes its row. `arrival` is the event's own.
  Status note(const Event& event, std::int64_t arrival, bool own);
  Result<bool> noted(const Digest& hash, std::int64_t arrival);
  /// Of every event there is: a database of an older program.
  Status note_all();

  Result<Blob> find(const Digest& hash);  ///< NotFound when nothing names it
  /// All its bytes at once, as its author has them. Nothing happens when it is whole already.
  Status store(const Digest& hash, std::string_view bytes);
  /// The next piece. Errors: NotFound (nothing names it; "gap": not the next piece), Invalid (size, too small a piece).
  /// When the last piece shows that the bytes are not the ones stated, all of them are given up: `spoilt`.
  struct Put { Blob blob; bool spoilt = false; };
  Result<Put> put(const Digest& hash, std::uint64_t bytes, std::uint64_t off, std::string_view piece, Reach whole);
  Result<std::string> read(const Digest& hash, std::uint64_t off, std::size_t bytes_max);
  /// Reads it through and compares. Errors: Corrupt.
  Status check(const Digest& hash);
  Result<std::vector<Blob>> going(Reach reached, std::size_t limit);
  Result<std::uint64_t> count(Reach reached);
  Result<BlobTotals> totals();
  Status reached(const Digest& hash, Reach reach);
  Status nowhere();
  /// Erases attachments of this machine that the county has and that only erased events name.
  Status purge();
  /// The next one after this row that is whole, read through. `id` 0: none is left.
  struct Checked { std::int64_t id = 0; Digest hash{}; bool damaged = false; };
  Result<Checked> check_next(std::int64_t after);
  /// Everything that does not hold, told as one line each with the event that names it.
  Status verify(const std::function<void(const Origin&, std::uint64_t, std::string)>& damage);

 private:
  struct Lazy {
    const char* sql;
    sqlite::Statement statement{};
  };
  struct Row { std::int64_t id; Blob blob; };
  Result<sqlite::Statement*> ready(Lazy& lazy);
  Result<Row> row(const Digest& hash);
  Result<Digest> digest_of(std::int64_t id, std::uint64_t& bytes);
  Status add_chunk(std::int64_t id, std::uint64_t at, std::string_view data);
  Status set_have(std::int64_t id, std::uint64_t have, Reach reach);
  Status give_up(std::int64_t id);
  Error error(int rc, std::string_view doing) const { return db_->error_of(rc, doing); }

  sqlite::Database* db_ = nullptr;
  Lazy find_{"SELECT id, hash, bytes, have, own, reached FROM blob WHERE hash = ?"};
  Lazy add_{"INSERT INTO blob(hash, bytes, own) VALUES(?, ?, ?) ON CONFLICT(hash) DO UPDATE SET own = max(own, excluded.own)"};
  Lazy name_{"INSERT OR IGNORE INTO naming(hash, event) VALUES(?, ?)"};
  Lazy named_{"SELECT 1 FROM naming WHERE hash = ? AND event = ?"};
  Lazy chunk_{"INSERT INTO chunk(blob, at, data) VALUES(?, ?, ?)"};
  Lazy have_{"UPDATE blob SET have = ?, reached = max(reached, ?) WHERE id = ?"};
  Lazy drop_{"DELETE FROM chunk WHERE blob = ?"};
  Lazy piece_{"SELECT at, data FROM chunk WHERE blob = ? AND at <= ? ORDER BY at DESC LIMIT 1"};
  Lazy pieces_{"SELECT at, data FROM chunk WHERE blob = ? ORDER BY at"};
  Lazy going_{"SELECT id, hash, bytes, have, own, reached FROM blob WHERE have = bytes AND reached < 2 AND reached = ? ORDER BY bytes, id LIMIT ?"};
  Lazy count_{"SELECT count(*) FROM blob WHERE have = bytes AND reached < 2 AND reached = ?"};
  Lazy reach_{"UPDATE blob SET reached = ? WHERE hash = ? AND reached < ?"};
  Lazy nowhere_{"UPDATE blob SET reached = 0 WHERE reached <> 0 AND have > 0"};  // what was erased here stays where it is
  Lazy erased_{"UPDATE blob SET have = 0 WHERE own = 1 AND reached = 2 AND have = bytes AND NOT EXISTS (SELECT 1 FROM naming n JOIN event e ON "
               "e.arrival = n.event LEFT JOIN purge p ON p.log = e.log WHERE n.hash = blob.hash AND e.seq > coalesce(p.done, 0)) RETURNING id"};
  Lazy next_{"SELECT id, hash FROM blob WHERE id > ? AND have = bytes ORDER BY id LIMIT 1"};
};

}  // namespace yizhan
