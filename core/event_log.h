/// The durable truth: an append-only log per origin in one SQLite file (WAL, synchronous=FULL, hash-chained).
/// Not thread-safe: one thread owns the writer; readers open their own read-only EventLog on the same file.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/event.h"

namespace yizhan {

struct Head {
  Origin origin;
  std::uint64_t seq = 0;
  Digest hash{};
};

struct Merged {
  std::vector<Event> fresh;  ///< events that were new here, in order
  Head head;                 ///< after the merge
  std::size_t quarantined = 0;  ///< bodies that are not JSON: stored, flagged, acknowledged
};

/// A batch of one origin whose own words hold: header limits, no gap inside, body hashes, JSON, and the chain from its first
/// event on. Only its join to a log is still open. Made by check_batch(), which is pure: it belongs away from the log's thread.
struct CheckedBatch {
  std::vector<Event> events;
  std::vector<bool> poisoned;  ///< body is not JSON
};
/// Errors: NotFound "gap" (inside the batch), Corrupt (a body or the chain), Invalid (empty, two origins, header limits).
Result<CheckedBatch> check_batch(std::vector<Event> events);

struct Damage {  ///< one finding of verify()
  Origin origin;
  std::uint64_t seq = 0;
  std::string what;
};

/// How far an attachment has come, as this machine was told by signed acknowledgements.
enum class Reach : std::uint8_t { Here, Hub, County };
/// One attachment, named by the hash of what is stored (sync.md: content-addressed, resumable).
struct Blob {
  Digest hash{};
  std::uint64_t bytes = 0;      ///< as its event states
  std::uint64_t have = 0;       ///< of them, from the beginning, are here
  bool own = false;             ///< stated by this machine
  Reach reached = Reach::Here;
  bool whole() const { return have == bytes; }
};
/// A countersignature: somebody outside this machine had entry (origin, seq) with this hash on its own disk at that moment by its own
/// clock (docs/LOG_FORMAT.md §6). Kept here as it came; made and checked by core/anchor.h.
struct Anchor {
  Origin by;                  ///< hub or county that signed
  std::string key_hex;        ///< its Ed25519 public key
  Head head;
  Time at{};                  ///< its clock
  std::string signature_hex;
  /// How long this machine had run in all when it learned of it, by a clock that nobody can set (kiosk/engine/store_keep.cpp); negative:
  /// not written down yet. Not signed.
  Span calm{-1};
};

/// Where a scrub has come to. A value that fits a note.
struct ScrubAt {
  bool blobs = false;         ///< events first, then attachments
  std::int64_t after = 0;     ///< arrival of the last event, row of the last attachment
};
struct Scrubbed {
  ScrubAt next;
  std::size_t looked = 0;     ///< 0: the round is done
  std::vector<Damage> found;
};

struct BlobTotals { std::uint64_t named = 0, whole = 0, bytes = 0; };
/// A piece on the wire and on the disk. The last piece of an attachment may be smaller than the least.
inline constexpr std::size_t blob_piece_bytes_max = 256u << 10, blob_piece_bytes_min = 4u << 10;

class EventLog {
 public:
  enum class Mode { ReadWrite, ReadOnly };
  /// Opens or creates. A second ReadWrite on the same file anywhere is refused with Conflict ("another process has this
  /// database open"), by an advisory lock beside the file. `vfs` names an SQLite VFS (tests); "" is the default.
  /// Errors: Conflict, Io (read-only disk, full disk), Corrupt (not our file, wrong schema, failed read-back of pragmas).
  static Result<std::unique_ptr<EventLog>> open(const std::string& path, Mode mode = Mode::ReadWrite, const std::string& vfs = "");
  /// Closes it and opens the same file anew, so that nothing of what was read or written stays in this process's memory. The
  /// lock is held throughout: no other process gets in between. Errors: as open(), and the error of a log that
  /// failed before; then it is closed and the lock let go.
  static Result<std::unique_ptr<EventLog>> open_again(std::unique_ptr<EventLog> log);
  ~EventLog();

