/// A hall of one kiosk for tests: the real rulebook, a pretended engine that answers every command at once, and the tester's clock.
#pragma once
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "kiosk/session/session.h"

namespace yizhan::kiosk::test {

inline RuleBook national() {
  std::ifstream file(std::string(YIZHAN_ASSETS) + "/rulebooks/national.toml");
  std::stringstream text;
  text << file.rdbuf();
  auto rules = load_rulebook(text.str(), "national.toml");
  if (!rules) FAIL(rules.error().what);
  return *rules;
}
inline const RuleBook& rules() {
  static const RuleBook book = national();
  return book;
}

inline HallPlan hall_plan() {
  std::ifstream file(std::string(YIZHAN_ASSETS) + "/halls/hall.toml");
  std::stringstream text;
  text << file.rdbuf();
  auto plan = load_hall_plan(text.str(), "hall.toml", rules());
  if (!plan) FAIL(plan.error().what);
  return *plan;
}

/// A valid number of nobody: area 110101, a day, a serial, and the right check digit.
inline std::string sample_id() { return std::string("11010119500101002") + id_check_digit("11010119500101002"); }

struct Lobby {
  Session s;
  Snapshot snapshot;
  Tick now{std::chrono::hours(1)};
  std::vector<Command> said;     ///< everything the visit asked for, in order
  bool answers = true;           ///< false: the engine is slow
  std::optional<Error> disk;     ///< filing fails with this
  std::vector<Problem> refuses;  ///< filing finds these
  int filed = 0;                 ///< FileMatter commands with a new request

  Lobby() {
    snapshot.center = "云栖县信访超市";
    snapshot.place = "一号自助机";
    snapshot.now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20) + std::chrono::hours(1) + std::chrono::minutes(12);
    snapshot.hub_online = snapshot.county_online = true;
    snapshot.hall.queues = {{"LAW", 3, 25, 1}, {"MED", 1, 10, 1}, {"PET", 0, 0, 1}};
  }
  HallPlan plan = hall_plan();
  World world() const { return {snapshot, rules(), Patience{}, "440583-K01", "2026-11", &plan}; }

  void act(const Action& action) {
    if (s.visit.empty() && !std::holds_alternative<News>(action)) s.visit = "v" + std::to_string(++visits_);
    Step step = update(s, action, world(), now);
    s = std::move(step.session);
    for (Command& command : step.commands) {
      said.push_back(command);
      if (answers) answer(command);
    }
  }
  void wait(Span span) {
    now += span;
    snapshot.now += span;
    act(News{});
  }
  void news() { act(News{}); }
  Screen seen() const { return pick_screen(s, snapshot); }

  template <class T>
  int count() const {
    int n = 0;
    for (const Command& command : said) n += std::holds_alternative<T>(command) ? 1 : 0;
    return n;
  }
  template <class T>
  const T* last() const {
    for (auto at = said.rbegin(); at != said.rend(); ++at)
      if (const T* command = std::get_if<T>(&*at)) return command;
    return nullptr;
  }

  void lay_card(std::string name = "李有田", std::string number = sample_id()) {
    CardRead card;
    card.serial = ++cards_;
    card.identity.name = std::move(name);
    card.identity.number = std::move(number);
    card.identity.document = DocumentKind::ResidentId;
    snapshot.card = card;
    news();
  }
  void type(std::string words) { act(Typed{std::move(words), 0, s.keys}); }

  Receipt receipt_for(const std::string& request, const std::string& window) {
    Receipt receipt;
    receipt.request = request;
    receipt.matter = make_matter_id("440583-K01", hall_day(snapshot.now), 12);
    const unsigned char entropy[15] = {4, 8, 3, 7, 2, 9, 1, 6, 0, 0, 2, 1, 5, 5, 3};
    receipt.query_code = make_query_code(entropy);
    const WindowInfo* info = rules().window(window);
    receipt.ticket = (info == nullptr ? "C" : info->prefix) + "012";
    receipt.window = window;
    receipt.window_name = info == nullptr ? "" : info->name;
    receipt.place = info == nullptr ? "" : info->place;
    receipt.ahead = 3;
    receipt.minutes = 25;
    receipt.at = snapshot.now;
    receipt.chain8 = "0a1b2c3d";
    if (const Term* term = rules().term("dispose")) receipt.deadlines.push_back(due(*term, hall_day(snapshot.now), {}));
    return receipt;
  }

