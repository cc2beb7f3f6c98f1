#include "tests/sim/nodes.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace yizhan::sim {
namespace {

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
  if (dice.chance(0.1)) record(200'000 + dice.below(600'000));
  if (!dice.chance(0.4)) return;
  Strokes strokes{6000, 2500, {}, {}};
  for (int i = 0; i < 20; ++i) strokes.points.push_back({static_cast<std::int32_t>(dice.below(6000)), static_cast<std::int32_t>(dice.below(2500))});
  strokes.ends.push_back(20);
  command.signature = kiosk::DrawnSignature{"petitioner", std::move(strokes), text_hash(command.petition)};
}

}  // namespace

KioskNode::KioskNode(World& w, Origin o, HubNode& hall, int ticket_first) : Node(w, std::move(o)), line(*this, hall), ticket_first_(ticket_first) {}

void KioskNode::start() {
  open_log();
  if (!log) return;
  kiosk::FilingConfig config;
  config.origin = origin;
  config.sealer = make_early_sealer({world.discipline.public_hex});
  config.ticket_first = ticket_first_;
  config.ticket_last = ticket_first_ + 298;
  config.notice_version = "2026-11";
  filing = std::make_unique<kiosk::Filing>(*log, config, world.rules, world.calendar);
  if (const auto started = filing->start(); !started) {
    world.seen.broken.push_back(origin + " does not start again: " + started.error().what);
    return;
  }
  up = true;
  sync::ClientConfig client;
  client.self = origin;
  client.key = key;
  client.hub_origin = line.hub().origin;
  client.hub_public_hex = line.hub().key.public_hex;
  const Origin& hall = line.hub().origin;
  client.pull = {hall.substr(0, 7) + "C." + hall.substr(7)};
  client.long_poll = std::chrono::minutes(30);
  client.jitter_seed = world.dice.next();
  line.start(client, [this] {
    const auto& marks = line.client->state().marks;
    const auto mine = marks.find(origin);
    if (mine == marks.end()) return;
    const auto look = [&](HubNode& hub, std::uint64_t claimed) {
      if (!hub.up) return;
      if (const auto head = hub.log->head(origin)) world.seen.marks.push_back({origin, hub.origin, claimed, head->seq});
    };
    look(line.hub(), mine->second.hub);
    look(*world.county, mine->second.county);
  });
}

void KioskNode::stop() {
  line.stop();
  filing.reset();
  log.reset();
}

void KioskNode::remember(const kiosk::Outcome& outcome, const std::string& marker, bool sealed, const kiosk::FileMatter* command) {
  if (outcome.error || !outcome.problems.empty() || !outcome.receipt) {
    world.seen.broken.push_back(origin + " refused a citizen: " +
                                (outcome.error ? outcome.error->what : outcome.problems.empty() ? "no receipt" : outcome.problems.front().what));
    return;
  }
  ReceiptSeen receipt;
  receipt.kiosk = origin;
  receipt.hall = line.hub().origin;
  receipt.request = outcome.request;
  receipt.matter = outcome.receipt->matter;
  receipt.ticket = outcome.receipt->ticket;
  receipt.marker = marker;
  receipt.sealed = sealed;
  receipt.window = outcome.receipt->window;
  if (command != nullptr) {
    for (const auto& a : command->attachments) receipt.spoken.push_back(hash_bytes({reinterpret_cast<const char*>(a.bytes->data()), a.bytes->size()}));
    receipt.is_signed = command->signature.has_value();
  }
  world.note(origin + " gives " + receipt.matter + " " + receipt.ticket);
  world.seen.receipts.push_back(std::move(receipt));
}

