#include "tests/sim/checks.h"

#include <algorithm>
#include <set>

#include "core/envelope.h"
#include "core/opening.h"

namespace yizhan::sim {
namespace {

const Copy* copy_at(const History& history, const Origin& where) {
  for (const Copy& copy : history.copies)
    if (copy.where == where) return &copy;
  return nullptr;
}

const Copy* county_copy(const History& history) {
  for (const Copy& copy : history.copies)
    if (copy.role == "county") return &copy;
  return nullptr;
}

std::vector<const Event*> filings(const Copy& copy, const MatterId& matter) {
  std::vector<const Event*> found;
  for (const Event& event : copy.events)
    if (event.matter == matter && event.type == "filed") found.push_back(&event);
  return found;
}

std::string name(const EventId& id) { return id.origin + " #" + std::to_string(id.seq); }

/// Every window a matter was ever sent to, and every desk that called it, as far as this log knows.
struct Whereabouts {
  std::map<MatterId, std::set<WindowCode>> windows;
  std::map<MatterId, std::set<Origin>> callers;
};
Whereabouts whereabouts(const History& history) {
  Whereabouts all;
  for (const Copy& copy : history.copies) {
    if (copy.role != "hall") continue;
    for (const Event& event : copy.events) {
      const auto fact = fact_of(event);
      if (!fact) continue;
      if (const auto* routed = std::get_if<Routed>(&*fact)) all.windows[event.matter].insert(routed->chosen);
      if (const auto* issued = std::get_if<TicketIssued>(&*fact)) all.windows[event.matter].insert(issued->window);
      if (const auto* moved = std::get_if<RouteOverridden>(&*fact)) all.windows[event.matter].insert(moved->window);
      if (const auto* queued = std::get_if<Queued>(&*fact)) {
        if (queued->op == QueueOp::Move) all.windows[event.matter].insert(queued->to_window);
        if (queued->op == QueueOp::Call) all.callers[event.matter].insert(queued->desk);
      }
    }
  }
  return all;
}

}  // namespace

Findings check_receipts(const History& history) {
  Findings wrong;
  const Copy* county = county_copy(history);
  if (county == nullptr) return {"there is no county"};
  std::map<MatterId, std::string> requests;
  std::map<std::string, MatterId> matters;
  for (const ReceiptSeen& receipt : history.seen.receipts) {
    if (receipt.matter.empty()) continue;
    const auto [other, first] = requests.emplace(receipt.matter, receipt.request);
    if (!first && other->second != receipt.request) wrong.push_back("two filings got one number: " + receipt.matter);
    const auto [same, once] = matters.emplace(receipt.request, receipt.matter);
    if (!once && same->second != receipt.matter) wrong.push_back("one filing got two numbers: " + receipt.matter + " and " + same->second);
    const Copy* kiosk = copy_at(history, receipt.kiosk);
    const auto here = kiosk == nullptr ? std::vector<const Event*>{} : filings(*kiosk, receipt.matter);
    if (here.size() != 1) wrong.push_back("receipt for " + receipt.matter + ", but the kiosk's log holds it " + std::to_string(here.size()) + " times");
    const auto there = filings(*county, receipt.matter);
    if (there.size() != 1) {
      wrong.push_back("receipt for " + receipt.matter + ", but the county holds it " + std::to_string(there.size()) + " times");
    } else if (const auto fact = fact_of(*there.front()); !fact) {
      wrong.push_back("the county cannot read " + receipt.matter + ": " + fact.error().what);
    }
  }
  // Whatever was shown or not: one visit is one matter, wherever it lies.
  for (const Copy& copy : history.copies) {
    if (copy.role != "county" && copy.role != "kiosk") continue;
    std::map<std::string, MatterId> visits;
    for (const Event& event : copy.events) {
      if (event.type != "filed") continue;
      const auto fact = fact_of(event);
      if (!fact || std::get<Filed>(*fact).source_ref.empty()) continue;
      const std::string& request = std::get<Filed>(*fact).source_ref;
      const auto [same, first] = visits.emplace(request.substr(0, request.rfind("-f")), event.matter);
      if (!first && same->second != event.matter) wrong.push_back(copy.where + ": one visit was filed twice, as " + same->second + " and " + event.matter);
    }
  }
  return wrong;
}

Findings check_attachments(const History& history) {
  Findings wrong;
  const Copy* county = county_copy(history);
  if (county == nullptr) return {"there is no county"};
  for (const ReceiptSeen& receipt : history.seen.receipts) {
    if (receipt.spoken.empty() && !receipt.is_signed) continue;
    for (const Copy* copy : {copy_at(history, receipt.kiosk), county}) {
      if (copy == nullptr) continue;
      std::multiset<Digest> expected(receipt.spoken.begin(), receipt.spoken.end()), found;
      bool sign = false;
      // Who may open it looks inside: the discipline recipient an accusation, the county whatever else is sealed.
      const KeyPair& reader = receipt.sealed ? history.discipline : history.county_key;
      std::vector<Event> events;
      for (const Event& event : copy->events)
        if (event.matter == receipt.matter) events.push_back(event);
      // A kiosk lets its own texts go a week after the county signed for them.
      if (copy->role == "kiosk" && std::any_of(events.begin(), events.end(), [&](const Event& event) { return event.id.origin == copy->where && !event.body; })) continue;
      if (history.ordinary_sealed) events = open_matter(receipt.matter, events, reader).events;
      for (const Event& event : events) {
        const auto fact = fact_of(event);
        if (!fact) continue;
        sign |= std::holds_alternative<Signed>(*fact);
        const auto* attached = std::get_if<Attached>(&*fact);
        if (attached == nullptr) continue;
        const auto hash = digest_from_hex(attached->hash);
        const auto blob = hash ? copy->blobs.find(*hash) : copy->blobs.end();
        if (blob == copy->blobs.end()) {
          wrong.push_back(copy->where + " lacks an attachment of " + receipt.matter);
          continue;
        }
        if (!attached->sealed) {
          found.insert(hash_bytes(blob->second));
          continue;
        }
        const auto opened = open_attachment(blob->second, receipt.matter, reader);
        const auto inside = opened ? decode_stated(opened->about) : Result<Fact>(Error{});
        if (!inside) wrong.push_back(std::string(receipt.sealed ? "the discipline" : "the county's") + " key does not open an attachment of " + receipt.matter);
        else if (std::holds_alternative<Signed>(*inside)) sign = true;
        else found.insert(hash_bytes(opened->content));
      }
      if (found != expected) wrong.push_back(copy->where + " has other recordings of " + receipt.matter + " than were made");
      if (sign != receipt.is_signed) wrong.push_back(copy->where + (sign ? " has a signature nobody gave to " : " has lost the signature of ") + receipt.matter);
    }
  }
  return wrong;
}

Findings check_chains(const History& history) {
  Findings wrong;
  std::map<Origin, std::vector<Digest>> authors;
  for (const Copy& copy : history.copies)
    for (const Event& event : copy.events)
      if (event.id.origin == copy.where) authors[event.id.origin].push_back(event.hash);
  for (const Copy& copy : history.copies) {
    for (const Damage& damage : copy.damage)
      wrong.push_back(copy.where + " is damaged at " + damage.origin + " #" + std::to_string(damage.seq) + ": " + damage.what);
    std::map<Origin, std::uint64_t> heads;
    for (const Event& event : copy.events) {
      std::uint64_t& head = heads[event.id.origin];
      if (event.id.seq != head + 1) wrong.push_back(copy.where + " has a gap before " + name(event.id));
      head = event.id.seq;
      const auto author = authors.find(event.id.origin);
      if (author == authors.end()) continue;  // the county's streams: their author is the county itself, compared below
      if (event.id.seq > author->second.size()) {
        wrong.push_back(copy.where + " holds " + name(event.id) + ", which its author does not have");
      } else if (author->second[event.id.seq - 1] != event.hash) {
        wrong.push_back(copy.where + " holds another " + name(event.id) + " than its author");
      }
    }
  }
  if (const Copy* county = county_copy(history)) {
    std::map<EventId, Digest> stated;
    for (const Event& event : county->events) stated[event.id] = event.hash;
    for (const Copy& copy : history.copies)
      for (const Event& event : copy.events) {
        if (event.id.origin.find("-C.") == std::string::npos) continue;
        const auto its = stated.find(event.id);
        if (its == stated.end() || its->second != event.hash) wrong.push_back(copy.where + " holds another " + name(event.id) + " than the county");
      }
  }
  return wrong;
}

Findings check_calls(const History& history) {
  Findings wrong;
  for (const Copy& hall : history.copies) {
    if (hall.role != "hall") continue;
    std::map<std::string, QueueOp> last;            // ticket of a day → last operation
    std::map<std::string, std::pair<std::string, Origin>> by_request;
    std::map<std::string, int> requests;
    std::set<std::string> called;                   // of a scenario of one day: numbers are unique in it
    for (const Event& event : hall.events) {
      if (event.id.origin != hall.where || event.type != "queued") continue;
      const auto fact = fact_of(event);
      if (!fact) {
        wrong.push_back("unreadable queue operation " + name(event.id));
        continue;
      }
      const auto& queued = std::get<Queued>(*fact);
      if (!queued.request.empty() && ++requests[queued.request] > 1) wrong.push_back("one request stated twice: " + name(event.id));
      const std::string key = queued.ticket + "@" + (event.matter.empty() ? iso(hall_day(event.at)) : event.matter);
      const auto before = last.find(key);
      if (queued.op == QueueOp::Call) {
        if (before != last.end() && (before->second == QueueOp::Call || before->second == QueueOp::Recall || before->second == QueueOp::End || before->second == QueueOp::Resume))
          wrong.push_back("ticket " + queued.ticket + " was called twice: " + name(event.id));
        by_request[queued.request] = {queued.ticket, queued.desk};
        called.insert(queued.ticket);
      }
      last[key] = queued.op;
    }
    for (const CallSeen& call : history.seen.calls) {
      if (call.hall != hall.where) continue;
      const auto stated = by_request.find(call.request);
      if (stated == by_request.end() || stated->second != std::pair{call.ticket, call.desk})
        wrong.push_back(call.desk + " was told to serve " + call.ticket + ", but the hub never stated it");
    }
    if (!history.all_called) continue;
    for (const ReceiptSeen& receipt : history.seen.receipts) {
      if (receipt.hall != hall.where || receipt.ticket.empty()) continue;
      if (!called.contains(receipt.ticket)) wrong.push_back("ticket " + receipt.ticket + " was skipped");
    }
  }
  return wrong;
}

Findings check_statuses(const History& history) {
  Findings wrong;
  std::map<std::pair<std::string, MatterId>, MatterState> last;
  for (const StatusSeen& status : history.seen.statuses) {
    const auto [before, first] = last.emplace(std::pair{status.where, status.matter}, status.state);
    if (!first && status.state < before->second)
      wrong.push_back(status.where + " showed " + status.matter + " as " + std::string(word(before->second)) + ", then as " + std::string(word(status.state)));
    before->second = status.state;
  }
  return wrong;
}

Findings check_marks(const History& history) {
  Findings wrong;
  for (const MarkSeen& mark : history.seen.marks)
    if (mark.claimed > mark.stored)
      wrong.push_back(mark.by + " says " + mark.at + " has " + std::to_string(mark.claimed) + ", but it has " + std::to_string(mark.stored));
  return wrong;
}

namespace {

/// May this machine hold or be sent the readable words of an ordinary matter (docs/PROTOCOL.md, "Who may read which bodies")?
bool may_read(const Copy& copy, const ReceiptSeen& receipt, const Whereabouts& where) {
  if (copy.where == receipt.kiosk || copy.role == "county" || copy.where == receipt.hall) return true;
  const auto windows = where.windows.find(receipt.matter);
  const auto callers = where.callers.find(receipt.matter);
  const bool its_window = windows != where.windows.end() && std::any_of(copy.windows.begin(), copy.windows.end(), [&](const auto& w) { return windows->second.contains(w); });
  const bool its_call = callers != where.callers.end() && callers->second.contains(copy.where);
  return copy.hall == receipt.hall && (copy.role == "desk-reception" || (copy.role.rfind("desk-", 0) == 0 && (its_window || its_call)));
}

/// 请人帮我 hands a running visit to reception, through the hall hub's memory (PROTOCOL.md); never an accusation.
bool is_help(const Passage& passage) { return passage.call == "POST help" || passage.call == "GET help"; }

}  // namespace

Findings check_secrets(const History& history) {
  Findings wrong;
  const Whereabouts where = whereabouts(history);
  const Copy* county = county_copy(history);
  for (const Spilt& spilt : history.seen.spilt) wrong.push_back("somebody's words (" + spilt.marker + ") stand " + spilt.where);
  const auto passed = [&](const std::string& marker) {
    const auto found = history.seen.wire.find(marker);
    return found == history.seen.wire.end() ? std::set<Passage>{} : found->second;
  };
  const auto found_after_crash = [&](const std::string& marker) {
    const auto found = history.seen.crash_images.find(marker);
    return found == history.seen.crash_images.end() ? std::set<Origin>{} : found->second;
  };
  for (const ReceiptSeen& receipt : history.seen.receipts) {
    if (receipt.marker.empty()) continue;
    const bool hidden = receipt.sealed || history.ordinary_sealed;
    for (const Copy& copy : history.copies) {
      // A kiosk lets its own texts go a week after the county signed for them.
      if (copy.where == receipt.kiosk && std::any_of(copy.events.begin(), copy.events.end(), [&](const Event& event) { return event.matter == receipt.matter && event.id.origin == copy.where && !event.body; })) continue;
      const bool found = copy.markers.contains(receipt.marker);
      // Where every matter is sealed nothing in a log tells which of them is an accusation (XFTL 30).
      if (receipt.sealed && history.ordinary_sealed && std::any_of(copy.events.begin(), copy.events.end(), [&](const Event& event) { return event.matter == receipt.matter && event.body && event.body->find("SentToDiscipline") != std::string::npos; }))
        wrong.push_back("that " + receipt.matter + " is an accusation stands readable at " + copy.where);
      if (hidden) {
        if (found) wrong.push_back("the words of the sealed " + receipt.matter + " lie readable at " + copy.where);
        continue;
      }
      const bool keeps = copy.where == receipt.kiosk || copy.role == "county" || copy.where == receipt.hall;
      if (!found && keeps && !history.put_back.contains(copy.where)) wrong.push_back("the words of " + receipt.matter + " are missing at " + copy.where);
      if (found && !may_read(copy, receipt, where)) wrong.push_back("the words of " + receipt.matter + " lie at " + copy.where + ", which may not read them");
    }
    for (const Origin& disk : found_after_crash(receipt.marker)) {
      const Copy* copy = copy_at(history, disk);
      if (hidden || copy == nullptr || !may_read(*copy, receipt, where)) wrong.push_back("the words of " + receipt.matter + " lay readable at " + disk + " when its power had gone");
    }
    for (const Passage& passage : passed(receipt.marker)) {
      if (is_help(passage) && !receipt.sealed) continue;
      const Copy* from = copy_at(history, passage.from);
      const Copy* to = copy_at(history, passage.to);
      if (hidden || from == nullptr || to == nullptr || !may_read(*from, receipt, where) || !may_read(*to, receipt, where))
        wrong.push_back("the words of " + receipt.matter + " went readable from " + passage.from + " to " + passage.to + " (" + passage.call + ")");
    }
    if (!hidden || county == nullptr) continue;
    for (const Event* event : filings(*county, receipt.matter)) {
      const auto fact = fact_of(*event);
      if (!fact) continue;
      const auto opens = [&](const KeyPair& key) {
        const auto opened = open_any(std::get<Filed>(*fact).sealed, receipt.matter, key);
        return opened && (!receipt.written || opened->find(receipt.marker) != std::string::npos);
      };
      if (!opens(receipt.sealed ? history.discipline : history.county_key)) wrong.push_back(std::string(receipt.sealed ? "the discipline" : "the county's") + " key does not open " + receipt.matter);
      const auto hall = history.hall_keys.find(receipt.hall);
      if (!receipt.sealed && hall != history.hall_keys.end() && !opens(hall->second)) wrong.push_back("the hall's key does not open " + receipt.matter);
    }
  }
  // What was typed and never handed in is nowhere, but for the helper who was called.
  for (const Unsaid& unsaid : history.seen.unsaid) {
    for (const Copy& copy : history.copies)
      if (copy.markers.contains(unsaid.marker)) wrong.push_back("what somebody at " + unsaid.kiosk + " never handed in lies at " + copy.where);
    for (const Origin& disk : found_after_crash(unsaid.marker)) wrong.push_back("what somebody at " + unsaid.kiosk + " never handed in lay on " + disk + " when its power had gone");
    for (const Passage& passage : passed(unsaid.marker))
      if (!is_help(passage) || unsaid.accusation) wrong.push_back("what somebody at " + unsaid.kiosk + " never handed in went from " + passage.from + " to " + passage.to + " (" + passage.call + ")");
  }
  return wrong;
}

Findings check_order(const History& history) {
  Findings wrong;
  struct Place {
    std::string number;
    WindowCode window;
    bool first = false;  ///< has priority
    Time issued{};
    TicketState state = TicketState::Waiting;
  };
  for (const Copy& hall : history.copies) {
    if (hall.role != "hall") continue;
    std::map<EventId, const Event*> events;
    for (const Event& event : hall.events) events[event.id] = &event;
    std::map<Origin, std::vector<WindowCode>> served;
    for (const Copy& desk : history.copies) served[desk.where] = desk.windows;
    std::map<MatterId, Place> queue;
    for (const EventId& id : hall.arrivals) {
      const auto found = events.find(id);
      if (found == events.end()) continue;
      const Event& event = *found->second;
      if (event.type != "ticket_issued" && event.type != "queued") continue;
      const auto fact = fact_of(event);
      if (!fact) continue;
      if (const auto* issued = std::get_if<TicketIssued>(&*fact)) {
        queue.emplace(event.matter, Place{issued->ticket, issued->window, issued->priority != Priority::Normal, event.at, TicketState::Waiting});
        continue;
      }
      const auto& queued = std::get<Queued>(*fact);
      const auto mine = queue.find(event.matter);
      if (mine == queue.end()) continue;
      Place& place = mine->second;
      switch (queued.op) {
        case QueueOp::Call: {
          const auto before = [](const Place& a, const Place& b) { return std::tuple(!a.first, a.issued, a.number) < std::tuple(!b.first, b.issued, b.number); };
          const auto& windows = served[queued.desk];
          // Who asks for one certain number, missed or on hold, asks out of turn, and says so.
          for (const auto& [matter, other] : queue) {
            if (history.seen.named_calls.contains(queued.request) || other.state != TicketState::Waiting || matter == event.matter) continue;
            if (hall_day(other.issued) != hall_day(place.issued) || !before(other, place)) continue;
            if (std::find(windows.begin(), windows.end(), other.window) == windows.end()) continue;
            wrong.push_back(place.number + " was called before " + other.number + ", who waited longer: " + name(event.id));
          }
          place.state = TicketState::Called;
          break;
        }
        case QueueOp::Missed: place.state = TicketState::Missed; break;
        case QueueOp::Hold: place.state = TicketState::OnHold; break;
        case QueueOp::Resume: place.state = TicketState::Waiting; break;
        case QueueOp::Move:
          place.state = TicketState::Waiting;
          place.window = queued.to_window;
          break;
        case QueueOp::End: place.state = TicketState::Ended; break;
        case QueueOp::Recall: break;
      }
    }
  }
  return wrong;
}

Findings check_equal(const History& history) {
  Findings wrong;
  const Copy* county = county_copy(history);
  if (county == nullptr) return {"there is no county"};
  const auto log_of = [](const Copy& copy, const Origin& origin) {
    std::vector<Digest> hashes;
    for (const Event& event : copy.events)
      if (event.id.origin == origin) hashes.push_back(event.hash);
    return hashes;
  };
  for (const Copy& author : history.copies) {
    if (author.role == "county" || history.put_back.contains(author.where)) continue;
    const auto own = log_of(author, author.where);
    for (const Copy* other : {copy_at(history, author.hall), county})
      if (other != nullptr && log_of(*other, author.where) != own)
        wrong.push_back(other->where + " holds " + std::to_string(log_of(*other, author.where).size()) + " of the " + std::to_string(own.size()) + " events of " + author.where + ", or others");
  }
  return wrong;
}

Findings check_keys(const History& history) {
  Findings wrong;
  const Copy* county = county_copy(history);
  if (county == nullptr) return {"there is no county"};
  std::map<Origin, KeyPair> keys = history.hall_keys;
  keys["the county"] = history.county_key;
  std::set<MatterId> accusations;
  for (const ReceiptSeen& receipt : history.seen.receipts)
    if (receipt.sealed) accusations.insert(receipt.matter);
  for (const Event& event : county->events) {
    if (!accusations.contains(event.matter)) continue;
    const auto fact = fact_of(event);
    if (!fact) continue;
    for (const auto& [whose, key] : keys) {
      if (const auto* filed = std::get_if<Filed>(&*fact); filed != nullptr && open_any(filed->sealed, event.matter, key)) wrong.push_back("the key of " + whose + " opens " + event.matter);
      const auto* attached = std::get_if<Attached>(&*fact);
      const auto hash = attached != nullptr ? digest_from_hex(attached->hash) : Result<Digest>(Error{});
      const auto blob = hash ? county->blobs.find(*hash) : county->blobs.end();
      if (blob != county->blobs.end() && open_attachment(blob->second, event.matter, key)) wrong.push_back("the key of " + whose + " opens an attachment of " + event.matter);
    }
  }
  return wrong;
}

Findings check_revoked(const History& history) {
  Findings wrong;
  for (const RevokedSeen& seen : history.seen.revoked)
    if (seen.after != seen.before)
      wrong.push_back(seen.hub + " took " + std::to_string(seen.after - seen.before) + " events of " + seen.device + " while its key was refused");
  return wrong;
}

Findings check_quiet(const History& history) {
  if (!history.quiet) return {"not everything arrived after the faults stopped: " + history.stuck};
  return {};
}

const std::vector<Checker>& checkers() {
  static const std::vector<Checker> all{
      {"quiet", check_quiet}, {"receipts", check_receipts}, {"attachments", check_attachments}, {"chains", check_chains}, {"calls", check_calls}, {"order", check_order},
      {"equal", check_equal}, {"statuses", check_statuses}, {"marks", check_marks},             {"secrets", check_secrets}, {"keys", check_keys}, {"revoked", check_revoked}};
  return all;
}

Findings check_all(const History& history) {
  Findings wrong = history.seen.broken;
  for (const Checker& checker : checkers())
    for (const std::string& finding : checker.check(history)) wrong.push_back(std::string(checker.name) + ": " + finding);
  return wrong;
}

}  // namespace yizhan::sim
