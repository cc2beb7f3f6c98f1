#include "tests/sim/citizen.h"

#include <cstring>

#include "tests/sim/markers.h"
#include "tests/sim/world.h"

namespace yizhan::sim {

using namespace kiosk;

Person Person::drawn(Dice& dice, const std::vector<Paper>& papers) {
  Person person;
  person.marker = make_marker(dice.next());
  const auto lot = dice.below(20);
  person.wish = lot < 9 ? Wish::File : lot < 12 ? Wish::Accuse : lot < 14 ? Wish::Number : lot < 17 && !papers.empty() ? Wish::Ask : lot < 17 ? Wish::File : Wish::Dither;
  static const std::vector<std::string> topics{"wages", "neighbour", "land", "housing", "judgment", "environment", "education", "suggestion", "other"};
  person.topic = person.wish == Wish::Accuse ? "official" : topics[dice.below(topics.size())];
  if (person.wish == Wish::Dither && dice.chance(0.3)) person.topic = "official";
  person.hasty = dice.chance(0.25);
  person.flees = dice.chance(0.08);
  if (person.wish == Wish::Ask || (person.wish == Wish::File && !papers.empty() && dice.chance(0.1))) {
    const Paper& paper = papers[dice.below(papers.size())];
    person.number = paper.matter;
    person.code = paper.code;
    person.supplement = person.wish == Wish::File;
    if (person.wish == Wish::Ask && dice.chance(0.1)) person.code.back() = person.code.back() == '0' ? '1' : '0';  // misread
  }
  return person;
}

Oral Person::say(Dice& dice) {
  std::vector<std::byte> bytes(100 + dice.below(dice.chance(0.05) ? 300'000 : 6'000));
  for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
    const std::uint64_t word = dice.next();
    std::memcpy(&bytes[i], &word, 8);
  }
  std::memcpy(bytes.data(), marker.data(), std::min(marker.size(), bytes.size()));
  typed = true;
  const auto length = Span{static_cast<std::int64_t>(1000 + bytes.size())};
  return {std::make_shared<const std::vector<std::byte>>(std::move(bytes)), length};
}