void KioskNode::citizen() {
  if (!up) return;  // somebody comes to a dark screen and goes to the window
  Dice& dice = world.dice;
  const std::string request = origin + "-" + std::to_string(++citizens_);
  const std::string marker = "MARKER" + std::to_string(dice.next());
  const Time now = wall();
  std::optional<kiosk::QuerySecret> secret;
  if (dice.chance(0.5)) secret = filing->prepare(now);
  const std::uint64_t kind = dice.below(10);
  if (kind == 9) {
    kiosk::TakeNumber command{request, window_reception, Priority::Normal};
    const auto outcome = filing->take_number(command, secret, now, 0, 0);
    remember(outcome, "", false);
  } else {
    kiosk::FileMatter command;
    command.request = request;
    command.notice_version = "2026-11";
    const bool sealed = kind == 8;
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
    const auto outcome = filing->file(command, secret, now, 0, 0);
    // The machine may die between the commit and the screen: then there is no receipt, and the person taps again later.
    const bool dies = dice.chance(world.weather().crash);
    if (!dies) remember(outcome, marker, sealed, &command);
    if (dies || dice.chance(0.15)) {
      const bool already = !dies;
      if (dies) crash(dice.between(Span{3'000}, std::chrono::minutes(5)));
      world.after(dies ? std::chrono::minutes(6) : std::chrono::seconds(1), [this, command, marker, sealed, already] {
        if (!up) return;
        const auto again = filing->file(command, std::nullopt, wall(), 0, 0);
        const std::size_t before = world.seen.receipts.size();
        remember(again, marker, sealed, &command);
        if (already && world.seen.receipts.size() == before) world.seen.broken.push_back(origin + " refused a double tap");
        line.nudge();
      });
      if (dies) return;
    }
  }
  line.nudge();
}

DeskNode::DeskNode(World& w, Origin o, HubNode& hall, std::string r, std::vector<WindowCode> served)
    : Node(w, std::move(o)), line(*this, hall), role(std::move(r)), windows(std::move(served)) {}

void DeskNode::start() {
  open_log();
  if (!log) return;
  up = true;
  asking_.reset();
  ticket_.clear();
  matter_.clear();
  busy_ = false;
  sync::ClientConfig client;
  client.self = origin;
  client.key = key;
  client.hub_origin = line.hub().origin;
  client.hub_public_hex = line.hub().key.public_hex;
  client.pull = {"*"};
  client.long_poll = std::chrono::minutes(30);
  client.jitter_seed = world.dice.next();
  line.start(client, [] {});
}

void DeskNode::stop() {
  line.stop();
  log.reset();
}

void DeskNode::work() {
  world.after(world.dice.between(Span{pace.count() / 2}, Span{pace.count() * 3 / 2}), [this] { work(); });
  if (!up || busy_) return;
  if (asking_) return ask(*asking_);  // the same press again, with the same request id
  sync::QueueAsk next;
  next.request = origin + "-" + std::to_string(life) + "-" + std::to_string(++asked_);
  next.desk = origin;
  next.place = "窗口";
  if (ticket_.empty()) {
    next.op = QueueOp::Call;
    next.windows = windows;
    return ask(next);
  }
  next.ticket = ticket_;
  if (!recorded_ && !matter_.empty()) {
    recorded_ = true;
    Fact fact = role == "desk-mediator" ? Fact(MediationApplied{"周调解", "甲", "乙", "噪声", "不再打扰"})
                : role == "desk-lawyer" ? Fact(Consulted{"陈律师", true, "已核对", "劳动法", LegalPath::Judicial, {}, "可以起诉", ConsultOutcome::AdviceOnly, {"path"}})
                                        : Fact(Disposed{"李接待", Disposition::TransferredSameLevel, "云栖县住建局", "属其职责", ""});
    const auto stated = log->append(origin, matter_, std::array{fact}, wall());
    if (!stated) world.seen.broken.push_back(origin + " could not state a fact: " + stated.error().what);
    line.nudge();
    return;
  }
  if (recorded_ || world.dice.chance(0.6)) {
    next.op = QueueOp::End;
  } else if (role != "desk-reception" && world.dice.chance(0.5)) {
    next.op = QueueOp::Move;
    next.to_window = window_reception;
    next.reason = "请接待窗口处理";
  } else {
    next.op = QueueOp::Missed;
  }
  ask(next);
}

void DeskNode::ask(sync::QueueAsk next) {
  asking_ = next;
  busy_ = true;
  sync::Request request;
  request.method = "POST";
  request.target = "/v1/queue";
  sync::set_body(request, sync::to_json(next), "application/json");
  sync::sign_request(request, origin, key, wall());
  const int alive = life;
  line.exchange(request, Span{15'000}, [this, alive, request](const Result<sync::Reply>& reply) {
    if (alive != life) return;
    busy_ = false;
    if (!reply) return;
    if (const auto fine = sync::check_reply(*reply, request, line.hub().key.public_hex); !fine) {
      // A signed refusal ends the press; anything else was not our hub and is asked again.
      if (fine.error().code == Code::Unavailable) return;
      world.note(origin + " is refused: " + fine.error().what);
      asking_.reset();
      ticket_.clear();
      return;
    }
    const auto body = sync::body_of(*reply);
    if (!body) return;
    if (const auto answer = sync::queue_answer_from_json(*body)) answered(*answer);
  });
}

void DeskNode::answered(const sync::QueueAnswer& answer) {
  const sync::QueueAsk asked = *asking_;
  asking_.reset();
  if (asked.op != QueueOp::Call) {
    ticket_.clear();
    matter_.clear();
    return;
  }
  ticket_ = answer.ticket;
  matter_ = answer.matter;
  recorded_ = false;
  nobody_waits = answer.ticket.empty();
  if (answer.ticket.empty()) return;
  world.note(origin + " calls " + answer.ticket);
  world.seen.calls.push_back({origin, line.hub().origin, asked.request, answer.ticket});
}

}  // namespace yizhan::sim
