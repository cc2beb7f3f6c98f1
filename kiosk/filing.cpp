#include "kiosk/filing.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/books.h"
#include "core/number.h"
#include "core/petition_json.h"
#include "core/tr.h"
#include "kiosk/filing_parts.h"

namespace yizhan::kiosk {

namespace {


/// The n-th ticket number of a device on one day, from 0: its own range with three digits, and when that is used up the same
/// range with one more digit (001–299, then 1000–2999, 10000–29999 …). Ranges of two devices that are disjoint stay so.
std::string ticket_digits(int first, int last, std::uint64_t n) {
  std::uint64_t low = static_cast<std::uint64_t>(std::max(first, 1)), high = static_cast<std::uint64_t>(std::max(first, last));
  std::uint64_t floor = 1000;
  while (high >= floor) floor *= 10;
  std::uint64_t from = low;
  for (;;) {
    if (n <= high - from) return fmt::format("{:03}", from + n);
    n -= high - from + 1;
    low *= 10;
    high = high * 10 + 9;
    from = std::max(low, floor);
    floor *= 10;
  }
}

/// What stands outside of a matter that is sealed under a key-set: where the person waits, and whether somebody must hurry. Whatever it is about,
/// it looks the same (trust.md T5).
Routed outside(const Routed& routed) {
  Routed out;
  out.ruling.window = routed.chosen;
  out.ruling.urgent = routed.ruling.urgent;
  out.ruling.rulebook = routed.ruling.rulebook;
  out.chosen = routed.chosen;
  return out;
}

/// Only what every visitor may see of a sealed matter: that a rule applied, and its article (XFTL 30).
Ruling neutral(Ruling ruling) {
  ruling.alternatives.clear();
  for (Reason& reason : ruling.reasons) {
    reason.because.clear();
    reason.consequence.clear();
  }
  return ruling;
}

}  // namespace

struct Filing::Impl {
  EventLog* log;
  FilingConfig config;
  const RuleBooks& rules;
  const WorkCalendar& calendar;

  // Of `day` only; read again from the log whenever the hall's day is another one.
  std::optional<Date> day;
  std::uint32_t serial = 0;                     ///< the last one used
  std::uint64_t passed = 0;                     ///< ticket numbers that an earlier epoch may have given out
  std::map<std::string, std::uint64_t> issued;  ///< prefix → how many numbers of the range were passed
  std::set<std::string> tickets;
  std::shared_ptr<const Triage> triage;  ///< read with the first filing: neither the first frame nor an idle machine pays for it
  std::unique_ptr<Outcome> last;  ///< the latest filing: a double tap gets its query code again; a block of its own, so that it goes as a whole

  /// Everything about one filing before it is written.
  struct Draft {
    Outcome outcome;
    EventLog::Statement statement;
    std::vector<std::string> sealed_parts;  ///< what the statement's blobs refer to
    std::string query_code;
    std::string ticket, prefix;
    WindowCode window;
    bool sealed = false, queue_only = false, is_signed = false;
    std::optional<Petition> said;  ///< of an envelope, until the receipt is made
    std::optional<Ruling> ruling;
  };

  void read_triage() {
    if (triage || config.assets_dir.empty()) return;
    triage = load_triage(config.assets_dir);
  }