  /// States new facts about one matter as `as`, all or none, in one transaction. On success they are on disk AND were
  /// read back and their hashes compared, so a receipt may be printed. Errors: Io (nothing was written; after one Io
  /// every later call fails too: a disk that lied once is not trusted, the process must restart), Unavailable (disk full:
  /// nothing was written; later calls may succeed).
  Result<std::vector<Event>> append(const Origin& as, const MatterId& matter, std::span<const Fact> facts, Time at);
  /// Several matters in one transaction (batch intake, group commit); all or none. A `request` is remembered in the same
  /// transaction (see stated()); stating it twice is refused with Conflict. Also Invalid: a text that is not UTF-8.
  /// `blobs` are the bytes of its Attached facts, in any order: they are written, made durable and read back in the same
  /// transaction, so that what is acknowledged never lacks its attachment. Invalid: an Attached fact whose bytes are neither
  /// there nor here, or bytes that no fact names. They are not copied: they must live as long as the call.
  /// `notes` are written in the same transaction (see put_note).
  struct Statement {
    MatterId matter;
    std::vector<Fact> facts;
    std::string request = {};
    std::vector<std::string_view> blobs = {};
    std::vector<std::pair<std::string, std::string>> notes = {};
  };
  Result<std::vector<Event>> append_many(const Origin& as, std::span<const Statement> statements, Time at);

  /// The matter a request id was stated for, on whatever day. NotFound when never.
  Result<MatterId> stated(std::string_view request) const;

  /// Takes events of one other origin: skips what is known, needs the rest contiguous, verifies body hashes and the
  /// chain, inserts, moves the head; one transaction; durable on return. Idempotent.
  /// Errors: NotFound "gap": first event is beyond head+1 (head() tells where to resume); Conflict "fork": a known seq
  /// with another hash (the events are kept in table `aside`); Corrupt: a hash does not verify (nothing merged); Io.
  Result<Merged> merge(std::span<const Event> events);
  /// The same for a batch that was checked before; its events are moved into `fresh`.
  Result<Merged> merge(CheckedBatch batch);
  /// Adds bodies to header-only copies when they match body_hash; others are ignored. Returns how many were filled.
  Result<std::size_t> fill(std::span<const Event> events);

  Result<std::vector<Head>> heads() const;
  Result<Head> head(const Origin& origin) const;  ///< seq 0 and zero hash when unknown
  /// Events of one origin with seq > `seq`, in order, at most `limit` and at most about `bytes_max` of bodies.
  Result<std::vector<Event>> after(const Origin& origin, std::uint64_t seq, std::size_t limit, std::size_t bytes_max = 4u << 20) const;
  /// Events in order of arrival here (any origin) after a local cursor; returns the new cursor in `cursor`.
  Result<std::vector<Event>> arrived_after(std::int64_t& cursor, std::size_t limit) const;
  Result<std::vector<Event>> of_matter(const MatterId& matter) const;  ///< all origins, ordered by (origin, seq)
  Result<std::uint64_t> count() const;

