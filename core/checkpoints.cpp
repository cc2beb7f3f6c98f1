#include "core/checkpoints.h"

#include <charconv>
#include <sstream>

#include "core/log_check.h"

namespace yizhan {

namespace {
constexpr Span day_look{60'000};  // how often a changed date is looked for while a day key is to be replaced
}

Checkpoints::Checkpoints(Origin log_name, KeyPair device) : log_name_(std::move(log_name)), device_(std::move(device)) {}

/// The note: "<public> <secret> <day> <entry of the last checkpoint> open|closed [used]".
Status Checkpoints::read(EventLog& log) {
  known_ = true;
  key_hex_.clear();
  key_day_.reset();
  clean_ = true;
  const auto head = log.head(log_name_);
  if (!head) return head.error();
  seq_ = head->seq;
  const auto note = log.note(note_name());
  if (!note) return note.error().code == Code::NotFound ? Status(Done{}) : Status(note.error());
  std::istringstream in(*note);
  std::string secret, day, state, used;
  if (!(in >> key_hex_ >> secret >> day >> signed_seq_ >> state)) {
    key_hex_.clear();  // erased: this is a copy, or a log begun anew
    return Done{};
  }
  in >> used;
  key_used_ = used == "used";
  if (const auto date = parse_date(day)) key_day_ = *date;
  clean_ = state == "closed";
  return Done{};
}

Status Checkpoints::state(EventLog& log, std::string_view reason, Time wall, bool ratchet) {
  const auto head = log.head(log_name_);
  if (!head) return head.error();
  std::string secret;
  if (!key_hex_.empty()) {
    const auto note = log.note(note_name());
    if (!note) return note.error();
    std::istringstream in(*note);
    std::string skipped;
    in >> skipped >> secret;
  }
  Checkpointed fact;
  fact.through = head->seq;
  fact.hash = hex(head->hash);
  fact.reason = std::string(reason);
  const Date today = hall_day(wall);
  if (secret.empty() || ratchet) {
    const KeyPair fresh = make_sign_keys();
    fact.key = fresh.public_hex;
    fact.day = iso(today);
    fact.before = secret.empty() ? std::string{} : key_hex_;
    const std::string text = day_key_text(log_name_, fact);
    if (!secret.empty()) fact.endorsed_before = sign(text, secret);
    fact.endorsed_device = sign(text, device_.secret_hex);
    secret = fresh.secret_hex;
    key_day_ = today;
    key_used_ = false;
  } else {
    fact.key = key_hex_;
    fact.day = iso(key_day_.value_or(today));
    key_used_ = true;
  }
  fact.signature = sign(checkpoint_text(log_name_, fact), secret);
  const bool fresh_key = fact.key != key_hex_;
  EventLog::Statement statement;
  statement.facts.emplace_back(fact);
  statement.notes.emplace_back(note_name(), fact.key + " " + secret + " " + iso(key_day_.value_or(today)) + " " + std::to_string(head->seq + 1) + " " +
                                                (reason == "closed" ? "closed" : "open") + (key_used_ ? " used" : ""));
  const auto stated = log.append_many(log_name_, {&statement, 1}, wall);
  if (!stated) {
    known_ = false;  // what the note says now is read again
    return stated.error();
  }
  key_hex_ = fact.key;
  signed_seq_ = seq_ = head->seq + 1;
  since_.reset();
  // The old secret leaves the write-ahead log too. When somebody reads just now, the next one does it.
  if (fresh_key) static_cast<void>(log.checkpoint());
  return Done{};
}

Status Checkpoints::open(EventLog& log, Time wall, Tick now) {
  if (const auto found = read(log); !found) return found;
  const bool clean = clean_;
  const auto stated = state(log, "opened", wall, key_day_ != hall_day(wall));
  clean_ = clean;
  again_at_ = stated ? Tick::max() : now + checkpoint_patience;
  return stated;
}

Status Checkpoints::look(EventLog& log, Time, Tick now) {
  if (const auto found = read(log); !found) return found;
  if (seq_ > signed_seq_) {
    since_ = now;
    again_at_ = now + checkpoint_patience;
  }
  return Done{};
}

void Checkpoints::wrote(std::uint64_t seq, Tick now) {
  if (seq <= seq_) return;
  seq_ = seq;
  if (!since_) since_ = now;
  again_at_ = seq_ - signed_seq_ >= checkpoint_rows ? now : std::min(again_at_, *since_ + checkpoint_patience);
}

Result<bool> Checkpoints::step(EventLog& log, Time wall, Tick now) {
  if (now < again_at_) return false;
  if (!known_)
    if (const auto found = read(log); !found) return found.error();
  const bool unsigned_rows = seq_ > signed_seq_;
  const bool new_day = key_day_ && *key_day_ != hall_day(wall);
  // Yesterday's key may sign nothing any more; a key that signed nothing yet needs no successor before somebody writes.
  const bool day_end = new_day && (key_used_ || unsigned_rows);
  const bool rows = unsigned_rows && seq_ - signed_seq_ >= checkpoint_rows, time = unsigned_rows && since_ && now - *since_ >= checkpoint_patience;
  if (day_end || rows || time) {
    const auto stated = state(log, day_end ? "day" : rows ? "rows" : "time", wall, new_day);
    if (!stated) {
      again_at_ = now + checkpoint_patience;
      return stated.error();
    }
  }
  // A used key waits for midnight; a machine that nobody uses waits for nothing.
  again_at_ = since_ ? *since_ + checkpoint_patience : key_used_ ? now + day_look : Tick::max();
  return day_end || rows || time;
}

Status Checkpoints::close(EventLog& log, Time wall) {
  if (!known_) return Done{};
  return state(log, "closed", wall, key_day_ != hall_day(wall));
}

}  // namespace yizhan
