#include "tests/sim/checks.h"

#include <algorithm>
#include <set>

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
      for (const Event& event : copy->events) {
        if (event.matter != receipt.matter) continue;
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
        const auto opened = open_attachment(blob->second, receipt.matter, history.discipline);
        const auto inside = opened ? decode_stated(opened->about) : Result<Fact>(Error{});
        if (!inside) wrong.push_back("the discipline key does not open an attachment of " + receipt.matter);
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

Findings check_secrets(const History& history) {
  Findings wrong;
  const Whereabouts where = whereabouts(history);
  const Copy* county = county_copy(history);
  for (const ReceiptSeen& receipt : history.seen.receipts) {
    if (receipt.marker.empty()) continue;
    for (const Copy& copy : history.copies) {
      const bool found = copy.bytes.find(receipt.marker) != std::string::npos;
      if (receipt.sealed) {
        if (found) wrong.push_back("the words of the sealed " + receipt.matter + " lie readable at " + copy.where);
        continue;
      }
      const bool author = copy.where == receipt.kiosk;
      const bool relay = copy.role == "county" || copy.where == receipt.hall;
      if (!found && (author || relay)) wrong.push_back("the words of " + receipt.matter + " are missing at " + copy.where);
      if (!found || author || relay) continue;
      const auto windows = where.windows.find(receipt.matter);
      const auto callers = where.callers.find(receipt.matter);
      const bool its_window = windows != where.windows.end() && std::any_of(copy.windows.begin(), copy.windows.end(), [&](const auto& w) { return windows->second.contains(w); });
      const bool its_call = callers != where.callers.end() && callers->second.contains(copy.where);
      const bool may = copy.hall == receipt.hall && (copy.role == "desk-reception" || (copy.role.rfind("desk-", 0) == 0 && (its_window || its_call)));
      if (!may) wrong.push_back("the words of " + receipt.matter + " lie at " + copy.where + ", which may not read them");
    }
    if (receipt.sealed && county != nullptr) {
      for (const Event* event : filings(*county, receipt.matter)) {
        const auto fact = fact_of(*event);
        if (!fact) continue;
        const auto opened = unseal(std::get<Filed>(*fact).sealed, receipt.matter, history.discipline);
        if (!opened || opened->find(receipt.marker) == std::string::npos) wrong.push_back("the discipline key does not open " + receipt.matter);
      }
    }
  }
  return wrong;
}

Findings check_quiet(const History& history) {
  if (!history.quiet) return {"not everything arrived after the faults stopped"};
  return {};
}

Findings check_all(const History& history) {
  Findings wrong = history.seen.broken;
  for (const auto& check : {check_quiet, check_receipts, check_attachments, check_chains, check_calls, check_statuses, check_marks, check_secrets}) {
    const Findings more = check(history);
    wrong.insert(wrong.end(), more.begin(), more.end());
  }
  return wrong;
}

}  // namespace yizhan::sim
