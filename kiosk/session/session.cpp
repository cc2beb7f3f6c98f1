// One step of the visit: what the world says, patience, the helper, and forgetting the person.
#include <algorithm>
#include <utility>

#include "core/tr.h"
#include "kiosk/session/session_impl.h"
#include "kiosk/session/session_look.h"

namespace yizhan::kiosk {
namespace {

/// Where the person stands, as the helper reads it at the desk.
std::string_view place_words(Screen screen) {
  switch (step_number(screen)) {
    case 1: return tr("第1步 说明");
    case 2: return tr("第2步 您是谁");
    case 3: return screen == Screen::Urgent ? tr("有人有危险") : tr("第3步 什么事");
    case 4: return tr("第4步 说事情");
    case 5: return tr("第5步 核对");
    case 6: return tr("第6步 去哪里");
    default: break;
  }
  switch (screen) {
    case Screen::Done: return tr("已登记");
    case Screen::TakeNumber: return tr("只取号");
    case Screen::Ask:
    case Screen::Progress: return tr("查进度");
    case Screen::Rate:
    case Screen::Thanks: return tr("评价");
    case Screen::Guide: return tr("看懂信访");
    default: return tr("首页");
  }
}

/// Overwrites the words before they are let go: short ones live inside the session itself, which stays (trust.md T2).
void forget(Session& s) {
  const auto erase = [](std::string& text) {
    volatile char* byte = text.data();
    for (std::size_t i = 0; i < text.capacity(); ++i) byte[i] = '\0';
    text.clear();
  };
  const auto erase_person = [&](Identity& who) {
    for (std::string* text : {&who.name, &who.number, &who.phone, &who.address}) erase(*text);
  };
  for (Drawing* drawing : {&s.signature, &s.drawn_names[0], &s.drawn_names[1]}) wipe(*drawing);
  erase_person(s.me);
  erase_person(s.other);
  for (std::string& name : s.representatives) erase(name);
  for (std::string* text : {&s.topic, &s.statement.request, &s.statement.facts, &s.statement.reasons, &s.statement.place, &s.statement.party_complained_of, &s.number, &s.code,
                            &s.keys.composing, &s.keys.preedit, &s.keys.typed, &s.keys.code, &s.keys.rest, &s.keys.pad.preview, &s.picked_place, &s.statement.division, &s.remark,
                            &s.help, &s.filing, &s.asking})
    erase(*text);
  std::fill(s.keys.pad.ink.points.begin(), s.keys.pad.ink.points.end(), ink::Point{});
  std::fill(s.keys.pad.pen.begin(), s.keys.pad.pen.end(), ink::Point{});
  if (s.receipt)
    for (std::string* text : {&s.receipt->matter, &s.receipt->query_code, &s.receipt->ticket}) erase(*text);
}

}  // namespace

void Visit::operator()(const News&) {
  if (take_card() || take_outcome() || take_progress()) return;
  if (s.screen == Screen::Done && s.receipt && !s.told_shown && now_ > s.arrived) {
    // The frame after the first one: number and code were there to be read (trust.md R31).
    s.told_shown = true;
    commands_.emplace_back(ReceiptShown{s.receipt->request});
  }
  patience();
}

// ---- what the world says ------------------------------------------------------------------------------------------------

bool Visit::take_card() {
  if (s.screen != Screen::Card || !world_.now.card || world_.now.card->serial <= s.card_seen) return false;
  const CardRead& card = *world_.now.card;
  s.card_seen = card.serial;
  touch();  // a card laid on the reader is a touch too
  if (!card.trouble.empty()) {
    s.card_trouble = card.trouble;
    return true;
  }
  s.me = card.identity;
  s.document = card.identity.document;
  s.from_card = true;
  if (s.reviewed) to_review();
  else go(Screen::Whom, 0);
  return true;
}

bool Visit::take_outcome() {
  const auto& outcome = world_.now.outcome;
  if (!outcome) return false;
  if (!s.filing.empty() && outcome->request == s.filing) {
    s.filing.clear();
    if (outcome->receipt) {
      s.receipt = outcome->receipt;
      touch();  // whoever waited for the disk gets the whole time to read
      s.trail.clear();
      enter(Screen::Done, 0);
      const DeviceState printer = world_.now.printer;
      if (printer == DeviceState::Ready || printer == DeviceState::Busy) s.paper = PaperWish::Asked;
      else print();  // there is nothing to choose; trying says why there is none
    } else if (!outcome->problems.empty()) {
      mend(outcome->problems);
    } else {
      s.filing_error = outcome->error ? *outcome->error : Error{Code::Unavailable, "no outcome"};
    }
    return true;
  }
  if (!s.asking.empty() && s.screen == Screen::Rate && outcome->request == s.asking) {
    s.asking.clear();
    if (outcome->problems.empty() && !outcome->error) {
      s.trail.clear();
      enter(Screen::Thanks, 0);
    } else {
      s.filing_error = outcome->error ? *outcome->error : Error{Code::Invalid, outcome->problems.front().what};
    }
    return true;
  }
  return false;
}

bool Visit::take_progress() {
  const auto& progress = world_.now.progress;
  if (s.asking.empty() || s.screen != Screen::Ask || !progress || progress->request != s.asking) return false;
  s.asking.clear();
  if (!progress->problems.empty()) {
    s.problems = progress->problems;
    focus(problem_at(s, Field::QueryCode).empty() || !problem_at(s, Field::MatterNumber).empty() ? Field::MatterNumber : Field::QueryCode, 0);
    return true;
  }
  s.progress = progress;
  if (s.purpose == Purpose::Rating && progress->may_rate) {
    go(Screen::Rate, 0);
  } else {
    go(Screen::Progress, 0);
    if (s.purpose == Purpose::Rating) s.remark = tr("这件事现在还不能评价。");
  }
  return true;
}

void Visit::patience() {
  if (blank(s)) return s.visit.clear();  // somebody passed by and touched nothing that means anything
  // Who speaks into the microphone or listens to it is here; both end by themselves after five minutes.
  if (s.microphone == Microphone::Recording || s.playing) return touch();
  const Span quiet = now_ - s.touched;
  const Span warn = warn_after(s, world_.patience);
  if (quiet >= warn + world_.patience.idle_wipe) return wipe(false);
  // On the first page there is nothing of anybody to warn about: only the settings go back.
  s.warned = quiet >= warn && s.screen != Screen::Home;
}

void Visit::touch() {
  s.touched = now_;
  s.warned = false;
}

// ---- helper and leaving -------------------------------------------------------------------------------------------------------------

void Visit::say_help() {
  CallHelper call;
  call.id = s.help;
  call.page = std::string(place_words(s.screen == Screen::Helper && !s.trail.empty() ? s.trail.back().screen : s.screen));
  // XFTL 30: nobody in the hall sees an accusation; the helper comes without it.
  if (!nothing_said(s) && !sealed(s, world_.rules)) call.draft = petition_of(s, world_.rules);
  if (call.draft && s.statement.request.empty()) call.draft->statement.request.clear();
  // What was said into the microphone stays here until it is filed here: the helper has to know of it.
  if (call.draft && !s.oral.empty()) call.page += trf("，已录音{}", length_words(s.oral.length));
  commands_.emplace_back(std::move(call));
}

void Visit::print() {
  s.printing = id('p');
  commands_.emplace_back(PrintReceipt{s.printing});
}

bool Visit::print_pending() const {
  return !s.printing.empty() && !(world_.now.print_request == s.printing && world_.now.print);
}

void Visit::leave() {
  if (!s.help.empty()) commands_.emplace_back(StopHelper{s.help});
  wipe(false);
}

void Visit::wipe(bool keep_settings) {
  if (s.screen == Screen::Card) commands_.emplace_back(ReadCard{false});
  commands_.emplace_back(EndVisit{});
  const Settings settings = s.settings;
  forget(s);
  s = Session{};
  if (keep_settings) s.settings = settings;
  s.touched = s.arrived = now_;
}

Span warn_after(const Session& session, const Patience& patience) {
  Span warn = patience.idle_warn;
  if (session.screen == Screen::Done) warn = std::max(warn, patience.receipt);
  if (session.listening) warn = std::max(warn, patience.listening);
  return warn;
}

Step update(Session session, const Action& action, const World& world, Tick now) {
  const bool of_person = !std::holds_alternative<News>(action) && !std::holds_alternative<Recorded>(action) && !std::holds_alternative<NoMicrophone>(action);
  if (of_person) {
    session.touched = now;
    session.warned = false;
  }
  Visit visit(std::move(session), world, now);
  std::visit(visit, action);
  return visit.done();
}

Screen pick_screen(const Session& s, const Snapshot& world) {
  // A log that lied once is not trusted again (house.md 6), but a receipt that exists stays readable.
  if (world.failed && world.failed->code != Code::Unavailable && !s.receipt) return s.screen == Screen::Helper ? Screen::Helper : Screen::Trouble;
  if (s.warned) return Screen::Idle;
  if (s.leaving) return Screen::Leave;
  return s.screen;
}

}  // namespace yizhan::kiosk
