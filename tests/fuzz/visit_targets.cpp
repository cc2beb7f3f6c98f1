// The visit itself: any presses in any order, with a card, an engine and a world that answer as they like.
#include <algorithm>

#include "core/number.h"
#include "core/petition_json.h"
#include "core/text.h"
#include "kiosk/session/session.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/samples.h"

namespace yizhan::fuzz {
namespace {

using namespace kiosk;

/// What a person said, was called, or is known by here.
std::string personal_words(const Session& s) {
  std::string all = s.me.name + s.me.number + s.me.phone + s.me.address + s.other.name + s.topic + s.statement.request + s.statement.facts + s.statement.reasons + s.statement.place +
                    s.statement.party_complained_of + s.statement.division + s.code + s.keys.composing + s.keys.typed + s.keys.rest + s.keys.preedit + s.picked_place + s.signed_text;
  for (const auto& name : s.representatives) all += name;
  return all;
}

Action an_action(Feed& feed, const Session& s) {
  const auto text = [&]() -> std::string {
    static const std::string_view words[] = {"付清工资", "1", "１", "·", "##", "%n%s", "\xF0\xA0\xAE\xB7", "\x1b[31m", "\n", "林小满", "13800000000", "440583K01202611200001", "110101195001010028"};
    const auto which = feed.below(20);
    if (which < std::size(words)) return std::string(words[which]);
    const auto own = feed.word();
    return valid_utf8(own) ? std::string(own) : printable(own);
  };
  static constexpr Screen ways[] = {Screen::Notice, Screen::TakeNumber, Screen::Ask, Screen::Home};
  switch (feed.below(52)) {
    case 0: return News{};
    case 1: return Touched{};
    case 2: return Begin{ways[feed.below(4)], feed.flag() ? Purpose::Rating : Purpose::Progress};
    case 3:
    case 4:
    case 5:
    case 6: return Next{};
    case 7: return Back{};
    case 8: return LeaveAsk{};
    case 9: return LeaveNow{};
    case 10: return Stay{};
    case 11: return CallHelp{};
    case 12: return CancelHelp{};
    case 13: return Set{{static_cast<int>(feed.below(3)), feed.flag(), feed.flag(), static_cast<int>(feed.below(6)), static_cast<int>(feed.below(3))}};
    case 14: return ChooseDocument{static_cast<DocumentKind>(feed.below(6))};
    case 15: return SpecialDocument{};
    case 16: return ChooseWhom{static_cast<Whom>(feed.below(5))};
    case 17: return ChooseAuthority{feed.flag()};
    case 18: return AddHeads{feed.number<std::int16_t>()};
    case 19:
    case 20: return ChooseTopic{feed.below(8) == 0 ? text() : rulebook().topics[feed.below(rulebook().topics.size())].code};
    case 21:
    case 22: return AnswerWith{static_cast<Answer>(feed.below(4))};
    case 23: return AnswerParty{static_cast<Counterparty>(feed.below(10))};
    case 24: return SkipWriting{};
    case 25: return Part{static_cast<int>(feed.number<std::int8_t>())};
    case 26: return Edit{static_cast<Screen>(feed.below(28)), static_cast<int>(feed.number<std::int8_t>())};
    case 27: return WriteName{static_cast<int>(feed.below(3))};
    case 28: {
      Pen pen{{{}, 200, 90}};
      for (std::size_t n = 1 + feed.below(6); n > 0; --n) pen.dots.dots.push_back({static_cast<PenDot::What>(feed.below(4)), static_cast<float>(feed.byte()), static_cast<float>(feed.byte())});
      return pen;
    }
    case 29: return PenClear{};
    case 30: return ReadText{static_cast<int>(feed.number<std::int8_t>())};
    case 31:
    case 32: return Focus{static_cast<Field>(feed.below(13)), static_cast<int>(feed.number<std::int8_t>()), feed.flag() ? writing::at_end : feed.byte()};
    case 33:
    case 34:
    case 35: {
      Typed typed{text(), static_cast<int>(feed.below(5)), s.keys};
      typed.deletes = static_cast<int>(feed.below(3));
      if (feed.below(8) == 0) typed.division = "445222";
      typed.keys.composing = feed.below(8) == 0 ? "gong" : "";
      return typed;
    }
    case 36: return Caret{feed.number<std::uint16_t>()};
    case 37: return StepCaret{feed.flag() ? 1 : -1, s.keys};
    case 38: return Scanned{feed.flag() ? a_matter : text(), feed.flag() ? "" : text()};
    case 39: return ScanRefused{};
    case 40: return feed.flag() ? Action{Letter{}} : Action{Reveal{}};
    case 41: return Turn{static_cast<int>(feed.number<std::int8_t>())};
    case 42: return ChooseWindow{rulebook().windows[feed.below(rulebook().windows.size())].code};
    case 43:
    case 44: return Submit{};
    case 45: return PickNumber{feed.flag() ? "LAW" : text()};
    case 46: return feed.flag() ? Action{Reprint{}} : Action{RateNow{}};
    case 47: return Grade{static_cast<int>(feed.number<std::int8_t>()), static_cast<int>(feed.number<std::int8_t>())};
    case 48: return feed.flag() ? Action{SpeakInstead{}} : feed.flag() ? Action{Listens{}} : Action{Again{}};
    case 49: {
      const auto which = feed.below(4);
      if (which == 0) return Record{};
      if (which == 1) return NoMicrophone{};
      if (which == 2) return DropOral{};
      return PlayOral{feed.flag()};
    }
    case 50: return Recorded{{std::make_shared<const std::vector<std::byte>>(feed.below(3) * 200, std::byte{'o'}), Span{feed.byte() * 100}}};
    default: return OpenGuide{};
  }
}

void visit_target(std::string_view input) {
  Feed feed(input);
  Session s;
  Snapshot snapshot;
  snapshot.center = "云栖县信访超市";
  snapshot.place = "一号自助机";
  snapshot.now = nine();
  snapshot.hub_online = true;
  snapshot.hall.queues = {{"LAW", 3, 25, 1}, {"MED", 1, 10, 1}};
  static const HallPlan plan = have(load_hall_plan(file_bytes(source_dir() + "/assets/halls/hall.toml"), "hall.toml", rulebook()));
  const World world{snapshot, rulebook(), Patience{}, "440583-K01", "2026-11", &plan};
  Tick now{std::chrono::hours(1)};
  std::string filed;                      // the last request that was asked to be registered
  std::vector<std::string> registered;    // … that really were
  std::uint64_t cards = 0;
  std::vector<Command> waiting;
  int visits = 0;

  const auto act = [&](const Action& action) {
    if (s.visit.empty() && !std::holds_alternative<News>(action)) s.visit = "v" + std::to_string(++visits);
    Step step = update(s, action, world, now);
    s = std::move(step.session);
    for (Command& command : step.commands) {
      if (const auto* file = std::get_if<FileMatter>(&command)) {
        filed = file->request;
        MUST(!file->request.empty(), "a filing has a request id");
        Petition petition = file->petition;
        MUST(encode_petition(petition).size() < 200'000, "a filing keeps its limits");
        if (file->signature) MUST(file->signature->text_hash == text_hash(file->petition), "a signature stands under the text that is filed");
      }
      if (const auto* take = std::get_if<TakeNumber>(&command)) filed = take->request;
      if (std::holds_alternative<EndVisit>(command)) MUST(personal_words(s).empty(), "an ended visit has no words left");
      waiting.push_back(std::move(command));
    }
    const Screen seen = pick_screen(s, snapshot);
    MUST(static_cast<int>(seen) <= static_cast<int>(Screen::Trouble), "there is something to see");
    MUST(!word(seen).empty(), "and it has a name");
    if (s.receipt) MUST(std::find(registered.begin(), registered.end(), s.receipt->request) != registered.end(), "a receipt exists only after its matter was registered");
    if (seen == Screen::Done) MUST(s.receipt.has_value(), "已登记 is shown with a receipt only");
    if (blank(s)) {
      MUST(personal_words(s).empty(), "a blank visit holds no words");
      MUST(!s.receipt && !s.progress && s.oral.empty() && s.signature.empty() && s.drawn_names[0].empty() && s.drawn_names[1].empty(), "and nothing that was said or drawn");
    }
    MUST(characters(s.statement.request) + characters(s.statement.facts) + characters(s.statement.reasons) <= 3 * statement_characters_max, "a statement keeps its limits");
    MUST(valid_utf8(personal_words(s) + s.remark + s.number), "whatever is written is text");
  };

  for (int n = 0; n < 300 && !feed.empty(); ++n) {
    const auto what = feed.byte();
    if (what < 12) {  // time passes
      now += Span{feed.below(130) * 1000};
      act(News{});
      continue;
    }
    if (what < 18) {  // a card
      CardRead card;
      card.serial = ++cards;
      if (feed.below(4) == 0) card.trouble = "pulled";
      else card.identity = {"李样板", DocumentKind::ResidentId, std::string("11010119500101002") + id_check_digit("11010119500101002"), "", "样板路1号"};
      snapshot.card = card;
      act(News{});
      continue;
    }
    if (what < 60 && !waiting.empty()) {  // the engine answers
      const Command command = waiting.front();
      waiting.erase(waiting.begin());
      if (const auto* file = std::get_if<FileMatter>(&command); file != nullptr || std::holds_alternative<TakeNumber>(command)) {
        Outcome outcome;
        outcome.request = file != nullptr ? file->request : std::get<TakeNumber>(command).request;
        const auto how = feed.below(4);
        if (how == 0) outcome.problems = {{"petitioner.name", "姓名含无效字符"}};
        else if (how == 1) outcome.error = Error{feed.flag() ? Code::Unavailable : Code::Io, "disk full"};
        else {
          Receipt receipt;
          receipt.request = outcome.request;
          receipt.matter = a_matter;
          receipt.ticket = "A012";
          receipt.window = "LAW";
          receipt.at = nine();
          outcome.receipt = receipt;
          registered.push_back(outcome.request);
        }
        snapshot.outcome = outcome;
      } else if (const auto* ask = std::get_if<AskProgress>(&command)) {
        Progress progress;
        progress.request = ask->request;
        progress.matter = ask->number;
        progress.may_rate = feed.flag();
        if (feed.flag()) progress.problems = {{"query_code", "编号或查询码不对，请核对"}};
        else progress.lines = {{nine(), a_kiosk, "filed", "已登记"}};
        snapshot.progress = progress;
      } else if (const auto* rate = std::get_if<Rate>(&command)) {
        MUST(rate->service >= 0 && rate->service <= 5 && rate->outcome >= 0 && rate->outcome <= 5, "a grade is one of five");
        Outcome outcome;
        outcome.request = rate->request;
        snapshot.outcome = outcome;
      } else if (const auto* call = std::get_if<CallHelper>(&command)) {
        snapshot.help = HelpState{call->id, true, feed.flag() ? a_desk : "", feed.flag(), "A009"};
      } else if (const auto* print = std::get_if<PrintReceipt>(&command)) {
        snapshot.print_request = print->request;
        snapshot.print = ReceiptPrinted{feed.flag(), "no_paper"};
      }
      act(News{});
      continue;
    }
    if (what < 64) {  // the world
      static constexpr DeviceState states[] = {DeviceState::Ready, DeviceState::Absent, DeviceState::OutOfPaper, DeviceState::Fault, DeviceState::Busy};
      snapshot.printer = states[feed.below(5)];
      snapshot.reader = states[feed.below(5)];
      snapshot.hub_online = feed.flag();
      snapshot.disk_low = feed.flag();
      snapshot.failed = feed.below(4) == 0 ? std::optional<Error>(Error{feed.flag() ? Code::Io : Code::Unavailable, "disk"}) : std::nullopt;
      snapshot.closed = feed.flag() ? std::vector<std::string>{"LAW"} : std::vector<std::string>{};
      act(News{});
      continue;
    }
    act(an_action(feed, s));
  }
  // And then everybody goes: after two silences whatever was there is gone. Recordings end by themselves.
  snapshot.failed.reset();
  act(Recorded{});
  act(PlayOral{false});
  for (int n = 0; n < 8; ++n) {
    now += Span{400'000};
    act(News{});
  }
  MUST(blank(s) && personal_words(s).empty() && s.visit.empty(), "whoever leaves, leaves nothing");
  MUST(pick_screen(s, snapshot) == Screen::Home, "and the machine waits at its first page");
}

// ---- seeds ------------------------------------------------------------------------------------------------------------------------------------

std::vector<Seed> visit_seeds() {
  // Begin, Next, card, Self, a topic, answers, writing, on to the ruling, and Submit; the engine answers.
  const std::string begin("\x40\2\0\0", 4), next("\x40\3", 2), card("\x0c\1", 2), self("\x40\x10\1", 3), topic("\x40\x13\1\0", 4), no("\x40\x15\1", 3), party("\x40\x17\3", 3), skip("\x40\x18", 2), submit("\x40\x2b", 2), engine("\x20\2", 2), wait("\1\x59", 2);
  const std::string type("\x40\x21\0\0\0\1\1", 7), sign("\x40\x1c\5\0\x10\x10\1\x20\x20\1\x30\x30\2\x30\x30\0\5\5\2\6\6", 21);
  std::string answers;
  for (int i = 0; i < 4; ++i) answers += no + party;
  const std::string filed = begin + next + card + self + topic + next + answers + type + skip + next + sign + next + next + submit + engine + engine;
  return {{"filed", filed}, {"filed_twice", filed + submit + submit + engine}, {"left", filed + wait + wait}, {"ask", raw("\x40\2\2\0\x40\x26\1\0\0\x40\3\x40\3\x20\0\0\0")}, {"number", raw("\x40\2\1\0\x40\x2d\1\x20\2")},
          {"spoken", begin + next + card + self + topic + next + answers + raw("\x40\x30\1\x40\x31\0\x40\x32\2\x20") + skip + next + submit + engine}, {"help", begin + raw("\x40\x0b\x20\1\1\x40\x0c")}, {"words", begin + next + raw("\x40\x0e\1\x40\x1f\1\0\1") + type + type + wait}};
}

const Join joined[] = {
    Join({"visit", "a receipt only after registering; whoever leaves, leaves nothing", 1024, visit_target, visit_seeds}),
};

}  // namespace
}  // namespace yizhan::fuzz
