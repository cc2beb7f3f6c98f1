// From page to page: what 下一步 means on each, and what has to be there before it.
#include <algorithm>
#include <utility>

#include "core/text.h"
#include "core/tr.h"
#include "kiosk/session/session_impl.h"

namespace yizhan::kiosk {
namespace {

Field first_field(Screen screen, int index) {
  switch (screen) {
    case Screen::Identify: return Field::Name;
    case Screen::Other: return Field::OtherName;
    case Screen::Representatives: return Field::Representative;
    case Screen::Statement: return index == 0 ? Field::Request : index == 1 ? Field::Facts : Field::Reasons;
    case Screen::Place: return Field::Place;
    case Screen::Ask: return Field::MatterNumber;
    default: return Field::None;
  }
}

}  // namespace

void Visit::enter(Screen screen, int index) {
  if (s.screen == Screen::Card && screen != Screen::Card) commands_.emplace_back(ReadCard{false});
  if (screen == Screen::Card && s.screen != Screen::Card) {
    commands_.emplace_back(ReadCard{true});
    s.card_seen = world_.now.card ? world_.now.card->serial : 0;
    s.card_trouble.clear();
  }
  const bool same = s.screen == screen && s.index == index;
  if (screen != Screen::Speak) {
    s.microphone = Microphone::Off;
    s.playing = false;
  }
  s.screen = screen;
  s.index = index;
  s.page = 0;
  s.shown = false;
  s.arrived = now_;
  focus(first_field(screen, index), 0);
  // The helper sees the newest draft when the page changes, not every letter.
  if (!same && !s.help.empty() && screen != Screen::Helper && screen != Screen::Done) say_help();
}

void Visit::go(Screen screen, int index) {
  if (s.screen != screen || s.index != index) s.trail.push_back({s.screen, s.index});
  enter(screen, index);
}

void Visit::to_review() {
  const auto seen = std::find_if(s.trail.begin(), s.trail.end(), [](const Spot& spot) { return spot.screen == Screen::Review; });
  if (seen != s.trail.end()) {
    s.trail.erase(seen, s.trail.end());
    enter(Screen::Review, 0);
  } else {
    go(Screen::Review, 0);
  }
  s.reviewed = true;
  s.ruling.reset();
}

void Visit::to_sign(const Petition& petition) {
  if (!s.signed_text.empty() && s.signed_text != text_hash(petition)) {
    kiosk::wipe(s.signature);
    s.signed_text.clear();
    s.remark = tr("内容改过，请重新签名。");
  }
  go(Screen::Sign, 0);
}

void Visit::to_ruling(const Petition& petition) {
  s.ruling = route(petition, world_.rules, world_.now.closed);
  s.chosen.clear();
  s.filing_error.reset();
  go(Screen::Ruling, 0);
}

void Visit::add_drawings(FileMatter& file) const {
  const bool for_other = s.whom == Whom::Relative || s.whom == Whom::Agent;
  const auto keep = [](const Drawing& drawing) { return !drawing.empty() && check_strokes(drawing.strokes).has_value(); };
  if (keep(s.signature) && s.signed_text == text_hash(file.petition))
    file.signature = DrawnSignature{for_other ? "filer" : "petitioner", s.signature.strokes, s.signed_text};
  if (keep(s.drawn_names[0])) file.names.push_back({for_other ? "filer.name" : "petitioner.name", s.drawn_names[0].strokes});
  if (for_other && keep(s.drawn_names[1])) file.names.push_back({"petitioner.name", s.drawn_names[1].strokes});
}

void Visit::next_question(int after) {
  const int count = static_cast<int>(questions_of(s, world_.rules).size());
  int next = after + 1;
  while (next < count && !is_asked(s, world_.rules, static_cast<std::size_t>(next))) {
    // What is not asked any more is not answered either: an answer that was changed must not leave its follower behind.
    if (Answer* slot = answer_slot(questions_of(s, world_.rules)[static_cast<std::size_t>(next)])) *slot = Answer::Unasked;
    ++next;
  }
  if (next < count) go(Screen::Question, next);
  else to_statement();
}

void Visit::next() {
  switch (s.screen) {
    case Screen::Home: return;
    case Screen::Notice: return go(Screen::Card, 0);
    case Screen::Card: return go(Screen::Identify, 0);
    case Screen::Identify:
      if (!check_me()) return;
      return s.reviewed ? to_review() : go(Screen::Whom, 0);
    case Screen::Whom: return (*this)(ChooseWhom{s.whom == Whom::Unasked ? Whom::Self : s.whom});
    case Screen::Other:
      if (!check_name(Field::OtherName, 0, s.other.name)) return;
      return to_kind();
    case Screen::Heads:
      trim_representatives();
      if (places_for_representatives() == 0) return to_kind();
      return go(Screen::Representatives, 0);
    case Screen::Representatives: {
      s.problems.clear();
      for (std::size_t i = 0; i < s.representatives.size(); ++i)
        if (!s.representatives[i].empty() && !check_name(Field::Representative, static_cast<int>(i), s.representatives[i])) return;
      return to_kind();
    }
    case Screen::Kind:
      if (s.topic.empty()) return;
      return next_question(-1);
    case Screen::Question: {
      const auto& questions = questions_of(s, world_.rules);
      if (s.index >= static_cast<int>(questions.size())) return to_statement();
      return next_question(s.index);
    }
    case Screen::Urgent: return next_question(s.index);
    case Screen::Statement:
      if (s.index == 0 && s.statement.request.empty() && s.oral.empty() && !s.reviewed) {
        put_problem("request", tr("请写一句，或点「不写了」。"));
        return focus(Field::Request, 0);
      }
      if (s.reviewed) return to_review();
      if (s.index < 2) return go_part(s.index + 1);
      return go(Screen::Place, 0);
    case Screen::Place:
    case Screen::Read:
    case Screen::DrawName: return to_review();
    case Screen::Review: {
      Petition petition = petition_of(s, world_.rules);
      if (auto problems = validate(petition, world_.rules); !problems.empty()) return mend(std::move(problems));
      s.filing_error.reset();
      return signs(s) ? to_sign(petition) : to_ruling(petition);
    }
    case Screen::Sign: {
      Petition petition = petition_of(s, world_.rules);
      if (auto problems = validate(petition, world_.rules); !problems.empty()) return mend(std::move(problems));
      s.problems.clear();
      s.signed_text = s.signature.empty() ? std::string() : text_hash(petition);
      return to_ruling(petition);
    }
    case Screen::Ruling: return (*this)(Submit{});
    case Screen::Ask: return ask();
    case Screen::Rate: return rate();
    case Screen::Progress:
    case Screen::Done:
    case Screen::Thanks: return (*this)(LeaveAsk{});
    case Screen::Guide: return (*this)(Back{});
    case Screen::Helper:
      if (!s.trail.empty() && s.trail.back().screen == Screen::Home) return (*this)(Begin{Screen::Notice, {}});
      return (*this)(Back{});
    case Screen::Sound: return (*this)(Back{});
    case Screen::Speak:
      if (s.microphone == Microphone::Recording) return (*this)(Record{});  // 下一步 ends it first, nothing is lost
      if (s.oral.empty()) return (*this)(Back{});
      s.spoken = true;
      return to_review();
    case Screen::TakeNumber:
    case Screen::Leave:
    case Screen::Idle:
    case Screen::Trouble: return;
  }
}

}  // namespace yizhan::kiosk