  Status open_day(Time now) {
    const Date today = hall_day(now);
    if (day == today) return Done{};
    day.reset();
    issued.clear();
    tickets.clear();
    const auto exists = [&](std::uint32_t n) -> Result<bool> {
      const auto events = log->of_matter(make_matter_id(config.origin, today, n));
      if (!events) return events.error();
      return !events->empty();
    };
    // Serials have no holes within an epoch, so the last one is found by halving.
    std::uint32_t used = 0, beyond = 1;
    for (; beyond <= serials_of_epoch; beyond *= 2) {
      const auto found = exists(first() + beyond);
      if (!found) return found.error();
      if (!*found) break;
      used = beyond;
    }
    beyond = std::min(beyond, serials_of_epoch + 1);
    while (beyond - used > 1) {
      const std::uint32_t middle = used + (beyond - used) / 2;
      const auto found = exists(first() + middle);
      if (!found) return found.error();
      (*found ? used : beyond) = middle;
    }
    for (std::uint32_t n = first() + 1; n <= first() + used; ++n) {
      const auto events = log->of_matter(make_matter_id(config.origin, today, n));
      if (!events) return events.error();
      for (const Event& event : *events) {
        // A day long past, whose texts the county holds: a clock that was set back. Its tickets wait no more.
        if (device_of(event.id.origin) != device_of(config.origin) || event.type != "ticket_issued" || !event.body) continue;
        const auto fact = fact_of(event);
        if (!fact) return fact.error();
        tickets.insert(std::get<TicketIssued>(*fact).ticket);
      }
    }
    if (const auto skipped = skip_lost_tickets(today); !skipped) return skipped;
    serial = first() + used;
    day = today;
    return Done{};
  }
  /// A restored machine does not know which tickets the lost disk gave out that day: it begins where the range overflows.
  Status skip_lost_tickets(Date today) {
    passed = 0;
    const int epoch = epoch_of(config.origin);
    if (epoch == 1) return Done{};
    const auto opening = log->after(config.origin, 0, 1);
    if (!opening) return opening.error();
    if (!opening->empty() && today <= hall_day(opening->front().at))
      passed = static_cast<std::uint64_t>(epoch - 1) * static_cast<std::uint64_t>(std::max(config.ticket_last - config.ticket_first + 1, 1));
    return Done{};
  }
  std::uint32_t first() const { return serials_before(epoch_of(config.origin)); }
  std::uint32_t serial_max() const { return first() + serials_of_epoch; }

  /// The next free number with this prefix; `pending` are numbers of the same transaction.
  std::string next_ticket(const std::string& prefix, std::map<std::string, std::uint64_t>& counts) const {
    for (;;) {
      std::string number = prefix + ticket_digits(config.ticket_first, config.ticket_last, passed + counts[prefix]++);
      if (!tickets.contains(number)) return number;
    }
  }

  static Outcome failed(const std::string& request, Error error) {
    Outcome outcome;
    outcome.request = request;
    outcome.error = std::move(error);
    return outcome;
  }

  const WindowInfo* ticket_window(const RuleBook& book, const WindowCode& chosen) const {
    // A department that does not sit in the hall is reached through the window that serves it, or through reception.
    return book.hall_window(chosen);
  }

