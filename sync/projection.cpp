#include "sync/projection.h"

#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/opening.h"
#include "core/sqlite.h"

namespace yizhan::sync {
namespace {

using sqlite::Database;

constexpr std::size_t slice = 2000;  // events per transaction
constexpr int group_from = 5;        // XFTL 20: a joint visit; counted apart in the reports of every bureau
constexpr int satisfied_from = 4;    // of 5

// One file, one row per matter. Not WAL: many processes may ask at once, and before SQLite 3.51.3 two connections that
// checkpoint one write-ahead log can damage it (sync.md 7).
constexpr const char* schema = R"sql(
CREATE TABLE IF NOT EXISTS mark(one INTEGER PRIMARY KEY CHECK(one = 1), cursor INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS matter(
  number TEXT PRIMARY KEY, hall TEXT NOT NULL, filed_by TEXT NOT NULL, filed_day TEXT NOT NULL, channel TEXT NOT NULL, kind TEXT NOT NULL,
  topic TEXT NOT NULL, window TEXT NOT NULL, path TEXT NOT NULL, state TEXT NOT NULL, sealed INTEGER NOT NULL, queue_only INTEGER NOT NULL, closed INTEGER NOT NULL,
  persons INTEGER NOT NULL, disposed_day TEXT NOT NULL, accepted_day TEXT NOT NULL, answered_day TEXT NOT NULL, served_day TEXT NOT NULL,
  not_accepted_day TEXT NOT NULL, dispose_due TEXT NOT NULL, promise_dispose_due TEXT NOT NULL, handle_due TEXT NOT NULL,
  promise_handle_due TEXT NOT NULL, extended_days INTEGER NOT NULL, transferred_to TEXT NOT NULL, opinion TEXT NOT NULL,
  mediation TEXT NOT NULL, service INTEGER NOT NULL, outcome INTEGER NOT NULL, conflicts INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS matter_day ON matter(filed_day);
)sql";
constexpr int version = 2;

constexpr const char* columns =
    "number, hall, filed_by, filed_day, channel, kind, topic, window, path, state, sealed, queue_only, closed, persons, disposed_day, accepted_day, "
    "answered_day, served_day, not_accepted_day, dispose_due, promise_dispose_due, handle_due, promise_handle_due, extended_days, "
    "transferred_to, opinion, mediation, service, outcome, conflicts";

/// Every column of a row in the order of `columns`: one list for writing and reading.
template <class Row, class Text, class Number>
void fields(Row& row, Text text, Number number) {
  text(row.number), text(row.hall), text(row.filed_by), text(row.filed_day), text(row.channel), text(row.kind), text(row.topic);
  text(row.window), text(row.path), text(row.state), number(row.sealed), number(row.queue_only), number(row.closed), number(row.persons);
  text(row.disposed_day), text(row.accepted_day), text(row.answered_day), text(row.served_day), text(row.not_accepted_day);
  text(row.dispose_due), text(row.promise_dispose_due), text(row.handle_due), text(row.promise_handle_due), number(row.extended_days);
  text(row.transferred_to), text(row.opinion), text(row.mediation), number(row.service), number(row.outcome), number(row.conflicts);
}

MatterRow read_row(const sqlite::Statement& statement) {
  MatterRow row;
  int at = 0;
  fields(
      row, [&](std::string& to) { to = statement.bytes(at++); },
      [&](auto& to) { to = static_cast<std::remove_reference_t<decltype(to)>>(statement.integer(at++)); });
  return row;
}

std::string_view word_of(Channel channel) {
  switch (channel) {
    case Channel::Visit: return "Visit";
    case Channel::Letter: return "Letter";
    case Channel::Online: return "Online";
    case Channel::Phone: return "Phone";
    case Channel::Fax: return "Fax";
    case Channel::Hotline12345: return "Hotline12345";
  }
  return "Visit";
}

std::string_view word_of(Opinion opinion) {
  switch (opinion) {
    case Opinion::Support: return "Support";
    case Opinion::Explain: return "Explain";
    case Opinion::NotSupport: return "NotSupport";
  }
  return "";
}

std::string_view word_of(MediationState state) {
  constexpr std::string_view words[] = {"", "Applied", "Consented", "Refused", "InSession", "Agreed", "Failed", "Withdrawn"};
  return words[static_cast<std::size_t>(state)];
}

std::string first_day(const Matter& matter, std::initializer_list<std::string_view> types) {
  std::optional<Time> first;
  for (const auto& line : matter.lines)
    if (std::find(types.begin(), types.end(), line.type) != types.end()) first = first ? std::min(*first, line.at) : line.at;
  return first ? iso(hall_day(*first)) : "";
}

}  // namespace

MatterRow row_of(const Matter& matter, const RuleBooks& rules, const WorkCalendar& calendar) {
  MatterRow row;
  row.number = matter.id;
  row.filed_by = matter.filed_by;
  const Date filed = hall_day(matter.filed_at);
  row.filed_day = matter.filed_at == Time{} ? "" : iso(filed);
  row.sealed = matter.sealed;
  row.closed = matter.closed && !matter.sealed;
  row.channel = matter.petition ? word_of(matter.petition->channel) : (matter.sealed || matter.closed) && !matter.ticket ? "Letter" : "Visit";
  row.kind = matter.petition ? std::string(word(matter.petition->kind)) : matter.sealed ? std::string(word(MatterKind::Accusation)) : "";
  row.queue_only = matter.petition && matter.petition->kind == MatterKind::QueueOnly;
  row.topic = matter.petition ? matter.petition->topic : "";
  row.persons = matter.petition ? std::max(1, matter.petition->head_count) : 1;
  row.window = matter.window();
  LegalPath path = matter.routed ? matter.routed->ruling.path : LegalPath::Unknown;
  if (matter.consulted && matter.consulted->path != LegalPath::Unknown) path = matter.consulted->path;
  if (matter.overridden && matter.overridden->path != LegalPath::Unknown) path = matter.overridden->path;
  row.path = word(path);
  row.state = word(matter.state);
  row.disposed_day = first_day(matter, {"disposed", "transferred", "accepted", "not_accepted", "answered"});
  row.accepted_day = matter.accepted ? matter.accepted->accepted_on : "";
  row.answered_day = first_day(matter, {"answered"});
  row.not_accepted_day = first_day(matter, {"not_accepted"});
  row.served_day = matter.served ? matter.served->served_on : "";
  row.extended_days = matter.extended ? matter.extended->days : 0;
  row.transferred_to = matter.transferred ? matter.transferred->to_unit : "";
  row.opinion = matter.answered ? word_of(matter.answered->opinion) : "";
  row.mediation = word_of(matter.mediation.state);
  if (matter.rated) {
    row.service = matter.rated->service;
    row.outcome = matter.rated->outcome;
  }
  row.conflicts = static_cast<int>(matter.conflicts.size());
  if (!rules.books.empty() && !row.queue_only && matter.filed_at != Time{}) {
    const RuleBook& book = rules.in_force(filed);
    const auto day = [&](std::string_view term, Date start, int extra) { return book.term(term) != nullptr ? iso(due(*book.term(term), start, calendar, extra).due) : std::string(); };
    row.dispose_due = day("dispose", filed, 0);  // XFTL 22
    row.promise_dispose_due = day("promise_dispose", filed, 0);
    const bool sixth = path == LegalPath::Petition || path == LegalPath::Unknown;  // XFTL 34 runs on path (6) only
    const auto accepted = parse_date(row.accepted_day);
    if (accepted && sixth) {
      const Term* extension = book.term("extension");
      row.handle_due = day("handle", *accepted, extension == nullptr ? 0 : std::clamp(row.extended_days, 0, extension->amount));
      row.promise_handle_due = day("promise_handle", *accepted, 0);
    }
  }
  return row;
}

struct Projection::Impl {
  Database db;
  std::shared_ptr<const KeyPair> county;

