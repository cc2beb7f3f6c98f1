#include "core/blob_rows.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>

namespace yizhan {

namespace {

using sqlite::Resetting;

std::string_view bytes(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

std::optional<Blob> read_blob(const sqlite::Statement& row) {
  Blob blob;
  const auto hash = row.bytes(1);
  if (hash.size() != blob.hash.size()) return std::nullopt;
  std::memcpy(blob.hash.data(), hash.data(), hash.size());
  blob.bytes = static_cast<std::uint64_t>(row.integer(2));
  blob.have = static_cast<std::uint64_t>(row.integer(3));
  blob.own = row.integer(4) != 0;
  blob.reached = static_cast<Reach>(std::clamp<std::int64_t>(row.integer(5), 0, 2));
  return blob;
}

Error damaged(const Digest& hash, std::string_view how) { return {Code::Corrupt, "attachment " + hex(hash).substr(0, 16) + ": " + std::string(how)}; }

}  // namespace

Result<sqlite::Statement*> BlobRows::ready(Lazy& lazy) {
  if (!lazy.statement) {
    auto made = db_->prepare(lazy.sql);
    if (!made) return made.error();
    lazy.statement = std::move(*made);
  }
  return &lazy.statement;
}

// ---- names -----------------------------------------------------------------------------------------------------------

std::optional<Blob> BlobRows::named_by(const Event& event) {
  if (event.type != "attached" || !event.body) return std::nullopt;
  const auto fact = fact_of(event);
  const auto* attached = fact ? std::get_if<Attached>(&*fact) : nullptr;
  if (attached == nullptr || attached->bytes < 1 || attached->bytes > static_cast<std::int64_t>(blob_bytes_max)) return std::nullopt;
  const auto hash = digest_from_hex(attached->hash);
  if (!hash) return std::nullopt;
  Blob blob;
  blob.hash = *hash;
  blob.bytes = static_cast<std::uint64_t>(attached->bytes);
  return blob;
}

Status BlobRows::note(const Event& event, std::int64_t arrival, bool own) {
  const auto blob = named_by(event);
  if (!blob) return Done{};
  const auto add = ready(add_), name = ready(name_);
  if (!add) return add.error();
  if (!name) return name.error();
  (*add)->bind_blob(1, bytes(blob->hash)).bind(2, static_cast<std::int64_t>(blob->bytes)).bind(3, own ? 1 : 0);
  if (const int rc = (*add)->run(); rc != SQLITE_OK) return error(rc, "note an attachment");
  (*name)->bind_blob(1, bytes(blob->hash)).bind(2, arrival);
  if (const int rc = (*name)->run(); rc != SQLITE_OK) return error(rc, "note an attachment");
  return Done{};
}

Result<bool> BlobRows::noted(const Digest& hash, std::int64_t arrival) {
  const auto named = ready(named_);
  if (!named) return named.error();
  const Resetting reset{**named};
  const int rc = (*named)->bind_blob(1, bytes(hash)).bind(2, arrival).step();
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) return error(rc, "look for an attachment");
  return rc == SQLITE_ROW;
}

Status BlobRows::note_all() {
  auto events = db_->prepare("SELECT arrival, body FROM event WHERE type = 'attached' AND body IS NOT NULL");
  if (!events) return events.error();
  for (;;) {
    const int rc = events->step();
    if (rc == SQLITE_DONE) return Done{};
    if (rc != SQLITE_ROW) return error(rc, "look for attachments");
    Event event;
    event.type = "attached";
    event.body = std::string(events->bytes(1));
    if (const auto noted_it = note(event, events->integer(0), false); !noted_it) return noted_it;
  }
}

// ---- bytes -----------------------------------------------------------------------------------------------------------

Result<BlobRows::Row> BlobRows::row(const Digest& hash) {
  const auto find = ready(find_);
  if (!find) return find.error();
  const Resetting reset{**find};
  const int rc = (*find)->bind_blob(1, bytes(hash)).step();
  if (rc == SQLITE_DONE) return Error{Code::NotFound, "attachment: nothing here names it"};
  if (rc != SQLITE_ROW) return error(rc, "look for an attachment");
  auto blob = read_blob(**find);
  if (!blob) return damaged(hash, "its row is damaged");
  return Row{(*find)->integer(0), std::move(*blob)};
}

Result<Blob> BlobRows::find(const Digest& hash) {
  auto found = row(hash);
  if (!found) return found.error();
  return found->blob;
}

Status BlobRows::add_chunk(std::int64_t id, std::uint64_t at, std::string_view data) {
  const auto chunk = ready(chunk_);
  if (!chunk) return chunk.error();
  (*chunk)->bind(1, id).bind(2, static_cast<std::int64_t>(at)).bind_blob(3, data);
  const int rc = (*chunk)->run();
  if (rc != SQLITE_OK) return error(rc, "store a piece of an attachment");
  return Done{};
}

Status BlobRows::set_have(std::int64_t id, std::uint64_t have, Reach reach) {
  const auto set = ready(have_);
  if (!set) return set.error();
  (*set)->bind(1, static_cast<std::int64_t>(have)).bind(2, static_cast<std::int64_t>(reach)).bind(3, id);
  const int rc = (*set)->run();
  if (rc != SQLITE_OK) return error(rc, "store a piece of an attachment");
  return Done{};
}

Status BlobRows::give_up(std::int64_t id) {
  const auto drop = ready(drop_);
  if (!drop) return drop.error();
  (*drop)->bind(1, id);
  if (const int rc = (*drop)->run(); rc != SQLITE_OK) return error(rc, "give up pieces of an attachment");
  return set_have(id, 0, Reach::Here);
}

Status BlobRows::store(const Digest& hash, std::string_view all) {
  const auto found = row(hash);
  if (!found) return found.error();
  if (found->blob.whole()) return Done{};
  if (found->blob.bytes != all.size() || hash_bytes(all) != hash) return Error{Code::Invalid, "attachment: the bytes are not the ones that are stated"};
  if (found->blob.have > 0)
    if (const auto gone = give_up(found->id); !gone) return gone;
  for (std::size_t at = 0; at < all.size(); at += blob_piece_bytes_max)
    if (const auto added = add_chunk(found->id, at, all.substr(at, blob_piece_bytes_max)); !added) return added;
  return set_have(found->id, all.size(), Reach::Here);
}

Result<BlobRows::Put> BlobRows::put(const Digest& hash, std::uint64_t total, std::uint64_t off, std::string_view piece, Reach whole) {
  auto found = row(hash);
  if (!found) return found.error();
  Blob& blob = found->blob;
  if (total != blob.bytes) return Error{Code::Invalid, "attachment: another size than the one that is stated"};
  if (piece.empty() || piece.size() > blob_piece_bytes_max || off > total || piece.size() > total - off)
    return Error{Code::Invalid, "attachment: a piece of the wrong size"};
  if (blob.whole() || off + piece.size() <= blob.have) return Put{blob};  // known already: said again, nothing changes
  if (off != blob.have) return Error{Code::NotFound, "gap: this attachment is here up to " + std::to_string(blob.have)};
  if (piece.size() < blob_piece_bytes_min && off + piece.size() != total) return Error{Code::Invalid, "attachment: a piece too small"};
  if (const auto added = add_chunk(found->id, off, piece); !added) return added.error();
  blob.have = off + piece.size();
  if (blob.whole()) {
    std::uint64_t read = 0;
    const auto digest = digest_of(found->id, read);
    if (!digest && digest.error().code != Code::Corrupt) return digest.error();
    if (!digest || *digest != hash || read != total) {
      if (const auto gone = give_up(found->id); !gone) return gone.error();
      blob.have = 0;
      return Put{blob, true};
    }
    blob.reached = std::max(blob.reached, whole);
  }
  if (const auto set = set_have(found->id, blob.have, blob.whole() ? whole : Reach::Here); !set) return set.error();
  return Put{blob};
}

Result<std::string> BlobRows::read(const Digest& hash, std::uint64_t off, std::size_t bytes_max) {
  const auto found = row(hash);
  if (!found) return found.error();
  if (!found->blob.whole()) return Error{Code::NotFound, "attachment: it is not here yet"};
  const auto piece = ready(piece_);
  if (!piece) return piece.error();
  std::string out;
  while (out.size() < bytes_max && off < found->blob.bytes) {
    const Resetting reset{**piece};
    const int rc = (*piece)->bind(1, found->id).bind(2, static_cast<std::int64_t>(off)).step();
    if (rc == SQLITE_DONE) return damaged(hash, "a piece is missing");
    if (rc != SQLITE_ROW) return error(rc, "read an attachment");
    const auto at = static_cast<std::uint64_t>((*piece)->integer(0));
    const auto data = (*piece)->bytes(1);
    if (off - at >= data.size()) return damaged(hash, "a piece is missing");
    const auto part = data.substr(static_cast<std::size_t>(off - at), bytes_max - out.size());
    out += part;
    off += part.size();
  }
  return out;
}

Result<Digest> BlobRows::digest_of(std::int64_t id, std::uint64_t& total) {
  const auto pieces = ready(pieces_);
  if (!pieces) return pieces.error();
  const Resetting reset{**pieces};
  (*pieces)->bind(1, id);
  Hasher hasher;
  total = 0;
  for (;;) {
    const int rc = (*pieces)->step();
    if (rc == SQLITE_DONE) return hasher.done();
    if (rc != SQLITE_ROW) return error(rc, "read an attachment");
    if (static_cast<std::uint64_t>((*pieces)->integer(0)) != total) return Error{Code::Corrupt, "a piece is missing"};
    const auto data = (*pieces)->bytes(1);
    hasher.add(data);
    total += data.size();
  }
}

Status BlobRows::check(const Digest& hash) {
  const auto found = row(hash);
  if (!found) return found.error();
  if (!found->blob.whole()) return damaged(hash, "it is not whole");
  std::uint64_t total = 0;
  const auto digest = digest_of(found->id, total);
  if (!digest) return digest.error();
  if (total != found->blob.bytes || *digest != hash) return damaged(hash, "the bytes were changed");
  return Done{};
}

// ---- on their way ------------------------------------------------------------------------------------------------------

Result<std::vector<Blob>> BlobRows::going(Reach reach, std::size_t limit) {
  const auto statement = ready(going_);
  if (!statement) return statement.error();
  const Resetting reset{**statement};
  (*statement)->bind(1, static_cast<std::int64_t>(reach)).bind(2, static_cast<std::int64_t>(limit));
  std::vector<Blob> blobs;
  for (;;) {
    const int rc = (*statement)->step();
    if (rc == SQLITE_DONE) return blobs;
    if (rc != SQLITE_ROW) return error(rc, "look for attachments to send");
    if (auto blob = read_blob(**statement)) blobs.push_back(std::move(*blob));
  }
}

Result<std::uint64_t> BlobRows::count(Reach reach) {
  const auto statement = ready(count_);
  if (!statement) return statement.error();
  const Resetting reset{**statement};
  const int rc = (*statement)->bind(1, static_cast<std::int64_t>(reach)).step();
  if (rc != SQLITE_ROW) return error(rc, "count attachments");
  return static_cast<std::uint64_t>((*statement)->integer(0));
}

Result<BlobTotals> BlobRows::totals() {
  auto statement = db_->prepare("SELECT count(*), count(*) FILTER (WHERE have = bytes), coalesce(sum(have), 0) FROM blob");
  if (!statement) return statement.error();
  const int rc = statement->step();
  if (rc != SQLITE_ROW) return error(rc, "count attachments");
  return BlobTotals{static_cast<std::uint64_t>(statement->integer(0)), static_cast<std::uint64_t>(statement->integer(1)),
                    static_cast<std::uint64_t>(statement->integer(2))};
}

Status BlobRows::reached(const Digest& hash, Reach reach) {
  const auto statement = ready(reach_);
  if (!statement) return statement.error();
  (*statement)->bind(1, static_cast<std::int64_t>(reach)).bind_blob(2, bytes(hash)).bind(3, static_cast<std::int64_t>(reach));
  if (const int rc = (*statement)->run(); rc != SQLITE_OK) return error(rc, "mark an attachment");
  return Done{};
}

Status BlobRows::nowhere() {
  const auto statement = ready(nowhere_);
  if (!statement) return statement.error();
  if (const int rc = (*statement)->run(); rc != SQLITE_OK) return error(rc, "mark attachments");
  return Done{};
}

Status BlobRows::purge() {
  const auto statement = ready(erased_);
  if (!statement) return statement.error();
  std::vector<std::int64_t> gone;
  {
    const Resetting reset{**statement};
    for (;;) {
      const int rc = (*statement)->step();
      if (rc == SQLITE_DONE) break;
      if (rc != SQLITE_ROW) return error(rc, "erase attachments");
      gone.push_back((*statement)->integer(0));
    }
  }
  const auto drop = ready(drop_);
  if (!drop) return drop.error();
  for (const std::int64_t id : gone) {
    (*drop)->bind(1, id);
    if (const int rc = (*drop)->run(); rc != SQLITE_OK) return error(rc, "erase attachments");
  }
  return Done{};
}

Result<BlobRows::Checked> BlobRows::check_next(std::int64_t after) {
  const auto next = ready(next_);
  if (!next) return next.error();
  Checked out;
  {
    const Resetting reset{**next};
    const int rc = (*next)->bind(1, after).step();
    if (rc == SQLITE_DONE) return out;
    if (rc != SQLITE_ROW) return error(rc, "look for an attachment");
    out.id = (*next)->integer(0);
    const auto hash = (*next)->bytes(1);
    if (hash.size() == out.hash.size()) std::memcpy(out.hash.data(), hash.data(), hash.size());
  }
  const auto held = check(out.hash);
  if (!held && held.error().code != Code::Corrupt && held.error().code != Code::NotFound) return held.error();
  out.damaged = !held.has_value();
  return out;
}

// ---- verify ------------------------------------------------------------------------------------------------------------

Status BlobRows::verify(const std::function<void(const Origin&, std::uint64_t, std::string)>& damage) {
  auto all = db_->prepare(
      "SELECT b.id, b.hash, b.bytes, b.have, b.own, b.reached, l.origin, e.seq FROM blob b LEFT JOIN naming n ON n.hash = b.hash "
      "LEFT JOIN event e ON e.arrival = n.event LEFT JOIN log l ON l.id = e.log GROUP BY b.id ORDER BY b.id");
  if (!all) return all.error();
  for (;;) {
    const int rc = all->step();
    if (rc == SQLITE_DONE) break;
    if (rc != SQLITE_ROW) return error(rc, "read attachments");
    const auto blob = read_blob(*all);
    const Origin origin(all->bytes(6));
    const auto seq = static_cast<std::uint64_t>(all->integer(7));
    if (!blob) {
      damage(origin, seq, "the row of an attachment is damaged");
      continue;
    }
    if (origin.empty()) damage("", 0, "an attachment that no event names");
    std::uint64_t total = 0;
    const auto digest = digest_of(all->integer(0), total);
    if (!digest && digest.error().code != Code::Corrupt) return digest.error();
    if (!digest || total != blob->have)
      damage(origin, seq, "pieces of the attachment are missing");
    else if (blob->whole() && *digest != blob->hash)
      damage(origin, seq, "the attachment was changed");
    // What others stated may still be on its way; what was stated here was stored with its event.
    if (blob->own && !blob->whole() && !(blob->have == 0 && blob->reached == Reach::County)) damage(origin, seq, "the attachment is missing");
  }
  for (const char* strays : {"SELECT count(*) FROM chunk WHERE blob NOT IN (SELECT id FROM blob)",
                             "SELECT count(*) FROM naming WHERE event NOT IN (SELECT arrival FROM event) OR hash NOT IN (SELECT hash FROM blob)"}) {
    const auto found = db_->ask(strays);
    if (!found) return found.error();
    if (*found != "0") damage("", 0, "rows of no attachment: " + *found);
  }
  return Done{};
}

}  // namespace yizhan