  /// Validates, routes, seals. The draft's outcome holds problems or an error when it cannot be filed.
  Draft draft(const FileMatter& command, const MatterId& matter, const std::string& tag,
              std::map<std::string, std::uint64_t>& counts, Time now) const {
    Draft d;
    d.outcome.request = command.request;
    const RuleBook& book = rules.in_force(*day);
    Petition petition = command.petition;
    d.outcome.problems = validate(petition, book, spoken(command));
    for (Problem& problem : check_parts(command)) d.outcome.problems.push_back(std::move(problem));
    if (const auto number = canonical_matter_id(command.supplements); !command.supplements.empty() && (!number || *number != command.supplements))
      d.outcome.problems.push_back({"supplements", mark("要补充的编号不对，请核对")});
    if (!d.outcome.problems.empty()) return d;
    // Only who stands in the hall needs somebody to sit there.
    const auto closed = petition.channel == Channel::Visit ? closed_windows(book, calendar, now) : std::vector<WindowCode>{};
    Routed routed;
    Ruling ruling;
    if (triage) {
      Suggestion s = suggest(petition, book, *triage, closed);
      const auto permille = [](double share) { return static_cast<int>(share * 1000 + 0.5); };
      // XFTL 30: nothing is guessed about what is sealed; and who only takes a number said nothing.
      if (!s.ruling.sealed && petition.kind != MatterKind::QueueOnly)
        routed.suggested = Suggested{triage->version, std::string(s.topic), permille(s.topic_confidence), s.window, permille(s.window_confidence)};
      ruling = std::move(s.ruling);
    } else {
      ruling = route(petition, book, closed);
    }

    routed.chosen = command.chosen.empty() ? ruling.window : command.chosen;
    routed.by = command.chosen.empty() ? ChosenBy::Machine : command.by;
    const auto offers = [&](const Ruling& r) {
      return routed.chosen == r.window || routed.chosen == window_reception || std::find(r.alternatives.begin(), r.alternatives.end(), routed.chosen) != r.alternatives.end();
    };
    // A window that closed between the proposal and the tap was offered all the same.
    const bool offered = offers(ruling) || (!closed.empty() && offers(route(petition, book)));
    const bool free_choice = command.by == ChosenBy::Staff || petition.kind == MatterKind::QueueOnly;
    if (book.window(routed.chosen) == nullptr || (!offered && !free_choice)) {
      d.outcome.problems.push_back({"window", "这个窗口不能选，请重新选择"});
      return d;
    }

    Filed filed;
    filed.query_tag = tag;
    filed.notice_version = command.notice_version.empty() ? config.notice_version : command.notice_version;
    filed.rulebook = ruling.rulebook;
    filed.source_ref = command.request;
    filed.supplements = command.supplements;
    d.sealed = ruling.sealed;
    d.queue_only = petition.kind == MatterKind::QueueOnly;
    const bool under_keys = config.sealer && config.sealer->key_set() > 0;
    const std::string topic = under_keys || d.sealed || d.queue_only ? std::string() : petition.topic;
    const Channel channel = petition.channel;
    const Error cannot{Code::Unavailable, "现在不能密封保存，请到窗口"};
    if (d.sealed && !config.sealer) {
      d.outcome.error = cannot;
      return d;
    }
    const Sealing sealing{under_keys || d.sealed ? config.sealer.get() : nullptr, d.sealed ? SealClass::Accusation : SealClass::Ordinary, {matter, now}};
    auto parts = make_parts(command, petition, sealing);
    if (!parts) {
      d.outcome.error = cannot;
      return d;
    }
    routed.ruling = std::move(ruling);
    if (under_keys) {
      // From here on this machine itself cannot read it; who can, the class decides (XFTL 30) and nothing outside tells.
      FiledContent content{std::move(petition), std::move(routed.ruling), std::move(routed.suggested), routed.by};
      auto envelope = config.sealer->seal(sealing.of, encode_content(content), sealing.binding);
      if (!envelope) {
        d.outcome.error = cannot;
        return d;
      }
      filed.sealed = std::move(*envelope);
      filed.key_set = config.sealer->key_set();
      routed.ruling = content.ruling;
      routed = outside(routed);
      d.said = std::move(content.petition);
      d.ruling = std::move(content.ruling);
    } else if (d.sealed) {
      // XFTL 30: from here on nobody in the hall can read it, this machine included.
      auto envelope = config.sealer->seal(sealing.of, encode_petition(petition), sealing.binding);
      if (!envelope) {
        d.outcome.error = cannot;
        return d;
      }
      filed.sealed = std::move(*envelope);
      routed.ruling = neutral(std::move(routed.ruling));
    } else {
      filed.petition = std::move(petition);
    }

    d.statement.matter = matter;
    d.statement.request = command.request;
    if (!command.text_mark.empty()) d.statement.notes.emplace_back("text/" + command.request, command.text_mark);
    const WindowInfo* window = ticket_window(book, routed.chosen);
    d.window = window ? window->code : routed.chosen;
    d.statement.facts.emplace_back(std::move(filed));
    d.statement.facts.emplace_back(std::move(routed));
    if (channel == Channel::Visit) {  // who wrote or phoned does not wait in the hall
      d.prefix = window ? window->prefix : std::string();
      d.ticket = next_ticket(d.prefix, counts);
      d.statement.facts.emplace_back(TicketIssued{d.ticket, d.window, command.priority, topic});
    }
    std::move(parts->facts.begin(), parts->facts.end(), std::back_inserter(d.statement.facts));
    d.statement.blobs = std::move(parts->blobs);
    d.sealed_parts = std::move(parts->sealed);
    d.is_signed = !d.sealed && command.signature.has_value();
    return d;
  }

  Receipt receipt(const std::string& request, const Matter& m, std::span<const Event> events, int ahead, int minutes) const {
    Receipt r;
    r.request = request;
    r.matter = m.id;
    r.ahead = ahead;
    r.minutes = minutes;
    r.sealed = m.sealed;
    r.is_signed = !m.signatures.empty();
    r.at = m.filed_at;
    const RuleBook& book = rules.in_force(hall_day(m.filed_at));
    r.window = m.window();
    if (m.ticket) {
      r.ticket = m.ticket->number;
      r.window = m.ticket->window;
    }
    if (const WindowInfo* window = ticket_window(book, r.window)) {
      r.window_name = window->name;
      r.place = window->place;
    }
    r.deadlines = deadlines(m, book, calendar);
    if (!events.empty()) r.chain8 = hex(events.back().hash).substr(0, 8);
    for (const Event& event : events)
      if (event.type == "filed") r.filed_hash = hex(event.body_hash), r.head_hash = hex(events.back().hash);
    return r;
  }