  void answer(const Command& command) {
    if (const auto* file = std::get_if<FileMatter>(&command)) {
      if (std::find(requests_.begin(), requests_.end(), file->request) == requests_.end()) ++filed;
      requests_.push_back(file->request);
      Outcome outcome;
      outcome.request = file->request;
      if (disk) {
        outcome.error = disk;
      } else if (!refuses.empty()) {
        outcome.problems = refuses;
      } else {
        const Ruling ruling = route(file->petition, rules());
        outcome.receipt = receipt_for(file->request, file->chosen.empty() ? ruling.window : file->chosen);
        outcome.receipt->sealed = ruling.sealed;
      }
      snapshot.outcome = outcome;
      news();
    } else if (const auto* take = std::get_if<TakeNumber>(&command)) {
      Outcome outcome;
      outcome.request = take->request;
      if (disk) outcome.error = disk;
      else outcome.receipt = receipt_for(take->request, take->window), outcome.receipt->matter.clear(), outcome.receipt->query_code.clear();
      snapshot.outcome = outcome;
      news();
    } else if (const auto* print = std::get_if<PrintReceipt>(&command)) {
      snapshot.print_request = print->request;
      snapshot.print = snapshot.printer == DeviceState::Ready ? ReceiptPrinted{true, ""} : ReceiptPrinted{false, "no_paper"};
    } else if (const auto* ask = std::get_if<AskProgress>(&command)) {
      Progress progress;
      progress.request = ask->request;
      progress.matter = ask->number;
      progress.state_words = "县里已收到";
      progress.as_of = snapshot.now;
      progress.as_of_known = true;
      progress.may_rate = true;
      progress.lines = {{snapshot.now - std::chrono::hours(30), "440583-K01", "filed", "已在本厅登记"},
                        {snapshot.now - std::chrono::hours(20), "440583-C.H01", "transferred", "县里已转送县人社局"}};
      if (const Term* term = rules().term("dispose")) progress.deadlines.push_back(due(*term, hall_day(snapshot.now), {}));
      if (wrong_code) progress.problems.push_back({"query_code", "编号或查询码不对，请核对"});
      snapshot.progress = progress;
      news();
    } else if (const auto* rate = std::get_if<Rate>(&command)) {
      Outcome outcome;
      outcome.request = rate->request;
      snapshot.outcome = outcome;
      news();
    } else if (const auto* call = std::get_if<CallHelper>(&command)) {
      snapshot.help = HelpState{call->id, true, "", false, ""};
    }
  }
  bool wrong_code = false;

  // ---- the way to each screen, by actions ----------------------------------------------------------------------------------
  void to_whom() { act(Begin{Screen::Notice, {}}), act(Next{}), lay_card(); }
  void to_kind() { to_whom(), act(ChooseWhom{Whom::Self}); }
  void answer_all(Answer answer = Answer::No) {
    for (int guard = 0; s.screen == Screen::Question && guard < 20; ++guard) {
      const auto& questions = questions_of(s, rules());
      if (questions[static_cast<std::size_t>(s.index)] == "counterparty") act(AnswerParty{Counterparty::Unknown});
      else act(AnswerWith{answer});
      if (s.screen == Screen::Urgent) act(Next{});
    }
  }
  void to_statement(const std::string& topic = "wages") { to_kind(), act(ChooseTopic{topic}), act(Next{}), answer_all(); }
  void to_review(const std::string& topic = "wages") { to_statement(topic), act(SkipWriting{}); }
  /// On from the review; whoever wrote something is asked for a signature and goes on without one.
  void after_review() {
    act(Next{});
    if (s.screen == Screen::Sign) act(Next{});
  }
  void to_ruling(const std::string& topic = "wages") { to_review(topic), after_review(); }
  void to_sign() { to_statement(), type("付清工资。"), act(SkipWriting{}), act(Next{}); }
  /// Some strokes of a finger on the page's pad.
  void scribble() {
    for (const float x : {30.f, 70.f, 110.f}) {
      PenDots pen{{}, 200, 90};
      for (int i = 0; i <= 60; ++i) {
        const float t = static_cast<float>(i) / 60;
        pen.dots.push_back({i == 0 ? PenDot::What::Down : PenDot::What::Move, x + 50 * t, 45 + 25 * std::sin(t * 7 + x)});
      }
      pen.dots.push_back({PenDot::What::Up, x + 50, 45});
      act(Pen{std::move(pen)});
    }
  }
  void to_done(const std::string& topic = "wages") { to_ruling(topic), act(Submit{}), act(ChoosePaper{true}); }
  void to_ask(Purpose purpose = Purpose::Progress) {
    act(Begin{Screen::Ask, purpose});
    const std::string id = make_matter_id("440583-K01", hall_day(snapshot.now), 12);
    std::string digits;
    for (const char c : id.substr(8))
      if (c >= '0' && c <= '9') digits += c;
    type(digits);
    act(Focus{Field::QueryCode, 0});
    type(receipt_for("", "LAW").query_code);
  }
  void to_progress() { to_ask(), act(Next{}); }
  void to_rate() { to_ask(Purpose::Rating), act(Next{}); }

 private:
  int visits_ = 0;
  std::uint64_t cards_ = 0;
  std::vector<std::string> requests_;
};

}  // namespace yizhan::kiosk::test