  /// The matter as far as the county may read it.
  Matter folded(const MatterId& number, const std::vector<Event>& events) const {
    if (!county) return fold(number, events);
    const Opening opening = open_matter(number, events, *county);
    Matter matter = fold(number, opening.events);
    // What does not open for the county is for the discipline body alone (XFTL 30).
    matter.sealed = matter.sealed || opening.refused;
    return matter;
  }
};

void Projection::open_with(std::shared_ptr<const KeyPair> county) { impl_->county = std::move(county); }

Projection::Projection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Projection::~Projection() = default;

Result<std::unique_ptr<Projection>> Projection::open(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  auto db = Database::open(path, false, "");
  if (!db) return db.error();
  impl->db = std::move(*db);
  impl->db.restrict(true);
  if (const auto set = impl->db.run("PRAGMA busy_timeout=30000;PRAGMA journal_mode=DELETE;PRAGMA synchronous=NORMAL;PRAGMA trusted_schema=OFF"); !set) return set.error();
  const auto found = impl->db.ask("SELECT count(*) FROM sqlite_schema WHERE name IN ('mark', 'matter')");
  if (!found) return Error{Code::Corrupt, path + ": " + found.error().what + "; make it anew with hub rebuild"};
  if (const auto made = impl->db.run(std::string("BEGIN IMMEDIATE;") + schema + "INSERT OR IGNORE INTO mark VALUES(1, 0, " + std::to_string(version) + ");COMMIT"); !made)
    return Error{made.error().code, path + ": " + made.error().what};
  std::unique_ptr<Projection> out(new Projection(std::move(impl)));
  const auto is = out->impl_->db.ask("SELECT version FROM mark");
  if (!is) return is.error();
  // Rows of another shape are not converted: the log has everything.
  if (*is != std::to_string(version))
    if (const auto cleared = out->clear(); !cleared) return cleared.error();
  return out;
}

Status Projection::clear() {
  return impl_->db.run(std::string("BEGIN IMMEDIATE;DROP TABLE IF EXISTS matter;DROP TABLE IF EXISTS mark;") + schema + "INSERT INTO mark VALUES(1, 0, " + std::to_string(version) +
                       ");COMMIT");
}

Status Projection::store(const std::set<MatterId>& numbers, const EventLog& log, const RuleBooks& rules, const WorkCalendar& calendar, const std::map<Origin, Origin>& relays) {
  auto& db = impl_->db;
  std::string marks = "?";
  for (int i = 1; i < 30; ++i) marks += ",?";
  auto put = db.prepare(std::string("INSERT OR REPLACE INTO matter(") + columns + ") VALUES(" + marks + ")");
  if (!put) return put.error();
  for (const auto& number : numbers) {
    const auto all = log.of_matter(number);
    if (!all) return all.error();
    MatterRow row = row_of(impl_->folded(number, *all), rules, calendar);
    const auto relay = relays.find(row.filed_by.empty() ? number.substr(0, std::min<std::size_t>(10, number.size())) : row.filed_by);
    if (relay != relays.end()) row.hall = relay->second;
    int at = 1;
    fields(
        row, [&](const std::string& text) { put->bind_text(at++, text); }, [&](auto value) { put->bind(at++, static_cast<std::int64_t>(value)); });
    if (const int rc = put->run(); rc != SQLITE_OK) return db.error_of(rc, "store a matter");
  }
  return Done{};
}

/// Rows that were made while the county's key was away, a transaction for every few hundred.
Status Projection::reopen_closed(const EventLog& log, const RuleBooks& rules, const WorkCalendar& calendar, const std::map<Origin, Origin>& relays) {
  auto& db = impl_->db;
  std::string after;
  for (;;) {
    std::set<MatterId> numbers;
    {
      auto some = db.prepare("SELECT number FROM matter WHERE closed = 1 AND number > ? ORDER BY number LIMIT 500");
      if (!some) return some.error();
      some->bind_text(1, after);
      while (some->step() == SQLITE_ROW) numbers.emplace(some->bytes(0));
    }
    if (numbers.empty()) return Done{};
    after = *numbers.rbegin();
    if (const auto begun = db.run("BEGIN IMMEDIATE"); !begun) return begun;
    const auto stored = store(numbers, log, rules, calendar, relays);
    if (const auto ended = db.run(stored ? "COMMIT" : "ROLLBACK"); !stored || !ended) return stored ? ended : stored;
  }
}

Status Projection::catch_up(const EventLog& log, const RuleBooks& rules, const WorkCalendar& calendar, const std::function<void(std::uint64_t)>& progress) {
  auto& db = impl_->db;
  std::map<Origin, Origin> relays;
  if (const auto note = log.note("hub.relays")) {
    try {
      const auto rows = nlohmann::json::parse(*note);
      for (const auto& [origin, hall] : rows.items()) relays[origin] = hall;
    } catch (const std::exception&) {
      return Error{Code::Corrupt, "hub.relays: cannot be read"};
    }
  }
  if (impl_->county)
    if (const auto done = reopen_closed(log, rules, calendar, relays); !done) return done;
  std::uint64_t read = 0;
  for (;;) {
    // The mark is read under the lock that writes it: two questions at once do the work once.
    if (const auto begun = db.run("BEGIN IMMEDIATE"); !begun) return begun;
    struct Undo {
      Database& db;
      ~Undo() {
        if (db.in_transaction()) static_cast<void>(db.run("ROLLBACK").has_value());
      }
    } undo{db};
    const auto mark = db.ask("SELECT cursor FROM mark");
    if (!mark) return mark.error();
    std::int64_t cursor = mark->empty() ? 0 : std::stoll(*mark);
    const auto events = log.arrived_after(cursor, slice);
    if (!events) return events.error();
    if (events->empty()) return Done{};
    std::set<MatterId> touched;
    for (const auto& event : *events)
      if (!event.matter.empty()) touched.insert(event.matter);
    if (const auto stored = store(touched, log, rules, calendar, relays); !stored) return stored;
    if (const auto moved = db.run("UPDATE mark SET cursor = " + std::to_string(cursor)); !moved) return moved;
    if (const auto done = db.run("COMMIT"); !done) return done;
    read += events->size();
    if (progress) progress(read);
  }
}

Result<std::optional<MatterRow>> Projection::matter(const MatterId& number) {
  auto statement = impl_->db.prepare(std::string("SELECT ") + columns + " FROM matter WHERE number = ?");
  if (!statement) return statement.error();
  const int rc = statement->bind_text(1, number).step();
  if (rc == SQLITE_DONE) return std::optional<MatterRow>();
  if (rc != SQLITE_ROW) return impl_->db.error_of(rc, "read a matter");
  return std::optional(read_row(*statement));
}

Result<std::vector<MatterRow>> Projection::list(std::size_t limit) {
  auto statement = impl_->db.prepare(std::string("SELECT ") + columns + " FROM matter ORDER BY filed_day DESC, number DESC LIMIT ?");
  if (!statement) return statement.error();
  statement->bind(1, static_cast<std::int64_t>(limit));
  std::vector<MatterRow> rows;
  int rc = SQLITE_OK;
  while ((rc = statement->step()) == SQLITE_ROW) rows.push_back(read_row(*statement));
  if (rc != SQLITE_DONE) return impl_->db.error_of(rc, "read the matters");
  return rows;
}

Result<Report> Projection::report(Date from, Date to, Date cutoff) {
  auto& db = impl_->db;
  Report out;
  out.from = iso(from), out.to = iso(to), out.cutoff = iso(cutoff);
  const std::string span = " FROM matter WHERE filed_day BETWEEN '" + out.from + "' AND '" + out.to + "' ";
  const std::string real = span + "AND queue_only = 0 ";
  std::optional<Error> failed;
  const auto count = [&](const std::string& sql) -> std::uint64_t {
    const auto got = db.ask(sql);
    if (!got) failed = got.error();
    return got && !got->empty() ? std::stoull(*got) : 0;
  };
  const auto groups = [&](const std::string& column) {
    std::vector<std::pair<std::string, std::uint64_t>> rows;
    auto statement = db.prepare("SELECT " + column + ", count(*)" + real + "GROUP BY 1 ORDER BY 2 DESC, 1");
    if (!statement) {
      failed = statement.error();
      return rows;
    }
    while (statement->step() == SQLITE_ROW) rows.emplace_back(statement->bytes(0), static_cast<std::uint64_t>(statement->integer(1)));
    return rows;
  };
  const std::string visit = "AND channel = 'Visit' ";
  out.registered = count("SELECT count(*)" + real);
  out.queue_only = count("SELECT count(*)" + span + "AND queue_only = 1");
  // 件, 批次 and 人次 are three units and never added up.
  out.pieces = count("SELECT count(*)" + real + "AND channel <> 'Visit'");
  out.batches = count("SELECT count(*)" + real + visit);
  out.persons = count("SELECT coalesce(sum(persons), 0)" + real + visit);
  out.sealed = count("SELECT count(*)" + real + "AND sealed = 1");
  out.closed = count("SELECT count(*)" + real + "AND closed = 1");
  out.groups = count("SELECT count(*)" + real + visit + "AND persons >= " + std::to_string(group_from));
  for (const auto& [channel, number] : groups("channel")) {
    ChannelCount row{channel, 0, 0, 0};
    if (channel == "Visit") row.batches = number, row.persons = out.persons;
    else row.pieces = number;
    out.channels.push_back(row);
  }
  out.by_window = groups("window");
  out.by_path = groups("path");
  out.by_topic = groups("topic");
  out.by_state = groups("state");
  out.by_hall = groups("hall");

  const auto rate = [&](std::string name, const std::string& n, const std::string& d, std::string meaning) {
    const std::string base = "SELECT count(*)" + real + "AND (" + d + ")";
    out.rates.push_back({std::move(name), "件", count(base + " AND (" + n + ")"), count(base), std::move(meaning)});
  };
  const std::string day = "'" + out.cutoff + "'";
  const auto in_time = [&](std::string name, const std::string& done, const std::string& due_day, std::string meaning) {
    // What is not yet due and not yet done counts in neither: it is neither in time nor late.
    rate(std::move(name), done + " <> '' AND " + done + " <= " + due_day, due_day + " <> '' AND (" + done + " <> '' OR " + due_day + " < " + day + ")", std::move(meaning));
  };
  in_time("按期处置率", "disposed_day", "dispose_due", "登记之日起法定期限内转送、交办或告知 / 已处置和已逾期");
  in_time("承诺期处置率", "disposed_day", "promise_dispose_due", "承诺期限内转送、交办或告知 / 已处置和已逾期");
  rate("受理率", "accepted_day <> ''", "accepted_day <> '' OR not_accepted_day <> ''", "已受理 / 已受理和不予受理");
  rate("办结率", "answered_day <> ''", "accepted_day <> ''", "已出具意见 / 已受理");
  in_time("按期办结率", "answered_day", "handle_due", "法定期限内出具意见 / 已出具意见和已逾期");
  in_time("承诺期办结率", "answered_day", "promise_handle_due", "承诺期限内出具意见 / 已出具意见和已逾期");
  rate("服务满意率", "service >= " + std::to_string(satisfied_from), "service > 0", "评价4分以上 / 已评价窗口服务");
  rate("结果满意率", "outcome >= " + std::to_string(satisfied_from), "outcome > 0", "评价4分以上 / 已评价办理结果");
  rate("调解达成率", "mediation = 'Agreed'", "mediation IN ('Agreed', 'Failed', 'Withdrawn', 'Refused')", "达成协议 / 调解已结束");
  if (failed) return *failed;
  return out;
}

}  // namespace yizhan::sync