  /// The matter as fold() would make it from what was just written, without reading it all again: the person is waiting. Of an
  /// envelope what went into it, for the receipt only.
  Matter registered(Draft&& d, Time now) const {
    EventLog::Statement& statement = d.statement;
    Matter m;
    m.id = std::move(statement.matter);
    m.state = MatterState::Registered;
    m.filed_at = now;
    m.filed_by = config.origin;
    for (Fact& fact : statement.facts) {
      if (auto* filed = std::get_if<Filed>(&fact)) {
        m.petition = d.said ? std::move(d.said) : std::move(filed->petition);
      } else if (auto* routed = std::get_if<Routed>(&fact)) {
        m.routed = std::move(*routed);
        if (d.ruling) m.routed->ruling = std::move(*d.ruling);
      } else if (auto* sign = std::get_if<Signed>(&fact)) {
        m.signatures.push_back({std::move(*sign), now, true});
      } else if (auto* ticket = std::get_if<TicketIssued>(&fact)) {
        m.ticket.emplace();
        m.ticket->number = ticket->ticket;
        m.ticket->window = ticket->window;
      }
    }
    m.sealed = d.sealed;
    if (d.is_signed && m.signatures.empty()) m.signatures.emplace_back();
    return m;
  }

  /// What this request was answered with before, if it was.
  std::optional<Outcome> repeated(const std::string& request, int ahead, int minutes) const {
    if (request.empty()) return std::nullopt;
    if (last && last->request == request) return *last;
    const auto matter = log->stated(request);
    if (!matter) return matter.error().code == Code::NotFound ? std::nullopt : std::optional(failed(request, matter.error()));
    auto events = log->of_matter(*matter);
    if (!events) return failed(request, events.error());
    // The receipt speaks of the filing, not of what desks and the county said since.
    std::erase_if(*events, [&](const Event& e) { return device_of(e.id.origin) != device_of(config.origin); });
    Outcome outcome;
    outcome.request = request;
    outcome.receipt = receipt(request, fold(*matter, *events), *events, ahead, minutes);
    return outcome;
  }

  Outcome file_one(const FileMatter& command, const std::optional<QuerySecret>& secret, Time now, int ahead, int minutes) {
    read_triage();
    if (auto again = repeated(command.request, ahead, minutes)) return *again;
    if (auto opened = open_day(now); !opened) return failed(command.request, opened.error());
    if (serial >= serial_max()) return failed(command.request, {Code::Unavailable, "今天的编号用完了，请到窗口"});
    const MatterId matter = make_matter_id(config.origin, *day, serial + 1);
    auto counts = issued;
    QuerySecret fresh;
    if (secret && secret->matter == matter) fresh = *secret;
    Draft d = draft(command, matter, fresh.tag, counts, now);
    if (d.statement.facts.empty()) return d.outcome;
    if (fresh.matter.empty()) {
      fresh = make_secret(matter);
      std::get<Filed>(d.statement.facts.front()).query_tag = fresh.tag;
    }
    std::get<Filed>(d.statement.facts.front()).status_public = fresh.status_public;
    auto events = log->append_many(config.origin, {&d.statement, 1}, now);
    if (!events) return failed(command.request, events.error());
    ++serial;
    issued = std::move(counts);
    if (!d.ticket.empty()) tickets.insert(d.ticket);
    d.outcome.receipt = receipt(command.request, registered(std::move(d), now), *events, ahead, minutes);
    d.outcome.receipt->query_code = fresh.code;
    last = std::make_unique<Outcome>(d.outcome);
    return d.outcome;
  }

