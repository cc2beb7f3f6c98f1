// What a run leaves for the checkers: what has not arrived, every machine's log read back, who may read what.
#include "tests/sim/world.h"

#include <algorithm>

#include "tests/sim/markers.h"
#include "tests/sim/nodes.h"

namespace yizhan::sim {

std::string World::stuck() {
  const auto whole = [&](Node& node, sync::Client* client) -> std::string {
    if (node.gone() || client == nullptr) return node.origin + " is down";
    if (seen_put_back.contains(node.origin)) return {};  // its own log waits for a new epoch
    const auto& state = client->state();
    const auto head = node.log()->head(node.origin);
    if (!head) return node.origin + " cannot read its log: " + head.error().what;
    if (state.stopped) return node.origin + " has stopped: " + state.stopped->what;
    const auto mark = state.marks.find(node.origin);
    if (head->seq == 0 || (mark != state.marks.end() && mark->second.county == head->seq)) return {};
    return node.origin + " holds " + std::to_string(head->seq) + ", the hub " + std::to_string(mark == state.marks.end() ? 0 : mark->second.hub) + ", the county " +
           std::to_string(mark == state.marks.end() ? 0 : mark->second.county) + " of it; " + state.trouble;
  };
  if (county->gone()) return "the county is down";
  const auto carried = [](Node& node) -> std::string {
    if (node.gone()) return node.origin + " is down";
    const auto here = node.log()->blobs_count(Reach::Here).value_or(1), at_hub = node.log()->blobs_count(Reach::Hub).value_or(1);
    return here + at_hub == 0 ? std::string() : node.origin + " has " + std::to_string(here) + " attachments nobody else has and " + std::to_string(at_hub) + " the county has not confirmed";
  };
  const auto line_of = [](const auto& kiosk) {
    if (!kiosk->line.client) return std::string("; it has no line");
    const auto& state = kiosk->line.client->state();
    return "; its line: " + (state.stopped ? "stopped, " + state.stopped->what : state.trouble.empty() ? std::string("well") : state.trouble);
  };
  for (auto& kiosk : kiosks)
    if (auto why = seen_put_back.contains(kiosk->origin) ? std::string() : carried(*kiosk); !why.empty()) return why + line_of(kiosk);
  for (auto& hall : halls)
    if (auto why = carried(*hall); !why.empty()) return why;
  for (auto& kiosk : kiosks)
    if (auto why = whole(*kiosk, kiosk->line.client.get()); !why.empty()) return why;
  for (auto& desk : desks)
    if (auto why = whole(*desk, desk->line.client.get()); !why.empty()) return why;
  for (std::size_t h = 0; h < halls.size(); ++h) {
    if (auto why = whole(*halls[h], hall_lines[h]->client.get()); !why.empty()) return why;
    for (const std::string& stream : {stream_of(*county, *halls[h]), sealed_stream_of(*county, *halls[h])}) {
      const auto stated = county->log()->head(stream);
      if (!stated) return "the county cannot read " + stream;
      const auto here = halls[h]->log()->head(stream);
      if (!here || here->seq != stated->seq) return halls[h]->origin + " lacks what the county said in " + stream;
      for (auto& kiosk : kiosks) {
        if (&kiosk->line.hub() != halls[h].get() || stream != sealed_stream_of(*county, *halls[h])) continue;
        const auto there = kiosk->log()->head(stream);
        if (!there || there->seq != stated->seq) return kiosk->origin + " lacks what the county said in " + stream;
      }
    }
  }
  return {};
}

Copy World::copy_of(Node& node) {
  Copy copy;
  copy.where = node.origin;
  EventLog* log = node.log();
  if (log == nullptr) {
    copy.damage.push_back({node.origin, 0, "it is down at the end"});
    return copy;
  }
  const auto heads = log->heads();
  if (!heads) {
    copy.damage.push_back({node.origin, 0, heads.error().what});
    return copy;
  }
  for (const Head& head : *heads) {
    std::uint64_t at_seq = 0;
    while (at_seq < head.seq) {
      const auto some = log->after(head.origin, at_seq, 500);
      if (!some || some->empty()) {
        copy.damage.push_back({head.origin, at_seq, "cannot be read up to its head"});
        break;
      }
      copy.events.insert(copy.events.end(), some->begin(), some->end());
      at_seq = some->back().id.seq;
    }
  }
  if (const auto damage = log->verify()) copy.damage.insert(copy.damage.end(), damage->begin(), damage->end());
  else copy.damage.push_back({node.origin, 0, damage.error().what});
  for (const Damage& damage : copy.damage) heard("in a finding of verify", damage.what);
  for (const auto& [name, content] : node.disk.image()) copy.markers.merge(find_markers(content, true));
  for (const Event& event : copy.events) {
    if (event.type != "attached") continue;
    const auto fact = fact_of(event);
    const auto* attached = fact ? std::get_if<Attached>(&*fact) : nullptr;
    const auto hash = attached != nullptr ? digest_from_hex(attached->hash) : Result<Digest>(Error{});
    const auto blob = hash ? log->blob(*hash) : Result<Blob>(Error{});
    if (!blob || !blob->whole()) continue;
    std::string& content = copy.blobs[*hash];
    content.clear();
    while (content.size() < blob->bytes) {
      const auto part = log->blob_bytes(*hash, content.size());
      if (!part || part->empty()) break;
      content += *part;
    }
  }
  return copy;
}

History World::history() {
  History all;
  all.quiet = drained_in_time;
  if (!drained_in_time) all.stuck = stuck();
  all.all_called = plan.everybody_called;
  all.discipline = discipline;
  all.county_key = county_key;
  all.ordinary_sealed = plan.sealed;
  for (auto& hall : halls) all.hall_keys[hall->origin] = hall->box_key;
  for (auto& kiosk : kiosks) {
    Copy copy = copy_of(*kiosk);
    copy.role = "kiosk";
    copy.hall = kiosk->line.hub().origin;
    all.copies.push_back(std::move(copy));
  }
  for (auto& desk : desks) {
    Copy copy = copy_of(*desk);
    copy.role = desk->role;
    copy.windows = desk->windows;
    copy.hall = desk->line.hub().origin;
    all.copies.push_back(std::move(copy));
  }
  for (auto& hall : halls) {
    Copy copy = copy_of(*hall);
    copy.role = "hall";
    copy.hall = hall->origin;
    std::int64_t cursor = 0;
    for (EventLog* log = hall->log(); log != nullptr;) {
      const auto some = log->arrived_after(cursor, 500);
      if (!some || some->empty()) break;
      for (const Event& event : *some) copy.arrivals.push_back(event.id);
    }
    all.copies.push_back(std::move(copy));
  }
  Copy top = copy_of(*county);
  top.role = "county";
  all.copies.push_back(std::move(top));
  all.put_back = seen_put_back;
  all.seen = seen;
  return all;
}

}  // namespace yizhan::sim
