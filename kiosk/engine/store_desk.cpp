// The desk's side of the store: the queue through the hub, the open matter with its texts, earlier visits.
#include <algorithm>
#include <random>
#include <utility>

#include "core/number.h"
#include "core/opening.h"
#include "core/seal.h"
#include "core/text.h"
#include "core/tr.h"
#include "kiosk/engine/store.h"

namespace yizhan::kiosk {
namespace {

constexpr Span queue_patience{4'000};
constexpr Span viewed_again{600'000};      // one look, one fact
constexpr std::size_t earlier_max = 20;
constexpr std::size_t index_chunk = 200;

bool waits_for(const Ticket& ticket, const std::vector<WindowCode>& windows) {
  return std::find(windows.begin(), windows.end(), ticket.window) != windows.end();
}

}  // namespace

// ---- the queue ------------------------------------------------------------------------------------------------------------

void Store::on(const QueueCommand& command) {
  sync::QueueAsk ask = command.ask;
  ask.desk = config_.origin;
  if (ask.place.empty()) ask.place = config_.place;
  if (ask.windows.empty()) ask.windows = config_.windows;
  if (queue_under_way_.contains(ask.request)) return;  // pressed again while the first answer is on its way
  if (now_.answer_request == ask.request && now_.answer) return changed();
  now_.answer.reset();
  now_.answer_error.reset();
  now_.answer_request.clear();
  changed();
  if (ask.op == QueueOp::Move) {
    // Why it is moved is for the desk that opens it there, not for the hub that serialises the call nor for the board.
    const auto ticket = std::find_if(now_.tickets.begin(), now_.tickets.end(), [&](const Ticket& known) { return known.number == ask.ticket; });
    auto reason = close_words(ask.reason, sealer_.get(), {ticket == now_.tickets.end() ? MatterId{} : ticket->matter, wall()});
    if (!reason) {
      now_.answer_request = ask.request;
      now_.answer_error = reason.error();
      return;
    }
    ask.reason = std::move(*reason);
  }
  if (!enrolled()) return queue_offline(ask, Error{Code::Unavailable, "queue: no hub"});
  queue_under_way_.insert(ask.request);
  // The hub serialises calls, so it is asked first, always; a list of our own is only for the time it is away.
  call_hub("POST", "/v1/queue", sync::to_json(ask), queue_patience, [this, ask](const Result<std::string>& body) {
    queue_under_way_.erase(ask.request);
    const auto answer = body ? sync::queue_answer_from_json(*body) : Result<sync::QueueAnswer>(body.error());
    if (!answer && answer.error().code == Code::Unavailable) return queue_offline(ask, answer.error());
    now_.answer_request = ask.request;
    if (answer) now_.answer = *answer;
    else now_.answer_error = answer.error();
    wanted_.nudge = true;  // the hub answered: whatever the sync client thinks, now is a good moment
    changed();
  });
}

void Store::queue_offline(const sync::QueueAsk& ask, const Error& why) {
  const auto answer = [&](Result<sync::QueueAnswer> result) {
    now_.answer_request = ask.request;
    if (result) now_.answer = *result;
    else now_.answer_error = result.error();
    changed();
  };
  // Without the hub a desk works only its own windows' list; on a double call the earlier wins and the notes stay (sync.md).
  const Ticket* ticket = nullptr;
  for (const auto& known : now_.tickets) {
    if (ask.ticket.empty() ? ask.op == QueueOp::Call && known.state == TicketState::Waiting && waits_for(known, ask.windows) && waits_for(known, config_.windows)
                           : known.number == ask.ticket) {
      ticket = &known;
      break;
    }
  }
  if (ticket == nullptr) {
    if (ask.op == QueueOp::Call && ask.ticket.empty()) return answer(sync::QueueAnswer{"", "", tr("没有人等候（断网）")});
    return answer(Error{why.code, "queue: not in this desk's list, and " + why.what});
  }
  const bool here = ticket->desk == config_.origin;
  bool lawful = false;
  switch (ask.op) {
    case QueueOp::Call: lawful = ticket->state != TicketState::Called || here; break;
    case QueueOp::Recall:
    case QueueOp::Missed: lawful = ticket->state == TicketState::Called && here; break;
    case QueueOp::Hold:
    case QueueOp::Move:
    case QueueOp::End: lawful = ticket->state != TicketState::Called || here; break;
    case QueueOp::Resume: lawful = ticket->state == TicketState::OnHold || ticket->state == TicketState::Missed; break;
  }
  if (!lawful) return answer(Error{Code::Conflict, "queue: the ticket is called elsewhere or not called"});
  const Queued fact{ask.op, ticket->number, config_.origin, ask.place, ask.to_window, ask.reason, ask.request, true};
  const sync::QueueAnswer done{ticket->number, ticket->sealed ? MatterId{} : ticket->matter, tr("断网，已记在本机")};
  const MatterId matter = ticket->matter;
  if (const auto stated = state_facts(matter, {Fact{fact}}); !stated) return answer(stated.error());
  answer(done);
}

void Store::refresh_tickets() {
  if (!is_desk()) return;
  std::vector<Ticket> mine;
  int served = 0;
  std::int64_t minutes = 0;
  for (auto& ticket : hall_.tickets(today_)) {
    const bool ours = waits_for(ticket, config_.windows), here = ticket.desk == config_.origin;
    if (ticket.state == TicketState::Ended) {
      if (!here) continue;
      ++served;
      const auto events = hall_.events().find(ticket.matter);
      Time ended{};
      if (events != hall_.events().end())
        for (const auto& event : events->second)
          if (event.type == "queued") ended = std::max(ended, event.at);
      if (ended > ticket.called) minutes += (ended - ticket.called).count() / 60'000;
      continue;
    }
    if (ours || (here && ticket.state != TicketState::Waiting)) mine.push_back(std::move(ticket));
  }
  now_.tickets = std::move(mine);
  now_.served_today = served;
  now_.minutes_average = served > 0 ? static_cast<int>(minutes / served) : 0;
  // The statement is read before the person is called, so it is here before (need.md 4.5).
  for (auto& ticket : now_.tickets) {
    ticket.sealed = ticket.sealed || withheld_.contains(ticket.matter);
    if (!ticket.sealed && !ticket.matter.empty() && may_fetch(ticket)) fetch_bodies(ticket.matter, ticket.window);
  }
}

void Store::fetch_bodies(const MatterId& matter, const WindowCode& window) {
  if (!enrolled()) return;
  const auto events = log_->of_matter(matter);
  if (!events) return;
  // By its own (origin, seq) and not by /v1/matter: that call means somebody looked, and nobody does.
  for (const auto& event : *events) {
    if (event.body || (event.type != "filed" && event.type != "routed")) continue;
    // What was not for us is asked for again when the ticket came to another window, not at every turn.
    if (const auto asked = asked_.find(event.id); asked != asked_.end() && asked->second == window) continue;
    asked_[event.id] = window;
    call_hub("GET", "/v1/log/" + event.id.origin + "?after=" + std::to_string(event.id.seq - 1) + "&limit=1", {}, Span{10'000},
             [this, id = event.id, matter](const Result<std::string>& body) {
               const auto lines = body ? sync::events_from_lines(*body) : Result<std::vector<Event>>(body.error());
               if (!lines || lines->empty()) {
                 asked_.erase(id);  // the line is down: with the next news
                 return;
               }
               if (!lines->front().body) {
                 // The ticket is ours and its text is not: the hub hands out no sealed matter (XFTL 30).
                 if (lines->front().type == "filed") withheld_.insert(matter);
               } else {
                 if (const auto filled = log_->fill(*lines); !filled) {
                   broken(filled.error());
                   return;
                 }
                 withheld_.erase(matter);
                 for (const auto& full : *lines) take(full);
               }
               refresh_tickets();
               if (open_ == matter) refresh_open();
               changed();
             });
  }
}

// ---- the open matter --------------------------------------------------------------------------------------------------------

void Store::on(const OpenMatter& command) {
  open_ = command.matter;
  looked_ = fetching_ = false;
  inside_.clear();
  ++opening_;
  coming_.clear();
  now_.attachments.clear();
  if (now_.replaced) on(ForgetCode{});
  now_.open.reset();
  now_.earlier.clear();
  changed();
  if (open_.empty()) return;
  if (now_.staff.needed && !keyring_) return open_.clear();  // locked: nobody is here to read it
  const std::string who = keyring_ ? keyring_->staff : command.staff, as = keyring_ ? keyring_->role : config_.role;
  const auto view = [this, command, who, as] {
    if (open_ != command.matter) return;
    refresh_open();
    // What cannot be read, nobody has looked at (XFTL 30).
    if (!now_.open || now_.open->sealed || (!now_.open->petition && !(now_.open->closed && opens()))) return;
    auto& seen = viewed_[{command.matter, who}];
    if (seen == Time{} || wall() - seen >= viewed_again || wall() < seen) {
      // need.md 4.10: the citizen may ask who looked. That is on disk before the envelope is opened (trust.md I7); a full disk shows in
      // `failed`, and neither text nor recording is opened.
      if (const auto stated = state_facts(command.matter, {Fact{Viewed{who, as}}}); !stated) return;
      seen = wall();
    }
    looked_ = true;
    refresh_open();
  };
  const auto events = log_->of_matter(open_);
  if (!events) {
    broken(events.error());
    return;
  }
  const bool whole = !events->empty() && std::all_of(events->begin(), events->end(), [](const Event& e) { return e.body.has_value(); });
  if (whole || !enrolled()) return view();
  if (std::any_of(events->begin(), events->end(), [](const Event& e) { return e.type == "filed" && e.body; })) view();
  call_hub("GET", "/v1/matter/" + open_, {}, Span{8'000}, [this, command, view](const Result<std::string>& body) {
    const auto lines = body ? sync::events_from_lines(*body) : Result<std::vector<Event>>(body.error());
    if (lines) {
      if (const auto filled = log_->fill(*lines); !filled) broken(filled.error());
      for (const auto& event : *lines) take(event);
    } else if (open_ == command.matter) {
      now_.answer_error = lines.error();
      changed();
    }
    view();
  });
}

void Store::refresh_open() {
  if (open_.empty()) return;
  const auto events = log_->of_matter(open_);
  if (!events || events->empty()) return;
  if (looked_ && opens()) {
    const auto signers = [this](const Origin& origin) -> std::vector<std::string> {
      for (const sync::Device& device : devices_) {
        if (device.origin != device_of(origin)) continue;
        auto keys = device.former;  // what was filed before a device was enrolled anew is still its own
        keys.insert(keys.begin(), device.public_hex);
        return keys;
      }
      return {};
    };
    Opening opening = open_matter(open_, *events, keyring_->hall, signers);
    now_.open = fold(open_, opening.events);
    now_.open->sealed = now_.open->sealed || opening.refused;
    for (std::string& doubt : opening.doubts) now_.open->conflicts.push_back(std::move(doubt));
    for (Attachment& attachment : now_.open->attachments)
      if (const auto inside = inside_.find(attachment.what.hash); inside != inside_.end()) attachment.what = inside->second;
  } else {
    now_.open = fold(open_, *events);
  }
  now_.open->sealed = now_.open->sealed || withheld_.contains(open_);
  now_.earlier = earlier_of(*now_.open);
  if (now_.open->petition) remember_person(open_, *now_.open->petition);
  open_attachments();
  changed();
}

// ---- its attachments ----------------------------------------------------------------------------------------------------------

void Store::open_attachments() {
  if (!looked_ || !now_.open || now_.open->sealed || !now_.open->petition) return;
  for (const Attachment& attachment : now_.open->attachments) {
    const Attached& what = attachment.what;
    if ((what.sealed && !opens()) || what.bytes < 1 || what.bytes > static_cast<std::int64_t>(blob_bytes_max)) continue;
    if (!now_.attachments.emplace(what.hash, OpenedBytes{}).second) continue;
    coming_.push_back({what.hash, static_cast<std::uint64_t>(what.bytes), {}});
  }
  next_attachment();
}

/// What a sealed attachment is stands inside it, beside its bytes.
OpenedBytes Store::open_sealed(const Attached& outside, std::vector<std::byte> sealed) {
  OpenedBytes done{nullptr, "damaged"};
  if (!opens()) return {nullptr, "away"};
  auto opened = open_attachment({reinterpret_cast<const char*>(sealed.data()), sealed.size()}, open_, keyring_->hall);
  const auto about = opened ? decode_stated(opened->about) : Result<Fact>(opened.error());
  const auto* inside = about ? std::get_if<Attached>(&*about) : nullptr;
  if (inside == nullptr) return done;
  Attached known = *inside;
  known.hash = outside.hash;  // by this it is asked for, and a transcript names it
  inside_[outside.hash] = known;
  for (Attachment& attachment : now_.open->attachments)
    if (attachment.what.hash == known.hash) attachment.what = known;
  const auto* bytes = reinterpret_cast<const std::byte*>(opened->content.data());
  done.bytes = std::make_shared<const std::vector<std::byte>>(bytes, bytes + opened->content.size());
  done.trouble.clear();
  return done;
}

void Store::retry_attachments() {
  if (!looked_ || !now_.open) return;
  for (const Attachment& attachment : now_.open->attachments) {
    const auto known = now_.attachments.find(attachment.what.hash);
    if (known == now_.attachments.end() || (known->second.trouble != "away" && known->second.trouble != "later")) continue;
    known->second.trouble.clear();
    coming_.push_back({attachment.what.hash, static_cast<std::uint64_t>(attachment.what.bytes), {}});
  }
  next_attachment();
}

void Store::attachment_ended(const std::string& hash, OpenedBytes outcome) {
  now_.attachments[hash] = std::move(outcome);
  coming_.pop_front();
  fetching_ = false;
  changed();
  next_attachment();
}

void Store::next_attachment() {
  if (fetching_ || coming_.empty()) return;
  fetching_ = true;
  Coming& coming = coming_.front();
  const auto hash = digest_from_hex(coming.hash);
  if (!hash) return attachment_ended(std::string(coming.hash), {nullptr, "damaged"});
  // One that was filed at this desk lies here.
  if (const auto own = log_->blob(*hash); own && own->whole()) {
    while (coming.got.size() < coming.bytes) {
      const auto part = log_->blob_bytes(*hash, coming.got.size());
      if (!part || part->empty()) break;
      const auto* bytes = reinterpret_cast<const std::byte*>(part->data());
      coming.got.insert(coming.got.end(), bytes, bytes + part->size());
    }
  }
  if (coming.got.size() == coming.bytes) {
    const bool sound = hash_bytes({reinterpret_cast<const char*>(coming.got.data()), coming.got.size()}) == *hash;
    OpenedBytes done;
    const Attached* closed = nullptr;
    if (now_.open)
      for (const Attachment& attachment : now_.open->attachments)
        if (attachment.what.hash == coming.hash && attachment.what.sealed) closed = &attachment.what;
    if (sound && closed != nullptr) done = open_sealed(*closed, std::exchange(coming.got, {}));
    else if (sound) done.bytes = std::make_shared<const std::vector<std::byte>>(std::move(coming.got));
    else done.trouble = "damaged";
    return attachment_ended(std::string(coming.hash), std::move(done));
  }
  if (!enrolled()) return attachment_ended(std::string(coming.hash), {nullptr, "away"});
  // The same right as to the text, and the hub states the look too. A piece at a time: the queue's own calls go between.
  call_hub("GET", "/v1/blob/" + coming.hash + "?off=" + std::to_string(coming.got.size()), {}, Span{15'000},
           [this, opening = opening_, name = coming.hash](const Result<std::string>& body) {
             if (opening != opening_ || coming_.empty() || coming_.front().hash != name) return;
             Coming& mine = coming_.front();
             if (!body) return attachment_ended(name, {nullptr, body.error().code == Code::NotFound ? "later" : body.error().code == Code::Unavailable ? "away" : "damaged"});
             if (body->empty() || body->size() > mine.bytes - mine.got.size()) return attachment_ended(name, {nullptr, "damaged"});
             const auto* bytes = reinterpret_cast<const std::byte*>(body->data());
             mine.got.insert(mine.got.end(), bytes, bytes + body->size());
             fetching_ = false;
             next_attachment();
           });
}

void Store::on(const StateFact& command) {
  if (!command.request.empty() && (now_.stated_request == command.request || settled(command.request) != nullptr)) {
    now_.stated_request = command.request;
    return changed();
  }
  const auto stated = state_facts(command.matter, {command.fact});
  if (!stated) {
    now_.outcome = Outcome{command.request, {}, {}, stated.error()};
    return changed();
  }
  settled_.push_back({command.request, {}, {}, {}});
  if (settled_.size() > 32) settled_.pop_front();
  now_.stated_request = command.request;
  if (open_ == command.matter) refresh_open();
  changed();
}

void Store::on(const TakeHelp& command) {
  if (!enrolled()) return;
  sync::HelpCall take;
  take.id = command.id;
  take.taken_by = config_.origin;
  call_hub("POST", "/v1/help/" + command.id, sync::to_json(take), Span{5'000}, [this](const Result<std::string>&) {
    // Whether it is ours now or another desk was first, the list says it.
    refresh_help();
  });
}

// ---- earlier visits -----------------------------------------------------------------------------------------------------------

void Store::remember_person(const MatterId& matter, const Petition& petition) {
  if (petition.petitioner.number.empty()) return;
  if (person_key_.empty()) person_key_ = random_id();
  const Digest digest = hash_bytes(person_key_ + petition.petitioner.number);
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < 8; ++i) key = key << 8 | digest[i];
  auto& matters = persons_[key];
  if (std::find(matters.begin(), matters.end(), matter) == matters.end()) matters.push_back(matter);
}

bool Store::index_some() {
  if (indexed_) return false;
  const auto events = log_->arrived_after(index_cursor_, index_chunk);
  if (!events || events->empty()) {
    indexed_ = true;
    return false;
  }
  for (const auto& event : *events) {
    if (event.type != "filed" || !event.body) continue;
    const auto fact = fact_of(event);
    const auto* filed = fact ? std::get_if<Filed>(&*fact) : nullptr;
    if (filed != nullptr && filed->petition) remember_person(event.matter, *filed->petition);
  }
  return true;
}

std::vector<Matter> Store::earlier_of(const Matter& matter) {
  std::vector<Matter> earlier;
  if (!matter.petition || matter.petition->petitioner.number.empty() || person_key_.empty()) return earlier;
  const Digest digest = hash_bytes(person_key_ + matter.petition->petitioner.number);
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < 8; ++i) key = key << 8 | digest[i];
  const auto found = persons_.find(key);
  if (found == persons_.end()) return earlier;
  for (auto id = found->second.rbegin(); id != found->second.rend() && earlier.size() < earlier_max; ++id) {
    if (*id == matter.id) continue;
    if (const auto events = log_->of_matter(*id)) earlier.push_back(fold(*id, *events));
  }
  std::sort(earlier.begin(), earlier.end(), [](const Matter& a, const Matter& b) { return a.filed_at > b.filed_at; });
  return earlier;
}

}  // namespace yizhan::kiosk
