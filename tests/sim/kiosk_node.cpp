// A kiosk of the simulated town, and the person in front of it.
#include "tests/sim/nodes.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "kiosk/engine/pulls.h"
#include "tests/sim/markers.h"

namespace yizhan::sim {
namespace {

constexpr Span store_pause{4};     ///< until the store's thread has a command
constexpr Span frame_pause{40};    ///< until the news are on the screen
constexpr Span idle_look{10'000};  ///< how often the window looks at the clock while somebody is there

Petition petition_about(const std::string& topic, MatterKind kind, const std::string& marker, Dice& dice) {
  Petition petition;
  petition.kind = kind;
  petition.topic = topic;
  petition.petitioner.name = "王小满";
  petition.statement.request = "请依法处理。" + marker;
  petition.statement.facts = "事情发生在幸福路，编号" + std::to_string(dice.below(1000)) + "。";
  petition.statement.reasons = "多次沟通没有结果。";
  petition.statement.place = "幸福路";
  return petition;
}

/// Some speak instead of writing much, some sign. The marker lies in the recording too: it may lie nowhere else.
void speak_and_sign(kiosk::FileMatter& command, const std::string& marker, Dice& dice) {
  const auto record = [&](std::size_t n) {
    std::vector<std::byte> bytes(n);
    for (std::size_t i = 0; i + 8 <= n; i += 8) {
      const std::uint64_t word = dice.next();
      std::memcpy(&bytes[i], &word, 8);
    }
    std::memcpy(bytes.data(), marker.data(), std::min(marker.size(), n));
    command.attachments.push_back({std::string(attached_statement), "audio/ogg; codecs=opus", static_cast<std::int64_t>(n), std::make_shared<const std::vector<std::byte>>(std::move(bytes))});
  };
  if (dice.chance(0.3)) record(100 + dice.below(20'000));
  if (dice.chance(0.03)) record(200'000 + dice.below(600'000));
  if (!dice.chance(0.4)) return;
  Strokes strokes{6000, 2500, {}, {}};
  for (int i = 0; i < 20; ++i) strokes.points.push_back({static_cast<std::int32_t>(dice.below(6000)), static_cast<std::int32_t>(dice.below(2500))});
  strokes.ends.push_back(20);
  command.signature = kiosk::DrawnSignature{"petitioner", std::move(strokes), text_hash(command.petition)};
}

/// Room on the simulated disk, and the reserve that is given up when it is full.
struct Room final : kiosk::Disk {
  explicit Room(MemoryDisk& d) : disk(d) {}
  std::uint64_t free_bytes() const override { return disk.room() == MemoryDisk::endless ? 10ull << 30 : disk.room(); }
  bool reserve(bool keep) override {
    if (!keep && kept && disk.room() != MemoryDisk::endless) disk.room(disk.room() + kiosk::reserve_bytes);
    kept = keep;
    return keep;
  }
  MemoryDisk& disk;
  bool kept = true;
};

}  // namespace

KioskNode::KioskNode(World& w, Origin o, HubNode& hall, int ticket_first) : Node(w, std::move(o)), line(*this, hall) {
  config_.data_dir = disk.directory();
  config_.origin = origin;
  config_.discipline_keys = {world.discipline.public_hex};
  config_.key_set = world.key_set;
  if (world.plan.plant == Plant::HallKeyOpens) config_.discipline_keys.push_back(hall.box_key.public_hex);
  config_.ticket_first = ticket_first;
  config_.ticket_last = ticket_first + 298;
  config_.hub_url = "http://hall.invalid";
  config_.hub_origin = hall.origin;
  config_.hub_public_hex = hall.key.public_hex;
  disk.lies = world.plan.plant == Plant::AcknowledgeBeforeCommit;
}

void KioskNode::start() {
  const std::uint64_t before = disk.failures();
  config_.key = key;
  auto opened = kiosk::Store::open(config_, world.books, clock_, std::make_unique<Room>(disk));
  if (!opened) return not_opened(opened.error(), before);
  store_ = std::move(*opened);
  if (const auto begun = store_->begin_log(); !begun && !disk.dead()) {
    store_.reset();
    return not_opened(begun.error(), before);
  }
  up = true;
  if (gone()) return;
  session_ = {};
  person_.reset();
  filing_.clear();
  shown_.clear();
  jobs_.clear();
  frame_due_ = watched_ = listening_ = false;
  ++visit_;
  store_->printer(printer_state_);
  world.after(std::chrono::minutes(3), [this, alive = life] {
    if (alive == life) pass_time();
  });
  sync::ClientConfig client;
  client.own_log = store_->own_log();
  client.self = origin;
  client.key = key;
  client.hub_origin = line.hub().origin;
  client.hub_public_hex = line.hub().key.public_hex;
  client.pull = kiosk::pulls_of(config_);
  client.long_poll = std::chrono::minutes(30);
  client.jitter_seed = world.dice.next();
  line.start(client, [this](bool idle) {
    if (!idle) {
      store_->heard(line.client->state());
      perform();
      if (gone()) return;
    }
    const auto& marks = line.client->state().marks;
    const auto mine = marks.find(origin);
    if (mine == marks.end()) return;
    const auto look = [&](HubNode& hub, std::uint64_t claimed) {
      if (hub.gone() || world.seen_put_back.contains(hub.origin)) return;
      if (const auto head = hub.log()->head(origin)) world.seen.marks.push_back({origin, hub.origin, claimed, head->seq});
    };
    look(line.hub(), mine->second.hub);
    look(*world.county, mine->second.county);
  });
}

/// What the store's thread does between pieces of mail: the clock, checkpoints, the nightly reading, the next query code. The real one
/// looks every minute; here it is every quarter of an hour and before each visit.
void KioskNode::pass_time() {
  if (gone()) return;
  store_->tick();
  for (int i = 0; i < 8 && !gone() && store_->idle(); ++i) {
  }
  perform();
  for (const std::string& alarm : store_->snapshot().alarms) world.heard("in an alarm", alarm);
  if (gone()) return;
  world.after(std::chrono::minutes(15), [this, alive = life] {
    if (alive == life) pass_time();
  });
}

void KioskNode::stop() {
  if (person_) end_of_visit();
  line.stop();
  store_.reset();
  session_ = {};
}

KioskNode::Said KioskNode::said_in(const kiosk::FileMatter& command) const {
  Said said;
  if (person_ && person_->typed) said.marker = person_->marker;
  for (const auto& a : command.attachments) said.spoken.push_back(hash_bytes({reinterpret_cast<const char*>(a.bytes->data()), a.bytes->size()}));
  said.is_signed = command.signature.has_value();
  said.sealed = route(command.petition, world.rules.in_force(hall_day(wall()))).sealed;
  const auto& text = command.petition.statement;
  said.written = !said.marker.empty() && (text.request + text.facts + text.reasons + text.place).find(said.marker) != std::string::npos;
  return said;
}

/// The receipt is on the screen: from now on the matter counts (trust.md 1).
void KioskNode::acknowledge(const kiosk::Receipt& given, const std::string& request) {
  const Said& said = filing_[request];
  ReceiptSeen receipt;
  receipt.kiosk = origin;
  receipt.hall = line.hub().origin;
  receipt.request = request;
  receipt.matter = given.matter;
  receipt.ticket = given.ticket;
  receipt.marker = said.marker;
  receipt.sealed = said.sealed;
  receipt.window = given.window;
  receipt.spoken = said.spoken;
  receipt.is_signed = said.is_signed;
  receipt.written = said.written;
  world.note(origin + " gives " + receipt.matter + " " + receipt.ticket);
  ++world.happened["receipts"];
  if (receipt.sealed) {
    ++world.happened["accusations"];
    if (world.plan.plant == Plant::LeakToFile) disk.put_file("draft.txt", "上一份：" + said.marker);
    if (world.plan.plant == Plant::LeakOnWire) call({0, "POST", "/v1/help", sync::to_json(sync::HelpCall{random_id(), origin, "", wall(), said.marker, "", "", false, ""}), Span{5'000}});
  }
  if (world.plan.plant == Plant::LeakInLog) world.heard("in the kiosk's log", "filed: " + said.marker);
  if (!given.query_code.empty()) world.papers.push_back({origin, receipt.hall, given.matter, given.query_code});
  world.seen.receipts.push_back(std::move(receipt));
}

void KioskNode::citizen() {
  if (gone()) return;  // somebody comes to a dark screen and goes to the window
  Dice& dice = world.dice;
  ++world.happened["citizens"];
  const std::string request = origin + "-" + std::to_string(++citizens_) + "." + std::to_string(life);
  const std::string marker = make_marker(dice.next());
  if (dice.chance(0.5)) store_->idle();
  const std::uint64_t kind = dice.below(10);
  const auto shown = [&](const kiosk::Outcome* outcome) {
    if (outcome == nullptr || outcome->request != request || outcome->error || !outcome->receipt) {
      const bool trouble = disk.failures() > 0 || disk.room() != MemoryDisk::endless;
      if (!trouble) world.seen.broken.push_back(origin + " refused a citizen: " + (outcome == nullptr ? "no outcome" : outcome->error ? outcome->error->what : outcome->problems.empty() ? "no receipt" : outcome->problems.front().what));
      return;
    }
    acknowledge(*outcome->receipt, request);
  };
  const auto result = [&]() -> const kiosk::Outcome* {
    const auto& outcome = store_->snapshot().outcome;
    return outcome ? &*outcome : nullptr;
  };
  if (kind == 9) {
    store_->command(kiosk::TakeNumber{request, window_reception, Priority::Normal});
    if (gone()) return;
    shown(result());
  } else {
    kiosk::FileMatter command;
    command.request = request;
    command.notice_version = "2026-11";
    if (kind < 3) {
      command.petition = petition_about("wages", MatterKind::Appeal, marker, dice);
      command.petition.answers.counterparty = Counterparty::Employer;
      command.petition.answers.in_proceedings = Answer::Yes;
      command.petition.answers.decided = dice.chance(0.5) ? Answer::Yes : Answer::No;
    } else if (kind < 5) {
      command.petition = petition_about("neighbour", MatterKind::Appeal, marker, dice);
      command.petition.answers.counterparty = Counterparty::Neighbour;
      command.petition.answers.both_willing = Answer::Yes;
    } else if (kind < 7) {
      command.petition = petition_about("", MatterKind::Appeal, marker, dice);
      if (dice.chance(0.3)) command.priority = Priority::Elder;
    } else if (kind == 7) {
      command.petition = petition_about("", MatterKind::Suggestion, marker, dice);
    } else {
      command.petition = petition_about("", MatterKind::Accusation, marker, dice);
      command.petition.answers.about_official = Answer::Yes;
      command.petition.statement.party_complained_of = "某镇工作人员";
    }
    speak_and_sign(command, marker, dice);
    filing_[request] = said_in(command);
    filing_[request].marker = marker;
    filing_[request].written = true;
    store_->command(command);
    if (gone()) return;
    // The machine may die between the commit and the screen: then there is no receipt, and the person taps again later.
    const bool dies = dice.chance(world.weather().crash);
    if (!dies) shown(result());
    if (dies || dice.chance(0.15)) {
      const bool already = !dies;
      const Said said = filing_[request];
      if (dies) crash(dice.between(Span{3'000}, std::chrono::minutes(5)));
      world.after(dies ? std::chrono::minutes(6) : std::chrono::seconds(1), [this, command, already, said] {
        if (gone()) return;
        filing_[command.request] = said;
        store_->command(command);
        if (gone()) return;
        const std::size_t before = world.seen.receipts.size();
        const auto& outcome = store_->snapshot().outcome;
        if (outcome && outcome->request == command.request && outcome->receipt) acknowledge(*outcome->receipt, command.request);
        if (already && world.seen.receipts.size() == before && disk.failures() == 0) world.seen.broken.push_back(origin + " refused a double tap");
        perform();
      });
      if (dies) return;
    }
  }
  perform();
  world.after(Span{50}, [this, alive = life] {
    if (alive == life && !gone()) store_->command(kiosk::EndVisit{});
  });
}

void KioskNode::somebody_comes() {
  if (gone() || person_ || !kiosk::blank(session_)) return;  // dark, or somebody stands there: they go to the window
  if (disk.room() == MemoryDisk::endless && !store_->snapshot().failed) store_->idle();
  person_ = Person::drawn(world.dice, world.papers);
  ++visit_;
  ++world.happened["visits"];
  store_->tick();
  perform();
  world.after(world.dice.between(Span{1'000}, Span{4'000}), [this, visit = visit_] { person_acts(visit); });
}

void KioskNode::person_acts(int visit) {
  if (visit != visit_ || gone() || !person_) return;
  Dice& dice = world.dice;
  const kiosk::Screen shown = kiosk::pick_screen(session_, store_->snapshot());
  if (shown == kiosk::Screen::Card && listening_ && dice.chance(0.5)) {
    if (reader_broken_) store_->card(dice.chance(0.5) ? Result<std::optional<Identity>>(Error{Code::Unavailable, "absent"}) : Error{Code::Io, "card: pulled"});
    else store_->card(std::optional<Identity>(Identity{"王小满", DocumentKind::None, "", "", ""}));
    perform();
    frame();
  } else {
    const auto touches = person_->touch(session_, shown, world.rules.in_force(hall_day(wall())), dice);
    for (const auto& touch : touches) {
      act(touch);
      if (gone() || visit != visit_) return;
    }
  }
  if (!person_) return;
  if (world.plan.plant == Plant::LeakInCrashImage && (person_->gone || kiosk::blank(session_))) disk.remove_file("savepoint");
  if (person_->gone) return end_of_visit();
  if (person_->begun && kiosk::blank(session_)) return end_of_visit();  // left and cleared
  world.after(dice.between(Span{1'500}, Span{20'000}), [this, visit] { person_acts(visit); });
}

/// The person has left; the screen may still show what they did, until its patience ends.
void KioskNode::end_of_visit() {
  if (person_->typed && (!person_->handed_in || kiosk::sealed(session_, world.rules.in_force(hall_day(wall()))))) {
    // Handed in and not seen to arrive is allowed to lie where it belongs; an accusation lies nowhere either way.
    const bool accusation = person_->topic == "official";
    if (!person_->handed_in || accusation) world.seen.unsaid.push_back({person_->marker, origin, line.hub().origin, accusation});
  }
  if (!person_->handed_in) ++world.happened["visits given up"];
  person_.reset();
}

void KioskNode::act(const kiosk::Action& action) {
  if (gone()) return;
  if (session_.visit.empty() && !std::holds_alternative<kiosk::News>(action)) session_.visit = hex(hash_bytes(origin + std::to_string(world.dice.next()))).substr(0, 16);
  const kiosk::World seen_by{store_->snapshot(), world.rules.in_force(hall_day(wall())), {}, origin, config_.notice_version, &world.books.plan};
  kiosk::Step step = kiosk::update(std::move(session_), action, seen_by, world.now);
  session_ = std::move(step.session);
  for (kiosk::Command& command : step.commands) {
    if (const auto* file = std::get_if<kiosk::FileMatter>(&command)) {
      filing_[file->request] = said_in(*file);
      if (person_) person_->handed_in = true;
      ++world.happened["filings pressed"];
      if (world.plan.plant == Plant::FileTwice) {
        kiosk::FileMatter twin = *file;
        twin.request += "x";
        world.after(store_pause, [this, alive = life, twin] {
          if (alive == life && !gone()) store_->command(twin);
        });
      }
    } else if (const auto* number = std::get_if<kiosk::TakeNumber>(&command)) {
      filing_[number->request] = {};
      if (person_) person_->handed_in = true;
      ++world.happened["numbers taken"];
    } else if (std::holds_alternative<kiosk::CallHelper>(command)) {
      ++world.happened["calls for help"];
    }
    world.after(store_pause, [this, alive = life, command = std::move(command)] {
      if (alive != life || gone()) return;
      store_->command(command);
      const bool ended = std::holds_alternative<kiosk::EndVisit>(command);
      perform();
      if (ended && !gone() && store_->may_forget() && world.dice.chance(0.2)) {
        if (const auto forgotten = store_->forget(); !forgotten && !gone()) crash(std::chrono::seconds(2), Luck::Killed);  // engine.cpp ends the process
      }
    });
  }
  if (world.plan.plant == Plant::LeakInCrashImage && person_ && person_->typed) disk.put_file("savepoint", person_->marker);
  if (session_.screen == kiosk::Screen::Done && session_.receipt && session_.receipt->request != shown_) {
    shown_ = session_.receipt->request;
    acknowledge(*session_.receipt, shown_);
  }
  if (session_.progress && session_.screen == kiosk::Screen::Progress) {
    for (int state = 0; state <= static_cast<int>(MatterState::Closed); ++state)
      if (session_.progress->state_words == chinese(static_cast<MatterState>(state)))
        world.seen.statuses.push_back({"citizens at " + origin + "/" + std::to_string(disk_generation), session_.progress->matter, static_cast<MatterState>(state)});
    ++world.happened["questions answered"];
  }
  keep_watch();
}

/// The window wakes by itself while something of a person is on the screen.
void KioskNode::keep_watch() {
  if (watched_ || kiosk::blank(session_)) return;
  watched_ = true;
  world.after(idle_look, [this, alive = life] {
    if (alive != life) return;
    watched_ = false;
    if (!gone()) act(kiosk::News{});
  });
}

void KioskNode::frame() {
  if (frame_due_) return;
  frame_due_ = true;
  world.after(frame_pause, [this, alive = life] {
    if (alive != life) return;
    frame_due_ = false;
    if (gone()) return;
    // One News takes one piece of news.
    act(kiosk::News{});
    if (!gone() && !kiosk::blank(session_)) act(kiosk::News{});
  });
}

void KioskNode::perform() {
  if (gone()) return;
  kiosk::Wanted wanted = store_->take_wanted();
  const auto& failed = store_->snapshot().failed;
  if (failed) world.heard("in what the store says", failed->what);
  if (failed && failed->code != Code::Unavailable) give_up();
  if (wanted.cancel_prints) jobs_.clear();
  if (wanted.listen) listening_ = *wanted.listen;
  for (kiosk::PrintJob& job : wanted.prints) print(std::move(job));
  for (kiosk::HubCall& one : wanted.calls) call(std::move(one));
  if (wanted.changed && !kiosk::blank(session_)) frame();
  if (wanted.nudge) line.nudge();
}

void KioskNode::print(kiosk::PrintJob job) {
  jobs_.push_back(job);
  for (const auto& on_paper : job.paper) world.heard("on paper", on_paper.words);
  if (world.plan.plant == Plant::LeakOnPaper) {
    for (const auto& [request, said] : filing_) world.heard("on paper", "事由：" + said.marker);
  }
  world.after(world.dice.between(Span{1'500}, Span{5'000}), [this, alive = life, job = std::move(job)] {
    if (alive != life || gone()) return;
    const auto waiting = std::find_if(jobs_.begin(), jobs_.end(), [&](const auto& one) { return one.request == job.request; });
    if (waiting == jobs_.end()) return;  // cancelled with the visit (T3)
    jobs_.erase(waiting);
    Status outcome = Done{};
    if (printer_broken_) outcome = Error{Code::Unavailable, printer_state_ == kiosk::DeviceState::OutOfPaper ? "no_paper" : world.dice.chance(0.5) ? "jam" : "no_answer"};
    ++world.happened[printer_broken_ ? "receipts not printed" : "receipts printed"];
    store_->printed(job, outcome);
    perform();
  });
}

void KioskNode::call(kiosk::HubCall one) {
  sync::Request request;
  request.method = one.method;
  request.target = one.target;
  if (!one.body.empty()) sync::set_body(request, one.body, "application/json");
  sync::sign_request(request, origin, key, wall());
  line.exchange(request, one.patience, [this, request, id = one.id](const Result<sync::Reply>& reply) {
    if (gone()) return;
    Result<std::string> body = Error{Code::Unavailable, "no answer"};
    if (!reply) body = reply.error();
    else if (const auto sound = sync::check_reply(*reply, request, line.hub().key.public_hex); !sound) body = sound.error();
    else body = sync::body_of(*reply);
    store_->answered(id, body);
    perform();
  });
}

void KioskNode::break_printer(Span how_long) {
  if (printer_broken_) return;
  printer_broken_ = true;
  printer_state_ = world.dice.chance(0.5) ? kiosk::DeviceState::OutOfPaper : kiosk::DeviceState::Fault;
  ++world.happened["printers broken"];
  world.note("the printer of " + origin + " fails");
  if (!gone()) store_->printer(printer_state_);
  world.after(how_long, [this] {
    printer_broken_ = false;
    printer_state_ = kiosk::DeviceState::Ready;
    if (!gone()) store_->printer(printer_state_);
  });
}

void KioskNode::break_reader(Span how_long) {
  if (reader_broken_) return;
  reader_broken_ = true;
  ++world.happened["readers broken"];
  if (!gone()) store_->reader(kiosk::DeviceState::Fault);
  world.after(how_long, [this] {
    reader_broken_ = false;
    if (!gone()) store_->reader(kiosk::DeviceState::Ready);
  });
}

}  // namespace yizhan::sim