  // ---- attachments: bytes beside the events that name them. Memory: one piece at a time.
  Result<Blob> blob(const Digest& hash) const;                       ///< NotFound: no event here names it
  Result<std::vector<Event>> naming(const Digest& hash) const;       ///< the events that name it
  /// Bytes from `off` on, at most `bytes_max`. NotFound: unknown, or not whole here. Corrupt: a piece is gone.
  Result<std::string> blob_bytes(const Digest& hash, std::uint64_t off, std::size_t bytes_max = blob_piece_bytes_max) const;
  /// The next piece from a peer; durable on return. Saying a known piece again changes nothing. `whole`: how far it has come when
  /// this makes it whole. Errors: NotFound (unknown; "gap": blob() tells where to resume), Invalid (size), Corrupt (all pieces
  /// are here and are not the bytes that were stated: all are given up), Io, Unavailable.
  Result<Blob> put_blob(const Digest& hash, std::uint64_t bytes, std::uint64_t off, std::string_view piece, Reach whole = Reach::Here);
  /// Whole here and exactly so far: what is to be sent (Here) or not yet known to be at the county (Hub). Smallest first.
  Result<std::vector<Blob>> blobs_going(Reach reached, std::size_t limit) const;
  Result<std::uint64_t> blobs_count(Reach reached) const;            ///< how many those are
  Status blobs_reached(std::span<const Digest> hashes, Reach reach); ///< never goes back
  Status blobs_nowhere();                                            ///< the hub is another one, or its disk was replaced
  std::uint64_t blob_marks() const;                                  ///< how many blobs_reached() moved since this log was opened
  /// Reads one through and compares. Errors: NotFound, Corrupt.
  Status check_blob(const Digest& hash) const;
  Result<BlobTotals> blob_totals() const;

  /// A small durable key-value of this process beside the log (peer marks, epoch, cursors). Not facts.
  Status put_note(std::string_view key, std::string_view value);
  Result<std::string> note(std::string_view key) const;  ///< NotFound when absent

  /// Keeps countersignatures, one transaction. Of one witness and one log the newest of each day stays: it covers the older ones.
  Status keep_anchors(std::span<const Anchor> anchors);
  Status stamp_anchors(Span calm);  ///< writes it down for those that have none; nothing is written when all have
  /// All of one log, or of all (""); ordered by origin, seq.
  Result<std::vector<Anchor>> anchors(const Origin& origin = {}) const;

  /// Erases bodies of this machine's own log `origin` up to entry `seq`, at most `limit` entries a call, and attachments that the
  /// county has and that no later entry names. Headers, hashes and checkpoints stay: the chain verifies. Whether it may be done is
  /// the caller's to know (kiosk/engine/purge.h). Returns how many entries were looked at; 0: nothing is left. The bytes leave the
  /// files with the next checkpoint().
  Result<std::size_t> purge(const Origin& origin, std::uint64_t seq, std::size_t limit);
  Result<std::uint64_t> purged(const Origin& origin) const;  ///< entries up to here have no body on purpose

  /// One bounded piece of a scrub: hashes of the next `limit` events, or of one attachment. Errors: Io, Corrupt (SQLite itself
  /// cannot read on: `from` names the place).
  Result<Scrubbed> scrub(ScrubAt from, std::size_t limit) const;
  /// A body that is not the one that was stated goes to the table `spoilt`, so that fill() can take the good copy. Errors: Invalid
  /// (the body is sound, or absent), NotFound.
  Status set_aside(const EventId& id);

  /// A consistent copy in one file that was not there before, readable by its owner only, without the keys this log signs its
  /// checkpoints with: a copy can be read but never goes on as this machine. Others may write meanwhile. Verified before this
  /// returns. Errors: Conflict (the file exists), Io, Unavailable (disk full), Corrupt.
  Status backup_to(const std::string& path) const;

  /// Reads everything: chains, body hashes, gaps, heads, attachments, integrity_check. Empty means sound. `progress(done, total)`.
  /// `seen` gets every event that can be read, log by log in order: what else has to be checked needs no second reading.
  Result<std::vector<Damage>> verify(const std::function<void(std::uint64_t, std::uint64_t)>& progress = {},
                                     const std::function<void(const Event&)>& seen = {}) const;
  /// How far the write-ahead log may grow before append or merge moves it into the database: 1000 pages (4 MB) unless told.
  void checkpoint_after(int pages);
  /// wal_checkpoint(TRUNCATE): at session end and after deletes.
  Status checkpoint();
  const std::string& path() const;

 private:
  struct Impl;
  explicit EventLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yizhan
