// A desk of the simulated town: it calls, serves, records, and reception goes to who asked for help.
#include <algorithm>
#include <array>

#include "tests/sim/nodes.h"

namespace yizhan::sim {

DeskNode::DeskNode(World& w, Origin o, HubNode& hall, std::string r, std::vector<WindowCode> served)
    : Node(w, std::move(o)), line(*this, hall), role(std::move(r)), windows(std::move(served)) {}

void DeskNode::start() {
  log_ = open_log();
  if (!log_) return;
  up = true;
  asking_.reset();
  ticket_.clear();
  matter_.clear();
  busy_ = false;
  sealer_ = world.key_set && world.plan.plant != Plant::DeskWritesOpen ? make_sealer(*world.key_set, origin, line.hub().origin, key) : nullptr;
  sync::ClientConfig client;
  client.self = origin;
  client.key = key;
  client.hub_origin = line.hub().origin;
  client.hub_public_hex = line.hub().key.public_hex;
  client.pull = {"*"};
  client.long_poll = std::chrono::minutes(30);
  client.jitter_seed = world.dice.next();
  line.start(client, [this](bool) {
    const auto& state = line.client->state();
    if (state.trouble.starts_with("disk: ") || (state.stopped && state.stopped->code == Code::Io)) give_up();
  });
}

void DeskNode::stop() {
  line.stop();
  log_.reset();
}

void DeskNode::work() {
  world.after(world.dice.between(Span{pace.count() / 2}, Span{pace.count() * 3 / 2}), [this] { work(); });
  if (gone() || busy_) return;
  if (asking_) return ask(*asking_);  // the same press again, with the same request id
  if (nobody_waits && ticket_.empty() && !world.plan.everybody_called && world.dice.chance(0.6)) return;  // nobody sits there: no press
  if (role == "desk-reception" && world.dice.chance(0.2)) look_for_help();
  sync::QueueAsk next;
  next.request = origin + "-" + std::to_string(life) + "-" + std::to_string(++asked_);
  next.desk = origin;
  next.place = "窗口";
  auto& missed = world.missed[line.hub().origin];
  if (ticket_.empty()) {
    next.op = QueueOp::Call;
    next.windows = windows;
    if (!missed.empty() && world.dice.chance(0.1)) {
      // Somebody who did not come stands here now; two desks may see them at once.
      next.ticket = missed[world.dice.below(missed.size())];
      if (world.dice.chance(0.5)) std::erase(missed, next.ticket);
      world.seen.named_calls.insert(next.request);
      ++world.happened["calls by name"];
    }
    return ask(next);
  }
  next.ticket = ticket_;
  if (!recorded_ && !matter_.empty()) {
    recorded_ = true;
    auto facts = close_facts({record()}, sealer_.get(), SealClass::Ordinary, {matter_, wall()});
    if (!facts) {
      world.seen.broken.push_back(origin + " could not seal: " + facts.error().what);
      return;
    }
    if (auto* told = std::get_if<Disposed>(&facts->front()); told != nullptr && world.plan.plant == Plant::AccusationTold) told->disposition = std::get<Disposed>(record()).disposition;
    const auto stated = log_->append(origin, matter_, *facts, wall());
    if (gone()) return;
    if (!stated) {
      world.heard("in an error of a desk", stated.error().what);
      if (stated.error().code == Code::Io) return give_up();
      if (disk.room() == MemoryDisk::endless) world.seen.broken.push_back(origin + " could not state a fact: " + stated.error().what);
      return;
    }
    ++world.happened["records"];
    line.nudge();
    return;
  }
  if (recorded_ || world.dice.chance(0.6)) {
    next.op = QueueOp::End;
  } else if (role != "desk-reception" && world.dice.chance(0.5)) {
    next.op = QueueOp::Move;
    next.to_window = window_reception;
    const auto reason = close_words("请接待窗口处理" + word(), sealer_.get(), {matter_, wall()});
    if (!reason) return world.seen.broken.push_back(origin + " could not seal: " + reason.error().what);
    next.reason = *reason;
  } else {
    next.op = world.dice.chance(0.2) ? QueueOp::Hold : QueueOp::Missed;
    missed.push_back(ticket_);
  }
  ask(next);
}

const ReceiptSeen* DeskNode::served() const {
  const auto found = std::find_if(world.seen.receipts.begin(), world.seen.receipts.end(), [&](const ReceiptSeen& one) { return !matter_.empty() && one.matter == matter_; });
  return found == world.seen.receipts.end() ? nullptr : &*found;
}

std::string DeskNode::word() const {
  const ReceiptSeen* who = served();
  return world.plan.sealed && who != nullptr ? who->marker : "";
}

Fact DeskNode::record() const {
  const ReceiptSeen* who = served();
  if (role == "desk-mediator") return MediationApplied{"周调解", "甲", "乙", "噪声", "不再打扰" + word()};
  if (role == "desk-lawyer") return Consulted{"陈律师", true, "已核对" + word(), "劳动法", LegalPath::Judicial, {}, "可以起诉", ConsultOutcome::AdviceOnly, {"path"}};
  const bool accusation = who != nullptr && who->sealed;
  return Disposed{"李接待", accusation ? Disposition::SentToDiscipline : Disposition::TransferredSameLevel, accusation ? "" : "云栖县住建局", "属其职责" + word(), ""};
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
    if (alive != life || gone()) return;
    busy_ = false;
    if (!reply) return;
    if (const auto fine = sync::check_reply(*reply, request, line.hub().key.public_hex); !fine) {
      // A signed refusal ends the press; anything else was not our hub and is asked again.
      if (fine.error().code == Code::Unavailable) return;
      world.note(origin + " is refused: " + fine.error().what);
      ++world.happened["presses refused"];
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
  ++world.happened["calls"];
  world.seen.calls.push_back({origin, line.hub().origin, asked.request, answer.ticket});
}

/// Reception looks who asked for a person, and goes there.
void DeskNode::look_for_help() {
  const auto direct = [this](std::string method, std::string target, std::string body, std::function<void(const std::string&)> then) {
    sync::Request request{std::move(method), std::move(target), {}, {}};
    if (!body.empty()) sync::set_body(request, std::move(body), "application/json");
    sync::sign_request(request, origin, key, wall());
    line.exchange(request, Span{5'000}, [this, request, then](const Result<sync::Reply>& reply) {
      if (gone() || !reply || !sync::check_reply(*reply, request, line.hub().key.public_hex)) return;
      if (const auto said = sync::body_of(*reply)) then(*said);
    });
  };
  direct("GET", "/v1/help", "", [direct](const std::string& body) {
    const auto list = sync::help_list_from_json(body);
    if (!list || list->calls.empty()) return;
    sync::HelpCall take = list->calls.front();
    take.draft.clear();
    direct("POST", "/v1/help/" + take.id, sync::to_json(take), [](const std::string&) {});
  });
}

}  // namespace yizhan::sim