  static QuerySecret make_secret(const MatterId& matter) {
    QuerySecret secret;
    secret.matter = matter;
    secret.code = new_query_code();
    secret.tag = query_tag(secret.code, matter);
    secret.status_public = status_key(secret.code, matter).public_hex;
    return secret;
  }
};

Filing::Filing(EventLog& log, FilingConfig config, const RuleBooks& rules, const WorkCalendar& calendar)
    : impl_(new Impl{&log, std::move(config), rules, calendar, {}, 0, 0, {}, {}, {}, {}}) {}

Status Filing::start() {
  if (auto origin = check_origin(impl_->config.origin); !origin) return origin;
  // Today's numbers are read with the first filing of a day: only then is it known which day it is. A damaged log shows here.
  const auto head = impl_->log->head(impl_->config.origin);
  if (!head) return head.error();
  return Done{};
}

QuerySecret Filing::prepare(Time now) {
  // Failure is harmless: the filing itself meets the same trouble and says so.
  if (!impl_->open_day(now) || impl_->serial >= impl_->serial_max()) return {};
  if (impl_->config.sealer) impl_->config.sealer->prepare();
  return Impl::make_secret(make_matter_id(impl_->config.origin, *impl_->day, impl_->serial + 1));
}

Outcome Filing::file(const FileMatter& command, const std::optional<QuerySecret>& secret, Time now, int ahead, int minutes) {
  return impl_->file_one(command, secret, now, ahead, minutes);
}

Outcome Filing::take_number(const TakeNumber& command, const std::optional<QuerySecret>& secret, Time now, int ahead,
                            int minutes) {
  // XFTL 22: everybody is registered, also who only takes a number and tells the rest at the window.
  FileMatter file;
  file.request = command.request;
  file.petition.kind = MatterKind::QueueOnly;
  file.chosen = command.window;
  file.priority = command.priority;
  return impl_->file_one(file, secret, now, ahead, minutes);
}

std::vector<Outcome> Filing::file_many(const std::vector<FileMatter>& commands, Time now) {
  Impl& me = *impl_;
  me.read_triage();
  std::vector<Outcome> outcomes(commands.size());
  if (auto opened = me.open_day(now); !opened) {
    for (std::size_t i = 0; i < commands.size(); ++i) outcomes[i] = Impl::failed(commands[i].request, opened.error());
    return outcomes;
  }

  std::vector<EventLog::Statement> statements;
  std::vector<Impl::Draft> drafts;              // of each, without its statement: what a receipt needs, and what blobs refer to
  std::vector<std::size_t> whose;               // statement → command
  std::map<std::string, std::size_t> in_batch;  // request → command that files it
  std::vector<std::pair<std::size_t, std::size_t>> twins;
  auto counts = me.issued;
  std::uint32_t serial = me.serial;
  std::vector<std::string> new_tickets;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const FileMatter& command = commands[i];
    if (auto again = me.repeated(command.request, 0, 0)) {
      outcomes[i] = *again;
      continue;
    }
    if (!command.request.empty()) {
      if (const auto twin = in_batch.find(command.request); twin != in_batch.end()) {
        twins.emplace_back(i, twin->second);
        continue;
      }
    }
    if (serial >= me.serial_max()) {
      outcomes[i] = Impl::failed(command.request, {Code::Unavailable, "今天的编号用完了，请到窗口"});
      continue;
    }
    // Letters and messages carry no query code: nobody stands here to be given one.
    Impl::Draft d = me.draft(command, make_matter_id(me.config.origin, *me.day, serial + 1), "", counts, now);
    outcomes[i] = d.outcome;
    if (d.statement.facts.empty()) continue;
    ++serial;
    if (!command.request.empty()) in_batch.emplace(command.request, i);
    if (!d.ticket.empty()) new_tickets.push_back(d.ticket);
    statements.push_back(std::move(d.statement));
    drafts.push_back(std::move(d));
    whose.push_back(i);
  }
  if (!statements.empty()) {
    const auto events = me.log->append_many(me.config.origin, statements, now);
    if (events) {
      me.serial = serial;
      me.issued = std::move(counts);
      me.tickets.insert(new_tickets.begin(), new_tickets.end());
    }
    std::size_t from = 0;
    for (std::size_t s = 0; s < statements.size(); ++s) {
      if (!events) {
        outcomes[whose[s]] = Impl::failed(statements[s].request, events.error());
        continue;
      }
      const std::span<const Event> own(events->data() + from, statements[s].facts.size());
      from += own.size();
      Outcome& outcome = outcomes[whose[s]];
      drafts[s].statement = std::move(statements[s]);
      outcome.receipt = me.receipt(outcome.request, me.registered(std::move(drafts[s]), now), own, 0, 0);
    }
  }
  for (const auto& [second, first] : twins) outcomes[second] = outcomes[first];
  return outcomes;
}

void Filing::forget() { impl_->last.reset(); }
void Filing::use(EventLog& log) { impl_->log = &log; }
void Filing::use(std::shared_ptr<const Sealer> sealer) { impl_->config.sealer = std::move(sealer); }

}  // namespace yizhan::kiosk