std::vector<Action> Person::touch(const Session& s, Screen shown, const RuleBook& rules, Dice& dice) {
  ++touches_;
  const auto one = [](Action action) { return std::vector<Action>{std::move(action)}; };
  const auto write = [&](std::string text) {
    typed = true;
    Typed typing;
    typing.insert = std::move(text);
    typing.keys.way = s.keys.way;
    return one(typing);
  };
  const auto go_away = [&] {
    gone = true;
    return std::vector<Action>{};
  };
  // Who dithers goes back, asks for help, or is simply not there any more.
  if (wish == Wish::Dither && touches_ > 4 && dice.chance(0.10)) return go_away();
  if (touches_ > 90 || dice.chance(0.004)) return go_away();
  if (begun && shown != Screen::Done && shown != Screen::Idle && shown != Screen::Leave) {
    if (dice.chance(wish == Wish::Dither ? 0.10 : 0.015)) return one(Back{});
    if (!called_ && dice.chance(wish == Wish::Dither ? 0.04 : 0.01)) {
      called_ = true;
      return one(CallHelp{});
    }
    if (dice.chance(0.05)) return {};  // thinks
  }
  switch (shown) {
    case Screen::Home:
      if (begun) return go_away();
      begun = true;
      if (wish == Wish::Ask) {
        if (dice.chance(0.5)) return one(Scanned{number, code});
        return one(Begin{Screen::Ask, dice.chance(0.4) ? Purpose::Rating : Purpose::Progress});
      }
      return one(Begin{wish == Wish::Number ? Screen::TakeNumber : Screen::Notice, {}});
    case Screen::Card: return one(ChooseDocument{DocumentKind::None});
    case Screen::Identify:
      if (s.me.name.empty() && dice.chance(0.8)) {
        Typed name;
        name.insert = "王小满";
        name.keys.way = s.keys.way;
        return one(name);
      }
      return one(Next{});
    case Screen::Whom: return one(ChooseWhom{dice.chance(0.85) ? Whom::Self : dice.chance(0.5) ? Whom::Relative : Whom::Group});
    case Screen::Other:
      if (s.other.name.empty()) {
        Typed name;
        name.insert = "李大山";
        name.keys.way = s.keys.way;
        return one(name);
      }
      return one(Next{});
    case Screen::Kind:
      if (s.topic != topic) return one(ChooseTopic{topic});
      return one(Next{});
    case Screen::Question: {
      const auto& questions = questions_of(s, rules);
      if (s.index >= static_cast<int>(questions.size())) return one(Next{});
      const std::string& question = questions[static_cast<std::size_t>(s.index)];
      if (question == "counterparty") return one(AnswerParty{dice.chance(0.5) ? Counterparty::Neighbour : Counterparty::Company});
      if (question == "in_danger") return one(AnswerWith{dice.chance(0.05) ? Answer::Yes : Answer::No});
      if (question == "filed_before") return one(AnswerWith{supplement ? Answer::Yes : Answer::No});
      return one(AnswerWith{dice.chance(0.4) ? Answer::Yes : dice.chance(0.7) ? Answer::No : Answer::Unsure});
    }
    case Screen::Statement: {
      const std::string& here = s.index == 0 ? s.statement.request : s.index == 1 ? s.statement.facts : s.statement.reasons;
      if (s.index == 0 && here.empty() && dice.chance(0.12)) return one(SpeakInstead{});
      if (s.index == 0 && here.empty() && dice.chance(0.04)) return one(SkipWriting{});
      if (here.empty() && (s.index == 0 || dice.chance(0.6))) {
        if (s.index == 0 && supplement) return write("补充 " + number + "：请依法处理。" + marker);
        return write((s.index == 0 ? "请依法处理。" : s.index == 1 ? "事情发生在幸福路。" : "多次沟通没有结果。") + marker);
      }
      return one(Next{});
    }
    case Screen::Speak:
      if (!s.oral.empty()) return one(Next{});
      if (s.microphone == Microphone::Recording) return one(Recorded{say(dice)});
      return one(Record{});
    case Screen::Place:
      if (s.statement.place.empty() && dice.chance(0.5)) return write("幸福路" + marker);
      return one(Next{});
    case Screen::Sign:
      if (s.signature.empty() && dice.chance(0.4)) {
        Pen pen;
        pen.dots.width_mm = 60;
        pen.dots.height_mm = 25;
        for (int i = 0; i < 20; ++i)
          pen.dots.dots.push_back({i == 0 ? PenDot::What::Down : PenDot::What::Move, static_cast<float>(dice.below(60)), static_cast<float>(dice.below(25))});
        pen.dots.dots.push_back({PenDot::What::Up, 10, 10});
        return one(pen);
      }
      return one(Next{});
    case Screen::Ruling: {
      if (!s.filing.empty()) return {};
      if (s.filing_error && dice.chance(0.5)) return go_away();
      if (s.ruling && !s.ruling->alternatives.empty() && s.chosen.empty() && dice.chance(0.2)) return one(ChooseWindow{s.ruling->alternatives[dice.below(s.ruling->alternatives.size())]});
      if (flees) gone = true;
      return hasty ? std::vector<Action>{Submit{}, Submit{}} : one(Submit{});
    }
    case Screen::TakeNumber:
      if (!s.filing.empty()) return {};
      if (s.filing_error) return go_away();
      if (flees) gone = true;
      return hasty ? std::vector<Action>{PickNumber{window_reception}, PickNumber{window_reception}} : one(PickNumber{window_reception});
    case Screen::Done:
      if (s.paper == PaperWish::Asked && dice.chance(0.8)) return one(ChoosePaper{dice.chance(0.8)});
      if (++read_ < 2) return {};
      if (dice.chance(0.1)) return one(Reprint{});
      if (dice.chance(0.4)) return go_away();
      return one(LeaveAsk{});
    case Screen::Ask: {
      if (!s.asking.empty()) return {};
      if (!s.problems.empty() && dice.chance(0.6)) return go_away();
      return one(Scanned{number, code});
    }
    case Screen::Progress:
      if (++read_ < 2) return {};
      if (!rated_ && s.progress && s.progress->may_rate && dice.chance(0.5)) return one(RateNow{});
      return one(LeaveAsk{});
    case Screen::Rate:
      if (!s.asking.empty()) return {};
      if (s.filing_error) return go_away();
      rated_ = true;
      if (s.service == 0) return one(Grade{4, 3});
      return one(Next{});
    case Screen::Leave: return one(dice.chance(0.9) ? Action(LeaveNow{}) : Action(Stay{}));
    case Screen::Idle:
      if (dice.chance(0.3)) return go_away();
      return one(Touched{});
    case Screen::Helper:
      if (++helped_ < 4) return {};
      if (dice.chance(0.3)) return go_away();
      return one(CancelHelp{});
    case Screen::Trouble: return go_away();
    case Screen::Thanks: return one(LeaveAsk{});
    case Screen::Sound:
    case Screen::Guide: return one(Back{});
    case Screen::Notice:
    case Screen::Heads:
    case Screen::Representatives:
    case Screen::Urgent:
    case Screen::Review:
    case Screen::Read:
    case Screen::DrawName: return one(Next{});
  }
  return {};
}

}  // namespace yizhan::sim
